package fn

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/azflow/azflow/kql/types"
)

// Convert returns v as a vector of another type, as the to…() functions do:
// what cannot be converted is null. It returns v itself if it has that type.
func Convert(v *types.Vector, to types.Type) *types.Vector {
	if v.Type == to || to == types.Unknown {
		return v
	}
	n := v.Slots()
	out := types.NewVector(to, n)
	direct := true
	switch {
	case v.Type == types.Int && to == types.Long:
		widen(out.Longs, v.Ints)
	case v.Type == types.Int && to == types.Real:
		widen(out.Reals, v.Ints)
	case v.Type == types.Long && to == types.Real:
		widen(out.Reals, v.Longs)
	case v.Type == types.DateTime && to == types.Long:
		widen(out.Longs, v.Instants)
	case v.Type == types.TimeSpan && to == types.Long:
		widen(out.Longs, v.Intervals)
	default:
		direct = false
		flat := *v
		flat.Const = false
		for i := range n {
			out.SetValue(i, Cast(flat.Value(i), v.Type, to))
		}
	}
	if direct {
		out.Nulls = slices.Clone(v.Nulls)
	}
	out.Const = v.Const
	return out
}

// widen copies numbers to a wider type.
func widen[A ~int32 | ~int64, B int64 | float64](to []B, from []A) {
	for i, x := range from {
		to[i] = B(x)
	}
}

// Cast returns x, a value of type from, as a value of another type; nil where
// it cannot be converted.
func Cast(x types.Value, from, to types.Type) types.Value {
	if x == nil {
		if to == types.String {
			return ""
		}
		return nil
	}
	if from == to && to != types.Dynamic {
		return x
	}
	switch to {
	case types.String:
		return types.Text(x, from)
	case types.Long:
		if n, ok := toLong(x); ok {
			return n
		}
	case types.Int:
		if n, ok := toInt(x); ok {
			return n
		}
	case types.Real:
		if f, ok := toReal(x); ok {
			return f
		}
	case types.Bool:
		if b, ok := toBool(x); ok {
			return b
		}
	case types.DateTime:
		if t, ok := toInstant(x); ok {
			return t
		}
	case types.TimeSpan:
		if d, ok := toInterval(x); ok {
			return d
		}
	case types.Decimal:
		if d, ok := toDecimal(x); ok {
			return d
		}
	case types.GUID:
		switch y := x.(type) {
		case types.UUID:
			return y
		case string:
			if g, ok := types.ParseUUID(y); ok {
				return g
			}
		}
	case types.Dynamic, types.Unknown:
		if n, ok := x.(int32); ok {
			return int64(n)
		}
		return x
	}
	return nil
}

func toLong(x types.Value) (int64, bool) {
	switch y := x.(type) {
	case int64:
		return y, true
	case int32:
		return int64(y), true
	case float64:
		return truncate(y), !math.IsNaN(y)
	case bool:
		if y {
			return 1, true
		}
		return 0, true
	case string:
		return parseLong(y, 64)
	case types.Instant:
		return int64(y), true
	case types.Interval:
		return int64(y), true
	case types.DecimalValue:
		return y.Long()
	}
	return 0, false
}

// truncate cuts towards zero and stays within a long (emulator).
func truncate(x float64) int64 {
	switch {
	case x >= 1<<63:
		return math.MaxInt64
	case x <= -(1 << 63):
		return math.MinInt64
	}
	return int64(x)
}

// toInt wraps whole numbers around and keeps reals within an int (emulator).
func toInt(x types.Value) (int32, bool) {
	switch y := x.(type) {
	case int32:
		return y, true
	case string:
		n, ok := parseLong(y, 32)
		return int32(n), ok
	case float64:
		return int32(max(math.MinInt32, min(math.MaxInt32, truncate(y)))), !math.IsNaN(y)
	}
	n, ok := toLong(x)
	return int32(n), ok
}

// parseLong reads a whole number as toint() and tolong() do: blanks around it,
// a sign, or hexadecimal digits after 0x, whose bits may reach into the sign.
func parseLong(s string, bits int) (int64, bool) {
	s = strings.TrimSpace(s)
	if len(s) > 2 && s[0] == '0' && (s[1] == 'x' || s[1] == 'X') {
		u, err := strconv.ParseUint(s[2:], 16, bits)
		if bits == 32 {
			return int64(int32(u)), err == nil
		}
		return int64(u), err == nil
	}
	if s == "" || s[len(s)-1] < '0' || s[len(s)-1] > '9' {
		return 0, false
	}
	n, err := strconv.ParseInt(s, 10, bits)
	return n, err == nil
}

func toReal(x types.Value) (float64, bool) {
	switch y := x.(type) {
	case float64:
		return y, true
	case string:
		return parseReal(y)
	case types.DecimalValue:
		return y.Real(), true
	}
	n, ok := toLong(x)
	return float64(n), ok
}

// parseReal reads a number as todouble() does; too large ones are infinite.
func parseReal(s string) (float64, bool) {
	s = strings.TrimSpace(s)
	switch strings.TrimLeft(s, "+-") {
	case "NaN", "nan":
		return math.NaN(), true
	case "Inf", "inf", "Infinity", "infinity":
		if s[0] == '-' {
			return math.Inf(-1), true
		}
		return math.Inf(1), true
	}
	for i := range len(s) {
		switch c := s[i]; {
		case c >= '0' && c <= '9', c == '.', c == '+', c == '-', c == 'e', c == 'E':
		default:
			return 0, false
		}
	}
	f, err := strconv.ParseFloat(s, 64)
	return f, err == nil || math.IsInf(f, 0)
}

func toBool(x types.Value) (bool, bool) {
	switch y := x.(type) {
	case bool:
		return y, true
	case float64:
		return y != 0, true
	case types.DecimalValue:
		return y.Sign() != 0, true
	case string:
		switch {
		case strings.EqualFold(y, "true"):
			return true, true
		case strings.EqualFold(y, "false"):
			return false, true
		}
		n, ok := parseLong(y, 64)
		return n != 0, ok
	case types.Instant, types.Interval:
		return false, false
	}
	n, ok := toLong(x)
	return n != 0, ok
}

func toInstant(x types.Value) (types.Instant, bool) {
	switch y := x.(type) {
	case types.Instant:
		return y, true
	case string:
		return types.ParseInstant(y)
	case bool, types.Interval:
		return 0, false
	}
	n, ok := toLong(x)
	return types.Instant(n), ok && types.Instant(n).InRange()
}

func toInterval(x types.Value) (types.Interval, bool) {
	switch y := x.(type) {
	case types.Interval:
		return y, true
	case string:
		return parseInterval(y)
	case bool, types.Instant:
		return 0, false
	}
	n, ok := toLong(x)
	return types.Interval(n), ok
}

// parseInterval reads the text form of a timespan, or a literal such as 1.5h.
func parseInterval(s string) (types.Interval, bool) {
	if d, ok := types.ParseInterval(s); ok {
		return d, true
	}
	s = strings.TrimSpace(s)
	i := len(s)
	for i > 0 && (s[i-1] < '0' || s[i-1] > '9') {
		i--
	}
	unit, ok := literalUnit(s[i:])
	x, okX := parseReal(s[:i])
	if !ok || !okX {
		return 0, false
	}
	return types.Interval(math.Round(x * float64(unit))), true
}

func literalUnit(s string) (int64, bool) {
	switch s {
	case "d", "day", "days":
		return types.TicksPerDay, true
	case "h", "hr", "hrs", "hour", "hours":
		return types.TicksPerHour, true
	case "m", "min", "minute", "minutes":
		return types.TicksPerMinute, true
	case "s", "sec", "second", "seconds":
		return types.TicksPerSecond, true
	case "ms", "milli", "millis", "millisec", "millisecond", "milliseconds":
		return types.TicksPerMillisecond, true
	case "micro", "micros", "microsec", "microsecond", "microseconds":
		return types.TicksPerMicrosecond, true
	case "tick", "ticks":
		return 1, true
	}
	return 0, false
}

func toDecimal(x types.Value) (types.DecimalValue, bool) {
	switch y := x.(type) {
	case types.DecimalValue:
		return y, true
	case string:
		return types.ParseDecimal(strings.TrimSpace(y))
	case float64:
		return types.DecimalFromReal(y)
	}
	n, ok := toLong(x)
	return types.NewDecimal(n), ok
}

// convertKernel is a to…() function.
func convertKernel(to types.Type) Kernel {
	return func(_ *Ctx, args []*types.Vector, n int, out *types.Vector) error {
		v := Convert(args[0], to)
		if v.Const || v == args[0] {
			out.Type = to
			copyInto(out, v, n)
			return nil
		}
		*out = *v
		return nil
	}
}

// copyInto makes out the n rows of v.
func copyInto(out, v *types.Vector, n int) {
	rows := make([]int, n)
	for i := range rows {
		rows[i] = i
	}
	*out = *v.Select(rows)
}

// jsonKernel is parse_json: text that is not JSON becomes a dynamic string.
var jsonKernel = lax(func(r *row) types.Value {
	s, ok := r.args[0].(string)
	if !ok {
		return r.args[0]
	}
	if v, ok := types.ParseJSON(s); ok {
		return v
	}
	if s == "" {
		return nil
	}
	return s
})

// kindName returns what gettype() says of a value of type t.
func kindName(v types.Value, t types.Type) string {
	if t != types.Dynamic {
		return t.String()
	}
	switch v.(type) {
	case nil:
		return "null"
	case bool:
		return "bool"
	case int64, int32:
		return "long"
	case float64:
		return "double"
	case string:
		return "string"
	case types.Instant:
		return "datetime"
	case types.Interval:
		return "timespan"
	case types.UUID:
		return "guid"
	case types.DecimalValue:
		return "decimal"
	case []types.Value:
		return "array"
	}
	return "dictionary"
}
