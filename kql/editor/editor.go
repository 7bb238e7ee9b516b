// Package editor answers what a text editor asks about a query: what can stand
// at a place, what a word means, which argument comes next and how to colour it.
// It works on queries that are being written, and so are mostly wrong.
package editor

import (
	"github.com/azflow/azflow/kql"
	"github.com/azflow/azflow/kql/ast"
	"github.com/azflow/azflow/kql/bind"
	"github.com/azflow/azflow/kql/diag"
	"github.com/azflow/azflow/kql/op"
	"github.com/azflow/azflow/kql/parser"
	"github.com/azflow/azflow/kql/plan"
	"github.com/azflow/azflow/kql/plugin"
)

// A Service answers for queries against one catalogue. It is safe for
// concurrent use.
type Service struct {
	cat     plan.Catalog
	options kql.Options
}

// New returns a service for queries against cat, bound under options.
func New(cat plan.Catalog, options kql.Options) *Service {
	return &Service{cat: cat, options: options}
}

// Diagnose returns what is wrong with src and what is odd about it.
func (s *Service) Diagnose(src string) diag.List {
	o := s.options
	o.Lint = true
	_, diags := kql.Plan(src, s.cat, o)
	return diags
}

// A reading is a query as far as it could be read and bound.
type reading struct {
	query *ast.Query
	// inputs has what comes into each operator.
	inputs map[ast.Operator]*bind.Table
}

// read parses and binds src, whatever is wrong with it.
func (s *Service) read(src string) reading {
	q, _ := parser.Parse(src)
	r := reading{query: q, inputs: map[ast.Operator]*bind.Table{}}
	operators := op.Binder(plugin.Bind)
	watch := func(b *bind.Binder, in *bind.Table, o ast.Operator) *bind.Table {
		if _, seen := r.inputs[o]; !seen && in != nil {
			r.inputs[o] = in
		}
		return operators(b, in, o)
	}
	database := s.options.Database
	if database == "" {
		database = "azflow"
	}
	bind.New(s.cat, bind.Options{
		Now: s.options.Now, Database: database, Parameters: s.options.Parameters,
		Settings: s.options.Settings, ExternalData: s.options.ExternalData,
	}, watch, parser.Parse).Bind(q)
	return r
}

// path returns the nodes around an offset, the outermost first.
func (r reading) path(offset int) []ast.Node {
	var nodes []ast.Node
	ast.Inspect(r.query, func(n ast.Node) bool {
		if span := n.Span(); offset < span.Start || offset > span.End {
			return false
		}
		nodes = append(nodes, n)
		return true
	})
	return nodes
}

// operator returns the innermost operator of a path, and what comes into it.
func (r reading) operator(path []ast.Node) (ast.Operator, *bind.Table) {
	for i := len(path) - 1; i >= 0; i-- {
		if o, ok := path[i].(ast.Operator); ok {
			return o, r.inputs[o]
		}
	}
	return nil, nil
}

// A local is a name that the query declares.
type local struct {
	name string
	// value is what the name was given; nil for a parameter.
	value ast.Expr
	param *ast.Param
}

// locals returns the names that the statements before an offset declare, those
// of lambdas around it among them.
func (r reading) locals(offset int) []local {
	var out []local
	statement := func(s ast.Statement) {
		switch s := s.(type) {
		case *ast.Let:
			if s.End < offset {
				out = append(out, local{name: s.Name.Text, value: s.Value})
			}
		case *ast.DeclareParameters:
			for i := range s.Params {
				out = append(out, local{name: s.Params[i].Name.Text, param: &s.Params[i]})
			}
		}
	}
	for _, s := range r.query.Statements {
		statement(s)
	}
	for _, n := range r.path(offset) {
		if l, ok := n.(*ast.Lambda); ok {
			for i := range l.Params {
				out = append(out, local{name: l.Params[i].Name.Text, param: &l.Params[i]})
			}
			for _, s := range l.Statements {
				statement(s)
			}
		}
	}
	return out
}

// find returns the innermost declaration of a name.
func find(all []local, name string) (local, bool) {
	for i := len(all) - 1; i >= 0; i-- {
		if all[i].name == name {
			return all[i], true
		}
	}
	return local{}, false
}

// isTable reports whether l stands for rows.
func (l local) isTable() bool {
	if l.param != nil {
		return l.param.IsTable
	}
	switch x := l.value.(type) {
	case *ast.Pipeline, *ast.DataTable, *ast.ExternalData:
		return true
	case *ast.Lambda:
		return x.View
	case *ast.Call:
		return x.Name.Text == "materialize"
	}
	return false
}

// isFunction reports whether l is called with arguments.
func (l local) isFunction() bool {
	x, ok := l.value.(*ast.Lambda)
	return ok && !x.View
}
