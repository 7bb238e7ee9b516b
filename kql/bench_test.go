package kql_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/azflow/azflow/internal/spectest"
	"github.com/azflow/azflow/kql"
	"github.com/azflow/azflow/schema"
)

// BenchmarkPlan is text to plan: the recipes all together, and the largest ASIM
// parser.
func BenchmarkPlan(b *testing.B) {
	dir := spectest.Shared(b, "kql/corpus")
	read := func(pattern string) []string {
		files, err := filepath.Glob(filepath.Join(dir, pattern))
		if err != nil || len(files) == 0 {
			b.Fatal("no queries", err)
		}
		var out []string
		for _, f := range files {
			src, err := os.ReadFile(f)
			if err != nil {
				b.Fatal(err)
			}
			out = append(out, string(src))
		}
		return out
	}
	oracle := readSchema(b, filepath.Join(filepath.Dir(dir), "nta-schema.json"))
	product := schema.NewCatalog(schema.Tables())
	b.Run("recipe", func(b *testing.B) {
		queries := read("seed-001-*-raw.kql")
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			if _, diags := kql.Plan(queries[i%len(queries)], product, kql.Options{Now: now}); diags.HasErrors() {
				b.Fatal(diags)
			}
		}
	})
	b.Run("asim", func(b *testing.B) {
		queries := read("asim-ASimNetworkSessionNTANetAnalytics.kql")
		b.ReportAllocs()
		for b.Loop() {
			if _, diags := kql.Plan(queries[0], oracle, kql.Options{Now: now}); diags.HasErrors() {
				b.Fatal(diags)
			}
		}
	})
}
