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
	// activityLog is what [source.Blob.Other] calls one.
	activityLog = "activity log"
)

// fetcher reads what is new in a source.
type fetcher struct {
	src     source.Source
	at      time.Time // when lists were taken, if not when their blobs were written
	now     func() time.Time
	cursors map[string]lake.InventoryCursor
	summary *Summary
}

// fetched is what came of one blob.
type fetched struct {
	*reading
	next  lake.InventoryCursor
	valid bool // next may be kept
	err   error
}

// run returns what is new, and the cursors to be kept once it is committed.
func (f *fetcher) run(ctx context.Context, l *lake.Lake) ([]Observation, []lake.InventoryCursor, error) {
	var err error
	if f.cursors, err = l.InventoryCursors(ctx); err != nil {
		return nil, nil, err
	}
	todo, err := f.list(ctx)
	if err != nil {
		return nil, nil, err
	}
	all := make([]fetched, len(todo))
	var wg sync.WaitGroup
	slots := make(chan struct{}, parallel)
	for i, b := range todo {
		slots <- struct{}{}
		wg.Go(func() {
			all[i] = f.blob(ctx, b)
			<-slots
		})
	}
	wg.Wait()
	if ctx.Err() != nil {
		return nil, nil, ctx.Err()
	}
	var got []Observation
	var read []lake.InventoryCursor
	for _, x := range all {
		switch {
		case errors.Is(x.err, source.ErrGone):
			f.summary.Ignored["files deleted between listing and reading"]++
			continue
		case x.err != nil:
			f.summary.Problems = append(f.summary.Problems, x.err)
			continue
		}
		got = append(got, f.summary.add(x.reading)...)
		if x.valid && len(x.problems) == 0 && f.at.IsZero() {
			read = append(read, x.next)
		}
	}
	return got, read, nil
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
		case f.at.IsZero() && b.Version != "" && f.cursors[b.ID].Version == b.Version:
			f.summary.Unchanged++
		default:
			todo = append(todo, b)
		}
		seen[b.Name] = true
	}
	f.summary.Files = len(todo)
	if len(todo) == 0 && f.summary.Unchanged == 0 {
		return nil, errors.Join(append([]error{fmt.Errorf("%w in %s", ErrNoFiles, f.src)}, f.summary.Problems...)...)
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
	if !f.at.IsZero() {
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
	if !f.at.IsZero() {
		at = f.at
	}
	if at.IsZero() {
		at = f.now()
	}
	x.reading = readFrom(b.Name, data, at, cur.Lines)
	x.next = lake.InventoryCursor{Blob: b.ID, Version: in.Version, LastRead: f.now()}
	x.valid = true
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
