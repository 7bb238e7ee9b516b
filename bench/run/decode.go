package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/azflow/azflow/flowlog"
	"github.com/azflow/azflow/flowlog/formats"
	"github.com/azflow/azflow/internal/flowgen"
)

// decode measures decoding on one processor against encoding/json and
// strings.Split.
func (b *bench) decode() error {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	for _, f := range []struct {
		name   string
		format flowgen.Format
		wanted float64
		plain  func([]byte, *plainColumns) error
	}{
		{"VNet v4", flowgen.VNet4, 10, decodeVNetPlainly},
		{"NSG v2", flowgen.NSG2, 8, decodeNSGPlainly},
	} {
		o := vnet4(500_000)
		o.Format = f.format
		folder, counts, err := b.logs("decode-"+strings.ReplaceAll(f.name, " ", "-"), o)
		if err != nil {
			return err
		}
		var blobs [][]byte
		if err := eachFile(folder, func(_ string, data []byte) error {
			blobs = append(blobs, append(make([]byte, 0, len(data)+flowlog.Pad), data...))
			return nil
		}); err != nil {
			return err
		}
		fmt.Printf(" %s: %d tuples, %s\n", f.name, counts.Tuples, megabytes(counts.Bytes))
		dec := newColumnDecoder()
		plain := newPlainColumns()
		took, err := race([]way{
			{name: "azflow", run: func() error { return dec.all(blobs) }, result: dec.result},
			{name: "encoding/json and strings.Split", run: func() error { return plain.all(blobs, f.plain) }, result: plain.result},
		}, 2*b.runs+1) // they are short
		if err != nil {
			return err
		}
		ratio := took[1].cpu.Seconds() / took[0].cpu.Seconds()
		fmt.Printf("  %.1f ns a tuple, %.0f MB a second; %.1f x\n", float64(took[0].cpu)/float64(counts.Tuples), float64(counts.Bytes)/took[0].cpu.Seconds()/1e6, ratio)
		b.ratio("decode "+f.name+" on one processor, against encoding/json and strings.Split", ratio, f.wanted)

		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		if err := dec.all(blobs); err != nil {
			return err
		}
		runtime.ReadMemStats(&after)
		// The few a run has, whatever the tuples, are those of the measurement.
		perTuple := float64(after.Mallocs-before.Mallocs) / float64(counts.Tuples)
		b.limit("allocations a tuple of "+f.name, perTuple, 0.001, "", false)
	}
	return nil
}

// sums are what the ways of decoding are compared by.
type sums struct{ tuples, bytes, ports, times int64 }

func (s sums) String() string {
	return fmt.Sprintf("%d tuples, %d bytes, ports %d, times %d", s.tuples, s.bytes, s.ports, s.times)
}

type columnDecoder struct {
	dec  *formats.Decoder
	cols *flowlog.Columns
	sums sums
}

func (d *columnDecoder) result() (string, error) { return d.sums.String(), nil }

func newColumnDecoder() *columnDecoder {
	return &columnDecoder{dec: formats.NewDecoder(), cols: flowlog.NewColumns(flowlog.NewDict())}
}

func (d *columnDecoder) all(blobs [][]byte) error {
	var s sums
	for _, b := range blobs {
		var cur flowlog.Cursor
		d.dec.DecodeColumns(b, true, &cur, d.cols)
		c := d.cols
		if len(c.Issues) > 0 {
			return fmt.Errorf("refused: %s", c.Issues[0].Reason)
		}
		for i, t := range c.Time {
			s.times += t
			s.bytes += c.BytesSrcToDest[i] + c.BytesDestToSrc[i]
			s.ports += int64(c.SrcPort[i]) + int64(c.DestPort[i])
		}
		s.tuples += int64(c.Len())
		c.Reset()
	}
	d.sums = s
	return nil
}

// plainColumns is what a program that uses the standard library makes of a
// blob.
type plainColumns struct {
	addresses map[string]uint32
	time      []int64
	src, dest []uint32
	srcPort   []uint16
	destPort  []uint16
	protocol  []uint8
	direction []byte
	state     []byte
	counters  [4][]int64
	sums      sums
}

func (p *plainColumns) result() (string, error) { return p.sums.String(), nil }

func newPlainColumns() *plainColumns { return &plainColumns{addresses: map[string]uint32{}} }

func (p *plainColumns) all(blobs [][]byte, decode func([]byte, *plainColumns) error) error {
	var s sums
	for _, b := range blobs {
		*p = plainColumns{
			addresses: p.addresses, time: p.time[:0], src: p.src[:0], dest: p.dest[:0], srcPort: p.srcPort[:0], destPort: p.destPort[:0],
			protocol: p.protocol[:0], direction: p.direction[:0], state: p.state[:0],
			counters: [4][]int64{p.counters[0][:0], p.counters[1][:0], p.counters[2][:0], p.counters[3][:0]},
		}
		if err := decode(b, p); err != nil {
			return err
		}
		for i, t := range p.time {
			s.times += t
			s.bytes += p.counters[1][i] + p.counters[3][i]
			s.ports += int64(p.srcPort[i]) + int64(p.destPort[i])
		}
		s.tuples += int64(len(p.time))
	}
	p.sums = s
	return nil
}

func (p *plainColumns) address(s string) uint32 {
	id, ok := p.addresses[s]
	if !ok {
		id = uint32(len(p.addresses))
		p.addresses[strings.Clone(s)] = id
	}
	return id
}

// tuple adds a tuple. unit is what its times count; protocols are numbers or
// letters.
func (p *plainColumns) tuple(text string, unit time.Duration, stateAt, countersAt int) error {
	f := strings.Split(text, ",")
	if len(f) < countersAt {
		return fmt.Errorf("tuple %q has %d fields", text, len(f))
	}
	at, err := strconv.ParseInt(f[0], 10, 64)
	srcPort, err2 := strconv.ParseUint(f[3], 10, 16)
	destPort, err3 := strconv.ParseUint(f[4], 10, 16)
	if err := errors.Join(err, err2, err3); err != nil {
		return err
	}
	protocol := uint64(0)
	switch f[5] {
	case "T":
		protocol = 6
	case "U":
		protocol = 17
	default:
		if protocol, err = strconv.ParseUint(f[5], 10, 8); err != nil {
			return err
		}
	}
	p.time = append(p.time, at*unit.Microseconds())
	p.src, p.dest = append(p.src, p.address(f[1])), append(p.dest, p.address(f[2]))
	p.srcPort, p.destPort = append(p.srcPort, uint16(srcPort)), append(p.destPort, uint16(destPort))
	p.protocol = append(p.protocol, uint8(protocol))
	p.direction, p.state = append(p.direction, f[6][0]), append(p.state, f[stateAt][0])
	for k := range p.counters {
		n := int64(0)
		if countersAt+k < len(f) && f[countersAt+k] != "" {
			if n, err = strconv.ParseInt(f[countersAt+k], 10, 64); err != nil {
				return err
			}
		}
		p.counters[k] = append(p.counters[k], n)
	}
	return nil
}

func decodeVNetPlainly(b []byte, p *plainColumns) error {
	var blob struct {
		Records []struct {
			Time              string `json:"time"`
			MacAddress        string `json:"macAddress"`
			FlowLogResourceID string `json:"flowLogResourceID"`
			TargetResourceID  string `json:"targetResourceID"`
			FlowRecords       struct {
				Flows []struct {
					ACL        string `json:"aclID"`
					FlowGroups []struct {
						Rule       string   `json:"rule"`
						FlowTuples []string `json:"flowTuples"`
					} `json:"flowGroups"`
				} `json:"flows"`
			} `json:"flowRecords"`
		} `json:"records"`
	}
	if err := json.Unmarshal(b, &blob); err != nil {
		return err
	}
	for _, r := range blob.Records {
		for _, f := range r.FlowRecords.Flows {
			for _, g := range f.FlowGroups {
				for _, t := range g.FlowTuples {
					if err := p.tuple(t, time.Millisecond, 7, 9); err != nil {
						return err
					}
				}
			}
		}
	}
	return nil
}

func decodeNSGPlainly(b []byte, p *plainColumns) error {
	var blob struct {
		Records []struct {
			Time       string `json:"time"`
			SystemID   string `json:"systemId"`
			MacAddress string `json:"macAddress"`
			ResourceID string `json:"resourceId"`
			Properties struct {
				Flows []struct {
					Rule  string `json:"rule"`
					Flows []struct {
						Mac        string   `json:"mac"`
						FlowTuples []string `json:"flowTuples"`
					} `json:"flows"`
				} `json:"flows"`
			} `json:"properties"`
		} `json:"records"`
	}
	if err := json.Unmarshal(b, &blob); err != nil {
		return err
	}
	for _, r := range blob.Records {
		for _, f := range r.Properties.Flows {
			for _, g := range f.Flows {
				for _, t := range g.FlowTuples {
					if err := p.tuple(t, time.Second, 8, 9); err != nil {
						return err
					}
				}
			}
		}
	}
	return nil
}
