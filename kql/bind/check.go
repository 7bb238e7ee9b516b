package bind

import (
	"github.com/azflow/azflow/kql/ast"
	"github.com/azflow/azflow/kql/types"
)

// The checks report what an operand has to be and is not. What is unknown was
// reported before and passes.

// CheckBool checks a condition.
func (b *Binder) CheckBool(v *Value, e ast.Expr) bool { return b.CheckType(v, e, types.Bool) }

// CheckType checks for a type.
func (b *Binder) CheckType(v *Value, e ast.Expr, t types.Type) bool {
	if v.Type == t || v.Type == types.Unknown || t == types.Unknown {
		return true
	}
	hint := ""
	if f, ok := conversions[t]; ok {
		hint = "convert it with " + f + "(…)"
	}
	b.Reportf("KS141", e.Span(), hint, "The expression must have the type %v.", t)
	return false
}

// CheckPromotable checks for a type or one that widens to it.
func (b *Binder) CheckPromotable(v *Value, e ast.Expr, t types.Type) bool {
	if widens(v.Type, t) {
		return true
	}
	return b.CheckType(v, e, t)
}

// widens reports whether a value of type t stands for one of type to.
func widens(t, to types.Type) bool {
	switch to {
	case types.Long:
		return t == types.Int
	case types.Real:
		return t == types.Int || t == types.Long
	case types.Decimal:
		return t == types.Int || t == types.Long || t == types.Real
	case types.String:
		return t == types.Dynamic
	}
	return false
}

// CheckInteger checks for an int or long.
func (b *Binder) CheckInteger(v *Value, e ast.Expr) bool {
	if v.Type.IsInteger() || v.Type == types.Unknown {
		return true
	}
	b.Errorf("KS134", e.Span(), "The expression value must be an integer.")
	return false
}

// CheckNumber checks for a number.
func (b *Binder) CheckNumber(v *Value, e ast.Expr) bool {
	if v.Type.IsNumeric() || v.Type == types.Unknown {
		return true
	}
	b.Errorf("KS137", e.Span(), "The expression value must be a number.")
	return false
}

// IsSummable reports whether t is a number, datetime or timespan.
func IsSummable(t types.Type) bool {
	return t.IsNumeric() || t == types.DateTime || t == types.TimeSpan || t == types.Unknown
}

// CheckSummable checks for a number, datetime or timespan.
func (b *Binder) CheckSummable(v *Value, e ast.Expr) bool {
	if IsSummable(v.Type) {
		return true
	}
	b.Errorf("KS138", e.Span(), "The argument value must be summable: a number, timespan or datetime.")
	return false
}

// CheckDynamic checks for a dynamic.
func (b *Binder) CheckDynamic(v *Value, e ast.Expr) bool { return b.CheckType(v, e, types.Dynamic) }

// CheckNotDynamic checks that a value can be grouped, sorted or joined by.
func (b *Binder) CheckNotDynamic(v *Value, e ast.Expr) bool {
	if v.Type != types.Dynamic {
		return true
	}
	b.Reportf("KS116", e.Span(), "convert it first, as with tostring(…) or tolong(…)", "The value of type 'dynamic' is not allowed in this context.")
	return false
}

// CheckColumn checks for a plain column.
func (b *Binder) CheckColumn(v *Value, e ast.Expr) bool {
	if v.Column != nil || v.Type == types.Unknown {
		return true
	}
	b.Errorf("KS109", e.Span(), "Column name expected.")
	return false
}

// CheckLiteral checks for a literal.
func (b *Binder) CheckLiteral(v *Value, e ast.Expr) bool {
	if v.IsLiteral || v.Type == types.Unknown {
		return true
	}
	b.Errorf("KS131", e.Span(), "The expression must be a literal.")
	return false
}

// CheckConst checks for what is known before the first row.
func (b *Binder) CheckConst(v *Value, e ast.Expr) bool {
	if v.IsConst || v.Type == types.Unknown {
		return true
	}
	b.Errorf("KS129", e.Span(), "The expression must be a constant.")
	return false
}

// CheckInterval checks that values of type step can be added to values of type t.
func (b *Binder) CheckInterval(step *Value, e ast.Expr, t types.Type) bool {
	if step.Type == types.Unknown || t == types.Unknown {
		return true
	}
	ok := false
	switch t {
	case types.DateTime, types.TimeSpan:
		ok = step.Type == types.TimeSpan
	case types.Int, types.Long:
		ok = step.Type.IsInteger()
	case types.Real:
		ok = step.Type.IsInteger() || step.Type == types.Real
	case types.Decimal:
		ok = step.Type.IsNumeric()
	}
	if !ok {
		hint := ""
		if t == types.DateTime || t == types.TimeSpan {
			hint = "write a timespan, such as 1h or 5m"
		}
		b.Reportf("KS178", e.Span(), hint, "The type '%v' is not an appropriate interval type for '%v'", step.Type, t)
	}
	return ok
}

// CheckFirst checks that an operator makes its own rows.
func (b *Binder) CheckFirst(in *Table, kw ast.Name) bool {
	if in == nil {
		return true
	}
	b.Errorf("KS175", kw.Span(), "The operator must be the first operator in the query.")
	return false
}

// Input returns the rows that an operator works on, and reports if there are
// none.
func (b *Binder) Input(in *Table, kw ast.Name) *Table {
	if in != nil {
		return in
	}
	b.Errorf("KS174", kw.Span(), "The operator cannot be the first operator in a query.")
	return b.FailedTable()
}
