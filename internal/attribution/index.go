package attribution

import (
	"cmp"
	"context"
	"math"
	"net/netip"
	"slices"
	"strings"

	"github.com/azflow/azflow/internal/enrich/cidr"
	"github.com/azflow/azflow/internal/inventory"
	"github.com/azflow/azflow/internal/lake"
)

// An Index finds owners of addresses. It does not change and may be used by
// many at once.
type Index struct {
	// Version is that of the inventory it was made of; see [inventory.Version].
	Version int64

	estate *inventory.Estate // what Diff compares as it is
	nets   []*network
	netOf  map[inventory.ID]int32
	held   map[slot][]piece // by start
	fronts map[slot][]piece
	nets4  map[netip.Addr][]int32 // networks in which an address was ever held
	public map[netip.Addr][]publicPiece
	macs   map[string][]inventory.MAC
	nics   map[inventory.ID]*nic
	pools  map[inventory.ID][]inventory.Member // by NIC
	sites  cidr.Table[[]site]
	tags   cidr.Table[[]int32]
	tag    []inventory.ServiceTag
	labels cidr.Table[string]
	// misses are the ends of which nothing but the reason is known.
	misses map[string]*End
	// numbers are those of the ends that pieces, sites and misses share.
	numbers map[*End]uint32
	// odd is set if a subnet has addresses that are not private.
	odd bool
}

// number gives the ends of the index numbers: equal ones are one.
func (x *Index) number() {
	same := map[End]*End{}
	one := func(e *End) *End {
		if s, ok := same[*e]; ok {
			return s
		}
		same[*e] = e
		x.numbers[e] = uint32(len(x.numbers))
		return e
	}
	for _, of := range []map[slot][]piece{x.held, x.fronts} {
		for _, pieces := range of {
			for i := range pieces {
				p := &pieces[i]
				p.end = one(p.end)
				p.number = x.numbers[p.end]
			}
		}
	}
	for reason, e := range x.misses {
		x.misses[reason] = one(e)
	}
}

// site is a block behind a gateway, with what is known of an end in it.
type site struct {
	inventory.Site
	end   End
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
	end    *End
	number uint32       // of end
	nic    inventory.ID // of a NIC's address
	lb     inventory.ID // of a front end
}

type publicPiece struct {
	span
	owner inventory.ID
	lb    bool
}

// network is a virtual network and what can be reached from it.
type network struct {
	id, short string
	region    string
	subnets   cidr.Table[inventory.ID]
	prefixes  cidr.Table[bool]
	peers     []int32
	reach     [][]int32 // itself, its peers, their peers, ...
	gateways  []inventory.Gateway
}

// nic is what the resolver asks of a NIC.
type nic struct {
	*inventory.NIC
	net      int32
	subnets  []inventory.ID
	slots    []slot // that it ever held
	attached []inventory.Attachment
}

// forwards reports whether the NIC forwards traffic of others at a time.
func (n *nic) forwards(t int64) (bool, span) {
	vs := n.Versions
	i, found := slices.BinarySearchFunc(vs, t, func(v inventory.NICVersion, t int64) int { return cmp.Compare(v.At, t) })
	if !found {
		i--
	}
	i = max(i, 0)
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
		netOf:  map[inventory.ID]int32{}, held: map[slot][]piece{}, fronts: map[slot][]piece{}, nets4: map[netip.Addr][]int32{},
		misses: map[string]*End{}, numbers: map[*End]uint32{}, public: map[netip.Addr][]publicPiece{}, macs: map[string][]inventory.MAC{}, nics: map[inventory.ID]*nic{}, pools: map[inventory.ID][]inventory.Member{},
	}
	for _, reason := range []string{Platform, PublicMiss, Ambiguous, NoInventory, TooEarly, Gap, TooLate, Unassigned} {
		x.misses[reason] = &End{Miss: reason}
	}
	x.networks(e)
	members := map[inventory.ID][]inventory.Member{} // by configuration
	for _, m := range e.Members {
		members[m.Config] = append(members[m.Config], m)
		owner, _, _ := strings.Cut(m.Config, "/ipconfigurations/")
		x.pools[owner] = append(x.pools[owner], m)
	}
	for id, n := range e.NICs {
		x.nics[id] = &nic{NIC: n, net: -1}
	}
	for _, a := range e.Attachments {
		if n := x.nics[a.NIC]; n != nil {
			n.attached = append(n.attached, a)
		}
	}
	for i := range e.Holdings {
		h := &e.Holdings[i]
		k := slot{x.net(h.Network), h.Address}
		if ns := x.nets4[h.Address]; !slices.Contains(ns, k.net) {
			x.nets4[h.Address] = append(ns, k.net)
		}
		n := x.nics[h.NIC]
		n.net = k.net
		if !slices.Contains(n.slots, k) {
			n.slots = append(n.slots, k)
		}
		if !slices.Contains(n.subnets, h.Subnet) {
			n.subnets = append(n.subnets, h.Subnet)
		}
		x.held[k] = append(x.held[k], pooled(piece{span: span{h.Start, h.End}, nic: h.NIC, end: x.endOf(e, h)}, members[h.Config])...)
	}
	for _, f := range e.Fronts {
		k := slot{x.net(f.Network), f.Address}
		if ns := x.nets4[f.Address]; !slices.Contains(ns, k.net) {
			x.nets4[f.Address] = append(ns, k.net)
		}
		x.fronts[k] = append(x.fronts[k], piece{span: span{f.Start, f.End}, lb: f.Balancer, end: &End{
			Subnet: inventory.Short(f.Subnet), VNet: inventory.Short(f.Network), Region: x.nets[k.net].region, Subscription: inventory.Subscription(f.Balancer), Tenant: e.Tenant(f.Balancer),
			LoadBalancer: inventory.ShortWithSubscription(f.Balancer), LoadBalancerRole: "Frontend", Attribution: ByFrontEnd,
		}})
	}
	for _, p := range e.Publics {
		x.public[p.Address] = append(x.public[p.Address], publicPiece{span{p.Start, p.End}, p.Owner, strings.Contains(p.Owner, "/loadbalancers/")})
	}
	for _, m := range e.MACs {
		x.macs[m.Address] = append(x.macs[m.Address], m)
	}
	for _, s := range e.Sites {
		have, _ := x.sites.Get(s.Prefix)
		x.sites.Put(s.Prefix, append(slices.Clone(have), siteOf(s)))
	}
	x.tag = e.Tags
	for i, t := range e.Tags {
		for _, p := range t.Prefixes {
			have, _ := x.tags.Get(p)
			x.tags.Put(p, append(have, int32(i)))
		}
	}
	for _, l := range e.Labels {
		x.labels.Put(l.Prefix, l.Text)
	}
	x.number()
	return x
}

// networks numbers the networks and finds what each can reach.
func (x *Index) networks(e *inventory.Estate) {
	ids := make([]inventory.ID, 0, len(e.Networks))
	for id := range e.Networks {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	for _, id := range ids {
		n := x.nets[x.net(id)]
		n.region = e.Networks[id].Region
		for _, p := range e.Networks[id].Prefixes {
			n.prefixes.Put(p, true)
		}
		for _, s := range e.Networks[id].Subnets {
			for _, p := range s.Prefixes {
				n.subnets.Put(p, s.ID)
				x.odd = x.odd || !private(p.Addr())
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
	for _, h := range e.Holdings {
		x.net(h.Network)
	}
	for _, f := range e.Fronts {
		x.net(f.Network)
	}
	for i, n := range x.nets {
		seen := map[int32]bool{int32(i): true}
		for level := []int32{int32(i)}; len(level) > 0; {
			n.reach = append(n.reach, level)
			var next []int32
			for _, at := range level {
				for _, p := range x.nets[at].peers {
					if !seen[p] {
						seen[p] = true
						next = append(next, p)
					}
				}
			}
			level = next
		}
	}
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
func (x *Index) endOf(e *inventory.Estate, h *inventory.Holding) *End {
	n := e.NICs[h.NIC]
	end := &End{
		NIC: inventory.Short(h.NIC), NICResource: h.NIC, Subnet: inventory.Short(h.Subnet), VNet: inventory.Short(h.Network),
		Region: n.Region, Subscription: inventory.Subscription(h.NIC), Tenant: e.Tenant(h.NIC), Tags: n.At(h.Last).Tags, Attribution: ByAddress,
	}
	if pe := e.Endpoints[h.NIC]; pe != "" {
		end.PrivateEndpoint = inventory.Short(pe)
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

// pooled cuts a piece where its address joined or left a back-end pool. Of
// several load balancers it names the first.
func pooled(p piece, in []inventory.Member) []piece {
	edges := []int64{p.from, p.to}
	for _, m := range in {
		for _, t := range []int64{m.Start, m.End} {
			if p.from < t && t < p.to {
				edges = append(edges, t)
			}
		}
	}
	slices.Sort(edges)
	edges = slices.Compact(edges)
	out := make([]piece, 0, len(edges)-1)
	for i := range len(edges) - 1 {
		q := p
		q.from, q.to = edges[i], edges[i+1]
		for _, m := range in { // in order of their names
			if m.Start <= q.from && q.from < m.End {
				member := *q.end
				member.LoadBalancer, member.LoadBalancerRole = inventory.ShortWithSubscription(m.Balancer), "Backend"
				q.end = &member
				break
			}
		}
		out = append(out, q)
	}
	return out
}

// at returns the piece that holds at t, or nil and how far the gap goes.
func at(pieces []piece, t int64) (*piece, span) {
	i, found := slices.BinarySearchFunc(pieces, t, func(p piece, t int64) int { return cmp.Compare(p.from, t) })
	if !found {
		i--
	}
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
	return strings.ToUpper(strings.NewReplacer("-", "", ":", "").Replace(mac))
}

// vmAt returns the VM that a NIC was attached to.
func (n *nic) vmAt(t int64) (inventory.ID, span) {
	gap := always
	for _, a := range n.attached {
		switch {
		case a.Has(t):
			return a.VM, span{a.Start, a.End}
		case a.End <= t:
			gap.from = a.End
		default:
			gap.to = a.Start
			return "", gap
		}
	}
	return "", gap
}

// ServiceTag returns the service tag that says most of an address: of a service
// rather than a region's, of the narrowest block, of one region.
func (x *Index) ServiceTag(a netip.Addr) (name, region string) {
	var best int32 = -1
	general := func(i int32) bool { return strings.HasPrefix(x.tag[i].Name, "AzureCloud") }
	x.tags.All(a.Unmap(), func(_ netip.Prefix, in []int32) bool {
		for _, i := range in {
			if region == "" {
				region = x.tag[i].Region
			}
			switch {
			case best < 0, general(best) && !general(i):
				best = i
			}
		}
		// Of one block, the tag of a region says more than the service's own.
		if best >= 0 {
			for _, i := range in {
				if strings.HasPrefix(x.tag[i].Name, x.tag[best].Name+".") {
					best = i
				}
			}
		}
		return true
	})
	if best >= 0 {
		name = x.tag[best].Name
	}
	return name, region
}

// Label returns the user's label of the narrowest block that holds an address.
func (x *Index) Label(a netip.Addr) string {
	text, _ := x.labels.Find(a.Unmap())
	return text
}
