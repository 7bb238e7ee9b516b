package schema

import "github.com/azflow/azflow/kql/types"

func localAddresses() Table {
	return Table{
		Name:       "LocalAddresses",
		Doc:        "An address whose own NIC logged in an hour: what decides which capture of an exchange is the primary one.",
		TimeColumn: "Hour",
		Version:    1,
		Hidden:     true,
		Columns: []Column{
			{Name: "Hour", Type: types.DateTime, Source: Ingest, Doc: "Start of the hour."},
			{Name: "Ip", Type: types.String, Source: Ingest, Doc: "Address at the capturing NIC's own end of a flow."},
			{Name: "MacAddress", Type: types.String, Source: Ingest, Doc: "MAC address of that NIC, upper case with hyphens."},
			{Name: "VNet", Type: types.String, Source: Ingest, Doc: "Virtual network of that NIC as resourcegroup/vnet, if the log tells."},
		},
	}
}
