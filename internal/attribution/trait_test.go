package attribution

import (
	"net/netip"
	"testing"

	"github.com/azflow/azflow/internal/inventory"
)

const (
	gates  = sub + "microsoft.network/applicationgateways/"
	groups = sub + "microsoft.network/networkmanagers/nm/networkgroups/"
)

// gateEstate has an application gateway before two VMs, a private endpoint, a VPN
// site behind a hub, and networks that go in and out of network groups.
func gateEstate(t testing.TB) *Index {
	net := func(name, prefix, subnets, peer string) inventory.Observation {
		return seen(0, inventory.Show, "virtualnetworks", nets+name, `{"location":"westeurope","addressSpace":{"addressPrefixes":["`+prefix+`"]},"subnets":[`+subnets+`],"virtualNetworkPeerings":[`+peer+`]}`)
	}
	e, err := inventory.Build([]inventory.Observation{
		net("app", "10.1.0.0/16", `{"id":"`+nets+`app/subnets/front","addressPrefix":"10.1.1.0/24"},{"id":"`+nets+`app/subnets/agw","addressPrefix":"10.1.3.0/24"}`, `{"remoteVirtualNetwork":{"id":"`+nets+`hub"}}`),
		net("hub", "10.0.0.0/16", `{"id":"`+nets+`hub/subnets/gatewaysubnet","addressPrefix":"10.0.0.0/27"}`, ""),
		seen(0, inventory.Write, "networkinterfaces", nics+"a", nicBody("a", "00-00-00-00-00-01", "a", "app/subnets/front", "10.1.1.4", `,"applicationGatewayBackendAddressPools":[{"id":"`+gates+`agw/backendAddressPools/p"}]`)),
		seen(0, inventory.Write, "networkinterfaces", nics+"b", nicBody("b", "00-00-00-00-00-02", "b", "app/subnets/front", "10.1.1.5", "")),
		seen(0, inventory.Write, "networkinterfaces", nics+"pe", nicBody("pe", "", "", "app/subnets/front", "10.1.1.9", "")),
		seen(0, inventory.Show, "privateendpoints", sub+"microsoft.network/privateendpoints/pe", `{"networkInterfaces":[{"id":"`+nics+`pe"}],"privateLinkServiceConnections":[{"privateLinkServiceId":"/subscriptions/s/resourceGroups/DATA/providers/Microsoft.Storage/storageAccounts/acc"}]}`),
		seen(0, inventory.List, "applicationgateways", gates+"agw", `{"gatewayIPConfigurations":[{"subnet":{"id":"`+nets+`app/subnets/agw"}}],"frontendIPConfigurations":[{"privateIPAddress":"10.1.3.10","subnet":{"id":"`+nets+`app/subnets/agw"}}],"backendAddressPools":[{"backendAddresses":[{"ipAddress":"10.1.1.5"}],"backendIPConfigurations":[{"id":"`+nics+`a/ipConfigurations/c"}]}]}`),
		seen(30, inventory.Delete, "applicationgateways", gates+"agw", ""),
		seen(0, inventory.Show, "publicipaddresses", pips+"agw", `{"ipAddress":"20.61.10.9","ipConfiguration":{"id":"`+gates+`agw/frontendIPConfigurations/public"}}`),
		seen(0, inventory.Write, "staticmembers", groups+"prod/staticmembers/m", `{"resourceId":"`+nets+`app"}`),
		seen(20, inventory.Delete, "staticmembers", groups+"prod/staticmembers/m", ""),
		seen(0, inventory.List, "networkgroupmemberships", nets+"app/providers/microsoft.network/networkgroupmemberships/default", `{"properties":{"GroupMemberships":[{"NetworkGroupId":"`+groups+`all"}]}}`),
		seen(0, inventory.List, "virtualnetworkgateways", sub+"microsoft.network/virtualnetworkgateways/gw", `{"gatewayType":"Vpn","ipConfigurations":[{"subnet":{"id":"`+nets+`hub/subnets/gatewaysubnet"}}],"vpnClientConfiguration":{"vpnClientAddressPool":{"addressPrefixes":["172.16.0.0/24"]}}}`),
		seen(0, inventory.List, "localnetworkgateways", sub+"microsoft.network/localnetworkgateways/lng", `{"localNetworkAddressSpace":{"addressPrefixes":["192.168.0.0/24"]}}`),
		seen(0, inventory.List, "connections", sub+"microsoft.network/connections/to-site", `{"id":"`+sub+`microsoft.network/connections/to-site","virtualNetworkGateway1":{"id":"`+sub+`microsoft.network/virtualnetworkgateways/gw"},"localNetworkGateway2":{"id":"`+sub+`microsoft.network/localnetworkgateways/lng"}}`),
	})
	if err != nil {
		t.Fatal(err)
	}
	return New(e)
}

func TestEndsHaveWhatStandsBeforeAndBehindThem(t *testing.T) {
	const guid = "3f8c2a4e-5b1d-4c7a-9e60-2d71b8a4f019/rg/"
	x := gateEstate(t)
	for _, c := range []struct {
		name, addr string
		minute     int
		want       End // without what other tests look at
	}{
		{"a member of the gateway's pool", "10.1.1.4", 5, End{ApplicationGateway: guid + "agw", NetworkGroups: guid + "nm/all " + guid + "nm/prod", Attribution: ByAddress}},
		{"an address that the pool names", "10.1.1.5", 5, End{ApplicationGateway: guid + "agw", NetworkGroups: guid + "nm/all " + guid + "nm/prod", Attribution: ByAddress}},
		{"once the network left a group", "10.1.1.4", 25, End{ApplicationGateway: guid + "agw", NetworkGroups: guid + "nm/all", Attribution: ByAddress}},
		{"once the gateway is gone", "10.1.1.5", 35, End{NetworkGroups: guid + "nm/all", Attribution: ByAddress}},
		{"the gateway's private front end", "10.1.3.10", 25, End{ApplicationGateway: guid + "agw", NetworkGroups: guid + "nm/all", Attribution: ByFrontEnd}},
		{"an instance of the gateway, whose NIC nobody lists", "10.1.3.5", 25, End{ApplicationGateway: guid + "agw", NetworkGroups: guid + "nm/all", Attribution: ByGateway}},
		{"its subnet without it", "10.1.3.5", 35, End{NetworkGroups: guid + "nm/all", Miss: Unassigned}},
		{"the gateway's public front end", "20.61.10.9", 5, End{ApplicationGateway: guid + "agw", Attribution: ByPublic}},
		{"what lies behind a private endpoint", "10.1.1.9", 25, End{PrivateEndpoint: "rg/pe", PrivateLink: "data/storageaccounts/acc", NetworkGroups: guid + "nm/all", Attribution: ByAddress}},
		{"a site, its connection and hub", "192.168.0.7", 5, End{LocalGateway: guid + "lng", Connection: guid + "to-site", GatewayVNet: "rg/hub", Attribution: ByPrefix, Miss: OnPremises}},
		{"a client of a gateway", "172.16.0.7", 5, End{Connection: guid + "gw", GatewayVNet: "rg/hub", Attribution: ByPrefix, Miss: Client}},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := netip.MustParseAddr(c.addr)
			e := *x.find(x.netOf[nets+"app"], a, x.addrs[a], minute(c.minute)).end
			got := End{
				ApplicationGateway: e.ApplicationGateway, NetworkGroups: e.NetworkGroups, LoadBalancer: e.LoadBalancer, PrivateEndpoint: e.PrivateEndpoint, PrivateLink: e.PrivateLink,
				LocalGateway: e.LocalGateway, Connection: e.Connection, GatewayVNet: e.GatewayVNet, Attribution: e.Attribution, Miss: e.Miss,
			}
			if got != c.want {
				t.Errorf("got  %+v\nwant %+v", got, c.want)
			}
		})
	}
}

func TestAnApplicationGatewayEndsFlowsItself(t *testing.T) {
	a := newAsker(gateEstate(t))
	const mac, target = "0000000000AA", nets + "app"
	a.ask(t, asked{mac, target, minute(5), "10.1.3.5", "10.1.1.4", true}, asked{mac, target, minute(5), "203.0.113.9", "10.1.3.5", false})
	if to, from := Roles[a.r.Role[0]], Roles[a.r.Role[1]]; to != "Initiator" || from != "Responder" {
		t.Errorf("to its pool it is %s, for clients %s; want Initiator and Responder", to, from)
	}
}

func TestOfTwoGatewaysInASubnetAnInstanceIsEithers(t *testing.T) {
	body := `{"gatewayIPConfigurations":[{"subnet":{"id":"` + nets + `app/subnets/agw"}}]}`
	e, err := inventory.Build([]inventory.Observation{
		seen(0, inventory.Show, "virtualnetworks", nets+"app", `{"subnets":[{"id":"`+nets+`app/subnets/agw","addressPrefix":"10.1.3.0/24"}]}`),
		seen(0, inventory.List, "applicationgateways", gates+"one", body), seen(10, inventory.List, "applicationgateways", gates+"two", body),
	})
	if err != nil {
		t.Fatal(err)
	}
	x := New(e)
	a := netip.MustParseAddr("10.1.3.5")
	for m, want := range map[int]string{5: "3f8c2a4e-5b1d-4c7a-9e60-2d71b8a4f019/rg/one", 15: ""} {
		if e := x.find(0, a, x.addrs[a], minute(m)).end; e.ApplicationGateway != want || e.Attribution != ByGateway {
			t.Errorf("minute %d: %q by %s, want %q", m, e.ApplicationGateway, e.Attribution, want)
		}
	}
}
