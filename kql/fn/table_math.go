package fn

import (
	"math"

	"github.com/azflow/azflow/kql/types"
)

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
			Kernel: binKernel,
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
			Kernel: binKernel,
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
			Kernel: binKernel,
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
			Kernel: binKernel,
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
			Kernel: always2(func(a, b int64) int64 { return a & b }),
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
			Kernel: always2(func(a, b int64) int64 { return a | b }),
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
			Kernel: always2(func(a, b int64) int64 { return a ^ b }),
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
			Kernel: always(func(a int64) int64 { return ^a }),
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
			Kernel: always2(shiftLeft),
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
			Kernel: always2(shiftRight),
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
			Kernel: always(countOnes),
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
			Kernel: roundKernel,
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
			Kernel: ceilingKernel,
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
			Kernel: always2(math.Pow),
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
			Kernel: real1(math.Sqrt),
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
			Kernel: logarithm(math.Log),
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
			Kernel: logarithm(math.Log2),
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
			Kernel: logarithm(math.Log10),
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
			Kernel: real1(math.Exp),
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
			Kernel: real1(math.Exp2),
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
			Kernel: real1(func(x float64) float64 { return math.Pow(10, x) }),
		},
		{
			Name: "pi",
			Doc:  "Returns pi.",
			Sigs: []Sig{
				{Ret: Return{Type: types.Real}},
			},
			Kernel: lax(func(*row) types.Value { return math.Pi }),
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
			Kernel: real1(math.Cos),
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
			Kernel: real1(math.Sin),
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
			Kernel: real1(math.Tan),
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
			Kernel: real1(math.Acos),
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
			Kernel: real1(math.Asin),
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
			Kernel: real1(math.Atan),
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
			Kernel: always2(math.Atan2),
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
			Kernel: absKernel,
		},
		{
			Name: "cot",
			Doc:  "Returns the cotangent.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "number", Kind: Number, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Real}},
			},
			Kernel: real1(func(x float64) float64 { return 1 / math.Tan(x) }),
		},
		{
			Name: "degrees",
			Doc:  "Converts radians to degrees.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "radians", Kind: Number, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Real}},
			},
			Kernel: real1(func(x float64) float64 { return x * 180 / math.Pi }),
		},
		{
			Name: "radians",
			Doc:  "Converts degrees to radians.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "degrees", Kind: Number, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Real}},
			},
			Kernel: real1(func(x float64) float64 { return x * math.Pi / 180 }),
		},
		{
			Name: "sign",
			Doc:  "Returns the sign: -1, 0 or 1.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "number", Kind: Number, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Real}},
			},
			Kernel: real1(sign),
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
			Kernel:   randKernel,
		},
		{
			Name: "new_guid",
			Doc:  "Returns a random guid.",
			Sigs: []Sig{
				{Ret: Return{Type: types.GUID}},
			},
			Volatile: true,
			Kernel:   newGUIDKernel,
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
			Kernel: map3(betaCDF),
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
			Kernel: map3(betaInv),
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
			Kernel: map3(betaPDF),
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
			Kernel: real1(math.Gamma),
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
			Kernel: real1(logGamma),
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
			Kernel: real1(math.Erf),
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
			Kernel: real1(math.Erfc),
		},
		{
			Name: "isnan",
			Doc:  "Reports whether a number is NaN.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "number", Types: []types.Type{types.Real}, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Bool}},
			},
			Kernel: always(math.IsNaN),
		},
		{
			Name: "isinf",
			Doc:  "Reports whether a number is infinite.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "number", Types: []types.Type{types.Real}, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Bool}},
			},
			Kernel: always(func(x float64) bool { return math.IsInf(x, 0) }),
		},
		{
			Name: "isfinite",
			Doc:  "Reports whether a number is neither infinite nor NaN.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "number", Types: []types.Type{types.Real}, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Bool}},
			},
			Kernel: always(func(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }),
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
			Kernel:     welchKernel,
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
			Kernel: convertUnits(angleUnits),
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
			Kernel: convertUnits(energyUnits),
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
			Kernel: convertUnits(forceUnits),
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
			Kernel: convertUnits(lengthUnits),
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
			Kernel: convertUnits(massUnits),
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
			Kernel: convertUnits(speedUnits),
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
			Kernel: convertUnits(temperatureUnits),
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
			Kernel: convertUnits(volumeUnits),
		},
	}
}
