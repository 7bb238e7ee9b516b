package parser

import "github.com/azflow/azflow/kql/ast"

// rangeOperator takes `range name from a to b step s`; range() is a function.
func (p *parser) rangeOperator() ast.Operator {
	if p.at(1).is("(") {
		return nil
	}
	op := &ast.Range{Op: p.begin()}
	op.Name = p.needName()
	p.expectWord("from")
	op.From = p.needExpr()
	p.expectWord("to")
	op.To = p.needExpr()
	p.expectWord("step")
	op.Step = p.needExpr()
	p.end(&op.Op)
	return op
}
