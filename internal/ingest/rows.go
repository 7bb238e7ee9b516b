package ingest

import (
	"net/netip"
	"slices"
	"strings"

	"github.com/azflow/azflow/flowlog"
	"github.com/azflow/azflow/internal/attribution"
	"github.com/azflow/azflow/internal/batch"
	"github.com/azflow/azflow/internal/enrich/geoip"
	"github.com/azflow/azflow/internal/enrich/service"
)

// flowFields are the columns of Flows that ingest fills. Those of the catalogue
// that are not here are empty in its segments, and not in the files.
var flowFields = []batch.Field{
	{Name: "TimeGenerated", Kind: batch.Time},
	{Name: "SrcIp", Kind: batch.Text},
	{Name: "DestIp", Kind: batch.Text},
	{Name: "SrcPort", Kind: batch.Int32, Nullable: true},
	{Name: "DestPort", Kind: batch.Int32, Nullable: true},
	{Name: "Protocol", Kind: batch.Int32, Nullable: true},
	{Name: "L4Protocol", Kind: batch.Text},
	{Name: "FlowDirection", Kind: batch.Text},
	{Name: "FlowState", Kind: batch.Text},
	{Name: "FlowStatus", Kind: batch.Text},
	{Name: "FlowEncryption", Kind: batch.Text},
	{Name: "PacketsSrcToDest", Kind: batch.Int64, Nullable: true},
	{Name: "BytesSrcToDest", Kind: batch.Int64, Nullable: true},
	{Name: "PacketsDestToSrc", Kind: batch.Int64, Nullable: true},
	{Name: "BytesDestToSrc", Kind: batch.Int64, Nullable: true},
	{Name: "TotalPackets", Kind: batch.Int64, Nullable: true},
	{Name: "TotalBytes", Kind: batch.Int64, Nullable: true},
	{Name: "RecordTime", Kind: batch.Time},
	{Name: "RecordTicks", Kind: batch.Int64},
	{Name: "FlowLogVersion", Kind: batch.Int32},
	{Name: "FlowLogType", Kind: batch.Text},
	{Name: "MacAddress", Kind: batch.Text},
	{Name: "AclGroup", Kind: batch.Text},
	{Name: "AclRule", Kind: batch.Text},
	{Name: "TargetResourceId", Kind: batch.Text},
	{Name: "FlowLogResourceId", Kind: batch.Text},
	{Name: "SystemId", Kind: batch.Text},
	{Name: "BlobId", Kind: batch.Text},
	{Name: "BlobGeneration", Kind: batch.Int32},
	{Name: "RecordOrdinal", Kind: batch.Int64},
	{Name: "TupleOrdinal", Kind: batch.Int64},
	{Name: "TimeProcessed", Kind: batch.Time},
	{Name: "CaptureRole", Kind: batch.Text},
	{Name: "Rollover", Kind: batch.Bool, Nullable: true},
	{Name: "CoversFrom", Kind: batch.Time, Nullable: true},
	{Name: "VNet", Kind: batch.Text},
	{Name: "Subnet", Kind: batch.Text},
	{Name: "SrcVnet", Kind: batch.Text},
	{Name: "DestVnet", Kind: batch.Text},
	{Name: "SrcSubscription", Kind: batch.Text},
	{Name: "DestSubscription", Kind: batch.Text},
	{Name: "SrcPublic", Kind: batch.Bool, Nullable: true},
	{Name: "DestPublic", Kind: batch.Bool, Nullable: true},
	{Name: "FlowType", Kind: batch.Text},
	{Name: "FlowTypeReason", Kind: batch.Text},
	{Name: "IsHealthProbe", Kind: batch.Bool, Nullable: true},
	{Name: "L7Protocol", Kind: batch.Text},
	{Name: "SrcIp4", Kind: batch.Uint32, Nullable: true},
	{Name: "DestIp4", Kind: batch.Uint32, Nullable: true},
	{Name: "SrcIp6Hi", Kind: batch.Uint64, Nullable: true},
	{Name: "SrcIp6Lo", Kind: batch.Uint64, Nullable: true},
	{Name: "DestIp6Hi", Kind: batch.Uint64, Nullable: true},
	{Name: "DestIp6Lo", Kind: batch.Uint64, Nullable: true},
}

// ownedFields are the columns of Flows in a lake that has an inventory:
// flowFields, then what inventory alone tells.
var ownedFields = func() []batch.Field {
	all := slices.Clone(flowFields)
	for _, name := range attribution.ColumnNames {
		if !slices.ContainsFunc(all, func(f batch.Field) bool { return f.Name == name }) {
			all = append(all, batch.Field{Name: name, Kind: batch.Text})
		}
	}
	return all
}()

// class is what an address is, by its text alone.
type class uint8

const (
	private  class = iota // not routed on the internet
	internet              // a public address
	platform              // 168.63.129.16, the platform's virtual public address
)

// traits are what every row asks of an address: its class, in the lowest bits, and
// more.
type traits uint8

const (
	classBits traits = 1<<2 - 1
	six       traits = 1 << 2 // it is an IPv6 address
	seen      traits = 1 << 3 // a row had it since unsee
)

func (t traits) class() class { return class(t & classBits) }

// classOf returns the class of an address. MS Learn: "What is IP address
// 168.63.129.16?"; the private ranges are those of RFC 1918, 4193, 6598 and the
// special ones that no flow log counts as public.
func classOf(a netip.Addr) class {
	switch a = a.Unmap(); {
	case a == platformAddress:
		return platform
	case !a.IsGlobalUnicast() || a.IsPrivate() || carrierNAT.Contains(a):
		return private
	}
	return internet
}

var (
	platformAddress = netip.MustParseAddr("168.63.129.16")
	carrierNAT      = netip.MustParsePrefix("100.64.0.0/10")
)

// The values of FlowType that need no inventory. Azure's platform address is the
// only one known to be Azure's without the service tags.
var flowTypes = [...]string{private: "UnknownPrivate", internet: "ExternalPublic", platform: "AzurePublic"}

// A rowMaker turns decoded columns into rows of Flows. Each worker has one. What
// it learned about the values of a flowlog.Dict it keeps until the Dict is reset.
type rowMaker struct {
	services *service.Table
	owners   *attribution.Namer // nil without inventory
	named    []int              // positions of the columns that owners fills
	geo      *geography         // nil without a database
	open     connections
	fields   []batch.Field
	column   map[string]int // position of each of fields

	dict   *flowlog.Dict
	traits []traits // by address
	// By address id: text, numbers, whether public.
	ipText                     *batch.Dict
	ip4, ip6Hi, ip6Lo          *batch.Dict
	via4, via6                 []uint32
	public, probe              []uint32
	l4, number                 *batch.Dict
	viaNumber                  []uint32
	states, encryptions        *batch.Dict
	macs, strings              *batch.Dict // by Dict.Strings id
	vnets, subnets, subs       *batch.Dict // likewise, of target resources
	ports, bools               *batch.Dict
	directions, roles, status  *batch.Dict
	types, l7                  *batch.Dict
	reason                     batch.Column
	out                        batch.Batch
	ids                        [3][]uint32 // room for positions by row
	valid                      [4]batch.Bitmap
	srcPorts                   []int64
	srcValid                   batch.Bitmap
	statuses, encrypted        runs
	ways                       runs    // directions, within a record
	near                       [2]runs // by direction: the target if it has the near end
	sixes                      []int   // rows with an IPv6 address
	sixRuns                    [2]runs // IPv6 addresses of source and destination
	tuples                     []int64
	recordEnds, groupEnds      []uint32
	recordIDs                  [9][]uint32
	groupIDs                   [3][]uint32
	times, ticks, ordinals, vs *batch.Dict
}

// newRowMaker returns a maker of rows about the values of d. x is nil without
// inventory, db without a MaxMind database.
func newRowMaker(d *flowlog.Dict, x *attribution.Index, db *geoip.DB) (*rowMaker, error) {
	services, err := service.NewTable()
	if err != nil {
		return nil, err
	}
	m := &rowMaker{services: services, dict: d, fields: flowFields}
	if x != nil {
		m.owners, m.fields = attribution.NewNamer(x, d), ownedFields
	}
	if db != nil {
		m.geo, m.fields = newGeography(db), slices.Concat(m.fields, geographyFields)
	}
	m.column = make(map[string]int, len(m.fields))
	for i, f := range m.fields {
		m.column[f.Name] = i
	}
	if x != nil {
		for _, name := range attribution.ColumnNames {
			m.named = append(m.named, m.column[name])
		}
	}
	m.ports = &batch.Dict{Ints: make([]int64, 1<<16)}
	for p := range m.ports.Ints {
		m.ports.Ints[p] = int64(p)
	}
	m.bools = &batch.Dict{Ints: []int64{0, 1}}
	m.directions = &batch.Dict{Text: []string{flowlog.Inbound: "Inbound", flowlog.Outbound: "Outbound"}}
	// Without inventory a NIC counts as an end of what it logs.
	m.roles = &batch.Dict{Text: []string{flowlog.Inbound: "Responder", flowlog.Outbound: "Initiator"}}
	m.status = &batch.Dict{Text: []string{flowlog.Allowed: "Allowed", flowlog.Denied: "Denied"}}
	m.types = &batch.Dict{Text: flowTypes[:]}
	m.l7 = &batch.Dict{Text: services.Names}
	m.reason = batch.ConstText("inferred")
	for _, p := range []**batch.Dict{
		&m.ipText, &m.ip4, &m.ip6Hi, &m.ip6Lo, &m.l4, &m.number, &m.states, &m.encryptions, &m.macs, &m.strings,
		&m.vnets, &m.subnets, &m.subs, &m.times, &m.ticks, &m.ordinals, &m.vs,
	} {
		*p = &batch.Dict{}
	}
	m.number.Ints = make([]int64, 256)
	for n := range m.number.Ints {
		m.number.Ints[n] = int64(n)
	}
	m.out = batch.Batch{Fields: m.fields, Columns: make([]batch.Column, len(m.fields))}
	return m, nil
}

// reset forgets the values of the Dict, which was reset.
func (m *rowMaker) reset() {
	for _, d := range []*batch.Dict{m.ip4, m.ip6Hi, m.ip6Lo, m.l4, m.macs, m.vnets, m.subnets, m.subs} {
		d.Reset()
	}
	for _, d := range []*batch.Dict{m.ipText, m.states, m.encryptions, m.strings} { // their texts are the Dict's own
		*d = batch.Dict{Generation: d.Generation + 1}
	}
	if m.owners != nil {
		m.owners.Reset()
	}
	if m.geo != nil {
		m.geo.reset()
	}
	m.traits, m.via4, m.via6, m.public, m.probe, m.viaNumber = m.traits[:0], m.via4[:0], m.via6[:0], m.public[:0], m.probe[:0], m.viaNumber[:0]
}

// unsee forgets which addresses the rows so far had.
func (m *rowMaker) unsee() {
	for id := range m.traits {
		m.traits[id] &^= seen
	}
}

// about returns where a public address is and what or whom it belongs to: region
// and service tag of Azure's, country and owner of others.
func (m *rowMaker) about(ip string) (location, details string) {
	a, err := netip.ParseAddr(ip)
	if err != nil {
		return "", ""
	}
	if m.owners != nil {
		if location, details = m.owners.Location(a); details != "" {
			return location, details
		}
	}
	if m.geo != nil {
		return m.geo.about(a)
	}
	return "", ""
}

// learn takes in the values that the Dict got since the last time.
func (m *rowMaker) learn() {
	a := &m.dict.Addresses
	m.ipText.Text, m.strings.Text = a.Texts(), m.dict.Strings.Texts()
	m.states.Text, m.encryptions.Text = m.dict.States.Texts(), m.dict.Encryptions.Texts()
	for id := uint32(len(m.traits)); int(id) < a.Len(); id++ {
		c := classOf(a.Addr(id))
		m.public = append(m.public, b2i(c != private))
		m.probe = append(m.probe, b2i(c == platform))
		if v4, ok := a.V4(id); ok {
			m.via4 = append(m.via4, uint32(len(m.ip4.Ints)))
			m.ip4.Ints = append(m.ip4.Ints, int64(v4))
			m.via6 = append(m.via6, batch.Null)
			m.traits = append(m.traits, traits(c))
			continue
		}
		hi, lo, _ := a.V6(id)
		m.traits = append(m.traits, traits(c)|six)
		m.via4 = append(m.via4, batch.Null)
		m.via6 = append(m.via6, uint32(len(m.ip6Hi.Ints)))
		m.ip6Hi.Ints = append(m.ip6Hi.Ints, int64(hi))
		m.ip6Lo.Ints = append(m.ip6Lo.Ints, int64(lo))
	}
	for id := len(m.l4.Text); id < m.dict.Protocols.Len(); id++ {
		m.l4.Text = append(m.l4.Text, m.dict.Protocols.Name(uint32(id)))
		if id < 256 {
			m.viaNumber = append(m.viaNumber, uint32(id))
		} else {
			m.viaNumber = append(m.viaNumber, batch.Null)
		}
	}
	for _, s := range m.strings.Text[len(m.macs.Text):] {
		m.macs.Text = append(m.macs.Text, flowlog.FormatMAC(s))
		t := targetOf(s)
		m.vnets.Text = append(m.vnets.Text, t.vnet)
		m.subnets.Text = append(m.subnets.Text, t.subnet)
		m.subs.Text = append(m.subs.Text, t.subscription)
	}
}

func b2i(b bool) uint32 {
	if b {
		return 1
	}
	return 0
}

// target is what the ID of a logged resource tells about where it lies.
type target struct{ subscription, vnet, subnet string }

// targetOf reads targetResourceID: the ID of a virtual network, subnet or NIC.
// Names come in lower case, as Traffic Analytics writes them.
func targetOf(id string) target {
	p := strings.Split(strings.Trim(strings.ToLower(id), "/"), "/")
	if len(p) < 8 || p[0] != "subscriptions" || p[2] != "resourcegroups" || p[5] != "microsoft.network" {
		return target{}
	}
	t := target{subscription: p[1]}
	if p[6] == "virtualnetworks" {
		t.vnet = p[3] + "/" + p[7]
		if len(p) >= 10 && p[8] == "subnets" {
			t.subnet = t.vnet + "/" + p[9]
		}
	}
	return t
}

// identity is what a blob gives all of its rows.
type identity struct {
	blob       string
	generation int
	processed  int64 // µs
}

// rows returns c as rows of Flows, valid until the next call.
func (m *rowMaker) rows(c *flowlog.Columns, who identity) *batch.Batch {
	m.learn()
	n := c.Len()
	m.out.Rows = n
	set := func(name string, col batch.Column) { m.out.Columns[m.column[name]] = col }

	m.records(c, set)
	src, dest := c.Src, c.Dest
	coded := func(ids []uint32, d *batch.Dict) batch.Column {
		return batch.Column{Form: batch.Coded, IDs: ids, Dict: d}
	}
	via := func(ids, via []uint32, d *batch.Dict) batch.Column {
		return batch.Column{Form: batch.Coded, IDs: ids, Via: via, Dict: d}
	}
	number := func(ids, via []uint32, d *batch.Dict) batch.Column { // of each address its own
		return batch.Column{Form: batch.Coded, IDs: ids, Via: via, Distinct: true, Dict: d}
	}
	set("TimeGenerated", batch.Column{Form: batch.Plain, Ints: c.Time})
	set("SrcIp", coded(src, m.ipText))
	set("DestIp", coded(dest, m.ipText))
	set("SrcIp4", number(src, m.via4, m.ip4))
	set("DestIp4", number(dest, m.via4, m.ip4))
	set("SrcPublic", via(src, m.public, m.bools))
	set("DestPublic", via(dest, m.public, m.bools))
	set("IsHealthProbe", via(src, m.probe, m.bools))

	flowType, l7 := m.room(0, n), m.room(1, n)
	m.addresses(c, flowType)
	for k, end := range []struct {
		name string
		ids  []uint32
	}{{"Src", src}, {"Dest", dest}} {
		hi, lo := number(end.ids, m.via6, m.ip6Hi), number(end.ids, m.via6, m.ip6Lo)
		if r := &m.sixRuns[k]; len(m.sixes) <= n/16 {
			r.only(m.sixes, end.ids, m.via6)
			hi, lo = r.column(m.ip6Hi), r.column(m.ip6Lo)
		}
		set(end.name+"Ip6Hi", hi)
		set(end.name+"Ip6Lo", lo)
	}
	protocols := c.Protocol[:n]
	for i, port := range c.DestPort {
		service := uint16(0)
		switch p := protocols[i]; {
		case port == flowlog.NoPort:
		case p == 6:
			service = m.services.TCP[port]
		case p == 17:
			service = m.services.UDP[port]
		}
		l7[i] = uint32(service)
	}
	set("SrcPort", m.sourcePorts(c.SrcPort))
	set("DestPort", coded(c.DestPort, m.ports))
	set("Protocol", via(c.Protocol, m.viaNumber, m.number))
	set("L4Protocol", coded(c.Protocol, m.l4))
	m.statuses.of(c.Status)
	set("FlowStatus", m.statuses.column(m.status))
	set("FlowState", coded(c.State, m.states))
	m.encrypted.of(c.Encryption)
	set("FlowEncryption", m.encrypted.column(m.encryptions))
	set("FlowType", coded(flowType, m.types))
	set("FlowTypeReason", m.reason)
	set("L7Protocol", coded(l7, m.l7))
	every, some := ^flowlog.Flags(0), flowlog.Flags(0)
	for _, f := range c.Flags {
		every &= f
		some |= f
	}
	set("Rollover", m.rollovers(c.Flags, some))
	set("CoversFrom", m.open.column(c, m.ipText, m.macs, m.strings))
	if m.geo != nil {
		m.geo.learn(&m.dict.Addresses, m.traits)
		m.geo.columns("Src", src, set)
		m.geo.columns("Dest", dest, set)
	}
	if m.owners != nil {
		for i, col := range m.owners.Columns(c, m.ipText) {
			m.out.Columns[m.named[i]] = col
		}
	}
	m.counters(c, every, some, set)
	set("BlobId", batch.ConstText(who.blob))
	set("BlobGeneration", batch.ConstInt(int64(who.generation)))
	set("TimeProcessed", batch.ConstInt(who.processed))
	return &m.out
}

// addresses looks at both ends of all rows: it gives each row of flowType what its
// far end is, and notes the addresses that there are and the rows with IPv6 ones.
func (m *rowMaker) addresses(c *flowlog.Columns, flowType []uint32) {
	m.sixes = m.sixes[:0]
	direction, dests := c.Direction[:len(c.Src)], c.Dest[:len(c.Src)]
	for i, src := range c.Src {
		dest := dests[i]
		from, to := m.traits[src], m.traits[dest]
		far := from
		if direction[i] == uint32(flowlog.Outbound) {
			far = to
		}
		flowType[i] = uint32(far.class())
		if from&to&seen == 0 {
			m.traits[src] |= seen
			m.traits[dest] |= seen
		}
		if (from|to)&six != 0 {
			m.sixes = append(m.sixes, i)
		}
	}
}

// room returns a slice for n positions, one of those that rows works with.
func (m *rowMaker) room(i, n int) []uint32 {
	if cap(m.ids[i]) < n {
		m.ids[i] = make([]uint32, n+n/4)
	}
	return m.ids[i][:n]
}

// sourcePorts returns the ports as values: they are too many for a dictionary.
func (m *rowMaker) sourcePorts(ports []uint32) batch.Column {
	n := len(ports)
	m.srcPorts = slices.Grow(m.srcPorts[:0], n)[:n]
	absent := false
	for i, port := range ports {
		m.srcPorts[i] = int64(port)
		absent = absent || port == flowlog.NoPort
	}
	col := batch.Column{Form: batch.Plain, Ints: m.srcPorts}
	if absent {
		m.srcValid = m.srcValid[:0].Grow(n)
		for i, port := range ports {
			m.srcValid.Set(i, port != flowlog.NoPort)
		}
		col.Valid = m.srcValid
	}
	return col
}

// rollovers returns the column that tells rollovers; some are the flags that any
// row has.
func (m *rowMaker) rollovers(flags []flowlog.Flags, some flowlog.Flags) batch.Column {
	if some&flowlog.Rollover == 0 {
		return batch.ConstInt(0)
	}
	ids := m.room(2, len(flags))
	for i, f := range flags {
		ids[i] = b2i(f&flowlog.Rollover != 0)
	}
	return batch.Column{Form: batch.Coded, IDs: ids, Dict: m.bools}
}

// counters fills the columns of packets and bytes; every row has the flags every,
// and none others than some.
func (m *rowMaker) counters(c *flowlog.Columns, every, some flowlog.Flags, set func(string, batch.Column)) {
	n := c.Len()
	var valid [4]batch.Bitmap // nil means all
	if every&flowlog.HasCounters != flowlog.HasCounters {
		for k := range m.valid {
			m.valid[k] = slices.Grow(m.valid[k][:0], (n+63)/64)[:(n+63)/64]
			valid[k] = m.valid[k]
		}
		for w := range valid[0] {
			words := presence(c.Flags[64*w : min(64*w+64, n)])
			for k := range valid {
				valid[k][w] = words[k]
			}
		}
	}
	for k, x := range [...]struct {
		name string
		vals []int64
	}{
		{"PacketsSrcToDest", c.PacketsSrcToDest},
		{"BytesSrcToDest", c.BytesSrcToDest},
		{"PacketsDestToSrc", c.PacketsDestToSrc},
		{"BytesDestToSrc", c.BytesDestToSrc},
	} {
		set(x.name, batch.Column{Form: batch.Plain, Ints: x.vals, Valid: valid[k]})
	}
	if some&flowlog.HasTotals == 0 {
		set("TotalPackets", batch.Column{})
		set("TotalBytes", batch.Column{})
		return
	}
	packets, bytes := batch.Bitmap(nil).Grow(n), batch.Bitmap(nil).Grow(n)
	for i, f := range c.Flags {
		if f&flowlog.HasTotals != 0 {
			packets.Set(i, f&flowlog.HasPacketsSrcToDest != 0)
			bytes.Set(i, f&flowlog.HasBytesSrcToDest != 0)
		}
	}
	set("TotalPackets", batch.Column{Form: batch.Plain, Ints: c.PacketsSrcToDest, Valid: packets})
	set("TotalBytes", batch.Column{Form: batch.Plain, Ints: c.BytesSrcToDest, Valid: bytes})
}

// presence returns a bit for each of up to 64 rows, by counter: whether its flags,
// which are the lowest, are set.
func presence(flags []flowlog.Flags) (words [4]uint64) {
	row := 0
	for ; len(flags) >= 8; flags = flags[8:] {
		f := flags[:8]
		eight := uint64(f[0]) | uint64(f[1])<<8 | uint64(f[2])<<16 | uint64(f[3])<<24 | uint64(f[4])<<32 | uint64(f[5])<<40 | uint64(f[6])<<48 | uint64(f[7])<<56
		for k := range words {
			// The lowest bits of the eight bytes, put side by side.
			words[k] |= (eight >> k & 0x0101010101010101 * 0x0102040810204080 >> 56) << row
		}
		row += 8
	}
	for i, f := range flags {
		for k := range words {
			words[k] |= uint64(f) >> k & 1 << (row + i)
		}
	}
	return words
}

// records fills the columns that follow from records and arrays of tuples, as
// runs.
func (m *rowMaker) records(c *flowlog.Columns, set func(string, batch.Column)) {
	m.recordEnds, m.groupEnds = m.recordEnds[:0], m.groupEnds[:0]
	for i := range m.recordIDs {
		m.recordIDs[i] = m.recordIDs[i][:0]
	}
	for i := range m.groupIDs {
		m.groupIDs[i] = m.groupIDs[i][:0]
	}
	// The positions of times, ordinals and versions are those of the record.
	for _, d := range []*batch.Dict{m.times, m.ticks, m.ordinals, m.vs} {
		d.Reset()
	}
	types := &batch.Dict{Text: []string{"", flowlog.VNet.String(), flowlog.NSG.String(), flowlog.Event.String()}}
	group, start := 0, 0
	for r := range c.Records {
		rec := &c.Records[r]
		if rec.End == start {
			continue
		}
		at := uint32(len(m.ticks.Ints))
		m.ticks.Ints = append(m.ticks.Ints, rec.Ticks)
		m.times.Ints = append(m.times.Ints, flowlog.TicksToMicros(rec.Ticks))
		m.ordinals.Ints = append(m.ordinals.Ints, rec.Ordinal)
		m.vs.Ints = append(m.vs.Ints, int64(rec.Version))
		m.recordEnds = append(m.recordEnds, uint32(rec.End))
		// What an NSG flow log names is its NSG, the resource that is logged.
		target, log := rec.Target, rec.Resource
		if rec.Type == flowlog.NSG {
			target, log = rec.Resource, 0
		}
		for k, id := range [...]uint32{at, uint32(rec.Type), target, log, rec.SystemID} {
			m.recordIDs[k] = append(m.recordIDs[k], id)
		}
		for ; group < len(c.Groups) && c.Groups[group].End <= rec.End; group++ {
			g := &c.Groups[group]
			if n := len(m.groupEnds); n > 0 && int(m.groupEnds[n-1]) == g.End || n == 0 && g.End == 0 {
				continue
			}
			acl := g.ACL
			if acl == 0 {
				acl = rec.Resource
			}
			m.groupEnds = append(m.groupEnds, uint32(g.End))
			for k, id := range [...]uint32{acl, g.Rule, g.MAC} {
				m.groupIDs[k] = append(m.groupIDs[k], id)
			}
		}
		start = rec.End
	}
	byRecord := func(ids []uint32, d *batch.Dict) batch.Column {
		return batch.Column{Form: batch.Runs, IDs: ids, Ends: m.recordEnds, Dict: d}
	}
	byGroup := func(ids []uint32, d *batch.Dict) batch.Column {
		return batch.Column{Form: batch.Runs, IDs: ids, Ends: m.groupEnds, Dict: d}
	}
	set("RecordTime", byRecord(m.recordIDs[0], m.times))
	set("RecordTicks", byRecord(m.recordIDs[0], m.ticks))
	set("RecordOrdinal", byRecord(m.recordIDs[0], m.ordinals))
	set("FlowLogVersion", byRecord(m.recordIDs[0], m.vs))
	set("FlowLogType", byRecord(m.recordIDs[1], types))
	set("TargetResourceId", byRecord(m.recordIDs[2], m.strings))
	set("FlowLogResourceId", byRecord(m.recordIDs[3], m.strings))
	set("SystemId", byRecord(m.recordIDs[4], m.strings))
	set("VNet", byRecord(m.recordIDs[2], m.vnets))
	set("Subnet", byRecord(m.recordIDs[2], m.subnets))
	set("AclGroup", byGroup(m.groupIDs[0], m.strings))
	set("AclRule", byGroup(m.groupIDs[1], m.strings))
	set("MacAddress", byGroup(m.groupIDs[2], m.macs))

	n := c.Len()
	ordinals := m.tuples
	if cap(ordinals) < n {
		ordinals = make([]int64, n+n/4)
	}
	ordinals = ordinals[:n]
	m.tuples = ordinals
	start = 0
	for _, o := range c.Ordinals {
		for i := range ordinals[start:o.End] {
			ordinals[start+i] = o.First + int64(i)
		}
		start = o.End
	}
	set("TupleOrdinal", batch.Column{Form: batch.Plain, Ints: ordinals})

	// The near end lies in the logged network: the source of what goes out, the
	// destination of what comes in (R-SCOPE).
	m.ways.reset()
	m.near[flowlog.Inbound].reset()
	m.near[flowlog.Outbound].reset()
	row := 0
	for k, end := range m.recordEnds {
		for row < int(end) {
			d := c.Direction[row]
			for row++; row < int(end) && c.Direction[row] == d; row++ {
			}
			m.ways.add(d, row)
			m.near[d].add(m.recordIDs[2][k], row)
			m.near[1-d].add(0, row)
		}
	}
	set("FlowDirection", m.ways.column(m.directions))
	set("CaptureRole", m.ways.column(m.roles))
	for d, end := range []string{flowlog.Inbound: "Dest", flowlog.Outbound: "Src"} {
		set(end+"Vnet", m.near[d].column(m.vnets))
		set(end+"Subscription", m.near[d].column(m.subs))
	}
}

// runs are the runs of a column. The tuples of a rule have mostly one direction,
// decision and encryption.
type runs struct{ ids, ends []uint32 }

func (r *runs) reset() { r.ids, r.ends = r.ids[:0], r.ends[:0] }

// add adds a run that ends before row end.
func (r *runs) add(id uint32, end int) {
	r.ids, r.ends = append(r.ids, id), append(r.ends, uint32(end))
}

// of takes the runs of ids, one a row.
func (r *runs) of(ids []uint32) {
	r.reset()
	for row := 0; row < len(ids); {
		id := ids[row]
		for row++; row < len(ids) && ids[row] == id; row++ {
		}
		r.add(id, row)
	}
}

// only takes the runs of n rows of which no others than some, in ascending order,
// may have a value: what via gives for their ids.
func (r *runs) only(some []int, ids, via []uint32) {
	r.reset()
	end := 0
	for _, row := range some {
		if row > end {
			r.add(batch.Null, row)
		}
		end = row + 1
		r.add(via[ids[row]], end)
	}
	if end < len(ids) {
		r.add(batch.Null, len(ids))
	}
}

func (r *runs) column(d *batch.Dict) batch.Column {
	return batch.Column{Form: batch.Runs, IDs: r.ids, Ends: r.ends, Dict: d}
}
