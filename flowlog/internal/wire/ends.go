package wire

import (
	"bytes"
	"math/bits"

	"github.com/azflow/azflow/flowlog"
)

// block is how many tuples have their addresses looked up together: memory is
// then waited for once, and not tuple by tuple.
const block = flowlog.MaxShortIDs

// ends are the addresses of up to block tuples that were read and not yet looked
// up.
type ends struct {
	rows      int
	before    [block]int // index after the tuple before
	src, dest side
	own       known
	ids       [block]uint32
}

// side is one end of the tuples. A row that it does not have is that of an own
// address.
type side struct {
	n     int
	rows  [block]uint8
	texts [block]flowlog.ShortText

	long []longEnd // addresses with a longer text
}

type longEnd struct {
	row int
	id  uint32
}

// known is an address with its id: the one that a network interface has is an end
// of most of its tuples.
type known struct {
	a, b         uint64 // its text and the comma after it
	maskA, maskB uint64
	size         uint // of both
	id           uint32
}

// unknown is known as eight bytes that nothing in a tuple begins with.
func unknown() known { return known{a: ^uint64(0), maskA: ^uint64(0)} }

// knownAs returns what a text and its id are known as.
func knownAs(text flowlog.ShortText, id uint32) known {
	k := known{a: text.A, b: text.B &^ (0xff << 56), maskA: ^uint64(0), size: uint(text.B>>56) + 1, id: id}
	if bits := 8 * k.size; bits <= 64 {
		k.a |= ',' << (bits - 8)
		k.maskA >>= 64 - bits
	} else {
		k.b |= ',' << (bits - 72)
		k.maskB = 1<<(bits-64) - 1
	}
	return k
}

// is reports whether the text at i is that of k and a comma.
func (k *known) is(s *Span, i uint) bool {
	return (s.Load(i)^k.a)&k.maskA|(s.Load(i+8)^k.b)&k.maskB == 0
}

// Ends reads the addresses and ports of a tuple at at in the span that begins at
// i. It returns the index in the span after the comma that ends them, and 0 if
// they are not as Azure writes them. Keep takes the tuple, and Find tells the
// addresses.
func (r *Reader) Ends(s *Span, i int, at uint) (srcPort, destPort uint32, next uint) {
	e := &r.ends
	if e.own.is(s, at) {
		at += e.own.size
	} else if at = r.address(&e.src, s, i, at); at == 0 {
		return 0, 0, 0
	}
	if e.own.is(s, at) {
		at += e.own.size
	} else if at = r.address(&e.dest, s, i, at); at == 0 {
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

// address reads the text at at in the span that begins at i. It returns the index
// in the span after the comma that ends it, 0 if it is no address.
func (r *Reader) address(d *side, s *Span, i int, at uint) (next uint) {
	a, b, n := s.Load(at), uint64(0), uint(0)
	if m := zeroBytes(a ^ ','*lowBits); m != 0 {
		n = uint(bits.TrailingZeros64(m)) >> 3
		a &= 1<<(8*n&63) - 1
	} else {
		b = s.Load(at + 8)
		m := zeroBytes(b ^ ','*lowBits)
		if m == 0 {
			return r.longAddress(d, i, at)
		}
		n = uint(bits.TrailingZeros64(m)) >> 3
		b &= 1<<(8*n&63) - 1
		n += 8
	}
	if a == 0 {
		return 0 // no text
	}
	k := d.n % block
	d.texts[k] = flowlog.ShortText{A: a, B: b | uint64(n)<<56}
	d.rows[k] = uint8(r.ends.rows)
	d.n++
	return at + n + 1
}

// longAddress gives an id to the address at at, if it is one.
func (r *Reader) longAddress(d *side, i int, at uint) (next uint) {
	i += int(at)
	n := bytes.IndexByte(r.b[min(len(r.b), i):min(len(r.b), i+maxAddress)], ',')
	if n <= 0 {
		return 0
	}
	// Text with an escape in it is no address, so what is one stands for itself.
	id, err := r.dst.Dict.Addresses.ID(r.b[i : i+n])
	if err != nil {
		return 0
	}
	d.long = append(d.long, longEnd{r.ends.rows, id})
	return at + uint(n) + 1
}

// maxAddress is the length of the longest address and the comma after it.
const maxAddress = len("ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255,")

// Keep takes the tuple whose ends were read last; before is the index after the
// tuple before it. It reports whether Find is due.
func (r *Reader) Keep(before int) (due bool) {
	e := &r.ends
	e.before[e.rows%block] = before
	e.rows++
	return e.rows == block
}

// Find puts the addresses of the tuples kept since the last time into src and
// dest, before row n; next is the index after the last tuple. If the text of one
// is no address, it returns that tuple's row, the index after the tuple before it,
// and false.
func (r *Reader) Find(src, dest []uint32, n, next int) (int, int, bool) {
	e := &r.ends
	kept := e.rows
	first := n - kept
	src, dest = src[first:n], dest[first:n]
	good := min(r.find(&e.src, src), r.find(&e.dest, dest))
	if good == kept {
		e.learn(src, dest)
	}
	e.rows, e.src.n, e.dest.n = 0, 0, 0
	if good < kept {
		return first + good, e.before[good], false
	}
	return n, next, true
}

// find puts the addresses of one side into column. It returns the first row whose
// text is none.
func (r *Reader) find(d *side, column []uint32) (good int) {
	e := &r.ends
	good = len(column)
	n := d.n
	if n > 0 && int(d.rows[n-1]) == good {
		n-- // of a tuple that was not kept
	}
	ids := e.ids[:n]
	if n == good {
		ids = column // it has every row
	}
	known := r.dst.Dict.Addresses.ShortIDs(ids, d.texts[:n])
	if n < good {
		for k := range column {
			column[k] = e.own.id
		}
		for k, id := range ids[:known] {
			column[d.rows[k]] = id
		}
		for _, l := range d.long {
			if l.row < good {
				column[l.row] = l.id
			}
		}
	}
	d.long = d.long[:0]
	if known < n {
		good = int(d.rows[known])
	}
	return good
}

// learn takes the address that the last tuples share for the own one, if they do
// not have that.
func (e *ends) learn(src, dest []uint32) {
	last := len(src) - 1
	s, d := e.src.n-1, e.dest.n-1
	if last < 1 || s < 0 || d < 0 || int(e.src.rows[s]) != last || int(e.dest.rows[d]) != last {
		return
	}
	switch {
	case src[last] == src[last-1]:
		e.own = knownAs(e.src.texts[s], src[last])
	case dest[last] == dest[last-1]:
		e.own = knownAs(e.dest.texts[d], dest[last])
	}
}
