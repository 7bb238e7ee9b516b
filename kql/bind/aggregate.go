package bind

import (
	"fmt"
	"strings"

	"github.com/azflow/azflow/kql/ast"
	"github.com/azflow/azflow/kql/fn"
	"github.com/azflow/azflow/kql/plan"
	"github.com/azflow/azflow/kql/types"
)

// WithAggregates runs f with aggregates allowed and returns those that it used.
// by are the columns that the rows are grouped by.
func (b *Binder) WithAggregates(by []Column, f func()) []plan.AggItem {
	var items []plan.AggItem
	saveItems, saveBy := b.env.aggregates, b.env.groupBy
	b.env.aggregates, b.env.groupBy = &items, by
	f()
	b.env.aggregates, b.env.groupBy = saveItems, saveBy
	return items
}

// aggregate binds a call of an aggregation function: its value is a column that
// the Aggregate below the expression gives.
func (b *Binder) aggregate(e *ast.Call, a *fn.Aggregate) entity {
	items := b.env.aggregates
	b.env.aggregates = nil // inside, columns are in scope and aggregates are not
	args, exprs := b.aggregateArgs(e, a)
	b.env.aggregates = items

	if a.Name == "count" && len(args) > 0 && args[0].Type != types.Bool {
		args, exprs = nil, nil // emulator: count(x) counts all rows
	}
	argTypes, consts, _ := b.signature(args)
	m, bad := fn.Resolve(a.Sigs, argTypes, consts, false)
	if bad != nil {
		b.mismatch(e, a.Name, bad, argTypes)
		v := unknown()
		if t, ok := onlyReturn(a.Sigs); ok {
			v.Type, v.Expr = t, &plan.Const{T: t}
		}
		return v
	}
	if len(exprs) == len(args) && len(args) == len(e.Args) && !b.checkParams(e, args, m.Params) {
		v := unknown()
		v.Type = m.Ret
		v.Expr = &plan.Const{T: planType(m.Ret)}
		return v
	}
	item := plan.AggItem{Func: a.Name}
	for i, x := range args {
		item.Args = append(item.Args, b.argument(x, m.Params[i]))
	}
	v := &Value{Type: m.Ret}
	switch a.Naming {
	case fn.ExtremeName:
		v.Parts = b.extremeParts(a, args, exprs)
	case fn.TakeAnyName:
		if a.Name != "any" || len(args) != 1 || len(e.Args) == 1 && isStar(e.Args[0].X) {
			v.Parts = b.anyParts(a, args, exprs)
		}
	case fn.PercentileName:
		v.Parts = b.percentileParts(e, a, args, m.Ret)
	default:
		if a.Name == "any" && (len(args) > 1 || len(e.Args) == 1 && isStar(e.Args[0].X)) {
			v.Parts = b.anyParts(a, args, exprs)
		}
	}
	if len(v.Parts) == 0 {
		c := b.NewColumn(a.Name, m.Ret)
		item.Cols = []plan.Column{c.Plan()}
		v.Expr = c.Ref()
	} else {
		for i := range v.Parts {
			c := b.NewColumn(v.Parts[i].Name, v.Parts[i].Type)
			item.Cols = append(item.Cols, c.Plan())
			v.Parts[i].Expr = c.Ref()
		}
		v.Expr, v.Type = v.Parts[0].Expr, v.Parts[0].Type
	}
	*items = append(*items, item)
	return v
}

// argument is the expression of an argument; one that must be constant is
// computed now if it can be.
func (b *Binder) argument(v *Value, p *fn.Param) plan.Expr {
	if p != nil && (p.Const || p.Literal) || v.IsConst && !v.IsLiteral {
		if k, ok := v.Constant(); ok {
			return &plan.Const{Value: k, T: planType(v.Type)}
		}
	}
	return v.Expr
}

func isStar(e ast.Expr) bool {
	_, ok := e.(*ast.Star)
	return ok
}

// aggregateArgs binds the arguments of an aggregate; `*` becomes the columns of
// the input. exprs are the expressions of the values, nil for those of `*`.
func (b *Binder) aggregateArgs(e *ast.Call, a *fn.Aggregate) (args []*Value, exprs []ast.Expr) {
	starOK := a.Naming == fn.ExtremeName || a.Naming == fn.TakeAnyName || a.Name == "any"
	used := map[plan.ColumnID]bool{}
	for _, arg := range e.Args {
		if !isStar(arg.X) {
			v := b.Scalar(arg.X)
			if v.Column != nil {
				used[v.Column.ID] = true
			}
			args, exprs = append(args, v), append(exprs, argExpr(arg))
			continue
		}
		if !starOK {
			b.Errorf("KS191", arg.X.Span(), "The * syntax is not allowed here.")
			continue
		}
		if b.env.row == nil {
			continue
		}
		for _, c := range b.env.groupBy {
			used[c.ID] = true
		}
		for _, c := range b.env.row.Columns {
			if !used[c.ID] {
				used[c.ID] = true
				args, exprs = append(args, columnValue(c)), append(exprs, nil)
			}
		}
	}
	return args, exprs
}

// argExpr is the expression of an argument with the name it may have been given.
func argExpr(a ast.Arg) ast.Expr {
	if a.Name == nil {
		return a.X
	}
	return &ast.Named{Pos: a.Name.Pos, Names: []ast.Name{*a.Name}, X: a.X}
}

// nameOf is the name of an argument: that of a column where it is one.
func (b *Binder) nameOf(v *Value, e ast.Expr) (string, bool) {
	if n, ok := e.(*ast.Named); ok && len(n.Names) == 1 {
		return n.Names[0].Text, true
	}
	if v.Column != nil {
		return v.Column.Name, true
	}
	if e == nil {
		return "", false
	}
	return b.exprName(e)
}

// extremeParts are the columns of arg_max and arg_min: one for each argument.
func (b *Binder) extremeParts(a *fn.Aggregate, args []*Value, exprs []ast.Expr) []Part {
	prefix := strings.TrimPrefix(strings.TrimPrefix(a.Name, "arg_"), "arg")
	old := a.Prefix != "" // argmax, argmin: every name is prefixed
	var primary string
	parts := make([]Part, 0, len(args))
	for i, v := range args {
		name, ok := b.nameOf(v, exprs[i])
		switch {
		case i == 0:
			primary = name
			if !ok {
				name = prefix + "_"
			}
			if old {
				name = a.Prefix + "_" + primary
			}
		case old:
			if !ok {
				name = fmt.Sprintf("arg%d", i)
			}
			name = a.Prefix + "_" + primary + "_" + name
		case !ok:
			name = fmt.Sprintf("%s_%s_arg%d", prefix, primary, i)
		}
		parts = append(parts, Part{Name: name, Type: v.Type, Column: v.Column})
	}
	return parts
}

// anyParts are the columns of take_any: one for each argument.
func (b *Binder) anyParts(a *fn.Aggregate, args []*Value, exprs []ast.Expr) []Part {
	parts := make([]Part, 0, len(args))
	for i, v := range args {
		name, ok := b.nameOf(v, exprs[i])
		if !ok || name == "" {
			name = fmt.Sprintf("arg%d", i)
			if a.Name != "any" {
				name = "any_" + name
			}
		}
		if a.Prefix != "" {
			name = a.Prefix + "_" + name
		}
		parts = append(parts, Part{Name: name, Type: v.Type, Column: v.Column})
	}
	return parts
}

// percentileParts are the columns of percentiles: one for each percentile.
func (b *Binder) percentileParts(e *ast.Call, a *fn.Aggregate, args []*Value, ret types.Type) []Part {
	if len(args) == 0 {
		return nil
	}
	name, _ := b.exprName(e.Args[0].X)
	if strings.HasSuffix(a.Name, "_array") {
		return []Part{{Name: "percentiles_" + name, Type: types.Dynamic}}
	}
	t := ret
	if t == types.Unknown {
		switch t = args[0].Type; t {
		case types.Int:
			t = types.Long
		case types.Decimal:
			t = types.Real
		}
	}
	from := 1
	if strings.Contains(a.Name, "w") { // percentilew(x, weight, …)
		from = 2
	}
	var parts []Part
	for i := from; i < len(args); i++ {
		text := ""
		if k, ok := args[i].Constant(); ok {
			text = validFragment(constantText(k))
		}
		parts = append(parts, Part{Name: "percentile_" + name + "_" + text, Type: t})
	}
	return parts
}

// constantText is a number as a name has it.
func constantText(v types.Value) string {
	switch v := v.(type) {
	case nil:
		return ""
	case float64:
		return strings.TrimSuffix(fmt.Sprintf("%v", v), ".0")
	}
	return fmt.Sprint(v)
}

// validFragment replaces what may not stand in a plain name by _.
func validFragment(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' {
			return r
		}
		return '_'
	}, s)
}
