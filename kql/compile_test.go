package kql_test

import (
	"strings"
	"testing"

	"github.com/azflow/azflow/kql"
	"github.com/azflow/azflow/kql/sqlgen"
	"github.com/azflow/azflow/kql/sqlgen/clickhouse"
	"github.com/azflow/azflow/kql/sqlgen/duckdb"
	"github.com/azflow/azflow/schema"
)

func compiled(t testing.TB, query string, d sqlgen.Dialect) *sqlgen.Statement {
	t.Helper()
	cat := schema.NewCatalog(schema.Tables())
	p, diags := kql.Plan(query, cat, kql.Options{Now: now})
	if p == nil {
		t.Fatalf("%s\n%v", query, diags)
	}
	st, err := kql.Compile(p, d, kql.CompileOptions{Catalog: cat})
	if err != nil {
		t.Fatal(err)
	}
	return st
}

func TestNamesAndTextsOfUsersAreNoSQL(t *testing.T) {
	const evil = `x"; DROP TABLE scan_0; --`
	query := `Flows | where SrcIp == 'it\'s; DROP' | extend ['` + evil + `'] = strcat(DestIp, '\\') | summarize ['sum of ' ] = count() by ['` + evil + `'] | sort by ['` + evil + `']`
	for _, d := range []sqlgen.Dialect{duckdb.New(), clickhouse.New()} {
		st := compiled(t, query, d)
		if len(st.Parts) != 1 {
			t.Fatalf("%s: %d parts: %s", d.Name(), len(st.Parts), st.Results[0].Why)
		}
		sql := st.Parts[0].SQL
		if strings.Contains(sql, "x\"") || strings.Contains(sql, "sum of") {
			t.Errorf("%s: a name became SQL:\n%s", d.Name(), sql)
		}
		if n := strings.Count(sql, "DROP"); n != 1 {
			t.Errorf("%s: %d texts\n%s", d.Name(), n, sql)
		}
		if got := st.Results[0].Columns[0].Name; got != evil {
			t.Errorf("the column is called %q", got)
		}
	}
}

func TestWhatAnEngineCannotExpressIsCutOff(t *testing.T) {
	for _, c := range []struct {
		query              string
		duckdb, clickhouse bool // whole in SQL
	}{
		{`Flows | where SrcIp has "10" and TimeGenerated > ago(1h) | summarize sum(BytesSrcToDest) by bin(TimeGenerated, 5m)`, true, true},
		{`Flows | extend p = parse_json(SrcTags).env | summarize count() by tostring(p)`, true, false},
		{`Flows | where SrcPort > 5 | mv-expand SrcTags | count`, true, false},
		{`Flows | parse AclRule with * "_" name:string | summarize dcount(name)`, true, false},
		{`Flows | extend p = split(SrcIp, ".") | mv-apply e = p to typeof(long) on (where e > 9 | summarize sum(e)) | project SrcIp, sum_e`, true, false},
		{`Flows | summarize hll(SrcIp)`, false, false},
		{`Flows | make-series count() on TimeGenerated from ago(1d) to now() step 1h`, false, false},
		{`Flows | evaluate bag_unpack(SrcTags)`, false, false},
	} {
		for d, whole := range map[sqlgen.Dialect]bool{duckdb.New(): c.duckdb, clickhouse.New(): c.clickhouse} {
			st := compiled(t, c.query, d)
			res := st.Results[0]
			if (res.Tail == nil) != whole {
				t.Errorf("%s: %s\nwhole in SQL is %v: %s", d.Name(), c.query, res.Tail == nil, res.Why)
			}
			if res.Tail != nil && res.Why == "" {
				t.Errorf("%s: %s is cut for no reason", d.Name(), c.query)
			}
			if len(st.Parts) == 0 {
				t.Errorf("%s: %s reads the table without SQL", d.Name(), c.query)
			}
		}
	}
}

// Arithmetic that may overflow fails in the fast form of a part, so it stands
// only where that happens before any row is out.
func TestFastArithmeticStandsBelowAggregates(t *testing.T) {
	for query, fast := range map[string]bool{
		`Flows | summarize sum(BytesSrcToDest + BytesDestToSrc)`:                                                    true,
		`Flows | where BytesSrcToDest * 2 > 5 | summarize count() by SrcIp | top 3 by count_`:                       true,
		`Flows | extend x = BytesSrcToDest + 1 | summarize max(x) by y = x - 1 | extend z = y`:                      true,
		`Flows | where BytesSrcToDest + 1 > 5`:                                                                      false,
		`Flows | summarize a = sum(BytesSrcToDest), b = sum(BytesDestToSrc) | extend c = a + b`:                     false,
		`union (Flows | project x = PacketsSrcToDest), (Flows | summarize x = sum(BytesSrcToDest + 1))`:             false,
		`Flows | project SrcIp | join kind=inner (Flows | summarize x = sum(BytesSrcToDest + 1) by SrcIp) on SrcIp`: false,
	} {
		p := compiled(t, query, duckdb.New()).Parts[0]
		if got := p.Exact != ""; got != fast {
			t.Errorf("%s\nmay fail: %v\n%s", query, got, p.SQL)
		}
		if strings.Contains(p.Exact, "BytesSrcToDest +") || p.Exact != "" && !strings.Contains(p.Exact, "kql_") {
			t.Errorf("%s\n%s", query, p.Exact)
		}
		if p := compiled(t, query, clickhouse.New()).Parts[0]; p.Exact != "" {
			t.Errorf("%s\n%s", query, p.Exact)
		}
	}
}

func TestTimesBoundWhatIsRead(t *testing.T) {
	st := compiled(t, `NTANetAnalytics | extend b = BytesSrcToDest | where TimeGenerated between (datetime(2024-05-01) .. 1d) | project b, SrcIp`, duckdb.New())
	s := st.Parts[0].Scans[0]
	if s.From.String() != "2024-05-01T00:00:00.0000000Z" || s.To.String() != "2024-05-02T00:00:00.0000001Z" {
		t.Errorf("read from %v to %v", s.From, s.To)
	}
}
