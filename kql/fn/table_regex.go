package fn

import (
	"regexp"

	"github.com/azflow/azflow/kql/types"
)

// regexFuncs returns the functions of regular expressions.
func regexFuncs() []Func {
	return []Func{
		{
			Name: "extract",
			Doc:  "Returns a capture group of the first match of a regular expression.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "regex", Types: []types.Type{types.String}, Min: 1, Max: 1},
					{Name: "captureGroup", Types: []types.Type{types.Long}, Min: 1, Max: 1},
					{Name: "source", Types: []types.Type{types.String}, Min: 1, Max: 1},
				}, Ret: Return{Type: types.String}},
				{Params: []Param{
					{Name: "regex", Types: []types.Type{types.String}, Min: 1, Max: 1},
					{Name: "captureGroup", Types: []types.Type{types.Long}, Min: 1, Max: 1},
					{Name: "source", Types: []types.Type{types.String}, Min: 1, Max: 1},
					{Name: "typeLiteral", Kind: TypeLiteral, Min: 1, Max: 1, Const: true},
				}, Ret: Return{Rule: TypeArg}},
			},
			Kernel: extractKernel,
			Check:  checkPattern(0),
		},
		{
			Name: "extract_all",
			Doc:  "Returns the capture groups of all matches of a regular expression.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "regex", Types: []types.Type{types.String}, Min: 1, Max: 1},
					{Name: "source", Types: []types.Type{types.String}, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Dynamic}},
				{Params: []Param{
					{Name: "regex", Types: []types.Type{types.String}, Min: 1, Max: 1},
					{Name: "captureGroups", Kind: Array, Min: 1, Max: 1},
					{Name: "source", Types: []types.Type{types.String}, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Dynamic}},
			},
			Kernel: extractAllKernel,
			Check:  checkExtractAll,
		},
		{
			Name: "extractall",
			Doc:  "Returns the capture groups of all matches of a regular expression.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "regex", Types: []types.Type{types.String}, Min: 1, Max: 1},
					{Name: "source", Types: []types.Type{types.String}, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Dynamic}},
				{Params: []Param{
					{Name: "regex", Types: []types.Type{types.String}, Min: 1, Max: 1},
					{Name: "captureGroups", Kind: Array, Min: 1, Max: 1},
					{Name: "source", Types: []types.Type{types.String}, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Dynamic}},
			},
			Obsolete: "extract_all",
			Hidden:   true,
			Kernel:   extractAllKernel,
			Check:    checkExtractAll,
		},
		{
			Name: "indexof_regex",
			Doc:  "Returns the position of a regular expression's match, or -1.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "string", Kind: Scalar, Min: 1, Max: 1},
					{Name: "match", Kind: Scalar, Min: 1, Max: 1},
					{Name: "start", Kind: Integer, Max: 1},
					{Name: "length", Kind: Integer, Max: 1},
					{Name: "occurrence", Kind: Integer, Max: 1},
				}, Ret: Return{Type: types.Long}},
			},
			Kernel: indexofRegexKernel,
			Check:  checkPattern(1),
		},
		{
			Name: "regex_quote",
			Doc:  "Escapes a string for use in a regular expression.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "string", Kind: Scalar, Min: 1, Max: 1},
				}, Ret: Return{Type: types.String}},
			},
			Kernel: always(regexp.QuoteMeta),
		},
		{
			Name: "replace",
			Doc:  "Replaces every match of a regular expression.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "regex", Types: []types.Type{types.String}, Min: 1, Max: 1},
					{Name: "rewrite", Types: []types.Type{types.String}, Min: 1, Max: 1},
					{Name: "source", Types: []types.Type{types.String}, Min: 1, Max: 1},
				}, Ret: Return{Type: types.String}},
			},
			Obsolete: "replace_regex or replace_string",
			Hidden:   true,
			Kernel:   replaceRegexKernel(2, 0, 1),
			Check:    checkPattern(0),
		},
		{
			Name: "replace_regex",
			Doc:  "Replaces every match of a regular expression.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "source", Types: []types.Type{types.String}, Min: 1, Max: 1},
					{Name: "lookup_regex", Types: []types.Type{types.String}, Min: 1, Max: 1},
					{Name: "rewrite_pattern", Types: []types.Type{types.String}, Min: 1, Max: 1},
				}, Ret: Return{Type: types.String}},
			},
			Kernel: replaceRegexKernel(0, 1, 2),
			Check:  checkPattern(1),
		},
		{
			Name: "trim",
			Doc:  "Removes one match of a regular expression at either end.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "regex", Types: []types.Type{types.String}, Min: 1, Max: 1},
					{Name: "source", Types: []types.Type{types.String}, Min: 1, Max: 1},
				}, Ret: Return{Type: types.String}},
			},
			Kernel: trimKernel(true, true),
			Check:  checkPattern(0),
		},
		{
			Name: "trim_start",
			Doc:  "Removes one match of a regular expression at the start.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "regex", Types: []types.Type{types.String}, Min: 1, Max: 1},
					{Name: "source", Types: []types.Type{types.String}, Min: 1, Max: 1},
				}, Ret: Return{Type: types.String}},
			},
			Kernel: trimKernel(true, false),
			Check:  checkPattern(0),
		},
		{
			Name: "trim_end",
			Doc:  "Removes one match of a regular expression at the end.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "regex", Types: []types.Type{types.String}, Min: 1, Max: 1},
					{Name: "source", Types: []types.Type{types.String}, Min: 1, Max: 1},
				}, Ret: Return{Type: types.String}},
			},
			Kernel: trimKernel(false, true),
			Check:  checkPattern(0),
		},
	}
}
