package editor

import (
	"strings"

	"github.com/azflow/azflow/kql/ast"
	"github.com/azflow/azflow/kql/fn"
	"github.com/azflow/azflow/kql/format"
	"github.com/azflow/azflow/kql/op"
	"github.com/azflow/azflow/kql/plan"
	"github.com/azflow/azflow/kql/plugin"
	"github.com/azflow/azflow/kql/types"
)

// A callable is anything that is called with arguments.
type callable struct {
	name   string
	params []string // as they are shown; an optional one is in brackets
	result string   // its type, "" if that depends
	doc    string
}

func (c callable) label() string {
	s := c.name + "(" + strings.Join(c.params, ", ") + ")"
	if c.result != "" {
		s += ": " + c.result
	}
	return s
}

// scalar describes a function by its longest signature.
func scalar(f *fn.Func) callable {
	c := signature(f.Name, f.Sigs)
	c.doc = f.Doc
	if f.Obsolete != "" {
		c.doc = strings.TrimSpace(c.doc + " Obsolete: use " + f.Obsolete + ".")
	}
	return c
}

func aggregate(f *fn.Aggregate) callable {
	c := signature(f.Name, f.Sigs)
	c.doc = f.Doc
	return c
}

func signature(name string, sigs []fn.Sig) callable {
	c := callable{name: name}
	for i, s := range sigs {
		if i > 0 && len(s.Params) <= len(c.params) {
			continue
		}
		c.params = nil
		for _, p := range s.Params {
			c.params = append(c.params, param(p))
		}
		c.result = ""
		if s.Ret.Rule == fn.Fixed {
			c.result = s.Ret.Type.String()
		}
	}
	return c
}

func param(p fn.Param) string {
	s := p.Name
	if p.Kind == fn.Exact {
		var all []string
		for _, t := range p.Types {
			all = append(all, t.String())
		}
		s += ": " + strings.Join(all, "|")
	}
	if p.Max > 1 {
		s += " …"
	}
	if p.Min == 0 {
		s = "[" + s + "]"
	}
	return s
}

// stored describes a function of the catalogue.
func stored(f *plan.Function) callable {
	c := callable{name: f.Name, doc: f.Doc}
	inner := strings.TrimSuffix(strings.TrimPrefix(strings.TrimSpace(f.Params), "("), ")")
	if strings.TrimSpace(inner) != "" {
		c.params = splitParams(inner)
	}
	return c
}

// splitParams splits at the commas outside of parentheses and quotes.
func splitParams(s string) []string {
	var out []string
	depth, start := 0, 0
	quote := byte(0)
	for i := range len(s) {
		switch ch := s[i]; {
		case quote != 0:
			if ch == quote {
				quote = 0
			}
		case ch == '\'' || ch == '"':
			quote = ch
		case ch == '(' || ch == '[':
			depth++
		case ch == ')' || ch == ']':
			depth--
		case ch == ',' && depth == 0:
			out = append(out, strings.TrimSpace(s[start:i]))
			start = i + 1
		}
	}
	return append(out, strings.TrimSpace(s[start:]))
}

// lambda describes a function that a let declares.
func lambda(name string, l *ast.Lambda, src string) callable {
	c := callable{name: name}
	for _, p := range l.Params {
		c.params = append(c.params, strings.TrimSpace(src[p.Start:p.End]))
	}
	return c
}

func pluginOf(p plugin.Plugin) callable {
	c := callable{name: p.Name, doc: p.Summary}
	for _, x := range p.Params {
		s := x.Name
		if x.Max > 1 {
			s += " …"
		}
		if x.Min == 0 {
			s = "[" + s + "]"
		}
		c.params = append(c.params, s)
	}
	return c
}

// operatorDoc returns what there is to say about an operator's keyword.
func operatorDoc(keyword string) (op.Doc, bool) {
	for _, d := range op.Docs() {
		if d.Keyword == keyword {
			return d, true
		}
		for _, a := range d.Aliases {
			if a == keyword {
				return d, true
			}
		}
	}
	return op.Doc{}, false
}

// infixDoc returns the description of an infix operator such as has_cs.
func infixDoc(word string) (callable, bool) {
	for _, f := range fn.Scalars() {
		if f.Operator && f.Name == word {
			return callable{name: word, doc: f.Doc}, true
		}
	}
	return callable{}, false
}

// callableNamed returns what is called name where arguments stand.
func (s *Service) callableNamed(name string, locals []local, src string, evaluated bool) (callable, bool) {
	if evaluated {
		for _, p := range plugin.Plugins() {
			if p.Name == name {
				return pluginOf(p), true
			}
		}
	}
	if l, ok := find(locals, name); ok {
		if x, ok := l.value.(*ast.Lambda); ok {
			return lambda(name, x, src), true
		}
		return callable{}, false
	}
	if f, ok := s.cat.Function(name); ok {
		return stored(f), true
	}
	if f, ok := fn.LookupAggregate(name); ok {
		return aggregate(f), true
	}
	if f, ok := fn.LookupScalar(name); ok && !f.Operator {
		return scalar(f), true
	}
	return callable{}, false
}

// columnDoc returns what the catalogue says about a column of rows.
func (s *Service) columnDoc(n plan.Node, id plan.ColumnID) string {
	table, name, ok := plan.Origin(n, id)
	if !ok {
		return ""
	}
	t, ok := s.cat.Table(table)
	if !ok {
		return ""
	}
	for _, c := range t.Columns {
		if c.Name == name {
			return c.Doc
		}
	}
	return ""
}

// words returns the words that a column of rows mostly holds.
func (s *Service) words(n plan.Node, id plan.ColumnID) []string {
	table, name, ok := plan.Origin(n, id)
	if !ok {
		return nil
	}
	t, ok := s.cat.Table(table)
	if !ok {
		return nil
	}
	for _, c := range t.Columns {
		if c.Name == name {
			return c.Values
		}
	}
	return nil
}

// quotedName returns a name as it must be written in a query.
func quotedName(name string) string { return format.Name(name) }

func typeName(t types.Type) string {
	if t == types.Unknown {
		return "dynamic"
	}
	return t.String()
}
