package fn

import (
	"github.com/azflow/azflow/kql/types"
)

// windowFuncs returns the window functions.
func windowFuncs() []Func {
	return []Func{
		{
			Name: "row_number",
			Doc:  "Returns the number of the row in the serialized input.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "startingIndex", Types: []types.Type{types.Long}, Max: 1},
					{Name: "restart", Types: []types.Type{types.Bool}, Max: 1},
				}, Ret: Return{Type: types.Long}},
			},
			Window: true,
		},
		{
			Name: "row_cumsum",
			Doc:  "Returns the running sum of the term.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "term", Kind: Number, Min: 1, Max: 1},
					{Name: "restart", Types: []types.Type{types.Bool}, Max: 1},
				}, Ret: Return{Rule: FirstArg}},
			},
			Window: true,
		},
		{
			Name: "row_rank",
			Doc:  "Returns the rank of the row, values counted once.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "column", Kind: NotDynamic, Min: 1, Max: 1},
					{Name: "dense", Types: []types.Type{types.Bool}, Max: 1},
				}, Ret: Return{Type: types.Long}},
			},
			Obsolete: "row_rank_dense",
			Hidden:   true,
			Window:   true,
		},
		{
			Name: "row_rank_dense",
			Doc:  "Returns the rank of the row, values counted once.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "term", Kind: NotDynamic, Min: 1, Max: 1},
					{Name: "restart", Types: []types.Type{types.Bool}, Max: 1},
				}, Ret: Return{Type: types.Long}},
			},
			Window: true,
		},
		{
			Name: "row_rank_min",
			Doc:  "Returns the rank of the row, ties given their lowest.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "term", Kind: NotDynamic, Min: 1, Max: 1},
					{Name: "restart", Types: []types.Type{types.Bool}, Max: 1},
				}, Ret: Return{Type: types.Long}},
			},
			Window: true,
		},
		{
			Name: "row_window_session",
			Doc:  "Returns the start of the session that the row belongs to.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "expr", Types: []types.Type{types.DateTime}, Min: 1, Max: 1},
					{Name: "maxDistanceFromFirst", Types: []types.Type{types.TimeSpan}, Min: 1, Max: 1},
					{Name: "maxDistanceBetweenNeighbors", Types: []types.Type{types.TimeSpan}, Min: 1, Max: 1},
					{Name: "restart", Types: []types.Type{types.Bool}, Max: 1},
				}, Ret: Return{Rule: FirstArg}},
			},
			Window: true,
		},
		{
			Name: "prev",
			Doc:  "Returns a column's value some rows earlier.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "column", Kind: Scalar, Min: 1, Max: 1},
					{Name: "offset", Types: []types.Type{types.Long}, Max: 1},
					{Name: "default_value", Kind: Scalar, Max: 1},
				}, Ret: Return{Rule: FirstArg}},
			},
			Window: true,
		},
		{
			Name: "next",
			Doc:  "Returns a column's value some rows later.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "column", Kind: Scalar, Min: 1, Max: 1},
					{Name: "offset", Types: []types.Type{types.Long}, Max: 1},
					{Name: "default_value", Kind: Scalar, Max: 1},
				}, Ret: Return{Rule: FirstArg}},
			},
			Window: true,
		},
	}
}
