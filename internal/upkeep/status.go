package upkeep

import (
	"context"
	"errors"
	"time"

	"github.com/azflow/azflow/internal/lake"
)

// Status is how a lake is.
type Status struct {
	Dir        string
	Generation int64
	Interval   time.Duration // of NTANetAnalytics
	Usage      lake.Usage
	Days       int // different days of Flows

	Blobs      int
	Tuples     int64     // read from the blobs as they are now
	LastIngest time.Time // zero if there was none
	LastHour   time.Time // the newest that a NIC logged in; zero if none did
	NICs       int       // that ever logged
	NICsActive int       // that logged in LastHour

	Quarantined     int64     // pieces of input in IngestErrors, not read since
	LastQuarantined time.Time // zero if there are none
}

// Measure returns the status of l.
func Measure(ctx context.Context, l *lake.Lake) (s Status, err error) {
	s.Dir = l.Dir()
	if s.Usage, err = l.Usage(ctx); err != nil {
		return s, err
	}
	days := map[time.Time]bool{}
	for _, d := range s.Usage.Days {
		if d.Table == lake.TableFlows {
			days[d.Day] = true
		}
	}
	s.Days = len(days)
	snap, err := l.Snapshot(ctx)
	if err != nil {
		return s, err
	}
	defer func() { err = errors.Join(err, snap.Close()) }()
	s.Generation, s.Interval = snap.Generation, snap.Interval
	if err := each(ctx, snap, "IngestBlobs", func(col func(string) any) {
		s.Blobs++
		n, _ := col("Tuples").(int64)
		s.Tuples += n
		if at, _ := col("LastRead").(time.Time); at.After(s.LastIngest) {
			s.LastIngest = at
		}
	}); err != nil {
		return s, err
	}
	if err := each(ctx, snap, "IngestErrors", func(col func(string) any) {
		if retried, _ := col("Retried").(bool); retried {
			return
		}
		s.Quarantined++
		if at, _ := col("Time").(time.Time); at.After(s.LastQuarantined) {
			s.LastQuarantined = at
		}
	}); err != nil {
		return s, err
	}
	all, active := map[string]bool{}, map[string]bool{}
	if err := each(ctx, snap, "CaptureHours", func(col func(string) any) {
		mac, _ := col("MacAddress").(string)
		all[mac] = true
		hour, _ := col("Hour").(time.Time)
		if hour.After(s.LastHour) {
			s.LastHour = hour
			clear(active)
		}
		if hour.Equal(s.LastHour) {
			active[mac] = true
		}
	}); err != nil {
		return s, err
	}
	s.NICs, s.NICsActive = len(all), len(active)
	return s, nil
}

// each calls f with the rows of a table of the catalogue, as a function that
// returns the value of a column.
func each(ctx context.Context, snap *lake.Snapshot, table string, f func(col func(string) any)) error {
	at := map[string]int{}
	for _, t := range lake.SmallTables() {
		if t.Name == table {
			for i, c := range t.Columns {
				at[c.Name] = i
			}
		}
	}
	for row, err := range snap.Rows(ctx, table, lake.TimeRange{}) {
		if err != nil {
			return err
		}
		f(func(name string) any { return row[at[name]] })
	}
	return nil
}
