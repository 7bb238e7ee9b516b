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

	vals  []*values // one a column that has a From
	parts [4]*part
	loose []int // columns, by position, whose value is taken from a row's first tuple

	index  map[groupKey]uint32
	groups []group
	firsts []uint32 // loose values, len(loose) a group
	ports  []uint64 // group and port of each tuple

	open map[string]*OpenRollover // by connection

	out     batch.Batch
	scratch [4][]uint32
	in      input
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

// partOf says which part a From column of Flows belongs to; others are loose.
func partOf(from string) (int, bool) {
	switch from {
	case "MacAddress", "AclGroup", "AclRule", "TargetResourceId", "FlowLogResourceId", "FlowLogType", "CaptureNic", "CaptureVm":
		return recordPart, true
	case "L4Protocol", "FlowDirection", "FlowStatus", "FlowEncryption", "CaptureRole":
		return kindPart, true
	case "DestPort", "":
		return 0, false
	}
	if strings.HasPrefix(from, "Src") {
		return srcPart, true
	}
	if strings.HasPrefix(from, "Dest") {
		return destPart, true
	}
	return 0, false
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
	a := &Aggregator{interval: interval.Microseconds(), index: map[groupKey]uint32{}, open: map[string]*OpenRollover{}}
	for i := range a.parts {
		a.parts[i] = &part{ids: map[string]uint32{}}
	}
	a.vals = make([]*values, len(columns))
	for i := range columns {
		c := &columns[i]
		if c.From == "" || c.From == "DestPort" {
			continue
		}
		v := newValues(c)
		a.vals[i] = v
		if p, ok := partOf(c.From); ok {
			a.parts[p].cols = append(a.parts[p].cols, v)
		} else {
			a.loose = append(a.loose, i)
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

// input is a batch of Flows, its columns found by name and laid out by row.
type input struct {
	byName map[string]*batch.Column

	time, processed, srcPort, destPort                     numbers
	packetsSD, bytesSD, packetsDS, bytesDS, totalP, totalB numbers
	rollover                                               numbers
	kinds                                                  []kind
	ids                                                    []uint32
}

// numbers is a column of numbers by row.
type numbers struct {
	vals  []int64
	valid batch.Bitmap
	none  bool // no row has a value
	room  []int64
	bits  batch.Bitmap
}

func (n *numbers) at(row int) int64 { return n.vals[row] }

func (n *numbers) has(row int) bool { return !n.none && n.valid.Get(row) }

// or0 returns the value of a row, 0 for null.
func (n *numbers) or0(row int) int64 {
	if n.has(row) {
		return n.vals[row]
	}
	return 0
}

// expand lays c out by row; ids is room to work in, which it returns.
func (n *numbers) expand(c *batch.Column, rows int, ids []uint32) []uint32 {
	n.none = c == nil || c.Form == batch.Const && c.ID(0) == batch.Null
	if n.none {
		return ids
	}
	if c.Form == batch.Plain {
		n.vals, n.valid = c.Ints, c.Valid
		return ids
	}
	ids = c.AppendIDs(ids[:0], 0, rows)
	n.room = slices.Grow(n.room[:0], rows)[:rows]
	n.bits = n.bits[:0].Grow(rows)
	for row, id := range ids {
		n.bits.Set(row, id != batch.Null)
		if id != batch.Null {
			n.room[row] = c.Dict.Ints[id]
		}
	}
	n.vals, n.valid = n.room, n.bits
	return ids
}

// needed are the columns of Flows without which a row cannot be made.
var needed = []string{
	"TimeGenerated", "TimeProcessed", "SrcIp", "DestIp", "SrcPort", "DestPort", "L4Protocol", "FlowDirection", "FlowState",
	"FlowStatus", "FlowLogVersion", "FlowLogType", "MacAddress", "AclRule",
	"PacketsSrcToDest", "BytesSrcToDest", "PacketsDestToSrc", "BytesDestToSrc",
}

func (in *input) bind(b *batch.Batch) error {
	in.byName = make(map[string]*batch.Column, len(b.Fields))
	for i, f := range b.Fields {
		in.byName[f.Name] = &b.Columns[i]
	}
	for _, name := range needed {
		if in.byName[name] == nil {
			return fmt.Errorf("a batch of Flows without column %s cannot be merged", name)
		}
	}
	return nil
}

// expand lays the columns that are counted out by row.
func (in *input) expand(rows int) {
	for _, x := range []struct {
		to   *numbers
		name string
	}{
		{&in.time, "TimeGenerated"},
		{&in.processed, "TimeProcessed"},
		{&in.srcPort, "SrcPort"},
		{&in.destPort, "DestPort"},
		{&in.packetsSD, "PacketsSrcToDest"},
		{&in.bytesSD, "BytesSrcToDest"},
		{&in.packetsDS, "PacketsDestToSrc"},
		{&in.bytesDS, "BytesDestToSrc"},
		{&in.totalP, "TotalPackets"},
		{&in.totalB, "TotalBytes"},
		{&in.rollover, "Rollover"},
	} {
		in.ids = x.to.expand(in.byName[x.name], rows, in.ids)
	}
	in.kinds = slices.Grow(in.kinds[:0], rows)[:rows]
	clear(in.kinds)
	for _, w := range words {
		c := in.byName[w.column]
		byPos := make([]kind, len(c.Dict.Text))
		for pos, text := range c.Dict.Text {
			byPos[pos] = w.kind(text)
		}
		none := w.kind("")
		in.ids = c.AppendIDs(in.ids[:0], 0, rows)
		for row, pos := range in.ids {
			if pos == batch.Null {
				in.kinds[row] |= none
			} else {
				in.kinds[row] |= byPos[pos]
			}
		}
	}
}

// kind is what a tuple counts for.
type kind uint16

const (
	allowed kind = 1 << iota
	inbound
	begins    // B
	ends      // E
	stateless // of a version that knows no states
	fromVNet
	fromNSG
	isTCP
	userRule
)

// words says what the texts of a tuple's columns mean for its kind.
var words = []struct {
	column string
	kind   func(text string) kind
}{
	{"FlowStatus", func(t string) kind { return when(t == "Allowed", allowed) }},
	{"FlowDirection", func(t string) kind { return when(t == "Inbound", inbound) }},
	{"FlowState", func(t string) kind { return when(t == "B", begins) | when(t == "E", ends) | when(t == "", stateless) }},
	{"FlowLogType", func(t string) kind { return when(t == "VNet", fromVNet) | when(t == "NSG", fromNSG) }},
	{"L4Protocol", func(t string) kind { return when(t == "TCP", isTCP) }},
	{"AclRule", func(t string) kind { return when(strings.HasPrefix(t, "UserRule_"), userRule) }},
}

func when(is bool, k kind) kind {
	if is {
		return k
	}
	return 0
}

// Add merges the tuples of b, a batch of Flows. It keeps nothing of b.
//
// Tuples of one connection must come in the order in which they were logged;
// all else may come in any order.
func (a *Aggregator) Add(b *batch.Batch) error {
	if b.Rows == 0 {
		return nil
	}
	in := &a.in
	if err := in.bind(b); err != nil {
		return err
	}
	for i, p := range a.parts {
		cols := make([]*batch.Column, len(p.cols))
		for k, v := range p.cols {
			cols[k] = in.byName[v.col.From]
		}
		a.scratch[i] = p.rows(a.scratch[i][:0], cols, b.Rows)
	}
	in.expand(b.Rows)
	var lastKey groupKey
	lastGroup := uint32(0)
	for row := range b.Rows {
		t := in.time.at(row)
		key := groupKey{start: floor(t, a.interval), port: -1}
		for i := range key.parts {
			key.parts[i] = a.scratch[i][row]
		}
		if in.destPort.has(row) {
			key.port = int32(in.destPort.at(row))
		}
		if row == 0 || key != lastKey {
			g, ok := a.index[key]
			if !ok {
				g = a.create(key, row, t)
			}
			lastKey, lastGroup = key, g
		}
		a.count(lastGroup, row, t)
	}
	return nil
}

// uncounted reports whether the flow of an allowed tuple has no counters. MS
// Learn, "NSG flow logs": version 1 has none; version 2 counts TCP only (it logs
// zeros for the rest), and has none for inbound flows that a user rule allows,
// of which only B is logged.
func (in *input) uncounted(row int, k kind) bool {
	switch {
	case k&allowed == 0:
		return false
	case in.bytesSD.has(row) || in.totalB.has(row):
		return k&ends != 0 && k&fromNSG != 0 && k&isTCP == 0 && in.bytesSD.or0(row) == 0 && in.bytesDS.or0(row) == 0
	case k&(stateless|ends) != 0:
		return true
	default:
		return k&begins != 0 && k&inbound != 0 && k&fromNSG != 0 && k&userRule != 0
	}
}

// create makes the row that a tuple begins.
func (a *Aggregator) create(key groupKey, row int, t int64) uint32 {
	g := uint32(len(a.groups))
	a.index[key] = g
	a.groups = append(a.groups, group{key: key, first: t, last: t, got: a.in.processed.or0(row)})
	for _, i := range a.loose {
		text := ""
		if c := a.in.byName[columns[i].From]; c != nil {
			text = c.TextAt(row)
		}
		a.firsts = append(a.firsts, a.vals[i].text(text))
	}
	return g
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
		Connection: id, Mac: in.byName["MacAddress"].TextAt(row), Time: t, Interval: a.groups[g].key.start,
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
		if from := in.byName[col.From]; from != nil {
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
	text := func(name string) string { return in.byName[name].TextAt(row) }
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
		ids := make([]uint32, len(p.cols))
		for k, v := range p.cols {
			ids[k] = v.text(o.Values[v.col.From])
		}
		key.parts[i] = p.tuple(ids)
	}
	if g, ok := a.index[key]; ok {
		return g
	}
	g := uint32(len(a.groups))
	a.index[key] = g
	a.groups = append(a.groups, group{key: key, first: o.Time, last: o.Time, got: o.Processed})
	for _, i := range a.loose {
		a.firsts = append(a.firsts, a.vals[i].text(o.Values[columns[i].From]))
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
// next call of Add or Flush.
func (a *Aggregator) Flush() *batch.Batch {
	n := len(a.groups)
	order := make([]uint32, n)
	for i := range order {
		order[i] = uint32(i)
	}
	slices.SortStableFunc(order, func(x, y uint32) int {
		return compare(a.groups[x].key.start, a.groups[y].key.start)
	})
	b := &a.out
	*b = batch.Batch{Rows: n, Fields: Fields(), Columns: make([]batch.Column, len(columns))}
	// The dictionaries of text leave with the batch: the next flush has new ones.
	partIDs := [len(a.parts)][]uint32{}
	for i := range a.parts {
		ids := make([]uint32, n)
		for k, g := range order {
			ids[k] = a.groups[g].key.parts[i]
		}
		partIDs[i] = ids
	}
	for i, p := range a.parts {
		for k, v := range p.cols {
			via := make([]uint32, len(p.ids))
			for t := range via {
				via[t] = v.position(p.tuples[t*len(p.cols)+k])
			}
			b.Columns[v.col.index()] = batch.Column{Form: batch.Coded, IDs: partIDs[i], Via: via, Dict: v.take()}
		}
	}
	for k, i := range a.loose {
		v := a.vals[i]
		ids := make([]uint32, n)
		for at, g := range order {
			ids[at] = v.position(a.firsts[int(g)*len(a.loose)+k])
		}
		b.Columns[i] = batch.Column{Form: batch.Coded, IDs: ids, Dict: v.take()}
	}
	a.numbers(b, order)
	a.portSets(b, order)
	identify(b)
	a.reset()
	return b
}

// numbers fills the columns that are counted.
func (a *Aggregator) numbers(b *batch.Batch, order []uint32) {
	n := len(order)
	port := batch.Column{Form: batch.Plain, Ints: make([]int64, n), Valid: batch.Bitmap(nil).Grow(n)}
	start, first, last, got := make([]int64, n), make([]int64, n), make([]int64, n), make([]int64, n)
	all := make([]int64, n*int(sums))
	for i, g := range order {
		r := &a.groups[g]
		start[i], first[i], last[i], got[i] = r.key.start, r.first, r.last, r.got
		if r.key.port >= 0 {
			port.Ints[i] = int64(r.key.port)
			port.Valid.Set(i, true)
		}
		for k, v := range r.sums {
			all[k*n+i] = v
		}
	}
	plain := func(v []int64) batch.Column { return batch.Column{Form: batch.Plain, Ints: v} }
	b.Columns[indexOf("DestPort")] = port
	b.Columns[indexOf("TimeGenerated")] = plain(start)
	b.Columns[indexOf("IntervalSeconds")] = batch.ConstInt(a.interval / 1e6)
	b.Columns[indexOf("FlowStartTime")] = plain(first)
	b.Columns[indexOf("FlowEndTime")] = plain(last)
	b.Columns[indexOf("TimeProcessed")] = plain(got)
	from := indexOf("RecordCount")
	for k := range int(sums) {
		b.Columns[from+k] = plain(all[k*n : (k+1)*n : (k+1)*n])
	}
}

// portSets fills SrcPorts.
func (a *Aggregator) portSets(b *batch.Batch, order []uint32) {
	slices.Sort(a.ports)
	a.ports = slices.Compact(a.ports)
	texts := make([]string, len(a.groups))
	var buf []byte
	for i := 0; i < len(a.ports); {
		g := a.ports[i] >> 16
		buf = buf[:0]
		for ; i < len(a.ports) && a.ports[i]>>16 == g; i++ {
			if len(buf) > 0 {
				buf = append(buf, '|')
			}
			buf = strconv.AppendUint(buf, a.ports[i]&0xffff, 10)
		}
		texts[g] = string(buf)
	}
	dict := &batch.Dict{Text: []string{""}}
	pos := map[string]uint32{"": 0}
	ids := make([]uint32, len(order))
	for i, g := range order {
		id, ok := pos[texts[g]]
		if !ok {
			id = uint32(len(dict.Text))
			dict.Text = append(dict.Text, texts[g])
			pos[texts[g]] = id
		}
		ids[i] = id
	}
	b.Columns[indexOf("SrcPorts")] = batch.Column{Form: batch.Coded, IDs: ids, Dict: dict}
}

// reset forgets the flushed rows; open rollovers stay.
func (a *Aggregator) reset() {
	clear(a.index)
	a.groups, a.firsts, a.ports = a.groups[:0], a.firsts[:0], a.ports[:0]
	for _, p := range a.parts {
		p.reset()
	}
	for _, v := range a.vals {
		if v != nil {
			v.reset()
		}
	}
	for _, o := range a.open {
		o.group = -1
	}
}

// floor returns the start of the interval that t lies in.
func floor(t, interval int64) int64 {
	r := t % interval
	if r < 0 {
		r += interval
	}
	return t - r
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
