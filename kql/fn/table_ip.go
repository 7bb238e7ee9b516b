package fn

import (
	"github.com/azflow/azflow/kql/types"
)

// ipFuncs returns the functions of IP addresses.
func ipFuncs() []Func {
	return []Func{
		{
			Name: "parse_ipv4",
			Doc:  "Reads an IPv4 address, masked by its prefix if it has one, as a number.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "ip", Types: []types.Type{types.String}, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Long}},
			},
			Examples: []Example{
				{"parse_ipv4(\"192.168.1.1/24\")", "3232235776"},
				{"parse_ipv4(\"256.1.1.1\")", "long(null)"},
			},
			Kernel: parseIPv4Kernel,
		},
		{
			Name: "parse_ipv4_mask",
			Doc:  "Reads an IPv4 address and masks it.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "ip", Types: []types.Type{types.String}, Min: 1, Max: 1},
					{Name: "prefix", Types: []types.Type{types.Long}, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Long}},
			},
			Examples: []Example{
				{"parse_ipv4_mask(\"192.168.1.1\", 24)", "3232235776"},
			},
			Kernel: map2(parseIPv4Mask),
		},
		{
			Name: "parse_ipv6",
			Doc:  "Reads an IPv6 or IPv4 address in its full form.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "ip", Types: []types.Type{types.String}, Min: 1, Max: 1},
				}, Ret: Return{Type: types.String}},
			},
			Examples: []Example{
				{"parse_ipv6(\"127.0.0.1\")", "\"0000:0000:0000:0000:0000:ffff:7f00:0001\""},
				{"parse_ipv6(\"fe80::1\")", "\"fe80:0000:0000:0000:0000:0000:0000:0001\""},
			},
			Kernel: map1(parseIPv6),
		},
		{
			Name: "parse_ipv6_mask",
			Doc:  "Reads an IPv6 or IPv4 address and masks it.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "ip", Types: []types.Type{types.String}, Min: 1, Max: 1},
					{Name: "prefix", Types: []types.Type{types.Long}, Min: 1, Max: 1},
				}, Ret: Return{Type: types.String}},
			},
			Examples: []Example{
				{"parse_ipv6_mask(\"fe80::85d:e82c:9446:7994\", 120)", "\"fe80:0000:0000:0000:085d:e82c:9446:7900\""},
			},
			Kernel: map2(parseIPv6Mask),
		},
		{
			Name: "ipv4_compare",
			Doc:  "Compares two IPv4 addresses under the smallest of their prefixes: -1, 0 or 1.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "ip1", Types: []types.Type{types.String}, Min: 1, Max: 1},
					{Name: "ip2", Types: []types.Type{types.String}, Min: 1, Max: 1},
					{Name: "prefix", Types: []types.Type{types.Long}, Max: 1},
				}, Ret: Return{Type: types.Long}},
			},
			Examples: []Example{
				{"ipv4_compare(\"192.168.1.1\", \"192.168.1.2\")", "-1"},
				{"ipv4_compare(\"192.168.1.1/24\", \"192.168.1.255\")", "0"},
			},
			Kernel: ip4CompareKernel(false),
		},
		{
			Name: "ipv4_is_match",
			Doc:  "Reports whether two IPv4 addresses are equal under the smallest of their prefixes.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "ip1", Types: []types.Type{types.String}, Min: 1, Max: 1},
					{Name: "ip2", Types: []types.Type{types.String}, Min: 1, Max: 1},
					{Name: "prefix", Types: []types.Type{types.Long}, Max: 1},
				}, Ret: Return{Type: types.Bool}},
			},
			Examples: []Example{
				{"ipv4_is_match(\"192.168.1.1/24\", \"192.168.1.255\")", "true"},
				{"ipv4_is_match(\"10.0.0.1\", \"10.0.0.2\")", "false"},
			},
			Kernel: ip4CompareKernel(true),
		},
		{
			Name: "ipv6_compare",
			Doc:  "Compares two IPv6 or IPv4 addresses under the smallest of their prefixes: -1, 0 or 1.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "ip1", Types: []types.Type{types.String}, Min: 1, Max: 1},
					{Name: "ip2", Types: []types.Type{types.String}, Min: 1, Max: 1},
					{Name: "prefix", Types: []types.Type{types.Long}, Max: 1},
				}, Ret: Return{Type: types.Long}},
			},
			Examples: []Example{
				{"ipv6_compare(\"fe80::1\", \"fe80::2\")", "-1"},
			},
			Kernel: ip6CompareKernel(false),
		},
		{
			Name: "ipv6_is_match",
			Doc:  "Reports whether two IPv6 or IPv4 addresses are equal under the smallest of their prefixes.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "ip1", Types: []types.Type{types.String}, Min: 1, Max: 1},
					{Name: "ip2", Types: []types.Type{types.String}, Min: 1, Max: 1},
					{Name: "prefix", Types: []types.Type{types.Long}, Max: 1},
				}, Ret: Return{Type: types.Bool}},
			},
			Examples: []Example{
				{"ipv6_is_match(\"192.168.1.1/24\", \"192.168.1.255\")", "true"},
			},
			Kernel: ip6CompareKernel(true),
		},
		{
			Name: "ipv4_is_private",
			Doc:  "Reports whether an IPv4 address belongs to a private network.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "ip", Types: []types.Type{types.String}, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Bool}},
			},
			Examples: []Example{
				{"ipv4_is_private(\"10.1.2.3\")", "true"},
				{"ipv4_is_private(\"127.0.0.1\")", "false"},
				{"ipv4_is_private(\"nonsense\")", "bool(null)"},
			},
			Kernel: isPrivateKernel,
		},
		{
			Name: "ipv4_is_in_range",
			Doc:  "Reports whether an IPv4 address lies in a network.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "ip", Types: []types.Type{types.String}, Min: 1, Max: 1},
					{Name: "ip_range", Types: []types.Type{types.String}, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Bool}},
			},
			Examples: []Example{
				{"ipv4_is_in_range(\"10.1.1.8\", \"10.1.1.0/27\")", "true"},
				{"ipv4_is_in_range(\"10.1.1.64\", \"10.1.1.0/27\")", "false"},
				{"ipv4_is_in_range(\"nonsense\", \"10.1.1.0/27\")", "bool(null)"},
			},
			Kernel: isInRangeKernel,
		},
		{
			Name: "ipv4_is_in_any_range",
			Doc:  "Reports whether an IPv4 address lies in one of several networks.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "ip", Kind: StringOrDynamic, Min: 1, Max: 1},
					{Name: "ranges", Types: []types.Type{types.String}, Min: 1, Max: Unbounded},
				}, Ret: Return{Type: types.Bool}},
				{Params: []Param{
					{Name: "ip", Kind: StringOrDynamic, Min: 1, Max: 1},
					{Name: "ranges", Kind: Array, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Bool}},
			},
			Examples: []Example{
				{"ipv4_is_in_any_range(\"192.168.1.6\", \"10.0.0.0/8\", \"192.168.1.0/24\")", "true"},
				{"ipv4_is_in_any_range(\"8.8.8.8\", dynamic([\"10.0.0.0/8\"]))", "false"},
			},
			Kernel: anyRange4Kernel,
		},
		{
			Name: "ipv6_is_in_range",
			Doc:  "Reports whether an IPv6 address lies in a network.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "ip", Types: []types.Type{types.String}, Min: 1, Max: 1},
					{Name: "ip_range", Types: []types.Type{types.String}, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Bool}},
			},
			Examples: []Example{
				{"ipv6_is_in_range(\"fe80::1\", \"fe80::/10\")", "true"},
			},
			Kernel: map2(isInRangeIPv6),
		},
		{
			Name: "ipv6_is_in_any_range",
			Doc:  "Reports whether an IPv6 address lies in one of several networks.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "ip", Kind: StringOrDynamic, Min: 1, Max: 1},
					{Name: "ranges", Types: []types.Type{types.String}, Min: 1, Max: Unbounded},
				}, Ret: Return{Type: types.Bool}},
				{Params: []Param{
					{Name: "ip", Kind: StringOrDynamic, Min: 1, Max: 1},
					{Name: "ranges", Kind: Array, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Bool}},
			},
			Examples: []Example{
				{"ipv6_is_in_any_range(\"fe80::1\", \"2001:db8::/32\", \"fe80::/10\")", "true"},
			},
			Kernel: anyRangeKernel(isInRangeIPv6),
		},
		{
			Name: "ipv4_netmask_suffix",
			Doc:  "Returns the length of an IPv4 address's prefix.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "ip", Types: []types.Type{types.String}, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Long}},
			},
			Examples: []Example{
				{"ipv4_netmask_suffix(\"192.168.1.1/24\")", "24"},
				{"ipv4_netmask_suffix(\"192.168.1.1\")", "32"},
			},
			Kernel: netmaskSuffixKernel,
		},
		{
			Name: "__ipv6_lookup_ranges",
			Doc:  "Returns which of the ranges hold the address.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "ip", Kind: StringOrDynamic, Min: 1, Max: 1},
					{Name: "ranges", Kind: Array, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Dynamic}},
			},
			Hidden: true,
			Kernel: lookupRangesKernel,
		},
		{
			Name: "format_ipv4",
			Doc:  "Writes an IPv4 address, masked if a prefix is given.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "ip", Kind: Scalar, Min: 1, Max: 1},
					{Name: "prefix", Types: []types.Type{types.Long}, Max: 1},
				}, Ret: Return{Type: types.String}},
			},
			Examples: []Example{
				{"format_ipv4(\"192.168.1.255\", 24)", "\"192.168.1.0\""},
				{"format_ipv4(3232236031)", "\"192.168.1.255\""},
			},
			Kernel: formatIPv4Kernel(false),
		},
		{
			Name: "format_ipv4_mask",
			Doc:  "Writes an IPv4 address in CIDR notation.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "ip", Kind: Scalar, Min: 1, Max: 1},
					{Name: "prefix", Types: []types.Type{types.Long}, Min: 1, Max: 1},
				}, Ret: Return{Type: types.String}},
			},
			Examples: []Example{
				{"format_ipv4_mask(\"192.168.1.255\", 24)", "\"192.168.1.0/24\""},
			},
			Kernel: formatIPv4Kernel(true),
		},
		{
			Name: "has_ipv4",
			Doc:  "Reports whether a text holds an IPv4 address.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "source", Kind: StringOrDynamic, Min: 1, Max: 1},
					{Name: "ip", Types: []types.Type{types.String}, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Bool}},
			},
			Examples: []Example{
				{"has_ipv4(\"from 127.0.0.1 to\", \"127.0.0.1\")", "true"},
				{"has_ipv4(\"at127.0.0.1\", \"127.0.0.1\")", "false"},
			},
			Kernel: hasIPv4Kernel(false),
		},
		{
			Name: "has_ipv4_prefix",
			Doc:  "Reports whether a text holds an IPv4 address that starts with a prefix.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "source", Kind: StringOrDynamic, Min: 1, Max: 1},
					{Name: "ip_prefix", Types: []types.Type{types.String}, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Bool}},
			},
			Examples: []Example{
				{"has_ipv4_prefix(\"from 127.0.0.1 to\", \"127.0.\")", "true"},
				{"has_ipv4_prefix(\"from 127.0.0.1 to\", \"127.0\")", "false"},
			},
			Kernel: hasIPv4Kernel(true),
		},
		{
			Name: "has_any_ipv4",
			Doc:  "Reports whether a text holds one of several IPv4 addresses.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "source", Kind: StringOrDynamic, Min: 1, Max: 1},
					{Name: "ips", Types: []types.Type{types.String}, Min: 1, Max: Unbounded},
				}, Ret: Return{Type: types.Bool}},
				{Params: []Param{
					{Name: "source", Kind: StringOrDynamic, Min: 1, Max: 1},
					{Name: "ips", Kind: Array, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Bool}},
			},
			Examples: []Example{
				{"has_any_ipv4(\"from 127.0.0.1 to\", dynamic([\"10.0.0.1\", \"127.0.0.1\"]))", "true"},
			},
			Kernel: hasIPv4Kernel(false),
		},
		{
			Name: "has_any_ipv4_prefix",
			Doc:  "Reports whether a text holds an IPv4 address that starts with one of several prefixes.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "source", Kind: StringOrDynamic, Min: 1, Max: 1},
					{Name: "ip_prefixes", Types: []types.Type{types.String}, Min: 1, Max: Unbounded},
				}, Ret: Return{Type: types.Bool}},
				{Params: []Param{
					{Name: "source", Kind: StringOrDynamic, Min: 1, Max: 1},
					{Name: "ip_prefixes", Kind: Array, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Bool}},
			},
			Examples: []Example{
				{"has_any_ipv4_prefix(\"from 127.0.0.1 to\", \"10.\", \"127.\")", "true"},
			},
			Kernel: hasIPv4Kernel(true),
		},
		{
			Name: "ipv4_range_to_cidr_list",
			Doc:  "Returns the networks that together make up a range of IPv4 addresses.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "start_ip", Types: []types.Type{types.String}, Min: 1, Max: 1},
					{Name: "end_ip", Types: []types.Type{types.String}, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Dynamic}},
			},
			Examples: []Example{
				{"ipv4_range_to_cidr_list(\"1.1.128.0\", \"1.1.140.255\")", "dynamic([\"1.1.128.0/21\",\"1.1.136.0/22\",\"1.1.140.0/24\"])"},
			},
			Kernel: map2(rangeToCIDR),
		},
		{
			Name: "geo_info_from_ip_address",
			Doc:  "Returns the country, state, city and position of an address.",
			Sigs: []Sig{
				{Params: []Param{
					{Name: "ip", Types: []types.Type{types.String}, Min: 1, Max: 1},
				}, Ret: Return{Type: types.Dynamic}},
			},
			Kernel: geoIPKernel,
			// The database is known only where the query runs.
			Volatile: true,
		},
	}
}
