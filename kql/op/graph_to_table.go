package op

import (
	"github.com/azflow/azflow/kql/ast"
	"github.com/azflow/azflow/kql/bind"
	"github.com/azflow/azflow/kql/plan"
	"github.com/azflow/azflow/kql/types"
)

var graphToTableDoc = Doc{
	Keyword: "graph-to-table",
	Summary: "Gives the nodes or the edges of a graph as rows; both under names for the rest of the query.",
	Syntax:  "G | graph-to-table nodes [with_node_id=Name]; … edges [with_source_id=Name] [with_target_id=Name]; … nodes as Name [with_node_id=Name], edges as Name …",
	Example: "NTANetAnalytics | make-graph SrcIp --> DestIp with_node_id=Ip | graph-to-table nodes with_node_id=Hash",
}

func bindGraphToTable(b *bind.Binder, in *bind.Table, o *ast.GraphToTable) *bind.Table {
	switch len(o.Outputs) {
	case 1:
		return graphOutput(b, in, in.Graph, &o.Outputs[0])
	case 2:
	default:
		b.Errorf("KS230", o.Span(), "The graph-to-table operator requires 1-2 arguments (nodes, edges).")
		return b.FailedTable()
	}
	if o.Outputs[0].Keyword.Text == o.Outputs[1].Keyword.Text {
		b.Errorf("KS229", o.Outputs[0].Span(), "Missing graph entity type, Expected values [nodes, edges].")
		return b.FailedTable()
	}
	first, second := shareGraph(b, in)
	var tables []*bind.Table
	for i, g := range []*bind.Graph{first, second} {
		out := &o.Outputs[i]
		if out.As == nil {
			b.Errorf("KS273", out.Span(), "Multiple graph outputs require aliases.")
			continue
		}
		tables = append(tables, b.DeclareTable(out.As.Text, graphOutput(b, in, g, out)))
	}
	if len(tables) < 2 {
		return b.FailedTable()
	}
	b.NameResult(o.Outputs[0].As.Text)
	b.AddResult(o.Outputs[1].As.Text, tables[1])
	b.DeclaresResult()
	return tables[0]
}

// graphOutput gives the nodes or the edges of g.
func graphOutput(b *bind.Binder, in *bind.Table, g *bind.Graph, o *ast.GraphOutput) *bind.Table {
	n := &plan.GraphTable{Edges: o.Keyword.Text == "edges"}
	var cols []bind.Column
	hash := func(property string) *plan.Column {
		word, _, ok := bind.WordParam(o.Params, property)
		if !ok || word == "" {
			return nil
		}
		c := b.NewColumn(word, types.Long)
		cols = append(cols, c)
		p := c.Plan()
		return &p
	}
	used := map[plan.ColumnID]bool{}
	props := g.Props
	if n.Edges {
		n.SourceID, n.TargetID = hash("with_source_id"), hash("with_target_id")
		props = g.Edges
	} else {
		n.NodeID = hash("with_node_id")
		for _, c := range props {
			used[c.ID] = true
		}
	}
	cols = append(cols, props...)
	n.Graph = narrow(g.Plan, used, n.Edges)
	if !n.Edges {
		n.Graph.Edges = distinct(&n.Graph)
	}
	n.Cols = bind.PlanColumns(cols)
	t := in.With(n, bind.MakeUnique(cols))
	for i, c := range t.Columns {
		n.Cols[i].Name = c.Name
	}
	t.Open, t.Serialized, t.Graph = g.Open, false, nil
	return t
}

// shareGraph returns the graph of in twice: what it is made of is computed once.
func shareGraph(b *bind.Binder, in *bind.Table) (first, second *bind.Graph) {
	first, second = cloneGraph(in.Graph), cloneGraph(in.Graph)
	renamed := map[plan.ColumnID]bind.Column{}
	share := func(n plan.Node, cols []bind.Column) (one, other plan.Node, again []bind.Column) {
		t := &bind.Table{Node: n, Columns: cols}
		shared, repeat := b.Share("", t)
		copied := repeat()
		for i, c := range cols {
			renamed[c.ID] = copied.Columns[i]
		}
		return shared.Node, copied.Node, copied.Columns
	}
	first.Plan.Edges, second.Plan.Edges, second.Edges = share(first.Plan.Edges, first.Edges)
	id := func(old plan.ColumnID) plan.ColumnID {
		if c, ok := renamed[old]; ok {
			return c.ID
		}
		return old
	}
	first.Plan.Nodes, second.Plan.Nodes = append([]plan.GraphNodes(nil), first.Plan.Nodes...), append([]plan.GraphNodes(nil), second.Plan.Nodes...)
	for i := range first.Plan.Nodes {
		t := &second.Plan.Nodes[i]
		var cols []bind.Column
		for _, c := range t.Input.Columns() {
			cols = append(cols, bind.Column{ID: c.ID, Name: c.Name, Type: c.Type})
		}
		first.Plan.Nodes[i].Input, t.Input, _ = share(t.Input, cols)
		t.ID = id(t.ID)
		from := make([]plan.ColumnID, len(t.From))
		for k, old := range t.From {
			from[k] = id(old)
		}
		t.From = from
	}
	for i, c := range second.Props {
		again := b.NewColumn(c.Name, c.Type)
		renamed[c.ID] = again
		second.Props[i], second.Plan.Props[i] = again, again.Plan()
	}
	second.Plan.Source, second.Plan.Target = id(second.Plan.Source), id(second.Plan.Target)
	for i := range second.Plan.Steps {
		s := &second.Plan.Steps[i]
		if s.Components != nil {
			c := renamed[s.Components.ID].Plan()
			s.Components = &c
			continue
		}
		again := map[plan.ColumnID]plan.Column{}
		cols := make([]plan.GraphColumn, len(s.Cols))
		for k, c := range s.Cols {
			cols[k] = plan.GraphColumn{Column: b.NewColumn(c.Column.Name, c.Column.Type).Plan(), Of: id(c.Of), Func: c.Func}
			again[c.Column.ID] = cols[k].Column
		}
		s.Cols = cols
		s.Cond = plan.MapExpr(s.Cond, func(e plan.Expr) plan.Expr {
			if r, ok := e.(*plan.Ref); ok {
				if c, ok := again[r.Column]; ok {
					return &plan.Ref{Column: c.ID, T: r.T}
				}
			}
			return e
		})
	}
	return first, second
}
