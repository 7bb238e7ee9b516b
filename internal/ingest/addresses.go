package ingest

import (
	"slices"
	"time"

	"github.com/azflow/azflow/internal/batch"
	"github.com/azflow/azflow/internal/trafficanalytics"
)

// ipFields are the columns of what is known of public addresses.
var ipFields = []batch.Field{
	{Name: "Ip", Kind: batch.Text},
	{Name: "TimeGenerated", Kind: batch.Time},
	{Name: "FlowType", Kind: batch.Text},
	{Name: "Location", Kind: batch.Text},
	{Name: "PublicIpDetails", Kind: batch.Text},
	{Name: "FlowIntervalStartTime", Kind: batch.Time},
	{Name: "FlowIntervalEndTime", Kind: batch.Time},
}

// publicEnds finds the public addresses of merged rows, each once an interval as
// far as it remembers. What it gives repeats now and then; readers take the
// latest row of an address.
type publicEnds struct {
	// about tells where an address is, and what or whom it belongs to; nil if
	// nothing can.
	about func(ip string) (location, details string)

	dict       *batch.Dict // of the addresses' positions
	generation uint64
	intervals  []noted
	uses       int

	parts            []ipPart
	ids, types       []uint32
	known, facts     []uint32 // by row; by address, plus one
	times, ends      batch.Dict
	runEnds, runs    []uint32 // of times and ends
	locations, names *batch.Dict
	factAt           map[[2]string]uint32 // positions in both
}

// noted are the addresses that need no row in an interval: a bit each.
type noted struct {
	start int64
	used  int
	bits  []uint64
}

// maxNoted is how many intervals' addresses are remembered: those of the blobs of
// a NIC that are read one after the other, and more.
const maxNoted = 32

// ipPart is a run of rows of one interval.
type ipPart struct {
	start int64 // µs since 1970
	end   int   // the row after its last one
}

// rows returns the rows for the addresses of merged rows, by interval. They are
// valid as long as those are.
func (e *publicEnds) rows(merged *trafficanalytics.Partial, interval time.Duration) (*batch.Batch, []ipPart) {
	if e.locations == nil {
		e.locations, e.names, e.factAt = &batch.Dict{Text: []string{""}}, &batch.Dict{Text: []string{""}}, map[[2]string]uint32{{}: 0}
	}
	b := merged.Batch
	column := func(name string) *batch.Column { return &b.Columns[b.Index(name)] }
	flowTypes := column("FlowType")
	ends := [2]struct{ ip, public *batch.Column }{{column("SrcIp"), column("SrcPublic")}, {column("DestIp"), column("DestPublic")}}
	dict := ends[0].ip.Dict // that of both
	e.use(dict)
	e.parts, e.ids, e.types, e.known = e.parts[:0], e.ids[:0], e.types[:0], e.known[:0]
	e.times.Reset()
	e.ends.Reset()
	e.runs, e.runEnds = e.runs[:0], e.runEnds[:0]
	from := 0
	for _, v := range merged.Intervals {
		bits := e.noted(v.Start, len(dict.Text))
		for _, end := range ends {
			for i, at := range end.ip.IDs[from:v.End] {
				if end.ip.Via != nil {
					at = end.ip.Via[at]
				}
				if bits[at>>6]>>(at&63)&1 != 0 {
					continue
				}
				if isTrue(end.public, from+i) {
					kind := position(flowTypes, from+i)
					t := flowTypes.Dict.Text[kind]
					if t != "AzurePublic" && t != "ExternalPublic" {
						continue // one of the estate's own
					}
					e.ids, e.types, e.known = append(e.ids, at), append(e.types, kind), append(e.known, e.fact(at, t == "AzurePublic"))
				}
				bits[at>>6] |= 1 << (at & 63)
			}
		}
		from = v.End
		n := len(e.parts)
		if n > 0 && e.parts[n-1].end == len(e.ids) || len(e.ids) == 0 {
			continue
		}
		e.parts = append(e.parts, ipPart{start: v.Start, end: len(e.ids)})
		e.runs, e.runEnds = append(e.runs, uint32(n)), append(e.runEnds, uint32(len(e.ids)))
		e.times.Ints, e.ends.Ints = append(e.times.Ints, v.Start), append(e.ends.Ints, v.Start+interval.Microseconds())
	}
	out := &batch.Batch{Rows: len(e.ids), Fields: ipFields, Columns: make([]batch.Column, len(ipFields))}
	if out.Rows == 0 {
		return out, nil
	}
	starts := batch.Column{Form: batch.Runs, IDs: e.runs, Ends: e.runEnds, Dict: &e.times}
	copy(out.Columns, []batch.Column{
		{Form: batch.Coded, IDs: e.ids, Dict: dict},
		starts,
		{Form: batch.Coded, IDs: e.types, Dict: flowTypes.Dict},
		{Form: batch.Coded, IDs: e.known, Dict: e.locations},
		{Form: batch.Coded, IDs: e.known, Dict: e.names},
		starts,
		{Form: batch.Runs, IDs: e.runs, Ends: e.runEnds, Dict: &e.ends},
	})
	return out, e.parts
}

// position returns the dictionary position of a row's value, as [batch.Column.ID]
// does: at once where the column lies as it mostly does.
func position(c *batch.Column, row int) uint32 {
	if c.Form != batch.Coded {
		return c.ID(row)
	}
	if at := c.IDs[row]; c.Via == nil || at == batch.Null {
		return at
	}
	return c.Via[c.IDs[row]]
}

// isTrue reports whether a row of a column of bools is true.
func isTrue(c *batch.Column, row int) bool {
	if c.Form == batch.Plain {
		v, ok := c.IntAt(row)
		return ok && v != 0
	}
	at := position(c, row)
	return at != batch.Null && c.Dict.Ints[at] != 0
}

// fact returns the position of what is known of the address at a position of the
// dictionary, which flows call Azure's or not.
func (e *publicEnds) fact(at uint32, azure bool) uint32 {
	if e.about == nil && !azure {
		return 0 // nothing is known, and its text need not be looked at
	}
	if n := len(e.dict.Text) - len(e.facts); n > 0 {
		e.facts = append(e.facts, make([]uint32, n)...)
	}
	if e.facts[at] == 0 {
		var f [2]string
		switch ip := e.dict.Text[at]; {
		case ip == platformText:
			f = [2]string{"Global", "Microsoft Virtual Public IP"} // MS Learn: NTAIpDetails
		case e.about != nil:
			f[0], f[1] = e.about(ip)
		}
		e.facts[at] = e.factOf(f) + 1
	}
	return e.facts[at] - 1
}

// factOf returns the position of a location and details.
func (e *publicEnds) factOf(f [2]string) uint32 {
	at, ok := e.factAt[f]
	if !ok {
		at = uint32(len(e.locations.Text))
		e.locations.Text, e.names.Text = append(e.locations.Text, f[0]), append(e.names.Text, f[1])
		e.factAt[f] = at
	}
	return at
}

// use forgets the addresses of another dictionary.
func (e *publicEnds) use(dict *batch.Dict) {
	if e.dict != dict || e.generation != dict.Generation {
		e.dict, e.generation, e.intervals, e.facts = dict, dict.Generation, e.intervals[:0], e.facts[:0]
	}
}

// noted returns the bits of an interval, with room for so many addresses.
func (e *publicEnds) noted(start int64, addresses int) []uint64 {
	e.uses++
	i := slices.IndexFunc(e.intervals, func(n noted) bool { return n.start == start })
	switch {
	case i >= 0:
	case len(e.intervals) < maxNoted:
		i = len(e.intervals)
		e.intervals = append(e.intervals, noted{start: start})
	default:
		i = 0
		for k := range e.intervals {
			if e.intervals[k].used < e.intervals[i].used {
				i = k
			}
		}
		e.intervals[i] = noted{start: start, bits: e.intervals[i].bits[:0]}
	}
	n := &e.intervals[i]
	n.used = e.uses
	if words := addresses>>6 + 1 - len(n.bits); words > 0 {
		n.bits = append(n.bits, make([]uint64, words)...)
	}
	return n.bits
}

// platformText is how logs write the platform's address.
var platformText = platformAddress.String()
