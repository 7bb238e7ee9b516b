package trafficanalytics

import (
	"crypto/sha1"
	"encoding/binary"
	"strconv"

	"github.com/azflow/azflow/internal/batch"
)

// namespace is the UUID namespace of rows of NTANetAnalytics.
var namespace = [16]byte{0x6f, 0x1b, 0x8a, 0x52, 0x3c, 0x0e, 0x5d, 0x4f, 0x9a, 0x77, 0x21, 0xd4, 0x88, 0x60, 0xb3, 0x19}

// identify fills ItemHi and ItemLo of a batch whose other columns are filled:
// the version 5 UUID (RFC 9562) of the values of the key's columns, in order,
// each ended by a zero byte.
func identify(b *batch.Batch) {
	var keys []int
	for i, c := range columns {
		if c.Role == Key && c.Name != "ItemHi" && c.Name != "ItemLo" {
			keys = append(keys, i)
		}
	}
	hi, lo := make([]int64, b.Rows), make([]int64, b.Rows)
	var buf []byte
	for row := range b.Rows {
		buf = append(buf[:0], namespace[:]...)
		for _, i := range keys {
			c := &b.Columns[i]
			if columns[i].Kind == batch.Text {
				buf = append(buf, c.TextAt(row)...)
			} else if v, ok := c.IntAt(row); ok {
				buf = strconv.AppendInt(buf, v, 10)
			}
			buf = append(buf, 0)
		}
		sum := sha1.Sum(buf)
		sum[6] = sum[6]&0x0f | 0x50
		sum[8] = sum[8]&0x3f | 0x80
		hi[row] = int64(binary.BigEndian.Uint64(sum[:]))
		lo[row] = int64(binary.BigEndian.Uint64(sum[8:]))
	}
	b.Columns[indexOf("ItemHi")] = batch.Column{Form: batch.Plain, Ints: hi}
	b.Columns[indexOf("ItemLo")] = batch.Column{Form: batch.Plain, Ints: lo}
}
