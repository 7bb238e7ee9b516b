// Package kql compiles Kusto Query Language: text to a typed plan, and the plan
// to SQL.
package kql

//go:generate go test . -run Page -update

import (
	"github.com/azflow/azflow/kql/ast"
	"github.com/azflow/azflow/kql/bind"
	"github.com/azflow/azflow/kql/diag"
	"github.com/azflow/azflow/kql/lint"
	"github.com/azflow/azflow/kql/op"
	"github.com/azflow/azflow/kql/parser"
	"github.com/azflow/azflow/kql/plan"
	"github.com/azflow/azflow/kql/plugin"
	"github.com/azflow/azflow/kql/types"
)

// Options are what a query is planned under besides the catalogue.
type Options struct {
	// Now is the value of now() for the whole query.
	Now types.Instant
	// Database is the name of the database; "" is azflow.
	Database string
	// Parameters are the values of `declare query_parameters`, by name, of their
	// declared types.
	Parameters map[string]types.Value
	// Settings are the values of options that no `set` statement gives, names in
	// lower case.
	Settings map[string]types.Value
	// ExternalData allows externaldata.
	ExternalData bool
	// Version is what `.show version` answers.
	Version string
	// Lint adds the warnings of package lint.
	Lint bool
}

// Plan parses and binds src. The plan is nil if any diagnostic is an error; the
// diagnostics stand in the order of their positions.
func Plan(src string, cat plan.Catalog, o Options) (*plan.Plan, diag.List) {
	if o.Database == "" {
		o.Database = "azflow"
	}
	q, diags := parser.Parse(src)
	if q == nil {
		return nil, diags
	}
	if p, more, ok := command(q, cat, o); ok {
		return p, append(diags, more...)
	}
	operators := op.Binder(plugin.Bind)
	linter := lint.New()
	if o.Lint {
		operators = linter.Watch(operators)
	}
	p, more := bind.New(cat, bind.Options{
		Now: o.Now, Database: o.Database, Parameters: o.Parameters, Settings: o.Settings, ExternalData: o.ExternalData,
	}, operators, parser.Parse).Bind(q)
	diags = merge(diags, more)
	if diags.HasErrors() {
		return nil, diags
	}
	if o.Lint {
		diags = merge(diags, linter.Check(q, cat, parser.Parse))
	}
	return p, diags
}

// merge joins what the parser and the binder say, by position.
func merge(x, y diag.List) diag.List {
	out := make(diag.List, 0, len(x)+len(y))
	for len(x) > 0 && len(y) > 0 {
		if y[0].Span.Start < x[0].Span.Start {
			out, y = append(out, y[0]), y[1:]
		} else {
			out, x = append(out, x[0]), x[1:]
		}
	}
	return append(append(out, x...), y...)
}

// command answers the management commands that clients ask first.
func command(q *ast.Query, cat plan.Catalog, o Options) (*plan.Plan, diag.List, bool) {
	if len(q.Statements) != 1 {
		return nil, nil, false
	}
	c, ok := q.Statements[0].(*ast.Command)
	if !ok {
		return nil, nil, false
	}
	v, d := show(c, cat, o)
	if d != nil {
		return nil, diag.List{*d}, true
	}
	return &plan.Plan{Now: o.Now, Results: []plan.Result{{Root: v}}}, nil, true
}
