// Package event decodes the flattened events that some log shippers make of
// flow logs: one object for each rule and record, whose tuples are members
// flow.0, flow.1 and so on.
package event

import (
	"bytes"

	"github.com/azflow/azflow/flowlog"
	"github.com/azflow/azflow/flowlog/internal/wire"
)

// Body says how flattened events are read, for package formats.
func Body() wire.Body {
	return wire.Body{Type: flowlog.Event, Name: "flow.N", Key: "flow.", Read: readFlow, End: readSaved}
}

// Decoder decodes flattened events; see [flowlog.ColumnDecoder].
type Decoder struct{ r *wire.Reader }

var _ flowlog.ColumnDecoder = (*Decoder)(nil)

// NewDecoder returns a Decoder.
func NewDecoder() *Decoder { return &Decoder{wire.NewReader(Body())} }

// DecodeColumns implements [flowlog.ColumnDecoder].
func (d *Decoder) DecodeColumns(b []byte, final bool, cur *flowlog.Cursor, dst *flowlog.Columns) (n int) {
	return d.r.Decode(b, final, cur, dst)
}

// Sniff reports whether head, the first bytes of a file, is a flattened event.
func Sniff(head []byte) bool { return wire.Sniff(head, Body()) }

// readFlow leaves the tuple at i for later: only the whole event tells of
// which log it is.
func readFlow(r *wire.Reader, i int) (next int) {
	r.Saved = append(r.Saved, i)
	return r.Skip(i)
}

func readSaved(r *wire.Reader) {
	layout := layoutOf(r)
	if r.Rec.Version == 0 {
		r.Rec.Version = versionOf(r, layout)
	}
	r.SavedTuples(layout)
}

// layoutOf tells which log the event was made of: by its version, by its
// operation, or else by the first tuple, whose eighth part is the decision in
// an NSG flow log and the state in a virtual network flow log.
func layoutOf(r *wire.Reader) wire.Layout {
	switch r.Rec.Version {
	case 1, 2:
		return wire.LayoutNSG
	case 0:
	default:
		return wire.LayoutVNet
	}
	texts := &r.Columns().Dict.Strings
	for _, id := range []uint32{r.Rec.Operation, r.Rec.Category} {
		switch texts.Text(id) {
		case "NetworkSecurityGroupFlowEvents", "NetworkSecurityGroupFlowEvent":
			return wire.LayoutNSG
		case "FlowLogFlowEvent":
			return wire.LayoutVNet
		}
	}
	parts := firstTuple(r)
	if len(parts) < 8 {
		return wire.LayoutNSG
	}
	switch decision := string(parts[7]); {
	case decision == "A", decision == "D" && len(parts) < 9:
		return wire.LayoutNSG
	case decision == "D" && len(parts[8]) <= 1 && string(parts[8]) != "X":
		return wire.LayoutNSG
	}
	return wire.LayoutVNet
}

func versionOf(r *wire.Reader, layout wire.Layout) int32 {
	switch {
	case layout == wire.LayoutVNet:
		return 4
	case len(firstTuple(r)) > 8:
		return 2
	}
	return 1
}

func firstTuple(r *wire.Reader) [][]byte {
	if r.At(r.Saved[0]) != '"' {
		return nil
	}
	text, _ := r.String(r.Saved[0])
	return bytes.Split(text, []byte{','})
}
