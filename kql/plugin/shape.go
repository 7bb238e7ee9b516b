package plugin

import (
	"slices"

	"github.com/azflow/azflow/kql/ast"
	"github.com/azflow/azflow/kql/bind"
	"github.com/azflow/azflow/kql/types"
)

// shapePlugins change rows into columns and back.
func shapePlugins() []Plugin {
	return []Plugin{
		{
			Name: "bag_unpack", Summary: "Makes a column of each property of a bag.",
			Syntax: "T | evaluate bag_unpack(Column [, prefix [, conflict [, ignored]]]) [: (Schema)]",
			Params: []Param{
				{Name: "column", Kind: Column, Min: 1},
				{Name: "OutputColumnPrefix", Kind: String},
				{Name: "columnsConflict", Kind: String},
				{Name: "ignoredProperties", Kind: Scalar},
			},
			columns: func(c *call) ([]bind.Column, bool) {
				unpacked := c.referenced("column")
				return without(c.in.Columns, unpacked), true
			},
		},
		{
			Name: "pivot", Summary: "Makes a column of each value of a column and aggregates into them.",
			Syntax: "T | evaluate pivot(Column [, Aggregation [, Column, …]]) [: (Schema)]",
			Params: []Param{
				{Name: "pivotColumn", Kind: Column, Min: 1},
				{Name: "aggregateFunction", Kind: Aggregate},
				{Name: "columnName", Kind: Column, Max: many},
			},
			columns: pivotColumns,
		},
		{
			Name: "narrow", Summary: "Gives each cell as a row of its own.",
			Syntax: "T | evaluate narrow()",
			columns: func(c *call) ([]bind.Column, bool) {
				return []bind.Column{c.column("Row", types.Long), c.column("Column", types.String), c.column("Value", types.String)}, false
			},
		},
		{
			Name: "dcount_intersect", Summary: "Counts what HyperLogLog sketches have in common.",
			Syntax: "T | evaluate dcount_intersect(hll, hll, …)",
			Params: []Param{{Name: "hll", Kind: Scalar, Min: 2, Max: many}},
			columns: func(c *call) ([]bind.Column, bool) {
				cols := slices.Clone(c.in.Columns)
				for i := range c.args {
					cols = append(cols, c.column("s"+string(rune('0'+i)), types.Long))
				}
				return cols, false
			},
		},
	}
}

func without(cols, drop []bind.Column) []bind.Column {
	var out []bind.Column
	for _, c := range cols {
		if !slices.ContainsFunc(drop, func(d bind.Column) bool { return d.ID == c.ID }) {
			out = append(out, c)
		}
	}
	return out
}

// pivotColumns are the columns that rows are grouped by: those named, or all but
// the pivoted and the aggregated one.
func pivotColumns(c *call) ([]bind.Column, bool) {
	if named := c.referenced("columnName"); len(named) > 0 {
		return named, true
	}
	drop := c.referenced("pivotColumn")
	for _, a := range c.get("aggregateFunction") {
		if call, ok := a.expr.(*ast.Call); ok && len(call.Args) > 0 {
			if id, ok := call.Args[0].X.(*ast.Ident); ok {
				if col, ok := c.in.Find(id.Name.Text); ok {
					drop = append(drop, col)
				}
			}
		}
	}
	return without(c.in.Columns, drop), true
}
