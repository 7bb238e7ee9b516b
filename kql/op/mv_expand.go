package op

import (
	"slices"

	"github.com/azflow/azflow/kql/ast"
	"github.com/azflow/azflow/kql/bind"
	"github.com/azflow/azflow/kql/plan"
	"github.com/azflow/azflow/kql/types"
)

var mvExpandDoc = Doc{
	Keyword: "mv-expand", Aliases: []string{"mvexpand"},
	Summary: "Gives each row once for every element of an array or property of a bag; several columns are expanded side by side.",
	Syntax:  "T | mv-expand [bagexpansion=bag|array] [with_itemindex=Name] [Name =] Expression [to typeof(type)], … [limit N]",
	Example: "NTANetAnalytics | extend Ip = split(SrcPublicIps, \" \") | mv-expand Ip to typeof(string)",
}

func bindMvExpand(b *bind.Binder, in *bind.Table, o *ast.MvExpand) *bind.Table {
	spec, cols := expand(b, in, o.Params, o.Items, o.ItemIndex, o.Limit)
	return in.With(&plan.Unnest{Input: in.Node, Spec: *spec, Cols: bind.PlanColumns(cols)}, cols)
}

// expand binds what mv-expand and mv-apply expand, and returns the columns of
// the expanded rows.
func expand(b *bind.Binder, in *bind.Table, params []ast.Property, items []ast.MvItem, index *ast.Name, limit ast.Expr) (*plan.UnnestSpec, []bind.Column) {
	spec := &plan.UnnestSpec{}
	if word, _, ok := bind.WordParam(params, "bagexpansion", "kind"); ok {
		spec.BagArray = word == "array"
	}
	p := b.NewProjection()
	b.WithRow(in, func() {
		p.AddColumns(in.Columns, false, true)
		for i := range items {
			it := &items[i]
			value := it.X
			if n, ok := it.X.(*ast.Named); ok {
				value = n.X
			}
			v := b.Scalar(value)
			b.CheckDynamic(v, value)
			t := types.Dynamic
			if it.ToAt != nil {
				b.CheckTypeOf(it.ToAt)
			}
			if it.ToAt != nil && it.To != types.Unknown {
				t = it.To
			}
			expr := v.Expr
			p.Value(it.X, v, bind.ReplaceStyle, bind.Option{Type: t, Fresh: true})
			spec.Items = append(spec.Items, plan.Assign{Column: p.Last().Plan(), Expr: expr})
		}
	})
	if index == nil {
		if word, at, ok := bind.WordParam(params, "with_itemindex"); ok {
			index = &ast.Name{Pos: ast.Pos(at), Text: word}
		}
	}
	if index != nil {
		c := p.Add(b.NewColumn(index.Text, types.Long), long(0), false).Plan()
		spec.ItemIndex = &c
	}
	if limit != nil {
		spec.Limit = amountOver(b, in, limit)
	}
	return spec, p.Columns()
}

var mvApplyDoc = Doc{
	Keyword: "mv-apply",
	Summary: "Runs a subquery over the elements of an array or bag of each row and gives its rows with those of the row.",
	Syntax:  "T | mv-apply [with_itemindex=Name] [Name =] Expression [to typeof(type)], … [limit N] on (Subquery)",
	Example: "NTANetAnalytics | extend Ips = split(SrcPublicIps, \" \") | mv-apply Ip = Ips to typeof(string) on (top 1 by Ip asc)",
}

func bindMvApply(b *bind.Binder, in *bind.Table, o *ast.MvApply) *bind.Table {
	spec, cols := expand(b, in, o.Params, o.Items, o.ItemIndex, o.Limit)
	leaf := &plan.Leaf{Cols: bind.PlanColumns(cols)}
	sub := in.With(leaf, cols)
	sub.Serialized = true // elements come in their order
	if o.On != nil {
		sub = b.Operators(sub, o.On.Ops)
	}
	p := b.NewProjection()
	var keep []bind.Column
	for _, c := range in.Columns {
		if !applied(o.Items, c) {
			keep = append(keep, c)
			p.Add(c, c.Ref(), false)
		}
	}
	for _, c := range sub.Columns {
		p.Add(c, c.Ref(), true)
	}
	out := p.Columns()
	apply := &plan.Apply{Input: in.Node, Unnest: spec, Rows: leaf, Sub: sub.Node}
	for _, c := range keep {
		if slices.ContainsFunc(out, func(x bind.Column) bool { return x.ID == c.ID }) {
			apply.Keep = append(apply.Keep, c.Plan())
		}
	}
	apply.Cols = bind.PlanColumns(out)
	t := in.With(apply, out)
	t.Open = in.Open || sub.Open
	t.Serialized = false
	return t
}

// applied reports whether c is a column that mv-apply expands under its own
// name: then its elements stand for it.
func applied(items []ast.MvItem, c bind.Column) bool {
	for i := range items {
		if id, ok := unparen(items[i].X).(*ast.Ident); ok && id.Name.Text == c.Name {
			return true
		}
	}
	return false
}
