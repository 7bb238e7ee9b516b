package inventory

import (
	"strings"
	"time"

	"github.com/azflow/azflow/internal/batch"
)

var nicFields = fieldsOf(tableNICs, map[string]batch.Kind{
	"IpVersion": batch.Int32, "Primary": batch.Bool, "Forwarding": batch.Bool,
	"WindowStart": batch.Time, "WindowEnd": batch.Time, "FirstSeen": batch.Time, "LastSeen": batch.Time,
},
	"NicResourceId", "Nic", "MacAddress", "Ip", "IpVersion", "Subnet", "VNet", "Subscription", "TenantId", "VmResourceId",
	"Primary", "Forwarding", "WindowStart", "WindowEnd", "FirstSeen", "LastSeen", "Source")

// nicRows are the rows of NetworkInterfaces.
func (e *Estate) nicRows() []row {
	rows := make([]row, 0, len(e.Holdings))
	for i := range e.Holdings {
		h := &e.Holdings[i]
		n := e.NICs[h.NIC]
		v := n.At(h.Last)
		version := int64(6)
		if h.Address.Is4() {
			version = 4
		}
		var primary any
		if h.VM != "" {
			primary = v.Primary
		}
		rows = append(rows, row{
			h.NIC, Short(h.NIC), n.MAC, h.Address.String(), version, Short(h.Subnet), Short(h.Network), Subscription(h.NIC), e.Tenant(h.NIC), h.VM,
			primary, v.Forwarding, instant(h.Start), instant(h.End), instant(h.First), instant(h.Last), h.Source,
		})
	}
	return rows
}

var vmFields = fieldsOf(tableVMs, map[string]batch.Kind{
	"WindowStart": batch.Time, "WindowEnd": batch.Time, "FirstSeen": batch.Time, "LastSeen": batch.Time,
},
	"VmResourceId", "Vm", "VmId", "NicResourceId", "ScaleSet", "Region", "Zone", "Tags", "WindowStart", "WindowEnd", "FirstSeen", "LastSeen", "Source")

// vmRows are the rows of VirtualMachines.
func (e *Estate) vmRows() []row {
	rows := make([]row, 0, len(e.Attachments))
	for i := range e.Attachments {
		a := &e.Attachments[i]
		vm := e.VMs[a.VM]
		v := vm.At(a.Last)
		region := v.Region
		if n := e.NICs[a.NIC]; region == "" && n != nil {
			region = n.Region
		}
		rows = append(rows, row{
			a.VM, Short(a.VM), v.VMID, a.NIC, vm.ScaleSet, region, v.Zone, v.Tags,
			instant(a.Start), instant(a.End), instant(a.First), instant(a.Last), a.Source,
		})
	}
	return rows
}

// instant returns microseconds since 1970 as a time, nil for the end of a
// window that has none.
func instant(at int64) any {
	if at == Forever {
		return nil
	}
	return time.UnixMicro(at).UTC()
}

// joined returns texts with blanks between them, as Traffic Analytics writes lists.
func joined(texts []string) string { return strings.Join(texts, " ") }
