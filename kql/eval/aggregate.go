package eval

import (
	"fmt"

	"github.com/azflow/azflow/kql/fn"
	"github.com/azflow/azflow/kql/plan"
	"github.com/azflow/azflow/kql/types"
)

// groups finds the rows that have equal keys. Null equals null.
type groups struct {
	of    []int // the group of each row
	first []int // the first row of each group
}

func groupBy(keys []*types.Vector, n int) groups {
	g := groups{of: make([]int, n)}
	index := map[string]int{}
	var key []byte
	for i := range n {
		key = key[:0]
		for _, k := range keys {
			key = types.AppendKey(key, k.Value(i))
		}
		at, ok := index[string(key)]
		if !ok {
			at = len(g.first)
			index[string(key)] = at
			g.first = append(g.first, i)
		}
		g.of[i] = at
	}
	return g
}

// accumulator is one aggregate over all groups.
type accumulator struct {
	cols   []plan.Column
	args   []*types.Vector
	states []fn.State
	make   func() fn.State
}

func (r *runner) accumulator(a plan.AggItem, in *Rows) (*accumulator, error) {
	f, ok := fn.LookupAggregate(a.Func)
	if !ok || f.New == nil {
		return nil, fmt.Errorf("there is no aggregation function %q", a.Func)
	}
	acc := &accumulator{cols: a.Cols}
	consts, ts := make([]*types.Vector, len(a.Args)), make([]types.Type, len(a.Args))
	for i, e := range a.Args {
		v, err := r.expr(e, in)
		if err != nil {
			return nil, err
		}
		if v.Const {
			consts[i] = v
		}
		ts[i] = v.Type
		acc.args = append(acc.args, v)
	}
	acc.make = func() fn.State { return f.New(consts, ts) }
	return acc, nil
}

// add passes row i to the state of a group.
func (a *accumulator) add(group, i int) error {
	for len(a.states) <= group {
		a.states = append(a.states, a.make())
	}
	return a.states[group].Add(a.args, i)
}

// results returns the result columns for n groups.
func (a *accumulator) results(n int) []*types.Vector {
	out := make([]*types.Vector, len(a.cols))
	for k, c := range a.cols {
		out[k] = types.NewVector(c.Type, n)
	}
	for g := range n {
		for len(a.states) <= g {
			a.states = append(a.states, a.make())
		}
		values := a.states[g].Result()
		for k, c := range a.cols {
			var v types.Value
			if k < len(values) {
				v = fit(values[k], c.Type)
			}
			out[k].SetValue(g, v)
		}
	}
	return out
}

func (r *runner) aggregate(x *plan.Aggregate) (*Rows, error) {
	in, err := r.run(x.Input)
	if err != nil {
		return nil, err
	}
	keys, err := r.project(in, x.By)
	if err != nil {
		return nil, err
	}
	g := groupBy(keys.Vecs, in.N)
	n := len(g.first)
	if len(x.By) == 0 {
		n = min(n, 1)
		if !x.Grouped && len(x.Aggs) > 0 {
			n = 1
		}
	}
	out := pick(keys, g.first)
	out.N = n
	accs := make([]*accumulator, len(x.Aggs))
	for i, a := range x.Aggs {
		if accs[i], err = r.accumulator(a, in); err != nil {
			return nil, err
		}
	}
	for i := range in.N {
		for _, a := range accs {
			if err := a.add(g.of[i], i); err != nil {
				return nil, err
			}
		}
	}
	for _, a := range accs {
		out.Cols = append(out.Cols, a.cols...)
		out.Vecs = append(out.Vecs, a.results(n)...)
	}
	out.Cols = out.Cols[:len(out.Vecs):len(out.Vecs)]
	return out, nil
}
