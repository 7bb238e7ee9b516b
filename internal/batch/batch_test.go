package batch_test

import (
	"strings"
	"testing"

	"github.com/azflow/azflow/internal/batch"
)

func texts(c *batch.Column, rows int) string {
	var s []string
	for i := range rows {
		s = append(s, c.TextAt(i))
	}
	return strings.Join(s, " ")
}

func TestEveryFormGivesEachRowItsValue(t *testing.T) {
	names := &batch.Dict{Text: []string{"a", "b", "c"}}
	for name, c := range map[string]batch.Column{
		"runs":            {Form: batch.Runs, IDs: []uint32{2, 0}, Ends: []uint32{3, 4}, Dict: names},
		"coded":           {Form: batch.Coded, IDs: []uint32{2, 2, 2, 0}, Dict: names},
		"runs via":        {Form: batch.Runs, IDs: []uint32{5, 0}, Ends: []uint32{3, 4}, Via: []uint32{0, 9, 9, 9, 9, 2}, Dict: names},
		"coded via":       {Form: batch.Coded, IDs: []uint32{1, 1, 1, 0}, Via: []uint32{0, 2}, Dict: names},
		"broken into two": {Form: batch.Runs, IDs: []uint32{2, 2, 0}, Ends: []uint32{1, 3, 4}, Dict: names},
	} {
		b := batch.Batch{Rows: 4, Fields: []batch.Field{{Name: "x", Kind: batch.Text}}, Columns: []batch.Column{c}}
		if err := b.Check(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if got := texts(&c, 4); got != "c c c a" {
			t.Errorf("%s: rows are %q", name, got)
		}
		for from := range 4 {
			for to := from; to <= 4; to++ {
				ids := c.AppendIDs([]uint32{7}, from, to)
				for i, id := range ids[1:] {
					if id != c.ID(from+i) {
						t.Errorf("%s: AppendIDs(%d, %d) gives %v", name, from, to, ids)
					}
				}
				if ids[0] != 7 || len(ids) != 1+to-from {
					t.Errorf("%s: AppendIDs(%d, %d) gives %v", name, from, to, ids)
				}
			}
		}
	}
}

func TestNullPassesThroughEveryForm(t *testing.T) {
	d := &batch.Dict{Ints: []int64{7}}
	for name, c := range map[string]batch.Column{
		"zero":  {},
		"const": {IDs: []uint32{batch.Null}, Dict: d},
		"runs":  {Form: batch.Runs, IDs: []uint32{batch.Null}, Ends: []uint32{1}, Dict: d},
		"coded": {Form: batch.Coded, IDs: []uint32{batch.Null}, Dict: d, Via: []uint32{0}},
		"via":   {Form: batch.Coded, IDs: []uint32{0}, Dict: d, Via: []uint32{batch.Null}},
		"plain": {Form: batch.Plain, Ints: []int64{7}, Valid: batch.Bitmap{0}},
	} {
		if v, ok := c.IntAt(0); ok {
			t.Errorf("%s: null has the value %d", name, v)
		}
		for _, nullable := range []bool{true, false} {
			b := batch.Batch{Rows: 1, Fields: []batch.Field{{Name: "x", Kind: batch.Int64, Nullable: nullable}}, Columns: []batch.Column{c}}
			if err := b.Check(); (err == nil) != nullable {
				t.Errorf("%s, nullable %v: Check gives %v", name, nullable, err)
			}
		}
	}
}

func TestCheckNamesWhatDoesNotFit(t *testing.T) {
	d := &batch.Dict{Text: []string{"a"}, Ints: []int64{1}}
	for want, c := range map[string]batch.Column{
		"constant has 2 positions":               {IDs: []uint32{0, 0}, Dict: d},
		"2 runs have 1 ends":                     {Form: batch.Runs, IDs: []uint32{0, 0}, Ends: []uint32{2}, Dict: d},
		"run ends at row 1 after one that ends":  {Form: batch.Runs, IDs: []uint32{0, 0}, Ends: []uint32{1, 1}, Dict: d},
		"runs cover 1 of 2 rows":                 {Form: batch.Runs, IDs: []uint32{0}, Ends: []uint32{1}, Dict: d},
		"1 positions for 2 rows":                 {Form: batch.Coded, IDs: []uint32{0}, Dict: d},
		"position 1 lies beyond the 1 of the di": {Form: batch.Coded, IDs: []uint32{0, 1}, Dict: d},
		"position 1 lies beyond the 1 of Via":    {Form: batch.Coded, IDs: []uint32{0, 1}, Via: []uint32{0}, Dict: d},
		"no dictionary":                          {Form: batch.Coded, IDs: []uint32{0, 0}},
		"text cannot be plain":                   {Form: batch.Plain, Ints: []int64{1, 2}},
		"unknown form 9":                         {Form: 9},
	} {
		b := batch.Batch{Rows: 2, Fields: []batch.Field{{Name: "x", Kind: batch.Text}}, Columns: []batch.Column{c}}
		if err := b.Check(); err == nil || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), "column x: ") {
			t.Errorf("want %q, got %v", want, err)
		}
	}
	b := batch.Batch{Rows: 2, Fields: []batch.Field{{Name: "x", Kind: batch.Int64}}, Columns: []batch.Column{{Form: batch.Plain, Ints: []int64{1}}}}
	if err := b.Check(); err == nil || !strings.Contains(err.Error(), "1 values for 2 rows") {
		t.Errorf("short plain column: %v", err)
	}
	if err := (&batch.Batch{Fields: b.Fields}).Check(); err == nil {
		t.Error("a field without a column passes")
	}
}

func TestBuilderGivesBackItsRowsAndIsReusable(t *testing.T) {
	fields := []batch.Field{
		{Name: "name", Kind: batch.Text},
		{Name: "hits", Kind: batch.Int64, Nullable: true},
		{Name: "share", Kind: batch.Real, Nullable: true},
		{Name: "final", Kind: batch.Bool, Nullable: true},
	}
	b := batch.NewBuilder(fields)
	for round := range 2 {
		for i := range 70 {
			if i%7 == round {
				for k := range fields {
					b.Column(k).Null()
				}
				continue
			}
			b.Column(0).Text([]string{"x", "y"}[i%2])
			b.Column(1).Int(int64(i))
			b.Column(2).Real(float64(i) / 2)
			b.Column(3).Bool(i%3 == 0)
		}
		got, err := b.Batch()
		if err != nil {
			t.Fatal(err)
		}
		if err := got.Check(); err != nil {
			t.Fatal(err)
		}
		for i := range 70 {
			name := got.Columns[got.Index("name")].TextAt(i)
			hits, ok := got.Columns[1].IntAt(i)
			share, ok2 := got.Columns[2].RealAt(i)
			final, ok3 := got.Columns[3].IntAt(i)
			if i%7 == round {
				if name != "" || ok || ok2 || ok3 {
					t.Fatalf("round %d row %d is not null: %q %v %v %v", round, i, name, ok, ok2, ok3)
				}
			} else if name != []string{"x", "y"}[i%2] || hits != int64(i) || share != float64(i)/2 || (final == 1) != (i%3 == 0) || !ok || !ok2 || !ok3 {
				t.Fatalf("round %d row %d: %q %d %g %d", round, i, name, hits, share, final)
			}
		}
		b.Reset()
	}
	b.Column(0).Text("x")
	if _, err := b.Batch(); err == nil {
		t.Error("columns of different lengths make a batch")
	}
}

func TestBitmapCountsBetweenAnyTwoBits(t *testing.T) {
	m := batch.Bitmap(nil).Grow(200)
	for i := range 200 {
		m.Set(i, i%3 == 0)
	}
	m.Set(0, false)
	for from := 0; from <= 200; from += 7 {
		for to := from; to <= 200; to++ {
			want := 0
			for i := from; i < to; i++ {
				if m.Get(i) {
					want++
				}
			}
			if got := m.Count(from, to); got != want {
				t.Fatalf("Count(%d, %d) = %d, want %d", from, to, got, want)
			}
		}
	}
	if got := batch.Bitmap(nil).Count(3, 10); got != 7 {
		t.Errorf("a nil bitmap counts %d of 7", got)
	}
}
