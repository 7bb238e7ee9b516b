package bind

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/azflow/azflow/kql/ast"
	"github.com/azflow/azflow/kql/diag"
	"github.com/azflow/azflow/kql/plan"
)

// tables returns the names of the tables that lists and wildcards show.
func (b *Binder) tables() []string {
	var names []string
	for _, n := range b.cat.Tables() {
		if t, ok := b.cat.Table(n); ok && !t.Hidden {
			names = append(names, n)
		}
	}
	return names
}

// scan returns the rows of a table of the catalogue, or of the function that
// stands for it under the query's options.
func (b *Binder) scan(t *plan.Table, at diag.Span) *Table {
	if f := b.variant(t); f != nil {
		if v, ok := b.callLambda(f.lambda, ast.Name{Pos: ast.Pos(at), Text: t.Name}, nil, at, wantTable).(*Table); ok {
			out := *v
			out.Name = t.Name
			return &out
		}
		return b.FailedTable()
	}
	s := &plan.Scan{Table: t.Name}
	makes := slices.ContainsFunc(t.Columns, func(c plan.TableColumn) bool { return c.Expr != "" })
	out := &Table{Name: t.Name, Node: s, Columns: make([]Column, 0, len(t.Columns))}
	s.Cols = make([]plan.Column, 0, len(t.Columns))
	for _, c := range t.Columns {
		if c.Expr != "" || c.Hidden && !makes {
			continue
		}
		col := b.NewColumn(c.Name, c.Type)
		out.Columns = append(out.Columns, col)
		s.Cols = append(s.Cols, col.Plan())
	}
	if !makes {
		return out
	}
	p := &plan.Project{Input: s, Items: make([]plan.Assign, 0, len(t.Columns))}
	late := &derived{table: t, stored: out, node: p, at: at}
	cols := make([]Column, 0, len(t.Columns))
	for i := range t.Columns {
		c := &t.Columns[i]
		if c.Hidden {
			continue
		}
		if c.Expr == "" {
			col, _ := out.Find(c.Name)
			cols = append(cols, col)
			p.Items = append(p.Items, col.Same())
			continue
		}
		col := b.NewColumn(c.Name, c.Type)
		cols = append(cols, col)
		late.columns = append(late.columns, lateColumn{item: len(p.Items), column: c})
		p.Items = append(p.Items, plan.Assign{Column: col.Plan(), Expr: &plan.Const{T: c.Type}})
	}
	b.late = append(b.late, late)
	return &Table{Name: t.Name, Node: p, Columns: cols}
}

// variant returns the function that stands for t under the query's options, or
// nil. Inside that function t is itself.
func (b *Binder) variant(t *plan.Table) *function {
	for _, key := range slices.Sorted(maps.Keys(t.Variants)) {
		option, value, _ := strings.Cut(key, "=")
		given, ok := b.options[strings.ToLower(option)]
		if !ok || fmt.Sprint(given) != value {
			continue
		}
		f := b.storedFunction(t.Variants[key])
		if f != nil && !slices.Contains(b.expanding, f.decl) {
			return f
		}
	}
	return nil
}

// derive binds the expression of a column that is not stored over the columns
// that are.
func (b *Binder) derive(t *plan.Table, c *plan.TableColumn, stored *Table, at diag.Span) plan.Expr {
	e := b.parsed.expression(t, c, b.parse)
	fail := func(why string) plan.Expr {
		b.Errorf("KS200", at, "Failure in expansion of '%s.%s': %s", t.Name, c.Name, why)
		return &plan.Const{T: c.Type}
	}
	if e == nil {
		return fail("its expression cannot be read")
	}
	saveEnv, saveDiags := b.env, b.diags
	suffix := 1
	b.env, b.diags = env{scope: newScope(nil), suffix: &suffix, row: stored}, nil
	v := b.Scalar(e)
	expr := b.Convert(v, c.Type)
	found := b.diags
	b.env, b.diags = saveEnv, saveDiags
	if found.HasErrors() {
		return fail(found.Error())
	}
	if expr.Type() != c.Type {
		expr = &plan.Call{Func: conversions[c.Type], Args: []plan.Expr{expr}, T: c.Type}
	}
	return expr
}

// derived are the columns of one scan that are not stored. Their expressions are
// bound when the whole query is: most queries use none of them.
type derived struct {
	table   *plan.Table
	stored  *Table
	node    *plan.Project
	columns []lateColumn
	at      diag.Span
}

// lateColumn is a column whose item in the projection is null so far.
type lateColumn struct {
	item   int
	column *plan.TableColumn
}

// bindDerived binds the expressions of the derived columns that p uses, and
// takes all others out of it.
func (b *Binder) bindDerived(p *plan.Plan) {
	if len(b.late) == 0 {
		return
	}
	dead := map[plan.ColumnID]bool{}
	joins := map[*plan.Join][]plan.Column{}
	for len(b.late) > 0 { // expressions scan tables, too
		late := b.late
		b.late = nil
		used := usedColumns(p, joins)
		for _, d := range late {
			for _, c := range d.columns {
				it := &d.node.Items[c.item]
				if used[it.Column.ID] || slices.Contains(b.keep, c.column.Name) {
					it.Expr = b.derive(d.table, c.column, d.stored, d.at)
				} else {
					dead[it.Column.ID] = true
				}
			}
		}
	}
	if len(dead) == 0 {
		return
	}
	for j, before := range joins {
		var names []string
		for i, c := range before {
			if !dead[c.ID] {
				names = append(names, j.Names[i])
			}
		}
		j.Names = names
	}
	for _, r := range p.Results {
		plan.Walk(r.Root, func(n plan.Node) {
			if n, ok := n.(*plan.Project); ok {
				n.Items = slices.DeleteFunc(n.Items, func(a plan.Assign) bool { return dead[a.Column.ID] })
			}
		})
	}
}

// usedColumns returns the columns of p that something is made of: all but those
// that projections and joins merely pass on to where nothing takes them. It notes
// the columns of joins that give them names.
func usedColumns(p *plan.Plan, joins map[*plan.Join][]plan.Column) map[plan.ColumnID]bool {
	used := map[plan.ColumnID]bool{}
	whole := func(n plan.Node) {
		for _, c := range n.Columns() {
			used[c.ID] = true
		}
	}
	refs := func(e plan.Expr) {
		plan.WalkExpr(e, func(e plan.Expr) bool {
			switch e := e.(type) {
			case *plan.Ref:
				used[e.Column] = true
			case *plan.Subquery:
				whole(e.Input)
			case *plan.InSubquery:
				whole(e.Input)
			}
			return true
		})
	}
	for _, r := range p.Results {
		whole(r.Root)
		plan.Walk(r.Root, func(n plan.Node) {
			switch n := n.(type) {
			case *plan.Project:
				for _, it := range n.Items {
					if r, ok := it.Expr.(*plan.Ref); !ok || r.Column != it.Column.ID {
						refs(it.Expr)
					}
				}
				return
			case *plan.Join:
				if n.Names != nil && joins[n] == nil {
					joins[n] = n.Columns()
				}
			case *plan.Filter, *plan.Sort, *plan.Limit, *plan.Aggregate:
			default: // may take its input's columns by their places
				for _, in := range n.Inputs() {
					whole(in)
				}
			}
			plan.EachExpr(n, refs)
		})
	}
	return used
}

// printed returns the only expression of a print statement.
func printed(s ast.Statement) ast.Expr {
	x, ok := s.(*ast.ExprStatement)
	if !ok {
		return nil
	}
	p, ok := x.X.(*ast.Pipeline)
	if !ok || len(p.Ops) != 1 {
		return nil
	}
	o, ok := p.Ops[0].(*ast.Print)
	if !ok || len(o.Items) != 1 {
		return nil
	}
	return o.Items[0]
}
