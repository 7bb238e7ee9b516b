package attribution

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/azflow/azflow/internal/inventory"
)

// question is a tuple whose owners are asked for.
type question struct {
	mac, target, src, dest string
	minute                 int
	out                    bool
}

// answerOf tells all that is told of a tuple.
func (a *asker) answerOf(q question) string {
	a.r.Log(q.mac, q.target)
	t := a.r.Tuple(minute(q.minute), a.id(q.src), a.id(q.dest), q.out)
	return fmt.Sprintf("%+v\n%+v\n%+v\n%s %+v", a.r.Ends[a.r.PairEnd[t.Src]], a.r.Ends[a.r.PairEnd[t.Dest]], a.r.Captures[t.Capture], Roles[t.Role], Verdicts[t.Verdict])
}

var (
	drawnAddrs   = []string{"10.1.1.4", "10.1.1.5", "10.1.2.4", "10.4.0.9", "20.61.0.1", "1.1.1.1", "168.63.129.16"}
	drawnMACs    = []string{"000000000001", "000000000002", "000000000003"}
	drawnTargets = []string{nets + "app", nets + "lab", nets + "app/subnets/front", sub + "microsoft.network/networksecuritygroups/g"}
)

func drawQuestion(t *rapid.T) question {
	pick := func(label string, from []string) string { return rapid.SampledFrom(from).Draw(t, label) }
	return question{
		pick("mac", drawnMACs), pick("target", drawnTargets), pick("src", drawnAddrs), pick("dest", drawnAddrs),
		rapid.IntRange(-5, 60).Draw(t, "minute"), rapid.Bool().Draw(t, "out"),
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
	switch pick("what", "nic", "nic", "nic", "nic", "delete", "vm", "vnet", "lb", "public", "site", "sighting") {
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

func TestWhereOwnersDifferAChangeTouches(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := rapid.SliceOfN(rapid.Custom(drawObservation), 1, 25).Draw(t, "observations")
		some := all[:rapid.IntRange(0, len(all)).Draw(t, "known before")]
		before, after := indexOf(t, some), indexOf(t, all)
		d := Diff(before, after)
		for range 30 {
			q := drawQuestion(t)
			old, now := newAsker(before).answerOf(q), newAsker(after).answerOf(q)
			if old == now {
				continue
			}
			f := NewFootprint([]netip.Addr{netip.MustParseAddr(q.src), netip.MustParseAddr(q.dest)}, []string{q.mac})
			at := minute(q.minute)
			if !d.Touch(at, at, f) || !d.Touch(at, at, nil) {
				t.Fatalf("%+v:\n%s\nbecomes\n%s\nbut no change touches it: %+v", q, old, now, d.List)
			}
		}
		if same := Diff(after, indexOf(t, all)); !same.None() {
			t.Fatalf("the same inventory differs: %+v", same.List)
		}
	})
}

func TestWhatIsRememberedIsWhatWouldBeFound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := indexOf(t, rapid.SliceOfN(rapid.Custom(drawObservation), 1, 25).Draw(t, "observations"))
		one := newAsker(x)
		for range 40 {
			q := drawQuestion(t)
			if got, want := one.answerOf(q), newAsker(x).answerOf(q); got != want {
				t.Fatalf("%+v: remembered\n%s\nfound\n%s", q, got, want)
			}
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
		f := NewFootprint(in, macs)
		joined, err := JoinFootprints([][]byte{f.Encode(), NewFootprint(nil, []string{"000000000001"}).Encode()})
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
	if b, err := JoinFootprints([][]byte{nil, {footprintForm}}); b != nil || err != nil {
		t.Errorf("segments one of which has no filter get %v, %v", b, err)
	}
}
