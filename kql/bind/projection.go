package bind

import (
	"github.com/azflow/azflow/kql/ast"
	"github.com/azflow/azflow/kql/diag"
	"github.com/azflow/azflow/kql/plan"
	"github.com/azflow/azflow/kql/types"
)

// Style says how a list of expressions becomes columns.
type Style uint8

// The styles of projection.
const (
	ProjectStyle   Style = iota
	ExtendStyle          // a column of that name is replaced in its place
	ReplaceStyle         // as ExtendStyle, plain columns too (mv-expand)
	SummarizeStyle       // aggregates that give several columns keep them all
	PrintStyle           // columns without a name are print_0, print_1, …
)

// A Projection collects the columns of an operator's output and gives them
// their names. The rules are those of Microsoft's binder.
type Projection struct {
	b      *Binder
	items  []projected
	unique UniqueNames
	skip   plan.ColumnSet
	last   Column
}

type projected struct {
	col  Column
	expr plan.Expr
}

// NewProjection returns an empty projection.
func (b *Binder) NewProjection() *Projection { return &Projection{b: b} }

// at returns the place of the column called name, -1 if there is none.
func (p *Projection) at(name string) int { return int(p.unique.names[name].place) - 1 }

// AddColumns adds columns of the input that pass through. declare: their names
// cannot be declared again; once: they are not added another time.
func (p *Projection) AddColumns(cols []Column, declare, once bool) {
	if p.unique.names == nil {
		n := len(cols) + len(cols)/8 + 4 // most operators add some
		p.items = make([]projected, 0, n)
		p.unique.names = make(map[string]taken, n)
	}
	refs := make([]plan.Ref, len(cols))
	for i, c := range cols {
		refs[i] = plan.Ref{Column: c.ID, T: planType(c.Type)}
		out := p.Add(c, &refs[i], false)
		if once {
			p.skip.Add(c.ID)
		}
		if declare {
			p.unique.declare(out.Name)
		}
	}
}

// Skip says that column c of the input is not to be added any more.
func (p *Projection) Skip(c Column) { p.skip.Add(c.ID) }

// Columns returns the columns so far.
func (p *Projection) Columns() []Column {
	cols := make([]Column, len(p.items))
	for i, it := range p.items {
		cols[i] = it.col
	}
	return cols
}

// Add adds column c with the value expr. Its name is changed if it is taken,
// or the column of that name is replaced.
func (p *Projection) Add(c Column, expr plan.Expr, replace bool) Column {
	if c.Name == "" || p.skip.Has(c.ID) {
		return c
	}
	if replace {
		if i := p.at(c.Name); i >= 0 {
			p.items[i] = projected{c, expr}
			p.last = c
			return c
		}
	}
	if name := p.unique.take(c.Name, len(p.items)+1); name != c.Name {
		c = p.b.NewColumn(name, c.Type)
	}
	p.items = append(p.items, projected{c, expr})
	p.last = c
	return c
}

// Declare adds a column under a name that was written; the same name twice is
// an error.
func (p *Projection) Declare(c Column, expr plan.Expr, at diag.Span, replace bool) {
	if p.unique.names[c.Name].declared {
		p.b.Errorf("KS171", at, "A column with the name '%s' is already declared.", c.Name)
		return
	}
	if replace {
		if i := p.at(c.Name); i >= 0 {
			p.items[i] = projected{c, expr}
			p.last = c
			p.unique.declare(c.Name)
			return
		}
	}
	out := p.Add(c, expr, false)
	p.unique.declare(out.Name)
}

// Rename gives the column called old the name that was written.
func (p *Projection) Rename(old string, name ast.Name) {
	i := p.at(old)
	if i < 0 {
		return
	}
	if p.unique.names[name.Text].declared {
		p.b.Errorf("KS171", name.Span(), "A column with the name '%s' is already declared.", name.Text)
		return
	}
	it := p.items[i]
	p.items[i] = projected{p.b.NewColumn(name.Text, it.col.Type), it.col.Ref()}
	p.unique.place(old, 0)
	p.unique.place(name.Text, i+1)
	p.unique.declare(name.Text)
	p.unique.Add(name.Text)
}

// Option changes how an item becomes a column.
type Option struct {
	// Type is the column's type, Unknown for that of the expression.
	Type types.Type
	// Name is the name where the expression gives none.
	Name string
	// Wrap makes the column's value from the expression's; nil for the same.
	Wrap func(plan.Expr) plan.Expr
	// Fresh gives plain columns an id of their own.
	Fresh bool
}

// Items adds the columns of a list of expressions.
func (p *Projection) Items(list []ast.Expr, style Style) {
	for _, e := range list {
		p.Item(e, style, Option{})
	}
}

// Item adds the column or columns of an expression and returns its value.
func (p *Projection) Item(e ast.Expr, style Style, o Option) *Value {
	if isStar(e) {
		if p.b.env.row != nil {
			for _, c := range p.b.env.row.Columns {
				p.Add(c, c.Ref(), true)
			}
		}
		return unknown()
	}
	value := e
	named, isNamed := e.(*ast.Named)
	if isNamed {
		value = named.X
	}
	v := p.b.Scalar(value)
	p.Value(e, v, style, o)
	return v
}

// Value adds the column or columns of expression e, which was bound to v.
func (p *Projection) Value(e ast.Expr, v *Value, style Style, o Option) {
	named, isNamed := e.(*ast.Named)
	switch {
	case isNamed && (named.Parens || len(named.Names) > 1):
		p.compound(named, v, style, o)
	case isNamed && len(named.Names) == 1:
		p.named(named, v, style, o)
	default:
		p.unnamed(e, v, style, o)
	}
}

func (p *Projection) wrap(e plan.Expr, o Option) plan.Expr {
	if o.Wrap != nil {
		return o.Wrap(e)
	}
	return e
}

func pick(t, other types.Type) types.Type {
	if t != types.Unknown {
		return t
	}
	return other
}

// replaces reports whether a style puts a column in the place of its namesake.
func (s Style) replaces() bool { return s == ReplaceStyle || s == ExtendStyle }

func (p *Projection) named(n *ast.Named, v *Value, style Style, o Option) {
	name := n.Names[0]
	if len(v.Parts) > 0 {
		p.Declare(p.b.NewColumn(name.Text, pick(o.Type, v.Parts[0].Type)), p.wrap(v.Parts[0].Expr, o), name.Span(), true)
		// Emulator: a function of several columns under one name gives its first;
		// an aggregate gives all.
		if style == SummarizeStyle {
			for _, part := range v.Parts[1:] {
				p.part(part)
			}
		}
		return
	}
	p.Declare(p.b.NewColumn(name.Text, pick(o.Type, v.Type)), p.wrap(v.Expr, o), name.Span(), v.Column != nil || style.replaces())
}

func (p *Projection) part(part Part) {
	p.Add(p.b.NewColumn(part.Name, part.Type), part.Expr, false)
}

func (p *Projection) compound(n *ast.Named, v *Value, style Style, o Option) {
	switch {
	case len(v.Parts) > 0:
		for i, part := range v.Parts {
			if i < len(n.Names) {
				p.Declare(p.b.NewColumn(n.Names[i].Text, pick(o.Type, part.Type)), part.Expr, n.Names[i].Span(), style.replaces())
			} else if style != PrintStyle {
				p.part(part)
			}
		}
		for _, extra := range n.Names[min(len(v.Parts), len(n.Names)):] {
			p.b.Errorf("KS150", extra.Span(), "The name does not have a corresponding expression.")
		}
	case len(n.Names) == 1:
		p.Declare(p.b.NewColumn(n.Names[0].Text, pick(o.Type, v.Type)), p.wrap(v.Expr, o), n.Names[0].Span(), v.Column != nil || style.replaces())
	case v.Type != types.Unknown:
		p.b.Errorf("KS149", n.Names[0].Span(), "The expression does not have multiple named values.")
	}
}

func (p *Projection) unnamed(e ast.Expr, v *Value, style Style, o Option) {
	if c := resultColumn(v); c != nil {
		out, expr := *c, c.Ref()
		if o.Fresh || o.Type != types.Unknown || o.Wrap != nil {
			out, expr = p.b.NewColumn(c.Name, pick(o.Type, c.Type)), p.wrap(c.Ref(), o)
		} else if _, isRef := v.Expr.(*plan.Ref); !isRef && v.Column != nil {
			expr = v.Expr // a column of an open table, or a scan step's
		}
		p.Declare(out, expr, e.Span(), style == ReplaceStyle)
		return
	}
	switch {
	case len(v.Parts) > 1 || len(v.Parts) == 1 && style != PrintStyle:
		for _, part := range v.Parts {
			p.part(part)
		}
	case style == PrintStyle && o.Name != "":
		p.Add(p.b.NewColumn(o.Name, pick(o.Type, v.Type)), p.wrap(v.Expr, o), false)
	default:
		name, ok := p.b.exprName(e)
		switch {
		case ok:
		case o.Name != "":
			name = o.Name
		default:
			name = p.b.DefaultName()
		}
		p.Add(p.b.NewColumn(name, pick(o.Type, v.Type)), p.wrap(v.Expr, o), style.replaces())
	}
}

// resultColumn is the column that v is, or that a conversion to its own type
// leaves as it is.
func resultColumn(v *Value) *Column {
	if v.Column != nil {
		return v.Column
	}
	return v.same
}

// Assigns returns the columns with their values, each id once.
func (p *Projection) Assigns() ([]plan.Assign, []Column) {
	var seen plan.ColumnSet
	assigns := make([]plan.Assign, len(p.items))
	cols := make([]Column, len(p.items))
	for i, it := range p.items {
		if r, ok := it.expr.(*plan.Ref); seen.Has(it.col.ID) || ok && r.Column != it.col.ID && it.col.ID == 0 {
			it.col = p.b.NewColumn(it.col.Name, it.col.Type)
		}
		seen.Add(it.col.ID)
		assigns[i] = plan.Assign{Column: it.col.Plan(), Expr: it.expr}
		cols[i] = it.col
	}
	return assigns, cols
}

// Over returns the projection of node as a table that is otherwise like in.
func (p *Projection) Over(in *Table, node plan.Node) *Table {
	assigns, cols := p.Assigns()
	return in.With(&plan.Project{Input: node, Items: assigns}, cols)
}

// Last returns the column that was added or replaced last.
func (p *Projection) Last() Column { return p.last }
