package sqlgen

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/azflow/azflow/kql/plan"
	"github.com/azflow/azflow/kql/sqlast"
)

// Generate writes p in a dialect. A plan that the dialect cannot express at
// all has no part and only tails.
func Generate(p *plan.Plan, d Dialect) (*Statement, error) {
	st := &Statement{Dialect: d.Name(), Now: p.Now, Options: maps.Clone(p.Options)}
	g := &generator{d: d, st: st, plan: p, shared: map[*plan.Shared]*plan.Shared{}}
	for _, r := range p.Results {
		g.why = ""
		res := Result{Name: r.Name, Columns: r.Root.Columns(), Render: r.Render, Part: -1}
		tail, err := g.cut(r.Root, true)
		if err != nil {
			return nil, err
		}
		if leaf, ok := tail.(*plan.Leaf); ok {
			res.Part = leaf.Index
		} else {
			res.Tail, res.Why = tail, g.why
		}
		st.Results = append(st.Results, res)
	}
	return st, nil
}

// errInexact says that the dialect has no exact form of something.
type errInexact struct{ what string }

func (e *errInexact) Error() string { return "no exact SQL for " + e.what }

func inexact(format string, args ...any) error {
	return &errInexact{fmt.Sprintf(format, args...)}
}

type generator struct {
	d      Dialect
	st     *Statement
	plan   *plan.Plan
	why    string
	shared map[*plan.Shared]*plan.Shared // as the tails read them
}

// cut returns what the interpreter has to run for n: a Leaf if the engine can
// run it whole, else n over what cut returns for its inputs. A subtree that
// reads no table stays with the interpreter unless it is the whole query.
func (g *generator) cut(n plan.Node, root bool) (plan.Node, error) {
	if _, ok := n.(*plan.Leaf); ok {
		return n, nil
	}
	if root || readsTable(n) {
		part, err := g.part(n)
		if err == nil {
			g.st.Parts = append(g.st.Parts, *part)
			return &plan.Leaf{Index: len(g.st.Parts) - 1, Cols: n.Columns()}, nil
		}
		var inexact *errInexact
		if !errors.As(err, &inexact) {
			return nil, err
		}
		if g.why == "" {
			g.why = err.Error()
		}
	}
	if s, ok := n.(*plan.Shared); ok {
		if done := g.shared[s]; done != nil {
			return done, nil
		}
	}
	ins := n.Inputs()
	cuts := make([]plan.Node, len(ins))
	for i, in := range ins {
		if s, ok := in.(*plan.Shared); ok {
			c, err := g.cutShared(s)
			if err != nil {
				return nil, err
			}
			cuts[i] = c
			continue
		}
		c, err := g.cut(in, false)
		if err != nil {
			return nil, err
		}
		cuts[i] = c
	}
	out := plan.WithInputs(n, cuts)
	var fault error
	out = plan.MapExprs(out, func(e plan.Expr) plan.Expr {
		return plan.MapExpr(e, func(e plan.Expr) plan.Expr {
			switch e := e.(type) {
			case *plan.Subquery:
				c, err := g.cut(e.Input, false)
				if err != nil {
					fault = err
					return e
				}
				return &plan.Subquery{Input: c, T: e.T}
			case *plan.InSubquery:
				c, err := g.cut(e.Input, false)
				if err != nil {
					fault = err
					return e
				}
				return &plan.InSubquery{Op: e.Op, X: e.X, Input: c}
			}
			return e
		})
	})
	return out, fault
}

// cutShared cuts below a Shared, which stays one node for all that read it.
func (g *generator) cutShared(s *plan.Shared) (plan.Node, error) {
	if done := g.shared[s]; done != nil {
		return done, nil
	}
	in, err := g.cut(s.Input, false)
	if err != nil {
		return nil, err
	}
	out := &plan.Shared{Name: s.Name, Input: in}
	g.shared[s] = out
	return out, nil
}

// readsTable reports whether a table is read at or below n.
func readsTable(n plan.Node) bool {
	found := false
	plan.Walk(n, func(n plan.Node) {
		if _, ok := n.(*plan.Scan); ok {
			found = true
		}
	})
	return found
}

// part writes n as one part.
func (g *generator) part(n plan.Node) (*Part, error) {
	p := &part{
		d: g.d, now: g.plan, calls: map[string]Call{}, shared: map[*plan.Shared]*relation{}, leaves: map[*plan.Leaf]*relation{},
		read: map[*plan.Shared]bool{},
	}
	plan.Walk(n, func(n plan.Node) {
		if ref, ok := n.(*plan.SharedRef); ok {
			p.read[ref.Of] = true
		}
	})
	r, err := p.lower(n)
	if err != nil {
		return nil, err
	}
	q, cols := p.finish(r, n.Columns())
	q.With = p.ctes
	text, err := sqlast.Print(q, g.d.Syntax())
	if err != nil {
		return nil, err
	}
	exact := ""
	if p.checked {
		if exact, err = sqlast.PrintExact(q, g.d.Syntax()); err != nil {
			return nil, err
		}
	}
	names := slices.Sorted(maps.Keys(p.calls))
	out := &Part{SQL: text, Exact: exact, Columns: cols, Scans: p.scans}
	for _, name := range names {
		out.Calls = append(out.Calls, p.calls[name])
	}
	return out, nil
}
