package bind

import (
	"github.com/azflow/azflow/kql/ast"
	"github.com/azflow/azflow/kql/plan"
	"github.com/azflow/azflow/kql/types"
)

// A Value is a bound scalar expression.
type Value struct {
	Expr plan.Expr
	// Type is Unknown where it could not be told; that suppresses diagnostics
	// that would follow from it.
	Type types.Type
	// IsConst: it is the same for all rows and known before the first.
	IsConst bool
	// IsLiteral: it is written as a literal.
	IsLiteral bool
	// IsStar: it is `*`.
	IsStar bool
	// Column is the column that it refers to, nil for any other expression.
	Column *Column
	// Parts are the columns of a function that gives several; Expr is the first.
	Parts []Part
	// Shape says what a dynamic value is known to hold.
	Shape Shape
	// same is the column that a conversion to its own type leaves as it is.
	same   *Column
	folded *folded
	// typeOf is the type that a typeof(t) names.
	typeOf *ast.TypeOf
}

// A Part is one column of a value that has several.
type Part struct {
	Name string
	Type types.Type
	Expr plan.Expr
	// Column is set if the part is a column of the input.
	Column *Column
}

// Shape is what a dynamic value holds, as far as its expression tells.
type Shape uint8

// The shapes of dynamic values.
const (
	AnyShape Shape = iota
	ArrayShape
	BagShape
	ScalarShape
)

// unknown is the value of what could not be bound.
func unknown() *Value {
	return &Value{Expr: &plan.Const{T: types.Dynamic}, Type: types.Unknown}
}

// Constant returns the constant x of type t.
func Constant(x types.Value, t types.Type) *Value { return constant(x, t) }

func constant(x types.Value, t types.Type) *Value {
	return &Value{Expr: &plan.Const{Value: x, T: t}, Type: t, IsConst: true}
}

// columnValue is the value of a column.
func columnValue(c Column) *Value {
	return &Value{Expr: c.Ref(), Type: c.Type, Column: &c}
}

// ColumnValue returns the value of column c.
func ColumnValue(c Column) *Value { return columnValue(c) }
