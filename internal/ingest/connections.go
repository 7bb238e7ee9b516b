package ingest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/bits"
	"slices"
	"time"

	"github.com/azflow/azflow/flowlog"
	"github.com/azflow/azflow/internal/batch"
	"github.com/azflow/azflow/internal/lake"
	"github.com/azflow/azflow/internal/rollup"
)

const (
	// maxSlots is how many connections a worker has room for: 16 MB of them.
	// Beyond that, logs that were not read for longest are forgotten, and of a log
	// that takes too much alone the half that was not logged for longest.
	maxSlots = 1 << 20
	minSlots = 8
	// lookBack is how many hours before a tuple's a log's connections are read
	// back from the lake when a process begins anew.
	lookBack = 1
)

// connections knows when the open connections of each log were last logged: the
// time from which a tuple's counters count (R-ROLL). A connection is what one
// NIC writes of a five-tuple and direction to one flow log; an E ends it, unless
// a B follows.
//
// It remembers what its worker has read; what the lake had before, it reads back
// from the hour before a tuple's on. So it does not know since when a tuple
// counts whose connection was last logged by an earlier run and more than an
// hour before, or by a blob that is read later or by another process at the same
// time, or which is one of too many.
type connections struct {
	nics   map[string]bool // whose blobs are read, by MAC address; nil if not known
	lake   *lake.Lake
	before int64          // segments up to this one may be read back
	hours  map[int64]bool // since 1970: those that were
	logs   map[logKey]*openFlows
	reads  int64    // of logs
	slots  int      // of all logs
	texts  []uint64 // by address id: a hash of its text
	hashes []uint64 // by row; 0 for what opens no connection
	covers []int64
	valid  batch.Bitmap
}

// logKey is what one NIC writes to one flow log, in the words of Flows.
type logKey struct{ mac, kind, resource string }

// openFlows is a table of open addresses with linear probing, by the hash of a
// connection. At least half of it is free.
type openFlows struct {
	slots []openFlow
	used  int   // slots that are not free
	read  int64 // when it was last read, by connections.reads
}

type openFlow struct {
	hash uint64 // 0 for a free slot
	last int64  // µs since 1970
}

// unknown stands for no time.
const unknown = -1 << 63

// begin forgets everything, and lets what is in the lake now be read back.
func (x *connections) begin(ctx context.Context, l *lake.Lake) error {
	*x = connections{nics: x.nics, lake: l, logs: map[logKey]*openFlows{}, texts: x.texts, hashes: x.hashes, covers: x.covers, valid: x.valid}
	return x.rewind(ctx)
}

// forget forgets a NIC, all of them if mac is empty, and lets what is in the
// lake now be read back.
func (x *connections) forget(ctx context.Context, mac string) error {
	for k, t := range x.logs {
		if mac == "" || k.mac == mac {
			x.slots -= len(t.slots)
			delete(x.logs, k)
		}
	}
	return x.rewind(ctx)
}

func (x *connections) rewind(ctx context.Context) (err error) {
	x.hours, x.before = map[int64]bool{}, 0
	snap, err := x.lake.Snapshot(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, snap.Close()) }()
	segs, err := snap.Segments(ctx, tableFlows, lake.TimeRange{})
	for _, s := range segs {
		x.before = max(x.before, s.ID)
	}
	return err
}

// hashOf returns the hash of a connection of a log, whose addresses are given as
// hashes of their texts.
func hashOf(src, dest uint64, srcPort, destPort, protocol, direction uint32) uint64 {
	h := mix(src^(uint64(srcPort)<<32|uint64(destPort)), dest^(uint64(protocol)<<1|uint64(direction)))
	return max(mix(h, 0x9e3779b97f4a7c15), 1)
}

func mix(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a^0xa0761d6478bd642f, b^0xe7037ed1a0b428db)
	return hi ^ lo
}

// hashText returns a hash of a text.
func hashText(s string) uint64 {
	h := uint64(len(s))
	for ; len(s) >= 8; s = s[8:] {
		h = mix(h^(uint64(s[0])|uint64(s[1])<<8|uint64(s[2])<<16|uint64(s[3])<<24|uint64(s[4])<<32|uint64(s[5])<<40|uint64(s[6])<<48|uint64(s[7])<<56), 0x8ebc6af09c88c6e3)
	}
	for i := range len(s) {
		h = mix(h^uint64(s[i]), 0x589965cc75374cc3)
	}
	return h
}

// learn takes in the texts of addresses that came since the last time.
func (x *connections) learn(ips *batch.Dict) {
	if len(x.texts) > len(ips.Text) { // forgotten meanwhile
		x.texts = x.texts[:0]
	}
	for _, text := range ips.Text[len(x.texts):] {
		x.texts = append(x.texts, hashText(text))
	}
}

// column returns CoversFrom of the rows of c, and remembers them.
func (x *connections) column(c *flowlog.Columns, ips, macs, strings *batch.Dict) batch.Column {
	x.learn(ips)
	n := c.Len()
	x.hash(c)
	x.covers = slices.Grow(x.covers[:0], n)[:n]
	x.valid = x.valid[:0].Grow(n)
	clear(x.valid)
	type log struct {
		mac, resource uint32
		kind          flowlog.LogType
	}
	var last log
	var t *openFlows
	record, row, start := 0, 0, 0
	for i := range c.Groups {
		g := &c.Groups[i]
		if g.End == row {
			continue
		}
		for c.Records[record].End <= row {
			record++
		}
		rec := &c.Records[record]
		if k := (log{g.MAC, rec.Resource, rec.Type}); t == nil || k != last {
			x.look(t, c, start, row)
			t, last, start = x.log(logKey{macs.Text[g.MAC], rec.Type.String(), strings.Text[rec.Resource]}), k, row
		}
		row = g.End
	}
	x.look(t, c, start, row)
	return batch.Column{Form: batch.Plain, Ints: x.covers, Valid: x.valid}
}

// hash fills hashes for the rows of c.
func (x *connections) hash(c *flowlog.Columns) {
	n := c.Len()
	x.hashes = slices.Grow(x.hashes[:0], n)[:n]
	src, dest, srcPort, destPort := c.Src[:n], c.Dest[:n], c.SrcPort[:n], c.DestPort[:n]
	protocols, direction, status, state := c.Protocol[:n], c.Direction[:n], c.Status[:n], c.State[:n]
	for i := range x.hashes {
		if status[i] == uint32(flowlog.Denied) || state[i] == flowlog.StateNone {
			x.hashes[i] = 0
			continue
		}
		protocol := protocols[i]
		if protocol >= 256 {
			protocol = letter(c.Dict.Protocols.Name(protocol))
		}
		x.hashes[i] = hashOf(x.texts[src[i]], x.texts[dest[i]], srcPort[i], destPort[i], protocol, direction[i])
	}
}

// look fills CoversFrom of rows of c, all of one log.
func (x *connections) look(t *openFlows, c *flowlog.Columns, from, to int) {
	for from < to {
		end := min((from|63)+1, to) // of the rows of a word of valid
		hashes, times, states, covers := x.hashes[from:end], c.Time[from:end], c.State[from:end], x.covers[from:end]
		word := uint64(0)
		for i, h := range hashes {
			if h == 0 {
				continue
			}
			state := states[i]
			last := x.seen(t, h, times[i], state == flowlog.StateB, state == flowlog.StateE)
			covers[i] = last
			known := uint64(0)
			if last != unknown {
				known = 1
			}
			word |= known << ((from + i) & 63)
		}
		x.valid[from>>6] |= word
		from = end
	}
}

// letter returns a number for a protocol that has none.
func letter(name string) uint32 { return uint32(hashText(name)) | 1<<31 }

// log returns the table of a log.
func (x *connections) log(k logKey) *openFlows {
	t := x.logs[k]
	if t == nil {
		t = &openFlows{slots: make([]openFlow, minSlots)}
		x.logs[k] = t
		x.slots += minSlots
	}
	x.reads++
	t.read = x.reads
	if x.slots > maxSlots {
		x.shrink(t)
	}
	return t
}

// seen notes a tuple, and returns the time of the connection's tuple before it;
// unknown if that is not known, or if the tuple begins the connection.
func (x *connections) seen(t *openFlows, h uint64, at int64, begins, ends bool) int64 {
	mask := uint64(len(t.slots) - 1)
	i := h & mask
	for t.slots[i].hash != h {
		if t.slots[i].hash == 0 {
			if !ends {
				t.slots[i] = openFlow{h, at}
				if t.used++; 2*t.used > len(t.slots) {
					x.tidy(t)
				}
			}
			return unknown
		}
		i = (i + 1) & mask
	}
	last := t.slots[i].last
	if ends {
		t.remove(i)
	} else {
		t.slots[i].last = max(last, at)
	}
	if begins || last > at {
		return unknown
	}
	return last
}

// remove frees slot i. What would not be found behind a free slot moves to it.
func (t *openFlows) remove(i uint64) {
	mask := uint64(len(t.slots) - 1)
	for k := (i + 1) & mask; t.slots[k].hash != 0; k = (k + 1) & mask {
		if away := (k - t.slots[k].hash) & mask; away >= (k-i)&mask {
			t.slots[i] = t.slots[k]
			i = k
		}
	}
	t.slots[i] = openFlow{}
	t.used--
}

// maxOpen is how many connections of one log are remembered when there are more.
const maxOpen = maxSlots / 6

// tidy makes room for more connections.
func (x *connections) tidy(t *openFlows) {
	live := slices.DeleteFunc(t.slots, func(s openFlow) bool { return s.hash == 0 })
	if len(live) > maxOpen {
		slices.SortFunc(live, func(a, b openFlow) int { return cmp.Compare(b.last, a.last) })
		live = live[:maxOpen/2]
	}
	x.slots -= len(t.slots)
	size := minSlots
	for size < 3*len(live) {
		size *= 2
	}
	t.slots, t.used = make([]openFlow, size), len(live)
	x.slots += size
	mask := uint64(size - 1)
	for _, s := range live {
		i := s.hash & mask
		for t.slots[i].hash != 0 {
			i = (i + 1) & mask
		}
		t.slots[i] = s
	}
}

// shrink forgets logs until half of the room is free; keep is being read.
func (x *connections) shrink(keep *openFlows) {
	type old struct {
		key  logKey
		read int64
	}
	var all []old
	for k, t := range x.logs {
		if t != keep {
			all = append(all, old{k, t.read})
		}
	}
	slices.SortFunc(all, func(a, b old) int { return cmp.Compare(a.read, b.read) })
	for _, o := range all {
		if x.slots <= maxSlots/2 {
			return
		}
		x.slots -= len(x.logs[o.key].slots)
		delete(x.logs, o.key)
	}
}

// readBack takes in what the lake had of the hours of c's tuples and of those
// before, if it has not yet; but for generations of blobs that replaced accepts.
func (x *connections) readBack(ctx context.Context, c *flowlog.Columns, replaced func(lake.BlobGen) bool) error {
	if x.before == 0 {
		return nil
	}
	last := int64(-1 << 62)
	for _, t := range c.Time {
		if t >= last && t < last+microsPerHour {
			continue
		}
		hour := floorDiv(t, microsPerHour)
		last = hour * microsPerHour
		for h := hour - lookBack; h <= hour; h++ {
			if x.hours[h] {
				continue
			}
			x.hours[h] = true
			if err := x.readHour(ctx, h, replaced); err != nil {
				return err
			}
		}
	}
	return nil
}

func (x *connections) readHour(ctx context.Context, hour int64, replaced func(lake.BlobGen) bool) (err error) {
	snap, err := x.lake.Snapshot(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, snap.Close()) }()
	from, to := hour*microsPerHour, (hour+1)*microsPerHour
	segs, err := snap.Segments(ctx, tableFlows, lake.TimeRange{From: time.UnixMicro(from).UTC(), To: time.UnixMicro(to).UTC()})
	if err != nil {
		return err
	}
	segs = slices.DeleteFunc(segs, func(s lake.Segment) bool { return s.ID > x.before })
	slices.SortFunc(segs, func(a, b lake.Segment) int { return cmp.Or(a.MinTime.Compare(b.MinTime), cmp.Compare(a.ID, b.ID)) })
	pick := func(p rollup.Position) int {
		if p.Time < from || p.Time >= to || replaced(p.Blob) {
			return -1
		}
		return 0
	}
	for _, s := range segs {
		if err := rollup.Scan(ctx, x.lake, s, readColumns, pick, func(b *batch.Batch, _ int) error {
			x.read(b)
			return nil
		}); err != nil {
			return fmt.Errorf("read %s back: %w", s.Name, err)
		}
	}
	return nil
}

// readColumns are the columns of Flows that tell connections.
var readColumns = []string{
	"TimeGenerated", "SrcIp", "DestIp", "SrcPort", "DestPort", "Protocol", "L4Protocol", "FlowDirection", "FlowState", "FlowStatus",
	"FlowLogType", "MacAddress", "TargetResourceId", "FlowLogResourceId", "BlobId", "BlobGeneration",
}

// read notes rows of Flows, of which b has readColumns.
func (x *connections) read(b *batch.Batch) {
	column := func(name string) *batch.Column { return &b.Columns[b.Index(name)] }
	texts := func(name string) func(row int) string {
		c := column(name)
		ids := c.AppendIDs(nil, 0, b.Rows)
		return func(row int) string {
			if ids[row] == batch.Null {
				return ""
			}
			return c.Dict.Text[ids[row]]
		}
	}
	number := func(c *batch.Column, row int) uint32 {
		if v, ok := c.IntAt(row); ok {
			return uint32(v)
		}
		return flowlog.NoPort
	}
	src, dest, state, status, direction := texts("SrcIp"), texts("DestIp"), texts("FlowState"), texts("FlowStatus"), texts("FlowDirection")
	mac, kind, target, log, l4 := texts("MacAddress"), texts("FlowLogType"), texts("TargetResourceId"), texts("FlowLogResourceId"), texts("L4Protocol")
	times, srcPort, destPort, protocols := column("TimeGenerated"), column("SrcPort"), column("DestPort"), column("Protocol")
	var last logKey
	var t *openFlows
	for row := range b.Rows {
		if status(row) == "Denied" || state(row) == "" || x.nics != nil && !x.nics[mac(row)] {
			continue
		}
		k := logKey{mac(row), kind(row), log(row)}
		if k.kind == flowlog.NSG.String() {
			k.resource = target(row)
		}
		if t == nil || k != last {
			last, t = k, x.log(k)
		}
		protocol := number(protocols, row)
		if protocol == flowlog.NoPort {
			protocol = letter(l4(row))
		}
		way := uint32(flowlog.Inbound)
		if direction(row) == "Outbound" {
			way = uint32(flowlog.Outbound)
		}
		at, _ := times.IntAt(row) // never null
		h := hashOf(hashText(src(row)), hashText(dest(row)), number(srcPort, row), number(destPort, row), protocol, way)
		x.seen(t, h, at, state(row) == "B", state(row) == "E")
	}
}
