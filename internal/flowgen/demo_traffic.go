package flowgen

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"time"
)

// A story makes the traffic of one day.
type story struct {
	name string
	tell func(d *demoEstate, t *traffic, r *rand.Rand, dayOf int)
}

var stories = []story{
	{"heartbeat", heartbeats},
	{"dns", nameLookups},
	{"web", internalWeb},
	{"web-public", publicWeb},
	{"database", database},
	{"upload", uploads},
	{"outbound", outbound},
	{"archive", archive},
	{"on-premises", onPremisesTraffic},
	{"branch", branchTraffic},
	{"dev", devTraffic},
	{"pods", podTraffic},
	{"batch", batchTraffic},
	{"probe", probes},
	{"scan", scans},
	{"sweep", sweeps},
	{"encryption", failedEncryption},
	{"platform", platform},
	{"rollover", rollovers},
	{"long-life", longLife},
	{"lab", labTraffic},
	{"legacy", legacyTraffic},
}

// at returns n as an end of an exchange at m.
func at(n *nic, m moment) end {
	a, _ := n.addr(m)
	return end{nic: n, addr: a}
}

func outside(a netip.Addr) end { return end{addr: a} }

// visitor returns one of the public addresses that ask for the web site.
func visitor(r *rand.Rand) netip.Addr {
	networks := [...][3]byte{{81, 2, 69}, {89, 160, 20}, {2, 125, 160}, {216, 160, 83}, {67, 43, 156}, {1, 128, 7}}
	n := networks[r.IntN(len(networks))]
	return netip.AddrFrom4([4]byte{n[0], n[1], n[2], byte(1 + r.IntN(60))})
}

// scanner returns one of the public addresses that try every door.
func scanner(r *rand.Rand) netip.Addr {
	networks := [...][3]byte{{175, 16, 199}, {202, 196, 224}, {103, 149, 162}, {38, 108, 80}}
	n := networks[r.IntN(len(networks))]
	return netip.AddrFrom4([4]byte{n[0], n[1], n[2], byte(100 + r.IntN(40))})
}

func (d *demoEstate) machines() []*nic {
	ns := []*nic{d.nva, d.dns, d.jump}
	ns = append(ns, d.front...)
	ns = append(ns, d.app5data)
	ns = append(ns, d.web...)
	ns = append(ns, d.sql1, d.sql2)
	ns = append(ns, d.nodes...)
	ns = append(ns, d.dev...)
	return append(ns, d.lab1)
}

// heartbeats keep every NIC logging in every hour.
func heartbeats(d *demoEstate, t *traffic, r *rand.Rand, dayOf int) {
	for _, n := range d.machines() {
		for m := moment(dayOf)*day + moment(r.IntN(900))*time.Second; m < moment(dayOf+1)*day; m += moment(900+r.IntN(600)) * time.Second {
			t.meet(r, meeting{story: "heartbeat", at: m, length: time.Duration(1+r.IntN(20)) * time.Second, proto: tcp, from: at(n, m), to: outside(monitor), port: 443, out: size(r, 4000), in: size(r, 5000)})
		}
	}
	for i, g := range d.gateways {
		for m := moment(dayOf)*day + moment(60+r.IntN(900))*time.Second; m < moment(dayOf+1)*day; m += moment(900+r.IntN(600)) * time.Second {
			from := netip.AddrFrom4([4]byte{10, 4, 0, byte(10 + i)})
			t.meet(r, meeting{story: "heartbeat", at: m, length: time.Second, proto: udp, from: outside(from), to: at(d.dns, m), port: 53, via: []*nic{g}, out: size(r, 120), in: size(r, 260)})
		}
	}
}

func nameLookups(d *demoEstate, t *traffic, r *rand.Rand, dayOf int) {
	for _, n := range d.machines() {
		if n == d.dns || n == d.nva || n == d.lab1 {
			continue
		}
		for range 30 {
			m := anytime(r, dayOf)
			t.meet(r, meeting{story: "dns", at: m, length: time.Duration(r.IntN(3000)) * time.Millisecond, proto: udp, from: at(n, m), to: at(d.dns, m), port: 53, out: size(r, 80), in: size(r, 220)})
		}
	}
}

// backend chooses a back end; web3 gets next to nothing.
func (d *demoEstate) backend(r *rand.Rand, m moment) *nic {
	of := []weighted[*nic]{{40, d.web1}, {33, d.web2}, {22, d.web4}}
	if d.web3.life.has(m) {
		of = append(of, weighted[*nic]{5, d.web3})
	}
	return pick(r, of)
}

func internalWeb(d *demoEstate, t *traffic, r *rand.Rand, dayOf int) {
	for range 2200 {
		m := within(r, dayOf)
		to := at(d.backend(r, m), m)
		to.vip = webFrontend
		t.meet(r, meeting{story: "web", at: m, length: pick(r, lengths), proto: tcp, from: at(d.front[r.IntN(len(d.front))], m), to: to, port: 80, out: size(r, 4000), in: size(r, 60000)})
	}
	// Some ask a back end directly, by other doors.
	for range 60 {
		m := within(r, dayOf)
		t.meet(r, meeting{story: "web", at: m, length: time.Minute, proto: tcp, from: at(d.front[r.IntN(len(d.front))], m), to: at(d.backend(r, m), m), port: 8443, out: size(r, 2000), in: size(r, 9000)})
	}
}

// lengths of ordinary connections: most end at once, some last.
var lengths = []weighted[time.Duration]{{60, 800 * time.Millisecond}, {20, 20 * time.Second}, {12, 3 * time.Minute}, {6, 14 * time.Minute}, {2, 55 * time.Minute}}

func publicWeb(d *demoEstate, t *traffic, r *rand.Rand, dayOf int) {
	for range 1500 {
		m := within(r, dayOf)
		to := at(d.backend(r, m), m)
		to.vip = d.webPublicLB.frontend
		t.meet(r, meeting{story: "web-public", at: m, length: pick(r, lengths), proto: tcp, from: outside(visitor(r)), to: to, port: 443, out: size(r, 3000), in: size(r, 45000), platformInside: r.IntN(50) == 0})
	}
}

func (d *demoEstate) database(m moment) end {
	n := d.sql1
	if m >= sqlFailover {
		n = d.sql2
	}
	e := at(n, m)
	e.vip, e.dsr = sqlListener, true
	return e
}

func database(d *demoEstate, t *traffic, r *rand.Rand, dayOf int) {
	for range 700 {
		m := within(r, dayOf)
		n := d.backend(r, m)
		if r.IntN(5) == 0 {
			n = d.front[r.IntN(len(d.front))]
		}
		t.meet(r, meeting{story: "database", at: m, length: pick(r, lengths), proto: tcp, from: at(n, m), to: d.database(m), port: 1433, out: size(r, 9000), in: size(r, 40000)})
	}
	for range 20 { // the other door is closed
		m := within(r, dayOf)
		t.meet(r, meeting{story: "database", at: m, proto: tcp, from: at(d.front[r.IntN(len(d.front))], m), to: at(d.sql1, m), port: 3389, denied: "destination", attempts: 3})
	}
	// A machine asks its database over its second NIC.
	for range 40 {
		m := within(r, dayOf)
		t.meet(r, meeting{story: "database", at: m, length: 30 * time.Second, proto: tcp, from: at(d.app5data, m), to: d.database(m), port: 1433, out: size(r, 2000), in: size(r, 8000)})
	}
}

// uploads is the tale of recipe 5: a gigabyte on each of two days.
func uploads(d *demoEstate, t *traffic, r *rand.Rand, dayOf int) {
	connections, bytes := 6, 700_000
	for _, tall := range tallDays {
		if dayOf == tall {
			connections, bytes = 24, 40_000_000
		}
	}
	for range connections {
		m := moment(dayOf)*day + time.Hour + moment(r.Int64N(int64(21*time.Hour)))
		out := int64(bytes) + r.Int64N(int64(bytes/20))
		t.meet(r, meeting{story: "upload", at: m, length: time.Duration(4+r.IntN(30)) * time.Minute, proto: tcp, from: at(d.app1, m), to: outside(uploadTarget), port: 443, out: out, in: out / 40})
	}
}

func outbound(d *demoEstate, t *traffic, r *rand.Rand, dayOf int) {
	for range 900 {
		m := within(r, dayOf)
		n := d.front[r.IntN(len(d.front))]
		if r.IntN(3) == 0 {
			n = d.dev[r.IntN(len(d.dev))]
		}
		t.meet(r, meeting{story: "outbound", at: m, length: pick(r, lengths), proto: tcp, from: at(n, m), to: outside(pick(r, services)), port: 443, out: size(r, 5000), in: size(r, 50000)})
	}
	for range 120 {
		m := within(r, dayOf)
		a, ok := d.app3.addr6(m)
		if !ok {
			continue
		}
		to := monitor6
		if r.IntN(2) == 0 {
			to = mirror6
		}
		t.meet(r, meeting{story: "outbound", at: m, length: pick(r, lengths), proto: tcp, from: end{nic: d.app3, addr: a}, to: outside(to), port: 443, out: size(r, 3000), in: size(r, 30000)})
	}
	for _, n := range d.machines() {
		for range 6 {
			m := anytime(r, dayOf)
			t.meet(r, meeting{story: "time", at: m, length: time.Second, proto: udp, from: at(n, m), to: outside(timeServer), port: 123, out: 90, in: 90, sourcePort: 123})
		}
	}
	for range 3 {
		m := within(r, dayOf)
		t.meet(r, meeting{story: "malicious", at: m, length: 40 * time.Second, proto: tcp, from: at(d.devC, m), to: outside(malicious), port: 4444, out: size(r, 900), in: size(r, 700)})
	}
	for range 8 { // one of our own, by its public address
		m := within(r, dayOf)
		t.meet(r, meeting{story: "own-public", at: m, length: 10 * time.Second, proto: tcp, from: at(d.devC, m), to: outside(d.jump.public.addr), port: 443, out: size(r, 900), in: size(r, 700)})
	}
}

var services = []weighted[netip.Addr]{
	{50, storage},
	{30, netip.MustParseAddr("20.190.159.4")},
	{20, netip.MustParseAddr("13.107.42.16")},
	{25, mirror},
	{10, netip.MustParseAddr("1.1.1.1")},
}

// archive goes to a private endpoint, which logs nothing.
func archive(d *demoEstate, t *traffic, r *rand.Rand, dayOf int) {
	for range 150 {
		m := within(r, dayOf)
		t.meet(r, meeting{story: "archive", at: m, length: pick(r, lengths), proto: tcp, from: at(d.front[r.IntN(len(d.front))], m), to: outside(d.storageEndpoint.addr), port: 443, out: size(r, 90000), in: size(r, 4000), enc: "NX"})
	}
}

func siteHost(r *rand.Rand) netip.Addr {
	return netip.AddrFrom4([4]byte{10, 4, byte(r.IntN(4)), byte(20 + r.IntN(30))})
}

func onPremisesTraffic(d *demoEstate, t *traffic, r *rand.Rand, dayOf int) {
	for range 260 {
		m := within(r, dayOf)
		t.meet(r, meeting{story: "on-premises", at: m, length: pick(r, lengths), proto: tcp, from: outside(siteHost(r)), to: at(d.front[r.IntN(len(d.front))], m), port: 443, via: []*nic{d.gateways[r.IntN(2)]}, out: size(r, 6000), in: size(r, 80000)})
	}
	// Packets to the circuit pass the gateway unseen.
	for range 160 {
		m := within(r, dayOf)
		port := uint16(1521)
		if r.IntN(3) == 0 {
			port = 445
		}
		t.meet(r, meeting{story: "on-premises", at: m, length: pick(r, lengths), proto: tcp, from: at(d.front[r.IntN(3)], m), to: outside(siteHost(r)), port: port, out: size(r, 9000), in: size(r, 30000)})
	}
	for range 40 {
		m := within(r, dayOf)
		t.meet(r, meeting{story: "on-premises", at: m, length: pick(r, lengths), proto: tcp, from: outside(siteHost(r)), to: at(d.jump, m), port: 3389, via: []*nic{d.gateways[r.IntN(2)]}, out: size(r, 60000), in: size(r, 300000)})
	}
	for range 30 { // only the gateway sees what goes to a machine that does not log
		m := within(r, dayOf)
		a, _ := d.batch1.addr(m)
		t.meet(r, meeting{story: "on-premises", at: m, length: pick(r, lengths), proto: tcp, from: outside(siteHost(r)), to: outside(a), port: 22, via: []*nic{d.gateways[r.IntN(2)]}, out: size(r, 5000), in: size(r, 9000)})
	}
}

func branchTraffic(d *demoEstate, t *traffic, r *rand.Rand, dayOf int) {
	for range 50 {
		m := within(r, dayOf)
		from := netip.AddrFrom4([4]byte{192, 168, 50, byte(10 + r.IntN(20))})
		t.meet(r, meeting{story: "branch", at: m, length: pick(r, lengths), proto: tcp, from: outside(from), to: at(d.front[r.IntN(len(d.front))], m), port: 443, out: size(r, 4000), in: size(r, 40000)})
	}
	for range 12 {
		m := within(r, dayOf)
		from := netip.AddrFrom4([4]byte{172, 16, 200, byte(2 + r.IntN(6))})
		t.meet(r, meeting{story: "vpn-client", at: m, length: pick(r, lengths), proto: tcp, from: outside(from), to: at(d.jump, m), port: 3389, out: size(r, 50000), in: size(r, 400000)})
	}
}

func devTraffic(d *demoEstate, t *traffic, r *rand.Rand, dayOf int) {
	for range 300 { // through the appliance
		m := within(r, dayOf)
		to := at(d.backend(r, m), m)
		to.vip = webFrontend
		t.meet(r, meeting{story: "dev", at: m, length: pick(r, lengths), proto: tcp, from: at(d.dev[r.IntN(len(d.dev))], m), to: to, port: 80, via: []*nic{d.nva}, out: size(r, 3000), in: size(r, 30000)})
	}
	for range 120 { // among themselves
		m := within(r, dayOf)
		i := r.IntN(len(d.dev))
		from, to := d.dev[i], d.dev[(i+1+r.IntN(len(d.dev)-1))%len(d.dev)]
		t.meet(r, meeting{story: "dev", at: m, length: pick(r, lengths), proto: tcp, from: at(from, m), to: at(to, m), port: 22, out: size(r, 8000), in: size(r, 9000)})
	}
}

func podTraffic(d *demoEstate, t *traffic, r *rand.Rand, dayOf int) {
	behind := func(p *pod) end { return end{nic: p.node, addr: p.addr, pod: true} }
	vnetPods := d.pods[:len(d.pods)-1]
	for range 400 {
		m := within(r, dayOf)
		p := vnetPods[r.IntN(len(vnetPods))]
		t.meet(r, meeting{story: "pods", at: m, length: pick(r, lengths), proto: tcp, from: behind(p), to: d.database(m), port: 1433, out: size(r, 3000), in: size(r, 12000)})
	}
	for range 150 {
		m := within(r, dayOf)
		p := vnetPods[r.IntN(len(vnetPods))]
		t.meet(r, meeting{story: "pods", at: m, length: pick(r, lengths), proto: tcp, from: at(d.app6, m), to: behind(p), port: 8080, out: size(r, 2000), in: size(r, 7000)})
	}
	for range 60 { // an overlay address that no network knows
		m := within(r, dayOf)
		t.meet(r, meeting{story: "pods-overlay", at: m, length: 20 * time.Second, proto: tcp, from: behind(d.overlay), to: outside(netip.MustParseAddr("10.244.3.9")), port: 9090, out: size(r, 900), in: size(r, 900)})
	}
	for range 80 { // to the internet under the node's address
		m := within(r, dayOf)
		t.meet(r, meeting{story: "pods", at: m, length: pick(r, lengths), proto: tcp, from: at(d.nodes[r.IntN(3)], m), to: outside(pick(r, services)), port: 443, out: size(r, 3000), in: size(r, 30000)})
	}
}

// batchTraffic comes from a network without a flow log: the far end alone
// tells of it.
func batchTraffic(d *demoEstate, t *traffic, r *rand.Rand, dayOf int) {
	for range 60 {
		m := within(r, dayOf)
		a, _ := d.batch1.addr(m)
		t.meet(r, meeting{story: "batch", at: m, length: pick(r, lengths), proto: tcp, from: outside(a), to: d.database(m), port: 1433, out: size(r, 50000), in: size(r, 400000)})
		t.meet(r, meeting{story: "batch", at: m + time.Minute, length: pick(r, lengths), proto: tcp, from: outside(a), to: at(d.app5, m), port: 443, out: size(r, 9000), in: size(r, 9000)})
	}
}

func probes(d *demoEstate, t *traffic, r *rand.Rand, dayOf int) {
	for _, lb := range d.balancers {
		for _, n := range lb.pool {
			for m := moment(dayOf)*day + moment(r.IntN(600))*time.Second; m < moment(dayOf+1)*day; m += 12 * time.Minute {
				t.meet(r, meeting{story: "probe", at: m, length: 20 * time.Millisecond, proto: tcp, from: outside(wireServer), to: at(n, m), port: uint16(lb.port), out: 320, in: 280})
			}
		}
	}
}

func scans(d *demoEstate, t *traffic, r *rand.Rand, dayOf int) {
	doors := [...]uint16{22, 23, 445, 3389, 5900, 6379, 8080}
	for range 900 {
		m := anytime(r, dayOf)
		t.meet(r, meeting{story: "scan", at: m, proto: tcp, from: outside(scanner(r)), to: at(d.jump, m), port: doors[r.IntN(len(doors))], denied: "destination", attempts: 1 + r.IntN(3)})
	}
	for range 120 { // an administrator of all networks forbids it before any NSG is asked
		m := anytime(r, dayOf)
		t.meet(r, meeting{
			story: "admin-deny", at: m, proto: tcp, from: outside(scanner(r)), to: at(d.backend(r, m), m), port: 3389, denied: "destination", attempts: 1 + r.IntN(2),
			acl: guid("security admin", "rc-global"), rule: "BlockHighRiskTCPPortsFromInternet",
		})
	}
}

// sweeps are an inside machine's knocks along the edge of two prefixes.
func sweeps(d *demoEstate, t *traffic, r *rand.Rand, dayOf int) {
	if dayOf != 7 {
		return
	}
	m := moment(dayOf)*day + 2*time.Hour + moment(r.IntN(600))*time.Second
	for i := range 8 {
		to := netip.AddrFrom4([4]byte{10, 1, 1, byte(60 + i)})
		t.meet(r, meeting{story: "sweep", at: m + moment(i)*time.Second, proto: tcp, from: at(d.app2, m), to: outside(to), port: 445, denied: "source"})
	}
}

func failedEncryption(d *demoEstate, t *traffic, r *rand.Rand, dayOf int) {
	for _, enc := range undelivered {
		for range 3 {
			m := within(r, dayOf)
			t.meet(r, meeting{
				story: "encryption", at: m, proto: tcp, from: at(d.front[r.IntN(len(d.front))], m), to: at(d.web1, m), port: 80, denied: "source",
				enc: enc, acl: unspecified, rule: unspecified, attempts: 2,
			})
		}
	}
}

func platform(d *demoEstate, t *traffic, r *rand.Rand, dayOf int) {
	for range 80 {
		m := anytime(r, dayOf)
		t.meet(r, meeting{
			story: "platform", at: m, proto: tcp, from: outside(fabric), to: at(d.front[r.IntN(len(d.front))], m), port: 65330,
			out: 128, onlyEnd: true, acl: platformACL, rule: platformRule, sourcePort: 23456,
		})
	}
}

// rollovers are flows that the platform ends and begins again in one
// millisecond, after which it counts from the first beginning.
func rollovers(d *demoEstate, t *traffic, r *rand.Rand, dayOf int) {
	for range 12 {
		m := within(r, dayOf)
		length := time.Duration(20+r.IntN(120)) * time.Second
		t.meet(r, meeting{
			story: "rollover", at: m, length: length, proto: tcp, from: at(d.app4, m), to: outside(storage), port: 443,
			out: size(r, 60000), in: size(r, 90000), rollover: length / 2,
		})
	}
}

// longLife is one E that counts nineteen days of a flow.
func longLife(d *demoEstate, t *traffic, r *rand.Rand, dayOf int) {
	if dayOf != 6 {
		return
	}
	m := moment(dayOf)*day + 11*time.Hour
	t.meet(r, meeting{
		story: "long-life", at: m, proto: udp, from: at(d.sql1, m), to: outside(timeServer), port: 123,
		out: 2_461_230, in: 3_609_276, onlyEnd: true, sourcePort: 123, enc: "NX",
	})
}

func labTraffic(d *demoEstate, t *traffic, r *rand.Rand, dayOf int) {
	for range 200 {
		m := within(r, dayOf)
		t.meet(r, meeting{story: "lab", at: m, length: pick(r, lengths), proto: tcp, from: at(d.lab1, m), to: outside(pick(r, services)), port: 443, out: size(r, 4000), in: size(r, 40000)})
	}
	for range 80 {
		m := within(r, dayOf)
		t.meet(r, meeting{story: "lab", at: m, length: time.Second, proto: udp, from: at(d.lab1, m), to: outside(netip.MustParseAddr("1.1.1.1")), port: 53, out: size(r, 80), in: size(r, 200)})
		t.meet(r, meeting{story: "lab", at: m, length: pick(r, lengths), proto: tcp, from: outside(visitor(r)), to: at(d.lab1, m), port: 8080, out: size(r, 3000), in: size(r, 9000)})
		t.meet(r, meeting{story: "lab", at: m, proto: tcp, from: outside(scanner(r)), to: at(d.lab1, m), port: 22, denied: "destination"})
	}
}

func legacyTraffic(d *demoEstate, t *traffic, r *rand.Rand, dayOf int) {
	for range 200 {
		m := within(r, dayOf)
		t.meet(r, meeting{story: "legacy", at: m, length: pick(r, lengths), proto: tcp, from: at(d.legacy1, m), to: at(d.legacy2, m), port: 1433, out: size(r, 4000), in: size(r, 40000)})
		t.meet(r, meeting{story: "legacy", at: m, proto: tcp, from: outside(scanner(r)), to: at(d.legacy2, m), port: 23, denied: "destination"})
	}
	for range 40 {
		m := within(r, dayOf)
		t.meet(r, meeting{story: "legacy", at: m, length: time.Minute, proto: tcp, from: outside(visitor(r)), to: at(d.legacy1, m), port: 3389, out: size(r, 4000), in: size(r, 40000)})
	}
}

// days returns how many days the demo's traffic has begun.
func (t *traffic) days() int { return int(t.end/day) + 1 }

// tell tells all stories.
func (d *demoEstate) tell(t *traffic) error {
	for _, s := range stories {
		for dayOf := range t.days() {
			s.tell(d, t, t.chance(s.name, dayOf), dayOf)
		}
	}
	if len(t.exchanges) == 0 {
		return fmt.Errorf("no traffic before %s", t.midnight.Add(t.end))
	}
	return nil
}
