package trafficanalytics

import (
	"github.com/azflow/azflow/internal/batch"
)

// values gives ids to the values of one stored column. The id of a text is its
// position in the dictionary, 0 that of the empty one; a number that is null
// has the id [batch.Null].
type values struct {
	*texts
	col   *Column
	index int // of col in columns
	// deps are the columns made of the same column of Flows as this one, the
	// Key; of each, ofKey has the id by this column's id.
	deps  []*values
	ofKey []uint32
	// seen translates positions of the last dictionary met.
	from       *batch.Dict
	generation uint64
	seen       []uint32
}

// texts are the values of a column, or of both columns of addresses.
type texts struct {
	ids  map[string]uint32
	dict *batch.Dict
}

func newTexts() *texts { return &texts{ids: map[string]uint32{}, dict: &batch.Dict{}} }

func newValues(col *Column, t *texts) *values {
	v := &values{col: col, index: indexOf(col.Name), texts: t}
	v.reset()
	return v
}

// reset forgets all values.
func (v *values) reset() {
	clear(v.ids)
	v.dict.Reset()
	v.from, v.seen, v.ofKey = nil, v.seen[:0], v.ofKey[:0]
	for _, d := range v.deps {
		d.reset()
	}
	switch v.col.Kind {
	case batch.Text:
		v.text("")
	case batch.Bool:
		v.dict.Ints = append(v.dict.Ints, 0, 1)
	}
}

// text returns the id of what the column makes of From's text.
func (v *values) text(raw string) uint32 {
	s := raw
	if v.col.Kind == batch.Text && v.col.Map != nil {
		s = v.col.Map(s)
	}
	if id, ok := v.ids[s]; ok {
		return id
	}
	id := uint32(0)
	if v.col.Kind == batch.Text {
		id = uint32(len(v.dict.Text))
		v.dict.Text = append(v.dict.Text, s)
	} else {
		id = v.number(s)
	}
	v.ids[s] = id
	if v.col.Map != nil {
		for _, d := range v.deps {
			d.ofKey = append(d.ofKey, d.derived(raw))
		}
	}
	return id
}

// number returns the id of the number made of another text than those before.
func (v *values) number(s string) uint32 {
	n, ok := v.col.Int(s)
	switch {
	case !ok:
		return batch.Null
	case v.col.Kind == batch.Bool:
		return uint32(n)
	}
	v.dict.Ints = append(v.dict.Ints, n)
	return uint32(len(v.dict.Ints) - 1)
}

// derived returns the id of what a dependent column makes of From's text.
func (v *values) derived(raw string) uint32 {
	if v.col.Kind == batch.Text {
		return v.text(raw)
	}
	return v.number(raw)
}

// dependent returns the id of d's value where this column has the one with id.
func (v *values) dependent(d *values, id uint32) uint32 {
	for int(id) >= len(d.ofKey) { // never so if the column maps its texts
		d.ofKey = append(d.ofKey, d.derived(v.dict.Text[len(d.ofKey)]))
	}
	return d.ofKey[id]
}

// take gives the dictionary away; the column begins a new one.
func (v *values) take() *batch.Dict {
	d := v.dict
	v.dict = &batch.Dict{}
	return d
}

// at returns the id of position pos of c's dictionary (batch.Null for none).
func (v *values) at(c *batch.Column, pos uint32) uint32 {
	if pos == batch.Null {
		return v.text("")
	}
	if v.from != c.Dict || v.generation != c.Dict.Generation {
		v.from, v.generation, v.seen = c.Dict, c.Dict.Generation, v.seen[:0]
	}
	if int(pos) < len(v.seen) && v.seen[pos] != 0 {
		return v.seen[pos] - 1
	}
	for int(pos) >= len(v.seen) {
		v.seen = append(v.seen, 0)
	}
	id := v.text(c.Dict.Text[pos])
	v.seen[pos] = id + 1 // 0 for null, which is asked for again
	return id
}

// maxKeys is the number of Key columns of the largest part.
const maxKeys = 6

// A part is a set of Key columns whose values tend to go together: those of the
// source, of the destination, of the record, of the tuple's kind. It gives ids
// to the combinations of their values that occur. It remembers them from flush
// to flush: the blobs that follow each other have much in common.
type part struct {
	keys   []*values // in the order of columns, maxKeys at most
	tuples [][maxKeys]uint32
	ids    map[[maxKeys]uint32]uint32
	// first has the combinations that have a value in the first column alone, by
	// its id, plus one.
	first []uint32
	// outs are the columns that follow from the combination, with the position
	// of each combination's value.
	outs []partColumn

	// memo remembers combinations by a number that stands for the positions of
	// the last batch's columns.
	memo    []uint32
	memoFor [maxKeys]source
	runs    [maxKeys]int
	room    [maxKeys][]uint32
}

type partColumn struct {
	of  *values
	key int // which of keys it follows from
	via []uint32
}

// source identifies the positions that a remembered combination belongs to.
type source struct {
	dict       *batch.Dict
	generation uint64
	constant   uint32
	size       uint32
}

func (p *part) reset() {
	p.tuples, p.first = p.tuples[:0], p.first[:0]
	clear(p.ids)
	p.forget()
	for i := range p.outs {
		p.outs[i].via = p.outs[i].via[:0]
	}
	for _, v := range p.keys {
		v.reset()
	}
}

func (p *part) forget() {
	p.memo, p.memoFor = p.memo[:0], [maxKeys]source{}
}

// column makes v one of the columns of the key, deps of which follow from it.
func (p *part) column(v *values) {
	k := len(p.keys)
	p.keys = append(p.keys, v)
	p.outs = append(p.outs, partColumn{of: v, key: k})
	for _, d := range v.deps {
		p.outs = append(p.outs, partColumn{of: d, key: k})
	}
}

// tuple returns the id of a combination.
func (p *part) tuple(ids [maxKeys]uint32) uint32 {
	alone := ids
	alone[0] = 0
	if alone == [maxKeys]uint32{} {
		for int(ids[0]) >= len(p.first) {
			p.first = append(p.first, 0)
		}
		if p.first[ids[0]] == 0 {
			p.first[ids[0]] = p.add(ids) + 1
		}
		return p.first[ids[0]] - 1
	}
	id, ok := p.ids[ids]
	if !ok {
		id = p.add(ids)
		p.ids[ids] = id
	}
	return id
}

// add gives a combination the next id.
func (p *part) add(ids [maxKeys]uint32) uint32 {
	p.tuples = append(p.tuples, ids)
	for i := range p.outs {
		o := &p.outs[i]
		pos := ids[o.key]
		if key := p.keys[o.key]; o.of != key {
			pos = key.dependent(o.of, pos)
		}
		o.via = append(o.via, pos)
	}
	return uint32(len(p.tuples) - 1)
}

// rows returns the combination of each row in out. cols holds the column of the
// batch for each of p.keys, nil where the batch has none.
func (p *part) rows(out []uint32, cols []*batch.Column, n int) {
	if p.inRuns(out, cols, n) {
		return
	}
	if shared := p.shared(cols); shared != nil {
		p.byPosition(out, cols, shared)
		return
	}
	for k, c := range cols {
		if c != nil && c.Form != batch.Const {
			p.room[k] = c.AppendIDs(p.room[k][:0], 0, n)
		}
	}
	if size := p.product(cols); size > 0 {
		p.byProduct(out, cols)
		return
	}
	p.byRow(out, cols)
}

// inRuns finds the combinations if the columns change together in runs.
func (p *part) inRuns(out []uint32, cols []*batch.Column, n int) bool {
	for _, c := range cols {
		if c != nil && c.Form != batch.Runs && c.Form != batch.Const {
			return false
		}
	}
	p.runs = [maxKeys]int{}
	var last [maxKeys]uint32
	lastID := uint32(0)
	for at := 0; at < n; {
		end := n
		var pos [maxKeys]uint32
		for k, c := range cols {
			switch {
			case c == nil:
				pos[k] = batch.Null
			case c.Form == batch.Const:
				pos[k] = c.ID(0)
			default:
				r := p.runs[k]
				for int(c.Ends[r]) <= at {
					r++
				}
				p.runs[k] = r
				end = min(end, int(c.Ends[r]))
				pos[k] = c.IDs[r]
				if c.Via != nil && pos[k] != batch.Null {
					pos[k] = c.Via[pos[k]]
				}
			}
		}
		if at == 0 || pos != last {
			last, lastID = pos, p.combination(cols, &pos)
		}
		for i := at; i < end; i++ {
			out[i] = lastID
		}
		at = end
	}
	return true
}

// combination returns the id of the values at positions pos, one a column.
func (p *part) combination(cols []*batch.Column, pos *[maxKeys]uint32) uint32 {
	var ids [maxKeys]uint32
	for k, c := range cols {
		if c == nil {
			ids[k] = p.keys[k].text("")
		} else {
			ids[k] = p.keys[k].at(c, pos[k])
		}
	}
	return p.tuple(ids)
}

// byPosition finds the combinations of columns that change with one shared
// slice of positions.
func (p *part) byPosition(out []uint32, cols []*batch.Column, shared []uint32) {
	size := 0
	for _, c := range cols {
		if c != nil && c.Form == batch.Coded {
			if c.Via != nil {
				size = max(size, len(c.Via))
			} else {
				size = max(size, len(c.Dict.Text))
			}
		}
	}
	p.remember(cols, false)
	for len(p.memo) < size {
		p.memo = append(p.memo, batch.Null)
	}
	for row, at := range shared {
		if at == batch.Null {
			out[row] = p.combinationAt(cols, at)
			continue
		}
		id := p.memo[at]
		if id == batch.Null {
			id = p.combinationAt(cols, at)
			p.memo[at] = id
		}
		out[row] = id
	}
}

// combinationAt returns the combination at a position that the columns share.
func (p *part) combinationAt(cols []*batch.Column, at uint32) uint32 {
	var pos [maxKeys]uint32
	for k, c := range cols {
		switch {
		case c == nil:
		case c.Form == batch.Const:
			pos[k] = c.ID(0)
		case c.Via != nil && at != batch.Null:
			pos[k] = c.Via[at]
		default:
			pos[k] = at
		}
	}
	return p.combination(cols, &pos)
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
	return shared
}

// maxProduct is how many combinations of positions are remembered at most.
const maxProduct = 1 << 16

// product returns how many combinations of positions the columns may have, 0 if
// that is too many to remember each.
func (p *part) product(cols []*batch.Column) int {
	size := 1
	for _, c := range cols {
		if c == nil || c.Form == batch.Const {
			continue
		}
		size *= len(c.Dict.Text) + 1 // one for null
		if size > maxProduct {
			return 0
		}
	}
	return size
}

// byProduct finds the combinations of columns with small dictionaries.
func (p *part) byProduct(out []uint32, cols []*batch.Column) {
	p.remember(cols, true)
	if size := p.product(cols); len(p.memo) < size {
		for len(p.memo) < size {
			p.memo = append(p.memo, batch.Null)
		}
	}
	clear(out)
	for k, c := range cols {
		if c == nil || c.Form == batch.Const {
			continue
		}
		size := uint32(len(c.Dict.Text) + 1)
		for row, pos := range p.room[k] {
			out[row] = out[row]*size + pos + 1 // null wraps to 0
		}
	}
	for row, at := range out {
		id := p.memo[at]
		if id == batch.Null {
			id = p.rowCombination(cols, row)
			p.memo[at] = id
		}
		out[row] = id
	}
}

// rowCombination returns the combination of a row whose positions are in room.
func (p *part) rowCombination(cols []*batch.Column, row int) uint32 {
	var pos [maxKeys]uint32
	for k, c := range cols {
		switch {
		case c == nil:
		case c.Form == batch.Const:
			pos[k] = c.ID(0)
		default:
			pos[k] = p.room[k][row]
		}
	}
	return p.combination(cols, &pos)
}

// byRow finds the combinations of any columns.
func (p *part) byRow(out []uint32, cols []*batch.Column) {
	for row := range out {
		same := row > 0
		for k, c := range cols {
			if same && c != nil && c.Form != batch.Const {
				same = p.room[k][row] == p.room[k][row-1]
			}
		}
		if same {
			out[row] = out[row-1]
		} else {
			out[row] = p.rowCombination(cols, row)
		}
	}
}

// remember forgets the memo unless it holds for these columns. If sized, their
// dictionaries must not even have grown.
func (p *part) remember(cols []*batch.Column, sized bool) {
	var now [maxKeys]source
	keep := true
	for k, c := range cols {
		if c == nil {
			continue
		}
		now[k] = source{dict: c.Dict, constant: batch.Null}
		if c.Dict != nil {
			now[k].generation = c.Dict.Generation
		}
		switch {
		case c.Form == batch.Const:
			now[k].constant = c.ID(0)
		case sized:
			now[k].size = uint32(len(c.Dict.Text)) + 1
		case c.Via != nil:
			keep = false // what stands between may change
		}
	}
	if !keep || now != p.memoFor {
		p.memo = p.memo[:0]
	}
	p.memoFor = now
}
