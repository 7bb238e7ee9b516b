package sqlgen

import (
	"github.com/azflow/azflow/kql/plan"
	"github.com/azflow/azflow/kql/sqlast"
	"github.com/azflow/azflow/kql/types"
)

func (p *part) aggregate(n *plan.Aggregate) (*relation, error) {
	r, err := p.lower(n.Input)
	if err != nil {
		return nil, err
	}
	es := exprs(n.By)
	for _, a := range n.Aggs {
		es = append(es, a.Args...)
	}
	r = p.over(r, es...)
	items, cols, err := p.items(r, n.By)
	if err != nil {
		return nil, err
	}
	var order []sqlast.Order
	for _, k := range r.order {
		x, _ := r.item(k.item)
		order = append(order, sqlast.Order{By: x, Desc: k.desc, NullsFirst: k.nullsFirst})
	}
	sc := r.scope()
	for _, a := range n.Aggs {
		agg := Aggregation{Func: a.Func, Order: order, JSON: p.json}
		for _, x := range a.Args {
			v, err := p.value(sc, x)
			if err != nil {
				return nil, err
			}
			agg.Args = append(agg.Args, p.plain(v))
		}
		for _, c := range a.Cols {
			agg.Cols = append(agg.Cols, c.Type)
		}
		xs, ok := p.d.Aggregate(agg)
		if !ok {
			return nil, inexact("%s", a.Func)
		}
		for i, c := range a.Cols {
			items = append(items, sqlast.Item{X: xs[i], Name: columnName(c.ID)})
			cols[c.ID] = column{c.Type, formOf(c.Type)}
		}
	}
	sel := *r.sel
	sel.Items, sel.Group, sel.By = items, true, len(n.By)
	return &relation{sel: &sel, cols: cols}, nil
}

// json writes a value as JSON text.
func (p *part) json(a Arg) (sqlast.Expr, bool) {
	if a.Type == types.Dynamic {
		return a.X, true
	}
	if !p.d.Kernels() {
		return nil, false
	}
	return p.extern(ToJSON, []Arg{a}, types.Dynamic), true
}
