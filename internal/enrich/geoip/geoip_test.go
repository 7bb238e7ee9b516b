package geoip

import (
	"errors"
	"io/fs"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/maxmind/mmdbwriter"
	"github.com/maxmind/mmdbwriter/mmdbtype"
)

// write makes a database of the given type.
func write(t *testing.T, kind string, rows map[string]mmdbtype.Map) string {
	t.Helper()
	w, err := mmdbwriter.New(mmdbwriter.Options{DatabaseType: kind, IncludeReservedNetworks: true})
	if err != nil {
		t.Fatal(err)
	}
	for cidr, row := range rows {
		_, network, err := net.ParseCIDR(cidr)
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Insert(network, row); err != nil {
			t.Fatal(err)
		}
	}
	path := filepath.Join(t.TempDir(), kind+".mmdb")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.WriteTo(f); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

func english(name string) mmdbtype.Map {
	return mmdbtype.Map{"names": mmdbtype.Map{"en": mmdbtype.String(name), "de": mmdbtype.String("falsch")}}
}

func cities(t *testing.T) string {
	t.Helper()
	australia := english("Australia")
	australia["iso_code"] = mmdbtype.String("AU")
	return write(t, "GeoLite2-City", map[string]mmdbtype.Map{
		"203.0.113.0/24": {
			"country": australia, "city": english("Sydney"), "subdivisions": mmdbtype.Slice{english("New South Wales"), english("Cumberland")},
			"location": mmdbtype.Map{"latitude": mmdbtype.Float64(-33.8715), "longitude": mmdbtype.Float64(151.2006)},
		},
		"198.51.100.0/24": {"registered_country": australia},
		"2001:db8::/32":   {"country": australia, "location": mmdbtype.Map{"latitude": mmdbtype.Float64(0)}},
		"192.0.2.0/24":    {"country": mmdbtype.String("not a map")},
	})
}

func systems(t *testing.T) string {
	t.Helper()
	return write(t, "GeoLite2-ASN", map[string]mmdbtype.Map{
		"1.128.0.0/11":   {"autonomous_system_number": mmdbtype.Uint32(1221), "autonomous_system_organization": mmdbtype.String("Telstra Pty Ltd")},
		"203.0.113.0/24": {"autonomous_system_number": mmdbtype.Uint32(4294967295)},
	})
}

func open2(t *testing.T, city, asn string) *DB {
	t.Helper()
	d, err := Open(city, asn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	return d
}

func TestAnAddressHasAPlaceAndASystem(t *testing.T) {
	d := open2(t, cities(t), systems(t))
	for ip, want := range map[string]Place{
		"203.0.113.9":        {Country: "AU", Name: "Australia", State: "New South Wales", City: "Sydney", Located: true, Latitude: -33.8715, Longitude: 151.2006},
		"::ffff:203.0.113.9": {Country: "AU", Name: "Australia", State: "New South Wales", City: "Sydney", Located: true, Latitude: -33.8715, Longitude: 151.2006},
		"198.51.100.1":       {Country: "AU", Name: "Australia"}, // where it is registered
		"2001:db8::7":        {Country: "AU", Name: "Australia"}, // half a position is none
	} {
		if got, ok := d.Place(netip.MustParseAddr(ip)); !ok || got != want {
			t.Errorf("%s: %+v, %v; want %+v", ip, got, ok, want)
		}
	}
	for ip, want := range map[string]System{"1.130.0.1": {1221, "Telstra Pty Ltd"}, "203.0.113.9": {4294967295, ""}} {
		if got, ok := d.System(netip.MustParseAddr(ip)); !ok || got != want {
			t.Errorf("%s: %+v, %v; want %+v", ip, got, ok, want)
		}
	}
	if p, ok := d.Place(netip.MustParseAddr("8.8.8.8")); ok {
		t.Errorf("8.8.8.8 is in no database, but at %+v", p)
	}
	if _, ok := d.Place(netip.Addr{}); ok {
		t.Error("no address has a place")
	}
	if err := d.Err(); err != nil {
		t.Error(err)
	}
}

func TestADamagedPartIsToldAndStopsNothing(t *testing.T) {
	d := open2(t, cities(t), "")
	if p, ok := d.Place(netip.MustParseAddr("192.0.2.1")); ok {
		t.Errorf("found %+v", p)
	}
	if err := d.Err(); err == nil || !strings.Contains(err.Error(), "GeoLite2-City database, address 192.0.2.1") {
		t.Errorf("%v does not name the database and the address", err)
	}
	if _, ok := d.Place(netip.MustParseAddr("203.0.113.9")); !ok {
		t.Error("the rest of the database is not read")
	}
}

func TestNoDatabaseKnowsNothing(t *testing.T) {
	var none *DB
	for _, d := range []*DB{none, open2(t, "", "")} {
		if _, ok := d.Place(netip.MustParseAddr("203.0.113.9")); ok {
			t.Error("a place was found")
		}
		if _, ok := d.System(netip.MustParseAddr("203.0.113.9")); ok {
			t.Error("a system was found")
		}
		if err := d.Err(); err != nil {
			t.Error(err)
		}
	}
}

func TestAFileThatIsNoDatabaseIsRefusedByName(t *testing.T) {
	text := filepath.Join(t.TempDir(), "city.mmdb")
	if err := os.WriteFile(text, []byte(strings.Repeat("no database\n", 100)), 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(text, ""); err == nil || !strings.Contains(err.Error(), "city.mmdb is no MaxMind database") {
		t.Errorf("text: %v", err)
	}
	whole, err := os.ReadFile(cities(t))
	if err != nil {
		t.Fatal(err)
	}
	half := filepath.Join(t.TempDir(), "half.mmdb")
	if err := os.WriteFile(half, whole[:len(whole)/2], 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(half, ""); err == nil || !strings.Contains(err.Error(), "half.mmdb is no MaxMind database") {
		t.Errorf("half: %v", err)
	}
	if _, err := Open(systems(t), ""); err == nil || !strings.Contains(err.Error(), "of the type GeoLite2-ASN; one of the types City, Country, Enterprise is needed") {
		t.Errorf("ASN for city: %v", err)
	}
	if _, err := Open("", cities(t)); err == nil || !strings.Contains(err.Error(), "of the type GeoLite2-City; one of the types ASN, ISP") {
		t.Errorf("city for ASN: %v", err)
	}
	if _, err := Open(filepath.Join(t.TempDir(), "none.mmdb"), ""); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
}
