package eval

import (
	"errors"
	"fmt"
	"slices"
	"sort"

	"github.com/azflow/azflow/kql/fn"
	"github.com/azflow/azflow/kql/plan"
	"github.com/azflow/azflow/kql/types"
)

func (r *runner) run(n plan.Node) (*Rows, error) {
	if err := r.ctx.Err(); err != nil {
		return nil, err
	}
	rows, err := r.node(n)
	if err != nil {
		return nil, err
	}
	return rows, r.check(rows.N)
}

func (r *runner) node(n plan.Node) (*Rows, error) {
	switch x := n.(type) {
	case *plan.Scan:
		if r.env.Scan == nil {
			return nil, fmt.Errorf("table %s cannot be read here", x.Table)
		}
		return r.env.Scan(r.ctx, x)
	case *plan.Values:
		return fromRows(x.Cols, x.Rows), nil
	case *plan.Sequence:
		return r.sequence(x)
	case *plan.Filter:
		return r.filter(x)
	case *plan.Project:
		in, err := r.run(x.Input)
		if err != nil {
			return nil, err
		}
		return r.project(in, x.Items)
	case *plan.Aggregate:
		return r.aggregate(x)
	case *plan.Join:
		return r.join(x)
	case *plan.Union:
		return r.union(x)
	case *plan.Sort:
		in, err := r.run(x.Input)
		if err != nil {
			return nil, err
		}
		return r.sort(in, x.Keys)
	case *plan.Limit:
		return r.limit(x)
	case *plan.Sample:
		return r.sample(x)
	case *plan.Window:
		return r.window(x)
	case *plan.Unnest:
		return r.unnest(x)
	case *plan.Apply:
		return r.apply(x)
	case *plan.MakeSeries:
		return r.makeSeries(x)
	case *plan.Parse:
		return r.parse(x)
	case *plan.ParseKV:
		return r.parseKV(x)
	case *plan.TopNested:
		return r.topNested(x)
	case *plan.ScanSteps:
		return r.scanSteps(x)
	case *plan.Plugin:
		return r.plugin(x)
	case *plan.GraphMatch:
		return r.graphMatch(x)
	case *plan.GraphTable:
		return r.graphTable(x)
	case *plan.GraphPartition:
		return r.graphPartition(x)
	case *plan.Shared:
		return r.sharedRows(x)
	case *plan.SharedRef:
		rows, err := r.sharedRows(x.Of)
		if err != nil {
			return nil, err
		}
		return rename(rows, x.Cols)
	case *plan.Leaf:
		return r.leaf(x)
	case *plan.Foreign:
		return nil, fmt.Errorf("%s is not here: the query can be checked, but not run", x.What)
	case *plan.External:
		if r.env.External == nil {
			return nil, errors.New("externaldata is not allowed here: name the hosts that may be asked in the configuration")
		}
		return r.env.External(r.ctx, x)
	}
	return nil, fmt.Errorf("%T is no operator that can be run", n)
}

// rename gives the columns of rows other ids and names, in their order.
func rename(rows *Rows, cols []plan.Column) (*Rows, error) {
	if len(cols) > len(rows.Vecs) {
		return nil, fmt.Errorf("%d columns wanted, there are %d", len(cols), len(rows.Vecs))
	}
	return &Rows{Cols: cols, Vecs: rows.Vecs[:len(cols)], N: rows.N}, nil
}

func (r *runner) sharedRows(s *plan.Shared) (*Rows, error) {
	if rows, ok := r.shared[s]; ok {
		return rows, nil
	}
	rows, err := r.run(s.Input)
	if err != nil {
		return nil, err
	}
	r.shared[s] = rows
	return rows, nil
}

func (r *runner) leaf(x *plan.Leaf) (*Rows, error) {
	rows, ok := r.leaves[x]
	if !ok {
		if rows, ok = r.env.Leaf[x.Index]; !ok {
			return nil, fmt.Errorf("no rows were given for part %d", x.Index)
		}
	}
	return rename(rows, x.Cols)
}

func (r *runner) sequence(x *plan.Sequence) (*Rows, error) {
	var ends [3]types.Value
	for i, e := range []plan.Expr{x.From, x.To, x.Step} {
		v, err := r.constant(e)
		if err != nil {
			return nil, err
		}
		ends[i] = v
	}
	out := types.NewVector(x.Col.Type, 0)
	add := func(v types.Value) error {
		switch x.Col.Type {
		case types.Int:
			out.Ints = append(out.Ints, v.(int32))
		case types.Long:
			out.Longs = append(out.Longs, v.(int64))
		case types.Real:
			out.Reals = append(out.Reals, v.(float64))
		case types.DateTime:
			out.Instants = append(out.Instants, v.(types.Instant))
		case types.TimeSpan:
			out.Intervals = append(out.Intervals, v.(types.Interval))
		case types.Decimal:
			out.Decimals = append(out.Decimals, v.(types.DecimalValue))
		default:
			return fmt.Errorf("range cannot count in type %s", x.Col.Type)
		}
		if n := out.Slots(); n%1024 == 0 {
			return r.check(n)
		}
		return nil
	}
	if err := r.count3(ends, x.Col.Type, add); err != nil {
		return nil, err
	}
	return &Rows{Cols: []plan.Column{x.Col}, Vecs: []*types.Vector{out}, N: out.Slots()}, nil
}

// count3 counts from ends[0] to ends[1], both included, by ends[2].
func (r *runner) count3(ends [3]types.Value, t types.Type, add func(v types.Value) error) error {
	if ends[0] == nil || ends[1] == nil || ends[2] == nil {
		return nil
	}
	if t == types.Real || t == types.Decimal {
		from, to, step := realOf(ends[0]), realOf(ends[1]), realOf(ends[2])
		if step == 0 {
			return errors.New("range: the step must not be 0")
		}
		for i := 0; ; i++ {
			v := from + float64(i)*step
			if !(step > 0 && v <= to || step < 0 && v >= to) {
				return nil
			}
			if err := add(fn.Cast(v, types.Real, t)); err != nil {
				return err
			}
		}
	}
	from, to, step := longOf(ends[0]), longOf(ends[1]), longOf(ends[2])
	if step == 0 {
		return errors.New("range: the step must not be 0")
	}
	for v := from; step > 0 && v <= to || step < 0 && v >= to; {
		x := fn.Cast(v, types.Long, t)
		if x == nil {
			return nil
		}
		if err := add(x); err != nil {
			return err
		}
		next := v + step
		if (next > v) != (step > 0) {
			return nil
		}
		v = next
	}
	return nil
}

func longOf(v types.Value) int64 {
	n, _ := fn.Cast(v, types.Dynamic, types.Long).(int64)
	return n
}

func realOf(v types.Value) float64 {
	x, _ := fn.Cast(v, types.Dynamic, types.Real).(float64)
	return x
}

// truths returns the rows for which a condition is true.
func (r *runner) truths(cond plan.Expr, in *Rows) ([]int, error) {
	v, err := r.expr(cond, in)
	if err != nil {
		return nil, err
	}
	v = fn.Convert(v, types.Bool)
	var rows []int
	for i := range in.N {
		if s := v.Slot(i); !v.Nulls.Get(s) && v.Bools[s] {
			rows = append(rows, i)
		}
	}
	return rows, nil
}

func (r *runner) filter(x *plan.Filter) (*Rows, error) {
	in, err := r.run(x.Input)
	if err != nil {
		return nil, err
	}
	rows, err := r.truths(x.Cond, in)
	if err != nil {
		return nil, err
	}
	if len(rows) == in.N {
		return in, nil
	}
	return pick(in, rows), nil
}

func (r *runner) project(in *Rows, items []plan.Assign) (*Rows, error) {
	out := &Rows{N: in.N}
	for _, it := range items {
		v, err := r.expr(it.Expr, in)
		if err != nil {
			return nil, err
		}
		if it.Column.Type != types.Unknown {
			v = fn.Convert(v, it.Column.Type)
		}
		out.Cols = append(out.Cols, it.Column)
		out.Vecs = append(out.Vecs, full(v, in.N))
	}
	return out, nil
}

func (r *runner) union(x *plan.Union) (*Rows, error) {
	out := &Rows{Cols: x.Cols}
	ins := make([]*Rows, len(x.Ins))
	for i, n := range x.Ins {
		rows, err := r.run(n)
		if err != nil {
			return nil, err
		}
		ins[i] = rows
		out.N += rows.N
		if err := r.check(out.N); err != nil {
			return nil, err
		}
	}
	for j, c := range x.Cols {
		v := types.NewVector(c.Type, out.N)
		at := 0
		for i, in := range ins {
			src, err := unionSource(in, x.Map[i][j], c.Type)
			if err != nil {
				return nil, err
			}
			for k := range in.N {
				if src == nil {
					v.SetNull(at)
				} else {
					v.SetValue(at, src.Value(k))
				}
				at++
			}
		}
		out.Vecs = append(out.Vecs, v)
	}
	return out, nil
}

// unionSource returns the column of in with an id, as type t; nil for id 0.
func unionSource(in *Rows, id plan.ColumnID, t types.Type) (*types.Vector, error) {
	if id == 0 {
		return nil, nil
	}
	for k, c := range in.Cols {
		if c.ID == id {
			return fn.Convert(in.Vecs[k], t), nil
		}
	}
	return nil, fmt.Errorf("union: column %d is not in its input", id)
}

// order is a key of a sort with its values.
type order struct {
	v          *types.Vector
	desc       bool
	nullsFirst bool
}

// rank puts NaN between the null and the other values, on the side of null.
// MS Learn: "sort operator", special values.
func (o *order) rank(i int) int {
	v := o.v.Value(i)
	x, isReal := v.(float64)
	switch {
	case v == nil && o.nullsFirst:
		return 0
	case v == nil:
		return 4
	case isReal && x != x && o.nullsFirst:
		return 1
	case isReal && x != x:
		return 3
	}
	return 2
}

func (o *order) compare(i, j int) int {
	ri, rj := o.rank(i), o.rank(j)
	if ri != rj {
		return ri - rj
	}
	if ri != 2 {
		return 0
	}
	c := types.Compare(o.v.Value(i), o.v.Value(j))
	if o.desc {
		return -c
	}
	return c
}

func (r *runner) orders(in *Rows, keys []plan.SortKey) ([]order, error) {
	orders := make([]order, len(keys))
	for i, k := range keys {
		v, err := r.expr(k.Expr, in)
		if err != nil {
			return nil, err
		}
		orders[i] = order{full(v, in.N), k.Desc, k.NullsFirst}
	}
	return orders, nil
}

func (r *runner) sort(in *Rows, keys []plan.SortKey) (*Rows, error) {
	orders, err := r.orders(in, keys)
	if err != nil {
		return nil, err
	}
	rows := sequenceOf(in.N)
	sort.SliceStable(rows, func(a, b int) bool {
		for k := range orders {
			if c := orders[k].compare(rows[a], rows[b]); c != 0 {
				return c < 0
			}
		}
		return false
	})
	return pick(in, rows), nil
}

func sequenceOf(n int) []int {
	rows := make([]int, n)
	for i := range rows {
		rows[i] = i
	}
	return rows
}

func (r *runner) limit(x *plan.Limit) (*Rows, error) {
	in, err := r.run(x.Input)
	if err != nil {
		return nil, err
	}
	n, err := r.count(x.N)
	if err != nil || n >= in.N {
		return in, err
	}
	return pick(in, sequenceOf(n)), nil
}

// sample keeps the first rows where there is no randomness.
func (r *runner) sample(x *plan.Sample) (*Rows, error) {
	in, err := r.run(x.Input)
	if err != nil {
		return nil, err
	}
	n, err := r.count(x.N)
	if err != nil || n >= in.N {
		return in, err
	}
	rows := sequenceOf(in.N)
	if r.fn.Rand != nil {
		r.fn.Rand.Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
	}
	rows = rows[:n]
	slices.Sort(rows)
	return pick(in, rows), nil
}
