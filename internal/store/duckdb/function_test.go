//go:build cgo

package duckdb_test

import (
	"context"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/azflow/azflow/internal/store/duckdb"
	"github.com/azflow/azflow/kql/plan"
	"github.com/azflow/azflow/kql/sqlgen"
	"github.com/azflow/azflow/kql/types"
)

// project computes e over rows of the columns.
func project(cols []plan.Column, rows [][]types.Value, es ...plan.Expr) plan.Node {
	var items []plan.Assign
	for i, e := range es {
		items = append(items, plan.Assign{Column: col(100+i, fmt.Sprint("e", i), e.Type()), Expr: e})
	}
	return &plan.Project{Input: &plan.Values{Cols: cols, Rows: rows}, Items: items}
}

func text(s string) plan.Expr { return &plan.Const{Value: s, T: types.String} }

func TestKernelsSeeEveryType(t *testing.T) {
	e := open(t, duckdb.Config{})
	s, n, d, at, g, m := col(1, "s", types.String), col(2, "n", types.Long), col(3, "d", types.Dynamic), col(4, "at", types.DateTime),
		col(5, "g", types.GUID), col(6, "m", types.Decimal)
	dec, ok := types.ParseDecimal("1.50")
	if !ok {
		t.Fatal("decimal")
	}
	long60 := strings.Repeat("Ünïcode ", 8)
	bag := types.NewBag(1)
	bag.Set("a", int64(5))
	rows := [][]types.Value{
		{"10.1.2.3", int64(1) << 62, bag, types.Instant(types.UnixEpochTicks + 7), types.UUID{1, 2}, dec},
		{long60, nil, nil, nil, nil, nil},
		{"", int64(-7), []types.Value{int64(1), "x", nil}, types.Instant(0), types.UUID{}, types.NewDecimal(-3)},
	}
	cols := []plan.Column{s, n, d, at, g, m}
	got := answer(t, e, project(cols, rows,
		call("ipv4_is_private", types.Bool, ref(s)),
		call("toupper", types.String, ref(s)),
		call("+", types.Long, ref(n), ref(n)),
		call("_member", types.Dynamic, ref(d), text("a")),
		call("tostring", types.String, ref(at)),
		call("tostring", types.String, ref(g)),
		call("tostring", types.String, ref(m)),
		call("%", types.Long, ref(n), long(4)),
	))
	want := [][]types.Value{
		{true, "10.1.2.3", int64(-1) << 63, int64(5), "1970-01-01T00:00:00.0000007Z", "01020000-0000-0000-0000-000000000000", "1.50", int64(0)},
		{nil, strings.ToUpper(long60), nil, nil, "", "", "", nil},
		{nil, "", int64(-14), nil, "0001-01-01T00:00:00.0000000Z", "00000000-0000-0000-0000-000000000000", "-3", int64(1)},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
}

func TestArraysAreExpandedInOrder(t *testing.T) {
	e := open(t, duckdb.Config{})
	k, d, x := col(1, "k", types.Long), col(2, "d", types.Dynamic), col(3, "d", types.Long)
	in := &plan.Values{Cols: []plan.Column{k, d}, Rows: [][]types.Value{
		{int64(1), []types.Value{int64(3), int64(1), "2"}}, {int64(2), nil}, {int64(3), []types.Value{}}, {int64(4), int64(9)},
	}}
	got := answer(t, e, &plan.Unnest{
		Input: in, Spec: plan.UnnestSpec{Items: []plan.Assign{{Column: x, Expr: ref(d)}}}, Cols: []plan.Column{k, x},
	})
	want := [][]types.Value{{int64(1), int64(3)}, {int64(1), int64(1)}, {int64(1), int64(2)}, {int64(2), nil}, {int64(4), int64(9)}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestAFailingFunctionFailsTheQuery(t *testing.T) {
	e := open(t, duckdb.Config{})
	s := col(1, "s", types.String)
	st, err := sqlgen.Generate(&plan.Plan{Results: []plan.Result{{Root: project([]plan.Column{s}, [][]types.Value{{"("}},
		call("extract", types.String, ref(s), long(0), text("a")))}}}, e.Dialect())
	if err != nil {
		t.Fatal(err)
	}
	rows, err := e.Query(context.Background(), &st.Parts[0])
	if err == nil {
		rows.Close()
		t.Fatal("a broken regular expression gave rows")
	}
	if !strings.Contains(err.Error(), "extract") {
		t.Errorf("the error names no function: %v", err)
	}
}
