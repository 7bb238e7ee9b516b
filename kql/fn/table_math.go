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
			Examples: []Example{
				{"bin(-7, 4)", "-8"},
				{"bin(4.5, 1)", "4.0"},
				{"bin(datetime(2024-01-05 10:20), 1h)", "datetime(2024-01-05T10:00:00.0000000Z)"},
			},
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
			Examples: []Example{
				{"floor(7, 4)", "4"},
				{"floor(time(16d), 7d)", "time(14.00:00:00)"},
			},
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
			Examples: []Example{
				{"bin_at(6.5, 2.5, 7)", "4.5"},
				{"bin_at(datetime(2017-05-15 10:20), 1d, datetime(1970-01-01 12:00))", "datetime(2017-05-14T12:00:00.0000000Z)"},
			},
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
			Examples: []Example{
				{"binary_and(12, 10)", "8"},
			},
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
			Examples: []Example{
				{"binary_or(12, 10)", "14"},
			},
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
			Examples: []Example{
				{"binary_xor(12, 10)", "6"},
			},
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
			Examples: []Example{
				{"binary_not(0)", "-1"},
			},
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
			Examples: []Example{
				{"binary_shift_left(1, 10)", "1024"},
			},
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
			Examples: []Example{
				{"binary_shift_right(-8, 1)", "-4"},
			},
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
			Examples: []Example{
				{"bitset_count_ones(42)", "3"},
			},
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
			Examples: []Example{
				{"round(2.5)", "3.0"},
				{"round(-2.567, 2)", "-2.57"},
				{"round(1234, -2)", "1200"},
			},
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
			Examples: []Example{
				{"ceiling(2.1)", "3.0"},
				{"ceiling(-2.1)", "-2.0"},
			},
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
			Examples: []Example{
				{"pow(2, 10)", "1024.0"},
				{"pow(2, -1)", "0.5"},
			},
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
			Examples: []Example{
				{"sqrt(256)", "16.0"},
			},
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
			Examples: []Example{
				{"log(1)", "0.0"},
				{"log(-1)", "real(null)"},
			},
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
			Examples: []Example{
				{"log2(1024)", "10.0"},
			},
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
			Examples: []Example{
				{"log10(1000)", "3.0"},
			},
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
			Examples: []Example{
				{"exp(0)", "1.0"},
			},
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
			Examples: []Example{
				{"exp2(10)", "1024.0"},
			},
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
			Examples: []Example{
				{"exp10(3)", "1000.0"},
			},
			Kernel: real1(func(x float64) float64 { return math.Pow(10, x) }),
		},
		{
			Name: "pi",
			Doc:  "Returns pi.",
			Sigs: []Sig{
				{Ret: Return{Type: types.Real}},
			},
			Examples: []Example{
				{"round(pi(), 4)", "3.1416"},
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
			Examples: []Example{
				{"cos(0)", "1.0"},
			},
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
			Examples: []Example{
				{"sin(0)", "0.0"},
			},
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
			Examples: []Example{
				{"tan(0)", "0.0"},
			},
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
			Examples: []Example{
				{"acos(1)", "0.0"},
			},
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
			Examples: []Example{
				{"asin(0)", "0.0"},
			},
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
			Examples: []Example{
				{"atan(0)", "0.0"},
			},
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
			Examples: []Example{
				{"atan2(0, 1)", "0.0"},
			},
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
			Examples: []Example{
				{"abs(-5)", "5"},
				{"abs(-1.5h)", "time(01:30:00)"},
			},
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
			Examples: []Example{
				{"round(cot(1), 6)", "0.642093"},
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
			Examples: []Example{
				{"degrees(pi())", "180.0"},
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
			Examples: []Example{
				{"round(radians(180), 6)", "3.141593"},
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
			Examples: []Example{
				{"sign(-42)", "-1.0"},
				{"sign(0)", "0.0"},
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
			Examples: []Example{
				{"round(beta_cdf(0.5, 2, 2), 6)", "0.5"},
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
			Examples: []Example{
				{"round(beta_inv(0.5, 2, 2), 6)", "0.5"},
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
			Examples: []Example{
				{"round(beta_pdf(0.5, 2, 2), 6)", "1.5"},
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
			Examples: []Example{
				{"gamma(5)", "24.0"},
			},
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
			Examples: []Example{
				{"round(loggamma(5), 6)", "3.178054"},
			},
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
			Examples: []Example{
				{"round(erf(0.3), 6)", "0.328627"},
			},
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
			Examples: []Example{
				{"round(erfc(0.3), 6)", "0.671373"},
			},
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
			Examples: []Example{
				{"isnan(0.0 / 0.0)", "true"},
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
			Examples: []Example{
				{"isinf(1.0 / 0.0)", "true"},
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
			Examples: []Example{
				{"isfinite(1.0 / 0.0)", "false"},
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
			Examples: []Example{
				{"round(welch_test(10.0, 4.0, 20, 11.0, 4.0, 20), 4)", "0.1221"},
			},
			Kernel: welchKernel,
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
			Examples: []Example{
				{"convert_angle(180, \"Degree\", \"Revolution\")", "0.5"},
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
			Examples: []Example{
				{"convert_energy(1, \"KilowattHour\", \"Joule\")", "3600000.0"},
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
			Examples: []Example{
				{"convert_force(1, \"Kilonewton\", \"Newton\")", "1000.0"},
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
			Examples: []Example{
				{"convert_length(1.2, \"Meter\", \"Centimeter\")", "120.0"},
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
			Examples: []Example{
				{"convert_mass(2, \"Tonne\", \"Kilogram\")", "2000.0"},
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
			Examples: []Example{
				{"convert_speed(36, \"KilometerPerHour\", \"MeterPerSecond\")", "10.0"},
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
			Examples: []Example{
				{"round(convert_temperature(1.2, \"Kelvin\", \"DegreeCelsius\"), 2)", "-271.95"},
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
			Examples: []Example{
				{"convert_volume(1, \"CubicMeter\", \"Liter\")", "1000.0"},
			},
			Kernel: convertUnits(volumeUnits),
		},
	}
}
