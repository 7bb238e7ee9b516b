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
	// Arguments are such values as texts, read as the to…() functions read them;
	// one of a parameter that the query does not declare is an error.
	Arguments map[string]string
	// Settings are the values of options that no `set` statement gives, names in
	// lower case.
	Settings map[string]types.Value
	// ExternalData allows externaldata.
	ExternalData bool
	// Local refuses what is not here: other databases and clusters, tables that
	// are named by a computed text, plugins that run foreign code or ask servers.
	// Without it they bind with a warning, as Microsoft's binder binds them, and
	// the plan cannot be compiled or run.
	Local bool
	// Version is what `.show version` answers.
	Version string
	// Lint adds the warnings of package lint.
	Lint bool
	// Unpack runs a plan for the columns of its one result. It is asked for what
	// only the data tell: the columns of bag_unpack and pivot without a schema. If
	// it is nil, they stay open: such a plan says what is wrong with a query, but
	// cannot be run.
	Unpack func(p *plan.Plan) ([]plan.Column, error)
	// Parsed keeps the catalogue's own KQL parsed between queries; nil for none.
	Parsed *bind.Parsed
	// Keep names derived columns that stay in the plan though the query does not
	// use them, for a caller that asks more of the same rows.
	Keep []string
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
	p, more := bound(q, cat, o, operators)
	diags = merge(diags, more)
	if diags.HasErrors() {
		return nil, diags
	}
	if o.Lint {
		diags = merge(diags, linter.Check(q, cat, parser.Parse))
	}
	return p, diags
}

// maxUnpacked bounds the plugins of a query whose columns the data are asked for.
const maxUnpacked = 16

// bound binds q, again whenever the data told the columns of a plugin.
func bound(q *ast.Query, cat plan.Catalog, o Options, operators bind.OperatorFunc) (*plan.Plan, diag.List) {
	unpacked := map[int][]plan.TableColumn{}
	for {
		b := bind.New(cat, bind.Options{
			Now: o.Now, Database: o.Database, Parameters: o.Parameters, Arguments: o.Arguments, Settings: o.Settings, ExternalData: o.ExternalData,
			Unpacked: unpacked, Parsed: o.Parsed, Keep: o.Keep, Local: o.Local,
		}, operators, parser.Parse)
		p, diags := b.Bind(q)
		if p == nil || o.Unpack == nil {
			return p, diags
		}
		next, more := firstOpen(p, b.Open())
		if !more {
			return p, diags
		}
		fail := func(why string) (*plan.Plan, diag.List) {
			return nil, append(diags, diag.Diagnostic{
				Code: "AZ066", Span: next.At, Msg: "only the data tell the columns of " + next.Node.Name + why,
				Hint: "name them after the call, as in evaluate " + next.Node.Name + "(…) : (A:long, B:string)",
			})
		}
		if len(unpacked) == maxUnpacked || !standsAlone(next.Node) {
			return fail("")
		}
		cols, err := o.Unpack(&plan.Plan{Now: p.Now, Options: p.Options, Results: []plan.Result{{Root: next.Node}}})
		if err != nil {
			return fail(", and it cannot be run: " + err.Error())
		}
		unpacked[next.Index] = []plan.TableColumn{}
		for _, c := range cols {
			unpacked[next.Index] = append(unpacked[next.Index], plan.TableColumn{Name: c.Name, Type: c.Type})
		}
	}
}

// standsAlone reports whether n can be run by itself: it uses nothing of a row
// or of the subquery around it.
func standsAlone(n plan.Node) bool {
	within := map[*plan.Leaf]bool{}
	plan.Walk(n, func(n plan.Node) {
		for _, l := range plan.Leaves(n) {
			within[l] = true
		}
	})
	alone := plan.Verify(n) == nil
	plan.Walk(n, func(n plan.Node) {
		if l, ok := n.(*plan.Leaf); ok && !within[l] {
			alone = false
		}
	})
	return alone
}

// firstOpen returns the first of the open plugins that is part of p.
func firstOpen(p *plan.Plan, open []bind.OpenPlugin) (bind.OpenPlugin, bool) {
	if len(open) == 0 {
		return bind.OpenPlugin{}, false
	}
	used := map[plan.Node]bool{}
	for _, r := range p.Results {
		plan.Walk(r.Root, func(n plan.Node) { used[n] = true })
	}
	for _, o := range open {
		if o.Node != nil && used[o.Node] {
			return o, true
		}
	}
	return bind.OpenPlugin{}, false
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
