package fn

import (
	"fmt"
	"slices"
	"strings"

	"github.com/azflow/azflow/kql/types"
)

// Page writes the page of all functions, operators and aggregation functions in
// Markdown.
func Page() string {
	var b strings.Builder
	b.WriteString("<!-- Written by go test ./kql/eval -run Page -update; do not edit. -->\n# Functions\n\n")
	b.WriteString("What azflow's KQL knows, generated from package `kql/fn`; the examples are tests. ")
	b.WriteString("*Unverified* functions follow Microsoft's documentation where no recorded results exist to compare with. ")
	b.WriteString("Functions that are listed without being computed are answered by the binder or refused.\n")
	section := func(title string, fs []*Func) {
		fmt.Fprintf(&b, "\n## %s\n", title)
		for _, f := range fs {
			fmt.Fprintf(&b, "\n### %s\n\n%s\n", code(f.Name), f.Doc)
			for _, s := range f.Sigs {
				fmt.Fprintf(&b, "\n- %s", code(s.text(f.Name, f.Operator)))
			}
			b.WriteString("\n")
			notes(&b, f.Obsolete, f.Unverified)
			if f.Kernel == nil && !f.Context && !f.Window {
				b.WriteString("\nNot computed: a query that needs it is refused.\n")
			}
			if len(f.Examples) > 0 {
				b.WriteString("\n```kusto\n")
				for _, e := range f.Examples {
					fmt.Fprintf(&b, "%s  // %s\n", e.Expr, e.Result)
				}
				b.WriteString("```\n")
			}
		}
	}
	var operators, scalars []*Func
	for _, f := range Scalars() {
		switch {
		case f.Hidden || strings.HasPrefix(f.Name, "_"):
		case f.Operator:
			operators = append(operators, f)
		default:
			scalars = append(scalars, f)
		}
	}
	slices.SortFunc(scalars, func(x, y *Func) int { return strings.Compare(x.Name, y.Name) })
	section("Operators", operators)
	section("Scalar functions", scalars)
	b.WriteString("\n## Aggregation functions\n")
	for _, a := range Aggregates() {
		if a.Hidden {
			continue
		}
		fmt.Fprintf(&b, "\n### %s\n\n%s\n", code(a.Name), a.Doc)
		for _, s := range a.Sigs {
			fmt.Fprintf(&b, "\n- %s", code(s.text(a.Name, false)))
		}
		b.WriteString("\n")
		notes(&b, a.Obsolete, a.Unverified)
		if len(a.Examples) > 0 {
			b.WriteString("\n```kusto\n")
			for _, e := range a.Examples {
				fmt.Fprintf(&b, "%s\n| summarize %s  // %s\n", e.Input, e.Call, e.Result)
			}
			b.WriteString("```\n")
		}
	}
	return b.String()
}

func code(s string) string { return "`" + s + "`" }

func notes(b *strings.Builder, obsolete string, unverified bool) {
	if obsolete != "" {
		fmt.Fprintf(b, "\nObsolete: use %s.\n", obsolete)
	}
	if unverified {
		b.WriteString("\nUnverified.\n")
	}
}

// text writes a signature: name(parameter: type, …): type.
func (s *Sig) text(name string, operator bool) string {
	params := make([]string, len(s.Params))
	for i := range s.Params {
		params[i] = s.Params[i].text()
	}
	if operator {
		if len(params) == 2 && s.Params[1].Max == 1 {
			return params[0] + " " + name + " " + params[1] + ": " + s.Ret.text()
		}
		return name + " (" + strings.Join(params, ", ") + "): " + s.Ret.text()
	}
	return name + "(" + strings.Join(params, ", ") + "): " + s.Ret.text()
}

func (p *Param) text() string {
	t := p.Name + ": " + p.typeText()
	switch {
	case p.Max > 1:
		t += " …"
	case p.Min == 0:
		t = "[" + t + "]"
	}
	return t
}

// kindTexts name the kinds in the order of their constants.
var kindTexts = [...]string{
	"", "scalar", "int|long", "number", "number|bool", "number|datetime|timespan", "orderable", "scalar but dynamic", "scalar but real and bool",
	"string|dynamic", "string|array", "int|long|array", "array", "bag", "scalar", "scalar", "number", "number|datetime|timespan", "orderable",
	"type", "any", "table",
}

func (p *Param) typeText() string {
	if p.Kind != Exact {
		return kindTexts[p.Kind]
	}
	names := make([]string, len(p.Types))
	for i, t := range p.Types {
		names[i] = t.String()
	}
	return strings.Join(names, "|")
}

func (r Return) text() string {
	switch r.Rule {
	case Fixed:
		if r.Type == types.Unknown {
			return "table"
		}
		return r.Type.String()
	case FirstArg, FirstArgPromoted, PercentileType:
		return "as the first argument"
	case SecondArg:
		return "as the second argument"
	case Common, CommonNonDynamic:
		return "as the arguments"
	case Widest, WidestLong:
		return "the widest of the numbers"
	case TypeArg:
		return "the named type"
	case TimeDiff:
		return "long"
	}
	return "several columns"
}
