package fn

import (
	"github.com/azflow/azflow/kql/types"
)

// arrayFuncs returns the functions of dynamic arrays.
func arrayFuncs() []Func {
	return []Func{
		{
			Name: "strcat_array",
			Doc:  "Joins the elements of an array with a delimiter.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "array", Kind: Array, Min: 1, Max: 1},
					{Name: "delimiter", Kind: Scalar, Min: 1, Max: 1},
				}, Ret: Return{Type: types.String}},
			},
			Examples: []Example{
				{"strcat_array(dynamic([1, \"a\", null]), \"->\")", "\"1->a->\""},
			},
			Kernel: strcatArrayKernel,
		},
		{
			Name: "array_strcat",
			Doc:  "Joins the elements of an array with a delimiter.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "array", Kind: Array, Min: 1, Max: 1},
					{Name: "delimiter", Kind: Scalar, Min: 1, Max: 1},
				}, Ret: Return{Type: types.String}},
			},
			Examples: []Example{
				{"array_strcat(dynamic([1, 2]), \",\")", "\"1,2\""},
			},
			Kernel: strcatArrayKernel,
		},
		{
			Name: "repeat",
			Doc:  "Returns an array of one value repeated.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "value", Kind: Scalar, Min: 1, Max: 1},
					{Name: "count", Types: []types.Type{types.Long}, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Dynamic}},
			},
			Naming: PrefixAndFirstArg,
			Prefix: "repeat",
			Examples: []Example{
				{"repeat(1, 3)", "dynamic([1,1,1])"},
			},
			Kernel: repeatKernel,
		},
		{
			Name: "array_length",
			Doc:  "Returns the number of elements of an array.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "array", Kind: Array, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Long}},
			},
			Examples: []Example{
				{"array_length(dynamic([1, 2, 3]))", "3"},
			},
			Kernel: arrayLengthKernel,
		},
		{
			Name: "arraylength",
			Doc:  "Returns the number of elements of an array.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "array", Kind: Array, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Long}},
			},
			Obsolete: "array_length",
			Hidden:   true,
			Kernel:   arrayLengthKernel,
		},
		{
			Name: "range",
			Doc:  "Returns an array of evenly spaced values.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "start", Kind: Summable, Min: 1, Max: 1},
					{Name: "stop", Kind: Summable, Min: 1, Max: 1},
					{Name: "step", Kind: Summable, Max: 1},
				}, Ret: Return{Type: types.Dynamic}},
			},
			Examples: []Example{
				{"range(1, 8, 3)", "dynamic([1,4,7])"},
				{"range(3, 1, -1)", "dynamic([3,2,1])"},
			},
			Kernel: rangeKernel,
		},
		{
			Name: "array_concat",
			Doc:  "Joins arrays to one.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "array", Kind: Array, Min: 1, Max: 64},
				}, Ret: Return{Type: types.Dynamic}},
			},
			Examples: []Example{
				{"array_concat(dynamic([1]), dynamic([2, 3]))", "dynamic([1,2,3])"},
			},
			Kernel: arrayConcatKernel,
		},
		{
			Name: "array_iff",
			Doc:  "Chooses between two arrays element by element.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "condition_array", Kind: Array, Min: 1, Max: 1},
					{Name: "when_true", Kind: Scalar, Min: 1, Max: 1},
					{Name: "when_false", Kind: Scalar, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Dynamic}},
			},
			Examples: []Example{
				{"array_iff(dynamic([true, false]), dynamic([1, 2]), dynamic([3, 4]))", "dynamic([1,4])"},
			},
			Kernel: arrayIffKernel,
		},
		{
			Name: "array_iif",
			Doc:  "Chooses between two arrays element by element.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "condition_array", Kind: Array, Min: 1, Max: 1},
					{Name: "when_true", Kind: Scalar, Min: 1, Max: 1},
					{Name: "when_false", Kind: Scalar, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Dynamic}},
			},
			Hidden: true,
			Kernel: arrayIffKernel,
		},
		{
			Name: "array_index_of",
			Doc:  "Returns the position of a value in an array, or -1.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "array", Kind: Array, Min: 1, Max: 1},
					{Name: "value", Kind: Scalar, Min: 1, Max: 1},
					{Name: "start", Kind: Integer, Max: 1},
					{Name: "length", Kind: Integer, Max: 1},
					{Name: "occurrence", Kind: Integer, Max: 1},
				}, Ret: Return{Type: types.Long}},
			},
			Examples: []Example{
				{"array_index_of(dynamic([\"a\", \"b\", \"a\"]), \"a\")", "0"},
				{"array_index_of(dynamic([\"a\", \"b\", \"a\"]), \"a\", 1)", "2"},
				{"array_index_of(dynamic([1]), 2)", "-1"},
			},
			Kernel: arrayIndexOfKernel,
		},
		{
			Name: "array_slice",
			Doc:  "Returns the elements from a start to an end position, both included.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "array", Kind: Array, Min: 1, Max: 1},
					{Name: "start", Kind: Integer, Min: 1, Max: 1},
					{Name: "end", Kind: Integer, Min: 1, Max: 1},
				}, Ret: Return{Rule: FirstArg}},
			},
			Examples: []Example{
				{"array_slice(dynamic([1, 2, 3]), 1, 2)", "dynamic([2,3])"},
				{"array_slice(dynamic([1, 2, 3, 4, 5]), -3, -2)", "dynamic([3,4])"},
			},
			Kernel: arraySliceKernel,
		},
		{
			Name: "array_split",
			Doc:  "Splits an array at the given positions.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "array", Kind: Array, Min: 1, Max: 1},
					{Name: "index", Kind: Integer, Min: 1, Max: 1},
				}, Ret: Return{Rule: FirstArg}},
				{Params: []Param{
					{Name: "array", Kind: Array, Min: 1, Max: 1},
					{Name: "indices", Kind: Array, Min: 1, Max: 1},
				}, Ret: Return{Rule: FirstArg}},
			},
			Examples: []Example{
				{"array_split(dynamic([1, 2, 3, 4, 5]), 2)", "dynamic([[1,2],[3,4,5]])"},
				{"array_split(dynamic([1, 2, 3, 4, 5]), dynamic([1, 3]))", "dynamic([[1],[2,3],[4,5]])"},
			},
			Kernel: arraySplitKernel,
		},
		{
			Name: "array_shift_left",
			Doc:  "Shifts the elements to the left and fills with a default.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "array", Kind: Array, Min: 1, Max: 1},
					{Name: "shift_count", Kind: Integer, Min: 1, Max: 1},
					{Name: "default_value", Kind: Scalar, Max: 1},
				}, Ret: Return{Rule: FirstArg}},
			},
			Examples: []Example{
				{"array_shift_left(dynamic([1, 2, 3]), 1)", "dynamic([2,3,null])"},
				{"array_shift_left(dynamic([1, 2, 3]), 1, 0)", "dynamic([2,3,0])"},
			},
			Kernel: shiftKernel(1),
		},
		{
			Name: "array_shift_right",
			Doc:  "Shifts the elements to the right and fills with a default.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "array", Kind: Array, Min: 1, Max: 1},
					{Name: "shift_count", Kind: Integer, Min: 1, Max: 1},
					{Name: "default_value", Kind: Scalar, Max: 1},
				}, Ret: Return{Rule: FirstArg}},
			},
			Examples: []Example{
				{"array_shift_right(dynamic([1, 2, 3]), 1)", "dynamic([null,1,2])"},
			},
			Kernel: shiftKernel(-1),
		},
		{
			Name: "array_reverse",
			Doc:  "Returns the elements in reverse order.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "value", Kind: Array, Min: 1, Max: 1},
				}, Ret: Return{Rule: FirstArg}},
			},
			Examples: []Example{
				{"array_reverse(dynamic([1, 2, 3]))", "dynamic([3,2,1])"},
			},
			Kernel: arrayReverseKernel,
		},
		{
			Name: "array_rotate_left",
			Doc:  "Rotates the elements to the left.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "array", Kind: Array, Min: 1, Max: 1},
					{Name: "rotate_count", Kind: Integer, Min: 1, Max: 1},
				}, Ret: Return{Rule: FirstArg}},
			},
			Examples: []Example{
				{"array_rotate_left(dynamic([1, 2, 3]), 1)", "dynamic([2,3,1])"},
			},
			Kernel: rotateKernel(1),
		},
		{
			Name: "array_rotate_right",
			Doc:  "Rotates the elements to the right.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "array", Kind: Array, Min: 1, Max: 1},
					{Name: "rotate_count", Kind: Integer, Min: 1, Max: 1},
				}, Ret: Return{Rule: FirstArg}},
			},
			Examples: []Example{
				{"array_rotate_right(dynamic([1, 2, 3]), 1)", "dynamic([3,1,2])"},
			},
			Kernel: rotateKernel(-1),
		},
		{
			Name: "array_sort_asc",
			Doc:  "Sorts one array in ascending order, and others along with it.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "arrays", Kind: Array, Min: 1, Max: 64},
					{Name: "nulls_last", Types: []types.Type{types.Bool}, Max: 1},
				}, Ret: Return{Rule: Columns}},
			},
			Examples: []Example{
				{"array_sort_asc(dynamic([3, null, 1]))", "dynamic([1,3,null])"},
			},
			Kernel: sortKernel(1),
		},
		{
			Name: "array_sort_desc",
			Doc:  "Sorts one array in descending order, and others along with it.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "arrays", Kind: Array, Min: 1, Max: 64},
					{Name: "nulls_last", Types: []types.Type{types.Bool}, Max: 1},
				}, Ret: Return{Rule: Columns}},
			},
			Examples: []Example{
				{"array_sort_desc(dynamic([\"b\", \"a\", \"c\"]))", "dynamic([\"c\",\"b\",\"a\"])"},
			},
			Kernel: sortKernel(-1),
		},
		{
			Name: "array_sum",
			Doc:  "Returns the sum of an array's elements.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "array", Kind: Array, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Real}},
			},
			Obsolete: "series_sum",
			Hidden:   true,
			Examples: []Example{
				{"array_sum(dynamic([1, 2, 3.5]))", "6.5"},
			},
			Kernel: arraySumKernel,
		},
		{
			Name: "zip",
			Doc:  "Joins arrays element by element into an array of arrays.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "array", Kind: Array, Min: 2, Max: 64},
				}, Ret: Return{Type: types.Dynamic}},
			},
			Examples: []Example{
				{"zip(dynamic([1, 3]), dynamic([2, 4]))", "dynamic([[1,2],[3,4]])"},
			},
			Kernel: zipKernel,
		},
		{
			Name: "pack_array",
			Doc:  "Makes an array of its arguments.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "value", Kind: Scalar, Min: 1, Max: Unbounded},
				}, Ret: Return{Type: types.Dynamic}},
				{Params: []Param{
					{Name: "value", Kind: Scalar, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Dynamic}},
			},
			Examples: []Example{
				{"pack_array(1, \"a\", true)", "dynamic([1,\"a\",true])"},
			},
			Kernel: packArrayKernel,
		},
		{
			Name: "set_has_element",
			Doc:  "Reports whether an array holds a value.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "set", Kind: Array, Min: 1, Max: 1},
					{Name: "value", Kind: Scalar, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Bool}},
			},
			Examples: []Example{
				{"set_has_element(dynamic([1, 2]), 2)", "true"},
				{"set_has_element(dynamic([1, 2]), \"2\")", "false"},
			},
			Kernel: setHasKernel,
		},
		{
			Name: "set_union",
			Doc:  "Returns the distinct elements of all arrays.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "set", Kind: Array, Min: 2, Max: 64},
				}, Ret: Return{Type: types.Dynamic}},
			},
			Examples: []Example{
				{"set_union(dynamic([1, 2]), dynamic([2, 3]))", "dynamic([1,2,3])"},
			},
			Kernel: setUnionKernel,
		},
		{
			Name: "set_intersect",
			Doc:  "Returns the distinct elements that all arrays share.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "set", Kind: Array, Min: 2, Max: 64},
				}, Ret: Return{Type: types.Dynamic}},
			},
			Examples: []Example{
				{"set_intersect(dynamic([1, 2]), dynamic([2, 3]))", "dynamic([2])"},
			},
			Kernel: setIntersectKernel,
		},
		{
			Name: "set_difference",
			Doc:  "Returns the distinct elements of the first array that no other has.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "set", Kind: Array, Min: 2, Max: 64},
				}, Ret: Return{Type: types.Dynamic}},
			},
			Examples: []Example{
				{"set_difference(dynamic([1, 2]), dynamic([2, 3]))", "dynamic([1])"},
			},
			Kernel: setDifferenceKernel,
		},
		{
			Name: "set_equals",
			Doc:  "Reports whether two arrays hold the same elements.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "set1", Kind: Array, Min: 1, Max: 1},
					{Name: "set2", Kind: Array, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Bool}},
			},
			Examples: []Example{
				{"set_equals(dynamic([1, 2]), dynamic([2, 1]))", "true"},
			},
			Kernel: setEqualsKernel,
		},
		{
			Name: "jaccard_index",
			Doc:  "Returns the size of the intersection of two sets over that of their union.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "set", Kind: Array, Min: 2, Max: 2},
				}, Ret: Return{Type: types.Real}},
			},
			Examples: []Example{
				{"jaccard_index(dynamic([1, 2, 3]), dynamic([1, 2, 3, 4]))", "0.75"},
			},
			Kernel: jaccardKernel,
		},
	}
}
