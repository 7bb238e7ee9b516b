package vnet

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

func generated(tuples int) []byte {
	return wiretest.Generate(rand.New(rand.NewPCG(1, 1)), wiretest.VNet4, tuples)
}

func TestGolden(t *testing.T) { wiretest.Golden(t, newDecoder) }

func TestAgreesWithEncodingJSON(t *testing.T) {
	wiretest.Differential(t, newDecoder, sample(t, "documented.json"), 50)
	wiretest.Differential(t, newDecoder, sample(t, "as_written.json"), 50)
	wiretest.Differential(t, newDecoder, generated(2000), 6)
}

func TestManyBlobsAgreeWithEncodingJSON(t *testing.T) {
	wiretest.ManyBlobs(t, newDecoder(), wiretest.VNet4, 60)
}

func TestTruncationCostsOnlyTheLastRecord(t *testing.T) {
	wiretest.Truncations(t, newDecoder, sample(t, "documented.json"))
	wiretest.Truncations(t, newDecoder, sample(t, "as_written.json"))
}

func TestCorruptionCostsOnlyItsRecord(t *testing.T) {
	wiretest.Corruptions(t, newDecoder, sample(t, "as_written.json"), 3000)
}

func TestFastPathAgreesWithSlowPath(t *testing.T) {
	wiretest.SlowAgrees(t, newDecoder, wiretest.VNet4, 20000)
}

func FuzzDecode(f *testing.F) {
	wiretest.Fuzz(f, newDecoder,
		sample(f, "as_written.json"), sample(f, "json_lines_with_bom.json"), sample(f, "tolerated.json"), sample(f, "bad_records.json"))
}

func BenchmarkDecode(b *testing.B) { wiretest.Benchmark(b, NewDecoder(), wiretest.VNet4) }
