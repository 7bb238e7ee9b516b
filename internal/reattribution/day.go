package reattribution

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/netip"
	"os"
	"slices"
	"time"

	"github.com/azflow/azflow/internal/attribution"
	"github.com/azflow/azflow/internal/batch"
	"github.com/azflow/azflow/internal/ingest"
	"github.com/azflow/azflow/internal/lake"
	"github.com/azflow/azflow/internal/lake/segment"
	"github.com/azflow/azflow/internal/rollup"
	"github.com/azflow/azflow/internal/trafficanalytics"
	"github.com/azflow/azflow/schema"
)

// tableAddresses is the table of what was known of public addresses.
const tableAddresses = "NTAIpDetailsHistory"

// locals are rows of LocalAddresses.
type locals = map[lake.LocalAddress]bool

// finding is what naming the owners of a segment's rows anew has shown.
type finding struct {
	seg           lake.Segment
	rows          int64          // that differ
	starts        map[int64]bool // of intervals that have such rows
	before, after locals
}

// day names the owners of the flows of one day anew, in one commit.
func (r *run) day(ctx context.Context, day string) (err error) {
	snap, err := rollup.Look(ctx, r.lake)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, snap.Close()) }()
	from, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return err
	}
	span := lake.TimeRange{From: from, To: from.AddDate(0, 0, 1)}
	flows, err := snap.Segments(ctx, lake.TableFlows, span)
	if err != nil {
		return err
	}
	slices.SortFunc(flows, compareSegments)
	d := &dayRun{run: r, snap: snap, span: span, flows: flows, sum: Summary{}}
	if err := d.find(ctx); err != nil {
		return err
	}
	if len(d.found) > 0 && !r.opt.DryRun {
		if err := d.write(ctx); err != nil {
			return err
		}
	}
	if !r.opt.DryRun {
		if err := r.lake.MarkInventory(ctx, d.calm, r.x.Version); err != nil {
			return err
		}
	}
	r.sum.Segments += d.sum.Segments
	r.sum.Read += d.sum.Read
	r.sum.Written += d.sum.Written
	r.sum.Rows += d.sum.Rows
	r.sum.Intervals += d.sum.Intervals
	r.sum.Kept += d.sum.Kept
	return nil
}

// dayRun is one try at one day.
type dayRun struct {
	*run
	snap  *rollup.View
	span  lake.TimeRange
	flows []lake.Segment // of the day, by time
	sum   Summary

	calm  []lake.Segment // of an older inventory, in which no owner differs
	found []finding      // the others
	after locals         // of all segments that were read
	read  map[int64]bool // segments, by id
}

// find reads the segments that a change may concern and finds the rows whose
// owners differ.
func (d *dayRun) find(ctx context.Context) error {
	d.after, d.read = locals{}, map[int64]bool{}
	names := ingest.NewRenamer(d.x)
	for _, s := range d.flows {
		if s.Inventory >= d.x.Version {
			continue
		}
		d.sum.Segments++
		touched, err := d.touched(ctx, d.snap.Snapshot, s)
		if err != nil {
			return err
		}
		if !touched {
			d.calm = append(d.calm, s)
			continue
		}
		d.sum.Read++
		d.read[s.ID] = true
		f, err := d.compare(ctx, names, s)
		if err != nil {
			return fmt.Errorf("segment %s: %w", s.Name, err)
		}
		maps.Copy(d.after, f.after)
		if f.rows == 0 {
			d.calm = append(d.calm, s)
			continue
		}
		d.sum.Written++
		d.sum.Rows += f.rows
		d.found = append(d.found, *f)
	}
	d.sum.Intervals = len(d.starts())
	return nil
}

// starts returns the intervals in which a row's owners differ.
func (d *dayRun) starts() map[int64]bool {
	all := map[int64]bool{}
	for i := range d.found {
		maps.Copy(all, d.found[i].starts)
	}
	return all
}

// compare names the owners of the visible rows of a segment and compares them
// with what is there.
func (d *dayRun) compare(ctx context.Context, names *ingest.Renamer, s lake.Segment) (*finding, error) {
	f := &finding{seg: s, starts: map[int64]bool{}, before: locals{}, after: locals{}}
	columns := slices.DeleteFunc(append(ingest.NeededToName(), ingest.Named()...), func(name string) bool { return !slices.Contains(s.Columns, name) })
	interval := d.snap.Interval.Microseconds()
	err := rollup.Scan(ctx, d.lake, s, columns, func(rollup.Position) int { return 0 }, func(b *batch.Batch, _ int) error {
		if names.Full() {
			names.Reset()
		}
		now, err := names.Rows(b)
		if err != nil {
			return err
		}
		ingest.Locals(b, f.before)
		ingest.Locals(now, f.after)
		differs := make(batch.Bitmap, (b.Rows+63)/64)
		for _, name := range ingest.Named() {
			mark(b, now, name, differs)
		}
		at := &b.Columns[b.Index("TimeGenerated")]
		for row := range b.Rows {
			if differs.Get(row) {
				t, _ := at.IntAt(row) // never null
				f.starts[t-(t%interval+interval)%interval] = true
				f.rows++
			}
		}
		return nil
	})
	return f, err
}

// mark sets the bits of the rows in which a column of b and now differs. A column
// that b lacks is empty.
func mark(b, now *batch.Batch, name string, differs batch.Bitmap) {
	y := &now.Columns[now.Index(name)]
	x := &batch.Column{}
	if i := b.Index(name); i >= 0 {
		x = &b.Columns[i]
	}
	text := func(c *batch.Column, id uint32) string {
		if id == batch.Null {
			return ""
		}
		return c.Dict.Text[id]
	}
	xs, ys := x.AppendIDs(nil, 0, b.Rows), y.AppendIDs(nil, 0, b.Rows)
	same := false
	for row := range xs {
		if row == 0 || xs[row] != xs[row-1] || ys[row] != ys[row-1] {
			same = text(x, xs[row]) == text(y, ys[row])
		}
		if !same {
			differs.Set(row, true)
		}
	}
}

// write commits the day: the segments of Flows in which an owner differs, and
// what follows from their rows.
func (d *dayRun) write(ctx context.Context) (err error) {
	c := d.w.Begin()
	w := &dayWriter{dayRun: d, c: c, names: ingest.NewRenamer(d.x)}
	defer func() {
		if err != nil {
			err = errors.Join(err, w.close(), c.Discard())
		}
	}()
	if err := d.lake.Footers(d.flows, lake.ReadFooter); err != nil {
		return err
	}
	if err := w.run(ctx); err != nil {
		return err
	}
	_, err = d.w.Commit(ctx, c)
	return err
}

// dayWriter makes the segments of a day's commit.
type dayWriter struct {
	*dayRun
	c     *lake.Commit
	names *ingest.Renamer
	redo  *rollup.Redo
	ips   *output // rows of NTAIpDetailsHistory
}

func (w *dayWriter) run(ctx context.Context) error {
	want := w.starts()
	tuples, err := w.count(ctx, want)
	if err != nil {
		return err
	}
	traffic, err := w.snap.Segments(ctx, rollup.Table, w.span)
	if err != nil {
		return err
	}
	if err := w.lake.Footers(traffic, lake.ReadFooter); err != nil {
		return err
	}
	w.redo, err = rollup.NewRedo(ctx, w.lake, w.snap, w.c, traffic, w.flows, want, tuples, w.addresses)
	if err != nil {
		return err
	}
	done := 0
	for start := range want {
		if w.redo.Does(start) {
			done++
		}
	}
	w.sum.Intervals, w.sum.Kept = done, len(want)-done
	gone, err := w.unseen(ctx)
	if err != nil {
		return err
	}
	for _, s := range w.flows {
		i := slices.IndexFunc(w.found, func(f finding) bool { return f.seg.ID == s.ID })
		if i >= 0 {
			if err := w.segment(ctx, s, &w.found[i], gone); err != nil {
				return fmt.Errorf("segment %s: %w", s.Name, err)
			}
			continue
		}
		if err := rollup.Scan(ctx, w.lake, s, nil, func(p rollup.Position) int {
			if w.redo.Does(p.Time) {
				return 0
			}
			return -1
		}, func(b *batch.Batch, _ int) error { return w.redo.Add(b) }); err != nil {
			return fmt.Errorf("segment %s: %w", s.Name, err)
		}
	}
	if err := w.redo.Close(); err != nil {
		return err
	}
	return w.history(ctx)
}

// close closes what is still open after an error.
func (w *dayWriter) close() error {
	err := w.redo.Abandon()
	if w.ips != nil {
		err = errors.Join(err, w.ips.abandon())
	}
	return err
}

// count returns how many tuples Flows has of each interval of want.
func (w *dayWriter) count(ctx context.Context, want map[int64]bool) (map[int64]int64, error) {
	interval := w.snap.Interval.Microseconds()
	n := map[int64]int64{}
	for _, s := range w.flows {
		if err := rollup.Scan(ctx, w.lake, s, []string{"TimeGenerated", "BlobId", "BlobGeneration"}, func(p rollup.Position) int {
			if start := p.Time - (p.Time%interval+interval)%interval; want[start] {
				n[start]++
			}
			return -1
		}, nil); err != nil {
			return nil, fmt.Errorf("segment %s: %w", s.Name, err)
		}
	}
	return n, nil
}

// unseen puts the changes of LocalAddresses into the commit, and returns the rows
// that go: those that the segments that are written showed, and none shows now.
func (w *dayWriter) unseen(ctx context.Context) (locals, error) {
	gone := locals{}
	for i := range w.found {
		f := &w.found[i]
		for l := range f.before {
			if !w.after[l] {
				gone[l] = true
			}
		}
		for l := range f.after {
			if !f.before[l] {
				w.c.Seen.Locals = append(w.c.Seen.Locals, l)
			}
		}
	}
	for _, s := range w.flows {
		if len(gone) == 0 {
			break
		}
		if w.read[s.ID] || !during(gone, s) {
			continue
		}
		shown := locals{}
		if err := rollup.Scan(ctx, w.lake, s, append(ingest.NeededToName(), "CaptureRole"), func(rollup.Position) int { return 0 }, func(b *batch.Batch, _ int) error {
			ingest.Locals(b, shown)
			return nil
		}); err != nil {
			return nil, fmt.Errorf("segment %s: %w", s.Name, err)
		}
		for l := range shown {
			delete(gone, l)
		}
	}
	for l := range gone {
		w.c.Unseen.Locals = append(w.c.Unseen.Locals, l)
	}
	return gone, nil
}

// during reports whether a segment has rows of the hours of some of all.
func during(all locals, s lake.Segment) bool {
	for l := range all {
		if !s.MaxTime.Before(l.Hour) && s.MinTime.Before(l.Hour.Add(time.Hour)) {
			return true
		}
	}
	return false
}

// segment writes a segment of Flows with its owners as they are named now.
func (w *dayWriter) segment(ctx context.Context, s lake.Segment, f *finding, gone locals) (err error) {
	info, err := segment.ReadMeta(w.lake.Path(s))
	if err != nil {
		return err
	}
	out, err := newOutput(w.c, lake.TableFlows, s.MinTime, ingest.NamedFields(info.Fields))
	if err != nil {
		return err
	}
	w.c.Replace(w.snap.Snapshot, s)
	rows := make([]int64, len(s.Blobs))
	prints := newPrints(len(s.AddressFilter) == 0)
	pick := func(p rollup.Position) int {
		for i := range s.Blobs {
			if b := &s.Blobs[i]; b.BlobGen == p.Blob && b.First <= p.Tuple && p.Tuple <= b.Last {
				rows[i]++
				break
			}
		}
		return 0
	}
	err = rollup.Scan(ctx, w.lake, s, nil, pick, func(b *batch.Batch, _ int) error {
		if w.names.Full() {
			if err := w.redo.Flush(); err != nil {
				return err
			}
			w.names.Reset()
		}
		now, err := w.names.Rows(b)
		if err != nil {
			return err
		}
		prints.add(b)
		if err := out.w.Write(now); err != nil {
			return err
		}
		return w.redo.Add(now)
	})
	if err != nil {
		return errors.Join(err, out.abandon())
	}
	s.Blobs = slices.Clone(s.Blobs)
	for i := range s.Blobs {
		s.Blobs[i].Rows = rows[i]
	}
	s.Subscriptions = slices.DeleteFunc(slices.Clone(s.Subscriptions), func(sub string) bool { return slices.Contains(s.Hidden.Subscriptions, sub) })
	ft := lake.MergeFooters([]lake.Segment{s}, s.Hidden.Blobs)
	ft.Level, ft.Inventory = s.Level, w.x.Version
	if ft.AddressFilter = s.AddressFilter; prints != nil {
		ft.AddressFilter = prints.footprint()
	}
	for i := range ft.Blobs {
		b := &ft.Blobs[i]
		b.Captures = slices.Clone(b.Captures)
		for k := range b.Captures {
			b.Captures[k] = w.captured(b.Captures[k])
		}
		b.Locals = slices.DeleteFunc(slices.Clone(b.Locals), func(l lake.LocalAddress) bool { return gone[l] })
		if i == 0 {
			for l := range f.after {
				if !f.before[l] {
					b.Locals = append(b.Locals, l)
				}
			}
		}
	}
	return out.close(ft)
}

// prints collects the footprint of rows whose segment has none; nil if it has.
type prints struct {
	addrs, macs, targets map[string]bool
}

func newPrints(needed bool) *prints {
	if !needed {
		return nil
	}
	return &prints{addrs: map[string]bool{}, macs: map[string]bool{}, targets: map[string]bool{}}
}

func (p *prints) add(b *batch.Batch) {
	if p == nil {
		return
	}
	for name, to := range map[string]map[string]bool{"SrcIp": p.addrs, "DestIp": p.addrs, "MacAddress": p.macs, "TargetResourceId": p.targets} {
		c := &b.Columns[b.Index(name)]
		seen := map[uint32]bool{}
		for _, id := range c.AppendIDs(nil, 0, b.Rows) {
			if id != batch.Null && !seen[id] {
				seen[id] = true
				to[c.Dict.Text[id]] = true
			}
		}
	}
}

func (p *prints) footprint() []byte {
	var addrs []netip.Addr
	for text := range p.addrs {
		if a, err := netip.ParseAddr(text); err == nil {
			addrs = append(addrs, a)
		}
	}
	return attribution.NewFootprint(addrs, slices.Collect(maps.Keys(p.macs)), slices.Collect(maps.Keys(p.targets))).Encode()
}

// addresses writes what is known of the public addresses of merged rows.
func (w *dayWriter) addresses(merged *trafficanalytics.Partial) (err error) {
	rows := w.names.Addresses(merged, w.snap.Interval)
	if rows.Rows == 0 {
		return nil
	}
	if w.ips == nil {
		if w.ips, err = newOutput(w.c, tableAddresses, w.span.From, ingest.AddressFields()); err != nil {
			return err
		}
	}
	return w.ips.w.Write(rows)
}

// history ends the rows of public addresses: those of the intervals made anew
// take the place of those that were there.
func (w *dayWriter) history(ctx context.Context) error {
	if w.ips != nil {
		ips := w.ips
		w.ips = nil
		if err := ips.close(lake.Footer{}); err != nil {
			return err
		}
	}
	segs, err := w.snap.Segments(ctx, tableAddresses, w.span)
	if err != nil {
		return err
	}
	for _, s := range segs {
		info, err := segment.ReadMeta(w.lake.Path(s))
		if err != nil {
			return err
		}
		keeps, drops := false, false
		if err := rollup.Scan(ctx, w.lake, s, []string{"TimeGenerated"}, func(p rollup.Position) int {
			if w.redo.Does(p.Time) {
				drops = true
			} else {
				keeps = true
			}
			return -1
		}, nil); err != nil {
			return fmt.Errorf("segment %s: %w", s.Name, err)
		}
		if !drops {
			continue
		}
		w.c.Replace(w.snap.Snapshot, s)
		if !keeps {
			continue
		}
		out, err := newOutput(w.c, tableAddresses, w.span.From, info.Fields)
		if err != nil {
			return err
		}
		if err := rollup.Scan(ctx, w.lake, s, nil, func(p rollup.Position) int {
			if w.redo.Does(p.Time) {
				return -1
			}
			return 0
		}, func(b *batch.Batch, _ int) error { return out.w.Write(b) }); err != nil {
			return errors.Join(fmt.Errorf("segment %s: %w", s.Name, err), out.abandon())
		}
		if err := out.close(lake.Footer{Level: s.Level}); err != nil {
			return err
		}
	}
	return nil
}

// output is a segment in the making.
type output struct {
	table  string
	commit *lake.Commit
	file   *lake.File
	os     io.WriteCloser
	fields []batch.Field
	w      *segment.Writer
}

func newOutput(c *lake.Commit, table string, day time.Time, fields []batch.Field) (*output, error) {
	o := &output{table: table, commit: c, fields: fields}
	var err error
	if o.file, err = c.NewFile(table, day); err != nil {
		return nil, err
	}
	if o.os, err = os.OpenFile(o.file.Path, os.O_WRONLY|os.O_TRUNC, 0); err != nil {
		return nil, errors.Join(err, o.file.Drop())
	}
	if o.w, err = segment.NewWriter(o.os, fields, segment.Options{Codec: segment.Zstd}); err != nil {
		return nil, errors.Join(err, o.abandon())
	}
	return o, nil
}

// close ends the segment with ft, in which it fills in what follows from the
// rows. A segment without rows is dropped.
func (o *output) close(ft lake.Footer) error {
	table, ok := schema.Lookup(o.table)
	if !ok {
		return errors.Join(fmt.Errorf("no table is called %s", o.table), o.abandon())
	}
	ft.Table, ft.SchemaVersion = o.table, table.Version
	ft.Columns = nil
	for _, f := range o.fields {
		ft.Columns = append(ft.Columns, f.Name)
	}
	sum, err := o.w.Close(func(s segment.Summary) (map[string]string, error) {
		if s.Rows == 0 {
			return map[string]string{}, nil
		}
		at, ok := s.Range(o.fields, "TimeGenerated")
		if !ok || !at.Known {
			return nil, fmt.Errorf("rows of %s without TimeGenerated", o.table)
		}
		ft.MinTime, ft.MaxTime = time.UnixMicro(at.Min).UTC(), time.UnixMicro(at.Max).UTC()
		ft = o.commit.Stamp(ft)
		return ft.Metadata()
	})
	if err := errors.Join(err, o.os.Close()); err != nil {
		return errors.Join(err, o.file.Drop())
	}
	if sum.Rows == 0 {
		return o.file.Drop()
	}
	return o.file.Done(ft, sum.Rows)
}

// abandon gives the segment up after an error.
func (o *output) abandon() error { return errors.Join(o.os.Close(), o.file.Drop()) }
