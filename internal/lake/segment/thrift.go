package segment

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// Types of Thrift's compact protocol.
const (
	thriftTrue   = 1
	thriftFalse  = 2
	thriftI8     = 3
	thriftI16    = 4
	thriftI32    = 5
	thriftI64    = 6
	thriftDouble = 7
	thriftBinary = 8
	thriftList   = 9
	thriftSet    = 10
	thriftMap    = 11
	thriftStruct = 12
)

// thriftWriter appends values of Thrift's compact protocol, in which Parquet
// writes page headers and footers. Fields are written in ascending order.
type thriftWriter struct {
	b    []byte
	last int
	open []int
}

func (t *thriftWriter) field(id, typ int) {
	if d := id - t.last; d > 0 && d < 16 {
		t.b = append(t.b, byte(d<<4|typ))
	} else {
		t.b = append(t.b, byte(typ))
		t.b = binary.AppendVarint(t.b, int64(id))
	}
	t.last = id
}

func (t *thriftWriter) i32(id, v int) {
	t.field(id, thriftI32)
	t.b = binary.AppendVarint(t.b, int64(v))
}

func (t *thriftWriter) i64(id int, v int64) {
	t.field(id, thriftI64)
	t.b = binary.AppendVarint(t.b, v)
}

func (t *thriftWriter) boolean(id int, v bool) {
	if v {
		t.field(id, thriftTrue)
	} else {
		t.field(id, thriftFalse)
	}
}

func (t *thriftWriter) bytes(id int, s []byte) {
	t.field(id, thriftBinary)
	t.b = binary.AppendUvarint(t.b, uint64(len(s)))
	t.b = append(t.b, s...)
}

func (t *thriftWriter) str(id int, s string) {
	t.field(id, thriftBinary)
	t.elemStr(s)
}

func (t *thriftWriter) list(id, elem, n int) {
	t.field(id, thriftList)
	if n < 15 {
		t.b = append(t.b, byte(n<<4|elem))
	} else {
		t.b = append(t.b, byte(0xf0|elem))
		t.b = binary.AppendUvarint(t.b, uint64(n))
	}
}

func (t *thriftWriter) elemI32(v int) { t.b = binary.AppendVarint(t.b, int64(v)) }

func (t *thriftWriter) elemStr(s string) {
	t.b = binary.AppendUvarint(t.b, uint64(len(s)))
	t.b = append(t.b, s...)
}

// begin opens the struct of field id; beginElem one in a list. Both are ended by end.
func (t *thriftWriter) begin(id int) {
	t.field(id, thriftStruct)
	t.beginElem()
}

func (t *thriftWriter) beginElem() {
	t.open = append(t.open, t.last)
	t.last = 0
}

func (t *thriftWriter) end() {
	t.b = append(t.b, 0)
	t.last = t.open[len(t.open)-1]
	t.open = t.open[:len(t.open)-1]
}

// finish ends the outermost struct.
func (t *thriftWriter) finish() { t.b = append(t.b, 0) }

// thriftReader reads values of Thrift's compact protocol. After the first
// error it gives zero values; err keeps that error.
type thriftReader struct {
	b     []byte
	depth int
	err   error
}

var errThriftShort = errors.New("metadata ends early")

// maxThriftDepth is far beyond the nesting of Parquet's own structs.
const maxThriftDepth = 32

func (t *thriftReader) fail(err error) {
	if t.err == nil {
		t.err = err
	}
	t.b = nil
}

func (t *thriftReader) byte() byte {
	if len(t.b) == 0 {
		t.fail(errThriftShort)
		return 0
	}
	c := t.b[0]
	t.b = t.b[1:]
	return c
}

func (t *thriftReader) uvarint() uint64 {
	v, n := binary.Uvarint(t.b)
	if n <= 0 {
		t.fail(errThriftShort)
		return 0
	}
	t.b = t.b[n:]
	return v
}

func (t *thriftReader) varint() int64 {
	u := t.uvarint()
	return int64(u>>1) ^ -int64(u&1)
}

func (t *thriftReader) take(n uint64) []byte {
	if n > uint64(len(t.b)) {
		t.fail(errThriftShort)
		return nil
	}
	s := t.b[:n]
	t.b = t.b[n:]
	return s
}

// fields calls f with the number and type of each field of a struct; f reads
// or skips the value.
func (t *thriftReader) fields(f func(id int, typ byte)) {
	if t.depth++; t.depth > maxThriftDepth {
		t.fail(errors.New("metadata is nested too deep"))
	}
	id := 0
	for t.err == nil {
		head := t.byte()
		if t.err != nil || head == 0 {
			break
		}
		if d := int(head >> 4); d != 0 {
			id += d
		} else {
			id = int(int16(t.varint()))
		}
		f(id, head&15)
	}
	t.depth--
}

// elems calls f once for each element of a list of the given type.
func (t *thriftReader) elems(typ, elem byte, f func()) {
	if typ != thriftList {
		t.mistyped(typ, thriftList)
		return
	}
	got, n := t.listHead()
	if got != elem && n > 0 {
		t.mistyped(got, elem)
		return
	}
	for ; n > 0 && t.err == nil; n-- {
		f()
	}
}

func (t *thriftReader) listHead() (elem byte, n uint64) {
	head := t.byte()
	if n = uint64(head >> 4); n == 15 {
		n = t.uvarint()
	}
	if n > uint64(len(t.b)) { // an element takes at least a byte
		t.fail(errThriftShort)
		return 0, 0
	}
	return head & 15, n
}

func (t *thriftReader) mistyped(got, want byte) {
	t.fail(fmt.Errorf("metadata has type %d where %d belongs", got, want))
}

func (t *thriftReader) int(typ byte) int64 {
	if typ != thriftI16 && typ != thriftI32 && typ != thriftI64 {
		t.mistyped(typ, thriftI64)
		return 0
	}
	return t.varint()
}

func (t *thriftReader) bytes(typ byte) []byte {
	if typ != thriftBinary {
		t.mistyped(typ, thriftBinary)
		return nil
	}
	return t.take(t.uvarint())
}

func (t *thriftReader) structure(typ byte, f func(id int, typ byte)) {
	if typ != thriftStruct {
		t.mistyped(typ, thriftStruct)
		return
	}
	t.fields(f)
}

// skip passes over a value of the given type.
func (t *thriftReader) skip(typ byte) {
	switch typ {
	case thriftTrue, thriftFalse: // the type is the value
	case thriftI8:
		t.byte()
	case thriftI16, thriftI32, thriftI64:
		t.varint()
	case thriftDouble:
		t.take(8)
	case thriftBinary:
		t.take(t.uvarint())
	case thriftList, thriftSet:
		elem, n := t.listHead()
		t.skipAll(n, elem)
	case thriftMap:
		n := t.uvarint()
		if n == 0 {
			return
		}
		if n > uint64(len(t.b)) {
			t.fail(errThriftShort)
			return
		}
		kv := t.byte()
		for ; n > 0 && t.err == nil; n-- {
			t.skipElem(kv >> 4)
			t.skipElem(kv & 15)
		}
	case thriftStruct:
		t.fields(func(_ int, typ byte) { t.skip(typ) })
	default:
		t.fail(fmt.Errorf("metadata has unknown type %d", typ))
	}
}

func (t *thriftReader) skipAll(n uint64, elem byte) {
	if t.depth++; t.depth > maxThriftDepth {
		t.fail(errors.New("metadata is nested too deep"))
	}
	for ; n > 0 && t.err == nil; n-- {
		t.skipElem(elem)
	}
	t.depth--
}

// skipElem passes over a list's element, where booleans take a byte.
func (t *thriftReader) skipElem(typ byte) {
	if typ == thriftTrue || typ == thriftFalse {
		t.byte()
		return
	}
	t.skip(typ)
}
