package bind

import (
	"fmt"
	"slices"

	"github.com/azflow/azflow/kql/ast"
	"github.com/azflow/azflow/kql/diag"
	"github.com/azflow/azflow/kql/plan"
	"github.com/azflow/azflow/kql/types"
)

// lambda is a function written in KQL: let-bound, or stored in the catalogue.
type lambda struct {
	name   string
	decl   *ast.Lambda
	scope  *scope // where it was written
	stored bool   // its text is not that of the query
	// checked is what the body gave when it was checked by itself, nil before.
	checked entity
}

func (l *lambda) minArgs() int {
	n := 0
	for i := range l.decl.Params {
		if l.decl.Params[i].Default == nil {
			n++
		}
	}
	return n
}

// function is a stored function, parsed.
type function struct{ *lambda }

// storedFunction returns the catalogue's function called name, or nil.
func (b *Binder) storedFunction(name string) *function {
	if f, ok := b.functions[name]; ok {
		return f
	}
	stored, ok := b.cat.Function(name)
	if !ok {
		b.functions[name] = nil
		return nil
	}
	decl, diags := b.parsed.function(stored, b.parse)
	f := &function{}
	if decl != nil {
		f.lambda = &lambda{name: name, decl: decl, scope: newScope(nil), stored: true}
	}
	if f.lambda == nil {
		b.Errorf("KS200", diag.Span{}, "Failure in expansion of '%s': %s", name, diags.Error())
		f = nil
	}
	b.functions[name] = f
	return f
}

// let binds `let name = value`.
func (b *Binder) let(s *ast.Let) {
	name := s.Name.Text
	if _, taken := b.env.scope.names[name]; taken {
		b.Errorf("KS201", s.Name.Span(), "A variable with the name '%s' has already been declared.", name)
	}
	here := b.env
	switch v := b.any(s.Value, anything).(type) {
	case *lambda:
		v.name = name
		b.checkLambda(v)
		b.env.scope.add(name, v)
	case *Table:
		t := &tabular{name: name, expr: s.Value, env: here, like: v}
		// Names declared later, this one among them, are not those of the value.
		t.env.scope = &scope{parent: b.env.scope.parent, names: clone(b.env.scope.names)}
		if shared, ok := v.Node.(*plan.Shared); ok && v.Graph == nil {
			t.shared = shared
		}
		b.env.scope.add(name, t)
	case *Value:
		out := *v
		if len(v.Parts) > 1 {
			b.Errorf("KS139", s.Value.Span(), "The multi-valued expression cannot be assigned to a variable.")
		}
		out.Parts, out.Column, out.same = nil, nil, nil
		b.env.scope.add(name, &out)
	case *database, *elsewhere, *row, *cluster:
		b.env.scope.add(name, v)
	default:
		b.env.scope.add(name, unknown())
	}
}

func clone(m map[string]entity) map[string]entity {
	out := make(map[string]entity, len(m))
	for k, v := range m {
		out[k] = v
	}
	return out
}

func (b *Binder) checkDefault(d *Value, t types.Type, e ast.Expr) {
	if !d.IsLiteral && d.Type != types.Unknown {
		if _, isNull := e.(*ast.Literal); !isNull {
			b.Errorf("KS132", e.Span(), "The expression must be a literal scalar value.")
			return
		}
	}
	if d.Type != t && !widens(d.Type, t) && !widens(t, d.Type) && d.Type != types.Unknown && t != types.Unknown {
		b.Errorf("KS141", e.Span(), "The expression must have the type %v.", t)
	}
}

// checkLambda reports what is wrong with a function wherever it is called.
func (b *Binder) checkLambda(l *lambda) {
	save := b.env
	suffix := 1
	b.env = env{scope: newScope(l.scope), suffix: &suffix}
	scalarSeen := false
	for i := range l.decl.Params {
		p := &l.decl.Params[i]
		if p.IsTable {
			if scalarSeen {
				b.Errorf("KS226", p.Span(), "Tabular parameters must be declared first.")
			}
			t := b.EmptyTable(b.Declared(p.Schema))
			t.Serialized = true
			b.env.scope.add(p.Name.Text, &tabular{name: p.Name.Text, like: t, first: true, shared: &plan.Shared{Input: t.Node}})
			continue
		}
		scalarSeen = true
		t := p.Type
		if p.Default != nil {
			b.checkDefault(b.Scalar(p.Default), t, p.Default)
		}
		b.env.scope.add(p.Name.Text, &Value{Expr: &plan.Ref{T: planType(t)}, Type: t, IsConst: true})
	}
	saveChecking := b.checking
	b.checking = true
	b.expanding = append(b.expanding, l.decl)
	l.checked = b.body(l.decl)
	b.expanding = b.expanding[:len(b.expanding)-1]
	b.env, b.checking = save, saveChecking
}

// body binds the statements of a function and returns what the last gives.
func (b *Binder) body(decl *ast.Lambda) entity {
	for _, s := range decl.Statements {
		b.statement(s, &plan.Plan{})
	}
	if decl.Body == nil {
		return &failure{}
	}
	return b.any(decl.Body, anything)
}

// callWithout binds the name of a function without an argument list.
func (b *Binder) callWithout(l *lambda, n ast.Name) entity {
	if l.minArgs() == 0 {
		return b.callLambda(l, n, nil, n.Span(), anything)
	}
	b.Errorf("KS117", n.Span(), "The function '%s' requires an argument list.", n.Text)
	return &failure{}
}

// callLambda binds a call of a function written in KQL by binding its body in
// the place of the call.
func (b *Binder) callLambda(l *lambda, n ast.Name, args []ast.Arg, at diag.Span, _ want) entity {
	if slices.Contains(b.expanding, l.decl) {
		b.Errorf("AZ050", n.Span(), "the function '%s' calls itself: recursion is not possible", n.Text)
		return &failure{}
	}
	params := l.decl.Params
	given, ok := b.matchArgs(l, n, args)
	if !ok {
		b.skipArgs(args)
		return unknown()
	}
	if b.calls++; b.calls > maxCalls {
		b.Errorf("AZ051", n.Span(), "the query expands to more than %d calls of functions", maxCalls)
		return &failure{}
	}
	if v := b.asChecked(l); v != nil {
		b.skipArgs(args)
		return v
	}
	inner := newScope(l.scope)
	for i := range params {
		if !b.bindParam(inner, &params[i], given[i], n) {
			ok = false
		}
	}
	if !ok {
		return &failure{}
	}
	saveEnv, saveDiags := b.env, b.diags
	suffix := 1
	b.env = env{scope: inner, suffix: &suffix, fuzzy: saveEnv.fuzzy && !l.stored}
	b.diags = nil
	b.expanding = append(b.expanding, l.decl)
	v := b.body(l.decl)
	b.expanding = b.expanding[:len(b.expanding)-1]
	found := b.diags
	b.env, b.diags = saveEnv, saveDiags
	if found.HasErrors() {
		if _, failed := v.(*failure); failed {
			v = unknown()
		}
		// A let-bound body was checked where it is written. What goes wrong only
		// with these arguments is reported at the call.
		if !b.diags.HasErrors() || l.stored {
			hint := ""
			if len(found) == 1 {
				hint = found[0].Hint
			}
			b.Reportf("KS200", at, hint, "Failure in expansion of '%s': %s", n.Text, found.Error())
		}
	}
	if t, ok := v.(*Table); ok {
		named := *t
		named.Name = ""
		if l.stored || l.decl.View {
			named.Name = l.name
		}
		return &named
	}
	return v
}

// maxCalls bounds how many calls of functions written in KQL are bound in the
// place of one query.
const maxCalls = 20000

// asChecked returns what a call of l gives while another function is checked by
// itself, where only its type matters; nil if that depends on the arguments.
func (b *Binder) asChecked(l *lambda) entity {
	if !b.checking || slices.ContainsFunc(l.decl.Params, func(p ast.Param) bool { return p.IsTable }) {
		return nil
	}
	switch v := l.checked.(type) {
	case *Value:
		return &Value{Expr: &plan.Ref{T: planType(v.Type)}, Type: v.Type, IsConst: true, Shape: v.Shape}
	case *Table:
		if v.Graph != nil {
			return nil
		}
		cols := make([]Column, len(v.Columns))
		for i, c := range v.Columns {
			cols[i] = b.NewColumn(c.Name, c.Type)
		}
		return v.With(&plan.Values{Cols: planColumns(cols)}, cols)
	}
	return nil
}

// matchArgs returns the argument of each parameter, nil where its default is
// to be used.
func (b *Binder) matchArgs(l *lambda, n ast.Name, args []ast.Arg) ([]ast.Expr, bool) {
	params := l.decl.Params
	if len(args) < l.minArgs() || len(args) > len(params) {
		count := fmt.Sprintf("%d arguments", len(params))
		switch least := l.minArgs(); {
		case len(params) == 0:
			count = "no arguments"
		case least < len(params):
			count = fmt.Sprintf("between %d and %d arguments", least, len(params))
		case len(params) == 1:
			count = "1 argument"
		}
		b.Errorf("KS119", n.Span(), "The function '%s' expects %s.", n.Text, count)
		return nil, false
	}
	given := make([]ast.Expr, len(params))
	ok, outOfOrder := true, false
	for i, a := range args {
		at := i
		if a.Name != nil {
			at = slices.IndexFunc(params, func(p ast.Param) bool { return p.Name.Text == a.Name.Text })
			if at < 0 {
				d := diag.Diagnostic{Code: "KS196", Span: a.Name.Span(), Msg: "The argument name does not refer to a declared parameter."}
				var names []string
				for _, p := range params {
					names = append(names, p.Name.Text)
				}
				b.suggest(&d, *a.Name, names)
				b.Report(d)
				ok = false
				continue
			}
			outOfOrder = outOfOrder || at != i
		} else if outOfOrder {
			b.Errorf("KS195", a.X.Span(), "All arguments after an unordered named argument must be named.")
			ok = false
			continue
		}
		given[at] = a.X
	}
	if !ok {
		return nil, false
	}
	for i := range params {
		if given[i] == nil && params[i].Default == nil {
			b.Errorf("KS197", n.Span(), "The argument for parameter '%s' is missing.", params[i].Name.Text)
			ok = false
		}
	}
	return given, ok
}

// bindParam makes the name of a parameter stand for its argument.
func (b *Binder) bindParam(inner *scope, p *ast.Param, arg ast.Expr, n ast.Name) bool {
	if p.IsTable {
		var t *Table
		here := b.env
		if in, ok := arg.(*inputTable); ok {
			t = in.table
		} else {
			b.WithoutRow(func() { t = b.Tabular(arg) })
		}
		if t.Failed {
			return false
		}
		for _, want := range p.Schema {
			c, ok := t.Find(want.Name.Text)
			if !ok && t.Open {
				continue
			}
			if !ok || c.Type != want.Type && c.Type != types.Unknown && want.Type != types.Unknown {
				at := n.Span()
				if _, implicit := arg.(*inputTable); !implicit {
					at = arg.Span()
				}
				b.Reportf("KS249", at, fmt.Sprintf("it needs a column %s of type %v", want.Name.Text, want.Type), "The tabular value does not have the required columns.")
				return false
			}
		}
		sym := &tabular{name: p.Name.Text, expr: arg, env: here, like: t}
		sym.env.row = nil
		if shared, ok := t.Node.(*plan.Shared); ok {
			sym.shared = shared
		} else if _, implicit := arg.(*inputTable); implicit {
			sym.shared = &plan.Shared{Input: t.Node}
			sym.like = t.WithNode(sym.shared)
		}
		inner.add(p.Name.Text, sym)
		return true
	}
	if arg == nil {
		var d *Value
		save := b.env
		suffix := 1
		b.env = env{scope: newScope(nil), suffix: &suffix}
		d = b.Scalar(p.Default)
		b.env = save
		v := *d
		v.Expr, v.Type, v.IsLiteral = b.Convert(d, p.Type), p.Type, false
		inner.add(p.Name.Text, &v)
		return true
	}
	a := b.Scalar(arg)
	v := &Value{Expr: b.Convert(a, p.Type), Type: p.Type, IsConst: a.IsConst, Shape: a.Shape, typeOf: a.typeOf}
	if p.Type == types.Unknown {
		v.Type = a.Type
	}
	inner.add(p.Name.Text, v)
	return true
}

// Convert returns the value of v as type t.
func (b *Binder) Convert(v *Value, t types.Type) plan.Expr {
	if v.Type == t || t == types.Unknown || v.Type == types.Unknown {
		if v.Type == types.Unknown && t != types.Unknown {
			return &plan.Const{T: t}
		}
		return v.Expr
	}
	if k, ok := v.Constant(); ok {
		if c, fits := convertConst(k, v.Type, t); fits {
			return &plan.Const{Value: c, T: t}
		}
	}
	return &plan.Call{Func: conversions[t], Args: []plan.Expr{v.Expr}, T: t}
}

// inputTable stands for the rows that `invoke f(…)` hands to f.
type inputTable struct {
	ast.Bad
	table *Table
}

// Invoke binds a call of the function name with t as its first argument.
func (b *Binder) Invoke(t *Table, e *ast.Call) *Table {
	args := append([]ast.Arg{{X: &inputTable{Bad: ast.Bad{Pos: e.Name.Pos}, table: t}}}, e.Args...)
	var l *lambda
	if s, ok := b.env.scope.find(e.Name.Text); ok {
		l, _ = s.(*lambda)
	} else if f := b.storedFunction(e.Name.Text); f != nil {
		l = f.lambda
	}
	if l == nil {
		b.skipArgs(e.Args)
		b.unknownFunction(e.Name)
		return b.FailedTable()
	}
	var v entity
	b.WithoutRow(func() { v = b.callLambda(l, e.Name, args, e.Span(), wantTable) })
	if out, ok := v.(*Table); ok {
		return out
	}
	if _, failed := v.(*failure); !failed {
		if x, ok := v.(*Value); !ok || x.Type != types.Unknown {
			b.Errorf("KS111", e.Span(), "Tabular value expected.")
		}
	}
	return b.FailedTable()
}
