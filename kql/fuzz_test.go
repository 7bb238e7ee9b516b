package kql_test

import (
	"strings"
	"testing"

	"github.com/azflow/azflow/kql"
	"github.com/azflow/azflow/kql/plan"
	"github.com/azflow/azflow/kql/sqlgen"
	"github.com/azflow/azflow/kql/sqlgen/clickhouse"
	"github.com/azflow/azflow/kql/sqlgen/duckdb"
	"github.com/azflow/azflow/schema"
)

// FuzzPlan: no text makes the compiler panic, and a plan that it makes is sound,
// before the rewrite rules and after.
func FuzzPlan(f *testing.F) {
	for _, src := range []string{
		"NTANetAnalytics | where SrcIp == '10.0.0.1' | summarize count(), arg_max(TimeGenerated, *) by DestPort",
		"let f = (T:(a:long), n:long = 2) { T | where a > n }; datatable(a:long)[1,2,3] | invoke f() | join kind=leftouter (print a = 1) on a",
		"let M = materialize(range x from 1 to 3 step 1); union withsource=t M, (M | extend y = x) | sort by x asc | extend p = prev(x)",
		"print d = dynamic({'a':[1,2]}) | mv-expand d.a to typeof(long) | mv-apply a = d.a on (summarize sum(tolong(a)))",
		"datatable(t:datetime, v:real)[] | make-series sum(v) default=0 on t step 1h | extend series_stats(v)",
		"range x from 1 to 5 step 1 | scan declare (s:long=0) with (step a: true => s = x + a.s;)",
		"search in (Flows) 'x' and DestPort:443 | project-reorder Src* asc | project-away *_s",
		"NTANetAnalytics | evaluate pivot(FlowStatus, sum(BytesSrcToDest)) | evaluate bag_unpack(d)",
		"find where SrcIp == 'x' project SrcIp, pack_all()",
		"Flows | make-graph SrcIp --> DestIp with_node_id=Ip | graph-match (a)-[p*1..3]->(b)--(), (a)-->(c) where all(inner_nodes(p), Ip != '') and a.Ip > b.Ip project a, p, map(p, DestPort), node_degree_in(c)",
		"let G = Flows | make-graph SrcIp --> DestIp with (Flows | project Id = SrcIp) on Id partitioned-by SrcIp (graph-shortest-paths output=all (a)-[p*0..2]-(b) project x = p.DestPort | count); G",
		"print s = 'a', t = 'b' | make-graph s --> t | graph-where-nodes node_degree_in() > 1 | graph-to-table nodes as N with_node_id=h, edges as E with_source_id=f; N; E",
		"declare pattern p = (a:string)[b:string] { ('x').['y'] = { print strcat(a, b) }; }; p('x').y | union (p('x').['y'])",
		"T | where | summarize x by y = (1",
		"let a = toscalar(Flows | count); let a = 2; print a, b, c(d), $left.x, *",
	} {
		f.Add(src)
	}
	cat := schema.NewCatalog(schema.Tables())
	f.Fuzz(func(t *testing.T, src string) {
		p, diags := kql.Plan(src, cat, kql.Options{Now: now, ExternalData: true})
		if (p == nil) != diags.HasErrors() {
			t.Fatalf("a plan and errors, or neither: %v", diags)
		}
		if p == nil {
			return
		}
		for _, r := range p.Results {
			if err := plan.Verify(r.Root); err != nil {
				t.Fatal(err)
			}
			plan.Format(r.Root)
		}
		for _, d := range []sqlgen.Dialect{duckdb.New(), clickhouse.New()} {
			if _, err := kql.Compile(p, d, kql.CompileOptions{Catalog: cat}); err != nil && strings.Contains(err.Error(), "report this") {
				t.Fatal(err)
			}
		}
	})
}
