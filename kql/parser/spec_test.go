package parser_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/azflow/azflow/internal/spectest"
	"github.com/azflow/azflow/kql/ast"
	"github.com/azflow/azflow/kql/diag"
	"github.com/azflow/azflow/kql/parser"
	"github.com/azflow/azflow/kql/types"
)

// The sections syntax (what the parser reports) and ast (its tree) of the
// specification are this test's.
func TestSpecification(t *testing.T) {
	spectest.RunSpecs(t, "../testdata/spec", func(s *spectest.Spec) {
		src := s.Query()
		q, diags := parser.Parse(src)
		var b strings.Builder
		for _, d := range diags {
			b.WriteString(d.Render("query.kql", src))
		}
		s.Check("syntax", b.String())
		if _, ok := s.Section("syntax"); !ok && diags.HasErrors() {
			s.Errorf("the query has faults, but no section syntax:\n%s", &b)
		}
		b.Reset()
		for _, x := range q.Statements {
			outline(&b, reflect.ValueOf(x), 0)
		}
		s.Check("ast", b.String())
	})
}

// outline writes the tree under v, a node and its plain fields a line; fields
// without a value are left out.
func outline(b *strings.Builder, v reflect.Value, depth int) {
	for v.Kind() == reflect.Pointer || v.Kind() == reflect.Interface {
		if v.IsNil() {
			return
		}
		v = v.Elem()
	}
	indent := strings.Repeat("  ", depth)
	fmt.Fprintf(b, "%s%s", indent, v.Type().Name())
	fields(b, v)
	b.WriteByte('\n')
	branches(b, v, depth)
}

// fields writes the fields of v that are no nodes.
func fields(b *strings.Builder, v reflect.Value) {
	for i := range v.NumField() {
		f, name := v.Field(i), v.Type().Field(i).Name
		if f.IsZero() {
			continue
		}
		switch x := f.Interface().(type) {
		case ast.Pos, diag.Span:
		case ast.Op:
			if x.Keyword.Text != "" {
				fmt.Fprintf(b, " %s", x.Keyword.Text)
			}
		case ast.Name:
			fmt.Fprintf(b, " %s=%s", name, x.Text)
		case *ast.Name:
			fmt.Fprintf(b, " %s=%s", name, x.Text)
		case []ast.Name:
			for _, n := range x {
				fmt.Fprintf(b, " %s=%s", name, n.Text)
			}
		case []ast.ColumnDecl:
			for _, c := range x {
				fmt.Fprintf(b, " %s:%v", c.Name.Text, c.Type)
			}
		case types.Type, bool, string:
			fmt.Fprintf(b, " %s=%v", name, x)
		}
	}
}

// branches writes the nodes under v.
func branches(b *strings.Builder, v reflect.Value, depth int) {
	for i := range v.NumField() {
		f, name := v.Field(i), v.Type().Field(i).Name
		if f.Type() == reflect.TypeFor[types.Value]() {
			continue // a literal's text says it
		}
		switch x := f.Interface().(type) {
		case ast.Pos, diag.Span, ast.Name, *ast.Name, []ast.Name, []ast.ColumnDecl, types.Type, bool, string:
		case ast.Op:
			for _, p := range x.Params {
				outline(b, reflect.ValueOf(p), depth+1)
			}
		default:
			switch f.Kind() {
			case reflect.Slice:
				if f.Len() > 0 {
					fmt.Fprintf(b, "%s.%s\n", strings.Repeat("  ", depth+1), name)
				}
				for j := range f.Len() {
					outline(b, f.Index(j), depth+2)
				}
			case reflect.Struct, reflect.Pointer, reflect.Interface:
				outline(b, f, depth+1)
			}
		}
	}
}
