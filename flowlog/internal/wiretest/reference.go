package wiretest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/azflow/azflow/flowlog"
)

// record is a record of any format as encoding/json reads it.
type record struct {
	Time              string
	MacAddress        string
	Category          string
	SystemID          string
	ResourceID        string
	FlowLogVersion    int
	FlowLogGUID       string
	FlowLogResourceID string
	TargetResourceID  string
	Properties        *struct {
		Version int
		Flows   []struct {
			Rule  string
			Flows []struct {
				MAC        string
				FlowTuples []string
			}
		}
	}
	FlowRecords *struct {
		Flows []struct {
			ACLID      string
			FlowGroups []struct {
				Rule       string
				FlowTuples []string
			}
		}
	}
}

// Reference decodes a blob of NSG or virtual network flow logs with
// encoding/json and strings.Split, and returns each tuple as Lines does. Only
// tuples of documented length are read.
func Reference(blob []byte) ([]string, error) {
	var doc struct{ Records []record }
	if err := json.Unmarshal(bytes.TrimPrefix(blob, []byte("\xef\xbb\xbf")), &doc); err != nil {
		return nil, err
	}
	var lines []string
	ordinal := 0
	for n, r := range doc.Records {
		if r.Properties != nil {
			for _, rule := range r.Properties.Flows {
				for _, nic := range rule.Flows {
					for _, tuple := range nic.FlowTuples {
						line, err := nsgLine(tuple)
						if err != nil {
							return nil, err
						}
						mac := nic.MAC
						if mac == "" {
							mac = r.MacAddress
						}
						lines = append(lines, line+shared(n, ordinal, &r, r.Properties.Version, rule.Rule, "", mac, r.ResourceID, r.SystemID))
						ordinal++
					}
				}
			}
		}
		if r.FlowRecords != nil {
			for _, acl := range r.FlowRecords.Flows {
				for _, group := range acl.FlowGroups {
					for _, tuple := range group.FlowTuples {
						line, err := vnetLine(tuple)
						if err != nil {
							return nil, err
						}
						lines = append(lines, line+shared(n, ordinal, &r, r.FlowLogVersion, group.Rule, acl.ACLID, r.MacAddress, r.FlowLogResourceID, r.FlowLogGUID))
						ordinal++
					}
				}
			}
		}
	}
	return lines, nil
}

func shared(n, ordinal int, r *record, version int, rule, acl, mac, resource, system string) string {
	return fmt.Sprintf("|%d|%d|%s|%d|%s|%s|%s|%s|%s|%s|%s", n, ordinal, r.Time, version, rule, acl, mac, resource, system, r.TargetResourceID, r.Category)
}

func nsgLine(tuple string) (string, error) {
	p := strings.Split(tuple, ",")
	if len(p) != 8 && len(p) != 13 {
		return "", fmt.Errorf("%d parts: %q", len(p), tuple)
	}
	status, state := "Allowed", ""
	if p[7] == "D" {
		status = "Denied"
	}
	counters := []string{"", "", "", ""}
	if len(p) == 13 {
		state, counters = p[8], p[9:]
	}
	return line(p, state, status, "", counters)
}

func vnetLine(tuple string) (string, error) {
	p := strings.Split(tuple, ",")
	if len(p) != 13 {
		return "", fmt.Errorf("%d parts: %q", len(p), tuple)
	}
	status := "Allowed"
	if p[7] == "D" {
		status = "Denied"
	}
	return line(p, p[7], status, p[8], p[9:])
}

func line(p []string, state, status, encryption string, counters []string) (string, error) {
	at, err := strconv.ParseInt(p[0], 10, 64)
	if err != nil {
		return "", err
	}
	when := time.Unix(at, 0)
	if at >= 100_000_000_000 {
		when = time.UnixMilli(at)
	}
	for _, a := range p[1:3] {
		if _, err := netip.ParseAddr(a); err != nil {
			return "", err
		}
	}
	for _, port := range p[3:5] {
		if _, err := strconv.ParseUint(port, 10, 16); err != nil {
			return "", err
		}
	}
	protocol := p[5]
	if name, ok := map[string]string{"6": "TCP", "T": "TCP", "17": "UDP", "U": "UDP"}[protocol]; ok {
		protocol = name
	}
	direction, ok := map[string]string{"I": "Inbound", "O": "Outbound"}[p[6]]
	if !ok {
		return "", fmt.Errorf("direction %q", p[6])
	}
	zero := true
	text := make([]string, 4)
	for i, c := range counters {
		text[i] = "-"
		if c == "" {
			continue
		}
		n, err := strconv.ParseInt(c, 10, 64)
		if err != nil {
			return "", err
		}
		text[i] = strconv.FormatInt(n, 10)
		zero = zero && n == 0
	}
	if zero && (state == "B" || status == "Denied") {
		text = []string{"-", "-", "-", "-"}
	}
	return strings.Join([]string{
		strconv.FormatInt(when.UnixMicro(), 10), p[1], p[2], p[3], p[4], protocol, direction, status, state, encryption, strings.Join(text, ","),
	}, "|"), nil
}

// Lines returns each row with all that the runs say about it.
func Lines(c *flowlog.Columns) []string {
	d, s := c.Dict, c.Dict.Strings.Text
	var lines []string
	for i, row := range c.Rows() {
		var counters []string
		for k, n := range []int64{c.PacketsSrcToDest[i], c.BytesSrcToDest[i], c.PacketsDestToSrc[i], c.BytesDestToSrc[i]} {
			text := "-"
			if c.Flags[i]&(flowlog.HasPacketsSrcToDest<<k) != 0 {
				text = strconv.FormatInt(n, 10)
			}
			counters = append(counters, text)
		}
		r, g := row.Record, row.Group
		lines = append(lines, strings.Join([]string{
			strconv.FormatInt(c.Time[i], 10),
			d.Addresses.Text(c.Src[i]), d.Addresses.Text(c.Dest[i]),
			strconv.Itoa(int(c.SrcPort[i])), strconv.Itoa(int(c.DestPort[i])),
			d.Protocols.Name(c.Protocol[i]), flowlog.Direction(c.Direction[i]).String(), flowlog.Status(c.Status[i]).String(),
			d.States.Text(c.State[i]), d.Encryptions.Text(c.Encryption[i]), strings.Join(counters, ","),
			strconv.FormatInt(r.Ordinal, 10), strconv.FormatInt(row.Tuple, 10),
			flowlog.TicksToTime(r.Ticks).Format("2006-01-02T15:04:05.0000000Z"), strconv.Itoa(int(r.Version)),
			s(g.Rule), s(g.ACL), s(g.MAC), s(r.Resource), s(r.SystemID), s(r.Target), s(r.Category),
		}, "|"))
	}
	return lines
}
