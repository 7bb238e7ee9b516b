package inventory

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/azflow/azflow/flowlog"
)

// An Estate is what all observations together say.
type Estate struct {
	// Holdings are the windows in which a NIC held an address of a network, cut
	// where it was attached to another VM. Those of one address do not overlap.
	// They are ordered by network, address and start.
	Holdings []Holding
	// Attachments are the windows in which a VM had a NIC, by NIC and start.
	Attachments []Attachment
	MACs        []MAC // by address and start
	Members     []Member
	Fronts      []Front
	Publics     []Public
	Gates       []Gate
	Groups      []Group

	NICs      map[ID]*NIC
	VMs       map[ID]*VM
	Networks  map[ID]*Network
	Endpoints map[ID]ID // private endpoints by NIC
	Links     map[ID]ID // what lies behind a private endpoint
	Sites     []Site
	Gateways  []Gateway
	Tags      []ServiceTag
	Labels    []Label

	tenants map[string]string // by subscription
}

// A Holding is a window in which a NIC held an address.
type Holding struct {
	Window
	Network ID // '' if no observation told
	Address netip.Addr
	Subnet  ID
	NIC     ID
	Config  ID // the NIC's IP configuration
	VM      ID // '' if the NIC was attached to none
}

// An Attachment is a window in which a VM had a NIC.
type Attachment struct {
	Window
	NIC, VM ID
}

// A MAC is a window in which a NIC had a MAC address. NICs that had one one
// after the other share its time without a gap: it is first one's from ever,
// the last one's forever.
type MAC struct {
	Window
	Address string // 12 upper-case hexadecimal digits
	NIC     ID
}

// A Member is a window in which a NIC's configuration was in a back-end pool of a
// load balancer or application gateway.
type Member struct {
	Window
	Config, Balancer ID
}

// A Gate is a window in which an application gateway's instances stood in a
// subnet: their NICs are no resources.
type Gate struct {
	Window
	Subnet, Gateway ID
}

// A Group is a window in which a virtual network or subnet was in a network group
// of Azure Virtual Network Manager.
type Group struct {
	Window
	Of, Group ID
}

// A Front is a window in which a load balancer or application gateway had a private
// front-end address.
type Front struct {
	Window
	Network, Subnet ID
	Address         netip.Addr
	Balancer        ID
}

// A Public is a window in which a public address belonged to a resource: a
// NIC, a load balancer, a gateway, or to the address resource alone.
type Public struct {
	Window
	Address netip.Addr
	ID      ID // of the address resource
	Owner   ID // of what uses it, '' for nothing
}

// A NIC is what is known of a NIC beside its windows.
type NIC struct {
	ID       ID
	MAC      string
	Region   string
	Versions []NICVersion // by time
}

// A NICVersion is a NIC as one observation has it.
type NICVersion struct {
	At         int64
	Forwarding bool
	Primary    bool
	Tags       string // JSON object, '' for none
}

// At returns the version that holds at a time: the last before it, else the first.
func (n *NIC) At(at int64) *NICVersion {
	i, found := slices.BinarySearchFunc(n.Versions, at, func(v NICVersion, t int64) int { return cmp.Compare(v.At, t) })
	if !found {
		i--
	}
	return &n.Versions[max(i, 0)]
}

// A VM is what is known of a VM beside its windows.
type VM struct {
	ID       ID
	ScaleSet string
	Versions []VMVersion // by time; none for a VM that only its NICs tell of
}

// A VMVersion is a VM as one observation has it.
type VMVersion struct {
	At           int64
	VMID         string // the GUID
	Region, Zone string
	Tags         string // JSON object, '' for none
}

// At returns the version that holds at a time: the last before it, else the first.
func (v *VM) At(at int64) VMVersion {
	if len(v.Versions) == 0 {
		return VMVersion{}
	}
	i, found := slices.BinarySearchFunc(v.Versions, at, func(v VMVersion, t int64) int { return cmp.Compare(v.At, t) })
	if !found {
		i--
	}
	return v.Versions[max(i, 0)]
}

// A Network is a virtual network as all observations show it.
type Network struct {
	ID       ID
	Region   string
	Prefixes []netip.Prefix
	Subnets  []Subnet
	Peers    []ID
}

// A Subnet is a subnet of a network.
type Subnet struct {
	ID       ID
	Prefixes []netip.Prefix
}

// A Site is a block of addresses outside of Azure and how it is reached.
type Site struct {
	Prefix       netip.Prefix
	Client       bool   // a point-to-site client's
	Name         string // of sites in CSV
	Circuit      ID     // or its name, if no observation shows it
	LocalGateway ID
	Gateway      ID
	Hub          ID    // network of the gateway
	Connection   ID    // of the gateway with the other side
	Since        int64 // µs; the least number if always
	Evidence     string
}

// A Gateway is a virtual network gateway or firewall: its NICs are no resources.
type Gateway struct {
	ID           ID
	Network      ID
	Subnet       ID
	ExpressRoute bool
}

// A ServiceTag is a tag of Microsoft's list.
type ServiceTag struct {
	Name, Region string
	Prefixes     []netip.Prefix
}

// A Label is a user's name for a block of addresses.
type Label struct {
	Prefix netip.Prefix
	Text   string
}

// Tenant returns the Entra tenant of a resource, ” if none is known.
func (e *Estate) Tenant(id ID) string { return e.tenants[Subscription(id)] }

// slot is an address of a network.
type slot struct {
	network ID
	addr    netip.Addr
}

// literal is an address that a pool of an application gateway names.
type literal struct {
	addr    netip.Addr
	gateway ID
}

// builder works observations into an estate, in order of time.
type builder struct {
	e        *Estate
	held     tracks[slot]
	attached tracks[ID] // by NIC
	macs     tracks[string]
	members  tracks[[2]ID] // by configuration and balancer
	fronts   tracks[slot]
	publics  tracks[netip.Addr]
	gates    tracks[[2]ID]   // by subnet and gateway
	groups   tracks[[2]ID]   // by network or subnet, and group
	literals tracks[literal] // addresses of an application gateway's pools

	gateIn   map[ID]map[ID]bool      // subnets of an application gateway as last seen
	literal  map[ID]map[literal]bool // of an application gateway as last seen
	grouped  map[ID]map[ID]bool      // groups of a network or subnet as last seen
	memberOf map[ID]ID               // what a static member of a group stands for

	has      map[ID][]slot            // what a NIC holds as last seen
	subnets  map[slot]map[ID]ID       // of a slot and NIC
	configs  map[ID]map[netip.Addr]ID // of a NIC
	pooled   map[ID]map[ID]bool       // configurations of a balancer, and balancers of a configuration
	vmNICs   map[ID]map[ID]bool       // what a VM has as last seen
	fronted  map[ID][]slot            // front ends of a balancer
	frontIn  map[slot]ID              // subnet
	addrOf   map[ID]netip.Addr        // of a public address resource
	shown    map[ID][]int64           // when a NIC was in a list
	relisted map[ID][]*Observation    // what lists showed again of a NIC
	circuits map[string]ID            // by name
	conns    []object
	lngs     map[ID][]netip.Prefix
	clients  map[ID][]netip.Prefix
	sights   map[slot][]sighting
	latest   map[string]map[ID]*Observation // of tags, labels, sites, routes
}

// Build works out the estate. It puts the observations in order of time. An
// observation whose body is no JSON object is an error: import takes in none.
func Build(all []Observation) (*Estate, error) {
	all, err := withBeginnings(all)
	if err != nil {
		return nil, err
	}
	lists := scopesOf(all)
	linked := all
	all = expanded(all)
	slices.SortStableFunc(all, func(a, b Observation) int { return compare(&a, &b) })
	b := &builder{
		e: &Estate{
			NICs: map[ID]*NIC{}, VMs: map[ID]*VM{}, Networks: map[ID]*Network{}, Endpoints: map[ID]ID{}, Links: map[ID]ID{}, tenants: map[string]string{},
		},
		held: tracks[slot]{}, attached: tracks[ID]{}, macs: tracks[string]{}, members: tracks[[2]ID]{}, fronts: tracks[slot]{}, publics: tracks[netip.Addr]{},
		has: map[ID][]slot{}, subnets: map[slot]map[ID]ID{}, configs: map[ID]map[netip.Addr]ID{}, pooled: map[ID]map[ID]bool{}, vmNICs: map[ID]map[ID]bool{},
		fronted: map[ID][]slot{}, frontIn: map[slot]ID{}, addrOf: map[ID]netip.Addr{}, shown: map[ID][]int64{}, relisted: map[ID][]*Observation{}, circuits: map[string]ID{},
		lngs: map[ID][]netip.Prefix{}, clients: map[ID][]netip.Prefix{}, latest: map[string]map[ID]*Observation{}, sights: map[slot][]sighting{},
		gates: tracks[[2]ID]{}, groups: tracks[[2]ID]{}, literals: tracks[literal]{},
		gateIn: map[ID]map[ID]bool{}, literal: map[ID]map[literal]bool{}, grouped: map[ID]map[ID]bool{}, memberOf: map[ID]ID{},
	}
	for i := range all {
		if o := &all[i]; o.Type == "networkinterfaces" && o.Kind == List {
			b.shown[o.ID] = append(b.shown[o.ID], o.Time.UnixMicro())
		}
	}
	for i := range linked {
		if o := &linked[i]; o.in != nil && o.Type == "networkinterfaces" && o.Kind == List {
			b.relisted[o.ID] = append(b.relisted[o.ID], o)
		}
	}
	var listed []*Observation    // the NICs of one list
	last := int64(math.MinInt64) // the time of the last of resources
	done := map[*chain]int64{}   // the time of the last listing of a chain that was looked at
	for i := range all {
		o := &all[i]
		if len(listed) > 0 && (o.Kind != List || o.Source != listed[0].Source || !o.Time.Equal(listed[0].Time)) {
			b.absent(listed)
			listed = listed[:0]
		}
		if o.list != nil {
			// What listings do not show is gone an hour after the last word of it: if one
			// was looked at since, nothing is absent that was not then.
			c, at := o.list.in, o.Time.UnixMicro()
			if was, ok := done[c]; !ok || was <= last+near {
				b.unlisted(at, func(scope string) bool { shown := lists[c][scope]; return shown != nil && shown[o.list.n] })
				done[c] = at
			}
			continue
		}
		last = o.Time.UnixMicro()
		if o.Kind == List && o.Type == "networkinterfaces" {
			listed = append(listed, o)
		}
		if o.Tenant != "" && Subscription(o.ID) != "" {
			b.e.tenants[Subscription(o.ID)] = o.Tenant
		}
		var m map[string]any
		if o.Kind != Delete {
			if err := json.Unmarshal([]byte(o.Body), &m); err != nil {
				return nil, fmt.Errorf("observation of %s at %s in %s: %w", o.ID, o.Time.Format(time.RFC3339), o.Source, err)
			}
		}
		b.take(o, m)
	}
	b.absent(listed)
	b.finish()
	return b.e, nil
}

func (b *builder) take(o *Observation, body object) {
	at, from := o.Time.UnixMicro(), sourceOf[o.Kind]
	switch o.Type {
	case "networkinterfaces":
		if o.Kind == Delete {
			b.removeNIC(o.ID, at, from, true)
		} else {
			b.nic(o, body, at, from)
		}
	case "virtualmachines":
		b.vm(o, body, at, from)
	case "loadbalancers":
		b.balancer(o, body, at, from)
	case "applicationgateways":
		b.balancer(o, body, at, from)
		b.gate(o, body, at, from)
	case "staticmembers":
		b.staticMember(o, body, at, from)
	case "networkgroupmemberships":
		b.memberships(o, body, at, from)
	case "publicipaddresses":
		b.public(o, body, at, from)
	case "privateendpoints":
		for _, nic := range body.refs("networkinterfaces") {
			b.e.Endpoints[nic] = o.ID
		}
		for _, key := range []string{"privatelinkserviceconnections", "manualprivatelinkserviceconnections"} {
			for _, c := range body.list(key) {
				if id := c.ref("privatelinkserviceid"); id != "" {
					b.e.Links[o.ID] = id
				}
			}
		}
	case "virtualnetworks":
		if body != nil {
			b.network(o.ID, body)
		}
	case "subnets":
		if body != nil {
			b.subnet(b.networkAt(networkOf(o.ID)), o.ID, body)
		}
	case "virtualnetworkpeerings":
		b.networkAt(parent(o.ID, "virtualnetworkpeerings")).peer(body.ref("remotevirtualnetwork"))
	case "expressroutecircuits":
		b.circuits[o.ID[strings.LastIndexByte(o.ID, '/')+1:]] = o.ID
	case "virtualnetworkgateways", "azurefirewalls":
		if body != nil {
			b.gateway(o, body)
		}
	case "localnetworkgateways":
		if body != nil {
			b.lngs[o.ID] = body.object("localnetworkaddressspace").prefixes("addressprefixes")
		}
	case "connections":
		if body != nil {
			b.conns = append(b.conns, body)
		}
	case TypeSighting:
		b.sighting(body, at)
	case typeTag, typeLabel, typeSite, typeRoute:
		if b.latest[o.Type] == nil {
			b.latest[o.Type] = map[ID]*Observation{}
		}
		b.latest[o.Type][o.ID] = o
	}
}

// jsonOf returns an object as JSON, ” if it is empty.
func jsonOf(o object) string {
	if len(o) == 0 {
		return ""
	}
	text, err := json.Marshal(o) // keys in order
	if err != nil {
		return "" // it was JSON before
	}
	return string(text)
}

func (b *builder) nic(o *Observation, body object, at int64, from sources) {
	n := b.e.NICs[o.ID]
	if n == nil {
		n = &NIC{ID: o.ID}
		b.e.NICs[o.ID] = n
	}
	if r := body.text("location"); r != "" {
		n.Region = strings.ToLower(r)
	}
	if mac := flowlog.FormatMAC(body.text("macaddress")); mac != "" {
		n.MAC = mac
		b.macs.at(mac).see(at, o.ID, from)
	}
	v := NICVersion{At: at, Tags: jsonOf(body.object("tags"))}
	v.Forwarding, _ = body.truth("enableipforwarding")
	v.Primary, _ = body.truth("primary")
	n.Versions = append(n.Versions, v)
	if pe := body.ref("privateendpoint"); pe != "" {
		b.e.Endpoints[o.ID] = pe
	}

	part := o.Kind == Seen || body.get("ipconfigurations") == nil // a later API version may show them otherwise
	var now []slot
	for _, c := range body.list("ipconfigurations") {
		addr, err := netip.ParseAddr(c.text("privateipaddress"))
		if err != nil {
			continue
		}
		addr = addr.Unmap()
		subnet := c.ref("subnet")
		s := slot{networkOf(subnet), addr}
		now = append(now, s)
		b.held.at(s).see(at, o.ID, from)
		if b.subnets[s] == nil {
			b.subnets[s] = map[ID]ID{}
		}
		b.subnets[s][o.ID] = subnet
		config := strings.ToLower(c.text("id"))
		if b.configs[o.ID] == nil {
			b.configs[o.ID] = map[netip.Addr]ID{}
		}
		b.configs[o.ID][addr] = config
		b.pools(config, c, at, from)
	}
	if part {
		for _, s := range b.has[o.ID] {
			if !slices.Contains(now, s) {
				now = append(now, s)
			}
		}
	}
	for _, s := range b.has[o.ID] {
		if !slices.Contains(now, s) {
			b.held.at(s).leave(at, o.ID, from, false)
		}
	}
	b.has[o.ID] = now

	vm := body.ref("virtualmachine")
	t := b.attached.at(o.ID)
	switch {
	case vm != "":
		t.see(at, vm, from)
		b.vmAt(vm)
	case !part && t.open != nil:
		t.leave(at, t.open.holder, from, false)
	}
}

// pools notes which balancers' pools a configuration is in.
func (b *builder) pools(config ID, c object, at int64, from sources) {
	now := map[ID]bool{}
	for _, key := range []string{"loadbalancerbackendaddresspools", "applicationgatewaybackendaddresspools"} {
		for _, pool := range c.refs(key) {
			now[parent(pool, "backendaddresspools")] = true
		}
	}
	for lb := range now {
		b.members.at([2]ID{config, lb}).see(at, lb, from)
		b.pool(config, lb)
	}
	for lb := range b.pooled[config] {
		if !now[lb] {
			b.members.at([2]ID{config, lb}).leave(at, lb, from, false)
		}
	}
}

func (b *builder) pool(config, lb ID) {
	for _, p := range [2][2]ID{{config, lb}, {lb, config}} {
		if b.pooled[p[0]] == nil {
			b.pooled[p[0]] = map[ID]bool{}
		}
		b.pooled[p[0]][p[1]] = true
	}
}

// removeNIC ends all that a NIC has.
func (b *builder) removeNIC(id ID, at int64, from sources, deleted bool) {
	for _, s := range b.has[id] {
		b.held.at(s).leave(at, id, from, deleted)
		config := b.configs[id][s.addr]
		for lb := range b.pooled[config] {
			b.members.at([2]ID{config, lb}).leave(at, lb, from, deleted)
		}
	}
	if t := b.attached[id]; t != nil {
		if t.open != nil {
			t.leave(at, t.open.holder, from, deleted)
		} else if n := len(t.spans); n > 0 {
			t.leave(at, t.spans[n-1].holder, from, deleted)
		}
	}
	if !deleted {
		delete(b.has, id)
	}
}

// scopeOf returns what a list of NICs is complete for, as far as one can tell:
// the resource group, or the scale set.
func scopeOf(nic ID) string {
	if idPart(nic, "virtualmachinescalesets") != "" {
		return parent(nic, "virtualmachines")
	}
	return parent(nic, "providers")
}

// near is how far apart the pages of one listing may be.
const near = int64(time.Hour / time.Microsecond)

// absent ends NICs that a list of their resource group does not show: the event
// of their end was lost. One that another list of about that time shows was on
// another page.
func (b *builder) absent(listed []*Observation) {
	if len(listed) == 0 {
		return
	}
	scopes := map[string]bool{}
	for _, o := range listed {
		scopes[scopeOf(o.ID)] = true
	}
	b.unlisted(listed[0].Time.UnixMicro(), func(scope string) bool { return scopes[scope] })
}

// unlisted ends NICs of some resource groups that no list near a time shows.
func (b *builder) unlisted(at int64, in func(scope string) bool) {
	for id := range b.has {
		if !in(scopeOf(id)) {
			continue
		}
		i, _ := slices.BinarySearch(b.shown[id], at-near)
		if i < len(b.shown[id]) && b.shown[id][i] <= at+near ||
			slices.ContainsFunc(b.relisted[id], func(o *Observation) bool { return o.shownNear(at-near, at+near) }) {
			continue
		}
		b.removeNIC(id, at, fromList, false)
	}
}

func (b *builder) vmAt(id ID) *VM {
	v := b.e.VMs[id]
	if v == nil {
		v = &VM{ID: id, ScaleSet: idPart(id, "virtualmachinescalesets")}
		b.e.VMs[id] = v
	}
	return v
}

func (b *builder) vm(o *Observation, body object, at int64, from sources) {
	if o.Kind == Delete {
		for nic := range b.vmNICs[o.ID] {
			b.attached.at(nic).leave(at, o.ID, from, true)
		}
		for nic, t := range b.attached {
			if t.open != nil && t.open.holder == o.ID {
				t.leave(at, o.ID, from, true)
				if b.vmNICs[o.ID] == nil {
					b.vmNICs[o.ID] = map[ID]bool{}
				}
				b.vmNICs[o.ID][nic] = true
			}
		}
		return
	}
	v := b.vmAt(o.ID)
	ver := VMVersion{At: at, VMID: strings.ToLower(body.text("vmid")), Region: strings.ToLower(body.text("location")), Tags: jsonOf(body.object("tags"))}
	if z := body.texts("zones"); len(z) > 0 {
		ver.Zone = strings.Join(z, " ")
	}
	v.Versions = append(v.Versions, ver)
	if set := body.ref("virtualmachinescaleset"); set != "" {
		v.ScaleSet = set[strings.LastIndexByte(set, '/')+1:]
	}
	now := map[ID]bool{}
	for _, nic := range body.object("networkprofile").refs("networkinterfaces") {
		now[nic] = true
		b.attached.at(nic).see(at, o.ID, from)
	}
	for nic := range b.vmNICs[o.ID] {
		if !now[nic] {
			b.attached.at(nic).leave(at, o.ID, from, false)
		}
	}
	b.vmNICs[o.ID] = now
}

func (b *builder) balancer(o *Observation, body object, at int64, from sources) {
	var now []slot
	for _, f := range body.list("frontendipconfigurations") {
		addr, err := netip.ParseAddr(f.text("privateipaddress"))
		if err != nil {
			continue
		}
		subnet := f.ref("subnet")
		s := slot{networkOf(subnet), addr.Unmap()}
		now = append(now, s)
		b.frontIn[s] = subnet
		b.fronts.at(s).see(at, o.ID, from)
	}
	for _, s := range b.fronted[o.ID] {
		if !slices.Contains(now, s) {
			b.fronts.at(s).leave(at, o.ID, from, o.Kind == Delete)
		}
	}
	if o.Kind != Delete {
		b.fronted[o.ID] = now
	}
	members := map[ID]bool{}
	for _, pool := range body.list("backendaddresspools") {
		for _, c := range pool.refs("backendipconfigurations") {
			members[c] = true
			b.members.at([2]ID{c, o.ID}).see(at, o.ID, from)
			b.pool(c, o.ID)
		}
	}
	for c := range b.pooled[o.ID] {
		if !members[c] {
			b.members.at([2]ID{c, o.ID}).leave(at, o.ID, from, o.Kind == Delete)
		}
	}
}

// only makes the track of each key of now see holder, and those of before that are
// not in now leave it.
func only[K comparable](ts tracks[K], before, now map[K]bool, holder ID, at int64, from sources, deleted bool) {
	for k := range now {
		ts.at(k).see(at, holder, from)
	}
	for k := range before {
		if !now[k] {
			ts.at(k).leave(at, holder, from, deleted)
		}
	}
}

// pairs returns keys of tracks.
func pairs(of map[ID]bool, key func(ID) [2]ID) map[[2]ID]bool {
	out := make(map[[2]ID]bool, len(of))
	for id := range of {
		out[key(id)] = true
	}
	return out
}

// gate takes in where an application gateway stands, and the addresses that its
// pools name.
func (b *builder) gate(o *Observation, body object, at int64, from sources) {
	subnets, named := map[ID]bool{}, map[literal]bool{}
	for _, c := range body.list("gatewayipconfigurations") {
		if s := c.ref("subnet"); s != "" {
			subnets[s] = true
		}
	}
	for _, pool := range body.list("backendaddresspools") {
		for _, a := range pool.list("backendaddresses") {
			if addr, err := netip.ParseAddr(a.text("ipaddress")); err == nil {
				named[literal{addr.Unmap(), o.ID}] = true
			}
		}
	}
	key := func(subnet ID) [2]ID { return [2]ID{subnet, o.ID} }
	only(b.gates, pairs(b.gateIn[o.ID], key), pairs(subnets, key), o.ID, at, from, o.Kind == Delete)
	only(b.literals, b.literal[o.ID], named, o.ID, at, from, o.Kind == Delete)
	b.gateIn[o.ID], b.literal[o.ID] = subnets, named
}

// staticMember takes in that a network or subnet was put into a network group.
func (b *builder) staticMember(o *Observation, body object, at int64, from sources) {
	group := parent(o.ID, "staticmembers")
	of := b.memberOf[o.ID]
	if o.Kind == Delete {
		b.groups.at([2]ID{of, group}).leave(at, group, from, true)
		return
	}
	if now := body.ref("resourceid"); now != of {
		if of != "" {
			b.groups.at([2]ID{of, group}).leave(at, group, from, false)
		}
		b.memberOf[o.ID], of = now, now
	}
	b.groups.at([2]ID{of, group}).see(at, group, from)
}

// memberships takes in all network groups that a network or subnet is in, by hand
// or by a policy. MS Learn: "View configurations applied by Azure Virtual Network
// Manager".
func (b *builder) memberships(o *Observation, body object, at int64, from sources) {
	of, _, _ := strings.Cut(o.ID, "/providers/microsoft.network/networkgroupmemberships/")
	now := map[ID]bool{}
	for _, m := range body.list("groupmemberships") {
		if g := m.ref("networkgroupid"); g != "" {
			now[g] = true
			b.groups.at([2]ID{of, g}).see(at, g, from)
		}
	}
	for g := range b.grouped[of] {
		if !now[g] {
			b.groups.at([2]ID{of, g}).leave(at, g, from, o.Kind == Delete)
		}
	}
	b.grouped[of] = now
}

func (b *builder) public(o *Observation, body object, at int64, from sources) {
	if o.Kind == Delete {
		if addr, ok := b.addrOf[o.ID]; ok {
			t := b.publics.at(addr)
			if t.open != nil && strings.HasPrefix(t.open.holder, o.ID+" ") {
				t.leave(at, t.open.holder, from, true)
			}
		}
		return
	}
	addr, err := netip.ParseAddr(body.text("ipaddress"))
	if err != nil {
		return // a dynamic address that is not in use
	}
	addr = addr.Unmap()
	b.addrOf[o.ID] = addr
	// A holder is the address resource and what uses it.
	b.publics.at(addr).see(at, o.ID+" "+body.ref("ipconfiguration"), from)
}

func (b *builder) networkAt(id ID) *Network {
	n := b.e.Networks[id]
	if n == nil {
		n = &Network{ID: id}
		b.e.Networks[id] = n
	}
	return n
}

// network adds what a VNet shows: a prefix that it once had stays known, since
// logs of that time are read.
func (b *builder) network(id ID, body object) {
	n := b.networkAt(id)
	if r := body.text("location"); r != "" {
		n.Region = strings.ToLower(r)
	}
	for _, p := range body.object("addressspace").prefixes("addressprefixes") {
		if !slices.Contains(n.Prefixes, p) {
			n.Prefixes = append(n.Prefixes, p)
		}
	}
	for _, s := range body.list("subnets") {
		if sid := strings.ToLower(s.text("id")); sid != "" {
			b.subnet(n, sid, s)
		}
	}
	for _, p := range body.list("virtualnetworkpeerings") {
		n.peer(p.ref("remotevirtualnetwork"))
	}
}

func (n *Network) peer(remote ID) {
	if remote != "" && !slices.Contains(n.Peers, remote) {
		n.Peers = append(n.Peers, remote)
	}
}

// subnet adds a subnet. One that takes a prefix over has it from then on alone.
func (b *builder) subnet(n *Network, id ID, body object) {
	prefixes := body.prefixes("addressprefix", "addressprefixes")
	i := slices.IndexFunc(n.Subnets, func(s Subnet) bool { return s.ID == id })
	if i < 0 {
		i = len(n.Subnets)
		n.Subnets = append(n.Subnets, Subnet{ID: id})
	}
	for _, p := range prefixes {
		for k := range n.Subnets {
			if k != i {
				n.Subnets[k].Prefixes = slices.DeleteFunc(n.Subnets[k].Prefixes, func(q netip.Prefix) bool { return q == p })
			}
		}
		if !slices.Contains(n.Subnets[i].Prefixes, p) {
			n.Subnets[i].Prefixes = append(n.Subnets[i].Prefixes, p)
		}
	}
}

func (b *builder) gateway(o *Observation, body object) {
	g := Gateway{ID: o.ID, ExpressRoute: strings.EqualFold(body.text("gatewaytype"), "ExpressRoute")}
	for _, c := range body.list("ipconfigurations") {
		if s := c.ref("subnet"); s != "" {
			g.Subnet, g.Network = s, networkOf(s)
		}
	}
	if !slices.Contains(b.e.Gateways, g) {
		b.e.Gateways = append(b.e.Gateways, g)
	}
	if pool := body.object("vpnclientconfiguration").object("vpnclientaddresspool").prefixes("addressprefixes"); len(pool) > 0 {
		b.clients[o.ID] = pool
	}
}
