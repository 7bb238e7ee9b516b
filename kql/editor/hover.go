package editor

import (
	"strings"

	"github.com/azflow/azflow/kql/ast"
	"github.com/azflow/azflow/kql/diag"
	"github.com/azflow/azflow/kql/parser"
)

// A Hover says what the text under Span means.
type Hover struct {
	Span  diag.Span
	Title string // a signature, or a name and its type
	Doc   string // sentences; may be empty
}

// Hover returns what the word at offset of src means, and whether there is
// anything to say.
func (s *Service) Hover(src string, offset int) (Hover, bool) {
	t, ok := wordAt(src, offset)
	if !ok {
		return Hover{}, false
	}
	h := Hover{Span: t.Span}
	r := s.read(src)
	path := r.path(offset)
	operator, in := r.operator(path)
	if operator != nil && operator.Head().Keyword.Pos == ast.Pos(t.Span) {
		d, ok := operatorDoc(t.Text)
		h.Title, h.Doc = d.Syntax, d.Summary
		return h, ok
	}
	locals := r.locals(offset)
	for i := len(path) - 1; i >= 0; i-- {
		switch n := path[i].(type) {
		case *ast.Call:
			if n.Name.Pos == ast.Pos(t.Span) {
				_, evaluated := operator.(*ast.Evaluate)
				d, ok := s.callableNamed(n.Name.Text, locals, src, evaluated && operator.(*ast.Evaluate).Call == n)
				h.Title, h.Doc = d.label(), d.doc
				return h, ok
			}
		case *ast.Ident:
			if n.Name.Pos != ast.Pos(t.Span) {
				continue
			}
			if in != nil {
				if col, ok := in.Find(n.Name.Text); ok {
					h.Title, h.Doc = col.Name+": "+typeName(col.Type), s.columnDoc(in.Node, col.ID)
					return h, true
				}
			}
			return s.hoverName(h, n.Name.Text, locals, src)
		}
	}
	if d, ok := infixDoc(t.Text); ok && d.doc != "" {
		h.Title, h.Doc = d.name, d.doc
		return h, true
	}
	return Hover{}, false
}

// hoverName describes a name that is no column.
func (s *Service) hoverName(h Hover, name string, locals []local, src string) (Hover, bool) {
	if l, ok := find(locals, name); ok {
		switch {
		case l.param != nil:
			h.Title = strings.TrimSpace(src[l.param.Start:l.param.End])
		default:
			span := l.value.Span()
			h.Title = "let " + name + " = " + shortened(src[span.Start:span.End])
		}
		return h, true
	}
	if t, ok := s.cat.Table(name); ok {
		h.Title, h.Doc = "table "+t.Name, t.Doc
		return h, true
	}
	if f, ok := s.cat.Function(name); ok {
		h.Title, h.Doc = stored(f).label(), f.Doc
		return h, true
	}
	return Hover{}, false
}

// shortened returns the first line of a text, cut if it is long.
func shortened(s string) string {
	const most = 80
	line, _, more := strings.Cut(strings.TrimSpace(s), "\n")
	runes := []rune(strings.TrimRight(line, "\r"))
	if len(runes) > most {
		runes, more = runes[:most], true
	}
	if more {
		return string(runes) + " …"
	}
	return string(runes)
}

// wordAt returns the name or reserved word at offset.
func wordAt(src string, offset int) (parser.Token, bool) {
	tokens, _ := parser.Tokens(src)
	for _, t := range tokens {
		if t.Span.Start <= offset && offset <= t.Span.End && (t.Kind == parser.Identifier || t.Kind == parser.Keyword) {
			return t, true
		}
	}
	return parser.Token{}, false
}
