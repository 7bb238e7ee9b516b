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

// maxTries is how often a change is tried again that another process was
// faster than.
const maxTries = 5

// Unmerge makes it possible to hide blobs' rows of [Table]: where they are
// merged with rows of other blobs, it puts partial rows in their place that
// tell their blobs, made anew of Flows. Where Flows has expired, whole rows stay
// as they are, and no longer count as the blobs': it returns the intervals, by
// start in µs since 1970, for which that is so. A query gives the same rows
// before and after.
func Unmerge(ctx context.Context, l *lake.Lake, w *lake.Writer, blobs ...lake.BlobGen) (whole map[int64]bool, err error) {
	whole = map[int64]bool{}
	for try := 1; ; try++ {
		err := unmerge(ctx, l, w, blobs, whole)
		if errors.Is(err, lake.ErrConflict) && try < maxTries {
			continue
		}
		return whole, err
	}
}

func unmerge(ctx context.Context, l *lake.Lake, w *lake.Writer, blobs []lake.BlobGen, whole map[int64]bool) (err error) {
	snap, err := l.Snapshot(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, snap.Close()) }()
	segs, err := snap.Holding(ctx, Table, blobs...)
	if err != nil {
		return err
	}
	segs = slices.DeleteFunc(segs, func(s lake.Segment) bool { return s.Partial })
	if err := readable(segs); err != nil {
		return err
	}
	if err := l.Footers(segs, lake.ReadFooter); err != nil {
		return err
	}
	for _, s := range segs {
		if err := open(ctx, l, w, snap, s, blobs, whole); err != nil {
			return fmt.Errorf("take %s apart: %w", s.Name, err)
		}
	}
	return nil
}

// tuples finds the tuples in Flows that the rows of a whole segment were made
// of.
type tuples struct {
	lake     *lake.Lake
	segs     []lake.Segment // of Flows
	interval int64          // µs
	ranges   map[lake.BlobGen][]lake.BlobRange
	gens     []lake.BlobGen
	number   map[lake.BlobGen]int // index in gens
}

func newTuples(ctx context.Context, l *lake.Lake, snap *lake.Snapshot, s lake.Segment) (*tuples, error) {
	t := &tuples{lake: l, interval: s.Interval.Microseconds(), ranges: map[lake.BlobGen][]lake.BlobRange{}, number: map[lake.BlobGen]int{}}
	for _, r := range s.Blobs {
		if _, ok := t.ranges[r.BlobGen]; !ok {
			t.number[r.BlobGen] = len(t.gens)
			t.gens = append(t.gens, r.BlobGen)
		}
		t.ranges[r.BlobGen] = append(t.ranges[r.BlobGen], r)
	}
	var err error
	t.segs, err = snap.Segments(ctx, lake.TableFlows, lake.TimeRange{From: s.MinTime, To: s.MaxTime.Add(s.Interval)})
	return t, err
}

// pick returns the number of the blob that a row of Flows is of, -1 if the
// segment's rows are not made of it.
func (t *tuples) pick(p Position) int {
	n, ok := t.number[p.Blob]
	if !ok {
		return -1
	}
	for _, r := range t.ranges[p.Blob] {
		if p.Tuple >= r.First && p.Tuple <= r.Last {
			return n
		}
	}
	return -1
}

// open puts partial rows in the place of those of s that blobs had part in, and
// adds the intervals for which that cannot be done to whole.
func open(ctx context.Context, l *lake.Lake, w *lake.Writer, snap *lake.Snapshot, s lake.Segment, blobs []lake.BlobGen, whole map[int64]bool) error {
	leave := func(b lake.BlobGen) bool { return slices.Contains(blobs, b) }
	apart, err := intervalsToOpen(ctx, l, snap, s, leave, whole)
	if err != nil {
		return err
	}
	c := w.Begin()
	c.Replace(snap, s)
	err = func() error {
		if len(apart) > 0 {
			if err := writeParts(ctx, l, snap, c, s, apart); err != nil {
				return err
			}
		}
		return copyRows(ctx, l, c, []lake.Segment{s}, s.Level, apart, leave)
	}()
	if err != nil {
		return errors.Join(err, c.Discard())
	}
	_, err = w.Commit(ctx, c)
	return err
}

// intervalsToOpen returns the intervals of s in which blobs that hide accepts
// have tuples, as far as Flows still has all tuples that the rows are made of. It
// adds the intervals of which it has not to whole.
func intervalsToOpen(ctx context.Context, l *lake.Lake, snap *lake.Snapshot, s lake.Segment, hide func(lake.BlobGen) bool, whole map[int64]bool) (map[int64]bool, error) {
	if s.Interval != snap.Interval {
		// From before the interval changed: Flows had expired then.
		return nil, intervalsOf(ctx, l, s, snap.Interval, whole)
	}
	t, err := newTuples(ctx, l, snap, s)
	if err != nil {
		return nil, err
	}
	count, apart := map[int64]int64{}, map[int64]bool{}
	pick := func(p Position) int {
		n := t.pick(p)
		if n >= 0 {
			start := floor(p.Time, t.interval)
			count[start]++
			if hide(p.Blob) {
				apart[start] = true
			}
		}
		return -1
	}
	for _, f := range t.segs {
		if err := Scan(ctx, l, f, []string{colTime, colBlob, colGeneration, colTuple}, pick, nil); err != nil {
			return nil, fmt.Errorf("segment %s: %w", f.Name, err)
		}
	}
	all := func(Position) int { return 0 }
	if err := Scan(ctx, l, s, []string{colTime, colRecords}, all, func(b *batch.Batch, _ int) error {
		for row := range b.Rows {
			start, _ := b.Columns[0].IntAt(row)
			n, _ := b.Columns[1].IntAt(row)
			count[start] -= n
		}
		return nil
	}); err != nil {
		return nil, err
	}
	for start, n := range count {
		if n != 0 {
			delete(apart, start)
		}
		if n < 0 {
			whole[start] = true
		}
	}
	return apart, nil
}

// intervalsOf adds the intervals of a length that rows of s lie in to all.
func intervalsOf(ctx context.Context, l *lake.Lake, s lake.Segment, length time.Duration, all map[int64]bool) error {
	step := length.Microseconds()
	take := func(b *batch.Batch, _ int) error {
		for row := range b.Rows {
			start, _ := b.Columns[0].IntAt(row)
			seconds, _ := b.Columns[1].IntAt(row)
			for at := floor(start, step); at < start+seconds*1_000_000; at += step {
				all[at] = true
			}
		}
		return nil
	}
	return Scan(ctx, l, s, []string{colTime, colSeconds}, func(Position) int { return 0 }, take)
}

// Settled returns the intervals within span, by start in µs since 1970, whose
// rows stay as they are, since Flows no longer has all of their tuples. A blob
// that was written anew before may count in them without being listed.
func Settled(ctx context.Context, l *lake.Lake, span lake.TimeRange) (whole map[int64]bool, err error) {
	snap, err := l.Snapshot(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, snap.Close()) }()
	segs, err := snap.Segments(ctx, Table, span)
	if err != nil {
		return nil, err
	}
	segs = slices.DeleteFunc(segs, func(s lake.Segment) bool { return s.Partial })
	if err := l.Footers(segs, lake.ReadFooter); err != nil {
		return nil, err
	}
	whole = map[int64]bool{}
	none := func(lake.BlobGen) bool { return false }
	for _, s := range segs {
		if _, err := intervalsToOpen(ctx, l, snap, s, none, whole); err != nil {
			return nil, err
		}
	}
	return whole, nil
}

// id is the key of a row.
type id [2]int64

// repeated are the corrections of a row: the packets and bytes that later tuples
// count again. Those need not be in the same interval, nor among those that a
// segment is made of.
type repeated [4]int64

var repeatedNames = [4]string{"PacketsSrcToDestRepeated", "PacketsDestToSrcRepeated", "BytesSrcToDestRepeated", "BytesDestToSrcRepeated"}

// corrections adds the corrections of the rows of b, times sign, to sums.
func corrections(b *batch.Batch, sums map[id]repeated, sign int64) {
	var columns [4]*batch.Column
	for k, name := range repeatedNames {
		columns[k] = &b.Columns[b.Index(name)]
	}
	hi, lo := &b.Columns[b.Index("ItemHi")], &b.Columns[b.Index("ItemLo")]
	for row := range b.Rows {
		var d repeated
		for k := range d {
			n, _ := columns[k].IntAt(row)
			d[k] = sign * n
		}
		if d == (repeated{}) {
			continue
		}
		h, _ := hi.IntAt(row)
		o, _ := lo.IntAt(row)
		sum := sums[id{h, o}]
		for k := range d {
			sum[k] += d[k]
		}
		sums[id{h, o}] = sum
	}
}

// writeParts writes the rows of s of the intervals in apart as partial ones,
// made of Flows, into a segment of c.
func writeParts(ctx context.Context, l *lake.Lake, snap *lake.Snapshot, c *lake.Commit, s lake.Segment, apart map[int64]bool) error {
	t, err := newTuples(ctx, l, snap, s)
	if err != nil {
		return err
	}
	out, err := newOutput(c, s.MinTime, PartialFields())
	if err != nil {
		return err
	}
	err = func() error {
		made := map[id]repeated{} // what is left to correct
		inside := func(p Position) int {
			if !apart[p.Time] {
				return -1
			}
			return 0
		}
		columns := slices.Concat([]string{colTime, "ItemHi", "ItemLo"}, repeatedNames[:])
		if err := Scan(ctx, l, s, columns, inside, func(b *batch.Batch, _ int) error {
			corrections(b, made, 1)
			return nil
		}); err != nil {
			return err
		}
		a := &again{write: func(p *trafficanalytics.Partial, gen lake.BlobGen) error {
			corrections(p.Batch, made, -1)
			return out.parts(p.Batch, gen)
		}}
		if err := a.begin(s.Interval, nil); err != nil {
			return err
		}
		pick := func(p Position) int {
			if !apart[floor(p.Time, t.interval)] {
				return -1
			}
			return t.pick(p)
		}
		for _, f := range t.segs {
			if err := Scan(ctx, l, f, nil, pick, func(b *batch.Batch, n int) error { return a.add(b, t.gens[n]) }); err != nil {
				return fmt.Errorf("segment %s: %w", f.Name, err)
			}
		}
		if err := a.agg.Flush(); err != nil {
			return err
		}
		for k, d := range made {
			if d == (repeated{}) {
				delete(made, k)
			}
		}
		if len(made) == 0 {
			return nil
		}
		return Scan(ctx, l, s, nil, inside, func(b *batch.Batch, _ int) error { return out.adjust(b, made) })
	}()
	if err != nil {
		return errors.Join(err, out.abandon())
	}
	s.Blobs = slices.DeleteFunc(slices.Clone(s.Blobs), func(r lake.BlobRange) bool { return !out.blobs[r.BlobGen] })
	return out.close(lake.Footer{
		Partial: true, Interval: s.Interval, Blobs: joinRanges([]lake.Segment{s}, func(lake.BlobGen) bool { return false }),
	})
}

// again merges tuples anew, blob by blob.
type again struct {
	agg   *trafficanalytics.Aggregator
	of    lake.BlobGen
	write func(p *trafficanalytics.Partial, gen lake.BlobGen) error
}

// begin makes the aggregator, with the rollovers that are open.
func (a *again) begin(interval time.Duration, open []trafficanalytics.OpenRollover) (err error) {
	a.agg, err = trafficanalytics.New(interval, open, func(p *trafficanalytics.Partial) error { return a.write(p, a.of) })
	return err
}

// add merges tuples of one blob.
func (a *again) add(b *batch.Batch, gen lake.BlobGen) error {
	if gen != a.of || a.agg.Rows() > maxRows/2 {
		if err := a.agg.Flush(); err != nil {
			return err
		}
		a.of = gen
	}
	return a.agg.Add(b)
}

// parts writes partial rows of a blob.
func (o *output) parts(b *batch.Batch, gen lake.BlobGen) error {
	o.blobs[gen] = true
	return o.w.Write(&batch.Batch{Rows: b.Rows, Fields: o.fields, Columns: append(slices.Clone(b.Columns),
		batch.ConstText(gen.Blob), batch.ConstInt(int64(gen.Generation)))})
}

// adjust writes, for those rows of b that have a correction left, rows that
// add nothing but it. They are no blob's.
func (o *output) adjust(b *batch.Batch, left map[id]repeated) error {
	hi, lo := &b.Columns[b.Index("ItemHi")], &b.Columns[b.Index("ItemLo")]
	for row := range b.Rows {
		h, _ := hi.IntAt(row)
		l, _ := lo.IntAt(row)
		d, ok := left[id{h, l}]
		if !ok {
			continue
		}
		one := b.Slice(row, row+1)
		out := &batch.Batch{Rows: 1, Fields: o.fields, Columns: make([]batch.Column, len(o.fields))}
		for i, c := range trafficanalytics.Columns() {
			at := one.Index(c.Name)
			switch {
			case c.Role == trafficanalytics.Sum:
				out.Columns[i] = batch.ConstInt(0)
				if k := slices.Index(repeatedNames[:], c.Name); k >= 0 {
					out.Columns[i] = batch.ConstInt(d[k])
				}
			case c.Role == trafficanalytics.Port: // null
			case c.Role == trafficanalytics.Ports:
				out.Columns[i] = batch.ConstText("")
			case at >= 0:
				out.Columns[i] = one.Columns[at]
			}
		}
		out.Columns[len(o.fields)-2], out.Columns[len(o.fields)-1] = batch.ConstText(""), batch.ConstInt(0)
		if err := o.w.Write(out); err != nil {
			return err
		}
	}
	return nil
}
