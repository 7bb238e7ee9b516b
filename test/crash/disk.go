package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/azflow/azflow/internal/ingest"
	"github.com/azflow/azflow/internal/lake"
	"github.com/azflow/azflow/internal/source/dir"
)

// fullDisk has azflow run out of disk, at different moments, and go on when there
// is more. Whoever may mount gets a real disk that is full, everyone else one
// whose writes fail as if it were.
func (t *trial) fullDisk() error {
	logs := folder(filepath.Join(t.folder, "disk-logs"))
	e, err := t.newEstate("disk", logs, t.seed, 8, 6000)
	if err != nil {
		return err
	}
	for _, g := range e.blobs {
		g.Append(g.Left())
		if err := e.put(t.ctx, g); err != nil {
			return err
		}
	}
	if err := os.MkdirAll(e.lake, 0o777); err != nil {
		return err
	}
	err = mountDisk(e.lake, 64)
	if errors.Is(err, fs.ErrPermission) {
		return t.injectedDisk(e)
	}
	if err != nil {
		return fmt.Errorf("mount a small disk: %w", err)
	}
	defer func() {
		if e := unmountDisk(e.lake); e != nil {
			fmt.Fprintln(os.Stderr, "crash: unmount:", e)
		}
	}()
	full, unclear := 0, ""
	for kib := 64; ; kib = kib * 5 / 4 {
		if kib > 1<<20 {
			return errors.New("azflow fills a disk of 1 GiB with a few megabytes of logs")
		}
		if err := resizeDisk(e.lake, kib); err != nil {
			return fmt.Errorf("enlarge the disk: %w", err)
		}
		c, err := t.start(nil, e.ingest()...)
		if err != nil {
			return err
		}
		if err := c.finish(); err != nil {
			return err
		}
		if c.exit() == 0 {
			break
		}
		full++
		said := c.output.String()
		if c.exit() != 1 || !strings.Contains(said, "no space left on device") && !strings.Contains(said, "disk is full") || !strings.Contains(said, "hint:") || strings.Contains(said, "panic") {
			unclear = fmt.Sprintf(": with %d KiB it ended with status %d: %s", kib, c.exit(), said)
		}
	}
	t.hold(full > 3 && unclear == "", "a full disk gives a clear error", "tmpfs, %d sizes that did not suffice%s", full, unclear)
	return t.resumed(e)
}

// resumed compares a lake that ran out of disk, and then did not.
func (t *trial) resumed(e *estate) error {
	v, err := open(t.ctx, e.lake, t.folder)
	if err != nil {
		return err
	}
	defer func() { _ = v.close() }() // it only reads
	d, err := v.compare(t.ctx, e.want)
	if err != nil {
		return err
	}
	t.hold(!d.some(false), "with more disk it goes on, and all tables equal what was written", "%v", d)
	return nil
}

// injectedDisk has each step of a commit fail once for want of disk.
func (t *trial) injectedDisk(e *estate) error {
	steps := []string{lake.StepSync, lake.StepRename, lake.StepSyncDir, lake.StepBegin, lake.StepInsert, lake.StepCommit}
	unclear := ""
	for i := range len(steps) + 1 {
		failed := false
		l, err := lake.Open(t.ctx, e.lake, lake.Options{Step: func(step, _ string) error {
			if i < len(steps) && step == steps[i] {
				failed = true
				return syscall.ENOSPC
			}
			return nil
		}})
		if err != nil {
			return err
		}
		_, err = ingest.New(l, ingest.Options{Workers: 2, Now: time.Now}).Run(t.ctx, dir.New(e.source()))
		if failed && !errors.Is(err, syscall.ENOSPC) {
			unclear = fmt.Sprintf(": when %s failed it said %v", steps[i], err)
		}
		if cerr := l.Close(); cerr != nil {
			return cerr
		}
		if !failed && err != nil {
			return err
		}
	}
	t.hold(unclear == "", "a full disk gives a clear error", "injected into %d steps of a commit%s", len(steps), unclear)
	return t.resumed(e)
}
