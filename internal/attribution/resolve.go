package attribution

import (
	"cmp"
	"net/netip"
	"slices"
	"strings"

	"github.com/azflow/azflow/internal/inventory"
)

// answer is an end with where it lies, as long as it holds.
type answer struct {
	span
	end    *End // not to be changed
	fixed  bool // end is the index's own, and has this number
	number uint32
	place  place
	owner  inventory.ID // the NIC that held it
	lb     inventory.ID // the load balancer whose front end it was
	known  bool         // an owner or a place was found
	// shared is set if it is the same for all networks that reach each other.
	shared bool
}

// answered returns an answer with an end of the index's own.
func answered(valid span, end *knownEnd, number uint32, p place) answer {
	return answer{span: valid, end: &end.End, fixed: true, number: number, place: p}
}

// private reports whether an address is not routed on the internet. RFC 1918,
// 4193, 6598.
func private(a netip.Addr) bool {
	return !a.IsGlobalUnicast() || a.IsPrivate() || carrierNAT.Contains(a)
}

var (
	carrierNAT = netip.MustParsePrefix("100.64.0.0/10")
	wireServer = netip.MustParseAddr("168.63.129.16") // MS Learn: "What is IP address 168.63.129.16?"
)

// find returns who had an address at t, as a network sees it; net is -1 if it
// is not known which one. known is what x.addrs has of the address.
func (x *Index) find(net int32, a netip.Addr, known *address, t int64) answer {
	if a == wireServer {
		ans := x.missed(always, Platform, platform)
		ans.shared = true
		return ans
	}
	public := !private(a)
	if public && len(x.public) > 0 {
		if ans, ok := x.ours(a, t); ok {
			ans.shared = true
			return ans
		}
	}
	valid := always
	if public {
		for _, p := range x.public[a] { // it may become ours
			if p.from > t {
				valid.to = min(valid.to, p.from)
			} else {
				valid.from = max(valid.from, p.to)
			}
		}
	}
	outside := public && !x.odd && known == nil // no network has it
	if !outside {
		var ans answer
		var done bool
		if net >= 0 {
			ans, done = x.reachable(net, known, a, t)
		} else {
			ans, done = x.anywhere(known, t)
		}
		valid = valid.and(ans.span)
		if done {
			ans.span = valid
			return ans
		}
	}
	if x.sites.Len() > 0 {
		s, more, ok := x.site(a, t)
		valid = valid.and(more)
		if ok {
			s.span, s.shared = valid, outside
			return s
		}
	}
	if !public {
		return x.missed(valid, x.unheld(net, known, t), elsewhere)
	}
	ans := x.missed(valid, PublicMiss, internet)
	ans.shared = outside
	if x.tagged && x.tags().find(a) != 0 {
		ans.place = azure
	}
	return ans
}

// foreign reports whether an IPv4 address, as a number, is one of the internet of
// which no inventory says anything.
func (x *Index) foreign(v uint32) bool {
	switch v >> 24 {
	case 0, 10, 100, 127, 168, 169, 172, 192, 198, 203: // has private ones, or others that are not as all the rest
		return false
	}
	return v>>24 < 224 && x.ourBlocks[v>>21]&(1<<(v>>16&31)) == 0
}

// foreign6 is foreign for an IPv6 address, given the first half of it.
func (x *Index) foreign6(hi uint64) bool {
	return hi>>61 == 1 && !x.six // IANA gives out global unicast from 2000::/3
}

// missed is an end that nobody owned.
func (x *Index) missed(valid span, reason string, p place) answer {
	end := x.misses[reason]
	return answered(valid, end, end.number, p)
}

// unheld says why an address of no known subnet has no owner.
func (x *Index) unheld(net int32, known *address, t int64) string {
	if known == nil {
		return NoInventory
	}
	for i := range known.tenures {
		h := &known.tenures[i]
		if len(h.held) == 0 {
			continue
		}
		if net >= 0 {
			if _, ok := x.nets[net].to(h.net); !ok {
				continue
			}
		}
		return missOf(h.held, t)
	}
	return NoInventory
}

// ours returns the owner of a public address of the estate.
func (x *Index) ours(a netip.Addr, t int64) (answer, bool) {
	for _, p := range x.public[a] {
		if !p.has(t) {
			continue
		}
		if n := x.nics[p.owner]; n != nil {
			vm, s := n.vmAt(t)
			end, valid := x.nicEnd(n, vm, t)
			end.Attribution = ByPublic
			end.Subnet = "" // the address is of none
			ans := answer{span: p.span.and(s).and(valid), end: &end, place: place(n.net), owner: n.ID, known: true}
			if n.net < 0 {
				ans.place = ownPublic
			}
			return ans, true
		}
		end := &End{Subscription: inventory.Subscription(p.owner), Attribution: ByPublic}
		ans := answer{span: p.span, end: end, place: ownPublic, known: true}
		switch {
		case strings.Contains(p.owner, "/loadbalancers/"), isGateway(p.owner):
			if end.front(p.owner) {
				ans.lb = p.owner
			}
		}
		return ans, true
	}
	return answer{}, false
}

// nicEnd returns an end of which only the NIC and the VM it is attached to are
// known, and how long it is so while that lasts.
func (x *Index) nicEnd(n *nic, vm inventory.ID, t int64) (End, span) {
	// What any window of the NIC says of it is true of the NIC.
	valid := always
	for _, k := range n.slots {
		p, s := at(x.holders(k), t)
		valid = valid.and(s)
		if p != nil && p.nic == n.ID {
			return p.end.End, valid
		}
	}
	e := End{NIC: inventory.Short(n.ID), NICResource: n.ID, Region: n.Region, Subscription: inventory.Subscription(n.ID)}
	if n.net >= 0 {
		e.VNet = x.nets[n.net].short
	}
	if vm != "" {
		e.VM, e.VMResource = inventory.Short(vm), vm
	}
	return e, valid
}

// reachable looks an address up in a network and those peered with it, the
// nearest first. done is false if none of them has anything to do with it.
func (x *Index) reachable(net int32, known *address, a netip.Addr, t int64) (ans answer, done bool) {
	if known != nil && known.alone { // as most are
		// Which network asks does not matter.
		of := &known.tenures[0]
		if x.nets[net].island != x.nets[of.net].island {
			return answer{span: always}, false
		}
		got, s := of.holder(t)
		switch {
		case got.known:
			got.shared = true
			return got, true
		case known.subnet != nil:
			got = known.subnet.vacancy(of, t, s)
			got.shared = true
			return got, true
		}
		return answer{span: s}, false
	}
	type candidate struct {
		reached
		tenure *tenure
		subnet *subnet
	}
	var room [4]candidate
	in := room[:0]
	var subnets []*subnet
	if known != nil {
		subnets = known.subnets
		for i := range known.tenures {
			if r, ok := x.nets[net].to(known.tenures[i].net); ok {
				in = append(in, candidate{reached: r, tenure: &known.tenures[i]})
			}
		}
	} else {
		subnets = x.subnetsOf(a)
	}
	for _, s := range subnets {
		i := slices.IndexFunc(in, func(c candidate) bool { return c.net == s.net })
		if i >= 0 {
			in[i].subnet = s
		} else if r, ok := x.nets[net].to(s.net); ok {
			in = append(in, candidate{reached: r, subnet: s})
		}
	}
	if len(in) > 1 {
		slices.SortFunc(in, func(a, b candidate) int { return cmp.Compare(a.rank, b.rank) })
	}
	valid := always
	for i := 0; i < len(in); {
		var found answer
		owners := 0
		var vacant *candidate
		for hops := in[i].hops; i < len(in) && in[i].hops == hops; i++ {
			c := &in[i]
			if c.tenure != nil {
				got, s := c.tenure.holder(t)
				valid = valid.and(s)
				if got.known {
					found = got
					owners++
				}
			}
			if c.subnet != nil && vacant == nil {
				vacant = c
			}
		}
		switch {
		case owners == 1:
			found.span = valid
			return found, true
		case owners > 1:
			return x.missed(valid, Ambiguous, manyPlaces), true
		case vacant != nil:
			return vacant.subnet.vacancy(vacant.tenure, t, valid), true
		}
	}
	return answer{span: valid}, false
}

// vacancy is an address in a subnet that no NIC held.
func (s *subnet) vacancy(of *tenure, t int64, valid span) answer {
	reason := Unassigned
	if of != nil {
		reason = missOf(of.held, t)
	}
	v := s.vacantAt(t)
	end := v.ends[slices.Index(vacancies[:], reason)]
	ans := answered(valid.and(v.span), end, end.number, place(s.net))
	ans.known = v.known
	return ans
}

// holder returns who had an address of one network.
func (of *tenure) holder(t int64) (answer, span) {
	p, s := of.at(t)
	if p != nil {
		ans := answered(s, p.end, p.number, place(of.net))
		ans.owner, ans.known = p.nic, true
		return ans, s
	}
	if len(of.fronts) == 0 {
		return answer{}, s
	}
	f, fs := at(of.fronts, t)
	s = s.and(fs)
	if f == nil {
		return answer{}, s
	}
	ans := answered(s, f.end, f.number, place(of.net))
	ans.lb, ans.known = f.lb, true
	return ans, s
}

// anywhere looks an address up in all networks: one owner is the owner, several
// are none.
func (x *Index) anywhere(known *address, t int64) (ans answer, done bool) {
	valid := always
	owners := 0
	if known != nil {
		for i := range known.tenures {
			got, s := known.tenures[i].holder(t)
			valid = valid.and(s)
			if got.known {
				ans = got
				owners++
			}
		}
	}
	switch {
	case owners == 1:
		ans.span = valid
		return ans, true
	case owners > 1:
		return x.missed(valid, Ambiguous, manyPlaces), true
	}
	return answer{span: valid}, false
}

// site looks an address up behind the gateways.
func (x *Index) site(a netip.Addr, t int64) (ans answer, valid span, ok bool) {
	valid = always
	x.sites.All(a, func(_ netip.Prefix, in []*site) bool {
		for _, s := range in {
			if s.Since > t {
				valid.to = min(valid.to, s.Since)
				continue
			}
			if s.Since > valid.from {
				valid.from = s.Since
			}
			ans = answered(valid, s.end, s.end.number, s.place)
			ans.known, ok = true, true
			return false
		}
		return true
	})
	return ans, valid, ok
}

// siteOf works out what is known of an end behind a gateway.
func siteOf(s inventory.Site) *site {
	out := &site{Site: s, end: &knownEnd{End: End{
		Attribution: ByPrefix, Miss: OnPremises, Connection: inventory.ShortWithSubscription(s.Connection), GatewayVNet: inventory.Short(s.Hub),
	}}, place: vpn}
	switch {
	case s.Client:
		// MS Learn: a point-to-site connection is called by its gateway and client.
		out.place, out.end.Miss, out.end.Connection = client, Client, inventory.ShortWithSubscription(s.Gateway)
	case s.Circuit != "":
		out.place, out.end.Circuit = circuit, inventory.ShortWithSubscription(s.Circuit)
	case s.LocalGateway != "":
		out.end.LocalGateway = inventory.ShortWithSubscription(s.LocalGateway)
	}
	return out
}

// gatewaySubnet reports whether a subnet is one that only gateways or firewalls
// may stand in.
func gatewaySubnet(subnet inventory.ID) bool {
	switch subnet[strings.LastIndexByte(subnet, '/')+1:] {
	case "gatewaysubnet", "azurefirewallsubnet", "azurefirewallmanagementsubnet":
		return true
	}
	return false
}
