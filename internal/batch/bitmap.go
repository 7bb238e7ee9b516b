package batch

import "math/bits"

// Bitmap holds one bit a row, lowest bit first. A nil Bitmap has every bit set.
type Bitmap []uint64

// Get reports whether bit i is set.
func (m Bitmap) Get(i int) bool {
	return m == nil || m[i>>6]>>(i&63)&1 != 0
}

// Set makes bit i be v. It must not be called on a nil Bitmap.
func (m Bitmap) Set(i int, v bool) {
	if v {
		m[i>>6] |= 1 << (i & 63)
	} else {
		m[i>>6] &^= 1 << (i & 63)
	}
}

// Count returns how many bits from from up to but without to are set.
func (m Bitmap) Count(from, to int) int {
	if m == nil || from >= to {
		return to - from
	}
	first, last := from>>6, (to-1)>>6
	n := 0
	for k := first; k <= last; k++ {
		w := m[k]
		if k == first {
			w &= ^uint64(0) << (from & 63)
		}
		if k == last {
			w &= ^uint64(0) >> (63 - (to-1)&63)
		}
		n += bits.OnesCount64(w)
	}
	return n
}

// Grow returns a bitmap of at least n bits that begins with m's and goes on
// with zeros. A nil m counts as empty, not as all set.
func (m Bitmap) Grow(n int) Bitmap {
	for len(m)*64 < n {
		m = append(m, 0)
	}
	return m
}
