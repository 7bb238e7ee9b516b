package reattribution

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/azflow/azflow/flowlog"
	"github.com/azflow/azflow/internal/batch"
	"github.com/azflow/azflow/internal/flowgen"
	"github.com/azflow/azflow/internal/ingest"
	"github.com/azflow/azflow/internal/inventory"
	"github.com/azflow/azflow/internal/lake"
	"github.com/azflow/azflow/internal/laketest"
	"github.com/azflow/azflow/internal/rollup"
	"github.com/azflow/azflow/internal/source"
	"github.com/azflow/azflow/internal/source/dir"
	"github.com/azflow/azflow/internal/trafficanalytics"
	"github.com/azflow/azflow/internal/upkeep"
)

// end is when the demo ends; the clock stands there, so that two lakes made of
// the same input have the same rows.
var end = time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC)

func clock() time.Time { return end }

// hours are those whose flows are looked at.
func hours() (from, to time.Time) {
	if testing.Short() {
		return end.Add(-26 * time.Hour), end.Add(-24 * time.Hour)
	}
	return end.Add(-72 * time.Hour), end
}

// some is a sink that leaves out logs of other hours.
type some struct{ flowgen.Sink }

func (s some) Blob(b flowgen.Blob) error {
	from, to := hours()
	if p, ok := flowlog.ParsePath(b.Name); ok && b.Container != flowgen.ContainerActivity && (p.Hour.Before(from) || !p.Hour.Before(to)) {
		return nil
	}
	return s.Sink.Blob(b)
}

// demo writes the demo's logs and inventory.
func demo(t *testing.T) (root string, opt ingest.Options) {
	t.Helper()
	d, err := flowgen.NewDemo(1, end)
	if err != nil {
		t.Fatal(err)
	}
	root = t.TempDir()
	for _, write := range []func(flowgen.Sink) error{d.WriteLogs, d.WriteInventory} {
		if err := write(some{flowgen.Dir(root)}); err != nil {
			t.Fatal(err)
		}
	}
	return root, ingest.Options{Workers: 2, Now: clock}
}

func take(t *testing.T, l *lake.Lake, root string, opt ingest.Options) {
	t.Helper()
	src := dir.New(filepath.Join(root, flowgen.ContainerVNet), filepath.Join(root, flowgen.ContainerNSG))
	if _, err := ingest.New(l, opt).Run(t.Context(), src); err != nil {
		t.Fatal(err)
	}
}

// settle lets a lake learn from its flows what inventory does not tell.
func settle(t *testing.T, l *lake.Lake) {
	t.Helper()
	sum, err := Run(t.Context(), l, Options{Now: clock})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d sightings, %d rows", sum.Sightings, sum.Rows)
}

func inventoryOf(t *testing.T, l *lake.Lake, paths ...string) {
	t.Helper()
	if _, err := inventory.Import(t.Context(), l, dir.Of(source.Inventory(), paths...), inventory.ImportOptions{Now: clock}); err != nil {
		t.Fatal(err)
	}
}

func everything(root string) []string {
	return []string{filepath.Join(root, "inventory"), filepath.Join(root, flowgen.ContainerActivity)}
}

// rowsOf returns how often each visible row of a table is there. Partial rows of
// NTANetAnalytics are merged, as a query merges them.
func rowsOf(t *testing.T, l *lake.Lake, table string) map[string]int {
	t.Helper()
	merger := trafficanalytics.NewMerger()
	rows := map[string]int{}
	add := func(b *batch.Batch) {
		order := make([]int, len(b.Fields))
		for i := range order {
			order[i] = i
		}
		slices.SortFunc(order, func(x, y int) int { return cmp.Compare(b.Fields[x].Name, b.Fields[y].Name) })
		for row := range b.Rows {
			var s strings.Builder
			for _, i := range order {
				f, c := b.Fields[i], &b.Columns[i]
				if f.Kind == batch.Text {
					if text := c.TextAt(row); text != "" {
						fmt.Fprintf(&s, "%s=%s ", f.Name, text)
					}
				} else if v, ok := c.IntAt(row); ok {
					fmt.Fprintf(&s, "%s=%d ", f.Name, v)
				}
			}
			rows[s.String()]++
		}
	}
	laketest.Batches(t, l, table, func(b *batch.Batch) {
		if table != rollup.Table {
			add(b)
		} else if err := merger.Add(b); err != nil {
			t.Fatal(err)
		}
	})
	if table == rollup.Table {
		add(merger.Flush())
	}
	if table == tableAddresses { // a row may repeat
		for k := range rows {
			rows[k] = 1
		}
	}
	return rows
}

// small returns the rows of one of the catalogue's tables.
func small(t *testing.T, l *lake.Lake, table string) map[string]int {
	t.Helper()
	snap, err := l.Snapshot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	rows := map[string]int{}
	for row, err := range snap.Rows(t.Context(), table, lake.TimeRange{}) {
		if err != nil {
			t.Fatal(err)
		}
		if text, ok := row[len(row)-1].([]byte); ok {
			row[len(row)-1] = string(text)
		}
		rows[fmt.Sprint(row)]++
	}
	if err := snap.Close(); err != nil {
		t.Fatal(err)
	}
	return rows
}

// same compares all that follows from inventory in two lakes.
func same(t *testing.T, got, want *lake.Lake) {
	t.Helper()
	compare := func(table string, a, b map[string]int) {
		t.Helper()
		if len(b) == 0 {
			t.Errorf("%s: nothing to compare", table)
		}
		shown := 0
		for _, k := range slices.Sorted(maps.Keys(b)) {
			if a[k] != b[k] && shown < 3 {
				shown++
				t.Errorf("%s: %d times, want %d: %s", table, a[k], b[k], k)
			}
		}
		for _, k := range slices.Sorted(maps.Keys(a)) {
			if a[k] != b[k] && shown < 6 {
				shown++
				t.Errorf("%s: %d times, want %d: %s", table, a[k], b[k], k)
			}
		}
	}
	for _, table := range []string{lake.TableFlows, rollup.Table, tableAddresses} {
		compare(table, rowsOf(t, got, table), rowsOf(t, want, table))
	}
	for _, table := range []string{"CaptureHours", "LocalAddresses", "RuleSightings"} {
		compare(table, small(t, got, table), small(t, want, table))
	}
}

// names returns the files of the live segments of Flows.
func names(t *testing.T, l *lake.Lake) map[string]bool {
	t.Helper()
	snap, err := l.Snapshot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	segs, err := snap.Segments(t.Context(), lake.TableFlows, lake.TimeRange{})
	if err := errors.Join(err, snap.Close()); err != nil {
		t.Fatal(err)
	}
	all := map[string]bool{}
	for _, s := range segs {
		all[s.Name] = true
	}
	return all
}

func TestInventoryThatComesLateGivesTheRowsThatItWouldHaveGivenBefore(t *testing.T) {
	root, opt := demo(t)
	want := laketest.Open(t, t.TempDir(), lake.Options{Now: clock})
	inventoryOf(t, want, everything(root)...)
	take(t, want, root, opt)
	settle(t, want)

	for _, compacted := range []bool{false, true} {
		t.Run(fmt.Sprintf("compacted %v", compacted), func(t *testing.T) {
			got := laketest.Open(t, t.TempDir(), lake.Options{Now: clock})
			take(t, got, root, opt)
			if compacted {
				if _, err := upkeep.Compact(t.Context(), got, upkeep.Options{Now: clock}); err != nil {
					t.Fatal(err)
				}
			}
			inventoryOf(t, got, everything(root)...)
			sum, err := Run(t.Context(), got, Options{Now: clock})
			if err != nil {
				t.Fatal(err)
			}
			if sum.Rows == 0 || sum.Written == 0 || sum.Kept != 0 {
				t.Errorf("%+v", sum)
			}
			same(t, got, want)

			// There is nothing left to do, and nothing is done.
			before := names(t, got)
			if sum, err = Run(t.Context(), got, Options{Now: clock}); err != nil || sum.Segments != 0 || !maps.Equal(before, names(t, got)) {
				t.Errorf("again: %+v, %v", sum, err)
			}
		})
	}
}

func TestOnlySegmentsWhoseOwnersDifferAreWritten(t *testing.T) {
	root, opt := demo(t)
	want := laketest.Open(t, t.TempDir(), lake.Options{Now: clock})
	inventoryOf(t, want, everything(root)...)
	later := filepath.Join(t.TempDir(), "later.csv")
	// A NIC that nobody knew takes over an address in the last hour of the flows.
	_, last := hours()
	at := last.Add(-time.Hour)
	row := "/subscriptions/3f8c2a4e-5b1d-4c7a-9e60-2d71b8a4f019/resourceGroups/flowlogs/providers/Microsoft.Network/"
	text := fmt.Sprintf("time,nic,ip,mac,vm,subnet\n%s,%snetworkInterfaces/late-nic,10.1.1.4,,,%svirtualNetworks/app-vnet/subnets/front\n", at.Format(time.RFC3339), row, row)
	if err := os.WriteFile(later, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	inventoryOf(t, want, later)
	take(t, want, root, opt)
	settle(t, want)

	got := laketest.Open(t, t.TempDir(), lake.Options{Now: clock})
	inventoryOf(t, got, everything(root)...)
	few := opt
	few.CommitRows = 1000 // many segments
	take(t, got, root, few)
	before := names(t, got)
	inventoryOf(t, got, later)
	dry, err := Run(t.Context(), got, Options{Now: clock, DryRun: true})
	if err != nil || !maps.Equal(before, names(t, got)) {
		t.Fatalf("a dry run: %+v, %v", dry, err)
	}
	sum, err := Run(t.Context(), got, Options{Now: clock})
	if err != nil {
		t.Fatal(err)
	}
	if dry.Rows != sum.Rows || dry.Written != sum.Written || dry.Segments != sum.Segments {
		t.Errorf("the dry run said %+v, the run did %+v", dry, sum)
	}
	if sum.Segments != len(before) || sum.Read >= sum.Segments {
		t.Errorf("of %d segments: %+v", len(before), sum)
	}
	kept := 0
	for name := range names(t, got) {
		if before[name] {
			kept++
		}
	}
	if kept != sum.Segments-sum.Written {
		t.Errorf("%d of %d segments keep their names: %+v", kept, len(before), sum)
	}
	same(t, got, want)
}

func TestANewNetworkIsReadForWhereItsAddressesAre(t *testing.T) {
	root, opt := demo(t)
	l := laketest.Open(t, t.TempDir(), lake.Options{Now: clock})
	inventoryOf(t, l, everything(root)...)
	few := opt
	few.CommitRows = 1000 // many segments
	take(t, l, root, few)
	settle(t, l)
	before := names(t, l)
	const network = "/subscriptions/3f8c2a4e-5b1d-4c7a-9e60-2d71b8a4f019/resourceGroups/flowlogs/providers/Microsoft.Network/virtualNetworks/"
	for _, c := range []struct {
		file, content string
	}{
		{"spoke.json", `[{"id":"` + network + `new-vnet","type":"Microsoft.Network/virtualNetworks","location":"westeurope","addressSpace":{"addressPrefixes":["10.77.0.0/16"]},"subnets":[{"id":"` + network + `new-vnet/subnets/all","addressPrefix":"10.77.0.0/16"}],"virtualNetworkPeerings":[{"remoteVirtualNetwork":{"id":"` + network + `app-vnet"}}]}]`},
		{"tags.json", `{"changeNumber":2,"cloud":"Public","values":[{"name":"Nobody","id":"Nobody","properties":{"region":"","addressPrefixes":["20.255.255.0/24"]}}]}`},
	} {
		file := filepath.Join(t.TempDir(), c.file)
		if err := os.WriteFile(file, []byte(c.content), 0o666); err != nil {
			t.Fatal(err)
		}
		inventoryOf(t, l, file)
		sum, err := Run(t.Context(), l, Options{Now: clock})
		if err != nil {
			t.Fatal(err)
		}
		if sum.Segments != len(before) || sum.Read != 0 {
			t.Errorf("%s: %+v", c.file, sum)
		}
	}
	if !maps.Equal(before, names(t, l)) {
		t.Error("segments were written")
	}
}

func TestMergedRowsWhoseFlowsHaveExpiredStayAsTheyAre(t *testing.T) {
	root, opt := demo(t)
	l := laketest.Open(t, t.TempDir(), lake.Options{Now: clock})
	opt.CommitRows, opt.Workers = 100, 1 // many segments
	take(t, l, root, opt)
	first, last := span(t, l)
	// Most flows are gone; of the merged rows all are left.
	if err := l.SetRetention(t.Context(), lake.TableFlows, end.Sub(first.Add(last.Sub(first)*9/10)).Truncate(time.Second)); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Expire(t.Context()); err != nil {
		t.Fatal(err)
	}
	total := func() (records int) {
		for row, n := range rowsOf(t, l, rollup.Table) {
			_, rest, _ := strings.Cut(row, "RecordCount=")
			var count int
			if _, err := fmt.Sscan(rest, &count); err != nil {
				t.Fatal(err)
			}
			records += n * count
		}
		return records
	}
	before, records := rowsOf(t, l, rollup.Table), total()
	inventoryOf(t, l, everything(root)...)
	if _, err := Run(t.Context(), l, Options{Now: clock}); err != nil {
		t.Fatal(err)
	}
	if got := total(); got != records {
		t.Errorf("merged rows count %d tuples, before %d", got, records)
	}
	cut, _ := span(t, l)
	hour := cut.Truncate(time.Hour) // of it, too, flows have expired
	after := rowsOf(t, l, rollup.Table)
	stay := 0
	for row, n := range before {
		_, rest, _ := strings.Cut(row, "TimeGenerated=")
		var at int64
		if _, err := fmt.Sscan(rest, &at); err != nil {
			t.Fatal(err)
		}
		if at < hour.UnixMicro() {
			stay++
			if after[row] != n {
				t.Fatalf("changed although its flows have expired: %s", row)
			}
		}
	}
	if stay == 0 || stay == len(before) {
		t.Errorf("%d of %d merged rows are older than the flows", stay, len(before))
	}
}

// span returns the times of the first and last flow.
func span(t *testing.T, l *lake.Lake) (first, last time.Time) {
	t.Helper()
	snap, err := l.Snapshot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	x, err := snap.Extent(t.Context(), lake.TableFlows)
	if err := errors.Join(err, snap.Close()); err != nil {
		t.Fatal(err)
	}
	return x.Min, x.Max
}

func TestItRunsByItselfAtMostEveryTenMinutes(t *testing.T) {
	root, opt := demo(t)
	l := laketest.Open(t, t.TempDir(), lake.Options{Now: clock})
	due := func(now time.Time) string {
		t.Helper()
		pending, at, err := Due(t.Context(), l, now)
		if err != nil {
			t.Fatal(err)
		}
		return fmt.Sprint(pending, " in ", at.Sub(now))
	}
	take(t, l, root, opt)
	if got := due(end); got != "false in 0s" {
		t.Errorf("without inventory: %s", got)
	}
	inventoryOf(t, l, filepath.Join(root, "inventory"))
	if got := due(end); got != "true in 0s" {
		t.Errorf("with the first: %s", got)
	}
	if _, err := Run(t.Context(), l, Options{Now: clock}); err != nil {
		t.Fatal(err)
	}
	if got := due(end); got != "false in 0s" {
		t.Errorf("once done: %s", got)
	}
	inventoryOf(t, l, filepath.Join(root, flowgen.ContainerActivity))
	if got := due(end.Add(3 * time.Minute)); got != "true in 7m0s" {
		t.Errorf("with more inventory: %s", got)
	}
	if got := due(end.Add(Every)); got != "true in 0s" {
		t.Errorf("ten minutes later: %s", got)
	}
}
