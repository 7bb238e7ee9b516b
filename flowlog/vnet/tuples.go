package vnet

import (
	"github.com/azflow/azflow/flowlog"
	"github.com/azflow/azflow/flowlog/internal/wire"
)

// readTuples appends the tuples from the opening quote at i on that are
// written as Azure writes version 4, and returns the index after the last one.
// The first that is not ends it and is left to [wire.Reader.Tuple].
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
		ms, ok := clock.Time(s, 1, 13)
		if !ok || s.At(14) != ',' || ms < wire.SecondsBelow {
			break
		}
		from, to, at := r.Ends(s, i, 15)
		if at == 0 {
			break
		}
		// Protocol, direction and state: "6,O,B," or "17,O,B,".
		x := s.Load(at)
		ten, one := uint64(0), x&0xff^'0'
		at += 6
		if byte(x>>8) != ',' {
			x >>= 8
			ten, one = one, x&0xff^'0'
			at++
		}
		dir, st := wire.Directions[byte(x>>16)], wire.States[byte(x>>32)]
		if ten > 9 || one > 9 || x&0xff00ff00ff00 != ','<<8|','<<24|','<<40 || dir == 0 || st == 0 {
			break
		}
		enc := uint32(0)
		if x = s.Load(at); x&0xffffff == 'N'|'X'<<8|','<<16 {
			enc, at = flowlog.EncryptionNX, at+3
		} else if x&0xffff == 'X'|','<<8 {
			enc, at = flowlog.EncryptionX, at+2
		} else if enc, at = readEncryption(c.Dict, s, at); enc == 0 {
			break
		}
		p0, b0, p1, b1, quote := s.Counters(at)
		if quote == 0 || i+int(quote) >= end {
			break
		}
		have := flowlog.HasCounters
		if p0|b0|p1|b1 == 0 && (st == flowlog.StateB || st == flowlog.StateD) {
			have = 0
		}
		stat := flowlog.Allowed
		if st == flowlog.StateD {
			stat = flowlog.Denied
		}
		time[n] = int64(ms) * 1000
		srcPort[n], destPort[n] = from, to
		protocol[n] = uint32(10*ten + one)
		direction[n], status[n] = dir-1, uint32(stat)
		state[n], encryption[n] = st, enc
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
	if n > c.Len() {
		r.Seen(13)
		c.SetLen(n)
	}
	return next
}

// readEncryption returns the id of the encryption value at i, if it is a
// documented one, and the index after the comma that ends it.
func readEncryption(d *flowlog.Dict, s *wire.Span, i uint) (id uint32, next uint) {
	for id := flowlog.EncryptionX; id <= flowlog.EncryptionNXFallback; id++ {
		if text := d.Encryptions.Text(id); s.Has(i, text) && s.At(i+uint(len(text))) == ',' {
			return id, i + uint(len(text)) + 1
		}
	}
	return 0, i
}
