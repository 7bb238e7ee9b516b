// Package follow keeps a lake up with its sources: pass after pass, until it is
// told to stop.
package follow

import (
	"cmp"
	"context"
	"errors"
	"time"

	"github.com/azflow/azflow/internal/ingest"
	"github.com/azflow/azflow/internal/lake"
	"github.com/azflow/azflow/internal/source"
)

// Options say how to follow. Ingest.Now and Rand are required.
type Options struct {
	Ingest ingest.Options
	// Poll is how long to wait between two passes, on average; default 30 s.
	Poll time.Duration
	// Rand returns a number from 0 to below 1, by which passes of several
	// followers are kept apart.
	Rand func() float64
	// Wake asks for a pass at once that looks at an hour and all later ones, or at
	// everything if the hour is zero. Between two passes it is received from; nil
	// never asks. It must not be closed.
	Wake <-chan time.Time
	// Passed, if not nil, is called after every pass.
	Passed func(Pass)
	// After returns a channel that receives once a time has passed; nil is
	// time.After.
	After func(time.Duration) <-chan time.Time
}

// Pass is one reading of what may have changed.
type Pass struct {
	Started, Ended time.Time
	From           time.Time // hours before it were left out; zero if none was
	Summary        *ingest.Summary
	// Err is why the pass could not be finished; of blobs that could not be read
	// Summary.Failed tells.
	Err error
}

// Complete reports whether all that the sources held at the start, and that was
// looked at, was read.
func (p *Pass) Complete() bool { return p.Err == nil && p.Summary.Complete }

// minimum is how long to wait between two passes even when woken.
const minimum = time.Second

// Run reads src, and what is new in it again and again, until ctx ends; that is no
// error, and what was decoded by then is committed. The first pass reads all of
// src; if it fails, so does Run. An error of a later pass is told to Passed, and
// the next pass tries again.
func Run(ctx context.Context, l *lake.Lake, src source.Source, opt Options) error {
	opt.Poll = cmp.Or(opt.Poll, 30*time.Second)
	if opt.After == nil {
		opt.After = time.After
	}
	var s schedule
	for first := true; ; first = false {
		p := pass(ctx, l, src, opt, &s)
		if opt.Passed != nil {
			opt.Passed(p)
		}
		switch {
		case ctx.Err() != nil:
			return nil
		case first && p.Err != nil:
			return p.Err
		}
		if !wait(ctx, opt, &s) {
			return nil
		}
	}
}

func pass(ctx context.Context, l *lake.Lake, src source.Source, opt Options, s *schedule) Pass {
	p := Pass{Started: opt.Ingest.Now()}
	p.From = s.from(p.Started)
	narrow := src
	if m, ok := src.(source.Metered); !ok || len(m.Usage()) == 0 {
		p.From = time.Time{} // listing all of it costs nothing
	}
	if !p.From.IsZero() {
		narrow = source.Within(src, p.From, time.Time{})
	}
	p.Summary, p.Err = ingest.New(l, opt.Ingest).Run(ctx, narrow)
	if errors.Is(p.Err, ingest.ErrNoInput) && len(p.Summary.Failed) == 0 {
		p.Err = nil // nothing was logged yet
	}
	p.Ended = opt.Ingest.Now()
	if p.Complete() {
		s.passed(p.Started)
	}
	return p
}

// wait waits for the next pass. It reports false when ctx ends.
func wait(ctx context.Context, opt Options, s *schedule) bool {
	// Between 80 % and 120 %: followers that were started together drift apart.
	timer := opt.After(max(time.Duration(float64(opt.Poll)*(0.8+0.4*opt.Rand())), minimum))
	for woken := false; ; {
		select {
		case <-ctx.Done():
			return false
		case <-timer:
			return true
		case hour := <-opt.Wake:
			s.ask(hour)
			if !woken { // what else comes meanwhile is seen by the same pass
				woken, timer = true, opt.After(minimum)
			}
		}
	}
}
