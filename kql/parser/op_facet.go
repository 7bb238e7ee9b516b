package parser

import "github.com/azflow/azflow/kql/ast"

// facet takes `facet by columns [with (query) | with operator]`.
func (p *parser) facet() ast.Operator {
	op := &ast.Facet{Op: p.begin()}
	p.expectWord("by")
	op.By = commaList(p, list[ast.Expr]{
		item:    orNone(p.simplePath),
		missing: func() ast.Expr { return p.needNameRef(nil) },
		end:     p.atWordOrEnd("with"), needOne: true,
	})
	if p.acceptWord("with") {
		if op.Parens = p.accept("("); op.Parens {
			op.With = p.subpipeline(")")
			p.close(")")
		} else {
			start := p.start()
			op.With = &ast.Pipeline{Ops: []ast.Operator{p.needOperator()}}
			op.With.Pos = p.from(start)
		}
	}
	p.end(&op.Op)
	return op
}

// simplePath takes names joined by dots, with indexes.
func (p *parser) simplePath() ast.Expr {
	x := p.pathElement()
	if x == nil {
		return nil
	}
	start := x.Span().Start
	for x = p.whole(x); ; {
		switch {
		case p.accept("."):
			x = p.selector(x, start)
		case p.accept("["):
			x = p.index(x, start)
		default:
			return x
		}
	}
}
