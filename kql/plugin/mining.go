package plugin

import (
	"fmt"

	"github.com/azflow/azflow/kql/bind"
	"github.com/azflow/azflow/kql/types"
)

// text is a constant argument as a name has it.
func (c *call) text(param string) string {
	for _, a := range c.get(param) {
		if k, ok := a.value.Constant(); ok {
			return fmt.Sprint(k)
		}
	}
	return "0"
}

// miningPlugins find patterns in many columns.
func miningPlugins() []Plugin {
	segment := func(measures ...bind.Column) func(*call) ([]bind.Column, bool) {
		return func(c *call) ([]bind.Column, bool) {
			cols := []bind.Column{c.column("SegmentId", types.Long)}
			for _, m := range measures {
				cols = append(cols, c.column(m.Name, m.Type))
			}
			return append(cols, c.fresh(c.in.Columns)...), c.in.Open
		}
	}
	count := []bind.Column{{Name: "Count", Type: types.Long}, {Name: "Percent", Type: types.Real}}
	difference := []bind.Column{
		{Name: "CountA", Type: types.Long},
		{Name: "CountB", Type: types.Long},
		{Name: "PercentA", Type: types.Real},
		{Name: "PercentB", Type: types.Real},
		{Name: "PercentDiffAB", Type: types.Real},
	}
	return []Plugin{
		{
			Name: "autocluster", Summary: "Finds common patterns of attributes.",
			Syntax: "T | evaluate autocluster([SizeWeight [, WeightColumn [, NumSeeds [, CustomWildcard, …]]]])",
			Params: []Param{
				{Name: "SizeWeight", Kind: Scalar},
				{Name: "WeightColumn", Kind: Column},
				{Name: "NumSeeds", Kind: Scalar},
				{Name: "CustomWildcard", Kind: Scalar, Max: many},
			},
			columns: segment(count...),
		},
		{
			Name: "basket", Summary: "Finds all frequent patterns of attributes.",
			Syntax: "T | evaluate basket([Threshold [, WeightColumn [, MaxDimensions [, CustomWildcard, …]]]])",
			Params: []Param{
				{Name: "Threshold", Kind: Scalar},
				{Name: "WeightColumn", Kind: Column},
				{Name: "MaxDimensions", Kind: Scalar},
				{Name: "CustomWildcard", Kind: Scalar, Max: many},
			},
			columns: segment(count...),
		},
		{
			Name: "diffpatterns", Summary: "Finds patterns of attributes that tell two sets of rows apart.",
			Syntax: "T | evaluate diffpatterns(SplitColumn, ValueA, ValueB [, WeightColumn [, Threshold [, MaxDimensions [, CustomWildcard, …]]]])",
			Params: []Param{
				{Name: "SplitColumn", Kind: Column, Min: 1},
				{Name: "SplitValueA", Kind: String, Min: 1},
				{Name: "SplitValueB", Kind: String, Min: 1},
				{Name: "WeightColumn", Kind: Column},
				{Name: "Threshold", Kind: Scalar},
				{Name: "MaxDimensions", Kind: Scalar},
				{Name: "CustomWildcard", Kind: Scalar, Max: many},
			},
			columns: segment(difference...),
		},
	}
}

// otherPlugins are those that fit nowhere else.
func otherPlugins() []Plugin {
	same := func(c *call) ([]bind.Column, bool) { return c.in.Columns, c.in.Open }
	return []Plugin{
		{Name: "identity", Summary: "Gives the rows as they are.", Syntax: "T | evaluate identity()", columns: same},
		{
			Name: "preview", Summary: "Gives the first rows and their number.", Syntax: "T | evaluate preview(NumberOfRows)",
			Params: []Param{{Name: "NumberOfRows", Kind: Constant, Min: 1}}, columns: same,
		},
		{
			Name: "estimate_rows_count", Summary: "Estimates the number of rows.", Syntax: "T | evaluate estimate_rows_count()",
			columns: func(c *call) ([]bind.Column, bool) {
				return []bind.Column{c.column("EstimatedRowsCount", types.Long)}, false
			},
		},
	}
}
