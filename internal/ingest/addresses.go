package ingest

import (
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

// ipTime is the position of TimeGenerated in ipFields.
const ipTime = 1

// publicEnds finds the public addresses of merged rows, each once an interval as
// far as it remembers. What it gives repeats now and then; readers take the
// latest row of an address.
type publicEnds struct {
	// about tells where an address is, and what or whom it belongs to; nil if
	// nothing can.
	about func(ip string) (location, details string)

	dict       *batch.Dict // of the positions in noted
	generation uint64
	noted      []uint64 // by address: the hour, and of it the intervals noted; or notPublic

	ids, types, known []uint32
	times, ends       []int64
	locations, names  *batch.Dict
	facts             map[[2]string]uint32 // positions in both
	last              [2]string            // of facts
	lastAt            uint32
}

// rows returns the rows for the addresses of merged rows. They are valid as long
// as those are.
func (e *publicEnds) rows(merged *trafficanalytics.Partial, interval time.Duration) *batch.Batch {
	if e.locations == nil {
		e.locations, e.names, e.facts = &batch.Dict{}, &batch.Dict{}, map[[2]string]uint32{}
	}
	b := merged.Batch
	column := func(name string) *batch.Column { return &b.Columns[b.Index(name)] }
	flowTypes := column("FlowType")
	e.ids, e.types, e.known, e.times, e.ends = e.ids[:0], e.types[:0], e.known[:0], e.times[:0], e.ends[:0]
	var dict *batch.Dict
	for _, end := range [2]struct{ ip, public *batch.Column }{{column("SrcIp"), column("SrcPublic")}, {column("DestIp"), column("DestPublic")}} {
		dict = end.ip.Dict
		e.use(dict)
		row := 0
		for _, v := range merged.Intervals {
			hour := floorDiv(v.Start, microsPerHour)
			bit := uint64(1) << ((v.Start - hour*microsPerHour) / interval.Microseconds())
			for _, at := range end.ip.IDs[row:v.End] {
				if end.ip.Via != nil {
					at = end.ip.Via[at]
				}
				if noted := e.noted[at]; noted == notPublic || noted>>6 == uint64(hour+1) && noted&bit != 0 {
					row++
					continue
				}
				if e.note(flowTypes, end.public, row, at, uint64(hour+1), bit) {
					kind := e.types[len(e.types)-1]
					e.known = append(e.known, e.fact(dict.Text[at], flowTypes.Dict.Text[kind] == "AzurePublic"))
					e.times = append(e.times, v.Start)
					e.ends = append(e.ends, v.Start+interval.Microseconds())
				}
				row++
			}
		}
	}
	n := len(e.ids)
	out := &batch.Batch{Rows: n, Fields: ipFields, Columns: make([]batch.Column, len(ipFields))}
	if n == 0 {
		out.Columns[ipTime] = batch.Column{Form: batch.Plain}
		return out
	}
	times := batch.Column{Form: batch.Plain, Ints: e.times}
	copy(out.Columns, []batch.Column{
		{Form: batch.Coded, IDs: e.ids, Dict: dict},
		times,
		{Form: batch.Coded, IDs: e.types, Dict: flowTypes.Dict},
		{Form: batch.Coded, IDs: e.known, Dict: e.locations},
		{Form: batch.Coded, IDs: e.known, Dict: e.names},
		times,
		{Form: batch.Plain, Ints: e.ends},
	})
	return out
}

// fact returns the position of what is known of an address, which flows call
// Azure's or not.
func (e *publicEnds) fact(ip string, azure bool) uint32 {
	var f [2]string
	switch {
	case e.about == nil && !azure: // nothing is known, and its text need not be looked at
	case ip == platformText:
		f = [2]string{"Global", "Microsoft Virtual Public IP"} // MS Learn: NTAIpDetails
	case e.about != nil:
		f[0], f[1] = e.about(ip)
	}
	if n := len(e.locations.Text); n > 0 && f == e.last {
		return e.lastAt
	}
	at, ok := e.facts[f]
	if !ok {
		at = uint32(len(e.locations.Text))
		e.locations.Text, e.names.Text = append(e.locations.Text, f[0]), append(e.names.Text, f[1])
		e.facts[f] = at
	}
	e.last, e.lastAt = f, at
	return at
}

// notPublic marks an address that is none of the internet's.
const notPublic = ^uint64(0)

// use makes room for the addresses of a dictionary. Those of both ends are of
// one.
func (e *publicEnds) use(dict *batch.Dict) {
	if e.dict != dict || e.generation != dict.Generation {
		e.dict, e.generation, e.noted = dict, dict.Generation, e.noted[:0]
	}
	if n := len(dict.Text) - len(e.noted); n > 0 {
		e.noted = append(e.noted, make([]uint64, n)...)
	}
}

// note notes the address of a row, and reports whether it is to be written. An
// hour has at most six intervals.
func (e *publicEnds) note(flowTypes, public *batch.Column, row int, at uint32, hour, bit uint64) bool {
	if public, ok := public.IntAt(row); !ok || public == 0 {
		e.noted[at] = notPublic
		return false
	}
	kind := flowTypes.ID(row)
	if t := flowTypes.Dict.Text[kind]; t != "AzurePublic" && t != "ExternalPublic" {
		return false // one of the estate's own
	}
	noted := e.noted[at]
	if noted>>6 != hour {
		noted = hour << 6
	}
	e.noted[at] = noted | bit
	e.ids, e.types = append(e.ids, at), append(e.types, kind)
	return true
}

// platformText is how logs write the platform's address.
var platformText = platformAddress.String()
