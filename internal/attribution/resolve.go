package attribution

import (
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
// is not known which one.
func (x *Index) find(net int32, a netip.Addr, t int64) answer {
	if a == wireServer {
		return x.missed(always, Platform, platform)
	}
	public := !private(a)
	if public {
		if ans, ok := x.ours(a, t); ok {
			return ans
		}
	}
	valid := always
	var ans answer
	var done bool
	switch {
	case public && !x.odd && len(x.nets4[a]) == 0:
		ans.span = always // no network has it
	case net >= 0:
		ans, done = x.reachable(net, a, t)
	default:
		ans, done = x.anywhere(a, t)
	}
	if done {
		return ans
	}
	valid = valid.and(ans.span)
	s, more, ok := x.site(a, t)
	valid = valid.and(more)
	if ok {
		s.span = valid
		return s
	}
	if public {
		ans := x.missed(valid, PublicMiss, internet)
		for _, p := range x.public[a] { // it may become ours
			if p.from > t {
				ans.to = min(ans.to, p.from)
			} else {
				ans.from = max(ans.from, p.to)
			}
		}
		if _, ok := x.tags.Find(a); ok {
			ans.place = azure
		}
		return ans
	}
	return x.missed(valid, x.unheld(net, a, t), elsewhere)
}

// missed is an end that nobody owned.
func (x *Index) missed(valid span, reason string, p place) answer {
	end := x.misses[reason]
	return answer{span: valid, end: end, fixed: true, number: x.numbers[end], place: p}
}

// unheld says why an address of no known subnet has no owner.
func (x *Index) unheld(net int32, a netip.Addr, t int64) string {
	for _, m := range x.nets4[a] {
		if net < 0 || slices.ContainsFunc(x.nets[net].reach, func(level []int32) bool { return slices.Contains(level, m) }) {
			if pieces := x.held[slot{m, a}]; len(pieces) > 0 {
				return missOf(pieces, t)
			}
		}
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
			end := x.nicEnd(n, vm, t)
			end.Attribution = ByPublic
			end.Subnet = "" // the address is of none
			ans := answer{span: p.span.and(s), end: &end, place: place(n.net), owner: n.ID, known: true}
			if n.net < 0 {
				ans.place = ownPublic
			}
			return ans, true
		}
		end := &End{Subscription: inventory.Subscription(p.owner), Attribution: ByPublic}
		ans := answer{span: p.span, end: end, place: ownPublic, known: true}
		if p.lb {
			end.LoadBalancer, end.LoadBalancerRole, ans.lb = inventory.ShortWithSubscription(p.owner), "Frontend", p.owner
		}
		return ans, true
	}
	return answer{}, false
}

// nicEnd returns an end of which only the NIC is known.
func (x *Index) nicEnd(n *nic, vm inventory.ID, t int64) End {
	// What any window of the NIC says of it is true of the NIC.
	for _, k := range n.slots {
		if p, _ := at(x.held[k], t); p != nil && p.nic == n.ID {
			return *p.end
		}
	}
	e := End{NIC: inventory.Short(n.ID), NICResource: n.ID, Region: n.Region, Subscription: inventory.Subscription(n.ID)}
	if n.net >= 0 {
		e.VNet = x.nets[n.net].short
	}
	if vm != "" {
		e.VM, e.VMResource = inventory.Short(vm), vm
	}
	return e
}

// reachable looks an address up in a network and those peered with it, the
// nearest first. done is false if none of them has anything to do with it.
func (x *Index) reachable(net int32, a netip.Addr, t int64) (ans answer, done bool) {
	valid := always
	for _, level := range x.nets[net].reach {
		var found answer
		owners := 0
		var in int32 = -1
		for _, m := range level {
			got, s := x.holder(slot{m, a}, t)
			valid = valid.and(s)
			if got.known {
				found = got
				owners++
			}
		}
		if owners == 0 {
			in = x.subnetOf(level, a)
		}
		switch {
		case owners == 1:
			found.span = valid
			return found, true
		case owners > 1:
			return x.missed(valid, Ambiguous, manyPlaces), true
		case in >= 0:
			return x.inSubnet(in, a, t, valid), true
		}
	}
	return answer{span: valid}, false
}

// subnetOf returns the first of some networks that has a subnet with an address,
// -1 for none.
func (x *Index) subnetOf(nets []int32, a netip.Addr) int32 {
	for _, m := range nets {
		if _, ok := x.nets[m].subnets.Find(a); ok {
			return m
		}
	}
	return -1
}

// inSubnet is an address in a subnet that no NIC held.
func (x *Index) inSubnet(net int32, a netip.Addr, t int64, valid span) answer {
	n := x.nets[net]
	subnet, _ := n.subnets.Find(a)
	ans := answer{span: valid, place: place(net), end: &End{
		Subnet: inventory.Short(subnet), VNet: n.short, Region: n.region, Subscription: inventory.Subscription(n.id), Miss: missOf(x.held[slot{net, a}], t),
	}}
	if gatewaySubnet(subnet) {
		ans.end.Attribution, ans.end.Miss, ans.known = ByGateway, "", true
	}
	return ans
}

// holder returns who had an address of one network.
func (x *Index) holder(k slot, t int64) (answer, span) {
	p, s := at(x.held[k], t)
	if p != nil {
		return answer{end: p.end, fixed: true, number: p.number, place: place(k.net), owner: p.nic, known: true}, s
	}
	if len(x.fronts) == 0 {
		return answer{}, s
	}
	f, fs := at(x.fronts[k], t)
	s = s.and(fs)
	if f != nil {
		return answer{end: f.end, fixed: true, number: f.number, place: place(k.net), lb: f.lb, known: true}, s
	}
	return answer{}, s
}

// anywhere looks an address up in all networks: one owner is the owner, several
// are none.
func (x *Index) anywhere(a netip.Addr, t int64) (ans answer, done bool) {
	valid := always
	owners := 0
	for _, m := range x.nets4[a] {
		got, s := x.holder(slot{m, a}, t)
		valid = valid.and(s)
		if got.known {
			ans = got
			owners++
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
	x.sites.All(a, func(_ netip.Prefix, in []site) bool {
		for i := range in {
			s := &in[i]
			if s.Since > t {
				valid.to = min(valid.to, s.Since)
				continue
			}
			if s.Since > valid.from {
				valid.from = s.Since
			}
			ans = answer{end: &s.end, place: s.place, known: true}
			ok = true
			return false
		}
		return true
	})
	return ans, valid, ok
}

// siteOf works out what is known of an end behind a gateway.
func siteOf(s inventory.Site) site {
	out := site{Site: s, end: End{Attribution: ByPrefix, Miss: OnPremises}, place: vpn}
	switch {
	case s.Client:
		out.place, out.end.Miss = client, Client
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
