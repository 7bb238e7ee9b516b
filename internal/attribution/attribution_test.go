package attribution

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/azflow/azflow/flowlog"
	"github.com/azflow/azflow/internal/inventory"
)

const (
	sub  = "/subscriptions/3f8c2a4e-5b1d-4c7a-9e60-2d71b8a4f019/resourcegroups/rg/providers/"
	nics = sub + "microsoft.network/networkinterfaces/"
	vms  = sub + "microsoft.compute/virtualmachines/"
	nets = sub + "microsoft.network/virtualnetworks/"
	lbs  = sub + "microsoft.network/loadbalancers/"
	pips = sub + "microsoft.network/publicipaddresses/"
)

var start = time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)

func minute(m int) int64 { return start.Add(time.Duration(m) * time.Minute).UnixMicro() }

func seen(m int, kind inventory.Kind, typ, id, body string) inventory.Observation {
	return inventory.Observation{Time: time.UnixMicro(minute(m)).UTC(), Kind: kind, Type: typ, ID: id, Body: body}
}

func nicBody(name, mac, vm, subnet, addr, more string) string {
	return fmt.Sprintf(`{"macAddress":"%s","virtualMachine":{"id":"%s"},"ipConfigurations":[{"id":"%s%s/ipconfigurations/c","privateIPAddress":"%s","subnet":{"id":"%s%s"}%s}]}`, mac, vms+vm, nics, name, addr, nets, subnet, more)
}

// estate has two networks with a peering, a third with the same addresses as
// the first, an appliance, a load balancer, a circuit's site and a public address.
func estate(t testing.TB) *Index {
	network := func(name, prefix, subnets, peer string) inventory.Observation {
		peering := ""
		if peer != "" {
			peering = `,"virtualNetworkPeerings":[{"remoteVirtualNetwork":{"id":"` + nets + peer + `"}}]`
		}
		return seen(0, inventory.Show, "virtualnetworks", nets+name, `{"location":"westeurope","addressSpace":{"addressPrefixes":["`+prefix+`"]},"subnets":[`+subnets+`]`+peering+`}`)
	}
	subnet := func(id, prefix string) string {
		return `{"id":"` + nets + id + `","addressPrefix":"` + prefix + `"}`
	}
	nic := func(m int, name, mac, vm, in, addr string) inventory.Observation {
		return seen(m, inventory.Write, "networkinterfaces", nics+name, nicBody(name, mac, vm, in, addr, ""))
	}
	forwarding := nic(0, "nva", "00-00-00-00-00-0A", "nva", "hub/subnets/nva", "10.0.1.4")
	forwarding.Body = strings.Replace(forwarding.Body, "{", `{"enableIPForwarding":true,`, 1)
	e, err := inventory.Build([]inventory.Observation{
		network("app", "10.1.0.0/16", subnet("app/subnets/front", "10.1.1.0/24")+","+subnet("app/subnets/pods", "10.1.2.0/24"), "hub"),
		network("hub", "10.0.0.0/16", subnet("hub/subnets/nva", "10.0.1.0/24")+","+subnet("hub/subnets/gatewaysubnet", "10.0.0.0/27"), ""),
		network("lab", "10.1.0.0/16", subnet("lab/subnets/default", "10.1.1.0/24"), ""),
		seen(0, inventory.Write, "networkinterfaces", nics+"a", nicBody("a", "00-00-00-00-00-01", "a", "app/subnets/front", "10.1.1.4", `,"loadBalancerBackendAddressPools":[{"id":"`+lbs+`lb/backendAddressPools/p"}]`)),
		nic(0, "b", "00-00-00-00-00-02", "b", "app/subnets/front", "10.1.1.5"),
		seen(10, inventory.Delete, "networkinterfaces", nics+"b", ""),
		nic(20, "c", "00-00-00-00-00-03", "c", "app/subnets/front", "10.1.1.5"),
		nic(0, "lab", "00-00-00-00-00-04", "lab", "lab/subnets/default", "10.1.1.4"),
		forwarding,
		seen(0, inventory.Show, "loadbalancers", lbs+"lb", `{"frontendIPConfigurations":[{"privateIPAddress":"10.1.1.100","subnet":{"id":"`+nets+`app/subnets/front"}}],"backendAddressPools":[{"backendIPConfigurations":[{"id":"`+nics+`a/ipConfigurations/c"}]}]}`),
		seen(0, inventory.Show, "publicipaddresses", pips+"p", `{"ipAddress":"20.61.10.5","ipConfiguration":{"id":"`+nics+`a/ipConfigurations/c"}}`),
		seen(0, inventory.Show, "virtualnetworkgateways", sub+"microsoft.network/virtualnetworkgateways/gw", `{"gatewayType":"ExpressRoute","ipConfigurations":[{"subnet":{"id":"`+nets+`hub/subnets/gatewaysubnet"}}]}`),
		seen(0, inventory.Seen, "site", "10.4.0.0/16", `{"cidr":"10.4.0.0/16","name":"amsterdam","circuit":"er1","since":"2026-03-01T00:05:00Z"}`),
		seen(0, inventory.Show, "service tag", "storage", `{"name":"Storage","properties":{"addressPrefixes":["20.60.0.0/16"]}}`),
		seen(0, inventory.Show, "service tag", "storage.westeurope", `{"name":"Storage.WestEurope","properties":{"region":"westeurope","addressPrefixes":["20.60.26.0/24"]}}`),
		seen(0, inventory.Show, "service tag", "azurecloud.westeurope", `{"name":"AzureCloud.westeurope","properties":{"region":"westeurope","addressPrefixes":["20.60.26.0/24","20.61.0.0/16"]}}`),
	})
	if err != nil {
		t.Fatal(err)
	}
	return New(e)
}

// asker asks for rows as a log decoder gives them.
type asker struct {
	r *Resolver
	d *flowlog.Dict
	c *flowlog.Columns
}

func newAsker(x *Index) *asker {
	d := flowlog.NewDict()
	return &asker{r: NewResolver(x, d), d: d, c: flowlog.NewColumns(d)}
}

// asked is a row that a NIC, by its MAC address, wrote to the log of a target.
type asked struct {
	mac, target string
	at          int64
	src, dest   string
	outbound    bool
}

// ask resolves rows in one batch.
func (a *asker) ask(t testing.TB, rows ...asked) {
	t.Helper()
	a.c.Reset()
	for i, row := range rows {
		var ids [2]uint32
		for k, text := range []string{row.src, row.dest} {
			id, err := a.d.Addresses.ID([]byte(text))
			if err != nil {
				t.Fatal(err)
			}
			ids[k] = id
		}
		direction := flowlog.Inbound
		if row.outbound {
			direction = flowlog.Outbound
		}
		a.c.Time, a.c.Direction = append(a.c.Time, row.at), append(a.c.Direction, uint32(direction))
		a.c.Src, a.c.Dest = append(a.c.Src, ids[0]), append(a.c.Dest, ids[1])
		a.c.Groups = append(a.c.Groups, flowlog.GroupRun{End: i + 1, MAC: a.d.Strings.ID([]byte(row.mac))})
		a.c.Records = append(a.c.Records, flowlog.RecordRun{End: i + 1, Target: a.d.Strings.ID([]byte(row.target))})
	}
	a.r.Resolve(a.c)
}

// end tells an end in short: NIC, how or why not, load balancer, circuit.
func (a *asker) end(pair uint32) string {
	e := a.r.Ends[a.r.PairEnd[pair]]
	parts := []string{}
	for _, s := range []string{strings.TrimPrefix(e.NIC, "rg/"), e.LoadBalancerRole, e.Circuit, e.Attribution, e.Miss} {
		if s != "" {
			parts = append(parts, s)
		}
	}
	return strings.Join(parts, ", ")
}

func TestEnds(t *testing.T) {
	a := newAsker(estate(t))
	const app, hub, lab = nets + "app", nets + "hub", nets + "lab"
	for _, c := range []struct {
		name, mac, target string
		minute            int
		direction         string
		src, dest         string
		wantSrc, wantDest string
		role, flow        string
	}{
		{"two NICs of a network", "000000000001", app, 5, "O", "10.1.1.4", "10.1.1.5", "a, Backend, mac", "b, address", "Initiator", "IntraVNet: same network"},
		{"the address's next owner", "000000000001", app, 25, "O", "10.1.1.4", "10.1.1.5", "a, Backend, mac", "c, address", "Initiator", "IntraVNet: same network"},
		{"between two owners", "000000000001", app, 15, "O", "10.1.1.4", "10.1.1.5", "a, Backend, mac", "window gap", "Initiator", "IntraVNet: same network"},
		{"before anything was seen", "000000000001", app, -5, "O", "10.1.1.4", "10.1.1.5", "a, sighting", "before first seen", "Initiator", "IntraVNet: same network"},
		{"the other network's namesake", "000000000004", lab, 5, "I", "10.9.9.9", "10.1.1.4", "no inventory", "lab, mac", "Responder", "UnknownPrivate: no prefix"},
		{"an address of the subnet that inventory does not have", "000000000001", app, 5, "O", "10.1.1.77", "10.1.1.5", "a, sighting", "b, address", "Initiator", "IntraVNet: same network"},
		{"a pod behind the NIC", "000000000001", app, 5, "O", "10.1.2.7", "10.1.1.5", "pod address", "b, address", "Transit", "Unknown: pod address"},
		{"an appliance's own", "00000000000A", hub, 5, "O", "10.0.1.4", "10.1.1.4", "nva, mac", "a, Backend, address", "Initiator", "InterVNet: peered networks"},
		{"what an appliance passes on", "00000000000A", hub, 5, "I", "10.4.0.1", "10.1.1.5", "er1, prefix, on-premises", "b, address", "Transit", "S2S: circuit"},
		{"a site that is none yet", "00000000000A", hub, 3, "I", "10.4.0.1", "10.1.1.5", "no inventory", "b, address", "Transit", "UnknownPrivate: no prefix"},
		{"a gateway, whose NIC nobody lists", "0000000000FF", hub, 5, "O", "10.4.0.1", "10.1.1.5", "er1, prefix, on-premises", "b, address", "Gateway", "S2S: circuit"},
		{"a front end", "000000000003", app, 25, "O", "10.1.1.5", "10.1.1.100", "c, mac", "Frontend, front end", "Initiator", "IntraVNet: same network"},
		{"a floating front end reaches the member", "000000000001", app, 5, "I", "10.1.1.5", "10.1.1.100", "b, address", "a, Frontend, mac", "Responder", "IntraVNet: same network"},
		{"Azure's own", "000000000001", app, 5, "O", "10.1.1.4", "20.60.26.1", "a, Backend, mac", "public", "Initiator", "AzurePublic: service tag"},
		{"the internet", "000000000001", app, 5, "O", "10.1.1.4", "1.1.1.1", "a, Backend, mac", "public", "Initiator", "ExternalPublic: no service tag"},
		{"the estate's own public address is never Azure's", "000000000002", app, 5, "O", "10.1.1.5", "20.61.10.5", "b, mac", "a, Backend, public address", "Initiator", "IntraVNet: same network"},
		{"the platform", "000000000001", app, 5, "I", "168.63.129.16", "10.1.1.4", "platform address", "a, Backend, mac", "Responder", "AzurePublic: platform address"},
		{"a NIC that inventory does not have, two networks with the address", "0000000000EE", sub + "microsoft.network/networksecuritygroups/g", 5, "I", "10.1.1.5", "10.1.1.4", "b, address", "inferred, ambiguous", "Responder", "IntraVNet"},
		{"an NSG log of a NIC that inventory has", "000000000004", sub + "microsoft.network/networksecuritygroups/g", 5, "I", "1.1.1.1", "10.1.1.4", "public", "lab, mac", "Responder", "ExternalPublic: no service tag"},
	} {
		t.Run(c.name, func(t *testing.T) {
			// The second time it is remembered.
			for range 2 {
				a.ask(t, asked{c.mac, c.target, minute(c.minute), c.src, c.dest, c.direction == "O"})
				v := Verdicts[a.r.Verdict[0]]
				flow, role := v.Type+": "+v.Reason, Roles[a.r.Role[0]]
				if src, dest := a.end(a.r.Src[0]), a.end(a.r.Dest[0]); src != c.wantSrc || dest != c.wantDest || role != c.role || c.flow != "IntraVNet" && flow != c.flow {
					t.Errorf("%s → %s, %s, %s; want %s → %s, %s, %s", src, dest, role, flow, c.wantSrc, c.wantDest, c.role, c.flow)
				}
				if own := role == "Initiator" || role == "Responder"; a.r.Own[0] != own {
					t.Errorf("own: %t", a.r.Own[0])
				}
			}
		})
	}
}

func TestTheTagThatSaysMost(t *testing.T) {
	x := estate(t)
	for addr, want := range map[string]string{"20.60.26.1": "Storage.WestEurope westeurope", "20.60.1.1": "Storage ", "20.61.1.1": "AzureCloud.westeurope westeurope", "1.1.1.1": " "} {
		if name, region := x.ServiceTag(netip.MustParseAddr(addr)); name+" "+region != want {
			t.Errorf("%s: %s %s, want %s", addr, name, region, want)
		}
	}
}

// BenchmarkResolve resolves rows of a NIC with addresses that it met before.
func BenchmarkResolve(b *testing.B) {
	a := newAsker(estate(b))
	rows := make([]asked, 10_000)
	for i := range rows {
		rows[i] = asked{"000000000001", nets + "app", minute(5), "10.1.1.4", netip.AddrFrom4([4]byte{20, 60, byte(i % 1000 >> 8), byte(i % 1000)}).String(), true}
	}
	a.ask(b, rows...)
	// They are of one group, as logs have them.
	a.c.Groups, a.c.Records = a.c.Groups[:1], a.c.Records[:1]
	a.c.Groups[0].End, a.c.Records[0].End = len(rows), len(rows)
	b.ReportAllocs()
	for b.Loop() {
		a.r.Resolve(a.c)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(rows)), "ns/row")
}
