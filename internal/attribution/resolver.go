package attribution

import (
	"net/netip"
	"strings"

	"github.com/azflow/azflow/internal/inventory"
)

// A Capture is what logged a flow: the columns of the capturing NIC.
type Capture struct {
	NIC, VM, Subnet, VNet string
	NICResource           string
}

// A Resolver answers for one worker. It is not safe for concurrent use.
//
// Ends and captures get numbers, which stay until Reset; so do pairs of an
// address's number and an end's, by which all columns of an end can be coded.
type Resolver struct {
	x *Index

	Ends     []End
	Captures []Capture
	PairAddr []uint32 // by pair: the caller's number of the address
	PairEnd  []uint32 // by pair: position in Ends

	ends     map[End]uint32
	fixed    []uint32 // by number of an end of the index, plus 1; 0 for none yet
	eras     int32
	captures map[Capture]uint32
	pairs    map[[2]uint32]uint32

	logs   []log
	logOf  map[[2]string]int32
	log    int32 // the one at hand
	near   []memory
	far    []memory
	addrOf func(uint32) netip.Addr
}

// memory is what was last found for an address.
type memory struct {
	span
	of    int32 // what it was found for: a log's era, or a network; 0 for nothing
	pair  uint32
	place place
	role  Role // near end: Initiator or Responder stand for its own address
	pod   bool
}

// log is what one MAC address writes to the log of one resource.
type log struct {
	mac, target string
	// What holds now:
	span
	era      int32 // another one each time that something else holds
	nic      *nic
	net      int32 // -1 if not known
	forwards bool
	gateway  *inventory.Gateway
	capture  uint32
	subnet   inventory.ID // of the target
}

// NewResolver returns a resolver over x. addr gives the address that a number
// stands for.
func NewResolver(x *Index, addr func(uint32) netip.Addr) *Resolver {
	r := &Resolver{x: x, addrOf: addr}
	r.Reset()
	return r
}

// Reset forgets all numbers, the caller's of addresses too.
func (r *Resolver) Reset() {
	if r.fixed == nil {
		r.fixed = make([]uint32, len(r.x.numbers))
	}
	clear(r.fixed)
	*r = Resolver{
		x: r.x, addrOf: r.addrOf, log: -1,
		ends: map[End]uint32{}, fixed: r.fixed, captures: map[Capture]uint32{}, pairs: map[[2]uint32]uint32{}, logOf: map[[2]string]int32{},
	}
}

// Log says of which NIC, by its MAC address, and of which flow log target the
// next tuples are.
func (r *Resolver) Log(mac, target string) {
	k := [2]string{mac, target}
	i, ok := r.logOf[k]
	if !ok {
		i = int32(len(r.logs))
		r.logs = append(r.logs, log{mac: bareMAC(mac), target: strings.ToLower(target), span: span{1, 0}})
		r.logOf[k] = i
	}
	r.log = i
}

// A Tuple is what is known of a flow tuple's ends.
type Tuple struct {
	Src, Dest uint32 // pairs
	Capture   uint32
	Role      Role
	Verdict   uint32
}

// Own reports whether the near address is the capturing NIC's own.
func (t *Tuple) Own() bool { return t.Role == Initiator || t.Role == Responder }

// Tuple resolves a tuple at a time in µs since 1970. src and dest are the
// caller's numbers of addresses.
func (r *Resolver) Tuple(t int64, src, dest uint32, outbound bool) Tuple {
	l := &r.logs[r.log]
	if !l.has(t) {
		r.turn(l, t)
	}
	nearID, farID := dest, src
	if outbound {
		nearID, farID = src, dest
	}
	near := remembered(&r.near, nearID)
	if near.of != l.era || !near.has(t) {
		r.findNear(near, l, nearID, t)
	}
	far := remembered(&r.far, farID)
	// Whoever logs it, a network sees the far end the same.
	if far.of != l.net+2 || !far.has(t) {
		r.findFar(far, l, farID, t)
	}
	out := Tuple{Src: far.pair, Dest: near.pair, Capture: l.capture, Role: near.role}
	if outbound {
		out.Src, out.Dest = near.pair, far.pair
		if out.Role == Responder {
			out.Role = Initiator
		}
	}
	if near.pod {
		out.Verdict = behindNIC
	} else {
		out.Verdict = r.x.verdict(near.place, far.place)
	}
	return out
}

func remembered(m *[]memory, id uint32) *memory {
	for int(id) >= len(*m) {
		*m = append(*m, memory{})
	}
	return &(*m)[id]
}

// verdict returns what kind of flow two places make.
func (x *Index) verdict(a, b place) uint32 {
	if a < 0 && b < 0 {
		return neither
	}
	if a >= 0 && b >= 0 {
		if a == someNetwork || b == someNetwork {
			return noPrefix
		}
		if a == b {
			return sameNetwork
		}
		for _, p := range x.nets[a].peers {
			if p == int32(b) {
				return peered
			}
		}
		return notPeered
	}
	switch min(a, b) {
	case internet:
		if x.tags.Len() == 0 {
			return noTags
		}
		return noTag
	case azure:
		return inTag
	case platform:
		return platformAddress
	case circuit:
		return overCircuit
	case vpn:
		return overVPN
	case client:
		return fromClient
	case ownPublic:
		return ownAddress
	case manyPlaces:
		return ambiguous
	default:
		return noPrefix
	}
}

// turn finds what holds of a log at t.
func (r *Resolver) turn(l *log, t int64) {
	x := r.x
	var c Capture
	l.nic, l.gateway, l.forwards, l.net, l.subnet = nil, nil, false, -1, ""
	target := l.target
	if vnet, _, ok := strings.Cut(target, "/subnets/"); ok {
		l.subnet, target = target, vnet
	}
	if i, ok := x.netOf[target]; ok {
		l.net = i
	}
	l.nic, l.span = x.nicAt(l.mac, t)
	switch {
	case l.nic != nil:
		vm, s := l.nic.vmAt(t)
		l.span = l.span.and(s)
		l.forwards, s = l.nic.forwards(t)
		l.span = l.span.and(s)
		if l.nic.net >= 0 {
			l.net = l.nic.net
			c.VNet = x.nets[l.net].short
		}
		if len(l.nic.subnets) > 0 {
			c.Subnet = inventory.Short(l.nic.subnets[len(l.nic.subnets)-1])
		}
		c.NIC, c.NICResource = inventory.Short(l.nic.ID), l.nic.ID
		if vm != "" {
			c.VM = inventory.Short(vm)
		}
	case strings.Contains(target, "/virtualnetworks/"):
		c.VNet = inventory.Short(target)
		if l.subnet != "" {
			c.Subnet = inventory.Short(l.subnet)
		}
		if l.net >= 0 && len(x.nets[l.net].gateways) > 0 {
			l.gateway = &x.nets[l.net].gateways[0]
		}
	}
	if l.gateway != nil {
		c.NIC = inventory.Short(l.gateway.ID)
		c.Subnet = inventory.Short(l.gateway.Subnet)
	}
	i, ok := r.captures[c]
	if !ok {
		i = uint32(len(r.Captures))
		r.Captures = append(r.Captures, c)
		r.captures[c] = i
	}
	l.capture = i
	// What was remembered may rest on what held before.
	r.eras++
	l.era = r.eras
}

// keep remembers an answer, and what it was found for.
func (r *Resolver) keep(m *memory, id uint32, a *answer, of int32) {
	var end uint32
	switch {
	case a.fixed && r.fixed[a.number] != 0:
		end = r.fixed[a.number] - 1
	case a.fixed:
		end = uint32(len(r.Ends))
		r.Ends = append(r.Ends, *a.end)
		r.fixed[a.number] = end + 1
	default:
		var ok bool
		if end, ok = r.ends[*a.end]; !ok {
			end = uint32(len(r.Ends))
			r.Ends = append(r.Ends, *a.end)
			r.ends[*a.end] = end
		}
	}
	k := [2]uint32{id, end}
	pair, ok := r.pairs[k]
	if !ok {
		pair = uint32(len(r.PairEnd))
		r.PairAddr = append(r.PairAddr, id)
		r.PairEnd = append(r.PairEnd, end)
		r.pairs[k] = pair
	}
	*m = memory{span: a.span, of: of, pair: pair, place: a.place, role: m.role, pod: m.pod}
}

func (r *Resolver) findFar(m *memory, l *log, id uint32, t int64) {
	a := r.x.find(l.net, r.addrOf(id).Unmap(), t)
	r.keep(m, id, &a, l.net+2)
}

// findNear finds whose the address is that a NIC logs as being on its side: its
// own, or that of something behind it.
func (r *Resolver) findNear(m *memory, l *log, id uint32, t int64) {
	addr := r.addrOf(id).Unmap()
	a := r.x.find(l.net, addr, t)
	m.role, m.pod = Responder, false
	end := *a.end
	switch {
	case l.nic == nil:
		m.role = r.unknownNIC(l, addr, &a, &end)
	case a.owner == l.nic.ID:
		end.Attribution = ByMAC
	case a.lb != "" && r.x.serves(l.nic, a.lb):
		// A floating front end: packets for it reach the member unchanged.
		front := end
		end = r.x.nicEnd(l.nic, vmOf(l.nic, t), t)
		end.LoadBalancer, end.LoadBalancerRole, end.Attribution = front.LoadBalancer, front.LoadBalancerRole, ByMAC
		a.owner = l.nic.ID
		_, s := l.nic.vmAt(t)
		a.span = a.span.and(s)
	case !a.known && r.sighted(l, addr):
		// R-SIGHT: it does not forward, the address lies in its subnet and is
		// nobody else's.
		subnet := end.Subnet
		end = r.x.nicEnd(l.nic, vmOf(l.nic, t), t)
		end.Attribution, end.Subnet, end.LoadBalancer, end.LoadBalancerRole = BySighting, subnet, "", ""
		a.place = place(l.net)
	case l.forwards:
		m.role = Transit
	default:
		m.role = Transit
		if !a.known {
			m.pod = true
			end.Miss = Pod
		}
	}
	a.end, a.fixed = &end, false
	r.keep(m, id, &a, l.era)
}

func vmOf(n *nic, t int64) inventory.ID {
	vm, _ := n.vmAt(t)
	return vm
}

// serves reports whether a NIC was ever in a pool of a load balancer.
func (x *Index) serves(n *nic, lb inventory.ID) bool {
	for _, m := range x.pools[n.ID] {
		if m.Balancer == lb {
			return true
		}
	}
	return false
}

// sighted reports whether a log's word that an address is a NIC's own counts.
func (r *Resolver) sighted(l *log, addr netip.Addr) bool {
	if l.net < 0 {
		return false
	}
	for _, k := range l.nic.slots {
		if k.addr == addr { // it held it at another time
			return true
		}
	}
	if l.forwards {
		return false
	}
	subnet, ok := r.x.nets[l.net].subnets.Find(addr)
	if !ok {
		return false
	}
	for _, s := range l.nic.subnets {
		if s == subnet {
			return true
		}
	}
	return false
}

// unknownNIC works out the role of a NIC that inventory does not know, and what
// can be said of its address.
func (r *Resolver) unknownNIC(l *log, addr netip.Addr, a *answer, end *End) Role {
	x := r.x
	if l.gateway != nil {
		inside := false
		if subnet, ok := x.nets[l.net].subnets.Find(addr); ok {
			inside = !gatewaySubnet(subnet)
		}
		if !inside {
			return AtGateway
		}
	}
	if a.owner != "" {
		if x.nics[a.owner].MAC == "" {
			return Responder // inventory just does not tell its MAC
		}
		return Transit
	}
	if a.known || addr == wireServer || !private(addr) {
		return Transit
	}
	if l.net < 0 && strings.Contains(l.target, "/virtualnetworks/") {
		vnet, _, _ := strings.Cut(l.target, "/subnets/")
		end.VNet, end.Subscription = inventory.Short(vnet), inventory.Subscription(vnet)
		if l.subnet != "" {
			end.Subnet = inventory.Short(l.subnet)
		}
	}
	if a.place < 0 {
		a.place = someNetwork
	}
	if l.net >= 0 {
		if a.place == someNetwork {
			a.place = place(l.net)
		}
		if end.VNet == "" {
			end.VNet, end.Subscription = x.nets[l.net].short, inventory.Subscription(x.nets[l.net].id)
		}
	}
	end.Attribution = Inferred
	return Responder
}
