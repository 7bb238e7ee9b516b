package attribution

import (
	"cmp"
	"context"
	"maps"
	"math"
	"net/netip"
	"slices"
	"sort"
	"strings"
	"sync"

	"github.com/azflow/azflow/internal/enrich/cidr"
	"github.com/azflow/azflow/internal/inventory"
	"github.com/azflow/azflow/internal/lake"
)

// An Index finds owners of addresses. It does not change and may be used by
// many at once.
type Index struct {
	// Version is that of the inventory it was made of; see [inventory.Version].
	Version int64

	estate  *inventory.Estate // what Diff compares as it is
	nets    []*network
	islands int // how many parts the networks fall into
	netOf   map[inventory.ID]int32
	addrs   map[netip.Addr]*address // those that were ever held
	within  cidr.Table[[]*subnet]   // of all networks, one a network
	public  map[netip.Addr][]publicPiece
	macs    map[string][]inventory.MAC
	nics    map[inventory.ID]*nic
	pools   map[inventory.ID][]inventory.Member // by NIC
	sites   cidr.Table[[]*site]
	behind  []*site          // all of them
	tags    func() *tagTable // made when it is first asked for
	tagged  bool             // whether there are service tags
	labels  cidr.Table[string]
	// misses are the ends of which nothing but the reason is known.
	misses map[string]*knownEnd
	ends   int // how many a knownEnd's numbers count
	// odd is set if a subnet has addresses that are not private.
	odd bool
	// ourBlocks has a bit for each IPv4 /16 of whose addresses the inventory may say
	// something, tags and labels aside.
	ourBlocks [1 << 11]uint32
	// six is set if the inventory says anything of IPv6 addresses, tags and labels
	// aside.
	six bool
}

// A knownEnd is an end that the index has made, which answers share. Equal ones
// are one.
type knownEnd struct {
	End
	number uint32 // from 0
}

// An address is what is known of an address in networks.
type address struct {
	tenures []tenure  // by network
	subnets []*subnet // that hold it, the narrowest first, one a network
	// alone is set if no network but that of the one tenure has a subnet with the
	// address: subnet, if that has one.
	alone  bool
	subnet *subnet
	first  [1]tenure // where tenures begin: most have one, which then lies here
}

// A tenure is who had an address of one network, by time.
type tenure struct {
	net          int32
	held, fronts []piece // by start
	starts       []int64 // of held: less to fetch than the pieces
}

// at is at for the pieces held.
func (of *tenure) at(t int64) (*piece, span) {
	lo, hi := 0, len(of.starts)
	for lo < hi {
		if mid := int(uint(lo+hi) >> 1); of.starts[mid] <= t {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return around(of.held, lo-1, t)
}

// in returns what is known of an address of one network, nil for nothing.
func (x *Index) in(k slot) *tenure {
	a := x.addrs[k.addr]
	if a == nil {
		return nil
	}
	if i, ok := a.find(k.net); ok {
		return &a.tenures[i]
	}
	return nil
}

func (a *address) find(net int32) (int, bool) {
	return slices.BinarySearchFunc(a.tenures, net, func(t tenure, net int32) int { return cmp.Compare(t.net, net) })
}

// tenure returns that of an address of one network, until the next call.
func (x *Index) tenure(k slot) *tenure {
	a := x.addrs[k.addr]
	if a == nil {
		a = &address{}
		a.tenures = a.first[:0]
		x.addrs[k.addr] = a
	}
	i, ok := a.find(k.net)
	if !ok {
		a.tenures = slices.Insert(a.tenures, i, tenure{net: k.net})
	}
	return &a.tenures[i]
}

// holders returns who held an address of one network.
func (x *Index) holders(k slot) []piece {
	if t := x.in(k); t != nil {
		return t.held
	}
	return nil
}

// number gives the ends of the index numbers.
func (x *Index) number() {
	same := map[End]*knownEnd{}
	one := func(e **knownEnd) {
		if s, ok := same[(*e).End]; ok {
			*e = s
			return
		}
		same[(*e).End] = *e
		(*e).number = uint32(x.ends)
		x.ends++
	}
	for reason, e := range x.misses {
		one(&e)
		x.misses[reason] = e
	}
	for _, a := range x.addrs {
		for i := range a.tenures {
			for _, pieces := range [][]piece{a.tenures[i].held, a.tenures[i].fronts} {
				for j := range pieces {
					one(&pieces[j].end)
					pieces[j].number = pieces[j].end.number
				}
			}
		}
	}
	for _, n := range x.nets {
		for _, s := range n.all {
			for i := range s.vacant {
				for j := range s.vacant[i].ends {
					one(&s.vacant[i].ends[j])
				}
			}
		}
	}
	for _, s := range x.behind {
		one(&s.end)
	}
}

// site is a block behind a gateway, with what is known of an end in it.
type site struct {
	inventory.Site
	end   *knownEnd
	place place
}

type slot struct {
	net  int32
	addr netip.Addr
}

// span is a stretch of time in µs, to not included.
type span struct{ from, to int64 }

var always = span{math.MinInt64, math.MaxInt64}

func (s span) has(t int64) bool { return s.from <= t && t < s.to }

func (s span) and(o span) span { return span{max(s.from, o.from), min(s.to, o.to)} }

// A piece is a stretch in which an address had one owner.
type piece struct {
	span
	end    *knownEnd
	number uint32       // of end, which would have to be fetched for it
	nic    inventory.ID // of a NIC's address
	lb     inventory.ID // of a front end
}

type publicPiece struct {
	span
	owner inventory.ID
}

// network is a virtual network and what can be reached from it.
type network struct {
	id, short string
	region    string
	subnets   cidr.Table[*subnet]
	all       []*subnet
	peers     []int32
	reach     []reached // itself, its peers, their peers, ...; by network
	island    int32     // the number of those that reach each other
	gateways  []inventory.Gateway
}

// reached is a network that another one reaches.
type reached struct {
	net  int32
	hops uint32 // peerings between them
	rank uint32 // the lower, the fewer hops; no two have the same
}

// to returns how a network is reached.
func (n *network) to(net int32) (reached, bool) {
	i, ok := slices.BinarySearchFunc(n.reach, net, func(r reached, net int32) int { return cmp.Compare(r.net, net) })
	if !ok {
		return reached{}, false
	}
	return n.reach[i], true
}

// A subnet of a network, with what is known of an address in it that no NIC held.
type subnet struct {
	id       inventory.ID
	net      int32
	prefixes []netip.Prefix
	gateway  bool     // only gateways or firewalls may stand in it
	vacant   []vacant // by start; one of them holds at any time
}

// vacant is a stretch in which the same is known of addresses that no NIC held.
type vacant struct {
	span
	known bool                      // what stands there
	ends  [len(vacancies)]*knownEnd // by reason
}

// vacantAt returns what is known of addresses that no NIC held at t.
func (s *subnet) vacantAt(t int64) *vacant {
	i := len(s.vacant) - 1
	for s.vacant[i].from > t {
		i--
	}
	return &s.vacant[i]
}

// vacancies are the reasons why nobody had an address of a subnet.
var vacancies = [...]string{Unassigned, TooEarly, TooLate, Gap}

// nic is what the resolver asks of a NIC.
type nic struct {
	*inventory.NIC
	short    string
	net      int32
	subnets  []inventory.ID
	slots    []slot // that it ever held
	attached []attachment
	subnet   string // short name of the last of subnets
}

// attachment is that of a NIC to a VM, whose name is short.
type attachment struct {
	inventory.Attachment
	short string
}

// forwards reports whether the NIC forwards traffic of others at a time.
func (n *nic) forwards(t int64) (bool, span) {
	vs := n.Versions
	// Of several at one time the last counts.
	i := max(sort.Search(len(vs), func(i int) bool { return vs[i].At > t })-1, 0)
	s := always
	if i > 0 {
		s.from = vs[i].At
	}
	if i+1 < len(vs) {
		s.to = vs[i+1].At
	}
	return vs[i].Forwarding, s
}

// Open returns the index of a lake's inventory; nil if it has none.
func Open(ctx context.Context, l *lake.Lake) (*Index, error) {
	all, err := inventory.Load(ctx, l)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	return Of(all)
}

// Of returns the index of what was observed, nil if nothing was.
func Of(all []inventory.Observation) (*Index, error) {
	if len(all) == 0 {
		return nil, nil
	}
	e, err := inventory.Build(all)
	if err != nil {
		return nil, err
	}
	x := New(e)
	x.Version = inventory.Version(all)
	return x, nil
}

// New returns the index of an estate.
func New(e *inventory.Estate) *Index {
	x := &Index{
		estate: e,
		netOf:  map[inventory.ID]int32{}, addrs: map[netip.Addr]*address{}, misses: map[string]*knownEnd{},
		public: map[netip.Addr][]publicPiece{}, macs: map[string][]inventory.MAC{}, nics: map[inventory.ID]*nic{}, pools: map[inventory.ID][]inventory.Member{},
	}
	for _, reason := range []string{Platform, PublicMiss, Ambiguous, NoInventory, TooEarly, Gap, TooLate, Unassigned} {
		x.misses[reason] = &knownEnd{End: End{Miss: reason}}
	}
	traits := traitsOf(e)
	x.networks(e, traits)
	for _, m := range e.Members {
		owner, _, _ := strings.Cut(m.Config, "/ipconfigurations/")
		x.pools[owner] = append(x.pools[owner], m)
	}
	for id, n := range e.NICs {
		x.nics[id] = &nic{NIC: n, short: inventory.Short(id), net: -1}
	}
	for _, a := range e.Attachments {
		if n := x.nics[a.NIC]; n != nil {
			n.attached = append(n.attached, attachment{a, inventory.Short(a.VM)})
		}
	}
	for i := range e.Holdings {
		h := &e.Holdings[i]
		k := slot{x.net(h.Network), h.Address}
		n := x.nics[h.NIC]
		n.net = k.net
		if !slices.Contains(n.slots, k) {
			n.slots = append(n.slots, k)
		}
		if !slices.Contains(n.subnets, h.Subnet) {
			n.subnets = append(n.subnets, h.Subnet)
			n.subnet = inventory.Short(h.Subnet)
		}
		t := x.tenure(k)
		t.held = append(t.held, piece{span: span{h.Start, h.End}, nic: h.NIC, end: x.endOf(e, h)}.with(slices.Concat(traits.configs[h.Config], traits.groups[h.Network], traits.groups[h.Subnet]))...)
	}
	for _, f := range e.Fronts {
		k := slot{x.net(f.Network), f.Address}
		t := x.tenure(k)
		p := piece{span: span{f.Start, f.End}, end: &knownEnd{End: End{
			Subnet: inventory.Short(f.Subnet), VNet: inventory.Short(f.Network), Region: x.nets[k.net].region, Subscription: inventory.Subscription(f.Balancer), Tenant: e.Tenant(f.Balancer),
			Attribution: ByFrontEnd,
		}}}
		if p.end.front(f.Balancer) {
			p.lb = f.Balancer
		}
		t.fronts = append(t.fronts, p.with(slices.Concat(traits.groups[f.Network], traits.groups[f.Subnet]))...)
	}
	for _, p := range e.Publics {
		x.public[p.Address] = append(x.public[p.Address], publicPiece{span{p.Start, p.End}, p.Owner})
	}
	for _, m := range e.MACs {
		x.macs[m.Address] = append(x.macs[m.Address], m)
	}
	for _, s := range e.Sites {
		have, _ := x.sites.Get(s.Prefix)
		at := siteOf(s)
		x.behind = append(x.behind, at)
		x.sites.Put(s.Prefix, append(slices.Clone(have), at))
	}
	x.tags = sync.OnceValue(func() *tagTable { return newTagTable(e.Tags) })
	x.tagged = slices.ContainsFunc(e.Tags, func(t inventory.ServiceTag) bool { return len(t.Prefixes) > 0 })
	for _, l := range e.Labels {
		x.labels.Put(l.Prefix, l.Text)
	}
	for a, known := range x.addrs {
		for i := range known.tenures {
			of := &known.tenures[i]
			of.starts = make([]int64, len(of.held))
			for j := range of.held {
				of.starts[j] = of.held[j].from
			}
		}
		known.subnets = x.subnetsOf(a)
		if known.alone = len(known.tenures) == 1 && len(known.subnets) <= 1; known.alone && len(known.subnets) == 1 {
			known.subnet = known.subnets[0]
			known.alone = known.subnet.net == known.tenures[0].net
		}
		x.notes(netip.PrefixFrom(a, a.BitLen()))
	}
	for a := range x.public {
		x.notes(netip.PrefixFrom(a, a.BitLen()))
	}
	for _, s := range x.behind {
		x.notes(s.Prefix)
	}
	for _, n := range x.nets {
		for _, s := range n.all {
			for _, p := range s.prefixes {
				x.notes(p)
			}
		}
	}
	x.number()
	return x
}

// notes keeps in mind that the inventory says something of the addresses of a
// block.
func (x *Index) notes(p netip.Prefix) {
	if !p.Addr().Is4() {
		x.six = true
		return
	}
	b := p.Masked().Addr().As4()
	first := uint32(b[0])<<8 | uint32(b[1])
	for at := first; at < first+1<<max(0, 16-p.Bits()); at++ {
		x.ourBlocks[at>>5] |= 1 << (at & 31)
	}
}

// networks numbers the networks and finds what each can reach.
func (x *Index) networks(e *inventory.Estate, t traits) {
	ids := slices.Sorted(maps.Keys(e.Networks))
	// All are numbered in the order of their IDs, by which what is equal otherwise is
	// decided: it must not depend on what else there is.
	all := slices.Clone(ids)
	for _, id := range ids {
		all = append(all, e.Networks[id].Peers...)
	}
	for _, g := range e.Gateways {
		if g.Network != "" {
			all = append(all, g.Network)
		}
	}
	for i := range e.Holdings {
		all = append(all, e.Holdings[i].Network)
	}
	for _, f := range e.Fronts {
		all = append(all, f.Network)
	}
	slices.Sort(all)
	for _, id := range slices.Compact(all) {
		x.net(id)
	}
	for _, id := range ids {
		n := x.nets[x.net(id)]
		n.region = e.Networks[id].Region
		for _, s := range e.Networks[id].Subnets {
			of := newSubnet(s, x.netOf[id], n, t)
			n.all = append(n.all, of)
			for _, p := range s.Prefixes {
				n.subnets.Put(p, of)
				x.odd = x.odd || !private(p.Addr())
				have, _ := x.within.Get(p)
				have = slices.DeleteFunc(have, func(s *subnet) bool { return s.net == of.net })
				x.within.Put(p, append(have, of))
			}
		}
	}
	link := func(a, b int32) {
		if !slices.Contains(x.nets[a].peers, b) {
			x.nets[a].peers = append(x.nets[a].peers, b)
		}
	}
	for _, id := range ids {
		for _, p := range e.Networks[id].Peers {
			a, b := x.net(id), x.net(p)
			link(a, b)
			link(b, a)
		}
	}
	for _, g := range e.Gateways {
		if g.Network != "" {
			n := x.nets[x.net(g.Network)]
			n.gateways = append(n.gateways, g)
		}
	}
	for i, n := range x.nets {
		n.reach = []reached{{net: int32(i)}}
		seen := map[int32]bool{int32(i): true}
		for at := 0; at < len(n.reach); at++ {
			for _, p := range x.nets[n.reach[at].net].peers {
				if !seen[p] {
					seen[p] = true
					n.reach = append(n.reach, reached{net: p, hops: n.reach[at].hops + 1})
				}
			}
		}
		slices.SortFunc(n.reach, func(a, b reached) int { return cmp.Or(cmp.Compare(a.hops, b.hops), cmp.Compare(a.net, b.net)) })
		for rank := range n.reach {
			n.reach[rank].rank = uint32(rank)
		}
		slices.SortFunc(n.reach, func(a, b reached) int { return cmp.Compare(a.net, b.net) })
		if n.island = x.nets[n.reach[0].net].island; n.reach[0].net == int32(i) {
			n.island = int32(x.islands)
			x.islands++
		}
	}
}

// newSubnet returns a subnet of a network.
func newSubnet(of inventory.Subnet, net int32, n *network, t traits) *subnet {
	s := &subnet{id: of.ID, net: net, prefixes: of.Prefixes, gateway: gatewaySubnet(of.ID)}
	all := slices.Concat(t.gates[of.ID], t.groups[n.id], t.groups[of.ID])
	for i, reason := range vacancies {
		e := &knownEnd{End: End{Subnet: inventory.Short(of.ID), VNet: n.short, Region: n.region, Subscription: inventory.Subscription(n.id), Miss: reason}}
		if s.gateway {
			e.Attribution, e.Miss = ByGateway, ""
		}
		for k, p := range (piece{span: always, end: e}).with(all) {
			if i == 0 {
				s.vacant = append(s.vacant, vacant{span: p.span, known: p.end.Attribution == ByGateway})
			}
			s.vacant[k].ends[i] = p.end
		}
	}
	return s
}

// subnetsOf returns the subnets that hold an address, the narrowest first, one a
// network.
func (x *Index) subnetsOf(a netip.Addr) []*subnet {
	var out []*subnet
	x.within.All(a, func(_ netip.Prefix, in []*subnet) bool {
		for _, s := range in {
			if !slices.ContainsFunc(out, func(have *subnet) bool { return have.net == s.net }) {
				out = append(out, s)
			}
		}
		return true
	})
	return out
}

// net returns the number of a network.
func (x *Index) net(id inventory.ID) int32 {
	if i, ok := x.netOf[id]; ok {
		return i
	}
	i := int32(len(x.nets))
	x.netOf[id] = i
	x.nets = append(x.nets, &network{id: id, short: inventory.Short(id)})
	return i
}

// endOf returns what is known of an end that a NIC held.
func (x *Index) endOf(e *inventory.Estate, h *inventory.Holding) *knownEnd {
	n := e.NICs[h.NIC]
	end := &knownEnd{End: End{
		NIC: inventory.Short(h.NIC), NICResource: h.NIC, Subnet: inventory.Short(h.Subnet), VNet: inventory.Short(h.Network),
		Region: n.Region, Subscription: inventory.Subscription(h.NIC), Tenant: e.Tenant(h.NIC), Tags: n.At(h.Last).Tags, Attribution: ByAddress,
	}}
	if pe := e.Endpoints[h.NIC]; pe != "" {
		end.PrivateEndpoint = inventory.Short(pe)
		if link := e.Links[pe]; link != "" {
			end.PrivateLink = inventory.ShortWithType(link)
		}
	}
	if vm := e.VMs[h.VM]; vm != nil {
		v := vm.At(h.Last)
		end.VM, end.VMResource, end.VMID = inventory.Short(h.VM), h.VM, v.VMID
		if v.Tags != "" {
			end.Tags = v.Tags
		}
	}
	return end
}

// at returns the piece that holds at t, or nil and how far the gap goes.
func at(pieces []piece, t int64) (*piece, span) {
	i, found := slices.BinarySearchFunc(pieces, t, func(p piece, t int64) int { return cmp.Compare(p.from, t) })
	if !found {
		i--
	}
	return around(pieces, i, t)
}

// around is at, given the last piece that begins before or at t; -1 for none.
func around(pieces []piece, i int, t int64) (*piece, span) {
	gap := always
	if i >= 0 {
		if pieces[i].has(t) {
			return &pieces[i], pieces[i].span
		}
		gap.from = pieces[i].to
	}
	if i+1 < len(pieces) {
		gap.to = pieces[i+1].from
	}
	return nil, gap
}

// missOf says why no piece holds at t.
func missOf(pieces []piece, t int64) string {
	switch {
	case len(pieces) == 0:
		return Unassigned
	case t < pieces[0].from:
		return TooEarly
	case t >= pieces[len(pieces)-1].to:
		return TooLate
	}
	return Gap
}

// nicAt returns the NIC that had a MAC address, and for how long.
func (x *Index) nicAt(mac string, t int64) (*nic, span) {
	for _, m := range x.macs[mac] {
		if m.Has(t) {
			return x.nics[m.NIC], span{m.Start, m.End}
		}
	}
	return nil, always
}

// NIC returns the ID of the NIC that had a MAC address (any spelling) at a
// time, in µs since 1970; ” if inventory does not know.
func (x *Index) NIC(mac string, t int64) string {
	n, _ := x.nicAt(bareMAC(mac), t)
	if n == nil {
		return ""
	}
	return n.ID
}

func bareMAC(mac string) string {
	if strings.ContainsAny(mac, "-:") {
		mac = strings.ReplaceAll(strings.ReplaceAll(mac, "-", ""), ":", "")
	}
	return strings.ToUpper(mac)
}

// vmAt returns the VM that a NIC was attached to.
func (n *nic) vmAt(t int64) (inventory.ID, span) {
	a, s := n.attachedAt(t)
	return a.VM, s
}

// attachedAt returns how a NIC was attached.
func (n *nic) attachedAt(t int64) (attachment, span) {
	gap := always
	for i := range n.attached {
		switch a := &n.attached[i]; {
		case a.Has(t):
			return *a, span{a.Start, a.End}
		case a.End <= t:
			gap.from = a.End
		default:
			gap.to = a.Start
			return attachment{}, gap
		}
	}
	return attachment{}, gap
}

// ServiceTag returns the service tag that says most of an address: of a service
// rather than a region's, of the narrowest block, of one region.
func (x *Index) ServiceTag(a netip.Addr) (name, region string) {
	t := x.tags()
	s := t.told[t.find(a)]
	return s.name, s.region
}

// Label returns the user's label of the narrowest block that holds an address.
func (x *Index) Label(a netip.Addr) string {
	text, _ := x.labels.Find(a.Unmap())
	return text
}
