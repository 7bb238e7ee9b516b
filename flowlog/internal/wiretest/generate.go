package wiretest

import (
	"fmt"
	"math/rand/v2"
)

// Shape is a kind of flow log that Generate writes.
type Shape int

// The shapes.
const (
	VNet4 Shape = iota
	NSG2
	NSG1
)

// Generate writes a blob of about n tuples as Azure writes it: a record a
// minute, a few rules in each, tuples of sessions between some hundred private
// and some thousand public addresses.
func Generate(r *rand.Rand, shape Shape, n int) []byte {
	g := generator{r: r, shape: shape, ms: 1735689600000}
	for range 300 {
		g.private = append(g.private, fmt.Sprintf("10.%d.%d.%d", r.IntN(4), r.IntN(8), r.IntN(254)+1))
	}
	for range 4000 {
		g.public = append(g.public, fmt.Sprintf("%d.%d.%d.%d", r.IntN(200)+20, r.IntN(256), r.IntN(256), r.IntN(254)+1))
	}
	b := []byte(`{"records":[`)
	for done := 0; done < n; {
		if done > 0 {
			b = append(b, ',')
		}
		var k int
		b, k = g.record(b, min(n-done, 200+r.IntN(600)))
		done += k
	}
	return append(b, "]}"...)
}

type generator struct {
	r               *rand.Rand
	shape           Shape
	ms              int64
	private, public []string
}

func (g *generator) record(b []byte, n int) ([]byte, int) {
	g.ms += 60000
	if g.shape == VNet4 {
		b = append(b, `{"time":"2025-01-01T00:00:52.5625085Z","flowLogVersion":4,"flowLogGUID":"0a1b2c3d-0000-4000-8000-000000000001","macAddress":"6045BD2F0B1A","category":"FlowLogFlowEvent","flowLogResourceID":"/SUBSCRIPTIONS/00000000-0000-0000-0000-000000000001/RESOURCEGROUPS/NETWORKWATCHERRG/PROVIDERS/MICROSOFT.NETWORK/NETWORKWATCHERS/NETWORKWATCHER_EASTUS/FLOWLOGS/VNETFLOWLOG","targetResourceID":"/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg-app/providers/Microsoft.Network/virtualNetworks/vnet-app","operationName":"FlowLogFlowEvent","flowRecords":{"flows":[`...)
	} else {
		b = append(b, `{"time":"2025-01-01T00:00:52.5625085Z","systemId":"0a1b2c3d-0000-4000-8000-000000000001","macAddress":"6045BD2F0B1A","category":"NetworkSecurityGroupFlowEvent","resourceId":"/SUBSCRIPTIONS/00000000-0000-0000-0000-000000000001/RESOURCEGROUPS/RG-APP/PROVIDERS/MICROSOFT.NETWORK/NETWORKSECURITYGROUPS/NSG-APP","operationName":"NetworkSecurityGroupFlowEvents","properties":{"Version":`...)
		b = append(b, map[Shape]string{NSG2: "2", NSG1: "1"}[g.shape]...)
		b = append(b, `,"flows":[`...)
	}
	done := 0
	for rule := 0; done < n; rule++ {
		if rule > 0 {
			b = append(b, ',')
		}
		name := fmt.Sprintf("UserRule_allow-%d", rule)
		if g.shape == VNet4 {
			b = fmt.Appendf(b, `{"aclID":"/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg-app/providers/Microsoft.Network/networkSecurityGroups/nsg-app","flowGroups":[{"rule":%q,"flowTuples":[`, name)
		} else {
			b = fmt.Appendf(b, `{"rule":%q,"flows":[{"mac":"6045BD2F0B1A","flowTuples":[`, name)
		}
		k := min(n-done, 20+g.r.IntN(200))
		for i := range k {
			if i > 0 {
				b = append(b, ',')
			}
			b = g.tuple(b)
		}
		done += k
		if g.shape == VNet4 {
			b = append(b, `]}]}`...)
		} else {
			b = append(b, `]}]}`...)
		}
	}
	return append(b, `]}}`...), done
}

func (g *generator) tuple(b []byte) []byte {
	r := g.r
	g.ms += int64(r.IntN(40))
	src, dest := g.private[r.IntN(len(g.private))], g.private[r.IntN(len(g.private))]
	direction, decision := "O", "A"
	switch r.IntN(4) {
	case 0:
		dest = g.public[r.IntN(len(g.public))]
	case 1:
		src, direction = g.public[r.IntN(len(g.public))], "I"
		if r.IntN(3) > 0 {
			decision = "D"
		}
	}
	state := "BBEEC"[r.IntN(5):][:1]
	protocol := [...]string{"6", "17"}[r.IntN(5)/4]
	port := [...]int{443, 443, 80, 53, 22, 3389, 5432, 1433, 8080}[r.IntN(9)]
	packets, back := r.IntN(60)+1, r.IntN(60)+1
	bytes, bytesBack := packets*(60+r.IntN(1400)), back*(60+r.IntN(1400))
	counters := fmt.Sprintf("%d,%d,%d,%d", packets, bytes, back, bytesBack)
	if g.shape == VNet4 {
		if decision == "D" {
			state = "D"
		}
		if state == "B" || state == "D" {
			counters = "0,0,0,0"
		}
		encryption := "NX"
		if r.IntN(10) == 0 {
			encryption = "X"
		}
		return fmt.Appendf(b, `"%d,%s,%s,%d,%d,%s,%s,%s,%s,%s"`, g.ms, src, dest, 1024+r.IntN(60000), port, protocol, direction, state, encryption, counters)
	}
	b = fmt.Appendf(b, `"%d,%s,%s,%d,%d,%s,%s,%s`, g.ms/1000, src, dest, 1024+r.IntN(60000), port, map[string]string{"6": "T", "17": "U"}[protocol], direction, decision)
	if g.shape == NSG2 {
		if decision == "D" {
			state = "B"
		}
		if state == "B" {
			counters = ",,,"
		}
		b = fmt.Appendf(b, ",%s,%s", state, counters)
	}
	return append(b, '"')
}
