package trafficanalytics

import (
	"fmt"
	"maps"
	"math/bits"
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
	emit     func(*Partial) error

	in     input
	layout layout
	laid   bool // layout is that of a batch

	combos  []uint32             // by row of the batch at hand
	block   []*[blockRows]uint64 // the keys of a block of rows, by word
	hashes  [blockRows]uint64
	targets [blockRows]uint32 // groups
	created []int             // the rows that begin a group

	keys    []uint64 // by group
	groups  []group
	ordered bool     // groups are in the order of their intervals
	combo   []uint32 // by group
	slots   []uint64 // see place
	taken   []uint32
	ports   []uint64 // group and source port of tuples whose port is not their group's first or last

	open     map[string]*OpenRollover // by connection
	repeated map[uint32]*[4]int64     // by group: packets and bytes that a later E counts again
	settled  []*OpenRollover          // those whose groups were flushed

	out output
}

// Partial is a batch of partial rows, by interval.
type Partial struct {
	// Batch has the fields of [Fields]. It is valid until the next call of Add or
	// Flush.
	Batch *batch.Batch
	// Intervals are those of the rows, in their order.
	Intervals []Interval
	// Corrections is set if the rows have no tuples of their own: they correct
	// rows handed on before.
	Corrections bool
}

// Interval is a run of rows of one interval.
type Interval struct {
	Start       int64 // µs since 1970
	End         int   // the row after its last one
	First, Last int64 // the range of FlowStartTime, µs since 1970
}

type group struct {
	start            int64
	first, last, got int64 // FlowStartTime, FlowEndTime, TimeProcessed
	sums             [4]int64
	counts           [counts + 1]uint32
	port             uint32 // batch.Null for null
	srcPort          uint32 // of the first tuple that has one, else batch.Null
	lastPort         uint32 // the last one of others, else batch.Null
	others           uint32 // how many are in Aggregator.ports
}

// Positions in the counts of a group, in the order of columns.
const (
	recordCount = iota
	allowedIn
	deniedIn
	allowedOut
	deniedOut
	completed
	withoutCounters
	counts // and the position of what does not count
)

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
	Counters   [4]int64          // packets there and back, bytes there and back
	group      int               // its row, while not flushed, else -1
}

// New returns an Aggregator over intervals of 10 or 60 minutes, aligned to the
// hour. It hands its rows to emit: when it is flushed, and when a batch comes
// that cannot share dictionaries with those before. open are the rollovers that
// earlier tuples left for those to come.
func New(interval time.Duration, open []OpenRollover, emit func(*Partial) error) (*Aggregator, error) {
	if interval != 10*time.Minute && interval != time.Hour {
		return nil, fmt.Errorf("interval of %v: Traffic Analytics knows 10m and 60m", interval)
	}
	a := &Aggregator{interval: interval.Microseconds(), emit: emit, layout: newLayout(), open: map[string]*OpenRollover{}, repeated: map[uint32]*[4]int64{}}
	for i := range open {
		o := open[i]
		o.group = -1
		a.open[o.Connection] = &o
	}
	return a, nil
}

// Rows returns how many rows the tuples so far have given since the last Flush.
func (a *Aggregator) Rows() int { return len(a.groups) + len(a.settled) }

// Add merges the tuples of b, a batch of Flows. Of b it keeps dictionaries until
// its rows are handed on; a Via may have grown by then, but must not have
// changed.
//
// Tuples of one connection must come in the order in which they were logged;
// all else may come in any order.
func (a *Aggregator) Add(b *batch.Batch) error {
	if b.Rows == 0 {
		return nil
	}
	in := &a.in
	known, err := in.bind(b)
	if err != nil {
		return err
	}
	if !a.laid || !known || !a.layout.fits(in) {
		if err := a.Flush(); err != nil {
			return err
		}
		a.layout.lay(in)
		a.laid = true
	}
	a.layout.bind(in)
	in.expand(b.Rows)
	a.combos = slices.Grow(a.combos[:0], b.Rows)[:b.Rows]
	a.layout.combine(in, a.combos, in.kinds)
	in.classify(&a.layout.meant)
	a.created = a.created[:0]
	for len(a.block) < a.layout.words {
		a.block = append(a.block, new([blockRows]uint64))
	}
	for from := 0; from < b.Rows; from += blockRows {
		to := min(from+blockRows, b.Rows)
		a.assemble(from, to)
		a.place(from, to)
		a.count(from, to)
	}
	a.layout.take(a.created)
	return nil
}

// assemble makes the keys of the rows from from up to but without to, and their
// hashes.
func (a *Aggregator) assemble(from, to int) {
	in, n := &a.in, to-from
	times, combos := a.block[0][:n], a.block[1][:n]
	start, next, number := int64(0), int64(0), uint64(0) // the interval of the last tuple
	for i := range times {
		if t := in.time.at(from + i); t < start || t >= next {
			start = floor(t, a.interval)
			next = start + a.interval
			number = uint64(uint32(start/a.interval)) << 32
		}
		times[i] = number
	}
	if !in.destPort.none {
		for i := range times {
			if in.destPort.valid.Get(from + i) {
				times[i] |= uint64(uint32(in.destPort.at(from+i)) + 1)
			}
		}
	}
	for i, id := range a.combos[from:to] {
		combos[i] = uint64(id)
	}
	filled := uint64(3) // the words that have something: a bit each
	for i := range a.layout.classes {
		k := &a.layout.classes[i]
		if !k.key {
			continue
		}
		word, ids, shift := a.block[k.word][:n], k.ids[from:to], k.shift
		if filled>>k.word&1 != 0 {
			for i, id := range ids {
				word[i] |= uint64(id+1) << shift // null wraps to 0
			}
			continue
		}
		filled |= 1 << k.word
		for i, id := range ids {
			word[i] = uint64(id+1) << shift
		}
	}
	hashes := a.hashes[:n]
	for i := range hashes {
		hashes[i] = mix(mix(0xa0761d6478bd642f, times[i]), combos[i])
	}
	for _, word := range a.block[2:a.layout.words] {
		for i, w := range word[:n] {
			hashes[i] = mix(hashes[i], w)
		}
	}
}

// sameKey reports whether rows i and k of the block have one key.
func (a *Aggregator) sameKey(i, k int) bool {
	for _, word := range a.block[:a.layout.words] {
		if word[i] != word[k] {
			return false
		}
	}
	return true
}

// isKey reports whether a key is that of row i of the block.
func (a *Aggregator) isKey(key []uint64, i int) bool {
	for w, v := range key {
		if a.block[w][i] != v {
			return false
		}
	}
	return true
}

func mix(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a^b, 0x8ebc6af09c88c6e3)
	return hi ^ lo
}

const (
	minSlots = 1 << 10
	// blockRows is how many rows are looked up together, so that the processor
	// need not wait for the memory of one after the other.
	blockRows = 256
)

// place finds the groups of the rows from from up to but without to, whose keys
// are in the block; a row begins its group if there is none.
//
// Slots are a table of open addresses: each holds the upper half of a hash and
// the number of a group, plus one; the upper half also says where the search
// begins.
func (a *Aggregator) place(from, to int) {
	for 2*(len(a.taken)+to-from) > len(a.slots) {
		a.grow()
	}
	hashes, targets := a.hashes[:to-from], a.targets[:to-from]
	mask := uint64(len(a.slots) - 1)
	for i, h := range hashes {
		s := a.slots[h>>32&mask]
		if s>>32 != h>>32 {
			s = 0 // it is not where it would be first
		}
		targets[i] = uint32(s)
	}
	words := a.layout.words
	for i, h := range hashes {
		switch g := targets[i]; {
		case i > 0 && h == hashes[i-1] && a.sameKey(i-1, i):
			targets[i] = targets[i-1]
		case g != 0 && a.isKey(a.keys[int(g-1)*words:int(g)*words], i):
			targets[i] = g - 1
		default:
			targets[i] = a.find(h, i, from+i)
		}
	}
}

// find returns the group of the key of row i of the block, row of the batch, which
// begins it if there is none.
func (a *Aggregator) find(h uint64, i, row int) uint32 {
	mask, tag, words := uint64(len(a.slots)-1), h>>32, a.layout.words
	at := tag & mask
	for ; a.slots[at] != 0; at = (at + 1) & mask {
		if s := a.slots[at]; s>>32 == tag {
			g := int(uint32(s) - 1)
			if a.isKey(a.keys[g*words:(g+1)*words], i) {
				return uint32(g)
			}
		}
	}
	n := len(a.groups)
	a.slots[at] = tag<<32 | uint64(n+1)
	a.taken = append(a.taken, uint32(at))
	for _, word := range a.block[:words] {
		a.keys = append(a.keys, word[i])
	}
	if n == cap(a.groups) {
		a.groups = slices.Grow(a.groups, max(n, minSlots))
	}
	a.groups = a.groups[:n+1]
	first, t := a.block[0][i], a.in.time.at(row)
	a.groups[n] = group{
		start: int64(int32(first>>32)) * a.interval, first: t, last: t, got: a.in.processed.or0(row),
		port: uint32(first) - 1, srcPort: batch.Null, lastPort: batch.Null,
	}
	a.ordered = n == 0 || a.ordered && a.groups[n-1].start <= a.groups[n].start
	a.combo = append(a.combo, a.combos[row])
	a.created = append(a.created, row)
	return uint32(n)
}

func (a *Aggregator) grow() {
	old, taken := a.slots, a.taken
	a.slots = make([]uint64, max(2*len(old), minSlots))
	a.taken = make([]uint32, 0, len(a.slots)/2+1)
	mask := uint64(len(a.slots) - 1)
	for _, from := range taken {
		at := old[from] >> 32 & mask
		for a.slots[at] != 0 {
			at = (at + 1) & mask
		}
		a.slots[at] = old[from]
		a.taken = append(a.taken, uint32(at))
	}
}

// count adds the tuples of the rows from from up to but without to to their
// groups.
func (a *Aggregator) count(from, to int) {
	in := &a.in
	totals := !in.totalP.none || !in.totalB.none
	for row := from; row < to; row++ {
		k, t := in.kinds[row], in.time.at(row)
		n := a.targets[row-from]
		g := &a.groups[n]
		g.first, g.last, g.got = min(g.first, t), max(g.last, t), max(g.got, in.processed.or0(row))
		if in.covers.has(row) {
			g.first = min(g.first, in.covers.at(row))
		}
		if in.srcPort.has(row) {
			switch p := uint32(in.srcPort.at(row)) & 0xffff; {
			case p == g.srcPort || p == g.lastPort:
			case g.srcPort == batch.Null:
				g.srcPort = p
			default:
				g.lastPort = p
				g.others++
				a.ports = append(a.ports, uint64(n)<<16|uint64(p))
			}
		}
		tally := &tallies[k]
		g.counts[recordCount]++
		g.counts[tally.as]++
		if tally.ends {
			g.counts[completed]++
		}
		if tally.look && in.uncounted(row, k) {
			g.counts[withoutCounters]++
		}
		packetsThere, packetsBack, bytesThere, bytesBack := in.packetsSD.or0(row), in.packetsDS.or0(row), in.bytesSD.or0(row), in.bytesDS.or0(row)
		if totals { // they alone are counted source to destination (R-S2)
			packetsThere += in.totalP.or0(row)
			bytesThere += in.totalB.or0(row)
		}
		g.sums[0] += packetsThere
		g.sums[1] += packetsBack
		g.sums[2] += bytesThere
		g.sums[3] += bytesBack
		if k&ends != 0 {
			rolled := in.rollover.or0(row) != 0
			if rolled || len(a.open) > 0 {
				a.rollover(n, row, t, rolled, [4]int64{packetsThere, packetsBack, bytesThere, bytesBack})
			}
		}
	}
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
		Connection: id, Mac: in.text("MacAddress", row), Time: t, Interval: a.groups[g].start,
		Processed: in.processed.or0(row), Values: map[string]string{}, Counters: c, group: int(g),
	}
	for _, x := range columns {
		if x.From == "" {
			continue
		}
		if text := in.text(x.From, row); text != "" {
			o.Values[x.From] = text
		}
	}
	a.open[id] = o
}

// connection names the connection of a tuple as its capturing NIC saw it.
func (a *Aggregator) connection(row int) string {
	var parts []string
	for _, name := range []string{"MacAddress", "FlowLogType", "SrcIp", "DestIp", "L4Protocol", "FlowDirection"} {
		parts = append(parts, a.in.text(name, row))
	}
	return strings.Join(append(parts, strconv.FormatInt(a.in.srcPort.or0(row), 10), strconv.FormatInt(a.in.destPort.or0(row), 10)), "|")
}

// Settle settles the open rollovers that settled accepts: those whose later E is
// known to have come, among tuples that are not added here.
func (a *Aggregator) Settle(settled func(*OpenRollover) bool) {
	for _, id := range slices.Sorted(maps.Keys(a.open)) {
		if o := a.open[id]; settled(o) {
			a.settle(o)
			delete(a.open, id)
		}
	}
}

// settle notes a rollover's counters as repeated in its row. If the row was
// flushed, that is done by one more partial row, which adds nothing else.
func (a *Aggregator) settle(o *OpenRollover) {
	if o.group < 0 {
		a.settled = append(a.settled, o)
		return
	}
	sums := a.repeated[uint32(o.group)]
	if sums == nil {
		sums = &[4]int64{}
		a.repeated[uint32(o.group)] = sums
	}
	for i, n := range o.Counters {
		sums[i] += n
	}
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

// Flush hands on the rows since the last Flush and forgets them.
func (a *Aggregator) Flush() error {
	if len(a.groups) > 0 {
		if err := a.emit(a.out.fill(a)); err != nil {
			return err
		}
	}
	for _, at := range a.taken {
		a.slots[at] = 0
	}
	a.taken, a.keys, a.groups, a.combo, a.ports = a.taken[:0], a.keys[:0], a.groups[:0], a.combo[:0], a.ports[:0]
	clear(a.repeated)
	a.layout.clear()
	if a.layout.forget() {
		a.laid = false
	}
	for _, o := range a.open {
		o.group = -1
	}
	if len(a.settled) == 0 {
		return nil
	}
	p, err := a.corrections()
	if err != nil {
		return err
	}
	a.settled = a.settled[:0]
	return a.emit(p)
}

// floor returns the start of the interval that t lies in.
func floor(t, interval int64) int64 {
	r := t % interval
	if r < 0 {
		r += interval
	}
	return t - r
}
