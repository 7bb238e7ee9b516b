package flowgen_test

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"net/netip"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/azflow/azflow/internal/flowgen"
)

// The windows that a reader builds from the first lists and the activity log
// are those of the truth.
func TestInventoryTellsWhoOwnedWhat(t *testing.T) {
	d := demo(t)
	owners := map[string][]owned{} // by NIC
	for _, n := range d.list(t, d.demo.Start(), "nic-list") {
		if n["virtualMachine"] != nil {
			owners[strings.ToLower(n["id"].(string))] = observe(nil, n, time.Time{})
		}
	}
	for _, n := range d.list(t, d.demo.Start(), "vmss-nic-list") {
		owners[strings.ToLower(n["id"].(string))] = observe(nil, n, time.Time{})
	}
	for _, e := range d.activity(t) {
		id := strings.ToLower(e.ResourceID)
		switch {
		case e.ResultType != "Success":
		case strings.HasSuffix(e.OperationName, "NETWORKINTERFACES/WRITE"):
			var body map[string]any
			if err := json.Unmarshal([]byte(e.Properties.ResponseBody), &body); err != nil {
				t.Fatal(err)
			}
			owners[id] = observe(owners[id], body["properties"].(map[string]any), e.Time)
		case strings.HasSuffix(e.OperationName, "NETWORKINTERFACES/DELETE"):
			owners[id] = observe(owners[id], nil, e.Time)
		}
	}
	var got, want []string
	for nic, os := range owners {
		for _, o := range os {
			got = append(got, fmt.Sprint(nic, o.addr, o.vm, o.from, o.to))
		}
	}
	for _, a := range d.truth.Addresses {
		if a.Kind == "nic" {
			want = append(want, fmt.Sprint(strings.ToLower(a.NIC), a.Address, strings.ToLower(a.VM), a.From, a.To))
		}
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("inventory says\n%s\ntruth says\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if len(want) < 30 {
		t.Errorf("only %d windows", len(want))
	}
}

type owned struct {
	addr     string
	vm       string
	from, to time.Time
}

// observe returns the windows of a NIC after one more look at it: nic is as
// the CLI or, without its wrapper, ARM has it, nil if it is gone.
func observe(windows []owned, nic map[string]any, at time.Time) []owned {
	var now []owned
	if nic != nil && nic["virtualMachine"] != nil {
		vm := strings.ToLower(nic["virtualMachine"].(map[string]any)["id"].(string))
		for _, c := range nic["ipConfigurations"].([]any) {
			c := c.(map[string]any)
			if p, ok := c["properties"].(map[string]any); ok {
				c = p
			}
			now = append(now, owned{addr: c["privateIPAddress"].(string), vm: vm, from: at})
		}
	}
	for i, w := range windows {
		if !w.to.IsZero() {
			continue
		}
		if j := slices.IndexFunc(now, func(n owned) bool { return n.addr == w.addr && n.vm == w.vm }); j >= 0 {
			now = slices.Delete(now, j, j+1)
		} else {
			windows[i].to = at
		}
	}
	return append(windows, now...)
}

func TestTheListsAtTheEndAgreeWithTheTruth(t *testing.T) {
	d := demo(t)
	want := map[string]bool{}
	for _, a := range d.truth.Addresses {
		if a.Kind == "nic" && a.To.IsZero() {
			want[strings.ToLower(a.NIC)+a.Address.String()] = true
		}
	}
	got := map[string]bool{}
	for _, name := range []string{"nic-list", "vmss-nic-list"} {
		for _, n := range d.list(t, demoEnd, name) {
			if n["virtualMachine"] == nil {
				continue
			}
			if mac, _ := n["macAddress"].(string); !regexp.MustCompile(`^([0-9A-F]{2}-){5}[0-9A-F]{2}$`).MatchString(mac) {
				t.Errorf("%s has MAC address %q", n["id"], mac)
			}
			for _, c := range n["ipConfigurations"].([]any) {
				got[strings.ToLower(n["id"].(string))+c.(map[string]any)["privateIPAddress"].(string)] = true
			}
		}
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got %v\nwant %v", got, want)
	}
}

func TestInventoryHoldsTheStory(t *testing.T) {
	d := demo(t)
	lists := func(name string) []map[string]any { return d.list(t, demoEnd, name) }
	has := func(what, name, text string) {
		t.Helper()
		for _, o := range lists(name) {
			if strings.Contains(string(mustJSON(o)), text) {
				return
			}
		}
		t.Errorf("%s: no %s in %s", what, text, name)
	}
	routes := map[string]bool{}
	for _, r := range lists("route-table-list") {
		if r["resourceGroup"] != "flowlogs" {
			continue
		}
		for _, rt := range r["routes"].([]any) {
			rt := rt.(map[string]any)
			appliance := rt["nextHopType"] == "VirtualAppliance"
			if _, ok := rt["nextHopIpAddress"]; ok != appliance {
				t.Errorf("%s has next hop %v of type %s", rt["name"], rt["nextHopIpAddress"], rt["nextHopType"])
			}
			routes[rt["nextHopType"].(string)] = true
		}
	}
	if len(routes) < 3 || !routes["VirtualAppliance"] {
		t.Errorf("next hops %v", routes)
	}
	has("web load balancer", "lb-list", `"name":"web-ilb"`)
	has("floating front end", "lb-list", `"enableFloatingIP":true`)
	has("ordinary front end", "lb-list", `"enableFloatingIP":false`)
	has("starved back end", "lb-list", "web3-nic")
	has("circuit", "express-route-list", `"peeringLocation":"Amsterdam"`)
	has("its prefix", "express-route-routes", "10.4.0.0/16")
	has("its gateway", "vnet-gateway-list", `"gatewayType":"ExpressRoute"`)
	has("its connection", "vpn-connection-list", "er-circuit-ams")
	has("branch", "local-gateway-list", "192.168.50.0/24")
	has("client pool", "vnet-gateway-list", "172.16.200.0/24")
	has("private endpoint", "private-endpoint-list", "archive2718")
	has("its NIC", "nic-list", "10.1.2.10")
	has("appliance", "nic-list", `"enableIPForwarding":true`)
	has("public address", "public-ip-list", "20.61.10.5")
	has("gateway subnet", "vnet-list", "GatewaySubnet")
	has("network that uses the circuit", "vnet-list", `"useRemoteGateways":true`)
	alone := 0
	for _, v := range lists("vnet-list") {
		if peers, _ := v["virtualNetworkPeerings"].([]any); len(peers) == 0 {
			alone++
		}
	}
	if alone == 0 {
		t.Error("every network has a way to the circuit")
	}
	names := map[string]int{}
	for _, n := range lists("vm-list") {
		nics := n["networkProfile"].(map[string]any)["networkInterfaces"].([]any)
		names[n["name"].(string)] = len(nics)
	}
	if names["app5"] != 2 || names["web3"] != 1 || names["dev-b"] != 1 || names["dev-a"] != 0 {
		t.Errorf("VMs and their NICs: %v", names)
	}
}

func TestServiceTagsHoldTheAzureAddresses(t *testing.T) {
	d := demo(t)
	var file struct {
		Values []struct {
			Name       string
			Properties struct {
				Region          string
				AddressPrefixes []netip.Prefix
			}
		}
	}
	for name, text := range d.files {
		if strings.HasPrefix(name, "inventory/ServiceTags_Public_") {
			if err := json.Unmarshal(text, &file); err != nil {
				t.Fatal(err)
			}
		}
	}
	for address, want := range map[string]string{"20.60.26.100": "Storage.WestEurope", "20.61.10.5": "AzureCloud.westeurope", "136.144.58.113": "", "81.2.69.142": ""} {
		got := ""
		for _, v := range file.Values {
			for _, p := range v.Properties.AddressPrefixes {
				if p.Contains(netip.MustParseAddr(address)) {
					got = v.Name
				}
			}
		}
		if got != want {
			t.Errorf("%s has tag %q, want %q", address, got, want)
		}
	}
}

// list reads what an az command said at a time.
func (w *written) list(t *testing.T, at time.Time, name string) []map[string]any {
	t.Helper()
	text, ok := w.files["inventory/"+at.Format("20060102T150405Z")+"/"+name+".json"]
	if !ok {
		t.Fatalf("no %s of %s", name, at)
	}
	var rows []map[string]any
	if err := json.Unmarshal(text, &rows); err != nil {
		t.Fatal(err)
	}
	return rows
}

type activity struct {
	Time          time.Time
	ResourceID    string
	OperationName string
	ResultType    string
	Properties    struct{ ResponseBody string }
}

// activity reads all of the activity log in order of time.
func (w *written) activity(t *testing.T) []activity {
	t.Helper()
	var all []activity
	for name, text := range w.blobs {
		if !strings.HasPrefix(name, flowgen.ContainerActivity+"/resourceId=/SUBSCRIPTIONS/") {
			continue
		}
		if path.Base(name) != "PT1H.json" {
			t.Errorf("%s", name)
		}
		lines := bufio.NewScanner(bytes.NewReader(text))
		lines.Buffer(nil, 1<<20)
		for lines.Scan() {
			var a activity
			if err := json.Unmarshal(lines.Bytes(), &a); err != nil {
				t.Fatal(err)
			}
			all = append(all, a)
		}
		if err := lines.Err(); err != nil {
			t.Fatal(err)
		}
	}
	slices.SortStableFunc(all, func(a, b activity) int { return cmp.Compare(a.Time.UnixNano(), b.Time.UnixNano()) })
	return all
}
