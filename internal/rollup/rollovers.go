package rollup

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/azflow/azflow/internal/lake"
	"github.com/azflow/azflow/internal/trafficanalytics"
)

// Rollovers are the open rollovers that the catalogue has, by connection.
type Rollovers map[string]openRollover

type openRollover struct {
	trafficanalytics.OpenRollover
	payload []byte
}

// ReadRollovers returns the rollovers that are open now.
func ReadRollovers(ctx context.Context, l *lake.Lake) (_ Rollovers, err error) {
	snap, err := l.Snapshot(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, snap.Close()) }()
	return readRollovers(ctx, snap)
}

func readRollovers(ctx context.Context, snap *lake.Snapshot) (Rollovers, error) {
	open := Rollovers{}
	for row, err := range snap.Rows(ctx, "OpenRollovers", lake.TimeRange{}) {
		if err != nil {
			return nil, err
		}
		payload, _ := row[len(row)-1].([]byte)
		o := openRollover{payload: payload}
		if err := json.Unmarshal(payload, &o.OpenRollover); err != nil {
			return nil, fmt.Errorf("open rollover in the catalogue: %w", err)
		}
		open[o.Connection] = o
	}
	return open, nil
}

// maxLooks is how often a lake is looked at until nobody changes it meanwhile:
// that takes a moment, and a commit comes every few seconds.
const maxLooks = 100

// A View is the lake as it is, with the rollovers that are open in it: what rows
// of [Table] count as repeated is what Flows says only in regard to those.
type View struct {
	*lake.Snapshot
	open Rollovers
}

// Look returns the lake as it is. The caller closes the View.
func Look(ctx context.Context, l *lake.Lake) (*View, error) {
	for try := 1; ; try++ {
		snap, err := l.Snapshot(ctx)
		if err != nil {
			return nil, err
		}
		open, same, err := rolloversOf(ctx, l, snap)
		switch {
		case err == nil && same:
			return &View{Snapshot: snap, open: open}, nil
		case err == nil && try == maxLooks:
			err = fmt.Errorf("%w: %d times while the lake was looked at", lake.ErrConflict, try)
		}
		if err := errors.Join(err, snap.Close()); err != nil {
			return nil, err
		}
	}
}

// rolloversOf returns the rollovers that are open now, and whether they are those
// of the snapshot: the catalogue keeps no others.
func rolloversOf(ctx context.Context, l *lake.Lake, snap *lake.Snapshot) (open Rollovers, same bool, err error) {
	if open, err = readRollovers(ctx, snap); err != nil {
		return nil, false, err
	}
	now, err := l.Snapshot(ctx)
	if err != nil {
		return nil, false, err
	}
	return open, now.Generation == snap.Generation, now.Close()
}

// All returns the rollovers, ordered by connection.
func (r Rollovers) All() []trafficanalytics.OpenRollover {
	all := make([]trafficanalytics.OpenRollover, 0, len(r))
	for _, key := range slices.Sorted(maps.Keys(r)) {
		all = append(all, r[key].OpenRollover)
	}
	return all
}

// Become returns the changes that make the rollovers those in now, and what the
// catalogue then has.
func (r Rollovers) Become(now []trafficanalytics.OpenRollover) ([]lake.RolloverChange, Rollovers, error) {
	var changes []lake.RolloverChange
	then := make(Rollovers, len(now))
	for _, o := range now {
		old, known := r[o.Connection]
		if known && old.equal(&o) {
			then[o.Connection] = old
			continue
		}
		payload, err := json.Marshal(o)
		if err != nil {
			return nil, nil, err
		}
		changes = append(changes, lake.RolloverChange{Key: o.Connection, MacAddress: o.Mac, Old: old.payload, New: payload})
		then[o.Connection] = openRollover{o, payload}
	}
	for _, key := range slices.Sorted(maps.Keys(r)) {
		if _, still := then[key]; !still {
			changes = append(changes, lake.RolloverChange{Key: key, Old: r[key].payload})
		}
	}
	return changes, then, nil
}

// equal reports whether p is the same E in the same row.
func (o *openRollover) equal(p *trafficanalytics.OpenRollover) bool {
	return o.Time == p.Time && o.Interval == p.Interval && o.Processed == p.Processed && o.Counters == p.Counters && maps.Equal(o.Values, p.Values)
}
