package wiretest

import (
	"encoding/json"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/azflow/azflow/flowlog"
)

// row is what a program without this library would make of a tuple.
type row struct {
	at                  int64
	src, dest           string
	srcPort, destPort   uint16
	protocol            string
	direction, decision byte
	state, encryption   string
	counters            [4]int64
	rule, acl, mac      string
	record              *record
}

// Plain decodes a blob as most programs do, with encoding/json and
// strings.Split: the yardstick of the decoders' speed.
func Plain(rows []row, blob []byte) ([]row, error) {
	var doc struct{ Records []record }
	if err := json.Unmarshal(blob, &doc); err != nil {
		return nil, err
	}
	for n := range doc.Records {
		r := &doc.Records[n]
		if r.FlowRecords != nil {
			for _, acl := range r.FlowRecords.Flows {
				for _, group := range acl.FlowGroups {
					for _, tuple := range group.FlowTuples {
						p := strings.Split(tuple, ",")
						one, err := plainRow(p, 9)
						if err != nil {
							return nil, err
						}
						one.state, one.encryption = p[7], p[8]
						one.rule, one.acl, one.mac, one.record = group.Rule, acl.ACLID, r.MacAddress, r
						rows = append(rows, one)
					}
				}
			}
		}
		if r.Properties != nil {
			for _, rule := range r.Properties.Flows {
				for _, nic := range rule.Flows {
					for _, tuple := range nic.FlowTuples {
						p := strings.Split(tuple, ",")
						one, err := plainRow(p, 9)
						if err != nil {
							return nil, err
						}
						one.decision = p[7][0]
						if len(p) > 8 {
							one.state = p[8]
						}
						one.rule, one.mac, one.record = rule.Rule, nic.MAC, r
						rows = append(rows, one)
					}
				}
			}
		}
	}
	return rows, nil
}

func plainRow(p []string, counters int) (row, error) {
	at, err := strconv.ParseInt(p[0], 10, 64)
	if err != nil {
		return row{}, err
	}
	one := row{at: at, src: p[1], dest: p[2], protocol: p[5], direction: p[6][0]}
	for i, port := range []*uint16{&one.srcPort, &one.destPort} {
		v, err := strconv.ParseUint(p[3+i], 10, 16)
		if err != nil {
			return row{}, err
		}
		*port = uint16(v)
	}
	for i := counters; i < len(p); i++ {
		if p[i] == "" {
			continue
		}
		if one.counters[i-counters], err = strconv.ParseInt(p[i], 10, 64); err != nil {
			return row{}, err
		}
	}
	return one, nil
}

// Benchmark decodes a generated blob with the decoder and with encoding/json
// and strings.Split by turns, and reports the median processor time of each,
// the decoder's allocations a tuple and how many times faster it is.
func Benchmark(b *testing.B, d flowlog.ColumnDecoder, shape Shape) {
	const tuples = 50_000
	blob := Generate(rand.New(rand.NewPCG(1, uint64(shape))), shape, tuples)
	blob = append(make([]byte, 0, len(blob)+flowlog.Pad), blob...)
	cols := flowlog.NewColumns(flowlog.NewDict())
	decode := func() {
		cols.Reset()
		var cur flowlog.Cursor
		d.DecodeColumns(blob, true, &cur, cols)
		if cols.Len() != tuples || len(cols.Issues) > 0 {
			b.Fatalf("decoded %d tuples, %d issues", cols.Len(), len(cols.Issues))
		}
	}
	decode()
	var rows []row
	var fast, plain []time.Duration
	for b.Loop() {
		start := cpuTime()
		for range 5 {
			decode()
		}
		fast = append(fast, (cpuTime()-start)/5)
		start = cpuTime()
		var err error
		if rows, err = Plain(rows[:0], blob); err != nil || len(rows) != tuples {
			b.Fatalf("encoding/json decoded %d tuples: %v", len(rows), err)
		}
		plain = append(plain, cpuTime()-start)
	}
	f, p := median(fast), median(plain)
	b.ReportMetric(0, "ns/op") // the sum of both says nothing
	b.ReportMetric(float64(f.Nanoseconds())/tuples, "ns/tuple")
	b.ReportMetric(float64(len(blob))/f.Seconds()/1e6, "MB/s")
	b.ReportMetric(float64(p.Nanoseconds())/tuples, "json-ns/tuple")
	b.ReportMetric(float64(p)/float64(f), "x-json")
	b.ReportMetric(testing.AllocsPerRun(3, decode)/tuples, "allocs/tuple")
}

func median(d []time.Duration) time.Duration {
	slices.Sort(d)
	return d[len(d)/2]
}
