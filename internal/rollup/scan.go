package rollup

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/azflow/azflow/internal/batch"
	"github.com/azflow/azflow/internal/lake"
	"github.com/azflow/azflow/internal/lake/segment"
)

// Position is where a row belongs. What the scanned columns do not tell is zero.
type Position struct {
	Time  int64 // TimeGenerated, µs since 1970
	Blob  lake.BlobGen
	Tuple int64 // TupleOrdinal
}

// Scan reads the visible rows of a segment. It asks pick about each, and hands
// on runs of rows for which pick gives the same number; those with a negative
// one are left out. No columns means all; others may follow those asked for.
func Scan(ctx context.Context, l *lake.Lake, s lake.Segment, columns []string, pick func(Position) int, take func(b *batch.Batch, picked int) error) (err error) {
	r, err := segment.Open(l.Path(s))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	h := newHidden(s)
	if len(columns) > 0 {
		columns = slices.Clone(columns)
		for _, c := range h.columns {
			if !slices.Contains(columns, c) {
				columns = append(columns, c)
			}
		}
	}
	rows, err := r.Scan(columns...)
	if err != nil {
		return err
	}
	for {
		b, err := rows.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		start, picked := 0, -1
		flush := func(end int) error {
			if picked < 0 || start == end {
				return nil
			}
			return take(b.Slice(start, end), picked)
		}
		at, hidden := newPositions(b), h.rows(b)
		for row := range b.Rows {
			p, n := at.row(row), -1
			if !hidden(row, p) {
				n = pick(p)
			}
			if n != picked {
				if err := flush(row); err != nil {
					return err
				}
				start, picked = row, n
			}
		}
		if err := flush(b.Rows); err != nil {
			return err
		}
	}
}

// hidden are the rows of a segment that no scan sees.
type hidden struct {
	lake.Hidden
	// columns tell which those are.
	columns  []string
	dead     map[lake.BlobGen]bool
	prefixes []string // of forgotten subscriptions
}

func newHidden(s lake.Segment) *hidden {
	h := &hidden{Hidden: s.Hidden, columns: []string{colTime}, dead: map[lake.BlobGen]bool{}}
	for _, b := range s.Hidden.Blobs {
		h.dead[b] = true
	}
	for _, sub := range s.Hidden.Subscriptions {
		h.prefixes = append(h.prefixes, lake.SubscriptionPrefixes(sub)...)
	}
	var by []string
	if len(h.dead) > 0 {
		by = append(by, colBlob, colGeneration)
	}
	if len(h.prefixes) > 0 {
		by = append(by, lake.SubscriptionColumns()...)
	}
	for _, c := range by {
		if slices.Contains(s.Columns, c) {
			h.columns = append(h.columns, c)
		}
	}
	return h
}

// rows returns which rows of b are hidden.
func (h *hidden) rows(b *batch.Batch) func(row int, p Position) bool {
	if h.None() {
		return func(int, Position) bool { return false }
	}
	before := int64(-1 << 63)
	if !h.Before.IsZero() {
		before = h.Before.UnixMicro()
	}
	var owners []*batch.Column
	if len(h.prefixes) > 0 {
		for _, name := range lake.SubscriptionColumns() {
			if i := b.Index(name); i >= 0 {
				owners = append(owners, &b.Columns[i])
			}
		}
	}
	forgotten := map[string]bool{} // what the prefixes say of each text
	return func(row int, p Position) bool {
		if p.Time < before || h.dead[p.Blob] {
			return true
		}
		for _, c := range owners {
			id := c.TextAt(row)
			is, known := forgotten[id]
			if !known {
				is = slices.ContainsFunc(h.prefixes, func(prefix string) bool { return strings.HasPrefix(strings.ToLower(id), prefix) })
				forgotten[id] = is
			}
			if is {
				return true
			}
		}
		return false
	}
}

// positions reads where the rows of a batch belong.
type positions struct {
	time, tuple *batch.Column
	blob        *batch.Column
	gen         *batch.Column
	ids         []uint32 // of blob
}

func newPositions(b *batch.Batch) positions {
	at := func(name string) *batch.Column {
		if i := b.Index(name); i >= 0 {
			return &b.Columns[i]
		}
		return nil
	}
	p := positions{time: at(colTime), tuple: at(colTuple), blob: at(colBlob), gen: at(colGeneration)}
	if p.blob != nil {
		p.ids = p.blob.AppendIDs(nil, 0, b.Rows)
	}
	return p
}

func (p *positions) row(row int) Position {
	var out Position
	out.Time, _ = p.time.IntAt(row) // never null
	if p.tuple != nil {
		out.Tuple, _ = p.tuple.IntAt(row) // never null
	}
	if p.blob != nil && p.ids[row] != batch.Null {
		out.Blob.Blob = p.blob.Dict.Text[p.ids[row]]
	}
	if p.gen != nil {
		g, _ := p.gen.IntAt(row) // null if no blob
		out.Blob.Generation = int(g)
	}
	return out
}

// floor returns the start of the interval that t, in µs, lies in.
func floor(t, interval int64) int64 {
	r := t % interval
	if r < 0 {
		r += interval
	}
	return t - r
}
