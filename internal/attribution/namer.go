package attribution

import (
	"net/netip"

	"github.com/azflow/azflow/flowlog"
	"github.com/azflow/azflow/internal/batch"
)

// ColumnNames are the columns of Flows that a [Namer] fills, in its order.
var ColumnNames = func() []string {
	var names []string
	for _, end := range []string{"Src", "Dest"} {
		names = append(names, end+"Ip")
		for _, c := range EndColumns {
			names = append(names, end+c.Name)
		}
		names = append(names, end+"ServiceTag", end+"TagRegion", end+"Label")
	}
	return append(names, "CaptureRole", "FlowType", "FlowTypeReason", "CaptureNic", "CaptureVm", "ConnectionType", "Subnet", "VNet")
}()

// A Namer fills the columns that say who owned the ends of flows, for one worker.
// It is not safe for concurrent use.
type Namer struct {
	x    *Index
	dict *flowlog.Dict
	who  *Resolver

	ends                               []*batch.Dict // of EndColumns, by end
	told                               []bool        // of EndColumns: some end has a value
	nothing                            batch.Column  // of a column in which none has
	nics, vms, subnets, vnets          *batch.Dict   // by capture
	roles, types, reasons, connections *batch.Dict
	tags, regions                      *batch.Dict // by what is told of service tags
	labels                             byAddress
	out                                []batch.Column
}

// NewNamer returns a Namer that goes by x, of rows whose ids are those of d.
func NewNamer(x *Index, d *flowlog.Dict) *Namer {
	n := &Namer{
		x: x, dict: d, who: NewResolver(x, d),
		nics: &batch.Dict{}, vms: &batch.Dict{}, subnets: &batch.Dict{}, vnets: &batch.Dict{},
		tags: &batch.Dict{}, regions: &batch.Dict{}, labels: newByAddress(),
		roles: &batch.Dict{Text: Roles}, types: &batch.Dict{}, reasons: &batch.Dict{}, connections: &batch.Dict{},
		out: make([]batch.Column, 0, len(ColumnNames)), told: make([]bool, len(EndColumns)), nothing: batch.ConstText(""),
	}
	for range EndColumns {
		n.ends = append(n.ends, &batch.Dict{})
	}
	for _, s := range x.tags().told {
		region, tag := s.location()
		n.tags.Text, n.regions.Text = append(n.tags.Text, tag), append(n.regions.Text, region)
	}
	for _, v := range Verdicts {
		n.types.Text = append(n.types.Text, v.Type)
		n.reasons.Text = append(n.reasons.Text, v.Reason)
		n.connections.Text = append(n.connections.Text, v.Connection)
	}
	return n
}

// Reset forgets the values of the Dict, which was reset.
func (n *Namer) Reset() {
	n.who.Reset()
	for _, d := range append([]*batch.Dict{n.nics, n.vms, n.subnets, n.vnets}, n.ends...) {
		d.Reset()
	}
	n.labels.reset()
	// Their texts stay, but not those of addresses.
	n.tags.Generation++
	n.regions.Generation++
}

// Index returns what the Namer goes by.
func (n *Namer) Index() *Index { return n.x }

// Own reports whether the near address of a row that [Namer.Columns] was last
// given is the capturing NIC's own.
func (n *Namer) Own(row int) bool { return n.who.Own[row] }

// Location returns where an address of Azure is and which service's it is; none
// for an address of no service tag.
func (n *Namer) Location(a netip.Addr) (location, details string) {
	t := n.x.tags()
	return t.told[t.find(a)].location()
}

// location returns a service tag as rows have it.
func (s serviceTag) location() (location, details string) {
	if s.name != "" && s.region == "" {
		return "Global", s.name
	}
	return s.region, s.name
}

// byAddress has a text for each address, of which few differ.
type byAddress struct {
	dict *batch.Dict
	via  []uint32 // by address id
	at   map[string]uint32
	last uint32 // the address before's
}

func newByAddress() byAddress {
	b := byAddress{dict: &batch.Dict{}, at: map[string]uint32{}}
	b.reset()
	return b
}

func (b *byAddress) reset() {
	b.dict.Reset()
	b.via = b.via[:0]
	clear(b.at)
	b.dict.Text, b.at[""], b.last = append(b.dict.Text, ""), 0, 0
}

// none gives the addresses up to n no text.
func (b *byAddress) none(n int) { b.via = widen(b.via, n) }

// add gives the next address its text.
func (b *byAddress) add(text string) {
	if b.dict.Text[b.last] == text {
		b.via = append(b.via, b.last)
		return
	}
	at, ok := b.at[text]
	if !ok {
		at = uint32(len(b.dict.Text))
		b.dict.Text = append(b.dict.Text, text)
		b.at[text] = at
	}
	b.via, b.last = append(b.via, at), at
}

func (b *byAddress) column(addresses []uint32) batch.Column {
	return batch.Column{Form: batch.Coded, IDs: addresses, Via: b.via, Dict: b.dict}
}

// Columns resolves both ends of every row of c and returns the columns that
// follow, those of [ColumnNames]. ipText has the texts of the Dict's addresses.
func (n *Namer) Columns(c *flowlog.Columns, ipText *batch.Dict) []batch.Column {
	w := n.who
	w.Resolve(c)
	n.learn()
	out := n.out[:0]
	byTag := func(addresses []uint32, d *batch.Dict) batch.Column {
		return batch.Column{Form: batch.Coded, IDs: addresses, Via: w.tag, Dict: d}
	}
	for _, end := range [...]struct{ pairs, addresses []uint32 }{{w.Src, c.Src}, {w.Dest, c.Dest}} {
		// All columns of an end share the rows' pairs.
		out = append(out, batch.Column{Form: batch.Coded, IDs: end.pairs, Via: w.PairAddr, Dict: ipText})
		for k := range EndColumns {
			if !n.told[k] { // costs nothing by row
				out = append(out, n.nothing)
				continue
			}
			out = append(out, batch.Column{Form: batch.Coded, IDs: end.pairs, Via: w.PairEnd, Dict: n.ends[k]})
		}
		out = append(out, byTag(end.addresses, n.tags), byTag(end.addresses, n.regions), n.labels.column(end.addresses))
	}
	byRow := func(ids []uint32, d *batch.Dict) batch.Column {
		return batch.Column{Form: batch.Coded, IDs: ids, Dict: d}
	}
	byRun := func(d *batch.Dict) batch.Column {
		return batch.Column{Form: batch.Runs, IDs: w.Capture, Ends: w.CaptureEnds, Dict: d}
	}
	n.out = append(out,
		byRow(w.Role, n.roles), byRow(w.Verdict, n.types), byRow(w.Verdict, n.reasons), byRun(n.nics), byRun(n.vms),
		byRow(w.Verdict, n.connections), byRun(n.subnets), byRun(n.vnets))
	return n.out
}

// learn takes in the ends, captures and addresses that came since the last time.
func (n *Namer) learn() {
	w := n.who
	if have := len(n.ends[0].Text); have < len(w.Ends) {
		for k, col := range EndColumns {
			for i := have; i < len(w.Ends); i++ {
				text := col.Of(&w.Ends[i])
				n.ends[k].Text = append(n.ends[k].Text, text)
				n.told[k] = n.told[k] || text != ""
			}
		}
	}
	for i := len(n.nics.Text); i < len(w.Captures); i++ {
		c := &w.Captures[i]
		n.nics.Text = append(n.nics.Text, c.NIC)
		n.vms.Text = append(n.vms.Text, c.VM)
		n.subnets.Text = append(n.subnets.Text, c.Subnet)
		n.vnets.Text = append(n.vnets.Text, c.VNet)
	}
	addresses := n.dict.Addresses.Len()
	if n.x.labels.Len() == 0 {
		n.labels.none(addresses)
		return
	}
	for id := uint32(len(n.labels.via)); int(id) < addresses; id++ {
		n.labels.add(n.x.Label(n.dict.Addresses.Addr(id)))
	}
}
