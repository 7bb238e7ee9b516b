package op

import (
	"github.com/azflow/azflow/kql/ast"
	"github.com/azflow/azflow/kql/bind"
	"github.com/azflow/azflow/kql/plan"
	"github.com/azflow/azflow/kql/types"
)

var takeDoc = Doc{
	Keyword: "take", Aliases: []string{"limit"},
	Summary: "Gives at most so many rows, whichever they are; after sort, the first.",
	Syntax:  "T | take N",
	Example: "NTANetAnalytics | take 10",
}

func bindTake(b *bind.Binder, in *bind.Table, o *ast.Take) *bind.Table {
	return in.WithNode(&plan.Limit{Input: in.Node, N: amountOver(b, in, o.N)})
}

// amountOver binds a number of rows with the columns of in in scope.
func amountOver(b *bind.Binder, in *bind.Table, e ast.Expr) plan.Expr {
	var n plan.Expr
	b.WithRow(in, func() { n = amount(b, e) })
	return n
}

var sampleDoc = Doc{
	Keyword: "sample",
	Summary: "Gives so many rows at random.",
	Syntax:  "T | sample N",
	Example: "NTANetAnalytics | sample 10",
}

func bindSample(b *bind.Binder, in *bind.Table, o *ast.Sample) *bind.Table {
	out := in.WithNode(&plan.Sample{Input: in.Node, N: amountOver(b, in, o.N)})
	out.Serialized = false
	return out
}

var sampleDistinctDoc = Doc{
	Keyword: "sample-distinct",
	Summary: "Gives at most so many distinct values of a column.",
	Syntax:  "T | sample-distinct N of Column",
	Example: "NTANetAnalytics | sample-distinct 10 of SrcIp",
}

func bindSampleDistinct(b *bind.Binder, in *bind.Table, o *ast.SampleDistinct) *bind.Table {
	n := amountOver(b, in, o.N)
	p := b.NewProjection()
	b.WithRow(in, func() {
		v := p.Item(o.Of, bind.ProjectStyle, bind.Option{})
		if b.CheckColumn(v, o.Of) {
			b.CheckNotDynamic(v, o.Of)
		}
	})
	assigns, cols := p.Assigns()
	out := in.With(&plan.Limit{Input: &plan.Aggregate{Input: in.Node, Grouped: true, By: assigns}, N: n}, cols)
	out.Serialized = false
	return out
}

var sortDoc = Doc{
	Keyword: "sort", Aliases: []string{"order"},
	Summary: "Orders the rows, descending unless asc is said; nulls come first in ascending order, last in descending.",
	Syntax:  "T | sort by Expression [asc|desc] [nulls first|nulls last], …",
	Example: "NTANetAnalytics | sort by TimeGenerated asc",
}

func bindSort(b *bind.Binder, in *bind.Table, o *ast.Sort) *bind.Table {
	keys := sortKeys(b, in, o.Keys, true)
	out := in.WithNode(&plan.Sort{Input: in.Node, Keys: keys})
	out.Serialized = true
	return out
}

func sortKeys(b *bind.Binder, in *bind.Table, list []ast.SortKey, checkDynamic bool) []plan.SortKey {
	keys := make([]plan.SortKey, 0, len(list))
	ok := true
	b.WithRow(in, func() {
		for _, k := range list {
			v := b.Scalar(k.X)
			if ok && checkDynamic {
				ok = b.CheckNotDynamic(v, k.X)
			}
			desc := k.Order != "asc"
			keys = append(keys, plan.SortKey{Expr: v.Expr, Desc: desc, NullsFirst: k.Nulls == "first" || k.Nulls == "" && !desc})
		}
	})
	return keys
}

var topDoc = Doc{
	Keyword: "top",
	Summary: "Gives the first so many rows in an order.",
	Syntax:  "T | top N by Expression [asc|desc] [nulls first|nulls last]",
	Example: "NTANetAnalytics | top 10 by BytesSrcToDest",
}

func bindTop(b *bind.Binder, in *bind.Table, o *ast.Top) *bind.Table {
	n := amountOver(b, in, o.N)
	keys := sortKeys(b, in, o.Keys, false)
	out := in.WithNode(&plan.Limit{Input: &plan.Sort{Input: in.Node, Keys: keys}, N: n})
	out.Serialized = true
	return out
}

var topHittersDoc = Doc{
	Keyword: "top-hitters",
	Summary: "Gives the most frequent values of a column, or those with the greatest sum; exact here, estimated in Kusto.",
	Syntax:  "T | top-hitters N of Column [by Expression]",
	Example: "NTANetAnalytics | top-hitters 5 of DestPort by BytesSrcToDest",
}

func bindTopHitters(b *bind.Binder, in *bind.Table, o *ast.TopHitters) *bind.Table {
	n := amountOver(b, in, o.N)
	p := b.NewProjection()
	agg := plan.AggItem{Func: "count"}
	var c bind.Column
	b.WithRow(in, func() {
		v := p.Item(o.Of, bind.ProjectStyle, bind.Option{})
		b.CheckColumn(v, o.Of)
		if o.By == nil {
			name, _ := b.Name(o.Of)
			c = b.NewColumn("approximate_count_"+name, types.Long)
			return
		}
		by := b.Scalar(o.By)
		b.CheckNumber(by, o.By)
		name, _ := b.Name(o.By)
		c = b.NewColumn("approximate_sum_"+name, by.Type)
		agg.Func, agg.Args = "sum", []plan.Expr{by.Expr}
	})
	assigns, cols := p.Assigns()
	agg.Cols = []plan.Column{c.Plan()}
	node := plan.Node(&plan.Aggregate{Input: in.Node, Grouped: true, By: assigns, Aggs: []plan.AggItem{agg}})
	node = &plan.Sort{Input: node, Keys: []plan.SortKey{{Expr: c.Ref(), Desc: true}}}
	out := in.With(&plan.Limit{Input: node, N: n}, append(cols, c))
	out.Serialized = true
	return out
}
