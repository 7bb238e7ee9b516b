package kql_test

import (
	"testing"

	"github.com/azflow/azflow/kql"
	"github.com/azflow/azflow/schema"
)

func TestLintIsAskedFor(t *testing.T) {
	cat := schema.NewCatalog(schema.Tables())
	const src = "Flows | where isnotnull(SrcIp)"
	for lint, want := range map[bool]int{false: 0, true: 1} {
		p, diags := kql.Plan(src, cat, kql.Options{Lint: lint})
		if p == nil || len(diags) != want {
			t.Errorf("with Lint %v: plan %v, %d diagnostics, want %d: %v", lint, p, len(diags), want, diags)
		}
	}
}
