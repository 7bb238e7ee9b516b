package parser

import "github.com/azflow/azflow/kql/ast"

var scanProperties = propertySpecs{"kind": words("partial full"), "with_match_id": {value: nameValue}}

// scan takes `scan [order by …] [partition by …] [declare (…)] with (steps)`.
func (p *parser) scan() ast.Operator {
	op := &ast.Scan{Op: p.begin()}
	op.Params = p.properties(scanProperties, declaredOrKnown, false)
	clauseEnd := p.atWordOrEnd("partition", "order", "by", "declare", "with")
	if p.acceptWord("order") {
		p.expectWord("by")
		op.OrderBy = p.sortKeys(clauseEnd)
	}
	if p.acceptWord("partition") {
		p.expectWord("by")
		op.PartitionBy = p.exprList(p.expr, clauseEnd)
	}
	if p.acceptWord("declare") {
		p.expect("(")
		op.Declare = p.functionParams(false)
		p.close(")")
	}
	p.expectWord("with")
	p.expect("(")
	for p.tok().isKeyword("step") {
		op.Steps = append(op.Steps, p.scanStep())
	}
	p.close(")")
	p.end(&op.Op)
	return op
}

// scanStep takes `step name [optional] [output = rows]: condition [=> assignments];`.
func (p *parser) scanStep() ast.ScanStep {
	start := p.next().Span.Start
	step := ast.ScanStep{Name: p.needWideName()}
	step.Optional = p.acceptWord("optional")
	if p.acceptWord("output") {
		p.expect("=")
		values := []string{"all", "last", "none"}
		name, ok := p.acceptText(values...)
		if !ok {
			p.missingToken(values...)
			name = ast.Name{Pos: p.from(p.lastEnd())}
		}
		step.Output = &name
	}
	p.expect(":")
	step.Cond = p.needExpr()
	if p.accept("=>") {
		step.Assign = commaList(p, list[ast.Expr]{
			item: orNone(p.scanAssignment),
			missing: func() ast.Expr {
				p.missing("name")
				return p.bad()
			},
			end: p.atListEnd, needOne: true,
		})
	}
	p.expect(";")
	step.Pos = p.from(start)
	return step
}

func (p *parser) scanAssignment() ast.Expr {
	name, ok := p.wideName()
	if !ok {
		return nil
	}
	p.expect("=")
	return p.named(name.Start, false, name)
}
