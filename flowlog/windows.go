package flowlog

import (
	"errors"
	"io"
)

// Windows cuts an input into windows for a [ColumnDecoder]:
//
//	for last := false; !last; {
//		var b []byte
//		if b, last, err = w.Next(); err != nil {
//			return err
//		}
//		w.Discard(d.DecodeColumns(b, last, &cur, cols))
//		// use cols, then
//		cols.Reset()
//	}
//
// It holds one window, which grows beyond the given size only while a record
// does not fit, and to no more than MaxRecordSize and that size together.
type Windows struct {
	r    io.Reader
	size int
	buf  []byte // the window, and Pad bytes of spare capacity
	last bool
	full bool // the window must grow before it can be used again
}

// NewWindows returns the windows of r. A size of some MiB serves well.
func NewWindows(r io.Reader, size int) *Windows { return &Windows{r: r, size: max(size, 1)} }

// Reset goes on with another input, and keeps the memory.
func (w *Windows) Reset(r io.Reader) { *w = Windows{r: r, size: w.size, buf: w.buf[:0]} }

// Next returns what the last window had left and as much more as there is
// room for, and reports whether the input ends with it. The window is valid
// until the next call of Next or Discard. After an error the window holds what
// was read before it.
func (w *Windows) Next() (b []byte, last bool, err error) {
	w.fit()
	room := w.buf[len(w.buf) : cap(w.buf)-Pad]
	n := 0
	for n < len(room) && !w.last && err == nil {
		var k int
		k, err = w.r.Read(room[n:])
		n += k
		if errors.Is(err, io.EOF) {
			w.last, err = true, nil
		}
	}
	w.buf = w.buf[:len(w.buf)+n]
	w.full = true
	return w.buf, w.last, err
}

// fit makes the buffer as large as the next window needs.
func (w *Windows) fit() {
	want := cap(w.buf) - Pad
	switch {
	case want < w.size:
		want = w.size
	case w.full && len(w.buf) == want && !w.last:
		want = min(2*want, MaxRecordSize+w.size)
	case want > w.size && len(w.buf) < w.size/2:
		want = w.size // the large record has passed
	}
	if want+Pad != cap(w.buf) {
		w.buf = append(make([]byte, 0, want+Pad), w.buf...)
	}
}

// Discard drops the first n bytes of the window: those that were consumed.
func (w *Windows) Discard(n int) {
	w.buf = w.buf[:copy(w.buf, w.buf[n:])]
	w.full = n == 0
}
