package flowlog

import (
	"math/rand/v2"
	"testing"
)

// TestPartsHaveTheRowsOfTheWhole cuts columns anywhere, in the middle of records,
// groups and ordinals too.
func TestPartsHaveTheRowsOfTheWhole(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		rows := 1 + r.IntN(60)
		c := NewColumns(NewDict())
		c.Grow(rows)
		c.SetLen(rows)
		ends := func(add func(end int)) {
			for end := 0; end < rows; {
				end = min(end+r.IntN(9), rows) // some runs are empty
				add(end)
			}
		}
		ends(func(end int) { c.Records = append(c.Records, RecordRun{End: end, Ordinal: int64(len(c.Records))}) })
		ends(func(end int) { c.Groups = append(c.Groups, GroupRun{End: end, Rule: uint32(len(c.Groups))}) })
		ends(func(end int) { c.Ordinals = append(c.Ordinals, OrdinalRun{End: end, First: r.Int64N(1000)}) })
		type row struct {
			time, record, tuple int64
			rule                uint32
		}
		var whole, parts []row
		list := func(c *Columns, to *[]row) {
			for i, x := range c.Rows() {
				*to = append(*to, row{c.Time[i], x.Record.Ordinal, x.Tuple, x.Group.Rule})
			}
		}
		for i := range c.Time {
			c.Time[i] = int64(i)
		}
		list(c, &whole)
		var p Columns
		for from := 0; from < rows; {
			to := min(from+1+r.IntN(20), rows)
			c.Part(&p, from, to)
			if p.Len() != to-from {
				t.Fatalf("%d rows in the part from %d to %d", p.Len(), from, to)
			}
			list(&p, &parts)
			from = to
		}
		for i := range whole {
			if whole[i] != parts[i] {
				t.Fatalf("row %d is %v in its part, %v in the whole", i, parts[i], whole[i])
			}
		}
	}
}
