package wire

import (
	"math"
	"strconv"
	"unicode/utf8"

	"github.com/azflow/azflow/flowlog"
)

// Tuple is one flow tuple, its texts replaced by ids.
type Tuple struct {
	Time       int64
	Src, Dest  uint32
	SrcPort    uint32
	DestPort   uint32
	Protocol   uint32
	Direction  flowlog.Direction
	Status     flowlog.Status
	State      uint32
	Encryption uint32
	Flags      flowlog.Flags
	Counters   [4]int64 // packets and bytes from source to destination, then back
}

// SecondsBelow tells Unix seconds from milliseconds: as milliseconds it is
// March 1973, as seconds the year 5138.
const SecondsBelow = 1e11

// maxMillis is the last millisecond of the year 9999.
const maxMillis = 253402300799999

// maxParts is the length of the longest tuple, those of versions 2 and 4.
const maxParts = 13

// split cuts text at its commas. It returns the number of parts, which may be
// more than fit.
func split(text []byte, parts *[maxParts][]byte) (n int) {
	start := 0
	for i, c := range text {
		if c == ',' {
			if n < maxParts {
				parts[n] = text[start:i]
			}
			n++
			start = i + 1
		}
	}
	if n < maxParts {
		parts[n] = text[start:]
	}
	return n + 1
}

// Layout says what the parts of a tuple are.
type Layout uint8

// The layouts, by envelope.
const (
	LayoutNSG  Layout = iota + 1 // time, ends, protocol, direction, decision, state, counters
	LayoutVNet                   // time, ends, protocol, direction, state, encryption, counters
)

// Tuple appends the tuple that text is. It returns why it does not if text is
// no tuple, and the empty string if it is one.
func (r *Reader) Tuple(text []byte, layout Layout) (refused string) {
	var p [maxParts][]byte
	n := split(text, &p)
	counters, encryption := -1, -1
	total := false
	switch layout {
	case LayoutNSG:
		switch n {
		case 8, 9:
		case 10: // totals of both directions, as in one published sample
			counters, total = 8, true
		case 13:
			counters = 9
		default:
			return "an NSG flow log tuple has 8 or 13 parts"
		}
	case LayoutVNet:
		switch n {
		case 8:
		case 9:
			encryption = 8
		case 12: // a third party's, without encryption
			counters = 8
		case 13:
			encryption, counters = 8, 9
		default:
			return "a virtual network flow log tuple has 13 parts"
		}
	}
	var t Tuple
	ms, ok := parseUint(p[0])
	if !ok {
		return "time is not a number"
	}
	if ms < SecondsBelow {
		ms *= 1000
	}
	if ms > maxMillis {
		return "time is beyond the year 9999"
	}
	t.Time = int64(ms) * 1000
	var err error
	if t.Src, err = r.dst.Dict.Addresses.ID(p[1]); err != nil {
		return "source is not an IP address"
	}
	if t.Dest, err = r.dst.Dict.Addresses.ID(p[2]); err != nil {
		return "destination is not an IP address"
	}
	if t.SrcPort, ok = parsePort(p[3]); !ok {
		return "source port is not a port"
	}
	if t.DestPort, ok = parsePort(p[4]); !ok {
		return "destination port is not a port"
	}
	if t.Protocol, ok = r.protocol(p[5]); !ok {
		return "protocol is not a protocol"
	}

	direction, decision := p[6], p[7]
	if total && (is(direction, 'A') || is(direction, 'D')) { // nobody documents the order
		direction, decision = decision, direction
	}
	switch {
	case is(direction, 'I'):
	case is(direction, 'O'):
		t.Direction = flowlog.Outbound
	default:
		return "direction is neither I nor O"
	}
	state := p[7]
	if layout == LayoutNSG {
		switch {
		case is(decision, 'A'):
		case is(decision, 'D'):
			t.Status = flowlog.Denied
		default:
			return "decision is neither A nor D"
		}
		state = nil
		if n == 9 || n == 13 {
			state = p[8]
		}
	}
	if t.State, ok = r.state(state); !ok {
		return "flow state is not a state"
	}
	if layout == LayoutVNet && t.State == flowlog.StateD {
		t.Status = flowlog.Denied
	}
	if encryption >= 0 {
		if t.Encryption, ok = r.encryption(p[encryption]); !ok {
			return "flow encryption is not an encryption value"
		}
	}
	if counters >= 0 {
		k := 4
		if total {
			k, t.Flags = 2, t.Flags|flowlog.HasTotals
		}
		for c := range k {
			text := p[counters+c]
			if len(text) == 0 {
				continue
			}
			v, ok := parseUint(text)
			if !ok || v > math.MaxInt64 {
				return "counter is not a count"
			}
			t.Counters[c] = int64(v)
			t.Flags |= flowlog.HasPacketsSrcToDest << c
		}
	}
	r.seen(n)
	r.Append(&t)
	return ""
}

func is(s []byte, c byte) bool { return len(s) == 1 && s[0] == c }

// parseUint reads decimal digits, at least one, at most 2^63-1.
func parseUint(s []byte) (v uint64, ok bool) {
	if len(s) == 0 || len(s) > 19 {
		return 0, false
	}
	for _, c := range s {
		if !isDigit(c) {
			return 0, false
		}
		v = v*10 + uint64(c-'0')
	}
	return v, v <= math.MaxInt64
}

// parsePort reads a port, which protocols without ports leave empty.
func parsePort(s []byte) (uint32, bool) {
	if len(s) == 0 {
		return flowlog.NoPort, true
	}
	v, ok := parseUint(s)
	return uint32(v), ok && v <= math.MaxUint16
}

func (r *Reader) protocol(s []byte) (id uint32, ok bool) {
	switch {
	case is(s, 'T'):
		return 6, true
	case is(s, 'U'):
		return 17, true
	}
	if v, ok := parseUint(s); ok && v <= math.MaxUint8 {
		return uint32(v), true
	}
	if !utf8.Valid(s) {
		return 0, false
	}
	id, ok = r.dst.Dict.Protocols.ID(s)
	if ok {
		r.drift(flowlog.UnknownProtocol, s)
	}
	return id, ok
}

func (r *Reader) state(s []byte) (id uint32, ok bool) {
	if !utf8.Valid(s) {
		return 0, false
	}
	id, ok = r.dst.Dict.States.ID(s)
	if ok && !r.dst.Dict.States.Known(id) {
		r.drift(flowlog.UnknownState, s)
	}
	return id, ok
}

func (r *Reader) encryption(s []byte) (id uint32, ok bool) {
	if !utf8.Valid(s) {
		return 0, false
	}
	id, ok = r.dst.Dict.Encryptions.ID(s)
	if ok && !r.dst.Dict.Encryptions.Known(id) {
		r.drift(flowlog.UnknownEncryption, s)
	}
	return id, ok
}

// Append appends t as a row, after making counters absent that are all zero
// where the format logs none: Microsoft's own samples write the counters of B
// and D as zeros in version 4 and as nothing in version 2.
func (r *Reader) Append(t *Tuple) {
	if t.Counters == [4]int64{} && (t.Status == flowlog.Denied || t.State == flowlog.StateB) {
		t.Flags &^= flowlog.HasCounters | flowlog.HasTotals
	}
	c := r.dst
	c.Grow(1)
	n := len(c.Time)
	c.SetLen(n + 1)
	c.Time[n] = t.Time
	c.Src[n], c.Dest[n] = t.Src, t.Dest
	c.SrcPort[n], c.DestPort[n] = t.SrcPort, t.DestPort
	c.Protocol[n] = t.Protocol
	c.Direction[n], c.Status[n] = uint32(t.Direction), uint32(t.Status)
	c.State[n], c.Encryption[n] = t.State, t.Encryption
	c.Flags[n] = t.Flags
	c.PacketsSrcToDest[n], c.BytesSrcToDest[n] = t.Counters[0], t.Counters[1]
	c.PacketsDestToSrc[n], c.BytesDestToSrc[n] = t.Counters[2], t.Counters[3]
}

// shapes notes which lengths of tuples a record has.
type shapes uint16

func (r *Reader) seen(parts int) { r.shapes |= 1 << parts }

// Seen notes that rows of tuples with the given number of parts were appended.
func (r *Reader) Seen(parts int) { r.seen(parts) }

func (s shapes) String() string {
	var b []byte
	for n := range 16 {
		if s&(1<<n) != 0 {
			if len(b) > 0 {
				b = append(b, ' ')
			}
			b = strconv.AppendInt(b, int64(n), 10)
		}
	}
	return string(b)
}
