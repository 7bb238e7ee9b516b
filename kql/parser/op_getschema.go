package parser

import "github.com/azflow/azflow/kql/ast"

// getSchema takes `getschema`.
func (p *parser) getSchema() ast.Operator {
	op := &ast.GetSchema{Op: p.begin()}
	if prop, ok := p.property("kind", words("csl"), nil); ok {
		op.Params = []ast.Property{prop}
	}
	p.end(&op.Op)
	return op
}
