package batch

import "sort"

// Slice returns the rows of b from from up to but without to. It shares b's
// memory and lives as long.
func (b *Batch) Slice(from, to int) *Batch {
	if from == 0 && to == b.Rows {
		return b
	}
	out := &Batch{Rows: to - from, Fields: b.Fields, Columns: make([]Column, len(b.Columns))}
	for i := range b.Columns {
		out.Columns[i] = b.Columns[i].slice(from, to)
	}
	return out
}

func (c Column) slice(from, to int) Column {
	switch {
	case c.Form == Const:
	case from == to:
		return Column{Form: Const} // no row has a value
	case c.Form == Runs:
		first := c.run(from)
		last := first + sort.Search(len(c.Ends)-first, func(k int) bool { return int(c.Ends[first+k]) >= to })
		ends := make([]uint32, last-first+1)
		for k := range ends {
			ends[k] = uint32(min(int(c.Ends[first+k]), to) - from)
		}
		c.IDs, c.Ends = c.IDs[first:last+1], ends
	case c.Form == Coded:
		c.IDs = c.IDs[from:to]
	default:
		if c.Ints != nil {
			c.Ints = c.Ints[from:to]
		}
		if c.Reals != nil {
			c.Reals = c.Reals[from:to]
		}
		c.Valid = c.Valid.slice(from, to)
	}
	return c
}

func (m Bitmap) slice(from, to int) Bitmap {
	if m == nil {
		return nil
	}
	out := make(Bitmap, (to-from+63)/64)
	word, shift := from>>6, from&63
	for k := range out {
		out[k] = m[word+k] >> shift
		if shift > 0 && word+k+1 < len(m) {
			out[k] |= m[word+k+1] << (64 - shift)
		}
	}
	return out
}
