package inventory

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/azflow/azflow/internal/batch"
	"github.com/azflow/azflow/internal/lake"
	"github.com/azflow/azflow/internal/lake/segment"
	"github.com/azflow/azflow/schema"
)

const (
	tableObservations = lake.TableObservations // not in the catalogue: queries see what is made of it
	tableNICs         = "NetworkInterfaces"
	tableVMs          = "VirtualMachines"
	tableTopology     = "NTATopologyDetails"
)

// observationFields are the columns of an observation. TimeGenerated is when it
// was taken in.
var observationFields = []batch.Field{
	{Name: "TimeGenerated", Kind: batch.Time},
	{Name: "Observed", Kind: batch.Time},
	{Name: "Kind", Kind: batch.Text},
	{Name: "Type", Kind: batch.Text},
	{Name: "ResourceId", Kind: batch.Text},
	{Name: "TenantId", Kind: batch.Text},
	{Name: "Body", Kind: batch.Text},
	{Name: "Source", Kind: batch.Text},
}

// A row has a value for each field: string, bool, int64, time.Time or nil.
type row []any

func observationRows(all []Observation, now time.Time) []row {
	rows := make([]row, 0, len(all))
	for i := range all {
		o := &all[i]
		rows = append(rows, row{now, o.Time, string(o.Kind), o.Type, o.ID, o.Tenant, o.Body, o.Source})
	}
	return rows
}

// observations reads what the lake has observed.
func observations(ctx context.Context, l *lake.Lake, snap *lake.Snapshot) (*linker, error) {
	segs, err := snap.Segments(ctx, tableObservations, lake.TimeRange{})
	if err != nil {
		return nil, err
	}
	var all []Observation
	for _, s := range segs {
		if all, err = readObservations(l.Path(s), all); err != nil {
			return nil, fmt.Errorf("inventory segment %s: %w", s.Name, err)
		}
	}
	return link(all)
}

func readObservations(path string, all []Observation) (_ []Observation, err error) {
	r, err := segment.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	sc, err := r.Scan("Observed", "Kind", "Type", "ResourceId", "TenantId", "Body", "Source", "TimeGenerated")
	if err != nil {
		return nil, err
	}
	for {
		b, err := sc.Next()
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		if err != nil {
			return nil, err
		}
		for i := range b.Rows {
			at, _ := b.Columns[0].IntAt(i)
			taken, _ := b.Columns[7].IntAt(i)
			text := func(c int) string { return strings.Clone(b.Columns[c].TextAt(i)) }
			all = append(all, Observation{
				Time: time.UnixMicro(at).UTC(), Kind: Kind(text(1)), Type: text(2), ID: text(3), Tenant: text(4), Body: text(5), Source: text(6), Taken: taken,
			})
		}
	}
}

// fieldsOf returns the fields of a table's stored columns, in the catalogue's order.
func fieldsOf(table string, kinds map[string]batch.Kind, columns ...string) []batch.Field {
	fields, at := make([]batch.Field, 0, len(columns)), timeColumn(table)
	for _, name := range columns {
		kind, ok := kinds[name]
		if !ok {
			kind = batch.Text
		}
		fields = append(fields, batch.Field{Name: name, Kind: kind, Nullable: kind != batch.Text && name != at})
	}
	return fields
}

// timeColumn returns the column by whose day rows of a table are stored.
func timeColumn(table string) string {
	if t, ok := schema.Lookup(table); ok {
		return t.TimeColumn
	}
	return "TimeGenerated"
}

// writeTable writes rows of a table, a segment for each day.
func writeTable(c *lake.Commit, table string, fields []batch.Field, rows []row) error {
	byDay := timeColumn(table)
	at := slices.IndexFunc(fields, func(f batch.Field) bool { return f.Name == byDay })
	when := func(r row) time.Time { t, _ := r[at].(time.Time); return t }
	slices.SortStableFunc(rows, func(a, b row) int { return when(a).Compare(when(b)) })
	for from := 0; from < len(rows); {
		day := when(rows[from]).UTC().Truncate(24 * time.Hour)
		to := from + 1
		for to < len(rows) && when(rows[to]).Before(day.Add(24*time.Hour)) {
			to++
		}
		if err := writeDay(c, table, fields, day, when(rows[from]), when(rows[to-1]), rows[from:to]); err != nil {
			return fmt.Errorf("write %s: %w", table, err)
		}
		from = to
	}
	return nil
}

func writeDay(c *lake.Commit, table string, fields []batch.Field, day, first, last time.Time, rows []row) (err error) {
	b := batch.NewBuilder(fields)
	for _, r := range rows {
		for i, v := range r {
			col := b.Column(i)
			switch v := v.(type) {
			case nil:
				col.Null()
			case string:
				col.Text(v)
			case bool:
				col.Bool(v)
			case int64:
				col.Int(v)
			case time.Time:
				if v.IsZero() {
					col.Null()
				} else {
					col.Int(v.UnixMicro())
				}
			default:
				return fmt.Errorf("column %s: no kind of column holds %T", fields[i].Name, v)
			}
		}
	}
	all, err := b.Batch()
	if err != nil {
		return err
	}
	lf, err := c.NewFile(table, day)
	if err != nil {
		return err
	}
	f, err := os.OpenFile(lf.Path, os.O_WRONLY|os.O_TRUNC, 0o666)
	if err != nil {
		return err
	}
	defer func() { // closed below unless something fails before
		if f != nil {
			err = errors.Join(err, f.Close())
		}
	}()
	w, err := segment.NewWriter(f, fields, segment.Options{Codec: segment.Zstd})
	if err != nil {
		return err
	}
	if err := w.Write(all); err != nil {
		return err
	}
	ft := lake.Footer{Table: table, SchemaVersion: 1, MinTime: first.UTC().Truncate(time.Microsecond), MaxTime: last.UTC().Truncate(time.Microsecond)}
	if t, ok := schema.Lookup(table); ok {
		ft.SchemaVersion = t.Version
	}
	for _, field := range fields {
		ft.Columns = append(ft.Columns, field.Name)
	}
	ft = c.Stamp(ft)
	sum, err := w.Close(func(segment.Summary) (map[string]string, error) {
		text, err := ft.Encode()
		return map[string]string{lake.FooterKey: text}, err
	})
	if err != nil {
		return err
	}
	closing := f
	f = nil
	if err := closing.Close(); err != nil {
		return err
	}
	return lf.Done(ft, sum.Rows)
}
