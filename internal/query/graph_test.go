package query_test

import "testing"

// Patterns over the demo's flows find what joins find.
func TestPatternsFindWhatJoinsFind(t *testing.T) {
	s := session(t)
	const edges = `let E = materialize(Flows | where FlowStatus == "Allowed" | distinct SrcIp, DestIp, DestPort); `
	const graph = edges + `E | make-graph SrcIp --> DestIp with_node_id=Ip | `
	for pattern, join := range map[string]string{
		"graph-match (a)-[e]->(b) where e.DestPort == 443 project a.Ip, b.Ip | count": `E | where DestPort == 443 | count`,
		"graph-match cycles=all (a)-->(b)-->(c) project 1 | count":                    `E | join kind=inner E on $left.DestIp == $right.SrcIp | count`,
		"graph-match cycles=none (a)-->(b)-->(c) project a.Ip, b.Ip, c.Ip | count": `E | join kind=inner E on $left.DestIp == $right.SrcIp
			| where SrcIp != DestIp and SrcIp1 != DestIp1 and SrcIp != DestIp1 | count`,
		"graph-to-table nodes | count":                                                         `E | project Ip = SrcIp | union (E | project Ip = DestIp) | distinct Ip | count`,
		"graph-match (a) where node_degree_out(a) > 2 project a.Ip | count":                    `E | summarize n = count() by SrcIp | where n > 2 | count`,
		"graph-shortest-paths (a)-[p*1..1]->(b) where a.Ip != b.Ip project a.Ip, b.Ip | count": `E | where SrcIp != DestIp | distinct SrcIp, DestIp | count`,
	} {
		got, want := one(t, s, graph+pattern), one(t, s, edges+join)
		if got != want || want == "0" {
			t.Errorf("%s gives %s, %s gives %s", pattern, got, join, want)
		}
	}
}
