package flowlog

import "time"

// Rows is a [Decoder]: it reads columns and yields them tuple by tuple.
type Rows struct {
	// Issues, if not nil, is called with each issue, before the tuples of the
	// records around it are yielded.
	Issues func(*Issue)

	d    ColumnDecoder
	cur  Cursor
	cols *Columns
}

var _ Decoder = (*Rows)(nil)

// NewRows returns a Decoder that reads a blob from its start with d.
func NewRows(d ColumnDecoder) *Rows { return &Rows{d: d, cols: NewColumns(NewDict())} }

// rowWindow is how much is decoded at a time, unless a record is larger.
const rowWindow = 256 << 10

// Decode implements [Decoder]. After an error from yield, n covers the records
// whose tuples were all yielded, and r must not be used any more.
func (r *Rows) Decode(b []byte, yield func(*Record) error) (n int, err error) {
	for window := rowWindow; ; {
		end := min(n+window, len(b))
		k, err := r.decode(b[n:end], false, yield)
		n += k
		switch {
		case err != nil:
			return n, err
		case k > 0:
			window = rowWindow
		case end == len(b):
			return n, nil
		default:
			window *= 2
		}
	}
}

// Finish takes rest, what Decode has left of the blob, as the blob's end: a
// record cut short and other remains become issues. It yields the tuples of
// whole records after such a record.
func (r *Rows) Finish(rest []byte, yield func(*Record) error) error {
	_, err := r.decode(rest, true, yield)
	return err
}

// Drift returns what has been read so far and is not as documented.
func (r *Rows) Drift() *Drift { return &r.cols.Drift }

func (r *Rows) decode(b []byte, final bool, yield func(*Record) error) (n int, err error) {
	c := r.cols
	c.Truncate(Mark{})
	if c.Dict.Addresses.Len() > maxRowAddresses {
		c.Dict.Reset()
	}
	start := r.cur.Offset
	n = r.d.DecodeColumns(b, final, &r.cur, c)
	if r.Issues != nil {
		for i := range c.Issues {
			r.Issues(&c.Issues[i])
		}
	}
	done := start
	var rec Record
	var last *RecordRun
	for i, row := range c.Rows() {
		if last != row.Record {
			if last != nil {
				done = last.Offset + last.Length
			}
			last = row.Record
			rec = c.record(row.Record)
		}
		c.tuple(i, row, &rec)
		if err := yield(&rec); err != nil {
			return int(done - start), err
		}
	}
	return n, nil
}

// maxRowAddresses bounds the addresses that Rows keeps.
const maxRowAddresses = 1 << 20

func (c *Columns) record(r *RecordRun) Record {
	text := c.Dict.Strings.Text
	return Record{
		RecordTime: TicksToTime(r.Ticks), RecordTicks: r.Ticks, RecordOrdinal: r.Ordinal,
		Type: r.Type, Version: int(r.Version), Category: text(r.Category),
		Target: text(r.Target), Resource: text(r.Resource), SystemID: text(r.SystemID),
	}
}

func (c *Columns) tuple(i int, row Row, rec *Record) {
	d := c.Dict
	rec.TupleOrdinal = row.Tuple
	rec.ACL, rec.Rule, rec.MAC = d.Strings.Text(row.Group.ACL), d.Strings.Text(row.Group.Rule), d.Strings.Text(row.Group.MAC)
	rec.Time = time.UnixMicro(c.Time[i]).UTC()
	rec.Src, rec.Dest = d.Addresses.Addr(c.Src[i]), d.Addresses.Addr(c.Dest[i])
	rec.SrcPort, rec.DestPort = c.SrcPort[i], c.DestPort[i]
	rec.Protocol = -1
	if p, ok := d.Protocols.Number(c.Protocol[i]); ok {
		rec.Protocol = int(p)
	}
	rec.L4Protocol = d.Protocols.Name(c.Protocol[i])
	rec.Direction, rec.Status = Direction(c.Direction[i]), Status(c.Status[i])
	rec.State, rec.Encryption = d.States.Text(c.State[i]), d.Encryptions.Text(c.Encryption[i])
	rec.Flags = c.Flags[i]
	rec.PacketsSrcToDest, rec.BytesSrcToDest = c.PacketsSrcToDest[i], c.BytesSrcToDest[i]
	rec.PacketsDestToSrc, rec.BytesDestToSrc = c.PacketsDestToSrc[i], c.BytesDestToSrc[i]
}
