package trafficanalytics

import "github.com/azflow/azflow/internal/batch"

// values gives ids to the values of one stored column: their positions in a
// dictionary of its own. The id of the empty text is 0; null has the id
// [batch.Null].
type values struct {
	col   *Column
	dict  *batch.Dict
	texts map[string]uint32
	ints  map[int64]uint32
	// seen translates positions of the last dictionary met, plus one.
	from       *batch.Dict
	generation uint64
	seen       []uint32
}

func newValues(col *Column) *values {
	v := &values{col: col, dict: &batch.Dict{}, texts: map[string]uint32{}, ints: map[int64]uint32{}}
	v.reset()
	return v
}

// reset forgets all values.
func (v *values) reset() {
	clear(v.texts)
	clear(v.ints)
	v.dict.Reset()
	v.from, v.seen = nil, v.seen[:0]
	if v.col.Kind == batch.Text {
		v.text("")
	}
}

// text returns the id of what the column makes of From's text.
func (v *values) text(raw string) uint32 {
	if v.col.Kind == batch.Bool {
		return v.number(when[int64](v.col.Bool(raw), 1))
	}
	if v.col.Map != nil {
		raw = v.col.Map(raw)
	}
	id, ok := v.texts[raw]
	if !ok {
		id = uint32(len(v.dict.Text))
		v.dict.Text = append(v.dict.Text, raw)
		v.texts[raw] = id
	}
	return id
}

// number returns the id of a number.
func (v *values) number(n int64) uint32 {
	id, ok := v.ints[n]
	if !ok {
		id = uint32(len(v.dict.Ints))
		v.dict.Ints = append(v.dict.Ints, n)
		v.ints[n] = id
	}
	return id
}

// at returns the id of what the column makes of position pos of d, a dictionary
// of From's values; batch.Null stands for none.
func (v *values) at(d *batch.Dict, pos uint32) uint32 {
	numeric := v.col.numeric()
	switch {
	case pos != batch.Null:
	case !numeric:
		return v.text("")
	case v.col.Nullable:
		return batch.Null
	default:
		return v.number(0)
	}
	if v.from != d || v.generation != d.Generation {
		v.from, v.generation, v.seen = d, d.Generation, v.seen[:0]
	}
	for int(pos) >= len(v.seen) {
		v.seen = append(v.seen, 0)
	}
	if v.seen[pos] == 0 {
		if numeric {
			v.seen[pos] = v.number(d.Ints[pos]) + 1
		} else {
			v.seen[pos] = v.text(d.Text[pos]) + 1
		}
	}
	return v.seen[pos] - 1
}

// take gives the dictionary away; the column begins a new one.
func (v *values) take() *batch.Dict {
	d := v.dict
	v.dict = &batch.Dict{}
	return d
}

// when returns v if is holds, else zero.
func when[T int64 | kind](is bool, v T) T {
	if is {
		return v
	}
	return 0
}
