//go:build cgo

package duckdb

import (
	"context"
	"fmt"
	"testing"

	"github.com/azflow/azflow/kql/physical"
	"github.com/azflow/azflow/kql/plan"
	"github.com/azflow/azflow/kql/sqlgen"
	"github.com/azflow/azflow/kql/types"
)

// BenchmarkKernels is what one row of a function costs on a table of texts and
// integers that no dictionary shortens; "scan" is the table alone.
func BenchmarkKernels(b *testing.B) {
	const n = 2_000_000
	e, err := Open(Config{Threads: 1})
	if err != nil {
		b.Fatal(err)
	}
	defer e.Close()
	conn, err := e.connect()
	if err != nil {
		b.Fatal(err)
	}
	defer e.disconnect(&conn)
	table := fmt.Sprintf(`CREATE TEMP TABLE t AS SELECT ((hash(i)%%223+1)::VARCHAR||'.'||(hash(i*7)%%256)::VARCHAR||'.'||(hash(i*13)%%256)::VARCHAR||'.9') AS s,
		(hash(i) %% 1000000)::BIGINT AS n FROM range(%d) r(i)`, n)
	if err := exec(conn, table); err != nil {
		b.Fatal(err)
	}
	calls := []sqlgen.Call{
		{Name: "f_private", Func: "ipv4_is_private", Args: []types.Type{types.String}, Const: []bool{false}, Ret: types.Bool},
		{Name: "f_in_range", Func: "ipv4_is_in_range", Args: []types.Type{types.String, types.String}, Const: []bool{false, true}, Ret: types.Bool},
		{Name: "f_has", Func: "has", Args: []types.Type{types.String, types.String}, Const: []bool{false, true}, Ret: types.Bool},
		{Name: "f_add", Func: "+", Args: []types.Type{types.Long, types.Long}, Const: []bool{false, false}, Ret: types.Long},
		{Name: "f_upper", Func: "toupper", Args: []types.Type{types.String}, Const: []bool{false}, Ret: types.String},
	}
	for _, c := range calls {
		if err := e.register(c); err != nil {
			b.Fatal(err)
		}
	}
	for _, q := range [][2]string{
		{"scan", "WHERE length(s) > 0"},
		{"ipv4_is_private", "WHERE f_private(s)"},
		{"ipv4_is_in_range", "WHERE f_in_range(s, '10.1.0.0/16')"},
		{"has", "WHERE f_has(s, '77')"},
		{"add", "WHERE f_add(n, n) > 5"},
		{"toupper", "WHERE f_upper(s) <> ''"},
	} {
		b.Run(q[0], func(b *testing.B) {
			for range b.N {
				c := plan.Column{ID: 1, Name: "n", Type: types.Long}
				r := &rows{engine: e, conn: conn, cols: []plan.Column{c}, forms: make([]physical.Form, 1)}
				if err := r.start(context.Background(), "SELECT count(*) FROM t "+q[1]); err != nil {
					b.Fatal(err)
				}
				if _, err := r.Next(); err != nil {
					b.Fatal(err)
				}
				r.finish()
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/row")
		})
	}
}
