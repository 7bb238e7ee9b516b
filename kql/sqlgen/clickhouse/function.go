package clickhouse

import (
	"regexp/syntax"
	"strings"

	"github.com/azflow/azflow/kql/sqlast"
	"github.com/azflow/azflow/kql/sqlgen"
	"github.com/azflow/azflow/kql/types"
)

type function func(args []sqlgen.Arg, ret types.Type) (sqlast.Expr, bool)

// Function implements sqlgen.Dialect.
func (d *Dialect) Function(name string, args []sqlgen.Arg, ret types.Type) (sqlast.Expr, bool) {
	if f, ok := functions[name]; ok {
		return f(args, ret)
	}
	// The negations of tests of texts, which are never null.
	if base, ok := strings.CutPrefix(name, "!"); ok {
		if name == "!~" {
			base = "=~"
		}
		if f, ok := functions[base]; ok {
			if x, ok := f(args, ret); ok && texts(args) {
				return sqlast.Not{X: x}, true
			}
		}
	}
	return nil, false
}

// Checked implements sqlgen.Dialect: arithmetic wraps around.
func (d *Dialect) Checked(string, []sqlgen.Arg, types.Type) (sqlast.Expr, bool) { return nil, false }

// Implied implements sqlgen.Dialect: there are no kernels.
func (d *Dialect) Implied(string, []sqlgen.Arg) (sqlast.Expr, bool) { return nil, false }

// functions are those that ClickHouse computes as Kusto does, for the types
// that each accepts.
var functions = map[string]function{
	"+":              arithmetic("+"),
	"-":              arithmetic("-"),
	"*":              arithmetic("*"),
	"/":              divide,
	"%":              modulo,
	"neg":            negate,
	"bin":            bin,
	"floor":          bin,
	"bin_at":         binAt,
	"startofday":     startOf(types.TicksPerDay, 0),
	"startofweek":    startOf(7*types.TicksPerDay, types.TicksPerDay), // tick 0 is a Monday, weeks begin on Sunday
	"hourofday":      hourOfDay,
	"strlen":         text("lengthUTF8"),
	"string_size":    text("length"),
	"tolower":        text("lowerUTF8"),
	"strcat":         strcat,
	"tostring":       tostring,
	"tolong":         toLong,
	"toreal":         toReal,
	"todouble":       toReal,
	"coalesce":       coalesce,
	"=~":             folded("="),
	"contains":       position("positionCaseInsensitiveUTF8"),
	"contains_cs":    position("position"),
	"startswith":     affix("startsWith", true),
	"startswith_cs":  affix("startsWith", false),
	"endswith":       affix("endsWith", true),
	"endswith_cs":    affix("endsWith", false),
	"has":            term("(?i)", true, true),
	"has_cs":         term("", true, true),
	"hasprefix":      term("(?i)", true, false),
	"hasprefix_cs":   term("", true, false),
	"hassuffix":      term("(?i)", false, true),
	"hassuffix_cs":   term("", false, true),
	"has_any":        terms(sqlast.Or),
	"has_all":        terms(sqlast.And),
	"matches regex":  matches,
	"extract":        extract,
	"replace_string": replaceString,
	"not": func(args []sqlgen.Arg, _ types.Type) (sqlast.Expr, bool) {
		return sqlast.Not{X: args[0].X}, len(args) == 1 && args[0].Type == types.Bool
	},
	sqlgen.SplitPart: func(args []sqlgen.Arg, _ types.Type) (sqlast.Expr, bool) {
		at := sqlast.Int(args[2].Value.(int64) + 1)
		return sqlast.Element{List: sqlast.Call("splitByString", args[1].X, args[0].X), At: at}, true
	},
}

func texts(args []sqlgen.Arg) bool {
	for _, a := range args {
		if a.Type != types.String && a.Type != types.Dynamic {
			return false
		}
	}
	return true
}

func integer(t types.Type) bool { return t == types.Int || t == types.Long }

func number(t types.Type) bool { return integer(t) || t == types.Real }

func span(t types.Type) bool { return t == types.DateTime || t == types.TimeSpan }

func op(name string, l, r sqlast.Expr) sqlast.Expr { return sqlast.Infix{Op: name, L: l, R: r} }

func bigint(x sqlast.Expr) sqlast.Expr { return sqlast.Cast{X: x, Type: sqlast.BigInt} }

// arithmetic on integers wraps around in both; on datetimes it leaves their
// range in Kusto's way, as null.
func arithmetic(name string) function {
	return func(args []sqlgen.Arg, ret types.Type) (sqlast.Expr, bool) {
		if len(args) != 2 {
			return nil, false
		}
		l, r := args[0], args[1]
		switch {
		case integer(l.Type) && integer(r.Type) && ret == types.Long:
			return op(name, bigint(l.X), bigint(r.X)), true
		case number(l.Type) && number(r.Type) && ret == types.Real:
			return op(name, l.X, r.X), true
		case name != "*" && span(l.Type) && span(r.Type) && ret == types.TimeSpan:
			return op(name, l.X, r.X), true
		case name != "*" && span(l.Type) && span(r.Type) && ret == types.DateTime:
			x := op(name, l.X, r.X)
			inside := sqlast.And(op(">=", x, sqlast.Int(0)), op("<=", x, sqlast.Int(types.MaxInstant)))
			return sqlast.Case{Whens: []sqlast.When{{If: inside, Then: x}}, Else: bigint(sqlast.Null{})}, true
		}
		return nil, false
	}
}

func divide(args []sqlgen.Arg, ret types.Type) (sqlast.Expr, bool) {
	if len(args) != 2 {
		return nil, false
	}
	l, r := args[0], args[1]
	switch {
	case integer(l.Type) && integer(r.Type) && ret == types.Long && r.Const && r.Value != nil:
		if k, ok := r.Value.(int64); ok && (k == 0 || k == -1) {
			return nil, false
		}
		return bigint(sqlast.Call("intDiv", l.X, r.X)), true
	case number(l.Type) && number(r.Type) && ret == types.Real:
		return op("/", sqlast.Cast{X: l.X, Type: sqlast.Double}, sqlast.Cast{X: r.X, Type: sqlast.Double}), true
	case span(l.Type) && r.Type == types.TimeSpan && ret == types.Real:
		return op("/", sqlast.Cast{X: l.X, Type: sqlast.Double}, sqlast.Cast{X: r.X, Type: sqlast.Double}), true
	}
	return nil, false
}

func modulo(args []sqlgen.Arg, ret types.Type) (sqlast.Expr, bool) {
	if len(args) != 2 || !integer(args[0].Type) || !integer(args[1].Type) || ret != types.Long {
		return nil, false
	}
	n, ok := ticks(args[1])
	if !ok {
		return nil, false
	}
	return bigint(mod(args[0].X, n)), true
}

func negate(args []sqlgen.Arg, ret types.Type) (sqlast.Expr, bool) {
	if len(args) != 1 || args[0].Type != ret || !(ret == types.Long || ret == types.Real || ret == types.TimeSpan) {
		return nil, false
	}
	return op("-", sqlast.Int(0), args[0].X), ret != types.Real
}

// ticks returns the positive constant that a is.
func ticks(a sqlgen.Arg) (int64, bool) {
	if !a.Const {
		return 0, false
	}
	switch v := a.Value.(type) {
	case int64:
		return v, v > 0
	case int32:
		return int64(v), v > 0
	case types.Interval:
		return int64(v), v > 0
	}
	return 0, false
}

// mod is the remainder of x, from 0 to n-1. A plain literal would be unsigned,
// and the remainder of a negative x by it another.
func mod(x sqlast.Expr, n int64) sqlast.Expr {
	return sqlast.Call("positiveModulo", x, sqlast.Call("toInt64", sqlast.Int(n)))
}

func bin(args []sqlgen.Arg, ret types.Type) (sqlast.Expr, bool) {
	if len(args) != 2 || args[0].Type != ret {
		return nil, false
	}
	n, ok := ticks(args[1])
	whole := args[0].Type == types.Long && integer(args[1].Type)
	if !ok || !whole && !(span(args[0].Type) && args[1].Type == types.TimeSpan) {
		return nil, false
	}
	return op("-", args[0].X, mod(args[0].X, n)), true
}

func startOf(unit, shift int64) function {
	return func(args []sqlgen.Arg, _ types.Type) (sqlast.Expr, bool) {
		if len(args) != 1 || args[0].Type != types.DateTime {
			return nil, false
		}
		x := args[0].X
		return op("-", x, mod(op("+", x, sqlast.Int(shift)), unit)), true
	}
}

func hourOfDay(args []sqlgen.Arg, ret types.Type) (sqlast.Expr, bool) {
	if len(args) != 1 || args[0].Type != types.DateTime {
		return nil, false
	}
	hour := sqlast.Call("intDiv", mod(args[0].X, types.TicksPerDay), sqlast.Int(types.TicksPerHour))
	t := sqlast.BigInt
	if ret == types.Int {
		t = sqlast.Integer
	}
	return sqlast.Cast{X: hour, Type: t}, true
}

// text is a function of one text.
func text(name string) function {
	return func(args []sqlgen.Arg, ret types.Type) (sqlast.Expr, bool) {
		if len(args) != 1 || args[0].Type != types.String {
			return nil, false
		}
		x := sqlast.Call(name, args[0].X)
		if ret != types.String {
			x = bigint(x)
		}
		return x, true
	}
}

func written(a sqlgen.Arg) (sqlast.Expr, bool) {
	switch {
	case a.Type == types.String:
		return a.X, true
	case integer(a.Type):
		return sqlast.Call("ifNull", sqlast.Call("toString", a.X), sqlast.String("")), true
	}
	return nil, false
}

func tostring(args []sqlgen.Arg, _ types.Type) (sqlast.Expr, bool) {
	if len(args) != 1 {
		return nil, false
	}
	return written(args[0])
}

func strcat(args []sqlgen.Arg, _ types.Type) (sqlast.Expr, bool) {
	var xs []sqlast.Expr
	for _, a := range args {
		x, ok := written(a)
		if !ok {
			return nil, false
		}
		xs = append(xs, x)
	}
	return sqlast.Call("concat", xs...), len(xs) > 0
}

func toLong(args []sqlgen.Arg, ret types.Type) (sqlast.Expr, bool) {
	if len(args) != 1 || ret != types.Long {
		return nil, false
	}
	return bigint(args[0].X), integer(args[0].Type) || span(args[0].Type)
}

func toReal(args []sqlgen.Arg, ret types.Type) (sqlast.Expr, bool) {
	if len(args) != 1 || ret != types.Real || !number(args[0].Type) {
		return nil, false
	}
	return sqlast.Cast{X: args[0].X, Type: sqlast.Double}, true
}

func coalesce(args []sqlgen.Arg, ret types.Type) (sqlast.Expr, bool) {
	var xs []sqlast.Expr
	for _, a := range args {
		if a.Type != ret || ret == types.Dynamic {
			return nil, false
		}
		x := a.X
		if ret == types.String {
			x = sqlast.Call("nullIf", x, sqlast.String(""))
		}
		xs = append(xs, x)
	}
	if ret == types.String {
		xs = append(xs, sqlast.String(""))
	}
	return sqlast.Call("coalesce", xs...), len(xs) > 0
}

func pair(args []sqlgen.Arg) bool {
	return len(args) == 2 && args[0].Type == types.String && args[1].Type == types.String
}

func folded(name string) function {
	return func(args []sqlgen.Arg, _ types.Type) (sqlast.Expr, bool) {
		if !pair(args) {
			return nil, false
		}
		return op(name, sqlast.Call("lowerUTF8", args[0].X), sqlast.Call("lowerUTF8", args[1].X)), true
	}
}

func position(name string) function {
	return func(args []sqlgen.Arg, _ types.Type) (sqlast.Expr, bool) {
		if !pair(args) {
			return nil, false
		}
		return op(">", sqlast.Call(name, args[0].X, args[1].X), sqlast.Int(0)), true
	}
}

func affix(name string, fold bool) function {
	return func(args []sqlgen.Arg, _ types.Type) (sqlast.Expr, bool) {
		if !pair(args) {
			return nil, false
		}
		l, r := args[0].X, args[1].X
		if fold {
			l, r = sqlast.Call("lowerUTF8", l), sqlast.Call("lowerUTF8", r)
		}
		return op("=", sqlast.Call(name, l, r), sqlast.Int(1)), true
	}
}

// termPattern returns the expression that finds a term made of ASCII letters
// and digits; a term is bounded by what is neither letter nor digit.
func termPattern(flags, needle string, start, end bool) (string, bool) {
	for _, c := range needle {
		if !(c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z') {
			return "", false
		}
	}
	if needle == "" {
		return "", false
	}
	re := flags
	if start {
		re += `(^|[^\p{L}\p{N}])`
	}
	re += needle
	if end {
		re += `([^\p{L}\p{N}]|$)`
	}
	return re, true
}

func find(x sqlast.Expr, re string) sqlast.Expr {
	return op("=", sqlast.Call("match", x, sqlast.String(re)), sqlast.Int(1))
}

func term(flags string, start, end bool) function {
	return func(args []sqlgen.Arg, _ types.Type) (sqlast.Expr, bool) {
		if !pair(args) || !args[1].Const {
			return nil, false
		}
		re, ok := termPattern(flags, args[1].Value.(string), start, end)
		return find(args[0].X, re), ok
	}
}

func terms(join func(...sqlast.Expr) sqlast.Expr) function {
	return func(args []sqlgen.Arg, _ types.Type) (sqlast.Expr, bool) {
		if len(args) < 2 || args[0].Type != types.String {
			return nil, false
		}
		var xs []sqlast.Expr
		for _, a := range args[1:] {
			list, ok := a.Value.([]types.Value)
			if !ok {
				list = []types.Value{a.Value}
			}
			for _, v := range list {
				s, ok := v.(string)
				re, isTerm := termPattern("(?i)", s, true, true)
				if !a.Const || !ok || !isTerm {
					return nil, false
				}
				xs = append(xs, find(args[0].X, re))
			}
		}
		return join(xs...), len(xs) > 0
	}
}

// pattern returns a constant expression that RE2 takes; in Kusto a dot matches
// no line break.
func pattern(a sqlgen.Arg) (sqlast.Expr, bool) {
	s, ok := a.Value.(string)
	if !a.Const || !ok {
		return nil, false
	}
	if _, err := syntax.Parse(s, syntax.Perl); err != nil {
		return nil, false
	}
	return sqlast.String("(?-s)" + s), true
}

func matches(args []sqlgen.Arg, _ types.Type) (sqlast.Expr, bool) {
	if !pair(args) {
		return nil, false
	}
	re, ok := pattern(args[1])
	return op("=", sqlast.Call("match", args[0].X, re), sqlast.Int(1)), ok
}

func extract(args []sqlgen.Arg, ret types.Type) (sqlast.Expr, bool) {
	if len(args) != 3 || args[2].Type != types.String || ret != types.String {
		return nil, false
	}
	re, ok := pattern(args[0])
	group, isLong := args[1].Value.(int64)
	if !ok || !isLong || group < 0 {
		return nil, false
	}
	parsed, err := syntax.Parse(args[0].Value.(string), syntax.Perl)
	if err != nil || int(group) > parsed.MaxCap() {
		return nil, false
	}
	return sqlast.Call("regexpExtract", args[2].X, re, args[1].X), true
}

func replaceString(args []sqlgen.Arg, _ types.Type) (sqlast.Expr, bool) {
	if len(args) != 3 || !texts(args) || !args[1].Const || args[1].Value == "" {
		return nil, false
	}
	return sqlast.Call("replaceAll", args[0].X, args[1].X, args[2].X), true
}

// binAt rounds down to a multiple of a positive constant, counted from another.
func binAt(args []sqlgen.Arg, ret types.Type) (sqlast.Expr, bool) {
	if len(args) != 3 || args[0].Type != ret || args[2].Type != ret || !args[2].Const || !span(ret) && ret != types.Long {
		return nil, false
	}
	n, ok := ticks(args[1])
	if !ok || args[2].Value == nil {
		return nil, false
	}
	return op("-", args[0].X, mod(op("-", args[0].X, args[2].X), n)), true
}
