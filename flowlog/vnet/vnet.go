// Package vnet decodes virtual network flow logs, version 4.
package vnet

import (
	"github.com/azflow/azflow/flowlog"
	"github.com/azflow/azflow/flowlog/internal/wire"
)

// Body says how virtual network flow logs are read, for package formats.
func Body() wire.Body {
	return wire.Body{Type: flowlog.VNet, Name: "flowRecords", Key: "flowrecords", Inner: "flows", Read: readFlowRecords}
}

// Decoder decodes virtual network flow logs; see [flowlog.ColumnDecoder].
type Decoder struct{ r *wire.Reader }

var _ flowlog.ColumnDecoder = (*Decoder)(nil)

// NewDecoder returns a Decoder.
func NewDecoder() *Decoder { return &Decoder{wire.NewReader(Body())} }

// DecodeColumns implements [flowlog.ColumnDecoder].
func (d *Decoder) DecodeColumns(b []byte, final bool, cur *flowlog.Cursor, dst *flowlog.Columns) (n int) {
	return d.r.Decode(b, final, cur, dst)
}

// Sniff reports whether head, the first bytes of a blob, is a virtual network
// flow log.
func Sniff(head []byte) bool { return wire.Sniff(head, Body()) }

func readFlowRecords(r *wire.Reader, i int) (next int) {
	if r.At(i) != '{' {
		r.Refuse("flowRecords is not an object")
		return r.Skip(i)
	}
	flows := false
	i, more := r.Enter(i, '{')
	for more {
		var key []byte
		key, i = r.Key(i)
		if string(key) == "flows" {
			flows = true
			i = r.Objects(i, "flowRecords.flows", readACL)
		} else {
			i = r.UnknownKey("flowRecords.", key, i)
		}
		i, more = r.Next(i, '{')
	}
	if !flows {
		r.Refuse("flowRecords has no flows")
	}
	return i
}

func readACL(r *wire.Reader, i int) (next int) {
	c := r.Columns()
	groups, empty := len(c.Groups), len(c.EmptyRules)
	var acl uint32
	i, more := r.Enter(i, '{')
	for more {
		var key []byte
		key, i = r.Key(i)
		switch string(key) {
		case "aclid":
			acl, i = r.Text(i, "flowRecords.flows.aclID")
		case "flowgroups":
			i = r.Objects(i, "flowRecords.flows.flowGroups", readGroup)
		default:
			i = r.UnknownKey("flowRecords.flows.", key, i)
		}
		i, more = r.Next(i, '{')
	}
	for g := groups; g < len(c.Groups); g++ {
		c.Groups[g].ACL = acl
	}
	for e := empty; e < len(c.EmptyRules); e++ {
		c.EmptyRules[e].ACL = acl
	}
	return i
}

func readGroup(r *wire.Reader, i int) (next int) {
	c := r.Columns()
	groups, first := len(c.Groups), r.Ordinal()
	var rule uint32
	i, more := r.Enter(i, '{')
	for more {
		var key []byte
		key, i = r.Key(i)
		switch string(key) {
		case "rule":
			rule, i = r.Text(i, "flowRecords.flows.flowGroups.rule")
		case "flowtuples":
			row := r.Row()
			i = r.Tuples(i, wire.LayoutVNet, readTuples)
			r.MarkRollovers(row)
		default:
			i = r.UnknownKey("flowRecords.flows.flowGroups.", key, i)
		}
		i, more = r.Next(i, '{')
	}
	for g := groups; g < len(c.Groups); g++ {
		c.Groups[g].Rule = rule
	}
	if rule != 0 && r.Ordinal() == first {
		r.EmptyRule(rule, 0)
	}
	return i
}
