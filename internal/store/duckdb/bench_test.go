//go:build cgo

package duckdb

import (
	"context"
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/azflow/azflow/kql/physical"
	"github.com/azflow/azflow/kql/plan"
	"github.com/azflow/azflow/kql/sqlgen"
	"github.com/azflow/azflow/kql/types"
)

// addressTests are conditions on the rows of [addresses], by what they measure.
var addressTests = [][2]string{
	{"ipv4_is_private", "f_private(s)"},
	{"ipv4_is_in_range", "f_in_range(s, '10.1.0.0/16')"},
	{"ipv4_is_in_any_range", "f_in_any(s, '10.1.0.0/16', '172.16.0.0/12')"},
	{"ipv4_is_match", "f_match(s, '10.1.0.0/16')"},
	{"ipv4_compare", "f_compare(s, '10.1.0.0/16') = 0"},
	{"parse_ipv4", "f_parse(s) = 167837696"},
	{"has_ipv4", "f_has_ipv4(s, '10.1.2.9')"},
}

// addresses opens an engine with a table t of n rows, texts of addresses and
// integers that no dictionary shortens, and returns what counts its rows under a
// condition.
func addresses(tb testing.TB, n int) (count func(where string) time.Duration) {
	tb.Helper()
	e, err := Open(Config{Threads: 1})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { e.Close() })
	conn, err := e.connect()
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { e.disconnect(&conn) })
	table := fmt.Sprintf(`CREATE TEMP TABLE t AS SELECT ((hash(i)%%223+1)::VARCHAR||'.'||(hash(i*7)%%256)::VARCHAR||'.'||(hash(i*13)%%256)::VARCHAR||'.9') AS s,
		(hash(i) %% 1000000)::BIGINT AS n FROM range(%d) r(i)`, n)
	if err := exec(conn, table); err != nil {
		tb.Fatal(err)
	}
	const s, long, boolean = types.String, types.Long, types.Bool
	for _, c := range []sqlgen.Call{
		{Name: "f_private", Func: "ipv4_is_private", Args: []types.Type{s}, Const: []bool{false}, Ret: boolean},
		{Name: "f_in_range", Func: "ipv4_is_in_range", Args: []types.Type{s, s}, Const: []bool{false, true}, Ret: boolean},
		{Name: "f_in_any", Func: "ipv4_is_in_any_range", Args: []types.Type{s, s, s}, Const: []bool{false, true, true}, Ret: boolean},
		{Name: "f_match", Func: "ipv4_is_match", Args: []types.Type{s, s}, Const: []bool{false, true}, Ret: boolean},
		{Name: "f_compare", Func: "ipv4_compare", Args: []types.Type{s, s}, Const: []bool{false, true}, Ret: long},
		{Name: "f_parse", Func: "parse_ipv4", Args: []types.Type{s}, Const: []bool{false}, Ret: long},
		{Name: "f_has_ipv4", Func: "has_ipv4", Args: []types.Type{s, s}, Const: []bool{false, true}, Ret: boolean},
		{Name: "f_has", Func: "has", Args: []types.Type{s, s}, Const: []bool{false, true}, Ret: boolean},
		{Name: "f_add", Func: "+", Args: []types.Type{long, long}, Const: []bool{false, false}, Ret: long},
		{Name: "f_upper", Func: "toupper", Args: []types.Type{s}, Const: []bool{false}, Ret: s},
	} {
		if err := e.register(c); err != nil {
			tb.Fatal(err)
		}
	}
	return func(where string) time.Duration {
		from := time.Now()
		c := plan.Column{ID: 1, Name: "n", Type: types.Long}
		r := &rows{engine: e, conn: conn, cols: []plan.Column{c}, forms: make([]physical.Form, 1)}
		if err := r.start(context.Background(), "SELECT count(*) FROM t WHERE "+where); err != nil {
			tb.Fatal(err)
		}
		if _, err := r.Next(); err != nil {
			tb.Fatal(err)
		}
		r.finish()
		return time.Since(from)
	}
}

// BenchmarkKernels is what one row of a function costs, with the scan of the
// table, which "scan" is alone. best is the quickest run: other load makes the
// mean longer.
func BenchmarkKernels(b *testing.B) {
	const n = 2_000_000
	count := addresses(b, n)
	for _, q := range append(append([][2]string{{"scan", "length(s) > 0"}}, addressTests...), [][2]string{
		{"has", "f_has(s, '77')"},
		{"add", "f_add(n, n) > 5"},
		{"toupper", "f_upper(s) <> ''"},
	}...) {
		b.Run(q[0], func(b *testing.B) {
			best := time.Duration(math.MaxInt64)
			for range b.N {
				best = min(best, count(q[1]))
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/row")
			b.ReportMetric(float64(best.Nanoseconds())/n, "best-ns/row")
		})
	}
}

// A row of an address function costs a quarter of DuckDB's md5, which is C++ and
// reads the same texts. Half is allowed: what makes a function dear (a call into
// C, a value on the heap for each row) costs more than that.
func TestAddressFunctionsCostLessThanHalfOfAHash(t *testing.T) {
	count := addresses(t, 200_000)
	const hash, rounds = "md5(s) <> ''", 7
	best := map[string]time.Duration{}
	for range rounds { // in turn, so that other load strikes all alike
		for _, q := range append([][2]string{{hash, hash}}, addressTests...) {
			d := count(q[1])
			if b, ok := best[q[0]]; !ok || d < b {
				best[q[0]] = d
			}
		}
	}
	for _, q := range addressTests {
		if 2*best[q[0]] > best[hash] {
			t.Errorf("%s takes %v for 200,000 rows, md5 %v", q[0], best[q[0]], best[hash])
		}
	}
	t.Logf("%v", best)
}
