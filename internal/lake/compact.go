package lake

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/azflow/azflow/internal/batch"
	"github.com/azflow/azflow/internal/lake/segment"
)

// ReadFooter reads the footer of a segment written by package segment; it is
// the [FooterReader] of a real lake.
func ReadFooter(path string) (Footer, int64, error) {
	info, err := segment.ReadMeta(path)
	if err != nil {
		return Footer{}, 0, err
	}
	f, err := ParseFooter(info.Meta[FooterKey])
	return f, info.Rows, err
}

// Metadata returns the Parquet key/value metadata that holds f.
func (f Footer) Metadata() (map[string]string, error) {
	s, err := f.Encode()
	return map[string]string{FooterKey: s}, err
}

// Footers fills in what only the files know of segs: all of their footers.
func (l *Lake) Footers(segs []Segment, read FooterReader) error {
	for i := range segs {
		f, rows, err := read(l.Path(segs[i]))
		if err != nil {
			return fmt.Errorf("segment %s: %w", segs[i].Name, err)
		}
		if rows != segs[i].Rows {
			return fmt.Errorf("segment %s: the file has %d rows, committed were %d: run azflow verify", segs[i].Name, rows, segs[i].Rows)
		}
		// What [Lake.MarkInventory] said the file does not know.
		f.Inventory = max(f.Inventory, segs[i].Inventory)
		segs[i].Footer = f
	}
	return nil
}

// SubscriptionColumns are the columns that say which subscription a row is
// of: it is of each that one of them names.
func SubscriptionColumns() []string { return []string{"FlowLogResourceId", "TargetResourceId"} }

// SubscriptionPrefixes returns how a value of one of [SubscriptionColumns], in
// lower case, begins if it names a subscription: as logged, or in Traffic
// Analytics' short form.
func SubscriptionPrefixes(subscription string) []string {
	s := strings.ToLower(subscription)
	return []string{"/subscriptions/" + s + "/", s + "/"}
}

// Columns of Flows by which rows are hidden.
const (
	colTime       = "TimeGenerated"
	colBlob       = "BlobId"
	colGeneration = "BlobGeneration"
	colTuple      = "TupleOrdinal"
)

// Layout says what a compacted segment of Flows looks like.
type Layout struct {
	Fields   []batch.Field           // the table's columns; those that no segment holds are left out
	Defaults map[string]batch.Column // values of those that older segments lack
	// JoinFilters makes one address filter of several; a segment has none, and
	// so may hold any address, if it is nil.
	JoinFilters func([][]byte) ([]byte, error)
}

// Compact merges the segments of m, which s planned, into one, by copying the
// rows of Flows that are not hidden. It returns the generation of the commit.
// With [ErrConflict] another process has compacted them meanwhile.
func (w *Writer) Compact(ctx context.Context, s *Snapshot, m Merge, lay Layout) (int64, error) {
	if m.Table != TableFlows {
		return 0, fmt.Errorf("rows of %s are not merged by copying", m.Table)
	}
	segs := slices.Clone(m.Segments)
	if err := w.lake.Footers(segs, ReadFooter); err != nil {
		return 0, err
	}
	c := w.Begin()
	c.Replace(s, m.Segments...)
	if err := c.copyRows(ctx, segs, m.Level, lay); err != nil {
		return 0, errors.Join(fmt.Errorf("compact %s of %s: %w", m.Table, m.Day, err), c.Discard())
	}
	return w.Commit(ctx, c)
}

// copyRows writes the rows of segs into a new file of c.
func (c *Commit) copyRows(ctx context.Context, segs []Segment, level int, lay Layout) (err error) {
	file, err := c.NewFile(TableFlows, segs[0].MinTime)
	if err != nil {
		return err
	}
	out, err := os.OpenFile(file.Path, os.O_WRONLY|os.O_TRUNC, 0)
	if err != nil {
		return err
	}
	defer func() {
		if out != nil {
			err = errors.Join(err, out.Close())
		}
	}()
	fields := held(lay.Fields, segs)
	var sources []segment.Source
	var hidden []BlobGen
	var filters [][]byte
	for i := range segs {
		src := segment.Source{Path: c.writer.lake.Path(segs[i])}
		if !segs[i].Hidden.None() {
			src.Filter = hide(&segs[i])
		}
		sources = append(sources, src)
		hidden = append(hidden, segs[i].Hidden.Blobs...)
		filters = append(filters, segs[i].AddressFilter)
		segs[i].Subscriptions = slices.DeleteFunc(slices.Clone(segs[i].Subscriptions), func(sub string) bool {
			return slices.Contains(segs[i].Hidden.Subscriptions, sub)
		})
	}
	var footer Footer
	meta := func(sum segment.Summary) (map[string]string, error) {
		footer = MergeFooters(segs, hidden) // after hide has counted
		footer.Level = level
		for _, f := range fields {
			footer.Columns = append(footer.Columns, f.Name)
		}
		if sum.Rows > 0 {
			r, ok := sum.Range(fields, colTime)
			if !ok || !r.Known {
				return nil, fmt.Errorf("rows without %s", colTime)
			}
			footer.MinTime, footer.MaxTime = time.UnixMicro(r.Min).UTC(), time.UnixMicro(r.Max).UTC()
		}
		if lay.JoinFilters != nil {
			var err error
			if footer.AddressFilter, err = lay.JoinFilters(filters); err != nil {
				return nil, err
			}
		}
		footer = c.Stamp(footer)
		return footer.Metadata()
	}
	sum, err := segment.Merge(ctx, out, fields, sources, segment.MergeOptions{
		Options: segment.Options{Codec: segment.Zstd}, Meta: meta, Defaults: lay.Defaults,
	})
	if err != nil {
		return err
	}
	err = out.Close()
	out = nil
	if err != nil {
		return err
	}
	if sum.Rows == 0 {
		return file.Drop()
	}
	return file.Done(footer, sum.Rows)
}

// held returns those of fields that at least one of segs holds.
func held(fields []batch.Field, segs []Segment) []batch.Field {
	return slices.DeleteFunc(slices.Clone(fields), func(f batch.Field) bool {
		return !slices.ContainsFunc(segs, func(s Segment) bool { return slices.Contains(s.Columns, f.Name) })
	})
}

// hide returns the filter that leaves out the hidden rows of s, and takes
// them off the counts of s's blob ranges.
func hide(s *Segment) *segment.Filter {
	h := s.Hidden
	dead := map[BlobGen]bool{}
	for _, b := range h.Blobs {
		dead[b] = true
	}
	var prefixes []string
	for _, sub := range h.Subscriptions {
		prefixes = append(prefixes, SubscriptionPrefixes(sub)...)
	}
	before := h.Before.UnixMicro()
	s.Blobs = slices.Clone(s.Blobs)
	columns := []string{colTime, colBlob, colGeneration, colTuple}
	for _, name := range SubscriptionColumns() {
		if slices.Contains(s.Columns, name) {
			columns = append(columns, name)
		}
	}
	return &segment.Filter{
		Columns: columns,
		Drop: func(b *batch.Batch, drop batch.Bitmap) {
			at, blob, gen, tuple, resources := &b.Columns[0], &b.Columns[1], &b.Columns[2], &b.Columns[3], b.Columns[4:]
			for row := range b.Rows {
				g, _ := gen.IntAt(row) // never null
				key := BlobGen{blob.TextAt(row), int(g)}
				if dead[key] {
					drop.Set(row, true)
					continue
				}
				t, _ := at.IntAt(row) // never null
				cut := !h.Before.IsZero() && t < before
				for i := 0; i < len(resources) && !cut && len(prefixes) > 0; i++ {
					id := strings.ToLower(resources[i].TextAt(row))
					cut = slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(id, p) })
				}
				if !cut {
					continue
				}
				drop.Set(row, true)
				n, _ := tuple.IntAt(row) // never null
				for i := range s.Blobs {
					if r := &s.Blobs[i]; r.BlobGen == key && n >= r.First && n <= r.Last {
						r.Rows--
						break
					}
				}
			}
		},
	}
}
