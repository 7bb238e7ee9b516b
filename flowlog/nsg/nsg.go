// Package nsg decodes network security group flow logs, versions 1 and 2.
package nsg

import (
	"github.com/azflow/azflow/flowlog"
	"github.com/azflow/azflow/flowlog/internal/wire"
)

// Body says how NSG flow logs are read, for package formats.
func Body() wire.Body {
	return wire.Body{Type: flowlog.NSG, Name: "properties", Key: "properties", Inner: "flows", Read: readProperties}
}

// Decoder decodes NSG flow logs; see [flowlog.ColumnDecoder].
type Decoder struct{ r *wire.Reader }

var _ flowlog.ColumnDecoder = (*Decoder)(nil)

// NewDecoder returns a Decoder.
func NewDecoder() *Decoder { return &Decoder{wire.NewReader(Body())} }

// DecodeColumns implements [flowlog.ColumnDecoder].
func (d *Decoder) DecodeColumns(b []byte, final bool, cur *flowlog.Cursor, dst *flowlog.Columns) (n int) {
	return d.r.Decode(b, final, cur, dst)
}

// Sniff reports whether head, the first bytes of a blob, is an NSG flow log.
func Sniff(head []byte) bool { return wire.Sniff(head, Body()) }

func readProperties(r *wire.Reader, i int) (next int) {
	if r.At(i) != '{' {
		r.Refuse("properties is not an object")
		return r.Skip(i)
	}
	flows := false
	i, more := r.Enter(i, '{')
	for more {
		var key []byte
		key, i = r.Key(i)
		switch string(key) {
		case "version":
			i = r.Version(i)
		case "flows":
			flows = true
			i = r.Objects(i, "properties.flows", readRule)
		default:
			i = r.UnknownKey("properties.", key, i)
		}
		i, more = r.Next(i, '{')
	}
	if !flows {
		r.Refuse("properties has no flows")
	}
	return i
}

func readRule(r *wire.Reader, i int) (next int) {
	c := r.Columns()
	groups, empty, first := len(c.Groups), len(c.EmptyRules), r.Ordinal()
	var rule uint32
	i, more := r.Enter(i, '{')
	for more {
		var key []byte
		key, i = r.Key(i)
		switch string(key) {
		case "rule":
			rule, i = r.Text(i, "properties.flows.rule")
		case "flows":
			i = r.Objects(i, "properties.flows.flows", readMAC)
		default:
			i = r.UnknownKey("properties.flows.", key, i)
		}
		i, more = r.Next(i, '{')
	}
	for g := groups; g < len(c.Groups); g++ {
		c.Groups[g].Rule = rule
	}
	// An entry of one network interface without tuples tells of the rule only
	// if no other entry has any.
	switch {
	case rule == 0 || r.Ordinal() > first:
		c.EmptyRules = c.EmptyRules[:empty]
	case len(c.EmptyRules) == empty:
		r.EmptyRule(rule, 0)
	}
	for e := empty; e < len(c.EmptyRules); e++ {
		c.EmptyRules[e].Rule = rule
	}
	return i
}

func readMAC(r *wire.Reader, i int) (next int) {
	c := r.Columns()
	groups, first := len(c.Groups), r.Ordinal()
	var mac uint32
	i, more := r.Enter(i, '{')
	for more {
		var key []byte
		key, i = r.Key(i)
		switch string(key) {
		case "mac":
			mac, i = r.Text(i, "properties.flows.flows.mac")
		case "flowtuples":
			i = r.Tuples(i, wire.LayoutNSG, readTuples)
		default:
			i = r.UnknownKey("properties.flows.flows.", key, i)
		}
		i, more = r.Next(i, '{')
	}
	for g := groups; g < len(c.Groups); g++ {
		c.Groups[g].MAC = mac
	}
	if r.Ordinal() == first {
		r.EmptyRule(0, mac)
	}
	return i
}
