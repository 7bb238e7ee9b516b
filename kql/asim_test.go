package kql_test

import (
	"strings"
	"testing"

	"github.com/azflow/azflow/kql"
	"github.com/azflow/azflow/kql/types"
	"github.com/azflow/azflow/schema"
)

func TestAsimFunctionsBind(t *testing.T) {
	cat := schema.NewCatalog(schema.Tables())
	for _, src := range []string{
		"_Im_NetworkSession",
		"imNetworkSession(starttime=ago(1d), srcipaddr_has_any_prefix=dynamic(['10.']), dstportnumber=443, dvcaction=dynamic(['Deny']), pack=true)",
		"_ASim_NetworkSession() | where SrcIpAddr == '10.0.0.4' | summarize count() by DstPortNumber",
		"ASimNetworkSession | join kind=leftanti (_GetWatchlist('NetworkInterfaces')) on $left.SrcIpAddr == $right.Ip",
		"let hosts = dynamic(['vm1']); _Im_NetworkSession(hostname_has_any=hosts, eventresult='Failure') | take 1",
	} {
		p, diags := kql.Plan(src, cat, kql.Options{Now: now})
		if p == nil {
			t.Errorf("%s\n%s", src, rendered(diags, src))
		}
	}
}

// The columns of ASIM's schema have the types that it documents.
func TestAsimColumnsHaveTheirTypes(t *testing.T) {
	p, diags := kql.Plan("imNetworkSession", schema.NewCatalog(schema.Tables()), kql.Options{Now: now})
	if p == nil {
		t.Fatal(diags)
	}
	got := map[string]types.Type{}
	for _, c := range p.Results[0].Root.Columns() {
		got[c.Name] = c.Type
	}
	for name, want := range map[string]types.Type{
		"EventStartTime": types.DateTime, "EventEndTime": types.DateTime, "EventCount": types.Int, "EventResult": types.String,
		"SrcIpAddr": types.String, "DstIpAddr": types.String, "SrcPortNumber": types.Int, "DstPortNumber": types.Int, "SrcBytes": types.Long,
		"DstBytes": types.Long, "NetworkBytes": types.Long, "NetworkDuration": types.Int, "NetworkDirection": types.String, "DvcAction": types.String,
		"ASimMatchingIpAddr": types.String, "AdditionalFields": types.Dynamic, "Type": types.String, "TimeGenerated": types.DateTime,
	} {
		if got[name] != want {
			t.Errorf("%s is %v, want %v", name, got[name], want)
		}
	}
}

func TestWatchlistsAreTablesOfTheUser(t *testing.T) {
	_, diags := kql.Plan("_GetWatchlist('NoSuchList')", schema.NewCatalog(schema.Tables()), kql.Options{Now: now, Local: true})
	if !diags.HasErrors() || !strings.Contains(diags.Error(), "NoSuchList") {
		t.Errorf("got %v", diags)
	}
}
