package rollup

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/azflow/azflow/internal/batch"
	"github.com/azflow/azflow/internal/lake"
	"github.com/azflow/azflow/internal/trafficanalytics"
)

// A Redo makes the rows of [Table] of some intervals of one day anew, out of all
// of their tuples, which its user adds. It is part of a commit that changes what
// Flows says of the tuples.
type Redo struct {
	commit   *lake.Commit
	interval time.Duration
	does     map[int64]bool
	flows    []lake.Segment
	open     Rollovers // those that the catalogue has
	merged   func(*trafficanalytics.Partial) error

	out   *output
	agg   *trafficanalytics.Aggregator
	of    lake.BlobGen
	still map[string]bool // rollovers put into the commit
}

// NewRedo begins to make the rows of those intervals anew, by start in µs since
// 1970, that want accepts and that Flows still has all tuples of: tuples says how
// many it has. Segments of Table that have such rows go, in c, without them.
// segs and flows are the segments of Table and Flows of one day, as v found them,
// with their files' footers. merged, if not nil, is told of rows before they are
// written.
func NewRedo(ctx context.Context, l *lake.Lake, v *View, c *lake.Commit, segs, flows []lake.Segment, want map[int64]bool, tuples map[int64]int64, merged func(*trafficanalytics.Partial) error) (*Redo, error) {
	r := &Redo{commit: c, interval: v.Interval, does: map[int64]bool{}, flows: flows, open: v.open, merged: merged, still: map[string]bool{}}
	if err := readable(segs, flows); err != nil {
		return nil, err
	}
	here, err := r.complete(ctx, l, segs, want, tuples)
	if err != nil || len(r.does) == 0 {
		return r, err
	}
	for _, s := range here {
		c.Replace(v.Snapshot, s)
		if err := copyRows(ctx, l, c, []lake.Segment{s}, s.Level, r.does, leaveHidden([]lake.Segment{s})); err != nil {
			return nil, err
		}
	}
	if r.agg, err = trafficanalytics.New(r.interval, nil, r.write); err != nil {
		return nil, err
	}
	r.out, err = newOutput(c, flows[0].MinTime, PartialFields())
	return r, err
}

// complete finds the intervals to be done, and which of segs have rows of them.
func (r *Redo) complete(ctx context.Context, l *lake.Lake, segs []lake.Segment, want map[int64]bool, tuples map[int64]int64) ([]lake.Segment, error) {
	left := map[int64]int64{}
	for start := range want {
		left[start] = tuples[start]
	}
	has := make([]map[int64]bool, len(segs))
	for i, s := range segs {
		has[i] = map[int64]bool{}
		columns := []string{colTime, colRecords}
		if s.Partial {
			columns = append(columns, colBlob, colGeneration)
		}
		pick := func(p Position) int {
			if !want[floor(p.Time, r.interval.Microseconds())] {
				return -1
			}
			return 0
		}
		if err := Scan(ctx, l, s, columns, pick, func(b *batch.Batch, _ int) error {
			for row := range b.Rows {
				t, _ := b.Columns[0].IntAt(row)
				n, _ := b.Columns[1].IntAt(row)
				start := floor(t, r.interval.Microseconds())
				has[i][start] = true
				if s.Interval != r.interval {
					delete(left, start) // from before the interval changed: Flows had expired then
					continue
				}
				if _, ok := left[start]; ok {
					left[start] -= n
				}
			}
			return nil
		}); err != nil {
			return nil, fmt.Errorf("segment %s: %w", s.Name, err)
		}
	}
	for start, n := range left {
		if n == 0 {
			r.does[start] = true
		}
	}
	var here []lake.Segment
	for i, s := range segs {
		for start := range has[i] {
			if r.does[start] {
				here = append(here, s)
				break
			}
		}
	}
	return here, nil
}

// Does reports whether the rows of the interval in which a tuple lies, by its
// time in µs since 1970, are made anew.
func (r *Redo) Does(t int64) bool { return r.does[floor(t, r.interval.Microseconds())] }

// Add adds rows of Flows, of which it takes those whose interval is done. Tuples
// of one connection have to come in the order in which they were logged.
func (r *Redo) Add(b *batch.Batch) error {
	if len(r.does) == 0 {
		return nil
	}
	at := newPositions(b)
	var of lake.BlobGen
	start := -1 // of the run at hand
	end := func(row int) error {
		if start < 0 {
			return nil
		}
		if of != r.of || r.agg.Rows() > maxRows/2 {
			if err := r.Flush(); err != nil {
				return err
			}
			r.of = of
		}
		return r.agg.Add(b.Slice(start, row))
	}
	for row := range b.Rows {
		p := at.row(row)
		done := r.Does(p.Time)
		if start >= 0 && done && p.Blob == of {
			continue
		}
		if err := end(row); err != nil {
			return err
		}
		if start = -1; done {
			start, of = row, p.Blob
		}
	}
	return end(b.Rows)
}

// Flush writes what the tuples so far give. It is due before what batches refer to
// changes. A rollover whose later tuple has come is settled in its row, wherever
// that tuple is; one that waits for it waits under its new owners.
func (r *Redo) Flush() error {
	if len(r.does) == 0 {
		return nil
	}
	r.agg.Settle(func(o *trafficanalytics.OpenRollover) bool {
		at, open := r.open[o.Connection]
		return !open || at.Time != o.Time
	})
	for _, o := range r.agg.Open() {
		if r.still[o.Connection] {
			continue
		}
		payload, err := json.Marshal(o)
		if err != nil {
			return err
		}
		r.still[o.Connection] = true
		r.commit.Rollovers = append(r.commit.Rollovers, lake.RolloverChange{Key: o.Connection, Old: r.open[o.Connection].payload, New: payload})
	}
	return r.agg.Flush()
}

// write writes rows of the blob at hand.
func (r *Redo) write(p *trafficanalytics.Partial) error {
	if r.merged != nil && !p.Corrections {
		if err := r.merged(p); err != nil {
			return err
		}
	}
	return r.out.parts(p.Batch, r.of)
}

// Close writes what is left.
func (r *Redo) Close() error {
	if r.out == nil {
		return nil
	}
	if err := r.Flush(); err != nil {
		return errors.Join(err, r.Abandon())
	}
	out := r.out
	r.out = nil
	ranges := joinRanges(r.flows, func(b lake.BlobGen) bool { return !out.blobs[b] })
	return out.close(lake.Footer{Partial: true, Interval: r.interval, Blobs: ranges})
}

// Abandon gives up after an error.
func (r *Redo) Abandon() error {
	if r == nil || r.out == nil {
		return nil
	}
	out := r.out
	r.out = nil
	return out.abandon()
}
