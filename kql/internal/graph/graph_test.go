package graph

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sort"
	"strings"
	"testing"
)

// random returns a small graph with loops and parallel edges.
func random(r *rand.Rand) *Graph {
	nodes := 1 + r.IntN(4)
	var from, to []int32
	for range r.IntN(6) {
		from, to = append(from, r.Int32N(int32(nodes))), append(to, r.Int32N(int32(nodes)))
	}
	return New(nodes, from, to)
}

func randomSet(r *rand.Rand, n int) Set {
	if r.IntN(2) == 0 {
		return nil
	}
	s := make(Set, n)
	for i := range s {
		s[i] = r.IntN(3) > 0
	}
	return s
}

// randomPattern returns a pattern of up to three edges that hangs together.
func randomPattern(r *rand.Rand, g *Graph) *Pattern {
	p := &Pattern{Nodes: []Set{randomSet(r, g.Nodes)}, Cycles: Cycles(r.IntN(3))}
	for range 1 + r.IntN(3) {
		near := r.IntN(len(p.Nodes))
		far := r.IntN(len(p.Nodes) + 1)
		if far == len(p.Nodes) {
			p.Nodes = append(p.Nodes, randomSet(r, g.Nodes))
		}
		if r.IntN(2) == 0 {
			near, far = far, near
		}
		e := Edge{From: near, To: far, Way: Way(r.IntN(3)), Min: 1, Max: 1, Fits: randomSet(r, len(g.From)), Inner: randomSet(r, g.Nodes)}
		if r.IntN(2) == 0 {
			e.Min = r.IntN(3)
			e.Max = e.Min + r.IntN(2)
		}
		p.Edges = append(p.Edges, e)
	}
	return p
}

// text writes a match so that equal ones are written alike.
func text(m *Match) string { return fmt.Sprint(m.Nodes, m.Edges, m.Inner) }

func find(t *testing.T, g *Graph, p *Pattern) []string {
	t.Helper()
	var out []string
	if err := g.Find(context.Background(), p, 1e7, func(m *Match) error {
		out = append(out, text(m))
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return out
}

// A walk is a way along edges from a node.
type walk struct{ edges, nodes []int32 } // nodes after each edge

// walks lists all ways of an edge of a pattern from node n.
func walks(g *Graph, e *Edge, n int32) []walk {
	done := []walk{}
	now := []walk{{}}
	for length := 0; ; length++ {
		if length >= e.Min {
			done = append(done, now...)
		}
		if length == e.Max {
			return done
		}
		var next []walk
		for _, w := range now {
			at := n
			if length > 0 {
				at = w.nodes[length-1]
				if !e.Inner.has(at) {
					continue
				}
			}
			step := func(id, to int32) {
				if e.Fits.has(id) {
					next = append(next, walk{append(slices.Clone(w.edges), id), append(slices.Clone(w.nodes), to)})
				}
			}
			for id := range int32(len(g.From)) {
				if e.Way != Backward && g.From[id] == at {
					step(id, g.To[id])
				}
				if e.Way != Forward && g.To[id] == at {
					step(id, g.From[id])
				}
			}
		}
		now = next
	}
}

// enumerate finds the matches of p by trying all nodes for all nodes of the
// pattern and all walks for all edges, and then asking whether they fit.
func enumerate(g *Graph, p *Pattern) []string {
	var out []string
	nodes := make([]int32, len(p.Nodes))
	var edges func(m *Match, k int)
	edges = func(m *Match, k int) {
		if k == len(p.Edges) {
			if allowed(p, m) {
				out = append(out, text(m))
			}
			return
		}
		e := &p.Edges[k]
		for _, w := range walks(g, e, nodes[e.From]) {
			end := nodes[e.From]
			inner := []int32{}
			if n := len(w.nodes); n > 0 {
				end, inner = w.nodes[n-1], w.nodes[:n-1]
			}
			if end == nodes[e.To] {
				m.Edges[k], m.Inner[k] = w.edges, inner
				edges(m, k+1)
			}
		}
	}
	var choose func(i int)
	choose = func(i int) {
		if i == len(nodes) {
			edges(&Match{Nodes: nodes, Edges: make([][]int32, len(p.Edges)), Inner: make([][]int32, len(p.Edges))}, 0)
			return
		}
		for n := range int32(g.Nodes) {
			if p.Nodes[i].has(n) {
				nodes[i] = n
				choose(i + 1)
			}
		}
	}
	choose(0)
	return out
}

// allowed applies the rule for cycles to a whole match.
func allowed(p *Pattern, m *Match) bool {
	seen := map[int32]bool{}
	switch p.Cycles {
	case UniqueEdges:
		for _, list := range m.Edges {
			for _, id := range list {
				if seen[id] {
					return false
				}
				seen[id] = true
			}
		}
	case NoCycles:
		// Nodes that a path of no edges joins are one.
		group := make([]int, len(m.Nodes))
		for i := range group {
			group[i] = i
		}
		for k, e := range p.Edges {
			if len(m.Edges[k]) > 0 {
				if m.Nodes[e.From] == m.Nodes[e.To] {
					return false
				}
				continue
			}
			old, now := group[e.To], group[e.From]
			for i := range group {
				if group[i] == old {
					group[i] = now
				}
			}
		}
		of := map[int32]int{}
		for i, n := range m.Nodes {
			if g, ok := of[n]; ok && g != group[i] {
				return false
			}
			of[n], seen[n] = group[i], true
		}
		for _, list := range m.Inner {
			for _, n := range list {
				if seen[n] {
					return false
				}
				seen[n] = true
			}
		}
	}
	return true
}

func TestFindAgreesWithTryingEverything(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	some := 0
	for range 4000 {
		g := random(r)
		p := randomPattern(r, g)
		if p.Cycles == NoCycles && slices.ContainsFunc(p.Edges, func(e Edge) bool { return e.Min == 0 }) {
			continue // a path of no edges makes one node of two names: the order of the search decides what else may be it
		}
		got, want := find(t, g, p), enumerate(g, p)
		sort.Strings(got)
		sort.Strings(want)
		if !slices.Equal(got, want) {
			t.Fatalf("%+v\n%+v\ngot\n%s\nwant\n%s", g, p, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
		if len(want) > 0 {
			some++
		}
	}
	if some < 200 {
		t.Errorf("only %d patterns match anything", some)
	}
}

func TestShortestAgreesWithFind(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 4000 {
		g := random(r)
		e := Edge{To: 1, Way: Way(r.IntN(3)), Min: r.IntN(2), Max: 1 + r.IntN(4), Fits: randomSet(r, len(g.From)), Inner: randomSet(r, g.Nodes)}
		p := &Pattern{Nodes: []Set{randomSet(r, g.Nodes), randomSet(r, g.Nodes)}, Edges: []Edge{e}, Cycles: NoCycles}
		length := map[string]int{}
		all := map[string][]string{}
		if err := g.Find(context.Background(), p, 1e7, func(m *Match) error {
			pair := fmt.Sprint(m.Nodes)
			if known, ok := length[pair]; !ok || m.Len() < known {
				length[pair], all[pair] = m.Len(), nil
			}
			if m.Len() == length[pair] {
				all[pair] = append(all[pair], text(m))
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		var want, got []string
		for _, list := range all {
			want = append(want, list...)
		}
		pairs := map[string]bool{}
		for _, every := range []bool{true, false} {
			if err := g.Shortest(context.Background(), p, every, 1e7, func(m *Match) error {
				if every {
					got = append(got, text(m))
				} else if pair := fmt.Sprint(m.Nodes); pairs[pair] || !slices.Contains(all[pair], text(m)) {
					return fmt.Errorf("%s is not one shortest path of a pair", text(m))
				} else {
					pairs[pair] = true
				}
				return nil
			}); err != nil {
				t.Fatalf("%v\n%+v\n%+v", err, g, p)
			}
		}
		sort.Strings(got)
		sort.Strings(want)
		if !slices.Equal(got, want) || len(pairs) != len(all) {
			t.Fatalf("%+v\n%+v\ngot\n%v\nwant\n%v\n%d pairs, want %d", g, p, got, want, len(pairs), len(all))
		}
	}
}

// reaches reports which nodes can be reached from which.
func reaches(g *Graph, undirected bool) [][]bool {
	out := make([][]bool, g.Nodes)
	for n := range out {
		out[n] = make([]bool, g.Nodes)
		out[n][n] = true
	}
	for range g.Nodes {
		for e := range g.From {
			for n := range out {
				if out[n][g.From[e]] {
					out[n][g.To[e]] = true
				}
				if undirected && out[n][g.To[e]] {
					out[n][g.From[e]] = true
				}
			}
		}
	}
	return out
}

func TestComponentsAreWhatCanBeReached(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for range 2000 {
		g := random(r)
		for _, strong := range []bool{false, true} {
			got := g.Components(strong)
			reached := reaches(g, !strong)
			next := 0
			for a := range got {
				if got[a] > next {
					t.Fatalf("%+v: the numbers %v do not follow each other", g, got)
				}
				next = max(next, got[a]+1)
				for b := range got {
					if together := reached[a][b] && reached[b][a]; together != (got[a] == got[b]) {
						t.Fatalf("%+v, strong %v: %v, but %d and %d", g, strong, got, a, b)
					}
				}
			}
		}
	}
}

func TestDegreesCountEdges(t *testing.T) {
	g := New(3, []int32{0, 0, 0, 2}, []int32{1, 1, 0, 0})
	if in, out := g.In(0), g.Out(0); in != 2 || out != 3 {
		t.Errorf("in %d out %d, want 2 and 3", in, out)
	}
}

// whole is a graph in which every node has an edge to every other.
func whole(n int) *Graph {
	var from, to []int32
	for a := range int32(n) {
		for b := range int32(n) {
			if a != b {
				from, to = append(from, a), append(to, b)
			}
		}
	}
	return New(n, from, to)
}

func TestSearchesAreBounded(t *testing.T) {
	g := whole(30)
	p := &Pattern{Nodes: make([]Set, 2), Edges: []Edge{{To: 1, Min: 1, Max: 29}}, Cycles: AllCycles}
	ignore := func(*Match) error { return nil }
	var limit *LimitError
	if err := g.Find(context.Background(), p, 100000, ignore); !errors.As(err, &limit) {
		t.Errorf("Find ends with %v", err)
	}
	if err := g.Shortest(context.Background(), p, true, 100, ignore); !errors.As(err, &limit) {
		t.Errorf("Shortest ends with %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := g.Find(ctx, p, 1e9, ignore); !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled search ends with %v", err)
	}
	stop := errors.New("stop")
	if err := g.Find(context.Background(), p, 1e9, func(*Match) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("a refused match gives %v", err)
	}
}

// Where the ends of a path are known, only what lies between is walked.
func TestPathsAreWalkedTowardsTheirEnds(t *testing.T) {
	const n = 2000 // a chain, and from each of its nodes a way aside
	var from, to []int32
	for i := range int32(n) {
		from, to = append(from, i, i), append(to, i+1, n+1+i)
	}
	g := New(2*n+2, from, to)
	only := func(node int) Set {
		s := make(Set, g.Nodes)
		s[node] = true
		return s
	}
	p := &Pattern{Nodes: []Set{only(0), only(5)}, Edges: []Edge{{To: 1, Min: 1, Max: n}}}
	found := 0
	if err := g.Find(context.Background(), p, 3*g.Nodes, func(m *Match) error {
		found++
		return nil
	}); err != nil || found != 1 {
		t.Errorf("%d paths, %v", found, err)
	}
}

func BenchmarkFind(b *testing.B) {
	g := whole(60)
	p := &Pattern{Nodes: make([]Set, 3), Edges: []Edge{{From: 0, To: 1, Min: 1, Max: 1}, {From: 1, To: 2, Min: 1, Max: 1}}}
	for b.Loop() {
		n := 0
		if err := g.Find(context.Background(), p, 1e9, func(*Match) error { n++; return nil }); err != nil || n == 0 {
			b.Fatal(n, err)
		}
	}
}
