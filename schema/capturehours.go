package schema

import "github.com/azflow/azflow/kql/types"

func captureHours() Table {
	return Table{
		Name:       "CaptureHours",
		Doc:        "Which NIC logged in which hour, and in which kind of log.",
		TimeColumn: "Hour",
		Version:    1,
		Columns: []Column{
			{Name: "NicResourceId", Type: types.String, Source: Ingest, Doc: "Full resource ID of the NIC that logged, in lower case; empty if it is not known."},
			{Name: "MacAddress", Type: types.String, Source: Ingest, Doc: "MAC address of the NIC that logged, upper case with hyphens."},
			{Name: "Hour", Type: types.DateTime, Source: Ingest, Doc: "Start of the hour in which it logged."},
			{Name: "FlowLogType", Type: types.String, Source: Ingest, Doc: "Kind of log: VNet, NSG or Event."},
		},
	}
}
