package rewrite

import (
	"math"

	"github.com/azflow/azflow/kql/plan"
	"github.com/azflow/azflow/kql/types"
)

// timeRange sets a scan's From and To from the conditions right above it. The
// conditions stay.
func timeRange(r *run, root plan.Node) plan.Node {
	if r.catalog == nil {
		return root
	}
	return plan.Transform(root, func(n plan.Node) plan.Node {
		f, ok := n.(*plan.Filter)
		if !ok {
			return n
		}
		in, ok := r.narrow(f.Input, conjuncts(f.Cond))
		if !ok {
			return n
		}
		return &plan.Filter{Input: in, Cond: f.Cond}
	})
}

// narrow bounds the scan at n, below other filters, by conditions.
func (r *run) narrow(n plan.Node, conds []plan.Expr) (plan.Node, bool) {
	switch n := n.(type) {
	case *plan.Filter:
		in, ok := r.narrow(n.Input, conds)
		if !ok {
			return nil, false
		}
		return &plan.Filter{Input: in, Cond: n.Cond}, true
	case *plan.Scan:
		t, ok := r.catalog.Table(n.Table)
		if !ok || t.Time == "" {
			return nil, false
		}
		var id plan.ColumnID
		for _, c := range n.Cols {
			if c.Name == t.Time {
				id = c.ID
			}
		}
		b := bounds{from: math.MinInt64, to: math.MaxInt64}
		for _, c := range conds {
			b.add(c, id)
		}
		out := *n
		if from := types.Instant(b.from); b.from != math.MinInt64 && from > out.From {
			out.From = from
		}
		if to := types.Instant(b.to); b.to != math.MaxInt64 && (out.To == 0 || to < out.To) {
			out.To = to
		}
		return &out, out.From != n.From || out.To != n.To
	}
	return nil, false
}

// bounds is a half-open range of ticks.
type bounds struct{ from, to int64 }

// add narrows b by a condition if it compares column id with constants.
func (b *bounds) add(e plan.Expr, id plan.ColumnID) {
	c, ok := e.(*plan.Call)
	if !ok || len(c.Args) < 2 {
		return
	}
	at := func(i int) (int64, bool) {
		k, ok := c.Args[i].(*plan.Const)
		if !ok {
			return 0, false
		}
		t, ok := k.Value.(types.Instant)
		return int64(t), ok
	}
	isTime := func(i int) bool {
		r, ok := c.Args[i].(*plan.Ref)
		return ok && r.Column == id
	}
	op := c.Func
	switch {
	case op == "between" && len(c.Args) == 3 && isTime(0):
		lo, ok1 := at(1)
		hi, ok2 := at(2)
		if k, ok := c.Args[2].(*plan.Const); ok && !ok2 {
			if span, isSpan := k.Value.(types.Interval); isSpan {
				hi, ok2 = lo+int64(span), true
			}
		}
		if ok1 && ok2 {
			b.narrow(lo, hi+1)
		}
		return
	case len(c.Args) != 2:
		return
	case isTime(0):
		if t, ok := at(1); ok {
			b.compare(op, t)
		}
	case isTime(1):
		if t, ok := at(0); ok {
			b.compare(mirrored[op], t)
		}
	}
}

var mirrored = map[string]string{"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "=="}

func (b *bounds) compare(op string, t int64) {
	switch op {
	case "<":
		b.narrow(math.MinInt64, t)
	case "<=":
		b.narrow(math.MinInt64, t+1)
	case ">":
		b.narrow(t+1, math.MaxInt64)
	case ">=":
		b.narrow(t, math.MaxInt64)
	case "==":
		b.narrow(t, t+1)
	}
}

func (b *bounds) narrow(from, to int64) { b.from, b.to = max(b.from, from), min(b.to, to) }
