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
// expressions, not their parts: see MapExpr). n itself is not changed.
func MapExprs(n Node, f func(Expr) Expr) Node {
	opt := func(e Expr) Expr {
		if e == nil {
			return nil
		}
		return f(e)
	}
	assigns := func(in []Assign) []Assign {
		out := slices.Clone(in)
		for i := range out {
			out[i].Expr = f(out[i].Expr)
		}
		return out
	}
	list := func(in []Expr) []Expr {
		out := slices.Clone(in)
		for i := range out {
			out[i] = f(out[i])
		}
		return out
	}
	keys := func(in []SortKey) []SortKey {
		out := slices.Clone(in)
		for i := range out {
			out[i].Expr = f(out[i].Expr)
		}
		return out
	}
	switch n := n.(type) {
	case *Sequence:
		c := *n
		c.From, c.To, c.Step = f(n.From), f(n.To), f(n.Step)
		return &c
	case *Filter:
		c := *n
		c.Cond = f(n.Cond)
		return &c
	case *Project:
		c := *n
		c.Items = assigns(n.Items)
		return &c
	case *Aggregate:
		c := *n
		c.By = assigns(n.By)
		c.Aggs = slices.Clone(n.Aggs)
		for i := range c.Aggs {
			c.Aggs[i].Args = list(c.Aggs[i].Args)
		}
		return &c
	case *Join:
		c := *n
		c.On = slices.Clone(n.On)
		for i := range c.On {
			c.On[i] = JoinKey{f(c.On[i].Left), f(c.On[i].Right)}
		}
		c.Where = opt(n.Where)
		return &c
	case *Sort:
		c := *n
		c.Keys = keys(n.Keys)
		return &c
	case *Limit:
		c := *n
		c.N = f(n.N)
		return &c
	case *Sample:
		c := *n
		c.N = f(n.N)
		return &c
	case *Window:
		c := *n
		c.Items = slices.Clone(n.Items)
		for i := range c.Items {
			c.Items[i].Args = list(c.Items[i].Args)
		}
		return &c
	case *Unnest:
		c := *n
		c.Spec.Items, c.Spec.Limit = assigns(n.Spec.Items), opt(n.Spec.Limit)
		return &c
	case *Apply:
		c := *n
		if n.Unnest != nil {
			u := *n.Unnest
			u.Items, u.Limit = assigns(u.Items), opt(u.Limit)
			c.Unnest = &u
		}
		c.By = opt(n.By)
		return &c
	case *MakeSeries:
		c := *n
		c.By = assigns(n.By)
		c.Aggs = slices.Clone(n.Aggs)
		for i := range c.Aggs {
			c.Aggs[i].Args, c.Aggs[i].Default = list(c.Aggs[i].Args), opt(c.Aggs[i].Default)
		}
		c.On, c.From, c.To, c.Step = f(n.On), opt(n.From), opt(n.To), opt(n.Step)
		return &c
	case *Parse:
		c := *n
		c.X = f(n.X)
		return &c
	case *ParseKV:
		c := *n
		c.X, c.Keys = f(n.X), assigns(n.Keys)
		return &c
	case *TopNested:
		c := *n
		c.Levels = slices.Clone(n.Levels)
		for i := range c.Levels {
			l := &c.Levels[i]
			l.N, l.Others = opt(l.N), opt(l.Others)
			l.Of.Expr = f(l.Of.Expr)
			l.Agg.Args = list(l.Agg.Args)
		}
		return &c
	case *ScanSteps:
		c := *n
		c.Order, c.Partition, c.Declare = keys(n.Order), list(n.Partition), assigns(n.Declare)
		c.Steps = slices.Clone(n.Steps)
		for i := range c.Steps {
			c.Steps[i].Cond, c.Steps[i].Assign = opt(c.Steps[i].Cond), assigns(c.Steps[i].Assign)
		}
		return &c
	case *Plugin:
		c := *n
		c.Args = slices.Clone(n.Args)
		for i := range c.Args {
			c.Args[i].Expr = opt(c.Args[i].Expr)
		}
		return &c
	}
	return n
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
		c := *x
		c.Args = slices.Clone(x.Args)
		for i := range c.Args {
			c.Args[i] = MapExpr(c.Args[i], f)
		}
		if slices.Equal(c.Args, x.Args) {
			return f(x)
		}
		return f(&c)
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
