package ingest

import (
	"bytes"
	"context"
	"errors"
	"io"
	"maps"
	"slices"
	"time"

	"github.com/azflow/azflow/flowlog"
	"github.com/azflow/azflow/flowlog/formats"
	"github.com/azflow/azflow/internal/lake"
	"github.com/azflow/azflow/internal/lake/segment"
	"github.com/azflow/azflow/internal/rollup"
	"github.com/azflow/azflow/internal/source"
	"github.com/azflow/azflow/internal/trafficanalytics"
)

const (
	// claimBlobs and claimBytes are how much a worker claims at a time. What it has
	// not committed of that it commits at the end, so that it had better be much.
	claimBlobs = 1024
	claimBytes = 64 << 20
	// claimTime is how long a claim holds when nobody renews it.
	claimTime = 2 * time.Minute
	// window is how much of a blob is decoded at a time; a record that is larger
	// makes the window grow.
	window = 2 << 20
	// mixedWindow is how much of a blob is decoded at a time whose path does not
	// tell its hour: it may have tuples of any day. It never gets smaller than
	// minWindow unless records are.
	mixedWindow = 256 << 10
	minWindow   = 32 << 10
	// partRows is how many tuples are turned into rows at a time: those of a usual
	// window, but not those of a record that is much larger.
	partRows = 32768
	// maxAddresses is how many addresses are interned before a worker commits
	// and forgets them.
	maxAddresses = 100_000
	// bytesAnAddress is how much log there is to an address, about.
	bytesAnAddress = 500
	// maxTries is how often a blob is read again when another process was faster,
	// or it was written to meanwhile.
	maxTries = 5
	// closing is how long what was decoded may take to be committed after the
	// context ended.
	closing = 30 * time.Second
)

// worker reads blobs, one after the other.
type worker struct {
	g   *Ingester
	src source.Source
	w   *lake.Writer

	dec    *formats.Decoder
	dict   *flowlog.Dict
	cols   *flowlog.Columns
	part   flowlog.Columns // a part of them
	days   []int64         // of their tuples, since 1970
	rows   *rowMaker
	agg    *trafficanalytics.Aggregator
	public publicEnds

	interval time.Duration // of merged rows
	buf      []byte
	limit    int  // how much of buf is used at a time
	big      bool // holds g.big
	batch    *pending
	writers  map[string]*segment.Writer // by table: idle ones
	opened   rollup.Rollovers           // those that the catalogue keeps as open
}

// work reads the blobs of one shard. It returns an error only if the lake fails
// or ctx ends.
func (g *Ingester) work(ctx context.Context, src source.Source, w *lake.Writer, jobs []waiting) error {
	wk := &worker{g: g, src: src, w: w, dec: formats.NewDecoder(), dict: flowlog.NewDict(), buf: make([]byte, 0, window), writers: map[string]*segment.Writer{}}
	wk.dict.Addresses.Reserve(int(min(maxAddresses, g.bytes.Load()/int64(g.opt.Workers)/bytesAnAddress)))
	wk.cols = flowlog.NewColumns(wk.dict)
	var err error
	if wk.rows, err = newRowMaker(wk.dict, g.index, g.opt.GeoIP); err != nil {
		return err
	}
	wk.rows.open.nics = nicsOf(jobs)
	if err := wk.newAggregator(ctx); err != nil {
		return err
	}
	defer wk.small()
	for len(jobs) > 0 {
		n := claimable(jobs)
		some := make([]job, n)
		for i := range some {
			some[i] = jobs[i].job()
		}
		if err := wk.some(ctx, some); err != nil {
			return err
		}
		clear(jobs[:n]) // there may be very many
		jobs = jobs[n:]
	}
	return nil
}

// claimable returns how many of the jobs are claimed together.
func claimable(jobs []waiting) int {
	size := int64(0)
	for i, j := range jobs[:min(len(jobs), claimBlobs)] {
		size += j.first.size
		for _, b := range j.more {
			size += b.size
		}
		if size >= claimBytes {
			return i + 1
		}
	}
	return min(len(jobs), claimBlobs)
}

// nicsOf returns the NICs that wrote the blobs of jobs, by MAC address; nil if the
// path of one does not tell.
func nicsOf(jobs []waiting) map[string]bool {
	nics := map[string]bool{}
	for _, j := range jobs {
		if j.first.mac() == "" {
			return nil
		}
		nics[flowlog.FormatMAC(j.first.mac())] = true
	}
	return nics
}

// newAggregator starts merging with the rollovers that the lake knows as open.
func (wk *worker) newAggregator(ctx context.Context) error {
	interval, err := wk.g.lake.Interval(ctx)
	if err != nil {
		return err
	}
	open, err := rollup.ReadRollovers(ctx, wk.g.lake)
	if err != nil {
		return err
	}
	if err := wk.rows.open.begin(ctx, wk.g.lake); err != nil {
		return err
	}
	wk.opened = open
	wk.interval, wk.public = interval, publicEnds{}
	if wk.rows.owners != nil || wk.rows.geo != nil {
		wk.public.about = wk.rows.about
	}
	wk.agg, err = trafficanalytics.New(interval, open.All(), func(p *trafficanalytics.Partial) error { return wk.batch.merged(p) })
	return err
}

// some reads a batch of blobs and commits the rest of it.
func (wk *worker) some(ctx context.Context, jobs []job) error {
	for try := 1; ; try++ {
		again, err := wk.attempt(ctx, jobs)
		switch {
		case errors.Is(err, lake.ErrConflict) && try < maxTries:
			// Another process moved a cursor: what was read since the last commit
			// is void, and so is what the aggregator knows.
			if err := wk.newAggregator(ctx); err != nil {
				return err
			}
			jobs = again
		case err != nil:
			return err
		default:
			return nil
		}
	}
}

// attempt reads jobs. After ErrConflict it returns those whose rows were not
// committed.
func (wk *worker) attempt(ctx context.Context, jobs []job) (again []job, err error) {
	ids := make([]string, len(jobs))
	for i, j := range jobs {
		ids[i] = j.id
	}
	cursors, err := wk.g.lake.Cursors(ctx, ids)
	if err != nil {
		return jobs, err
	}
	var todo []job
	for _, j := range jobs {
		// Another process may have read it since it was listed. Copies of
		// different sizes are looked into every time.
		if cur := cursors[j.id]; cur.Forgotten || !wk.g.opt.RetryErrors && !slices.ContainsFunc(j.copies, func(b source.Blob) bool { return !unchanged(cur, b) }) {
			for _, b := range j.copies {
				wk.g.stored(b)
			}
			continue
		}
		todo = append(todo, j)
	}
	if len(todo) == 0 {
		return nil, nil
	}
	ids = ids[:0]
	for _, j := range todo {
		ids = append(ids, j.id)
	}
	claimed, err := wk.w.Claim(ctx, ids, claimTime)
	if err != nil {
		return todo, err
	}
	byID := map[string]lake.Cursor{}
	for _, c := range claimed {
		byID[c.Blob] = c
	}
	wk.batch = newPending(wk)
	defer func() {
		if err != nil {
			err = errors.Join(err, wk.batch.discard())
		}
		wk.batch = nil
	}()
	from := 0 // the first job whose rows may not be committed
	renewed := wk.g.opt.Now()
	for i, j := range todo {
		cur, ok := byID[j.id]
		if !ok {
			wk.g.mu.Lock()
			wk.g.summary.Held++
			wk.g.mu.Unlock()
			continue
		}
		if wk.g.opt.Now().Sub(renewed) > claimTime/4 {
			if err := wk.w.Renew(ctx, ids[i:], claimTime); err != nil {
				return todo[from:], err
			}
			renewed = wk.g.opt.Now()
		}
		committed, err := wk.blob(ctx, j, cur)
		if err != nil {
			if ctx.Err() != nil && !errors.Is(err, errLake) {
				return nil, wk.finish(ctx)
			}
			return todo[from:], err
		}
		if committed {
			from = i // this blob's last part may still be pending
		}
	}
	if err := wk.batch.commit(ctx); err != nil {
		return todo[from:], err
	}
	return nil, wk.w.Release(ctx, ids)
}

// finish commits what is decoded although ctx has ended.
func (wk *worker) finish(ctx context.Context) error {
	if err := wk.batch.commit(ctx); err != nil {
		return err
	}
	return ctx.Err()
}

// lasting returns a context that ends some time after ctx: a commit that has
// begun is not to be lost because someone wants to stop.
func lasting(ctx context.Context) (context.Context, context.CancelFunc) {
	late, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() {
		t := time.AfterFunc(closing, cancel)
		context.AfterFunc(late, func() { t.Stop() })
	})
	return late, func() { stop(); cancel() }
}

// unchanged reports whether a cursor says that a blob was read to its end.
func unchanged(cur lake.Cursor, b source.Blob) bool {
	return cur.Read() && (cur.Forgotten || b.Version == cur.ETag)
}

// blob reads all copies of a blob from its cursor on. It reports whether rows of
// it were committed; the rest is pending.
func (wk *worker) blob(ctx context.Context, j job, cur lake.Cursor) (committed bool, err error) {
	r := &reading{wk: wk, expected: cur, next: cur}
	for _, b := range j.copies {
		before := r.next.Tuples
		gen := r.next.Generation
		err := r.again(ctx, b)
		if err == nil {
			err = r.read(ctx, b)
		}
		for try := 1; errors.Is(err, source.ErrChanged) && try < maxTries; try++ {
			err = r.read(ctx, b) // what was read so far stays
		}
		if err != nil {
			switch {
			case errors.Is(err, errLake):
				return r.committed, err
			case ctx.Err() != nil:
				// What was decoded of it is to be committed, up to there.
				if err := r.done(); err != nil {
					return r.committed, err
				}
				return r.committed, err
			}
			wk.g.unread(err)
		} else if r.next.Tuples == before && r.next.Generation == gen && cur.Read() {
			wk.g.mu.Lock()
			wk.g.summary.Stored++
			wk.g.mu.Unlock()
		}
		wk.g.blobsDone.Add(1)
	}
	return r.committed, r.done()
}

// errLake marks an error of the lake, after which no blob can be read.
var errLake = errors.New("the lake cannot be written")

// reading is one blob while it is read.
type reading struct {
	wk             *worker
	expected, next lake.Cursor
	started        bool // next differs from expected, or rows are pending
	committed      bool
	rewritten      bool // the blob is another one than was read before
	// whole are the intervals whose merged rows stay as they are although the blob
	// was written anew, since their tuples have expired.
	whole map[int64]bool
}

// read takes in what a copy of the blob has beyond the cursor.
func (r *reading) read(ctx context.Context, b source.Blob) error {
	wk := r.wk
	in, err := wk.src.Open(ctx, b, r.next.Offset)
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }() // it was only read
	if r.next.Read() || r.started {
		same, err := r.sameBlob(ctx, b, in)
		if err != nil {
			return err
		}
		if !same {
			if err := r.anew(ctx, b, &wk.g.summary.Rewritten); err != nil {
				return err
			}
			_ = in.Close() // likewise
			if in, err = wk.src.Open(ctx, b, 0); err != nil {
				return err
			}
		}
	}
	if r.next.FirstSeen.IsZero() {
		r.next.FirstSeen = wk.g.opt.Now()
	}
	r.next.Account, r.next.Container, r.next.Hour, r.next.MacAddress = b.Account, b.Container, b.Hour, flowlog.FormatMAC(b.MAC)
	r.next.LastRead = wk.g.opt.Now()
	r.next.Final = final(b.Hour, r.next.LastRead)
	if err := r.decode(ctx, in, b); err != nil {
		return err
	}
	r.next.ETag = in.Version
	r.started = true
	return nil
}

// sameBlob reports whether b, opened as known, is still the blob that was read:
// whether the block is there that was read last, or else whether it begins as the
// blob did.
func (r *reading) sameBlob(ctx context.Context, b source.Blob, known *source.Reader) (bool, error) {
	if known.Blocks != nil && r.next.LastBlockID != "" {
		return known.Block(r.next.Offset) == r.next.LastBlockID, nil
	}
	in, err := r.wk.src.Open(ctx, b, 0)
	if err != nil {
		return false, err
	}
	defer func() { _ = in.Close() }() // it was only read
	first := make([]byte, source.HeadSize+64)
	n, err := io.ReadFull(in, first)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return false, err
	}
	return source.HasHead(trimEnvelope(first[:n]), r.next.FirstRecord), nil
}

// trimEnvelope cuts what precedes the first record. What does not begin with the
// blob's start may have nothing to cut.
func trimEnvelope(b []byte) []byte {
	if i := bytes.IndexByte(b, '['); i >= 0 && bytes.Contains(b[:i], []byte(`"records"`)) {
		b = b[i+1:]
	}
	if i := bytes.IndexByte(b, '{'); i >= 0 {
		return b[i:]
	}
	return nil
}

// anew starts a new generation: the blob under this name is another one now, or
// is understood better. It is noted in a list of the summary.
func (r *reading) anew(ctx context.Context, b source.Blob, noted *[]string) error {
	wk := r.wk
	if r.started {
		// Its rows so far belong to the generation before.
		if err := r.done(); err != nil {
			return err
		}
		if err := wk.batch.commit(context.Background()); err != nil {
			return errors.Join(errLake, err)
		}
		cursors, err := wk.g.lake.Cursors(context.Background(), []string{r.next.Blob})
		if err != nil {
			return errors.Join(errLake, err)
		}
		r.expected = cursors[r.next.Blob]
		r.started, r.committed = false, true
	}
	// The commit hides the old rows: those that are merged with rows of other
	// blobs must be told apart for that.
	whole, err := rollup.Unmerge(ctx, wk.g.lake, wk.w, lake.BlobGen{Blob: r.expected.Blob, Generation: r.expected.Generation})
	if err != nil {
		return errors.Join(errLake, err)
	}
	if r.expected.Generation > 0 {
		// It was written anew before: rows of then may still count it.
		span := lake.TimeRange{}
		if !b.Hour.IsZero() {
			span = lake.TimeRange{From: b.Hour, To: b.Hour.Add(time.Hour)}
		}
		more, err := rollup.Settled(ctx, wk.g.lake, span)
		if err != nil {
			return errors.Join(errLake, err)
		}
		maps.Copy(whole, more)
	}
	r.whole, r.rewritten = whole, true
	if !b.Hour.IsZero() {
		wk.batch.settle(flowlog.FormatMAC(b.MAC), b.Hour)
	}
	if err := wk.rows.open.forget(ctx, flowlog.FormatMAC(b.MAC)); err != nil {
		return errors.Join(errLake, err)
	}
	wk.g.mu.Lock()
	if !slices.Contains(*noted, b.Name) { // not read again after a conflict
		*noted = append(*noted, b.Name)
	}
	wk.g.mu.Unlock()
	r.next = lake.Cursor{Blob: r.expected.Blob, Generation: r.expected.Generation + 1}
	return nil
}

// decode takes in the rows of a blob from the cursor on.
func (r *reading) decode(ctx context.Context, in *source.Reader, b source.Blob) error {
	wk := r.wk
	defer wk.small()
	cur := flowlog.Cursor{Offset: r.next.Offset, Records: r.next.NextRecord, Tuples: r.next.NextTuple}
	share := newShare(b.Size, &wk.g.bytesDone)
	defer share.all()
	buf := wk.buf[:0]
	if wk.limit = window; b.Hour.IsZero() {
		wk.limit = mixedWindow
	}
	end := false
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		room := cap(buf) - flowlog.Pad
		full := min(room, wk.limit)
		for !end && len(buf) < full {
			n, err := in.Read(buf[len(buf):full])
			buf = buf[:len(buf)+n]
			if errors.Is(err, io.EOF) {
				end = true
			} else if err != nil {
				return err
			}
		}
		before := cur
		n := wk.dec.DecodeColumns(buf, false, &cur, wk.cols)
		if n > 0 && before.Records == 0 && cur.Records > 0 {
			r.next.FirstRecord = source.Head(trimEnvelope(buf[:n]))
		}
		if n == 0 && end {
			// What is left is no whole record: it is reported, and stays beyond the
			// cursor, so that it is read if the file grows.
			wk.dec.DecodeColumns(buf, true, &cur, wk.cols)
			if err := r.take(ctx, in, before, cur); err != nil {
				return err
			}
			break
		}
		if n == 0 {
			if wk.limit *= 2; full == room {
				buf = wk.grow(buf)
			}
			continue
		}
		share.read(int64(n))
		rest := buf[n:]
		if room > 4*window {
			// The memory of a large record is better used for its rows meanwhile.
			rest, buf, wk.buf = slices.Clone(rest), nil, nil
		}
		if err := r.take(ctx, in, before, cur); err != nil {
			return err
		}
		if buf == nil {
			buf = make([]byte, 0, room+flowlog.Pad)
		}
		buf = append(buf[:0], rest...)
		if end && len(buf) == 0 {
			break
		}
	}
	wk.buf = buf
	return nil
}

// resize fits the window to how many days were in the last one.
func (wk *worker) resize(days int) {
	switch {
	case days > maxDays:
		wk.limit = max(wk.limit/2, minWindow)
	case days <= maxDays/2 && wk.limit < window:
		wk.limit *= 2
	}
}

// grow returns buf with room for a longer record. One worker at a time may have
// a large one.
func (wk *worker) grow(buf []byte) []byte {
	if !wk.big {
		wk.g.big.Lock()
		wk.big = true
	}
	larger := make([]byte, len(buf), min(2*cap(buf), flowlog.MaxRecordSize+window))
	copy(larger, buf)
	return larger
}

// small gives a large window back.
func (wk *worker) small() {
	if wk.big {
		wk.big = false
		wk.buf = make([]byte, 0, window)
		wk.cols = flowlog.NewColumns(wk.dict)
		wk.g.big.Unlock()
	}
}

// take moves the decoded columns into the pending commit.
func (r *reading) take(ctx context.Context, in *source.Reader, before, cur flowlog.Cursor) error {
	wk := r.wk
	c := wk.cols
	defer c.Reset()
	p := wk.batch
	for i := range c.Issues {
		p.issue(r, &c.Issues[i])
	}
	if counts := c.Drift.Counts(); len(counts) > 0 {
		wk.g.mu.Lock()
		for _, d := range counts {
			wk.g.drift.Add(d.Kind, []byte(d.What), d.Count)
		}
		wk.g.mu.Unlock()
	}
	who := identity{blob: r.next.Blob, generation: r.next.Generation, processed: wk.g.opt.Now().UnixMicro()}
	r.next.Position = lake.Position{Offset: cur.Offset, NextRecord: cur.Records, NextTuple: cur.Tuples}
	complete(c)
	wk.days = wk.days[:0]
	replaced := func(b lake.BlobGen) bool { return b.Blob == r.next.Blob && b.Generation != r.next.Generation }
	for from := 0; from < c.Len(); from += partRows {
		c.Part(&wk.part, from, min(from+partRows, c.Len()))
		if err := wk.rows.open.readBack(ctx, &wk.part, replaced); err != nil {
			return errors.Join(errLake, err)
		}
		if err := p.add(r, wk.rows.rows(&wk.part, who)); err != nil {
			return errors.Join(errLake, err)
		}
		p.sightings(r, &wk.part)
	}
	if c.Len() > 0 {
		wk.resize(len(wk.days))
	}
	wk.rows.learn()
	p.emptyRules(r, c)
	r.started = true
	if in.Blocks != nil || cur.Offset > before.Offset {
		r.next.LastBlockID = in.Block(cur.Offset)
	}
	r.next.Bytes += cur.Offset - before.Offset
	r.next.Records += int64(len(c.Records))
	r.next.Tuples += int64(c.Len())
	wk.g.tuples.Add(int64(c.Len()))
	wk.g.mu.Lock()
	wk.g.summary.LogBytes += cur.Offset - before.Offset
	wk.g.summary.Records += int64(len(c.Records))
	wk.g.mu.Unlock()
	if cur.Skipping || !p.due() && wk.dict.Addresses.Len() < maxAddresses {
		return nil
	}
	if err := r.done(); err != nil {
		return err
	}
	if err := p.commit(ctx); err != nil {
		return errors.Join(errLake, err)
	}
	cursors, err := wk.g.lake.Cursors(ctx, []string{r.next.Blob})
	if err != nil {
		return errors.Join(errLake, err)
	}
	r.expected = cursors[r.next.Blob]
	r.next.Revision = r.expected.Revision
	r.started, r.committed = false, true
	if wk.dict.Addresses.Len() >= maxAddresses {
		wk.dict.Reset()
		wk.rows.reset()
	}
	return nil
}

// complete gives a record without a time that of its first tuple.
func complete(c *flowlog.Columns) {
	row := 0
	for i := range c.Records {
		rec := &c.Records[i]
		if rec.Ticks == 0 && rec.End > row {
			rec.Ticks = c.Time[row]*10 + flowlog.UnixTicks
		}
		row = rec.End
	}
}

// done hands the cursor to the pending commit.
func (r *reading) done() error {
	if !r.started && !r.wk.batch.has(r) {
		return nil
	}
	if err := r.wk.batch.blob(r); err != nil {
		return errors.Join(errLake, err)
	}
	return nil
}

// share spreads a blob's size as it lies in the source over its decompressed
// content, for progress.
type share struct {
	left int64
	done interface{ Add(int64) int64 }
}

func newShare(size int64, done interface{ Add(int64) int64 }) *share {
	return &share{left: size, done: done}
}

func (s *share) read(n int64) {
	n = min(n, s.left)
	s.left -= n
	s.done.Add(n)
}

func (s *share) all() { s.read(s.left) }
