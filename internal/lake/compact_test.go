package lake

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/azflow/azflow/internal/batch"
	"github.com/azflow/azflow/internal/lake/segment"
)

// mergeSegments replaces segs by one, as compaction does, and drops hidden blobs.
func mergeSegments(w *Writer, s *Snapshot, segs []Segment, level int) error {
	with := slices.Clone(segs)
	if err := w.lake.Footers(with, readTestFooter); err != nil {
		return err
	}
	c := w.Begin()
	c.Replace(s, segs...)
	var hidden []BlobGen
	var n int64
	for i := range with {
		hidden = append(hidden, with[i].Hidden.Blobs...)
	}
	f := MergeFooters(with, hidden)
	f.Level = level
	for _, b := range f.Blobs {
		n += b.Rows
	}
	if n > 0 {
		if err := put(c, f, n); err != nil {
			return err
		}
	}
	_, err := w.Commit(context.Background(), c)
	return err
}

// mergeAll merges all segments of Flows, day by day.
func mergeAll(t testing.TB, w *Writer) {
	t.Helper()
	s := snapshot(t, w.lake)
	segs, err := s.Segments(t.Context(), TableFlows, TimeRange{})
	if err != nil {
		t.Fatal(err)
	}
	byDay := map[string][]Segment{}
	for _, seg := range segs {
		byDay[seg.Day] = append(byDay[seg.Day], seg)
	}
	for _, day := range byDay {
		if err := mergeSegments(w, s, day, 1); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestMergedSegmentsHaveTheSameRows(t *testing.T) {
	l := openLake(t, t.TempDir(), Options{})
	w := openWriter(t, l)
	for i := range 4 {
		ingest(t, w, "B", 5, noon.Add(time.Duration(i)*time.Minute))
		ingest(t, w, "C", 1, noon)
	}
	mergeAll(t, w)
	segs := segments(t, l, TableFlows)
	if len(segs) != 1 || rows(t, l) != 24 {
		t.Fatalf("%d segments, %d rows", len(segs), rows(t, l))
	}
	f, _, err := readTestFooter(l.Path(segs[0]))
	if err != nil {
		t.Fatal(err)
	}
	if len(f.Blobs) != 2 || f.Blobs[0].Blob != "B" || f.Blobs[0].First != 0 || f.Blobs[0].Last != 19 || f.Blobs[0].Rows != 20 || f.Blobs[0].Cursor.NextTuple != 20 {
		t.Errorf("ranges %+v", f.Blobs)
	}
	if r := f.Blobs[0].Rules; len(r) != 1 || r[0].Hits != 20 {
		t.Errorf("rules in the footer: %+v", r)
	}
	checkLake(t, l)
	mergeAll(t, w)
	checkLake(t, l)
}

func TestTwoCompactionsOfTheSameSegmentsCannotBothCommit(t *testing.T) {
	l := openLake(t, t.TempDir(), Options{})
	w1, w2 := openWriter(t, l), openWriter(t, l)
	ingest(t, w1, "B", 5, noon)
	ingest(t, w1, "B", 5, noon)
	s := snapshot(t, l)
	segs, err := s.Segments(t.Context(), TableFlows, TimeRange{})
	if err != nil {
		t.Fatal(err)
	}
	if err := mergeSegments(w1, s, segs, 1); err != nil {
		t.Fatal(err)
	}
	if err := mergeSegments(w2, s, segs, 1); !errors.Is(err, ErrConflict) {
		t.Fatalf("err = %v, want ErrConflict", err)
	}
	if n := rows(t, l); n != 10 {
		t.Errorf("%d rows, want 10", n)
	}
	checkLake(t, l)
}

func TestACompactionThatLosesOrAddsRowsIsRejected(t *testing.T) {
	l := openLake(t, t.TempDir(), Options{})
	w := openWriter(t, l)
	ingest(t, w, "B", 5, noon)
	s := snapshot(t, l)
	for _, diff := range []int64{-1, 1} {
		segs := segments(t, l, TableFlows)
		with := slices.Clone(segs)
		if err := l.Footers(with, readTestFooter); err != nil {
			t.Fatal(err)
		}
		c := w.Begin()
		c.Replace(s, segs...)
		f := MergeFooters(with, nil)
		f.Blobs[0].Rows += diff
		f.Blobs[0].Last++
		if err := put(c, f, 5+diff); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Commit(t.Context(), c); err == nil || !strings.Contains(err.Error(), "1 rows") {
			t.Errorf("%+d: err = %v", diff, err)
		}
	}
	if n := rows(t, l); n != 5 {
		t.Errorf("%d rows, want 5", n)
	}
}

func TestCompactingAndExpiringInALoopNeverDisturbsALongReader(t *testing.T) {
	now := &clock{t: noon}
	dir := t.TempDir()
	l := openLake(t, dir, Options{Now: now.now})
	w := openWriter(t, l)
	for day := range 3 {
		for range 3 {
			ingest(t, w, fmt.Sprint("B", day), 5, noon.AddDate(0, 0, day-3))
		}
	}
	if err := l.SetRetention(t.Context(), TableFlows, 7*24*time.Hour); err != nil {
		t.Fatal(err)
	}
	reader := openLake(t, dir, Options{})
	long := snapshot(t, reader)
	want, err := long.Segments(t.Context(), TableFlows, TimeRange{})
	if err != nil || len(want) != 9 {
		t.Fatal(len(want), err)
	}
	var wg sync.WaitGroup
	stop := make(chan struct{})
	wg.Go(func() { // the long query, and short ones beside it
		for {
			select {
			case <-stop:
				return
			default:
			}
			if n, err := visible(context.Background(), long); err != nil || n != 45 {
				t.Errorf("the long reader sees %d rows, %v; want 45", n, err)
				return
			}
			s, err := reader.Snapshot(context.Background())
			if err != nil {
				t.Error(err)
				return
			}
			if _, err := visible(context.Background(), s); err != nil {
				t.Errorf("a short reader: %v", err)
			}
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		}
	})
	for i := range 10 {
		mergeAll(t, w)
		ingest(t, w, "late", 1, noon.Add(-time.Hour))
		now.forward(24 * time.Hour)
		if _, err := l.Expire(t.Context()); err != nil {
			t.Fatal(err)
		}
		sw, err := l.Sweep(t.Context(), time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		if sw.Unlinked > 0 {
			t.Fatalf("round %d unlinked %d files under a reader", i, sw.Unlinked)
		}
	}
	close(stop)
	wg.Wait()
	if err := long.Close(); err != nil {
		t.Fatal(err)
	}
	sw, err := l.Sweep(t.Context(), time.Minute)
	if err != nil || sw.Unlinked == 0 {
		t.Errorf("after the reader ended: %+v, %v", sw, err)
	}
	if got, live := len(files(t, l)), len(segments(t, l, TableFlows)); got != live+sw.Kept {
		t.Errorf("%d files for %d live segments, %d kept", got, live, sw.Kept)
	}
	checkLake(t, l)
}

func TestEndedSegmentsAreUnlinkedOnlyAfterGrace(t *testing.T) {
	now := &clock{t: noon}
	l := openLake(t, t.TempDir(), Options{Now: now.now})
	w := openWriter(t, l)
	ingest(t, w, "B", 5, noon)
	ingest(t, w, "B", 5, noon)
	mergeAll(t, w)
	now.forward(DefaultGrace - time.Second)
	if sw, err := l.Sweep(t.Context(), DefaultGrace); err != nil || sw != (Swept{Kept: 2}) {
		t.Errorf("before grace: %+v, %v", sw, err)
	}
	now.forward(time.Second)
	sw, err := l.Sweep(t.Context(), DefaultGrace)
	if err != nil || sw.Unlinked != 2 || sw.Bytes == 0 {
		t.Errorf("after grace: %+v, %v", sw, err)
	}
	if sw, err := l.Sweep(t.Context(), DefaultGrace); err != nil || sw != (Swept{}) {
		t.Errorf("a second time: %+v, %v", sw, err)
	}
	if got := files(t, l); len(got) != 1 {
		t.Errorf("files %v", got)
	}
}

func TestCompactionIsPlannedByHourThenByDayAndComesToAnEnd(t *testing.T) {
	now := &clock{t: noon}
	l := openLake(t, t.TempDir(), Options{Now: now.now})
	w := openWriter(t, l)
	plan := func(opt PlanOptions) string {
		t.Helper()
		s := snapshot(t, l)
		ms, err := s.PlanCompaction(t.Context(), TableFlows, opt)
		if err != nil {
			t.Fatal(err)
		}
		var out []string
		for _, m := range ms {
			out = append(out, fmt.Sprintf("%d of %s to level %d", len(m.Segments), m.Segments[0].MinTime.Format("15h"), m.Level))
			if err := mergeSegments(w, s, m.Segments, m.Level); err != nil {
				t.Fatal(err)
			}
		}
		return strings.Join(out, "; ")
	}
	for h := range 3 { // 12h, 13h, 14h
		for m := range 4 {
			ingest(t, w, "B", 5, noon.Add(time.Duration(h)*time.Hour+time.Duration(m)*time.Minute))
		}
	}
	now.t = noon.Add(3 * time.Hour) // 15:00: 12h and 13h have settled
	steps := []struct {
		at   time.Time
		opt  PlanOptions
		want string
	}{
		{noon.Add(3 * time.Hour), PlanOptions{}, "4 of 12h to level 1; 4 of 13h to level 1"},
		{noon.Add(3 * time.Hour), PlanOptions{}, ""},
		{noon.Add(3 * time.Hour), PlanOptions{Crowd: 4}, "4 of 14h to level 1"},
		{noon.Add(3 * time.Hour), PlanOptions{Crowd: 4}, ""},
		{noon.Add(5 * time.Hour), PlanOptions{}, ""},
		{noon.Add(13 * time.Hour), PlanOptions{MaxRows: 40}, "2 of 12h to level 2"},
		{noon.Add(13 * time.Hour), PlanOptions{MaxRows: 40}, ""},
		{noon.Add(13 * time.Hour), PlanOptions{}, "2 of 12h to level 2"},
		{noon.Add(13 * time.Hour), PlanOptions{}, ""},
	}
	for i, st := range steps {
		now.t = st.at
		if got := plan(st.opt); got != st.want {
			t.Errorf("step %d: planned %q, want %q", i, got, st.want)
		}
	}
	if got := rows(t, l); got != 60 {
		t.Errorf("%d rows, want 60", got)
	}
	checkLake(t, l)
}

func TestPartialSegmentsAreMergedWithAllThatShareTheirInterval(t *testing.T) {
	now := &clock{t: noon}
	l := openLake(t, t.TempDir(), Options{Now: now.now})
	w := openWriter(t, l)
	add := func(from, to int, partial bool) {
		c := w.Begin()
		at := func(h int) time.Time { return noon.Add(time.Duration(h) * time.Hour) }
		if err := put(c, Footer{Table: "NTANetAnalytics", Interval: time.Hour, MinTime: at(from), MaxTime: at(to), Partial: partial}, 10); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Commit(t.Context(), c); err != nil {
			t.Fatal(err)
		}
	}
	add(0, 2, false)
	add(2, 3, true)
	add(3, 3, true)
	add(4, 4, false)
	add(5, 5, true)
	add(9, 9, true)
	now.forward(7 * time.Hour)
	ms, err := snapshot(t, l).PlanCompaction(t.Context(), "NTANetAnalytics", PlanOptions{MaxRows: 15})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, m := range ms {
		got = append(got, fmt.Sprintf("%d from %s partial=%v", len(m.Segments), m.Segments[0].MinTime.Format("15h"), m.Partial))
	}
	want := []string{"3 from 12h partial=false", "1 from 17h partial=false"}
	if !slices.Equal(got, want) {
		t.Errorf("planned %q, want %q", got, want)
	}
}

// flowFields are the columns of Flows that the lake has to know, and one more.
func flowFields() []batch.Field {
	return []batch.Field{
		{Name: colTime, Kind: batch.Time},
		{Name: colBlob, Kind: batch.Text},
		{Name: colGeneration, Kind: batch.Int32},
		{Name: colTuple, Kind: batch.Int64},
		{Name: "FlowLogResourceId", Kind: batch.Text},
		{Name: "TargetResourceId", Kind: batch.Text},
		{Name: "SrcPort", Kind: batch.Int32, Nullable: true},
	}
}

// putFlows commits real rows: tuples of a blob, one a minute, whose
// subscription is that of subs in turn.
func putFlows(t *testing.T, w *Writer, cur Cursor, n int, subs ...string) Cursor {
	t.Helper()
	c := w.Begin()
	next := cur
	next.Offset += int64(n)
	next.NextTuple += int64(n)
	next.Tuples += int64(n)
	c.Cursors = []CursorChange{{Expected: cur, Next: next}}
	b := batch.NewBuilder(flowFields())
	start := noon.Add(time.Duration(cur.NextTuple) * time.Minute)
	var ids []string
	for i := range n {
		sub := subs[i%len(subs)]
		ids = append(ids, sub)
		b.Column(0).Int(start.Add(time.Duration(i) * time.Minute).UnixMicro())
		b.Column(1).Text(cur.Blob)
		b.Column(2).Int(int64(next.Generation))
		b.Column(3).Int(cur.NextTuple + int64(i))
		b.Column(4).Text("")
		b.Column(5).Text("/subscriptions/" + strings.ToUpper(sub) + "/resourceGroups/rg")
		b.Column(6).Int(int64(i))
	}
	rows, err := b.Batch()
	if err != nil {
		t.Fatal(err)
	}
	file, err := c.NewFile(TableFlows, start)
	if err != nil {
		t.Fatal(err)
	}
	out, err := os.OpenFile(file.Path, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	sw, err := segment.NewWriter(out, rows.Fields, segment.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := sw.Write(rows); err != nil {
		t.Fatal(err)
	}
	r, err := c.Range(TableFlows, cur.Blob, cur.NextTuple, next.NextTuple-1, int64(n))
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(ids)
	var columns []string
	for _, f := range rows.Fields {
		columns = append(columns, f.Name)
	}
	f := c.Stamp(Footer{
		Columns: columns,
		Table:   TableFlows, MinTime: start, MaxTime: start.Add(time.Duration(n-1) * time.Minute),
		Blobs: []BlobRange{r}, Subscriptions: slices.Compact(ids), AddressFilter: []byte(cur.Blob),
	})
	if _, err := sw.Close(func(segment.Summary) (map[string]string, error) { return f.Metadata() }); err != nil {
		t.Fatal(err)
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
	if err := file.Done(f, int64(n)); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Commit(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	return cursorOf(t, w.lake, cur.Blob)
}

func TestCompactionCopiesWhatIsNotHidden(t *testing.T) {
	now := &clock{t: noon.Add(48 * time.Hour)}
	l := openLake(t, t.TempDir(), Options{Now: now.now})
	w := openWriter(t, l)
	cur := putFlows(t, w, Cursor{Blob: "A"}, 10, "sub1", "sub2")
	putFlows(t, w, cur, 10, "sub1", "sub3")
	b := putFlows(t, w, Cursor{Blob: "B"}, 7, "sub1")
	b.Generation, b.Position, b.Tuples = 1, Position{}, 0
	// B is rewritten: generation 1 has 3 tuples.
	expected := cursorOf(t, l, "B")
	c := w.Begin()
	next := b
	next.Offset, next.NextTuple = 3, 0
	c.Cursors = []CursorChange{{Expected: expected, Next: next}}
	if _, err := w.Commit(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	putFlows(t, w, cursorOf(t, l, "B"), 3, "sub1")
	if rm, err := l.Forget(t.Context(), ForgetRequest{Subscription: "SUB2"}); err != nil || rm.Cut != 1 {
		t.Fatalf("forget: %+v, %v", rm, err)
	}
	if rm, err := l.Forget(t.Context(), ForgetRequest{Before: noon.Add(2 * time.Minute)}); err != nil || rm.Cut != 3 {
		t.Fatalf("forget: %+v, %v", rm, err)
	}

	fields := append(flowFields(), batch.Field{Name: "NeverFilled", Kind: batch.Text})
	lay := Layout{Fields: fields, JoinFilters: func(fs [][]byte) ([]byte, error) {
		var all []byte
		for _, f := range fs {
			all = append(all, f...)
		}
		return all, nil
	}}
	s := snapshot(t, l)
	plan, err := s.PlanCompaction(t.Context(), TableFlows, PlanOptions{})
	if err != nil || len(plan) != 1 || len(plan[0].Segments) != 4 {
		t.Fatalf("plan %+v, %v", plan, err)
	}
	if _, err := w.Compact(t.Context(), s, plan[0], lay); err != nil {
		t.Fatal(err)
	}
	segs := segments(t, l, TableFlows)
	if len(segs) != 1 || !segs[0].Hidden.None() {
		t.Fatalf("segments %+v", segs)
	}
	// A: 20 tuples, without the 5 of sub2 and tuple 0 of sub1, earlier than
	// minute 2 (tuple 1 is sub2's). B: tuple 2 of generation 1.
	if got, want := tuples(t, l.Path(segs[0])), "A/0: 2 4 6 8 10 11 12 13 14 15 16 17 18 19; B/1: 2"; got != want {
		t.Errorf("tuples\n got %s\nwant %s", got, want)
	}
	if !segs[0].MinTime.Equal(noon.Add(2*time.Minute)) || segs[0].Level != 2 {
		t.Errorf("from %v at level %d", segs[0].MinTime, segs[0].Level)
	}
	if len(segs[0].Columns) != 7 || segs[0].Columns[6] != "SrcPort" {
		t.Errorf("columns %v", segs[0].Columns)
	}
	if !slices.Equal(segs[0].Subscriptions, []string{"sub1", "sub3"}) || filterOf(t, l, segs[0]) != "ABBA" {
		t.Errorf("subscriptions %v, filter %q", segs[0].Subscriptions, filterOf(t, l, segs[0]))
	}
	v, err := l.Verify(t.Context(), ReadFooter)
	if err != nil || len(v.Findings) > 0 {
		t.Errorf("%v, %v", v.Findings, err)
	}
	if plan, err := snapshot(t, l).PlanCompaction(t.Context(), TableFlows, PlanOptions{}); err != nil || len(plan) > 0 {
		t.Errorf("planned again: %+v, %v", plan, err)
	}
	if _, err := w.Compact(t.Context(), s, plan[0], lay); !errors.Is(err, ErrConflict) {
		t.Errorf("the same again: %v, want ErrConflict", err)
	}
}

func TestSegmentsThatDoNotNameTheirSubscriptionsAreSearchedForAForgottenOne(t *testing.T) {
	now := &clock{t: noon.Add(48 * time.Hour)}
	l := openLake(t, t.TempDir(), Options{Now: now.now})
	w := openWriter(t, l)
	putFlows(t, w, Cursor{Blob: "A"}, 6, "sub1", "sub2", "sub22")
	// As if the footer did not say, and beside it a table without such columns.
	if _, err := l.write.ExecContext(t.Context(), "UPDATE segments SET subscriptions = '[]'"); err != nil {
		t.Fatal(err)
	}
	c := w.Begin()
	if err := put(c, Footer{Table: "NTAIpDetailsHistory", MinTime: noon, MaxTime: noon, Columns: []string{"Ip"}}, 1); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Commit(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	if rm, err := l.Forget(t.Context(), ForgetRequest{Subscription: "Sub2"}); err != nil || rm.Cut != 1 || rm.Segments != 0 {
		t.Fatalf("forget: %+v, %v", rm, err)
	}
	s := snapshot(t, l)
	plan, err := s.PlanCompaction(t.Context(), TableFlows, PlanOptions{})
	if err != nil || len(plan) != 1 {
		t.Fatalf("plan %+v, %v", plan, err)
	}
	if _, err := w.Compact(t.Context(), s, plan[0], Layout{Fields: flowFields()}); err != nil {
		t.Fatal(err)
	}
	if got, want := tuples(t, l.Path(segments(t, l, TableFlows)[0])), "A/0: 0 2 3 5"; got != want {
		t.Errorf("tuples %s, want %s", got, want)
	}
}

func TestACatalogueIsRebuiltFromParquet(t *testing.T) {
	dir := t.TempDir()
	l, w := lakeAndWriter(t, dir, Options{})
	cur := putFlows(t, w, Cursor{Blob: "A"}, 6, "sub1")
	putFlows(t, w, cur, 4, "sub2")
	loseCatalogue(t, l, w)
	res, err := Rebuild(t.Context(), dir, Options{}, ReadFooter)
	if err != nil || res.Segments != 2 || res.Rows != 10 || len(res.Rejected) != 0 {
		t.Fatalf("%+v, %v", res, err)
	}
	l = openLake(t, dir, Options{})
	if got := cursorOf(t, l, "A"); got.Tuples != 10 || got.Position != (Position{10, 0, 10}) {
		t.Errorf("cursor %+v", got)
	}
	segs := segments(t, l, TableFlows)
	if len(segs) != 2 || len(segs[1].Columns) != 7 || segs[1].Subscriptions[0] != "sub2" || filterOf(t, l, segs[1]) != "A" {
		t.Errorf("segments %+v", segs)
	}
	v, err := l.Verify(t.Context(), ReadFooter)
	if err != nil || len(v.Findings) > 0 {
		t.Errorf("%v, %v", v.Findings, err)
	}
}

// tuples lists the tuples of a segment by blob and generation.
func tuples(t *testing.T, path string) string {
	t.Helper()
	r, err := segment.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	scan, err := r.Scan(colBlob, colGeneration, colTuple)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string][]int64{}
	for {
		b, err := scan.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		for row := range b.Rows {
			g, _ := b.Columns[1].IntAt(row)
			n, _ := b.Columns[2].IntAt(row)
			k := fmt.Sprintf("%s/%d", b.Columns[0].TextAt(row), g)
			got[k] = append(got[k], n)
		}
	}
	var out []string
	for k, ns := range got {
		slices.Sort(ns)
		out = append(out, k+": "+strings.Trim(fmt.Sprint(ns), "[]"))
	}
	slices.Sort(out)
	return strings.Join(out, "; ")
}

func filterOf(t *testing.T, l *Lake, seg Segment) string {
	t.Helper()
	snap, err := l.Snapshot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	filter, err := snap.AddressFilter(t.Context(), seg)
	if err := errors.Join(err, snap.Close()); err != nil {
		t.Fatal(err)
	}
	return string(filter)
}
