package wire

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"testing"

	"github.com/azflow/azflow/flowlog"
)

func span(text string) *Span {
	var s Span
	for i := range s {
		s[i] = '7' // a digit, with which nothing ends
	}
	copy(s[:], text)
	return &s
}

func TestTimesAreReadWhateverTheTimeBefore(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	var clock Clock
	for range 100000 {
		n := uint(9 + r.IntN(8))
		text := fmt.Appendf(nil, "%08d%08d", r.IntN(3), r.IntN(1e8))[16-n:]
		bad := r.IntN(5) == 0
		if bad {
			text[r.IntN(len(text))] = "\x00/:a,\xff"[r.IntN(6)]
		}
		want, _ := strconv.ParseUint(string(text), 10, 64)
		if got, ok := clock.Time(span("x"+string(text)), 1, n); ok == bad || ok && got != want {
			t.Fatalf("%q is read as %d, %v", text, got, ok)
		}
	}
}

func TestAKnownAddressIsKnownByItsWholeText(t *testing.T) {
	own := "123.123.123.123"
	for n := 1; n <= len(own); n++ {
		var b [16]byte
		copy(b[:], own[:n])
		b[15] = byte(n)
		k := knownAs(flowlog.ShortText{A: span(string(b[:])).Load(0), B: span(string(b[:])).Load(8)}, 5)
		for m := range own {
			for _, end := range []string{",", ".", "0", "\x00"} {
				text := "," + own[:m+1] + end
				if is := k.is(span(text), 1); is != (m+1 == n && end == ",") {
					t.Errorf("%q is known as %q: %v", text, own[:n], is)
				}
			}
		}
		for bit := range 8 * (n + 1) {
			text := []byte(own[:n] + ",")
			text[bit/8] ^= 1 << (bit % 8)
			if k.is(span(string(text)), 0) {
				t.Errorf("%q is known as %q", text, own[:n])
			}
		}
		if k.size != uint(n)+1 || k.id != 5 {
			t.Errorf("%q is known as %+v", own[:n], k)
		}
	}
	if k := unknown(); k.is(span(own+","), 0) || k.is(span("\x00\x00\x00\x00\x00\x00\x00\x00"), 0) {
		t.Error("an address is known though none was seen")
	}
}
