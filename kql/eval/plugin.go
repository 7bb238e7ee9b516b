package eval

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/azflow/azflow/kql/fn"
	"github.com/azflow/azflow/kql/plan"
	"github.com/azflow/azflow/kql/types"
)

// pluginFunc runs one plugin over its input.
type pluginFunc func(r *runner, x *plan.Plugin, in *Rows) (*Rows, error)

// pluginByName returns the code of a plugin, or nil.
func pluginByName(name string) pluginFunc {
	switch name {
	case "bag_unpack":
		return bagUnpack
	case "pivot":
		return pivot
	case "narrow":
		return narrow
	case "ipv4_lookup":
		return ipLookup(false)
	case "ipv6_lookup":
		return ipLookup(true)
	case "activity_counts_metrics":
		return activityCounts
	case "rolling_percentile":
		return rollingPercentile
	case "dcount_intersect":
		return dcountIntersect
	case "sliding_window_counts":
		return slidingWindowCounts
	case "active_users_count":
		return activeUsersCount
	case "rows_near":
		return rowsNear
	case "geo_polygon_lookup":
		return geoLookup("geo_distance_point_to_polygon")
	case "geo_line_lookup":
		return geoLookup("geo_distance_point_to_line")
	case "reduce": // the operator
		return reduce
	case "identity":
		return func(_ *runner, _ *plan.Plugin, in *Rows) (*Rows, error) { return in, nil }
	case "estimate_rows_count":
		return func(_ *runner, x *plan.Plugin, in *Rows) (*Rows, error) {
			return fromRows(x.Cols, [][]types.Value{{int64(in.N)}}), nil
		}
	}
	return nil
}

// Plugins lists the plugins that the interpreter runs.
func Plugins() []string {
	return []string{
		"active_users_count", "activity_counts_metrics", "bag_unpack", "dcount_intersect", "estimate_rows_count", "geo_line_lookup",
		"geo_polygon_lookup", "identity", "ipv4_lookup", "ipv6_lookup", "narrow", "pivot", "rolling_percentile", "rows_near", "sliding_window_counts",
	}
}

func (r *runner) plugin(x *plan.Plugin) (*Rows, error) {
	f := pluginByName(x.Name)
	if f == nil {
		return nil, fmt.Errorf("there is no plugin %q: the plugins are %s", x.Name, strings.Join(Plugins(), ", "))
	}
	in := &Rows{}
	if x.Input != nil {
		rows, err := r.run(x.Input)
		if err != nil {
			return nil, err
		}
		in = rows
	}
	out, err := f(r, x, in)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", x.Name, err)
	}
	return out, nil
}

// named returns the argument given by name, else the one at a place.
func named(x *plan.Plugin, name string, place int) *plan.PluginArg {
	positional := 0
	for i := range x.Args {
		a := &x.Args[i]
		if name != "" && a.Name == name {
			return a
		}
		if a.Name == "" {
			if positional == place {
				return a
			}
			positional++
		}
	}
	return nil
}

// argConst returns a constant argument, or nil.
func (r *runner) argConst(x *plan.Plugin, name string, place int) (types.Value, error) {
	a := named(x, name, place)
	if a == nil || a.Expr == nil {
		return nil, nil
	}
	return r.constant(a.Expr)
}

// argVector returns an argument for every row of in.
func (r *runner) argVector(x *plan.Plugin, place int, in *Rows) (*types.Vector, error) {
	a := named(x, "", place)
	if a == nil || a.Expr == nil {
		return nil, fmt.Errorf("argument %d is missing", place+1)
	}
	v, err := r.expr(a.Expr, in)
	if err != nil {
		return nil, err
	}
	return full(v, in.N), nil
}

// argRef returns the place in in of the column that an argument is.
func argRef(x *plan.Plugin, place int, in *Rows) (int, error) {
	if k := columnOf(named(x, "", place), in); k >= 0 {
		return k, nil
	}
	return 0, fmt.Errorf("argument %d must be a column of the input", place+1)
}

// columnOf returns the place of the column that an argument is, or -1.
func columnOf(a *plan.PluginArg, in *Rows) int {
	if a == nil {
		return -1
	}
	if ref, ok := a.Expr.(*plan.Ref); ok {
		for k, c := range in.Cols {
			if c.ID == ref.Column {
				return k
			}
		}
	}
	return -1
}

// named columns: those that the plan knows keep their ids, all others get new
// ones.
func (r *runner) columnsOf(x *plan.Plugin, names []string, ts []types.Type) []plan.Column {
	cols := make([]plan.Column, len(names))
	for i, n := range names {
		cols[i] = plan.Column{ID: r.newID(), Name: n, Type: ts[i]}
		for _, c := range x.Cols {
			if c.Name == n {
				cols[i].ID = c.ID
			}
		}
	}
	return cols
}

// conform gives rows the columns that the plan says, by name, if it knows them
// all.
func conform(x *plan.Plugin, rows *Rows) *Rows {
	if x.Open || len(x.Cols) == 0 {
		return rows
	}
	out := &Rows{Cols: x.Cols, N: rows.N}
	for _, c := range x.Cols {
		at := -1
		for k, f := range rows.Cols {
			if f.Name == c.Name {
				at = k
				break
			}
		}
		if at < 0 {
			out.Vecs = append(out.Vecs, types.Constant(c.Type, nil).Select(make([]int, rows.N)))
			continue
		}
		out.Vecs = append(out.Vecs, fn.Convert(rows.Vecs[at], c.Type))
	}
	return out
}

// bagUnpack makes a column of each property. Properties whose values are of
// one type get that type, all others are dynamic.
func bagUnpack(r *runner, x *plan.Plugin, in *Rows) (*Rows, error) {
	at := columnOf(named(x, "column", 0), in)
	if at < 0 {
		return nil, fmt.Errorf("the first argument must be a column of the input")
	}
	prefix, err := r.argConst(x, "OutputColumnPrefix", 1)
	if err != nil {
		return nil, err
	}
	conflict, err := r.argConst(x, "columnsConflict", 2)
	if err != nil {
		return nil, err
	}
	ignored, err := r.argConst(x, "ignoredProperties", 3)
	if err != nil {
		return nil, err
	}
	skip := map[string]bool{}
	if list, ok := ignored.([]types.Value); ok {
		for _, e := range list {
			skip[types.Text(e, types.Dynamic)] = true
		}
	}
	var keys []string
	kinds := map[string]types.Type{}
	for i := range in.N {
		b, ok := in.Vecs[at].Value(i).(*types.Bag)
		if !ok {
			continue
		}
		for _, k := range b.Keys() {
			v, _ := b.Get(k)
			t, seen := kinds[k]
			if !seen && !skip[k] {
				keys = append(keys, k)
			}
			switch vt := dynamicType(v); {
			case !seen || t == types.Unknown:
				kinds[k] = vt
			case vt != types.Unknown && vt != t:
				kinds[k] = types.Dynamic
			}
		}
	}
	out := &Rows{N: in.N}
	taken := map[string]int{}
	for k, c := range in.Cols {
		if k != at {
			taken[c.Name] = len(out.Cols)
			out.Cols, out.Vecs = append(out.Cols, c), append(out.Vecs, in.Vecs[k])
		}
	}
	pre, _ := prefix.(string)
	for _, k := range keys {
		t := kinds[k]
		if t == types.Unknown {
			t = types.Dynamic
		}
		name := pre + k
		for _, c := range x.Cols {
			if c.Name == name && !x.Open {
				t = c.Type
			}
		}
		v := types.NewVector(t, in.N)
		for i := range in.N {
			var e types.Value
			if b, ok := in.Vecs[at].Value(i).(*types.Bag); ok {
				e, _ = b.Get(k)
			}
			v.SetValue(i, fn.Cast(e, types.Dynamic, t))
		}
		if place, clash := taken[name]; clash {
			switch conflict {
			case "replace_source":
				out.Cols[place].Type, out.Vecs[place] = t, v
				continue
			case "keep_source":
				continue
			}
			return nil, fmt.Errorf("the input has a column %q already: give columnsConflict or a prefix", name)
		}
		taken[name] = len(out.Cols)
		out.Cols = append(out.Cols, r.columnsOf(x, []string{name}, []types.Type{t})[0])
		out.Vecs = append(out.Vecs, v)
	}
	return conform(x, out), nil
}

// dynamicType returns the type of a value inside dynamic; Unknown for null.
func dynamicType(v types.Value) types.Type {
	switch v.(type) {
	case nil:
		return types.Unknown
	case bool:
		return types.Bool
	case int64:
		return types.Long
	case float64:
		return types.Real
	case string:
		return types.String
	case types.Instant:
		return types.DateTime
	case types.Interval:
		return types.TimeSpan
	case types.UUID:
		return types.GUID
	}
	return types.Dynamic
}

// pivot makes a column of each value of one column and aggregates the rest.
// Its second argument is an aggregate call, count() if it is missing.
func pivot(r *runner, x *plan.Plugin, in *Rows) (*Rows, error) {
	at := columnOf(named(x, "pivotColumn", 0), in)
	if at < 0 {
		return nil, fmt.Errorf("the first argument must be a column of the input")
	}
	agg := plan.AggItem{Func: "count", Cols: []plan.Column{{Type: types.Long}}}
	used := map[int]bool{at: true}
	if a := named(x, "aggregateFunction", 1); a != nil {
		call, ok := a.Expr.(*plan.Call)
		if !ok {
			return nil, fmt.Errorf("the second argument must be an aggregation function")
		}
		agg = plan.AggItem{Func: call.Func, Args: call.Args, Cols: []plan.Column{{Type: call.T}}}
		for _, e := range call.Args {
			if ref, ok := e.(*plan.Ref); ok {
				for k, c := range in.Cols {
					if c.ID == ref.Column {
						used[k] = true
					}
				}
			}
		}
	}
	var keys []int
	for i := range x.Args {
		if a := &x.Args[i]; a.Name == "columnName" || a.Name == "" && i >= 2 {
			k := columnOf(a, in)
			if k < 0 {
				return nil, fmt.Errorf("argument %d must be a column of the input", i+1)
			}
			keys = append(keys, k)
		}
	}
	if len(keys) == 0 {
		for k := range in.Cols {
			if !used[k] {
				keys = append(keys, k)
			}
		}
	}
	keyVecs := make([]*types.Vector, len(keys))
	for i, k := range keys {
		keyVecs[i] = in.Vecs[k]
	}
	g := groupBy(keyVecs, in.N)
	values := groupBy([]*types.Vector{in.Vecs[at]}, in.N)
	out := &Rows{N: len(g.first)}
	for i, k := range keys {
		out.Cols, out.Vecs = append(out.Cols, in.Cols[k]), append(out.Vecs, keyVecs[i].Select(g.first))
	}
	order := sequenceOf(len(values.first))
	texts := make([]string, len(order))
	for i, first := range values.first {
		texts[i] = types.Text(in.Vecs[at].Value(first), in.Vecs[at].Type)
	}
	sortInts(order, func(a, b int) bool { return texts[a] < texts[b] })
	for _, v := range order {
		acc, err := r.accumulator(agg, in)
		if err != nil {
			return nil, err
		}
		for i := range in.N {
			if values.of[i] == v {
				if err := acc.add(g.of[i], i); err != nil {
					return nil, err
				}
			}
		}
		out.Cols = append(out.Cols, r.columnsOf(x, []string{texts[v]}, []types.Type{agg.Cols[0].Type})[0])
		out.Vecs = append(out.Vecs, acc.results(out.N)[0])
	}
	return conform(x, out), nil
}

// narrow gives a row for each cell: row number, column name, value as text.
func narrow(r *runner, x *plan.Plugin, in *Rows) (*Rows, error) {
	cols := x.Cols
	if len(cols) < 3 {
		cols = r.columnsOf(x, []string{"Row", "Column", "Value"}, []types.Type{types.Long, types.String, types.String})
	}
	b := &builder{cols: cols, r: r}
	for i := range in.N {
		for k, c := range in.Cols {
			if err := b.add([]types.Value{int64(i), c.Name, types.Text(in.Vecs[k].Value(i), c.Type)}); err != nil {
				return nil, err
			}
		}
	}
	return b.done()
}

// networkOf reads an address with an optional prefix length; IPv4 is mapped
// where six is set.
func networkOf(s string, six bool) (netip.Prefix, bool) {
	s = strings.TrimSpace(s)
	p, err := netip.ParsePrefix(s)
	if err != nil {
		a, err := netip.ParseAddr(s)
		if err != nil {
			return netip.Prefix{}, false
		}
		p = netip.PrefixFrom(a, a.BitLen())
	}
	if !six {
		return p.Masked(), p.Addr().Is4()
	}
	if p.Addr().Is4() {
		p = netip.PrefixFrom(netip.AddrFrom16(p.Addr().As16()), p.Bits()+96)
	}
	return p.Masked(), true
}

// lookupTable returns the rows of a lookup's first argument.
func (r *runner) lookupTable(x *plan.Plugin) (*Rows, error) {
	table := named(x, "", 0)
	if table == nil || table.Table == nil {
		return nil, fmt.Errorf("the first argument must be a table")
	}
	return r.run(table.Table)
}

// ipLookup joins each address with the networks that hold it. Its arguments
// are the table, the address column, the network column, then further keys that
// must be equal, and return_unmatched.
func ipLookup(six bool) pluginFunc {
	return func(r *runner, x *plan.Plugin, in *Rows) (*Rows, error) {
		right, err := r.lookupTable(x)
		if err != nil {
			return nil, err
		}
		address, err := argRef(x, 1, in)
		if err != nil {
			return nil, err
		}
		nets, err := argRef(x, 2, right)
		if err != nil {
			return nil, err
		}
		unmatched := false
		if v, err := r.argConst(x, "return_unmatched", -1); err != nil {
			return nil, err
		} else if b, ok := v.(bool); ok {
			unmatched = b
		}
		var extraLeft, extraRight []*types.Vector
		for place := 3; named(x, "", place) != nil; place++ {
			k, err := argRef(x, place, right)
			if err != nil {
				if v, errC := r.argConst(x, "", place); errC == nil {
					if b, ok := v.(bool); ok {
						unmatched = b
						continue
					}
				}
				return nil, err
			}
			for c := range in.Cols {
				if in.Cols[c].Name == right.Cols[k].Name {
					extraLeft, extraRight = append(extraLeft, in.Vecs[c]), append(extraRight, right.Vecs[k])
				}
			}
		}
		key := func(vecs []*types.Vector, i int) string {
			var b []byte
			for _, v := range vecs {
				b = types.AppendKey(b, v.Value(i))
			}
			return string(b)
		}
		index := map[string]map[netip.Prefix][]int{}
		bits := map[int]bool{}
		for i := range right.N {
			p, ok := networkOf(types.Text(right.Vecs[nets].Value(i), right.Cols[nets].Type), six)
			if !ok {
				continue
			}
			k := key(extraRight, i)
			if index[k] == nil {
				index[k] = map[netip.Prefix][]int{}
			}
			index[k][p] = append(index[k][p], i)
			bits[p.Bits()] = true
		}
		var p pairs
		for i := range in.N {
			found := false
			if a, ok := networkOf(types.Text(in.Vecs[address].Value(i), in.Cols[address].Type), six); ok {
				byNet := index[key(extraLeft, i)]
				var rows []int
				for n := range bits {
					if n <= a.Bits() {
						if q, err := a.Addr().Prefix(n); err == nil {
							rows = append(rows, byNet[q]...)
						}
					}
				}
				sortInts(rows, func(a, b int) bool { return a < b })
				for _, j := range rows {
					found = true
					p.add(i, j)
				}
			}
			if !found && unmatched {
				p.add(i, -1)
			}
			if err := r.check(len(p.left)); err != nil {
				return nil, err
			}
		}
		out := beside(pick(in, p.left), pick(right, p.right))
		if len(x.Cols) == len(out.Cols) {
			out.Cols = x.Cols
			return out, nil
		}
		return lookupColumns(x, out, len(in.Cols)), nil
	}
}

// geoLookup joins each point with the geometries that lie no farther from it
// than the radius, by the function that measures the distance.
func geoLookup(distance string) pluginFunc {
	return func(r *runner, x *plan.Plugin, in *Rows) (*Rows, error) {
		right, err := r.lookupTable(x)
		if err != nil {
			return nil, err
		}
		key, err := argRef(x, 1, right)
		if err != nil {
			return nil, err
		}
		lng, err := r.argVector(x, 2, in)
		if err != nil {
			return nil, err
		}
		lat, err := r.argVector(x, 3, in)
		if err != nil {
			return nil, err
		}
		radius, err := r.argConst(x, "radius", 4)
		if err != nil {
			return nil, err
		}
		unmatched, err := r.argConst(x, "return_unmatched", -1)
		if err != nil {
			return nil, err
		}
		f, ok := fn.LookupScalar(distance)
		if !ok {
			return nil, fmt.Errorf("there is no function %q", distance)
		}
		partners := make([][]int, in.N)
		for j := range right.N {
			d := &types.Vector{Type: types.Real}
			place := types.Constant(types.Dynamic, right.Vecs[key].Value(j))
			if err := f.Kernel(r.fn, []*types.Vector{lng, lat, place}, in.N, d); err != nil {
				return nil, err
			}
			for i := range in.N {
				if !d.IsNull(i) && d.Reals[i] <= realOf(radius) {
					partners[i] = append(partners[i], j)
				}
			}
		}
		var p pairs
		for i, found := range partners {
			for _, j := range found {
				p.add(i, j)
			}
			if len(found) == 0 && unmatched == true {
				p.add(i, -1)
			}
		}
		if err := r.check(len(p.left)); err != nil {
			return nil, err
		}
		out := beside(pick(in, p.left), pick(right, p.right))
		if len(x.Cols) == len(out.Cols)-1 {
			at := len(in.Cols) + key
			out.Cols, out.Vecs = slices.Delete(out.Cols, at, at+1), slices.Delete(out.Vecs, at, at+1)
		}
		if len(x.Cols) == len(out.Cols) {
			out.Cols = x.Cols
		}
		return out, nil
	}
}

// lookupColumns fits the columns of a lookup to those that the plan says: where
// it has fewer, the keys of the right side that the left has too are left out.
func lookupColumns(x *plan.Plugin, out *Rows, left int) *Rows {
	taken := map[string]bool{}
	kept := &Rows{N: out.N}
	for k, c := range out.Cols {
		if k >= left && taken[c.Name] && len(x.Cols) < len(out.Cols) {
			continue
		}
		taken[c.Name] = true
		kept.Cols, kept.Vecs = append(kept.Cols, c), append(kept.Vecs, out.Vecs[k])
	}
	if len(x.Cols) == len(kept.Cols) {
		kept.Cols = x.Cols
		return kept
	}
	return conform(x, out)
}
