package eval

import (
	"cmp"
	"fmt"
	"slices"
	"sort"

	"github.com/azflow/azflow/kql/fn"
	"github.com/azflow/azflow/kql/internal/graph"
	"github.com/azflow/azflow/kql/plan"
	"github.com/azflow/azflow/kql/types"
)

// graphRun is a graph in memory. Nodes are numbered by their ids, and edges by
// their ends and then by their properties, so that what is arbitrary in Kusto
// does not depend on the order in which an engine gives rows.
type graphRun struct {
	*graph.Graph
	ids   *types.Vector // of the nodes
	props map[plan.ColumnID]*types.Vector
	edges *Rows // in the order of their numbers
	input []int // of each edge, its place in the input
}

// graph builds what x describes.
func (r *runner) graph(x *plan.Graph) (*graphRun, error) {
	edges, err := r.run(x.Edges)
	if err != nil {
		return nil, err
	}
	tables := make([]*Rows, len(x.Nodes))
	for i, t := range x.Nodes {
		if tables[i], err = r.run(t.Input); err != nil {
			return nil, err
		}
	}
	source, err := columnByID(edges, x.Source)
	if err != nil {
		return nil, err
	}
	target, err := columnByID(edges, x.Target)
	if err != nil {
		return nil, err
	}
	n := newNodes()
	for i, t := range x.Nodes {
		id, err := columnByID(tables[i], t.ID)
		if err != nil {
			return nil, err
		}
		for row := range tables[i].N {
			n.add(id.Value(row), i, row)
		}
	}
	from, to := make([]int32, edges.N), make([]int32, edges.N)
	for row := range edges.N {
		from[row], to[row] = n.add(source.Value(row), -1, 0), n.add(target.Value(row), -1, 0)
	}
	if err := r.check(len(n.all)); err != nil {
		return nil, err
	}
	number := n.sort()
	for i := range from {
		from[i], to[i] = number[from[i]], number[to[i]]
	}
	g := &graphRun{ids: types.NewVector(x.IDType, len(n.all)), props: map[plan.ColumnID]*types.Vector{}, edges: edges}
	for i, node := range n.all {
		g.ids.SetValue(i, node.id)
	}
	for k, c := range x.Props {
		if g.props[c.ID], err = property(x, k, n.all, tables); err != nil {
			return nil, err
		}
	}
	g.input = sequenceOf(edges.N)
	sort.SliceStable(g.input, func(a, b int) bool { return compareEdges(edges, from, to, g.input[a], g.input[b]) < 0 })
	g.edges = pick(edges, g.input)
	g.Graph = graph.New(len(n.all), ordered(from, g.input), ordered(to, g.input))
	for i := range x.Steps {
		if err := r.graphStep(g, &x.Steps[i]); err != nil {
			return nil, err
		}
	}
	return g, nil
}

// columnByID returns a column of rows.
func columnByID(rows *Rows, id plan.ColumnID) (*types.Vector, error) {
	for i, c := range rows.Cols {
		if c.ID == id {
			return rows.Vecs[i], nil
		}
	}
	return nil, fmt.Errorf("column %d is not in scope", id)
}

func ordered(values []int32, rows []int) []int32 {
	out := make([]int32, len(rows))
	for i, row := range rows {
		out[i] = values[row]
	}
	return out
}

// compareEdges orders the rows of edges by their ends and then by their values.
func compareEdges(edges *Rows, from, to []int32, a, b int) int {
	if c := cmp.Or(cmp.Compare(from[a], from[b]), cmp.Compare(to[a], to[b])); c != 0 {
		return c
	}
	for _, v := range edges.Vecs {
		if c := compareValues(v.Value(a), v.Value(b)); c != 0 {
			return c
		}
	}
	return 0
}

// compareValues orders values of one type; null is the least.
func compareValues(a, b types.Value) int {
	switch {
	case a == nil && b == nil:
		return 0
	case a == nil:
		return -1
	case b == nil:
		return 1
	}
	return types.Compare(a, b)
}

// nodeRow is a node: its id and the row that its properties are in, of table
// -1 if there is none.
type nodeRow struct {
	id         types.Value
	table, row int
}

// nodes gathers nodes by their ids. Null is an id as any other (emulator).
type nodes struct {
	all   []nodeRow
	index map[string]int32
	key   []byte
}

func newNodes() *nodes { return &nodes{index: map[string]int32{}} }

// add returns the number of the node with an id. The first row for an id is
// the node.
func (n *nodes) add(id types.Value, table, row int) int32 {
	n.key = types.AppendKey(n.key[:0], id)
	at, ok := n.index[string(n.key)]
	if !ok {
		at = int32(len(n.all))
		n.index[string(n.key)] = at
		n.all = append(n.all, nodeRow{id, table, row})
	}
	return at
}

// sort numbers the nodes by their ids and returns the new number of each.
func (n *nodes) sort() []int32 {
	order := sequenceOf(len(n.all))
	sort.SliceStable(order, func(a, b int) bool { return compareValues(n.all[order[a]].id, n.all[order[b]].id) < 0 })
	number, all := make([]int32, len(order)), make([]nodeRow, len(order))
	for i, old := range order {
		number[old], all[i] = int32(i), n.all[old]
	}
	n.all = all
	return number
}

// property gives property k of all nodes.
func property(x *plan.Graph, k int, all []nodeRow, tables []*Rows) (*types.Vector, error) {
	t := x.Props[k].Type
	out := types.NewVector(t, len(all))
	from := make([]*types.Vector, len(tables))
	for i, n := range x.Nodes {
		if k < len(n.From) && n.From[k] != 0 {
			v, err := columnByID(tables[i], n.From[k])
			if err != nil {
				return nil, err
			}
			from[i] = v
		}
	}
	for i, node := range all {
		switch {
		case node.table >= 0 && from[node.table] != nil:
			v := from[node.table]
			out.SetValue(i, fn.Cast(v.Value(node.row), v.Type, t))
		case node.table < 0 && x.IsID[k]:
			out.SetValue(i, fn.Cast(node.id, x.IDType, t))
		default:
			out.SetNull(i)
		}
	}
	return out, nil
}

// graphColumn returns what an expression uses of the nodes, or of the edges.
func (r *runner) graphColumn(g *graphRun, c plan.GraphColumn, edges bool) (*types.Vector, error) {
	switch c.Func {
	case "":
		if edges {
			return columnByID(g.edges, c.Of)
		}
		if v := g.props[c.Of]; v != nil {
			return v, nil
		}
		return nil, fmt.Errorf("nodes have no property %s", c.Column.Name)
	case "node_id":
		return fn.Convert(g.ids, types.String), nil
	case "node_degree_in", "node_degree_out":
		v := types.NewVector(types.Long, g.Nodes)
		for n := range v.Longs {
			if c.Func == "node_degree_in" {
				v.Longs[n] = int64(g.In(n))
			} else {
				v.Longs[n] = int64(g.Out(n))
			}
		}
		return v, nil
	}
	return nil, fmt.Errorf("there is no graph function %q", c.Func)
}

// elements returns columns of all nodes or of all edges as rows.
func (r *runner) elements(g *graphRun, cols []plan.GraphColumn, edges bool) (*Rows, error) {
	rows := &Rows{N: g.Nodes}
	if edges {
		rows.N = g.edges.N
	}
	for _, c := range cols {
		v, err := r.graphColumn(g, c, edges)
		if err != nil {
			return nil, err
		}
		rows.Cols, rows.Vecs = append(rows.Cols, c.Column), append(rows.Vecs, v)
	}
	return rows, nil
}

// graphStep changes g.
func (r *runner) graphStep(g *graphRun, s *plan.GraphStep) error {
	if s.Components != nil {
		v := types.NewVector(types.Long, g.Nodes)
		for n, k := range g.Components(s.Strong) {
			v.Longs[n] = int64(k)
		}
		g.props[s.Components.ID] = v
		return nil
	}
	rows, err := r.elements(g, s.Cols, s.Edges)
	if err != nil {
		return err
	}
	kept, err := r.truths(s.Cond, rows)
	if err != nil {
		return err
	}
	nodes := sequenceOf(g.Nodes)
	if !s.Edges {
		nodes = kept
	}
	number := make([]int32, g.Nodes) // of the nodes that stay, from 1
	for i, n := range nodes {
		number[n] = int32(i) + 1
	}
	edges := kept
	if !s.Edges {
		edges = slices.DeleteFunc(sequenceOf(g.edges.N), func(e int) bool { return number[g.From[e]] == 0 || number[g.To[e]] == 0 })
	}
	from, to, input := make([]int32, len(edges)), make([]int32, len(edges)), make([]int, len(edges))
	for i, e := range edges {
		from[i], to[i], input[i] = number[g.From[e]]-1, number[g.To[e]]-1, g.input[e]
	}
	g.ids = g.ids.Select(nodes)
	for id, v := range g.props {
		g.props[id] = v.Select(nodes)
	}
	g.edges, g.input = pick(g.edges, edges), input
	g.Graph = graph.New(len(nodes), from, to)
	return nil
}

// graphTable gives nodes or edges as rows, edges in the order of the input.
func (r *runner) graphTable(x *plan.GraphTable) (*Rows, error) {
	g, err := r.graph(&x.Graph)
	if err != nil {
		return nil, err
	}
	out := &Rows{Cols: x.Cols, N: g.Nodes}
	order := sequenceOf(g.edges.N)
	if x.Edges {
		out.N = g.edges.N
		sort.Slice(order, func(a, b int) bool { return g.input[order[a]] < g.input[order[b]] })
	}
	hashes, err := r.hash(g.ids, g.Nodes)
	if err != nil {
		return nil, err
	}
	ends := func(of []int32) *types.Vector {
		rows := make([]int, len(order))
		for i, e := range order {
			rows[i] = int(of[e])
		}
		return hashes.Select(rows)
	}
	is := func(c plan.Column, other *plan.Column) bool { return other != nil && other.ID == c.ID }
	for _, c := range x.Cols {
		var v *types.Vector
		switch {
		case is(c, x.NodeID):
			v = hashes
		case is(c, x.SourceID):
			v = ends(g.From)
		case is(c, x.TargetID):
			v = ends(g.To)
		case x.Edges:
			if v, err = columnByID(g.edges, c.ID); err != nil {
				return nil, err
			}
			v = v.Select(order)
		default:
			v = g.props[c.ID]
		}
		if v == nil {
			return nil, fmt.Errorf("nodes have no property %s", c.Name)
		}
		out.Vecs = append(out.Vecs, v)
	}
	return out, nil
}

// hash computes hash() of ids. Emulator: the ids that graph-to-table gives.
func (r *runner) hash(ids *types.Vector, n int) (*types.Vector, error) {
	f, ok := fn.LookupScalar("hash")
	if !ok {
		return nil, fmt.Errorf("there is no function %q", "hash")
	}
	out := &types.Vector{Type: types.Long}
	err := f.Kernel(r.fn, []*types.Vector{ids}, n, out)
	return out, err
}

// graphPartition runs the subquery for each value, in their order.
func (r *runner) graphPartition(x *plan.GraphPartition) (*Rows, error) {
	ins := make([]*Rows, len(x.Ins))
	values := newNodes()
	members := make([]map[int32][]int, len(x.Ins))
	for i, p := range x.Ins {
		rows, err := r.run(p.Input)
		if err != nil {
			return nil, err
		}
		by, err := columnByID(rows, p.By)
		if err != nil {
			return nil, err
		}
		ins[i], members[i] = rows, map[int32][]int{}
		for row := range rows.N {
			v := values.add(by.Value(row), i, row)
			members[i][v] = append(members[i][v], row)
		}
	}
	number := values.sort()
	order := make([]int32, len(number))
	for old, at := range number {
		order[at] = int32(old)
	}
	var parts []*Rows
	total := 0
	for _, v := range order {
		inner := *r
		inner.leaves = map[*plan.Leaf]*Rows{}
		for k, rows := range r.leaves {
			inner.leaves[k] = rows
		}
		for i, p := range x.Ins {
			inner.leaves[p.Rows] = choose(pick(ins[i], members[i][v]), p.Rows.Cols)
		}
		inner.shared = map[*plan.Shared]*Rows{}
		rows, err := inner.run(x.Sub)
		if err != nil {
			return nil, err
		}
		total += rows.N
		parts = append(parts, rows)
		if err := r.check(total); err != nil {
			return nil, err
		}
	}
	return concat(parts, x.Cols), nil
}
