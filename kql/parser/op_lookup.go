package parser

import "github.com/azflow/azflow/kql/ast"

var lookupProperties = propertySpecs{"kind": words("inner leftouter")}

// lookup takes `lookup table on conditions`.
func (p *parser) lookup() ast.Operator {
	op := &ast.Lookup{Op: p.begin()}
	op.Params = p.properties(lookupProperties, declaredOrKnown, true)
	op.Right = p.needExpr()
	if p.tok().isKeyword("on") {
		op.On = p.onClause()
	} else {
		p.missing("join on condition clause")
	}
	p.end(&op.Op)
	return op
}
