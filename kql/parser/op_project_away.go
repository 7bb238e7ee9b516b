package parser

import "github.com/azflow/azflow/kql/ast"

// projectAway takes `project-away names`.
func (p *parser) projectAway() ast.Operator {
	op := &ast.ProjectAway{Op: p.begin()}
	op.Items = p.anyExprList(p.nameOrWildcard, p.atListEnd)
	p.end(&op.Op)
	return op
}
