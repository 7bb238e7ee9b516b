package duckdb

import (
	"strings"
	"unicode/utf8"

	"github.com/azflow/azflow/kql/sqlast"
	"github.com/azflow/azflow/kql/sqlgen"
	"github.com/azflow/azflow/kql/types"
)

// A textTest is a test of a text for another.
type textTest struct {
	function string // DuckDB's for it, "" for equality
	fold     bool   // case aside
	term     bool   // at the borders of terms, which DuckDB has no function for
}

var textTests = map[string]textTest{
	"=~":            {"", true, false},
	"contains":      {"contains", true, false},
	"contains_cs":   {"contains", false, false},
	"startswith":    {"starts_with", true, false},
	"startswith_cs": {"starts_with", false, false},
	"endswith":      {"ends_with", true, false},
	"endswith_cs":   {"ends_with", false, false},
	"has":           {"contains", true, true},
	"has_cs":        {"contains", false, true},
	"hasprefix":     {"contains", true, true},
	"hasprefix_cs":  {"contains", false, true},
	"hassuffix":     {"contains", true, true},
	"hassuffix_cs":  {"contains", false, true},
}

// write writes the test for a constant ASCII text as if no character but ASCII
// letters had another case. alike says that it is exact: lower makes i and k of
// two characters, İ and K, that do not equal them in Kusto.
func (t textTest) write(args []sqlgen.Arg) (x sqlast.Expr, alike, ok bool) {
	if len(args) != 2 || args[0].Type != types.String || args[1].Type != types.String || !args[1].Const {
		return nil, false, false
	}
	text, ok := args[1].Value.(string)
	if !ok || !ascii(text) {
		return nil, false, false
	}
	subject, alike := args[0].X, true
	if lower := strings.ToLower(text); t.fold && (lower != text || lower != strings.ToUpper(text)) {
		subject, text = sqlast.Call("lower", subject), lower
		alike = !strings.ContainsAny(lower, "ik")
	}
	if t.function == "" {
		return infix("=", subject, sqlast.String(text)), alike, true
	}
	return sqlast.Call(t.function, subject, sqlast.String(text)), alike, true
}

// exact writes the test if DuckDB has it.
func (t textTest) exact(args []sqlgen.Arg) (sqlast.Expr, bool) {
	x, alike, ok := t.write(args)
	return x, ok && alike && !t.term
}

// Implied implements sqlgen.Dialect: a term stands in a text that contains it.
func (d *Dialect) Implied(name string, args []sqlgen.Arg) (sqlast.Expr, bool) {
	t, ok := textTests[name]
	if !ok {
		return nil, false
	}
	x, _, ok := t.write(args)
	return x, ok
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
