package query_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/azflow/azflow/internal/query"
	"github.com/azflow/azflow/kql/diag"
)

func TestColumnsThatOnlyTheDataTellCanBeUsed(t *testing.T) {
	s := session(t)
	for _, c := range []struct{ with, without string }{
		{
			`NTANetAnalytics | extend d = bag_pack("Port", DestPort, "Who", SrcIp) | project d | evaluate bag_unpack(d) | where Port > 100 | summarize n = dcount(Who)`,
			`NTANetAnalytics | where DestPort > 100 | summarize n = dcount(SrcIp)`,
		},
		{
			`NTANetAnalytics | summarize n = count() by FlowType, FlowStatus | evaluate pivot(FlowStatus, sum(n)) | project FlowType, Allowed | where Allowed > 0 | summarize sum(Allowed)`,
			`NTANetAnalytics | where FlowStatus == "Allowed" | summarize count()`,
		},
		{
			`let v = NTANetAnalytics | project d = bag_pack("e", bag_pack("x", DestPort)) | evaluate bag_unpack(d) | evaluate bag_unpack(e, "p_"); v | summarize low = min(p_x) | project toscalar(v | summarize max(p_x)) - low`,
			`NTANetAnalytics | summarize high = max(DestPort), low = min(DestPort) | project high - low`,
		},
	} {
		if got, want := one(t, s, c.with), one(t, s, c.without); got != want {
			t.Errorf("%s\ngives %s, want %s", c.with, got, want)
		}
	}
	_, err := s.Compile(query.Request{Text: `NTANetAnalytics | take 1 | project d = bag_pack("Age", 3) | evaluate bag_unpack(d) | where Aeg > 30`, Now: end})
	var l diag.List
	if !errors.As(err, &l) || len(l) != 1 || l[0].Code != "KS142" || !strings.Contains(l[0].Hint, "Age") {
		t.Errorf("a column that is not among the unpacked gives %v", err)
	}
}
