package trafficanalytics

import (
	"math/bits"
	"strconv"

	"github.com/zeebo/xxh3"
)

// digest is a number of 128 bits that stands for values of the key. A row's,
// whose halves are ItemHi and ItemLo, is the sum, modulo 2¹²⁸, of those of its
// Key columns, each the XXH3 hash (128 bits) of the column's name, a zero byte
// and the value as text; an empty value counts nothing. So the digest of a
// value is worked out once, wherever the value lies, and that of a row is a few
// additions.
type digest struct{ hi, lo uint64 }

func (d digest) plus(e digest) digest {
	lo, carry := bits.Add64(d.lo, e.lo, 0)
	hi, _ := bits.Add64(d.hi, e.hi, carry)
	return digest{hi, lo}
}

// hasher works out digests.
type hasher struct {
	buf   []byte   // a column's name, a zero byte and a value
	name  int      // where the value begins
	ports []digest // by port; zero for not known yet
}

// port returns the digest of a destination port.
func (h *hasher) port(port uint32) digest {
	if int(port) >= len(h.ports) {
		h.ports = append(h.ports, make([]digest, 1<<16)...)
	}
	d := &h.ports[port]
	if *d == (digest{}) {
		*d = h.number(colDestPort, int64(port))
	}
	return *d
}

// text returns the digest of a column's value.
func (h *hasher) text(column, value string) digest {
	h.begin(column)
	return h.of(value)
}

// begin begins with the values of a column.
func (h *hasher) begin(column string) {
	h.buf = append(append(h.buf[:0], column...), 0)
	h.name = len(h.buf)
}

// of returns the digest of a value of the column begun with.
func (h *hasher) of(value string) digest {
	if value == "" {
		return digest{}
	}
	h.buf = append(h.buf[:h.name], value...)
	return sum(h.buf)
}

// number returns the digest of a column's value.
func (h *hasher) number(column string, value int64) digest {
	b := append(h.buf[:0], column...)
	b = append(b, 0)
	b = strconv.AppendInt(b, value, 10)
	h.buf = b
	return sum(b)
}

func sum(b []byte) digest {
	s := xxh3.Hash128(b)
	return digest{s.Hi, s.Lo}
}
