package lake

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// DefaultGrace is how long a segment's file outlives it at least.
const DefaultGrace = 15 * time.Minute

// Swept says what a sweep did.
type Swept struct {
	Unlinked int   // files of segments that ended
	Bytes    int64 // of them
	Orphans  int   // files of dead writers that no commit knows
	Kept     int   // ended segments whose time has not come
}

// Sweep removes what nobody needs: files of segments that ended at least
// grace ago and that no living reader may still want, and files that dead
// writers left uncommitted.
func (l *Lake) Sweep(ctx context.Context, grace time.Duration) (Swept, error) {
	var sw Swept
	type ended struct {
		id, gen, at, bytes int64
		name               string
	}
	var list []ended
	if err := each(ctx, l.read, func(r *sql.Rows) error {
		var e ended
		err := r.Scan(&e.id, &e.name, &e.gen, &e.at, &e.bytes)
		list = append(list, e)
		return err
	}, "SELECT id, name, ended, ended_at, bytes FROM segments WHERE ended > 0 ORDER BY ended, id"); err != nil {
		return sw, err
	}
	// The leases are read after the list: a reader that comes in between reads
	// a generation that has none of the listed segments.
	oldest, err := l.oldestReader()
	if err != nil {
		return sw, err
	}
	deadline := micros(l.opt.Now().Add(-grace))
	touched := map[string]bool{}
	var gone []int64
	for i, e := range list {
		// In order of ending, and no further than the first to be kept: so no
		// segment outlives one that has its rows, which a rebuild relies on.
		if e.at > deadline || oldest < e.gen {
			sw.Kept = len(list) - i
			break
		}
		file := segmentPath(l.dir, e.name)
		if err := l.opt.Step(StepUnlink, e.name); err != nil {
			return sw, err
		}
		if err := removeIfThere(file); err != nil {
			return sw, err
		}
		touched[filepath.Dir(file)] = true
		gone = append(gone, e.id)
		sw.Unlinked++
		sw.Bytes += e.bytes
	}
	for dir := range touched {
		if err := syncDir(dir); err != nil {
			return sw, err
		}
	}
	if err := l.opt.Step(StepForget, ""); err != nil {
		return sw, err
	}
	if err := l.dropRows(ctx, gone); err != nil {
		return sw, err
	}
	for dir := range touched {
		removeEmpty(dir)
	}
	sw.Orphans, err = l.sweepOrphans(ctx)
	return sw, err
}

// Steps of a sweep, as given to Options.Step.
const (
	StepUnlink = "unlink segment"
	StepForget = "delete from catalogue" // the files are gone
)

// dropRows removes ended segments, and what is only kept for them, from the catalogue.
func (l *Lake) dropRows(ctx context.Context, segments []int64) error {
	return inTx(ctx, l.write, func(sqlTx *sql.Tx) error {
		t := newTx(ctx, sqlTx)
		defer t.close()
		for _, id := range segments {
			if _, err := t.exec("DELETE FROM segments WHERE id = ? AND ended > 0", id); err != nil {
				return err
			}
		}
		if _, err := t.exec(`DELETE FROM tombstones WHERE NOT EXISTS (SELECT 1 FROM segment_blobs sb
			WHERE sb.blob = tombstones.blob AND sb.generation = tombstones.generation)`); err != nil {
			return err
		}
		// A commit is asked for by its id only right after it was made.
		_, err := t.exec("DELETE FROM commits WHERE at < ? AND generation < (SELECT generation FROM lake)",
			micros(l.opt.Now().Add(-24*time.Hour)))
		return err
	})
}

// removeEmpty removes a day's folder that has no files left. A writer about to
// use it makes it anew, or fails and is told so.
func removeEmpty(dir string) {
	entries, err := os.ReadDir(dir)
	if err == nil && len(entries) == 0 {
		_ = os.Remove(dir) // fails if a file has just come in, as it should
	}
}

// oldestReader returns the oldest generation that a living reader may read,
// and removes the leases of dead ones.
func (l *Lake) oldestReader() (int64, error) {
	const none = 1<<63 - 1
	oldest := int64(none)
	dir := filepath.Join(l.dir, "readers")
	entries, err := os.ReadDir(dir)
	if err != nil {
		return 0, err
	}
	for _, e := range entries {
		gen, _, ok := strings.Cut(e.Name(), "-")
		g, err := strconv.ParseInt(gen, 10, 64)
		if !ok || err != nil {
			continue // not a lease
		}
		lk, err := takeDead(filepath.Join(dir, e.Name()))
		if err != nil {
			return 0, err
		}
		if lk == nil {
			oldest = min(oldest, g)
			continue
		}
		if err := lk.remove(); err != nil {
			return 0, err
		}
	}
	return oldest, nil
}

// segmentFiles lists the files below segments/, as names.
func (l *Lake) segmentFiles() ([]string, error) {
	var names []string
	root := l.SegmentsDir()
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil // removed meanwhile
		}
		if err != nil || d.IsDir() {
			return err
		}
		rel, err := filepath.Rel(root, path)
		names = append(names, filepath.ToSlash(rel))
		return err
	})
	return names, err
}

// sweepOrphans removes the files of dead writers that the catalogue does not
// know, then those writers' locks. It returns how many files it removed.
func (l *Lake) sweepOrphans(ctx context.Context) (int, error) {
	entries, err := os.ReadDir(filepath.Join(l.dir, "writers"))
	if err != nil {
		return 0, err
	}
	// A dead writer can commit no more: what the catalogue does not know of it
	// now, it never will. Locks are held until its files are gone.
	dead := map[string]*lock{}
	defer func() {
		for _, lk := range dead {
			_ = lk.release() // an earlier error is being returned
		}
	}()
	for _, e := range entries {
		id, ok := strings.CutSuffix(e.Name(), ".lock")
		if !ok {
			continue
		}
		lk, err := takeDead(l.writerLock(id))
		if err != nil {
			return 0, err
		}
		if lk != nil {
			dead[id] = lk
		}
	}
	n, err := l.removeOrphans(ctx, dead)
	if err != nil {
		return n, err
	}
	for id, lk := range dead {
		delete(dead, id)
		if err := lk.remove(); err != nil {
			return n, err
		}
	}
	return n, nil
}

func (l *Lake) removeOrphans(ctx context.Context, dead map[string]*lock) (int, error) {
	names, err := l.segmentFiles()
	if err != nil {
		return 0, err
	}
	var suspects []string // files of dead writers
	living := map[string]bool{}
	for _, name := range names {
		f, ok := parseFileName(path.Base(name))
		if !ok || living[f.writer] {
			continue // not ours to judge; verify tells
		}
		if _, ok := dead[f.writer]; !ok {
			lk, err := takeDead(l.writerLock(f.writer))
			if err != nil {
				return 0, err
			}
			if lk == nil {
				living[f.writer] = true
				continue
			}
			dead[f.writer] = lk
		}
		suspects = append(suspects, name)
	}
	known := map[string]bool{}
	if err := each(ctx, l.write, func(r *sql.Rows) error {
		var name string
		err := r.Scan(&name)
		known[name] = true
		return err
	}, "SELECT name FROM segments"); err != nil {
		return 0, err
	}
	n := 0
	for _, name := range suspects {
		if known[name] {
			continue
		}
		if err := removeIfThere(segmentPath(l.dir, name)); err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}
