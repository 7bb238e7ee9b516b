package upkeep

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/azflow/azflow/internal/batch"
	"github.com/azflow/azflow/internal/flowgen"
	"github.com/azflow/azflow/internal/ingest"
	"github.com/azflow/azflow/internal/lake"
	"github.com/azflow/azflow/internal/laketest"
	"github.com/azflow/azflow/internal/rollup"
	"github.com/azflow/azflow/internal/source/dir"
	"github.com/azflow/azflow/internal/trafficanalytics"
)

// clock is a clock that stands still.
type clock struct{ t time.Time }

func (c *clock) now() time.Time { return c.t }

var start = time.Date(2026, 3, 1, 22, 0, 0, 0, time.UTC)

// take ingests a folder in small commits.
func take(t testing.TB, l *lake.Lake, folder string) *ingest.Summary {
	t.Helper()
	s, err := ingest.New(l, ingest.Options{Now: time.Now, Workers: 2, CommitRows: some(3000)}).Run(context.Background(), dir.New(folder))
	if err != nil {
		t.Fatal(err)
	}
	for _, err := range s.Failed {
		t.Error(err)
	}
	return s
}

func compact(t testing.TB, l *lake.Lake, opt Options) Summary {
	t.Helper()
	if opt.Now == nil {
		opt.Now, opt.Grace = time.Now, lake.DefaultGrace
	}
	s, err := Compact(context.Background(), l, opt)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// startless returns rows without the time they start at, which follows from what
// was known of their connections when tuples were taken in: from blobs, too, that
// are gone.
func startless(rows map[string]string) map[string]string {
	out := make(map[string]string, len(rows))
	for k, row := range rows {
		before, rest, _ := strings.Cut(row, "FlowStartTime=")
		_, after, _ := strings.Cut(rest, " ")
		out[k] = before + after
	}
	return out
}

// whole returns the rows of NTANetAnalytics as a query has them, by key, those
// of superseded NSG logs included.
func whole(t testing.TB, l *lake.Lake) map[string]string {
	t.Helper()
	m := trafficanalytics.NewMerger()
	laketest.Batches(t, l, rollup.Table, func(b *batch.Batch) {
		if err := m.Add(b); err != nil {
			t.Fatal(err)
		}
	})
	b := m.Flush()
	out := make(map[string]string, b.Rows)
	for row := range b.Rows {
		var key, vals []string
		for i, f := range b.Fields {
			if f.Name == "TimeProcessed" {
				continue // when each lake took it in
			}
			v := fmt.Sprint("=", laketest.Value(b, i, row))
			if len(key) < 2 {
				key = append(key, v)
			}
			vals = append(vals, f.Name+v)
		}
		out[strings.Join(key, "")] = strings.Join(vals, " ")
	}
	return out
}

// same reports how the rows of two lakes differ.
func same(t testing.TB, when string, got, want map[string]string) {
	t.Helper()
	if maps.Equal(got, want) {
		return
	}
	t.Errorf("%s: %d rows of NTANetAnalytics, want %d", when, len(got), len(want))
	n := 0
	for k, w := range want {
		if g := got[k]; g != w && n < 3 {
			n++
			t.Errorf("%s\n got %s\nwant %s", when, g, w)
		}
	}
}

func counts(t testing.TB, l *lake.Lake) map[string]lake.Extent {
	t.Helper()
	snap, err := l.Snapshot(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = snap.Close() }()
	out := map[string]lake.Extent{}
	for _, table := range []string{lake.TableFlows, rollup.Table, "NTAIpDetailsHistory"} {
		if out[table], err = snap.Extent(context.Background(), table); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

func verify(t testing.TB, l *lake.Lake) {
	t.Helper()
	v, err := l.Verify(context.Background(), lake.ReadFooter)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range v.Findings {
		t.Error(f)
	}
}

// some returns n, or a quarter of it where time is short.
func some(n int) int {
	if testing.Short() {
		return n / 4
	}
	return n
}

// bulk writes plain traffic over two days.
func bulk(t testing.TB, folder string, seed uint64, tuples int) {
	t.Helper()
	if _, err := flowgen.Bulk(flowgen.BulkOptions{Seed: seed, Tuples: tuples, NICs: 3, Hours: 4, Start: start}, flowgen.Dir(folder)); err != nil {
		t.Fatal(err)
	}
}

func TestCompactionChangesNoRow(t *testing.T) {
	logs := t.TempDir()
	bulk(t, logs, 1, some(40_000))
	l := laketest.Open(t, t.TempDir(), lake.Options{})
	take(t, l, logs)
	before, was := whole(t, l), counts(t, l)
	sum := compact(t, l, Options{})
	now := counts(t, l)
	same(t, "after compaction", whole(t, l), before)
	verify(t, l)
	if now[lake.TableFlows].Rows != was[lake.TableFlows].Rows {
		t.Errorf("%d rows of Flows, %d before", now[lake.TableFlows].Rows, was[lake.TableFlows].Rows)
	}
	for table, e := range now {
		if e.Segments != 2 { // one a day
			t.Errorf("%s lies in %d segments, before in %d", table, e.Segments, was[table].Segments)
		}
	}
	if int(now[rollup.Table].Rows) != len(before) {
		t.Errorf("%d rows are stored, %d there are", now[rollup.Table].Rows, len(before))
	}
	if sum.Merges == 0 || sum.Before.Bytes <= sum.After.Bytes || sum.Swept.Kept == 0 {
		t.Errorf("summary %+v", sum)
	}
	if again := compact(t, l, Options{}); again.Merges != 0 {
		t.Errorf("a second time there is something to do: %+v", again)
	}
}

func TestAddressesAreKeptOncePerInterval(t *testing.T) {
	logs := t.TempDir()
	bulk(t, logs, 1, some(20_000))
	l := laketest.Open(t, t.TempDir(), lake.Options{})
	take(t, l, logs)
	keys := func() (rows int, distinct map[string]bool) {
		distinct = map[string]bool{}
		laketest.Batches(t, l, "NTAIpDetailsHistory", func(b *batch.Batch) {
			for row := range b.Rows {
				at, _ := b.Columns[b.Index("TimeGenerated")].IntAt(row)
				distinct[fmt.Sprint(b.Columns[b.Index("Ip")].TextAt(row), at)] = true
				rows++
			}
		})
		return rows, distinct
	}
	rows, want := keys()
	compact(t, l, Options{})
	after, got := keys()
	if rows <= len(want) || after != len(want) || !maps.Equal(got, want) {
		t.Errorf("%d rows of %d keys became %d of %d", rows, len(want), after, len(got))
	}
}

// rewrite replaces a blob's content by another's, of the same hour and NIC.
func rewrite(t testing.TB, logs, other string) (changed string) {
	t.Helper()
	var blobs []string
	if err := filepath.WalkDir(logs, func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			blobs = append(blobs, path)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	slices.Sort(blobs)
	path := blobs[1]
	rel, err := filepath.Rel(logs, path)
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(other, rel))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, text, 0o666); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(path, time.Now(), time.Now()); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestARewrittenBlobLeavesNoRowBehindOnceMerged(t *testing.T) {
	logs, other := t.TempDir(), t.TempDir()
	bulk(t, logs, 1, some(40_000))
	bulk(t, other, 1, some(44_000))
	l := laketest.Open(t, t.TempDir(), lake.Options{})
	take(t, l, logs)
	compact(t, l, Options{})
	rewrite(t, logs, other)
	if s := take(t, l, logs); len(s.Rewritten) != 1 {
		t.Fatalf("rewritten: %v", s.Rewritten)
	}
	fresh := laketest.Open(t, t.TempDir(), lake.Options{})
	take(t, fresh, logs)
	want := startless(whole(t, fresh))
	same(t, "after the blob was read again", startless(whole(t, l)), want)
	verify(t, l)
	compact(t, l, Options{})
	same(t, "after another compaction", startless(whole(t, l)), want)
	if n := counts(t, l)[rollup.Table].Rows; int(n) != len(want) {
		t.Errorf("%d rows are stored, %d there are", n, len(want))
	}
	verify(t, l)
}

// writeBlob writes a flow log of one NIC and hour, from the hour's start on.
func writeBlob(t testing.TB, folder string, nic, hour int, tuples ...string) {
	t.Helper()
	mac := fmt.Sprintf("000D3A00000%d", nic)
	at := time.Date(2026, 3, 1, hour, 0, 0, 0, time.UTC)
	for i, x := range tuples {
		offset, rest, _ := strings.Cut(x, ",")
		d, err := time.ParseDuration(offset)
		if err != nil {
			t.Fatal(err)
		}
		tuples[i] = fmt.Sprintf("%q", fmt.Sprint(at.Add(d).UnixMilli(), ",", rest))
	}
	path := filepath.Join(folder, fmt.Sprintf("flowLogResourceID=/S_NETWORKWATCHERRG/NW_FL/y=2026/m=03/d=01/h=%02d/m=00/macAddress=%s/PT1H.json", hour, mac))
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, fmt.Appendf(nil, `{"records":[{"time":"2026-03-01T%02d:59:00.1234567Z","flowLogVersion":4,"flowLogGUID":"g","macAddress":"%s","category":"FlowLogFlowEvent",`+
		`"flowLogResourceID":"/SUBSCRIPTIONS/S/RESOURCEGROUPS/NW/PROVIDERS/MICROSOFT.NETWORK/NETWORKWATCHERS/NW/FLOWLOGS/FL",`+
		`"targetResourceID":"/subscriptions/S/resourceGroups/RG/providers/Microsoft.Network/virtualNetworks/vnet1","operationName":"FlowLogFlowEvent",`+
		`"flowRecords":{"flows":[{"aclID":"acl","flowGroups":[{"rule":"DefaultRule_AllowInternetOutBound","flowTuples":[%s]}]}]}}]}`,
		hour, mac, strings.Join(tuples, ",")), 0o666); err != nil {
		t.Fatal(err)
	}
}

func TestRowsOfARewrittenBlobCanBeTakenApartOnceMerged(t *testing.T) {
	logs := t.TempDir()
	tuple := func(at, port int) string {
		return fmt.Sprintf("%dm,10.0.0.4,20.1.2.3,%d,443,6,O,E,NX,1,100,1,100", at, port)
	}
	l := laketest.Open(t, t.TempDir(), lake.Options{})
	writeBlob(t, logs, 1, 10, tuple(1, 1001), tuple(2, 1002), tuple(3, 1003))
	writeBlob(t, logs, 2, 10, tuple(1, 2001), tuple(2, 2002))
	take(t, l, logs)
	// One is written anew, shorter than it was, and merged with the other, which
	// is then written anew too.
	writeBlob(t, logs, 1, 10, tuple(5, 1005))
	if s := take(t, l, logs); len(s.Rewritten) != 1 {
		t.Fatalf("rewritten: %v", s.Rewritten)
	}
	compact(t, l, Options{})
	writeBlob(t, logs, 2, 10, tuple(6, 2006), tuple(7, 2007), tuple(8, 2008))
	if s := take(t, l, logs); len(s.Rewritten) != 1 {
		t.Fatalf("rewritten: %v", s.Rewritten)
	}
	fresh := laketest.Open(t, t.TempDir(), lake.Options{})
	take(t, fresh, logs)
	want := startless(whole(t, fresh))
	same(t, "after the second blob was read again", startless(whole(t, l)), want)
	compact(t, l, Options{})
	same(t, "after another compaction", startless(whole(t, l)), want)
	verify(t, l)
}

// A flow that the platform re-creates at 10:30 counts its bytes again at 11:10:
// the row of 10 o'clock is corrected by what the blob of 11 o'clock says.
func TestTakingApartKeepsCorrectionsThatComeFromElsewhere(t *testing.T) {
	logs := t.TempDir()
	const flow, other = "10.0.0.6,192.0.2.180,23956,443,6,O", "10.0.0.7,192.0.2.180,23956,443,6,O"
	writeBlob(t, logs, 1, 10, "10m,"+flow+",B,NX,0,0,0,0", "30m,"+flow+",E,NX,3,767,2,1580", "30m,"+flow+",B,NX,0,0,0,0")
	writeBlob(t, logs, 1, 11, "10m,"+flow+",E,NX,10,2000,8,3000")
	writeBlob(t, logs, 2, 10, "10m,"+other+",E,NX,1,100,1,100", "20m,"+other+",E,NX,1,100,1,100")
	writeBlob(t, logs, 2, 11, "10m,"+other+",E,NX,1,100,1,100")
	l := laketest.Open(t, t.TempDir(), lake.Options{})
	take(t, l, logs)
	want := whole(t, l)
	corrected := 0
	for _, row := range want {
		if strings.Contains(row, "BytesSrcToDest=767 ") && strings.Contains(row, "BytesSrcToDestRepeated=767 ") {
			corrected++
		}
	}
	if len(want) != 4 || corrected != 1 {
		t.Fatalf("%d rows, %d corrected: %v", len(want), corrected, want)
	}
	compact(t, l, Options{})
	same(t, "merged", whole(t, l), want)
	ctx := context.Background()
	w, err := l.OpenWriter(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = w.Close() }()
	cursors, err := l.Snapshot(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = cursors.Close() }()
	for row, err := range cursors.Rows(ctx, "IngestBlobs", lake.TimeRange{}) {
		if err != nil {
			t.Fatal(err)
		}
		blob, _ := row[0].(string)
		if _, err := rollup.Unmerge(ctx, l, w, lake.BlobGen{Blob: blob}); err != nil {
			t.Fatal(err)
		}
		same(t, "with "+blob+" apart", whole(t, l), want)
	}
	adjusting := 0
	laketest.Batches(t, l, rollup.Table, func(b *batch.Batch) {
		for row := range b.Rows {
			i := b.Index("BlobId")
			if i < 0 {
				t.Error("rows are still merged")
			} else if b.Columns[i].TextAt(row) == "" {
				adjusting++
			}
		}
	})
	if adjusting != 1 {
		t.Errorf("%d corrections stand by themselves, want 1", adjusting)
	}
	compact(t, l, Options{})
	same(t, "merged again", whole(t, l), want)
	verify(t, l)
}

// A flow is re-created at 10:30 and ends at 11:10. Whichever of the two blobs is
// written anew, and whatever it has then, rows count what a lake has that never
// saw anything else.
func TestReCreatedFlowsAreSettledWhenEitherBlobIsWrittenAnew(t *testing.T) {
	const flow, other = "10.0.0.6,192.0.2.180,23956,443,6,O", "10.0.0.7,192.0.2.180,23957,443,6,O"
	created := []string{"10m," + flow + ",B,NX,0,0,0,0", "30m," + flow + ",E,NX,3,767,2,1580", "30m," + flow + ",B,NX,0,0,0,0"}
	ended := []string{"10m," + flow + ",E,NX,10,2000,8,3000"}
	another := []string{"1m," + other + ",E,NX,1,100,1,100"}
	for name, change := range map[string]struct {
		hour   int
		tuples []string
	}{
		"the end, with more before it":           {11, append(slices.Clone(another), ended...)},
		"the end, which is gone":                 {11, another},
		"the end, which says something else":     {11, []string{"20m," + flow + ",E,NX,11,2100,9,3100"}},
		"the beginning, with more before it":     {10, append(slices.Clone(another), created...)},
		"the beginning, which is gone":           {10, another},
		"the beginning, without a re-creation":   {10, []string{"30m," + flow + ",C,NX,3,767,2,1580"}},
		"the beginning, which has more to say":   {10, []string{"10m," + flow + ",B,NX,0,0,0,0", "30m," + flow + ",E,NX,4,800,3,1600", "30m," + flow + ",B,NX,0,0,0,0"}},
		"both times re-created, then settled on": {11, []string{"10m," + flow + ",E,NX,10,2000,8,3000", "10m," + flow + ",B,NX,0,0,0,0", "20m," + flow + ",E,NX,11,2200,9,3300"}},
	} {
		for _, merged := range []bool{false, true} {
			logs := t.TempDir()
			writeBlob(t, logs, 1, 10, slices.Clone(created)...)
			writeBlob(t, logs, 1, 11, slices.Clone(ended)...)
			l := laketest.Open(t, t.TempDir(), lake.Options{})
			take(t, l, logs)
			if merged {
				compact(t, l, Options{})
			}
			writeBlob(t, logs, 1, change.hour, slices.Clone(change.tuples)...)
			if s := take(t, l, logs); len(s.Rewritten) != 1 {
				t.Fatalf("%s: rewritten %v", name, s.Rewritten)
			}
			fresh := laketest.Open(t, t.TempDir(), lake.Options{})
			take(t, fresh, logs)
			rows := func(l *lake.Lake) map[string]string { return startless(whole(t, l)) }
			want := rows(fresh)
			same(t, name, rows(l), want)
			// What comes later settles what is open still, once.
			writeBlob(t, logs, 1, 12, "10m,"+flow+",E,NX,20,4000,18,5000")
			take(t, l, logs)
			take(t, fresh, logs)
			want = rows(fresh)
			same(t, name+", and an end after it", rows(l), want)
			compact(t, l, Options{})
			same(t, name+", compacted", rows(l), want)
			verify(t, l)
		}
	}
}

func TestAFlowThatIsReCreatedAgainAndAgainIsCountedOnceHoweverItIsRead(t *testing.T) {
	const flow = "10.1.1.8,52.1.1.1,50000,443,6,O"
	hours := [][]string{
		{"5m," + flow + ",B,NX,0,0,0,0", "30m," + flow + ",E,NX,4,800,3,1600", "30m," + flow + ",B,NX,0,0,0,0"},
		{"30m," + flow + ",E,NX,14,2800,13,3600", "30m," + flow + ",B,NX,0,0,0,0"},
		{"30m," + flow + ",E,NX,24,4800,23,5600"},
	}
	logs := t.TempDir()
	l := laketest.Open(t, t.TempDir(), lake.Options{})
	for i, tuples := range hours {
		writeBlob(t, logs, 1, 10+i, slices.Clone(tuples)...)
		take(t, l, logs)
	}
	fresh := laketest.Open(t, t.TempDir(), lake.Options{})
	take(t, fresh, logs)
	want := startless(whole(t, fresh))
	for _, repeated := range []string{"BytesSrcToDestRepeated=800 ", "BytesSrcToDestRepeated=2800 ", "BytesSrcToDestRepeated=0 "} {
		if !slices.ContainsFunc(slices.Collect(maps.Values(want)), func(row string) bool { return strings.Contains(row, repeated) }) {
			t.Errorf("no row with %s in %v", repeated, want)
		}
	}
	same(t, "hour by hour", startless(whole(t, l)), want)
}

func TestRebuildingGivesWhatAFreshLakeOfThatIntervalHas(t *testing.T) {
	logs := t.TempDir()
	bulk(t, logs, 1, some(30_000))
	l := laketest.Open(t, t.TempDir(), lake.Options{})
	take(t, l, logs)
	compact(t, l, Options{})
	for _, interval := range []time.Duration{10 * time.Minute, time.Hour} {
		fresh := laketest.Open(t, t.TempDir(), lake.Options{Interval: interval})
		take(t, fresh, logs)
		sum := compact(t, l, Options{Rebuild: true, Interval: interval})
		if sum.Rebuilt == nil || sum.Rebuilt.Tuples != int64(some(30_000)) || sum.Rebuilt.Kept != 0 {
			t.Errorf("rebuilt %+v", sum.Rebuilt)
		}
		same(t, fmt.Sprint("merged by ", interval), whole(t, l), whole(t, fresh))
		if got, err := l.Interval(context.Background()); err != nil || got != interval {
			t.Errorf("interval %v, %v", got, err)
		}
		verify(t, l)
	}
}

func TestWhereFlowsHasExpiredMergedRowsStay(t *testing.T) {
	logs, other := t.TempDir(), t.TempDir()
	bulk(t, logs, 1, some(30_000))
	bulk(t, other, 1, some(33_000))
	now := &clock{start.Add(30 * time.Hour)}
	l := laketest.Open(t, t.TempDir(), lake.Options{Now: now.now})
	take(t, l, logs)
	compact(t, l, Options{Now: now.now})
	want := whole(t, l)
	// Flows of the first of the two days expires.
	if err := l.SetRetention(context.Background(), lake.TableFlows, 27*time.Hour); err != nil {
		t.Fatal(err)
	}
	if sum := compact(t, l, Options{Now: now.now}); sum.Expired.Segments != 1 {
		t.Errorf("expired %+v", sum.Expired)
	}
	same(t, "after Flows expired", whole(t, l), want)
	sum := compact(t, l, Options{Now: now.now, Rebuild: true})
	if sum.Rebuilt.Kept != 2 {
		t.Errorf("rebuilt %+v", sum.Rebuilt)
	}
	same(t, "after a rebuild", whole(t, l), want)
	verify(t, l)
	// A blob of that day is written anew: its rows count already.
	path := rewrite(t, logs, other)
	if !strings.Contains(path, "d=01") {
		t.Fatalf("rewrote %s", path)
	}
	if s := take(t, l, logs); len(s.Rewritten) != 1 {
		t.Fatalf("rewritten: %v", s.Rewritten)
	}
	same(t, "after a blob of it was rewritten", whole(t, l), want)
	compact(t, l, Options{Now: now.now})
	same(t, "and compacted", whole(t, l), want)
	verify(t, l)
	// And once more, when nothing lists it as counted.
	third := t.TempDir()
	bulk(t, third, 1, some(36_000))
	if again := rewrite(t, logs, third); again != path {
		t.Fatalf("rewrote %s, before %s", again, path)
	}
	if s := take(t, l, logs); len(s.Rewritten) != 1 {
		t.Fatalf("rewritten: %v", s.Rewritten)
	}
	same(t, "after it was rewritten again", whole(t, l), want)
	compact(t, l, Options{Now: now.now})
	same(t, "and compacted again", whole(t, l), want)
	verify(t, l)
	// Those rows keep their interval when the lake's changes.
	compact(t, l, Options{Now: now.now, Rebuild: true, Interval: 10 * time.Minute})
	want = whole(t, l)
	rewrite(t, logs, other)
	if s := take(t, l, logs); len(s.Rewritten) != 1 {
		t.Fatalf("rewritten: %v", s.Rewritten)
	}
	same(t, "after it was rewritten in a lake of shorter intervals", whole(t, l), want)
	verify(t, l)
}

// blobs returns the ids of all blobs read, sorted.
func blobs(t testing.TB, l *lake.Lake) []string {
	t.Helper()
	snap, err := l.Snapshot(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = snap.Close() }()
	var ids []string
	for row, err := range snap.Rows(context.Background(), "IngestBlobs", lake.TimeRange{}) {
		if err != nil {
			t.Fatal(err)
		}
		id, _ := row[0].(string)
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids
}

// What would hide rows that nothing can tell from others is refused, whoever
// comes first.
func TestMergingAndHidingABlobExcludeEachOther(t *testing.T) {
	logs := t.TempDir()
	bulk(t, logs, 1, 3000)
	ctx := context.Background()
	l := laketest.Open(t, t.TempDir(), lake.Options{})
	take(t, l, logs)
	w, err := l.OpenWriter(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = w.Close() }()
	hide := func(blob string) error {
		c := w.Begin()
		c.Tombstones = []lake.BlobGen{{Blob: blob}}
		_, err := w.Commit(ctx, c)
		return err
	}
	ids := blobs(t, l)
	// A merge was planned before the blob was hidden.
	snap, err := l.Snapshot(ctx)
	if err != nil {
		t.Fatal(err)
	}
	plan, err := snap.PlanCompaction(ctx, rollup.Table, lake.PlanOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if err := hide(ids[0]); err != nil {
		t.Fatal(err)
	}
	want := whole(t, l)
	conflicts := 0
	for _, m := range plan {
		if err := rollup.Merge(ctx, l, w, snap, m); errors.Is(err, lake.ErrConflict) {
			conflicts++
		} else if err != nil {
			t.Fatal(err)
		}
	}
	if err := snap.Close(); err != nil {
		t.Fatal(err)
	}
	if conflicts == 0 {
		t.Error("a merge took hidden rows in")
	}
	same(t, "after the merge", whole(t, l), want)
	// A blob is to be hidden after it was merged.
	compact(t, l, Options{})
	if err := hide(ids[1]); !errors.Is(err, lake.ErrConflict) {
		t.Errorf("hiding merged rows: %v, want a conflict", err)
	}
	same(t, "after the refusal", whole(t, l), want)
	if _, err := rollup.Unmerge(ctx, l, w, lake.BlobGen{Blob: ids[1]}); err != nil {
		t.Fatal(err)
	}
	if err := hide(ids[1]); err != nil {
		t.Error(err)
	}
	if n := len(whole(t, l)); n == 0 || n >= len(want) {
		t.Errorf("%d rows are left of %d", n, len(want))
	}
}
