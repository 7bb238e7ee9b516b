package bind

import (
	"fmt"
	"slices"

	"github.com/azflow/azflow/kql/ast"
	"github.com/azflow/azflow/kql/diag"
	"github.com/azflow/azflow/kql/types"
)

// pattern is what `declare pattern` declares: queries by strings.
type pattern struct {
	decl  *ast.DeclarePattern
	cases []patternCase
}

// patternCase is a query with the strings that stand for it.
type patternCase struct {
	values []string
	path   string
	body   *lambda
}

// matched is a call of a pattern that has a path, before the path: the cases
// that fit so far.
type matched struct {
	name  ast.Name
	cases []patternCase
}

// declarePattern binds `declare pattern`.
func (b *Binder) declarePattern(s *ast.DeclarePattern) {
	p := &pattern{decl: s}
	for i := range s.Cases {
		c := &s.Cases[i]
		if len(c.Values) != len(s.Params) {
			b.Errorf("KS185", c.Span(), "The number of values must equal the number of parameters.")
			continue
		}
		out := patternCase{}
		for _, v := range c.Values {
			out.values = append(out.values, b.literalString(v))
		}
		switch {
		case c.Path == nil && s.HasPath:
			b.Errorf("KS187", c.Span(), "A path value is expected.")
		case c.Path != nil && !s.HasPath:
			b.Errorf("KS186", c.Path.Span(), "A path value can only be specified when a path name is part of the declaration.")
		case c.Path != nil:
			out.path = b.literalString(c.Path)
		}
		out.body = b.caseBody(s, c, &out)
		b.checkLambda(out.body)
		p.cases = append(p.cases, out)
	}
	b.env.scope.add(s.Name.Text, p)
}

// literalString is the value of an expression that has to be a literal string.
func (b *Binder) literalString(e ast.Expr) string {
	v := b.Scalar(e)
	if b.CheckType(v, e, types.String) {
		b.CheckLiteral(v, e)
	}
	k, _ := v.Constant()
	s, _ := k.(string)
	return s
}

// callPattern binds name(args): the query whose values the arguments are, or
// what the path then chooses from.
func (b *Binder) callPattern(p *pattern, n ast.Name, args []ast.Arg, at diag.Span) entity {
	if want := len(p.decl.Params); len(args) != want {
		msg := fmt.Sprintf("%d arguments expected.", want)
		switch want {
		case 0:
			msg = "No arguments expected."
		case 1:
			msg = "1 argument expected."
		}
		b.Errorf("KS118", n.Span(), "%s", msg)
	}
	var values []string
	for _, a := range args {
		values = append(values, b.literalString(a.X))
	}
	var fit []patternCase
	for _, c := range p.cases {
		if slices.Equal(c.values, values) {
			fit = append(fit, c)
		}
	}
	switch {
	case len(fit) == 0:
		b.noMatch(n)
		return b.FailedTable()
	case p.decl.HasPath:
		return &matched{name: n, cases: fit}
	}
	return b.callLambda(fit[0].body, n, nil, at, wantTable)
}

func (b *Binder) noMatch(n ast.Name) {
	b.Reportf("KS188", n.Span(), "add the case to the declaration of the pattern", "No pattern matches the specified arguments.")
}

// patternPath binds call.path.
func (b *Binder) patternPath(m *matched, path ast.Name, at diag.Span) entity {
	for i := range m.cases {
		if m.cases[i].path == path.Text {
			return b.callLambda(m.cases[i].body, m.name, nil, at, wantTable)
		}
	}
	b.noMatch(m.name)
	return b.FailedTable()
}

// caseBody is the query of a case, in which the parameters are its values.
func (b *Binder) caseBody(s *ast.DeclarePattern, c *ast.PatternCase, with *patternCase) *lambda {
	inner := newScope(b.env.scope)
	value := func(p *ast.Param, text string) { inner.add(p.Name.Text, constant(text, types.String)) }
	for i := range s.Params {
		value(&s.Params[i], with.values[i])
	}
	if s.HasPath {
		value(&s.Path, with.path)
	}
	return &lambda{name: s.Name.Text, decl: c.Body, scope: inner}
}
