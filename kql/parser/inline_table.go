package parser

import "github.com/azflow/azflow/kql/ast"

// inlineTable takes inline_external_table[(columns)] kind=… [partition by (…)]
// [pathformat=(…)] [dataformat=…] (uris) [with (…)].
func (p *parser) inlineTable() ast.Expr {
	start := p.next().Span.Start
	x := &ast.InlineTable{}
	if x.HasSchema = p.tok().is("("); x.HasSchema {
		x.Columns = p.rowSchema()
	}
	if p.acceptWord("kind") {
		p.expect("=")
		kinds := []string{"storage", "delta"}
		var ok bool
		if x.Kind, ok = p.acceptText(kinds...); !ok {
			p.missingToken(kinds...)
		}
	} else {
		p.missingSaying("KS254", "External Table Kind definition is expected.")
	}
	if !x.HasSchema && x.Kind.Text != "delta" {
		p.missing("schema declaration")
	}
	if p.acceptWord("partition") {
		p.expectWord("by")
		p.expect("(")
		p.accept(",")
		x.PartitionBy = commaList(p, list[ast.PartitionColumn]{
			item: p.partitionColumn,
			missing: func() ast.PartitionColumn {
				p.missing("partition column")
				return ast.PartitionColumn{Pos: p.from(p.lastEnd())}
			},
			end: p.atListEnd, trailing: true,
		})
		p.close(")")
	}
	if p.acceptWord("pathformat") {
		p.expect("=")
		p.expect("(")
		for {
			element := p.pathElementOfFormat()
			if element == nil {
				break
			}
			x.PathFormat = append(x.PathFormat, element)
		}
		p.close(")")
	}
	if p.acceptWord("dataformat") {
		p.expect("=")
		x.Format = p.needWideName()
	} else if x.Kind.Text != "delta" {
		p.missingSaying("KS253", "DataFormat definition is expected.")
	}
	if p.accept("(") {
		x.URIs = commaList(p, list[ast.Expr]{item: orNone(p.expr), missing: p.missingValue, end: p.atListEnd, trailing: true})
		p.close(")")
	} else {
		p.missingSaying("KS256", "Connection strings definition is expected.")
	}
	x.Props = p.externalProperties()
	x.Pos = p.from(start)
	return x
}

// partitionColumn takes name: type [= expression].
func (p *parser) partitionColumn() (ast.PartitionColumn, bool) {
	c, ok := p.column()
	if !ok {
		return ast.PartitionColumn{}, false
	}
	x := ast.PartitionColumn{Name: c.Name, Type: c.Type, TypeName: c.TypeName}
	if p.accept("=") {
		x.X = p.needExpr()
	}
	x.Pos = p.from(c.Start)
	return x, true
}

// pathElementOfFormat takes a string, a name or datetime_pattern('…', name).
func (p *parser) pathElementOfFormat() ast.Expr {
	switch {
	case p.tok().Kind == StringLiteral:
		return p.literal()
	case p.startsCall():
		return p.call()
	}
	return p.nameRef()
}
