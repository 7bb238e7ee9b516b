package conformance

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"text/tabwriter"

	"github.com/azflow/azflow/internal/spectest"
	"github.com/azflow/azflow/internal/store"
	"github.com/azflow/azflow/kql"
	"github.com/azflow/azflow/kql/eval"
	"github.com/azflow/azflow/kql/fn"
	"github.com/azflow/azflow/kql/plan"
	"github.com/azflow/azflow/kql/types"
)

// A feature is something that queries use: an operator, a kind of join, a
// function, a form of literal. It is there if a query that uses it gives rows,
// and on an engine those that the interpreter gives.
type feature struct{ tier, kind, name, query string }

// given are the tables that the queries of features.txt read.
const given = `let T = datatable(k:long, s:string, t:datetime, d:dynamic, v:real)[
	1, "a b", datetime(2024-01-01), dynamic({"x":1, "y":[1,2]}), 1.5,
	2, "c", datetime(2024-01-02), dynamic({"x":3}), 2.5,
	1, "d", datetime(2024-01-03), dynamic(null), 3.5];
let R = datatable(k:long, w:string)[1, "p", 3, "q"];
`

// features returns those of testdata/features.txt.
func features(t *testing.T) []feature {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", "features.txt"))
	if err != nil {
		t.Fatal(err)
	}
	var out []feature
	for _, line := range strings.Split(strings.TrimRight(string(text), "\n"), "\n") {
		f := append(strings.Split(line, "\t"), "")
		if strings.HasPrefix(line, "#") {
			continue
		}
		if len(f) < 4 {
			t.Fatalf("features.txt: %q is no feature", line)
		}
		x := feature{f[0], f[1], f[2], f[3]}
		if x.query == "" {
			scalar, ok := fn.LookupScalar(x.name)
			if !ok || len(scalar.Examples) == 0 {
				t.Errorf("%s has no query, and the catalogue no example of it", x.name)
				continue
			}
			x.query = "print x = " + scalar.Examples[0].Expr
		}
		out = append(out, x)
	}
	return out
}

// fetched stands for what externaldata fetches.
func fetched(_ context.Context, n *plan.External) (*eval.Rows, error) {
	rows := &eval.Rows{Cols: n.Cols, N: 1}
	for _, c := range n.Cols {
		rows.Vecs = append(rows.Vecs, types.NewVector(c.Type, 1))
	}
	return rows, nil
}

// rows runs a query and returns its rows as text, in an order of their own.
func (e *testEngine) rows(query string) (rows []string, err error) {
	p, diags := kql.Plan(given+query, noTables{}, kql.Options{Now: now, ExternalData: true})
	if p == nil {
		return nil, diags
	}
	ctx, cancel := deadline()
	defer cancel()
	last := len(p.Results) - 1
	if e.store == nil {
		out, err := eval.Run(ctx, p.Results[last].Root, eval.Env{Fn: functions(), External: fetched})
		if err != nil {
			return nil, err
		}
		for i := range out.N {
			rows = append(rows, line(out.Cols, out.Row(i)))
		}
		slices.Sort(rows)
		return rows, nil
	}
	st, err := kql.Compile(p, e.store.Dialect(), kql.CompileOptions{Catalog: noTables{}})
	if err != nil {
		return nil, err
	}
	out, err := store.Run(ctx, e.store, st, last, store.RunOptions{Fn: functions(), External: fetched})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	for {
		b, err := out.Next()
		if err == io.EOF {
			slices.Sort(rows)
			return rows, nil
		}
		if err != nil {
			return nil, err
		}
		for i := range b.Rows {
			row := make([]types.Value, len(b.Columns))
			for k, c := range b.Columns {
				row[k] = c.Value(i)
			}
			rows = append(rows, line(out.Columns(), row))
		}
	}
}

// line is a row as text; reals to twelve digits.
func line(cols []plan.Column, row []types.Value) string {
	var b strings.Builder
	for i, v := range row {
		if x, ok := v.(float64); ok {
			fmt.Fprintf(&b, "%.12g", x)
		} else {
			b.WriteString(types.Text(v, cols[i].Type))
		}
		b.WriteByte('\t')
	}
	return b.String()
}

// TestConformanceOfFeatures prints the share of the features of both tiers that
// each engine has.
func TestConformanceOfFeatures(t *testing.T) {
	all := features(t)
	least := map[string]float64{"duckdb": 1, "clickhouse": 0.97, interpreter: 1}
	table := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "features\tengine\tall\tthere\tshare")
	want := map[string][]string{}
	for _, e := range engines(t) {
		there := 0
		for _, f := range all {
			got, err := e.rows(f.query)
			switch {
			case err != nil:
				t.Logf("%s has no %s %s: %v", e.name, f.kind, f.name, err)
				continue
			case e.store == nil:
				want[f.query] = got
			case !slices.Equal(got, want[f.query]):
				t.Logf("%s gives other rows for %s %s: %q, not %q", e.name, f.kind, f.name, got, want[f.query])
				continue
			}
			there++
		}
		share := float64(there) / float64(len(all))
		fmt.Fprintf(table, "T1+T2\t%s\t%d\t%d\t%.1f %%\n", e.name, len(all), there, 100*share)
		if share < least[e.name] {
			t.Errorf("%s has %.1f %% of the features, %.0f %% must be there", e.name, 100*share, 100*least[e.name])
		}
	}
	if err := table.Flush(); err != nil {
		t.Error(err)
	}
}

// features.txt has what kql.md counts in both tiers, each in its kind.
func TestFeaturesAreThoseOfBothTiers(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(spectest.Shared(t, "kql"), "kql.md"))
	if err != nil {
		t.Fatal(err)
	}
	listed := map[[2]string]bool{}
	for _, f := range features(t) {
		listed[[2]string{f.kind, f.name}] = true
	}
	kinds := map[string]string{
		"ops": "op", "joins": "join", "functions": "function", "aggregates": "aggregate", "plugins": "plugin", "binary": "binary",
		"literals": "literal", "render": "render", "statements": "statement",
	}
	_, appendix, found := strings.Cut(string(text), "## Appendix A")
	if !found {
		t.Fatal("kql.md has no appendix A")
	}
	kind, count := "", 0
	name := regexp.MustCompile("`([^`]+)` \\(")
	for _, l := range strings.Split(appendix, "\n") {
		if heading, ok := strings.CutPrefix(l, "### "); ok {
			kind = kinds[heading]
		}
		if kind == "" || !strings.HasPrefix(l, "**T1**") && !strings.HasPrefix(l, "**T2**") {
			continue
		}
		for _, m := range name.FindAllStringSubmatch(l, -1) {
			count++
			if !listed[[2]string{kind, m[1]}] {
				t.Errorf("%s %s is not in features.txt", kind, m[1])
			}
		}
	}
	if count < 250 {
		t.Errorf("only %d features found in kql.md", count)
	}
}
