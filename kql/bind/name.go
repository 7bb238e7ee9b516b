package bind

import (
	"github.com/azflow/azflow/kql/ast"
	"github.com/azflow/azflow/kql/diag"
	"github.com/azflow/azflow/kql/fn"
	"github.com/azflow/azflow/kql/plan"
	"github.com/azflow/azflow/kql/types"
)

// want says what an expression stands where: it decides how an unknown name is
// reported.
type want uint8

const (
	anything want = iota
	wantTable
)

// name binds a plain name.
func (b *Binder) name(n ast.Name, w want) entity {
	if n.Text == "" {
		return &failure{}
	}
	if w == anything {
		if e := b.columnNamed(n); e != nil {
			return e
		}
	}
	if e, ok := b.env.scope.find(n.Text); ok {
		if t, ok := e.(*tabular); ok {
			return b.use(t)
		}
		if l, ok := e.(*lambda); ok {
			return b.callWithout(l, n)
		}
		return e
	}
	if f := b.storedFunction(n.Text); f != nil && f.minArgs() == 0 {
		return b.callLambda(f.lambda, n, nil, n.Span(), w)
	}
	if t, ok := b.cat.Table(n.Text); ok {
		return b.scan(t, n.Span())
	}
	if w == wantTable {
		if b.env.fuzzy {
			b.Warnf("KS205", n.Span(), "The fuzzy name '%s' does not refer to any known or currently accessible table.", n.Text)
			t := b.FailedTable()
			t.Failed, t.Missing = false, true
			return t
		}
		if _, ok := absent[n.Text]; ok {
			b.Errorf("KS117", n.Span(), "The function '%s' requires an argument list.", n.Text)
			return b.FailedTable()
		}
		b.unknownTable(n)
		return b.FailedTable()
	}
	_, isAggregate := fn.LookupAggregate(n.Text)
	if f, ok := fn.LookupScalar(n.Text); ok && !f.Operator || isAggregate && b.env.aggregates != nil {
		b.Errorf("KS117", n.Span(), "The function '%s' requires an argument list.", n.Text)
		return &failure{}
	}
	if e := b.inferred(n.Text); e != nil {
		return e
	}
	b.unknownName(n, "column, table, variable or function")
	return &failure{}
}

// columnNamed returns the column called n in scope, or nil.
func (b *Binder) columnNamed(n ast.Name) entity {
	switch n.Text {
	case "$left":
		if b.env.row != nil && b.env.right != nil {
			return &row{table: b.env.row}
		}
	case "$right":
		if b.env.right != nil {
			return &row{table: b.env.right}
		}
	}
	if b.env.row != nil {
		if c, ok := b.env.row.Find(n.Text); ok {
			if b.env.aggregates == nil {
				return columnValue(c)
			}
			if _, declared := b.env.scope.find(n.Text); declared {
				return nil
			}
			b.Reportf("KS236", n.Span(), "put the column into an aggregate, as take_any("+n.Text+"), or group by it", "The name '%s' is not an aggregate or scalar function.", n.Text)
			return &failure{}
		}
	}
	if b.env.right != nil {
		if c, ok := b.env.right.Find(n.Text); ok {
			return columnValue(c)
		}
	}
	return nil
}

// inferred returns a column of unknown type if the input may have one of any
// name, else nil. In the plan it is null.
func (b *Binder) inferred(name string) entity {
	t := b.env.row
	if t == nil || !t.Open || b.env.aggregates != nil {
		return nil
	}
	c, ok := t.inferred[name]
	if !ok {
		c = b.NewColumn(name, types.Unknown)
		if t.inferred == nil {
			t.inferred = map[string]Column{}
		}
		t.inferred[name] = c
	}
	return &Value{Expr: &plan.Const{T: types.Dynamic}, Type: types.Unknown, Column: &c}
}

// path binds x.name.
func (b *Binder) path(p *ast.Path, w want) entity {
	x := b.any(p.X, anything)
	switch x := x.(type) {
	case *row:
		c, ok := x.table.Find(p.Name.Text)
		if !ok {
			if x.table.Open {
				return unknown()
			}
			save := b.env
			b.env.row, b.env.right, b.env.scope = x.table, nil, newScope(nil)
			b.unknownName(p.Name, "column, table, variable or function")
			b.env = save
			return &failure{}
		}
		if x.step != "" {
			return &Value{Type: c.Type, Expr: &plan.Call{Func: "_step", T: planType(c.Type), Args: []plan.Expr{
				&plan.Const{Value: x.step, T: types.String}, &plan.Const{Value: c.Name, T: types.String},
			}}}
		}
		return columnValue(c)
	case *Element:
		return b.elementPath(x, p.Name)
	case *matched:
		return b.patternPath(x, p.Name, p.Span())
	case *database:
		return b.nameInDatabase(p.Name)
	case *elsewhere:
		return b.tableElsewhere(x)
	case *Value:
		switch x.Type {
		case types.Dynamic:
			return member(x, p.Name.Text)
		case types.Unknown:
			return unknown()
		}
		b.Errorf("KS142", p.Name.Span(), "The name '%s' does not refer to any known column, table, variable or function.", p.Name.Text)
	}
	return &failure{}
}

// nameInDatabase binds database("d").name: the names that the query declares
// do not count.
func (b *Binder) nameInDatabase(n ast.Name) entity {
	save := b.env
	b.env.scope = newScope(nil)
	defer func() { b.env = save }()
	return b.name(n, wantTable)
}

// member is the property name of a dynamic value.
func member(x *Value, name string) *Value {
	return &Value{Type: types.Dynamic, IsConst: x.IsConst, Expr: &plan.Call{
		Func: "_member", T: types.Dynamic, Args: []plan.Expr{x.Expr, &plan.Const{Value: name, T: types.String}},
	}}
}

// index binds x[i].
func (b *Binder) index(e *ast.Index) entity {
	x := b.any(e.X, anything)
	i := b.Scalar(e.I)
	if r, ok := x.(*row); ok {
		if k, isConst := i.Constant(); isConst {
			if name, ok := k.(string); ok {
				if c, ok := r.table.Find(name); ok {
					return columnValue(c)
				}
			}
		}
		return unknown()
	}
	if el, ok := x.(*Element); ok {
		if k, isConst := i.Constant(); isConst {
			if name, isString := k.(string); isString {
				return b.elementPath(el, ast.Name{Pos: ast.Pos(e.I.Span()), Text: name})
			}
		}
		x = b.whole(el)
	}
	v, ok := x.(*Value)
	if !ok {
		if _, failed := x.(*failure); !failed {
			b.Errorf("KS147", e.Span(), "The element access operator [] is not allowed in this context.")
		}
		return &failure{}
	}
	if v.Type == types.Unknown || i.Type == types.Unknown {
		return unknown()
	}
	at := e.I.Span()
	if len(v.Parts) > 1 {
		if k, isConst := i.Constant(); isConst {
			if n, ok := toInt(k); ok && n >= 0 && n < int64(len(v.Parts)) {
				p := v.Parts[n]
				return &Value{Expr: p.Expr, Type: p.Type, Column: p.Column}
			}
		}
		return unknown()
	}
	if v.Type != types.Dynamic {
		b.Errorf("KS147", bracketSpan(e), "The element access operator [] is not allowed in this context.")
		return &failure{}
	}
	isInt, isString := i.Type.IsInteger(), i.Type == types.String
	switch {
	case i.Type == types.Dynamic:
	case v.Shape == ArrayShape && !isInt:
		b.Errorf("KS141", at, "The expression must have one of the types: int or long.")
	case v.Shape == BagShape && !isString:
		b.Errorf("KS141", at, "The expression must have the type string.")
	case !isInt && !isString:
		b.Errorf("KS141", at, "The expression must have one of the types: int, long or string.")
	}
	if isString {
		if k, isConst := i.Constant(); isConst {
			return member(v, k.(string))
		}
	}
	return &Value{Type: types.Dynamic, IsConst: v.IsConst && i.IsConst, Expr: &plan.Call{
		Func: "_index", T: types.Dynamic, Args: []plan.Expr{v.Expr, i.Expr},
	}}
}

// bracketSpan is the span of the brackets of x[i].
func bracketSpan(e *ast.Index) diag.Span {
	return diag.Span{Start: e.X.Span().End, End: e.Span().End}
}
