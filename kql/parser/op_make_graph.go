package parser

import "github.com/azflow/azflow/kql/ast"

var makeGraphProperties = propertySpecs{"hint.strategy": words("shuffle native")}

// makeGraph takes `make-graph source --> target [with nodes on id, …]
// [partitioned-by column (query)]`, or with_node_id=name in place of the tables.
func (p *parser) makeGraph() ast.Operator {
	op := &ast.MakeGraph{Op: p.begin()}
	op.Params = p.properties(makeGraphProperties, declaredOrKnown, true)
	op.Source = p.needNameRef(p.nameRef())
	if arrow, ok := p.acceptText("-->", "--"); ok {
		op.Arrow, op.Undirected = arrow.Pos, arrow.Text == "--"
	} else {
		p.missingToken("-->", "--")
	}
	op.Target = p.needNameRef(p.nameRef())
	switch {
	case p.acceptWord("with_node_id"):
		p.expect("=")
		name := p.needName()
		op.NodeID = &name
	case p.acceptWord("with"):
		op.Nodes = commaList(p, list[ast.GraphNodes]{
			item: p.graphNodes, missing: p.missingGraphNodes, end: p.atWordOrEnd("partitioned-by"), needOne: true,
		})
	}
	if p.acceptWord("partitioned-by") {
		op.PartitionBy = p.needNameRef(p.simplePath())
		p.expect("(")
		op.Sub = p.subpipeline(")")
		p.close(")")
	}
	p.end(&op.Op)
	return op
}

// graphNodes takes `table on column`.
func (p *parser) graphNodes() (ast.GraphNodes, bool) {
	start := p.start()
	x := ast.GraphNodes{Table: p.postfix()}
	if x.Table == nil {
		return x, false
	}
	p.expectWord("on")
	x.On = p.needNameRef(p.nameRef())
	x.Pos = p.from(start)
	return x, true
}

func (p *parser) missingGraphNodes() ast.GraphNodes {
	x := ast.GraphNodes{Table: p.need(nil), On: p.bad()}
	x.Pos = p.from(p.lastEnd())
	return x
}
