package parser

import "github.com/azflow/azflow/kql/ast"

// macroExpand takes `macro-expand group as name (statements)` as text.
func (p *parser) macroExpand() ast.Operator {
	op := &ast.MacroExpand{Op: p.begin()}
	op.Text = p.skipText(op.Start)
	p.end(&op.Op)
	return op
}
