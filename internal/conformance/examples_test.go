package conformance

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/azflow/azflow/internal/spectest"
	"github.com/azflow/azflow/internal/store"
	"github.com/azflow/azflow/kql"
	"github.com/azflow/azflow/kql/ast"
	"github.com/azflow/azflow/kql/fn"
	"github.com/azflow/azflow/kql/parser"
)

// TestConformanceOfExamples runs the examples of docs/kql/functions.md on every
// engine. Kernels see their arguments as values of rows: nothing is folded.
func TestConformanceOfExamples(t *testing.T) {
	for _, e := range engines(t) {
		if e.store == nil {
			continue // kql/eval's tests run them
		}
		right, whole, total := 0, 0, 0
		check := func(name string, queries []string, want string) {
			total++
			inSQL, err := example(e.store, name, queries, want)
			if err != nil {
				t.Errorf("%s on %s: %v", name, e.name, err)
				return
			}
			right++
			if inSQL {
				whole++
			}
		}
		for _, f := range fn.Scalars() {
			for _, x := range f.Examples {
				check(f.Name, []string{ofRows(x.Expr), "print x = " + x.Expr}, x.Result)
			}
		}
		for _, a := range fn.Aggregates() {
			for _, x := range a.Examples {
				check(a.Name, []string{x.Input + " | summarize " + x.Call}, x.Result)
			}
		}
		fmt.Printf("examples of functions on %s: %d of %d right, %d whole in SQL\n", e.name, right, total, whole)
	}
}

// example runs the first of the queries of a function that binds.
func example(e store.Engine, name string, queries []string, result string) (inSQL bool, err error) {
	want, _, err := interpret("print x = " + result)
	if err != nil {
		return false, fmt.Errorf("%s: %w", result, err)
	}
	query := queries[len(queries)-1]
	for _, q := range queries {
		if _, err := bound(q); err == nil {
			query = q
			break
		}
	}
	got, inSQL, err := askWith(e, query, kql.CompileOptions{Catalog: noTables{}, Without: []string{"fold_constants"}})
	if err != nil {
		return inSQL, fmt.Errorf("%s: %w", query, err)
	}
	cell, err := decoded(want.rows[0][0])
	if err != nil {
		return inSQL, err
	}
	c := spectest.Case{Rows: [][]any{{cell}}, RowCount: 1, Uses: []string{name}}
	if len(got.rows) == 1 {
		got.rows[0] = got.rows[0][:1]
	}
	if err := c.Compare(got.rows); err != nil {
		return inSQL, fmt.Errorf("%s: %w", query, err)
	}
	return inSQL, nil
}

// decoded returns a cell as a recorded one is written.
func decoded(cell any) (any, error) {
	text, ok := cell.(spectest.JSON)
	if !ok {
		return cell, nil
	}
	d := json.NewDecoder(strings.NewReader(string(text)))
	d.UseNumber()
	var v any
	err := d.Decode(&v)
	return map[string]any{"json": v}, err
}

// ofRows returns a query of a call whose arguments are values of a row; "" if
// the expression is none.
func ofRows(expr string) string {
	src := "print " + expr
	q, diags := parser.Parse(src)
	if diags.HasErrors() {
		return ""
	}
	var call *ast.Call
	ast.Inspect(q, func(n ast.Node) bool {
		if c, ok := n.(*ast.Call); ok && call == nil && c.Span().Start == len("print ") && c.Span().End == len(src) {
			call = c
		}
		return call == nil
	})
	if call == nil {
		return ""
	}
	args := make([]string, len(call.Args))
	for i, a := range call.Args {
		text := src[a.X.Span().Start:a.X.Span().End]
		args[i] = fmt.Sprintf("iff(i == 1, %s, %s)", text, text)
	}
	return fmt.Sprintf("range i from 1 to 1 step 1 | project x = %s(%s)", call.Name.Text, strings.Join(args, ", "))
}
