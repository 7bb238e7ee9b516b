package inventory

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/azflow/azflow/internal/lake"
	"github.com/azflow/azflow/internal/source"
)

const (
	// maxFile is how large what is new of a blob may be: it is read as a whole.
	maxFile = 1 << 30
	// parallel is how many blobs are read at once: most of the time is waiting for
	// a storage account.
	parallel = 8
	// large is from what size on a blob is read by itself, since it is held whole.
	large = 8 << 20
	// together is how many blobs are read between two looks at what is to be
	// committed.
	together = 8 * parallel
	// batchBytes and batchTime are how much is kept, and for how long, before it is
	// committed. A commit works out all windows anew.
	batchBytes = 64 << 20
	batchTime  = 30 * time.Second
	// closing is how long what was read may take to be committed after ctx ended.
	closing = 30 * time.Second
	// activityLog is what [source.Blob.Other] calls one.
	activityLog = "activity log"
)

// fetcher takes in what is new in a source.
type fetcher struct {
	src     source.Source
	opt     ImportOptions
	lake    *lake.Lake
	cursors map[string]lake.InventoryCursor
	summary *Summary

	got  []Observation // not committed
	size int           // of their bodies
	read []lake.InventoryCursor
}

// fetched is what came of one blob.
type fetched struct {
	*reading
	next lake.InventoryCursor
	err  error
}

// run reads and commits.
func (f *fetcher) run(ctx context.Context) error {
	var err error
	if f.cursors, err = f.lake.InventoryCursors(ctx); err != nil {
		return err
	}
	todo, err := f.list(ctx)
	if err != nil {
		return err
	}
	since := f.opt.Now()
	for first := 0; first < len(todo) && ctx.Err() == nil; first += together {
		for _, x := range f.fetch(ctx, todo[first:min(first+together, len(todo))]) {
			f.take(x)
		}
		if f.opt.Progress != nil {
			f.opt.Progress(Progress{Files: f.summary.Files, Of: len(todo), Observations: f.summary.Added() + len(f.got)})
		}
		if f.size < batchBytes && f.opt.Now().Sub(since) < batchTime {
			continue
		}
		if err := f.commit(ctx); err != nil {
			return err
		}
		since = f.opt.Now()
	}
	late, cancel := context.WithTimeout(context.WithoutCancel(ctx), closing)
	defer cancel()
	if ctx.Err() == nil {
		late = ctx
	}
	return errors.Join(ctx.Err(), f.commit(late))
}

// commit takes in what was read since the last commit.
func (f *fetcher) commit(ctx context.Context) error {
	part := newSummary()
	if err := commit(ctx, f.lake, f.got, f.opt, part); err != nil {
		return err
	}
	f.summary.commits(part)
	err := f.lake.PutInventoryCursors(ctx, f.read)
	f.got, f.read, f.size = nil, nil, 0
	return err
}

// fetch reads some blobs at once.
func (f *fetcher) fetch(ctx context.Context, some []source.Blob) []fetched {
	all := make([]fetched, len(some))
	var wg sync.WaitGroup
	slots := make(chan struct{}, parallel)
	for i, b := range some {
		weight := 1
		if b.Size >= large {
			weight = parallel
		}
		for range weight {
			slots <- struct{}{}
		}
		wg.Go(func() {
			all[i] = f.blob(ctx, b)
			for range weight {
				<-slots
			}
		})
	}
	wg.Wait()
	return all
}

// take keeps what came of a blob for the next commit.
func (f *fetcher) take(x fetched) {
	switch {
	case errors.Is(x.err, context.Canceled), errors.Is(x.err, context.DeadlineExceeded):
		return // it was not read
	case errors.Is(x.err, source.ErrGone):
		f.summary.Ignored["files deleted between listing and reading"]++
		return
	}
	f.summary.Files++
	if x.err != nil {
		f.summary.Problems = append(f.summary.Problems, x.err)
		return
	}
	f.got = append(f.got, f.summary.add(x.reading)...)
	for i := range x.out {
		f.size += len(x.out[i].Body)
	}
	if len(x.problems) == 0 && f.opt.At.IsZero() {
		f.read = append(f.read, x.next)
	}
}

// list returns the blobs to be read.
func (f *fetcher) list(ctx context.Context) ([]source.Blob, error) {
	var todo []source.Blob
	seen := map[string]bool{}
	for b, err := range f.src.List(ctx) {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		switch {
		case err != nil:
			f.summary.Problems = append(f.summary.Problems, err)
		case seen[b.Name]:
		case b.Other != "" && b.Other != activityLog:
			f.summary.Ignored["files of "+b.Other+"s"]++
		case b.Other == "" && !b.Hour.IsZero():
			f.summary.Ignored["flow logs, which azflow ingest reads"]++
		case f.opt.At.IsZero() && b.Version != "" && f.cursors[b.ID].Version == b.Version:
			f.summary.Unchanged++
		default:
			todo = append(todo, b)
		}
		seen[b.Name] = true
	}
	if len(todo) == 0 && f.summary.Unchanged == 0 {
		return nil, errors.Join(append([]error{ErrNoFiles}, f.summary.Problems...)...)
	}
	return todo, nil
}

// maxOpens is how often a blob is opened that is written to meanwhile.
const maxOpens = 5

// blob reads what is new of a blob.
func (f *fetcher) blob(ctx context.Context, b source.Blob) fetched {
	for try := 1; ; try++ {
		x := f.attempt(ctx, b)
		if !errors.Is(x.err, source.ErrChanged) || try == maxOpens {
			return x
		}
	}
}

func (f *fetcher) attempt(ctx context.Context, b source.Blob) (x fetched) {
	cur := f.cursors[b.ID]
	if !f.opt.At.IsZero() {
		cur = lake.InventoryCursor{}
	}
	in, err := f.src.Open(ctx, b, cur.Offset)
	if err != nil {
		return fetched{err: err}
	}
	defer func() { _ = in.Close() }() // it was only read
	if cur.Offset > 0 {
		same, err := f.same(ctx, b, in, &cur)
		if err != nil {
			return fetched{err: err}
		}
		if !same { // written anew: what it said before was true then
			cur = lake.InventoryCursor{}
			_ = in.Close() // likewise
			if in, err = f.src.Open(ctx, b, 0); err != nil {
				return fetched{err: err}
			}
		}
	}
	data, err := io.ReadAll(io.LimitReader(in, maxFile+1))
	if err != nil {
		return fetched{err: err}
	}
	if len(data) > maxFile {
		return fetched{err: fmt.Errorf("%s: more than 1 GiB of it is new: split it", b.Name)}
	}
	at := in.Modified
	if !f.opt.At.IsZero() {
		at = f.opt.At
	}
	if at.IsZero() {
		at = f.opt.Now()
	}
	x.reading = readFrom(b.Name, data, at, cur.Lines)
	x.next = lake.InventoryCursor{Blob: b.ID, Version: in.Version, LastRead: f.opt.Now()}
	if n := x.appended(); n > 0 || cur.Offset > 0 && len(bytes.TrimSpace(data)) == 0 {
		x.next.Offset = cur.Offset + n
		x.next.Lines = cur.Lines + int64(bytes.Count(data[:n], []byte("\n")))
		x.next.LastBlockID = in.Block(x.next.Offset)
		if x.next.Head = cur.Head; cur.Offset == 0 {
			x.next.Head = source.Head(data[:n])
		}
	}
	return x
}

// same reports whether a blob, opened as known, is still the one that was read.
func (f *fetcher) same(ctx context.Context, b source.Blob, known *source.Reader, cur *lake.InventoryCursor) (bool, error) {
	if known.Blocks != nil && cur.LastBlockID != "" {
		return known.Block(cur.Offset) == cur.LastBlockID, nil
	}
	in, err := f.src.Open(ctx, b, 0)
	if err != nil {
		return false, err
	}
	defer func() { _ = in.Close() }() // it was only read
	first := make([]byte, source.HeadSize)
	n, err := io.ReadFull(in, first)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return false, err
	}
	return source.HasHead(first[:n], cur.Head), nil
}
