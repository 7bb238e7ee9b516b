package trafficanalytics

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/azflow/azflow/internal/batch"
	"github.com/azflow/azflow/schema"
)

// tuple is a row of Flows for tests.
type tuple struct {
	at                                    time.Time
	src, dest                             string
	sport, dport                          int
	l4, direction, state, status, enc     string
	counters                              [4]int64 // packets and bytes there, packets and bytes back
	counted, rollover                     bool
	mac, acl, rule, target, logID, logTyp string
	version                               int
	srcVM                                 string
}

var base = time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC)

// v4 returns an allowed outbound TCP tuple of a virtual network flow log.
func v4(offset time.Duration, state string, counters ...int64) tuple {
	t := tuple{
		at: base.Add(offset), src: "10.1.1.8", dest: "136.144.58.113", sport: 50000, dport: 443,
		l4: "TCP", direction: "Outbound", state: state, status: "Allowed", enc: "NX",
		mac: "00-0D-3A-00-00-01", acl: "/subscriptions/S/resourceGroups/RG/providers/Microsoft.Network/networkSecurityGroups/Nsg1",
		rule: "DefaultRule_AllowInternetOutBound", target: "/subscriptions/S/resourceGroups/RG/providers/Microsoft.Network/virtualNetworks/vnet1",
		logID: "/SUBSCRIPTIONS/S/RESOURCEGROUPS/NW/PROVIDERS/MICROSOFT.NETWORK/NETWORKWATCHERS/NW_X/FLOWLOGS/FL", logTyp: "VNet", version: 4,
	}
	if len(counters) == 4 {
		t.counters, t.counted = [4]int64(counters), true
	}
	return t
}

var flowFields = []batch.Field{
	{Name: "TimeGenerated", Kind: batch.Time},
	{Name: "TimeProcessed", Kind: batch.Time},
	{Name: "SrcIp", Kind: batch.Text},
	{Name: "DestIp", Kind: batch.Text},
	{Name: "SrcPort", Kind: batch.Int32, Nullable: true},
	{Name: "DestPort", Kind: batch.Int32, Nullable: true},
	{Name: "L4Protocol", Kind: batch.Text},
	{Name: "FlowDirection", Kind: batch.Text},
	{Name: "FlowState", Kind: batch.Text},
	{Name: "FlowStatus", Kind: batch.Text},
	{Name: "FlowEncryption", Kind: batch.Text},
	{Name: "PacketsSrcToDest", Kind: batch.Int64, Nullable: true},
	{Name: "BytesSrcToDest", Kind: batch.Int64, Nullable: true},
	{Name: "PacketsDestToSrc", Kind: batch.Int64, Nullable: true},
	{Name: "BytesDestToSrc", Kind: batch.Int64, Nullable: true},
	{Name: "FlowLogVersion", Kind: batch.Int32},
	{Name: "FlowLogType", Kind: batch.Text},
	{Name: "MacAddress", Kind: batch.Text},
	{Name: "AclGroup", Kind: batch.Text},
	{Name: "AclRule", Kind: batch.Text},
	{Name: "TargetResourceId", Kind: batch.Text},
	{Name: "FlowLogResourceId", Kind: batch.Text},
	{Name: "Rollover", Kind: batch.Bool},
	{Name: "SrcVm", Kind: batch.Text},
	{Name: "SrcIp4", Kind: batch.Uint32, Nullable: true},
	{Name: "SrcPublic", Kind: batch.Bool, Nullable: true},
}

func flows(t testing.TB, tuples []tuple) *batch.Batch {
	t.Helper()
	b := batch.NewBuilder(flowFields)
	for _, x := range tuples {
		i := 0
		next := func() *batch.ColumnBuilder { i++; return b.Column(i - 1) }
		next().Int(x.at.UnixMicro())
		next().Int(base.Add(time.Hour).UnixMicro())
		next().Text(x.src)
		next().Text(x.dest)
		next().Int(int64(x.sport))
		next().Int(int64(x.dport))
		for _, s := range []string{x.l4, x.direction, x.state, x.status, x.enc} {
			next().Text(s)
		}
		for _, n := range x.counters {
			if x.counted {
				next().Int(n)
			} else {
				next().Null()
			}
		}
		next().Int(int64(x.version))
		for _, s := range []string{x.logTyp, x.mac, x.acl, x.rule, x.target, x.logID} {
			next().Text(s)
		}
		next().Bool(x.rollover)
		next().Text(x.srcVM)
		a := netip.MustParseAddr(x.src)
		if ip4 := next(); a.Is4() {
			ip4.Int(int64(binary.BigEndian.Uint32(a.AsSlice())))
		} else {
			ip4.Null()
		}
		next().Bool(!a.IsPrivate())
	}
	out, err := b.Batch()
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// rows returns the rows of a batch as text, sorted, one line a row.
func rows(t testing.TB, b *batch.Batch) []string {
	t.Helper()
	if err := b.Check(); err != nil {
		t.Fatal(err)
	}
	var all []string
	for row := range b.Rows {
		var line []string
		for i, f := range b.Fields {
			c := &b.Columns[i]
			if f.Kind == batch.Text {
				if s := c.TextAt(row); s != "" {
					line = append(line, f.Name+"="+s)
				}
			} else if v, ok := c.IntAt(row); ok && v != 0 {
				line = append(line, fmt.Sprintf("%s=%d", f.Name, v))
			}
		}
		all = append(all, strings.Join(line, " "))
	}
	slices.Sort(all)
	return all
}

// aggregator returns an Aggregator that hands its rows to each of to.
func aggregator(t testing.TB, open []OpenRollover, to func(*Partial) error) *Aggregator {
	t.Helper()
	a, err := New(time.Hour, open, to)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// aggregate returns the rows of tuples that come in one batch.
func aggregate(t testing.TB, tuples ...tuple) []string {
	t.Helper()
	var all []string
	a := aggregator(t, nil, func(p *Partial) error {
		all = append(all, rows(t, p.Batch)...)
		return nil
	})
	add(t, a, tuples)
	return all
}

// add adds a batch of tuples and flushes.
func add(t testing.TB, a *Aggregator, tuples []tuple) {
	t.Helper()
	if err := a.Add(flows(t, tuples)); err != nil {
		t.Fatal(err)
	}
	if err := a.Flush(); err != nil {
		t.Fatal(err)
	}
}

func value(line, name string) string {
	for f := range strings.FieldsSeq(line) {
		if v, ok := strings.CutPrefix(f, name+"="); ok {
			return v
		}
	}
	return ""
}

func TestTuplesOfOneFlowBecomeOneRow(t *testing.T) {
	other := v4(9*time.Minute, "E", 1, 100, 2, 200)
	other.sport = 50001
	got := aggregate(t, v4(0, "B"), v4(5*time.Minute, "C", 10, 1000, 20, 2000), v4(7*time.Minute, "E", 1, 10, 2, 20), other)
	if len(got) != 1 {
		t.Fatalf("%d rows, want 1:\n%s", len(got), strings.Join(got, "\n"))
	}
	for name, want := range map[string]string{
		"RecordCount": "4", "AllowedOutFlows": "1", "CompletedFlows": "2", "BytesSrcToDest": "1110", "BytesDestToSrc": "2220",
		"PacketsSrcToDest": "12", "PacketsDestToSrc": "24", "BytesSrcToDestRepeated": "", "SrcPortSet": "50000|50001", "SrcPortOne": "",
		"FlowEncryption": "Unencrypted", "AclRule": "allowinternetoutbound", "AclGroup": "s/rg/nsg1", "TargetResourceId": "s/rg/vnet1",
		"TargetResourceType": "VirtualNetwork", "FlowLogResourceId": "s/nw/nw_x/fl", "SrcIp4": "167837960", "IntervalSeconds": "3600",
		"FlowStartTime": fmt.Sprint(base.UnixMicro()), "FlowEndTime": fmt.Sprint(base.Add(9 * time.Minute).UnixMicro()),
	} {
		if v := value(got[0], name); v != want {
			t.Errorf("%s = %q, want %q", name, v, want)
		}
	}
}

func TestRowsComeByIntervalHoweverTheirTuplesDo(t *testing.T) {
	a := aggregator(t, nil, func(p *Partial) error {
		var starts []int64
		from := 0
		for _, v := range p.Intervals {
			starts = append(starts, v.Start)
			for row := from; row < v.End; row++ {
				if at, _ := p.Batch.Columns[counted.start].IntAt(row); at != v.Start {
					t.Errorf("row %d of %d lies in the interval of %d", row, at, v.Start)
				}
			}
			from = v.End
		}
		if want := []int64{base.UnixMicro(), base.Add(time.Hour).UnixMicro(), base.Add(2 * time.Hour).UnixMicro()}; !slices.Equal(starts, want) || from != p.Batch.Rows {
			t.Errorf("%d of %d rows in intervals %v, want %v", from, p.Batch.Rows, starts, want)
		}
		return nil
	})
	var tuples []tuple
	for i, hour := range []time.Duration{1, 0, 2, 0, 1} {
		x := v4(hour*time.Hour, "B")
		x.dport = 440 + i
		tuples = append(tuples, x)
	}
	add(t, a, tuples)
	slices.Reverse(tuples)
	add(t, a, tuples)
}

func TestWhatTheKeyNamesSeparatesRows(t *testing.T) {
	for name, change := range map[string]func(*tuple){
		"destination": func(x *tuple) { x.dest = "10.1.1.9" },
		"port":        func(x *tuple) { x.dport = 80 },
		"protocol":    func(x *tuple) { x.l4 = "UDP" },
		"direction":   func(x *tuple) { x.direction = "Inbound" },
		"status":      func(x *tuple) { x.status, x.state = "Denied", "D" },
		"encryption":  func(x *tuple) { x.enc = "X" },
		"MAC":         func(x *tuple) { x.mac = "00-0D-3A-00-00-02" },
		"group":       func(x *tuple) { x.acl = "other" },
		"rule":        func(x *tuple) { x.rule = "UserRule_x" },
		"target":      func(x *tuple) { x.target = "other" },
		"flow log":    func(x *tuple) { x.logID = "other" },
		"VM":          func(x *tuple) { x.srcVM = "rg/vm1" },
		"interval":    func(x *tuple) { x.at = x.at.Add(time.Hour) },
	} {
		x := v4(0, "B")
		change(&x)
		if got := aggregate(t, v4(0, "B"), x); len(got) != 2 {
			t.Errorf("another %s gives %d rows, want 2", name, len(got))
		}
	}
	x := v4(0, "B")
	x.rule, x.acl = strings.ToUpper(x.rule), strings.ToLower(x.acl)
	if got := aggregate(t, v4(0, "B"), x); len(got) != 1 {
		t.Errorf("another case of rule and group gives %d rows, want 1", len(got))
	}
}

func TestFlowsAreCountedByTheirState(t *testing.T) {
	in := func(state, status string) tuple {
		x := v4(0, state)
		x.direction, x.status = "Inbound", status
		return x
	}
	v1 := in("", "Allowed")
	v1.version, v1.logTyp = 1, "NSG"
	for _, c := range []struct {
		name string
		x    tuple
		want string // AllowedIn, DeniedIn, Completed, FlowsWithoutCounters
	}{
		{"a B begins a flow", in("B", "Allowed"), "1   "},
		{"a C begins none", in("C", "Allowed"), "   "},
		{"a D is denied", in("D", "Denied"), " 1  "},
		{"version 2 denies with B", in("B", "Denied"), " 1  "},
		{"every version 1 tuple is a flow, whose bytes are unknown", v1, "1   1"},
		{"an E without counters leaves its bytes unknown", in("E", "Allowed"), "  1 1"},
	} {
		got := aggregate(t, c.x)
		var have []string
		for _, n := range []string{"AllowedInFlows", "DeniedInFlows", "CompletedFlows", "FlowsWithoutCounters"} {
			have = append(have, value(got[0], n))
		}
		if h := strings.Join(have, " "); h != c.want {
			t.Errorf("%s: %q, want %q", c.name, h, c.want)
		}
	}
}

func TestNSGVersion2CountsTCPOnly(t *testing.T) {
	udp := v4(0, "E", 0, 0, 0, 0)
	udp.l4, udp.logTyp, udp.version = "UDP", "NSG", 2
	user := v4(0, "B")
	user.direction, user.rule, user.logTyp, user.version = "Inbound", "UserRule_ssh", "NSG", 2
	tcp := v4(0, "E", 0, 0, 0, 0)
	tcp.logTyp, tcp.version = "NSG", 2
	for i, c := range []struct {
		x    tuple
		want string
	}{{udp, "1"}, {user, "1"}, {tcp, ""}} {
		if got := value(aggregate(t, c.x)[0], "FlowsWithoutCounters"); got != c.want {
			t.Errorf("case %d: FlowsWithoutCounters = %q, want %q", i, got, c.want)
		}
	}
}

func TestARolloverIsCountedOnceInTheNetSums(t *testing.T) {
	// The second E counts the first one's packets and bytes again.
	first := v4(0, "E", 8, 5183, 9, 6707)
	first.rollover = true
	got := aggregate(t, first, v4(0, "B"), v4(5*time.Second, "E", 10, 5291, 10, 6809))
	if raw, again := value(got[0], "BytesSrcToDest"), value(got[0], "BytesSrcToDestRepeated"); raw != "10474" || again != "5183" {
		t.Errorf("bytes %s, of them repeated %s; want 10474 and 5183", raw, again)
	}
	alone := aggregate(t, first, v4(0, "B"))
	if again := value(alone[0], "BytesSrcToDestRepeated"); again != "" {
		t.Errorf("without a later E, %s bytes are repeated, want none", again)
	}
}

func TestARolloverIsSettledAcrossFlushesAndIntervals(t *testing.T) {
	first := v4(59*time.Minute, "E", 8, 5183, 9, 6707)
	first.rollover = true
	all := []tuple{first, v4(59*time.Minute, "B"), v4(61*time.Minute, "E", 10, 5291, 10, 6809)}
	whole := aggregate(t, all...)

	m := NewMerger()
	merge := func(p *Partial) error { return m.Add(p.Batch) }
	a := aggregator(t, nil, merge)
	add(t, a, all[:2])
	open := a.Open()
	if len(open) != 1 {
		t.Fatalf("%d open rollovers, want 1", len(open))
	}
	// Another process continues.
	a = aggregator(t, open, merge)
	add(t, a, all[2:])
	if len(a.Open()) != 0 {
		t.Error("the rollover is still open")
	}
	if got := rows(t, m.Flush()); !slices.Equal(got, whole) {
		t.Errorf("in two pieces:\n%s\nwhole:\n%s", strings.Join(got, "\n"), strings.Join(whole, "\n"))
	}
}

// Any split of the tuples into partial rows, merged in any order, gives the rows
// that all tuples give at once, and those that a plain map gives.
func TestMergingIsTheSameHoweverTuplesAreSplit(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	pick := func(from ...string) string { return from[r.IntN(len(from))] }
	for round := range 50 {
		var tuples []tuple
		for range 1 + r.IntN(200) {
			x := v4(time.Duration(r.IntN(7200))*time.Second, pick("B", "C", "E"), r.Int64N(9), r.Int64N(999), r.Int64N(9), r.Int64N(999))
			x.counted = x.state != "B"
			if !x.counted {
				x.counters = [4]int64{}
			}
			x.src, x.dest = pick("10.0.0.1", "10.0.0.2", "2001:db8::1"), pick("10.0.0.3", "8.8.8.8")
			x.sport, x.dport = 1000+r.IntN(5), 80+r.IntN(2)
			x.direction, x.mac = pick("Inbound", "Outbound"), pick("m1", "m2")
			tuples = append(tuples, x)
		}
		whole := aggregate(t, tuples...)
		if n := naive(tuples); len(n) != len(whole) {
			t.Fatalf("round %d: %d rows, a plain map has %d", round, len(whole), len(n))
		} else {
			for _, line := range whole {
				k := strings.Join([]string{value(line, "TimeGenerated"), value(line, "SrcIp"), value(line, "DestIp"), value(line, "DestPort"), value(line, "FlowDirection"), value(line, "MacAddress")}, " ")
				if got := fmt.Sprint(value(line, "BytesSrcToDest"), " ", value(line, "RecordCount")); got != n[k] && got != strings.TrimPrefix(n[k], "0") {
					t.Fatalf("round %d: %s has %q, a plain map %q", round, k, got, n[k])
				}
			}
		}
		// In pieces of one aggregator, then in pieces of one each, in any order.
		m := NewMerger()
		one := aggregator(t, nil, func(p *Partial) error { return m.Add(p.Batch) })
		var parts []*batch.Batch
		for rest := tuples; len(rest) > 0; {
			n := 1 + r.IntN(len(rest))
			add(t, one, rest[:n])
			add(t, aggregator(t, nil, func(p *Partial) error {
				parts = append(parts, p.Batch)
				return nil
			}), rest[:n])
			rest = rest[n:]
		}
		if got := rows(t, m.Flush()); !slices.Equal(got, whole) {
			t.Fatalf("round %d:\none after the other\n%s\nwhole\n%s", round, strings.Join(got, "\n"), strings.Join(whole, "\n"))
		}
		r.Shuffle(len(parts), func(i, j int) { parts[i], parts[j] = parts[j], parts[i] })
		for _, p := range parts {
			if err := m.Add(p); err != nil {
				t.Fatal(err)
			}
		}
		if got := rows(t, m.Flush()); !slices.Equal(got, whole) {
			t.Fatalf("round %d:\nmerged\n%s\nwhole\n%s", round, strings.Join(got, "\n"), strings.Join(whole, "\n"))
		}
	}
}

// Tuples make the same rows whichever form their columns come in, and whether or
// not it changes from batch to batch.
func TestTheFormOfColumnsMakesNoDifference(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for round := range 30 {
		m, want := NewMerger(), NewMerger()
		a := aggregator(t, nil, func(p *Partial) error { return m.Add(p.Batch) })
		plain := aggregator(t, nil, func(p *Partial) error { return want.Add(p.Batch) })
		dict := flows(t, nil) // all batches share its dictionaries, as those of one input do
		for i := range dict.Columns {
			if round%2 == 1 && r.IntN(2) == 0 { // positions take more bits of the key
				for k := range 300 {
					dict.Columns[i].Dict.Text = append(dict.Columns[i].Dict.Text, fmt.Sprint("other ", k))
				}
			}
		}
		for range 4 {
			var tuples []tuple
			for range 1 + r.IntN(40) {
				x := v4(time.Duration(r.IntN(4000))*time.Second, "E", 1, 10, 2, 20)
				x.dest, x.dport = fmt.Sprint("10.0.0.", r.IntN(3)), r.IntN(2)
				if len(tuples) > 0 && r.IntN(3) > 0 {
					x.direction, x.enc, x.rule, x.l4 = tuples[0].direction, tuples[0].enc, tuples[0].rule, tuples[0].l4
				} else if r.IntN(2) == 0 {
					x.direction, x.enc, x.rule, x.l4 = "Inbound", "X", "UserRule_a", "UDP"
				}
				tuples = append(tuples, x)
			}
			b := flows(t, tuples)
			add(t, plain, tuples)
			for i := range b.Columns {
				share(&b.Columns[i], dict.Columns[i].Dict)
				if r.IntN(2) == 0 {
					inRunsOf(&b.Columns[i], b.Rows)
				}
			}
			if err := b.Check(); err != nil {
				t.Fatal(err)
			}
			if err := a.Add(b); err != nil {
				t.Fatal(err)
			}
		}
		if err := a.Flush(); err != nil {
			t.Fatal(err)
		}
		if got, want := rows(t, m.Flush()), rows(t, want.Flush()); !slices.Equal(got, want) {
			t.Fatalf("round %d: got\n%s\nwant\n%s", round, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	}
}

// share makes a Coded column refer to d, with values that d may get for it.
func share(c *batch.Column, d *batch.Dict) {
	if c.Form != batch.Coded || d == nil || c.Dict.Text == nil {
		return
	}
	ids := make([]uint32, len(c.IDs))
	for row := range ids {
		at := slices.Index(d.Text, c.TextAt(row))
		if at < 0 {
			at = len(d.Text)
			d.Text = append(d.Text, c.TextAt(row))
		}
		ids[row] = uint32(at)
	}
	c.IDs, c.Dict = ids, d
}

// inRunsOf turns a Coded column into runs.
func inRunsOf(c *batch.Column, rows int) {
	if c.Form != batch.Coded {
		return
	}
	out := batch.Column{Form: batch.Runs, Dict: c.Dict}
	for row, id := range c.IDs[:rows] {
		if n := len(out.IDs); n == 0 || out.IDs[n-1] != id {
			out.IDs, out.Ends = append(out.IDs, id), append(out.Ends, 0)
		}
		out.Ends[len(out.Ends)-1] = uint32(row + 1)
	}
	*c = out
}

// naive returns bytes and tuples of each row by the key in plain words.
func naive(tuples []tuple) map[string]string {
	bytes, n := map[string]int64{}, map[string]int{}
	for _, x := range tuples {
		k := fmt.Sprint(x.at.Truncate(time.Hour).UnixMicro(), " ", x.src, " ", x.dest, " ", x.dport, " ", x.direction, " ", x.mac)
		bytes[k] += x.counters[1]
		n[k]++
	}
	out := map[string]string{}
	for k := range n {
		out[k] = fmt.Sprint(bytes[k], " ", n[k])
	}
	return out
}

func TestTheStoredColumnsAreTheCatalogues(t *testing.T) {
	table, ok := schema.Lookup("NTANetAnalytics")
	if !ok {
		t.Fatal("no table NTANetAnalytics")
	}
	for _, c := range columns {
		sc, ok := table.Column(c.Name)
		if !ok {
			t.Errorf("the catalogue has no column %s", c.Name)
			continue
		}
		if sc.Physical().String() != c.Kind.String() {
			t.Errorf("%s is %s in the catalogue and %s here", c.Name, sc.Physical(), c.Kind)
		}
		if sc.Optional != c.Nullable {
			t.Errorf("%s may be null: %v in the catalogue, %v here", c.Name, sc.Optional, c.Nullable)
		}
	}
}

func BenchmarkAdd(b *testing.B) {
	r := rand.New(rand.NewPCG(3, 4))
	var tuples []tuple
	for range 100_000 {
		x := v4(time.Duration(r.IntN(3600))*time.Second, "E", 1, 100, 2, 200)
		x.dest = fmt.Sprintf("10.0.%d.%d", r.IntN(4), r.IntN(256))
		x.sport = 1024 + r.IntN(60000)
		tuples = append(tuples, x)
	}
	in := flows(b, tuples)
	a := aggregator(b, nil, func(*Partial) error { return nil })
	b.ResetTimer()
	for b.Loop() {
		if err := a.Add(in); err != nil {
			b.Fatal(err)
		}
		if err := a.Flush(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(tuples)), "ns/tuple")
}
