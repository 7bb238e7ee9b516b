package types

import (
	"math"
	"slices"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// maxJSONDepth bounds how deep JSON text may nest.
const maxJSONDepth = 1000

// ParseJSON reads JSON text as KQL's parse_json does. Whole numbers that fit a
// long are int64, other numbers float64; keys keep their order, and of equal
// keys the last one wins in the place of the first. Not ok if s is not JSON.
func ParseJSON(s string) (Value, bool) {
	p := jsonReader{s: s}
	p.blank()
	v, ok := p.value(0)
	if !ok {
		return nil, false
	}
	p.blank()
	return v, p.i == len(s)
}

type jsonReader struct {
	s string
	i int
}

func (p *jsonReader) blank() {
	for p.i < len(p.s) {
		switch p.s[p.i] {
		case ' ', '\t', '\n', '\r':
			p.i++
		default:
			return
		}
	}
}

func (p *jsonReader) word(w string) bool {
	if len(p.s)-p.i >= len(w) && p.s[p.i:p.i+len(w)] == w {
		p.i += len(w)
		return true
	}
	return false
}

func (p *jsonReader) value(depth int) (Value, bool) {
	if p.i >= len(p.s) || depth > maxJSONDepth {
		return nil, false
	}
	switch c := p.s[p.i]; {
	case c == '{':
		return p.object(depth)
	case c == '[':
		return p.array(depth)
	case c == '"':
		return p.str()
	case c == 't':
		return true, p.word("true")
	case c == 'f':
		return false, p.word("false")
	case c == 'n':
		return nil, p.word("null")
	case c == '-' || c >= '0' && c <= '9':
		return p.number()
	}
	return nil, false
}

func (p *jsonReader) object(depth int) (Value, bool) {
	p.i++
	b := NewBag(4)
	p.blank()
	if p.word("}") {
		return b, true
	}
	for {
		p.blank()
		if p.i >= len(p.s) || p.s[p.i] != '"' {
			return nil, false
		}
		k, ok := p.str()
		if !ok {
			return nil, false
		}
		p.blank()
		if !p.word(":") {
			return nil, false
		}
		p.blank()
		v, ok := p.value(depth + 1)
		if !ok {
			return nil, false
		}
		b.Set(k, v)
		p.blank()
		if p.word("}") {
			return b, true
		}
		if !p.word(",") {
			return nil, false
		}
	}
}

func (p *jsonReader) array(depth int) (Value, bool) {
	p.i++
	list := []Value{}
	p.blank()
	if p.word("]") {
		return list, true
	}
	for {
		p.blank()
		v, ok := p.value(depth + 1)
		if !ok {
			return nil, false
		}
		list = append(list, v)
		p.blank()
		if p.word("]") {
			return list, true
		}
		if !p.word(",") {
			return nil, false
		}
	}
}

func (p *jsonReader) number() (Value, bool) {
	start, whole := p.i, true
	digits := func() bool {
		from := p.i
		for p.i < len(p.s) && p.s[p.i] >= '0' && p.s[p.i] <= '9' {
			p.i++
		}
		return p.i > from
	}
	p.word("-")
	zero := p.i < len(p.s) && p.s[p.i] == '0'
	first := p.i
	if !digits() || zero && p.i > first+1 {
		return nil, false
	}
	if p.word(".") {
		if whole = false; !digits() {
			return nil, false
		}
	}
	if p.word("e") || p.word("E") {
		if whole = false; !p.word("+") {
			p.word("-")
		}
		if !digits() {
			return nil, false
		}
	}
	text := p.s[start:p.i]
	if whole {
		if n, err := strconv.ParseInt(text, 10, 64); err == nil {
			return n, true
		}
	}
	x, err := strconv.ParseFloat(text, 64)
	return x, err == nil || math.IsInf(x, 0)
}

// str reads a string; the text between escapes is not copied if there are none.
func (p *jsonReader) str() (string, bool) {
	p.i++
	start := p.i
	for p.i < len(p.s) {
		switch c := p.s[p.i]; {
		case c == '"':
			p.i++
			return p.s[start : p.i-1], true
		case c == '\\':
			return p.escaped(start)
		case c < ' ':
			return "", false
		}
		p.i++
	}
	return "", false
}

func (p *jsonReader) escaped(start int) (string, bool) {
	b := append([]byte(nil), p.s[start:p.i]...)
	for p.i < len(p.s) {
		c := p.s[p.i]
		p.i++
		switch {
		case c == '"':
			return string(b), true
		case c < ' ':
			return "", false
		case c != '\\':
			b = append(b, c)
			continue
		}
		if p.i >= len(p.s) {
			return "", false
		}
		e := p.s[p.i]
		p.i++
		switch e {
		case '"', '\\', '/':
			b = append(b, e)
		case 'b':
			b = append(b, '\b')
		case 'f':
			b = append(b, '\f')
		case 'n':
			b = append(b, '\n')
		case 'r':
			b = append(b, '\r')
		case 't':
			b = append(b, '\t')
		case 'u':
			r, ok := p.hex4()
			if !ok {
				return "", false
			}
			if utf16.IsSurrogate(r) && p.word(`\u`) {
				low, ok := p.hex4()
				if !ok {
					return "", false
				}
				r = utf16.DecodeRune(r, low)
			}
			b = utf8.AppendRune(b, r)
		default:
			return "", false
		}
	}
	return "", false
}

func (p *jsonReader) hex4() (rune, bool) {
	if len(p.s)-p.i < 4 {
		return 0, false
	}
	n, err := strconv.ParseUint(p.s[p.i:p.i+4], 16, 16)
	p.i += 4
	return rune(n), err == nil
}

// AppendJSON appends v as compact JSON, keys in their order. Datetimes,
// timespans and guids are strings in their text form. NaN and the infinities
// are the strings that Kusto writes.
func AppendJSON(b []byte, v Value) []byte {
	switch x := v.(type) {
	case nil:
		return append(b, "null"...)
	case bool:
		return strconv.AppendBool(b, x)
	case int32:
		return strconv.AppendInt(b, int64(x), 10)
	case int64:
		return strconv.AppendInt(b, x, 10)
	case float64:
		switch {
		case math.IsNaN(x):
			return append(b, `"NaN"`...)
		case math.IsInf(x, 1):
			return append(b, `"Infinity"`...)
		case math.IsInf(x, -1):
			return append(b, `"-Infinity"`...)
		}
		return AppendReal(b, x)
	case string:
		return appendQuoted(b, x)
	case Instant:
		return append(AppendInstant(append(b, '"'), x), '"')
	case Interval:
		return append(AppendInterval(append(b, '"'), x), '"')
	case UUID:
		return append(AppendUUID(append(b, '"'), x), '"')
	case DecimalValue:
		return append(append(append(b, '"'), x.String()...), '"')
	case []Value:
		b = append(b, '[')
		for i, e := range x {
			if i > 0 {
				b = append(b, ',')
			}
			b = AppendJSON(b, e)
		}
		return append(b, ']')
	case *Bag:
		b = append(b, '{')
		for i, k := range x.keys {
			if i > 0 {
				b = append(b, ',')
			}
			b = appendQuoted(b, k)
			b = append(b, ':')
			b = AppendJSON(b, x.values[k])
		}
		return append(b, '}')
	}
	return b
}

// SortKeys returns v with the keys of all its bags in ascending order.
func SortKeys(v Value) Value {
	switch x := v.(type) {
	case []Value:
		out := make([]Value, len(x))
		for i, e := range x {
			out[i] = SortKeys(e)
		}
		return out
	case *Bag:
		keys := slices.Sorted(slices.Values(x.keys))
		out := NewBag(len(keys))
		for _, k := range keys {
			out.Set(k, SortKeys(x.values[k]))
		}
		return out
	}
	return v
}

func appendQuoted(b []byte, s string) []byte {
	const hexDigits = "0123456789abcdef"
	b = append(b, '"')
	start := 0
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c >= ' ' && c != '"' && c != '\\' {
			continue
		}
		b = append(b, s[start:i]...)
		start = i + 1
		switch c {
		case '"', '\\':
			b = append(b, '\\', c)
		case '\b':
			b = append(b, `\b`...)
		case '\f':
			b = append(b, `\f`...)
		case '\n':
			b = append(b, `\n`...)
		case '\r':
			b = append(b, `\r`...)
		case '\t':
			b = append(b, `\t`...)
		default:
			b = append(b, `\u00`...)
			b = append(b, hexDigits[c>>4], hexDigits[c&15])
		}
	}
	b = append(b, s[start:]...)
	return append(b, '"')
}
