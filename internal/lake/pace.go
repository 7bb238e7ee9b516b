package lake

import "time"

// Pace decides when a process should commit: not more often than every two
// seconds, unless a quarter of a million rows wait. Its zero value is ready;
// it is not safe for concurrent use.
type Pace struct {
	last time.Time
}

const (
	paceInterval = 2 * time.Second
	paceRows     = 250_000
)

// Due reports whether it is time to commit, with so many rows waiting.
func (p *Pace) Due(now time.Time, rows int64) bool {
	if rows >= paceRows {
		return true
	}
	return rows > 0 && now.Sub(p.last) >= paceInterval
}

// Committed notes that a commit was made.
func (p *Pace) Committed(now time.Time) { p.last = now }
