package attribution

import (
	"math"
	"net/netip"
	"slices"
	"strings"

	"github.com/azflow/azflow/flowlog"
	"github.com/azflow/azflow/internal/inventory"
)

// A Capture is what logged a flow: the columns of the capturing NIC.
type Capture struct {
	NIC, VM, Subnet, VNet string
	NICResource           string
}

// A Resolver tells for rows of flow logs who owned both ends, for one worker. It
// is not safe for concurrent use.
//
// Ends and captures get numbers, which stay until Reset; so do pairs of an
// address and an end, by which all columns of an end can be coded.
type Resolver struct {
	x    *Index
	dict *flowlog.Dict

	Ends     []End
	Captures []Capture
	PairAddr []uint32 // by pair: id in Dict.Addresses
	PairEnd  []uint32 // by pair: position in Ends

	// Of the rows that Resolve was last given:
	Src, Dest   []uint32 // pairs
	Role        []uint32 // a Role
	Verdict     []uint32 // position in Verdicts
	Own         []bool   // whether the near address is the capturing NIC's own
	Capture     []uint32 // position in Captures, by run
	CaptureEnds []uint32 // the row after each run

	ends     map[End]uint32
	known    []uint32 // by number of an end of the index, plus 1; 0 for none yet
	byMAC    []uint32 // likewise: that end as the log of its NIC names it
	captures map[Capture]uint32
	ofEnd    []uint32 // by end: the last pair with it, plus 1
	before   []uint32 // by pair: the one before of its address, plus 1

	logs   []log
	logOf  map[[2]uint32]int32
	log    int32 // the one at hand
	logKey [2]uint32
	eras   int32
	kinds  []uint32 // by address: what it is, see foreign
	tag    []uint32 // by address: what the service tags say of it
	far    []far    // by number of a met address
	met    []met    // likewise
	nears  []near
	flows  [][]uint8 // verdicts by code of near and far place
	pods   []uint8   // of what is behind a NIC, whatever the far place
	sink   uint32
}

// The kind of an address is a table looked up for every row, so it is kept small:
// the pair of an address of the internet, of which no inventory says anything, and
// the number of any other, which is then met.
const (
	isMet    = 1 << 31
	isAzure  = 1 << 30 // of the internet and in a service tag
	kindBits = isAzure - 1
)

// The first in far stand for the addresses of the internet.
const (
	farInternet = iota
	farAzure
	firstMet
)

// far is what was last found for an address at the far end, as long as that
// holds. Times are in ticks.
type far struct {
	from, width uint32
	pair        uint32
	seer        uint16 // code of the network, or of those that reach each other, that sees it so; 0 for nothing
	place       uint16 // code of the place
}

// met is what else is remembered of an address.
type met struct {
	other    far      // what was found before the far at hand
	of       *address // what the index knows
	lastPair uint32   // plus 1
	near     uint32   // position in nears, plus 1
}

// has reports whether f holds at t.
func (f *far) has(t int64) bool { return uint64(t)>>tick-uint64(f.from) < uint64(f.width) }

const (
	// tick is how many bits of a time in µs a far leaves out: it is kept for whole
	// ticks, of about a second, and found anew in those that it holds for a part of.
	tick = 20
)

// near is what was last found for an address at the near end.
type near struct {
	span
	era   int32 // of the log it was found for
	pair  uint32
	own   bool
	role  [2]Role // by direction
	flows []uint8 // verdicts by code of the far place
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

// NewResolver returns a resolver over x of rows whose ids are those of d.
func NewResolver(x *Index, d *flowlog.Dict) *Resolver {
	r := &Resolver{x: x, dict: d, known: make([]uint32, x.ends), byMAC: make([]uint32, x.ends), pods: make([]uint8, len(x.nets)+places)}
	for i := range r.pods {
		r.pods[i] = behindNIC
	}
	r.Reset()
	return r
}

// Reset forgets all numbers. The Dict was reset.
func (r *Resolver) Reset() {
	clear(r.known)
	clear(r.byMAC)
	*r = Resolver{
		x: r.x, dict: r.dict, log: -1, far: r.far[:0], known: r.known, byMAC: r.byMAC, pods: r.pods, flows: r.flows,
		Ends: r.Ends[:0], Captures: r.Captures[:0], PairAddr: r.PairAddr[:0], PairEnd: r.PairEnd[:0],
		Src: r.Src, Dest: r.Dest, Role: r.Role, Verdict: r.Verdict, Own: r.Own, Capture: r.Capture, CaptureEnds: r.CaptureEnds,
		ends: map[End]uint32{}, captures: map[Capture]uint32{}, logOf: map[[2]uint32]int32{},
		before: r.before[:0], ofEnd: r.ofEnd[:0], nears: r.nears[:0], kinds: r.kinds[:0], tag: r.tag[:0], met: append(r.met[:0], met{}, met{}),
	}
	first, n := ticks(always)
	for _, p := range [...]place{farInternet: internet, farAzure: azure} {
		r.far = append(r.far, far{from: first, width: n, place: uint16(p.code())})
	}
}

// chunk is how many rows are looked at before they are resolved.
const chunk = 256

// cached is how many bytes of a table the processor has at hand.
const cached = 256 << 10

// Resolve resolves the rows of c. What it says of them is valid until the next
// call.
func (r *Resolver) Resolve(c *flowlog.Columns) {
	n, addresses := c.Len(), r.dict.Addresses.Len()
	for _, s := range []*[]uint32{&r.Src, &r.Dest, &r.Role, &r.Verdict} {
		*s = slices.Grow((*s)[:0], n)[:n]
	}
	r.Own = slices.Grow(r.Own[:0], n)[:n]
	r.Capture, r.CaptureEnds = r.Capture[:0], r.CaptureEnds[:0]
	r.learn(addresses)
	rec, row, ready := 0, 0, 0
	if 4*len(r.kinds) <= cached {
		ready = n
	}
	for i := 0; i < len(c.Groups); i++ {
		g := &c.Groups[i]
		if g.End == row {
			continue
		}
		for c.Records[rec].End <= row {
			rec++
		}
		// The groups and records of a blob are of one NIC mostly.
		mac, target := g.MAC, c.Records[rec].Target
		last := g.End
		for ; i+1 < len(c.Groups) && c.Groups[i+1].MAC == mac; i++ {
			if c.Groups[i+1].End == last {
				continue
			}
			for c.Records[rec].End <= last {
				rec++
			}
			if c.Records[rec].Target != target {
				break
			}
			last = c.Groups[i+1].End
		}
		r.enter(mac, target)
		for row < last {
			if row >= ready {
				// Looked at one after the other, without asking what for, they come
				// from memory together.
				ready = min(row+chunk, n)
				r.look(c, row, ready)
			}
			end := min(last, ready)
			r.rows(c, row, end)
			row = end
		}
	}
}

// learn takes in addresses that are new.
func (r *Resolver) learn(addresses int) {
	first := len(r.kinds)
	if first >= addresses {
		return
	}
	r.kinds, r.tag = widen(r.kinds, addresses), widen(r.tag, addresses)
	var tags *tagTable
	if r.x.tagged {
		tags = r.x.tags()
	}
	a := r.x.missed(always, PublicMiss, internet)
	end := r.end(&a)
	r.ofEnd = widen(r.ofEnd, len(r.Ends))
	for id := uint32(first); int(id) < addresses; id++ {
		v, foreign := r.dict.Addresses.V4(id)
		if foreign {
			foreign = r.x.foreign(v)
			if tags != nil {
				r.tag[id] = tags.four(v)
			}
		} else {
			hi, _, _ := r.dict.Addresses.V6(id)
			foreign = r.x.foreign6(hi)
			if tags != nil {
				r.tag[id] = tags.find(r.dict.Addresses.Addr(id))
			}
		}
		if !foreign {
			r.meet(id, 0)
			continue
		}
		r.kinds[id] = r.newPair(id, end, 0)
		if r.tag[id] != 0 {
			r.kinds[id] |= isAzure
		}
		r.ofEnd[end] = r.kinds[id]&kindBits + 1
	}
}

// meet gives an address a number, if it has none, and returns it. pair is the
// pair that it has, plus 1.
func (r *Resolver) meet(id, pair uint32) uint32 {
	n := uint32(len(r.met))
	r.far = append(r.far, far{})
	r.met = append(r.met, met{of: r.x.addrs[r.dict.Addresses.Addr(id).Unmap()], lastPair: pair})
	r.kinds[id] = isMet | n
	return n
}

// number returns the number of an address.
func (r *Resolver) number(id uint32) uint32 {
	kind := r.kinds[id]
	if kind&isMet == 0 {
		return r.meet(id, kind&kindBits+1)
	}
	return kind &^ isMet
}

// widen returns s with n elements, the new ones zero.
func widen[T any](s []T, n int) []T {
	if len(s) >= n {
		return s
	}
	had := len(s)
	if cap(s) < n {
		s = slices.Grow(s, max(n, 2*had)-had)
	}
	s = s[:n]
	clear(s[had:])
	return s
}

// look looks at what is remembered of the far ends of rows.
func (r *Resolver) look(c *flowlog.Columns, from, to int) {
	sum, kinds, dests, directions := uint32(0), r.kinds, c.Dest[from:to], c.Direction[from:to]
	for i, id := range c.Src[from:to] {
		if directions[i] == uint32(flowlog.Outbound) {
			id = dests[i]
		}
		sum += kinds[id]
	}
	r.sink = sum
}

// enter says of which NIC, by its MAC address, and of which flow log target the
// next rows are.
func (r *Resolver) enter(mac, target uint32) {
	k := [2]uint32{mac, target}
	if k == r.logKey && r.log >= 0 {
		return
	}
	i, ok := r.logOf[k]
	if !ok {
		i = int32(len(r.logs))
		r.logs = append(r.logs, log{mac: bareMAC(r.dict.Strings.Text(mac)), target: strings.ToLower(r.dict.Strings.Text(target)), span: span{1, 0}})
		r.logOf[k] = i
	}
	r.log, r.logKey = i, k
}

// rows resolves rows of the log at hand.
func (r *Resolver) rows(c *flowlog.Columns, from, to int) {
	var (
		l                        = &r.logs[r.log]
		times, directions        = c.Time[from:to], c.Direction[from:to]
		srcs, dests              = c.Src[from:to], c.Dest[from:to]
		outSrc, outDest          = r.Src[from:to], r.Dest[from:to]
		outRole, outVerdict, own = r.Role[from:to], r.Verdict[from:to], r.Own[from:to]
		kinds, table             = r.kinds, r.far
		at                       near
		start, width             int64 // when at holds, and the log too
		nearID                   uint32
		net, island              uint16
	)
	for i, t := range times {
		out := directions[i] == uint32(flowlog.Outbound)
		nearAddr, farAddr := dests[i], srcs[i]
		if out {
			nearAddr, farAddr = farAddr, nearAddr
		}
		if nearAddr != nearID || uint64(t-start) >= uint64(width) {
			capture := l.capture
			var both span
			at, both = r.near(l, nearAddr, t)
			net, island = r.seers(l.net)
			table = r.far // it may have been met just now
			// All see the internet.
			table[farInternet].seer, table[farAzure].seer = island, island
			nearID, start, width = nearAddr, both.from, both.to-both.from
			if i == 0 || capture != l.capture {
				r.capture(l.capture, from+i)
			}
		}
		// Without a branch, which would be hard to foretell: the far of a met address,
		// or the one that stands for it and the pair of its own.
		kind := kinds[farAddr]
		known := uint32(int32(kind) >> 31)
		f := &table[kind&kindBits&known|kind>>30&^known]
		pair, place := f.pair+kind&kindBits&^known, uint32(f.place)
		if uint32(f.seer^net)*uint32(f.seer^island) != 0 || !f.has(t) {
			pair, place = r.found(l, farAddr, t)
			table = r.far
		}
		verdict := at.flows[place]
		if out {
			outSrc[i], outDest[i], outRole[i] = at.pair, pair, uint32(at.role[flowlog.Outbound])
		} else {
			outSrc[i], outDest[i], outRole[i] = pair, at.pair, uint32(at.role[flowlog.Inbound])
		}
		outVerdict[i], own[i] = uint32(verdict), at.own
	}
	r.CaptureEnds[len(r.CaptureEnds)-1] = uint32(to)
}

// capture begins a run of rows that a NIC logged, at a row, or goes on with the
// last one.
func (r *Resolver) capture(capture uint32, row int) {
	k := len(r.Capture)
	if k > 0 && r.Capture[k-1] == capture {
		return
	}
	if k > 0 {
		r.CaptureEnds[k-1] = uint32(row)
	}
	r.Capture, r.CaptureEnds = append(r.Capture, capture), append(r.CaptureEnds, uint32(row))
}

// seers returns the codes of a network, -1 if it is not known which one, and of
// those that it reaches; 0 for those that have none.
func (r *Resolver) seers(net int32) (one, all uint16) {
	if net < 0 {
		return 1, 1
	}
	n := 2 + int(net)
	m := 2 + len(r.x.nets) + int(r.x.nets[net].island)
	if m > math.MaxUint16 {
		return 0, 0
	}
	return uint16(n), uint16(m)
}

// places is how many codes of places are of none of the index's networks.
const places = 12

// code numbers places from 0.
func (p place) code() uint32 {
	if p == someNetwork {
		return 0
	}
	return uint32(p + places)
}

// verdicts returns those on flows between a place and all others.
func (r *Resolver) verdicts(p place) []uint8 {
	code := int(p.code())
	r.flows = widen(r.flows, code+1)
	if r.flows[code] == nil {
		row := make([]uint8, len(r.x.nets)+places)
		row[someNetwork.code()] = uint8(r.x.verdict(p, someNetwork))
		for i := 2; i < len(row); i++ {
			row[i] = uint8(r.x.verdict(p, place(i-places)))
		}
		r.flows[code] = row
	}
	return r.flows[code]
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
		if !x.tagged {
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
		vm, s := l.nic.attachedAt(t)
		l.span = l.span.and(s)
		l.forwards, s = l.nic.forwards(t)
		l.span = l.span.and(s)
		if l.nic.net >= 0 {
			l.net = l.nic.net
			c.VNet = x.nets[l.net].short
		}
		c.NIC, c.VM, c.Subnet, c.NICResource = l.nic.short, vm.short, l.nic.subnet, l.nic.ID
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

// found finds the far end of a row, and keeps it for as long as it holds.
func (r *Resolver) found(l *log, id uint32, t int64) (pair, place uint32) {
	n := r.number(id)
	f, m := &r.far[n], &r.met[n]
	net, island := r.seers(l.net)
	// Records of a NIC are read by the hour, and those of the next NIC begin anew.
	*f, m.other = m.other, *f
	if (f.seer == net || f.seer == island) && f.has(t) {
		return f.pair, uint32(f.place)
	}
	a := r.x.find(l.net, r.dict.Addresses.Addr(id).Unmap(), m.of, t)
	pair, place = r.pair(id, n, r.end(&a)), a.place.code()
	*f = far{pair: pair, place: uint16(place), seer: net}
	if a.shared {
		f.seer = island
	}
	// What has no room is asked for each time.
	if f.seer != 0 && place <= math.MaxUint16 {
		f.from, f.width = ticks(a.span)
	}
	return pair, place
}

// ticks returns the first whole tick of a span, and how many there are.
func ticks(s span) (first, n uint32) {
	const last = math.MaxUint32
	from, to := max(s.from, 0), max(s.to, 0)
	if from > last<<tick {
		return 0, 0
	}
	first, after := uint32((from+1<<tick-1)>>tick), uint32(min(to>>tick, last))
	if after <= first {
		return 0, 0
	}
	return first, after - first
}

// end returns the number of an answer's end.
func (r *Resolver) end(a *answer) uint32 {
	if !a.fixed {
		return r.made(a.end)
	}
	n := &r.known[a.number]
	if *n == 0 {
		r.Ends = append(r.Ends, *a.end)
		*n = uint32(len(r.Ends))
	}
	return *n - 1
}

// made returns the number of an end that is not the index's own.
func (r *Resolver) made(e *End) uint32 {
	n, ok := r.ends[*e]
	if !ok {
		n = uint32(len(r.Ends))
		r.Ends = append(r.Ends, *e)
		r.ends[*e] = n
	}
	return n
}

// pair returns the number of an address, met as number n, with an end.
func (r *Resolver) pair(id, n, end uint32) uint32 {
	r.ofEnd = widen(r.ofEnd, len(r.Ends))
	// Ends of NICs have one address mostly.
	last := r.ofEnd[end]
	if last != 0 && r.PairAddr[last-1] == id {
		return last - 1
	}
	if last != 0 {
		for p := r.met[n].lastPair; p != 0; p = r.before[p-1] {
			if r.PairEnd[p-1] == end {
				r.ofEnd[end] = p
				return p - 1
			}
		}
	}
	p := r.newPair(id, end, r.met[n].lastPair)
	r.met[n].lastPair, r.ofEnd[end] = p+1, p+1
	return p
}

// newPair numbers an address with an end; before is the last pair of the address,
// plus 1.
func (r *Resolver) newPair(id, end, before uint32) uint32 {
	r.PairAddr, r.PairEnd, r.before = append(r.PairAddr, id), append(r.PairEnd, end), append(r.before, before)
	return uint32(len(r.PairEnd) - 1)
}

// near returns what the near address of a log's row is, and how long that holds.
func (r *Resolver) near(l *log, id uint32, t int64) (near, span) {
	if !l.has(t) {
		r.turn(l, t)
	}
	number := r.number(id)
	m := &r.met[number]
	if m.near == 0 {
		r.nears = append(r.nears, near{})
		m.near = uint32(len(r.nears))
	}
	n := &r.nears[m.near-1]
	if n.era != l.era || !n.has(t) {
		*n = r.findNear(l, id, number, t)
	}
	return *n, n.span.and(l.span)
}

// findNear finds whose the address is that a NIC logs as being on its side: its
// own, or that of something behind it.
func (r *Resolver) findNear(l *log, id, number uint32, t int64) near {
	addr := r.dict.Addresses.Addr(id).Unmap()
	a := r.x.find(l.net, addr, r.met[number].of, t)
	if l.nic != nil && a.owner == l.nic.ID && a.fixed {
		// The index's own end, but for how it was found.
		n := &r.byMAC[a.number]
		if *n == 0 {
			r.Ends = append(r.Ends, *a.end)
			*n = uint32(len(r.Ends))
			r.Ends[*n-1].Attribution = ByMAC
		}
		return r.nearOf(l, r.pair(id, number, *n-1), &a, Responder, false)
	}
	role, pod := Responder, false
	end := *a.end
	switch {
	case l.nic == nil:
		role = r.unknownNIC(l, addr, &a, &end)
	case a.owner == l.nic.ID:
		end.Attribution = ByMAC
	case a.lb != "" && r.x.serves(l.nic, a.lb):
		// A floating front end: packets for it reach the member unchanged.
		front := end
		var s span
		end, s = r.x.nicEnd(l.nic, vmOf(l.nic, t), t)
		end.LoadBalancer, end.LoadBalancerRole, end.Attribution = front.LoadBalancer, front.LoadBalancerRole, ByMAC
		a.owner = l.nic.ID
		a.span = a.span.and(s)
	case !a.known && r.sighted(l, addr):
		// R-SIGHT: it does not forward, the address lies in its subnet and is
		// nobody else's.
		subnet := end.Subnet
		var s span
		end, s = r.x.nicEnd(l.nic, vmOf(l.nic, t), t)
		a.span = a.span.and(s)
		end.Attribution, end.Subnet, end.LoadBalancer, end.LoadBalancerRole = BySighting, subnet, "", ""
		a.place = place(l.net)
	case l.forwards:
		role = Transit
	default:
		role = Transit
		if !a.known {
			pod = true
			end.Miss = Pod
		}
	}
	return r.nearOf(l, r.pair(id, number, r.made(&end)), &a, role, pod)
}

func (r *Resolver) nearOf(l *log, pair uint32, a *answer, role Role, pod bool) near {
	n := near{span: a.span, era: l.era, pair: pair, role: [2]Role{role, role}, own: role == Responder}
	if n.own {
		n.role[flowlog.Outbound] = Initiator
	}
	if n.flows = r.pods; !pod {
		n.flows = r.verdicts(a.place)
	}
	return n
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
	return ok && slices.Contains(l.nic.subnets, subnet.id)
}

// unknownNIC works out the role of a NIC that inventory does not know, and what
// can be said of its address.
func (r *Resolver) unknownNIC(l *log, addr netip.Addr, a *answer, end *End) Role {
	x := r.x
	if l.gateway != nil {
		inside := false
		if subnet, ok := x.nets[l.net].subnets.Find(addr); ok {
			inside = !subnet.gateway
		}
		if !inside {
			return AtGateway
		}
	}
	if end.ApplicationGateway != "" && a.owner == "" {
		return Responder // an application gateway's, whose NICs no list has
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
