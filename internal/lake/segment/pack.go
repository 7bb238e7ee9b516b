package segment

import (
	"encoding/binary"
	"errors"
	"math"
	"math/bits"
	"slices"
)

// pad is how many bytes unpacking may look beyond the end of packed values.
const pad = 16

// appendHybrid appends v in Parquet's RLE hybrid encoding, w bits a value: as
// runs where it repeats for long enough, else packed.
func appendHybrid(b []byte, v []uint32, w uint) []byte {
	if w == 0 {
		return appendRun(b, len(v), 0, 0)
	}
	// A run takes a head and a value, and what is packed behind it a head anew.
	least := max(16, (8/int(w)+1)*8)
	done := 0 // values appended
	for at := 0; at+8 <= len(v); {
		g := v[at : at+8 : at+8]
		x := g[0]
		if (g[1]^x)|(g[2]^x)|(g[3]^x)|(g[4]^x)|(g[5]^x)|(g[6]^x)|(g[7]^x) != 0 {
			at += 8
			continue
		}
		end := at + 8
		for end < len(v) && v[end] == x {
			end++
		}
		if end-at < least && end < len(v) {
			at += (end - at) &^ 7
			continue
		}
		if at > done {
			b = appendBitPacked(b, v[done:at], w)
		}
		b = appendRun(b, end-at, x, w)
		at, done = end, end
	}
	if done < len(v) {
		b = appendBitPacked(b, v[done:], w)
	}
	return b
}

// appendBitPacked appends v as one bit-packed run of Parquet's RLE hybrid
// encoding, w bits a value, filled up with zeros to a multiple of 8 values.
func appendBitPacked(b []byte, v []uint32, w uint) []byte {
	groups := (len(v) + 7) / 8
	b = binary.AppendUvarint(b, uint64(groups)<<1|1)
	return appendPacked(b, v, w)
}

// appendPacked appends v, w bits a value, filled up with zeros to a multiple of 8
// values.
func appendPacked(b []byte, v []uint32, w uint) []byte {
	groups := (len(v) + 7) / 8
	o := len(b)
	b = slices.Grow(b, groups*int(w)+pad)[:o+groups*int(w)+pad]
	whole := len(v) &^ 7
	o = packGroups(b, o, v[:whole], w)
	if whole < len(v) {
		var last [8]uint32
		copy(last[:], v[whole:])
		o = packGroups(b, o, last[:], w)
	}
	return b[:o]
}

// packGroups packs a multiple of 8 values to b[o:], which has pad bytes to
// spare, and returns the offset after them.
func packGroups(b []byte, o int, v []uint32, w uint) int {
	switch {
	case w <= 8:
		for ; len(v) >= 8; v = v[8:] {
			g := v[:8:8]
			x := uint64(g[0]) | uint64(g[1])<<w | uint64(g[2])<<(2*w) | uint64(g[3])<<(3*w) |
				uint64(g[4])<<(4*w) | uint64(g[5])<<(5*w) | uint64(g[6])<<(6*w) | uint64(g[7])<<(7*w)
			binary.LittleEndian.PutUint64(b[o:], x)
			o += int(w)
		}
	case w <= 16:
		for ; len(v) >= 8; v = v[8:] {
			g := v[:8:8]
			lo := uint64(g[0]) | uint64(g[1])<<w | uint64(g[2])<<(2*w) | uint64(g[3])<<(3*w)
			hi := uint64(g[4]) | uint64(g[5])<<w | uint64(g[6])<<(2*w) | uint64(g[7])<<(3*w)
			d := b[o : o+16]
			binary.LittleEndian.PutUint64(d, lo|hi<<(4*w))
			binary.LittleEndian.PutUint64(d[8:], hi>>(64-4*w))
			o += int(w)
		}
	default:
		var acc uint64
		var n uint
		for _, x := range v {
			acc |= uint64(x) << n
			if n += w; n >= 32 {
				binary.LittleEndian.PutUint32(b[o:], uint32(acc))
				o += 4
				acc >>= 32
				n -= 32
			}
		}
		for ; n > 0; n -= 8 { // 8 values of w bits are whole bytes
			b[o] = byte(acc)
			acc >>= 8
			o++
		}
	}
	return o
}

// appendRun appends a run of n times v of the RLE hybrid encoding.
func appendRun(b []byte, n int, v uint32, w uint) []byte {
	b = binary.AppendUvarint(b, uint64(n)<<1)
	for k := uint(0); k < w; k += 8 {
		b = append(b, byte(v>>k))
	}
	return b
}

// unpack reads len(dst) values of w <= 32 bits, the first being number first
// of those packed in src. src has pad bytes beyond the last of them.
func unpack(dst []uint32, src []byte, first int, w uint) {
	mask := uint64(1)<<w - 1
	i := 0
	for ; i < len(dst) && (first+i)&7 != 0; i++ {
		dst[i] = unpackOne(src, first+i, w, mask)
	}
	o := (first + i) / 8 * int(w)
	switch {
	case w <= 8:
		for ; len(dst)-i >= 8; i += 8 {
			x := binary.LittleEndian.Uint64(src[o:])
			g := dst[i : i+8 : i+8]
			g[0], g[1], g[2], g[3] = uint32(x&mask), uint32(x>>w&mask), uint32(x>>(2*w)&mask), uint32(x>>(3*w)&mask)
			g[4], g[5], g[6], g[7] = uint32(x>>(4*w)&mask), uint32(x>>(5*w)&mask), uint32(x>>(6*w)&mask), uint32(x>>(7*w)&mask)
			o += int(w)
		}
	case w <= 16:
		for ; len(dst)-i >= 8; i += 8 {
			s := src[o : o+16]
			lo, next := binary.LittleEndian.Uint64(s), binary.LittleEndian.Uint64(s[8:])
			hi := lo>>(4*w) | next<<(64-4*w)
			g := dst[i : i+8 : i+8]
			g[0], g[1], g[2], g[3] = uint32(lo&mask), uint32(lo>>w&mask), uint32(lo>>(2*w)&mask), uint32(lo>>(3*w)&mask)
			g[4], g[5], g[6], g[7] = uint32(hi&mask), uint32(hi>>w&mask), uint32(hi>>(2*w)&mask), uint32(hi>>(3*w)&mask)
			o += int(w)
		}
	}
	for ; i < len(dst); i++ {
		dst[i] = unpackOne(src, first+i, w, mask)
	}
}

func unpackOne(src []byte, i int, w uint, mask uint64) uint32 {
	bit := i * int(w)
	return uint32(binary.LittleEndian.Uint64(src[bit>>3:]) >> (bit & 7) & mask)
}

const (
	deltaBlock = 128
	deltaMini  = 32
	maxMini    = 56 // bits of a value in a mini-block that are fewer than 64
)

var errDelta = errors.New("delta encoding is broken")

// appendPlain appends v in Parquet's PLAIN encoding.
func appendPlain(b []byte, v []int64, narrow bool) []byte {
	o := len(b)
	if narrow {
		b = slices.Grow(b, 4*len(v))[:o+4*len(v)]
		for i, x := range v {
			binary.LittleEndian.PutUint32(b[o+4*i:], uint32(x))
		}
		return b
	}
	b = slices.Grow(b, 8*len(v))[:o+8*len(v)]
	for i, x := range v {
		binary.LittleEndian.PutUint64(b[o+8*i:], uint64(x))
	}
	return b
}

// appendDelta appends v in Parquet's DELTA_BINARY_PACKED encoding, and returns
// its lowest and highest value. For columns of 32 bits (narrow) differences wrap
// around at 32 bits, as readers of INT32 expect.
func appendDelta(b []byte, v []int64, narrow bool) (out []byte, low, high int64) {
	b = binary.AppendUvarint(b, deltaBlock)
	b = binary.AppendUvarint(b, deltaBlock/deltaMini)
	b = binary.AppendUvarint(b, uint64(len(v)))
	if len(v) == 0 {
		return binary.AppendVarint(b, 0), 0, 0
	}
	prev := v[0]
	low, high = prev, prev
	if narrow {
		prev = int64(int32(prev))
	}
	b = binary.AppendVarint(b, prev)
	var d [deltaBlock]int64
	for i := 1; i < len(v); i += deltaBlock {
		n := min(deltaBlock, len(v)-i)
		least := int64(math.MaxInt64)
		var most [deltaBlock / deltaMini]int64 // of each mini-block
		for m := 0; m*deltaMini < n; m++ {
			x := v[i+m*deltaMini : i+min((m+1)*deltaMini, n)]
			diffs := d[m*deltaMini:][:len(x)]
			top := int64(math.MinInt64)
			for k := range x {
				diff := x[k] - prev
				if narrow {
					diff = int64(int32(diff))
				}
				prev = x[k]
				diffs[k] = diff
				least, top = min(least, diff), max(top, diff)
				low, high = min(low, prev), max(high, prev)
			}
			most[m] = top
		}
		b = binary.AppendVarint(b, least)
		widths := len(b)
		b = append(b, 0, 0, 0, 0)
		for k := n; k%deltaMini != 0; k++ {
			d[k] = least
		}
		for m := 0; m*deltaMini < n; m++ {
			w := uint(bits.Len64(uint64(most[m]) - uint64(least)))
			if w > maxMini {
				w = 64
			}
			b[widths+m] = byte(w)
			b = appendMini(b, (*[deltaMini]int64)(d[m*deltaMini:]), least, w)
		}
	}
	return b, low, high
}

// appendMini appends how far 32 values lie above low, w bits each: 64 or at most
// maxMini. It changes the values.
func appendMini(b []byte, s *[deltaMini]int64, low int64, w uint) []byte {
	o := len(b)
	b = slices.Grow(b, int(w)*4+pad)[:o+int(w)*4+pad]
	end := o + int(w)*4
	// Words of up to 56 bits are put together first: what is left of a byte
	// before them takes up to 7 more.
	words := s[:]
	switch {
	case w == 0:
		return b[:end]
	case w <= maxMini/4:
		words = s[:deltaMini/4]
		for k := range words {
			v := s[4*k : 4*k+4 : 4*k+4]
			words[k] = (v[0] - low) | (v[1]-low)<<w | (v[2]-low)<<(2*w) | (v[3]-low)<<(3*w)
		}
		w *= 4
	case w <= maxMini/2:
		words = s[:deltaMini/2]
		for k := range words {
			v := s[2*k : 2*k+2 : 2*k+2]
			words[k] = (v[0] - low) | (v[1]-low)<<w
		}
		w *= 2
	case w <= maxMini:
		for k := range words {
			words[k] -= low
		}
	default:
		for k, v := range words {
			binary.LittleEndian.PutUint64(b[o+8*k:], uint64(v-low))
		}
		return b[:end]
	}
	var acc uint64
	var n uint // bits in acc
	for _, x := range words {
		acc |= uint64(x) << (n & 7)
		binary.LittleEndian.PutUint64(b[o:], acc)
		n += w
		o += int(n >> 3)
		acc >>= n & maxMini
		n &= 7
	}
	return b[:end]
}

// decodeDelta reads len(dst) values in DELTA_BINARY_PACKED from src, which is
// followed by pad bytes that do not count.
func decodeDelta(dst []int64, src []byte, narrow bool) error {
	pos, short := 0, false
	uvarint := func() uint64 {
		v, n := binary.Uvarint(src[pos : len(src)-pad])
		if n <= 0 {
			short = true
			return 0
		}
		pos += n
		return v
	}
	block, minis, count := uvarint(), uvarint(), uvarint()
	if block != deltaBlock || minis != deltaBlock/deltaMini || count != uint64(len(dst)) {
		return errDelta
	}
	zigzag := func() int64 {
		u := uvarint()
		return int64(u>>1) ^ -int64(u&1)
	}
	prev := zigzag()
	if short {
		return errDelta
	}
	if len(dst) == 0 {
		return nil
	}
	dst[0] = prev
	for i := 1; i < len(dst); i += deltaBlock {
		low := zigzag()
		if short || len(src)-pad-pos < 4 {
			return errDelta
		}
		widths := [4]byte(src[pos:])
		pos += 4
		for m := 0; m < 4 && i+m*deltaMini < len(dst); m++ {
			w := uint(widths[m])
			if w > 64 || len(src)-pad-pos < int(w)*4 {
				return errDelta
			}
			out := dst[i+m*deltaMini : min(i+(m+1)*deltaMini, len(dst))]
			prev = undelta(out, src[pos:], w, prev, low)
			pos += int(w) * 4
		}
	}
	if narrow {
		for i, v := range dst {
			dst[i] = int64(int32(v))
		}
	}
	return nil
}

func undelta(out []int64, src []byte, w uint, prev, low int64) int64 {
	switch {
	case w == 0:
		for i := range out {
			prev += low
			out[i] = prev
		}
	case w <= 56:
		mask := uint64(1)<<w - 1
		bit := uint(0)
		for i := range out {
			prev += low + int64(binary.LittleEndian.Uint64(src[bit>>3:])>>(bit&7)&mask)
			out[i] = prev
			bit += w
		}
	default:
		mask := uint64(math.MaxUint64) >> (64 - w)
		bit := uint(0)
		for i := range out {
			s := src[bit>>3:]
			x := binary.LittleEndian.Uint64(s)>>(bit&7) | uint64(s[8])<<(64-bit&7)
			prev += low + int64(x&mask)
			out[i] = prev
			bit += w
		}
	}
	return prev
}
