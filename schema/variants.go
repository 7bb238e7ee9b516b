package schema

import (
	"slices"
	"strings"
)

// A Variant is what a table shows under an option.
type Variant struct {
	// Option is the option that a set statement or the configuration names.
	Option string
	// Value is the option's value.
	Value string
	// Doc says in a sentence what is different.
	Doc string
	// Query makes the table's rows under the option. In it the table's own name
	// means the table as it is without the option.
	Query string
}

// Function returns the name of the stored function that holds v's query.
func (v Variant) Function(table string) string {
	return "_" + table + "_" + strings.TrimPrefix(v.Option, "azflow_") + "_" + v.Value
}

// azureTime is the variant in which TimeGenerated is when the row was taken in,
// as in Log Analytics.
func azureTime(t Table) Variant {
	return Variant{
		Option: "azflow_time", Value: "azure",
		Doc: "TimeGenerated is TimeProcessed, as in Log Analytics.",
		Query: t.Name + "\n| project " + list(t.Columns, func(c Column) string {
			if c.Name == "TimeGenerated" {
				return "TimeGenerated = TimeProcessed"
			}
			return c.Name
		}),
	}
}

// packedMerges say how the rows of one packed row become one. All columns not
// named here are the same in them, or make another packed row.
var packedMerges = map[string]string{
	"TimeProcessed":        "max(TimeProcessed)",
	"FlowStartTime":        "min(FlowStartTime)",
	"FlowEndTime":          "max(FlowEndTime)",
	"RecordCount":          "sum(RecordCount)",
	"SrcPorts":             `strcat_array(make_list_if(SrcPorts, isnotempty(SrcPorts)), "|")`,
	"AllowedInFlows":       "sum(AllowedInFlows)",
	"DeniedInFlows":        "sum(DeniedInFlows)",
	"AllowedOutFlows":      "sum(AllowedOutFlows)",
	"DeniedOutFlows":       "sum(DeniedOutFlows)",
	"CompletedFlows":       "sum(CompletedFlows)",
	"PacketsSrcToDest":     "sum(PacketsSrcToDest)",
	"PacketsDestToSrc":     "sum(PacketsDestToSrc)",
	"BytesSrcToDest":       "sum(BytesSrcToDest)",
	"BytesDestToSrc":       "sum(BytesDestToSrc)",
	"SrcPublicIps":         `strcat_array(make_list_if(SrcPublicIps, isnotempty(SrcPublicIps)), " ")`,
	"DestPublicIps":        `strcat_array(make_list_if(DestPublicIps, isnotempty(DestPublicIps)), " ")`,
	"SrcServiceTags":       `strcat_array(make_set_if(SrcServiceTags, isnotempty(SrcServiceTags)), " ")`,
	"DestServiceTags":      `strcat_array(make_set_if(DestServiceTags, isnotempty(DestServiceTags)), " ")`,
	"_ItemId":              "min(_ItemId)",
	"_TimeReceived":        "max(_TimeReceived)",
	"BytesSrcToDestNet":    "sum(BytesSrcToDestNet)",
	"BytesDestToSrcNet":    "sum(BytesDestToSrcNet)",
	"PacketsSrcToDestNet":  "sum(PacketsSrcToDestNet)",
	"PacketsDestToSrcNet":  "sum(PacketsDestToSrcNet)",
	"FlowsWithoutCounters": "sum(FlowsWithoutCounters)",
	"DistinctAttempts":     "sum(DistinctAttempts)",
	"SpansIntervals":       "countif(SpansIntervals) > 0",
}

// packed is the variant of NTANetAnalytics in which a row holds all public
// addresses of a country, or region of Azure, that agree in the rest: the
// public end is blank and the addresses stand in SrcPublicIps or DestPublicIps.
// MS Learn: "Traffic analytics schema".
func packed(t Table) Variant {
	merges := t.Columns[:0:0]
	keys := t.Columns[:0:0]
	for _, c := range t.Columns {
		switch {
		case c.Hidden || c.Source == Constant || c.Source == Absent:
		case packedMerges[c.Name] != "":
			merges = append(merges, c)
		default:
			keys = append(keys, c)
		}
	}
	order := list(t.Columns, func(c Column) string { return c.Name })
	return Variant{
		Option: "azflow_public_ips", Value: "packed",
		Doc: "One row for all public addresses of a country or Azure region; the public end is blank.",
		Query: `union
(NTANetAnalytics
| where not(FlowType in ("AzurePublic", "ExternalPublic"))
| project ` + order + `),
(NTANetAnalytics
| where FlowType in ("AzurePublic", "ExternalPublic")
| extend SrcIp = iff(isempty(SrcPublicIps), SrcIp, ""), DestIp = iff(isempty(DestPublicIps), DestIp, "")
| summarize ` + list(merges, func(c Column) string { return c.Name + " = " + packedMerges[c.Name] }) + `
    by ` + list(keys, func(c Column) string { return c.Name }) + `
| project ` + list(t.Columns, func(c Column) string {
			if c.Source == Constant || c.Source == Absent {
				return c.Name + " = " + literal(c)
			}
			return c.Name
		}) + ")",
	}
}

// list writes the visible ones of cols with commas between them.
func list(cols []Column, text func(Column) string) string {
	var parts []string
	for _, c := range cols {
		if !c.Hidden {
			parts = append(parts, text(c))
		}
	}
	return strings.Join(parts, ", ")
}

// Variants returns what t shows under options.
func (t Table) Variants() []Variant {
	var vs []Variant
	if t.Name == "NTANetAnalytics" {
		vs = append(vs, packed(t))
	}
	if slices.Contains([]string{"Flows", "NTANetAnalytics", "NTATopologyDetails"}, t.Name) {
		vs = append(vs, azureTime(t))
	}
	return vs
}
