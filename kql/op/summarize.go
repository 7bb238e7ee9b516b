package op

import (
	"github.com/azflow/azflow/kql/ast"
	"github.com/azflow/azflow/kql/bind"
	"github.com/azflow/azflow/kql/plan"
	"github.com/azflow/azflow/kql/types"
)

var summarizeDoc = Doc{
	Keyword: "summarize",
	Summary: "Aggregates the rows of each group; without by, all rows are one group.",
	Syntax:  "T | summarize [Name =] Aggregation, … [by [Name =] Expression, …]",
	Example: "NTANetAnalytics | summarize Flows = count(), sum(BytesSrcToDest) by DestPort, bin(TimeGenerated, 1h)",
}

func bindSummarize(b *bind.Binder, in *bind.Table, o *ast.Summarize) *bind.Table {
	p := b.NewProjection()
	var groupBy []bind.Column
	var aggs []plan.AggItem
	b.WithRow(in, func() {
		groupBy = groups(b, p, o.By)
		for _, c := range p.Columns() {
			p.Skip(c)
		}
	})
	n := len(p.Columns())
	b.WithRow(in, func() {
		aggs = b.WithAggregates(groupBy, func() { p.Items(o.Aggregates, bind.SummarizeStyle) })
	})
	assigns, cols := p.Assigns()
	agg := &plan.Aggregate{Input: in.Node, Grouped: o.ByClause && len(o.By) > 0, By: assigns[:n], Aggs: aggs}
	out := in.With(agg, cols)
	out.Serialized = false
	if !direct(agg, assigns[n:], cols[n:]) {
		items := make([]plan.Assign, 0, len(assigns))
		for _, c := range cols[:n] {
			items = append(items, c.Same())
		}
		out.Node = &plan.Project{Input: agg, Items: append(items, assigns[n:]...)}
	}
	return out
}

// groups adds the columns of a `by` list and returns the plain columns in it.
func groups(b *bind.Binder, p *bind.Projection, by []ast.Expr) []bind.Column {
	var plain []bind.Column
	ok := true
	for _, e := range by {
		v := p.Item(e, bind.ProjectStyle, bind.Option{})
		if ok {
			ok = b.CheckNotDynamic(v, e)
		}
		if v.Column != nil {
			plain = append(plain, *v.Column)
		}
	}
	return plain
}

// direct names the columns of the aggregates as the items that show them, one
// for one and in order; false if some item does more.
func direct(agg *plan.Aggregate, items []plan.Assign, cols []bind.Column) bool {
	var out []*plan.Column
	for i := range agg.Aggs {
		for j := range agg.Aggs[i].Cols {
			out = append(out, &agg.Aggs[i].Cols[j])
		}
	}
	if len(out) != len(items) {
		return false
	}
	for i, a := range items {
		if r, ok := a.Expr.(*plan.Ref); !ok || r.Column != out[i].ID {
			return false
		}
	}
	for i := range items {
		out[i].Name = cols[i].Name
		cols[i].ID = out[i].ID
	}
	return true
}

var distinctDoc = Doc{
	Keyword: "distinct",
	Summary: "Gives every combination of the columns listed once; * is all columns.",
	Syntax:  "T | distinct Column, …",
	Example: "NTANetAnalytics | distinct SrcIp, DestIp",
}

func bindDistinct(b *bind.Binder, in *bind.Table, o *ast.Distinct) *bind.Table {
	p := b.NewProjection()
	b.WithRow(in, func() {
		groups(b, p, o.Items)
		for _, e := range o.Items {
			if _, ok := e.(*ast.Star); !ok {
				continue
			}
			for _, c := range in.Columns {
				if c.Type == types.Dynamic {
					b.Errorf("KS116", e.Span(), "The value of type 'dynamic' is not allowed in this context.")
					break
				}
			}
		}
	})
	assigns, cols := p.Assigns()
	out := in.With(&plan.Aggregate{Input: in.Node, Grouped: true, By: assigns}, cols)
	out.Serialized = false
	return out
}

var countDoc = Doc{
	Keyword: "count",
	Summary: "Counts the rows.",
	Syntax:  "T | count [as Name]",
	Example: "NTANetAnalytics | where FlowStatus == \"Denied\" | count",
}

func bindCount(b *bind.Binder, in *bind.Table, o *ast.Count) *bind.Table {
	name := "Count"
	if o.As != nil {
		name = o.As.Text
	}
	c := b.NewColumn(name, types.Long)
	return &bind.Table{
		Node: &plan.Aggregate{
			Input: in.Node, Aggs: []plan.AggItem{{Cols: []plan.Column{c.Plan()}, Func: "count"}},
		},
		Columns: []bind.Column{c},
	}
}
