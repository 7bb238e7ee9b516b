package types

import (
	"strings"
	"time"
)

// InstantOf returns t as an Instant, cut to 100 ns; not ok outside the years
// 1 to 9999.
func InstantOf(t time.Time) (Instant, bool) {
	t = t.UTC()
	if y := t.Year(); y < 1 || y > 9999 {
		return 0, false
	}
	return Instant(UnixEpochTicks + t.Unix()*TicksPerSecond + int64(t.Nanosecond())/100), true
}

// Time returns i as a time in UTC.
func (i Instant) Time() time.Time {
	n := int64(i) - UnixEpochTicks
	seconds := n / TicksPerSecond
	if n%TicksPerSecond < 0 {
		seconds--
	}
	return time.Unix(seconds, (n-seconds*TicksPerSecond)*100).UTC()
}

// String returns the datetime as Kusto prints it: 2020-01-01T00:00:00.0000000Z.
func (i Instant) String() string { return string(AppendInstant(nil, i)) }

// ParseInstant reads a datetime in the forms that Kusto takes: ISO 8601 and its
// shortenings, month/day/year, RFC 822 and RFC 850. A text without an offset is
// UTC.
// MS Learn: "The datetime data type".
func ParseInstant(s string) (Instant, bool) {
	s = strings.TrimSpace(s)
	if i, ok := parseISO(s); ok {
		return i, true
	}
	for _, layout := range instantLayouts {
		if t, err := time.Parse(layout, s); err == nil {
			return InstantOf(t)
		}
	}
	return 0, false
}

// instantLayouts has the forms other than ISO 8601.
var instantLayouts = []string{
	"1-2-2006", "1-2-2006 15:04", "1-2-2006 15:04:05",
	"1/2/2006", "1/2/2006 15:04", "1/2/2006 15:04:05", "1/2/2006 3:04 PM", "1/2/2006 3:04:05 PM",
	"2 Jan 06 15:04:05 MST", "2 Jan 06 15:04:05", "2 Jan 06 15:04", "2 Jan 06",
	"2 Jan 2006 15:04:05 MST", "2 Jan 2006 15:04:05", "2 Jan 2006 15:04", "2 Jan 2006",
	"Mon, 2 Jan 06 15:04:05 MST", "Mon, 2 Jan 06 15:04:05", "Mon, 2 Jan 06 15:04", "Mon, 2 Jan 06",
	"Mon, 2 Jan 2006 15:04:05 MST", "Mon, 2 Jan 2006 15:04:05", "Mon, 2 Jan 2006 15:04", "Mon, 2 Jan 2006",
	"Monday, 2-Jan-06 15:04:05 MST", "Monday, 2-Jan-06 15:04:05", "Monday, 2-Jan-06 15:04",
	"2-Jan-06 15:04:05 MST", "2-Jan-06 15:04:05", "2-Jan-06 15:04",
	time.RFC1123Z,
}

// parseISO reads YYYY[-MM[-DD[(T| )hh[:mm[:ss[.f…]]]]]] and an offset. Month,
// day and hour may have one digit.
func parseISO(s string) (Instant, bool) {
	year, s, ok := cutDigits(s, 4, 4)
	if !ok || year < 1 {
		return 0, false
	}
	month, day, hour, minute, second, ticks := 1, 1, 0, 0, 0, int64(0)
	field := func(sign string, least int, into *int) bool {
		rest, found := strings.CutPrefix(s, sign)
		if !found {
			return false
		}
		*into, rest, ok = cutDigits(rest, least, 2)
		if ok {
			s = rest
		}
		return ok
	}
	if field("-", 1, &month) && field("-", 1, &day) && s != "" {
		if s[0] == 'T' || s[0] == 't' || s[0] == ' ' {
			s = " " + strings.TrimLeft(s[1:], " ")
			if field(" ", 1, &hour) && field(":", 2, &minute) && field(":", 2, &second) && strings.HasPrefix(s, ".") {
				end := 1
				for end < len(s) && s[end] >= '0' && s[end] <= '9' {
					end++
				}
				ticks, ok = fractionTicks(s[1:end])
				s = s[end:]
			}
		}
	}
	offset, fits := parseOffset(strings.TrimLeft(s, " "))
	if !ok || !fits || month < 1 || month > 12 || day < 1 || day > daysIn(year, month) || hour > 23 || minute > 59 || second > 59 {
		return 0, false
	}
	days := int64(daysBefore(year, month) + day - 1)
	at := days*TicksPerDay + int64(hour)*TicksPerHour + int64(minute)*TicksPerMinute + int64(second)*TicksPerSecond + ticks - offset
	if at < 0 || at > MaxInstant {
		return 0, false
	}
	return Instant(at), true
}

// parseOffset reads an offset from UTC in ticks: nothing, Z, ±hh, ±hhmm or ±hh:mm.
func parseOffset(s string) (int64, bool) {
	switch s {
	case "", "Z", "z":
		return 0, true
	}
	sign := int64(1)
	switch s[0] {
	case '+':
	case '-':
		sign = -1
	default:
		return 0, false
	}
	hours, s, ok := cutDigits(s[1:], 2, 2)
	minutes := 0
	if ok && s != "" {
		minutes, s, ok = cutDigits(strings.TrimPrefix(s, ":"), 2, 2)
	}
	if !ok || s != "" || hours > 14 || minutes > 59 {
		return 0, false
	}
	return sign * (int64(hours)*TicksPerHour + int64(minutes)*TicksPerMinute), true
}

// cutDigits takes a number of least to most digits off the front of s.
func cutDigits(s string, least, most int) (value int, rest string, ok bool) {
	n := 0
	for n < len(s) && s[n] >= '0' && s[n] <= '9' {
		if n == most {
			return 0, s, false
		}
		value = value*10 + int(s[n]-'0')
		n++
	}
	return value, s[n:], n >= least
}

func isLeap(year int) bool { return year%4 == 0 && (year%100 != 0 || year%400 == 0) }

func daysIn(year, month int) int {
	switch month {
	case 2:
		if isLeap(year) {
			return 29
		}
		return 28
	case 4, 6, 9, 11:
		return 30
	}
	return 31
}

// daysBefore returns the days from 0001-01-01 to the first of a month.
func daysBefore(year, month int) int {
	y := year - 1
	days := y*365 + y/4 - y/100 + y/400
	for m := 1; m < month; m++ {
		days += daysIn(year, m)
	}
	return days
}
