package flowgen

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"strings"
	"time"
)

// BulkOptions say how much plain traffic to make.
type BulkOptions struct {
	Seed   uint64
	Format Format
	Tuples int       // in all
	NICs   int       // as many blobs an hour
	Hours  int       // from Start on
	Start  time.Time // cut to the hour
	// Addresses is how many public addresses there are, 200,000 if 0. Few of
	// them have most of the traffic, unless Distinct is set: then each
	// connection takes the next one.
	Addresses int
	Distinct  bool
}

// BulkCounts say what was made.
type BulkCounts struct {
	Blobs, Records, Tuples int
	Bytes                  int64
	Connections            int // those with a public end have an address of their own if Distinct
}

// Bulk writes flow logs without a story: many NICs that talk with their
// neighbours and the internet, get scanned, and look things up.
func Bulk(o BulkOptions, to Sink) (BulkCounts, error) {
	if o.Tuples < 0 || o.NICs < 1 || o.Hours < 1 {
		return BulkCounts{}, errors.New("bulk traffic needs at least one NIC and one hour")
	}
	if o.Addresses == 0 {
		o.Addresses = 200_000
	}
	g := &bulk{o: o, start: o.Start.UTC().Truncate(time.Hour)}
	g.acls = [...]string{armID(prodSub, "bulk-rg", "Microsoft.Network/networkSecurityGroups", "bulk-nsg"), guid("security admin", "bulk")}
	g.watch()
	for i := range o.NICs {
		n := g.newNIC(i)
		for h := range o.Hours {
			// Spread the tuples evenly over blobs, to the last one.
			cell, cells := i*o.Hours+h, o.NICs*o.Hours
			want := o.Tuples*(cell+1)/cells - o.Tuples*cell/cells
			if want == 0 {
				continue // a NIC without flows has no blob
			}
			hour := g.start.Add(time.Duration(h) * time.Hour)
			name := blobName(n.log, n.mac, hour)
			err := to.Blob(Blob{
				Container: container(o.Format), Name: name, ModTime: hour.Add(time.Hour + 10*time.Second),
				Blocks: func(yield func(Block) bool) { g.hour(n, name, hour, want, yield) },
			})
			if err != nil {
				return g.counts, err
			}
			g.counts.Blobs++
		}
	}
	return g.counts, nil
}

type bulk struct {
	o      BulkOptions
	start  time.Time
	logs   []*flowLog
	acls   [2]string // a security group and an administrator's rules
	counts BulkCounts
	next   int // address of the next distinct connection
	record []byte
	groups [len(bulkRules)][]byte
}

// bulkNIC is a NIC and what it is doing.
type bulkNIC struct {
	r           *rand.Rand
	log         *flowLog
	mac         string
	addr        string
	shell       shell
	fraction    time.Duration // of the second at which it logs
	live, spare []bulkConn
}

type bulkConn struct {
	wire
	rule  uint8
	until int64 // minute since 1970 in which it ends
	bytes int64 // a minute, about
}

var bulkRules = [...]struct {
	acl  int // which group
	name string
}{
	{0, "DefaultRule_AllowInternetOutBound"},
	{0, "DefaultRule_AllowVnetInBound"},
	{0, "DefaultRule_AllowVnetOutBound"},
	{0, "DefaultRule_DenyAllInBound"},
	{0, "UserRule_allow-https"},
	{1, "BlockHighRiskTCPPortsFromInternet"},
}

// watch makes the flow logs: one for each hundred NICs.
func (g *bulk) watch() {
	for i := range (g.o.NICs + 99) / 100 {
		v := &vnet{sub: prodSub, rg: "bulk-rg", name: fmt.Sprintf("bulk-vnet-%d", i), region: region}
		l := &flowLog{format: g.o.Format, sub: prodSub, rg: "NetworkWatcherRG", watcher: "NetworkWatcher_westeurope", name: v.name + "-flowlog", target: v.id()}
		if g.o.Format != VNet4 {
			l.nsg = &nsg{sub: prodSub, rg: "bulk-rg", name: fmt.Sprintf("bulk-nsg-%d", i)}
			l.target = l.nsg.id()
		}
		g.logs = append(g.logs, l)
	}
}

func (g *bulk) newNIC(i int) *bulkNIC {
	mac := "000D3A" + strings.ToUpper(fmt.Sprintf("%06x", i))
	return &bulkNIC{
		r: rand.New(rand.NewPCG(g.o.Seed, uint64(i))), log: g.logs[i/100], mac: mac, addr: private(i),
		shell: newShell(g.logs[i/100], mac), fraction: fraction(mac),
	}
}

// private returns the address of NIC i.
func private(i int) string {
	n := i + 4 // the first addresses of a network are kept by Azure
	return netip.AddrFrom4([4]byte{10, byte(n >> 16), byte(n >> 8), byte(n)}).String()
}

// public returns public address i, for each i below 89·2²⁴ another one.
func public(i int) string {
	if i%40 == 0 {
		return fmt.Sprintf("2a01:%x:%x::%x", i>>16, i&0xffff, i&0xffff)
	}
	n := i / 89 * 2654435 & 0xffffff                                                                // odd, so that no two fall together
	return netip.AddrFrom4([4]byte{byte(11 + i%89), byte(n >> 16), byte(n >> 8), byte(n)}).String() // 11 to 99: no private ones
}

// hour makes the blocks of one blob with want tuples.
func (g *bulk) hour(n *bulkNIC, name string, hour time.Time, want int, yield func(Block) bool) {
	send := func(id string, data []byte) bool {
		g.counts.Bytes += int64(len(data))
		return yield(Block{id, data})
	}
	if !send(headID, []byte(headText)) {
		return
	}
	records := 0
	for m := range 60 {
		tuples := want*(m+1)/60 - want*m/60
		if tuples == 0 {
			continue
		}
		g.record = g.record[:0]
		if records > 0 {
			g.record = append(g.record, ',')
		}
		g.minute(n, hour.Add(time.Duration(m)*time.Minute), tuples)
		if !send(recordID(name, records), g.record) {
			return
		}
		records++
	}
	g.counts.Records += records
	send(tailID, []byte(tailText))
}

// minute appends the record of one minute to g.record.
func (g *bulk) minute(n *bulkNIC, minute time.Time, tuples int) {
	for i := range g.groups {
		g.groups[i] = g.groups[i][:0]
	}
	now, number := minute.UnixMilli(), minute.Unix()/60
	live, keep, due := n.live, n.spare[:0], 0
	for i := range tuples {
		at := now + int64(i)*58_000/int64(tuples)
		// Connections that go on have their turn first.
		for due < len(live) && live[due].until > number && number%5 != int64(due%5) {
			keep = append(keep, live[due])
			due++
		}
		if due < len(live) {
			c := live[due]
			due++
			c.at, c.n = at, c.counters(n.r)
			c.state = 'E'
			if c.until > number {
				c.state = 'C'
				keep = append(keep, c)
			}
			g.tuple(&c)
			continue
		}
		c, state := g.connect(n, number)
		c.at, c.state = at, state
		g.tuple(&c)
		if state == 'B' && g.o.Format != NSG1 && len(keep) < 2*tuples {
			keep = append(keep, c)
		}
	}
	n.live, n.spare = append(keep, live[due:]...), live
	g.counts.Tuples += tuples
	logged := minute.Add(59*time.Second + n.fraction)
	g.record = n.shell.append(g.record, logged, func(b []byte) []byte { return g.flows(b, n) })
}

// connect opens a connection, or tries to. Most end within a minute or two.
func (g *bulk) connect(n *bulkNIC, minute int64) (bulkConn, byte) {
	r := n.r
	g.counts.Connections++
	x := r.IntN(100)
	c := bulkConn{wire: wire{srcPort: uint16(1024 + r.IntN(64000)), proto: tcp, enc: "NX"}, bytes: 200 << r.IntN(14)}
	c.until = minute + 1
	if r.IntN(6) == 0 {
		c.until += int64(r.IntN(40))
	}
	peer := func() string {
		if g.o.Distinct {
			g.next++
			return public(g.next % g.o.Addresses)
		}
		f := r.Float64()
		return public(int(f * f * f * float64(g.o.Addresses)))
	}
	state := byte('B')
	switch {
	case x < 15: // knocked at and sent away
		c.src, c.dst, c.dstPort, c.direction, c.rule = peer(), n.addr, scanned[r.IntN(len(scanned))], 'I', 3
		if r.IntN(5) == 0 {
			c.rule = 5
		}
		state = 'D'
	case x < 45 || (g.o.Distinct && x < 80):
		c.src, c.dst, c.dstPort, c.direction, c.rule = n.addr, peer(), 443, 'O', 0
	case x < 60:
		c.src, c.dst, c.dstPort, c.direction, c.rule = peer(), n.addr, 443, 'I', 4
	case x < 75:
		c.src, c.dst, c.dstPort, c.direction, c.rule = n.addr, private(r.IntN(g.o.NICs)), served[r.IntN(len(served))], 'O', 2
		c.enc = "X"
	case x < 90:
		c.src, c.dst, c.dstPort, c.direction, c.rule = private(r.IntN(g.o.NICs)), n.addr, served[r.IntN(len(served))], 'I', 1
		c.enc = "X"
	default:
		c.src, c.dst, c.dstPort, c.direction, c.rule = n.addr, private(r.IntN(4)), 53, 'O', 2
		c.proto = udp
	}
	return c, state
}

var (
	scanned = [...]uint16{22, 23, 445, 1433, 2375, 3389, 5900, 6379, 8080}
	served  = [...]uint16{80, 443, 445, 1433, 3306, 5432, 6379, 8080, 8443, 9092, 9200, 10250}
)

func (c *bulkConn) counters(r *rand.Rand) counters {
	out, in := c.bytes+r.Int64N(c.bytes), 2*c.bytes+r.Int64N(4*c.bytes)
	return counters{1 + out/700, out, 1 + in/900, in}
}

func (g *bulk) tuple(c *bulkConn) {
	b := g.groups[c.rule]
	if len(b) > 0 {
		b = append(b, ',')
	}
	b = append(b, '"')
	b = appendTuple(b, g.o.Format, c.wire)
	g.groups[c.rule] = append(b, '"')
}

// flows appends the groups of one minute.
func (g *bulk) flows(b []byte, n *bulkNIC) []byte {
	first := true
	for i, rule := range bulkRules {
		if len(g.groups[i]) == 0 {
			continue
		}
		if !first {
			b = append(b, ',')
		}
		first = false
		if n.log.format == VNet4 {
			b = append(b, `{"aclID":"`+g.acls[rule.acl]+`","flowGroups":[{"rule":"`+rule.name+`","flowTuples":[`...)
		} else {
			b = append(b, `{"rule":"`+rule.name+`","flows":[{"mac":"`+n.mac+`","flowTuples":[`...)
		}
		b = append(b, g.groups[i]...)
		b = append(b, "]}]}"...)
	}
	return b
}
