package parser

import "github.com/azflow/azflow/kql/ast"

// serialize takes `serialize [items]`.
func (p *parser) serialize() ast.Operator {
	op := &ast.Serialize{Op: p.begin()}
	op.Params = p.properties(nil, declaredOrKnown, true)
	op.Items = p.anyExprList(p.namedExpr, p.atListEnd)
	p.end(&op.Op)
	return op
}
