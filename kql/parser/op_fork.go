package parser

import "github.com/azflow/azflow/kql/ast"

// fork takes `fork [name =] (query) …`.
func (p *parser) fork() ast.Operator {
	op := &ast.Fork{Op: p.begin()}
	for {
		var b ast.ForkBranch
		if n := p.scanName(0); n > 0 && p.at(n).is("=") {
			name, _ := p.name()
			p.next()
			b.Name = &name
			p.expect("(")
		} else if !p.accept("(") {
			break
		}
		b.Sub = p.forkBranch()
		p.close(")")
		op.Branches = append(op.Branches, b)
	}
	if len(op.Branches) == 0 {
		p.missingToken("(")
		p.missingExpr()
	}
	p.end(&op.Op)
	return op
}

// forkBranch takes operators on rows from outside, or else a query.
func (p *parser) forkBranch() *ast.Pipeline {
	start := p.start()
	if op := p.operator(); op != nil {
		ops := p.operatorsAfter(op, ")")
		return &ast.Pipeline{Pos: p.from(start), Ops: ops}
	}
	return p.branch(")")
}

// branch takes a query.
func (p *parser) branch(closer string) *ast.Pipeline {
	start := p.start()
	x := p.need(p.pipeline(closer))
	if pipeline, ok := x.(*ast.Pipeline); ok {
		return pipeline
	}
	return &ast.Pipeline{Pos: p.from(start), Source: x}
}
