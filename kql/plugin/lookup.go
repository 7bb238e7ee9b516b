package plugin

import (
	"slices"

	"github.com/azflow/azflow/kql/bind"
)

// lookupPlugins add the columns of a table of networks.
func lookupPlugins() []Plugin {
	return []Plugin{
		{
			Name: "ipv4_lookup", Summary: "Adds the columns of the networks that hold an IPv4 address; without return_unmatched, rows without a network are dropped.",
			Syntax: "T | evaluate ipv4_lookup(Networks, Address, Network [, ExtraKey, …] [, return_unmatched])",
			Params: []Param{
				{Name: "LookupTable", Kind: Table, Min: 1},
				{Name: "SourceIPv4Key", Kind: Column, Min: 1},
				{Name: "IPv4LookupKey", Kind: LookupColumn, Min: 1},
				{Name: "ExtraKey", Kind: CommonColumn, Max: many},
				{Name: "return_unmatched", Kind: Bool},
			},
			columns: lookupColumns,
		},
		{
			Name: "ipv6_lookup", Summary: "Adds the columns of the networks that hold an IPv6 or IPv4 address.",
			Syntax: "T | evaluate ipv6_lookup(Networks, Address, Network [, return_unmatched])",
			Params: []Param{
				{Name: "LookupTable", Kind: Table, Min: 1},
				{Name: "SourceIPv6Key", Kind: Column, Min: 1},
				{Name: "IPv6LookupKey", Kind: LookupColumn, Min: 1},
				{Name: "return_unmatched", Kind: Bool},
			},
			columns: lookupColumns,
		},
		geoLookup("geo_polygon_lookup", "Adds the columns of the polygons that a point lies in, or is near to.", "LookupPolygonKey",
			"T | evaluate geo_polygon_lookup(Polygons, Polygon, Longitude, Latitude [, radius] [, return_unmatched] [, lookup_area_radius] [, return_lookup_key])", 0),
		geoLookup("geo_line_lookup", "Adds the columns of the lines that a point is near to.", "LookupLineKey",
			"T | evaluate geo_line_lookup(Lines, Line, Longitude, Latitude, radius [, return_unmatched] [, lookup_area_radius] [, return_lookup_key])", 1),
	}
}

// geoLookup is a lookup by place; leastRadius says how often a radius must be
// given.
func geoLookup(name, summary, key, syntax string, leastRadius int) Plugin {
	return Plugin{
		Name: name, Summary: summary, Syntax: syntax,
		Params: []Param{
			{Name: "LookupTable", Kind: Table, Min: 1},
			{Name: key, Kind: LookupColumn, Min: 1},
			{Name: "SourceLongitude", Kind: Scalar, Min: 1},
			{Name: "SourceLatitude", Kind: Scalar, Min: 1},
			{Name: "radius", Kind: Constant, Min: leastRadius},
			{Name: "return_unmatched", Kind: Bool},
			{Name: "lookup_area_radius", Kind: Constant},
			{Name: "return_lookup_key", Kind: Bool},
		},
		columns: func(c *call) ([]bind.Column, bool) {
			withKey := false
			for _, a := range c.get("return_lookup_key") {
				if k, ok := a.value.Constant(); ok && k == true {
					withKey = true
				}
			}
			cols, open := slices.Clone(c.in.Columns), c.in.Open
			for _, a := range c.get("LookupTable") {
				columns := a.table.Columns
				if !withKey {
					columns = without(columns, c.referenced(key))
				}
				cols = append(cols, columns...)
				open = open || a.table.Open
			}
			return bind.MakeUnique(cols), open
		},
	}
}

// lookupColumns are the input's columns, then those of the table but its extra
// keys; names that are taken get a number.
func lookupColumns(c *call) ([]bind.Column, bool) {
	cols := slices.Clone(c.in.Columns)
	extra := map[string]bool{}
	for _, k := range c.referenced("ExtraKey") {
		extra[k.Name] = true
	}
	open := c.in.Open
	for _, a := range c.get("LookupTable") {
		for _, x := range a.table.Columns {
			if !extra[x.Name] {
				cols = append(cols, x)
			}
		}
		open = open || a.table.Open
	}
	return bind.MakeUnique(cols), open
}
