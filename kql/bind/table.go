package bind

import (
	"github.com/azflow/azflow/kql/plan"
	"github.com/azflow/azflow/kql/types"
)

// A Column is a column in scope. Its Type is Unknown where it comes from
// something that is not known; in the plan it is dynamic then.
type Column struct {
	ID   plan.ColumnID
	Name string
	Type types.Type
}

// Plan returns c as the plan has it.
func (c Column) Plan() plan.Column {
	return plan.Column{ID: c.ID, Name: c.Name, Type: planType(c.Type)}
}

// Ref returns a reference to c.
func (c Column) Ref() plan.Expr { return &plan.Ref{Column: c.ID, T: planType(c.Type)} }

// Same returns the assignment that passes c through a Project.
func (c Column) Same() plan.Assign { return plan.Assign{Column: c.Plan(), Expr: c.Ref()} }

// planType is the type that a value of type t has in a plan.
func planType(t types.Type) types.Type {
	if t == types.Unknown {
		return types.Dynamic
	}
	return t
}

// A Table is a bound tabular expression.
type Table struct {
	Node    plan.Node
	Columns []Column
	// Name is the name of the table or let that this is, "" for any other.
	Name string
	// Open: it may have columns that are not known; any name may be one of them.
	Open bool
	// Missing: it stands for a table that does not exist (isfuzzy).
	Missing bool
	// Serialized: its rows have an order that window functions go by.
	Serialized bool
	// Failed: it stands for something that could not be bound, which has been
	// reported.
	Failed bool

	// Graph is set if it is no table but a graph, which only graph operators read.
	Graph *Graph

	inferred map[string]Column
}

// Find returns the column called name.
func (t *Table) Find(name string) (Column, bool) {
	for _, c := range t.Columns {
		if c.Name == name {
			return c, true
		}
	}
	return Column{}, false
}

// With returns a table of node with columns cols that is otherwise like t,
// except that it is no longer the plain table called Name.
func (t *Table) With(node plan.Node, cols []Column) *Table {
	return &Table{Node: node, Columns: cols, Open: t.Open, Missing: t.Missing, Serialized: t.Serialized, Failed: t.Failed}
}

// WithNode returns t with node in the place of its node, the columns as they are.
func (t *Table) WithNode(node plan.Node) *Table { return t.With(node, t.Columns) }

// NewColumn returns a column with an id of its own.
func (b *Binder) NewColumn(name string, t types.Type) Column {
	b.lastID++
	return Column{ID: b.lastID, Name: name, Type: t}
}

// EmptyTable returns a table of no rows with the columns cols.
func (b *Binder) EmptyTable(cols []Column) *Table {
	return &Table{Node: &plan.Values{Cols: planColumns(cols)}, Columns: cols}
}

// FailedTable returns the table that stands for something that could not be
// bound: any column may be in it.
func (b *Binder) FailedTable() *Table {
	t := b.EmptyTable(nil)
	t.Open, t.Failed = true, true
	return t
}

func planColumns(cols []Column) []plan.Column {
	out := make([]plan.Column, len(cols))
	for i, c := range cols {
		out[i] = c.Plan()
	}
	return out
}

// PlanColumns returns cols as the plan has them.
func PlanColumns(cols []Column) []plan.Column { return planColumns(cols) }

// Project returns the table of in's columns cols, in that order.
func (b *Binder) Project(in *Table, cols []Column) *Table {
	items, refs := make([]plan.Assign, len(cols)), make([]plan.Ref, len(cols))
	for i, c := range cols {
		refs[i] = plan.Ref{Column: c.ID, T: planType(c.Type)}
		items[i] = plan.Assign{Column: c.Plan(), Expr: &refs[i]}
	}
	return in.With(&plan.Project{Input: in.Node, Items: items}, cols)
}

// Again returns the rows of t once more: the plan computes them once, and the
// returned table has columns of its own. t must have been made by Share.
func (b *Binder) again(s *plan.Shared, like *Table) *Table {
	cols := make([]Column, len(like.Columns))
	for i, c := range like.Columns {
		cols[i] = b.NewColumn(c.Name, c.Type)
	}
	t := like.With(&plan.SharedRef{Of: s, Cols: planColumns(cols)}, cols)
	t.Name = like.Name
	return t
}
