package attribution

import (
	"cmp"
	"math"
	"net/netip"
	"slices"

	"github.com/azflow/azflow/internal/inventory"
)

// A Change is a stretch of time in which two inventories may tell different
// owners: of an address or block of a network, of all that a MAC address logged,
// or, if nothing but a network is named, of all that its flow logs say.
type Change struct {
	Network  inventory.ID // '' if it is not of one
	Address  netip.Addr
	Prefix   netip.Prefix
	MAC      string
	From, To int64 // µs since 1970, To not included
}

// Changes are what differs between two inventories.
type Changes struct {
	// All is set if any owner may be another: there was no inventory, or no service
	// tags, before.
	All  bool
	List []Change

	keys     map[uint32][]span // by a Footprint's keys
	prefixes []Change
	networks []Change // of all that is in the flow logs of one
}

// None reports whether nothing differs.
func (c *Changes) None() bool { return !c.All && len(c.List) == 0 }

// Touch reports whether a change concerns rows of the times from up to and with
// to whose footprint is f; nil is that of any rows.
func (c *Changes) Touch(from, to int64, f *Footprint) bool {
	in := func(s span) bool { return s.from <= to && from < s.to }
	switch {
	case c.All:
		return true
	case f == nil:
		return slices.ContainsFunc(c.List, func(x Change) bool { return in(span{x.From, x.To}) })
	}
	for _, k := range f.keys {
		if slices.ContainsFunc(c.keys[k], in) {
			return true
		}
	}
	if f.old && slices.ContainsFunc(c.networks, func(x Change) bool { return in(span{x.From, x.To}) }) {
		return true
	}
	return slices.ContainsFunc(c.prefixes, func(x Change) bool { return in(span{x.From, x.To}) && f.within(x.Prefix) })
}

// Diff returns where the owners that b tells may differ from those of a. Either
// may be nil: without inventory.
func Diff(a, b *Index) *Changes {
	d := &differ{a: a, b: b, out: &Changes{keys: map[uint32][]span{}}, nics: map[inventory.ID][]span{}}
	switch {
	case a == nil && b == nil:
		return d.out
	case a == nil || b == nil || a.tagged != b.tagged:
		d.out.All = true
		return d.out
	}
	d.networks()
	d.tags()
	d.labels()
	d.slots()
	d.holders()
	d.sites()
	d.vacancies()
	d.public()
	slices.SortFunc(d.out.List, func(x, y Change) int {
		return cmp.Or(cmp.Compare(x.Network, y.Network), x.Address.Compare(y.Address), cmp.Compare(x.MAC, y.MAC), cmp.Compare(x.Prefix.String(), y.Prefix.String()), cmp.Compare(x.From, y.From))
	})
	return d.out
}

type differ struct {
	a, b *Index
	out  *Changes
	nics map[inventory.ID][]span // when something of a NIC differs
}

// tags compares the service tags, by block.
func (d *differ) tags() {
	type tag struct{ name, region string }
	byPrefix := func(x *Index) map[netip.Prefix][]tag {
		m := map[netip.Prefix][]tag{}
		for _, t := range x.estate.Tags {
			for _, p := range t.Prefixes {
				m[p.Masked()] = append(m[p.Masked()], tag{t.Name, t.Region})
			}
		}
		return m
	}
	blocksThatDiffer(d, byPrefix(d.a), byPrefix(d.b), slices.Equal)
}

// labels compares the users' labels.
func (d *differ) labels() {
	byPrefix := func(x *Index) map[netip.Prefix]string {
		m := map[netip.Prefix]string{}
		for _, l := range x.estate.Labels {
			m[l.Prefix.Masked()] = l.Text // the last one counts
		}
		return m
	}
	blocksThatDiffer(d, byPrefix(d.a), byPrefix(d.b), func(v, w string) bool { return v == w })
}

// blocksThatDiffer notes blocks of which two inventories say different things, at
// all times.
func blocksThatDiffer[T any](d *differ, a, b map[netip.Prefix]T, same func(T, T) bool) {
	note := func(p netip.Prefix) { d.block(Change{Prefix: p, From: always.from, To: always.to}) }
	for p, v := range a {
		if w, both := b[p]; !both || !same(v, w) {
			note(p)
		}
	}
	for p := range b {
		if _, both := a[p]; !both {
			note(p)
		}
	}
}

// networks compares the networks, what they reach and their gateways.
func (d *differ) networks() {
	ids := map[inventory.ID]bool{}
	peers := false // of some network differ
	for _, x := range []*Index{d.a, d.b} {
		for id := range x.netOf {
			ids[id] = true
		}
	}
	moved := map[inventory.ID]bool{} // is reached from elsewhere
	for id := range ids {
		n, m := d.a.network(id), d.b.network(id)
		if n == nil || m == nil {
			d.logs(id)
			moved[id] = true
			peers = true
			continue
		}
		if !slices.Equal(n.gateways, m.gateways) {
			d.logs(id)
		}
		d.subnets(id, n.all, m.all)
		peers = peers || !slices.Equal(d.a.names(n.peers), d.b.names(m.peers))
	}
	if peers {
		for id := range ids {
			n, m := d.a.network(id), d.b.network(id)
			if n == nil || m == nil {
				continue
			}
			hops := map[inventory.ID]uint32{}
			for _, r := range n.reach {
				hops[d.a.nets[r.net].id] = r.hops
			}
			for _, r := range m.reach {
				to := d.b.nets[r.net].id
				if h, both := hops[to]; !both || h != r.hops {
					moved[to] = true
				}
				delete(hops, to)
			}
			for to := range hops {
				moved[to] = true
			}
		}
	}
	for id := range moved {
		d.everywhereIn(id)
	}
}

// network returns a network, nil if there is none of that name.
func (x *Index) network(id inventory.ID) *network {
	if i, ok := x.netOf[id]; ok {
		return x.nets[i]
	}
	return nil
}

func (x *Index) names(nets []int32) []inventory.ID {
	var out []inventory.ID
	for _, n := range nets {
		out = append(out, x.nets[n].id)
	}
	slices.Sort(out)
	return out
}

// logs notes that all that the flow logs of a network say may change.
func (d *differ) logs(id inventory.ID) {
	c := Change{Network: id, From: always.from, To: always.to}
	d.out.List, d.out.networks = append(d.out.List, c), append(d.out.networks, c)
	d.out.keys[targetKey(id)] = append(d.out.keys[targetKey(id)], always)
}

// subnets compares those of a network. What is known of their addresses while they
// stay is compared by vacancies.
func (d *differ) subnets(network inventory.ID, a, b []*subnet) {
	same := func(s, r *subnet) bool { return s.id == r.id && slices.Equal(s.prefixes, r.prefixes) }
	if slices.EqualFunc(a, b, same) {
		return
	}
	left := 0
	for _, lists := range [][2][]*subnet{{a, b}, {b, a}} {
		for _, s := range lists[0] {
			if !slices.ContainsFunc(lists[1], func(r *subnet) bool { return same(s, r) }) {
				d.prefixes(network, s.prefixes)
				left++
			}
		}
	}
	if left == 0 { // only their order differs, which decides if two have the same block
		for _, s := range a {
			d.prefixes(network, s.prefixes)
		}
	}
}

func (d *differ) prefixes(network inventory.ID, all []netip.Prefix) {
	for _, p := range all {
		d.block(Change{Network: network, Prefix: p, From: always.from, To: always.to})
	}
}

// everywhereIn notes that the owner of any address that has to do with a network
// may change.
func (d *differ) everywhereIn(id inventory.ID) {
	for _, x := range []*Index{d.a, d.b} {
		i, ok := x.netOf[id]
		if !ok {
			continue
		}
		for _, s := range x.nets[i].all {
			d.prefixes(id, s.prefixes)
		}
		for addr, a := range x.addrs {
			if _, ok := a.find(i); ok {
				d.address(id, addr, always)
			}
		}
		for _, n := range x.nics {
			if n.net == i {
				for _, k := range n.slots {
					d.address(id, k.addr, always)
				}
			}
		}
		for addr, pieces := range x.public {
			if slices.ContainsFunc(pieces, func(p publicPiece) bool { n := x.nics[p.owner]; return n != nil && n.net == i }) {
				d.address(id, addr, always)
			}
		}
	}
}

// differing returns when what two functions of time tell differs. edges are the
// times at which either may change.
func differing(edges []int64, same func(t int64) bool) []span {
	edges = append(edges, math.MinInt64)
	slices.Sort(edges)
	edges = slices.Compact(edges)
	var out []span
	for i, t := range edges {
		if t == math.MaxInt64 || same(t) {
			continue
		}
		end := int64(math.MaxInt64)
		if i+1 < len(edges) {
			end = edges[i+1]
		}
		if n := len(out); n > 0 && out[n-1].to == t {
			out[n-1].to = end
			continue
		}
		out = append(out, span{t, end})
	}
	return out
}

// slots compares who held each address of each network, and which load balancer
// had it.
func (d *differ) slots() {
	type key struct {
		network inventory.ID
		addr    netip.Addr
	}
	keys := map[key]bool{}
	for _, x := range []*Index{d.a, d.b} {
		for addr, a := range x.addrs {
			for i := range a.tenures {
				keys[key{x.nets[a.tenures[i].net].id, addr}] = true
			}
		}
	}
	pieces := func(x *Index, k key) (held, fronts []piece) {
		if net, ok := x.netOf[k.network]; ok {
			if t := x.in(slot{net, k.addr}); t != nil {
				return t.held, t.fronts
			}
		}
		return nil, nil
	}
	for k := range keys {
		h1, f1 := pieces(d.a, k)
		h2, f2 := pieces(d.b, k)
		if slices.EqualFunc(h1, h2, d.samePiece) && slices.EqualFunc(f1, f2, d.samePiece) {
			continue
		}
		var edges []int64
		for _, list := range [][]piece{h1, h2, f1, f2} {
			for i := range list {
				edges = append(edges, list[i].from, list[i].to)
			}
		}
		for _, s := range differing(edges, func(t int64) bool {
			return d.sameOwner(h1, h2, t) && d.sameOwner(f1, f2, t)
		}) {
			d.address(k.network, k.addr, s)
			for _, list := range [][]piece{h1, h2} {
				for i := range list {
					if p := &list[i]; p.from < s.to && s.from < p.to {
						d.nics[p.nic] = append(d.nics[p.nic], s)
					}
				}
			}
		}
	}
}

// sameOwner reports whether two lists tell the same at t: the same owner, or the
// same reason for none.
func (d *differ) sameOwner(a, b []piece, t int64) bool {
	p, _ := at(a, t)
	q, _ := at(b, t)
	if p == nil || q == nil {
		return p == nil && q == nil && missOf(a, t) == missOf(b, t)
	}
	return d.same(p, q)
}

// same compares owners. Whether a NIC's MAC address is known decides what others
// are that log its address.
func (d *differ) same(p, q *piece) bool {
	told := func(x *Index, id inventory.ID) bool { n := x.nics[id]; return n != nil && n.MAC != "" }
	return p.end.End == q.end.End && p.nic == q.nic && p.lb == q.lb && told(d.a, p.nic) == told(d.b, q.nic)
}

func (d *differ) samePiece(p, q piece) bool { return p.span == q.span && d.same(&p, &q) }

func (d *differ) address(network inventory.ID, a netip.Addr, s span) {
	d.out.List = append(d.out.List, Change{Network: network, Address: a, From: s.from, To: s.to})
	if !private(a) {
		d.out.prefixes = append(d.out.prefixes, Change{Prefix: netip.PrefixFrom(a, a.BitLen()), From: s.from, To: s.to})
		return
	}
	k := addressKey(a)
	d.out.keys[k] = append(d.out.keys[k], s)
}

func (d *differ) mac(mac string, s span) {
	d.out.List = append(d.out.List, Change{MAC: mac, From: s.from, To: s.to})
	k := macKey(mac)
	d.out.keys[k] = append(d.out.keys[k], s)
}

// holders compares the NICs, and which of them each MAC address was of: both
// decide what the rows that a MAC address logged tell.
func (d *differ) holders() {
	macsOf := map[inventory.ID]map[string]bool{}
	macs := map[string]bool{}
	for _, x := range []*Index{d.a, d.b} {
		for mac, list := range x.macs {
			macs[mac] = true
			for _, m := range list {
				if macsOf[m.NIC] == nil {
					macsOf[m.NIC] = map[string]bool{}
				}
				macsOf[m.NIC][mac] = true
			}
		}
		for id := range x.nics {
			if _, known := d.nics[id]; !known {
				d.nics[id] = nil
			}
		}
	}
	for mac := range macs {
		x, y := d.a.macs[mac], d.b.macs[mac]
		var edges []int64
		for _, list := range [][]inventory.MAC{x, y} {
			for _, m := range list {
				edges = append(edges, m.Start, m.End)
			}
		}
		for _, s := range differing(edges, func(t int64) bool { return macAt(x, t) == macAt(y, t) }) {
			d.mac(mac, s)
		}
	}
	for id := range d.nics {
		spans := d.nics[id]
		switch x, y := d.a.nics[id], d.b.nics[id]; {
		case x == nil || y == nil || !d.sameNIC(x, y):
			spans = []span{always}
		default:
			var edges []int64
			for _, n := range []*nic{x, y} {
				for _, a := range n.attached {
					edges = append(edges, a.Start, a.End)
				}
				for _, v := range n.Versions {
					edges = append(edges, v.At)
				}
			}
			spans = append(spans, differing(edges, func(t int64) bool {
				vm1, _ := x.vmAt(t)
				vm2, _ := y.vmAt(t)
				f1, _ := x.forwards(t)
				f2, _ := y.forwards(t)
				return vm1 == vm2 && f1 == f2
			})...)
		}
		d.nics[id] = spans
		for mac := range macsOf[id] {
			for _, s := range spans {
				d.mac(mac, s)
			}
		}
	}
}

func macAt(list []inventory.MAC, t int64) inventory.ID {
	for i := range list {
		if list[i].Has(t) {
			return list[i].NIC
		}
	}
	return ""
}

// sameNIC compares what is asked of a NIC whatever the time.
func (d *differ) sameNIC(x, y *nic) bool {
	network := func(i *Index, net int32) inventory.ID {
		if net < 0 {
			return ""
		}
		return i.nets[net].id
	}
	if network(d.a, x.net) != network(d.b, y.net) || x.MAC != y.MAC || x.Region != y.Region || !slices.Equal(x.subnets, y.subnets) || len(x.slots) != len(y.slots) {
		return false
	}
	for i := range x.slots {
		if x.slots[i].addr != y.slots[i].addr || network(d.a, x.slots[i].net) != network(d.b, y.slots[i].net) {
			return false
		}
	}
	balancers := func(i *Index) []inventory.ID {
		var all []inventory.ID
		for _, m := range i.pools[x.ID] {
			all = append(all, m.Balancer)
		}
		slices.Sort(all)
		return slices.Compact(all)
	}
	return slices.Equal(balancers(d.a), balancers(d.b))
}

// sites compares the blocks behind gateways.
func (d *differ) sites() {
	byPrefix := func(x *Index) map[netip.Prefix][]inventory.Site {
		m := map[netip.Prefix][]inventory.Site{}
		for _, s := range x.estate.Sites {
			m[s.Prefix] = append(m[s.Prefix], s)
		}
		return m
	}
	a, b := byPrefix(d.a), byPrefix(d.b)
	compare := func(p netip.Prefix) {
		if slices.Equal(a[p], b[p]) {
			return
		}
		from := int64(math.MaxInt64)
		for _, s := range slices.Concat(a[p], b[p]) {
			from = min(from, s.Since)
		}
		d.block(Change{Prefix: p, From: from, To: math.MaxInt64})
	}
	for p := range a {
		compare(p)
	}
	for p := range b {
		if _, both := a[p]; !both {
			compare(p)
		}
	}
}

// vacancies compares what is known of addresses of subnets that no NIC held, in
// subnets that both have.
func (d *differ) vacancies() {
	for _, n := range d.a.nets {
		m := d.b.network(n.id)
		if m == nil {
			continue
		}
		for _, s := range n.all {
			k := slices.IndexFunc(m.all, func(r *subnet) bool { return r.id == s.id })
			if k < 0 {
				continue
			}
			r := m.all[k]
			var edges []int64
			for _, list := range [][]vacant{s.vacant, r.vacant} {
				for _, v := range list {
					edges = append(edges, v.from, v.to)
				}
			}
			for _, when := range differing(edges, func(t int64) bool {
				v, w := s.vacantAt(t), r.vacantAt(t)
				return v.known == w.known && v.ends[0].End == w.ends[0].End
			}) {
				for _, p := range s.prefixes {
					d.block(Change{Network: n.id, Prefix: p, From: when.from, To: when.to})
				}
			}
		}
	}
}

// block notes a change of the addresses of a block.
func (d *differ) block(c Change) {
	d.out.List, d.out.prefixes = append(d.out.List, c), append(d.out.prefixes, c)
}

// public compares the estate's own public addresses. What a NIC's says follows
// from what is known of the NIC.
func (d *differ) public() {
	addrs := map[netip.Addr]bool{}
	for _, x := range []*Index{d.a, d.b} {
		for a := range x.public {
			addrs[a] = true
		}
	}
	for a := range addrs {
		x, y := d.a.public[a], d.b.public[a]
		if !slices.Equal(x, y) {
			var edges []int64
			for _, p := range slices.Concat(x, y) {
				edges = append(edges, p.from, p.to)
			}
			for _, s := range differing(edges, func(t int64) bool { return publicAt(x, t) == publicAt(y, t) }) {
				d.address("", a, s)
			}
		}
		for _, p := range slices.Concat(x, y) {
			for _, s := range d.nics[p.owner] {
				if s = s.and(p.span); s.from < s.to {
					d.address("", a, s)
				}
			}
		}
	}
}

// publicAt returns who had a public address at t.
func publicAt(list []publicPiece, t int64) (owner inventory.ID) {
	for i := range list {
		if list[i].has(t) {
			return list[i].owner
		}
	}
	return "nobody"
}
