package fn

import (
	"math"
	"math/cmplx"
	"sort"

	"gonum.org/v1/gonum/dsp/fourier"
	"gonum.org/v1/gonum/mat"

	"github.com/azflow/azflow/kql/types"
)

// reals returns the elements of a series, NaN for those that are no numbers.
func reals(list []types.Value) []float64 {
	out := make([]float64, len(list))
	for i, e := range list {
		out[i] = math.NaN()
		if types.IsNumber(e) {
			out[i], _ = toReal(e)
		}
	}
	return out
}

// realArray is the series of xs; NaN becomes null.
func realArray(xs []float64) []types.Value {
	out := make([]types.Value, len(xs))
	for i, x := range xs {
		if !math.IsNaN(x) {
			out[i] = x
		}
	}
	return out
}

// each makes a kernel of a function of one number; elements that are no numbers
// become null.
func each(f func(x float64) float64) Kernel {
	return onArray(func(list []types.Value, _ *row) types.Value {
		out := make([]types.Value, len(list))
		for i, e := range list {
			if types.IsNumber(e) {
				x, _ := toReal(e)
				out[i] = f(x)
			}
		}
		return out
	})
}

// eachKeeping is each for functions that leave whole numbers whole.
func eachKeeping(long func(n int64) int64, real func(x float64) float64) Kernel {
	return onArray(func(list []types.Value, _ *row) types.Value {
		out := make([]types.Value, len(list))
		for i, e := range list {
			switch x := e.(type) {
			case int64:
				out[i] = long(x)
			case float64:
				out[i] = real(x)
			}
		}
		return out
	})
}

// pairwise makes a kernel of a function of two elements. One side may be a
// number, which stands beside every element of the other. Where one series is
// shorter, or has no number, the result is null.
func pairwise(f func(a, b types.Value) types.Value) Kernel {
	return lax(func(r *row) types.Value {
		x, okX := array(r.args[0])
		y, okY := array(r.args[1])
		if !okX && !okY {
			return nil
		}
		at := func(list []types.Value, ok bool, one types.Value, i int) types.Value {
			if !ok {
				return one
			}
			return Element(list, int64(i))
		}
		out := make([]types.Value, max(len(x), len(y)))
		for i := range out {
			a, b := at(x, okX, r.args[0], i), at(y, okY, r.args[1], i)
			if types.IsNumber(a) && types.IsNumber(b) {
				out[i] = f(a, b)
			}
		}
		return out
	}, types.Dynamic)
}

// combine makes a pairwise kernel of an operator.
func combine(o arith) Kernel { return pairwise(o.dynamic) }

// combineReal makes a pairwise kernel whose elements are reals.
func combineReal(f func(a, b float64) float64) Kernel {
	return pairwise(func(a, b types.Value) types.Value {
		x, _ := toReal(a)
		y, _ := toReal(b)
		return f(x, y)
	})
}

// compareSeries makes a pairwise kernel of a comparison.
func compareSeries(holds func(c int) bool) Kernel {
	return pairwise(func(a, b types.Value) types.Value {
		c, ok := compare(a, types.Dynamic, b, types.Dynamic)
		return ok && holds(c)
	})
}

// isMissing reports whether an element counts as missing: null, or equal to
// the placeholder.
func isMissing(e, placeholder types.Value) bool {
	return e == nil || placeholder != nil && types.Equal(e, placeholder)
}

// fillKernel fills missing elements from the one before, or with step -1 from
// the one after.
func fillKernel(step int) Kernel {
	return onArray(func(list []types.Value, r *row) types.Value {
		var placeholder, last types.Value
		if len(r.args) > 1 {
			placeholder = r.args[1]
		}
		out := make([]types.Value, len(list))
		for k := range list {
			i := k
			if step < 0 {
				i = len(list) - 1 - k
			}
			if !isMissing(list[i], placeholder) {
				last = list[i]
			}
			out[i] = last
			if last == nil {
				out[i] = list[i]
			}
		}
		return out
	})
}

var fillConstKernel = onArray(func(list []types.Value, r *row) types.Value {
	var fill, placeholder types.Value = int64(0), nil
	if r.has(1) {
		fill = r.args[1]
	}
	if len(r.args) > 2 {
		placeholder = r.args[2]
	}
	out := make([]types.Value, len(list))
	for i, e := range list {
		out[i] = e
		if isMissing(e, placeholder) {
			out[i] = fill
		}
	}
	return out
})

// fillLinearKernel interpolates; the edges take the nearest value, or with
// fill_edges false stay. A series of whole numbers stays whole. A series that
// has no value at all takes the constant.
var fillLinearKernel = onArray(func(list []types.Value, r *row) types.Value {
	var placeholder types.Value
	if len(r.args) > 1 {
		placeholder = r.args[1]
	}
	edges := r.bool(2, true)
	var constant types.Value = 0.0
	if r.has(3) {
		constant = r.args[3]
	}
	var known []int
	whole := true
	for i, e := range list {
		if !isMissing(e, placeholder) && types.IsNumber(e) {
			known = append(known, i)
			_, isLong := e.(int64)
			whole = whole && isLong
		}
	}
	out := make([]types.Value, len(list))
	if len(known) == 0 {
		for i := range out {
			out[i] = constant
		}
		return out
	}
	next := 0
	for i, e := range list {
		for next < len(known) && known[next] < i {
			next++
		}
		switch {
		case next < len(known) && known[next] == i:
			out[i] = e
		case next == 0 && edges:
			out[i] = list[known[0]]
		case next == len(known) && edges:
			out[i] = list[known[next-1]]
		case next == 0 || next == len(known):
			out[i] = e
		default:
			a, b := known[next-1], known[next]
			x, _ := toReal(list[a])
			y, _ := toReal(list[b])
			v := x + (y-x)*float64(i-a)/float64(b-a)
			out[i] = v
			if whole {
				out[i] = truncate(v)
			}
		}
	}
	return out
})

// seriesStats describes the finite numbers of a series.
type seriesStats struct {
	min, max, avg, sum, variance float64
	minAt, maxAt, n              int
}

func statsOf(list []types.Value, finiteOnly bool) seriesStats {
	s := seriesStats{min: math.NaN(), max: math.NaN(), minAt: -1, maxAt: -1}
	var xs []float64
	for i, x := range reals(list) {
		if math.IsNaN(x) || finiteOnly && math.IsInf(x, 0) {
			continue
		}
		if s.minAt < 0 || x < s.min {
			s.min, s.minAt = x, i
		}
		if s.maxAt < 0 || x > s.max {
			s.max, s.maxAt = x, i
		}
		s.sum += x
		xs = append(xs, x)
	}
	s.n = len(xs)
	s.avg = s.sum / float64(s.n)
	if s.n > 1 {
		for _, x := range xs {
			s.variance += (x - s.avg) * (x - s.avg)
		}
		s.variance /= float64(s.n - 1)
	}
	return s
}

var seriesStatsKernel = onArray(func(list []types.Value, r *row) types.Value {
	s := statsOf(list, r.bool(1, false))
	if s.n == 0 {
		return make([]types.Value, 7)
	}
	return []types.Value{s.min, int64(s.minAt), s.max, int64(s.maxAt), s.avg, math.Sqrt(s.variance), s.variance}
})

var seriesStatsBagKernel = onArray(func(list []types.Value, r *row) types.Value {
	s := statsOf(list, r.bool(1, false))
	if s.n == 0 {
		return nil
	}
	return bagOf("min", s.min, "min_idx", int64(s.minAt), "max", s.max, "max_idx", int64(s.maxAt), "avg", s.avg,
		"stdev", math.Sqrt(s.variance), "variance", s.variance, "sum", s.sum, "len", int64(s.n))
})

// fit is a line through points: the variances are those of samples.
type fit struct {
	rsquare, slope, variance, rvariance, intercept float64
	line                                           []float64
}

// fitLine fits y over x by least squares and draws the line at all of x.
func fitLine(x, y []float64) fit {
	n := float64(len(y))
	var mx, my float64
	for i := range y {
		mx += x[i] / n
		my += y[i] / n
	}
	var sxx, sxy, syy float64
	for i := range y {
		sxx += (x[i] - mx) * (x[i] - mx)
		sxy += (x[i] - mx) * (y[i] - my)
		syy += (y[i] - my) * (y[i] - my)
	}
	var f fit
	if sxx > 0 {
		f.slope = sxy / sxx
	}
	f.intercept = my - f.slope*mx
	sse := 0.0
	for i := range y {
		v := f.intercept + f.slope*x[i]
		f.line = append(f.line, v)
		sse += (y[i] - v) * (y[i] - v)
	}
	f.rsquare = rsquare(sse, syy)
	if n > 1 {
		f.variance, f.rvariance = syy/(n-1), sse/(n-1)
	}
	return f
}

func rsquare(sse, sst float64) float64 {
	if sst == 0 {
		return 1
	}
	return 1 - sse/sst
}

func counting(n int) []float64 {
	x := make([]float64, n)
	for i := range x {
		x[i] = float64(i)
	}
	return x
}

// onSeries hands the finite numbers of a series to f, with a fill for the rest;
// it is null for fewer than least.
func onSeries(least int, f func(y []float64, r *row) types.Value) Kernel {
	return onArray(func(list []types.Value, r *row) types.Value {
		y := reals(list)
		clean := 0
		for i, v := range y {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				y[i] = 0
			} else {
				clean++
			}
		}
		if clean < least {
			return nil
		}
		return f(y, r)
	})
}

var fitLineKernel = onSeries(2, func(y []float64, _ *row) types.Value {
	f := fitLine(counting(len(y)), y)
	return []types.Value{f.rsquare, f.slope, f.variance, f.rvariance, f.intercept, realArray(f.line)}
})

var fitLineBagKernel = onSeries(2, func(y []float64, _ *row) types.Value {
	f := fitLine(counting(len(y)), y)
	return bagOf("rsquare", f.rsquare, "slope", f.slope, "variance", f.variance, "rvariance", f.rvariance,
		"interception", f.intercept, "line_fit", realArray(f.line))
})

// twoLines is the best pair of lines that split a series.
type twoLines struct {
	split                        int
	rsquare, variance, rvariance float64
	line                         []float64
	left, right                  fit
}

func fitTwoLines(y []float64) twoLines {
	x, n := counting(len(y)), len(y)
	whole := fitLine(x, y)
	best := twoLines{rsquare: math.Inf(-1)}
	for k := 1; k < n-1; k++ {
		l, r := fitLine(x[:k+1], y[:k+1]), fitLine(x[k+1:], y[k+1:])
		sse := l.rvariance*float64(max(0, k)) + r.rvariance*float64(max(0, n-k-2))
		if r2 := rsquare(sse, whole.variance*float64(n-1)); r2 > best.rsquare {
			best = twoLines{
				split: k, rsquare: r2, variance: whole.variance, rvariance: sse / float64(n-1),
				line: append(append([]float64(nil), l.line...), r.line...), left: l, right: r,
			}
		}
	}
	return best
}

var fit2LinesKernel = onSeries(4, func(y []float64, _ *row) types.Value {
	f := fitTwoLines(y)
	return []types.Value{
		f.rsquare, int64(f.split), f.variance, f.rvariance, realArray(f.line),
		f.right.rsquare, f.right.slope, f.right.intercept, f.right.variance, f.right.rvariance,
		f.left.rsquare, f.left.slope, f.left.intercept, f.left.variance, f.left.rvariance,
	}
})

var fit2LinesBagKernel = onSeries(4, func(y []float64, _ *row) types.Value {
	f := fitTwoLines(y)
	side := func(s fit) types.Value {
		return bagOf("rsquare", s.rsquare, "slope", s.slope, "interception", s.intercept, "variance", s.variance, "rvariance", s.rvariance)
	}
	return bagOf("rsquare", f.rsquare, "split_idx", int64(f.split), "variance", f.variance, "rvariance", f.rvariance,
		"line_fit", realArray(f.line), "right", side(f.right), "left", side(f.left))
})

// fitPolyKernel fits a polynomial; coefficients start with the highest power.
var fitPolyKernel = onSeries(2, func(y []float64, r *row) types.Value {
	x := counting(len(y))
	if list, ok := array(arg(r, 1)); ok {
		x = x[:0]
		for _, e := range list {
			// Times count in seconds.
			v, ok := toReal(e)
			if _, isText := e.(string); isText || !ok {
				t, isTime := toInstant(e)
				if !isTime {
					return nil
				}
				v = float64(t) / types.TicksPerSecond
			}
			x = append(x, v)
		}
	}
	degree := int(r.longArg(2, 1))
	if len(x) != len(y) || degree < 1 || degree > 5 || len(y) <= degree {
		return nil
	}
	a := mat.NewDense(len(y), degree+1, nil)
	for i := range y {
		p := 1.0
		for j := degree; j >= 0; j-- {
			a.Set(i, j, p)
			p *= x[i]
		}
	}
	var c mat.Dense
	if err := c.Solve(a, mat.NewDense(len(y), 1, y)); err != nil {
		return nil
	}
	var fitted mat.Dense
	fitted.Mul(a, &c)
	mean := 0.0
	for _, v := range y {
		mean += v / float64(len(y))
	}
	var sse, sst float64
	line, coefficients := make([]float64, len(y)), make([]float64, degree+1)
	for i, v := range y {
		line[i] = fitted.At(i, 0)
		sse += (v - line[i]) * (v - line[i])
		sst += (v - mean) * (v - mean)
	}
	for j := range coefficients {
		coefficients[j] = c.At(j, 0)
	}
	n := float64(len(y) - 1)
	return []types.Value{rsquare(sse, sst), realArray(coefficients), sst / n, sse / n, realArray(line)}
})

// arg returns argument i, or nil if it is missing.
func arg(r *row, i int) types.Value {
	if i < len(r.args) {
		return r.args[i]
	}
	return nil
}

// firKernel is series_fir(series, filter, normalize, center).
var firKernel = onArray(func(list []types.Value, r *row) types.Value {
	taps, ok := array(r.args[1])
	if !ok || len(taps) == 0 {
		return nil
	}
	x, f := zeroed(reals(list)), zeroed(reals(taps))
	scale := 1.0
	if r.bool(2, true) {
		scale = 0
		for _, v := range f {
			scale += math.Abs(v)
		}
		if scale == 0 {
			scale = 1
		}
	}
	shift := 0
	if r.bool(3, false) {
		shift = len(f) / 2
	}
	out := make([]float64, len(x))
	for i := range out {
		for j, v := range f {
			if k := i + shift - j; k >= 0 && k < len(x) {
				out[i] += v * x[k]
			}
		}
		out[i] /= scale
	}
	return realArray(out)
})

func zeroed(xs []float64) []float64 {
	for i, x := range xs {
		if math.IsNaN(x) {
			xs[i] = 0
		}
	}
	return xs
}

// iirKernel is series_iir(series, numerators, denominators).
var iirKernel = onArray(func(list []types.Value, r *row) types.Value {
	num, okN := array(r.args[1])
	den, okD := array(r.args[2])
	if !okN || !okD || len(den) == 0 {
		return nil
	}
	x, b, a := zeroed(reals(list)), zeroed(reals(num)), zeroed(reals(den))
	if a[0] == 0 {
		return nil
	}
	y := make([]float64, len(x))
	for i := range y {
		for j, v := range b {
			if i >= j {
				y[i] += v * x[i-j]
			}
		}
		for j, v := range a[1:] {
			if i > j {
				y[i] -= v * y[i-j-1]
			}
		}
		y[i] /= a[0]
	}
	return realArray(y)
})

// fftKernel transforms a series, with its imaginary part if given; the inverse
// divides by the length.
func fftKernel(inverse bool) Kernel {
	return onArray(func(list []types.Value, r *row) types.Value {
		re := zeroed(reals(list))
		im := make([]float64, len(re))
		if l, ok := array(arg(r, 1)); ok {
			copy(im, zeroed(reals(l)))
		}
		if len(re) == 0 {
			return []types.Value{[]types.Value{}, []types.Value{}}
		}
		c := make([]complex128, len(re))
		for i := range c {
			c[i] = complex(re[i], im[i])
		}
		t := fourier.NewCmplxFFT(len(c))
		if inverse {
			c = t.Sequence(nil, c)
		} else {
			c = t.Coefficients(nil, c)
		}
		for i, v := range c {
			if inverse {
				v /= complex(float64(len(c)), 0)
			}
			if cmplx.IsNaN(v) {
				v = 0
			}
			re[i], im[i] = real(v), imag(v)
		}
		return []types.Value{realArray(re), realArray(im)}
	})
}

// both hands two series of one length, without what is no number, to f.
func both(f func(x, y []float64) types.Value) Kernel {
	return lax(func(r *row) types.Value {
		a, okA := array(r.args[0])
		b, okB := array(r.args[1])
		switch {
		case okA && !okB && types.IsNumber(r.args[1]):
			b = repeated(r.args[1], len(a))
		case okB && !okA && types.IsNumber(r.args[0]):
			a = repeated(r.args[0], len(b))
		case !okA || !okB:
			return nil
		}
		if len(a) != len(b) {
			return nil
		}
		x, y := reals(a), reals(b)
		for i := range x {
			if math.IsNaN(x[i]) || math.IsNaN(y[i]) {
				return nil
			}
		}
		return f(x, y)
	}, types.Dynamic)
}

func repeated(v types.Value, n int) []types.Value {
	out := make([]types.Value, n)
	for i := range out {
		out[i] = v
	}
	return out
}

func dot(x, y []float64) float64 {
	s := 0.0
	for i := range x {
		s += x[i] * y[i]
	}
	return s
}

var dotKernel = both(func(x, y []float64) types.Value { return dot(x, y) })

var cosineKernel = both(func(x, y []float64) types.Value {
	return dot(x, y) / (math.Sqrt(dot(x, x)) * math.Sqrt(dot(y, y)))
})

var pearsonKernel = both(func(x, y []float64) types.Value {
	n := float64(len(x))
	if n == 0 {
		return nil
	}
	var mx, my float64
	for i := range x {
		mx += x[i] / n
		my += y[i] / n
	}
	var sxx, sxy, syy float64
	for i := range x {
		sxx += (x[i] - mx) * (x[i] - mx)
		sxy += (x[i] - mx) * (y[i] - my)
		syy += (y[i] - my) * (y[i] - my)
	}
	return sxy / math.Sqrt(sxx*syy)
})

// foldSeries folds the numbers of a series; null if an element is none.
func foldSeries(start float64, f func(acc, x float64) float64, end func(acc float64) float64) Kernel {
	return onArray(func(list []types.Value, _ *row) types.Value {
		acc := start
		for _, x := range reals(list) {
			if math.IsNaN(x) {
				return nil
			}
			acc = f(acc, x)
		}
		return end(acc)
	})
}

func same(x float64) float64 { return x }

// quantile interpolates between the two nearest of sorted values.
func quantile(sorted []float64, p float64) float64 {
	if len(sorted) == 0 || !(p >= 0 && p <= 100) {
		return math.NaN()
	}
	at := p / 100 * float64(len(sorted)-1)
	low := int(math.Floor(at))
	if low >= len(sorted)-1 {
		return sorted[len(sorted)-1]
	}
	return sorted[low] + (at-float64(low))*(sorted[low+1]-sorted[low])
}

func median(xs []float64) float64 {
	s := append([]float64(nil), xs...)
	sort.Float64s(s)
	return quantile(s, 50)
}

// outlierScores are those of Tukey's test with fences at two percentiles: how
// many ranges between the percentiles a value lies beyond its fence. Values
// equal to ignore take no part.
// MS Learn: "series_outliers()".
func outlierScores(y []float64, ignore, low, high float64, testPoints int) []float64 {
	train := append([]float64(nil), y[:max(0, len(y)-max(0, min(testPoints, len(y))))]...)
	kept := train[:0]
	for _, v := range train {
		if v != ignore && !math.IsNaN(v) {
			kept = append(kept, v)
		}
	}
	sort.Float64s(kept)
	q1, q3 := quantile(kept, low), quantile(kept, high)
	width := q3 - q1
	out := make([]float64, len(y))
	for i, v := range y {
		d := 0.0
		switch {
		case v == ignore:
		case v > q3:
			d = v - q3
		case v < q1:
			d = v - q1
		}
		switch {
		case d == 0:
		case width == 0:
			out[i] = math.Copysign(math.Inf(1), d)
		default:
			out[i] = d / width
		}
	}
	return out
}

// fences are the percentiles of a kind of Tukey's test.
func fences(kind string) (low, high float64) {
	if kind == "tukey" {
		return 25, 75
	}
	return 10, 90
}

var outliersKernel = onArray(func(list []types.Value, r *row) types.Value {
	kind, _ := arg(r, 1).(string)
	ignore, ok := toReal(arg(r, 2))
	if !ok {
		ignore = math.NaN()
	}
	low, high := fences(kind)
	if p, ok := toReal(arg(r, 3)); ok {
		low = p
	}
	if p, ok := toReal(arg(r, 4)); ok {
		high = p
	}
	return realArray(outlierScores(reals(list), ignore, low, high, int(r.longArg(5, 0))))
})

// autocorrelation is the correlation of a series with itself at a lag.
func autocorrelation(y []float64, lag int) float64 {
	n := len(y)
	if lag < 1 || lag >= n {
		return 0
	}
	mean := 0.0
	for _, v := range y {
		mean += v / float64(n)
	}
	var top, bottom float64
	for i, v := range y {
		bottom += (v - mean) * (v - mean)
		if i+lag < n {
			top += (v - mean) * (y[i+lag] - mean)
		}
	}
	if bottom == 0 {
		return 0
	}
	// The shorter overlap of longer lags is made up for.
	return top / bottom * float64(n) / float64(n-lag)
}

// period is a period of a series and its score.
type period struct {
	length int
	score  float64
}

// shortestPeriod is the least period. MS Learn: "series_periods_detect()".
const shortestPeriod = 4

// detectPeriods finds the lags at which the autocorrelation peaks, the best
// ones first. Both sides of a peak lie within half of the series: MS Learn's
// example of series_seasonal() finds none of half its length. Multiples and
// divisors of a better period are passed over.
func detectPeriods(y []float64, low, high, most int) []period {
	var found []period
	high = min(high, len(y)/2-1)
	for lag := max(shortestPeriod, low); lag <= high; lag++ {
		s := autocorrelation(y, lag)
		if s > 0 && s >= autocorrelation(y, lag-1) && s >= autocorrelation(y, lag+1) {
			found = append(found, period{lag, min(1, s)})
		}
	}
	sort.SliceStable(found, func(i, j int) bool { return found[i].score > found[j].score+1e-9 })
	var out []period
	for _, p := range found {
		multiple := false
		for _, q := range out {
			multiple = multiple || p.length%q.length == 0 || q.length%p.length == 0
		}
		if !multiple {
			// A divisor that is nearly as good is the true period.
			for _, q := range found {
				if q.length < p.length && p.length%q.length == 0 && q.score > p.score-0.05 {
					p = q
				}
			}
			out = append(out, p)
		}
		if len(out) == most {
			break
		}
	}
	return out
}

var periodsDetectKernel = onSeries(4, func(y []float64, r *row) types.Value {
	low, _ := toReal(arg(r, 1))
	high, _ := toReal(arg(r, 2))
	most := int(r.longArg(3, 1))
	lengths, scores := make([]float64, max(0, min(16, most))), make([]float64, max(0, min(16, most)))
	for i, p := range detectPeriods(y, int(low), int(high), len(lengths)) {
		lengths[i], scores[i] = float64(p.length), p.score
	}
	return []types.Value{realArray(lengths), realArray(scores)}
})

var periodsValidateKernel = onSeries(4, func(y []float64, r *row) types.Value {
	var lengths, scores []float64
	for _, a := range r.args[1:] {
		p, _ := toReal(a)
		score := 0.0
		if p >= shortestPeriod && p <= float64(len(y))/2 {
			score = max(0, min(1, autocorrelation(y, int(math.Round(p)))))
		}
		lengths, scores = append(lengths, p), append(scores, score)
	}
	return []types.Value{realArray(lengths), realArray(scores)}
})

// seasonal returns, for every point, the median of the points of its phase.
func seasonal(y []float64, length, testPoints int) []float64 {
	phases := make([]float64, length)
	train := y[:len(y)-max(0, min(testPoints, len(y)))]
	for p := range phases {
		var xs []float64
		for i := p; i < len(train); i += length {
			xs = append(xs, train[i])
		}
		phases[p] = median(xs)
		if math.IsNaN(phases[p]) {
			phases[p] = 0
		}
	}
	out := make([]float64, len(y))
	for i := range out {
		out[i] = phases[i%length]
	}
	return out
}

// seasonLength returns the period to use: the one asked for, or with -1 the best
// one that reaches the threshold; 0 for none.
func seasonLength(y []float64, want int64, threshold float64) int {
	if want >= 0 {
		return int(min(want, int64(len(y))))
	}
	if p := detectPeriods(y, 2, len(y)/2, 1); len(p) > 0 && p[0].score >= threshold {
		return p[0].length
	}
	return 0
}

// seasonalThreshold is the least score of a season that is found. MS Learn:
// "series_seasonal()".
const seasonalThreshold = 0.7

var seasonalKernel = onSeries(2, func(y []float64, r *row) types.Value {
	length := seasonLength(y, r.longArg(1, -1), seasonalThreshold)
	if length < 1 {
		return realArray(make([]float64, len(y)))
	}
	return realArray(seasonal(y, length, int(r.longArg(2, 0))))
})

// decomposition is a series as the sum of its parts.
type decomposition struct{ baseline, seasonal, trend, residual []float64 }

// decompose finds the season, and the trend of what is left without it: the
// average, a line, or none. The last test points take no part in the fit.
// MS Learn: "series_decompose()".
func decompose(y []float64, season int64, trend string, testPoints int, threshold float64) decomposition {
	n := len(y)
	testPoints = max(0, min(n, testPoints))
	train := y[:n-testPoints]
	d := decomposition{seasonal: make([]float64, n), trend: make([]float64, n), baseline: make([]float64, n), residual: make([]float64, n)}
	length := seasonLength(train, season, threshold)
	fitTrend := func(y []float64) []float64 {
		out := make([]float64, n)
		switch trend {
		case "none":
		case "linefit":
			f := fitLine(counting(len(y)), y)
			for i := range out {
				out[i] = f.intercept + f.slope*float64(i)
			}
		default:
			mean := 0.0
			for _, v := range y {
				mean += v / float64(len(y))
			}
			for i := range out {
				out[i] = mean
			}
		}
		return out
	}
	if len(train) == 0 {
		return d
	}
	d.trend = fitTrend(train)
	if length > 0 {
		detrended := make([]float64, n)
		for i, v := range y {
			detrended[i] = v - d.trend[i]
		}
		d.seasonal = seasonal(detrended, length, testPoints)
		rest := make([]float64, len(train))
		for i := range train {
			rest[i] = train[i] - d.seasonal[i]
		}
		d.trend = fitTrend(rest)
	}
	for i, v := range y {
		d.baseline[i] = d.seasonal[i] + d.trend[i]
		d.residual[i] = v - d.baseline[i]
	}
	return d
}

// textArg returns a string argument, or def.
func (r *row) textArg(i int, def string) string {
	if s, ok := arg(r, i).(string); ok && s != "" {
		return s
	}
	return def
}

func (r *row) realArg(i int, def float64) float64 {
	if x, ok := toReal(arg(r, i)); ok && arg(r, i) != nil {
		return x
	}
	return def
}

// seasonThreshold is the least score that a detected season must have.
// MS Learn: "series_decompose()".
const seasonThreshold = 0.6

var decomposeKernel = onSeries(2, func(y []float64, r *row) types.Value {
	d := decompose(y, r.longArg(1, -1), r.textArg(2, "avg"), int(r.longArg(3, 0)), r.realArg(4, seasonThreshold))
	return []types.Value{realArray(d.baseline), realArray(d.seasonal), realArray(d.trend), realArray(d.residual)}
})

var forecastKernel = onSeries(2, func(y []float64, r *row) types.Value {
	d := decompose(y, r.longArg(2, -1), r.textArg(3, "linefit"), int(r.longArg(1, 0)), r.realArg(4, seasonThreshold))
	return []types.Value{realArray(d.baseline), realArray(d.seasonal), realArray(d.trend), realArray(d.residual)}
})

// anomaliesKernel scores the residual of a decomposition by Tukey's test.
// MS Learn: "series_decompose_anomalies()".
var anomaliesKernel = onSeries(2, func(y []float64, r *row) types.Value {
	threshold := r.realArg(1, 1.5)
	testPoints := int(r.longArg(4, 0))
	d := decompose(y, r.longArg(2, -1), r.textArg(3, "avg"), testPoints, r.realArg(6, seasonThreshold))
	low, high := fences(r.textArg(5, "ctukey"))
	scores := outlierScores(d.residual, math.NaN(), low, high, testPoints)
	flags := make([]types.Value, len(y))
	for i, s := range scores {
		switch {
		case s > threshold:
			flags[i] = int64(1)
		case s < -threshold:
			flags[i] = int64(-1)
		default:
			flags[i] = int64(0)
		}
	}
	return []types.Value{flags, realArray(scores), realArray(d.baseline)}
})
