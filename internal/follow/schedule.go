package follow

import "time"

const (
	// settles is how long after its end an hour is looked at by every pass.
	settles = 10 * time.Minute
	// closes is how long after its end an hour is looked at once more.
	closes = time.Hour
	// sweep is how often everything is looked at again: a blob may be restored, or
	// copied into the account, long after its hour.
	sweep = 24 * time.Hour
)

// schedule says which hours a pass has to look at.
type schedule struct {
	swept   time.Time // start of the last pass that looked at everything
	settled time.Time // hours before it need not be looked at by every pass
	closed  time.Time // hours before it need not be looked at before the next sweep
	asked   time.Time // the earliest hour that was asked for since; zero for none
}

// ask has the next pass look at an hour, zero for all.
func (s *schedule) ask(hour time.Time) {
	switch {
	case hour.IsZero():
		s.swept = hour
	case s.asked.IsZero() || hour.Before(s.asked):
		s.asked = hour
	}
}

// from returns the first hour that a pass at now looks at, zero for all.
func (s *schedule) from(now time.Time) time.Time {
	if s.swept.IsZero() || now.Sub(s.swept) >= sweep {
		return time.Time{}
	}
	from := s.settled
	if firstAfter(now, closes).After(s.closed) {
		from = s.closed
	}
	if !s.asked.IsZero() && s.asked.Before(from) {
		from = s.asked
	}
	return from
}

// passed notes that a pass which started at now read all that it looked at.
func (s *schedule) passed(now time.Time) {
	if s.from(now).IsZero() {
		s.swept = now
	}
	s.asked = time.Time{}
	s.settled, s.closed = firstAfter(now, settles), firstAfter(now, closes)
}

// firstAfter returns the first hour that at now has not ended for a time.
func firstAfter(now time.Time, after time.Duration) time.Time {
	return now.Add(-after).UTC().Truncate(time.Hour)
}
