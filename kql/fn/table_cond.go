package fn

import (
	"github.com/azflow/azflow/kql/types"
)

// condFuncs returns the conditions and null handling.
func condFuncs() []Func {
	return []Func{
		{
			Name: "iif",
			Doc:  "Returns one of two values by a condition; null counts as false.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "if", Types: []types.Type{types.Bool}, Min: 1, Max: 1},
					{Name: "then", Kind: CommonScalarOrDynamic, Min: 1, Max: 1},
					{Name: "else", Kind: CommonScalarOrDynamic, Min: 1, Max: 1},
				}, Ret: Return{Rule: CommonNonDynamic}},
			},
			Examples: []Example{
				{"iif(2 > 1, \"more\", \"less\")", "\"more\""},
			},
			Kernel: iffKernel,
		},
		{
			Name: "iff",
			Doc:  "Returns one of two values by a condition; null counts as false.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "if", Types: []types.Type{types.Bool}, Min: 1, Max: 1},
					{Name: "then", Kind: CommonScalarOrDynamic, Min: 1, Max: 1},
					{Name: "else", Kind: CommonScalarOrDynamic, Min: 1, Max: 1},
				}, Ret: Return{Rule: CommonNonDynamic}},
			},
			Examples: []Example{
				{"iff(1 > 0, \"yes\", \"no\")", "\"yes\""},
				{"iff(bool(null), 1, 2)", "2"},
			},
			Kernel: iffKernel,
		},
		{
			Name: "case",
			Doc:  "Returns the value of the first condition that holds, else the last argument.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "predicate", Types: []types.Type{types.Bool}, Min: 1, Max: Unbounded},
					{Name: "then", Kind: CommonScalarOrDynamic, Min: 1, Max: Unbounded},
					{Name: "else", Kind: CommonScalarOrDynamic, Min: 1, Max: 1},
				}, Ret: Return{Rule: CommonNonDynamic}},
			},
			Examples: []Example{
				{"case(5 > 9, \"large\", 5 > 3, \"middle\", \"small\")", "\"middle\""},
				{"case(false, 1, 2)", "2"},
			},
			Kernel: caseKernel,
		},
		{
			Name: "assert",
			Doc:  "Fails with a message unless the condition holds.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "predicate", Types: []types.Type{types.Bool}, Min: 1, Max: 1},
					{Name: "message", Types: []types.Type{types.String}, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Bool}},
			},
			Examples: []Example{
				{"assert(1 < 2, \"arithmetic is broken\")", "true"},
			},
			Kernel:   assertKernel,
			Volatile: true,
		},
		{
			Name: "not",
			Doc:  "Negates a bool.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "expression", Types: []types.Type{types.Bool}, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Bool}},
			},
			Examples: []Example{
				{"not(false)", "true"},
				{"not(bool(null))", "bool(null)"},
			},
			Kernel: notKernel,
		},
		{
			Name: "isnull",
			Doc:  "Reports whether a value is null; a string never is.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "expression", Kind: Scalar, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Bool}},
			},
			Examples: []Example{
				{"isnull(int(null))", "true"},
				{"isnull(\"\")", "false"},
			},
			Kernel: nullKernel(false),
		},
		{
			Name: "isnotnull",
			Doc:  "Reports whether a value is not null; a string always is.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "expression", Kind: Scalar, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Bool}},
			},
			Examples: []Example{
				{"isnotnull(1)", "true"},
				{"isnotnull(\"\")", "true"},
			},
			Kernel: nullKernel(true),
		},
		{
			Name: "notnull",
			Doc:  "Reports whether a value is not null; a string always is.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "expression", Kind: Scalar, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Bool}},
			},
			Obsolete: "isnotnull",
			Hidden:   true,
			Kernel:   nullKernel(true),
		},
		{
			Name: "isempty",
			Doc:  "Reports whether a value is null or the empty string.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "value", Kind: Scalar, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Bool}},
			},
			Examples: []Example{
				{"isempty(\"\")", "true"},
				{"isempty(long(null))", "true"},
				{"isempty(\" \")", "false"},
			},
			Kernel: emptyKernel(false),
		},
		{
			Name: "isnotempty",
			Doc:  "Reports whether a value is neither null nor the empty string.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "value", Kind: Scalar, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Bool}},
			},
			Examples: []Example{
				{"isnotempty(\"a\")", "true"},
				{"isnotempty(\"\")", "false"},
			},
			Kernel: emptyKernel(true),
		},
		{
			Name: "notempty",
			Doc:  "Reports whether a value is neither null nor the empty string.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "value", Kind: Scalar, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Bool}},
			},
			Obsolete: "isnotempty",
			Hidden:   true,
			Kernel:   emptyKernel(true),
		},
		{
			Name: "coalesce",
			Doc:  "Returns the first argument that is not null (for strings, not empty).",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "arg", Kind: CommonScalar, Min: 2, Max: 64},
				}, Ret: Return{Rule: Common}},
			},
			Examples: []Example{
				{"coalesce(long(null), 5, 7)", "5"},
				{"coalesce(\"\", \"b\")", "\"b\""},
			},
			Kernel: coalesceKernel,
		},
		{
			Name: "max_of",
			Doc:  "Returns the greatest argument.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "arg", Kind: CommonOrderable, Min: 2, Max: 64},
				}, Ret: Return{Rule: Common}},
			},
			Examples: []Example{
				{"max_of(10, 1, -3, 17)", "17"},
				{"max_of(\"a\", \"c\", \"b\")", "\"c\""},
			},
			Kernel: extremeKernel(1),
		},
		{
			Name: "min_of",
			Doc:  "Returns the least argument.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "arg", Kind: CommonOrderable, Min: 2, Max: 64},
				}, Ret: Return{Rule: Common}},
			},
			Examples: []Example{
				{"min_of(10, 1, -3, 17)", "-3"},
			},
			Kernel: extremeKernel(-1),
		},
		{
			Name: "around",
			Doc:  "Reports whether a value lies within a delta of a centre.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "value", Kind: Scalar, Min: 1, Max: 1},
					{Name: "center", Kind: Scalar, Min: 1, Max: 1},
					{Name: "delta", Kind: Scalar, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Bool}},
			},
			Examples: []Example{
				{"around(10, 12, 2)", "true"},
				{"around(10, 13, 2)", "false"},
			},
			Kernel: aroundKernel,
		},
	}
}
