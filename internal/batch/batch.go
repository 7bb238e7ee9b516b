// Package batch holds rows of one table column by column, in the forms in
// which log decoding, attribution and Parquet make and take them.
//
// A decoder knows more about a column than its values: which rows share one
// record's value, which rows hold the same address. A [Column] keeps that
// knowledge as its [Form], so that a writer can turn it into Parquet
// dictionaries and runs without looking at a value twice, and a reader can hand
// it back the same way.
//
// Lifetime: a batch and all slices in it belong to whoever made it, and are
// valid until that maker is asked for the next batch or is reset. A taker that
// keeps values beyond that copies them; strings may be kept as they are.
package batch

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"sort"
)

// Kind is how a column's values are stored. KQL types map to it: string,
// dynamic (as JSON) and guid are Text; timespan is Int64 in ticks of 100 ns.
type Kind uint8

// The kinds of values.
const (
	Text   Kind = iota + 1 // UTF-8 text; never null, "" means none
	Bool                   // 0 or 1 in Ints
	Int32                  // signed, in Ints
	Int64                  // signed, in Ints
	Uint32                 // unsigned, in Ints
	Uint64                 // unsigned, its bits in Ints
	Time                   // microseconds since 1970-01-01 UTC, in Ints
	Real                   // IEEE 754 double, in Reals
)

var kindNames = [...]string{Text: "text", Bool: "bool", Int32: "int32", Int64: "int64", Uint32: "uint32", Uint64: "uint64", Time: "time", Real: "real"}

// String returns the kind's name in lower case.
func (k Kind) String() string {
	if k == 0 || int(k) >= len(kindNames) {
		return fmt.Sprintf("kind %d", uint8(k))
	}
	return kindNames[k]
}

// Field names a column of a table and says what it holds.
type Field struct {
	Name     string
	Kind     Kind
	Nullable bool // values may be null; never set for Text
}

// Null is the dictionary position of no value.
const Null uint32 = math.MaxUint32

// Dict is a list of values that columns refer to by position. It may grow
// while columns refer to it. Only the slice of the column's kind is used.
type Dict struct {
	Text  []string
	Ints  []int64
	Reals []float64
	// Generation must change whenever a position that a column has referred to
	// takes another value. While pointer and Generation stay, a taker may
	// remember what it learned about each position.
	Generation uint64
}

// Len returns how many values of kind k the dictionary has.
func (d *Dict) Len(k Kind) int {
	switch k {
	case Text:
		return len(d.Text)
	case Real:
		return len(d.Reals)
	default:
		return len(d.Ints)
	}
}

// Reset empties the dictionary, keeps its memory and changes its generation.
func (d *Dict) Reset() {
	clear(d.Text) // let go of the strings
	d.Text, d.Ints, d.Reals = d.Text[:0], d.Ints[:0], d.Reals[:0]
	d.Generation++
}

// Form says how a column's rows are laid out.
type Form uint8

// The forms of a column. In all but Plain the value of a row is found in the
// column's Dict.
const (
	// Const: every row has the value at IDs[0]. The zero Column is a Const
	// without IDs: null in every row, or "" if the kind is Text.
	Const Form = iota
	// Runs: rows Ends[k-1] up to but without Ends[k] have the value at IDs[k].
	// The last of Ends is the number of rows.
	Runs
	// Coded: row i has the value at IDs[i].
	Coded
	// Plain: row i has the value Ints[i] or Reals[i], if Valid says so. Not
	// for Text.
	Plain
)

// Column holds the values of one column for all rows of a batch.
type Column struct {
	Form Form
	IDs  []uint32 // positions: one, one a run, or one a row; may be Null
	Ends []uint32 // Runs: the row after each run, strictly ascending
	// Via, if not nil, stands between IDs and Dict: the position is
	// Via[IDs[i]] (Null if IDs[i] is). Columns that follow from the same
	// thing, say an address, share IDs and differ in Via and Dict; a writer
	// sees the shared slice and does the work by row once. What Via gives for
	// a position may be remembered as long as what Dict has there: it may grow,
	// and else changes only along with Dict's Generation.
	Via []uint32
	// Distinct says that Via gives no position of Dict twice.
	Distinct bool
	Dict     *Dict

	Ints  []int64   // Plain: one a row, whatever where not valid
	Reals []float64 // Plain, Real: one a row
	Valid Bitmap    // Plain: which rows have a value; nil means all
}

// Batch is a number of rows of one table.
type Batch struct {
	Rows    int
	Fields  []Field
	Columns []Column // one a field
}

// Index returns the position of the named column, or -1.
func (b *Batch) Index(name string) int {
	return slices.IndexFunc(b.Fields, func(f Field) bool { return f.Name == name })
}

// ConstText returns a column with the text s in every row.
func ConstText(s string) Column {
	return Column{IDs: []uint32{0}, Dict: &Dict{Text: []string{s}}}
}

// ConstInt returns a column with v in every row; for every kind kept in Ints.
func ConstInt(v int64) Column {
	return Column{IDs: []uint32{0}, Dict: &Dict{Ints: []int64{v}}}
}

// ConstReal returns a column with v in every row.
func ConstReal(v float64) Column {
	return Column{IDs: []uint32{0}, Dict: &Dict{Reals: []float64{v}}}
}

// ID returns the dictionary position of a row's value, or Null. It must not be
// called on a Plain column. In Runs it searches: loop with [Column.AppendIDs].
func (c *Column) ID(row int) uint32 {
	switch c.Form {
	case Const:
		if len(c.IDs) == 0 {
			return Null
		}
		return c.through(c.IDs[0])
	case Runs:
		return c.through(c.IDs[c.run(row)])
	default:
		return c.through(c.IDs[row])
	}
}

func (c *Column) through(id uint32) uint32 {
	if c.Via == nil || id == Null {
		return id
	}
	return c.Via[id]
}

// run returns the number of the run that row lies in.
func (c *Column) run(row int) int {
	return sort.Search(len(c.Ends), func(k int) bool { return c.Ends[k] > uint32(row) })
}

// AppendIDs appends the dictionary position of each row from from up to but
// without to. It must not be called on a Plain column.
func (c *Column) AppendIDs(ids []uint32, from, to int) []uint32 {
	n := len(ids)
	ids = slices.Grow(ids, to-from)[:n+to-from]
	out := ids[n:]
	switch {
	case c.Form == Const:
		fill(out, c.ID(0))
	case c.Form == Runs:
		for k, at := c.run(from), from; at < to; k++ {
			end := min(int(c.Ends[k]), to)
			fill(out[at-from:end-from], c.through(c.IDs[k]))
			at = end
		}
	case c.Via == nil:
		copy(out, c.IDs[from:to])
	default:
		for i, id := range c.IDs[from:to] {
			out[i] = c.through(id)
		}
	}
	return ids
}

func fill(s []uint32, v uint32) {
	for i := range s {
		s[i] = v
	}
}

// TextAt returns the text of a row, "" for none.
func (c *Column) TextAt(row int) string {
	id := c.ID(row)
	if id == Null {
		return ""
	}
	return c.Dict.Text[id]
}

// IntAt returns the value of a row of a kind kept in Ints, and whether it has one.
func (c *Column) IntAt(row int) (int64, bool) {
	if c.Form == Plain {
		return c.Ints[row], c.Valid.Get(row)
	}
	id := c.ID(row)
	if id == Null {
		return 0, false
	}
	return c.Dict.Ints[id], true
}

// RealAt returns the value of a row of kind Real, and whether it has one.
func (c *Column) RealAt(row int) (float64, bool) {
	if c.Form == Plain {
		return c.Reals[row], c.Valid.Get(row)
	}
	id := c.ID(row)
	if id == Null {
		return 0, false
	}
	return c.Dict.Reals[id], true
}

// Check returns an error that names the first column whose slices do not fit
// together. It looks at every row: for tests and for the edge of a component.
func (b *Batch) Check() error {
	if len(b.Fields) != len(b.Columns) {
		return fmt.Errorf("batch has %d fields and %d columns", len(b.Fields), len(b.Columns))
	}
	for i := range b.Columns {
		if err := b.Columns[i].check(b.Fields[i], b.Rows); err != nil {
			return fmt.Errorf("column %s: %w", b.Fields[i].Name, err)
		}
	}
	return nil
}

func (c *Column) check(f Field, rows int) error {
	switch c.Form {
	case Const:
		if len(c.IDs) > 1 {
			return fmt.Errorf("constant has %d positions", len(c.IDs))
		}
		if len(c.IDs) == 0 {
			return nullable(f)
		}
	case Runs:
		if len(c.IDs) != len(c.Ends) {
			return fmt.Errorf("%d runs have %d ends", len(c.IDs), len(c.Ends))
		}
		last := uint32(0)
		for _, e := range c.Ends {
			if e <= last {
				return fmt.Errorf("run ends at row %d after one that ends at %d", e, last)
			}
			last = e
		}
		if int(last) != rows {
			return fmt.Errorf("runs cover %d of %d rows", last, rows)
		}
	case Coded:
		if len(c.IDs) != rows {
			return fmt.Errorf("%d positions for %d rows", len(c.IDs), rows)
		}
	case Plain:
		return c.checkPlain(f, rows)
	default:
		return fmt.Errorf("unknown form %d", c.Form)
	}
	if c.Dict == nil {
		return errors.New("no dictionary")
	}
	size := c.Dict.Len(f.Kind)
	for _, id := range c.IDs {
		if id != Null && c.Via != nil {
			if int(id) >= len(c.Via) {
				return fmt.Errorf("position %d lies beyond the %d of Via", id, len(c.Via))
			}
			id = c.Via[id]
		}
		if id == Null {
			if err := nullable(f); err != nil {
				return err
			}
		} else if int(id) >= size {
			return fmt.Errorf("position %d lies beyond the %d of the dictionary", id, size)
		}
	}
	return nil
}

func (c *Column) checkPlain(f Field, rows int) error {
	n := len(c.Ints)
	if f.Kind == Real {
		n = len(c.Reals)
	}
	switch {
	case f.Kind == Text:
		return errors.New("text cannot be plain")
	case n != rows:
		return fmt.Errorf("%d values for %d rows", n, rows)
	case c.Valid != nil && len(c.Valid)*64 < rows:
		return fmt.Errorf("validity of %d rows for %d", len(c.Valid)*64, rows)
	case !f.Nullable && c.Valid.Count(0, rows) < rows:
		return nullable(f)
	}
	return nil
}

func nullable(f Field) error {
	if f.Nullable || f.Kind == Text {
		return nil
	}
	return errors.New("null in a column that takes none")
}
