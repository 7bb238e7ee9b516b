package fn

import (
	"github.com/azflow/azflow/kql/types"
)

// bagFuncs returns the functions of property bags.
func bagFuncs() []Func {
	return []Func{
		{
			Name: "bag_keys",
			Doc:  "Returns the keys of a bag.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "object", Kind: Bag, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Dynamic}},
			},
			Examples: []Example{
				{"bag_keys(dynamic({\"a\": 1, \"b\": {\"c\": 2}}))", "dynamic([\"a\",\"b\"])"},
			},
			Kernel: bagKeysKernel,
		},
		{
			Name: "bag_pack",
			Doc:  "Makes a bag of keys and values.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "key", Types: []types.Type{types.String}, Min: 1, Max: Unbounded},
					{Name: "value", Kind: Scalar, Min: 1, Max: Unbounded},
				}, Ret: Return{Type: types.Dynamic}},
			},
			Examples: []Example{
				{"bag_pack(\"a\", 1, \"b\", \"x\")", "dynamic({\"a\":1,\"b\":\"x\"})"},
			},
			Kernel: bagPackKernel,
		},
		{
			Name: "pack",
			Doc:  "Makes a bag of keys and values.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "key", Types: []types.Type{types.String}, Min: 1, Max: Unbounded},
					{Name: "value", Kind: Scalar, Min: 1, Max: Unbounded},
				}, Ret: Return{Type: types.Dynamic}},
			},
			Obsolete: "bag_pack",
			Hidden:   true,
			Kernel:   bagPackKernel,
		},
		{
			Name: "pack_dictionary",
			Doc:  "Makes a bag of keys and values.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "key", Types: []types.Type{types.String}, Min: 1, Max: Unbounded},
					{Name: "value", Kind: Scalar, Min: 1, Max: Unbounded},
				}, Ret: Return{Type: types.Dynamic}},
			},
			Obsolete: "bag_pack",
			Hidden:   true,
			Kernel:   bagPackKernel,
		},
		{
			Name: "bag_pack_columns",
			Doc:  "Makes a bag of columns, their names being the keys.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "value", Kind: Scalar, Min: 1, Max: Unbounded},
				}, Ret: Return{Type: types.Dynamic}},
			},
			Kernel: bagPackKernel,
		},
		{
			Name: "pack_all",
			Doc:  "Makes a bag of all columns of the row.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "ignore_null_empty", Kind: Scalar, Max: 1},
				}, Ret: Return{Type: types.Dynamic}},
			},
			Kernel: packAllKernel,
		},
		{
			Name: "bag_merge",
			Doc:  "Merges bags; the first to have a key wins.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "bag", Kind: Bag, Min: 2, Max: 64},
				}, Ret: Return{Type: types.Dynamic}},
			},
			Examples: []Example{
				{"bag_merge(dynamic({\"a\": 1}), dynamic({\"a\": 2, \"b\": 3}))", "dynamic({\"a\":1,\"b\":3})"},
			},
			Kernel: bagMergeKernel,
		},
		{
			Name: "bag_remove_keys",
			Doc:  "Removes keys from a bag; a path leads to nested ones.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "bag", Kind: Bag, Min: 1, Max: 1},
					{Name: "keys", Kind: Array, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Dynamic}},
			},
			Examples: []Example{
				{"bag_remove_keys(dynamic({\"a\": 1, \"b\": {\"c\": 2, \"d\": 3}}), dynamic([\"a\", \"$.b.c\"]))", "dynamic({\"b\":{\"d\":3}})"},
			},
			Kernel: bagRemoveKeysKernel,
		},
		{
			Name: "bag_has_key",
			Doc:  "Reports whether a bag has a key; a path leads to nested ones.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "bag", Kind: Bag, Min: 1, Max: 1},
					{Name: "key", Types: []types.Type{types.String}, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Bool}},
			},
			Examples: []Example{
				{"bag_has_key(dynamic({\"a\": {\"b\": 1}}), \"$.a.b\")", "true"},
			},
			Kernel: bagHasKeyKernel,
		},
		{
			Name: "bag_set_key",
			Doc:  "Sets a key of a bag; a path leads to nested ones.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "bag", Kind: Bag, Min: 1, Max: 1},
					{Name: "key", Types: []types.Type{types.String}, Min: 1, Max: 1},
					{Name: "value", Kind: Scalar, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Dynamic}},
			},
			Examples: []Example{
				{"bag_set_key(dynamic({\"a\": 1}), \"b\", 2)", "dynamic({\"a\":1,\"b\":2})"},
			},
			Kernel: bagSetKeyKernel,
		},
		{
			Name: "bag_zip",
			Doc:  "Makes a bag of an array of keys and an array of values.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "keys", Kind: Array, Min: 1, Max: 1},
					{Name: "values", Kind: Array, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Dynamic}},
			},
			Examples: []Example{
				{"bag_zip(dynamic([\"a\", \"b\"]), dynamic([1, 2]))", "dynamic({\"a\":1,\"b\":2})"},
			},
			Kernel: bagZipKernel,
		},
		{
			Name: "treepath",
			Doc:  "Returns the paths to all leaves of a dynamic value.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "object", Kind: Bag, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Dynamic}},
			},
			Naming: PrefixAndFirstArg,
			Prefix: "tree",
			Examples: []Example{
				{"treepath(dynamic({\"a\": [1, {\"b\": 2}]}))", "dynamic([\"['a']\",\"['a'][0]\",\"['a'][0]['b']\"])"},
			},
			Kernel: treepathKernel,
		},
	}
}
