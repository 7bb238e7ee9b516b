package types

import (
	"encoding/hex"
	"math"
	"math/big"
	"strconv"
	"strings"
)

// AppendInstant appends t as Kusto writes it: 2020-01-01T00:00:00.0000000Z.
func AppendInstant(b []byte, t Instant) []byte {
	d := CivilOf(t)
	b = pad(b, d.Year, 4)
	b = append(b, '-')
	b = pad(b, d.Month, 2)
	b = append(b, '-')
	b = pad(b, d.Day, 2)
	b = append(b, 'T')
	return append(appendClock(b, int64(t)%TicksPerDay, true), 'Z')
}

// appendClock appends ticks of a day as hh:mm:ss.fffffff.
func appendClock(b []byte, ticks int64, fraction bool) []byte {
	b = pad(b, int(ticks/TicksPerHour), 2)
	b = append(b, ':')
	b = pad(b, int(ticks/TicksPerMinute%60), 2)
	b = append(b, ':')
	b = pad(b, int(ticks/TicksPerSecond%60), 2)
	if fraction {
		b = append(b, '.')
		b = pad(b, int(ticks%TicksPerSecond), 7)
	}
	return b
}

func pad(b []byte, n, width int) []byte {
	for p := pow10(width - 1); p > n && p > 1; p /= 10 {
		b = append(b, '0')
	}
	return strconv.AppendInt(b, int64(n), 10)
}

func pow10(n int) int {
	p := 1
	for ; n > 0; n-- {
		p *= 10
	}
	return p
}

// AppendInterval appends d as Kusto writes it: [-][d.]hh:mm:ss[.fffffff].
func AppendInterval(b []byte, d Interval) []byte {
	u := uint64(d)
	if d < 0 {
		b = append(b, '-')
		u = -u
	}
	if days := u / TicksPerDay; days > 0 {
		b = strconv.AppendUint(b, days, 10)
		b = append(b, '.')
	}
	rest := int64(u % TicksPerDay)
	return appendClock(b, rest, rest%TicksPerSecond != 0)
}

// appendRealText appends x as tostring() does. Its digits are the fewest that
// read back, but of several such numbers it is the greatest, not the nearest:
// 0.1 + 0.2 is 0.30000000000000007 (emulator). With up to 15 digits there is
// only one.
func appendRealText(b []byte, x float64) []byte {
	if math.IsNaN(x) || math.IsInf(x, 0) || x == 0 {
		return AppendReal(b, x)
	}
	shortest := strconv.FormatFloat(math.Abs(x), 'e', -1, 64)
	digits := strings.IndexByte(shortest, 'e')
	if digits > 1 {
		digits-- // the point
	}
	if digits <= 15 {
		return AppendReal(b, x)
	}
	a := math.Abs(x)
	next := math.Nextafter(a, math.Inf(1))
	if math.IsInf(next, 1) {
		return AppendReal(b, x)
	}
	// The upper end of what rounds to x, exactly, cut after as many digits.
	upper := new(big.Float).SetPrec(80).Add(new(big.Float).SetFloat64(a), new(big.Float).SetFloat64(next))
	upper.Quo(upper, big.NewFloat(2))
	text := upper.Text('e', 30)
	mantissa, exponent, _ := strings.Cut(text, "e")
	e, err := strconv.Atoi(exponent)
	y, errY := strconv.ParseFloat(mantissa[:digits+1]+"e"+exponent, 64)
	if err != nil || errY != nil || y != a {
		return AppendReal(b, x)
	}
	if x < 0 {
		b = append(b, '-')
	}
	mantissa = mantissa[:1] + mantissa[2:digits+1]
	switch {
	case a < 1e-5 || a >= 1e16:
		b = append(b, mantissa[0], '.')
		b = append(b, mantissa[1:]...)
		b = append(b, 'e')
		if e >= 0 {
			b = append(b, '+')
		}
		return strconv.AppendInt(b, int64(e), 10)
	case e < 0:
		b = append(b, "0."...)
		for range -e - 1 {
			b = append(b, '0')
		}
		return append(b, mantissa...)
	}
	b = append(b, mantissa[:e+1]...)
	b = append(b, '.')
	if e+1 == len(mantissa) {
		return append(b, '0')
	}
	return append(b, mantissa[e+1:]...)
}

// AppendReal appends x with at least one digit after the point, in the shortest
// form that reads back; "inf", "-inf" or "NaN".
func AppendReal(b []byte, x float64) []byte {
	switch {
	case math.IsNaN(x):
		return append(b, "NaN"...)
	case math.IsInf(x, 1):
		return append(b, "inf"...)
	case math.IsInf(x, -1):
		return append(b, "-inf"...)
	}
	start := len(b)
	if a := math.Abs(x); a != 0 && (a < 1e-5 || a >= 1e16) {
		b = strconv.AppendFloat(b, x, 'e', -1, 64)
	} else {
		b = strconv.AppendFloat(b, x, 'f', -1, 64)
	}
	for _, c := range b[start:] {
		if c == '.' || c == 'e' {
			return b
		}
	}
	return append(b, ".0"...)
}

// AppendUUID appends g in its text form, lower case.
func AppendUUID(b []byte, g UUID) []byte {
	for i, part := range [5][]byte{g[0:4], g[4:6], g[6:8], g[8:10], g[10:16]} {
		if i > 0 {
			b = append(b, '-')
		}
		b = hex.AppendEncode(b, part)
	}
	return b
}

// AppendText appends v, a value of type t, as tostring() gives it. Null is ”.
func AppendText(b []byte, v Value, t Type) []byte {
	switch x := v.(type) {
	case nil:
		return b
	case string:
		return append(b, x...)
	case bool:
		switch {
		case t == Dynamic && x:
			return append(b, "true"...)
		case t == Dynamic:
			return append(b, "false"...)
		case x:
			return append(b, "True"...)
		}
		return append(b, "False"...)
	case int32:
		return strconv.AppendInt(b, int64(x), 10)
	case int64:
		return strconv.AppendInt(b, x, 10)
	case float64:
		return appendRealText(b, x)
	case Instant:
		return AppendInstant(b, x)
	case Interval:
		return AppendInterval(b, x)
	case UUID:
		return AppendUUID(b, x)
	case DecimalValue:
		return append(b, x.String()...)
	}
	return AppendJSON(b, v)
}

// Text returns v, a value of type t, as tostring() gives it.
func Text(v Value, t Type) string {
	if s, ok := v.(string); ok {
		return s
	}
	return string(AppendText(nil, v, t))
}

// Civil is a datetime taken apart. Ticks are those since midnight.
type Civil struct {
	Year, Month, Day int
	Ticks            int64
}

// CivilOf takes t apart in the proleptic Gregorian calendar.
func CivilOf(t Instant) Civil {
	days := int64(t) / TicksPerDay
	ticks := int64(t) % TicksPerDay
	if ticks < 0 {
		ticks += TicksPerDay
		days--
	}
	y, m, d := civil(days)
	return Civil{y, m, d, ticks}
}

// civil returns the date that lies days after 0001-01-01. It counts years from
// March, so that the leap day is the last of its year.
func civil(days int64) (year, month, day int) {
	z := days + 306 // since 0000-03-01
	era := z / 146097
	if z < 0 {
		era = (z - 146096) / 146097
	}
	doe := z - era*146097
	yoe := (doe - doe/1460 + doe/36524 - doe/146096) / 365
	doy := doe - (365*yoe + yoe/4 - yoe/100)
	mp := (5*doy + 2) / 153
	day = int(doy-(153*mp+2)/5) + 1
	month = int(mp) + 3
	year = int(yoe + era*400)
	if month > 12 {
		month -= 12
		year++
	}
	return year, month, day
}

// DaysOf returns the days from 0001-01-01 to a date; month may lie outside 1
// to 12 and day outside the month.
func DaysOf(year, month, day int) int64 {
	m := month - 1
	year += m / 12
	if m %= 12; m < 0 {
		m += 12
		year--
	}
	y := int64(year)
	mp := int64(m+10) % 12
	if m < 2 {
		y--
	}
	era := y / 400
	if y < 0 {
		era = (y - 399) / 400
	}
	yoe := y - era*400
	doy := (153*mp+2)/5 + int64(day) - 1
	return era*146097 + yoe*365 + yoe/4 - yoe/100 + doy - 306
}

// CivilInstant returns the datetime of a date and the ticks since its midnight.
func CivilInstant(year, month, day int, ticks int64) Instant {
	return Instant(DaysOf(year, month, day)*TicksPerDay + ticks)
}

// DaysIn returns the number of days of a month.
func DaysIn(year, month int) int { return daysIn(year, month) }

// InRange reports whether t is a datetime that KQL can hold.
func (t Instant) InRange() bool { return t >= 0 && t <= MaxInstant }
