package lake

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// history plays a random life of a lake. Blobs grow and are rewritten at the
// source; tuple i of a blob is of day i modulo 3. Writers read, compact, sweep
// and die at every place.
type history struct {
	t      *testing.T
	rnd    *rand.Rand
	dir    string
	l      *Lake
	w      *Writer
	source map[string]*content
	log    []string
}

// content is a blob at the source.
type content struct {
	epoch  byte // another first record each time it is rewritten
	tuples int64
}

func (h *history) fail(format string, args ...any) {
	h.t.Helper()
	for _, line := range h.log {
		h.t.Log(line)
	}
	h.t.Fatalf(format, args...)
}

func (h *history) open() {
	h.l, h.w = lakeAndWriter(h.t, h.dir, Options{})
}

// close ends the lake's use; as a crash does, or in good order.
func (h *history) close(crash bool) {
	h.t.Helper()
	if crash {
		if err := h.w.lock.release(); err != nil {
			h.fail("%v", err)
		}
	} else if err := h.w.Close(); err != nil {
		h.fail("%v", err)
	}
	if err := h.l.Close(); err != nil {
		h.fail("%v", err)
	}
}

// catchUp returns a commit of what some blobs have more than the lake: all of
// it or only a part.
func (h *history) catchUp(blobs []string, all bool) *Commit {
	h.t.Helper()
	c := h.w.Begin()
	ranges := map[int][]BlobRange{}
	for _, blob := range blobs {
		src := h.source[blob]
		cur := cursorOf(h.t, h.l, blob)
		same := cur.Read() && bytes.Equal(cur.FirstRecord, []byte{src.epoch})
		next := Cursor{Blob: blob, FirstRecord: []byte{src.epoch}}
		switch {
		case same:
			next = cur
		case cur.Read():
			next.Generation = cur.Generation + 1
		}
		from, to := next.NextTuple, src.tuples
		if !all && to > from {
			to = from + 1 + h.rnd.Int64N(to-from)
		}
		if to == from && same {
			continue
		}
		n := to - from
		next.NextTuple, next.Offset, next.Tuples = to, to*10, to
		ch := CursorChange{Expected: cur, Next: next}
		if n > 0 {
			ch.Rules = []RuleCount{{AclGroup: "g", AclRule: blob, FirstSeen: noon, LastSeen: noon, Hits: n}}
		}
		c.Cursors = append(c.Cursors, ch)
		for day := range 3 {
			var first, last, rows int64
			for i := from; i < to; i++ {
				if i%3 != int64(day) {
					continue
				}
				if rows == 0 {
					first = i
				}
				last = i
				rows++
			}
			if rows == 0 {
				continue
			}
			r, err := c.Range(TableFlows, blob, first, last, rows)
			if err != nil {
				h.fail("%v", err)
			}
			ranges[day] = append(ranges[day], r)
		}
	}
	for day := range 3 {
		if len(ranges[day]) == 0 {
			continue
		}
		var rows int64
		for _, r := range ranges[day] {
			rows += r.Rows
		}
		at := noon.AddDate(0, 0, day)
		if err := put(c, Footer{Table: TableFlows, MinTime: at, MaxTime: at, Blobs: ranges[day]}, rows); err != nil {
			h.fail("%v", err)
		}
	}
	return c
}

// someBlobs returns one to all of the blobs.
func (h *history) someBlobs() []string {
	names := []string{"A", "B", "C"}
	h.rnd.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
	names = names[:1+h.rnd.IntN(len(names))]
	slices.Sort(names)
	return names
}

// merging returns a commit that merges some segments of one day.
func (h *history) merging() *Commit {
	h.t.Helper()
	s, err := h.l.Snapshot(h.t.Context())
	if err != nil {
		h.fail("%v", err)
	}
	defer s.Close()
	at := noon.AddDate(0, 0, h.rnd.IntN(3))
	segs, err := s.Segments(h.t.Context(), TableFlows, TimeRange{at, at.Add(time.Second)})
	if err != nil {
		h.fail("%v", err)
	}
	h.rnd.Shuffle(len(segs), func(i, j int) { segs[i], segs[j] = segs[j], segs[i] })
	segs = segs[:h.rnd.IntN(len(segs)+1)]
	if err := h.l.Footers(segs, readTestFooter); err != nil {
		h.fail("%v", err)
	}
	c := h.w.Begin()
	c.Replace(s, segs...)
	var hidden []BlobGen
	for _, seg := range segs {
		hidden = append(hidden, seg.Hidden.Blobs...)
	}
	f := MergeFooters(segs, hidden)
	var rows int64
	for _, b := range f.Blobs {
		rows += b.Rows
	}
	if rows > 0 {
		if err := put(c, f, rows); err != nil {
			h.fail("%v", err)
		}
	}
	return c
}

// commit commits c, or dies on the way.
func (h *history) commit(c *Commit, dies bool) {
	h.t.Helper()
	if !dies {
		if _, err := h.w.Commit(h.t.Context(), c); err != nil {
			h.fail("%v", err)
		}
		return
	}
	at := []string{StepSync, StepRename, StepBegin, StepCommit}[h.rnd.IntN(4)]
	nth := 1 + h.rnd.IntN(3)
	h.log = append(h.log, fmt.Sprintf("  dies at %s %d", at, nth))
	h.l.opt.Step = func(step, _ string) error {
		if step == at {
			if nth--; nth <= 0 || at == StepBegin || at == StepCommit {
				return errDead
			}
		}
		return nil
	}
	// Not Writer.Commit, which would clean up.
	err := c.check()
	if err == nil {
		err = h.w.place(c)
	}
	if err == nil && (at == StepBegin || at == StepCommit) {
		_, err = h.w.register(h.t.Context(), c)
	}
	if err != nil && !errors.Is(err, errDead) { // nil: it had fewer files than steps
		h.fail("%v", err)
	}
	h.close(true)
	h.open()
}

var errDead = errors.New("dead")

// step does one thing.
func (h *history) step() {
	h.t.Helper()
	dies := h.rnd.IntN(4) == 0
	switch h.rnd.IntN(8) {
	case 0, 1, 2:
		blobs := h.someBlobs()
		for _, b := range blobs {
			h.source[b].tuples += h.rnd.Int64N(7)
		}
		h.log = append(h.log, fmt.Sprint("read ", blobs))
		h.commit(h.catchUp(blobs, false), dies)
	case 3, 4, 5:
		h.log = append(h.log, "compact")
		h.commit(h.merging(), dies)
	case 6:
		h.log = append(h.log, "sweep")
		if _, err := h.l.Sweep(h.t.Context(), -time.Minute); err != nil {
			h.fail("%v", err)
		}
	case 7:
		blob := h.someBlobs()[0]
		h.log = append(h.log, "rewrite "+blob)
		h.source[blob].epoch++
		h.source[blob].tuples = h.rnd.Int64N(5)
	}
}

// counts returns the rows that a query sees, by blob and day.
func (h *history) counts() map[string]int64 {
	h.t.Helper()
	s, err := h.l.Snapshot(h.t.Context())
	if err != nil {
		h.fail("%v", err)
	}
	defer s.Close()
	segs, err := s.Segments(h.t.Context(), TableFlows, TimeRange{})
	if err != nil {
		h.fail("%v", err)
	}
	got := map[string]int64{}
	for _, seg := range segs {
		f, _, err := readTestFooter(h.l.Path(seg))
		if err != nil {
			h.fail("%v", err)
		}
		for _, b := range f.Blobs {
			if !slices.Contains(seg.Hidden.Blobs, b.BlobGen) {
				got[b.Blob+" "+seg.Day] += b.Rows
			}
		}
	}
	return got
}

// check reads on to the end of each blob and compares with the source.
func (h *history) check(when string) {
	h.t.Helper()
	if c := h.catchUp([]string{"A", "B", "C"}, true); len(c.Cursors) > 0 {
		h.commit(c, false)
	}
	want := map[string]int64{}
	for blob, src := range h.source {
		for i := range src.tuples {
			want[blob+" "+dayOf(noon.AddDate(0, 0, int(i%3)))]++
		}
	}
	got := h.counts()
	if fmt.Sprint(got) != fmt.Sprint(want) {
		h.fail("%s: rows %v, want %v", when, got, want)
	}
	rules := map[string]int64{}
	for blob, src := range h.source {
		rules[blob] = src.tuples
	}
	for vals, err := range snapshotOnce(h).Rows(h.t.Context(), "RuleSightings", TimeRange{}) {
		if err != nil {
			h.fail("%v", err)
		}
		if n, ok := vals[4].(int64); !ok || rules[vals[1].(string)] != n {
			h.fail("%s: rule %v, want %d hits", when, vals, rules[vals[1].(string)])
		}
	}
	v, err := h.l.Verify(h.t.Context(), readTestFooter)
	if err != nil || len(v.Findings) > 0 {
		h.fail("%s: %v, %v", when, v.Findings, err)
	}
}

// snapshotOnce opens a snapshot and ends its lease at once: for small tables.
func snapshotOnce(h *history) *Snapshot {
	h.t.Helper()
	s, err := h.l.Snapshot(h.t.Context())
	if err != nil {
		h.fail("%v", err)
	}
	if err := s.Close(); err != nil {
		h.fail("%v", err)
	}
	return s
}

func TestWhateverHappensEachTupleIsThereOnceAndARebuildChangesNothing(t *testing.T) {
	lives := 100
	if testing.Short() {
		lives = 15
	}
	for seed := range lives {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			h := &history{t: t, rnd: rand.New(rand.NewPCG(uint64(seed), 1)), dir: t.TempDir(), source: map[string]*content{}}
			for _, b := range []string{"A", "B", "C"} {
				h.source[b] = &content{}
			}
			h.open()
			for range 3 {
				for range 2 + h.rnd.IntN(10) {
					h.step()
				}
				if h.rnd.IntN(2) == 0 {
					h.check("while it lives")
					continue
				}
				h.log = append(h.log, "rebuild")
				h.close(h.rnd.IntN(2) == 0)
				res, err := Rebuild(t.Context(), h.dir, Options{}, readTestFooter)
				if err != nil {
					h.fail("%v", err)
				}
				h.log = append(h.log, fmt.Sprintf("  rejected %v", res.Rejected))
				h.open()
				h.check("rebuilt")
			}
			h.close(false)
		})
	}
}
