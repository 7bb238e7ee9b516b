package plan

import (
	"fmt"

	"github.com/azflow/azflow/kql/types"
)

// Verify checks that the plan below n is sound: every column is made once and
// before it is used, types agree, and nodes have what they need. It returns
// the first fault found.
func Verify(n Node) error {
	v := verifier{made: map[ColumnID]Node{}, checked: map[Node]bool{}}
	return v.node(n, nil)
}

type verifier struct {
	made    map[ColumnID]Node
	checked map[Node]bool
}

// A scope is the columns that expressions may use.
type scope map[ColumnID]types.Type

func scopeOf(outer scope, nodes ...Node) scope {
	lists := make([][]Column, len(nodes))
	size := len(outer)
	for i, n := range nodes {
		lists[i] = n.Columns()
		size += len(lists[i])
	}
	sc := make(scope, size)
	for id, t := range outer {
		sc[id] = t
	}
	for _, cols := range lists {
		for _, c := range cols {
			sc[c.ID] = c.Type
		}
	}
	return sc
}

func (v *verifier) node(n Node, outer scope) error {
	if n == nil {
		return fmt.Errorf("a node is missing")
	}
	if v.checked[n] {
		return nil
	}
	v.checked[n] = true
	wrap := func(err error) error {
		if err != nil {
			return fmt.Errorf("%s: %w", title(n), err)
		}
		return nil
	}
	inner := outer
	if a, ok := n.(*Apply); ok {
		inner = scopeOf(outer, a.Input)
	}
	given := n.Columns()
	passed := make(map[ColumnID]bool, len(given))
	for i, in := range n.Inputs() {
		sc := outer
		if i == 1 {
			sc = inner // the subquery of an Apply may use the row it is applied to
		}
		if err := v.node(in, sc); err != nil {
			return err
		}
		for _, c := range in.Columns() {
			passed[c.ID] = true
		}
	}
	seen := make(map[ColumnID]bool, len(given))
	for _, c := range given {
		switch {
		case c.ID == 0:
			return wrap(fmt.Errorf("column %q has no id", c.Name))
		case c.Type == types.Unknown:
			return wrap(fmt.Errorf("column %q has no type", c.Name))
		case seen[c.ID]:
			return wrap(fmt.Errorf("column %q is given twice", c.Name))
		}
		seen[c.ID] = true
		if _, leaf := n.(*Leaf); leaf || passed[c.ID] {
			continue // a leaf gives columns that were made outside
		}
		if _, ok := v.made[c.ID]; ok {
			return wrap(fmt.Errorf("column %q (%d) is made in two places", c.Name, c.ID))
		}
		v.made[c.ID] = n
	}
	return wrap(v.exprs(n, outer))
}

// exprs checks the expressions of n, each against the columns it may use.
func (v *verifier) exprs(n Node, outer scope) error {
	switch n := n.(type) {
	case *Join:
		left, right := scopeOf(outer, n.Left), scopeOf(outer, n.Right)
		for _, k := range n.On {
			if err := v.expr(k.Left, left); err != nil {
				return err
			}
			if err := v.expr(k.Right, right); err != nil {
				return err
			}
		}
		if n.Names != nil && len(n.Names) != len(n.Columns()) {
			return fmt.Errorf("%d names for %d columns", len(n.Names), len(n.Columns()))
		}
		if n.Where != nil {
			return v.cond(n.Where, scopeOf(outer, n.Left, n.Right))
		}
		return nil
	case *Union:
		return n.check()
	case *Filter:
		return v.cond(n.Cond, scopeOf(outer, n.Input))
	case *SharedRef:
		of := n.Of.Columns()
		if len(of) != len(n.Cols) {
			return fmt.Errorf("%d columns of %d", len(n.Cols), len(of))
		}
		for i := range of {
			if of[i].Type != n.Cols[i].Type {
				return fmt.Errorf("column %q is %v, not %v", of[i].Name, of[i].Type, n.Cols[i].Type)
			}
		}
		return nil
	case *Values:
		for _, r := range n.Rows {
			if len(r) != len(n.Cols) {
				return fmt.Errorf("a row of %d values for %d columns", len(r), len(n.Cols))
			}
		}
		return nil
	}
	sc := scopeOf(outer, n.Inputs()...)
	switch n := n.(type) {
	case *Project:
		for _, a := range n.Items {
			if r, ok := a.Expr.(*Ref); ok && r.Column == a.Column.ID {
				continue
			}
			if a.Expr != nil && a.Expr.Type() != a.Column.Type {
				return fmt.Errorf("column %q is %v, its expression %v", a.Column.Name, a.Column.Type, a.Expr.Type())
			}
		}
	case *ScanSteps:
		for _, d := range n.Declare {
			sc[d.Column.ID] = d.Column.Type
		}
		if n.MatchID != nil {
			sc[n.MatchID.ID] = n.MatchID.Type
		}
	}
	var fault error
	EachExpr(n, func(e Expr) {
		if fault == nil {
			fault = v.expr(e, sc)
		}
	})
	return fault
}

func (v *verifier) cond(e Expr, sc scope) error {
	if e != nil && e.Type() != types.Bool {
		return fmt.Errorf("the condition is %v, not bool", e.Type())
	}
	return v.expr(e, sc)
}

func (v *verifier) expr(e Expr, sc scope) error {
	var fault error
	if e == nil {
		return fmt.Errorf("an expression is missing")
	}
	WalkExpr(e, func(e Expr) bool {
		if fault != nil {
			return false
		}
		switch e := e.(type) {
		case *Ref:
			t, ok := sc[e.Column]
			switch {
			case !ok:
				fault = fmt.Errorf("column %d is used where it is not given", e.Column)
			case t != e.T:
				fault = fmt.Errorf("column %d is %v, used as %v", e.Column, t, e.T)
			}
		case *Call:
			if e.T == types.Unknown {
				fault = fmt.Errorf("%s has no type", e.Func)
			}
			for _, a := range e.Args {
				if a == nil {
					fault = fmt.Errorf("an argument of %s is missing", e.Func)
					return false
				}
			}
		case *Const:
			if e.T == types.Unknown {
				fault = fmt.Errorf("a constant has no type")
			}
		case *Subquery:
			fault = v.node(e.Input, sc)
		case *InSubquery:
			if fault = v.node(e.Input, sc); fault == nil && len(e.Input.Columns()) == 0 {
				fault = fmt.Errorf("the table of %q has no column", e.Op)
			}
		}
		return fault == nil
	})
	return fault
}

func (n *Union) check() error {
	if len(n.Map) != len(n.Ins) {
		return fmt.Errorf("%d column maps for %d inputs", len(n.Map), len(n.Ins))
	}
	for i, in := range n.Ins {
		if len(n.Map[i]) != len(n.Cols) {
			return fmt.Errorf("input %d maps %d of %d columns", i, len(n.Map[i]), len(n.Cols))
		}
		sc := scopeOf(nil, in)
		for j, id := range n.Map[i] {
			if id == 0 {
				continue
			}
			if t, ok := sc[id]; !ok {
				return fmt.Errorf("input %d has no column for %q", i, n.Cols[j].Name)
			} else if t != n.Cols[j].Type {
				return fmt.Errorf("input %d gives %q as %v, not %v", i, n.Cols[j].Name, t, n.Cols[j].Type)
			}
		}
	}
	return nil
}
