package parser

import "github.com/azflow/azflow/kql/ast"

var (
	graphMatchProperties    = propertySpecs{"cycles": words("none all unique_edges")}
	shortestPathsProperties = propertySpecs{"output": words("any all"), "cycles": words("none all unique_edges")}
)

// graphMatch takes `graph-match pattern, … [where predicate] project items`, and
// the same of graph-shortest-paths.
func (p *parser) graphMatch(specs propertySpecs) ast.Operator {
	op := &ast.GraphMatch{Op: p.begin()}
	op.Shortest = op.Keyword.Text == "graph-shortest-paths"
	op.Params = p.properties(specs, declaredOrKnown, true)
	op.Patterns = commaList(p, list[ast.GraphPattern]{item: p.graphPattern, missing: p.missingGraphPattern})
	if p.acceptWord("where") {
		op.Where = p.needExpr()
	}
	if p.acceptWord("project") {
		op.Project = p.exprList(p.namedExpr, p.atListEnd)
	}
	p.end(&op.Op)
	return op
}

// graphPattern takes nodes and edges in any order; what order they must have is
// the binder's matter.
func (p *parser) graphPattern() (ast.GraphPattern, bool) {
	start := p.start()
	var x ast.GraphPattern
	for {
		e, ok := p.graphNode()
		if !ok {
			e, ok = p.graphEdge()
		}
		if !ok {
			x.Pos = p.from(start)
			return x, len(x.Elements) > 0
		}
		x.Elements = append(x.Elements, e)
	}
}

// missingGraphPattern returns the empty pattern after a comma, which the binder
// reports.
func (p *parser) missingGraphPattern() ast.GraphPattern {
	return ast.GraphPattern{Pos: p.from(p.lastEnd())}
}

// graphNode takes (name) or ().
func (p *parser) graphNode() (ast.GraphElement, bool) {
	start := p.start()
	if !p.accept("(") {
		return ast.GraphElement{}, false
	}
	var x ast.GraphElement
	if name, ok := p.name(); ok {
		x.Name = &name
	}
	p.close(")")
	x.Pos = p.from(start)
	return x, true
}

// graphEdge takes -->, <--, -- or one with a name or a length: <-[name*1..3]-.
func (p *parser) graphEdge() (ast.GraphElement, bool) {
	start := p.start()
	x := ast.GraphElement{Edge: true}
	if arrow, ok := p.acceptText("-->", "<--", "--"); ok {
		x.Left, x.Right = arrow.Text == "<--", arrow.Text == "-->"
		x.Pos = p.from(start)
		return x, true
	}
	open, ok := p.acceptText("-[", "<-[")
	if !ok {
		return x, false
	}
	x.Left = open.Text == "<-["
	if name, ok := p.name(); ok {
		x.Name = &name
	}
	if p.accept("*") {
		x.Min = p.need(p.postfix())
		p.expect("..")
		x.Max = p.need(p.postfix())
	}
	if end, ok := p.acceptText("]->", "]-"); ok {
		x.Right = end.Text == "]->"
	} else {
		p.missingToken("]->", "]-")
		p.accept("]")
	}
	x.Pos = p.from(start)
	return x, true
}
