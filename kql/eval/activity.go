package eval

import (
	"fmt"
	"math"
	"sort"

	"github.com/azflow/azflow/kql/fn"
	"github.com/azflow/azflow/kql/plan"
	"github.com/azflow/azflow/kql/types"
)

func sortInts(rows []int, less func(a, b int) bool) {
	sort.SliceStable(rows, func(i, j int) bool { return less(rows[i], rows[j]) })
}

// span is the window of an activity plugin: [start, end) in steps, in ticks or
// whole numbers.
type span struct{ start, end, step int64 }

// spanArgs reads start, end and step from places of the arguments.
func (r *runner) spanArgs(x *plan.Plugin, place int) (span, error) {
	var ends [3]int64
	for i := range ends {
		v, err := r.argConst(x, "", place+i)
		if err != nil {
			return span{}, err
		}
		if v == nil {
			return span{}, fmt.Errorf("argument %d must be a constant", place+i+1)
		}
		ends[i] = longOf(v)
	}
	if ends[2] <= 0 {
		return span{}, fmt.Errorf("the step must be positive")
	}
	return span{ends[0], ends[1], ends[2]}, nil
}

// bin returns the start of the step that holds t.
func (s span) bin(t int64) int64 { return s.start + (t-s.start)/s.step*s.step }

// asTime makes ticks or a number a value of the type of a column.
func asTime(n int64, t types.Type) types.Value { return fn.Cast(n, types.Long, t) }

// pluginRows makes the table of a plugin whose columns are the leading keys of
// the input and then those given.
func (r *runner) pluginRows(x *plan.Plugin, names []string, ts []types.Type, rows [][]types.Value) *Rows {
	cols := x.Cols
	if len(cols) != len(names) {
		cols = r.columnsOf(x, names, ts)
	}
	return fromRows(cols, rows)
}

// dimensionArgs returns the columns that the arguments from a place on name.
func dimensionArgs(x *plan.Plugin, place int, in *Rows) ([]int, error) {
	var dims []int
	for ; named(x, "", place) != nil; place++ {
		k, err := argRef(x, place, in)
		if err != nil {
			return nil, err
		}
		dims = append(dims, k)
	}
	return dims, nil
}

// activityCounts is activity_counts_metrics(id, time, start, end, step, dims…):
// for each step the count, the distinct count, the newly seen ids, and the
// distinct ids up to then.
func activityCounts(r *runner, x *plan.Plugin, in *Rows) (*Rows, error) {
	id, err := argRef(x, 0, in)
	if err != nil {
		return nil, err
	}
	when, err := argRef(x, 1, in)
	if err != nil {
		return nil, err
	}
	s, err := r.spanArgs(x, 2)
	if err != nil {
		return nil, err
	}
	dims, err := dimensionArgs(x, 5, in)
	if err != nil {
		return nil, err
	}
	type bucket struct {
		key  []types.Value
		bin  int64
		n    int64
		ids  map[string]bool
		over int
	}
	buckets := map[string]*bucket{}
	var order []*bucket
	seen := map[string]map[string]bool{}
	rows := sequenceOf(in.N)
	sortInts(rows, func(a, b int) bool { return longOf(in.Vecs[when].Value(a)) < longOf(in.Vecs[when].Value(b)) })
	news := map[*bucket]int64{}
	for _, i := range rows {
		v := in.Vecs[when].Value(i)
		if v == nil || longOf(v) < s.start || longOf(v) > s.end {
			continue
		}
		var dimKey []byte
		key := make([]types.Value, len(dims))
		for k, d := range dims {
			key[k] = in.Vecs[d].Value(i)
			dimKey = types.AppendKey(dimKey, key[k])
		}
		bin := s.bin(longOf(v))
		full := string(types.AppendKey(dimKey, bin))
		b := buckets[full]
		if b == nil {
			b = &bucket{key: key, bin: bin, ids: map[string]bool{}}
			buckets[full] = b
			order = append(order, b)
		}
		who := string(types.AppendKey(nil, in.Vecs[id].Value(i)))
		if seen[string(dimKey)] == nil {
			seen[string(dimKey)] = map[string]bool{}
		}
		if !seen[string(dimKey)][who] {
			seen[string(dimKey)][who] = true
			news[b]++
		}
		b.n++
		b.ids[who] = true
		b.over = len(seen[string(dimKey)])
	}
	names, ts := []string{in.Cols[when].Name}, []types.Type{in.Cols[when].Type}
	for _, d := range dims {
		names, ts = append(names, in.Cols[d].Name), append(ts, in.Cols[d].Type)
	}
	names = append(names, "count", "dcount", "new_dcount", "aggregated_dcount")
	ts = append(ts, types.Long, types.Long, types.Long, types.Long)
	var out [][]types.Value
	for _, b := range order {
		row := append([]types.Value{asTime(b.bin, in.Cols[when].Type)}, b.key...)
		out = append(out, append(row, b.n, int64(len(b.ids)), news[b], int64(b.over)))
	}
	return r.pluginRows(x, names, ts, out), nil
}

// rollingPercentile is rolling_percentile(value, percentile, time, bin, bins per
// window, dims…): at each bin the percentile over the last bins.
func rollingPercentile(r *runner, x *plan.Plugin, in *Rows) (*Rows, error) {
	value, err := r.argVector(x, 0, in)
	if err != nil {
		return nil, err
	}
	rank, err := r.argConst(x, "", 1)
	if err != nil {
		return nil, err
	}
	when, err := argRef(x, 2, in)
	if err != nil {
		return nil, err
	}
	step, err := r.argConst(x, "", 3)
	if err != nil {
		return nil, err
	}
	window, err := r.argConst(x, "", 4)
	if err != nil {
		return nil, err
	}
	dims, err := dimensionArgs(x, 5, in)
	if err != nil {
		return nil, err
	}
	size, width := longOf(step), longOf(window)
	if size <= 0 || width <= 0 {
		return nil, fmt.Errorf("the bin size and the bins per window must be positive")
	}
	dimVecs := make([]*types.Vector, len(dims))
	for i, d := range dims {
		dimVecs[i] = in.Vecs[d]
	}
	g := groupBy(dimVecs, in.N)
	valueName := "value"
	if a := named(x, "", 0); a != nil {
		if ref, ok := a.Expr.(*plan.Ref); ok {
			for _, c := range in.Cols {
				if c.ID == ref.Column {
					valueName = c.Name
				}
			}
		}
	}
	names, ts := []string{in.Cols[when].Name}, []types.Type{in.Cols[when].Type}
	for _, d := range dims {
		names, ts = append(names, in.Cols[d].Name), append(ts, in.Cols[d].Type)
	}
	names = append(names, fmt.Sprintf("rolling_%d_percentile_%s_%s", width, valueName, types.Text(rank, types.Dynamic)))
	ts = append(ts, value.Type)
	var out [][]types.Value
	for k, first := range g.first {
		bins := map[int64][]types.Value{}
		var order []int64
		for i, at := range g.of {
			if at != k || in.Vecs[when].Value(i) == nil {
				continue
			}
			b := int64(math.Floor(float64(longOf(in.Vecs[when].Value(i)))/float64(size))) * size
			if bins[b] == nil {
				order = append(order, b)
			}
			bins[b] = append(bins[b], value.Value(i))
		}
		sort.Slice(order, func(i, j int) bool { return order[i] < order[j] })
		for _, b := range order {
			var all []types.Value
			for w := range width {
				all = append(all, bins[b-w*size]...)
			}
			row := []types.Value{asTime(b, in.Cols[when].Type)}
			for _, d := range dims {
				row = append(row, in.Vecs[d].Value(first))
			}
			out = append(out, append(row, nearestRank(all, realOf(rank))))
		}
	}
	return r.pluginRows(x, names, ts, out), nil
}

// nearestRank is the percentile of values that are not null.
func nearestRank(values []types.Value, p float64) types.Value {
	var known []types.Value
	for _, v := range values {
		if v != nil {
			known = append(known, v)
		}
	}
	if len(known) == 0 {
		return nil
	}
	sort.SliceStable(known, func(i, j int) bool { return types.Compare(known[i], known[j]) < 0 })
	k := int(math.Ceil(p / 100 * float64(len(known))))
	return known[max(1, min(len(known), k))-1]
}

// dcountIntersect is dcount_intersect(hll, …): how many values the first two,
// three, … sketches share.
func dcountIntersect(r *runner, x *plan.Plugin, in *Rows) (*Rows, error) {
	places, err := dimensionArgs(x, 0, in)
	if err != nil {
		return nil, err
	}
	out := &Rows{Cols: append([]plan.Column(nil), in.Cols...), Vecs: append([]*types.Vector(nil), in.Vecs...), N: in.N}
	counts := make([]*types.Vector, len(places))
	for k := range places {
		counts[k] = types.NewVector(types.Long, in.N)
	}
	for i := range in.N {
		var common map[string]bool
		for k, p := range places {
			here := map[string]bool{}
			if list, ok := fn.Element(in.Vecs[p].Value(i), 1).([]types.Value); ok {
				for _, h := range list {
					if key := string(types.AppendKey(nil, h)); common == nil || common[key] {
						here[key] = true
					}
				}
			}
			common = here
			counts[k].SetValue(i, int64(len(common)))
		}
	}
	for k, v := range counts {
		out.Cols = append(out.Cols, r.columnsOf(x, []string{fmt.Sprintf("s%d", k)}, []types.Type{types.Long})[0])
		out.Vecs = append(out.Vecs, v)
	}
	return conform(x, out), nil
}

// slidingWindowCounts is sliding_window_counts(id, time, start, end, window,
// step, dims…): at each step the count and distinct count of the window that
// ends there.
func slidingWindowCounts(r *runner, x *plan.Plugin, in *Rows) (*Rows, error) {
	id, err := argRef(x, 0, in)
	if err != nil {
		return nil, err
	}
	when, err := argRef(x, 1, in)
	if err != nil {
		return nil, err
	}
	var consts [4]int64
	for i := range consts {
		v, err := r.argConst(x, "", 2+i)
		if err != nil {
			return nil, err
		}
		consts[i] = longOf(v)
	}
	start, end, window, step := consts[0], consts[1], consts[2], consts[3]
	if step <= 0 {
		return nil, fmt.Errorf("the step must be positive")
	}
	dims, err := dimensionArgs(x, 6, in)
	if err != nil {
		return nil, err
	}
	dimVecs := make([]*types.Vector, len(dims))
	for i, d := range dims {
		dimVecs[i] = in.Vecs[d]
	}
	g := groupBy(dimVecs, in.N)
	names, ts := []string{in.Cols[when].Name}, []types.Type{in.Cols[when].Type}
	for _, d := range dims {
		names, ts = append(names, in.Cols[d].Name), append(ts, in.Cols[d].Type)
	}
	names, ts = append(names, "Count", "Dcount"), append(ts, types.Long, types.Long)
	var out [][]types.Value
	for t := start; t <= end; t += step {
		for k, first := range g.first {
			n, ids := int64(0), map[string]bool{}
			for i, at := range g.of {
				v := in.Vecs[when].Value(i)
				if at != k || v == nil {
					continue
				}
				// Times count by their bins, the window by whole steps.
				b := start + int64(math.Floor(float64(longOf(v)-start)/float64(step)))*step
				if b > t-window && b <= t {
					n++
					ids[string(types.AppendKey(nil, in.Vecs[id].Value(i)))] = true
				}
			}
			if n == 0 {
				continue
			}
			row := []types.Value{asTime(t, in.Cols[when].Type)}
			for _, d := range dims {
				row = append(row, in.Vecs[d].Value(first))
			}
			out = append(out, append(row, n, int64(len(ids))))
		}
		if err := r.check(len(out)); err != nil {
			return nil, err
		}
	}
	return r.pluginRows(x, names, ts, out), nil
}

// activeUsersCount is active_users_count(id, time, start, end, lookback window,
// period, active periods, bin, dims…): at each bin the ids that were active in
// at least so many periods of the lookback.
func activeUsersCount(r *runner, x *plan.Plugin, in *Rows) (*Rows, error) {
	id, err := argRef(x, 0, in)
	if err != nil {
		return nil, err
	}
	when, err := argRef(x, 1, in)
	if err != nil {
		return nil, err
	}
	var consts [6]int64
	for i := range consts {
		v, err := r.argConst(x, "", 2+i)
		if err != nil {
			return nil, err
		}
		consts[i] = longOf(v)
	}
	start, end, lookback, period, active, bin := consts[0], consts[1], consts[2], consts[3], consts[4], consts[5]
	if period <= 0 || bin <= 0 {
		return nil, fmt.Errorf("the period and the bin must be positive")
	}
	dims, err := dimensionArgs(x, 8, in)
	if err != nil {
		return nil, err
	}
	dimVecs := make([]*types.Vector, len(dims))
	for i, d := range dims {
		dimVecs[i] = in.Vecs[d]
	}
	g := groupBy(dimVecs, in.N)
	names, ts := []string{in.Cols[when].Name}, []types.Type{in.Cols[when].Type}
	for _, d := range dims {
		names, ts = append(names, in.Cols[d].Name), append(ts, in.Cols[d].Type)
	}
	names, ts = append(names, "dcount"), append(ts, types.Long)
	var out [][]types.Value
	for t := start; t < end; t += bin {
		for k, first := range g.first {
			periods := map[string]map[int64]bool{}
			for i, at := range g.of {
				v := in.Vecs[when].Value(i)
				if at != k || v == nil {
					continue
				}
				// The window ends with the bin and looks back from its end.
				n := longOf(v)
				if n > t+bin || n < t+bin-lookback {
					continue
				}
				who := string(types.AppendKey(nil, in.Vecs[id].Value(i)))
				if periods[who] == nil {
					periods[who] = map[int64]bool{}
				}
				periods[who][int64(math.Floor(float64(n-start)/float64(period)))] = true
			}
			n := int64(0)
			for _, p := range periods {
				if int64(len(p)) >= active {
					n++
				}
			}
			if n == 0 {
				continue
			}
			row := []types.Value{asTime(t, in.Cols[when].Type)}
			for _, d := range dims {
				row = append(row, in.Vecs[d].Value(first))
			}
			out = append(out, append(row, n))
		}
	}
	return r.pluginRows(x, names, ts, out), nil
}

// rowsNear keeps the rows for which a condition holds, and their neighbours.
// rows_near(condition, number of rows, rows after).
func rowsNear(r *runner, x *plan.Plugin, in *Rows) (*Rows, error) {
	a := named(x, "", 0)
	if a == nil || a.Expr == nil {
		return nil, fmt.Errorf("the condition is missing")
	}
	hits, err := r.truths(a.Expr, in)
	if err != nil {
		return nil, err
	}
	before, err := r.argConst(x, "", 1)
	if err != nil {
		return nil, err
	}
	after, err := r.argConst(x, "", 2)
	if err != nil {
		return nil, err
	}
	if after == nil {
		after = before
	}
	keep := make([]bool, in.N)
	for _, h := range hits {
		for i := max(0, h-int(longOf(before))); i <= min(in.N-1, h+int(longOf(after))); i++ {
			keep[i] = true
		}
	}
	var rows []int
	for i, k := range keep {
		if k {
			rows = append(rows, i)
		}
	}
	out := pick(in, rows)
	if len(x.Cols) == len(out.Cols) {
		out.Cols = x.Cols
	}
	return out, nil
}
