package ingest

import (
	"net/netip"

	"github.com/azflow/azflow/flowlog"
	"github.com/azflow/azflow/internal/attribution"
	"github.com/azflow/azflow/internal/batch"
)

// owners fills the columns that say who owned the ends of a flow.
type owners struct {
	x    *attribution.Index
	who  *attribution.Resolver
	dict *flowlog.Dict

	ends                                   []*batch.Dict // of attribution.EndColumns, by end
	nics, vms, subnets, vnets              *batch.Dict   // by capture
	roles, types, reasons, connections     *batch.Dict
	tags, regions, labels                  byAddress
	src, dest, role, verdict, capture, cut []uint32 // by row; capture and cut by run
	own                                    []bool
}

func newOwners(x *attribution.Index, d *flowlog.Dict) *owners {
	o := &owners{
		x: x, dict: d, who: attribution.NewResolver(x, func(id uint32) netip.Addr { return d.Addresses.Addr(id) }),
		nics: &batch.Dict{}, vms: &batch.Dict{}, subnets: &batch.Dict{}, vnets: &batch.Dict{},
		tags: newByAddress(), regions: newByAddress(), labels: newByAddress(),
		roles: &batch.Dict{Text: attribution.Roles}, types: &batch.Dict{}, reasons: &batch.Dict{}, connections: &batch.Dict{},
	}
	for range attribution.EndColumns {
		o.ends = append(o.ends, &batch.Dict{})
	}
	for _, v := range attribution.Verdicts {
		o.types.Text = append(o.types.Text, v.Type)
		o.reasons.Text = append(o.reasons.Text, v.Reason)
		o.connections.Text = append(o.connections.Text, v.Connection)
	}
	return o
}

// reset forgets the values of the Dict, which was reset.
func (o *owners) reset() {
	o.who.Reset()
	for _, d := range append([]*batch.Dict{o.nics, o.vms, o.subnets, o.vnets}, o.ends...) {
		d.Reset()
	}
	for _, b := range []*byAddress{&o.tags, &o.regions, &o.labels} {
		b.reset()
	}
}

// byAddress has a text for each address, of which few differ.
type byAddress struct {
	dict *batch.Dict
	via  []uint32 // by address id
	at   map[string]uint32
}

func newByAddress() byAddress { return byAddress{dict: &batch.Dict{}, at: map[string]uint32{}} }

func (b *byAddress) reset() {
	b.dict.Reset()
	b.via = b.via[:0]
	clear(b.at)
}

// add gives the next address its text.
func (b *byAddress) add(text string) {
	at, ok := b.at[text]
	if !ok {
		at = uint32(len(b.dict.Text))
		b.dict.Text = append(b.dict.Text, text)
		b.at[text] = at
	}
	b.via = append(b.via, at)
}

func (b *byAddress) column(addresses []uint32) batch.Column {
	return batch.Column{Form: batch.Coded, IDs: addresses, Via: b.via, Dict: b.dict}
}

// columns resolves both ends of every row and sets the columns that follow.
func (o *owners) columns(c *flowlog.Columns, ipText *batch.Dict, set func(string, batch.Column)) {
	o.resolve(c)
	for i := len(o.ends[0].Text); i < len(o.who.Ends); i++ {
		for k, col := range attribution.EndColumns {
			o.ends[k].Text = append(o.ends[k].Text, col.Of(&o.who.Ends[i]))
		}
	}
	for i := len(o.nics.Text); i < len(o.who.Captures); i++ {
		x := &o.who.Captures[i]
		o.nics.Text = append(o.nics.Text, x.NIC)
		o.vms.Text = append(o.vms.Text, x.VM)
		o.subnets.Text = append(o.subnets.Text, x.Subnet)
		o.vnets.Text = append(o.vnets.Text, x.VNet)
	}
	for id := uint32(len(o.tags.via)); int(id) < o.dict.Addresses.Len(); id++ {
		a := o.dict.Addresses.Addr(id)
		region, tag := o.location(a)
		o.tags.add(tag)
		o.regions.add(region)
		o.labels.add(o.x.Label(a))
	}
	for _, end := range []struct {
		name             string
		pairs, addresses []uint32
	}{{"Src", o.src, c.Src}, {"Dest", o.dest, c.Dest}} {
		// All columns of an end share the rows' pairs.
		set(end.name+"Ip", batch.Column{Form: batch.Coded, IDs: end.pairs, Via: o.who.PairAddr, Dict: ipText})
		for k, col := range attribution.EndColumns {
			set(end.name+col.Name, batch.Column{Form: batch.Coded, IDs: end.pairs, Via: o.who.PairEnd, Dict: o.ends[k]})
		}
		set(end.name+"ServiceTag", o.tags.column(end.addresses))
		set(end.name+"TagRegion", o.regions.column(end.addresses))
		set(end.name+"Label", o.labels.column(end.addresses))
	}
	byRow := func(ids []uint32, d *batch.Dict) batch.Column {
		return batch.Column{Form: batch.Coded, IDs: ids, Dict: d}
	}
	byRun := func(d *batch.Dict) batch.Column {
		return batch.Column{Form: batch.Runs, IDs: o.capture, Ends: o.cut, Dict: d}
	}
	set("CaptureRole", byRow(o.role, o.roles))
	set("FlowType", byRow(o.verdict, o.types))
	set("FlowTypeReason", byRow(o.verdict, o.reasons))
	set("ConnectionType", byRow(o.verdict, o.connections))
	set("CaptureNic", byRun(o.nics))
	set("CaptureVm", byRun(o.vms))
	set("Subnet", byRun(o.subnets))
	set("VNet", byRun(o.vnets))
}

// resolve asks for every row.
func (o *owners) resolve(c *flowlog.Columns) {
	n := c.Len()
	for _, s := range []*[]uint32{&o.src, &o.dest, &o.role, &o.verdict} {
		if cap(*s) < n {
			*s = make([]uint32, n+n/4)
		}
		*s = (*s)[:n]
	}
	if cap(o.own) < n {
		o.own = make([]bool, n+n/4)
	}
	o.own = o.own[:n]
	o.capture, o.cut = o.capture[:0], o.cut[:0]
	rec, row := 0, 0
	for i := range c.Groups {
		g := &c.Groups[i]
		if g.End == row {
			continue
		}
		for c.Records[rec].End <= row {
			rec++
		}
		o.who.Log(o.dict.Strings.Text(g.MAC), o.dict.Strings.Text(c.Records[rec].Target))
		for ; row < g.End; row++ {
			t := o.who.Tuple(c.Time[row], c.Src[row], c.Dest[row], c.Direction[row] == uint32(flowlog.Outbound))
			o.src[row], o.dest[row], o.role[row], o.verdict[row] = t.Src, t.Dest, uint32(t.Role), t.Verdict
			o.own[row] = t.Own()
			if k := len(o.capture); k > 0 && o.capture[k-1] == t.Capture {
				o.cut[k-1] = uint32(row + 1)
			} else {
				o.capture, o.cut = append(o.capture, t.Capture), append(o.cut, uint32(row+1))
			}
		}
	}
}

// location returns where an address of Azure is and which service's it is; ”
// for an address of no service tag.
func (o *owners) location(a netip.Addr) (location, details string) {
	tag, region := o.x.ServiceTag(a)
	if tag != "" && region == "" {
		region = "Global"
	}
	return region, tag
}
