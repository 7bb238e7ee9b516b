package segment

import (
	"encoding/binary"
	"slices"

	"github.com/azflow/azflow/internal/batch"
)

// base is a slice of positions that one column has, or several share. It numbers
// the distinct ones of a row group, and each column keeps its own position by
// that number (column.follow), so that it looks at each position once a row
// group, and at each row once a page. The base that columns share is the first
// one's.
type base struct {
	ids   []uint32 // of the batch at hand
	order []uint32 // the positions, by number
	seen  []uint32 // position -> number + 1
	null  uint32   // number of batch.Null + 1
	rows  []uint32 // of each row since pages were last ended together: number
	from  int      // the first of rows that is at hand
	found bool     // rows has those at hand

	// What a Via gives for order[known:], for columns that have the same.
	via   []uint32
	known int
	ends  []uint32
}

// noBase is the base of a column that has none.
const noBase = -1

// learned is what a column's knowledge of its base depends on.
type learned struct {
	base       int
	dict       *batch.Dict
	generation uint64
	via        bool
}

func (s *base) reset() {
	for _, id := range s.order {
		if id != batch.Null {
			s.seen[id] = 0
		}
	}
	s.order, s.rows, s.null, s.via = s.order[:0], s.rows[:0], 0, nil
}

// find numbers the positions of the rows at hand.
func (s *base) find(from, to int) {
	if s.found {
		return
	}
	s.found, s.from = true, len(s.rows)
	s.rows = slices.Grow(s.rows, to-from)[:s.from+to-from]
	// Two passes: in the first, nothing waits for what memory is slow to tell.
	ids, rows, seen := s.ids[from:to], s.rows[s.from:], s.seen
	for i, id := range ids {
		l := uint32(0)
		if int(id) < len(seen) {
			l = seen[id]
		}
		rows[i] = l
	}
	for i, l := range rows {
		if l == 0 {
			l = s.number(ids[i])
		}
		rows[i] = l - 1
	}
}

// number returns the number of a position + 1; one that has none gets the next.
func (s *base) number(id uint32) uint32 {
	n := uint32(len(s.order)) + 1
	at := &s.null
	if id != batch.Null {
		if int(id) >= len(s.seen) {
			s.seen = append(s.seen, make([]uint32, int(id)+1-len(s.seen))...)
			s.seen = s.seen[:cap(s.seen)]
		}
		at = &s.seen[id]
	}
	if *at == 0 {
		*at = n
		s.order = append(s.order, id)
	}
	return *at
}

// through returns what via gives for the positions from number known on.
func (s *base) through(via []uint32, known int) []uint32 {
	order := s.order[known:]
	if len(via) == 0 || len(s.via) == 0 || &s.via[0] != &via[0] || s.known != known || len(s.ends) != len(order) {
		s.via, s.known, s.ends = via, known, slices.Grow(s.ends[:0], len(order))[:len(order)]
		for i, id := range order {
			if id != batch.Null {
				id = via[id]
			}
			s.ends[i] = id
		}
	}
	return s.ends
}

// share finds the base of each column of b. A column whose dictionary is not that
// of the batch before begins anew; one that comes to columns that have a base
// already goes by its own until the row group ends.
func (w *Writer) share(b *batch.Batch) {
	w.shared = w.shared[:0]
	for i := range b.Columns {
		col, c := &w.cols[i], &b.Columns[i]
		l := learned{base: noBase}
		if c.Form == batch.Coded && len(c.IDs) > 0 {
			l = learned{base: w.baseOf(c.IDs, i), dict: c.Dict, generation: c.Dict.Generation, via: c.Via != nil}
			if l != col.learned && len(w.bases[l.base].order) > 0 {
				l.base = i
			}
		}
		if l != col.learned {
			if l.base == i {
				w.dissolve(i)
			}
			col.leave()
			col.learned = l
		}
		if l.base == i {
			w.bases[i].ids = c.IDs
			w.shared = append(w.shared, i)
		}
	}
}

// baseOf returns the base of column i: that of one before it with the same
// positions, or its own.
func (w *Writer) baseOf(ids []uint32, i int) int {
	for _, k := range w.shared {
		if &w.bases[k].ids[0] == &ids[0] {
			return k
		}
	}
	return i
}

// dissolve makes columns leave base i and empties it.
func (w *Writer) dissolve(i int) {
	for k := range w.cols {
		if w.cols[k].learned.base == i {
			w.cols[k].leave()
		}
	}
	w.bases[i].reset()
}

// leave makes c forget its base.
func (c *column) leave() {
	if c.mode == inBase {
		c.mode = inCodes
		c.ids = slices.Grow(c.ids, c.rows)[:c.rows]
		c.nulls = c.through(c.ids, c.base.rows[:c.rows])
	}
	c.learned = learned{base: noBase}
	c.forget()
}

// forget drops what is known of the base.
func (c *column) forget() { c.follow, c.same, c.equal, c.null = c.follow[:0], true, true, false }

// addShared adds rows whose positions the base has numbered.
func (c *column) addShared(e *encoder, b *batch.Column, s *base) error {
	if err := c.learn(b, s); err != nil {
		return err
	}
	rows := s.rows[s.from:]
	switch {
	case c.same:
		c.addRun(e, len(rows), c.follow[0])
	case c.mode == inBase || c.rows == 0 && s.from == 0:
		c.mode, c.base = inBase, s
		c.rows += len(rows)
	default:
		out := c.codes(e, len(rows))
		c.addCodes(out, c.through(out, rows))
	}
	return nil
}

// learn follows more positions of the base to those of the dictionary.
func (c *column) learn(b *batch.Column, s *base) error {
	d, known := &c.dict, len(c.follow)
	if known == 0 {
		// Positions that differ have values that differ: they need not be looked up.
		c.distinct = c.field.Kind == batch.Bool ||
			d.len() == 0 && d.byText == nil && d.byInt == nil && (b.Via == nil || b.Distinct)
	}
	ids := s.order[known:]
	if b.Via != nil {
		ids = s.through(b.Via, known)
	}
	c.follow = slices.Grow(c.follow, len(ids))[:known+len(ids)]
	follow := c.follow[known:]
	if c.distinct && (c.field.Nullable || !slices.Contains(ids, batch.Null)) {
		c.addDistinct(follow, b.Dict, ids)
	} else {
		c.distinct = false
		d.use(b.Dict, c.field.Kind)
		for i, id := range ids {
			if int(id) < len(d.remap) && d.remap[id] != 0 {
				follow[i] = d.remap[id] - 1
				continue
			}
			var err error
			if follow[i], err = c.local(id); err != nil {
				return err
			}
		}
	}
	for k, l := range follow {
		c.same = c.same && l == c.follow[0]
		c.equal = c.equal && l == uint32(known+k)
		c.null = c.null || l == batch.Null
	}
	return nil
}

// addDistinct adds the values at positions of src, and gives follow their own.
func (c *column) addDistinct(follow []uint32, src *batch.Dict, ids []uint32) {
	d := &c.dict
	if c.field.Kind == batch.Text {
		for i := range follow {
			follow[i] = uint32(d.texts + i)
		}
		d.appendTexts(src.Text, ids)
		return
	}
	for i, id := range ids {
		follow[i] = batch.Null
		if id != batch.Null {
			follow[i] = c.add(src, id)
		}
	}
}

// appendTexts adds texts that the dictionary has not.
func (d *dictionary) appendTexts(texts []string, ids []uint32) {
	o, size := len(d.page), 0
	for _, id := range ids {
		size += 4 + len(texts[id])
	}
	d.page = slices.Grow(d.page, size)[:o+size]
	for _, id := range ids {
		binary.LittleEndian.PutUint32(d.page[o:], uint32(len(texts[id])))
		o += 4 + copy(d.page[o+4:], texts[id])
	}
	d.texts += len(ids)
	d.bytes += size
}

// through gives dst the own positions of rows of the base, and returns how many
// are null.
func (c *column) through(dst, rows []uint32) (nulls int) {
	follow := c.follow
	switch {
	case c.equal:
		copy(dst, rows)
	case !c.null:
		for i, k := range rows {
			dst[i] = follow[k]
		}
	default:
		for i, k := range rows {
			l := follow[k]
			dst[i] = l
			if l == batch.Null {
				nulls++
			}
		}
	}
	return nulls
}
