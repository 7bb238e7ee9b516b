package segment

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"math"

	"github.com/klauspost/compress/s2"
	"github.com/klauspost/compress/zstd"

	"github.com/azflow/azflow/internal/batch"
)

// Writer writes one segment. It holds at most one row group, compressed, and
// one page a column that varies; it is not safe for concurrent use.
type Writer struct {
	out    *bufio.Writer
	at     int64 // file offset
	foot   footer
	cols   []column
	opt    Options
	rows   int // in the row group
	window int // rows since pages were last ended together
	err    error

	enc    encoder
	bases  []base // one a column
	shared []int  // the bases of the batch at hand
}

// NewWriter starts a segment with the given columns on w. The caller creates,
// syncs, closes and renames the file.
func NewWriter(w io.Writer, fields []batch.Field, opt Options) (*Writer, error) {
	if opt.GroupRows == 0 {
		opt.GroupRows = defaultGroupRows
	}
	if opt.PageRows == 0 {
		opt.PageRows = defaultPageRows
	}
	if opt.GroupRows < 0 || opt.GroupRows > maxGroupRows || opt.PageRows < 0 {
		return nil, fmt.Errorf("row groups of %d and pages of %d rows cannot be written: groups take 1 to %d rows", opt.GroupRows, opt.PageRows, maxGroupRows)
	}
	x := &Writer{out: bufio.NewWriterSize(w, fileBuffer), opt: opt, cols: make([]column, len(fields)), bases: make([]base, len(fields))}
	x.foot.fields = append(x.foot.fields, fields...)
	seen := map[string]bool{}
	for i, f := range fields {
		if f.Kind < batch.Text || f.Kind > batch.Real || f.Name == "" || seen[f.Name] || f.Nullable && f.Kind == batch.Text {
			return nil, fmt.Errorf("column %q (%v) is unnamed, twice there, a nullable text or of no kind", f.Name, f.Kind)
		}
		seen[f.Name] = true
		x.cols[i].field = f
	}
	switch opt.Codec {
	case Snappy:
		x.enc.codec = codecSnappy
	case Zstd:
		x.enc.codec = codecZstd
		var err error
		x.enc.zstd, err = zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1), zstd.WithEncoderLevel(zstd.SpeedDefault),
			zstd.WithWindowSize(512<<10), zstd.WithLowerEncoderMem(true), zstd.WithEncoderCRC(false))
		if err != nil {
			return nil, err
		}
	case Uncompressed:
		x.enc.codec = codecNone
	default:
		return nil, fmt.Errorf("unknown codec %d", opt.Codec)
	}
	x.Reset(w)
	return x, x.err
}

// Reset starts another segment with the same columns and options on out, and
// keeps the memory. What was begun and not closed is given up.
func (w *Writer) Reset(out io.Writer) {
	w.out.Reset(out)
	w.at, w.rows, w.window, w.err = 0, 0, 0, nil
	w.foot = footer{fields: w.foot.fields}
	w.restart()
	w.write(magic[:])
}

// restart makes the columns ready for the next row group.
func (w *Writer) restart() {
	for k := range w.bases {
		w.bases[k].reset()
	}
	for i := range w.cols {
		w.cols[i].pages.release(&w.enc.free)
		w.cols[i].reset()
	}
}

func (w *Writer) write(b []byte) {
	if w.err != nil {
		return
	}
	if _, err := w.out.Write(b); err != nil {
		w.err = fmt.Errorf("write segment: %w", err)
	}
	w.at += int64(len(b))
}

// Write adds the rows of b, whose fields are the segment's in the same order.
// Nothing of b is kept but texts. After an error the segment is of no use and
// every later call returns that error.
func (w *Writer) Write(b *batch.Batch) error { return w.WriteRange(b, 0, b.Rows) }

// WriteRange adds the rows of b from from up to but without to.
func (w *Writer) WriteRange(b *batch.Batch, from, to int) error {
	if w.err == nil {
		w.err = w.fits(b, from, to)
	}
	if w.err != nil {
		return w.err
	}
	w.share(b)
	for from < to && w.err == nil {
		n := min(to-from, w.opt.GroupRows-w.rows, w.opt.PageRows-w.window)
		w.add(b, from, from+n)
		from += n
		w.rows += n
		w.window += n
		if w.rows == w.opt.GroupRows || w.buffered() > maxGroupBytes {
			w.endGroup()
			w.share(b)
		} else if w.window == w.opt.PageRows {
			w.endPages()
		}
	}
	return w.err
}

func (w *Writer) fits(b *batch.Batch, from, to int) error {
	if from < 0 || from > to || to > b.Rows {
		return fmt.Errorf("rows %d to %d of a batch of %d", from, to, b.Rows)
	}
	if len(b.Fields) != len(w.foot.fields) || len(b.Columns) != len(w.foot.fields) {
		return fmt.Errorf("batch has %d columns, the segment %d", len(b.Columns), len(w.foot.fields))
	}
	for i, f := range b.Fields {
		if f != w.foot.fields[i] {
			return fmt.Errorf("column %d of the batch is %v, of the segment %v", i, f, w.foot.fields[i])
		}
		if c := &b.Columns[i]; !reaches(c, f.Kind, to) {
			return fmt.Errorf("column %s of the batch ends before row %d", f.Name, to)
		}
	}
	return nil
}

// reaches reports whether c has values for the rows before to.
func reaches(c *batch.Column, k batch.Kind, to int) bool {
	switch {
	case to == 0 || c.Form == batch.Const:
		return true
	case c.Form == batch.Runs:
		return len(c.Ends) > 0 && len(c.IDs) == len(c.Ends) && int(c.Ends[len(c.Ends)-1]) >= to
	case c.Form == batch.Coded:
		return len(c.IDs) >= to
	case k == batch.Real:
		return len(c.Reals) >= to && (c.Valid == nil || len(c.Valid)*64 >= to)
	default:
		return len(c.Ints) >= to && (c.Valid == nil || len(c.Valid)*64 >= to)
	}
}

// add puts the rows of b into the columns.
func (w *Writer) add(b *batch.Batch, from, to int) {
	for _, k := range w.shared {
		w.bases[k].found = false
	}
	for i := range w.cols {
		col, c := &w.cols[i], &b.Columns[i]
		var err error
		switch c.Form {
		case batch.Const:
			err = col.addConst(&w.enc, c, to-from)
		case batch.Runs:
			err = col.addRuns(&w.enc, c, from, to)
		case batch.Coded:
			s := &w.bases[col.learned.base]
			s.find(from, to)
			err = col.addShared(&w.enc, c, s)
		case batch.Plain:
			err = col.addPlain(&w.enc, c, from, to)
		default:
			err = fmt.Errorf("unknown form %d", c.Form)
		}
		if err != nil {
			w.err = fmt.Errorf("column %s: %w", col.field.Name, err)
			return
		}
	}
}

// buffered returns the bytes that wait for the row group's end.
func (w *Writer) buffered() int {
	n := 0
	for i := range w.cols {
		n += w.cols[i].pages.size + w.cols[i].dict.bytes
	}
	return n
}

// endPages ends the pages of columns that hold values by row. Runs go on.
func (w *Writer) endPages() {
	for i := range w.cols {
		if col := &w.cols[i]; col.mode != inRuns {
			col.endPage(&w.enc, false)
		}
	}
	for k := range w.bases {
		w.bases[k].rows = w.bases[k].rows[:0]
	}
	w.window = 0
}

func (w *Writer) endGroup() {
	g := rowGroup{rows: int64(w.rows), chunks: make([]chunk, len(w.cols))}
	for i := range w.cols {
		col := &w.cols[i]
		col.endPage(&w.enc, true)
		if head, stored := col.endChunk(&w.enc); head != nil {
			col.chunk.dictAt = w.at
			w.write(head)
			w.write(stored)
		}
		col.chunk.dataAt = w.at
		for _, b := range col.pages.pieces {
			w.write(b)
		}
		g.chunks[i] = col.chunk
	}
	w.restart()
	w.foot.groups = append(w.foot.groups, g)
	w.foot.rows += int64(w.rows)
	w.rows, w.window = 0, 0
}

// Close writes what is left and the footer with meta, which may be nil, and
// says what the segment holds. The writer is of no use afterwards.
func (w *Writer) Close(meta Meta) (Summary, error) {
	if w.err == nil && w.rows > 0 {
		w.endGroup()
	}
	if w.err != nil {
		return Summary{}, w.err
	}
	if meta != nil {
		s, err := w.foot.summary(w.at)
		if err != nil {
			return Summary{}, err
		}
		if w.foot.meta, err = meta(s); err != nil {
			return Summary{}, fmt.Errorf("metadata of the segment: %w", err)
		}
	}
	b := w.foot.append(nil)
	if len(b) > math.MaxInt32 {
		return Summary{}, fmt.Errorf("metadata of the segment takes %d bytes, more than Parquet allows: write smaller segments", len(b))
	}
	b = binary.LittleEndian.AppendUint32(b, uint32(len(b)))
	w.write(append(b, magic[:]...))
	if w.err == nil {
		if err := w.out.Flush(); err != nil {
			w.err = fmt.Errorf("write segment: %w", err)
		}
	}
	if w.err != nil {
		return Summary{}, w.err
	}
	w.err = errors.New("segment is closed")
	return w.foot.summary(w.at)
}

// encoder holds what columns need to make pages, one page at a time.
type encoder struct {
	codec  int
	zstd   *zstd.Encoder
	body   []byte
	packed []byte
	head   []byte // of the last page made
	ids    []uint32
	bits   []byte
	free   [][]byte // pieces for pages
}

// pages are the finished pages of a column, in pieces of one size that all
// columns take from the same heap: none has to grow by copying.
type pages struct {
	pieces [][]byte // all but the last are full
	size   int
}

const (
	pieceSize = 8 << 10
	// fileBuffer is what is written to the file at once: a byte costs a third less
	// than in pieces of 64 kB.
	fileBuffer = 256 << 10
)

func (p *pages) add(free *[][]byte, b []byte) {
	p.size += len(b)
	for len(b) > 0 {
		last := len(p.pieces) - 1
		if last < 0 || len(p.pieces[last]) == pieceSize {
			last++
			if n := len(*free); n > 0 {
				p.pieces = append(p.pieces, (*free)[n-1][:0])
				*free = (*free)[:n-1]
			} else {
				p.pieces = append(p.pieces, make([]byte, 0, pieceSize))
			}
		}
		n := min(len(b), pieceSize-len(p.pieces[last]))
		p.pieces[last] = append(p.pieces[last], b[:n]...)
		b = b[n:]
	}
}

// release empties p.
func (p *pages) release(free *[][]byte) {
	*free = append(*free, p.pieces...)
	p.pieces, p.size = p.pieces[:0], 0
}

// shrinks reports whether Snappy takes a quarter off the body: for less, it is not
// worth its time, and that of readers.
func (e *encoder) shrinks() bool {
	e.packed = s2.EncodeSnappy(e.packed[:cap(e.packed)], e.body)
	return len(e.packed) < len(e.body)/4*3
}

// makePage returns the header of a page and its body as it is stored, and counts
// them in c. They are valid until the next page is made or body changes.
func (e *encoder) makePage(c *chunk, typ, encoding, values int, body []byte) (head, stored []byte) {
	stored = body
	switch c.codec {
	case codecSnappy:
		e.packed = s2.EncodeSnappy(e.packed[:cap(e.packed)], body)
		stored = e.packed
	case codecZstd:
		e.packed = e.zstd.EncodeAll(body, e.packed[:0])
		stored = e.packed
	}
	h := pageHeader{
		typ: typ, raw: int64(len(body)), stored: int64(len(stored)),
		crc: int64(crc32.ChecksumIEEE(stored)), values: int64(values), encoding: encoding,
	}
	e.head = h.append(e.head[:0])
	c.raw += int64(len(e.head)) + h.raw
	c.stored += int64(len(e.head)) + h.stored
	c.encodings |= 1 << encoding
	return e.head, stored
}
