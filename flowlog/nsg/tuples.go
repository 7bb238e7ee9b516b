package nsg

import (
	"github.com/azflow/azflow/flowlog"
	"github.com/azflow/azflow/flowlog/internal/wire"
)

// readTuples appends the tuples from the opening quote at i on that are
// written as Azure writes versions 1 and 2, and returns the index after the
// last one. The first that is not ends it and is left to [wire.Reader.Tuple].
func readTuples(r *wire.Reader, i int) (next int) {
	c := r.Columns()
	r.Grow(i)
	n := c.Len()
	// Columns are filled up to their capacity, which is the same for all.
	time := c.Time[:cap(c.Time)]
	src, dest := c.Src[:len(time)], c.Dest[:len(time)]
	srcPort, destPort := c.SrcPort[:len(time)], c.DestPort[:len(time)]
	protocol := c.Protocol[:len(time)]
	direction, status := c.Direction[:len(time)], c.Status[:len(time)]
	state, encryption := c.State[:len(time)], c.Encryption[:len(time)]
	flags := c.Flags[:len(time)]
	packets, bytes := c.PacketsSrcToDest[:len(time)], c.BytesSrcToDest[:len(time)]
	packetsBack, bytesBack := c.PacketsDestToSrc[:len(time)], c.BytesDestToSrc[:len(time)]

	b, end := r.Padded(), r.Len()
	next = i
	var clock wire.Clock
	for ; n < len(time) && i+len(wire.Span{}) <= len(b); i++ {
		s := (*wire.Span)(b[i:])
		seconds, ok := clock.Time(s, 1, 10)
		if !ok || s.At(11) != ',' {
			break
		}
		from, to, at := r.Ends(s, i, 12)
		if at == 0 {
			break
		}
		// Protocol, direction and decision, and in version 2 the state: "T,I,A,B,".
		x := s.Load(at)
		proto, dir, stat := wire.Protocols[byte(x)], wire.Directions[byte(x>>16)], wire.Decisions[byte(x>>32)]
		if x&0xff00ff00 != ','<<8|','<<24 || proto == 0 || dir == 0 || stat == 0 {
			break
		}
		quote := at + 5
		var (
			st             uint32
			p0, b0, p1, b1 int64
			have           flowlog.Flags
		)
		if byte(x>>40) != '"' {
			st = wire.States[byte(x>>48)]
			if x>>40&0xff00ff != ','|','<<16 || st == 0 {
				break
			}
			at += 8
			if quote = at + 3; uint32(s.Load(at)) != ','|','<<8|','<<16|'"'<<24 {
				if p0, b0, p1, b1, quote = s.Counters(at); quote == 0 {
					break
				}
				have = flowlog.HasCounters
				if p0|b0|p1|b1 == 0 && (st == flowlog.StateB || stat-1 == uint32(flowlog.Denied)) {
					have = 0
				}
			}
		}
		if i+int(quote) >= end {
			break
		}
		time[n] = int64(seconds) * 1e6
		srcPort[n], destPort[n] = from, to
		protocol[n] = proto - 1
		direction[n], status[n] = dir-1, stat-1
		state[n], encryption[n] = st, flowlog.EncryptionNone
		packets[n], bytes[n] = p0, b0
		packetsBack[n], bytesBack[n] = p1, b1
		flags[n] = have
		n++
		i += int(quote) + 1
		due := r.Keep(next)
		next = i
		if due {
			if n, next, ok = r.Find(src, dest, n, next); !ok {
				break
			}
		}
		if r.At(i) != ',' || r.At(i+1) != '"' {
			break
		}
	}
	n, next, _ = r.Find(src, dest, n, next)
	for _, st := range state[c.Len():n] {
		if st != 0 {
			r.Seen(13)
		} else {
			r.Seen(8)
		}
	}
	c.SetLen(n)
	return next
}
