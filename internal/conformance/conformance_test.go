// Package conformance holds azflow's KQL against the recorded answers of
// Microsoft's Kusto emulator and of its documentation, on every engine.
package conformance

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"text/tabwriter"
	"time"

	"github.com/azflow/azflow/internal/chdbtest"
	"github.com/azflow/azflow/internal/spectest"
	"github.com/azflow/azflow/kql"
	"github.com/azflow/azflow/kql/plan"
	"github.com/azflow/azflow/kql/types"
)

var (
	list   = flag.Bool("misses", false, "print every miss with what is wrong")
	only   = flag.String("case", "", "run the cases whose id contains this, and print what they give")
	engine = flag.String("engine", "", "run this engine only")
)

func TestMain(m *testing.M) { chdbtest.Main(m) }

// interpreter is the engine whose misses are those of the language: functions
// and binding, which all engines share.
const interpreter = "eval"

// now is the value of now(): no recorded answer depends on it.
const now = types.Instant(types.UnixEpochTicks + 55*365*types.TicksPerDay)

// timeout is how long one query may take.
const timeout = 20 * time.Second

// TestConformance prints the share of cases that each engine gets right. What
// an engine misses and the interpreter does not must stand in known-misses.txt.
func TestConformance(t *testing.T) {
	known := knownMisses(t)
	table := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "suite\tengine\tcases\tright\tshare\twhole in SQL")
	for _, s := range []struct {
		name  string
		cases []spectest.Case
		share map[string]float64 // the least share that must be right
	}{
		{"emulator", spectest.EmulatorCases(t), map[string]float64{"duckdb": 0.97, "clickhouse": 0.95, "eval": 0.97}},
		{"documentation", spectest.DocumentedCases(t, "A"), map[string]float64{"duckdb": 0.93, "clickhouse": 0.93, "eval": 0.93}},
	} {
		shared := map[string]bool{} // what the interpreter misses
		for _, e := range engines(t) {
			if *engine != "" && e.name != *engine && e.name != interpreter {
				continue
			}
			right, whole, total := 0, 0, 0
			for _, c := range s.cases {
				if !strings.Contains(c.ID, *only) {
					continue
				}
				total++
				got, inSQL, err := e.run(c.Query)
				if inSQL {
					whole++
				}
				fault := judge(c, got, err)
				if *only != "" {
					fmt.Printf("%s %s\n%s\n=> %v\nfault: %v\n", e.name, c.ID, c.Query, got.rows, fault)
					continue
				}
				if fault == nil {
					right++
				} else if *list {
					fmt.Printf("%s\t%s\t%s\n", e.name, c.ID, strings.ReplaceAll(fault.Error(), "\n", " "))
				}
				reason, isKnown := known[e.name][c.ID]
				switch {
				case e.name == interpreter: // whose misses kql/eval's tests look after
					shared[c.ID] = fault != nil
				case fault == nil && isKnown:
					t.Errorf("%s gets %s right now: take it out of known-misses.txt (%s)", e.name, c.ID, reason)
				case fault != nil && !isKnown && !shared[c.ID]:
					t.Errorf("%s %s\n%s\n%v", e.name, c.ID, c.Query, fault)
				}
			}
			share := float64(right) / float64(max(1, total))
			fmt.Fprintf(table, "%s\t%s\t%d\t%d\t%.1f %%\t%d\n", s.name, e.name, total, right, 100*share, whole)
			if *only == "" && share < s.share[e.name] {
				t.Errorf("%s on %s: %.1f %% are right, %.0f %% must be", s.name, e.name, 100*share, 100*s.share[e.name])
			}
		}
	}
	if err := table.Flush(); err != nil {
		t.Error(err)
	}
}

// answer is the rows of a query.
type answer struct {
	cols []plan.Column
	rows [][]any // as spectest.Case.Compare takes them
}

// judge returns what is wrong with an answer; nil for nothing.
func judge(c spectest.Case, got answer, err error) error {
	switch {
	case c.Refused && err == nil:
		return errors.New("Kusto refuses this")
	case c.Refused:
		return nil
	case err != nil:
		return err
	case len(got.cols) != len(c.Columns):
		return fmt.Errorf("%d columns, want %d", len(got.cols), len(c.Columns))
	}
	return c.Compare(got.rows)
}

// add appends a row.
func (a *answer) add(row []types.Value) {
	out := make([]any, len(row))
	for i, v := range row {
		out[i] = cell(v, a.cols[i].Type)
	}
	a.rows = append(a.rows, out)
}

// cell turns a value into what the comparator takes.
func cell(v types.Value, t types.Type) any {
	if t == types.Dynamic {
		return spectest.JSON(types.AppendJSON(nil, v))
	}
	switch x := v.(type) {
	case nil, bool, float64, int64:
		return x
	case int32:
		return int64(x)
	case types.DecimalValue:
		return x.Real()
	}
	return types.Text(v, t)
}

// knownMisses reads kql/testdata/known-misses.txt: engine, case and reason,
// divided by tabs.
func knownMisses(t *testing.T) map[string]map[string]string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "kql", "testdata", "known-misses.txt"))
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]map[string]string{}
	for _, l := range strings.Split(string(text), "\n") {
		f := strings.SplitN(l, "\t", 3)
		if len(f) != 3 {
			continue
		}
		if out[f[0]] == nil {
			out[f[0]] = map[string]string{}
		}
		out[f[0]][f[1]] = f[2]
	}
	return out
}

// bound plans and binds a query over no tables.
func bound(src string) (*plan.Plan, error) {
	p, diags := kql.Plan(src, noTables{}, kql.Options{Now: now})
	if p == nil {
		return nil, fmt.Errorf("refused: %w", diags)
	}
	if len(p.Results) == 0 {
		return nil, errors.New("no result")
	}
	return p, nil
}

type noTables struct{}

func (noTables) Table(string) (*plan.Table, bool)       { return nil, false }
func (noTables) Tables() []string                       { return nil }
func (noTables) Function(string) (*plan.Function, bool) { return nil, false }
func (noTables) Functions() []string                    { return nil }

func deadline() (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.Background(), timeout)
}
