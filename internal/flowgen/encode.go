package flowgen

import (
	"encoding/base64"
	"encoding/hex"
	"iter"
	"strconv"
	"strings"
	"time"
)

// The first and last block of every flow log blob.
// MS Learn: "Read flow logs".
const (
	headText = `{"records":[`
	tailText = `]}`
)

func blockID(text string) string { return base64.StdEncoding.EncodeToString([]byte(text)) }

var (
	headID = blockID("A" + strings.Repeat("0", 32))
	tailID = blockID("Z" + strings.Repeat("0", 32))
)

// recordID returns the ID of the block of a blob's record n.
func recordID(blob string, n int) string {
	d := digest("block", blob, strconv.Itoa(n))
	return blockID("D" + hex.EncodeToString(d[:16]))
}

const recordTime = "2006-01-02T15:04:05.0000000Z"

// blobName returns where the records of log and mac in an hour lie.
// MS Learn: "Read flow logs" and, for the long form, "Manage virtual network
// flow logs".
func blobName(l *flowLog, mac string, hour time.Time) string {
	var res string
	switch {
	case l.format != VNet4:
		res = "resourceId=" + strings.ToUpper(l.target)
	case l.long:
		res = "flowLogResourceID=" + strings.ToUpper(l.id())
	default:
		res = "flowLogResourceID=/" + strings.ToUpper(l.sub+"_"+l.rg+"/"+l.watcher+"_"+l.name)
	}
	return res + hour.Format("/y=2006/m=01/d=02/h=15/m=00/") + "macAddress=" + mac + "/PT1H.json"
}

func container(f Format) string {
	if f == VNet4 {
		return ContainerVNet
	}
	return ContainerNSG
}

// hourly calls write for each blob of s.
func (t *traffic) hourly(s *stream, write func(b Blob, tuples []tuple) error) error {
	const hour = int64(time.Hour / time.Millisecond)
	for from := 0; from < len(s.tuples); {
		h := s.tuples[from].tick / hour
		to := from
		for to < len(s.tuples) && s.tuples[to].tick/hour == h {
			to++
		}
		tuples := s.tuples[from:to]
		name := blobName(s.log, s.nic.mac, time.UnixMilli(h*hour).UTC())
		b := Blob{
			Container: container(s.log.format),
			Name:      name,
			ModTime:   time.UnixMilli(tuples[len(tuples)-1].tick).UTC().Add(4 * time.Second),
			Blocks:    t.blocks(s, name, tuples),
		}
		if err := write(b, tuples); err != nil {
			return err
		}
		from = to
	}
	return nil
}

// blocks returns the blocks of one blob: its head, a block for each record,
// its tail.
func (t *traffic) blocks(s *stream, name string, tuples []tuple) iter.Seq[Block] {
	return func(yield func(Block) bool) {
		if !yield(Block{headID, []byte(headText)}) {
			return
		}
		var buf []byte
		for n := 0; len(tuples) > 0; n++ {
			to := 0
			for to < len(tuples) && tuples[to].tick == tuples[0].tick {
				to++
			}
			buf = buf[:0]
			if n > 0 {
				buf = append(buf, ',')
			}
			buf = t.record(buf, s, tuples[:to])
			if !yield(Block{recordID(name, n), buf}) {
				return
			}
			tuples = tuples[to:]
		}
		yield(Block{tailID, []byte(tailText)})
	}
}

// A shell is what the records of a stream have around their time and flows,
// which stand in this order unless flowsFirst is set.
type shell struct {
	open, middle, end string
	flowsFirst        bool
}

func newShell(l *flowLog, mac string) shell {
	if l.format != VNet4 {
		return shell{
			open: `{"time":"`,
			middle: `","systemId":"` + guid(l.target) + `","macAddress":"` + mac + `","category":"NetworkSecurityGroupFlowEvent","resourceId":"` + strings.ToUpper(l.target) +
				`","operationName":"NetworkSecurityGroupFlowEvents","properties":{"Version":` + string(l.format.version()) + `,"flows":[`,
			end: "]}}",
		}
	}
	id := strings.ToUpper(l.id())
	if l.alphabetic {
		return shell{
			open:       `{"category":"FlowLogFlowEvent","flowLogGUID":"` + guid(l.id()) + `","flowLogResourceID":"` + id + `","flowLogVersion":4,"flowRecords":{"flows":[`,
			middle:     `]},"macAddress":"` + mac + `","operationName":"FlowLogFlowEvent","targetResourceID":"` + l.target + `","time":"`,
			end:        `"}`,
			flowsFirst: true,
		}
	}
	return shell{
		open: `{"time":"`,
		middle: `","flowLogVersion":4,"flowLogGUID":"` + guid(l.id()) + `","macAddress":"` + mac + `","category":"FlowLogFlowEvent","flowLogResourceID":"` + id +
			`","targetResourceID":"` + l.target + `","operationName":"FlowLogFlowEvent","flowRecords":{"flows":[`,
		end: "]}}",
	}
}

// append appends a record logged at at, whose flows are those that flows
// appends.
func (s shell) append(b []byte, at time.Time, flows func([]byte) []byte) []byte {
	b = append(b, s.open...)
	if s.flowsFirst {
		b = append(flows(b), s.middle...)
		b = at.AppendFormat(b, recordTime)
	} else {
		b = append(at.AppendFormat(b, recordTime), s.middle...)
		b = flows(b)
	}
	return append(b, s.end...)
}

// record appends the record of one minute.
func (t *traffic) record(b []byte, s *stream, tuples []tuple) []byte {
	at := time.UnixMilli(tuples[0].tick).UTC().Add(s.fraction)
	return s.shell.append(b, at, func(b []byte) []byte { return t.groups(b, s, tuples) })
}

// fraction returns the fraction of the second at which records of mac are
// logged.
func fraction(mac string) time.Duration {
	d := digest("fraction", mac)
	return time.Duration(int(d[0])<<16+int(d[1])<<8+int(d[2])) % 9999999 * 100
}

// groups appends the tuples of one record, those of a rule together, rules in
// the order of their first tuple.
func (t *traffic) groups(b []byte, s *stream, tuples []tuple) []byte {
	type key struct{ acl, rule string }
	var order []key
	of := map[key][]tuple{}
	for _, tu := range tuples {
		c := &t.exchanges[tu.exchange].captures[tu.capture]
		k := key{c.acl, c.rule}
		if _, ok := of[k]; !ok {
			order = append(order, k)
		}
		of[k] = append(of[k], tu)
	}
	for i, k := range order {
		if i > 0 {
			b = append(b, ',')
		}
		if s.log.format == VNet4 {
			b = append(b, `{"aclID":"`+k.acl+`","flowGroups":[{"rule":"`+k.rule+`","flowTuples":[`...)
		} else {
			b = append(b, `{"rule":"`+k.rule+`","flows":[{"mac":"`+s.nic.mac+`","flowTuples":[`...)
		}
		for j, tu := range of[k] {
			if j > 0 {
				b = append(b, ',')
			}
			x := &t.exchanges[tu.exchange]
			c := &x.captures[tu.capture]
			b = append(b, '"')
			b = appendTuple(b, s.log.format, wire{
				at: tu.at, src: c.src.String(), dst: c.dst.String(), srcPort: x.srcPort, dstPort: x.dstPort, proto: x.proto,
				direction: c.direction, state: tu.state, enc: c.enc, n: tu.n,
			})
			b = append(b, '"')
		}
		b = append(b, "]}]}"...)
	}
	return b
}

// wire is a tuple as it is written.
type wire struct {
	at               int64
	src, dst         string
	srcPort, dstPort uint16
	proto            uint8
	direction, state byte
	enc              string
	n                counters
}

// appendTuple appends w without its quotes. MS Learn: "NSG flow logs
// overview", "Virtual network flow logs overview".
func appendTuple(b []byte, f Format, w wire) []byte {
	if f == VNet4 {
		b = strconv.AppendInt(b, w.at, 10)
	} else {
		b = strconv.AppendInt(b, w.at/1000, 10)
	}
	b = append(append(b, ','), w.src...)
	b = append(append(b, ','), w.dst...)
	b = strconv.AppendUint(append(b, ','), uint64(w.srcPort), 10)
	b = strconv.AppendUint(append(b, ','), uint64(w.dstPort), 10)
	if f == VNet4 {
		b = strconv.AppendUint(append(b, ','), uint64(w.proto), 10)
		b = append(b, ',', w.direction, ',', w.state, ',')
		b = append(b, w.enc...)
		return w.n.append(b)
	}
	letter := byte('T')
	if w.proto == udp {
		letter = 'U'
	}
	decision, state := byte('A'), w.state
	if state == 'D' {
		decision, state = 'D', 'B'
	}
	b = append(b, ',', letter, ',', w.direction, ',', decision)
	if f == NSG1 {
		return b
	}
	b = append(b, ',', state)
	if state == 'B' {
		return append(b, ",,,,"...)
	}
	return w.n.append(b)
}

func (c counters) append(b []byte) []byte {
	for _, n := range [...]int64{c.outPackets, c.outBytes, c.inPackets, c.inBytes} {
		b = strconv.AppendInt(append(b, ','), n, 10)
	}
	return b
}

// version is the digit by which records name the version of f.
func (f Format) version() byte { return [...]byte{VNet4: '4', NSG2: '2', NSG1: '1'}[f] }
