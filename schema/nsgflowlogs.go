package schema

import "github.com/azflow/azflow/kql/types"

func nsgFlowLogs() Table {
	return Table{
		Name:       "NsgFlowLogs_CL",
		Aliases:    []string{"NSGFlowLogs_CL"},
		Doc:        "The custom table of flattened NSG flow logs that upload scripts fill: NSG tuples of Flows under its names.",
		TimeColumn: "TimeGenerated",
		Version:    1,
		View: `Flows
| where FlowLogType == "NSG"
| project TimeGenerated, ResourceId = TargetResourceId, NsgName_s = tostring(split(TargetResourceId, "/")[8]), RuleName_s = AclRule,
    MacAddress_s = replace_string(MacAddress, "-", ""), SrcIP_s = SrcIp, DestIP_s = DestIp,
    SrcPort_d = todouble(SrcPort), DestPort_d = todouble(DestPort),
    Protocol_s = case(L4Protocol == "TCP", "T", L4Protocol == "UDP", "U", L4Protocol),
    Direction_s = substring(FlowDirection, 0, 1), Decision_s = substring(FlowStatus, 0, 1),
    FlowState_s = iff(FlowState == "D", "B", FlowState),
    PacketsSrcToDest_d = todouble(PacketsSrcToDest), BytesSrcToDest_d = todouble(BytesSrcToDest),
    PacketsDestToSrc_d = todouble(PacketsDestToSrc), BytesDestToSrc_d = todouble(BytesDestToSrc)`,
		Columns: []Column{
			{Name: "TimeGenerated", Type: types.DateTime, Source: View, ECS: "@timestamp", Doc: "When the flow event happened."},
			{Name: "ResourceId", Type: types.String, Source: View, Doc: "Resource ID of the NSG, as logged."},
			{Name: "NsgName_s", Type: types.String, Source: View, Doc: "Name of the NSG."},
			{Name: "RuleName_s", Type: types.String, Source: View, ECS: "rule.name", Doc: "Rule that allowed or denied the flow, as logged."},
			{Name: "MacAddress_s", Type: types.String, Source: View, ECS: "observer.mac", Doc: "MAC address of the capturing NIC without hyphens, as logged."},
			{Name: "SrcIP_s", Type: types.String, Source: View, ECS: "source.ip", Doc: "Address of the end that opened the flow."},
			{Name: "DestIP_s", Type: types.String, Source: View, ECS: "destination.ip", Doc: "Address of the end that answers."},
			{Name: "SrcPort_d", Type: types.Real, Source: View, Optional: true, ECS: "source.port", Doc: "Port of the end that opened the flow."},
			{Name: "DestPort_d", Type: types.Real, Source: View, Optional: true, ECS: "destination.port", Doc: "Port of the end that answers."},
			{Name: "Protocol_s", Type: types.String, Source: View, ECS: "network.transport", Doc: "T for TCP, U for UDP."},
			{Name: "Direction_s", Type: types.String, Source: View, ECS: "network.direction", Doc: "I for inbound, O for outbound."},
			{Name: "Decision_s", Type: types.String, Source: View, ECS: "event.action", Doc: "A for allowed, D for denied."},
			{Name: "FlowState_s", Type: types.String, Source: View, Doc: "B begin, C continuing, E end; empty for version 1."},
			{Name: "PacketsSrcToDest_d", Type: types.Real, Source: View, Optional: true, ECS: "source.packets", Doc: "Packets from source to destination since the previous tuple."},
			{Name: "BytesSrcToDest_d", Type: types.Real, Source: View, Optional: true, ECS: "source.bytes", Doc: "Bytes from source to destination since the previous tuple."},
			{Name: "PacketsDestToSrc_d", Type: types.Real, Source: View, Optional: true, ECS: "destination.packets", Doc: "Packets from destination to source since the previous tuple."},
			{Name: "BytesDestToSrc_d", Type: types.Real, Source: View, Optional: true, ECS: "destination.bytes", Doc: "Bytes from destination to source since the previous tuple."},
		},
	}
}
