package inventory

import (
	"cmp"
	"encoding/json"
	"math"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/azflow/azflow/flowlog"
)

// A Sighting is an address that a NIC logged as being on its side, from First to
// Last: a word of the flow logs on who held it (R-SIGHT).
type Sighting struct {
	MAC         string // 12 upper-case hexadecimal digits
	Address     netip.Addr
	Network     ID
	First, Last time.Time
}

// Observation returns the sighting as an observation.
func (s *Sighting) Observation() (Observation, error) {
	body, err := json.Marshal(map[string]any{
		"mac": s.MAC, "ip": s.Address.String(), "network": s.Network, "last": s.Last.UTC().Format(time.RFC3339Nano),
	})
	return Observation{Time: s.First.UTC().Truncate(time.Microsecond), Kind: Seen, Type: TypeSighting, ID: s.MAC + " " + s.Address.String() + " " + s.Network, Body: string(body), Source: "flow logs"}, err
}

// sighting is a stretch in which a MAC address was seen with an address.
type sighting struct {
	mac         string
	first, last int64
	nic         ID // whose MAC address it is, '' if nobody knows
}

func (b *builder) sighting(body object, at int64) {
	addr, err := netip.ParseAddr(body.text("ip"))
	last, terr := time.Parse(time.RFC3339Nano, body.text("last"))
	if err != nil || terr != nil {
		return // no azflow wrote it
	}
	k := slot{body.text("network"), addr.Unmap()}
	b.sights[k] = append(b.sights[k], sighting{mac: flowlog.FormatMAC(body.text("mac")), first: at, last: last.UnixMicro()})
}

// maxOwn is how many addresses a MAC address is seen with at most for its
// sightings to count: what has more stands before others, as a node before its
// pods.
const maxOwn = 16

// settle returns the windows of all slots by time, with what flow logs say of
// them. A sighting of a MAC address that is a NIC's makes the NIC's windows
// longer, and ends that of another NIC of which nothing was seen since; one of a
// MAC address that nobody knows does the latter.
func (b *builder) settle() map[slot][]span {
	held := make(map[slot][]span, len(b.held))
	for k, t := range b.held {
		held[k] = t.all()
	}
	if len(b.sights) == 0 {
		return held
	}
	addrs := map[string]map[slot]bool{}
	for k, list := range b.sights {
		for _, s := range list {
			if addrs[s.mac] == nil {
				addrs[s.mac] = map[slot]bool{}
			}
			addrs[s.mac][k] = true
		}
	}
	for k, list := range b.sights {
		if b.fronts[k] != nil { // whoever serves it logs it
			delete(b.sights, k)
			continue
		}
		list = slices.DeleteFunc(list, func(s sighting) bool { return len(addrs[s.mac]) > maxOwn })
		b.sights[k] = runs(list)
	}
	b.learn(held)
	for k, list := range b.sights {
		for i := range list {
			b.whose(&list[i])
		}
		held[k] = b.applied(k, held[k], list)
	}
	b.attach()
	return held
}

// runs joins sightings of one MAC address with no other's between them.
func runs(list []sighting) []sighting {
	slices.SortFunc(list, func(x, y sighting) int { return cmp.Or(cmp.Compare(x.first, y.first), strings.Compare(x.mac, y.mac)) })
	var out []sighting
	for _, s := range list {
		if n := len(out); n > 0 && out[n-1].mac == s.mac {
			out[n-1].last = max(out[n-1].last, s.last)
			continue
		}
		out = append(out, s)
	}
	return out
}

// whose finds the NIC of a sighting by its MAC address.
func (b *builder) whose(s *sighting) {
	t := b.macs[s.mac]
	if t == nil {
		return
	}
	spans := t.all()
	for i := range spans {
		// A NIC has its MAC address until another one has it.
		if i == len(spans)-1 || s.first < spans[i+1].Start {
			s.nic = spans[i].holder
			return
		}
	}
}

// learn finds the MAC addresses of NICs of which no observation tells one: a NIC
// that inventory saw with an address while, or just before, the one MAC address
// was seen with it that is nobody else's.
func (b *builder) learn(held map[slot][]span) {
	told := map[ID]bool{}
	for _, t := range b.macs {
		for _, s := range t.all() {
			told[s.holder] = true
		}
	}
	type guess struct {
		mac string
		at  int64
	}
	guesses := map[ID][]guess{}
	of := map[string]map[ID]bool{}
	for k, list := range b.sights {
		for _, s := range list {
			if b.macs[s.mac] != nil {
				continue
			}
			for i := range held[k] {
				h := &held[k][i]
				if told[h.holder] || s.last < h.Start || s.first >= h.End {
					continue
				}
				// Seen with it within the sighting, or nothing else was seen between.
				within := s.first <= h.Last && h.First <= s.last
				next := s.first >= h.First && !slices.ContainsFunc(list, func(o sighting) bool { return o.mac != s.mac && o.first >= h.First && o.first < s.first })
				if within || next {
					guesses[h.holder] = append(guesses[h.holder], guess{s.mac, s.first})
					if of[s.mac] == nil {
						of[s.mac] = map[ID]bool{}
					}
					of[s.mac][h.holder] = true
				}
			}
		}
	}
	for nic, list := range guesses {
		mac := list[0].mac
		if len(of[mac]) != 1 || slices.ContainsFunc(list, func(g guess) bool { return g.mac != mac }) {
			continue // in doubt
		}
		first := list[0].at
		for _, g := range list {
			first = min(first, g.at)
		}
		b.macs.at(mac).see(first, nic, fromFlows)
		if n := b.e.NICs[nic]; n != nil && n.MAC == "" {
			n.MAC = mac
		}
	}
}

// applied returns the windows of a slot with its sightings.
func (b *builder) applied(k slot, spans []span, list []sighting) []span {
	for _, s := range list {
		nic := b.e.NICs[s.nic]
		if nic != nil && nic.At(s.first).Forwarding {
			continue
		}
		if s.nic == "" && !b.contradicts(spans, s) {
			continue
		}
		spans = cutOut(spans, s, list)
		if s.nic == "" || !b.own(k, s.nic) {
			continue
		}
		spans = put(spans, s)
	}
	return spans
}

// contradicts reports whether a MAC address that nobody knows cannot be that of
// the holder at its time: that one has another.
func (b *builder) contradicts(spans []span, s sighting) bool {
	for i := range spans {
		h := &spans[i]
		if h.Start <= s.last && s.first < h.End {
			n := b.e.NICs[h.holder]
			return n != nil && n.MAC != "" && n.MAC != s.mac
		}
	}
	return false
}

// own reports whether an address lies in a subnet that a NIC has had an address
// of.
func (b *builder) own(k slot, nic ID) bool {
	if b.subnets[k][nic] != "" {
		return true
	}
	n := b.e.Networks[k.network]
	if n == nil {
		return false
	}
	for addr := range b.configs[nic] {
		subnet := b.subnets[slot{k.network, addr}][nic]
		for _, s := range n.Subnets {
			if s.ID == subnet && slices.ContainsFunc(s.Prefixes, func(p netip.Prefix) bool { return p.Contains(k.addr) }) {
				if b.subnets[k] == nil {
					b.subnets[k] = map[ID]ID{}
				}
				b.subnets[k][nic] = subnet
				return true
			}
		}
	}
	return false
}

// cutOut takes the time of a sighting from the windows of others, as far as they
// were not seen in it, and what follows it unless they were seen later.
func cutOut(spans []span, s sighting, list []sighting) []span {
	var out []span
	for _, h := range spans {
		if h.holder == s.nic || s.last < h.Start || s.first >= h.End {
			out = append(out, h)
			continue
		}
		later := h.Last > s.last
		between := h.Last > s.first && !later || h.First >= s.first && h.First <= s.last
		for _, o := range list {
			later = later || o.nic == h.holder && o.first > s.last && o.first < h.End
		}
		if between { // inventory names another owner
			out = append(out, h)
			continue
		}
		if h.Start < s.first {
			before := h
			before.End, before.Last = s.first, min(h.Last, s.first)
			out = append(out, before)
		}
		if later && s.last+1 < h.End {
			after := h
			after.Start = s.last + 1
			after.First = max(h.First, after.Start)
			out = append(out, after)
		}
	}
	return out
}

// put gives the time of a sighting to its NIC, as far as nobody has it, and what
// lies between that and the NIC's own windows.
func put(spans []span, s sighting) []span {
	from, to := s.first, s.last+1
	free := []span{{Window: Window{Start: from, End: to, First: from, Last: s.last, Source: fromFlows.String()}, holder: s.nic, source: fromFlows}}
	for _, h := range spans {
		var rest []span
		for _, f := range free {
			if h.End <= f.Start || h.Start >= f.End {
				rest = append(rest, f)
				continue
			}
			if f.Start < h.Start {
				x := f
				x.End = h.Start
				rest = append(rest, x)
			}
			if h.End < f.End {
				x := f
				x.Start = h.End
				rest = append(rest, x)
			}
		}
		free = rest
	}
	spans = append(spans, free...)
	slices.SortFunc(spans, func(x, y span) int { return cmp.Compare(x.Start, y.Start) })
	// Windows of one NIC with nobody between them are one.
	var out []span
	for _, h := range spans {
		n := len(out)
		if n == 0 || out[n-1].holder != h.holder || h.source&fromFlows == 0 && out[n-1].source&fromFlows == 0 {
			out = append(out, h)
			continue
		}
		o := &out[n-1]
		o.End, o.First, o.Last = max(o.End, h.End), min(o.First, h.First), max(o.Last, h.Last)
		o.source |= h.source
		o.Source = o.source.String()
	}
	return out
}

// attach gives a NIC that flow logs show before its first VM is known that VM, and
// one that they show soon after the last one's end that: a NIC says nothing without
// a VM, and the control plane's clock is not the log's.
func (b *builder) attach() {
	first, last := map[ID]int64{}, map[ID]int64{}
	for k, list := range b.sights {
		for _, s := range list {
			if s.nic == "" || !b.own(k, s.nic) {
				continue
			}
			if f, ok := first[s.nic]; !ok || s.first < f {
				first[s.nic] = s.first
			}
			last[s.nic] = max(last[s.nic], s.last)
		}
	}
	for nic, at := range first {
		t := b.attached[nic]
		if t == nil {
			continue
		}
		earliest := t.open
		if len(t.spans) > 0 {
			earliest = &t.spans[0]
		}
		if earliest != nil && at < earliest.Start && at > math.MinInt64 {
			earliest.Start = at
			earliest.source |= fromFlows
		}
		n := len(t.spans)
		if t.open != nil || n == 0 {
			continue
		}
		if end := &t.spans[n-1]; last[nic] >= end.End && last[nic]-end.End <= again {
			end.End = last[nic] + 1
			end.source |= fromFlows
		}
	}
}

// Within reports whether an observation of the same address and MAC address tells
// all that s does.
func Within(s *Sighting, o *Observation) bool {
	last, err := time.Parse(time.RFC3339Nano, parse(o.Body).text("last"))
	return err == nil && !s.First.Before(o.Time) && !s.Last.After(last)
}
