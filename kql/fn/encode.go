package fn

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"hash/adler32"
	"hash/crc32"
	"io"
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/cespare/xxhash/v2"

	"github.com/azflow/azflow/kql/types"
)

// urlEncode escapes as .NET's UrlEncode does: lower-case hexadecimal digits,
// and blank as given. A slash at the end is dropped in neither form.
func urlEncode(s, blank string) string {
	const digits = "0123456789abcdef"
	var b strings.Builder
	for i := range len(s) {
		c := s[i]
		switch {
		case c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("-_.!*()", c) >= 0:
			b.WriteByte(c)
		case c == ' ':
			b.WriteString(blank)
		default:
			b.WriteByte('%')
			b.WriteByte(digits[c>>4])
			b.WriteByte(digits[c&15])
		}
	}
	return b.String()
}

// urlDecode undoes escapes and leaves malformed ones as they are.
func urlDecode(s string) string {
	if !strings.ContainsAny(s, "%+") {
		return s
	}
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '+':
			b = append(b, ' ')
		case s[i] == '%' && i+2 < len(s):
			var x [1]byte
			if _, err := hex.Decode(x[:], []byte(s[i+1:i+3])); err == nil {
				b = append(b, x[0])
				i += 2
				continue
			}
			fallthrough
		default:
			b = append(b, s[i])
		}
	}
	return string(b)
}

// decodeBase64 reads base64 with or without padding.
func decodeBase64(s string) ([]byte, bool) {
	b, err := base64.StdEncoding.DecodeString(s)
	if err != nil {
		b, err = base64.RawStdEncoding.DecodeString(s)
	}
	return b, err == nil
}

func decodeBase64Text(s string) (string, bool) {
	b, ok := decodeBase64(s)
	return string(b), ok && utf8.Valid(b)
}

func decodeBase64Array(s string) (types.Value, bool) {
	b, ok := decodeBase64(s)
	if !ok {
		return nil, false
	}
	list := make([]types.Value, len(b))
	for i, x := range b {
		list[i] = int64(x)
	}
	return list, true
}

func encodeBase64Array(v types.Value) (string, bool) {
	list, ok := v.([]types.Value)
	b := make([]byte, len(list))
	for i, e := range list {
		n, isLong := e.(int64)
		ok = ok && isLong && n >= 0 && n < 256
		b[i] = byte(n)
	}
	if !ok {
		return "", true
	}
	return base64.StdEncoding.EncodeToString(b), true
}

// Guids stand in base64 as .NET keeps them: the first three parts little-endian.
func swapUUID(g types.UUID) types.UUID {
	g[0], g[1], g[2], g[3] = g[3], g[2], g[1], g[0]
	g[4], g[5] = g[5], g[4]
	g[6], g[7] = g[7], g[6]
	return g
}

func decodeBase64GUID(s string) (types.UUID, bool) {
	b, ok := decodeBase64(s)
	if !ok || len(b) != 16 {
		return types.UUID{}, false
	}
	return swapUUID(types.UUID(b)), true
}

func encodeBase64GUID(g types.UUID) string {
	g = swapUUID(g)
	return base64.StdEncoding.EncodeToString(g[:])
}

// maxInflated bounds what a compressed text may grow to.
const maxInflated = 64 << 20

func inflate(open func(io.Reader) (io.ReadCloser, error)) func(string) (string, bool) {
	return func(s string) (string, bool) {
		b, ok := decodeBase64(s)
		if !ok {
			return "", true
		}
		r, err := open(bytes.NewReader(b))
		if err != nil {
			return "", true
		}
		text, err := io.ReadAll(io.LimitReader(r, maxInflated))
		if err != nil || r.Close() != nil || !utf8.Valid(text) {
			return "", true
		}
		return string(text), true
	}
}

func openGzip(r io.Reader) (io.ReadCloser, error) { return gzip.NewReader(r) }

// packed makes a kernel that compresses text: a DEFLATE stream between a head
// and a foot. A text that compressing does not shorten is
// stored, as Kusto's library does. MS Learn: "gzip_compress_to_base64_string()".
func packed(head []byte, foot func(text []byte) []byte) Kernel {
	return map1(func(s string) (string, bool) {
		var body bytes.Buffer
		w, err := flate.NewWriter(&body, flate.DefaultCompression)
		if err != nil {
			return "", false
		}
		if _, err := io.WriteString(w, s); err != nil || w.Close() != nil {
			return "", false
		}
		b := body.Bytes()
		if stored := storedBlock(s); stored != nil && len(stored) <= len(b) {
			b = stored
		}
		return base64.StdEncoding.EncodeToString(slices.Concat(head, b, foot([]byte(s)))), true
	})
}

// storedBlock returns a DEFLATE stream of one block that holds s as it is; nil
// if s is too long for one. RFC 1951, section 3.2.4.
func storedBlock(s string) []byte {
	if len(s) > math.MaxUint16 {
		return nil
	}
	const last = 1
	b := binary.LittleEndian.AppendUint16([]byte{last}, uint16(len(s)))
	b = binary.LittleEndian.AppendUint16(b, ^uint16(len(s)))
	return append(b, s...)
}

// hashBytes returns the bytes of a value that hash() works on: text as UTF-8,
// all else as 64-bit little-endian numbers.
func hashBytes(v types.Value) []byte {
	number := func(n uint64) []byte { return binary.LittleEndian.AppendUint64(nil, n) }
	switch x := v.(type) {
	case string:
		return []byte(x)
	case int32:
		return number(uint64(int64(x)))
	case int64:
		return number(uint64(x))
	case bool:
		if x {
			return []byte{1}
		}
		return []byte{0}
	case float64:
		return number(math.Float64bits(x))
	case types.Instant:
		return number(uint64(x))
	case types.Interval:
		return number(uint64(x))
	case types.UUID:
		x = swapUUID(x)
		return x[:]
	case types.DecimalValue:
		return []byte(x.String())
	}
	return types.AppendJSON(nil, v)
}

func hashOf(v types.Value) int64 { return int64(xxhash.Sum64(hashBytes(v))) }

// hashKernel reduces by a modulus, if there is one, to a number that is not
// negative.
var hashKernel = lax(func(r *row) types.Value {
	if !r.has(0) {
		return nil
	}
	h := hashOf(r.args[0])
	if r.has(1) {
		m, _ := toLong(r.args[1])
		if m <= 0 {
			return nil
		}
		return int64(uint64(h) % uint64(m))
	}
	return h
})

// combineHashes folds hashes into one. Kusto's own way of combining is not
// documented, so that results differ from its.
func combineHashes(hashes []int64) int64 {
	h := uint64(0)
	for i, x := range hashes {
		if i == 0 {
			h = uint64(x)
			continue
		}
		h ^= uint64(x) + 0x9e3779b97f4a7c15 + h<<6 + h>>2
	}
	return int64(h)
}

var hashManyKernel = lax(func(r *row) types.Value {
	hs := make([]int64, len(r.args))
	for i, a := range r.args {
		hs[i] = hashOf(a)
	}
	return combineHashes(hs)
})

var hashCombineKernel = lax(func(r *row) types.Value {
	hs := make([]int64, len(r.args))
	for i := range r.args {
		hs[i] = r.long(i, 0)
	}
	return combineHashes(hs)
}, types.Long)

// digestKernel hashes the text of a value (emulator: tostring(1) and 1 alike).
func digestKernel(sum func([]byte) []byte) Kernel {
	return lax(func(r *row) types.Value { return hex.EncodeToString(sum([]byte(r.text(0)))) }, types.String)
}

func md5Sum(b []byte) []byte    { s := md5.Sum(b); return s[:] }
func sha1Sum(b []byte) []byte   { s := sha1.Sum(b); return s[:] }
func sha256Sum(b []byte) []byte { s := sha256.Sum256(b); return s[:] }

// dataSizeKernel counts 8 bytes for a number or time, 4 for an int, 1 for a
// bool, 16 for a guid, and text by its length.
var dataSizeKernel = lax(func(r *row) types.Value {
	n := 0
	for i, a := range r.args {
		switch r.types[i] {
		case types.Bool:
			n++
		case types.Int:
			n += 4
		case types.GUID, types.Decimal:
			n += 16
		case types.String:
			n += len(r.text(i))
		case types.Dynamic:
			if a != nil {
				n += len(types.AppendJSON(nil, a))
			}
		default:
			n += 8
		}
	}
	return int64(n)
})

var (
	zlibIn  = map1(inflate(func(r io.Reader) (io.ReadCloser, error) { return zlib.NewReader(r) }))
	gzipIn  = map1(inflate(openGzip))
	zlibOut = packed([]byte{0x78, 0x01}, func(text []byte) []byte {
		return binary.BigEndian.AppendUint32(nil, adler32.Checksum(text))
	})
	gzipOut = packed([]byte{0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff}, func(text []byte) []byte {
		foot := binary.LittleEndian.AppendUint32(nil, crc32.ChecksumIEEE(text))
		return binary.LittleEndian.AppendUint32(foot, uint32(len(text)))
	})
)
