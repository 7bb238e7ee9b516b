package lake

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// noon is when the tests' clocks start.
var noon = time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)

// clock is a clock that tests move.
type clock struct {
	mu sync.Mutex
	t  time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

func (c *clock) forward(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
}

func openLake(t testing.TB, dir string, opt Options) *Lake {
	t.Helper()
	l, err := Open(t.Context(), dir, opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	})
	return l
}

func openWriter(t testing.TB, l *Lake) *Writer {
	t.Helper()
	w, err := l.OpenWriter(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.Close(); err != nil {
			t.Error(err)
		}
	})
	return w
}

// testSegment is what tests write in place of Parquet: a footer and how many
// rows there would be.
type testSegment struct {
	Footer string
	Rows   int64
}

// put writes a file of c with n rows and the footer f.
func put(c *Commit, f Footer, n int64) error {
	file, err := c.NewFile(f.Table, f.MinTime)
	if err != nil {
		return err
	}
	f = c.Stamp(f)
	enc, err := f.Encode()
	if err != nil {
		return err
	}
	b, err := json.Marshal(testSegment{enc, n})
	if err != nil {
		return err
	}
	if err := os.WriteFile(file.Path, b, 0o666); err != nil {
		return err
	}
	return file.Done(f, n)
}

// readTestFooter reads what put wrote.
func readTestFooter(path string) (Footer, int64, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return Footer{}, 0, err
	}
	var s testSegment
	if err := json.Unmarshal(b, &s); err != nil {
		return Footer{}, 0, err
	}
	f, err := ParseFooter(s.Footer)
	return f, s.Rows, err
}

// read is a commit that reads n more tuples of a blob, all at one time, with
// one record of 100 bytes for each.
func read(c *Commit, from Cursor, n int64, at time.Time) error {
	next := from
	next.Offset += 100 * n
	next.NextRecord += n
	next.NextTuple += n
	next.Records += n
	next.Tuples += n
	next.Bytes += 100 * n
	next.LastRead = at
	if next.FirstSeen.IsZero() {
		next.FirstSeen = at
	}
	c.Cursors = append(c.Cursors, CursorChange{
		Expected: from, Next: next,
		Rules:    []RuleCount{{AclGroup: "nsg", AclRule: "allow", FirstSeen: at, LastSeen: at, Hits: n, Denied: n / 2}},
		Captures: []CaptureHour{{MacAddress: "00-0D-3A-00-00-01", Hour: at.Truncate(time.Hour), FlowLogType: "VNet"}},
		Locals:   []LocalAddress{{Hour: at.Truncate(time.Hour), IP: "10.0.0.1", MacAddress: "00-0D-3A-00-00-01", VNet: "rg/net"}},
	})
	if n == 0 {
		return nil
	}
	r, err := c.Range(TableFlows, from.Blob, from.NextTuple, from.NextTuple+n-1, n)
	if err != nil {
		return err
	}
	return put(c, Footer{Table: TableFlows, SchemaVersion: 1, MinTime: at, MaxTime: at, Blobs: []BlobRange{r}}, n)
}

// ingest commits n more tuples of a blob and returns where its cursor is then.
func ingest(t testing.TB, w *Writer, blob string, n int64, at time.Time) Cursor {
	t.Helper()
	c := w.Begin()
	if err := read(c, cursorOf(t, w.lake, blob), n, at); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Commit(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	return cursorOf(t, w.lake, blob)
}

func cursorOf(t testing.TB, l *Lake, blob string) Cursor {
	t.Helper()
	m, err := l.Cursors(t.Context(), []string{blob})
	if err != nil {
		t.Fatal(err)
	}
	c, ok := m[blob]
	if !ok {
		return Cursor{Blob: blob}
	}
	return c
}

// segments returns the live segments of a table.
func segments(t testing.TB, l *Lake, table string) []Segment {
	t.Helper()
	s := snapshot(t, l)
	segs, err := s.Segments(t.Context(), table, TimeRange{})
	if err != nil {
		t.Fatal(err)
	}
	return segs
}

func snapshot(t testing.TB, l *Lake) *Snapshot {
	t.Helper()
	s, err := l.Snapshot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// rows counts the rows of Flows that a query would see.
func rows(t testing.TB, l *Lake) int64 {
	t.Helper()
	s, err := l.Snapshot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	n, err := visible(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// visible counts the rows of Flows that s shows, reading each file.
func visible(ctx context.Context, s *Snapshot) (int64, error) {
	segs, err := s.Segments(ctx, TableFlows, TimeRange{})
	if err != nil {
		return 0, err
	}
	var n int64
	for _, seg := range segs {
		f, _, err := readTestFooter(s.lake.Path(seg))
		if err != nil {
			return 0, err
		}
		for _, b := range f.Blobs {
			hidden := false
			for _, h := range seg.Hidden.Blobs {
				hidden = hidden || h == b.BlobGen
			}
			if !hidden {
				n += b.Rows
			}
		}
	}
	return n, nil
}

// files lists the files below segments/.
func files(t testing.TB, l *Lake) []string {
	t.Helper()
	names, err := l.segmentFiles()
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// table returns all rows of a small table, as text.
func table(t testing.TB, l *Lake, name string) []string {
	t.Helper()
	var out []string
	for vals, err := range snapshot(t, l).Rows(t.Context(), name, TimeRange{}) {
		if err != nil {
			t.Fatal(err)
		}
		var cells []string
		for _, v := range vals {
			if at, ok := v.(time.Time); ok {
				v = at.Format(time.RFC3339)
			}
			cells = append(cells, fmt.Sprint(v))
		}
		out = append(out, strings.Join(cells, " | "))
	}
	return out
}

func TestAnEmptyFolderBecomesALake(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "lake")
	l := openLake(t, dir, Options{})
	for _, name := range []string{"catalog.db", "segments", "writers", "readers"} {
		if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
			t.Error(err)
		}
	}
	if d, err := l.Interval(t.Context()); err != nil || d != time.Hour {
		t.Errorf("interval = %v, %v; want 1h", d, err)
	}
	if g, err := l.Generation(t.Context()); err != nil || g != 0 {
		t.Errorf("generation = %d, %v; want 0", g, err)
	}
}

func TestManyCanOpenANewLakeAtOnce(t *testing.T) {
	dir := t.TempDir()
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			l, err := Open(t.Context(), dir, Options{})
			if err != nil {
				t.Error(err)
				return
			}
			if err := l.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if v, err := openLake(t, dir, Options{}).Verify(t.Context(), nil); err != nil || len(v.Findings) > 0 {
		t.Errorf("%+v, %v", v, err)
	}
}

func TestAFolderWithoutALakeIsRefusedIfOneMustExist(t *testing.T) {
	dir := t.TempDir()
	_, err := Open(t.Context(), dir, Options{MustExist: true})
	if !errors.Is(err, ErrNoLake) {
		t.Fatalf("err = %v, want ErrNoLake", err)
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) > 0 {
		t.Errorf("the refused folder holds %v, %v", entries, err)
	}
}

func TestANetworkFileSystemIsRefusedWithTheReason(t *testing.T) {
	_, err := Open(t.Context(), t.TempDir(), Options{NetworkFS: func(string) (string, error) { return "SMB", nil }})
	if err == nil || !strings.Contains(err.Error(), "lies on SMB") || !strings.Contains(err.Error(), "local disk") {
		t.Fatalf("err = %v", err)
	}
}

// Evidence is often mounted read-only. What the log of a process that was
// killed still holds counts too.
func TestALakeOnReadOnlyStorageIsReadWithoutAnyTraceInIt(t *testing.T) {
	dir := t.TempDir()
	w := openWriter(t, openLake(t, dir, Options{})) // its last commit lies in SQLite's log only
	ingest(t, w, "BLOB", 7, noon)
	files := func() (names []string) {
		t.Helper()
		err := filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
			names = append(names, path)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return names
	}
	before := files()

	readOnly := Options{MustExist: true, ReadOnlyFS: func(string) (bool, error) { return true, nil }}
	l := openLake(t, dir, readOnly)
	if n := rows(t, l); n != 7 {
		t.Errorf("%d rows, want 7", n)
	}
	if err := l.SetRetention(t.Context(), TableFlows, time.Hour); err == nil {
		t.Error("the retention of a lake on read-only storage was set")
	}
	if got := files(); !slices.Equal(got, before) {
		t.Errorf("files were %q, are %q", before, got)
	}
	copied := l.copied
	other, err := Open(t.Context(), dir, readOnly)
	if err != nil {
		t.Fatal(err)
	}
	if other.copied == copied {
		t.Error("two lakes share a copy of the catalogue")
	}
	if err := other.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(other.copied); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the copy of the catalogue stays after Close: %v", err)
	}
}

func TestTheIntervalIsFixedWhenTheLakeIsMade(t *testing.T) {
	dir := t.TempDir()
	openLake(t, dir, Options{Interval: 10 * time.Minute})
	l := openLake(t, dir, Options{})
	if d, err := l.Interval(t.Context()); err != nil || d != 10*time.Minute {
		t.Errorf("interval = %v, %v; want 10m", d, err)
	}
	if _, err := Open(t.Context(), dir, Options{Interval: time.Hour}); err == nil || !strings.Contains(err.Error(), "compact --rebuild") {
		t.Errorf("another interval: err = %v", err)
	}
	if _, err := Open(t.Context(), t.TempDir(), Options{Interval: time.Minute}); err == nil {
		t.Error("an interval of 1m was accepted")
	}
}

func TestSettingsOutliveTheProcess(t *testing.T) {
	dir := t.TempDir()
	if err := openLake(t, dir, Options{}).SetSetting(t.Context(), "origin", "demo"); err != nil {
		t.Fatal(err)
	}
	l := openLake(t, dir, Options{})
	if v, err := l.Setting(t.Context(), "origin"); err != nil || v != "demo" {
		t.Errorf("origin = %q, %v", v, err)
	}
	if err := l.SetSetting(t.Context(), "origin", ""); err != nil {
		t.Fatal(err)
	}
	if v, err := l.Setting(t.Context(), "origin"); err != nil || v != "" {
		t.Errorf("removed origin = %q, %v", v, err)
	}
}

func TestALakeOfANewerAzflowIsRefusedNamingBothVersions(t *testing.T) {
	dir := t.TempDir()
	l := openLake(t, dir, Options{Version: "9.8.7"})
	if _, err := l.write.ExecContext(t.Context(), "PRAGMA user_version = 99"); err != nil {
		t.Fatal(err)
	}
	_, err := Open(t.Context(), dir, Options{Version: "1.0.0"})
	var newer *NewerError
	if !errors.As(err, &newer) {
		t.Fatalf("err = %v", err)
	}
	scripts, merr := migrations()
	if merr != nil {
		t.Fatal(merr)
	}
	if newer.Version != 99 || newer.Binary != len(scripts) || newer.LastWritten != "9.8.7" {
		t.Errorf("error says %+v", newer)
	}
	for _, part := range []string{"version 99", "azflow 9.8.7", fmt.Sprintf("up to %d", len(scripts)), "use a newer azflow"} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("%q is missing in: %v", part, err)
		}
	}
}

func TestAnOlderLakeIsBroughtForwardWithItsData(t *testing.T) {
	dir := t.TempDir()
	l := openLake(t, dir, Options{})
	w := openWriter(t, l)
	ingest(t, w, "BLOB", 7, noon)

	scripts, err := migrations()
	if err != nil {
		t.Fatal(err)
	}
	scripts = append(scripts,
		"CREATE TABLE extra (n INTEGER); INSERT INTO extra SELECT sum(row_count) FROM segments;",
		"ALTER TABLE extra ADD COLUMN m INTEGER NOT NULL DEFAULT 1;")
	opt := Options{Now: time.Now, Rand: l.opt.Rand, Step: l.opt.Step, NetworkFS: networkFS}
	next, err := open(t.Context(), dir, opt, scripts)
	if err != nil {
		t.Fatal(err)
	}
	defer next.Close()
	var n, m int64
	if err := next.read.QueryRowContext(t.Context(), "SELECT n, m FROM extra").Scan(&n, &m); err != nil || n != 7 || m != 1 {
		t.Errorf("migrated n, m = %d, %d, %v; want 7, 1", n, m, err)
	}
	if got := rows(t, next); got != 7 {
		t.Errorf("%d rows after migration, want 7", got)
	}
	var newer *NewerError
	if _, err := Open(t.Context(), dir, Options{}); !errors.As(err, &newer) {
		t.Errorf("the older azflow opens the migrated lake: %v", err)
	}
}

func TestAMigrationThatFailsLeavesTheOldVersion(t *testing.T) {
	dir := t.TempDir()
	l := openLake(t, dir, Options{})
	scripts, err := migrations()
	if err != nil {
		t.Fatal(err)
	}
	_, err = open(t.Context(), dir, l.opt, append(scripts, "CREATE TABLE half (n INTEGER); SELECT nonsense;"))
	if err == nil || !strings.Contains(err.Error(), fmt.Sprintf("from version %d to %d", len(scripts), len(scripts)+1)) {
		t.Fatalf("err = %v", err)
	}
	var n int
	if err := l.read.QueryRowContext(t.Context(), "SELECT count(*) FROM sqlite_master WHERE name = 'half'").Scan(&n); err != nil || n != 0 {
		t.Errorf("half a migration stayed: %d, %v", n, err)
	}
	openLake(t, dir, Options{})
}

func TestADamagedCatalogueSaysWhatToDo(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "catalog.db"), []byte(strings.Repeat("not a database ", 1000)), 0o666); err != nil {
		t.Fatal(err)
	}
	_, err := Open(t.Context(), dir, Options{})
	if err == nil || !strings.Contains(err.Error(), "verify --rebuild-catalog") {
		t.Fatalf("err = %v", err)
	}
}
