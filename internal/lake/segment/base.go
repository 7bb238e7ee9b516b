package segment

import (
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
	s.order, s.rows, s.null = s.order[:0], s.rows[:0], 0
}

// find numbers the positions of the rows at hand.
func (s *base) find(from, to int) {
	if s.found {
		return
	}
	s.found, s.from = true, len(s.rows)
	s.rows = slices.Grow(s.rows, to-from)[:s.from+to-from]
	seen, rows := s.seen, s.rows[s.from:]
	for i, id := range s.ids[from:to] {
		if int(id) < len(seen) {
			if l := seen[id]; l != 0 {
				rows[i] = l - 1
				continue
			}
		}
		rows[i] = s.number(id)
		seen = s.seen
	}
}

// number gives a position that has none its number.
func (s *base) number(id uint32) uint32 {
	l := uint32(len(s.order))
	if id == batch.Null {
		if s.null != 0 {
			return s.null - 1
		}
		s.null = l + 1
	} else {
		if int(id) >= len(s.seen) {
			s.seen = append(s.seen, make([]uint32, int(id)+1-len(s.seen))...)
			s.seen = s.seen[:cap(s.seen)]
		}
		s.seen[id] = l + 1
	}
	s.order = append(s.order, id)
	return l
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
	if err := c.learn(b, s.order[len(c.follow):]); err != nil {
		return err
	}
	rows := s.rows[s.from:]
	switch {
	case c.same:
		c.spill(e, 1)
		c.addRun(len(rows), c.follow[0])
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
func (c *column) learn(b *batch.Column, order []uint32) error {
	known := len(c.follow)
	if known == 0 {
		// Positions that differ have values that differ: they need not be looked up.
		c.distinct = c.field.Kind == batch.Bool || c.dict.len() == 0 && (b.Via == nil || b.Distinct)
	}
	if !c.distinct {
		c.dict.use(b.Dict, c.field.Kind)
	}
	var err error
	for _, id := range order {
		if b.Via != nil && id != batch.Null {
			id = b.Via[id]
		}
		l := batch.Null
		switch {
		case id == batch.Null && c.field.Nullable:
		case c.distinct && id != batch.Null:
			l = c.add(b.Dict, id)
		default:
			if c.distinct {
				c.distinct = false
				c.dict.use(b.Dict, c.field.Kind)
			}
			if l, err = c.local(id); err != nil {
				return err
			}
		}
		c.follow = append(c.follow, l)
	}
	for k, l := range c.follow[known:] {
		c.same = c.same && l == c.follow[0]
		c.equal = c.equal && l == uint32(known+k)
		c.null = c.null || l == batch.Null
	}
	return nil
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
