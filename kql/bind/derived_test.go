package bind_test

import (
	"strings"
	"sync"
	"testing"

	"github.com/azflow/azflow/kql"
	"github.com/azflow/azflow/kql/bind"
	"github.com/azflow/azflow/kql/plan"
	"github.com/azflow/azflow/kql/types"
)

// withDerived is a catalogue of a table T whose column Sum is made of others,
// and Known of another table.
type withDerived struct{}

func (withDerived) Table(name string) (*plan.Table, bool) {
	switch name {
	case "T":
		return &plan.Table{Name: "T", Columns: []plan.TableColumn{
			{Name: "A", Type: types.Long},
			{Name: "Sum", Type: types.Long, Expr: "A + Hidden"},
			{Name: "Known", Type: types.Bool, Expr: "A in (U | project B)"},
			{Name: "Hidden", Type: types.Long, Hidden: true},
		}}, true
	case "U":
		return &plan.Table{Name: "U", Columns: []plan.TableColumn{
			{Name: "B", Type: types.Long, Expr: "C + 1"}, {Name: "C", Type: types.Long},
		}}, true
	}
	return nil, false
}
func (withDerived) Tables() []string { return []string{"T", "U"} }
func (withDerived) Function(name string) (*plan.Function, bool) {
	return &plan.Function{Name: "F", Body: "{ T | extend Twice = Sum * 2 }"}, name == "F"
}
func (withDerived) Functions() []string { return []string{"F"} }

// A derived column is bound where a query uses it, and only there.
func TestDerivedColumnsAreBoundWhereTheyAreUsed(t *testing.T) {
	const sum, known, below = "Sum = A", "Known = ", "B = C"
	for _, c := range []struct {
		query string
		has   []string
	}{
		{"T | count", nil},
		{"T | project A", nil},
		{"T | where A > 1 | extend X = A | sort by A asc | take 3 | project X", nil},
		{"T | join kind=inner (T | project A, Sum) on A | project A, A1", nil},
		{"T", []string{sum, known, below}},
		{"T | project Sum", []string{sum}},
		{"T | where Sum > 1 | count", []string{sum}},
		{"T | summarize max(Sum) by A", []string{sum}},
		{"T | join kind=inner (T | project A, Sum) on A | project Sum1", []string{sum}},
		{"T | join kind=inner (T) on Sum | count", []string{sum}},
		{"union T, (T | project Other = A) | count", []string{sum, known, below}}, // by their places
		{"let x = T; x | summarize arg_max(A, *)", []string{sum, known, below}},
		{"F | project Twice", []string{sum}},
		{"T | where Known | count", []string{known, below}},
		{"T | fork (count) (project Sum)", []string{sum, known, below}}, // computed once for both
		{"print toscalar(T | project Sum)", []string{sum}},
		{"T | where A in ((T | project Sum)) | count", []string{sum}},
		{"T | project A, Sum | as x | union (x | project A) | project A, Sum", []string{sum}},
	} {
		p, diags := kql.Plan(c.query, withDerived{}, kql.Options{})
		if p == nil {
			t.Errorf("%s: %v", c.query, diags)
			continue
		}
		text := p.Format()
		for _, expr := range []string{sum, known, below} {
			want := false
			for _, h := range c.has {
				want = want || h == expr
			}
			if got := strings.Contains(text, expr); got != want {
				t.Errorf("%s: %q is there: %v, want %v\n%s", c.query, expr, got, want, text)
			}
		}
	}
}

// What is parsed once serves any number of queries at a time.
func TestParsedTextsAreSharedBetweenQueries(t *testing.T) {
	var parsed bind.Parsed
	first, _ := kql.Plan("F | project Twice, Known", withDerived{}, kql.Options{})
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			p, diags := kql.Plan("F | project Twice, Known", withDerived{}, kql.Options{Parsed: &parsed})
			if p == nil {
				t.Error(diags)
			} else if got, want := p.Format(), first.Format(); got != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
	wg.Wait()
}
