package parser

import (
	"github.com/azflow/azflow/kql/ast"
	"github.com/azflow/azflow/kql/types"
)

var parseProperties = propertySpecs{"kind": words("simple regex relaxed"), "flags": {value: wordValue}}

// parseOperator takes `parse expression with pattern` and parse-where.
func (p *parser) parseOperator() ast.Operator {
	op := &ast.Parse{Op: p.begin()}
	op.WhereForm = op.Keyword.Text == "parse-where"
	op.Params = p.properties(parseProperties, declaredOrKnown, true)
	op.X = p.needExpr()
	p.expectWord("with")
	for {
		part, ok := p.parsePart()
		if !ok {
			break
		}
		op.Parts = append(op.Parts, part)
	}
	p.end(&op.Op)
	return op
}

// parsePart takes a string, a star or a column with an optional type.
func (p *parser) parsePart() (ast.ParsePart, bool) {
	start := p.start()
	var part ast.ParsePart
	if p.accept("*") {
		part.Star = true
	} else if x, ok := p.stringExpr().(*ast.Literal); ok {
		part.Text = x
	} else {
		c := ast.ColumnDecl{Type: types.String}
		if p.tok().is(":") {
			c.Name = p.missingName()
		} else if c.Name, ok = p.wideName(); !ok {
			return part, false
		}
		if p.accept(":") {
			c.Type, c.TypeName = p.columnType()
		}
		c.Pos = p.from(start)
		part.Capture = &c
	}
	part.Pos = p.from(start)
	return part, true
}
