package parser_test

import (
	"reflect"
	"testing"

	"github.com/azflow/azflow/internal/spectest"
	"github.com/azflow/azflow/kql/ast"
	"github.com/azflow/azflow/kql/parser"
)

// ast.Inspect visits each node that hangs under a tree, in whatever field.
func TestInspectVisitsEveryNode(t *testing.T) {
	spectest.RunSpecs(t, "../testdata/spec", func(s *spectest.Spec) {
		q, _ := parser.Parse(s.Query())
		visited := map[ast.Node]bool{}
		ast.Inspect(q, func(n ast.Node) bool {
			visited[n] = true
			return true
		})
		var walk func(v reflect.Value)
		walk = func(v reflect.Value) {
			switch v.Kind() {
			case reflect.Pointer, reflect.Interface:
				if v.IsNil() {
					return
				}
				if n, ok := v.Interface().(ast.Node); ok && v.Kind() == reflect.Pointer {
					if _, name := n.(*ast.Name); !name && !visited[n] {
						if _, decl := n.(*ast.ColumnDecl); !decl {
							s.Errorf("%T at %v is not visited", n, n.Span())
						}
					}
				}
				walk(v.Elem())
			case reflect.Slice:
				for i := range v.Len() {
					walk(v.Index(i))
				}
			case reflect.Struct:
				for i := range v.NumField() {
					if v.Type().Field(i).IsExported() && v.Type().Field(i).Name != "Value" {
						walk(v.Field(i))
					}
				}
			}
		}
		walk(reflect.ValueOf(q))
	})
}
