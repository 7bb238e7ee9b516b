package fn

import "math/bits"

// parseDotted reads a plain dotted address, eight characters at a time: texts of
// addresses have their dots anywhere, which a processor cannot foresee when it
// reads them one by one. It is false for all else, addresses with prefixes or
// spaces included.
func parseDotted(s string) (uint32, bool) {
	const zeros = 0x3030303030303030
	n := len(s)
	if n < 7 || n > 15 {
		return 0, false
	}
	var head, tail uint64 // the first eight characters and the last, as digits
	if n >= 8 {
		head, tail = load8(s), load8(s[n-8:])
	} else {
		seven := uint64(load4(s)) | uint64(load4(s[3:]))<<24
		head, tail = seven|'0'<<56, seven<<8|'0'
	}
	head, tail = head^zeros, tail^zeros
	// Where the address has something else than a digit, there must be three dots.
	others := uint32(nondigits(head)) | uint32(nondigits(tail))<<(uint(n-7)&31)>>1
	second := others & (others - 1)
	third := second & (second - 1)
	if third == 0 || third&(third-1) != 0 {
		return 0, false
	}
	dot1, dot2, dot3 := bits.TrailingZeros32(others), bits.TrailingZeros32(second), bits.TrailingZeros32(third)
	if s[dot1] != '.' || s[dot2] != '.' || s[dot3] != '.' {
		return 0, false
	}
	len1, len2, len3, len4 := uint(dot1), uint(dot2-dot1-1), uint(dot3-dot2-1), uint(n-dot3-1)
	if len1-1 > 2 || len2-1 > 2 || len3-1 > 2 || len4-1 > 2 {
		return 0, false
	}
	// The first two octets lie in head, the last two in tail.
	north := digits(head, len1) | digits(head>>(8*uint(dot1+1)&63), len2)<<32
	south := digits(tail>>(8*uint(dot2+9-n)&63), len3) | digits(tail>>(8*uint(dot3+9-n)&63), len4)<<32
	north, south = numbers(north), numbers(south)
	if (north|south)&^0xff000000ff != 0 {
		return 0, false
	}
	return uint32(north<<24) | uint32(north>>16) | uint32(south<<8) | uint32(south>>32), true
}

// load8 returns the first eight bytes of s, the first the lowest.
func load8(s string) uint64 {
	_ = s[7]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
		uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
}

func load4(s string) uint32 {
	_ = s[3]
	return uint32(s[0]) | uint32(s[1])<<8 | uint32(s[2])<<16 | uint32(s[3])<<24
}

// nondigits returns a bit for each byte of x that is more than 9, the first byte
// the lowest bit. If a byte is more than 0x89, the next may be taken for more
// than 9 too.
func nondigits(x uint64) uint8 {
	high := ((x + 0x7676767676767676) | x) & 0x8080808080808080
	return uint8(high >> 7 * 0x0102040810204080 >> 56)
}

// digits returns the first n bytes of x, at most three, with zeros before them
// to make three.
func digits(x uint64, n uint) uint64 { return x << ((24 - 8*n) & 63) & 0xffffff }

// numbers makes numbers of three digits each, the first digit the lowest byte,
// in both halves of x.
func numbers(x uint64) uint64 {
	const low = 0xff000000ff
	return x&low*100 + x>>8&low*10 + x>>16&low
}
