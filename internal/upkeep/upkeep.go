// Package upkeep keeps a lake small and quick: it merges segments, expires and
// forgets rows, and removes files that nobody needs.
package upkeep

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	"github.com/azflow/azflow/internal/attribution"
	"github.com/azflow/azflow/internal/batch"
	"github.com/azflow/azflow/internal/lake"
	"github.com/azflow/azflow/internal/lake/segment"
	"github.com/azflow/azflow/internal/rollup"
)

// Options say how to compact. Now is required.
type Options struct {
	Now   func() time.Time // the clock
	Grace time.Duration    // how long the file of a segment that ended stays at least
	Plan  lake.PlanOptions // which segments are worth merging
	// Rebuild makes all of NTANetAnalytics anew out of Flows before the rest, by
	// Interval, which becomes the lake's; 0 is the one it has.
	Rebuild  bool
	Interval time.Duration
	// Progress, if not nil, is called before each merge and after the last.
	Progress func(Progress)
}

// Progress is how far a compaction has come.
type Progress struct {
	Table      string // being worked on
	Done, All  int    // merges planned for it; segments read, of a rebuild
	Rows       int64  // merged so far, of all tables
	Rebuilding bool
	Elapsed    time.Duration
}

// Summary is what a compaction did.
type Summary struct {
	Merges    int   // done
	Segments  int   // merged
	Rows      int64 // in them
	Conflicts int   // merges left to another process
	Rebuilt   *rollup.Rebuilt
	Before    Size
	After     Size
	Expired   lake.Removed
	Swept     lake.Swept
	Elapsed   time.Duration
}

// Size is how much live segments are.
type Size struct {
	Segments int
	Bytes    int64
}

// Compact merges the segments of l that are worth it, ends those that have
// expired and removes the files of those that ended long enough ago. A query
// gives the same rows before, during and after, but for expired ones. Every
// merge is a commit of its own: what is done stays done when ctx ends, and the
// next call goes on from there.
func Compact(ctx context.Context, l *lake.Lake, opt Options) (sum Summary, err error) {
	start := opt.Now()
	defer func() { sum.Elapsed = opt.Now().Sub(start) }()
	if sum.Before, err = size(ctx, l); err != nil {
		return sum, err
	}
	w, err := l.OpenWriter(ctx)
	if err != nil {
		return sum, err
	}
	defer func() { err = errors.Join(err, w.Close()) }()
	c := &compaction{lake: l, w: w, opt: opt, sum: &sum, start: start}
	// What has expired need not be merged.
	if sum.Expired, err = l.Expire(ctx); err != nil {
		return sum, err
	}
	if opt.Rebuild {
		if err := c.rebuild(ctx); err != nil {
			return sum, err
		}
	}
	if err := c.tables(ctx); err != nil {
		return sum, err
	}
	if sum.Swept, err = l.Sweep(ctx, opt.Grace); err != nil {
		return sum, err
	}
	sum.After, err = size(ctx, l)
	return sum, err
}

func size(ctx context.Context, l *lake.Lake) (Size, error) {
	var s Size
	u, err := l.Usage(ctx)
	for _, t := range u.Tables {
		s.Segments += t.Segments
		s.Bytes += t.Bytes
	}
	return s, err
}

type compaction struct {
	lake  *lake.Lake
	w     *lake.Writer
	opt   Options
	sum   *Summary
	start time.Time
}

// maxTries is how often a rebuild is tried that another process gets in the
// way of.
const maxTries = 5

func (c *compaction) rebuild(ctx context.Context) error {
	interval, err := c.lake.Interval(ctx)
	if err != nil {
		return err
	}
	interval = cmp.Or(c.opt.Interval, interval)
	for try := 1; ; try++ {
		done, err := rollup.Rebuild(ctx, c.lake, c.w, interval, func(done, all int) {
			c.tell(Progress{Table: rollup.Table, Done: done, All: all, Rebuilding: true})
		})
		if errors.Is(err, lake.ErrConflict) && try < maxTries {
			continue
		}
		if err != nil {
			return fmt.Errorf("rebuild %s: %w", rollup.Table, err)
		}
		c.sum.Rebuilt = &done
		return nil
	}
}

func (c *compaction) tell(p Progress) {
	if c.opt.Progress != nil {
		p.Rows, p.Elapsed = c.sum.Rows, c.opt.Now().Sub(c.start)
		c.opt.Progress(p)
	}
}

// tables merges what is worth it, table by table.
func (c *compaction) tables(ctx context.Context) error {
	snap, err := c.lake.Snapshot(ctx)
	if err != nil {
		return err
	}
	tables, err := snap.Tables(ctx)
	if err := errors.Join(err, snap.Close()); err != nil {
		return err
	}
	for _, t := range tables {
		for {
			again, err := c.round(ctx, t)
			if err != nil {
				return err
			}
			if !again {
				break
			}
		}
	}
	return nil
}

// round plans and merges once; it reports whether planning again can help.
func (c *compaction) round(ctx context.Context, table string) (again bool, err error) {
	snap, err := c.lake.Snapshot(ctx)
	if err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, snap.Close()) }()
	plan, err := snap.PlanCompaction(ctx, table, c.opt.Plan)
	if err != nil {
		return false, err
	}
	if table == rollup.Table {
		if changed, err := c.settle(ctx, snap, plan); err != nil || changed {
			return changed, err
		}
	}
	for i, m := range plan {
		c.tell(Progress{Table: table, Done: i, All: len(plan)})
		err := c.merge(ctx, snap, m)
		if errors.Is(err, lake.ErrConflict) {
			c.sum.Conflicts++
			continue
		}
		if err != nil {
			return false, err
		}
		again = true
		c.sum.Merges++
		c.sum.Segments += len(m.Segments)
		c.sum.Rows += m.Rows
	}
	if len(plan) > 0 {
		c.tell(Progress{Table: table, Done: len(plan), All: len(plan)})
	}
	return again, nil
}

// settle settles the re-created flows of NICs of which a blob was written anew,
// if rows of its day are about to be merged: ingest does that too, unless it is
// ended first. It reports whether anything changed.
func (c *compaction) settle(ctx context.Context, snap *lake.Snapshot, plan []lake.Merge) (changed bool, err error) {
	days := map[string]bool{}
	for _, m := range plan {
		days[m.Day] = true
	}
	if len(days) == 0 {
		return false, nil
	}
	hours := map[string][2]time.Time{} // first and last of each NIC
	for row, err := range snap.Rows(ctx, "IngestBlobs", lake.TimeRange{}) {
		if err != nil {
			return false, err
		}
		generation, _ := row[1].(int64)
		hour, _ := row[4].(time.Time)
		mac, _ := row[5].(string)
		if generation == 0 || mac == "" || hour.IsZero() || !days[hour.Format(time.DateOnly)] {
			continue
		}
		at, ok := hours[mac]
		if !ok || hour.Before(at[0]) {
			at[0] = hour
		}
		if !ok || hour.After(at[1]) {
			at[1] = hour
		}
		hours[mac] = at
	}
	for mac, at := range hours {
		is, err := rollup.Settle(ctx, c.lake, c.w, mac, at[0], at[1])
		if errors.Is(err, lake.ErrConflict) {
			c.sum.Conflicts++
			continue
		}
		if err != nil {
			return false, fmt.Errorf("settle the re-created flows of %s: %w", mac, err)
		}
		changed = changed || is
	}
	return changed, nil
}

// merge carries out one merge as its table asks for.
func (c *compaction) merge(ctx context.Context, snap *lake.Snapshot, m lake.Merge) error {
	switch m.Table {
	case rollup.Table:
		return rollup.Merge(ctx, c.lake, c.w, snap, m)
	case lake.TableFlows:
		fields, err := c.fieldsOf(m.Segments)
		if err != nil {
			return err
		}
		_, err = c.w.Compact(ctx, snap, m, lake.Layout{Fields: fields, JoinFilters: attribution.JoinFootprints})
		return err
	default:
		return c.join(ctx, snap, m)
	}
}

// fieldsOf returns the columns that at least one of segs holds, in the order in
// which they hold them.
func (c *compaction) fieldsOf(segs []lake.Segment) ([]batch.Field, error) {
	var fields []batch.Field
	for _, s := range segs {
		info, err := segment.ReadMeta(c.lake.Path(s))
		if err != nil {
			return nil, fmt.Errorf("segment %s: %w", s.Name, err)
		}
		next := 0 // where a column that follows the last one goes
		for _, f := range info.Fields {
			i := slices.IndexFunc(fields, func(g batch.Field) bool { return g.Name == f.Name })
			if i < 0 {
				fields = slices.Insert(fields, next, f)
				next++
				continue
			}
			fields[i].Nullable = fields[i].Nullable || f.Nullable
			next = i + 1
		}
	}
	return fields, nil
}

// keyOf says which columns make two rows of a table the same; tables not listed
// keep every row.
var keyOf = map[string][]string{
	"NTAIpDetailsHistory": {"Ip", "TimeGenerated"},
}

// join copies the visible rows of m's segments into one, of those with the same
// key the newest.
func (c *compaction) join(ctx context.Context, snap *lake.Snapshot, m lake.Merge) (err error) {
	segs := slices.Clone(m.Segments)
	if err := c.lake.Footers(segs, lake.ReadFooter); err != nil {
		return err
	}
	slices.SortStableFunc(segs, func(a, b lake.Segment) int { return cmp.Compare(b.Added, a.Added) })
	commit := c.w.Begin()
	commit.Replace(snap, m.Segments...)
	if err := c.copyRows(ctx, commit, segs, m); err != nil {
		return errors.Join(fmt.Errorf("compact %s of %s: %w", m.Table, m.Day, err), commit.Discard())
	}
	_, err = c.w.Commit(ctx, commit)
	return err
}

func (c *compaction) copyRows(ctx context.Context, commit *lake.Commit, segs []lake.Segment, m lake.Merge) (err error) {
	fields, err := c.fieldsOf(segs)
	if err != nil {
		return err
	}
	file, err := commit.NewFile(m.Table, segs[0].MinTime)
	if err != nil {
		return err
	}
	out, err := os.OpenFile(file.Path, os.O_WRONLY|os.O_TRUNC, 0)
	if err != nil {
		return err
	}
	seen := map[[16]byte]bool{}
	var sources []segment.Source
	for _, s := range segs {
		sources = append(sources, segment.Source{Path: c.lake.Path(s), Filter: once(s, keyOf[m.Table], seen)})
	}
	ft := lake.MergeFooters(segs, nil)
	ft.Level = m.Level
	for _, f := range fields {
		ft.Columns = append(ft.Columns, f.Name)
	}
	sum, err := segment.Merge(ctx, out, fields, sources, segment.MergeOptions{
		Options: segment.Options{Codec: segment.Zstd},
		Meta: func(sum segment.Summary) (map[string]string, error) {
			if r, ok := sum.Range(fields, "TimeGenerated"); ok && r.Known {
				ft.MinTime, ft.MaxTime = time.UnixMicro(r.Min).UTC(), time.UnixMicro(r.Max).UTC()
			}
			ft = commit.Stamp(ft)
			return ft.Metadata()
		},
	})
	if err := errors.Join(err, out.Close()); err != nil {
		return err
	}
	if sum.Rows == 0 {
		return file.Drop()
	}
	return file.Done(ft, sum.Rows)
}

// once returns the filter that leaves out the hidden rows of s, and those whose
// key was seen; no key means that rows are never the same.
func once(s lake.Segment, key []string, seen map[[16]byte]bool) *segment.Filter {
	before := s.Hidden.Before
	if len(key) == 0 && before.IsZero() {
		return nil
	}
	return &segment.Filter{Columns: append([]string{"TimeGenerated"}, key...), Drop: func(b *batch.Batch, drop batch.Bitmap) {
		var buf []byte
		for row := range b.Rows {
			at, _ := b.Columns[0].IntAt(row) // never null
			if !before.IsZero() && time.UnixMicro(at).Before(before) {
				drop.Set(row, true)
				continue
			}
			if len(key) == 0 {
				continue
			}
			buf = buf[:0]
			for i := range key {
				if b.Fields[i+1].Kind == batch.Text {
					buf = append(buf, b.Columns[i+1].TextAt(row)...)
				} else {
					v, _ := b.Columns[i+1].IntAt(row)
					buf = fmt.Append(buf, v)
				}
				buf = append(buf, 0)
			}
			whole := sha256.Sum256(buf) // of one size, where IPv6 addresses take more
			sum := [16]byte(whole[:])
			if seen[sum] {
				drop.Set(row, true)
				continue
			}
			seen[sum] = true
		}
	}}
}
