// Package lint warns of queries that are right to the binder and mostly wrong
// to their author. A warning never changes a query; many carry an edit.
package lint

import (
	"slices"

	"github.com/azflow/azflow/kql/ast"
	"github.com/azflow/azflow/kql/bind"
	"github.com/azflow/azflow/kql/diag"
	"github.com/azflow/azflow/kql/plan"
)

// A Rule is one kind of warning.
type Rule struct {
	Code    string
	Doc     string // one sentence: what it warns of
	Example string // a query over the tables of azflow that it warns of
	run     func(c *check)
}

// Rules returns the rules in the order of their codes.
func Rules() []Rule {
	return []Rule{
		{
			"AZ101", "A test for null of a text, which is never null.",
			`NTANetAnalytics | where isnotnull(SrcExpressRouteCircuit)`, nullTest,
		},
		{
			"AZ102", "A comparison with a word that the column does not hold.",
			`NTANetAnalytics | where L4Protocol == 'T'`, unknownWord,
		},
		{
			"AZ103", "A comparison of lower-cased text with capitals, or the reverse.",
			`NTANetAnalytics | where tolower(SrcVm) == 'rg/WEB1'`, wrongCase,
		},
		{
			"AZ104", "A join that repeats rows that are then added up.",
			`NTANetAnalytics | join kind=inner NTAIpDetailsHistory on $left.DestIp == $right.Ip | summarize sum(BytesSrcToDest) by Location`, fanOut,
		},
		{
			"AZ105", "A join without kind, which drops rows of the left side.",
			`NTANetAnalytics | join NTAIpDetails on $left.DestIp == $right.Ip`, innerUnique,
		},
		{
			"AZ106", "An address looked for at one end of a connection only.",
			`NTANetAnalytics | where SrcIp == '10.1.1.8'`, oneEnd,
		},
	}
}

// A Linter watches a query being bound and then says what is odd about it. It
// is for one query and for one goroutine.
type Linter struct {
	inputs map[ast.Operator]*bind.Table
}

// New returns a linter for one query.
func New() *Linter { return &Linter{inputs: map[ast.Operator]*bind.Table{}} }

// Watch returns an OperatorFunc that binds as next does, and notes the input of
// each operator.
func (l *Linter) Watch(next bind.OperatorFunc) bind.OperatorFunc {
	return func(b *bind.Binder, in *bind.Table, o ast.Operator) *bind.Table {
		if _, seen := l.inputs[o]; !seen && in != nil {
			l.inputs[o] = in
		}
		return next(b, in, o)
	}
}

// Check returns the warnings about q, which has been bound without errors, in
// the order of their places. parse reads the text of stored functions.
func (l *Linter) Check(q *ast.Query, cat plan.Catalog, parse bind.ParseFunc) diag.List {
	c := &check{query: q, cat: cat, parse: parse, inputs: l.inputs}
	for _, r := range Rules() {
		c.code = r.Code
		r.run(c)
	}
	slices.SortStableFunc(c.found, func(a, b diag.Diagnostic) int { return a.Span.Start - b.Span.Start })
	return c.found
}

// A check is a query while the rules look at it.
type check struct {
	query  *ast.Query
	cat    plan.Catalog
	parse  bind.ParseFunc
	inputs map[ast.Operator]*bind.Table
	code   string
	found  diag.List
	steps  int // tables looked at by unique
}

func (c *check) warn(at diag.Span, msg, hint string, fix *diag.Fix) {
	c.found = append(c.found, diag.Diagnostic{Severity: diag.Warning, Code: c.code, Span: at, Msg: msg, Hint: hint, Fix: fix})
}

// operators calls f for each operator whose input columns are known.
func (c *check) operators(f func(op ast.Operator, in *bind.Table)) {
	ast.Inspect(c.query, func(n ast.Node) bool {
		if op, ok := n.(ast.Operator); ok {
			if in := c.inputs[op]; in != nil {
				f(op, in)
			}
		}
		return true
	})
}

// expressions calls f for each expression over the input of an operator.
func (c *check) expressions(f func(x ast.Expr, in *bind.Table)) {
	c.operators(func(op ast.Operator, in *bind.Table) {
		ast.Inspect(op, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.Pipeline:
				return false // its operators have inputs of their own
			case ast.Expr:
				f(n, in)
			}
			return true
		})
	})
}

// pipelines calls f for each pipeline with several stages.
func (c *check) pipelines(f func(p *ast.Pipeline)) {
	ast.Inspect(c.query, func(n ast.Node) bool {
		if p, ok := n.(*ast.Pipeline); ok {
			f(p)
		}
		return true
	})
}

// column returns the column of in that x names.
func column(x ast.Expr, in *bind.Table) (bind.Column, bool) {
	for {
		p, ok := x.(*ast.Paren)
		if !ok {
			break
		}
		x = p.X
	}
	id, ok := x.(*ast.Ident)
	if !ok {
		return bind.Column{}, false
	}
	return in.Find(id.Name.Text)
}

// words returns the words that the values of a column are, if it comes from a
// table unchanged.
func (c *check) words(in *bind.Table, col bind.Column) []string {
	table, name, ok := plan.Origin(in.Node, col.ID)
	if !ok {
		return nil
	}
	t, ok := c.cat.Table(table)
	if !ok {
		return nil
	}
	for _, tc := range t.Columns {
		if tc.Name == name {
			return tc.Values
		}
	}
	return nil
}
