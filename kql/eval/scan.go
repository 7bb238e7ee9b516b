package eval

import (
	"fmt"

	"github.com/azflow/azflow/kql/fn"
	"github.com/azflow/azflow/kql/plan"
	"github.com/azflow/azflow/kql/types"
)

// match is a sequence of the scan operator that is under way: the row that each
// step matched last and the values of the declared columns then.
type match struct {
	id    int64
	steps []*stepState // nil for steps not reached
}

type stepState struct {
	row      int
	declared []types.Value
	// pending are the rows kept for output=last.
	pending []types.Value
}

// scanRun is the state of one scan over one partition.
type scanRun struct {
	x        *plan.ScanSteps
	in       *Rows
	defaults []types.Value
	// at[k] is the match that has come as far as step k; a later one replaces it.
	at     []*match
	nextID *int64
	b      *builder
}

// scanSteps is the scan operator. Each row is offered to the steps from the
// last to the first: a step goes on from the match at that step, or from the
// step before it.
// MS Learn: "scan operator", matching logic.
func (r *runner) scanSteps(x *plan.ScanSteps) (*Rows, error) {
	in, err := r.run(x.Input)
	if err != nil {
		return nil, err
	}
	if len(x.Order) > 0 {
		if in, err = r.sort(in, x.Order); err != nil {
			return nil, err
		}
	}
	keys, err := r.exprs(x.Partition, in)
	if err != nil {
		return nil, err
	}
	g := groupBy(keys, in.N)
	members := make([][]int, len(g.first))
	for i, k := range g.of {
		members[k] = append(members[k], i)
	}
	id := int64(0)
	b := &builder{cols: x.Cols, r: r}
	for _, rows := range members {
		s := &scanRun{x: x, in: pick(in, rows), at: make([]*match, len(x.Steps)), nextID: &id, b: b}
		for _, d := range x.Declare {
			v, err := r.constant(d.Expr)
			if err != nil {
				return nil, err
			}
			s.defaults = append(s.defaults, fn.Cast(v, types.Dynamic, d.Column.Type))
		}
		for i := range s.in.N {
			if err := r.scanRow(s, i); err != nil {
				return nil, err
			}
		}
		for k := range s.at {
			if err := s.flush(s.at[k], k); err != nil {
				return nil, err
			}
		}
	}
	return b.done()
}

// scanRow offers row i to all steps.
func (r *runner) scanRow(s *scanRun, i int) error {
	for k := len(s.x.Steps) - 1; k >= 0; k-- {
		// One that stands at the step before may come here, and takes its place.
		if k > 0 {
			from := k - 1
			for from > 0 && s.at[from] == nil && s.x.Steps[from].Optional {
				from--
			}
			if m := s.at[from]; m != nil {
				next := &match{id: m.id, steps: append([]*stepState(nil), m.steps...)}
				ok, err := r.tryStep(s, next, k, i)
				if err != nil {
					return err
				}
				if ok {
					if s.at[k] != nil {
						if err := s.flush(s.at[k], k); err != nil {
							return err
						}
					}
					s.at[k] = next
					s.at[from] = nil
					continue
				}
			}
		}
		// A match that stands at this step may stay there.
		if m := s.at[k]; m != nil && m.steps[k] != nil {
			ok, err := r.tryStep(s, m, k, i)
			if err != nil {
				return err
			}
			if ok {
				continue
			}
		}
		// The first step, and any after optional ones, may begin a match.
		if s.begins(k) && s.at[k] == nil {
			m := &match{id: *s.nextID, steps: make([]*stepState, len(s.x.Steps))}
			ok, err := r.tryStep(s, m, k, i)
			if err != nil {
				return err
			}
			if ok {
				*s.nextID++
				s.at[k] = m
			}
		}
	}
	return nil
}

// begins reports whether a match may begin at step k.
func (s *scanRun) begins(k int) bool {
	for _, st := range s.x.Steps[:k] {
		if !st.Optional {
			return false
		}
	}
	return true
}

// tryStep tests row i against step k of a match, and if it holds computes the
// assignments, remembers them and puts the row out.
func (r *runner) tryStep(s *scanRun, m *match, k, i int) (bool, error) {
	step := s.x.Steps[k]
	row := pick(s.in, []int{i})
	for d, c := range s.x.Declare {
		row.Cols = append(row.Cols[:len(row.Cols):len(row.Cols)], c.Column)
		row.Vecs = append(row.Vecs, types.Constant(c.Column.Type, s.defaults[d]).Select([]int{0}))
	}
	inner := *r
	inner.steps = func(name, column string) types.Value { return s.stepValue(m, name, column) }
	hits, err := inner.truths(step.Cond, row)
	if err != nil || len(hits) == 0 {
		return false, err
	}
	declared := append([]types.Value(nil), s.defaults...)
	for _, a := range step.Assign {
		v, err := inner.expr(a.Expr, row)
		if err != nil {
			return false, err
		}
		x := fn.Cast(v.Value(0), v.Type, a.Column.Type)
		for d, c := range s.x.Declare {
			if c.Column.ID == a.Column.ID || c.Column.Name == a.Column.Name {
				declared[d] = x
				// Later assignments see the new value.
				row.Vecs[len(s.in.Vecs)+d] = types.Constant(c.Column.Type, x).Select([]int{0})
			}
		}
	}
	m.steps[k] = &stepState{row: i, declared: declared}
	out := s.output(m, i, declared)
	switch step.Output {
	case "none":
		return true, nil
	case "last":
		m.steps[k].pending = out
		return true, nil
	}
	return true, s.b.add(out)
}

// output makes the output row: input columns, declared ones, the match's id.
func (s *scanRun) output(m *match, i int, declared []types.Value) []types.Value {
	row := make([]types.Value, 0, len(s.x.Cols))
	for _, c := range s.x.Cols {
		row = append(row, s.cell(c, m, i, declared))
	}
	return row
}

func (s *scanRun) cell(c plan.Column, m *match, i int, declared []types.Value) types.Value {
	if s.x.MatchID != nil && c.ID == s.x.MatchID.ID {
		return m.id
	}
	for d, decl := range s.x.Declare {
		if decl.Column.ID == c.ID {
			return declared[d]
		}
	}
	for k, in := range s.in.Cols {
		if in.ID == c.ID {
			return s.in.Vecs[k].Value(i)
		}
	}
	return nil
}

// stepValue is `step.column`: of a step that was not reached, a declared column
// has its default and all others are null.
func (s *scanRun) stepValue(m *match, name, column string) types.Value {
	for k, st := range s.x.Steps {
		if st.Name != name {
			continue
		}
		state := m.steps[k]
		for d, decl := range s.x.Declare {
			if decl.Column.Name == column {
				if state == nil {
					return s.defaults[d]
				}
				return state.declared[d]
			}
		}
		for c, in := range s.in.Cols {
			if in.Name == column && state != nil {
				return s.in.Vecs[c].Value(state.row)
			}
		}
	}
	return nil
}

// flush puts out the row that a step with output=last holds back.
func (s *scanRun) flush(m *match, k int) error {
	if m == nil || m.steps[k] == nil || m.steps[k].pending == nil {
		return nil
	}
	row := m.steps[k].pending
	m.steps[k].pending = nil
	return s.b.add(row)
}

// step computes _step(name, column).
func (r *runner) step(c *plan.Call) (*types.Vector, error) {
	if r.steps == nil || len(c.Args) != 2 {
		return nil, fmt.Errorf("a step can be referred to only in a scan")
	}
	var names [2]string
	for i, a := range c.Args {
		k, ok := a.(*plan.Const)
		if !ok {
			return nil, fmt.Errorf("the name of a step must be constant")
		}
		names[i] = types.Text(k.Value, types.String)
	}
	return types.Constant(c.T, fit(r.steps(names[0], names[1]), c.T)), nil
}
