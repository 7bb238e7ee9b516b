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
			Kernel: lax(func(r *row) types.Value { return kindName(r.args[0], r.types[0]) }),
		},
	}
}
