package trafficanalytics

import (
	"slices"
	"strconv"

	"github.com/azflow/azflow/internal/batch"
)

// output makes the batch of a flush, in memory that the next one takes again.
type output struct {
	b       batch.Batch
	order   []uint32
	ids     [][]uint32
	ints    []int64
	numbers []uint32
	small   *batch.Dict // the numbers from 0 on, each at its own position
	ends    [2]runs
	sets    portSets
	hash    hasher
	partial Partial
}

// counted holds the positions of columns that are counted.
var counted = struct{ hi, lo, port, start, seconds, first, last, processed, srcPort, srcPorts, counts, sums, repeated int }{
	indexOf("ItemHi"), indexOf("ItemLo"), indexOf(colDestPort), indexOf("TimeGenerated"), indexOf("IntervalSeconds"),
	indexOf("FlowStartTime"), indexOf("FlowEndTime"), indexOf("TimeProcessed"), indexOf("SrcPortOne"), indexOf("SrcPortSet"),
	indexOf("RecordCount"), indexOf("PacketsSrcToDest"), indexOf("PacketsSrcToDestRepeated"),
}

// fill returns the groups of a.
func (o *output) fill(a *Aggregator) *Partial {
	n := len(a.groups)
	o.b = batch.Batch{Rows: n, Fields: fields, Columns: slices.Grow(o.b.Columns[:0], len(columns))[:len(columns)]}
	clear(o.b.Columns)
	order := o.sort(a)
	combos := o.place(0, a.combo, order)
	for i := range a.layout.classes {
		o.place(i+1, a.layout.classes[i].got, order)
	}
	for _, x := range a.layout.columns {
		var c batch.Column
		switch x.form {
		case inRuns:
			c = batch.Column{Form: batch.Coded, IDs: combos, Via: x.via, Dict: x.values.dict}
		case byRow:
			c = batch.Column{Form: batch.Coded, IDs: o.ids[x.class+1], Via: x.through, Distinct: x.distinct, Dict: x.dict}
		case mapped:
			c = batch.Column{Form: batch.Coded, IDs: o.ids[x.class+1], Dict: x.values.dict}
		case plain:
			c = x.column(order)
		}
		o.b.Columns[x.at] = c
	}
	o.count(a, order)
	o.name(a)
	o.b.Columns[counted.srcPort], o.b.Columns[counted.srcPorts] = o.sets.columns(a, order)
	return &o.partial
}

// place returns positions by row in the order of the output.
func (o *output) place(slot int, got, order []uint32) []uint32 {
	for slot >= len(o.ids) {
		o.ids = append(o.ids, nil)
	}
	if order == nil {
		o.ids[slot] = got
		return got
	}
	ids := make([]uint32, len(order))
	for at, g := range order {
		ids[at] = got[g]
	}
	o.ids[slot] = ids
	return ids
}

// column returns plain numbers in the given order.
func (l *laid) column(order []uint32) batch.Column {
	if order == nil {
		return batch.Column{Form: batch.Plain, Ints: l.ints, Valid: l.valid}
	}
	c := batch.Column{Form: batch.Plain, Ints: make([]int64, len(order)), Valid: batch.Bitmap(nil).Grow(len(order))}
	for at, g := range order {
		c.Ints[at] = l.ints[g]
		c.Valid.Set(at, l.valid.Get(int(g)))
	}
	return c
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
	if a.ordered {
		return nil
	}
	o.order = slices.Grow(o.order[:0], len(a.groups))[:len(a.groups)]
	for i := range o.order {
		o.order[i] = uint32(i)
	}
	slices.SortStableFunc(o.order, func(x, y uint32) int { return compare(a.groups[x].start, a.groups[y].start) })
	return o.order
}

// count fills the columns that are counted, and notes the intervals.
func (o *output) count(a *Aggregator, order []uint32) {
	n := len(a.groups)
	const columns = 10
	o.ints = slices.Grow(o.ints[:0], n*columns)[:n*columns]
	room := o.ints
	column := func() []int64 {
		v := room[:n:n]
		room = room[n:]
		return v
	}
	start, first, last, processed := column(), column(), column(), column()
	var sums [4][]int64
	var total [4]int64
	for k := range sums {
		sums[k] = column()
	}
	o.numbers = slices.Grow(o.numbers[:0], n*(counts+1))[:n*(counts+1)]
	ports := o.numbers[:n]
	var tallies [counts][]uint32
	var most [counts]uint32
	for k := range tallies {
		tallies[k] = o.numbers[n*(k+1) : n*(k+2)]
	}
	o.partial = Partial{Batch: &o.b, Intervals: o.partial.Intervals[:0]}
	for i := range n {
		g := &a.groups[nth(order, i)]
		start[i], first[i], last[i], processed[i], ports[i] = g.start, g.first, g.last, g.got, g.port
		for k, v := range g.sums {
			sums[k][i] = v
			total[k] |= v
		}
		for k, v := range g.counts[:counts] {
			tallies[k][i] = v
			most[k] = max(most[k], v)
		}
		o.partial.add(i, g)
	}
	set := func(i int, c batch.Column) { o.b.Columns[i] = c }
	ints := func(v []int64) batch.Column { return batch.Column{Form: batch.Plain, Ints: v} }
	set(counted.start, o.ends[0].column(start))
	set(counted.processed, o.ends[1].column(processed))
	set(counted.first, ints(first))
	set(counted.last, ints(last))
	set(counted.seconds, batch.ConstInt(a.interval/1e6))
	for k, v := range sums {
		set(counted.sums+k, ints(v))
		if total[k] == 0 {
			set(counted.sums+k, batch.ConstInt(0))
		}
		set(counted.repeated+k, o.repeated(a, order, k))
	}
	if o.small == nil {
		o.small = &batch.Dict{Ints: make([]int64, 1<<16)}
		for i := range o.small.Ints {
			o.small.Ints[i] = int64(i)
		}
	}
	set(counted.port, batch.Column{Form: batch.Coded, IDs: ports, Dict: o.small})
	for k, v := range tallies {
		c := batch.Column{Form: batch.Coded, IDs: v, Dict: o.small}
		switch {
		case most[k] == 0:
			c = batch.ConstInt(0)
		case int(most[k]) >= len(o.small.Ints):
			wide := make([]int64, n)
			for i, x := range v {
				wide[i] = int64(x)
			}
			c = ints(wide)
		}
		set(counted.counts+k, c)
	}
}

// repeated returns one of the columns of what a later E counts again.
func (o *output) repeated(a *Aggregator, order []uint32, k int) batch.Column {
	if len(a.repeated) == 0 {
		return batch.ConstInt(0)
	}
	v := make([]int64, len(a.groups))
	for i := range v {
		if sums := a.repeated[uint32(nth(order, i))]; sums != nil {
			v[i] = sums[k]
		}
	}
	return batch.Column{Form: batch.Plain, Ints: v}
}

// name fills the columns that name the rows.
func (o *output) name(a *Aggregator) {
	n := len(a.groups)
	hi, lo := o.ints[len(o.ints)-2*n:][:n:n], o.ints[len(o.ints)-n:]
	l := &a.layout
	row := 0
	for _, interval := range o.partial.Intervals {
		of := o.interval(interval.Start, a.interval)
		for ; row < interval.End; row++ {
			d := of.plus(l.digests[o.ids[0][row]])
			if port := o.numbers[row]; port != batch.Null {
				d = d.plus(o.hash.port(port))
			}
			hi[row], lo[row] = int64(d.hi), int64(d.lo)
		}
	}
	for i := range l.classes {
		k := &l.classes[i]
		if !k.key {
			continue
		}
		l.digest(k)
		for row, id := range o.ids[i+1] {
			if int(id) >= len(k.digests) {
				continue // null
			}
			d := digest{uint64(hi[row]), uint64(lo[row])}.plus(k.digests[id])
			hi[row], lo[row] = int64(d.hi), int64(d.lo)
		}
	}
	o.b.Columns[counted.hi] = batch.Column{Form: batch.Plain, Ints: hi}
	o.b.Columns[counted.lo] = batch.Column{Form: batch.Plain, Ints: lo}
}

// interval returns the digest of the interval's columns.
func (o *output) interval(start, length int64) digest {
	return o.hash.number("TimeGenerated", start).plus(o.hash.number("IntervalSeconds", length/1e6))
}

// add counts row i, that of g, to its interval.
func (p *Partial) add(i int, g *group) {
	if n := len(p.Intervals); n == 0 || p.Intervals[n-1].Start != g.start {
		p.Intervals = append(p.Intervals, Interval{Start: g.start, First: g.first, Last: g.first})
	}
	v := &p.Intervals[len(p.Intervals)-1]
	v.End, v.First, v.Last = i+1, min(v.First, g.first), max(v.Last, g.first)
}

// corrections returns the settled rollovers as rows that add nothing but what is
// repeated.
func (a *Aggregator) corrections() (*Partial, error) {
	slices.SortStableFunc(a.settled, func(x, y *OpenRollover) int { return compare(x.Interval, y.Interval) })
	b := batch.NewBuilder(fields)
	p := &Partial{Corrections: true}
	for i, o := range a.settled {
		d := a.out.interval(o.Interval, a.interval)
		for at := range columns {
			c, to := &columns[at], b.Column(at)
			switch {
			case c.From != "":
				text := c.put(to, o.Values[c.From])
				if c.Role == Key {
					d = d.plus(a.out.hash.text(c.Name, text))
				}
			case at >= counted.repeated && at < counted.repeated+4:
				to.Int(o.Counters[at-counted.repeated])
			case c.Role == Sum:
				to.Int(0)
			case c.Role == Port:
				to.Null()
			case c.Role == Ports:
				to.Text("")
			}
		}
		b.Column(counted.hi).Int(int64(d.hi))
		b.Column(counted.lo).Int(int64(d.lo))
		b.Column(counted.start).Int(o.Interval)
		b.Column(counted.seconds).Int(a.interval / 1e6)
		b.Column(counted.processed).Int(o.Processed)
		b.Column(counted.first).Int(o.Time)
		b.Column(counted.last).Int(o.Time)
		p.add(i, &group{start: o.Interval, first: o.Time})
	}
	var err error
	p.Batch, err = b.Batch()
	return p, err
}

// put adds the value that the column makes of From's text, and returns it as
// text.
func (c *Column) put(to *batch.ColumnBuilder, raw string) string {
	switch {
	case c.Kind == batch.Text:
		if c.Map != nil {
			raw = c.Map(raw)
		}
		to.Text(raw)
		return raw
	case c.Bool != nil:
		to.Bool(c.Bool(raw))
	case c.Kind == batch.Bool:
		to.Bool(raw == "1")
	default:
		n, err := strconv.ParseInt(raw, 10, 64)
		if err != nil { // null is kept as the empty text
			to.Null()
			return ""
		}
		to.Int(n)
	}
	return raw
}

// runs makes columns of numbers that seldom change.
type runs struct {
	dict batch.Dict
	ids  []uint32
	ends []uint32
}

// column returns v in runs, if they are few.
func (r *runs) column(v []int64) batch.Column {
	r.dict.Reset()
	r.ids, r.ends = r.ids[:0], r.ends[:0]
	for i, x := range v {
		n := len(r.ids)
		if n > 0 && r.dict.Ints[n-1] == x {
			r.ends[n-1] = uint32(i + 1)
			continue
		}
		if n > len(v)/16 {
			return batch.Column{Form: batch.Plain, Ints: v}
		}
		r.dict.Ints = append(r.dict.Ints, x)
		r.ids, r.ends = append(r.ids, uint32(n)), append(r.ends, uint32(i+1))
	}
	return batch.Column{Form: batch.Runs, IDs: r.ids, Ends: r.ends, Dict: &r.dict}
}

// portSets makes the columns of source ports: a row with one port has it as a
// number, a row with several as text.
type portSets struct {
	dict   *batch.Dict
	ends   []uint32 // by group: where its part of others ends
	others []uint16
	ports  []uint16 // of one group
	one    []int64
	valid  batch.Bitmap
	ids    []uint32
	buf    []byte // texts of the sets at hand
	cuts   []int  // where they end
}

// maxSets is how many sets a dictionary may have before the next flush begins
// another one.
const maxSets = 1 << 16

// columns returns the ports of each group of a, in the given order. The
// dictionary may have a set more than once: few come again.
func (s *portSets) columns(a *Aggregator, order []uint32) (one, set batch.Column) {
	if s.dict == nil || len(s.dict.Text) > maxSets {
		s.dict = &batch.Dict{Text: []string{""}}
	}
	s.gather(a)
	n := len(a.groups)
	s.ids = slices.Grow(s.ids[:0], n)[:n]
	s.one = slices.Grow(s.one[:0], n)[:n]
	s.valid = s.valid[:0].Grow(n)
	clear(s.valid)
	s.buf, s.cuts = s.buf[:0], s.cuts[:0]
	for i := range s.ids {
		at := nth(order, i)
		s.ids[i] = 0
		switch g := &a.groups[at]; {
		case g.srcPort == batch.Null:
		case g.others > 0:
			end := s.ends[at]
			s.ids[i] = s.set(uint16(g.srcPort), s.others[end-g.others:end])
		default:
			s.one[i] = int64(g.srcPort)
			s.valid[i>>6] |= 1 << (i & 63)
		}
	}
	// One allocation for all texts.
	all, from := string(s.buf), 0
	for _, to := range s.cuts {
		s.dict.Text = append(s.dict.Text, all[from:to])
		from = to
	}
	one = batch.Column{Form: batch.Plain, Ints: s.one, Valid: s.valid}
	if len(s.cuts) == 0 {
		return one, batch.ConstText("")
	}
	return one, batch.Column{Form: batch.Coded, IDs: s.ids, Dict: s.dict}
}

// gather puts the other ports of each group of a together.
func (s *portSets) gather(a *Aggregator) {
	s.ends = slices.Grow(s.ends[:0], len(a.groups))[:len(a.groups)]
	next := uint32(0)
	for g := range a.groups {
		s.ends[g] = next
		next += a.groups[g].others
	}
	s.others = slices.Grow(s.others[:0], len(a.ports))[:len(a.ports)]
	for _, p := range a.ports {
		end := &s.ends[p>>16]
		s.others[*end] = uint16(p)
		*end++
	}
}

// set returns the position of the set of a group's first port and the others.
func (s *portSets) set(first uint16, others []uint16) uint32 {
	s.ports = append(append(s.ports[:0], first), others...)
	slices.Sort(s.ports)
	last := -1
	for _, p := range s.ports {
		if int(p) == last {
			continue
		}
		if last >= 0 {
			s.buf = append(s.buf, '|')
		}
		s.buf = strconv.AppendUint(s.buf, uint64(p), 10)
		last = int(p)
	}
	s.cuts = append(s.cuts, len(s.buf))
	return uint32(len(s.dict.Text) + len(s.cuts) - 1)
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
