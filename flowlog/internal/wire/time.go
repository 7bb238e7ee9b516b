package wire

import (
	"time"

	"github.com/azflow/azflow/flowlog"
)

// parseTicks reads an RFC 3339 time. Digits of the fraction after the seventh
// are cut, and a missing zone is taken for UTC.
func parseTicks(s []byte) (ticks int64, ok bool) {
	const layout = "2006-01-02T15:04:05"
	if len(s) < len(layout) {
		return 0, false
	}
	for i := range len(layout) {
		if isDigit(layout[i]) != isDigit(s[i]) || (!isDigit(layout[i]) && s[i] != layout[i] && s[i]|0x20 != layout[i]|0x20) {
			return 0, false
		}
	}
	two := func(i int) int { return int(s[i]-'0')*10 + int(s[i+1]-'0') }
	year, month, day := two(0)*100+two(2), two(5), two(8)
	hour, minute, second := two(11), two(14), two(17)
	if month < 1 || month > 12 || day < 1 || hour > 23 || minute > 59 || second > 59 || year < 1 {
		return 0, false
	}
	t := time.Date(year, time.Month(month), day, hour, minute, second, 0, time.UTC)
	if t.Day() != day {
		return 0, false
	}
	ticks = t.Unix()*1e7 + flowlog.UnixTicks

	rest := s[len(layout):]
	if len(rest) > 1 && rest[0] == '.' && isDigit(rest[1]) {
		rest = rest[1:]
		for unit := int64(1e6); len(rest) > 0 && isDigit(rest[0]); unit /= 10 {
			ticks += int64(rest[0]-'0') * unit
			rest = rest[1:]
		}
	}
	switch {
	case len(rest) == 0:
	case len(rest) == 1 && rest[0]|0x20 == 'z':
	case len(rest) == 6 && (rest[0] == '+' || rest[0] == '-') && rest[3] == ':' &&
		isDigit(rest[1]) && isDigit(rest[2]) && isDigit(rest[4]) && isDigit(rest[5]):
		s = rest
		h, m := two(1), two(4)
		if h > 23 || m > 59 {
			return 0, false
		}
		offset := int64(h*60+m) * 60 * 1e7
		if rest[0] == '+' {
			offset = -offset
		}
		ticks += offset
	default:
		return 0, false
	}
	return ticks, ticks > 0
}
