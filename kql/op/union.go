package op

import (
	"strconv"
	"strings"

	"github.com/azflow/azflow/kql/ast"
	"github.com/azflow/azflow/kql/bind"
	"github.com/azflow/azflow/kql/plan"
	"github.com/azflow/azflow/kql/types"
)

var unionDoc = Doc{
	Keyword: "union",
	Summary: "Appends tables; columns go together by name and type, names with several types get the type as a suffix. Names may have wildcards.",
	Syntax:  "[T |] union [kind=outer|inner] [withsource=Name] [isfuzzy=true|false] Table, …",
	Example: "union withsource=Table NTANetAnalytics, AzureNetworkAnalytics_CL | summarize count() by Table",
}

func bindUnion(b *bind.Binder, in *bind.Table, o *ast.Union) *bind.Table {
	var ins []*bind.Table
	if in != nil {
		ins = append(ins, in)
	}
	bindAll := func() {
		for _, e := range o.Tables {
			ins = append(ins, unionTables(b, e)...)
		}
	}
	b.WithoutRow(func() {
		if fuzzy, ok := bind.BoolParam(o.Params, "isfuzzy"); ok {
			b.WithFuzzy(fuzzy, bindAll)
		} else {
			bindAll()
		}
	})
	source, _, _ := bind.WordParam(o.Params, "withsource", "with_source")
	kind, _, _ := bind.WordParam(o.Params, "kind")
	return concat(b, ins, source, "union_arg", kind == "inner")
}

// unionTables binds one operand of a union; a wildcard is several tables.
func unionTables(b *bind.Binder, e ast.Expr) []*bind.Table {
	w, ok := unparen(e).(*ast.Wildcard)
	if !ok {
		return []*bind.Table{b.Tabular(e)}
	}
	found := b.Tables(w.Pattern)
	if len(found) == 0 {
		b.Errorf("KS142", w.Span(), "The name '%s' does not refer to any known table.", w.Pattern)
		return nil
	}
	out := make([]*bind.Table, len(found))
	for i, name := range found {
		out[i] = b.Table(ast.Name{Pos: ast.Pos(w.Span()), Text: name})
	}
	return out
}

// concat appends tables. source is the name of a column that says where a row
// is from, "" for none: a table's name, or unnamed and its number. common leaves
// only the columns that all have.
func concat(b *bind.Binder, ins []*bind.Table, source, unnamed string, common bool) *bind.Table {
	out := &bind.Table{}
	for _, t := range ins {
		out.Open = out.Open || t.Open
		out.Failed = out.Failed || t.Failed
	}
	sources := make([]string, len(ins))
	for i, t := range ins {
		sources[i] = t.Name
		if t.Name == "" {
			sources[i] = unnamed + strconv.Itoa(i)
		}
	}
	ins, sources = present(ins, sources)
	if len(ins) == 0 {
		var cols []bind.Column
		if source != "" {
			cols = append(cols, b.NewColumn(source, types.String))
		}
		return b.EmptyTable(cols)
	}
	if len(ins) == 1 && source == "" {
		t := ins[0].WithNode(ins[0].Node)
		t.Open, t.Serialized = out.Open, false
		return t
	}
	merged := unify(ins, common)
	u := &plan.Union{}
	if source != "" {
		c := b.NewColumn(source, types.String)
		out.Columns = append(out.Columns, c)
	}
	for _, m := range merged {
		out.Columns = append(out.Columns, b.NewColumn(m.name, m.typ))
	}
	u.Cols = bind.PlanColumns(out.Columns)
	for i, t := range ins {
		node, ids := t.Node, []plan.ColumnID(nil)
		if source != "" {
			c := b.NewColumn(source, types.String)
			items := []plan.Assign{{Column: c.Plan(), Expr: &plan.Const{Value: sources[i], T: types.String}}}
			for _, x := range t.Columns {
				items = append(items, x.Same())
			}
			node, ids = &plan.Project{Input: node, Items: items}, append(ids, c.ID)
		}
		for _, m := range merged {
			ids = append(ids, m.from[i])
		}
		u.Ins = append(u.Ins, node)
		u.Map = append(u.Map, ids)
	}
	out.Node = u
	return out
}

// present leaves out tables that do not exist, as isfuzzy does, unless none is
// left.
func present(ins []*bind.Table, sources []string) ([]*bind.Table, []string) {
	var some []*bind.Table
	var names []string
	for i, t := range ins {
		if !t.Missing {
			some = append(some, t)
			names = append(names, sources[i])
		}
	}
	if len(some) == 0 {
		return ins, sources
	}
	return some, names
}

// merged is one column of a union and where it comes from: an id for each
// input, zero for none.
type merged struct {
	name string
	typ  types.Type
	from []plan.ColumnID
}

// unify merges columns by name and type, in the order of their first
// appearance. A name with several types becomes one column for each type, with
// the type as a suffix, and a number after it where a column has that name. MS
// Learn: the column with the suffix is the one that gets the number; Microsoft's
// binder, which numbers the later one, says where each name stands.
func unify(ins []*bind.Table, common bool) []merged {
	byName := map[string][]*merged{}
	var order []string
	for i, t := range ins {
		for _, c := range t.Columns {
			if _, seen := byName[c.Name]; !seen {
				order = append(order, c.Name)
			}
			var m *merged
			for _, x := range byName[c.Name] {
				if x.typ == c.Type {
					m = x
				}
			}
			if m == nil {
				m = &merged{typ: c.Type, from: make([]plan.ColumnID, len(ins))}
				byName[c.Name] = append(byName[c.Name], m)
			}
			m.from[i] = c.ID
		}
	}
	// Names that stay as they are come first, in their order their places.
	var plain, all bind.UniqueNames
	for _, name := range order {
		if list := byName[name]; len(list) == 1 && (!common || everywhere(list[0].from)) {
			plain.Add(name)
		}
	}
	var out []merged
	places := map[string]int{}
	for _, name := range order {
		list := byName[name]
		for _, m := range list {
			if common && !everywhere(m.from) {
				continue
			}
			m.name = name
			if len(list) > 1 {
				m.name += "_" + typeSuffix(m.typ)
			}
			places[all.Get(m.name)] = len(out)
			if len(list) > 1 {
				m.name = plain.Get(m.name)
			}
			out = append(out, *m)
		}
	}
	inPlace := make([]merged, len(out))
	for _, m := range out {
		at, ok := places[m.name]
		if !ok {
			return out
		}
		inPlace[at] = m
	}
	return inPlace
}

func typeSuffix(t types.Type) string { return strings.ToLower(t.String()) }

func everywhere(ids []plan.ColumnID) bool {
	for _, id := range ids {
		if id == 0 {
			return false
		}
	}
	return true
}
