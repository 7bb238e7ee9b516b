package fn

import (
	"encoding/base64"

	"github.com/azflow/azflow/kql/types"
)

// encodeFuncs returns the encodings and hashes.
func encodeFuncs() []Func {
	return []Func{
		{
			Name: "url_encode",
			Doc:  "Escapes a string for the query of a URL.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "url", Types: []types.Type{types.String}, Min: 1, Max: 1},
				}, Ret: Return{Type: types.String}},
			},
			Examples: []Example{
				{"url_encode(\"a b/c\")", "\"a+b%2fc\""},
			},
			Kernel: always(func(s string) string { return urlEncode(s, "+") }),
		},
		{
			Name: "url_encode_component",
			Doc:  "Escapes a string for a component of a URL.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "url", Types: []types.Type{types.String}, Min: 1, Max: 1},
				}, Ret: Return{Type: types.String}},
			},
			Examples: []Example{
				{"url_encode_component(\"a b/c\")", "\"a%20b%2fc\""},
			},
			Kernel: always(func(s string) string { return urlEncode(s, "%20") }),
		},
		{
			Name: "url_decode",
			Doc:  "Undoes URL escapes.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "encoded_url", Types: []types.Type{types.String}, Min: 1, Max: 1},
				}, Ret: Return{Type: types.String}},
			},
			Examples: []Example{
				{"url_decode(\"a%20b%2fc\")", "\"a b/c\""},
			},
			Kernel: always(urlDecode),
		},
		{
			Name: "base64_encode_tostring",
			Doc:  "Encodes a string as base64.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "string", Types: []types.Type{types.String}, Min: 1, Max: 1},
				}, Ret: Return{Type: types.String}},
			},
			Examples: []Example{
				{"base64_encode_tostring(\"Kusto\")", "\"S3VzdG8=\""},
			},
			Kernel: always(func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }),
		},
		{
			Name: "base64_encodestring",
			Doc:  "Encodes a string as base64.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "string", Types: []types.Type{types.String}, Min: 1, Max: 1},
				}, Ret: Return{Type: types.String}},
			},
			Obsolete: "base64_encode_tostring",
			Hidden:   true,
			Kernel:   always(func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }),
		},
		{
			Name: "base64_decode_tostring",
			Doc:  "Decodes base64 to a string.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "base64_string", Types: []types.Type{types.String}, Min: 1, Max: 1},
				}, Ret: Return{Type: types.String}},
			},
			Examples: []Example{
				{"base64_decode_tostring(\"S3VzdG8=\")", "\"Kusto\""},
			},
			Kernel: map1(decodeBase64Text),
		},
		{
			Name: "base64_decodestring",
			Doc:  "Decodes base64 to a string.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "base64_string", Types: []types.Type{types.String}, Min: 1, Max: 1},
				}, Ret: Return{Type: types.String}},
			},
			Obsolete: "base64_decode_tostring",
			Hidden:   true,
			Kernel:   map1(decodeBase64Text),
		},
		{
			Name: "base64_decode_toarray",
			Doc:  "Decodes base64 to an array of byte values.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "base64_string", Types: []types.Type{types.String}, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Dynamic}},
			},
			Examples: []Example{
				{"base64_decode_toarray(\"S3VzdG8=\")", "dynamic([75,117,115,116,111])"},
			},
			Kernel: map1(decodeBase64Array),
		},
		{
			Name: "base64_encode_fromarray",
			Doc:  "Encodes an array of byte values as base64.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "base64_string_decoded_as_array", Kind: Array, Min: 1, Max: 1},
				}, Ret: Return{Type: types.String}},
			},
			Examples: []Example{
				{"base64_encode_fromarray(dynamic([75, 117]))", "\"S3U=\""},
			},
			Kernel: map1(encodeBase64Array),
		},
		{
			Name: "base64_decode_toguid",
			Doc:  "Decodes base64 to a guid.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "base64_string", Types: []types.Type{types.String}, Min: 1, Max: 1},
				}, Ret: Return{Type: types.GUID}},
			},
			Examples: []Example{
				{"base64_decode_toguid(\"8jMxriJurkmwahbmqbIS6w==\")", "guid(ae3133f2-6e22-49ae-b06a-16e6a9b212eb)"},
			},
			Kernel: map1(decodeBase64GUID),
		},
		{
			Name: "base64_encode_fromguid",
			Doc:  "Encodes a guid as base64.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "guid", Types: []types.Type{types.GUID}, Min: 1, Max: 1},
				}, Ret: Return{Type: types.String}},
			},
			Examples: []Example{
				{"base64_encode_fromguid(guid(ae3133f2-6e22-49ae-b06a-16e6a9b212eb))", "\"8jMxriJurkmwahbmqbIS6w==\""},
			},
			Kernel: always(encodeBase64GUID),
		},
		{
			Name: "zlib_decompress_from_base64_string",
			Doc:  "Decodes base64 and inflates zlib data.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "string", Types: []types.Type{types.String}, Min: 1, Max: 1},
				}, Ret: Return{Type: types.String}},
			},
			Examples: []Example{
				{"zlib_decompress_from_base64_string(\"eJwLSS0uUSguKcrMS1cwNDIGACxqBQ4=\")", "\"Test string 123\""},
			},
			Kernel: zlibIn,
		},
		{
			Name: "zlib_compress_to_base64_string",
			Doc:  "Compresses with zlib and encodes as base64.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "string", Types: []types.Type{types.String}, Min: 1, Max: 1},
				}, Ret: Return{Type: types.String}},
			},
			Examples: []Example{
				{"zlib_decompress_from_base64_string(zlib_compress_to_base64_string(\"text\"))", "\"text\""},
			},
			Kernel: zlibOut,
		},
		{
			Name: "gzip_decompress_from_base64_string",
			Doc:  "Decodes base64 and inflates gzip data.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "string", Types: []types.Type{types.String}, Min: 1, Max: 1},
				}, Ret: Return{Type: types.String}},
			},
			Examples: []Example{
				{"gzip_decompress_from_base64_string(gzip_compress_to_base64_string(\"abc\"))", "\"abc\""},
			},
			Kernel: gzipIn,
		},
		{
			Name: "gzip_compress_to_base64_string",
			Doc:  "Compresses with gzip and encodes as base64.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "string", Types: []types.Type{types.String}, Min: 1, Max: 1},
				}, Ret: Return{Type: types.String}},
			},
			Examples: []Example{
				{"gzip_decompress_from_base64_string(gzip_compress_to_base64_string(\"text\"))", "\"text\""},
			},
			Kernel: gzipOut,
		},
		{
			Name: "__lz4_compress_dynamic_array_to_base64_string",
			Doc:  "Compresses an array with LZ4 and encodes it as base64.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "dynamic", Kind: Array, Min: 1, Max: 1},
				}, Ret: Return{Type: types.String}},
			},
			Hidden: true,
		},
		{
			Name: "hash",
			Doc:  "Returns the xxHash64 of a value, reduced by a modulus if one is given.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "source", Kind: NotDynamic, Min: 1, Max: 1},
					{Name: "mod", Kind: Integer, Max: 1},
				}, Ret: Return{Type: types.Long}},
			},
			Examples: []Example{
				{"hash(\"World\")", "1846988464401551951"},
				{"hash(\"World\", 100)", "51"},
			},
			Kernel: hashKernel,
		},
		{
			Name: "hash_xxhash64",
			Doc:  "Returns the xxHash64 of a value, reduced by a modulus if one is given.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "source", Kind: NotDynamic, Min: 1, Max: 1},
					{Name: "mod", Kind: Integer, Max: 1},
				}, Ret: Return{Type: types.Long}},
			},
			Examples: []Example{
				{"hash_xxhash64(\"World\")", "1846988464401551951"},
			},
			Kernel: hashKernel,
		},
		{
			Name: "hash_sha256",
			Doc:  "Returns the SHA-256 of a value in hexadecimal.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "source", Kind: NotDynamic, Min: 1, Max: 1},
				}, Ret: Return{Type: types.String}},
			},
			Examples: []Example{
				{"hash_sha256(\"World\")", "\"78ae647dc5544d227130a0682a51e30bc7777fbb6d8a8f17007463a3ecd1d524\""},
			},
			Kernel: digestKernel(sha256Sum),
		},
		{
			Name: "hash_md5",
			Doc:  "Returns the MD5 of a value in hexadecimal.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "source", Kind: NotDynamic, Min: 1, Max: 1},
				}, Ret: Return{Type: types.String}},
			},
			Examples: []Example{
				{"hash_md5(\"World\")", "\"f5a7924e621e84c9280a9a27e1bcb7f6\""},
			},
			Kernel: digestKernel(md5Sum),
		},
		{
			Name: "hash_sha1",
			Doc:  "Returns the SHA-1 of a value in hexadecimal.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "source", Kind: NotDynamic, Min: 1, Max: 1},
				}, Ret: Return{Type: types.String}},
			},
			Examples: []Example{
				{"hash_sha1(\"World\")", "\"70c07ec18ef89c5309bbb0937f3a6342411e1fdd\""},
			},
			Kernel: digestKernel(sha1Sum),
		},
		{
			Name: "hash_combine",
			Doc:  "Combines several hashes.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "source", Kind: Scalar, Min: 2, Max: Unbounded},
				}, Ret: Return{Type: types.Long}},
			},
			Kernel:     hashCombineKernel,
			Unverified: true,
		},
		{
			Name: "hash_many",
			Doc:  "Returns one hash of several values.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "source", Kind: NotDynamic, Min: 1, Max: Unbounded},
				}, Ret: Return{Type: types.Long}},
			},
			Kernel:     hashManyKernel,
			Unverified: true,
		},
		{
			Name: "__hash_crc32",
			Doc:  "Returns the CRC-32 of a value.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "source", Kind: NotDynamic, Min: 1, Max: 1},
					{Name: "mod", Kind: Integer, Min: 1, Max: 1},
					{Name: "seed", Kind: Integer, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Long}},
			},
			Hidden: true,
		},
		{
			Name: "__hash_djb2",
			Doc:  "Returns the DJB2 hash of a value.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "source", Kind: NotDynamic, Min: 1, Max: 1},
					{Name: "mod", Kind: Integer, Max: 1},
				}, Ret: Return{Type: types.Long}},
			},
			Hidden: true,
		},
		{
			Name: "__hash_xxh64",
			Doc:  "Returns the seeded xxHash64 of a value.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "source", Kind: NotDynamic, Min: 1, Max: 1},
					{Name: "mod", Kind: Integer, Min: 1, Max: 1},
					{Name: "seed", Kind: Integer, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Long}},
			},
			Hidden: true,
		},
		{
			Name: "__hash_many_crc32",
			Doc:  "Returns one CRC-32 of several values.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "arg", Kind: Scalar, Min: 1, Max: 2},
				}, Ret: Return{Type: types.Long}},
			},
			Hidden: true,
		},
		{
			Name: "estimate_data_size",
			Doc:  "Estimates the bytes that the given columns take.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "column", Kind: Scalar, Min: 1, Max: Unbounded},
				}, Ret: Return{Type: types.Long}},
				{Params: []Param{
					{Name: "column", Kind: Scalar, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Long}},
			},
			Kernel: dataSizeKernel,
		},
	}
}
