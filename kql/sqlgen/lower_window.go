package sqlgen

import (
	"slices"

	"github.com/azflow/azflow/kql/physical"
	"github.com/azflow/azflow/kql/plan"
	"github.com/azflow/azflow/kql/sqlast"
	"github.com/azflow/azflow/kql/types"
)

// window adds functions of neighbouring rows. The rows get one number each
// first, so that all functions see the same order.
func (p *part) window(n *plan.Window) (*relation, error) {
	r, err := p.lower(n.Input)
	if err != nil {
		return nil, err
	}
	r = p.wrap(p.numbered(r))
	number, _ := r.item(r.order[0].item)
	order := []sqlast.Order{{By: number, Desc: r.order[0].desc, NullsFirst: r.order[0].nullsFirst}}
	for _, k := range r.order[1:] {
		x, _ := r.item(k.item)
		order = append(order, sqlast.Order{By: x, Desc: k.desc, NullsFirst: k.nullsFirst})
	}

	// A restart begins a new group of rows: groups are numbered in a SELECT below.
	groups := make([]sqlast.Expr, len(n.Items))
	sc := r.scope()
	sel := *r.sel
	sel.Items = slices.Clone(sel.Items)
	restarts := false
	for i, w := range n.Items {
		at := restartArg(w.Func)
		if at < 0 || len(w.Args) <= at {
			continue
		}
		c, err := p.cond(sc, w.Args[at])
		if err != nil {
			return nil, err
		}
		one := sqlast.Case{Whens: []sqlast.When{{If: c, Then: sqlast.Int(1)}}, Else: sqlast.Int(0)}
		name := p.name("g")
		sel.Items = append(sel.Items, sqlast.Item{
			X: sqlast.Over{Func: sqlast.Aggregate{Name: "sum", Args: []sqlast.Expr{one}}, OrderBy: order, Running: true}, Name: name,
		})
		groups[i] = sqlast.Column{Name: name}
		restarts = true
	}
	if restarts {
		below := *r
		below.sel = &sel
		r = p.wrap(&below)
		sc = r.scope()
	}

	out := *r
	top := *r.sel
	out.sel, out.open = &top, false
	out.cols = map[plan.ColumnID]column{}
	for id, c := range r.cols {
		out.cols[id] = c
	}
	for i, w := range n.Items {
		a, err := p.windowItem(sc, w, order, groups[i])
		if err != nil {
			return nil, err
		}
		top.Items = append(top.Items, sqlast.Item{X: a.X, Name: columnName(w.Column.ID)})
		out.cols[w.Column.ID] = column{w.Column.Type, a.Form}
	}
	return &out, nil
}

// restartArg returns which argument of a window function starts it afresh; -1
// for none.
func restartArg(name string) int {
	switch name {
	case "row_number", "row_cumsum":
		return 1
	}
	return -1
}

func (p *part) windowItem(sc scope, w plan.WindowItem, order []sqlast.Order, group sqlast.Expr) (Arg, error) {
	var args []Arg
	for _, e := range w.Args {
		a, err := p.value(sc, e)
		if err != nil {
			return Arg{}, err
		}
		args = append(args, a)
	}
	over := sqlast.Over{OrderBy: order}
	if group != nil {
		over.PartitionBy = []sqlast.Expr{group}
	}
	form := physical.Of(w.Column.Type)
	out := Arg{Type: w.Column.Type, Form: form}
	switch w.Func {
	case "prev", "next":
		if len(args) == 0 || args[0].Type != w.Column.Type {
			return Arg{}, inexact("%s", w.Func)
		}
		offset := sqlast.Expr(sqlast.Int(1))
		if len(args) > 1 {
			k, ok := integerOf(args[1].Value)
			if !args[1].Const || !ok || k < 0 {
				return Arg{}, inexact("%s by what is not constant", w.Func)
			}
			offset = sqlast.Int(k)
		}
		name := "lag"
		if w.Func == "next" {
			name = "lead"
		}
		f := []sqlast.Expr{p.plain(args[0]).X, offset}
		switch {
		case len(args) > 2 && args[2].Type != w.Column.Type:
			return Arg{}, inexact("%s with a default of another type", w.Func)
		case len(args) > 2:
			f = append(f, typed(p.plain(args[2])))
		case w.Column.Type == types.String:
			f = append(f, sqlast.String(""))
		}
		over.Func = sqlast.Call(name, f...)
		out.X = over
		return out, nil
	case "row_number":
		over.Func = sqlast.Call("row_number")
		start := sqlast.Expr(sqlast.Int(1))
		if len(args) > 0 {
			start = args[0].X
		}
		sum := sqlast.Infix{Op: "-", L: sqlast.Infix{Op: "+", L: over, R: start}, R: sqlast.Int(1)}
		out.X = sqlast.Cast{X: sum, Type: sqlast.BigInt}
		return out, nil
	case "row_cumsum":
		if args[0].Type != w.Column.Type || !slices.Contains([]types.Type{types.Int, types.Long, types.Real, types.TimeSpan}, w.Column.Type) {
			return Arg{}, inexact("row_cumsum of %v", args[0].Type)
		}
		zero := sqlast.Call("coalesce", args[0].X, sqlast.Int(0))
		over.Func = sqlast.Aggregate{Name: "sum", Args: []sqlast.Expr{zero}}
		over.Running = true
		out.X = sqlast.Cast{X: over, Type: SQLType(w.Column.Type, form)}
		return out, nil
	}
	return Arg{}, inexact("%s", w.Func)
}
