package parser

import "github.com/azflow/azflow/kql/ast"

// topHitters takes `top-hitters n of column [by weight]`.
func (p *parser) topHitters() ast.Operator {
	op := &ast.TopHitters{Op: p.begin()}
	op.N = p.needNamedExpr()
	p.expectWord("of")
	op.Of = p.needNamedExpr()
	if p.acceptWord("by") {
		op.By = p.needNamedExpr()
	}
	p.end(&op.Op)
	return op
}
