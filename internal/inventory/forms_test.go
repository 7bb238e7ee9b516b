package inventory

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// samples are the forms of inventory beside those of a NIC (see forms), typed from
// Microsoft's reference of the command or REST operation that is named. $N and $C
// stand for the providers of a resource group.
var samples = []struct {
	name, file, text string
	want             string // what the estate tells
}{
	{
		"az network nic list, of today (camel case with IP)", "nics.json",
		`[{"id":"$N/networkInterfaces/n1","macAddress":"00-0D-3A-00-00-01","enableIPForwarding":false,"resourceGroup":"RG","virtualMachine":{"id":"$C/virtualMachines/v1","resourceGroup":"RG"},
		"ipConfigurations":[{"id":"$N/networkInterfaces/n1/ipConfigurations/c","name":"c","primary":true,"privateIPAddress":"10.0.0.4","privateIPAddressVersion":"IPv4","subnet":{"id":"$N/virtualNetworks/net/subnets/default","resourceGroup":"RG"}},
		{"id":"$N/networkInterfaces/n1/ipConfigurations/c6","name":"c6","primary":false,"privateIPAddress":"fd00::4","privateIPAddressVersion":"IPv6","subnet":{"id":"$N/virtualNetworks/net/subnets/default","resourceGroup":"RG"}}]}]`,
		"net 10.0.0.4 rg/n1 rg/v1\nnet fd00::4 rg/n1 rg/v1",
	},
	{
		"az vmss nic list", "vmss.json",
		`[{"id":"$C/virtualMachineScaleSets/aks/virtualMachines/7/networkInterfaces/nic","macAddress":"00-0D-3A-00-00-02","virtualMachine":{"id":"$C/virtualMachineScaleSets/aks/virtualMachines/7"},
		"ipConfigurations":[{"id":"$C/virtualMachineScaleSets/aks/virtualMachines/7/networkInterfaces/nic/ipConfigurations/c","privateIPAddress":"10.0.0.9","subnet":{"id":"$N/virtualNetworks/net/subnets/nodes"}}]}]`,
		"net 10.0.0.9 rg/aks_7/nic rg/aks_7\nvm rg/aks_7 of aks",
	},
	{
		"az vm list -d", "vms.json",
		`[{"id":"$C/virtualMachines/V1","vmId":"0F1E2D3C-0000-4000-8000-000000000001","location":"westeurope","zones":["2"],"tags":{"env":"prod"},"hardwareProfile":{"vmSize":"Standard_D2s_v5"},
		"networkProfile":{"networkInterfaces":[{"id":"$N/networkInterfaces/N1","primary":true,"deleteOption":"Detach","resourceGroup":"RG"}]},"privateIps":"10.0.0.4","publicIps":"","macAddresses":"00-0D-3A-00-00-01","powerState":"VM running","resourceGroup":"RG"}]`,
		"vm rg/v1 0f1e2d3c-0000-4000-8000-000000000001 westeurope 2 {\"env\":\"prod\"} with rg/n1",
	},
	{
		"az vm list: a member of a flexible scale set", "vms.json",
		`[{"id":"$C/virtualMachines/flex_0","virtualMachineScaleSet":{"id":"$C/virtualMachineScaleSets/flex"},"networkProfile":{"networkInterfaces":[{"id":"$N/networkInterfaces/f0"}]}}]`,
		"vm rg/flex_0 of flex with rg/f0",
	},
	{
		"az network lb list", "lbs.json",
		`[{"id":"$N/loadBalancers/web","sku":{"name":"Standard"},"frontendIPConfigurations":[{"id":"$N/loadBalancers/web/frontendIPConfigurations/f","privateIPAddress":"10.0.0.100","subnet":{"id":"$N/virtualNetworks/net/subnets/default"}}],
		"backendAddressPools":[{"id":"$N/loadBalancers/web/backendAddressPools/p","backendIPConfigurations":[{"id":"$N/networkInterfaces/n1/ipConfigurations/c"}]}],"probes":[],"loadBalancingRules":[]}]`,
		"front 10.0.0.100 in net of web\nmember n1 of web",
	},
	{
		"az network application-gateway list", "appgws.json",
		`[{"id":"$N/applicationGateways/agw","location":"westeurope","operationalState":"Running","sku":{"name":"WAF_v2","tier":"WAF_v2","capacity":2},
		"gatewayIPConfigurations":[{"id":"$N/applicationGateways/agw/gatewayIPConfigurations/g","subnet":{"id":"$N/virtualNetworks/net/subnets/agw"}}],
		"frontendIPConfigurations":[{"id":"$N/applicationGateways/agw/frontendIPConfigurations/private","privateIPAddress":"10.0.5.10","privateIPAllocationMethod":"Static","subnet":{"id":"$N/virtualNetworks/net/subnets/agw"}},
		{"id":"$N/applicationGateways/agw/frontendIPConfigurations/public","privateIPAllocationMethod":"Dynamic","publicIPAddress":{"id":"$N/publicIPAddresses/agw-pip"}}],
		"backendAddressPools":[{"id":"$N/applicationGateways/agw/backendAddressPools/p","backendAddresses":[{"ipAddress":"10.0.0.4"},{"fqdn":"app.example.com"}],"backendIPConfigurations":[{"id":"$N/networkInterfaces/n2/ipConfigurations/c"}]}],
		"httpListeners":[],"requestRoutingRules":[]}]`,
		"front 10.0.5.10 in net of agw\ngate agw in net/agw\nmember n2 of agw",
	},
	{
		"Network Application Gateways - Get", "appgw.json",
		`{"name":"agw","id":"$N/applicationGateways/agw","type":"Microsoft.Network/applicationGateways","properties":{"provisioningState":"Succeeded","gatewayIPConfigurations":[{"name":"g","properties":{"subnet":{"id":"$N/virtualNetworks/net/subnets/agw"}}}],"frontendIPConfigurations":[],"backendAddressPools":[]}}`,
		"gate agw in net/agw",
	},
	{
		"az network public-ip list", "pips.json",
		`[{"id":"$N/publicIPAddresses/p1","ipAddress":"20.61.10.5","publicIPAllocationMethod":"Static","ipConfiguration":{"id":"$N/networkInterfaces/n1/ipConfigurations/c","resourceGroup":"RG"}},
		{"id":"$N/publicIPAddresses/p2","ipAddress":null,"publicIPAllocationMethod":"Dynamic"},
		{"id":"$N/publicIPAddresses/p3","ipAddress":"20.61.10.7","ipConfiguration":{"id":"$N/applicationGateways/agw/frontendIPConfigurations/public"}}]`,
		"public 20.61.10.5 of n1\npublic 20.61.10.7 of agw",
	},
	{
		"az network private-endpoint list", "pes.json",
		`[{"id":"$N/privateEndpoints/pe","networkInterfaces":[{"id":"$N/networkInterfaces/pe.nic.1"}],"subnet":{"id":"$N/virtualNetworks/net/subnets/default"},
		"privateLinkServiceConnections":[{"name":"pe","groupIds":["blob"],"privateLinkServiceId":"/subscriptions/S/resourceGroups/DATA/providers/Microsoft.Storage/storageAccounts/acc","privateLinkServiceConnectionState":{"status":"Approved"}}]}]`,
		"endpoint pe on pe.nic.1\nlink pe to acc",
	},
	{
		"az network vnet list", "vnets.json",
		`[{"id":"$N/virtualNetworks/net","location":"westeurope","addressSpace":{"addressPrefixes":["10.0.0.0/16","10.9.0.0/16"]},"enableDdosProtection":false,
		"subnets":[{"id":"$N/virtualNetworks/net/subnets/default","addressPrefix":"10.0.0.0/24"},{"id":"$N/virtualNetworks/net/subnets/two","addressPrefix":null,"addressPrefixes":["10.0.1.0/24","fd00::/64"]}],
		"virtualNetworkPeerings":[{"id":"$N/virtualNetworks/net/virtualNetworkPeerings/hub","remoteVirtualNetwork":{"id":"/subscriptions/S2/resourceGroups/RG/providers/Microsoft.Network/virtualNetworks/hub"},"peeringState":"Connected"}]}]`,
		"network net westeurope [10.0.0.0/16 10.9.0.0/16] default [10.0.0.0/24] two [10.0.1.0/24 fd00::/64] with hub",
	},
	{
		"az network vnet subnet list", "subnets.json",
		`[{"id":"$N/virtualNetworks/net/subnets/default","addressPrefix":"10.0.0.0/24","resourceGroup":"RG"}]`,
		"network net  [] default [10.0.0.0/24]",
	},
	{
		"az network vnet peering list", "peerings.json",
		`[{"id":"$N/virtualNetworks/net/virtualNetworkPeerings/hub","peeringState":"Connected","remoteVirtualNetwork":{"id":"$N/virtualNetworks/hub","resourceGroup":"RG"}}]`,
		"network net  [] with hub",
	},
	{
		"az network route-table list", "routes.json",
		`[{"id":"$N/routeTables/rt","location":"westeurope","routes":[{"id":"$N/routeTables/rt/routes/out","addressPrefix":"0.0.0.0/0","nextHopType":"VirtualAppliance","nextHopIpAddress":"10.0.1.4"}],"subnets":[]}]`,
		"row RouteTable rg/rt\nrow Route rg/rt/out",
	},
	{
		"az network nsg list", "nsgs.json",
		`[{"id":"$N/networkSecurityGroups/nsg","securityRules":[{"id":"$N/networkSecurityGroups/nsg/securityRules/allow","access":"Allow","direction":"Inbound","priority":100,"protocol":"Tcp","sourceAddressPrefix":"*","sourcePortRange":"*","destinationAddressPrefix":"*","destinationPortRanges":["80","443"]}],"defaultSecurityRules":[]}]`,
		"row NetworkSecurityGroup rg/nsg\nrow NetworkSecurityRule rg/nsg/allow",
	},
	{
		"az network vnet-gateway list, with a client pool", "gateways.json",
		`[{"id":"$N/virtualNetworkGateways/gw","gatewayType":"Vpn","vpnType":"RouteBased","enableBgp":false,"ipConfigurations":[{"id":"$N/virtualNetworkGateways/gw/ipConfigurations/g","subnet":{"id":"$N/virtualNetworks/hub/subnets/GatewaySubnet"},"publicIPAddress":{"id":"$N/publicIPAddresses/gw"}}],
		"vpnClientConfiguration":{"vpnClientAddressPool":{"addressPrefixes":["172.16.201.0/24"]},"vpnClientProtocols":["OpenVPN"]}}]`,
		"gateway gw in hub\nsite 172.16.201.0/24 client of gw behind hub",
	},
	{
		"az network vpn-connection list, and az network local-gateway list", "connections.json",
		`[{"id":"$N/connections/to-site","connectionType":"IPsec","connectionStatus":"Connected","virtualNetworkGateway1":{"id":"$N/virtualNetworkGateways/gw"},"localNetworkGateway2":{"id":"$N/localNetworkGateways/site"}},
		{"id":"$N/localNetworkGateways/site","gatewayIpAddress":"203.0.113.7","localNetworkAddressSpace":{"addressPrefixes":["192.168.7.0/24"]}}]`,
		"site 192.168.7.0/24 site of gw over to-site",
	},
	{
		"a web app's connection is no gateway's", "web.json",
		`[{"id":"/subscriptions/S/resourceGroups/RG/providers/Microsoft.Web/connections/office365"}]`,
		"",
	},
	{
		"az network express-route list", "circuits.json",
		`[{"id":"$N/expressRouteCircuits/er1","circuitProvisioningState":"Enabled","serviceProviderProvisioningState":"Provisioned","sku":{"name":"Standard_MeteredData","tier":"Standard","family":"MeteredData"},
		"serviceProviderProperties":{"serviceProviderName":"Equinix","peeringLocation":"Amsterdam","bandwidthInMbps":1000},"peerings":[{"id":"$N/expressRouteCircuits/er1/peerings/AzurePrivatePeering","peeringType":"AzurePrivatePeering","azureASN":12076,"peerASN":65010,"vlanId":200,"primaryPeerAddressPrefix":"192.168.0.0/30"}]}]`,
		"row ExpressRouteCircuit rg/er1\nrow ExpressRouteCircuitPeering rg/er1/azureprivatepeering",
	},
	{
		"az network express-route list-route-tables", "table.json",
		`{"value":[{"locPrf":"100","network":"10.4.0.0/16","nextHop":"192.168.0.1","path":"65010","weight":0},{"locPrf":"","network":"10.0.0.0/16","nextHop":"10.0.0.12*","path":"65515","weight":0}]}`,
		"row ExpressRouteCircuitRoute 10.0.0.0/16\nrow ExpressRouteCircuitRoute 10.4.0.0/16\nsite 10.4.0.0/16 learned route",
	},
	{
		"az network vnet-gateway list-learned-routes", "learned.json",
		`{"value":[{"asPath":"","localAddress":"10.0.0.30","network":"10.0.0.0/16","nextHop":"","origin":"Network","sourcePeer":"10.0.0.30","weight":32768},{"asPath":"65020","localAddress":"10.0.0.30","network":"192.168.9.0/24","nextHop":"192.168.9.1","origin":"EBgp","sourcePeer":"192.168.9.1","weight":32768}]}`,
		"site 192.168.9.0/24 learned route",
	},
	{
		"az network firewall list", "firewalls.json",
		`[{"id":"$N/azureFirewalls/fw","ipConfigurations":[{"id":"$N/azureFirewalls/fw/azureFirewallIpConfigurations/c","privateIpAddress":"10.0.3.4","subnet":{"id":"$N/virtualNetworks/hub/subnets/AzureFirewallSubnet"}}]}]`,
		"gateway fw in hub",
	},
	{
		"az network manager group static-member list", "members.json",
		`[{"id":"$N/networkManagers/nm/networkGroups/prod/staticMembers/m1","name":"m1","resourceGroup":"RG","resourceId":"$N/virtualNetworks/net","type":"Microsoft.Network/networkManagers/networkGroups/staticMembers"},
		{"id":"$N/networkManagers/nm/networkGroups/prod","memberType":"VirtualNetwork","resourceGuid":"g"}]`,
		"net in group rg/nm/prod",
	},
	{
		"Resource Graph: networkresources of network group memberships", "memberships.json",
		`{"count":1,"data":[{"id":"$N/virtualNetworks/net/providers/Microsoft.Network/networkGroupMemberships/default","type":"microsoft.network/networkgroupmemberships","tenantId":"T","properties":{"GroupMemberships":[{"NetworkGroupId":"$N/networkManagers/nm/networkGroups/prod","MembershipType":"Dynamic"},{"NetworkGroupId":"$N/networkManagers/nm/networkGroups/all"}]}}],"total_records":1}`,
		"net in group rg/nm/all\nnet in group rg/nm/prod",
	},
	{
		"az network manager list-effective-security-admin-rule", "rules.json",
		`{"skipToken":"","value":[{"id":"$N/networkManagers/nm/securityAdminConfigurations/conf/ruleCollections/rc/rules/BlockHighRiskTCPPortsFromInternet","kind":"Custom","access":"Deny","direction":"Inbound","priority":10,"protocol":"Tcp","destinationPortRanges":["22","3389"],"description":"d",
		"sources":[{"addressPrefix":"Internet","addressPrefixType":"ServiceTag"}],"destinations":[{"addressPrefix":"*","addressPrefixType":"IPPrefix"}],"sourcePortRanges":["0-65535"],"ruleCollectionAppliesToGroups":[{"networkGroupId":"$N/networkManagers/nm/networkGroups/prod"}]}]}`,
		"row SecurityAdminRule rg/nm/conf/rc/blockhighrisktcpportsfrominternet Deny Inbound 10 Internet * 22 3389",
	},
	{
		"az monitor activity-log list", "activity.json",
		`[{"eventName":{"value":"EndRequest","localizedValue":"End request"},"operationName":{"value":"Microsoft.Network/networkInterfaces/write","localizedValue":"Create or Update Network Interface"},"status":{"value":"Succeeded","localizedValue":"Succeeded"},
		"eventTimestamp":"2026-03-01T00:05:00.1234567Z","submissionTimestamp":"2026-03-01T00:06:10Z","resourceId":"$N/networkInterfaces/n1","resourceGroupName":"RG","tenantId":"T","properties":{"statusCode":"OK","responseBody":"$BODY"}},
		{"operationName":{"value":"Microsoft.Network/networkInterfaces/write"},"status":{"value":"Started"},"eventTimestamp":"2026-03-01T00:04:00Z","resourceId":"$N/networkInterfaces/n1","properties":{"requestbody":"{}"}}]`,
		"net 10.0.0.4 rg/n1",
	},
	{
		"az monitor log-analytics query of AzureActivity", "activity.json",
		`[{"TableName":"PrimaryResult","TimeGenerated":"2026-03-01T00:05:00.123Z","OperationName":"Create or Update Network Interface","OperationNameValue":"MICROSOFT.NETWORK/NETWORKINTERFACES/WRITE","ActivityStatus":"Succeeded","ActivityStatusValue":"Success","ResourceId":"","_ResourceId":"$N/networkInterfaces/n1","Properties":"{\"statusCode\":\"Created\",\"entity\":\"$N/networkInterfaces/n1\",\"responseBody\":\"$BODY2\"}","Properties_d":null}]`,
		"net 10.0.0.4 rg/n1",
	},
	{
		"the query API's answer of AzureActivity", "activity.json",
		`{"tables":[{"name":"PrimaryResult","columns":[{"name":"TimeGenerated","type":"datetime"},{"name":"OperationNameValue","type":"string"},{"name":"ActivityStatusValue","type":"string"},{"name":"_ResourceId","type":"string"},{"name":"Properties_d","type":"dynamic"}],
		"rows":[["2026-03-01T00:05:00Z","MICROSOFT.NETWORK/NETWORKINTERFACES/WRITE","Success","$N/networkInterfaces/n1","{\"responseBody\":\"$BODY2\"}"]]}]}`,
		"net 10.0.0.4 rg/n1",
	},
	{
		"the portal's CSV of AzureActivity", "activity.csv",
		"TimeGenerated [UTC],OperationNameValue,ActivityStatusValue,ResourceId,_ResourceId,Properties\n\"3/1/2026, 12:09:00.000 AM\",MICROSOFT.NETWORK/NETWORKINTERFACES/WRITE,Success,,$N/networkInterfaces/n1,\"{\"\"responseBody\"\":\"\"$CSV\"\"}\"\n",
		"net 10.0.0.4 rg/n1",
	},
}

func TestEveryListIsRead(t *testing.T) {
	const ids = testSub + "RG/providers/"
	body := `{"id":"$N/networkInterfaces/n1","properties":{"ipConfigurations":[{"id":"$N/networkInterfaces/n1/ipConfigurations/c","properties":{"privateIPAddress":"10.0.0.4","subnet":{"id":"$N/virtualNetworks/net/subnets/default"}}}]}}`
	once := strings.ReplaceAll(body, `"`, `\"`)
	twice := strings.ReplaceAll(strings.ReplaceAll(once, `\`, `\\`), `"`, `\"`)
	expand := strings.NewReplacer("$CSV", strings.ReplaceAll(once, `"`, `""`), "$BODY2", twice, "$BODY", once)
	names := strings.NewReplacer("$N", ids+"Microsoft.Network", "$C", ids+"Microsoft.Compute")
	for _, c := range samples {
		t.Run(c.name, func(t *testing.T) {
			r := read(c.file, []byte(names.Replace(expand.Replace(c.text))), minute(5))
			for _, p := range r.problems {
				t.Error(p)
			}
			slices.SortStableFunc(r.out, func(a, b Observation) int { return compare(&a, &b) }) // as they are stored
			if got := told(build(t, r.out...), topologyRows(r.out)); got != c.want {
				t.Errorf("got\n%s\nwant\n%s", got, c.want)
			}
		})
	}
}

// told tells an estate, and rows of resources that only rows tell of.
func told(e *Estate, rows []row) string {
	var lines []string
	say := func(format string, args ...any) {
		line := fmt.Sprintf(format, args...)
		lines = append(lines, strings.TrimSpace(strings.ReplaceAll(line, "  ", " ")))
	}
	base := func(id ID) string { return id[strings.LastIndexByte(id, '/')+1:] }
	for _, h := range e.Holdings {
		say("%s %s %s %s", base(h.Network), h.Address, Short(h.NIC), Short(h.VM))
	}
	for id, v := range e.VMs {
		if ver := v.At(0); len(v.Versions) > 0 || v.ScaleSet != "" {
			line := fmt.Sprintf("vm %s %s %s %s %s", Short(id), ver.VMID, ver.Region, ver.Zone, ver.Tags)
			if v.ScaleSet != "" {
				line += " of " + v.ScaleSet
			}
			for _, a := range e.Attachments {
				if len(v.Versions) > 0 {
					line += " with " + Short(a.NIC)
				}
			}
			say("%s", strings.Join(strings.Fields(line), " "))
		}
	}
	for _, f := range e.Fronts {
		say("front %s in %s of %s", f.Address, base(f.Network), base(f.Balancer))
	}
	for _, g := range e.Gates {
		say("gate %s in %s/%s", base(g.Gateway), base(networkOf(g.Subnet)), base(g.Subnet))
	}
	for _, m := range e.Members {
		say("member %s of %s", base(parent(m.Config, "ipconfigurations")), base(m.Balancer))
	}
	for _, p := range e.Publics {
		say("public %s of %s", p.Address, base(p.Owner))
	}
	for nic, pe := range e.Endpoints {
		say("endpoint %s on %s", base(pe), base(nic))
	}
	for pe, link := range e.Links {
		say("link %s to %s", base(pe), base(link))
	}
	for _, g := range e.Gateways {
		say("gateway %s in %s", base(g.ID), base(g.Network))
	}
	for _, g := range e.Groups {
		say("%s in group %s", base(g.Of), Short(g.Group))
	}
	for _, s := range e.Sites {
		line := "site " + s.Prefix.String()
		switch {
		case s.Client:
			line += " client of " + base(s.Gateway)
		case s.LocalGateway != "":
			line += " " + base(s.LocalGateway) + " of " + base(s.Gateway)
		default:
			line += " " + s.Evidence
		}
		if s.Hub != "" {
			line += " behind " + base(s.Hub)
		}
		if s.Connection != "" {
			line += " over " + base(s.Connection)
		}
		say("%s", line)
	}
	for id, n := range e.Networks {
		if len(n.Subnets)+len(n.Peers)+len(n.Prefixes) == 0 {
			continue
		}
		line := fmt.Sprintf("network %s %s %v", base(id), n.Region, n.Prefixes)
		for _, s := range n.Subnets {
			line += fmt.Sprintf(" %s %v", base(s.ID), s.Prefixes)
		}
		for _, p := range n.Peers {
			line += " with " + base(p)
		}
		lines = append(lines, line)
	}
	at := func(r row, name string) string {
		for i, f := range topologyFields {
			if f.Name == name && r[i] != nil {
				return fmt.Sprint(r[i])
			}
		}
		return ""
	}
	for _, r := range rows {
		switch kind := at(r, "AzureResourceType"); kind {
		case "RouteTable", "Route", "NetworkSecurityGroup", "NetworkSecurityRule", "ExpressRouteCircuit", "ExpressRouteCircuitPeering", "ExpressRouteCircuitRoute":
			say("row %s %s", kind, at(r, "Name"))
		case "SecurityAdminRule":
			say("row %s %s %s %s %s %s %s %s", kind, at(r, "Name"), at(r, "Access"), at(r, "Direction"), at(r, "Priority"), at(r, "SourceAddressPrefix"), at(r, "DestinationAddressPrefix"), at(r, "DestinationPortRange"))
		}
	}
	slices.SortStableFunc(lines, func(a, b string) int {
		return strings.Compare(strings.Fields(a)[0], strings.Fields(b)[0])
	})
	return strings.Join(lines, "\n")
}
