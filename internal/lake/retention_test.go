package lake

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"
)

func TestSegmentsExpireByTheAgeOfTheirTable(t *testing.T) {
	now := &clock{t: noon}
	l := openLake(t, t.TempDir(), Options{Now: now.now})
	w := openWriter(t, l)
	ingest(t, w, "B", 5, noon)
	ingest(t, w, "B", 5, noon.Add(24*time.Hour))
	c := w.Begin()
	if err := put(c, Footer{Table: "NTANetAnalytics", MinTime: noon, MaxTime: noon}, 3); err != nil {
		t.Fatal(err)
	}
	c.Errors = []IngestError{{Time: noon, Blob: "B", Kind: "tuple", Reason: "x"}}
	if _, err := w.Commit(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	if rm, err := l.Expire(t.Context()); err != nil || rm != (Removed{}) {
		t.Errorf("without retention: %+v, %v", rm, err)
	}
	for table, days := range map[string]int{TableFlows: 30, "IngestErrors": 10} {
		if err := l.SetRetention(t.Context(), table, time.Duration(days)*24*time.Hour); err != nil {
			t.Fatal(err)
		}
	}
	gen, err := l.Generation(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if rm, err := l.Expire(t.Context()); err != nil || rm != (Removed{}) {
		t.Errorf("before its time: %+v, %v", rm, err)
	}
	if g, err := l.Generation(t.Context()); err != nil || g != gen {
		t.Errorf("expiring nothing made generation %d of %d, %v", g, gen, err)
	}
	now.forward(30*24*time.Hour + time.Second)
	rm, err := l.Expire(t.Context())
	// An error, an hour of capture, a local address and the rule's hits of one blob
	// without an hour in its path, which stay.
	if err != nil || rm.Segments != 1 || rm.Rows != 5 || rm.Small != 3 {
		t.Errorf("expired %+v, %v", rm, err)
	}
	if got := rows(t, l); got != 5 {
		t.Errorf("%d rows of Flows, want 5", got)
	}
	if got := segments(t, l, "NTANetAnalytics"); len(got) != 1 {
		t.Errorf("NTANetAnalytics has %d segments, want its 1: it has no retention", len(got))
	}
	checkLake(t, l)
	if err := l.SetRetention(t.Context(), TableFlows, 0); err != nil {
		t.Fatal(err)
	}
	if m, err := l.Retention(t.Context()); err != nil || len(m) != 1 {
		t.Errorf("retention %v, %v", m, err)
	}
	if err := l.SetRetention(t.Context(), TableFlows, -time.Hour); err == nil {
		t.Error("a negative retention was accepted")
	}
}

func TestAForgottenBlobIsGoneAndNotReadAgain(t *testing.T) {
	l := openLake(t, t.TempDir(), Options{})
	w := openWriter(t, l)
	// B and C share a segment; D has its own.
	c := w.Begin()
	for _, blob := range []string{"B", "C"} {
		c.Cursors = append(c.Cursors, CursorChange{
			Expected: Cursor{Blob: blob}, Next: Cursor{Blob: blob, Position: Position{10, 10, 10}, Tuples: 10},
			Rules: []RuleCount{{AclGroup: "g", AclRule: blob, FirstSeen: noon, LastSeen: noon, Hits: 10}},
		})
	}
	f := Footer{Table: TableFlows, MinTime: noon, MaxTime: noon}
	for _, blob := range []string{"B", "C"} {
		r, err := c.Range(TableFlows, blob, 0, 9, 10)
		if err != nil {
			t.Fatal(err)
		}
		f.Blobs = append(f.Blobs, r)
	}
	if err := put(c, f, 20); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Commit(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	ingest(t, w, "D", 4, noon)

	interval := Interval{noon, "m", "log"}
	rm, err := l.Forget(t.Context(), ForgetRequest{Blob: "B", Dirty: []Interval{interval}})
	if err != nil || rm.Segments != 0 || rm.Cut != 1 {
		t.Errorf("forget B: %+v, %v", rm, err)
	}
	rm, err = l.Forget(t.Context(), ForgetRequest{Blob: "D"})
	if err != nil || rm.Segments != 1 || rm.Cut != 0 {
		t.Errorf("forget D: %+v, %v", rm, err)
	}
	if got := rows(t, l); got != 10 {
		t.Errorf("%d rows, want the 10 of C", got)
	}
	if d, err := snapshot(t, l).DirtyIntervals(t.Context(), TimeRange{}); err != nil || len(d) != 1 || d[0].Interval != interval {
		t.Errorf("dirty %v, %v", d, err)
	}
	cur := cursorOf(t, l, "B")
	if !cur.Forgotten {
		t.Error("B's cursor does not say that it was forgotten")
	}
	c = w.Begin()
	if err := read(c, cur, 5, noon); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Commit(t.Context(), c); err == nil || !strings.Contains(err.Error(), "was forgotten") {
		t.Errorf("reading on: %v", err)
	}
	checkLake(t, l)
	mergeAll(t, w)
	checkLake(t, l)
	if got := rows(t, l); got != 10 {
		t.Errorf("%d rows after compaction, want 10", got)
	}
	for _, req := range []ForgetRequest{{}, {Blob: "B", Before: noon}, {Blob: "never read"}} {
		if _, err := l.Forget(t.Context(), req); err == nil {
			t.Errorf("%+v was accepted", req)
		}
	}
}

func TestForgettingReachesTheTablesOfTheCatalogue(t *testing.T) {
	l := openLake(t, t.TempDir(), Options{})
	w := openWriter(t, l)
	c := w.Begin()
	for i, sub := range []string{"SUB-1", "SUB-2"} {
		blob := "RESOURCEID=/SUBSCRIPTIONS/" + sub
		group := "/subscriptions/" + strings.ToLower(sub) + "/nsg"
		c.Cursors = append(c.Cursors, CursorChange{
			Expected: Cursor{Blob: blob}, Next: Cursor{Blob: blob, LastRead: noon},
			Rules:    []RuleCount{{AclGroup: group, AclRule: "r", FirstSeen: noon, LastSeen: noon, Hits: 1}},
			Captures: []CaptureHour{{NicResourceID: group, Hour: noon.Add(time.Duration(i) * time.Hour)}},
			Locals:   []LocalAddress{{IP: sub, Hour: noon.Add(time.Duration(i) * time.Hour)}},
		})
		c.Errors = append(c.Errors, IngestError{Time: noon.Add(time.Duration(i) * time.Hour), Blob: blob})
	}
	if _, err := w.Commit(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	count := func() string {
		var out []string
		for _, name := range []string{"IngestErrors", "RuleSightings", "CaptureHours", "LocalAddresses"} {
			out = append(out, fmt.Sprint(len(table(t, l, name))))
		}
		return strings.Join(out, " ")
	}
	for _, step := range []struct {
		req  ForgetRequest
		want string // errors, rules, capture hours, local addresses
	}{
		{ForgetRequest{Before: noon.Add(time.Hour)}, "1 2 1 1"},
		{ForgetRequest{Subscription: "sub-2"}, "0 1 0 1"},
		{ForgetRequest{Blob: "RESOURCEID=/SUBSCRIPTIONS/SUB-1"}, "0 1 0 1"},
	} {
		if _, err := l.Forget(t.Context(), step.req); err != nil {
			t.Fatal(err)
		}
		if got := count(); got != step.want {
			t.Errorf("after %+v: %s rows, want %s", step.req, got, step.want)
		}
	}
}

func TestVerifyFindsWhatIsWrong(t *testing.T) {
	l := openLake(t, t.TempDir(), Options{})
	w := openWriter(t, l)
	for _, blob := range []string{"A", "B", "C", "D"} {
		ingest(t, w, blob, 5, noon)
	}
	checkLake(t, l)
	segs := segments(t, l, TableFlows)
	if err := os.Remove(l.Path(segs[0])); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(l.Path(segs[1]), 10); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(l.Path(segs[2]))
	if err != nil {
		t.Fatal(err)
	}
	b[5] ^= 0xff
	if err := os.WriteFile(l.Path(segs[2]), b, 0o666); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(segmentPath(l.dir, "Flows/2026-03-04/x.parquet"), nil, 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := l.write.ExecContext(t.Context(), "UPDATE blobs SET tuples = tuples + 1 WHERE blob = 'D'"); err != nil {
		t.Fatal(err)
	}
	v, err := l.Verify(t.Context(), readTestFooter)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range v.Findings {
		got = append(got, string(f.Kind)+" "+f.Name)
	}
	want := []string{
		"damaged " + segs[1].Name, "damaged " + segs[2].Name, "miscounted D", "missing " + segs[0].Name, "stray Flows/2026-03-04/x.parquet",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("found\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if v.Segments != 4 || v.Blobs != 4 || v.Tuples != 21 {
		t.Errorf("looked at %+v", v)
	}
}

func TestUsageForecastsWhenTheVolumeIsFull(t *testing.T) {
	day := func(n int) time.Time { return time.Date(2026, 3, n, 0, 0, 0, 0, time.UTC) }
	days := func(table string, from, to int, bytes int64) (TableUsage, []DayUsage) {
		u := TableUsage{Table: table, Min: day(from), Max: day(to).Add(23 * time.Hour)}
		var ds []DayUsage
		for d := from; d <= to; d++ {
			u.Bytes += bytes
			ds = append(ds, DayUsage{Table: table, Day: day(d), Bytes: bytes})
		}
		return u, ds
	}
	flows, fd := days(TableFlows, 1, 10, 100)
	nta, nd := days("NTANetAnalytics", 1, 10, 10)
	for _, c := range []struct {
		name       string
		flows, nta time.Duration
		free       uint64
		perDay     float64
		final      int64
		left       float64
	}{
		{"no retention", 0, 0, 1100, 110, 0, 10},
		{"nothing known of the volume", 0, 0, 0, 110, 0, -1},
		{"one table stops after 10 days, the other goes on", 20*24*time.Hour - time.Hour, 0, 1100 + 50, 110, 0, 15},
		{"both stop before it is full", 20*24*time.Hour - time.Hour, 20*24*time.Hour - time.Hour, 2000, 110, 2200, -1},
		{"both have stopped", 24 * time.Hour, 24 * time.Hour, 5, 0, 1100, -1},
	} {
		u := Usage{Tables: []TableUsage{flows, nta}, Days: append(fd, nd...), Free: c.free, DaysLeft: -1}
		u.Tables[0].Retention, u.Tables[1].Retention = c.flows, c.nta
		u.forecast()
		if u.PerDay != c.perDay || u.Final != c.final || u.DaysLeft != c.left {
			t.Errorf("%s: %v a day, finally %v, full in %v days; want %v, %v, %v", c.name, u.PerDay, u.Final, u.DaysLeft, c.perDay, c.final, c.left)
		}
	}
}

func TestUsageCountsTablesDaysAndTheCatalogue(t *testing.T) {
	l := openLake(t, t.TempDir(), Options{})
	w := openWriter(t, l)
	ingest(t, w, "B", 5, noon)
	ingest(t, w, "B", 5, noon)
	ingest(t, w, "B", 5, noon.AddDate(0, 0, 1))
	mergeAll(t, w)
	u, err := l.Usage(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(u.Tables) != 1 || u.Tables[0].Rows != 15 || u.Tables[0].Segments != 2 || len(u.Days) != 2 || u.Days[0].Rows != 10 {
		t.Errorf("tables %+v, days %+v", u.Tables, u.Days)
	}
	if u.Ended == 0 || u.Catalog == 0 || u.Free == 0 || u.DaysLeft <= 0 {
		t.Errorf("%+v", u)
	}
}
