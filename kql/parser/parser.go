// Package parser reads KQL text into a syntax tree.
//
// It takes what Microsoft's own parser takes (@kusto/language-service-next
// 12.4.1) and reports its codes and words at its places. Beyond the first
// fault of a pipeline it recovers more finely: each stage after a pipe, each
// statement and each parenthesis starts afresh. Typographic quotes and dashes,
// which Kusto refuses, are read as the ASCII ones with a warning.
package parser

import (
	"cmp"
	"slices"
	"strings"

	"github.com/azflow/azflow/kql/ast"
	"github.com/azflow/azflow/kql/diag"
)

// maxDepth bounds how deep expressions, lambdas and JSON may nest; a pair of
// parentheses is two levels.
const maxDepth = 1024

// Parse reads a query text. The tree is never nil; where the diagnostics have
// errors it is partial, with Bad nodes for what could not be read.
func Parse(src string) (*ast.Query, diag.List) {
	l := lexer{src: src}
	l.run()
	p := parser{src: src, tokens: l.tokens, diags: l.diags}
	q := p.query()
	slices.SortStableFunc(p.diags, byPlace)
	return q, p.diags
}

// byPlace orders diagnostics by where they stand; what is missing at a place
// comes before what is wrong there.
func byPlace(a, b diag.Diagnostic) int {
	return cmp.Or(a.Span.Start-b.Span.Start, min(a.Span.End-a.Span.Start, 1)-min(b.Span.End-b.Span.Start, 1))
}

type parser struct {
	src    string
	tokens []Token // the last one is EndOfText
	pos    int
	diags  diag.List
	depth  int
	// mended is the position of the last fault that was reported: what else is
	// missing there follows from it.
	mended int
	// lost is the depth at which a closing sign was reported as missing by the
	// query before it.
	lost int
	// closer is what ends the query that a statement here may hold: "}" in a
	// lambda, else "".
	closer string
	// pipes says for each token whether a pipe follows before the end of the
	// expression that it stands in; nil until asked for.
	pipes []bool
}

// at returns the token n after the current one.
func (p *parser) at(n int) *Token {
	return &p.tokens[min(p.pos+n, len(p.tokens)-1)]
}

func (p *parser) tok() *Token { return &p.tokens[p.pos] }

// next takes the current token; at the end of the text it stays there.
func (p *parser) next() Token {
	t := p.tokens[p.pos]
	if p.pos < len(p.tokens)-1 {
		p.pos++
	}
	return t
}

// accept takes the current token if it is the given sign.
func (p *parser) accept(sign string) bool {
	if p.tok().is(sign) {
		p.next()
		return true
	}
	return false
}

// acceptWord takes the current token if it is the given reserved word.
func (p *parser) acceptWord(word string) bool {
	if p.tok().isKeyword(word) {
		p.next()
		return true
	}
	return false
}

// expect takes the given sign or reports that it is missing.
func (p *parser) expect(sign string) {
	if !p.accept(sign) {
		p.missingToken(sign)
	}
}

// expectWord takes the given reserved word or reports that it is missing.
func (p *parser) expectWord(word string) {
	if !p.acceptWord(word) {
		p.missingToken(word)
	}
}

// matchText returns how many adjacent tokens from offset on together read as
// text, 0 if they do not.
func (p *parser) matchText(text string, offset int) int {
	for n := 0; ; n++ {
		t := p.at(offset + n)
		if t.Kind == EndOfText || n > 0 && t.spaced || !strings.HasPrefix(text, t.Text) {
			return 0
		}
		if text = text[len(t.Text):]; text == "" {
			return n + 1
		}
	}
}

// acceptText takes the tokens that together read as one of texts.
func (p *parser) acceptText(texts ...string) (ast.Name, bool) {
	for _, text := range texts {
		if n := p.matchText(text, 0); n > 0 {
			start := p.tok().Span.Start
			p.pos += n
			return ast.Name{Pos: p.from(start), Text: text}, true
		}
	}
	return ast.Name{}, false
}

// A place is what to go back to when a reading of the text fails.
type place struct{ pos, mended, diags int }

func (p *parser) mark() place { return place{p.pos, p.mended, len(p.diags)} }

func (p *parser) reset(to place) {
	p.pos, p.mended, p.diags = to.pos, to.mended, p.diags[:to.diags]
}

// lastEnd returns where the last taken token ends.
func (p *parser) lastEnd() int {
	if p.pos == 0 {
		return 0
	}
	return p.tokens[p.pos-1].Span.End
}

// from returns the span from start to the last taken token.
func (p *parser) from(start int) ast.Pos {
	return ast.Pos{Start: start, End: max(start, p.lastEnd())}
}

func (p *parser) start() int { return p.tok().Span.Start }

func (p *parser) report(code string, at diag.Span, msg, hint string) {
	if len(p.diags) < 2*maxDiagnostics {
		p.diags = append(p.diags, diag.Diagnostic{Code: code, Span: at, Msg: msg, Hint: hint})
	}
}

// missingToken reports that one of texts should stand here. Like Microsoft's
// parser it points at the next token when that one is close by.
func (p *parser) missingToken(texts ...string) {
	p.missingTokenSaying(expected(texts), "KS005")
}

func (p *parser) missingTokenSaying(msg, code string) {
	if p.pos == p.mended && p.pos > 0 {
		return
	}
	end := p.lastEnd()
	at := diag.Span{Start: end, End: end}
	if t := p.tok(); t.Span.Start-end < 2 && !t.newline {
		at = t.Span
	}
	p.report(code, at, msg, "")
	p.mended = p.pos
}

func expected(texts []string) string {
	if len(texts) == 1 {
		return "Expected: " + texts[0]
	}
	return "Expected one of: " + strings.Join(texts, ", ")
}

// missing reports that an element should stand right after the last token.
func (p *parser) missing(what string) { p.missingSaying("KS006", "Missing "+what) }

func (p *parser) missingSaying(code, msg string) { p.missingHinting(code, msg, "") }

func (p *parser) missingHinting(code, msg, hint string) {
	if p.pos == p.mended && p.pos > 0 {
		return
	}
	end := p.lastEnd()
	p.report(code, diag.Span{Start: end, End: end}, msg, hint)
	p.mended = p.pos
}

// bad returns a node for what is missing after the last token.
func (p *parser) bad() *ast.Bad {
	end := p.lastEnd()
	return &ast.Bad{Pos: ast.Pos{Start: end, End: end}}
}

// need returns x, or reports that an expression is missing.
func (p *parser) need(x ast.Expr) ast.Expr {
	if x != nil {
		return x
	}
	if x := p.placeholder(); x != nil {
		return x
	}
	if t := p.tok(); t.Kind == Keyword {
		p.missingSaying("KS006", "Missing expression: If the keyword '"+t.Text+"' is intended to be part of an expression it needs to be bracketted as ['"+t.Text+"'].")
	} else {
		p.missing("expression")
	}
	return p.bad()
}

// needValue returns x, or reports that a value is missing.
func (p *parser) needValue(x ast.Expr) ast.Expr {
	if x == nil {
		p.missing("value")
		return p.bad()
	}
	return x
}

// placeholder takes <text>, as instructions write what the reader shall put in.
func (p *parser) placeholder() ast.Expr {
	if !p.tok().is("<") {
		return nil
	}
	n := 1
	for ; ; n++ {
		t := p.at(n)
		if t.Kind == EndOfText || t.newline || t.Kind == Punctuation && !t.is("-") && !t.is(">") && !t.is(".") {
			return nil
		}
		if t.is(">") {
			break
		}
	}
	if n == 1 {
		return nil
	}
	start := p.start()
	p.pos += n + 1
	x := &ast.Bad{Pos: p.from(start)}
	p.report("AZ003", x.Span(), "The placeholder "+p.src[x.Start:x.End]+" stands for a value.", "put the value in its place")
	return x
}

// enter counts a level of nesting and reports whether it is one too many; then
// the rest of the text is given up.
func (p *parser) enter() bool {
	p.depth++
	if p.depth <= maxDepth {
		return true
	}
	if p.tok().Kind != EndOfText {
		p.report("AZ002", p.tok().Span, "The query nests too deeply.", "name inner parts with let")
		p.pos = len(p.tokens) - 1
		p.mended = p.pos
	}
	return false
}

func (p *parser) leave() { p.depth-- }

// atListEnd reports whether the current token ends any list.
func (p *parser) atListEnd() bool {
	t := p.tok()
	switch t.Kind {
	case EndOfText:
		return true
	case Punctuation:
		switch t.Text {
		case ")", "]", "}", "|", ";":
			return true
		}
	}
	return false
}

// atWordOrEnd returns a list end that is also at one of the given words.
func (p *parser) atWordOrEnd(words ...string) func() bool {
	return func() bool {
		return p.atListEnd() || p.tok().Kind == Keyword && slices.Contains(words, p.tok().Text)
	}
}

// A list is how to read elements between commas.
type list[T any] struct {
	item     func() (T, bool) // false, taking nothing, where none begins
	missing  func() T         // reports that an element is missing
	end      func() bool      // nil if only the lack of a comma ends the list
	needOne  bool
	trailing bool // whether the last element may have a comma
}

// commaList reads a list. Where a comma is missing between two elements, it
// reports so and goes on.
func commaList[T any](p *parser, l list[T]) []T {
	var items []T
	atEnd := func() bool { return l.end != nil && l.end() }
	item := func() (T, bool) {
		if atEnd() {
			var none T
			return none, false
		}
		return l.item()
	}
	x, ok := item()
	if !ok && p.tok().is(",") {
		x, ok = l.missing(), true
	}
	for ok {
		items = append(items, x)
		switch {
		case p.tok().Kind == EndOfText || atEnd():
			return items
		case p.accept(","):
			x, ok = item()
			if !ok && !l.trailing {
				return append(items, l.missing())
			}
		case l.end != nil:
			mark := p.mark()
			p.missingToken(",")
			if x, ok = l.item(); !ok || p.pos == mark.pos {
				p.reset(mark)
				return items
			}
		default:
			return items
		}
	}
	if l.needOne && len(items) == 0 {
		items = append(items, l.missing())
	}
	return items
}

// exprList reads expressions between commas up to end, at least one.
func (p *parser) exprList(item func() ast.Expr, end func() bool) []ast.Expr {
	return commaList(p, list[ast.Expr]{item: orNone(item), missing: p.missingExpr, end: end, needOne: true})
}

// anyExprList is an exprList that may be empty.
func (p *parser) anyExprList(item func() ast.Expr, end func() bool) []ast.Expr {
	return commaList(p, list[ast.Expr]{item: orNone(item), missing: p.missingExpr, end: end})
}

func orNone(item func() ast.Expr) func() (ast.Expr, bool) {
	return func() (ast.Expr, bool) {
		x := item()
		return x, x != nil
	}
}

func (p *parser) missingExpr() ast.Expr { return p.need(nil) }
