package sqlgen

import (
	"slices"

	"github.com/azflow/azflow/kql/physical"
	"github.com/azflow/azflow/kql/sqlast"
	"github.com/azflow/azflow/kql/types"
)

var comparisons = map[string]string{"==": "=", "!=": "<>", "<": "<", "<=": "<=", ">": ">", ">=": ">="}

// compare writes comparisons that SQL's own mean the same as; false for all
// others.
func (p *part) compare(name string, args []Arg, m mode) (sqlast.Expr, bool) {
	switch name {
	case "==", "!=", "<", "<=", ">", ">=":
		if len(args) != 2 {
			return nil, false
		}
		l, r, op, ok := p.comparable(args[0], args[1], comparisons[name])
		if !ok {
			return nil, false
		}
		return equality(l, r, op, m), true
	case "between", "!between":
		if len(args) != 3 {
			return nil, false
		}
		if args[0].Type != args[2].Type && args[2].Type == types.TimeSpan {
			return nil, false // t between (from .. span)
		}
		x, lo, op1, ok1 := p.comparable(args[0], args[1], ">=")
		y, hi, op2, ok2 := p.comparable(args[0], args[2], "<=")
		if !ok1 || !ok2 {
			return nil, false
		}
		both := sqlast.And(sqlast.Infix{Op: op1, L: x.X, R: lo.X}, sqlast.Infix{Op: op2, L: y.X, R: hi.X})
		if name == "between" {
			return both, true
		}
		return sqlast.Not{X: both}, true
	case "in", "!in":
		x, ok := p.among(args, m, name == "!in")
		return x, ok
	}
	return nil, false
}

// class says which values SQL compares as KQL does.
func (p *part) class(t types.Type) int {
	switch t {
	case types.Int, types.Long:
		return 1
	case types.String:
		return 2
	case types.DateTime:
		return 3
	case types.TimeSpan:
		return 4
	case types.Bool:
		return 5
	case types.GUID:
		return 6
	case types.Real:
		if p.d.IEEE() {
			return 1
		}
	}
	return 0
}

// comparable brings two operands into forms in which op compares them; the
// operator may change with it.
func (p *part) comparable(l, r Arg, op string) (Arg, Arg, string, bool) {
	c := p.class(l.Type)
	if c == 0 || c != p.class(r.Type) {
		return l, r, op, false
	}
	if (c == 5 || c == 6) && op != "=" && op != "<>" {
		return l, r, op, false
	}
	if c == 2 && op != "=" && op != "<>" {
		return l, r, op, false
	}
	if l.Form == r.Form {
		return l, r, op, true
	}
	switch {
	case l.Form == physical.Stamp && r.Const && r.Value != nil:
		if s, o, ok := stampBound(r.Value.(types.Instant), op); ok {
			r.X, r.Form = s, physical.Stamp
			return l, r, o, true
		}
	case r.Form == physical.Stamp && l.Const && l.Value != nil:
		if s, o, ok := stampBound(l.Value.(types.Instant), mirror(op)); ok {
			l.X, l.Form = s, physical.Stamp
			return l, r, mirror(o), true
		}
	}
	return p.plain(l), p.plain(r), op, true
}

// stampBound returns the microsecond and the operator that compare a stored
// timestamp as op compares it with the instant at.
func stampBound(at types.Instant, op string) (sqlast.Expr, string, bool) {
	ticks := int64(at) - types.UnixEpochTicks
	us := ticks / types.TicksPerMicrosecond
	rest := ticks % types.TicksPerMicrosecond
	if rest < 0 {
		us, rest = us-1, rest+types.TicksPerMicrosecond
	}
	if rest == 0 {
		return sqlast.Stamp(us), op, true
	}
	switch op { // us < at < us+1
	case "<", "<=":
		return sqlast.Stamp(us), "<=", true
	case ">", ">=":
		return sqlast.Stamp(us), ">", true
	}
	return nil, op, false
}

func mirror(op string) string {
	switch op {
	case "<":
		return ">"
	case "<=":
		return ">="
	case ">":
		return "<"
	case ">=":
		return "<="
	}
	return op
}

// equality writes l op r. In KQL a value never equals null, but two nulls
// compare to null; order against null is null, as in SQL.
func equality(l, r Arg, op string, m mode) sqlast.Expr {
	plain := sqlast.Infix{Op: op, L: l.X, R: r.X}
	if op != "=" && op != "<>" {
		return plain
	}
	nl, nr := nullable(l), nullable(r)
	if !nl && !nr {
		return plain
	}
	distinct := sqlast.Infix{Op: "IS DISTINCT FROM", L: l.X, R: r.X}
	same := sqlast.Infix{Op: "IS NOT DISTINCT FROM", L: l.X, R: r.X}
	total := sqlast.Expr(same)
	if op == "<>" {
		total = distinct
	}
	switch {
	case m == positive && op == "=", m == negative && op == "<>":
		return plain
	case m == positive, m == negative:
		return total
	case nl && nr:
		both := sqlast.And(sqlast.IsNull{X: l.X}, sqlast.IsNull{X: r.X})
		null := sqlast.Cast{X: sqlast.Null{}, Type: sqlast.Boolean}
		return sqlast.Case{Whens: []sqlast.When{{If: both, Then: null}}, Else: total}
	}
	return total
}

// among writes x in (constants) where SQL compares them as KQL does. A null x
// is in no list of values.
func (p *part) among(args []Arg, m mode, not bool) (sqlast.Expr, bool) {
	if len(args) < 2 {
		return nil, false
	}
	x := args[0]
	var list []Arg
	for _, a := range args[1:] {
		if !a.Const || a.Value == nil {
			return nil, false
		}
		if vs, ok := a.Value.([]types.Value); ok && a.Type == types.Dynamic {
			for _, v := range vs {
				c, ok := scalarOf(x.Type, v)
				if !ok {
					return nil, false
				}
				list = append(list, c)
			}
			continue
		}
		if a.Type == types.Dynamic {
			return nil, false
		}
		list = append(list, a)
	}
	if len(list) == 0 {
		return sqlast.Bool(not), true
	}
	x = p.plain(x)
	var xs []sqlast.Expr
	for _, a := range list {
		if _, _, _, ok := p.comparable(x, a, "="); !ok || !slices.Contains([]types.Type{types.Int, types.Long, types.String, types.DateTime, types.TimeSpan, types.GUID}, a.Type) {
			return nil, false
		}
		xs = append(xs, a.X)
	}
	in := sqlast.Expr(sqlast.InList{X: x.X, List: xs})
	inner := m
	if not {
		inner = m.flip()
	}
	if nullable(x) && inner != positive {
		in = sqlast.Call("coalesce", in, sqlast.Bool(false))
	}
	if not {
		return sqlast.Not{X: in}, true
	}
	return in, true
}

// scalarOf returns the element v of a dynamic array as a constant that a value
// of type t can equal only if it equals v.
func scalarOf(t types.Type, v types.Value) (Arg, bool) {
	switch v := v.(type) {
	case string:
		if t == types.String {
			a, err := constant(t, v)
			return a, err == nil
		}
	case int64:
		if t == types.Long || t == types.Int {
			a, err := constant(types.Long, v)
			return a, err == nil
		}
	}
	return Arg{}, false
}
