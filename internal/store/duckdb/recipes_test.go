//go:build cgo

package duckdb_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/azflow/azflow/internal/store"
	"github.com/azflow/azflow/internal/store/duckdb"
	"github.com/azflow/azflow/kql"
	"github.com/azflow/azflow/kql/types"
	"github.com/azflow/azflow/schema"
)

// now is the value of now() in these tests.
const now = types.Instant(types.UnixEpochTicks + 55*365*types.TicksPerDay)

// shared returns the folder of the corpus; the test is skipped without it.
func shared(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	for err == nil {
		at := filepath.Join(dir, "shared", "kql")
		if _, e := os.Stat(at); e == nil {
			return at
		}
		up := filepath.Dir(dir)
		if up == dir {
			break
		}
		dir = up
	}
	t.Skip("no ../shared/kql")
	return ""
}

func TestRecipesRunWholeInTheEngine(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(shared(t), "corpus", "seed-001-*.kql"))
	if err != nil || len(files) == 0 {
		t.Fatal("no recipes", err)
	}
	cat := schema.NewCatalog(schema.Tables())
	e := open(t, duckdb.Config{Resolver: none{}})
	for _, f := range files {
		t.Run(filepath.Base(f), func(t *testing.T) {
			src, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			p, diags := kql.Plan(string(src), cat, kql.Options{Now: now})
			if p == nil {
				t.Fatal(diags)
			}
			st, err := kql.Compile(p, e.Dialect(), kql.CompileOptions{Catalog: cat})
			if err != nil {
				t.Fatal(err)
			}
			if len(st.Parts) != 1 || st.Results[0].Tail != nil {
				t.Fatalf("%d parts: %s", len(st.Parts), st.Results[0].Why)
			}
			rows, err := e.Query(context.Background(), &st.Parts[0])
			if err != nil {
				t.Fatalf("%v\n%s", err, st.Parts[0].SQL)
			}
			rows.Close()
			if testing.Verbose() {
				fmt.Println(st.Parts[0].SQL, st.Parts[0].Scans)
			}
		})
	}
}

// none resolves every scan to no rows.
type none struct{ files }

var _ store.Resolver = none{}
