package op

import (
	"github.com/azflow/azflow/kql/ast"
	"github.com/azflow/azflow/kql/bind"
	"github.com/azflow/azflow/kql/plan"
	"github.com/azflow/azflow/kql/types"
)

var topNestedDoc = Doc{
	Keyword: "top-nested",
	Summary: "Gives the first values of a column by an aggregate, and within each of them those of the next level.",
	Syntax:  "T | top-nested [N] of [Name =] Expression [with others = Value] by [Name =] Aggregation [asc|desc], top-nested …",
	Example: "NTANetAnalytics | top-nested 3 of SrcIp by Bytes = sum(BytesSrcToDest), top-nested 2 of DestPort by count()",
}

func bindTopNested(b *bind.Binder, in *bind.Table, o *ast.TopNested) *bind.Table {
	n := &plan.TopNested{Input: in.Node}
	var cols []bind.Column
	var unique bind.UniqueNames
	b.WithRow(in, func() {
		for i := range o.Levels {
			l := &o.Levels[i]
			level := plan.TopNestedLevel{Asc: l.Order == "asc"}
			if l.N != nil {
				level.N = amount(b, l.N)
			}
			of := b.Scalar(l.Of)
			if l.Others != nil {
				level.Others = b.Scalar(l.Others).Expr
			}
			name, _ := b.Name(l.Of)
			name = unique.Get(name)
			c := b.NewColumn(name, of.Type)
			level.Of = plan.Assign{Column: c.Plan(), Expr: of.Expr}
			value, byName := l.By, "aggregated_"+name
			if named, ok := l.By.(*ast.Named); ok && len(named.Names) == 1 {
				value, byName = named.X, named.Names[0].Text
			}
			var v *bind.Value
			items := b.WithAggregates(nil, func() { v = b.Scalar(value) })
			a := b.NewColumn(unique.Get(byName), v.Type)
			ref, isRef := v.Expr.(*plan.Ref)
			switch {
			case len(items) == 1 && len(items[0].Cols) == 1 && isRef && ref.Column == items[0].Cols[0].ID:
				level.Agg = items[0]
			case v.Type != types.Unknown:
				b.Errorf("AZ063", value.Span(), "top-nested wants a single aggregation here")
			}
			level.Agg.Cols = []plan.Column{a.Plan()}
			n.Levels = append(n.Levels, level)
			cols = append(cols, c, a)
		}
	})
	out := in.With(n, cols)
	out.Serialized = true
	return out
}
