package trafficanalytics

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/azflow/azflow/internal/batch"
)

// A Merger adds partial rows of NTANetAnalytics up to whole ones. It is not
// safe for concurrent use.
type Merger struct {
	index map[[2]int64]uint32
	cols  []merged
	rows  int
}

// merged is one column of the rows so far.
type merged struct {
	col   Column
	texts *values
	ids   []uint32 // texts of Key and Depends columns
	ints  []int64  // numbers
	valid []bool   // of nullable numbers
}

// NewMerger returns a Merger without rows.
func NewMerger() *Merger {
	m := &Merger{}
	m.reset()
	return m
}

func (m *Merger) reset() {
	m.index, m.rows = map[[2]int64]uint32{}, 0
	m.cols = make([]merged, len(columns))
	for i, c := range columns {
		c.Map = nil // stored values are mapped already
		m.cols[i].col = c
		if c.Kind == batch.Text {
			m.cols[i].texts = newValues(&m.cols[i].col)
		}
	}
}

// Rows returns how many rows there are so far.
func (m *Merger) Rows() int { return m.rows }

// Add merges the rows of b, a batch of stored columns; one that b lacks counts
// as null, or empty text. It keeps nothing of b.
func (m *Merger) Add(b *batch.Batch) error {
	hi, lo := b.Index("ItemHi"), b.Index("ItemLo")
	if hi < 0 || lo < 0 {
		return fmt.Errorf("a batch without ItemHi and ItemLo cannot be merged")
	}
	target := make([]uint32, b.Rows)
	fresh := make([]bool, b.Rows)
	for row := range b.Rows {
		h, _ := b.Columns[hi].IntAt(row)
		l, _ := b.Columns[lo].IntAt(row)
		g, ok := m.index[[2]int64{h, l}]
		if !ok {
			g = uint32(m.rows)
			m.index[[2]int64{h, l}] = g
			m.rows++
			fresh[row] = true
		}
		target[row] = g
	}
	for i := range m.cols {
		c := &m.cols[i]
		var from *batch.Column
		if at := b.Index(c.col.Name); at >= 0 {
			from = &b.Columns[at]
		}
		switch {
		case c.col.Role == Port: // with Ports
		case c.col.Role == Ports:
			c.addPorts(b, target, m.rows)
		case c.col.Kind == batch.Text:
			c.addTexts(from, target, fresh, m.rows)
		default:
			c.addNumbers(from, target, m.rows)
		}
	}
	return nil
}

// addPorts unites sets, which it holds as text whether they have one port or
// several.
func (c *merged) addPorts(b *batch.Batch, target []uint32, rows int) {
	c.ids = extend(c.ids, rows)
	one, several := b.Index(columns[counted.srcPort].Name), b.Index(c.col.Name)
	for row, g := range target {
		id := uint32(0)
		if several >= 0 {
			if pos := b.Columns[several].ID(row); pos != batch.Null {
				id = c.texts.at(b.Columns[several].Dict, pos)
			}
		}
		if one >= 0 {
			if port, ok := b.Columns[one].IntAt(row); ok {
				id = c.texts.text(strconv.FormatInt(port, 10))
			}
		}
		switch have := c.ids[g]; {
		case have == 0:
			c.ids[g] = id
		case id != 0 && id != have:
			c.ids[g] = c.texts.text(union(c.texts.dict.Text[have], c.texts.dict.Text[id]))
		}
	}
}

// ports returns the columns of source ports in the given order.
func (c *merged) ports(order []uint32) (one, several batch.Column) {
	one = batch.Column{Form: batch.Plain, Ints: make([]int64, len(order)), Valid: batch.Bitmap(nil).Grow(len(order))}
	ids := make([]uint32, len(order))
	for at, g := range order {
		text := c.texts.dict.Text[c.ids[g]]
		port, err := strconv.ParseInt(text, 10, 64)
		if one.Valid.Set(at, err == nil); err == nil { // else none, or several
			one.Ints[at] = port
		} else {
			ids[at] = c.ids[g]
		}
	}
	return one, batch.Column{Form: batch.Coded, IDs: ids, Dict: c.texts.take()}
}

func (c *merged) addTexts(from *batch.Column, target []uint32, fresh []bool, rows int) {
	c.ids = extend(c.ids, rows)
	if from == nil {
		return
	}
	positions := from.AppendIDs(nil, 0, len(target))
	for row, g := range target {
		id := uint32(0)
		if pos := positions[row]; pos != batch.Null {
			id = c.texts.at(from.Dict, pos)
		}
		if fresh[row] || c.ids[g] == 0 {
			c.ids[g] = id
		}
	}
}

func (c *merged) addNumbers(from *batch.Column, target []uint32, rows int) {
	c.ints = extend(c.ints, rows)
	c.valid = extend(c.valid, rows)
	var n numbers
	n.expand(from, len(target))
	if n.none {
		return
	}
	for row, g := range target {
		if !n.has(row) {
			continue
		}
		v := n.at(row)
		switch {
		case !c.valid[g]:
			c.ints[g] = v
		case c.col.Role == Sum:
			c.ints[g] += v
		case c.col.Role == Min:
			c.ints[g] = min(c.ints[g], v)
		case c.col.Role == Max:
			c.ints[g] = max(c.ints[g], v)
		}
		c.valid[g] = true
	}
}

// extend returns s with n elements, the new ones zero.
func extend[T any](s []T, n int) []T {
	if n <= len(s) {
		return s
	}
	return append(s, make([]T, n-len(s))...)
}

// union returns the union of two port sets, in ascending order.
func union(a, b string) string {
	var all []int
	for _, set := range []string{a, b} {
		for p := range strings.SplitSeq(set, "|") {
			n, err := strconv.Atoi(p)
			if err == nil {
				all = append(all, n)
			}
		}
	}
	slices.Sort(all)
	all = slices.Compact(all)
	var buf []byte
	for i, p := range all {
		if i > 0 {
			buf = append(buf, '|')
		}
		buf = strconv.AppendInt(buf, int64(p), 10)
	}
	return string(buf)
}

// counts reports whether anything is left of a row: corrections may outlive the
// tuples that they are of, until they are withdrawn.
func (m *Merger) counts(row uint32) bool {
	for i := range m.cols {
		if c := &m.cols[i]; c.col.Role == Sum && c.ints[row] != 0 {
			return true
		}
	}
	return false
}

// Flush returns the rows as a batch with the fields of [Fields], ordered by
// interval, and forgets them.
func (m *Merger) Flush() *batch.Batch {
	n := m.rows
	start := m.cols[counted.start].ints
	order := make([]uint32, 0, n)
	for i := range uint32(n) {
		if m.counts(i) {
			order = append(order, i)
		}
	}
	n = len(order)
	slices.SortStableFunc(order, func(x, y uint32) int { return compare(start[x], start[y]) })
	b := &batch.Batch{Rows: n, Fields: Fields(), Columns: make([]batch.Column, len(columns))}
	for i := range m.cols {
		c := &m.cols[i]
		switch c.col.Role {
		case Port: // with Ports
			continue
		case Ports:
			b.Columns[counted.srcPort], b.Columns[i] = c.ports(order)
			continue
		}
		if c.col.Kind == batch.Text {
			ids := make([]uint32, n)
			for at, g := range order {
				ids[at] = c.ids[g]
			}
			b.Columns[i] = batch.Column{Form: batch.Coded, IDs: ids, Dict: c.texts.take()}
			continue
		}
		out := batch.Column{Form: batch.Plain, Ints: make([]int64, n)}
		if c.col.Nullable {
			out.Valid = batch.Bitmap(nil).Grow(n)
		}
		for at, g := range order {
			out.Ints[at] = c.ints[g]
			if c.col.Nullable {
				out.Valid.Set(at, c.valid[g])
			}
		}
		b.Columns[i] = out
	}
	m.reset()
	return b
}
