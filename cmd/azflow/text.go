package main

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// count writes a number with commas between thousands.
func count(n int64) string {
	s := strconv.FormatInt(n, 10)
	start := 0
	if strings.HasPrefix(s, "-") {
		start = 1
	}
	for i := len(s) - 3; i > start; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// things writes a number of things, by their name in the singular.
func things(n int64, name string) string {
	if n == 1 {
		return "1 " + name
	}
	return count(n) + " " + name + "s"
}

// bytesText writes a number of bytes for people.
func bytesText(n int64) string {
	units := []string{"B", "kB", "MB", "GB", "TB", "PB"}
	f := float64(n)
	i := 0
	for f >= 1000 && i < len(units)-1 {
		f /= 1000
		i++
	}
	if i == 0 {
		return fmt.Sprintf("%d B", n)
	}
	return fmt.Sprintf("%.1f %s", f, units[i])
}

// timeSpan is [from, to); a zero time is no bound.
type timeSpan struct{ from, to time.Time }

// parseSpan reads the values of --from and --to.
func parseSpan(from, to string, now time.Time) (timeSpan, error) {
	var s timeSpan
	var err error
	if s.from, err = parseTime(from, now); err != nil {
		return s, usage("", "--from: %w", err)
	}
	if s.to, err = parseTime(to, now); err != nil {
		return s, usage("", "--to: %w", err)
	}
	if !s.from.IsZero() && !s.to.IsZero() && !s.from.Before(s.to) {
		return s, usage("", "--from %s is not before --to %s", from, to)
	}
	return s, nil
}

// timeForms are the forms of a time on the command line, UTC unless they say.
var timeForms = []string{time.RFC3339Nano, "2006-01-02T15:04Z07:00", "2006-01-02T15:04:05", "2006-01-02T15:04", "2006-01-02 15:04:05", "2006-01-02 15:04", "2006-01-02"}

// parseTime reads a time, or how long ago it was: 2026-03-01, 2026-03-01T10:00Z,
// 90m, 24h, 7d. Empty text is the zero time.
func parseTime(text string, now time.Time) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	for _, form := range timeForms {
		if t, err := time.Parse(form, text); err == nil {
			return t.UTC(), nil
		}
	}
	if days, ok := strings.CutSuffix(text, "d"); ok {
		if n, err := strconv.ParseFloat(days, 64); err == nil && n >= 0 {
			return now.UTC().Add(-time.Duration(n * float64(24*time.Hour))), nil
		}
	}
	if d, err := time.ParseDuration(text); err == nil && d >= 0 {
		return now.UTC().Add(-d), nil
	}
	return time.Time{}, fmt.Errorf("%q is no time: write 2026-03-01, 2026-03-01T10:00Z, or how long ago as 90m, 24h, 7d", text)
}
