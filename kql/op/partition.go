package op

import (
	"strconv"

	"github.com/azflow/azflow/kql/ast"
	"github.com/azflow/azflow/kql/bind"
	"github.com/azflow/azflow/kql/plan"
	"github.com/azflow/azflow/kql/types"
)

var partitionDoc = Doc{
	Keyword: "partition",
	Summary: "Runs a subquery over the rows of each value of a column and appends what it gives.",
	Syntax:  "T | partition [hint.strategy=…] by Column (Subquery)",
	Example: "NTANetAnalytics | partition hint.strategy=native by FlowStatus (top 3 by BytesSrcToDest)",
}

func bindPartition(b *bind.Binder, in *bind.Table, o *ast.Partition) *bind.Table {
	var by *bind.Value
	b.WithRow(in, func() {
		by = b.Scalar(o.By)
		if b.CheckColumn(by, o.By) {
			b.CheckNotDynamic(by, o.By)
		}
	})
	leaf := &plan.Leaf{Cols: bind.PlanColumns(in.Columns)}
	sub := in.With(leaf, in.Columns)
	sub.Serialized = false
	b.WithScope(func() {
		if by.Column != nil {
			b.DeclareColumn(by.Column.Name, *by.Column)
		}
		switch {
		case o.Sub == nil:
		case o.Braces:
			b.WithoutRow(func() { sub = b.Tabular(o.Sub) })
		default:
			sub = b.Operators(sub, o.Sub.Ops)
		}
	})
	out := in.With(&plan.Apply{Input: in.Node, By: by.Expr, Rows: leaf, Sub: sub.Node, Cols: bind.PlanColumns(sub.Columns)}, sub.Columns)
	out.Open = sub.Open
	out.Serialized = false
	return out
}

var forkDoc = Doc{
	Keyword: "fork",
	Summary: "Runs several subqueries over the same rows; each gives a result table.",
	Syntax:  "T | fork [Name =] (Subquery) [Name =] (Subquery) …",
	Example: "NTANetAnalytics | fork (count) (summarize count() by FlowStatus)",
}

func bindFork(b *bind.Binder, in *bind.Table, o *ast.Fork) *bind.Table {
	shared, again := b.Share("", in)
	out := b.FailedTable()
	for i, br := range o.Branches {
		rows := shared
		if i > 0 {
			rows = again()
		}
		t := rows
		if br.Sub != nil {
			t = b.Operators(rows, br.Sub.Ops)
		}
		name := "Results"
		if i > 0 {
			name += "_" + strconv.Itoa(i+1)
		}
		if br.Name != nil {
			name = br.Name.Text
		}
		if i == 0 {
			out = t
			b.NameResult(name)
			continue
		}
		b.AddResult(name, t)
	}
	return out
}

var facetDoc = Doc{
	Keyword: "facet",
	Summary: "Gives for each column listed a table of its values and how often they occur.",
	Syntax:  "T | facet by Column, … [with (Subquery)]",
	Example: "NTANetAnalytics | facet by FlowStatus, FlowType",
}

func bindFacet(b *bind.Binder, in *bind.Table, o *ast.Facet) *bind.Table {
	shared, again := b.Share("", in)
	var tables []*bind.Table
	var titles []string
	next := func() *bind.Table {
		if len(tables) == 0 {
			return shared
		}
		return again()
	}
	if o.With != nil {
		tables, titles = append(tables, b.Operators(next(), o.With.Ops)), append(titles, "Results")
	}
	for i, e := range o.By {
		rows := next()
		var v *bind.Value
		b.WithRow(rows, func() {
			v = b.Scalar(e)
			if b.CheckColumn(v, e) {
				b.CheckNotDynamic(v, e)
			}
		})
		name, _ := b.Name(e)
		key, n := b.NewColumn(name, v.Type), b.NewColumn("count_"+name, types.Long)
		tables = append(tables, &bind.Table{Columns: []bind.Column{key, n}, Node: &plan.Aggregate{
			Input: rows.Node, Grouped: true, By: []plan.Assign{{Column: key.Plan(), Expr: v.Expr}},
			Aggs: []plan.AggItem{{Cols: []plan.Column{n.Plan()}, Func: "count"}},
		}})
		title := "Facet"
		if i > 0 {
			title += "_" + strconv.Itoa(i+1)
		}
		titles = append(titles, title)
	}
	if len(tables) == 0 {
		return b.FailedTable()
	}
	b.NameResult(titles[0])
	for i := 1; i < len(tables); i++ {
		b.AddResult(titles[i], tables[i])
	}
	return tables[0]
}

var reduceDoc = Doc{
	Keyword: "reduce",
	Summary: "Groups strings that look alike and gives a pattern of each group.",
	Syntax:  "T | reduce [kind=source] by Expression [with (threshold=…, characters=…)]",
	Example: "NTANetAnalytics | reduce by AclRule",
}

func bindReduce(b *bind.Binder, in *bind.Table, o *ast.Reduce) *bind.Table {
	var v *bind.Value
	b.WithRow(in, func() {
		v = b.Scalar(o.By)
		b.CheckType(v, o.By, types.String)
	})
	n := &plan.Plugin{Name: "reduce", Input: in.Node, Args: []plan.PluginArg{{Expr: v.Expr}}}
	var cols []bind.Column
	if kind, _, _ := bind.WordParam(o.Params, "kind"); kind == "source" {
		cols = append(cols, in.Columns...)
		n.Args = append(n.Args, plan.PluginArg{Name: "kind", Expr: &plan.Const{Value: "source", T: types.String}})
	}
	for _, p := range o.With {
		value := propertyValue(b, p)
		t := types.String
		switch value.(type) {
		case float64:
			t = types.Real
		case int64:
			t = types.Long
		}
		n.Args = append(n.Args, plan.PluginArg{Name: p.Name.Text, Expr: &plan.Const{Value: value, T: t}})
	}
	cols = append(cols, b.NewColumn("Pattern", types.String), b.NewColumn("Count", types.Long), b.NewColumn("Representative", types.String))
	n.Cols = bind.PlanColumns(cols)
	out := in.With(n, cols)
	out.Open, out.Serialized = false, false
	return out
}

var getschemaDoc = Doc{
	Keyword: "getschema",
	Summary: "Gives the columns of the input as rows.",
	Syntax:  "T | getschema [kind=csl]",
	Example: "NTANetAnalytics | getschema",
}

// dotNetTypes are the names that getschema has for types. MS Learn: "getschema
// operator".
var dotNetTypes = map[types.Type]string{
	types.Bool: "System.SByte", types.DateTime: "System.DateTime", types.Decimal: "System.Data.SqlTypes.SqlDecimal", types.Dynamic: "System.Object",
	types.GUID: "System.Guid", types.Int: "System.Int32", types.Long: "System.Int64", types.Real: "System.Double", types.String: "System.String",
	types.TimeSpan: "System.TimeSpan", types.Unknown: "System.Object",
}

func bindGetSchema(b *bind.Binder, in *bind.Table, o *ast.GetSchema) *bind.Table {
	if kind, _, _ := bind.WordParam(o.Params, "kind"); kind == "csl" {
		text := ""
		for i, c := range in.Columns {
			if i > 0 {
				text += ","
			}
			text += c.Name + ":" + c.Plan().Type.String()
		}
		cols := []bind.Column{b.NewColumn("Schema", types.String)}
		return &bind.Table{Columns: cols, Node: &plan.Values{Cols: bind.PlanColumns(cols), Rows: [][]types.Value{{text}}}}
	}
	cols := []bind.Column{
		b.NewColumn("ColumnName", types.String), b.NewColumn("ColumnOrdinal", types.Long), b.NewColumn("DataType", types.String), b.NewColumn("ColumnType", types.String),
	}
	v := &plan.Values{Cols: bind.PlanColumns(cols)}
	for i, c := range in.Columns {
		v.Rows = append(v.Rows, []types.Value{c.Name, int64(i), dotNetTypes[c.Type], c.Plan().Type.String()})
	}
	return &bind.Table{Columns: cols, Node: v, Serialized: true}
}

var assertSchemaDoc = Doc{
	Keyword: "assert-schema",
	Summary: "Fails unless the input has exactly the columns listed.",
	Syntax:  "T | assert-schema (Column:type, …)",
	Example: "print a = 1 | assert-schema (a:long)",
}

func bindAssertSchema(b *bind.Binder, in *bind.Table, o *ast.AssertSchema) *bind.Table {
	if in.Open {
		return in
	}
	same := len(o.Columns) == len(in.Columns)
	for i := range o.Columns {
		same = same && in.Columns[i].Name == o.Columns[i].Name.Text && in.Columns[i].Type == o.Columns[i].Type
	}
	if !same {
		b.Errorf("AZ065", o.Keyword.Span(), "the columns are not those that assert-schema lists")
	}
	return in
}
