package segment_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/azflow/azflow/internal/batch"
	"github.com/azflow/azflow/internal/lake/segment"
)

// cell returns the value of a row: string, int64, float64 bits or nil.
func cell(f batch.Field, c *batch.Column, row int) any {
	switch f.Kind {
	case batch.Text:
		return c.TextAt(row)
	case batch.Real:
		if v, ok := c.RealAt(row); ok {
			return math.Float64bits(v)
		}
	default:
		if v, ok := c.IntAt(row); ok {
			return v
		}
	}
	return nil
}

// write makes a segment of batches.
func write(t testing.TB, fields []batch.Field, opt segment.Options, batches ...*batch.Batch) ([]byte, segment.Summary) {
	t.Helper()
	var buf bytes.Buffer
	w, err := segment.NewWriter(&buf, fields, opt)
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range batches {
		if err := w.Write(b); err != nil {
			t.Fatal(err)
		}
	}
	s, err := w.Close(nil)
	if err != nil {
		t.Fatal(err)
	}
	if s.Bytes != int64(buf.Len()) {
		t.Fatalf("summary says %d bytes of %d", s.Bytes, buf.Len())
	}
	return buf.Bytes(), s
}

// rows reads a segment back, column by column.
func rows(data []byte, names ...string) ([]batch.Field, [][]any, error) {
	r, err := segment.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, nil, err
	}
	scan, err := r.Scan(names...)
	if err != nil {
		return nil, nil, err
	}
	var fields []batch.Field
	var out [][]any
	for {
		b, err := scan.Next()
		if errors.Is(err, io.EOF) {
			return fields, out, nil
		}
		if err != nil {
			return nil, nil, err
		}
		if err := b.Check(); err != nil {
			return nil, nil, fmt.Errorf("the reader's batch: %w", err)
		}
		if out == nil {
			fields, out = b.Fields, make([][]any, len(b.Fields))
		}
		for i := range b.Columns {
			for row := range b.Rows {
				out[i] = append(out[i], cell(b.Fields[i], &b.Columns[i], row))
			}
		}
	}
}

// drawColumn returns a column of any form and its values. It leaves in via what
// the last one had that shares its positions.
func drawColumn(t *rapid.T, f batch.Field, n int, shared []uint32, via *[]uint32) (batch.Column, []any) {
	d := &batch.Dict{}
	var values []any
	size := rapid.SampledFrom([]int{1, 2, 3, 20, 300}).Draw(t, "size")
	for i := range size {
		switch f.Kind {
		case batch.Text:
			d.Text = append(d.Text, fmt.Sprint("v", rapid.IntRange(0, 400).Draw(t, "text"))[rapid.IntRange(0, 1).Draw(t, "cut"):])
			values = append(values, d.Text[i])
		case batch.Real:
			v := rapid.Float64().Draw(t, "real")
			d.Reals = append(d.Reals, v)
			values = append(values, math.Float64bits(v))
		default:
			d.Ints = append(d.Ints, drawInt(t, f.Kind))
			values = append(values, d.Ints[i])
		}
	}
	var none any
	if f.Kind == batch.Text {
		none = ""
	}
	nulls := f.Nullable || f.Kind == batch.Text
	id := func(label string) uint32 {
		if nulls && rapid.IntRange(0, 4).Draw(t, "null") == 0 {
			return batch.Null
		}
		return uint32(rapid.IntRange(0, size-1).Draw(t, label))
	}
	value := func(id uint32) any {
		if id == batch.Null {
			return none
		}
		return values[id]
	}
	want := make([]any, n)
	c := batch.Column{Dict: d}
	forms := []string{"const", "runs", "coded", "shared", "plain"}
	if f.Kind == batch.Text {
		forms = forms[:4]
	}
	switch rapid.SampledFrom(forms).Draw(t, "form") {
	case "const":
		c.IDs = []uint32{id("const")}
		if nulls && rapid.Bool().Draw(t, "zero") {
			c = batch.Column{}
			for i := range want {
				want[i] = none
			}
			break
		}
		for i := range want {
			want[i] = value(c.IDs[0])
		}
	case "runs":
		c.Form = batch.Runs
		longest := rapid.SampledFrom([]int{2, 50, 1000}).Draw(t, "longest")
		for row := 0; row < n; {
			k := id("run")
			end := min(n, row+rapid.IntRange(1, longest).Draw(t, "length"))
			c.IDs, c.Ends = append(c.IDs, k), append(c.Ends, uint32(end))
			for ; row < end; row++ {
				want[row] = value(k)
			}
		}
	case "coded":
		c.Form = batch.Coded
		seed := rapid.Uint32().Draw(t, "seed")
		for i := range want {
			seed = seed*1664525 + 1013904223
			k := seed >> 8 % uint32(size)
			if nulls && seed>>3%5 == 0 {
				k = batch.Null
			}
			c.IDs = append(c.IDs, k)
			want[i] = value(k)
		}
	case "shared":
		c.Form, c.IDs = batch.Coded, shared
		for range sharedSize {
			c.Via = append(c.Via, id("via"))
		}
		again := *via != nil && rapid.Bool().Draw(t, "again")
		for _, k := range *via {
			again = again && (int(k) < size || k == batch.Null && nulls)
		}
		if again {
			c.Via = *via
		}
		*via = c.Via
		c.Distinct = rapid.Bool().Draw(t, "distinct")
		for i, k := range c.Via {
			c.Distinct = c.Distinct && (k == batch.Null || !slices.Contains(c.Via[:i], k))
		}
		for i, k := range shared {
			if want[i] = none; k != batch.Null {
				want[i] = value(c.Via[k])
			} else if !nulls {
				c.IDs = slices.Clone(shared) // a column without nulls cannot share them
				c.IDs[i] = 0
			}
		}
		if !nulls {
			for i, k := range c.IDs {
				if k == batch.Null {
					c.IDs[i] = 0
				}
				want[i] = value(c.Via[c.IDs[i]])
			}
		}
	case "plain":
		c.Form, c.Dict = batch.Plain, nil
		stretch := rapid.SampledFrom([]int{1, 7, 64, 200}).Draw(t, "stretch")
		if nulls {
			c.Valid = c.Valid.Grow(n)
		}
		seed := rapid.Uint32().Draw(t, "seed")
		for i := range want {
			if i%stretch == 0 {
				seed = seed*1664525 + 1013904223
			}
			k := uint32(i) * 7 % uint32(size)
			c.Ints, c.Reals = append(c.Ints, 0), append(c.Reals, 0)
			if nulls && seed>>9%3 == 0 {
				continue
			}
			if nulls {
				c.Valid.Set(i, true)
			}
			want[i] = values[k]
			if f.Kind == batch.Real {
				c.Reals[i] = d.Reals[k]
			} else {
				c.Ints[i] = d.Ints[k]
			}
		}
	}
	return c, want
}

const sharedSize = 10

func drawInt(t *rapid.T, k batch.Kind) int64 {
	switch k {
	case batch.Bool:
		return rapid.Int64Range(0, 1).Draw(t, "bool")
	case batch.Int32:
		return int64(rapid.Int32().Draw(t, "int32"))
	case batch.Uint32:
		return int64(rapid.Uint32().Draw(t, "uint32"))
	case batch.Uint64:
		return int64(rapid.Uint64().Draw(t, "uint64"))
	default:
		return rapid.Int64().Draw(t, "int64")
	}
}

func allFields() []batch.Field {
	var out []batch.Field
	for k := batch.Text; k <= batch.Real; k++ {
		out = append(out, batch.Field{Name: k.String(), Kind: k})
		if k != batch.Text {
			out = append(out, batch.Field{Name: k.String() + "_null", Kind: k, Nullable: true})
		}
	}
	return append(out, batch.Field{Name: "text2", Kind: batch.Text})
}

func TestRowsComeBackAsWritten(t *testing.T) {
	fields := allFields()
	rapid.Check(t, func(t *rapid.T) {
		want := make([][]any, len(fields))
		var batches []*batch.Batch
		for range rapid.IntRange(1, 4).Draw(t, "batches") {
			n := rapid.IntRange(1, 400).Draw(t, "rows")
			b := &batch.Batch{Rows: n, Fields: fields}
			shared := make([]uint32, n)
			seed := rapid.Uint32().Draw(t, "shared")
			for i := range shared {
				seed = seed*1664525 + 1013904223
				if shared[i] = seed >> 5 % sharedSize; seed>>20%9 == 0 {
					shared[i] = batch.Null
				}
			}
			var via []uint32
			for i, f := range fields {
				c, v := drawColumn(t, f, n, shared, &via)
				b.Columns = append(b.Columns, c)
				want[i] = append(want[i], v...)
			}
			if err := b.Check(); err != nil {
				t.Fatal("the test's own batch: ", err)
			}
			batches = append(batches, b)
		}
		opt := segment.Options{
			Codec:     rapid.SampledFrom([]segment.Codec{segment.Snappy, segment.Zstd, segment.Uncompressed}).Draw(t, "codec"),
			GroupRows: rapid.IntRange(1, 2000).Draw(t, "group"),
			PageRows:  rapid.IntRange(1, 500).Draw(t, "page"),
		}
		var buf bytes.Buffer
		w, err := segment.NewWriter(&buf, fields, opt)
		if err != nil {
			t.Fatal(err)
		}
		for _, b := range batches {
			cut := rapid.IntRange(0, b.Rows).Draw(t, "cut")
			if err := errors.Join(w.WriteRange(b, 0, cut), w.WriteRange(b, cut, b.Rows)); err != nil {
				t.Fatal(err)
			}
			for _, c := range b.Columns { // the maker may use its memory again
				clear(c.IDs)
				clear(c.Ends)
				clear(c.Via)
				clear(c.Ints)
				clear(c.Reals)
				clear(c.Valid)
			}
		}
		s, err := w.Close(nil)
		if err != nil {
			t.Fatal(err)
		}
		if s.Rows != int64(len(want[0])) {
			t.Fatalf("summary says %d rows of %d", s.Rows, len(want[0]))
		}
		_, got, err := rows(buf.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		for i, f := range fields {
			if !slices.Equal(got[i], want[i]) {
				for row := range want[i] {
					if row >= len(got[i]) || got[i][row] != want[i][row] {
						t.Fatalf("column %s differs from row %d of %d on: %v, want %v", f.Name, row, len(want[i]), got[i][row:min(row+5, len(got[i]))], want[i][row:min(row+5, len(want[i]))])
					}
				}
			}
			checkRange(t, f, s.Ranges[i], want[i])
		}
	})
}

func TestADictionaryMayGrowAndStartAnew(t *testing.T) {
	fields := []batch.Field{{Name: "s", Kind: batch.Text}, {Name: "n", Kind: batch.Int64, Nullable: true}}
	var buf bytes.Buffer
	w, err := segment.NewWriter(&buf, fields, segment.Options{})
	if err != nil {
		t.Fatal(err)
	}
	d := &batch.Dict{}
	var want [][]any
	for i := range 10 {
		if i == 6 {
			d.Reset() // positions mean something else from here on
		}
		d.Text = append(d.Text, fmt.Sprint("text ", i))
		d.Ints = append(d.Ints, int64(i))
		b := batch.Batch{Rows: len(d.Text), Fields: fields, Columns: make([]batch.Column, 2)}
		for k := range d.Text {
			for c := range b.Columns {
				b.Columns[c].Form, b.Columns[c].Dict = batch.Coded, d
				b.Columns[c].IDs = append(b.Columns[c].IDs, uint32(k))
			}
			want = append(want, []any{d.Text[k], d.Ints[k]})
		}
		if err := w.Write(&b); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := w.Close(nil); err != nil {
		t.Fatal(err)
	}
	_, got, err := rows(buf.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	for row := range want {
		if got[0][row] != want[row][0] || got[1][row] != want[row][1] {
			t.Fatalf("row %d is %v %v, want %v", row, got[0][row], got[1][row], want[row])
		}
	}
	if len(got[0]) != len(want) {
		t.Errorf("%d rows of %d", len(got[0]), len(want))
	}
}

// checkRange compares a range with the values that it is of.
func checkRange(t *rapid.T, f batch.Field, r segment.Range, values []any) {
	nulls, nan := int64(0), false
	var low, high any
	before := func(a, b any) bool {
		switch a := a.(type) {
		case string:
			return a < b.(string)
		case uint64:
			return math.Float64frombits(a) < math.Float64frombits(b.(uint64))
		case int64:
			if f.Kind == batch.Uint64 {
				return uint64(a) < uint64(b.(int64))
			}
			return a < b.(int64)
		}
		return false
	}
	for _, v := range values {
		if v == nil {
			nulls++
			continue
		}
		if bits, ok := v.(uint64); ok && math.IsNaN(math.Float64frombits(bits)) {
			nan = true
		}
		if low == nil || before(v, low) {
			low = v
		}
		if high == nil || before(high, v) {
			high = v
		}
	}
	if r.Nulls != nulls {
		t.Fatalf("range of %s has %d nulls, want %d", f.Name, r.Nulls, nulls)
	}
	if known := low != nil && !nan && f.Kind != batch.Bool; r.Known != known {
		t.Fatalf("range of %s is known: %v, want %v", f.Name, r.Known, known)
	} else if !known {
		return
	}
	var gotLow, gotHigh any
	switch f.Kind {
	case batch.Text:
		gotLow, gotHigh = r.MinText, r.MaxText
	case batch.Real:
		if r.MinReal != math.Float64frombits(low.(uint64)) || r.MaxReal != math.Float64frombits(high.(uint64)) {
			t.Fatalf("range of %s is %v to %v", f.Name, r.MinReal, r.MaxReal)
		}
		return
	default:
		gotLow, gotHigh = r.Min, r.Max
	}
	if gotLow != low || gotHigh != high {
		t.Fatalf("range of %s is %v to %v, want %v to %v", f.Name, gotLow, gotHigh, low, high)
	}
}
