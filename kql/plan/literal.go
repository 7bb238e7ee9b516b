package plan

import (
	"math"
	"strconv"
	"strings"

	"github.com/azflow/azflow/kql/types"
)

// FormatLiteral returns v, a value of type t, as a KQL literal.
func FormatLiteral(v types.Value, t types.Type) string {
	if v == nil {
		if t == types.Dynamic {
			return "dynamic(null)"
		}
		return t.String() + "(null)"
	}
	switch v := v.(type) {
	case bool:
		if t != types.Dynamic {
			return strconv.FormatBool(v)
		}
	case int32:
		return "int(" + strconv.FormatInt(int64(v), 10) + ")"
	case int64:
		if t != types.Dynamic {
			return strconv.FormatInt(v, 10)
		}
	case float64:
		if t != types.Dynamic {
			return formatReal(v)
		}
	case string:
		if t != types.Dynamic {
			return quote(v)
		}
	case types.Instant:
		if t != types.Dynamic {
			return "datetime(" + v.String() + ")"
		}
	case types.Interval:
		if t != types.Dynamic {
			return "timespan(" + v.String() + ")"
		}
	case types.UUID:
		if t != types.Dynamic {
			return "guid(" + v.String() + ")"
		}
	case types.DecimalValue:
		if t != types.Dynamic {
			return "decimal(" + v.String() + ")"
		}
	}
	var b strings.Builder
	b.WriteString("dynamic(")
	formatDynamic(&b, v)
	b.WriteByte(')')
	return b.String()
}

func formatReal(x float64) string {
	switch {
	case math.IsNaN(x):
		return "real(nan)"
	case math.IsInf(x, 1):
		return "real(+inf)"
	case math.IsInf(x, -1):
		return "real(-inf)"
	}
	s := strconv.FormatFloat(x, 'g', -1, 64)
	if !strings.ContainsAny(s, ".e") {
		s += ".0"
	}
	return s
}

// quote writes s between double quotes with the escapes that KQL knows.
func quote(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch r {
		case '"', '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case '\n':
			b.WriteString(`\n`)
		case '\r':
			b.WriteString(`\r`)
		case '\t':
			b.WriteString(`\t`)
		default:
			if r < ' ' {
				b.WriteString(`\u00`)
				const hex = "0123456789abcdef"
				b.WriteByte(hex[r>>4])
				b.WriteByte(hex[r&15])
				continue
			}
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

func formatDynamic(b *strings.Builder, v types.Value) {
	switch v := v.(type) {
	case nil:
		b.WriteString("null")
	case bool:
		b.WriteString(strconv.FormatBool(v))
	case int64:
		b.WriteString(strconv.FormatInt(v, 10))
	case float64:
		b.WriteString(formatReal(v))
	case string:
		b.WriteString(quote(v))
	case []types.Value:
		b.WriteByte('[')
		for i, e := range v {
			if i > 0 {
				b.WriteByte(',')
			}
			formatDynamic(b, e)
		}
		b.WriteByte(']')
	case *types.Bag:
		b.WriteByte('{')
		for i, k := range v.Keys() {
			if i > 0 {
				b.WriteByte(',')
			}
			b.WriteString(quote(k))
			b.WriteByte(':')
			e, _ := v.Get(k)
			formatDynamic(b, e)
		}
		b.WriteByte('}')
	case types.Instant:
		b.WriteString(FormatLiteral(v, types.DateTime))
	case types.Interval:
		b.WriteString(FormatLiteral(v, types.TimeSpan))
	case types.UUID:
		b.WriteString(FormatLiteral(v, types.GUID))
	case types.DecimalValue:
		b.WriteString(FormatLiteral(v, types.Decimal))
	case int32:
		b.WriteString(strconv.Itoa(int(v)))
	}
}
