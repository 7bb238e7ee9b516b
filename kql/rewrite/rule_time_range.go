package rewrite

import (
	"math"

	"github.com/azflow/azflow/kql/plan"
	"github.com/azflow/azflow/kql/types"
)

// timeRange makes the conditions right above a scan that compare its time column
// with constants the scan's From and To.
func timeRange(r *run, root plan.Node) plan.Node {
	if r.catalog == nil {
		return root
	}
	return plan.Transform(root, func(n plan.Node) plan.Node {
		f, ok := n.(*plan.Filter)
		if !ok {
			return n
		}
		in, rest, ok := r.narrow(f.Input, conjuncts(f.Cond))
		if !ok {
			return n
		}
		if cond := and(rest); cond != nil {
			return &plan.Filter{Input: in, Cond: cond}
		}
		return in
	})
}

// narrow bounds the scan at n, below other filters, by conditions, and returns
// those that are left.
func (r *run) narrow(n plan.Node, conds []plan.Expr) (plan.Node, []plan.Expr, bool) {
	switch n := n.(type) {
	case *plan.Filter:
		in, rest, ok := r.narrow(n.Input, conds)
		if !ok {
			return nil, nil, false
		}
		return &plan.Filter{Input: in, Cond: n.Cond}, rest, true
	case *plan.Scan:
		t, ok := r.catalog.Table(n.Table)
		if !ok || t.Time == "" {
			return nil, nil, false
		}
		var id plan.ColumnID
		for _, c := range n.Cols {
			if c.Name == t.Time && c.Type == types.DateTime {
				id = c.ID
			}
		}
		if id == 0 {
			return nil, nil, false
		}
		b := bounds{from: math.MinInt64, to: math.MaxInt64}
		if n.From != 0 {
			b.from = int64(n.From)
		}
		if n.To != 0 {
			b.to = int64(n.To)
		}
		var rest []plan.Expr
		for _, c := range conds {
			if next := b; next.add(c, id) && next.representable() {
				b = next
			} else {
				rest = append(rest, c)
			}
		}
		if len(rest) == len(conds) {
			return nil, nil, false
		}
		out := *n
		if b.from != math.MinInt64 {
			out.From = types.Instant(b.from)
		}
		if b.to != math.MaxInt64 {
			out.To = types.Instant(b.to)
		}
		return &out, rest, true
	}
	return nil, nil, false
}

// representable reports whether b can be a scan's bounds, in which 0 is open.
func (b *bounds) representable() bool {
	return (b.from == math.MinInt64 || b.from > 0) && b.to > 0 && b.from < b.to
}

// bounds is a half-open range of ticks.
type bounds struct{ from, to int64 }

// add narrows b by a condition if it is one that compares column id with
// constants.
func (b *bounds) add(e plan.Expr, id plan.ColumnID) bool {
	c, ok := e.(*plan.Call)
	if !ok || len(c.Args) < 2 {
		return false
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
		if !ok1 || !ok2 || hi < lo || hi >= types.MaxInstant {
			return false // empty, or out of range
		}
		b.narrow(lo, hi+1)
		return true
	case len(c.Args) != 2:
	case isTime(0):
		if t, ok := at(1); ok {
			return b.compare(op, t)
		}
	case isTime(1):
		if t, ok := at(0); ok {
			return b.compare(mirrored[op], t)
		}
	}
	return false
}

var mirrored = map[string]string{"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "=="}

func (b *bounds) compare(op string, t int64) bool {
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
	default:
		return false
	}
	return true
}

func (b *bounds) narrow(from, to int64) { b.from, b.to = max(b.from, from), min(b.to, to) }
