package schema

import (
	_ "embed"
	"strings"

	"github.com/azflow/azflow/kql/plan"
	"github.com/azflow/azflow/kql/types"
)

//go:embed functions/im_networksession.kql
var imNetworkSession string

// filters are the parameters of the filtering ASIM parsers. MS Learn: "Advanced
// Security Information Model (ASIM) Network Session normalization schema",
// filtering parser parameters.
const filters = `(starttime:datetime=datetime(null), endtime:datetime=datetime(null), ` +
	`srcipaddr_has_any_prefix:dynamic=dynamic([]), dstipaddr_has_any_prefix:dynamic=dynamic([]), ipaddr_has_any_prefix:dynamic=dynamic([]), ` +
	`dstportnumber:int=int(null), hostname_has_any:dynamic=dynamic([]), dvcaction:dynamic=dynamic([]), eventresult:string='*', ` +
	`disabled:bool=false, pack:bool=false)`

// absentASIM are the columns of ASIM's schema that flow logs cannot fill; they
// are there, empty, so that rules written for other sources bind. MS Learn: as
// above.
var absentASIM = []struct {
	typ   types.Type
	names string
}{
	{types.String, `DstAppId DstAppName DstAppType DstDeviceType DstDomain DstDomainType DstFQDN DstGeoCity DstGeoRegion DstInterfaceGuid DstNatIpAddr
		DstOriginalUserType DstUserId DstUserIdType DstUsername DstUsernameType DstUserType DstVlanId DstZone DvcDescription DvcDomain
		DvcDomainType DvcFQDN DvcHostname DvcInboundInterface DvcInterface DvcIpAddr DvcMacAddr DvcOs DvcOsVersion DvcOutboundInterface
		DvcZone EventMessage EventOriginalSeverity EventOriginalSubType EventOriginalType EventOriginalUid EventProductVersion
		EventReportUrl EventResultDetails EventSubType NetworkConnectionHistory NetworkIcmpType NetworkProtocolVersion SrcAppId SrcAppName
		SrcAppType SrcDeviceType SrcDomain SrcDomainType SrcFQDN SrcGeoCity SrcGeoRegion SrcInterfaceGuid SrcNatIpAddr SrcOriginalUserType
		SrcUserId SrcUserIdType SrcUsername SrcUsernameType SrcUserType SrcVlanId SrcZone ThreatCategory ThreatField ThreatId ThreatIpAddr
		ThreatName ThreatOriginalConfidence ThreatOriginalRiskLevel`},
	{types.Real, `DstGeoLatitude DstGeoLongitude SrcGeoLatitude SrcGeoLongitude`},
	{types.Int, `DstNatPortNumber NetworkIcmpCode NetworkRuleNumber SrcNatPortNumber ThreatConfidence ThreatRiskLevel`},
	{types.Bool, `TcpFlagsAck TcpFlagsFin TcpFlagsPsh TcpFlagsRst TcpFlagsSyn TcpFlagsUrg ThreatIsActive`},
	{types.DateTime, `ThreatFirstReportedTime ThreatLastReportedTime`},
}

// imNetworkSessionBody completes the function's text with the absent columns.
func imNetworkSessionBody() string {
	var b strings.Builder
	b.WriteString("| extend ")
	for i, a := range absentASIM {
		empty := a.typ.String() + "(null)"
		if a.typ == types.String {
			empty = `""`
		}
		for j, name := range strings.Fields(a.names) {
			if i+j > 0 {
				b.WriteString(", ")
			}
			b.WriteString(name + " = " + empty)
		}
	}
	return strings.Replace(imNetworkSession, "ABSENT", b.String(), 1)
}

// Functions returns the functions written in KQL that the catalogue has besides
// the views: ASIM's view of the flows, and watchlists.
func Functions() []plan.Function {
	asim := "NTANetAnalytics under the names of ASIM's Network Session schema"
	handOn := `{
  _Im_NetworkSession(starttime=starttime, endtime=endtime, srcipaddr_has_any_prefix=srcipaddr_has_any_prefix,
    dstipaddr_has_any_prefix=dstipaddr_has_any_prefix, ipaddr_has_any_prefix=ipaddr_has_any_prefix, dstportnumber=dstportnumber,
    hostname_has_any=hostname_has_any, dvcaction=dvcaction, eventresult=eventresult, disabled=disabled, pack=pack)
}`
	all := `{ _Im_NetworkSession(disabled=disabled, pack=pack) }`
	return []plan.Function{
		{Name: "_Im_NetworkSession", Doc: asim + ", filtered by parameters before the rows are made.", Params: filters, Body: imNetworkSessionBody()},
		{Name: "imNetworkSession", Doc: asim + ", as the parsers of a workspace are called.", Params: filters, Body: handOn},
		{Name: "_ASim_NetworkSession", Doc: asim + ".", Params: "(disabled:bool=false, pack:bool=false)", Body: all},
		{Name: "ASimNetworkSession", Doc: asim + ", as the parsers of a workspace are called.", Params: "(disabled:bool=false, pack:bool=false)", Body: all},
		{
			Name: "_GetWatchlist", Doc: "The rows of a watchlist (a file of the folder that the setting watchlists names) or table, as Microsoft Sentinel gives those of a watchlist.",
			Params: "(watchlistAlias:string)",
			Body:   `{ table(watchlistAlias) | extend WatchlistItem = column_ifexists("WatchlistItem", pack_all()), SearchKey = tostring(column_ifexists("SearchKey", "")) }`,
		},
	}
}
