package parser

import "github.com/azflow/azflow/kql/ast"

// count takes `count [as name]`; count() is a function.
func (p *parser) count() ast.Operator {
	if p.at(1).is("(") {
		return nil
	}
	op := &ast.Count{Op: p.begin()}
	if p.acceptWord("as") {
		name := ast.Name{}
		if t := p.tok(); t.Kind == Identifier {
			p.next()
			name = ast.Name{Pos: ast.Pos(t.Span), Text: t.Text}
		} else {
			p.missingTokenSaying("Missing name", "KS006")
			name.Pos = p.from(p.lastEnd())
		}
		op.As = &name
	}
	p.end(&op.Op)
	return op
}
