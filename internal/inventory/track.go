package inventory

import (
	"math"
	"slices"
	"strings"
	"time"
)

// Forever is the end of a window that has none yet, in microseconds since 1970.
const Forever = math.MaxInt64

// A Window is a stretch of time in microseconds since 1970, End not included.
type Window struct {
	Start, End int64
	// First and Last are the first and last observation in it.
	First, Last int64
	Source      string // what it was learned from, commas between
}

// Has reports whether a time lies in the window.
func (w *Window) Has(at int64) bool { return w.Start <= at && at < w.End }

// A span is a window in which one holder held a slot.
type span struct {
	Window
	holder ID
	source sources
}

// sources is a set of what windows are learned from.
type sources uint8

const (
	fromList sources = 1 << iota
	fromActivity
	fromRows
	fromFlows
)

var sourceOf = map[Kind]sources{List: fromList, Show: fromList, Seen: fromRows, kindMade: fromList, Write: fromActivity, Delete: fromActivity}

func (s sources) String() string {
	var all []string
	for i, name := range []string{"list", "activity log", "CSV", "flow logs"} {
		if s&(1<<i) != 0 {
			all = append(all, name)
		}
	}
	return strings.Join(all, ", ")
}

// A track follows who holds a slot, such as an address of a network. It is told
// what was seen in order of time; at each instant at most one holds it.
type track struct {
	open  *span
	spans []span
}

// see says that holder had the slot at a time: who had it before had it until then.
func (t *track) see(at int64, holder ID, from sources) {
	if t.open != nil && t.open.holder == holder {
		t.open.Last = at
		t.open.source |= from
		return
	}
	t.end(at)
	t.open = &span{Window{Start: at, First: at, Last: at}, holder, from}
}

// again is how long after a deletion another word of it tells the true end: a
// deletion is accepted first, then done.
const again = int64(15 * time.Minute / time.Microsecond)

// leave says that holder does not have the slot at a time. deleted is for the
// holder's end, of which several events tell.
func (t *track) leave(at int64, holder ID, from sources, deleted bool) {
	if t.open != nil {
		if t.open.holder == holder {
			t.open.source |= from
			t.end(at)
		}
		return
	}
	if n := len(t.spans); deleted && n > 0 && t.spans[n-1].holder == holder && at-t.spans[n-1].End <= again {
		t.spans[n-1].End = at
	}
}

func (t *track) end(at int64) {
	if t.open == nil {
		return
	}
	if at > t.open.Start {
		t.open.End = at
		t.spans = append(t.spans, *t.open)
	}
	t.open = nil
}

// all returns the windows by time; the last may be open.
func (t *track) all() []span {
	out := slices.Clone(t.spans)
	if t.open != nil {
		last := *t.open
		last.End = Forever
		out = append(out, last)
	}
	for i := range out {
		out[i].Source = out[i].source.String()
	}
	return out
}

// tracks are slots by key.
type tracks[K comparable] map[K]*track

func (ts tracks[K]) at(k K) *track {
	t := ts[k]
	if t == nil {
		t = &track{}
		ts[k] = t
	}
	return t
}
