package inventory

import (
	"fmt"
	"net/netip"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/azflow/azflow/internal/batch"
)

const (
	testSub  = "/subscriptions/3f8c2a4e-5b1d-4c7a-9e60-2d71b8a4f019/resourceGroups/"
	testNICs = testSub + "RG/providers/Microsoft.Network/networkInterfaces/"
	testVMs  = testSub + "RG/providers/Microsoft.Compute/virtualMachines/"
	testNets = testSub + "RG/providers/Microsoft.Network/virtualNetworks/"
)

var testStart = time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)

func minute(m int) time.Time { return testStart.Add(time.Duration(m) * time.Minute) }

// nicSeen is a NIC with addresses of one network at a minute.
func nicSeen(kind Kind, m int, name, vm, net string, addrs ...string) Observation {
	o := Observation{Time: minute(m), Kind: kind, Type: "networkinterfaces", ID: strings.ToLower(testNICs + name), Source: fmt.Sprint(m)}
	if kind == Delete {
		return o
	}
	var configs []string
	for i, a := range addrs {
		configs = append(configs, fmt.Sprintf(`{"id":"%s%s/ipConfigurations/c%d","properties":{"privateIPAddress":"%s","subnet":{"id":"%s%s/subnets/default"}}}`, testNICs, name, i, a, testNets, net))
	}
	attached := ""
	if vm != "" {
		attached = fmt.Sprintf(`,"virtualMachine":{"id":"%s"}`, strings.ToUpper(testVMs+vm))
	}
	o.Body = fmt.Sprintf(`{"id":"%s%s","properties":{"ipConfigurations":[%s]%s}}`, testNICs, name, strings.Join(configs, ","), attached)
	return o
}

// instanceSeen is an instance of a scale set in the set's list at a minute.
func instanceSeen(m int, instance, addr string) Observation {
	set := testSub + "RG/providers/Microsoft.Compute/virtualMachineScaleSets/set/virtualMachines/" + instance
	return Observation{
		Time: minute(m), Kind: List, Type: "networkinterfaces", ID: strings.ToLower(set + "/networkInterfaces/nic"), Source: fmt.Sprint("set ", m),
		Body: fmt.Sprintf(`{"virtualMachine":{"id":"%s"},"ipConfigurations":[{"id":"%s/networkInterfaces/nic/ipConfigurations/c","privateIPAddress":"%s","subnet":{"id":"%snet/subnets/default"}}]}`, set, set, addr, testNets),
	}
}

func build(t rapid.TB, all ...Observation) *Estate {
	t.Helper()
	e, err := Build(all)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// story tells an estate's holdings in minutes.
func story(e *Estate) string {
	var lines []string
	end := func(at int64) string {
		if at == Forever {
			return "on"
		}
		return fmt.Sprint(int(time.UnixMicro(at).Sub(testStart) / time.Minute))
	}
	for _, h := range e.Holdings {
		line := fmt.Sprintf("%s %s %s-%s", h.Address, h.NIC[strings.LastIndexByte(h.NIC, '/')+1:], end(h.Start), end(h.End))
		if h.VM != "" {
			line += " " + h.VM[strings.LastIndexByte(h.VM, '/')+1:]
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

func TestWindows(t *testing.T) {
	const a, b = "10.0.0.4", "10.0.0.5"
	for _, c := range []struct {
		name string
		all  []Observation
		want string
	}{
		{
			"an address passes from a deleted NIC to a new one within a minute",
			[]Observation{nicSeen(List, 0, "n1", "v1", "net", a), nicSeen(Delete, 10, "n1", "", ""), nicSeen(Write, 11, "n2", "v2", "net", a)},
			"10.0.0.4 n1 0-10 v1\n10.0.0.4 n2 11-on v2",
		},
		{
			"the event of the end is lost: the next owner ends it",
			[]Observation{nicSeen(Write, 0, "n1", "v1", "net", a), nicSeen(Write, 30, "n2", "v2", "net", a)},
			"10.0.0.4 n1 0-30 v1\n10.0.0.4 n2 30-on v2",
		},
		{
			"events come in any order",
			[]Observation{nicSeen(Write, 30, "n2", "v2", "net", a), nicSeen(Delete, 20, "n1", "", ""), nicSeen(Write, 0, "n1", "v1", "net", a)},
			"10.0.0.4 n1 0-20 v1\n10.0.0.4 n2 30-on v2",
		},
		{
			"a list of a later API version does not show addresses as this one does",
			[]Observation{nicSeen(List, 0, "n1", "v1", "net", a), {Time: minute(10), Kind: List, Type: "networkinterfaces", ID: strings.ToLower(testNICs + "n1"), Body: `{"properties":{"addressing":[]}}`}},
			"10.0.0.4 n1 0-on v1",
		},
		{
			"a NIC changes its address",
			[]Observation{nicSeen(Write, 0, "n1", "v1", "net", a), nicSeen(Write, 30, "n1", "v1", "net", b)},
			"10.0.0.4 n1 0-30 v1\n10.0.0.5 n1 30-on v1",
		},
		{
			"a NIC moves to another VM and is free for a while",
			[]Observation{nicSeen(Write, 0, "n1", "v1", "net", a), nicSeen(Write, 10, "n1", "", "net", a), nicSeen(Write, 20, "n1", "v2", "net", a)},
			"10.0.0.4 n1 0-10 v1\n10.0.0.4 n1 10-20\n10.0.0.4 n1 20-on v2",
		},
		{
			"a list without a NIC ends it, if it shows others of its group",
			[]Observation{nicSeen(List, 0, "n1", "", "net", a), nicSeen(List, 0, "n2", "", "net", b), nicSeen(List, 600, "n2", "", "net", b)},
			"10.0.0.4 n1 0-600\n10.0.0.5 n2 0-on",
		},
		{
			"what one page of a list lacks another may have",
			[]Observation{nicSeen(List, 0, "n1", "", "net", a), nicSeen(List, 1, "n2", "", "net", b)},
			"10.0.0.4 n1 0-on\n10.0.0.5 n2 1-on",
		},
		{
			"a deletion is accepted first and done later",
			[]Observation{nicSeen(Write, 0, "n1", "", "net", a), nicSeen(Delete, 10, "n1", "", ""), nicSeen(Delete, 12, "n1", "", "")},
			"10.0.0.4 n1 0-12",
		},
		{
			"rows add up to a NIC",
			[]Observation{nicSeen(Seen, 0, "n1", "", "net", a), nicSeen(Seen, 0, "n1", "v1", "net", b)},
			"10.0.0.4 n1 0-on v1\n10.0.0.5 n1 0-on v1",
		},
		{
			"a NIC has several addresses, a VM several NICs, and each goes by itself",
			[]Observation{nicSeen(Write, 0, "n1", "v1", "net", a, b), nicSeen(Write, 0, "n2", "v1", "net", "10.0.0.6"), nicSeen(Write, 10, "n1", "v1", "net", b), nicSeen(Delete, 20, "n2", "", "")},
			"10.0.0.4 n1 0-10 v1\n10.0.0.5 n1 0-on v1\n10.0.0.6 n2 0-20 v1",
		},
		{
			"a VM is deleted and its NIC stays, for another VM",
			[]Observation{nicSeen(Write, 0, "n1", "", "net", a), vmSeen(Write, 1, "v1", 1, "n1"), vmSeen(Delete, 10, "v1", 0), vmSeen(Write, 20, "v2", 20, "n1")},
			"10.0.0.4 n1 0-1\n10.0.0.4 n1 1-10 v1\n10.0.0.4 n1 10-20\n10.0.0.4 n1 20-on v2",
		},
		{
			"an instance of a scale set is gone from the set's next list",
			[]Observation{instanceSeen(0, "1", a), instanceSeen(0, "2", b), nicSeen(List, 0, "n1", "v1", "net", "10.0.0.6"), instanceSeen(600, "2", b)},
			"10.0.0.4 nic 0-600 1\n10.0.0.5 nic 0-on 2\n10.0.0.6 n1 0-on v1",
		},
		{
			"an address comes back to the NIC that had it before, within a minute each",
			[]Observation{nicSeen(Write, 0, "n1", "v1", "net", a), nicSeen(Delete, 10, "n1", "", ""), nicSeen(Write, 10, "n2", "v2", "net", a), nicSeen(Delete, 11, "n2", "", ""), nicSeen(Write, 11, "n1", "v1", "net", a)},
			"10.0.0.4 n1 0-10 v1\n10.0.0.4 n2 10-11 v2\n10.0.0.4 n1 11-on v1",
		},
		{
			"an event that comes late, of a time that a list has gone over",
			[]Observation{nicSeen(List, 0, "n1", "v1", "net", a), nicSeen(List, 60, "n2", "v2", "net", a), nicSeen(Write, 30, "n2", "v2", "net", a)},
			"10.0.0.4 n1 0-30 v1\n10.0.0.4 n2 30-on v2",
		},
		{
			"networks may have the same addresses",
			[]Observation{nicSeen(Write, 0, "n1", "v1", "net1", a), nicSeen(Write, 5, "n2", "v2", "net2", a)},
			"10.0.0.4 n1 0-on v1\n10.0.0.4 n2 5-on v2",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := story(build(t, c.all...)); got != c.want {
				t.Errorf("got\n%s\nwant\n%s", got, c.want)
			}
		})
	}
}

// withMAC is an observation of a NIC that tells its MAC address.
func withMAC(o Observation, mac string) Observation {
	o.Body = strings.Replace(o.Body, `"properties":{`, `"properties":{"macAddress":"`+mac+`",`, 1)
	return o
}

// vmSeen is a VM with a NIC that was made at a minute.
func vmSeen(kind Kind, m int, name string, made int, nics ...string) Observation {
	o := Observation{Time: minute(m), Kind: kind, Type: "virtualmachines", ID: strings.ToLower(testVMs + name), Source: fmt.Sprint(m)}
	if kind == Delete {
		return o
	}
	var refs []string
	for _, n := range nics {
		refs = append(refs, fmt.Sprintf(`{"id":"%s%s"}`, testNICs, n))
	}
	o.Body = fmt.Sprintf(`{"properties":{"timeCreated":"%s","networkProfile":{"networkInterfaces":[%s]}}}`, minute(made).Format(time.RFC3339), strings.Join(refs, ","))
	return o
}

// logged is what a MAC address logged from a minute to another.
func logged(t rapid.TB, mac, addr, net string, from, to int) Observation {
	t.Helper()
	s := Sighting{MAC: mac, Address: netip.MustParseAddr(addr), Network: strings.ToLower(testNets + net), First: minute(from), Last: minute(to).Add(-time.Microsecond)}
	o, err := s.Observation()
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func TestWhatFlowLogsSayOfWindows(t *testing.T) {
	const a, b, mac1, mac2 = "10.0.0.4", "10.0.0.5", "00-0D-3A-00-00-01", "00-0D-3A-00-00-02"
	forwarding := withMAC(nicSeen(List, 60, "n2", "v2", "net", b), mac2)
	forwarding.Body = strings.Replace(forwarding.Body, `"properties":{`, `"properties":{"enableIPForwarding":true,`, 1)
	for _, c := range []struct {
		name string
		all  []Observation
		want string
	}{
		{
			"a NIC logs before the first list that shows it",
			[]Observation{withMAC(nicSeen(List, 60, "n1", "v1", "net", a), mac1), logged(t, "000D3A000001", a, "net", 20, 55)},
			"10.0.0.4 n1 20-on v1",
		},
		{
			"a VM tells when it was made",
			[]Observation{nicSeen(List, 60, "n1", "v1", "net", a), vmSeen(List, 60, "v1", 25, "n1")},
			"10.0.0.4 n1 25-on v1",
		},
		{
			"the control plane's clock differs from the log's",
			[]Observation{withMAC(nicSeen(Write, 10, "n1", "v1", "net", a), mac1), nicSeen(Delete, 20, "n1", "", ""), logged(t, "000D3A000001", a, "net", 9, 22)},
			"10.0.0.4 n1 9-22 v1",
		},
		{
			"another NIC logs the address of one that was not seen since",
			[]Observation{withMAC(nicSeen(List, 0, "n1", "v1", "net", a), mac1), withMAC(nicSeen(List, 60, "n2", "v2", "net", a), mac2), logged(t, "000D3A000002", a, "net", 20, 55)},
			"10.0.0.4 n1 0-20 v1\n10.0.0.4 n2 20-on v2",
		},
		{
			"a MAC address that nobody knows logs it: then nobody has it",
			[]Observation{withMAC(nicSeen(List, 0, "n1", "v1", "net", a), mac1), logged(t, "000D3A0000FF", a, "net", 20, 55)},
			"10.0.0.4 n1 0-20 v1",
		},
		{
			"but one that was seen later has it again",
			[]Observation{withMAC(nicSeen(Write, 0, "n1", "v1", "net", a), mac1), withMAC(nicSeen(Write, 60, "n1", "v1", "net", a), mac1), logged(t, "000D3A0000FF", a, "net", 20, 55)},
			"10.0.0.4 n1 0-20 v1\n10.0.0.4 n1 55-on v1",
		},
		{
			"a NIC whose MAC address nobody tells is known by what it logs",
			[]Observation{nicSeen(Write, 0, "n1", "v1", "net", a), logged(t, "000D3A000001", a, "net", 1, 30), logged(t, "000D3A0000FF", a, "net", 40, 55)},
			"10.0.0.4 n1 0-40 v1",
		},
		{
			"inventory names another owner all the while",
			[]Observation{withMAC(nicSeen(Write, 0, "n1", "v1", "net", a), mac1), withMAC(nicSeen(Write, 30, "n1", "v1", "net", a), mac1), withMAC(nicSeen(Write, 0, "n2", "v2", "net", b), mac2), logged(t, "000D3A000002", a, "net", 20, 40)},
			"10.0.0.4 n1 0-on v1\n10.0.0.5 n2 0-on v2",
		},
		{
			"what a NIC that forwards passes on is not its own",
			[]Observation{withMAC(nicSeen(List, 60, "n1", "v1", "net", a), mac1), forwarding, logged(t, "000D3A000002", a, "net", 20, 55)},
			"10.0.0.4 n1 60-on v1\n10.0.0.5 n2 60-on v2",
		},
		{
			"nor is an address of no subnet of its own",
			[]Observation{withMAC(nicSeen(List, 60, "n1", "v1", "net", a), mac1), logged(t, "000D3A000001", "10.9.0.4", "net", 20, 55)},
			"10.0.0.4 n1 60-on v1",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := story(build(t, c.all...)); got != c.want {
				t.Errorf("got\n%s\nwant\n%s", got, c.want)
			}
		})
	}
}

// IDs are compared without case wherever a list or event has them, and what is
// kept of subscriptions and tenants does not mix.
func TestIDsAreOneInAnyCaseAndSubscriptionsApart(t *testing.T) {
	nic := func(sub, id, vm, subnet, tenant string) string {
		return fmt.Sprintf(`[{"id":"%s","tenantId":"%s","properties":{"virtualMachine":{"id":"%s"},"ipConfigurations":[{"id":"%s/ipConfigurations/C","properties":{"privateIPAddress":"10.0.0.4","subnet":{"id":"%s"}}}]}}]`,
			sub+id, tenant, sub+vm, sub+id, sub+subnet)
	}
	const id, vm, subnet = "/resourceGroups/Rg/providers/Microsoft.Network/networkInterfaces/Nic", "/resourceGroups/Rg/providers/Microsoft.Compute/virtualMachines/Vm", "/resourceGroups/Rg/providers/Microsoft.Network/virtualNetworks/Net/subnets/Default"
	const one, two = "/subscriptions/AAAA0000-0000-4000-8000-000000000001", "/subscriptions/bbbb0000-0000-4000-8000-000000000002"
	var all []Observation
	for m, text := range []string{
		nic(one, id, vm, subnet, "TENANT-1"), nic(strings.ToUpper(one), strings.ToUpper(id), strings.ToUpper(vm), strings.ToUpper(subnet), "tenant-1"),
		strings.ToLower(nic(one, id, vm, subnet, "tenant-1")), nic(two, id, vm, subnet, "tenant-2"),
	} {
		text = strings.Replace(strings.Replace(text, "/SUBSCRIPTIONS/", "/subscriptions/", 1), "/subscriptions/", "/Subscriptions/", m%2)
		r := read(fmt.Sprint(m, ".json"), []byte(text), minute(m))
		for _, p := range r.problems {
			t.Error(p)
		}
		all = append(all, r.out...)
	}
	e := build(t, all...)
	var got []string
	for _, r := range e.nicRows() {
		at := func(name string) any {
			return r[slices.IndexFunc(nicFields, func(f batch.Field) bool { return f.Name == name })]
		}
		got = append(got, fmt.Sprint(at("Nic"), " ", at("VmResourceId"), " ", at("Subscription"), " ", at("TenantId")))
	}
	want := []string{
		"rg/nic /subscriptions/aaaa0000-0000-4000-8000-000000000001/resourcegroups/rg/providers/microsoft.compute/virtualmachines/vm aaaa0000-0000-4000-8000-000000000001 tenant-1",
		"rg/nic /subscriptions/bbbb0000-0000-4000-8000-000000000002/resourcegroups/rg/providers/microsoft.compute/virtualmachines/vm bbbb0000-0000-4000-8000-000000000002 tenant-2",
	}
	if !slices.Equal(got, want) {
		t.Errorf("windows\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestAnAddressNeverHasTwoOwners(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pick := func(label string, from ...string) string { return rapid.SampledFrom(from).Draw(t, label) }
		n := rapid.IntRange(0, 40).Draw(t, "observations")
		var all []Observation
		for range n {
			kind := rapid.SampledFrom([]Kind{List, Show, Seen, Write, Delete}).Draw(t, "kind")
			addrs := []string{pick("a", "10.0.0.4", "10.0.0.5"), pick("b", "10.0.0.5", "10.0.0.6", "fd00::4")}
			m := rapid.IntRange(0, 50).Draw(t, "minute")
			o := nicSeen(kind, m, pick("nic", "n1", "n2", "N2", "n3"), pick("vm", "", "v1", "V1", "v2"), pick("net", "net1", "net2"), addrs...)
			o.Source = pick("source", "x", "y")
			if mac := pick("mac", "", "00-0D-3A-00-00-01", "00-0D-3A-00-00-02"); mac != "" && kind != Delete {
				o = withMAC(o, mac)
			}
			all = append(all, o)
			if rapid.Bool().Draw(t, "flows") {
				from := rapid.IntRange(0, 50).Draw(t, "from")
				all = append(all, logged(t, pick("logs", "000D3A000001", "000D3A000002", "000D3A000003"), addrs[0], pick("in", "net1", "net2"), from, from+rapid.IntRange(1, 20).Draw(t, "for")))
			}
			if rapid.Bool().Draw(t, "made") {
				all = append(all, vmSeen(List, m, pick("of vm", "v1", "v2"), rapid.IntRange(0, 50).Draw(t, "created"), pick("with", "n1", "n3")))
			}
			if rapid.Bool().Draw(t, "vm event") {
				v := Observation{Time: minute(m), Kind: rapid.SampledFrom([]Kind{Write, Delete}).Draw(t, "vm kind"), Type: "virtualmachines", ID: strings.ToLower(testVMs + pick("vm", "v1", "v2"))}
				if v.Kind == Write {
					v.Body = fmt.Sprintf(`{"properties":{"networkProfile":{"networkInterfaces":[{"id":"%s%s"}]}}}`, testNICs, pick("of", "n1", "n2"))
				}
				all = append(all, v)
			}
		}
		shuffled := rapid.Permutation(all).Draw(t, "order")
		e := build(t, all...)
		if other := build(t, shuffled...); !reflect.DeepEqual(e.Holdings, other.Holdings) || !reflect.DeepEqual(e.Attachments, other.Attachments) {
			t.Fatalf("another order gives\n%s\ninstead of\n%s", story(other), story(e))
		}
		type key struct {
			net  ID
			addr netip.Addr
		}
		last := map[key]int64{}
		for _, h := range e.Holdings {
			k := key{h.Network, h.Address}
			if end, ok := last[k]; ok && h.Start < end || h.Start >= h.End {
				t.Fatalf("%s of %s: %d to %d overlaps what ends at %d", h.Address, h.Network, h.Start, h.End, last[k])
			}
			last[k] = h.End
			if h.First < h.Start || h.Last > h.End || h.Last < h.First {
				t.Fatalf("%s: seen %d to %d in %d to %d", h.Address, h.First, h.Last, h.Start, h.End)
			}
		}
		if !slices.IsSortedFunc(e.Attachments, func(x, y Attachment) int {
			if x.NIC == y.NIC && y.Start < x.End {
				return 1
			}
			return strings.Compare(x.NIC, y.NIC)
		}) {
			t.Fatal("a NIC is attached to two VMs at once")
		}
	})
}
