package nsg

import (
	"math/rand/v2"
	"os"
	"testing"

	"github.com/azflow/azflow/flowlog"
	"github.com/azflow/azflow/flowlog/internal/wiretest"
)

func newDecoder() flowlog.ColumnDecoder { return NewDecoder() }

func sample(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func generated(shape wiretest.Shape, tuples int) []byte {
	return wiretest.Generate(rand.New(rand.NewPCG(1, 1)), shape, tuples)
}

func TestGolden(t *testing.T) { wiretest.Golden(t, newDecoder) }

func TestAgreesWithEncodingJSON(t *testing.T) {
	wiretest.Differential(t, newDecoder, sample(t, "version_1.json"), 50)
	wiretest.Differential(t, newDecoder, sample(t, "version_2.json"), 50)
	wiretest.Differential(t, newDecoder, generated(wiretest.NSG1, 2000), 6)
	wiretest.Differential(t, newDecoder, generated(wiretest.NSG2, 2000), 6)
}

func TestManyBlobsAgreeWithEncodingJSON(t *testing.T) {
	wiretest.ManyBlobs(t, newDecoder(), wiretest.NSG2, 60)
}

func TestTruncationCostsOnlyTheLastRecord(t *testing.T) {
	wiretest.Truncations(t, newDecoder, sample(t, "version_1.json"))
	wiretest.Truncations(t, newDecoder, sample(t, "version_2.json"))
}

func TestCorruptionCostsOnlyItsRecord(t *testing.T) {
	wiretest.Corruptions(t, newDecoder, sample(t, "version_2.json"), 3000)
}

func TestFastPathAgreesWithSlowPath(t *testing.T) {
	wiretest.SlowAgrees(t, newDecoder, wiretest.NSG2, 20000)
}

// The sample of R-S2: version 1 with totals of both directions.
func TestTotalsOfBothDirectionsAreCountedSourceToDestination(t *testing.T) {
	cols, _ := wiretest.Decode(NewDecoder(), sample(t, "totals.json"))
	bytes := int64(0)
	for i, n := range cols.BytesSrcToDest {
		if cols.Flags[i] != flowlog.HasTotals|flowlog.HasPacketsSrcToDest|flowlog.HasBytesSrcToDest {
			t.Errorf("row %d has flags %b", i, cols.Flags[i])
		}
		bytes += n
	}
	if cols.Len() != 2 || bytes != 1680 || len(cols.Issues) != 0 {
		t.Errorf("got %d rows, %d bytes, issues %v; want 2 rows, 1680 bytes, none", cols.Len(), bytes, cols.Issues)
	}
}

func FuzzDecode(f *testing.F) {
	wiretest.Fuzz(f, newDecoder,
		sample(f, "version_1.json"), sample(f, "version_2.json"), sample(f, "short_and_odd.json"), sample(f, "totals.json"))
}

func BenchmarkDecode(b *testing.B) {
	b.Run("version2", func(b *testing.B) { wiretest.Benchmark(b, NewDecoder(), wiretest.NSG2) })
	b.Run("version1", func(b *testing.B) { wiretest.Benchmark(b, NewDecoder(), wiretest.NSG1) })
}
