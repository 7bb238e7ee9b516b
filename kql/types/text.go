package types

import (
	"encoding/hex"
	"math"
	"strconv"
	"strings"
)

// ParseUUID reads a guid: 32 hexadecimal digits, with or without dashes and
// braces.
func ParseUUID(s string) (UUID, bool) {
	s = strings.TrimSpace(s)
	if strings.HasPrefix(s, "{") && strings.HasSuffix(s, "}") || strings.HasPrefix(s, "(") && strings.HasSuffix(s, ")") {
		s = s[1 : len(s)-1]
	}
	var u UUID
	s = strings.ReplaceAll(s, "-", "")
	if len(s) != 32 {
		return u, false
	}
	_, err := hex.Decode(u[:], []byte(s))
	return u, err == nil
}

// String returns the guid in lower case with dashes.
func (u UUID) String() string { return string(AppendUUID(nil, u)) }

// ParseInterval reads a timespan in the form [-][d.]hh:mm[:ss[.fffffff]], or a
// bare number of days.
// MS Learn: "The timespan data type".
func ParseInterval(s string) (Interval, bool) {
	s = strings.TrimSpace(s)
	s, negative := strings.CutPrefix(s, "-")
	if s == "" {
		return 0, false
	}
	parts := strings.Split(s, ":")
	total := int64(0)
	ok := true
	add := func(text string, limit, unit int64) {
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil || text[0] == '+' || text[0] == '-' || n > limit || n > (math.MaxInt64-total)/unit {
			ok = false
			return
		}
		total += n * unit
	}
	switch len(parts) {
	case 1:
		add(parts[0], math.MaxInt64/int64(TicksPerDay), TicksPerDay)
	case 2, 3:
		if days, hours, found := strings.Cut(parts[0], "."); found {
			add(days, math.MaxInt64/int64(TicksPerDay), TicksPerDay)
			parts[0] = hours
		}
		add(parts[0], 23, TicksPerHour)
		add(parts[1], 59, TicksPerMinute)
		if len(parts) == 3 {
			seconds, fraction, found := strings.Cut(parts[2], ".")
			add(seconds, 59, TicksPerSecond)
			if found {
				ticks, fits := fractionTicks(fraction)
				total += ticks
				ok = ok && fits
			}
		}
	default:
		return 0, false
	}
	if negative {
		total = -total
	}
	return Interval(total), ok
}

// fractionTicks reads the digits after the point of a number of seconds.
// Digits beyond 100 ns are cut off.
func fractionTicks(s string) (int64, bool) {
	if s == "" {
		return 0, false
	}
	n := int64(0)
	for i := range max(7, len(s)) {
		d := int64(0)
		if i < len(s) {
			if s[i] < '0' || s[i] > '9' {
				return 0, false
			}
			d = int64(s[i] - '0')
		}
		if i < 7 {
			n = n*10 + d
		}
	}
	return n, true
}

// String returns the interval as Kusto prints it: [-][d.]hh:mm:ss[.fffffff].
func (i Interval) String() string { return string(AppendInterval(nil, i)) }
