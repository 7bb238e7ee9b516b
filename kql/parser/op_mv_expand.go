package parser

import "github.com/azflow/azflow/kql/ast"

var mvExpandProperties = propertySpecs{
	"kind":           words("bag array"),
	"bagexpansion":   words("bag array"),
	"with_itemindex": {value: nameValue},
}

// mvExpand takes `mv-expand items [limit n]`.
func (p *parser) mvExpand() ast.Operator {
	op := &ast.MvExpand{Op: p.begin()}
	op.Params, op.ItemIndex = p.itemProperties(mvExpandProperties)
	op.Items = p.mvItems(p.atWordOrEnd("limit"))
	if p.acceptWord("limit") {
		op.Limit = p.needExpr()
	}
	p.end(&op.Op)
	return op
}

// itemProperties takes properties and tells with_itemindex from the others.
func (p *parser) itemProperties(specs propertySpecs) (others []ast.Property, index *ast.Name) {
	for _, prop := range p.properties(specs, declaredOrKnown, true) {
		if x, ok := prop.Value.(*ast.Ident); ok && prop.Name.Text == "with_itemindex" {
			index = &x.Name
			continue
		}
		others = append(others, prop)
	}
	return others, index
}

// mvItems takes `expression [to typeof(type)]` between commas.
func (p *parser) mvItems(end func() bool) []ast.MvItem {
	return commaList(p, list[ast.MvItem]{
		item:    p.mvItem,
		missing: func() ast.MvItem { return ast.MvItem{Pos: p.from(p.lastEnd()), X: p.missingExpr()} },
		end:     end, needOne: true,
	})
}

func (p *parser) mvItem() (ast.MvItem, bool) {
	start := p.start()
	var item ast.MvItem
	if p.tok().isKeyword("to") {
		item.X = p.missingExpr()
	} else if item.X = p.namedExpr(); item.X == nil {
		return item, false
	}
	p.toType(&item)
	item.Pos = p.from(start)
	return item, true
}

// toType takes `to typeof(type)`.
func (p *parser) toType(item *ast.MvItem) {
	if !p.acceptWord("to") {
		return
	}
	if !p.tok().isKeyword("typeof") || !p.at(1).is("(") {
		p.missing("typeof")
		return
	}
	item.ToAt = p.typeOf().(*ast.TypeOf)
	item.To = item.ToAt.Type
}
