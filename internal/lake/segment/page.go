package segment

import (
	"bytes"
	"encoding/binary"
	"math"
	"math/bits"
	"slices"

	"github.com/azflow/azflow/internal/batch"
)

// plainBelow is the size in bytes below which a column chunk of one page is
// not compressed.
const plainBelow = 128

// endPage makes a page of the rows that are not in one yet. last says that
// the row group ends.
func (c *column) endPage(e *encoder, last bool) {
	if c.rows == 0 {
		return
	}
	if c.mode == inRuns && !c.runsPay() {
		c.unroll()
	}
	e.body = e.body[:0]
	encoding := encPlain
	nulls := c.nulls
	switch c.mode {
	case inRuns:
		nulls = 0
		for _, r := range c.runs {
			if r.id == batch.Null {
				nulls += r.rows
			}
		}
		c.levelsOfRuns(e)
		if nulls < c.rows {
			encoding = c.encodeRuns(e)
		}
	case inCodes, inBase:
		ids := c.ids
		if c.mode == inBase {
			ids = c.base.rows[:c.rows]
			if !c.equal {
				e.ids = slices.Grow(e.ids[:0], c.rows)[:c.rows]
				c.nulls = c.through(e.ids, ids)
				ids, nulls = e.ids, c.nulls
			}
		}
		ids = c.levelsOfCodes(e, ids)
		if len(ids) > 0 {
			encoding = c.encodeCodes(e, ids)
		}
	case inValues:
		c.levelsOfValues(e)
		if len(c.ints) > 0 {
			encoding = c.encodeValues(e)
		}
	}
	if c.pages.size == 0 {
		c.chunk.codec = e.codec
		switch {
		case last && len(e.body) < plainBelow && c.dict.bytes < maxStatBytes:
			c.chunk.codec = codecNone
		case last && c.dict.bytes > len(e.body): // the dictionary is most of the chunk
		case e.codec == codecSnappy && !e.shrinks():
			c.chunk.codec = codecNone
		}
	}
	head, body := e.makePage(&c.chunk, pageData, encoding, c.rows, e.body)
	c.pages.add(&e.free, head)
	c.pages.add(&e.free, body)
	c.chunk.rows += int64(c.rows)
	c.chunk.nulls += int64(nulls)
	c.empty()
}

// width returns the bits of a position in a dictionary of n values.
func width(n int) uint { return uint(bits.Len32(uint32(max(n-1, 0)))) }

// wholeBits rounds w up to bits that do not straddle bytes, so that zstd sees
// positions as symbols: 2 % smaller than packed as tightly as can be.
func wholeBits(w uint) uint {
	switch {
	case w == 3:
		return 4
	case w > 4 && w <= 8:
		return 8
	case w > 8 && w <= 16:
		return 16
	default:
		return w
	}
}

// runsPay reports whether the rows take less space as runs than packed by row.
func (c *column) runsPay() bool {
	w := int(width(c.dict.len()))
	return len(c.runs)*(16+w) <= c.rows*max(w, 1) || len(c.runs) <= 2
}

// Definition levels: for nullable columns, 1 for a value and 0 for null, in
// the RLE hybrid encoding with its length before it.

func (c *column) levels(e *encoder, encode func(b []byte) []byte) {
	if !c.field.Nullable {
		return
	}
	e.body = append(e.body, 0, 0, 0, 0)
	e.body = encode(e.body)
	binary.LittleEndian.PutUint32(e.body, uint32(len(e.body)-4))
}

func (c *column) levelsOfRuns(e *encoder) {
	c.levels(e, func(b []byte) []byte {
		for i := 0; i < len(c.runs); {
			n, null := 0, c.runs[i].id == batch.Null
			for ; i < len(c.runs) && (c.runs[i].id == batch.Null) == null; i++ {
				n += c.runs[i].rows
			}
			b = appendRun(b, n, level(!null), 1)
		}
		return b
	})
}

func level(valued bool) uint32 {
	if valued {
		return 1
	}
	return 0
}

// levelsOfCodes encodes the levels of ids and returns those that are not null.
func (c *column) levelsOfCodes(e *encoder, ids []uint32) []uint32 {
	if c.nulls == 0 || c.nulls == c.rows {
		c.levels(e, func(b []byte) []byte { return appendRun(b, c.rows, level(c.nulls == 0), 1) })
		return ids[:c.rows-c.nulls]
	}
	e.ids = slices.Grow(e.ids[:0], c.rows)[:c.rows]
	e.bits = e.bits[:0]
	n := 0
	for from := 0; from < c.rows; from += 64 {
		var word uint64
		for i, id := range ids[from:min(from+64, c.rows)] {
			e.ids[n] = id
			valued := uint64(1)
			if id == batch.Null {
				valued = 0
			}
			word |= valued << i
			n += int(valued)
		}
		e.bits = binary.LittleEndian.AppendUint64(e.bits, word)
	}
	e.ids, e.bits = e.ids[:n], e.bits[:(c.rows+7)/8]
	c.levels(e, func(b []byte) []byte { return appendBitmap(b, e.bits) })
	return e.ids
}

// appendBitmap appends bits as one bit-packed run of 1 bit a value.
func appendBitmap(b, set []byte) []byte {
	b = binary.AppendUvarint(b, uint64(len(set))<<1|1)
	return append(b, set...)
}

func (c *column) levelsOfValues(e *encoder) {
	c.levels(e, func(b []byte) []byte {
		if c.nulls == 0 || c.nulls == c.rows {
			return appendRun(b, c.rows, level(c.nulls == 0), 1)
		}
		e.bits = e.bits[:0]
		for _, w := range c.valid[:(c.rows+63)/64] {
			e.bits = binary.LittleEndian.AppendUint64(e.bits, w)
		}
		return appendBitmap(b, e.bits[:(c.rows+7)/8])
	})
}

func (c *column) encodeRuns(e *encoder) int {
	if c.field.Kind == batch.Bool {
		e.bits = e.bits[:0]
		n := 0
		for _, r := range c.runs {
			if r.id != batch.Null {
				e.bits = appendBits(e.bits, n, r.rows, r.id == 1)
				n += r.rows
			}
		}
		e.body = append(e.body, e.bits...)
		return encPlain
	}
	w := width(c.dict.len())
	e.body = append(e.body, byte(w))
	for i := 0; i < len(c.runs); {
		r := c.runs[i]
		for i++; i < len(c.runs) && (c.runs[i].id == r.id || c.runs[i].id == batch.Null || r.id == batch.Null); i++ {
			if r.id == batch.Null { // levels have the nulls: runs on both sides of them meet
				r = c.runs[i]
			} else if c.runs[i].id == r.id {
				r.rows += c.runs[i].rows
			}
		}
		if r.id != batch.Null {
			e.body = appendRun(e.body, r.rows, r.id, w)
		}
	}
	return encDict
}

// appendBits sets n bits from bit at, the number of bits in b so far, to v.
func appendBits(b []byte, at, n int, v bool) []byte {
	for ; n > 0 && at&7 != 0; n-- {
		if v {
			b[at>>3] |= 1 << (at & 7)
		}
		at++
	}
	whole := byte(0)
	if v {
		whole = 0xff
	}
	b = appendFill(b, whole, n/8)
	if n &= 7; n > 0 {
		b = append(b, whole>>(8-n))
	}
	return b
}

func (c *column) encodeCodes(e *encoder, ids []uint32) int {
	if c.field.Kind == batch.Bool {
		e.body = appendPacked(e.body, ids, 1)
		return encPlain
	}
	w := width(c.dict.len())
	if e.codec == codecZstd {
		w = wholeBits(w)
	}
	e.body = append(e.body, byte(w))
	e.body = appendHybrid(e.body, ids, w)
	return encDict
}

func (c *column) encodeValues(e *encoder) int {
	if c.field.Kind == batch.Real {
		e.body = appendPlain(e.body, c.ints, false)
		c.reals.see(c.ints)
		return encPlain
	}
	var low, high int64
	e.body, low, high = appendDelta(e.body, c.ints, narrow(c.field.Kind))
	if c.field.Kind == batch.Uint64 {
		c.see(c.ints)
	} else {
		c.widen(low, high)
	}
	return encDelta
}

// endChunk works out the statistics of the chunk and returns its dictionary's
// page as makePage does; none if it has no dictionary.
func (c *column) endChunk(e *encoder) (head, stored []byte) {
	c.stats()
	if c.chunk.encodings>>encDict&1 == 0 {
		return nil, nil
	}
	body := c.dict.page
	if c.field.Kind != batch.Text {
		e.body = appendPlain(e.body[:0], c.dict.ints, narrow(c.field.Kind))
		body = e.body
	}
	head, stored = e.makePage(&c.chunk, pageDict, encPlain, c.dict.len(), body)
	c.chunk.encodings |= 1 << encRLE
	return head, stored
}

// stats sets the chunk's minimum and maximum. Every value of the dictionary
// occurs in the rows, but those of Bool.
func (c *column) stats() {
	m := &c.chunk
	if c.field.Nullable {
		m.encodings |= 1 << encRLE
	}
	if m.nulls == m.rows {
		return
	}
	switch c.field.Kind {
	case batch.Text:
		low, high := c.dict.textRange()
		if m.hasStats = max(len(low), len(high)) <= maxStatBytes; m.hasStats {
			m.minimum, m.maximum = slices.Clone(low), slices.Clone(high)
		}
	case batch.Bool:
	case batch.Real:
		c.reals.see(c.dict.ints)
		m.minimum, m.maximum, m.hasStats = c.reals.bytes()
	default:
		c.see(c.dict.ints)
		m.minimum, m.maximum, m.hasStats = statBytes(c.field.Kind, c.low), statBytes(c.field.Kind, c.high), true
	}
}

// see widens the range of the values by v.
func (c *column) see(v []int64) {
	if len(v) == 0 {
		return
	}
	low, high := v[0], v[0]
	if c.field.Kind == batch.Uint64 {
		for _, x := range v {
			low, high = int64(min(uint64(low), uint64(x))), int64(max(uint64(high), uint64(x)))
		}
	} else {
		for _, x := range v {
			low, high = min(low, x), max(high, x)
		}
	}
	c.widen(low, high)
}

func (c *column) widen(low, high int64) {
	if !c.valued {
		c.low, c.high, c.valued = low, high, true
		return
	}
	if less(c.field.Kind, low, c.low) {
		c.low = low
	}
	if less(c.field.Kind, c.high, high) {
		c.high = high
	}
}

// textRange returns the lowest and highest of the texts.
func (d *dictionary) textRange() (low, high []byte) {
	var first, last uint64 // how low and high begin
	for b := d.page; len(b) > 0; {
		n := binary.LittleEndian.Uint32(b)
		text := b[4 : 4+n]
		b = b[4+n:]
		var begins [8]byte
		copy(begins[:], text)
		x := binary.BigEndian.Uint64(begins[:])
		if low == nil || x < first || x == first && bytes.Compare(text, low) < 0 {
			low, first = text, x
		}
		if high == nil || x > last || x == last && bytes.Compare(text, high) > 0 {
			high, last = text, x
		}
	}
	return low, high
}

// realRange is the range of reals; none if one of them is NaN, since readers
// disagree on its order.
type realRange struct {
	low, high float64
	any, nan  bool
}

func (r *realRange) see(bits []int64) {
	for _, b := range bits {
		v := math.Float64frombits(uint64(b))
		switch {
		case math.IsNaN(v):
			r.nan = true
		case !r.any:
			r.low, r.high, r.any = v, v, true
		default:
			r.low, r.high = min(r.low, v), max(r.high, v)
		}
	}
}

// bytes returns the range as statistics; zeros take the sign that widens it.
func (r *realRange) bytes() (low, high []byte, ok bool) {
	if r.nan || !r.any {
		return nil, nil, false
	}
	if r.low == 0 {
		r.low = math.Copysign(0, -1)
	}
	if r.high == 0 {
		r.high = 0
	}
	return statBytes(batch.Real, int64(math.Float64bits(r.low))), statBytes(batch.Real, int64(math.Float64bits(r.high))), true
}
