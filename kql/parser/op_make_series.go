package parser

import "github.com/azflow/azflow/kql/ast"

var makeSeriesProperties = propertySpecs{"hint.shufflekey": {value: columnValue}, "kind": words("nonempty")}

// makeSeries takes `make-series aggregates on axis from a to b step s by keys`,
// or with `in range(a, b, s)`.
func (p *parser) makeSeries() ast.Operator {
	op := &ast.MakeSeries{Op: p.begin()}
	op.Params = p.properties(makeSeriesProperties, declaredOrKnown, true)
	op.Aggregates = commaList(p, list[ast.SeriesAggregate]{
		item:    p.seriesAggregate,
		missing: func() ast.SeriesAggregate { return ast.SeriesAggregate{X: p.missingExpr()} },
		end:     p.atWordOrEnd("on", "from", "in"), needOne: true,
	})
	p.expectWord("on")
	op.On = p.needNamedExpr()
	if t := p.tok(); t.isKeyword("from") || t.isKeyword("to") || t.isKeyword("step") {
		if p.acceptWord("from") {
			op.From = p.needExpr()
		}
		if p.acceptWord("to") {
			op.To = p.needExpr()
		}
		p.expectWord("step")
		op.Step = p.needExpr()
	} else {
		op.In = p.inRange()
	}
	if p.acceptWord("by") {
		op.By = p.exprList(p.namedExpr, nil)
	}
	p.end(&op.Op)
	return op
}

func (p *parser) seriesAggregate() (ast.SeriesAggregate, bool) {
	x := ast.SeriesAggregate{X: p.namedExpr()}
	if x.X != nil && p.acceptWord("default") {
		p.expect("=")
		x.Default = p.needNamedExpr()
	}
	return x, x.X != nil
}

// inRange takes `in range(a, b, s)`.
func (p *parser) inRange() ast.Expr {
	p.expectWord("in")
	t := p.tok()
	p.expectWord("range")
	p.expect("(")
	args := p.anyExprList(p.namedExpr, p.atListEnd)
	p.close(")")
	call := &ast.Call{Pos: p.from(t.Span.Start), Name: ast.Name{Pos: ast.Pos(t.Span), Text: "range"}}
	for _, x := range args {
		call.Args = append(call.Args, ast.Arg{X: x})
	}
	return call
}
