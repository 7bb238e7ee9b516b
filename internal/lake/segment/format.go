package segment

import (
	"encoding/binary"
	"fmt"
	"maps"
	"math"
	"slices"

	"github.com/azflow/azflow/internal/batch"
)

// Numbers of parquet.thrift.
const (
	typeBoolean   = 0
	typeInt32     = 1
	typeInt64     = 2
	typeDouble    = 5
	typeByteArray = 6

	convUTF8      = 0
	convTimestamp = 10 // TIMESTAMP_MICROS
	convUint32    = 13
	convUint64    = 14

	encPlain = 0
	encRLE   = 3
	encDelta = 5
	encDict  = 8 // RLE_DICTIONARY

	codecNone   = 0
	codecSnappy = 1
	codecZstd   = 6

	pageData = 0
	pageDict = 2
)

var magic = [4]byte{'P', 'A', 'R', '1'}

// physical says how each kind is declared in Parquet.
var physical = [...]struct{ typ, conv int }{
	batch.Text:   {typeByteArray, convUTF8},
	batch.Bool:   {typeBoolean, -1},
	batch.Int32:  {typeInt32, -1},
	batch.Int64:  {typeInt64, -1},
	batch.Uint32: {typeInt32, convUint32},
	batch.Uint64: {typeInt64, convUint64},
	batch.Time:   {typeInt64, convTimestamp},
	batch.Real:   {typeDouble, -1},
}

// narrow reports whether values of kind k are stored in 32 bits.
func narrow(k batch.Kind) bool { return physical[k].typ == typeInt32 }

func kindOf(typ, conv int) (batch.Kind, bool) {
	for k := batch.Text; k <= batch.Real; k++ {
		if physical[k].typ == typ && physical[k].conv == conv {
			return k, true
		}
	}
	return 0, false
}

// chunk describes one column of one row group.
type chunk struct {
	encodings        uint // bit set of used encodings
	codec            int
	rows             int64 // nulls included
	raw, stored      int64 // bytes of pages with headers
	dataAt, dictAt   int64 // dictAt is 0 if there is no dictionary
	nulls            int64
	hasStats         bool
	minimum, maximum []byte // as statistics have them
}

type rowGroup struct {
	rows   int64
	chunks []chunk
}

// footer is what follows the pages of a file.
type footer struct {
	fields []batch.Field
	rows   int64
	groups []rowGroup
	meta   map[string]string
	maker  string // created_by
}

// append appends f in Thrift's compact protocol.
func (f *footer) append(b []byte) []byte {
	t := thriftWriter{b: b}
	t.i32(1, 2)
	t.list(2, thriftStruct, len(f.fields)+1)
	t.beginElem()
	t.str(4, "schema")
	t.i32(5, len(f.fields))
	t.end()
	for _, field := range f.fields {
		appendField(&t, field)
	}
	t.i64(3, f.rows)
	t.list(4, thriftStruct, len(f.groups))
	for i := range f.groups {
		f.groups[i].append(&t, f.fields, i)
	}
	t.list(5, thriftStruct, len(f.meta))
	for _, key := range slices.Sorted(maps.Keys(f.meta)) {
		t.beginElem()
		t.str(1, key)
		t.str(2, f.meta[key])
		t.end()
	}
	t.str(6, createdBy)
	t.list(7, thriftStruct, len(f.fields))
	for range f.fields {
		t.beginElem() // ColumnOrder: without it readers distrust minimum and maximum
		t.begin(1)
		t.end()
		t.end()
	}
	t.finish()
	return t.b
}

func appendField(t *thriftWriter, f batch.Field) {
	p := physical[f.Kind]
	t.beginElem()
	t.i32(1, p.typ)
	repetition := 0 // REQUIRED
	if f.Nullable {
		repetition = 1 // OPTIONAL
	}
	t.i32(3, repetition)
	t.str(4, f.Name)
	if p.conv >= 0 {
		t.i32(6, p.conv)
	}
	switch f.Kind {
	case batch.Text:
		t.begin(10)
		t.begin(1) // STRING
		t.end()
		t.end()
	case batch.Time:
		t.begin(10)
		t.begin(8) // TIMESTAMP
		t.boolean(1, true)
		t.begin(2)
		t.begin(2) // MICROS
		t.end()
		t.end()
		t.end()
		t.end()
	case batch.Uint32, batch.Uint64:
		bits := byte(64)
		if f.Kind == batch.Uint32 {
			bits = 32
		}
		t.begin(10)
		t.begin(10) // INTEGER
		t.field(1, thriftI8)
		t.b = append(t.b, bits)
		t.boolean(2, false)
		t.end()
		t.end()
	}
	t.end()
}

func (g *rowGroup) append(t *thriftWriter, fields []batch.Field, ordinal int) {
	var raw, stored int64
	t.beginElem()
	t.list(1, thriftStruct, len(g.chunks))
	for i := range g.chunks {
		c := &g.chunks[i]
		raw += c.raw
		stored += c.stored
		t.beginElem()
		t.i64(2, c.dataAt)
		t.begin(3)
		c.append(t, fields[i])
		t.end()
		t.end()
	}
	t.i64(2, raw)
	t.i64(3, g.rows)
	if len(g.chunks) > 0 {
		t.i64(5, g.chunks[0].start())
	}
	t.i64(6, stored)
	if ordinal <= math.MaxInt16 {
		t.field(7, thriftI16)
		t.elemI32(ordinal)
	}
	t.end()
}

func (c *chunk) append(t *thriftWriter, f batch.Field) {
	t.i32(1, physical[f.Kind].typ)
	var encodings []int
	for e := encPlain; e <= encDict; e++ {
		if c.encodings>>e&1 != 0 {
			encodings = append(encodings, e)
		}
	}
	t.list(2, thriftI32, len(encodings))
	for _, e := range encodings {
		t.elemI32(e)
	}
	t.list(3, thriftBinary, 1)
	t.elemStr(f.Name)
	t.i32(4, c.codec)
	t.i64(5, c.rows)
	t.i64(6, c.raw)
	t.i64(7, c.stored)
	t.i64(9, c.dataAt)
	if c.dictAt > 0 {
		t.i64(11, c.dictAt)
	}
	t.begin(12)
	t.i64(3, c.nulls)
	if c.hasStats {
		t.bytes(5, c.maximum)
		t.bytes(6, c.minimum)
	}
	t.end()
}

// start returns where the chunk's first page lies.
func (c *chunk) start() int64 {
	if c.dictAt > 0 {
		return c.dictAt
	}
	return c.dataAt
}

// parseFooter reads what append wrote.
func parseFooter(b []byte) (*footer, error) {
	t := thriftReader{b: b}
	f := &footer{meta: map[string]string{}}
	elements := 0
	var names []string // path of each chunk of the group at hand
	t.fields(func(id int, typ byte) {
		switch id {
		case 2:
			t.elems(typ, thriftStruct, func() {
				if elements++; elements == 1 {
					t.skip(thriftStruct) // the root
					return
				}
				f.fields = append(f.fields, parseField(&t))
			})
		case 3:
			f.rows = t.int(typ)
		case 4:
			t.elems(typ, thriftStruct, func() {
				names = names[:0]
				g := parseGroup(&t, &names)
				if t.err == nil {
					if err := g.fits(f.fields, names); err != nil {
						t.fail(err)
					}
				}
				f.groups = append(f.groups, g)
			})
		case 5:
			t.elems(typ, thriftStruct, func() {
				var key, value []byte
				t.fields(func(id int, typ byte) {
					switch id {
					case 1:
						key = t.bytes(typ)
					case 2:
						value = t.bytes(typ)
					default:
						t.skip(typ)
					}
				})
				f.meta[string(key)] = string(value)
			})
		case 6:
			f.maker = string(t.bytes(typ))
		default:
			t.skip(typ)
		}
	})
	return f, t.err
}

func parseField(t *thriftReader) batch.Field {
	var f batch.Field
	typ, conv, children := -1, -1, int64(0)
	t.fields(func(id int, ft byte) {
		switch id {
		case 1:
			typ = int(t.int(ft))
		case 3:
			switch r := t.int(ft); r {
			case 0:
			case 1:
				f.Nullable = true
			default:
				t.fail(fmt.Errorf("repetition %d is not one azflow writes", r))
			}
		case 4:
			f.Name = string(t.bytes(ft))
		case 5:
			children = t.int(ft)
		case 6:
			conv = int(t.int(ft))
		default:
			t.skip(ft)
		}
	})
	kind, ok := kindOf(typ, conv)
	if t.err == nil && (!ok || children != 0) {
		t.fail(fmt.Errorf("column %q has a type that azflow does not write", f.Name))
	}
	f.Kind = kind
	return f
}

func parseGroup(t *thriftReader, names *[]string) rowGroup {
	var g rowGroup
	t.fields(func(id int, typ byte) {
		switch id {
		case 1:
			t.elems(typ, thriftStruct, func() {
				var c chunk
				name := ""
				t.fields(func(id int, typ byte) {
					if id != 3 {
						t.skip(typ)
						return
					}
					t.structure(typ, func(id int, typ byte) { parseChunk(t, &c, &name, id, typ) })
				})
				g.chunks = append(g.chunks, c)
				*names = append(*names, name)
			})
		case 3:
			g.rows = t.int(typ)
		default:
			t.skip(typ)
		}
	})
	return g
}

func parseChunk(t *thriftReader, c *chunk, name *string, id int, typ byte) {
	switch id {
	case 3:
		t.elems(typ, thriftBinary, func() { *name = string(t.bytes(thriftBinary)) })
	case 4:
		c.codec = int(t.int(typ))
	case 5:
		c.rows = t.int(typ)
	case 6:
		c.raw = t.int(typ)
	case 7:
		c.stored = t.int(typ)
	case 9:
		c.dataAt = t.int(typ)
	case 11:
		c.dictAt = t.int(typ)
	case 12:
		var low, high bool
		t.structure(typ, func(id int, typ byte) {
			switch id {
			case 3:
				c.nulls = t.int(typ)
			case 5:
				c.maximum, high = t.bytes(typ), true
			case 6:
				c.minimum, low = t.bytes(typ), true
			default:
				t.skip(typ)
			}
		})
		c.hasStats = low && high
	default:
		t.skip(typ)
	}
}

// fits checks that a group has the file's columns and a believable size.
func (g *rowGroup) fits(fields []batch.Field, names []string) error {
	if len(g.chunks) != len(fields) {
		return fmt.Errorf("row group has %d columns of %d", len(g.chunks), len(fields))
	}
	if g.rows < 0 || g.rows > maxGroupRows {
		return fmt.Errorf("row group of %d rows is not one azflow writes", g.rows)
	}
	for i, c := range g.chunks {
		if names[i] != fields[i].Name || c.rows != g.rows || c.nulls < 0 || c.nulls > c.rows {
			return fmt.Errorf("column %q does not fit its row group", fields[i].Name)
		}
	}
	return nil
}

// pageHeader is what precedes a page.
type pageHeader struct {
	typ         int
	raw, stored int64
	crc         int64
	hasCRC      bool
	values      int64 // of a dictionary; nulls included of data
	encoding    int
}

func (h *pageHeader) append(b []byte) []byte {
	t := thriftWriter{b: b}
	t.i32(1, h.typ)
	t.i32(2, int(h.raw))
	t.i32(3, int(h.stored))
	t.i32(4, int(int32(h.crc)))
	if h.typ == pageDict {
		t.begin(7)
		t.i32(1, int(h.values))
		t.i32(2, h.encoding)
		t.end()
	} else {
		t.begin(5)
		t.i32(1, int(h.values))
		t.i32(2, h.encoding)
		t.i32(3, encRLE)
		t.i32(4, encRLE)
		t.end()
	}
	t.finish()
	return t.b
}

// parsePageHeader reads a header and returns the bytes after it.
func parsePageHeader(b []byte) (pageHeader, []byte, error) {
	h := pageHeader{typ: -1}
	t := thriftReader{b: b}
	t.fields(func(id int, typ byte) {
		switch id {
		case 1:
			h.typ = int(t.int(typ))
		case 2:
			h.raw = t.int(typ)
		case 3:
			h.stored = t.int(typ)
		case 4:
			h.crc, h.hasCRC = t.int(typ), true
		case 5, 7:
			t.structure(typ, func(id int, typ byte) {
				switch id {
				case 1:
					h.values = t.int(typ)
				case 2:
					h.encoding = int(t.int(typ))
				default:
					t.skip(typ)
				}
			})
		default:
			t.skip(typ)
		}
	})
	return h, t.b, t.err
}

// statBytes returns v as a statistic of kind k.
func statBytes(k batch.Kind, v int64) []byte {
	switch physical[k].typ {
	case typeBoolean:
		return []byte{byte(v)}
	case typeInt32:
		return binary.LittleEndian.AppendUint32(nil, uint32(v))
	default:
		return binary.LittleEndian.AppendUint64(nil, uint64(v))
	}
}

// statInt reads what statBytes wrote.
func statInt(k batch.Kind, b []byte) (int64, bool) {
	switch {
	case physical[k].typ == typeBoolean && len(b) == 1:
		return int64(b[0]), true
	case k == batch.Int32 && len(b) == 4:
		return int64(int32(binary.LittleEndian.Uint32(b))), true
	case k == batch.Uint32 && len(b) == 4:
		return int64(binary.LittleEndian.Uint32(b)), true
	case physical[k].typ != typeInt32 && len(b) == 8:
		return int64(binary.LittleEndian.Uint64(b)), true
	}
	return 0, false
}

// less orders values of kind k kept in Ints as Parquet does.
func less(k batch.Kind, a, b int64) bool {
	if k == batch.Uint64 {
		return uint64(a) < uint64(b)
	}
	return a < b
}

// summary works out what the footer of a file of the given size says.
func (f *footer) summary(size int64) (Summary, error) {
	s := Summary{Rows: f.rows, Bytes: size, Ranges: make([]Range, len(f.fields))}
	for i, field := range f.fields {
		r := &s.Ranges[i]
		valued, unknown := false, false
		for g := range f.groups {
			c := &f.groups[g].chunks[i]
			r.Nulls += c.nulls
			if c.nulls == c.rows {
				continue
			}
			if !c.hasStats {
				unknown = true
				continue
			}
			if err := r.widen(field, c, !valued); err != nil {
				return s, err
			}
			valued = true
		}
		if r.Known = valued && !unknown; !r.Known {
			*r = Range{Nulls: r.Nulls}
		}
	}
	return s, nil
}

func (r *Range) widen(f batch.Field, c *chunk, first bool) error {
	switch f.Kind {
	case batch.Text:
		low, high := string(c.minimum), string(c.maximum)
		if first {
			r.MinText, r.MaxText = low, high
		}
		r.MinText, r.MaxText = min(r.MinText, low), max(r.MaxText, high)
	default:
		low, ok := statInt(f.Kind, c.minimum)
		high, ok2 := statInt(f.Kind, c.maximum)
		if !ok || !ok2 {
			return fmt.Errorf("statistics of column %q have a wrong size", f.Name)
		}
		if f.Kind == batch.Real {
			lowReal, highReal := math.Float64frombits(uint64(low)), math.Float64frombits(uint64(high))
			if first {
				r.MinReal, r.MaxReal = lowReal, highReal
			}
			r.MinReal, r.MaxReal = min(r.MinReal, lowReal), max(r.MaxReal, highReal)
			return nil
		}
		if first || less(f.Kind, low, r.Min) {
			r.Min = low
		}
		if first || less(f.Kind, r.Max, high) {
			r.Max = high
		}
	}
	return nil
}
