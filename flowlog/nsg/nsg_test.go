package nsg

import (
	"testing"

	"github.com/azflow/azflow/flowlog"
	"github.com/azflow/azflow/flowlog/internal/wiretest"
)

func newDecoder() flowlog.ColumnDecoder { return NewDecoder() }

func TestGolden(t *testing.T) { wiretest.Golden(t, newDecoder) }

func BenchmarkDecode(b *testing.B) {
	b.Run("version2", func(b *testing.B) { wiretest.Benchmark(b, NewDecoder(), wiretest.NSG2) })
	b.Run("version1", func(b *testing.B) { wiretest.Benchmark(b, NewDecoder(), wiretest.NSG1) })
}
