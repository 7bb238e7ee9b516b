package ingest

import (
	"net/netip"

	"github.com/azflow/azflow/flowlog"
	"github.com/azflow/azflow/internal/batch"
	"github.com/azflow/azflow/internal/enrich/geoip"
)

// geographyFields are the columns of Flows that MaxMind's databases fill.
var geographyFields = []batch.Field{
	{Name: "SrcCountry", Kind: batch.Text},
	{Name: "DestCountry", Kind: batch.Text},
	{Name: "SrcAsn", Kind: batch.Int64, Nullable: true},
	{Name: "DestAsn", Kind: batch.Int64, Nullable: true},
	{Name: "SrcAsName", Kind: batch.Text},
	{Name: "DestAsName", Kind: batch.Text},
}

// geography knows where on the internet the addresses of a flowlog.Dict are, by
// their ids. Each is looked up once.
type geography struct {
	db places

	countries, names, numbers *batch.Dict
	country, name, number     []uint32 // by address
	countryAt                 map[string]uint32
	systemAt                  map[geoip.System]uint32
}

// places are MaxMind's databases.
type places interface {
	Place(netip.Addr) (geoip.Place, bool)
	System(netip.Addr) (geoip.System, bool)
}

func newGeography(db places) *geography {
	g := &geography{db: db, countries: &batch.Dict{}, names: &batch.Dict{}, numbers: &batch.Dict{}}
	g.reset()
	return g
}

// reset forgets the addresses of the Dict, which was reset.
func (g *geography) reset() {
	for _, d := range []*batch.Dict{g.countries, g.names, g.numbers} {
		d.Reset()
	}
	g.country, g.name, g.number = g.country[:0], g.name[:0], g.number[:0]
	g.countryAt, g.systemAt = map[string]uint32{"": 0}, map[geoip.System]uint32{}
	// The empty text is at position 0; names and numbers share positions.
	g.countries.Text, g.names.Text, g.numbers.Ints = append(g.countries.Text, ""), append(g.names.Text, ""), append(g.numbers.Ints, 0)
}

// learn takes in the addresses that are new. Those that are not of the internet
// are nowhere.
func (g *geography) learn(a *flowlog.Addresses, known []traits) {
	for id := len(g.country); id < len(known); id++ {
		country, name, number := uint32(0), uint32(0), batch.Null
		if known[id].class() == internet {
			addr := a.Addr(uint32(id))
			if p, ok := g.db.Place(addr); ok {
				country, ok = g.countryAt[p.Country]
				if !ok {
					country = uint32(len(g.countries.Text))
					g.countryAt[p.Country] = country
					g.countries.Text = append(g.countries.Text, p.Country)
				}
			}
			if s, ok := g.db.System(addr); ok {
				at, ok := g.systemAt[s]
				if !ok {
					at = uint32(len(g.names.Text))
					g.systemAt[s] = at
					g.names.Text, g.numbers.Ints = append(g.names.Text, s.Name), append(g.numbers.Ints, s.Number)
				}
				name, number = at, at
			}
		}
		g.country, g.name, g.number = append(g.country, country), append(g.name, name), append(g.number, number)
	}
}

// columns sets the columns of an end whose addresses are given.
func (g *geography) columns(end string, addresses []uint32, set func(string, batch.Column)) {
	via := func(via []uint32, d *batch.Dict) batch.Column {
		return batch.Column{Form: batch.Coded, IDs: addresses, Via: via, Dict: d}
	}
	set(end+"Country", via(g.country, g.countries))
	set(end+"Asn", via(g.number, g.numbers))
	set(end+"AsName", via(g.name, g.names))
}

// about tells where an address of the internet is and whose system announces it.
func (g *geography) about(a netip.Addr) (location, details string) {
	if p, ok := g.db.Place(a); ok {
		location = p.Country
	}
	if s, ok := g.db.System(a); ok {
		details = s.Name
	}
	return location, details
}
