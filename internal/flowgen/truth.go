package flowgen

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strings"
	"time"
)

// Truth is what is known about a demo without asking azflow: how many tuples
// each blob holds, how many bytes each exchange moved, who owned which
// address, and what a query must say.
type Truth struct {
	Start, End time.Time
	Totals     Totals
	Blobs      []BlobTruth
	Exchanges  []ExchangeTruth
	Pairs      []PairTruth
	Addresses  []AddressTruth
	Rollovers  []RolloverTruth
}

// Totals counts all blobs.
type Totals struct {
	Blobs      int            `json:"blobs"`
	Records    int            `json:"records"`
	Tuples     int            `json:"tuples"`
	Superseded int            `json:"superseded"` // NSG tuples whose NIC a VNet log covers in that hour
	ByFormat   map[string]int `json:"tuplesByFormat"`
	ByState    map[string]int `json:"tuplesByState"`
	ByAction   map[string]int `json:"tuplesByAction"`
}

// BlobTruth counts one blob. States are as logged: a denied flow has D in
// version 4, B in version 2, and version 1 has no states.
type BlobTruth struct {
	Container string         `json:"container"`
	Name      string         `json:"name"`
	Format    string         `json:"format"`
	MAC       string         `json:"mac"`
	Hour      time.Time      `json:"hour"`
	Bytes     int            `json:"bytes"`
	Records   int            `json:"records"`
	Tuples    int            `json:"tuples"`
	ByState   map[string]int `json:"byState"`
	ByAction  map[string]int `json:"byAction"`
}

// Sums are packets and bytes of one direction and the other.
type Sums struct {
	PacketsSrcToDest int64 `json:"packetsSrcToDest"`
	BytesSrcToDest   int64 `json:"bytesSrcToDest"`
	PacketsDestToSrc int64 `json:"packetsDestToSrc"`
	BytesDestToSrc   int64 `json:"bytesDestToSrc"`
}

func (s *Sums) add(c counters) {
	s.PacketsSrcToDest += c.outPackets
	s.BytesSrcToDest += c.outBytes
	s.PacketsDestToSrc += c.inPackets
	s.BytesDestToSrc += c.inBytes
}

func sums(c counters) Sums {
	var s Sums
	s.add(c)
	return s
}

// Bytes returns the bytes of both directions.
func (s Sums) Bytes() int64 { return s.BytesSrcToDest + s.BytesDestToSrc }

// An Answer is a sum in three ways of counting.
type Answer struct {
	// Table is what Azure's table shows: every capture, counters as logged.
	Table Sums `json:"table"`
	// Primary is Table where IsPrimaryCapture.
	Primary Sums `json:"primary"`
	// Wire is Primary without what a re-created flow counts again: each byte
	// once.
	Wire Sums `json:"wire"`
}

func (a *Answer) add(c counters, primary, again bool) {
	a.Table.add(c)
	if primary {
		a.Primary.add(c)
		if !again {
			a.Wire.add(c)
		}
	}
}

// Add adds b to a.
func (a *Answer) Add(b Answer) {
	for _, p := range []struct {
		to   *Sums
		from Sums
	}{{&a.Table, b.Table}, {&a.Primary, b.Primary}, {&a.Wire, b.Wire}} {
		p.to.add(counters{p.from.PacketsSrcToDest, p.from.BytesSrcToDest, p.from.PacketsDestToSrc, p.from.BytesDestToSrc})
	}
}

// ExchangeTruth is one connection, or attempt at one.
type ExchangeTruth struct {
	ID       int            `json:"id"`
	Story    string         `json:"story"`
	Start    time.Time      `json:"start"`
	End      time.Time      `json:"end"`
	Src      netip.Addr     `json:"src"` // as the initiator sees it
	SrcPort  uint16         `json:"srcPort"`
	Dest     netip.Addr     `json:"dest"`
	DestPort uint16         `json:"destPort"`
	Protocol uint8          `json:"protocol"`
	True     Sums           `json:"true"` // of the whole exchange, logged or not
	Logged   Answer         `json:"logged"`
	Captures []CaptureTruth `json:"captures"`
}

// CaptureTruth is how one NIC logged an exchange.
type CaptureTruth struct {
	MAC        string     `json:"mac"`
	NIC        string     `json:"nic"` // resource ID; of a gateway the name of its instance
	Role       string     `json:"role"`
	Direction  string     `json:"direction"`
	Src        netip.Addr `json:"src"` // as this NIC sees it
	Dest       netip.Addr `json:"dest"`
	ACL        string     `json:"acl"`
	Rule       string     `json:"rule"`
	Encryption string     `json:"encryption"`
	Denied     bool       `json:"denied"`
	Tuples     int        `json:"tuples"`
	Superseded int        `json:"superseded"`
	Logged     Answer     `json:"logged"`
}

// PairTruth sums the tuples of one day, logged resource, direction and pair of
// addresses as the capturing NICs saw them; superseded ones are left out.
type PairTruth struct {
	Day        string     `json:"day"`
	Target     string     `json:"target"`
	Direction  string     `json:"direction"`
	Src        netip.Addr `json:"src"`
	Dest       netip.Addr `json:"dest"`
	SrcSubnet  string     `json:"srcSubnet"`
	DestSubnet string     `json:"destSubnet"`
	Protocol   uint8      `json:"protocol"`
	DestPort   uint16     `json:"destPort"`
	Tuples     int        `json:"tuples"`
	Answer
}

// AddressTruth says what an address was, and from when to when. A zero time
// stands for before the start, or after the end.
type AddressTruth struct {
	Address netip.Addr `json:"address"`
	Kind    string     `json:"kind"` // nic, gateway, pod, frontend, privateEndpoint, public, prefix
	Prefix  string     `json:"prefix,omitempty"`
	VNet    string     `json:"vnet,omitempty"`
	Subnet  string     `json:"subnet,omitempty"`
	NIC     string     `json:"nic,omitempty"`
	MAC     string     `json:"mac,omitempty"`
	VM      string     `json:"vm,omitempty"`
	VMID    string     `json:"vmId,omitempty"`
	Owner   string     `json:"owner,omitempty"` // of all other kinds
	From    time.Time  `json:"from,omitzero"`
	To      time.Time  `json:"to,omitzero"`
}

// RolloverTruth is a re-created flow: an E and a B in one millisecond, and
// maybe a later E that counts what the first one did again.
type RolloverTruth struct {
	Exchange int       `json:"exchange"`
	MAC      string    `json:"mac"`
	At       time.Time `json:"at"`
	Counted  Sums      `json:"counted"`
	Later    time.Time `json:"later,omitzero"` // zero if the logs end before
	Total    Sums      `json:"total"`          // what the later E says
}

// Truth works out the truth, once. The caller must not change it.
func (d *Demo) Truth() (*Truth, error) {
	if d.truth != nil {
		return d.truth, nil
	}
	t := d.traffic
	tr := &Truth{
		Start: d.Start(), End: d.End(),
		Totals: Totals{ByFormat: map[string]int{}, ByState: map[string]int{}, ByAction: map[string]int{}},
	}
	covered, logging := t.hours()
	tr.Exchanges = make([]ExchangeTruth, len(t.exchanges))
	for i := range t.exchanges {
		tr.Exchanges[i] = t.exchangeTruth(i)
	}
	rolled := map[[2]int]*RolloverTruth{}
	pairs := map[PairTruth]*PairTruth{}
	later := t.laterEnds()
	for _, s := range t.streams {
		err := t.hourly(s, func(b Blob, tuples []tuple) error {
			bt := BlobTruth{
				Container: b.Container, Name: b.Name, Format: s.log.format.String(), MAC: s.nic.mac,
				Hour: time.UnixMilli(tuples[0].tick).UTC().Truncate(time.Hour), ByState: map[string]int{}, ByAction: map[string]int{},
			}
			for block := range b.Blocks {
				bt.Bytes += len(block.Data)
				bt.Records++
			}
			bt.Records -= 2 // head and tail
			for _, tu := range tuples {
				x, c := &t.exchanges[tu.exchange], &t.exchanges[tu.exchange].captures[tu.capture]
				ct := &tr.Exchanges[tu.exchange].Captures[tu.capture]
				bt.Tuples++
				bt.ByState[stateName(s.log.format, tu.state)]++
				bt.ByAction[action(tu.state)]++
				ct.Tuples++
				if s.log.format != VNet4 && covered[hourOf{s.nic, tu.at / hourMillis}] {
					ct.Superseded++
					tr.Totals.Superseded++
					continue
				}
				n := tu.n
				if tu.state == 'B' || tu.state == 'D' || s.log.format == NSG1 {
					n = counters{}
				}
				at := time.UnixMilli(tu.at).UTC()
				again := tu.rolled && later[[2]int{int(tu.exchange), int(tu.capture)}]
				primary := x.primary(int(tu.capture), tu.at/hourMillis, logging)
				ct.Logged.add(n, primary, again)
				tr.Exchanges[tu.exchange].Logged.add(n, primary, again)
				k := PairTruth{
					Day: at.Format(time.DateOnly), Target: s.log.target, Direction: string(c.direction), Src: c.src, Dest: c.dst,
					SrcSubnet: t.estate.subnetOf(c.nic, c.src), DestSubnet: t.estate.subnetOf(c.nic, c.dst), Protocol: x.proto, DestPort: x.dstPort,
				}
				p := pairs[k]
				if p == nil {
					p = new(PairTruth)
					*p = k
					pairs[k] = p
				}
				p.Tuples++
				p.add(n, primary, again)
				rk := [2]int{int(tu.exchange), int(tu.capture)}
				switch {
				case tu.rolled:
					rolled[rk] = &RolloverTruth{Exchange: int(tu.exchange), MAC: s.nic.mac, At: at, Counted: sums(n)}
				case tu.state == 'E' && rolled[rk] != nil:
					rolled[rk].Later, rolled[rk].Total = at, sums(n)
				}
			}
			tr.Totals.count(bt)
			tr.Blobs = append(tr.Blobs, bt)
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	for _, p := range pairs {
		tr.Pairs = append(tr.Pairs, *p)
	}
	slices.SortFunc(tr.Pairs, func(a, b PairTruth) int {
		return cmp.Or(strings.Compare(a.Day, b.Day), strings.Compare(a.Target, b.Target), strings.Compare(a.Direction, b.Direction),
			a.Src.Compare(b.Src), a.Dest.Compare(b.Dest), cmp.Compare(a.Protocol, b.Protocol), cmp.Compare(a.DestPort, b.DestPort))
	})
	for _, k := range slices.SortedFunc(maps.Keys(rolled), func(a, b [2]int) int { return cmp.Or(a[0]-b[0], a[1]-b[1]) }) {
		tr.Rollovers = append(tr.Rollovers, *rolled[k])
	}
	tr.Addresses = d.addresses()
	d.truth = tr
	return tr, nil
}

func (t *Totals) count(b BlobTruth) {
	t.Blobs++
	t.Records += b.Records
	t.Tuples += b.Tuples
	t.ByFormat[b.Format] += b.Tuples
	for k, n := range b.ByState {
		t.ByState[k] += n
	}
	for k, n := range b.ByAction {
		t.ByAction[k] += n
	}
}

func stateName(f Format, state byte) string {
	switch {
	case f == NSG1:
		return ""
	case f == NSG2 && state == 'D':
		return "B"
	default:
		return string(state)
	}
}

func action(state byte) string {
	if state == 'D' {
		return "Denied"
	}
	return "Allowed"
}

const hourMillis = int64(time.Hour / time.Millisecond)

type hourOf struct {
	nic  *nic
	hour int64 // since 1970
}

// hours returns the hours of which a NIC tells, in virtual network flow logs
// and in any.
func (t *traffic) hours() (covered, logging map[hourOf]bool) {
	covered, logging = map[hourOf]bool{}, map[hourOf]bool{}
	for _, s := range t.streams {
		for _, tu := range s.tuples {
			h := hourOf{s.nic, tu.at / hourMillis}
			logging[h] = true
			if s.log.format == VNet4 {
				covered[h] = true
			}
		}
	}
	return covered, logging
}

// laterEnds returns the captures, by exchange and position, whose re-created
// flow ends before the logs do.
func (t *traffic) laterEnds() map[[2]int]bool {
	ends := map[[2]int]bool{}
	for _, s := range t.streams {
		for _, tu := range s.tuples {
			if tu.state == 'E' && !tu.rolled && t.exchanges[tu.exchange].rollover > 0 {
				ends[[2]int{int(tu.exchange), int(tu.capture)}] = true
			}
		}
	}
	return ends
}

// primary reports whether capture c of x is the one that counts in an hour: no
// NIC of a better role tells of it.
func (x *exchange) primary(c int, hour int64, logging map[hourOf]bool) bool {
	for i := range x.captures {
		o := &x.captures[i]
		better := o.role < x.captures[c].role || (o.role == x.captures[c].role && i < c)
		if better && logging[hourOf{o.nic, hour}] {
			return false
		}
	}
	return true
}

func (t *traffic) exchangeTruth(i int) ExchangeTruth {
	x := &t.exchanges[i]
	start := t.midnight.Add(x.start).Truncate(time.Millisecond)
	et := ExchangeTruth{
		ID: i, Story: x.story, Start: start, End: start.Add(x.length.Truncate(time.Millisecond)), Src: x.src, SrcPort: x.srcPort,
		Dest: x.dst, DestPort: x.dstPort, Protocol: x.proto, True: sums(x.n),
	}
	for j := range x.captures {
		c := &x.captures[j]
		id := c.nic.id()
		if c.nic.kind == gateway {
			id = c.nic.name
		}
		et.Captures = append(et.Captures, CaptureTruth{
			MAC: c.nic.mac, NIC: id, Role: c.role.String(), Direction: string(c.direction), Src: c.src, Dest: c.dst,
			ACL: c.acl, Rule: c.rule, Encryption: c.enc, Denied: c.deny,
		})
	}
	return et
}

// subnetOf returns the subnet that holds a as n's network sees it: its own
// networks and those reached through peerings; empty for none.
func (e *estate) subnetOf(n *nic, a netip.Addr) string {
	seen := map[*vnet]bool{n.subnet.vnet: true}
	for queue := []*vnet{n.subnet.vnet}; len(queue) > 0; queue = queue[1:] {
		for _, s := range queue[0].subnets {
			for _, p := range s.prefixes {
				if p.Contains(a) {
					return s.short()
				}
			}
		}
		for _, peer := range queue[0].peers {
			if !seen[peer] {
				seen[peer] = true
				queue = append(queue, peer)
			}
		}
	}
	return ""
}

// addresses lists who owned what.
func (d *Demo) addresses() []AddressTruth {
	var out []AddressTruth
	during := func(a AddressTruth, s span) AddressTruth {
		if s.from != always {
			a.From = d.traffic.midnight.Add(s.from)
		}
		if s.to != forever {
			a.To = d.traffic.midnight.Add(s.to)
		}
		return a
	}
	for _, n := range d.estate.nics {
		for _, h := range n.ips {
			a := AddressTruth{Address: h.addr, Kind: "nic", VNet: n.subnet.vnet.id(), Subnet: n.subnet.id(), NIC: n.id(), MAC: n.mac}
			if n.kind == gateway {
				a.Kind, a.NIC, a.Owner = "gateway", "", armID(n.subnet.vnet.sub, n.rg, "Microsoft.Network/virtualNetworkGateways", "er-gw")
				out = append(out, during(a, h.span))
				continue
			}
			for _, v := range n.vms {
				s := span{max(h.from, v.from), min(h.to, v.to)}
				if s.from >= s.to {
					continue
				}
				a.VM, a.VMID = v.vm.id(), v.vm.vmID()
				out = append(out, during(a, s))
			}
		}
		if n.public != nil {
			out = append(out, AddressTruth{Address: n.public.addr, Kind: "public", Owner: n.public.id(), NIC: n.id(), VM: n.vms[0].vm.id(), VMID: n.vms[0].vm.vmID()})
		}
	}
	for _, p := range d.estate.pods {
		out = append(out, AddressTruth{Address: p.addr, Kind: "pod", Owner: p.node.id(), Subnet: d.estate.subnetOf(p.node, p.addr)})
	}
	for _, l := range d.estate.balancers {
		a := AddressTruth{Address: l.frontend, Kind: "frontend", Owner: l.id()}
		if l.subnet != nil {
			a.VNet, a.Subnet = l.subnet.vnet.id(), l.subnet.id()
		}
		out = append(out, a)
	}
	for _, p := range d.estate.endpoints {
		out = append(out, AddressTruth{Address: p.addr, Kind: "privateEndpoint", Owner: p.id(), VNet: p.subnet.vnet.id(), Subnet: p.subnet.id()})
	}
	for _, p := range []struct {
		prefix netip.Prefix
		owner  string
	}{
		{onPremises, armID(prodSub, hubRG, "Microsoft.Network/expressRouteCircuits", "er-circuit-ams")},
		{branch, armID(prodSub, hubRG, "Microsoft.Network/localNetworkGateways", "branch-lng")},
		{vpnClients, armID(prodSub, hubRG, "Microsoft.Network/virtualNetworkGateways", "vpn-gw")},
	} {
		out = append(out, AddressTruth{Address: p.prefix.Addr(), Kind: "prefix", Prefix: p.prefix.String(), Owner: p.owner})
	}
	return out
}

// WriteTruth writes the truth as files: truth/totals.json, truth/recipes.json
// (see [Demo.Recipes]), and one line of JSON each in truth/{blobs,exchanges,pairs,addresses,rollovers}.ndjson.
func (d *Demo) WriteTruth(to Sink) error {
	t, err := d.Truth()
	if err != nil {
		return err
	}
	text, err := json.MarshalIndent(struct {
		Start  time.Time `json:"start"`
		End    time.Time `json:"end"`
		Totals `json:"totals"`
	}{t.Start, t.End, t.Totals}, "", "  ")
	if err != nil {
		return fmt.Errorf("write down the truth: %w", err)
	}
	if err := to.File(File{"truth/totals.json", t.End, append(text, '\n')}); err != nil {
		return err
	}
	recipes, err := d.Recipes()
	if err != nil {
		return err
	}
	text, err = json.MarshalIndent(recipes, "", " ")
	if err != nil {
		return fmt.Errorf("write down the truth: %w", err)
	}
	if err := to.File(File{"truth/recipes.json", t.End, append(text, '\n')}); err != nil {
		return err
	}
	for _, f := range []struct {
		name  string
		lines func(*bytes.Buffer) error
	}{
		{"blobs", func(b *bytes.Buffer) error { return lines(b, t.Blobs) }},
		{"exchanges", func(b *bytes.Buffer) error { return lines(b, t.Exchanges) }},
		{"pairs", func(b *bytes.Buffer) error { return lines(b, t.Pairs) }},
		{"addresses", func(b *bytes.Buffer) error { return lines(b, t.Addresses) }},
		{"rollovers", func(b *bytes.Buffer) error { return lines(b, t.Rollovers) }},
	} {
		var b bytes.Buffer
		if err := f.lines(&b); err != nil {
			return err
		}
		if err := to.File(File{"truth/" + f.name + ".ndjson", t.End, b.Bytes()}); err != nil {
			return err
		}
	}
	return nil
}

// lines writes each of rows as a line of JSON.
func lines[T any](b *bytes.Buffer, rows []T) error {
	enc := json.NewEncoder(b)
	enc.SetEscapeHTML(false)
	for _, r := range rows {
		if err := enc.Encode(r); err != nil {
			return fmt.Errorf("write down the truth: %w", err)
		}
	}
	return nil
}
