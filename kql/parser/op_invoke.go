package parser

import "github.com/azflow/azflow/kql/ast"

// invoke takes `invoke f(arguments)`, where f may be of another database.
func (p *parser) invoke() ast.Operator {
	op := &ast.Invoke{Op: p.begin()}
	if p.startsCall() {
		op.Call = p.call()
		for start := op.Call.Start; p.tok().is(".") && p.scanName(1) > 0 && p.at(1+p.scanName(1)).is("("); {
			p.next()
			if op.X == nil {
				op.X = op.Call
			}
			op.Call = p.call()
			op.X = &ast.PathCall{Pos: p.from(start), X: op.X, Call: op.Call}
		}
	} else {
		p.missingExpr()
	}
	p.end(&op.Op)
	return op
}
