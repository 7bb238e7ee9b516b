package batch

import (
	"fmt"
	"math"
)

// Builder makes batches of one table from Go values, a row at a time. It is for
// tables of few rows; decoders fill columns themselves.
type Builder struct {
	fields  []Field
	columns []ColumnBuilder
}

// NewBuilder returns an empty builder of rows with the given fields.
func NewBuilder(fields []Field) *Builder {
	b := &Builder{fields: fields, columns: make([]ColumnBuilder, len(fields))}
	for i, f := range fields {
		b.columns[i] = ColumnBuilder{kind: f.Kind}
		b.columns[i].Reset()
	}
	return b
}

// Column returns the builder of column i.
func (b *Builder) Column(i int) *ColumnBuilder { return &b.columns[i] }

// Batch returns the rows so far; an error if the columns have different
// lengths. It is valid until Reset or the next value.
func (b *Builder) Batch() (*Batch, error) {
	out := &Batch{Fields: b.fields, Columns: make([]Column, len(b.columns))}
	for i := range b.columns {
		c := &b.columns[i]
		if i == 0 {
			out.Rows = c.rows
		} else if c.rows != out.Rows {
			return nil, fmt.Errorf("column %s has %d rows, %s has %d", b.fields[i].Name, c.rows, b.fields[0].Name, out.Rows)
		}
		out.Columns[i] = c.Column()
	}
	return out, nil
}

// Reset drops all rows and keeps the memory.
func (b *Builder) Reset() {
	for i := range b.columns {
		b.columns[i].Reset()
	}
}

// ColumnBuilder makes one column a value at a time: Text and Bool as Coded,
// everything else as Plain. Exactly one of the methods of the column's kind, or
// Null, is called for each row.
type ColumnBuilder struct {
	kind  Kind
	rows  int
	col   Column
	dict  Dict
	index map[string]uint32
	valid Bitmap
	nulls bool
}

// Text adds a row with the text s.
func (c *ColumnBuilder) Text(s string) {
	id, ok := c.index[s]
	if !ok {
		id = uint32(len(c.dict.Text))
		c.dict.Text = append(c.dict.Text, s)
		c.index[s] = id
	}
	c.col.IDs = append(c.col.IDs, id)
	c.rows++
}

// Int adds a row with the value v, of any kind kept in Ints but Bool.
func (c *ColumnBuilder) Int(v int64) {
	c.col.Ints = append(c.col.Ints, v)
	c.plain(true)
}

// Real adds a row with the value v.
func (c *ColumnBuilder) Real(v float64) {
	c.col.Reals = append(c.col.Reals, v)
	c.plain(true)
}

// Bool adds a row with the value v.
func (c *ColumnBuilder) Bool(v bool) {
	id := uint32(0)
	if v {
		id = 1
	}
	c.col.IDs = append(c.col.IDs, id)
	c.rows++
}

// Null adds a row without a value ("" for Text).
func (c *ColumnBuilder) Null() {
	switch c.kind {
	case Text, Bool:
		c.col.IDs = append(c.col.IDs, Null)
		c.rows++
	case Real:
		c.col.Reals = append(c.col.Reals, math.NaN())
		c.plain(false)
	default:
		c.col.Ints = append(c.col.Ints, 0)
		c.plain(false)
	}
}

func (c *ColumnBuilder) plain(valid bool) {
	c.valid = c.valid.Grow(c.rows + 1)
	c.valid.Set(c.rows, valid)
	c.nulls = c.nulls || !valid
	c.rows++
}

// Column returns the rows so far, valid until Reset or the next value.
func (c *ColumnBuilder) Column() Column {
	out := c.col
	if c.nulls {
		out.Valid = c.valid
	}
	return out
}

// Reset drops all rows and keeps the memory.
func (c *ColumnBuilder) Reset() {
	c.rows, c.nulls = 0, false
	c.dict.Reset()
	c.col = Column{Form: Plain, IDs: c.col.IDs[:0], Ints: c.col.Ints[:0], Reals: c.col.Reals[:0], Dict: &c.dict}
	switch c.kind {
	case Text:
		c.col.Form = Coded
		if c.index == nil {
			c.index = map[string]uint32{}
		}
		clear(c.index)
	case Bool:
		c.col.Form = Coded
		c.dict.Ints = append(c.dict.Ints, 0, 1)
	}
	clear(c.valid)
}
