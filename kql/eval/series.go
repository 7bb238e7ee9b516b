package eval

import (
	"errors"
	"fmt"
	"math"

	"github.com/azflow/azflow/kql/fn"
	"github.com/azflow/azflow/kql/plan"
	"github.com/azflow/azflow/kql/types"
)

// axis is a regular axis of n points from start on; times are in ticks.
type axis struct {
	t           types.Type
	start, step float64
	ticks       int64 // start, where t is no real
	stepTicks   int64
	n           int
}

// point returns the value of bin i.
func (a *axis) point(i int) types.Value {
	if a.t == types.Real {
		return a.start + float64(i)*a.step
	}
	return fn.Cast(fn.Cast(a.ticks+int64(i)*a.stepTicks, types.Long, a.t), a.t, types.Dynamic)
}

// bin returns the bin of v, or -1.
func (a *axis) bin(v types.Value) int {
	if v == nil {
		return -1
	}
	k := 0
	if a.t == types.Real {
		f := math.Floor((realOf(v) - a.start) / a.step)
		if math.IsNaN(f) || f < 0 || f >= float64(a.n) {
			return -1
		}
		k = int(f)
	} else {
		d := longOf(v) - a.ticks
		if d < 0 {
			return -1
		}
		k = int(d / a.stepTicks)
	}
	if k >= a.n {
		return -1
	}
	return k
}

// maxPoints bounds the points of an axis. MS Learn: "make-series operator".
const maxPoints = 1048576

// newAxis makes the axis [from, to) or, where an end is nil, that of the data.
func newAxis(t types.Type, from, to, step types.Value, on *types.Vector, n int) (*axis, error) {
	a := &axis{t: t, step: realOf(step), stepTicks: longOf(step)}
	if t != types.Real && a.stepTicks <= 0 || t == types.Real && !(a.step > 0) {
		return nil, errors.New("make-series: the step must be positive")
	}
	var low, high types.Value
	for i := range n {
		v := on.Value(i)
		if v == nil {
			continue
		}
		if low == nil || types.Compare(v, low) < 0 {
			low = v
		}
		if high == nil || types.Compare(v, high) > 0 {
			high = v
		}
	}
	if from == nil && low == nil || to == nil && high == nil {
		return a, nil
	}
	size := 0.0
	if t == types.Real {
		if from != nil {
			a.start = realOf(from)
		} else {
			a.start = math.Floor(realOf(low)/a.step) * a.step
		}
		if to != nil {
			size = math.Ceil((realOf(to) - a.start) / a.step)
		} else {
			size = math.Floor((realOf(high)-a.start)/a.step) + 1
		}
	} else {
		if from != nil {
			a.ticks = longOf(from)
		} else {
			first := longOf(low)
			a.ticks = first - ((first%a.stepTicks)+a.stepTicks)%a.stepTicks
		}
		if to != nil {
			size = math.Ceil(float64(longOf(to)-a.ticks) / float64(a.stepTicks))
		} else {
			size = float64((longOf(high)-a.ticks)/a.stepTicks) + 1
		}
	}
	if size > maxPoints {
		return nil, fmt.Errorf("make-series: %.0f points are more than the %d that a series may have: use a larger step", size, maxPoints)
	}
	a.n = int(max(0, size))
	return a, nil
}

func (r *runner) makeSeries(x *plan.MakeSeries) (*Rows, error) {
	in, err := r.run(x.Input)
	if err != nil {
		return nil, err
	}
	on, err := r.expr(x.On, in)
	if err != nil {
		return nil, err
	}
	var ends [3]types.Value
	for i, e := range []plan.Expr{x.From, x.To, x.Step} {
		if e == nil {
			continue
		}
		if ends[i], err = r.constant(e); err != nil {
			return nil, err
		}
	}
	t := on.Type
	if t == types.Int {
		t = types.Long
	}
	// A whole axis with a real step or end is a real one.
	for _, e := range ends {
		if _, ok := e.(float64); ok && t == types.Long {
			t = types.Real
		}
	}
	on = fn.Convert(full(on, in.N), t)
	ax, err := newAxis(t, ends[0], ends[1], ends[2], on, in.N)
	if err != nil {
		return nil, err
	}
	keys, err := r.project(in, x.By)
	if err != nil {
		return nil, err
	}
	// Only rows on the axis make a group.
	var rows, bins []int
	for i := range in.N {
		if b := ax.bin(on.Value(i)); b >= 0 {
			rows, bins = append(rows, i), append(bins, b)
		}
	}
	keys, in = pick(keys, rows), pick(in, rows)
	g := groupBy(keys.Vecs, in.N)
	n := len(g.first)
	if len(x.By) == 0 && n == 0 && x.NonEmpty {
		n = 1
	}
	if ax.n == 0 {
		n = 0
		g.first = nil
	}
	out := pick(keys, g.first)
	out.N = n
	for _, a := range x.Aggs {
		v, err := r.series(a, in, g, bins, ax, n)
		if err != nil {
			return nil, err
		}
		out.Cols, out.Vecs = append(out.Cols[:len(out.Cols):len(out.Cols)], a.Col), append(out.Vecs, v)
	}
	points := make([]types.Value, ax.n)
	for i := range points {
		points[i] = ax.point(i)
	}
	out.Cols = append(out.Cols[:len(out.Cols):len(out.Cols)], x.Axis)
	out.Vecs = append(out.Vecs, types.Constant(types.Dynamic, points).Select(make([]int, n)))
	return out, nil
}

// series computes one aggregate for every group and bin. Empty bins hold the
// default, 0 unless one is given (emulator).
func (r *runner) series(a plan.SeriesItem, in *Rows, g groups, bins []int, ax *axis, n int) (*types.Vector, error) {
	var fill types.Value
	if a.Default != nil {
		v, err := r.constant(a.Default)
		if err != nil {
			return nil, err
		}
		fill = v
	}
	acc, err := r.accumulator(plan.AggItem{Func: a.Func, Args: a.Args, Cols: []plan.Column{a.Col}}, in)
	if err != nil {
		return nil, err
	}
	states := make([]fn.State, n*ax.n)
	for i := range in.N {
		k := g.of[i]*ax.n + bins[i]
		if states[k] == nil {
			states[k] = acc.make()
		}
		if err := states[k].Add(acc.args, i); err != nil {
			return nil, err
		}
	}
	if a.Default == nil {
		fill = zeroLike(states)
	}
	out := types.NewVector(types.Dynamic, n)
	for row := range n {
		list := make([]types.Value, ax.n)
		for b := range list {
			if s := states[row*ax.n+b]; s != nil {
				list[b] = fn.Cast(s.Result()[0], types.Dynamic, types.Dynamic)
			} else {
				list[b] = fn.Cast(fill, types.Dynamic, types.Dynamic)
			}
		}
		out.SetValue(row, list)
	}
	return out, nil
}

// zeroLike returns the zero of the type that the states give.
func zeroLike(states []fn.State) types.Value {
	for _, s := range states {
		if s == nil {
			continue
		}
		switch s.Result()[0].(type) {
		case float64:
			return 0.0
		case string:
			return ""
		case types.Interval:
			return types.Interval(0)
		case types.Instant, []types.Value, *types.Bag:
			return nil
		}
	}
	return int64(0)
}
