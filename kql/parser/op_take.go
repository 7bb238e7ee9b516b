package parser

import "github.com/azflow/azflow/kql/ast"

// take takes `take n` and `limit n`.
func (p *parser) take() ast.Operator {
	op := &ast.Take{Op: p.begin()}
	op.Params = p.properties(nil, declaredOrKnown, true)
	op.N = p.needNamedExpr()
	p.end(&op.Op)
	return op
}
