package app

import (
	"errors"
	"fmt"
	"io/fs"
	"net/netip"

	"github.com/azflow/azflow/internal/config"
	"github.com/azflow/azflow/internal/enrich/geoip"
	"github.com/azflow/azflow/kql/types"
)

// GeoIP opens MaxMind's databases of the configuration; nil if none is set. A
// file that is not there leaves its columns empty and is a warning; one that is
// no such database is an error.
func GeoIP(cfg *config.Config) (db *geoip.DB, warnings []string, err error) {
	// Each is opened by itself first, so that one that is missing costs only its own columns.
	try := func(setting, city, asn string) (found bool, err error) {
		if city+asn == "" {
			return false, nil
		}
		one, err := geoip.Open(city, asn)
		if errors.Is(err, fs.ErrNotExist) {
			warnings = append(warnings, fmt.Sprintf("%s: there is no file %s; the columns that it fills stay empty", setting, city+asn))
			return false, nil
		}
		if err != nil {
			return false, fmt.Errorf("%s: %w", setting, err)
		}
		return true, one.Close()
	}
	city, asn := cfg.Text("geoip_city"), cfg.Text("geoip_asn")
	if found, err := try("geoip_city", city, ""); err != nil {
		return nil, nil, err
	} else if !found {
		city = ""
	}
	if found, err := try("geoip_asn", "", asn); err != nil {
		return nil, nil, err
	} else if !found {
		asn = ""
	}
	if city+asn == "" {
		return nil, warnings, nil
	}
	db, err = geoip.Open(city, asn)
	return db, warnings, err
}

// geoInfo answers geo_info_from_ip_address. MS Learn: a bag of country, state,
// city, latitude and longitude, as far as they are known; null for an address of
// which nothing is.
func geoInfo(db *geoip.DB, ip string) *types.Bag {
	a, err := netip.ParseAddr(ip)
	if err != nil {
		return nil
	}
	p, ok := db.Place(a)
	if !ok {
		return nil
	}
	b := types.NewBag(5)
	for _, x := range []struct{ key, value string }{{"country", p.Name}, {"state", p.State}, {"city", p.City}} {
		if x.value != "" {
			b.Set(x.key, x.value)
		}
	}
	if p.Located {
		b.Set("latitude", p.Latitude)
		b.Set("longitude", p.Longitude)
	}
	return b
}
