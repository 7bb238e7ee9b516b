package lake

import (
	"cmp"
	"context"
	"slices"
	"time"
)

// PlanOptions say when segments are worth merging.
type PlanOptions struct {
	// Settle is how long after the end of an hour its late rows may still be
	// on their way; an hour then, if 0.
	Settle time.Duration
	// MaxRows is how many rows a merged segment has at most; 4 million if 0.
	// Segments that have to be merged to give right rows are merged all the same.
	MaxRows int64
	// Crowd is how many fresh segments of an hour that has not settled are
	// merged before their time, to keep queries quick; 32 if 0.
	Crowd int
}

func (o PlanOptions) withDefaults() PlanOptions {
	if o.Settle == 0 {
		o.Settle = time.Hour
	}
	if o.MaxRows == 0 {
		o.MaxRows = 4_000_000
	}
	if o.Crowd == 0 {
		o.Crowd = 32
	}
	return o
}

// Merge is a piece of compaction: the rows of Segments, of one table and day,
// without what is hidden, are to become one new segment of the given Level, or
// several with no key in common.
type Merge struct {
	Table    string
	Day      string
	Level    int
	Partial  bool // rows of other segments still share keys with the result
	Rows     int64
	Segments []Segment // by time
}

// PlanCompaction returns what to merge of a table, oldest first: of settled
// hours the segments of each hour, of settled days those of the day, as far as
// they are small; segments that have hidden rows; and partial segments together
// with all that share an interval with them. What has not settled is merged
// only if there is much of it. Merging what it returns, and planning again,
// comes to an end.
func (s *Snapshot) PlanCompaction(ctx context.Context, table string, opt PlanOptions) ([]Merge, error) {
	opt = opt.withDefaults()
	segs, err := s.Segments(ctx, table, TimeRange{})
	if err != nil {
		return nil, err
	}
	now := s.lake.opt.Now()
	byDay := map[string][]Segment{}
	for _, seg := range segs {
		byDay[seg.Day] = append(byDay[seg.Day], seg)
	}
	var plan []Merge
	for day, segs := range byDay {
		for _, group := range groups(segs, now, opt) {
			group.Table, group.Day = table, day
			plan = append(plan, group)
		}
	}
	slices.SortFunc(plan, func(a, b Merge) int {
		return cmp.Or(a.Segments[0].MinTime.Compare(b.Segments[0].MinTime), cmp.Compare(a.Segments[0].ID, b.Segments[0].ID))
	})
	return plan, nil
}

// groups returns the merges of one table's one day; segs are by time.
func groups(segs []Segment, now time.Time, opt PlanOptions) []Merge {
	var out []Merge
	// Rows that share a key go together, however many they are.
	var rest []Segment
	for _, c := range overlapping(segs) {
		if !slices.ContainsFunc(c, func(s Segment) bool { return s.Partial }) {
			rest = append(rest, c...)
			continue
		}
		if settled(c, now, opt.Settle) {
			out = append(out, merge(c, 1))
			continue
		}
		for _, m := range early(c, opt) {
			m.Partial = true
			out = append(out, m)
		}
	}
	day := len(segs) > 0 && settledDay(segs[0].Day, now, opt.Settle)
	for len(rest) > 0 {
		// A bucket is the day if it is over, else an hour.
		n, level := len(rest), 2
		if !day {
			level = 1
			hour := rest[0].MinTime.Truncate(time.Hour)
			for n = 1; n < len(rest) && rest[n].MinTime.Truncate(time.Hour).Equal(hour); n++ {
			}
		}
		out = append(out, chunks(rest[:n], level, now, opt)...)
		rest = rest[n:]
	}
	return out
}

// chunks cuts a bucket into merges of at most opt.MaxRows.
func chunks(bucket []Segment, level int, now time.Time, opt PlanOptions) []Merge {
	if !settled(bucket, now, opt.Settle) {
		return early(bucket, opt)
	}
	var out []Merge
	for len(bucket) > 0 {
		n, rows := 1, bucket[0].Rows
		for n < len(bucket) && rows+bucket[n].Rows <= opt.MaxRows {
			rows += bucket[n].Rows
			n++
		}
		if n > 1 || hides(bucket[0]) {
			out = append(out, merge(bucket[:n], level))
		}
		bucket = bucket[n:]
	}
	return out
}

// early returns what to merge of segments that more will come to: the fresh
// ones if there are many, else only those that have rows to lose, each by itself.
func early(segs []Segment, opt PlanOptions) []Merge {
	var fresh []Segment
	for _, s := range segs {
		if s.Level == 0 {
			fresh = append(fresh, s)
		}
	}
	var out []Merge
	if len(fresh) >= opt.Crowd {
		out = append(out, merge(fresh, 1))
	} else {
		fresh = nil
	}
	for i, s := range segs {
		if hides(s) && (s.Level > 0 || fresh == nil) {
			out = append(out, merge(segs[i:i+1], s.Level))
		}
	}
	return out
}

func merge(segs []Segment, level int) Merge {
	m := Merge{Segments: slices.Clone(segs), Level: level}
	for _, s := range segs {
		m.Rows += s.Rows
	}
	return m
}

// overlapping cuts segs, which are by MinTime, into runs that share no time.
func overlapping(segs []Segment) [][]Segment {
	var out [][]Segment
	var end time.Time
	for i, s := range segs {
		if i == 0 || s.MinTime.After(end) {
			out = append(out, nil)
		}
		out[len(out)-1] = append(out[len(out)-1], s)
		end = latest(end, s.MaxTime)
	}
	return out
}

func hides(s Segment) bool { return !s.Hidden.None() }

// settled reports whether the hours of all of segs are over for good.
func settled(segs []Segment, now time.Time, settle time.Duration) bool {
	for _, s := range segs {
		if now.Before(s.MaxTime.Truncate(time.Hour).Add(time.Hour + settle)) {
			return false
		}
	}
	return true
}

func settledDay(day string, now time.Time, settle time.Duration) bool {
	start, err := time.Parse(time.DateOnly, day)
	return err == nil && !now.Before(start.AddDate(0, 0, 1).Add(settle))
}
