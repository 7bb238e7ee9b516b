package parser

import "github.com/azflow/azflow/kql/ast"

// projectKeep takes `project-keep names`.
func (p *parser) projectKeep() ast.Operator {
	op := &ast.ProjectKeep{Op: p.begin()}
	op.Items = p.anyExprList(p.nameOrWildcard, p.atListEnd)
	p.end(&op.Op)
	return op
}
