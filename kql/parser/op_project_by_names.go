package parser

import "github.com/azflow/azflow/kql/ast"

// projectByNames takes `project-by-names expressions`.
func (p *parser) projectByNames() ast.Operator {
	op := &ast.ProjectByNames{Op: p.begin()}
	op.Items = p.anyExprList(p.expr, p.atListEnd)
	p.end(&op.Op)
	return op
}
