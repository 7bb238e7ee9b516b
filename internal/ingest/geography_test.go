package ingest

import (
	"net/netip"
	"testing"

	"github.com/azflow/azflow/flowlog"
	"github.com/azflow/azflow/internal/enrich/geoip"
)

// counted are databases that count what they are asked.
type counted map[netip.Addr]int

func (c counted) Place(a netip.Addr) (geoip.Place, bool) {
	c[a]++
	return geoip.Place{Country: "NL"}, a.Is4()
}

func (c counted) System(a netip.Addr) (geoip.System, bool) {
	c[a]++
	return geoip.System{Number: 64500, Name: "Example"}, true
}

func TestEachAddressOfTheInternetIsLookedUpOnce(t *testing.T) {
	asked := counted{}
	g := newGeography(asked)
	d := &flowlog.NewDict().Addresses
	var known []traits
	for _, batch := range [][]string{{"10.0.0.4", "203.0.113.9"}, {"203.0.113.9", "10.0.0.4"}, {"203.0.113.9", "2001:db8::1", "168.63.129.16", "198.51.100.7"}, {"198.51.100.7"}} {
		for _, text := range batch {
			id, err := d.ID([]byte(text))
			if err != nil {
				t.Fatal(err)
			}
			if int(id) == len(known) {
				known = append(known, traits(classOf(d.Addr(id))))
			}
		}
		g.learn(d, known)
	}
	for text, want := range map[string]int{"203.0.113.9": 2, "198.51.100.7": 2, "2001:db8::1": 2, "10.0.0.4": 0, "168.63.129.16": 0} {
		if n := asked[netip.MustParseAddr(text)]; n != want {
			t.Errorf("%s was looked up %d times in both databases together, want %d", text, n, want)
		}
	}
	if len(g.country) != d.Len() || len(g.countries.Text) != 2 || len(g.names.Text) != 2 {
		t.Errorf("%d addresses of %d, countries %q, systems %q", len(g.country), d.Len(), g.countries.Text, g.names.Text)
	}
}
