// Package formats is the list of every flow log format azflow reads. To add
// one, add a line to the list.
package formats

import (
	"github.com/azflow/azflow/flowlog"
	"github.com/azflow/azflow/flowlog/event"
	"github.com/azflow/azflow/flowlog/internal/wire"
	"github.com/azflow/azflow/flowlog/nsg"
	"github.com/azflow/azflow/flowlog/vnet"
)

// A Format names a decoder and says how to recognise its input.
type Format struct {
	Name  string
	Type  flowlog.LogType
	Sniff func(head []byte) bool
	New   func() flowlog.ColumnDecoder

	body wire.Body
}

// All returns the formats, the likeliest first.
func All() []Format {
	return []Format{
		{"vnet", flowlog.VNet, vnet.Sniff, func() flowlog.ColumnDecoder { return vnet.NewDecoder() }, vnet.Body()},
		{"nsg", flowlog.NSG, nsg.Sniff, func() flowlog.ColumnDecoder { return nsg.NewDecoder() }, nsg.Body()},
		{"event", flowlog.Event, event.Sniff, func() flowlog.ColumnDecoder { return event.NewDecoder() }, event.Body()},
	}
}

// Recognise returns the format of a blob by its first bytes: 64 KiB are always
// enough for what Azure writes.
func Recognise(head []byte) (Format, bool) {
	for _, f := range All() {
		if f.Sniff(head) {
			return f, true
		}
	}
	return Format{}, false
}

// Decoder decodes every format, record by record: one blob may mix them. See
// [flowlog.ColumnDecoder].
type Decoder struct{ r *wire.Reader }

var _ flowlog.ColumnDecoder = (*Decoder)(nil)

// NewDecoder returns a Decoder.
func NewDecoder() *Decoder {
	var bodies []wire.Body
	for _, f := range All() {
		bodies = append(bodies, f.body)
	}
	return &Decoder{wire.NewReader(bodies...)}
}

// DecodeColumns implements [flowlog.ColumnDecoder].
func (d *Decoder) DecodeColumns(b []byte, final bool, cur *flowlog.Cursor, dst *flowlog.Columns) (n int) {
	return d.r.Decode(b, final, cur, dst)
}
