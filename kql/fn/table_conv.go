package fn

import "github.com/azflow/azflow/kql/types"

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
		},
	}
}
