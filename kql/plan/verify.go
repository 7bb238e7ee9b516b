package plan

import (
	"fmt"

	"github.com/azflow/azflow/kql/types"
)

// Verify checks that the plan below n is sound: every column is made once and
// before it is used, types agree, and nodes have what they need. It returns
// the first fault found.
func Verify(n Node) error {
	v := verifier{cols: map[Node][]Column{}}
	return v.node(n, nil)
}

type verifier struct {
	// cols are the columns of the nodes seen so far; those of projections lie in
	// arena.
	cols  map[Node][]Column
	arena []Column
	// By the id of a column: whether a node has made it, the last set that it was
	// put into, and the type that it had there.
	made  []bool
	mark  []int32
	typ   []types.Type
	epoch int32
}

// A scope is the columns that expressions may use: those of some nodes, and
// those around them.
type scope struct {
	outer *scope
	lists [][]Column
}

// columns returns the columns of n, which it asks for once.
func (v *verifier) columns(n Node) []Column {
	if cols, ok := v.cols[n]; ok {
		return cols
	}
	var cols []Column
	switch n := n.(type) {
	case *Filter:
		cols = v.columns(n.Input)
	case *Sort:
		cols = v.columns(n.Input)
	case *Limit:
		cols = v.columns(n.Input)
	case *Sample:
		cols = v.columns(n.Input)
	case *Shared:
		cols = v.columns(n.Input)
	case *Project:
		if cap(v.arena)-len(v.arena) < len(n.Items) {
			v.arena = make([]Column, 0, max(64, 2*cap(v.arena), len(n.Items)))
		}
		from := len(v.arena)
		for _, it := range n.Items {
			v.arena = append(v.arena, it.Column)
		}
		cols = v.arena[from:len(v.arena):len(v.arena)]
	default:
		cols = n.Columns()
	}
	v.cols[n] = cols
	return cols
}

func (v *verifier) within(outer *scope, nodes ...Node) *scope {
	sc := &scope{outer: outer, lists: make([][]Column, len(nodes))}
	for i, n := range nodes {
		sc.lists[i] = v.columns(n)
	}
	return sc
}

// grow makes room for column id.
func (v *verifier) grow(id ColumnID) {
	if n := int(id) + 1; n > len(v.mark) {
		n = max(256, n+n/2)
		v.made = append(v.made, make([]bool, n-len(v.made))...)
		v.mark = append(v.mark, make([]int32, n-len(v.mark))...)
		v.typ = append(v.typ, make([]types.Type, n-len(v.typ))...)
	}
}

// open begins a new set of columns.
func (v *verifier) open() { v.epoch++ }

// put adds columns to the set.
func (v *verifier) put(cols []Column) {
	for _, c := range cols {
		v.grow(c.ID)
		v.mark[c.ID], v.typ[c.ID] = v.epoch, c.Type
	}
}

// has returns the type of column id, if it is in the set.
func (v *verifier) has(id ColumnID) (types.Type, bool) {
	if id <= 0 || int(id) >= len(v.mark) || v.mark[id] != v.epoch {
		return types.Unknown, false
	}
	return v.typ[id], true
}

func (v *verifier) node(n Node, outer *scope) error {
	if n == nil {
		return fmt.Errorf("a node is missing")
	}
	if _, ok := v.cols[n]; ok {
		return nil
	}
	inner := outer
	if a, ok := n.(*Apply); ok {
		if err := v.node(a.Input, outer); err != nil {
			return err
		}
		inner = v.within(outer, a.Input)
	}
	ins := n.Inputs()
	for i, in := range ins {
		sc := outer
		if i == 1 {
			sc = inner // the subquery of an Apply may use the row it is applied to
		}
		if err := v.node(in, sc); err != nil {
			return err
		}
	}
	if err := v.gives(n, ins); err != nil {
		return fmt.Errorf("%s: %w", title(n), err)
	}
	if err := v.exprs(n, ins, outer); err != nil {
		return fmt.Errorf("%s: %w", title(n), err)
	}
	return nil
}

// gives checks the columns that n gives.
func (v *verifier) gives(n Node, ins []Node) error {
	v.open()
	for _, in := range ins {
		v.put(v.columns(in))
	}
	_, leaf := n.(*Leaf) // gives columns that were made outside
	passed, given := v.epoch, v.columns(n)
	v.open()
	for _, c := range given {
		switch {
		case c.ID <= 0:
			return fmt.Errorf("column %q has no id", c.Name)
		case c.Type == types.Unknown:
			return fmt.Errorf("column %q has no type", c.Name)
		}
		v.grow(c.ID)
		if v.mark[c.ID] == v.epoch {
			return fmt.Errorf("column %q is given twice", c.Name)
		}
		made := v.mark[c.ID] != passed && !leaf
		v.mark[c.ID] = v.epoch
		if !made {
			continue
		}
		if v.made[c.ID] {
			return fmt.Errorf("column %q (%d) is made in two places", c.Name, c.ID)
		}
		v.made[c.ID] = true
	}
	return nil
}

// exprs checks the expressions of n, each against the columns it may use.
func (v *verifier) exprs(n Node, ins []Node, outer *scope) error {
	switch n := n.(type) {
	case *Join:
		left, right := v.within(outer, n.Left), v.within(outer, n.Right)
		for _, k := range n.On {
			if err := v.one(left, k.Left); err != nil {
				return err
			}
			if err := v.one(right, k.Right); err != nil {
				return err
			}
		}
		if n.Names != nil && len(n.Names) != len(v.columns(n)) {
			return fmt.Errorf("%d names for %d columns", len(n.Names), len(v.columns(n)))
		}
		if n.Where != nil {
			return v.cond(n.Where, v.within(outer, n.Left, n.Right))
		}
		return nil
	case *Union:
		return n.check(v)
	case *Filter:
		return v.cond(n.Cond, v.within(outer, n.Input))
	case *SharedRef:
		of := v.columns(n.Of)
		if len(of) != len(n.Cols) {
			return fmt.Errorf("%d columns of %d", len(n.Cols), len(of))
		}
		for i := range of {
			if of[i].Type != n.Cols[i].Type {
				return fmt.Errorf("column %q is %v, not %v", of[i].Name, of[i].Type, n.Cols[i].Type)
			}
		}
		return nil
	case *GraphMatch:
		return v.match(n, outer)
	case *GraphTable:
		return v.graph(&n.Graph, outer)
	case *Values:
		for _, r := range n.Rows {
			if len(r) != len(n.Cols) {
				return fmt.Errorf("a row of %d values for %d columns", len(r), len(n.Cols))
			}
		}
		return nil
	}
	sc := v.within(outer, ins...)
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
		state := assigned(n.Declare)
		if n.MatchID != nil {
			state = append(state, *n.MatchID)
		}
		sc.lists = append(sc.lists, state)
	}
	return v.list(sc, func(check func(Expr)) { EachExpr(n, check) })
}

func (v *verifier) cond(e Expr, sc *scope) error {
	if e != nil && e.Type() != types.Bool {
		return fmt.Errorf("the condition is %v, not bool", e.Type())
	}
	return v.one(sc, e)
}

func (v *verifier) one(sc *scope, e Expr) error {
	return v.list(sc, func(check func(Expr)) { check(e) })
}

// list checks expressions that may use the columns of sc, and then the
// subqueries in them.
func (v *verifier) list(sc *scope, each func(check func(Expr))) error {
	v.open()
	for s := sc; s != nil; s = s.outer {
		for _, cols := range s.lists {
			v.put(cols)
		}
	}
	var subqueries []Node
	var fault error
	each(func(e Expr) {
		if fault == nil {
			fault = v.expr(e, &subqueries)
		}
	})
	if fault != nil {
		return fault
	}
	for _, n := range subqueries { // one answer for all rows
		if err := v.node(n, sc.outer); err != nil {
			return err
		}
	}
	return nil
}

func (v *verifier) expr(e Expr, subqueries *[]Node) error {
	switch e := e.(type) {
	case nil:
		return fmt.Errorf("an expression is missing")
	case *Ref:
		t, ok := v.has(e.Column)
		switch {
		case !ok:
			return fmt.Errorf("column %d is used where it is not given", e.Column)
		case t != e.T:
			return fmt.Errorf("column %d is %v, used as %v", e.Column, t, e.T)
		}
	case *Call:
		if e.T == types.Unknown {
			return fmt.Errorf("%s has no type", e.Func)
		}
		for _, a := range e.Args {
			if a == nil {
				return fmt.Errorf("an argument of %s is missing", e.Func)
			}
			if err := v.expr(a, subqueries); err != nil {
				return err
			}
		}
	case *Const:
		if e.T == types.Unknown {
			return fmt.Errorf("a constant has no type")
		}
	case *Subquery:
		*subqueries = append(*subqueries, e.Input)
	case *InSubquery:
		if e.Input == nil || len(e.Input.Columns()) == 0 {
			return fmt.Errorf("the table of %q has no column", e.Op)
		}
		*subqueries = append(*subqueries, e.Input)
		return v.expr(e.X, subqueries)
	}
	return nil
}

// check checks how the columns of n come from its inputs.
func (n *Union) check(v *verifier) error {
	if len(n.Map) != len(n.Ins) {
		return fmt.Errorf("%d column maps for %d inputs", len(n.Map), len(n.Ins))
	}
	for i, in := range n.Ins {
		if len(n.Map[i]) != len(n.Cols) {
			return fmt.Errorf("input %d maps %d of %d columns", i, len(n.Map[i]), len(n.Cols))
		}
		v.open()
		v.put(v.columns(in))
		for j, id := range n.Map[i] {
			if id == 0 {
				continue
			}
			if t, ok := v.has(id); !ok {
				return fmt.Errorf("input %d has no column for %q", i, n.Cols[j].Name)
			} else if t != n.Cols[j].Type {
				return fmt.Errorf("input %d gives %q as %v, not %v", i, n.Cols[j].Name, t, n.Cols[j].Type)
			}
		}
	}
	return nil
}
