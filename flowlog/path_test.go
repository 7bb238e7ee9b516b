package flowlog

import (
	"strings"
	"testing"
	"time"
)

const (
	nsgName   = "resourceId=/SUBSCRIPTIONS/00000000-0000-0000-0000-000000000001/RESOURCEGROUPS/RG-A/PROVIDERS/MICROSOFT.NETWORK/NETWORKSECURITYGROUPS/WEB-NSG/y=2024/m=02/d=29/h=23/m=00/macAddress=000D3AF87856/PT1H.json"
	vnetNameA = "flowLogResourceID=/00000000-0000-0000-0000-000000000001_NETWORKWATCHERRG/NETWORKWATCHER_EASTUS_VNET-A-FLOWLOG/y=2026/m=07/d=07/h=15/m=00/macAddress=6045BD2F0B1A/PT1H.json"
	vnetNameB = "flowLogResourceID=/SUBSCRIPTIONS/00000000-0000-0000-0000-000000000001/RESOURCEGROUPS/NETWORKWATCHERRG/PROVIDERS/MICROSOFT.NETWORK/NETWORKWATCHERS/NETWORKWATCHER_EASTUS/FLOWLOGS/F1/y=2026/m=07/d=07/h=15/m=00/macAddress=6045BD2F0B1A/PT1H.json"
)

func TestParsePathReadsEveryShapeAzureGives(t *testing.T) {
	hour := func(s string) time.Time {
		h, err := time.Parse("2006-01-02T15", s)
		if err != nil {
			t.Fatal(err)
		}
		return h
	}
	for _, c := range []struct {
		path string
		want BlobPath
	}{
		{nsgName, BlobPath{strings.ToUpper(nsgName), NSG, "/SUBSCRIPTIONS/00000000-0000-0000-0000-000000000001/RESOURCEGROUPS/RG-A/PROVIDERS/MICROSOFT.NETWORK/NETWORKSECURITYGROUPS/WEB-NSG", hour("2024-02-29T23"), "000D3AF87856"}},
		{vnetNameA, BlobPath{strings.ToUpper(vnetNameA), VNet, "/00000000-0000-0000-0000-000000000001_NETWORKWATCHERRG/NETWORKWATCHER_EASTUS_VNET-A-FLOWLOG", hour("2026-07-07T15"), "6045BD2F0B1A"}},
		{vnetNameB, BlobPath{strings.ToUpper(vnetNameB), VNet, "/SUBSCRIPTIONS/00000000-0000-0000-0000-000000000001/RESOURCEGROUPS/NETWORKWATCHERRG/PROVIDERS/MICROSOFT.NETWORK/NETWORKWATCHERS/NETWORKWATCHER_EASTUS/FLOWLOGS/F1", hour("2026-07-07T15"), "6045BD2F0B1A"}},
		{"resourceId=/SUBSCRIPTIONS/S/RESOURCEGROUPS/R/PROVIDERS/MICROSOFT.NETWORK/NETWORKSECURITYGROUPS/N/y=2017/m=03/d=01/h=01/m=00/PT1H.json", BlobPath{"RESOURCEID=/SUBSCRIPTIONS/S/RESOURCEGROUPS/R/PROVIDERS/MICROSOFT.NETWORK/NETWORKSECURITYGROUPS/N/Y=2017/M=03/D=01/H=01/M=00/PT1H.JSON", NSG, "/SUBSCRIPTIONS/S/RESOURCEGROUPS/R/PROVIDERS/MICROSOFT.NETWORK/NETWORKSECURITYGROUPS/N", hour("2017-03-01T01"), ""}},
	} {
		got, ok := ParsePath(c.path)
		if !ok || got != c.want {
			t.Errorf("ParsePath(%q) = %+v, %v\nwant %+v", c.path, got, ok, c.want)
		}
	}
}

func TestParsePathGivesCopiesOfABlobOneID(t *testing.T) {
	want := strings.ToUpper(vnetNameA)
	for _, path := range []string{
		vnetNameA,
		strings.ToLower(vnetNameA),
		"/backup/insights-logs-flowlogflowevent/" + vnetNameA,
		"https://account.blob.core.windows.net/insights-logs-flowlogflowevent/" + vnetNameA,
		"copies/" + vnetNameA + ".gz",
		"copies/" + vnetNameA + ".ZST",
		`C:\logs\` + strings.ReplaceAll(vnetNameA, "/", `\`),
		"old/" + nsgName + "/" + vnetNameA,
		"resourceId=/x/" + vnetNameA,
	} {
		if got, ok := ParsePath(path); !ok || got.ID != want {
			t.Errorf("ParsePath(%q).ID = %q, %v, want %q", path, got.ID, ok, want)
		}
	}
}

func TestParsePathRefusesOtherPaths(t *testing.T) {
	for _, path := range []string{
		"", "PT1H.json", "logs/PT1H.json",
		strings.TrimSuffix(nsgName, "PT1H.json"),
		nsgName + ".bak",
		strings.Replace(nsgName, "m=02/d=29", "m=02/d=30", 1), // no such day
		strings.Replace(nsgName, "h=23", "h=24", 1),
		strings.Replace(nsgName, "000D3AF87856", "000D3AF8785", 1),
		strings.Replace(nsgName, "resourceId=", "theresourceId=", 1),
		strings.Replace(nsgName, "resourceId=/", "resourceId=", 1),
	} {
		if got, ok := ParsePath(path); ok {
			t.Errorf("ParsePath(%q) = %+v, want false", path, got)
		}
	}
}

func TestFormatMAC(t *testing.T) {
	for in, want := range map[string]string{
		"000D3AF87856":       "00-0D-3A-F8-78-56",
		"000d3af87856":       "00-0D-3A-F8-78-56",
		"00-0d-3a-f8-78-56":  "00-0D-3A-F8-78-56",
		"02:00:00:00:00:02":  "02-00-00-00-00-02",
		"DB831EFEC3760":      "DB831EFEC3760", // 13 digits, in a sample of S4: kept
		"00-0d-3a-f8-78-5":   "00-0d-3a-f8-78-5",
		"00--0d3af87856":     "00--0d3af87856",
		"00-0d-3a-f8-78-56-": "00-0d-3a-f8-78-56-",
		"-000D3AF87856":      "-000D3AF87856",
		"":                   "",
		"not a mac":          "not a mac",
	} {
		if got := FormatMAC(in); got != want {
			t.Errorf("FormatMAC(%q) = %q, want %q", in, got, want)
		}
	}
}
