// Package graph finds patterns, shortest paths and components in directed
// graphs of numbered nodes and edges.
package graph

import "sort"

// A Graph is a directed graph with nodes 0 to Nodes-1 and edges in the order
// that they were given in. It is not changed once made.
type Graph struct {
	Nodes    int
	From, To []int32 // of each edge
	out, in  adjacency
}

// adjacency has the edges of each node, by the node at their other end.
type adjacency struct {
	first []int32 // edges[first[n]:first[n+1]] are those of node n
	edges []int32
}

// New returns the graph of nodes nodes and of the edges from[i] → to[i], which
// it keeps.
func New(nodes int, from, to []int32) *Graph {
	return &Graph{Nodes: nodes, From: from, To: to, out: adjacent(nodes, from, to), in: adjacent(nodes, to, from)}
}

func adjacent(nodes int, near, far []int32) adjacency {
	a := adjacency{first: make([]int32, nodes+1), edges: make([]int32, len(near))}
	for _, n := range near {
		a.first[n+1]++
	}
	for n := range nodes {
		a.first[n+1] += a.first[n]
	}
	next := append([]int32(nil), a.first...)
	for e, n := range near {
		a.edges[next[n]] = int32(e)
		next[n]++
	}
	for n := range nodes {
		list := a.of(int32(n))
		sort.SliceStable(list, func(i, j int) bool { return far[list[i]] < far[list[j]] })
	}
	return a
}

func (a *adjacency) of(n int32) []int32 { return a.edges[a.first[n]:a.first[n+1]] }

// In returns how many edges end at node n.
func (g *Graph) In(n int) int { return len(g.in.of(int32(n))) }

// Out returns how many edges begin at node n.
func (g *Graph) Out(n int) int { return len(g.out.of(int32(n))) }

// Components returns the number of each node's component: of the nodes that
// are connected to it, or if strong is set, that it can be reached from and
// that can be reached from it. Numbers begin at 0 and follow the first node of
// each component.
func (g *Graph) Components(strong bool) []int {
	var same []int32
	if strong {
		same = g.strong()
	} else {
		same = g.weak()
	}
	number := make(map[int32]int)
	out := make([]int, g.Nodes)
	for n := range out {
		k, ok := number[same[n]]
		if !ok {
			k = len(number)
			number[same[n]] = k
		}
		out[n] = k
	}
	return out
}

// weak returns for each node a node that stands for its component.
func (g *Graph) weak() []int32 {
	root := make([]int32, g.Nodes)
	for n := range root {
		root[n] = int32(n)
	}
	find := func(n int32) int32 {
		for root[n] != n {
			root[n] = root[root[n]]
			n = root[n]
		}
		return n
	}
	for e := range g.From {
		if a, b := find(g.From[e]), find(g.To[e]); a != b {
			root[a] = b
		}
	}
	for n := range root {
		root[n] = find(int32(n))
	}
	return root
}

// strong returns for each node a node that stands for its strongly connected
// component. Source: R. Tarjan, "Depth-first search and linear graph
// algorithms" (1972), without recursion.
func (g *Graph) strong() []int32 {
	const unseen = -1
	index, low := make([]int32, g.Nodes), make([]int32, g.Nodes)
	same := make([]int32, g.Nodes)
	onStack := make([]bool, g.Nodes)
	for n := range index {
		index[n] = unseen
	}
	type frame struct {
		node int32
		next int // of its edges
	}
	var stack []int32
	var frames []frame
	clock := int32(0)
	visit := func(n int32) {
		index[n], low[n] = clock, clock
		clock++
		stack, onStack[n] = append(stack, n), true
		frames = append(frames, frame{node: n})
	}
	for start := range g.Nodes {
		if index[start] != unseen {
			continue
		}
		visit(int32(start))
		for len(frames) > 0 {
			f := &frames[len(frames)-1]
			n, edges := f.node, g.out.of(f.node)
			if f.next < len(edges) {
				to := g.To[edges[f.next]]
				f.next++
				switch {
				case index[to] == unseen:
					visit(to)
				case onStack[to]:
					low[n] = min(low[n], index[to])
				}
				continue
			}
			frames = frames[:len(frames)-1]
			if len(frames) > 0 {
				p := frames[len(frames)-1].node
				low[p] = min(low[p], low[n])
			}
			if low[n] != index[n] {
				continue
			}
			for {
				m := stack[len(stack)-1]
				stack = stack[:len(stack)-1]
				onStack[m], same[m] = false, n
				if m == n {
					break
				}
			}
		}
	}
	return same
}
