package eval_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/azflow/azflow/kql"
	"github.com/azflow/azflow/kql/diag"
	"github.com/azflow/azflow/kql/eval"
	"github.com/azflow/azflow/kql/internal/graph"
	"github.com/azflow/azflow/kql/plan"
)

// edges is a query of edges: "A>B:1 B>C" has two, with weights 1 and null.
func edges(text string) string {
	var b strings.Builder
	b.WriteString("let E = datatable(s:string, t:string, w:long)[")
	for _, e := range strings.Fields(text) {
		ends, weight, ok := strings.Cut(e, ":")
		if !ok {
			weight = "long(null)"
		}
		from, to, _ := strings.Cut(ends, ">")
		b.WriteString(`"` + from + `","` + to + `",` + weight + ",")
	}
	return strings.TrimSuffix(b.String(), ",") + "]; E | make-graph s --> t "
}

const people = `let P = datatable(id:string, age:long, z:string)["A", 10, "p", "B", 20, "", "A", 11, "q", "L", 5, "r"]; `

// The rules are those of MS Learn's pages on the graph operators, and where the
// pages are silent or differ what the Kusto emulator was measured to do.
func TestGraphOperatorsGiveTheirRows(t *testing.T) {
	for name, c := range map[string]struct{ query, want string }{
		"identical edges are two": {
			edges("A>B A>B") + `with_node_id=id | graph-match (a)-->(b) project a.id, b.id`, "a_id b_id\n\"A\" \"B\"\n\"A\" \"B\"",
		},
		"a null id is a node like any other": {
			`datatable(s:long, t:long)[1, 2, long(null), 3, 4, long(null)] | make-graph s --> t with_node_id=id | graph-match (a)-->(b)-->(c) project a.id, b.id, c.id`,
			"a_id b_id c_id\n4 null 3",
		},
		"the first row of an id is the node, and a node without edges is one too": {
			people + edges("A>B") + `with P on id | graph-match (n) project n.id, n.age`, "n_id n_age\n\"A\" 10\n\"B\" 20\n\"L\" 5",
		},
		"an end without a row has its id and no other property": {
			people + edges("A>X") + `with P on id | graph-match (a)-->(b) project b.id, b.age, isnull(b.age)`, "b_id b_age Column1\n\"X\" null true",
		},
		"of two tables the first one's row is the whole node": {
			people + `let C = datatable(cid:string, size:long)["A", 99, "C", 7]; ` + edges("A>C") + `with P on id, C on cid | graph-to-table nodes`,
			"id age z cid size\n\"A\" 10 \"p\" \"\" null\n\"B\" 20 \"\" \"\" null\n\"\" null \"\" \"C\" 7\n\"L\" 5 \"r\" \"\" null",
		},
		"an edge is walked to the left": {
			edges("A>B") + `with_node_id=id | graph-match (a)<--(b) project a.id, b.id`, "a_id b_id\n\"B\" \"A\"",
		},
		"an edge of any direction fits both ways, a loop twice": {
			edges("A>B C>C") + `with_node_id=id | graph-match (a)--(b) project a.id, b.id`,
			"a_id b_id\n\"A\" \"B\"\n\"B\" \"A\"\n\"C\" \"C\"\n\"C\" \"C\"",
		},
		"a name that is repeated is one node": {
			edges("A>B B>A B>C") + `with_node_id=id | graph-match (a)-->(b)-->(a) where a.id == "A" project a.id, b.id`, "a_id b_id\n\"A\" \"B\"",
		},
		"sequences share nodes": {
			edges("A>B B>C B>D") + `with_node_id=id | graph-match (a)-->(b)-->(c), (b)-->(d) project a.id, c.id, d.id`,
			"a_id c_id d_id\n\"A\" \"C\" \"D\"\n\"A\" \"D\" \"C\"",
		},
		"no edge stands twice in a match": {
			edges("A>B:1 B>A:2") + `with_node_id=id | graph-match (a)-[e]->(b)-[p*1..3]->(c) project e.w, ws = map(p, w)`,
			"e_w ws\n1 [2]\n2 [1]",
		},
		"an edge of any direction is one edge": {
			edges("A>B") + `with_node_id=id | graph-match (a)--(b)--(c) project a.id`, "a_id",
		},
		"with all cycles edges repeat": {
			edges("A>B") + `with_node_id=id | graph-match cycles=all (a)-->(b)<--(c) project a.id, b.id, c.id`, "a_id b_id c_id\n\"A\" \"B\" \"A\"",
		},
		"without cycles different names are different nodes": {
			edges("A>B B>A A>A") + `with_node_id=id | graph-match cycles=none (a)-->(b)-->(c) project a.id`, "a_id",
		},
		"without cycles a triangle is closed by its name": {
			edges("A>B B>C C>A") + `with_node_id=id | graph-match cycles=none (a)-->(b)-->(c)-->(a) where a.id == "A" project a.id, c.id`, "a_id c_id\n\"A\" \"C\"",
		},
		"without cycles a path does not come back": {
			edges("A>B B>A") + `with_node_id=id | graph-match cycles=none (a)-[p*1..3]->(a) project a.id`, "a_id",
		},
		"a path of no edges is its node": {
			edges("A>B") + `with_node_id=id | graph-match (a)-[p*0..1]->(b) project a.id, b.id, n = array_length(map(p, w)), all(p, w > 0), any(p, w > 0)`,
			"a_id b_id n Column1 Column2\n\"A\" \"A\" 0 true false\n\"A\" \"B\" 1 false false\n\"B\" \"B\" 0 true false",
		},
		"null counts as false in all and any": {
			edges("A>B") + `with_node_id=id | graph-match (a)-[p*1..1]->(b) project x = all(p, w > 0), y = any(p, w > 0), z = all(p, not(w > 0))`,
			"x y z\nfalse false false",
		},
		"a path is an array in the order of the pattern": {
			edges("A>B:1 B>C:2") + `with_node_id=id | graph-match (c)<-[p*1..5]-(a) where c.id == "C" project a.id, p.w, map(inner_nodes(p), id), p`,
			`a_id p_w Column1 p` + "\n" + `"B" [2] [] [{"s":"B","t":"C","w":2}]` + "\n" + `"A" [2,1] ["B"] [{"s":"B","t":"C","w":2},{"s":"A","t":"B","w":1}]`,
		},
		"a node is a bag without what is empty": {
			people + edges("A>B") + `with P on id | graph-match (a)-->(b) project a, b`, "a b\n{\"id\":\"A\",\"age\":10,\"z\":\"p\"} {\"id\":\"B\",\"age\":20}",
		},
		"degrees count every edge, a loop once each way": {
			edges("A>B A>B A>A C>A") + `with_node_id=id | graph-match (n) where n.id == "A" project i = node_degree_in(n), o = node_degree_out(n)`, "i o\n2 3",
		},
		"labels and ids": {
			`datatable(s:long, t:long)[1, 2] | make-graph s --> t | graph-match (a)-[e]->(b) project labels(a), node_id(b)`, "Column1 Column2\n[] \"2\"",
		},
		"what is asked along a path may use other nodes, and other paths": {
			edges("A>B:3 B>C:4") + `with_node_id=id | graph-match (a)-[p*1..2]->(b) where a.id == "A" project b.id, x = map(p, strcat(a.id, w)), y = map(p, array_length(map(p, w)) + w)`,
			"b_id x y\n\"B\" [\"A3\"] [4]\n\"C\" [\"A3\",\"A4\"] [5,6]",
		},
		"a shortest path meets no node twice": {
			edges("A>B B>A A>C") + `with_node_id=id | graph-shortest-paths (a)-[p*3..5]->(b) where a.id == "A" and b.id == "C" project map(p, t)`, "Column1",
		},
		"a shortest path is as long as was asked for": {
			edges("A>C A>B B>C") + `with_node_id=id | graph-shortest-paths (a)-[p*2..5]->(b) where a.id == "A" and b.id == "C" project x = map(p, t)`, "x\n[\"B\",\"C\"]",
		},
		"conditions decide which paths count before the shortest is chosen": {
			edges("A>C:0 A>B:1 B>C:2") + `with_node_id=id | graph-shortest-paths (a)-[p*1..5]->(b) where a.id == "A" and b.id == "C" and any(p, w == 2) project x = map(p, w)`, "x\n[1,2]",
		},
		"one shortest path for each pair, or all": {
			edges("A>B:1 A>B:2") + `with_node_id=id | graph-shortest-paths output=all (a)-[p*1..3]->(b) project a.id, b.id, x = map(p, w)`, "a_id b_id x\n\"A\" \"B\" [1]\n\"A\" \"B\" [2]",
		},
		"any of several is the first by its nodes and values": {
			edges("A>B:2 A>B:1") + `with_node_id=id | graph-shortest-paths (a)-[p*1..3]->(b) project x = map(p, w)`, "x\n[1]",
		},
		"shortest paths of any direction": {
			edges("A>B C>B") + `with_node_id=id | graph-shortest-paths (a)-[p*1..3]-(b) where a.id == "A" project b.id, n = array_length(map(p, s))`, "b_id n\n\"B\" 1\n\"C\" 2",
		},
		"components without directions": {
			edges("A>B B>A B>C D>E") + `with_node_id=id | graph-mark-components | graph-to-table nodes`,
			"id ComponentId\n\"A\" 0\n\"B\" 0\n\"C\" 0\n\"D\" 1\n\"E\" 1",
		},
		"components in both directions": {
			edges("A>B B>A B>C D>E") + `with_node_id=id | graph-mark-components kind=strong with_component_id=k | graph-to-table nodes`,
			"id k\n\"A\" 0\n\"B\" 0\n\"C\" 1\n\"D\" 2\n\"E\" 3",
		},
		"with a node go its edges": {
			edges("A>B:1 B>C:2 C>D:3") + `with_node_id=id | graph-where-nodes id != "B" and node_degree_in() < 2 | graph-to-table edges`, "s t w\n\"C\" \"D\" 3",
		},
		"edges go alone": {
			edges("A>B:1 B>C:2") + `with_node_id=id | graph-where-edges w > 1 | graph-mark-components | graph-to-table nodes`,
			"id ComponentId\n\"A\" 0\n\"B\" 1\n\"C\" 1",
		},
		"ids of tables are hashes": {
			edges("A>B:1") + `| graph-to-table edges with_source_id=x with_target_id=y | project same = x == hash(s) and y == hash(t)`, "same\ntrue",
		},
		"nodes and edges under names": {
			edges("A>B:1 A>C:2") + `with_node_id=id | graph-where-edges w > 1 | graph-to-table nodes as N, edges as V; N | count | union (V | count)`, "Count\n3\n1",
		},
		"a let holds a graph, which is used twice": {
			`let G = datatable(s:string, t:string)["A","B", "B","C"] | make-graph s --> t with_node_id=id;
			 G | graph-match (a)-->(b) project a.id | count | union (G | graph-to-table nodes | count)`, "Count\n2\n3",
		},
		"partitions are graphs of their own": {
			`let N = datatable(id:string, tenant:long, v:long)["A", 1, 10, "A", 2, 20, "B", 1, 30]; datatable(s:string, t:string, tenant:long)["A","B",1, "A","B",2, "B","C",2] |
			 make-graph s --> t with N on id partitioned-by tenant ( graph-match (a)-[e]->(b) project e.tenant, a.v, b.v )`,
			"e_tenant a_v b_v\n1 10 30\n2 20 null\n2 null null",
		},
	} {
		rows, cols, err := answer(c.query)
		if err != nil {
			t.Errorf("%s: %v\n%s", name, err, c.query)
			continue
		}
		if got := table(rows, cols); got != c.want {
			t.Errorf("%s:\n%s\ngot\n%s\nwant\n%s", name, c.query, got, c.want)
		}
	}
}

// planned binds a query over no tables.
func planned(query string) (*plan.Plan, error) {
	p, diags := kql.Plan(query, noTables{}, kql.Options{})
	if p == nil {
		return nil, diags
	}
	return p, nil
}

// A pattern that would take for ever is given up, at once if the query is.
func TestEndlessPatternsAreGivenUp(t *testing.T) {
	query := `range x from 0 to 8999 step 1 | extend s = x % 30, t = (x * 7) % 30 | make-graph s --> t with_node_id=id
		| graph-match cycles=all (a)-[p*1..60]->(b) where a.id == 1 project n = b.id | take 1`
	p, err := planned(query)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err = eval.Run(ctx, p.Results[0].Root, eval.Env{}); !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled query says %v", err)
	}
	_, err = eval.Run(context.Background(), p.Results[0].Root, eval.Env{RowCap: 10000})
	var tooMany *eval.RowCapError
	var tooLong *graph.LimitError
	if !errors.As(err, &tooMany) && !errors.As(err, &tooLong) {
		t.Errorf("an endless pattern says %v", err)
	}
}

func TestGraphsAreRefusedWhereRowsAreWanted(t *testing.T) {
	for _, c := range []struct{ query, code string }{
		{edges("A>B") + "| count", "AZ070"},
		{edges("A>B"), "KS111"},
		{edges("A>B") + "| graph-match (a)-->(b)", "AZ080"},
		{edges("A>B") + "| graph-match (a)-->(b), (c)-->(d) project 1", "AZ082"},
		{edges("A>B") + "| graph-match (a)-->(b), project 1", "KS238"},
		{edges("A>B") + "| graph-match project 1", "KS217"},
		{edges("A>B") + "| graph-match (a)-[p*3..1]->(b) project 1", "AZ084"},
		{edges("A>B") + "| graph-match (a)-[p*1..2]->(b) where p.w > 1 project 1", "AZ071"},
		{edges("A>B") + "| graph-match (a)-[a]->(b) project 1", "AZ083"},
		{edges("A>B") + "| graph-match cycles=some (a)-->(b) project 1", "AZ079"},
		{edges("A>B") + "| graph-shortest-paths (a)-->(b), (b)-->(c) project 1", "AZ081"},
		{"datatable(s:string, t:long)[] | make-graph s --> t | graph-to-table nodes", "AZ075"},
		{"datatable(s:string, t:string)[] | make-graph s -- t | graph-to-table nodes", "AZ074"},
		{"print x = 1 | graph-match (a) project 1", "KS219"},
		{`graph("Model") | graph-match (a) project 1`, "KS260"},
	} {
		_, diags := kql.Plan(c.query, noTables{}, kql.Options{})
		if !slices.ContainsFunc(diags, func(d diag.Diagnostic) bool { return d.Code == c.code }) {
			t.Errorf("%s: got %v, want %s", c.query, diags, c.code)
		}
	}
}

func TestPatternsStandForQueries(t *testing.T) {
	const declared = `declare pattern pick = (a:string, b:string)[path:string] {
		("x", "y").["one"] = { print v = strcat(a, b, path) };
		("x", "y").["two"] = { let n = 2; range v from 1 to n step 1 };
	}; `
	for query, want := range map[string]string{
		declared + `pick("x", "y").one`:                        "v\n\"xyone\"",
		declared + `pick('x', 'y').['two'] | summarize sum(v)`: "sum_v\n3",
		declared + `pick("x", "y")["two"] | count`:             "",
		declared + `pick("x", "z").one`:                        "",
		declared + `pick("x").one`:                             "",
		`declare pattern none; none("x")`:                      "",
	} {
		rows, cols, err := answer(query)
		if want == "" {
			if err == nil {
				t.Errorf("%s is not refused", query)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", query, err)
			continue
		}
		if got := table(rows, cols); got != want {
			t.Errorf("%s gives %s, want %s", query, got, want)
		}
	}
}
