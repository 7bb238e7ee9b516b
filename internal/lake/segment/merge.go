package segment

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/azflow/azflow/internal/batch"
)

// Source is a segment to be merged.
type Source struct {
	Path   string
	Filter *Filter // nil: every row is taken
}

// Filter leaves rows out.
type Filter struct {
	// Columns are what Drop has to see. A segment that lacks one is an error.
	Columns []string
	// Drop sets the bit of each row of b that is left out. The fields of b are
	// Columns in their order; drop has no bit set.
	Drop func(b *batch.Batch, drop batch.Bitmap)
}

// MergeOptions say how Merge makes a segment of several.
type MergeOptions struct {
	Options
	Meta Meta // of the new segment; may be nil
	// Defaults are the values, each a Const column, of columns that a source
	// written under an earlier schema lacks. Without one it is null, "" or 0.
	Defaults map[string]batch.Column
}

// Merge writes the rows of the sources, in the given order, to w as one segment
// with the given columns. A column that a source has and fields has not is left
// out. It needs the memory of one row group read and one written.
func Merge(ctx context.Context, w io.Writer, fields []batch.Field, sources []Source, opt MergeOptions) (Summary, error) {
	out, err := NewWriter(w, fields, opt.Options)
	if err != nil {
		return Summary{}, err
	}
	m := merger{out: out, fields: fields, opt: opt}
	for _, s := range sources {
		if err := m.add(ctx, s); err != nil {
			return Summary{}, fmt.Errorf("merge %s: %w", s.Path, err)
		}
	}
	return out.Close(opt.Meta)
}

type merger struct {
	out    *Writer
	fields []batch.Field
	opt    MergeOptions
	drop   batch.Bitmap
}

func (m *merger) add(ctx context.Context, from Source) (err error) {
	r, err := Open(from.Path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	src, err := m.open(r, from.Filter)
	if err != nil {
		return err
	}
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		b, err := src.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := m.write(b, src); err != nil {
			return err
		}
	}
}

// write writes the rows of b that the filter leaves in.
func (m *merger) write(b *batch.Batch, s *source) error {
	if s.filter == nil {
		return m.out.Write(b)
	}
	m.drop = m.drop[:0].Grow(b.Rows)
	s.filter.Drop(&s.seen, m.drop)
	for row := 0; row < b.Rows; {
		start, dropped := row, m.drop.Get(row)
		for row++; row < b.Rows && m.drop.Get(row) == dropped; row++ {
		}
		if !dropped {
			if err := m.out.WriteRange(b, start, row); err != nil {
				return err
			}
		}
	}
	return nil
}

// source gives the rows of a segment with the columns of another schema.
type source struct {
	scan   *Scanner
	from   []int // column of the scan for each field, or -1
	out    batch.Batch
	filter *Filter
	shown  []int       // column of the scan for each of the filter's
	seen   batch.Batch // what the filter sees
}

// open starts reading r in the shape of m.fields.
func (m *merger) open(r *Reader, filter *Filter) (*source, error) {
	s := &source{out: batch.Batch{Fields: m.fields, Columns: make([]batch.Column, len(m.fields))}, filter: filter}
	have := r.Info().Fields
	var names []string
	for i, f := range m.fields {
		k := slices.IndexFunc(have, func(h batch.Field) bool { return h.Name == f.Name })
		if k < 0 {
			s.from = append(s.from, -1)
			s.out.Columns[i] = m.missing(f)
			continue
		}
		if got := have[k]; got.Kind != f.Kind || got.Nullable && !f.Nullable {
			return nil, fmt.Errorf("column %s is %v (nullable: %v) in the segment and %v (nullable: %v) in the schema: it needs a migration", f.Name, got.Kind, got.Nullable, f.Kind, f.Nullable)
		}
		s.from = append(s.from, len(names))
		names = append(names, f.Name)
	}
	if filter != nil {
		for _, name := range filter.Columns {
			k := slices.Index(names, name)
			if k < 0 {
				k = len(names)
				names = append(names, name)
			}
			s.shown = append(s.shown, k)
		}
	}
	if len(names) == 0 {
		return nil, errors.New("the segment has none of the columns")
	}
	var err error
	if s.scan, err = r.Scan(names...); err != nil {
		return nil, err
	}
	for _, k := range s.shown {
		s.seen.Fields = append(s.seen.Fields, s.scan.out.Fields[k])
	}
	s.seen.Columns = make([]batch.Column, len(s.shown))
	return s, nil
}

func (m *merger) missing(f batch.Field) batch.Column {
	if c, ok := m.opt.Defaults[f.Name]; ok {
		return c
	}
	switch {
	case f.Nullable || f.Kind == batch.Text:
		return batch.Column{}
	case f.Kind == batch.Real:
		return batch.ConstReal(0)
	default:
		return batch.ConstInt(0)
	}
}

func (s *source) next() (*batch.Batch, error) {
	b, err := s.scan.Next()
	if err != nil {
		return nil, err
	}
	s.out.Rows, s.seen.Rows = b.Rows, b.Rows
	for i, k := range s.from {
		if k >= 0 {
			s.out.Columns[i] = b.Columns[k]
		}
	}
	for i, k := range s.shown {
		s.seen.Columns[i] = b.Columns[k]
	}
	return &s.out, nil
}
