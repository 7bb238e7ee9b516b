package flowgen_test

import (
	"maps"
	"testing"
	"time"

	"github.com/azflow/azflow/internal/flowgen"
)

func TestBulkHasAsManyTuplesAsAskedFor(t *testing.T) {
	for _, format := range []flowgen.Format{flowgen.VNet4, flowgen.NSG2, flowgen.NSG1} {
		for _, tuples := range []int{1, 777, 20_011} {
			m := newMemory()
			counts, err := flowgen.Bulk(flowgen.BulkOptions{Seed: 1, Format: format, Tuples: tuples, NICs: 7, Hours: 3, Start: demoEnd}, m)
			if err != nil {
				t.Fatal(err)
			}
			found, bytes, records := 0, int64(0), 0
			for name, text := range m.blobs {
				ts, err := read(name, text)
				if err != nil {
					t.Fatal(err)
				}
				found += len(ts)
				bytes += int64(len(text))
				records += len(m.ids[name]) - 2
			}
			if found != tuples || counts.Tuples != tuples || counts.Blobs != len(m.blobs) || counts.Bytes != bytes || counts.Records != records {
				t.Errorf("%s: %d tuples asked for, %d read, %+v", format, tuples, found, counts)
			}
		}
	}
}

func TestBulkIsTheSameForTheSameOptions(t *testing.T) {
	make := func(seed uint64) *memory {
		m := newMemory()
		if _, err := flowgen.Bulk(flowgen.BulkOptions{Seed: seed, Tuples: 5000, NICs: 3, Hours: 2, Start: demoEnd}, m); err != nil {
			t.Fatal(err)
		}
		return m
	}
	if !sameContent(make(1).blobs, make(1).blobs) {
		t.Error("two runs differ")
	}
	if sameContent(make(1).blobs, make(2).blobs) {
		t.Error("another seed changes nothing")
	}
}

func TestBulkAddressesAreDistinctIfAsked(t *testing.T) {
	m := newMemory()
	_, err := flowgen.Bulk(flowgen.BulkOptions{Seed: 1, Tuples: 60_000, NICs: 2, Hours: 1, Start: demoEnd, Addresses: 1_000_000, Distinct: true}, m)
	if err != nil {
		t.Fatal(err)
	}
	begun, addresses := 0, map[string]bool{}
	for name, text := range m.blobs {
		ts, err := read(name, text)
		if err != nil {
			t.Fatal(err)
		}
		for _, tu := range ts {
			for _, a := range []string{tu.src, tu.dst} {
				if len(a) < 3 || a[:3] != "10." {
					addresses[a] = true
					if tu.state == "B" || tu.state == "D" {
						begun++
					}
				}
			}
		}
	}
	if len(addresses) != begun || begun < 15_000 {
		t.Errorf("%d addresses in %d connections", len(addresses), begun)
	}
}

func TestBulkConnectionsBeginBeforeTheyEnd(t *testing.T) {
	m := newMemory()
	if _, err := flowgen.Bulk(flowgen.BulkOptions{Seed: 1, Tuples: 30_000, NICs: 1, Hours: 1, Start: demoEnd}, m); err != nil {
		t.Fatal(err)
	}
	for name, text := range m.blobs {
		ts, err := read(name, text)
		if err != nil {
			t.Fatal(err)
		}
		begun := map[string]time.Time{}
		states := map[string]int{}
		for _, tu := range ts { // records come in order; within one all B come by rule
			k := tu.src + tu.srcPort + tu.dst + tu.dstPort
			states[tu.state]++
			if tu.state == "B" {
				begun[k] = tu.at
			} else if tu.state != "D" && begun[k].IsZero() {
				t.Fatalf("%s ends or goes on before it begins", tu.text)
			}
		}
		for _, s := range []string{"B", "C", "E", "D"} {
			if states[s] < 300 {
				t.Errorf("few tuples of state %s: %v", s, maps.Clone(states))
			}
		}
	}
}

func TestBulkNeedsSomethingToDo(t *testing.T) {
	if _, err := flowgen.Bulk(flowgen.BulkOptions{Tuples: 10}, newMemory()); err == nil {
		t.Error("no NICs, and no error")
	}
}

// discard throws away what it gets.
type discard struct{}

func (discard) Blob(b flowgen.Blob) error {
	for range b.Blocks {
	}
	return nil
}

func (discard) File(flowgen.File) error { return nil }

func BenchmarkBulk(b *testing.B) {
	for _, format := range []flowgen.Format{flowgen.VNet4, flowgen.NSG2, flowgen.NSG1} {
		b.Run(format.String(), func(b *testing.B) {
			counts, err := flowgen.Bulk(flowgen.BulkOptions{Seed: 1, Format: format, Tuples: b.N, NICs: 80, Hours: 4, Start: demoEnd}, discard{})
			if err != nil {
				b.Fatal(err)
			}
			b.SetBytes(counts.Bytes / int64(b.N))
		})
	}
}

func BenchmarkDemo(b *testing.B) {
	for b.Loop() {
		d, err := flowgen.NewDemo(1, demoEnd)
		if err != nil {
			b.Fatal(err)
		}
		if err := d.WriteLogs(discard{}); err != nil {
			b.Fatal(err)
		}
	}
}
