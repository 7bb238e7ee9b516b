package fn

import (
	"math"
	"math/bits"

	"gonum.org/v1/gonum/mathext"
	"gonum.org/v1/gonum/stat/distuv"

	"github.com/azflow/azflow/kql/types"
)

// real1 makes a kernel of a function of reals.
func real1(f func(float64) float64) Kernel { return always(f) }

// logarithm is null for negative numbers (emulator).
func logarithm(f func(float64) float64) Kernel {
	return map1(func(x float64) (float64, bool) { return f(x), !(x < 0) })
}

// roundKernel rounds halves away from zero; negative digits round before the point.
var roundKernel Kernel = func(ctx *Ctx, args []*types.Vector, n int, out *types.Vector) error {
	digits := column[int64]{cells: []int64{0}}
	if len(args) > 1 {
		digits = read[int64](args[1])
	}
	switch {
	case out.Type == types.Decimal:
		x := read[types.DecimalValue](args[0])
		write(out, n, func(i int) (types.DecimalValue, bool) {
			v, okV := x.at(i)
			d, okD := digits.at(i)
			return v.Round(int(max(-100, min(100, d)))), okV && okD
		})
	default:
		x := read[float64](args[0])
		whole := read[int64](args[0])
		write(out, n, func(i int) (float64, bool) {
			v, okV := x.at(i)
			d, okD := digits.at(i)
			if out.Type != types.Real && d >= 0 {
				w, _ := whole.at(i)
				return float64(w), okV && okD
			}
			return roundReal(v, d), okV && okD
		})
	}
	return nil
}

func roundReal(x float64, digits int64) float64 {
	if digits == 0 {
		return math.Round(x)
	}
	digits = max(-300, min(300, digits))
	if digits < 0 {
		p := math.Pow(10, float64(-digits))
		return math.Round(x/p) * p
	}
	p := math.Pow(10, float64(digits))
	r := math.Round(x*p) / p
	if math.IsInf(x*p, 0) || math.IsNaN(r) {
		return x
	}
	return r
}

// byType picks a kernel by the type of the result.
func byType(long, real, decimal Kernel) Kernel {
	return func(ctx *Ctx, args []*types.Vector, n int, out *types.Vector) error {
		switch out.Type {
		case types.Real:
			return real(ctx, args, n, out)
		case types.Decimal:
			return decimal(ctx, args, n, out)
		}
		return long(ctx, args, n, out)
	}
}

var ceilingKernel = byType(always(func(x int64) int64 { return x }), real1(math.Ceil), always(types.DecimalValue.Ceil))

var absKernel Kernel = func(ctx *Ctx, args []*types.Vector, n int, out *types.Vector) error {
	if out.Type == types.TimeSpan {
		return always(func(x types.Interval) types.Interval { return max(x, -x) })(ctx, args, n, out)
	}
	return byType(always(func(x int64) int64 { return max(x, -x) }), real1(math.Abs), always(types.DecimalValue.Abs))(ctx, args, n, out)
}

// sign of NaN is 0 (emulator).
func sign(x float64) float64 {
	switch {
	case x > 0:
		return 1
	case x < 0:
		return -1
	}
	return 0
}

func shiftLeft(x, n int64) int64 { return x << (uint64(n) & 63) }

func shiftRight(x, n int64) int64 { return x >> (uint64(n) & 63) }

func countOnes(x int64) int64 { return int64(bits.OnesCount64(uint64(x))) }

func logGamma(x float64) float64 {
	l, _ := math.Lgamma(x)
	return l
}

// The beta functions are NaN outside their domains.
func betaDomain(x, a, b float64) bool { return x >= 0 && x <= 1 && a > 0 && b > 0 }

func betaCDF(x, a, b float64) (float64, bool) {
	if !betaDomain(x, a, b) {
		return math.NaN(), true
	}
	return mathext.RegIncBeta(a, b, x), true
}

// betaInv is null for what is no probability: so MS Learn's example prints it,
// where beta_cdf and beta_pdf give NaN.
func betaInv(p, a, b float64) (float64, bool) {
	if !(a > 0) || !(b > 0) {
		return math.NaN(), true
	}
	if !(p >= 0 && p <= 1) {
		return 0, false
	}
	return mathext.InvRegIncBeta(a, b, p), true
}

func betaPDF(x, a, b float64) (float64, bool) {
	if !betaDomain(x, a, b) {
		return math.NaN(), true
	}
	return distuv.Beta{Alpha: a, Beta: b}.Prob(x), true
}

// welchTest is the two-sided p-value of Welch's t-test.
var welchKernel = strict(func(r *row) types.Value {
	m1, v1, n1, m2, v2, n2 := r.real(0, 0), r.real(1, 0), r.real(2, 0), r.real(3, 0), r.real(4, 0), r.real(5, 0)
	if n1 < 2 || n2 < 2 || v1 < 0 || v2 < 0 {
		return math.NaN()
	}
	a, b := v1/n1, v2/n2
	t := (m1 - m2) / math.Sqrt(a+b)
	df := (a + b) * (a + b) / (a*a/(n1-1) + b*b/(n2-1))
	return 2 * distuv.StudentsT{Mu: 0, Sigma: 1, Nu: df}.CDF(-math.Abs(t))
}, types.Real)
