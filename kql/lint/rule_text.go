package lint

import (
	"fmt"
	"strings"

	"github.com/azflow/azflow/kql/ast"
	"github.com/azflow/azflow/kql/bind"
	"github.com/azflow/azflow/kql/diag"
	"github.com/azflow/azflow/kql/fn"
	"github.com/azflow/azflow/kql/types"
)

// nullTests has the tests for null, what they say of a text, and what was
// meant.
var nullTests = map[string]struct{ always, meant string }{
	"isnotnull": {"true", "isnotempty"},
	"notnull":   {"true", "isnotempty"},
	"isnull":    {"false", "isempty"},
}

// nullTest warns of isnotnull(text). Emulator: a string is never null.
func nullTest(c *check) {
	c.expressions(func(x ast.Expr, in *bind.Table) {
		call, ok := x.(*ast.Call)
		if !ok || len(call.Args) != 1 || call.Name.Quoted {
			return
		}
		test, ok := nullTests[call.Name.Text]
		if !ok || !isText(call.Args[0].X, in) {
			return
		}
		c.warn(call.Span(), fmt.Sprintf("%s of a string is always %s: a string is never null.", call.Name.Text, test.always),
			"say "+test.meant, &diag.Fix{Span: call.Name.Span(), Text: test.meant})
	})
}

// isText reports whether x is surely a string.
func isText(x ast.Expr, in *bind.Table) bool {
	if col, ok := column(x, in); ok {
		return col.Type == types.String
	}
	call, ok := x.(*ast.Call)
	if !ok {
		return false
	}
	f, ok := fn.LookupScalar(call.Name.Text)
	if !ok {
		return false
	}
	for _, s := range f.Sigs {
		if s.Ret.Rule != fn.Fixed || s.Ret.Type != types.String {
			return false
		}
	}
	return len(f.Sigs) > 0
}

// A comparison is a text compared with literals.
type comparison struct {
	text     ast.Expr
	literals []*ast.Literal
	op       string
	anyCase  bool // the comparison ignores case
}

// compared returns x as a comparison with literals.
func compared(x ast.Expr) (comparison, bool) {
	switch x := x.(type) {
	case *ast.Binary:
		switch x.Op {
		case "==", "!=", "<>", "=~", "!~":
		default:
			return comparison{}, false
		}
		text, other := x.X, x.Y
		if isLiteral(text) {
			text, other = other, text
		}
		l, ok := other.(*ast.Literal)
		return comparison{text, []*ast.Literal{l}, x.Op, strings.HasSuffix(x.Op, "~")}, ok && l.Type == types.String
	case *ast.In:
		switch x.Op {
		case "in", "!in", "in~", "!in~":
		default:
			return comparison{}, false
		}
		out := comparison{text: x.X, op: x.Op, anyCase: strings.HasSuffix(x.Op, "~")}
		for _, item := range x.List {
			if l, ok := item.(*ast.Literal); ok && l.Type == types.String {
				out.literals = append(out.literals, l)
			}
		}
		return out, true
	}
	return comparison{}, false
}

func isLiteral(x ast.Expr) bool {
	_, ok := x.(*ast.Literal)
	return ok
}

// unknownWord warns of L4Protocol == "T" where the column says TCP.
func unknownWord(c *check) {
	c.expressions(func(x ast.Expr, in *bind.Table) {
		cmp, ok := compared(x)
		if !ok {
			return
		}
		col, ok := column(cmp.text, in)
		if !ok || col.Type != types.String {
			return
		}
		words := c.words(in, col)
		for _, l := range cmp.literals {
			said, _ := l.Value.(string)
			meant := closest(said, words, cmp.anyCase)
			if meant == "" {
				continue
			}
			c.warn(l.Span(), fmt.Sprintf("%s is never %q here: its values are %s.", col.Name, said, strings.Join(words, " and ")),
				fmt.Sprintf("say %q", meant), &diag.Fix{Span: l.Span(), Text: quoted(meant, l.Text)})
		}
	})
}

// closest returns the word that said was meant for: another one with the same
// first letter. "" if said is a word itself, or like none.
func closest(said string, words []string, anyCase bool) string {
	meant := ""
	for _, w := range words {
		switch {
		case said == w, anyCase && strings.EqualFold(said, w):
			return ""
		case said != "" && strings.EqualFold(said[:1], w[:1]):
			meant = w
		}
	}
	return meant
}

// quoted returns text in the quotes that like has.
func quoted(text, like string) string {
	quote := `"`
	if strings.HasPrefix(like, "'") {
		quote = "'"
	}
	return quote + text + quote
}

// wrongCase warns of tolower(x) == "ABC".
func wrongCase(c *check) {
	folds := map[string]func(string) string{"tolower": strings.ToLower, "toupper": strings.ToUpper}
	ast.Inspect(c.query, func(n ast.Node) bool {
		x, ok := n.(ast.Expr)
		if !ok {
			return true
		}
		cmp, ok := compared(x)
		if !ok || cmp.anyCase {
			return true
		}
		call, ok := cmp.text.(*ast.Call)
		if !ok {
			return true
		}
		fold := folds[call.Name.Text]
		if fold == nil {
			return true
		}
		for _, l := range cmp.literals {
			said, _ := l.Value.(string)
			if fold(said) == said {
				continue
			}
			c.warn(l.Span(), fmt.Sprintf("%s is never %q: the case of its letters differs.", call.Name.Text, said),
				fmt.Sprintf("say %q, or compare with =~", fold(said)), &diag.Fix{Span: l.Span(), Text: fold(l.Text)})
		}
		return true
	})
}
