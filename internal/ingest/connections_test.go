package ingest

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/azflow/azflow/flowlog"
	"github.com/azflow/azflow/internal/flowgen"
	"github.com/azflow/azflow/internal/lake"
	"github.com/azflow/azflow/internal/laketest"
	"github.com/azflow/azflow/internal/source/dir"
)

// minute returns a version 4 record of one NIC for a minute since 10:00 on 1
// March 2026. A tuple is given as its second and its text without the time.
func minute(at int, tuples ...string) string {
	start := time.Date(2026, 3, 1, 10, at, 0, 0, time.UTC)
	var quoted []string
	for _, x := range tuples {
		second, rest, _ := strings.Cut(x, ",")
		d, err := time.ParseDuration(second)
		if err != nil {
			panic(err)
		}
		quoted = append(quoted, fmt.Sprintf(`"%d,%s"`, start.Add(d).UnixMilli(), rest))
	}
	return fmt.Sprintf(`{"time":"%s","flowLogVersion":4,"flowLogGUID":"g","macAddress":"000D3A000001","category":"FlowLogFlowEvent",`+
		`"flowLogResourceID":"/SUBSCRIPTIONS/S/RESOURCEGROUPS/NW/PROVIDERS/MICROSOFT.NETWORK/NETWORKWATCHERS/NW/FLOWLOGS/FL",`+
		`"targetResourceID":"/subscriptions/S/resourceGroups/RG/providers/Microsoft.Network/virtualNetworks/vnet1","operationName":"FlowLogFlowEvent",`+
		`"flowRecords":{"flows":[{"aclID":"acl","flowGroups":[{"rule":"DefaultRule_AllowInternetOutBound","flowTuples":[%s]}]}]}}`,
		start.Add(59*time.Second).Format("2006-01-02T15:04:05.0000000Z"), strings.Join(quoted, ","))
}

// pathOf returns the path of a blob of an hour after 10:00 on 1 March 2026.
func pathOf(root string, hour int) string {
	at := time.Date(2026, 3, 1, 10+hour, 0, 0, 0, time.UTC)
	return filepath.Join(root, "flowLogResourceID=/S_NETWORKWATCHERRG/NW_FL", at.Format("y=2006/m=01/d=02/h=15"), "m=00/macAddress=000D3A000001/PT1H.json")
}

// covers returns time, state and CoversFrom of all tuples, minutes after 10:00.
func covers(t *testing.T, l *lake.Lake) []string {
	t.Helper()
	start := time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC).UnixMicro()
	minutes := func(text string) string {
		if text == "null" {
			return "-"
		}
		return fmt.Sprint(float64(int64(atoi(t, text))-start) / 60e6)
	}
	var all []string
	laketest.Rows(t, l, tableFlows, []string{"TimeGenerated", "FlowState", "CoversFrom", "TupleOrdinal", "BlobId"}, func(r []string) {
		all = append(all, fmt.Sprintf("%s %3s|%s %s from %s", r[4], r[3], minutes(r[0]), r[1], minutes(r[2])))
	})
	slices.Sort(all) // by blob and ordinal
	for i, line := range all {
		_, all[i], _ = strings.Cut(line, "|")
	}
	return all
}

const (
	flowA = "10.0.0.6,192.0.2.180,23956,443,6,O"
	flowB = "10.0.0.6,192.0.2.180,23957,443,6,O"
)

// Two hours of a NIC: one flow is re-created at 10:30 and ends at 11:10, one goes
// on over the hour, one is denied, one was open before.
func twoHours() (first, second []string) {
	first = []string{
		minute(10, "1s,"+flowA+",B,NX,0,0,0,0", "2s,10.0.0.9,10.0.0.6,1,22,6,I,D,NX,0,0,0,0"),
		minute(20, "1s,"+flowA+",C,NX,1,100,1,100", "2s,10.0.0.6,10.0.0.7,9,53,17,O,E,NX,1,1,1,1"),
		minute(30, "1s,"+flowA+",E,NX,3,767,2,1580", "1s,"+flowA+",B,NX,0,0,0,0"),
		minute(50, "30s,"+flowB+",B,NX,0,0,0,0"),
	}
	second = []string{
		minute(61, "0s,"+flowB+",C,NX,1,100,1,100"),
		minute(70, "1s,"+flowA+",E,NX,10,2000,8,3000", "30s,"+flowB+",E,NX,1,1,1,1"),
		minute(71, "1s,"+flowA+",B,NX,0,0,0,0"),
	}
	return first, second
}

var twoHoursCover = []string{
	"10.016666666666667 B from -", "10.033333333333333 D from -", "20.016666666666666 C from 10.016666666666667", "20.033333333333335 E from -",
	"30.016666666666666 E from 20.016666666666666", "30.016666666666666 B from -", "50.5 B from -",
	"61 C from 50.5", "70.01666666666667 E from 30.016666666666666", "70.5 E from 61", "71.01666666666667 B from -",
}

func TestATupleCountsFromTheOneBeforeItOfItsConnection(t *testing.T) {
	first, second := twoHours()
	root := t.TempDir()
	write(t, pathOf(root, 0), blob(first...))
	write(t, pathOf(root, 1), blob(second...))
	l := laketest.Open(t, t.TempDir(), lake.Options{})
	run(t, l, dir.New(root), Options{})
	if got := covers(t, l); !slices.Equal(got, twoHoursCover) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(twoHoursCover, "\n"))
	}
	// A row begins where its first tuple counts from.
	starts := map[int]int{}
	laketest.Rows(t, l, tableTraffic, []string{"TimeGenerated", "FlowStartTime", "DestPort"}, func(r []string) {
		if r[2] != "443" {
			return
		}
		interval, start := (atoi(t, r[0])-1772359200000000)/60e6, (atoi(t, r[1])-1772359200000000)/60e6
		if have, ok := starts[interval]; !ok || start < have { // rows are partial
			starts[interval] = start
		}
	})
	if want := map[int]int{0: 10, 60: 30}; !maps.Equal(starts, want) {
		t.Errorf("rows start at %v, want %v", starts, want)
	}
}

// Blobs that grow are read by one process after the other, or by one that goes
// on: a tuple covers the same time.
func TestWhatATupleCoversDoesNotDependOnHowBlobsAreRead(t *testing.T) {
	first, second := twoHours()
	for _, workers := range []int{1, 2} {
		root, l := t.TempDir(), laketest.Open(t, t.TempDir(), lake.Options{})
		for n := 1; n <= len(first); n++ {
			write(t, pathOf(root, 0), blob(first[:n]...))
			run(t, l, dir.New(root), Options{Workers: workers})
		}
		for n := 1; n <= len(second); n++ {
			write(t, pathOf(root, 1), blob(second[:n]...))
			run(t, l, dir.New(root), Options{Workers: workers})
		}
		if got := covers(t, l); !slices.Equal(got, twoHoursCover) {
			t.Errorf("%d workers: got\n%s\nwant\n%s", workers, strings.Join(got, "\n"), strings.Join(twoHoursCover, "\n"))
		}
	}
}

func TestABlobThatIsWrittenAnewCoversTheSameTime(t *testing.T) {
	first, second := twoHours()
	root, l := t.TempDir(), laketest.Open(t, t.TempDir(), lake.Options{})
	write(t, pathOf(root, 0), blob(first...))
	// What it held before must leave nothing behind.
	write(t, pathOf(root, 1), blob(minute(60, "0s,"+flowA+",C,NX,1,1,1,1", "50s,"+flowB+",E,NX,1,1,1,1"), minute(90, "0s,"+flowA+",C,NX,1,1,1,1")))
	run(t, l, dir.New(root), Options{})
	write(t, pathOf(root, 1), blob(second...))
	run(t, l, dir.New(root), Options{})
	if got := covers(t, l); !slices.Equal(got, twoHoursCover) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(twoHoursCover, "\n"))
	}
}

func TestAnEndMayCoverNineteenDays(t *testing.T) {
	const days = 19 * 24
	root, l := t.TempDir(), laketest.Open(t, t.TempDir(), lake.Options{})
	write(t, pathOf(root, 0), blob(minute(10, "0s,"+flowA+",B,NX,0,0,0,0")))
	write(t, pathOf(root, days), blob(minute(days*60+5, "0s,"+flowA+",E,NX,1000,2000000,900,3000000")))
	run(t, l, dir.New(root), Options{})
	if got, want := covers(t, l), []string{"10 B from -", fmt.Sprint(days*60+5, " E from 10")}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	spans := 0
	laketest.Rows(t, l, tableTraffic, []string{"TimeGenerated", "FlowStartTime"}, func(r []string) {
		if r[1] < r[0] {
			spans++
		}
	})
	if spans != 1 {
		t.Errorf("%d rows span intervals, want that of the E", spans)
	}
	// A run that begins anew looks back one hour, and says that it does not know.
	apart := laketest.Open(t, t.TempDir(), lake.Options{})
	for _, hour := range []int{0, days} {
		run(t, apart, dir.New(filepath.Dir(pathOf(root, hour))), Options{})
	}
	if got, want := covers(t, apart), []string{"10 B from -", fmt.Sprint(days*60+5, " E from -")}; !slices.Equal(got, want) {
		t.Errorf("in two runs: got %q, want %q", got, want)
	}
}

// In generated traffic every C and E follows a tuple of its connection, which a
// plain map finds too.
func TestCoveredTimesAreThoseOfAPlainMap(t *testing.T) {
	root := t.TempDir()
	if _, err := flowgen.Bulk(flowgen.BulkOptions{Seed: 3, Tuples: 30_000, NICs: 3, Hours: 3, Start: time.Date(2026, 3, 1, 22, 0, 0, 0, time.UTC)}, flowgen.Dir(root)); err != nil {
		t.Fatal(err)
	}
	l := laketest.Open(t, t.TempDir(), lake.Options{})
	run(t, l, dir.New(root), Options{Workers: 2, CommitRows: 1000})
	type row struct {
		key, state, covers string
		at                 int
	}
	var rows []row
	laketest.Rows(t, l, tableFlows, []string{"MacAddress", "SrcIp", "DestIp", "SrcPort", "DestPort", "FlowDirection", "FlowState", "CoversFrom", "TimeGenerated"}, func(r []string) {
		rows = append(rows, row{strings.Join(r[:6], " "), r[6], r[7], atoi(t, r[8])})
	})
	slices.SortStableFunc(rows, func(a, b row) int { return a.at - b.at })
	last, known := map[string]int{}, 0
	for _, r := range rows {
		want := "null"
		if at, ok := last[r.key]; ok && (r.state == "C" || r.state == "E") {
			want = fmt.Sprint(at)
			known++
		}
		if r.covers != want {
			t.Fatalf("%v: want %s", r, want)
		}
		switch r.state {
		case "B", "C":
			last[r.key] = r.at
		case "E":
			delete(last, r.key)
		}
	}
	if known < len(rows)/4 {
		t.Errorf("only %d of %d tuples cover a known time", known, len(rows))
	}
}

// Connections whose places in the table are the same begin, go on and end; the
// table knows what a map does.
func TestConnectionsAreFoundWhateverOthersEnd(t *testing.T) {
	var x connections
	var table openFlows
	x.tidy(&table)
	known := map[uint64]int64{}
	r := rand.New(rand.NewPCG(3, 4))
	for at := range int64(100_000) {
		h := 1 + r.Uint64N(6) + r.Uint64N(40)<<32 // the lowest bits say where it belongs
		begins, ends := r.IntN(4) == 0, r.IntN(3) == 0
		want, ok := known[h]
		if !ok || begins {
			want = unknown
		}
		if got := x.seen(&table, h, at, begins, ends); got != want {
			t.Fatalf("tuple %d of %x counts from %d, want %d", at, h, got, want)
		}
		if known[h] = at; ends {
			delete(known, h)
		}
		if table.used != len(known) {
			t.Fatalf("after tuple %d the table has %d connections, want %d", at, table.used, len(known))
		}
	}
}

// However many connections stay open, the room for them is bounded, and those
// that were logged last are known.
func TestOpenConnectionsTakeBoundedRoom(t *testing.T) {
	l := laketest.Open(t, t.TempDir(), lake.Options{})
	var x connections
	if err := x.begin(context.Background(), l); err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(1, 2))
	most := 0
	for nic := range 200 {
		k := logKey{mac: fmt.Sprint(nic), kind: flowlog.VNet.String()}
		n := 100
		if nic%20 == 0 {
			n = 150_000
		}
		var last uint64
		for i := range n {
			last = r.Uint64() | 1
			x.seen(x.log(k), last, int64(i), true, false)
			most = max(most, x.slots)
		}
		if got := x.seen(x.log(k), last, int64(n+1), false, true); got != int64(n-1) {
			t.Fatalf("NIC %d: the last connection counts from %d, want %d", nic, got, n-1)
		}
	}
	if most > 2*maxSlots {
		t.Errorf("room for %d connections, want at most %d", most, 2*maxSlots)
	}
}
