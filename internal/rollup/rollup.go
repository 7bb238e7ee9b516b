// Package rollup changes how the rows of NTANetAnalytics lie in a lake, and
// never what a query over them sees.
//
// Ingest writes partial rows, each of one blob, that a scan merges. Merge makes
// whole rows of them, which no longer tell their blobs; Unmerge makes partial
// rows again, out of Flows, where a blob's rows are about to be hidden; Rebuild
// makes all of them anew, by another interval if need be.
package rollup

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	"github.com/azflow/azflow/internal/batch"
	"github.com/azflow/azflow/internal/lake"
	"github.com/azflow/azflow/internal/lake/segment"
	"github.com/azflow/azflow/internal/trafficanalytics"
	"github.com/azflow/azflow/schema"
)

// Table is the table whose rows are rolled up.
const Table = "NTANetAnalytics"

// Columns that tell where a row belongs.
const (
	colTime       = "TimeGenerated"
	colFlowStart  = "FlowStartTime"
	colBlob       = "BlobId"
	colGeneration = "BlobGeneration"
	colTuple      = "TupleOrdinal"
	colRecords    = "RecordCount"
	colSeconds    = "IntervalSeconds"
)

// PartialFields returns the columns of partial rows: until rows of several
// blobs are merged, it must be known which blob they are of.
func PartialFields() []batch.Field {
	return append(trafficanalytics.Fields(),
		batch.Field{Name: colBlob, Kind: batch.Text},
		batch.Field{Name: colGeneration, Kind: batch.Int32, Nullable: true},
	)
}

// output is a segment in the making.
type output struct {
	commit *lake.Commit
	file   *lake.File
	os     *os.File
	fields []batch.Field
	w      *segment.Writer
	blobs  map[lake.BlobGen]bool // those whose rows were written, if rows tell
}

// newOutput begins a segment for rows of one day.
func newOutput(c *lake.Commit, day time.Time, fields []batch.Field) (*output, error) {
	o := &output{commit: c, fields: fields, blobs: map[lake.BlobGen]bool{}}
	var err error
	if o.file, err = c.NewFile(Table, day); err != nil {
		return nil, err
	}
	if o.os, err = os.OpenFile(o.file.Path, os.O_WRONLY|os.O_TRUNC, 0); err != nil {
		return nil, errors.Join(err, o.file.Drop())
	}
	if o.w, err = segment.NewWriter(o.os, fields, segment.Options{Codec: segment.Zstd}); err != nil {
		return nil, errors.Join(err, o.os.Close(), o.file.Drop())
	}
	return o, nil
}

// close ends the segment with ft, in which it fills in what follows from the
// rows. A segment without rows is dropped.
func (o *output) close(ft lake.Footer) error {
	sum, err := o.w.Close(func(s segment.Summary) (map[string]string, error) {
		if s.Rows == 0 {
			return map[string]string{}, nil
		}
		var err error
		if ft, err = complete(ft, o.commit, o.fields, s); err != nil {
			return nil, err
		}
		return ft.Metadata()
	})
	if err := errors.Join(err, o.os.Close()); err != nil {
		return errors.Join(err, o.file.Drop())
	}
	if sum.Rows == 0 {
		return o.file.Drop()
	}
	return o.file.Done(ft, sum.Rows)
}

// abandon gives the segment up after an error.
func (o *output) abandon() error { return errors.Join(o.os.Close(), o.file.Drop()) }

// complete returns ft with what follows from the rows of a segment.
func complete(ft lake.Footer, c *lake.Commit, fields []batch.Field, sum segment.Summary) (lake.Footer, error) {
	table, ok := schema.Lookup(Table)
	if !ok {
		return ft, fmt.Errorf("no table is called %s", Table)
	}
	ft.Table, ft.SchemaVersion = Table, table.Version
	at, ok := sum.Range(fields, colTime)
	if !ok || !at.Known {
		return ft, fmt.Errorf("rows of %s without %s", Table, colTime)
	}
	ft.MinTime, ft.MaxTime = time.UnixMicro(at.Min).UTC(), time.UnixMicro(at.Max).UTC()
	if first, ok := sum.Range(fields, colFlowStart); ok && first.Known {
		ft.MinFlowStart, ft.MaxFlowStart = time.UnixMicro(first.Min).UTC(), time.UnixMicro(first.Max).UTC()
	}
	ft.Columns = nil
	for _, f := range fields {
		ft.Columns = append(ft.Columns, f.Name)
	}
	return c.Stamp(ft), nil
}

// readable returns an error if rows of segs cannot be read by their columns.
func readable(segs ...[]lake.Segment) error {
	for _, s := range slices.Concat(segs...) {
		table, ok := schema.Lookup(s.Table)
		if !ok {
			return fmt.Errorf("no table is called %s", s.Table)
		}
		if err := table.Readable(s.SchemaVersion); err != nil {
			return err
		}
	}
	return nil
}

// joinRanges returns the ranges of all of segs but those of blobs that leave
// accepts, one for tuples that follow each other or are listed twice. The
// segments' footers have to be those of the files.
func joinRanges(segs []lake.Segment, leave func(lake.BlobGen) bool) []lake.BlobRange {
	var all []lake.BlobRange
	for _, s := range segs {
		for _, r := range s.Blobs {
			if leave(r.BlobGen) {
				continue
			}
			r.Rules, r.Captures, r.Locals = nil, nil, nil // those of Flows tell
			all = append(all, r)
		}
	}
	slices.SortStableFunc(all, func(a, b lake.BlobRange) int {
		switch {
		case a.Blob != b.Blob:
			return compare(a.Blob, b.Blob)
		case a.Generation != b.Generation:
			return a.Generation - b.Generation
		}
		return compare(a.First, b.First)
	})
	var out []lake.BlobRange
	for _, r := range all {
		n := len(out)
		if n == 0 || out[n-1].BlobGen != r.BlobGen || r.First > out[n-1].Last+1 {
			out = append(out, r)
			continue
		}
		o := &out[n-1]
		if r.First > o.Last {
			o.Rows += r.Rows
		} else {
			o.Rows = max(o.Rows, r.Rows)
		}
		if r.Last > o.Last {
			o.Last, o.Cursor = r.Last, r.Cursor
		}
	}
	return out
}

func compare[T int64 | string](a, b T) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// commonInterval returns the interval that all of segs were merged by, 0 if
// they differ.
func commonInterval(segs []lake.Segment) time.Duration {
	for _, s := range segs {
		if s.Interval != segs[0].Interval {
			return 0
		}
	}
	return segs[0].Interval
}
