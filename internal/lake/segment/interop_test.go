package segment_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/file"

	"github.com/azflow/azflow/internal/batch"
	"github.com/azflow/azflow/internal/chdbtest"
	"github.com/azflow/azflow/internal/lake/segment"
)

func TestMain(m *testing.M) { chdbtest.Main(m) }

// interopPage is the page size of the file that other readers open.
const interopPage = 64

// interopRows is such that the last page and the last row group are not full.
const interopRows = 5*interopPage + 2*interopPage*4 + 13

// isNull gives each nullable column of the file nulls of one kind.
var nullPatterns = []struct {
	name   string
	isNull func(row int) bool
}{
	{"first", func(row int) bool { return row%interopPage == 0 }},
	{"last", func(row int) bool { return row%interopPage == interopPage-1 }},
	{"page", func(row int) bool { return row/interopPage%2 == 1 }},
	{"every", func(int) bool { return true }},
	{"none", func(int) bool { return false }},
	{"odd", func(row int) bool { return row%2 == 1 }},
	{"start", func(row int) bool { return row < 3 }},
}

// interopBatch has each kind in each form with each pattern of nulls.
func interopBatch() *batch.Batch {
	b := &batch.Batch{Rows: interopRows}
	add := func(name string, k batch.Kind, nullable bool, c batch.Column) {
		b.Fields = append(b.Fields, batch.Field{Name: name, Kind: k, Nullable: nullable})
		b.Columns = append(b.Columns, c)
	}
	for k := batch.Text; k <= batch.Real; k++ {
		d := interopDict(k)
		if k == batch.Text {
			for _, form := range []batch.Form{batch.Const, batch.Runs, batch.Coded} {
				add(fmt.Sprint("text_", form), k, false, interopColumn(k, form, d, nullPatterns[4].isNull))
			}
			add("text_none", k, false, batch.Column{})
			continue
		}
		for _, p := range nullPatterns {
			for _, form := range []batch.Form{batch.Runs, batch.Coded, batch.Plain} {
				add(fmt.Sprintf("%v_%s_%d", k, p.name, form), k, true, interopColumn(k, form, d, p.isNull))
			}
		}
		add(fmt.Sprintf("%v_required", k), k, false, interopColumn(k, batch.Plain, d, nullPatterns[4].isNull))
		add(fmt.Sprintf("%v_null", k), k, true, batch.Column{})
	}
	return b
}

func interopDict(k batch.Kind) *batch.Dict {
	d := &batch.Dict{}
	switch k {
	case batch.Text:
		d.Text = []string{"a", "", "größer", "a much longer text with ' and \" and \n in it", "10.0.0.4"}
	case batch.Bool:
		d.Ints = []int64{1, 0}
	case batch.Int32:
		d.Ints = []int64{0, 1, math.MinInt32, math.MaxInt32, 443}
	case batch.Uint32:
		d.Ints = []int64{0, 1, math.MaxUint32, math.MaxInt32 + 1, 443}
	case batch.Int64:
		d.Ints = []int64{0, 1, math.MinInt64, math.MaxInt64, 443}
	case batch.Uint64:
		d.Ints = []int64{0, 1, math.MinInt64, math.MaxInt64, -1}
	case batch.Time:
		d.Ints = []int64{0, 1763720000123456, 1763720000123457, -1, 1763720060000000}
	case batch.Real:
		d.Reals = []float64{0, 1.5, -2.25e300, 5e-324, 443}
	}
	return d
}

func interopColumn(k batch.Kind, form batch.Form, d *batch.Dict, isNull func(int) bool) batch.Column {
	n := uint32(d.Len(k))
	c := batch.Column{Form: form, Dict: d}
	for row := range interopRows {
		id := uint32(row) * 7 / 3 % n
		if form == batch.Runs {
			id = uint32(row) / 29 % n
		}
		if at := row % interopPage; form == batch.Coded && at >= 20 && at < 52 {
			id = 2 % n // a run among packed positions
		}
		if isNull(row) {
			id = batch.Null
		}
		switch form {
		case batch.Const:
			c.IDs = []uint32{n - 1}
		case batch.Runs:
			if last := len(c.IDs) - 1; last >= 0 && c.IDs[last] == id {
				c.Ends[last]++
				continue
			}
			c.IDs, c.Ends = append(c.IDs, id), append(c.Ends, uint32(row)+1)
		case batch.Coded:
			c.IDs = append(c.IDs, id)
		case batch.Plain:
			c.Valid = c.Valid.Grow(row + 1)
			c.Valid.Set(row, id != batch.Null)
			c.Ints, c.Reals = append(c.Ints, 0), append(c.Reals, 0)
			if id == batch.Null {
				continue
			}
			if k == batch.Real {
				c.Reals[row] = d.Reals[id]
			} else {
				c.Ints[row] = d.Ints[id]
			}
		}
	}
	if form == batch.Plain {
		c.Dict = nil
	}
	return c
}

// interopFiles writes the file under each codec.
func interopFiles(t *testing.T, b *batch.Batch) map[string]string {
	t.Helper()
	if err := b.Check(); err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for name, codec := range map[string]segment.Codec{"snappy": segment.Snappy, "zstd": segment.Zstd, "none": segment.Uncompressed} {
		data, _ := write(t, b.Fields, segment.Options{Codec: codec, PageRows: interopPage, GroupRows: 5 * interopPage}, b)
		out[name] = filepath.Join(t.TempDir(), name+".parquet")
		if err := os.WriteFile(out[name], data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

// show gives a value the form that the comparisons below use.
func show(f batch.Field, c *batch.Column, row int) string {
	v := cell(f, c, row)
	switch {
	case v == nil:
		return "null"
	case f.Kind == batch.Real:
		return fmt.Sprint(math.Float64frombits(v.(uint64)))
	case f.Kind == batch.Uint64:
		return fmt.Sprint(uint64(v.(int64)))
	case f.Kind == batch.Bool:
		return fmt.Sprint(v == int64(1))
	}
	return fmt.Sprint(v)
}

func TestClickHouseReadsEveryValueEqually(t *testing.T) {
	b := interopBatch()
	ch := chdbtest.Open(t)
	var list []string
	for _, f := range b.Fields {
		col := "`" + f.Name + "`"
		if f.Kind == batch.Time {
			col = "toUnixTimestamp64Micro(" + col + ")"
		}
		list = append(list, col)
	}
	for codec, path := range interopFiles(t, b) {
		t.Run(codec, func(t *testing.T) {
			query := "select " + strings.Join(list, ", ") + " from file('" + path + "', Parquet) settings max_threads = 1, input_format_parquet_preserve_order = 1, use_hive_partitioning = 0, output_format_json_quote_64bit_integers = 1"
			out, err := ch.Query(t.Context(), query, "JSONCompactEachRow")
			if err != nil {
				t.Fatal(err)
			}
			row := 0
			for dec := json.NewDecoder(bytes.NewReader(out)); ; row++ {
				var got []any
				dec.UseNumber()
				if err := dec.Decode(&got); errors.Is(err, io.EOF) {
					break
				} else if err != nil {
					t.Fatal(err)
				}
				for i, f := range b.Fields {
					v := fmt.Sprint(got[i])
					if got[i] == nil {
						v = "null"
					} else if n, ok := got[i].(json.Number); ok && f.Kind == batch.Real {
						real, err := n.Float64()
						if err != nil {
							t.Fatal(err)
						}
						v = fmt.Sprint(real)
					}
					if want := show(f, &b.Columns[i], row); v != want {
						t.Fatalf("row %d of %s is %s, want %s", row, f.Name, v, want)
					}
				}
			}
			if row != interopRows {
				t.Fatalf("%d rows of %d", row, interopRows)
			}
		})
	}
}

func TestArrowReadsEveryValueEqually(t *testing.T) {
	b := interopBatch()
	for codec, path := range interopFiles(t, b) {
		t.Run(codec, func(t *testing.T) {
			r, err := file.OpenParquetFile(path, false)
			if err != nil {
				t.Fatal(err)
			}
			defer r.Close()
			for i, f := range b.Fields {
				row := 0
				for g := range r.NumRowGroups() {
					col, err := r.RowGroup(g).Column(i)
					if err != nil {
						t.Fatal(err)
					}
					got, err := arrowValues(f, col, int(r.RowGroup(g).NumRows()))
					if err != nil {
						t.Fatalf("%s: %v", f.Name, err)
					}
					for _, v := range got {
						if want := show(f, &b.Columns[i], row); v != want {
							t.Fatalf("row %d of %s is %s, want %s", row, f.Name, v, want)
						}
						row++
					}
				}
				if row != interopRows {
					t.Fatalf("%s has %d rows of %d", f.Name, row, interopRows)
				}
			}
		})
	}
}

// arrowValues reads the rows of a column chunk.
func arrowValues(f batch.Field, col file.ColumnChunkReader, rows int) ([]string, error) {
	switch col := col.(type) {
	case *file.ByteArrayColumnChunkReader:
		return readArrow(rows, col.ReadBatch, func(v parquet.ByteArray) string { return string(v) })
	case *file.BooleanColumnChunkReader:
		return readArrow(rows, col.ReadBatch, func(v bool) string { return fmt.Sprint(v) })
	case *file.Float64ColumnChunkReader:
		return readArrow(rows, col.ReadBatch, func(v float64) string { return fmt.Sprint(v) })
	case *file.Int32ColumnChunkReader:
		return readArrow(rows, col.ReadBatch, func(v int32) string {
			if f.Kind == batch.Uint32 {
				return fmt.Sprint(uint32(v))
			}
			return fmt.Sprint(v)
		})
	case *file.Int64ColumnChunkReader:
		return readArrow(rows, col.ReadBatch, func(v int64) string {
			if f.Kind == batch.Uint64 {
				return fmt.Sprint(uint64(v))
			}
			return fmt.Sprint(v)
		})
	}
	return nil, fmt.Errorf("unexpected reader %T", col)
}

func readArrow[T any](rows int, read func(int64, []T, []int16, []int16) (int64, int, error), show func(T) string) ([]string, error) {
	var out []string
	for len(out) < rows {
		values, levels := make([]T, rows), make([]int16, rows)
		n, present, err := read(int64(rows-len(out)), values, levels, nil)
		if err != nil {
			return nil, err
		}
		if n == 0 {
			return nil, io.ErrUnexpectedEOF
		}
		k := 0
		for i := range int(n) {
			if present == int(n) || levels[i] == 1 {
				out = append(out, show(values[k]))
				k++
			} else {
				out = append(out, "null")
			}
		}
	}
	return out, nil
}
