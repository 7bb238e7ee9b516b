package query

import (
	"github.com/azflow/azflow/kql/plan"
	"github.com/azflow/azflow/kql/rewrite"
	"github.com/azflow/azflow/kql/sqlgen"
)

// interpreted returns a statement whose parts only read tables: all else is left
// to the interpreter. It is what --engine eval runs.
func interpreted(p *plan.Plan, cat plan.Catalog, d sqlgen.Dialect, without []string) (*sqlgen.Statement, error) {
	p, err := rewrite.Apply(p, rewrite.Options{Catalog: cat, Without: without})
	if err != nil {
		return nil, err
	}
	st := &sqlgen.Statement{Dialect: d.Name(), Now: p.Now, Options: p.Options}
	for _, r := range p.Results {
		var failed error
		tail := plan.Transform(r.Root, func(n plan.Node) plan.Node {
			scan, ok := n.(*plan.Scan)
			if !ok || failed != nil {
				return n
			}
			part, err := sqlgen.Generate(&plan.Plan{Now: p.Now, Options: p.Options, Results: []plan.Result{{Root: scan}}}, d)
			if err != nil {
				failed = err
				return n
			}
			st.Parts = append(st.Parts, part.Parts...)
			return &plan.Leaf{Index: len(st.Parts) - 1, Cols: scan.Cols}
		})
		if failed != nil {
			return nil, failed
		}
		st.Results = append(st.Results, sqlgen.Result{
			Name: r.Name, Columns: r.Root.Columns(), Render: r.Render, Part: -1, Tail: tail, Why: "the interpreter was asked for",
		})
	}
	return st, nil
}
