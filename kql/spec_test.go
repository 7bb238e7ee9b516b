package kql_test

import (
	"strings"
	"testing"

	"github.com/azflow/azflow/internal/spectest"
	"github.com/azflow/azflow/kql"
	"github.com/azflow/azflow/kql/diag"
	"github.com/azflow/azflow/schema"
)

// TestSpec owns the sections plan and error: what a query over the product's
// tables is bound to, and what its user reads if it is refused.
func TestSpec(t *testing.T) {
	cat := schema.NewCatalog(schema.Tables())
	spectest.RunSpecs(t, "testdata/spec", func(s *spectest.Spec) {
		_, wantsPlan := s.Section("plan")
		_, wantsError := s.Section("error")
		if !wantsPlan && !wantsError {
			return
		}
		p, diags := kql.Plan(s.Query(), cat, kql.Options{Now: now, ExternalData: true, Version: "1.0", Local: true})
		if p != nil {
			s.Check("plan", p.Format())
		}
		s.Check("error", said(diags, s.Query()))
		if p == nil && wantsPlan {
			s.Errorf("the query is refused:\n%s", said(diags, s.Query()))
		}
		if p != nil && wantsError && diags.HasErrors() {
			s.Error("the query has errors and a plan")
		}
	})
}

// said is what a user reads.
func said(diags diag.List, src string) string {
	var b strings.Builder
	for _, d := range diags {
		b.WriteString(d.Render("query.kql", src))
	}
	return b.String()
}
