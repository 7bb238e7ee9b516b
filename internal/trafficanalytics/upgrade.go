package trafficanalytics

import (
	"fmt"
	"slices"
	"strings"

	"github.com/azflow/azflow/internal/batch"
)

// Columns of schema version 1, which had counters without what is repeated in the
// place of that, all source ports as text, and UUIDs of the key in ItemHi and
// ItemLo.
var (
	netsOf1 = [...]string{"PacketsSrcToDestNet", "PacketsDestToSrcNet", "BytesSrcToDestNet", "BytesDestToSrcNet"}
	portsOf = map[string]string{"SrcPorts": "SrcPortSet"}
)

// Upgrade returns stored rows of schema version 1 as those of today; rows of today
// it returns as they are. It shares b's memory and lives as long.
func Upgrade(b *batch.Batch) (*batch.Batch, error) {
	if b.Index(netsOf1[0]) < 0 {
		return b, nil
	}
	out := &batch.Batch{Rows: b.Rows, Fields: slices.Clone(b.Fields), Columns: slices.Clone(b.Columns)}
	for i, f := range out.Fields {
		if name, ok := portsOf[f.Name]; ok {
			out.Fields[i].Name = name
			continue
		}
		if !slices.Contains(netsOf1[:], f.Name) {
			continue
		}
		name := strings.TrimSuffix(f.Name, "Net")
		at := b.Index(name)
		if at < 0 {
			return nil, fmt.Errorf("rows of version 1 without column %s cannot be read", name)
		}
		ints := make([]int64, b.Rows)
		for row := range ints {
			gross, _ := b.Columns[at].IntAt(row)
			net, _ := b.Columns[i].IntAt(row)
			ints[row] = gross - net
		}
		out.Fields[i].Name = name + "Repeated"
		out.Columns[i] = batch.Column{Form: batch.Plain, Ints: ints}
	}
	return out, identify(out)
}

// identify fills ItemHi and ItemLo with what follows from the other Key columns.
func identify(b *batch.Batch) error {
	var h hasher
	sums := make([]digest, b.Rows)
	for i := range columns {
		c := &columns[i]
		at := b.Index(c.Name)
		if c.Role != Key || i == counted.hi || i == counted.lo {
			continue
		}
		if at < 0 {
			return fmt.Errorf("rows without column %s cannot be told apart", c.Name)
		}
		for row := range sums {
			if c.Kind == batch.Text {
				sums[row] = sums[row].plus(h.text(c.Name, b.Columns[at].TextAt(row)))
			} else if v, ok := b.Columns[at].IntAt(row); ok {
				sums[row] = sums[row].plus(h.number(c.Name, v))
			}
		}
	}
	hi, lo := make([]int64, b.Rows), make([]int64, b.Rows)
	for row, d := range sums {
		hi[row], lo[row] = int64(d.hi), int64(d.lo)
	}
	for i, ints := range map[int][]int64{counted.hi: hi, counted.lo: lo} {
		at := b.Index(columns[i].Name)
		if at < 0 {
			return fmt.Errorf("rows without column %s cannot be merged", columns[i].Name)
		}
		b.Columns[at] = batch.Column{Form: batch.Plain, Ints: ints}
	}
	return nil
}
