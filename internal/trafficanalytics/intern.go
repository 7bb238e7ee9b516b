package trafficanalytics

import (
	"github.com/azflow/azflow/internal/batch"
)

// values gives ids to the values of one stored column. Id 0 is the empty text
// or null.
type values struct {
	col  *Column
	ids  map[string]uint32
	dict batch.Dict
	// seen translates positions of the last dictionary met.
	from       *batch.Dict
	generation uint64
	seen       []uint32
}

func newValues(col *Column) *values {
	v := &values{col: col, ids: map[string]uint32{}}
	v.reset()
	return v
}

func (v *values) reset() {
	clear(v.ids)
	v.dict.Reset()
	v.from, v.seen = nil, v.seen[:0]
	if v.col.Kind == batch.Text {
		v.dict.Text = append(v.dict.Text, "")
		v.ids[""] = 0
	} else {
		v.dict.Ints = append(v.dict.Ints, 0) // stands for null, see output
	}
}

// text returns the id of what the column makes of From's text.
func (v *values) text(s string) uint32 {
	if v.col.Kind == batch.Text && v.col.Map != nil {
		s = v.col.Map(s)
	}
	if id, ok := v.ids[s]; ok {
		return id
	}
	if v.col.Kind == batch.Text {
		id := uint32(len(v.dict.Text))
		v.dict.Text = append(v.dict.Text, s)
		v.ids[s] = id
		return id
	}
	n, ok := v.col.Int(s)
	if !ok {
		v.ids[s] = 0
		return 0
	}
	id := uint32(len(v.dict.Ints))
	v.dict.Ints = append(v.dict.Ints, n)
	v.ids[s] = id
	return id
}

// position returns where the value with id stands in the dictionary that take
// returns.
func (v *values) position(id uint32) uint32 {
	if id == 0 && v.col.Kind != batch.Text {
		return batch.Null
	}
	return id
}

// take gives the dictionary away; the column begins a new one.
func (v *values) take() *batch.Dict {
	d := v.dict
	v.dict = batch.Dict{}
	return &d
}

// at returns the id of position pos of c's dictionary (batch.Null for none).
func (v *values) at(c *batch.Column, pos uint32) uint32 {
	if pos == batch.Null {
		return v.text("")
	}
	if v.from != c.Dict || v.generation != c.Dict.Generation {
		v.from, v.generation, v.seen = c.Dict, c.Dict.Generation, v.seen[:0]
	}
	for int(pos) >= len(v.seen) {
		v.seen = append(v.seen, batch.Null)
	}
	id := v.seen[pos]
	if id == batch.Null {
		id = v.text(c.Dict.Text[pos])
		v.seen[pos] = id
	}
	return id
}

// A part is a set of columns whose values tend to go together: those of the
// source, of the destination, of the record, of the tuple's kind. It gives ids
// to the combinations of their values that occur.
type part struct {
	cols   []*values // in the order of columns
	tuples []uint32  // combination i holds the ids tuples[i*len(cols):][:len(cols)]
	ids    map[string]uint32
	key    []byte

	// byPos remembers combinations by the position of the ids that all columns
	// of the last batch shared.
	memo  []source
	byPos []uint32
}

// source identifies the dictionary that a remembered position belongs to.
type source struct {
	dict       *batch.Dict
	via        *uint32
	generation uint64
	constant   uint32
}

func (p *part) reset() {
	p.tuples = p.tuples[:0]
	clear(p.ids)
	p.memo, p.byPos = p.memo[:0], p.byPos[:0]
}

// tuple returns the id of a combination.
func (p *part) tuple(ids []uint32) uint32 {
	p.key = p.key[:0]
	for _, id := range ids {
		p.key = append(p.key, byte(id), byte(id>>8), byte(id>>16), byte(id>>24))
	}
	if id, ok := p.ids[string(p.key)]; ok {
		return id
	}
	id := uint32(len(p.ids))
	p.ids[string(p.key)] = id
	p.tuples = append(p.tuples, ids...)
	return id
}

// rows appends the combination of each row to out. cols holds the column of the
// batch for each of p.cols, nil where the batch has none.
func (p *part) rows(out []uint32, cols []*batch.Column, n int) []uint32 {
	ids := make([]uint32, len(p.cols))
	if shared := p.shared(cols); shared != nil {
		p.remember(cols)
		for _, pos := range shared {
			for int(pos) >= len(p.byPos) {
				p.byPos = append(p.byPos, batch.Null)
			}
			id := p.byPos[pos]
			if id == batch.Null {
				for k, c := range cols {
					ids[k] = p.position(k, c, pos)
				}
				id = p.tuple(ids)
				p.byPos[pos] = id
			}
			out = append(out, id)
		}
		return out
	}
	// Otherwise by stretches in which no column changes.
	expanded := make([][]uint32, len(cols))
	for k, c := range cols {
		if c != nil && c.Form == batch.Coded {
			expanded[k] = c.AppendIDs(nil, 0, n)
		}
	}
	runs := make([]int, len(cols))
	last := make([]uint32, len(cols))
	var lastID uint32
	for row := 0; row < n; row++ {
		changed := row == 0
		for k, c := range cols {
			var pos uint32
			switch {
			case c == nil:
				pos = batch.Null
			case c.Form == batch.Runs:
				for int(c.Ends[runs[k]]) <= row {
					runs[k]++
				}
				pos = c.IDs[runs[k]]
				if c.Via != nil && pos != batch.Null {
					pos = c.Via[pos]
				}
			case c.Form == batch.Coded:
				pos = expanded[k][row]
			default:
				pos = c.ID(row)
			}
			if pos != last[k] || row == 0 {
				last[k], changed = pos, true
			}
		}
		if changed {
			for k, c := range cols {
				if c == nil {
					ids[k] = p.cols[k].text("")
				} else {
					ids[k] = p.cols[k].at(c, last[k])
				}
			}
			lastID = p.tuple(ids)
		}
		out = append(out, lastID)
	}
	return out
}

// shared returns the positions that all columns which change within the batch
// share, or nil if there are none or more than one kind.
func (p *part) shared(cols []*batch.Column) []uint32 {
	var shared []uint32
	for _, c := range cols {
		if c == nil || c.Form == batch.Const {
			continue
		}
		if c.Form != batch.Coded || len(c.IDs) == 0 || shared != nil && &shared[0] != &c.IDs[0] {
			return nil
		}
		shared = c.IDs
	}
	for _, pos := range shared {
		if pos == batch.Null {
			return nil
		}
	}
	return shared
}

// remember forgets byPos when the columns' dictionaries are not those of the
// last batch.
func (p *part) remember(cols []*batch.Column) {
	now := make([]source, len(cols))
	for k, c := range cols {
		if c == nil {
			continue
		}
		now[k] = source{dict: c.Dict}
		if c.Dict != nil {
			now[k].generation = c.Dict.Generation
		}
		if len(c.Via) > 0 {
			now[k].via = &c.Via[0]
		}
		if c.Form == batch.Const {
			now[k].constant = c.ID(0)
		}
	}
	same := len(p.memo) == len(now)
	for k := 0; same && k < len(now); k++ {
		same = p.memo[k] == now[k] && now[k].via == nil
	}
	if !same {
		p.byPos = p.byPos[:0]
	}
	p.memo = now
}

// position returns the value id of column k where the shared position is pos.
func (p *part) position(k int, c *batch.Column, pos uint32) uint32 {
	switch {
	case c == nil:
		return p.cols[k].text("")
	case c.Form == batch.Const:
		return p.cols[k].at(c, c.ID(0))
	case c.Via != nil:
		pos = c.Via[pos]
	}
	return p.cols[k].at(c, pos)
}
