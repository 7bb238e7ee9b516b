package ingest

import (
	"testing"
	"time"

	"github.com/azflow/azflow/flowlog"
	"github.com/azflow/azflow/flowlog/formats"
	"github.com/azflow/azflow/internal/flowgen"
	"github.com/azflow/azflow/internal/lake"
	"github.com/azflow/azflow/internal/laketest"
)

// decoded keeps blobs as columns of one Dict.
type decoded struct {
	dict  *flowlog.Dict
	blobs []*flowlog.Columns
}

// Blob implements flowgen.Sink.
func (d *decoded) Blob(b flowgen.Blob) error {
	var content []byte
	for block := range b.Blocks {
		content = append(content, block.Data...)
	}
	c := flowlog.NewColumns(d.dict)
	formats.NewDecoder().DecodeColumns(content, true, &flowlog.Cursor{}, c)
	d.blobs = append(d.blobs, c)
	return nil
}

// File implements flowgen.Sink.
func (*decoded) File(flowgen.File) error { return nil }

// BenchmarkRows makes rows of the blobs of 25 NICs, hour by hour. It costs
// nothing but what ingest itself does with each tuple.
func BenchmarkRows(b *testing.B) {
	const nics, hours, tuples = 25, 4, 10_000
	d := &decoded{dict: flowlog.NewDict()}
	if _, err := flowgen.Bulk(flowgen.BulkOptions{Seed: 1, Format: flowgen.VNet4, Tuples: nics * hours * tuples, NICs: nics, Hours: hours, Start: time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)}, d); err != nil {
		b.Fatal(err)
	}
	m, err := newRowMaker(d.dict, nil, nil)
	if err != nil {
		b.Fatal(err)
	}
	l := laketest.Open(b, b.TempDir(), lake.Options{})
	b.ResetTimer()
	n := 0
	for b.Loop() {
		if err := m.open.begin(b.Context(), l); err != nil {
			b.Fatal(err)
		}
		for h := range hours {
			for nic := range nics {
				c := d.blobs[nic*hours+h]
				n += m.rows(c, identity{blob: "b"}).Rows
			}
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(n), "ns/tuple")
}
