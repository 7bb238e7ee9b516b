package editor

import (
	"github.com/azflow/azflow/kql/ast"
	"github.com/azflow/azflow/kql/diag"
	"github.com/azflow/azflow/kql/parser"
)

// TokenKind says how to colour a token.
type TokenKind uint8

// The kinds of coloured tokens.
const (
	CommentToken TokenKind = iota
	StringToken
	NumberToken // also timespans, datetimes, guids and true
	KeywordToken
	OperatorToken // a tabular operator's keyword
	FunctionToken
	TableToken
	ColumnToken
	VariableToken // a let or a parameter
	PropertyToken
	TypeToken
	PunctuationToken
	InvalidToken
)

// A Token is a coloured part of a query.
type Token struct {
	Span diag.Span
	Kind TokenKind
}

// Tokens returns the parts of src to colour, in order; blanks are not among
// them.
func (s *Service) Tokens(src string) []Token {
	q, _ := parser.Parse(src)
	names := s.nameKinds(q)
	tokens, _ := parser.Tokens(src)
	out := make([]Token, 0, len(tokens))
	for _, t := range tokens[:len(tokens)-1] {
		kind, named := names[t.Span.Start]
		if !named {
			kind = plainKind(t)
		}
		out = append(out, Token{t.Span, kind})
	}
	return out
}

// plainKind is the kind of a token that is no name of anything.
func plainKind(t parser.Token) TokenKind {
	switch t.Kind {
	case parser.Comment, parser.Directive:
		return CommentToken
	case parser.StringLiteral:
		return StringToken
	case parser.Keyword:
		return KeywordToken
	case parser.Identifier:
		return ColumnToken
	case parser.Punctuation:
		return PunctuationToken
	case parser.BadText, parser.BareGUID:
		return InvalidToken
	}
	return NumberToken
}

// nameKinds returns what the names of a query stand for, by where they start.
func (s *Service) nameKinds(q *ast.Query) map[int]TokenKind {
	kinds := map[int]TokenKind{}
	lets := map[string]bool{}
	params := func(all []ast.Param) {
		for _, p := range all {
			kinds[p.Name.Start] = VariableToken
			lets[p.Name.Text] = true
			if p.TypeName.Text != "" {
				kinds[p.TypeName.Start] = TypeToken
			}
			columns(kinds, p.Schema)
		}
	}
	properties := func(all []ast.Property) {
		for _, p := range all {
			kinds[p.Name.Start] = PropertyToken
		}
	}
	ast.Inspect(q, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Let:
			kinds[n.Name.Start] = VariableToken
			lets[n.Name.Text] = true
		case *ast.DeclareParameters:
			params(n.Params)
		case *ast.Lambda:
			params(n.Params)
		case *ast.Call:
			kinds[n.Name.Start] = FunctionToken
		case *ast.Path:
			kinds[n.Name.Start] = ColumnToken
		case *ast.TypeOf:
			if n.Name.Text != "" {
				kinds[n.Name.Start] = TypeToken
			}
			columns(kinds, n.Columns)
		case *ast.DataTable:
			columns(kinds, n.Columns)
		case *ast.ExternalData:
			columns(kinds, n.Columns)
			properties(n.Props)
		case *ast.Ident:
			if _, seen := kinds[n.Start]; !seen {
				kinds[n.Start] = s.identKind(n.Name.Text, lets)
			}
		case ast.Operator:
			head := n.Head()
			kinds[head.Keyword.Start] = OperatorToken
			properties(head.Params)
			for _, p := range head.Params {
				if _, ok := p.Value.(*ast.Ident); ok {
					kinds[p.Value.Span().Start] = KeywordToken
				}
			}
			switch n := n.(type) {
			case *ast.Render:
				kinds[n.Chart.Start] = KeywordToken
				properties(n.With)
			case *ast.ParseKV:
				columns(kinds, n.Columns)
				properties(n.With)
			case *ast.Evaluate:
				columns(kinds, n.Schema)
			case *ast.Scan:
				params(n.Declare)
			case *ast.Parse:
				for _, part := range n.Parts {
					if part.Capture != nil {
						columns(kinds, []ast.ColumnDecl{*part.Capture})
					}
				}
			}
		}
		return true
	})
	return kinds
}

// columns marks declared columns and their types.
func columns(kinds map[int]TokenKind, all []ast.ColumnDecl) {
	for _, c := range all {
		kinds[c.Name.Start] = ColumnToken
		if c.TypeName.Text != "" {
			kinds[c.TypeName.Start] = TypeToken
		}
	}
}

// identKind is the kind of a name that is used.
func (s *Service) identKind(name string, lets map[string]bool) TokenKind {
	if lets[name] {
		return VariableToken
	}
	if _, ok := s.cat.Table(name); ok {
		return TableToken
	}
	if _, ok := s.cat.Function(name); ok {
		return TableToken
	}
	return ColumnToken
}
