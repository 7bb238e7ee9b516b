package fn

import (
	"errors"

	"github.com/azflow/azflow/kql/types"
)

// choose makes a kernel that copies, for each row, the argument that pick names.
func choose(pick func(args []*types.Vector, i int) int) Kernel {
	return func(_ *Ctx, args []*types.Vector, n int, out *types.Vector) error {
		in := make([]*types.Vector, len(args))
		for i, a := range args {
			in[i] = a
			if a.Type != types.Bool || out.Type == types.Bool {
				in[i] = Convert(a, out.Type)
			}
		}
		out.Resize(n)
		for i := range n {
			k := pick(args, i)
			if k < 0 {
				out.SetNull(i)
				continue
			}
			v := in[k].Value(i)
			if in[k].Type != out.Type {
				v = Cast(v, in[k].Type, out.Type)
			}
			out.SetValue(i, v)
		}
		return nil
	}
}

// holds reports whether row i of a condition is true; null is false.
func holds(v *types.Vector, i int) bool {
	b, ok := toBool(v.Value(i))
	return ok && b
}

var iffKernel = choose(func(args []*types.Vector, i int) int {
	if holds(args[0], i) {
		return 1
	}
	return 2
})

var caseKernel = choose(func(args []*types.Vector, i int) int {
	for k := 0; k+1 < len(args); k += 2 {
		if holds(args[k], i) {
			return k + 1
		}
	}
	return len(args) - 1
})

// coalesceKernel skips ” as it skips null (emulator).
var coalesceKernel = choose(func(args []*types.Vector, i int) int {
	for k, a := range args {
		if !isEmpty(a.Value(i)) {
			return k
		}
	}
	return len(args) - 1
})

func isEmpty(v types.Value) bool { return v == nil || v == "" }

// extremeKernel is max_of and min_of: nulls are passed over, NaN wins (emulator).
func extremeKernel(sign int) Kernel {
	return choose(func(args []*types.Vector, i int) int {
		best := -1
		for k, a := range args {
			v := a.Value(i)
			if v == nil {
				continue
			}
			if x, ok := v.(float64); ok && x != x {
				return k
			}
			if best < 0 {
				best = k
				continue
			}
			if c, ok := compare(v, a.Type, args[best].Value(i), args[best].Type); ok && c*sign > 0 {
				best = k
			}
		}
		return best
	})
}

// nullKernel is isnull and isnotnull; a string is never null.
func nullKernel(negate bool) Kernel {
	return func(_ *Ctx, args []*types.Vector, n int, out *types.Vector) error {
		write(out, n, func(i int) (bool, bool) { return args[0].IsNull(i) != negate, true })
		return nil
	}
}

// emptyKernel is isempty and isnotempty.
func emptyKernel(negate bool) Kernel {
	return func(_ *Ctx, args []*types.Vector, n int, out *types.Vector) error {
		a := args[0]
		if a.Type == types.String {
			s := read[string](a)
			write(out, n, func(i int) (bool, bool) { x, _ := s.at(i); return (x == "") != negate, true })
			return nil
		}
		write(out, n, func(i int) (bool, bool) { return isEmpty(a.Value(i)) != negate, true })
		return nil
	}
}

var notKernel = always(func(b bool) bool { return !b })

var assertKernel = rowwise(func(r *row) (types.Value, error) {
	if !r.bool(0, false) {
		return nil, errors.New("assert failed: " + r.text(1))
	}
	return true, nil
}, types.Bool, types.String)

// aroundKernel is around(value, centre, delta).
var aroundKernel Kernel = func(ctx *Ctx, args []*types.Vector, n int, out *types.Vector) error {
	t := args[0].Type
	lo, hi := &types.Vector{Type: t}, &types.Vector{Type: t}
	if t.IsInteger() {
		lo.Type, hi.Type = types.Long, types.Long
	}
	if err := subKernel(ctx, []*types.Vector{args[1], args[2]}, n, lo); err != nil {
		return err
	}
	if err := addKernel(ctx, []*types.Vector{args[1], args[2]}, n, hi); err != nil {
		return err
	}
	return betweenKernel(false)(ctx, []*types.Vector{args[0], lo, hi}, n, out)
}
