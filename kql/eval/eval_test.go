package eval_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/azflow/azflow/internal/spectest"
	"github.com/azflow/azflow/kql"
	"github.com/azflow/azflow/kql/eval"
	"github.com/azflow/azflow/kql/plan"
	"github.com/azflow/azflow/kql/types"
)

// table writes an answer: columns, then one row a line.
func table(rows [][]any, cols []plan.Column) string {
	var b strings.Builder
	for i, c := range cols {
		if i > 0 {
			b.WriteString(" ")
		}
		b.WriteString(c.Name)
	}
	for _, r := range rows {
		b.WriteString("\n")
		for i, v := range r {
			if i > 0 {
				b.WriteString(" ")
			}
			switch x := v.(type) {
			case nil:
				b.WriteString("null")
			case string:
				fmt.Fprintf(&b, "%q", x)
			case spectest.JSON:
				b.WriteString(string(x))
			default:
				fmt.Fprint(&b, x)
			}
		}
	}
	return b.String()
}

// Expected rows follow kql.md's semantics; each query says what it is about.
func TestOperatorsGiveTheirRows(t *testing.T) {
	const left = `let L = datatable(k: long, a: string) [1, "x", 1, "y", 2, "z", long(null), "n"]; `
	const right = `let R = datatable(k: long, b: string) [1, "p", 3, "q", long(null), "m"]; `
	for name, c := range map[string]struct{ query, want string }{
		"inner join matches null with null": {
			left + right + `L | join kind=inner R on k | project a, b | sort by a asc`,
			"a b\n\"n\" \"m\"\n\"x\" \"p\"\n\"y\" \"p\"",
		},
		"the default join keeps one left row a key": {
			left + right + `L | where k == 1 | join R on k | count`, "Count\n1",
		},
		"outer joins pad strings with '' and numbers with null": {
			left + right + `L | join kind=leftouter R on k | where a == "z" | project k, k1, b`, "k k1 b\n2 null \"\"",
		},
		"full outer joins keep both sides": {
			left + right + `L | join kind=fullouter R on k | count`, "Count\n5",
		},
		"anti joins keep what has no partner": {
			left + right + `L | join kind=leftanti R on k | project a`, "a\n\"z\"",
		},
		"right semi joins give right rows": {
			left + right + `L | join kind=rightsemi R on k | project b | sort by b asc`, "b\n\"m\"\n\"p\"",
		},
		"where drops null": {`datatable(x: long) [1, long(null)] | where x != 5`, "x\n1\nnull"},
		"null is not less": {`datatable(x: long) [1, long(null)] | where x < 5`, "x\n1"},
		"summarize of nothing gives one row without by": {
			`datatable(x: long) [] | summarize count(), sum(x), avg(x), max(x)`, "count_ sum_x avg_x max_x\n0 0 NaN null",
		},
		"summarize of nothing gives no row with by": {`datatable(x: long) [] | summarize count() by x`, "x count_"},
		"null is a group":       {`datatable(x: long) [1, long(null), 1] | summarize count() by x | sort by x asc`, "x count_\nnull 1\n1 2"},
		"arg_max gives the row": {`datatable(g: string, v: long) ["a", 3, "b", 7] | summarize arg_max(v, g)`, "v g\n7 \"b\""},
		"percentiles give actual values": {
			`range x from 1 to 10 step 1 | summarize percentiles(x, 5, 50, 95)`, "percentile_x_5 percentile_x_50 percentile_x_95\n1 5 10",
		},
		"sort puts nulls first going up":  {`datatable(x: long) [2, long(null), 1] | sort by x asc`, "x\nnull\n1\n2"},
		"sort puts nulls last going down": {`datatable(x: long) [2, long(null), 1] | sort by x`, "x\n2\n1\nnull"},
		"top takes the greatest":          {`range x from 1 to 5 step 1 | top 2 by x`, "x\n5\n4"},
		"union names by type":             {`union (print x = 1), (print x = "a") | sort by x_long asc`, "x_long x_string\nnull \"a\"\n1 \"\""},
		"mv-expand zips and pads": {
			`print a = dynamic([1, 2]), b = dynamic(["x"]) | mv-expand a to typeof(long), b to typeof(string)`, "a b\n1 \"x\"\n2 \"\"",
		},
		"mv-expand of null gives a row, of [] none": {
			`datatable(d: dynamic) [dynamic(null), dynamic([]), dynamic([1])] | mv-expand d`, "d\nnull\n1",
		},
		"mv-expand of a bag gives bags of one property": {
			`print d = dynamic({"a": 1, "b": 2}) | mv-expand d`, "d\n{\"a\":1}\n{\"b\":2}",
		},
		"mv-apply runs once a row": {
			`datatable(id: long, d: dynamic) [1, dynamic([3, 1]), 2, dynamic([5])] | mv-apply x = d to typeof(long) on (summarize m = max(x)) | project id, m`,
			"id m\n1 3\n2 5",
		},
		"parse keeps what does not match": {
			`datatable(s: string) ["id=7 ok", "none"] | parse s with "id=" id: long " " rest | project id, rest`, "id rest\n7 \"ok\"\nnull \"\"",
		},
		"parse-where drops it": {
			`datatable(s: string) ["id=7 ok", "none"] | parse-where s with "id=" id: long " " rest | project id, rest`, "id rest\n7 \"ok\"",
		},
		"parse-kv knows quotes": {
			`print s = "a=1;b='x;y'" | parse-kv s as (a: long, b: string) with (pair_delimiter=";", kv_delimiter="=", quote="'") | project a, b`,
			"a b\n1 \"x;y\"",
		},
		"make-series fills gaps": {
			`datatable(t: long, v: long) [0, 1, 4, 5] | make-series s = sum(v) default = 0 on t from 0 to 6 step 2`, "s t\n[1,0,5] [0,2,4]",
		},
		"window functions see the order": {
			`range x from 1 to 3 step 1 | serialize p = prev(x), n = next(x, 1, 0), r = row_number(), c = row_cumsum(x)`,
			"x p n r c\n1 null 2 1 1\n2 1 3 2 3\n3 2 0 3 6",
		},
		"sessions start anew after a gap": {
			`datatable(t: datetime) [datetime(2024-01-01 00:00), datetime(2024-01-01 00:10), datetime(2024-01-01 02:00)] | sort by t asc
			| extend s = row_window_session(t, 1d, 30m) | summarize count() by s | project count_`, "count_\n2\n1",
		},
		"scan keeps state by step": {
			`range x from 1 to 4 step 1 | scan declare (c: long = 0) with (step s: true => c = s.c + x;)`, "x c\n1 1\n2 3\n3 6\n4 10",
		},
		"top-nested adds the others": {
			`datatable(a: string, v: long) ["x", 5, "y", 3, "z", 1] | top-nested 1 of a with others = "rest" by s = sum(v)`,
			"a s\n\"x\" 5\n\"rest\" 4",
		},
		"partition runs once a value": {
			`datatable(g: string, v: long) ["a", 1, "a", 2, "b", 3] | partition by g (top 1 by v) | sort by g asc`, "g v\n\"a\" 2\n\"b\" 3",
		},
		"toscalar is the first cell": {`print x = toscalar(range y from 7 to 9 step 1), z = toscalar(print a = 1 | where false)`, "x z\n7 null"},
		"in takes a table":           {`range x from 1 to 5 step 1 | where x in ((range y from 2 to 3 step 1))`, "x\n2\n3"},
		"range includes its end":     {`range d from 1h to 3h step 1h`, "d\n\"01:00:00\"\n\"02:00:00\"\n\"03:00:00\""},
		"bag_unpack types its columns": {
			`datatable(d: dynamic) [dynamic({"n": "a", "v": 1}), dynamic({"n": "b"})] | evaluate bag_unpack(d)`, "n v\n\"a\" 1\n\"b\" null",
		},
		"pivot makes columns of values": {
			`datatable(a: string, s: string, n: long) ["x", "p", 1, "x", "q", 2, "y", "p", 3] | evaluate pivot(s, sum(n))`, "a p q\n\"x\" 1 2\n\"y\" 3 0",
		},
		"reduce finds what texts have in common": {
			`range x from 1 to 10 step 1 | project s = strcat("job ", x, " done") | reduce by s`, "Pattern Count Representative\n\"job*done\" 10 \"job 1 done\"",
		},
		"narrow gives a row a cell": {`print a = 1, b = "x" | evaluate narrow()`, "Row Column Value\n0 \"a\" \"1\"\n0 \"b\" \"x\""},
		"ipv4_lookup gives every network": {
			`let N = datatable(net: string, name: string) ["192.168.0.0/16", "big", "192.168.1.0/24", "lan"];
			datatable(ip: string) ["192.168.1.7", "8.8.8.8"] | evaluate ipv4_lookup(N, ip, net) | project ip, name | sort by name asc`,
			"ip name\n\"192.168.1.7\" \"big\"\n\"192.168.1.7\" \"lan\"",
		},
		"ipv4_lookup can keep what lies in none": {
			`let N = datatable(net: string, name: string) ["10.0.0.0/8", "ten"];
			datatable(ip: string) ["8.8.8.8"] | evaluate ipv4_lookup(N, ip, net, return_unmatched = true)`, "ip net name\n\"8.8.8.8\" \"\" \"\"",
		},
		"activity counts tell new from old": {
			`datatable(t: long, u: string) [0, "a", 0, "b", 1, "a", 1, "c"] | evaluate activity_counts_metrics(u, t, 0, 2, 1)`,
			"t count dcount new_dcount aggregated_dcount\n0 2 2 2 2\n1 2 2 1 3",
		},
	} {
		t.Run(name, func(t *testing.T) {
			rows, cols, err := answer(c.query)
			if err != nil {
				t.Fatal(err)
			}
			if got := table(rows, cols); got != c.want {
				t.Errorf("%s\ngives\n%s\nwant\n%s", c.query, got, c.want)
			}
		})
	}
}

func TestRefusalsSayWhy(t *testing.T) {
	for query, want := range map[string]string{
		`print d = dynamic([1]) | mv-expand d | extend x = d * d`: "dynamic",
		`print x = extract_all("a", "aaa")`:                       "capture group",
		`range x from 1 to 3 step 1 | extend p = prev(x, x)`:      "constant",
		`print assert(1 > 2, "no such order")`:                    "no such order",
	} {
		if _, _, err := answer(query); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want an error that speaks of %q", query, err, want)
		}
	}
}

func run(t *testing.T, query string, env eval.Env) (*eval.Rows, error) {
	t.Helper()
	p, diags := kql.Plan(query, noTables{}, kql.Options{})
	if p == nil {
		t.Fatal(diags)
	}
	return eval.Run(context.Background(), p.Results[0].Root, env)
}

func TestRowCapIsKept(t *testing.T) {
	_, err := run(t, `range x from 1 to 1000000 step 1 | count`, eval.Env{RowCap: 1000})
	var over *eval.RowCapError
	if !errors.As(err, &over) || over.Cap != 1000 {
		t.Errorf("got %v, want a RowCapError of 1000", err)
	}
	if _, err := run(t, `range x from 1 to 1000 step 1 | count`, eval.Env{RowCap: 1000}); err != nil {
		t.Errorf("as many rows as the cap: %v", err)
	}
}

func TestCancelledRunsEnd(t *testing.T) {
	p, _ := kql.Plan(`range x from 1 to 100000000 step 1 | count`, noTables{}, kql.Options{})
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := eval.Run(ctx, p.Results[0].Root, eval.Env{}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want context.Canceled", err)
	}
}

func TestLeafReadsTheRowsGiven(t *testing.T) {
	col := plan.Column{ID: 1, Name: "x", Type: types.Long}
	given := &eval.Rows{Cols: []plan.Column{{ID: 9, Name: "c", Type: types.Long}}, Vecs: []*types.Vector{types.FromValues(types.Long, []types.Value{int64(4), nil})}, N: 2}
	n := &plan.Filter{Input: &plan.Leaf{Index: 3, Cols: []plan.Column{col}}, Cond: &plan.Call{Func: "isnotnull", T: types.Bool, Args: []plan.Expr{&plan.Ref{Column: 1, T: types.Long}}}}
	rows, err := eval.Run(context.Background(), n, eval.Env{Leaf: map[int]*eval.Rows{3: given}})
	if err != nil || rows.N != 1 || rows.Row(0)[0] != int64(4) {
		t.Errorf("got %v, %v; want the one row that is not null", rows, err)
	}
	if _, err := eval.Run(context.Background(), n, eval.Env{}); err == nil {
		t.Error("a leaf without rows must be an error")
	}
}

func TestConstantsFold(t *testing.T) {
	one := &plan.Const{Value: int64(1), T: types.Long}
	sum := &plan.Call{Func: "+", Args: []plan.Expr{one, one}, T: types.Long}
	random := &plan.Call{Func: "rand", T: types.Real}
	if !eval.IsConst(sum) || eval.IsConst(random) || eval.IsConst(&plan.Ref{Column: 1, T: types.Long}) {
		t.Error("1+1 is constant; rand() and columns are not")
	}
	v, err := eval.Expr(context.Background(), sum, eval.Env{})
	if err != nil || v != int64(2) {
		t.Errorf("1+1 = %v, %v", v, err)
	}
}
