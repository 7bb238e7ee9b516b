package query_test

import (
	"strings"
	"testing"
)

// Each filter parameter of _Im_NetworkSession keeps the rows that MS Learn says
// it keeps ("Network Session normalization schema": filtering parser
// parameters). The right column says it over the parameterless parser.
func TestASIMParametersFilterAsDocumented(t *testing.T) {
	s := session(t)
	const all = `_ASim_NetworkSession`
	for i, c := range []struct{ call, means string }{
		{`starttime=datetime(2026-03-09T06:00:00Z)`, `TimeGenerated >= datetime(2026-03-09T06:00:00Z)`},
		{`endtime=datetime(2026-03-09T06:00:00Z)`, `TimeGenerated <= datetime(2026-03-09T06:00:00Z)`},
		{`starttime=datetime(2026-03-08), endtime=datetime(2026-03-09)`, `TimeGenerated between (datetime(2026-03-08) .. datetime(2026-03-09))`},
		{`srcipaddr_has_any_prefix=dynamic(["10.1.1.", "10.4."])`, `SrcIpAddr startswith "10.1.1." or SrcIpAddr startswith "10.4."`},
		{`srcipaddr_has_any_prefix=dynamic(["10.1.1.8"])`, `SrcIpAddr == "10.1.1.8"`},
		{`dstipaddr_has_any_prefix=dynamic(["10.1.1.7", "10.4."])`, `DstIpAddr == "10.1.1.7" or DstIpAddr startswith "10.4."`},
		{`ipaddr_has_any_prefix=dynamic(["10.4."])`, `SrcIpAddr startswith "10.4." or DstIpAddr startswith "10.4."`},
		{`dstportnumber=443`, `DstPortNumber == 443`},
		{`dvcaction=dynamic(["deny"])`, `DvcAction == "Deny"`},
		{`dvcaction=dynamic(["Allow", "Deny"])`, `true`},
		{`eventresult="Failure"`, `EventResult == "Failure"`},
		{`eventresult="*"`, `true`},
		{`disabled=true`, `false`},
		{`pack=true`, `true`},
	} {
		if testing.Short() && i%4 != 0 {
			continue
		}
		got := ask(t, s, `_Im_NetworkSession(`+c.call+`) | summarize count(), sum(NetworkBytes), min(TimeGenerated), max(TimeGenerated)`)[0]
		want := ask(t, s, all+` | where `+c.means+` | summarize count(), sum(NetworkBytes), min(TimeGenerated), max(TimeGenerated)`)[0]
		if strings.Join(got, "\t") != strings.Join(want, "\t") {
			t.Errorf("%s gives %v, want what %s gives: %v", c.call, got, c.means, want)
		}
		if want[0] == "0" && c.means != "false" {
			t.Errorf("%s: no row to tell by", c.means)
		}
	}
	for q, want := range map[string]string{
		// A name of a host is a term of what stands there.
		`_Im_NetworkSession(hostname_has_any=dynamic(["nohost"])) | count`: "0",
		`let host = toscalar(_ASim_NetworkSession | where SrcHostname !startswith "10." and isnotempty(SrcHostname) | summarize take_any(SrcHostname)); _Im_NetworkSession(hostname_has_any=pack_array(host)) | where not(SrcHostname has host or DstHostname has host) | count`: "0",
		`_Im_NetworkSession(ipaddr_has_any_prefix=dynamic(["10.1.1.8"])) | summarize by ASimMatchingIpAddr | sort by ASimMatchingIpAddr asc | summarize strcat_array(make_list(ASimMatchingIpAddr), ",")`:                                                                        "DstIpAddr,SrcIpAddr",
		`_ASim_NetworkSession | where ASimMatchingIpAddr != "-" or ASimMatchingHostname != "-" | count`:                                                                                                                                                                          "0",
		`_Im_NetworkSession(pack=true) | where isnull(AdditionalFields) | count`:                                                                                                                                                                                                 "0",
		`_Im_NetworkSession(pack=false) | where isnotnull(AdditionalFields) | count`:                                                                                                                                                                                             "0",
	} {
		if got := ask(t, s, q)[0][0]; got != want {
			t.Errorf("%s\ngot %s, want %s", q, got, want)
		}
	}
}
