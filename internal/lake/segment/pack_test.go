package segment

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// bit returns bit i of b, lowest first.
func bit(b []byte, i int) uint64 { return uint64(b[i>>3]>>(i&7)) & 1 }

func TestPackedPositionsLieAsParquetSaysInEveryWidth(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for w := uint(0); w <= 32; w++ {
		for _, n := range []int{1, 7, 8, 9, 64, 100} {
			v := make([]uint32, n)
			for i := range v {
				v[i] = uint32(r.Uint64() & (1<<w - 1))
			}
			v[0] = uint32(uint64(1)<<w - 1)
			b := appendBitPacked(nil, v, w)
			if b[0] != byte((n+7)/8<<1|1) || len(b) != 1+(n+7)/8*int(w) {
				t.Fatalf("width %d, %d values: %d bytes, head %d", w, n, len(b), b[0])
			}
			for i, x := range v {
				for k := range w {
					if bit(b[1:], i*int(w)+int(k)) != uint64(x>>k)&1 {
						t.Fatalf("width %d: bit %d of value %d is wrong", w, k, i)
					}
				}
			}
			body := append(b[1:], make([]byte, pad)...)
			for first := range n {
				got := make([]uint32, n-first)
				unpack(got, body, first, w)
				if !slices.Equal(got, v[first:]) {
					t.Fatalf("width %d from %d: %v, want %v", w, first, got, v[first:])
				}
			}
		}
	}
}

func TestPositionsThatRepeatBecomeRunsAmongPackedOnes(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	for w := uint(1); w <= 20; w++ {
		for range 50 {
			var v []uint32
			for n := 1 + r.IntN(300); len(v) < n; {
				x := r.Uint32N(1 << w)
				v = appendFill(v, x, 1+r.IntN(100)*r.IntN(2))
			}
			b := appendHybrid(nil, v, w)
			if most := 1 + (len(v)+7)/8*int(w) + 8; len(b) > most {
				t.Fatalf("width %d: %d positions take %d bytes, packed %d", w, len(v), len(b), most)
			}
			h := hybrid{b: append(b, make([]byte, pad)...), w: w}
			got := make([]uint32, len(v))
			for rest := got; len(rest) > 0; {
				n := min(len(rest), 1+r.IntN(20))
				if err := h.fill(rest[:n]); err != nil {
					t.Fatal(err)
				}
				rest = rest[n:]
			}
			if !slices.Equal(got, v) {
				t.Fatalf("width %d: %v, want %v", w, got, v)
			}
		}
	}
	if b := appendHybrid(nil, make([]uint32, 1000), 5); len(b) != 3 {
		t.Fatalf("one value in every row takes %d bytes", len(b))
	}
}

func TestDeltasOfEveryWidthComeBack(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for w := uint(0); w <= 64; w++ {
		for _, n := range []int{0, 1, 2, 32, 33, 129, 130, 400} {
			v := make([]int64, n)
			prev := int64(r.Uint64())
			for i := range v {
				if w > 0 {
					prev += int64(r.Uint64() >> (64 - w))
				}
				v[i] = prev
			}
			checkDelta(t, v, false)
			for i := range v {
				v[i] = int64(int32(v[i]))
			}
			checkDelta(t, v, true)
		}
	}
	checkDelta(t, []int64{math.MinInt64, math.MaxInt64, math.MinInt64, 0, -1, 1}, false)
	checkDelta(t, []int64{math.MinInt32, math.MaxInt32, math.MinInt32, 0, -1, 1}, true)
}

func TestDeltasOfWidthsThatAreNotWrittenAreRead(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 10))
	for w := uint(maxMini + 1); w < 64; w++ {
		v := []int64{1, 1}
		b, _, _ := appendDelta(nil, v, false)
		b = b[:len(b)-4] // the widths
		b = append(b, byte(w), 0, 0, 0)
		mini := make([]byte, 4*w)
		for i := range deltaMini - 1 {
			d := r.Uint64() >> (64 - w)
			v = append(v, v[len(v)-1]+int64(d))
			for k := range w {
				at := (i+1)*int(w) + int(k)
				mini[at>>3] |= byte(d>>k&1) << (at & 7)
			}
		}
		b = append(append(b, mini...), make([]byte, pad)...)
		b[3] = byte(len(v))
		got := make([]int64, len(v))
		if err := decodeDelta(got, b, false); err != nil || !slices.Equal(got, v) {
			t.Fatalf("width %d: %v, %v, want %v", w, err, got, v)
		}
	}
}

func checkDelta(t *testing.T, v []int64, narrow bool) {
	t.Helper()
	b, low, high := appendDelta(nil, v, narrow)
	if len(v) > 0 && (low != slices.Min(v) || high != slices.Max(v)) {
		t.Fatalf("range of %v is %d to %d", v, low, high)
	}
	b = append(b, make([]byte, pad)...)
	got := make([]int64, len(v))
	if err := decodeDelta(got, b, narrow); err != nil {
		t.Fatalf("%d values, narrow %v: %v", len(v), narrow, err)
	}
	if !slices.Equal(got, v) {
		t.Fatalf("narrow %v: %v, want %v", narrow, got, v)
	}
	for cut := range len(b) - pad {
		if err := decodeDelta(got, append(b[:cut:cut], make([]byte, pad)...), narrow); err == nil {
			t.Fatalf("%d values cut to %d of %d bytes decode", len(v), cut, len(b)-pad)
		}
	}
}

func TestBitsAreCopiedBetweenAnyOffsets(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	src := []uint64{r.Uint64(), r.Uint64(), r.Uint64()}
	for at := 0; at < 70; at += 3 {
		for from := range 70 {
			for _, n := range []int{0, 1, 63, 64, 65, 122} {
				dst := make([]uint64, 4)
				copyBits(dst, at, src, from, n)
				for i := range 256 {
					want := i >= at && i < at+n && src[(from+i-at)>>6]>>((from+i-at)&63)&1 != 0
					if got := dst[i>>6]>>(i&63)&1 != 0; got != want {
						t.Fatalf("copy of %d bits from %d to %d: bit %d is %v", n, from, at, i, got)
					}
				}
			}
		}
	}
}
