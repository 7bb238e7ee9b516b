package fn

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	_ "time/tzdata" // time zones where the system has none

	"github.com/azflow/azflow/kql/types"
)

// addMonths keeps the day of the month, or takes the last one of a shorter month.
func addMonths(t types.Instant, n int64) (types.Instant, bool) {
	c := types.CivilOf(t)
	m := int64(c.Year)*12 + int64(c.Month) - 1 + n
	year, month := m/12, int(m%12)+1
	if m < 12 || year > 9999 {
		return 0, false
	}
	return types.CivilInstant(int(year), month, min(c.Day, types.DaysIn(int(year), month)), c.Ticks), true
}

// startOf returns the start of the day, week, month or year that lies offset
// units from the one of t.
func startOf(unit string, t types.Instant, offset int64) (types.Instant, bool) {
	c := types.CivilOf(t)
	midnight := t - types.Instant(c.Ticks)
	const limit = 5_000_000 // days in all of the calendar, and more
	if offset < -limit || offset > limit {
		return 0, false
	}
	switch unit {
	case "day":
		midnight += types.Instant(offset * types.TicksPerDay)
	case "week":
		midnight += types.Instant((7*offset - weekday(t)) * types.TicksPerDay)
	case "month":
		return addMonths(types.CivilInstant(c.Year, c.Month, 1, 0), offset)
	case "year":
		return addMonths(types.CivilInstant(c.Year, 1, 1, 0), 12*offset)
	}
	return midnight, midnight.InRange()
}

// weekday counts from Sunday, 0. 0001-01-01 was a Monday.
func weekday(t types.Instant) int64 { return (int64(t)/types.TicksPerDay + 1) % 7 }

func startKernel(unit string) Kernel {
	return offsetKernel(func(t types.Instant, offset int64) (types.Instant, bool) { return startOf(unit, t, offset) })
}

// endKernel: the end is a tick before the next start.
func endKernel(unit string) Kernel {
	return offsetKernel(func(t types.Instant, offset int64) (types.Instant, bool) {
		if end, ok := startOf(unit, t, offset+1); ok {
			return end - 1, true
		}
		// The last week, month or year of the calendar has no next one.
		_, ok := startOf(unit, t, offset)
		return types.MaxInstant, ok && offset >= 0
	})
}

func offsetKernel(f func(t types.Instant, offset int64) (types.Instant, bool)) Kernel {
	return func(_ *Ctx, args []*types.Vector, n int, out *types.Vector) error {
		t := read[types.Instant](args[0])
		offset := column[int64]{cells: []int64{0}}
		if len(args) > 1 {
			offset = read[int64](args[1])
		}
		write(out, n, func(i int) (types.Instant, bool) {
			x, okX := t.at(i)
			o, okO := offset.at(i)
			if !okX || !okO {
				return 0, false
			}
			return f(x, o)
		})
		return nil
	}
}

func dayOfWeek(t types.Instant) types.Interval {
	return types.Interval(weekday(t) * types.TicksPerDay)
}

func dayOfYear(t types.Instant) int32 {
	c := types.CivilOf(t)
	return int32(int64(t)/types.TicksPerDay - types.DaysOf(c.Year, 1, 1) + 1)
}

func weekOfYear(t types.Instant) int32 {
	_, w := t.Time().ISOWeek()
	return int32(w)
}

// unitTicks are the parts of fixed length.
func unitTicks(part string) (int64, bool) {
	switch strings.ToLower(part) {
	case "week":
		return 7 * types.TicksPerDay, true
	case "day":
		return types.TicksPerDay, true
	case "hour":
		return types.TicksPerHour, true
	case "minute":
		return types.TicksPerMinute, true
	case "second":
		return types.TicksPerSecond, true
	case "millisecond":
		return types.TicksPerMillisecond, true
	case "microsecond":
		return types.TicksPerMicrosecond, true
	}
	return 0, false
}

// monthsIn are the parts that are months.
func monthsIn(part string) (int64, bool) {
	switch strings.ToLower(part) {
	case "month":
		return 1, true
	case "quarter":
		return 3, true
	case "year":
		return 12, true
	}
	return 0, false
}

func datetimeAdd(part string, n int64, t types.Instant) (types.Instant, bool) {
	if m, ok := monthsIn(part); ok {
		if n > 120_000 || n < -120_000 {
			return 0, false
		}
		return addMonths(t, n*m)
	}
	unit, ok := unitTicks(part)
	if strings.EqualFold(part, "nanosecond") {
		n, unit, ok = n/100, 1, true
	}
	if !ok || n > math.MaxInt64/unit/2 || n < math.MinInt64/unit/2 {
		return 0, false
	}
	r := t + types.Instant(n*unit)
	return r, r.InRange()
}

// datetimeDiff counts the boundaries of a part that lie between b and a.
// Weeks start on Sundays (emulator).
func datetimeDiff(part string, a, b types.Instant) (int64, bool) {
	if m, ok := monthsIn(part); ok {
		x, y := types.CivilOf(a), types.CivilOf(b)
		return floorDiv(int64(x.Year)*12+int64(x.Month)-1, m) - floorDiv(int64(y.Year)*12+int64(y.Month)-1, m), true
	}
	if strings.EqualFold(part, "nanosecond") {
		return int64(a-b) * 100, true
	}
	unit, ok := unitTicks(part)
	if !ok {
		return 0, false
	}
	if unit == 7*types.TicksPerDay {
		a, b = a+types.TicksPerDay, b+types.TicksPerDay
	}
	return int64(a)/unit - int64(b)/unit, true
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

func datetimePart(part string, t types.Instant) (int32, bool) {
	c := types.CivilOf(t)
	switch strings.ToLower(part) {
	case "year":
		return int32(c.Year), true
	case "quarter":
		return int32((c.Month + 2) / 3), true
	case "month":
		return int32(c.Month), true
	case "week_of_year", "weekofyear", "week":
		return weekOfYear(t), true
	case "day":
		return int32(c.Day), true
	case "dayofyear":
		return dayOfYear(t), true
	case "hour":
		return int32(c.Ticks / types.TicksPerHour), true
	case "minute":
		return int32(c.Ticks / types.TicksPerMinute % 60), true
	case "second":
		return int32(c.Ticks / types.TicksPerSecond % 60), true
	case "millisecond":
		return int32(c.Ticks % types.TicksPerSecond / types.TicksPerMillisecond), true
	case "microsecond":
		return int32(c.Ticks % types.TicksPerSecond / types.TicksPerMicrosecond), true
	case "nanosecond":
		return int32(c.Ticks % types.TicksPerSecond * 100), true
	}
	return 0, false
}

// checkPart refuses unknown parts of a datetime.
func checkPart(args []*types.Vector) error {
	if len(args) == 0 || args[0] == nil {
		return nil
	}
	part, _ := args[0].Value(0).(string)
	if _, ok := datetimePart(part, 0); !ok {
		return fmt.Errorf("%q is no part of a datetime: use year, quarter, month, week, day, hour, minute, second, millisecond, microsecond or nanosecond", part)
	}
	return nil
}

// A timeFormat is a format taken apart: a letter and how often it stands, or a
// literal character.
type timeFormat []struct {
	letter byte
	n      int
}

// literals of formats. MS Learn: "format_datetime()".
const formatLiterals = " /-:,.[]_TZ"

// parseFormat reads a format of format_datetime or format_timespan: most lists
// how many of a letter make one field.
func parseFormat(format string, most map[byte]int) (timeFormat, error) {
	var f timeFormat
	for i := 0; i < len(format); {
		c := format[i]
		width, known := most[c]
		if !known {
			if strings.IndexByte(formatLiterals, c) < 0 {
				return nil, fmt.Errorf("format %q: %q is not supported", format, string(c))
			}
			f = append(f, struct {
				letter byte
				n      int
			}{c, 0})
			i++
			continue
		}
		n := 1
		for n < width && i+n < len(format) && format[i+n] == c {
			n++
		}
		if c == 't' && n < 2 {
			return nil, fmt.Errorf("format %q: a lone t is not supported, write tt", format)
		}
		if c == 'y' && n == 3 {
			n = 2
		}
		f = append(f, struct {
			letter byte
			n      int
		}{c, n})
		i += n
	}
	return f, nil
}

func datetimeFields() map[byte]int {
	return map[byte]int{'y': 4, 'M': 2, 'd': 2, 'h': 2, 'H': 2, 'm': 2, 's': 2, 'f': 7, 'F': 7, 't': 2}
}

func timespanFields() map[byte]int {
	return map[byte]int{'d': 8, 'h': 2, 'H': 2, 'm': 2, 's': 2, 'f': 7, 'F': 7}
}

func appendPadded(b []byte, n int64, width int) []byte {
	s := strconv.FormatInt(n, 10)
	for range width - len(s) {
		b = append(b, '0')
	}
	return append(b, s...)
}

// appendClockField appends a field of the time of day.
func appendClockField(b []byte, letter byte, n int, ticks int64) []byte {
	switch letter {
	case 'H':
		return appendPadded(b, ticks/types.TicksPerHour, n)
	case 'm':
		return appendPadded(b, ticks/types.TicksPerMinute%60, n)
	case 's':
		return appendPadded(b, ticks/types.TicksPerSecond%60, n)
	case 'f':
		return append(b, appendPadded(nil, ticks%types.TicksPerSecond, 7)[:n]...)
	case 'F':
		digits := strings.TrimRight(string(appendPadded(nil, ticks%types.TicksPerSecond, 7)[:n]), "0")
		if digits == "" && len(b) > 0 && b[len(b)-1] == '.' {
			return b[:len(b)-1]
		}
		return append(b, digits...)
	}
	return append(b, letter)
}

func (f timeFormat) datetime(t types.Instant) string {
	c := types.CivilOf(t)
	b := make([]byte, 0, 32)
	for _, p := range f {
		switch p.letter {
		case 'y':
			if p.n <= 2 {
				b = appendPadded(b, int64(c.Year%100), p.n)
			} else {
				b = appendPadded(b, int64(c.Year), p.n)
			}
		case 'M':
			b = appendPadded(b, int64(c.Month), p.n)
		case 'd':
			b = appendPadded(b, int64(c.Day), p.n)
		case 'h':
			b = appendPadded(b, (c.Ticks/types.TicksPerHour+11)%12+1, p.n)
		case 't':
			if c.Ticks < types.TicksPerDay/2 {
				b = append(b, "AM"...)
			} else {
				b = append(b, "PM"...)
			}
		default:
			b = appendClockField(b, p.letter, p.n, c.Ticks)
		}
	}
	return string(b)
}

func (f timeFormat) timespan(d types.Interval) string {
	b := make([]byte, 0, 32)
	u := uint64(d)
	if d < 0 {
		b = append(b, '-')
		u = -u
	}
	ticks := int64(u % types.TicksPerDay)
	for _, p := range f {
		switch p.letter {
		case 'd':
			b = appendPadded(b, int64(u/types.TicksPerDay), p.n)
		case 'h':
			b = appendClockField(b, 'H', p.n, ticks)
		default:
			b = appendClockField(b, p.letter, p.n, ticks)
		}
	}
	return string(b)
}

// formatKernel formats times; a constant format is read once.
func formatKernel[T any](fields func() map[byte]int, write1 func(f timeFormat, t T) string) Kernel {
	return func(_ *Ctx, args []*types.Vector, n int, out *types.Vector) error {
		t, format := read[T](args[0]), read[string](args[1])
		most := fields()
		last, parsed := "", timeFormat(nil)
		var failed error
		write(out, n, func(i int) (string, bool) {
			x, ok := t.at(i)
			text, _ := format.at(i)
			if text != last {
				f, err := parseFormat(text, most)
				if err != nil {
					failed = err
					return "", false
				}
				last, parsed = text, f
			}
			if !ok {
				return "", false
			}
			return write1(parsed, x), true
		})
		return failed
	}
}

var (
	formatDatetimeKernel = formatKernel(datetimeFields, timeFormat.datetime)
	formatTimespanKernel = formatKernel(timespanFields, timeFormat.timespan)
)

// checkFormat refuses a constant format with fields that are not supported.
func checkFormat(fields func() map[byte]int) func(args []*types.Vector) error {
	return func(args []*types.Vector) error {
		if len(args) < 2 || args[1] == nil {
			return nil
		}
		text, _ := args[1].Value(0).(string)
		_, err := parseFormat(text, fields())
		return err
	}
}

// makeDatetimeKernel is null where a part is out of its range.
var makeDatetimeKernel = strict(func(r *row) types.Value {
	if len(r.args) == 1 {
		return Cast(r.args[0], r.types[0], types.DateTime)
	}
	part := func(i int) int64 {
		x, _ := toLong(r.args[i])
		return x
	}
	year, month, day := part(0), part(1), part(2)
	if year < 1 || year > 9999 || month < 1 || month > 12 || day < 1 || day > int64(types.DaysIn(int(year), int(month))) {
		return nil
	}
	ticks, ok := clockTicks(r.args[3:])
	if !ok {
		return nil
	}
	return types.CivilInstant(int(year), int(month), int(day), ticks)
})

// clockTicks adds up hours, minutes and seconds; seconds may have a fraction.
func clockTicks(parts []types.Value) (int64, bool) {
	ticks := int64(0)
	for i, p := range parts {
		x, ok := toReal(p)
		unit, limit := float64(types.TicksPerHour), 24.0
		switch i {
		case 1:
			unit, limit = types.TicksPerMinute, 60
		case 2:
			unit, limit = types.TicksPerSecond, 60
		}
		if i < 2 {
			x = math.Trunc(x)
		}
		if !ok || x < 0 || x >= limit {
			return 0, false
		}
		ticks += int64(math.Round(x * unit))
	}
	return ticks, true
}

var makeTimespanKernel = strict(func(r *row) types.Value {
	if len(r.args) == 1 {
		return Cast(r.args[0], r.types[0], types.TimeSpan)
	}
	days, parts := int64(0), r.args
	if len(parts) == 4 {
		days, _ = toLong(parts[0])
		parts = parts[1:]
	}
	ticks, ok := clockTicks(parts)
	if !ok || days < 0 || days > 10_000_000 {
		return nil
	}
	return types.Interval(days*types.TicksPerDay + ticks)
})

// unixKernel converts a number of units of the given ticks since 1970.
func unixKernel(ticks float64) Kernel {
	return func(ctx *Ctx, args []*types.Vector, n int, out *types.Vector) error {
		if args[0].Type.IsInteger() {
			return map1(func(x int64) (types.Instant, bool) {
				t := int64(0)
				if ticks < 1 {
					t = x / int64(1/ticks)
				} else {
					if x > math.MaxInt64/int64(ticks)/2 || x < math.MinInt64/int64(ticks)/2 {
						return 0, false
					}
					t = x * int64(ticks)
				}
				r := types.Instant(t + types.UnixEpochTicks)
				return r, r.InRange()
			})(ctx, args, n, out)
		}
		return map1(func(x float64) (types.Instant, bool) {
			t := x * ticks
			if math.IsNaN(t) || math.Abs(t) > types.MaxInstant {
				return 0, false
			}
			r := types.Instant(int64(math.Round(t)) + types.UnixEpochTicks)
			return r, r.InRange()
		})(ctx, args, n, out)
	}
}

var nowKernel = lax(func(r *row) types.Value {
	t := r.ctx.Now
	if len(r.args) > 0 {
		d, ok := r.args[0].(types.Interval)
		if !ok {
			return nil
		}
		t += types.Instant(d)
	}
	if !t.InRange() {
		return nil
	}
	return t
}, types.TimeSpan)

var agoKernel = strict(func(r *row) types.Value {
	t := r.ctx.Now - types.Instant(r.args[0].(types.Interval))
	if !t.InRange() {
		return nil
	}
	return t
}, types.TimeSpan)

// zoneOffset returns the offset of a zone from UTC, in ticks, at a time in UTC.
func zoneOffset(l *time.Location, t types.Instant) types.Instant {
	_, seconds := t.Time().In(l).Zone()
	return types.Instant(seconds) * types.TicksPerSecond
}

// localToUTC takes times that a clock change skips as after the change, and
// those that occur twice as standard time.
// MS Learn: "datetime_local_to_utc()".
func localToUTC(l *time.Location, local types.Instant) types.Instant {
	before, after := zoneOffset(l, local-types.TicksPerDay), zoneOffset(l, local+types.TicksPerDay)
	small, large := min(before, after), max(before, after)
	if zoneOffset(l, local-small) == small {
		return local - small
	}
	return local - large
}

func zoneKernel(f func(l *time.Location, t types.Instant) types.Instant) Kernel {
	return rowwise(func(r *row) (types.Value, error) {
		t, ok := r.args[0].(types.Instant)
		l, err := time.LoadLocation(r.text(1))
		if !ok || err != nil || r.text(1) == "Local" {
			return nil, nil
		}
		if t = f(l, t); !t.InRange() {
			return nil, nil
		}
		return t, nil
	}, types.DateTime, types.String)
}

var (
	toUTCKernel   = zoneKernel(localToUTC)
	fromUTCKernel = zoneKernel(func(l *time.Location, t types.Instant) types.Instant { return t + zoneOffset(l, t) })
)

// zonesKernel lists the zones that every system's database has.
var zonesKernel = lax(func(*row) types.Value {
	names := []string{
		"UTC", "Africa/Cairo", "Africa/Johannesburg", "Africa/Lagos", "Africa/Nairobi", "America/Argentina/Buenos_Aires", "America/Bogota",
		"America/Chicago", "America/Denver", "America/Halifax", "America/Los_Angeles", "America/Mexico_City", "America/New_York", "America/Phoenix",
		"America/Santiago", "America/Sao_Paulo", "America/St_Johns", "America/Toronto", "America/Vancouver", "Asia/Bangkok", "Asia/Dhaka", "Asia/Dubai",
		"Asia/Hong_Kong", "Asia/Jakarta", "Asia/Jerusalem", "Asia/Karachi", "Asia/Kathmandu", "Asia/Kolkata", "Asia/Manila", "Asia/Riyadh", "Asia/Seoul",
		"Asia/Shanghai", "Asia/Singapore", "Asia/Taipei", "Asia/Tehran", "Asia/Tokyo", "Atlantic/Reykjavik", "Australia/Adelaide", "Australia/Brisbane",
		"Australia/Melbourne", "Australia/Perth", "Australia/Sydney", "Europe/Amsterdam", "Europe/Athens", "Europe/Berlin", "Europe/Brussels",
		"Europe/Budapest", "Europe/Dublin", "Europe/Helsinki", "Europe/Istanbul", "Europe/Kyiv", "Europe/Lisbon", "Europe/London", "Europe/Madrid",
		"Europe/Moscow", "Europe/Oslo", "Europe/Paris", "Europe/Prague", "Europe/Rome", "Europe/Stockholm", "Europe/Vienna", "Europe/Warsaw",
		"Europe/Zurich", "Pacific/Auckland", "Pacific/Honolulu", "US/Central", "US/Eastern", "US/Mountain", "US/Pacific",
	}
	slices.Sort(names)
	return stringArray(names)
})

var errNoRandom = errors.New("no source of randomness: random functions cannot be used here")

var randKernel = rowwise(func(r *row) (types.Value, error) {
	if r.ctx.Rand == nil {
		return nil, errNoRandom
	}
	if n := r.long(0, 0); n > 1 {
		return float64(r.ctx.Rand.Int64N(n)), nil
	}
	return r.ctx.Rand.Float64(), nil
}, types.Long)

var newGUIDKernel = rowwise(func(r *row) (types.Value, error) {
	if r.ctx.Rand == nil {
		return nil, errNoRandom
	}
	var g types.UUID
	for i := range g {
		g[i] = byte(r.ctx.Rand.Uint32())
	}
	g[6], g[8] = g[6]&0x0f|0x40, g[8]&0x3f|0x80 // RFC 9562, version 4
	return g, nil
})
