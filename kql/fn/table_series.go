package fn

import (
	"math"

	"github.com/azflow/azflow/kql/types"
)

// seriesFuncs returns the time series functions.
func seriesFuncs() []Func {
	return []Func{
		{
			Name: "series_fir",
			Doc:  "Applies a finite impulse response filter.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "series", Kind: Array, Min: 1, Max: 1},
					{Name: "filter", Kind: Array, Min: 1, Max: 1},
					{Name: "normalize", Types: []types.Type{types.Bool}, Max: 1},
					{Name: "center", Types: []types.Type{types.Bool}, Max: 1},
				}, Ret: Return{Type: types.Dynamic}},
			},
			Naming: FirstArgName,
			Examples: []Example{
				{"series_fir(dynamic([1, 1, 1, 1]), dynamic([1, 1]), false)", "dynamic([1.0,2.0,2.0,2.0])"},
			},
			Kernel: firKernel,
		},
		{
			Name: "series_iir",
			Doc:  "Applies an infinite impulse response filter.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "series", Kind: Array, Min: 1, Max: 1},
					{Name: "numerators", Kind: Array, Min: 1, Max: 1},
					{Name: "denominators", Kind: Array, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Dynamic}},
			},
			Naming: FirstArgName,
			Examples: []Example{
				{"series_iir(dynamic([1, 2, 3, 4]), dynamic([1]), dynamic([1, -1]))", "dynamic([1.0,3.0,6.0,10.0])"},
			},
			Kernel: iirKernel,
		},
		{
			Name: "series_stats",
			Doc:  "Returns the minimum, maximum, average, deviation and variance of a series in columns.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "series", Kind: Array, Min: 1, Max: 1},
					{Name: "ignore_nonfinite", Types: []types.Type{types.Bool}, Max: 1},
				}, Ret: Return{Rule: Columns}},
			},
			Examples: []Example{
				{"series_stats(dynamic([3, 1, 2]))", "real(1)"},
			},
			Columns: []Column{{"min", types.Real}, {"min_idx", types.Long}, {"max", types.Real}, {"max_idx", types.Long}, {"avg", types.Real}, {"stdev", types.Real}, {"variance", types.Real}},
			Kernel:  seriesStatsKernel,
		},
		{
			Name: "series_stats_dynamic",
			Doc:  "Returns the minimum, maximum, average, deviation and variance of a series in a bag.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "series", Kind: Array, Min: 1, Max: 1},
					{Name: "ignore_nonfinite", Types: []types.Type{types.Bool}, Max: 1},
				}, Ret: Return{Type: types.Dynamic}},
			},
			Examples: []Example{
				{"series_stats_dynamic(dynamic([1, 2, 3])).avg", "dynamic(2.0)"},
			},
			Kernel: seriesStatsBagKernel,
		},
		{
			Name: "series_fft",
			Doc:  "Returns the fast Fourier transform of a series.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "series", Kind: Array, Min: 1, Max: 1},
					{Name: "series_imaginary", Kind: Array, Max: 1},
				}, Ret: Return{Rule: Columns}},
			},
			Examples: []Example{
				{"series_fft(dynamic([1, 0, 0, 0]))", "dynamic([1.0, 1.0, 1.0, 1.0])"},
			},
			Columns:    []Column{{"real", types.Dynamic}, {"imag", types.Dynamic}},
			Unverified: true,
			Kernel:     fftKernel(false),
		},
		{
			Name: "series_ifft",
			Doc:  "Returns the inverse fast Fourier transform of a series.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "series", Kind: Array, Min: 1, Max: 1},
					{Name: "series_imaginary", Kind: Array, Max: 1},
				}, Ret: Return{Rule: Columns}},
			},
			Examples: []Example{
				{"series_ifft(dynamic([1, 1, 1, 1]), dynamic([0, 0, 0, 0]))", "dynamic([1.0, 0.0, 0.0, 0.0])"},
			},
			Columns:    []Column{{"real", types.Dynamic}, {"imag", types.Dynamic}},
			Unverified: true,
			Kernel:     fftKernel(true),
		},
		{
			Name: "series_fit_line",
			Doc:  "Fits a line to a series and returns its parameters in columns.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "series", Kind: Array, Min: 1, Max: 1},
				}, Ret: Return{Rule: Columns}},
			},
			Examples: []Example{
				{"series_fit_line(dynamic([2, 4, 6]))", "real(1)"},
			},
			Columns: []Column{{"rsquare", types.Real}, {"slope", types.Real}, {"variance", types.Real}, {"rvariance", types.Real}, {"interception", types.Real}, {"line_fit", types.Dynamic}},
			Kernel:  fitLineKernel,
		},
		{
			Name: "series_fit_line_dynamic",
			Doc:  "Fits a line to a series and returns its parameters in a bag.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "series", Kind: Array, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Dynamic}},
			},
			Examples: []Example{
				{"series_fit_line_dynamic(dynamic([2, 4, 6])).slope", "dynamic(2.0)"},
			},
			Kernel: fitLineBagKernel,
		},
		{
			Name: "series_fit_2lines",
			Doc:  "Fits two lines to a series and returns their parameters in columns.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "array", Kind: Array, Min: 1, Max: 1},
				}, Ret: Return{Rule: Columns}},
			},
			Examples: []Example{
				{"series_fit_2lines(dynamic([1, 2, 3, 10, 8, 6]))", "real(1)"},
			},
			Columns:    []Column{{"rsquare", types.Real}, {"split_idx", types.Long}, {"variance", types.Real}, {"rvariance", types.Real}, {"line_fit", types.Dynamic}, {"right_rsquare", types.Real}, {"right_slope", types.Real}, {"right_interception", types.Real}, {"right_variance", types.Real}, {"right_rvariance", types.Real}, {"left_rsquare", types.Real}, {"left_slope", types.Real}, {"left_interception", types.Real}, {"left_variance", types.Real}, {"left_rvariance", types.Real}},
			Unverified: true,
			Kernel:     fit2LinesKernel,
		},
		{
			Name: "series_fit_2lines_dynamic",
			Doc:  "Fits two lines to a series and returns their parameters in a bag.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "series", Kind: Array, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Dynamic}},
			},
			Examples: []Example{
				{"series_fit_2lines_dynamic(dynamic([1, 2, 3, 10, 8, 6])).rsquare", "real(1)"},
			},
			Unverified: true,
			Kernel:     fit2LinesBagKernel,
		},
		{
			Name: "series_fit_poly",
			Doc:  "Fits a polynomial to a series.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "y_series", Kind: Array, Min: 1, Max: 1},
					{Name: "x_series", Kind: Array, Max: 1},
					{Name: "degree", Types: []types.Type{types.Int}, Max: 1},
				}, Ret: Return{Rule: Columns}},
			},
			Examples: []Example{
				{"series_fit_poly(dynamic([1, 4, 9, 16]), dynamic([1, 2, 3, 4]), int(2))", "real(1)"},
			},
			Columns: []Column{{"rsquare", types.Real}, {"coefficients", types.Dynamic}, {"variance", types.Real}, {"rvariance", types.Real}, {"poly_fit", types.Dynamic}},
			Kernel:  fitPolyKernel,
		},
		{
			Name: "series_outliers",
			Doc:  "Scores the points of a series by Tukey's test.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "series", Kind: Array, Min: 1, Max: 1},
					{Name: "kind", Types: []types.Type{types.String}, Max: 1},
					{Name: "ignore_val", Kind: Number, Max: 1},
				}, Ret: Return{Rule: FirstArg}},
				{Params: []Param{
					{Name: "series", Kind: Array, Min: 1, Max: 1},
					{Name: "kind", Types: []types.Type{types.String}, Min: 1, Max: 1},
					{Name: "ignore_val", Types: []types.Type{types.Real}, Min: 1, Max: 1},
					{Name: "min_percentile", Types: []types.Type{types.Real}, Min: 1, Max: 1},
					{Name: "max_percentile", Types: []types.Type{types.Real}, Max: 1},
					{Name: "test_points", Kind: Integer, Max: 1},
				}, Ret: Return{Rule: FirstArg}},
			},
			Naming: FirstArgName,
			Examples: []Example{
				{"series_outliers(dynamic([1, 2, 3, 2, 1, 2, 3, 2]))", "dynamic([0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0])"},
			},
			Unverified: true,
			Kernel:     outliersKernel,
		},
		{
			Name: "series_periods_detect",
			Doc:  "Finds the most significant periods of a series.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "series", Kind: Array, Min: 1, Max: 1},
					{Name: "min_period", Kind: Number, Min: 1, Max: 1},
					{Name: "max_period", Kind: Number, Min: 1, Max: 1},
					{Name: "num_periods", Types: []types.Type{types.Long}, Min: 1, Max: 1},
				}, Ret: Return{Rule: Columns}},
			},
			Examples: []Example{
				{"series_periods_detect(dynamic([9, 1, 1, 1, 1, 9, 1, 1, 1, 1, 9, 1, 1, 1, 1, 9, 1, 1, 1, 1]), 4, 8, 1)", "dynamic([5.0])"},
			},
			Columns:    []Column{{"periods", types.Dynamic}, {"scores", types.Dynamic}},
			Unverified: true,
			Kernel:     periodsDetectKernel,
		},
		{
			Name: "series_periods_validate",
			Doc:  "Scores given periods of a series.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "series", Kind: Array, Min: 1, Max: 1},
					{Name: "period", Kind: Number, Min: 1, Max: 16},
				}, Ret: Return{Rule: Columns}},
			},
			Examples: []Example{
				{"series_periods_validate(dynamic([9, 1, 1, 1, 1, 9, 1, 1, 1, 1, 9, 1, 1, 1, 1, 9, 1, 1, 1, 1]), 5)", "dynamic([5.0])"},
			},
			Columns:    []Column{{"periods", types.Dynamic}, {"scores", types.Dynamic}},
			Kernel:     periodsValidateKernel,
			Unverified: true,
		},
		{
			Name: "series_fill_backward",
			Doc:  "Fills missing points with the next one.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "series", Kind: Array, Min: 1, Max: 1},
					{Name: "missing_value_placeholder", Kind: Number, Max: 1},
				}, Ret: Return{Rule: FirstArg}},
			},
			Naming: FirstArgName,
			Examples: []Example{
				{"series_fill_backward(dynamic([null, 1, null, 3]))", "dynamic([1,1,3,3])"},
			},
			Kernel: fillKernel(-1),
		},
		{
			Name: "series_fill_forward",
			Doc:  "Fills missing points with the one before.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "series", Kind: Array, Min: 1, Max: 1},
					{Name: "missing_value_placeholder", Kind: Number, Max: 1},
				}, Ret: Return{Rule: FirstArg}},
			},
			Naming: FirstArgName,
			Examples: []Example{
				{"series_fill_forward(dynamic([null, 1, null, 3]))", "dynamic([null,1,1,3])"},
			},
			Kernel: fillKernel(1),
		},
		{
			Name: "series_fill_const",
			Doc:  "Fills missing points with a constant.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "series", Kind: Array, Min: 1, Max: 1},
					{Name: "constant_value", Kind: Number, Max: 1},
					{Name: "missing_value_placeholder", Kind: Number, Max: 1},
				}, Ret: Return{Rule: FirstArg}},
			},
			Naming: FirstArgName,
			Examples: []Example{
				{"series_fill_const(dynamic([null, 1, null]), 0)", "dynamic([0,1,0])"},
			},
			Kernel: fillConstKernel,
		},
		{
			Name: "series_fill_linear",
			Doc:  "Fills missing points by linear interpolation.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "series", Kind: Array, Min: 1, Max: 1},
					{Name: "missing_value_placeholder", Kind: Number, Max: 1},
					{Name: "fill_edges", Types: []types.Type{types.Bool}, Max: 1},
					{Name: "constant_value", Kind: Number, Max: 1},
				}, Ret: Return{Rule: FirstArg}},
			},
			Naming: FirstArgName,
			Examples: []Example{
				{"series_fill_linear(dynamic([null, 1.0, null, 3.0]))", "dynamic([1.0,1.0,2.0,3.0])"},
			},
			Kernel: fillLinearKernel,
		},
		{
			Name: "series_add",
			Doc:  "Adds two series.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "series1", Kind: Array, Min: 1, Max: 1},
					{Name: "series2", Kind: Array, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Dynamic}},
				{Params: []Param{
					{Name: "series1", Kind: Array, Min: 1, Max: 1},
					{Name: "series2", Kind: Number, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Dynamic}},
				{Params: []Param{
					{Name: "series1", Kind: Number, Min: 1, Max: 1},
					{Name: "series2", Kind: Array, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Dynamic}},
			},
			Examples: []Example{
				{"series_add(dynamic([1, 2, 4]), dynamic([4, 2, 1]))", "dynamic([5,4,5])"},
			},
			Kernel: combine(addArith),
		},
		{
			Name: "series_subtract",
			Doc:  "Subtracts one series from another.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "series1", Kind: Array, Min: 1, Max: 1},
					{Name: "series2", Kind: Array, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Dynamic}},
				{Params: []Param{
					{Name: "series1", Kind: Array, Min: 1, Max: 1},
					{Name: "series2", Kind: Number, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Dynamic}},
				{Params: []Param{
					{Name: "series1", Kind: Number, Min: 1, Max: 1},
					{Name: "series2", Kind: Array, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Dynamic}},
			},
			Examples: []Example{
				{"series_subtract(dynamic([1, 2, 4]), 1)", "dynamic([0,1,3])"},
			},
			Kernel: combine(subArith),
		},
		{
			Name: "series_multiply",
			Doc:  "Multiplies two series.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "series1", Kind: Array, Min: 1, Max: 1},
					{Name: "series2", Kind: Array, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Dynamic}},
				{Params: []Param{
					{Name: "series1", Kind: Array, Min: 1, Max: 1},
					{Name: "series2", Kind: Number, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Dynamic}},
				{Params: []Param{
					{Name: "series1", Kind: Number, Min: 1, Max: 1},
					{Name: "series2", Kind: Array, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Dynamic}},
			},
			Examples: []Example{
				{"series_multiply(dynamic([1, 2, 4]), dynamic([4, 2, 1]))", "dynamic([4,4,4])"},
			},
			Kernel: combine(mulArith),
		},
		{
			Name: "series_divide",
			Doc:  "Divides one series by another.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "series1", Kind: Array, Min: 1, Max: 1},
					{Name: "series2", Kind: Array, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Dynamic}},
				{Params: []Param{
					{Name: "series1", Kind: Array, Min: 1, Max: 1},
					{Name: "series2", Kind: Number, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Dynamic}},
				{Params: []Param{
					{Name: "series1", Kind: Number, Min: 1, Max: 1},
					{Name: "series2", Kind: Array, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Dynamic}},
			},
			Examples: []Example{
				{"series_divide(dynamic([1, 2, 4]), dynamic([4, 2, 1]))", "dynamic([0.25,1.0,4.0])"},
			},
			Kernel: combineReal(func(a, b float64) float64 { return a / b }),
		},
		{
			Name: "series_pow",
			Doc:  "Raises one series to the power of another.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "series1", Kind: Array, Min: 1, Max: 1},
					{Name: "series2", Kind: Array, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Dynamic}},
				{Params: []Param{
					{Name: "series1", Kind: Array, Min: 1, Max: 1},
					{Name: "series2", Kind: Number, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Dynamic}},
				{Params: []Param{
					{Name: "series1", Kind: Number, Min: 1, Max: 1},
					{Name: "series2", Kind: Array, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Dynamic}},
			},
			Examples: []Example{
				{"series_pow(dynamic([1, 2, 3]), 2)", "dynamic([1.0,4.0,9.0])"},
			},
			Kernel: combineReal(math.Pow),
		},
		{
			Name: "series_greater",
			Doc:  "Compares two series element by element.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "series1", Kind: Array, Min: 1, Max: 1},
					{Name: "series2", Kind: Array, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Dynamic}},
				{Params: []Param{
					{Name: "series1", Kind: Array, Min: 1, Max: 1},
					{Name: "series2", Kind: Number, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Dynamic}},
				{Params: []Param{
					{Name: "series1", Kind: Number, Min: 1, Max: 1},
					{Name: "series2", Kind: Array, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Dynamic}},
			},
			Examples: []Example{
				{"series_greater(dynamic([1, 2, 4]), dynamic([4, 2, 1]))", "dynamic([false,false,true])"},
			},
			Kernel: compareSeries(func(c int) bool { return c > 0 }),
		},
		{
			Name: "series_greater_equals",
			Doc:  "Compares two series element by element.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "series1", Kind: Array, Min: 1, Max: 1},
					{Name: "series2", Kind: Array, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Dynamic}},
				{Params: []Param{
					{Name: "series1", Kind: Array, Min: 1, Max: 1},
					{Name: "series2", Kind: Number, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Dynamic}},
				{Params: []Param{
					{Name: "series1", Kind: Number, Min: 1, Max: 1},
					{Name: "series2", Kind: Array, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Dynamic}},
			},
			Examples: []Example{
				{"series_greater_equals(dynamic([1, 2, 4]), dynamic([4, 2, 1]))", "dynamic([false,true,true])"},
			},
			Kernel: compareSeries(func(c int) bool { return c >= 0 }),
		},
		{
			Name: "series_less",
			Doc:  "Compares two series element by element.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "series1", Kind: Array, Min: 1, Max: 1},
					{Name: "series2", Kind: Array, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Dynamic}},
				{Params: []Param{
					{Name: "series1", Kind: Array, Min: 1, Max: 1},
					{Name: "series2", Kind: Number, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Dynamic}},
				{Params: []Param{
					{Name: "series1", Kind: Number, Min: 1, Max: 1},
					{Name: "series2", Kind: Array, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Dynamic}},
			},
			Examples: []Example{
				{"series_less(dynamic([1, 2, 4]), dynamic([4, 2, 1]))", "dynamic([true,false,false])"},
			},
			Kernel: compareSeries(func(c int) bool { return c < 0 }),
		},
		{
			Name: "series_less_equals",
			Doc:  "Compares two series element by element.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "series1", Kind: Array, Min: 1, Max: 1},
					{Name: "series2", Kind: Array, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Dynamic}},
				{Params: []Param{
					{Name: "series1", Kind: Array, Min: 1, Max: 1},
					{Name: "series2", Kind: Number, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Dynamic}},
				{Params: []Param{
					{Name: "series1", Kind: Number, Min: 1, Max: 1},
					{Name: "series2", Kind: Array, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Dynamic}},
			},
			Examples: []Example{
				{"series_less_equals(dynamic([1, 2, 4]), dynamic([4, 2, 1]))", "dynamic([true,true,false])"},
			},
			Kernel: compareSeries(func(c int) bool { return c <= 0 }),
		},
		{
			Name: "series_equals",
			Doc:  "Compares two series element by element.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "series1", Kind: Array, Min: 1, Max: 1},
					{Name: "series2", Kind: Array, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Dynamic}},
				{Params: []Param{
					{Name: "series1", Kind: Array, Min: 1, Max: 1},
					{Name: "series2", Kind: Number, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Dynamic}},
				{Params: []Param{
					{Name: "series1", Kind: Number, Min: 1, Max: 1},
					{Name: "series2", Kind: Array, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Dynamic}},
			},
			Examples: []Example{
				{"series_equals(dynamic([1, 2, 4]), dynamic([4, 2, 1]))", "dynamic([false,true,false])"},
			},
			Kernel: compareSeries(func(c int) bool { return c == 0 }),
		},
		{
			Name: "series_not_equals",
			Doc:  "Compares two series element by element.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "series1", Kind: Array, Min: 1, Max: 1},
					{Name: "series2", Kind: Array, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Dynamic}},
				{Params: []Param{
					{Name: "series1", Kind: Array, Min: 1, Max: 1},
					{Name: "series2", Kind: Number, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Dynamic}},
				{Params: []Param{
					{Name: "series1", Kind: Number, Min: 1, Max: 1},
					{Name: "series2", Kind: Array, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Dynamic}},
			},
			Examples: []Example{
				{"series_not_equals(dynamic([1, 2, 4]), dynamic([4, 2, 1]))", "dynamic([true,false,true])"},
			},
			Kernel: compareSeries(func(c int) bool { return c != 0 }),
		},
		{
			Name: "series_exp",
			Doc:  "Returns e raised to each element.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "series", Kind: Array, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Dynamic}},
			},
			Examples: []Example{
				{"series_exp(dynamic([0, 1]))", "dynamic([1.0, 2.718281828459045])"},
			},
			Kernel: each(math.Exp),
		},
		{
			Name: "series_sign",
			Doc:  "Returns the sign of each element.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "series", Kind: Array, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Dynamic}},
			},
			Examples: []Example{
				{"series_sign(dynamic([-6, 0, 8]))", "dynamic([-1.0,0.0,1.0])"},
			},
			Kernel: each(sign),
		},
		{
			Name: "series_abs",
			Doc:  "Returns the absolute value of each element.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "series", Kind: Array, Min: 1, Max: 1},
				}, Ret: Return{Rule: FirstArg}},
			},
			Examples: []Example{
				{"series_abs(dynamic([-6.5, 0, 8.2]))", "dynamic([6.5,0,8.2])"},
			},
			Kernel: eachKeeping(func(n int64) int64 { return max(n, -n) }, math.Abs),
		},
		{
			Name: "series_sin",
			Doc:  "Returns the sine of each element.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "series", Kind: Array, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Dynamic}},
			},
			Examples: []Example{
				{"series_sin(dynamic([0, 1.5707963267948966]))", "dynamic([0.0, 1.0])"},
			},
			Kernel: each(math.Sin),
		},
		{
			Name: "series_asin",
			Doc:  "Returns the arc sine of each element.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "series", Kind: Array, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Dynamic}},
			},
			Examples: []Example{
				{"series_asin(dynamic([0, 1]))", "dynamic([0.0, 1.5707963267948966])"},
			},
			Kernel: each(math.Asin),
		},
		{
			Name: "series_cos",
			Doc:  "Returns the cosine of each element.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "series", Kind: Array, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Dynamic}},
			},
			Examples: []Example{
				{"series_cos(dynamic([0, 3.141592653589793]))", "dynamic([1.0, -1.0])"},
			},
			Kernel: each(math.Cos),
		},
		{
			Name: "series_acos",
			Doc:  "Returns the arc cosine of each element.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "series", Kind: Array, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Dynamic}},
			},
			Examples: []Example{
				{"series_acos(dynamic([1, -1]))", "dynamic([0.0, 3.141592653589793])"},
			},
			Kernel: each(math.Acos),
		},
		{
			Name: "series_tan",
			Doc:  "Returns the tangent of each element.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "series", Kind: Array, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Dynamic}},
			},
			Examples: []Example{
				{"series_tan(dynamic([0]))", "dynamic([0.0])"},
			},
			Kernel: each(math.Tan),
		},
		{
			Name: "series_atan",
			Doc:  "Returns the arc tangent of each element.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "series", Kind: Array, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Dynamic}},
			},
			Examples: []Example{
				{"series_atan(dynamic([0, 1]))", "dynamic([0.0, 0.7853981633974483])"},
			},
			Kernel: each(math.Atan),
		},
		{
			Name: "series_log",
			Doc:  "Returns the natural logarithm of each element.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "series", Kind: Array, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Dynamic}},
			},
			Examples: []Example{
				{"series_log(dynamic([1, 2.718281828459045]))", "dynamic([0.0, 1.0])"},
			},
			Kernel: each(math.Log),
		},
		{
			Name: "series_floor",
			Doc:  "Rounds each element down.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "series", Kind: Array, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Dynamic}},
			},
			Examples: []Example{
				{"series_floor(dynamic([-1.5, 1, 2.5]))", "dynamic([-2.0,1.0,2.0])"},
			},
			Kernel: each(math.Floor),
		},
		{
			Name: "series_ceiling",
			Doc:  "Rounds each element up.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "series", Kind: Array, Min: 1, Max: 1},
				}, Ret: Return{Rule: FirstArg}},
			},
			Examples: []Example{
				{"series_ceiling(dynamic([-1.5, 1, 2.5]))", "dynamic([-1.0,1.0,3.0])"},
			},
			Kernel: each(math.Ceil),
		},
		{
			Name: "series_magnitude",
			Doc:  "Returns the Euclidean length of a series.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "series", Kind: Array, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Real}},
			},
			Examples: []Example{
				{"series_magnitude(dynamic([3, 4]))", "5.0"},
			},
			Kernel: foldSeries(0, func(acc, x float64) float64 { return acc + x*x }, math.Sqrt),
		},
		{
			Name: "series_sum",
			Doc:  "Returns the sum of a series.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "series", Kind: Array, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Real}},
			},
			Examples: []Example{
				{"series_sum(dynamic([1, 2, 3.5]))", "6.5"},
			},
			Kernel: foldSeries(0, func(acc, x float64) float64 { return acc + x }, same),
		},
		{
			Name: "series_product",
			Doc:  "Returns the product of a series.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "series", Kind: Array, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Real}},
			},
			Examples: []Example{
				{"series_product(dynamic([2, 3, 4]))", "24.0"},
			},
			Kernel: foldSeries(1, func(acc, x float64) float64 { return acc * x }, same),
		},
		{
			Name: "series_seasonal",
			Doc:  "Returns the seasonal component of a series.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "series", Kind: Array, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Dynamic}},
				{Params: []Param{
					{Name: "series", Kind: Array, Min: 1, Max: 1},
					{Name: "period", Kind: Integer, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Dynamic}},
				{Params: []Param{
					{Name: "series", Kind: Array, Min: 1, Max: 1},
					{Name: "period", Kind: Integer, Min: 1, Max: 1},
					{Name: "test_points", Kind: Integer, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Dynamic}},
			},
			Examples: []Example{
				{"series_seasonal(dynamic([1, 3, 5, 1, 3, 5, 2, 4, 6]), 3)", "dynamic([1.0,3.0,5.0,1.0,3.0,5.0,1.0,3.0,5.0])"},
			},
			Kernel: seasonalKernel,
		},
		{
			Name: "series_decompose",
			Doc:  "Decomposes a series into its season, trend and residual.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "series", Kind: Array, Min: 1, Max: 1},
					{Name: "period", Kind: Integer, Max: 1},
					{Name: "trend", Types: []types.Type{types.String}, Max: 1},
					{Name: "test_points", Kind: Integer, Max: 1},
					{Name: "seasonality_threshold", Kind: Number, Max: 1},
				}, Ret: Return{Rule: Columns}},
			},
			Columns:    []Column{{"baseline", types.Dynamic}, {"seasonal", types.Dynamic}, {"trend", types.Dynamic}, {"residual", types.Dynamic}},
			Unverified: true,
			Kernel:     decomposeKernel,
		},
		{
			Name: "series_decompose_forecast",
			Doc:  "Forecasts the last points of a series from its decomposition.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "series", Kind: Array, Min: 1, Max: 1},
					{Name: "test_points", Kind: Integer, Min: 1, Max: 1},
					{Name: "period", Kind: Integer, Max: 1},
					{Name: "trend", Types: []types.Type{types.String}, Max: 1},
					{Name: "seasonality_threshold", Kind: Number, Max: 1},
				}, Ret: Return{Rule: Columns}},
			},
			Columns:    []Column{{"baseline", types.Dynamic}, {"seasonal", types.Dynamic}, {"trend", types.Dynamic}, {"residual", types.Dynamic}},
			Unverified: true,
			Kernel:     forecastKernel,
		},
		{
			Name: "series_decompose_anomalies",
			Doc:  "Marks the anomalous points of a series from its decomposition.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "series", Kind: Array, Min: 1, Max: 1},
					{Name: "threshold", Kind: Number, Max: 1},
					{Name: "period", Kind: Integer, Max: 1},
					{Name: "trend", Types: []types.Type{types.String}, Max: 1},
					{Name: "test_points", Kind: Integer, Max: 1},
					{Name: "method", Types: []types.Type{types.String}, Max: 1},
					{Name: "seasonality_threshold", Kind: Number, Max: 1},
				}, Ret: Return{Rule: Columns}},
			},
			Examples: []Example{
				{"series_decompose_anomalies(dynamic([1, 2, 1, 2, 1, 2, 90, 2, 1, 2, 1, 2]))", "dynamic([0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0])"},
			},
			Columns:    []Column{{"ad_flag", types.Dynamic}, {"ad_score", types.Dynamic}, {"baseline", types.Dynamic}},
			Unverified: true,
			Kernel:     anomaliesKernel,
		},
		{
			Name: "series_pearson_correlation",
			Doc:  "Returns the Pearson correlation of two series.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "series1", Kind: Array, Min: 1, Max: 1},
					{Name: "series2", Kind: Array, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Real}},
			},
			Examples: []Example{
				{"series_pearson_correlation(dynamic([1, 2, 3]), dynamic([2, 4, 6]))", "1.0"},
			},
			Kernel: pearsonKernel,
		},
		{
			Name: "series_dot_product",
			Doc:  "Returns the dot product of two series.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "series1", Kind: Array, Min: 1, Max: 1},
					{Name: "series2", Kind: Array, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Real}},
				{Params: []Param{
					{Name: "series1", Kind: Array, Min: 1, Max: 1},
					{Name: "series2", Kind: Number, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Real}},
				{Params: []Param{
					{Name: "series1", Kind: Number, Min: 1, Max: 1},
					{Name: "series2", Kind: Array, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Real}},
			},
			Examples: []Example{
				{"series_dot_product(dynamic([1, 2, 3]), dynamic([4, 5, 6]))", "32.0"},
			},
			Kernel: dotKernel,
		},
		{
			Name: "series_cosine_similarity",
			Doc:  "Returns the cosine similarity of two series.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "series1", Kind: Array, Min: 1, Max: 1},
					{Name: "series2", Kind: Array, Min: 1, Max: 1},
					{Name: "series1_magnitude", Types: []types.Type{types.Real}, Max: 1},
					{Name: "series2_magnitude", Types: []types.Type{types.Real}, Max: 1},
				}, Ret: Return{Type: types.Real}},
			},
			Examples: []Example{
				{"series_cosine_similarity(dynamic([1, 0]), dynamic([0, 1]))", "0.0"},
			},
			Kernel: cosineKernel,
		},
	}
}
