//go:build cgo

package duckdb

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"unicode/utf8"
	"unsafe"

	mapping "github.com/duckdb/duckdb-go-bindings"

	"github.com/azflow/azflow/kql/physical"
	"github.com/azflow/azflow/kql/types"
)

// text is DuckDB's duckdb_string_t: texts of up to 12 bytes lie in it, longer
// ones at ptr with their first four bytes repeated in head.
type text struct {
	length uint32
	head   [4]byte
	ptr    *byte
}

const inlined = 12

// str returns the text, which lies in DuckDB's memory.
func (t *text) str() string {
	if t.length <= inlined {
		return unsafe.String((*byte)(unsafe.Pointer(&t.head)), int(t.length))
	}
	return unsafe.String(t.ptr, int(t.length))
}

// view sets dst to the texts of src, which lie in DuckDB's memory: Go's
// collector need not know of them. Where a text lies is chosen without a branch,
// which lengths around 12, as those of addresses, would make dear.
func view(dst []string, src []text) {
	type header struct {
		at     uintptr
		length int
	}
	if len(src) == 0 {
		return
	}
	out := unsafe.Slice((*header)(unsafe.Pointer(&dst[0])), len(src))
	for i := range src {
		t := &src[i]
		within := uintptr(int64(t.length)-inlined-1) >> 63 // 1 if it lies in t
		at := *(*uintptr)(unsafe.Pointer(&t.ptr))
		here := uintptr(unsafe.Pointer(&t.head))
		out[i] = header{at ^ (at^here)&-within, int(t.length)}
	}
}

// column returns the data of a flat vector of n rows.
func column[T any](v mapping.Vector, n int) []T {
	return unsafe.Slice((*T)(mapping.VectorGetData(v)), n)
}

// nulls returns which of n rows are null; nil for none.
func nulls(v mapping.Vector, n int) types.Bitmap {
	p := mapping.VectorGetValidity(v)
	if p == nil {
		return nil
	}
	valid := unsafe.Slice((*uint64)(p), (n+63)/64)
	any := false
	out := make(types.Bitmap, len(valid))
	for i, w := range valid {
		out[i] = ^w
		if i == len(valid)-1 && n%64 != 0 {
			out[i] &= 1<<(n%64) - 1
		}
		any = any || out[i] != 0
	}
	if !any {
		return nil
	}
	return out
}

// load sets v, whose Type says what the column holds, to n rows of src. The
// values are copied if owned, else they may lie in DuckDB's memory.
func load(src mapping.Vector, v *types.Vector, n int, form physical.Form, owned bool) error {
	null := nulls(src, n)
	switch v.Type {
	case types.Bool:
		v.Bools = fixed(v.Bools, column[bool](src, n), null, owned)
	case types.Int:
		v.Ints = fixed(v.Ints, column[int32](src, n), null, owned)
	case types.Long:
		v.Longs = fixed(v.Longs, column[int64](src, n), null, owned)
	case types.Real:
		v.Reals = fixed(v.Reals, column[float64](src, n), null, owned)
	case types.DateTime:
		if form == physical.Stamp {
			us := column[int64](src, n)
			v.Resize(n)
			for i, x := range us {
				if !null.Get(i) {
					v.Instants[i] = instant(x)
				}
			}
			break
		}
		v.Instants = fixed(v.Instants, column[types.Instant](src, n), null, owned)
	case types.TimeSpan:
		v.Intervals = fixed(v.Intervals, column[types.Interval](src, n), null, owned)
	case types.String:
		v.Strings = texts(v.Strings, column[text](src, n), null, owned)
		null = nil
	default:
		return loadText(column[text](src, n), v, n, null)
	}
	v.Const, v.Nulls = false, null
	return nil
}

// instant converts microseconds since 1970, cut to the range of a datetime.
func instant(us int64) types.Instant {
	const last = (types.MaxInstant - types.UnixEpochTicks) / types.TicksPerMicrosecond
	const first = -types.UnixEpochTicks / types.TicksPerMicrosecond
	return types.Instant(max(first, min(last, us))*types.TicksPerMicrosecond + types.UnixEpochTicks)
}

// fixed returns the rows of src with zeros where they are null.
func fixed[T any](dst, src []T, null types.Bitmap, owned bool) []T {
	if null == nil && !owned {
		return src
	}
	if owned || cap(dst) < len(src) {
		dst = make([]T, len(src))
	}
	dst = dst[:len(src)]
	copy(dst, src)
	var zero T
	if null != nil {
		for i := range dst {
			if null.Get(i) {
				dst[i] = zero
			}
		}
	}
	return dst
}

// texts returns the rows of src with ” where they are null. Owned texts share
// one allocation.
func texts(dst []string, src []text, null types.Bitmap, owned bool) []string {
	if owned || cap(dst) < len(src) {
		dst = make([]string, len(src))
	}
	dst = dst[:len(src)]
	if !owned {
		view(dst, src)
		if null != nil {
			for i := range src {
				if null.Get(i) {
					dst[i] = ""
				}
			}
		}
		return dst
	}
	size := 0
	for i := range src {
		if !null.Get(i) {
			size += int(src[i].length)
		}
	}
	var b strings.Builder
	b.Grow(size)
	for i := range src {
		if !null.Get(i) {
			b.WriteString(src[i].str())
		}
	}
	all, at := b.String(), 0
	for i := range src {
		if !null.Get(i) {
			end := at + int(src[i].length)
			dst[i] = all[at:end]
			at = end
		}
	}
	return dst
}

// loadText reads the types that DuckDB holds as text.
func loadText(src []text, v *types.Vector, n int, null types.Bitmap) error {
	v.Resize(n)
	for i := range src {
		if null.Get(i) {
			v.SetNull(i)
			continue
		}
		s := strings.Clone(src[i].str()) // values keep parts of it
		switch v.Type {
		case types.GUID:
			u, ok := types.ParseUUID(s)
			if !ok {
				return fmt.Errorf("no guid: %q", s)
			}
			v.UUIDs[i] = u
		case types.Decimal:
			d, ok := types.ParseDecimal(s)
			if !ok {
				return fmt.Errorf("no decimal: %q", s)
			}
			v.Decimals[i] = d
		default:
			x, ok := types.ParseJSON(s)
			if !ok {
				x = s // as parse_json has it
			}
			if x == nil {
				v.SetNull(i)
			} else {
				v.Values[i] = x
			}
		}
	}
	return nil
}

// keep writes n rows of v into dst, a flat vector of the engine's own.
func keep(dst mapping.Vector, v *types.Vector, n int) error {
	if v.Const {
		v = spread(v, n)
	}
	if v.Slots() != n {
		return fmt.Errorf("a function gave %d rows for %d", v.Slots(), n)
	}
	if v.Type != types.String {
		keepNulls(dst, v.Nulls, n)
	}
	switch v.Type {
	case types.Bool:
		copy(column[bool](dst, n), v.Bools)
	case types.Int:
		copy(column[int32](dst, n), v.Ints)
	case types.Long:
		copy(column[int64](dst, n), v.Longs)
	case types.Real:
		copy(column[float64](dst, n), v.Reals)
	case types.DateTime:
		copy(column[types.Instant](dst, n), v.Instants)
	case types.TimeSpan:
		copy(column[types.Interval](dst, n), v.Intervals)
	case types.String:
		return keepTexts(dst, v.Strings)
	default:
		out := make([]string, n)
		for i := range out {
			if !v.IsNull(i) {
				out[i] = written(v.Value(i))
			}
		}
		return keepTexts(dst, out)
	}
	return nil
}

// written returns the text by which DuckDB holds a guid, decimal or dynamic.
func written(x types.Value) string {
	switch x := x.(type) {
	case types.UUID:
		return x.String()
	case types.DecimalValue:
		return x.String()
	}
	return string(types.AppendJSON(nil, x))
}

// spread returns a constant vector row by row.
func spread(v *types.Vector, n int) *types.Vector { return v.Select(make([]int, n)) }

func keepNulls(dst mapping.Vector, null types.Bitmap, n int) {
	if !null.Any() {
		return
	}
	mapping.VectorEnsureValidityWritable(dst)
	valid := unsafe.Slice((*uint64)(mapping.VectorGetValidity(dst)), (n+63)/64)
	for i := range valid {
		valid[i] = ^null[i]
	}
}

// keepTexts writes texts. DuckDB takes over memory only text by text, at the
// price of a call into C each; so the long ones go as one text and each row
// points to its part of it.
func keepTexts(dst mapping.Vector, ss []string) error {
	out := column[text](dst, len(ss))
	long, holder := 0, -1
	for i, s := range ss {
		if len(s) > inlined {
			long += len(s)
			holder = i
		}
		if len(s) > math.MaxInt32 || long > math.MaxInt32 {
			return errors.New("texts of more than 2 GB in one batch: make fewer or shorter ones")
		}
	}
	var base *byte
	if long > 0 {
		all := make([]byte, 0, long)
		for _, s := range ss {
			if len(s) > inlined {
				all = append(all, valid(s)...)
			}
		}
		mapping.UnsafeVectorAssignStringElementLen(dst, mapping.IdxT(holder), all)
		base = out[holder].ptr
	}
	at := 0
	for i, s := range ss {
		t := &out[i]
		*t = text{length: uint32(len(s))}
		if len(s) <= inlined {
			copy(unsafe.Slice((*byte)(unsafe.Pointer(&t.head)), inlined), valid(s))
			continue
		}
		t.ptr = (*byte)(unsafe.Add(unsafe.Pointer(base), at))
		at += len(s)
		copy(t.head[:], unsafe.Slice(t.ptr, 4))
	}
	return nil
}

// valid returns s with bytes that are no UTF-8, which DuckDB must not hold,
// replaced one by one.
func valid(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	b := []byte(s)
	for i := 0; i < len(b); {
		r, size := utf8.DecodeRune(b[i:])
		if r == utf8.RuneError && size == 1 {
			b[i] = '?'
		}
		i += size
	}
	return string(b)
}
