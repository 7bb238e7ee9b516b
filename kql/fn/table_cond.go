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
			Kernel: aroundKernel,
		},
	}
}
