// Package reattribution names the owners in stored flows anew when inventory
// comes after them, so that the lake is as if it had come first.
package reattribution

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/azflow/azflow/internal/attribution"
	"github.com/azflow/azflow/internal/inventory"
	"github.com/azflow/azflow/internal/lake"
)

// Options say how to run. Now is required.
type Options struct {
	Now func() time.Time // the clock
	// DryRun finds what would change, and changes nothing.
	DryRun bool
	// Progress, if not nil, is called before each day and after the last.
	Progress func(Progress)
}

// Progress is how far a run has come.
type Progress struct {
	Day        string // at hand
	Days, Done int
	Rows       int64 // named anew so far
	Elapsed    time.Duration
}

// Summary is what a run did, or would do.
type Summary struct {
	Sightings int                  // of NICs with addresses that inventory did not explain, learned from the flows
	Segments  int                  // of Flows that an older inventory named
	Read      int                  // of them, those that a change may concern
	Written   int                  // of them, those in which an owner differs
	Rows      int64                // whose owners differ
	Intervals int                  // of NTANetAnalytics made anew
	Kept      int                  // that stay as they are, since their flows have expired
	Changes   map[ChangeKind]int   // between the inventories
	Examples  []attribution.Change // the first of them
	Elapsed   time.Duration
}

// ChangeKind says what a change between inventories is of.
type ChangeKind string

// The kinds of changes.
const (
	OfAddress ChangeKind = "address"
	OfMAC     ChangeKind = "MAC address"
	OfBlock   ChangeKind = "block"
	OfNetwork ChangeKind = "network"
	OfAll     ChangeKind = "everything" // there was no inventory before, or no service tags
)

// settingVersion is the lake's setting that says up to which inventory the rows
// of its catalogue's tables are named.
const settingVersion = "inventory.captures"

// settingLast is the setting that says when a run last began.
const settingLast = "inventory.reattributed"

// Every is how often a run by itself may begin.
const Every = 10 * time.Minute

// Due reports whether a run is to begin by itself: whether there is something to
// do, and when that may be, which is now or later.
func Due(ctx context.Context, l *lake.Lake, now time.Time) (pending bool, at time.Time, err error) {
	snap, err := l.Snapshot(ctx)
	if err != nil {
		return false, now, err
	}
	defer func() { err = errors.Join(err, snap.Close()) }()
	version, err := inventory.Current(ctx, snap)
	if err != nil || version == 0 {
		return false, now, err
	}
	days, err := older(ctx, snap, version)
	if err != nil || len(days) == 0 {
		return false, now, err
	}
	text, err := l.Setting(ctx, settingLast)
	if err != nil {
		return true, now, err
	}
	last, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return true, now, nil // there was none
	}
	if next := time.UnixMicro(last).Add(Every); next.After(now) {
		return true, next, nil
	}
	return true, now, nil
}

// older returns the days that have segments named by an inventory before version.
func older(ctx context.Context, snap *lake.Snapshot, version int64) ([]string, error) {
	segs, err := snap.Segments(ctx, lake.TableFlows, lake.TimeRange{})
	if err != nil {
		return nil, err
	}
	var days []string
	for _, s := range segs {
		if s.Inventory < version && !slices.Contains(days, s.Day) {
			days = append(days, s.Day)
		}
	}
	slices.Sort(days)
	return days, nil
}

// maxTries is how often a day is done again when another process has changed it
// meanwhile.
const maxTries = 5

// Run names the owners of all flows by the inventory that the lake has now. Only
// segments in which an owner differs are written anew, with the rows of
// NTANetAnalytics and NTAIpDetailsHistory that follow. Each day is a commit of its
// own: what is done stays done when ctx ends or the process does, and the next
// run goes on from there.
func Run(ctx context.Context, l *lake.Lake, opt Options) (_ *Summary, err error) {
	start := opt.Now()
	sum := &Summary{Changes: map[ChangeKind]int{}}
	defer func() { sum.Elapsed = opt.Now().Sub(start) }()
	all, x, err := load(ctx, l)
	if err != nil || x == nil {
		return sum, err
	}
	if !opt.DryRun {
		if sum.Sightings, err = sight(ctx, l, all, x, start); err != nil {
			return sum, fmt.Errorf("addresses that NICs logged: %w", err)
		}
		if sum.Sightings > 0 {
			if all, x, err = load(ctx, l); err != nil {
				return sum, err
			}
		}
	}
	r := &run{lake: l, opt: opt, sum: sum, start: start, all: all, x: x, diffs: map[int64]*attribution.Changes{}}
	days, err := r.days(ctx)
	if err != nil {
		return sum, err
	}
	if !opt.DryRun {
		if err := l.SetSetting(ctx, settingLast, strconv.FormatInt(start.UnixMicro(), 10)); err != nil {
			return sum, err
		}
		w, err := l.OpenWriter(ctx)
		if err != nil {
			return sum, err
		}
		defer func() { err = errors.Join(err, w.Close()) }()
		r.w = w
		if err := r.captures(ctx); err != nil {
			return sum, err
		}
	}
	for i, day := range days {
		r.tell(day, i, len(days))
		for try := 1; ; try++ {
			err := r.day(ctx, day)
			if errors.Is(err, lake.ErrConflict) && try < maxTries {
				continue
			}
			if err != nil {
				return sum, fmt.Errorf("flows of %s: %w", day, err)
			}
			break
		}
	}
	r.tell("", len(days), len(days))
	return sum, nil
}

func load(ctx context.Context, l *lake.Lake) ([]inventory.Observation, *attribution.Index, error) {
	all, err := inventory.Load(ctx, l)
	if err != nil {
		return nil, nil, err
	}
	x, err := attribution.Of(all)
	return all, x, err
}

// run is a [Run] under way.
type run struct {
	lake  *lake.Lake
	w     *lake.Writer
	opt   Options
	sum   *Summary
	start time.Time
	all   []inventory.Observation
	x     *attribution.Index
	diffs map[int64]*attribution.Changes // by the inventory before
}

func (r *run) days(ctx context.Context) (_ []string, err error) {
	snap, err := r.lake.Snapshot(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, snap.Close()) }()
	return older(ctx, snap, r.x.Version)
}

func (r *run) tell(day string, done, all int) {
	if r.opt.Progress != nil {
		r.opt.Progress(Progress{Day: day, Days: all, Done: done, Rows: r.sum.Rows, Elapsed: r.opt.Now().Sub(r.start)})
	}
}

// maxExamples is how many changes a summary names.
const maxExamples = 10

// changes returns what differs between an older inventory and the lake's.
func (r *run) changes(version int64) (*attribution.Changes, error) {
	if d, ok := r.diffs[version]; ok {
		return d, nil
	}
	var before *attribution.Index
	if version > 0 {
		var err error
		if before, err = attribution.Of(inventory.Until(r.all, version)); err != nil {
			return nil, err
		}
	}
	d := attribution.Diff(before, r.x)
	r.diffs[version] = d
	if d.All {
		r.sum.Changes[OfAll]++
	}
	for _, c := range d.List {
		switch {
		case c.MAC != "":
			r.sum.Changes[OfMAC]++
		case c.Prefix.IsValid():
			r.sum.Changes[OfBlock]++
		case !c.Address.IsValid():
			r.sum.Changes[OfNetwork]++
		default:
			r.sum.Changes[OfAddress]++
		}
		if len(r.sum.Examples) < maxExamples {
			r.sum.Examples = append(r.sum.Examples, c)
		}
	}
	return d, nil
}

// touched reports whether a change may concern a segment.
func (r *run) touched(ctx context.Context, snap *lake.Snapshot, s lake.Segment) (bool, error) {
	d, err := r.changes(s.Inventory)
	if err != nil || d.None() || d.All {
		return err == nil && d.All, err
	}
	filter, err := snap.AddressFilter(ctx, s)
	if err != nil {
		return false, err
	}
	f, err := attribution.ParseFootprint(filter)
	if err != nil {
		return false, fmt.Errorf("segment %s: %w", s.Name, err)
	}
	return d.Touch(s.MinTime.UnixMicro(), s.MaxTime.UnixMicro(), f), nil
}

// captures names the NICs of CaptureHours anew.
func (r *run) captures(ctx context.Context) (err error) {
	version := strconv.FormatInt(r.x.Version, 10)
	if have, err := r.lake.Setting(ctx, settingVersion); err != nil || have == version {
		return err
	}
	snap, err := r.lake.Snapshot(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, snap.Close()) }()
	c := r.w.Begin()
	for row, err := range snap.Rows(ctx, "CaptureHours", lake.TimeRange{}) {
		if err != nil {
			return errors.Join(err, c.Discard())
		}
		var h lake.CaptureHour
		h.NicResourceID, _ = row[0].(string)
		h.MacAddress, _ = row[1].(string)
		h.Hour, _ = row[2].(time.Time)
		h.FlowLogType, _ = row[3].(string)
		if now := r.captured(h); now != h {
			c.Unseen.Captures = append(c.Unseen.Captures, h)
			c.Seen.Captures = append(c.Seen.Captures, now)
		}
	}
	if len(c.Seen.Captures) > 0 {
		if _, err := r.w.Commit(ctx, c); err != nil {
			return err
		}
	}
	return r.lake.SetSetting(ctx, settingVersion, version)
}

// captured returns h with the NIC that had its MAC address at the hour's end.
func (r *run) captured(h lake.CaptureHour) lake.CaptureHour {
	h.NicResourceID = r.x.NIC(h.MacAddress, h.Hour.Add(time.Hour).UnixMicro()-1)
	return h
}

// compareSegments orders segments as their tuples were logged, as far as can be.
func compareSegments(a, b lake.Segment) int {
	return cmp.Or(a.MinTime.Compare(b.MinTime), cmp.Compare(a.ID, b.ID))
}
