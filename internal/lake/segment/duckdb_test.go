//go:build cgo

package segment_test

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"testing"
	"time"

	_ "github.com/duckdb/duckdb-go/v2"

	"github.com/azflow/azflow/internal/batch"
)

func TestDuckDBReadsEveryValueEqually(t *testing.T) {
	b := interopBatch()
	db, err := sql.Open("duckdb", "")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for codec, path := range interopFiles(t, b) {
		t.Run(codec, func(t *testing.T) {
			rows, err := db.QueryContext(t.Context(), "select * from read_parquet('"+path+"')")
			if err != nil {
				t.Fatal(err)
			}
			defer rows.Close()
			types, err := rows.ColumnTypes()
			if err != nil {
				t.Fatal(err)
			}
			want := map[batch.Kind]string{
				batch.Text: "VARCHAR", batch.Bool: "BOOLEAN", batch.Int32: "INTEGER", batch.Int64: "BIGINT",
				batch.Uint32: "UINTEGER", batch.Uint64: "UBIGINT", batch.Time: "TIMESTAMPTZ", batch.Real: "DOUBLE",
			}
			for i, f := range b.Fields {
				if got := types[i].DatabaseTypeName(); got != want[f.Kind] || types[i].Name() != f.Name {
					t.Errorf("column %s (%v) is %s %s", f.Name, f.Kind, types[i].Name(), got)
				}
			}
			row := 0
			for ; rows.Next(); row++ {
				got := make([]any, len(b.Fields))
				ptr := make([]any, len(got))
				for i := range got {
					ptr[i] = &got[i]
				}
				if err := rows.Scan(ptr...); err != nil {
					t.Fatal(err)
				}
				for i, f := range b.Fields {
					s := fmt.Sprint(got[i])
					if got[i] == nil {
						s = "null"
					}
					if at, ok := got[i].(time.Time); ok {
						s = fmt.Sprint(at.UnixMicro())
					}
					if w := show(f, &b.Columns[i], row); s != w {
						t.Fatalf("row %d of %s is %s, want %s", row, f.Name, s, w)
					}
				}
			}
			if err := rows.Err(); err != nil || row != interopRows {
				t.Fatalf("%d rows of %d, %v", row, interopRows, err)
			}
		})
	}
}

// DuckDB skips row groups by their statistics; wrong ones would lose rows.
func TestDuckDBFindsEveryValueByItsStatistics(t *testing.T) {
	b := interopBatch()
	path := interopFiles(t, b)["zstd"]
	db, err := sql.Open("duckdb", "")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	ctx := context.Background()
	for i, f := range b.Fields {
		counts := map[string]int{}
		for row := range interopRows {
			counts[show(f, &b.Columns[i], row)]++
		}
		for value, want := range counts {
			where := fmt.Sprintf("%q is null", f.Name)
			switch {
			case value == "null":
			case f.Kind == batch.Text:
				where = fmt.Sprintf("%q = '%s'", f.Name, strings.ReplaceAll(value, "'", "''"))
			case f.Kind == batch.Time:
				where = fmt.Sprintf("%q = make_timestamptz(%s)", f.Name, value)
			default:
				where = fmt.Sprintf("%q = %s", f.Name, value)
			}
			var got int
			if err := db.QueryRowContext(ctx, "select count(*) from read_parquet('"+path+"') where "+where).Scan(&got); err != nil {
				t.Fatalf("%s: %v", where, err)
			}
			if got != want {
				t.Errorf("%s finds %d rows of %d", where, got, want)
			}
		}
	}
}
