package parser_test

import (
	"strings"
	"testing"

	"github.com/azflow/azflow/kql/ast"
	"github.com/azflow/azflow/kql/parser"
)

var seeds = []string{
	"T | where a == 'x' and b !has_cs \"y\" or c in (1, 2) // c",
	"let f = (t:(*), x:long = 1) { let y = 2; t | take x }; f(T)",
	"T | join kind=leftouter (U | summarize n=count() by k) on k, $left.a == $right.b",
	"T | make-series n=count() default=0 on t from ago(1d) to now() step 1h by k",
	"T | mv-expand with_itemindex=i a, b to typeof(long) limit 5 | mv-apply x on (top 1 by x)",
	"print dynamic({'a':[1,-2.5,null,1h]}), 0x1F, 1.5e3, time(1.02:03:04), h@'s', ```m```",
	"union isfuzzy=true withsource=s T*, database('d').U*, (V | as w)",
	"T | parse kind=regex a with * 'x' b:long ',' c | parse-kv d as (e:string) with (quote='\"')",
	"T | scan with_match_id=m declare (n:long=0) with (step a output=last: x == 1 => n = a.n + 1;)",
	"search in (T, U) 'x' and * has 'y'", "find withsource=s in (T) where x == 1 project a:long, pack(*)",
	"T | top-nested 3 of a with others='o' by sum(b) desc, top-nested of c by max(d)",
	"T | evaluate pivot(a, sum(b)) : (*, c:long) | render timechart with (ycolumns=a, b, title='t')",
	".show tables", "T | where t {P:query} and x == <y>", "let p=”a″; T | where x == ‘y’", "#d\nT",
	"declare query_parameters(a:string = 'x'); set s = 1; restrict access to (T); alias database d = x; T",
	"T | make-graph a --> b with (N | take 1) on c, M on d partitioned-by e (graph-match cycles=all (x)-[y*1..k]->()<--(z), (x)--(w) where x.a == 1 project y)",
	"T | make-graph a --> b with_node_id=n | graph-where-nodes n > 1 | graph-mark-components kind=strong | graph-to-table nodes as N with_node_id=h, edges as E",
	"inline_external_table(a:string) kind=storage partition by (d:datetime = startofday(a), z:string) pathformat=('x' datetime_pattern('yyyy', d) z) dataformat=csv (h'u', 'v') with (includeHeaders='All')",
	"declare pattern p = (a:string)[b:string] { ('x').['y'] = { let z = 1; T | take z }; }; declare pattern q; p('x').y",
	"T | fork a=(count) (take 1) | facet by x with (take 2) | partition by y (top 1 by z)",
}

// inside reports whether every span of the tree lies in the text.
func inside(t *testing.T, src string, q *ast.Query) {
	t.Helper()
	ast.Inspect(q, func(n ast.Node) bool {
		if s := n.Span(); s.Start < 0 || s.End > len(src) || s.Start > s.End {
			t.Fatalf("%T has span %v in a text of %d bytes: %q", n, s, len(src), src)
		}
		return true
	})
}

func FuzzParse(f *testing.F) {
	for _, s := range seeds {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, src string) {
		q, diags := parser.Parse(src)
		if q == nil {
			t.Fatal("no tree")
		}
		inside(t, src, q)
		bad := false
		ast.Inspect(q, func(n ast.Node) bool {
			switch n.(type) {
			case *ast.Bad, *ast.BadOperator:
				bad = true
			}
			return true
		})
		if bad && !diags.HasErrors() {
			t.Errorf("%q has a bad node and no error", src)
		}
		last := 0
		for _, d := range diags {
			if d.Span.Start < last || d.Span.End > len(src) || d.Span.End < d.Span.Start {
				t.Errorf("%q: diagnostic %v is out of place", src, d)
			}
			last = d.Span.Start
		}
	})
}

func FuzzTokens(f *testing.F) {
	for _, s := range seeds {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, src string) {
		tokens, _ := parser.Tokens(src)
		if n := len(tokens); n == 0 || tokens[n-1].Kind != parser.EndOfText {
			t.Fatalf("%q does not end in EndOfText", src)
		}
		at := 0
		for _, tok := range tokens {
			if tok.Span.Start < at || tok.Span.End < tok.Span.Start || tok.Span.End > len(src) {
				t.Fatalf("%q: token %v is out of place", src, tok)
			}
			at = tok.Span.End
		}
	})
}

func BenchmarkParse(b *testing.B) {
	for name, src := range map[string]string{
		"recipe": `let prefix1="10.1.1.0/27";
let prefix2="10.1.1.64/27";
NTANetAnalytics
| where SubType == 'FlowLog' and FaSchemaVersion == '3' and TimeGenerated > ago(30d)
| extend A = ipv4_is_in_range(SrcIp, prefix1), B = ipv4_is_in_range(DestIp, prefix2)
| where A and B
| extend Label = strcat(SrcIp, "-", DestIp, "-", L4Protocol, tostring(DestPort))
| summarize Bytes = sum(BytesSrcToDest + BytesDestToSrc) by Label, bin(TimeGenerated, 1d)
| render columnchart`,
		"stages": "T\n" + strings.Repeat("| where a == 'x' and b has \"y\" | extend c = a + 1, d = f(b, 2)\n", 100),
	} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(src)))
			b.ReportAllocs()
			for b.Loop() {
				if _, diags := parser.Parse(src); diags.HasErrors() {
					b.Fatal(diags)
				}
			}
		})
	}
}
