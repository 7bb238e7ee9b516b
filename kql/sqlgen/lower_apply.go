package sqlgen

import (
	"math"

	"github.com/azflow/azflow/kql/physical"
	"github.com/azflow/azflow/kql/plan"
	"github.com/azflow/azflow/kql/sqlast"
	"github.com/azflow/azflow/kql/types"
)

// apply writes an mv-apply whose subquery filters, projects and then
// aggregates: the rows are numbered, all expanded at once and aggregated by
// their number; each row gets the aggregates of its number, or those of nothing.
func (p *part) apply(n *plan.Apply) (*relation, error) {
	agg, ok := n.Sub.(*plan.Aggregate)
	if n.Unnest == nil || !ok || agg.Grouped || len(agg.By) > 0 || !p.d.Kernels() || !overLeaf(agg.Input, n.Rows) {
		return nil, inexact("%s", nodeName(n))
	}
	var nothing []Arg
	for _, a := range agg.Aggs {
		v, ok := ofNothing(a)
		if !ok {
			return nil, inexact("%s in mv-apply", a.Func)
		}
		nothing = append(nothing, v)
	}
	in, err := p.lower(n.Input)
	if err != nil {
		return nil, err
	}
	in = p.wrap(in)
	number := p.name("o")
	in.sel.Items = append(in.sel.Items, sqlast.Item{X: sqlast.Over{Func: sqlast.Call("row_number")}, Name: number})
	once := p.name("s")
	p.ctes = append(p.ctes, sqlast.CTE{Name: once, Query: in.sel})
	rows := func() *relation {
		r := *in
		r.sel = &sqlast.Select{From: sqlast.Table{Name: once}}
		for _, it := range in.sel.Items {
			r.sel.Items = append(r.sel.Items, sqlast.Item{X: sqlast.Column{Name: it.Name}, Name: it.Name})
		}
		r.open = true
		return &r
	}
	expanded := rows()
	expanded.order, expanded.total = []orderKey{{item: number}}, true
	if expanded, err = p.expand(expanded, *n.Unnest, n.Rows.Cols); err != nil {
		return nil, err
	}
	p.leaves[n.Rows] = expanded
	below, err := p.lower(agg.Input)
	if err != nil {
		return nil, err
	}
	grouped, err := p.grouped(below, agg, number)
	if err != nil {
		return nil, err
	}

	left, right := p.name("t"), p.name("t")
	key := func(side string) sqlast.Expr { return sqlast.Column{Of: side, Name: number} }
	kept := rows()
	out := &relation{open: true, cols: map[plan.ColumnID]column{}, order: in.order, total: in.total}
	out.sel = &sqlast.Select{From: sqlast.Join{
		Kind: "LEFT", Left: sqlast.Sub{Query: kept.sel, Alias: left}, Right: sqlast.Sub{Query: grouped.sel, Alias: right},
		On: sqlast.Infix{Op: "=", L: key(left), R: key(right)},
	}}
	values := map[plan.ColumnID]Arg{}
	for i, a := range agg.Aggs {
		values[a.Cols[0].ID] = nothing[i]
	}
	for _, c := range n.Cols {
		name := columnName(c.ID)
		if none, ok := values[c.ID]; ok {
			x := sqlast.Expr(sqlast.Column{Of: right, Name: name})
			if none.Value != nil {
				x = sqlast.Call("coalesce", x, typed(none))
			}
			out.sel.Items = append(out.sel.Items, sqlast.Item{X: x, Name: name})
			out.cols[c.ID] = column{c.Type, physical.Of(c.Type)}
			continue
		}
		out.sel.Items = append(out.sel.Items, sqlast.Item{X: sqlast.Column{Of: left, Name: name}, Name: name})
		out.cols[c.ID] = in.cols[c.ID]
	}
	for _, k := range in.order {
		if _, ok := out.item(k.item); !ok {
			out.sel.Items = append(out.sel.Items, sqlast.Item{X: sqlast.Column{Of: left, Name: k.item}, Name: k.item})
		}
	}
	return out, nil
}

// overLeaf reports whether n filters and projects the rows of a leaf, no more.
func overLeaf(n plan.Node, leaf *plan.Leaf) bool {
	switch n := n.(type) {
	case *plan.Filter:
		return overLeaf(n.Input, leaf)
	case *plan.Project:
		return overLeaf(n.Input, leaf)
	case *plan.Leaf:
		return n == leaf
	}
	return false
}

// ofNothing returns what an aggregate of one column is without rows.
func ofNothing(a plan.AggItem) (Arg, bool) {
	if len(a.Cols) != 1 {
		return Arg{}, false
	}
	t := a.Cols[0].Type
	out := Arg{Type: t, Form: physical.Of(t), Const: true}
	switch a.Func {
	case "count", "countif", "dcount", "dcountif", "count_distinct":
		out.X, out.Value = sqlast.Int(0), int64(0)
	case "sum", "sumif":
		out.X, out.Value = sqlast.Int(0), int64(0)
	case "avg", "avgif":
		out.X, out.Value = sqlast.Real(math.NaN()), math.NaN()
		return out, t == types.Real
	case "make_list", "makelist", "make_set", "makeset", "make_list_if", "make_set_if":
		out.X, out.Value = sqlast.String("[]"), []types.Value{}
	case "min", "max", "minif", "maxif", "take_any", "any":
		if t == types.String {
			out.X, out.Value = sqlast.String(""), ""
		}
	default:
		return out, false
	}
	return out, true
}
