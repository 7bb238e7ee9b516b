package editor

import (
	"github.com/azflow/azflow/kql/ast"
	"github.com/azflow/azflow/kql/parser"
)

// A Signature is the function whose arguments are being written.
type Signature struct {
	Label  string
	Doc    string
	Params []string
	// Active is the index in Params of the argument that is being written; the
	// last one repeats.
	Active int
}

// Signature returns the function whose arguments stand at offset of src, and
// whether there is one.
func (s *Service) Signature(src string, offset int) (Signature, bool) {
	tokens, _ := parser.Tokens(src)
	name, argument, ok := openCall(tokens, offset)
	if !ok {
		return Signature{}, false
	}
	r := s.read(src)
	operator, _ := r.operator(r.path(name.Span.Start))
	_, evaluated := operator.(*ast.Evaluate)
	c, ok := s.callableNamed(name.Text, r.locals(offset), src, evaluated)
	if !ok {
		return Signature{}, false
	}
	return Signature{Label: c.label(), Doc: c.doc, Params: c.params, Active: max(0, min(argument, len(c.params)-1))}, true
}

// openCall returns the name before the innermost parenthesis that is open at
// offset, and the number of commas since.
func openCall(tokens []parser.Token, offset int) (name parser.Token, argument int, ok bool) {
	type open struct{ token, commas int }
	var stack []open
	for i, t := range tokens {
		if t.Span.Start >= offset {
			break
		}
		if t.Kind != parser.Punctuation {
			continue
		}
		switch t.Text {
		case "(", "[", "{":
			stack = append(stack, open{token: i})
		case ")", "]", "}":
			if len(stack) > 0 {
				stack = stack[:len(stack)-1]
			}
		case ",":
			if len(stack) > 0 {
				stack[len(stack)-1].commas++
			}
		case ";":
			for len(stack) > 0 && tokens[stack[len(stack)-1].token].Text != "{" {
				stack = stack[:len(stack)-1]
			}
		}
	}
	for len(stack) > 0 {
		last := stack[len(stack)-1]
		if tokens[last.token].Text != "(" {
			stack = stack[:len(stack)-1] // an array or an index within the argument
			continue
		}
		if last.token == 0 {
			return parser.Token{}, 0, false
		}
		name := tokens[last.token-1]
		return name, last.commas, name.Kind == parser.Identifier || name.Kind == parser.Keyword
	}
	return parser.Token{}, 0, false
}
