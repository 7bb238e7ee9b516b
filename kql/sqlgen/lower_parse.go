package sqlgen

import (
	"slices"

	"github.com/azflow/azflow/kql/eval"
	"github.com/azflow/azflow/kql/physical"
	"github.com/azflow/azflow/kql/plan"
	"github.com/azflow/azflow/kql/sqlast"
	"github.com/azflow/azflow/kql/types"
)

// parse cuts texts up in three SELECTs: the groups of one match, their values
// by type, and the columns. Unless the kind is relaxed, a value that does not
// fit its type fails the match.
func (p *part) parse(n *plan.Parse) (*relation, error) {
	r, err := p.lower(n.Input)
	if err != nil {
		return nil, err
	}
	r = p.wrap(r)
	x, err := p.value(r.scope(), n.X)
	if err != nil {
		return nil, err
	}
	if x.Type != types.String {
		return nil, inexact("parse of %v", x.Type)
	}
	pattern, groups := eval.ParsePattern(n)
	matched, cut, ok := p.d.Groups(x.X, pattern, groups)
	if !ok {
		return nil, inexact("parse")
	}
	hit, row := p.name("m"), p.name("m")
	r.sel.Items = append(r.sel.Items, sqlast.Item{X: matched, Name: hit}, sqlast.Item{X: cut, Name: row})

	typed := p.wrap(r)
	values := map[plan.ColumnID]string{}
	fits := []sqlast.Expr{sqlast.Column{Name: hit}}
	var captures []plan.Column
	for _, part := range n.Parts {
		if part.Capture != nil {
			captures = append(captures, *part.Capture)
		}
	}
	typed.sel.Items = slices.DeleteFunc(typed.sel.Items, func(it sqlast.Item) bool { return it.Name == row })
	for i, c := range captures {
		v := sqlast.Expr(sqlast.Field{Of: sqlast.Column{Name: row}, N: i})
		if c.Type != types.String {
			text := Arg{X: sqlast.Call("trim", v), Type: types.String}
			var ok bool
			if v, ok = p.kernel(converters[c.Type], []Arg{text}, c.Type); !ok {
				return nil, inexact("parse of %v", c.Type)
			}
		}
		name := p.name("v")
		values[c.ID] = name
		typed.sel.Items = append(typed.sel.Items, sqlast.Item{X: v, Name: name})
		if c.Type != types.String && n.Kind != "relaxed" {
			fits = append(fits, sqlast.IsNull{X: sqlast.Column{Name: name}, Not: true})
		}
	}

	top := p.wrap(typed)
	out := &relation{sel: top.sel, open: true, cols: map[plan.ColumnID]column{}, order: r.order, total: r.total}
	var items []sqlast.Item
	for _, c := range n.Cols {
		name := columnName(c.ID)
		v, ok := values[c.ID]
		if !ok {
			items = append(items, sqlast.Item{X: sqlast.Column{Name: name}, Name: name})
			out.cols[c.ID] = r.cols[c.ID]
			continue
		}
		x := sqlast.Case{Whens: []sqlast.When{{If: sqlast.And(fits...), Then: sqlast.Column{Name: v}}}}
		if c.Type == types.String {
			x.Else = sqlast.String("")
		}
		items = append(items, sqlast.Item{X: x, Name: name})
		out.cols[c.ID] = column{c.Type, physical.Of(c.Type)}
	}
	items = top.keep(items)
	sel := *top.sel
	sel.Items = items
	if n.Where {
		sel.Where = append(slices.Clone(sel.Where), fits...)
	}
	out.sel = &sel
	return out, nil
}
