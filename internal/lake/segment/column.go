package segment

import (
	"encoding/binary"
	"errors"
	"math"
	"math/bits"
	"slices"

	"github.com/azflow/azflow/internal/batch"
)

// mode is how a column holds the rows that are not in a page yet.
type mode uint8

const (
	inRuns   mode = iota // runs
	inCodes              // ids
	inBase               // base.rows by way of follow
	inValues             // ints and valid
)

type run struct {
	rows int
	id   uint32
}

// column gathers one column of a row group.
type column struct {
	field batch.Field
	chunk chunk
	pages pages // finished ones, headers included
	dict  dictionary

	// What is known of the base that the column shares in the row group.
	learned  learned
	base     *base    // in mode inBase
	follow   []uint32 // number of a position in the base -> position in dict, or batch.Null
	distinct bool     // no two numbers have the same position in dict, but batch.Null
	same     bool     // follow gives each number the same
	equal    bool     // follow gives each number itself
	null     bool     // follow gives one of them batch.Null

	// rows not in a page yet
	mode  mode
	rows  int
	runs  []run
	ids   []uint32 // positions in dict, or batch.Null
	ints  []int64  // values without nulls; the bits of reals
	valid batch.Bitmap
	nulls int // in mode inCodes (may be 0 when only runs had them) and inValues

	low, high int64 // of the values in pages, but reals
	valued    bool  // low and high are set
	reals     realRange
}

// dictionary is the list of distinct values of a column in a row group, and
// the way from a batch's positions to its own.
type dictionary struct {
	texts int     // how many
	page  []byte  // the texts as the dictionary's page has them, each after its length
	ints  []int64 // the bits of reals
	bytes int

	src   *batch.Dict
	gen   uint64
	remap []uint32 // position in src -> own position + 1
	used  []uint32 // positions of src with an entry in remap
	// The values by content: made only when a second source comes, since one
	// source's positions are mostly distinct values already.
	byText map[string]uint32
	byInt  map[int64]uint32
}

// reset makes the column ready for the next row group.
func (c *column) reset() {
	c.chunk = chunk{}
	d := &c.dict
	for _, id := range d.used {
		d.remap[id] = 0
	}
	*d = dictionary{page: d.page[:0], ints: d.ints[:0], remap: d.remap, used: d.used[:0]}
	if c.field.Kind == batch.Bool {
		d.ints = append(d.ints, 0, 1) // positions are values
	}
	c.valued, c.reals = false, realRange{}
	c.learned = learned{base: noBase}
	c.forget()
	c.empty()
}

// empty drops the rows that are not in a page.
func (c *column) empty() {
	c.mode, c.rows, c.nulls = inRuns, 0, 0
	c.runs, c.ids, c.ints = c.runs[:0], c.ids[:0], c.ints[:0]
	clear(c.valid)
}

func (d *dictionary) len() int { return d.texts + len(d.ints) }

// use makes src the dictionary whose positions local takes.
func (d *dictionary) use(src *batch.Dict, kind batch.Kind) {
	n := 0
	if src != nil {
		n = src.Len(kind)
	}
	if src != d.src || src != nil && src.Generation != d.gen {
		for _, id := range d.used {
			d.remap[id] = 0
		}
		d.used = d.used[:0]
		d.src = src
		if src != nil {
			d.gen = src.Generation
		}
		if kind == batch.Text && d.byText == nil && d.texts > 0 {
			d.indexText()
		} else if kind != batch.Text && d.byInt == nil && len(d.ints) > 0 {
			d.indexInts()
		}
	}
	if n > len(d.remap) {
		d.remap = slices.Grow(d.remap, n-len(d.remap))
		d.remap = d.remap[:cap(d.remap)]
	}
}

func (d *dictionary) indexText() {
	d.byText = make(map[string]uint32, d.texts)
	for at, i := 0, uint32(0); at < len(d.page); i++ {
		n := int(binary.LittleEndian.Uint32(d.page[at:]))
		d.byText[string(d.page[at+4:at+4+n])] = i
		at += 4 + n
	}
}

func (d *dictionary) indexInts() {
	d.byInt = make(map[int64]uint32, len(d.ints))
	for i, v := range d.ints {
		d.byInt[v] = uint32(i)
	}
}

func (d *dictionary) addText(s string) uint32 {
	if d.byText != nil {
		if l, ok := d.byText[s]; ok {
			return l
		}
		d.byText[s] = uint32(d.texts)
	}
	d.page = append(binary.LittleEndian.AppendUint32(d.page, uint32(len(s))), s...)
	d.bytes += 4 + len(s)
	d.texts++
	return uint32(d.texts - 1)
}

func (d *dictionary) addInt(v int64) uint32 {
	if d.byInt != nil {
		if l, ok := d.byInt[v]; ok {
			return l
		}
		d.byInt[v] = uint32(len(d.ints))
	}
	if n := len(d.ints); n > 0 && d.ints[n-1] == v {
		return uint32(n - 1) // of the record before
	}
	d.ints = append(d.ints, v)
	d.bytes += 8
	return uint32(len(d.ints) - 1)
}

var errNull = errors.New("null in a column that takes none")

// local returns the own position of position id of the source in use, or Null.
func (c *column) local(id uint32) (uint32, error) {
	d := &c.dict
	if id == batch.Null {
		switch {
		case c.field.Kind == batch.Text:
			if d.byText == nil {
				d.indexText()
			}
			return d.addText(""), nil
		case !c.field.Nullable:
			return 0, errNull
		}
		return batch.Null, nil
	}
	if l := d.remap[id]; l != 0 {
		return l - 1, nil
	}
	l := c.add(d.src, id)
	d.remap[id] = l + 1
	d.used = append(d.used, id)
	return l, nil
}

// add returns the own position of the value at position id of src.
func (c *column) add(src *batch.Dict, id uint32) uint32 {
	switch d := &c.dict; c.field.Kind {
	case batch.Text:
		return d.addText(src.Text[id])
	case batch.Bool:
		if src.Ints[id] != 0 {
			return 1
		}
		return 0
	case batch.Real:
		return d.addInt(int64(math.Float64bits(src.Reals[id])))
	default:
		return d.addInt(src.Ints[id])
	}
}

// addRun adds n rows with the value at own position id.
func (c *column) addRun(e *encoder, n int, id uint32) {
	if c.mode == inRuns {
		k := len(c.runs) - 1
		if k >= 0 && c.runs[k].id == id {
			c.runs[k].rows += n
		} else {
			if len(c.runs) == maxRuns {
				c.endPage(e, false)
			}
			c.runs = append(c.runs, run{n, id})
		}
		c.rows += n
		return
	}
	c.rows += n
	switch c.mode {
	case inCodes:
		if id == batch.Null {
			c.nulls += n
		}
		c.ids = appendFill(c.ids, id, n)
	case inValues:
		c.rows -= n
		c.addValue(n, id)
	}
}

// addValue adds n rows to ints that have the value at own position id.
func (c *column) addValue(n int, id uint32) {
	c.growValid(n)
	if id == batch.Null {
		c.nulls += n
	} else {
		v := c.dict.ints[id]
		c.ints = appendFill(c.ints, v, n)
		if c.field.Nullable {
			copyBits(c.valid, c.rows, nil, 0, n)
		}
	}
	c.rows += n
}

func appendFill[T any](s []T, v T, n int) []T {
	o := len(s)
	s = slices.Grow(s, n)[:o+n]
	out := s[o:]
	for i := range out {
		out[i] = v
	}
	return s
}

func (c *column) growValid(n int) {
	if c.field.Nullable {
		c.valid = c.valid.Grow(c.rows + n)
	}
}

func (c *column) addConst(e *encoder, b *batch.Column, n int) error {
	id := batch.Null
	if len(b.IDs) > 0 {
		id = b.IDs[0]
		if b.Via != nil && id != batch.Null {
			id = b.Via[id]
		}
	}
	c.dict.use(b.Dict, c.field.Kind)
	l, err := c.local(id)
	if err == nil {
		c.addRun(e, n, l)
	}
	return err
}

func (c *column) addRuns(e *encoder, b *batch.Column, from, to int) error {
	c.dict.use(b.Dict, c.field.Kind)
	k, _ := slices.BinarySearch(b.Ends, uint32(from+1)) // the first run that ends after from
	for at := from; at < to; k++ {
		id := b.IDs[k]
		if b.Via != nil && id != batch.Null {
			id = b.Via[id]
		}
		l, err := c.local(id)
		if err != nil {
			return err
		}
		end := min(int(b.Ends[k]), to)
		c.addRun(e, end-at, l)
		at = end
	}
	return nil
}

// maxRuns bounds the memory of runs that wait for the row group's end.
const maxRuns = 1 << 14

// minRunPage is the number of rows in runs that make a page of their own when
// rows that are no runs follow; fewer are written out by row.
const minRunPage = 4096

// codes makes room for n rows by position and returns it. If the column is
// inValues, it returns scratch memory instead that addValues takes.
func (c *column) codes(e *encoder, n int) []uint32 {
	if c.mode == inValues {
		e.ids = slices.Grow(e.ids[:0], n)[:n]
		return e.ids
	}
	if c.mode == inRuns {
		if c.rows >= minRunPage {
			c.endPage(e, false)
		}
		c.unroll()
	}
	o := len(c.ids)
	c.ids = slices.Grow(c.ids, n)[:o+n]
	return c.ids[o:]
}

// unroll turns runs into positions by row.
func (c *column) unroll() {
	c.mode = inCodes
	for _, r := range c.runs {
		c.ids = appendFill(c.ids, r.id, r.rows)
		if r.id == batch.Null {
			c.nulls += r.rows
		}
	}
	c.runs = c.runs[:0]
}

// addCodes takes what has been put into the room that codes made.
func (c *column) addCodes(ids []uint32, nulls int) {
	if c.mode == inValues {
		for _, id := range ids {
			c.addValue(1, id)
		}
		return
	}
	c.nulls += nulls
	c.rows += len(ids)
}

// addPlain adds rows of values.
func (c *column) addPlain(e *encoder, b *batch.Column, from, to int) error {
	switch c.field.Kind {
	case batch.Text:
		return errors.New("text cannot be plain")
	case batch.Bool:
		return c.addPlainBools(e, b, from, to)
	}
	if c.mode != inValues {
		c.intoValues(e)
	}
	nulls := to - from - b.Valid.Count(from, to)
	if nulls > 0 && !c.field.Nullable {
		return errNull
	}
	o := len(c.ints)
	c.growValid(to - from)
	switch {
	case nulls == to-from:
	case c.field.Kind == batch.Real:
		for i := from; i < to; i++ {
			if b.Valid.Get(i) {
				c.ints = append(c.ints, int64(math.Float64bits(b.Reals[i])))
			}
		}
	case nulls == 0:
		c.ints = append(c.ints, b.Ints[from:to]...)
	default:
		c.ints = slices.Grow(c.ints, to-from-nulls)[:o+to-from-nulls]
		out, k := c.ints[o:], 0
		for i := from; i < to; {
			if i&63 == 0 && i+64 <= to {
				ints := (*[64]int64)(b.Ints[i:])
				switch w := b.Valid[i>>6]; w {
				case 0:
				case math.MaxUint64:
					k += copy(out[k:], ints[:])
				default:
					for ; w != 0; w &= w - 1 {
						out[k] = ints[bits.TrailingZeros64(w)&63]
						k++
					}
				}
				i += 64
				continue
			}
			if b.Valid.Get(i) {
				out[k] = b.Ints[i]
				k++
			}
			i++
		}
	}
	if c.field.Nullable {
		copyBits(c.valid, c.rows, b.Valid, from, to-from)
	}
	c.nulls += nulls
	c.rows += to - from
	return nil
}

func (c *column) addPlainBools(e *encoder, b *batch.Column, from, to int) error {
	out := c.codes(e, to-from)
	nulls := 0
	for i := range out {
		switch {
		case !b.Valid.Get(from + i):
			if !c.field.Nullable {
				return errNull
			}
			out[i] = batch.Null
			nulls++
		case b.Ints[from+i] != 0:
			out[i] = 1
		default:
			out[i] = 0
		}
	}
	c.addCodes(out, nulls)
	return nil
}

// intoValues turns rows that are not in a page into values.
func (c *column) intoValues(e *encoder) {
	if c.rows >= minRunPage {
		c.endPage(e, false)
	}
	if c.mode == inRuns {
		c.unroll()
	}
	c.mode, c.rows, c.nulls = inValues, 0, 0
	for _, id := range c.ids {
		c.addValue(1, id)
	}
	c.ids = c.ids[:0]
}

// copyBits sets n bits of dst, all zero so far, from bit at to those of src from from.
func copyBits(dst batch.Bitmap, at int, src batch.Bitmap, from, n int) {
	for done := 0; done < n; {
		k := min(64-(at+done)&63, n-done)
		w := uint64(math.MaxUint64)
		if src != nil {
			i := from + done
			w = src[i>>6] >> (i & 63)
			if i&63 != 0 && i>>6+1 < len(src) {
				w |= src[i>>6+1] << (64 - i&63)
			}
		}
		if k < 64 {
			w &= 1<<k - 1
		}
		dst[(at+done)>>6] |= w << ((at + done) & 63)
		done += k
	}
}
