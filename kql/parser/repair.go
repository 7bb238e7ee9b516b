package parser

import (
	"strings"
	"unicode/utf8"

	"github.com/azflow/azflow/kql/diag"
)

// Word processors, blogs and chats turn the quotes and dashes of a query into
// typographic ones, which Kusto refuses. Outside of strings they can only have
// been the ASCII ones, so they are read as those, with a warning that carries
// the edit.
const (
	doubleQuotes = "“”„‟″‶«»＂"
	singleQuotes = "‘’‚‛′‵´＇"
	dashes       = "‐‑‒–—―−﹣－"
)

// typographic adds the string or the minus sign that begins with a typographic
// character at the current position, if there is one.
func (l *lexer) typographic() bool {
	rest := l.src[l.pos:]
	r, n := utf8.DecodeRuneInString(rest)
	switch {
	case strings.ContainsRune(dashes, r):
		l.mend(diag.Span{Start: l.pos, End: l.pos + n}, "A typographic dash was read as a minus sign.", "-")
		l.add(Punctuation, n).Text = "-"
		return true
	case strings.ContainsRune(doubleQuotes, r):
		return l.mendString(n, doubleQuotes, '"')
	case strings.ContainsRune(singleQuotes, r):
		return l.mendString(n, singleQuotes, '\'')
	}
	return false
}

// mendString adds a string that begins with a typographic quote of open bytes
// and ends on its line with any of quotes or their ASCII form.
func (l *lexer) mendString(open int, quotes string, ascii byte) bool {
	rest := l.src[l.pos:]
	for i := open; i < len(rest) && rest[i] != '\r' && rest[i] != '\n'; {
		r, n := utf8.DecodeRuneInString(rest[i:])
		switch {
		case r == '\\' && escapeLen(rest[i:]) > 0:
			n = escapeLen(rest[i:])
		case r == rune(ascii), strings.ContainsRune(quotes, r):
			at := diag.Span{Start: l.pos, End: l.pos + i + n}
			body := rest[open:i]
			better := string(ascii) + body + string(ascii)
			if !escapesFit(body) {
				better = "@" + better
			}
			l.mend(at, "Typographic quotes were read as plain ones.", better)
			l.add(StringLiteral, i+n).mended = true
			return true
		}
		i += n
	}
	return false
}

// mendedValue returns what a string between typographic quotes says. If its
// backslashes make no escapes, they are meant as such (“C:\temp”).
func mendedValue(s string) string {
	body := trimQuotes(s)
	if !escapesFit(body) {
		return body
	}
	return unescape(body)
}

// escapesFit reports whether every backslash of s begins an escape.
func escapesFit(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' {
			n := escapeLen(s[i:])
			if n == 0 {
				return false
			}
			i += n - 1
		}
	}
	return true
}

// trimQuotes returns s without its first and its last character.
func trimQuotes(s string) string {
	_, first := utf8.DecodeRuneInString(s)
	_, last := utf8.DecodeLastRuneInString(s)
	return s[first : len(s)-last]
}
