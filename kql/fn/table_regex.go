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
			Examples: []Example{
				{"extract(\"x=([0-9.]+)\", 1, \"hello x=45.6|wo\")", "\"45.6\""},
				{"extract(\"([a-z]+)\", 1, \"123\")", "\"\""},
				{"extract(\"(\\\\d+)\", 1, \"n=42\", typeof(long))", "42"},
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
			Examples: []Example{
				{"extract_all(\"(\\\\w)(\\\\w+)\", \"ab cde\")", "dynamic([[\"a\",\"b\"],[\"c\",\"de\"]])"},
				{"extract_all(\"(\\\\d)\", \"none\")", "dynamic(null)"},
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
			Examples: []Example{
				{"indexof_regex(\"abcabc\", \"a.c\")", "0"},
				{"indexof_regex(\"abcabc\", \"a.c\", 1)", "3"},
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
			Examples: []Example{
				{"regex_quote(\"(so$me.Te^xt)\")", "\"\\\\(so\\\\$me\\\\.Te\\\\^xt\\\\)\""},
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
			Examples: []Example{
				{"replace_regex(\"one two\", \"(\\\\w+)\", \"[\\\\1]\")", "\"[one] [two]\""},
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
			Examples: []Example{
				{"trim(\"-+\", \"--a-b--\")", "\"a-b\""},
				{"trim(\"x\", \"xxaxx\")", "\"xax\""},
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
			Examples: []Example{
				{"trim_start(\"https?://\", \"https://example.org\")", "\"example.org\""},
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
			Examples: []Example{
				{"trim_end(\"[.!]+\", \"Stop!..\")", "\"Stop\""},
			},
			Kernel: trimKernel(false, true),
			Check:  checkPattern(0),
		},
	}
}
