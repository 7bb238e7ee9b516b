package kql

import (
	"fmt"

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

// Compile rewrites a plan and writes it in a dialect. It is an error if the plan
// needs what is not here, see [Options.Local].
func Compile(p *plan.Plan, d sqlgen.Dialect, o CompileOptions) (*sqlgen.Statement, error) {
	for _, r := range p.Results {
		var missing *plan.Foreign
		plan.Walk(r.Root, func(n plan.Node) {
			if f, ok := n.(*plan.Foreign); ok && missing == nil {
				missing = f
			}
		})
		if missing != nil {
			return nil, fmt.Errorf("%s is not here: the query can be checked, but not run", missing.What)
		}
	}
	p, err := rewrite.Apply(p, rewrite.Options{Catalog: o.Catalog, Without: o.Without})
	if err != nil {
		return nil, err
	}
	return sqlgen.Generate(p, d)
}
