package parser

import (
	"slices"
	"strings"

	"github.com/azflow/azflow/kql/ast"
)

// query takes the whole text.
func (p *parser) query() *ast.Query {
	for p.tok().Kind == Directive {
		p.next()
	}
	q := &ast.Query{}
	if p.tok().is(".") {
		q.Statements = []ast.Statement{p.command()}
	} else {
		q.Statements = p.statements()
	}
	q.Pos = ast.Pos{Start: 0, End: len(p.src)}
	return q
}

// command takes a management command as text.
func (p *parser) command() ast.Statement {
	start := p.start()
	p.diags = nil // its tokens are not those of a query
	p.pos = len(p.tokens) - 1
	text := strings.TrimRight(p.src[start:], " \t\r\n")
	return &ast.Command{Pos: ast.Pos{Start: start, End: start + len(text)}, Text: text}
}

// statements takes statements up to the end of the text.
func (p *parser) statements() []ast.Statement {
	var all []ast.Statement
	for p.tok().Kind != EndOfText {
		before := p.pos
		s := p.statement()
		switch {
		case s != nil:
			all = append(all, s)
		case p.tok().Kind == EndOfText:
		case p.pos == before:
			p.skipLeftover()
		}
		switch {
		case p.accept(";"), p.tok().Kind == EndOfText:
		case s != nil && p.startsStatement():
			p.missingToken(";")
		case s != nil:
			p.skipLeftover()
			p.accept(";")
		}
	}
	return all
}

// skipLeftover reports that the text here belongs to no statement, and skips
// it. What is piped after it is read for its faults.
func (p *parser) skipLeftover() {
	p.reportLeftover("")
	p.skipTo("")
	if p.tok().is("|") {
		p.operatorsAfter(nil, "")
	}
}

// statement takes a statement, or nothing.
func (p *parser) statement() ast.Statement {
	t := p.tok()
	if t.Kind == Keyword {
		next := p.at(1)
		switch t.Text {
		case "alias":
			if next.isKeyword("database") {
				return p.alias()
			}
		case "let":
			if p.scanName(1) > 0 {
				return p.let()
			}
		case "declare":
			if next.isKeyword("pattern") {
				return p.pattern()
			}
			if next.isKeyword("query_parameters") {
				return p.declareParameters()
			}
		case "restrict":
			if next.isKeyword("access") {
				return p.restrict()
			}
		case "set":
			return p.set()
		}
	}
	x := p.pipeline("")
	if x == nil {
		return nil
	}
	return &ast.ExprStatement{Pos: ast.Pos(x.Span()), X: x}
}

// startsStatement reports whether a statement begins here.
func (p *parser) startsStatement() bool {
	t := p.tok()
	switch t.Kind {
	case EndOfText, Directive, BadText, Comment:
		return false
	case Punctuation:
		switch t.Text {
		case "(", "[", "-", "+", "@":
			return true
		case "*":
			return infixPower(p.at(1)) == stringPower || p.at(1).is("==")
		case "{":
			return p.scanParameter(0) > 0
		}
		return false
	case Keyword:
		switch t.Text {
		case "dynamic":
			return p.at(1).is("(")
		case "set", "datatable", "externaldata", "external_data", "toscalar", "totable", "materialized-view-combine",
			"__contextual_datatable", "macro-expand", "__executeAndCache":
			return true
		}
		return t.use == narrowKeyword || t.use == pathKeyword || followsName(p.at(1)) ||
			slices.Contains(operatorWords, t.Text) || t.Text == "__partitionby"
	}
	return true
}

// let takes let name = value.
func (p *parser) let() ast.Statement {
	start := p.next().Span.Start
	x := &ast.Let{Name: p.needName()}
	p.expect("=")
	x.Value = p.letValue()
	x.Pos = p.from(start)
	return x
}

func (p *parser) letValue() ast.Expr {
	switch t := p.tok(); {
	case t.isKeyword("materialize"):
		return p.subqueryCall()
	case t.isKeyword("entity_group") && !p.at(1).is("("):
		return p.entityGroup()
	case p.startsLambda():
		return p.lambda()
	}
	return p.need(p.pipeline(p.closer))
}

// entityGroup takes entity_group [databases].
func (p *parser) entityGroup() ast.Expr {
	start := p.next().Span.Start
	p.expect("[")
	items := p.exprList(p.expr, p.atListEnd)
	p.close("]")
	return &ast.EntityGroup{Pos: p.from(start), Items: items}
}

// startsLambda reports whether what stands here looks like the parameters of a
// lambda.
func (p *parser) startsLambda() bool {
	offset := 0
	if p.tok().isKeyword("view") {
		offset = 1
	}
	if !p.at(offset).is("(") {
		return false
	}
	if next := p.at(offset + 1); next.is(")") || next.is("*") {
		return true
	}
	n := p.scanWideName(offset + 1)
	return n > 0 && p.at(offset+1+n).is(":")
}

// lambda takes (parameters) { statements; query }.
func (p *parser) lambda() ast.Expr {
	start := p.start()
	x := &ast.Lambda{View: p.acceptWord("view")}
	p.expect("(")
	x.Params = p.functionParams(false)
	p.close(")")
	if p.accept("{") {
		p.body(x)
	} else {
		p.missingToken("{")
		p.skipTo("")
	}
	x.Pos = p.from(start)
	return x
}

// body takes the rest of a lambda after its opening brace.
func (p *parser) body(x *ast.Lambda) {
	defer p.leave()
	if !p.enter() {
		return
	}
	outer := p.closer
	p.closer = "}"
	defer func() { p.closer = outer }()
	for !p.atListEnd() {
		var s ast.Statement
		switch {
		case p.tok().isKeyword("let"):
			s = p.let()
		case p.tok().isKeyword("declare"):
			s = p.declareParameters()
		}
		if s == nil {
			break
		}
		x.Statements = append(x.Statements, s)
		p.expect(";")
	}
	x.Body = p.pipeline("}")
	p.accept(";")
	p.close("}")
}

// set takes set option [= value].
func (p *parser) set() ast.Statement {
	start := p.next().Span.Start
	x := &ast.Set{Name: p.needName()}
	if p.accept("=") {
		x.Value = p.needExpr()
	}
	x.Pos = p.from(start)
	return x
}

// declareParameters takes declare query_parameters(…).
func (p *parser) declareParameters() ast.Statement {
	start := p.next().Span.Start
	x := &ast.DeclareParameters{}
	p.expectWord("query_parameters")
	p.expect("(")
	x.Params = p.functionParams(true)
	p.close(")")
	x.Pos = p.from(start)
	return x
}

// pattern takes declare pattern name [= (parameters)[path] { cases }].
func (p *parser) pattern() ast.Statement {
	start := p.next().Span.Start
	p.next()
	x := &ast.DeclarePattern{Name: p.needName()}
	if x.Defined = p.accept("="); x.Defined {
		p.expect("(")
		x.Params = commaList(p, list[ast.Param]{item: p.param, missing: p.missingParam, end: p.atListEnd})
		p.close(")")
		if x.HasPath = p.accept("["); x.HasPath {
			var ok bool
			if x.Path, ok = p.param(); !ok {
				x.Path = p.missingParam()
			}
			p.close("]")
		}
		p.expect("{")
		for p.tok().is("(") {
			x.Cases = append(x.Cases, p.patternCase())
		}
		p.close("}")
	}
	x.Pos = p.from(start)
	return x
}

func (p *parser) missingParam() ast.Param {
	p.missing("parameter")
	return ast.Param{Pos: p.from(p.lastEnd())}
}

// patternCase takes (values).[path] = { query };
func (p *parser) patternCase() ast.PatternCase {
	start := p.next().Span.Start
	x := ast.PatternCase{Values: p.exprList(p.expr, p.atListEnd)}
	p.close(")")
	if p.accept(".") {
		p.expect("[")
		x.Path = p.needValue(p.literal())
		p.close("]")
	}
	p.expect("=")
	x.Body = &ast.Lambda{}
	body := p.start()
	if p.accept("{") {
		p.body(x.Body)
	} else {
		p.missingToken("{")
		p.skipTo("}")
	}
	x.Body.Pos = p.from(body)
	p.expect(";")
	x.Pos = p.from(start)
	return x
}

// alias takes alias database name = expression.
func (p *parser) alias() ast.Statement {
	start := p.next().Span.Start
	p.next()
	x := &ast.AliasDatabase{Name: p.needName()}
	p.expect("=")
	x.Value = p.needExpr()
	x.Pos = p.from(start)
	return x
}

// restrict takes restrict access to (entities).
func (p *parser) restrict() ast.Statement {
	start := p.next().Span.Start
	p.next()
	x := &ast.Restrict{}
	p.expectWord("to")
	p.expect("(")
	x.Entities = p.exprList(p.entity, p.atListEnd)
	p.close(")")
	x.With = p.externalProperties()
	x.Pos = p.from(start)
	return x
}
