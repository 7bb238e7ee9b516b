// Package flowlog is the wire vocabulary of Azure flow logs: one [Record] for
// every flow tuple, whatever the format it was written in.
//
// The formats live in sub-packages: [github.com/azflow/azflow/flowlog/nsg]
// reads network security group flow logs (versions 1 and 2),
// [github.com/azflow/azflow/flowlog/vnet] virtual network flow logs (version 4)
// and [github.com/azflow/azflow/flowlog/event] the flattened events that some
// log shippers make of either.
// [github.com/azflow/azflow/flowlog/formats] lists them all and picks one by
// looking at the bytes: start there.
//
// Every decoder offers two ways in. [Decoder] yields one [Record] at a time and
// suits most programs. [ColumnDecoder] appends to [Columns], whose values are
// integers that refer to a [Dict]; it allocates nothing per tuple and suits
// programs that store flow logs.
//
// Input that cannot be read is never dropped in silence and never costs its
// neighbours: each refused tuple, record or stretch of bytes becomes an
// [Issue]. What can be read but is not as Microsoft documents it (an unknown
// key, state or version) is counted as [Drift].
package flowlog

import "time"

// Limits of one record. A record beyond them is refused, reported as an
// [Issue] and skipped.
const (
	MaxRecordSize  = 64 << 20 // bytes
	MaxRecordDepth = 64       // nested arrays and objects, the record itself included
)

// LogType is the family of a flow log.
type LogType uint8

// The families of flow logs.
const (
	VNet  LogType = iota + 1 // virtual network flow log
	NSG                      // network security group flow log
	Event                    // flattened event made of either by a log shipper
)

// String returns the type as the Flows table spells it.
func (t LogType) String() string {
	switch t {
	case VNet:
		return "VNet"
	case NSG:
		return "NSG"
	case Event:
		return "Event"
	}
	return ""
}

// Direction says which way a flow runs, seen from the network interface that
// logged it.
type Direction uint32

// The directions. MS Learn: I inbound, O outbound.
const (
	Inbound Direction = iota
	Outbound
)

// String returns "Inbound" or "Outbound".
func (d Direction) String() string {
	if d == Outbound {
		return "Outbound"
	}
	return "Inbound"
}

// Status says what the deciding rule did with a flow.
type Status uint32

// The statuses. NSG flow logs log the decision (A allowed, D denied); in
// virtual network flow logs denied is the flow state D.
const (
	Allowed Status = iota
	Denied
)

// String returns "Allowed" or "Denied".
func (s Status) String() string {
	if s == Denied {
		return "Denied"
	}
	return "Allowed"
}

// UnixTicks is the .NET tick count (100 ns since 0001-01-01 UTC) of the Unix
// epoch. Record times carry seven fractional digits, which ticks keep and
// microseconds do not.
const UnixTicks = 621355968000000000

// TicksToTime returns the UTC time of a tick count, and the zero time for 0.
func TicksToTime(ticks int64) time.Time {
	if ticks == 0 {
		return time.Time{}
	}
	t := ticks - UnixTicks
	return time.Unix(t/1e7, t%1e7*100).UTC()
}

// TicksToMicros returns the Unix microseconds of a tick count, cutting the
// seventh digit. It returns the micros of year 1 for 0.
func TicksToMicros(ticks int64) int64 { return floorDiv(ticks-UnixTicks, 10) }

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}
