package segment_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/azflow/azflow/internal/batch"
	"github.com/azflow/azflow/internal/lake/segment"
)

// flowsTable makes rows as Azure's logs have them: blob by blob, minute by
// minute, rule by rule, with connections that are logged again each minute.
type flowsTable struct {
	r          *rand.Rand
	ips        batch.Dict
	ip4, zero  batch.Dict
	owner      []uint32 // address -> VM
	vms, nets  batch.Dict
	netOf      []uint32 // address -> subnet
	ports      batch.Dict
	words      [4]batch.Dict // direction, state, encryption, status
	macs, rule batch.Dict
}

func newFlowsTable() *flowsTable {
	t := &flowsTable{r: rand.New(rand.NewPCG(1, 1))}
	t.vms.Text, t.nets.Text, t.zero.Text = []string{""}, []string{""}, []string{"", "rg-prod/lb-web"}
	for i := range 60_000 {
		a := t.r.Uint32()
		if i < 800 {
			a = 10<<24 | uint32(i/200)<<16 | uint32(i%8)<<8 | uint32(i/8)&0xff
		}
		t.ips.Text = append(t.ips.Text, fmt.Sprintf("%d.%d.%d.%d", a>>24, a>>16&255, a>>8&255, a&255))
		t.ip4.Ints = append(t.ip4.Ints, int64(a))
		vm, net := uint32(0), uint32(0)
		if i < 800 {
			t.vms.Text = append(t.vms.Text, fmt.Sprintf("rg-prod-%d/vm-app-%04d", i%8, i))
			vm, net = uint32(len(t.vms.Text)-1), uint32(1+i%32)
		}
		t.owner, t.netOf = append(t.owner, vm), append(t.netOf, net)
	}
	for i := range 32 {
		t.nets.Text = append(t.nets.Text, fmt.Sprintf("rg-prod/vnet-%d/subnet-%d", i/8, i%8))
	}
	for i := range 65536 {
		t.ports.Ints = append(t.ports.Ints, int64(i))
	}
	for i, s := range [][]string{{"Inbound", "Outbound"}, {"B", "C", "E", "D"}, {"NX", "X", "NX_LOCAL_DST"}, {"Allowed", "Denied"}} {
		t.words[i].Text = s
	}
	for i := range 80 {
		t.macs.Text = append(t.macs.Text, fmt.Sprintf("00-22-48-00-00-%02X", i))
	}
	t.rule.Text = []string{"defaultrule_allowvnetinbound", "defaultrule_denyallinbound", "userrule_allowhttps", "userrule_allowsql", "defaultrule_allowinternetoutbound"}
	return t
}

// rows returns about n rows in batches. wide gives the columns of Flows that
// ingest fills, else those of the prototype that performance.md measured.
func (t *flowsTable) rows(n int, wide bool) []*batch.Batch {
	var out []*batch.Batch
	for blob := uint32(0); n > 0; blob++ {
		b := t.blob(blob%80, int64(blob/80), wide)
		n -= b.Rows
		out = append(out, b)
	}
	for _, b := range out {
		b.Fields = out[0].Fields
	}
	return out
}

// blob makes the rows of one hour of one NIC.
func (t *flowsTable) blob(nic uint32, hour int64, wide bool) *batch.Batch {
	var at, sport []int64
	var src, dst, dport, proto, ruleIDs, ruleEnds, minutes, minuteEnds []uint32
	var words [4][]uint32
	var counters [4][]int64
	var valid batch.Bitmap
	type conn struct {
		peer, port uint32
		sport      int64
		out, udp   bool
		left       int
	}
	conns := make([][]conn, len(t.rule.Text))
	for minute := range int64(60) {
		for rule := range conns {
			for range t.r.IntN(40) {
				peer := uint32(t.r.IntN(800))
				if rule == 4 || t.r.IntN(3) == 0 {
					peer = 800 + uint32(float64(len(t.ips.Text)-800)*t.r.Float64()*t.r.Float64()*t.r.Float64())
				}
				conns[rule] = append(conns[rule], conn{peer, []uint32{443, 443, 443, 80, 53, 1433, 22, 8080}[t.r.IntN(8)], 1024 + t.r.Int64N(64000), rule >= 3, t.r.IntN(5) == 0, 1 + t.r.IntN(6)})
			}
			keep := conns[rule][:0]
			for _, c := range conns[rule] {
				state := uint32(1)
				if c.left--; c.left == 0 {
					state = 2
				}
				if rule == 1 {
					state, c.left = 3, 0
				}
				a, b, dir := c.peer, nic*10, uint32(0)
				if c.out {
					a, b, dir = b, a, 1
				}
				row := len(at)
				at = append(at, (1763719200+hour*3600+minute*60)*1_000_000+t.r.Int64N(60_000)*1000)
				src, dst, dport, sport = append(src, a), append(dst, b), append(dport, c.port), append(sport, c.sport)
				p := uint32(6)
				if c.udp {
					p = 17
				}
				proto = append(proto, p)
				for i, w := range []uint32{dir, state, c.peer % 3 / 2, min(state/3, 1)} {
					words[i] = append(words[i], w)
				}
				valid = valid.Grow(row + 1)
				valid.Set(row, state == 1 || state == 2)
				pkts := int64(1 + t.r.ExpFloat64()*20)
				for i, v := range []int64{pkts, pkts * (60 + t.r.Int64N(900)), pkts + t.r.Int64N(9), pkts * (60 + t.r.Int64N(1400))} {
					counters[i] = append(counters[i], v)
				}
				if c.left > 0 {
					keep = append(keep, c)
				}
			}
			conns[rule] = keep
			if n := uint32(len(at)); n > 0 && (len(ruleEnds) == 0 || ruleEnds[len(ruleEnds)-1] < n) {
				ruleIDs, ruleEnds = append(ruleIDs, uint32(rule)), append(ruleEnds, n)
			}
		}
		if n := uint32(len(at)); n > 0 && (len(minuteEnds) == 0 || minuteEnds[len(minuteEnds)-1] < n) {
			minutes, minuteEnds = append(minutes, uint32(minute)), append(minuteEnds, n)
		}
	}

	b := &batch.Batch{Rows: len(at)}
	add := func(name string, k batch.Kind, nullable bool, c batch.Column) {
		b.Fields = append(b.Fields, batch.Field{Name: name, Kind: k, Nullable: nullable})
		b.Columns = append(b.Columns, c)
	}
	coded := func(ids []uint32, d *batch.Dict) batch.Column {
		return batch.Column{Form: batch.Coded, IDs: ids, Dict: d}
	}
	via := func(ids, via []uint32, d *batch.Dict) batch.Column {
		return batch.Column{Form: batch.Coded, IDs: ids, Via: via, Dict: d}
	}
	add("TimeGenerated", batch.Time, false, batch.Column{Form: batch.Plain, Ints: at})
	add("SrcIp", batch.Text, false, coded(src, &t.ips))
	add("DestIp", batch.Text, false, coded(dst, &t.ips))
	add("SrcPort", batch.Int32, true, batch.Column{Form: batch.Plain, Ints: sport})
	add("DestPort", batch.Int32, true, coded(dport, &t.ports))
	add("Protocol", batch.Int32, true, coded(proto, &t.ports))
	for i, name := range []string{"FlowDirection", "FlowState", "FlowEncryption", "FlowStatus"} {
		add(name, batch.Text, false, coded(words[i], &t.words[i]))
	}
	for i, name := range []string{"PacketsSrcToDest", "BytesSrcToDest", "PacketsDestToSrc", "BytesDestToSrc"} {
		add(name, batch.Int64, true, batch.Column{Form: batch.Plain, Ints: counters[i], Valid: valid})
	}
	record := &batch.Dict{}
	for _, m := range minutes {
		record.Ints = append(record.Ints, (1763719200+hour*3600+int64(m)*60)*1_000_000)
	}
	every := make([]uint32, len(minutes))
	for i := range every {
		every[i] = uint32(i)
	}
	add("AclRule", batch.Text, false, batch.Column{Form: batch.Runs, IDs: ruleIDs, Ends: ruleEnds, Dict: &t.rule})
	add("AclGroup", batch.Text, false, batch.ConstText("/subscriptions/00000000/resourcegroups/rg/providers/microsoft.network/networksecuritygroups/nsg"))
	add("MacAddress", batch.Text, false, batch.Column{IDs: []uint32{nic}, Dict: &t.macs})
	add("TargetResourceId", batch.Text, false, batch.ConstText("/subscriptions/00000000/resourcegroups/rg/providers/microsoft.network/virtualnetworks/vnet"))
	add("FlowLogResourceId", batch.Text, false, batch.ConstText("/subscriptions/00000000/resourcegroups/networkwatcherrg/providers/microsoft.network/networkwatchers/nw/flowlogs/fl"))
	add("RecordTime", batch.Time, false, batch.Column{Form: batch.Runs, IDs: every, Ends: minuteEnds, Dict: record})
	for i, ids := range [][]uint32{src, dst} {
		side := []string{"Src", "Dest"}[i]
		add(side+"Vm", batch.Text, false, via(ids, t.owner, &t.vms))
		add(side+"Subnet", batch.Text, false, via(ids, t.netOf, &t.nets))
		add(side+"LoadBalancer", batch.Text, false, via(ids, t.lbOf(), &t.zero))
	}
	kind := make([]uint32, len(at))
	for i := range kind {
		kind[i] = min(t.owner[src[i]], t.owner[dst[i]], 1)
	}
	add("FlowType", batch.Text, false, coded(kind, &batch.Dict{Text: []string{"ExternalPublic", "IntraVNet"}}))
	if wide {
		t.widen(add, b, [2][]uint32{src, dst}, nic, hour, every, minuteEnds, record)
	}
	return b
}

func (t *flowsTable) lbOf() []uint32 {
	out := make([]uint32, len(t.ips.Text))
	for i := 0; i < 800; i += 100 {
		out[i] = 1
	}
	return out
}

// widen adds the columns of Flows that the prototype had not.
func (t *flowsTable) widen(add func(string, batch.Kind, bool, batch.Column), b *batch.Batch, sides [2][]uint32, nic uint32, hour int64, every, ends []uint32, record *batch.Dict) {
	via := func(ids, via []uint32, d *batch.Dict) batch.Column {
		return batch.Column{Form: batch.Coded, IDs: ids, Via: via, Dict: d}
	}
	ordinal := make([]int64, b.Rows)
	for i, start := 0, uint32(0); i < len(ends); i++ {
		for row := start; row < ends[i]; row++ {
			ordinal[row] = int64(row - start)
		}
		start = ends[i]
	}
	add("RecordTicks", batch.Int64, false, batch.Column{Form: batch.Runs, IDs: every, Ends: ends, Dict: record})
	add("RecordOrdinal", batch.Int64, false, batch.Column{Form: batch.Runs, IDs: every, Ends: ends, Dict: &t.ports})
	add("TupleOrdinal", batch.Int64, false, batch.Column{Form: batch.Plain, Ints: ordinal})
	add("BlobId", batch.Text, false, batch.ConstText(fmt.Sprintf("FLOWLOGRESOURCEID=/X/Y=2025/M=11/D=21/H=%02d/M=00/MACADDRESS=%s/PT1H.JSON", hour, t.macs.Text[nic])))
	add("BlobGeneration", batch.Int32, false, batch.ConstInt(0))
	add("TimeProcessed", batch.Time, false, batch.ConstInt(1763719200_000000))
	for _, name := range []string{"CaptureNic", "CaptureVm", "Nic", "Vm", "Subnet", "VNet"} {
		add(name, batch.Text, false, batch.Column{IDs: []uint32{nic}, Dict: &t.macs})
	}
	for i, ids := range sides {
		side := []string{"Src", "Dest"}[i]
		add(side+"Ip4", batch.Uint32, true, batch.Column{Form: batch.Coded, IDs: ids, Dict: &t.ip4})
		add(side+"Ip6Hi", batch.Uint64, true, batch.Column{})
		add(side+"Ip6Lo", batch.Uint64, true, batch.Column{})
		for _, name := range []string{"Nic", "VmResourceId", "VmId", "NicResourceId"} {
			add(side+name, batch.Text, false, via(ids, t.owner, &t.vms))
		}
		for _, name := range []string{"Vnet", "Region", "Attribution"} {
			add(side+name, batch.Text, false, via(ids, t.netOf, &t.nets))
		}
		country := make([]uint32, len(t.ips.Text))
		for k := range country {
			if k >= 800 {
				country[k] = 1 + uint32(k)%20
			}
		}
		for _, name := range []string{"Country", "AsName", "ServiceTag"} {
			add(side+name, batch.Text, false, via(ids, country, &t.nets))
		}
		add(side+"Asn", batch.Int64, true, via(ids, country, &t.ports))
		add(side+"Public", batch.Bool, true, via(ids, t.lbOf(), &batch.Dict{Ints: []int64{1, 0}}))
		for _, name := range []string{"Subscription", "TenantId", "LoadBalancerRole", "ApplicationGateway", "ExpressRouteCircuit", "LocalNetworkGateway", "PrivateEndpoint", "Label", "Tags", "Domain", "Miss"} {
			add(side+name, batch.Text, false, batch.Column{})
		}
	}
	for _, name := range []string{"FlowTypeReason", "L7Protocol", "ThreatType", "ConnectionType", "L4Protocol", "FlowLogType", "SystemId", "CaptureRole"} {
		add(name, batch.Text, false, batch.ConstText("x"))
	}
	for _, name := range []string{"IsPrimaryCapture", "Superseded", "Rollover", "IsHealthProbe"} {
		add(name, batch.Bool, true, batch.Column{})
	}
	add("FlowLogVersion", batch.Int32, true, batch.ConstInt(4))
	for _, name := range []string{"TotalPackets", "TotalBytes"} {
		add(name, batch.Int64, true, batch.Column{})
	}
	add("CoversFrom", batch.Time, true, batch.Column{})
}

const benchRows = 500_000

func BenchmarkWrite(b *testing.B) {
	for _, wide := range []bool{false, true} {
		batches := newFlowsTable().rows(benchRows, wide)
		for name, codec := range map[string]segment.Codec{"snappy": segment.Snappy, "zstd": segment.Zstd} {
			b.Run(fmt.Sprintf("columns=%d/%s", len(batches[0].Fields), name), func(b *testing.B) {
				b.ReportAllocs()
				rows, perRow := int64(0), 0.0
				for b.Loop() {
					w, err := segment.NewWriter(io.Discard, batches[0].Fields, segment.Options{Codec: codec})
					if err != nil {
						b.Fatal(err)
					}
					for _, x := range batches {
						if err := w.Write(x); err != nil {
							b.Fatal(err)
						}
					}
					s, err := w.Close(nil)
					if err != nil {
						b.Fatal(err)
					}
					rows, perRow = rows+s.Rows, float64(s.Bytes)/float64(s.Rows)
				}
				b.ReportMetric(float64(rows)/b.Elapsed().Seconds()/1e6, "Mrows/s")
				b.ReportMetric(perRow, "B/row")
			})
		}
	}
}

func BenchmarkRead(b *testing.B) {
	for _, wide := range []bool{false, true} {
		batches := newFlowsTable().rows(benchRows, wide)
		data, _ := write(b, batches[0].Fields, segment.Options{Codec: segment.Zstd}, batches...)
		b.Run(fmt.Sprintf("columns=%d", len(batches[0].Fields)), func(b *testing.B) {
			b.ReportAllocs()
			rows := 0
			for b.Loop() {
				r, err := segment.NewReader(bytes.NewReader(data), int64(len(data)))
				if err != nil {
					b.Fatal(err)
				}
				scan, err := r.Scan()
				if err != nil {
					b.Fatal(err)
				}
				for {
					x, err := scan.Next()
					if errors.Is(err, io.EOF) {
						break
					}
					if err != nil {
						b.Fatal(err)
					}
					rows += x.Rows
				}
			}
			b.ReportMetric(float64(rows)/b.Elapsed().Seconds()/1e6, "Mrows/s")
		})
	}
}

// BenchmarkMerge compacts segments of a minute's size into one.
func BenchmarkMerge(b *testing.B) {
	for _, wide := range []bool{false, true} {
		batches := newFlowsTable().rows(benchRows, wide)
		var sources []segment.Source
		for i := 0; i < len(batches); i += 3 {
			part := batches[i:min(i+3, len(batches))]
			data, _ := write(b, part[0].Fields, segment.Options{}, part...)
			path := filepath.Join(b.TempDir(), fmt.Sprint(i, ".parquet"))
			if err := os.WriteFile(path, data, 0o600); err != nil {
				b.Fatal(err)
			}
			sources = append(sources, segment.Source{Path: path})
		}
		b.Run(fmt.Sprintf("columns=%d/files=%d", len(batches[0].Fields), len(sources)), func(b *testing.B) {
			b.ReportAllocs()
			rows, perRow := int64(0), 0.0
			for b.Loop() {
				s, err := segment.Merge(b.Context(), io.Discard, batches[0].Fields, sources, segment.MergeOptions{Options: segment.Options{Codec: segment.Zstd}})
				if err != nil {
					b.Fatal(err)
				}
				rows, perRow = rows+s.Rows, float64(s.Bytes)/float64(s.Rows)
			}
			b.ReportMetric(float64(rows)/b.Elapsed().Seconds()/1e6, "Mrows/s")
			b.ReportMetric(perRow, "B/row")
		})
	}
}
