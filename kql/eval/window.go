package eval

import (
	"fmt"

	"github.com/azflow/azflow/kql/fn"
	"github.com/azflow/azflow/kql/plan"
	"github.com/azflow/azflow/kql/types"
)

// window adds columns that depend on the order of the rows. An item may refer
// to the ones before it.
func (r *runner) window(x *plan.Window) (*Rows, error) {
	in, err := r.run(x.Input)
	if err != nil {
		return nil, err
	}
	out := &Rows{Cols: append([]plan.Column(nil), in.Cols...), Vecs: append([]*types.Vector(nil), in.Vecs...), N: in.N}
	for _, it := range x.Items {
		if err := checkWindow(it); err != nil {
			return nil, err
		}
		args, err := r.exprs(it.Args, out)
		if err != nil {
			return nil, err
		}
		v, err := windowItem(it, args, in.N)
		if err != nil {
			return nil, err
		}
		out.Cols, out.Vecs = append(out.Cols, it.Column), append(out.Vecs, v)
	}
	return out, nil
}

// checkWindow refuses what the engine does: an offset or a default of prev and
// next that depends on the row, and an offset of 0 (emulator).
func checkWindow(it plan.WindowItem) error {
	if it.Func != "prev" && it.Func != "next" {
		return nil
	}
	for i, a := range it.Args[min(1, len(it.Args)):] {
		if !IsConst(a) {
			return fmt.Errorf("%s: argument %d must be a constant", it.Func, i+2)
		}
		if c, ok := a.(*plan.Const); ok && i == 0 && longOf(c.Value) <= 0 {
			return fmt.Errorf("%s: the offset must be positive", it.Func)
		}
	}
	return nil
}

// at returns argument k of row i, or nil if there is none.
func at(args []*types.Vector, k, i int) types.Value {
	if k >= len(args) {
		return nil
	}
	return args[k].Value(i)
}

func windowItem(it plan.WindowItem, args []*types.Vector, n int) (*types.Vector, error) {
	out := types.NewVector(it.Column.Type, n)
	set := func(i int, v types.Value) { out.SetValue(i, fit(v, it.Column.Type)) }
	switch it.Func {
	case "prev", "next":
		sign := 1
		if it.Func == "prev" {
			sign = -1
		}
		for i := range n {
			offset := 1
			if len(args) > 1 {
				offset = int(longOf(at(args, 1, i)))
			}
			if j := i + sign*offset; j >= 0 && j < n {
				set(i, args[0].Value(j))
			} else {
				set(i, at(args, 2, i))
			}
		}
	case "row_number":
		k := int64(0)
		for i := range n {
			start := int64(1)
			if len(args) > 0 {
				start = longOf(at(args, 0, i))
			}
			if restart, _ := at(args, 1, i).(bool); i == 0 || restart {
				k = start
			} else {
				k++
			}
			set(i, k)
		}
	case "row_cumsum":
		return out, cumulate(out, args, n)
	case "row_rank_dense", "row_rank", "row_rank_min":
		rank, place := int64(0), int64(0)
		for i := range n {
			restart, _ := at(args, 1, i).(bool)
			if it.Func == "row_rank" {
				restart = false
			}
			place++
			switch {
			case i == 0 || restart:
				rank, place = 1, 1
			case types.Equal(args[0].Value(i), args[0].Value(i-1)):
			case it.Func == "row_rank_min":
				rank = place
			default:
				rank++
			}
			set(i, rank)
		}
	case "row_window_session":
		var first, last types.Instant
		open := false
		for i := range n {
			t, ok := args[0].Value(i).(types.Instant)
			if !ok {
				out.SetNull(i)
				open = false
				continue
			}
			fromFirst, _ := at(args, 1, i).(types.Interval)
			between, _ := at(args, 2, i).(types.Interval)
			restart, _ := at(args, 3, i).(bool)
			if !open || restart || types.Interval(t-first) > fromFirst || types.Interval(t-last) > between {
				first, open = t, true
			}
			last = t
			set(i, first)
		}
	default:
		return nil, fmt.Errorf("there is no window function %q", it.Func)
	}
	return out, nil
}

// cumulate is row_cumsum; null adds nothing.
func cumulate(out *types.Vector, args []*types.Vector, n int) error {
	f, ok := fn.LookupAggregate("sum")
	if !ok {
		return fmt.Errorf("there is no sum")
	}
	var s fn.State
	for i := range n {
		if restart, _ := at(args, 1, i).(bool); s == nil || restart {
			s = f.New([]*types.Vector{nil}, []types.Type{args[0].Type})
		}
		if err := s.Add(args[:1], i); err != nil {
			return err
		}
		out.SetValue(i, fit(s.Result()[0], out.Type))
	}
	return nil
}
