package trafficanalytics

import (
	"slices"
	"testing"
	"time"

	"github.com/azflow/azflow/internal/batch"
)

func TestRowsOfVersion1AreUpgraded(t *testing.T) {
	// A flow that is re-created: what it had then, its end counts again.
	rolled := v4(5*time.Minute, "E", 1, 100, 2, 200)
	rolled.rollover = true
	denied := v4(time.Minute, "D")
	denied.status, denied.dest = "Denied", "10.1.1.9"
	tuples := []tuple{v4(0, "B"), rolled, v4(9*time.Minute, "E", 11, 1100, 12, 1200), denied}
	a := aggregator(t, nil, func(p *Partial) error {
		want := rows(t, p.Batch)
		if !slices.ContainsFunc(want, func(line string) bool { return value(line, "BytesSrcToDestRepeated") == "100" }) {
			t.Fatalf("nothing is repeated: %q", want)
		}
		old := &batch.Batch{Rows: p.Batch.Rows}
		for i, f := range p.Batch.Fields {
			c := p.Batch.Columns[i]
			switch k := i - counted.repeated; {
			case k >= 0 && k < len(netsOf1):
				ints := make([]int64, p.Batch.Rows)
				for row := range ints {
					gross, _ := p.Batch.Columns[counted.sums+k].IntAt(row)
					again, _ := c.IntAt(row)
					ints[row] = gross - again
				}
				f.Name, c = netsOf1[k], batch.Column{Form: batch.Plain, Ints: ints}
			case i == counted.hi, i == counted.lo:
				c = batch.ConstInt(7)
			case i == counted.srcPort:
				continue
			case i == counted.srcPorts:
				f.Name, c = "SrcPorts", batch.ConstText("50000")
			}
			old.Fields, old.Columns = append(old.Fields, f), append(old.Columns, c)
		}
		upgraded, err := Upgrade(old)
		if err != nil {
			t.Fatal(err)
		}
		m := NewMerger()
		if err := m.Add(upgraded); err != nil {
			t.Fatal(err)
		}
		if got := rows(t, m.Flush()); !slices.Equal(got, want) {
			t.Errorf("got  %q\nwant %q", got, want)
		}
		if same, err := Upgrade(p.Batch); same != p.Batch || err != nil {
			t.Errorf("rows of today: %v", err)
		}
		return nil
	})
	add(t, a, tuples)
}
