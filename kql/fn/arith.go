package fn

import (
	"errors"
	"math"

	"github.com/azflow/azflow/kql/types"
)

// arith is an operator on each pair of types that it is defined for. The kernel
// works in the type of the result, except where one operand is a time.
type arith struct {
	long    func(a, b int64) (int64, bool)
	real    func(a, b float64) float64
	decimal func(a, b types.DecimalValue) (types.DecimalValue, bool)
	// ticks works on times: each side a number of ticks.
	ticks func(a, b int64) (int64, bool)
	// scale works on a time and a number; nil where there is no such operator.
	scale func(t float64, x float64) float64
}

func isTime(t types.Type) bool { return t == types.DateTime || t == types.TimeSpan }

func (o arith) kernel(ctx *Ctx, args []*types.Vector, n int, out *types.Vector) error {
	a, b := args[0], args[1]
	ta, tb := a.Type, b.Type
	switch {
	case isTime(ta) && isTime(tb) && out.Type == types.Real:
		return always2(o.real)(ctx, []*types.Vector{Convert(a, types.Long), Convert(b, types.Long)}, n, out)
	case (isTime(ta) || isTime(tb)) && (ta.IsNumeric() || tb.IsNumeric()) && o.scale != nil:
		return o.scaled(a, b, n, out)
	case isTime(ta) || isTime(tb):
		return o.times(a, b, n, out)
	}
	t := out.Type
	if ta == types.Dynamic && tb == types.Dynamic {
		return errors.New("both operands are dynamic: convert one of them, as in tolong(x)")
	}
	if t == types.Dynamic {
		return lax(func(r *row) types.Value { return o.dynamic(r.args[0], r.args[1]) })(ctx, args, n, out)
	}
	switch t {
	case types.Real:
		return always2(o.real)(ctx, args, n, out)
	case types.Decimal:
		return map2(o.decimal)(ctx, args, n, out)
	}
	return map2(o.long)(ctx, args, n, out)
}

// dynamic works on two dynamic values by what they hold.
func (o arith) dynamic(a, b types.Value) types.Value {
	x, okX := a.(int64)
	y, okY := b.(int64)
	if okX && okY {
		if v, ok := o.long(x, y); ok {
			return v
		}
		return nil
	}
	f, okF := toReal(a)
	g, okG := toReal(b)
	if !okF || !okG || !types.IsNumber(a) || !types.IsNumber(b) {
		return nil
	}
	return o.real(f, g)
}

func (o arith) times(a, b *types.Vector, n int, out *types.Vector) error {
	// A dynamic operand is read as the time that makes sense with the other.
	if a.Type == types.Dynamic {
		a = Convert(a, b.Type)
	}
	if b.Type == types.Dynamic {
		b = Convert(b, a.Type)
	}
	x, y := read[int64](a), read[int64](b)
	f := func(i int) (int64, bool) {
		p, okP := x.at(i)
		q, okQ := y.at(i)
		if !okP || !okQ {
			return 0, false
		}
		r, ok := o.ticks(p, q)
		return r, ok && (out.Type != types.DateTime || types.Instant(r).InRange())
	}
	writeTicks(out, n, f)
	return nil
}

// writeTicks fills a datetime or timespan vector.
func writeTicks(out *types.Vector, n int, f func(i int) (int64, bool)) {
	if out.Type == types.DateTime {
		write(out, n, func(i int) (types.Instant, bool) { v, ok := f(i); return types.Instant(v), ok })
		return
	}
	write(out, n, func(i int) (types.Interval, bool) { v, ok := f(i); return types.Interval(v), ok })
}

func (o arith) scaled(a, b *types.Vector, n int, out *types.Vector) error {
	if isTime(b.Type) {
		a, b = b, a
	}
	// Whole factors keep all ticks.
	if b.Type.IsInteger() {
		x, y := read[int64](a), read[int64](b)
		writeTicks(out, n, func(i int) (int64, bool) {
			p, okP := x.at(i)
			q, okQ := y.at(i)
			if !okP || !okQ {
				return 0, false
			}
			return o.long(p, q)
		})
		return nil
	}
	x, y := read[int64](a), read[float64](b)
	writeTicks(out, n, func(i int) (int64, bool) {
		p, okP := x.at(i)
		q, okQ := y.at(i)
		r := o.scale(float64(p), q)
		return truncate(r), okP && okQ && !math.IsNaN(r)
	})
	return nil
}

// Whole numbers wrap around on overflow (emulator).
var (
	addArith = arith{
		long:    func(a, b int64) (int64, bool) { return a + b, true },
		real:    func(a, b float64) float64 { return a + b },
		decimal: types.DecimalValue.Add,
		ticks:   func(a, b int64) (int64, bool) { return a + b, true },
	}
	subArith = arith{
		long:    func(a, b int64) (int64, bool) { return a - b, true },
		real:    func(a, b float64) float64 { return a - b },
		decimal: types.DecimalValue.Sub,
		ticks:   func(a, b int64) (int64, bool) { return a - b, true },
	}
	mulArith = arith{
		long:    func(a, b int64) (int64, bool) { return a * b, true },
		real:    func(a, b float64) float64 { return a * b },
		decimal: types.DecimalValue.Mul,
		ticks:   func(a, b int64) (int64, bool) { return a * b, true },
		scale:   func(t, x float64) float64 { return t * x },
	}
	divArith = arith{
		long:    divide,
		real:    func(a, b float64) float64 { return a / b },
		decimal: types.DecimalValue.Quo,
		ticks:   divide,
		scale:   func(t, x float64) float64 { return t / x },
	}
	modArith = arith{
		long:    modulo,
		real:    moduloReal,
		decimal: types.DecimalValue.Mod,
		ticks:   modulo,
		scale:   moduloReal,
	}
)

var (
	addKernel Kernel = addArith.kernel
	subKernel Kernel = subArith.kernel
	mulKernel Kernel = mulArith.kernel
	divKernel Kernel = divArith.kernel
	modKernel Kernel = modArith.kernel
)

func divide(a, b int64) (int64, bool) {
	switch b {
	case 0:
		return 0, false
	case -1:
		return -a, true
	}
	return a / b, true
}

// modulo is the remainder that is never negative (emulator: -7 % 3 = 2).
func modulo(a, b int64) (int64, bool) {
	switch b {
	case 0:
		return 0, false
	case -1:
		return 0, true
	}
	r := a % b
	if r < 0 {
		if b < 0 {
			return r - b, true
		}
		return r + b, true
	}
	return r, true
}

func moduloReal(a, b float64) float64 {
	r := math.Mod(a, b)
	if r < 0 {
		return r + math.Abs(b)
	}
	return r
}

var negKernel Kernel = func(ctx *Ctx, args []*types.Vector, n int, out *types.Vector) error {
	switch args[0].Type {
	case types.Real:
		return always(func(x float64) float64 { return -x })(ctx, args, n, out)
	case types.Decimal:
		return always(types.DecimalValue.Neg)(ctx, args, n, out)
	case types.TimeSpan:
		return always(func(x types.Interval) types.Interval { return -x })(ctx, args, n, out)
	case types.Dynamic:
		return lax(func(r *row) types.Value { return subArith.dynamic(int64(0), r.args[0]) })(ctx, args, n, out)
	case types.DateTime:
		return map1(func(types.Instant) (types.Instant, bool) { return 0, false })(ctx, args, n, out)
	}
	return always(func(x int64) int64 { return -x })(ctx, args, n, out)
}

// roundDown returns the greatest multiple of step that is not above x; not ok
// if step is not positive.
func roundDown(x, step int64) (int64, bool) {
	if step <= 0 {
		return 0, false
	}
	r := x % step
	if r < 0 {
		r += step
	}
	return x - r, true
}

func roundDownReal(x, step float64) (float64, bool) {
	return math.Floor(x/step) * step, step > 0 || math.IsNaN(step)
}

// binKernel is bin() and, with a third argument, bin_at(). Datetimes count from
// 0001-01-01, so that bins of 7d start on Mondays (emulator).
var binKernel Kernel = func(_ *Ctx, args []*types.Vector, n int, out *types.Vector) error {
	if len(args) < 2 {
		return errors.New("the size of a bin is missing: set query_bin_auto_size")
	}
	switch out.Type {
	case types.Real:
		x, step := read[float64](args[0]), read[float64](args[1])
		from := column[float64]{cells: []float64{0}}
		if len(args) > 2 {
			from = read[float64](args[2])
		}
		write(out, n, func(i int) (float64, bool) {
			v, okV := x.at(i)
			s, okS := step.at(i)
			f, okF := from.at(i)
			b, ok := roundDownReal(v-f, s)
			return b + f, ok && okV && okS && okF
		})
	case types.Decimal:
		x, step := read[types.DecimalValue](args[0]), read[types.DecimalValue](args[1])
		from := column[types.DecimalValue]{cells: make([]types.DecimalValue, 1)}
		if len(args) > 2 {
			from = read[types.DecimalValue](args[2])
		}
		write(out, n, func(i int) (types.DecimalValue, bool) {
			v, okV := x.at(i)
			s, okS := step.at(i)
			f, okF := from.at(i)
			if !okV || !okS || !okF || s.Sign() <= 0 {
				return v, false
			}
			d, ok1 := v.Sub(f)
			q, ok2 := d.Quo(s)
			m, ok3 := q.Floor().Mul(s)
			b, ok4 := m.Add(f)
			return b, ok1 && ok2 && ok3 && ok4
		})
	default:
		x, step := read[int64](Convert(args[0], types.Long)), read[int64](args[1])
		from := column[int64]{cells: []int64{0}}
		if len(args) > 2 {
			from = read[int64](args[2])
		}
		f := func(i int) (int64, bool) {
			v, okV := x.at(i)
			s, okS := step.at(i)
			o, okO := from.at(i)
			b, ok := roundDown(v-o, s)
			return b + o, ok && okV && okS && okO
		}
		if isTime(out.Type) {
			writeTicks(out, n, f)
		} else {
			write(out, n, f)
		}
	}
	return nil
}
