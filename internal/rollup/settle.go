package rollup

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/azflow/azflow/internal/batch"
	"github.com/azflow/azflow/internal/lake"
	"github.com/azflow/azflow/internal/trafficanalytics"
)

const (
	colMac      = "MacAddress"
	colRollover = "Rollover"
	colState    = "FlowState"
)

// connectionColumns are those of Flows by which a NIC's tuples belong to one
// connection.
var connectionColumns = []string{"FlowLogType", "SrcIp", "DestIp", "L4Protocol", "FlowDirection", "SrcPort", "DestPort"}

// settleBack is how long before the tuples of a blob a flow may have been
// re-created that one of them ends.
const settleBack = 24 * time.Hour

// Settle makes what rows of [Table] count as repeated what Flows says of it, for
// one NIC. That is due when blobs of some hours were written anew: what their
// tuples settled may be in rows of other blobs, at most a day before, and what
// those of others settled in their rows. Intervals that Flows no longer has all
// tuples of stay as they are. It reports whether it changed anything.
func Settle(ctx context.Context, l *lake.Lake, w *lake.Writer, mac string, first, last time.Time) (bool, error) {
	span := lake.TimeRange{From: first.Truncate(time.Hour).Add(-settleBack), To: last.Truncate(time.Hour).Add(time.Hour)}
	for try := 1; ; try++ {
		changed, err := settle(ctx, l, w, mac, span)
		if errors.Is(err, lake.ErrConflict) && try < maxTries {
			continue
		}
		return changed, err
	}
}

func settle(ctx context.Context, l *lake.Lake, w *lake.Writer, mac string, span lake.TimeRange) (changed bool, err error) {
	snap, err := l.Snapshot(ctx)
	if err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, snap.Close()) }()
	s := &settling{lake: l, snap: snap, mac: mac, from: span.From.UnixMicro(), to: span.To.UnixMicro(), left: map[id]repeated{}, at: map[id]int64{}, tuples: map[int64]int64{}}
	if s.segs, err = snap.Segments(ctx, Table, span); err != nil {
		return false, err
	}
	flows, err := snap.Segments(ctx, lake.TableFlows, span)
	if err != nil {
		return false, err
	}
	if err := readable(s.segs, flows); err != nil {
		return false, err
	}
	rolled, err := s.rolled(ctx, flows)
	if err != nil {
		return false, err
	}
	if err := s.stored(ctx); err != nil {
		return false, err
	}
	if len(rolled) == 0 && len(s.left) == 0 {
		return false, nil
	}
	// What ends a flow may come at any time.
	if flows, err = snap.Segments(ctx, lake.TableFlows, lake.TimeRange{From: span.From}); err != nil {
		return false, err
	}
	open, err := s.wanted(ctx, flows, rolled)
	if err != nil {
		return false, err
	}
	for k, d := range s.left {
		if d == (repeated{}) || s.tuples[s.at[k]] != 0 {
			delete(s.left, k)
		}
	}
	c := w.Begin()
	if err := s.rollovers(ctx, c, open); err != nil {
		return false, errors.Join(err, c.Discard())
	}
	if len(s.left) == 0 && len(c.Rollovers) == 0 {
		return false, c.Discard()
	}
	if err := s.write(ctx, c); err != nil {
		return false, errors.Join(err, c.Discard())
	}
	now, err := l.Snapshot(ctx)
	if err != nil {
		return false, errors.Join(err, c.Discard())
	}
	if err := now.Close(); err != nil || now.Generation != snap.Generation {
		return false, errors.Join(cmp.Or(err, lake.ErrConflict), c.Discard())
	}
	_, err = w.Commit(ctx, c)
	return err == nil, err
}

// settling is a [Settle] under way.
type settling struct {
	lake *lake.Lake
	snap *lake.Snapshot
	mac  string
	from int64          // µs since 1970, as is to: the time of the rows that may change
	to   int64          // not included
	segs []lake.Segment // of Table

	left   map[id]repeated // what rows have to be changed by
	at     map[id]int64    // their intervals
	tuples map[int64]int64 // by interval: how many the NIC has in Flows beyond those that rows count
}

// of returns which rows of b are the NIC's.
func (s *settling) of(b *batch.Batch) func(row int) bool {
	c := &b.Columns[b.Index(colMac)]
	ids := c.AppendIDs(nil, 0, b.Rows)
	return func(row int) bool { return ids[row] != batch.Null && c.Dict.Text[ids[row]] == s.mac }
}

func (s *settling) inside(p Position) int {
	if p.Time < s.from || p.Time >= s.to {
		return -1
	}
	return 0
}

// rolled returns the connections of the NIC that were re-created, and counts its
// tuples.
func (s *settling) rolled(ctx context.Context, flows []lake.Segment) (map[string]bool, error) {
	rolled := map[string]bool{}
	columns := append([]string{colTime, colMac, colRollover}, connectionColumns...)
	for _, f := range flows {
		if err := Scan(ctx, s.lake, f, columns, s.inside, func(b *batch.Batch, _ int) error {
			mine := s.of(b)
			for row := range b.Rows {
				if !mine(row) {
					continue
				}
				t, _ := b.Columns[0].IntAt(row)
				s.tuples[floor(t, s.snap.Interval.Microseconds())]++
				if is, _ := b.Columns[2].IntAt(row); is != 0 {
					rolled[connectionOf(b, row)] = true
				}
			}
			return nil
		}); err != nil {
			return nil, fmt.Errorf("segment %s: %w", f.Name, err)
		}
	}
	return rolled, nil
}

// connectionOf names the connection of a tuple of the NIC.
func connectionOf(b *batch.Batch, row int) string {
	var parts []string
	for _, name := range connectionColumns {
		i := b.Index(name)
		if b.Fields[i].Kind == batch.Text {
			parts = append(parts, b.Columns[i].TextAt(row))
			continue
		}
		n, _ := b.Columns[i].IntAt(row) // null counts as no port
		parts = append(parts, fmt.Sprint(n))
	}
	return strings.Join(parts, "|")
}

// stored takes what rows count as repeated off what they should.
func (s *settling) stored(ctx context.Context) error {
	columns := slices.Concat([]string{colTime, colMac, colRecords, colSeconds, "ItemHi", "ItemLo"}, repeatedNames[:])
	for _, seg := range s.segs {
		if err := Scan(ctx, s.lake, seg, columns, s.inside, func(b *batch.Batch, _ int) error {
			mine := s.of(b)
			for row := range b.Rows {
				if !mine(row) {
					continue
				}
				start, _ := b.Columns[0].IntAt(row)
				n, _ := b.Columns[2].IntAt(row)
				seconds, _ := b.Columns[3].IntAt(row)
				if time.Duration(seconds)*time.Second != s.snap.Interval {
					n = 1 << 40 // from before the interval changed: Flows had expired then
				}
				s.tuples[start] -= n
			}
			s.note(b, -1, mine)
			return nil
		}); err != nil {
			return fmt.Errorf("segment %s: %w", seg.Name, err)
		}
	}
	return nil
}

// note adds what the rows of b that mine accepts count as repeated, times sign.
func (s *settling) note(b *batch.Batch, sign int64, mine func(row int) bool) {
	for row := range b.Rows {
		if !mine(row) {
			continue
		}
		one := b.Slice(row, row+1)
		before := len(s.left)
		corrections(one, s.left, sign)
		if len(s.left) > before {
			start, _ := one.Columns[one.Index(colTime)].IntAt(0)
			hi, _ := one.Columns[one.Index("ItemHi")].IntAt(0)
			lo, _ := one.Columns[one.Index("ItemLo")].IntAt(0)
			s.at[id{hi, lo}] = start
		}
	}
}

// wanted adds what Flows says is repeated, and returns the rollovers that wait
// for a later tuple.
func (s *settling) wanted(ctx context.Context, flows []lake.Segment, rolled map[string]bool) ([]trafficanalytics.OpenRollover, error) {
	if len(rolled) == 0 {
		return nil, nil
	}
	// Those tuples are few, and must come in the order in which they were logged.
	type tuple struct {
		time, ordinal int64
		b             *batch.Batch
	}
	var ends []tuple
	later := func(p Position) int {
		if p.Time < s.from {
			return -1
		}
		return 0
	}
	for _, f := range flows {
		if err := Scan(ctx, s.lake, f, nil, later, func(b *batch.Batch, _ int) error {
			mine, state := s.of(b), &b.Columns[b.Index(colState)]
			for row := range b.Rows {
				if mine(row) && state.TextAt(row) == "E" && rolled[connectionOf(b, row)] {
					t, _ := b.Columns[b.Index(colTime)].IntAt(row)
					n, _ := b.Columns[b.Index(colTuple)].IntAt(row)
					one, err := copyRow(b, row)
					if err != nil {
						return err
					}
					ends = append(ends, tuple{t, n, one})
				}
			}
			return nil
		}); err != nil {
			return nil, fmt.Errorf("segment %s: %w", f.Name, err)
		}
	}
	slices.SortStableFunc(ends, func(a, b tuple) int { return cmp.Or(cmp.Compare(a.time, b.time), cmp.Compare(a.ordinal, b.ordinal)) })
	agg, err := trafficanalytics.New(s.snap.Interval, nil, func(p *trafficanalytics.Partial) error {
		start := &p.Batch.Columns[p.Batch.Index(colTime)]
		s.note(p.Batch, 1, func(row int) bool {
			t, _ := start.IntAt(row)
			return t < s.to
		})
		return nil
	})
	if err != nil {
		return nil, err
	}
	for _, e := range ends {
		if err := agg.Add(e.b); err != nil {
			return nil, err
		}
	}
	return agg.Open(), agg.Flush()
}

// copyRow returns a batch of one row that does not depend on b.
func copyRow(b *batch.Batch, row int) (*batch.Batch, error) {
	out := batch.NewBuilder(b.Fields)
	for i, f := range b.Fields {
		c, to := &b.Columns[i], out.Column(i)
		n, ok := int64(0), false
		if f.Kind != batch.Text {
			n, ok = c.IntAt(row)
		}
		switch {
		case f.Kind == batch.Text:
			to.Text(c.TextAt(row))
		case !ok:
			to.Null()
		case f.Kind == batch.Bool:
			to.Bool(n != 0)
		default:
			to.Int(n)
		}
	}
	return out.Batch()
}

// rollovers puts into c what the catalogue has to learn of open rollovers.
func (s *settling) rollovers(ctx context.Context, c *lake.Commit, open []trafficanalytics.OpenRollover) error {
	list, err := s.snap.Rollovers(ctx, s.mac)
	if err != nil {
		return err
	}
	have := Rollovers{}
	for _, r := range list {
		o := openRollover{payload: r.Payload}
		if err := json.Unmarshal(r.Payload, &o.OpenRollover); err != nil {
			return fmt.Errorf("open rollover in the catalogue: %w", err)
		}
		have[r.Key] = o
	}
	var now []trafficanalytics.OpenRollover
	waiting := map[string]bool{}
	for _, o := range open {
		if o.Time >= s.to {
			continue
		}
		if old, ok := have[o.Connection]; ok && old.Time == o.Time {
			o = old.OpenRollover
		}
		now = append(now, o)
		waiting[o.Connection] = true
	}
	for _, o := range have.All() { // of other times
		if !waiting[o.Connection] && (o.Time < s.from || o.Time >= s.to) {
			now = append(now, o)
		}
	}
	changes, _, err := have.Become(now)
	c.Rollovers = append(c.Rollovers, changes...)
	return err
}

// write writes, for each row to be changed, one that adds nothing else.
func (s *settling) write(ctx context.Context, c *lake.Commit) error {
	outs := map[string]*output{}
	err := func() error {
		for _, seg := range s.segs {
			if len(s.left) == 0 {
				break
			}
			if err := Scan(ctx, s.lake, seg, nil, s.inside, func(b *batch.Batch, _ int) error {
				mine := s.of(b)
				hi, lo := &b.Columns[b.Index("ItemHi")], &b.Columns[b.Index("ItemLo")]
				for row := range b.Rows {
					h, _ := hi.IntAt(row)
					o, _ := lo.IntAt(row)
					d, due := s.left[id{h, o}]
					if !due || !mine(row) {
						continue
					}
					start := time.UnixMicro(s.at[id{h, o}]).UTC()
					day := start.Format(time.DateOnly)
					if outs[day] == nil {
						var err error
						if outs[day], err = newOutput(c, start, PartialFields()); err != nil {
							return err
						}
					}
					if err := outs[day].adjust(b.Slice(row, row+1), map[id]repeated{{h, o}: d}); err != nil {
						return err
					}
					delete(s.left, id{h, o})
				}
				return nil
			}); err != nil {
				return fmt.Errorf("segment %s: %w", seg.Name, err)
			}
		}
		return nil
	}()
	for day, o := range outs {
		if err != nil {
			err = errors.Join(err, o.abandon())
			continue
		}
		if err = o.close(lake.Footer{Partial: true, Interval: s.snap.Interval}); err != nil {
			err = fmt.Errorf("rows of %s: %w", day, err)
		}
	}
	return err
}
