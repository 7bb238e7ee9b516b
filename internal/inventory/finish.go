package inventory

import (
	"cmp"
	"encoding/json"
	"math"
	"net/netip"
	"slices"
	"strings"
)

// finish turns the tracks into windows.
func (b *builder) finish() {
	e := b.e
	held := b.settle()
	attached := map[ID][]span{}
	for nic, t := range b.attached {
		attached[nic] = t.all()
		for _, s := range attached[nic] {
			e.Attachments = append(e.Attachments, Attachment{s.Window, nic, s.holder})
		}
	}
	slices.SortFunc(e.Attachments, func(x, y Attachment) int {
		return cmp.Or(strings.Compare(x.NIC, y.NIC), cmp.Compare(x.Start, y.Start))
	})
	for k, spans := range held {
		for _, s := range spans {
			h := Holding{Window: s.Window, Network: k.network, Address: k.addr, NIC: s.holder, Subnet: b.subnets[k][s.holder], Config: b.configs[s.holder][k.addr]}
			e.Holdings = append(e.Holdings, cut(h, attached[s.holder])...)
		}
	}
	slices.SortFunc(e.Holdings, func(x, y Holding) int {
		return cmp.Or(strings.Compare(x.Network, y.Network), x.Address.Compare(y.Address), cmp.Compare(x.Start, y.Start))
	})
	for mac, t := range b.macs {
		spans := t.all()
		for i, s := range spans {
			w := s.Window
			// Nobody else had it before, or until the next one did.
			if i == 0 {
				w.Start = math.MinInt64
			}
			w.End = Forever
			if i+1 < len(spans) {
				w.End = spans[i+1].Start
			}
			e.MACs = append(e.MACs, MAC{w, strings.ReplaceAll(mac, "-", ""), s.holder})
		}
	}
	slices.SortFunc(e.MACs, func(x, y MAC) int {
		return cmp.Or(strings.Compare(x.Address, y.Address), cmp.Compare(x.Start, y.Start))
	})
	for k, t := range b.members {
		for _, s := range t.all() {
			e.Members = append(e.Members, Member{s.Window, k[0], k[1]})
		}
	}
	b.literalMembers()
	slices.SortFunc(e.Members, func(x, y Member) int {
		return cmp.Or(strings.Compare(x.Config, y.Config), strings.Compare(x.Balancer, y.Balancer), cmp.Compare(x.Start, y.Start))
	})
	for k, t := range b.fronts {
		for _, s := range t.all() {
			e.Fronts = append(e.Fronts, Front{s.Window, k.network, b.frontIn[k], k.addr, s.holder})
		}
	}
	slices.SortFunc(e.Fronts, func(x, y Front) int {
		return cmp.Or(strings.Compare(x.Network, y.Network), x.Address.Compare(y.Address), cmp.Compare(x.Start, y.Start))
	})
	for addr, t := range b.publics {
		for _, s := range t.all() {
			id, config, _ := strings.Cut(s.holder, " ")
			owner := config
			for _, part := range []string{"ipconfigurations", "frontendipconfigurations", "virtualnetworkgatewayipconfigurations", "gatewayipconfigurations"} {
				owner = parent(owner, part)
			}
			e.Publics = append(e.Publics, Public{s.Window, addr, id, owner})
		}
	}
	slices.SortFunc(e.Publics, func(x, y Public) int { return cmp.Or(x.Address.Compare(y.Address), cmp.Compare(x.Start, y.Start)) })
	for k, t := range b.gates {
		for _, s := range t.all() {
			e.Gates = append(e.Gates, Gate{s.Window, k[0], k[1]})
		}
	}
	slices.SortFunc(e.Gates, func(x, y Gate) int {
		return cmp.Or(strings.Compare(x.Subnet, y.Subnet), strings.Compare(x.Gateway, y.Gateway), cmp.Compare(x.Start, y.Start))
	})
	for k, t := range b.groups {
		for _, s := range t.all() {
			e.Groups = append(e.Groups, Group{s.Window, k[0], k[1]})
		}
	}
	slices.SortFunc(e.Groups, func(x, y Group) int {
		return cmp.Or(strings.Compare(x.Of, y.Of), strings.Compare(x.Group, y.Group), cmp.Compare(x.Start, y.Start))
	})
	slices.SortFunc(e.Gateways, func(x, y Gateway) int { return strings.Compare(x.ID, y.ID) })
	b.outside()
	b.named()
}

// literalMembers makes members of the configurations that held an address that a
// pool of an application gateway names, in the gateway's network or one peered with
// it.
func (b *builder) literalMembers() {
	named := map[netip.Addr][]literal{}
	for l := range b.literals {
		named[l.addr] = append(named[l.addr], l)
	}
	subnets := map[ID][]ID{}
	for k := range b.gates {
		subnets[k[1]] = append(subnets[k[1]], k[0])
	}
	near := func(a, b ID, nets map[ID]*Network) bool {
		return a == b || nets[a] != nil && slices.Contains(nets[a].Peers, b) || nets[b] != nil && slices.Contains(nets[b].Peers, a)
	}
	for i := range b.e.Holdings {
		h := &b.e.Holdings[i]
		for _, l := range named[h.Address] {
			at := slices.ContainsFunc(subnets[l.gateway], func(subnet ID) bool { return near(networkOf(subnet), h.Network, b.e.Networks) })
			if h.Config == "" || !at {
				continue
			}
			for _, s := range b.literals[l].all() {
				w := s.Window
				w.Start, w.End = max(w.Start, h.Start), min(w.End, h.End)
				if w.Start < w.End {
					b.e.Members = append(b.e.Members, Member{w, h.Config, l.gateway})
				}
			}
		}
	}
}

// cut returns the pieces of a holding in which its NIC was attached to one VM,
// or to none.
func cut(h Holding, attached []span) []Holding {
	var pieces []Holding
	add := func(from, to int64, vm ID) {
		if from >= to {
			return
		}
		p := h
		p.Start, p.End, p.VM = from, to, vm
		p.First, p.Last = max(h.First, from), min(h.Last, to)
		p.First = min(p.First, to)
		p.Last = max(p.Last, p.First)
		pieces = append(pieces, p)
	}
	at := h.Start
	for _, a := range attached {
		if a.End <= at || a.Start >= h.End {
			continue
		}
		add(at, a.Start, "")
		add(max(at, a.Start), min(a.End, h.End), a.holder)
		at = min(a.End, h.End)
	}
	add(at, h.End, "")
	return pieces
}

// outside collects the blocks of addresses that lie behind gateways.
func (b *builder) outside() {
	hubs := map[ID]ID{}
	for _, g := range b.e.Gateways {
		hubs[g.ID] = g.Network
	}
	connection := map[ID]ID{} // of a gateway with a local network gateway or circuit
	add := func(s Site) {
		if s.Since == 0 {
			s.Since = math.MinInt64
		}
		s.Hub = hubs[s.Gateway]
		if s.Connection = connection[s.LocalGateway]; s.LocalGateway == "" {
			s.Connection = connection[s.Circuit]
		}
		b.e.Sites = append(b.e.Sites, s)
	}
	through := map[ID]ID{} // gateway of a local network gateway or circuit
	for _, c := range b.conns {
		for _, far := range []ID{c.ref("localnetworkgateway2"), c.ref("peer")} {
			if far != "" {
				through[far] = c.ref("virtualnetworkgateway1")
				connection[far] = strings.ToLower(c.text("id"))
			}
		}
	}
	for gw, pool := range b.clients {
		for _, p := range pool {
			add(Site{Prefix: p, Client: true, Gateway: gw, Evidence: "client pool"})
		}
	}
	for lng, prefixes := range b.lngs {
		for _, p := range prefixes {
			add(Site{Prefix: p, LocalGateway: lng, Gateway: through[lng], Evidence: "local network gateway"})
		}
	}
	only := ID("")
	if len(b.circuits) == 1 {
		for _, id := range b.circuits {
			only = id
		}
	}
	for _, o := range b.latest[typeSite] {
		body := parse(o.Body)
		p, err := netip.ParsePrefix(body.text("cidr"))
		if err != nil {
			continue // import refused it
		}
		s := Site{Prefix: p.Masked(), Name: body.text("name"), Circuit: strings.ToLower(body.text("circuit")), Evidence: "site"}
		if id, ok := b.circuits[s.Circuit[strings.LastIndexByte(s.Circuit, '/')+1:]]; ok {
			s.Circuit = id
			s.Gateway = through[id]
		}
		if t, err := parseDay(body.text("since")); err == nil {
			s.Since = t.UnixMicro()
		}
		add(s)
	}
	for _, o := range b.latest[typeRoute] {
		p, err := netip.ParsePrefix(o.ID)
		body := parse(o.Body)
		path := body.first("path", "aspath")
		if err != nil || strings.Contains(path, azureGateways) || strings.EqualFold(body.text("origin"), "Network") {
			continue // a virtual network
		}
		s := Site{Prefix: p.Masked(), Circuit: only, Evidence: "learned route"}
		switch { // live routes say whose they are
		case body.text("circuit") != "":
			s.Circuit = strings.ToLower(body.text("circuit"))
		case body.text("gateway") != "":
			s.Circuit, s.Gateway = "", strings.ToLower(body.text("gateway"))
		case body.text("sourcepeer") != "" && !strings.Contains(path, microsoftEdge):
			s.Circuit = "" // of a VPN gateway
		}
		if s.Circuit != "" {
			s.Gateway = through[s.Circuit]
		}
		add(s)
	}
	// What says more comes first of equal prefixes: a circuit or a gateway.
	slices.SortFunc(b.e.Sites, func(x, y Site) int {
		return cmp.Or(strings.Compare(x.Prefix.String(), y.Prefix.String()), strings.Compare(y.Circuit+y.LocalGateway, x.Circuit+x.LocalGateway), strings.Compare(x.Evidence, y.Evidence))
	})
}

// Numbers of autonomous systems in the paths of routes: of Azure's gateways, behind
// which lie virtual networks, and of Microsoft's edge, behind which lie circuits.
// MS Learn: "ExpressRoute routing requirements".
const (
	azureGateways = "65515"
	microsoftEdge = "12076"
)

func parse(body string) object {
	var m map[string]any
	if err := json.Unmarshal([]byte(body), &m); err != nil {
		return nil // Build has refused it before
	}
	return m
}

// named collects service tags and labels.
func (b *builder) named() {
	for _, o := range b.latest[typeTag] {
		body := parse(o.Body)
		b.e.Tags = append(b.e.Tags, ServiceTag{Name: body.text("name"), Region: strings.ToLower(body.text("region")), Prefixes: body.prefixes("addressprefixes")})
	}
	slices.SortFunc(b.e.Tags, func(x, y ServiceTag) int { return strings.Compare(x.Name, y.Name) })
	for _, o := range b.latest[typeLabel] {
		body := parse(o.Body)
		if p, err := netip.ParsePrefix(body.text("cidr")); err == nil {
			b.e.Labels = append(b.e.Labels, Label{p.Masked(), body.text("label")})
		}
	}
	slices.SortFunc(b.e.Labels, func(x, y Label) int { return strings.Compare(x.Prefix.String(), y.Prefix.String()) })
}
