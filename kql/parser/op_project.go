package parser

import "github.com/azflow/azflow/kql/ast"

// project takes `project items`.
func (p *parser) project() ast.Operator {
	op := &ast.Project{Op: p.begin()}
	op.Items = p.anyExprList(p.namedExpr, p.atListEnd)
	p.end(&op.Op)
	return op
}
