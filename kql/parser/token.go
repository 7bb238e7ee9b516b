package parser

import "github.com/azflow/azflow/kql/diag"

// Kind is the kind of a token.
type Kind uint8

// The kinds of tokens. A literal written as a call, such as datetime(…), is
// one token.
const (
	EndOfText Kind = iota
	Identifier
	Keyword
	Punctuation
	StringLiteral
	BoolLiteral
	IntLiteral
	LongLiteral
	RealLiteral
	DecimalLiteral
	TimeSpanLiteral
	DateTimeLiteral
	GUIDLiteral
	BareGUID // a guid without guid(…), which KQL refuses
	Directive
	Comment
	BadText
)

// Token is one token of a query text.
type Token struct {
	Kind Kind
	Span diag.Span
	// Text is what the token stands for: the text under Span, but with the
	// ASCII sign where a typographic dash was mended.
	Text string

	use     keyword // of a Keyword
	spaced  bool    // something stands between the token before and this one
	newline bool    // … and it has a line break
	mended  bool    // a string between typographic quotes
}

func (t Token) is(punctuation string) bool {
	return t.Kind == Punctuation && t.Text == punctuation
}

func (t Token) isKeyword(word string) bool { return t.Kind == Keyword && t.Text == word }

// isName reports whether t is a name wherever names stand.
func (t Token) isName() bool {
	return t.Kind == Identifier || t.Kind == Keyword && t.use == narrowKeyword
}

// isWideName reports whether t is a name where names are declared.
func (t Token) isWideName() bool {
	return t.Kind == Identifier || t.Kind == Keyword && t.use >= wideKeyword
}
