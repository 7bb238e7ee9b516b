package main

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"
)

func TestCollectingGoesOnAfterAFailureUntilItIsStopped(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	var told strings.Builder
	p := &program{streams: streams{err: &told}}
	calls := 0
	var pauses []time.Duration
	err := p.againAndAgain(ctx, 30*time.Minute, func(d time.Duration) <-chan time.Time {
		pauses = append(pauses, d)
		now := make(chan time.Time, 1)
		now <- time.Time{}
		return now
	}, func() error {
		switch calls++; calls {
		case 2:
			return errors.New("Azure is away")
		case 4:
			stop()
		}
		return nil
	})
	if !errors.Is(err, context.Canceled) || calls != 4 {
		t.Errorf("%d collections ended with %v, want 4 and %v", calls, err, context.Canceled)
	}
	if got := told.String(); strings.Count(got, "warning") != 1 || !strings.Contains(got, "Azure is away; the next try is in 30m") {
		t.Errorf("told %q", got)
	}
	for _, d := range pauses {
		if d < 30*time.Minute || d >= 33*time.Minute {
			t.Errorf("a pause of %v, want 30 to 33 minutes", d)
		}
	}
}
