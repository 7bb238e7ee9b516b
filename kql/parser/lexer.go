package parser

import (
	"strings"
	"unicode/utf8"

	"github.com/azflow/azflow/kql/diag"
	"github.com/azflow/azflow/kql/types"
)

// maxTokens bounds a query. Kusto refuses query texts over 2 MB, which cannot
// hold more tokens than this.
const maxTokens = 1 << 20

// Tokens returns the tokens of src in order, comments among them, and what is
// wrong with them. The last token is EndOfText.
func Tokens(src string) ([]Token, diag.List) {
	l := lexer{src: src, comments: true}
	l.run()
	return l.tokens, l.diags
}

type lexer struct {
	src      string
	pos      int
	comments bool // whether comments become tokens
	tokens   []Token
	diags    diag.List
	spaced   bool
	newline  bool
	errors   int
	warnings int
}

func (l *lexer) run() {
	l.tokens = make([]Token, 0, len(l.src)/4+1)
	for {
		l.trivia()
		if l.pos >= len(l.src) {
			break
		}
		if len(l.tokens) >= maxTokens {
			l.error("AZ001", diag.Span{Start: l.pos, End: l.pos + 1}, "The query has more than a million tokens.", "split it, or read long lists with externaldata or a table")
			l.tokens = l.tokens[:0]
			l.pos = len(l.src)
			break
		}
		l.token()
	}
	l.add(EndOfText, 0)
}

// maxDiagnostics bounds the diagnostics of one severity: nobody reads more.
const maxDiagnostics = 1000

func (l *lexer) error(code string, at diag.Span, msg, hint string) {
	if l.errors++; l.errors <= maxDiagnostics {
		l.diags = append(l.diags, diag.Diagnostic{Code: code, Span: at, Msg: msg, Hint: hint})
	}
}

// mend warns that the text under at was read as better.
func (l *lexer) mend(at diag.Span, what, better string) {
	if l.warnings++; l.warnings <= maxDiagnostics {
		l.diags = append(l.diags, diag.Diagnostic{
			Severity: diag.Warning, Code: "AZ006", Span: at,
			Msg: what, Fix: &diag.Fix{Span: at, Text: better},
		})
	}
}

// add appends a token of n bytes.
func (l *lexer) add(kind Kind, n int) *Token {
	t := Token{Kind: kind, Span: diag.Span{Start: l.pos, End: l.pos + n}, Text: l.src[l.pos : l.pos+n], spaced: l.spaced, newline: l.newline}
	l.tokens = append(l.tokens, t)
	l.pos += n
	l.spaced, l.newline = false, false
	return &l.tokens[len(l.tokens)-1]
}

// trivia skips blanks and comments.
func (l *lexer) trivia() {
	for l.pos < len(l.src) {
		rest := l.src[l.pos:]
		switch c := rest[0]; {
		case c == ' ' || c == '\t' || c == '\f':
			l.pos++
		case c == '\n' || c == '\r':
			l.pos++
			l.newline = true
		case strings.HasPrefix(rest, "//"):
			n := lineEnd(rest)
			if l.comments {
				l.add(Comment, n)
			} else {
				l.pos += n
			}
		case c < utf8.RuneSelf:
			return
		default:
			r, n := utf8.DecodeRuneInString(rest)
			switch {
			case isBlank(r):
			case isInvisible(r):
				l.mend(diag.Span{Start: l.pos, End: l.pos + n}, "An invisible character was skipped.", "")
			default:
				return
			}
			l.pos += n
			l.newline = l.newline || r == '\u2028' || r == '\u2029'
		}
		l.spaced = true
	}
}

// lineEnd returns the length of s up to its first line break.
func lineEnd(s string) int {
	if i := strings.IndexAny(s, "\r\n"); i >= 0 {
		return i
	}
	return len(s)
}

// isBlank reports whether r separates tokens. The set is Kusto's: it has the
// no-break space, the zero-width space and the byte order mark.
func isBlank(r rune) bool {
	switch {
	case r >= '\u2000' && r <= '\u200b':
		return true
	case r == '\u00a0', r == '\u1680', r == '\u180e', r == '\u202f', r == '\u205f', r == '\u3000', r == '\ufeff':
		return true
	}
	return false
}

// isInvisible reports whether r shows nothing, but is no blank to Kusto. Such
// characters come along when a query is copied from a page or a document.
func isInvisible(r rune) bool {
	switch r {
	case '\u00ad', '\u200c', '\u200d', '\u200e', '\u200f', '\u2028', '\u2029', '\u2060':
		return true
	}
	return false
}

func (l *lexer) token() {
	rest := l.src[l.pos:]
	c := rest[0]
	if !isLetterOrDigit(c) {
		if n := punctuation(rest); n > 0 {
			l.add(Punctuation, n)
			return
		}
		if isQuote(c) || c == '@' {
			if l.stringLiteral() {
				return
			}
		}
		if c == '#' {
			l.add(Directive, lineEnd(rest))
			return
		}
		if c >= utf8.RuneSelf && l.typographic() {
			return
		}
	}
	switch {
	case l.keyword(rest):
	case isLetter(c) || c == '_' || c == '$':
		l.word(rest)
	case isDigit(c) && l.number(rest):
	default:
		_, n := utf8.DecodeRuneInString(rest)
		bad := l.add(BadText, n)
		hint := ""
		if bad.Text == "&" {
			hint = "KQL says and"
		}
		l.error("KS002", bad.Span, "Unexpected: "+bad.Text, hint)
	}
}

// punctuation returns the length of the sign that s begins with, or 0.
func punctuation(s string) int {
	second := byte(0)
	if len(s) > 1 {
		second = s[1]
	}
	two := false
	switch s[0] {
	case '(', ')', '[', ']', '{', '}', '|', '+', '-', '*', '/', '%', ':', ';', ',', '?':
	case '.':
		two = second == '.'
	case '<':
		two = second == '=' || second == '|' || second == '>'
	case '>':
		two = second == '='
	case '=':
		two = second == '=' || second == '>' || second == '~'
	case '!':
		if second != '=' && second != '~' {
			return 0
		}
		two = true
	case '@':
		if isQuote(second) {
			return 0
		}
	default:
		return 0
	}
	if two {
		return 2
	}
	return 1
}

// keyword adds the reserved word, or the literal written as a call of one,
// that rest begins with. Only the longest word that fits counts: in~5 begins
// with neither in~ nor in.
func (l *lexer) keyword(rest string) bool {
	if rest[0] >= utf8.RuneSelf {
		return false
	}
	if rest[0] == '!' && (len(rest) == 1 || !isWordByte(rest[1])) {
		l.add(Punctuation, 1)
		return true
	}
	for _, k := range keywords[rest[0]] {
		if !strings.HasPrefix(rest, k.text) {
			continue
		}
		after := rest[len(k.text):]
		if strings.HasPrefix(after, "(") {
			if kind, ok := literalCalls[k.text]; ok {
				l.literalCall(kind, len(k.text), after)
				return true
			}
		}
		if after != "" && isWordByte(after[0]) {
			return false
		}
		l.add(Keyword, len(k.text)).use = k.use
		return true
	}
	return false
}

// literalCalls has the type names that make a literal of what stands in
// parentheses right after them.
var literalCalls = map[string]Kind{
	"long": LongLiteral, "int64": LongLiteral,
	"int": IntLiteral, "int32": IntLiteral,
	"real": RealLiteral, "double": RealLiteral,
	"decimal":  DecimalLiteral,
	"bool":     BoolLiteral,
	"datetime": DateTimeLiteral, "date": DateTimeLiteral,
	"time": TimeSpanLiteral, "timespan": TimeSpanLiteral,
	"guid": GUIDLiteral,
}

// literalCall adds a literal such as datetime(2020-01-01), which ends at the
// first closing parenthesis and never spans lines.
func (l *lexer) literalCall(kind Kind, name int, after string) {
	n := strings.IndexAny(after, ")\r\n\u2028\u2029")
	if n < 0 {
		n = len(after)
	}
	if strings.HasPrefix(after[n:], ")") {
		l.add(kind, name+n+1)
		return
	}
	t := l.add(kind, name+n)
	l.error("KS001", diag.Span{Start: t.Span.End, End: t.Span.End}, "Missing: )", "")
}

// word adds what begins with a letter, an underscore or a dollar sign.
func (l *lexer) word(rest string) {
	n := 1
	for n < len(rest) && isWordByte(rest[n]) {
		n++
	}
	switch w := rest[:n]; w {
	case "true", "True", "TRUE", "false", "False", "FALSE":
		l.add(BoolLiteral, n)
		return
	case "h", "H":
		if n < len(rest) && (isQuote(rest[n]) || rest[n] == '@') && l.stringLiteral() {
			return
		}
	}
	if isGUID(rest) {
		l.add(BareGUID, guidLen)
		return
	}
	l.add(Identifier, n)
}

// number adds what begins with a digit.
func (l *lexer) number(rest string) bool {
	if isGUID(rest) {
		l.add(BareGUID, guidLen)
		return true
	}
	for _, form := range []struct {
		kind Kind
		scan func(string) int
	}{{RealLiteral, scanReal}, {TimeSpanLiteral, scanTimeSpan}, {LongLiteral, scanLong}} {
		if n := form.scan(rest); n > 0 {
			l.add(form.kind, n)
			return true
		}
	}
	n := digits(rest)
	if n < len(rest) && (isLetter(rest[n]) || rest[n] == '_') {
		for n < len(rest) && isWordByte(rest[n]) {
			n++
		}
		l.add(Identifier, n)
		return true
	}
	return false
}

func digits(s string) int {
	n := 0
	for n < len(s) && isDigit(s[n]) {
		n++
	}
	return n
}

// endsWord reports whether the word that s continues ends at n.
func endsWord(s string, n int) bool { return n >= len(s) || !isWordByte(s[n]) }

func scanReal(s string) int {
	n := digits(s)
	at := func(i int) byte {
		if i < len(s) {
			return s[i]
		}
		return 0
	}
	exponent := func(i int) int {
		if at(i) != 'e' && at(i) != 'E' {
			return 0
		}
		j := i + 1
		if at(j) == '+' || at(j) == '-' {
			j++
		}
		d := digits(s[min(j, len(s)):])
		if d == 0 {
			return 0
		}
		return j + d - i
	}
	if at(n) == '.' && (at(n+1) != '.' || at(n+2) == '.') {
		n++
		n += digits(s[n:])
		n += exponent(n)
	} else {
		e := exponent(n)
		if e == 0 {
			return 0
		}
		n += e
	}
	if !endsWord(s, n) {
		return 0
	}
	return n
}

// unitNames has the units of a timespan literal in ticks.
// MS Learn: "The timespan data type"; the long names as Microsoft's parser
// takes them.
var unitNames = map[string]float64{
	"d": types.TicksPerDay, "day": types.TicksPerDay, "days": types.TicksPerDay,
	"h": types.TicksPerHour, "hr": types.TicksPerHour, "hrs": types.TicksPerHour, "hour": types.TicksPerHour, "hours": types.TicksPerHour,
	"m": types.TicksPerMinute, "min": types.TicksPerMinute, "minute": types.TicksPerMinute, "minutes": types.TicksPerMinute,
	"s": types.TicksPerSecond, "sec": types.TicksPerSecond, "second": types.TicksPerSecond, "seconds": types.TicksPerSecond,
	"ms": types.TicksPerMillisecond, "milli": types.TicksPerMillisecond, "millis": types.TicksPerMillisecond,
	"millisec": types.TicksPerMillisecond, "millisecond": types.TicksPerMillisecond, "milliseconds": types.TicksPerMillisecond,
	"micro": types.TicksPerMicrosecond, "micros": types.TicksPerMicrosecond, "microsec": types.TicksPerMicrosecond,
	"microsecond": types.TicksPerMicrosecond, "microseconds": types.TicksPerMicrosecond,
	"nano": 0.01, "nanos": 0.01, "nanosec": 0.01, "nanosecond": 0.01, "nanoseconds": 0.01,
	"tick": 1, "ticks": 1,
}

func scanTimeSpan(s string) int {
	n := digits(s)
	if strings.HasPrefix(s[n:], ".") {
		if f := digits(s[n+1:]); f > 0 {
			n += 1 + f
		}
	}
	end := n
	for end < len(s) && isWordByte(s[end]) {
		end++
	}
	if _, ok := unitNames[s[n:end]]; !ok {
		return 0
	}
	return end
}

func scanLong(s string) int {
	n := digits(s)
	if n == 1 && s[0] == '0' && len(s) > 2 && (s[1] == 'x' || s[1] == 'X') && isHex(s[2]) {
		h := 2
		for h < len(s) && isHex(s[h]) {
			h++
		}
		if endsWord(s, h) {
			return h
		}
		return 0
	}
	if !endsWord(s, n) {
		return 0
	}
	return n
}

const guidLen = len("00000000-0000-0000-0000-000000000000")

func isGUID(s string) bool {
	if len(s) < guidLen {
		return false
	}
	for i := range guidLen {
		switch i {
		case 8, 13, 18, 23:
			if s[i] != '-' {
				return false
			}
		default:
			if !isHex(s[i]) {
				return false
			}
		}
	}
	return true
}

func isLetter(c byte) bool        { return c|0x20 >= 'a' && c|0x20 <= 'z' }
func isDigit(c byte) bool         { return c >= '0' && c <= '9' }
func isLetterOrDigit(c byte) bool { return isLetter(c) || isDigit(c) }
func isWordByte(c byte) bool      { return isLetterOrDigit(c) || c == '_' }
func isHex(c byte) bool           { return isDigit(c) || c|0x20 >= 'a' && c|0x20 <= 'f' }
func isQuote(c byte) bool         { return c == '\'' || c == '"' || c == '`' || c == '~' }
