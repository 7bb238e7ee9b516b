package parser

import "github.com/azflow/azflow/kql/ast"

// topNested takes levels of `top-nested …` between commas.
func (p *parser) topNested() ast.Operator {
	t := p.tok()
	op := &ast.TopNested{Op: ast.Op{Pos: ast.Pos(t.Span), Keyword: ast.Name{Pos: ast.Pos(t.Span), Text: t.Text}}}
	op.Levels = commaList(p, list[ast.TopNestedLevel]{
		item: p.topNestedLevel,
		missing: func() ast.TopNestedLevel {
			p.missing("clause")
			return ast.TopNestedLevel{Pos: p.from(p.lastEnd()), Of: p.bad(), By: p.bad()}
		},
		end: p.atListEnd, needOne: true,
	})
	p.end(&op.Op)
	return op
}

// topNestedLevel takes `top-nested [n] of key [with others = value] by aggregate`.
func (p *parser) topNestedLevel() (ast.TopNestedLevel, bool) {
	start := p.start()
	var l ast.TopNestedLevel
	if !p.acceptWord("top-nested") {
		return l, false
	}
	l.N = p.namedExpr()
	p.expectWord("of")
	l.Of = p.needNamedExpr()
	if p.acceptWord("with") {
		p.expectWord("others")
		p.expect("=")
		if l.Others = p.literal(); l.Others == nil {
			l.Others = p.needExpr()
		}
	}
	p.expectWord("by")
	key, ok := p.sortKey()
	if !ok {
		key = p.missingSortKey()
	}
	l.By, l.Order, l.Nulls = key.X, key.Order, key.Nulls
	l.Pos = p.from(start)
	return l, true
}
