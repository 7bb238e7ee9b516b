package segment

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"slices"

	"github.com/klauspost/compress/s2"
	"github.com/klauspost/compress/zstd"

	"github.com/azflow/azflow/internal/batch"
)

// Reader reads a segment. Any number of scans may go on at once.
type Reader struct {
	in    io.ReaderAt
	close func() error
	foot  *footer
	info  Info
	size  int64
}

// Open opens the segment at path.
func Open(path string) (*Reader, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("open segment: %w", err)
	}
	st, err := f.Stat()
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open segment: %w", err), f.Close())
	}
	r, err := NewReader(f, st.Size())
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open segment %s: %w", path, err), f.Close())
	}
	r.close = f.Close
	return r, nil
}

// NewReader reads the segment of size bytes that in holds. It returns
// ErrNotSegment or ErrCorrupt, wrapped, for anything else.
func NewReader(in io.ReaderAt, size int64) (*Reader, error) {
	r := &Reader{in: in, size: size, close: func() error { return nil }}
	var head [4]byte
	var tail [8]byte
	if size < int64(len(head)+len(tail)) {
		return nil, fmt.Errorf("%w: it has only %d bytes", ErrNotSegment, size)
	}
	if err := r.readAt(head[:], 0); err != nil {
		return nil, err
	}
	if head != magic {
		return nil, fmt.Errorf("%w: it does not begin as a Parquet file does", ErrNotSegment)
	}
	if err := r.readAt(tail[:], size-int64(len(tail))); err != nil {
		return nil, err
	}
	n := int64(binary.LittleEndian.Uint32(tail[:]))
	if [4]byte(tail[4:]) != magic || n > size-int64(len(head)+len(tail)) {
		return nil, fmt.Errorf("%w: it has no footer, so its end is missing", ErrCorrupt)
	}
	b := make([]byte, n)
	if err := r.readAt(b, size-int64(len(tail))-n); err != nil {
		return nil, err
	}
	foot, err := parseFooter(b)
	if foot.maker != createdBy {
		return nil, errors.Join(fmt.Errorf("%w: its footer says it is by %q", ErrNotSegment, foot.maker), err)
	}
	if err == nil {
		err = foot.check(size)
	}
	if err != nil {
		return nil, fmt.Errorf("%w: footer: %w", ErrCorrupt, err)
	}
	r.foot = foot
	r.info = Info{Meta: foot.meta, Fields: foot.fields}
	if r.info.Summary, err = foot.summary(size); err != nil {
		return nil, fmt.Errorf("%w: footer: %w", ErrCorrupt, err)
	}
	return r, nil
}

// check verifies that counts agree and that chunks lie within the file.
func (f *footer) check(size int64) error {
	rows := int64(0)
	for g := range f.groups {
		rows += f.groups[g].rows
		if len(f.groups[g].chunks) != len(f.fields) {
			return fmt.Errorf("row group %d has %d columns of %d", g, len(f.groups[g].chunks), len(f.fields))
		}
		for i := range f.groups[g].chunks {
			c := &f.groups[g].chunks[i]
			if at := c.start(); at < 4 || c.stored < 0 || c.stored > size || at > size-c.stored {
				return fmt.Errorf("column %q of row group %d lies outside the file", f.fields[i].Name, g)
			}
		}
	}
	if rows != f.rows {
		return fmt.Errorf("row groups have %d rows of %d", rows, f.rows)
	}
	return nil
}

func (r *Reader) readAt(b []byte, at int64) error {
	n, err := r.in.ReadAt(b, at)
	if n == len(b) {
		return nil
	}
	if err == nil || errors.Is(err, io.EOF) {
		return fmt.Errorf("%w: it ends at byte %d", ErrCorrupt, at+int64(n))
	}
	return fmt.Errorf("read segment: %w", err)
}

// Close closes the file that Open opened.
func (r *Reader) Close() error { return r.close() }

// Info returns what the segment says about itself.
func (r *Reader) Info() Info { return r.info }

// ReadMeta returns what the segment at path says about itself. Rows are not read.
func ReadMeta(path string) (Info, error) {
	r, err := Open(path)
	if err != nil {
		return Info{}, err
	}
	return r.info, r.Close()
}

// Scan starts reading rows of the named columns, in the order of the names;
// no names means all columns.
func (r *Reader) Scan(names ...string) (*Scanner, error) {
	s := &Scanner{r: r}
	if len(names) == 0 {
		for i := range r.foot.fields {
			s.cols = append(s.cols, chunkReader{at: i})
		}
	}
	for _, name := range names {
		i := slices.IndexFunc(r.foot.fields, func(f batch.Field) bool { return f.Name == name })
		if i < 0 {
			return nil, fmt.Errorf("segment has no column %q", name)
		}
		s.cols = append(s.cols, chunkReader{at: i})
	}
	for i := range s.cols {
		s.cols[i].field = r.foot.fields[s.cols[i].at]
		s.out.Fields = append(s.out.Fields, s.cols[i].field)
	}
	s.out.Columns = make([]batch.Column, len(s.cols))
	return s, nil
}

// Scanner gives the rows of a segment in order. It holds one row group of the
// scanned columns, compressed, and one page a column.
type Scanner struct {
	r    *Reader
	cols []chunkReader
	next int   // row group
	left int64 // rows of the row group at hand
	out  batch.Batch
	dec  decoder
	err  error
}

// Next returns the next rows, io.EOF after the last. The batch is valid until
// the next call; its texts may be kept. A batch lies within one row group and
// in one page of each column.
func (s *Scanner) Next() (*batch.Batch, error) {
	if s.err != nil {
		return nil, s.err
	}
	for s.left == 0 {
		if s.next == len(s.r.foot.groups) {
			s.err = io.EOF
			return nil, s.err
		}
		if s.err = s.open(&s.r.foot.groups[s.next]); s.err != nil {
			return nil, s.err
		}
		s.next++
	}
	n := int(min(s.left, defaultPageRows))
	for i := range s.cols {
		c := &s.cols[i]
		if c.left == 0 {
			if err := c.nextPage(&s.dec); err != nil {
				return nil, s.broken(c, err)
			}
		}
		n = min(n, c.left)
	}
	for i := range s.cols {
		if err := s.cols[i].read(&s.out.Columns[i], n); err != nil {
			return nil, s.broken(&s.cols[i], err)
		}
	}
	s.left -= int64(n)
	s.out.Rows = n
	return &s.out, nil
}

func (s *Scanner) broken(c *chunkReader, err error) error {
	s.err = fmt.Errorf("%w: column %s, row group %d: %w", ErrCorrupt, c.field.Name, s.next-1, err)
	return s.err
}

// open reads the chunks of g.
func (s *Scanner) open(g *rowGroup) error {
	s.left = g.rows
	for i := range s.cols {
		c := &s.cols[i]
		m := &g.chunks[c.at]
		c.start(m)
		c.buf = slices.Grow(c.buf[:0], int(m.stored))[:m.stored]
		if err := s.r.readAt(c.buf, m.start()); err != nil {
			return fmt.Errorf("column %s: %w", c.field.Name, err)
		}
		c.rest = c.buf
	}
	return nil
}

// decoder decompresses pages.
type decoder struct {
	zstd *zstd.Decoder
}

// maxPageBytes bounds what a page may claim to unpack to.
const maxPageBytes = 1 << 30

// page returns the header of the page at the start of b, its body, unpacked
// into buf and followed by pad bytes, and what follows it in b.
func (d *decoder) page(b, buf []byte, codec int) (h pageHeader, body, rest []byte, err error) {
	h, rest, err = parsePageHeader(b)
	if err != nil {
		return h, buf, nil, fmt.Errorf("page header: %w", err)
	}
	if h.stored < 0 || h.stored > int64(len(rest)) {
		return h, buf, nil, fmt.Errorf("page of %d bytes where %d are left", h.stored, len(rest))
	}
	packed := rest[:h.stored]
	rest = rest[h.stored:]
	if h.hasCRC && uint32(h.crc) != crc32.ChecksumIEEE(packed) {
		return h, buf, nil, errors.New("page has a wrong checksum")
	}
	if h.raw < 0 || h.raw > maxPageBytes || h.raw > (h.stored+64)<<16 { // no codec packs tighter
		return h, buf, nil, fmt.Errorf("page claims %d bytes", h.raw)
	}
	buf = slices.Grow(buf[:0], int(h.raw)+pad)
	switch codec {
	case codecNone:
		body = append(buf, packed...)
	case codecSnappy:
		if n, err := s2.DecodedLen(packed); err != nil || int64(n) != h.raw {
			return h, buf, nil, fmt.Errorf("page does not unpack to %d bytes", h.raw)
		}
		body, err = s2.Decode(buf[:h.raw], packed)
	case codecZstd:
		if d.zstd == nil {
			d.zstd, err = zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxMemory(maxPageBytes))
			if err != nil {
				return h, buf, nil, err
			}
		}
		body, err = d.zstd.DecodeAll(packed, buf)
	default:
		err = fmt.Errorf("unknown codec %d", codec)
	}
	if err != nil {
		return h, buf, nil, fmt.Errorf("page does not unpack: %w", err)
	}
	if int64(len(body)) != h.raw {
		return h, buf, nil, fmt.Errorf("page unpacks to %d bytes, not %d", len(body), h.raw)
	}
	body = slices.Grow(body, pad)[:len(body)+pad]
	clear(body[h.raw:])
	return h, body, rest, nil
}
