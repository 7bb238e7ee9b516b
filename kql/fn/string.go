package fn

import (
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/idna"

	"github.com/azflow/azflow/kql/types"
)

var strcatKernel = lax(func(r *row) types.Value {
	var b strings.Builder
	for i := range r.args {
		b.WriteString(r.text(i))
	}
	return b.String()
}, types.String)

var strcatDelimKernel = lax(func(r *row) types.Value {
	var b strings.Builder
	for i := 1; i < len(r.args); i++ {
		if i > 1 {
			b.WriteString(r.text(0))
		}
		b.WriteString(r.text(i))
	}
	return b.String()
}, types.String)

// maxText bounds what repetition may make: the longest value that Kusto stores
// in a cell is shorter (MS Learn: "The string data type").
const maxText = 1 << 24

var strrepKernel = lax(func(r *row) types.Value {
	n := r.long(1, 0)
	delim := ""
	if len(r.args) > 2 {
		delim = r.text(2)
	}
	unit := r.text(0)
	if n = min(n, 1024); n <= 0 || len(unit)+len(delim) > maxText/1024 {
		return ""
	}
	return strings.Repeat(unit+delim, int(n-1)) + unit
}, types.String, types.Long, types.String)

// substring counts characters; a negative start counts from the end.
func substring(s string, start, length int64) string {
	if isASCII(s) {
		from, to := window(start, length, int64(len(s)))
		return s[from:to]
	}
	runes := []rune(s)
	from, to := window(start, length, int64(len(runes)))
	return string(runes[from:to])
}

func window(start, length, n int64) (from, to int64) {
	if start < 0 {
		start += n
		if start < 0 {
			length = saturate(length, start)
			start = 0
		}
	}
	if start >= n || length <= 0 {
		return 0, 0
	}
	if length > n-start {
		return start, n
	}
	return start, start + length
}

func saturate(a, b int64) int64 {
	if b < 0 && a < math.MinInt64-b {
		return math.MinInt64
	}
	return a + b
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

var substringKernel = lax(func(r *row) types.Value {
	if !r.has(1) || len(r.args) > 2 && !r.has(2) {
		return ""
	}
	return substring(r.text(0), r.long(1, 0), r.long(2, math.MaxInt64))
}, types.String, types.Long, types.Long)

// search finds the nth occurrence of what find finds, in the characters of s
// from start on; -1 if there is none. Each occurrence must end within length
// characters (-1: any) of where its own search starts, as in the example of MS
// Learn: "indexof()".
func search(r *row, overlap bool, find func(s string) (from, to int)) types.Value {
	s := r.text(0)
	start, length, nth := r.long(2, 0), r.long(3, -1), r.long(4, 1)
	n := int64(utf8.RuneCountInString(s))
	if start < 0 {
		start = max(0, n+start)
	}
	if start > n || nth < 1 || length < -1 {
		return int64(-1)
	}
	if length < 0 {
		length = n
	}
	rest := substring(s, start, n)
	at := start
	for {
		part := substring(rest, 0, length)
		from, to := find(part)
		if from < 0 {
			return int64(-1)
		}
		at += int64(utf8.RuneCountInString(part[:from]))
		if nth--; nth == 0 {
			return at
		}
		// Where matches may overlap, the next search starts one character on.
		_, size := utf8.DecodeRuneInString(part[from:])
		if size == 0 {
			return int64(-1)
		}
		if !overlap {
			size = max(size, to-from)
		}
		at += int64(utf8.RuneCountInString(part[from : from+size]))
		rest = rest[from+size:]
	}
}

var indexofKernel = lax(func(r *row) types.Value {
	needle := r.text(1)
	if needle == "" {
		return nil
	}
	return search(r, true, func(s string) (int, int) { i := strings.Index(s, needle); return i, i + len(needle) })
}, types.String, types.String, types.Long)

var indexofRegexKernel = rowwise(func(r *row) (types.Value, error) {
	re, err := r.ctx.regexp(r.text(1))
	if err != nil {
		return nil, err
	}
	if r.long(2, 0) < 0 {
		return nil, nil
	}
	return search(r, false, func(s string) (int, int) {
		m := re.FindStringIndex(s)
		if m == nil {
			return -1, -1
		}
		return m[0], m[1]
	}), nil
}, types.String, types.String, types.Long)

func reverse(s string) string {
	runes := []rune(s)
	for i, j := 0, len(runes)-1; i < j; i, j = i+1, j-1 {
		runes[i], runes[j] = runes[j], runes[i]
	}
	return string(runes)
}

// splitKernel returns an array; with an index, an array of that one part, or null.
var splitKernel = lax(func(r *row) types.Value {
	s, d := r.text(0), r.text(1)
	parts := []string{s}
	if d != "" {
		parts = strings.Split(s, d)
	}
	if len(r.args) > 2 {
		i := r.long(2, -1)
		if i < 0 || i >= int64(len(parts)) {
			return nil
		}
		return []types.Value{parts[i]}
	}
	return stringArray(parts)
}, types.String, types.String, types.Long)

func stringArray(parts []string) []types.Value {
	list := make([]types.Value, len(parts))
	for i, p := range parts {
		list[i] = p
	}
	return list
}

func replaceString(s, old, with string) string {
	if old == "" {
		return s
	}
	return strings.ReplaceAll(s, old, with)
}

var replaceStringKernel = map3(func(s, old, with string) (string, bool) { return replaceString(s, old, with), true })

// replaceStringsKernel replaces one lookup after another; what has been replaced
// is not looked at again. What would be replaced by anything
// but a string stays.
var replaceStringsKernel = lax(func(r *row) types.Value {
	s := r.text(0)
	olds, okO := r.args[1].([]types.Value)
	news, okN := r.args[2].([]types.Value)
	if !okO || !okN || len(olds) != len(news) {
		return ""
	}
	// Even parts are still to be searched, odd ones are replacements.
	parts := []string{s}
	for i := range olds {
		old, isText := olds[i].(string)
		with, withText := news[i].(string)
		if old == "" || !isText {
			continue
		}
		if !withText {
			with = old
		}
		var next []string
		for k, p := range parts {
			if k%2 == 1 {
				next = append(next, p)
				continue
			}
			for j, q := range strings.Split(p, old) {
				if j > 0 {
					next = append(next, with)
				}
				next = append(next, q)
			}
		}
		parts = next
	}
	return strings.Join(parts, "")
}, types.String, types.Dynamic, types.Dynamic)

// translate replaces the characters of search by those of replace in the same
// places; the last of replace stands for those missing.
func translate(search, replace, s string) (string, bool) {
	from, to := []rune(search), []rune(replace)
	m := make(map[rune]rune, len(from))
	for i, r := range from {
		if _, ok := m[r]; ok {
			continue
		}
		switch {
		case i < len(to):
			m[r] = to[i]
		case len(to) > 0:
			m[r] = to[len(to)-1]
		default:
			m[r] = -1
		}
	}
	return strings.Map(func(r rune) rune {
		if t, ok := m[r]; ok {
			return t
		}
		return r
	}, s), true
}

// countofKernel counts plain strings with overlap, matches without.
var countofKernel = rowwise(func(r *row) (types.Value, error) {
	s, t := r.text(0), r.text(1)
	if len(r.args) > 2 && r.text(2) == "regex" {
		re, err := r.ctx.regexp(t)
		if err != nil {
			return nil, err
		}
		return int64(len(re.FindAllStringIndex(s, -1))), nil
	}
	n := int64(0)
	for t != "" {
		i := strings.Index(s, t)
		if i < 0 {
			break
		}
		n++
		s = s[i+1:]
	}
	return n, nil
}, types.String)

func codepoints(s string) types.Value {
	list := []types.Value{}
	for _, r := range s {
		list = append(list, int64(r))
	}
	return list
}

var fromCodepointsKernel = lax(func(r *row) types.Value {
	var b strings.Builder
	var add func(v types.Value)
	add = func(v types.Value) {
		switch x := v.(type) {
		case []types.Value:
			for _, e := range x {
				add(e)
			}
		case int32:
			b.WriteRune(x)
		case int64:
			if x >= 0 && x <= utf8.MaxRune {
				b.WriteRune(rune(x))
			}
		}
	}
	for _, a := range r.args {
		add(a)
	}
	return b.String()
})

var hasAnyIndexKernel = lax(func(r *row) types.Value {
	list, ok := r.args[1].([]types.Value)
	if !ok {
		return nil
	}
	for i, e := range list {
		if hasTerm(r.text(0), types.Text(e, types.Dynamic)) {
			return int64(i)
		}
	}
	return int64(-1)
}, types.String, types.Dynamic)

// tohexKernel writes an int as 32 bits, a long as 64, if negative.
var tohexKernel = lax(func(r *row) types.Value {
	if !r.has(0) {
		return ""
	}
	n := r.long(0, 0)
	u := uint64(n)
	if r.types[0] == types.Int {
		u = uint64(uint32(n))
	}
	s := strconv.FormatUint(u, 16)
	if want := int(min(r.long(1, 0), 1000)); len(s) < want {
		s = strings.Repeat("0", want-len(s)) + s
	}
	return s
}, types.Long)

// formatBytesKernel counts in units of 1024.
var formatBytesKernel = lax(func(r *row) types.Value {
	if !r.has(0) {
		return ""
	}
	size, digits := r.real(0, 0), -1
	if r.has(1) {
		digits = int(r.real(1, 0))
	}
	units := [...]string{"Bytes", "KB", "MB", "GB", "TB", "PB", "EB"}
	at := -1
	if r.has(2) && r.text(2) != "" {
		for i, u := range units {
			if strings.EqualFold(u, r.text(2)) {
				at = i
			}
		}
		if at < 0 {
			return ""
		}
	} else {
		at = 0
		for x := math.Abs(size); x >= 1024 && at < len(units)-1; x /= 1024 {
			at++
		}
	}
	x := size / math.Pow(1024, float64(at))
	// Trailing zeros are left out; without a precision there are no digits.
	scale := math.Pow(10, float64(max(0, digits)))
	return strconv.FormatFloat(math.Round(x*scale)/scale, 'f', -1, 64) + " " + units[at]
}, types.Real, types.Real, types.String)

// Punycode labels, by RFC 3492. Domains are split at the dots of RFC 3490.

func toPunycode(s string) (string, bool) {
	p, err := idna.Punycode.ToASCII(s)
	if err != nil {
		return "", false
	}
	return strings.TrimPrefix(p, "xn--"), true
}

func fromPunycode(s string) (string, bool) {
	p, err := idna.Punycode.ToUnicode("xn--" + s)
	return p, err == nil
}

func domain(f func(label string) (string, bool)) func(s string) (string, bool) {
	return func(s string) (string, bool) {
		labels := strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune(".\u3002\uff0e\uff61", r) })
		for i, l := range labels {
			p, ok := f(l)
			if !ok {
				return "", false
			}
			labels[i] = p
		}
		return strings.Join(labels, "."), true
	}
}

var toPunycodeDomain = domain(func(l string) (string, bool) {
	if isASCII(l) {
		return l, true
	}
	p, ok := toPunycode(l)
	return "xn--" + p, ok
})

var fromPunycodeDomain = domain(func(l string) (string, bool) {
	if p, ok := strings.CutPrefix(l, "xn--"); ok {
		return fromPunycode(p)
	}
	return l, true
})
