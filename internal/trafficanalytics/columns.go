// Package trafficanalytics merges flow tuples into the rows of Azure Traffic
// Analytics: one row for all tuples of an interval, NIC and flow log that agree
// in everything but time and source port.
//
// Rows are additive. What [Aggregator] makes of a part of the tuples is a
// partial row; [Merger] adds partial rows of the same key up to the row that
// all tuples together give, in any order and grouping. A row is known by
// ItemHi and ItemLo, the halves of a hash of its key.
package trafficanalytics

import (
	"slices"
	"strings"

	"github.com/azflow/azflow/internal/batch"
)

// Role is how a column's values of partial rows become one.
type Role uint8

// The roles.
const (
	Key     Role = iota + 1 // part of the key: the same in all of them
	Depends                 // follows from the key: any one of them that is not empty
	Sum                     // added
	Min                     // the smallest
	Max                     // the largest
	Port                    // the one port of a set of one, else null: united with that of Ports
	Ports                   // a set of several ports as text, bars between them, else "": united
)

// A Column is a stored column of NTANetAnalytics.
type Column struct {
	Name string
	Kind batch.Kind
	Role Role
	// From is the column of Flows that a Key or Depends column is made of; ""
	// for what the merge counts itself.
	From string
	// Map makes the column's text of From's; nil takes it as it is.
	Map func(string) string
	// Bool makes a bool of From's text; nil takes From's number as it is.
	Bool func(string) bool
	// Nullable is set on numbers that may be null.
	Nullable bool
}

// Columns returns the stored columns of NTANetAnalytics, in the order in which
// segments hold them. Columns that follow from others are not stored: the
// catalogue makes them when a query asks.
func Columns() []Column { return slices.Clone(columns) }

// columns holds the key of MS Learn "Traffic analytics schema and data
// aggregation" (addresses, destination port, group, rule, direction, protocol)
// with the capturing NIC, the flow log and both ends' owners.
var columns = []Column{
	{Name: "ItemHi", Kind: batch.Int64, Role: Key},
	{Name: "ItemLo", Kind: batch.Int64, Role: Key},
	{Name: "TimeGenerated", Kind: batch.Time, Role: Key},
	{Name: "IntervalSeconds", Kind: batch.Int64, Role: Key},
	{Name: "TimeProcessed", Kind: batch.Time, Role: Max},
	{Name: "FlowStartTime", Kind: batch.Time, Role: Min},
	{Name: "FlowEndTime", Kind: batch.Time, Role: Max},

	{Name: "SrcIp", Kind: batch.Text, Role: Key, From: "SrcIp"},
	{Name: "DestIp", Kind: batch.Text, Role: Key, From: "DestIp"},
	{Name: "SrcIp4", Kind: batch.Uint32, Role: Depends, From: "SrcIp4", Nullable: true},
	{Name: "DestIp4", Kind: batch.Uint32, Role: Depends, From: "DestIp4", Nullable: true},
	{Name: "SrcPublic", Kind: batch.Bool, Role: Depends, From: "SrcPublic"},
	{Name: "DestPublic", Kind: batch.Bool, Role: Depends, From: "DestPublic"},
	{Name: "DestPort", Kind: batch.Int32, Role: Key, From: "DestPort", Nullable: true},
	{Name: "L4Protocol", Kind: batch.Text, Role: Key, From: "L4Protocol"},
	{Name: "FlowDirection", Kind: batch.Text, Role: Key, From: "FlowDirection"},
	{Name: "FlowStatus", Kind: batch.Text, Role: Key, From: "FlowStatus"},
	{Name: "FlowEncryption", Kind: batch.Text, Role: Key, From: "FlowEncryption", Map: Encryption},
	{Name: "MacAddress", Kind: batch.Text, Role: Key, From: "MacAddress"},
	{Name: "AclGroup", Kind: batch.Text, Role: Key, From: "AclGroup", Map: ShortID},
	{Name: "AclRule", Kind: batch.Text, Role: Key, From: "AclRule", Map: Rule},
	{Name: "TargetResourceId", Kind: batch.Text, Role: Key, From: "TargetResourceId", Map: ShortID},
	{Name: "FlowLogResourceId", Kind: batch.Text, Role: Key, From: "FlowLogResourceId", Map: ShortID},
	{Name: "FlowLogType", Kind: batch.Text, Role: Key, From: "FlowLogType"},
	{Name: "SrcVm", Kind: batch.Text, Role: Key, From: "SrcVm"},
	{Name: "DestVm", Kind: batch.Text, Role: Key, From: "DestVm"},
	{Name: "SrcNic", Kind: batch.Text, Role: Key, From: "SrcNic"},
	{Name: "DestNic", Kind: batch.Text, Role: Key, From: "DestNic"},
	{Name: "SrcSubnet", Kind: batch.Text, Role: Key, From: "SrcSubnet"},
	{Name: "DestSubnet", Kind: batch.Text, Role: Key, From: "DestSubnet"},

	{Name: "TargetResourceType", Kind: batch.Text, Role: Depends, From: "TargetResourceId", Map: ResourceType},
	{Name: "FlowType", Kind: batch.Text, Role: Depends, From: "FlowType"},
	{Name: "FlowTypeReason", Kind: batch.Text, Role: Depends, From: "FlowTypeReason"},
	{Name: "L7Protocol", Kind: batch.Text, Role: Depends, From: "L7Protocol"},
	{Name: "IsFlowCapturedAtUdrHop", Kind: batch.Bool, Role: Depends, From: "CaptureRole", Bool: transit},
	{Name: "IsHealthProbe", Kind: batch.Bool, Role: Depends, From: "IsHealthProbe"},
	{Name: "CaptureNic", Kind: batch.Text, Role: Depends, From: "CaptureNic"},
	{Name: "CaptureVm", Kind: batch.Text, Role: Depends, From: "CaptureVm"},
	{Name: "CaptureRole", Kind: batch.Text, Role: Depends, From: "CaptureRole"},
	{Name: "SrcRegion", Kind: batch.Text, Role: Depends, From: "SrcRegion"},
	{Name: "DestRegion", Kind: batch.Text, Role: Depends, From: "DestRegion"},
	{Name: "SrcSubscription", Kind: batch.Text, Role: Depends, From: "SrcSubscription"},
	{Name: "DestSubscription", Kind: batch.Text, Role: Depends, From: "DestSubscription"},
	{Name: "SrcTenantId", Kind: batch.Text, Role: Depends, From: "SrcTenantId"},
	{Name: "DestTenantId", Kind: batch.Text, Role: Depends, From: "DestTenantId"},
	{Name: "SrcApplicationGateway", Kind: batch.Text, Role: Depends, From: "SrcApplicationGateway"},
	{Name: "DestApplicationGateway", Kind: batch.Text, Role: Depends, From: "DestApplicationGateway"},
	{Name: "SrcLoadBalancer", Kind: batch.Text, Role: Depends, From: "SrcLoadBalancer"},
	{Name: "DestLoadBalancer", Kind: batch.Text, Role: Depends, From: "DestLoadBalancer"},
	{Name: "SrcLoadBalancerRole", Kind: batch.Text, Role: Depends, From: "SrcLoadBalancerRole"},
	{Name: "DestLoadBalancerRole", Kind: batch.Text, Role: Depends, From: "DestLoadBalancerRole"},
	{Name: "SrcExpressRouteCircuit", Kind: batch.Text, Role: Depends, From: "SrcExpressRouteCircuit"},
	{Name: "DestExpressRouteCircuit", Kind: batch.Text, Role: Depends, From: "DestExpressRouteCircuit"},
	{Name: "SrcLocalNetworkGateway", Kind: batch.Text, Role: Depends, From: "SrcLocalNetworkGateway"},
	{Name: "DestLocalNetworkGateway", Kind: batch.Text, Role: Depends, From: "DestLocalNetworkGateway"},
	{Name: "SrcNetworkGroups", Kind: batch.Text, Role: Depends, From: "SrcNetworkGroups"},
	{Name: "DestNetworkGroups", Kind: batch.Text, Role: Depends, From: "DestNetworkGroups"},
	{Name: "SrcPrivateEndpoint", Kind: batch.Text, Role: Depends, From: "SrcPrivateEndpoint"},
	{Name: "DestPrivateEndpoint", Kind: batch.Text, Role: Depends, From: "DestPrivateEndpoint"},
	{Name: "SrcPrivateLink", Kind: batch.Text, Role: Depends, From: "SrcPrivateLink"},
	{Name: "DestPrivateLink", Kind: batch.Text, Role: Depends, From: "DestPrivateLink"},
	{Name: "SrcConnectionName", Kind: batch.Text, Role: Depends, From: "SrcConnectionName"},
	{Name: "DestConnectionName", Kind: batch.Text, Role: Depends, From: "DestConnectionName"},
	{Name: "SrcGatewayVnet", Kind: batch.Text, Role: Depends, From: "SrcGatewayVnet"},
	{Name: "DestGatewayVnet", Kind: batch.Text, Role: Depends, From: "DestGatewayVnet"},
	{Name: "ConnectionType", Kind: batch.Text, Role: Depends, From: "ConnectionType"},
	{Name: "SrcCountry", Kind: batch.Text, Role: Depends, From: "SrcCountry"},
	{Name: "DestCountry", Kind: batch.Text, Role: Depends, From: "DestCountry"},
	{Name: "SrcServiceTag", Kind: batch.Text, Role: Depends, From: "SrcServiceTag"},
	{Name: "DestServiceTag", Kind: batch.Text, Role: Depends, From: "DestServiceTag"},
	{Name: "SrcTagRegion", Kind: batch.Text, Role: Depends, From: "SrcTagRegion"},
	{Name: "DestTagRegion", Kind: batch.Text, Role: Depends, From: "DestTagRegion"},
	{Name: "SrcVmResourceId", Kind: batch.Text, Role: Depends, From: "SrcVmResourceId"},
	{Name: "DestVmResourceId", Kind: batch.Text, Role: Depends, From: "DestVmResourceId"},
	{Name: "SrcAttribution", Kind: batch.Text, Role: Depends, From: "SrcAttribution"},
	{Name: "DestAttribution", Kind: batch.Text, Role: Depends, From: "DestAttribution"},
	{Name: "SrcMiss", Kind: batch.Text, Role: Depends, From: "SrcMiss"},
	{Name: "DestMiss", Kind: batch.Text, Role: Depends, From: "DestMiss"},

	{Name: "SrcPortOne", Kind: batch.Int32, Role: Port, Nullable: true},
	{Name: "SrcPortSet", Kind: batch.Text, Role: Ports},
	{Name: "RecordCount", Kind: batch.Int64, Role: Sum},
	{Name: "AllowedInFlows", Kind: batch.Int64, Role: Sum},
	{Name: "DeniedInFlows", Kind: batch.Int64, Role: Sum},
	{Name: "AllowedOutFlows", Kind: batch.Int64, Role: Sum},
	{Name: "DeniedOutFlows", Kind: batch.Int64, Role: Sum},
	{Name: "CompletedFlows", Kind: batch.Int64, Role: Sum},
	{Name: "FlowsWithoutCounters", Kind: batch.Int64, Role: Sum},
	{Name: "PacketsSrcToDest", Kind: batch.Int64, Role: Sum},
	{Name: "PacketsDestToSrc", Kind: batch.Int64, Role: Sum},
	{Name: "BytesSrcToDest", Kind: batch.Int64, Role: Sum},
	{Name: "BytesDestToSrc", Kind: batch.Int64, Role: Sum},
	{Name: "PacketsSrcToDestRepeated", Kind: batch.Int64, Role: Sum},
	{Name: "PacketsDestToSrcRepeated", Kind: batch.Int64, Role: Sum},
	{Name: "BytesSrcToDestRepeated", Kind: batch.Int64, Role: Sum},
	{Name: "BytesDestToSrcRepeated", Kind: batch.Int64, Role: Sum},
}

// indexOf returns the position of the stored column called name.
func indexOf(name string) int {
	return slices.IndexFunc(columns, func(c Column) bool { return c.Name == name })
}

// Fields returns the columns as a segment's fields.
func Fields() []batch.Field { return slices.Clone(fields) }

var fields = func() []batch.Field {
	fs := make([]batch.Field, len(columns))
	for i, c := range columns {
		fs[i] = batch.Field{Name: c.Name, Kind: c.Kind, Nullable: c.Nullable}
	}
	return fs
}()

// ShortID turns an ARM resource ID into the form Traffic Analytics shows, in
// lower case: subscription/resourcegroup/name, with a nested resource's name
// after it. Any other text (the GUID of an NSG, a network group) comes back in
// lower case.
func ShortID(id string) string {
	id = strings.ToLower(id)
	p := strings.Split(strings.Trim(id, "/"), "/")
	if len(p) < 8 || p[0] != "subscriptions" || p[2] != "resourcegroups" || p[4] != "providers" {
		return id
	}
	short := []string{p[1], p[3]}
	for i := 7; i < len(p); i += 2 {
		short = append(short, p[i])
	}
	return strings.Join(short, "/")
}

// ResourceType returns what a flow log's target is, in the words of real rows:
// VirtualNetwork, Subnet or NetworkInterface; "" for anything else.
func ResourceType(id string) string {
	id = strings.ToLower(id)
	switch {
	case strings.Contains(id, "/networkinterfaces/"):
		return "NetworkInterface"
	case strings.Contains(id, "/subnets/"):
		return "Subnet"
	case strings.Contains(id, "/virtualnetworks/"):
		return "VirtualNetwork"
	}
	return ""
}

// Rule returns a rule's name as real rows have it: lower case, without
// DefaultRule_ and UserRule_.
func Rule(rule string) string {
	rule = strings.ToLower(rule)
	for _, prefix := range []string{"defaultrule_", "userrule_"} {
		if name, ok := strings.CutPrefix(rule, prefix); ok && name != "" {
			return name
		}
	}
	return rule
}

// encryptions are the words of Traffic Analytics for what flow logs write.
// MS Learn: "Traffic analytics schema and data aggregation", FlowEncryption.
var encryptions = map[string]string{
	"X":                   "Encrypted",
	"NX":                  "Unencrypted",
	"NX_HW_NOT_SUPPORTED": "Unsupported hardware",
	"NX_SW_NOT_READY":     "Software not ready",
	"NX_NOT_ACCEPTED":     "Drop due to no encryption",
	"NX_NOT_SUPPORTED":    "Discovery not supported",
	"NX_LOCAL_DST":        "Destination on same host",
	"NX_FALLBACK":         "Fall back to no encryption",
}

// Encryption returns Traffic Analytics' words for a flow encryption as logged;
// an unknown value stays as it is.
func Encryption(logged string) string {
	if words, ok := encryptions[logged]; ok {
		return words
	}
	return logged
}

// transit tells whether a capture is one at a user-defined route's next hop.
func transit(role string) bool { return role == "Transit" }
