package kql_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/azflow/azflow/internal/spectest"
	"github.com/azflow/azflow/kql"
	"github.com/azflow/azflow/kql/types"
	"github.com/azflow/azflow/schema"
)

// now is the value of now() in these tests.
const now = types.Instant(types.UnixEpochTicks + 55*365*types.TicksPerDay)

func TestRecipesBindOverTheProductsTables(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(spectest.Shared(t, "kql/corpus"), "seed-001-*-raw.kql"))
	if err != nil || len(files) == 0 {
		t.Fatal("no recipes", err)
	}
	cat := schema.NewCatalog(schema.Tables())
	for _, f := range files {
		src, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		p, diags := kql.Plan(string(src), cat, kql.Options{Now: now})
		if diags.HasErrors() || p == nil {
			t.Errorf("%s\n%s", filepath.Base(f), rendered(diags, string(src)))
			continue
		}
		if len(p.Results) != 1 || strings.TrimSpace(p.Format()) == "" {
			t.Errorf("%s has %d results", filepath.Base(f), len(p.Results))
		}
	}
}
