//go:build cgo

package duckdb_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/azflow/azflow/internal/store"
	"github.com/azflow/azflow/internal/store/duckdb"
	"github.com/azflow/azflow/kql/plan"
	"github.com/azflow/azflow/kql/sqlgen"
	"github.com/azflow/azflow/kql/types"
)

func open(t *testing.T, cfg duckdb.Config) *duckdb.Engine {
	t.Helper()
	cfg.Threads = 2
	e, err := duckdb.Open(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	return e
}

// answer runs a plan that the engine can express whole.
func answer(t *testing.T, e *duckdb.Engine, root plan.Node) [][]types.Value {
	t.Helper()
	if err := plan.Verify(root); err != nil {
		t.Fatal(err)
	}
	st, err := sqlgen.Generate(&plan.Plan{Results: []plan.Result{{Root: root}}}, e.Dialect())
	if err != nil {
		t.Fatal(err)
	}
	if st.Results[0].Part < 0 {
		t.Fatalf("cut: %s", st.Results[0].Why)
	}
	part := &st.Parts[st.Results[0].Part]
	rows, err := e.Query(context.Background(), part)
	if err != nil {
		t.Fatalf("%v\n%s", err, part.SQL)
	}
	return all(t, rows)
}

func all(t *testing.T, rows store.Rows) [][]types.Value {
	t.Helper()
	defer rows.Close()
	var out [][]types.Value
	for {
		b, err := rows.Next()
		if err == io.EOF {
			return out
		}
		if err != nil {
			t.Fatal(err)
		}
		for i := range b.Rows {
			var r []types.Value
			for _, c := range b.Columns {
				r = append(r, c.Value(i))
			}
			out = append(out, r)
		}
	}
}

func col(id int, name string, t types.Type) plan.Column {
	return plan.Column{ID: plan.ColumnID(id), Name: name, Type: t}
}

func ref(c plan.Column) plan.Expr { return &plan.Ref{Column: c.ID, T: c.Type} }

func long(v int64) plan.Expr { return &plan.Const{Value: v, T: types.Long} }

func call(f string, t types.Type, args ...plan.Expr) plan.Expr {
	return &plan.Call{Func: f, Args: args, T: t}
}

func TestPlansGiveRows(t *testing.T) {
	e := open(t, duckdb.Config{})
	a, b := col(1, "a", types.Long), col(2, "b", types.String)
	table := func() plan.Node {
		return &plan.Values{Cols: []plan.Column{a, b}, Rows: [][]types.Value{
			{int64(3), "x"}, {nil, "it's"}, {int64(1), "x"}, {int64(7), "a long text, beyond twelve bytes"},
		}}
	}
	n, s := col(10, "n", types.Long), col(11, "s", types.Long)
	for _, c := range []struct {
		name string
		root plan.Node
		want [][]types.Value
	}{
		{"rows keep their order", table(), [][]types.Value{
			{int64(3), "x"}, {nil, "it's"}, {int64(1), "x"}, {int64(7), "a long text, beyond twelve bytes"},
		}},
		{
			"a null is not equal to a value", &plan.Filter{Input: table(), Cond: call("!=", types.Bool, ref(a), long(3))},
			[][]types.Value{{nil, "it's"}, {int64(1), "x"}, {int64(7), "a long text, beyond twelve bytes"}},
		},
		{
			"not equal under not keeps what is equal",
			&plan.Filter{Input: table(), Cond: call("not", types.Bool, call("!=", types.Bool, ref(a), long(3)))},
			[][]types.Value{{int64(3), "x"}},
		},
		{
			"sort puts nulls where it is told", &plan.Sort{Input: table(), Keys: []plan.SortKey{{Expr: ref(a), Desc: true}}},
			[][]types.Value{{int64(7), "a long text, beyond twelve bytes"}, {int64(3), "x"}, {int64(1), "x"}, {nil, "it's"}},
		},
		{
			"groups are counted and summed",
			&plan.Sort{
				Input: &plan.Aggregate{
					Input: table(), Grouped: true, By: []plan.Assign{{Column: b, Expr: ref(b)}},
					Aggs: []plan.AggItem{{Cols: []plan.Column{n}, Func: "count"}, {Cols: []plan.Column{s}, Func: "sum", Args: []plan.Expr{ref(a)}}},
				},
				Keys: []plan.SortKey{{Expr: ref(s)}},
			},
			[][]types.Value{{"it's", int64(1), int64(0)}, {"x", int64(2), int64(4)}, {"a long text, beyond twelve bytes", int64(1), int64(7)}},
		},
		{
			"the first two of an order", &plan.Limit{Input: &plan.Sort{Input: table(), Keys: []plan.SortKey{{Expr: ref(a), NullsFirst: true}}}, N: long(2)},
			[][]types.Value{{nil, "it's"}, {int64(1), "x"}},
		},
		{
			"a range counts both its ends", &plan.Sequence{Col: n, From: long(1), To: long(7), Step: long(3)},
			[][]types.Value{{int64(1)}, {int64(4)}, {int64(7)}},
		},
		{
			"sums wrap around",
			&plan.Aggregate{
				Input: &plan.Values{Cols: []plan.Column{n}, Rows: [][]types.Value{{int64(1<<63 - 1)}, {int64(2)}}},
				Aggs:  []plan.AggItem{{Cols: []plan.Column{s}, Func: "sum", Args: []plan.Expr{ref(n)}}},
			},
			[][]types.Value{{int64(-1<<63) + 1}},
		},
		{
			"no rows but columns", &plan.Values{Cols: []plan.Column{n}}, nil,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := answer(t, e, c.root); !reflect.DeepEqual(got, c.want) {
				t.Errorf("got  %v\nwant %v", got, c.want)
			}
		})
	}
}

func TestJoinsPadAndMatchNulls(t *testing.T) {
	e := open(t, duckdb.Config{})
	k, v, k1, w := col(1, "k", types.Long), col(2, "v", types.String), col(3, "k1", types.Long), col(4, "w", types.String)
	left := &plan.Values{Cols: []plan.Column{k, v}, Rows: [][]types.Value{{int64(1), "a"}, {int64(1), "b"}, {nil, "c"}, {int64(2), "d"}}}
	right := &plan.Values{Cols: []plan.Column{k1, w}, Rows: [][]types.Value{{int64(1), "x"}, {nil, "y"}, {int64(3), "z"}}}
	on := []plan.JoinKey{{Left: ref(k), Right: ref(k1)}}
	for kind, want := range map[plan.JoinKind][][]types.Value{
		plan.InnerUnique: {{int64(1), "a", int64(1), "x"}, {nil, "c", nil, "y"}},
		plan.Inner:       {{int64(1), "a", int64(1), "x"}, {int64(1), "b", int64(1), "x"}, {nil, "c", nil, "y"}},
		plan.LeftOuter:   {{int64(1), "a", int64(1), "x"}, {int64(1), "b", int64(1), "x"}, {nil, "c", nil, "y"}, {int64(2), "d", nil, ""}},
		plan.RightOuter:  {{int64(1), "a", int64(1), "x"}, {int64(1), "b", int64(1), "x"}, {nil, "c", nil, "y"}, {nil, "", int64(3), "z"}},
		plan.LeftAnti:    {{int64(2), "d"}},
		plan.LeftSemi:    {{int64(1), "a"}, {int64(1), "b"}, {nil, "c"}},
		plan.RightAnti:   {{int64(3), "z"}},
		plan.RightSemi:   {{int64(1), "x"}, {nil, "y"}},
	} {
		t.Run(kind.String(), func(t *testing.T) {
			got := answer(t, e, &plan.Join{Kind: kind, Left: left, Right: right, On: on})
			if fmt.Sprint(sorted(got)) != fmt.Sprint(sorted(want)) {
				t.Errorf("got  %v\nwant %v", got, want)
			}
		})
	}
}

func sorted(rows [][]types.Value) []string {
	var out []string
	for _, r := range rows {
		out = append(out, fmt.Sprint(r))
	}
	for i := range out {
		for j := i; j > 0 && out[j] < out[j-1]; j-- {
			out[j], out[j-1] = out[j-1], out[j]
		}
	}
	return out
}

// files resolves every scan to the same relation.
type files struct{ rel store.Relation }

func (f files) Resolve(context.Context, sqlgen.Scan) (*store.Relation, error) { return &f.rel, nil }

func scanOf(cols ...plan.Column) plan.Node { return &plan.Scan{Table: "T", Cols: cols} }

func TestRowsInMemoryAreScanned(t *testing.T) {
	a, at, d := col(1, "a", types.String), col(2, "at", types.DateTime), col(3, "d", types.Dynamic)
	want := [][]types.Value{{"x", types.Instant(types.UnixEpochTicks + 10), []types.Value{int64(1)}}, {"", nil, nil}}
	e := open(t, duckdb.Config{Resolver: files{store.Relation{Rows: want}}})
	if got := answer(t, e, scanOf(a, at, d)); !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestNothingButTheSegmentsCanBeReached(t *testing.T) {
	dir := t.TempDir()
	real := filepath.Join(dir, "real")
	if err := os.Mkdir(real, 0o700); err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(dir, "segments")
	if err := os.Symlink(real, link); err != nil {
		t.Fatal(err)
	}
	secret := filepath.Join(dir, "secret.csv")
	if err := os.WriteFile(secret, []byte("a,b\n1,2\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(real, "ok.csv"), []byte("a,b\n1,2\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	e := open(t, duckdb.Config{Segments: link, TempDir: filepath.Join(dir, "tmp")})
	run := func(q string) error {
		rows, err := e.SQL(context.Background(), q, func(string) (sqlgen.Scan, bool) { return sqlgen.Scan{}, false })
		if err != nil {
			return err
		}
		defer rows.Close()
		_, err = rows.Next()
		return err
	}
	quote := func(s string) string { return "'" + s + "'" }
	if err := run("SELECT a FROM read_csv(" + quote(filepath.Join(real, "ok.csv")) + ")"); err != nil {
		t.Errorf("a file of the data folder, which is reached through a link: %v", err)
	}
	for _, q := range []string{
		"SELECT content FROM read_text('/etc/passwd')",
		"SELECT * FROM read_csv(" + quote(secret) + ")",
		"SELECT * FROM read_csv(" + quote(filepath.Join(real, "..", "secret.csv")) + ")",
		"SELECT * FROM read_csv(" + quote(real+"/../secret.csv") + ")",
		"SELECT * FROM " + quote(secret),
		"SELECT * FROM glob('/etc/*')",
		"ATTACH " + quote(filepath.Join(real, "x.db")) + " AS x",
		"INSTALL httpfs",
		"LOAD httpfs",
		"SET enable_external_access = true",
		"SET memory_limit = '1TB'",
		"RESET lock_configuration",
		"PRAGMA threads = 64",
		"COPY (SELECT 1) TO " + quote(filepath.Join(real, "x.parquet")) + " (FORMAT parquet)",
		"EXPORT DATABASE " + quote(real),
		"CREATE TABLE t AS SELECT 1",
		"INSERT INTO t VALUES (1)",
		"CALL pragma_version()",
		"SELECT 1; SELECT 2",
		"SELECT 1; COPY (SELECT 1) TO " + quote(filepath.Join(real, "x.csv")),
		"",
	} {
		if err := run(q); err == nil || err == io.EOF {
			t.Errorf("%q was run", q)
		}
	}
	left, err := os.ReadDir(real)
	if err != nil || len(left) != 1 {
		t.Errorf("the folder holds %v, %v", left, err)
	}
	for _, q := range []string{"SET threads = 1", "CREATE TABLE t AS SELECT 1", "SELECT 1; SELECT 2"} {
		if err := run(q); !errors.Is(err, duckdb.ErrNotAQuery) {
			t.Errorf("%q: %v", q, err)
		}
	}
	if err := run("EXPLAIN SELECT 1"); err != nil {
		t.Errorf("explain: %v", err)
	}
}

func TestSQLGivesTypedColumns(t *testing.T) {
	e := open(t, duckdb.Config{Resolver: files{store.Relation{Rows: [][]types.Value{{int64(5), "x"}}}}})
	scan := sqlgen.Scan{Table: "T", Columns: []sqlgen.ScanColumn{{Name: "Num", Type: types.Long}, {Name: "Some Text", Type: types.String}}}
	rows, err := e.SQL(context.Background(),
		`SELECT Num + 1 AS n, "Some Text" AS s, [1, 2] AS l, NULL::VARCHAR AS v, DATE '2024-01-02' AS d, 1.50::DECIMAL(5,2) AS m FROM T`,
		func(name string) (sqlgen.Scan, bool) { return scan, name == "T" })
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, c := range rows.Columns() {
		names = append(names, c.Name+":"+c.Type.String())
	}
	if got, want := strings.Join(names, " "), "n:long s:string l:string v:string d:datetime m:decimal"; got != want {
		t.Errorf("columns %s, want %s", got, want)
	}
	got := all(t, rows)
	if s := fmt.Sprint(got); s != "[[6 x [1, 2]  2024-01-02T00:00:00.0000000Z 1.50]]" {
		t.Errorf("rows %s", s)
	}
}

func TestACancelledQueryStops(t *testing.T) {
	e := open(t, duckdb.Config{})
	ctx, cancel := context.WithCancel(context.Background())
	rows, err := e.SQL(ctx, "SELECT sqrt(a.range * b.range) FROM range(1000000) a, range(1000000) b", func(string) (sqlgen.Scan, bool) { return sqlgen.Scan{}, false })
	if err != nil {
		t.Fatal(err)
	}
	if _, err := rows.Next(); err != nil {
		t.Fatal(err)
	}
	cancel()
	for err == nil {
		_, err = rows.Next()
	}
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	rows.Close()
	if _, err := e.SQL(ctx, "SELECT 1", func(string) (sqlgen.Scan, bool) { return sqlgen.Scan{}, false }); !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled context: %v", err)
	}
}

func TestAClosedEngineSaysSo(t *testing.T) {
	e, err := duckdb.Open(duckdb.Config{})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(e.Close(), e.Close()); err != nil {
		t.Fatal(err)
	}
	if _, err := e.Query(context.Background(), &sqlgen.Part{SQL: "SELECT 1"}); !errors.Is(err, store.ErrClosed) {
		t.Errorf("got %v", err)
	}
}

// The dialect's tests of texts in lower case are exact but for i and k, which
// two more characters become: no other character becomes an ASCII one.
func TestLowerMakesNoOtherASCIILetters(t *testing.T) {
	e := open(t, duckdb.Config{})
	rows, err := e.SQL(context.Background(), `SELECT i, lower(chr(i::INTEGER)) AS l FROM range(128, 1114112) AS r(i)
		WHERE NOT i BETWEEN 55296 AND 57343 AND regexp_matches(l, '[\x00-\x7f]') ORDER BY i`, func(string) (sqlgen.Scan, bool) { return sqlgen.Scan{}, false })
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	if got, want := fmt.Sprint(all(t, rows)), "[[304 i] [8490 k]]"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// A database of DuckDB's own can be asked, and nothing else of it changed.
func TestADatabaseIsOpenedForReading(t *testing.T) {
	path := filepath.Join(t.TempDir(), "none.duckdb")
	if e, err := duckdb.Open(duckdb.Config{Database: path}); err == nil {
		e.Close()
		t.Error("a file that is not there was opened")
	}
	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("it was made: %v", err)
	}
}
