package parser

import "github.com/azflow/azflow/kql/ast"

// extend takes `extend items`.
func (p *parser) extend() ast.Operator {
	op := &ast.Extend{Op: p.begin()}
	op.Items = p.exprList(p.namedExpr, p.atListEnd)
	p.end(&op.Op)
	return op
}
