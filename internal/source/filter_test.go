package source

import (
	"testing"
	"time"

	"github.com/azflow/azflow/flowlog"
)

const (
	nsg   = "resourceId=/SUBSCRIPTIONS/S1/RESOURCEGROUPS/RG-A/PROVIDERS/MICROSOFT.NETWORK/NETWORKSECURITYGROUPS/WEB-NSG/y=2026/m=03/d=01/h=10/m=00/macAddress=000D3AF87856/PT1H.json"
	short = "flowLogResourceID=/S1_NETWORKWATCHERRG/NETWORKWATCHER_EASTUS_VNET_A-FLOWLOG/y=2026/m=03/d=01/h=10/m=00/macAddress=6045BD2F0B1A/PT1H.json"
	long  = "flowLogResourceID=/SUBSCRIPTIONS/S2/RESOURCEGROUPS/NETWORKWATCHERRG/PROVIDERS/MICROSOFT.NETWORK/NETWORKWATCHERS/NETWORKWATCHER_EASTUS/FLOWLOGS/F1/y=2026/m=03/d=01/h=11/m=00/macAddress=6045BD2F0B1A/PT1H.json"
)

func TestAFilterKnowsEveryShapeOfPath(t *testing.T) {
	ten := time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		name             string
		f                Filter
		nsg, short, long bool
	}{
		{"nothing asked", Filter{}, true, true, true},
		{"from", Filter{From: ten.Add(time.Hour)}, false, false, true},
		{"to", Filter{To: ten.Add(time.Hour)}, true, true, false},
		{"subscription", Filter{Subscriptions: []string{"s1"}}, true, true, false},
		{"resource group", Filter{ResourceGroups: []string{"networkwatcherrg"}}, false, true, true},
		{"NSG", Filter{NSGs: []string{"web-nsg"}}, true, false, false},
		{"flow log, its name holding an underscore", Filter{FlowLogs: []string{"vnet_a-flowlog"}}, false, true, false},
		{"flow log", Filter{FlowLogs: []string{"f1"}}, false, false, true},
		{"a part of a flow log's name", Filter{FlowLogs: []string{"lowlog"}}, false, false, false},
		{"MAC with hyphens", Filter{MACs: []string{"00-0d-3a-f8-78-56"}}, true, false, false},
		{"virtual network", Filter{VNets: []string{"v"}}, false, true, true},
	} {
		f := c.f.Normal()
		for path, want := range map[string]bool{nsg: c.nsg, short: c.short, long: c.long} {
			p, ok := flowlog.ParsePath(path)
			if !ok {
				t.Fatal(path)
			}
			if got := f.Match(p); got != want {
				t.Errorf("%s: %v for %s", c.name, got, path)
			}
		}
	}
}

func TestLogsOfOtherKindsAreKnownByTheirPath(t *testing.T) {
	for path, want := range map[string]string{
		nsg: "", short: "", long: "",
		"insights-activity-logs/resourceId=/SUBSCRIPTIONS/S1/y=2026/m=03/d=01/h=10/m=00/PT1H.json":                                                                                 "activity log",
		"insights-logs-auditevent/resourceId=/SUBSCRIPTIONS/S1/RESOURCEGROUPS/RG/PROVIDERS/MICROSOFT.KEYVAULT/VAULTS/V/y=2026/m=03/d=01/h=10/m=00/PT1H.json":                       "resource log",
		"resourceId=/SUBSCRIPTIONS/S1/RESOURCEGROUPS/RG-A/PROVIDERS/MICROSOFT.NETWORK/NETWORKSECURITYGROUPS/OLD/y=2017/m=03/d=01/h=10/m=00/PT1H.json":                              "",
		"resourceId=/SUBSCRIPTIONS/S1/RESOURCEGROUPS/RG/PROVIDERS/MICROSOFT.NETWORK/APPLICATIONGATEWAYS/G/y=2026/m=03/d=01/h=10/m=00/PT1H.json":                                    "resource log",
		"backup/resourceId=/SUBSCRIPTIONS/S1/RESOURCEGROUPS/R/PROVIDERS/MICROSOFT.NETWORK/NETWORKSECURITYGROUPS/Y/y=2026/m=03/d=01/h=10/m=00/macAddress=000D3AF87856/PT1H.json.gz": "",
	} {
		p, ok := flowlog.ParsePath(path)
		if !ok {
			t.Fatal(path)
		}
		if got := OtherLog(p); got != want {
			t.Errorf("%q for %s", got, path)
		}
	}
}

func TestABlockIsFoundByTheByteBeforeAnOffset(t *testing.T) {
	r := Reader{Blocks: []Block{{"head", 12}, {"one", 100}, {"two", 150}, {"tail", 152}}}
	for offset, want := range map[int64]string{0: "", 1: "head", 12: "head", 13: "one", 100: "one", 101: "two", 152: "tail", 153: ""} {
		if got := r.Block(offset); got != want {
			t.Errorf("before %d: %q, want %q", offset, got, want)
		}
	}
}
