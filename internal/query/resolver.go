// Package query takes a query from text to rows: it compiles, finds the files of
// every scan in the lake, runs the parts on an engine and the rest in the
// interpreter.
package query

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/azflow/azflow/internal/lake"
	"github.com/azflow/azflow/internal/store"
	"github.com/azflow/azflow/internal/trafficanalytics"
	"github.com/azflow/azflow/kql/sqlgen"
	"github.com/azflow/azflow/kql/types"
	"github.com/azflow/azflow/schema"
)

// A Resolver finds the rows of scans in a lake. Each scan sees the lake as it
// is when the scan begins.
type Resolver struct {
	Lake *lake.Lake
	// Scanned, if not nil, is told of every scan how many of the table's segments
	// it reads.
	Scanned func(table string, segments int, rows int64)
}

var _ store.Resolver = (*Resolver)(nil)

// Resolve implements store.Resolver.
func (r *Resolver) Resolve(ctx context.Context, scan sqlgen.Scan) (_ *store.Relation, err error) {
	table, ok := schema.Lookup(scan.Table)
	if !ok {
		return nil, fmt.Errorf("the lake has no table %s", scan.Table)
	}
	snap, err := r.Lake.Snapshot(ctx)
	if err != nil {
		return nil, err
	}
	release := func() { _ = snap.Close() } // only a lock file stays, and a sweep finds it
	defer func() {
		if err != nil {
			release()
		}
	}()
	span := lake.TimeRange{From: bound(scan.From), To: bound(scan.To)}
	for _, small := range lake.SmallTables() {
		if small.Name == table.Name {
			rel, err := smallRelation(ctx, snap, small, table.TimeColumn, scan)
			release()
			return rel, err
		}
	}
	segs, err := snap.Segments(ctx, table.Name, span)
	if err != nil {
		return nil, err
	}
	for _, s := range segs {
		if err := table.Readable(s.SchemaVersion); err != nil {
			return nil, err
		}
	}
	rel := &store.Relation{Time: table.TimeColumn, Release: release}
	if table.Name == trafficAnalytics {
		if segs, err = withOverlapping(ctx, snap, segs); err != nil {
			return nil, err
		}
		markPartial(segs)
		rel.Merge = merge()
	}
	superseded, err := supersededHours(ctx, snap, table.Name, segs)
	if err != nil {
		return nil, err
	}
	rel.Files = r.files(table, scan, segs, superseded)
	if r.Scanned != nil {
		var rows int64
		for _, s := range segs {
			rows += s.Rows
		}
		r.Scanned(table.Name, len(segs), rows)
	}
	return rel, nil
}

// trafficAnalytics is the table whose rows may lie in parts.
const trafficAnalytics = "NTANetAnalytics"

// files groups segments that can be read in one go: those that hold the same
// columns and hide the same rows.
func (r *Resolver) files(table schema.Table, scan sqlgen.Scan, segs []lake.Segment, superseded []store.Capture) []store.Files {
	var groups []store.Files
	index := map[string]int{}
	from, to := bound(scan.From), bound(scan.To)
	for _, s := range segs {
		within := !s.MinTime.Before(from) && (to.IsZero() || s.MaxTime.Before(to))
		key := fmt.Sprintf("%q %v %v %v", s.Columns, s.Hidden, s.Partial, within)
		i, ok := index[key]
		if !ok {
			i = len(groups)
			index[key] = i
			f := store.Files{Columns: map[string]store.Source{}, Hidden: hidden(s), Within: within, Partial: s.Partial}
			for _, c := range scan.Columns {
				if slices.Contains(s.Columns, c.Name) {
					f.Columns[c.Name] = store.Source{Column: c.Name}
				}
			}
			if table.Name == trafficAnalytics {
				f.Hidden.Captures = superseded
				f.Hidden.TypeColumn, f.Hidden.Type = "FlowLogType", "NSG"
				f.Hidden.MACColumn = "MacAddress"
				f.Hidden.TimeColumn = table.TimeColumn
			}
			groups = append(groups, f)
		}
		groups[i].Paths = append(groups[i].Paths, r.Lake.Path(s))
	}
	return groups
}

func hidden(s lake.Segment) store.Hidden {
	h := store.Hidden{BlobColumn: "BlobId", GenerationColumn: "BlobGeneration"}
	for _, b := range s.Hidden.Blobs {
		h.Blobs = append(h.Blobs, store.Blob{ID: b.Blob, Generation: int64(b.Generation)})
	}
	if !s.Hidden.Before.IsZero() {
		h.Before, h.TimeColumn = toInstant(s.Hidden.Before), "TimeGenerated"
	}
	for _, sub := range s.Hidden.Subscriptions {
		h.Prefixes = append(h.Prefixes, lake.SubscriptionPrefixes(sub)...)
	}
	for _, c := range lake.SubscriptionColumns() {
		if len(h.Prefixes) > 0 && slices.Contains(s.Columns, c) {
			h.PrefixColumns = append(h.PrefixColumns, c)
		}
	}
	return h
}

// withOverlapping adds the segments that may hold parts of the rows of segs:
// pruning by the query's time must not cut a row in two. Rows share their
// interval's start, so segments of the same hours are enough.
func withOverlapping(ctx context.Context, snap *lake.Snapshot, segs []lake.Segment) ([]lake.Segment, error) {
	var span lake.TimeRange
	for _, s := range segs {
		if !s.Partial {
			continue
		}
		if span.From.IsZero() || s.MinTime.Before(span.From) {
			span.From = s.MinTime
		}
		if end := s.MaxTime.Add(time.Microsecond); end.After(span.To) {
			span.To = end
		}
	}
	if span.From.IsZero() {
		return segs, nil
	}
	more, err := snap.Segments(ctx, trafficAnalytics, span)
	if err != nil {
		return nil, err
	}
	for _, m := range more {
		if !slices.ContainsFunc(segs, func(s lake.Segment) bool { return s.ID == m.ID }) {
			segs = append(segs, m)
		}
	}
	return segs, nil
}

// markPartial marks the segments whose rows have to be merged: the partial ones
// and those that lie in the same hours as one.
func markPartial(segs []lake.Segment) {
	type span struct{ from, to time.Time }
	var partial []span
	for _, s := range segs {
		if s.Partial {
			partial = append(partial, span{s.MinTime, s.MaxTime})
		}
	}
	slices.SortFunc(partial, func(a, b span) int { return a.from.Compare(b.from) })
	var joined []span
	for _, p := range partial {
		if n := len(joined); n > 0 && !p.from.After(joined[n-1].to) {
			if p.to.After(joined[n-1].to) {
				joined[n-1].to = p.to
			}
			continue
		}
		joined = append(joined, p)
	}
	for i := range segs {
		s := &segs[i]
		s.Partial = slices.ContainsFunc(joined, func(j span) bool { return !s.MinTime.After(j.to) && !s.MaxTime.Before(j.from) })
	}
}

// merge says how partial rows become whole ones.
func merge() *store.Merge {
	m := &store.Merge{Keys: []string{"ItemHi", "ItemLo"}, Present: "RecordCount"}
	for _, c := range trafficanalytics.Columns() {
		switch c.Role {
		case trafficanalytics.Sum:
			m.Sum = append(m.Sum, c.Name)
		case trafficanalytics.Min:
			m.Min = append(m.Min, c.Name)
		case trafficanalytics.Max:
			m.Max = append(m.Max, c.Name)
		case trafficanalytics.Port:
			m.Join.One = c.Name
		case trafficanalytics.Ports:
			m.Join.Several, m.Join.Separator = c.Name, "|"
		case trafficanalytics.Key, trafficanalytics.Depends:
		}
	}
	return m
}

// supersededHours returns the NICs and hours that both an NSG log and a virtual
// network log cover: there the NSG log's rows do not count a second time
// (R-MIGRATE).
func supersededHours(ctx context.Context, snap *lake.Snapshot, table string, segs []lake.Segment) ([]store.Capture, error) {
	if table != trafficAnalytics || len(segs) == 0 {
		return nil, nil
	}
	span := lake.TimeRange{From: segs[0].MinTime, To: segs[0].MaxTime}
	for _, s := range segs {
		if s.MinTime.Before(span.From) {
			span.From = s.MinTime
		}
		if s.MaxTime.After(span.To) {
			span.To = s.MaxTime
		}
	}
	span.From = span.From.Truncate(time.Hour)
	span.To = span.To.Add(time.Microsecond)
	type capture struct {
		mac  string
		hour time.Time
	}
	seen := map[capture]string{}
	var both []store.Capture
	for row, err := range snap.Rows(ctx, "CaptureHours", span) {
		if err != nil {
			return nil, err
		}
		mac, _ := row[1].(string)
		hour, _ := row[2].(time.Time)
		kind, _ := row[3].(string)
		c := capture{mac, hour}
		if have := seen[c]; have != "" && have != kind && strings.Contains(have+kind, "VNet") && strings.Contains(have+kind, "NSG") {
			both = append(both, store.Capture{MAC: mac, From: toInstant(hour), To: toInstant(hour.Add(time.Hour))})
		}
		if seen[c] == "" {
			seen[c] = kind
		}
	}
	return both, nil
}

// smallRelation reads a table that lies in the catalogue.
func smallRelation(ctx context.Context, snap *lake.Snapshot, small lake.SmallTable, timeColumn string, scan sqlgen.Scan) (*store.Relation, error) {
	timeAt := slices.IndexFunc(small.Columns, func(s lake.SmallColumn) bool { return s.Name == timeColumn })
	at := make([]int, len(scan.Columns))
	for i, c := range scan.Columns {
		at[i] = slices.IndexFunc(small.Columns, func(s lake.SmallColumn) bool { return s.Name == c.Name })
	}
	rel := &store.Relation{}
	for row, err := range snap.Rows(ctx, small.Name, lake.TimeRange{}) {
		if err != nil {
			return nil, err
		}
		if !within(row, timeAt, scan) {
			continue
		}
		out := make([]types.Value, len(at))
		for i, j := range at {
			if j >= 0 {
				out[i] = toValue(row[j], scan.Columns[i].Type)
			} else if scan.Columns[i].Type == types.String {
				out[i] = ""
			}
		}
		rel.Rows = append(rel.Rows, out)
	}
	return rel, nil
}

// within reports whether a row whose time is its column at lies within a scan's
// bounds.
func within(row []any, at int, scan sqlgen.Scan) bool {
	if scan.From == 0 && scan.To == 0 {
		return true
	}
	if at < 0 {
		return false
	}
	v, ok := row[at].(time.Time)
	t := toInstant(v)
	return ok && t >= scan.From && (scan.To == 0 || t < scan.To)
}

// toValue turns a catalogue's value into KQL's of type t.
func toValue(v any, t types.Type) types.Value {
	switch v := v.(type) {
	case time.Time:
		return toInstant(v)
	case int64:
		if t == types.Int {
			return int32(v)
		}
		return v
	case nil:
		if t == types.String {
			return ""
		}
		return nil
	case []byte:
		return string(v)
	default:
		return v
	}
}

func toInstant(t time.Time) types.Instant {
	return types.Instant(t.UnixMicro()*types.TicksPerMicrosecond + types.UnixEpochTicks)
}

// bound returns the first microsecond that is not before i; zero for zero.
func bound(i types.Instant) time.Time {
	if i == 0 {
		return time.Time{}
	}
	t := fromInstant(i)
	if toInstant(t) < i {
		t = t.Add(time.Microsecond)
	}
	return t
}

func fromInstant(i types.Instant) time.Time {
	if i == 0 {
		return time.Time{}
	}
	return time.UnixMicro((int64(i) - types.UnixEpochTicks) / types.TicksPerMicrosecond).UTC()
}
