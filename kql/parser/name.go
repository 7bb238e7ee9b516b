package parser

import (
	"strings"

	"github.com/azflow/azflow/kql/ast"
	"github.com/azflow/azflow/kql/diag"
)

// name takes a name where any name stands: an identifier, a word that may be
// one, a quoted name in brackets, or a workbook parameter in braces.
func (p *parser) name() (ast.Name, bool) { return p.nameOf(Token.isName) }

// wideName takes a name where one is declared; more reserved words are names
// there.
func (p *parser) wideName() (ast.Name, bool) { return p.nameOf(Token.isWideName) }

func (p *parser) nameOf(fits func(Token) bool) (ast.Name, bool) {
	t := p.tok()
	switch {
	case t.is("["):
		return p.bracketedName()
	case t.is("{"):
		return p.parameter()
	case fits(*t):
		p.next()
		return ast.Name{Pos: ast.Pos(t.Span), Text: t.Text}, true
	}
	return ast.Name{}, false
}

// needName takes a name or reports that it is missing.
func (p *parser) needName() ast.Name { return p.orMissingName(p.name()) }

// needWideName takes a name or reports that it is missing.
func (p *parser) needWideName() ast.Name { return p.orMissingName(p.wideName()) }

func (p *parser) orMissingName(n ast.Name, ok bool) ast.Name {
	if ok {
		return n
	}
	return p.missingName()
}

func (p *parser) missingName() ast.Name {
	if t := p.tok(); t.Kind == Keyword {
		p.missingSaying("KS006", "Missing name: If the keyword '"+t.Text+"' is intended be used as the name, it needs to be bracketted as ['"+t.Text+"'].")
	} else {
		p.missing("name")
	}
	return ast.Name{Pos: p.from(p.lastEnd())}
}

// scanStrings returns how many string literals stand in a row from offset on.
func (p *parser) scanStrings(offset int) int {
	n := 0
	for p.at(offset+n).Kind == StringLiteral {
		n++
	}
	return n
}

// scanBracketedName returns the number of tokens of ['…'] at offset, or 0.
func (p *parser) scanBracketedName(offset int) int {
	if !p.at(offset).is("[") {
		return 0
	}
	n := p.scanStrings(offset + 1)
	if n == 0 || !p.at(offset+1+n).is("]") {
		return 0
	}
	return n + 2
}

func (p *parser) bracketedName() (ast.Name, bool) {
	n := p.scanBracketedName(0)
	if n == 0 {
		return ast.Name{}, false
	}
	start := p.start()
	p.next()
	var text strings.Builder
	for range n - 2 {
		text.WriteString(stringValue(p.next()))
	}
	p.next()
	return ast.Name{Pos: p.from(start), Text: text.String(), Quoted: true}, true
}

// scanName returns the number of tokens of the name at offset, or 0.
func (p *parser) scanName(offset int) int {
	t := p.at(offset)
	switch {
	case t.isName():
		return 1
	case t.is("["):
		return p.scanBracketedName(offset)
	case t.is("{") && p.at(offset+1).isName() && p.at(offset+2).is("}"):
		return 3
	}
	return 0
}

// scanWideName is scanName where names are declared.
func (p *parser) scanWideName(offset int) int {
	if p.at(offset).isWideName() {
		return 1
	}
	return p.scanName(offset)
}

// scanParameter returns the number of tokens of a workbook parameter: {Name},
// {Name:label}, {Name[1]}, without blanks. 0 if there is none.
func (p *parser) scanParameter(offset int) int {
	if !p.at(offset).is("{") {
		return 0
	}
	n := 1
	for ; ; n++ {
		t := p.at(offset + n)
		if t.spaced {
			return 0
		}
		switch t.Kind {
		case Identifier, Keyword, LongLiteral:
		case Punctuation:
			switch t.Text {
			case "}":
				if n == 1 {
					return 0
				}
				return n + 1
			case ":", "[", "]", "-", ".":
				if n == 1 {
					return 0
				}
			default:
				return 0
			}
		default:
			return 0
		}
	}
}

// parameter takes a workbook parameter, which a query cannot have. Microsoft's
// parser knows {Name} alone; {Name:label} is nothing to it, and so are its codes.
func (p *parser) parameter() (ast.Name, bool) {
	return p.parameterAs("KS006", "Missing expression")
}

// parameterAs is parameter where {Name:label} is reported as given.
func (p *parser) parameterAs(code, msg string) (ast.Name, bool) {
	n := p.scanParameter(0)
	if n == 0 {
		return ast.Name{}, false
	}
	start := p.start()
	p.pos += n
	if t := p.tok(); t.Kind == Identifier && !t.spaced { // {days}d
		p.next()
	}
	pos := p.from(start)
	text := p.src[pos.Start:pos.End]
	if n <= 3 {
		code, msg = "KS213", "Client parameters are not supported or enabled."
	}
	p.report(code, diag.Span(pos), msg, "put a value in the place of "+text)
	return ast.Name{Pos: pos, Text: text}, true
}

// scanWildcard returns the number of tokens of a name with asterisks at
// offset, or 0.
func (p *parser) scanWildcard(offset int) int {
	n := 0
	switch t := p.at(offset); {
	case t.is("*"):
		n = 1
	case t.isWideName() && p.at(offset+1).is("*") && !p.at(offset+1).spaced:
		n = 2
	default:
		return 0
	}
	for {
		t := p.at(offset + n)
		if t.spaced || !t.isWideName() && t.Kind != LongLiteral && !t.is("*") {
			return n
		}
		n++
	}
}

// wildcard takes a name with asterisks.
func (p *parser) wildcard() ast.Expr {
	n := p.scanWildcard(0)
	if n == 0 {
		return nil
	}
	start := p.start()
	p.pos += n
	pos := p.from(start)
	return &ast.Wildcard{Pos: pos, Pattern: p.src[pos.Start:pos.End]}
}

// bracketedWildcard takes [name*].
func (p *parser) bracketedWildcard() ast.Expr {
	if !p.tok().is("[") || p.scanWildcard(1) == 0 {
		return nil
	}
	start := p.start()
	p.next()
	w := p.wildcard().(*ast.Wildcard)
	p.expect("]")
	w.Pos = p.from(start)
	return w
}

// nameRef takes a name as a reference.
func (p *parser) nameRef() ast.Expr { return identOf(p.name()) }

// wideNameRef takes a name as a reference, where more reserved words are names.
func (p *parser) wideNameRef() ast.Expr { return identOf(p.wideName()) }

func identOf(n ast.Name, ok bool) ast.Expr {
	switch {
	case !ok:
		return nil
	case !n.Quoted && strings.HasPrefix(n.Text, "{"):
		return &ast.Bad{Pos: n.Pos}
	}
	return &ast.Ident{Pos: n.Pos, Name: n}
}

// needNameRef takes a name as a reference or reports that it is missing.
func (p *parser) needNameRef(x ast.Expr) ast.Expr {
	if x != nil {
		return x
	}
	n := p.missingName()
	return &ast.Bad{Pos: n.Pos}
}

// nameOrWildcard takes one item of project-away and project-keep.
func (p *parser) nameOrWildcard() ast.Expr {
	if x := p.wildcard(); x != nil {
		return x
	}
	return p.nameRef()
}
