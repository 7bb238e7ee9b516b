package rewrite

import (
	"github.com/azflow/azflow/kql/fn"
	"github.com/azflow/azflow/kql/plan"
	"github.com/azflow/azflow/kql/types"
)

// foldConstants evaluates calls of constants by their kernels. A call that
// fails stays, and fails when rows reach it.
func foldConstants(r *run, root plan.Node) plan.Node {
	f := &folder{ctx: &fn.Ctx{Now: r.now}}
	return plan.Transform(root, func(n plan.Node) plan.Node {
		n = plan.MapExprs(n, func(e plan.Expr) plan.Expr { return plan.MapExpr(e, f.fold) })
		if flt, ok := n.(*plan.Filter); ok {
			if c, ok := flt.Cond.(*plan.Const); ok && c.Value == true {
				return flt.Input
			}
		}
		return n
	})
}

type folder struct{ ctx *fn.Ctx }

func (f *folder) fold(e plan.Expr) plan.Expr {
	c, ok := e.(*plan.Call)
	if !ok {
		return e
	}
	switch c.Func {
	case "and", "or":
		if x, ok := shortCut(c); ok {
			return x
		}
	case "isnull", "isnotnull": // a string never is null
		if len(c.Args) == 1 && c.Args[0].Type() == types.String {
			return &plan.Const{Value: c.Func == "isnotnull", T: types.Bool}
		}
	}
	args := make([]*types.Vector, len(c.Args))
	for i, a := range c.Args {
		k, ok := a.(*plan.Const)
		if !ok {
			return e
		}
		args[i] = types.Constant(k.T, k.Value)
	}
	s, ok := fn.LookupScalar(c.Func)
	if !ok || s.Kernel == nil || s.Volatile || s.Window || s.Context {
		return e
	}
	out := types.NewVector(c.T, 1)
	if err := s.Kernel(f.ctx, args, 1, out); err != nil {
		return e
	}
	return &plan.Const{Value: out.Value(0), T: c.T}
}

// shortCut drops the operands of and, or that decide nothing, or all others
// where one decides. Both are exact with three values.
func shortCut(c *plan.Call) (plan.Expr, bool) {
	if len(c.Args) != 2 {
		return nil, false
	}
	for i, a := range c.Args {
		k, ok := a.(*plan.Const)
		other := c.Args[1-i]
		if !ok || other.Type() != types.Bool {
			continue
		}
		b, ok := k.Value.(bool)
		switch {
		case !ok:
		case b == (c.Func == "and"):
			return other, true
		default:
			return k, true
		}
	}
	return nil, false
}
