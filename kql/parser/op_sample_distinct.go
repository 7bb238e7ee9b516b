package parser

import "github.com/azflow/azflow/kql/ast"

// sampleDistinct takes `sample-distinct n of column`.
func (p *parser) sampleDistinct() ast.Operator {
	op := &ast.SampleDistinct{Op: p.begin()}
	op.Params = p.properties(nil, declaredOrKnown, true)
	op.N = p.needNamedExpr()
	p.expectWord("of")
	op.Of = p.needNamedExpr()
	p.end(&op.Op)
	return op
}
