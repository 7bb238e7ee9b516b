package graph

import (
	"context"
	"fmt"
)

// Way says in which direction an edge of a pattern is walked.
type Way uint8

// The ways to walk an edge.
const (
	Forward Way = iota
	Backward
	Either
)

// Cycles says which matches may come back to where they were.
type Cycles uint8

// The rules for cycles. MS Learn: "graph-match operator"; emulator.
const (
	// UniqueEdges: no edge stands twice in a match.
	UniqueEdges Cycles = iota
	// AllCycles: nothing is excluded.
	AllCycles
	// NoCycles: different nodes of the pattern are different nodes of the graph,
	// and those between the edges of paths are none of them.
	NoCycles
)

// A Pattern is what to look for: nodes joined by edges and paths. All of it
// must hang together.
type Pattern struct {
	Nodes  []Set // the nodes of the graph that each node of the pattern may be
	Edges  []Edge
	Cycles Cycles
}

// An Edge of a pattern leads from one of its nodes to another. It stands for
// Min to Max edges of the graph in a row.
type Edge struct {
	From, To int
	Way      Way
	Min, Max int
	// Fits are the edges that it may be, Inner the nodes that may stand between
	// them.
	Fits, Inner Set
}

// A Set holds numbers; nil is the set of all.
type Set []bool

func (s Set) has(n int32) bool { return s == nil || s[n] }

// A Match is one place where a pattern fits. It is valid during the call that
// it is handed to.
type Match struct {
	Nodes []int32   // for each node of the pattern
	Edges [][]int32 // for each edge of the pattern, those that it stands for, in the direction of the pattern
	Inner [][]int32 // the nodes between them
}

// Len is the number of edges of the match.
func (m *Match) Len() int {
	n := 0
	for _, e := range m.Edges {
		n += len(e)
	}
	return n
}

// A LimitError says that a search was given up.
type LimitError struct{ Steps int }

// Error implements error.
func (e *LimitError) Error() string {
	return fmt.Sprintf("the pattern was given up after %d steps: shorten its paths, or say in where at which nodes they begin and end", e.Steps)
}

// budget counts the steps of a search.
type budget struct {
	ctx   context.Context
	steps int
	limit int
}

// pause is the number of steps between two looks at the context.
const pause = 4096

// spend takes n steps; it is cheap enough for every edge that is looked at.
func (b *budget) spend(n int) error {
	look := b.steps/pause != (b.steps+n)/pause
	b.steps += n
	switch {
	case b.steps > b.limit:
		return &LimitError{Steps: b.limit}
	case look:
		return b.ctx.Err()
	}
	return nil
}

// search is one run of Find.
type search struct {
	g     *Graph
	p     *Pattern
	found func(*Match) error
	budget
	order    []hop
	bound    []int32 // the node of each node of the pattern, -1 for none yet
	usedEdge []bool
	usedNode []bool
	match    Match
}

// hop is an edge of the pattern with the end that is bound before it.
type hop struct {
	edge     int
	near     int // node of the pattern
	far      int
	backward bool // from To to From
	way      Way  // as walked
	distance []int32
}

const unbound = -1

// Find calls found with each match of p, in an order that only the numbers of
// nodes and edges decide. It gives up with a LimitError after limit steps.
func (g *Graph) Find(ctx context.Context, p *Pattern, limit int, found func(*Match) error) error {
	s := &search{g: g, p: p, found: found, budget: budget{ctx: ctx, limit: limit}}
	s.bound = make([]int32, len(p.Nodes))
	for i := range s.bound {
		s.bound[i] = unbound
	}
	switch p.Cycles {
	case UniqueEdges:
		s.usedEdge = make([]bool, len(g.From))
	case NoCycles:
		s.usedNode = make([]bool, g.Nodes)
	}
	s.match = Match{Nodes: s.bound, Edges: make([][]int32, len(p.Edges)), Inner: make([][]int32, len(p.Edges))}
	start := s.plan()
	for n := range int32(g.Nodes) {
		if err := s.spend(1); err != nil {
			return err
		}
		if !p.Nodes[start].has(n) {
			continue
		}
		if err := s.bind(start, n, 0); err != nil {
			return err
		}
	}
	return nil
}

// plan chooses where to begin, the node with the fewest candidates, and the
// order of the edges: each has an end that is bound before it, and paths come
// late.
func (s *search) plan() int {
	count := func(set Set) int {
		if set == nil {
			return s.g.Nodes
		}
		n := 0
		for _, in := range set {
			if in {
				n++
			}
		}
		return n
	}
	start := 0
	least := count(s.p.Nodes[0])
	for i, set := range s.p.Nodes {
		if n := count(set); n < least {
			start, least = i, n
		}
	}
	bound := make([]bool, len(s.p.Nodes))
	done := make([]bool, len(s.p.Edges))
	bound[start] = true
	for range s.p.Edges {
		best, bestCost := -1, 0
		for i, e := range s.p.Edges {
			if done[i] || !bound[e.From] && !bound[e.To] {
				continue
			}
			cost := 0
			if e.Min != 1 || e.Max != 1 {
				cost += 2
			}
			if !bound[e.From] || !bound[e.To] {
				cost++
			}
			if best < 0 || cost < bestCost {
				best, bestCost = i, cost
			}
		}
		if best < 0 {
			break // the rest hangs on nothing
		}
		e := s.p.Edges[best]
		h := hop{edge: best, near: e.From, far: e.To, way: e.Way}
		if !bound[e.From] {
			h.near, h.far, h.backward = e.To, e.From, true
			switch e.Way {
			case Forward:
				h.way = Backward
			case Backward:
				h.way = Forward
			}
		}
		if e.Max > 1 && s.p.Nodes[h.far] != nil {
			h.distance = s.g.distances(&s.p.Edges[best], h.way, s.p.Nodes[h.far])
		}
		s.order = append(s.order, h)
		done[best], bound[e.From], bound[e.To] = true, true, true
	}
	return start
}

// distances returns how many edges lie at least between each node and one of
// ends, or -1 where none can be reached.
func (g *Graph) distances(e *Edge, way Way, ends Set) []int32 {
	out := make([]int32, g.Nodes)
	var queue []int32
	for n := range out {
		out[n] = -1
		if ends.has(int32(n)) {
			out[n] = 0
			queue = append(queue, int32(n))
		}
	}
	for len(queue) > 0 {
		n := queue[0]
		queue = queue[1:]
		if int(out[n]) >= e.Max {
			continue
		}
		visit := func(edges, other []int32) {
			for _, id := range edges {
				if m := other[id]; out[m] < 0 && e.Fits.has(id) {
					out[m] = out[n] + 1
					queue = append(queue, m)
				}
			}
		}
		if way != Backward { // walked forward, so found by the edges that come in
			visit(g.in.of(n), g.From)
		}
		if way != Forward {
			visit(g.out.of(n), g.To)
		}
	}
	return out
}

// bind makes node n stand for node i of the pattern and goes on with edge k of
// the order.
func (s *search) bind(i int, n int32, k int) error {
	s.bound[i] = n
	fresh := false
	if s.usedNode != nil && !s.usedNode[n] {
		s.usedNode[n], fresh = true, true
	}
	err := s.next(k)
	s.bound[i] = unbound
	if fresh {
		s.usedNode[n] = false
	}
	return err
}

// next goes on with edge k of the order, or reports the match.
func (s *search) next(k int) error {
	if k < len(s.order) {
		return s.walk(&s.order[k], k, s.bound[s.order[k].near], 0)
	}
	m := s.match
	m.Edges, m.Inner = make([][]int32, len(s.match.Edges)), make([][]int32, len(s.match.Inner))
	for i := range s.order {
		h := &s.order[i]
		m.Edges[h.edge], m.Inner[h.edge] = s.match.Edges[h.edge], s.match.Inner[h.edge]
		if h.backward {
			m.Edges[h.edge], m.Inner[h.edge] = reversed(m.Edges[h.edge]), reversed(m.Inner[h.edge])
		}
	}
	if err := s.spend(m.Len()); err != nil {
		return err
	}
	return s.found(&m)
}

func reversed(list []int32) []int32 {
	out := make([]int32, len(list))
	for i, x := range list {
		out[len(list)-1-i] = x
	}
	return out
}

// walk ends edge k of the pattern at node n, which is depth edges away from
// where it began, or goes on.
func (s *search) walk(h *hop, k int, n int32, depth int) error {
	e := &s.p.Edges[h.edge]
	if depth >= e.Min {
		if err := s.end(h, k, n, depth); err != nil {
			return err
		}
	}
	if depth >= e.Max || h.distance != nil && (h.distance[n] < 0 || depth+int(h.distance[n]) > e.Max) {
		return nil
	}
	between := false // whether n becomes a node between edges
	if depth > 0 {
		if !e.Inner.has(n) || s.usedNode != nil && s.usedNode[n] {
			return nil
		}
		between = true
		s.match.Inner[h.edge] = append(s.match.Inner[h.edge], n)
		if s.usedNode != nil {
			s.usedNode[n] = true
		}
	}
	var err error
	if h.way != Backward {
		err = s.along(h, k, s.g.out.of(n), s.g.To, depth)
	}
	if err == nil && h.way != Forward {
		err = s.along(h, k, s.g.in.of(n), s.g.From, depth)
	}
	if between {
		inner := s.match.Inner[h.edge]
		s.match.Inner[h.edge] = inner[:len(inner)-1]
		if s.usedNode != nil {
			s.usedNode[n] = false
		}
	}
	return err
}

// along walks each of edges to its other end.
func (s *search) along(h *hop, k int, edges, other []int32, depth int) error {
	e := &s.p.Edges[h.edge]
	for _, id := range edges {
		if err := s.spend(1); err != nil {
			return err
		}
		if !e.Fits.has(id) || s.usedEdge != nil && s.usedEdge[id] {
			continue
		}
		if s.usedEdge != nil {
			s.usedEdge[id] = true
		}
		s.match.Edges[h.edge] = append(s.match.Edges[h.edge], id)
		err := s.walk(h, k, other[id], depth+1)
		list := s.match.Edges[h.edge]
		s.match.Edges[h.edge] = list[:len(list)-1]
		if s.usedEdge != nil {
			s.usedEdge[id] = false
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// end ends edge k of the order at node n, if that may stand there.
func (s *search) end(h *hop, k int, n int32, depth int) error {
	if at := s.bound[h.far]; at != unbound {
		// Emulator: without cycles, a path does not come back to its beginning.
		if at != n || s.usedNode != nil && depth > 0 && n == s.bound[h.near] {
			return nil
		}
		return s.next(k + 1)
	}
	if !s.p.Nodes[h.far].has(n) || s.usedNode != nil && depth > 0 && s.usedNode[n] {
		return nil
	}
	return s.bind(h.far, n, k+1)
}
