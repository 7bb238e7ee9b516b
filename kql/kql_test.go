package kql_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/azflow/azflow/kql"
	"github.com/azflow/azflow/kql/eval"
	"github.com/azflow/azflow/kql/plan"
	"github.com/azflow/azflow/kql/sqlgen/duckdb"
	"github.com/azflow/azflow/kql/types"
	"github.com/azflow/azflow/schema"
)

// values returns the literal rows that a plan is.
func values(t *testing.T, src string, cat plan.Catalog) *plan.Values {
	t.Helper()
	p, diags := kql.Plan(src, cat, kql.Options{Now: now, Version: "1.2"})
	if p == nil {
		t.Fatalf("%s: %v", src, diags)
	}
	v, ok := p.Results[0].Root.(*plan.Values)
	if !ok {
		t.Fatalf("%s is no table of values", src)
	}
	return v
}

func TestShowDatabasesNamesTheOne(t *testing.T) {
	v := values(t, ".show databases", schema.NewCatalog(schema.Tables()))
	if len(v.Rows) != 1 || v.Rows[0][0] != "azflow" {
		t.Errorf("got %v", v.Rows)
	}
}

func TestShowTablesListsTablesAndViews(t *testing.T) {
	names := map[types.Value]bool{}
	for _, r := range values(t, ".show tables", schema.NewCatalog(schema.Tables())).Rows {
		names[r[0]] = true
	}
	for _, want := range []string{"NTANetAnalytics", "Flows", "NTAIpDetails"} {
		if !names[want] {
			t.Errorf("%s is not shown", want)
		}
	}
	for name := range names {
		if strings.HasPrefix(name.(string), "_") {
			t.Errorf("%v is shown", name)
		}
	}
}

func TestShowTableSchemaNamesColumns(t *testing.T) {
	cat := schema.NewCatalog(schema.Tables())
	for _, table := range []string{"Flows", "NTAIpDetails", "['Flows']"} {
		v := values(t, ".show table "+table+" schema as json", cat)
		if text := v.Rows[0][1].(string); !strings.Contains(text, `"CslType":"datetime"`) {
			t.Errorf("%s: %s", table, text)
		}
	}
	if _, diags := kql.Plan(".show table Nope schema as json", cat, kql.Options{}); !diags.HasErrors() {
		t.Error("a table that there is not was shown")
	}
}

func TestQueryNowSetsTheClock(t *testing.T) {
	p, diags := kql.Plan("set query_now = datetime(2020-01-02); print now()", &catalog{}, kql.Options{Now: now})
	if p == nil {
		t.Fatal(diags)
	}
	if got := p.Now.String(); got != "2020-01-02T00:00:00.0000000Z" {
		t.Errorf("now is %s", got)
	}
}

func TestOptionsChooseVariants(t *testing.T) {
	cat := schema.NewCatalog(schema.Tables())
	plain, _ := kql.Plan("NTANetAnalytics | take 1", cat, kql.Options{Now: now})
	set, diags := kql.Plan("set azflow_time = azure; NTANetAnalytics | take 1", cat, kql.Options{Now: now})
	configured, _ := kql.Plan("NTANetAnalytics | take 1", cat, kql.Options{Now: now, Settings: map[string]types.Value{"azflow_time": "azure"}})
	if plain == nil || set == nil || configured == nil {
		t.Fatal(diags)
	}
	if plan.Format(plain.Results[0].Root) == plan.Format(set.Results[0].Root) {
		t.Error("the option changes nothing")
	}
	if plan.Format(configured.Results[0].Root) != plan.Format(set.Results[0].Root) {
		t.Error("a setting and a set statement differ")
	}
}

func TestParametersOfTheQueryAreGiven(t *testing.T) {
	p, diags := kql.Plan("declare query_parameters(n:long); print n", &catalog{}, kql.Options{Now: now, Parameters: map[string]types.Value{"n": int64(7)}})
	if p == nil {
		t.Fatal(diags)
	}
	if got := p.Format(); !strings.Contains(got, "print_0 = 7") {
		t.Error(got)
	}
}

func TestParametersAreReadFromTexts(t *testing.T) {
	const src = `declare query_parameters(n:long, s:string, t:datetime, d:dynamic, b:bool, e:long);
print n, s, t, d, b, e`
	args := map[string]string{"n": "0x1F", "s": "it's", "t": "2026-03-01", "d": `{"a":[1]}`, "b": "true", "e": ""}
	p, diags := kql.Plan(src, &catalog{}, kql.Options{Now: now, Arguments: args})
	if p == nil {
		t.Fatal(diags)
	}
	rows, err := eval.Run(t.Context(), p.Results[0].Root, eval.Env{})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, v := range rows.Vecs {
		got = append(got, types.Text(v.Value(0), v.Type))
	}
	if want := "31|it's|2026-03-01T00:00:00.0000000Z|{\"a\":[1]}|True|"; strings.Join(got, "|") != want {
		t.Errorf("got %s, want %s", strings.Join(got, "|"), want)
	}
	for name, value := range map[string]string{"n": "many", "t": "2026-13-01", "x": "1"} {
		args := map[string]string{"n": "1", "s": "", "t": "", "d": "", "b": "", "e": ""}
		args[name] = value
		if _, diags := kql.Plan(src, &catalog{}, kql.Options{Now: now, Arguments: args}); !diags.HasErrors() {
			t.Errorf("%s=%s is no error", name, value)
		}
	}
}

func TestExternalDataHasToBeAllowed(t *testing.T) {
	src := `externaldata(a:string) ["https://example.org/x.csv"] with (format="csv")`
	if _, diags := kql.Plan(src, &catalog{}, kql.Options{Now: now}); !diags.HasErrors() {
		t.Error("external data was read")
	}
	if p, diags := kql.Plan(src, &catalog{}, kql.Options{Now: now, ExternalData: true}); p == nil {
		t.Error(diags)
	}
}

// No query takes long to bind, whatever it is.
func TestBindingDoesNotBlowUp(t *testing.T) {
	doubling := "let a0 = range x from 1 to 2 step 1;\n"
	for i := 1; i < 60; i++ {
		doubling += fmt.Sprintf("let a%d = union a%d, a%d;\n", i, i-1, i-1)
	}
	calls := "let f0 = (x:long) { x + 1 };\n"
	for i := 1; i < 40; i++ {
		calls += fmt.Sprintf("let f%d = (x:long) { f%d(x) + f%d(x) };\n", i, i-1, i-1)
	}
	for name, src := range map[string]string{
		"lets that double":   doubling + "a59",
		"calls that double":  calls + "print f39(1)",
		"a long chain of or": "print " + strings.Repeat("1 == 2 or ", 20000) + "true",
		"many in a list":     "print 1 in (" + strings.Repeat("1,", 50000) + "1)",
		"many operators":     "print x = 1" + strings.Repeat(" | extend x = x + 1", 3000),
		"many results":       "print 1" + strings.Repeat("; print 1", 100_000),
		"many unknown names": "print x" + strings.Repeat(" or x", 100_000),
		"many pipes":         strings.Repeat("|", 1<<20),
		"parentheses":        strings.Repeat("(", 1<<20),
		"nested functions":   "print " + strings.Repeat("abs(", 5000) + "1" + strings.Repeat(")", 5000),
	} {
		t.Run(name, func(t *testing.T) {
			start := time.Now()
			p, diags := kql.Plan(src, &catalog{}, kql.Options{Now: now})
			if d := time.Since(start); d > 20*time.Second {
				t.Errorf("took %v", d)
			}
			if p == nil && !diags.HasErrors() {
				t.Error("no plan and no reason")
			}
			t.Log(time.Since(start), len(diags))
		})
	}
}

func TestDataTellTheColumnsOfOpenPlugins(t *testing.T) {
	cat := schema.NewCatalog(schema.Tables())
	query := `NTANetAnalytics | project d = bag_pack("Age", DestPort) | evaluate bag_unpack(d) | where Age > 30`
	asked := 0
	o := kql.Options{Now: now, Unpack: func(p *plan.Plan) ([]plan.Column, error) {
		asked++
		if _, ok := p.Results[0].Root.(*plan.Plugin); !ok {
			t.Errorf("asked to run\n%s", p.Format())
		}
		return []plan.Column{{ID: -1, Name: "Age", Type: types.Long}}, nil
	}}
	p, diags := kql.Plan(query, cat, o)
	if p == nil {
		t.Fatal(said(diags, query))
	}
	if cols := p.Results[0].Root.Columns(); asked != 1 || len(cols) != 1 || cols[0].Name != "Age" || cols[0].Type != types.Long {
		t.Errorf("asked %d times, the columns are %v", asked, cols)
	}
	o.Unpack = func(*plan.Plan) ([]plan.Column, error) { return nil, errors.New("no engine") }
	if _, diags = kql.Plan(query, cat, o); len(diags) != 1 || diags[0].Code != "AZ066" {
		t.Errorf("without an engine: %v", diags)
	}
	// What is applied to the elements of a row cannot be run by itself.
	query = `print a = dynamic([{"x": 1}]) | mv-apply a on (evaluate bag_unpack(a))`
	if _, diags = kql.Plan(query, cat, o); len(diags) != 1 || diags[0].Code != "AZ066" || strings.Contains(diags[0].Msg, "engine") {
		t.Errorf("within mv-apply: %v", diags)
	}
}

func TestWhatIsElsewhereIsCheckedAndNotRun(t *testing.T) {
	cat := schema.NewCatalog(schema.Tables())
	for _, c := range []struct{ query, code, columns string }{
		{`database("Other").T | summarize n = count() by Kind`, "KS208", "Kind, n"},
		{`cluster("c").database("Other").f(1) | project a, b = strlen(c)`, "KS208", "a, b"},
		{`alias database o = cluster("c").database("Other"); database("o").T | count`, "KS208", "Count"},
		{`table("NoTable") | count`, "KS204", "Count"},
		{`print x = 1 | evaluate python(typeof(*, y:int), "result = df")`, "KS125", "x, y"},
		{`evaluate http_request("https://example.org") | project ResponseBody`, "KS125", "ResponseBody"},
		{`print q = "a" | evaluate ai_embeddings(q, "c", dynamic({}), true)`, "KS125", "q, q_embeddings, q_embeddings_error"},
		{`evaluate sql_request("s", "q") : (Id:long)`, "KS125", "Id"},
	} {
		p, diags := kql.Plan(c.query, cat, kql.Options{Now: now})
		if p == nil || len(diags) == 0 || diags[len(diags)-1].Code != c.code {
			t.Errorf("%s\ngot %v, want the warning %s", c.query, diags, c.code)
			continue
		}
		var names []string
		for _, col := range p.Results[0].Root.Columns() {
			names = append(names, col.Name)
		}
		if got := strings.Join(names, ", "); got != c.columns {
			t.Errorf("%s: columns %s, want %s", c.query, got, c.columns)
		}
		if _, err := kql.Compile(p, duckdb.New(), kql.CompileOptions{Catalog: cat}); err == nil || !strings.Contains(err.Error(), "not here") {
			t.Errorf("%s compiles: %v", c.query, err)
		}
		if _, err := eval.Run(t.Context(), p.Results[0].Root, eval.Env{}); err == nil || !strings.Contains(err.Error(), "not here") {
			t.Errorf("%s runs: %v", c.query, err)
		}
		if _, diags := kql.Plan(c.query, cat, kql.Options{Now: now, Local: true}); !diags.HasErrors() {
			t.Errorf("%s is no error where it is to be run", c.query)
		}
	}
}

func TestAnAliasOfTheDatabaseIsTheDatabase(t *testing.T) {
	_, diags := kql.Plan(`alias database here = database("azflow"); database("here").Flows | count`, schema.NewCatalog(schema.Tables()), kql.Options{Now: now, Local: true})
	if diags.HasErrors() {
		t.Error(diags)
	}
}
