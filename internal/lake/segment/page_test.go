package segment

import (
	"testing"

	"github.com/azflow/azflow/internal/batch"
)

// FuzzPage reads unpacked pages, which FuzzReader seldom reaches behind their checksums.
func FuzzPage(f *testing.F) {
	for k := batch.Text; k <= batch.Real; k++ {
		for form := batch.Const; form <= batch.Plain; form++ {
			c := column{field: batch.Field{Name: "x", Kind: k, Nullable: k != batch.Text}}
			c.reset()
			e := encoder{codec: codecNone}
			fill(f, &c, &e, k, form)
			c.endPage(&e, true)
			page := append([]byte(nil), e.body...)
			encoding := encPlain
			for x := range encDict + 1 {
				if c.chunk.encodings>>x&1 != 0 {
					encoding = x
				}
			}
			c.endChunk(&e)
			f.Add(byte(k), c.field.Nullable, byte(encoding), uint16(c.chunk.rows), uint16(c.dict.len()), append([]byte(nil), e.body...), page)
		}
	}
	f.Fuzz(func(t *testing.T, kind byte, nullable bool, encoding byte, rows, values uint16, dict, page []byte) {
		k := batch.Kind(kind)
		if k < batch.Text || k > batch.Real || rows == 0 {
			return // openPage is not asked to read such a page
		}
		c := chunkReader{field: batch.Field{Name: "x", Kind: k, Nullable: nullable && k != batch.Text}}
		c.start(&chunk{rows: int64(rows)})
		c.body = append(dict, make([]byte, pad)...)
		if k != batch.Bool && c.readDict(int64(values)) != nil {
			c.start(&chunk{rows: int64(rows)})
		}
		c.body = append(page, make([]byte, pad)...)
		if c.openPage(int(rows), int(encoding)) != nil {
			return
		}
		for c.left > 0 {
			n := min(c.left, 37)
			b := batch.Batch{Rows: n, Fields: []batch.Field{c.field}, Columns: make([]batch.Column, 1)}
			if c.read(&b.Columns[0], n) != nil {
				return
			}
			if err := b.Check(); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// fill puts a hundred rows of a form into c.
func fill(f *testing.F, c *column, e *encoder, k batch.Kind, form batch.Form) {
	f.Helper()
	const n = 100
	b := batch.Column{Form: form, IDs: []uint32{0}, Dict: &batch.Dict{Text: []string{"a", "bc"}, Ints: []int64{1, 0}, Reals: []float64{1, 2}}}
	var err error
	switch form {
	case batch.Const:
		err = c.addConst(e, &b, n)
	case batch.Runs:
		b.IDs, b.Ends = []uint32{1, 0}, []uint32{n / 2, n}
		err = c.addRuns(e, &b, 0, n)
	case batch.Coded:
		for row := 1; row < n; row++ {
			b.IDs = append(b.IDs, uint32(row)&1)
			if row%7 == 0 && k != batch.Text {
				b.IDs[row] = batch.Null
			}
		}
		s := base{ids: b.IDs}
		s.find(0, n)
		err = c.addShared(e, &b, &s)
	case batch.Plain:
		if k == batch.Text {
			err = c.addConst(e, &b, n)
			break
		}
		b.Valid = b.Valid.Grow(n)
		for row := range n {
			b.Ints, b.Reals = append(b.Ints, int64(row&1)), append(b.Reals, float64(row))
			b.Valid.Set(row, row%9 != 0)
		}
		err = c.addPlain(e, &b, 0, n)
	}
	if err != nil {
		f.Fatal(err)
	}
}
