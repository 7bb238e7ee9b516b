package eval

import (
	"math"

	"github.com/azflow/azflow/kql/fn"
	"github.com/azflow/azflow/kql/plan"
	"github.com/azflow/azflow/kql/types"
)

// expandValue returns the elements that one value of mv-expand expands to: of
// an array its elements, of a bag bags of one property each (or key and value),
// of null one null, of all else itself (emulator).
func expandValue(v types.Value, bagArray bool) []types.Value {
	switch x := v.(type) {
	case []types.Value:
		return x
	case *types.Bag:
		out := make([]types.Value, 0, x.Len())
		for _, k := range x.Keys() {
			e, _ := x.Get(k)
			if bagArray {
				out = append(out, []types.Value{k, e})
				continue
			}
			b := types.NewBag(1)
			b.Set(k, e)
			out = append(out, b)
		}
		return out
	}
	return []types.Value{v}
}

// expansion is the rows of an unnest: which input row each comes from, and the
// values of the items beside it.
type expansion struct {
	source []int
	cols   []plan.Column
	items  []*types.Vector
}

func (r *runner) expand(in *Rows, spec *plan.UnnestSpec) (*expansion, error) {
	limit := math.MaxInt
	if spec.Limit != nil {
		n, err := r.count(spec.Limit)
		if err != nil {
			return nil, err
		}
		limit = n
	}
	x := &expansion{}
	vecs := make([]*types.Vector, len(spec.Items))
	for i, it := range spec.Items {
		v, err := r.expr(it.Expr, in)
		if err != nil {
			return nil, err
		}
		vecs[i] = v
		x.cols = append(x.cols, it.Column)
	}
	columns := make([][]types.Value, len(spec.Items))
	var index []types.Value
	lists := make([][]types.Value, len(vecs))
	for i := range in.N {
		n := 0
		for k, v := range vecs {
			lists[k] = expandValue(fn.Cast(v.Value(i), v.Type, types.Dynamic), spec.BagArray)
			n = max(n, len(lists[k]))
		}
		for j := range min(n, limit) {
			x.source = append(x.source, i)
			index = append(index, int64(j))
			for k, l := range lists {
				var e types.Value
				if j < len(l) {
					e = l[j]
				}
				columns[k] = append(columns[k], e)
			}
		}
		if err := r.check(len(x.source)); err != nil {
			return nil, err
		}
	}
	for k, c := range x.cols {
		out := types.NewVector(c.Type, len(x.source))
		for i, v := range columns[k] {
			out.SetValue(i, fn.Cast(v, types.Dynamic, c.Type))
		}
		x.items = append(x.items, out)
	}
	if spec.ItemIndex != nil {
		x.cols = append(x.cols, *spec.ItemIndex)
		out := types.NewVector(spec.ItemIndex.Type, len(index))
		for i, v := range index {
			out.SetValue(i, fn.Cast(v, types.Long, spec.ItemIndex.Type))
		}
		x.items = append(x.items, out)
	}
	return x, nil
}

// all returns the items and the columns of in beside them; items come first, so
// that they hide what they replace.
func (x *expansion) all(in *Rows) *Rows {
	out := &Rows{Cols: append([]plan.Column(nil), x.cols...), Vecs: append([]*types.Vector(nil), x.items...), N: len(x.source)}
	for k, c := range in.Cols {
		out.Cols, out.Vecs = append(out.Cols, c), append(out.Vecs, in.Vecs[k].Select(x.source))
	}
	return out
}

// choose returns the columns of from with the ids of cols; a column whose id
// is not there is taken by its place.
func choose(from *Rows, cols []plan.Column) *Rows {
	out := &Rows{Cols: cols, N: from.N}
	for i, c := range cols {
		at := -1
		for k, f := range from.Cols {
			if f.ID == c.ID {
				at = k
				break
			}
		}
		if at < 0 && i < len(from.Vecs) {
			at = i
		}
		if at < 0 {
			out.Vecs = append(out.Vecs, types.Constant(c.Type, nil).Select(make([]int, from.N)))
			continue
		}
		out.Vecs = append(out.Vecs, fn.Convert(from.Vecs[at], c.Type))
	}
	return out
}

func (r *runner) unnest(x *plan.Unnest) (*Rows, error) {
	in, err := r.run(x.Input)
	if err != nil {
		return nil, err
	}
	e, err := r.expand(in, &x.Spec)
	if err != nil {
		return nil, err
	}
	return choose(e.all(in), x.Cols), nil
}

// apply runs the subquery once for each group and appends what it gives.
func (r *runner) apply(x *plan.Apply) (*Rows, error) {
	in, err := r.run(x.Input)
	if err != nil {
		return nil, err
	}
	var parts []*Rows
	total := 0
	one := func(group *Rows, row int) error {
		rows, err := r.runGroup(x, group, in, row)
		if err != nil {
			return err
		}
		if x.Unnest != nil && rows.N > 0 {
			repeat := make([]int, rows.N)
			for i := range repeat {
				repeat[i] = row
			}
			kept := pick(choose(in, x.Keep), repeat)
			rows = beside(rows, kept)
		}
		total += rows.N
		parts = append(parts, rows)
		return r.check(total)
	}
	if x.Unnest != nil {
		for i := range in.N {
			single := pick(in, []int{i})
			e, err := r.expand(single, x.Unnest)
			if err != nil {
				return nil, err
			}
			if err := one(e.all(single), i); err != nil {
				return nil, err
			}
		}
	} else {
		by, err := r.expr(x.By, in)
		if err != nil {
			return nil, err
		}
		g := groupBy([]*types.Vector{full(by, in.N)}, in.N)
		members := make([][]int, len(g.first))
		for i, k := range g.of {
			members[k] = append(members[k], i)
		}
		for k, rows := range members {
			if err := one(pick(in, rows), g.first[k]); err != nil {
				return nil, err
			}
		}
	}
	return concat(parts, x.Cols), nil
}

// runGroup runs the subquery over one group, whose columns and those of the
// row it comes from are in scope.
func (r *runner) runGroup(x *plan.Apply, group, in *Rows, row int) (*Rows, error) {
	inner := *r
	inner.leaves = map[*plan.Leaf]*Rows{}
	for k, v := range r.leaves {
		inner.leaves[k] = v
	}
	inner.leaves[x.Rows] = choose(group, x.Rows.Cols)
	inner.outer = map[plan.ColumnID]*types.Vector{}
	for k, v := range r.outer {
		inner.outer[k] = v
	}
	for k, c := range in.Cols {
		inner.outer[c.ID] = types.Constant(c.Type, in.Vecs[k].Value(row))
	}
	// What is shared may read the group.
	inner.shared = map[*plan.Shared]*Rows{}
	return inner.run(x.Sub)
}

// concat appends parts, each with the columns cols.
func concat(parts []*Rows, cols []plan.Column) *Rows {
	out := &Rows{Cols: cols}
	for _, p := range parts {
		out.N += p.N
	}
	for _, c := range cols {
		out.Vecs = append(out.Vecs, types.NewVector(c.Type, out.N))
	}
	at := 0
	for _, p := range parts {
		p = choose(p, cols)
		for i := range p.N {
			for k := range cols {
				out.Vecs[k].SetValue(at, p.Vecs[k].Value(i))
			}
			at++
		}
	}
	return out
}
