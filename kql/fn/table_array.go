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
			Kernel:   arraySumKernel,
		},
		{
			Name: "zip",
			Doc:  "Joins arrays element by element into an array of arrays.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "array", Kind: Array, Min: 2, Max: 64},
				}, Ret: Return{Type: types.Dynamic}},
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
			Kernel: jaccardKernel,
		},
	}
}
