package flowlog

import (
	"net/netip"
	"time"
)

// A Record is one flow tuple together with the record and rule it was logged
// under.
type Record struct {
	Time       time.Time // when the flow event occurred, UTC
	Src, Dest  netip.Addr
	SrcPort    uint32 // NoPort when absent
	DestPort   uint32 // NoPort when absent
	Protocol   int    // IANA number, -1 when ProtocolText is no protocol known to us
	L4Protocol string // TCP, UDP, else as logged
	Direction  Direction
	Status     Status
	State      string // B, C, E, D, others as logged; empty for version 1
	Encryption string // as logged; empty for NSG flow logs
	Flags      Flags  // which of the counters are present

	PacketsSrcToDest int64
	BytesSrcToDest   int64
	PacketsDestToSrc int64
	BytesDestToSrc   int64

	RecordTime  time.Time // when the record was logged, zero when absent
	RecordTicks int64     // the same, 100 ns since 0001-01-01 UTC
	Type        LogType
	Version     int
	Category    string
	MAC         string // as logged; see FormatMAC
	ACL         string // as logged
	Rule        string // as logged
	Target      string // targetResourceID
	Resource    string // flowLogResourceID, or resourceId of an NSG flow log
	SystemID    string // flowLogGUID, or systemId of an NSG flow log

	RecordOrdinal int64 // position among the blob's records, from 0, refused ones included
	TupleOrdinal  int64 // position among the blob's tuples, from 0, refused ones included
}

// A Decoder reads flow logs tuple by tuple.
//
// Decode calls yield once for each flow tuple in b, in file order, and returns
// the number of bytes that hold whole records: a blob still being appended to
// ends in the middle of one, and the next call on the same Decoder takes
// b[n:] and what follows. It returns the first error from yield unchanged, and
// no other.
//
// The Record passed to yield is valid until yield returns. Decode retains
// neither b nor the Record.
type Decoder interface {
	Decode(b []byte, yield func(*Record) error) (n int, err error)
}

// A ColumnDecoder reads flow logs a window at a time.
//
// DecodeColumns appends the whole records of b to dst and returns the number
// of bytes they take up, which is also added to cur.Offset; the next call takes
// b[n:] and what follows. Decoding a blob in any number of windows gives the
// same columns as decoding it whole. What remains when nothing follows (the
// closing brackets, white space) is not consumed, so that a blob that grows can
// be read on from cur.
//
// With final set, b is the last window: a record cut short and other remains
// are reported as issues, and still not consumed.
//
// It retains neither b nor dst. It may read, without using, up to [Pad] bytes
// of b's spare capacity: with that much, the last tuples of b are decoded as
// fast as the others.
type ColumnDecoder interface {
	DecodeColumns(b []byte, final bool, cur *Cursor, dst *Columns) (n int)
}

// Pad is the spare capacity that a window should have after its last byte. A
// window without it is decoded to the same columns, its end more slowly.
const Pad = 256

// Cursor is where to read on in a blob. The zero Cursor is the blob's start.
type Cursor struct {
	Offset   int64 // bytes consumed
	Records  int64 // ordinal of the next record
	Tuples   int64 // ordinal of the next tuple
	Skipping bool  // inside a record too large to decode
}
