package format_test

import (
	"testing"

	"github.com/azflow/azflow/internal/spectest"
	"github.com/azflow/azflow/kql/format"
)

// The section format of the specification is this test's; every query of it is
// a fixed point.
func TestSpecification(t *testing.T) {
	spectest.RunSpecs(t, "../testdata/spec", func(s *spectest.Spec) {
		src := s.Query()
		check(s.T, "the query", src)
		once, diags := format.Source(src)
		if diags.HasErrors() {
			once = ""
		}
		s.Check("format", once)
	})
}
