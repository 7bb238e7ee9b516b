package parser

import "github.com/azflow/azflow/kql/ast"

// projectReorder takes `project-reorder names`, each with an optional order.
func (p *parser) projectReorder() ast.Operator {
	op := &ast.ProjectReorder{Op: p.begin()}
	op.Items = commaList(p, list[ast.ReorderItem]{
		item:    p.reorderItem,
		missing: func() ast.ReorderItem { return ast.ReorderItem{X: p.missingExpr()} },
		end:     p.atListEnd,
	})
	p.end(&op.Op)
	return op
}

func (p *parser) reorderItem() (ast.ReorderItem, bool) {
	x := ast.ReorderItem{X: p.nameOrWildcard()}
	if x.X != nil {
		x.Order = p.order()
	}
	return x, x.X != nil
}

// order takes asc, desc, granny-asc or granny-desc, if one is there.
func (p *parser) order() string {
	switch t := p.tok(); {
	case t.isKeyword("asc"), t.isKeyword("desc"), t.isKeyword("granny-asc"), t.isKeyword("granny-desc"):
		return p.next().Text
	}
	return ""
}
