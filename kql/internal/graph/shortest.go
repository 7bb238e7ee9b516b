package graph

import "context"

// Shortest calls found with one of the shortest matches of p for each pair of
// nodes, or with every one. p has a single edge, whose Min is 0 or 1; its rule
// for cycles does not matter, as no shortest path has one. It gives up with a
// LimitError after limit steps.
func (g *Graph) Shortest(ctx context.Context, p *Pattern, every bool, limit int, found func(*Match) error) error {
	e := &p.Edges[0]
	s := &shortest{g: g, e: e, every: every, found: found, budget: budget{ctx: ctx, limit: limit}, far: p.Nodes[e.To]}
	s.distance = make([]int32, g.Nodes)
	for n := range s.distance {
		s.distance[n] = -1
	}
	s.before = make([][]step, g.Nodes)
	s.match = Match{Nodes: make([]int32, len(p.Nodes)), Edges: make([][]int32, 1), Inner: make([][]int32, 1)}
	for n := range int32(g.Nodes) {
		if err := s.spend(1); err != nil {
			return err
		}
		if !p.Nodes[e.From].has(n) {
			continue
		}
		if err := s.from(n); err != nil {
			return err
		}
	}
	return nil
}

// step is an edge of a shortest path and the node that it comes from.
type step struct{ node, edge int32 }

type shortest struct {
	g     *Graph
	e     *Edge
	every bool
	found func(*Match) error
	far   Set
	budget
	distance []int32  // from the start, -1 where it is not known
	before   [][]step // the last steps of the shortest paths to each node
	match    Match
}

// from finds the shortest paths that begin at node start, breadth first.
func (s *shortest) from(start int32) error {
	seen := []int32{start}
	s.distance[start] = 0
	defer func() {
		for _, n := range seen {
			s.distance[n], s.before[n] = -1, s.before[n][:0]
		}
	}()
	for i := 0; i < len(seen); i++ {
		n := seen[i]
		if int(s.distance[n]) >= s.e.Max || n != start && !s.e.Inner.has(n) {
			continue
		}
		visit := func(edges, other []int32) error {
			for _, id := range edges {
				if err := s.spend(1); err != nil {
					return err
				}
				if !s.e.Fits.has(id) {
					continue
				}
				switch m := other[id]; {
				case s.distance[m] < 0:
					s.distance[m] = s.distance[n] + 1
					seen = append(seen, m)
					s.before[m] = append(s.before[m], step{n, id})
				case s.every && s.distance[m] == s.distance[n]+1:
					s.before[m] = append(s.before[m], step{n, id})
				}
			}
			return nil
		}
		if s.e.Way != Backward {
			if err := visit(s.g.out.of(n), s.g.To); err != nil {
				return err
			}
		}
		if s.e.Way != Forward {
			if err := visit(s.g.in.of(n), s.g.From); err != nil {
				return err
			}
		}
	}
	for _, end := range seen {
		if !s.far.has(end) || int(s.distance[end]) < s.e.Min || s.e.From == s.e.To && end != start {
			continue
		}
		s.match.Nodes[s.e.From], s.match.Nodes[s.e.To] = start, end
		length := int(s.distance[end])
		s.match.Edges[0], s.match.Inner[0] = make([]int32, length), make([]int32, max(0, length-1))
		if err := s.back(end, length); err != nil {
			return err
		}
	}
	return nil
}

// back fills in the path that ends at node n with left edges, from its end.
func (s *shortest) back(n int32, left int) error {
	if err := s.spend(1); err != nil {
		return err
	}
	if left == 0 {
		return s.found(&s.match)
	}
	for _, b := range s.before[n] {
		s.match.Edges[0][left-1] = b.edge
		if left > 1 {
			s.match.Inner[0][left-2] = b.node
		}
		if err := s.back(b.node, left-1); err != nil {
			return err
		}
	}
	return nil
}
