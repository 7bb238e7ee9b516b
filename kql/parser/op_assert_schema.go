package parser

import "github.com/azflow/azflow/kql/ast"

// assertSchema takes `assert-schema (columns)`.
func (p *parser) assertSchema() ast.Operator {
	op := &ast.AssertSchema{Op: p.begin()}
	op.Columns = p.rowSchema()
	p.end(&op.Op)
	return op
}
