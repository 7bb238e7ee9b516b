package fn

import (
	"testing"

	"github.com/azflow/azflow/kql/types"
)

// call computes one row of a function of constant arguments; the type of each
// follows from its Go type.
func call(t *testing.T, name string, ret types.Type, args ...types.Value) types.Value {
	t.Helper()
	f, ok := LookupScalar(name)
	if !ok || f.Kernel == nil {
		t.Fatalf("%s: no such function", name)
	}
	in := make([]*types.Vector, len(args))
	for i, a := range args {
		in[i] = types.Constant(goType(a), a)
	}
	out := &types.Vector{Type: ret}
	if err := f.Kernel(&Ctx{Now: 637134336000000000}, in, 1, out); err != nil {
		t.Fatalf("%s%v: %v", name, args, err)
	}
	return out.Value(0)
}

func goType(v types.Value) types.Type {
	switch v.(type) {
	case bool:
		return types.Bool
	case int32:
		return types.Int
	case int64:
		return types.Long
	case float64:
		return types.Real
	case string:
		return types.String
	case types.Instant:
		return types.DateTime
	case types.Interval:
		return types.TimeSpan
	case types.UUID:
		return types.GUID
	case types.DecimalValue:
		return types.Decimal
	}
	return types.Dynamic
}

func instant(t *testing.T, s string) types.Instant {
	t.Helper()
	i, ok := types.ParseInstant(s)
	if !ok {
		t.Fatalf("%q is no datetime", s)
	}
	return i
}

func TestKernelsComputeWhatKustoDoes(t *testing.T) {
	type args = []types.Value
	day := types.Interval(types.TicksPerDay)
	list := func(v ...types.Value) types.Value { return v }
	for _, c := range []struct {
		name string
		args args
		ret  types.Type
		want types.Value
	}{
		{"+", args{int64(9223372036854775807), int64(1)}, types.Long, int64(-9223372036854775808)},
		{"/", args{int64(-7), int64(2)}, types.Long, int64(-3)},
		{"/", args{int64(7), int64(0)}, types.Long, nil},
		{"%", args{int64(-7), int64(3)}, types.Long, int64(2)},
		{"%", args{5.5, -3.0}, types.Real, 2.5},
		{"and", args{true, nil}, types.Bool, nil},
		{"!=", args{nil, int64(5)}, types.Bool, true},
		{"==", args{true, "true"}, types.Bool, true},
		{"in", args{int64(5985), list("5985", "5986")}, types.Bool, true},
		{"in~", args{"ABC", "x", "abc"}, types.Bool, true},
		{"has", args{"alpha_beta", "ALPHA"}, types.Bool, true},
		{"has", args{"alphabet", "alpha"}, types.Bool, false},
		{"has", args{"CAFÉ au lait", "café"}, types.Bool, true},
		{"!has", args{"a b", " "}, types.Bool, false},
		{"hasprefix", args{"category", "cat"}, types.Bool, true},
		{"hassuffix", args{"category", "cat"}, types.Bool, false},
		{"between", args{int64(3), int64(3), int64(4)}, types.Bool, true},
		{"bin", args{int64(-7), int64(4)}, types.Long, int64(-8)},
		{"bin", args{instant(t, "2007-03-09"), 30 * day}, types.DateTime, instant(t, "2007-02-14")},
		{"bin_at", args{6.5, 2.5, 7.0}, types.Real, 4.5},
		{"substring", args{"hello", int64(-3), int64(2)}, types.String, "ll"},
		{"indexof", args{"abcabc", "a", int64(1)}, types.Long, int64(3)},
		{"indexof", args{"abc", ""}, types.Long, nil},
		{"trim", args{"x", "xxabcxx"}, types.String, "xabcx"},
		{"replace_regex", args{"one two", `(\w+)`, `[\1]`}, types.String, "[one] [two]"},
		{"tostring", args{1.0}, types.String, "1.0"},
		{"tostring", args{day}, types.String, "1.00:00:00"},
		{"toint", args{"0x1F"}, types.Int, int32(31)},
		{"toint", args{"3.14"}, types.Int, nil},
		{"tobool", args{"yes"}, types.Bool, nil},
		{"tolong", args{instant(t, "1970-01-01")}, types.Long, int64(621355968000000000)},
		{"coalesce", args{"", "b"}, types.String, "b"},
		{"iff", args{nil, int64(1), int64(2)}, types.Long, int64(2)},
		{"log", args{-1.0}, types.Real, nil},
		{"round", args{-2.5}, types.Real, -3.0},
		{"startofweek", args{instant(t, "2020-01-01")}, types.DateTime, instant(t, "2019-12-29")},
		{"endofmonth", args{instant(t, "2020-01-31"), int64(1)}, types.DateTime, instant(t, "2020-02-29T23:59:59.9999999")},
		{"datetime_diff", args{"week", instant(t, "2020-12-31"), instant(t, "2020-01-01")}, types.Real, 52.0},
		{"datetime_add", args{"month", int64(1), instant(t, "2020-01-31")}, types.DateTime, instant(t, "2020-02-29")},
		{"week_of_year", args{instant(t, "2020-12-28")}, types.Int, int32(53)},
		{"format_datetime", args{instant(t, "2020-06-15T13:45:09"), "M/d/yyyy h:mm:ss tt"}, types.String, "6/15/2020 1:45:09 PM"},
		{"format_timespan", args{-day - types.Interval(9000*types.TicksPerSecond), "d.hh:mm:ss"}, types.String, "-1.02:30:00"},
		{"parse_ipv4", args{"192.168.1.1/24"}, types.Long, int64(3232235776)},
		{"parse_ipv6", args{"192.168.255.255/24"}, types.String, "0000:0000:0000:0000:0000:ffff:c0a8:ff00"},
		{"ipv4_is_private", args{"127.0.0.1"}, types.Bool, false},
		{"ipv4_is_private", args{"172.31.255.255"}, types.Bool, true},
		{"ipv4_is_private", args{"not an address"}, types.Bool, nil},
		{"ipv4_is_in_range", args{"10.1.1.64", "10.1.1.0/27"}, types.Bool, false},
		{"ipv4_is_match", args{"192.168.1.1/24", "192.168.1.255"}, types.Bool, true},
		{"has_any_ipv4_prefix", args{"05:04:54 127.0.0.1 GET", "127.0."}, types.Bool, true},
		{"has_ipv4", args{"05:04:54127.0.0.1 GET", "127.0.0.1"}, types.Bool, false},
		{"_index", args{list(int64(1), int64(2)), int64(-1)}, types.Dynamic, int64(2)},
		{"_member", args{bagOf("a", int64(1)), "a"}, types.Dynamic, int64(1)},
		{"parse_json", args{"not json"}, types.Dynamic, "not json"},
		{"array_sum", args{list(int64(1), nil, int64(3))}, types.Real, 4.0},
		{"hash", args{"World"}, types.Long, int64(1846988464401551951)},
		{"make_timespan", args{int64(25), int64(70)}, types.TimeSpan, nil},
		{"base64_encode_fromguid", args{uuid(t, "ae3133f2-6e22-49ae-b06a-16e6a9b212eb")}, types.String, "8jMxriJurkmwahbmqbIS6w=="},
		{"url_encode", args{"https://www.bing.com/hello world"}, types.String, "https%3a%2f%2fwww.bing.com%2fhello+world"},
		{"punycode_domain_to_string", args{"Riðill.org"}, types.String, "xn--Riill-jta.org"},
	} {
		if got := call(t, c.name, c.ret, c.args...); !types.Equal(got, c.want) {
			t.Errorf("%s%v = %v, want %v", c.name, c.args, got, c.want)
		}
	}
}

func uuid(t *testing.T, s string) types.UUID {
	t.Helper()
	g, ok := types.ParseUUID(s)
	if !ok {
		t.Fatalf("%q is no guid", s)
	}
	return g
}

func TestDynamicResultsKeepTheirShape(t *testing.T) {
	for _, c := range []struct {
		name, want string
		args       []types.Value
	}{
		{"split", `["a","","b"]`, []types.Value{"a__b", "_"}},
		{"split", `["bbb"]`, []types.Value{"aaa_bbb_ccc", "_", int64(1)}},
		{"extract_all", `[["a","1"],["b",""]]`, []types.Value{`([a-z])(\d)?`, "a1b"}},
		{"array_split", `[[1,2],[3]]`, []types.Value{[]types.Value{int64(1), int64(2), int64(3)}, int64(2)}},
		{"array_slice", `[2]`, []types.Value{[]types.Value{int64(1), int64(2), int64(3)}, int64(-2), int64(-2)}},
		{"array_sort_desc", `["b","a",null]`, []types.Value{[]types.Value{nil, "a", "b"}}},
		{"set_union", `[1,2,3]`, []types.Value{[]types.Value{int64(1), int64(2)}, []types.Value{int64(2), int64(3)}}},
		{"range", `[1,4,7]`, []types.Value{int64(1), int64(8), int64(3)}},
		{"bag_pack", `{"a":1,"b":null}`, []types.Value{"a", int32(1), "b", nil}},
		{"bag_remove_keys", `{"k":{"p":1}}`, []types.Value{bagOf("k", bagOf("p", int64(1), "q", int64(2))), []types.Value{"$.k.q"}}},
		{"bag_set_key", `{"k":{"p":2}}`, []types.Value{bagOf(), "$.k.p", int64(2)}},
		{"treepath", `["['a']","['a'][0]"]`, []types.Value{bagOf("a", []types.Value{int64(1), int64(2)})}},
		{"ipv4_range_to_cidr_list", `["1.1.128.0/21","1.1.136.0/22","1.1.140.0/24"]`, []types.Value{"1.1.128.0", "1.1.140.255"}},
		{"parse_csv", `["aa","b,b","c \"d\""]`, []types.Value{`aa,"b,b","c ""d"""`}},
		{"parse_command_line", `["echo","hello world!"]`, []types.Value{`echo "hello world!"`, "windows"}},
		{"parse_xml", `{"a":{"@x":"1","b":["2","3"]}}`, []types.Value{`<a x="1"><b>2</b><b>3</b></a>`}},
	} {
		if got := string(types.AppendJSON(nil, call(t, c.name, types.Dynamic, c.args...))); got != c.want {
			t.Errorf("%s%v = %s, want %s", c.name, c.args, got, c.want)
		}
	}
}

func TestChecksRefuseWhatCannotWork(t *testing.T) {
	for name, args := range map[string][]*types.Vector{
		"extract_all":     {types.Constant(types.String, "a"), nil},
		"format_datetime": {nil, types.Constant(types.String, "zzz")},
		"format_timespan": {nil, types.Constant(types.String, "c")},
		"datetime_part":   {types.Constant(types.String, "fortnight"), nil},
		"trim":            {types.Constant(types.String, "(?=x)"), nil},
	} {
		f, _ := LookupScalar(name)
		if f.Check(args) == nil {
			t.Errorf("%s must refuse its constant argument", name)
		}
	}
}

func benchmark(b *testing.B, name string, more ...*types.Vector) {
	f, _ := LookupScalar(name)
	v := types.NewVector(types.String, 2048)
	for i := range v.Strings {
		v.Strings[i] = []string{"10.1.2.3", "192.168.100.200", "8.8.8.8", "172.16.254.1"}[i&3]
	}
	out := &types.Vector{Type: types.Bool}
	args := append([]*types.Vector{v}, more...)
	b.ReportAllocs()
	for b.Loop() {
		if err := f.Kernel(&Ctx{}, args, len(v.Strings), out); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(v.Strings)), "ns/row")
}

func BenchmarkIPv4IsPrivate(b *testing.B) { benchmark(b, "ipv4_is_private") }

func BenchmarkIPv4IsInRange(b *testing.B) {
	benchmark(b, "ipv4_is_in_range", types.Constant(types.String, "10.1.0.0/16"))
}

func BenchmarkHas(b *testing.B) { benchmark(b, "has", types.Constant(types.String, "168")) }
