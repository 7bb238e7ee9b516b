package rollup

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"

	"github.com/azflow/azflow/internal/batch"
	"github.com/azflow/azflow/internal/lake"
	"github.com/azflow/azflow/internal/lake/segment"
	"github.com/azflow/azflow/internal/trafficanalytics"
)

// maxRows is how many rows to be merged are taken at a time, unless those of
// one interval are more: 50 MB of them.
const maxRows = 100_000

// step is the shortest interval there is, in µs.
const step = 10 * 60 * 1_000_000

// Merge carries out m, which snap planned for [Table]: partial rows become
// whole ones, interval by interval, rows that snap hides are left out, and what
// cannot be merged yet is only put together. With [lake.ErrConflict] another
// process has changed the segments meanwhile, and the lake is as it was.
func Merge(ctx context.Context, l *lake.Lake, w *lake.Writer, snap *lake.Snapshot, m lake.Merge) error {
	segs := slices.Clone(m.Segments)
	if err := readable(segs); err != nil {
		return err
	}
	if err := l.Footers(segs, lake.ReadFooter); err != nil {
		return err
	}
	var partial, whole []lake.Segment
	for _, s := range segs {
		if s.Partial {
			partial = append(partial, s)
		} else {
			whole = append(whole, s)
		}
	}
	c := w.Begin()
	c.Replace(snap, m.Segments...)
	var err error
	switch {
	case len(partial) == 0 || m.Partial:
		if len(partial) > 0 {
			err = copyRows(ctx, l, c, partial, m.Level, nil, leaveHidden(partial))
		}
		if len(whole) > 0 && err == nil {
			err = copyRows(ctx, l, c, whole, m.Level, nil, leaveHidden(whole))
		}
	default:
		err = mergeRows(ctx, l, c, segs, m.Level)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("merge %s of %s: %w", m.Table, m.Day, err), c.Discard())
	}
	_, err = w.Commit(ctx, c)
	return err
}

// leaveHidden accepts the blobs that are hidden in some of segs.
func leaveHidden(segs []lake.Segment) func(lake.BlobGen) bool {
	dead := map[lake.BlobGen]bool{}
	for _, s := range segs {
		for _, b := range s.Hidden.Blobs {
			dead[b] = true
		}
	}
	return func(b lake.BlobGen) bool { return dead[b] }
}

// mergeRows adds the rows of segs up to whole ones, in one new segment.
func mergeRows(ctx context.Context, l *lake.Lake, c *lake.Commit, segs []lake.Segment, level int) error {
	out, err := newOutput(c, segs[0].MinTime, trafficanalytics.Fields())
	if err != nil {
		return err
	}
	from, to := span(segs)
	if err := mergeWindow(ctx, l, segs, from, to, func(int64) bool { return true }, out); err != nil {
		return errors.Join(err, out.abandon())
	}
	return out.close(lake.Footer{Interval: commonInterval(segs), Level: level, Blobs: joinRanges(segs, leaveHidden(segs))})
}

// span returns the times of the rows of segs, to not included.
func span(segs []lake.Segment) (from, to int64) {
	from, to = 1<<63-1, -1<<63
	for _, s := range segs {
		from = min(from, floor(s.MinTime.UnixMicro(), step))
		to = max(to, floor(s.MaxTime.UnixMicro(), step)+step)
	}
	return from, to
}

// mergeWindow merges the rows of segs from from to to whose interval want
// accepts, into out by time. It cuts the window in two while it holds too much.
func mergeWindow(ctx context.Context, l *lake.Lake, segs []lake.Segment, from, to int64, want func(start int64) bool, out *output) error {
	var here []lake.Segment
	var rows int64
	for _, s := range segs {
		if s.MinTime.UnixMicro() < to && s.MaxTime.UnixMicro() >= from {
			here = append(here, s)
			rows += s.Rows
		}
	}
	if len(here) == 0 {
		return nil
	}
	if rows > maxRows && to-from > step {
		mid := from + floor((to-from)/2, step)
		if mid == from {
			mid += step
		}
		if err := mergeWindow(ctx, l, here, from, mid, want, out); err != nil {
			return err
		}
		return mergeWindow(ctx, l, here, mid, to, want, out)
	}
	m := trafficanalytics.NewMerger()
	pick := func(p Position) int {
		if p.Time < from || p.Time >= to || !want(p.Time) {
			return -1
		}
		return 0
	}
	for _, s := range here {
		if err := Scan(ctx, l, s, nil, pick, func(b *batch.Batch, _ int) error {
			b, err := trafficanalytics.Upgrade(b) // rows of before that a rebuild keeps
			if err != nil {
				return err
			}
			return m.Add(b)
		}); err != nil {
			return fmt.Errorf("segment %s: %w", s.Name, err)
		}
	}
	if m.Rows() == 0 {
		return nil
	}
	return out.w.Write(m.Flush())
}

// copyRows puts the visible rows of segs, all partial or none, into one new
// segment, without those of the intervals in without. Blobs that leave accepts
// are no longer listed.
func copyRows(ctx context.Context, l *lake.Lake, c *lake.Commit, segs []lake.Segment, level int, without map[int64]bool, leave func(lake.BlobGen) bool) (err error) {
	partial := segs[0].Partial
	fields := trafficanalytics.Fields()
	if partial {
		fields = PartialFields()
	}
	file, err := c.NewFile(Table, segs[0].MinTime)
	if err != nil {
		return err
	}
	out, err := os.OpenFile(file.Path, os.O_WRONLY|os.O_TRUNC, 0)
	if err != nil {
		return err
	}
	defer func() {
		if out != nil {
			err = errors.Join(err, out.Close())
		}
	}()
	var sources []segment.Source
	for _, s := range segs {
		src := segment.Source{Path: l.Path(s)}
		if !s.Hidden.None() || len(without) > 0 {
			src.Filter = drop(s, without)
		}
		sources = append(sources, src)
	}
	ft := lake.Footer{Partial: partial, Interval: commonInterval(segs), Level: level, Blobs: joinRanges(segs, leave)}
	sum, err := segment.Merge(ctx, out, fields, sources, segment.MergeOptions{
		Options: segment.Options{Codec: segment.Zstd},
		Meta: func(s segment.Summary) (map[string]string, error) {
			if s.Rows == 0 {
				return map[string]string{}, nil
			}
			var err error
			if ft, err = complete(ft, c, fields, s); err != nil {
				return nil, err
			}
			return ft.Metadata()
		},
	})
	if err != nil {
		return err
	}
	err = out.Close()
	out = nil
	if err != nil {
		return err
	}
	if sum.Rows == 0 {
		return file.Drop()
	}
	return file.Done(ft, sum.Rows)
}

// drop returns the filter that leaves out the hidden rows of s and those of
// some intervals.
func drop(s lake.Segment, without map[int64]bool) *segment.Filter {
	h := newHidden(s)
	return &segment.Filter{Columns: h.columns, Drop: func(b *batch.Batch, drop batch.Bitmap) {
		at, hidden := newPositions(b), h.rows(b)
		for row := range b.Rows {
			if p := at.row(row); without[p.Time] || hidden(row, p) {
				drop.Set(row, true)
			}
		}
	}}
}
