package query_test

import (
	"context"
	"maps"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/azflow/azflow/internal/flowgen"
	"github.com/azflow/azflow/internal/ingest"
	"github.com/azflow/azflow/internal/inventory"
	"github.com/azflow/azflow/internal/lake"
	"github.com/azflow/azflow/internal/query"
	"github.com/azflow/azflow/internal/source"
	"github.com/azflow/azflow/internal/source/dir"
	"github.com/azflow/azflow/internal/store/duckdb"
	"github.com/azflow/azflow/schema"
)

// An invariant is true of all rows of Azure's table: MS Learn, "Traffic analytics
// schema and data aggregation", and what real rows were seen to be.
type invariant struct {
	name  string
	of    string // rows that it is about
	holds string // of each of them
	// broken is what makes rows wrong, so that the test can be seen to fail.
	broken string
}

const (
	words = `dynamic(["Encrypted", "Unencrypted", "Unsupported hardware", "Software not ready", "Drop due to no encryption", "Discovery not supported", "Destination on same host", "Fall back to no encryption", "", "Unspecified"])`
	// entry has the parts of a list of public addresses as one column each.
	entry = ` | mv-expand E = split(strcat(SrcPublicIps, iff(isempty(SrcPublicIps) or isempty(DestPublicIps), "", " "), DestPublicIps), " ") to typeof(string)
| extend P = split(E, "|")`
	// packed adds up the parts of each row.
	packed = `set azflow_public_ips = 'packed'; NTANetAnalytics | where FlowType in ("AzurePublic", "ExternalPublic") and isnotempty(strcat(SrcPublicIps, DestPublicIps))` + entry + `
| summarize Started = sum(tolong(P[1])), Ended = sum(tolong(P[2])), PacketsOut = sum(tolong(P[3])), PacketsIn = sum(tolong(P[4])), BytesOut = sum(tolong(P[5])), BytesIn = sum(tolong(P[6])),
    take_any(AllowedInFlows, AllowedOutFlows, DeniedInFlows, DeniedOutFlows, CompletedFlows, PacketsSrcToDest, PacketsDestToSrc, BytesSrcToDest, BytesDestToSrc) by _ItemId`
)

// netInvariants are those of NTANetAnalytics, whatever the interval.
var netInvariants = []invariant{
	{"a row is of one interval", `NTANetAnalytics`, `FlowIntervalStartTime == TimeGenerated and FlowIntervalStartTime == bin(FlowIntervalStartTime, FlowIntervalEndTime - FlowIntervalStartTime)`, `extend FlowIntervalStartTime = FlowIntervalStartTime + 1m`},
	{"flows lie in it", `NTANetAnalytics`, `FlowEndTime >= FlowIntervalStartTime and FlowEndTime < FlowIntervalEndTime and FlowStartTime <= FlowEndTime and (FlowStartTime >= FlowIntervalStartTime or SpansIntervals)`, `extend FlowEndTime = FlowIntervalEndTime`},
	{"constants", `NTANetAnalytics`, `SubType == "FlowLog" and FaSchemaVersion == "3" and Type == "NTANetAnalytics" and isempty(Status) and isempty(NsgRule)`, `extend SubType = "flowlog"`},
	{"words, not letters", `NTANetAnalytics`, `FlowDirection in ("Inbound", "Outbound") and FlowStatus in ("Allowed", "Denied") and L4Protocol in ("TCP", "UDP") and Action == FlowStatus`, `extend FlowStatus = "A"`},
	{"FlowType", `NTANetAnalytics`, `FlowType in ("IntraVNet", "InterVNet", "S2S", "P2S", "AzurePublic", "ExternalPublic", "MaliciousFlow", "UnknownPrivate", "Unknown")`, `extend FlowType = "Malicious"`},
	{"MAC addresses have hyphens", `NTANetAnalytics`, `MacAddress matches regex "^([0-9A-F]{2}-){5}[0-9A-F]{2}$"`, `extend MacAddress = replace_string(MacAddress, "-", "")`},
	{"names are lower case, group first", `NTANetAnalytics`, `strcat(SrcVm, DestVm, SrcNic, DestNic, SrcSubnet, DestSubnet, AclGroup, TargetResourceId, AclRule) == tolower(strcat(SrcVm, DestVm, SrcNic, DestNic, SrcSubnet, DestSubnet, AclGroup, TargetResourceId, AclRule))
    and (isempty(SrcVm) or array_length(split(SrcVm, "/")) == 2) and (isempty(DestVm) or array_length(split(DestVm, "/")) == 2)
    and (isempty(SrcSubnet) or array_length(split(SrcSubnet, "/")) == 3) and (isempty(DestSubnet) or array_length(split(DestSubnet, "/")) == 3)
    and array_length(split(TargetResourceId, "/")) in (3, 4)`, `extend SrcVm = toupper(SrcVm)`},
	{"a VM has a NIC, a NIC a subnet", `NTANetAnalytics`, `(isempty(SrcVm) or isnotempty(SrcNic)) and (isempty(DestVm) or isnotempty(DestNic)) and (isempty(SrcNic) or isnotempty(SrcSubscription)) and (isempty(DestNic) or isnotempty(DestSubscription))`, `extend SrcSubscription = ""`},
	{"a miss has its reason, a find its way", `NTANetAnalytics`, `(isempty(SrcVm) or isempty(SrcMiss) and isnotempty(SrcAttribution)) and (isempty(DestVm) or isempty(DestMiss) and isnotempty(DestAttribution))`, `extend SrcMiss = "no inventory"`},
	{"rules without prefix", `NTANetAnalytics`, `not(AclRule startswith "defaultrule_") and not(AclRule startswith "userrule_") and isnotempty(AclRule)`, `extend AclRule = strcat("UserRule_", AclRule)`},
	{"groups", `NTANetAnalytics`, `array_length(split(AclGroup, "/")) == 3 or AclGroup matches regex "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$" or AclGroup == "unspecified"`, `extend AclGroup = strcat("/subscriptions/", AclGroup)`},
	{"targets", `NTANetAnalytics`, `TargetResourceType in ("VirtualNetwork", "Subnet", "NetworkInterface") or (TargetResourceType == "" and TargetResourceId == AclGroup)`, `extend TargetResourceType = "VNET"`},
	{"encryption in words", `NTANetAnalytics`, `FlowEncryption in (` + words + `)`, `extend FlowEncryption = "NX"`},
	{"services are IANA's", `NTANetAnalytics`, `L7Protocol == "Unknown" or (L7Protocol == tolower(L7Protocol) and isnotempty(L7Protocol))`, `extend L7Protocol = "HTTPS"`},
	{"source ports are listed with bars, each once", `NTANetAnalytics`, `SrcPorts matches regex @"^\d+(\|\d+)*$" and DistinctAttempts == array_length(split(SrcPorts, "|")) and DistinctAttempts <= RecordCount`, `extend SrcPorts = strcat(SrcPorts, "|", SrcPorts)`},
	{"counters are never null nor negative", `NTANetAnalytics`, `RecordCount >= 1 and AllowedInFlows >= 0 and DeniedInFlows >= 0 and AllowedOutFlows >= 0 and DeniedOutFlows >= 0 and CompletedFlows >= 0
    and PacketsSrcToDest >= 0 and PacketsDestToSrc >= 0 and BytesSrcToDest >= PacketsSrcToDest and BytesDestToSrc >= PacketsDestToSrc`, `extend BytesSrcToDest = BytesSrcToDest - 1000000000000`},
	{"flows are counted on their own side", `NTANetAnalytics`, `(FlowDirection == "Inbound" or AllowedInFlows + DeniedInFlows == 0) and (FlowDirection == "Outbound" or AllowedOutFlows + DeniedOutFlows == 0)
    and (FlowStatus == "Allowed" or AllowedInFlows + AllowedOutFlows + CompletedFlows == 0) and (FlowStatus == "Denied" or DeniedInFlows + DeniedOutFlows == 0)`, `extend AllowedInFlows = 1, AllowedOutFlows = 1`},
	{"each tuple counts once at most", `NTANetAnalytics`, `AllowedInFlows + AllowedOutFlows + DeniedInFlows + DeniedOutFlows + CompletedFlows <= RecordCount`, `extend CompletedFlows = RecordCount + 1`},
	{"net counters are no more than raw ones", `NTANetAnalytics`, `BytesSrcToDestNet between (0 .. BytesSrcToDest) and BytesDestToSrcNet between (0 .. BytesDestToSrc) and PacketsSrcToDestNet between (0 .. PacketsSrcToDest) and PacketsDestToSrcNet between (0 .. PacketsDestToSrc)`, `extend BytesSrcToDestNet = BytesSrcToDest + 1`},
	{"a denied flow carries nothing", `NTANetAnalytics | where FlowStatus == "Denied"`, `BytesSrcToDest + BytesDestToSrc + CompletedFlows == 0`, `extend BytesSrcToDest = 1`},
	{"expanded, both ends have an address", `NTANetAnalytics`, `isnotempty(SrcIp) and isnotempty(DestIp)`, `extend DestIp = ""`},
	{"a list stands at public ends alone", `NTANetAnalytics`, `FlowType in ("AzurePublic", "ExternalPublic") or isempty(strcat(SrcPublicIps, DestPublicIps))`, `extend SrcPublicIps = "1.1.1.1|1|1|1|1|1|1", FlowType = "MaliciousFlow"`},
	{"expanded, a list has the one address of its end", `NTANetAnalytics | where isnotempty(strcat(SrcPublicIps, DestPublicIps))`, `(isempty(SrcPublicIps) or SrcPublicIps startswith strcat(SrcIp, "|")) and (isempty(DestPublicIps) or DestPublicIps startswith strcat(DestIp, "|"))`, `extend SrcPublicIps = "8.8.8.8|1|1|1|1|1|1"`},
	{"packed, the public end is blank and its list is not", `set azflow_public_ips = 'packed'; NTANetAnalytics | where FlowType in ("AzurePublic", "ExternalPublic")`, `(isempty(SrcIp) and isnotempty(SrcPublicIps)) or (isempty(DestIp) and isnotempty(DestPublicIps)) or FlowTypeReason == "own public address"`, `extend SrcIp = "10.0.0.4", DestIp = "10.0.0.5", FlowTypeReason = ""`},
	{"entries have seven parts, the first an address", `set azflow_public_ips = 'packed'; NTANetAnalytics | where isnotempty(strcat(SrcPublicIps, DestPublicIps))` + entry, `array_length(P) == 7 and (isnotnull(parse_ipv4(tostring(P[0]))) or isnotempty(parse_ipv6(tostring(P[0])))) and isnotnull(tolong(P[6]))`, `extend P = split(strcat(E, "|0"), "|")`},
	{"packed parts add up to the row", packed, `Started == AllowedInFlows + AllowedOutFlows + DeniedInFlows + DeniedOutFlows and Ended == CompletedFlows and PacketsOut == PacketsSrcToDest and PacketsIn == PacketsDestToSrc and BytesOut == BytesSrcToDest and BytesIn == BytesDestToSrc`, `extend BytesOut = BytesOut + 1`},
	{"regions are of Azure's addresses, countries of others", `NTANetAnalytics`, `(FlowType == "AzurePublic") == isnotempty(AzureRegion) and (FlowType == "ExternalPublic" or isempty(Country)) and (isempty(Country) or strlen(Country) == 2)`, `extend Country = "NLD"`},
	{"public flows have one public end", `NTANetAnalytics | where FlowType in ("AzurePublic", "ExternalPublic") and FlowTypeReason != "own public address"`, `isempty(SrcVm) or isempty(DestVm)`, `extend SrcVm = "rg/a", DestVm = "rg/b"`},
	{
		"one network, or two", `NTANetAnalytics | where FlowType in ("IntraVNet", "InterVNet") and isnotempty(SrcSubnet) and isnotempty(DestSubnet)`,
		`(FlowType == "IntraVNet") == (strcat(split(SrcSubnet, "/")[0], "/", split(SrcSubnet, "/")[1]) == strcat(split(DestSubnet, "/")[0], "/", split(DestSubnet, "/")[1]))`, `extend SrcSubnet = "a/b/c"`,
	},
	{"sites are reached over something", `NTANetAnalytics | where FlowType == "S2S"`, `ConnectionType in ("ExpressRoute", "VpnGateway") and (ConnectionType != "ExpressRoute" or isnotempty(strcat(SrcExpressRouteCircuit, DestExpressRouteCircuit)))`, `extend ConnectionType = ""`},
	{"no connection is claimed elsewhere", `NTANetAnalytics`, `isempty(ConnectionType) or FlowType in ("S2S", "P2S", "InterVNet")`, `extend ConnectionType = "ExpressRoute", FlowType = "IntraVNet"`},
	{"a next hop owns neither end", `NTANetAnalytics | where IsFlowCapturedAtUdrHop`, `CaptureNic != SrcNic and CaptureNic != DestNic`, `extend CaptureNic = SrcNic`},
	{"one row a key", `NTANetAnalytics | summarize Rows = count() by _ItemId`, `Rows == 1 and _ItemId matches regex "^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$"`, `extend Rows = Rows + 1`},
}

// otherInvariants are those of the other tables.
var otherInvariants = []invariant{
	{"an address has one row", `NTAIpDetails | summarize Rows = count(), take_any(FlowType, Location, SubType) by Ip`, `Rows == 1 and FlowType in ("AzurePublic", "ExternalPublic", "MaliciousFlow") and not(coalesce(ipv4_is_private(Ip), false)) and SubType == "FlowLog"
    and (FlowType != "AzurePublic" or strlen(Location) > 2) and (FlowType != "ExternalPublic" or strlen(Location) in (0, 2))`, `extend Rows = 2`},
	{"the platform's address", `NTAIpDetails | where Ip == "168.63.129.16"`, `Location == "Global" and PublicIpDetails == "Microsoft Virtual Public IP" and FlowType == "AzurePublic"`, `extend Location = ""`},
	{"resources have a kind and a name", `NTATopologyDetails`, `SubType == "Topology" and isnotempty(AzureResourceType) and isnotempty(Name) and Type == "NTATopologyDetails"`, `extend Name = ""`},
	{"names of what is none", `NTATopologyDetails | where AzureResourceType != "ExpressRouteCircuitRoute"`, `Name == tolower(Name) and Subscription matches regex "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$" and _ResourceId startswith "/subscriptions/"`, `extend Name = toupper(Name)`},
	{"a row fills the columns of its kind alone", `NTATopologyDetails`, `(isempty(NextHopType) or AzureResourceType == "Route") and (isnull(Priority) or AzureResourceType in ("NetworkSecurityRule", "SecurityAdminRule")) and (isempty(MacAddress) or AzureResourceType == "NetworkInterface")
    and (isempty(AddressPrefixes) or AzureResourceType in ("VirtualNetwork", "Subnetwork", "Route")) and (isempty(LoadBalancerType) or AzureResourceType == "LoadBalancer") and (isempty(GatewayType) or AzureResourceType == "VirtualNetworkGateway")
    and (isempty(PeeringType) or AzureResourceType == "ExpressRouteCircuitPeering") and (isempty(ConnectionStatus) or AzureResourceType == "Connection") and (isempty(VirtualNetwork1) or AzureResourceType == "VirtualNetworkPeering")`, `extend MacAddress = "x", AzureResourceType = "Route"`},
	{"routes have three names, and a next hop for appliances alone", `NTATopologyDetails | where AzureResourceType == "Route"`, `array_length(split(Name, "/")) == 3 and isnotempty(NextHopType) and (NextHopType == "VirtualAppliance") == isnotempty(NextHopIp) and isnotempty(AddressPrefixes)`, `extend NextHopIp = iff(isempty(NextHopIp), "10.0.0.1", "")`},
	{"rules of NSGs", `NTATopologyDetails | where AzureResourceType == "NetworkSecurityRule"`, `Access in ("Allow", "Deny") and Direction in ("Inbound", "Outbound") and Priority between (100 .. 65500) and RuleType in ("User", "Default") and isnotempty(SourceAddressPrefix) and isnotempty(DestinationPortRange) and array_length(split(Nsg, "/")) == 3`, `extend Priority = 1`},
	{"NICs", `NTATopologyDetails | where AzureResourceType == "NetworkInterface"`, `isnotempty(PrivateIpAddresses) and array_length(split(Subnetwork, "/")) == 3 and (isempty(MacAddress) or MacAddress matches regex "^([0-9A-F]{2}-){5}[0-9A-F]{2}$")`, `extend Subnetwork = ""`},

	{"letters of the NSG era", `AzureNetworkAnalytics_CL | where SubType_s == "FlowLog"`, `L4Protocol_s in ("T", "U") and FlowDirection_s in ("I", "O") and FlowStatus_s in ("A", "D") and FASchemaVersion_s == "2" and MACAddress_s has "-" and isempty(VMIP_s) and isempty(NSGRules_s)`, `extend L4Protocol_s = "TCP"`},
	{"types of rules", `AzureNetworkAnalytics_CL | where SubType_s == "FlowLog"`, `(NSGRuleType_s in ("Default", "User Defined") or not(NSGList_s contains "/")) and (NSGRuleType_s != "User Defined" or NSGList_s contains "/") and (NSGRuleType_s == "Default") == (NSGRule_s matches regex "^(allow(vnet|internet)outbound|allow(vnet|azureloadbalancer)inbound|denyall(in|out)bound)$")`, `extend NSGRuleType_s = "UserRule"`},
	{
		"rows of the NSG era are those of today", `AzureNetworkAnalytics_CL | where SubType_s == "FlowLog" | join kind=fullouter NTANetAnalytics on _ItemId`,
		`_ItemId == _ItemId1 and SrcIP_s == SrcIp and DestIP_s == DestIp and FlowType_s == FlowType and VM1_s == SrcVm and VM2_s == DestVm and InboundBytes_d == BytesDestToSrc and OutboundBytes_d == BytesSrcToDest
    and AllowedInFlows_d == AllowedInFlows and CompletedFlows_d == CompletedFlows and FlowIntervalStartTime_t == FlowIntervalStartTime and NSGList_s == AclGroup and NSGRule_s == AclRule`, `extend InboundBytes_d = OutboundBytes_d + 1`,
	},
	{"and its topology", `AzureNetworkAnalytics_CL | where SubType_s == "Topology"`, `isnotempty(ResourceType) and isnotempty(Name_s) and isempty(FlowType_s)`, `extend ResourceType = ""`},
	{"addresses of the NSG era are those of today", `AzureNetworkAnalyticsIPDetails_CL | join kind=fullouter NTAIpDetails on $left.IP_s == $right.Ip`, `IP_s == Ip and IP == Ip and Location_s == Location and PublicIPDetails_s == PublicIpDetails and FlowType_s == FlowType and FASchemaVersion_s == "2"`, `extend IP_s = ""`},
	{"flattened NSG tuples", `NsgFlowLogs_CL`, `Protocol_s in ("T", "U") and Direction_s in ("I", "O") and Decision_s in ("A", "D") and FlowState_s in ("B", "C", "E", "") and MacAddress_s matches regex "^[0-9A-F]{12}$" and isnotempty(NsgName_s) and isnotempty(RuleName_s)
    and ResourceId contains "/NETWORKSECURITYGROUPS/"`, `extend Decision_s = "Allowed"`},
	{"each flow stands once beside its VM", `FlowsJoinVms | summarize Rows = count() by BlobId, BlobGeneration, RecordOrdinal, TupleOrdinal`, `Rows == 1`, `extend Rows = 2`},
	{"the window beside a flow is that of its time", `FlowsJoinVms | where isnotnull(WindowStart)`, `TimeGenerated >= WindowStart and (isnull(WindowEnd) or TimeGenerated < WindowEnd) and isnotempty(NicResourceId)`, `extend WindowEnd = WindowStart`},
}

// hold checks invariants, and that each would be seen to be broken.
func hold(t *testing.T, s *query.Session, all []invariant) {
	for _, c := range all {
		t.Run(c.name, func(t *testing.T) {
			wrong := "not(coalesce(" + c.holds + ", false))"
			found := ask(t, s, c.of+"\n| summarize Rows = count(), Wrong = countif("+wrong+")")[0]
			if found[0] == "0" {
				t.Fatal("no rows to look at")
			}
			if found[1] != "0" {
				first := ask(t, s, c.of+"\n| where "+wrong+"\n| take 1\n| project T = pack_all(true)")
				t.Errorf("%s rows of %s are otherwise; one of them: %v", found[1], found[0], strings.Join(first[0], " "))
			}
			if testing.Short() {
				return
			}
			if n := one(t, s, c.of+"\n| "+c.broken+"\n| where "+wrong+"\n| count"); n == "0" {
				t.Errorf("rows that are broken by %q are not found", c.broken)
			}
		})
	}
}

func TestRowsAreAsTrafficAnalyticsWritesThem(t *testing.T) {
	s := session(t)
	hold(t, s, netInvariants)
	if testing.Short() {
		return
	}
	hold(t, s, otherInvariants)
	for a, b := range map[string]string{
		`AzureNetworkAnalytics_CL | where SubType_s == "FlowLog" | count`:  `NTANetAnalytics | count`,
		`AzureNetworkAnalytics_CL | where SubType_s == "Topology" | count`: `NTATopologyDetails | count`,
		`AzureNetworkAnalyticsIPDetails_CL | count`:                        `NTAIpDetails | count`,
		`NsgFlowLogs_CL | count`:                                           `Flows | where FlowLogType == "NSG" | count`,
		`FlowsJoinVms | count`:                                             `Flows | count`,
		`FlowsJoinVms | summarize sum(BytesSrcToDest)`:                     `Flows | summarize sum(BytesSrcToDest)`,
	} {
		if x, y := one(t, s, a), one(t, s, b); x != y || x == "0" {
			t.Errorf("%s: %s, but %s: %s", a, x, b, y)
		}
	}
}

// A lake of ten-minute intervals holds the same traffic, cut finer.
func TestTenMinuteRowsAreAsTrafficAnalyticsWritesThem(t *testing.T) {
	if testing.Short() {
		t.Skip("two lakes more")
	}
	folder := t.TempDir()
	d, err := flowgen.NewDemo(1, end)
	if err != nil {
		t.Fatal(err)
	}
	if err := d.WriteLogs(flowgen.Dir(folder)); err != nil {
		t.Fatal(err)
	}
	if err := d.WriteInventory(flowgen.Dir(folder)); err != nil {
		t.Fatal(err)
	}
	day := source.Filter{From: end.Add(-36 * time.Hour).Truncate(time.Hour), To: end.Add(-24 * time.Hour).Truncate(time.Hour)}
	sums := map[time.Duration]string{}
	for _, interval := range []time.Duration{10 * time.Minute, time.Hour} {
		l, err := lake.Open(context.Background(), t.TempDir(), lake.Options{Interval: interval})
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = l.Close() }()
		known := dir.Of(source.Inventory(), filepath.Join(folder, "inventory"), filepath.Join(folder, flowgen.ContainerActivity))
		if _, err := inventory.Import(t.Context(), l, known, inventory.ImportOptions{Now: time.Now}); err != nil {
			t.Fatal(err)
		}
		logs := source.Where(dir.New(filepath.Join(folder, flowgen.ContainerVNet), filepath.Join(folder, flowgen.ContainerNSG)), day)
		if _, err := ingest.New(l, ingest.Options{Now: time.Now, Workers: 2}).Run(t.Context(), logs); err != nil {
			t.Fatal(err)
		}
		e, err := duckdb.Open(duckdb.Config{Segments: l.SegmentsDir(), TempDir: t.TempDir(), Threads: 2, Resolver: &query.Resolver{Lake: l}})
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = e.Close() }()
		s := &query.Session{Lake: l, Engine: e, Catalog: schema.NewCatalog(schema.Tables())}
		if interval < time.Hour {
			hold(t, s, netInvariants)
			if n := one(t, s, "NTANetAnalytics | where FlowIntervalEndTime - FlowIntervalStartTime != 10m | count"); n != "0" {
				t.Errorf("%s rows of another interval", n)
			}
		}
		var b strings.Builder
		for _, row := range ask(t, s, `NTANetAnalytics
| summarize sum(RecordCount), sum(AllowedInFlows), sum(AllowedOutFlows), sum(DeniedInFlows), sum(DeniedOutFlows), sum(CompletedFlows), sum(BytesSrcToDest), sum(BytesDestToSrcNet)
    by bin(FlowIntervalStartTime, 1h), MacAddress, FlowType`) {
			b.WriteString(strings.Join(row, " ") + "\n")
		}
		sums[interval] = b.String()
	}
	if sums[10*time.Minute] != sums[time.Hour] || sums[time.Hour] == "" {
		t.Error("rows of ten minutes do not add up to those of an hour")
	}
}

// A NIC whose subnet has an NSG, too, writes to the logs of both: an allowed flow to
// that of the group that decided last, inbound the NIC's and outbound the subnet's,
// a denied one to the denier's. MS Learn: "NSG flow logs overview".
func TestANICBehindTwoNSGsCountsEachFlowOnce(t *testing.T) {
	s := session(t)
	const lab = `Flows | where FlowLogType == "NSG" and not(Superseded) and CaptureNic endswith "/lab1-nic" | extend Group = tostring(split(tolower(AclGroup), "/")[8])`
	groups := map[string]string{}
	for _, row := range ask(t, s, lab+` | summarize Flows = count() by FlowDirection, FlowStatus, Group`) {
		groups[row[0]+" "+row[1]] += row[2] + " "
	}
	want := map[string]string{"Inbound Allowed": "lab1-nic-nsg ", "Outbound Allowed": "lab-subnet-nsg ", "Inbound Denied": "lab1-nic-nsg "}
	if !maps.Equal(groups, want) {
		t.Errorf("groups by direction and status: %v, want %v", groups, want)
	}
	if n := one(t, s, lab+` | summarize Tuples = count() by TimeGenerated, FlowState, SrcIp, SrcPort, DestIp, DestPort, L4Protocol | where Tuples > 1 | count`); n != "0" {
		t.Errorf("%s tuples are there twice", n)
	}
	began := one(t, s, lab+` | where FlowState in ("B", "D") | count`)
	rows := one(t, s, `NTANetAnalytics | where CaptureNic endswith "/lab1-nic" and TargetResourceId == AclGroup | summarize sum(AllowedInFlows + DeniedInFlows + AllowedOutFlows + DeniedOutFlows)`)
	if began != rows || began == "0" {
		t.Errorf("%s flows began, rows count %s", began, rows)
	}
}
