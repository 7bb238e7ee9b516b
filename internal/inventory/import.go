package inventory

import (
	"context"
	"errors"
	"iter"
	"slices"
	"time"

	"github.com/azflow/azflow/internal/lake"
	"github.com/azflow/azflow/internal/source"
)

// ImportOptions say how to import. Now is required.
type ImportOptions struct {
	Now func() time.Time // the clock
	// At is when lists were taken; the time of each file if zero.
	At time.Time
	// Progress, if not nil, is called now and then.
	Progress func(Progress)
}

// Progress is how far an import is.
type Progress struct{ Files, Of, Observations int }

// Summary is what an import did.
type Summary struct {
	Files     int            // read, or the part that is new of them
	Unchanged int            // files that were read before and did not change
	New       map[string]int // observations taken in, by type
	Known     int            // observations that were there before
	Ignored   map[string]int // what says nothing of addresses, by what it is
	Problems  []error        // what could not be read, by file and line
	Holdings  int            // windows of addresses that the lake now has
	Usage     []source.Usage // what was asked of storage accounts
}

func newSummary() *Summary {
	return &Summary{New: map[string]int{}, Ignored: map[string]int{}}
}

// add notes what a reading met, and returns its observations.
func (s *Summary) add(r *reading) []Observation {
	s.Problems = append(s.Problems, r.problems...)
	for k, n := range r.ignored {
		s.Ignored[k] += n
	}
	return r.out
}

// commits adds what a commit did.
func (s *Summary) commits(part *Summary) {
	for k, n := range part.New {
		s.New[k] += n
	}
	s.Known += part.Known
	s.Holdings = part.Holdings
}

// Added returns how many observations were taken in.
func (s *Summary) Added() int {
	n := 0
	for _, c := range s.New {
		n += c
	}
	return n
}

// ErrNoFiles is returned for a source that holds no inventory.
var ErrNoFiles = errors.New("no inventory files found")

// maxTries is how often an import that another one overtook is done again.
const maxTries = 5

// Import takes in the inventory of a source, but not flow logs and other logs that
// lie beside it. Of a blob that was read before and did not change nothing is
// read, of an activity log that grew what is new; an observation that the lake has
// already is not taken in again, wherever its copy lies. A blob that cannot be
// read is a problem in the summary, and is read again next time. What was read is
// committed now and then, and when ctx ends: the summary says what of it there is.
func Import(ctx context.Context, l *lake.Lake, src source.Source, opt ImportOptions) (*Summary, error) {
	s := newSummary()
	start := opt.Now()
	f := &fetcher{src: src, opt: opt, lake: l, summary: s}
	err := f.run(ctx)
	if m, ok := src.(source.Metered); ok {
		s.Usage = m.Usage()
	}
	if len(s.Usage) == 0 {
		return s, err
	}
	end := opt.Now()
	kept := keepUsage(context.WithoutCancel(ctx), l, s.Usage, end)
	if err == nil && len(s.Problems) == 0 {
		kept = errors.Join(kept, l.PutSourcePass(ctx, lake.SourcePass{Source: src.String(), Started: start, Ended: end}))
	}
	return s, errors.Join(err, kept)
}

// keepUsage writes down what was asked of storage accounts.
func keepUsage(ctx context.Context, l *lake.Lake, all []source.Usage, now time.Time) error {
	var usage []lake.SourceUsage
	for _, u := range all {
		if u.Requests > 0 {
			usage = append(usage, lake.SourceUsage{Day: now.UTC(), Account: u.Account, Operation: u.Operation, Requests: u.Requests, Bytes: u.Bytes})
		}
	}
	return l.AddSourceUsage(ctx, usage)
}

// A Document is the content of a file, or an answer of Azure's.
type Document struct {
	Name string
	Data []byte
	At   time.Time // when its lists were taken
}

// Take takes in documents as Import does files. An error beside a document is a
// problem in the summary.
func Take(ctx context.Context, l *lake.Lake, docs iter.Seq2[Document, error], opt ImportOptions) (*Summary, error) {
	s := newSummary()
	var got []Observation
	for doc, err := range docs {
		if ctx.Err() != nil {
			return s, ctx.Err()
		}
		s.Files++
		if err != nil {
			s.Problems = append(s.Problems, err)
			continue
		}
		if !opt.At.IsZero() {
			doc.At = opt.At
		}
		got = append(got, s.add(read(doc.Name, doc.Data, doc.At))...)
	}
	return s, commit(ctx, l, got, opt, s)
}

// commit takes in observations, against others that may do so at the same time.
func commit(ctx context.Context, l *lake.Lake, got []Observation, opt ImportOptions, s *Summary) error {
	for try := 1; ; try++ {
		err := store(ctx, l, got, opt.Now(), s)
		if !errors.Is(err, lake.ErrConflict) || try == maxTries {
			return err
		}
	}
}

// Add takes in observations, and returns how many the lake did not have.
func Add(ctx context.Context, l *lake.Lake, got []Observation, now time.Time) (int, error) {
	s := newSummary()
	for try := 1; ; try++ {
		err := store(ctx, l, got, now, s)
		if !errors.Is(err, lake.ErrConflict) || try == maxTries {
			return s.Added(), err
		}
	}
}

// store commits what is new of got, and the tables that follow from all.
func store(ctx context.Context, l *lake.Lake, got []Observation, now time.Time, s *Summary) (err error) {
	snap, err := l.Snapshot(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, snap.Close()) }()
	have, err := observations(ctx, l, snap)
	if err != nil {
		return err
	}
	// Each import makes a version of its own.
	if last := Version(have.all); now.UnixMicro() <= last {
		now = time.UnixMicro(last + 1).UTC()
	}
	var fresh []Observation
	s.Known = 0
	clear(s.New)
	type key struct {
		at   int64
		kind Kind
		id   ID
		body string
	}
	seen := make(map[key]bool, len(got))
	for i := range got {
		k := key{got[i].Time.UnixMicro(), got[i].Kind, got[i].ID, got[i].Body}
		if seen[k] || have.known(&got[i]) {
			s.Known++
			continue
		}
		seen[k] = true
		o := got[i]
		o.Taken = now.UnixMicro()
		fresh = append(fresh, o)
	}
	stored, daily, same, err := have.shorten(fresh)
	if err != nil {
		return err
	}
	for i := range stored {
		if stored[i].Kind != kindAgain {
			s.New[stored[i].Type]++
		}
	}
	s.Known += same
	e, err := Build(have.all)
	if err != nil {
		return err
	}
	s.Holdings = len(e.Holdings)
	if len(stored) == 0 {
		return nil
	}
	w, err := l.OpenWriter(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.Close()) }()
	c := w.Begin()
	if err := fill(ctx, c, snap, stored, daily, e, now); err != nil {
		return errors.Join(err, c.Discard())
	}
	_, err = w.Commit(ctx, c)
	return err
}

// fill puts the new observations and the tables into the commit. The topology has
// what is new, and once a day what is not.
func fill(ctx context.Context, c *lake.Commit, snap *lake.Snapshot, fresh, daily []Observation, e *Estate, now time.Time) error {
	for _, table := range []string{tableNICs, tableVMs} {
		old, err := snap.Segments(ctx, table, lake.TimeRange{})
		if err != nil {
			return err
		}
		c.Replace(snap, old...)
	}
	// All segments of a table lie in a day: observations in that of the import.
	if err := writeTable(c, tableObservations, observationFields, observationRows(fresh, now)); err != nil {
		return err
	}
	if err := writeTable(c, tableNICs, nicFields, e.nicRows()); err != nil {
		return err
	}
	if err := writeTable(c, tableVMs, vmFields, e.vmRows()); err != nil {
		return err
	}
	return writeTable(c, tableTopology, topologyFields, topologyRows(slices.Concat(fresh, daily)))
}

// Version returns which inventory all is: when the last of it was taken in, in
// µs since 1970; 0 for none.
func Version(all []Observation) int64 {
	var v int64
	for i := range all {
		v = max(v, all[i].takenLast())
	}
	return v
}

// Current returns the version of the inventory that a snapshot has, without
// reading it.
func Current(ctx context.Context, snap *lake.Snapshot) (int64, error) {
	segs, err := snap.Segments(ctx, tableObservations, lake.TimeRange{})
	if err != nil {
		return 0, err
	}
	var v int64
	for _, s := range segs {
		v = max(v, s.MaxTime.UnixMicro())
	}
	return v, nil
}

// Until returns the part of all that the inventory of a version was.
func Until(all []Observation, version int64) []Observation {
	var part []Observation
	for i := range all {
		if o, ok := all[i].until(version); ok {
			part = append(part, o)
		}
	}
	return part
}

// Load returns all that the lake has observed, by time.
func Load(ctx context.Context, l *lake.Lake) (_ []Observation, err error) {
	snap, err := l.Snapshot(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, snap.Close()) }()
	have, err := observations(ctx, l, snap)
	if err != nil {
		return nil, err
	}
	return have.all, nil
}
