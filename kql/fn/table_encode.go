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
