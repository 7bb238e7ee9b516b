package lake

import (
	"fmt"
	"testing"
	"time"
)

// BenchmarkCommit/blobs commits one segment fed by a thousand small blobs, each
// with a rule, a capture hour and a local address.
func BenchmarkCommit(b *testing.B) {
	const blobs = 1000
	l := openLake(b, b.TempDir(), Options{})
	w := openWriter(b, l)
	b.Run("blobs", func(b *testing.B) {
		for i := range b.N {
			c := w.Begin()
			f := Footer{Table: TableFlows, MinTime: noon, MaxTime: noon}
			for j := range blobs {
				blob := fmt.Sprintf("RESOURCEID=/SUBSCRIPTIONS/00000000-0000-0000-0000-000000000000/RESOURCEGROUPS/RG/%d/%d/%d", b.N, i, j)
				c.Cursors = append(c.Cursors, CursorChange{
					Expected: Cursor{Blob: blob}, Next: Cursor{Blob: blob, Position: Position{100, 1, 1}, Tuples: 1},
					Rules:    []RuleCount{{AclGroup: "g", AclRule: fmt.Sprint(j % 10), FirstSeen: noon, LastSeen: noon, Hits: 1}},
					Captures: []CaptureHour{{MacAddress: fmt.Sprint(j), Hour: noon}},
					Locals:   []LocalAddress{{MacAddress: fmt.Sprint(j), IP: fmt.Sprint(j), Hour: noon}},
				})
			}
			for _, ch := range c.Cursors {
				r, err := c.Range(TableFlows, ch.Next.Blob, 0, 0, 1)
				if err != nil {
					b.Fatal(err)
				}
				f.Blobs = append(f.Blobs, r)
			}
			if err := put(c, f, blobs); err != nil {
				b.Fatal(err)
			}
			if _, err := w.Commit(b.Context(), c); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*blobs), "µs/blob")
	})
	b.Run("addresses", func(b *testing.B) {
		for i := range b.N {
			c := w.Begin()
			for j := range blobs {
				c.IPs = append(c.IPs, IPDetail{IP: fmt.Sprintf("%d.%d", i, j), TimeGenerated: noon, Location: "us"})
			}
			if _, err := w.Commit(b.Context(), c); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*blobs), "µs/address")
	})
}

// BenchmarkSegments finds the segments of one hour, and all, among 10,000.
func BenchmarkSegments(b *testing.B) {
	const n = 10_000
	l := openLake(b, b.TempDir(), Options{})
	w := openWriter(b, l)
	for i := 0; i < n; i += 500 {
		c := w.Begin()
		for j := range 500 {
			at := noon.Add(time.Duration(i+j) * time.Minute)
			if err := put(c, Footer{Table: TableFlows, MinTime: at, MaxTime: at}, 1); err != nil {
				b.Fatal(err)
			}
		}
		if _, err := w.Commit(b.Context(), c); err != nil {
			b.Fatal(err)
		}
	}
	for name, r := range map[string]TimeRange{"hour": {noon.Add(24 * time.Hour), noon.Add(25 * time.Hour)}, "all": {}} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				s, err := l.Snapshot(b.Context())
				if err != nil {
					b.Fatal(err)
				}
				if _, err := s.Segments(b.Context(), TableFlows, r); err != nil {
					b.Fatal(err)
				}
				if err := s.Close(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
