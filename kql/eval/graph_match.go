package eval

import (
	"fmt"

	"github.com/azflow/azflow/kql/fn"
	"github.com/azflow/azflow/kql/internal/graph"
	"github.com/azflow/azflow/kql/plan"
	"github.com/azflow/azflow/kql/types"
)

const (
	// maxGraphSteps bounds how many edges a pattern looks at: some seconds' worth.
	maxGraphSteps = 100_000_000
	// matchBatch is how many matches, and edges of their paths, are computed at a
	// time.
	matchBatch = 4096
)

// matchRun is one run of graph-match or graph-shortest-paths.
type matchRun struct {
	r       *runner
	x       *plan.GraphMatch
	g       *graphRun
	pattern graph.Pattern
	rest    []plan.Expr // the conditions that need whole matches
	nodes   []*Rows     // what expressions use of each node of the pattern
	edges   []*Rows     // … of each edge
	inner   []*Rows     // … of the nodes between
	batch   matches
	parts   []*Rows
	total   int
	best    map[string][]int // shortest: the matches kept for each choice of nodes
	kept    matches
}

// matches are places where a pattern fits: by node and by edge of the pattern,
// then by match.
type matches struct {
	n     int
	nodes [][]int
	edges [][][]int32
	inner [][][]int32
	load  int // edges in all
}

func (m *matches) reset(nodes, edges int) {
	*m = matches{nodes: make([][]int, nodes), edges: make([][][]int32, edges), inner: make([][][]int32, edges)}
}

// add appends a copy of a match.
func (m *matches) add(x *graph.Match) {
	for i, n := range x.Nodes {
		m.nodes[i] = append(m.nodes[i], int(n))
	}
	for i := range x.Edges {
		m.edges[i] = append(m.edges[i], append([]int32(nil), x.Edges[i]...))
		m.inner[i] = append(m.inner[i], append([]int32(nil), x.Inner[i]...))
		m.load += len(x.Edges[i])
	}
	m.n++
}

// pick returns the matches at the given places.
func (m *matches) pick(rows []int) *matches {
	out := &matches{n: len(rows)}
	for _, list := range m.nodes {
		out.nodes = append(out.nodes, those(list, rows))
	}
	for i := range m.edges {
		out.edges, out.inner = append(out.edges, those(m.edges[i], rows)), append(out.inner, those(m.inner[i], rows))
	}
	return out
}

// those returns the elements of list at the given places.
func those[T any](list []T, rows []int) []T {
	out := make([]T, len(rows))
	for i, row := range rows {
		out[i] = list[row]
	}
	return out
}

// length is the number of edges of match i.
func (m *matches) length(i int) int {
	n := 0
	for _, list := range m.edges {
		n += len(list[i])
	}
	return n
}

func (r *runner) graphMatch(x *plan.GraphMatch) (*Rows, error) {
	g, err := r.graph(&x.Graph)
	if err != nil {
		return nil, err
	}
	m := &matchRun{r: r, x: x, g: g, best: map[string][]int{}}
	m.batch.reset(len(x.Nodes), len(x.Edges))
	m.kept.reset(len(x.Nodes), len(x.Edges))
	if err := m.prepare(); err != nil {
		return nil, err
	}
	if err := m.search(); err != nil {
		return nil, err
	}
	if err := m.flush(); err != nil {
		return nil, err
	}
	if x.Shortest {
		if err := m.shortest(); err != nil {
			return nil, err
		}
	}
	return concat(m.parts, x.Columns()), nil
}

// prepare makes the pattern and gives it the conditions that a single node or
// edge decides.
func (m *matchRun) prepare() error {
	x := m.x
	m.pattern.Nodes = make([]graph.Set, len(x.Nodes))
	for i := range x.Nodes {
		rows, err := m.r.elements(m.g, x.Nodes[i].Cols, false)
		if err != nil {
			return err
		}
		m.nodes = append(m.nodes, rows)
	}
	for i := range x.Edges {
		e := &x.Edges[i]
		edges, err := m.r.elements(m.g, e.Cols, true)
		if err != nil {
			return err
		}
		inner, err := m.r.elements(m.g, e.Inner, false)
		if err != nil {
			return err
		}
		m.edges, m.inner = append(m.edges, edges), append(m.inner, inner)
		m.pattern.Edges = append(m.pattern.Edges, graph.Edge{From: e.From, To: e.To, Way: ways[e.Way], Min: e.Min, Max: e.Max})
	}
	switch {
	case x.Shortest, x.Cycles == "none": // emulator: shortest paths never have cycles
		m.pattern.Cycles = graph.NoCycles
	case x.Cycles == "all":
		m.pattern.Cycles = graph.AllCycles
	}
	if x.Where == nil {
		return nil
	}
	for _, c := range conjuncts(x.Where) {
		done, err := m.restrict(c)
		if err != nil {
			return err
		}
		if !done {
			m.rest = append(m.rest, c)
		}
	}
	return nil
}

var ways = [...]graph.Way{plan.Forward: graph.Forward, plan.Backward: graph.Backward, plan.Either: graph.Either}

// conjuncts returns what e is the and of.
func conjuncts(e plan.Expr) []plan.Expr {
	if c, ok := e.(*plan.Call); ok && c.Func == "and" {
		var out []plan.Expr
		for _, a := range c.Args {
			out = append(out, conjuncts(a)...)
		}
		return out
	}
	return []plan.Expr{e}
}

// restrict narrows the candidates of the one node or edge that condition c is
// about, or of every edge or inner node of a path; false if it is about more.
func (m *matchRun) restrict(c plan.Expr) (bool, error) {
	if volatile(c) {
		return false, nil
	}
	for i, rows := range m.nodes {
		if within(c, rows) {
			return true, m.only(&m.pattern.Nodes[i], c, rows)
		}
	}
	for i, rows := range m.edges {
		if !m.x.Edges[i].Path && within(c, rows) {
			return true, m.only(&m.pattern.Edges[i].Fits, c, rows)
		}
	}
	call, ok := c.(*plan.Call)
	if !ok || call.Func != "_all" {
		return false, nil
	}
	k, inner, x, err := pathCall(call)
	if err != nil {
		return false, err
	}
	e := &m.pattern.Edges[k]
	switch {
	case inner && within(x, m.inner[k]):
		return true, m.only(&e.Inner, x, m.inner[k])
	case !inner && within(x, m.edges[k]):
		return true, m.only(&e.Fits, x, m.edges[k])
	}
	return false, nil
}

// volatile reports whether e may give another value when it is computed again.
func volatile(e plan.Expr) bool {
	found := false
	plan.WalkExpr(e, func(e plan.Expr) bool {
		if c, ok := e.(*plan.Call); ok {
			if f, known := fn.LookupScalar(c.Func); known && f.Volatile {
				found = true
			}
		}
		return !found
	})
	return found
}

// within reports whether e uses columns of rows, at least one, and no others.
func within(e plan.Expr, rows *Rows) bool {
	some, all := false, true
	plan.WalkExpr(e, func(e plan.Expr) bool {
		switch e := e.(type) {
		case *plan.Ref:
			if _, err := columnByID(rows, e.Column); err != nil {
				all = false
			}
			some = true
		case *plan.Call:
			if isPathCall(e) {
				all = false
			}
		}
		return all
	})
	return some && all
}

// only takes out of a set what c does not hold for.
func (m *matchRun) only(set *graph.Set, c plan.Expr, rows *Rows) error {
	kept, err := m.r.truths(c, rows)
	if err != nil {
		return err
	}
	fits := make(graph.Set, rows.N)
	for _, i := range kept {
		fits[i] = *set == nil || (*set)[i]
	}
	*set = fits
	return nil
}

// search finds the matches. Where nothing but the pattern decides which paths
// are the shortest, they are found breadth first.
func (m *matchRun) search() error {
	if m.x.Shortest && len(m.rest) == 0 && len(m.pattern.Edges) == 1 && m.pattern.Edges[0].Min <= 1 {
		return m.g.Shortest(m.r.ctx, &m.pattern, m.x.Every, maxGraphSteps, m.take)
	}
	return m.g.Find(m.r.ctx, &m.pattern, maxGraphSteps, m.take)
}

// take adds a match to the batch.
func (m *matchRun) take(found *graph.Match) error {
	m.batch.add(found)
	if m.batch.n+m.batch.load < matchBatch {
		return nil
	}
	return m.flush()
}

// flush tests the matches of the batch, and puts those that hold out or keeps
// them until it is known which are the shortest.
func (m *matchRun) flush() error {
	b := m.batch
	m.batch.reset(len(m.x.Nodes), len(m.x.Edges))
	held := &b
	if len(m.rest) > 0 && b.n > 0 {
		rows, in := m.rows(&b)
		for _, c := range m.rest {
			kept, err := in.truths(c, rows)
			if err != nil {
				return err
			}
			held = held.pick(kept)
			rows, in = m.rows(held)
		}
	}
	if m.x.Shortest {
		return m.keep(held)
	}
	return m.give(held)
}

// give computes what the operator gives of matches.
func (m *matchRun) give(b *matches) error {
	if b.n == 0 {
		return nil
	}
	rows, in := m.rows(b)
	out, err := in.project(rows, m.x.Items)
	if err != nil {
		return err
	}
	m.parts = append(m.parts, out)
	m.total += out.N
	return m.r.check(m.total)
}

// rows returns the columns of nodes and edges of matches, and the runner that
// knows their paths.
func (m *matchRun) rows(b *matches) (*Rows, *runner) {
	out := &Rows{N: b.n}
	add := func(of *Rows, at []int) {
		for k, v := range of.Vecs {
			out.Cols, out.Vecs = append(out.Cols, of.Cols[k]), append(out.Vecs, v.Select(at))
		}
	}
	for i, of := range m.nodes {
		add(of, b.nodes[i])
	}
	for i, of := range m.edges {
		if m.x.Edges[i].Path || len(of.Cols) == 0 {
			continue
		}
		at := make([]int, b.n)
		for j, list := range b.edges[i] {
			at[j] = int(list[0])
		}
		add(of, at)
	}
	in := *m.r
	in.paths = &paths{m: m, of: b}
	return out, &in
}

// keep keeps the shortest matches for each choice of nodes.
func (m *matchRun) keep(b *matches) error {
	for i := range b.n {
		key := ""
		for _, list := range b.nodes {
			key += fmt.Sprint(list[i], " ")
		}
		have := m.best[key]
		if len(have) > 0 {
			known, length := m.kept.length(have[0]), b.length(i)
			if length > known || length == known && !m.x.Every {
				continue
			}
			if length < known {
				have = nil
			}
		}
		m.best[key] = append(have, m.kept.n)
		for k := range b.nodes {
			m.kept.nodes[k] = append(m.kept.nodes[k], b.nodes[k][i])
		}
		for k := range b.edges {
			m.kept.edges[k], m.kept.inner[k] = append(m.kept.edges[k], b.edges[k][i]), append(m.kept.inner[k], b.inner[k][i])
		}
		m.kept.n++
	}
	return m.r.check(m.kept.n)
}

// shortest puts out the matches that are left.
func (m *matchRun) shortest() error {
	last := make([]bool, m.kept.n)
	for _, list := range m.best {
		for _, i := range list {
			last[i] = true
		}
	}
	var rows []int
	for i, is := range last {
		if is {
			rows = append(rows, i)
		}
	}
	for len(rows) > 0 {
		n := min(len(rows), matchBatch)
		if err := m.give(m.kept.pick(rows[:n])); err != nil {
			return err
		}
		rows = rows[n:]
	}
	return nil
}

// paths are the paths of the rows that expressions are computed for.
type paths struct {
	m  *matchRun
	of *matches
}

func isPathCall(c *plan.Call) bool { return c.Func == "_map" || c.Func == "_all" || c.Func == "_any" }

// pathCall returns the edge of the pattern that a call is about, whether its
// inner nodes are meant, and what to compute of each.
func pathCall(c *plan.Call) (edge int, inner bool, x plan.Expr, err error) {
	if len(c.Args) == 3 {
		k, ok1 := c.Args[0].(*plan.Const)
		i, ok2 := c.Args[1].(*plan.Const)
		if ok1 && ok2 {
			n, isLong := k.Value.(int64)
			inner, isBool := i.Value.(bool)
			if isLong && isBool {
				return int(n), inner, c.Args[2], nil
			}
		}
	}
	return 0, false, nil, fmt.Errorf("%s is not asked of a path", c.Func)
}

// along computes map, all or any for the rows of in: the expression once for
// every edge or inner node of each row's path.
func (r *runner) along(c *plan.Call, in *Rows) (*types.Vector, error) {
	k, inner, x, err := pathCall(c)
	if err != nil {
		return nil, err
	}
	if r.paths == nil || k >= len(r.paths.m.edges) {
		return nil, fmt.Errorf("%s is possible only in graph-match", c.Func)
	}
	lists, of := r.paths.of.edges[k], r.paths.m.edges[k]
	if inner {
		lists, of = r.paths.of.inner[k], r.paths.m.inner[k]
	}
	var source, elements []int
	for i := range in.N {
		for _, e := range lists[i] {
			source, elements = append(source, i), append(elements, int(e))
		}
	}
	rows := pick(in, source)
	for i, v := range of.Vecs {
		rows.Cols = append(rows.Cols[:len(rows.Cols):len(rows.Cols)], of.Cols[i])
		rows.Vecs = append(rows.Vecs, v.Select(elements))
	}
	below := *r
	below.paths = &paths{m: r.paths.m, of: r.paths.of.pick(source)}
	v, err := below.expr(x, rows)
	if err != nil {
		return nil, err
	}
	out := types.NewVector(c.T, in.N)
	at := 0
	for i := range in.N {
		n := len(lists[i])
		switch c.Func {
		case "_map":
			list := make([]types.Value, n)
			for j := range list {
				list[j] = fn.Cast(v.Value(at+j), v.Type, types.Dynamic)
			}
			out.SetValue(i, list)
		default: // emulator: null counts as false
			hits := 0
			for j := range n {
				if b, ok := v.Value(at + j).(bool); ok && b {
					hits++
				}
			}
			out.Bools[i] = c.Func == "_all" && hits == n || c.Func == "_any" && hits > 0
		}
		at += n
	}
	return out, nil
}
