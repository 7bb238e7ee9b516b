package parser

import "github.com/azflow/azflow/kql/ast"

// print takes `print items`.
func (p *parser) print() ast.Operator {
	op := &ast.Print{Op: p.begin()}
	op.Items = p.exprList(p.namedExpr, p.atListEnd)
	p.end(&op.Op)
	return op
}
