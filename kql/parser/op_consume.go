package parser

import "github.com/azflow/azflow/kql/ast"

// consume takes `consume`.
func (p *parser) consume() ast.Operator {
	op := &ast.Consume{Op: p.begin()}
	op.Params = p.properties(propertySpecs{"decodeblocks": {value: boolKind}}, declaredOrKnown, false)
	p.end(&op.Op)
	return op
}
