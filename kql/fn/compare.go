package fn

import (
	"errors"

	"github.com/azflow/azflow/kql/types"
)

// equal compares two values that are not null, each of its static type. Values
// of unlike types are compared in the type of the one that is not a string and
// not dynamic: bool == "true", long == '1', real in (dynamic(["5985"])).
func equal(a types.Value, ta types.Type, b types.Value, tb types.Type) bool {
	if ta == types.Real || tb == types.Real {
		if x, ok := a.(float64); ok {
			if y, ok := b.(float64); ok {
				return x == y // NaN differs from itself
			}
		}
	}
	if ta == tb {
		return types.Equal(a, b)
	}
	if types.IsNumber(a) && types.IsNumber(b) {
		return types.CompareNumbers(a, b) == 0
	}
	to := ta
	switch {
	case ta == types.Dynamic || ta == types.String && tb != types.Dynamic:
		to = tb
	case ta == types.Bool && tb.IsNumeric():
		to = tb
	}
	x, y := Cast(a, ta, to), Cast(b, tb, to)
	return x != nil && y != nil && types.Equal(x, y)
}

// typed compares two vectors of one type by their cells; not ok where the type
// has no such comparison.
func typed[T comparable](a, b *types.Vector, n int, out *types.Vector, negate bool) {
	x, y := read[T](a), read[T](b)
	write(out, n, func(i int) (bool, bool) {
		p, okP := x.at(i)
		q, okQ := y.at(i)
		if !okP || !okQ {
			return negate, okP || okQ
		}
		return (p == q) != negate, true
	})
}

// eqKernel is == and !=. They are total when one side is null, and null when
// both are (emulator).
func eqKernel(negate bool) Kernel {
	return func(_ *Ctx, args []*types.Vector, n int, out *types.Vector) error {
		a, b := args[0], args[1]
		switch {
		case a.Type == types.Dynamic && b.Type == types.Dynamic:
			return errors.New("both operands are dynamic: convert one of them, as in tostring(x)")
		case a.Type == types.String && b.Type == types.String:
			typed[string](a, b, n, out, negate)
		case a.Type.IsInteger() && b.Type.IsInteger():
			typed[int64](a, b, n, out, negate)
		case a.Type == types.Real && b.Type == types.Real:
			typed[float64](a, b, n, out, negate)
		case a.Type == b.Type && a.Type == types.Bool:
			typed[bool](a, b, n, out, negate)
		case a.Type == b.Type && a.Type == types.DateTime:
			typed[types.Instant](a, b, n, out, negate)
		case a.Type == b.Type && a.Type == types.TimeSpan:
			typed[types.Interval](a, b, n, out, negate)
		default:
			write(out, n, func(i int) (bool, bool) {
				x, y := a.Value(i), b.Value(i)
				if x == nil || y == nil {
					return negate, x != nil || y != nil
				}
				return equal(x, a.Type, y, b.Type) != negate, true
			})
		}
		return nil
	}
}

// compare orders two values that are not null; not ok if they have no order.
func compare(a types.Value, ta types.Type, b types.Value, tb types.Type) (int, bool) {
	x, xReal := a.(float64)
	y, yReal := b.(float64)
	switch {
	case xReal && x != x, yReal && y != y:
		return 0, false
	case types.IsNumber(a) && types.IsNumber(b):
		return types.CompareNumbers(a, b), true
	case ta == types.Bool && tb != types.Bool:
		a = Cast(a, ta, types.Long)
		return compareLoose(a, b, tb)
	case tb == types.Bool && ta != types.Bool:
		c, ok := compareLoose(Cast(b, tb, types.Long), a, ta)
		return -c, ok
	case ta == types.Dynamic && tb != types.Dynamic:
		a = Cast(a, ta, tb)
	case tb == types.Dynamic && ta != types.Dynamic:
		b = Cast(b, tb, ta)
	}
	if a == nil || b == nil {
		return 0, false
	}
	return types.Compare(a, b), true
}

func compareLoose(a, b types.Value, tb types.Type) (int, bool) {
	b = Cast(b, tb, types.Real)
	if a == nil || b == nil {
		return 0, false
	}
	return types.CompareNumbers(a, b), true
}

// orderKernel is <, <=, > and >=; null if a side is null, false for NaN.
func orderKernel(holds func(c int) bool) Kernel {
	return func(_ *Ctx, args []*types.Vector, n int, out *types.Vector) error {
		a, b := args[0], args[1]
		ticks := isTime(a.Type) && a.Type == b.Type
		switch {
		case ticks || a.Type.IsInteger() && b.Type.IsInteger():
			x, y := read[int64](a), read[int64](b)
			write(out, n, func(i int) (bool, bool) {
				p, okP := x.at(i)
				q, okQ := y.at(i)
				c := 0
				if p < q {
					c = -1
				} else if p > q {
					c = 1
				}
				return holds(c), okP && okQ
			})
		default:
			write(out, n, func(i int) (bool, bool) {
				x, y := a.Value(i), b.Value(i)
				if x == nil || y == nil {
					return false, false
				}
				c, ok := compare(x, a.Type, y, b.Type)
				return ok && holds(c), true
			})
		}
		return nil
	}
}

// betweenKernel is between and !between. The upper end of a datetime range may
// be a timespan from the lower end.
func betweenKernel(negate bool) Kernel {
	atLeast, atMost := orderKernel(func(c int) bool { return c >= 0 }), orderKernel(func(c int) bool { return c <= 0 })
	return func(ctx *Ctx, args []*types.Vector, n int, out *types.Vector) error {
		x, lo, hi := args[0], args[1], args[2]
		if lo.Type == types.DateTime && hi.Type == types.TimeSpan {
			end := &types.Vector{Type: types.DateTime}
			if err := addKernel(ctx, []*types.Vector{lo, hi}, n, end); err != nil {
				return err
			}
			hi = end
		}
		above, below := types.NewVector(types.Bool, n), types.NewVector(types.Bool, n)
		if err := atLeast(ctx, []*types.Vector{x, lo}, n, above); err != nil {
			return err
		}
		if err := atMost(ctx, []*types.Vector{x, hi}, n, below); err != nil {
			return err
		}
		if err := andKernel(ctx, []*types.Vector{above, below}, n, out); err != nil {
			return err
		}
		if negate {
			for i := range out.Bools {
				out.Bools[i] = !out.Bools[i]
			}
		}
		return nil
	}
}

// andKernel and orKernel have three values: false and null is false.
var andKernel Kernel = func(_ *Ctx, args []*types.Vector, n int, out *types.Vector) error {
	a, b := read[bool](args[0]), read[bool](args[1])
	write(out, n, func(i int) (bool, bool) {
		x, okX := a.at(i)
		y, okY := b.at(i)
		if okX && !x || okY && !y {
			return false, true
		}
		return true, okX && okY
	})
	return nil
}

var orKernel Kernel = func(_ *Ctx, args []*types.Vector, n int, out *types.Vector) error {
	a, b := read[bool](args[0]), read[bool](args[1])
	write(out, n, func(i int) (bool, bool) {
		x, okX := a.at(i)
		y, okY := b.at(i)
		if okX && x || okY && y {
			return true, true
		}
		return false, okX && okY
	})
	return nil
}

// inKernel is in, !in and with fold in~, !in~. Arrays among the elements stand
// for what they hold. Like ==, it is total when one side is null; null in (null)
// is null.
func inKernel(negate, fold bool) Kernel {
	return func(_ *Ctx, args []*types.Vector, n int, out *types.Vector) error {
		x, rest := args[0], args[1:]
		if fold {
			x = Convert(x, types.String)
		}
		set, hasNull := constantSet(x.Type, rest, fold)
		write(out, n, func(i int) (bool, bool) {
			v := x.Value(i)
			if set != nil && v != nil {
				if fold {
					v = foldCase(v.(string))
				}
				_, found := set[string(types.AppendKey(nil, v))]
				return found != negate, true
			}
			if set != nil {
				return negate, !hasNull
			}
			found, null := false, false
			for _, e := range rest {
				for _, w := range elements(e.Value(i), e.Type) {
					switch {
					case w == nil && v == nil:
						null = true
					case w == nil || v == nil:
					case fold:
						found = found || equalFold(v.(string), types.Text(w, e.Type))
					default:
						found = found || equal(v, x.Type, w, e.Type)
					}
				}
			}
			return found != negate, found || !null
		})
		return nil
	}
}

// elements returns what an element of a list stands for.
func elements(v types.Value, t types.Type) []types.Value {
	if t == types.Dynamic {
		if list, ok := v.([]types.Value); ok {
			return list
		}
	}
	return []types.Value{v}
}

// constantSet returns the keys of a constant list, or nil if it is not constant
// or x has a type whose values do not compare by key.
func constantSet(t types.Type, list []*types.Vector, fold bool) (set map[string]struct{}, hasNull bool) {
	if t == types.Dynamic || t == types.Real {
		return nil, false
	}
	set = map[string]struct{}{}
	for _, e := range list {
		if !e.Const {
			return nil, false
		}
		for _, w := range elements(e.Value(0), e.Type) {
			if w == nil {
				hasNull = true
				continue
			}
			if t.IsNumeric() && types.IsNumber(w) {
				set[string(types.AppendKey(nil, w))] = struct{}{}
				continue
			}
			w = Cast(w, e.Type, t)
			if w == nil {
				continue
			}
			if fold {
				w = foldCase(w.(string))
			}
			set[string(types.AppendKey(nil, w))] = struct{}{}
		}
	}
	return set, hasNull
}
