package op

import (
	"slices"

	"github.com/azflow/azflow/kql/ast"
	"github.com/azflow/azflow/kql/bind"
	"github.com/azflow/azflow/kql/plan"
	"github.com/azflow/azflow/kql/types"
)

var graphMatchDoc = Doc{
	Keyword: "graph-match",
	Summary: "Gives a row for each place in a graph where a pattern of nodes and edges fits.",
	Syntax:  "G | graph-match [cycles=unique_edges|all|none] (A)-[E]->(B)<-[Path*1..5]-(C), … [where Predicate] project [Name =] Expression, …",
	Example: "NTANetAnalytics | make-graph SrcIp --> DestIp with_node_id=Ip | graph-match cycles=none (a)-[hop1]->(b)-[hop2]->(c) where hop1.DestPort == 22 and hop2.DestPort == 3389 project a.Ip, b.Ip, c.Ip",
}

var graphShortestPathsDoc = Doc{
	Keyword: "graph-shortest-paths",
	Summary: "Gives for each pair of nodes that a pattern fits one of the shortest paths between them, or all of them.",
	Syntax:  "G | graph-shortest-paths [output=any|all] (A)-[Path*1..5]->(B) [where Predicate] project [Name =] Expression, …",
	Example: "NTANetAnalytics | make-graph SrcIp --> DestIp with_node_id=Ip | graph-shortest-paths (a)-[path*1..4]->(b) where a.Ip == \"10.0.0.4\" project b.Ip, hops = map(path, DestIp)",
}

func bindGraphMatch(b *bind.Binder, in *bind.Table, o *ast.GraphMatch) *bind.Table {
	p := &graphPattern{b: b, graph: in.Graph, named: map[string]*bind.Element{}, nodes: map[string]int{}}
	if !p.bind(o) {
		return b.FailedTable()
	}
	n := &plan.GraphMatch{Graph: in.Graph.Plan, Shortest: o.Shortest}
	n.Cycles = oneOf(b, o.Params, "cycles", "AZ079", "unique_edges", "all", "none")
	n.Every = oneOf(b, o.Params, "output", "AZ079", "any", "all") == "all"
	if o.Where != nil {
		b.WithElements(p.named, true, func() {
			v := b.Scalar(o.Where)
			b.CheckBool(v, o.Where)
			n.Where = condition(v)
		})
	}
	if len(o.Project) == 0 {
		b.Reportf("AZ080", o.Keyword.Span(), "say what to give of each match: project a.name, …", "%s needs a project clause", o.Keyword.Text)
		return b.FailedTable()
	}
	items := b.NewProjection()
	b.WithElements(p.named, false, func() {
		for _, e := range o.Project {
			option := bind.Option{}
			if p.namesPath(e) {
				option.Type = types.Dynamic // Microsoft's binder: an array, whatever is computed of it
			}
			items.Item(e, bind.ProjectStyle, option)
		}
	})
	var cols []bind.Column
	n.Items, cols = items.Assigns()
	for i, e := range p.nodeElements {
		n.Nodes = append(n.Nodes, plan.GraphNode{Name: p.names[i], Cols: e.Cols})
	}
	for i, e := range p.edgeElements {
		edge := p.edges[i]
		edge.Cols, edge.Inner = e.Cols, e.Inner
		n.Edges = append(n.Edges, edge)
	}
	n.Graph = narrow(in.Graph.Plan, usedByMatch(n), false)
	if n.Shortest && !n.Every {
		var asked [][]plan.GraphColumn
		for _, x := range n.Nodes {
			asked = append(asked, x.Cols)
		}
		for _, x := range n.Edges {
			asked = append(asked, x.Inner)
		}
		n.Graph.Edges = distinct(&n.Graph, asked...)
	}
	t := in.With(n, cols)
	t.Graph, t.Serialized = nil, false
	return t
}

// graphPattern gathers the nodes and edges of the patterns of one operator.
type graphPattern struct {
	b            *bind.Binder
	graph        *bind.Graph
	named        map[string]*bind.Element
	nodes        map[string]int // numbers of the nodes that have names
	names        []string
	nodeElements []*bind.Element
	edges        []plan.GraphEdge
	edgeElements []*bind.Element
}

// bind reads the patterns and reports whether they have the right form.
func (p *graphPattern) bind(o *ast.GraphMatch) bool {
	b := p.b
	if len(o.Patterns) == 0 {
		b.Errorf("KS217", o.Keyword.Span(), "Missing graph-match pattern.")
		return false
	}
	if o.Shortest && len(o.Patterns) > 1 {
		b.Errorf("AZ081", o.Patterns[1].Span(), "graph-shortest-paths takes a single sequence of nodes and edges")
		return false
	}
	ok := true
	for i := range o.Patterns {
		ok = p.sequence(&o.Patterns[i]) && ok
	}
	if ok && !p.connected() {
		b.Reportf("AZ082", o.Patterns[len(o.Patterns)-1].Span(), "let the sequences share the name of a node", "the parts of the pattern are not connected")
		return false
	}
	return ok
}

// sequence reads nodes and edges in turn.
func (p *graphPattern) sequence(s *ast.GraphPattern) bool {
	b := p.b
	kinds := map[bool]string{false: "node", true: "edge"}
	ok := true
	for i, e := range s.Elements {
		if want := i%2 == 1; e.Edge != want {
			b.Errorf("KS239", e.Span(), "graph-match element expected type is '%s', but received '%s' type.", kinds[want], kinds[e.Edge])
			ok = false
		}
	}
	if n := len(s.Elements); n == 0 || s.Elements[n-1].Edge {
		at := s.Span()
		if n > 0 {
			at = s.Elements[n-1].Span()
		}
		b.Errorf("KS238", at, "Missing graph-match pattern element.")
		return false
	}
	if !ok {
		return false
	}
	from := p.node(&s.Elements[0])
	for i := 1; i+1 < len(s.Elements); i += 2 {
		to := p.node(&s.Elements[i+1])
		ok = p.edge(&s.Elements[i], from, to) && ok
		from = to
	}
	return ok
}

// node returns the number of a node; a name stands for one node wherever it is.
func (p *graphPattern) node(e *ast.GraphElement) int {
	name := ""
	if e.Name != nil {
		name = e.Name.Text
		if i, ok := p.nodes[name]; ok {
			return i
		}
	}
	el := &bind.Element{Graph: p.graph}
	i := len(p.nodeElements)
	p.nodeElements, p.names = append(p.nodeElements, el), append(p.names, name)
	if name != "" {
		p.nodes[name] = i
		p.declare(e.Name, el)
	}
	return i
}

func (p *graphPattern) declare(name *ast.Name, el *bind.Element) bool {
	if _, taken := p.named[name.Text]; taken {
		p.b.Errorf("AZ083", name.Span(), "the pattern has another element called '%s'", name.Text)
		return false
	}
	p.named[name.Text] = el
	return true
}

func (p *graphPattern) edge(e *ast.GraphElement, from, to int) bool {
	el := &bind.Element{Graph: p.graph, Edge: true, Path: e.Min != nil, Number: len(p.edges)}
	out := plan.GraphEdge{From: from, To: to, Path: el.Path, Min: 1, Max: 1, Way: plan.Either}
	switch {
	case e.Right && !e.Left:
		out.Way = plan.Forward
	case e.Left && !e.Right:
		out.Way = plan.Backward
	}
	ok := true
	if e.Name != nil {
		out.Name = e.Name.Text
		ok = p.declare(e.Name, el)
	}
	if el.Path {
		least, okMin := p.bound(e.Min)
		most, okMax := p.bound(e.Max)
		out.Min, out.Max = least, most
		if okMin && okMax && least > most {
			p.b.Errorf("AZ084", e.Span(), "a path cannot have at least %d edges and at most %d", least, most)
			ok = false
		}
	}
	p.edges, p.edgeElements = append(p.edges, out), append(p.edgeElements, el)
	return ok
}

// maxPath bounds how many edges a pattern may ask of a path.
const maxPath = 1 << 16

// bound returns how many edges a path has at least or at most.
func (p *graphPattern) bound(e ast.Expr) (int, bool) {
	v := p.b.Scalar(e)
	if !p.b.CheckInteger(v, e) || v.Type == types.Unknown {
		return 0, false
	}
	k, ok := v.Int()
	if !ok {
		p.b.MustKnow("AZ085", e, "the length of a path must be a constant")
		return 0, false
	}
	if k < 0 || k > maxPath {
		p.b.Errorf("AZ085", e.Span(), "the length of a path must be from 0 to %d", maxPath)
		return 0, false
	}
	return int(k), true
}

// connected reports whether all nodes hang together. Emulator: SEM1011.
func (p *graphPattern) connected() bool {
	group := make([]int, len(p.nodeElements))
	for i := range group {
		group[i] = i
	}
	for _, e := range p.edges {
		old, now := group[e.To], group[e.From]
		for i := range group {
			if group[i] == old {
				group[i] = now
			}
		}
	}
	return !slices.ContainsFunc(group, func(g int) bool { return g != group[0] })
}

// namesPath reports whether e uses an edge of variable length.
func (p *graphPattern) namesPath(e ast.Expr) bool {
	found := false
	ast.Inspect(e, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok {
			if el := p.named[id.Name.Text]; el != nil && el.Path {
				found = true
			}
		}
		return true
	})
	return found
}

// usedByMatch returns the properties that n uses.
func usedByMatch(n *plan.GraphMatch) map[plan.ColumnID]bool {
	used := map[plan.ColumnID]bool{}
	add := func(cols []plan.GraphColumn) {
		for _, c := range cols {
			used[c.Of] = true
		}
	}
	for _, x := range n.Nodes {
		add(x.Cols)
	}
	for _, x := range n.Edges {
		add(x.Cols)
		add(x.Inner)
	}
	return used
}

// narrow returns g over relations of the columns that are used, or that its
// steps use; all: every property of edges is.
func narrow(g plan.Graph, used map[plan.ColumnID]bool, all bool) plan.Graph {
	for _, s := range g.Steps {
		if s.Components != nil {
			used[s.Components.ID] = true
		}
		for _, c := range s.Cols {
			used[c.Of] = true
		}
	}
	if !all {
		used[g.Source], used[g.Target] = true, true
		g.Edges = only(g.Edges, used)
	}
	var props []plan.Column
	var isID []bool
	at := make([]int, len(g.Props))
	for i, c := range g.Props {
		at[i] = -1
		if used[c.ID] {
			at[i] = len(props)
			props, isID = append(props, c), append(isID, g.IsID[i])
		}
	}
	g.Props, g.IsID = props, isID
	g.Nodes = slices.Clone(g.Nodes)
	for i, t := range g.Nodes {
		keep := map[plan.ColumnID]bool{t.ID: true}
		from := make([]plan.ColumnID, len(props))
		for k, id := range t.From {
			if at[k] >= 0 {
				from[at[k]] = id
				keep[id] = true
			}
		}
		g.Nodes[i] = plan.GraphNodes{Input: only(t.Input, keep), ID: t.ID, From: from}
	}
	return g
}

// distinct gives each edge of g once, so that an engine hands over few rows,
// unless a number of edges is asked for in its steps or in the lists.
func distinct(g *plan.Graph, lists ...[]plan.GraphColumn) plan.Node {
	for _, s := range g.Steps {
		lists = append(lists, s.Cols)
	}
	for _, cols := range lists {
		for _, c := range cols {
			if c.Func == "node_degree_in" || c.Func == "node_degree_out" {
				return g.Edges
			}
		}
	}
	out := &plan.Aggregate{Input: g.Edges, Grouped: true}
	for _, c := range g.Edges.Columns() {
		if c.Type == types.Dynamic {
			return g.Edges // values that cannot be told apart
		}
		out.By = append(out.By, plan.Assign{Column: c, Expr: &plan.Ref{Column: c.ID, T: c.Type}})
	}
	return out
}

// only gives the columns of n that are kept.
func only(n plan.Node, keep map[plan.ColumnID]bool) plan.Node {
	p := &plan.Project{Input: n}
	for _, c := range n.Columns() {
		if keep[c.ID] {
			p.Items = append(p.Items, plan.Assign{Column: c, Expr: &plan.Ref{Column: c.ID, T: c.Type}})
		}
	}
	if len(p.Items) == len(n.Columns()) {
		return n
	}
	return p
}
