package attribution

import (
	"fmt"
	"math"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/azflow/azflow/internal/inventory"
)

// answerOf tells all that is told of a row by itself.
func (a *asker) answerOf(t testing.TB, q asked) string {
	a.ask(t, q)
	return a.told(0)
}

// told tells all that is told of a row of the batch asked last.
func (a *asker) told(row int) string {
	r := a.r
	run, _ := slices.BinarySearch(r.CaptureEnds, uint32(row+1))
	return fmt.Sprintf("%+v\n%+v\n%+v\n%s %+v %t %s %s", r.Ends[r.PairEnd[r.Src[row]]], r.Ends[r.PairEnd[r.Dest[row]]], r.Captures[r.Capture[run]], Roles[r.Role[row]], Verdicts[r.Verdict[row]], r.Own[row],
		a.about(r.PairAddr[r.Src[row]]), a.about(r.PairAddr[r.Dest[row]]))
}

// about tells an address and what is known of it by itself.
func (a *asker) about(id uint32) string {
	addr := a.d.Addresses.Addr(id)
	tag, region := a.r.x.ServiceTag(addr)
	return fmt.Sprint(addr, " ", tag, " ", region, " ", a.r.x.Label(addr))
}

var (
	drawnAddrs   = []string{"10.1.1.4", "10.1.1.5", "10.1.2.4", "10.4.0.9", "20.61.0.1", "1.1.1.1", "168.63.129.16", "2603::1"}
	drawnMACs    = []string{"000000000001", "000000000002", "000000000003"}
	drawnTargets = []string{nets + "app", nets + "lab", nets + "hub", nets + "spoke", nets + "app/subnets/front", sub + "microsoft.network/networksecuritygroups/g"}
)

// drawQuestion is a row about when something of an estate changes.
func drawQuestion(t *rapid.T) asked {
	pick := func(label string, from []string) string { return rapid.SampledFrom(from).Draw(t, label) }
	at := minute(rapid.IntRange(-5, 60).Draw(t, "minute")) + rapid.SampledFrom([]int64{0, 0, -1, 1, -1 << tick, 1 << tick, 30e6, 1 << 53, -1 << 53}).Draw(t, "more")
	return asked{
		pick("mac", drawnMACs), pick("target", drawnTargets), at, pick("src", drawnAddrs), pick("dest", drawnAddrs),
		rapid.Bool().Draw(t, "out"),
	}
}

// drawObservation is of a small estate, in which everything soon gets in the way
// of everything else.
func drawObservation(t *rapid.T) inventory.Observation {
	pick := func(label string, from ...string) string { return rapid.SampledFrom(from).Draw(t, label) }
	m := rapid.IntRange(0, 50).Draw(t, "at")
	subnet := func(name, prefix string) string {
		return `{"id":"` + nets + name + `","addressPrefix":"` + prefix + `"}`
	}
	switch pick("what", "nic", "nic", "nic", "nic", "delete", "vm", "vnet", "network", "tag", "label", "virtual gateway", "lb", "gateway", "group", "public", "site", "sighting") {
	case "network":
		peering := ""
		if peer := pick("peer", "", "app", "lab", "hub", "spoke"); peer != "" {
			peering = `,"virtualNetworkPeerings":[{"remoteVirtualNetwork":{"id":"` + nets + peer + `"}}]`
		}
		name := pick("network", "app", "lab", "hub", "spoke")
		return seen(m, rapid.SampledFrom([]inventory.Kind{inventory.List, inventory.Write}).Draw(t, "network kind"), "virtualnetworks", nets+name,
			`{"location":"`+pick("location", "westeurope", "northeurope")+`","subnets":[`+subnet(name+"/subnets/"+pick("subnet", "front", "gatewaysubnet"), pick("prefix", "10.1.1.0/24", "10.1.0.0/16", "10.4.0.0/24", "20.61.0.0/24"))+`]`+peering+`}`)
	case "tag":
		name := pick("tag", "Storage", "Storage.WestEurope", "AzureCloud.westeurope")
		return seen(m, inventory.Show, "service tag", strings.ToLower(name), fmt.Sprintf(`{"name":"%s","properties":{"region":"%s","addressPrefixes":["%s"]}}`, name, pick("region", "", "westeurope"), pick("tagged", "20.61.0.0/16", "20.61.0.0/24", "1.1.1.0/24", "2603::/16")))
	case "label":
		cidr := pick("cidr", "10.1.0.0/16", "10.1.1.0/24", "1.0.0.0/8", "0.0.0.0/0")
		return seen(m, inventory.Seen, "label", cidr, fmt.Sprintf(`{"cidr":"%s","label":"%s"}`, cidr, pick("text", "ours", "theirs")))
	case "virtual gateway":
		return seen(m, inventory.Show, "virtualnetworkgateways", sub+"microsoft.network/virtualnetworkgateways/"+pick("gw", "gw1", "gw2"), `{"gatewayType":"Vpn","ipConfigurations":[{"subnet":{"id":"`+nets+pick("stands in", "app", "hub")+`/subnets/gatewaysubnet"}}]}`)
	case "gateway":
		return seen(m, rapid.SampledFrom([]inventory.Kind{inventory.List, inventory.Delete}).Draw(t, "gateway kind"), "applicationgateways", gates+pick("gateway", "g1", "g2"),
			fmt.Sprintf(`{"gatewayIPConfigurations":[{"subnet":{"id":"%sapp/subnets/front"}}],"frontendIPConfigurations":[{"privateIPAddress":"%s","subnet":{"id":"%sapp/subnets/front"}}],"backendAddressPools":[{"backendAddresses":[{"ipAddress":"%s"}]}]}`, nets, pick("before", "10.1.1.5", "10.1.1.9"), nets, pick("behind", "10.1.1.4", "10.1.1.5")))
	case "group":
		return seen(m, rapid.SampledFrom([]inventory.Kind{inventory.List, inventory.Delete}).Draw(t, "group kind"), "staticmembers", groups+pick("group", "x", "y")+"/staticmembers/m",
			fmt.Sprintf(`{"resourceId":"%s%s"}`, nets, pick("member", "app", "app/subnets/front", "lab")))
	case "delete":
		return seen(m, inventory.Delete, "networkinterfaces", nics+pick("nic", "a", "b", "c"), "")
	case "vm":
		return seen(m, inventory.Write, "virtualmachines", vms+pick("vm", "v1", "v2"), fmt.Sprintf(`{"networkProfile":{"networkInterfaces":[{"id":"%s%s"}]}}`, nics, pick("of", "a", "b")))
	case "vnet":
		peering := ""
		if rapid.Bool().Draw(t, "peered") {
			peering = `,"virtualNetworkPeerings":[{"remoteVirtualNetwork":{"id":"` + nets + `lab"}}]`
		}
		return seen(m, inventory.List, "virtualnetworks", nets+"app", `{"location":"westeurope","addressSpace":{"addressPrefixes":["10.1.0.0/16"]},"subnets":[`+subnet("app/subnets/front", "10.1.1.0/24")+`]`+peering+`}`)
	case "lb":
		return seen(m, inventory.List, "loadbalancers", lbs+"lb", fmt.Sprintf(`{"frontendIPConfigurations":[{"privateIPAddress":"%s","subnet":{"id":"%sapp/subnets/front"}}],"backendAddressPools":[{"backendIPConfigurations":[{"id":"%s%s/ipConfigurations/c"}]}]}`,
			pick("front", "10.1.1.5", "10.1.1.9"), nets, nics, pick("member", "a", "b")))
	case "public":
		return seen(m, inventory.List, "publicipaddresses", pips+"p", fmt.Sprintf(`{"ipAddress":"20.61.0.1","ipConfiguration":{"id":"%s%s/ipConfigurations/c"}}`, nics, pick("holder", "a", "b")))
	case "site":
		return seen(m, inventory.Seen, "site", "10.4.0.0/16", fmt.Sprintf(`{"cidr":"10.4.0.0/16","name":"x","circuit":"%s","since":"2026-03-01T00:%02d:00Z"}`, pick("circuit", "er1", "er2"), m))
	case "sighting":
		s := inventory.Sighting{MAC: pick("logs", drawnMACs...), Address: netip.MustParseAddr(pick("logged", "10.1.1.4", "10.1.1.5")), Network: nets + "app", First: time.UnixMicro(minute(m))}
		s.Last = s.First.Add(time.Duration(rapid.IntRange(1, 20).Draw(t, "for")) * time.Minute)
		o, err := s.Observation()
		if err != nil {
			t.Fatal(err)
		}
		return o
	}
	name := pick("name", "a", "b", "c")
	mac := pick("told", "", "00-00-00-00-00-01", "00-00-00-00-00-02")
	o := seen(m, rapid.SampledFrom([]inventory.Kind{inventory.Write, inventory.List, inventory.Seen}).Draw(t, "kind"), "networkinterfaces", nics+name,
		nicBody(name, mac, pick("attached", "v1", "v2"), pick("in", "app/subnets/front", "app/subnets/front", "lab/subnets/default"), pick("addr", drawnAddrs[:3]...), ""))
	if rapid.IntRange(0, 5).Draw(t, "forwards") == 0 {
		o.Body = strings.Replace(o.Body, "{", `{"enableIPForwarding":true,`, 1)
	}
	return o
}

func indexOf(t *rapid.T, all []inventory.Observation) *Index {
	e, err := inventory.Build(append([]inventory.Observation{}, all...))
	if err != nil {
		t.Fatal(err)
	}
	return New(e)
}

func TestWhereOwnersDifferAChangeTouches(top *testing.T) {
	rapid.Check(top, func(t *rapid.T) {
		all := rapid.SliceOfN(rapid.Custom(drawObservation), 1, 25).Draw(t, "observations")
		some := all[:rapid.IntRange(0, len(all)).Draw(t, "known before")]
		before, after := indexOf(t, some), indexOf(t, all)
		d := Diff(before, after)
		for range 30 {
			q := drawQuestion(t)
			old, now := newAsker(before).answerOf(top, q), newAsker(after).answerOf(top, q)
			if old == now {
				continue
			}
			f := NewFootprint([]netip.Addr{netip.MustParseAddr(q.src), netip.MustParseAddr(q.dest)}, []string{q.mac}, []string{q.target})
			at := q.at
			if !d.Touch(at, at, f) || !d.Touch(at, at, nil) {
				t.Fatalf("%+v:\n%s\nbecomes\n%s\nbut no change touches it: %+v", q, old, now, d.List)
			}
		}
		if same := Diff(after, indexOf(t, all)); !same.None() {
			t.Fatalf("the same inventory differs: %+v", same.List)
		}
	})
}

// TestANewNetworkOrServiceTagConcernsItsOwn holds that what is added beside an
// estate leaves alone the segments that have nothing to do with it.
func TestANewNetworkOrServiceTagConcernsItsOwn(t *testing.T) {
	network := func(name, prefix, peer string) inventory.Observation {
		return seen(0, inventory.Show, "virtualnetworks", nets+name, `{"location":"westeurope","subnets":[{"id":"`+nets+name+`/subnets/all","addressPrefix":"`+prefix+`"}],"virtualNetworkPeerings":[{"remoteVirtualNetwork":{"id":"`+nets+peer+`"}}]}`)
	}
	tag := func(name, prefix string) inventory.Observation {
		return seen(0, inventory.Show, "service tag", name, `{"name":"`+name+`","properties":{"addressPrefixes":["`+prefix+`"]}}`)
	}
	nic := seen(0, inventory.Write, "networkinterfaces", nics+"a", nicBody("a", "00-00-00-00-00-01", "a", "app/subnets/all", "10.1.1.4", ""))
	before := []inventory.Observation{network("app", "10.1.0.0/16", "hub"), network("hub", "10.0.0.0/24", "app"), nic, tag("Storage", "20.60.0.0/16")}
	of := func(all []inventory.Observation) *Index {
		e, err := inventory.Build(all)
		if err != nil {
			t.Fatal(err)
		}
		return New(e)
	}
	type segment struct{ addrs, target string }
	for _, c := range []struct {
		name      string
		added     inventory.Observation
		want, not []segment
	}{
		{
			"a spoke", network("spoke", "10.2.0.0/16", "hub"),
			[]segment{{"10.1.1.4 10.2.0.9", "app"}, {"10.9.9.9 1.1.1.1", "spoke/subnets/all"}},
			[]segment{{"10.1.1.4 20.60.0.1", "app"}, {"10.0.0.9 10.3.0.1", "hub"}},
		},
		{
			"a service tag", tag("Sql", "20.62.7.0/24"),
			[]segment{{"10.1.1.4 20.62.7.1", "app"}},
			[]segment{{"10.1.1.4 20.60.0.1 2603::1", "app"}, {"10.1.1.4 20.62.8.1", "hub"}},
		},
		{
			"a service tag of IPv6", tag("Sql", "2603:1030::/44"),
			[]segment{{"10.1.1.4 2603:1030::7", "app"}},
			[]segment{{"10.1.1.4 2603:1031::7", "app"}, {"20.62.7.1", "app"}},
		},
		{
			"a label", seen(0, inventory.Seen, "label", "10.3.0.0/16", `{"cidr":"10.3.0.0/16","label":"lab"}`),
			[]segment{{"10.3.0.1", "app"}},
			[]segment{{"10.1.1.4 20.60.0.1", "app"}},
		},
		{
			"a gateway", seen(0, inventory.Show, "virtualnetworkgateways", sub+"microsoft.network/virtualnetworkgateways/gw", `{"gatewayType":"Vpn","ipConfigurations":[{"subnet":{"id":"`+nets+`hub/subnets/all"}}]}`),
			[]segment{{"10.1.1.4", "hub"}},
			[]segment{{"10.1.1.4 20.60.0.1", "app"}},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := Diff(of(before), of(append(slices.Clone(before), c.added)))
			for _, s := range append(slices.Clone(c.want), c.not...) {
				var addrs []netip.Addr
				for text := range strings.FieldsSeq(s.addrs) {
					addrs = append(addrs, netip.MustParseAddr(text))
				}
				f := NewFootprint(addrs, []string{"000000000001"}, []string{nets + s.target})
				if got := d.Touch(0, math.MaxInt64, f); got != slices.Contains(c.want, s) {
					t.Errorf("%+v: touched %t, by %+v", s, got, d.List)
				}
				old := *f
				old.old = true
				if !d.Touch(0, math.MaxInt64, &old) && slices.Contains(c.want, s) {
					t.Errorf("%+v: not touched, with an old filter", s)
				}
			}
		})
	}
}

func TestWhatIsRememberedIsWhatWouldBeFound(top *testing.T) {
	rapid.Check(top, func(t *rapid.T) {
		x := indexOf(t, rapid.SliceOfN(rapid.Custom(drawObservation), 1, 25).Draw(t, "observations"))
		one := newAsker(x)
		for range 4 {
			batch := rapid.SliceOfN(rapid.Custom(drawQuestion), 1, 12).Draw(t, "batch")
			one.ask(top, batch...)
			for i, q := range batch {
				if got, want := one.told(i), newAsker(x).answerOf(top, q); got != want {
					t.Fatalf("row %d, %+v: remembered\n%s\nfound\n%s", i, q, got, want)
				}
			}
			if rapid.IntRange(0, 3).Draw(t, "reset") == 0 {
				one.d.Reset()
				one.r.Reset()
			}
		}
	})
}

func TestTicksLieWithinTheirSpan(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		edge := rapid.OneOf(rapid.Int64(), rapid.Int64Range(0, 1<<54), rapid.SampledFrom([]int64{math.MinInt64, 0, 1 << tick, math.MaxUint32 << tick, math.MaxInt64}))
		s := span{edge.Draw(t, "from"), edge.Draw(t, "to")}
		first, n := ticks(s)
		if n > 0 && (!s.has(int64(first)<<tick) || !s.has((int64(first)+int64(n))<<tick-1)) {
			t.Fatalf("%d ticks from %d are not within %+v", n, first, s)
		}
		if whole := s.to/(1<<tick) - s.from/(1<<tick) - 1; s.from >= 0 && s.to > s.from && s.to <= math.MaxUint32<<tick && int64(n) < whole {
			t.Fatalf("%d ticks of %+v, which has %d", n, s, whole)
		}
	})
}

func TestAFootprintLeavesNothingOut(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		addrs := rapid.SliceOf(rapid.Uint32()).Draw(t, "addresses")
		var in []netip.Addr
		for _, a := range addrs {
			in = append(in, netip.AddrFrom4([4]byte{10, byte(a >> 16), byte(a >> 8), byte(a)}))
		}
		macs := rapid.SliceOf(rapid.StringMatching(`[0-9A-F]{12}`)).Draw(t, "macs")
		f := NewFootprint(in, macs, nil)
		joined, err := JoinFootprints([][]byte{f.Encode(), NewFootprint(nil, []string{"000000000001"}, nil).Encode()})
		if err != nil {
			t.Fatal(err)
		}
		g, err := ParseFootprint(joined)
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range in {
			c := &Changes{keys: map[uint32][]span{addressKey(a): {always}}}
			if !c.Touch(0, 0, f) || !c.Touch(0, 0, g) || !g.within(netip.PrefixFrom(a, 24)) {
				t.Fatalf("%s was left out", a)
			}
		}
		for _, m := range macs {
			if c := (&Changes{keys: map[uint32][]span{macKey(m): {always}}}); !c.Touch(0, 0, g) {
				t.Fatalf("%s was left out", m)
			}
		}
	})
	if _, err := ParseFootprint([]byte{9}); err == nil {
		t.Error("a filter of another form is read")
	}
	if b, err := JoinFootprints([][]byte{nil, {oldForm}}); b != nil || err != nil {
		t.Errorf("segments one of which has no filter get %v, %v", b, err)
	}
}

func TestAFootprintOfManyPublicAddressesIsSmallAndLeavesNothingOut(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	public := func(from, n int) (all []netip.Addr) { // of from.0.0.0/5
		for range n {
			all = append(all, netip.AddrFrom4([4]byte{byte(from + r.IntN(8)), byte(r.Uint32()), byte(r.Uint32()), byte(r.Uint32())}))
		}
		return all
	}
	few, many := public(200, 100), public(64, 50_000)
	a, b := NewFootprint(few, nil, nil).Encode(), NewFootprint(many, nil, nil).Encode()
	both := slices.Concat(few, many)
	for _, c := range []struct {
		parts [][]byte
		addrs []netip.Addr
	}{{[][]byte{a}, few}, {[][]byte{b}, many}, {[][]byte{a, b}, both}, {[][]byte{b, a}, both}} {
		joined, err := JoinFootprints(c.parts)
		if err != nil {
			t.Fatal(err)
		}
		f, err := ParseFootprint(joined)
		if err != nil {
			t.Fatal(err)
		}
		if len(joined) > 9000 {
			t.Errorf("the footprint has %d bytes", len(joined))
		}
		if f.within(netip.MustParsePrefix("128.0.0.0/4")) {
			t.Error("it has addresses far from all")
		}
		for _, addr := range c.addrs {
			if !f.within(netip.PrefixFrom(addr, 32)) {
				t.Fatalf("%s was left out", addr)
			}
		}
	}
	if _, err := ParseFootprint(b[:5000]); err == nil {
		t.Error("half a footprint is read")
	}
}
