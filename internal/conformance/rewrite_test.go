package conformance

import (
	"fmt"
	"slices"
	"testing"

	"github.com/azflow/azflow/internal/spectest"
	"github.com/azflow/azflow/internal/store"
	"github.com/azflow/azflow/internal/store/duckdb"
	"github.com/azflow/azflow/kql"
	"github.com/azflow/azflow/kql/rewrite"
)

// TestRewritesChangeNoRows runs the recorded queries with each rule left out.
func TestRewritesChangeNoRows(t *testing.T) {
	cases := spectest.EmulatorCases(t)
	if testing.Short() {
		cases = slices.DeleteFunc(cases, func(c spectest.Case) bool { return c.ID[len(c.ID)-1] != '7' })
	}
	e, err := duckdb.Open(duckdb.Config{Threads: 1, Context: functions})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	seen := map[string]bool{}
	for _, rule := range rewrite.Rules() {
		if seen[rule.Name] {
			continue
		}
		seen[rule.Name] = true
		for _, c := range cases {
			if c.Refused {
				continue
			}
			with, err1 := rowsWithout(e, c.Query)
			without, err2 := rowsWithout(e, c.Query, rule.Name)
			if (err1 == nil) != (err2 == nil) {
				t.Errorf("%s without %s: %v, with it: %v", c.ID, rule.Name, err2, err1)
				continue
			}
			slices.Sort(with)
			slices.Sort(without)
			if !slices.Equal(with, without) {
				t.Errorf("%s without %s\n%s\ngot  %q\nwant %q", c.ID, rule.Name, c.Query, with, without)
			}
		}
	}
}

// rowsWithout returns the rows of a query as texts.
func rowsWithout(e store.Engine, query string, rules ...string) ([]string, error) {
	a, _, err := askWith(e, query, kql.CompileOptions{Catalog: noTables{}, Without: rules})
	var out []string
	for _, r := range a.rows {
		out = append(out, fmt.Sprint(r...))
	}
	return out, err
}
