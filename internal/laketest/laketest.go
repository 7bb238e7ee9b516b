// Package laketest gives tests a lake and the rows that it shows.
//
// What is visible it tells by rules of its own, so that a mistake in those of the
// packages under test is seen.
package laketest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"testing"
	"time"

	"github.com/azflow/azflow/internal/batch"
	"github.com/azflow/azflow/internal/lake"
	"github.com/azflow/azflow/internal/lake/segment"
)

// Open returns the lake in folder, which is made if there is none. It is closed
// when the test ends.
func Open(t testing.TB, folder string, opt lake.Options) *lake.Lake {
	t.Helper()
	l, err := lake.Open(context.Background(), folder, opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	})
	return l
}

// Batches calls f with all visible rows of a table of segments, some at a time. A
// batch has the columns that its segment has and is valid until f returns.
func Batches(t testing.TB, l *lake.Lake, table string, f func(b *batch.Batch)) {
	t.Helper()
	ctx := context.Background()
	snap, err := l.Snapshot(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := snap.Close(); err != nil {
			t.Error(err)
		}
	}()
	segs, err := snap.Segments(ctx, table, lake.TimeRange{})
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range segs {
		if err := read(l.Path(s), s.Hidden, f); err != nil {
			t.Fatalf("%s: %v", s.Name, err)
		}
	}
}

func read(path string, h lake.Hidden, f func(b *batch.Batch)) (err error) {
	r, err := segment.Open(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	rows, err := r.Scan()
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
		for from, to := 0, 0; from < b.Rows; from = to + 1 {
			for to = from; to < b.Rows && visible(b, to, h); to++ {
			}
			if from < to {
				f(b.Slice(from, to))
			}
		}
	}
}

func visible(b *batch.Batch, row int, h lake.Hidden) bool {
	if h.None() {
		return true
	}
	at, _ := b.Columns[b.Index("TimeGenerated")].IntAt(row) // never null
	if !h.Before.IsZero() && time.UnixMicro(at).Before(h.Before) {
		return false
	}
	i := b.Index("BlobId")
	if i < 0 {
		return true
	}
	gen, _ := b.Columns[b.Index("BlobGeneration")].IntAt(row) // likewise
	return !slices.Contains(h.Blobs, lake.BlobGen{Blob: b.Columns[i].TextAt(row), Generation: int(gen)})
}

// Rows calls f for every visible row of a table of segments, with the values of
// columns, which all of its segments must have, as [Value] writes them.
func Rows(t testing.TB, l *lake.Lake, table string, columns []string, f func(row []string)) {
	t.Helper()
	Batches(t, l, table, func(b *batch.Batch) {
		at := make([]int, len(columns))
		for i, name := range columns {
			if at[i] = b.Index(name); at[i] < 0 {
				t.Fatalf("a segment of %s has no column %s", table, name)
			}
		}
		for row := range b.Rows {
			vals := make([]string, len(columns))
			for i, column := range at {
				vals[i] = Value(b, column, row)
			}
			f(vals)
		}
	})
}

// Value returns what a row has in a column: text as it is, all else as the number
// that is stored, "null" for null.
func Value(b *batch.Batch, column, row int) string {
	if b.Fields[column].Kind == batch.Text {
		return b.Columns[column].TextAt(row)
	}
	if v, ok := b.Columns[column].IntAt(row); ok {
		return fmt.Sprint(v)
	}
	return "null"
}
