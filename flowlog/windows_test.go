package flowlog

import (
	"bytes"
	"errors"
	"io"
	"testing"
	"testing/iotest"
)

func TestWindowsGiveTheWholeInput(t *testing.T) {
	in := bytes.Repeat([]byte("0123456789"), 1000)
	for _, size := range []int{1, 7, 100, 9999, 10000, 10001, 1 << 20} {
		for name, r := range map[string]io.Reader{
			"all at once": bytes.NewReader(in), "byte by byte": iotest.OneByteReader(bytes.NewReader(in)), "with EOF": iotest.DataErrReader(bytes.NewReader(in)),
		} {
			w := NewWindows(r, size)
			var got []byte
			for last := false; !last; {
				var b []byte
				var err error
				if b, last, err = w.Next(); err != nil {
					t.Fatal(err)
				}
				if cap(b)-len(b) < Pad {
					t.Fatalf("window of %d bytes has a capacity of %d", len(b), cap(b))
				}
				n := min(len(b), 1+len(b)/2) // as a decoder leaves a part
				if last {
					n = len(b)
				}
				got = append(got, b[:n]...)
				w.Discard(n)
			}
			if !bytes.Equal(got, in) {
				t.Errorf("size %d, %s: got %d bytes, want %d", size, name, len(got), len(in))
			}
		}
	}
}

func TestWindowsGrowOnlyWhileNothingIsConsumed(t *testing.T) {
	w := NewWindows(zeros{}, 1000)
	sizes := []int{}
	for range 4 {
		b, last, err := w.Next()
		if err != nil || last {
			t.Fatal(last, err)
		}
		sizes = append(sizes, len(b))
		w.Discard(0)
	}
	if sizes[0] != 1000 || sizes[1] != 2000 || sizes[2] != 4000 || sizes[3] != 8000 {
		t.Errorf("windows grew as %v, want doubling from 1000", sizes)
	}
	w.Discard(7900)
	if b, _, _ := w.Next(); len(b) != 1000 {
		t.Errorf("after the large record a window has %d bytes, want 1000", len(b))
	}
	for range 40 {
		w.Discard(0)
		if b, _, _ := w.Next(); len(b) > MaxRecordSize+1000 {
			t.Fatalf("window of %d bytes", len(b))
		}
	}
}

type zeros struct{}

func (zeros) Read(b []byte) (int, error) { return len(b), nil }

func TestWindowsReturnReadErrorsAndWhatWasReadBefore(t *testing.T) {
	broken := errors.New("broken")
	w := NewWindows(io.MultiReader(bytes.NewReader([]byte("abc")), iotest.ErrReader(broken)), 10)
	b, last, err := w.Next()
	if string(b) != "abc" || last || !errors.Is(err, broken) {
		t.Errorf("Next = %q, %v, %v", b, last, err)
	}
}

func TestWindowsCanGoOnWithAnotherInput(t *testing.T) {
	w := NewWindows(bytes.NewReader([]byte("first, left half read")), 100)
	if _, _, err := w.Next(); err != nil {
		t.Fatal(err)
	}
	w.Discard(3)
	w.Reset(bytes.NewReader([]byte("second")))
	if b, last, err := w.Next(); string(b) != "second" || !last || err != nil {
		t.Errorf("Next = %q, %v, %v", b, last, err)
	}
}
