package schema

import "github.com/azflow/azflow/kql/types"

func sessions() Table {
	return Table{
		Name:       "Sessions",
		Doc:        "One row for each connection, made of its tuples.",
		TimeColumn: "TimeGenerated",
		Version:    1,
		Columns: []Column{
			{Name: "TimeGenerated", Type: types.DateTime, Source: Merge, ECS: "event.start", Doc: "When the connection began."},
			{Name: "EndTime", Type: types.DateTime, Source: Merge, ECS: "event.end", Doc: "When its last tuple was logged."},
			{Name: "DurationSec", Type: types.Real, Source: Merge, Doc: "Seconds from its beginning to its end."},
			{Name: "SrcIp", Type: types.String, Source: Merge, ECS: "source.ip", Doc: "Address of the end that opened the connection."},
			{Name: "SrcPort", Type: types.Int, Source: Merge, Optional: true, ECS: "source.port", Doc: "Port of the end that opened the connection."},
			{Name: "DestIp", Type: types.String, Source: Merge, ECS: "destination.ip", Doc: "Address of the end that answers."},
			{Name: "DestPort", Type: types.Int, Source: Merge, Optional: true, ECS: "destination.port", Doc: "Port of the end that answers."},
			{Name: "L4Protocol", Type: types.String, Source: Merge, ECS: "network.transport", Doc: "TCP or UDP, any other protocol as the log has it.", Values: []string{"TCP", "UDP"}},
			{Name: "Direction", Type: types.String, Source: Merge, ECS: "network.direction", Doc: "Inbound or Outbound, as the capturing NIC sees it."},
			{Name: "FlowStatus", Type: types.String, Source: Merge, ECS: "event.action", Doc: "Allowed or Denied.", Values: []string{"Allowed", "Denied"}},
			{Name: "Failed", Type: types.Bool, Source: Merge, ECS: "event.outcome", Doc: "True if it was denied or never answered."},
			{Name: "PktsOut", Type: types.Long, Source: Merge, Optional: true, ECS: "source.packets", Doc: "Packets from source to destination; null if not counted."},
			{Name: "BytesOut", Type: types.Long, Source: Merge, Optional: true, ECS: "source.bytes", Doc: "Bytes from source to destination; null if not counted."},
			{Name: "PktsIn", Type: types.Long, Source: Merge, Optional: true, ECS: "destination.packets", Doc: "Packets from destination to source; null if not counted."},
			{Name: "BytesIn", Type: types.Long, Source: Merge, Optional: true, ECS: "destination.bytes", Doc: "Bytes from destination to source; null if not counted."},
			{Name: "AclRule", Type: types.String, Source: Merge, ECS: "rule.name", Doc: "Rule that allowed or denied, lower case without its prefix."},
			{Name: "Nic", Type: types.String, Source: Merge, Doc: "Capturing NIC as resourcegroup/nic."},
			{Name: "Vm", Type: types.String, Source: Merge, ECS: "host.name", Doc: "VM of the capturing NIC as resourcegroup/vm."},
			{Name: "SrcSubnet", Type: types.String, Source: Merge, Doc: "Subnet of the source as resourcegroup/vnet/subnet."},
			{Name: "DestSubnet", Type: types.String, Source: Merge, Doc: "Subnet of the destination as resourcegroup/vnet/subnet."},
			{Name: "VNet", Type: types.String, Source: Merge, Doc: "Virtual network of the capturing NIC as resourcegroup/vnet."},
			{Name: "SrcPublic", Type: types.Bool, Source: Merge, Doc: "True if the source address is a public one."},
			{Name: "DestPublic", Type: types.Bool, Source: Merge, Doc: "True if the destination address is a public one."},
			{Name: "SrcCountry", Type: types.String, Source: Merge, ECS: "source.geo.country_iso_code", Doc: "Country of the source address, two letters of ISO 3166-1."},
			{Name: "DestCountry", Type: types.String, Source: Merge, ECS: "destination.geo.country_iso_code", Doc: "Country of the destination address, two letters of ISO 3166-1."},
			{Name: "DestAsn", Type: types.Long, Source: Merge, Optional: true, ECS: "destination.as.number", Doc: "Number of the autonomous system that announces the destination address."},
			{Name: "DestServiceTag", Type: types.String, Source: Merge, Doc: "Most specific Azure service tag that holds the destination address."},
			{Name: "DestDomain", Type: types.String, Source: Merge, ECS: "destination.domain", Doc: "Domain name by which the destination address was known."},
			{Name: "SrcTags", Type: types.Dynamic, Source: Merge, Optional: true, Doc: "Resource tags of the source VM or NIC."},
			{Name: "DestTags", Type: types.Dynamic, Source: Merge, Optional: true, Doc: "Resource tags of the destination VM or NIC."},
		},
	}
}
