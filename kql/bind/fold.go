package bind

import (
	"github.com/azflow/azflow/kql/fn"
	"github.com/azflow/azflow/kql/plan"
	"github.com/azflow/azflow/kql/types"
)

// Constant returns the value of v if it can be told when the query is bound.
func (v *Value) Constant() (types.Value, bool) {
	if !v.IsConst {
		return nil, false
	}
	if v.folded == nil {
		x, ok := fold(v.Expr)
		v.folded = &folded{v.Expr, x, ok}
	}
	if v.folded.expr != v.Expr {
		return fold(v.Expr)
	}
	return v.folded.value, v.folded.ok
}

// folded is what fold said of an expression.
type folded struct {
	expr  plan.Expr
	value types.Value
	ok    bool
}

// fold computes e if it is constant and its functions have kernels.
func fold(e plan.Expr) (types.Value, bool) {
	switch e := e.(type) {
	case *plan.Const:
		return e.Value, true
	case *plan.Call:
		f, ok := fn.LookupScalar(e.Func)
		if !ok || f.Kernel == nil || f.Volatile {
			return nil, false
		}
		args := make([]*types.Vector, len(e.Args))
		for i, a := range e.Args {
			v, ok := fold(a)
			if !ok {
				return nil, false
			}
			args[i] = types.Constant(a.Type(), v)
		}
		out := types.NewVector(e.T, 1)
		if err := f.Kernel(&fn.Ctx{}, args, 1, out); err != nil {
			return nil, false
		}
		return out.Value(0), true
	}
	return nil, false
}

// constVectors returns the values of the constant arguments, nil for others.
func constVectors(args []*Value) []*types.Vector {
	out := make([]*types.Vector, len(args))
	for i, a := range args {
		if v, ok := a.Constant(); ok {
			out[i] = types.Constant(planType(a.Type), v)
		}
	}
	return out
}

// toInt returns a whole number as int64.
func toInt(v types.Value) (int64, bool) {
	switch v := v.(type) {
	case int32:
		return int64(v), true
	case int64:
		return v, true
	}
	return 0, false
}

// Int returns the whole number that v is, if it can be told when bound.
func (v *Value) Int() (int64, bool) {
	k, ok := v.Constant()
	if !ok {
		return 0, false
	}
	return toInt(k)
}
