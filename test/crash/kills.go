package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/azflow/azflow/internal/lake"
)

// moments counts what was being done when a process was killed.
type moments map[string]int

func (m moments) String() string {
	var parts []string
	for _, k := range []string{atStart, atFiles, atCatalogue, atEnd} {
		parts = append(parts, fmt.Sprintf("%d %s", m[k], k))
	}
	return strings.Join(parts, ", ")
}

// Moments of a commit, as far as they can be told afterwards.
const (
	atStart     = "before anything was written"
	atFiles     = "while segments were written"
	atCatalogue = "between segments and catalogue"
	atEnd       = "after a commit"
)

// killing kills azflow while it takes in logs that grow and compacts them, on
// folders and on Azurite, and compares the lake with the truth each time.
func (t *trial) killing() error {
	k := &killer{trial: t, moments: moments{}, took: map[string]time.Duration{}}
	share := t.kills / 5
	for round, part := range []struct {
		name  string
		kills int
	}{
		{"folder", share}, {"azurite", share}, {"folder", share}, {"azurite", t.kills - 3*share},
	} {
		var p place = folder(filepath.Join(t.folder, fmt.Sprintf("logs-%d", round)))
		if part.name == "azurite" {
			p = &account{server: t.server, container: fmt.Sprintf("kills-%d", round)}
		}
		e, err := t.newEstate(fmt.Sprintf("kills-%d", round), p, t.seed+uint64(round)*1000, 9, 1500)
		if err != nil {
			return err
		}
		if err := k.loop(e, part.kills); err != nil {
			return fmt.Errorf("%s, after %d kills: %w", part.name, k.kills, err)
		}
		if err := k.settle(e); err != nil {
			return fmt.Errorf("%s, at the end: %w", part.name, err)
		}
	}
	t.hold(k.kills >= t.kills, fmt.Sprintf("%d processes killed with kill -9 at random moments", t.kills), "%d of them, %v", k.kills, k.moments)
	t.hold(k.wrong == 0, "after a kill no tuple is wrong or there twice", "%d of %d comparisons failed%s", k.wrong, k.compared, k.first)
	t.hold(k.unequal == 0, "after each restart all tables equal what was written", "%d of %d comparisons failed%s", k.unequal, k.restarts, k.firstUnequal)
	t.hold(k.left == 0, "what kills left behind is gone after compact --grace 0s, and verify finds nothing, of the lake and of the account", "%d files left", k.left)
	return nil
}

// killer kills and counts.
type killer struct {
	*trial
	moments           moments
	took              map[string]time.Duration // how long a run that ends takes, lately
	kills             int
	compared, wrong   int
	restarts, unequal int
	left              int // files that no catalogue knows, at the end
	first             string
	firstUnequal      string
}

// loop kills n processes of an estate.
func (k *killer) loop(e *estate, n int) error {
	if err := e.step(k.ctx); err != nil {
		return err
	}
	if err := k.restart(e); err != nil {
		return err
	}
	v, err := open(k.ctx, e.lake, k.folder)
	if err != nil {
		return err
	}
	defer func() { _ = v.close() }() // it only reads
	for until := k.kills + n; k.kills < until; {
		if k.ctx.Err() != nil {
			return k.ctx.Err()
		}
		if err := e.step(k.ctx); err != nil {
			return err
		}
		if err := k.victims(v, e); err != nil {
			return err
		}
		d, err := v.compare(k.ctx, e.want, e.before...)
		if err != nil {
			return err
		}
		if k.compared++; d.some(true) {
			k.wrong++
			k.first = cmp.Or(k.first, ": "+d.String())
		}
		if err := k.restart(e); err != nil {
			return err
		}
		if d, err = v.compare(k.ctx, e.want); err != nil {
			return err
		}
		if k.restarts++; d.some(false) {
			k.unequal++
			k.firstUnequal = cmp.Or(k.firstUnequal, ": "+d.String())
		}
		e.before = nil
	}
	return nil
}

// The arguments of what azflow does to an estate.
func (e *estate) ingest() []string  { return e.args("ingest", e.source(), "--workers", "2") }
func (e *estate) compact() []string { return e.args("compact", "--grace", "0s") }

// victims starts an ingest, a compaction or both, and kills them.
func (k *killer) victims(v *view, e *estate) error {
	commands := map[string][]string{"ingest": e.ingest(), "compact": e.compact()}
	names := [][]string{{"ingest"}, {"ingest"}, {"compact"}, {"ingest", "compact"}}[e.r.IntN(4)]
	if names[0] == "compact" { // so that there is something to merge
		if err := k.run(e, "ingest", e.ingest()); err != nil {
			return err
		}
	}
	before, err := k.look(v, e)
	if err != nil {
		return err
	}
	was := touched(e.lake)
	longest := 100 * time.Millisecond
	running := map[string]*child{}
	for _, name := range names {
		if running[name], err = k.start(e.env(), commands[name]...); err != nil {
			return err
		}
		longest = max(longest, k.took[name])
	}
	// A third of the processes dies whenever, a third about when the catalogue is
	// written to, a third when a segment has just got its name.
	switch e.r.IntN(3) {
	case 0:
		time.Sleep(time.Duration(e.r.Int64N(int64(longest * 11 / 10))))
	case 1:
		for end := time.Now().Add(longest); time.Now().Before(end) && touched(e.lake).Equal(was); {
			time.Sleep(200 * time.Microsecond)
		}
		time.Sleep(time.Duration(e.r.Int64N(int64(20 * time.Millisecond))))
	default:
		for end := time.Now().Add(longest); time.Now().Before(end); time.Sleep(100 * time.Microsecond) {
			if segments, _, err := files(e.lake); err != nil || segments > before.segments {
				break
			}
		}
		time.Sleep(time.Duration(e.r.Int64N(int64(4 * time.Millisecond))))
	}
	killed := 0
	for _, name := range names {
		if c := running[name]; c.kill() {
			killed++
		} else if c.exit() != 0 {
			return fmt.Errorf("azflow %s ended with status %d:\n%s", name, c.exit(), &c.output)
		} else {
			k.took[name] = c.took
		}
	}
	k.kills += killed
	if killed == 0 {
		return nil
	}
	after, err := k.look(v, e)
	if err != nil {
		return err
	}
	switch {
	case after.generation > before.generation:
		k.moments[atEnd] += killed
	case after.unfinished > before.unfinished:
		k.moments[atFiles] += killed
	case after.segments > before.segments:
		k.moments[atCatalogue] += killed
	default:
		k.moments[atStart] += killed
	}
	return nil
}

// seen is what tells how far a process came.
type seen struct {
	segments, unfinished int
	generation           int64
}

func (k *killer) look(v *view, e *estate) (s seen, err error) {
	if s.segments, s.unfinished, err = files(e.lake); err != nil {
		return s, err
	}
	snap, err := v.lake.Snapshot(k.ctx)
	if err != nil {
		return s, err
	}
	s.generation = snap.Generation
	return s, snap.Close()
}

// restart runs what was killed to its end.
func (k *killer) restart(e *estate) error {
	if err := k.run(e, "ingest", e.ingest()); err != nil {
		return err
	}
	if e.r.IntN(4) > 0 {
		return nil
	}
	return k.run(e, "compact", e.compact())
}

func (k *killer) run(e *estate, name string, args []string) error {
	c, err := k.azflowEnds(e.env(), args...)
	if err != nil {
		return err
	}
	k.took[name] = c.took
	return nil
}

// settle looks whether nothing is left of the killed processes.
func (k *killer) settle(e *estate) error {
	all := [][]string{e.compact(), e.args("verify", "--rows")}
	if e.blocks() {
		all = append(all, e.args("verify", e.source()))
	}
	for _, args := range all {
		if _, err := k.azflowEnds(e.env(), args...); err != nil {
			return err
		}
	}
	l, err := lake.Open(k.ctx, e.lake, lake.Options{MustExist: true})
	if err != nil {
		return err
	}
	defer func() { _ = l.Close() }() // it only reads
	live, err := liveFiles(k.ctx, l)
	if err != nil {
		return err
	}
	return filepath.WalkDir(l.SegmentsDir(), func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && !slices.Contains(live, path) {
			k.left++
		}
		return err
	})
}

// liveFiles returns the files of the segments that can be read.
func liveFiles(ctx context.Context, l *lake.Lake) (paths []string, err error) {
	snap, err := l.Snapshot(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, snap.Close()) }()
	tables, err := os.ReadDir(l.SegmentsDir())
	if err != nil {
		return nil, err
	}
	for _, table := range tables {
		segs, err := snap.Segments(ctx, table.Name(), lake.TimeRange{})
		if err != nil {
			return nil, err
		}
		for _, s := range segs {
			paths = append(paths, filepath.Join(l.SegmentsDir(), filepath.FromSlash(s.Name)))
		}
	}
	return paths, nil
}
