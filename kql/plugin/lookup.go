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
