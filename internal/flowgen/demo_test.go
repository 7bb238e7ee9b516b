package flowgen_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/azflow/azflow/internal/flowgen"
)

func TestSameSeedAndEndGiveTheSameBytes(t *testing.T) {
	again, err := write(1, demoEnd)
	if err != nil {
		t.Fatal(err)
	}
	if !sameContent(demo(t).blobs, again.blobs) || !sameContent(demo(t).files, again.files) {
		t.Error("two runs differ")
	}
}

func TestAnotherSeedGivesOtherTraffic(t *testing.T) {
	other, err := write(2, demoEnd)
	if err != nil {
		t.Fatal(err)
	}
	differ := 0
	for name, text := range demo(t).blobs {
		if !bytes.Equal(text, other.blobs[name]) {
			differ++
		}
	}
	if differ < len(other.blobs)*9/10 {
		t.Errorf("only %d of %d blobs differ", differ, len(other.blobs))
	}
}

func sameContent(a, b map[string][]byte) bool { return maps.EqualFunc(a, b, bytes.Equal) }

func TestALaterEndOfTheSameDayAppends(t *testing.T) {
	later, err := write(1, demoEnd.Add(90*time.Minute))
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range demo(t).blobs {
		if strings.HasPrefix(name, flowgen.ContainerActivity) {
			continue
		}
		if !bytes.HasPrefix(later.blobs[name], bytes.TrimSuffix(text, []byte("]}"))) {
			t.Fatalf("%s changed", name)
		}
	}
	if len(later.blobs) <= len(demo(t).blobs) {
		t.Error("nothing came after")
	}
}

func TestAnotherDayShiftsAll(t *testing.T) {
	next, err := flowgen.NewDemo(1, demoEnd.Add(24*time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	truth, err := next.Truth()
	if err != nil {
		t.Fatal(err)
	}
	was := demo(t).truth
	if truth.Totals.Tuples != was.Totals.Tuples || len(truth.Exchanges) != len(was.Exchanges) {
		t.Fatalf("%d tuples and %d exchanges, want %d and %d", truth.Totals.Tuples, len(truth.Exchanges), was.Totals.Tuples, len(was.Exchanges))
	}
	for i, x := range truth.Exchanges {
		w := was.Exchanges[i]
		if !x.Start.Equal(w.Start.Add(24*time.Hour)) || x.Src != w.Src || x.Dest != w.Dest || x.Logged != w.Logged {
			t.Fatalf("exchange %d is %+v, was %+v", i, x, w)
		}
	}
}

func TestItSpansEightDaysAndEndsAtTheEnd(t *testing.T) {
	d := demo(t)
	first, last := d.tuples[0].at, d.tuples[0].at
	for _, tu := range d.tuples {
		if tu.at.Before(first) {
			first = tu.at
		}
		if tu.at.After(last) {
			last = tu.at
		}
	}
	if !d.demo.End().Equal(demoEnd) || last.After(demoEnd) || last.Before(demoEnd.Add(-5*time.Minute)) {
		t.Errorf("ends at %s, with a last tuple of %s", d.demo.End(), last)
	}
	if last.Sub(first) < 8*24*time.Hour {
		t.Errorf("spans %s", last.Sub(first))
	}
	if n := len(d.tuples); n < 300_000 || n > 600_000 {
		t.Errorf("%d tuples", n)
	}
}

func TestBlobsAreBuiltAsAzureBuildsThem(t *testing.T) {
	d := demo(t)
	for name, text := range d.blobs {
		if strings.HasPrefix(name, flowgen.ContainerActivity) {
			continue
		}
		ids, sizes := d.ids[name], d.sizes[name]
		if len(ids) < 3 || len(ids) > 62 {
			t.Fatalf("%s has %d blocks", name, len(ids))
		}
		if ids[0] != "QTAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAw" || ids[len(ids)-1] != "WjAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAw" {
			t.Fatalf("%s begins with block %s and ends with %s", name, ids[0], ids[len(ids)-1])
		}
		if sizes[0] != 12 || sizes[len(sizes)-1] != 2 {
			t.Fatalf("%s has a head of %d bytes and a tail of %d", name, sizes[0], sizes[len(sizes)-1])
		}
		if len(slices.Compact(slices.Sorted(slices.Values(ids)))) != len(ids) {
			t.Fatalf("%s has two blocks of one ID", name)
		}
		at := sizes[0]
		for i, size := range sizes[1 : len(sizes)-1] {
			block := text[at : at+size]
			at += size
			if id, err := base64.StdEncoding.DecodeString(ids[i+1]); err != nil || len(id) != 33 || id[0] != 'D' {
				t.Fatalf("%s: block ID %q", name, id)
			}
			if i > 0 {
				if block[0] != ',' {
					t.Fatalf("%s: a later record begins with %q", name, block[:10])
				}
				block = block[1:]
			}
			if !json.Valid(block) || block[0] != '{' {
				t.Fatalf("%s: block %d is no record", name, i+1)
			}
		}
	}
}

// Which NIC logs in which hour decides whose capture counts, so no NIC may
// be silent in an hour in which it has something to tell.
func TestNICsLogInEveryHour(t *testing.T) {
	hours := map[string]map[string]bool{}
	for _, tu := range demo(t).tuples {
		if tu.version != 4 {
			continue
		}
		if hours[tu.mac] == nil {
			hours[tu.mac] = map[string]bool{}
		}
		hours[tu.mac][tu.at.Format("2006010215")] = true
	}
	for mac, of := range hours {
		all := slices.Sorted(maps.Keys(of))
		first, _ := time.Parse("2006010215", all[0])
		last, _ := time.Parse("2006010215", all[len(all)-1])
		if want := int(last.Sub(first)/time.Hour) + 1; len(all) != want {
			t.Errorf("%s logs in %d of %d hours", mac, len(all), want)
		}
	}
}

func TestCountsOfTruthEqualARecount(t *testing.T) {
	d := demo(t)
	type count struct {
		tuples        int
		state, action map[string]int
		records       map[string]bool
	}
	counts := map[string]*count{}
	for _, tu := range d.tuples {
		c := counts[tu.blob]
		if c == nil {
			c = &count{state: map[string]int{}, action: map[string]int{}, records: map[string]bool{}}
			counts[tu.blob] = c
		}
		c.tuples++
		c.records[tu.record] = true
		c.state[tu.state]++
		c.action[map[bool]string{true: "Denied", false: "Allowed"}[tu.denied]]++
	}
	if len(counts) != len(d.truth.Blobs) {
		t.Fatalf("%d blobs, truth says %d", len(counts), len(d.truth.Blobs))
	}
	tuples := 0
	for _, b := range d.truth.Blobs {
		name := b.Container + "/" + b.Name
		c := counts[name]
		if c == nil {
			t.Fatalf("no blob %s", name)
		}
		if b.Tuples != c.tuples || b.Records != len(c.records) || b.Bytes != len(d.blobs[name]) || !maps.Equal(b.ByState, c.state) || !maps.Equal(b.ByAction, c.action) {
			t.Errorf("truth says %+v, recount %+v", b, *c)
		}
		tuples += b.Tuples
	}
	if tuples != d.truth.Totals.Tuples || tuples != len(d.tuples) {
		t.Errorf("%d tuples, truth says %d in blobs and %d in all", len(d.tuples), tuples, d.truth.Totals.Tuples)
	}
}

// What Azure's table would sum up, counted again out of the blobs.
func TestTableAnswerEqualsARecount(t *testing.T) {
	d := demo(t)
	type pair struct{ day, target, direction, src, dst, port string }
	covered := map[[2]string]bool{}
	for _, tu := range d.tuples {
		if tu.version == 4 {
			covered[[2]string{tu.mac, tu.at.Format("2006010215")}] = true
		}
	}
	want := map[pair][4]int64{}
	superseded := 0
	for _, tu := range d.tuples {
		if tu.version != 4 && covered[[2]string{tu.mac, tu.at.Format("2006010215")}] {
			superseded++
			continue
		}
		k := pair{tu.at.Format(time.DateOnly), strings.ToLower(tu.target), tu.direction, tu.src, tu.dst, tu.dstPort}
		sum := want[k]
		for i, n := range tu.counters {
			sum[i] += n
		}
		want[k] = sum
	}
	if superseded == 0 || superseded != d.truth.Totals.Superseded {
		t.Errorf("%d superseded tuples, truth says %d", superseded, d.truth.Totals.Superseded)
	}
	got := map[pair][4]int64{}
	for _, p := range d.truth.Pairs {
		k := pair{p.Day, strings.ToLower(p.Target), p.Direction, p.Src.String(), p.Dest.String(), itoa(int(p.DestPort))}
		sum := got[k]
		for i, n := range [4]int64{p.Table.PacketsSrcToDest, p.Table.BytesSrcToDest, p.Table.PacketsDestToSrc, p.Table.BytesDestToSrc} {
			sum[i] += n
		}
		got[k] = sum
	}
	if !maps.Equal(got, want) {
		t.Errorf("%d pairs, recount %d, and they differ", len(got), len(want))
	}
}

// An exchange that was logged whole, with counters, at its initiator moved
// exactly the bytes that the wire answer says.
func TestWireAnswerIsTheTrueTraffic(t *testing.T) {
	d := demo(t)
	whole, twice := 0, 0
	for _, x := range d.truth.Exchanges {
		if len(x.Captures) == 0 || x.Captures[0].Tuples < 2 || x.Story == "lab" || x.Story == "legacy" || x.End.After(demoEnd.Add(-2*time.Minute)) {
			continue
		}
		if x.Captures[0].Superseded > 0 || strings.Contains(x.Captures[0].NIC, "lab1") {
			continue
		}
		if x.Captures[0].Role != "Initiator" {
			continue
		}
		whole++
		if x.Logged.Wire != x.True {
			t.Fatalf("%s %d: wire %+v, true %+v", x.Story, x.ID, x.Logged.Wire, x.True)
		}
		if x.Logged.Table.Bytes() > x.Logged.Wire.Bytes() {
			twice++
		}
	}
	if whole < 50_000 || twice < 20_000 {
		t.Errorf("%d whole exchanges, %d of them logged more than once", whole, twice)
	}
}

func TestRolloversAreAsObserved(t *testing.T) {
	d := demo(t)
	if len(d.truth.Rollovers) < 80 {
		t.Fatalf("%d rollovers", len(d.truth.Rollovers))
	}
	byMAC := map[string][]logged{}
	for _, tu := range d.tuples {
		if tu.version == 4 && tu.dstPort == "443" && (tu.state == "E" || tu.state == "B") {
			byMAC[tu.mac] = append(byMAC[tu.mac], tu)
		}
	}
	for _, r := range d.truth.Rollovers {
		x := d.truth.Exchanges[r.Exchange]
		var states string
		for _, tu := range byMAC[r.MAC] {
			if tu.at.Equal(r.At) && tu.srcPort == itoa(int(x.SrcPort)) && tu.dst == x.Dest.String() {
				states += tu.state
			}
		}
		if states != "EB" {
			t.Errorf("at %s the log has %q, want E then B", r.At, states)
		}
		if !r.Later.IsZero() && r.Total.Bytes() < r.Counted.Bytes() {
			t.Errorf("the later E says %d, less than %d", r.Total.Bytes(), r.Counted.Bytes())
		}
	}
}

func itoa(n int) string { return string(json.RawMessage(mustJSON(n))) }

func mustJSON(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return b
}

// The story of the demo, element by element, out of the blobs alone.
func TestTheStoryIsTold(t *testing.T) {
	d := demo(t)
	day := func(tu logged) string { return tu.at.Format(time.DateOnly) }

	t.Run("two days of a gigabyte to one address", func(t *testing.T) {
		bytes := map[string]int64{}
		for _, tu := range d.tuples {
			if tu.dst == "136.144.58.113" {
				if tu.src != "10.1.1.8" || tu.dstPort != "443" || tu.proto != "6" {
					t.Fatalf("%+v", tu)
				}
				bytes[day(tu)] += tu.bytes()
			}
		}
		tall := 0
		for _, n := range bytes {
			switch {
			case n > 900e6 && n < 1200e6:
				tall++
			case n > 50e6:
				t.Errorf("a day of %d bytes is neither tall nor small", n)
			}
		}
		if tall != 2 || len(bytes) < 8 {
			t.Errorf("%d tall days of %d", tall, len(bytes))
		}
	})
	t.Run("a starved back end, younger than the others", func(t *testing.T) {
		bytes, first := map[string]int64{}, map[string]time.Time{}
		for _, tu := range d.tuples {
			for _, a := range []string{"10.1.1.68", "10.1.1.69", "10.1.1.70", "10.1.1.71"} {
				if tu.src == a || tu.dst == a {
					bytes[a] += tu.bytes()
					if first[a].IsZero() || tu.at.Before(first[a]) {
						first[a] = tu.at
					}
				}
			}
		}
		for a, n := range bytes {
			if a != "10.1.1.70" && (n < 2*bytes["10.1.1.70"] || first["10.1.1.70"].Sub(first[a]) < 48*time.Hour) {
				t.Errorf("%s: %d bytes since %s; 10.1.1.70: %d since %s", a, n, first[a], bytes["10.1.1.70"], first["10.1.1.70"])
			}
		}
		if len(bytes) != 4 {
			t.Error(bytes)
		}
	})
	t.Run("prefix to prefix mostly by port 80, both edges tried", func(t *testing.T) {
		one, two := netip.MustParsePrefix("10.1.1.0/27"), netip.MustParsePrefix("10.1.1.64/27")
		ports := map[string]int64{}
		tried := map[string]bool{}
		for _, tu := range d.tuples {
			s, e := netip.MustParseAddr(tu.src), netip.MustParseAddr(tu.dst)
			if one.Contains(s) && two.Contains(e) || two.Contains(s) && one.Contains(e) {
				ports[tu.dstPort] += tu.bytes()
			}
			tried[tu.dst] = true
		}
		var all int64
		for _, n := range ports {
			all += n
		}
		if len(ports) < 2 || ports["80"] < all*8/10 || !tried["10.1.1.63"] || !tried["10.1.1.64"] {
			t.Errorf("%v, 63: %t, 64: %t", ports, tried["10.1.1.63"], tried["10.1.1.64"])
		}
	})
	t.Run("on-premises both ways within the last day", func(t *testing.T) {
		site, app := netip.MustParsePrefix("10.4.0.0/16"), netip.MustParsePrefix("10.1.0.0/16")
		in, out := 0, 0
		for _, tu := range d.tuples {
			if tu.at.Before(demoEnd.Add(-24 * time.Hour)) {
				continue
			}
			s, e := netip.MustParseAddr(tu.src), netip.MustParseAddr(tu.dst)
			if site.Contains(s) && app.Contains(e) {
				in++
			}
			if app.Contains(s) && site.Contains(e) {
				out++
			}
		}
		if in == 0 || out == 0 {
			t.Errorf("%d from the site, %d to it", in, out)
		}
	})
	t.Run("every value of encryption", func(t *testing.T) {
		seen := map[string]int{}
		for _, tu := range d.tuples {
			if tu.version == 4 {
				seen[tu.enc]++
				if (tu.enc == "NX_NOT_ACCEPTED" || tu.enc == "NX_SW_NOT_READY" || tu.enc == "NX_NOT_SUPPORTED") && (!tu.denied || tu.acl != "unspecified" || tu.rule != "unspecified") {
					t.Errorf("dropped packets: %+v", tu)
				}
			}
		}
		for _, v := range []string{"X", "NX", "NX_HW_NOT_SUPPORTED", "NX_SW_NOT_READY", "NX_NOT_ACCEPTED", "NX_NOT_SUPPORTED", "NX_LOCAL_DST", "NX_FALLBACK"} {
			if seen[v] == 0 {
				t.Errorf("no %s", v)
			}
		}
	})
	t.Run("each exchange through the appliance is logged four times", func(t *testing.T) {
		four := 0
		for _, x := range d.truth.Exchanges {
			if len(x.Captures) == 4 && x.Captures[1].Role == "Transit" && x.Captures[1].MAC == x.Captures[2].MAC && x.Captures[3].Role == "Responder" && x.Captures[0].Tuples > 0 {
				four++
			}
		}
		if four < 500 {
			t.Errorf("%d", four)
		}
	})
	t.Run("counters differ between the ends", func(t *testing.T) {
		differ := 0
		for _, x := range d.truth.Exchanges {
			if len(x.Captures) == 2 && x.Captures[0].Logged.Table != x.Captures[1].Logged.Table && x.Captures[0].Tuples == x.Captures[1].Tuples {
				differ++
			}
		}
		if differ < 5000 {
			t.Errorf("%d", differ)
		}
	})
	t.Run("one NIC in NSG and VNet logs at once", func(t *testing.T) {
		versions := map[[2]string]map[int]bool{}
		for _, tu := range d.tuples {
			k := [2]string{tu.mac, tu.hour}
			if versions[k] == nil {
				versions[k] = map[int]bool{}
			}
			versions[k][tu.version] = true
		}
		both := 0
		for _, v := range versions {
			if v[2] && v[4] {
				both++
			}
		}
		if both < 20 {
			t.Errorf("%d hours", both)
		}
	})
	t.Run("all the rest has its tuples", func(t *testing.T) {
		for what, is := range map[string]func(logged) bool{
			"version 1":        func(l logged) bool { return l.version == 1 },
			"version 2 denied": func(l logged) bool { return l.version == 2 && l.denied },
			"platform rule": func(l logged) bool {
				return l.rule == "PlatformRule" && l.acl == "00000000-0000-0000-0000-000000000000"
			},
			"security admin denial": func(l logged) bool { return l.rule == "BlockHighRiskTCPPortsFromInternet" && l.state == "D" },
			"group named by GUID": func(l logged) bool {
				return l.version == 4 && len(l.acl) == 36 && strings.HasPrefix(l.rule, "DefaultRule_")
			},
			"IPv6":                  func(l logged) bool { return strings.Contains(l.src, ":") && strings.Contains(l.dst, ":") },
			"floating front end":    func(l logged) bool { return l.dst == "10.1.2.20" && l.direction == "I" },
			"front end":             func(l logged) bool { return l.dst == "10.1.1.80" && l.direction == "O" },
			"pod":                   func(l logged) bool { return strings.HasPrefix(l.src, "10.1.12.") },
			"overlay pod":           func(l logged) bool { return strings.HasPrefix(l.src, "10.244.") },
			"private endpoint":      func(l logged) bool { return l.dst == "10.1.2.10" && l.direction == "O" },
			"health probe":          func(l logged) bool { return l.src == "168.63.129.16" },
			"branch by VPN":         func(l logged) bool { return strings.HasPrefix(l.src, "192.168.50.") },
			"VPN client":            func(l logged) bool { return strings.HasPrefix(l.src, "172.16.200.") },
			"own public address":    func(l logged) bool { return l.dst == "20.61.10.5" },
			"nineteen days in an E": func(l logged) bool { return l.state == "E" && l.dst == "40.119.6.228" && l.bytes() > 6_000_000 },
			"target subnet":         func(l logged) bool { return strings.Contains(l.target, "/subnets/") },
			"target NIC":            func(l logged) bool { return strings.Contains(l.target, "/networkInterfaces/") },
			"gateway":               func(l logged) bool { return strings.HasPrefix(l.src, "10.4.") && l.direction == "O" },
			"network that never logs": func(l logged) bool {
				return l.src == "10.5.0.4" && l.direction == "I"
			},
			"path under the resource ID": func(l logged) bool {
				return strings.Contains(l.blob, "flowLogResourceID=/SUBSCRIPTIONS/") && strings.Contains(l.blob, "/DEV-WATCHERS/")
			},
		} {
			if !slices.ContainsFunc(d.tuples, is) {
				t.Errorf("no %s", what)
			}
		}
	})
}

// C tuples of a NIC lie on one grid of five minutes, since counters are read
// by the host and not by the flow.
func TestContinuingFlowsLieOnAGrid(t *testing.T) {
	grid := map[string]int64{}
	for _, tu := range demo(t).tuples {
		if tu.version != 4 || tu.state != "C" {
			continue
		}
		at := tu.at.UnixMilli() % 300_000
		if was, ok := grid[tu.mac]; ok && was != at {
			t.Fatalf("%s has continuing flows at %d and %d ms of five minutes", tu.mac, was, at)
		}
		grid[tu.mac] = at
	}
	if len(grid) < 20 {
		t.Errorf("only %d NICs have continuing flows", len(grid))
	}
}

// The sanity of the recipes' answers, in all three ways of counting.
func TestRecipesHaveSaneAnswers(t *testing.T) {
	recipes, err := demo(t).demo.Recipes()
	if err != nil {
		t.Fatal(err)
	}
	total := func(number string, of func(flowgen.Answer) flowgen.Sums, match func(key []string) bool) (sum int64) {
		for _, r := range recipes[number] {
			if match(r.Key) {
				sum += of(r.Answer).Bytes()
			}
		}
		return sum
	}
	all := func([]string) bool { return true }
	table := func(a flowgen.Answer) flowgen.Sums { return a.Table }
	wire := func(a flowgen.Answer) flowgen.Sums { return a.Wire }
	for _, number := range []string{"03", "05", "06", "07", "08", "09", "10", "11", "12"} {
		if total(number, wire, all) == 0 {
			t.Errorf("recipe %s has no bytes", number)
		}
		if total(number, wire, all) > total(number, table, all) {
			t.Errorf("recipe %s has more bytes on the wire than in the table", number)
		}
	}
	upload := total("03", table, func(k []string) bool { return k[1] == "136.144.58.113" })
	if got := total("05", table, all); got != upload {
		t.Errorf("recipe 05 sums up to %d, 03 has %d for that address", got, upload)
	}
	for _, same := range [][2]string{{"06", "07"}, {"07", "08"}, {"10", "11"}} {
		if a, b := total(same[0], table, all), total(same[1], table, all); a != b {
			t.Errorf("recipes %v sum up to %d and %d", same, a, b)
		}
	}
	// Both NICs of two subnets that log tell of all bytes, though not of the
	// same number.
	both := func(k []string) bool {
		return k[0] == "flowlogs/app-vnet/front" && k[1] == "flowlogs/app-vnet/backend" && k[3] == "8443"
	}
	if twice, once := total("09", table, both), total("09", wire, both); twice < 2*once || twice > 2*once*102/100 {
		t.Errorf("two subnets that log have %d bytes in the table, %d on the wire", twice, once)
	}
}
