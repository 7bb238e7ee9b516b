package lake

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestACommitShowsSegmentsCursorsAndSmallTablesTogether(t *testing.T) {
	l := openLake(t, t.TempDir(), Options{})
	w := openWriter(t, l)
	c := w.Begin()
	if err := read(c, Cursor{Blob: "A", Account: "acct", Container: "logs", Hour: noon, ETag: "e1"}, 10, noon); err != nil {
		t.Fatal(err)
	}
	c.Errors = []IngestError{{Time: noon, Blob: "A", RecordOrdinal: 3, TupleOrdinal: -1, Kind: "record", Reason: "no time", Raw: strings.Repeat("é", 4096)}}
	c.IPs = []IPDetail{{IP: "8.8.8.8", TimeGenerated: noon, FlowType: "ExternalPublic", Location: "us"}}
	c.Rollovers = []RolloverChange{{Key: "k", MacAddress: "m", New: []byte{1, 2}}}
	c.Dirty = []Interval{{noon, "m", "log"}}
	gen, err := w.Commit(t.Context(), c)
	if err != nil || gen != 1 {
		t.Fatalf("generation %d, %v", gen, err)
	}
	if n := rows(t, l); n != 10 {
		t.Errorf("%d rows, want 10", n)
	}
	for name, want := range map[string]string{
		"IngestBlobs":    "A | 0 | logs | acct | 2026-03-04T12:00:00Z |  | 1000 | 10 | 10 | 0 | e1 |  | 2026-03-04T12:00:00Z | 2026-03-04T12:00:00Z | false",
		"RuleSightings":  "nsg | allow | 2026-03-04T12:00:00Z | 2026-03-04T12:00:00Z | 10 | 5",
		"CaptureHours":   " | 00-0D-3A-00-00-01 | 2026-03-04T12:00:00Z | VNet",
		"LocalAddresses": "2026-03-04T12:00:00Z | 10.0.0.1 | 00-0D-3A-00-00-01 | rg/net",
		"NTAIpDetails":   "8.8.8.8 | 2026-03-04T12:00:00Z | ExternalPublic | us |  |  |  |  |  | <nil> | <nil> | <nil>",
		"OpenRollovers":  "k | m | [1 2]",
		"IngestErrors":   "2026-03-04T12:00:00Z | A | 3 | <nil> | record | no time | " + strings.Repeat("é", 2048) + " | false",
	} {
		if got := table(t, l, name); !slices.Equal(got, []string{want}) {
			t.Errorf("%s\n got %q\nwant %q", name, got, want)
		}
	}
	s := snapshot(t, l)
	dirty, err := s.DirtyIntervals(t.Context(), TimeRange{})
	if err != nil || len(dirty) != 1 || dirty[0] != (DirtyInterval{Interval{noon, "m", "log"}, 1}) {
		t.Errorf("dirty = %v, %v", dirty, err)
	}
}

func TestTwoReadersOfOneBlobCannotBothCommit(t *testing.T) {
	l := openLake(t, t.TempDir(), Options{})
	w1, w2 := openWriter(t, l), openWriter(t, l)
	ingest(t, w1, "B", 5, noon)
	at := cursorOf(t, l, "B")

	c1, c2 := w1.Begin(), w2.Begin()
	for _, c := range []*Commit{c1, c2} {
		if err := read(c, at, 3, noon); err != nil {
			t.Fatal(err)
		}
		if err := read(c, Cursor{Blob: "only " + c.ID}, 2, noon); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := w1.Commit(t.Context(), c1); err != nil {
		t.Fatal(err)
	}
	before := files(t, l)
	before = slices.DeleteFunc(before, func(n string) bool { return strings.Contains(n, w2.ID()) })
	_, err := w2.Commit(t.Context(), c2)
	if !errors.Is(err, ErrConflict) || !strings.Contains(err.Error(), "blob B") {
		t.Fatalf("second commit: %v", err)
	}
	if after := files(t, l); !slices.Equal(before, after) {
		t.Errorf("files of the rejected commit stayed:\n%v\n%v", before, after)
	}
	if n := rows(t, l); n != 10 {
		t.Errorf("%d rows, want 10", n)
	}
	if got := cursorOf(t, l, "only "+c2.ID); got.Read() {
		t.Error("half of the rejected commit was kept")
	}
}

func TestABlobReadForTheFirstTimeTwiceIsAConflict(t *testing.T) {
	l := openLake(t, t.TempDir(), Options{})
	w := openWriter(t, l)
	c1, c2 := w.Begin(), w.Begin()
	for _, c := range []*Commit{c1, c2} {
		if err := read(c, Cursor{Blob: "B"}, 3, noon); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := w.Commit(t.Context(), c2); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Commit(t.Context(), c1); !errors.Is(err, ErrConflict) {
		t.Errorf("err = %v, want ErrConflict", err)
	}
	if n := rows(t, l); n != 3 {
		t.Errorf("%d rows, want 3", n)
	}
}

func TestARewrittenBlobHidesTheRowsOfItsOldGeneration(t *testing.T) {
	l := openLake(t, t.TempDir(), Options{})
	w := openWriter(t, l)
	old := ingest(t, w, "B", 10, noon)
	ingest(t, w, "C", 4, noon)
	before := snapshot(t, l)

	c := w.Begin()
	next := Cursor{Blob: "B", Generation: 1, Position: Position{700, 7, 7}, Tuples: 7, Records: 7, FirstSeen: old.FirstSeen, LastRead: noon}
	c.Cursors = []CursorChange{{Expected: old, Next: next, Rules: []RuleCount{{AclGroup: "nsg", AclRule: "allow", FirstSeen: noon, LastSeen: noon, Hits: 7, Denied: 1}}}}
	r, err := c.Range(TableFlows, "B", 0, 6, 7)
	if err != nil {
		t.Fatal(err)
	}
	if r.From != (Position{}) {
		t.Errorf("a new generation is read from %+v", r.From)
	}
	if err := put(c, Footer{Table: TableFlows, MinTime: noon, MaxTime: noon, Blobs: []BlobRange{r}}, 7); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Commit(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	if n := rows(t, l); n != 11 {
		t.Errorf("%d rows, want 7 of the new generation and 4 of the other blob", n)
	}
	if n, err := visible(t.Context(), before); err != nil || n != 14 {
		t.Errorf("the older snapshot sees %d rows, %v; want the 14 it always saw", n, err)
	}
	if got := table(t, l, "RuleSightings"); !slices.Equal(got, []string{"nsg | allow | 2026-03-04T12:00:00Z | 2026-03-04T12:00:00Z | 11 | 3"}) {
		t.Errorf("hits of the hidden rows still count: %q", got)
	}
}

func TestACommitHasToAccountForEveryTuple(t *testing.T) {
	l := openLake(t, t.TempDir(), Options{})
	w := openWriter(t, l)
	at := ingest(t, w, "B", 5, noon)
	for name, broken := range map[string]func(c *Commit){
		"counts 4 more tuples": func(c *Commit) { c.Cursors[0].Next.Tuples++ },
		"goes back":            func(c *Commit) { c.Cursors[0].Next.NextTuple = 1 },
		"no cursor change":     func(c *Commit) { c.Cursors = nil },
		"from generation 0":    func(c *Commit) { c.Cursors[0].Next.Generation = 2 },
		"two cursor changes":   func(c *Commit) { c.Cursors = append(c.Cursors, c.Cursors[0]) },
		"neither done nor":     func(c *Commit) { c.files[0].seg = nil },
	} {
		c := w.Begin()
		if err := read(c, at, 3, noon); err != nil {
			t.Fatal(err)
		}
		broken(c)
		_, err := w.Commit(t.Context(), c)
		if err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: err = %v", name, err)
		}
	}
	if got := files(t, l); len(got) != 1 {
		t.Errorf("rejected commits left files: %v", got)
	}
}

func TestAFullDiskRejectsTheCommitAndLeavesNothing(t *testing.T) {
	for _, step := range []string{StepSync, StepRename, StepSyncDir, StepBegin, StepInsert, StepCommit} {
		t.Run(step, func(t *testing.T) {
			var full bool
			l := openLake(t, t.TempDir(), Options{Step: func(s, _ string) error {
				if full && s == step {
					return syscall.ENOSPC
				}
				return nil
			}})
			w := openWriter(t, l)
			ingest(t, w, "B", 5, noon)
			full = true
			c := w.Begin()
			if err := read(c, cursorOf(t, l, "B"), 3, noon); err != nil {
				t.Fatal(err)
			}
			if _, err := w.Commit(t.Context(), c); !errors.Is(err, syscall.ENOSPC) {
				t.Fatalf("err = %v", err)
			}
			full = false
			if got := files(t, l); len(got) != 1 {
				t.Errorf("files: %v", got)
			}
			ingest(t, w, "B", 3, noon)
			if n := rows(t, l); n != 8 {
				t.Errorf("%d rows, want 8", n)
			}
		})
	}
}

func TestAFileThatVanishedBeforeTheTransactionRejectsTheCommit(t *testing.T) {
	var l *Lake
	var w *Writer
	l = openLake(t, t.TempDir(), Options{Step: func(s, _ string) error {
		if s == StepBegin {
			names, err := l.segmentFiles()
			if err != nil {
				return err
			}
			return os.Remove(segmentPath(l.dir, names[0]))
		}
		return nil
	}})
	w = openWriter(t, l)
	c := w.Begin()
	if err := read(c, Cursor{Blob: "B"}, 3, noon); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Commit(t.Context(), c); !errors.Is(err, os.ErrNotExist) {
		t.Fatalf("err = %v", err)
	}
	if cursorOf(t, l, "B").Read() {
		t.Error("the cursor moved")
	}
}

func TestFilesOfAWriterHeldBetweenRenameAndCommitAreNoOrphans(t *testing.T) {
	dir := t.TempDir()
	held, goOn := make(chan struct{}), make(chan struct{})
	l := openLake(t, dir, Options{Step: func(s, _ string) error {
		if s == StepBegin {
			close(held)
			<-goOn
		}
		return nil
	}})
	w := openWriter(t, l)
	c := w.Begin()
	if err := read(c, Cursor{Blob: "B"}, 3, noon); err != nil {
		t.Fatal(err)
	}
	done := make(chan error)
	go func() {
		_, err := w.Commit(t.Context(), c)
		done <- err
	}()
	<-held
	other := openLake(t, dir, Options{})
	w2 := openWriter(t, other) // sweeps orphans
	ingest(t, w2, "C", 4, noon)
	if sw, err := other.Sweep(t.Context(), 0); err != nil || sw.Orphans != 0 {
		t.Errorf("sweep took %d orphans, %v", sw.Orphans, err)
	}
	close(goOn)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if n := rows(t, l); n != 7 {
		t.Errorf("%d rows, want 7", n)
	}
}

func TestOrphansOfADeadWriterAreRemovedByTheNext(t *testing.T) {
	dir := t.TempDir()
	l := openLake(t, dir, Options{})
	w := openWriter(t, l)
	ingest(t, w, "B", 3, noon)
	dead, err := l.OpenWriter(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	c := dead.Begin()
	for _, blob := range []string{"C", "D"} { // one file stays temporary, one is named
		if err := read(c, Cursor{Blob: blob}, 3, noon); err != nil {
			t.Fatal(err)
		}
	}
	c.files[0].seg.Name = ""
	if err := os.Rename(c.files[0].Path, filepath.Join(filepath.Dir(c.files[0].Path), fileName{writer: dead.id, seq: 1, k: 1, n: 2}.String())); err != nil {
		t.Fatal(err)
	}
	if err := dead.lock.release(); err != nil { // what the OS does when the process dies
		t.Fatal(err)
	}
	if got := files(t, l); len(got) != 3 {
		t.Fatalf("files before: %v", got)
	}
	openWriter(t, l)
	if got := files(t, l); len(got) != 1 || rows(t, l) != 3 {
		t.Errorf("files after: %v, %d rows", got, rows(t, l))
	}
	if _, err := os.Stat(dead.lock.path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the dead writer's lock is still there: %v", err)
	}
}

func TestAnIntervalTouchedWhileItIsRebuiltStaysDirty(t *testing.T) {
	l := openLake(t, t.TempDir(), Options{})
	w := openWriter(t, l)
	a, b := Interval{noon, "m", "a"}, Interval{noon, "m", "b"}
	commit := func(f func(c *Commit)) {
		c := w.Begin()
		f(c)
		if _, err := w.Commit(t.Context(), c); err != nil {
			t.Fatal(err)
		}
	}
	commit(func(c *Commit) { c.Dirty = []Interval{a, b} })
	seen, err := snapshot(t, l).DirtyIntervals(t.Context(), TimeRange{})
	if err != nil || len(seen) != 2 {
		t.Fatal(seen, err)
	}
	commit(func(c *Commit) { c.Dirty = []Interval{b} })
	commit(func(c *Commit) { c.Cleaned = seen })
	left, err := snapshot(t, l).DirtyIntervals(t.Context(), TimeRange{})
	if err != nil || len(left) != 1 || left[0].Interval != b {
		t.Errorf("left dirty: %v, %v; want b alone", left, err)
	}
}

func TestRowsMergedByAnotherIntervalAreRejected(t *testing.T) {
	l := openLake(t, t.TempDir(), Options{})
	w := openWriter(t, l)
	merged := func(d time.Duration) *Commit {
		c := w.Begin()
		if err := put(c, Footer{Table: "NTANetAnalytics", MinTime: noon, MaxTime: noon, Interval: d, Partial: true}, 1); err != nil {
			t.Fatal(err)
		}
		return c
	}
	if _, err := w.Commit(t.Context(), merged(10*time.Minute)); !errors.Is(err, ErrConflict) {
		t.Errorf("10m in a lake of 1h: %v", err)
	}
	c := merged(10 * time.Minute)
	c.Interval = 10 * time.Minute
	if _, err := w.Commit(t.Context(), c); err != nil {
		t.Error(err)
	}
	if d, err := l.Interval(t.Context()); err != nil || d != 10*time.Minute {
		t.Errorf("interval = %v, %v", d, err)
	}
	if _, err := w.Commit(t.Context(), merged(time.Hour)); !errors.Is(err, ErrConflict) {
		t.Errorf("1h in a lake that went to 10m: %v", err)
	}
}

func TestTheLatestDetailsOfAnAddressWin(t *testing.T) {
	l := openLake(t, t.TempDir(), Options{})
	w := openWriter(t, l)
	for i, at := range []time.Duration{2, 1, 3} {
		c := w.Begin()
		c.IPs = []IPDetail{{IP: "1.2.3.4", TimeGenerated: noon.Add(at * time.Hour), Location: fmt.Sprint(i)}}
		if _, err := w.Commit(t.Context(), c); err != nil {
			t.Fatal(err)
		}
	}
	got := table(t, l, "NTAIpDetails")
	if len(got) != 1 || !strings.HasPrefix(got[0], "1.2.3.4 | 2026-03-04T15:00:00Z |  | 2 |") {
		t.Errorf("got %q", got)
	}
}

func TestClaimsKeepOtherWritersOffUntilTheyExpireOrTheirHolderDies(t *testing.T) {
	now := &clock{t: noon}
	l := openLake(t, t.TempDir(), Options{Now: now.now})
	w1, w2 := openWriter(t, l), openWriter(t, l)
	claim := func(w *Writer, blobs ...string) string {
		got, err := w.Claim(t.Context(), blobs, time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, c := range got {
			names = append(names, c.Blob)
		}
		return strings.Join(names, " ")
	}
	ingest(t, w1, "B", 5, noon)
	if got := claim(w1, "A", "B"); got != "A B" {
		t.Fatalf("first claim got %q", got)
	}
	if got := claim(w2, "A", "B", "C"); got != "C" {
		t.Errorf("second writer got %q, want C", got)
	}
	now.forward(40 * time.Second)
	if err := w1.Renew(t.Context(), []string{"B"}, time.Minute); err != nil {
		t.Fatal(err)
	}
	now.forward(30 * time.Second)
	if got := claim(w2, "A", "B"); got != "A" {
		t.Errorf("after A's claim expired: got %q, want A", got)
	}
	if err := w1.Release(t.Context(), []string{"A", "B"}); err != nil {
		t.Fatal(err)
	}
	if got := claim(w1, "A", "B"); got != "B" {
		t.Errorf("after B's release: got %q, want B; A is the other's", got)
	}
	if err := w2.lock.release(); err != nil {
		t.Fatal(err)
	}
	if got := claim(w1, "A", "C"); got != "A C" {
		t.Errorf("after its holder died: got %q, want A C", got)
	}
	got, err := w1.Claim(t.Context(), []string{"B"}, time.Minute)
	if err != nil || len(got) != 1 || got[0].Tuples != 5 || !got[0].Read() {
		t.Errorf("a claim gives the cursor: %+v, %v", got, err)
	}
	if got := table(t, l, "IngestBlobs"); len(got) != 1 {
		t.Errorf("blobs only claimed are listed as read: %q", got)
	}
}

func TestSegmentsArePrunedByTime(t *testing.T) {
	l := openLake(t, t.TempDir(), Options{})
	w := openWriter(t, l)
	for h := range 5 {
		ingest(t, w, "B", 1, noon.Add(time.Duration(h)*time.Hour))
	}
	s := snapshot(t, l)
	for _, c := range []struct {
		r    TimeRange
		want int
	}{
		{TimeRange{}, 5},
		{TimeRange{From: noon.Add(time.Hour)}, 4},
		{TimeRange{To: noon.Add(time.Hour)}, 1},
		{TimeRange{noon.Add(time.Hour), noon.Add(3 * time.Hour)}, 2},
		{TimeRange{noon.Add(time.Minute), noon.Add(2 * time.Minute)}, 0},
	} {
		segs, err := s.Segments(t.Context(), TableFlows, c.r)
		if err != nil || len(segs) != c.want {
			t.Errorf("%v: %d segments, %v; want %d", c.r, len(segs), err, c.want)
		}
	}
	e, err := s.Extent(t.Context(), TableFlows)
	if err != nil || e.Rows != 5 || !e.Min.Equal(noon) || !e.Max.Equal(noon.Add(4*time.Hour)) {
		t.Errorf("extent %+v, %v", e, err)
	}
	if names, err := s.Tables(t.Context()); err != nil || !slices.Equal(names, []string{TableFlows}) {
		t.Errorf("tables %v, %v", names, err)
	}
}

func TestAFileIsDoneOnlyWithAFooterThatFits(t *testing.T) {
	w := openWriter(t, openLake(t, t.TempDir(), Options{}))
	c := w.Begin()
	good := c.Stamp(Footer{Table: TableFlows, MinTime: noon, MaxTime: noon, Blobs: []BlobRange{{BlobGen: BlobGen{"B", 0}, Last: 4, Rows: 5}}})
	f, err := c.NewFile(TableFlows, noon)
	if err != nil {
		t.Fatal(err)
	}
	for want, broken := range map[string]func(ft *Footer, rows *int64){
		"is of table Other":        func(ft *Footer, _ *int64) { ft.Table = "Other" },
		"stamp it first":           func(ft *Footer, _ *int64) { ft.Commit = "" },
		"drop the file":            func(_ *Footer, rows *int64) { *rows = 0 },
		"not a range of times":     func(ft *Footer, _ *int64) { ft.MinTime = noon.Add(time.Second) },
		"outside of the":           func(ft *Footer, _ *int64) { ft.MaxTime = noon.AddDate(0, 0, 1) },
		"6 rows of blob":           func(ft *Footer, _ *int64) { ft.Blobs = []BlobRange{{BlobGen: BlobGen{"B", 0}, Last: 4, Rows: 6}} },
		"5 rows of blob \"\"":      func(ft *Footer, _ *int64) { ft.Blobs = []BlobRange{{Last: 4, Rows: 5}} },
		"from tuple 5 to 4":        func(ft *Footer, _ *int64) { ft.Blobs = []BlobRange{{BlobGen: BlobGen{"B", 0}, First: 5, Last: 4}} },
		"\"B\" generation -1 from": func(ft *Footer, _ *int64) { ft.Blobs = []BlobRange{{BlobGen: BlobGen{"B", -1}}} },
	} {
		ft, rows := good, int64(5)
		broken(&ft, &rows)
		if err := f.Done(ft, rows); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: err = %v", want, err)
		}
	}
	if err := f.Done(good, 5); err != nil {
		t.Error(err)
	}
	if _, err := c.Range(TableFlows, "nobody's", 0, 1, 2); err == nil {
		t.Error("a range of a blob without a cursor was given")
	}
	if err := c.Discard(); err != nil {
		t.Fatal(err)
	}
	if got := files(t, w.lake); len(got) != 0 {
		t.Errorf("a discarded commit left %v", got)
	}
}

func TestACompactionOfNothingButHiddenRowsOnlyEndsTheSegments(t *testing.T) {
	l := openLake(t, t.TempDir(), Options{})
	w := openWriter(t, l)
	ingest(t, w, "B", 5, noon)
	rewrite(t, w, "B", 2)
	s := snapshot(t, l)
	segs, err := s.Segments(t.Context(), TableFlows, TimeRange{})
	if err != nil || len(segs) != 2 || len(segs[0].Hidden.Blobs) != 1 {
		t.Fatalf("%+v, %v", segs, err)
	}
	rs, err := s.Ranges(t.Context(), segs[0])
	if err != nil || len(rs) != 1 || rs[0].BlobGen != (BlobGen{"B", 0}) || rs[0].First != 0 || rs[0].Last != 4 || rs[0].Rows != 5 {
		t.Errorf("ranges %+v, %v", rs, err)
	}
	if err := mergeSegments(w, s, segs[:1], 1); err != nil {
		t.Fatal(err)
	}
	if got := segments(t, l, TableFlows); len(got) != 1 || got[0].ID != segs[1].ID {
		t.Errorf("left %+v", got)
	}
	checkLake(t, l)
}

func TestARolloverIsOpenUntilItIsClosed(t *testing.T) {
	l := openLake(t, t.TempDir(), Options{})
	w := openWriter(t, l)
	commit := func(changes ...RolloverChange) error {
		c := w.Begin()
		c.Rollovers = changes
		_, err := w.Commit(t.Context(), c)
		return err
	}
	one, two, three := []byte{1}, []byte{2}, []byte{3}
	if err := commit(RolloverChange{"a", "m1", nil, one}, RolloverChange{"b", "m1", nil, one}, RolloverChange{"c", "m2", nil, one}); err != nil {
		t.Fatal(err)
	}
	if err := commit(RolloverChange{Key: "a", Old: one, New: two}, RolloverChange{Key: "b", Old: one}); err != nil {
		t.Fatal(err)
	}
	// What is not as it is taken to be was changed by someone else.
	for name, change := range map[string]RolloverChange{
		"opened twice":       {Key: "a", MacAddress: "m1", New: three},
		"closed as it was":   {Key: "a", Old: one},
		"changed as it was":  {Key: "a", Old: one, New: three},
		"closed twice":       {Key: "b", Old: one},
		"closed, not opened": {Key: "d", Old: one},
	} {
		if err := commit(RolloverChange{"e", "m1", nil, one}, change); !errors.Is(err, ErrConflict) {
			t.Errorf("%s: %v", name, err)
		}
	}
	got, err := snapshot(t, l).Rollovers(t.Context(), "m1")
	if err != nil || len(got) != 1 || got[0].Key != "a" || !bytes.Equal(got[0].Payload, two) {
		t.Errorf("open for m1: %+v, %v", got, err)
	}
}
