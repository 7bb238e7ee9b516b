package plan

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/azflow/azflow/kql/types"
)

type (
	// GraphMatch gives a row for each match of a pattern in a graph: Items,
	// computed of the columns of Nodes and Edges, where Where holds.
	//
	// What is asked of a path is the call _map, _all or _any with the number of
	// its edge, whether the nodes between its edges are meant, and an expression
	// over Cols or Inner of that edge.
	GraphMatch struct {
		Graph  Graph
		Cycles string // all, none or unique_edges
		// Shortest keeps, for each choice of nodes, one of the shortest matches, or
		// all of them if Every is set. Paths then meet no node twice.
		Shortest, Every bool
		Nodes           []GraphNode
		Edges           []GraphEdge
		Where           Expr // nil for none
		Items           []Assign
	}
	// GraphTable gives the nodes or the edges of a graph as rows. NodeID, SourceID
	// and TargetID are columns of hashes of ids, nil for none; Cols is the output
	// in order.
	GraphTable struct {
		Graph                      Graph
		Edges                      bool
		NodeID, SourceID, TargetID *Column
		Cols                       []Column
	}
	// GraphPartition runs Sub once for each value of By, over the rows of every
	// input that have the value, and appends the results.
	GraphPartition struct {
		Ins  []GraphPart
		Sub  Node
		Cols []Column
	}
)

// A Graph is nodes and edges made of relations: each row of Edges is an edge,
// and each id in Edges or Nodes a node. It is no relation itself.
type Graph struct {
	Edges          Node
	Source, Target ColumnID // the ids of an edge's ends, columns of Edges
	IDType         types.Type
	Nodes          []GraphNodes
	// Props are the properties of nodes. IsID says which of them hold the id of a
	// node that has no row.
	Props []Column
	IsID  []bool
	Steps []GraphStep
}

// GraphNodes are rows of nodes. Where several rows have one id, the first of
// the first relation is the node.
type GraphNodes struct {
	Input Node
	ID    ColumnID
	// From are the columns of Input that give the graph's properties, in their
	// order and as many as there are or fewer; zero gives null.
	From []ColumnID
}

// A GraphStep changes a graph: it adds a property with the number of each
// node's component, or keeps the nodes or edges for which Cond holds; with a
// node go its edges.
type GraphStep struct {
	Components *Column // nil for a condition
	Strong     bool
	Edges      bool
	Cols       []GraphColumn // what Cond may use
	Cond       Expr
}

// A GraphNode is a node of a pattern.
type GraphNode struct {
	Name string // "" for one without a name
	Cols []GraphColumn
}

// Direction says which way an edge is walked.
type Direction uint8

// The directions of an edge of a pattern.
const (
	Forward Direction = iota
	Backward
	Either
)

// A GraphEdge is an edge of a pattern, walked from one of its nodes to another.
type GraphEdge struct {
	Name     string
	From, To int // of GraphMatch.Nodes
	Way      Direction
	// Path: it stands for Min to Max edges in a row.
	Path     bool
	Min, Max int
	Cols     []GraphColumn
	Inner    []GraphColumn // of the nodes between the edges of a path
}

// A GraphColumn is what an expression uses of a node or an edge: property Of,
// or what Func says, which is node_id, node_degree_in or node_degree_out.
type GraphColumn struct {
	Column Column
	Of     ColumnID
	Func   string
}

// A GraphPart is an input of GraphPartition: Sub reads its rows through Rows.
type GraphPart struct {
	Input Node
	By    ColumnID
	Rows  *Leaf
}

// Columns implements Node.
func (n *GraphMatch) Columns() []Column { return assigned(n.Items) }

// Columns implements Node.
func (n *GraphTable) Columns() []Column { return n.Cols }

// Columns implements Node.
func (n *GraphPartition) Columns() []Column { return n.Cols }

// Inputs implements Node.
func (n *GraphMatch) Inputs() []Node { return n.Graph.inputs() }

// Inputs implements Node.
func (n *GraphTable) Inputs() []Node { return n.Graph.inputs() }

// Inputs implements Node.
func (n *GraphPartition) Inputs() []Node {
	ins := make([]Node, 0, len(n.Ins)+1)
	for _, p := range n.Ins {
		ins = append(ins, p.Input)
	}
	return append(ins, n.Sub)
}

func (n *GraphPartition) withInputs(ins []Node) Node {
	c := *n
	c.Ins = slices.Clone(n.Ins)
	for i := range c.Ins {
		c.Ins[i].Input = ins[i]
	}
	c.Sub = ins[len(n.Ins)]
	return &c
}

// Leaves returns the leaves that n itself fills for the subquery it runs.
func Leaves(n Node) []*Leaf {
	switch n := n.(type) {
	case *Apply:
		return []*Leaf{n.Rows}
	case *GraphPartition:
		out := make([]*Leaf, len(n.Ins))
		for i, p := range n.Ins {
			out[i] = p.Rows
		}
		return out
	}
	return nil
}

// Locals returns the columns that expressions of n use and that neither its
// inputs nor n itself give.
func Locals(n Node) []Column {
	var out []Column
	add := func(cols []GraphColumn) {
		for _, c := range cols {
			out = append(out, c.Column)
		}
	}
	graph := func(g *Graph) {
		out = append(out, g.Props...)
		for _, s := range g.Steps {
			add(s.Cols)
		}
	}
	switch n := n.(type) {
	case *Apply:
		if n.Unnest != nil {
			out = assigned(n.Unnest.Items)
		}
	case *ScanSteps:
		out = assigned(n.Declare)
	case *GraphMatch:
		graph(&n.Graph)
		for i := range n.Nodes {
			add(n.Nodes[i].Cols)
		}
		for i := range n.Edges {
			add(n.Edges[i].Cols)
			add(n.Edges[i].Inner)
		}
	case *GraphTable:
		graph(&n.Graph)
	}
	return out
}

func (g *Graph) inputs() []Node {
	ins := make([]Node, 0, len(g.Nodes)+1)
	ins = append(ins, g.Edges)
	for _, t := range g.Nodes {
		ins = append(ins, t.Input)
	}
	return ins
}

func (g Graph) withInputs(ins []Node) Graph {
	g.Edges = ins[0]
	g.Nodes = slices.Clone(g.Nodes)
	for i := range g.Nodes {
		g.Nodes[i].Input = ins[i+1]
	}
	return g
}

func (g Graph) mapExprs(m *mapper) Graph {
	g.Steps = slices.Clone(g.Steps)
	for i := range g.Steps {
		g.Steps[i].Cond = m.opt(g.Steps[i].Cond)
	}
	return g
}

// graph checks g: that its columns are there, and its conditions.
func (v *verifier) graph(g *Graph, outer *scope) error {
	find := func(n Node, id ColumnID, t types.Type) error {
		for _, c := range v.columns(n) {
			if c.ID == id {
				if t != types.Unknown && c.Type != t {
					return fmt.Errorf("column %q is %v, not %v", c.Name, c.Type, t)
				}
				return nil
			}
		}
		return fmt.Errorf("column %d is not in its relation", id)
	}
	for _, id := range []ColumnID{g.Source, g.Target} {
		if err := find(g.Edges, id, g.IDType); err != nil {
			return err
		}
	}
	for _, t := range g.Nodes {
		if err := find(t.Input, t.ID, g.IDType); err != nil {
			return err
		}
		if len(t.From) > len(g.Props) {
			return fmt.Errorf("%d columns for %d properties", len(t.From), len(g.Props))
		}
		for _, id := range t.From {
			if id == 0 {
				continue
			}
			if err := find(t.Input, id, types.Unknown); err != nil {
				return err
			}
		}
	}
	if len(g.IsID) != len(g.Props) {
		return fmt.Errorf("%d properties, %d of which are known to be ids or not", len(g.Props), len(g.IsID))
	}
	for _, s := range g.Steps {
		if s.Components != nil {
			continue
		}
		sc := &scope{outer: outer}
		for _, c := range s.Cols {
			sc.lists = append(sc.lists, []Column{c.Column})
		}
		if err := v.cond(s.Cond, sc); err != nil {
			return err
		}
	}
	return nil
}

// match checks the pattern and the expressions of n.
func (v *verifier) match(n *GraphMatch, outer *scope) error {
	if err := v.graph(&n.Graph, outer); err != nil {
		return err
	}
	sc := &scope{outer: outer, lists: [][]Column{Locals(n)}}
	for _, e := range n.Edges {
		if min(e.From, e.To) < 0 || max(e.From, e.To) >= len(n.Nodes) {
			return fmt.Errorf("an edge joins nodes %d and %d of %d", e.From, e.To, len(n.Nodes))
		}
	}
	if n.Where != nil {
		if err := v.cond(n.Where, sc); err != nil {
			return err
		}
	}
	return v.list(sc, func(check func(Expr)) {
		for _, it := range n.Items {
			check(it.Expr)
		}
	})
}

// graph shows how a graph is made.
func (f *formatter) graph(g *Graph) string {
	t := f.id(g.Source) + " --> " + f.id(g.Target)
	for _, n := range g.Nodes {
		t += ", nodes on " + f.id(n.ID)
	}
	for _, s := range g.Steps {
		switch {
		case s.Components != nil:
			t += ", components as " + f.name(*s.Components)
		case s.Edges:
			t += ", edges where " + f.expr(s.Cond)
		default:
			t += ", nodes where " + f.expr(s.Cond)
		}
	}
	return "(" + t + ")"
}

func (f *formatter) id(id ColumnID) string {
	if s, ok := f.names[id]; ok {
		return s
	}
	return "$" + strconv.Itoa(int(id))
}

// pattern shows the nodes and edges of a pattern by their names, or numbers.
func (f *formatter) pattern(n *GraphMatch) string {
	node := func(i int) string {
		if name := n.Nodes[i].Name; name != "" {
			return "(" + name + ")"
		}
		return "(#" + strconv.Itoa(i) + ")"
	}
	var parts []string
	for _, e := range n.Edges {
		inside := e.Name
		if e.Path {
			inside += fmt.Sprintf("*%d..%d", e.Min, e.Max)
		}
		edge := "-[" + inside + "]-"
		switch e.Way {
		case Forward:
			edge += ">"
		case Backward:
			edge = "<" + edge
		}
		parts = append(parts, node(e.From)+edge+node(e.To))
	}
	if len(parts) == 0 {
		for i := range n.Nodes {
			parts = append(parts, node(i))
		}
	}
	return strings.Join(parts, ", ")
}

// path shows the edge of a pattern that _map, _all or _any is asked of.
func (f *formatter) path(edge, inner Expr) string {
	t := f.expr(edge)
	if c, ok := edge.(*Const); ok {
		if k, ok := c.Value.(int64); ok && k >= 0 && int(k) < len(f.edges) && f.edges[k].Name != "" {
			t = f.edges[k].Name
		}
	}
	if c, ok := inner.(*Const); ok && c.Value == true {
		t = "inner_nodes(" + t + ")"
	}
	return t
}
