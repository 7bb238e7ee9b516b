// Package op binds the tabular operators of KQL: one file each, with what the
// operator is for and how it becomes nodes of a plan.
package op

import (
	"github.com/azflow/azflow/kql/ast"
	"github.com/azflow/azflow/kql/bind"
	"github.com/azflow/azflow/kql/plan"
	"github.com/azflow/azflow/kql/types"
)

// A PluginFunc binds `evaluate name(…)` over the rows of in, nil where it comes
// first.
type PluginFunc func(b *bind.Binder, in *bind.Table, e *ast.Evaluate) *bind.Table

// Binder returns the function that binds operators; plugins binds evaluate.
func Binder(plugins PluginFunc) bind.OperatorFunc {
	return func(b *bind.Binder, in *bind.Table, o ast.Operator) *bind.Table {
		return bindOperator(b, in, o, plugins)
	}
}

func bindOperator(b *bind.Binder, in *bind.Table, o ast.Operator, plugins PluginFunc) *bind.Table {
	checkProperties(b, in, o)
	switch o := o.(type) {
	case *ast.Range:
		return bindRange(b, in, o)
	case *ast.Print:
		return bindPrint(b, in, o)
	case *ast.Union:
		return bindUnion(b, in, o)
	case *ast.Search:
		return bindSearch(b, in, o)
	case *ast.Find:
		return bindFind(b, in, o)
	case *ast.Evaluate:
		return plugins(b, in, o)
	case *ast.MacroExpand:
		b.Errorf("AZ060", o.Span(), "macro-expand is not supported")
		return b.FailedTable()
	case *ast.Opaque:
		b.Errorf("AZ061", o.Keyword.Span(), "%s is not supported", o.Keyword.Text)
		return b.FailedTable()
	case *ast.BadOperator:
		return b.FailedTable()
	}
	in = b.Input(in, keyword(o))
	if bindGraph := graphOperator(b, o); bindGraph != nil {
		if in.Graph == nil {
			if !in.Failed {
				b.Reportf("KS219", keyword(o).Span(), "make one with make-graph", "The query operator requires an input graph.")
			}
			in = b.GraphTable(in, &bind.Graph{Plan: plan.Graph{Edges: in.Node}, Open: true})
		}
		return bindGraph(in)
	}
	if in.Graph != nil {
		b.Reportf("AZ070", keyword(o).Span(), "make rows of the graph with graph-match, graph-shortest-paths or graph-to-table", "%s takes rows, not a graph", keyword(o).Text)
		return b.FailedTable()
	}
	switch o := o.(type) {
	case *ast.Where:
		return bindWhere(b, in, o)
	case *ast.Project:
		return bindProject(b, in, o)
	case *ast.ProjectAway:
		return bindProjectAway(b, in, o)
	case *ast.ProjectKeep:
		return bindProjectKeep(b, in, o)
	case *ast.ProjectRename:
		return bindProjectRename(b, in, o)
	case *ast.ProjectReorder:
		return bindProjectReorder(b, in, o)
	case *ast.ProjectByNames:
		return bindProjectByNames(b, in, o)
	case *ast.Extend:
		return bindExtend(b, in, o)
	case *ast.Summarize:
		return bindSummarize(b, in, o)
	case *ast.Distinct:
		return bindDistinct(b, in, o)
	case *ast.Count:
		return bindCount(b, in, o)
	case *ast.Take:
		return bindTake(b, in, o)
	case *ast.Sample:
		return bindSample(b, in, o)
	case *ast.SampleDistinct:
		return bindSampleDistinct(b, in, o)
	case *ast.Sort:
		return bindSort(b, in, o)
	case *ast.Top:
		return bindTop(b, in, o)
	case *ast.TopHitters:
		return bindTopHitters(b, in, o)
	case *ast.TopNested:
		return bindTopNested(b, in, o)
	case *ast.Join:
		return bindJoin(b, in, o)
	case *ast.Lookup:
		return bindLookup(b, in, o)
	case *ast.MvExpand:
		return bindMvExpand(b, in, o)
	case *ast.MvApply:
		return bindMvApply(b, in, o)
	case *ast.Parse:
		return bindParse(b, in, o)
	case *ast.ParseKV:
		return bindParseKV(b, in, o)
	case *ast.MakeGraph:
		return bindMakeGraph(b, in, o)
	case *ast.MakeSeries:
		return bindMakeSeries(b, in, o)
	case *ast.As:
		return bindAs(b, in, o)
	case *ast.Serialize:
		return bindSerialize(b, in, o)
	case *ast.Invoke:
		return bindInvoke(b, in, o)
	case *ast.Render:
		return bindRender(b, in, o)
	case *ast.Scan:
		return bindScan(b, in, o)
	case *ast.Partition:
		return bindPartition(b, in, o)
	case *ast.Fork:
		return bindFork(b, in, o)
	case *ast.Facet:
		return bindFacet(b, in, o)
	case *ast.Reduce:
		return bindReduce(b, in, o)
	case *ast.GetSchema:
		return bindGetSchema(b, in, o)
	case *ast.Consume:
		return in.WithNode(&plan.Limit{Input: in.Node, N: long(0)})
	case *ast.ExecuteAndCache:
		return in
	case *ast.AssertSchema:
		return bindAssertSchema(b, in, o)
	}
	b.Errorf("AZ061", o.Span(), "this operator is not supported")
	return b.FailedTable()
}

// graphOperator returns the function that binds an operator on graphs, nil for
// all others.
func graphOperator(b *bind.Binder, o ast.Operator) func(in *bind.Table) *bind.Table {
	switch o := o.(type) {
	case *ast.GraphMatch:
		return func(in *bind.Table) *bind.Table { return bindGraphMatch(b, in, o) }
	case *ast.GraphToTable:
		return func(in *bind.Table) *bind.Table { return bindGraphToTable(b, in, o) }
	case *ast.GraphMarkComponents:
		return func(in *bind.Table) *bind.Table { return bindGraphMarkComponents(b, in, o) }
	case *ast.GraphWhere:
		return func(in *bind.Table) *bind.Table { return bindGraphWhere(b, in, o) }
	}
	return nil
}

// keyword is the name that an operator is written with.
func keyword(o ast.Operator) ast.Name {
	if k, ok := o.(interface{ Word() ast.Name }); ok {
		return k.Word()
	}
	return ast.Name{Pos: ast.Pos(o.Span())}
}

func long(n int64) plan.Expr { return &plan.Const{Value: n, T: types.Long} }

// condition is the expression of a value that has to be a bool.
func condition(v *bind.Value) plan.Expr {
	if v.Expr.Type() == types.Bool {
		return v.Expr
	}
	return &plan.Call{Func: "tobool", Args: []plan.Expr{v.Expr}, T: types.Bool}
}

// amount binds how many rows an operator gives.
func amount(b *bind.Binder, e ast.Expr) plan.Expr {
	if e == nil {
		return long(0)
	}
	v := b.Scalar(e)
	b.CheckInteger(v, e)
	if k, ok := v.Int(); ok {
		return long(k)
	}
	return v.Expr
}
