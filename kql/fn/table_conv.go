package fn

import (
	"github.com/azflow/azflow/kql/types"
)

// convFuncs returns the conversions.
func convFuncs() []Func {
	return []Func{
		{
			Name: "tostring",
			Doc:  "Converts to string.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "value", Kind: Scalar, Min: 1, Max: 1},
				}, Ret: Return{Type: types.String}},
			},
			Naming: FirstArgName,
			Examples: []Example{
				{"tostring(1.0)", "\"1.0\""},
				{"tostring(true)", "\"True\""},
				{"tostring(1d)", "\"1.00:00:00\""},
				{"tostring(dynamic({\"a\": 1}))", "\"{\\\"a\\\":1}\""},
			},
			Kernel: convertKernel(types.String),
		},
		{
			Name: "todynamic",
			Doc:  "Reads JSON text.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "value", Types: []types.Type{types.String}, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Dynamic}},
			},
			Naming: FirstArgName,
			Examples: []Example{
				{"todynamic(\"[1, 2]\")", "dynamic([1,2])"},
			},
			Kernel: jsonKernel,
		},
		{
			Name: "toobject",
			Doc:  "Reads JSON text.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "value", Types: []types.Type{types.String}, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Dynamic}},
			},
			Naming:   FirstArgName,
			Obsolete: "todynamic",
			Hidden:   true,
			Kernel:   jsonKernel,
		},
		{
			Name: "tolong",
			Doc:  "Converts to long; null where that is not possible.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "value", Kind: Scalar, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Long}},
			},
			Naming: FirstArgName,
			Examples: []Example{
				{"tolong(\"0x1F\")", "31"},
				{"tolong(\"3.14\")", "long(null)"},
				{"tolong(datetime(1970-01-01))", "621355968000000000"},
			},
			Kernel: convertKernel(types.Long),
		},
		{
			Name: "toint",
			Doc:  "Converts to int; null where that is not possible.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "value", Kind: Scalar, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Int}},
			},
			Naming: FirstArgName,
			Examples: []Example{
				{"toint(\" 45 \")", "int(45)"},
				{"toint(2.9)", "int(2)"},
				{"toint(\"many\")", "int(null)"},
			},
			Kernel: convertKernel(types.Int),
		},
		{
			Name: "toreal",
			Doc:  "Converts to real; null where that is not possible.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "value", Kind: Scalar, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Real}},
			},
			Naming: FirstArgName,
			Examples: []Example{
				{"toreal(\"1e3\")", "1000.0"},
				{"toreal(\"one\")", "real(null)"},
			},
			Kernel: convertKernel(types.Real),
		},
		{
			Name: "todouble",
			Doc:  "Converts to real; null where that is not possible.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "value", Kind: Scalar, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Real}},
			},
			Naming: FirstArgName,
			Examples: []Example{
				{"todouble(\"-.5\")", "-0.5"},
				{"todouble(\"Infinity\")", "real(+inf)"},
			},
			Kernel: convertKernel(types.Real),
		},
		{
			Name: "todatetime",
			Doc:  "Converts to datetime; null where that is not possible.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "value", Kind: Scalar, Min: 1, Max: 1},
				}, Ret: Return{Type: types.DateTime}},
			},
			Naming: FirstArgName,
			Examples: []Example{
				{"todatetime(\"2024-02-29T12:00+02:00\")", "datetime(2024-02-29T10:00:00.0000000Z)"},
				{"todatetime(\"13-01-2022\")", "datetime(null)"},
			},
			Kernel: convertKernel(types.DateTime),
		},
		{
			Name: "totimespan",
			Doc:  "Converts to timespan; null where that is not possible.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "value", Kind: Scalar, Min: 1, Max: 1},
				}, Ret: Return{Type: types.TimeSpan}},
			},
			Naming: FirstArgName,
			Examples: []Example{
				{"totimespan(\"1.02:03:04\")", "time(1.02:03:04)"},
				{"totimespan(\"soon\")", "timespan(null)"},
			},
			Kernel: convertKernel(types.TimeSpan),
		},
		{
			Name: "totime",
			Doc:  "Converts to timespan; null where that is not possible.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "value", Kind: Scalar, Min: 1, Max: 1},
				}, Ret: Return{Type: types.TimeSpan}},
			},
			Naming:   FirstArgName,
			Obsolete: "totimespan",
			Hidden:   true,
			Kernel:   convertKernel(types.TimeSpan),
		},
		{
			Name: "tobool",
			Doc:  "Converts to bool; null where that is not possible.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "value", Kind: Scalar, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Bool}},
			},
			Naming: FirstArgName,
			Examples: []Example{
				{"tobool(\"TRUE\")", "true"},
				{"tobool(\"yes\")", "bool(null)"},
				{"tobool(2)", "true"},
			},
			Kernel: convertKernel(types.Bool),
		},
		{
			Name: "toboolean",
			Doc:  "Converts to bool; null where that is not possible.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "value", Kind: Scalar, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Bool}},
			},
			Naming: FirstArgName,
			Examples: []Example{
				{"toboolean(\"true\")", "true"},
			},
			Kernel: convertKernel(types.Bool),
		},
		{
			Name: "todecimal",
			Doc:  "Converts to decimal; null where that is not possible.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "value", Kind: Scalar, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Decimal}},
			},
			Naming: FirstArgName,
			Examples: []Example{
				{"todecimal(\"1.50\")", "decimal(1.50)"},
			},
			Kernel: convertKernel(types.Decimal),
		},
		{
			Name: "toguid",
			Doc:  "Converts to guid; null where that is not possible.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "value", Kind: StringOrDynamic, Min: 1, Max: 1},
				}, Ret: Return{Type: types.GUID}},
			},
			Naming: FirstArgName,
			Examples: []Example{
				{"toguid(\"0123456789abcdef0123456789abcdef\")", "guid(01234567-89ab-cdef-0123-456789abcdef)"},
			},
			Kernel: convertKernel(types.GUID),
		},
		{
			Name: "gettype",
			Doc:  "Returns the name of the value's type.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "value", Kind: Scalar, Min: 1, Max: 1},
				}, Ret: Return{Type: types.String}},
			},
			Naming: PrefixAndFirstArg,
			Prefix: "type",
			Examples: []Example{
				{"gettype(1)", "\"long\""},
				{"gettype(dynamic({}))", "\"dictionary\""},
				{"gettype(dynamic([1]))", "\"array\""},
			},
			Kernel: lax(func(r *row) types.Value { return kindName(r.args[0], r.types[0]) }),
		},
	}
}
