package fn

import (
	"github.com/azflow/azflow/kql/types"
)

// parseFuncs returns the functions that read structured text.
func parseFuncs() []Func {
	return []Func{
		{
			Name: "parse_json",
			Doc:  "Reads JSON text.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "json_text", Kind: StringOrDynamic, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Dynamic}},
			},
			Naming: FirstArgName,
			Examples: []Example{
				{"parse_json(\"{\\\"a\\\": [1, 2.5]}\")", "dynamic({\"a\":[1,2.5]})"},
				{"parse_json(\"no json\")", "dynamic(\"no json\")"},
			},
			Kernel: jsonKernel,
		},
		{
			Name: "parsejson",
			Doc:  "Reads JSON text.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "json_text", Kind: StringOrDynamic, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Dynamic}},
			},
			Naming:   FirstArgName,
			Obsolete: "parse_json",
			Hidden:   true,
			Kernel:   jsonKernel,
		},
		{
			Name: "parse_csv",
			Doc:  "Splits a line of comma separated values into an array.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "csv_text", Kind: StringOrDynamic, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Dynamic}},
			},
			Naming: FirstArgName,
			Examples: []Example{
				{"parse_csv(\"aa,\\\"b,b\\\",cc\")", "dynamic([\"aa\",\"b,b\",\"cc\"])"},
			},
			Kernel: map1(parseCSV),
		},
		{
			Name: "parse_xml",
			Doc:  "Reads XML text into a bag.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "xml_text", Kind: StringOrDynamic, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Dynamic}},
			},
			Naming: FirstArgName,
			Examples: []Example{
				{"parse_xml(\"<a x=\\\"1\\\"><b>2</b></a>\")", "dynamic({\"a\":{\"@x\":\"1\",\"b\":\"2\"}})"},
			},
			Kernel: map1(parseXML),
		},
		{
			Name: "parse_url",
			Doc:  "Splits a URL into its parts.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "url", Types: []types.Type{types.String}, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Dynamic}},
			},
			Examples: []Example{
				{"parse_url(\"https://u:p@host:8080/a/b?k=v#top\")", "dynamic({\"Scheme\":\"https\",\"Host\":\"host\",\"Port\":\"8080\",\"Path\":\"/a/b\",\"Username\":\"u\",\"Password\":\"p\",\"Query Parameters\":{\"k\":\"v\"},\"Fragment\":\"top\"})"},
			},
			Kernel: always(parseURL),
		},
		{
			Name: "parseurl",
			Doc:  "Splits a URL into its parts.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "url", Types: []types.Type{types.String}, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Dynamic}},
			},
			Obsolete: "parse_url",
			Hidden:   true,
			Kernel:   always(parseURL),
		},
		{
			Name: "parse_urlquery",
			Doc:  "Splits the query of a URL into its parameters.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "query", Types: []types.Type{types.String}, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Dynamic}},
			},
			Examples: []Example{
				{"parse_urlquery(\"k1=v1&k2=v2\")", "dynamic({\"Query Parameters\":{\"k1\":\"v1\",\"k2\":\"v2\"}})"},
			},
			Kernel: always(parseURLQuery),
		},
		{
			Name: "parseurlquery",
			Doc:  "Splits the query of a URL into its parameters.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "query", Types: []types.Type{types.String}, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Dynamic}},
			},
			Obsolete: "parse_urlquery",
			Hidden:   true,
			Kernel:   always(parseURLQuery),
		},
		{
			Name: "parse_path",
			Doc:  "Splits a file path into its parts.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "path", Types: []types.Type{types.String}, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Dynamic}},
			},
			Examples: []Example{
				{"parse_path(\"C:\\\\temp\\\\file.txt\")", "dynamic({\"Scheme\":\"\",\"RootPath\":\"C:\",\"DirectoryPath\":\"C:\\\\temp\",\"DirectoryName\":\"temp\",\"Filename\":\"file.txt\",\"Extension\":\"txt\",\"AlternateDataStreamName\":\"\"})"},
			},
			Kernel: always(parsePath),
		},
		{
			Name: "parse_user_agent",
			Doc:  "Reads a user agent string.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "user_agent", Types: []types.Type{types.String}, Min: 1, Max: 1},
					{Name: "look_for", Kind: StringOrArray, Max: 1},
				}, Ret: Return{Type: types.Dynamic}},
			},
			Unverified: true,
			Kernel:     userAgentKernel,
		},
		{
			Name: "parse_version",
			Doc:  "Reads a version number into a comparable decimal.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "version", Types: []types.Type{types.String}, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Decimal}},
			},
			Examples: []Example{
				{"parse_version(\"1.2.3.4\") > parse_version(\"1.2.3\")", "true"},
			},
			Kernel: map1(parseVersion),
		},
		{
			Name: "parse_command_line",
			Doc:  "Splits a Windows command line into its arguments.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "command", Kind: Scalar, Min: 1, Max: 1},
					{Name: "parser", Types: []types.Type{types.String}, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Dynamic}},
			},
			Examples: []Example{
				{"parse_command_line(\"echo \\\"hello world!\\\"\", \"windows\")", "dynamic([\"echo\",\"hello world!\"])"},
			},
			Kernel: map2(parseCommandLine),
		},
		{
			Name: "extract_json",
			Doc:  "Returns the element of JSON text that a path leads to.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "jsonPath", Types: []types.Type{types.String}, Min: 1, Max: 1},
					{Name: "jsonText", Types: []types.Type{types.String}, Min: 1, Max: 1},
				}, Ret: Return{Type: types.String}},
				{Params: []Param{
					{Name: "jsonPath", Types: []types.Type{types.String}, Min: 1, Max: 1},
					{Name: "jsonText", Types: []types.Type{types.String}, Min: 1, Max: 1},
					{Name: "type", Kind: TypeLiteral, Min: 1, Max: 1, Const: true},
				}, Ret: Return{Rule: TypeArg}},
			},
			Examples: []Example{
				{"extract_json(\"$.a[1]\", \"{\\\"a\\\": [1, 2]}\", typeof(long))", "2"},
			},
			Kernel: extractJSONKernel,
		},
		{
			Name: "extractjson",
			Doc:  "Returns the element of JSON text that a path leads to.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "jsonPath", Types: []types.Type{types.String}, Min: 1, Max: 1},
					{Name: "jsonText", Types: []types.Type{types.String}, Min: 1, Max: 1},
				}, Ret: Return{Type: types.String}},
				{Params: []Param{
					{Name: "jsonPath", Types: []types.Type{types.String}, Min: 1, Max: 1},
					{Name: "jsonText", Types: []types.Type{types.String}, Min: 1, Max: 1},
					{Name: "type", Kind: TypeLiteral, Min: 1, Max: 1, Const: true},
				}, Ret: Return{Rule: TypeArg}},
			},
			Examples: []Example{
				{"extractjson(\"$.a[1]\", \"{\\\"a\\\": [1, 2]}\", typeof(long))", "2"},
			},
			Kernel: extractJSONKernel,
		},
		{
			Name: "dynamic_to_json",
			Doc:  "Writes a dynamic value as JSON text with its keys sorted.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "dynamic", Kind: Scalar, Min: 1, Max: 1},
				}, Ret: Return{Type: types.String}},
			},
			Examples: []Example{
				{"dynamic_to_json(dynamic({\"b\": 1, \"a\": [2]}))", "\"{\\\"a\\\":[2],\\\"b\\\":1}\""},
			},
			Kernel: lax(func(r *row) types.Value {
				if r.args[0] == nil {
					return ""
				}
				return string(types.AppendJSON(nil, types.SortKeys(r.args[0])))
			}, types.Dynamic),
		},
	}
}
