package rewrite_test

import (
	"strings"
	"testing"

	"github.com/azflow/azflow/kql"
	"github.com/azflow/azflow/kql/plan"
	"github.com/azflow/azflow/kql/rewrite"
	"github.com/azflow/azflow/kql/types"
)

// catalog has one table, T.
type catalog struct{}

func (catalog) Table(name string) (*plan.Table, bool) {
	return &plan.Table{Name: "T", Time: "At", Columns: []plan.TableColumn{
		{Name: "At", Type: types.DateTime},
		{Name: "Ip", Type: types.String, IPv4: "Ip4"},
		{Name: "N", Type: types.Long},
		{Name: "S", Type: types.String},
		{Name: "Ip4", Type: types.Long, Hidden: true},
	}}, name == "T"
}
func (catalog) Tables() []string                       { return []string{"T"} }
func (catalog) Function(string) (*plan.Function, bool) { return nil, false }
func (catalog) Functions() []string                    { return nil }

const now = types.Instant(types.UnixEpochTicks + 55*365*types.TicksPerDay)

func bound(t *testing.T, query string) *plan.Plan {
	t.Helper()
	p, diags := kql.Plan(query, catalog{}, kql.Options{Now: now})
	if p == nil {
		t.Fatalf("%s: %v", query, diags)
	}
	return p
}

// Every rule has a case in which it acts and one in which it must not.
func TestRules(t *testing.T) {
	for _, c := range []struct {
		rule, name, query string
		expect, not       string // in the plan with the rule; the other way round without it
	}{
		{"fold_constants", "calls of constants", `print x = strcat("a", "b")`, `"ab"`, "strcat"},
		{"fold_constants", "what decides alone", `T | where N > 1 or true | project N`, "", "where"},
		{"push_filters", "below an extend", `T | extend m = N | where m > 5 | project S`, "", ""},
		{"time_range", "a lower bound", `T | where At > datetime(2024-01-01) | count`, "2024-01-01T00:00:00.0000001Z", "filter"},
		{"time_range", "both bounds", `T | where At between (datetime(2024-01-01) .. datetime(2024-02-01)) | count`, "2024-02-01T00:00:00.0000001Z", "filter"},
		{"time_range", "among others", `T | where At < datetime(2024-01-01) and N == 1 | count`, "to 2024-01-01T00:00:00.0000000Z", "At <"},
		{"time_range", "a time", `T | where datetime(2024-01-01) == At | count`, "to 2024-01-01T00:00:00.0000001Z", "=="},
		{"ipv4_columns", "a prefix", `T | where ipv4_is_in_range(Ip, "10.0.0.0/8") | count`, "between", "ipv4_is_in_range"},
		{"ipv4_columns", "through an extend", `T | extend private = ipv4_is_private(Ip) | summarize count() by private`, "between", "ipv4_is_private"},
		{"preaggregate_series", "over a table", `T | make-series n = count(), sum(N) on At from datetime(2024-01-01) to datetime(2024-02-01) step 1d by S`, "bin_at", ""},
		{"preaggregate_series", "without an axis", `T | make-series avg(N) on At step 1h`, "bin(", ""},
		{"dead_columns", "of a scan", `T | project N`, "", "S:"},
		{"dead_columns", "of what mv-apply carries", `T | extend d = split(S, ",") | mv-apply e = d to typeof(string) on (where e != "" | count) | project N, Count`, "", "At"},
		{"dead_columns", "of arg_max", `T | summarize arg_max(N, *) by Ip | project Ip, S`, "", "At"},
	} {
		t.Run(c.rule+" "+c.name, func(t *testing.T) {
			p := bound(t, c.query)
			with := rewritten(t, p)
			without := rewritten(t, p, c.rule)
			if with == without {
				t.Fatalf("the rule does nothing:\n%s", with)
			}
			if !strings.Contains(with, c.expect) {
				t.Errorf("no %q in\n%s", c.expect, with)
			}
			if c.not != "" && strings.Contains(with, c.not) {
				t.Errorf("still %q in\n%s", c.not, with)
			}
		})
	}
	for _, c := range []struct{ rule, name, query string }{
		{"fold_constants", "what differs from row to row", `T | project x = strcat(S, "b")`},
		{"fold_constants", "what differs from call to call", `print x = rand()`},
		{"push_filters", "through a limit", `T | take 5 | where N > 5`},
		{"push_filters", "on a computed column", `T | extend m = N * 2 | where m > 5`},
		{"push_filters", "below the padded side of a join", `T | join kind=leftouter (T) on Ip | where N1 > 5`},
		{"time_range", "either of two times", `T | where At > datetime(2024-01-01) or N == 1 | count`},
		{"time_range", "another than a time", `T | where At != datetime(2024-01-01) | count`},
		{"time_range", "a time that differs from row to row", `T | where At > datetime(2024-01-01) + N * 1s | count`},
		{"time_range", "another column's", `T | where N > 5 | count`},
		{"ipv4_columns", "a prefix out of a column", `T | where ipv4_is_in_range(Ip, S) | count`},
		{"ipv4_columns", "a broken prefix", `T | where ipv4_is_in_range(Ip, "10.0.0.0/99") | count`},
		{"ipv4_columns", "a text without a twin", `T | where ipv4_is_private(S) | count`},
		{"preaggregate_series", "over literal rows", `datatable(a:long)[1] | make-series count() on a from 0 to 3 step 1`},
		{"preaggregate_series", "of what bins cannot keep", `T | make-series make_list(N) on At from datetime(2024-01-01) to datetime(2024-02-01) step 1d`},
		{"dead_columns", "where all is asked for", `T | where N > 1`},
	} {
		t.Run(c.rule+" not "+c.name, func(t *testing.T) {
			p := bound(t, c.query)
			if with, without := rewritten(t, p), rewritten(t, p, c.rule); with != without {
				t.Errorf("with\n%s\nwithout\n%s", with, without)
			}
		})
	}
}

// rewritten prints p as all rules but some leave it.
func rewritten(t *testing.T, p *plan.Plan, without ...string) string {
	t.Helper()
	out, err := rewrite.Apply(p, rewrite.Options{Catalog: catalog{}, Without: without})
	if err != nil {
		t.Fatal(err)
	}
	return out.Format()
}

func TestRulesHaveNamesAndDocs(t *testing.T) {
	for _, r := range rewrite.Rules() {
		if r.Name == "" || r.Doc == "" {
			t.Errorf("rule %q", r.Name)
		}
	}
	if _, err := rewrite.Apply(&plan.Plan{}, rewrite.Options{Without: []string{"nonsense"}}); err == nil {
		t.Error("an unknown rule was accepted")
	}
}

func TestAPlanIsNotChanged(t *testing.T) {
	p := bound(t, `T | where ipv4_is_in_range(Ip, "10.0.0.0/8") and At > ago(1d) | summarize sum(N) by S`)
	before := p.Format()
	rewritten(t, p)
	if after := p.Format(); after != before {
		t.Errorf("before\n%s\nafter\n%s", before, after)
	}
}

func TestCommonSubplans(t *testing.T) {
	const of = `let x = T | summarize n = sum(N) by Ip; `
	for _, c := range []struct {
		name, query string
		shared      int // subplans computed once for several places
	}{
		{"a let used twice", of + `x | join kind=inner (x) on Ip | project Ip, n, n1`, 1},
		{"a let used three times", of + `union x, x, (x | where n > 5) | project Ip, n`, 1},
		{"of which places use different columns", of + `x | join kind=inner (x | project Ip) on Ip | project n`, 1},
		{"a self join", `T | summarize count() by S | join kind=inner (T | summarize count() by S) on S | project S`, 1},
		{"an inner one and an outer one", of + `let y = x | summarize max(n) by Ip; y | join kind=inner (y) on Ip | join kind=inner (x) on Ip | project Ip`, 2},
		{"in subqueries", `T | where N in (T | summarize max(N) by S | project max_N) or N in (T | summarize max(N) by S | project max_N) | count`, 1},
		{"the first rows", `let x = T | top 3 by N; x | union x | project S`, 1},
		{"not a table alone", `T | where N > 5 | join kind=inner (T | where N > 5) on Ip | project N`, 0},
		{"not other columns", `T | summarize sum(N) by S | union (T | summarize sum(N) by Ip) | project S, Ip`, 0},
		{"not other constants", `T | where N > 1 | summarize sum(N) by S | union (T | where N > 2 | summarize sum(N) by S) | project S`, 0},
		{"not what a filter above can make smaller", of + `x | where Ip == "a" | union (x | where Ip == "b") | project n`, 0},
		{"not other bounds", `T | where At > ago(1d) | summarize sum(N) by S | union (T | where At > ago(2d) | summarize sum(N) by S) | project S`, 0},
		{"not chance", `let x = T | where rand() > 0.5 | summarize count() by S; x | union x | project S`, 0},
		{"not a sample", `let x = T | sample 5 | summarize count() by S; x | union x | project S`, 0},
		{"not any rows", `let x = T | take 5 | summarize count() by S; x | union x | project S`, 0},
		{"not in what runs once a row", `T | extend d = split(S, ",") | mv-apply e = d to typeof(string) on (summarize count() by e) | mv-apply f = d to typeof(string) on (summarize count() by f) | project e`, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			text := rewritten(t, bound(t, c.query))
			made := map[string]bool{}
			for _, line := range strings.Split(text, "\n") {
				if _, number, ok := strings.Cut(line, "─ shared "); ok {
					made[strings.Fields(number)[0]] = true
				}
			}
			if len(made) != c.shared {
				t.Errorf("%d are shared, want %d:\n%s", len(made), c.shared, text)
			}
			if c.shared > 0 && strings.Contains(rewritten(t, bound(t, c.query), "common_subplans"), "shared") {
				t.Error("they are shared without the rule")
			}
		})
	}
}

// A shared subplan gives the columns that any of its readers uses, and no more.
func TestSharedRowsHaveTheColumnsThatAreRead(t *testing.T) {
	text := rewritten(t, bound(t, `let x = materialize(T | where N > 1); x | project S | union (x | project Ip) | project S, Ip`))
	if !strings.Contains(text, "scan T (Ip, N, S)") {
		t.Error(text)
	}
}
