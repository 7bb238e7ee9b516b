package parser

import "github.com/azflow/azflow/kql/ast"

// projectRename takes `project-rename new = old, …`.
func (p *parser) projectRename() ast.Operator {
	op := &ast.ProjectRename{Op: p.begin()}
	op.Items = p.anyExprList(p.namedExpr, p.atListEnd)
	p.end(&op.Op)
	return op
}
