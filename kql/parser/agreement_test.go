package parser_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/azflow/azflow/internal/spectest"
	"github.com/azflow/azflow/kql/diag"
	"github.com/azflow/azflow/kql/parser"
)

// A verdict is what Microsoft's parser says about a query: whether its syntax
// is right, and if not, the code of the first fault and its line where known.
type verdict struct {
	ok   bool
	code string
	line int
}

// syntaxCodes has the codes that Microsoft's parser gives, in difference to
// those of its binder.
var syntaxCodes = map[string]bool{
	"KS001": true, "KS002": true, "KS005": true, "KS006": true,
	"KS160": true, "KS176": true, "KS198": true, "KS214": true, "KS228": true,
}

func TestConformanceOfSyntaxVerdicts(t *testing.T) {
	type diagnostic struct {
		Code string `json:"code"`
		Line int    `json:"line"`
	}
	first := func(list []diagnostic) verdict {
		for _, d := range list {
			if syntaxCodes[d.Code] {
				return verdict{code: d.Code, line: d.Line}
			}
		}
		return verdict{}
	}
	same, all := 0, 0
	count := func(ok bool) {
		if all++; ok {
			same++
		}
	}
	t.Run("corpus", func(t *testing.T) {
		dir := spectest.Shared(t, "kql/corpus")
		for _, e := range spectest.Lines[struct {
			File        string
			SyntaxOK    bool
			Diagnostics []diagnostic
		}](t, filepath.Join(dir, "EXPECTED.jsonl")) {
			src, err := os.ReadFile(filepath.Join(dir, e.File))
			if err != nil {
				t.Fatal(err)
			}
			want := verdict{ok: true}
			if !e.SyntaxOK {
				want = first(e.Diagnostics)
			}
			count(compare(t, e.File, string(src), want))
		}
		t.Logf("syntax of the corpus: %d of %d verdicts, codes and lines are Microsoft's", same, all)
	})
	for _, name := range []string{"emulator", "docs"} {
		same, all = 0, 0
		t.Run(name, func(t *testing.T) {
			for _, e := range spectest.Lines[struct {
				ID     string
				Kind   string
				Query  string
				Binder struct {
					OK       bool
					SyntaxOK *bool
					Errors   [][]string
				}
			}](t, spectest.Shared(t, "kql/cases/"+name+".jsonl")) {
				if e.Kind == "Command" {
					continue // kept as text: only a few of them are ever run
				}
				var list []diagnostic
				for _, d := range e.Binder.Errors {
					list = append(list, diagnostic{Code: d[0]})
				}
				want := first(list)
				want.ok = want.code == ""
				if e.Binder.SyntaxOK != nil && *e.Binder.SyntaxOK {
					want = verdict{ok: true} // a bad type in typeof is for the binder
				}
				count(compare(t, e.ID, e.Query, want))
			}
			t.Logf("syntax of the %s cases: %d of %d verdicts and codes are Microsoft's", name, same, all)
		})
	}
}

// compare reports whether the parser's verdict about src is the wanted one.
func compare(t *testing.T, name, src string, want verdict) bool {
	t.Helper()
	if reason, ok := differences[name]; ok {
		if reason == "" {
			t.Errorf("%s: no reason given", name)
		}
		return false
	}
	_, diags := parser.Parse(src)
	got := verdict{ok: true}
	var shown diag.Diagnostic
	for _, d := range diags {
		if d.Severity != diag.Error {
			continue
		}
		got.ok, got.code, shown = false, d.Code, d
		got.line, _ = diag.Position(src, d.Span.Start)
		break
	}
	switch {
	case own[got.code] && (want.line == 0 || got.line == want.line):
		return true
	case got.ok != want.ok:
	case want.code != "" && got.code != want.code:
	case want.line > 0 && got.line != want.line:
	default:
		return true
	}
	b, _ := json.Marshal(src)
	t.Errorf("%s: got %v %s line %d, want %v %s line %d\n%s\n%s", name, got.ok, got.code, got.line, want.ok, want.code, want.line, shown.Render("query", src), strings.TrimSpace(string(b)))
	return false
}

// own has the codes of what Microsoft's parser refuses in other words, or
// leaves to its binder: workbook parameters and <placeholders>.
var own = map[string]bool{"KS213": true, "AZ003": true}

// differences has the queries whose verdict differs on purpose, and why.
var differences = map[string]string{
	"adx/management/graph/graph-model-overview#5":        "a reserved word is the name of a node; the recording stops after five faults, before this one",
	"adx/functions-library/time-window-rolling-avg-fl#3": "datetime(8:00) is of the day of the query; the clock is not read here",
	"adx/functions-library/time-window-rolling-avg-fl#4": "datetime(8:00) is of the day of the query; the clock is not read here",
}
