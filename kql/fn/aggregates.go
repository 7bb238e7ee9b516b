package fn

import (
	"github.com/azflow/azflow/kql/types"
)

// aggregateFuncs returns the aggregation functions.
func aggregateFuncs() []Aggregate {
	return []Aggregate{
		{
			Name: "sum",
			Doc:  "Returns the sum of the values.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "expr", Kind: Summable, Min: 1, Max: 1},
				}, Ret: Return{Rule: FirstArgPromoted}},
			},
			Naming: PrefixAndFirstArg,
			Prefix: "sum",
		},
		{
			Name: "sumif",
			Doc:  "Returns the sum of the values where a condition holds.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "expr", Kind: Summable, Min: 1, Max: 1},
					{Name: "predicate", Types: []types.Type{types.Bool}, Min: 1, Max: 1},
				}, Ret: Return{Rule: FirstArgPromoted}},
			},
			Naming: PrefixAndFirstArg,
			Prefix: "sumif",
		},
		{
			Name: "cnt",
			Doc:  "Counts the rows.",
			Sigs: []Sig{
				{Ret: Return{Type: types.Long}},
			},
			Naming:   PrefixAndFirstArg,
			Prefix:   "cnt",
			Obsolete: "count",
			Hidden:   true,
		},
		{
			Name: "count",
			Doc:  "Counts the rows.",
			Sigs: []Sig{
				{Ret: Return{Type: types.Long}},
				{Params: []Param{
					{Name: "predicate", Types: []types.Type{types.Bool}, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Long}},
			},
			Naming: PrefixAndFirstArg,
			Prefix: "count",
		},
		{
			Name: "countif",
			Doc:  "Counts the rows where a condition holds.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "predicate", Types: []types.Type{types.Bool}, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Long}},
			},
			Naming: PrefixAndFirstArg,
			Prefix: "countif",
		},
		{
			Name: "dcount",
			Doc:  "Counts the distinct values; exact here, estimated in Kusto.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "expr", Kind: Scalar, Min: 1, Max: 1},
					{Name: "accuracy", Kind: NotDynamic, Max: 1, Const: true},
				}, Ret: Return{Type: types.Long}},
			},
			Naming: PrefixAndFirstArg,
			Prefix: "dcount",
		},
		{
			Name: "dcountif",
			Doc:  "Counts the distinct values where a condition holds.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "expr", Kind: Scalar, Min: 1, Max: 1},
					{Name: "predicate", Types: []types.Type{types.Bool}, Min: 1, Max: 1},
					{Name: "accuracy", Kind: NotDynamic, Max: 1, Const: true},
				}, Ret: Return{Type: types.Long}},
			},
			Naming: PrefixAndFirstArg,
			Prefix: "dcountif",
		},
		{
			Name: "count_distinct",
			Doc:  "Counts the distinct values.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "expr", Kind: NotDynamic, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Long}},
			},
			Naming: PrefixAndFirstArg,
			Prefix: "count_distinct",
		},
		{
			Name: "count_distinctif",
			Doc:  "Counts the distinct values where a condition holds.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "expr", Kind: NotDynamic, Min: 1, Max: 1},
					{Name: "predicate", Types: []types.Type{types.Bool}, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Long}},
			},
			Naming: PrefixAndFirstArg,
			Prefix: "count_distinctif",
		},
		{
			Name: "min",
			Doc:  "Returns the least value.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "expr", Kind: Orderable, Min: 1, Max: 1},
				}, Ret: Return{Rule: FirstArg}},
			},
			Naming: PrefixAndFirstArg,
			Prefix: "min",
		},
		{
			Name: "minif",
			Doc:  "Returns the least value where a condition holds.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "expr", Kind: Orderable, Min: 1, Max: 1},
					{Name: "predicate", Types: []types.Type{types.Bool}, Min: 1, Max: 1},
				}, Ret: Return{Rule: FirstArg}},
			},
			Naming: PrefixAndFirstArg,
			Prefix: "minif",
		},
		{
			Name: "max",
			Doc:  "Returns the greatest value.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "expr", Kind: Orderable, Min: 1, Max: 1},
				}, Ret: Return{Rule: FirstArg}},
			},
			Naming: PrefixAndFirstArg,
			Prefix: "max",
		},
		{
			Name: "maxif",
			Doc:  "Returns the greatest value where a condition holds.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "expr", Kind: Orderable, Min: 1, Max: 1},
					{Name: "predicate", Types: []types.Type{types.Bool}, Min: 1, Max: 1},
				}, Ret: Return{Rule: FirstArg}},
			},
			Naming: PrefixAndFirstArg,
			Prefix: "maxif",
		},
		{
			Name: "avg",
			Doc:  "Returns the mean of the values.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "expr", Kind: Integer, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Real}},
				{Params: []Param{
					{Name: "expr", Types: []types.Type{types.Real}, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Real}},
				{Params: []Param{
					{Name: "expr", Types: []types.Type{types.Decimal}, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Decimal}},
				{Params: []Param{
					{Name: "expr", Types: []types.Type{types.TimeSpan}, Min: 1, Max: 1},
				}, Ret: Return{Type: types.TimeSpan}},
				{Params: []Param{
					{Name: "expr", Types: []types.Type{types.DateTime}, Min: 1, Max: 1},
				}, Ret: Return{Type: types.DateTime}},
			},
			Naming: PrefixAndFirstArg,
			Prefix: "avg",
		},
		{
			Name: "avgif",
			Doc:  "Returns the mean of the values where a condition holds.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "expr", Kind: Integer, Min: 1, Max: 1},
					{Name: "predicate", Types: []types.Type{types.Bool}, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Real}},
				{Params: []Param{
					{Name: "expr", Types: []types.Type{types.Real}, Min: 1, Max: 1},
					{Name: "predicate", Types: []types.Type{types.Bool}, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Real}},
				{Params: []Param{
					{Name: "expr", Types: []types.Type{types.Decimal}, Min: 1, Max: 1},
					{Name: "predicate", Types: []types.Type{types.Bool}, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Decimal}},
				{Params: []Param{
					{Name: "expr", Types: []types.Type{types.TimeSpan}, Min: 1, Max: 1},
					{Name: "predicate", Types: []types.Type{types.Bool}, Min: 1, Max: 1},
				}, Ret: Return{Type: types.TimeSpan}},
				{Params: []Param{
					{Name: "expr", Types: []types.Type{types.DateTime}, Min: 1, Max: 1},
					{Name: "predicate", Types: []types.Type{types.Bool}, Min: 1, Max: 1},
				}, Ret: Return{Type: types.DateTime}},
			},
			Naming: PrefixAndFirstArg,
			Prefix: "avgif",
		},
		{
			Name: "make_list",
			Doc:  "Collects the values in an array, nulls left out.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "expr", Kind: Scalar, Min: 1, Max: 1},
					{Name: "maxSize", Kind: Integer, Max: 1, Const: true},
				}, Ret: Return{Type: types.Dynamic}},
			},
			Naming: PrefixAndFirstArg,
			Prefix: "list",
		},
		{
			Name: "makelist",
			Doc:  "Collects the values in an array, nulls left out.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "expr", Kind: Scalar, Min: 1, Max: 1},
					{Name: "maxSize", Kind: Integer, Max: 1, Const: true},
				}, Ret: Return{Type: types.Dynamic}},
			},
			Naming:   PrefixAndFirstArg,
			Prefix:   "list",
			Obsolete: "make_list",
			Hidden:   true,
		},
		{
			Name: "make_list_if",
			Doc:  "Collects the values where a condition holds.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "expr", Kind: Scalar, Min: 1, Max: 1},
					{Name: "predicate", Types: []types.Type{types.Bool}, Min: 1, Max: 1},
					{Name: "maxSize", Kind: Integer, Max: 1, Const: true},
				}, Ret: Return{Type: types.Dynamic}},
			},
			Naming: PrefixAndFirstArg,
			Prefix: "list",
		},
		{
			Name: "make_list_with_nulls",
			Doc:  "Collects the values in an array, nulls included.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "expr", Kind: Scalar, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Dynamic}},
			},
			Naming: PrefixAndFirstArg,
			Prefix: "list",
		},
		{
			Name: "make_set",
			Doc:  "Collects the distinct values in an array.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "expr", Kind: Scalar, Min: 1, Max: 1},
					{Name: "maxSize", Kind: Integer, Max: 1, Const: true},
				}, Ret: Return{Type: types.Dynamic}},
			},
			Naming: PrefixAndFirstArg,
			Prefix: "set",
		},
		{
			Name: "makeset",
			Doc:  "Collects the distinct values in an array.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "expr", Kind: Scalar, Min: 1, Max: 1},
					{Name: "maxSize", Kind: Integer, Max: 1, Const: true},
				}, Ret: Return{Type: types.Dynamic}},
			},
			Naming:   PrefixAndFirstArg,
			Prefix:   "set",
			Obsolete: "make_set",
			Hidden:   true,
		},
		{
			Name: "make_set_if",
			Doc:  "Collects the distinct values where a condition holds.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "expr", Kind: Scalar, Min: 1, Max: 1},
					{Name: "predicate", Types: []types.Type{types.Bool}, Min: 1, Max: 1},
					{Name: "maxSize", Kind: Integer, Max: 1, Const: true},
				}, Ret: Return{Type: types.Dynamic}},
			},
			Naming: PrefixAndFirstArg,
			Prefix: "set",
		},
		{
			Name: "make_bag",
			Doc:  "Merges bags to one.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "expr", Kind: Bag, Min: 1, Max: 1},
					{Name: "maxSize", Kind: Integer, Max: 1, Const: true},
				}, Ret: Return{Type: types.Dynamic}},
			},
			Naming: PrefixAndFirstArg,
			Prefix: "bag",
		},
		{
			Name: "make_bag_if",
			Doc:  "Merges bags to one where a condition holds.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "expr", Kind: Bag, Min: 1, Max: 1},
					{Name: "predicate", Types: []types.Type{types.Bool}, Min: 1, Max: 1},
					{Name: "maxSize", Kind: Integer, Max: 1, Const: true},
				}, Ret: Return{Type: types.Dynamic}},
			},
			Naming: PrefixAndFirstArg,
			Prefix: "bag",
		},
		{
			Name: "make_dictionary",
			Doc:  "Merges bags to one.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "expr", Kind: Bag, Min: 1, Max: 1},
					{Name: "maxSize", Kind: Integer, Max: 1, Const: true},
				}, Ret: Return{Type: types.Dynamic}},
			},
			Naming: PrefixAndFirstArg,
			Prefix: "dictionary",
			Hidden: true,
		},
		{
			Name: "buildschema",
			Doc:  "Returns the schema that covers all the values.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "expr", Kind: Bag, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Dynamic}},
			},
			Naming: PrefixAndFirstArg,
			Prefix: "schema",
		},
		{
			Name: "passthrough",
			Doc:  "Returns a value of the group.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "expr", Kind: Scalar, Min: 1, Max: 1},
				}, Ret: Return{Rule: FirstArg}},
			},
			Naming: FirstArgName,
			Hidden: true,
		},
		{
			Name: "percentile",
			Doc:  "Returns the value at a percentile, by nearest rank.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "expr", Kind: Scalar, Min: 1, Max: 1},
					{Name: "percentile", Kind: Number, Min: 1, Max: 1, Const: true},
				}, Ret: Return{Rule: PercentileType}},
			},
			Naming: PercentileName,
		},
		{
			Name: "percentiles",
			Doc:  "Returns the values at several percentiles, in columns.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "expr", Kind: Scalar, Min: 1, Max: 1},
					{Name: "percentile", Kind: Number, Min: 1, Max: Unbounded, Const: true},
				}, Ret: Return{Rule: PercentileType}},
			},
			Naming: PercentileName,
		},
		{
			Name: "percentiles_array",
			Doc:  "Returns the values at several percentiles, in an array.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "expr", Kind: Scalar, Min: 1, Max: 1},
					{Name: "percentile", Kind: Number, Min: 1, Max: Unbounded, Const: true},
				}, Ret: Return{Type: types.Dynamic}},
				{Params: []Param{
					{Name: "expr", Kind: Scalar, Min: 1, Max: 1},
					{Name: "percentiles", Kind: Array, Min: 1, Max: 1, Const: true},
				}, Ret: Return{Type: types.Dynamic}},
			},
			Naming: PercentileName,
		},
		{
			Name: "percentilew",
			Doc:  "Returns the value at a percentile of weighted values.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "expr", Kind: Scalar, Min: 1, Max: 1},
					{Name: "weight", Kind: Integer, Min: 1, Max: 1},
					{Name: "percentile", Kind: Number, Min: 1, Max: 1, Const: true},
				}, Ret: Return{Rule: PercentileType}},
			},
			Naming: PercentileName,
		},
		{
			Name: "percentilesw",
			Doc:  "Returns the values at several percentiles of weighted values, in columns.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "expr", Kind: Scalar, Min: 1, Max: 1},
					{Name: "weight", Kind: Integer, Min: 1, Max: 1},
					{Name: "percentile", Kind: Number, Min: 1, Max: Unbounded, Const: true},
				}, Ret: Return{Rule: PercentileType}},
			},
			Naming: PercentileName,
		},
		{
			Name: "percentilesw_array",
			Doc:  "Returns the values at several percentiles of weighted values, in an array.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "expr", Kind: Scalar, Min: 1, Max: 1},
					{Name: "weight", Kind: Integer, Min: 1, Max: 1},
					{Name: "percentile", Kind: Number, Min: 1, Max: Unbounded, Const: true},
				}, Ret: Return{Type: types.Dynamic}},
				{Params: []Param{
					{Name: "expr", Kind: Scalar, Min: 1, Max: 1},
					{Name: "weight", Kind: Integer, Min: 1, Max: 1},
					{Name: "percentiles", Kind: Array, Min: 1, Max: 1, Const: true},
				}, Ret: Return{Type: types.Dynamic}},
			},
			Naming: PercentileName,
		},
		{
			Name: "stdev",
			Doc:  "Returns the standard deviation of a sample.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "expr", Kind: Summable, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Real}},
			},
			Naming: PrefixAndFirstArg,
			Prefix: "stdev",
		},
		{
			Name: "stdevif",
			Doc:  "Returns the standard deviation of a sample where a condition holds.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "expr", Kind: Summable, Min: 1, Max: 1},
					{Name: "predicate", Types: []types.Type{types.Bool}, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Real}},
			},
			Naming: PrefixAndFirstArg,
			Prefix: "stdevif",
		},
		{
			Name: "stdevp",
			Doc:  "Returns the standard deviation of a population.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "expr", Kind: Summable, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Real}},
			},
			Naming: PrefixAndFirstArg,
			Prefix: "stdevp",
		},
		{
			Name: "variance",
			Doc:  "Returns the variance of a sample.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "expr", Kind: Summable, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Real}},
			},
			Naming: PrefixAndFirstArg,
			Prefix: "variance",
		},
		{
			Name: "varianceif",
			Doc:  "Returns the variance of a sample where a condition holds.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "expr", Kind: Summable, Min: 1, Max: 1},
					{Name: "predicate", Types: []types.Type{types.Bool}, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Real}},
			},
			Naming: PrefixAndFirstArg,
			Prefix: "varianceif",
		},
		{
			Name: "variancep",
			Doc:  "Returns the variance of a population.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "expr", Kind: Summable, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Real}},
			},
			Naming: PrefixAndFirstArg,
			Prefix: "variancep",
		},
		{
			Name: "variancepif",
			Doc:  "Returns the variance of a population where a condition holds.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "expr", Kind: Summable, Min: 1, Max: 1},
					{Name: "predicate", Types: []types.Type{types.Bool}, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Real}},
			},
			Naming: PrefixAndFirstArg,
			Prefix: "variancepif",
		},
		{
			Name: "covariance",
			Doc:  "Returns the covariance of a sample.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "expr", Kind: Summable, Min: 1, Max: 1},
					{Name: "expr", Kind: Summable, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Real}},
			},
			Naming: PrefixAndFirstArg,
			Prefix: "covariance",
		},
		{
			Name: "covarianceif",
			Doc:  "Returns the covariance of a sample where a condition holds.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "expr", Kind: Summable, Min: 1, Max: 1},
					{Name: "expr", Kind: Summable, Min: 1, Max: 1},
					{Name: "predicate", Types: []types.Type{types.Bool}, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Real}},
			},
			Naming: PrefixAndFirstArg,
			Prefix: "covarianceif",
		},
		{
			Name: "covariancep",
			Doc:  "Returns the covariance of a population.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "expr", Kind: Summable, Min: 1, Max: 1},
					{Name: "expr", Kind: Summable, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Real}},
			},
			Naming: PrefixAndFirstArg,
			Prefix: "covariancep",
		},
		{
			Name: "covariancepif",
			Doc:  "Returns the covariance of a population where a condition holds.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "expr", Kind: Summable, Min: 1, Max: 1},
					{Name: "expr", Kind: Summable, Min: 1, Max: 1},
					{Name: "predicate", Types: []types.Type{types.Bool}, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Real}},
			},
			Naming: PrefixAndFirstArg,
			Prefix: "covariancepif",
		},
		{
			Name: "any",
			Doc:  "Returns any value of the group, nulls avoided.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "expr", Kind: Scalar, Min: 1, Max: 1},
				}, Ret: Return{Rule: FirstArg}},
				{Params: []Param{
					{Name: "expr", Kind: Scalar, Min: 2, Max: Unbounded},
				}, Ret: Return{Rule: Columns}},
				{Params: []Param{
					{Name: "expr", Kind: Scalar, Min: 1, Max: 1},
				}, Ret: Return{Rule: Columns}},
			},
			Naming:   TakeAnyName,
			Prefix:   "any",
			Obsolete: "take_any",
			Hidden:   true,
		},
		{
			Name: "take_any",
			Doc:  "Returns any value of the group, nulls avoided.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "expr", Kind: Scalar, Min: 1, Max: Unbounded},
				}, Ret: Return{Rule: Columns}},
			},
			Naming: TakeAnyName,
		},
		{
			Name: "anyif",
			Doc:  "Returns any value where a condition holds.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "expr", Kind: Scalar, Min: 1, Max: 1},
					{Name: "predicate", Types: []types.Type{types.Bool}, Min: 1, Max: 1},
				}, Ret: Return{Rule: FirstArg}},
			},
			Naming:   PrefixAndFirstArg,
			Prefix:   "anyif",
			Obsolete: "take_anyif",
			Hidden:   true,
		},
		{
			Name: "take_anyif",
			Doc:  "Returns any value where a condition holds.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "expr", Kind: Scalar, Min: 1, Max: 1},
					{Name: "predicate", Types: []types.Type{types.Bool}, Min: 1, Max: 1},
				}, Ret: Return{Rule: FirstArg}},
			},
			Naming: FirstArgName,
		},
		{
			Name: "arg_min",
			Doc:  "Returns the row that has the least value.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "minimized", Kind: Orderable, Min: 1, Max: 1},
					{Name: "returned", Kind: Scalar, Max: Unbounded},
				}, Ret: Return{Rule: Columns}},
			},
			Naming: ExtremeName,
		},
		{
			Name: "arg_max",
			Doc:  "Returns the row that has the greatest value.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "maximized", Kind: Orderable, Min: 1, Max: 1},
					{Name: "returned", Kind: Scalar, Max: Unbounded},
				}, Ret: Return{Rule: Columns}},
			},
			Naming: ExtremeName,
		},
		{
			Name: "argmin",
			Doc:  "Returns the row that has the least value.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "minimized", Kind: Orderable, Min: 1, Max: 1},
					{Name: "returned", Kind: Scalar, Max: Unbounded},
				}, Ret: Return{Rule: Columns}},
			},
			Naming:   ExtremeName,
			Prefix:   "min",
			Obsolete: "arg_min",
			Hidden:   true,
		},
		{
			Name: "argmax",
			Doc:  "Returns the row that has the greatest value.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "maximized", Kind: Orderable, Min: 1, Max: 1},
					{Name: "returned", Kind: Scalar, Max: Unbounded},
				}, Ret: Return{Rule: Columns}},
			},
			Naming:   ExtremeName,
			Prefix:   "max",
			Obsolete: "arg_max",
			Hidden:   true,
		},
		{
			Name: "binary_all_and",
			Doc:  "Returns the bitwise and of the values.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "expr", Kind: Summable, Min: 1, Max: 1},
				}, Ret: Return{Rule: FirstArg}},
			},
			Naming: FirstArgName,
		},
		{
			Name: "binary_all_or",
			Doc:  "Returns the bitwise or of the values.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "expr", Kind: Summable, Min: 1, Max: 1},
				}, Ret: Return{Rule: FirstArg}},
			},
			Naming: FirstArgName,
		},
		{
			Name: "binary_all_xor",
			Doc:  "Returns the bitwise exclusive or of the values.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "expr", Kind: Summable, Min: 1, Max: 1},
				}, Ret: Return{Rule: FirstArg}},
			},
			Naming: FirstArgName,
		},
		{
			Name: "tdigest",
			Doc:  "Returns a t-digest of the values.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "expr", Kind: Summable, Min: 1, Max: 1},
					{Name: "weight", Kind: Integer, Max: 1},
				}, Ret: Return{Type: types.Dynamic}},
			},
			Naming: PrefixAndFirstArg,
			Prefix: "tdigest",
		},
		{
			Name: "tdigest_merge",
			Doc:  "Merges t-digests.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "tdigest", Kind: Array, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Dynamic}},
			},
			Naming: PrefixAndFirstArg,
			Prefix: "merge_tdigests",
		},
		{
			Name: "merge_tdigest",
			Doc:  "Merges t-digests.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "tdigest", Kind: Array, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Dynamic}},
			},
			Naming: PrefixAndFirstArg,
			Prefix: "merge_tdigests",
		},
		{
			Name: "hll",
			Doc:  "Returns a HyperLogLog sketch of the values.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "expr", Kind: NotRealOrBool, Min: 1, Max: 1},
					{Name: "accuracy", Kind: Integer, Max: 1, Const: true},
				}, Ret: Return{Type: types.Dynamic}},
			},
			Naming: PrefixAndFirstArg,
			Prefix: "hll",
		},
		{
			Name: "hll_if",
			Doc:  "Returns a HyperLogLog sketch of the values where a condition holds.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "expr", Kind: NotRealOrBool, Min: 1, Max: 1},
					{Name: "predicate", Types: []types.Type{types.Bool}, Min: 1, Max: 1},
					{Name: "accuracy", Kind: Integer, Max: 1, Const: true},
				}, Ret: Return{Type: types.Dynamic}},
			},
			Naming: PrefixAndFirstArg,
			Prefix: "hll_if",
		},
		{
			Name: "hll_merge",
			Doc:  "Merges HyperLogLog sketches.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "hll", Kind: Array, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Dynamic}},
			},
			Naming: PrefixAndFirstArg,
			Prefix: "hll_merge",
		},
	}
}
