package parser

import "github.com/azflow/azflow/kql/ast"

var partitionProperties = propertySpecs{
	"hint.concurrency":  hintConcurrency,
	"hint.spread":       hintSpread,
	"hint.materialized": {value: boolKind},
	"hint.shufflekey":   {value: columnValue},
	"hint.strategy":     words("shuffle native legacy"),
}

// partition takes `partition by column (operators)` or `{query}`.
func (p *parser) partition() ast.Operator {
	op := &ast.Partition{Op: p.begin()}
	op.Params = p.properties(partitionProperties, declaredOrKnown, false)
	p.expectWord("by")
	op.By = p.needNameRef(p.simplePath())
	if p.acceptWord("in") {
		if p.startsCall() {
			op.In = p.call()
		} else if p.tok().isKeyword("dynamic") {
			op.In = p.dynamic()
		}
		op.In = p.need(op.In)
	}
	switch {
	case p.accept("{"):
		op.Braces = true
		op.Sub = p.branch("}")
		p.close("}")
	case p.accept("("):
		op.Sub = p.subpipeline(")")
		p.close(")")
	default:
		p.missingToken("(")
		op.Sub = &ast.Pipeline{Pos: p.from(p.lastEnd())}
	}
	p.end(&op.Op)
	return op
}
