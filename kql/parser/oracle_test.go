package parser_test

import (
	"strings"
	"testing"

	"github.com/azflow/azflow/internal/spectest"
	"github.com/azflow/azflow/kql/diag"
	"github.com/azflow/azflow/kql/parser"
)

// broken returns src with each token taken out in turn, and with each doubled.
func broken(src string) []string {
	tokens, _ := parser.Tokens(src)
	var all []string
	for _, tok := range tokens[:len(tokens)-1] {
		s := tok.Span
		all = append(all, src[:s.Start]+src[s.End:], src[:s.End]+" "+src[s.Start:])
	}
	return all
}

// bound has what the binder says with codes of the parser.
var bound = map[string]bool{
	"Missing join on condition clause":        true,
	"Expected one of: simple, regex, relaxed": true,
}

// The first fault of a broken query has the code and the place that Microsoft's
// parser gives it.
func TestConformanceOfFaultsInBrokenQueries(t *testing.T) {
	oracle := spectest.StartOracle(t, spectest.Schema{})
	total, verdicts, faults := 0, 0, 0
	for _, whole := range seeds {
		switch {
		case strings.ContainsAny(whole, "“”″‘’"):
			continue // read on purpose, where Microsoft's parser stops
		case strings.HasPrefix(whole, "inline_external_table"), strings.HasPrefix(whole, "declare pattern"):
			continue // Microsoft's parser ends in an exception on some broken ones
		}
		for _, src := range append(broken(whole), whole) {
			_, diags := parser.Parse(src)
			var got diag.Diagnostic
			for _, d := range diags {
				if d.Severity == diag.Error {
					got = d
					break
				}
			}
			if own[got.Code] || got.Code == "KS004" || len(src) > 0 && src[0] == '.' {
				continue
			}
			var want spectest.Finding
			a := oracle.Check(src)
			for _, d := range a.Diagnostics {
				if syntaxCodes[d.Code] && !a.SyntaxOK && !bound[d.Message] {
					want = d
					break
				}
			}
			total++
			if (got.Code == "") != (want.Code == "") {
				verdicts++
			}
			if got.Code != want.Code || got.Code != "" && got.Span.Start != want.Span.Start {
				faults++
				t.Logf("%s\n  got  %s %v %s\n  want %s %v %s", src, got.Code, got.Span, got.Msg, want.Code, want.Span, want.Message)
			}
		}
	}
	t.Logf("of %d broken queries, %d have another verdict, %d another first fault", total, verdicts, faults)
	if verdicts*100 > total || faults*50 > total {
		t.Error("more than one verdict in a hundred, or more than one fault in fifty, is not Microsoft's")
	}
}
