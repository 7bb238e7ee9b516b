package parser

import "github.com/azflow/azflow/kql/ast"

// sample takes `sample n`.
func (p *parser) sample() ast.Operator {
	op := &ast.Sample{Op: p.begin()}
	op.Params = p.properties(nil, declaredOrKnown, true)
	op.N = p.needNamedExpr()
	p.end(&op.Op)
	return op
}
