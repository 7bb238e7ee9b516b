// Package format prints KQL in the one layout of azflow.
//
// It moves tokens and never changes them, but for typographic quotes and dashes,
// so that a query keeps its meaning and its comments. A stage of a pipeline
// stands on its own line; what does not fit on a line is broken at its commas,
// or before and and or.
package format

import (
	"strings"
	"unicode/utf8"

	"github.com/azflow/azflow/kql/ast"
	"github.com/azflow/azflow/kql/diag"
	"github.com/azflow/azflow/kql/parser"
)

const (
	// width is the number of characters that a line should not exceed.
	width = 100
	// innerWidth is that of a query in parentheses that stays on one line.
	innerWidth = 60
	tab        = "    "
)

// Source returns src in the canonical layout, which ends with a line break. If
// src has errors, it returns src as it is and the errors.
func Source(src string) (string, diag.List) {
	q, diags := parser.Parse(src)
	if diags.HasErrors() {
		return src, diags
	}
	tokens, mends := parser.Tokens(src)
	p := newPrinter(src, tokens, mends)
	p.space(q)
	p.measure()
	p.statements(q.Statements, 0)
	return p.print(), diags
}

// A mark says how a token is set off from the one before.
type mark struct {
	tight   bool // no blank
	spaced  bool // a blank, whatever the signs say
	breaks  bool // a new line …
	indent  int  // … with this many tabs
	skipped bool // printed with the verbatim token before
}

type printer struct {
	src    string
	tokens []parser.Token
	texts  []string
	marks  []mark
	index  map[int]int // of tokens, by where they start
	column []int       // of each token if all stood on one line
	forced []int       // number of tokens before this one that need a line break after them
}

func newPrinter(src string, tokens []parser.Token, mends diag.List) *printer {
	tokens = tokens[:len(tokens)-1]
	p := &printer{src: src, tokens: tokens, texts: make([]string, len(tokens)), marks: make([]mark, len(tokens)), index: make(map[int]int, len(tokens))}
	fixes := map[int]string{}
	for _, d := range mends {
		if d.Fix != nil {
			fixes[d.Fix.Span.Start] = d.Fix.Text
		}
	}
	for i, t := range tokens {
		p.index[t.Span.Start] = i
		p.texts[i] = src[t.Span.Start:t.Span.End]
		if t.Kind == parser.Comment || t.Kind == parser.Directive {
			p.texts[i] = strings.TrimRight(p.texts[i], " \t\f\v\u00a0")
		}
		if fix, ok := fixes[t.Span.Start]; ok {
			p.texts[i] = fix
		}
	}
	return p
}

// first returns the token that a node begins with.
func (p *printer) first(n ast.Node) int { return p.token(n.Span().Start) }

// token returns the token that starts at an offset, or the next one.
func (p *printer) token(offset int) int {
	if i, ok := p.index[offset]; ok {
		return i
	}
	lo, hi := 0, len(p.tokens)
	for lo < hi {
		if mid := (lo + hi) / 2; p.tokens[mid].Span.Start < offset {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return lo
}

// after returns the first token after a node that is no comment.
func (p *printer) after(n ast.Node) int { return p.skip(p.token(n.Span().End)) }

// skip returns i or the next token that is no comment.
func (p *printer) skip(i int) int {
	for i < len(p.tokens) && p.tokens[i].Kind == parser.Comment {
		i++
	}
	return i
}

// before returns the last token before i that is no comment, or -1.
func (p *printer) before(i int) int {
	for i--; i >= 0 && p.tokens[i].Kind == parser.Comment; i-- {
	}
	return i
}

func (p *printer) is(i int, sign string) bool {
	return i >= 0 && i < len(p.tokens) && p.tokens[i].Kind == parser.Punctuation && p.tokens[i].Text == sign
}

// measure computes where tokens stand if all are on one line.
func (p *printer) measure() {
	p.column = make([]int, len(p.tokens)+1)
	p.forced = make([]int, len(p.tokens)+1)
	at, forced := 0, 0
	for i := range p.tokens {
		if p.blankBefore(i) {
			at++
		}
		p.column[i] = at
		p.forced[i] = forced
		if !p.marks[i].skipped {
			at += utf8.RuneCountInString(p.texts[i])
		}
		if p.tokens[i].Kind == parser.Comment || strings.Contains(p.texts[i], "\n") {
			forced++
		}
	}
	p.column[len(p.tokens)], p.forced[len(p.tokens)] = at, forced
}

// fits reports whether the tokens from i up to and without j can stand on one
// line of n characters.
func (p *printer) fits(i, j, n int) bool {
	i, j = min(i, len(p.tokens)), min(j, len(p.tokens))
	return p.forced[j] == p.forced[i] && p.column[j]-p.column[i] <= n
}

// breakAt puts token i on a line of its own.
func (p *printer) breakAt(i, indent int) {
	if i < len(p.tokens) {
		p.marks[i].breaks, p.marks[i].indent = true, indent
	}
}

// blankBefore reports whether a blank stands between token i and the one
// before, if they are on one line.
func (p *printer) blankBefore(i int) bool {
	if i == 0 || p.marks[i].skipped {
		return false
	}
	m, t, last := p.marks[i], p.tokens[i], p.tokens[i-1]
	switch {
	case t.Kind == parser.Comment:
		return true
	case m.tight:
		return false
	case m.spaced:
		return true
	}
	if last.Kind == parser.Punctuation {
		switch last.Text {
		case "(", "[", ".":
			return false
		}
	}
	if t.Kind == parser.Punctuation {
		switch t.Text {
		case ")", "]", ",", ";", ".", ":":
			return false
		case "}":
			return last.Text != "{"
		}
	}
	return true
}

// print writes the tokens as they are marked.
func (p *printer) print() string {
	var b strings.Builder
	indent := 0
	for i, t := range p.tokens {
		m := p.marks[i]
		if m.skipped {
			continue
		}
		afterComment := i > 0 && (p.tokens[i-1].Kind == parser.Comment || p.tokens[i-1].Kind == parser.Directive)
		switch {
		case i == 0:
		case t.Kind == parser.Comment && !p.ownLine(i) && !afterComment:
			b.WriteByte(' ')
		case t.Kind == parser.Comment || m.breaks || afterComment:
			b.WriteByte('\n')
			if p.blankLine(i) && (t.Kind == parser.Comment || m.indent == 0 || afterComment) {
				b.WriteByte('\n')
			}
			b.WriteString(strings.Repeat(tab, p.indentOf(i, indent)))
		case p.blankBefore(i):
			b.WriteByte(' ')
		}
		if m.breaks {
			indent = m.indent
		}
		b.WriteString(p.texts[i])
	}
	if b.Len() > 0 {
		b.WriteByte('\n')
	}
	return b.String()
}

// indentOf returns the indent of the line that token i begins: that of the
// next token that was put on a line, or one more than that of the line before.
func (p *printer) indentOf(i, current int) int {
	j := p.skip(i)
	switch {
	case j >= len(p.tokens):
		return 0
	case p.marks[j].breaks:
		return p.marks[j].indent
	}
	return current + 1
}

// ownLine reports whether token i began a line of the source.
func (p *printer) ownLine(i int) bool {
	return i == 0 || strings.ContainsAny(p.between(i), "\r\n")
}

// blankLine reports whether an empty line stood before token i.
func (p *printer) blankLine(i int) bool { return strings.Count(p.between(i), "\n") > 1 }

func (p *printer) between(i int) string {
	return p.src[p.tokens[i-1].Span.End:p.tokens[i].Span.Start]
}
