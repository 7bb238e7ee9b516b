package flowlog

import (
	"fmt"
	"strings"
	"time"
)

// String returns the batch as text, for people and golden files: each record
// with its rules and tuples, then what was refused and what drifted.
func (c *Columns) String() string {
	var b strings.Builder
	text := func(id uint32) string { return c.Dict.Strings.Text(id) }
	row, group, empty := 0, 0, 0
	ordinals := make([]int64, 0, c.Len())
	for _, r := range c.Rows() {
		ordinals = append(ordinals, r.Tuple)
	}
	for n, r := range c.Records {
		fmt.Fprintf(&b, "record %d: %s version %d at %d+%d", r.Ordinal, r.Type, r.Version, r.Offset, r.Length)
		if r.Ticks != 0 {
			fmt.Fprintf(&b, " %s", TicksToTime(r.Ticks).Format("2006-01-02T15:04:05.0000000Z"))
		}
		b.WriteByte('\n')
		for _, m := range []struct {
			name string
			id   uint32
		}{
			{"category", r.Category},
			{"operation", r.Operation},
			{"mac", r.MAC},
			{"target", r.Target},
			{"resource", r.Resource},
			{"system", r.SystemID},
			{"flow_state", r.FlowState},
			{"source_addr", r.OverrideSrc},
			{"destination_addr", r.OverrideDest},
		} {
			if m.id != 0 {
				fmt.Fprintf(&b, "  %s %q\n", m.name, text(m.id))
			}
		}
		for ; row < r.End; group++ {
			g := c.Groups[group]
			fmt.Fprintf(&b, "  rule %q acl %q mac %q\n", text(g.Rule), text(g.ACL), text(g.MAC))
			for ; row < g.End; row++ {
				fmt.Fprintf(&b, "    %d: ", ordinals[row])
				c.writeRow(&b, row)
				b.WriteByte('\n')
			}
		}
		for ; empty < len(c.EmptyRules) && c.EmptyRules[empty].Record == n; empty++ {
			e := c.EmptyRules[empty]
			fmt.Fprintf(&b, "  rule %q acl %q mac %q without tuples\n", text(e.Rule), text(e.ACL), text(e.MAC))
		}
	}
	for i := range c.Issues {
		fmt.Fprintf(&b, "issue: %s\n  %.200q\n", c.Issues[i].Error(), c.Issues[i].Raw)
	}
	for _, d := range c.Drift.Counts() {
		fmt.Fprintf(&b, "drift: %s %q %d\n", d.Kind, d.What, d.Count)
	}
	return b.String()
}

func (c *Columns) writeRow(b *strings.Builder, i int) {
	d, f := c.Dict, c.Flags[i]
	port := func(p uint32) string {
		if p == NoPort {
			return "-"
		}
		return fmt.Sprint(p)
	}
	count := func(n int64, has Flags) string {
		if f&has == 0 {
			return "-"
		}
		return fmt.Sprint(n)
	}
	fmt.Fprintf(b, "%s %s %s > %s %s %s %s %s %s %q %s %s %s %s",
		time.UnixMicro(c.Time[i]).UTC().Format("2006-01-02T15:04:05.000Z"),
		d.Addresses.Text(c.Src[i]), port(c.SrcPort[i]),
		d.Addresses.Text(c.Dest[i]), port(c.DestPort[i]),
		d.Protocols.Name(c.Protocol[i]), Direction(c.Direction[i]), Status(c.Status[i]),
		quoteEmpty(d.States.Text(c.State[i])), d.Encryptions.Text(c.Encryption[i]),
		count(c.PacketsSrcToDest[i], HasPacketsSrcToDest), count(c.BytesSrcToDest[i], HasBytesSrcToDest),
		count(c.PacketsDestToSrc[i], HasPacketsDestToSrc), count(c.BytesDestToSrc[i], HasBytesDestToSrc))
	if f&HasTotals != 0 {
		b.WriteString(" totals")
	}
	if f&Rollover != 0 {
		b.WriteString(" rollover")
	}
}

func quoteEmpty(s string) string {
	if s == "" {
		return `""`
	}
	return s
}
