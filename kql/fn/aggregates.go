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
			Examples: []AggregateExample{
				{"datatable(x: long) [1, 2, long(null)]", "sum(x)", "3"},
			},
			New: sum,
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
			Examples: []AggregateExample{
				{"datatable(x: long) [1, 2, 3]", "sumif(x, x > 1)", "5"},
			},
			New: onlyIf(sum, 1),
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
			New:      count,
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
			Examples: []AggregateExample{
				{"datatable(x: long) [1, 2, long(null)]", "count()", "3"},
			},
			New: count,
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
			Examples: []AggregateExample{
				{"datatable(x: long) [1, 2, 3]", "countif(x > 1)", "2"},
			},
			New: countIf,
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
			Examples: []AggregateExample{
				{"datatable(s: string) [\"a\", \"b\", \"a\"]", "dcount(s)", "2"},
			},
			New: countDistinct,
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
			Examples: []AggregateExample{
				{"datatable(s: string) [\"a\", \"b\", \"a\"]", "dcountif(s, s != \"b\")", "1"},
			},
			New: onlyIf(countDistinct, 1),
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
			Examples: []AggregateExample{
				{"datatable(s: string) [\"a\", \"b\", \"a\"]", "count_distinct(s)", "2"},
			},
			New: countDistinct,
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
			Naming:   PrefixAndFirstArg,
			Examples: []AggregateExample{{"datatable(x: long) [1, 1, 2, 3]", "count_distinctif(x, x > 1)", "2"}},
			Prefix:   "count_distinctif",
			New:      onlyIf(countDistinct, 1),
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
			Examples: []AggregateExample{
				{"datatable(x: long) [3, 1, 2]", "min(x)", "1"},
			},
			New: extreme(-1),
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
			Examples: []AggregateExample{
				{"datatable(x: long) [3, 1, 2]", "minif(x, x > 1)", "2"},
			},
			New: onlyIf(extreme(-1), 1),
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
			Examples: []AggregateExample{
				{"datatable(s: string) [\"a\", \"c\", \"b\"]", "max(s)", "\"c\""},
			},
			New: extreme(1),
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
			Examples: []AggregateExample{
				{"datatable(x: long) [3, 1, 2]", "maxif(x, x < 3)", "2"},
			},
			New: onlyIf(extreme(1), 1),
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
			Examples: []AggregateExample{
				{"datatable(x: long) [1, 2, 3, long(null)]", "avg(x)", "2.0"},
			},
			New: avg,
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
			Examples: []AggregateExample{
				{"datatable(x: long) [1, 2, 4]", "avgif(x, x > 1)", "3.0"},
			},
			New: onlyIf(avg, 1),
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
			Examples: []AggregateExample{
				{"datatable(x: long) [1, long(null), 1]", "make_list(x)", "dynamic([1,1])"},
			},
			New: makeList(false),
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
			New:      makeList(false),
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
			Examples: []AggregateExample{
				{"datatable(x: long) [1, 2, 3]", "make_list_if(x, x > 1)", "dynamic([2,3])"},
			},
			New: onlyIf(makeList(false), 1),
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
			Examples: []AggregateExample{
				{"datatable(x: long) [1, long(null)]", "make_list_with_nulls(x)", "dynamic([1,null])"},
			},
			New: makeList(true),
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
			Examples: []AggregateExample{
				{"datatable(x: long) [2, 1, 2]", "make_set(x)", "dynamic([2,1])"},
			},
			New: makeSet,
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
			New:      makeSet,
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
			Examples: []AggregateExample{
				{"datatable(x: long) [2, 1, 2]", "make_set_if(x, x > 1)", "dynamic([2])"},
			},
			New: onlyIf(makeSet, 1),
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
			Examples: []AggregateExample{
				{"datatable(b: dynamic) [dynamic({\"a\": 1}), dynamic({\"b\": 2})]", "make_bag(b)", "dynamic({\"a\":1,\"b\":2})"},
			},
			New: makeBag,
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
			Naming:   PrefixAndFirstArg,
			Examples: []AggregateExample{{"datatable(b: dynamic, take: bool) [dynamic({\"a\": 1}), true, dynamic({\"b\": 2}), false]", "make_bag_if(b, take)", "dynamic({\"a\": 1})"}},
			Prefix:   "bag",
			New:      onlyIf(makeBag, 1),
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
			New:    makeBag,
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
			Examples: []AggregateExample{
				{"datatable(b: dynamic) [dynamic({\"a\": 1}), dynamic({\"a\": \"x\"})]", "buildschema(b)", "dynamic({\"a\":[\"long\",\"string\"]})"},
			},
			New: buildSchema,
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
			New:    takeAny,
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
			Examples: []AggregateExample{
				{"datatable(x: long) [4, 1, 3, 2]", "percentile(x, 50)", "2"},
			},
			New: percentiles(false, false),
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
			Naming:   PercentileName,
			Examples: []AggregateExample{{"range x from 1 to 5 step 1", "percentiles(x, 50, 100)", "3"}},
			New:      percentiles(false, false),
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
			Examples: []AggregateExample{
				{"datatable(x: long) [4, 1, 3, 2]", "percentiles_array(x, 25, 100)", "dynamic([1,4])"},
			},
			New: percentiles(false, true),
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
			Examples: []AggregateExample{
				{"datatable(x: long, w: long) [1, 9, 100, 1]", "percentilew(x, w, 90)", "1"},
			},
			New: percentiles(true, false),
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
			Naming:   PercentileName,
			Examples: []AggregateExample{{"datatable(x: long, w: long) [1, 1, 2, 10]", "percentilesw(x, w, 50)", "2"}},
			New:      percentiles(true, false),
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
			Naming:   PercentileName,
			Examples: []AggregateExample{{"datatable(x: long, w: long) [1, 1, 2, 10]", "percentilesw_array(x, w, 50, 100)", "dynamic([2, 2])"}},
			New:      percentiles(true, true),
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
			Examples: []AggregateExample{
				{"datatable(x: real) [1.5, 2.5, 3.5]", "stdev(x)", "1.0"},
			},
			New: moment(true, true),
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
			Naming:   PrefixAndFirstArg,
			Examples: []AggregateExample{{"range x from 1 to 5 step 1", "stdevif(x, x <= 3)", "1.0"}},
			Prefix:   "stdevif",
			New:      onlyIf(moment(true, true), 1),
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
			Examples: []AggregateExample{
				{"datatable(x: long) [1, 3]", "stdevp(x)", "1.0"},
			},
			New: moment(false, true),
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
			Examples: []AggregateExample{
				{"datatable(x: long) [5]", "variance(x)", "0.0"},
			},
			New: moment(true, false),
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
			Naming:   PrefixAndFirstArg,
			Examples: []AggregateExample{{"range x from 1 to 5 step 1", "varianceif(x, x <= 3)", "1.0"}},
			Prefix:   "varianceif",
			New:      onlyIf(moment(true, false), 1),
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
			Examples: []AggregateExample{
				{"datatable(x: long) [1, 3]", "variancep(x)", "1.0"},
			},
			New: moment(false, false),
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
			Naming:   PrefixAndFirstArg,
			Examples: []AggregateExample{{"range x from 1 to 4 step 1", "variancepif(x, x % 2 == 0)", "1.0"}},
			Prefix:   "variancepif",
			New:      onlyIf(moment(false, false), 1),
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
			Examples: []AggregateExample{
				{"datatable(x: long, y: long) [1, 2, 2, 4, 3, 6]", "covariance(x, y)", "2.0"},
			},
			New: covariance(true),
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
			Naming:   PrefixAndFirstArg,
			Examples: []AggregateExample{{"datatable(x: real, y: real) [1, 2, 2, 4, 3, 6, 9, 0]", "covarianceif(x, y, x <= 3)", "2.0"}},
			Prefix:   "covarianceif",
			New:      onlyIf(covariance(true), 2),
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
			Naming:   PrefixAndFirstArg,
			Examples: []AggregateExample{{"datatable(x: real, y: real) [1, 2, 3, 6]", "covariancep(x, y)", "2.0"}},
			Prefix:   "covariancep",
			New:      covariance(false),
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
			Naming:   PrefixAndFirstArg,
			Examples: []AggregateExample{{"datatable(x: real, y: real) [1, 2, 3, 6, 9, 0]", "covariancepif(x, y, x <= 3)", "2.0"}},
			Prefix:   "covariancepif",
			New:      onlyIf(covariance(false), 2),
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
			New:      takeAny,
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
			Examples: []AggregateExample{
				{"datatable(x: long) [long(null), 7]", "take_any(x)", "7"},
			},
			New: takeAny,
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
			New:      onlyIf(takeAny, 1),
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
			Examples: []AggregateExample{
				{"datatable(x: long) [1, 7]", "take_anyif(x, x > 1)", "7"},
			},
			New: onlyIf(takeAny, 1),
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
			Examples: []AggregateExample{
				{"datatable(x: long, s: string) [1, \"a\", 3, \"b\"]", "arg_min(x, s)", "1"},
			},
			New: argExtreme(-1),
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
			Examples: []AggregateExample{
				{"datatable(x: long, s: string) [1, \"a\", 3, \"b\"]", "arg_max(x, s)", "3"},
			},
			New: argExtreme(1),
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
			New:      argExtreme(-1),
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
			New:      argExtreme(1),
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
			Examples: []AggregateExample{
				{"datatable(x: long) [12, 10]", "binary_all_and(x)", "8"},
			},
			New: bitwise(func(a, b int64) int64 { return a & b }),
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
			Examples: []AggregateExample{
				{"datatable(x: long) [12, 10]", "binary_all_or(x)", "14"},
			},
			New: bitwise(func(a, b int64) int64 { return a | b }),
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
			Examples: []AggregateExample{
				{"datatable(x: long) [12, 10]", "binary_all_xor(x)", "6"},
			},
			New: bitwise(func(a, b int64) int64 { return a ^ b }),
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
			Naming:   PrefixAndFirstArg,
			Examples: []AggregateExample{{"range x from 1 to 5 step 1", "percentile_tdigest(tdigest(x), 50)", "3"}},
			Prefix:   "tdigest",
			New:      tdigest(false),
		},
		{
			Name: "tdigest_merge",
			Doc:  "Merges t-digests.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "tdigest", Kind: Array, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Dynamic}},
			},
			Naming:   PrefixAndFirstArg,
			Examples: []AggregateExample{{"range x from 1 to 5 step 1 | summarize t = tdigest(x) by x % 2", "percentile_tdigest(tdigest_merge(t), 50)", "3"}},
			Prefix:   "merge_tdigests",
			New:      tdigest(true),
		},
		{
			Name: "merge_tdigest",
			Doc:  "Merges t-digests.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "tdigest", Kind: Array, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Dynamic}},
			},
			Naming:   PrefixAndFirstArg,
			Examples: []AggregateExample{{"range x from 1 to 5 step 1 | summarize t = tdigest(x) by x % 2", "percentile_tdigest(merge_tdigest(t), 50)", "3"}},
			Prefix:   "merge_tdigests",
			New:      tdigest(true),
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
			Naming:   PrefixAndFirstArg,
			Examples: []AggregateExample{{"range x from 1 to 5 step 1", "dcount_hll(hll(x))", "5"}},
			Prefix:   "hll",
			New:      hll(false),
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
			Naming:   PrefixAndFirstArg,
			Examples: []AggregateExample{{"range x from 1 to 5 step 1", "dcount_hll(hll_if(x, x > 1))", "4"}},
			Prefix:   "hll_if",
			New:      onlyIf(hll(false), 1),
		},
		{
			Name: "hll_merge",
			Doc:  "Merges HyperLogLog sketches.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "hll", Kind: Array, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Dynamic}},
			},
			Naming:   PrefixAndFirstArg,
			Examples: []AggregateExample{{"range x from 1 to 5 step 1 | summarize h = hll(x) by x % 2", "dcount_hll(hll_merge(h))", "5"}},
			Prefix:   "hll_merge",
			New:      hll(true),
		},
	}
}
