package lake

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// TableUsage is what a table takes.
type TableUsage struct {
	Table     string
	Segments  int
	Rows      int64
	Bytes     int64
	Min, Max  time.Time     // of TimeGenerated
	PerDay    float64       // bytes a day of the table's own time, over its last days
	Retention time.Duration // 0: for ever
}

// DayUsage is what one day's segments take.
type DayUsage struct {
	Table string
	Day   time.Time // its start, UTC
	Rows  int64
	Bytes int64
}

// Usage is what a lake takes, and what it will.
type Usage struct {
	Tables  []TableUsage
	Days    []DayUsage // by table and day
	Ended   int64      // bytes of segments that wait to be swept
	Catalog int64      // bytes of the catalogue and its log
	Free    uint64     // bytes free on the volume; 0 if not known

	// PerDay is by how many bytes a day the lake grows now: tables that have
	// reached their retention no longer grow.
	PerDay float64
	// Final is what the lake comes to once all retentions are reached; 0 if a
	// growing table has none.
	Final int64
	// DaysLeft is in how many days the volume is full if nothing else writes
	// to it; -1 if it never is, or that is not known.
	DaysLeft float64
}

// usageWindow is over how many days of a table's time its growth is measured.
const usageWindow = 7

// Usage measures the lake.
func (l *Lake) Usage(ctx context.Context) (Usage, error) {
	u := Usage{DaysLeft: -1}
	ages, err := l.Retention(ctx)
	if err != nil {
		return u, err
	}
	if err := each(ctx, l.read, func(r *sql.Rows) error {
		var t TableUsage
		var minT, maxT int64
		err := r.Scan(&t.Table, &t.Segments, &t.Rows, &t.Bytes, &minT, &maxT)
		t.Min, t.Max = time.UnixMicro(minT).UTC(), time.UnixMicro(maxT).UTC()
		t.Retention = ages[t.Table]
		u.Tables = append(u.Tables, t)
		return err
	}, `SELECT table_name, count(*), sum(row_count), sum(bytes), min(min_time), max(max_time)
		FROM segments WHERE ended = 0 GROUP BY table_name ORDER BY table_name`); err != nil {
		return u, err
	}
	if err := each(ctx, l.read, func(r *sql.Rows) error {
		var d DayUsage
		var day string
		err := r.Scan(&d.Table, &day, &d.Rows, &d.Bytes)
		if err != nil {
			return err
		}
		d.Day, err = time.Parse(time.DateOnly, day)
		u.Days = append(u.Days, d)
		return err
	}, `SELECT table_name, day, sum(row_count), sum(bytes) FROM segments WHERE ended = 0
		GROUP BY table_name, day ORDER BY table_name, day`); err != nil {
		return u, err
	}
	if err := l.read.QueryRowContext(ctx, "SELECT coalesce(sum(bytes), 0) FROM segments WHERE ended > 0").Scan(&u.Ended); err != nil {
		return u, err
	}
	for _, ext := range []string{"", "-wal", "-shm"} {
		st, err := os.Stat(filepath.Join(l.dir, "catalog.db"+ext))
		if err == nil {
			u.Catalog += st.Size()
		} else if !errors.Is(err, fs.ErrNotExist) {
			return u, err
		}
	}
	free, err := freeBytes(l.dir)
	if err != nil && !errors.Is(err, errors.ErrUnsupported) {
		return u, err
	}
	u.Free = free
	u.forecast()
	return u, nil
}

// forecast fills in growth from what was measured.
func (u *Usage) forecast() {
	type growth struct{ perDay, days float64 } // days until it stops
	var list []growth
	final, endless := float64(u.Catalog), false
	for i := range u.Tables {
		t := &u.Tables[i]
		t.PerDay = u.rate(t.Table)
		g := growth{t.PerDay, math.Inf(1)}
		if t.Retention > 0 {
			g.days = max(0, (t.Retention-t.Max.Sub(t.Min)).Hours()/24)
			final += float64(t.Bytes) + g.perDay*g.days
		} else {
			endless = true
		}
		if g.days > 0 {
			u.PerDay += g.perDay
			list = append(list, g)
		}
	}
	if !endless {
		u.Final = int64(final)
	}
	if u.Free > 0 {
		// The rate falls each time a table reaches its retention.
		slices.SortFunc(list, func(a, b growth) int { return cmp.Compare(a.days, b.days) })
		left, at := float64(u.Free), 0.0
		for i := range list {
			rate := 0.0
			for _, g := range list[i:] {
				rate += g.perDay
			}
			if rate == 0 {
				break
			}
			if full := at + left/rate; full <= list[i].days {
				u.DaysLeft = full
				break
			}
			left -= rate * (list[i].days - at)
			at = list[i].days
		}
	}
}

// rate returns the bytes a day of a table's last full days; the newest day
// is still being filled and only counts if it is the only one.
func (u *Usage) rate(table string) float64 {
	var days []DayUsage
	for _, d := range u.Days {
		if d.Table == table {
			days = append(days, d)
		}
	}
	if len(days) == 0 {
		return 0
	}
	if len(days) > 1 {
		days = days[:len(days)-1]
	}
	days = days[max(0, len(days)-usageWindow):]
	var bytes int64
	for _, d := range days {
		bytes += d.Bytes
	}
	span := days[len(days)-1].Day.Sub(days[0].Day).Hours()/24 + 1
	return float64(bytes) / span
}
