package flowgen

import (
	"cmp"
	"hash/fnv"
	"io"
	"math"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strconv"
	"time"
)

// IANA protocol numbers.
const (
	tcp = 6
	udp = 17
)

// A role is what a capturing NIC is to an exchange. A lower one is preferred
// as the primary capture.
type role uint8

const (
	initiator role = iota
	responder
	transit
	atGateway
)

func (r role) String() string {
	return [...]string{"Initiator", "Responder", "Transit", "Gateway"}[r]
}

// An exchange is one connection, or attempt at one, as it truly was.
type exchange struct {
	story            string
	start, length    moment
	proto            uint8
	src, dst         netip.Addr // as the initiator sees them
	srcPort, dstPort uint16
	n                counters // in truth, as the initiator would count them
	attempts         int      // D tuples where it is denied
	rollover         moment   // when the platform re-creates the flow; 0 for never
	onlyEnd          bool     // nothing but the E is logged
	captures         []capture
}

// A capture is how one NIC sees an exchange.
type capture struct {
	nic       *nic
	role      role
	direction byte // I or O
	src, dst  netip.Addr
	acl, rule string
	enc       string
	deny      bool
	skew      time.Duration
	excess    float64 // share of packets that it counts on top of the initiator
}

// A tuple is one flow tuple of a stream. Its addresses and so on are those of
// its capture.
type tuple struct {
	at       int64 // Unix milliseconds
	tick     int64 // when its record is logged, Unix milliseconds
	exchange int32
	capture  uint8
	state    byte
	rolled   bool // an E whose counters a later E repeats
	n        counters
}

type counters struct{ outPackets, outBytes, inPackets, inBytes int64 }

func (c counters) minus(d counters) counters {
	return counters{c.outPackets - d.outPackets, c.outBytes - d.outBytes, c.inPackets - d.inPackets, c.inBytes - d.inBytes}
}

// times returns c scaled by f, cut to whole numbers.
func (c counters) times(f float64) counters {
	scale := func(n int64) int64 { return int64(float64(n) * f) }
	return counters{scale(c.outPackets), scale(c.outBytes), scale(c.inPackets), scale(c.inBytes)}
}

// A stream is what one NIC writes to one flow log.
type stream struct {
	log      *flowLog
	nic      *nic
	shell    shell
	fraction time.Duration
	tuples   []tuple
}

type streamKey struct {
	log *flowLog
	nic *nic
}

// traffic collects exchanges and the tuples that tell of them.
type traffic struct {
	estate    *estate
	seed      uint64
	midnight  time.Time // where moments are counted from
	end       moment    // nothing is logged after it
	exchanges []exchange
	streams   []*stream
	byKey     map[streamKey]*stream
}

// chance returns the chance of a story on one day: the same whatever else is
// generated.
func (t *traffic) chance(story string, dayOf int) *rand.Rand {
	h := fnv.New64a()
	// A hash never fails to write.
	_, _ = io.WriteString(h, story+"/"+strconv.Itoa(dayOf))
	return rand.New(rand.NewPCG(t.seed, h.Sum64()))
}

// An end is one end of an exchange.
type end struct {
	nic  *nic       // nil if it does not log
	addr netip.Addr // its own address
	vip  netip.Addr // destination: the front end that the initiator asks for
	dsr  bool       // destination: it gets packets for the front end unchanged
	pod  bool       // it lies behind nic, which does not own addr
}

// A meeting is all that a story says about an exchange.
type meeting struct {
	story          string
	at, length     moment
	proto          uint8
	from, to       end
	port           uint16
	via            []*nic // appliances and gateways on the way
	out, in        int64
	denied         string // "", "source" or "destination": who denies it
	enc            string // "" for what the NICs would do
	rollover       moment
	attempts       int
	onlyEnd        bool
	sourcePort     uint16 // 0 for any
	acl, rule      string // where neither NIC's rules decide
	platformInside bool   // inbound side is handled by the platform
}

// meet adds the exchange that m describes, unless one of its NICs changes its
// address or its flow log while it lasts.
func (t *traffic) meet(r *rand.Rand, m meeting) {
	if m.sourcePort == 0 {
		m.sourcePort = uint16(32768 + r.IntN(28000))
	}
	x := exchange{
		story: m.story, start: m.at, length: m.length, proto: m.proto,
		src: m.from.addr, dst: m.to.addr, srcPort: m.sourcePort, dstPort: m.port,
		n:        counters{packets(m.out, 900), m.out, packets(m.in, 1100), m.in},
		attempts: max(1, m.attempts), rollover: m.rollover, onlyEnd: m.onlyEnd,
	}
	if m.to.vip.IsValid() {
		x.dst = m.to.vip
	}
	enc := m.enc
	if enc == "" {
		enc = "NX"
		if m.from.nic != nil && m.to.nic != nil && m.from.nic.encrypts && m.to.nic.encrypts && !m.from.pod && len(m.via) == 0 {
			enc = pick(r, encryptions)
		}
	}
	delay := time.Duration(r.IntN(4)) * time.Millisecond
	add := func(n *nic, ro role, dir byte, dst netip.Addr, deny bool) {
		acl, rule := m.acl, m.rule
		if rule == "" {
			acl, rule = decide(n, dir, x.src, dst, m.port, deny)
		}
		c := capture{nic: n, role: ro, direction: dir, src: x.src, dst: dst, acl: acl, rule: rule, enc: enc, deny: deny, skew: delay}
		if len(x.captures) > 0 {
			c.excess = float64(r.IntN(20)) / 1000 // retransmissions, counted by one end alone
		}
		x.captures = append(x.captures, c)
		delay += time.Duration(1+r.IntN(5)) * time.Millisecond
	}
	if n := m.from.nic; n != nil {
		ro := initiator
		if m.from.pod {
			ro = transit
		}
		add(n, ro, 'O', x.dst, m.denied == "source")
	}
	if m.denied != "source" {
		for _, n := range m.via {
			if n.kind == gateway {
				add(n, atGateway, 'O', x.dst, false)
				continue
			}
			add(n, transit, 'I', x.dst, false)
			add(n, transit, 'O', x.dst, false)
		}
		if n := m.to.nic; n != nil {
			dst := m.to.addr
			if m.to.dsr {
				dst = m.to.vip
			}
			ro := responder
			if m.to.pod {
				ro = transit
			}
			add(n, ro, 'I', dst, m.denied == "destination")
			if m.platformInside {
				c := &x.captures[len(x.captures)-1]
				c.acl, c.rule = platformACL, platformRule
			}
		}
	}
	if m.at > t.end { // told of all the same, so that chance does not depend on the end
		return
	}
	for i := range x.captures {
		c := &x.captures[i]
		before, ok1 := c.nic.addr(x.start)
		after, ok2 := c.nic.addr(x.start + x.length + time.Minute)
		if !ok1 || !ok2 || before != after || t.estate.boundary(c.nic, x.start, x.start+x.length, 3*time.Minute) {
			return
		}
	}
	switch m.denied {
	case "source":
		x.n = counters{}
	case "destination":
		x.n = counters{int64(x.attempts), 60 * int64(x.attempts), 0, 0} // each attempt is one small packet
	}
	t.exchanges = append(t.exchanges, x)
	for i := range x.captures {
		t.log(len(t.exchanges)-1, i)
	}
}

// log writes the tuples of capture c of exchange x.
func (t *traffic) log(xi, ci int) {
	x := &t.exchanges[xi]
	c := &x.captures[ci]
	begin := t.midnight.UnixMilli() + (x.start + c.skew).Milliseconds()
	length := x.length.Milliseconds()
	emit := func(at int64, state byte, n counters, rolled bool) {
		t.tuple(c, tuple{at: at, exchange: int32(xi), capture: uint8(ci), state: state, n: n, rolled: rolled})
	}
	if c.deny {
		wait := int64(1000)
		at := begin
		for range x.attempts {
			emit(at, 'D', counters{}, false)
			at += wait
			wait *= 2
		}
		return
	}
	total := x.n.times(1 + c.excess)
	until := func(at int64) counters { // what was exchanged by then
		f := 1.0
		if length > 0 {
			f = min(1, float64(at-begin)/float64(length))
		}
		return total.times(f)
	}
	if x.onlyEnd {
		emit(begin+length, 'E', total, false)
		return
	}
	emit(begin, 'B', counters{}, false)
	if x.rollover > 0 {
		at := begin + x.rollover.Milliseconds()
		emit(at, 'E', until(at), true)
		emit(at, 'B', counters{}, false)
		emit(begin+length, 'E', total, false) // counts all from the first B on
		return
	}
	const five = int64(5 * time.Minute / time.Millisecond)
	var told counters
	grid := c.nic.grid().Milliseconds()
	for at := begin - floorMod(begin-grid, five) + five; at < begin+length; at += five {
		sum := until(at)
		if n := sum.minus(told); n != (counters{}) {
			emit(at, 'C', n, false)
			told = sum
		}
	}
	emit(begin+length, 'E', total.minus(told), false)
}

// tuple puts tu into the streams of the flow logs that c's NIC writes to when
// its record is logged.
func (t *traffic) tuple(c *capture, tu tuple) {
	tu.tick = tick(c.nic, tu.at)
	m := time.UnixMilli(tu.tick).Sub(t.midnight)
	if m > t.end {
		return
	}
	for _, l := range t.estate.logs(c.nic, c.direction, m) {
		w := tu
		switch l.format {
		case NSG1: // tells of beginnings only
			if tu.state != 'B' && tu.state != 'D' {
				continue
			}
		case NSG2:
			// Flows that a rule of the user lets in are stateless: nothing but
			// their beginning is told. MS Learn: "NSG flow logs overview".
			if c.direction == 'I' && isUserRule(c.rule) && tu.state != 'B' && tu.state != 'D' {
				continue
			}
			if t.exchanges[tu.exchange].proto != tcp {
				w.n = counters{} // only TCP is counted
			}
		default:
		}
		k := streamKey{l, c.nic}
		s := t.byKey[k]
		if s == nil {
			s = &stream{log: l, nic: c.nic, shell: newShell(l, c.nic.mac), fraction: fraction(c.nic.mac)}
			t.byKey[k] = s
			t.streams = append(t.streams, s)
		}
		s.tuples = append(s.tuples, w)
	}
}

// tick returns when the record with a tuple of at is logged: once a minute, at
// the NIC's own second.
func tick(n *nic, at int64) int64 {
	const minute = int64(time.Minute / time.Millisecond)
	second := n.second().Milliseconds()
	return at + minute - floorMod(at-second, minute)
}

// sort brings streams and tuples into the order in which they are written.
func (t *traffic) sort() {
	slices.SortFunc(t.streams, func(a, b *stream) int {
		return cmp.Or(cmp.Compare(a.log.format, b.log.format), cmp.Compare(a.log.target, b.log.target), cmp.Compare(a.nic.mac, b.nic.mac))
	})
	for _, s := range t.streams {
		// Stable, since the E of a re-created flow comes before its B.
		slices.SortStableFunc(s.tuples, func(a, b tuple) int { return cmp.Compare(a.at, b.at) })
	}
}

// What a flow log names where no rule of a group decides.
// MS Learn: "Virtual network flow logs overview".
const (
	platformACL  = "00000000-0000-0000-0000-000000000000"
	platformRule = "PlatformRule"
	unspecified  = "unspecified"
)

// decide returns the group and rule that a flow log names for n's decision.
func decide(n *nic, dir byte, src, dst netip.Addr, port uint16, deny bool) (acl, name string) {
	g := n.lastNSG(dir)
	if g == nil {
		return platformACL, platformRule
	}
	other := dst
	if dir == 'I' {
		other = src
	}
	if dir == 'I' && other == wireServer {
		return g.acl(), "DefaultRule_AllowAzureLoadBalancerInBound"
	}
	for _, r := range g.rules {
		if r.inbound == (dir == 'I') && r.deny == deny && (r.port == "*" || r.port == strconv.Itoa(int(port))) && r.matches(other) {
			return g.acl(), "UserRule_" + r.name
		}
	}
	switch {
	case deny && dir == 'I':
		name = "DenyAllInBound"
	case deny:
		name = "DenyAllOutBound"
	case dir == 'I':
		name = "AllowVnetInBound"
	case isPrivate(other):
		name = "AllowVnetOutBound"
	default:
		name = "AllowInternetOutBound"
	}
	return g.acl(), "DefaultRule_" + name
}

func (r rule) matches(a netip.Addr) bool {
	switch r.source {
	case "*":
		return true
	case internet:
		return !isPrivate(a)
	case "VirtualNetwork":
		return isPrivate(a)
	default:
		return netip.MustParsePrefix(r.source).Contains(a)
	}
}

func isUserRule(rule string) bool { return len(rule) > 9 && rule[:9] == "UserRule_" }

func isPrivate(a netip.Addr) bool { return a.IsPrivate() }

func packets(bytes, size int64) int64 {
	if bytes == 0 {
		return 0
	}
	return 2 + bytes/size
}

func floorMod(a, b int64) int64 { return ((a % b) + b) % b }

// weighted is a choice with its weight.
type weighted[T any] struct {
	weight int
	value  T
}

func pick[T any](r *rand.Rand, of []weighted[T]) T {
	sum := 0
	for _, w := range of {
		sum += w.weight
	}
	n := r.IntN(sum)
	for _, w := range of {
		if n -= w.weight; n < 0 {
			return w.value
		}
	}
	return of[len(of)-1].value
}

// encryptions are what two NICs of an encrypting network log, those values
// with which packets are delivered.
var encryptions = []weighted[string]{{86, "X"}, {6, "NX_LOCAL_DST"}, {4, "NX_HW_NOT_SUPPORTED"}, {4, "NX_FALLBACK"}}

// undelivered are the values with which packets are dropped.
var undelivered = []string{"NX_SW_NOT_READY", "NX_NOT_ACCEPTED", "NX_NOT_SUPPORTED"}

// size returns a number of bytes around median, long-tailed as traffic is.
func size(r *rand.Rand, median float64) int64 {
	return int64(median*math.Exp(min(3, r.NormFloat64())*0.9)) + 60
}

// within returns a moment of a day, more often at its working hours.
func within(r *rand.Rand, dayOf int) moment {
	for {
		f := r.Float64()
		if r.Float64() < 0.35+0.65*math.Exp(-math.Pow((f-0.55)/0.18, 2)) {
			return moment(dayOf)*day + moment(f*float64(day))
		}
	}
}

// anytime returns a moment of a day, each as likely.
func anytime(r *rand.Rand, dayOf int) moment {
	return moment(dayOf)*day + moment(r.Float64()*float64(day))
}
