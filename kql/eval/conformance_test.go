package eval_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/azflow/azflow/internal/spectest"
	"github.com/azflow/azflow/kql"
	"github.com/azflow/azflow/kql/eval"
	"github.com/azflow/azflow/kql/fn"
	"github.com/azflow/azflow/kql/plan"
	"github.com/azflow/azflow/kql/types"
)

// noTables is a catalogue without tables.
type noTables struct{}

func (noTables) Table(string) (*plan.Table, bool)       { return nil, false }
func (noTables) Tables() []string                       { return nil }
func (noTables) Function(string) (*plan.Function, bool) { return nil, false }
func (noTables) Functions() []string                    { return nil }

// answer plans and runs a query; the rows of its last result.
func answer(query string) (rows [][]any, cols []plan.Column, err error) {
	now, _ := types.ParseInstant("2026-11-21")
	p, diags := kql.Plan(query, noTables{}, kql.Options{Now: now})
	if p == nil {
		for _, d := range diags {
			return nil, nil, fmt.Errorf("bind: %s %s", d.Code, d.Msg)
		}
		return nil, nil, fmt.Errorf("bind: no plan")
	}
	if len(p.Results) == 0 {
		return nil, nil, fmt.Errorf("no result")
	}
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	out, err := eval.Run(ctx, p.Results[len(p.Results)-1].Root, eval.Env{
		Fn: &fn.Ctx{Now: p.Now, Rand: rand.New(rand.NewPCG(1, 2))}, RowCap: 1_100_000,
	})
	if err != nil {
		return nil, nil, err
	}
	for i := range out.N {
		row := make([]any, len(out.Vecs))
		for k, v := range out.Vecs {
			row[k] = cell(v.Value(i), out.Cols[k].Type)
		}
		rows = append(rows, row)
	}
	return rows, out.Cols, nil
}

// cell turns a value into what the comparator takes.
func cell(v types.Value, t types.Type) any {
	switch x := v.(type) {
	case nil, bool, float64, int64:
		if t == types.Dynamic {
			return spectest.JSON(types.AppendJSON(nil, v))
		}
		return x
	case int32:
		return int64(x)
	case types.DecimalValue:
		return x.Real()
	}
	if t == types.Dynamic {
		return spectest.JSON(types.AppendJSON(nil, v))
	}
	return types.Text(v, t)
}

// knownMisses reads the reasons for the cases that an engine misses: lines of
// "engine<TAB>id<TAB>reason".
func knownMisses(t *testing.T, engine string) map[string]string {
	t.Helper()
	text, err := os.ReadFile("../testdata/known-misses.txt")
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]string{}
	for _, l := range strings.Split(string(text), "\n") {
		if f := strings.SplitN(l, "\t", 3); len(f) == 3 && f[0] == engine {
			known[f[1]] = f[2]
		}
	}
	return known
}

func check(c spectest.Case) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	rows, cols, err := answer(c.Query)
	switch {
	case c.Refused && err == nil:
		return fmt.Errorf("the engine refuses this")
	case c.Refused:
		return nil
	case err != nil:
		return err
	case len(cols) != len(c.Columns):
		return fmt.Errorf("%d columns, want %d", len(cols), len(c.Columns))
	}
	return c.Compare(rows)
}

// conform runs the cases, of which at least share must agree; a case that does
// not must be among the known misses.
func conform(t *testing.T, cases []spectest.Case, share float64) {
	known := knownMisses(t, "eval")
	good := 0
	for _, c := range cases {
		err := check(c)
		reason, isKnown := known[c.ID]
		switch {
		case err == nil && isKnown:
			t.Errorf("%s agrees now: take it out of known-misses.txt (%s)", c.ID, reason)
		case err == nil:
			good++
		case !isKnown:
			t.Errorf("%s\n%s\n%v", c.ID, c.Query, err)
		}
	}
	t.Logf("%d of %d agree (%.1f %%)", good, len(cases), 100*float64(good)/float64(len(cases)))
	if float64(good) < share*float64(len(cases)) {
		t.Errorf("%d of %d agree, less than %.0f %%", good, len(cases), 100*share)
	}
}

func TestEmulatorCasesAgree(t *testing.T) {
	conform(t, spectest.EmulatorCases(t), 0.97)
}

func TestDocumentedCasesAgree(t *testing.T) {
	conform(t, spectest.DocumentedCases(t, "A"), 0.93)
}
