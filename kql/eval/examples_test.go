package eval_test

import (
	"os"
	"testing"

	"github.com/azflow/azflow/internal/spectest"
	"github.com/azflow/azflow/kql/fn"
)

const functionsPage = "../../docs/kql/functions.md"

// TestFunctionsPageIsUpToDate compares docs/kql/functions.md with what the
// functions say of themselves; -update writes it.
func TestFunctionsPageIsUpToDate(t *testing.T) {
	want := fn.Page()
	if spectest.Update() {
		if err := os.WriteFile(functionsPage, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(functionsPage)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Error("docs/kql/functions.md is not what the functions say; go test ./kql/eval -run Page -update writes it")
	}
}

// same compares the first cells of two queries.
func same(t *testing.T, got, want string) {
	t.Helper()
	x, _, err := answer(got)
	if err != nil {
		t.Errorf("%s: %v", got, err)
		return
	}
	y, _, err := answer(want)
	if err != nil {
		t.Errorf("%s: %v", want, err)
		return
	}
	c := spectest.Case{Rows: [][]any{{y[0][0]}}, RowCount: 1, Uses: []string{"make_set"}}
	if len(x) != 1 {
		t.Errorf("%s: %d rows", got, len(x))
		return
	}
	if j, ok := y[0][0].(spectest.JSON); ok {
		if x[0][0] != j {
			t.Errorf("%s gives %v, the example says %v", got, x[0][0], j)
		}
		return
	}
	if err := c.Compare([][]any{{x[0][0]}}); err != nil {
		t.Errorf("%s: %v", got, err)
	}
}

func TestExamplesOfFunctionsHold(t *testing.T) {
	for _, f := range fn.Scalars() {
		for _, e := range f.Examples {
			same(t, "print x = "+e.Expr, "print x = "+e.Result)
		}
	}
}

func TestExamplesOfAggregatesHold(t *testing.T) {
	for _, a := range fn.Aggregates() {
		for _, e := range a.Examples {
			same(t, e.Input+" | summarize "+e.Call, "print x = "+e.Result)
		}
	}
}
