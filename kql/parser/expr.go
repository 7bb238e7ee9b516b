package parser

import (
	"github.com/azflow/azflow/kql/ast"
	"github.com/azflow/azflow/kql/diag"
)

// The binding powers of KQL's infix operators, loosest first. The string
// operators bind tighter than arithmetic.
const (
	orPower = 1 + iota
	andPower
	equalityPower
	relationPower
	additionPower
	multiplicationPower
	stringPower
)

// infix has the infix operators by how tight they bind.
var infix = map[string]int{
	"or": orPower, "and": andPower,
	"==": equalityPower, "!=": equalityPower, "<>": equalityPower,
	"in": equalityPower, "in~": equalityPower, "!in": equalityPower, "!in~": equalityPower,
	"has_any": equalityPower, "has_all": equalityPower,
	"between": equalityPower, "!between": equalityPower,
	"<": relationPower, "<=": relationPower, ">": relationPower, ">=": relationPower,
	"+": additionPower, "-": additionPower,
	"*": multiplicationPower, "/": multiplicationPower, "%": multiplicationPower,
	"=~": stringPower, "!~": stringPower, ":": stringPower,
	"has": stringPower, "!has": stringPower, "has_cs": stringPower, "!has_cs": stringPower,
	"hasprefix": stringPower, "!hasprefix": stringPower, "hasprefix_cs": stringPower, "!hasprefix_cs": stringPower,
	"hassuffix": stringPower, "!hassuffix": stringPower, "hassuffix_cs": stringPower, "!hassuffix_cs": stringPower,
	"contains": stringPower, "!contains": stringPower, "contains_cs": stringPower, "!contains_cs": stringPower,
	"notcontains": stringPower, "containscs": stringPower, "notcontainscs": stringPower,
	"startswith": stringPower, "!startswith": stringPower, "startswith_cs": stringPower, "!startswith_cs": stringPower,
	"endswith": stringPower, "!endswith": stringPower, "endswith_cs": stringPower, "!endswith_cs": stringPower,
	"like": stringPower, "notlike": stringPower, "likecs": stringPower, "notlikecs": stringPower,
	"matches regex": stringPower,
}

// infixPower returns how tight t binds as an infix operator, 0 if it is none.
func infixPower(t *Token) int {
	if t.Kind != Punctuation && t.Kind != Keyword {
		return 0
	}
	return infix[t.Text]
}

// expr takes a scalar expression without a name, or nil.
func (p *parser) expr() ast.Expr {
	defer p.leave()
	if !p.enter() {
		return nil
	}
	return p.binary(orPower)
}

func (p *parser) needExpr() ast.Expr { return p.need(p.expr()) }

// binary takes operands joined by operators that bind at least as tight as
// least.
func (p *parser) binary(least int) ast.Expr {
	x := p.starOperand(least)
	if x == nil {
		x = p.unary()
	}
	if x == nil {
		return nil
	}
	// Nothing that binds tighter than the last operator can follow. Comparisons
	// and string operators do not chain.
	for most := stringPower; ; {
		op := p.tok()
		power := infixPower(op)
		if power < least || power > most || power == 0 || op.Text == "in" && p.at(1).isKeyword("range") {
			return x
		}
		most = power
		switch power {
		case equalityPower, relationPower, stringPower:
			most--
		}
		x = p.infixOf(x, p.next(), power)
	}
}

// starOperand takes the * of `* has "x"` and `* == "x"`.
func (p *parser) starOperand(least int) ast.Expr {
	if !p.tok().is("*") {
		return nil
	}
	op := p.at(1)
	if infixPower(op) != stringPower && (!op.is("==") || least > equalityPower) {
		return nil
	}
	return &ast.Star{Pos: ast.Pos(p.next().Span)}
}

// infixOf takes what stands right of op.
func (p *parser) infixOf(x ast.Expr, op Token, power int) ast.Expr {
	start := x.Span().Start
	switch op.Text {
	case "in", "in~", "!in", "!in~", "has_any", "has_all":
		items := p.inList()
		return &ast.In{Pos: p.from(start), Op: op.Text, OpAt: op.Span, X: x, List: items}
	case "between", "!between":
		p.expect("(")
		lo := p.needExpr()
		p.expect("..")
		hi := p.needExpr()
		p.close(")")
		return &ast.Between{Pos: p.from(start), Not: op.Text == "!between", OpAt: op.Span, X: x, Lo: lo, Hi: hi}
	}
	var y ast.Expr
	if power == stringPower {
		y = p.unary()
	} else {
		y = p.binary(power + 1)
	}
	if y == nil && (op.Text == "!=" || op.Text == "<>") {
		if y = p.placeholder(); y == nil {
			p.missingSaying("KS005", "Expected: token")
			y = p.bad()
		}
	}
	y = p.need(y)
	return &ast.Binary{Pos: p.from(start), Op: op.Text, OpAt: op.Span, X: x, Y: y}
}

// inList takes the parenthesized right side of in, has_any and has_all: a
// query, or expressions.
func (p *parser) inList() []ast.Expr {
	p.expect("(")
	var items []ast.Expr
	if p.startsOperator() || p.pipeAhead() {
		items = []ast.Expr{p.need(p.pipeline(")"))}
	} else {
		items = p.exprList(p.expr, p.atListEnd)
	}
	p.close(")")
	return items
}

// pipeAhead reports whether a pipe follows before the comma, semicolon or
// closing parenthesis that ends the expression here.
func (p *parser) pipeAhead() bool {
	if p.pipes == nil {
		p.pipes = findPipes(p.tokens)
	}
	return p.pipes[p.pos]
}

// findPipes answers pipeAhead for every token in one pass.
func findPipes(tokens []Token) []bool {
	closing := make([]int, len(tokens)) // of each "(", the matching ")" or 0
	var open []int
	for i := range tokens {
		switch t := &tokens[i]; {
		case t.is("("):
			open = append(open, i)
		case t.is(")") && len(open) > 0:
			closing[open[len(open)-1]] = i
			open = open[:len(open)-1]
		case t.is(";"):
			open = open[:0]
		}
	}
	pipes := make([]bool, len(tokens))
	for i := len(tokens) - 2; i >= 0; i-- {
		switch t := &tokens[i]; {
		case t.is("|"):
			pipes[i] = true
		case t.is("("):
			pipes[i] = closing[i] > 0 && pipes[closing[i]+1]
		case !t.is(",") && !t.is(")") && !t.is(";"):
			pipes[i] = pipes[i+1]
		}
	}
	return pipes
}

// unary takes an operand with at most one sign.
func (p *parser) unary() ast.Expr {
	t := p.tok()
	if !t.is("-") && !t.is("+") {
		return p.postfix()
	}
	if p.at(1).Kind == LongLiteral && p.at(1).Text == leastLong && t.is("-") && p.startsSignedNumber() {
		return p.signedLiteral()
	}
	op := p.next()
	x := p.need(p.postfix())
	return &ast.Unary{Pos: p.from(op.Span.Start), Op: op.Text, OpAt: op.Span, X: x}
}

// postfix takes an operand with its .names, .calls() and [indexes].
func (p *parser) postfix() ast.Expr {
	if p.tok().isKeyword("totable") {
		return p.subqueryCall()
	}
	x := p.primary()
	for x != nil {
		start := x.Span().Start
		switch {
		case p.accept("."):
			x = p.selector(x, start)
		case p.accept("["):
			x = p.index(x, start)
		default:
			return x
		}
	}
	return nil
}

// selector takes what stands after a dot.
func (p *parser) selector(x ast.Expr, start int) ast.Expr {
	if p.startsCall() {
		call := p.call()
		return &ast.PathCall{Pos: p.from(start), X: x, Call: call}
	}
	switch sel := p.pathElement().(type) {
	case nil:
		n := p.missingName()
		return &ast.Path{Pos: p.from(start), X: x, Name: n}
	case *ast.Ident:
		return &ast.Path{Pos: p.from(start), X: x, Name: sel.Name}
	case *ast.Wildcard:
		return &ast.Path{Pos: p.from(start), X: x, Name: ast.Name{Pos: sel.Pos, Text: sel.Pattern}}
	case *ast.Index: // x.[expression]
		sel.X, sel.Pos = x, p.from(start)
		return sel
	default:
		return &ast.Path{Pos: p.from(start), X: x, Name: ast.Name{Pos: ast.Pos(sel.Span())}}
	}
}

// index takes the rest of x[i].
func (p *parser) index(x ast.Expr, start int) ast.Expr {
	i := p.expr()
	if i == nil {
		i = p.needNameRef(nil)
	}
	p.close("]")
	return &ast.Index{Pos: p.from(start), X: x, I: i}
}

// pathElement takes a name, a bracketed name, a wildcard in brackets, an
// expression in brackets (an Index without X), or @.
func (p *parser) pathElement() ast.Expr {
	t := p.tok()
	switch {
	case t.is("["):
		if x := p.bracketedWildcard(); x != nil {
			return x
		}
		if n, ok := p.bracketedName(); ok {
			return &ast.Ident{Pos: n.Pos, Name: n}
		}
		start := p.next().Span.Start
		return p.index(nil, start)
	case t.is("@"), t.Kind == Keyword && t.use == pathKeyword:
		p.next()
		return &ast.Ident{Pos: ast.Pos(t.Span), Name: ast.Name{Pos: ast.Pos(t.Span), Text: t.Text}}
	}
	return p.nameRef()
}

// primary takes a literal, a call, a name, a table literal or something in
// parentheses.
func (p *parser) primary() ast.Expr {
	t := p.tok()
	switch t.Kind {
	case LongLiteral, RealLiteral, BoolLiteral, IntLiteral, DecimalLiteral, TimeSpanLiteral, DateTimeLiteral, GUIDLiteral, BareGUID, StringLiteral:
		return p.literal()
	case Punctuation:
		if t.Text == "(" {
			return p.paren()
		}
	case Keyword:
		switch t.Text {
		case "dynamic":
			return p.dynamic()
		case "datatable":
			return p.dataTable()
		case "externaldata", "external_data":
			return p.externalData()
		case "inline_external_table":
			if p.at(1).is("(") || p.at(1).isKeyword("kind") {
				return p.inlineTable()
			}
		case "toscalar":
			return p.subqueryCall()
		case "materialized-view-combine", "__contextual_datatable":
			return p.unsupportedExpr()
		case "typeof":
			if p.at(1).is("(") {
				return p.typeOf()
			}
		}
	}
	if p.startsCall() {
		return p.call()
	}
	if x := p.pathElement(); x != nil {
		return p.scoped(p.whole(x))
	}
	return p.keywordAsName()
}

// whole refuses an expression in brackets that indexes nothing.
func (p *parser) whole(x ast.Expr) ast.Expr {
	if i, ok := x.(*ast.Index); ok && i.X == nil {
		if n := len(p.diags); n == 0 || p.diags[n-1].Span.Start < i.Start {
			p.report("AZ004", i.Span(), "Brackets without anything before them name a column or table.", "write the name as a string: ['name']")
		}
		return &ast.Bad{Pos: i.Pos}
	}
	return x
}

// scoped takes `datascope = …` after a table.
func (p *parser) scoped(x ast.Expr) ast.Expr {
	prop, ok := p.dataScope()
	if !ok {
		return x
	}
	return &ast.DataScope{Pos: p.from(x.Span().Start), X: x, Scope: prop}
}

// dataScope takes `datascope = all|hotcache`.
func (p *parser) dataScope() (ast.Property, bool) {
	t := p.tok()
	if !p.acceptWord("datascope") {
		return ast.Property{}, false
	}
	prop := ast.Property{Name: ast.Name{Pos: ast.Pos(t.Span), Text: t.Text}}
	p.expect("=")
	values := []string{"all", "hotcache"}
	if n, ok := p.acceptText(values...); ok {
		prop.Value = &ast.Ident{Pos: n.Pos, Name: n}
	} else {
		p.missingToken(values...)
		prop.Value = p.bad()
	}
	prop.Pos = p.from(t.Span.Start)
	return prop, true
}

// keywordAsName takes a reserved word that stands where only a name can: before
// an operator or the end of a list.
func (p *parser) keywordAsName() ast.Expr {
	t := p.tok()
	if t.Kind != Keyword || !followsName(p.at(1)) {
		return nil
	}
	p.next()
	p.nameNeedsBrackets(t.Span, t.Text)
	return &ast.Ident{Pos: ast.Pos(t.Span), Name: ast.Name{Pos: ast.Pos(t.Span), Text: t.Text}}
}

func (p *parser) nameNeedsBrackets(at diag.Span, name string) {
	p.report("KS228", at, "The name '"+name+"' needs to be bracketed as ['"+name+"'] to be used in this context.", "")
	p.diags[len(p.diags)-1].Fix = &diag.Fix{Span: at, Text: "['" + name + "']"}
}

// followsName reports whether t stands only after a name or another operand.
func followsName(t *Token) bool {
	switch t.Kind {
	case Punctuation:
		switch t.Text {
		case ")", "]", "}", ".", ",", ":", "|", "==", "!=", "=~", "!~", ">", ">=", "<", "<=", "*", "/", "%":
			return true
		}
	case Keyword:
		return infix[t.Text] > 0
	}
	return false
}

// paren takes (expression) or (query).
func (p *parser) paren() ast.Expr {
	start := p.next().Span.Start
	x := p.need(p.pipeline(")"))
	p.close(")")
	return &ast.Paren{Pos: p.from(start), X: x}
}

// close takes a closing sign. If it is missing, it says so and looks for it.
func (p *parser) close(sign string) {
	reported := p.depth > 0 && p.lost == p.depth
	if reported {
		p.lost = 0
	}
	if p.accept(sign) {
		return
	}
	if !reported {
		p.missingToken(sign)
	}
	if p.skipTo(sign) && p.tok().is(sign) {
		p.next()
	}
}

// startsCall reports whether a name and an opening parenthesis stand here.
func (p *parser) startsCall() bool {
	n := p.scanName(0)
	return n > 0 && p.at(n).is("(")
}

// call takes name(arguments).
func (p *parser) call() *ast.Call {
	start := p.start()
	name, _ := p.name()
	p.expect("(")
	args := commaList(p, list[ast.Arg]{
		item:    p.argument,
		missing: func() ast.Arg { return ast.Arg{X: p.need(nil)} },
		end:     p.atListEnd,
	})
	p.close(")")
	return &ast.Call{Pos: p.from(start), Name: name, Args: args}
}

func (p *parser) argument() (ast.Arg, bool) {
	if t := p.tok(); t.is("*") && (p.at(1).is(")") || p.at(1).is(",")) {
		p.next()
		return ast.Arg{X: &ast.Star{Pos: ast.Pos(t.Span)}}, true
	}
	x := p.namedExpr()
	if n, ok := x.(*ast.Named); ok && !n.Parens {
		return ast.Arg{Name: &n.Names[0], X: n.X}, true
	}
	return ast.Arg{X: x}, x != nil
}

// subqueryCall takes toscalar(query), totable(query) and materialize(query).
func (p *parser) subqueryCall() ast.Expr {
	t := p.next()
	call := &ast.Call{Name: ast.Name{Pos: ast.Pos(t.Span), Text: t.Text}}
	if t.Text != "materialize" {
		if prop, ok := p.property("kind", propertySpec{value: wordValue, words: []string{"nooptimization"}}, nil); ok {
			call.Params = []ast.Property{prop}
		}
	}
	p.expect("(")
	call.Args = []ast.Arg{{X: p.need(p.pipeline(")"))}}
	p.close(")")
	call.Pos = p.from(t.Span.Start)
	return call
}

// scanRenameList returns the number of tokens of (a, b, …) at the current
// position, or 0.
func (p *parser) scanRenameList() int {
	if !p.tok().is("(") {
		return 0
	}
	n := 1
	for {
		name := p.scanRenameName(n)
		if name == 0 {
			break
		}
		n += name
		if !p.at(n).is(",") {
			break
		}
		n++
	}
	if !p.at(n).is(")") {
		return 0
	}
	return n + 1
}

// scanRenameName returns the number of tokens of a name that gets a value.
func (p *parser) scanRenameName(offset int) int {
	t := p.at(offset)
	if t.is("[") || t.is("{") {
		return p.scanName(offset)
	}
	if t.isWideName() {
		return 1
	}
	return 0
}

// scanDashedName returns the number of tokens of words joined by dashes.
func (p *parser) scanDashedName() int {
	if t := p.tok(); t.Kind != Identifier && t.Kind != Keyword {
		return 0
	}
	n := 1
	for {
		t := p.at(n)
		if t.spaced || t.Kind != Identifier && t.Kind != Keyword && !t.is("-") {
			return n
		}
		n++
	}
}

// namedExpr takes `name = expression`, `(a, b) = expression` or an expression.
func (p *parser) namedExpr() ast.Expr {
	start := p.start()
	if n := p.scanRenameName(0); n > 0 && p.at(n).is("=") {
		name, _ := p.wideName()
		p.next()
		return p.named(start, false, name)
	}
	if n := p.scanDashedName(); n > 0 && p.at(n).is("=") {
		p.pos += n
		pos := p.from(start)
		name := ast.Name{Pos: pos, Text: p.src[pos.Start:pos.End]}
		p.nameNeedsBrackets(diag.Span(pos), name.Text)
		p.next()
		return p.named(start, false, name)
	}
	if n := p.scanRenameList(); n > 0 && p.at(n).is("=") {
		p.next()
		names := commaList(p, list[ast.Name]{item: p.wideName, missing: p.missingName, end: p.atListEnd, needOne: true})
		p.expect(")")
		p.expect("=")
		return p.named(start, true, names...)
	}
	return p.expr()
}

func (p *parser) named(start int, parens bool, names ...ast.Name) ast.Expr {
	x := p.needExpr()
	return &ast.Named{Pos: p.from(start), Names: names, Parens: parens, X: x}
}

func (p *parser) needNamedExpr() ast.Expr { return p.need(p.namedExpr()) }
