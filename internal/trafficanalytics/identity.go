package trafficanalytics

import (
	"crypto/sha1"
	"encoding/binary"
	"strconv"

	"github.com/azflow/azflow/internal/batch"
)

// namespace is the UUID namespace of rows of NTANetAnalytics.
var namespace = [16]byte{0x6f, 0x1b, 0x8a, 0x52, 0x3c, 0x0e, 0x5d, 0x4f, 0x9a, 0x77, 0x21, 0xd4, 0x88, 0x60, 0xb3, 0x19}

// uuid5 makes of buf, a namespace and a name, the version 5 UUID (RFC 9562).
func uuid5(buf []byte) (id [16]byte) {
	sum := sha1.Sum(buf)
	copy(id[:], sum[:])
	id[6] = id[6]&0x0f | 0x50
	id[8] = id[8]&0x3f | 0x80
	return id
}

// context is what many rows' keys have in common.
type context struct {
	start        int64
	record, kind uint32
}

// namer makes the UUIDs of rows. A row's namespace is the UUID, within
// [namespace], of its interval and of the values of its record and kind; its
// name there is made of the values of its source, destination and port. Each
// value is ended by a zero byte. So the long texts, which many rows share, are
// hashed once.
type namer struct {
	last [64]struct {
		of   context
		id   [16]byte
		made bool
	}
	buf []byte
}

// forget forgets what ids of parts stand for.
func (m *namer) forget() { clear(m.last[:]) }

// row returns the halves of the UUID of a row.
func (m *namer) row(a *Aggregator, k *groupKey) (hi, lo int64) {
	c := context{k.start, k.parts[recordPart], k.parts[kindPart]}
	at := &m.last[(c.kind+c.record*7)%uint32(len(m.last))]
	if !at.made || at.of != c {
		b := append(m.buf[:0], namespace[:]...)
		b = append(strconv.AppendInt(b, c.start, 10), 0)
		b = append(strconv.AppendInt(b, a.interval, 10), 0)
		b = a.parts[recordPart].appendKey(b, c.record)
		b = a.parts[kindPart].appendKey(b, c.kind)
		at.of, at.id, at.made = c, uuid5(b), true
		m.buf = b
	}
	b := append(m.buf[:0], at.id[:]...)
	b = a.parts[srcPart].appendKey(b, k.parts[srcPart])
	b = a.parts[destPart].appendKey(b, k.parts[destPart])
	if k.port >= 0 {
		b = strconv.AppendInt(b, int64(k.port), 10)
	}
	m.buf = b
	id := uuid5(b)
	return int64(binary.BigEndian.Uint64(id[:])), int64(binary.BigEndian.Uint64(id[8:]))
}

// appendKey appends the values of a combination.
func (p *part) appendKey(b []byte, id uint32) []byte {
	t := &p.tuples[id]
	for k, v := range p.keys {
		if v.col.Kind == batch.Text {
			b = append(b, v.dict.Text[t[k]]...)
		} else if t[k] != batch.Null {
			b = strconv.AppendInt(b, v.dict.Ints[t[k]], 10)
		}
		b = append(b, 0)
	}
	return b
}
