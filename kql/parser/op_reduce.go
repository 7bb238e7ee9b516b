package parser

import "github.com/azflow/azflow/kql/ast"

var reduceProperties = propertySpecs{"threshold": {value: numberKind}, "characters": {value: stringKind}}

// reduce takes `reduce by expression [with threshold = t, characters = c]`.
func (p *parser) reduce() ast.Operator {
	op := &ast.Reduce{Op: p.begin()}
	op.Params = p.properties(reduceProperties, declaredOrKnown, false)
	p.expectWord("by")
	op.By = p.needNamedExpr()
	if p.acceptWord("with") {
		op.With = p.withProperties(reduceProperties, declaredOrKnown)
	}
	p.end(&op.Op)
	return op
}
