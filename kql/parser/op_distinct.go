package parser

import "github.com/azflow/azflow/kql/ast"

var shuffleProperties = propertySpecs{
	"hint.shufflekey":     {value: columnValue},
	"hint.strategy":       words("auto broadcast centralized shuffle"),
	"hint.num_partitions": {value: numberKind},
}

// distinct takes `distinct items`.
func (p *parser) distinct() ast.Operator {
	op := &ast.Distinct{Op: p.begin()}
	op.Params = p.properties(shuffleProperties, declaredOrKnown, true)
	op.Items = p.exprList(p.starOrNamedExpr, p.atListEnd)
	p.end(&op.Op)
	return op
}

func (p *parser) starOrNamedExpr() ast.Expr {
	if t := p.tok(); p.accept("*") {
		return &ast.Star{Pos: ast.Pos(t.Span)}
	}
	return p.namedExpr()
}
