package op

import (
	"regexp"
	"slices"
	"strings"

	"github.com/azflow/azflow/kql/ast"
	"github.com/azflow/azflow/kql/bind"
	"github.com/azflow/azflow/kql/plan"
	"github.com/azflow/azflow/kql/types"
)

var searchDoc = Doc{
	Keyword: "search",
	Summary: "Gives the rows of one or all tables in which a term occurs in any column.",
	Syntax:  "[T |] search [kind=case_insensitive|case_sensitive] [in (Table, …)] Predicate",
	Example: "search in (NTANetAnalytics) \"10.0.0.4\" and DestPort == 443",
}

func bindSearch(b *bind.Binder, in *bind.Table, o *ast.Search) *bind.Table {
	if len(o.In) > 0 {
		b.CheckFirst(in, o.Keyword)
	}
	all := searched(b, in, o.In, "$table")
	kind, _, _ := bind.WordParam(o.Params, "kind")
	cond := predicate(b, all, o.Cond, kind == "case_sensitive")
	out := all.WithNode(&plan.Filter{Input: all.Node, Cond: condition(cond)})
	out.Serialized = false
	return out
}

// searched returns the rows that search and find look through, with the column
// that says which table a row is from.
func searched(b *bind.Binder, in *bind.Table, list []ast.Expr, source string) *bind.Table {
	var tables []*bind.Table
	switch {
	case len(list) > 0:
		b.WithoutRow(func() {
			for _, e := range list {
				tables = append(tables, unionTables(b, e)...)
			}
		})
	case in != nil:
		tables = append(tables, in)
	default:
		for _, name := range b.Tables("*") {
			tables = append(tables, b.Table(ast.Name{Text: name}))
		}
	}
	return concat(b, tables, source, "search_arg", false)
}

// predicate binds the condition of search and find: a string that stands alone
// is a term to be found in any column.
func predicate(b *bind.Binder, t *bind.Table, cond ast.Expr, cased bool) *bind.Value {
	var v *bind.Value
	b.WithRow(t, func() {
		v = term(b, t.Columns[1:], cond, cased) // the source column is none to look in
		b.CheckBool(v, cond)
	})
	return v
}

func term(b *bind.Binder, cols []bind.Column, e ast.Expr, cased bool) *bind.Value {
	switch e := e.(type) {
	case *ast.Paren:
		return term(b, cols, e.X, cased)
	case *ast.Star:
		return bind.Constant(true, types.Bool)
	case *ast.Binary:
		switch e.Op {
		case "and", "or":
			x, y := term(b, cols, e.X, cased), term(b, cols, e.Y, cased)
			return b.Operator(e.Op, e.OpAt, []*bind.Value{x, y}, e)
		case ":":
			y := b.Scalar(e.Y)
			if _, star := e.X.(*ast.Star); star {
				return anyColumn(b, cols, y, cased)
			}
			return find(b, b.Scalar(e.X), y, cased, e)
		}
	case *ast.Call:
		if e.Name.Text == "not" && len(e.Args) == 1 {
			v := term(b, cols, e.Args[0].X, cased)
			b.CheckBool(v, e.Args[0].X)
			return &bind.Value{Type: types.Bool, Expr: &plan.Call{Func: "not", Args: []plan.Expr{condition(v)}, T: types.Bool}}
		}
	case *ast.Literal, *ast.Ident:
		v := b.Scalar(e)
		if v.IsConst && v.Type == types.String {
			return anyColumn(b, cols, v, cased)
		}
		return v
	}
	return b.Scalar(e)
}

// pattern returns the operator and the text that a search term with wildcards
// stands for. MS Learn: "search operator", syntax patterns.
func pattern(text string, cased bool) (op, needle string) {
	op, needle = "has", text
	inner := strings.Trim(text, "*")
	switch {
	case text == "*":
		return "contains", ""
	case !strings.Contains(text, "*"):
	case strings.Contains(inner, "*"):
		parts := strings.Split(inner, "*")
		for i := range parts {
			parts[i] = regexp.QuoteMeta(parts[i])
		}
		re := `\b` + strings.Join(parts, ".*") + `\b`
		if strings.HasPrefix(text, "*") {
			re = strings.TrimPrefix(re, `\b`)
		}
		if strings.HasSuffix(text, "*") {
			re = strings.TrimSuffix(re, `\b`)
		}
		if !cased {
			re = "(?i)" + re
		}
		return "matches regex", re
	case strings.HasPrefix(text, "*") && strings.HasSuffix(text, "*"):
		op, needle = "contains", inner
	case strings.HasPrefix(text, "*"):
		op, needle = "hassuffix", inner
	default:
		op, needle = "hasprefix", inner
	}
	if cased {
		op += "_cs"
	}
	return op, needle
}

// anyColumn is whether any column has the term.
func anyColumn(b *bind.Binder, cols []bind.Column, v *bind.Value, cased bool) *bind.Value {
	k, _ := v.Constant()
	text, _ := k.(string)
	op, needle := pattern(text, cased)
	return b.AnyColumn(op, cols, bind.Constant(needle, types.String))
}

// find is column:"term".
func find(b *bind.Binder, x, y *bind.Value, cased bool, e *ast.Binary) *bind.Value {
	k, known := y.Constant()
	text, isString := k.(string)
	if !known || !isString {
		if y.Type == types.Unknown || x.Type == types.Unknown {
			return y
		}
		return b.Operator("==", e.OpAt, []*bind.Value{x, y}, e)
	}
	op, needle := pattern(text, cased)
	if x.Type != types.String && x.Type != types.Dynamic && x.Type != types.Unknown {
		x = &bind.Value{Type: types.String, Expr: &plan.Call{Func: "tostring", Args: []plan.Expr{x.Expr}, T: types.String}}
	}
	return b.Operator(op, e.OpAt, []*bind.Value{x, bind.Constant(needle, types.String)}, e)
}

var findDoc = Doc{
	Keyword: "find",
	Summary: "Gives the rows of several tables for which a condition holds, with the columns that the tables share and the rest packed.",
	Syntax:  "find [withsource=Name] [in (Table, …)] where Predicate [project Column[:type], …, pack(*) | project-smart] [project-away …]",
	Example: "find in (NTANetAnalytics, AzureNetworkAnalytics_CL) where SrcIp == \"10.0.0.4\" project SrcIp, DestIp",
}

func bindFind(b *bind.Binder, in *bind.Table, o *ast.Find) *bind.Table {
	source, _, ok := bind.WordParam(o.Params, "withsource", "with_source")
	if !ok {
		source = "source_"
	}
	var tables []*bind.Table
	switch {
	case len(o.In) > 0:
		b.WithoutRow(func() {
			for _, e := range o.In {
				tables = append(tables, unionTables(b, e)...)
			}
		})
	case in != nil:
		tables = append(tables, in)
	default:
		for _, name := range b.Tables("*") {
			tables = append(tables, b.Table(ast.Name{Text: name}))
		}
	}
	all := concat(b, tables, source, "find_arg", false)
	cond := predicate(b, all, o.Cond, false)
	rows := all.WithNode(&plan.Filter{Input: all.Node, Cond: condition(cond)})
	rows.Serialized = false
	cols := []bind.Column{all.Columns[0]}
	var items []plan.Assign
	pack := false
	if len(o.ProjectItems) == 0 {
		cols = append(cols, smart(tables, all, cond.Expr)...)
		pack = len(cols) < len(all.Columns)
	} else {
		b.WithRow(all, func() {
			for i, e := range o.ProjectItems {
				if isPack(e) {
					pack = true
					if i != len(o.ProjectItems)-1 {
						b.Errorf("KS185", e.Span(), "The pack(*) expression must be the last item in the list.")
					}
					continue
				}
				if c, item, ok := findColumn(b, e); ok {
					cols = append(cols, c)
					if item != nil {
						items = append(items, *item)
					}
				}
			}
		})
	}
	if pack {
		c := b.NewColumn("pack_", types.Dynamic)
		items = append(items, plan.Assign{Column: c.Plan(), Expr: packed(all, cols)})
		cols = append(cols, c)
	}
	if len(o.ProjectAway) > 0 {
		cols = away(b, all, cols, o.ProjectAway, len(o.ProjectItems) > 0 && pack)
	}
	assigns := make([]plan.Assign, len(cols))
	for i, c := range cols {
		assigns[i] = c.Same()
		if k := slices.IndexFunc(items, func(a plan.Assign) bool { return a.Column.ID == c.ID }); k >= 0 {
			assigns[i] = items[k]
		}
	}
	out := rows.With(&plan.Project{Input: rows.Node, Items: assigns}, cols)
	out.Open = all.Open && len(o.ProjectItems) == 0
	return out
}

// smart returns the columns that all tables have and those of the condition.
func smart(tables []*bind.Table, all *bind.Table, cond plan.Expr) []bind.Column {
	used := map[plan.ColumnID]bool{}
	plan.WalkExpr(cond, func(e plan.Expr) bool {
		if r, ok := e.(*plan.Ref); ok {
			used[r.Column] = true
		}
		return true
	})
	var common, other []bind.Column
	for _, c := range all.Columns[1:] {
		everywhere := true
		for _, t := range tables {
			x, ok := t.Find(c.Name)
			everywhere = everywhere && ok && x.Type == c.Type
		}
		switch {
		case everywhere:
			common = append(common, c)
		case used[c.ID]:
			other = append(other, c)
		}
	}
	return append(common, other...)
}

func isPack(e ast.Expr) bool {
	c, ok := e.(*ast.Call)
	return ok && (c.Name.Text == "pack" || c.Name.Text == "pack_all")
}

// findColumn binds an item of find's project: a column, or column:type.
func findColumn(b *bind.Binder, e ast.Expr) (bind.Column, *plan.Assign, bool) {
	if n, ok := e.(*ast.Named); ok && len(n.Names) == 1 {
		if t, isType := n.X.(*ast.TypeOf); isType {
			v := b.Scalar(&ast.Ident{Pos: n.Names[0].Pos, Name: n.Names[0]})
			if v.Column == nil {
				return bind.Column{}, nil, false
			}
			c := b.NewColumn(v.Column.Name, t.Type)
			return c, &plan.Assign{Column: c.Plan(), Expr: b.Convert(v, t.Type)}, true
		}
	}
	v := b.Scalar(e)
	if !b.CheckColumn(v, e) || v.Column == nil {
		return bind.Column{}, nil, false
	}
	return *v.Column, nil, true
}

// packed is a bag of the columns of all that are not among cols.
func packed(all *bind.Table, cols []bind.Column) plan.Expr {
	var rest []bind.Column
	for _, c := range all.Columns[1:] {
		if !slices.ContainsFunc(cols, func(x bind.Column) bool { return x.ID == c.ID || x.Name == c.Name }) {
			rest = append(rest, c)
		}
	}
	return bind.Pack(rest, true)
}

// away leaves out the columns of find's project-away; `*` is all but the source
// and an explicit pack.
func away(b *bind.Binder, all *bind.Table, cols []bind.Column, list []ast.Expr, keepPack bool) []bind.Column {
	var drop func(c bind.Column) bool
	if _, star := list[0].(*ast.Star); star {
		drop = func(c bind.Column) bool { return c.ID != cols[0].ID && !(keepPack && c.Name == "pack_") }
	} else {
		gone := names(listed(b, all, list))
		drop = func(c bind.Column) bool { return gone[c.Name] }
	}
	var out []bind.Column
	for _, c := range cols {
		if !drop(c) {
			out = append(out, c)
		}
	}
	return out
}
