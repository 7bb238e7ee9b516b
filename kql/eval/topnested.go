package eval

import (
	"slices"
	"sort"

	"github.com/azflow/azflow/kql/plan"
	"github.com/azflow/azflow/kql/types"
)

// topNested ranks the values of each level within the values of the level
// above. The rest of a level may come as one more row.
func (r *runner) topNested(x *plan.TopNested) (*Rows, error) {
	in, err := r.run(x.Input)
	if err != nil {
		return nil, err
	}
	b := &builder{cols: x.Columns(), r: r}
	if err := r.nestLevel(x.Levels, in, nil, b); err != nil {
		return nil, err
	}
	return b.done()
}

func (r *runner) nestLevel(levels []plan.TopNestedLevel, in *Rows, prefix []types.Value, b *builder) error {
	if len(levels) == 0 {
		return b.add(append([]types.Value(nil), prefix...))
	}
	l := levels[0]
	of, err := r.expr(l.Of.Expr, in)
	if err != nil {
		return err
	}
	g := groupBy([]*types.Vector{full(of, in.N)}, in.N)
	members := make([][]int, len(g.first))
	for i, k := range g.of {
		members[k] = append(members[k], i)
	}
	type entry struct {
		value, agg types.Value
		rest       []types.Value // of aggregates with several columns
		rows       []int
	}
	measure := func(rows []int) (*entry, error) {
		acc, err := r.accumulator(l.Agg, pick(in, rows))
		if err != nil {
			return nil, err
		}
		for i := range rows {
			if err := acc.add(0, i); err != nil {
				return nil, err
			}
		}
		e := &entry{rows: rows}
		for _, v := range acc.results(1) {
			e.rest = append(e.rest, v.Value(0))
		}
		e.agg = e.rest[0]
		return e, nil
	}
	var entries []*entry
	for k, rows := range members {
		e, err := measure(rows)
		if err != nil {
			return err
		}
		e.value = of.Value(g.first[k])
		entries = append(entries, e)
	}
	// Of equal ones the later comes first (emulator).
	slices.Reverse(entries)
	sort.SliceStable(entries, func(a, c int) bool {
		x, y := entries[a].agg, entries[c].agg
		switch {
		case x == nil || y == nil:
			return y == nil && x != nil
		case l.Asc:
			return types.Compare(x, y) < 0
		}
		return types.Compare(x, y) > 0
	})
	n := len(entries)
	if l.N != nil {
		want, err := r.count(l.N)
		if err != nil {
			return err
		}
		n = min(n, want)
	}
	for _, e := range entries[:n] {
		row := append(append(append([]types.Value(nil), prefix...), e.value), e.rest...)
		if err := r.nestLevel(levels[1:], pick(in, e.rows), row, b); err != nil {
			return err
		}
	}
	if l.Others == nil || n == len(entries) {
		return nil
	}
	var rest []int
	for _, e := range entries[n:] {
		rest = append(rest, e.rows...)
	}
	e, err := measure(rest)
	if err != nil {
		return err
	}
	if e.value, err = r.constant(l.Others); err != nil {
		return err
	}
	return r.others(levels[1:], pick(in, rest), append(append(append([]types.Value(nil), prefix...), e.value), e.rest...), b)
}

// others adds the row of what a level left over: lower levels show their own
// others if they have any, else null.
func (r *runner) others(levels []plan.TopNestedLevel, in *Rows, prefix []types.Value, b *builder) error {
	for _, l := range levels {
		var value types.Value
		rest := make([]types.Value, len(l.Agg.Cols))
		if l.Others != nil {
			v, err := r.constant(l.Others)
			if err != nil {
				return err
			}
			value = v
			acc, err := r.accumulator(l.Agg, in)
			if err != nil {
				return err
			}
			for i := range in.N {
				if err := acc.add(0, i); err != nil {
					return err
				}
			}
			for k, v := range acc.results(1) {
				rest[k] = v.Value(0)
			}
		}
		prefix = append(append(prefix, value), rest...)
	}
	return b.add(prefix)
}
