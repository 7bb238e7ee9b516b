package op

import (
	"slices"

	"github.com/azflow/azflow/kql/ast"
	"github.com/azflow/azflow/kql/bind"
	"github.com/azflow/azflow/kql/plan"
	"github.com/azflow/azflow/kql/types"
)

var joinDoc = Doc{
	Keyword: "join",
	Summary: "Pairs the rows of two tables whose keys are equal. The default kind, innerunique, takes one left row of each key; columns of the right whose names are taken get a number.",
	Syntax:  "T | join [kind=innerunique|inner|leftouter|rightouter|fullouter|leftsemi|rightsemi|leftanti|rightanti] (Right) on Column, $left.A == $right.B",
	Example: "NTANetAnalytics | join kind=inner (NTAIpDetails | where FlowType == \"MaliciousFlow\") on $left.SrcIp == $right.Ip",
}

// joinKinds are Kusto's words for the kinds of join.
var joinKinds = map[string]plan.JoinKind{
	"innerunique": plan.InnerUnique, "inner": plan.Inner, "leftouter": plan.LeftOuter, "rightouter": plan.RightOuter, "fullouter": plan.FullOuter,
	"leftsemi": plan.LeftSemi, "rightsemi": plan.RightSemi, "leftanti": plan.LeftAnti, "anti": plan.LeftAnti, "leftantisemi": plan.LeftAnti,
	"rightanti": plan.RightAnti, "rightantisemi": plan.RightAnti,
}

// joinKind is the kind that the properties of a join ask for.
func joinKind(params []ast.Property, def plan.JoinKind) plan.JoinKind {
	word, _, ok := bind.WordParam(params, "kind")
	if k, known := joinKinds[word]; ok && known {
		return k
	}
	return def // another word is reported as a property's
}

func bindJoin(b *bind.Binder, in *bind.Table, o *ast.Join) *bind.Table {
	right := other(b, o.Right)
	kind := joinKind(o.Params, plan.InnerUnique)
	j := &plan.Join{Kind: kind, Left: in.Node, Right: right.Node}
	switch {
	case o.Where != nil:
		b.WithSides(in, right, false, func() {
			v := b.Scalar(o.Where)
			b.CheckBool(v, o.Where)
			j.Where = condition(v)
		})
	case len(o.On) == 0 && !b.HasErrors():
		b.Reportf("KS006", o.Keyword.Span(), "say which columns have to be equal, as in on SrcIp", "Missing join on condition clause")
	}
	for _, k := range joinKeys(b, in, right, o.On) {
		j.On = append(j.On, plan.JoinKey{Left: k.left.Expr, Right: k.right.Expr})
	}
	var cols []bind.Column
	out := &bind.Table{Node: j, Failed: in.Failed || right.Failed}
	if kind != plan.RightSemi && kind != plan.RightAnti {
		cols = append(cols, in.Columns...)
		out.Open = in.Open
	}
	if kind != plan.LeftSemi && kind != plan.LeftAnti {
		cols = append(cols, right.Columns...)
		out.Open = out.Open || right.Open
	}
	out.Missing = in.Missing || right.Missing && kind != plan.LeftOuter && kind != plan.LeftAnti
	out.Columns = bind.MakeUnique(cols)
	for _, c := range out.Columns {
		j.Names = append(j.Names, c.Name)
	}
	return out
}

// other binds the right side of a join.
func other(b *bind.Binder, e ast.Expr) *bind.Table {
	var t *bind.Table
	b.WithoutRow(func() { t = b.Tabular(e) })
	return t
}

// key is one equality of a join.
type key struct{ left, right *bind.Value }

// joinKeys binds what stands after on: names that both sides have, and
// $left.a == $right.b, which `and` may connect.
func joinKeys(b *bind.Binder, left, right *bind.Table, on []ast.Expr) []key {
	var keys []key
	var add func(e ast.Expr)
	add = func(e ast.Expr) {
		switch e := unparen(e).(type) {
		case *ast.Ident:
			if k, ok := commonKey(b, left, right, e); ok {
				keys = append(keys, k)
			}
		case *ast.Binary:
			switch e.Op {
			case "and":
				add(e.X)
				add(e.Y)
			case "==":
				if k, ok := equality(b, left, right, e); ok {
					keys = append(keys, k)
				}
			default:
				b.WithSides(left, right, true, func() { b.Scalar(e) })
				invalidCondition(b, e)
			}
		case *ast.Bad:
		default:
			b.WithSides(left, right, true, func() { b.Scalar(e) })
			invalidCondition(b, e)
		}
	}
	for _, e := range on {
		add(e)
	}
	return keys
}

func invalidCondition(b *bind.Binder, e ast.Expr) {
	b.Reportf("KS182", e.Span(), "a condition of another form goes after where: join … where a < b",
		"The join condition must be either the name of a column common to both tables or in the form $left.<column> == $right.<column>.")
}

func unparen(e ast.Expr) ast.Expr {
	for {
		p, ok := e.(*ast.Paren)
		if !ok {
			return e
		}
		e = p.X
	}
}

// commonKey binds a name that stands for a column of both sides.
func commonKey(b *bind.Binder, left, right *bind.Table, e *ast.Ident) (key, bool) {
	l, inLeft := left.Find(e.Name.Text)
	r, inRight := right.Find(e.Name.Text)
	var k key
	if !inLeft && !inRight || !inLeft && left.Open || !inRight && right.Open {
		var v *bind.Value
		b.WithSides(left, right, true, func() { v = b.Scalar(e) })
		if v.Type != types.Unknown && v.Column == nil {
			b.CheckColumn(v, e)
		}
		return k, false
	}
	if !inLeft || !inRight {
		b.Reportf("KS145", e.Span(), "columns of different names are joined with $left.a == $right.b",
			"The column '%s' must exist on both sides of the join.", e.Name.Text)
		return k, false
	}
	if l.Type != r.Type && l.Type != types.Unknown && r.Type != types.Unknown {
		b.Errorf("KS227", e.Span(), "The common column '%s' must have the same type on both sides of the join.", e.Name.Text)
		return k, false
	}
	k = key{bind.ColumnValue(l), bind.ColumnValue(r)}
	return k, true
}

// equality binds $left.a == $right.b.
func equality(b *bind.Binder, left, right *bind.Table, e *ast.Binary) (key, bool) {
	var k key
	b.WithSides(left, right, true, func() { k.left, k.right = b.Scalar(e.X), b.Scalar(e.Y) })
	if !sideOperand(b, e.X, "$left", k.left) || !sideOperand(b, e.Y, "$right", k.right) {
		return k, false
	}
	l, r := k.left.Type, k.right.Type
	switch {
	case l == types.Unknown || r == types.Unknown:
		return k, false
	case l == types.Dynamic:
		b.Errorf("KS241", e.X.Span(), "Join keys cannot be dynamic")
		return k, false
	case r == types.Dynamic:
		b.Errorf("KS241", e.Y.Span(), "Join keys cannot be dynamic")
		return k, false
	case l != r && !(l.IsInteger() && r.IsInteger()):
		b.Errorf("KS242", e.X.Span(), "Inconsistent data types for join keys: (%v, %v)", l, r)
		return k, false
	}
	return k, true
}

// sideOperand checks that an operand is $left.column or $right.column.
func sideOperand(b *bind.Binder, e ast.Expr, side string, v *bind.Value) bool {
	e = unparen(e)
	var x ast.Expr
	switch p := e.(type) {
	case *ast.Path:
		x = p.X
	case *ast.Index:
		x = p.X
	}
	if id, ok := x.(*ast.Ident); ok && id.Name.Text == side {
		return v.Type == types.Unknown || b.CheckColumn(v, e)
	}
	b.Errorf("KS183", e.Span(), "The join condition operand must be: %s.<column>", side)
	return false
}

var lookupDoc = Doc{
	Keyword: "lookup",
	Summary: "Adds the columns of a small table to each row by key; the keys of the right side are dropped. The default kind is leftouter.",
	Syntax:  "T | lookup [kind=leftouter|inner] (Right) on Column, $left.A == $right.B",
	Example: "NTANetAnalytics | lookup (NTAIpDetails | project Ip, PublicIpDetails) on $left.SrcIp == $right.Ip",
}

func bindLookup(b *bind.Binder, in *bind.Table, o *ast.Lookup) *bind.Table {
	right := other(b, o.Right)
	kind := joinKind(o.Params, plan.LeftOuter)
	j := &plan.Join{Kind: kind, Left: in.Node, Right: right.Node}
	var dropped []plan.ColumnID
	for _, k := range joinKeys(b, in, right, o.On) {
		j.On = append(j.On, plan.JoinKey{Left: k.left.Expr, Right: k.right.Expr})
		if k.right.Column != nil {
			dropped = append(dropped, k.right.Column.ID)
		}
	}
	cols := slices.Clone(in.Columns)
	for _, c := range right.Columns {
		if !slices.Contains(dropped, c.ID) {
			cols = append(cols, c)
		}
	}
	cols = bind.MakeUnique(cols)
	joined := &bind.Table{Node: j, Open: in.Open || right.Open, Failed: in.Failed || right.Failed, Missing: in.Missing}
	return b.Project(joined, cols)
}
