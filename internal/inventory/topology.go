package inventory

import (
	"slices"
	"strconv"
	"strings"

	"github.com/azflow/azflow/flowlog"
	"github.com/azflow/azflow/internal/batch"
)

var topologyFields = fieldsOf(tableTopology, map[string]batch.Kind{
	"TimeGenerated": batch.Time, "TimeProcessed": batch.Time,
	"AllowForwardedTraffic": batch.Bool, "AllowGatewayTransit": batch.Bool, "AllowVirtualNetworkAccess": batch.Bool, "UseRemoteGateways": batch.Bool,
	"BgpEnabled": batch.Bool, "EnableIpForwarding": batch.Bool, "EncryptionEnabled": batch.Bool, "FloatingIpEnabled": batch.Bool,
	"IsFlowEnabled": batch.Bool, "VnetEncryptionSupported": batch.Bool,
	"EgressBytesTransferred": batch.Int64, "IngressBytesTransferred": batch.Int64, "AzureAsn": batch.Int64, "PeerAsn": batch.Int64, "BackendPort": batch.Int32, "FrontendPort": batch.Int32, "Priority": batch.Int32,
	"RoutingWeight": batch.Int32, "VlanId": batch.Int32, "Weight": batch.Int32,
},
	"TimeGenerated", "TimeProcessed", "AzureResourceType", "Name", "Region", "DiscoveryRegion", "Subscription", "_ResourceId", "Tags",
	"Access", "ApplicationGatewayBackendPools", "PrimaryAzurePort", "PrivateFrontendIps", "PublicFrontendIps", "SecondaryAzurePort", "VipAddress",
	"VirtualNetworkGateway2", "EgressBytesTransferred", "IngressBytesTransferred", "AddressPrefixes", "AllowForwardedTraffic", "AllowGatewayTransit", "AllowVirtualNetworkAccess", "AppGatewayType", "AzureAsn",
	"BackendAddressPool", "BackendPort", "BgpEnabled", "CircuitProvisioningState", "ConnectionStatus", "ConnectionType", "Description",
	"DestinationAddressPrefix", "DestinationPortRange", "Direction", "EnableIpForwarding", "EncryptionEnabled", "EncryptionEnforcement",
	"FloatingIpEnabled", "FlowLogStorageAccount", "FrontendIps", "FrontendPort", "FrontendSubnet", "FrontendSubnets", "GatewaySubnet",
	"GatewayType", "IpAddress", "IsFlowEnabled", "LoadBalancerBackendPools", "LoadBalancerType", "LocalNetworkGateway", "LocalPreference",
	"MacAddress", "Network", "NextHopIp", "NextHopType", "Nsg", "Path", "Peer", "PeerAsn", "PeeringType", "PrimaryNextHop",
	"PrimaryPeerAddressPrefix", "Priority", "PrivateEndpointResourceId", "PrivateIpAddresses", "PrivateLinkResourceId", "Protocol",
	"RouteTable", "RoutingWeight", "RuleType", "SecondaryPeerAddressPrefix", "ServiceProviderProperties",
	"ServiceProviderProvisioningState", "Sku", "SkuDetail", "SourceAddressPrefix", "SourcePortRange", "State", "SubnetPrefixes",
	"Subnetwork", "UseRemoteGateways", "VirtualMachine", "VirtualNetwork1", "VirtualNetwork2", "VirtualNetworkGateway1", "VlanId",
	"VmssName", "VnetEncryptionSupported", "VpnClientAddressPrefixes", "Weight", "Zones")

// element is a row of NTATopologyDetails by column.
type element map[string]any

// topologyRows are the rows of NTATopologyDetails: one for each resource, and
// each part of one that Traffic Analytics lists by itself, that a list shows.
// MS Learn: "Traffic analytics schema and data aggregation".
func topologyRows(all []Observation) []row {
	var rows []row
	for i := range all {
		o := &all[i]
		if o.Kind != List && o.Kind != Show {
			continue
		}
		body := parse(o.Body)
		for _, el := range elements(o, body) {
			el["TimeGenerated"], el["TimeProcessed"] = o.Time, o.Time
			el["Subscription"] = Subscription(o.ID)
			if el["_ResourceId"] == nil {
				el["_ResourceId"] = o.ID
			}
			if o.Type == typeRoute {
				el["_ResourceId"] = ""
			}
			region := strings.ToLower(body.text("location"))
			el["Region"], el["DiscoveryRegion"] = region, region
			r := make(row, len(topologyFields))
			for k, f := range topologyFields {
				v := el[f.Name]
				if v == nil && f.Kind == batch.Text {
					v = ""
				}
				r[k] = v
			}
			rows = append(rows, r)
		}
	}
	return rows
}

// elements returns the rows that a resource makes.
func elements(o *Observation, body object) []element {
	el := element{"Name": Short(o.ID), "Tags": jsonOf(body.object("tags"))}
	flag := func(e element, column string, from object, key string) {
		if v, known := from.truth(key); known {
			e[column] = v
		}
	}
	number := func(e element, column string, from object, key string) {
		if v, known := from.number(key); known {
			e[column] = v
		}
	}
	out := []element{el}
	part := func(kind string, of object) element {
		e := element{"AzureResourceType": kind}
		id := strings.ToLower(of.text("id"))
		e["_ResourceId"] = id
		e["Name"] = Short(id)
		if id == "" {
			e["Name"], e["_ResourceId"] = Short(o.ID)+"/"+strings.ToLower(of.text("name")), o.ID
		}
		out = append(out, e)
		return e
	}
	switch o.Type {
	case "networkinterfaces":
		el["AzureResourceType"] = "NetworkInterface"
		el["MacAddress"] = flowlog.FormatMAC(body.text("macaddress"))
		el["VirtualMachine"] = Short(body.ref("virtualmachine"))
		el["VmssName"] = idPart(o.ID, "virtualmachinescalesets")
		el["Nsg"] = ShortWithSubscription(body.ref("networksecuritygroup"))
		el["PrivateEndpointResourceId"] = body.ref("privateendpoint")
		flag(el, "EnableIpForwarding", body, "enableipforwarding")
		flag(el, "VnetEncryptionSupported", body, "vnetencryptionsupported")
		var ips, pools, gates []string
		for _, c := range body.list("ipconfigurations") {
			ips = append(ips, c.text("privateipaddress"))
			for _, p := range c.refs("applicationgatewaybackendaddresspools") {
				gates = append(gates, ShortWithSubscription(p))
			}
			if el["Subnetwork"] == nil {
				el["Subnetwork"] = Short(c.ref("subnet"))
			}
			for _, p := range c.refs("loadbalancerbackendaddresspools") {
				pools = append(pools, ShortWithSubscription(p))
			}
		}
		el["PrivateIpAddresses"], el["LoadBalancerBackendPools"], el["ApplicationGatewayBackendPools"] = joined(ips), joined(pools), joined(gates)
	case "virtualmachines":
		el["AzureResourceType"] = "VirtualMachine"
		el["Zones"] = joined(body.texts("zones"))
		el["Sku"] = body.object("hardwareprofile").text("vmsize")
		set := body.ref("virtualmachinescaleset")
		el["VmssName"] = set[strings.LastIndexByte(set, '/')+1:]
	case "virtualmachinescalesets":
		el["AzureResourceType"] = "VirtualMachineScaleSet"
		el["Sku"] = body.object("sku").text("name")
	case "virtualnetworks":
		el["AzureResourceType"] = "VirtualNetwork"
		el["AddressPrefixes"] = joined(body.object("addressspace").texts("addressprefixes"))
		flag(el, "EncryptionEnabled", body.object("encryption"), "enabled")
		el["EncryptionEnforcement"] = body.object("encryption").text("enforcement")
		for _, s := range body.list("subnets") {
			e := part("Subnetwork", s)
			e["AddressPrefixes"] = joined(slices.Concat(s.texts("addressprefix"), s.texts("addressprefixes")))
			e["Nsg"] = ShortWithSubscription(s.ref("networksecuritygroup"))
			e["RouteTable"] = Short(s.ref("routetable"))
		}
		for _, p := range body.list("virtualnetworkpeerings") {
			e := part("VirtualNetworkPeering", p)
			e["VirtualNetwork1"], e["VirtualNetwork2"] = Short(o.ID), Short(p.ref("remotevirtualnetwork"))
			e["State"] = p.text("peeringstate")
			flag(e, "AllowForwardedTraffic", p, "allowforwardedtraffic")
			flag(e, "AllowGatewayTransit", p, "allowgatewaytransit")
			flag(e, "AllowVirtualNetworkAccess", p, "allowvirtualnetworkaccess")
			flag(e, "UseRemoteGateways", p, "useremotegateways")
		}
	case "networksecuritygroups":
		el["AzureResourceType"] = "NetworkSecurityGroup"
		for _, of := range [][2]string{{"Default", "defaultsecurityrules"}, {"User", "securityrules"}} {
			for _, s := range body.list(of[1]) {
				e := part("NetworkSecurityRule", s)
				e["Nsg"], e["RuleType"] = ShortWithSubscription(o.ID), of[0]
				e["Access"], e["Direction"], e["Protocol"], e["Description"] = s.text("access"), s.text("direction"), s.text("protocol"), s.text("description")
				either := func(one, many string) string { return joined(slices.Concat(s.texts(one), s.texts(many))) }
				e["SourceAddressPrefix"] = either("sourceaddressprefix", "sourceaddressprefixes")
				e["DestinationAddressPrefix"] = either("destinationaddressprefix", "destinationaddressprefixes")
				e["SourcePortRange"] = either("sourceportrange", "sourceportranges")
				e["DestinationPortRange"] = either("destinationportrange", "destinationportranges")
				number(e, "Priority", s, "priority")
			}
		}
	case "routetables":
		el["AzureResourceType"] = "RouteTable"
		for _, r := range body.list("routes") {
			e := part("Route", r)
			e["RouteTable"] = Short(o.ID)
			e["AddressPrefixes"], e["NextHopType"], e["NextHopIp"] = r.text("addressprefix"), r.text("nexthoptype"), r.text("nexthopipaddress")
		}
	case "loadbalancers":
		el["AzureResourceType"] = "LoadBalancer"
		el["Sku"] = body.object("sku").text("name")
		el["LoadBalancerType"] = "internet facing"
		var ips, subnets, pools []string
		for _, f := range body.list("frontendipconfigurations") {
			if ip := f.text("privateipaddress"); ip != "" {
				ips = append(ips, ip)
				el["LoadBalancerType"] = "internal"
			}
			if s := f.ref("subnet"); s != "" {
				subnets = append(subnets, Short(s))
			}
		}
		for _, p := range body.list("backendaddresspools") {
			pools = append(pools, ShortWithSubscription(strings.ToLower(p.text("id"))))
		}
		el["FrontendIps"], el["FrontendSubnets"], el["LoadBalancerBackendPools"] = joined(ips), joined(subnets), joined(pools)
		if len(subnets) > 0 {
			el["FrontendSubnet"] = subnets[0]
		}
		for _, r := range body.list("loadbalancingrules") {
			e := part("LoadBalancingRule", r)
			e["Protocol"] = r.text("protocol")
			e["BackendAddressPool"] = ShortWithSubscription(r.ref("backendaddresspool"))
			number(e, "FrontendPort", r, "frontendport")
			number(e, "BackendPort", r, "backendport")
			flag(e, "FloatingIpEnabled", r, "enablefloatingip")
		}
		for _, r := range body.list("inboundnatrules") {
			e := part("InboundNatRule", r)
			e["Protocol"] = r.text("protocol")
			number(e, "FrontendPort", r, "frontendport")
			number(e, "BackendPort", r, "backendport")
			flag(e, "FloatingIpEnabled", r, "enablefloatingip")
		}
	case "publicipaddresses":
		el["AzureResourceType"] = "PublicIPAddress"
		el["IpAddress"] = body.text("ipaddress")
		el["Sku"] = body.object("sku").text("name")
	case "privateendpoints":
		el["AzureResourceType"] = "PrivateEndpoint"
		el["PrivateEndpointResourceId"], el["Subnetwork"] = o.ID, Short(body.ref("subnet"))
		for _, c := range body.list("privatelinkserviceconnections") {
			el["PrivateLinkResourceId"] = c.ref("privatelinkserviceid")
		}
	case "applicationgateways":
		el["AzureResourceType"] = "ApplicationGateway"
		el["Sku"] = body.object("sku").text("name")
		el["AppGatewayType"] = "internal"
		var inside, outside, subnets, pools []string
		for _, f := range body.list("frontendipconfigurations") {
			if ip := f.text("privateipaddress"); ip != "" {
				inside = append(inside, ip)
			}
			if id := f.ref("publicipaddress"); id != "" {
				el["AppGatewayType"] = "internet facing"
				outside = append(outside, ShortWithSubscription(id))
			}
			if s := f.ref("subnet"); s != "" {
				subnets = append(subnets, Short(s))
			}
		}
		for _, c := range body.list("gatewayipconfigurations") {
			el["GatewaySubnet"] = Short(c.ref("subnet"))
		}
		for _, p := range body.list("backendaddresspools") {
			pools = append(pools, ShortWithSubscription(strings.ToLower(p.text("id"))))
		}
		el["PrivateFrontendIps"], el["PublicFrontendIps"] = joined(inside), joined(outside)
		el["FrontendSubnets"], el["ApplicationGatewayBackendPools"] = joined(subnets), joined(pools)
	case "expressroutecircuits":
		el["AzureResourceType"] = "ExpressRouteCircuit"
		el["CircuitProvisioningState"], el["ServiceProviderProvisioningState"] = body.text("circuitprovisioningstate"), body.text("serviceproviderprovisioningstate")
		sku, prov := body.object("sku"), body.object("serviceproviderproperties")
		el["SkuDetail"] = strings.Join([]string{sku.text("family"), sku.text("name"), sku.text("tier")}, ";")
		el["ServiceProviderProperties"] = strings.Join([]string{prov.text("serviceprovidername"), megabits(prov), prov.text("peeringlocation")}, ";")
		for _, p := range body.list("peerings") {
			e := part("ExpressRouteCircuitPeering", p)
			e["PeeringType"], e["State"] = p.text("peeringtype"), p.text("state")
			e["PrimaryPeerAddressPrefix"], e["SecondaryPeerAddressPrefix"] = p.text("primarypeeraddressprefix"), p.text("secondarypeeraddressprefix")
			e["PrimaryAzurePort"], e["SecondaryAzurePort"] = p.text("primaryazureport"), p.text("secondaryazureport")
			number(e, "AzureAsn", p, "azureasn")
			number(e, "PeerAsn", p, "peerasn")
			number(e, "VlanId", p, "vlanid")
		}
	case typeRoute:
		if body.text("sourcepeer") != "" {
			return nil // of a gateway: Traffic Analytics lists those of circuits
		}
		el["AzureResourceType"], el["Name"] = "ExpressRouteCircuitRoute", o.ID
		el["Network"], el["PrimaryNextHop"], el["Path"] = body.text("network"), body.text("nexthop"), body.first("path", "aspath")
		el["LocalPreference"] = body.text("locprf")
		number(el, "Weight", body, "weight")
	case "virtualnetworkgateways":
		el["AzureResourceType"] = "VirtualNetworkGateway"
		el["GatewayType"], el["Sku"] = body.text("gatewaytype"), body.object("sku").text("name")
		flag(el, "BgpEnabled", body, "enablebgp")
		var vips []string
		for _, a := range body.object("bgpsettings").list("bgppeeringaddresses") {
			vips = append(vips, a.texts("tunnelipaddresses")...)
		}
		el["VipAddress"] = joined(vips)
		for _, c := range body.list("ipconfigurations") {
			el["GatewaySubnet"] = Short(c.ref("subnet"))
		}
		el["VpnClientAddressPrefixes"] = joined(body.object("vpnclientconfiguration").object("vpnclientaddresspool").texts("addressprefixes"))
	case "localnetworkgateways":
		el["AzureResourceType"] = "LocalNetworkGateway"
		el["IpAddress"] = body.text("gatewayipaddress")
		el["SubnetPrefixes"] = joined(body.object("localnetworkaddressspace").texts("addressprefixes"))
	case "connections":
		el["AzureResourceType"] = "Connection"
		el["ConnectionType"], el["ConnectionStatus"] = body.text("connectiontype"), body.text("connectionstatus")
		el["VirtualNetworkGateway1"] = ShortWithSubscription(body.ref("virtualnetworkgateway1"))
		el["LocalNetworkGateway"] = ShortWithSubscription(body.ref("localnetworkgateway2"))
		el["Peer"] = ShortWithSubscription(body.ref("peer"))
		el["VirtualNetworkGateway2"] = ShortWithSubscription(body.ref("virtualnetworkgateway2"))
		number(el, "EgressBytesTransferred", body, "egressbytestransferred")
		number(el, "IngressBytesTransferred", body, "ingressbytestransferred")
		number(el, "RoutingWeight", body, "routingweight")
	case "azurefirewalls":
		el["AzureResourceType"] = "AzureFirewall"
	case "rules":
		el["AzureResourceType"] = "SecurityAdminRule"
		el["RuleType"] = body.text("kind")
		el["Access"], el["Direction"], el["Protocol"], el["Description"] = body.text("access"), body.text("direction"), body.text("protocol"), body.text("description")
		blocks := func(key string) string {
			var all []string
			for _, a := range body.list(key) {
				all = append(all, a.text("addressprefix"))
			}
			return joined(all)
		}
		el["SourceAddressPrefix"], el["DestinationAddressPrefix"] = blocks("sources"), blocks("destinations")
		el["SourcePortRange"], el["DestinationPortRange"] = joined(body.texts("sourceportranges")), joined(body.texts("destinationportranges"))
		number(el, "Priority", body, "priority")
	case "flowlogs":
		el["AzureResourceType"] = "FlowLog"
		flag(el, "IsFlowEnabled", body, "enabled")
		el["FlowLogStorageAccount"] = ShortWithSubscription(body.ref("storageid"))
	default: // service tags, sites and labels are no resources, network groups nothing that Traffic Analytics lists
		return nil
	}
	return out
}

// megabits returns a circuit's bandwidth as text.
func megabits(provider object) string {
	n, ok := provider.number("bandwidthinmbps")
	if !ok {
		return ""
	}
	return strconv.FormatInt(n, 10)
}
