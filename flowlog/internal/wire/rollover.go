package wire

import "github.com/azflow/azflow/flowlog"

// connection identifies what a flow's tuples at one moment have in common.
type connection struct {
	time              int64
	src, dest         uint32
	srcPort, destPort uint32
	protocol          uint32
	direction         uint32
}

// fewRows is how many rows of one time are compared pair by pair.
const fewRows = 16

// MarkRollovers sets [flowlog.Rollover] in the rows from first on, which are
// those of one array. Arrays are sorted by time, so that equal times lie side
// by side; one that is not is marked with the help of a map.
func (r *Reader) MarkRollovers(first int) {
	time := r.dst.Time
	for i := first; i < len(time); {
		end := i + 1
		for end < len(time) && time[end] == time[i] {
			end++
		}
		if end < len(time) && time[end] < time[i] {
			r.markByMap(first, len(time))
			return
		}
		switch {
		case end-i > fewRows:
			r.markByMap(i, end)
		case end-i > 1:
			r.markByPair(i, end)
		}
		i = end
	}
}

func (r *Reader) markByPair(from, to int) {
	c := r.dst
	for b := from + 1; b < to; b++ {
		if c.State[b] != flowlog.StateB {
			continue
		}
		for e := from; e < b; e++ {
			if c.State[e] == flowlog.StateE && r.connection(e) == r.connection(b) {
				c.Flags[e] |= flowlog.Rollover
			}
		}
	}
}

func (r *Reader) markByMap(from, to int) {
	c := r.dst
	begins := map[connection]bool{}
	for i := to - 1; i >= from; i-- {
		switch c.State[i] {
		case flowlog.StateB:
			begins[r.connection(i)] = true
		case flowlog.StateE:
			if begins[r.connection(i)] {
				c.Flags[i] |= flowlog.Rollover
			}
		}
	}
}

func (r *Reader) connection(i int) connection {
	c := r.dst
	return connection{c.Time[i], c.Src[i], c.Dest[i], c.SrcPort[i], c.DestPort[i], c.Protocol[i], c.Direction[i]}
}
