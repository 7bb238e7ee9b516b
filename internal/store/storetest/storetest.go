// Package storetest says what every engine must do with the relations of its
// scans. Tests of engines call [Run].
package storetest

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/azflow/azflow/internal/batch"
	"github.com/azflow/azflow/internal/lake/segment"
	"github.com/azflow/azflow/internal/store"
	"github.com/azflow/azflow/kql/plan"
	"github.com/azflow/azflow/kql/sqlgen"
	"github.com/azflow/azflow/kql/types"
)

// fields are the columns of the files.
var fields = []batch.Field{
	{Name: "At", Kind: batch.Time},
	{Name: "Name", Kind: batch.Text},
	{Name: "N", Kind: batch.Int64, Nullable: true},
	{Name: "Ip4", Kind: batch.Uint32, Nullable: true},
	{Name: "Blob", Kind: batch.Text},
	{Name: "Gen", Kind: batch.Int32},
	{Name: "Kind", Kind: batch.Text},
	{Name: "Mac", Kind: batch.Text},
}

// row is one row of a file; at counts seconds since 1970.
type row struct {
	at        int64
	name      string
	n         int64 // -1 for null
	blob      string
	gen       int64
	kind, mac string
}

// columns are the columns that the scans ask for.
var columns = []plan.Column{
	{ID: 1, Name: "At", Type: types.DateTime},
	{ID: 2, Name: "Name", Type: types.String},
	{ID: 3, Name: "N", Type: types.Long},
	{ID: 4, Name: "Ip4", Type: types.Long},
	{ID: 5, Name: "Added", Type: types.String},
	{ID: 6, Name: "Tags", Type: types.Dynamic},
}

func sources() map[string]store.Source {
	return map[string]store.Source{"At": {Column: "At"}, "Name": {Column: "Name"}, "N": {Column: "N"}, "Ip4": {Column: "Ip4"}}
}

// resolver gives every scan the same relation.
type resolver struct {
	rel      *store.Relation
	released *int
}

func (r resolver) Resolve(context.Context, sqlgen.Scan) (*store.Relation, error) {
	rel := *r.rel
	rel.Release = func() { *r.released++ }
	return &rel, nil
}

// Run tests engines that open makes over a resolver; all files lie below dir.
func Run(t *testing.T, open func(t *testing.T, dir string, r store.Resolver) store.Engine) {
	dir := t.TempDir()
	first := write(t, dir, []row{
		{at: 10, name: "a", n: 1, blob: "x", gen: 1, kind: "NSG", mac: "m1"},
		{at: 20, name: "it's", n: -1, blob: "x", gen: 2, kind: "VNet", mac: "m1"},
		{at: 30, name: "", n: 3, blob: "y", gen: 1, kind: "NSG", mac: "m2"},
	})
	second := write(t, dir, []row{{at: 40, name: "a", n: 5, blob: "y", gen: 1, kind: "VNet", mac: "m2"}})
	instant := func(s int64) types.Instant { return types.Instant(types.UnixEpochTicks + s*types.TicksPerSecond) }

	for _, c := range []struct {
		name string
		rel  store.Relation
		want []string // At in seconds, Name, N, Ip4, Added, Tags
	}{
		{
			"files are one table",
			store.Relation{Files: []store.Files{{Paths: []string{first, second}, Columns: sources()}}},
			[]string{"10 a 1 1 | <nil>", "20 it's <nil> <nil> | <nil>", "30  3 3 | <nil>", "40 a 5 5 | <nil>"},
		},
		{"no file is no row", store.Relation{}, nil},
		{
			"groups of files differ in their columns",
			store.Relation{Files: []store.Files{
				{Paths: []string{second}, Columns: map[string]store.Source{"At": {Column: "At"}, "Added": {Value: "it's new"}, "N": {Value: int64(7)}}},
				{Paths: []string{first}, Columns: map[string]store.Source{"At": {Column: "At"}, "Added": {Column: "Name"}, "Tags": {Value: []types.Value{int64(1)}}}},
			}},
			[]string{"10  <nil> <nil> a| [1]", "20  <nil> <nil> it's| [1]", "30  <nil> <nil> | [1]", "40  7 <nil> it's new| <nil>"},
		},
		{
			"rows of a rewritten blob are hidden",
			store.Relation{Files: []store.Files{{
				Paths: []string{first, second}, Columns: sources(),
				Hidden: store.Hidden{Blobs: []store.Blob{{ID: "x", Generation: 1}, {ID: "y", Generation: 1}}, BlobColumn: "Blob", GenerationColumn: "Gen"},
			}}},
			[]string{"20 it's <nil> <nil> | <nil>"},
		},
		{
			"old rows are hidden",
			store.Relation{Files: []store.Files{{
				Paths: []string{first}, Columns: sources(), Hidden: store.Hidden{Before: instant(20), TimeColumn: "At"},
			}}},
			[]string{"20 it's <nil> <nil> | <nil>", "30  3 3 | <nil>"},
		},
		{
			"what another log covers is hidden",
			store.Relation{Files: []store.Files{{
				Paths: []string{first}, Columns: sources(),
				Hidden: store.Hidden{
					Captures:   []store.Capture{{MAC: "m1", From: instant(0), To: instant(60)}, {MAC: "m2", From: instant(0), To: instant(30)}},
					TypeColumn: "Kind", Type: "NSG", MACColumn: "Mac", TimeColumn: "At",
				},
			}}},
			[]string{"20 it's <nil> <nil> | <nil>", "30  3 3 | <nil>"},
		},
		{
			"what is forgotten is hidden",
			store.Relation{Files: []store.Files{{
				Paths: []string{first}, Columns: sources(),
				Hidden: store.Hidden{Prefixes: []string{"IT'"}, PrefixColumns: []string{"Name", "Kind"}},
			}}},
			[]string{"10 a 1 1 | <nil>", "30  3 3 | <nil>"},
		},
		{
			"partial rows are merged, others are not",
			store.Relation{
				Files: []store.Files{
					{Paths: []string{first}, Columns: sources(), Partial: true},
					{Paths: []string{second}, Columns: sources(), Partial: true},
					{Paths: []string{second}, Columns: sources()},
				},
				Merge: &store.Merge{Keys: []string{"Blob", "Gen"}, Sum: []string{"N"}, Min: []string{"At"}, Join: store.Join{One: "Ip4", Several: "Name", Separator: "|"}},
			},
			[]string{"10 1 1 <nil> | <nil>", "20 it's <nil> <nil> | <nil>", "30 3|5 8 <nil> | <nil>", "40 a 5 5 | <nil>"},
		},
		{
			"merged rows with nothing left are none",
			store.Relation{
				Files: []store.Files{{Paths: []string{first, second}, Columns: sources(), Partial: true}},
				Merge: &store.Merge{Keys: []string{"Blob", "Gen"}, Sum: []string{"N"}, Min: []string{"At"}, Join: store.Join{One: "Ip4", Several: "Name", Separator: "|"}, Present: "N"},
			},
			[]string{"10 1 1 <nil> | <nil>", "30 3|5 8 <nil> | <nil>"},
		},
		{
			"rows in memory belong to it",
			store.Relation{
				Files: []store.Files{{Paths: []string{second}, Columns: sources()}},
				Rows:  [][]types.Value{{instant(5), "mem'ory\t\\", nil, int64(9), "", []types.Value{"x\n", int64(2)}}},
			},
			[]string{"5 mem'ory\t\\ <nil> 9 | [\"x\\n\",2]", "40 a 5 5 | <nil>"},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			released := 0
			e := open(t, dir, resolver{&c.rel, &released})
			got := scan(t, e)
			if len(got) != len(c.want) {
				t.Fatalf("got  %q\nwant %q", got, c.want)
			}
			for i := range got {
				if got[i] != c.want[i] && !anyMatch(got[i], c.want[i]) {
					t.Errorf("got  %q\nwant %q", got[i], c.want[i])
				}
			}
			if released != 1 {
				t.Errorf("the files were released %d times", released)
			}
		})
	}
	t.Run("many rows in memory", func(t *testing.T) {
		var rows [][]types.Value
		for i := range 30_000 {
			rows = append(rows, []types.Value{instant(int64(i)), "an address", int64(i), nil, "", nil})
		}
		released := 0
		if got := scan(t, open(t, dir, resolver{&store.Relation{Rows: rows}, &released})); len(got) != len(rows) || got[29_999] != "29999 an address 29999 <nil> | <nil>" {
			t.Errorf("%d rows", len(got))
		}
	})
	t.Run("only the number of rows counts", func(t *testing.T) {
		released := 0
		e := open(t, dir, resolver{&store.Relation{Files: []store.Files{{Paths: []string{first, second}}}}, &released})
		n := plan.Column{ID: 9, Name: "Count", Type: types.Long}
		rows := run(t, e, &plan.Aggregate{Input: &plan.Scan{Table: "T"}, Aggs: []plan.AggItem{{Cols: []plan.Column{n}, Func: "count"}}})
		if len(rows) != 1 || rows[0][0] != int64(4) {
			t.Errorf("got %v", rows)
		}
	})
	t.Run("rows outside the scan's bounds are left out", func(t *testing.T) {
		released := 0
		rel := store.Relation{Time: "At", Files: []store.Files{
			{Paths: []string{first}, Columns: map[string]store.Source{"N": {Column: "N"}}},
			{Paths: []string{second}, Columns: map[string]store.Source{"N": {Column: "N"}}, Within: true},
			{Paths: []string{first}, Columns: map[string]store.Source{"N": {Column: "N"}}, Partial: true},
		}, Merge: &store.Merge{Keys: []string{"Blob", "Gen"}, Sum: []string{"N"}}}
		e := open(t, dir, resolver{&rel, &released})
		for _, c := range []struct {
			from, to types.Instant
			sum      int64
		}{
			{0, 0, 13},
			{instant(10), instant(30), 7},
			{instant(10) + 1, instant(30) + 1, 11},
			{instant(30), 0, 11},
			{instant(30) + 1, 0, 5},
			{0, instant(10), 5},
		} {
			n, sum := plan.Column{ID: 3, Name: "N", Type: types.Long}, plan.Column{ID: 9, Name: "sum", Type: types.Long}
			rows := run(t, e, &plan.Aggregate{
				Input: &plan.Scan{Table: "T", Cols: []plan.Column{n}, From: c.from, To: c.to},
				Aggs:  []plan.AggItem{{Cols: []plan.Column{sum}, Func: "sum", Args: []plan.Expr{&plan.Ref{Column: 3, T: types.Long}}}},
			})
			if len(rows) != 1 || rows[0][0] != c.sum {
				t.Errorf("from %v to %v: got %v, want %d", c.from, c.to, rows, c.sum)
			}
		}
	})
	t.Run("many files are one table", func(t *testing.T) {
		released := 0
		var paths []string
		for i := range 2000 { // 300 KB of names
			p := filepath.Join(dir, fmt.Sprintf("%s-%04d.parquet", strings.Repeat("long", 25), i))
			if err := os.Link(second, p); err != nil {
				t.Fatal(err)
			}
			paths = append(paths, p)
		}
		e := open(t, dir, resolver{&store.Relation{Files: []store.Files{{Paths: paths, Columns: sources()}}}, &released})
		n := plan.Column{ID: 9, Name: "Count", Type: types.Long}
		rows := run(t, e, &plan.Aggregate{Input: &plan.Scan{Table: "T"}, Aggs: []plan.AggItem{{Cols: []plan.Column{n}, Func: "count"}}})
		if len(rows) != 1 || rows[0][0] != int64(2000) {
			t.Errorf("got %v", rows)
		}
	})
	t.Run("a file that is gone is an error", func(t *testing.T) {
		released := 0
		e := open(t, dir, resolver{&store.Relation{Files: []store.Files{{Paths: []string{first, filepath.Join(filepath.Dir(first), "gone.parquet"), second}, Columns: sources()}}}, &released})
		st, err := sqlgen.Generate(&plan.Plan{Results: []plan.Result{{Root: &plan.Scan{Table: "T", Cols: columns}}}}, e.Dialect())
		if err != nil {
			t.Fatal(err)
		}
		if rows, err := e.Query(context.Background(), &st.Parts[0]); err == nil {
			rows.Close()
			t.Error("it gave rows")
		}
		if released == 0 {
			t.Error("the files were not released")
		}
	})
}

// anyMatch compares where one of several values may have been chosen.
func anyMatch(got, want string) bool {
	return slices.ContainsFunc([]string{"3", "5"}, func(v string) bool { return got == fmt.Sprintf("30 a 8 %s | <nil>", v) }) && want == "30 a 8 ANY | <nil>"
}

func scan(t *testing.T, e store.Engine) []string {
	t.Helper()
	var out []string
	for _, r := range run(t, e, &plan.Sort{
		Input: &plan.Scan{Table: "T", Cols: columns}, Keys: []plan.SortKey{{Expr: &plan.Ref{Column: 1, T: types.DateTime}}},
	}) {
		s := (int64(r[0].(types.Instant)) - types.UnixEpochTicks) / types.TicksPerSecond
		tags := "<nil>"
		if r[5] != nil {
			tags = string(types.AppendJSON(nil, r[5]))
		}
		out = append(out, fmt.Sprintf("%d %v %v %v %v| %s", s, r[1], r[2], r[3], r[4], tags))
	}
	return out
}

func run(t *testing.T, e store.Engine, root plan.Node) [][]types.Value {
	t.Helper()
	st, err := sqlgen.Generate(&plan.Plan{Results: []plan.Result{{Root: root}}}, e.Dialect())
	if err != nil {
		t.Fatal(err)
	}
	rows, err := store.Run(context.Background(), e, st, 0, store.RunOptions{})
	if err != nil {
		t.Fatal(err)
	}
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

// write puts rows into a new file below dir.
func write(t *testing.T, dir string, rows []row) string {
	t.Helper()
	f, err := os.CreateTemp(dir, "*.parquet")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	b := batch.NewBuilder(fields)
	for _, r := range rows {
		b.Column(0).Int(r.at * 1e6)
		b.Column(1).Text(r.name)
		for _, i := range []int{2, 3} {
			if r.n < 0 {
				b.Column(i).Null()
			} else {
				b.Column(i).Int(r.n)
			}
		}
		b.Column(4).Text(r.blob)
		b.Column(5).Int(r.gen)
		b.Column(6).Text(r.kind)
		b.Column(7).Text(r.mac)
	}
	table, err := b.Batch()
	if err != nil {
		t.Fatal(err)
	}
	w, err := segment.NewWriter(f, fields, segment.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Write(table); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Close(nil); err != nil {
		t.Fatal(err)
	}
	return f.Name()
}
