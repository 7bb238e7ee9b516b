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
	c.Grow(1)
	addresses := &c.Dict.Addresses
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
	for ; n < len(time) && i+len(wire.Span{}) <= len(b); i++ {
		s := (*wire.Span)(b[i:])
		ms, ok := s.Digits13(1)
		if !ok || s.At(14) != ',' || ms < wire.SecondsBelow {
			break
		}
		at := uint(15)
		key0, key1, to := s.Address(at)
		srcID, ok := addresses.Lookup(key0, key1)
		if !ok {
			id, after, ok := r.NewAddress(i + int(at))
			if !ok {
				break
			}
			srcID, to = id, uint(after-i)
		}
		at = to
		key0, key1, to = s.Address(at)
		destID, ok := addresses.Lookup(key0, key1)
		if !ok {
			id, after, ok := r.NewAddress(i + int(at))
			if !ok {
				break
			}
			destID, to = id, uint(after-i)
		}
		at = to
		sp, to := s.Digits(at)
		if to-at-1 >= 5 || s.At(to) != ',' || sp > 65535 {
			break
		}
		at = to + 1
		dp, to := s.Digits(at)
		if to-at-1 >= 5 || s.At(to) != ',' || dp > 65535 {
			break
		}
		at = to + 1
		proto, to := s.Digits(at)
		if to-at-1 >= 3 || s.At(to) != ',' || proto > 255 {
			break
		}
		at = to + 1

		// Direction, state and encryption: "O,B,NX,".
		x := s.Load(at)
		dir, st := directions[byte(x)], states[byte(x>>16)]
		if x&0xff00ff00 != ','<<8|','<<24 || dir == 0 || st == 0 {
			break
		}
		var enc uint32
		if uint32(x>>32)&0xffffff == 'N'|'X'<<8|','<<16 {
			enc = flowlog.EncryptionNX
			at += 7
		} else if uint32(x>>32)&0xffff == 'X'|','<<8 {
			enc = flowlog.EncryptionX
			at += 6
		} else if enc, at = readEncryption(c.Dict, s, at+4); enc == 0 {
			break
		}

		p0, to := s.Count(at)
		if to == at || s.At(to) != ',' {
			break
		}
		at = to + 1
		b0, to := s.Count(at)
		if to == at || s.At(to) != ',' {
			break
		}
		at = to + 1
		p1, to := s.Count(at)
		if to == at || s.At(to) != ',' {
			break
		}
		at = to + 1
		b1, to := s.Count(at)
		if to == at || s.At(to) != '"' || i+int(to) >= end {
			break
		}

		time[n] = int64(ms) * 1000
		src[n], dest[n] = srcID, destID
		srcPort[n], destPort[n] = uint32(sp), uint32(dp)
		protocol[n] = uint32(proto)
		direction[n] = dir - 1
		status[n] = statuses[st&7]
		state[n], encryption[n] = st, enc
		packets[n], bytes[n], packetsBack[n], bytesBack[n] = int64(p0), int64(b0), int64(p1), int64(b1)
		have := flowlog.HasCounters
		if p0|b0|p1|b1 == 0 && (st == flowlog.StateB || st == flowlog.StateD) {
			have = 0
		}
		flags[n] = have
		n++
		i += int(to) + 1
		next = i
		if r.At(i) != ',' || r.At(i+1) != '"' {
			break
		}
	}
	if n > c.Len() {
		r.Seen(13)
		c.SetLen(n)
	}
	return next
}

// readEncryption returns the id of the encryption value at i, if it is one
// that the dictionary has, and the index after the comma that ends it.
func readEncryption(d *flowlog.Dict, s *wire.Span, i uint) (id uint32, next uint) {
	for id := flowlog.EncryptionNXHardware; id <= flowlog.EncryptionNXFallback; id++ {
		if text := d.Encryptions.Text(id); s.Has(i, text) && s.At(i+uint(len(text))) == ',' {
			return id, i + uint(len(text)) + 1
		}
	}
	return 0, i
}

// By letter, the id of each documented state and one more than each direction;
// by state, the status.
var (
	states     = [256]uint32{'B': flowlog.StateB, 'C': flowlog.StateC, 'E': flowlog.StateE, 'D': flowlog.StateD}
	directions = [256]uint32{'I': uint32(flowlog.Inbound) + 1, 'O': uint32(flowlog.Outbound) + 1}
	statuses   = [8]uint32{flowlog.StateD: uint32(flowlog.Denied)}
)
