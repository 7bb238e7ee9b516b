package kql_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/azflow/azflow/internal/spectest"
	"github.com/azflow/azflow/kql"
	"github.com/azflow/azflow/kql/bind"
	"github.com/azflow/azflow/kql/sqlgen/duckdb"
	"github.com/azflow/azflow/schema"
)

// BenchmarkCompile is text to SQL over the product's tables: the recipes, and
// the ASIM parsers that they can express, each by itself.
func BenchmarkCompile(b *testing.B) {
	dir := spectest.Shared(b, "kql/corpus")
	catalog := schema.NewCatalog(schema.Tables())
	dialect := duckdb.New()
	var parsed bind.Parsed // as a session keeps it
	compile := func(src string) error {
		p, diags := kql.Plan(src, catalog, kql.Options{Now: now, Parsed: &parsed})
		if diags.HasErrors() {
			return diags
		}
		_, err := kql.Compile(p, dialect, kql.CompileOptions{Catalog: catalog})
		return err
	}
	for _, pattern := range []string{"seed-001-*-raw.kql", "asim-*.kql"} {
		files, err := filepath.Glob(filepath.Join(dir, pattern))
		if err != nil || len(files) == 0 {
			b.Fatalf("no queries %s: %v", pattern, err)
		}
		for _, f := range files {
			src, err := os.ReadFile(f)
			if err != nil {
				b.Fatal(err)
			}
			if compile(string(src)) != nil {
				continue // it names tables of other products
			}
			b.Run(strings.TrimSuffix(filepath.Base(f), ".kql"), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					if err := compile(string(src)); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
