package flowgen

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"
)

// ChurnOptions say how large an estate in motion is.
type ChurnOptions struct {
	Seed    uint64
	Start   time.Time // cut to the hour
	Hours   int
	Base    int // VMs that are there at the start
	Created int // VMs made a day
	Tuples  int // about
}

// What a control plane does to its own log.
const (
	churnLost      = 0.02 // of events
	churnTwice     = 0.03
	churnLate      = 0.05 // by up to churnDelay
	churnDelay     = 15 * time.Minute
	churnNoMAC     = 0.2 // of NICs: no observation tells their MAC address
	churnSnapshots = 6 * time.Hour
)

// Churn is an estate in which VMs come and go all day, an address goes to the
// next NIC within a minute, and two networks have the same addresses. Its
// control plane tells of that with gaps; what it does not tell, Churn knows.
type Churn struct {
	o      ChurnOptions
	r      *rand.Rand
	start  time.Time
	nets   []*churnNet
	nics   []*churnNIC // by when they came
	events []churnEvent
	snaps  []time.Duration
	blobs  []churnBlob
	lost   int
}

type churnNet struct {
	sub, rg, name string
	prefix        netip.Prefix
	peer          *churnNet
	log           *flowLog
	free          []netip.Addr // last freed first
	next          netip.Addr
	live          []*churnNIC
	appliance     *churnNIC
}

func (n *churnNet) id() string {
	return armID(n.sub, n.rg, "Microsoft.Network/virtualNetworks", n.name)
}

// subnet returns the subnet of an address: by its third byte, VMs below 64,
// instances of scale sets below 128, pods above.
func (n *churnNet) subnet(a netip.Addr) string {
	name := "pods"
	switch b := a.As4()[2]; {
	case b < 64:
		name = "vms"
	case b < 128:
		name = "pool"
	}
	return n.id() + "/subnets/" + name
}

// A churnNIC is a NIC from when it came until it went.
type churnNIC struct {
	id, mac  string
	net      *churnNet
	addrs    []netip.Addr
	public   netip.Addr
	pods     netip.Prefix // behind a node
	scaleSet bool
	forwards bool
	untold   bool // no observation tells its MAC address
	from, to time.Duration
	vms      []churnVM // that had it, one after the other
	// Whether something that survived names it with its addresses.
	named bool
}

type churnVM struct {
	id       string
	from, to time.Duration
	named    bool // something that survived names the NIC as its
}

// A churnEvent is a record of the activity log.
type churnEvent struct {
	at, arrives time.Duration
	operation   string
	resource    string
	sub         string
	body        obj
	lost        bool
}

type churnBlob struct {
	nic    *churnNIC
	hour   int
	tuples []churnTuple
}

type churnTuple struct {
	at        time.Duration // cut to milliseconds
	src, dest churnEnd
	port      uint16
	out       bool
	denied    bool
}

// churnEnd is an end of a tuple: its address, and whose it was.
type churnEnd struct {
	addr netip.Addr
	nic  *churnNIC // nil for nobody's
	kind string
}

// Kinds of ends that nobody's NIC held. ChurnDead is a private address of a
// network that no NIC has at the time.
const (
	churnInternet = "internet"
	churnSite     = "on-premises"
	churnPod      = "pod"
	ChurnDead     = "nobody's"
)

// ChurnOwner is who had an end of a flow.
type ChurnOwner struct {
	NIC, VM string // IDs in lower case; '' for nobody's
	Kind    string // nic, or what else it was
	// Knowable is set if something that survived names the NIC with its address,
	// and the VM with the NIC.
	Knowable bool
	// Since is how long before the flow the NIC came.
	Since time.Duration
}

// NewChurn makes the estate, its events and its traffic.
func NewChurn(o ChurnOptions) *Churn {
	c := &Churn{o: o, r: rand.New(rand.NewPCG(o.Seed, 7)), start: o.Start.UTC().Truncate(time.Hour)}
	for i, prefix := range []string{"10.20.0.0/16", "10.21.0.0/16", "10.20.0.0/16"} {
		n := &churnNet{sub: prodSub, rg: "net-rg", name: []string{"alpha-vnet", "beta-vnet", "gamma-vnet"}[i], prefix: netip.MustParsePrefix(prefix)}
		if i == 2 {
			n.sub = devSub
		}
		n.next = n.prefix.Addr()
		for range 4 {
			n.next = n.next.Next()
		}
		v := &vnet{sub: n.sub, rg: n.rg, name: n.name, region: region}
		n.log = &flowLog{format: VNet4, sub: n.sub, rg: "NetworkWatcherRG", watcher: "NetworkWatcher_westeurope", name: n.name + "-flowlog", target: v.id()}
		c.nets = append(c.nets, n)
	}
	c.nets[0].peer, c.nets[1].peer = c.nets[1], c.nets[0]
	c.live()
	c.observe()
	c.talk()
	return c
}

func (c *Churn) end() time.Duration { return time.Duration(c.o.Hours) * time.Hour }

// Start and End are when the estate's story begins and ends.
func (c *Churn) Start() time.Time { return c.start }

// End is when the story ends.
func (c *Churn) End() time.Time { return c.start.Add(c.end()) }

// live makes NICs come and go.
func (c *Churn) live() {
	type birth struct {
		at    time.Duration
		net   *churnNet
		addr  netip.Addr // '' for the next free one
		pool  bool
		until time.Duration
	}
	var births []birth
	for i := range c.o.Base {
		births = append(births, birth{at: -time.Duration(1+c.r.IntN(1000)) * time.Hour, net: c.nets[i%3], pool: i%10 == 9, until: forever})
	}
	for range c.o.Created * c.o.Hours / 24 {
		births = append(births, birth{at: time.Duration(c.r.Int64N(int64(c.end()))), net: c.nets[c.r.IntN(3)], pool: c.r.IntN(10) == 0})
	}
	slices.SortFunc(births, func(a, b birth) int { return cmp.Compare(a.at, b.at) })
	type death struct {
		at  time.Duration
		nic *churnNIC
	}
	var deaths []death
	made := 0
	begin := func(b birth) {
		n := &churnNIC{net: b.net, from: b.at.Truncate(time.Millisecond), to: b.until, scaleSet: b.pool}
		if n.to == 0 {
			life := time.Duration(c.r.ExpFloat64() * float64(25*time.Minute))
			if c.r.IntN(2) == 0 {
				life = time.Duration(c.r.ExpFloat64() * float64(4*time.Hour))
			}
			n.to = (n.from + 3*time.Minute + life).Truncate(time.Millisecond)
		}
		made++
		name := fmt.Sprintf("vm%05d", made)
		n.mac = fmt.Sprintf("60%010X", uint64(made)*2654435761%(1<<40))
		n.untold = c.r.Float64() < churnNoMAC
		take := func() netip.Addr {
			if k := len(b.net.free); k > 0 && !n.scaleSet {
				a := b.net.free[k-1]
				b.net.free = b.net.free[:k-1]
				return a
			}
			a := b.net.next
			b.net.next = a.Next()
			if n.scaleSet {
				x := a.As4()
				x[2] += 64
				return netip.AddrFrom4(x)
			}
			return a
		}
		addr := b.addr
		if !addr.IsValid() {
			addr = take()
		}
		n.addrs = append(n.addrs, addr)
		if n.scaleSet {
			set := armID(b.net.sub, "app-rg", "Microsoft.Compute/virtualMachineScaleSets", "pool-"+b.net.name)
			vm := fmt.Sprintf("%s/virtualMachines/%d", set, made)
			n.id = vm + "/networkInterfaces/nic"
			n.vms = []churnVM{{id: vm, from: n.from, to: n.to}}
			if b.until == forever { // a node, with pods
				n.pods = netip.PrefixFrom(netip.AddrFrom4([4]byte{10, b.net.prefix.Addr().As4()[1], byte(128 + made%100), 0}), 24)
			}
		} else {
			n.id = armID(b.net.sub, "app-rg", "Microsoft.Network/networkInterfaces", name+"-nic")
			n.vms = []churnVM{{id: armID(b.net.sub, "app-rg", "Microsoft.Compute/virtualMachines", name), from: n.from + 40*time.Second, to: n.to - 20*time.Second}}
			if c.r.IntN(20) == 0 {
				n.addrs = append(n.addrs, take())
			}
			if c.r.IntN(50) == 0 && n.to-n.from > time.Hour && n.to != forever { // another VM takes it over
				half := (n.from + (n.to-n.from)/2).Truncate(time.Millisecond)
				n.vms[0].to = half
				n.vms = append(n.vms, churnVM{id: n.vms[0].id + "b", from: half + 30*time.Second, to: n.to - 20*time.Second})
			}
			if b.until == forever && c.r.IntN(8) == 0 {
				n.public = netip.AddrFrom4([4]byte{20, 61, byte(made >> 8), byte(made)})
			}
			if b.net.appliance == nil {
				b.net.appliance, n.forwards = n, true
			}
		}
		b.net.live = append(b.net.live, n)
		c.nics = append(c.nics, n)
		if n.to < c.end() {
			i, _ := slices.BinarySearchFunc(deaths, n.to, func(d death, t time.Duration) int { return cmp.Compare(d.at, t) })
			deaths = slices.Insert(deaths, i, death{n.to, n})
		}
	}
	for len(births) > 0 || len(deaths) > 0 {
		if len(deaths) == 0 || len(births) > 0 && births[0].at <= deaths[0].at {
			b := births[0]
			births = births[1:]
			begin(b)
			continue
		}
		d := deaths[0]
		deaths = deaths[1:]
		net := d.nic.net
		net.live = slices.DeleteFunc(net.live, func(n *churnNIC) bool { return n == d.nic })
		if d.nic.scaleSet || c.r.IntN(2) == 0 && d.at+2*time.Minute < c.end() {
			// Another one gets the address within a minute.
			again := birth{at: d.at + time.Duration(15+c.r.IntN(45))*time.Second, net: net, addr: d.nic.addrs[0], pool: d.nic.scaleSet}
			i, _ := slices.BinarySearchFunc(births, again.at, func(b birth, t time.Duration) int { return cmp.Compare(b.at, t) })
			births = slices.Insert(births, i, again)
			net.free = append(net.free, d.nic.addrs[1:]...)
			continue
		}
		net.free = append(net.free, d.nic.addrs...)
	}
}

// observe writes the control plane's word of it, and notes what survives.
func (c *Churn) observe() {
	put := func(at time.Duration, n *churnNet, operation, resource string, body obj) (survives bool) {
		e := churnEvent{at: at, arrives: at + 5*time.Second, operation: operation, resource: resource, sub: n.sub, body: body}
		e.lost = c.r.Float64() < churnLost
		if c.r.Float64() < churnLate {
			e.arrives = at + time.Duration(c.r.Int64N(int64(churnDelay)))
		}
		c.events = append(c.events, e)
		if e.lost {
			c.lost++
		} else if c.r.Float64() < churnTwice {
			e.arrives += time.Duration(c.r.Int64N(int64(churnDelay)))
			c.events = append(c.events, e)
		}
		return !e.lost
	}
	for at := time.Duration(0); at <= c.end(); at += churnSnapshots {
		c.snaps = append(c.snaps, at)
	}
	const nicWrite, vmWrite = "Microsoft.Network/networkInterfaces/write", "Microsoft.Compute/virtualMachines/write"
	for _, n := range c.nics {
		for _, at := range c.snaps {
			if n.from <= at && at < n.to {
				n.named = true
				for k := range n.vms {
					if v := &n.vms[k]; v.from <= at && at < v.to {
						v.named = true
					}
				}
			}
		}
		if n.scaleSet {
			continue // no event tells of it
		}
		if n.from >= 0 {
			body := c.nicBody(n, n.from)
			p := body["properties"].(obj)
			delete(p, "macAddress") // a NIC has one once it is attached
			if put(n.from, n.net, nicWrite, n.id, body) {
				n.named = true
			}
			if c.r.IntN(2) == 0 && n.vms[0].from+20*time.Second < n.vms[0].to {
				if put(n.vms[0].from+20*time.Second, n.net, nicWrite, n.id, c.nicBody(n, n.vms[0].from+20*time.Second)) {
					n.named, n.vms[0].named = true, true
				}
			}
		}
		for k := range n.vms {
			v := &n.vms[k]
			if v.from >= 0 && v.from < c.end() && put(v.from, n.net, vmWrite, v.id, c.vmBody(n, v)) {
				v.named = true
			}
			if v.to < c.end() {
				put(v.to, n.net, "Microsoft.Compute/virtualMachines/delete", v.id, nil)
			}
		}
		if n.to < c.end() {
			put(n.to, n.net, "Microsoft.Network/networkInterfaces/delete", n.id, nil)
		}
	}
	c.events = slices.DeleteFunc(c.events, func(e churnEvent) bool { return e.at >= c.end() })
	slices.SortStableFunc(c.events, func(a, b churnEvent) int { return cmp.Compare(a.arrives, b.arrives) })
}

func (n *churnNIC) vmAt(at time.Duration) *churnVM {
	for k := range n.vms {
		if v := &n.vms[k]; v.from <= at && at < v.to {
			return v
		}
	}
	return nil
}

func (c *Churn) nicBody(n *churnNIC, at time.Duration) obj {
	var configs []obj
	for i, a := range n.addrs {
		configs = append(configs, obj{"name": "ipconfig" + strconv.Itoa(i), "id": n.id + "/ipConfigurations/ipconfig" + strconv.Itoa(i), "properties": obj{
			"privateIPAddress": a.String(), "privateIPAddressVersion": "IPv4", "primary": i == 0, "subnet": obj{"id": n.net.subnet(a)},
		}})
	}
	p := obj{"provisioningState": "Succeeded", "ipConfigurations": configs, "enableIPForwarding": n.forwards}
	if v := n.vmAt(at); v != nil {
		p["virtualMachine"] = obj{"id": v.id}
		if !n.untold {
			p["macAddress"] = strings.Join([]string{n.mac[:2], n.mac[2:4], n.mac[4:6], n.mac[6:8], n.mac[8:10], n.mac[10:]}, "-")
		}
	}
	return obj{"id": n.id, "name": n.id[strings.LastIndexByte(n.id, '/')+1:], "type": "Microsoft.Network/networkInterfaces", "location": region, "properties": p}
}

func (c *Churn) vmBody(n *churnNIC, v *churnVM) obj {
	return obj{"id": v.id, "name": v.id[strings.LastIndexByte(v.id, '/')+1:], "type": "Microsoft.Compute/virtualMachines", "location": region, "properties": obj{
		"vmId": guid(v.id), "timeCreated": c.start.Add(v.from).Format(recordTime),
		"networkProfile": obj{"networkInterfaces": []obj{{"id": n.id, "properties": obj{"primary": true}}}},
	}}
}

// talk makes the traffic.
func (c *Churn) talk() {
	blobs := map[string]int{}
	put := func(n *churnNIC, t churnTuple) {
		hour := int(t.at / time.Hour)
		k := n.mac + strconv.Itoa(hour)
		i, ok := blobs[k]
		if !ok {
			i = len(c.blobs)
			blobs[k] = i
			c.blobs = append(c.blobs, churnBlob{nic: n, hour: hour})
		}
		c.blobs[i].tuples = append(c.blobs[i].tuples, t)
	}
	type change struct {
		at  time.Duration
		nic *churnNIC
		end bool
	}
	var changes []change
	for _, n := range c.nics {
		// A NIC says nothing before its VM runs, nor after that is gone.
		for _, v := range n.vms {
			changes = append(changes, change{v.from + 10*time.Second, n, false}, change{min(v.to-5*time.Second, forever), n, true})
		}
	}
	slices.SortStableFunc(changes, func(a, b change) int { return cmp.Compare(a.at, b.at) })
	type slot struct {
		net  *churnNet
		addr netip.Addr
	}
	had, gone := map[slot][]*churnNIC{}, map[*churnNet][]*churnNIC{}
	for _, n := range c.nics {
		for _, a := range n.addrs {
			had[slot{n.net, a}] = append(had[slot{n.net, a}], n)
		}
	}
	up := map[*churnNet][]*churnNIC{}
	some := func(n *churnNet) *churnNIC { return up[n][c.r.IntN(len(up[n]))] }
	step := float64(c.end()) / (float64(c.o.Tuples) / 1.6)
	for i := 0; ; i++ {
		at := time.Duration(float64(i) * step).Truncate(time.Millisecond)
		if at >= c.end() {
			break
		}
		for len(changes) > 0 && changes[0].at <= at {
			x := changes[0]
			changes = changes[1:]
			n := x.nic.net
			if x.end {
				up[n] = slices.DeleteFunc(up[n], func(y *churnNIC) bool { return y == x.nic })
				gone[n] = append(gone[n], x.nic)
			} else {
				up[n] = append(up[n], x.nic)
			}
		}
		net := c.nets[c.r.IntN(3)]
		a := some(net)
		t := churnTuple{at: at, src: churnEnd{addr: a.addrs[c.r.IntN(len(a.addrs))], nic: a, kind: "nic"}, port: uint16(1024 + c.r.IntN(60000)), out: true}
		far := net
		switch p := c.r.IntN(100); {
		case p < 60:
			if p < 10 && net.peer != nil {
				far = net.peer
			}
			b := some(far)
			t.dest = churnEnd{addr: b.addrs[c.r.IntN(len(b.addrs))], nic: b, kind: "nic"}
			if b != a {
				in := t
				in.out = false
				put(b, in)
			}
		case p < 76:
			t.dest = churnEnd{addr: netip.MustParseAddr(public(c.r.IntN(50_000)*40 + 1)), kind: churnInternet}
		case p < 84:
			t.dest = churnEnd{addr: netip.AddrFrom4([4]byte{192, 168, byte(c.r.IntN(256)), byte(1 + c.r.IntN(250))}), kind: churnSite}
		case p < 90:
			// From outside in.
			t.out = false
			t.dest = t.src
			t.src = churnEnd{addr: netip.MustParseAddr(public(c.r.IntN(50_000)*40 + 1)), kind: churnInternet}
		case p < 93:
			b := some(net)
			if !b.public.IsValid() {
				continue
			}
			t.dest = churnEnd{addr: b.public, nic: b, kind: "nic"}
		case p < 96:
			if !a.pods.IsValid() {
				continue
			}
			x := a.pods.Addr().As4()
			x[3] = byte(1 + c.r.IntN(250))
			t.src = churnEnd{addr: netip.AddrFrom4(x), kind: churnPod}
			t.dest = churnEnd{addr: netip.AddrFrom4([4]byte{192, 168, 1, byte(1 + c.r.IntN(250))}), kind: churnSite}
		case p < 98:
			// An address that nobody has had yet, or that nobody has any more.
			x := net.prefix.Addr().As4()
			x[2], x[3] = 63, byte(c.r.IntN(256))
			t.dest, t.denied = churnEnd{addr: netip.AddrFrom4(x), kind: ChurnDead}, true
			if list := gone[net]; len(list) > 0 && c.r.IntN(5) == 0 {
				old := list[len(list)-1-c.r.IntN(min(len(list), 50))]
				if !slices.ContainsFunc(had[slot{net, old.addrs[0]}], func(n *churnNIC) bool { return n.from <= at && at < n.to }) {
					t.dest.addr = old.addrs[0]
				}
			}
		default:
			// Through the appliance, which logs what it passes on.
			if net.appliance == nil || net.appliance == a {
				continue
			}
			t.dest = churnEnd{addr: netip.AddrFrom4([4]byte{192, 168, 9, byte(1 + c.r.IntN(250))}), kind: churnSite}
			put(net.appliance, t)
		}
		logs := a
		put(logs, t)
	}
}

// ChurnCounts say what an estate is like.
type ChurnCounts struct {
	NICs, Created, Deleted, Events, Lost, Tuples, Blobs, Windows int
}

// Counts says what there is.
func (c *Churn) Counts() ChurnCounts {
	n := ChurnCounts{NICs: len(c.nics), Events: len(c.events), Lost: c.lost, Blobs: len(c.blobs)}
	for _, x := range c.nics {
		if x.from >= 0 {
			n.Created++
		}
		if x.to < c.end() {
			n.Deleted++
		}
		n.Windows += len(x.addrs)
	}
	for i := range c.blobs {
		n.Tuples += len(c.blobs[i].tuples)
	}
	return n
}

// WriteLogs writes the flow logs.
func (c *Churn) WriteLogs(to Sink) error {
	shells := map[*churnNIC]shell{}
	for i := range c.blobs {
		b := &c.blobs[i]
		sh, ok := shells[b.nic]
		if !ok {
			sh = newShell(b.nic.net.log, b.nic.mac)
			shells[b.nic] = sh
		}
		hour := c.start.Add(time.Duration(b.hour) * time.Hour)
		if err := to.Blob(Blob{
			Container: ContainerVNet, Name: c.name(b), ModTime: hour.Add(time.Hour),
			Blocks: func(yield func(Block) bool) { yield(Block{headID, c.content(b, sh)}) },
		}); err != nil {
			return err
		}
	}
	return nil
}

func (c *Churn) name(b *churnBlob) string {
	return blobName(b.nic.net.log, b.nic.mac, c.start.Add(time.Duration(b.hour)*time.Hour))
}

// content returns a blob with a record for each of its minutes.
func (c *Churn) content(b *churnBlob, sh shell) []byte {
	out := []byte(headText)
	for i := 0; i < len(b.tuples); {
		minute := b.tuples[i].at.Truncate(time.Minute)
		if i > 0 {
			out = append(out, ',')
		}
		out = append(out, sh.open...)
		out = c.start.Add(minute+time.Minute).AppendFormat(out, recordTime)
		out = append(out, sh.middle...)
		out = append(out, `{"aclID":"churn","flowGroups":[{"rule":"DefaultRule_AllowVnetOutBound","flowTuples":[`...)
		for first := true; i < len(b.tuples) && b.tuples[i].at.Truncate(time.Minute) == minute; i, first = i+1, false {
			t := &b.tuples[i]
			if !first {
				out = append(out, ',')
			}
			direction, tail := ",I,", "E,NX,5,500,5,700"
			if t.out {
				direction = ",O,"
			}
			if t.denied {
				tail = "D,NX,0,0,0,0"
			}
			out = append(out, '"')
			out = strconv.AppendInt(out, c.start.Add(t.at).UnixMilli(), 10)
			out = append(out, ',')
			out = t.src.addr.AppendTo(out)
			out = append(out, ',')
			out = t.dest.addr.AppendTo(out)
			out = append(out, ',')
			out = strconv.AppendUint(out, uint64(t.port), 10)
			out = append(out, ",443,6"...)
			out = append(out, direction...)
			out = append(out, tail...)
			out = append(out, '"')
		}
		out = append(out, "]}]}"...)
		out = append(out, sh.end...)
	}
	return append(out, tailText...)
}

// Owners calls f for every tuple, with the name of its blob, its position there
// and the owners of its ends.
func (c *Churn) Owners(f func(blob string, tuple int, src, dest ChurnOwner)) {
	for i := range c.blobs {
		b := &c.blobs[i]
		name := c.name(b)
		for k := range b.tuples {
			t := &b.tuples[k]
			f(name, k, t.src.owner(t.at), t.dest.owner(t.at))
		}
	}
}

func (e *churnEnd) owner(at time.Duration) ChurnOwner {
	if e.nic == nil {
		return ChurnOwner{Kind: e.kind}
	}
	o := ChurnOwner{NIC: strings.ToLower(e.nic.id), Kind: e.kind, Since: at - e.nic.from, Knowable: e.nic.named}
	if v := e.nic.vmAt(at); v != nil {
		o.VM = strings.ToLower(v.id)
		o.Knowable = o.Knowable && v.named
	}
	return o
}

// WriteInventory writes what arrived from from on and before to: lists, and the
// activity log by the hours in which its records arrived. What has no time is
// there from the start.
func (c *Churn) WriteInventory(to Sink, from, until time.Time) error {
	in := func(at time.Duration) bool {
		t := c.start.Add(at)
		return !t.Before(from) && t.Before(until)
	}
	for _, at := range c.snaps {
		if in(at) {
			if err := c.writeLists(to, at); err != nil {
				return err
			}
		}
	}
	type key struct {
		sub  string
		hour time.Duration
	}
	blobs := map[key]*bytes.Buffer{}
	var order []key
	for i := range c.events {
		e := &c.events[i]
		if e.lost || !in(e.arrives) {
			continue
		}
		k := key{e.sub, e.arrives.Truncate(time.Hour)}
		if blobs[k] == nil {
			blobs[k] = &bytes.Buffer{}
			order = append(order, k)
		}
		if err := c.record(blobs[k], e); err != nil {
			return err
		}
	}
	for _, k := range order {
		hour := c.start.Add(k.hour)
		if err := to.Blob(Blob{
			Container: ContainerActivity, ModTime: hour.Add(time.Hour),
			Name:   "resourceId=/SUBSCRIPTIONS/" + strings.ToUpper(k.sub) + hour.Format("/y=2006/m=01/d=02/h=15/m=00/") + "PT1H.json",
			Blocks: func(yield func(Block) bool) { yield(Block{blockID("00000000"), blobs[k].Bytes()}) },
		}); err != nil {
			return err
		}
	}
	return nil
}

// record writes a record of the activity log as it is exported to storage.
func (c *Churn) record(b *bytes.Buffer, e *churnEvent) error {
	at := c.start.Add(e.at)
	p := obj{"eventCategory": "Administrative", "entity": e.resource, "message": e.operation}
	if e.body != nil {
		text, err := json.Marshal(e.body)
		if err != nil {
			return fmt.Errorf("write the activity log: %w", err)
		}
		p["statusCode"], p["responseBody"] = "Created", string(text)
	}
	enc := json.NewEncoder(b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(obj{
		"time": at.Format(recordTime), "resourceId": strings.ToUpper(e.resource), "operationName": strings.ToUpper(e.operation), "category": "Administrative",
		"resultType": "Success", "resultSignature": "Succeeded.Created", "tenantId": tenant, "correlationId": guid("churn", e.resource, at.String()), "properties": p,
	}); err != nil {
		return fmt.Errorf("write the activity log: %w", err)
	}
	return nil
}

func (c *Churn) writeLists(to Sink, at time.Duration) error {
	when := c.start.Add(at)
	lists := map[string][]obj{}
	for _, n := range c.nics {
		if n.from > at || n.to <= at {
			continue
		}
		name := "nic-list-" + n.net.sub[:4]
		if n.scaleSet {
			name = "vmss-nic-list-" + n.net.sub[:4]
		}
		lists[name] = append(lists[name], c.nicBody(n, at))
		if v := n.vmAt(at); v != nil {
			name = strings.Replace(name, "nic", "vm", 1)
			lists[name] = append(lists[name], c.vmBody(n, v))
		}
		if n.public.IsValid() && at == 0 {
			id := armID(n.net.sub, "app-rg", "Microsoft.Network/publicIPAddresses", n.public.String())
			lists["public-ip-list"] = append(lists["public-ip-list"], obj{
				"id": id, "type": "Microsoft.Network/publicIPAddresses", "location": region,
				"properties": obj{"ipAddress": n.public.String(), "ipConfiguration": obj{"id": n.id + "/ipConfigurations/ipconfig0"}},
			})
		}
	}
	if at == 0 {
		for _, n := range c.nets {
			ten := n.prefix.Addr().As4()
			subnet := func(name string, third byte, bits int) obj {
				return obj{"id": n.id() + "/subnets/" + name, "properties": obj{"addressPrefix": netip.PrefixFrom(netip.AddrFrom4([4]byte{ten[0], ten[1], third, 0}), bits).String()}}
			}
			p := obj{"addressSpace": obj{"addressPrefixes": []string{n.prefix.String()}}, "subnets": []obj{subnet("vms", 0, 18), subnet("pool", 64, 18), subnet("pods", 128, 17)}}
			if n.peer != nil {
				p["virtualNetworkPeerings"] = []obj{{"id": n.id() + "/virtualNetworkPeerings/p", "properties": obj{"peeringState": "Connected", "remoteVirtualNetwork": obj{"id": n.peer.id()}}}}
			}
			lists["vnet-list"] = append(lists["vnet-list"], obj{"id": n.id(), "type": "Microsoft.Network/virtualNetworks", "location": region, "properties": p})
		}
		if err := to.File(File{"inventory/sites.csv", when, []byte("cidr,name,circuit,since\n192.168.0.0/16,amsterdam,er1,\n")}); err != nil {
			return err
		}
	}
	for name, rows := range lists {
		text, err := json.Marshal(rows)
		if err != nil {
			return fmt.Errorf("list %s: %w", name, err)
		}
		if err := to.File(File{"inventory/" + when.Format("20060102T150405Z") + "/" + name + ".json", when, text}); err != nil {
			return err
		}
	}
	return nil
}

// A ChurnSighting is a NIC with an address, or with its VM, as one event or list
// that survived has it.
type ChurnSighting struct {
	Time     time.Time
	NIC, VM  string // IDs in lower case; no VM if it tells an address
	Address  netip.Addr
	Snapshot bool
}

// Sightings returns all of them: what S0's method works with.
func (c *Churn) Sightings() []ChurnSighting {
	var all []ChurnSighting
	for i := range c.events {
		e := &c.events[i]
		if e.lost || e.body == nil {
			continue
		}
		p, _ := e.body["properties"].(obj)
		id := strings.ToLower(e.resource)
		if configs, ok := p["ipConfigurations"].([]obj); ok {
			for _, x := range configs {
				a, _ := x["properties"].(obj)["privateIPAddress"].(string)
				all = append(all, ChurnSighting{Time: c.start.Add(e.at), NIC: id, Address: netip.MustParseAddr(a)})
			}
			if vm, ok := p["virtualMachine"].(obj); ok {
				all = append(all, ChurnSighting{Time: c.start.Add(e.at), NIC: id, VM: strings.ToLower(vm["id"].(string))})
			}
		} else if profile, ok := p["networkProfile"].(obj); ok {
			for _, x := range profile["networkInterfaces"].([]obj) {
				all = append(all, ChurnSighting{Time: c.start.Add(e.at), NIC: strings.ToLower(x["id"].(string)), VM: id})
			}
		}
	}
	for _, at := range c.snaps {
		for _, n := range c.nics {
			if n.from > at || n.to <= at {
				continue
			}
			for _, a := range n.addrs {
				all = append(all, ChurnSighting{Time: c.start.Add(at), NIC: strings.ToLower(n.id), Address: a, Snapshot: true})
			}
			if v := n.vmAt(at); v != nil {
				all = append(all, ChurnSighting{Time: c.start.Add(at), NIC: strings.ToLower(n.id), VM: strings.ToLower(v.id), Snapshot: true})
			}
		}
	}
	return all
}
