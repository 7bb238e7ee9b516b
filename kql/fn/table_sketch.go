package fn

import (
	"github.com/azflow/azflow/kql/types"
)

// sketchFuncs returns the functions of t-digest and HyperLogLog sketches.
func sketchFuncs() []Func {
	return []Func{
		{
			Name: "percentile_tdigest",
			Doc:  "Returns a percentile of a t-digest.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "tdigest", Kind: Array, Min: 1, Max: 1},
					{Name: "percentile1", Types: []types.Type{types.Real}, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Dynamic}},
				{Params: []Param{
					{Name: "tdigest", Kind: Array, Min: 1, Max: 1},
					{Name: "percentile1", Types: []types.Type{types.Real}, Min: 1, Max: 1},
					{Name: "type", Kind: TypeLiteral, Min: 1, Max: 1, Const: true},
				}, Ret: Return{Rule: TypeArg}},
			},
			Naming: NameAndFirstArg,
			Examples: []Example{
				{"percentile_tdigest(toscalar(range x from 1 to 5 step 1 | summarize tdigest(x)), 50)", "3"},
			},
			Kernel:     percentileDigestKernel,
			Unverified: true,
		},
		{
			Name: "percentiles_array_tdigest",
			Doc:  "Returns several percentiles of a t-digest.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "tdigest", Kind: Array, Min: 1, Max: 1},
					{Name: "percentile", Types: []types.Type{types.Real}, Min: 1, Max: Unbounded, Const: true},
				}, Ret: Return{Type: types.Dynamic}},
				{Params: []Param{
					{Name: "tdigest", Kind: Array, Min: 1, Max: 1},
					{Name: "percentiles", Kind: Array, Min: 1, Max: 1, Const: true},
				}, Ret: Return{Type: types.Dynamic}},
			},
			Naming: PrefixAndFirstArg,
			Examples: []Example{
				{"percentiles_array_tdigest(toscalar(range x from 1 to 5 step 1 | summarize tdigest(x)), 0, 100)", "dynamic([1.0, 5.0])"},
			},
			Prefix:     "percentile_tdigest",
			Kernel:     percentilesDigestKernel,
			Unverified: true,
		},
		{
			Name: "percentrank_tdigest",
			Doc:  "Returns the percentage of a t-digest's values up to a value.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "digest", Kind: Array, Min: 1, Max: 1},
					{Name: "value", Kind: Scalar, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Real}},
			},
			Examples: []Example{
				{"percentrank_tdigest(toscalar(range x from 1 to 5 step 1 | summarize tdigest(x)), 5)", "real(100)"},
			},
			Kernel:     percentRankDigestKernel,
			Unverified: true,
		},
		{
			Name: "rank_tdigest",
			Doc:  "Returns the number of a t-digest's values up to a value.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "digest", Kind: Array, Min: 1, Max: 1},
					{Name: "value", Kind: Scalar, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Real}},
			},
			Kernel:     rankDigestKernel,
			Unverified: true,
		},
		{
			Name: "tdigest_isvalid",
			Doc:  "Reports whether a dynamic value is a t-digest.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "digest", Kind: Array, Min: 1, Max: 1},
					{Name: "value", Kind: Scalar, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Bool}},
			},
			Hidden: true,
			Kernel: lax(func(r *row) types.Value { _, ok := digestOf(r.args[0]); return ok }),
		},
		{
			Name: "hll_isvalid",
			Doc:  "Reports whether a dynamic value is a HyperLogLog sketch.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "hll", Kind: Array, Min: 1, Max: 1},
					{Name: "value", Kind: Scalar, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Bool}},
			},
			Hidden: true,
			Kernel: lax(func(r *row) types.Value { _, ok := hllOf(r.args[0]); return ok }),
		},
		{
			Name: "tdigest_merge",
			Doc:  "Merges t-digests.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "tdigest", Kind: Array, Min: 2, Max: 16},
				}, Ret: Return{Type: types.Dynamic}},
			},
			Naming: PrefixOnly,
			Examples: []Example{
				{"percentile_tdigest(tdigest_merge(toscalar(range x from 1 to 5 step 1 | summarize tdigest(x)), toscalar(range x from 1 to 5 step 1 | summarize tdigest(x))), 50)", "3"},
			},
			Prefix: "tdigests_merge_result",
			Kernel: mergeDigestKernel,
		},
		{
			Name: "merge_tdigest",
			Doc:  "Merges t-digests.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "tdigest", Kind: Array, Min: 2, Max: 16},
				}, Ret: Return{Type: types.Dynamic}},
			},
			Naming: PrefixOnly,
			Examples: []Example{
				{"percentile_tdigest(merge_tdigest(toscalar(range x from 1 to 5 step 1 | summarize tdigest(x)), toscalar(range x from 1 to 5 step 1 | summarize tdigest(x))), 50)", "3"},
			},
			Prefix: "tdigests_merge_result",
			Kernel: mergeDigestKernel,
		},
		{
			Name: "hll_merge",
			Doc:  "Merges HyperLogLog sketches.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "hll", Kind: Array, Min: 2, Max: 16},
				}, Ret: Return{Type: types.Dynamic}},
			},
			Naming: PrefixOnly,
			Examples: []Example{
				{"dcount_hll(hll_merge(toscalar(range x from 1 to 5 step 1 | summarize hll(x)), toscalar(range x from 1 to 5 step 1 | summarize hll(x))))", "5"},
			},
			Prefix: "hll_merged_result",
			Kernel: hllMergeKernel,
		},
		{
			Name: "dcount_hll",
			Doc:  "Returns the count of a HyperLogLog sketch.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "hll", Kind: Array, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Long}},
			},
			Naming: NameAndFirstArg,
			Examples: []Example{
				{"dcount_hll(toscalar(range x from 1 to 5 step 1 | summarize hll(x)))", "5"},
			},
			Kernel: dcountHLLKernel,
		},
		{
			Name: "__hll_normalize",
			Doc:  "Brings HyperLogLog sketches to one precision.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "hll", Types: []types.Type{types.Dynamic}, Min: 2, Max: 16},
				}, Ret: Return{Type: types.Dynamic}},
			},
			Naming: FirstArgName,
			Hidden: true,
		},
	}
}
