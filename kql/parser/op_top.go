package parser

import "github.com/azflow/azflow/kql/ast"

var topProperties = propertySpecs{"hint.progressive_top": {value: boolKind}}

// top takes `top n by key`.
func (p *parser) top() ast.Operator {
	op := &ast.Top{Op: p.begin()}
	op.Params = p.properties(topProperties, declaredOrKnown, true)
	op.N = p.needNamedExpr()
	p.expectWord("by")
	key, ok := p.sortKey()
	if !ok {
		key = p.missingSortKey()
	}
	op.Keys = []ast.SortKey{key}
	p.end(&op.Op)
	return op
}
