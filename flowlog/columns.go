package flowlog

import (
	"iter"
	"math"
	"slices"
	"sort"
)

// Flags tell which optional values of a tuple are present. A value whose flag
// is not set is absent (null), and its column holds 0.
type Flags uint8

// The flags of a tuple.
const (
	HasPacketsSrcToDest Flags = 1 << iota
	HasBytesSrcToDest
	HasPacketsDestToSrc
	HasBytesDestToSrc
	// HasTotals says that the source-to-destination counters are totals of
	// both directions, since the log did not tell them apart.
	HasTotals
	// Rollover marks an E that is followed, in the same array and
	// millisecond, by a B of the same connection: the platform re-created the
	// flow, and a later E counts this one's packets and bytes again.
	Rollover
)

// NoPort stands for a port that was not logged.
const NoPort = math.MaxUint32

// HasCounters is the set of the four counter flags.
const HasCounters = HasPacketsSrcToDest | HasBytesSrcToDest | HasPacketsDestToSrc | HasBytesDestToSrc

// Columns is a batch of flow tuples, column by column. Row i of every tuple
// column is the same tuple; rows are in file order.
//
// What a tuple shares with its neighbours is kept as runs: a run covers the
// rows from its predecessor's End up to its own. Runs may be empty. Ids refer
// to Dict.
//
// The zero Columns is not ready for use; see [NewColumns]. Columns is not safe
// for concurrent use.
type Columns struct {
	Dict *Dict // what the ids mean; may be shared by many Columns of one goroutine

	Time       []int64  // when the flow event occurred, Unix microseconds
	Src        []uint32 // initiator, id in Dict.Addresses
	Dest       []uint32 // id in Dict.Addresses
	SrcPort    []uint32 // NoPort when absent
	DestPort   []uint32 // NoPort when absent
	Protocol   []uint32 // id in Dict.Protocols: below 256 the IANA number itself
	Direction  []uint32 // a Direction
	Status     []uint32 // a Status
	State      []uint32 // flow state as logged, id in Dict.States
	Encryption []uint32 // flow encryption as logged, id in Dict.Encryptions
	Flags      []Flags

	PacketsSrcToDest []int64 // counters since the flow's previous tuple; see Flags
	BytesSrcToDest   []int64
	PacketsDestToSrc []int64
	BytesDestToSrc   []int64

	Records  []RecordRun  // one for each decoded record, those without tuples included
	Groups   []GroupRun   // one for each array of tuples that has rows
	Ordinals []OrdinalRun // positions of the rows in the blob

	EmptyRules []EmptyRule // rules that were listed without a tuple
	Issues     []Issue     // what was refused, in file order
	Drift      Drift       // what was read but is not as documented
}

// RecordRun is what the tuples of one record share. MS Learn calls a record
// the log of one network interface for one minute.
type RecordRun struct {
	End int // row after the run

	Ordinal int64 // position among the blob's records, from 0, refused ones included
	Offset  int64 // first byte of the record, from the blob's start
	Length  int64 // bytes

	Ticks        int64   // time logged, 100 ns since 0001-01-01 UTC; 0 when absent
	Type         LogType // which kind of log
	Version      int32   // as logged; told from the tuples when absent
	Category     uint32  // Dict.Strings ids from here on; 0 when absent
	Operation    uint32
	MAC          uint32 // the record's MAC address as logged; GroupRun's is the authority
	Target       uint32 // targetResourceID
	Resource     uint32 // flowLogResourceID, or resourceId of an NSG flow log
	SystemID     uint32 // flowLogGUID, or systemId of an NSG flow log
	FlowState    uint32 // flow_state of an event
	OverrideSrc  uint32 // source_addr of an event: the source as the shipper knew it
	OverrideDest uint32 // destination_addr of an event
}

// GroupRun is what the tuples of one array share. Its ids are in Dict.Strings.
type GroupRun struct {
	End  int    // row after the run
	ACL  uint32 // aclID as logged; 0 for NSG flow logs, whose ACL is the record's Resource
	Rule uint32 // as logged
	MAC  uint32 // as logged, of the array or else of the record
}

// OrdinalRun numbers its rows: the first has ordinal First, and so on. Ordinals
// count the blob's tuples from 0, refused ones included.
type OrdinalRun struct {
	End   int // row after the run
	First int64
}

// EmptyRule is a rule that a record lists without any tuple, which proves that
// the rule existed unused. Its ids are in Dict.Strings.
type EmptyRule struct {
	Record int // index in Columns.Records
	ACL    uint32
	Rule   uint32
	MAC    uint32
}

// NewColumns returns an empty batch whose ids refer to d.
func NewColumns(d *Dict) *Columns { return &Columns{Dict: d} }

// Len returns the number of rows.
func (c *Columns) Len() int { return len(c.Time) }

// maxKept is how many rows Reset keeps the memory of: those of a record of usual
// tuples that is as large as one may be.
const maxKept = 1 << 20

// Reset empties c and keeps its memory, unless it is very much. It does not
// reset Dict.
func (c *Columns) Reset() {
	if cap(c.Time) > maxKept {
		*c = Columns{Dict: c.Dict, Issues: c.Issues, Drift: c.Drift}
	}
	c.Truncate(Mark{})
	clear(c.Issues[:cap(c.Issues)])
	c.Drift.Reset()
}

// Mark is a point in a batch to which [Columns.Truncate] can return.
type Mark struct {
	Rows, Records, Groups, Ordinals, EmptyRules, Issues int
}

// Mark returns the current end of c.
func (c *Columns) Mark() Mark {
	return Mark{len(c.Time), len(c.Records), len(c.Groups), len(c.Ordinals), len(c.EmptyRules), len(c.Issues)}
}

// Truncate drops everything but drift that was appended after m was taken.
func (c *Columns) Truncate(m Mark) {
	c.SetLen(m.Rows)
	c.Records = c.Records[:m.Records]
	c.Groups = c.Groups[:m.Groups]
	c.Ordinals = c.Ordinals[:m.Ordinals]
	c.EmptyRules = c.EmptyRules[:m.EmptyRules]
	c.Issues = c.Issues[:m.Issues]
}

// SetLen sets the length of every tuple column to n, which must not exceed
// their capacity. Decoders that write columns directly call it.
func (c *Columns) SetLen(n int) {
	c.Time = c.Time[:n]
	c.Src = c.Src[:n]
	c.Dest = c.Dest[:n]
	c.SrcPort = c.SrcPort[:n]
	c.DestPort = c.DestPort[:n]
	c.Protocol = c.Protocol[:n]
	c.Direction = c.Direction[:n]
	c.Status = c.Status[:n]
	c.State = c.State[:n]
	c.Encryption = c.Encryption[:n]
	c.Flags = c.Flags[:n]
	c.PacketsSrcToDest = c.PacketsSrcToDest[:n]
	c.BytesSrcToDest = c.BytesSrcToDest[:n]
	c.PacketsDestToSrc = c.PacketsDestToSrc[:n]
	c.BytesDestToSrc = c.BytesDestToSrc[:n]
}

// Part makes p the rows of c from from up to but without to, with their records,
// groups and ordinals, the first and last of which may be cut. It shares the tuple
// columns and the Dict of c; empty rules, issues and drift are left out.
func (c *Columns) Part(p *Columns, from, to int) {
	*p = Columns{
		Dict: c.Dict, Time: c.Time[from:to],
		Src: c.Src[from:to], Dest: c.Dest[from:to], SrcPort: c.SrcPort[from:to], DestPort: c.DestPort[from:to],
		Protocol: c.Protocol[from:to], Direction: c.Direction[from:to], Status: c.Status[from:to],
		State: c.State[from:to], Encryption: c.Encryption[from:to], Flags: c.Flags[from:to],
		PacketsSrcToDest: c.PacketsSrcToDest[from:to], BytesSrcToDest: c.BytesSrcToDest[from:to],
		PacketsDestToSrc: c.PacketsDestToSrc[from:to], BytesDestToSrc: c.BytesDestToSrc[from:to],
		Records: p.Records[:0], Groups: p.Groups[:0], Ordinals: p.Ordinals[:0],
	}
	for i := sort.Search(len(c.Records), func(i int) bool { return c.Records[i].End > from }); i < len(c.Records); i++ {
		r := c.Records[i]
		r.End = min(r.End, to) - from
		if p.Records = append(p.Records, r); r.End == to-from {
			break
		}
	}
	for i := sort.Search(len(c.Groups), func(i int) bool { return c.Groups[i].End > from }); i < len(c.Groups); i++ {
		g := c.Groups[i]
		g.End = min(g.End, to) - from
		if p.Groups = append(p.Groups, g); g.End == to-from {
			break
		}
	}
	start := 0
	i := sort.Search(len(c.Ordinals), func(i int) bool { return c.Ordinals[i].End > from })
	if i > 0 {
		start = c.Ordinals[i-1].End
	}
	for ; i < len(c.Ordinals); i++ {
		o := c.Ordinals[i]
		o.First += int64(max(0, from-start))
		start = o.End
		o.End = min(o.End, to) - from
		if p.Ordinals = append(p.Ordinals, o); o.End == to-from {
			break
		}
	}
}

// Grow makes room for n more rows in every tuple column, without changing
// their length.
func (c *Columns) Grow(n int) {
	want := len(c.Time) + n
	if want <= cap(c.Time) {
		return
	}
	want = max(want, cap(c.Time)+cap(c.Time)/2)
	want = (want + 1023) &^ 1023
	c.Time = grow(c.Time, want)
	c.Src = grow(c.Src, want)
	c.Dest = grow(c.Dest, want)
	c.SrcPort = grow(c.SrcPort, want)
	c.DestPort = grow(c.DestPort, want)
	c.Protocol = grow(c.Protocol, want)
	c.Direction = grow(c.Direction, want)
	c.Status = grow(c.Status, want)
	c.State = grow(c.State, want)
	c.Encryption = grow(c.Encryption, want)
	c.Flags = grow(c.Flags, want)
	c.PacketsSrcToDest = grow(c.PacketsSrcToDest, want)
	c.BytesSrcToDest = grow(c.BytesSrcToDest, want)
	c.PacketsDestToSrc = grow(c.PacketsDestToSrc, want)
	c.BytesDestToSrc = grow(c.BytesDestToSrc, want)
}

// grow returns s with a capacity of exactly n: all columns hold the same rows
// and must have the same room.
func grow[T any](s []T, n int) []T {
	t := make([]T, len(s), n)
	copy(t, s)
	return t
}

// Bitmap returns which rows have all the flags of f: bit i%64 of word i/64 is
// row i's. It uses the memory of words.
func (c *Columns) Bitmap(words []uint64, f Flags) []uint64 {
	n := (len(c.Flags) + 63) / 64
	words = slices.Grow(words[:0], n)[:n]
	for w := range words {
		rows := c.Flags[64*w : min(64*w+64, len(c.Flags))]
		var word uint64
		for i, have := range rows {
			var bit uint64
			if have&f == f {
				bit = 1
			}
			word |= bit << i
		}
		words[w] = word
	}
	return words
}

// Rows yields, for each row, the row number, its record, its group and its
// tuple ordinal. The pointers are valid until c changes.
func (c *Columns) Rows() iter.Seq2[int, Row] {
	return func(yield func(int, Row) bool) {
		var rec, grp, ord, ordStart int
		for i := range c.Time {
			for c.Records[rec].End <= i {
				rec++
			}
			for c.Groups[grp].End <= i {
				grp++
			}
			for c.Ordinals[ord].End <= i {
				ordStart = c.Ordinals[ord].End
				ord++
			}
			if !yield(i, Row{&c.Records[rec], &c.Groups[grp], c.Ordinals[ord].First + int64(i-ordStart)}) {
				return
			}
		}
	}
}

// Row is what the runs of a batch say about one row.
type Row struct {
	Record *RecordRun
	Group  *GroupRun
	Tuple  int64 // tuple ordinal
}
