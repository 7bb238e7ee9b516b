package rollup

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/azflow/azflow/internal/batch"
	"github.com/azflow/azflow/internal/lake"
	"github.com/azflow/azflow/internal/trafficanalytics"
)

// Rebuilt says what [Rebuild] did.
type Rebuilt struct {
	Tuples int64 // of Flows that the rows are made of
	Rows   int64 // partial rows written
	Kept   int   // hours that stay as they are, since Flows no longer has all of their tuples
}

// Rebuild makes all of [Table] anew out of Flows, merged by interval, which
// becomes the lake's. Hours that Flows no longer has all tuples of keep their
// rows. The new rows are partial. With [lake.ErrConflict] another process has
// changed the table meanwhile, and the lake is as it was.
func Rebuild(ctx context.Context, l *lake.Lake, w *lake.Writer, interval time.Duration, progress func(done, all int)) (_ Rebuilt, err error) {
	var res Rebuilt
	snap, err := Look(ctx, l)
	if err != nil {
		return res, err
	}
	defer func() { err = errors.Join(err, snap.Close()) }()
	old, err := snap.Segments(ctx, Table, lake.TimeRange{})
	if err != nil {
		return res, err
	}
	flows, err := snap.Segments(ctx, lake.TableFlows, lake.TimeRange{})
	if err != nil {
		return res, err
	}
	if err := readable(flows); err != nil {
		return res, err
	}
	if err := l.Footers(flows, lake.ReadFooter); err != nil {
		return res, err
	}
	if err := l.Footers(old, lake.ReadFooter); err != nil {
		return res, err
	}
	kept, err := incomplete(ctx, l, old, flows)
	if err != nil {
		return res, err
	}
	res.Kept = len(kept)
	c := w.Begin()
	c.Replace(snap.Snapshot, old...)
	c.Interval = interval
	r := &rebuilding{lake: l, commit: c, interval: interval, flows: flows, kept: kept, res: &res, progress: progress}
	if err := r.run(ctx, snap.open, old); err != nil {
		return Rebuilt{}, errors.Join(err, r.abandon(), c.Discard())
	}
	if _, err := w.Commit(ctx, c); err != nil {
		return Rebuilt{}, err
	}
	return res, nil
}

const microsPerHour = 3_600_000_000

// incomplete returns the hours whose rows count more tuples than Flows has.
func incomplete(ctx context.Context, l *lake.Lake, old, flows []lake.Segment) (map[int64]bool, error) {
	left := map[int64]int64{}
	count := func(p Position) int {
		left[floor(p.Time, microsPerHour)]++
		return -1
	}
	for _, s := range flows {
		if err := Scan(ctx, l, s, []string{colTime, colBlob, colGeneration}, count, nil); err != nil {
			return nil, fmt.Errorf("segment %s: %w", s.Name, err)
		}
	}
	all := func(Position) int { return 0 }
	for _, s := range old {
		columns := []string{colTime, colRecords}
		if s.Partial {
			columns = append(columns, colBlob, colGeneration)
		}
		if err := Scan(ctx, l, s, columns, all, func(b *batch.Batch, _ int) error {
			for row := range b.Rows {
				start, _ := b.Columns[0].IntAt(row)
				n, _ := b.Columns[1].IntAt(row)
				left[floor(start, microsPerHour)] -= n
			}
			return nil
		}); err != nil {
			return nil, fmt.Errorf("segment %s: %w", s.Name, err)
		}
	}
	hours := map[int64]bool{}
	for hour, n := range left {
		if n < 0 {
			hours[hour] = true
		}
	}
	return hours, nil
}

// rebuilding is a [Rebuild] under way.
type rebuilding struct {
	lake     *lake.Lake
	commit   *lake.Commit
	interval time.Duration
	flows    []lake.Segment
	kept     map[int64]bool // hours
	res      *Rebuilt
	progress func(done, all int)

	outs []*dayOutput // at most maxOutputs, the last used at the end
}

type dayOutput struct {
	*output
	day string
}

// maxOutputs is how many segments are being made at a time: corrections of
// counters can belong to an earlier day.
const maxOutputs = 3

func (r *rebuilding) run(ctx context.Context, open Rollovers, old []lake.Segment) error {
	// Those whose hour stays as it is.
	left := slices.DeleteFunc(open.All(), func(o trafficanalytics.OpenRollover) bool { return !r.kept[floor(o.Time, microsPerHour)] })
	a := &again{write: r.write}
	if err := a.begin(r.interval, left); err != nil {
		return err
	}
	gens, number := []lake.BlobGen{}, map[lake.BlobGen]int{}
	pick := func(p Position) int {
		if r.kept[floor(p.Time, microsPerHour)] {
			return -1
		}
		n, ok := number[p.Blob]
		if !ok {
			n = len(gens)
			number[p.Blob] = n
			gens = append(gens, p.Blob)
		}
		return n
	}
	for i, s := range r.flows {
		if err := Scan(ctx, r.lake, s, nil, pick, func(b *batch.Batch, n int) error {
			r.res.Tuples += int64(b.Rows)
			return a.add(b, gens[n])
		}); err != nil {
			return fmt.Errorf("segment %s: %w", s.Name, err)
		}
		if r.progress != nil {
			r.progress(i+1, len(r.flows))
		}
	}
	if err := a.agg.Flush(); err != nil {
		return err
	}
	changes, _, err := open.Become(a.agg.Open())
	if err != nil {
		return err
	}
	r.commit.Rollovers = append(r.commit.Rollovers, changes...)
	for len(r.outs) > 0 {
		if err := r.end(0); err != nil {
			return err
		}
	}
	return r.keep(ctx, old)
}

// write writes partial rows of a blob, each to its day.
func (r *rebuilding) write(p *trafficanalytics.Partial, gen lake.BlobGen) error {
	from := 0
	for _, v := range p.Intervals {
		start := time.UnixMicro(v.Start).UTC()
		o, err := r.out(start.Format(time.DateOnly), start)
		if err != nil {
			return err
		}
		if err := o.parts(p.Batch.Slice(from, v.End), gen); err != nil {
			return err
		}
		r.res.Rows += int64(v.End - from)
		from = v.End
	}
	return nil
}

// out returns the segment for rows of a day.
func (r *rebuilding) out(day string, at time.Time) (*output, error) {
	if i := slices.IndexFunc(r.outs, func(o *dayOutput) bool { return o.day == day }); i >= 0 {
		o := r.outs[i]
		r.outs = append(slices.Delete(r.outs, i, i+1), o)
		return o.output, nil
	}
	if len(r.outs) == maxOutputs {
		if err := r.end(0); err != nil {
			return nil, err
		}
	}
	o, err := newOutput(r.commit, at, PartialFields())
	if err != nil {
		return nil, err
	}
	r.outs = append(r.outs, &dayOutput{o, day})
	return o, nil
}

// end closes one of the segments.
func (r *rebuilding) end(i int) error {
	o := r.outs[i]
	r.outs = slices.Delete(r.outs, i, i+1)
	// Which tuples of its blobs it is made of, Flows knows: those of the day.
	ranges := joinRanges(r.flows, func(b lake.BlobGen) bool { return !o.blobs[b] })
	return o.close(lake.Footer{Partial: true, Interval: r.interval, Blobs: ranges})
}

// keep merges the old rows of the hours that stay as they are.
func (r *rebuilding) keep(ctx context.Context, old []lake.Segment) error {
	if len(r.kept) == 0 {
		return nil
	}
	byDay := map[string][]lake.Segment{}
	for _, s := range old {
		byDay[s.Day] = append(byDay[s.Day], s)
	}
	for _, segs := range byDay {
		out, err := newOutput(r.commit, segs[0].MinTime, trafficanalytics.Fields())
		if err != nil {
			return err
		}
		from, to := span(segs)
		want := func(start int64) bool { return r.kept[floor(start, microsPerHour)] }
		if err := mergeWindow(ctx, r.lake, segs, from, to, want, out); err != nil {
			return errors.Join(err, out.abandon())
		}
		ft := lake.Footer{Level: 1, Blobs: joinRanges(segs, leaveHidden(segs))}
		if commonInterval(segs) == r.interval {
			ft.Interval = r.interval
		}
		if err := out.close(ft); err != nil {
			return err
		}
	}
	return nil
}

// abandon gives up the segments that are open.
func (r *rebuilding) abandon() error {
	var errs []error
	for _, o := range r.outs {
		errs = append(errs, o.abandon())
	}
	return errors.Join(errs...)
}
