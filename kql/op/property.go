package op

import (
	"slices"
	"strings"

	"github.com/azflow/azflow/kql/ast"
	"github.com/azflow/azflow/kql/bind"
	"github.com/azflow/azflow/kql/diag"
	"github.com/azflow/azflow/kql/parser"
	"github.com/azflow/azflow/kql/types"
)

// checked are the operators whose properties Microsoft's binder looks at: of the
// others it takes any value.
var checked = []string{
	"distinct", "evaluate", "join", "lookup", "make-series", "mv-expand", "mvexpand", "parse", "parse-where", "parse-kv",
	"scan", "search", "sort", "order", "summarize", "union",
}

// checkProperties reports values that a property cannot have, with the codes of
// Microsoft's binder.
func checkProperties(b *bind.Binder, in *bind.Table, o ast.Operator) {
	head := o.Head()
	list := head.Params
	if kv, ok := o.(*ast.ParseKV); ok {
		list = append(slices.Clone(list), kv.With...)
	}
	if len(list) == 0 || !slices.Contains(checked, head.Keyword.Text) {
		return
	}
	specs := parser.Properties(head.Keyword.Text)
	for _, p := range list {
		i := slices.IndexFunc(specs, func(s parser.Property) bool { return s.Name == p.Name.Text })
		if i < 0 || p.Value == nil {
			continue
		}
		if _, bad := p.Value.(*ast.Bad); !bad {
			checkProperty(b, in, &specs[i], p.Value)
		}
	}
}

func checkProperty(b *bind.Binder, in *bind.Table, s *parser.Property, x ast.Expr) {
	literal, isLiteral := x.(*ast.Literal)
	var value types.Value
	if isLiteral {
		value = literal.Value
	}
	word := ""
	if id, ok := x.(*ast.Ident); ok {
		word = id.Name.Text
	}
	switch s.Kind {
	case parser.WordProperty:
		if _, isNumber := value.(int64); isNumber && (s.Name == "hint.concurrency" || s.Name == "hint.spread") {
			return
		}
		if word != "" && (len(s.Words) == 0 || slices.ContainsFunc(s.Words, func(w string) bool {
			return w == word || strings.HasPrefix(s.Name, "hint.") && strings.EqualFold(w, word)
		})) {
			return
		}
		if word == "" {
			word = "'" // what was written is no word
		}
		b.NotOneOf("KS005", ast.Name{Pos: ast.Pos(x.Span()), Text: word}, s.Words)
	case parser.BoolProperty:
		if _, ok := value.(bool); !ok && word != "true" && word != "false" {
			report(b, x.Span(), "KS223", "Boolean literal expected.")
		}
	case parser.IntegerProperty:
		if _, ok := value.(int64); !ok {
			report(b, x.Span(), "KS221", "Integer literal expected.")
		}
	case parser.StringProperty:
		if _, ok := value.(string); !ok {
			report(b, x.Span(), "KS222", "String literal expected.")
		}
	case parser.ColumnProperty:
		if in == nil {
			return
		}
		if isLiteral {
			report(b, x.Span(), "KS109", "Column name expected.")
			return
		}
		b.WithRow(in, func() { b.CheckColumn(b.Scalar(x), x) })
	}
}

func report(b *bind.Binder, at diag.Span, code, msg string) { b.Errorf(code, at, "%s", msg) }
