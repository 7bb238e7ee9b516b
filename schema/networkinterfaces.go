package schema

import "github.com/azflow/azflow/kql/types"

func networkInterfaces() Table {
	return Table{
		Name:       "NetworkInterfaces",
		Doc:        "Which NIC held which address, from when to when.",
		TimeColumn: "WindowStart",
		Version:    1,
		Columns: []Column{
			{Name: "NicResourceId", Type: types.String, Source: Inventory, Doc: "Full resource ID of the NIC, in lower case."},
			{Name: "Nic", Type: types.String, Source: Inventory, Doc: "The NIC as resourcegroup/nic, in lower case."},
			{Name: "MacAddress", Type: types.String, Source: Inventory, ECS: "host.mac", Doc: "MAC address, upper case with hyphens; empty while the NIC had none."},
			{Name: "Ip", Type: types.String, Source: Inventory, ECS: "host.ip", Doc: "Address that the NIC held during the window."},
			{Name: "IpVersion", Type: types.Int, Source: Inventory, Doc: "4 or 6."},
			{Name: "Subnet", Type: types.String, Source: Inventory, Doc: "Subnet of the address as resourcegroup/vnet/subnet."},
			{Name: "VNet", Type: types.String, Source: Inventory, Doc: "Virtual network of the address as resourcegroup/vnet."},
			{Name: "Subscription", Type: types.String, Source: Inventory, ECS: "cloud.account.id", Doc: "Subscription of the NIC, a GUID."},
			{Name: "TenantId", Type: types.String, Source: Inventory, Doc: "Entra tenant of the NIC, a GUID."},
			{Name: "VmResourceId", Type: types.String, Source: Inventory, Doc: "Full resource ID of the VM it was attached to, in lower case; empty if to none."},
			{Name: "Primary", Type: types.Bool, Source: Inventory, Optional: true, Doc: "Whether it is its VM's primary NIC."},
			{Name: "Forwarding", Type: types.Bool, Source: Inventory, Optional: true, Doc: "Whether it forwards traffic that is not its own."},
			{Name: "WindowStart", Type: types.DateTime, Source: Inventory, Doc: "Since when the NIC held the address."},
			{Name: "WindowEnd", Type: types.DateTime, Source: Inventory, Optional: true, Doc: "Until when the NIC held the address; null if it still does."},
			{Name: "FirstSeen", Type: types.DateTime, Source: Inventory, Doc: "First observation of the NIC with this address."},
			{Name: "LastSeen", Type: types.DateTime, Source: Inventory, Doc: "Last observation of the NIC with this address."},
			{Name: "Source", Type: types.String, Source: Inventory, Doc: "What the window was learned from, such as an activity log or a list."},
		},
	}
}
