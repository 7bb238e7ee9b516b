package fn

import (
	"math"
	"slices"
	"strings"

	"github.com/azflow/azflow/kql/types"
)

// array returns v's elements; not ok if it is no array.
func array(v types.Value) ([]types.Value, bool) {
	list, ok := v.([]types.Value)
	return list, ok
}

// onArray makes a kernel of a function of an array that is null for all else.
func onArray(f func(list []types.Value, r *row) types.Value) Kernel {
	return lax(func(r *row) types.Value {
		list, ok := array(r.args[0])
		if !ok {
			return nil
		}
		return f(list, r)
	}, types.Dynamic)
}

// longArg reads an argument that has come as a dynamic value.
func (r *row) longArg(i int, def int64) int64 {
	if i >= len(r.args) || r.args[i] == nil {
		return def
	}
	n, ok := toLong(r.args[i])
	if !ok {
		return def
	}
	return n
}

var arrayLengthKernel = onArray(func(list []types.Value, _ *row) types.Value { return int64(len(list)) })

// arrayConcatKernel passes over what is no array (emulator).
var arrayConcatKernel = lax(func(r *row) types.Value {
	out, any := []types.Value{}, false
	for _, a := range r.args {
		if list, ok := array(a); ok {
			out, any = append(out, list...), true
		}
	}
	if !any {
		return nil
	}
	return out
}, types.Dynamic)

var arrayIffKernel = onArray(func(conds []types.Value, r *row) types.Value {
	pick := func(v types.Value, i int) types.Value {
		if list, ok := array(v); ok {
			if i < len(list) {
				return list[i]
			}
			return nil
		}
		return v
	}
	out := make([]types.Value, len(conds))
	for i, c := range conds {
		holds := false
		switch x := c.(type) {
		case bool:
			holds = x
		case int64, float64:
			holds, _ = toBool(x)
		default:
			continue
		}
		if holds {
			out[i] = pick(r.args[1], i)
		} else {
			out[i] = pick(r.args[2], i)
		}
	}
	return out
})

var arrayIndexOfKernel = onArray(func(list []types.Value, r *row) types.Value {
	n := int64(len(list))
	start, length, nth := r.longArg(2, 0), r.longArg(3, -1), r.longArg(4, 1)
	if start < 0 {
		start = max(0, n+start)
	}
	end := n
	if length >= 0 && length < n-start {
		end = start + length
	}
	for i := start; i < end; i++ {
		if types.Equal(list[i], r.args[1]) {
			if nth--; nth == 0 {
				return i
			}
		}
	}
	return int64(-1)
})

var arraySliceKernel = onArray(func(list []types.Value, r *row) types.Value {
	n := int64(len(list))
	from, to := r.longArg(1, 0), r.longArg(2, -1)
	if from < 0 {
		from = max(0, n+from)
	}
	if to < 0 {
		to += n
	}
	if to = min(to, n-1); from > to {
		return []types.Value{}
	}
	return list[from : to+1 : to+1]
})

var arraySplitKernel = onArray(func(list []types.Value, r *row) types.Value {
	cuts, ok := array(r.args[1])
	if !ok {
		cuts = []types.Value{r.args[1]}
	}
	n := int64(len(list))
	out, at := []types.Value{}, int64(0)
	for _, c := range cuts {
		i, ok := toLong(c)
		if !ok {
			return nil
		}
		if i < 0 {
			i += n
		}
		i = max(at, min(n, i))
		out = append(out, list[at:i:i])
		at = i
	}
	return append(out, list[at:])
})

// shiftKernel shifts to the left if sign is 1, to the right if it is -1.
func shiftKernel(sign int64) Kernel {
	return onArray(func(list []types.Value, r *row) types.Value {
		var fill types.Value
		if len(r.args) > 2 {
			fill = r.args[2]
		}
		out := make([]types.Value, len(list))
		by := sign * r.longArg(1, 0)
		for i := range out {
			if j := int64(i) + by; j >= 0 && j < int64(len(list)) {
				out[i] = list[j]
			} else {
				out[i] = fill
			}
		}
		return out
	})
}

func rotateKernel(sign int64) Kernel {
	return onArray(func(list []types.Value, r *row) types.Value {
		n := int64(len(list))
		out := make([]types.Value, n)
		for i := range out {
			j, _ := modulo(int64(i)+sign*(r.longArg(1, 0)%n), n)
			out[i] = list[j]
		}
		return out
	})
}

var arrayReverseKernel = onArray(func(list []types.Value, _ *row) types.Value {
	out := slices.Clone(list)
	slices.Reverse(out)
	return out
})

// sortKernel sorts the first array and the others along with it; arrays of
// other lengths become null. Nulls come last unless the last argument is false.
// Of several arrays the result is an array of the sorted arrays.
func sortKernel(sign int) Kernel {
	return func(ctx *Ctx, args []*types.Vector, n int, out *types.Vector) error {
		arrays := args
		nullsLast := column[bool]{cells: []bool{true}}
		if last := args[len(args)-1]; last.Type == types.Bool {
			arrays, nullsLast = args[:len(args)-1], read[bool](last)
		}
		out.Resize(n)
		for i := range n {
			first, ok := array(arrays[0].Value(i))
			if !ok {
				out.SetNull(i)
				continue
			}
			last, _ := nullsLast.at(i)
			order := make([]int, len(first))
			for k := range order {
				order[k] = k
			}
			slices.SortStableFunc(order, func(a, b int) int {
				x, y := first[a], first[b]
				switch {
				case x == nil && y == nil:
					return 0
				case x == nil || y == nil:
					if (x == nil) == last {
						return 1
					}
					return -1
				}
				return sign * types.Compare(x, y)
			})
			columns := make([]types.Value, len(arrays))
			for k, a := range arrays {
				list, ok := array(a.Value(i))
				if !ok || len(list) != len(first) {
					continue
				}
				sorted := make([]types.Value, len(list))
				for p, q := range order {
					sorted[p] = list[q]
				}
				columns[k] = sorted
			}
			if len(arrays) == 1 {
				out.SetValue(i, columns[0])
			} else {
				out.SetValue(i, columns)
			}
		}
		return nil
	}
}

// arraySumKernel passes over what is no number; null if there are none.
var arraySumKernel = onArray(func(list []types.Value, _ *row) types.Value {
	sum, any := 0.0, false
	for _, e := range list {
		if types.IsNumber(e) {
			x, _ := toReal(e)
			sum, any = sum+x, true
		}
	}
	if !any {
		return nil
	}
	return sum
})

// maxArray is the greatest number of elements that range and repeat make, and
// the default size of lists and sets. MS Learn: "make_list()".
const maxArray = 1048576

var repeatKernel = lax(func(r *row) types.Value {
	n := r.longArg(1, -1)
	if n < 0 {
		return nil
	}
	out := make([]types.Value, min(n, maxArray))
	for i := range out {
		out[i] = r.args[0]
	}
	return out
}, types.Dynamic)

// rangeKernel steps by 1, and by an hour through times, unless a step is given.
var rangeKernel = lax(func(r *row) types.Value {
	from, to := r.args[0], r.args[1]
	if from == nil || to == nil {
		return nil
	}
	var step types.Value = int64(1)
	if isTime(r.types[0]) {
		step = types.Interval(types.TicksPerHour)
	}
	if len(r.args) > 2 {
		step = r.args[2]
	}
	_, realFrom := from.(float64)
	_, realStep := step.(float64)
	_, decimalFrom := from.(types.DecimalValue)
	out := []types.Value{}
	if realFrom || realStep && !isTime(r.types[0]) || decimalFrom {
		x, _ := toReal(from)
		end, ok := toReal(to)
		s, okS := toReal(step)
		if !ok || !okS || s == 0 || math.IsNaN(s) {
			return nil
		}
		for i := 0; i < maxArray; i++ {
			v := x + float64(i)*s
			if s > 0 && v > end || s < 0 && v < end || math.IsNaN(v) {
				break
			}
			out = append(out, v)
		}
		return out
	}
	x, okX := toLong(from)
	end, okE := toLong(to)
	s, okS := toLong(step)
	if !okX || !okE || !okS || s == 0 {
		return nil
	}
	for ; len(out) < maxArray && (s > 0 && x <= end || s < 0 && x >= end); x += s {
		switch r.types[0] {
		case types.DateTime:
			out = append(out, types.Instant(x))
		case types.TimeSpan:
			out = append(out, types.Interval(x))
		default:
			out = append(out, x)
		}
		if s > 0 && x > math.MaxInt64-s || s < 0 && x < math.MinInt64-s {
			break
		}
	}
	return out
})

// zipKernel pads shorter arrays with null.
var zipKernel = lax(func(r *row) types.Value {
	n := 0
	for _, a := range r.args {
		list, ok := array(a)
		if !ok {
			return nil
		}
		n = max(n, len(list))
	}
	out := make([]types.Value, n)
	for i := range out {
		tuple := make([]types.Value, len(r.args))
		for k, a := range r.args {
			tuple[k] = Element(a, int64(i))
		}
		out[i] = tuple
	}
	return out
}, types.Dynamic)

var packArrayKernel = lax(func(r *row) types.Value { return slices.Clone(r.args) }, types.Dynamic)

var setHasKernel = onArray(func(list []types.Value, r *row) types.Value {
	for _, e := range list {
		if types.Equal(e, r.args[1]) {
			return true
		}
	}
	return false
})

// set is a list of distinct values in order of appearance.
type set struct {
	list []types.Value
	keys map[string]struct{}
}

func newSet(lists ...[]types.Value) *set {
	s := &set{list: []types.Value{}, keys: map[string]struct{}{}}
	for _, l := range lists {
		for _, e := range l {
			s.add(e)
		}
	}
	return s
}

func (s *set) add(v types.Value) {
	k := string(types.AppendKey(nil, v))
	if _, ok := s.keys[k]; !ok {
		s.keys[k] = struct{}{}
		s.list = append(s.list, v)
	}
}

func (s *set) has(v types.Value) bool {
	_, ok := s.keys[string(types.AppendKey(nil, v))]
	return ok
}

var setUnionKernel = lax(func(r *row) types.Value {
	s, any := newSet(), false
	for _, a := range r.args {
		if list, ok := array(a); ok {
			any = true
			for _, e := range list {
				s.add(e)
			}
		}
	}
	if !any {
		return nil
	}
	return s.list
}, types.Dynamic)

var setIntersectKernel = lax(func(r *row) types.Value {
	var common *set
	for _, a := range r.args {
		list, ok := array(a)
		if !ok {
			return nil
		}
		if common == nil {
			common = newSet(list)
			continue
		}
		here, next := newSet(list), newSet()
		for _, e := range common.list {
			if here.has(e) {
				next.add(e)
			}
		}
		common = next
	}
	return common.list
}, types.Dynamic)

var setDifferenceKernel = onArray(func(list []types.Value, r *row) types.Value {
	others := newSet()
	for _, a := range r.args[1:] {
		if l, ok := array(a); ok {
			for _, e := range l {
				others.add(e)
			}
		}
	}
	out := newSet()
	for _, e := range list {
		if !others.has(e) {
			out.add(e)
		}
	}
	return out.list
})

var setEqualsKernel = onArray(func(list []types.Value, r *row) types.Value {
	other, ok := array(r.args[1])
	if !ok {
		return nil
	}
	a, b := newSet(list), newSet(other)
	if len(a.list) != len(b.list) {
		return false
	}
	for _, e := range a.list {
		if !b.has(e) {
			return false
		}
	}
	return true
})

var jaccardKernel = onArray(func(list []types.Value, r *row) types.Value {
	other, ok := array(r.args[1])
	if !ok {
		return nil
	}
	a, b, all := newSet(list), newSet(other), newSet(list, other)
	common := len(a.list) + len(b.list) - len(all.list)
	return float64(common) / float64(len(all.list))
})

var strcatArrayKernel = lax(func(r *row) types.Value {
	list, ok := array(r.args[0])
	if !ok {
		return ""
	}
	var b strings.Builder
	for i, e := range list {
		if i > 0 {
			b.WriteString(r.text(1))
		}
		b.WriteString(types.Text(e, types.Dynamic))
	}
	return b.String()
}, types.Dynamic, types.String)
