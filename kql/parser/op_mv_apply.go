package parser

import "github.com/azflow/azflow/kql/ast"

// mvApply takes `mv-apply items [limit n] [id g] on (query)`.
func (p *parser) mvApply() ast.Operator {
	op := &ast.MvApply{Op: p.begin()}
	op.Params, op.ItemIndex = p.itemProperties(mvApplyProperties)
	op.Items = p.applyItems()
	if p.acceptWord("limit") {
		op.Limit = p.needExpr()
	}
	if p.acceptWord("id") {
		op.ContextID = p.needExpr()
	}
	p.expectWord("on")
	if p.accept("(") {
		op.On = p.subpipeline(")")
		p.close(")")
	} else {
		p.missingToken("(")
		op.On = &ast.Pipeline{Pos: p.from(p.lastEnd())}
	}
	p.end(&op.Op)
	return op
}

var mvApplyProperties = propertySpecs{"with_itemindex": {value: nameValue}}

// applyItems takes the items; a lone `to typeof(…)` has none.
func (p *parser) applyItems() []ast.MvItem {
	if p.tok().isKeyword("to") {
		mark := p.mark()
		item := ast.MvItem{}
		start := p.start()
		p.toType(&item)
		if !p.tok().is(",") {
			item.Pos = p.from(start)
			return []ast.MvItem{item}
		}
		p.reset(mark)
	}
	return p.mvItems(p.applyItemsEnd)
}

// applyItemsEnd reports whether limit, id or on is a clause here and no column.
func (p *parser) applyItemsEnd() bool {
	if p.atListEnd() {
		return true
	}
	if t := p.tok(); !t.isKeyword("limit") && !t.isKeyword("id") && !t.isKeyword("on") {
		return false
	}
	next := p.at(1)
	return !next.is(",") && !next.is("=") && !next.isKeyword("to")
}
