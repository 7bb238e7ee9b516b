package parser

import "github.com/azflow/azflow/kql/ast"

var searchProperties = propertySpecs{"kind": words("default case_insensitive case_sensitive")}

// search takes `search [in (tables)] predicate`.
func (p *parser) search() ast.Operator {
	op := &ast.Search{Op: p.begin()}
	op.Params = p.properties(searchProperties, declaredOrKnown, true)
	if scope, ok := p.dataScope(); ok {
		op.Params = append(op.Params, scope)
	}
	op.In = p.inTables()
	op.Cond = p.need(p.searchPredicate())
	p.end(&op.Op)
	return op
}

// searchPredicate takes an expression, `*`, or `* and expression`.
func (p *parser) searchPredicate() ast.Expr {
	if x := p.expr(); x != nil {
		return x
	}
	t := p.tok()
	if !p.accept("*") {
		return nil
	}
	star := &ast.Star{Pos: ast.Pos(t.Span)}
	and := p.tok()
	if !p.acceptWord("and") {
		return star
	}
	y := p.needExpr()
	return &ast.Binary{Pos: p.from(t.Span.Start), Op: "and", OpAt: and.Span, X: star, Y: y}
}
