// Package geoip tells where on the internet an address is, by MaxMind's
// databases: GeoLite2 or GeoIP2, City or Country, and ASN.
package geoip

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"sync/atomic"

	"github.com/oschwald/maxminddb-golang/v2"
)

// A DB answers from a city (or country) and an AS database, either of which may
// be absent. It is safe for concurrent use. A nil DB knows no address.
type DB struct {
	city, asn *maxminddb.Reader
	damage    atomic.Pointer[error]
}

// A Place is where an address is, as far as the database says.
type Place struct {
	Country   string // ISO 3166-1, two letters
	Name      string // of the country, in English
	State     string
	City      string
	Located   bool // Latitude and Longitude are known
	Latitude  float64
	Longitude float64
}

// Open opens the databases at the given paths; ” is none. A file that is no
// database of the kind it was given for is an error that names it; one that is
// not there is an error that wraps fs.ErrNotExist. Close the DB after use.
func Open(city, asn string) (*DB, error) {
	var d DB
	for _, x := range []struct {
		path  string
		to    **maxminddb.Reader
		kinds []string
	}{{city, &d.city, []string{"City", "Country", "Enterprise"}}, {asn, &d.asn, []string{"ASN", "ISP"}}} {
		if x.path == "" {
			continue
		}
		r, err := open(x.path, x.kinds)
		if err != nil {
			return nil, errors.Join(err, d.Close())
		}
		*x.to = r
	}
	return &d, nil
}

func open(path string, kinds []string) (*maxminddb.Reader, error) {
	r, err := maxminddb.Open(path)
	var invalid maxminddb.InvalidDatabaseError
	if errors.As(err, &invalid) {
		return nil, fmt.Errorf("%s is no MaxMind database (.mmdb), or is damaged: %w", path, err)
	}
	if err != nil {
		return nil, fmt.Errorf("open MaxMind database: %w", err)
	}
	kind := r.Metadata.DatabaseType // "GeoLite2-City", "DBIP-City-Lite"
	for _, k := range kinds {
		if strings.Contains(kind, k) {
			return r, nil
		}
	}
	return nil, errors.Join(fmt.Errorf("%s is a database of the type %s; one of the types %s is needed here", path, kind, strings.Join(kinds, ", ")), r.Close())
}

// Close ends the use of the databases.
func (d *DB) Close() error {
	var err error
	for _, r := range []*maxminddb.Reader{d.city, d.asn} {
		if r != nil {
			err = errors.Join(err, r.Close())
		}
	}
	return err
}

// record is what is read of a city or country database. Any part may be missing.
type record struct {
	Country           country `maxminddb:"country"`
	RegisteredCountry country `maxminddb:"registered_country"`
	Subdivisions      []names `maxminddb:"subdivisions"`
	City              names   `maxminddb:"city"`
	Location          struct {
		Latitude  *float64 `maxminddb:"latitude"`
		Longitude *float64 `maxminddb:"longitude"`
	} `maxminddb:"location"`
}

type names struct {
	Names struct {
		English string `maxminddb:"en"`
	} `maxminddb:"names"`
}

type country struct {
	ISO   string `maxminddb:"iso_code"`
	Names struct {
		English string `maxminddb:"en"`
	} `maxminddb:"names"`
}

// Place returns where an address is; false if that is not known. The country is
// where the address is used, else where it is registered.
func (d *DB) Place(a netip.Addr) (Place, bool) {
	var r record
	if d == nil || !d.lookup(d.city, a, &r) {
		return Place{}, false
	}
	c := r.Country
	if c.ISO == "" {
		c = r.RegisteredCountry
	}
	p := Place{Country: c.ISO, Name: c.Names.English, City: r.City.Names.English}
	if len(r.Subdivisions) > 0 {
		p.State = r.Subdivisions[0].Names.English
	}
	if l := r.Location; l.Latitude != nil && l.Longitude != nil {
		p.Located, p.Latitude, p.Longitude = true, *l.Latitude, *l.Longitude
	}
	return p, true
}

// A System is an autonomous system.
type System struct {
	Number int64
	Name   string // of who runs it; may be ''
}

// System returns the autonomous system that announces an address; false if that
// is not known.
func (d *DB) System(a netip.Addr) (System, bool) {
	var r struct {
		Number       uint32 `maxminddb:"autonomous_system_number"`
		Organization string `maxminddb:"autonomous_system_organization"`
	}
	if d == nil || !d.lookup(d.asn, a, &r) {
		return System{}, false
	}
	return System{int64(r.Number), r.Organization}, r.Number != 0
}

// lookup reads what r has about a into v. Nothing stops at a damaged part of a
// database: its addresses are not known, and Err tells.
func (d *DB) lookup(r *maxminddb.Reader, a netip.Addr, v any) bool {
	if r == nil || !a.IsValid() {
		return false
	}
	res := r.Lookup(a.Unmap())
	err := res.Err()
	if err == nil && res.Found() {
		if err = res.Decode(v); err == nil {
			return true
		}
	}
	if err != nil {
		err = fmt.Errorf("%s database, address %v: %w", r.Metadata.DatabaseType, a, err)
		d.damage.CompareAndSwap(nil, &err)
	}
	return false
}

// Err returns the first fault that a lookup met, nil if there was none.
func (d *DB) Err() error {
	if d == nil {
		return nil
	}
	if err := d.damage.Load(); err != nil {
		return *err
	}
	return nil
}
