package wire

import (
	"bytes"
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
	y = (y*10 + y>>8) & 0x00ff00ff00ff00ff
	y = (y*100 + y>>16) & 0x0000ffff0000ffff
	return (y*10000 + y>>32) & 0xffffffff
}

// Digits reads a number of at most 8 digits at i. It returns the index after
// it: i if there is none. A longer number is not ended by what follows.
func (s *Span) Digits(i uint) (v uint64, next uint) {
	y := s.Load(i) ^ zeros
	n := uint(bits.TrailingZeros64(notDigits(y))) &^ 7
	return eightDigits(y << ((64 - n) & 127)), i + n>>3
}

// Digits13 reads a number of exactly 13 digits at i.
func (s *Span) Digits13(i uint) (v uint64, ok bool) {
	hi, lo := s.Load(i)^zeros, s.Load(i+5)^zeros
	return eightDigits(hi<<24)*1e8 + eightDigits(lo), (notDigits(hi) | notDigits(lo)) == 0
}

// Digits10 reads a number of exactly 10 digits at i.
func (s *Span) Digits10(i uint) (v uint64, ok bool) {
	hi, lo := s.Load(i)^zeros, s.Load(i+2)^zeros
	return eightDigits(hi<<48)*1e8 + eightDigits(lo), (notDigits(hi) | notDigits(lo)) == 0
}

// Address reads the text at i that a comma ends, as [flowlog.Addresses.Lookup]
// takes it, and returns the index after the comma. For a text too long for
// that, next is 0.
func (s *Span) Address(i uint) (a, b uint64, next uint) {
	a = s.Load(i)
	if m := zeroBytes(a ^ ','*lowBits); m != 0 {
		n := uint(bits.TrailingZeros64(m)) >> 3
		return a & (1<<(8*n&63) - 1), uint64(n) << 56, i + n + 1
	}
	b = s.Load(i + 8)
	m := zeroBytes(b ^ ','*lowBits)
	if m == 0 {
		return 0, 0, 0
	}
	n := uint(bits.TrailingZeros64(m)) >> 3
	return a, b&(1<<(8*n&63)-1) | uint64(n+8)<<56, i + 8 + n + 1
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

// block is how many tuples have their addresses looked up together: memory is
// then waited for once, and not tuple by tuple.
const block = 64

// ends are the addresses of up to block tuples, in the order in which they were
// read.
type ends struct {
	n         int
	before    [block]int // index after the tuple before
	src, dest [block]endKey
}

// endKey is the text of an address as [flowlog.Addresses.Lookup] takes it, or,
// if a is 0, which no text has, the id of an address whose text is too long.
type endKey struct{ a, b uint64 }

// Ends reads the addresses and ports of a tuple at at in the span that begins at
// i. It returns the index in the span after the comma that
// ends them, and 0 if they are not as Azure writes them. Keep takes the tuple,
// and Find tells the addresses.
func (r *Reader) Ends(s *Span, i int, at uint) (srcPort, destPort uint32, next uint) {
	e := &r.ends
	k := e.n % block
	if e.src[k], at = r.address(s, i, at); at == 0 {
		return 0, 0, 0
	}
	if e.dest[k], at = r.address(s, i, at); at == 0 {
		return 0, 0, 0
	}
	from, end := s.Digits(at)
	if end-at-1 >= 5 || s.At(end) != ',' || from > 65535 {
		return 0, 0, 0
	}
	at = end + 1
	to, end := s.Digits(at)
	if end-at-1 >= 5 || s.At(end) != ',' || to > 65535 {
		return 0, 0, 0
	}
	return uint32(from), uint32(to), end + 1
}

func (r *Reader) address(s *Span, i int, at uint) (key endKey, next uint) {
	if a, b, next := s.Address(at); next != 0 {
		return endKey{a, b}, next
	}
	return r.longAddress(i, at)
}

// Keep takes the tuple whose ends were read last; before is the index after the
// tuple before it. It reports whether Find is due.
func (r *Reader) Keep(before int) (due bool) {
	e := &r.ends
	e.before[e.n%block] = before
	e.n++
	return e.n == block
}

// Find puts the addresses of the tuples kept since the last time into src and
// dest, before row n; next is the index after the last tuple. If the text of one
// is no address, it returns that tuple's row, the index after the tuple before it,
// and false.
func (r *Reader) Find(src, dest []uint32, n, next int) (int, int, bool) {
	e := &r.ends
	kept := e.n
	e.n = 0
	addresses := &r.dst.Dict.Addresses
	src, dest = src[n-kept:n], dest[n-kept:n]
	for k := range src {
		var ok bool
		key := &e.src[k%block]
		if src[k], ok = addresses.Lookup(key.a, key.b); !ok {
			if src[k], ok = key.id(addresses); !ok {
				return n - kept + k, e.before[k], false
			}
		}
		key = &e.dest[k%block]
		if dest[k], ok = addresses.Lookup(key.a, key.b); !ok {
			if dest[k], ok = key.id(addresses); !ok {
				return n - kept + k, e.before[k], false
			}
		}
	}
	return n, next, true
}

// id returns the id of an address that Lookup does not know, if it is one.
func (k *endKey) id(addresses *flowlog.Addresses) (id uint32, ok bool) {
	if k.a == 0 {
		return uint32(k.b), k.b>>63 != 0
	}
	var text [16]byte
	binary.LittleEndian.PutUint64(text[:], k.a)
	binary.LittleEndian.PutUint64(text[8:], k.b)
	// Text with an escape in it is no address, so what is one stands for
	// itself.
	id, err := addresses.ShortID(k.a, k.b, text[:text[15]])
	return id, err == nil
}

// longAddress gives an id to the address at at, if it is one. It returns the
// index after the comma that ends it, 0 if there is none.
func (r *Reader) longAddress(i int, at uint) (key endKey, next uint) {
	i += int(at)
	n := bytes.IndexByte(r.b[min(len(r.b), i):min(len(r.b), i+maxAddress)], ',')
	if n <= 0 {
		return endKey{}, 0
	}
	id, err := r.dst.Dict.Addresses.ID(r.b[i : i+n])
	if err != nil {
		return endKey{}, 0
	}
	return endKey{b: 1<<63 | uint64(id)}, at + uint(n) + 1
}

// maxAddress is the length of the longest address and the comma after it.
const maxAddress = len("ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255,")

// Counters reads the four counters at i and the quote that ends them. It
// returns the index of the quote, and 0 if they are not as Azure writes them.
func (s *Span) Counters(i uint) (packets, bytes, packetsBack, bytesBack int64, quote uint) {
	a, at := s.count(i)
	if at == i || s.At(at) != ',' {
		return 0, 0, 0, 0, 0
	}
	i = at + 1
	b, at := s.count(i)
	if at == i || s.At(at) != ',' {
		return 0, 0, 0, 0, 0
	}
	i = at + 1
	c, at := s.count(i)
	if at == i || s.At(at) != ',' {
		return 0, 0, 0, 0, 0
	}
	i = at + 1
	d, at := s.count(i)
	if at == i || s.At(at) != '"' {
		return 0, 0, 0, 0, 0
	}
	return int64(a), int64(b), int64(c), int64(d), at
}

// count reads a number of at most 16 digits at i, like Digits.
func (s *Span) count(i uint) (v uint64, next uint) {
	if v, next = s.Digits(i); next == i+8 {
		var low uint64
		low, next = s.Digits(next)
		v = v*powers[(next-i-8)&15] + low
	}
	return v, next
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
