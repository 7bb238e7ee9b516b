package lake

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"path/filepath"
	"slices"
	"time"
)

// Snapshot is the lake as one generation has it. While it is open, no file of
// a segment that it finds is removed, by any process. It holds no transaction.
type Snapshot struct {
	Generation int64
	Interval   time.Duration // of NTANetAnalytics

	lake   *Lake
	lock   *lock
	opened time.Time
}

// Snapshot opens the lake's newest generation for reading. Close it after use.
func (l *Lake) Snapshot(ctx context.Context) (*Snapshot, error) {
	if l.copied != "" { // nobody can remove anything
		return l.snapshot(ctx, &lock{})
	}
	for {
		// The lease names a generation not newer than the one read, and is there
		// before that one is looked up: what ends afterwards ends later than the
		// lease's generation, so a sweep leaves it.
		lease, err := l.Generation(ctx)
		if err != nil {
			return nil, err
		}
		id, err := l.newID()
		if err != nil {
			return nil, err
		}
		lk, err := createLock(filepath.Join(l.dir, "readers", fmt.Sprintf("%d-%s.lock", lease, id)))
		if errors.Is(err, errLockSwept) {
			continue
		}
		if err != nil {
			return nil, err
		}
		return l.snapshot(ctx, lk)
	}
}

// snapshot reads the newest generation under a lease, which it gives back if
// that fails.
func (l *Lake) snapshot(ctx context.Context, lease *lock) (*Snapshot, error) {
	s := &Snapshot{lake: l, lock: lease, opened: l.opt.Now().UTC().Truncate(time.Microsecond)}
	var seconds int64
	if err := l.read.QueryRowContext(ctx, "SELECT generation, interval FROM lake").Scan(&s.Generation, &seconds); err != nil {
		return nil, errors.Join(err, lease.remove())
	}
	s.Interval = time.Duration(seconds) * time.Second
	return s, nil
}

// Close ends the lease: files of segments that ended since may now be removed.
func (s *Snapshot) Close() error { return s.lock.remove() }

// TimeRange holds the times from From on, before To; a zero time is no bound.
type TimeRange struct{ From, To time.Time }

// bounds returns the range as microseconds, To not included.
func (r TimeRange) bounds() (from, to int64) {
	const everMicros = 1 << 62
	from, to = -everMicros, everMicros
	if !r.From.IsZero() {
		from = r.From.UnixMicro()
	}
	if !r.To.IsZero() {
		to = r.To.UnixMicro()
	}
	return from, to
}

// segmentColumns are what scanSegment reads, of segments s and their column sets c.
const segmentColumns = `s.id, s.name, s.table_name, s.day, s.row_count, s.bytes, s.min_time, s.max_time, s.min_flow_start, s.max_flow_start,
	s.schema_version, s.writer, s.commit_id, s.created, s.level, s.partial, s.interval, s.subscriptions, s.inventory, s.added, s.ended, c.columns`

// scanSegment reads a row; sets remembers the lists of columns it has met.
func scanSegment(r *sql.Rows, sets map[string][]string) (Segment, error) {
	var s Segment
	var minT, maxT, minF, maxF, created, seconds int64
	var subs []byte
	var columns string
	if err := r.Scan(&s.ID, &s.Name, &s.Table, &s.Day, &s.Rows, &s.Bytes, &minT, &maxT, &minF, &maxF,
		&s.SchemaVersion, &s.Writer, &s.Commit, &created, &s.Level, &s.Partial, &seconds, &subs, &s.Inventory, &s.Added, &s.Ended, &columns); err != nil {
		return s, err
	}
	// A time of a segment is known: 0 is 1970 here.
	s.MinTime, s.MaxTime = time.UnixMicro(minT).UTC(), time.UnixMicro(maxT).UTC()
	s.MinFlowStart, s.MaxFlowStart, s.Created = fromMicros(minF), fromMicros(maxF), fromMicros(created)
	s.Interval = time.Duration(seconds) * time.Second
	if string(subs) == "[]" { // most often
		s.Subscriptions = nil
	} else if err := json.Unmarshal(subs, &s.Subscriptions); err != nil {
		return s, fmt.Errorf("segment %s: subscriptions: %w", s.Name, err)
	}
	var ok bool
	if s.Columns, ok = sets[columns]; !ok {
		if err := json.Unmarshal([]byte(columns), &s.Columns); err != nil {
			return s, fmt.Errorf("segment %s: columns: %w", s.Name, err)
		}
		sets[columns] = s.Columns
	}
	return s, nil
}

// Segments returns the segments of a table that can hold rows whose
// TimeGenerated lies in r, by time, with what is hidden of them. Blob ranges
// are not filled in; [Snapshot.Ranges] has them.
func (s *Snapshot) Segments(ctx context.Context, table string, r TimeRange) ([]Segment, error) {
	var segs []Segment
	at := map[int64]int{}
	sets := map[string][]string{}
	from, to := r.bounds()
	if err := each(ctx, s.lake.read, func(rows *sql.Rows) error {
		seg, err := scanSegment(rows, sets)
		at[seg.ID] = len(segs)
		segs = append(segs, seg)
		return err
	}, "SELECT "+segmentColumns+` FROM segments s JOIN column_sets c ON c.id = s.column_set WHERE table_name = ? AND min_time < ? AND max_time >= ?
		AND added <= ? AND (ended = 0 OR ended > ?) ORDER BY min_time, s.id`,
		table, to, from, s.Generation, s.Generation); err != nil {
		return nil, err
	}
	if len(segs) == 0 {
		return nil, nil
	}
	if err := each(ctx, s.lake.read, func(rows *sql.Rows) error {
		var id int64
		var b BlobGen
		if err := rows.Scan(&id, &b.Blob, &b.Generation); err != nil {
			return err
		}
		if i, ok := at[id]; ok {
			segs[i].Hidden.Blobs = append(segs[i].Hidden.Blobs, b)
		}
		return nil
	}, `SELECT sb.segment, b.blob, sb.generation FROM tombstones t
		JOIN segment_blobs sb ON sb.blob = t.blob AND sb.generation = t.generation
		JOIN blobs b ON b.id = t.blob WHERE t.added <= ? ORDER BY b.blob, sb.generation`, s.Generation); err != nil {
		return nil, err
	}
	if err := each(ctx, s.lake.read, func(rows *sql.Rows) error {
		var id, before int64
		var sub string
		if err := rows.Scan(&id, &before, &sub); err != nil {
			return err
		}
		if i, ok := at[id]; ok {
			h := &segs[i].Hidden
			h.Before = latest(h.Before, fromMicros(before))
			if sub != "" {
				h.Subscriptions = append(h.Subscriptions, sub)
			}
		}
		return nil
	}, "SELECT segment, before, subscription FROM cuts WHERE added <= ? ORDER BY subscription", s.Generation); err != nil {
		return nil, err
	}
	return segs, nil
}

// Ranges returns which tuples of which blobs lie in a segment; From and the
// cursor, which only the file's footer has, are left out.
func (s *Snapshot) Ranges(ctx context.Context, seg Segment) ([]BlobRange, error) {
	var list []BlobRange
	err := each(ctx, s.lake.read, func(rows *sql.Rows) error {
		var b BlobRange
		err := rows.Scan(&b.Blob, &b.Generation, &b.First, &b.Last, &b.Rows)
		list = append(list, b)
		return err
	}, `SELECT b.blob, sb.generation, sb.first, sb.last, sb.row_count
		FROM segment_blobs sb JOIN blobs b ON b.id = sb.blob WHERE sb.segment = ? ORDER BY b.blob, sb.generation`, seg.ID)
	return list, err
}

// AddressFilter returns the filter of the local addresses in a segment, nil if it
// has none.
func (s *Snapshot) AddressFilter(ctx context.Context, seg Segment) ([]byte, error) {
	var filter []byte
	err := s.lake.read.QueryRowContext(ctx, "SELECT address_filter FROM segments WHERE id = ?", seg.ID).Scan(&filter)
	return filter, err
}

// Holding returns the segments of a table that hold rows of at least one of
// blobs, as [Snapshot.Segments] does.
func (s *Snapshot) Holding(ctx context.Context, table string, blobs ...BlobGen) ([]Segment, error) {
	holds := map[int64]bool{}
	for _, b := range blobs {
		if err := each(ctx, s.lake.read, func(rows *sql.Rows) error {
			var id int64
			err := rows.Scan(&id)
			holds[id] = true
			return err
		}, "SELECT sb.segment FROM segment_blobs sb JOIN blobs b ON b.id = sb.blob WHERE b.blob = ? AND sb.generation = ?", b.Blob, b.Generation); err != nil {
			return nil, err
		}
	}
	if len(holds) == 0 {
		return nil, nil
	}
	segs, err := s.Segments(ctx, table, TimeRange{})
	return slices.DeleteFunc(segs, func(seg Segment) bool { return !holds[seg.ID] }), err
}

// Tables returns the names of the tables that have segments.
func (s *Snapshot) Tables(ctx context.Context) ([]string, error) {
	var names []string
	err := each(ctx, s.lake.read, func(rows *sql.Rows) error {
		var n string
		err := rows.Scan(&n)
		names = append(names, n)
		return err
	}, "SELECT DISTINCT table_name FROM segments WHERE added <= ? AND (ended = 0 OR ended > ?) ORDER BY table_name", s.Generation, s.Generation)
	return names, err
}

// Extent is how much of a table there is, and of which time.
type Extent struct {
	Segments int
	Rows     int64 // hidden ones included
	Bytes    int64
	Min, Max time.Time // of TimeGenerated; zero if there are no segments
}

// Extent returns the extent of a table: what an empty answer needs to say
// where the nearest data is.
func (s *Snapshot) Extent(ctx context.Context, table string) (Extent, error) {
	var e Extent
	var minT, maxT sql.NullInt64
	err := s.lake.read.QueryRowContext(ctx, `SELECT count(*), coalesce(sum(row_count), 0), coalesce(sum(bytes), 0), min(min_time), max(max_time)
		FROM segments WHERE table_name = ? AND added <= ? AND (ended = 0 OR ended > ?)`, table, s.Generation, s.Generation).
		Scan(&e.Segments, &e.Rows, &e.Bytes, &minT, &maxT)
	if minT.Valid {
		e.Min, e.Max = time.UnixMicro(minT.Int64).UTC(), time.UnixMicro(maxT.Int64).UTC()
	}
	return e, err
}

// DirtyIntervals returns the intervals of NTANetAnalytics to be rebuilt whose
// start lies in r, by start.
func (s *Snapshot) DirtyIntervals(ctx context.Context, r TimeRange) ([]DirtyInterval, error) {
	var list []DirtyInterval
	from, to := r.bounds()
	err := each(ctx, s.lake.read, func(rows *sql.Rows) error {
		var d DirtyInterval
		var start int64
		err := rows.Scan(&start, &d.MacAddress, &d.FlowLog, &d.Since)
		d.Start = fromMicros(start)
		list = append(list, d)
		return err
	}, "SELECT start, mac, flow_log, since FROM dirty_intervals WHERE start >= ? AND start < ? ORDER BY start, mac, flow_log", from, to)
	return list, err
}

// Rollovers returns the open rollovers of a NIC.
func (s *Snapshot) Rollovers(ctx context.Context, mac string) ([]Rollover, error) {
	var list []Rollover
	err := each(ctx, s.lake.read, func(rows *sql.Rows) error {
		var r Rollover
		err := rows.Scan(&r.Key, &r.MacAddress, &r.Payload)
		list = append(list, r)
		return err
	}, "SELECT key, mac, payload FROM open_rollovers WHERE mac = ? ORDER BY key", mac)
	return list, err
}

// Rows returns the rows of one of the tables that lie in the catalogue
// itself, see [SmallTables], whose time lies in r. Values are string, int64,
// bool, []byte, time.Time or nil, in the order of the table's columns. They
// are those of now, not of the snapshot's generation: such tables only grow
// and are right for older rows too.
func (s *Snapshot) Rows(ctx context.Context, table string, r TimeRange) iter.Seq2[[]any, error] {
	return func(yield func([]any, error) bool) {
		t, ok := smallTable(table)
		if !ok {
			yield(nil, fmt.Errorf("%s is not a table of the catalogue", table))
			return
		}
		from, to := r.bounds()
		var args []any
		query := t.query()
		if t.time != "" {
			query += fmt.Sprintf(" WHERE %s >= ? AND %s < ?", t.time, t.time)
			args = append(args, from, to)
		}
		if t.where != "" {
			if t.time != "" {
				query += " AND "
			} else {
				query += " WHERE "
			}
			query += t.where
		}
		errStop := errors.New("stop")
		err := each(ctx, s.lake.read, func(rows *sql.Rows) error {
			vals, err := t.scan(rows)
			if err != nil {
				return err
			}
			if !yield(vals, nil) {
				return errStop
			}
			return nil
		}, query+" ORDER BY "+t.order, args...)
		if err != nil && !errors.Is(err, errStop) {
			yield(nil, err)
		}
	}
}
