package plan

import "github.com/azflow/azflow/kql/types"

// Expr is a typed scalar expression over the columns of its node's input.
type Expr interface {
	Type() types.Type
}

type (
	// Ref is a column of the input, or of an enclosing Apply.
	Ref struct {
		Column ColumnID
		T      types.Type
	}
	// Const is a constant; Value nil is the null of T.
	Const struct {
		Value types.Value
		T     types.Type
	}
	// Call calls a function of kql/fn by its name. Operators are functions named
	// as they are written: + - * / % == != < <= > >= =~ !~ and or, has, !has_cs,
	// contains, startswith, "matches regex", in, !in, in~, !in~, has_any, has_all
	// (the searched value first, then the list's elements or one dynamic), between
	// and !between (x, lo, hi). Unary minus is "neg"; member access of a dynamic is
	// "_member" (value, name) and "_index" (value, index).
	Call struct {
		Func string
		Args []Expr
		T    types.Type
	}
	// Subquery is toscalar(…): the first cell, null if there is none.
	Subquery struct {
		Input Node
		T     types.Type
	}
	// InSubquery is x in (tabular): Op is in, !in, in~ or !in~ over the first
	// column of Input.
	InSubquery struct {
		Op    string
		X     Expr
		Input Node
	}
)

// Type implements Expr.
func (e *Ref) Type() types.Type { return e.T }

// Type implements Expr.
func (e *Const) Type() types.Type { return e.T }

// Type implements Expr.
func (e *Call) Type() types.Type { return e.T }

// Type implements Expr.
func (e *Subquery) Type() types.Type { return e.T }

// Type implements Expr.
func (*InSubquery) Type() types.Type { return types.Bool }
