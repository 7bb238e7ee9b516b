package wire

import (
	"encoding/binary"
	"math/bits"

	"github.com/azflow/azflow/flowlog"
)

// Span is the stretch of text in which a tuple is read eight bytes at a time.
// Indexes into it are masked with spanMask, so that the compiler can see that
// they are within it; a tuple that would reach beyond is left to [Reader.Tuple].
type Span [spanMask + 9]byte

const spanMask = 255

// Padded returns the text, and after it what else can be loaded without being
// part of it.
func (r *Reader) Padded() []byte { return r.b[:min(cap(r.b), len(r.b)+flowlog.Pad)] }

// Len returns the length of the text.
func (r *Reader) Len() int { return len(r.b) }

// Load returns the eight bytes at i, the first one lowest.
func (s *Span) Load(i uint) uint64 {
	i &= spanMask
	return binary.LittleEndian.Uint64(s[i : i+8])
}

// At returns the byte at i.
func (s *Span) At(i uint) byte { return s[i&spanMask] }

const (
	zeros = '0' * lowBits
	// above9 added to a byte less than 128 sets its high bit if it is above 9.
	above9 = 0x76 * lowBits
)

// notDigits has the high bit set of each byte of y, text xor zeros, that is no
// digit; bytes above the lowest such byte may be set in error.
func notDigits(y uint64) uint64 { return ((y + above9) | y) & highBits }

// eightDigits returns the number whose digits are the bytes of y, the most
// significant one lowest.
func eightDigits(y uint64) uint64 {
	y = y*10 + y>>8
	return (y&pairs*(1e6<<32+100) + y>>16&pairs*(1e4<<32+1)) >> 32
}

const pairs = 0x000000ff000000ff

// Digits reads a number of at most 8 digits at i. It returns the index after
// it: i if there is none, and then v means nothing. A longer number is not ended
// by what follows.
func (s *Span) Digits(i uint) (v uint64, next uint) {
	y := s.Load(i) ^ zeros
	n := uint(bits.TrailingZeros64(notDigits(y))) // of bits, 7 more than those of the digits
	return eightDigits(y << ((7 - n) & 56)), i + n>>3
}

// Clock reads times, of which the first digits mostly are those of the time
// before.
type Clock struct{ digits, value uint64 }

// Time reads a number of exactly n digits at i, 9 to 16.
func (c *Clock) Time(s *Span, i, n uint) (v uint64, ok bool) {
	high, low := (s.Load(i)^zeros)<<(8*(16-n)&63), s.Load(i+n-8)^zeros
	if high != c.digits {
		if notDigits(high) != 0 {
			return 0, false
		}
		c.digits, c.value = high, eightDigits(high)*1e8
	}
	return c.value + eightDigits(low), notDigits(low) == 0
}

// Has reports whether the text at i begins with prefix.
func (s *Span) Has(i uint, prefix string) bool {
	for k := range len(prefix) {
		if s.At(i+uint(k)) != prefix[k] {
			return false
		}
	}
	return true
}

// usualTuple is about how many bytes of log there are to a tuple.
const usualTuple = 80

// Grow makes room for one more row, and for those that follow from i on if they
// are kept.
func (r *Reader) Grow(i int) {
	n := 1
	if !r.dry {
		n += (len(r.b) - i) / usualTuple
	}
	r.dst.Grow(n)
}

// noCounts is `0,0,0,0"`.
const noCounts = '"'<<56 | '0'<<48 | ','<<40 | '0'<<32 | ','<<24 | '0'<<16 | ','<<8 | '0'

// Counters reads the four counters at i and the quote that ends them. It
// returns the index of the quote, and 0 if they are not as Azure writes them.
func (s *Span) Counters(i uint) (packets, bytes, packetsBack, bytesBack int64, quote uint) {
	if s.Load(i) == noCounts {
		return 0, 0, 0, 0, i + 7
	}
	a, at := s.Digits(i)
	if at == i+8 {
		a, at = s.more(a, at)
	}
	if at == i || s.At(at) != ',' {
		return 0, 0, 0, 0, 0
	}
	i = at + 1
	b, at := s.Digits(i)
	if at == i+8 {
		b, at = s.more(b, at)
	}
	if at == i || s.At(at) != ',' {
		return 0, 0, 0, 0, 0
	}
	i = at + 1
	c, at := s.Digits(i)
	if at == i+8 {
		c, at = s.more(c, at)
	}
	if at == i || s.At(at) != ',' {
		return 0, 0, 0, 0, 0
	}
	i = at + 1
	d, at := s.Digits(i)
	if at == i+8 {
		d, at = s.more(d, at)
	}
	if at == i || s.At(at) != '"' {
		return 0, 0, 0, 0, 0
	}
	return int64(a), int64(b), int64(c), int64(d), at
}

// more reads the digits at i, at most 8, of a number that begins with those of v.
func (s *Span) more(v uint64, i uint) (_ uint64, next uint) {
	low, next := s.Digits(i)
	if next == i {
		return v, next
	}
	return v*powers[(next-i)&15] + low, next
}

var powers = [16]uint64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8}

// The documented letters of a tuple: the id of each state, and one more than
// each direction, decision and protocol.
var (
	States     = [256]uint32{'B': flowlog.StateB, 'C': flowlog.StateC, 'E': flowlog.StateE, 'D': flowlog.StateD}
	Directions = [256]uint32{'I': uint32(flowlog.Inbound) + 1, 'O': uint32(flowlog.Outbound) + 1}
	Decisions  = [256]uint32{'A': uint32(flowlog.Allowed) + 1, 'D': uint32(flowlog.Denied) + 1}
	Protocols  = [256]uint32{'T': 6 + 1, 'U': 17 + 1}
)
