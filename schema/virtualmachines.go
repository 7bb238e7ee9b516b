package schema

import "github.com/azflow/azflow/kql/types"

func virtualMachines() Table {
	return Table{
		Name:       "VirtualMachines",
		Doc:        "Which VM had which NIC, from when to when.",
		TimeColumn: "WindowStart",
		Version:    1,
		Columns: []Column{
			{Name: "VmResourceId", Type: types.String, Source: Inventory, Doc: "Full resource ID of the VM, in lower case."},
			{Name: "Vm", Type: types.String, Source: Inventory, ECS: "host.name", Doc: "The VM as resourcegroup/vm, in lower case."},
			{Name: "VmId", Type: types.String, Source: Inventory, ECS: "host.id", Doc: "The vmId GUID, which stays unique when a name is used again."},
			{Name: "NicResourceId", Type: types.String, Source: Inventory, Doc: "Full resource ID of a NIC attached during the window, in lower case."},
			{Name: "ScaleSet", Type: types.String, Source: Inventory, Doc: "Scale set that the VM belongs to; empty if to none."},
			{Name: "Region", Type: types.String, Source: Inventory, ECS: "cloud.region", Doc: "Azure region of the VM."},
			{Name: "Zone", Type: types.String, Source: Inventory, ECS: "cloud.availability_zone", Doc: "Availability zone of the VM."},
			{Name: "Tags", Type: types.Dynamic, Source: Inventory, Optional: true, Doc: "Resource tags of the VM."},
			{Name: "WindowStart", Type: types.DateTime, Source: Inventory, Doc: "Since when the NIC was attached to the VM."},
			{Name: "WindowEnd", Type: types.DateTime, Source: Inventory, Optional: true, Doc: "Until when the NIC was attached to the VM; null if it still is."},
			{Name: "FirstSeen", Type: types.DateTime, Source: Inventory, Doc: "First observation of the VM with this NIC."},
			{Name: "LastSeen", Type: types.DateTime, Source: Inventory, Doc: "Last observation of the VM with this NIC."},
			{Name: "Source", Type: types.String, Source: Inventory, Doc: "What the window was learned from, such as an activity log or a list."},
		},
	}
}
