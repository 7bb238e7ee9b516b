package rewrite

import "github.com/azflow/azflow/kql/plan"

// deadColumns drops columns that nothing above uses. The columns of a Shared
// that some reader uses stay for all its readers.
func deadColumns(r *run, root plan.Node) plan.Node {
	need := map[*plan.Shared]*plan.ColumnSet{}
	for { // what a Shared has to give is known once all its readers are
		d := &deadener{shared: map[*plan.Shared]*plan.Shared{}, subqueries: map[plan.Node]plan.Node{}, need: need}
		out := d.prune(root, allOf(root))
		if !d.more {
			return out
		}
	}
}

func allOf(n plan.Node) *plan.ColumnSet {
	s := &plan.ColumnSet{}
	for _, c := range n.Columns() {
		s.Add(c.ID)
	}
	return s
}

// A deadener prunes one plan. Nodes that stand in several places stay one node.
type deadener struct {
	shared     map[*plan.Shared]*plan.Shared
	subqueries map[plan.Node]plan.Node
	// need is what the readers of each Shared use; more says that it grew.
	need map[*plan.Shared]*plan.ColumnSet
	more bool
}

// with returns s and the columns that the expressions use. Subqueries inside
// them are pruned on their own.
func with(s *plan.ColumnSet, es ...plan.Expr) *plan.ColumnSet {
	out := s.Clone()
	for _, e := range es {
		if e != nil {
			uses(e, &out)
		}
	}
	return &out
}

// usedBy returns the columns that the expressions use.
func usedBy(es ...plan.Expr) *plan.ColumnSet { return with(&plan.ColumnSet{}, es...) }

// prune returns n giving at least the columns of need that it gives, in their
// order, and no other that it can do without.
func (d *deadener) prune(n plan.Node, need *plan.ColumnSet) plan.Node {
	n = plan.MapExprs(n, func(e plan.Expr) plan.Expr { return plan.MapExpr(e, d.subquery) })
	switch n := n.(type) {
	case *plan.Scan:
		cols := kept(n.Cols, need)
		if len(cols) == len(n.Cols) {
			return n
		}
		out := *n
		out.Cols = cols
		return &out
	case *plan.Filter:
		return plan.WithInputs(n, []plan.Node{d.prune(n.Input, with(need, n.Cond))})
	case *plan.Project:
		var below plan.ColumnSet
		keep := 0
		for _, it := range n.Items {
			if need.Has(it.Column.ID) {
				keep++
				uses(it.Expr, &below)
			}
		}
		in := d.prune(n.Input, &below)
		if keep == len(n.Items) {
			return plan.WithInputs(n, []plan.Node{in})
		}
		items := make([]plan.Assign, 0, keep)
		for _, it := range n.Items {
			if need.Has(it.Column.ID) {
				items = append(items, it)
			}
		}
		return &plan.Project{Input: in, Items: items}
	case *plan.Sort:
		var es []plan.Expr
		for _, k := range n.Keys {
			es = append(es, k.Expr)
		}
		return plan.WithInputs(n, []plan.Node{d.prune(n.Input, with(need, es...))})
	case *plan.Limit:
		return plan.WithInputs(n, []plan.Node{d.prune(n.Input, need)})
	case *plan.Aggregate:
		out := *n
		var es []plan.Expr
		for _, it := range n.By {
			es = append(es, it.Expr)
		}
		out.Aggs = nil
		for _, a := range n.Aggs {
			used := false
			for _, c := range a.Cols {
				used = used || need.Has(c.ID)
			}
			if used || len(n.By) == 0 && len(out.Aggs) == 0 {
				a = chosen(a, need)
				out.Aggs = append(out.Aggs, a)
				es = append(es, a.Args...)
			}
		}
		out.Input = d.prune(n.Input, usedBy(es...))
		return &out
	case *plan.Join:
		return d.join(n, need)
	case *plan.Union:
		return d.union(n, need)
	case *plan.Window:
		out := *n
		out.Items = nil
		var es []plan.Expr
		for _, w := range n.Items {
			if need.Has(w.Column.ID) {
				out.Items = append(out.Items, w)
				es = append(es, w.Args...)
			}
		}
		in := d.prune(n.Input, with(need, es...))
		if len(out.Items) == 0 {
			return in
		}
		out.Input = in
		return &out
	case *plan.Unnest:
		var es []plan.Expr
		for _, it := range n.Spec.Items {
			es = append(es, it.Expr)
		}
		es = append(es, n.Spec.Limit)
		items := &plan.ColumnSet{}
		for _, it := range n.Spec.Items {
			items.Add(it.Column.ID)
		}
		out := *n
		out.Input = d.prune(n.Input, with(need, es...))
		out.Cols = nil
		for _, c := range n.Cols {
			if need.Has(c.ID) || items.Has(c.ID) || n.Spec.ItemIndex != nil && n.Spec.ItemIndex.ID == c.ID {
				out.Cols = append(out.Cols, c)
			}
		}
		return &out
	case *plan.Apply:
		if out, ok := d.apply(n, need); ok {
			return out
		}
	case *plan.SharedRef:
		return d.sharedRef(n, need)
	case *plan.Shared:
		return d.sharedNode(n, need)
	}
	// All others: all that their inputs give.
	ins := n.Inputs()
	out := make([]plan.Node, len(ins))
	for i, in := range ins {
		out[i] = d.prune(in, allOf(in))
	}
	return plan.WithInputs(n, out)
}

// chosen drops the unused columns of an aggregate that gives columns of one
// row: arg_max, arg_min, take_any. What the row is chosen by stays.
func chosen(a plan.AggItem, need *plan.ColumnSet) plan.AggItem {
	first := 0
	switch a.Func {
	case "arg_max", "arg_min", "argmax", "argmin":
		first = 1
	case "take_any", "any":
	default:
		return a
	}
	if len(a.Cols) != len(a.Args) {
		return a
	}
	out := plan.AggItem{Func: a.Func}
	for i, c := range a.Cols {
		if i < first || need.Has(c.ID) {
			out.Cols, out.Args = append(out.Cols, c), append(out.Args, a.Args[i])
		}
	}
	if len(out.Cols) == 0 || len(out.Cols) == 1 && first == 0 && len(a.Cols) > 1 {
		return a // take_any of one column prefers what is not null
	}
	return out
}

// apply prunes the rows that a subquery is run on, if every operator of it
// names the columns that it uses.
func (d *deadener) apply(n *plan.Apply, need *plan.ColumnSet) (plan.Node, bool) {
	simple := true
	used := allOf(n.Sub)
	plan.Walk(n.Sub, func(m plan.Node) {
		switch m.(type) {
		case *plan.Filter, *plan.Project, *plan.Aggregate, *plan.Sort, *plan.Limit, *plan.Leaf:
		default:
			simple = false
		}
	})
	if !simple {
		return nil, false
	}
	usesBelow(n.Sub, used)
	out := *n
	rows := &plan.Leaf{Index: n.Rows.Index, Cols: kept(n.Rows.Cols, used)}
	out.Rows = rows
	out.Sub = plan.Transform(n.Sub, func(m plan.Node) plan.Node {
		if m == plan.Node(n.Rows) {
			return rows
		}
		return m
	})
	out.Keep, out.Cols = kept(n.Keep, need), kept(n.Cols, need)
	es := []plan.Expr{n.By}
	if n.Unnest != nil {
		es = append(es, n.Unnest.Limit)
		for _, it := range n.Unnest.Items {
			es = append(es, it.Expr)
		}
	}
	for _, c := range out.Keep {
		used.Add(c.ID)
	}
	out.Input = d.prune(n.Input, with(used, es...))
	return &out, true
}

// kept returns the columns that are in a set.
func kept(cols []plan.Column, set *plan.ColumnSet) []plan.Column {
	out := make([]plan.Column, 0, len(cols))
	for _, c := range cols {
		if set.Has(c.ID) {
			out = append(out, c)
		}
	}
	return out
}

func (d *deadener) subquery(e plan.Expr) plan.Expr {
	switch e := e.(type) {
	case *plan.Subquery:
		return &plan.Subquery{Input: d.first(e.Input), T: e.T}
	case *plan.InSubquery:
		return &plan.InSubquery{Op: e.Op, X: e.X, Input: d.first(e.Input)}
	}
	return e
}

// first prunes a subquery, of which the first column counts.
func (d *deadener) first(n plan.Node) plan.Node {
	if done := d.subqueries[n]; done != nil {
		return done
	}
	cols := n.Columns()
	need := &plan.ColumnSet{}
	if len(cols) > 0 {
		need.Add(cols[0].ID)
	}
	out := d.prune(n, need)
	if len(cols) > 0 && (len(out.Columns()) == 0 || out.Columns()[0].ID != cols[0].ID) {
		out = &plan.Project{Input: out, Items: passes(cols[:1])}
	}
	d.subqueries[n] = out
	return out
}

// sharedNode prunes s, of which one more reader uses the columns of need.
func (d *deadener) sharedNode(s *plan.Shared, need *plan.ColumnSet) *plan.Shared {
	known := d.need[s]
	if known == nil {
		known = &plan.ColumnSet{}
		d.need[s], d.more = known, true
	}
	for _, c := range s.Columns() {
		if need.Has(c.ID) && !known.Has(c.ID) {
			known.Add(c.ID)
			d.more = true
		}
	}
	if done := d.shared[s]; done != nil {
		return done
	}
	out := &plan.Shared{Name: s.Name, Input: d.prune(s.Input, known)}
	d.shared[s] = out
	return out
}

// sharedRef prunes a reader of a Shared: it gives what is left of that.
func (d *deadener) sharedRef(n *plan.SharedRef, need *plan.ColumnSet) plan.Node {
	inner, read := &plan.ColumnSet{}, map[plan.ColumnID]plan.Column{}
	for i, c := range n.Of.Columns() {
		read[c.ID] = n.Cols[i]
		if need.Has(n.Cols[i].ID) {
			inner.Add(c.ID)
		}
	}
	out := &plan.SharedRef{Of: d.sharedNode(n.Of, inner)}
	for _, c := range out.Of.Columns() {
		out.Cols = append(out.Cols, read[c.ID])
	}
	return out
}

func (d *deadener) join(n *plan.Join, need *plan.ColumnSet) plan.Node {
	left, right := with(need, n.Where), with(need, n.Where)
	for _, k := range n.On {
		left, right = with(left, k.Left), with(right, k.Right)
	}
	out := *n
	out.Left, out.Right = d.prune(n.Left, left), d.prune(n.Right, right)
	if out.Left == n.Left && out.Right == n.Right {
		return n
	}
	cols := n.Columns()
	names := make(map[plan.ColumnID]string, len(cols))
	for _, c := range cols {
		names[c.ID] = c.Name
	}
	out.Names = nil
	for _, c := range out.Columns() {
		out.Names = append(out.Names, names[c.ID])
	}
	return &out
}

func (d *deadener) union(n *plan.Union, need *plan.ColumnSet) plan.Node {
	out := *n
	out.Cols, out.Map = make([]plan.Column, 0, len(n.Cols)), make([][]plan.ColumnID, len(n.Ins))
	for j, c := range n.Cols {
		if !need.Has(c.ID) {
			continue
		}
		out.Cols = append(out.Cols, c)
		for i := range n.Ins {
			out.Map[i] = append(out.Map[i], n.Map[i][j])
		}
	}
	out.Ins = make([]plan.Node, len(n.Ins))
	for i, in := range n.Ins {
		used := &plan.ColumnSet{}
		for _, id := range out.Map[i] {
			if id != 0 {
				used.Add(id)
			}
		}
		out.Ins[i] = d.prune(in, used)
	}
	if len(out.Cols) == len(n.Cols) {
		return plan.WithInputs(n, out.Ins)
	}
	return &out
}
