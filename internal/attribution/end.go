package attribution

// An End is what is known of an end of a flow: the columns whose names begin
// with Src or Dest. Names are as Traffic Analytics writes them, in lower case.
type End struct {
	VM, NIC, Subnet, VNet, Region, Subscription, Tenant string
	VMResource, VMID, NICResource                       string
	LoadBalancer, LoadBalancerRole                      string
	ApplicationGateway, NetworkGroups                   string
	Circuit, LocalGateway, PrivateEndpoint, PrivateLink string
	Connection, GatewayVNet                             string // of a place behind a gateway
	Tags                                                string
	Attribution                                         string // how the owner was found
	Miss                                                string // why no VM or resource of the estate was
}

// How an owner was found.
const (
	ByMAC      = "mac"            // the log names the NIC, inventory the address as its
	BySighting = "sighting"       // the log names the NIC, the address lies in its subnet and is nobody else's
	ByAddress  = "address"        // inventory says who held the address in the network then
	ByFrontEnd = "front end"      // a load balancer's or application gateway's private front end
	ByPublic   = "public address" // one of the estate's own public addresses
	ByGateway  = "gateway subnet" // a gateway, firewall or application gateway, whose NICs are no resources
	ByPrefix   = "prefix"         // of a site, circuit or client pool
	Inferred   = "inferred"       // from what the flow log is of, for want of inventory
)

// Why no owner was found.
const (
	NoInventory = "no inventory"
	TooEarly    = "before first seen"
	Gap         = "window gap"
	TooLate     = "after last seen"
	Unassigned  = "unassigned address" // in a subnet, but no NIC was ever seen with it
	Platform    = "platform address"
	OnPremises  = "on-premises"
	Client      = "point-to-site client"
	PublicMiss  = "public"
	Pod         = "pod address"
	Ambiguous   = "ambiguous"
)

// EndColumns are the columns of an end, without Src and Dest, with where an End
// has their values.
var EndColumns = []struct {
	Name string
	Of   func(*End) string
}{
	{"Vm", func(e *End) string { return e.VM }},
	{"Nic", func(e *End) string { return e.NIC }},
	{"Subnet", func(e *End) string { return e.Subnet }},
	{"Vnet", func(e *End) string { return e.VNet }},
	{"Region", func(e *End) string { return e.Region }},
	{"Subscription", func(e *End) string { return e.Subscription }},
	{"TenantId", func(e *End) string { return e.Tenant }},
	{"VmResourceId", func(e *End) string { return e.VMResource }},
	{"VmId", func(e *End) string { return e.VMID }},
	{"NicResourceId", func(e *End) string { return e.NICResource }},
	{"LoadBalancer", func(e *End) string { return e.LoadBalancer }},
	{"LoadBalancerRole", func(e *End) string { return e.LoadBalancerRole }},
	{"ApplicationGateway", func(e *End) string { return e.ApplicationGateway }},
	{"NetworkGroups", func(e *End) string { return e.NetworkGroups }},
	{"ExpressRouteCircuit", func(e *End) string { return e.Circuit }},
	{"LocalNetworkGateway", func(e *End) string { return e.LocalGateway }},
	{"PrivateEndpoint", func(e *End) string { return e.PrivateEndpoint }},
	{"PrivateLink", func(e *End) string { return e.PrivateLink }},
	{"ConnectionName", func(e *End) string { return e.Connection }},
	{"GatewayVnet", func(e *End) string { return e.GatewayVNet }},
	{"Tags", func(e *End) string { return e.Tags }},
	{"Attribution", func(e *End) string { return e.Attribution }},
	{"Miss", func(e *End) string { return e.Miss }},
}

// place says where an end lies, as far as the type of a flow asks: the number
// of its network, or one of the places outside.
type place int32

const (
	elsewhere  place = -1 - iota // a private address that nothing explains
	internet                     // public, not Azure's
	azure                        // public, in a service tag
	platform                     // 168.63.129.16
	circuit                      // behind an ExpressRoute circuit
	vpn                          // behind a VPN gateway
	client                       // a point-to-site client
	ownPublic                    // a public address of the estate, of no one network
	manyPlaces                   // ambiguous
	podPlace                     // behind the NIC that logged it
)

// someNetwork is a virtual network that inventory does not know.
const someNetwork place = 1 << 30

// A Role is what a capturing NIC is to a flow.
type Role uint32

// The roles.
const (
	Responder Role = iota
	Initiator
	Transit
	AtGateway
)

// Roles are the roles' names.
var Roles = []string{Responder: "Responder", Initiator: "Initiator", Transit: "Transit", AtGateway: "Gateway"}

// A Verdict is what kind of flow the two ends make.
type Verdict struct{ Type, Reason, Connection string }

// Verdicts are all there are. Types and rules: MS Learn, "Traffic analytics
// schema and data aggregation", FlowType.
var Verdicts = []Verdict{
	{"Unknown", "neither end known", ""},
	{"Unknown", "pod address", ""},
	{"IntraVNet", "same network", ""},
	{"InterVNet", "peered networks", "VNetPeering"},
	{"InterVNet", "networks not peered", ""},
	{"UnknownPrivate", "no prefix", ""},
	{"UnknownPrivate", "ambiguous", ""},
	{"ExternalPublic", "no service tag", ""},
	{"ExternalPublic", "own public address", ""},
	{"AzurePublic", "service tag", ""},
	{"AzurePublic", "platform address", ""},
	{"S2S", "circuit", "ExpressRoute"},
	{"S2S", "local network", "VpnGateway"},
	{"P2S", "client pool", "VpnGateway"},
	{"ExternalPublic", "no service tags imported", ""},
}

const (
	neither = iota
	behindNIC
	sameNetwork
	peered
	notPeered
	noPrefix
	ambiguous
	noTag
	ownAddress
	inTag
	platformAddress
	overCircuit
	overVPN
	fromClient
	noTags
)
