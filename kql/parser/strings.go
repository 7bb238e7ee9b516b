package parser

import (
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/azflow/azflow/kql/diag"
)

// fences are the quotes of multi-line strings.
var fences = []string{"```", "~~~"}

// stringLiteral adds the string literal at the current position, if one begins
// there: an optional h, an optional @, then a quoted text.
func (l *lexer) stringLiteral() bool {
	rest := l.src[l.pos:]
	n := 0
	if rest[0] == 'h' || rest[0] == 'H' {
		n++
	}
	verbatim := strings.HasPrefix(rest[n:], "@")
	if verbatim {
		n++
	}
	for _, fence := range fences {
		if !strings.HasPrefix(rest[n:], fence) {
			continue
		}
		n += len(fence)
		if i := strings.Index(rest[n:], fence); i >= 0 {
			l.add(StringLiteral, n+i+len(fence))
		} else {
			l.openString(len(rest), fence)
		}
		return true
	}
	if n >= len(rest) || rest[n] != '\'' && rest[n] != '"' {
		return false
	}
	quote := rest[n]
	n = quotedEnd(rest, n+1, quote, verbatim)
	if n < len(rest) && rest[n] == quote {
		l.add(StringLiteral, n+1)
	} else {
		l.openString(n, string(quote))
	}
	return true
}

// openString adds a string literal of n bytes that has no closing quote.
func (l *lexer) openString(n int, quote string) {
	t := l.add(StringLiteral, n)
	hint := ""
	if strings.HasPrefix(l.src[l.pos:], `\`) {
		hint = "put @ before the first quote to keep backslashes as they are"
	}
	l.error("KS001", diag.Span{Start: t.Span.End, End: t.Span.End}, "Missing: "+quote, hint)
}

// quotedEnd returns where in s the text of a string that began before n ends:
// at its quote, at a line break, or at a bad escape.
func quotedEnd(s string, n int, quote byte, verbatim bool) int {
	for n < len(s) {
		switch c := s[n]; {
		case c == quote && verbatim && strings.HasPrefix(s[n+1:], string(quote)):
			n += 2
		case c == '\\' && !verbatim:
			e := escapeLen(s[n:])
			if e == 0 {
				return n
			}
			n += e
		case c == quote || c == '\r' || c == '\n':
			return n
		default:
			n++
		}
	}
	return n
}

// escapeLen returns the length of the escape that s begins with, 0 if it is
// none. MS Learn: "The string data type"; octal escapes as Microsoft's parser
// takes them.
func escapeLen(s string) int {
	if len(s) < 2 {
		return 0
	}
	hex := func(n int) int {
		if len(s) < 2+n {
			return 0
		}
		for i := range n {
			if !isHex(s[2+i]) {
				return 0
			}
		}
		return 2 + n
	}
	switch c := s[1]; c {
	case '\\', '\'', '"', 'a', 'b', 'f', 'n', 'r', 't', 'v':
		return 2
	case 'u':
		return hex(4)
	case 'U':
		return hex(8)
	case 'x':
		return hex(2)
	default:
		octal := func(i int) bool { return i < len(s) && s[i] >= '0' && s[i] <= '7' }
		switch {
		case !octal(1):
			return 0
		case octal(2) && octal(3) && c <= '3':
			return 4
		case octal(2):
			return 3
		}
		return 2
	}
}

// stringValue returns what the string literal t says.
func stringValue(t Token) string {
	if t.mended {
		return mendedValue(t.Text)
	}
	s := strings.TrimLeft(t.Text, "hH")
	s, verbatim := strings.CutPrefix(s, "@")
	for _, fence := range fences {
		if body, ok := strings.CutPrefix(s, fence); ok {
			return strings.TrimSuffix(body, fence)
		}
	}
	if s == "" {
		return ""
	}
	quote := s[:1]
	s = s[1:]
	end := quotedEnd(s, 0, quote[0], verbatim)
	s = s[:end]
	switch {
	case verbatim:
		return strings.ReplaceAll(s, quote+quote, quote)
	case strings.Contains(s, `\`):
		return unescape(s)
	}
	return s
}

// unescape returns s with its escapes replaced by what they stand for.
func unescape(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); {
		n := 0
		if s[i] == '\\' {
			n = escapeLen(s[i:])
		}
		if n == 0 {
			b.WriteByte(s[i])
			i++
			continue
		}
		switch c := s[i+1]; c {
		case 'a':
			b.WriteByte('\a')
		case 'b':
			b.WriteByte('\b')
		case 'f':
			b.WriteByte('\f')
		case 'n':
			b.WriteByte('\n')
		case 'r':
			b.WriteByte('\r')
		case 't':
			b.WriteByte('\t')
		case 'v':
			b.WriteByte('\v')
		case 'u':
			r := number(s[i+2:i+n], 16)
			if next := i + n; utf16.IsSurrogate(r) && strings.HasPrefix(s[next:], `\u`) && escapeLen(s[next:]) > 0 {
				if pair := utf16.DecodeRune(r, number(s[next+2:next+6], 16)); pair != utf8.RuneError {
					r, n = pair, n+6
				}
			}
			b.WriteRune(r)
		case 'U', 'x':
			b.WriteRune(number(s[i+2:i+n], 16))
		default:
			if isDigit(c) {
				b.WriteRune(number(s[i+1:i+n], 8))
			} else {
				b.WriteByte(c)
			}
		}
		i += n
	}
	return b.String()
}

// number reads digits of the given base; the lexer has checked them.
func number(s string, base rune) rune {
	var r rune
	for i := range len(s) {
		d := rune(s[i]|0x20) - 'a' + 10
		if isDigit(s[i]) {
			d = rune(s[i] - '0')
		}
		r = r*base + d
		if r > utf8.MaxRune {
			return utf8.RuneError
		}
	}
	return r
}
