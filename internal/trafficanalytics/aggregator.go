package trafficanalytics

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/azflow/azflow/internal/batch"
)

// An Aggregator merges tuples of Flows into partial rows of NTANetAnalytics.
// It is not safe for concurrent use.
type Aggregator struct {
	interval int64 // µs

	parts [4]*part
	loose []*loose

	index  index
	groups []group
	ports  []uint64 // group and port of each tuple, those that repeat the one before left out

	open map[string]*OpenRollover // by connection

	in      input
	combos  [4][]uint32
	created []beginning
	out     output
}

// groupKey is a row's key within one flush: ids of the parts.
type groupKey struct {
	start int64
	parts [4]uint32
	port  int32 // -1 for null
}

type group struct {
	key              groupKey
	first, last, got int64 // FlowStartTime, FlowEndTime, TimeProcessed
	sums             counters
}

// The parts of a key.
const (
	srcPart = iota
	destPart
	recordPart
	kindPart
)

// partOf returns the part that a Key column belongs to.
func partOf(from string) int {
	switch {
	case strings.HasPrefix(from, "Src"):
		return srcPart
	case strings.HasPrefix(from, "Dest"):
		return destPart
	}
	switch from {
	case "L4Protocol", "FlowDirection", "FlowStatus", "FlowEncryption":
		return kindPart
	}
	return recordPart
}

// beginning is what a group of the batch at hand begins with: a tuple, or a
// rollover to settle.
type beginning struct {
	row int
	of  *OpenRollover
}

// loose is a column that follows from the key, but not from one column of it:
// the first tuple of a row tells.
type loose struct {
	of *values
	// While all groups have the value at one, ids is empty.
	one uint32
	n   int      // groups that have a value
	ids []uint32 // by group
}

// OpenRollover is an E that ended a flow which the platform re-created: a later
// E of the same connection counts its packets and bytes again. It is kept until
// that E comes.
type OpenRollover struct {
	Connection string            // MAC and five-tuple
	Mac        string            // MAC address of the capturing NIC
	Time       int64             // of the E, µs since 1970
	Interval   int64             // start of its row's interval, µs since 1970
	Processed  int64             // TimeProcessed of the E
	Values     map[string]string // what identifies its row: From columns of Flows, with DestPort
	Counters   [4]int64          // packets and bytes source to destination, then back
	group      int               // its row, while not flushed, else -1
}

// New returns an Aggregator over intervals of 10 or 60 minutes, aligned to the
// hour. open are the rollovers that earlier tuples left for those to come.
func New(interval time.Duration, open []OpenRollover) (*Aggregator, error) {
	if interval != 10*time.Minute && interval != time.Hour {
		return nil, fmt.Errorf("interval of %v: Traffic Analytics knows 10m and 60m", interval)
	}
	a := &Aggregator{interval: interval.Microseconds(), open: map[string]*OpenRollover{}}
	for i := range a.parts {
		a.parts[i] = &part{ids: map[[maxKeys]uint32]uint32{}}
	}
	keys := map[string]*values{}
	addresses := newTexts()
	for i := range columns {
		if c := &columns[i]; c.Role == Key && c.From != "" && c.From != "DestPort" {
			t := addresses
			if c.From != "SrcIp" && c.From != "DestIp" {
				t = newTexts()
			}
			keys[c.From] = newValues(c, t)
		}
	}
	for i := range columns {
		c := &columns[i]
		if c.Role != Depends {
			continue
		}
		v := newValues(c, newTexts())
		if key := keys[c.From]; key != nil {
			key.deps = append(key.deps, v)
			key.reset()
		} else {
			a.loose = append(a.loose, &loose{of: v})
		}
	}
	for i := range columns {
		if v := keys[columns[i].From]; v != nil && columns[i].Role == Key {
			a.parts[partOf(v.col.From)].column(v)
		}
	}
	for i := range open {
		o := open[i]
		o.group = -1
		a.open[o.Connection] = &o
	}
	return a, nil
}

// Rows returns how many rows the tuples so far have given since the last Flush.
func (a *Aggregator) Rows() int { return len(a.groups) }

// maxRemembered is how many combinations of a part are remembered from one flush
// to the next.
const maxRemembered = 1 << 16

// forget empties the dictionaries if they have grown large. There must be no
// groups.
func (a *Aggregator) forget() {
	size := 0
	for _, p := range a.parts {
		size = max(size, len(p.tuples))
	}
	for _, l := range a.loose {
		size = max(size, l.of.dict.Len(l.of.col.Kind))
	}
	if size <= maxRemembered {
		return
	}
	for _, p := range a.parts {
		p.reset()
	}
	for _, l := range a.loose {
		l.of.reset()
	}
	a.out.names.forget()
}

// Add merges the tuples of b, a batch of Flows. It keeps nothing of b but texts.
//
// Tuples of one connection must come in the order in which they were logged;
// all else may come in any order.
func (a *Aggregator) Add(b *batch.Batch) error {
	if b.Rows == 0 {
		return nil
	}
	if len(a.groups) == 0 {
		a.forget()
	}
	in := &a.in
	if err := in.bind(b); err != nil {
		return err
	}
	for i, p := range a.parts {
		var cols [maxKeys]*batch.Column
		for k, v := range p.keys {
			cols[k] = in.column(v.col.From)
		}
		a.combos[i] = slices.Grow(a.combos[i][:0], b.Rows)[:b.Rows]
		p.rows(a.combos[i], cols[:len(p.keys)], b.Rows)
	}
	in.expand(b.Rows)
	a.created = a.created[:0]
	src, dest, record, kinds := a.combos[srcPart], a.combos[destPart], a.combos[recordPart], a.combos[kindPart]
	start, next := int64(0), int64(0) // the interval of the last tuple
	var lastKey groupKey
	lastGroup := uint32(0)
	for row := range b.Rows {
		t := in.time.at(row)
		if t < start || t >= next {
			start = floor(t, a.interval)
			next = start + a.interval
		}
		key := groupKey{start: start, parts: [4]uint32{src[row], dest[row], record[row], kinds[row]}, port: -1}
		if in.destPort.has(row) {
			key.port = int32(in.destPort.at(row))
		}
		if row == 0 || key != lastKey {
			g, ok := a.find(&key)
			if !ok {
				a.groups = append(a.groups, group{key: key, first: t, last: t, got: in.processed.or0(row)})
				a.created = append(a.created, beginning{row: row})
			}
			lastKey, lastGroup = key, g
		}
		a.count(lastGroup, row, t)
	}
	for _, l := range a.loose {
		l.begin(in.column(l.of.col.From), a.created)
	}
	return nil
}

// begin gives new groups their values; c is the column in the batch, or nil.
func (l *loose) begin(c *batch.Column, created []beginning) {
	same := c == nil || c.Form == batch.Const
	one := uint32(0)
	switch {
	case c == nil:
		one = l.of.text("")
	case same:
		one = l.of.at(c, c.ID(0))
	}
	for _, b := range created {
		switch {
		case b.of != nil:
			l.put(l.of.text(b.of.Values[l.of.col.From]))
		case same:
			l.put(one)
		default:
			l.put(l.of.at(c, c.ID(b.row)))
		}
	}
}

// put gives the next group its value.
func (l *loose) put(id uint32) {
	switch {
	case l.n == 0:
		l.one, l.ids = id, l.ids[:0]
	case len(l.ids) == 0 && id != l.one:
		l.ids = slices.Grow(l.ids, l.n)[:l.n]
		for i := range l.ids {
			l.ids[i] = l.one
		}
		l.ids = append(l.ids, id)
	case len(l.ids) > 0:
		l.ids = append(l.ids, id)
	}
	l.n++
}

// column returns what the groups have, in the given order.
func (l *loose) column(order []uint32) batch.Column {
	if len(l.ids) == 0 {
		return batch.Column{Form: batch.Const, IDs: []uint32{l.one}, Dict: l.of.dict}
	}
	ids := l.ids
	if order != nil {
		ids = make([]uint32, len(order))
		for at, g := range order {
			ids[at] = l.ids[g]
		}
	}
	return batch.Column{Form: batch.Coded, IDs: ids, Dict: l.of.dict}
}

// find returns the group of a key, and whether there is one; if not, the group
// that is made next will be found.
func (a *Aggregator) find(k *groupKey) (uint32, bool) {
	return a.index.find(k.hash(), uint32(len(a.groups)), func(g uint32) bool { return a.groups[g].key == *k })
}

// count adds a tuple to row g.
func (a *Aggregator) count(g uint32, row int, t int64) {
	in := &a.in
	k := in.kinds[row]
	r := &a.groups[g]
	r.first, r.last, r.got = min(r.first, t), max(r.last, t), max(r.got, in.processed.or0(row))
	if in.srcPort.has(row) {
		p := uint64(g)<<16 | uint64(in.srcPort.at(row))&0xffff
		if n := len(a.ports); n == 0 || a.ports[n-1] != p {
			a.ports = append(a.ports, p)
		}
	}
	s := &r.sums
	s[recordCount]++
	switch {
	case k&allowed == 0 && k&inbound != 0:
		s[deniedIn]++
	case k&allowed == 0:
		s[deniedOut]++
	case k&(begins|stateless) != 0 && k&inbound != 0:
		s[allowedIn]++
	case k&(begins|stateless) != 0:
		s[allowedOut]++
	}
	if k&ends != 0 {
		s[completed]++
	}
	if in.uncounted(row, k) {
		s[withoutCounters]++
	}
	// A log that gives totals alone is counted source to destination (R-S2).
	c := [4]int64{
		in.packetsSD.or0(row) + in.totalP.or0(row), in.bytesSD.or0(row) + in.totalB.or0(row),
		in.packetsDS.or0(row), in.bytesDS.or0(row),
	}
	s.add(packetsSD, c, 1)
	s.add(packetsSDNet, c, 1)
	if k&ends != 0 {
		rolled := in.rollover.or0(row) != 0
		if rolled || len(a.open) > 0 {
			a.rollover(g, row, t, rolled, c)
		}
	}
}

// counters are the sums of a row.
type counters [sums]int64

// add adds c, packets and bytes of both ways, to the four sums from first on.
func (s *counters) add(first int, c [4]int64, sign int64) {
	s[first+packetsSD-packetsSD] += sign * c[0]
	s[first+packetsDS-packetsSD] += sign * c[2]
	s[first+bytesSD-packetsSD] += sign * c[1]
	s[first+bytesDS-packetsSD] += sign * c[3]
}

// rollover settles the rollover that an E follows, and keeps the E if it is one
// itself: the next E of the connection will count its packets and bytes again.
func (a *Aggregator) rollover(g uint32, row int, t int64, rolled bool, c [4]int64) {
	in := &a.in
	id := a.connection(row)
	if o := a.open[id]; o != nil && o.Time <= t {
		a.settle(o)
		delete(a.open, id)
	}
	if !rolled {
		return
	}
	o := &OpenRollover{
		Connection: id, Mac: in.column("MacAddress").TextAt(row), Time: t, Interval: a.groups[g].key.start,
		Processed: in.processed.or0(row), Values: map[string]string{}, Counters: c, group: int(g),
	}
	for _, col := range columns {
		if col.From == "" {
			continue
		}
		if col.From == "DestPort" {
			if in.destPort.has(row) {
				o.Values[col.From] = strconv.FormatInt(in.destPort.at(row), 10)
			}
			continue
		}
		if from := in.column(col.From); from != nil {
			if text := from.TextAt(row); text != "" {
				o.Values[col.From] = text
			}
		}
	}
	a.open[id] = o
}

// connection names the connection of a tuple as its capturing NIC saw it.
func (a *Aggregator) connection(row int) string {
	in := &a.in
	text := func(name string) string { return in.column(name).TextAt(row) }
	return strings.Join([]string{
		text("MacAddress"), text("FlowLogType"), text("SrcIp"), text("DestIp"), text("L4Protocol"), text("FlowDirection"),
		strconv.FormatInt(in.srcPort.or0(row), 10), strconv.FormatInt(in.destPort.or0(row), 10),
	}, "|")
}

// settle takes a rollover's counters out of the corrected sums of its row. If
// the row was flushed, that is done by one more partial row, which adds nothing
// else.
func (a *Aggregator) settle(o *OpenRollover) {
	if o.group < 0 {
		o.group = int(a.adjusting(o))
	}
	a.groups[o.group].sums.add(packetsSDNet, o.Counters, -1)
}

// adjusting returns the row of o's key, made anew if this flush has none yet.
func (a *Aggregator) adjusting(o *OpenRollover) uint32 {
	key := groupKey{start: o.Interval, port: -1}
	if port, err := strconv.ParseInt(o.Values["DestPort"], 10, 32); err == nil {
		key.port = int32(port)
	}
	for i, p := range a.parts {
		var ids [maxKeys]uint32
		for k, v := range p.keys {
			ids[k] = v.text(o.Values[v.col.From])
		}
		key.parts[i] = p.tuple(ids)
	}
	g, ok := a.find(&key)
	if !ok {
		a.groups = append(a.groups, group{key: key, first: o.Time, last: o.Time, got: o.Processed})
		a.created = append(a.created, beginning{of: o})
	}
	return g
}

// Open returns the rollovers whose later E has not come, ordered by connection.
// They belong to the cursor of the input: whoever continues after it hands them
// to [New].
func (a *Aggregator) Open() []OpenRollover {
	all := make([]OpenRollover, 0, len(a.open))
	for _, o := range a.open {
		all = append(all, *o)
	}
	slices.SortFunc(all, func(x, y OpenRollover) int { return strings.Compare(x.Connection, y.Connection) })
	return all
}

// Flush returns the rows since the last Flush as a batch with the fields of
// [Fields], ordered by interval, and forgets them. The batch is valid until the
// next call of Add or Flush. Its dictionaries are those of the flushes before,
// with what came since.
func (a *Aggregator) Flush() *batch.Batch {
	b := a.out.fill(a)
	a.index.clear()
	a.groups, a.ports = a.groups[:0], a.ports[:0]
	for _, l := range a.loose {
		l.n = 0
	}
	for _, o := range a.open {
		o.group = -1
	}
	return b
}

// floor returns the start of the interval that t lies in.
func floor(t, interval int64) int64 {
	r := t % interval
	if r < 0 {
		r += interval
	}
	return t - r
}
