package bind

import (
	"slices"
	"strings"

	"github.com/azflow/azflow/kql/ast"
	"github.com/azflow/azflow/kql/plan"
)

// A scope holds the names that statements declare. What a name stands for is
// one of *Value, *tabular, *lambda, *row and *Table.
type scope struct {
	parent *scope
	names  map[string]entity
}

func newScope(parent *scope) *scope {
	return &scope{parent: parent, names: map[string]entity{}}
}

func (s *scope) add(name string, e entity) { s.names[name] = e }

func (s *scope) find(name string) (entity, bool) {
	for ; s != nil; s = s.parent {
		if e, ok := s.names[name]; ok {
			return e, true
		}
	}
	return nil, false
}

// An entity is what an expression can stand for: *Value, *Table, *tabular,
// *lambda, *row, *database, *elsewhere, *cluster, or *failure.
type entity any

type (
	// row is $left, $right, or a step of scan: something with columns.
	row struct {
		table *Table
		// step is the name of the scan step, "" for others.
		step string
	}
	// database is database("name"), the one that there is.
	database struct{}
	// elsewhere is database("name") of any other name: nothing is known of it.
	elsewhere struct{ name string }
	// cluster is cluster("name").
	cluster struct{}
	// failure is what could not be bound, already reported.
	failure struct{}
)

// tabular is a let-bound tabular expression. Every use is bound anew, so that
// each can be planned for itself; what is materialized is shared instead.
type tabular struct {
	name   string
	named  bool // its rows carry the name (as)
	expr   ast.Expr
	env    env
	like   *Table // columns and properties, as bound at the let
	first  bool   // like has been used as the first use
	shared *plan.Shared
}

// use returns the rows of t for one more place in the plan.
func (b *Binder) use(t *tabular) *Table {
	named := *b.useOnce(t)
	named.Name = ""
	if t.named {
		named.Name = t.name
	}
	return &named
}

func (b *Binder) useOnce(t *tabular) *Table {
	if !t.first || t.like.Failed {
		t.first = true
		return t.like
	}
	if t.like.Graph != nil {
		return b.quietly(t.env, func() *Table { return b.source(t.expr) })
	}
	if t.shared == nil && b.budget <= 0 {
		again := b.quietly(t.env, func() *Table { return b.Tabular(t.expr) })
		t.shared = &plan.Shared{Name: t.name, Input: again.Node}
		return again.WithNode(t.shared)
	}
	if t.shared != nil {
		return b.again(t.shared, t.like)
	}
	before := b.lastID
	out := b.quietly(t.env, func() *Table { return b.Tabular(t.expr) })
	b.budget -= int(b.lastID-before) + 1
	return out
}

// quietly runs f in the surroundings e and drops what it reports.
func (b *Binder) quietly(e env, f func() *Table) *Table {
	saveEnv, saveDiags := b.env, b.diags
	b.env, b.diags = e, nil
	suffix := 1
	b.env.suffix = &suffix
	t := f()
	b.env, b.diags = saveEnv, saveDiags
	return t
}

// WithRow runs f with the columns of t in scope.
func (b *Binder) WithRow(t *Table, f func()) {
	save := b.env.row
	b.env.row = t
	f()
	b.env.row = save
}

// WithoutRow runs f with no columns in scope.
func (b *Binder) WithoutRow(f func()) { b.WithRow(nil, f) }

// WithSides runs f with the columns of both sides of a join in scope; common
// says that a plain name is the column that both have.
func (b *Binder) WithSides(left, right *Table, common bool, f func()) {
	save := b.env
	b.env.row, b.env.right, b.env.common = left, right, common
	f()
	b.env.row, b.env.right, b.env.common = save.row, save.right, save.common
}

// WithFuzzy runs f with isfuzzy set.
func (b *Binder) WithFuzzy(fuzzy bool, f func()) {
	save := b.env.fuzzy
	b.env.fuzzy = fuzzy
	f()
	b.env.fuzzy = save
}

// WithScope runs f in an inner scope of names.
func (b *Binder) WithScope(f func()) {
	save := b.env.scope
	b.env.scope = newScope(save)
	f()
	b.env.scope = save
}

// DeclareColumn makes name stand for column c in the innermost scope.
func (b *Binder) DeclareColumn(name string, c Column) { b.env.scope.add(name, columnValue(c)) }

// DeclareStep makes name stand for the state of a scan step.
func (b *Binder) DeclareStep(name string, t *Table) {
	b.env.scope.add(name, &row{table: t, step: name})
}

// DeclareTable makes name stand for the rows of t, which it returns in the form
// that the plan then needs (as).
func (b *Binder) DeclareTable(name string, t *Table) *Table {
	shared := &plan.Shared{Name: name, Input: t.Node}
	out := t.WithNode(shared)
	b.env.scope.add(name, &tabular{name: name, named: true, like: out, first: true, shared: shared})
	return out
}

// Share returns t as a table that is computed once, and a function that returns
// its rows again, under ids of their own.
func (b *Binder) Share(name string, t *Table) (*Table, func() *Table) {
	shared, ok := t.Node.(*plan.Shared)
	if !ok {
		shared = &plan.Shared{Name: name, Input: t.Node}
	}
	out := t.WithNode(shared)
	return out, func() *Table { return b.again(shared, out) }
}

// HasTable reports whether name stands for a table among the declared names.
func (b *Binder) HasTable(name string) bool {
	e, ok := b.env.scope.find(name)
	if !ok {
		return false
	}
	_, ok = e.(*tabular)
	return ok
}

// Tables lists the tables of the catalogue and the views in scope whose names
// match pattern, in which * stands for any text. Stored functions without
// parameters count as views, but for the pattern * alone.
func (b *Binder) Tables(pattern string) []string {
	var names []string
	for _, n := range b.tables() {
		if Matches(pattern, n) {
			names = append(names, n)
		}
	}
	if pattern != "*" {
		for _, n := range b.cat.Functions() {
			if f := b.storedFunction(n); Matches(pattern, n) && f != nil && len(f.decl.Params) == 0 {
				names = append(names, n)
			}
		}
	}
	for s := b.env.scope; s != nil; s = s.parent {
		for n, e := range s.names {
			if l, ok := e.(*lambda); ok && l.decl.View && Matches(pattern, n) {
				names = append(names, n)
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// Matches reports whether name fits pattern, in which * stands for any text.
func Matches(pattern, name string) bool {
	p, n := 0, 0
	star, from := -1, 0 // the last star, and where in name the text after it was tried last
	for n < len(name) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, from = p, n
			p++
		case p < len(pattern) && pattern[p] == name[n]:
			p++
			n++
		case star >= 0:
			from++
			p, n = star+1, from
		default:
			return false
		}
	}
	return strings.Trim(pattern[p:], "*") == ""
}

// Table returns the table called name, from the names declared or the catalogue.
func (b *Binder) Table(n ast.Name) *Table {
	return b.tableOf(b.name(n, wantTable), n)
}
