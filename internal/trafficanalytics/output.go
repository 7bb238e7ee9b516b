package trafficanalytics

import (
	"slices"
	"strconv"

	"github.com/azflow/azflow/internal/batch"
)

// output makes the batch of a flush, in memory that the next one takes again.
type output struct {
	b     batch.Batch
	order []uint32
	parts [4][]uint32
	ints  []int64
	bits  batch.Bitmap
	names namer
	sets  portSets
}

// fill returns the groups of a as a batch.
func (o *output) fill(a *Aggregator) *batch.Batch {
	n := len(a.groups)
	o.b = batch.Batch{Rows: n, Fields: fields, Columns: slices.Grow(o.b.Columns[:0], len(columns))[:len(columns)]}
	clear(o.b.Columns)
	order := o.sort(a)
	for i := range a.parts {
		ids := slices.Grow(o.parts[i][:0], n)[:n]
		o.parts[i] = ids
		for at := range ids {
			ids[at] = a.groups[nth(order, at)].key.parts[i]
		}
		for _, x := range a.parts[i].outs {
			o.b.Columns[x.of.index] = batch.Column{Form: batch.Coded, IDs: ids, Via: x.via, Dict: x.of.dict}
		}
	}
	for _, l := range a.loose {
		o.b.Columns[l.of.index] = l.column(order)
	}
	o.numbers(a, order)
	o.b.Columns[counted.srcPorts] = o.sets.column(a, order)
	return &o.b
}

// nth returns the group at a place of the order.
func nth(order []uint32, at int) int {
	if order == nil {
		return at
	}
	return int(order[at])
}

// sort returns the groups by interval, nil if they are in that order.
func (o *output) sort(a *Aggregator) []uint32 {
	byStart := func(x, y group) int { return compare(x.key.start, y.key.start) }
	if slices.IsSortedFunc(a.groups, byStart) {
		return nil
	}
	o.order = slices.Grow(o.order[:0], len(a.groups))[:len(a.groups)]
	for i := range o.order {
		o.order[i] = uint32(i)
	}
	slices.SortStableFunc(o.order, func(x, y uint32) int { return byStart(a.groups[x], a.groups[y]) })
	return o.order
}

// counted holds the positions of columns that are counted.
var counted = struct{ hi, lo, port, start, seconds, first, last, processed, srcPorts, sums int }{
	indexOf("ItemHi"), indexOf("ItemLo"), indexOf("DestPort"), indexOf("TimeGenerated"), indexOf("IntervalSeconds"),
	indexOf("FlowStartTime"), indexOf("FlowEndTime"), indexOf("TimeProcessed"), indexOf("SrcPorts"), indexOf("RecordCount"),
}

// numbers fills the columns that are counted, and the rows' names.
func (o *output) numbers(a *Aggregator, order []uint32) {
	n := len(a.groups)
	o.ints = slices.Grow(o.ints[:0], n*(int(sums)+7))[:n*(int(sums)+7)]
	room := o.ints
	column := func(i int) []int64 {
		v := room[:n:n]
		room = room[n:]
		o.b.Columns[i] = batch.Column{Form: batch.Plain, Ints: v}
		return v
	}
	hi, lo, port := column(counted.hi), column(counted.lo), column(counted.port)
	start, first, last, processed := column(counted.start), column(counted.first), column(counted.last), column(counted.processed)
	var all [sums][]int64
	for k := range all {
		all[k] = column(counted.sums + k)
	}
	o.bits = o.bits[:0].Grow(n)
	clear(o.bits)
	for i := range n {
		g := &a.groups[nth(order, i)]
		start[i], first[i], last[i], processed[i] = g.key.start, g.first, g.last, g.got
		port[i] = int64(g.key.port)
		o.bits.Set(i, g.key.port >= 0)
		hi[i], lo[i] = o.names.row(a, &g.key)
		for k, v := range g.sums {
			all[k][i] = v
		}
	}
	o.b.Columns[counted.port].Valid = o.bits
	o.b.Columns[counted.seconds] = batch.ConstInt(a.interval / 1e6)
}

// portSets makes SrcPorts.
type portSets struct {
	dict  *batch.Dict
	one   []uint32 // position of the set of one port, 0 for not there yet
	many  map[string]uint32
	ends  []uint32 // where the ports of each group end
	ports []uint16
	ids   []uint32
	buf   []byte
}

// maxSets is how many sets are remembered from one flush to the next.
const maxSets = 1 << 17

// column returns the set of each group of a, in the given order.
func (s *portSets) column(a *Aggregator, order []uint32) batch.Column {
	if s.dict == nil || len(s.dict.Text) > maxSets {
		s.dict, s.one, s.many = &batch.Dict{Text: []string{""}}, make([]uint32, 1<<16), map[string]uint32{}
	}
	n := len(a.groups)
	// Sort the ports by group, counting how many each has.
	s.ends = slices.Grow(s.ends[:0], n+1)[:n+1]
	clear(s.ends)
	for _, p := range a.ports {
		s.ends[p>>16+1]++
	}
	for g := range n {
		s.ends[g+1] += s.ends[g]
	}
	s.ports = slices.Grow(s.ports[:0], len(a.ports))[:len(a.ports)]
	for _, p := range a.ports {
		s.ports[s.ends[p>>16]] = uint16(p)
		s.ends[p>>16]++
	}
	s.ids = slices.Grow(s.ids[:0], n)[:n]
	for i := range s.ids {
		g := nth(order, i)
		from := uint32(0)
		if g > 0 {
			from = s.ends[g-1]
		}
		s.ids[i] = s.set(s.ports[from:s.ends[g]])
	}
	return batch.Column{Form: batch.Coded, IDs: s.ids, Dict: s.dict}
}

// set returns the position of a set of ports, which it sorts.
func (s *portSets) set(ports []uint16) uint32 {
	if len(ports) > 1 {
		slices.Sort(ports)
		ports = slices.Compact(ports)
	}
	switch len(ports) {
	case 0:
		return 0
	case 1:
		if s.one[ports[0]] == 0 {
			s.one[ports[0]] = s.add(strconv.Itoa(int(ports[0])))
		}
		return s.one[ports[0]]
	}
	b := s.buf[:0]
	for i, p := range ports {
		if i > 0 {
			b = append(b, '|')
		}
		b = strconv.AppendUint(b, uint64(p), 10)
	}
	s.buf = b
	if id, ok := s.many[string(b)]; ok {
		return id
	}
	text := string(b)
	id := s.add(text)
	s.many[text] = id
	return id
}

func (s *portSets) add(text string) uint32 {
	s.dict.Text = append(s.dict.Text, text)
	return uint32(len(s.dict.Text) - 1)
}

func compare(x, y int64) int {
	switch {
	case x < y:
		return -1
	case x > y:
		return 1
	}
	return 0
}
