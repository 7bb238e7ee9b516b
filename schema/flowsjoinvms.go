package schema

import "github.com/azflow/azflow/kql/types"

// flowsJoinVMs has every visible column of Flows, as a join would give it. Vm
// is the capturing NIC's there already.
func flowsJoinVMs() Table {
	var cols []Column
	for _, c := range flows().Columns {
		if !c.Hidden {
			c.Source, c.SameAs, c.Expr, c.IPv4 = View, "", "", ""
			cols = append(cols, c)
		}
	}
	return Table{
		Name:       "FlowsJoinVms",
		Doc:        "Flows beside the VM and NIC that owned the capturing end's address, and the window in which they did.",
		TimeColumn: "TimeGenerated",
		Version:    1,
		View: `Flows
| extend VmResourceId = iff(FlowDirection == "Inbound", DestVmResourceId, SrcVmResourceId),
    NicResourceId = iff(FlowDirection == "Inbound", DestNicResourceId, SrcNicResourceId),
    LocalIp = iff(FlowDirection == "Inbound", DestIp, SrcIp)
| join kind=leftouter (NetworkInterfaces | project NicResourceId, Ip, WindowStart, WindowEnd) on NicResourceId, $left.LocalIp == $right.Ip
| extend Within = TimeGenerated >= WindowStart and (isnull(WindowEnd) or TimeGenerated < WindowEnd)
| summarize arg_max(toint(coalesce(Within, false)), *) by BlobId, BlobGeneration, RecordOrdinal, TupleOrdinal
| extend WindowStart = iff(Within, WindowStart, datetime(null)), WindowEnd = iff(Within, WindowEnd, datetime(null))`,
		Columns: append(cols,
			Column{Name: "VmResourceId", Type: types.String, Source: View, Doc: "Full resource ID of the VM that owned the capturing end's address then."},
			Column{Name: "NicResourceId", Type: types.String, Source: View, Doc: "Full resource ID of the NIC that owned the capturing end's address then."},
			Column{Name: "WindowStart", Type: types.DateTime, Source: View, Optional: true, Doc: "Since when the NIC held the address; null if no inventory says."},
			Column{Name: "WindowEnd", Type: types.DateTime, Source: View, Optional: true, Doc: "Until when the NIC held the address; null if it still does, or if no inventory says."},
		),
	}
}
