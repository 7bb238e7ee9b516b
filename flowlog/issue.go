package flowlog

import (
	"cmp"
	"fmt"
	"slices"
)

// IssueKind says how much of the input an [Issue] refused.
type IssueKind uint8

// The kinds of issues, from the widest to the narrowest.
const (
	BlobIssue   IssueKind = iota + 1 // a stretch of bytes that belongs to no record
	RecordIssue                      // a record
	TupleIssue                       // a tuple
)

// String returns the kind as the IngestErrors table spells it.
func (k IssueKind) String() string {
	switch k {
	case BlobIssue:
		return "blob"
	case RecordIssue:
		return "record"
	case TupleIssue:
		return "tuple"
	}
	return ""
}

// MaxIssueRaw is how many bytes of the refused input an [Issue] keeps.
const MaxIssueRaw = 4 << 10

// MaxIssuesPerRecord is how many refused tuples of one record get an [Issue]
// of their own; the rest are counted in the last one.
const MaxIssuesPerRecord = 1000

// Issue is input that was refused: where, why, and what it was.
type Issue struct {
	Kind   IssueKind
	Record int64  // ordinal of the record it is or lies in, or would have been next
	Tuple  int64  // ordinal of the tuple, -1 unless Kind is TupleIssue
	Offset int64  // its first byte, from the blob's start
	Reason string // lower case, without the input's text
	Raw    string // the input as it stands in the blob, at most MaxIssueRaw bytes
	Count  int64  // how many were refused: 1, or more for the last issue of a record
}

// Error returns the issue as one line.
func (i *Issue) Error() string {
	s := fmt.Sprintf("%s at byte %d (record %d", i.Kind, i.Offset, i.Record)
	if i.Tuple >= 0 {
		s += fmt.Sprintf(", tuple %d", i.Tuple)
	}
	s += "): " + i.Reason
	if i.Count > 1 {
		s += fmt.Sprintf(" (and %d more in this record)", i.Count-1)
	}
	return s
}

// DriftKind says in which respect input departs from the documented format.
type DriftKind uint8

// The kinds of drift.
const (
	UnknownKey        DriftKind = iota + 1 // a key that no documented record has, with its path
	UnknownVersion                         // a format version no documentation names
	UnknownState                           // a flow state other than B, C, E, D
	UnknownProtocol                        // a protocol that is neither T, U nor a number
	UnknownEncryption                      // an encryption value MS Learn does not list
	UnusualShape                           // a tuple of a length that its version does not have
	UnusualValue                           // a value of another type or form than documented
)

// String returns a short name.
func (k DriftKind) String() string {
	switch k {
	case UnknownKey:
		return "unknown key"
	case UnknownVersion:
		return "unknown version"
	case UnknownState:
		return "unknown state"
	case UnknownProtocol:
		return "unknown protocol"
	case UnknownEncryption:
		return "unknown encryption"
	case UnusualShape:
		return "unusual shape"
	case UnusualValue:
		return "unusual value"
	}
	return ""
}

// maxDrift bounds the distinct departures kept, so that hostile input cannot
// grow the count without end.
const maxDrift = 1000

// Drift counts departures from the documented formats that cost nothing.
type Drift struct {
	counts map[driftKey]int64
	// Lost counts departures that were not kept apart because there were too
	// many different ones.
	Lost int64
}

type driftKey struct {
	kind DriftKind
	what string
}

// DriftCount is one departure and how often it was met.
type DriftCount struct {
	Kind  DriftKind
	What  string // the key's path, the value or the shape
	Count int64
}

// Add counts n departures of one kind. It keeps no reference to what.
func (d *Drift) Add(kind DriftKind, what []byte, n int64) {
	if len(what) > 256 {
		what = what[:256]
	}
	if c, ok := d.counts[driftKey{kind, string(what)}]; ok {
		d.counts[driftKey{kind, string(what)}] = c + n
		return
	}
	if len(d.counts) >= maxDrift {
		d.Lost += n
		return
	}
	if d.counts == nil {
		d.counts = map[driftKey]int64{}
	}
	d.counts[driftKey{kind, string(what)}] = n
}

// Counts returns every departure, by kind and then by what.
func (d *Drift) Counts() []DriftCount {
	var all []DriftCount
	for k, n := range d.counts {
		all = append(all, DriftCount{k.kind, k.what, n})
	}
	slices.SortFunc(all, func(a, b DriftCount) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.What, b.What))
	})
	return all
}

// Reset forgets every departure.
func (d *Drift) Reset() {
	clear(d.counts)
	d.Lost = 0
}
