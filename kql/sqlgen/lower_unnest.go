package sqlgen

import (
	"github.com/azflow/azflow/kql/physical"
	"github.com/azflow/azflow/kql/plan"
	"github.com/azflow/azflow/kql/sqlast"
	"github.com/azflow/azflow/kql/types"
)

// converters name the functions that mv-expand's `to typeof` stands for.
var converters = map[types.Type]string{
	types.Bool: "tobool", types.DateTime: "todatetime", types.Decimal: "todecimal", types.GUID: "toguid", types.Int: "toint", types.Long: "tolong",
	types.Real: "toreal", types.String: "tostring", types.TimeSpan: "totimespan",
}

// unnest expands rows in three SELECTs: the lists, their elements, the
// elements' types. Elements keep their order.
func (p *part) unnest(n *plan.Unnest) (*relation, error) {
	r, err := p.lower(n.Input)
	if err != nil {
		return nil, err
	}
	return p.expand(r, n.Spec, n.Cols)
}

// expand gives the rows of r as many times as their lists have elements, with
// the columns cols.
func (p *part) expand(r *relation, spec plan.UnnestSpec, cols []plan.Column) (*relation, error) {
	if !p.d.Kernels() {
		return nil, inexact("mv-expand")
	}
	r = p.wrap(r)
	sc := r.scope()
	fn := Elements
	if spec.BagArray {
		fn = Entries
	}
	var lists []string
	var lengths []sqlast.Expr
	for _, it := range spec.Items {
		a, err := p.value(sc, it.Expr)
		if err != nil {
			return nil, err
		}
		if a.Type != types.Dynamic {
			return nil, inexact("mv-expand of %v", a.Type)
		}
		list := p.extern(fn, []Arg{a}, types.Dynamic)
		if spec.Limit != nil {
			c, ok := spec.Limit.(*plan.Const)
			if !ok {
				return nil, inexact("mv-expand limit of what is not constant")
			}
			k, ok := integerOf(c.Value)
			if !ok {
				return nil, inexact("mv-expand limit of %v", c.Value)
			}
			list = sqlast.Slice{List: list, From: sqlast.Int(1), To: sqlast.Int(k)}
		}
		name := p.name("l")
		r.sel.Items = append(r.sel.Items, sqlast.Item{X: list, Name: name})
		lists = append(lists, name)
		lengths = append(lengths, sqlast.Call("len", sqlast.Column{Name: name}))
	}
	below := p.wrap(r)
	var items []sqlast.Item
	for _, it := range below.sel.Items {
		list := false
		for _, l := range lists {
			list = list || l == it.Name
		}
		if !list {
			items = append(items, it)
		}
	}
	elements := map[plan.ColumnID]string{}
	for i, it := range spec.Items {
		name := p.name("e")
		elements[it.Column.ID] = name
		items = append(items, sqlast.Item{X: sqlast.Call("unnest", sqlast.Column{Name: lists[i]}), Name: name})
	}
	index := p.name("o")
	longest := lengths[0]
	if len(lengths) > 1 {
		longest = sqlast.Call("greatest", lengths...)
	}
	items = append(items, sqlast.Item{X: sqlast.Call("unnest", sqlast.Call("range", longest)), Name: index})
	below.sel.Items = items
	below.order = append(append([]orderKey(nil), r.order...), orderKey{item: index})

	top := p.wrap(below)
	out := &relation{sel: top.sel, open: true, cols: map[plan.ColumnID]column{}, total: r.total}
	if len(r.order) > 0 {
		out.order = below.order
	}
	var final []sqlast.Item
	for _, c := range cols {
		name := columnName(c.ID)
		x := sqlast.Expr(sqlast.Column{Name: name})
		form := physical.Of(c.Type)
		if e, ok := elements[c.ID]; ok {
			element := Arg{X: sqlast.Column{Name: e}, Type: types.Dynamic, Form: physical.JSON}
			x = element.X
			if c.Type != types.Dynamic {
				var ok bool
				if x, ok = p.kernel(converters[c.Type], []Arg{element}, c.Type); !ok {
					return nil, inexact("mv-expand to %v", c.Type)
				}
			}
		} else if spec.ItemIndex != nil && spec.ItemIndex.ID == c.ID {
			x = sqlast.Cast{X: sqlast.Column{Name: index}, Type: sqlast.BigInt}
		} else {
			form = r.cols[c.ID].form
		}
		final = append(final, sqlast.Item{X: x, Name: name})
		out.cols[c.ID] = column{c.Type, form}
	}
	for _, k := range out.order {
		found := false
		for _, it := range final {
			found = found || it.Name == k.item
		}
		if !found {
			final = append(final, sqlast.Item{X: sqlast.Column{Name: k.item}, Name: k.item})
		}
	}
	sel := *top.sel
	sel.Items = final
	out.sel = &sel
	return out, nil
}
