package upkeep

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/azflow/azflow/internal/batch"
	"github.com/azflow/azflow/internal/lake"
	"github.com/azflow/azflow/internal/rollup"
)

// Recount reads every row of Flows and NTANetAnalytics, which finds damage that
// names and sizes do not show, and returns what does not add up: segments that
// hold other rows than they say, and hours whose merged rows count fewer tuples
// than Flows has. It also returns how many rows it read.
func Recount(ctx context.Context, l *lake.Lake, progress func(done, all int)) (rows int64, found []lake.Finding, err error) {
	snap, err := l.Snapshot(ctx)
	if err != nil {
		return 0, nil, err
	}
	defer func() { err = errors.Join(err, snap.Close()) }()
	var segs []lake.Segment
	for _, table := range []string{lake.TableFlows, rollup.Table} {
		some, err := snap.Segments(ctx, table, lake.TimeRange{})
		if err != nil {
			return 0, nil, err
		}
		segs = append(segs, some...)
	}
	left := map[int64]int64{} // by hour: tuples of Flows, less those that merged rows count
	for i, s := range segs {
		if progress != nil {
			progress(i, len(segs))
		}
		if err := readAll(ctx, l, s, left); err != nil {
			if ctx.Err() != nil {
				return rows, found, ctx.Err()
			}
			found = append(found, lake.Finding{Kind: lake.Damaged, Name: s.Name, Detail: err.Error()})
			continue
		}
		rows += s.Rows
		if s.Table != lake.TableFlows {
			continue
		}
		f, err := compareRanges(ctx, l, snap, s)
		if err != nil {
			return rows, found, err
		}
		found = append(found, f...)
	}
	if progress != nil {
		progress(len(segs), len(segs))
	}
	if len(found) > 0 {
		return rows, found, nil // sums would tell nothing new
	}
	for hour, n := range left {
		if n > 0 {
			found = append(found, lake.Finding{
				Kind: lake.Miscounted, Name: rollup.Table + " of " + time.UnixMicro(hour).UTC().Format("2006-01-02T15:04Z"),
				Detail: fmt.Sprintf("its rows lack %d tuples that Flows has: azflow compact --rebuild makes them anew", n),
			})
		}
	}
	slices.SortFunc(found, func(a, b lake.Finding) int { return cmp.Compare(a.Name, b.Name) })
	return rows, found, nil
}

// readAll reads all columns of a segment and adds the tuples that its visible
// rows stand for to left.
func readAll(ctx context.Context, l *lake.Lake, s lake.Segment, left map[int64]int64) error {
	return rollup.Scan(ctx, l, s, nil, func(rollup.Position) int { return 0 }, func(b *batch.Batch, _ int) error {
		at := &b.Columns[b.Index("TimeGenerated")]
		records := b.Index("RecordCount")
		for row := range b.Rows {
			t, _ := at.IntAt(row)
			n := int64(1)
			if records >= 0 {
				n, _ = b.Columns[records].IntAt(row)
				n = -n
			}
			left[time.UnixMicro(t).Truncate(time.Hour).UnixMicro()] += n
		}
		return nil
	})
}

// compareRanges counts the rows of a segment of Flows by blob and compares them
// with what the catalogue says.
func compareRanges(ctx context.Context, l *lake.Lake, snap *lake.Snapshot, s lake.Segment) ([]lake.Finding, error) {
	ranges, err := snap.Ranges(ctx, s)
	if err != nil {
		return nil, err
	}
	want := map[lake.BlobGen]int64{}
	for _, r := range ranges {
		want[r.BlobGen] += r.Rows
	}
	s.Hidden = lake.Hidden{}
	if err := rollup.Scan(ctx, l, s, []string{"TimeGenerated", "BlobId", "BlobGeneration"}, func(p rollup.Position) int {
		want[p.Blob]--
		return -1
	}, nil); err != nil {
		return nil, err
	}
	var found []lake.Finding
	for b, n := range want {
		if n != 0 {
			found = append(found, lake.Finding{
				Kind: lake.Miscounted, Name: b.Blob, Detail: fmt.Sprintf("segment %s holds %d rows of it less than the catalogue says", s.Name, n),
			})
		}
	}
	return found, nil
}
