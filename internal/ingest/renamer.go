package ingest

import (
	"fmt"
	"net/netip"
	"slices"
	"time"

	"github.com/azflow/azflow/flowlog"
	"github.com/azflow/azflow/internal/attribution"
	"github.com/azflow/azflow/internal/batch"
	"github.com/azflow/azflow/internal/lake"
	"github.com/azflow/azflow/internal/trafficanalytics"
)

// A Renamer names the owners in stored rows of Flows anew, as ingest does in rows
// that it reads. It is not safe for concurrent use.
type Renamer struct {
	owners *attribution.Namer
	dict   *flowlog.Dict
	cols   *flowlog.Columns
	ipText *batch.Dict
	public publicEnds

	src, dest, mac, target, outbound known
	rows                             [3][]uint32
	places                           map[string][2]string // country and AS name of addresses, as rows have them
	placed                           []bool               // by address: looked for in places' rows
	have                             []batch.Field        // that out is laid out for
	out                              batch.Batch
}

// renamerNeeds are the columns that owners follow from.
var renamerNeeds = []string{"TimeGenerated", "MacAddress", "FlowLogType", "TargetResourceId", "SrcIp", "DestIp", "FlowDirection"}

// NewRenamer returns a Renamer that goes by x.
func NewRenamer(x *attribution.Index) *Renamer {
	d := flowlog.NewDict()
	r := &Renamer{owners: attribution.NewNamer(x, d), dict: d, cols: flowlog.NewColumns(d), ipText: &batch.Dict{}, places: map[string][2]string{}}
	r.public.about = r.about
	return r
}

// about is what ingest told of a public address: of Azure's by the service tags
// of today, of others what the rows kept of the database of their time.
func (r *Renamer) about(ip string) (location, details string) {
	if a, err := netip.ParseAddr(ip); err == nil {
		if location, details = r.owners.Location(a); details != "" {
			return location, details
		}
	}
	p := r.places[ip]
	return p[0], p[1]
}

// Named returns the columns of Flows that a Renamer sets.
func Named() []string {
	return slices.DeleteFunc(slices.Clone(attribution.ColumnNames), func(name string) bool { return name == "SrcIp" || name == "DestIp" })
}

// NeededToName returns the columns without which Rows cannot work.
func NeededToName() []string { return slices.Clone(renamerNeeds) }

// NamedFields returns the columns that rows with the columns have get: theirs, and
// those that a Renamer adds.
func NamedFields(have []batch.Field) []batch.Field {
	fields := slices.Clone(have)
	next := 0 // where a column that follows the last one goes
	for _, f := range ownedFields {
		i := slices.IndexFunc(fields, func(g batch.Field) bool { return g.Name == f.Name })
		switch {
		case i >= 0:
			next = i + 1
		case slices.Contains(Named(), f.Name):
			fields = slices.Insert(fields, next, f)
			next++
		}
	}
	return fields
}

// Full reports whether it is time to [Renamer.Reset].
func (r *Renamer) Full() bool { return r.dict.Addresses.Len() >= maxAddresses }

// Reset forgets the addresses met so far. What Rows gave before must not be used
// any more.
func (r *Renamer) Reset() {
	r.dict.Reset()
	r.owners.Reset()
	r.ipText.Reset()
	r.src, r.dest, r.mac, r.target = known{}, known{}, known{}, known{}
	r.placed = r.placed[:0]
	clear(r.places)
}

// Rows returns b, rows of Flows, with the columns of [NamedFields]. It is valid
// until the next call, and as long as b is.
func (r *Renamer) Rows(b *batch.Batch) (*batch.Batch, error) {
	if err := r.read(b); err != nil {
		return nil, err
	}
	if !slices.Equal(r.have, b.Fields) {
		r.have = slices.Clone(b.Fields)
		r.out.Fields = NamedFields(b.Fields)
		r.out.Columns = make([]batch.Column, len(r.out.Fields))
	}
	r.out.Rows = b.Rows
	for i, f := range r.out.Fields {
		if at := b.Index(f.Name); at >= 0 {
			r.out.Columns[i] = b.Columns[at]
		}
	}
	for id := len(r.ipText.Text); id < r.dict.Addresses.Len(); id++ {
		r.ipText.Text = append(r.ipText.Text, r.dict.Addresses.Text(uint32(id)))
	}
	for i, c := range r.owners.Columns(r.cols, r.ipText) {
		if at := r.out.Index(attribution.ColumnNames[i]); at >= 0 {
			r.out.Columns[at] = c
		}
	}
	return &r.out, nil
}

// read lays b out as if it had just been decoded, as far as owners go.
func (r *Renamer) read(b *batch.Batch) error {
	var in [7]*batch.Column
	for i, name := range renamerNeeds {
		at := b.Index(name)
		if at < 0 {
			return fmt.Errorf("rows of Flows without %s have no owners", name)
		}
		in[i] = &b.Columns[at]
	}
	c := r.cols
	c.Time, c.Src, c.Dest, c.Direction = c.Time[:0], c.Src[:0], c.Dest[:0], c.Direction[:0]
	for row := range b.Rows {
		t, _ := in[0].IntAt(row) // never null
		c.Time = append(c.Time, t)
	}
	address := func(text string) (uint32, error) { return r.dict.Addresses.ID([]byte(text)) }
	word := func(text string) (uint32, error) { return r.dict.Strings.ID([]byte(text)), nil }
	var err error
	if c.Src, err = r.src.rows(c.Src, in[4], b.Rows, address); err != nil {
		return err
	}
	if c.Dest, err = r.dest.rows(c.Dest, in[5], b.Rows, address); err != nil {
		return err
	}
	if c.Direction, err = r.outbound.rows(c.Direction, in[6], b.Rows, directionOf); err != nil {
		return err
	}
	r.place(b, "Src", c.Src)
	r.place(b, "Dest", c.Dest)
	macs, targets, types := &r.rows[0], &r.rows[1], &r.rows[2]
	if *macs, err = r.mac.rows((*macs)[:0], in[1], b.Rows, word); err != nil {
		return err
	}
	if *targets, err = r.target.rows((*targets)[:0], in[3], b.Rows, word); err != nil {
		return err
	}
	*types = in[2].AppendIDs((*types)[:0], 0, b.Rows)
	c.Records, c.Groups = c.Records[:0], c.Groups[:0]
	for row := range b.Rows {
		if n := len(c.Groups); n > 0 && (*macs)[row] == (*macs)[row-1] && (*targets)[row] == (*targets)[row-1] && (*types)[row] == (*types)[row-1] {
			c.Groups[n-1].End, c.Records[n-1].End = row+1, row+1
			continue
		}
		rec := flowlog.RecordRun{End: row + 1, Target: (*targets)[row]}
		if in[2].TextAt(row) == flowlog.NSG.String() {
			rec.Target = 0 // what an NSG flow log names is its NSG
		}
		c.Records = append(c.Records, rec)
		c.Groups = append(c.Groups, flowlog.GroupRun{End: row + 1, MAC: (*macs)[row]})
	}
	return nil
}

// place notes where the addresses of an end are, as the rows have it.
func (r *Renamer) place(b *batch.Batch, end string, addresses []uint32) {
	country, name := b.Index(end+"Country"), b.Index(end+"AsName")
	if country < 0 || name < 0 {
		return // no database was asked
	}
	if n := r.dict.Addresses.Len(); n > len(r.placed) {
		r.placed = append(r.placed, make([]bool, n-len(r.placed))...)
	}
	for row, id := range addresses {
		if r.placed[id] {
			continue
		}
		r.placed[id] = true
		if p := [2]string{b.Columns[country].TextAt(row), b.Columns[name].TextAt(row)}; p != [2]string{} {
			r.places[r.dict.Addresses.Text(id)] = p
		}
	}
}

func directionOf(text string) (uint32, error) {
	if text == flowlog.Outbound.String() {
		return uint32(flowlog.Outbound), nil
	}
	return uint32(flowlog.Inbound), nil
}

// known remembers what the texts of a dictionary stand for.
type known struct {
	of         *batch.Dict
	generation uint64
	ids        []uint32 // by position, plus 1; 0 if not asked yet
	room       []uint32
}

// rows appends what the text of each row stands for.
func (k *known) rows(out []uint32, c *batch.Column, rows int, of func(string) (uint32, error)) ([]uint32, error) {
	if c.Dict == nil || k.of != c.Dict || k.generation != c.Dict.Generation {
		k.of, k.ids = c.Dict, k.ids[:0]
		if c.Dict != nil {
			k.generation = c.Dict.Generation
			k.ids = slices.Grow(k.ids, len(c.Dict.Text))[:len(c.Dict.Text)]
			clear(k.ids)
		}
	}
	if c.Dict != nil && len(c.Dict.Text) > len(k.ids) {
		k.ids = append(k.ids, make([]uint32, len(c.Dict.Text)-len(k.ids))...)
	}
	k.room = c.AppendIDs(k.room[:0], 0, rows)
	for _, at := range k.room {
		if at == batch.Null {
			id, err := of("")
			if err != nil {
				return out, err
			}
			out = append(out, id)
			continue
		}
		if k.ids[at] == 0 {
			id, err := of(c.Dict.Text[at])
			if err != nil {
				return out, err
			}
			k.ids[at] = id + 1
		}
		out = append(out, k.ids[at]-1)
	}
	return out, nil
}

// Locals adds the addresses that the rows of b, as they are named, show to be the
// capturing NICs' own: rows of LocalAddresses.
func Locals(b *batch.Batch, into map[lake.LocalAddress]bool) {
	var cols [7]*batch.Column
	for i, name := range []string{"TimeGenerated", "SrcIp", "DestIp", "MacAddress", "TargetResourceId", "FlowDirection", "CaptureRole"} {
		cols[i] = &b.Columns[b.Index(name)]
	}
	logType := &b.Columns[b.Index("FlowLogType")]
	type key struct {
		addr, mac, target, log uint32
		hour                   int64
		out                    bool
	}
	seen := map[key]bool{}
	var last key
	for row := range b.Rows {
		if role := cols[6].TextAt(row); role != "Initiator" && role != "Responder" {
			continue
		}
		t, _ := cols[0].IntAt(row) // never null
		k := key{hour: floorDiv(t, microsPerHour), mac: cols[3].ID(row), target: cols[4].ID(row), log: logType.ID(row), out: cols[5].TextAt(row) == flowlog.Outbound.String()}
		near := cols[2]
		if k.out {
			near = cols[1]
		}
		k.addr = near.ID(row)
		if k == last || seen[k] {
			continue
		}
		seen[k], last = true, k
		l := lake.LocalAddress{Hour: time.UnixMicro(k.hour * microsPerHour).UTC(), IP: near.TextAt(row), MacAddress: cols[3].TextAt(row)}
		if logType.TextAt(row) != flowlog.NSG.String() {
			l.VNet = targetOf(cols[4].TextAt(row)).vnet
		}
		into[l] = true
	}
}

// AddressFields are the columns of [Renamer.Addresses].
func AddressFields() []batch.Field { return slices.Clone(ipFields) }

// Addresses returns the rows of NTAIpDetailsHistory for merged rows. They are
// valid as long as those are.
func (r *Renamer) Addresses(merged *trafficanalytics.Partial, interval time.Duration) *batch.Batch {
	rows, _ := r.public.rows(merged, interval)
	return rows
}
