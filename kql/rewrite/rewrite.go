// Package rewrite turns plans into plans that give the same rows sooner.
package rewrite

import (
	"fmt"
	"slices"

	"github.com/azflow/azflow/kql/plan"
	"github.com/azflow/azflow/kql/types"
)

// Options are what rules need to know besides the plan.
type Options struct {
	// Catalog is the catalogue that the plan was bound against.
	Catalog plan.Catalog
	// Without names rules that are left out.
	Without []string
}

// A Rule is one rewrite of the whole plan of a result.
type Rule struct {
	Name string
	Doc  string // what it does, in one sentence
	run  func(r *run, root plan.Node) plan.Node
}

// Rules returns all rules in the order in which they are applied. Dead columns
// go early, so that the others have less to look at, and once more at the end;
// common subplans before them, while what is alike still looks alike.
func Rules() []Rule {
	return []Rule{
		{"common_subplans", "What stands in several places and gives few rows for much work is computed once.", commonSubplans},
		{"dead_columns", "Columns that nothing uses are neither computed nor read.", deadColumns},
		{"push_filters", "Conditions move below operators that only pass on the columns they test.", pushFilters},
		{"fold_constants", "Calls whose arguments are constants become their value.", foldConstants},
		{"time_range", "Conditions on a table's time column bound what is read of it.", timeRange},
		{"ipv4_columns", "Tests of address texts against prefixes become tests of their integer columns.", ipv4Columns},
		{"preaggregate_series", "make-series over a table gets its rows aggregated by bin.", preaggregateSeries},
		{"dead_columns", "Columns that nothing uses are neither computed nor read.", deadColumns},
	}
}

// Apply returns p rewritten. p is not changed.
func Apply(p *plan.Plan, o Options) (*plan.Plan, error) {
	rules := Rules()
	for _, name := range o.Without {
		if !slices.ContainsFunc(rules, func(r Rule) bool { return r.Name == name }) {
			return nil, fmt.Errorf("no rewrite rule %q", name)
		}
	}
	out := *p
	out.Results = slices.Clone(p.Results)
	r := &run{now: p.Now, catalog: o.Catalog}
	for _, res := range p.Results {
		r.seeIDs(res.Root)
	}
	for _, rule := range rules {
		if slices.Contains(o.Without, rule.Name) {
			continue
		}
		for i := range out.Results {
			before := out.Results[i].Root
			after := rule.run(r, before)
			if after == before {
				continue
			}
			if err := plan.Verify(after); err != nil {
				return nil, fmt.Errorf("rewrite rule %s made an unsound plan, please report this: %w", rule.Name, err)
			}
			if !slices.Equal(before.Columns(), after.Columns()) {
				return nil, fmt.Errorf("rewrite rule %s changed the columns of the result, please report this", rule.Name)
			}
			out.Results[i].Root = after
		}
	}
	return &out, nil
}

// run is one rewriting of one plan.
type run struct {
	now     types.Instant
	catalog plan.Catalog
	last    plan.ColumnID
}

func (r *run) seeIDs(root plan.Node) {
	plan.Walk(root, func(n plan.Node) {
		switch n := n.(type) { // these give no column of their own
		case *plan.Filter, *plan.Sort, *plan.Limit, *plan.Sample, *plan.Join, *plan.Shared:
		case *plan.Project:
			for _, it := range n.Items {
				r.last = max(r.last, it.Column.ID)
			}
		default:
			for _, c := range n.Columns() {
				r.last = max(r.last, c.ID)
			}
		}
		for _, c := range plan.Locals(n) {
			r.last = max(r.last, c.ID)
		}
	})
}

// newColumn returns a column that the plan has not.
func (r *run) newColumn(name string, t types.Type) plan.Column {
	r.last++
	return plan.Column{ID: r.last, Name: name, Type: t}
}

func ref(c plan.Column) *plan.Ref { return &plan.Ref{Column: c.ID, T: c.Type} }

// passes returns the assignments that pass cols on unchanged.
func passes(cols []plan.Column) []plan.Assign {
	out := make([]plan.Assign, len(cols))
	for i, c := range cols {
		out[i] = plan.Assign{Column: c, Expr: ref(c)}
	}
	return out
}

// uses returns the columns that e refers to, those of subqueries included.
func uses(e plan.Expr, set *plan.ColumnSet) {
	plan.WalkExpr(e, func(e plan.Expr) bool {
		switch e := e.(type) {
		case *plan.Ref:
			set.Add(e.Column)
		case *plan.Subquery:
			usesBelow(e.Input, set)
		case *plan.InSubquery:
			usesBelow(e.Input, set)
		}
		return true
	})
}

// usesBelow adds the columns that expressions at or below n refer to.
func usesBelow(n plan.Node, set *plan.ColumnSet) {
	plan.Walk(n, func(n plan.Node) {
		plan.EachExpr(n, func(e plan.Expr) {
			plan.WalkExpr(e, func(e plan.Expr) bool {
				if r, ok := e.(*plan.Ref); ok {
					set.Add(r.Column)
				}
				return true
			})
		})
	})
}

// conjuncts returns what e is the and of.
func conjuncts(e plan.Expr) []plan.Expr {
	if c, ok := e.(*plan.Call); ok && c.Func == "and" {
		var out []plan.Expr
		for _, a := range c.Args {
			out = append(out, conjuncts(a)...)
		}
		return out
	}
	return []plan.Expr{e}
}

// and is the reverse of conjuncts; nil for none.
func and(es []plan.Expr) plan.Expr {
	if len(es) == 0 {
		return nil
	}
	out := es[0]
	for _, e := range es[1:] {
		out = &plan.Call{Func: "and", Args: []plan.Expr{out, e}, T: types.Bool}
	}
	return out
}
