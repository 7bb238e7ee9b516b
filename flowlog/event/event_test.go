package event

import (
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

func TestGolden(t *testing.T) { wiretest.Golden(t, newDecoder) }

func TestTruncationCostsOnlyTheLastEvent(t *testing.T) {
	for _, name := range []string{"nsg.json", "vnet.json"} {
		b := sample(t, name)
		cols, _ := wiretest.Decode(NewDecoder(), b)
		last := cols.Records[1] // what follows is refused on purpose
		wiretest.Truncations(t, newDecoder, b[:last.Offset+last.Length])
	}
}

func TestCorruptionCostsOnlyItsEvent(t *testing.T) {
	wiretest.Corruptions(t, newDecoder, sample(t, "vnet.json"), 3000)
}

func FuzzDecode(f *testing.F) {
	wiretest.Fuzz(f, newDecoder, sample(f, "nsg.json"), sample(f, "vnet.json"))
}
