package parser

import "github.com/azflow/azflow/kql/ast"

var summarizeProperties = propertySpecs{
	"hint.shufflekey":     {value: columnValue},
	"hint.strategy":       words("shuffle"),
	"hint.num_partitions": {value: numberKind},
}

// summarize takes `summarize aggregates [by keys [bin = size]]`.
func (p *parser) summarize() ast.Operator {
	op := &ast.Summarize{Op: p.begin()}
	op.Params = p.properties(summarizeProperties, declaredOrKnown, true)
	op.Aggregates = p.anyExprList(p.namedExpr, p.atWordOrEnd("by"))
	if op.ByClause = p.acceptWord("by"); op.ByClause {
		op.By = p.exprList(p.namedExpr, p.groupKeysEnd)
		op.Bin = p.binClause()
	}
	p.end(&op.Op)
	return op
}

// groupKeysEnd reports whether the keys end here, as before `bin = 5m`.
func (p *parser) groupKeysEnd() bool {
	if p.tok().isKeyword("bin") && p.at(1).is("=") {
		switch p.at(2).Kind {
		case BoolLiteral, IntLiteral, LongLiteral, RealLiteral, DecimalLiteral, TimeSpanLiteral, DateTimeLiteral, GUIDLiteral, StringLiteral:
			return true
		}
	}
	return p.atListEnd()
}

// binClause takes the old form `bin = size`.
func (p *parser) binClause() *ast.Named {
	t := p.tok()
	if !t.isKeyword("bin") || !p.at(1).is("=") {
		return nil
	}
	p.next()
	p.next()
	x := p.needExpr()
	return &ast.Named{Pos: p.from(t.Span.Start), Names: []ast.Name{{Pos: ast.Pos(t.Span), Text: t.Text}}, X: x}
}
