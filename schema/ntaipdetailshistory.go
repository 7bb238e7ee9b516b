package schema

import "github.com/azflow/azflow/kql/types"

func ntaIPDetailsHistory() Table {
	return Table{
		Name:       "NTAIpDetailsHistory",
		Doc:        "What was known about a public address in each interval in which it was seen.",
		TimeColumn: "TimeGenerated",
		Version:    1,
		Columns: []Column{
			{Name: "Ip", Type: types.String, Source: Enrichment, ECS: "threat.indicator.ip", Doc: "Public address that the row describes."},
			{Name: "FlowType", Type: types.String, Source: Enrichment, Doc: "AzurePublic, ExternalPublic or MaliciousFlow."},
			{Name: "Location", Type: types.String, Source: Enrichment, Doc: "Azure region, or Global, of an address of Azure; else its country, two letters of ISO 3166-1."},
			{Name: "PublicIpDetails", Type: types.String, Source: Enrichment, Doc: "Azure service that owns the address, else who holds its network."},
			{Name: "ThreatType", Type: types.String, Source: Enrichment, ECS: "threat.indicator.type", Doc: "Kind of threat of a malicious address, such as Botnet, C2 or Malware."},
			{Name: "ThreatDescription", Type: types.String, Source: Enrichment, ECS: "threat.indicator.description", Doc: "What the threat feed says about a malicious address."},
			{Name: "DnsDomain", Type: types.String, Source: Enrichment, ECS: "threat.indicator.url.domain", Doc: "Domain name that the feed ties to a malicious address."},
			{Name: "Url", Type: types.String, Source: Enrichment, ECS: "threat.indicator.url.full", Doc: "URL that the feed ties to a malicious address."},
			{Name: "Port", Type: types.Int, Source: Enrichment, Optional: true, ECS: "threat.indicator.port", Doc: "Port that the feed ties to a malicious address."},
			{Name: "FlowIntervalStartTime", Type: types.DateTime, Source: Enrichment, Doc: "Start of the interval in which the address was seen."},
			{Name: "FlowIntervalEndTime", Type: types.DateTime, Source: Enrichment, Doc: "End of the interval in which the address was seen."},
			{Name: "FaSchemaVersion", Type: types.String, Source: Constant, Default: "3", Doc: "Version of the Traffic Analytics schema."},
			{Name: "SubType", Type: types.String, Source: Constant, Default: "FlowLog", Doc: "Kind of row; azflow writes no internal ones."},
			{Name: "TimeGenerated", Type: types.DateTime, Source: Enrichment, ECS: "@timestamp", Doc: "Start of the interval in which the address was seen."},
			{Name: "Type", Type: types.String, Source: Constant, Default: "NTAIpDetailsHistory", Doc: "Name of the table."},
			{Name: "TenantId", Type: types.String, Source: Absent, Doc: "Log Analytics workspace of the row; azflow has none."},
			{Name: "SourceSystem", Type: types.String, Source: Constant, Default: "Azure", Doc: "System that the row comes from."},
			{Name: "_BilledSize", Type: types.Real, Source: Absent, Optional: true, Doc: "Bytes that Log Analytics bills for the row; azflow bills none."},
			{Name: "_IsBillable", Type: types.String, Source: Constant, Default: "false", Doc: "Whether Log Analytics bills the row."},
			{Name: "_ItemId", Type: types.String, Source: Absent, Doc: "Identity that Log Analytics gives a row; azflow identifies the row by Ip and interval."},
			{Name: "_ResourceId", Type: types.String, Source: Absent, Doc: "Resource that Log Analytics ties the row to; azflow has none."},
			{Name: "_SubscriptionId", Type: types.String, Source: Absent, Doc: "Subscription that Log Analytics ties the row to; azflow has none."},
			{Name: "_TimeReceived", Type: types.DateTime, Source: Enrichment, Doc: "When azflow looked the address up."},
		},
	}
}
