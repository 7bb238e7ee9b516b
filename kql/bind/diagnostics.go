package bind

import (
	"fmt"
	"slices"
	"strings"

	"github.com/azflow/azflow/kql/ast"
	"github.com/azflow/azflow/kql/diag"
	"github.com/azflow/azflow/kql/fn"
	"github.com/azflow/azflow/kql/types"
)

// Report adds a diagnostic.
func (b *Binder) Report(d diag.Diagnostic) { b.diags = append(b.diags, d) }

// Errorf adds an error.
func (b *Binder) Errorf(code string, at diag.Span, format string, args ...any) {
	b.Report(diag.Diagnostic{Code: code, Span: at, Msg: fmt.Sprintf(format, args...)})
}

// Reportf adds an error with a hint.
func (b *Binder) Reportf(code string, at diag.Span, hint, format string, args ...any) {
	b.Report(diag.Diagnostic{Code: code, Span: at, Msg: fmt.Sprintf(format, args...), Hint: hint})
}

// Warnf adds a warning.
func (b *Binder) Warnf(code string, at diag.Span, format string, args ...any) {
	b.Report(diag.Diagnostic{Severity: diag.Warning, Code: code, Span: at, Msg: fmt.Sprintf(format, args...)})
}

// unknownName reports a name that is nothing known; kind is what was looked for.
func (b *Binder) unknownName(n ast.Name, kind string) {
	d := diag.Diagnostic{
		Code: "KS142", Span: n.Span(),
		Msg: fmt.Sprintf("The name '%s' does not refer to any known %s.", n.Text, kind),
	}
	b.suggest(&d, n, b.namesInScope(true))
	b.Report(d)
}

// unknownTable reports a name that is no table.
func (b *Binder) unknownTable(n ast.Name) {
	d := diag.Diagnostic{
		Code: "KS204", Span: n.Span(),
		Msg: fmt.Sprintf("The name '%s' does not refer to any known table, tabular variable or function.", n.Text),
	}
	b.suggest(&d, n, b.namesInScope(false))
	b.Report(d)
}

// unknownFunction reports a call of what is no function.
func (b *Binder) unknownFunction(n ast.Name) {
	d := diag.Diagnostic{
		Code: "KS211", Span: n.Span(),
		Msg: fmt.Sprintf("The name '%s' does not refer to any known function.", n.Text),
	}
	var names []string
	for _, f := range fn.Scalars() {
		if !f.Hidden && !f.Operator {
			names = append(names, f.Name)
		}
	}
	for _, a := range fn.Aggregates() {
		if !a.Hidden {
			names = append(names, a.Name)
		}
	}
	names = append(names, b.cat.Functions()...)
	b.suggest(&d, n, append(names, b.namesInScope(false)...))
	b.Report(d)
}

// maxHints is after how many diagnostics none says any more what was meant.
const maxHints = 100

// namesInScope lists the names that an expression could have meant.
func (b *Binder) namesInScope(columns bool) []string {
	if len(b.diags) > maxHints {
		return nil
	}
	var names []string
	if columns {
		for _, t := range []*Table{b.env.row, b.env.right} {
			if t != nil {
				for _, c := range t.Columns {
					names = append(names, c.Name)
				}
			}
		}
	}
	for s := b.env.scope; s != nil; s = s.parent {
		for name := range s.names {
			names = append(names, name)
		}
	}
	if !columns || len(names) == 0 {
		names = append(names, b.tables()...)
		names = append(names, b.cat.Functions()...)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// suggest completes d with the name of candidates that is closest to n.
func (b *Binder) suggest(d *diag.Diagnostic, n ast.Name, candidates []string) {
	best, distance := "", len(n.Text)/3+1 // a third of the letters may be wrong
	lower := strings.ToLower(n.Text)
	for _, c := range candidates {
		if c == n.Text {
			continue
		}
		if k := editDistance(lower, strings.ToLower(c), distance); k < distance {
			best, distance = c, k
		}
	}
	if best == "" {
		return
	}
	d.Hint = fmt.Sprintf("did you mean %s?", best)
	if !n.Quoted {
		d.Fix = &diag.Fix{Span: n.Span(), Text: best}
	}
}

// editDistance returns the number of insertions, deletions, replacements and
// swaps of neighbours that turn x into y, or limit if there are as many.
func editDistance(x, y string, limit int) int {
	if len(x)-len(y) >= limit || len(y)-len(x) >= limit {
		return limit
	}
	a, c := []rune(x), []rune(y)
	prev2, prev, cur := make([]int, len(c)+1), make([]int, len(c)+1), make([]int, len(c)+1)
	for j := range prev {
		prev[j] = j
	}
	for i := range a {
		cur[0] = i + 1
		low := cur[0]
		for j := range c {
			cost := 1
			if a[i] == c[j] {
				cost = 0
			}
			cur[j+1] = min(prev[j]+cost, prev[j+1]+1, cur[j]+1)
			if i > 0 && j > 0 && a[i] == c[j-1] && a[i-1] == c[j] {
				cur[j+1] = min(cur[j+1], prev2[j-1]+1)
			}
			low = min(low, cur[j+1])
		}
		if low >= limit {
			return limit
		}
		prev2, prev, cur = prev, cur, prev2
	}
	return min(prev[len(c)], limit)
}

// typeNames lists types as Kusto's messages do: a, b or c.
func typeNames(list []types.Type) string {
	s := make([]string, len(list))
	for i, t := range list {
		s[i] = t.String()
	}
	return orList(s)
}

func orList(s []string) string {
	if len(s) < 2 {
		return strings.Join(s, "")
	}
	return strings.Join(s[:len(s)-1], ", ") + " or " + s[len(s)-1]
}

func andList(s []string) string {
	if len(s) < 2 {
		return strings.Join(s, "")
	}
	return strings.Join(s[:len(s)-1], ", ") + " and " + s[len(s)-1]
}

// NotOneOf reports word, which is none of the words that can stand there.
func (b *Binder) NotOneOf(code string, word ast.Name, words []string) {
	d := diag.Diagnostic{Code: code, Span: word.Span(), Msg: "Expected one of: " + strings.Join(words, ", ")}
	b.suggest(&d, word, words)
	b.Report(d)
}

// UnknownPlugin reports a plugin that there is not; names are those there are.
func (b *Binder) UnknownPlugin(n ast.Name, names []string) {
	d := diag.Diagnostic{Code: "KS124", Span: n.Span(), Msg: fmt.Sprintf("The plug-in function '%s' is not defined.", n.Text)}
	if isPlugin(n.Text) {
		d.Code, d.Msg = "KS125", fmt.Sprintf("The plug-in function '%s' is not enabled.", n.Text)
	}
	b.suggest(&d, n, names)
	b.Report(d)
}
