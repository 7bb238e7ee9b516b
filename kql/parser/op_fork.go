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
		b.Sub = p.branch(")")
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

// branch takes operators on rows from outside, or a query of its own.
func (p *parser) branch(closer string) *ast.Pipeline {
	start := p.start()
	switch x := p.need(p.pipeline(closer)).(type) {
	case *ast.Pipeline:
		return x
	default:
		return &ast.Pipeline{Pos: p.from(start), Source: x}
	}
}
