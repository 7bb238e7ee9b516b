// Package plugin binds `evaluate`: the functions from table to table that Kusto
// calls plugins. What a plugin computes is the business of the engines and the
// interpreter, by its name.
package plugin

import (
	"slices"

	"github.com/azflow/azflow/kql/ast"
	"github.com/azflow/azflow/kql/bind"
	"github.com/azflow/azflow/kql/diag"
	"github.com/azflow/azflow/kql/plan"
	"github.com/azflow/azflow/kql/types"
)

// A Plugin is one function of evaluate.
type Plugin struct {
	Name    string
	Summary string
	Syntax  string
	Params  []Param
	// columns returns the columns that the plugin gives; open says that the data
	// may add others.
	columns func(c *call) (cols []bind.Column, open bool)
	// source: it makes its own rows.
	source bool
	// foreign is what it would need from outside, "" for none.
	foreign string
}

// A Param is a parameter of a plugin.
type Param struct {
	Name string
	Kind Kind
	// Min and Max are how often it occurs; Max 0 is once.
	Min, Max int
}

// Kind says what a parameter takes.
type Kind uint8

// The kinds of parameters.
const (
	Column       Kind = iota // a column of the input
	LookupColumn             // a column of the lookup table
	CommonColumn             // a column of both tables
	Scalar                   // any scalar
	Constant                 // a scalar that is known beforehand
	String                   // a string
	Bool                     // a bool
	Bag                      // a property bag
	Table                    // a table
	Aggregate                // an aggregation
	Condition                // a bool over the input's columns
	Schema                   // typeof(…)
)

// many is Param.Max of a parameter that repeats without limit.
const many = 1 << 15

// call is one call of a plugin, bound as far as its arguments.
type call struct {
	b      *bind.Binder
	in     *bind.Table
	e      *ast.Call
	plugin *Plugin
	args   []arg
	aggs   []plan.AggItem
}

// arg is a bound argument.
type arg struct {
	param *Param
	name  string // as given
	expr  ast.Expr
	value *bind.Value
	table *bind.Table
}

// get returns the arguments of the parameter called name.
func (c *call) get(name string) []*arg {
	var out []*arg
	for i := range c.args {
		if p := c.args[i].param; p != nil && p.Name == name {
			out = append(out, &c.args[i])
		}
	}
	return out
}

// referenced returns the columns that the arguments of a parameter are.
func (c *call) referenced(name string) []bind.Column {
	var out []bind.Column
	for _, a := range c.get(name) {
		if a.value != nil && a.value.Column != nil {
			out = append(out, *a.value.Column)
		}
	}
	return out
}

// fresh returns columns like cols under ids of their own.
func (c *call) fresh(cols []bind.Column) []bind.Column {
	out := make([]bind.Column, len(cols))
	for i, x := range cols {
		out[i] = c.b.NewColumn(x.Name, x.Type)
	}
	return out
}

func (c *call) column(name string, t types.Type) bind.Column { return c.b.NewColumn(name, t) }

// Bind binds evaluate over the rows of in.
func Bind(b *bind.Binder, in *bind.Table, o *ast.Evaluate) *bind.Table {
	if o.Call == nil {
		return b.FailedTable()
	}
	p := find(o.Call.Name.Text)
	if p == nil {
		b.UnknownPlugin(o.Call.Name, names())
		return b.FailedTable()
	}
	if in == nil {
		if !p.source {
			b.Errorf("KS174", o.Keyword.Span(), "The operator cannot be the first operator in a query.")
			return b.FailedTable()
		}
		in = &bind.Table{Node: bind.OneRow()}
	}
	c := &call{b: b, in: in, e: o.Call, plugin: p}
	if !c.bindArgs() {
		return b.FailedTable()
	}
	cols, open := p.columns(c)
	declared := b.Declared(o.Schema)
	if o.HasSchema {
		cols, open = withSchema(cols, declared, o.Star), false
	}
	if p.foreign != "" {
		return c.foreign(cols, open)
	}
	var unpacked func(*plan.Plugin)
	if open && !in.Open {
		var given []bind.Column
		var known bool
		if given, known, unpacked = b.Unpack(o.Call.Span()); known {
			cols, open, unpacked = given, false, nil
		}
	}
	n := &plan.Plugin{Name: p.Name, Input: in.Node, Open: open, Cols: bind.PlanColumns(cols)}
	for _, a := range c.args {
		x := plan.PluginArg{Name: a.name}
		if a.name == "" && a.param != nil && (a.param.Kind == Bool || p.Name == "bag_unpack" || p.Name == "pivot") {
			x.Name = a.param.Name
		}
		switch {
		case a.table != nil:
			x.Table = a.table.Node
		case a.value != nil:
			x.Expr = a.value.Expr
		}
		n.Args = append(n.Args, x)
	}
	for _, item := range c.aggs {
		for i := range n.Args {
			if n.Args[i].Expr != nil && isColumn(n.Args[i].Expr, item.Cols) {
				n.Args[i].Expr = &plan.Call{Func: item.Func, Args: item.Args, T: item.Cols[0].Type}
			}
		}
	}
	if unpacked != nil {
		unpacked(n)
	}
	return &bind.Table{Node: n, Columns: cols, Open: open, Missing: in.Missing, Failed: in.Failed}
}

func isColumn(e plan.Expr, cols []plan.Column) bool {
	r, ok := e.(*plan.Ref)
	return ok && len(cols) > 0 && r.Column == cols[0].ID
}

// withSchema is the output that a schema after the call declares; a star puts
// the plugin's own columns first.
func withSchema(cols, declared []bind.Column, star bool) []bind.Column {
	var out []bind.Column
	if star {
		for _, c := range cols {
			if !slices.ContainsFunc(declared, func(d bind.Column) bool { return d.Name == c.Name }) {
				out = append(out, c)
			}
		}
	}
	return append(out, declared...)
}

// bindArgs binds the arguments and checks them against the parameters.
func (c *call) bindArgs() bool {
	ok := true
	args := c.layout()
	if args == nil {
		return false
	}
	var lookup *bind.Table
	for i := range args {
		a := &args[i]
		switch {
		case a.param == nil:
			c.b.WithRow(c.in, func() { c.b.Scalar(a.expr) })
			ok = false
		case a.param.Kind == Table:
			c.b.WithoutRow(func() { a.table = c.b.Tabular(a.expr) })
			lookup = a.table
			ok = ok && !a.table.Failed
		case a.param.Kind == LookupColumn && lookup != nil:
			c.b.WithRow(lookup, func() { a.value = c.b.Scalar(a.expr) })
			ok = c.b.CheckColumn(a.value, a.expr) && ok
		case a.param.Kind == Aggregate:
			c.b.WithRow(c.in, func() {
				c.aggs = append(c.aggs, c.b.WithAggregates(nil, func() { a.value = c.b.Scalar(a.expr) })...)
			})
		default:
			c.b.WithRow(c.in, func() { a.value = c.b.Scalar(a.expr) })
			ok = c.check(a) && ok
		}
	}
	c.args = args
	return ok
}

// check checks an argument by the kind of its parameter; ~ stands for the
// default.
func (c *call) check(a *arg) bool {
	if l, isLiteral := a.expr.(*ast.Literal); isLiteral && l.Value == "~" {
		return true
	}
	switch a.param.Kind {
	case Column, CommonColumn:
		return c.b.CheckColumn(a.value, a.expr)
	case Constant:
		return c.b.CheckConst(a.value, a.expr)
	case String:
		if a.value.Type != types.Dynamic {
			return c.b.CheckType(a.value, a.expr, types.String)
		}
	case Bool, Condition:
		return c.b.CheckBool(a.value, a.expr)
	case Bag:
		return c.b.CheckDynamic(a.value, a.expr)
	}
	return true
}

// layout pairs arguments with parameters: named ones by name, the others in
// order. It returns nil, having reported it, if their number is wrong.
func (c *call) layout() []arg {
	out := make([]arg, 0, len(c.e.Args))
	params := c.plugin.Params
	next, used := 0, 0
	for _, x := range c.e.Args {
		a := arg{expr: x.X}
		if x.Name != nil {
			a.name = x.Name.Text
			if i := slices.IndexFunc(params, func(p Param) bool { return p.Name == x.Name.Text }); i >= 0 {
				a.param = &params[i]
			} else {
				c.b.Errorf("KS196", x.Name.Span(), "The argument name does not refer to a declared parameter.")
			}
			out = append(out, a)
			continue
		}
		for next < len(params) && (used >= max(1, params[next].Max) || used >= params[next].Min && !c.fits(&params[next], x.X) && next+1 < len(params)) {
			next, used = next+1, 0
		}
		if next == len(params) {
			c.count(c.e.Name.Span())
			return nil
		}
		a.param = &params[next]
		used++
		out = append(out, a)
	}
	for i := range params {
		n := 0
		for _, a := range out {
			if a.param == &params[i] {
				n++
			}
		}
		if n < params[i].Min {
			c.count(c.e.Name.Span())
			return nil
		}
	}
	return out
}

// fits reports whether a literal can stand for a parameter: it tells where one
// that repeats ends.
func (c *call) fits(p *Param, e ast.Expr) bool {
	l, ok := e.(*ast.Literal)
	if id, isName := e.(*ast.Ident); isName && (p.Kind == Column || p.Kind == CommonColumn) {
		_, isColumn := c.in.Find(id.Name.Text)
		return isColumn || !c.b.HasTable(id.Name.Text)
	}
	if !ok {
		_, isCall := e.(*ast.Call)
		switch p.Kind {
		case Bool:
			return false
		case Condition:
			_, isName := e.(*ast.Ident)
			return !isName
		case Column, CommonColumn, LookupColumn:
			return !isCall
		case Table:
			_, isName := e.(*ast.Ident)
			return !isName
		}
		return true
	}
	switch p.Kind {
	case Bool:
		return l.Type == types.Bool
	case Column, CommonColumn, LookupColumn, Table, Aggregate:
		return l.Value == "~"
	case String:
		return l.Type == types.String
	}
	return true
}

// count reports a wrong number of arguments.
func (c *call) count(at diag.Span) {
	least, most := 0, 0
	for _, p := range c.plugin.Params {
		least += p.Min
		most += max(1, p.Max)
	}
	switch {
	case most == 0:
		c.b.Errorf("KS119", at, "The function '%s' expects no arguments.", c.plugin.Name)
	case most >= many:
		c.b.Reportf("KS121", at, c.plugin.Syntax, "The function call has an incorrect number of arguments.")
	case least < most:
		c.b.Reportf("KS119", at, c.plugin.Syntax, "The function '%s' expects between %d and %d arguments.", c.plugin.Name, least, most)
	case most == 1:
		c.b.Reportf("KS119", at, c.plugin.Syntax, "The function '%s' expects 1 argument.", c.plugin.Name)
	default:
		c.b.Reportf("KS119", at, c.plugin.Syntax, "The function '%s' expects %d arguments.", c.plugin.Name, most)
	}
}

// Plugins returns all plugins by name.
func Plugins() []Plugin {
	out := slices.Clone(plugins())
	slices.SortFunc(out, func(x, y Plugin) int {
		if x.Name < y.Name {
			return -1
		}
		return 1
	})
	return out
}

func find(name string) *Plugin {
	for _, p := range append(plugins(), foreignPlugins()...) {
		if p.Name == name {
			return &p
		}
	}
	return nil
}

func names() []string {
	var out []string
	for _, p := range plugins() {
		out = append(out, p.Name)
	}
	return out
}

func plugins() []Plugin {
	return slices.Concat(shapePlugins(), lookupPlugins(), activityPlugins(), miningPlugins(), otherPlugins())
}
