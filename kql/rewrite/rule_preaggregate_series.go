package rewrite

import (
	"github.com/azflow/azflow/kql/plan"
	"github.com/azflow/azflow/kql/types"
)

// preaggregateSeries puts below a make-series an aggregation by its groups and
// bins, which an engine can run, so that the series themselves are made of one
// row for each bin. The axis stays as it was: bins are counted from its start,
// or without one from zero, as make-series does.
func preaggregateSeries(r *run, root plan.Node) plan.Node {
	return plan.Transform(root, func(n plan.Node) plan.Node {
		s, ok := n.(*plan.MakeSeries)
		if !ok || !readsTable(s.Input) {
			return n
		}
		bin, ok := seriesBin(s)
		if !ok {
			return n
		}
		on := r.newColumn("bin", s.On.Type())
		below := &plan.Aggregate{Input: s.Input, Grouped: true}
		out := *s
		out.Input, out.On, out.By, out.Aggs = below, ref(on), nil, nil
		for _, k := range s.By {
			key := r.newColumn(k.Column.Name, k.Column.Type)
			if same, ok := k.Expr.(*plan.Ref); ok {
				key.ID = same.Column // passes through
			}
			below.By = append(below.By, plan.Assign{Column: key, Expr: k.Expr})
			out.By = append(out.By, plan.Assign{Column: k.Column, Expr: ref(key)})
		}
		below.By = append(below.By, plan.Assign{Column: on, Expr: bin})
		for _, a := range s.Aggs {
			t, ok := aggregateType(a)
			if !ok {
				return n
			}
			value := r.newColumn(a.Col.Name, t)
			below.Aggs = append(below.Aggs, plan.AggItem{Cols: []plan.Column{value}, Func: a.Func, Args: a.Args})
			out.Aggs = append(out.Aggs, plan.SeriesItem{Col: a.Col, Func: "take_any", Args: []plan.Expr{ref(value)}, Default: a.Default})
		}
		return &out
	})
}

// seriesBin returns the start of the bin that a row of s falls into.
func seriesBin(s *plan.MakeSeries) (plan.Expr, bool) {
	t := s.On.Type()
	step, ok := s.Step.(*plan.Const)
	if !ok || step.Value == nil {
		return nil, false
	}
	switch t {
	case types.Long:
		if step.T != types.Long {
			return nil, false
		}
	case types.DateTime, types.TimeSpan:
		if step.T != types.TimeSpan {
			return nil, false
		}
	default:
		return nil, false
	}
	if s.From == nil {
		return &plan.Call{Func: "bin", Args: []plan.Expr{s.On, step}, T: t}, true
	}
	from, ok := s.From.(*plan.Const)
	if !ok || from.T != t || from.Value == nil {
		return nil, false
	}
	return &plan.Call{Func: "bin_at", Args: []plan.Expr{s.On, step, from}, T: t}, true
}

// aggregateType returns the type of an aggregate whose value a bin can keep
// apart from its rows.
func aggregateType(a plan.SeriesItem) (types.Type, bool) {
	var arg types.Type
	if len(a.Args) > 0 {
		arg = a.Args[0].Type()
	}
	switch a.Func {
	case "count", "countif", "dcount", "dcountif", "count_distinct":
		return types.Long, true
	case "avg", "avgif", "stdev", "stdevif", "variance", "varianceif":
		return types.Real, arg == types.Int || arg == types.Long || arg == types.Real
	case "sum", "sumif":
		if arg == types.Int {
			return types.Long, true
		}
		return arg, arg == types.Long || arg == types.Real || arg == types.TimeSpan
	case "min", "max", "minif", "maxif", "take_any", "any":
		return arg, arg == types.Int || arg == types.Long || arg == types.Real || arg == types.DateTime || arg == types.TimeSpan
	case "percentile":
		return arg, arg == types.Long || arg == types.Real
	}
	return types.Unknown, false
}

// readsTable reports whether a table is read at or below n.
func readsTable(n plan.Node) bool {
	found := false
	plan.Walk(n, func(n plan.Node) {
		if _, ok := n.(*plan.Scan); ok {
			found = true
		}
	})
	return found
}
