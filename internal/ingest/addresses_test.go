package ingest

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/azflow/azflow/internal/batch"
	"github.com/azflow/azflow/internal/trafficanalytics"
)

// mergedRow is what publicEnds looks at in a merged row.
type mergedRow struct {
	hour                  int
	src, dest             string
	srcPublic, destPublic bool
	flowType              string
}

func mergedRows(t *testing.T, ips *batch.Dict, rows []mergedRow) *trafficanalytics.Partial {
	t.Helper()
	position := func(ip string) uint32 {
		i := slices.Index(ips.Text, ip)
		if i < 0 {
			i = len(ips.Text)
			ips.Text = append(ips.Text, ip)
		}
		return uint32(i)
	}
	b := batch.NewBuilder([]batch.Field{{Name: "SrcPublic", Kind: batch.Bool}, {Name: "DestPublic", Kind: batch.Bool}, {Name: "FlowType", Kind: batch.Text}})
	p := &trafficanalytics.Partial{}
	var src, dest []uint32
	for i, r := range rows {
		b.Column(0).Bool(r.srcPublic)
		b.Column(1).Bool(r.destPublic)
		b.Column(2).Text(r.flowType)
		src, dest = append(src, position(r.src)), append(dest, position(r.dest))
		start := int64(r.hour) * microsPerHour
		if n := len(p.Intervals); n == 0 || p.Intervals[n-1].Start != start {
			p.Intervals = append(p.Intervals, trafficanalytics.Interval{Start: start})
		}
		p.Intervals[len(p.Intervals)-1].End = i + 1
	}
	var err error
	if p.Batch, err = b.Batch(); err != nil {
		t.Fatal(err)
	}
	p.Batch.Fields = append([]batch.Field{{Name: "SrcIp", Kind: batch.Text}, {Name: "DestIp", Kind: batch.Text}}, p.Batch.Fields...)
	p.Batch.Columns = append([]batch.Column{{Form: batch.Coded, IDs: src, Dict: ips}, {Form: batch.Coded, IDs: dest, Dict: ips}}, p.Batch.Columns...)
	return p
}

func lines(t *testing.T, b *batch.Batch, parts []ipPart) []string {
	t.Helper()
	if err := b.Check(); err != nil {
		t.Fatal(err)
	}
	var all []string
	for row := range b.Rows {
		at, _ := b.Columns[b.Index("TimeGenerated")].IntAt(row)
		part := slices.IndexFunc(parts, func(p ipPart) bool { return row < p.end })
		if part < 0 || parts[part].start != at {
			t.Errorf("row %d of %d lies in part %d of %v", row, at, part, parts)
		}
		all = append(all, fmt.Sprintf("%d %s %s %s %s", at/microsPerHour, b.Columns[0].TextAt(row), b.Columns[2].TextAt(row), b.Columns[3].TextAt(row), b.Columns[4].TextAt(row)))
	}
	return all
}

func TestPublicAddressHasOneRowAnIntervalThatIsRemembered(t *testing.T) {
	ips := &batch.Dict{}
	e := publicEnds{about: func(ip string) (string, string) { return "at " + ip, "of " + ip }}
	take := func(rows ...mergedRow) []string {
		t.Helper()
		b, parts := e.rows(mergedRows(t, ips, rows), time.Hour)
		return lines(t, b, parts)
	}
	out := func(hour int, dest string) mergedRow {
		return mergedRow{hour: hour, src: "10.0.0.1", dest: dest, destPublic: true, flowType: "ExternalPublic"}
	}
	got := take(out(1, "8.8.8.8"), out(1, "8.8.8.8"), out(1, "9.9.9.9"), out(2, "8.8.8.8"),
		mergedRow{hour: 2, src: "20.0.0.7", dest: "10.0.0.1", srcPublic: true, flowType: "IntraVNet"},
		mergedRow{hour: 2, src: platformText, dest: "10.0.0.1", srcPublic: true, flowType: "AzurePublic"})
	want := []string{
		"1 8.8.8.8 ExternalPublic at 8.8.8.8 of 8.8.8.8",
		"1 9.9.9.9 ExternalPublic at 9.9.9.9 of 9.9.9.9",
		"2 168.63.129.16 AzurePublic Global Microsoft Virtual Public IP",
		"2 8.8.8.8 ExternalPublic at 8.8.8.8 of 8.8.8.8",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	// The estate's own address is written when a flow calls it public; another NIC's
	// blobs go through the same hours.
	got = take(out(1, "8.8.8.8"), out(2, "9.9.9.9"), mergedRow{hour: 2, src: "20.0.0.7", dest: "10.0.0.1", srcPublic: true, flowType: "ExternalPublic"})
	want = []string{"2 20.0.0.7 ExternalPublic at 20.0.0.7 of 20.0.0.7", "2 9.9.9.9 ExternalPublic at 9.9.9.9 of 9.9.9.9"}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	// What is not remembered comes again, and never less than is true.
	for hour := 3; hour < 3+maxNoted; hour++ {
		if got := take(out(hour, "8.8.8.8")); len(got) != 1 {
			t.Errorf("hour %d: %q", hour, got)
		}
	}
	if got := take(out(1, "8.8.8.8")); len(got) != 1 {
		t.Errorf("after %d other hours: %q", maxNoted, got)
	}
	ips.Reset()
	if got := take(out(1, "9.9.9.9")); len(got) != 1 || got[0] != "1 9.9.9.9 ExternalPublic at 9.9.9.9 of 9.9.9.9" {
		t.Errorf("by another dictionary: %q", got)
	}
}
