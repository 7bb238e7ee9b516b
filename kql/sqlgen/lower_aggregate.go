package sqlgen

import (
	"github.com/azflow/azflow/kql/physical"
	"github.com/azflow/azflow/kql/plan"
	"github.com/azflow/azflow/kql/sqlast"
	"github.com/azflow/azflow/kql/types"
)

func (p *part) aggregate(n *plan.Aggregate) (*relation, error) {
	r, err := p.lower(n.Input)
	if err != nil {
		return nil, err
	}
	return p.grouped(r, n, "")
}

// grouped aggregates r by n.By and, if it is not "", the item also.
func (p *part) grouped(r *relation, n *plan.Aggregate, also string) (*relation, error) {
	es := exprs(n.By)
	for _, a := range n.Aggs {
		es = append(es, a.Args...)
	}
	r = p.over(r, es...)
	items, cols, err := p.items(r, n.By)
	if err != nil {
		return nil, err
	}
	if also != "" {
		x, _ := r.item(also)
		items = append(items, sqlast.Item{X: x, Name: also})
	}
	by := len(items)
	var order []sqlast.Order
	for _, k := range r.order {
		x, _ := r.item(k.item)
		order = append(order, sqlast.Order{By: x, Desc: k.desc, NullsFirst: k.nullsFirst})
	}
	sc := r.scope()
	results := passed(items)
	shared := false
	for _, a := range n.Aggs {
		var once []sqlast.Item
		agg := Aggregation{Func: a.Func, Order: order, JSON: p.json}
		agg.Once = func(x sqlast.Expr) sqlast.Expr {
			name := p.name("a")
			once = append(once, sqlast.Item{X: x, Name: name})
			return sqlast.Column{Name: name}
		}
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
		var own []sqlast.Item
		for i, c := range a.Cols {
			own = append(own, sqlast.Item{X: xs[i], Name: columnName(c.ID)})
			cols[c.ID] = column{c.Type, physical.Of(c.Type)}
		}
		if len(once) > 0 {
			shared = true
			items, results = append(items, once...), append(results, own...)
		} else {
			items, results = append(items, own...), append(results, passed(own)...)
		}
	}
	sel := *r.sel
	sel.Items, sel.Group, sel.By = items, true, by
	out := &relation{sel: &sel, cols: cols}
	if shared {
		out.sel = &sqlast.Select{Items: results, From: sqlast.Sub{Query: &sel, Alias: p.name("t")}}
		out.open = true
	}
	return out, nil
}

// passed returns the columns of items, passed on by name.
func passed(items []sqlast.Item) []sqlast.Item {
	out := make([]sqlast.Item, len(items))
	for i, it := range items {
		out[i] = sqlast.Item{X: sqlast.Column{Name: it.Name}, Name: it.Name}
	}
	return out
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
