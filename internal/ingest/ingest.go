// Package ingest takes flow log blobs into a lake: each tuple once, whatever was
// read before, grew since or was written anew.
package ingest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/azflow/azflow/flowlog"
	"github.com/azflow/azflow/internal/attribution"
	"github.com/azflow/azflow/internal/enrich/geoip"
	"github.com/azflow/azflow/internal/lake"
	"github.com/azflow/azflow/internal/source"
)

// Options say how to ingest. Now is required.
type Options struct {
	Workers int              // how many blobs are read at once; at least 1
	Now     func() time.Time // the clock
	// CommitRows and CommitEvery bound what a crash can make us read again.
	CommitRows  int           // default 250,000
	CommitEvery time.Duration // default 2 s
	// GeoIP tells the country and autonomous system of public addresses; nil leaves
	// those columns empty.
	GeoIP *geoip.DB
	// RetryErrors reads those blobs again, and no others, of which something is in
	// quarantine: as a new generation if less of them is refused now.
	RetryErrors bool
	// FlowsOnly leaves NTANetAnalytics and what follows from it unwritten, so that
	// a benchmark can tell what they cost. A real lake needs them.
	FlowsOnly bool
	// Progress, if not nil, is called now and then, from one goroutine at a time.
	Progress func(Progress)
}

// Progress is how far an ingest has come.
type Progress struct {
	Blobs, BlobsDone int64
	Bytes, BytesDone int64 // of the blobs as they lie in the source
	Tuples           int64
	Elapsed          time.Duration
}

// Summary is what an ingest did.
type Summary struct {
	Blobs     int64            // found; after an interruption, read to their end
	Stored    int64            // of them, how many had nothing new
	Held      int64            // of them, how many another process was reading
	Gone      int64            // of them, how many were no longer there when their turn came
	Other     map[string]int64 // logs that are no flow logs and were left alone, by what they are
	Rewritten []string
	// Of blobs with input in quarantine: those taken in anew, and how many have
	// nothing that is understood by now.
	Retried      []string
	StillRefused int64
	Records      int64
	Tuples       int64            // rows committed
	LogBytes     int64            // decompressed log read
	Refused      map[string]int64 // input in quarantine, by kind and reason
	Drift        []flowlog.DriftCount
	Failed       []error // blobs and folders that could not be read
	// Complete says that all that the source held at the start was read, or is
	// being read by another azflow.
	Complete bool
	Usage    []source.Usage // what was asked of storage accounts
	Elapsed  time.Duration
}

// RefusedCount returns how many pieces of input are in quarantine.
func (s *Summary) RefusedCount() int64 {
	var n int64
	for _, c := range s.Refused {
		n += c
	}
	return n
}

// ErrNoInput is returned when a source lists no blob, with why it could not if it
// says so.
var ErrNoInput = errors.New("no flow logs found")

// An Ingester brings sources into one lake.
type Ingester struct {
	lake  *lake.Lake
	opt   Options
	index *attribution.Index // nil without inventory

	// big is held by the one worker that reads with a window larger than usual:
	// a record may be 64 MiB.
	big sync.Mutex

	mu      sync.Mutex
	summary Summary
	drift   flowlog.Drift

	blobs, blobsDone, bytes, bytesDone, tuples atomic.Int64
}

// New returns an Ingester into l.
func New(l *lake.Lake, opt Options) *Ingester {
	opt.Workers = max(opt.Workers, 1)
	opt.CommitRows = cmp.Or(opt.CommitRows, 250_000)
	opt.CommitEvery = cmp.Or(opt.CommitEvery, 2*time.Second)
	return &Ingester{lake: l, opt: opt, summary: Summary{Refused: map[string]int64{}, Other: map[string]int64{}}}
}

// inventory returns which inventory names the owners, 0 for none.
func (g *Ingester) inventory() int64 {
	if g.index == nil {
		return 0
	}
	return g.index.Version
}

// Run reads what is new in src. When ctx ends it commits what it has decoded and
// returns the context's error beside the summary. A blob that cannot be read is
// listed in the summary and costs no other. It returns [ErrNoInput] if src lists
// nothing.
func (g *Ingester) Run(ctx context.Context, src source.Source) (*Summary, error) {
	start := g.opt.Now()
	before := usageOf(src)
	err := g.run(ctx, src, start)
	end := g.opt.Now()
	g.summary.Elapsed = end.Sub(start)
	g.summary.Usage = since(before, usageOf(src))
	g.summary.Complete = (err == nil || errors.Is(err, ErrNoInput)) && len(g.summary.Failed) == 0
	if len(g.summary.Usage) > 0 {
		if kept := g.keep(ctx, src, start, end); kept != nil {
			err = errors.Join(err, kept)
		}
	}
	return &g.summary, err
}

func (g *Ingester) run(ctx context.Context, src source.Source, start time.Time) error {
	jobs, err := g.list(ctx, src)
	if err != nil {
		return err
	}
	if g.summary.Blobs == 0 && !g.opt.RetryErrors {
		return ErrNoInput
	}
	if len(jobs) == 0 {
		return nil
	}
	if g.index, err = attribution.Open(ctx, g.lake); err != nil {
		return err
	}
	w, err := g.lake.OpenWriter(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = w.Close() }() // what it holds was committed or discarded

	stop := g.report(start)
	defer stop()
	// The blobs of one NIC go to one worker, in the order of their hours: a flow
	// that spans blobs meets its tuples in the order in which they were logged.
	shards := shard(jobs, g.opt.Workers)
	errs := make([]error, len(shards))
	var wg sync.WaitGroup
	workCtx, cancel := context.WithCancel(ctx)
	defer cancel()
	for i, jobs := range shards {
		wg.Go(func() {
			if errs[i] = g.work(workCtx, src, w, jobs); errs[i] != nil {
				cancel() // the lake cannot be written: the others need not try
			}
		})
	}
	wg.Wait()
	g.summary.Drift = g.drift.Counts()
	if ctx.Err() != nil {
		g.summary.Blobs = g.blobsDone.Load()
		return ctx.Err()
	}
	for _, err := range errs {
		if err != nil && !errors.Is(err, context.Canceled) {
			return err
		}
	}
	return nil
}

// finalAfter is how long after its hour a blob may still be written to. An hour
// later it is looked at once more. Observed: the last block comes seconds after the
// hour.
const finalAfter = 10 * time.Minute

// final reports whether nothing will be appended any more to a blob of an hour.
func final(hour, now time.Time) bool {
	return !hour.IsZero() && !now.Before(hour.Add(time.Hour+finalAfter))
}

// list returns the blobs of src that may have something new, by hour, MAC and id.
func (g *Ingester) list(ctx context.Context, src source.Source) ([]waiting, error) {
	c := &candidates{g: g, byID: map[[16]byte]int{}}
	if g.opt.RetryErrors {
		refused, err := g.lake.Refused(ctx)
		if err != nil {
			return nil, err
		}
		c.refused = refused
	}
	for b, err := range src.List(ctx) {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		switch {
		case err != nil:
			g.fail(err)
		case b.Other != "":
			g.summary.Other[b.Other]++
		default:
			if err := c.add(ctx, b); err != nil {
				return nil, err
			}
		}
	}
	if err := c.look(ctx); err != nil {
		return nil, err
	}
	g.summary.Blobs = g.blobs.Load()
	if g.summary.Blobs == 0 && len(g.summary.Failed) > 0 {
		return nil, fmt.Errorf("%w: %w", ErrNoInput, errors.Join(g.summary.Failed...))
	}
	slices.SortFunc(c.jobs, func(a, b waiting) int { return a.first.compare(&b.first) })
	return c.jobs, g.lake.MarkFinal(ctx, c.final)
}

// candidates are the blobs met so far that may have something new. Those that
// have not are dropped at once: most of an account was read long ago.
type candidates struct {
	g       *Ingester
	refused map[string]int64 // blobs that errors are retried of, nil for all
	met     []source.Blob    // not looked up yet
	jobs    []waiting
	byID    map[[16]byte]int // by a hash of the id
	packer  packer
	final   []string
}

// lookUp is how many cursors are asked for at a time.
const lookUp = 500

func (c *candidates) add(ctx context.Context, b source.Blob) error {
	if c.refused != nil && c.refused[b.ID] == 0 {
		return nil
	}
	c.g.blobs.Add(1)
	c.g.bytes.Add(b.Size)
	if c.met = append(c.met, b); len(c.met) < lookUp {
		return nil
	}
	return c.look(ctx)
}

// look keeps those of the blobs met that are not as they were when they were read.
func (c *candidates) look(ctx context.Context) error {
	ids := make([]string, len(c.met))
	for i := range c.met {
		ids[i] = c.met[i].ID
	}
	cursors, err := c.g.lake.Cursors(ctx, ids)
	if err != nil {
		return err
	}
	now := c.g.opt.Now()
	for _, b := range c.met {
		cur := cursors[b.ID]
		if cur.Forgotten || c.refused == nil && unchanged(cur, b) {
			c.g.stored(b)
			if !cur.Final && !cur.Forgotten && final(b.Hour, now) {
				c.final = append(c.final, b.ID)
			}
			continue
		}
		key := short(b.ID)
		if i, ok := c.byID[key]; ok {
			c.jobs[i].more = append(c.jobs[i].more, c.packer.pack(b))
			continue
		}
		c.byID[key] = len(c.jobs)
		c.jobs = append(c.jobs, waiting{first: c.packer.pack(b)})
	}
	c.met = c.met[:0]
	return nil
}

// stored counts a blob that has nothing new.
func (g *Ingester) stored(b source.Blob) {
	g.mu.Lock()
	g.summary.Stored++
	g.mu.Unlock()
	g.bytesDone.Add(b.Size)
	g.blobsDone.Add(1)
}

// shard deals jobs out to workers by MAC, or id where the path tells none.
func shard(jobs []waiting, workers int) [][]waiting {
	shards := make([][]waiting, workers)
	for _, j := range jobs {
		h := fnv.New32a()
		key := j.first.mac()
		if key == "" {
			key = j.first.unpack().ID
		}
		_, _ = h.Write([]byte(key)) // a hash takes any bytes
		i := int(h.Sum32() % uint32(workers))
		shards[i] = append(shards[i], j)
	}
	return slices.DeleteFunc(shards, func(s []waiting) bool { return len(s) == 0 })
}

func (g *Ingester) fail(err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.summary.Failed = append(g.summary.Failed, err)
}

// unread notes that a blob could not be read to its end.
func (g *Ingester) unread(err error) {
	if !errors.Is(err, source.ErrGone) {
		g.fail(err)
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.summary.Gone++
}

// report calls Progress a few times a second until the returned function is
// called.
func (g *Ingester) report(start time.Time) (stop func()) {
	if g.opt.Progress == nil {
		return func() {}
	}
	tell := func() {
		g.opt.Progress(Progress{
			Blobs: g.blobs.Load(), BlobsDone: g.blobsDone.Load(), Bytes: g.bytes.Load(), BytesDone: g.bytesDone.Load(),
			Tuples: g.tuples.Load(), Elapsed: g.opt.Now().Sub(start),
		})
	}
	done := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		t := time.NewTicker(200 * time.Millisecond)
		defer t.Stop()
		for {
			select {
			case <-t.C:
				tell()
			case <-done:
				tell()
				return
			}
		}
	})
	return func() {
		close(done)
		wg.Wait()
	}
}

// describe returns an issue's key in Summary.Refused.
func describe(i *flowlog.Issue) string { return fmt.Sprintf("%s: %s", i.Kind, i.Reason) }
