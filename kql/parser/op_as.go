package parser

import "github.com/azflow/azflow/kql/ast"

var asProperties = propertySpecs{"hint.materialized": {value: boolKind}}

// as takes `as name`.
func (p *parser) as() ast.Operator {
	op := &ast.As{Op: p.begin()}
	op.Params = p.properties(asProperties, declaredOrKnown, true)
	op.Name = p.needName()
	p.end(&op.Op)
	return op
}
