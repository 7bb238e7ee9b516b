package flowgen

import (
	"fmt"
	"net/netip"
	"time"
)

// The demo's subscriptions, tenant and resource groups.
const (
	prodSub   = "3f8c2a4e-5b1d-4c7a-9e60-2d71b8a4f019"
	devSub    = "b7d5e1c3-0a92-4f38-8c14-6e9f3a2750d8"
	tenant    = "6c1f0e7b-84d2-4a5f-b3c9-1e02d7a86f54"
	region    = "westeurope"
	devRegion = "northeurope"
	hubRG     = "Hub-RG"
	appRG     = "flowlogs"
	devRG     = "dev-rg"
	labRG     = "lab-rg"
	legacyRG  = "Legacy-RG"
	batchRG   = "batch-rg"
)

// Addresses that the demo's story is about.
var (
	uploadTarget = netip.MustParseAddr("136.144.58.113")
	webFrontend  = netip.MustParseAddr("10.1.1.80")
	sqlListener  = netip.MustParseAddr("10.1.2.20")
	wireServer   = netip.MustParseAddr("168.63.129.16")
	storage      = netip.MustParseAddr("20.60.26.100")
	monitor      = netip.MustParseAddr("20.50.88.240")
	timeServer   = netip.MustParseAddr("40.119.6.228")
	fabric       = netip.MustParseAddr("40.87.168.8")
	malicious    = netip.MustParseAddr("175.16.199.66")
	mirror       = netip.MustParseAddr("185.199.108.153")
	mirror6      = netip.MustParseAddr("2a04:4e42:200::223")
	monitor6     = netip.MustParseAddr("2603:1020:206:3::108")
	onPremises   = netip.MustParsePrefix("10.4.0.0/16")
	branch       = netip.MustParsePrefix("192.168.50.0/24")
	vpnClients   = netip.MustParsePrefix("172.16.200.0/24")
)

// demoEstate is the estate of the demo with names for those of its parts that
// have a role in its story.
type demoEstate struct {
	estate
	nva, dns, jump                       *nic
	gateways                             []*nic
	app1, app2, app3, app4, app5, app6   *nic
	app5data                             *nic
	front                                []*nic
	web1, web2, web3, web4               *nic
	web                                  []*nic
	sql1, sql2                           *nic
	nodes                                []*nic
	devA, devB, devC, devD, float        *nic
	dev                                  []*nic
	lab1, legacy1, legacy2, batch1       *nic
	webLB, webPublicLB, sqlLB            *loadBalancer
	storageEndpoint                      *privateEndpoint
	hub, app, spoke, lab, legacy, batchV *vnet
	overlay                              *pod
}

// Moments of the demo.
var (
	web3Created    = 4*day + 9*time.Hour + 30*time.Minute
	devADeleted    = 3*day + 15*time.Hour + 20*time.Minute
	devBCreated    = 3*day + 18*time.Hour + 5*time.Minute
	devDReaddress  = 5*day + 10*time.Hour
	floatMoved     = 4*day + 12*time.Hour
	sqlFailover    = 6*day + 2*time.Hour
	devLogEnabled  = 1*day + 6*time.Hour
	labVNetEnabled = 5 * day
	labNSGDisabled = 6 * day
	tallDays       = [...]int{2, 5}
)

// internet is the source that means any public address in a rule.
const internet = "Internet"

func newDemoEstate() *demoEstate {
	d := &demoEstate{}
	d.tenant = tenant
	d.subscriptions = []subscription{{prodSub, "Production"}, {devSub, "Development"}}

	routes := func(sub, rg, name, region string, rs ...route) *routeTable {
		t := &routeTable{sub, rg, name, region, rs}
		d.routeTables = append(d.routeTables, t)
		return t
	}
	toApp := routes(prodSub, appRG, "rt-app", region,
		route{"to-dev", "10.2.0.0/16", "VirtualAppliance", "10.0.1.4"},
		route{"to-onprem", onPremises.String(), "VirtualNetworkGateway", ""},
		route{"drop-guests", "10.99.0.0/16", "None", ""},
		route{"internet", "0.0.0.0/0", "Internet", ""})
	toAKS := routes(prodSub, appRG, "rt-aks", region,
		route{"overlay-node0", "10.244.0.0/24", "VirtualAppliance", "10.1.8.4"},
		route{"internet", "0.0.0.0/0", "Internet", ""})
	toDev := routes(devSub, devRG, "rt-dev", devRegion, route{"to-app", "10.1.0.0/16", "VirtualAppliance", "10.0.1.4"})

	group := func(sub, rg, name string, byGUID bool, rules ...rule) *nsg {
		g := &nsg{sub: sub, rg: rg, name: name, guid: byGUID, rules: rules}
		d.nsgs = append(d.nsgs, g)
		return g
	}
	hubNSG := group(prodSub, hubRG, "hub-nsg", false, rule{"allow-dns", true, false, 100, "53", "VirtualNetwork"}, rule{"MicrosoftDefenderForCloud-JITRule_1209_3B6D2C0F8E914A5CA7F0D21B6E83C954", true, false, 200, "3389", vpnClients.String()})
	frontNSG := group(prodSub, appRG, "front-nsg", false, rule{"allow-https", true, false, 100, "443", "VirtualNetwork"}, rule{"deny-sweep", false, true, 300, "445", "*"})
	backendNSG := group(prodSub, appRG, "backend-nsg", false, rule{"allow-http", true, false, 100, "80", "VirtualNetwork"}, rule{"allow-https-internet", true, false, 110, "443", internet})
	dataNSG := group(prodSub, appRG, "data-nsg", false, rule{"allow-sql", true, false, 100, "1433", "VirtualNetwork"}, rule{"deny-vnet", true, true, 4000, "*", "VirtualNetwork"})
	aksNSG := group(prodSub, appRG, "aks-nsg", false)
	devNSG := group(devSub, devRG, "dev-nsg", true, rule{"allow-ssh", true, false, 100, "22", "VirtualNetwork"})
	labSubnetNSG := group(devSub, labRG, "lab-subnet-nsg", false)
	labNICNSG := group(devSub, labRG, "lab1-nic-nsg", false, rule{"allow-web", true, false, 100, "8080", internet})
	legacyNSG := group(devSub, legacyRG, "legacy-nsg", false, rule{"default-allow-rdp", true, false, 1000, "3389", "*"})

	network := func(sub, rg, name, region string, prefixes ...string) *vnet {
		v := &vnet{sub: sub, rg: rg, name: name, region: region, prefixes: parsePrefixes(prefixes)}
		d.vnets = append(d.vnets, v)
		return v
	}
	sub := func(v *vnet, name string, g *nsg, rt *routeTable, prefixes ...string) *subnet {
		s := &subnet{vnet: v, name: name, prefixes: parsePrefixes(prefixes), nsg: g, routes: rt}
		v.subnets = append(v.subnets, s)
		return s
	}
	d.hub = network(prodSub, hubRG, "hub-vnet", region, "10.0.0.0/16")
	d.hub.gateway = true
	gatewaySubnet := sub(d.hub, "GatewaySubnet", nil, nil, "10.0.0.0/27")
	nvaSubnet := sub(d.hub, "nva", nil, nil, "10.0.1.0/27")
	shared := sub(d.hub, "shared", hubNSG, nil, "10.0.2.0/24")
	d.app = network(prodSub, appRG, "app-vnet", region, "10.1.0.0/16", "fd00:db8:1::/48")
	d.app.encryption = true
	front := sub(d.app, "front", frontNSG, toApp, "10.1.1.0/27", "fd00:db8:1:1::/64")
	backend := sub(d.app, "backend", backendNSG, toApp, "10.1.1.64/27")
	data := sub(d.app, "data", dataNSG, toApp, "10.1.2.0/24")
	aks := sub(d.app, "aks", aksNSG, toAKS, "10.1.8.0/24")
	sub(d.app, "pods", aksNSG, nil, "10.1.12.0/24")
	d.spoke = network(devSub, devRG, "spoke-dev", devRegion, "10.2.0.0/16")
	work := sub(d.spoke, "work", devNSG, toDev, "10.2.1.0/24")
	d.lab = network(devSub, labRG, "lab-vnet", devRegion, "10.3.0.0/24")
	labSubnet := sub(d.lab, "lab", labSubnetNSG, nil, "10.3.0.0/24")
	d.legacy = network(devSub, legacyRG, "legacy-vnet", devRegion, "10.3.0.0/24") // the same addresses as lab-vnet
	legacySubnet := sub(d.legacy, "default", legacyNSG, nil, "10.3.0.0/24")
	d.batchV = network(prodSub, batchRG, "batch-vnet", region, "10.5.0.0/24") // never logged
	batchSubnet := sub(d.batchV, "default", nil, nil, "10.5.0.0/24")
	for _, spoke := range []*vnet{d.app, d.spoke, d.batchV} {
		spoke.peers, d.hub.peers = append(spoke.peers, d.hub), append(d.hub.peers, spoke)
	}
	d.app.peers, d.batchV.peers = append(d.app.peers, d.batchV), append(d.batchV.peers, d.app)

	machine := func(s *subnet, rg, name string, life span, tags map[string]any) *vm {
		v := &vm{sub: s.vnet.sub, rg: rg, name: name, region: s.vnet.region, life: life, tags: tags}
		d.vms = append(d.vms, v)
		return v
	}
	card := func(s *subnet, rg, name string, life span, vms []attachment, ips ...holding) *nic {
		n := &nic{rg: rg, name: name, subnet: s, life: life, vms: vms, ips: ips}
		n.mac = macOf(n.id())
		n.encrypts = s.vnet.encryption
		d.nics = append(d.nics, n)
		return n
	}
	// one makes a VM with one NIC and one address.
	one := func(s *subnet, rg, name, addr string, life span, role string) *nic {
		v := machine(s, rg, name, life, map[string]any{"role": role})
		return card(s, rg, name+"-nic", life, []attachment{{v, life}}, holding{netip.MustParseAddr(addr), life})
	}
	d.nva = one(nvaSubnet, hubRG, "nva1", "10.0.1.4", allTime, "appliance")
	d.nva.forwarding = true
	d.dns = one(shared, hubRG, "dns1", "10.0.2.4", allTime, "dns")
	d.jump = one(shared, hubRG, "jump1", "10.0.2.5", allTime, "jump host")
	for i, addr := range []string{"10.0.0.12", "10.0.0.13"} {
		g := card(gatewaySubnet, hubRG, fmt.Sprintf("er-gw-instance%d", i), allTime, nil, holding{netip.MustParseAddr(addr), allTime})
		g.kind, g.forwarding = gateway, true
		d.gateways = append(d.gateways, g)
	}
	d.app1 = one(front, appRG, "app1", "10.1.1.8", allTime, "application")
	d.app2 = one(front, appRG, "app2", "10.1.1.5", allTime, "application")
	d.app3 = one(front, appRG, "app3", "10.1.1.6", allTime, "application")
	d.app3.ips = append(d.app3.ips, holding{netip.MustParseAddr("fd00:db8:1:1::6"), allTime})
	d.app4 = one(front, appRG, "app4", "10.1.1.7", allTime, "application")
	d.app5 = one(front, appRG, "app5", "10.1.1.9", allTime, "application")
	d.app6 = one(front, appRG, "app6", "10.1.1.10", allTime, "application")
	d.app5data = card(data, appRG, "app5-data-nic", allTime, d.app5.vms, holding{netip.MustParseAddr("10.1.2.30"), allTime})
	d.front = []*nic{d.app1, d.app2, d.app3, d.app4, d.app5, d.app6}
	d.web1 = one(backend, appRG, "web1", "10.1.1.68", allTime, "web")
	d.web2 = one(backend, appRG, "web2", "10.1.1.69", allTime, "web")
	d.web3 = one(backend, appRG, "web3", "10.1.1.70", span{web3Created, forever}, "web")
	d.web4 = one(backend, appRG, "web4", "10.1.1.71", allTime, "web")
	d.web = []*nic{d.web1, d.web2, d.web3, d.web4}
	d.sql1 = one(data, appRG, "sql1", "10.1.2.4", allTime, "database")
	d.sql2 = one(data, appRG, "sql2", "10.1.2.5", allTime, "database")
	for i := range 3 {
		v := machine(aks, "MC_flowlogs_aks1_westeurope", fmt.Sprintf("aks-pool1-31415926-vmss_%d", i), allTime, map[string]any{"role": "node"})
		v.scaleSet, v.instance = "aks-pool1-31415926-vmss", fmt.Sprint(i)
		n := card(aks, v.rg, "aks-pool1-31415926-vmss", allTime, []attachment{{v, allTime}}, holding{netip.AddrFrom4([4]byte{10, 1, 8, byte(4 + i)}), allTime})
		n.kind = scaleSet
		n.mac = macOf(n.id())
		d.nodes = append(d.nodes, n)
	}
	for i := range 12 {
		d.pods = append(d.pods, &pod{netip.AddrFrom4([4]byte{10, 1, 12, byte(10 + i)}), d.nodes[i%3]})
	}
	d.overlay = &pod{netip.MustParseAddr("10.244.0.7"), d.nodes[0]}
	d.pods = append(d.pods, d.overlay)

	d.devA = one(work, devRG, "dev-a", "10.2.1.5", span{always, devADeleted}, "workstation")
	d.devB = one(work, devRG, "dev-b", "10.2.1.5", span{devBCreated, forever}, "workstation")
	d.devC = one(work, devRG, "dev-c", "10.2.1.6", allTime, "workstation")
	d.devD = one(work, devRG, "dev-d", "10.2.1.7", allTime, "workstation")
	d.devD.ips = []holding{{netip.MustParseAddr("10.2.1.7"), span{always, devDReaddress}}, {netip.MustParseAddr("10.2.1.9"), span{devDReaddress, forever}}}
	devE := machine(work, devRG, "dev-e", allTime, map[string]any{"role": "workstation"})
	devF := machine(work, devRG, "dev-f", allTime, map[string]any{"role": "workstation"})
	d.float = card(work, devRG, "float-nic", allTime, []attachment{{devE, span{always, floatMoved}}, {devF, span{floatMoved, forever}}}, holding{netip.MustParseAddr("10.2.1.20"), allTime})
	d.dev = []*nic{d.devA, d.devB, d.devC, d.devD, d.float}
	d.lab1 = one(labSubnet, labRG, "lab1", "10.3.0.4", allTime, "laboratory")
	d.lab1.nsg = labNICNSG
	d.legacy1 = one(legacySubnet, legacyRG, "legacy1", "10.3.0.4", allTime, "legacy")
	d.legacy2 = one(legacySubnet, legacyRG, "legacy2", "10.3.0.5", allTime, "legacy")
	d.batch1 = one(batchSubnet, batchRG, "batch1", "10.5.0.4", allTime, "batch")

	public := func(sub, rg, name, region, addr string) *publicIP {
		p := &publicIP{sub, rg, name, region, netip.MustParseAddr(addr)}
		d.publicIPs = append(d.publicIPs, p)
		return p
	}
	d.jump.public = public(prodSub, hubRG, "jump1-pip", region, "20.61.10.5")
	d.lab1.public = public(devSub, labRG, "lab1-pip", devRegion, "20.67.4.18")
	public(prodSub, hubRG, "er-gw-pip", region, "20.61.10.9")
	d.webLB = &loadBalancer{sub: prodSub, rg: appRG, name: "web-ilb", region: region, subnet: backend, frontend: webFrontend, port: 80, pool: d.web}
	d.webPublicLB = &loadBalancer{sub: prodSub, rg: appRG, name: "web-public-lb", region: region, public: public(prodSub, appRG, "web-pip", region, "20.61.11.40"), port: 443, pool: d.web}
	d.webPublicLB.frontend = d.webPublicLB.public.addr
	d.sqlLB = &loadBalancer{sub: prodSub, rg: appRG, name: "sql-ag-lb", region: region, subnet: data, frontend: sqlListener, port: 1433, floating: true, pool: []*nic{d.sql1, d.sql2}}
	d.balancers = []*loadBalancer{d.webLB, d.webPublicLB, d.sqlLB}
	d.storageEndpoint = &privateEndpoint{
		rg: appRG, name: "archive-pe", subnet: data, addr: netip.MustParseAddr("10.1.2.10"),
		service: armID(prodSub, appRG, "Microsoft.Storage/storageAccounts", "archive2718"), group: "blob",
	}
	d.endpoints = []*privateEndpoint{d.storageEndpoint}

	log := func(l *flowLog) {
		switch {
		case l.nic != nil:
			l.target, l.precedences = l.nic.id(), 2
		case l.subnet != nil:
			l.target, l.precedences = l.subnet.id(), 1
		case l.vnet != nil:
			l.target = l.vnet.id()
		default:
			l.target = l.nsg.id()
		}
		d.flowLogs = append(d.flowLogs, l)
	}
	const watchers = "NetworkWatcherRG"
	log(&flowLog{sub: prodSub, rg: watchers, watcher: "NetworkWatcher_westeurope", name: "hub-vnet-hub-rg-flowlog", vnet: d.hub, life: allTime})
	log(&flowLog{sub: prodSub, rg: watchers, watcher: "NetworkWatcher_westeurope", name: "app-vnet-flowlogs-flowlog", vnet: d.app, life: allTime})
	log(&flowLog{sub: prodSub, rg: watchers, watcher: "NetworkWatcher_westeurope", name: "data-flowlogs-flowlog", vnet: d.app, subnet: data, life: allTime, alphabetic: true})
	log(&flowLog{sub: prodSub, rg: watchers, watcher: "NetworkWatcher_westeurope", name: "sql1-nic-flowlogs-flowlog", vnet: d.app, nic: d.sql1, life: allTime})
	log(&flowLog{sub: devSub, rg: "DEV-WATCHERS", watcher: "NetworkWatcher_northeurope", name: "spoke-dev-flowlog", vnet: d.spoke, life: span{devLogEnabled, forever}, long: true})
	log(&flowLog{sub: devSub, rg: "DEV-WATCHERS", watcher: "NetworkWatcher_northeurope", name: "lab-vnet-flowlog", vnet: d.lab, life: span{labVNetEnabled, forever}})
	for _, g := range []*nsg{labSubnetNSG, labNICNSG} {
		log(&flowLog{format: NSG2, sub: devSub, nsg: g, life: span{always, labNSGDisabled}})
	}
	log(&flowLog{format: NSG1, sub: devSub, nsg: legacyNSG, life: allTime})
	return d
}

func parsePrefixes(texts []string) []netip.Prefix {
	var ps []netip.Prefix
	for _, t := range texts {
		ps = append(ps, netip.MustParsePrefix(t))
	}
	return ps
}
