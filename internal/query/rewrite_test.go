package query_test

import (
	"reflect"
	"slices"
	"testing"

	"github.com/azflow/azflow/internal/query"
	"github.com/azflow/azflow/kql/rewrite"
)

// ruled are queries over tables that a rewrite rule changes. The recorded
// queries, with which package conformance tries the rules, read no table.
var ruled = map[string][]string{
	"common_subplans": {`let busy = NTANetAnalytics | summarize n = sum(BytesSrcToDest) by SrcIp; busy | join kind=inner (busy | top 5 by n) on SrcIp | project SrcIp, n, n1`},
	"dead_columns": {
		`NTANetAnalytics | summarize arg_max(BytesSrcToDest, *) by DestIp | project DestIp, BytesSrcToDest | where BytesSrcToDest > 1000000`,
		`Flows | extend Ports = bag_pack("p", DestPort) | join kind=leftouter (NTANetAnalytics | distinct DestIp, FlowType) on DestIp | summarize count() by FlowType`,
	},
	"push_filters": {
		`union (NTANetAnalytics | project SrcIp, DestPort), (Flows | project SrcIp, DestPort) | where DestPort == 80 and SrcIp == "10.1.1.8" | count`,
		`NTANetAnalytics | summarize n = count() by DestPort, SrcIp | where DestPort == 443 | join kind=inner (NTANetAnalytics | distinct SrcIp, SrcVm) on SrcIp | where SrcVm != "" | summarize sum(n) by SrcVm`,
	},
	"fold_constants": {`Flows | where TimeGenerated > datetime(2026-03-01) + 5 * 1d and strcat("10.", "1.1.8") == SrcIp | count`},
	"time_range": {
		`NTANetAnalytics | where TimeGenerated between (datetime(2026-03-08) .. datetime(2026-03-09)) | summarize count(), min(TimeGenerated), max(TimeGenerated)`,
		`Flows | where TimeGenerated > datetime(2026-03-09T23:00:00Z) and TimeGenerated <= datetime(2026-03-10T00:10:00Z) | summarize count(), sum(BytesSrcToDest) by FlowDirection`,
		`Flows | where datetime(2026-03-09T23:00:00Z) >= TimeGenerated | where TimeGenerated >= ago(2d) | summarize count()`,
	},
	"ipv4_columns": {
		`NTANetAnalytics | summarize count() by ipv4_is_private(DestIp), ipv4_is_in_range(SrcIp, "10.1.0.0/16"), ipv4_is_in_any_range(DestIp, "10.1.1.0/27", "10.4.0.0/16")`,
		`Flows | where not(ipv4_is_private(DestIp)) | summarize count(), sum(BytesSrcToDest) by DestPort`,
		`Flows | extend inside = ipv4_is_in_range(DestIp, "10.1.1.64/27") | where inside | summarize count() by SrcIp`,
	},
	"preaggregate_series": {
		`NTANetAnalytics | make-series n = count(), b = sum(BytesSrcToDest), m = max(BytesDestToSrc) on TimeGenerated from datetime(2026-03-03) to datetime(2026-03-10) step 6h by FlowStatus`,
		`Flows | make-series avg(BytesSrcToDest), min(BytesSrcToDest) on TimeGenerated step 1d by FlowDirection`,
	},
}

func TestRulesChangeNoAnswerOverTables(t *testing.T) {
	s := session(t)
	seen := map[string]bool{}
	for _, rule := range rewrite.Rules() {
		if seen[rule.Name] {
			continue // it runs twice
		}
		seen[rule.Name] = true
		queries := ruled[rule.Name]
		if len(queries) == 0 {
			t.Fatalf("no query tries %s", rule.Name)
		}
		if testing.Short() {
			queries = queries[:1]
		}
		for _, q := range queries {
			with := query.Request{Text: q, Now: end}
			without := with
			without.Without = []string{rule.Name}
			c1, err1 := s.Compile(with)
			c2, err2 := s.Compile(without)
			if err1 != nil || err2 != nil {
				t.Fatalf("%s: %v; %v", q, err1, err2)
			}
			if reflect.DeepEqual(c1.Statement.Parts, c2.Statement.Parts) {
				t.Errorf("%s changes nothing of %s", rule.Name, q)
			}
			want, err1 := result(s, without, 0)
			got, err2 := result(s, with, 0)
			if err1 != nil || err2 != nil {
				t.Fatalf("%s: %v; %v", q, err1, err2)
			}
			if len(want) == 0 {
				t.Errorf("no rows: %s", q)
			}
			if !slices.Equal(got, want) {
				t.Errorf("%s without %s; first different:\n%s", q, rule.Name, firstDifference(got, want))
			}
		}
	}
}
