package kql

import (
	"github.com/azflow/azflow/kql/plan"
	"github.com/azflow/azflow/kql/rewrite"
	"github.com/azflow/azflow/kql/sqlgen"
)

// CompileOptions are what a plan is compiled under besides the dialect.
type CompileOptions struct {
	// Catalog is the catalogue that the plan was bound against.
	Catalog plan.Catalog
	// Without names rewrite rules that are left out; see [rewrite.Rules].
	Without []string
}

// Compile rewrites a plan and writes it in a dialect.
func Compile(p *plan.Plan, d sqlgen.Dialect, o CompileOptions) (*sqlgen.Statement, error) {
	p, err := rewrite.Apply(p, rewrite.Options{Catalog: o.Catalog, Without: o.Without})
	if err != nil {
		return nil, err
	}
	return sqlgen.Generate(p, d)
}
