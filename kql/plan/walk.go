package plan

import "slices"

// WithInputs returns n with its inputs, in the order of Inputs, replaced by
// ins; n itself is not changed. It returns n if they are the same.
func WithInputs(n Node, ins []Node) Node {
	if slices.Equal(n.Inputs(), ins) {
		return n
	}
	switch n := n.(type) {
	case *Filter:
		c := *n
		c.Input = ins[0]
		return &c
	case *Project:
		c := *n
		c.Input = ins[0]
		return &c
	case *Aggregate:
		c := *n
		c.Input = ins[0]
		return &c
	case *Join:
		c := *n
		c.Left, c.Right = ins[0], ins[1]
		return &c
	case *Union:
		c := *n
		c.Ins = slices.Clone(ins)
		return &c
	case *Sort:
		c := *n
		c.Input = ins[0]
		return &c
	case *Limit:
		c := *n
		c.Input = ins[0]
		return &c
	case *Sample:
		c := *n
		c.Input = ins[0]
		return &c
	case *Window:
		c := *n
		c.Input = ins[0]
		return &c
	case *Unnest:
		c := *n
		c.Input = ins[0]
		return &c
	case *Apply:
		c := *n
		c.Input, c.Sub = ins[0], ins[1]
		return &c
	case *MakeSeries:
		c := *n
		c.Input = ins[0]
		return &c
	case *Parse:
		c := *n
		c.Input = ins[0]
		return &c
	case *ParseKV:
		c := *n
		c.Input = ins[0]
		return &c
	case *TopNested:
		c := *n
		c.Input = ins[0]
		return &c
	case *ScanSteps:
		c := *n
		c.Input = ins[0]
		return &c
	case *Plugin:
		c := *n
		if c.Input != nil {
			c.Input, ins = ins[0], ins[1:]
		}
		c.Args = slices.Clone(n.Args)
		for i := range c.Args {
			if c.Args[i].Table != nil {
				c.Args[i].Table, ins = ins[0], ins[1:]
			}
		}
		return &c
	case *GraphMatch:
		c := *n
		c.Graph = n.Graph.withInputs(ins)
		return &c
	case *GraphTable:
		c := *n
		c.Graph = n.Graph.withInputs(ins)
		return &c
	case *GraphPartition:
		return n.withInputs(ins)
	case *Shared:
		c := *n
		c.Input = ins[0]
		return &c
	case *SharedRef:
		c := *n
		c.Of = ins[0].(*Shared)
		return &c
	}
	return n
}

// MapExprs returns n with f applied to each of its expressions (the whole
// expressions, not their parts: see MapExpr). n itself is not changed; it is
// returned if no expression is.
func MapExprs(n Node, f func(Expr) Expr) Node {
	m := mapper{f: f}
	switch n := n.(type) {
	case *Sequence:
		c := *n
		c.From, c.To, c.Step = m.expr(n.From), m.expr(n.To), m.expr(n.Step)
		return m.done(n, &c)
	case *Filter:
		cond := m.expr(n.Cond)
		if m.changed {
			return &Filter{Input: n.Input, Cond: cond}
		}
	case *Project:
		items := m.assigns(n.Items)
		if m.changed {
			return &Project{Input: n.Input, Items: items}
		}
	case *Aggregate:
		c := *n
		c.By, c.Aggs = m.assigns(n.By), n.Aggs
		for i, a := range n.Aggs {
			if args := m.list(a.Args); !slices.Equal(args, a.Args) {
				if &c.Aggs[0] == &n.Aggs[0] {
					c.Aggs = slices.Clone(n.Aggs)
				}
				c.Aggs[i].Args = args
			}
		}
		return m.done(n, &c)
	case *Join:
		c := *n
		c.On = slices.Clone(n.On)
		for i, k := range n.On {
			c.On[i] = JoinKey{m.expr(k.Left), m.expr(k.Right)}
		}
		c.Where = m.opt(n.Where)
		return m.done(n, &c)
	case *Sort:
		c := *n
		c.Keys = m.keys(n.Keys)
		return m.done(n, &c)
	case *Limit:
		c := *n
		c.N = m.expr(n.N)
		return m.done(n, &c)
	case *Sample:
		c := *n
		c.N = m.expr(n.N)
		return m.done(n, &c)
	case *Window:
		c := *n
		c.Items = slices.Clone(n.Items)
		for i := range c.Items {
			c.Items[i].Args = m.list(c.Items[i].Args)
		}
		return m.done(n, &c)
	case *Unnest:
		c := *n
		c.Spec.Items, c.Spec.Limit = m.assigns(n.Spec.Items), m.opt(n.Spec.Limit)
		return m.done(n, &c)
	case *Apply:
		c := *n
		if n.Unnest != nil {
			u := *n.Unnest
			u.Items, u.Limit = m.assigns(u.Items), m.opt(u.Limit)
			c.Unnest = &u
		}
		c.By = m.opt(n.By)
		return m.done(n, &c)
	case *MakeSeries:
		c := *n
		c.By = m.assigns(n.By)
		c.Aggs = slices.Clone(n.Aggs)
		for i := range c.Aggs {
			c.Aggs[i].Args, c.Aggs[i].Default = m.list(c.Aggs[i].Args), m.opt(c.Aggs[i].Default)
		}
		c.On, c.From, c.To, c.Step = m.expr(n.On), m.opt(n.From), m.opt(n.To), m.opt(n.Step)
		return m.done(n, &c)
	case *Parse:
		c := *n
		c.X = m.expr(n.X)
		return m.done(n, &c)
	case *ParseKV:
		c := *n
		c.X, c.Keys = m.expr(n.X), m.assigns(n.Keys)
		return m.done(n, &c)
	case *TopNested:
		c := *n
		c.Levels = slices.Clone(n.Levels)
		for i := range c.Levels {
			l := &c.Levels[i]
			l.N, l.Others = m.opt(l.N), m.opt(l.Others)
			l.Of.Expr = m.expr(l.Of.Expr)
			l.Agg.Args = m.list(l.Agg.Args)
		}
		return m.done(n, &c)
	case *ScanSteps:
		c := *n
		c.Order, c.Partition, c.Declare = m.keys(n.Order), m.list(n.Partition), m.assigns(n.Declare)
		c.Steps = slices.Clone(n.Steps)
		for i := range c.Steps {
			c.Steps[i].Cond, c.Steps[i].Assign = m.opt(c.Steps[i].Cond), m.assigns(c.Steps[i].Assign)
		}
		return m.done(n, &c)
	case *Plugin:
		c := *n
		c.Args = slices.Clone(n.Args)
		for i := range c.Args {
			c.Args[i].Expr = m.opt(c.Args[i].Expr)
		}
		return m.done(n, &c)
	case *GraphMatch:
		c := *n
		c.Graph = n.Graph.mapExprs(&m)
		c.Where, c.Items = m.opt(n.Where), m.assigns(n.Items)
		return m.done(n, &c)
	case *GraphTable:
		c := *n
		c.Graph = n.Graph.mapExprs(&m)
		return m.done(n, &c)
	}
	return n
}

// mapper applies f and notes whether that changed anything.
type mapper struct {
	f       func(Expr) Expr
	changed bool
}

// done returns the changed copy, or the old node if nothing is changed.
func (m *mapper) done(old, changed Node) Node {
	if m.changed {
		return changed
	}
	return old
}

func (m *mapper) expr(e Expr) Expr {
	r := m.f(e)
	m.changed = m.changed || r != e
	return r
}

func (m *mapper) opt(e Expr) Expr {
	if e == nil {
		return nil
	}
	return m.expr(e)
}

// assigns copies in as soon as an expression changes.
func (m *mapper) assigns(in []Assign) []Assign {
	out, copied := in, false
	for i, a := range in {
		if r := m.expr(a.Expr); r != a.Expr {
			if !copied {
				out, copied = slices.Clone(in), true
			}
			out[i].Expr = r
		}
	}
	return out
}

func (m *mapper) list(in []Expr) []Expr {
	out, copied := in, false
	for i, e := range in {
		if r := m.expr(e); r != e {
			if !copied {
				out, copied = slices.Clone(in), true
			}
			out[i] = r
		}
	}
	return out
}

func (m *mapper) keys(in []SortKey) []SortKey {
	out := slices.Clone(in)
	for i := range out {
		out[i].Expr = m.expr(out[i].Expr)
	}
	return out
}

// EachExpr calls f with each of n's expressions (the whole expressions).
func EachExpr(n Node, f func(Expr)) {
	MapExprs(n, func(e Expr) Expr { f(e); return e })
}

// MapExpr rebuilds e from the leaves up: every part is replaced by what f
// returns for it. Nodes inside subqueries are left alone.
func MapExpr(e Expr, f func(Expr) Expr) Expr {
	switch x := e.(type) {
	case *Call:
		var args []Expr // nil while none is changed
		for i, a := range x.Args {
			r := MapExpr(a, f)
			if r == a {
				continue
			}
			if args == nil {
				args = slices.Clone(x.Args)
			}
			args[i] = r
		}
		if args == nil {
			return f(x)
		}
		return f(&Call{Func: x.Func, Args: args, T: x.T})
	case *InSubquery:
		if v := MapExpr(x.X, f); v != x.X {
			c := *x
			c.X = v
			return f(&c)
		}
	}
	return f(e)
}

// WalkExpr calls f with e and each of its parts, e first; it does not go into
// the parts of an expression for which f returns false, nor into subqueries.
func WalkExpr(e Expr, f func(Expr) bool) {
	if e == nil || !f(e) {
		return
	}
	switch e := e.(type) {
	case *Call:
		for _, a := range e.Args {
			WalkExpr(a, f)
		}
	case *InSubquery:
		WalkExpr(e.X, f)
	}
}

// Walk calls f with n and every node below it, the nodes of subqueries
// included, each node once and inputs before the nodes that read them.
func Walk(n Node, f func(Node)) {
	seen := map[Node]bool{}
	var walk func(Node)
	walk = func(n Node) {
		if n == nil || seen[n] {
			return
		}
		seen[n] = true
		for _, in := range n.Inputs() {
			walk(in)
		}
		EachExpr(n, func(e Expr) {
			WalkExpr(e, func(e Expr) bool {
				switch e := e.(type) {
				case *Subquery:
					walk(e.Input)
				case *InSubquery:
					walk(e.Input)
				}
				return true
			})
		})
		f(n)
	}
	walk(n)
}

// Transform rebuilds the plan below n from the leaves up: every node is
// replaced by what f returns for it, the nodes of subqueries too. A node that
// stands in several places (a Shared) is transformed once and stays one node.
func Transform(n Node, f func(Node) Node) Node {
	done := map[Node]Node{}
	var do func(Node) Node
	do = func(n Node) Node {
		if r, ok := done[n]; ok {
			return r
		}
		ins := slices.Clone(n.Inputs())
		for i := range ins {
			ins[i] = do(ins[i])
		}
		r := WithInputs(n, ins)
		if hasSubquery(r) {
			r = MapExprs(r, func(e Expr) Expr {
				return MapExpr(e, func(e Expr) Expr {
					switch x := e.(type) {
					case *Subquery:
						if in := do(x.Input); in != x.Input {
							return &Subquery{Input: in, T: x.T}
						}
					case *InSubquery:
						if in := do(x.Input); in != x.Input {
							return &InSubquery{Op: x.Op, X: x.X, Input: in}
						}
					}
					return e
				})
			})
		}
		r = f(r)
		done[n] = r
		return r
	}
	return do(n)
}

func hasSubquery(n Node) bool {
	found := false
	EachExpr(n, func(e Expr) {
		WalkExpr(e, func(e Expr) bool {
			switch e.(type) {
			case *Subquery, *InSubquery:
				found = true
			}
			return !found
		})
	})
	return found
}
