// Package recount counts a source's tuples anew and compares them with a lake.
package recount

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/azflow/azflow/flowlog"
	"github.com/azflow/azflow/flowlog/formats"
	"github.com/azflow/azflow/internal/lake"
	"github.com/azflow/azflow/internal/source"
)

// Kind says what a finding is about.
type Kind string

// The kinds. Missing to Unreadable are differences between source and lake; Gap
// and Quarantined are worth a look, but need not be wrong: a NIC without traffic
// writes no blob.
const (
	Missing     Kind = "missing"     // a blob that was never read
	Behind      Kind = "behind"      // a blob with tuples beyond what was read
	Rewritten   Kind = "rewritten"   // a blob that is no longer the one that was read
	Miscounted  Kind = "miscounted"  // a blob of which other numbers of tuples are stored than it has
	Unreadable  Kind = "unreadable"  // a blob or part of the listing that cannot be read
	Gap         Kind = "gap"         // hours without a blob between hours with one
	Quarantined Kind = "quarantined" // input that was refused
)

// Wrong reports whether a finding is a difference between source and lake.
func (k Kind) Wrong() bool { return k != Gap && k != Quarantined }

// Finding is something that a recount met.
type Finding struct {
	Kind   Kind
	Name   string // of a blob, a NSG or a flow log
	Detail string
}

// String returns the finding as one line.
func (f Finding) String() string { return fmt.Sprintf("%s %s: %s", f.Kind, f.Name, f.Detail) }

// Result is what a recount found.
type Result struct {
	Blobs    int   // listed
	Bytes    int64 // of log, decompressed
	Tuples   int64 // that the source has
	Stored   int64 // that the lake has of the blobs listed
	Findings []Finding
}

// Options say how to recount.
type Options struct {
	Workers  int                   // how many blobs are read at once; at least 1
	Progress func(done, blobs int) // called by one goroutine at a time; may be nil
}

// Run reads all of src and compares it with l. Blobs that were forgotten on
// request are left out.
func Run(ctx context.Context, l *lake.Lake, src source.Source, opt Options) (*Result, error) {
	r := &recount{lake: l, src: src, opt: opt, seen: map[string]bool{}}
	if err := r.list(ctx); err != nil {
		return nil, err
	}
	refused, err := l.Refused(ctx)
	if err != nil {
		return nil, err
	}
	if err := r.count(ctx); err != nil {
		return nil, err
	}
	for i := range r.blobs {
		b := &r.blobs[i]
		if n := refused[b.ID]; n > 0 {
			r.find(Quarantined, b.Name, "%d pieces of input were refused (table IngestErrors); `azflow ingest --retry-errors` tries them again", n)
		}
	}
	r.res.Findings = append(r.res.Findings, gaps(r.blobs)...)
	slices.SortStableFunc(r.res.Findings, func(a, b Finding) int {
		return cmp.Or(strings.Compare(string(a.Kind), string(b.Kind)), strings.Compare(a.Name, b.Name))
	})
	return &r.res, nil
}

type recount struct {
	lake *lake.Lake
	src  source.Source
	opt  Options

	blobs []source.Blob
	seen  map[string]bool

	mu   sync.Mutex
	done int
	res  Result
}

func (r *recount) find(kind Kind, name, format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.res.Findings = append(r.res.Findings, Finding{kind, name, fmt.Sprintf(format, args...)})
}

// list collects the blobs, of copies the first one met. Nothing at all to list is
// an error.
func (r *recount) list(ctx context.Context) error {
	var failed []error
	for b, err := range r.src.List(ctx) {
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil:
			failed = append(failed, err)
			r.find(Unreadable, r.src.String(), "%v", err)
		case b.Other == "" && !r.seen[b.ID]:
			r.seen[b.ID] = true
			r.blobs = append(r.blobs, b)
		}
	}
	r.res.Blobs = len(r.blobs)
	if len(r.blobs) == 0 {
		return errors.Join(failed...)
	}
	return nil
}

// batchSize is how many blobs the lake is asked about at a time.
const batchSize = 500

func (r *recount) count(ctx context.Context) error {
	work := make(chan job)
	var wg sync.WaitGroup
	for range max(r.opt.Workers, 1) {
		wg.Go(func() {
			c := &counter{r: r, dec: formats.NewDecoder()}
			for j := range work {
				c.blob(ctx, j)
			}
		})
	}
	defer wg.Wait()
	defer close(work)
	for batch := range slices.Chunk(r.blobs, batchSize) {
		ids := make([]string, len(batch))
		for i := range batch {
			ids[i] = batch[i].ID
		}
		cursors, err := r.lake.Cursors(ctx, ids)
		if err != nil {
			return err
		}
		stored, err := r.lake.StoredTuples(ctx, ids)
		if err != nil {
			return err
		}
		for _, b := range batch {
			select {
			case work <- job{b, cursors[b.ID], stored[b.ID]}:
			case <-ctx.Done():
				return ctx.Err()
			}
		}
	}
	return nil
}

// job is a blob with what the lake knows of it.
type job struct {
	source.Blob
	cur    lake.Cursor
	stored int64
}

type counter struct {
	r   *recount
	dec *formats.Decoder
}

func (c *counter) blob(ctx context.Context, j job) {
	r := c.r
	defer func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.done++
		if r.opt.Progress != nil {
			r.opt.Progress(r.done, len(r.blobs))
		}
	}()
	if j.cur.Forgotten {
		return
	}
	n, err := c.tuples(ctx, j)
	switch {
	case ctx.Err() != nil:
		return
	case errors.Is(err, source.ErrGone):
		r.find(Unreadable, j.Name, "deleted since it was listed")
		return
	case err != nil:
		r.find(Unreadable, j.Name, "%v", err)
		return
	}
	r.mu.Lock()
	r.res.Bytes += n.bytes
	r.res.Tuples += n.before + n.after
	r.res.Stored += j.stored
	r.mu.Unlock()
	switch {
	case !j.cur.Read():
		r.find(Missing, j.Name, "never read; it has %d tuples", n.before+n.after)
	case n.other:
		r.find(Rewritten, j.Name, "it is no longer the blob that was read, of which %d tuples are stored; the next ingest replaces them", j.stored)
	case n.before != j.stored:
		r.find(Miscounted, j.Name, "it has %d tuples up to where it was read, stored are %d", n.before, j.stored)
	case n.after > 0:
		r.find(Behind, j.Name, "it has %d tuples more than were read; the next ingest reads them", n.after)
	}
}

// counts are the tuples of a blob before and after the place up to which the lake
// has read it.
type counts struct {
	before, after, bytes int64
	other                bool // the block that was read last is not there
}

const (
	window       = 1 << 20
	maxAddresses = 100_000
	maxTries     = 5
)

// tuples counts what a blob has. One that is written to meanwhile is read again.
func (c *counter) tuples(ctx context.Context, j job) (n counts, err error) {
	for range maxTries {
		if n, err = c.once(ctx, j); !errors.Is(err, source.ErrChanged) {
			break
		}
	}
	return n, err
}

func (c *counter) once(ctx context.Context, j job) (counts, error) {
	in, err := c.r.src.Open(ctx, j.Blob, 0)
	if err != nil {
		return counts{}, err
	}
	defer func() { _ = in.Close() }() // it was only read
	n := counts{other: in.Blocks != nil && j.cur.LastBlockID != "" && in.Block(j.cur.Offset) != j.cur.LastBlockID}
	var cur flowlog.Cursor
	cols := flowlog.NewColumns(flowlog.NewDict())
	windows := flowlog.NewWindows(in, window)
	for last := false; !last; {
		var b []byte
		if b, last, err = windows.Next(); err != nil {
			return counts{}, err
		}
		windows.Discard(c.dec.DecodeColumns(b, last, &cur, cols))
		row := 0
		for i := range cols.Records {
			rec := &cols.Records[i]
			if rec.Offset < j.cur.Offset {
				n.before += int64(rec.End - row)
			} else {
				n.after += int64(rec.End - row)
			}
			row = rec.End
		}
		cols.Reset()
		if cols.Dict.Addresses.Len() > maxAddresses {
			cols.Dict.Reset()
		}
	}
	n.bytes = cur.Offset
	return n, nil
}
