package upkeep

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/azflow/azflow/internal/batch"
	"github.com/azflow/azflow/internal/lake"
	"github.com/azflow/azflow/internal/rollup"
)

// Forget names what is to be forgotten: exactly one of the first three.
type Forget struct {
	Blob         string    // all rows of this blob
	Before       time.Time // all rows of earlier hours; the hour it lies in stays
	Subscription string    // all rows of this subscription's flow logs

	Reread bool // with Blob: a later ingest may read it again
	DryRun bool // only count
}

// Forgotten says what was forgotten, or would be.
type Forgotten struct {
	Blob   string    // its id, if it was a blob
	Before time.Time // the hour that Forget.Before lies in
	Rows   int64     // of Flows
	Cut    int       // segments that still hold rows that stay; compaction rewrites them
}

// ErrNothing is returned when there is nothing to forget.
var ErrNothing = errors.New("there is nothing to forget")

// Run forgets. No query that begins later sees the rows; those of
// NTANetAnalytics follow, as far as Flows still tells what is in them. The files
// that held the rows go with compaction and its grace.
func (f Forget) Run(ctx context.Context, l *lake.Lake) (Forgotten, error) {
	given := 0
	for _, is := range []bool{f.Blob != "", !f.Before.IsZero(), f.Subscription != ""} {
		if is {
			given++
		}
	}
	switch {
	case given != 1:
		return Forgotten{}, fmt.Errorf("forget takes one of a blob, a time and a subscription, not %d of them", given)
	case f.Blob != "":
		return f.blob(ctx, l)
	case f.Subscription != "":
		return f.subscription(ctx, l)
	}
	return f.before(ctx, l)
}

func (f Forget) blob(ctx context.Context, l *lake.Lake) (Forgotten, error) {
	known, err := l.Cursors(ctx, []string{f.Blob, strings.ToUpper(f.Blob)})
	if err != nil {
		return Forgotten{}, err
	}
	cur, ok := known[f.Blob]
	if !ok {
		if cur, ok = known[strings.ToUpper(f.Blob)]; !ok { // Azure's paths are kept in upper case
			return Forgotten{}, fmt.Errorf("blob %q was never read: table IngestBlobs lists those that were", f.Blob)
		}
	}
	if cur.Forgotten && !f.Reread {
		return Forgotten{}, fmt.Errorf("blob %s was forgotten already: %w", cur.Blob, ErrNothing)
	}
	out := Forgotten{Blob: cur.Blob}
	if out.Rows, err = countFlows(ctx, l, func(p rollup.Position) bool { return p.Blob.Blob == cur.Blob }); err != nil || f.DryRun {
		return out, err
	}
	w, err := l.OpenWriter(ctx)
	if err != nil {
		return out, err
	}
	out.Cut, err = forgetBlob(ctx, l, w, cur, f.Reread)
	return out, errors.Join(err, w.Close())
}

// forgetBlob hides all rows of a blob. It returns how many segments still hold
// some.
func forgetBlob(ctx context.Context, l *lake.Lake, w *lake.Writer, cur lake.Cursor, reread bool) (int, error) {
	var gens []lake.BlobGen
	for g := range cur.Generation + 1 {
		gens = append(gens, lake.BlobGen{Blob: cur.Blob, Generation: g})
	}
	for try := 1; ; try++ {
		if _, err := rollup.Unmerge(ctx, l, w, gens...); err != nil {
			return 0, err
		}
		rm, err := l.Forget(ctx, lake.ForgetRequest{Blob: cur.Blob, Reread: reread})
		if errors.Is(err, lake.ErrConflict) && try < maxTries {
			continue // merged again meanwhile
		}
		if err != nil || cur.MacAddress == "" || cur.Hour.IsZero() {
			return rm.Cut, err
		}
		// Flows that it re-created, or whose re-creation it settled.
		_, err = rollup.Settle(ctx, l, w, cur.MacAddress, cur.Hour, cur.Hour)
		return rm.Cut, err
	}
}

func (f Forget) before(ctx context.Context, l *lake.Lake) (Forgotten, error) {
	// Rows of NTANetAnalytics lie at the start of their interval: an hour goes as
	// a whole, or Flows and they would differ.
	out := Forgotten{Before: f.Before.UTC().Truncate(time.Hour)}
	at := out.Before.UnixMicro()
	var err error
	if out.Rows, err = countFlows(ctx, l, func(p rollup.Position) bool { return p.Time < at }); err != nil || f.DryRun {
		return out, err
	}
	rm, err := l.Forget(ctx, lake.ForgetRequest{Before: out.Before})
	out.Cut = rm.Cut
	return out, err
}

// countFlows counts the visible rows of Flows that want accepts.
func countFlows(ctx context.Context, l *lake.Lake, want func(rollup.Position) bool) (n int64, err error) {
	count := func(p rollup.Position) int {
		if want(p) {
			n++
		}
		return -1
	}
	err = eachSegment(ctx, l, lake.TableFlows, func(s lake.Segment) error {
		return rollup.Scan(ctx, l, s, []string{"TimeGenerated", "BlobId", "BlobGeneration"}, count, nil)
	})
	return n, err
}

// eachSegment calls f with the segments of a table.
func eachSegment(ctx context.Context, l *lake.Lake, table string, f func(lake.Segment) error) (err error) {
	snap, err := l.Snapshot(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, snap.Close()) }()
	segs, err := snap.Segments(ctx, table, lake.TimeRange{})
	if err != nil {
		return err
	}
	for _, s := range segs {
		if err := f(s); err != nil {
			return fmt.Errorf("segment %s: %w", s.Name, err)
		}
	}
	return nil
}

func (f Forget) subscription(ctx context.Context, l *lake.Lake) (Forgotten, error) {
	var out Forgotten
	prefixes := lake.SubscriptionPrefixes(f.Subscription)
	if err := eachSegment(ctx, l, lake.TableFlows, func(s lake.Segment) error {
		columns := []string{"TimeGenerated"}
		for _, c := range lake.SubscriptionColumns() {
			if slices.Contains(s.Columns, c) {
				columns = append(columns, c)
			}
		}
		return rollup.Scan(ctx, l, s, columns, func(rollup.Position) int { return 0 }, func(b *batch.Batch, _ int) error {
			of := map[string]bool{}
			for row := range b.Rows {
				for i := 1; i < len(columns); i++ {
					id := b.Columns[i].TextAt(row)
					is, known := of[id]
					if !known {
						is = slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(strings.ToLower(id), p) })
						of[id] = is
					}
					if is {
						out.Rows++
						break
					}
				}
			}
			return nil
		})
	}); err != nil || f.DryRun {
		return out, err
	}
	rm, err := l.Forget(ctx, lake.ForgetRequest{Subscription: f.Subscription})
	out.Cut = rm.Cut
	return out, err
}
