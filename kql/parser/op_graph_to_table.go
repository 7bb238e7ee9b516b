package parser

import "github.com/azflow/azflow/kql/ast"

var (
	graphNodesProperties = propertySpecs{"with_node_id": {value: nameValue}}
	graphEdgesProperties = propertySpecs{"with_source_id": {value: nameValue}, "with_target_id": {value: nameValue}}
	componentProperties  = propertySpecs{"kind": words("weak strong"), "with_component_id": {value: nameValue}}
)

// graphToTable takes `graph-to-table nodes [as name] [with_node_id=column]`, the
// same of edges, or both.
func (p *parser) graphToTable() ast.Operator {
	op := &ast.GraphToTable{Op: p.begin()}
	op.Outputs = commaList(p, list[ast.GraphOutput]{item: p.graphOutput, missing: p.missingGraphOutput, needOne: true})
	p.end(&op.Op)
	return op
}

func (p *parser) graphOutput() (ast.GraphOutput, bool) {
	t := p.tok()
	var specs propertySpecs
	switch {
	case t.isKeyword("nodes"):
		specs = graphNodesProperties
	case t.isKeyword("edges"):
		specs = graphEdgesProperties
	default:
		return ast.GraphOutput{}, false
	}
	p.next()
	x := ast.GraphOutput{Keyword: ast.Name{Pos: ast.Pos(t.Span), Text: t.Text}}
	if p.acceptWord("as") {
		name := p.needName()
		x.As = &name
	}
	x.Params = p.properties(specs, declaredOrKnown, true)
	x.Pos = p.from(t.Span.Start)
	return x, true
}

func (p *parser) missingGraphOutput() ast.GraphOutput {
	p.missingToken("nodes", "edges")
	return ast.GraphOutput{Pos: p.from(p.lastEnd())}
}

// graphMarkComponents takes `graph-mark-components [kind=…] [with_component_id=…]`.
func (p *parser) graphMarkComponents() ast.Operator {
	op := &ast.GraphMarkComponents{Op: p.begin()}
	op.Params = p.properties(componentProperties, declaredOrKnown, true)
	p.end(&op.Op)
	return op
}

// graphWhere takes `graph-where-nodes predicate` and `graph-where-edges predicate`.
func (p *parser) graphWhere() ast.Operator {
	op := &ast.GraphWhere{Op: p.begin()}
	op.Edges = op.Keyword.Text == "graph-where-edges"
	op.Cond = p.needExpr()
	p.end(&op.Op)
	return op
}
