package fn

import "github.com/azflow/azflow/kql/types"

// mathFuncs returns the mathematical functions.
func mathFuncs() []Func {
	return []Func{
		{
			Name: "bin",
			Doc:  "Rounds down to a multiple of a bin size.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "value", Kind: Number, Min: 1, Max: 1},
					{Name: "roundTo", Kind: Number, Min: 1, Max: 1},
				}, Ret: Return{Rule: WidestLong}},
				{Params: []Param{
					{Name: "value", Types: []types.Type{types.TimeSpan}, Min: 1, Max: 1},
					{Name: "roundTo", Types: []types.Type{types.TimeSpan}, Min: 1, Max: 1},
				}, Ret: Return{Type: types.TimeSpan}},
				{Params: []Param{
					{Name: "value", Types: []types.Type{types.DateTime}, Min: 1, Max: 1},
					{Name: "roundTo", Types: []types.Type{types.DateTime}, Min: 1, Max: 1},
				}, Ret: Return{Type: types.DateTime}},
				{Params: []Param{
					{Name: "value", Types: []types.Type{types.DateTime}, Min: 1, Max: 1},
					{Name: "roundTo", Types: []types.Type{types.TimeSpan}, Min: 1, Max: 1},
				}, Ret: Return{Type: types.DateTime}},
			},
			Naming: FirstArgName,
		},
		{
			Name: "floor",
			Doc:  "Rounds down to a multiple of a bin size.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "value", Kind: Number, Min: 1, Max: 1},
					{Name: "roundTo", Kind: Number, Min: 1, Max: 1},
				}, Ret: Return{Rule: WidestLong}},
				{Params: []Param{
					{Name: "value", Types: []types.Type{types.TimeSpan}, Min: 1, Max: 1},
					{Name: "roundTo", Types: []types.Type{types.TimeSpan}, Min: 1, Max: 1},
				}, Ret: Return{Type: types.TimeSpan}},
				{Params: []Param{
					{Name: "value", Types: []types.Type{types.DateTime}, Min: 1, Max: 1},
					{Name: "roundTo", Types: []types.Type{types.DateTime}, Min: 1, Max: 1},
				}, Ret: Return{Type: types.DateTime}},
				{Params: []Param{
					{Name: "value", Types: []types.Type{types.DateTime}, Min: 1, Max: 1},
					{Name: "roundTo", Types: []types.Type{types.TimeSpan}, Min: 1, Max: 1},
				}, Ret: Return{Type: types.DateTime}},
			},
			Naming: FirstArgName,
		},
		{
			Name: "bin_at",
			Doc:  "Rounds down to a bin boundary that is aligned to a fixed point.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "value", Kind: Number, Min: 1, Max: 1},
					{Name: "bin_size", Kind: Number, Min: 1, Max: 1},
					{Name: "fixed_point", Kind: Number, Min: 1, Max: 1},
				}, Ret: Return{Rule: WidestLong}},
				{Params: []Param{
					{Name: "value", Types: []types.Type{types.TimeSpan}, Min: 1, Max: 1},
					{Name: "bin_size", Kind: Number, Min: 1, Max: 1},
					{Name: "fixed_point", Types: []types.Type{types.TimeSpan}, Min: 1, Max: 1},
				}, Ret: Return{Type: types.TimeSpan}},
				{Params: []Param{
					{Name: "value", Types: []types.Type{types.TimeSpan}, Min: 1, Max: 1},
					{Name: "bin_size", Types: []types.Type{types.TimeSpan}, Min: 1, Max: 1},
					{Name: "fixed_point", Types: []types.Type{types.TimeSpan}, Min: 1, Max: 1},
				}, Ret: Return{Type: types.TimeSpan}},
				{Params: []Param{
					{Name: "value", Types: []types.Type{types.DateTime}, Min: 1, Max: 1},
					{Name: "bin_size", Kind: Summable, Min: 1, Max: 1},
					{Name: "fixed_point", Types: []types.Type{types.DateTime}, Min: 1, Max: 1},
				}, Ret: Return{Type: types.DateTime}},
			},
			Naming: FirstArgName,
		},
		{
			Name: "bin_auto",
			Doc:  "Rounds down to a multiple of the query_bin_auto_size option.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "value", Kind: Summable, Min: 1, Max: 1},
				}, Ret: Return{Rule: FirstArg}},
			},
			Naming: FirstArgName,
			Hidden: true,
		},
		{
			Name: "binary_and",
			Doc:  "Returns the bitwise and.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "value1", Kind: Integer, Min: 1, Max: 1},
					{Name: "value2", Kind: Integer, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Long}},
			},
			Naming: FirstArgName,
		},
		{
			Name: "binary_or",
			Doc:  "Returns the bitwise or.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "value1", Kind: Integer, Min: 1, Max: 1},
					{Name: "value2", Kind: Integer, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Long}},
			},
			Naming: FirstArgName,
		},
		{
			Name: "binary_xor",
			Doc:  "Returns the bitwise exclusive or.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "value1", Kind: Integer, Min: 1, Max: 1},
					{Name: "value2", Kind: Integer, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Long}},
			},
			Naming: FirstArgName,
		},
		{
			Name: "binary_not",
			Doc:  "Returns the bitwise complement.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "value", Kind: Integer, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Long}},
			},
			Naming: FirstArgName,
		},
		{
			Name: "binary_shift_left",
			Doc:  "Shifts bits to the left.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "value", Kind: Integer, Min: 1, Max: 1},
					{Name: "shift", Kind: Integer, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Long}},
			},
			Naming: FirstArgName,
		},
		{
			Name: "binary_shift_right",
			Doc:  "Shifts bits to the right, the sign kept.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "value", Kind: Integer, Min: 1, Max: 1},
					{Name: "shift", Kind: Integer, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Long}},
			},
			Naming: FirstArgName,
		},
		{
			Name: "bitset_count_ones",
			Doc:  "Counts the bits that are set.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "value", Kind: Integer, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Long}},
			},
			Naming: FirstArgName,
		},
		{
			Name: "round",
			Doc:  "Rounds to a number of digits, halves away from zero.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "number", Kind: Number, Min: 1, Max: 1},
					{Name: "precision", Types: []types.Type{types.Long}, Max: 1},
				}, Ret: Return{Rule: FirstArg}},
			},
			Naming: FirstArgName,
		},
		{
			Name: "ceiling",
			Doc:  "Rounds up to a whole number.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "number", Kind: Number, Min: 1, Max: 1},
				}, Ret: Return{Rule: FirstArg}},
			},
			Naming: FirstArgName,
		},
		{
			Name: "pow",
			Doc:  "Raises a base to an exponent.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "base", Kind: Number, Min: 1, Max: 1},
					{Name: "exponent", Kind: Number, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Real}},
			},
			Naming: FirstArgName,
		},
		{
			Name: "sqrt",
			Doc:  "Returns the square root.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "number", Kind: Number, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Real}},
			},
			Naming: FirstArgName,
		},
		{
			Name: "log",
			Doc:  "Returns the natural logarithm.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "number", Kind: Number, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Real}},
			},
			Naming: FirstArgName,
		},
		{
			Name: "log2",
			Doc:  "Returns the base-2 logarithm.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "number", Kind: Number, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Real}},
			},
			Naming: FirstArgName,
		},
		{
			Name: "log10",
			Doc:  "Returns the base-10 logarithm.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "number", Kind: Number, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Real}},
			},
			Naming: FirstArgName,
		},
		{
			Name: "exp",
			Doc:  "Returns e raised to a power.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "number", Kind: Number, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Real}},
			},
			Naming: FirstArgName,
		},
		{
			Name: "exp2",
			Doc:  "Returns 2 raised to a power.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "number", Kind: Number, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Real}},
			},
			Naming: FirstArgName,
		},
		{
			Name: "exp10",
			Doc:  "Returns 10 raised to a power.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "number", Kind: Number, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Real}},
			},
			Naming: FirstArgName,
		},
		{
			Name: "pi",
			Doc:  "Returns pi.",
			Sigs: []Sig{
				{Ret: Return{Type: types.Real}},
			},
		},
		{
			Name: "cos",
			Doc:  "Returns the cosine.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "number", Kind: Number, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Real}},
			},
			Naming: FirstArgName,
		},
		{
			Name: "sin",
			Doc:  "Returns the sine.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "number", Kind: Number, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Real}},
			},
			Naming: FirstArgName,
		},
		{
			Name: "tan",
			Doc:  "Returns the tangent.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "number", Kind: Number, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Real}},
			},
			Naming: FirstArgName,
		},
		{
			Name: "acos",
			Doc:  "Returns the arc cosine.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "number", Kind: Number, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Real}},
			},
			Naming: FirstArgName,
		},
		{
			Name: "asin",
			Doc:  "Returns the arc sine.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "number", Kind: Number, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Real}},
			},
			Naming: FirstArgName,
		},
		{
			Name: "atan",
			Doc:  "Returns the arc tangent.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "number", Kind: Number, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Real}},
			},
			Naming: FirstArgName,
		},
		{
			Name: "atan2",
			Doc:  "Returns the angle of the point (x, y).",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "y", Kind: Number, Min: 1, Max: 1},
					{Name: "x", Kind: Number, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Real}},
			},
			Naming: FirstArgName,
		},
		{
			Name: "abs",
			Doc:  "Returns the absolute value.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "number", Kind: Integer, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Long}},
				{Params: []Param{
					{Name: "number", Kind: Number, Min: 1, Max: 1},
				}, Ret: Return{Rule: FirstArg}},
				{Params: []Param{
					{Name: "number", Types: []types.Type{types.TimeSpan}, Min: 1, Max: 1},
				}, Ret: Return{Type: types.TimeSpan}},
			},
			Naming: FirstArgName,
		},
		{
			Name: "cot",
			Doc:  "Returns the cotangent.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "number", Kind: Number, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Real}},
			},
		},
		{
			Name: "degrees",
			Doc:  "Converts radians to degrees.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "radians", Kind: Number, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Real}},
			},
		},
		{
			Name: "radians",
			Doc:  "Converts degrees to radians.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "degrees", Kind: Number, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Real}},
			},
		},
		{
			Name: "sign",
			Doc:  "Returns the sign: -1, 0 or 1.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "number", Kind: Number, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Real}},
			},
		},
		{
			Name: "rand",
			Doc:  "Returns a random number: in [0, 1), or a whole number below the argument.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "number", Kind: Integer, Max: 1},
				}, Ret: Return{Type: types.Real}},
			},
			Naming:   FirstArgName,
			Volatile: true,
		},
		{
			Name: "new_guid",
			Doc:  "Returns a random guid.",
			Sigs: []Sig{
				{Ret: Return{Type: types.GUID}},
			},
			Volatile: true,
		},
		{
			Name: "beta_cdf",
			Doc:  "Returns the cumulative beta distribution.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "x", Kind: Number, Min: 1, Max: 1},
					{Name: "alpha", Kind: Number, Min: 1, Max: 1},
					{Name: "beta", Kind: Number, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Real}},
			},
		},
		{
			Name: "beta_inv",
			Doc:  "Returns the inverse of the cumulative beta distribution.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "probability", Kind: Number, Min: 1, Max: 1},
					{Name: "alpha", Kind: Number, Min: 1, Max: 1},
					{Name: "beta", Kind: Number, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Real}},
			},
		},
		{
			Name: "beta_pdf",
			Doc:  "Returns the density of the beta distribution.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "x", Kind: Number, Min: 1, Max: 1},
					{Name: "alpha", Kind: Number, Min: 1, Max: 1},
					{Name: "beta", Kind: Number, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Real}},
			},
		},
		{
			Name: "gamma",
			Doc:  "Returns the gamma function.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "number", Kind: Number, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Real}},
			},
			Naming: FirstArgName,
		},
		{
			Name: "loggamma",
			Doc:  "Returns the logarithm of the gamma function's absolute value.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "number", Kind: Number, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Real}},
			},
			Naming: FirstArgName,
		},
		{
			Name: "erf",
			Doc:  "Returns the error function.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "number", Kind: Number, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Real}},
			},
			Naming: FirstArgName,
		},
		{
			Name: "erfc",
			Doc:  "Returns the complementary error function.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "number", Kind: Number, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Real}},
			},
			Naming: FirstArgName,
		},
		{
			Name: "isnan",
			Doc:  "Reports whether a number is NaN.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "number", Types: []types.Type{types.Real}, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Bool}},
			},
		},
		{
			Name: "isinf",
			Doc:  "Reports whether a number is infinite.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "number", Types: []types.Type{types.Real}, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Bool}},
			},
		},
		{
			Name: "isfinite",
			Doc:  "Reports whether a number is neither infinite nor NaN.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "number", Types: []types.Type{types.Real}, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Bool}},
			},
		},
		{
			Name: "welch_test",
			Doc:  "Returns the p-value of Welch's t-test.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "mean1", Kind: Number, Min: 1, Max: 1},
					{Name: "variance1", Kind: Number, Min: 1, Max: 1},
					{Name: "count1", Kind: Number, Min: 1, Max: 1},
					{Name: "mean2", Kind: Number, Min: 1, Max: 1},
					{Name: "variance2", Kind: Number, Min: 1, Max: 1},
					{Name: "count2", Kind: Number, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Real}},
			},
			Unverified: true,
		},
		{
			Name: "convert_angle",
			Doc:  "Converts an angle between units.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "value", Types: []types.Type{types.Real}, Min: 1, Max: 1},
					{Name: "from", Types: []types.Type{types.String}, Min: 1, Max: 1},
					{Name: "to", Types: []types.Type{types.String}, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Real}},
			},
		},
		{
			Name: "convert_energy",
			Doc:  "Converts an energy between units.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "value", Types: []types.Type{types.Real}, Min: 1, Max: 1},
					{Name: "from", Types: []types.Type{types.String}, Min: 1, Max: 1},
					{Name: "to", Types: []types.Type{types.String}, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Real}},
			},
		},
		{
			Name: "convert_force",
			Doc:  "Converts a force between units.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "value", Types: []types.Type{types.Real}, Min: 1, Max: 1},
					{Name: "from", Types: []types.Type{types.String}, Min: 1, Max: 1},
					{Name: "to", Types: []types.Type{types.String}, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Real}},
			},
		},
		{
			Name: "convert_length",
			Doc:  "Converts a length between units.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "value", Types: []types.Type{types.Real}, Min: 1, Max: 1},
					{Name: "from", Types: []types.Type{types.String}, Min: 1, Max: 1},
					{Name: "to", Types: []types.Type{types.String}, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Real}},
			},
		},
		{
			Name: "convert_mass",
			Doc:  "Converts a mass between units.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "value", Types: []types.Type{types.Real}, Min: 1, Max: 1},
					{Name: "from", Types: []types.Type{types.String}, Min: 1, Max: 1},
					{Name: "to", Types: []types.Type{types.String}, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Real}},
			},
		},
		{
			Name: "convert_speed",
			Doc:  "Converts a speed between units.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "value", Types: []types.Type{types.Real}, Min: 1, Max: 1},
					{Name: "from", Types: []types.Type{types.String}, Min: 1, Max: 1},
					{Name: "to", Types: []types.Type{types.String}, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Real}},
			},
		},
		{
			Name: "convert_temperature",
			Doc:  "Converts a temperature between units.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "value", Types: []types.Type{types.Real}, Min: 1, Max: 1},
					{Name: "from", Types: []types.Type{types.String}, Min: 1, Max: 1},
					{Name: "to", Types: []types.Type{types.String}, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Real}},
			},
		},
		{
			Name: "convert_volume",
			Doc:  "Converts a volume between units.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "value", Types: []types.Type{types.Real}, Min: 1, Max: 1},
					{Name: "from", Types: []types.Type{types.String}, Min: 1, Max: 1},
					{Name: "to", Types: []types.Type{types.String}, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Real}},
			},
		},
	}
}
