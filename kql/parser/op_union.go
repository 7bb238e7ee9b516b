package parser

import "github.com/azflow/azflow/kql/ast"

var unionProperties = propertySpecs{
	"kind":             words("inner outer"),
	"withsource":       {value: nameValue},
	"with_source":      {value: nameValue},
	"isfuzzy":          {value: boolKind},
	"__isFuzzy":        {value: boolKind},
	"best_effort":      {value: boolKind},
	"hint.concurrency": hintConcurrency,
	"hint.spread":      hintSpread,
}

// union takes `union tables`.
func (p *parser) union() ast.Operator {
	op := &ast.Union{Op: p.begin()}
	op.Params = p.properties(unionProperties, declaredOrKnown, true)
	op.Tables = p.exprList(p.unionTable, p.atListEnd)
	p.end(&op.Op)
	return op
}

func (p *parser) unionTable() ast.Expr {
	if p.tok().is("(") {
		return p.paren()
	}
	return p.entity()
}

// entity takes a table, a function call or a path to one in another database;
// its last name may have wildcards.
func (p *parser) entity() ast.Expr {
	if x := p.wildcard(); x != nil {
		return x
	}
	var x ast.Expr
	if p.startsCall() {
		x = p.call()
	} else if x = p.pathElement(); x == nil {
		return nil
	}
	start := x.Span().Start
	for x = p.whole(x); ; {
		switch {
		case p.accept("."):
			if w, ok := p.wildcard().(*ast.Wildcard); ok {
				return &ast.Path{Pos: p.from(start), X: x, Name: ast.Name{Pos: w.Pos, Text: w.Pattern}}
			}
			x = p.selector(x, start)
		case p.accept("["):
			x = p.index(x, start)
		default:
			return x
		}
	}
}
