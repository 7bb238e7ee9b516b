package rewrite

import (
	"github.com/azflow/azflow/kql/plan"
)

// pushFilters moves each condition as far down as its columns exist unchanged:
// below projections, sorts, unions, expansions and joins, and onto the keys of
// aggregates. What is left stands where it stood.
func pushFilters(r *run, root plan.Node) plan.Node {
	return plan.Transform(root, func(n plan.Node) plan.Node {
		f, ok := n.(*plan.Filter)
		if !ok {
			return n
		}
		in, rest := f.Input, []plan.Expr(nil)
		for _, c := range conjuncts(f.Cond) {
			if below, ok := push(in, c); ok {
				in = below
			} else {
				rest = append(rest, c)
			}
		}
		if in == f.Input {
			return f
		}
		if cond := and(rest); cond != nil {
			return &plan.Filter{Input: in, Cond: cond}
		}
		return in
	})
}

// place puts a condition right above n, or lower if it can.
func place(n plan.Node, c plan.Expr) plan.Node {
	if below, ok := push(n, c); ok {
		return below
	}
	if f, ok := n.(*plan.Filter); ok {
		return &plan.Filter{Input: f.Input, Cond: and([]plan.Expr{f.Cond, c})}
	}
	return &plan.Filter{Input: n, Cond: c}
}

// push returns n with condition c placed below it; false if c must stay above.
func push(n plan.Node, c plan.Expr) (plan.Node, bool) {
	if !movable(c) {
		return nil, false
	}
	switch n := n.(type) {
	case *plan.Filter:
		in, ok := push(n.Input, c)
		if !ok {
			return nil, false
		}
		return &plan.Filter{Input: in, Cond: n.Cond}, true
	case *plan.Project:
		from := map[plan.ColumnID]plan.Expr{}
		for _, it := range n.Items {
			switch e := it.Expr.(type) {
			case *plan.Ref, *plan.Const:
				from[it.Column.ID] = e
			}
		}
		below, ok := substitute(c, from)
		if !ok {
			return nil, false
		}
		return &plan.Project{Input: place(n.Input, below), Items: n.Items}, true
	case *plan.Sort:
		return &plan.Sort{Input: place(n.Input, c), Keys: n.Keys}, true
	case *plan.Aggregate:
		from := map[plan.ColumnID]plan.Expr{}
		for _, it := range n.By {
			if e, ok := it.Expr.(*plan.Ref); ok {
				from[it.Column.ID] = e
			}
		}
		below, ok := substitute(c, from)
		if !ok || !n.Grouped {
			return nil, false
		}
		out := *n
		out.Input = place(n.Input, below)
		return &out, true
	case *plan.Unnest:
		if !within(c, n.Input) {
			return nil, false
		}
		out := *n
		out.Input = place(n.Input, c)
		return &out, true
	case *plan.Parse:
		if !within(c, n.Input) {
			return nil, false
		}
		out := *n
		out.Input = place(n.Input, c)
		return &out, true
	case *plan.ParseKV:
		if !within(c, n.Input) {
			return nil, false
		}
		out := *n
		out.Input = place(n.Input, c)
		return &out, true
	case *plan.Join:
		return pushJoin(n, c)
	case *plan.Union:
		ins := make([]plan.Node, len(n.Ins))
		for i, in := range n.Ins {
			from := map[plan.ColumnID]plan.Expr{}
			for j, col := range n.Cols {
				if id := n.Map[i][j]; id != 0 {
					from[col.ID] = &plan.Ref{Column: id, T: col.Type}
				}
			}
			below, ok := substitute(c, from)
			if !ok {
				return nil, false
			}
			ins[i] = place(in, below)
		}
		out := *n
		out.Ins = ins
		return &out, true
	}
	return nil, false
}

// pushJoin moves a condition on one side below the join, where that side's
// rows are not padded and, for innerunique, not chosen among.
func pushJoin(n *plan.Join, c plan.Expr) (plan.Node, bool) {
	out := *n
	switch {
	case within(c, n.Left):
		switch n.Kind {
		case plan.Inner, plan.LeftOuter, plan.LeftSemi, plan.LeftAnti:
			out.Left = place(n.Left, c)
			return &out, true
		}
	case within(c, n.Right):
		switch n.Kind {
		case plan.Inner, plan.InnerUnique, plan.RightOuter, plan.RightSemi, plan.RightAnti:
			out.Right = place(n.Right, c)
			return &out, true
		}
	}
	return nil, false
}

// movable reports whether c gives the same wherever it stands: functions of
// neighbouring rows and subqueries do not move.
func movable(c plan.Expr) bool {
	ok := true
	plan.WalkExpr(c, func(e plan.Expr) bool {
		switch e := e.(type) {
		case *plan.Subquery, *plan.InSubquery:
			ok = false
		case *plan.Call:
			if volatile(e.Func) {
				ok = false
			}
		}
		return ok
	})
	return ok
}

// within reports whether n gives all columns that c refers to.
func within(c plan.Expr, n plan.Node) bool {
	var set plan.ColumnSet
	uses(c, &set)
	for _, col := range n.Columns() {
		set.Remove(col.ID)
	}
	return set.Empty()
}

// substitute returns c over other columns; false if one has no substitute.
func substitute(c plan.Expr, from map[plan.ColumnID]plan.Expr) (plan.Expr, bool) {
	ok := true
	out := plan.MapExpr(c, func(e plan.Expr) plan.Expr {
		r, is := e.(*plan.Ref)
		if !is {
			return e
		}
		s, have := from[r.Column]
		if !have {
			ok = false
			return e
		}
		return s
	})
	return out, ok
}
