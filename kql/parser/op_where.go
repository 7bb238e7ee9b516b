package parser

import "github.com/azflow/azflow/kql/ast"

// where takes `where predicate` and `filter predicate`.
func (p *parser) where() ast.Operator {
	op := &ast.Where{Op: p.begin()}
	op.Params = p.properties(nil, declaredOrKnown, true)
	op.Cond = p.needNamedExpr()
	p.end(&op.Op)
	return op
}
