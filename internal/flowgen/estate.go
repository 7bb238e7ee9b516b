package flowgen

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math"
	"net/netip"
	"strings"
	"time"
)

// A moment is a time of the story, counted from its first midnight.
type moment = time.Duration

const (
	day     = 24 * time.Hour
	always  = moment(math.MinInt64)
	forever = moment(math.MaxInt64)
)

// A span is a half-open stretch of the story.
type span struct{ from, to moment }

var allTime = span{always, forever}

func (s span) has(m moment) bool { return s.from <= m && m < s.to }

// An estate is a set of Azure resources that change as time passes.
type estate struct {
	tenant        string
	subscriptions []subscription
	vnets         []*vnet
	nsgs          []*nsg
	nics          []*nic
	vms           []*vm
	balancers     []*loadBalancer
	routeTables   []*routeTable
	publicIPs     []*publicIP
	flowLogs      []*flowLog
	endpoints     []*privateEndpoint
	pods          []*pod
}

type subscription struct{ id, name string }

type vnet struct {
	sub, rg, name, region string
	prefixes              []netip.Prefix
	subnets               []*subnet
	peers                 []*vnet
	encryption            bool
	gateway               bool // holds the gateways
}

func (v *vnet) id() string {
	return armID(v.sub, v.rg, "Microsoft.Network/virtualNetworks", v.name)
}

type subnet struct {
	vnet     *vnet
	name     string
	prefixes []netip.Prefix
	nsg      *nsg
	routes   *routeTable
}

func (s *subnet) id() string { return s.vnet.id() + "/subnets/" + s.name }

// short returns the subnet as Traffic Analytics writes it.
func (s *subnet) short() string {
	return strings.ToLower(s.vnet.rg + "/" + s.vnet.name + "/" + s.name)
}

type nsg struct {
	sub, rg, name string
	guid          bool // logs name it by its GUID
	rules         []rule
}

func (n *nsg) id() string {
	return armID(n.sub, n.rg, "Microsoft.Network/networkSecurityGroups", n.name)
}

// acl returns how a virtual network flow log names the group.
func (n *nsg) acl() string {
	if n.guid {
		return guid(n.id())
	}
	return n.id()
}

type rule struct {
	name     string
	inbound  bool
	deny     bool
	priority int
	port     string // "*" for any
	source   string
}

type nicKind uint8

const (
	ordinary nicKind = iota
	scaleSet         // of a uniform scale set: not an ARM resource of its own
	gateway          // of a gateway: no ARM resource at all
)

type nic struct {
	kind       nicKind
	rg, name   string
	subnet     *subnet
	mac        string
	nsg        *nsg // of the NIC itself, beside the subnet's
	forwarding bool
	encrypts   bool
	ips        []holding
	vms        []attachment
	life       span
	public     *publicIP
}

type holding struct {
	addr netip.Addr
	span
}

type attachment struct {
	vm *vm
	span
}

func (n *nic) id() string {
	if n.kind == scaleSet {
		return n.vms[0].vm.id() + "/networkInterfaces/" + n.name
	}
	return armID(n.subnet.vnet.sub, n.rg, "Microsoft.Network/networkInterfaces", n.name)
}

// addr returns the first IPv4 address that n holds at m.
func (n *nic) addr(m moment) (netip.Addr, bool) { return n.find(m, netip.Addr.Is4) }

// addr6 returns the first IPv6 address that n holds at m.
func (n *nic) addr6(m moment) (netip.Addr, bool) { return n.find(m, netip.Addr.Is6) }

func (n *nic) find(m moment, want func(netip.Addr) bool) (netip.Addr, bool) {
	if !n.life.has(m) {
		return netip.Addr{}, false
	}
	for _, h := range n.ips {
		if h.has(m) && want(h.addr) {
			return h.addr, true
		}
	}
	return netip.Addr{}, false
}

// second is the second of the minute at which n's records are logged.
func (n *nic) second() time.Duration {
	return time.Duration(2+int(digest("second", n.mac)[0])%56) * time.Second
}

// grid is where in five minutes n's continuing flows are counted.
func (n *nic) grid() time.Duration {
	d := digest("grid", n.mac)
	return time.Duration((int(d[0])<<8+int(d[1]))%300) * time.Second
}

type vm struct {
	sub, rg, name, region string
	scaleSet, instance    string
	tags                  map[string]any
	life                  span
}

func (v *vm) id() string {
	if v.scaleSet != "" {
		return armID(v.sub, v.rg, "Microsoft.Compute/virtualMachineScaleSets", v.scaleSet) + "/virtualMachines/" + v.instance
	}
	return armID(v.sub, v.rg, "Microsoft.Compute/virtualMachines", v.name)
}

// vmID tells machines apart that have one name in turn.
func (v *vm) vmID() string { return guid("vm", v.id(), v.life.from.String()) }

type loadBalancer struct {
	sub, rg, name, region string
	subnet                *subnet // of an internal front end
	frontend              netip.Addr
	public                *publicIP
	port                  int
	floating              bool
	pool                  []*nic
}

func (l *loadBalancer) id() string {
	return armID(l.sub, l.rg, "Microsoft.Network/loadBalancers", l.name)
}

type routeTable struct {
	sub, rg, name, region string
	routes                []route
}

func (r *routeTable) id() string {
	return armID(r.sub, r.rg, "Microsoft.Network/routeTables", r.name)
}

type route struct{ name, prefix, hopType, hopIP string }

type publicIP struct {
	sub, rg, name, region string
	addr                  netip.Addr
}

func (p *publicIP) id() string {
	return armID(p.sub, p.rg, "Microsoft.Network/publicIPAddresses", p.name)
}

type privateEndpoint struct {
	rg, name string
	subnet   *subnet
	addr     netip.Addr
	service  string // resource behind it
	group    string
}

func (p *privateEndpoint) id() string {
	return armID(p.subnet.vnet.sub, p.rg, "Microsoft.Network/privateEndpoints", p.name)
}

type pod struct {
	addr netip.Addr
	node *nic
}

// A Format is a format of flow logs.
type Format uint8

// The formats.
const (
	VNet4 Format = iota // virtual network flow logs, version 4
	NSG2                // NSG flow logs, version 2
	NSG1                // NSG flow logs, version 1
)

// String returns the format's usual name.
func (f Format) String() string { return [...]string{"VNet 4", "NSG 2", "NSG 1"}[f] }

// A flowLog is a flow log resource.
type flowLog struct {
	format      Format
	sub, rg     string // of the network watcher
	watcher     string
	name        string
	target      string // resource ID of the virtual network, subnet, NIC or NSG
	nsg         *nsg   // NSG formats
	vnet        *vnet
	subnet      *subnet
	nic         *nic
	life        span
	long        bool // its blobs lie under the resource ID, not under the short form
	alphabetic  bool // its records have their keys in alphabetic order
	precedences int
}

func (l *flowLog) id() string {
	return armID(l.sub, l.rg, "Microsoft.Network/networkWatchers", l.watcher) + "/flowLogs/" + l.name
}

// logs returns the flow logs that n writes to at m in direction dir: of the
// virtual network kind the one with the narrowest target, of the NSG kind that
// of the group which is asked last.
// MS Learn: "Manage virtual network flow logs", "NSG flow logs overview".
func (e *estate) logs(n *nic, dir byte, m moment) []*flowLog {
	var out []*flowLog
	var narrow *flowLog
	for _, l := range e.flowLogs {
		if !l.life.has(m) {
			continue
		}
		switch {
		case l.format == VNet4:
			covers := l.nic == n || l.subnet == n.subnet || (l.nic == nil && l.subnet == nil && l.vnet == n.subnet.vnet)
			if covers && (narrow == nil || l.precedences > narrow.precedences) {
				narrow = l
			}
		case l.nsg == n.lastNSG(dir):
			out = append(out, l)
		}
	}
	if narrow != nil {
		out = append(out, narrow)
	}
	return out
}

// lastNSG returns the group whose decision is final: inbound the NIC's,
// outbound the subnet's.
func (n *nic) lastNSG(dir byte) *nsg {
	if n.nsg != nil && (dir == 'I' || n.subnet.nsg == nil) {
		return n.nsg
	}
	return n.subnet.nsg
}

// boundary reports whether what n logs changes within margin of [a, b].
func (e *estate) boundary(n *nic, a, b, margin moment) bool {
	for _, l := range e.flowLogs {
		if l.vnet != n.subnet.vnet && l.nsg != n.subnet.nsg && (n.nsg == nil || l.nsg != n.nsg) {
			continue
		}
		for _, edge := range []moment{l.life.from, l.life.to} {
			if edge != always && edge != forever && a-margin <= edge && edge <= b+margin {
				return true
			}
		}
	}
	return false
}

func armID(sub, rg, kind, name string) string {
	return fmt.Sprintf("/subscriptions/%s/resourceGroups/%s/providers/%s/%s", sub, rg, kind, name)
}

// digest hashes parts into bytes that stand for chance that never changes.
func digest(parts ...string) [32]byte { return sha256.Sum256([]byte(strings.Join(parts, "\x00"))) }

// guid returns a version 4 GUID that stands for parts.
func guid(parts ...string) string {
	d := digest(parts...)
	d[6], d[8] = d[6]&0x0f|0x40, d[8]&0x3f|0x80
	h := hex.EncodeToString(d[:16])
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}

// ouis are prefixes of MAC addresses that Azure's NICs have.
var ouis = [...]string{"000D3A", "6045BD", "7C1E52", "002248"}

func macOf(id string) string {
	d := digest("mac", id)
	return ouis[int(d[3])%len(ouis)] + strings.ToUpper(hex.EncodeToString(d[:3]))
}
