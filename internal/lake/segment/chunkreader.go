package segment

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/azflow/azflow/internal/batch"
)

// chunkReader reads one column of one row group after the other.
type chunkReader struct {
	at    int // column of the file
	field batch.Field
	chunk *chunk
	buf   []byte // the chunk as stored
	rest  []byte // its pages not read yet
	seen  int64  // rows in the pages read
	dict  batch.Dict

	// the page at hand
	body    []byte // unpacked, with pad
	left    int    // rows not given out
	row     int    // rows given out
	values  int    // values given out
	nulls   int    // of the page
	rows    int    // of the page
	valid   batch.Bitmap
	coded   bool    // values are positions
	codes   hybrid  // coded
	ints    []int64 // not coded
	reals   []float64
	bits    []byte // Bool
	outIDs  []uint32
	outEnds []uint32
	tmp     []uint32
	outInts []int64
	outReal []float64
	outBits batch.Bitmap
}

func (c *chunkReader) start(m *chunk) {
	c.chunk, c.seen, c.left = m, 0, 0
	c.dict = batch.Dict{Ints: c.dict.Ints[:0], Reals: c.dict.Reals[:0], Generation: c.dict.Generation + 1}
	if c.field.Kind == batch.Bool {
		c.dict.Ints = append(c.dict.Ints, 0, 1)
	}
}

// nextPage reads the next data page, and the dictionary before it.
func (c *chunkReader) nextPage(d *decoder) error {
	for {
		h, body, rest, err := d.page(c.rest, c.body, c.chunk.codec)
		c.body, c.rest = body, rest
		if err != nil {
			return err
		}
		switch h.typ {
		case pageDict:
			if c.seen > 0 || h.encoding != encPlain {
				return errors.New("dictionary is out of place")
			}
			if err := c.readDict(h.values); err != nil {
				return err
			}
		case pageData:
			if h.values <= 0 || h.values > c.chunk.rows-c.seen {
				return fmt.Errorf("page of %d rows where %d are left", h.values, c.chunk.rows-c.seen)
			}
			c.seen += h.values
			return c.openPage(int(h.values), h.encoding)
		default:
			return fmt.Errorf("page of type %d", h.typ)
		}
	}
}

func (c *chunkReader) readDict(n int64) error {
	b := c.body[:len(c.body)-pad]
	if n < 0 || n > int64(len(b))/4 {
		return fmt.Errorf("dictionary of %d values in %d bytes", n, len(b))
	}
	switch {
	case c.field.Kind == batch.Bool:
		return errors.New("dictionary of bools")
	case c.field.Kind == batch.Text:
		return c.readTexts(b, int(n))
	case narrow(c.field.Kind):
		for range n {
			v := int64(int32(binary.LittleEndian.Uint32(b)))
			if c.field.Kind == batch.Uint32 {
				v = int64(uint32(v))
			}
			c.dict.Ints = append(c.dict.Ints, v)
			b = b[4:]
		}
	default:
		if n > int64(len(b))/8 {
			return fmt.Errorf("dictionary of %d values in %d bytes", n, len(b))
		}
		for range n {
			v := binary.LittleEndian.Uint64(b)
			if c.field.Kind == batch.Real {
				c.dict.Reals = append(c.dict.Reals, math.Float64frombits(v))
			} else {
				c.dict.Ints = append(c.dict.Ints, int64(v))
			}
			b = b[8:]
		}
	}
	return nil
}

func (c *chunkReader) readTexts(b []byte, n int) error {
	all := string(b) // one allocation; texts may be kept
	c.dict.Text = make([]string, 0, n)
	for range n {
		if len(all) < 4 {
			return errors.New("dictionary ends early")
		}
		size := int64(uint32(all[0]) | uint32(all[1])<<8 | uint32(all[2])<<16 | uint32(all[3])<<24)
		if all = all[4:]; size > int64(len(all)) {
			return errors.New("dictionary ends early")
		}
		c.dict.Text = append(c.dict.Text, all[:size])
		all = all[size:]
	}
	return nil
}

// openPage gets a data page ready for read.
func (c *chunkReader) openPage(rows, encoding int) error {
	c.left, c.row, c.values, c.rows, c.nulls = rows, 0, 0, rows, 0
	c.coded, c.bits = false, nil
	c.valid = c.valid[:0]
	at := 0
	if c.field.Nullable {
		var err error
		if at, err = c.readLevels(); err != nil {
			return err
		}
	}
	n := rows - c.nulls
	body := c.body[at:]
	size := len(body) - pad
	switch {
	case n == 0: // nothing but levels
	case encoding == encDict:
		if c.field.Kind == batch.Bool || size < 1 || body[0] > 32 {
			return errors.New("positions are broken")
		}
		c.coded = true
		c.codes = hybrid{b: body[1:], w: uint(body[0])}
	case encoding == encDelta && c.field.Kind >= batch.Int32 && c.field.Kind <= batch.Time:
		c.ints = slices.Grow(c.ints[:0], n)[:n]
		if err := decodeDelta(c.ints, body, narrow(c.field.Kind)); err != nil {
			return err
		}
		if c.field.Kind == batch.Uint32 {
			for i, v := range c.ints {
				c.ints[i] = int64(uint32(v))
			}
		}
	case encoding == encPlain && c.field.Kind == batch.Bool:
		if size*8 < n {
			return errors.New("bools end early")
		}
		c.bits = body
	case encoding == encPlain && c.field.Kind == batch.Real:
		if size/8 < n {
			return errors.New("values end early")
		}
		c.reals = c.reals[:0]
		for i := range n {
			c.reals = append(c.reals, math.Float64frombits(binary.LittleEndian.Uint64(body[i*8:])))
		}
	default:
		return fmt.Errorf("encoding %d is not one azflow writes for %v", encoding, c.field.Kind)
	}
	return nil
}

// readLevels reads the definition levels and returns where they end.
func (c *chunkReader) readLevels() (int, error) {
	size := len(c.body) - pad
	if size < 4 {
		return 0, errors.New("levels end early")
	}
	n := int64(binary.LittleEndian.Uint32(c.body))
	if n > int64(size-4) {
		return 0, errors.New("levels end early")
	}
	end := 4 + int(n)
	h := hybrid{b: c.body[4 : end+pad], w: 1}
	if err := h.head(); err != nil {
		return 0, err
	}
	if h.repeats && h.left >= c.rows {
		if h.value == 0 {
			c.nulls = c.rows
		}
		return end, nil
	}
	c.valid = append(c.valid, make([]uint64, (c.rows+63)/64)...)
	for at := 0; at < c.rows; {
		if err := h.head(); err != nil {
			return 0, err
		}
		k := min(h.left, c.rows-at)
		switch {
		case !h.repeats:
			for i := range k {
				if h.b[(h.first+i)>>3]>>((h.first+i)&7)&1 != 0 {
					c.valid[(at+i)>>6] |= 1 << ((at + i) & 63)
				}
			}
			h.first += k
		case h.value != 0:
			copyBits(c.valid, at, nil, 0, k)
		}
		h.left -= k
		at += k
	}
	c.nulls = c.rows - c.valid.Count(0, c.rows)
	return end, nil
}

// hybrid reads Parquet's RLE hybrid of repeated and bit-packed values.
type hybrid struct {
	b       []byte // followed by pad bytes that do not count
	w       uint
	left    int // values left of the run at hand
	repeats bool
	value   uint32 // repeats
	first   int    // else: number of the next value in b
}

var errHybrid = errors.New("run is broken")

// head makes left be positive, by going on to the next run if need be.
func (h *hybrid) head() error {
	if h.left > 0 {
		return nil
	}
	if h.w > 0 && !h.repeats { // step over the packed run just read
		used := (h.first + 7) / 8 * int(h.w)
		h.b = h.b[min(used, len(h.b)):]
	}
	h.first = 0
	if len(h.b) < pad {
		return errHybrid
	}
	v, n := binary.Uvarint(h.b[:len(h.b)-pad])
	if n <= 0 || v>>1 == 0 || v>>1 > maxGroupRows {
		return errHybrid
	}
	h.b = h.b[n:]
	if h.repeats = v&1 == 0; h.repeats {
		size := int(h.w+7) / 8
		if len(h.b)-pad < size {
			return errHybrid
		}
		h.value = binary.LittleEndian.Uint32(h.b) // pad is behind
		if h.w < 32 {
			h.value &= 1<<h.w - 1
		}
		h.left = int(v >> 1)
		h.b = h.b[size:]
		return nil
	}
	h.left = int(v>>1) * 8
	if len(h.b)-pad < int(v>>1)*int(h.w) {
		return errHybrid
	}
	return nil
}

// runs appends the runs of the next n values as (position, end row), as long
// as they are repeats. It returns how many values that covers.
func (h *hybrid) runs(ids, ends []uint32, n int) (i, e []uint32, covered int, err error) {
	for covered < n {
		if err := h.head(); err != nil {
			return ids, ends, covered, err
		}
		if !h.repeats {
			break
		}
		k := min(h.left, n-covered)
		h.left -= k
		covered += k
		if last := len(ids) - 1; last >= 0 && ids[last] == h.value {
			ends[last] = uint32(covered)
		} else {
			ids, ends = append(ids, h.value), append(ends, uint32(covered))
		}
	}
	return ids, ends, covered, nil
}

// fill reads len(dst) values.
func (h *hybrid) fill(dst []uint32) error {
	for len(dst) > 0 {
		if err := h.head(); err != nil {
			return err
		}
		k := min(h.left, len(dst))
		if h.repeats {
			for i := range dst[:k] {
				dst[i] = h.value
			}
		} else {
			unpack(dst[:k], h.b, h.first, h.w)
			h.first += k
		}
		h.left -= k
		dst = dst[k:]
	}
	return nil
}

// read gives out the next n rows of the page.
func (c *chunkReader) read(out *batch.Column, n int) error {
	from := c.row
	c.row += n
	c.left -= n
	present := n
	if len(c.valid) > 0 {
		present = c.valid.Count(from, from+n)
	} else if c.nulls > 0 {
		present = 0
	}
	at := c.values
	c.values += present
	*out = batch.Column{Dict: &c.dict}
	switch {
	case present == 0:
		return nil // null in every row
	case c.coded:
		return c.readCodes(out, from, n, present)
	case c.bits != nil:
		c.readBools(out, from, at, n, present)
	case c.field.Kind == batch.Real:
		out.Form = batch.Plain
		out.Reals = c.reals[at : at+n-(n-present)]
		if present < n {
			c.outReal = slices.Grow(c.outReal[:0], n)[:n]
			spread(c.outReal, out.Reals, c.valid, from, math.NaN())
			out.Reals, out.Valid = c.outReal, c.validOf(from, n)
		}
	default:
		out.Form = batch.Plain
		out.Ints = c.ints[at : at+present]
		if present < n {
			c.outInts = slices.Grow(c.outInts[:0], n)[:n]
			spread(c.outInts, out.Ints, c.valid, from, 0)
			out.Ints, out.Valid = c.outInts, c.validOf(from, n)
		}
	}
	return nil
}

// spread puts values into the rows of dst that are valid from bit from on, and none into the others.
func spread[T any](dst, values []T, valid batch.Bitmap, from int, none T) {
	k := 0
	for i := range dst {
		if valid[(from+i)>>6]>>((from+i)&63)&1 != 0 {
			dst[i] = values[k]
			k++
		} else {
			dst[i] = none
		}
	}
}

func (c *chunkReader) validOf(from, n int) batch.Bitmap {
	c.outBits = c.outBits[:0].Grow(n)
	copyBits(c.outBits, 0, c.valid, from, n)
	return c.outBits
}

func (c *chunkReader) readCodes(out *batch.Column, from, n, present int) error {
	size := uint32(c.dict.Len(c.field.Kind))
	if present == n {
		var covered int
		var err error
		c.outIDs, c.outEnds, covered, err = c.codes.runs(c.outIDs[:0], c.outEnds[:0], n)
		if err != nil {
			return err
		}
		if err := within(c.outIDs, size); err != nil {
			return err
		}
		if covered == n {
			out.Form, out.IDs, out.Ends = batch.Runs, c.outIDs, c.outEnds
			if len(c.outIDs) == 1 {
				out.Form, out.Ends = batch.Const, nil
			}
			return nil
		}
		c.tmp = slices.Grow(c.tmp[:0], n)[:n]
		row := 0
		for k, id := range c.outIDs {
			for ; row < int(c.outEnds[k]); row++ {
				c.tmp[row] = id
			}
		}
		if err := c.codes.fill(c.tmp[covered:]); err != nil {
			return err
		}
		out.Form, out.IDs = batch.Coded, c.tmp
		return within(c.tmp[covered:], size)
	}
	c.tmp = slices.Grow(c.tmp[:0], present)[:present]
	if err := c.codes.fill(c.tmp); err != nil {
		return err
	}
	c.outIDs = slices.Grow(c.outIDs[:0], n)[:n]
	spread(c.outIDs, c.tmp, c.valid, from, batch.Null)
	out.Form, out.IDs = batch.Coded, c.outIDs
	return within(c.tmp, size)
}

func within(ids []uint32, size uint32) error {
	top := uint32(0)
	for _, id := range ids {
		top = max(top, id)
	}
	if top >= size {
		return fmt.Errorf("position %d lies beyond the %d of the dictionary", top, size)
	}
	return nil
}

func (c *chunkReader) readBools(out *batch.Column, from, at, n, present int) {
	c.tmp = slices.Grow(c.tmp[:0], present)[:present]
	unpack(c.tmp, c.bits, at, 1)
	out.IDs, out.Form = c.tmp, batch.Coded
	if present < n {
		c.outIDs = slices.Grow(c.outIDs[:0], n)[:n]
		spread(c.outIDs, c.tmp, c.valid, from, batch.Null)
		out.IDs = c.outIDs
		return
	}
	for _, id := range c.tmp {
		if id != c.tmp[0] {
			return
		}
	}
	out.Form, out.IDs = batch.Const, c.tmp[:1]
}
