package inventory

import (
	"cmp"
	"strings"
	"time"
)

// Kind says how something was observed.
type Kind string

// The kinds of observations.
const (
	List   Kind = "list"   // one of a list that shows all there was in its resource group
	Show   Kind = "show"   // a resource by itself
	Seen   Kind = "seen"   // a part of a resource, with no word on the rest of it
	Write  Kind = "write"  // the activity log's answer to a change
	Delete Kind = "delete" // the activity log's word that it is gone

	// kindMade is as a resource was when it was made, by what is known of it later.
	kindMade Kind = "made"
)

// An Observation is one resource as one file showed it.
type Observation struct {
	Time   time.Time // when it was so: of the event, or of the file; UTC, microseconds
	Kind   Kind
	Type   string // last part of the resource type, lower case; or one of the types below
	ID     ID     // of the resource
	Tenant string // Entra tenant, if the file tells
	Body   string // JSON, keys as the file spells them; "" of a Delete
	Source string // name of the file
	// Taken is when the lake took it in, in µs since 1970; 0 before that.
	Taken int64

	// Of what listings showed again and again: those from first to last, of which the
	// first was at Time.
	in          *chain
	first, last int
	list        *listing // of a kindAgain: the listing that it is
}

// Types of what is no resource.
const (
	typeRoute = "route of a circuit" // az network express-route list-route-tables
	typeSite  = "site"               // sites CSV
	typeLabel = "label"              // labels CSV
	typeTag   = "service tag"
	// TypeSighting is a NIC's address as flow logs show it; see [Sighting].
	TypeSighting = "sighting"
)

// kept are the types that are taken in, with what their IDs hold where other
// providers use the same word; others are counted and left.
var kept = map[string]string{
	"networkinterfaces": "", "virtualmachines": "", "virtualmachinescalesets": "", "virtualnetworks": "", "subnets": "",
	"networksecuritygroups": "", "loadbalancers": "", "routetables": "", "publicipaddresses": "", "privateendpoints": "",
	"applicationgateways": "", "expressroutecircuits": "", "virtualnetworkgateways": "", "localnetworkgateways": "",
	"connections": "/microsoft.network/connections/", "azurefirewalls": "", "flowlogs": "", "virtualnetworkpeerings": "",
	"networkgroups": "/networkmanagers/", "staticmembers": "/networkmanagers/", "networkgroupmemberships": "",
	"rulecollections": "/securityadminconfigurations/", "rules": "/securityadminconfigurations/",
}

// keeps reports whether a resource is of a type that is taken in.
func keeps(id ID) bool {
	holds, ok := kept[typeOf(id)]
	return ok && strings.Contains(id, holds)
}

// rank orders observations of one instant: an end comes before a beginning,
// and an event before a list that may be a little older than its file.
var rank = map[Kind]int{Delete: 0, kindMade: 1, List: 1, Show: 2, kindAgain: 2, Seen: 3, Write: 4}

// compare orders observations by time.
func compare(a, b *Observation) int {
	return cmp.Or(a.Time.Compare(b.Time), rank[a.Kind]-rank[b.Kind], strings.Compare(a.Source, b.Source), strings.Compare(a.ID, b.ID), strings.Compare(a.Body, b.Body))
}
