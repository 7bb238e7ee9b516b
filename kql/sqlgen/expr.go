package sqlgen

import (
	"github.com/azflow/azflow/kql/fn"
	"github.com/azflow/azflow/kql/physical"
	"github.com/azflow/azflow/kql/plan"
	"github.com/azflow/azflow/kql/sqlast"
	"github.com/azflow/azflow/kql/types"
)

// mode says what becomes of the value of a condition, which decides how
// exactly its nulls must be kept.
type mode uint8

const (
	exact    mode = iota // a value that can be seen
	positive             // null counts as false: where, case, countif
	negative             // under a not in positive: null counts as true
)

func (m mode) flip() mode {
	switch m {
	case positive:
		return negative
	case negative:
		return positive
	}
	return exact
}

// value writes e as a value.
func (p *part) value(sc scope, e plan.Expr) (Arg, error) { return p.expr(sc, e, exact) }

// cond writes e as a condition for which null is false.
func (p *part) cond(sc scope, e plan.Expr) (sqlast.Expr, error) {
	a, err := p.expr(sc, e, positive)
	return a.X, err
}

func (p *part) expr(sc scope, e plan.Expr, m mode) (Arg, error) {
	switch e := e.(type) {
	case *plan.Ref:
		a, ok := sc[e.Column]
		if !ok {
			return Arg{}, inexact("a column of an enclosing row")
		}
		return a, nil
	case *plan.Const:
		return constant(e.T, e.Value)
	case *plan.Call:
		return p.call(sc, e, m)
	case *plan.Subquery:
		return p.subquery(e)
	case *plan.InSubquery:
		return p.inSubquery(sc, e, m)
	}
	return Arg{}, inexact("%T", e)
}

// constant writes a constant in the form of its type.
func constant(t types.Type, v types.Value) (Arg, error) {
	a := Arg{Type: t, Form: physical.Of(t), Const: true, Value: v}
	if v == nil {
		if t == types.String {
			a.X, a.Value = sqlast.String(""), ""
		} else {
			a.X = sqlast.Cast{X: sqlast.Null{}, Type: SQLType(t, a.Form)}
		}
		return a, nil
	}
	switch v := v.(type) {
	case bool:
		a.X = sqlast.Bool(v)
	case int32:
		a.X = sqlast.Int(v)
	case int64:
		a.X = sqlast.Int(v)
	case float64:
		a.X = sqlast.Real(v)
	case string:
		a.X = sqlast.String(v)
	case types.Instant:
		a.X = sqlast.Int(v)
	case types.Interval:
		a.X = sqlast.Int(v)
	case types.UUID:
		a.X = sqlast.String(v.String())
	case types.DecimalValue:
		a.X = sqlast.String(v.String())
	}
	if t == types.Dynamic {
		a.X = sqlast.String(types.AppendJSON(nil, v))
	}
	if a.X == nil {
		return a, inexact("a constant of type %v", t)
	}
	return a, nil
}

// Literal returns a value of type t in the given form, typed.
func Literal(t types.Type, form physical.Form, v types.Value) (sqlast.Expr, error) {
	if at, ok := v.(types.Instant); ok && form == physical.Stamp {
		return sqlast.Stamp((int64(at) - types.UnixEpochTicks) / types.TicksPerMicrosecond), nil
	}
	a, err := constant(t, v)
	if err != nil {
		return nil, err
	}
	if v == nil {
		a.X = sqlast.Null{}
		if t == types.String {
			a.X = sqlast.String("")
		}
	}
	return sqlast.Cast{X: a.X, Type: SQLType(t, form)}, nil
}

// SQLType returns the type of a column of type t in the given form.
func SQLType(t types.Type, f physical.Form) sqlast.Type {
	switch f {
	case physical.Ticks:
		return sqlast.BigInt
	case physical.Stamp:
		return sqlast.Timestamp
	case physical.JSON, physical.Text:
		return sqlast.Text
	}
	switch t {
	case types.Bool:
		return sqlast.Boolean
	case types.Int:
		return sqlast.Integer
	case types.Long:
		return sqlast.BigInt
	case types.Real:
		return sqlast.Double
	}
	return sqlast.Varchar
}

// in converts a to another form of the same type.
func (p *part) in(a Arg, f physical.Form) Arg {
	if a.Form == physical.Stamp && f == physical.Ticks {
		a.X, a.Form = p.d.TicksOf(a.X), f
	}
	return a
}

// plain returns a in the form that functions take.
func (p *part) plain(a Arg) Arg { return p.in(a, physical.Of(a.Type)) }

// typed returns the expression of a such that its SQL type is that of its
// form, which a literal's need not be.
func typed(a Arg) sqlast.Expr {
	if !a.Const {
		return a.X
	}
	if _, ok := a.X.(sqlast.Cast); ok {
		return a.X
	}
	return sqlast.Cast{X: a.X, Type: SQLType(a.Type, a.Form)}
}

func nullable(a Arg) bool {
	if a.Const {
		return a.Value == nil
	}
	return a.Type != types.String
}

func (p *part) call(sc scope, e *plan.Call, m mode) (Arg, error) {
	switch e.Func {
	case "and", "or":
		return p.logic(sc, e, m)
	case "not":
		if len(e.Args) == 1 && e.Args[0].Type() == types.Bool {
			x, err := p.expr(sc, e.Args[0], m.flip())
			return Arg{X: sqlast.Not{X: x.X}, Type: types.Bool}, err
		}
	case "tostring":
		a, ok, err := p.splitPart(sc, e)
		if ok || err != nil {
			return a, err
		}
	case "iff", "iif", "case":
		a, ok, err := p.choose(sc, e)
		if ok || err != nil {
			return a, err
		}
	}
	args := make([]Arg, len(e.Args))
	for i, x := range e.Args {
		a, err := p.value(sc, x)
		if err != nil {
			return Arg{}, err
		}
		args[i] = a
	}
	if x, ok := p.compare(e.Func, args, m); ok {
		return Arg{X: x, Type: types.Bool}, nil
	}
	if x, ok := nullTest(e.Func, args); ok {
		return Arg{X: x, Type: types.Bool}, nil
	}
	for i := range args {
		args[i] = p.plain(args[i])
	}
	out := Arg{Type: e.T, Form: physical.Of(e.T)}
	x, ok := p.d.Function(e.Func, args, e.T)
	if !ok {
		x, ok = p.kernel(e.Func, args, e.T)
	}
	if !ok {
		return Arg{}, inexact("%s", e.Func)
	}
	if p.flow == held {
		if fast, ok := p.d.Checked(e.Func, args, e.T); ok {
			x = sqlast.Checked{Fast: fast, Exact: x}
			p.checked = true
		}
	}
	out.X = x
	return out, nil
}

// kernel calls the kernel of a function; false if the engine cannot.
func (p *part) kernel(name string, args []Arg, ret types.Type) (sqlast.Expr, bool) {
	if !p.d.Kernels() {
		return nil, false
	}
	f, ok := fn.LookupScalar(name)
	if !ok || f.Kernel == nil || f.Window || f.Context {
		return nil, false
	}
	x := p.extern(name, args, ret)
	if cond, ok := p.d.Implied(name, args); ok {
		return sqlast.And(cond, x), true
	}
	return x, true
}

// extern calls a function that the engine is given: a kernel of kql/fn, or one
// of the package's own (see ToJSON).
func (p *part) extern(name string, args []Arg, ret types.Type) sqlast.Expr {
	c := Call{Func: name, Ret: ret}
	var xs []sqlast.Expr
	for _, a := range args {
		c.Args = append(c.Args, a.Type)
		c.Const = append(c.Const, a.Const)
		xs = append(xs, a.X)
	}
	c.Name = c.sqlName()
	p.calls[c.Name] = c
	return sqlast.Call(c.Name, xs...)
}

func (p *part) logic(sc scope, e *plan.Call, m mode) (Arg, error) {
	op := "AND"
	if e.Func == "or" {
		op = "OR"
	}
	var xs []sqlast.Expr
	for _, x := range e.Args {
		if x.Type() != types.Bool {
			return Arg{}, inexact("%s of %v", e.Func, x.Type())
		}
		a, err := p.expr(sc, x, m)
		if err != nil {
			return Arg{}, err
		}
		xs = append(xs, a.X)
	}
	if op == "OR" {
		return Arg{X: sqlast.Or(xs...), Type: types.Bool}, nil
	}
	return Arg{X: sqlast.And(xs...), Type: types.Bool}, nil
}

// choose writes iff and case whose branches have the type of the result.
func (p *part) choose(sc scope, e *plan.Call) (Arg, bool, error) {
	n := len(e.Args)
	if n < 3 || n%2 == 0 {
		return Arg{}, false, nil
	}
	for i, x := range e.Args {
		cond := i%2 == 0 && i < n-1
		if cond && x.Type() != types.Bool || !cond && x.Type() != e.T {
			return Arg{}, false, nil
		}
	}
	form := physical.Of(e.T)
	var c sqlast.Case
	for i := 0; i < n-1; i += 2 {
		cond, err := p.cond(sc, e.Args[i])
		if err != nil {
			return Arg{}, false, err
		}
		then, err := p.value(sc, e.Args[i+1])
		if err != nil {
			return Arg{}, false, err
		}
		c.Whens = append(c.Whens, sqlast.When{If: cond, Then: typed(p.in(then, form))})
	}
	last, err := p.value(sc, e.Args[n-1])
	if err != nil {
		return Arg{}, false, err
	}
	c.Else = typed(p.in(last, form))
	return Arg{X: c, Type: e.T, Form: form}, true, nil
}

// SplitPart is tostring(split(text, separator)[n]) in one: Dialect.Function may
// have it, for a separator that is not empty and n from 0.
const SplitPart = "_split_part"

func (p *part) splitPart(sc scope, e *plan.Call) (Arg, bool, error) {
	if len(e.Args) != 1 {
		return Arg{}, false, nil
	}
	index, ok := e.Args[0].(*plan.Call)
	if !ok || index.Func != "_index" || len(index.Args) != 2 {
		return Arg{}, false, nil
	}
	split, ok := index.Args[0].(*plan.Call)
	if !ok || split.Func != "split" || len(split.Args) != 2 || split.Args[0].Type() != types.String {
		return Arg{}, false, nil
	}
	sep, ok1 := split.Args[1].(*plan.Const)
	at, ok2 := index.Args[1].(*plan.Const)
	if !ok1 || !ok2 {
		return Arg{}, false, nil
	}
	text, ok1 := sep.Value.(string)
	n, ok2 := integerOf(at.Value)
	if !ok1 || !ok2 || text == "" || n < 0 {
		return Arg{}, false, nil
	}
	args := make([]Arg, 3)
	for i, x := range []plan.Expr{split.Args[0], sep, &plan.Const{Value: n, T: types.Long}} {
		a, err := p.value(sc, x)
		if err != nil {
			return Arg{}, false, err
		}
		args[i] = a
	}
	x, ok := p.d.Function(SplitPart, args, types.String)
	return Arg{X: x, Type: types.String}, ok, nil
}

// nullTest writes the tests for null and empty where the form alone decides.
func nullTest(name string, args []Arg) (sqlast.Expr, bool) {
	if len(args) != 1 {
		return nil, false
	}
	a := args[0]
	text := a.Type == types.String
	switch name {
	case "isnull":
		if text {
			return sqlast.Bool(false), true
		}
		return sqlast.IsNull{X: a.X}, a.Type != types.Dynamic
	case "isnotnull":
		if text {
			return sqlast.Bool(true), true
		}
		return sqlast.IsNull{X: a.X, Not: true}, a.Type != types.Dynamic
	case "isempty":
		if text {
			return sqlast.Infix{Op: "=", L: a.X, R: sqlast.String("")}, true
		}
		return sqlast.IsNull{X: a.X}, a.Type != types.Dynamic
	case "isnotempty":
		if text {
			return sqlast.Infix{Op: "<>", L: a.X, R: sqlast.String("")}, true
		}
		return sqlast.IsNull{X: a.X, Not: true}, a.Type != types.Dynamic
	}
	return nil, false
}
