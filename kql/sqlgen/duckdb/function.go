package duckdb

import (
	"strings"

	"github.com/azflow/azflow/kql/physical"
	"github.com/azflow/azflow/kql/sqlast"
	"github.com/azflow/azflow/kql/sqlgen"
	"github.com/azflow/azflow/kql/types"
)

// Function implements sqlgen.Dialect.
func (d *Dialect) Function(name string, args []sqlgen.Arg, ret types.Type) (sqlast.Expr, bool) {
	if f, ok := functions[name]; ok {
		return f(args, ret)
	}
	if base, ok := strings.CutPrefix(name, "!"); ok { // a test of texts, which are never null
		if base == "~" {
			base = "=~"
		}
		if t, ok := textTests[base]; ok {
			x, ok := t.exact(args)
			return sqlast.Not{X: x}, ok
		}
	}
	if t, ok := textTests[name]; ok {
		return t.exact(args)
	}
	return nil, false
}

type function func(args []sqlgen.Arg, ret types.Type) (sqlast.Expr, bool)

// functions are those that DuckDB computes exactly as Kusto does, for the
// types that each accepts; the kernels do the rest.
var functions = map[string]function{
	"strcat":      strcat,
	"tostring":    tostring,
	"strlen":      ofText("length"), // counts code points, as the kernel does
	"string_size": ofText("strlen"),
	"todouble":    toReal,
	"toreal":      toReal,
	"bin":         bin,
	"floor":       bin,
	"bin_at":      binAt,
	"startofday":  startOfDay,
	"hourofday":   hourOfDay,
	"-":           timeBetween,
	"not": func(args []sqlgen.Arg, _ types.Type) (sqlast.Expr, bool) {
		return sqlast.Not{X: args[0].X}, len(args) == 1 && args[0].Type == types.Bool
	},
	sqlgen.SplitPart: func(args []sqlgen.Arg, _ types.Type) (sqlast.Expr, bool) {
		at := sqlast.Int(args[2].Value.(int64) + 1)
		return sqlast.Call("coalesce", sqlast.Element{List: sqlast.Call("string_split", args[0].X, args[1].X), At: at}, sqlast.String("")), true
	},
}

func infix(op string, l, r sqlast.Expr) sqlast.Expr { return sqlast.Infix{Op: op, L: l, R: r} }

// Checked implements sqlgen.Dialect: DuckDB's arithmetic fails where Kusto's
// wraps around.
func (d *Dialect) Checked(name string, args []sqlgen.Arg, ret types.Type) (sqlast.Expr, bool) {
	if len(args) != 2 || name != "+" && name != "-" && name != "*" {
		return nil, false
	}
	l, r := args[0], args[1]
	whole := func(t types.Type) bool { return t == types.Int || t == types.Long }
	long := func(a sqlgen.Arg) sqlast.Expr {
		if a.Type == types.Int || a.Const {
			return sqlast.Cast{X: a.X, Type: sqlast.BigInt}
		}
		return a.X
	}
	span := func(t types.Type) bool { return t == types.TimeSpan }
	switch {
	case whole(l.Type) && whole(r.Type) && ret == types.Long:
		return infix(name, long(l), long(r)), true
	case name == "*" && ret == types.TimeSpan && (span(l.Type) && whole(r.Type) || whole(l.Type) && span(r.Type)):
		return infix(name, long(l), long(r)), true
	case name == "*":
	case span(l.Type) && span(r.Type) && ret == types.TimeSpan:
		return infix(name, long(l), long(r)), true
	case ret == types.DateTime && (l.Type == types.DateTime && span(r.Type) || name == "+" && span(l.Type) && r.Type == types.DateTime):
		// A datetime out of range is null.
		x := infix(name, long(l), long(r))
		inside := sqlast.And(infix(">=", x, sqlast.Int(0)), infix("<=", x, sqlast.Int(types.MaxInstant)))
		return sqlast.Case{Whens: []sqlast.When{{If: inside, Then: x}}}, true
	}
	return nil, false
}

// timeBetween is the difference of two datetimes, which fits in a timespan.
func timeBetween(args []sqlgen.Arg, ret types.Type) (sqlast.Expr, bool) {
	if len(args) != 2 || args[0].Type != types.DateTime || args[1].Type != types.DateTime || ret != types.TimeSpan {
		return nil, false
	}
	return infix("-", args[0].X, args[1].X), true
}

func ofText(name string) function {
	return func(args []sqlgen.Arg, _ types.Type) (sqlast.Expr, bool) {
		if len(args) != 1 || args[0].Type != types.String {
			return nil, false
		}
		return sqlast.Call(name, args[0].X), true
	}
}

func toReal(args []sqlgen.Arg, _ types.Type) (sqlast.Expr, bool) {
	if len(args) != 1 || args[0].Type != types.Long && args[0].Type != types.Int {
		return nil, false
	}
	return sqlast.Cast{X: args[0].X, Type: sqlast.Double}, true
}

// text writes a value as tostring does.
func text(a sqlgen.Arg) (sqlast.Expr, bool) {
	switch a.Type {
	case types.String:
		return a.X, true
	case types.Int, types.Long:
		return sqlast.Call("coalesce", sqlast.Cast{X: a.X, Type: sqlast.Varchar}, sqlast.String("")), true
	}
	return nil, false
}

func tostring(args []sqlgen.Arg, _ types.Type) (sqlast.Expr, bool) {
	if len(args) != 1 {
		return nil, false
	}
	return text(args[0])
}

func strcat(args []sqlgen.Arg, _ types.Type) (sqlast.Expr, bool) {
	var out sqlast.Expr
	for _, a := range args {
		x, ok := text(a)
		if !ok {
			return nil, false
		}
		if out == nil {
			out = x
		} else {
			out = infix("||", out, x)
		}
	}
	return out, out != nil
}

func startOfDay(args []sqlgen.Arg, _ types.Type) (sqlast.Expr, bool) {
	if len(args) != 1 || args[0].Type != types.DateTime {
		return nil, false
	}
	x := args[0].X
	return infix("-", x, infix("%", x, sqlast.Int(types.TicksPerDay))), true
}

func hourOfDay(args []sqlgen.Arg, ret types.Type) (sqlast.Expr, bool) {
	if len(args) != 1 || args[0].Type != types.DateTime {
		return nil, false
	}
	x := infix("//", infix("%", args[0].X, sqlast.Int(types.TicksPerDay)), sqlast.Int(types.TicksPerHour))
	return sqlast.Cast{X: x, Type: sqlgen.SQLType(ret, physical.Natural)}, true
}

// bin rounds down to a multiple of a positive constant. x - ((x % n) + n) % n
// cannot overflow but at the ends of long.
func bin(args []sqlgen.Arg, ret types.Type) (sqlast.Expr, bool) {
	if len(args) != 2 {
		return nil, false
	}
	n, ok := integer(args[1])
	integer := args[0].Type == types.Long && args[1].Type != types.TimeSpan && args[1].Type != types.Real
	ticks := (args[0].Type == types.DateTime || args[0].Type == types.TimeSpan) && args[1].Type == types.TimeSpan
	if !ok || n <= 0 || n > 1<<40 && !ticks || !integer && !ticks || ret != args[0].Type {
		return nil, false
	}
	mod := func(x sqlast.Expr) sqlast.Expr { return infix("%", x, sqlast.Int(n)) }
	x := args[0].X
	rest := mod(x)
	if args[0].Type != types.DateTime { // an Instant is never negative
		rest = mod(infix("+", rest, sqlast.Int(n)))
	}
	return infix("-", x, rest), true
}

// binAt rounds down to a multiple of a positive constant, counted from another.
func binAt(args []sqlgen.Arg, ret types.Type) (sqlast.Expr, bool) {
	if len(args) != 3 || ret != args[0].Type || args[2].Type != ret {
		return nil, false
	}
	n, ok1 := integer(args[1])
	from, ok2 := integer(args[2])
	if !ok1 || !ok2 || n <= 0 || args[0].Type == types.Real {
		return nil, false
	}
	mod := func(x sqlast.Expr) sqlast.Expr { return infix("%", x, sqlast.Int(n)) }
	x := args[0].X
	rest := mod(infix("+", mod(infix("-", x, sqlast.Int(from))), sqlast.Int(n)))
	return infix("-", x, rest), true
}

// integer returns the whole number, or ticks, that a constant is.
func integer(a sqlgen.Arg) (int64, bool) {
	if !a.Const {
		return 0, false
	}
	switch v := a.Value.(type) {
	case types.Interval:
		return int64(v), true
	case types.Instant:
		return int64(v), true
	case int64:
		return v, true
	case int32:
		return int64(v), true
	}
	return 0, false
}
