package upkeep

import (
	"errors"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/azflow/azflow/internal/batch"
	"github.com/azflow/azflow/internal/lake"
	"github.com/azflow/azflow/internal/lake/segment"
	"github.com/azflow/azflow/internal/laketest"
	"github.com/azflow/azflow/internal/query"
	"github.com/azflow/azflow/internal/rollup"
	"github.com/azflow/azflow/kql/sqlgen"
)

// asVersion1 returns rows of NTANetAnalytics as schema version 1 had them.
func asVersion1(b *batch.Batch) *batch.Batch {
	out := &batch.Batch{Rows: b.Rows}
	for i, f := range b.Fields {
		c := b.Columns[i]
		switch name, isCorrection := strings.CutSuffix(f.Name, "Repeated"); {
		case f.Name == "SrcPortOne":
			continue // with SrcPortSet
		case f.Name == "SrcPortSet":
			f.Name = "SrcPorts"
			one := &b.Columns[b.Index("SrcPortOne")]
			text := batch.NewBuilder([]batch.Field{{Name: f.Name, Kind: batch.Text}}).Column(0)
			for row := range b.Rows {
				if _, ok := one.IntAt(row); ok {
					text.Text(valueOf(b, "SrcPortOne", row))
				} else {
					text.Text(c.TextAt(row))
				}
			}
			c = text.Column()
		case f.Name == "ItemHi", f.Name == "ItemLo": // any other function of the key
			ints := make([]int64, b.Rows)
			for row := range ints {
				v, _ := c.IntAt(row)
				ints[row] = ^v
			}
			c = batch.Column{Form: batch.Plain, Ints: ints}
		case isCorrection:
			ints := make([]int64, b.Rows)
			for row := range ints {
				gross, _ := b.Columns[b.Index(name)].IntAt(row)
				repeated, _ := c.IntAt(row)
				ints[row] = gross - repeated
			}
			f.Name, c = name+"Net", batch.Column{Form: batch.Plain, Ints: ints}
		}
		out.Fields, out.Columns = append(out.Fields, f), append(out.Columns, c)
	}
	return out
}

func valueOf(b *batch.Batch, column string, row int) string {
	return laketest.Value(b, b.Index(column), row)
}

// downgrade makes the segments of NTANetAnalytics those of schema version 1.
func downgrade(t *testing.T, l *lake.Lake) {
	t.Helper()
	ctx := t.Context()
	w, err := l.OpenWriter(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := w.Close(); err != nil {
			t.Error(err)
		}
	}()
	snap, err := l.Snapshot(ctx)
	if err != nil {
		t.Fatal(err)
	}
	segs, err := snap.Segments(ctx, rollup.Table, lake.TimeRange{})
	if err == nil {
		err = l.Footers(segs, lake.ReadFooter)
	}
	if err != nil {
		t.Fatal(err)
	}
	c := w.Begin()
	c.Replace(snap, segs...)
	for _, s := range segs {
		var rows []*batch.Batch
		if err := rollup.Scan(ctx, l, s, nil, func(rollup.Position) int { return 0 }, func(b *batch.Batch, _ int) error {
			rows = append(rows, detached(t, asVersion1(b)))
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		f, err := c.NewFile(s.Table, s.MinTime)
		if err != nil {
			t.Fatal(err)
		}
		out, err := os.OpenFile(f.Path, os.O_WRONLY|os.O_TRUNC, 0)
		if err != nil {
			t.Fatal(err)
		}
		to, err := segment.NewWriter(out, rows[0].Fields, segment.Options{})
		if err != nil {
			t.Fatal(err)
		}
		for _, b := range rows {
			if err := to.Write(b); err != nil {
				t.Fatal(err)
			}
		}
		ft := s.Footer
		ft.SchemaVersion, ft.Columns = 1, nil
		for _, f := range rows[0].Fields {
			ft.Columns = append(ft.Columns, f.Name)
		}
		ft = c.Stamp(ft)
		sum, err := to.Close(func(segment.Summary) (map[string]string, error) { return ft.Metadata() })
		if err := errors.Join(err, out.Close(), f.Done(ft, sum.Rows)); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := w.Commit(ctx, c); err != nil {
		t.Fatal(err)
	}
	if err := snap.Close(); err != nil {
		t.Fatal(err)
	}
}

// detached returns rows that do not depend on b.
func detached(t *testing.T, b *batch.Batch) *batch.Batch {
	t.Helper()
	out := batch.NewBuilder(b.Fields)
	for row := range b.Rows {
		for i, f := range b.Fields {
			v, ok := int64(0), true
			if f.Kind != batch.Text {
				v, ok = b.Columns[i].IntAt(row)
			}
			switch to := out.Column(i); {
			case f.Kind == batch.Text:
				to.Text(b.Columns[i].TextAt(row))
			case !ok:
				to.Null()
			case f.Kind == batch.Bool:
				to.Bool(v != 0)
			default:
				to.Int(v)
			}
		}
	}
	rows, err := out.Batch()
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func TestRowsOfAnOlderSchemaVersionAreMadeAnew(t *testing.T) {
	logs := t.TempDir()
	bulk(t, logs, 1, some(20_000))
	now := &clock{start.Add(30 * time.Hour)}
	for name, compacted := range map[string]bool{"partial": false, "whole, and Flows of one day expired": true} {
		t.Run(name, func(t *testing.T) {
			l := laketest.Open(t, t.TempDir(), lake.Options{Now: now.now})
			take(t, l, logs)
			want := whole(t, l)
			if compacted {
				compact(t, l, Options{Now: now.now})
				if err := l.SetRetention(t.Context(), lake.TableFlows, 27*time.Hour); err != nil {
					t.Fatal(err)
				}
				if sum := compact(t, l, Options{Now: now.now}); sum.Expired.Segments != 1 {
					t.Errorf("expired %+v", sum.Expired)
				}
			}
			downgrade(t, l)
			const advice = "schema version 1, this azflow reads them from version 2 on: make them anew with azflow compact --rebuild"
			resolver := &query.Resolver{Lake: l}
			if _, err := resolver.Resolve(t.Context(), sqlgen.Scan{Table: rollup.Table}); err == nil || !strings.Contains(err.Error(), advice) {
				t.Errorf("a query: %v", err)
			}
			if !compacted { // there is nothing to merge else
				if _, err := Compact(t.Context(), l, Options{Now: now.now}); err == nil || !strings.Contains(err.Error(), advice) {
					t.Errorf("a compaction: %v", err)
				}
			}
			sum := compact(t, l, Options{Now: now.now, Rebuild: true})
			if kept := sum.Rebuilt.Kept; compacted != (kept > 0) {
				t.Errorf("rebuilt %+v", sum.Rebuilt)
			}
			same(t, "made anew", whole(t, l), want)
			rel, err := resolver.Resolve(t.Context(), sqlgen.Scan{Table: rollup.Table})
			if err != nil {
				t.Fatal(err)
			}
			rel.Release()
			verify(t, l)
			if slices.Contains(columnsOf(t, l), "BytesSrcToDestNet") {
				t.Error("rows of version 1 are left")
			}
		})
	}
}

// columnsOf returns the columns of all segments of NTANetAnalytics.
func columnsOf(t *testing.T, l *lake.Lake) []string {
	t.Helper()
	snap, err := l.Snapshot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	segs, err := snap.Segments(t.Context(), rollup.Table, lake.TimeRange{})
	if err := errors.Join(err, snap.Close()); err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, s := range segs {
		all = append(all, s.Columns...)
	}
	return all
}
