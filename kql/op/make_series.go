package op

import (
	"slices"

	"github.com/azflow/azflow/kql/ast"
	"github.com/azflow/azflow/kql/bind"
	"github.com/azflow/azflow/kql/fn"
	"github.com/azflow/azflow/kql/plan"
	"github.com/azflow/azflow/kql/types"
)

var makeSeriesDoc = Doc{
	Keyword: "make-series",
	Summary: "Aggregates into arrays over a regular axis, one row a group; bins without rows get the default.",
	Syntax:  "T | make-series [Name =] Aggregation [default = Value], … on Axis [from Start] [to End] step Step [by Expression, …]",
	Example: "NTANetAnalytics | make-series Flows = count() on TimeGenerated from ago(1d) to now() step 1h by FlowStatus",
}

func bindMakeSeries(b *bind.Binder, in *bind.Table, o *ast.MakeSeries) *bind.Table {
	n := &plan.MakeSeries{Input: in.Node}
	kind, _, _ := bind.WordParam(o.Params, "kind")
	n.NonEmpty = kind == "nonempty"
	p := b.NewProjection()
	var groupBy []bind.Column
	b.WithRow(in, func() {
		groupBy = groupsAny(b, p, o.By)
		by, _ := p.Assigns()
		n.By = by
		for i := range o.Aggregates {
			seriesItem(b, p, n, groupBy, &o.Aggregates[i])
		}
		axis(b, p, n, o)
	})
	cols := p.Columns()
	out := in.With(n, cols)
	out.Serialized = false
	return out
}

// groupsAny adds the columns of a `by` list, which may be dynamic.
func groupsAny(b *bind.Binder, p *bind.Projection, by []ast.Expr) []bind.Column {
	var plain []bind.Column
	for _, e := range by {
		if v := p.Item(e, bind.ProjectStyle, bind.Option{}); v.Column != nil {
			plain = append(plain, *v.Column)
		}
	}
	return plain
}

// seriesItem adds one aggregate of make-series.
func seriesItem(b *bind.Binder, p *bind.Projection, n *plan.MakeSeries, groupBy []bind.Column, s *ast.SeriesAggregate) {
	value := s.X
	if named, ok := s.X.(*ast.Named); ok {
		value = named.X
	}
	var v *bind.Value
	items := b.WithAggregates(groupBy, func() {
		v = b.Scalar(value)
		p.Value(s.X, v, bind.SummarizeStyle, bind.Option{Type: types.Dynamic, Fresh: true})
	})
	item := plan.SeriesItem{Col: p.Last().Plan()}
	ref, isRef := v.Expr.(*plan.Ref)
	switch {
	case len(items) == 1 && len(items[0].Cols) == 1 && isRef && ref.Column == items[0].Cols[0].ID:
		item.Func, item.Args = items[0].Func, items[0].Args
	case len(items) == 0 && v.IsConst: // the constant, in bins that have rows
		item.Func, item.Args = "take_any", []plan.Expr{v.Expr}
	case v.Type == types.Unknown:
	default:
		b.Reportf("AZ062", value.Span(), "compute with the series after make-series", "make-series wants a single aggregation here")
	}
	if s.Default != nil {
		d := b.Scalar(s.Default)
		b.CheckLiteral(d, s.Default)
		b.CheckPromotable(d, s.Default, v.Type)
		item.Default = d.Expr
	}
	n.Aggs = append(n.Aggs, item)
}

// axis binds on, from, to and step.
func axis(b *bind.Binder, p *bind.Projection, n *plan.MakeSeries, o *ast.MakeSeries) {
	if o.On == nil {
		return
	}
	on := o.On
	if named, ok := on.(*ast.Named); ok {
		on = named.X
	}
	v := b.Scalar(on)
	n.On = v.Expr
	p.Value(o.On, v, bind.ProjectStyle, bind.Option{Type: types.Dynamic, Fresh: true})
	n.Axis = p.Last().Plan()
	if o.In != nil {
		inRange(b, n, o.In, v.Type)
		return
	}
	bound := func(e ast.Expr) plan.Expr {
		if e == nil {
			return nil
		}
		x := b.Scalar(e)
		b.CheckPromotable(x, e, v.Type)
		return x.Expr
	}
	n.From, n.To = bound(o.From), bound(o.To)
	if o.Step != nil {
		step := b.Scalar(o.Step)
		b.CheckInterval(step, o.Step, v.Type)
		n.Step = step.Expr
	}
}

// inRange binds the older form `in range(start, stop, step)`. MS Learn: the
// stop is inclusive, and bins are those of bin().
func inRange(b *bind.Binder, n *plan.MakeSeries, e ast.Expr, t types.Type) {
	call, ok := e.(*ast.Call)
	if !ok || len(call.Args) != 3 {
		if ok {
			b.Errorf("KS118", call.Span(), "3 arguments expected.")
		}
		return
	}
	var args [3]plan.Expr
	for i, a := range call.Args {
		v := b.Scalar(a.X)
		if i < 2 {
			b.CheckPromotable(v, a.X, t)
		} else {
			b.CheckInterval(v, a.X, t)
		}
		args[i] = v.Expr
	}
	binned := func(e plan.Expr) plan.Expr {
		return &plan.Call{Func: "bin", Args: []plan.Expr{e, args[2]}, T: e.Type()}
	}
	n.From, n.Step = binned(args[0]), args[2]
	n.To = &plan.Call{Func: "+", Args: []plan.Expr{binned(args[1]), args[2]}, T: args[1].Type()}
}

var rangeDoc = Doc{
	Keyword: "range",
	Summary: "Gives a column of values at even steps, both ends included.",
	Syntax:  "range Name from Start to End step Step",
	Example: "range Hour from ago(1d) to now() step 1h",
}

func bindRange(b *bind.Binder, in *bind.Table, o *ast.Range) *bind.Table {
	b.CheckFirst(in, o.Keyword)
	var from, to, step *bind.Value
	b.WithoutRow(func() {
		from, to, step = b.Scalar(o.From), b.Scalar(o.To), b.Scalar(o.Step)
		b.CheckSummable(from, o.From)
		b.CheckSummable(to, o.To)
		b.CheckSummable(step, o.Step)
		if k, ok := step.Int(); ok && k == 0 {
			b.Errorf("KS140", o.Step.Span(), "The expression must not be the value: 0")
		}
	})
	t := rangeType(b, from, to, step, o)
	c := b.NewColumn(o.Name.Text, t)
	return &bind.Table{
		Node:    &plan.Sequence{Col: c.Plan(), From: from.Expr, To: to.Expr, Step: step.Expr},
		Columns: []bind.Column{c}, Serialized: true,
	}
}

// rangeType is the type of a range's column.
func rangeType(b *bind.Binder, from, to, step *bind.Value, o *ast.Range) types.Type {
	ends := []types.Type{from.Type, to.Type}
	if slices.Contains(ends, types.Unknown) || step.Type == types.Unknown {
		return types.Unknown
	}
	if from.Type.IsNumeric() && to.Type.IsNumeric() && step.Type.IsNumeric() {
		t := fn.Widen(from.Type, to.Type)
		if t == types.Int && step.Type == types.Int {
			return types.Int
		}
		return fn.Widen(fn.Widen(t, step.Type), types.Long)
	}
	if from.Type == to.Type && step.Type == types.TimeSpan && (from.Type == types.DateTime || from.Type == types.TimeSpan) {
		return from.Type
	}
	if bind.IsSummable(from.Type) && bind.IsSummable(to.Type) && bind.IsSummable(step.Type) {
		b.Errorf("KS106", o.Step.Span(), "The operator '+' is not defined for the operand types %v and %v.", from.Type, step.Type)
	}
	return types.Unknown
}
