package fn

import (
	"maps"
	"math"
	"slices"

	"github.com/azflow/azflow/kql/types"
)

// Sketches are exact here: an hll is the array of the distinct hashes of its
// values, and a t-digest the arrays of its distinct values and their weights.
// They answer what Kusto's estimate, with no error, and grow with the number of
// distinct values. A sketch of nothing is null. MS Learn: "summarize operator".

const (
	hllMark    = "hll"
	digestMark = "tdigest"
)

// hllOf reads the hashes of a sketch.
func hllOf(v types.Value) ([]types.Value, bool) {
	list, ok := array(v)
	if !ok || len(list) != 2 || list[0] != hllMark {
		return nil, false
	}
	return array(list[1])
}

// hllState makes a sketch of values, or of sketches where merge is set.
type hllState struct {
	set   *set
	merge bool
}

func hll(merge bool) newState {
	return func([]*types.Vector, []types.Type) State { return &hllState{set: newSet(), merge: merge} }
}

func (s *hllState) Add(args []*types.Vector, i int) error {
	v := args[0].Value(i)
	if s.merge {
		hashes, _ := hllOf(v)
		for _, h := range hashes {
			s.set.add(h)
		}
	} else if v != nil {
		s.set.add(hashOf(v))
	}
	return nil
}

func (s *hllState) Result() []types.Value {
	if len(s.set.list) == 0 {
		return []types.Value{nil}
	}
	return []types.Value{[]types.Value{hllMark, s.set.list}}
}

var dcountHLLKernel = lax(func(r *row) types.Value {
	if hashes, ok := hllOf(r.args[0]); ok {
		return int64(len(hashes))
	}
	return nil
})

var hllMergeKernel = lax(func(r *row) types.Value {
	s, any := newSet(), false
	for _, a := range r.args {
		if hashes, ok := hllOf(a); ok {
			any = true
			for _, h := range hashes {
				s.add(h)
			}
		}
	}
	if !any {
		return nil
	}
	return []types.Value{hllMark, s.list}
})

// digest is a t-digest: values in ascending order, each once.
type digest struct {
	values, weights []float64
	total           float64
}

func (d *digest) add(x, w float64) {
	if math.IsNaN(x) || w <= 0 {
		return
	}
	d.total += w
	i, found := slices.BinarySearch(d.values, x)
	if found {
		d.weights[i] += w
		return
	}
	d.values, d.weights = slices.Insert(d.values, i, x), slices.Insert(d.weights, i, w)
}

func (d *digest) value() types.Value {
	values, weights := make([]types.Value, len(d.values)), make([]types.Value, len(d.values))
	for i := range d.values {
		values[i], weights[i] = d.values[i], d.weights[i]
	}
	return []types.Value{digestMark, values, weights}
}

// digestOf reads a t-digest.
func digestOf(v types.Value) (*digest, bool) {
	list, ok := array(v)
	if !ok || len(list) != 3 || list[0] != digestMark {
		return nil, false
	}
	values, okV := array(list[1])
	weights, okW := array(list[2])
	if !okV || !okW || len(values) != len(weights) {
		return nil, false
	}
	d := &digest{}
	for i := range values {
		x, okX := toReal(values[i])
		w, okW := toReal(weights[i])
		if !okX || !okW {
			return nil, false
		}
		d.add(x, w)
	}
	return d, true
}

func (d *digest) merge(e *digest) {
	for i, x := range e.values {
		d.add(x, e.weights[i])
	}
}

// percentile is the value of the nearest rank.
func (d *digest) percentile(p float64) types.Value {
	want, seen := math.Max(1, math.Ceil(p/100*d.total)), 0.0
	for i, x := range d.values {
		if seen += d.weights[i]; seen >= want {
			return x
		}
	}
	return nil
}

// rank is the weight of the values up to x.
func (d *digest) rank(x float64) float64 {
	r := 0.0
	for i, v := range d.values {
		if v <= x {
			r += d.weights[i]
		}
	}
	return r
}

// digestState sums up the weights of values; they are put in order at the end.
type digestState struct {
	weights map[float64]float64
	merge   bool
}

func (s *digestState) add(x, w float64) {
	if !math.IsNaN(x) && w > 0 {
		s.weights[x] += w
	}
}

func tdigest(merge bool) newState {
	return func([]*types.Vector, []types.Type) State {
		return &digestState{merge: merge, weights: map[float64]float64{}}
	}
}

func (s *digestState) Add(args []*types.Vector, i int) error {
	v := args[0].Value(i)
	if s.merge {
		if d, ok := digestOf(v); ok {
			for k, x := range d.values {
				s.add(x, d.weights[k])
			}
		}
		return nil
	}
	w := 1.0
	if len(args) > 1 {
		w, _ = toReal(args[1].Value(i))
	}
	if x, ok := toReal(v); ok {
		s.add(x, w)
	}
	return nil
}

func (s *digestState) Result() []types.Value {
	if len(s.weights) == 0 {
		return []types.Value{nil}
	}
	d := &digest{values: slices.Sorted(maps.Keys(s.weights))}
	for _, x := range d.values {
		d.weights = append(d.weights, s.weights[x])
	}
	return []types.Value{d.value()}
}

// onDigest makes a kernel of a function of a t-digest.
func onDigest(f func(d *digest, r *row) types.Value) Kernel {
	return lax(func(r *row) types.Value {
		d, ok := digestOf(r.args[0])
		if !ok {
			return nil
		}
		return f(d, r)
	})
}

var percentileDigestKernel = onDigest(func(d *digest, r *row) types.Value {
	p, ok := toReal(r.args[1])
	if !ok {
		return nil
	}
	v := d.percentile(p)
	if len(r.args) > 2 && v != nil {
		return Cast(v, types.Real, r.typeArg(2))
	}
	if x, ok := v.(float64); ok && x == math.Trunc(x) {
		return truncate(x)
	}
	return v
})

var percentilesDigestKernel = onDigest(func(d *digest, r *row) types.Value {
	out := []types.Value{}
	for _, a := range r.args[1:] {
		for _, e := range elements(a, types.Dynamic) {
			if p, ok := toReal(e); ok {
				out = append(out, d.percentile(p))
			}
		}
	}
	return out
})

var rankDigestKernel = onDigest(func(d *digest, r *row) types.Value {
	x, ok := toReal(r.args[1])
	if !ok {
		return nil
	}
	return d.rank(x)
})

var percentRankDigestKernel = onDigest(func(d *digest, r *row) types.Value {
	x, ok := toReal(r.args[1])
	if !ok || d.total == 0 {
		return nil
	}
	return d.rank(x) / d.total * 100
})

var mergeDigestKernel = lax(func(r *row) types.Value {
	all, any := &digest{}, false
	for _, a := range r.args {
		if d, ok := digestOf(a); ok {
			any = true
			all.merge(d)
		}
	}
	if !any {
		return nil
	}
	return all.value()
})
