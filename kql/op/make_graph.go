package op

import (
	"slices"

	"github.com/azflow/azflow/kql/ast"
	"github.com/azflow/azflow/kql/bind"
	"github.com/azflow/azflow/kql/plan"
	"github.com/azflow/azflow/kql/types"
)

var makeGraphDoc = Doc{
	Keyword: "make-graph",
	Summary: "Makes a graph of rows that are edges, and of rows that are nodes; a graph operator has to follow.",
	Syntax:  "T | make-graph Source --> Target [with Nodes on Id [, Nodes on Id] | with_node_id=Name] [partitioned-by Column (Subquery)]",
	Example: "NTANetAnalytics | make-graph SrcIp --> DestIp with_node_id=Ip | graph-match (a)-[flow]->(b) where flow.DestPort == 3389 project a.Ip, b.Ip",
}

func bindMakeGraph(b *bind.Binder, in *bind.Table, o *ast.MakeGraph) *bind.Table {
	if o.Undirected {
		b.Reportf("AZ074", o.Arrow.Span(), "write --> and leave the direction open in the pattern: (a)--(b)", "graphs without directions are not supported")
		return b.FailedTable()
	}
	var source, target, by *bind.Value
	b.WithRow(in, func() {
		source, target = nodeID(b, o.Source), nodeID(b, o.Target)
		if o.PartitionBy != nil {
			by = b.Scalar(o.PartitionBy)
			b.CheckColumn(by, o.PartitionBy)
		}
	})
	g := &bind.Graph{Edges: in.Columns, Open: in.Open || in.Failed}
	m := &graphMaker{b: b, graph: g, ids: source.Type}
	m.sameType(target, o.Target)
	var tables []*bind.Table
	for i := range o.Nodes {
		if t := m.nodes(&o.Nodes[i]); t != nil {
			tables = append(tables, t)
		}
	}
	if o.NodeID != nil && o.NodeID.Text != "" {
		m.property(o.NodeID.Text, source.Type, true)
	}
	if source.Column == nil || target.Column == nil || len(tables) != len(o.Nodes) {
		g.Open = true
		return failedGraph(b, in, g)
	}
	p := &g.Plan
	p.Edges, p.Source, p.Target, p.IDType = in.Node, source.Column.ID, target.Column.ID, source.Column.Plan().Type
	if o.Sub == nil {
		return b.GraphTable(in, g)
	}
	return partitioned(b, in, o, g, by, tables)
}

// nodeID binds the column of a node's id.
func nodeID(b *bind.Binder, e ast.Expr) *bind.Value {
	v := b.Scalar(e)
	if b.CheckColumn(v, e) && v.Type == types.Dynamic {
		b.Errorf("KS240", e.Span(), "source, target and node id columns can't be of type dynamic, consider using explicit cast")
	}
	return v
}

// failedGraph stands for a graph that could not be bound; what it has is known
// as far as it goes.
func failedGraph(b *bind.Binder, in *bind.Table, g *bind.Graph) *bind.Table {
	t := b.GraphTable(in, g)
	t.Node, t.Failed = b.FailedTable().Node, true
	g.Plan.Edges = t.Node // for the operators after it, which are bound for their faults
	return t
}

// graphMaker gathers the properties of nodes.
type graphMaker struct {
	b     *bind.Binder
	graph *bind.Graph
	ids   types.Type
}

// sameType reports an id of another type than those of the sources. Emulator:
// SEM1019, SEM1079.
func (m *graphMaker) sameType(v *bind.Value, e ast.Expr) {
	if v.Type != m.ids && v.Type != types.Unknown && m.ids != types.Unknown {
		m.b.Reportf("AZ075", e.Span(), "convert one of them first", "the ids of nodes are %v and %v", m.ids, v.Type)
	}
}

// property adds a property of nodes, or widens the one of that name, and
// returns its place.
func (m *graphMaker) property(name string, t types.Type, isID bool) int {
	g := m.graph
	for i := range g.Props {
		p := &g.Props[i]
		if p.Name != name {
			continue
		}
		if p.Type != t && p.Type != types.Unknown {
			p.Type = types.Dynamic // as the binder unifies columns of one name
			g.Plan.Props[i] = p.Plan()
		}
		g.Plan.IsID[i] = g.Plan.IsID[i] || isID
		return i
	}
	c := m.b.NewColumn(name, t)
	g.Props, g.Plan.Props, g.Plan.IsID = append(g.Props, c), append(g.Plan.Props, c.Plan()), append(g.Plan.IsID, isID)
	return len(g.Props) - 1
}

// nodes adds a relation of nodes; it returns nil if that could not be bound.
func (m *graphMaker) nodes(n *ast.GraphNodes) *bind.Table {
	b := m.b
	var t *bind.Table
	b.WithoutRow(func() { t = b.Tabular(n.Table) })
	var id *bind.Value
	b.WithRow(t, func() { id = nodeID(b, n.On) })
	m.sameType(id, n.On)
	m.graph.Open = m.graph.Open || t.Open || t.Failed
	out := plan.GraphNodes{Input: t.Node}
	for _, c := range t.Columns {
		at := m.property(c.Name, c.Type, id.Column != nil && c.ID == id.Column.ID)
		for len(out.From) <= at {
			out.From = append(out.From, 0)
		}
		out.From[at] = c.ID
	}
	if id.Column == nil {
		return nil
	}
	out.ID = id.Column.ID
	m.graph.Plan.Nodes = append(m.graph.Plan.Nodes, out)
	return t
}

// partitioned binds the subquery that is run for each value of a column, which
// edges and nodes must have.
func partitioned(b *bind.Binder, in *bind.Table, o *ast.MakeGraph, g *bind.Graph, by *bind.Value, tables []*bind.Table) *bind.Table {
	if by.Column == nil {
		return b.FailedTable()
	}
	n := &plan.GraphPartition{}
	part := func(t *bind.Table, id plan.ColumnID) plan.Node {
		leaf := &plan.Leaf{Cols: bind.PlanColumns(t.Columns)}
		n.Ins = append(n.Ins, plan.GraphPart{Input: t.Node, By: id, Rows: leaf})
		return leaf
	}
	g.Plan.Edges = part(in, by.Column.ID)
	for i, t := range tables {
		c, ok := t.Find(by.Column.Name)
		switch {
		case !ok:
			b.Reportf("AZ076", o.Nodes[i].Table.Span(), "extend it with the column", "the nodes have no column %s to partition them by", by.Column.Name)
			return b.FailedTable()
		case c.Type != by.Type:
			b.Errorf("AZ076", o.Nodes[i].Table.Span(), "column %s of the nodes is %v, that of the edges %v", c.Name, c.Type, by.Type)
			return b.FailedTable()
		}
		g.Plan.Nodes[i].Input = part(t, c.ID)
	}
	sub := b.GraphTable(in, g)
	b.WithScope(func() { sub = b.Operators(sub, o.Sub.Ops) })
	if sub.Graph != nil {
		b.Reportf("AZ077", o.Sub.Span(), "end with graph-match or graph-to-table", "the subquery gives a graph, not rows")
		return b.FailedTable()
	}
	n.Sub, n.Cols = sub.Node, bind.PlanColumns(sub.Columns)
	narrowLeaves(n)
	out := in.With(n, sub.Columns)
	out.Open, out.Failed, out.Serialized = sub.Open, sub.Failed, false
	return out
}

// narrowLeaves leaves out what the subquery does not use of its inputs.
func narrowLeaves(n *plan.GraphPartition) {
	used := map[plan.ColumnID]bool{}
	whole := map[plan.Node]bool{} // leaves that a graph is made of as they are
	plan.Walk(n.Sub, func(x plan.Node) {
		switch x.(type) {
		case *plan.Project:
		default:
			for _, in := range x.Inputs() {
				whole[in] = true
			}
		}
		plan.EachExpr(x, func(e plan.Expr) {
			plan.WalkExpr(e, func(e plan.Expr) bool {
				if r, ok := e.(*plan.Ref); ok {
					used[r.Column] = true
				}
				return true
			})
		})
	})
	for i := range n.Ins {
		in := &n.Ins[i]
		if whole[in.Rows] {
			continue
		}
		in.Rows.Cols = slices.DeleteFunc(in.Rows.Cols, func(c plan.Column) bool { return !used[c.ID] })
		keep := map[plan.ColumnID]bool{in.By: true}
		for _, c := range in.Rows.Cols {
			keep[c.ID] = true
		}
		in.Input = only(in.Input, keep)
	}
}

var graphMarkComponentsDoc = Doc{
	Keyword: "graph-mark-components",
	Summary: "Gives each node of a graph the number of the component that it belongs to: of the nodes connected to it, or connected in both directions.",
	Syntax:  "G | graph-mark-components [kind=weak|strong] [with_component_id=Name]",
	Example: "NTANetAnalytics | make-graph SrcIp --> DestIp with_node_id=Ip | graph-mark-components | graph-to-table nodes | summarize count() by ComponentId",
}

func bindGraphMarkComponents(b *bind.Binder, in *bind.Table, o *ast.GraphMarkComponents) *bind.Table {
	kind := oneOf(b, o.Params, "kind", "KS005", "weak", "strong")
	name := "ComponentId"
	if word, _, ok := bind.WordParam(o.Params, "with_component_id"); ok {
		name = word
	}
	g := cloneGraph(in.Graph)
	if slices.ContainsFunc(g.Props, func(c bind.Column) bool { return c.Name == name }) {
		b.Reportf("AZ078", o.Keyword.Span(), "name it by with_component_id=…", "nodes have a property %s already", name)
		return in
	}
	c := b.NewColumn(name, types.Long)
	col := c.Plan()
	g.Props, g.Plan.Props, g.Plan.IsID = append(g.Props, c), append(g.Plan.Props, col), append(g.Plan.IsID, false)
	g.Plan.Steps = append(g.Plan.Steps, plan.GraphStep{Components: &col, Strong: kind == "strong"})
	return b.GraphTable(in, g)
}

// cloneGraph returns a copy of g to which properties and steps can be added.
func cloneGraph(g *bind.Graph) *bind.Graph {
	c := *g
	c.Props, c.Plan.Props, c.Plan.IsID = slices.Clone(g.Props), slices.Clone(g.Plan.Props), slices.Clone(g.Plan.IsID)
	c.Plan.Steps = slices.Clone(g.Plan.Steps)
	return &c
}

// oneOf returns the word that a property has, which must be one of words; the
// first word if it is not written.
func oneOf(b *bind.Binder, params []ast.Property, name, code string, words ...string) string {
	word, at, ok := bind.WordParam(params, name)
	if !ok {
		return words[0]
	}
	if !slices.Contains(words, word) {
		b.NotOneOf(code, ast.Name{Pos: ast.Pos(at), Text: word}, words)
		return words[0]
	}
	return word
}

var graphWhereNodesDoc = Doc{
	Keyword: "graph-where-nodes",
	Summary: "Keeps the nodes of a graph for which a predicate over their properties holds, and the edges between them.",
	Syntax:  "G | graph-where-nodes Predicate",
	Example: "NTANetAnalytics | make-graph SrcIp --> DestIp with_node_id=Ip | graph-where-nodes node_degree_out() > 10 | graph-to-table nodes",
}

var graphWhereEdgesDoc = Doc{
	Keyword: "graph-where-edges",
	Summary: "Keeps the edges of a graph for which a predicate over their properties holds, and all nodes.",
	Syntax:  "G | graph-where-edges Predicate",
	Example: "NTANetAnalytics | make-graph SrcIp --> DestIp with_node_id=Ip | graph-where-edges DestPort == 22 | graph-mark-components | graph-to-table nodes",
}

func bindGraphWhere(b *bind.Binder, in *bind.Table, o *ast.GraphWhere) *bind.Table {
	g := cloneGraph(in.Graph)
	e := &bind.Element{Graph: g, Edge: o.Edges}
	step := plan.GraphStep{Edges: o.Edges}
	step.Cond = b.EachElement(e, false, func() plan.Expr {
		v := b.Scalar(o.Cond)
		b.CheckBool(v, o.Cond)
		return condition(v)
	})
	step.Cols = e.Cols
	g.Plan.Steps = append(g.Plan.Steps, step)
	return b.GraphTable(in, g)
}
