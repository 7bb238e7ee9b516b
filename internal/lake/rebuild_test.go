package lake

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// loseCatalogue closes the lake and deletes its catalogue.
func loseCatalogue(t *testing.T, l *Lake, ws ...*Writer) {
	t.Helper()
	for _, w := range ws {
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	for _, ext := range []string{"", "-wal", "-shm"} {
		if err := os.Remove(filepath.Join(l.dir, "catalog.db"+ext)); err != nil && !errors.Is(err, os.ErrNotExist) {
			t.Fatal(err)
		}
	}
}

func rebuild(t *testing.T, dir string) (*Lake, Rebuilt) {
	t.Helper()
	res, err := Rebuild(t.Context(), dir, Options{}, readTestFooter)
	if err != nil {
		t.Fatal(err)
	}
	return openLake(t, dir, Options{MustExist: true}), res
}

// lakeAndWriter opens both without closing them at the test's end.
func lakeAndWriter(t *testing.T, dir string, opt Options) (*Lake, *Writer) {
	t.Helper()
	l, err := Open(t.Context(), dir, opt)
	if err != nil {
		t.Fatal(err)
	}
	w, err := l.OpenWriter(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return l, w
}

func TestARebuiltCatalogueKnowsWhatTheLostOneKnew(t *testing.T) {
	dir := t.TempDir()
	l, w := lakeAndWriter(t, dir, Options{Interval: 10 * time.Minute})
	for i := range 3 {
		ingest(t, w, "B", 5, noon.Add(time.Duration(i)*time.Hour))
		ingest(t, w, "C", 2, noon.AddDate(0, 0, i))
	}
	mergeAll(t, w) // the replaced files are still there
	ingest(t, w, "B", 4, noon)
	c := w.Begin()
	if err := put(c, Footer{Table: "NTANetAnalytics", MinTime: noon, MaxTime: noon, Interval: 10 * time.Minute, Columns: []string{"a", "b"}}, 9); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Commit(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	small := []string{"IngestBlobs", "RuleSightings", "CaptureHours", "LocalAddresses"}
	before := map[string][]string{}
	for _, name := range small {
		before[name] = table(t, l, name)
	}
	count, segs, cur := rows(t, l), segments(t, l, TableFlows), cursorOf(t, l, "B")
	closeSnapshots(t, l)
	loseCatalogue(t, l, w)

	l2, res := rebuild(t, dir)
	if len(res.Rejected) > 0 || res.Segments != 5 || res.Superseded != 6 || res.Rows != 25+9 || res.Blobs != 2 {
		t.Errorf("rebuilt %+v", res)
	}
	if got := rows(t, l2); got != count || got != 25 {
		t.Errorf("%d rows, want %d", got, count)
	}
	for _, name := range small {
		if got := table(t, l2, name); !slices.Equal(got, before[name]) {
			t.Errorf("%s\n got %q\nwant %q", name, got, before[name])
		}
	}
	got := segments(t, l2, TableFlows)
	if len(got) != len(segs) {
		t.Fatalf("%d segments, want %d", len(got), len(segs))
	}
	for i := range got {
		if got[i].Name != segs[i].Name || got[i].Bytes != segs[i].Bytes || !got[i].MaxTime.Equal(segs[i].MaxTime) || got[i].Level != segs[i].Level {
			t.Errorf("segment %+v, want %+v", got[i], segs[i])
		}
	}
	if c := cursorOf(t, l2, "B"); c.Position != cur.Position || c.Tuples != cur.Tuples || !c.LastRead.Equal(cur.LastRead) {
		t.Errorf("cursor %+v, want %+v", c, cur)
	}
	if d, err := l2.Interval(t.Context()); err != nil || d != 10*time.Minute {
		t.Errorf("interval %v, %v; want that of the segments", d, err)
	}
	w2 := openWriter(t, l2)
	ingest(t, w2, "B", 1, noon)
	if sw, err := l2.Sweep(t.Context(), -time.Minute); err != nil || sw.Unlinked != 6 {
		t.Errorf("sweep of the replaced: %+v, %v", sw, err)
	}
	if got := rows(t, l2); got != 26 {
		t.Errorf("%d rows after reading on, want 26", got)
	}
	checkLake(t, l2)
}

// closeSnapshots ends the leases that a test still holds on l.
func closeSnapshots(t *testing.T, l *Lake) {
	t.Helper()
	entries, err := os.ReadDir(filepath.Join(l.dir, "readers"))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if err := os.Remove(filepath.Join(l.dir, "readers", e.Name())); err != nil {
			t.Fatal(err)
		}
	}
}

func TestALakeInUseIsNotRebuilt(t *testing.T) {
	dir := t.TempDir()
	l, w := lakeAndWriter(t, dir, Options{})
	ingest(t, w, "B", 5, noon)
	if _, err := Rebuild(t.Context(), dir, Options{}, readTestFooter); err == nil || !strings.Contains(err.Error(), "in use (writers/") {
		t.Errorf("beside a writer: %v", err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	s := snapshot(t, l)
	if _, err := Rebuild(t.Context(), dir, Options{}, readTestFooter); err == nil || !strings.Contains(err.Error(), "in use (readers/") {
		t.Errorf("beside a reader: %v", err)
	}
	if err := errors.Join(s.Close(), l.Close()); err != nil {
		t.Fatal(err)
	}
	l2, res := rebuild(t, dir)
	if res.OldPath == "" || !fileExists(res.OldPath) {
		t.Errorf("the old catalogue went to %q", res.OldPath)
	}
	if got := rows(t, l2); got != 5 {
		t.Errorf("%d rows, want 5", got)
	}
}

func TestARebuildRejectsAReadingThatLostAgainstAnother(t *testing.T) {
	dir := t.TempDir()
	l, w := lakeAndWriter(t, dir, Options{})
	ingest(t, w, "B", 5, noon)
	// Two writers read on from 5; one commits, the other dies before its commit
	// but after its files were named.
	lost := w.Begin()
	if err := read(lost, cursorOf(t, l, "B"), 3, noon); err != nil {
		t.Fatal(err)
	}
	if err := w.place(lost); err != nil {
		t.Fatal(err)
	}
	ingest(t, w, "B", 7, noon)
	ingest(t, w, "B", 2, noon)
	loseCatalogue(t, l, w)
	l2, res := rebuild(t, dir)
	if got := rows(t, l2); got != 14 || len(res.Rejected) != 1 {
		t.Errorf("%d rows, rejected %v; want 14 rows, one file rejected", got, res.Rejected)
	}
	if got := cursorOf(t, l2, "B"); got.Tuples != 14 || got.NextTuple != 14 {
		t.Errorf("cursor %+v", got)
	}
	if !fileExists(filepath.Join(dir, "rejected", filepath.FromSlash(res.Rejected[0].Name))) {
		t.Error("the rejected file was not kept aside")
	}
	checkLake(t, l2)
}

func TestARebuildTellsDamagedAndStrangeFiles(t *testing.T) {
	dir := t.TempDir()
	l, w := lakeAndWriter(t, dir, Options{})
	ingest(t, w, "B", 5, noon)
	ingest(t, w, "C", 5, noon)
	names := files(t, l)
	loseCatalogue(t, l, w)
	if err := os.WriteFile(segmentPath(dir, names[1]), []byte("half a fi"), 0o666); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(segmentPath(dir, "Flows/2026-03-04/notes.txt"), nil, 0o666); err != nil {
		t.Fatal(err)
	}
	l2, res := rebuild(t, dir)
	if len(res.Rejected) != 2 || rows(t, l2) != 5 {
		t.Errorf("rejected %v, %d rows", res.Rejected, rows(t, l2))
	}
	// What was lost is read again.
	ingest(t, openWriter(t, l2), "C", 5, noon)
	if got := rows(t, l2); got != 10 {
		t.Errorf("%d rows, want 10", got)
	}
}

func TestARebuildKeepsOldGenerationsHidden(t *testing.T) {
	dir := t.TempDir()
	l, w := lakeAndWriter(t, dir, Options{})
	ingest(t, w, "B", 10, noon)
	rewrite(t, w, "B", 3)
	if got := rows(t, l); got != 3 {
		t.Fatalf("%d rows", got)
	}
	loseCatalogue(t, l, w)
	l2, _ := rebuild(t, dir)
	if got := rows(t, l2); got != 3 {
		t.Errorf("%d rows, want 3", got)
	}
	if got := table(t, l2, "RuleSightings"); len(got) != 1 || !strings.HasSuffix(got[0], "| 3 | 0") {
		t.Errorf("rules %q", got)
	}
	checkLake(t, l2)
}

// rewrite commits a new generation of a blob with n tuples.
func rewrite(t *testing.T, w *Writer, blob string, n int64) {
	t.Helper()
	old := cursorOf(t, w.lake, blob)
	c := w.Begin()
	next := Cursor{Blob: blob, Generation: old.Generation + 1, Position: Position{n, n, n}, Tuples: n, FirstSeen: old.FirstSeen, LastRead: noon}
	c.Cursors = []CursorChange{{Expected: old, Next: next, Rules: []RuleCount{{AclGroup: "nsg", AclRule: "allow", FirstSeen: noon, LastSeen: noon, Hits: n}}}}
	r, err := c.Range(TableFlows, blob, 0, n-1, n)
	if err != nil {
		t.Fatal(err)
	}
	if err := put(c, Footer{Table: TableFlows, MinTime: noon, MaxTime: noon, Blobs: []BlobRange{r}}, n); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Commit(t.Context(), c); err != nil {
		t.Fatal(err)
	}
}

func TestWhatWasForgottenStaysForgottenInARebuiltCatalogue(t *testing.T) {
	dir := t.TempDir()
	l, w := lakeAndWriter(t, dir, Options{})
	ingest(t, w, "B", 10, noon)
	ingest(t, w, "C", 4, noon)
	if _, err := l.Forget(t.Context(), ForgetRequest{Blob: "B"}); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Forget(t.Context(), ForgetRequest{Blob: "C", Reread: true}); err != nil {
		t.Fatal(err)
	}
	ingest(t, w, "C", 4, noon)
	ingest(t, w, "D", 1, noon.Add(-time.Hour))
	if _, err := l.Forget(t.Context(), ForgetRequest{Before: noon}); err != nil {
		t.Fatal(err)
	}
	if got := rows(t, l); got != 4 {
		t.Fatalf("%d rows, want the 4 of C that were read again", got)
	}
	loseCatalogue(t, l, w)
	l2, _ := rebuild(t, dir)
	if got := rows(t, l2); got != 4 {
		t.Errorf("%d rows, want 4", got)
	}
	if b, c := cursorOf(t, l2, "B"), cursorOf(t, l2, "C"); !b.Forgotten || c.Forgotten || c.Generation != 1 {
		t.Errorf("cursors %+v, %+v", b, c)
	}
	checkLake(t, l2)
}

func TestWhatIsForgottenDuringACompactionStaysForgotten(t *testing.T) {
	dir := t.TempDir()
	now := &clock{t: noon}
	l, w := lakeAndWriter(t, dir, Options{Now: now.now})
	c := w.Begin()
	c.Cursors = []CursorChange{{Expected: Cursor{Blob: "B"}, Next: Cursor{Blob: "B", Position: Position{10, 10, 10}, Tuples: 10}}}
	r, err := c.Range(TableFlows, "B", 0, 9, 10)
	if err != nil {
		t.Fatal(err)
	}
	if err := put(c, Footer{Table: TableFlows, MinTime: noon, MaxTime: noon.Add(time.Hour), Blobs: []BlobRange{r}}, 10); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Commit(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	now.forward(time.Minute)
	s := snapshot(t, l)
	segs, err := s.Segments(t.Context(), TableFlows, TimeRange{})
	if err != nil {
		t.Fatal(err)
	}
	now.forward(time.Minute)
	half := noon.Add(30 * time.Minute)
	if rm, err := l.Forget(t.Context(), ForgetRequest{Before: half}); err != nil || rm.Cut != 1 {
		t.Fatalf("%+v, %v", rm, err)
	}
	now.forward(time.Minute)
	if err := mergeSegments(w, s, segs, 1); err != nil { // of rows that s still shows
		t.Fatal(err)
	}
	if got := segments(t, l, TableFlows); len(got) != 1 || got[0].Level != 1 || !got[0].Hidden.Before.Equal(half) {
		t.Errorf("after compaction: %+v", got)
	}
	closeSnapshots(t, l)
	loseCatalogue(t, l, w)
	l2, _ := rebuild(t, dir)
	if got := segments(t, l2, TableFlows); len(got) != 1 || got[0].Level != 1 || !got[0].Hidden.Before.Equal(half) {
		t.Errorf("rebuilt: %+v", got)
	}
}

func TestABackupIsALake(t *testing.T) {
	dir := t.TempDir()
	l := openLake(t, dir, Options{})
	w := openWriter(t, l)
	ingest(t, w, "B", 5, noon)
	ingest(t, w, "B", 5, noon)
	mergeAll(t, w) // two ended segments stay behind
	if _, err := w.Claim(t.Context(), []string{"B"}, time.Hour); err != nil {
		t.Fatal(err)
	}
	if err := l.SetSetting(t.Context(), "origin", "demo"); err != nil {
		t.Fatal(err)
	}
	to := filepath.Join(t.TempDir(), "backup")
	res, err := l.Backup(t.Context(), to)
	if err != nil || res.Segments != 1 || res.Bytes == 0 {
		t.Fatalf("%+v, %v", res, err)
	}
	ingest(t, w, "B", 7, noon) // is not in it

	b := openLake(t, to, Options{MustExist: true})
	if got := rows(t, b); got != 10 {
		t.Errorf("%d rows in the backup, want 10", got)
	}
	if v, err := b.Setting(t.Context(), "origin"); err != nil || v != "demo" {
		t.Errorf("setting %q, %v", v, err)
	}
	checkLake(t, b)
	ingest(t, openWriter(t, b), "B", 1, noon)
	if got, orig := rows(t, b), rows(t, l); got != 11 || orig != 17 {
		t.Errorf("%d and %d rows, want 11 in the backup and 17 in the lake", got, orig)
	}
	if _, err := l.Backup(t.Context(), to); err == nil || !strings.Contains(err.Error(), "not empty") {
		t.Errorf("into a full folder: %v", err)
	}
}

func TestABackupCopiesWhatItCannotLink(t *testing.T) {
	l := openLake(t, t.TempDir(), Options{Step: func(step, _ string) error {
		if step == StepLink {
			return errors.New("another file system")
		}
		return nil
	}})
	w := openWriter(t, l)
	ingest(t, w, "B", 5, noon)
	to := t.TempDir()
	if res, err := l.Backup(t.Context(), to); err != nil || res.Copied != 1 || res.Segments != 1 {
		t.Fatalf("%+v, %v", res, err)
	}
	b := openLake(t, to, Options{MustExist: true})
	if got := rows(t, b); got != 5 {
		t.Errorf("%d rows, want 5", got)
	}
	checkLake(t, b)
	orig, err1 := os.Stat(l.Path(segments(t, l, TableFlows)[0]))
	copied, err2 := os.Stat(b.Path(segments(t, b, TableFlows)[0]))
	if err1 != nil || err2 != nil || os.SameFile(orig, copied) {
		t.Errorf("the segment was linked: %v, %v", err1, err2)
	}
}

func TestABackupTakenBesideIngestIsConsistent(t *testing.T) {
	dir := t.TempDir()
	l := openLake(t, dir, Options{})
	w := openWriter(t, l)
	done := make(chan error)
	go func() {
		for range 40 {
			if err := readMore(t.Context(), l, w, "B", 3); err != nil {
				done <- err
				return
			}
		}
		done <- nil
	}()
	for range 3 {
		b := filepath.Join(t.TempDir(), "b")
		if _, err := l.Backup(t.Context(), b); err != nil {
			t.Fatal(err)
		}
		copied := openLake(t, b, Options{MustExist: true})
		if got, cur := rows(t, copied), cursorOf(t, copied, "B"); got != cur.Tuples {
			t.Errorf("%d rows, cursor at %d", got, cur.Tuples)
		}
		checkLake(t, copied)
	}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
}
