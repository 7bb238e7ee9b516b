package parser

import "github.com/azflow/azflow/kql/ast"

var sortProperties = propertySpecs{"hint.strategy": words("splitBlock multipleBlocks")}

// sort takes `sort by keys` and `order by keys`.
func (p *parser) sort() ast.Operator {
	op := &ast.Sort{Op: p.begin()}
	op.Params = p.properties(sortProperties, declaredOrKnown, false)
	p.expectWord("by")
	op.Keys = p.sortKeys(p.atListEnd)
	p.end(&op.Op)
	return op
}

func (p *parser) sortKeys(end func() bool) []ast.SortKey {
	return commaList(p, list[ast.SortKey]{item: p.sortKey, missing: p.missingSortKey, end: end, needOne: true})
}

func (p *parser) missingSortKey() ast.SortKey {
	x := p.missingExpr()
	return ast.SortKey{Pos: ast.Pos(x.Span()), X: x}
}

// sortKey takes `expression [asc|desc] [nulls first|last]`.
func (p *parser) sortKey() (ast.SortKey, bool) {
	key := ast.SortKey{X: p.namedExpr()}
	if key.X == nil {
		return key, false
	}
	key.Order = p.order()
	if p.acceptWord("nulls") {
		switch {
		case p.acceptWord("first"):
			key.Nulls = "first"
		case p.acceptWord("last"):
			key.Nulls = "last"
		default:
			p.missingTokenSaying("Missing first or last", "KS006")
		}
	}
	key.Pos = p.from(key.X.Span().Start)
	return key, true
}
