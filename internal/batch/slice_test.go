package batch

import (
	"fmt"
	"testing"
)

// values returns the rows of a column as text.
func values(b *Batch, i int) []string {
	out := make([]string, b.Rows)
	for row := range out {
		switch v, ok := int64(0), false; b.Fields[i].Kind {
		case Text:
			out[row] = b.Columns[i].TextAt(row)
		case Real:
			x, ok := b.Columns[i].RealAt(row)
			out[row] = fmt.Sprint(x, ok)
		default:
			if v, ok = b.Columns[i].IntAt(row); ok {
				out[row] = fmt.Sprint(v)
			}
		}
	}
	return out
}

func TestASliceHasTheSameRows(t *testing.T) {
	const rows = 200
	b := &Batch{Rows: rows, Fields: []Field{
		{Name: "const", Kind: Text},
		{Name: "runs", Kind: Text},
		{Name: "coded", Kind: Int64, Nullable: true},
		{Name: "plain", Kind: Int64, Nullable: true},
		{Name: "all", Kind: Time},
		{Name: "real", Kind: Real},
		{Name: "none", Kind: Int64, Nullable: true},
	}}
	dict := &Dict{Text: []string{"a", "b", "c"}, Ints: []int64{7, 8, 9}}
	coded := Column{Form: Coded, Dict: dict, Via: []uint32{2, 1, Null, 0}}
	plain := Column{Form: Plain, Valid: Bitmap(nil).Grow(rows)}
	all, real := Column{Form: Plain}, Column{Form: Plain}
	for row := range rows {
		coded.IDs = append(coded.IDs, uint32(row%4))
		plain.Ints = append(plain.Ints, int64(row))
		plain.Valid.Set(row, row%3 != 0)
		all.Ints = append(all.Ints, int64(-row))
		real.Reals = append(real.Reals, float64(row)/2)
	}
	b.Columns = []Column{
		ConstText("x"), {Form: Runs, IDs: []uint32{0, 1, 2, 0}, Ends: []uint32{1, 64, 130, rows}, Dict: dict}, coded, plain, all, real, {},
	}
	for _, cut := range [][2]int{{0, rows}, {0, 1}, {1, 2}, {1, 64}, {63, 65}, {64, 128}, {100, 131}, {130, 130}, {199, 200}, {5, 197}} {
		s := b.Slice(cut[0], cut[1])
		if err := s.Check(); err != nil {
			// A slice without rows has columns without values.
			if cut[0] != cut[1] {
				t.Errorf("rows %v: %v", cut, err)
			}
			continue
		}
		for i := range b.Columns {
			if got, want := fmt.Sprint(values(s, i)), fmt.Sprint(values(b, i)[cut[0]:cut[1]]); got != want {
				t.Errorf("rows %v of %s: %s, want %s", cut, b.Fields[i].Name, got, want)
			}
		}
	}
}
