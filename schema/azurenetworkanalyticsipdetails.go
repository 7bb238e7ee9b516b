package schema

import "github.com/azflow/azflow/kql/types"

func azureNetworkAnalyticsIPDetails() Table {
	return Table{
		Name:       "AzureNetworkAnalyticsIPDetails_CL",
		Doc:        "Public address details under the names of the NSG era, with and without their endings.",
		TimeColumn: "TimeGenerated",
		Version:    1,
		View: `NTAIpDetails
| project
    TimeGenerated, SubType_s = SubType, FASchemaVersion_s = "2", FlowIntervalStartTime_t = FlowIntervalStartTime,
    FlowIntervalEndTime_t = FlowIntervalEndTime, FlowType_s = FlowType, IP_s = Ip, Location_s = Location,
    PublicIPDetails_s = PublicIpDetails, ThreatType_s = ThreatType, ThreatDescription_s = ThreatDescription, DNSDomain_s = DnsDomain,
    Url_s = Url, Port_d = todouble(Port), IP = Ip, Location, ThreatType, ThreatDescription, DNSDomain = DnsDomain, Url,
    Port = todouble(Port)`,
		Columns: []Column{
			{Name: "TenantId", Type: types.String, Source: Absent, Doc: "Log Analytics workspace of the row; azflow has none."},
			{Name: "SourceSystem", Type: types.String, Source: Constant, Default: "Azure", Doc: "System that the row comes from."},
			{Name: "TimeGenerated", Type: types.DateTime, Source: View, Doc: "Start of the interval in which the address was seen."},
			{Name: "SubType_s", Type: types.String, Source: View, Doc: "Kind of row; azflow writes no internal ones."},
			{Name: "FASchemaVersion_s", Type: types.String, Source: View, Doc: "Version of the Traffic Analytics schema."},
			{Name: "FlowIntervalStartTime_t", Type: types.DateTime, Source: View, Doc: "Start of the interval in which the address was seen."},
			{Name: "FlowIntervalEndTime_t", Type: types.DateTime, Source: View, Doc: "End of the interval in which the address was seen."},
			{Name: "FlowType_s", Type: types.String, Source: View, Doc: "AzurePublic, ExternalPublic or MaliciousFlow."},
			{Name: "IP_s", Type: types.String, Source: View, Doc: "Public address that the row describes."},
			{Name: "Location_s", Type: types.String, Source: View, Doc: "Azure region, or Global, of an address of Azure; else its country, two letters of ISO 3166-1."},
			{Name: "PublicIPDetails_s", Type: types.String, Source: View, Doc: "Azure service that owns the address, else who holds its network."},
			{Name: "ThreatType_s", Type: types.String, Source: View, Doc: "Kind of threat of a malicious address, such as Botnet, C2 or Malware."},
			{Name: "ThreatDescription_s", Type: types.String, Source: View, Doc: "What the threat feed says about a malicious address."},
			{Name: "DNSDomain_s", Type: types.String, Source: View, Doc: "Domain name that the feed ties to a malicious address."},
			{Name: "Url_s", Type: types.String, Source: View, Doc: "URL that the feed ties to a malicious address."},
			{Name: "Port_d", Type: types.Real, Source: View, Optional: true, Doc: "Port that the feed ties to a malicious address."},
			{Name: "Type", Type: types.String, Source: Constant, Default: "AzureNetworkAnalyticsIPDetails_CL", Doc: "Name of the table."},
			{Name: "IP", Type: types.String, Source: View, Doc: "The same as IP_s."},
			{Name: "Location", Type: types.String, Source: View, Doc: "The same as Location_s."},
			{Name: "ThreatType", Type: types.String, Source: View, Doc: "The same as ThreatType_s."},
			{Name: "ThreatDescription", Type: types.String, Source: View, Doc: "The same as ThreatDescription_s."},
			{Name: "DNSDomain", Type: types.String, Source: View, Doc: "The same as DNSDomain_s."},
			{Name: "Url", Type: types.String, Source: View, Doc: "The same as Url_s."},
			{Name: "Port", Type: types.Real, Source: View, Optional: true, Doc: "The same as Port_d."},
		},
	}
}
