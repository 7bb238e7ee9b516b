package bind

import (
	"fmt"
	"slices"
	"strings"

	"github.com/azflow/azflow/kql/ast"
	"github.com/azflow/azflow/kql/diag"
	"github.com/azflow/azflow/kql/fn"
	"github.com/azflow/azflow/kql/plan"
	"github.com/azflow/azflow/kql/types"
)

// Scalar binds an expression that has to be a scalar.
func (b *Binder) Scalar(e ast.Expr) *Value { return b.scalarOf(b.any(e, anything), e) }

// scalarOf returns the scalar that x is, or reports that it is none.
func (b *Binder) scalarOf(x entity, e ast.Expr) *Value {
	switch x := x.(type) {
	case *Value:
		return x
	case *failure:
	case *Element:
		return b.whole(x)
	case *Table:
		if !x.Failed {
			b.Errorf("KS108", e.Span(), "Scalar value expected.")
		}
	default:
		b.Errorf("KS108", e.Span(), "Scalar value expected.")
	}
	return unknown()
}

// Tabular binds an expression that has to be a table.
func (b *Binder) Tabular(e ast.Expr) *Table { return b.noGraph(b.source(e), e.Span()) }

// noGraph reports a graph where rows have to be.
func (b *Binder) noGraph(t *Table, at diag.Span) *Table {
	if t.Graph == nil {
		return t
	}
	b.Reportf("KS111", at, "graph-match or graph-to-table make rows of a graph", "Tabular value expected.")
	return b.FailedTable()
}

// source binds what operators are piped after: a table or a graph.
func (b *Binder) source(e ast.Expr) *Table {
	x := b.any(e, wantTable)
	if t, ok := x.(*Table); ok {
		return t
	}
	if _, failed := x.(*failure); !failed {
		if v, ok := x.(*Value); !ok || v.Type != types.Unknown {
			b.Errorf("KS111", e.Span(), "Tabular value expected.")
		}
	}
	return b.FailedTable()
}

// tableOf returns the table that x is, or reports that n is none.
func (b *Binder) tableOf(x entity, n ast.Name) *Table {
	if t, ok := x.(*Table); ok {
		return t
	}
	if _, failed := x.(*failure); !failed {
		b.Errorf("KS111", n.Span(), "Tabular value expected.")
	}
	return b.FailedTable()
}

// any binds an expression to whatever it is.
func (b *Binder) any(e ast.Expr, w want) entity {
	b.depth++
	defer func() { b.depth-- }()
	if b.depth > maxDepth {
		b.Errorf("KS245", e.Span(), "Query syntax depth exceeds maximum safe limit. Semantic analysis not performed.")
		return &failure{}
	}
	switch e := e.(type) {
	case *ast.Ident:
		return b.name(e.Name, w)
	case *ast.Literal:
		return literal(e)
	case *ast.Paren:
		return b.any(e.X, w)
	case *ast.Unary:
		return b.unary(e)
	case *ast.Binary:
		return b.binary(e)
	case *ast.In:
		return b.in(e)
	case *ast.Between:
		return b.between(e)
	case *ast.Call:
		return b.call(e, w)
	case *ast.Path:
		return b.path(e, w)
	case *ast.PathCall:
		return b.pathCall(e, w)
	case *ast.Index:
		return b.index(e)
	case *ast.Star:
		return &Value{Expr: &plan.Const{T: types.Dynamic}, Type: types.Unknown, IsStar: true}
	case *ast.Wildcard:
		b.Errorf("KS268", e.Span(), "Wildcarded names not allowed in this context.")
		return &failure{}
	case *ast.Named:
		return b.any(e.X, w)
	case *ast.TypeOf:
		b.CheckTypeOf(e)
		return &Value{Expr: &plan.Const{Value: e.Type.String(), T: types.String}, Type: types.String, IsConst: true, IsLiteral: true, typeOf: e}
	case *ast.Pipeline:
		return b.pipeline(e)
	case *ast.DataTable:
		return b.dataTable(e)
	case *ast.ExternalData:
		return b.externalData(e)
	case *ast.InlineTable:
		return b.inlineTable(e)
	case *ast.Lambda:
		return &lambda{decl: e, scope: b.env.scope}
	}
	return &failure{}
}

// literal is the value of a literal.
func literal(e *ast.Literal) *Value {
	v := constant(e.Value, e.Type)
	v.IsLiteral = true
	if e.Type == types.Dynamic {
		v.Shape = shapeOf(e.Value)
	}
	return v
}

func shapeOf(v types.Value) Shape {
	switch v.(type) {
	case []types.Value:
		return ArrayShape
	case *types.Bag:
		return BagShape
	case nil:
		return AnyShape
	}
	return ScalarShape
}

func (b *Binder) unary(e *ast.Unary) entity {
	x := b.Scalar(e.X)
	if e.Op == "+" {
		b.operator("neg", e.Op, e.OpAt, []*Value{x}, e)
		return x
	}
	if c, ok := x.Expr.(*plan.Const); ok && x.IsLiteral {
		if n, ok := negated(c.Value); ok {
			return &Value{Expr: &plan.Const{Value: n, T: c.T}, Type: x.Type, IsConst: true, IsLiteral: true}
		}
	}
	return b.operator("neg", e.Op, e.OpAt, []*Value{x}, e)
}

// negated returns -v where that can be had exactly.
func negated(v types.Value) (types.Value, bool) {
	switch v := v.(type) {
	case int32:
		return -v, true
	case int64:
		return -v, true
	case float64:
		return -v, true
	case types.Interval:
		return -v, true
	case types.DecimalValue:
		return v.Neg(), true
	}
	return nil, false
}

// binary binds an infix expression. Chains such as a or b or c, which nest to
// the left, are bound without recursion.
func (b *Binder) binary(e *ast.Binary) entity {
	spine := []*ast.Binary{e}
	for {
		x, ok := spine[len(spine)-1].X.(*ast.Binary)
		if !ok {
			break
		}
		spine = append(spine, x)
	}
	last := spine[len(spine)-1]
	var left *Value
	if _, ok := last.X.(*ast.Star); ok {
		left = b.starOperation(last)
		spine = spine[:len(spine)-1]
	} else {
		left = b.Scalar(last.X)
	}
	for i := len(spine) - 1; i >= 0; i-- {
		op := spine[i].Op
		if op == "<>" {
			op = "!="
		}
		left = b.operator(op, spine[i].Op, spine[i].OpAt, []*Value{left, b.Scalar(spine[i].Y)}, spine[i])
	}
	return left
}

// starOperation binds `* has "x"`: any column fits.
func (b *Binder) starOperation(e *ast.Binary) *Value {
	y := b.Scalar(e.Y)
	if b.env.row == nil {
		return &Value{Expr: &plan.Const{Value: false, T: types.Bool}, Type: types.Bool}
	}
	// Emulator: only columns that hold text count, other than in search.
	cols := slices.DeleteFunc(slices.Clone(b.env.row.Columns), func(c Column) bool {
		return e.Op != "==" && c.Type != types.String && c.Type != types.Dynamic
	})
	return b.AnyColumn(e.Op, cols, y)
}

// AnyColumn returns whether `column op y` holds for any of cols that op can be
// asked of.
func (b *Binder) AnyColumn(op string, cols []Column, y *Value) *Value {
	out := &Value{Expr: &plan.Const{Value: false, T: types.Bool}, Type: types.Bool}
	f, ok := fn.LookupScalar(op)
	if !ok {
		return unknown()
	}
	var all plan.Expr
	for _, c := range cols {
		x := columnValue(c)
		if op != "==" && c.Type != types.String && c.Type != types.Dynamic && c.Type != types.Unknown {
			// Emulator: a term is looked for in the text of numbers too.
			x = &Value{Type: types.String, Expr: &plan.Call{Func: "tostring", Args: []plan.Expr{x.Expr}, T: types.String}}
		}
		if _, bad := fn.Resolve(f.Sigs, []types.Type{x.Type, y.Type}, []types.Value{nil, nil}, true); bad != nil {
			continue
		}
		if op == "==" && !comparable(c.Type, y.Type) {
			continue
		}
		one := plan.Expr(&plan.Call{Func: op, Args: []plan.Expr{x.Expr, y.Expr}, T: types.Bool})
		if all == nil {
			all = one
		} else {
			all = &plan.Call{Func: "or", Args: []plan.Expr{all, one}, T: types.Bool}
		}
	}
	if all != nil {
		out.Expr = all
	}
	return out
}

// comparable reports whether values of both types can be equal at all.
func comparable(x, y types.Type) bool {
	return x == y || x.IsNumeric() && y.IsNumeric() || x == types.Dynamic || y == types.Dynamic
}

func (b *Binder) in(e *ast.In) entity {
	x := b.Scalar(e.X)
	args := []*Value{x}
	if len(e.List) == 1 {
		switch y := b.any(e.List[0], anything).(type) {
		case *Table:
			return b.inTable(e, x, y)
		case *failure:
			args = append(args, unknown())
		default:
			args = append(args, b.scalarOf(y, e.List[0]))
		}
	} else {
		for _, y := range e.List {
			args = append(args, b.Scalar(y))
		}
	}
	return b.operator(e.Op, e.Op, e.OpAt, args, e)
}

// inTable binds x in (tabular): its first column holds the values.
func (b *Binder) inTable(e *ast.In, x *Value, t *Table) entity {
	if len(t.Columns) == 0 {
		if !t.Open {
			b.Errorf("KS190", e.List[0].Span(), "The table has no columns")
		}
		return &Value{Expr: &plan.Const{T: types.Bool}, Type: types.Bool}
	}
	c := t.Columns[0]
	// The operands have to fit each other as if the column were a value.
	b.operator(e.Op, e.Op, e.OpAt, []*Value{x, columnValue(c)}, e)
	out := &Value{Type: types.Bool, Expr: &plan.Const{T: types.Bool}}
	if !b.isWhole(t.Node, e.List[0].Span()) {
		return out
	}
	switch e.Op {
	case "has_any", "has_all":
		list := b.NewColumn("list_"+c.Name, types.Dynamic)
		out.Expr = &plan.Call{Func: e.Op, T: types.Bool, Args: []plan.Expr{x.Expr, &plan.Subquery{T: types.Dynamic, Input: &plan.Aggregate{
			Input: t.Node, Aggs: []plan.AggItem{{Cols: []plan.Column{list.Plan()}, Func: "make_list", Args: []plan.Expr{c.Ref()}}},
		}}}}
	default:
		out.Expr = &plan.InSubquery{Op: e.Op, X: x.Expr, Input: t.Node}
	}
	return out
}

func (b *Binder) between(e *ast.Between) entity {
	x, lo, hi := b.Scalar(e.X), b.Scalar(e.Lo), b.Scalar(e.Hi)
	op := "between"
	if e.Not {
		op = "!between"
	}
	v := b.operator(op, op, e.OpAt, []*Value{x, lo, hi}, e)
	if c, ok := v.Expr.(*plan.Call); ok && hi.Type == types.TimeSpan && lo.Type == types.DateTime {
		c.Args[2] = &plan.Call{Func: "+", Args: []plan.Expr{lo.Expr, hi.Expr}, T: types.DateTime}
	}
	return v
}

// Operator binds a call of operator name over bound operands.
func (b *Binder) Operator(name string, at diag.Span, args []*Value, e ast.Expr) *Value {
	return b.operator(name, name, at, args, e)
}

// operator binds a call of operator name, written as shown at at.
func (b *Binder) operator(name, shown string, at diag.Span, args []*Value, e ast.Expr) *Value {
	f, ok := fn.LookupScalar(name)
	if !ok {
		b.Errorf("KS106", at, "The operator '%s' is not known.", shown)
		return unknown()
	}
	argTypes, isConst := argumentTypes(args)
	m, bad := fn.Resolve(f.Sigs, argTypes, make([]types.Value, len(args)), true)
	if bad != nil {
		if !anyUnknown(argTypes) {
			s := make([]string, len(argTypes))
			for i, t := range argTypes {
				s[i] = t.String()
			}
			if len(s) == 1 {
				b.Errorf("KS106", at, "The operator '%s' is not defined for the operand type %s.", shown, s[0])
			} else {
				b.Reportf("KS106", at, castHint(name, argTypes), "The operator '%s' is not defined for the operand types %s.", shown, andList(s))
			}
		}
		v := unknown()
		if isPredicate(name) {
			v.Type = types.Bool
			v.Expr = &plan.Const{T: types.Bool}
		}
		return v
	}
	if len(args) == 2 && argTypes[0] == types.Dynamic && argTypes[1] == types.Dynamic && bothDynamicRefused(name) {
		// Emulator: the engine refuses what its binder lets through.
		b.Reportf("KS106", at, castHint(name, argTypes), "The operator '%s' is not defined for the operand types dynamic and dynamic.", shown)
		return unknown()
	}
	ret := m.Ret
	c := &plan.Call{Func: name, T: planType(ret)}
	for _, a := range args {
		c.Args = append(c.Args, a.Expr)
	}
	return &Value{Expr: c, Type: ret, IsConst: isConst}
}

// bothDynamicRefused reports whether an operator cannot work on two dynamic
// values.
func bothDynamicRefused(name string) bool {
	switch name {
	case "+", "-", "*", "/", "%", "==", "!=", "<", "<=", ">", ">=":
		return true
	}
	return false
}

// isPredicate reports whether operator name gives a bool whatever its operands.
func isPredicate(name string) bool {
	switch name {
	case "+", "-", "*", "/", "%", "neg":
		return false
	}
	return true
}

// isTextual reports whether operator name compares text only.
func isTextual(name string) bool {
	name = strings.TrimPrefix(name, "!")
	for _, p := range []string{"has", "contains", "startswith", "endswith", "matches", "=~", "~", "in~"} {
		if strings.HasPrefix(name, p) {
			return true
		}
	}
	return false
}

// castHint says how operands that do not fit could be made to.
func castHint(op string, args []types.Type) string {
	if len(args) != 2 {
		return ""
	}
	if isTextual(op) {
		if t := args[0]; t != types.String {
			return fmt.Sprintf("%s looks at text: convert the %v with tostring(…)", op, t)
		}
		return op + " looks at text: write it in quotes"
	}
	for i, t := range args {
		other := args[1-i]
		if t == types.String && other != types.String {
			switch other {
			case types.DateTime:
				return "convert the string with todatetime(…)"
			case types.TimeSpan:
				return "convert the string with totimespan(…)"
			case types.Int, types.Long:
				return "convert the string with tolong(…)"
			case types.Real:
				return "convert the string with toreal(…)"
			case types.Dynamic:
			}
		}
	}
	if args[0] == types.Dynamic || args[1] == types.Dynamic {
		return "convert the dynamic value first, as with tolong(…) or tostring(…)"
	}
	return ""
}

// argumentTypes returns the types of args and whether all are constant.
func argumentTypes(args []*Value) (list []types.Type, all bool) {
	all = true
	for _, a := range args {
		list = append(list, a.Type)
		all = all && a.IsConst
	}
	return list, all
}

// signature returns the types of args, the values of those that are constant,
// and whether all are.
func (b *Binder) signature(args []*Value) (list []types.Type, consts []types.Value, all bool) {
	list, all = argumentTypes(args)
	for _, a := range args {
		c, _ := a.Constant()
		consts = append(consts, c)
	}
	return list, consts, all
}

func anyUnknown(list []types.Type) bool {
	for _, t := range list {
		if t == types.Unknown {
			return true
		}
	}
	return false
}

// pipeline binds a tabular expression.
func (b *Binder) pipeline(p *ast.Pipeline) entity {
	saveAgg, saveWin := b.env.aggregates, b.env.windows
	b.env.aggregates, b.env.windows = nil, nil
	defer func() { b.env.aggregates, b.env.windows = saveAgg, saveWin }()
	var t *Table
	if p.Source != nil {
		fuzzy := b.env.fuzzy
		if len(p.Ops) > 0 {
			if u, ok := p.Ops[0].(*ast.Union); ok {
				if f, ok := BoolParam(u.Params, "isfuzzy"); ok {
					fuzzy = f
				}
			}
			b.WithFuzzy(fuzzy, func() { t = b.source(p.Source) })
		} else {
			return b.any(p.Source, wantTable)
		}
	}
	for _, o := range p.Ops {
		t = b.operators(b, t, o)
	}
	return t
}

// Operators binds the operators ops one after the other over t.
func (b *Binder) Operators(t *Table, ops []ast.Operator) *Table {
	for _, o := range ops {
		t = b.operators(b, t, o)
	}
	return t
}

// BoolParam returns the value of the boolean property name of an operator.
func BoolParam(params []ast.Property, name string) (value, ok bool) {
	for _, p := range params {
		if p.Name.Text == name {
			if l, isLiteral := p.Value.(*ast.Literal); isLiteral {
				v, isBool := l.Value.(bool)
				return v, isBool
			}
			if id, isIdent := p.Value.(*ast.Ident); isIdent && (id.Name.Text == "true" || id.Name.Text == "false") {
				return id.Name.Text == "true", true
			}
		}
	}
	return false, false
}

// WordParam returns the word that property name of an operator has.
func WordParam(params []ast.Property, names ...string) (word string, at diag.Span, ok bool) {
	for _, p := range params {
		for _, name := range names {
			if p.Name.Text != name {
				continue
			}
			switch v := p.Value.(type) {
			case *ast.Ident:
				return v.Name.Text, v.Span(), true
			case *ast.Literal:
				if s, isString := v.Value.(string); isString {
					return s, v.Span(), true
				}
				return v.Text, v.Span(), true
			case nil:
			default:
				return "", v.Span(), false
			}
		}
	}
	return "", diag.Span{}, false
}
