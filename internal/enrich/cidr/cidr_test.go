package cidr

import (
	"net/netip"
	"slices"
	"testing"
)

func TestTheNarrowestBlockComesFirst(t *testing.T) {
	var table Table[string]
	for _, s := range []string{"10.0.0.0/8", "10.1.0.0/16", "10.1.2.0/24", "10.1.2.3/32", "0.0.0.0/0", "fd00::/8", "fd00:1::/32"} {
		table.Put(netip.MustParsePrefix(s), s)
	}
	for addr, want := range map[string][]string{
		"10.1.2.3":     {"10.1.2.3/32", "10.1.2.0/24", "10.1.0.0/16", "10.0.0.0/8", "0.0.0.0/0"},
		"10.1.9.9":     {"10.1.0.0/16", "10.0.0.0/8", "0.0.0.0/0"},
		"192.0.2.1":    {"0.0.0.0/0"},
		"fd00:1::5":    {"fd00:1::/32", "fd00::/8"},
		"2001:db8::17": nil,
	} {
		var got []string
		table.All(netip.MustParseAddr(addr), func(_ netip.Prefix, v string) bool { got = append(got, v); return true })
		if !slices.Equal(got, want) {
			t.Errorf("%s lies in %v, want %v", addr, got, want)
		}
		v, ok := table.Find(netip.MustParseAddr(addr))
		if ok != (want != nil) || ok && v != want[0] {
			t.Errorf("%s: found %q, %v", addr, v, ok)
		}
	}
	if _, ok := table.Find(netip.Addr{}); ok {
		t.Error("no address lies in a block")
	}
	if v, ok := table.Get(netip.MustParsePrefix("10.1.0.0/16")); !ok || v != "10.1.0.0/16" || table.Len() != 7 {
		t.Errorf("got %q, %v of %d", v, ok, table.Len())
	}
}
