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
	derived := slices.ContainsFunc(t.Columns, func(c plan.TableColumn) bool { return c.Expr != "" })
	out := &Table{Name: t.Name, Node: s}
	for _, c := range t.Columns {
		if c.Expr != "" || c.Hidden && !derived {
			continue
		}
		col := b.NewColumn(c.Name, c.Type)
		out.Columns = append(out.Columns, col)
		s.Cols = append(s.Cols, col.Plan())
	}
	if !derived {
		return out
	}
	p := &plan.Project{Input: s}
	cols := make([]Column, 0, len(t.Columns))
	for _, c := range t.Columns {
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
		p.Items = append(p.Items, plan.Assign{Column: col.Plan(), Expr: b.derive(t, &c, out, at)})
	}
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
	key := t.Name + "\x00" + c.Name
	e, ok := b.derived[key]
	if !ok {
		q, diags := b.parse("print " + c.Expr)
		if q != nil && !diags.HasErrors() && len(q.Statements) == 1 {
			e = printed(q.Statements[0])
		}
		b.derived[key] = e
	}
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
