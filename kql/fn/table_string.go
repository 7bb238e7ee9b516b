package fn

import (
	"strings"
	"unicode/utf8"

	"github.com/azflow/azflow/kql/types"
)

// stringFuncs returns the string functions.
func stringFuncs() []Func {
	return []Func{
		{
			Name: "strcat",
			Doc:  "Joins the text of its arguments.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "arg", Kind: Scalar, Min: 1, Max: 64},
				}, Ret: Return{Type: types.String}},
			},
			Examples: []Example{
				{"strcat(\"a\", 1, true)", "\"a1True\""},
				{"strcat(\"x\", tostring(int(null)))", "\"x\""},
			},
			Kernel: strcatKernel,
		},
		{
			Name: "strcat_delim",
			Doc:  "Joins the text of its arguments with a delimiter between.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "delimiter", Kind: Scalar, Min: 1, Max: 1},
					{Name: "arg", Kind: Scalar, Min: 2, Max: 64},
				}, Ret: Return{Type: types.String}},
			},
			Examples: []Example{
				{"strcat_delim(\"-\", 1, \"a\", 2s)", "\"1-a-00:00:02\""},
			},
			Kernel: strcatDelimKernel,
		},
		{
			Name: "strcmp",
			Doc:  "Compares two strings: -1, 0 or 1.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "s1", Kind: Scalar, Min: 1, Max: 1},
					{Name: "s2", Kind: Scalar, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Long}},
			},
			Examples: []Example{
				{"strcmp(\"abc\", \"ABC\")", "1"},
				{"strcmp(\"a\", \"a\")", "0"},
			},
			Kernel: always2(func(a, b string) int64 { return int64(strings.Compare(a, b)) }),
		},
		{
			Name: "strrep",
			Doc:  "Repeats a value, with an optional delimiter between.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "value", Kind: Scalar, Min: 1, Max: 1},
					{Name: "multiplier", Types: []types.Type{types.Long}, Min: 1, Max: 1},
					{Name: "delimiter", Kind: Scalar, Max: 1},
				}, Ret: Return{Type: types.String}},
			},
			Examples: []Example{
				{"strrep(\"ab\", 3)", "\"ababab\""},
				{"strrep(\"ab\", 2, \"-\")", "\"ab-ab\""},
			},
			Kernel: strrepKernel,
		},
		{
			Name: "strlen",
			Doc:  "Returns the length of a string in characters.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "string", Kind: StringOrDynamic, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Long}},
			},
			Naming: NameAndFirstArg,
			Examples: []Example{
				{"strlen(\"naïve\")", "5"},
				{"strlen(\"\")", "0"},
			},
			Kernel: always(func(s string) int64 { return int64(utf8.RuneCountInString(s)) }),
		},
		{
			Name: "string_size",
			Doc:  "Returns the length of a string in bytes of UTF-8.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "string", Kind: StringOrDynamic, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Long}},
			},
			Naming: NameAndFirstArg,
			Examples: []Example{
				{"string_size(\"naïve\")", "6"},
			},
			Kernel: always(func(s string) int64 { return int64(len(s)) }),
		},
		{
			Name: "toupper",
			Doc:  "Converts to upper case.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "value", Kind: Scalar, Min: 1, Max: 1},
				}, Ret: Return{Type: types.String}},
			},
			Examples: []Example{
				{"toupper(\"Größe\")", "\"GRÖßE\""},
			},
			Kernel: always(strings.ToUpper),
		},
		{
			Name: "tolower",
			Doc:  "Converts to lower case.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "value", Kind: Scalar, Min: 1, Max: 1},
				}, Ret: Return{Type: types.String}},
			},
			Examples: []Example{
				{"tolower(\"ABC\")", "\"abc\""},
			},
			Kernel: always(strings.ToLower),
		},
		{
			Name: "substring",
			Doc:  "Returns the part of a string from a start position, of at most the given length.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "string", Kind: Scalar, Min: 1, Max: 1},
					{Name: "start", Kind: Integer, Min: 1, Max: 1},
					{Name: "length", Kind: Integer, Max: 1},
				}, Ret: Return{Type: types.String}},
			},
			Examples: []Example{
				{"substring(\"123456\", 1, 2)", "\"23\""},
				{"substring(\"123456\", -2)", "\"56\""},
			},
			Kernel: substringKernel,
		},
		{
			Name: "indexof",
			Doc:  "Returns the position of a string in another, or -1.",
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
				{"indexof(\"segregate\", \"g\")", "2"},
				{"indexof(\"segregate\", \"g\", 3)", "5"},
				{"indexof(\"abc\", \"x\")", "-1"},
				{"indexof(\"abcabc\", \"c\", 0, 4, 2)", "5"},
				{"indexof(\"abcabc\", \"c\", 0, 2, 2)", "-1"},
			},
			Kernel: indexofKernel,
		},
		{
			Name: "reverse",
			Doc:  "Returns the characters of a string in reverse order.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "value", Kind: Scalar, Min: 1, Max: 1},
				}, Ret: Return{Type: types.String}},
			},
			Examples: []Example{
				{"reverse(\"kusto\")", "\"otsuk\""},
			},
			Kernel: always(reverse),
		},
		{
			Name: "split",
			Doc:  "Splits a string at a delimiter into an array, or returns one part of it as an array of one.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "source", Kind: Scalar, Min: 1, Max: 1},
					{Name: "delimiter", Types: []types.Type{types.String}, Min: 1, Max: 1},
					{Name: "requestedIndex", Kind: Integer, Max: 1},
				}, Ret: Return{Type: types.Dynamic}},
			},
			Naming: FirstArgName,
			Examples: []Example{
				{"split(\"a_b_c\", \"_\")", "dynamic([\"a\",\"b\",\"c\"])"},
				{"split(\"a_b_c\", \"_\", 1)", "dynamic([\"b\"])"},
			},
			Kernel: splitKernel,
		},
		{
			Name: "replace_string",
			Doc:  "Replaces every occurrence of a string.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "text", Types: []types.Type{types.String}, Min: 1, Max: 1},
					{Name: "lookup", Types: []types.Type{types.String}, Min: 1, Max: 1},
					{Name: "rewrite", Types: []types.Type{types.String}, Min: 1, Max: 1},
				}, Ret: Return{Type: types.String}},
			},
			Examples: []Example{
				{"replace_string(\"a-b-c\", \"-\", \"+\")", "\"a+b+c\""},
			},
			Kernel: replaceStringKernel,
		},
		{
			Name: "replace_strings",
			Doc:  "Replaces every occurrence of each of several strings.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "text", Types: []types.Type{types.String}, Min: 1, Max: 1},
					{Name: "lookups", Kind: Array, Min: 1, Max: 1},
					{Name: "rewrites", Kind: Array, Min: 1, Max: 1},
				}, Ret: Return{Type: types.String}},
			},
			Examples: []Example{
				{"replace_strings(\"cat and dog\", dynamic([\"cat\", \"dog\"]), dynamic([\"dog\", \"cat\"]))", "\"dog and cat\""},
			},
			Kernel: replaceStringsKernel,
		},
		{
			Name: "translate",
			Doc:  "Replaces characters of one set by those at the same place in another.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "searchList", Types: []types.Type{types.String}, Min: 1, Max: 1},
					{Name: "replacementList", Types: []types.Type{types.String}, Min: 1, Max: 1},
					{Name: "source", Types: []types.Type{types.String}, Min: 1, Max: 1},
				}, Ret: Return{Type: types.String}},
			},
			Examples: []Example{
				{"translate(\"abc\", \"xyz\", \"cab\")", "\"zxy\""},
				{"translate(\"krasp\", \"otsku\", \"spark\")", "\"kusto\""},
			},
			Kernel: map3(translate),
		},
		{
			Name: "countof",
			Doc:  "Counts how often a string or a regular expression occurs.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "source", Types: []types.Type{types.String}, Min: 1, Max: 1},
					{Name: "search", Types: []types.Type{types.String}, Min: 1, Max: 1},
					{Name: "kind", Types: []types.Type{types.String}, Max: 1},
				}, Ret: Return{Type: types.Long}},
			},
			Examples: []Example{
				{"countof(\"aaa\", \"aa\")", "2"},
				{"countof(\"abcabc\", \"a.c\", \"regex\")", "2"},
			},
			Kernel: countofKernel,
		},
		{
			Name: "unicode_codepoints_from_string",
			Doc:  "Returns the code points of a string as an array.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "value", Kind: Scalar, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Dynamic}},
			},
			Examples: []Example{
				{"unicode_codepoints_from_string(\"Aé\")", "dynamic([65,233])"},
			},
			Kernel: always(codepoints),
		},
		{
			Name: "to_utf8",
			Doc:  "Returns the code points of a string as an array.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "value", Kind: Scalar, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Dynamic}},
			},
			Obsolete: "unicode_codepoints_from_string",
			Hidden:   true,
			Kernel:   always(codepoints),
		},
		{
			Name: "unicode_codepoints_to_string",
			Doc:  "Returns the string of the given code points.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "value", Kind: IntegerOrArray, Min: 1, Max: Unbounded},
				}, Ret: Return{Type: types.String}},
			},
			Examples: []Example{
				{"unicode_codepoints_to_string(75, dynamic([117, 115]))", "\"Kus\""},
			},
			Kernel: fromCodepointsKernel,
		},
		{
			Name: "make_string",
			Doc:  "Returns the string of the given code points.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "value", Kind: IntegerOrArray, Min: 1, Max: Unbounded},
				}, Ret: Return{Type: types.String}},
			},
			Obsolete: "unicode_codepoints_to_string",
			Hidden:   true,
			Kernel:   fromCodepointsKernel,
		},
		{
			Name: "isascii",
			Doc:  "Reports whether a string holds ASCII characters only.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "value", Kind: Scalar, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Bool}},
			},
			Examples: []Example{
				{"isascii(\"abc\")", "true"},
				{"isascii(\"é\")", "false"},
			},
			Kernel: always(isASCII),
		},
		{
			Name: "isutf8",
			Doc:  "Reports whether a string is valid UTF-8.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "value", Kind: Scalar, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Bool}},
			},
			Examples: []Example{
				{"isutf8(\"é\")", "true"},
			},
			Kernel: always(utf8.ValidString),
		},
		{
			Name: "has_any_index",
			Doc:  "Returns the position in the array of the first term that the source has, or -1.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "source", Kind: StringOrDynamic, Min: 1, Max: 1},
					{Name: "values", Kind: Array, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Long}},
			},
			Examples: []Example{
				{"has_any_index(\"this is it\", dynamic([\"that\", \"is\"]))", "1"},
			},
			Kernel: hasAnyIndexKernel,
		},
		{
			Name: "tohex",
			Doc:  "Writes an integer in hexadecimal, padded with zeros to a minimal length.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "value", Kind: Integer, Min: 1, Max: 1},
					{Name: "minLength", Kind: Integer, Max: 1},
				}, Ret: Return{Type: types.String}},
			},
			Naming: FirstArgName,
			Examples: []Example{
				{"tohex(256)", "\"100\""},
				{"tohex(-256)", "\"ffffffffffffff00\""},
				{"tohex(10, 4)", "\"000a\""},
			},
			Kernel: tohexKernel,
		},
		{
			Name: "format_bytes",
			Doc:  "Writes a number of bytes with a unit.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "size", Kind: Number, Min: 1, Max: 1},
					{Name: "precision", Kind: Number, Max: 1},
					{Name: "format", Types: []types.Type{types.String}, Max: 1},
				}, Ret: Return{Type: types.String}},
			},
			Naming: FirstArgName,
			Examples: []Example{
				{"format_bytes(564)", "\"564 Bytes\""},
				{"format_bytes(20010332, 2)", "\"19.08 MB\""},
				{"format_bytes(20010332, 0, \"KB\")", "\"19541 KB\""},
			},
			Kernel: formatBytesKernel,
		},
		{
			Name: "punycode_to_string",
			Doc:  "Decodes Punycode.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "string", Types: []types.Type{types.String}, Min: 1, Max: 1},
				}, Ret: Return{Type: types.String}},
			},
			Examples: []Example{
				{"punycode_to_string(\"acadmie-eya\")", "\"académie\""},
			},
			Kernel: map1(fromPunycode),
		},
		{
			Name: "punycode_from_string",
			Doc:  "Encodes as Punycode.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "string", Types: []types.Type{types.String}, Min: 1, Max: 1},
				}, Ret: Return{Type: types.String}},
			},
			Examples: []Example{
				{"punycode_from_string(\"académie\")", "\"acadmie-eya\""},
			},
			Kernel: map1(toPunycode),
		},
		{
			Name: "punycode_domain_from_string",
			Doc:  "Encodes the labels of a domain name as Punycode.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "string", Types: []types.Type{types.String}, Min: 1, Max: 1},
				}, Ret: Return{Type: types.String}},
			},
			Examples: []Example{
				{"punycode_domain_from_string(\"xn--bcher-kva.de\")", "\"bücher.de\""},
			},
			Kernel: map1(fromPunycodeDomain),
		},
		{
			Name: "punycode_domain_to_string",
			Doc:  "Decodes the Punycode labels of a domain name.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "string", Types: []types.Type{types.String}, Min: 1, Max: 1},
				}, Ret: Return{Type: types.String}},
			},
			Examples: []Example{
				{"punycode_domain_to_string(\"Bücher.de\")", "\"xn--Bcher-kva.de\""},
			},
			Kernel: map1(toPunycodeDomain),
		},
	}
}
