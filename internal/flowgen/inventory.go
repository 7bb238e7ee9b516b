package flowgen

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"
)

// obj is a JSON object. encoding/json writes its keys in order, so that the
// same object is always the same text.
type obj = map[string]any

// WriteInventory writes what one would export from Azure to explain the logs:
// lists as the Azure CLI prints them, at the start and at the end under
// inventory/TIME/, the activity log in its container, a service tags file, a
// list of sites and a list of malicious addresses.
func (d *Demo) WriteInventory(to Sink) error {
	for _, m := range []moment{0, d.traffic.end} {
		when := d.traffic.midnight.Add(m)
		dir := "inventory/" + when.Format("20060102T150405Z") + "/"
		for _, l := range d.estate.lists(m) {
			text, err := json.MarshalIndent(l.rows, "", "  ")
			if err != nil {
				return fmt.Errorf("list %s: %w", l.name, err)
			}
			if err := to.File(File{dir + l.name + ".json", when, append(text, '\n')}); err != nil {
				return err
			}
		}
	}
	if err := d.writeActivity(to); err != nil {
		return err
	}
	tags, err := json.MarshalIndent(serviceTags(), "", "  ")
	if err != nil {
		return fmt.Errorf("list service tags: %w", err)
	}
	start, end := d.Start(), d.End()
	for _, f := range []File{
		{"inventory/ServiceTags_Public_" + start.Format("20060102") + ".json", start, append(tags, '\n')},
		{"inventory/sites.csv", start, []byte("cidr,name,circuit,since\n" + onPremises.String() + ",amsterdam,er-circuit-ams,\n")},
		{"inventory/indicators.txt", end, []byte("# Addresses that the demo takes for malicious\n" + malicious.String() + "\n")},
	} {
		if err := to.File(f); err != nil {
			return err
		}
	}
	return nil
}

// A list is what one az command prints.
type list struct {
	name string
	rows []obj
}

// lists returns the lists of what is there at m, in the shapes of az
// 2.50 and later: properties flattened, a resourceGroup beside every id.
func (d *demoEstate) lists(m moment) []list {
	e := &d.estate
	ls := []list{
		{"nic-list", nil},
		{"vmss-nic-list", nil},
		{"vm-list", nil},
		{"vmss-list", nil},
		{"vnet-list", nil},
		{"nsg-list", nil},
		{"lb-list", nil},
		{"route-table-list", nil},
		{"public-ip-list", nil},
		{"private-endpoint-list", nil},
		{"flow-log-list", nil},
	}
	add := func(name string, o obj) {
		i := slices.IndexFunc(ls, func(l list) bool { return l.name == name })
		ls[i].rows = append(ls[i].rows, o)
	}
	for _, n := range e.nics {
		if n.kind == gateway || !n.life.has(m) {
			continue
		}
		name := "nic-list"
		if n.kind == scaleSet {
			name = "vmss-nic-list"
		}
		add(name, flatten(e.nicBody(n, m)))
	}
	for _, p := range e.endpoints {
		add("nic-list", flatten(endpointNIC(p)))
		add("private-endpoint-list", endpointBody(p))
	}
	sets := map[string]bool{}
	for _, v := range e.vms {
		if v.scaleSet != "" {
			if !sets[v.scaleSet] {
				sets[v.scaleSet] = true
				id := armID(v.sub, v.rg, "Microsoft.Compute/virtualMachineScaleSets", v.scaleSet)
				add("vmss-list", named(id, v.scaleSet, v.rg, v.region, obj{"orchestrationMode": "Uniform", "uniqueId": guid(id), "sku": obj{"name": "Standard_D4s_v5", "capacity": 3}}))
			}
			continue
		}
		if v.life.has(m) {
			add("vm-list", flatten(e.vmBody(v, m)))
		}
	}
	for _, v := range e.vnets {
		add("vnet-list", e.vnetBody(v))
	}
	for _, g := range e.nsgs {
		add("nsg-list", nsgBody(g))
	}
	for _, l := range e.balancers {
		add("lb-list", balancerBody(l, m))
	}
	for _, r := range e.routeTables {
		add("route-table-list", e.routeTableBody(r))
	}
	for _, p := range e.publicIPs {
		add("public-ip-list", e.publicIPBody(p))
	}
	for _, l := range e.flowLogs {
		if l.life.has(m) && l.format == VNet4 {
			add("flow-log-list", named(l.id(), l.name, l.rg, region, obj{
				"enabled": true, "targetResourceId": l.target, "targetResourceGuid": guid(l.target), "format": obj{"type": "JSON", "version": 2},
				"storageId": armID(prodSub, appRG, "Microsoft.Storage/storageAccounts", "flowlogs2718"),
			}))
		}
	}
	return append(ls, hybrid(d)...)
}

// hybrid returns the lists of what leads out of Azure.
func hybrid(d *demoEstate) []list {
	circuit := armID(prodSub, hubRG, "Microsoft.Network/expressRouteCircuits", "er-circuit-ams")
	gw := func(name string) string {
		return armID(prodSub, hubRG, "Microsoft.Network/virtualNetworkGateways", name)
	}
	gatewaySubnet := d.hub.subnets[0].id()
	site := armID(prodSub, hubRG, "Microsoft.Network/localNetworkGateways", "branch-lng")
	conn := func(name string) string { return armID(prodSub, hubRG, "Microsoft.Network/connections", name) }
	return []list{
		{"express-route-list", []obj{named(circuit, "er-circuit-ams", hubRG, region, obj{
			"circuitProvisioningState": "Enabled", "serviceProviderProvisioningState": "Provisioned", "serviceKey": guid("service key"),
			"serviceProviderProperties": obj{"bandwidthInMbps": 1000, "peeringLocation": "Amsterdam", "serviceProviderName": "Example Carrier"},
			"sku":                       obj{"family": "MeteredData", "name": "Standard_MeteredData", "tier": "Standard"},
			"peerings": []obj{{
				"name": "AzurePrivatePeering", "id": circuit + "/peerings/AzurePrivatePeering", "resourceGroup": hubRG, "peeringType": "AzurePrivatePeering",
				"state": "Enabled", "azureASN": 12076, "peerASN": 65010, "vlanId": 200, "primaryPeerAddressPrefix": "192.168.254.0/30", "secondaryPeerAddressPrefix": "192.168.254.4/30",
			}},
		})}},
		{"express-route-routes", []obj{ // az network express-route list-route-tables, private peering, primary path
			{"network": onPremises.String(), "nextHop": "192.168.254.1", "locPrf": "100", "weight": 0, "path": "65010"},
			{"network": "10.0.0.0/16", "nextHop": "10.0.0.12", "locPrf": "", "weight": 0, "path": "65515"},
			{"network": "10.1.0.0/16", "nextHop": "10.0.0.12", "locPrf": "", "weight": 0, "path": "65515"},
		}},
		{"vnet-gateway-list", []obj{
			named(gw("er-gw"), "er-gw", hubRG, region, obj{
				"gatewayType": "ExpressRoute", "enableBgp": false, "sku": obj{"name": "Standard", "tier": "Standard", "capacity": 2},
				"ipConfigurations": []obj{{"name": "default", "privateIPAllocationMethod": "Dynamic", "resourceGroup": hubRG, "subnet": ref(gatewaySubnet), "publicIPAddress": ref(armID(prodSub, hubRG, "Microsoft.Network/publicIPAddresses", "er-gw-pip"))}},
			}),
			named(gw("vpn-gw"), "vpn-gw", hubRG, region, obj{
				"gatewayType": "Vpn", "vpnType": "RouteBased", "enableBgp": false, "sku": obj{"name": "VpnGw1", "tier": "VpnGw1", "capacity": 2},
				"ipConfigurations":       []obj{{"name": "default", "privateIPAllocationMethod": "Dynamic", "resourceGroup": hubRG, "subnet": ref(gatewaySubnet)}},
				"vpnClientConfiguration": obj{"vpnClientAddressPool": obj{"addressPrefixes": []string{vpnClients.String()}}, "vpnClientProtocols": []string{"OpenVPN"}},
			}),
		}},
		{"local-gateway-list", []obj{named(site, "branch-lng", hubRG, region, obj{
			"gatewayIpAddress": "81.2.69.160", "localNetworkAddressSpace": obj{"addressPrefixes": []string{branch.String()}},
		})}},
		{"vpn-connection-list", []obj{
			named(conn("er-conn"), "er-conn", hubRG, region, obj{"connectionType": "ExpressRoute", "connectionStatus": "Connected", "routingWeight": 0, "virtualNetworkGateway1": ref(gw("er-gw")), "peer": ref(circuit)}),
			named(conn("branch-conn"), "branch-conn", hubRG, region, obj{"connectionType": "IPsec", "connectionStatus": "Connected", "routingWeight": 10, "virtualNetworkGateway1": ref(gw("vpn-gw")), "localNetworkGateway2": ref(site)}),
		}},
	}
}

// named adds to o what every resource has.
func named(id, name, rg, location string, o obj) obj {
	o["id"], o["name"], o["resourceGroup"], o["location"], o["provisioningState"] = id, name, rg, location, "Succeeded"
	parts := strings.Split(id, "/providers/")
	kind := strings.Split(parts[len(parts)-1], "/")
	o["type"] = strings.Join(kind[:2], "/")
	return o
}

// ref refers to another resource as the CLI does.
func ref(id string) obj { return obj{"id": id, "resourceGroup": strings.Split(id, "/")[4]} }

// flatten turns a resource as ARM has it into one as the CLI prints it:
// "properties" dissolved into what holds it, a resourceGroup beside every id.
func flatten(o obj) obj {
	flat := obj{}
	for k, v := range o {
		if k == "properties" {
			for pk, pv := range flatten(v.(obj)) {
				flat[pk] = pv
			}
			continue
		}
		switch v := v.(type) {
		case obj:
			flat[k] = flatten(v)
		case []obj:
			all := make([]obj, 0, len(v))
			for _, e := range v {
				all = append(all, flatten(e))
			}
			flat[k] = all
		case string:
			if k == "id" && strings.HasPrefix(v, "/subscriptions/") {
				flat["resourceGroup"] = strings.Split(v, "/")[4]
			}
			flat[k] = v
		default:
			flat[k] = v
		}
	}
	return flat
}

// nicBody returns n as ARM has it at m. A MAC address and a VM it has only
// once it is attached.
func (e *estate) nicBody(n *nic, m moment) obj {
	var configs []obj
	for i, h := range n.ips {
		if !h.has(m) {
			continue
		}
		version := "IPv4"
		if h.addr.Is6() {
			version = "IPv6"
		}
		name := fmt.Sprintf("ipconfig%d", i+1)
		p := obj{
			"provisioningState": "Succeeded", "privateIPAddress": h.addr.String(), "privateIPAllocationMethod": "Dynamic", "privateIPAddressVersion": version,
			"primary": len(configs) == 0, "subnet": obj{"id": n.subnet.id()},
		}
		if n.public != nil && i == 0 {
			p["publicIPAddress"] = obj{"id": n.public.id()}
		}
		var pools []obj
		for _, l := range e.balancers {
			if slices.Contains(l.pool, n) {
				pools = append(pools, obj{"id": l.id() + "/backendAddressPools/pool"})
			}
		}
		if pools != nil {
			p["loadBalancerBackendAddressPools"] = pools
		}
		configs = append(configs, obj{"name": name, "id": n.id() + "/ipConfigurations/" + name, "properties": p})
	}
	p := obj{
		"provisioningState": "Succeeded", "resourceGuid": guid(n.id()), "ipConfigurations": configs, "enableIPForwarding": n.forwarding,
		"enableAcceleratedNetworking": true, "vnetEncryptionSupported": n.encrypts, "nicType": "Standard", "dnsSettings": obj{"dnsServers": []string{}},
	}
	if n.nsg != nil {
		p["networkSecurityGroup"] = obj{"id": n.nsg.id()}
	}
	for _, a := range n.vms {
		if a.has(m) {
			// ARM gives the resource group here in the case of whoever asked.
			p["virtualMachine"] = obj{"id": strings.Replace(a.vm.id(), "/resourceGroups/"+a.vm.rg, "/resourceGroups/"+strings.ToUpper(a.vm.rg), 1)}
			mac := n.mac
			p["macAddress"] = mac[:2] + "-" + mac[2:4] + "-" + mac[4:6] + "-" + mac[6:8] + "-" + mac[8:10] + "-" + mac[10:]
			p["primary"] = e.primaryNIC(a.vm, n, m)
		}
	}
	return obj{
		"id": n.id(), "name": n.name, "type": "Microsoft.Network/networkInterfaces", "location": n.subnet.vnet.region, "etag": `W/"` + guid("etag", n.id()) + `"`,
		"properties": p,
	}
}

// primaryNIC reports whether n is the first of v's NICs at m.
func (e *estate) primaryNIC(v *vm, n *nic, m moment) bool {
	for _, o := range e.nics {
		for _, a := range o.vms {
			if a.vm == v && a.has(m) {
				return o == n
			}
		}
	}
	return false
}

func (e *estate) vmBody(v *vm, m moment) obj {
	nics := []obj{}
	for _, n := range e.nics {
		for _, a := range n.vms {
			if a.vm == v && a.has(m) {
				nics = append(nics, obj{"id": n.id(), "properties": obj{"primary": e.primaryNIC(v, n, m), "deleteOption": "Detach"}})
			}
		}
	}
	if len(nics) == 1 { // ARM says nothing of a single one
		nics[0] = obj{"id": nics[0]["id"]}
	}
	return obj{
		"id": v.id(), "name": v.name, "type": "Microsoft.Compute/virtualMachines", "location": v.region, "tags": v.tags,
		"properties": obj{"vmId": v.vmID(), "provisioningState": "Succeeded", "hardwareProfile": obj{"vmSize": "Standard_D2s_v5"}, "networkProfile": obj{"networkInterfaces": nics}},
	}
}

func (e *estate) vnetBody(v *vnet) obj {
	subnets, peerings := []obj{}, []obj{}
	for _, s := range v.subnets {
		o := obj{"id": s.id(), "name": s.name, "resourceGroup": v.rg, "provisioningState": "Succeeded", "addressPrefix": s.prefixes[0].String()}
		if len(s.prefixes) > 1 {
			delete(o, "addressPrefix")
			o["addressPrefixes"] = texts(s.prefixes)
		}
		if s.nsg != nil {
			o["networkSecurityGroup"] = ref(s.nsg.id())
		}
		if s.routes != nil {
			o["routeTable"] = ref(s.routes.id())
		}
		subnets = append(subnets, o)
	}
	for _, p := range v.peers {
		name := v.name + "-to-" + p.name
		peerings = append(peerings, obj{
			"id": v.id() + "/virtualNetworkPeerings/" + name, "name": name, "resourceGroup": v.rg, "peeringState": "Connected", "peeringSyncLevel": "FullyInSync",
			"remoteVirtualNetwork": ref(p.id()), "remoteAddressSpace": obj{"addressPrefixes": texts(p.prefixes)}, "allowVirtualNetworkAccess": true,
			"allowForwardedTraffic": true, "allowGatewayTransit": v.gateway, "useRemoteGateways": p.gateway,
		})
	}
	o := named(v.id(), v.name, v.rg, v.region, obj{"resourceGuid": guid(v.id()), "addressSpace": obj{"addressPrefixes": texts(v.prefixes)}, "subnets": subnets, "virtualNetworkPeerings": peerings})
	if v.encryption {
		o["encryption"] = obj{"enabled": true, "enforcement": "AllowUnencrypted"}
	}
	return o
}

func nsgBody(g *nsg) obj {
	rules := []obj{}
	for _, r := range g.rules {
		direction, access := "Outbound", "Allow"
		if r.inbound {
			direction = "Inbound"
		}
		if r.deny {
			access = "Deny"
		}
		rules = append(rules, obj{
			"id": g.id() + "/securityRules/" + r.name, "name": r.name, "resourceGroup": g.rg, "provisioningState": "Succeeded", "direction": direction, "access": access,
			"priority": r.priority, "protocol": "*", "sourcePortRange": "*", "destinationPortRange": r.port, "sourceAddressPrefix": r.source, "destinationAddressPrefix": "*",
		})
	}
	return named(g.id(), g.name, g.rg, region, obj{"resourceGuid": guid(g.id()), "securityRules": rules})
}

func balancerBody(l *loadBalancer, m moment) obj {
	id := l.id()
	front := obj{"id": id + "/frontendIPConfigurations/front", "name": "front", "resourceGroup": l.rg, "provisioningState": "Succeeded"}
	if l.subnet != nil {
		front["privateIPAddress"], front["privateIPAllocationMethod"], front["privateIPAddressVersion"] = l.frontend.String(), "Static", "IPv4"
		front["subnet"] = ref(l.subnet.id())
	} else {
		front["publicIPAddress"] = ref(l.public.id())
	}
	members := []obj{}
	for _, n := range l.pool {
		if n.life.has(m) {
			members = append(members, ref(n.id()+"/ipConfigurations/ipconfig1"))
		}
	}
	return named(id, l.name, l.rg, l.region, obj{
		"sku": obj{"name": "Standard", "tier": "Regional"}, "resourceGuid": guid(id), "frontendIPConfigurations": []obj{front},
		"backendAddressPools": []obj{{"id": id + "/backendAddressPools/pool", "name": "pool", "resourceGroup": l.rg, "provisioningState": "Succeeded", "backendIPConfigurations": members}},
		"loadBalancingRules": []obj{{
			"id": id + "/loadBalancingRules/rule", "name": "rule", "resourceGroup": l.rg, "protocol": "Tcp", "frontendPort": l.port, "backendPort": l.port, "enableFloatingIP": l.floating,
			"frontendIPConfiguration": ref(id + "/frontendIPConfigurations/front"), "backendAddressPool": ref(id + "/backendAddressPools/pool"),
		}},
		"probes": []obj{{"id": id + "/probes/probe", "name": "probe", "resourceGroup": l.rg, "protocol": "Tcp", "port": l.port, "intervalInSeconds": 15}},
	})
}

func (e *estate) routeTableBody(r *routeTable) obj {
	routes, subnets := []obj{}, []obj{}
	for _, rt := range r.routes {
		o := obj{"id": r.id() + "/routes/" + rt.name, "name": rt.name, "resourceGroup": r.rg, "provisioningState": "Succeeded", "addressPrefix": rt.prefix, "nextHopType": rt.hopType}
		if rt.hopIP != "" {
			o["nextHopIpAddress"] = rt.hopIP
		}
		routes = append(routes, o)
	}
	for _, v := range e.vnets {
		for _, s := range v.subnets {
			if s.routes == r {
				subnets = append(subnets, ref(s.id()))
			}
		}
	}
	return named(r.id(), r.name, r.rg, r.region, obj{"routes": routes, "subnets": subnets, "disableBgpRoutePropagation": false})
}

func (e *estate) publicIPBody(p *publicIP) obj {
	o := named(p.id(), p.name, p.rg, p.region, obj{"ipAddress": p.addr.String(), "publicIPAddressVersion": "IPv4", "publicIPAllocationMethod": "Static", "sku": obj{"name": "Standard", "tier": "Regional"}})
	for _, n := range e.nics {
		if n.public == p {
			o["ipConfiguration"] = ref(n.id() + "/ipConfigurations/ipconfig1")
		}
	}
	for _, l := range e.balancers {
		if l.public == p {
			o["ipConfiguration"] = ref(l.id() + "/frontendIPConfigurations/front")
		}
	}
	return o
}

func endpointNICID(p *privateEndpoint) string {
	return armID(p.subnet.vnet.sub, p.rg, "Microsoft.Network/networkInterfaces", p.name+".nic."+guid(p.id()))
}

// endpointNIC is the NIC of a private endpoint: no VM, no MAC address.
func endpointNIC(p *privateEndpoint) obj {
	id := endpointNICID(p)
	return obj{
		"id": id, "name": id[strings.LastIndex(id, "/")+1:], "type": "Microsoft.Network/networkInterfaces", "location": p.subnet.vnet.region,
		"properties": obj{
			"provisioningState": "Succeeded", "resourceGuid": guid(id), "enableIPForwarding": false, "nicType": "Standard", "privateEndpoint": obj{"id": p.id()},
			"ipConfigurations": []obj{{"name": "privateEndpointIpConfig", "id": id + "/ipConfigurations/privateEndpointIpConfig", "properties": obj{
				"provisioningState": "Succeeded", "privateIPAddress": p.addr.String(), "privateIPAllocationMethod": "Dynamic", "privateIPAddressVersion": "IPv4", "primary": true,
				"subnet": obj{"id": p.subnet.id()},
			}}},
		},
	}
}

func endpointBody(p *privateEndpoint) obj {
	return named(p.id(), p.name, p.rg, p.subnet.vnet.region, obj{
		"subnet": ref(p.subnet.id()), "networkInterfaces": []obj{ref(endpointNICID(p))},
		"customDnsConfigs": []obj{{"fqdn": "archive2718.blob.core.windows.net", "ipAddresses": []string{p.addr.String()}}},
		"privateLinkServiceConnections": []obj{{
			"id": p.id() + "/privateLinkServiceConnections/" + p.name, "name": p.name, "resourceGroup": p.rg, "groupIds": []string{p.group}, "privateLinkServiceId": p.service,
			"privateLinkServiceConnectionState": obj{"status": "Approved"},
		}},
	})
}

func texts(ps []netip.Prefix) []string {
	var out []string
	for _, p := range ps {
		out = append(out, p.String())
	}
	return out
}

// serviceTags has the form of Microsoft's weekly file, with the few prefixes
// that the demo's traffic meets. Owner and region of each is the demo's word.
func serviceTags() obj {
	tag := func(name, region, service string, prefixes ...string) obj {
		return obj{"name": name, "id": name, "properties": obj{
			"changeNumber": 1, "region": region, "regionId": len(region), "platform": "Azure", "systemService": service,
			"addressPrefixes": prefixes, "networkFeatures": []string{"API", "NSG", "UDR", "FW"},
		}}
	}
	return obj{"changeNumber": 1, "cloud": "Public", "values": []obj{
		tag("AzureCloud", "", "", "13.107.42.0/24", "20.20.0.0/16", "20.50.0.0/16", "20.60.0.0/16", "20.61.0.0/16", "20.67.0.0/16", "20.190.128.0/18", "40.87.168.0/24", "40.119.6.0/24", "2603:1020:206::/47"),
		tag("AzureCloud.westeurope", "westeurope", "", "20.50.0.0/16", "20.60.26.0/24", "20.61.0.0/16", "40.87.168.0/24", "2603:1020:206::/48"),
		tag("AzureCloud.northeurope", "northeurope", "", "20.67.0.0/16"),
		tag("AzureCloud.southcentralus", "southcentralus", "", "40.119.6.0/24"),
		tag("Storage", "", "AzureStorage", "20.60.0.0/16"),
		tag("Storage.WestEurope", "westeurope", "AzureStorage", "20.60.26.0/24"),
		tag("AzureMonitor", "", "AzureMonitor", "20.50.88.0/24", "2603:1020:206:3::/64"),
		tag("AzureActiveDirectory", "", "AzureAD", "20.190.128.0/18"),
		tag("AzureFrontDoor.FirstParty", "", "AzureFrontDoor", "13.107.42.0/24"),
	}}
}

// An event is a change that the activity log tells of.
type event struct {
	at        moment
	sub       string
	operation string
	resource  string
	body      obj // nil for a deletion
}

// events returns all changes of the estate, in order of time.
func (d *demoEstate) events(end moment) []event {
	var es []event
	for _, n := range d.nics {
		if n.kind != ordinary {
			continue
		}
		sub := n.subnet.vnet.sub
		write := func(m moment) {
			es = append(es, event{m, sub, "Microsoft.Network/networkInterfaces/write", n.id(), d.nicBody(n, m)})
		}
		if n.life.from > 0 {
			// It is there before its VM, and has no MAC address yet.
			body := d.nicBody(n, n.life.from)
			p := body["properties"].(obj)
			delete(p, "virtualMachine")
			delete(p, "macAddress")
			delete(p, "primary")
			es = append(es, event{n.life.from - time.Minute, sub, "Microsoft.Network/networkInterfaces/write", n.id(), body})
			write(n.life.from)
		}
		for _, h := range n.ips {
			if h.from > n.life.from && h.from > 0 {
				write(h.from)
			}
		}
		for _, a := range n.vms {
			if a.from > n.life.from && a.from > 0 {
				write(a.from)
			}
		}
		if n.life.to < end {
			es = append(es, event{n.life.to, sub, "Microsoft.Network/networkInterfaces/delete", n.id(), nil})
		}
	}
	for _, v := range d.vms {
		if v.scaleSet != "" {
			continue
		}
		if v.life.from > 0 {
			es = append(es, event{v.life.from, v.sub, "Microsoft.Compute/virtualMachines/write", v.id(), d.vmBody(v, v.life.from)})
		}
		for _, n := range d.nics {
			for _, a := range n.vms {
				for _, m := range []moment{a.from, a.to} { // a NIC comes or goes
					if a.vm == v && m > 0 && m != forever && m != v.life.from && m != v.life.to {
						es = append(es, event{m, v.sub, "Microsoft.Compute/virtualMachines/write", v.id(), d.vmBody(v, m)})
					}
				}
			}
		}
		if v.life.to < end {
			es = append(es, event{v.life.to - 30*time.Second, v.sub, "Microsoft.Compute/virtualMachines/delete", v.id(), nil})
		}
	}
	es = slices.DeleteFunc(es, func(e event) bool { return e.at < 0 || e.at > end })
	slices.SortStableFunc(es, func(a, b event) int { return int(a.at - b.at) })
	return es
}

// writeActivity writes the activity log as Azure exports it to storage: JSON
// lines, a blob for each subscription and hour, three records for a change.
// MS Learn: "Azure Monitor activity log".
func (d *Demo) writeActivity(to Sink) error {
	type key struct {
		sub  string
		hour moment
	}
	var order []key
	blobs := map[key]*bytes.Buffer{}
	for _, e := range d.estate.events(d.traffic.end) {
		k := key{e.sub, e.at.Truncate(time.Hour)}
		if blobs[k] == nil {
			blobs[k] = new(bytes.Buffer)
			order = append(order, k)
		}
		if err := d.activity(blobs[k], e); err != nil {
			return err
		}
	}
	for _, k := range order {
		hour := d.traffic.midnight.Add(k.hour)
		err := to.Blob(Blob{
			Container: ContainerActivity,
			Name:      "resourceId=/SUBSCRIPTIONS/" + strings.ToUpper(k.sub) + hour.Format("/y=2006/m=01/d=02/h=15/m=00/") + "PT1H.json",
			ModTime:   hour.Add(time.Hour),
			Blocks:    func(yield func(Block) bool) { yield(Block{blockID("00000000"), blobs[k].Bytes()}) },
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// activity writes the records of one change: begun, accepted, done. The last
// two carry what came of it.
func (d *Demo) activity(b *bytes.Buffer, e event) error {
	enc := json.NewEncoder(b)
	enc.SetEscapeHTML(false)
	for i, result := range []struct{ kind, signature string }{{"Start", "Started."}, {"Accept", "Accepted.Created"}, {"Success", "Succeeded."}} {
		at := d.traffic.midnight.Add(e.at).Add(time.Duration(i)*time.Second - 2*time.Second)
		p := obj{"eventCategory": "Administrative", "entity": e.resource, "hierarchy": tenant + "/" + e.sub, "message": e.operation}
		if i > 0 && e.body != nil {
			text, err := json.Marshal(e.body)
			if err != nil {
				return fmt.Errorf("write the activity log: %w", err)
			}
			p["statusCode"], p["serviceRequestId"], p["responseBody"] = "Created", guid("request", e.resource, at.String()), string(text)
		}
		err := enc.Encode(obj{
			"time": at.Format(recordTime), "resourceId": strings.ToUpper(e.resource), "operationName": strings.ToUpper(e.operation), "category": "Administrative",
			"resultType": result.kind, "resultSignature": result.signature, "durationMs": "0", "callerIpAddress": "81.2.69.161", "level": "Information",
			"correlationId": guid("correlation", e.resource, e.at.String()), "tenantId": tenant, "location": "global", "properties": p,
			"identity": obj{"authorization": obj{"scope": e.resource, "action": e.operation}},
		})
		if err != nil {
			return fmt.Errorf("write the activity log: %w", err)
		}
	}
	return nil
}
