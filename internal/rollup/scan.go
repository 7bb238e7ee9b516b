package rollup

import (
	"context"
	"errors"
	"io"

	"github.com/azflow/azflow/internal/batch"
	"github.com/azflow/azflow/internal/lake"
	"github.com/azflow/azflow/internal/lake/segment"
)

// position is where a row belongs.
type position struct {
	time  int64 // TimeGenerated, µs
	blob  lake.BlobGen
	tuple int64
}

// scan reads the visible rows of a segment. It asks pick about each, and hands
// on runs of rows for which pick gives the same number; those with a negative
// one are left out. No columns means all.
func scan(ctx context.Context, l *lake.Lake, s lake.Segment, columns []string, pick func(position) int, take func(b *batch.Batch, picked int) error) (err error) {
	r, err := segment.Open(l.Path(s))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	rows, err := r.Scan(columns...)
	if err != nil {
		return err
	}
	dead := map[lake.BlobGen]bool{}
	for _, b := range s.Hidden.Blobs {
		dead[b] = true
	}
	before := s.Hidden.Before.UnixMicro()
	if s.Hidden.Before.IsZero() {
		before = -1 << 63
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
		at := newPositions(b)
		var last lake.BlobGen
		hidden := false
		for row := range b.Rows {
			p := at.row(row)
			if row == 0 || p.blob != last {
				last, hidden = p.blob, dead[p.blob]
			}
			n := -1
			if !hidden && p.time >= before {
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

func (p *positions) row(row int) position {
	var out position
	out.time, _ = p.time.IntAt(row) // never null
	if p.tuple != nil {
		out.tuple, _ = p.tuple.IntAt(row) // never null
	}
	if p.blob != nil && p.ids[row] != batch.Null {
		out.blob.Blob = p.blob.Dict.Text[p.ids[row]]
	}
	if p.gen != nil {
		g, _ := p.gen.IntAt(row) // null if no blob
		out.blob.Generation = int(g)
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
