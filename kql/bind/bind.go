// Package bind gives names and types to a parsed query: it turns a syntax tree
// into a plan and reports what is wrong with Kusto's own diagnostics.
//
// Tabular operators are bound by package op, which is handed in as an
// [OperatorFunc]; the two call each other through [Binder].
package bind

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/azflow/azflow/kql/ast"
	"github.com/azflow/azflow/kql/diag"
	"github.com/azflow/azflow/kql/fn"
	"github.com/azflow/azflow/kql/plan"
	"github.com/azflow/azflow/kql/types"
)

// Options are what a query is bound under besides the catalogue.
type Options struct {
	// Now is the value of now() for the whole query.
	Now types.Instant
	// Database is the name of the database in scope; database() and cluster() of
	// any other name are not known.
	Database string
	// Parameters are the values of `declare query_parameters`, by name, of their
	// declared types.
	Parameters map[string]types.Value
	// Arguments are such values as texts.
	Arguments map[string]string
	// Settings are the values of options that no `set` statement gives, names in
	// lower case.
	Settings map[string]types.Value
	// ExternalData allows externaldata. Whether a host may be asked is decided
	// when the rows are fetched.
	ExternalData bool
	// Local refuses what is not here; without it, that is a warning.
	Local bool
	// Unpacked are the columns of plugins that only the data tell, by the order in
	// which the plugins are bound. See Binder.Open.
	Unpacked map[int][]plan.TableColumn
	// Parsed keeps the catalogue's texts between queries; nil for this one alone.
	Parsed *Parsed
	// Keep names derived columns that stay in the plan of every table that has
	// them, whether the query uses them or not.
	Keep []string
}

// OperatorFunc binds operator o over the rows of in, which is nil where the
// operator comes first. It reports faults to b and always returns a table.
type OperatorFunc func(b *Binder, in *Table, o ast.Operator) *Table

// ParseFunc parses the text of a stored function.
type ParseFunc func(src string) (*ast.Query, diag.List)

// A Binder binds one query. It is not safe for concurrent use.
type Binder struct {
	cat       plan.Catalog
	opts      Options
	operators OperatorFunc
	parse     ParseFunc

	diags   diag.List
	lastID  plan.ColumnID
	options map[string]types.Value
	env     env
	// functions are the stored functions named so far.
	functions map[string]*function
	parsed    *Parsed
	keep      []string
	// late are the scans whose derived columns have no expressions yet.
	late []*derived
	// expanding are the functions whose bodies are being bound, against recursion.
	expanding []*ast.Lambda
	// budget bounds how much is bound again for lets that are used repeatedly.
	budget int
	depth  int
	calls  int // of functions written in KQL, so far
	// checking: a function is bound by itself, not for a call.
	checking bool
	// last: the statement being bound is the query's last.
	last bool
	// open are the calls of plugins whose columns only the data tell.
	open []OpenPlugin
	// aliases are the databases that `alias database` names.
	aliases map[string]entity
	// naming: names of aggregates are asked for outside their operator.
	naming bool
}

// env is the surroundings that names are looked up in.
type env struct {
	scope *scope
	// row is the input of the operator being bound, right the other side of a join.
	row, right *Table
	// common: a name stands for the column that both sides have.
	common bool
	// aggregates collects the aggregates of the expression being bound; nil where
	// none may stand.
	aggregates *[]plan.AggItem
	// groupBy are the columns that the rows are grouped by.
	groupBy []Column
	// windows collects window functions; nil where none may stand.
	windows *windows
	// graph is set in the expressions of graph operators.
	graph *graphEnv
	// fuzzy: what does not exist is left out, with a warning.
	fuzzy bool
	// suffix is the number of the next Column1, Column2, …
	suffix *int
	// result receives the render of the statement being bound.
	result *resultInfo
}

// resultInfo is what operators say about a statement's result besides its rows.
type resultInfo struct {
	render *plan.Render
	extra  []plan.Result // fork and facet: the results after the first
	name   string
	// declares: the results have names that later statements use, and are given
	// by this one only if it is the last.
	declares bool
}

// maxResults bounds how many tables a query gives.
const maxResults = 1000

// maxDepth bounds how deep expressions and let bodies nest.
const maxDepth = 400

// New returns a binder for one query. operators binds the tabular operators,
// parse the text of stored functions.
func New(cat plan.Catalog, opts Options, operators OperatorFunc, parse ParseFunc) *Binder {
	suffix := 1
	options := make(map[string]types.Value, len(opts.Settings))
	maps.Copy(options, opts.Settings)
	if opts.Parsed == nil {
		opts.Parsed = &Parsed{}
	}
	return &Binder{
		cat: cat, opts: opts, operators: operators, parse: parse,
		options: options, functions: map[string]*function{}, parsed: opts.Parsed, keep: opts.Keep,
		env:    env{scope: newScope(nil), suffix: &suffix},
		budget: 20000,
	}
}

// Bind returns the plan of q, nil if anything stops it, and all diagnostics in
// the order of their positions.
func (b *Binder) Bind(q *ast.Query) (*plan.Plan, diag.List) {
	p := &plan.Plan{Options: b.options}
	for i, s := range q.Statements {
		b.last = i == len(q.Statements)-1
		b.statement(s, p)
	}
	b.checkArguments(q)
	p.Now = b.opts.Now // as set query_now left it
	if !b.HasErrors() {
		b.bindDerived(p)
	}
	diags := b.sorted()
	if diags.HasErrors() {
		return nil, diags
	}
	for _, r := range p.Results {
		if err := plan.Verify(r.Root); err != nil {
			span := diag.Span{}
			if q.Statements != nil {
				span = q.Statements[len(q.Statements)-1].Span()
			}
			b.Errorf("AZ099", span, "the query cannot be planned: %v", err)
		}
	}
	if diags = b.sorted(); diags.HasErrors() {
		return nil, diags
	}
	return p, diags
}

// An OpenPlugin is a call of a plugin whose columns only the data tell.
type OpenPlugin struct {
	Index int // the key of Options.Unpacked
	At    diag.Span
	Node  *plan.Plugin
}

// Open returns the calls of plugins whose columns are not known, in the order
// in which they were bound. Not all need be part of the plan.
func (b *Binder) Open() []OpenPlugin { return b.open }

// Unpack returns the columns of the next plugin whose columns only the data
// tell, if they are known by now. If not, done is to be called with the plugin.
func (b *Binder) Unpack(at diag.Span) (cols []Column, known bool, done func(n *plan.Plugin)) {
	if b.checking {
		return nil, false, func(*plan.Plugin) {}
	}
	k := len(b.open)
	b.open = append(b.open, OpenPlugin{Index: k, At: at})
	given, known := b.opts.Unpacked[k]
	for _, c := range given {
		cols = append(cols, b.NewColumn(c.Name, c.Type))
	}
	return cols, known, func(n *plan.Plugin) { b.open[k].Node = n }
}

// sorted returns the diagnostics by position, each once.
func (b *Binder) sorted() diag.List {
	out := slices.Clone(b.diags)
	slices.SortStableFunc(out, func(x, y diag.Diagnostic) int { return x.Span.Start - y.Span.Start })
	return slices.CompactFunc(out, func(x, y diag.Diagnostic) bool {
		return x.Code == y.Code && x.Span == y.Span && x.Msg == y.Msg
	})
}

func (b *Binder) statement(s ast.Statement, p *plan.Plan) {
	switch s := s.(type) {
	case *ast.Let:
		b.let(s)
	case *ast.Set:
		b.set(s)
	case *ast.DeclareParameters:
		b.declareParameters(s)
	case *ast.DeclarePattern:
		b.declarePattern(s)
	case *ast.AliasDatabase:
		b.aliasDatabase(s)
	case *ast.Restrict:
		b.Errorf("AZ012", s.Span(), "restrict access is not supported")
	case *ast.Command:
		b.Report(diag.Diagnostic{
			Code: "AZ013", Span: s.Span(), Msg: "management commands are not supported",
			Hint: "only .show tables, .show table T schema as json, .show databases and .show version are answered",
		})
	case *ast.ExprStatement:
		b.result(s, p)
	}
}

// result binds a statement that returns rows.
func (b *Binder) result(s *ast.ExprStatement, p *plan.Plan) {
	info := &resultInfo{}
	save := b.env.result
	b.env.result = info
	t := b.statementTable(s.X)
	b.env.result = save
	if t == nil {
		return
	}
	r := plan.Result{Name: info.name, Root: t.Node, Render: info.render}
	if r.Root == nil || b.HasErrors() || info.declares && !b.last {
		return
	}
	if len(p.Results) >= maxResults {
		b.Errorf("AZ018", s.X.Span(), "the query gives more than %d results", maxResults)
		return
	}
	p.Results = append(p.Results, r)
	p.Results = append(p.Results, info.extra...)
}

// statementTable binds the expression of a statement; a lone scalar becomes a
// table of one cell.
func (b *Binder) statementTable(e ast.Expr) *Table {
	switch v := b.any(e, anything).(type) {
	case *Table:
		return b.noGraph(v, e.Span())
	case *Value:
		name := "print_0"
		c := b.NewColumn(name, v.Type)
		return &Table{
			Node:    &plan.Project{Input: OneRow(), Items: []plan.Assign{{Column: c.Plan(), Expr: v.Expr}}},
			Columns: []Column{c},
		}
	case *lambda:
		return nil // a view or function named alone gives nothing
	}
	return nil
}

// OneRow is one row without columns.
func OneRow() plan.Node { return &plan.Values{Rows: [][]types.Value{{}}} }

// set binds `set option = value`.
func (b *Binder) set(s *ast.Set) {
	name := strings.ToLower(s.Name.Text)
	var value types.Value = true
	switch x := s.Value.(type) {
	case nil:
	case *ast.Ident:
		value = x.Name.Text
	default:
		value, _ = b.Scalar(x).Constant()
	}
	b.options[name] = value
	if name == "query_now" {
		switch t := value.(type) {
		case types.Instant:
			b.opts.Now = t
		default:
			b.Errorf("AZ014", s.Span(), "query_now wants a datetime, as in set query_now = datetime(2024-01-01)")
		}
	}
}

// declareParameters binds query parameters as constants.
func (b *Binder) declareParameters(s *ast.DeclareParameters) {
	for _, p := range s.Params {
		t := p.Type
		v := &Value{Expr: &plan.Const{T: planType(t)}, Type: t, IsConst: true}
		given, ok := b.opts.Parameters[p.Name.Text]
		text, isText := b.opts.Arguments[p.Name.Text]
		switch {
		case isText:
			v.Expr = &plan.Const{Value: b.given(p, text), T: planType(t)}
		case ok:
			v.Expr = &plan.Const{Value: given, T: planType(t)}
		case p.Default != nil:
			d := b.Scalar(p.Default)
			b.checkDefault(d, t, p.Default)
			v.Expr = b.Convert(d, t)
		default:
			b.Reportf("AZ015", p.Span(), "give it with its default, name:type = value, or pass it to the query", "the query parameter %q has no value", p.Name.Text)
		}
		b.env.scope.add(p.Name.Text, v)
	}
}

// given reads the text that was given for a parameter.
func (b *Binder) given(p ast.Param, text string) types.Value {
	v := fn.Convert(types.Constant(types.String, text), planType(p.Type)).Value(0)
	if v == nil && text != "" {
		b.Reportf("AZ016", p.Span(), "a value reads as in to"+p.Type.String()+"(\"…\")", "the value %q of the query parameter %q is no %v", text, p.Name.Text, p.Type)
	}
	return v
}

// checkArguments reports arguments of parameters that the query does not have.
func (b *Binder) checkArguments(q *ast.Query) {
	declared := map[string]bool{}
	var names []string
	for _, s := range q.Statements {
		if d, ok := s.(*ast.DeclareParameters); ok {
			for _, p := range d.Params {
				declared[p.Name.Text] = true
				names = append(names, p.Name.Text)
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(b.opts.Arguments)) {
		if declared[name] {
			continue
		}
		d := diag.Diagnostic{Code: "AZ017", Msg: fmt.Sprintf("the query declares no parameter %q", name), Hint: "it begins with declare query_parameters(" + name + ":string);"}
		if len(names) > 0 {
			d.Hint = "it has " + strings.Join(names, ", ")
		}
		b.Report(d)
	}
}

// HasErrors reports whether anything that stops the query was found so far.
func (b *Binder) HasErrors() bool { return b.diags.HasErrors() }

// Now returns the value of now() for the query.
func (b *Binder) Now() types.Instant { return b.opts.Now }

// SetRender notes the chart that the statement being bound asks for.
func (b *Binder) SetRender(r *plan.Render) {
	if b.env.result != nil {
		b.env.result.render = r
	}
}

// AddResult adds a result table after the statement's first (fork, facet).
func (b *Binder) AddResult(name string, t *Table) {
	if b.env.result != nil {
		b.env.result.extra = append(b.env.result.extra, plan.Result{Name: name, Root: t.Node})
	}
}

// NameResult names the statement's first result table.
func (b *Binder) NameResult(name string) {
	if b.env.result != nil {
		b.env.result.name = name
	}
}

// DeclaresResult says that the statement's results are declared under names,
// and given by the statement itself only if it is the last.
func (b *Binder) DeclaresResult() {
	if b.env.result != nil {
		b.env.result.declares = true
	}
}
