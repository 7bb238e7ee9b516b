package trafficanalytics

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/azflow/azflow/internal/batch"
)

// input is a batch of Flows, its columns found by name and laid out by row.
type input struct {
	b      *batch.Batch
	fields []batch.Field // for which byName holds
	byName map[string]int

	time, processed, srcPort, destPort                     numbers
	packetsSD, bytesSD, packetsDS, bytesDS, totalP, totalB numbers
	rollover, covers                                       numbers
	kinds                                                  []kind
	words                                                  [len(words)]meanings
}

// numbers is a column of numbers by row.
type numbers struct {
	vals  []int64
	valid batch.Bitmap
	mask  int  // 0 if the one value is that of every row, else -1
	none  bool // no row has a value
	room  []int64
	bits  batch.Bitmap
	ids   []uint32

	dict       *batch.Dict // the last one looked at
	generation uint64
	size       int
	own        bool
}

func (n *numbers) at(row int) int64 { return n.vals[row&n.mask] }

func (n *numbers) has(row int) bool { return !n.none && n.valid.Get(row) }

// or0 returns the value of a row, 0 for null. Which rows are null cannot be
// foreseen: there is no branch on it.
func (n *numbers) or0(row int) int64 {
	v := n.vals[row&n.mask]
	if n.valid != nil {
		v &= -int64(n.valid[row>>6] >> (row & 63) & 1)
	}
	return v
}

// expand lays c out by row.
func (n *numbers) expand(c *batch.Column, rows int) {
	n.none = c == nil || c.Form == batch.Const && c.ID(0) == batch.Null
	n.mask, n.valid = -1, nil
	switch {
	case n.none:
		n.room = append(n.room[:0], 0)
		n.vals, n.mask = n.room, 0
		return
	case c.Form == batch.Plain:
		n.vals, n.valid = c.Ints, c.Valid
		return
	case c.Form == batch.Const:
		n.room = append(n.room[:0], c.Dict.Ints[c.ID(0)])
		n.vals, n.mask = n.room, 0
		return
	}
	ids := c.IDs
	if c.Form == batch.Runs || c.Via != nil {
		n.ids = c.AppendIDs(n.ids[:0], 0, rows)
		ids = n.ids
	}
	n.room = slices.Grow(n.room[:0], rows)[:rows]
	n.vals = n.room
	dict, own := c.Dict.Ints, n.isOwn(c.Dict)
	for row, id := range ids[:rows] {
		if int(id) < len(dict) {
			if own {
				n.room[row] = int64(id)
			} else {
				n.room[row] = dict[id]
			}
			continue
		}
		if n.valid == nil {
			n.bits = n.bits[:0].Grow(rows)
			for i := range n.bits {
				n.bits[i] = ^uint64(0)
			}
			n.valid = n.bits
		}
		n.valid.Set(row, false)
	}
}

// isOwn reports whether each number of d lies at its own position, as ports may:
// then d, which is large, need not be looked at by row.
func (n *numbers) isOwn(d *batch.Dict) bool {
	if n.dict == d && n.generation == d.Generation && n.size == len(d.Ints) {
		return n.own
	}
	n.dict, n.generation, n.size, n.own = d, d.Generation, len(d.Ints), true
	for i, v := range d.Ints {
		if v != int64(i) {
			n.own = false
			break
		}
	}
	return n.own
}

// needed are the columns of Flows without which a row cannot be made.
var needed = []string{
	"TimeGenerated", "TimeProcessed", "SrcIp", "DestIp", "SrcPort", "DestPort", "L4Protocol", "FlowDirection", "FlowState",
	"FlowStatus", "FlowLogVersion", "FlowLogType", "MacAddress", "AclRule",
	"PacketsSrcToDest", "BytesSrcToDest", "PacketsDestToSrc", "BytesDestToSrc",
}

// bind takes a batch. It reports whether its fields are those of the one before.
func (in *input) bind(b *batch.Batch) (known bool, err error) {
	in.b = b
	if slices.Equal(in.fields, b.Fields) {
		return true, nil
	}
	in.fields = nil
	in.byName = make(map[string]int, len(b.Fields))
	for i, f := range b.Fields {
		in.byName[f.Name] = i
	}
	for _, name := range needed {
		if _, ok := in.byName[name]; !ok {
			return false, fmt.Errorf("a batch of Flows without column %s cannot be merged", name)
		}
	}
	in.fields = slices.Clone(b.Fields)
	return false, nil
}

// index returns the position of the column called name, -1 for none.
func (in *input) index(name string) int {
	if i, ok := in.byName[name]; ok {
		return i
	}
	return -1
}

// at returns the column at a position that index gave, nil for -1.
func (in *input) at(i int) *batch.Column {
	if i < 0 {
		return nil
	}
	return &in.b.Columns[i]
}

// column returns the column called name, or nil.
func (in *input) column(name string) *batch.Column { return in.at(in.index(name)) }

// text returns the value of a column as text, "" for null or no column.
func (in *input) text(name string, row int) string {
	i := in.index(name)
	if i < 0 {
		return ""
	}
	if in.fields[i].Kind == batch.Text {
		return in.b.Columns[i].TextAt(row)
	}
	n, ok := in.b.Columns[i].IntAt(row)
	if !ok {
		return ""
	}
	return strconv.FormatInt(n, 10)
}

// expand lays the columns that are counted out by row.
func (in *input) expand(rows int) {
	for _, x := range []struct {
		to   *numbers
		name string
	}{
		{&in.time, "TimeGenerated"},
		{&in.processed, "TimeProcessed"},
		{&in.srcPort, "SrcPort"},
		{&in.destPort, "DestPort"},
		{&in.packetsSD, "PacketsSrcToDest"},
		{&in.bytesSD, "BytesSrcToDest"},
		{&in.packetsDS, "PacketsDestToSrc"},
		{&in.bytesDS, "BytesDestToSrc"},
		{&in.totalP, "TotalPackets"},
		{&in.totalB, "TotalBytes"},
		{&in.rollover, "Rollover"},
		{&in.covers, "CoversFrom"},
	} {
		x.to.expand(in.column(x.name), rows)
	}
	in.kinds = slices.Grow(in.kinds[:0], rows)[:rows]
}

// classify adds what the texts of columns mean to the kinds, but of those that
// done has.
func (in *input) classify(done *[len(words)]bool) {
	for i := range words {
		if !done[i] {
			in.words[i].add(in.kinds, in.column(words[i].column), words[i].kind)
		}
	}
}

// meanings remembers what the texts of a column mean.
type meanings struct {
	of         *batch.Dict
	generation uint64
	kinds      []kind // by position
}

// add adds to kinds what the texts of c mean.
func (m *meanings) add(kinds []kind, c *batch.Column, mean func(string) kind) {
	switch c.Form {
	case batch.Const:
		k := mean(c.TextAt(0))
		for row := range kinds {
			kinds[row] |= k
		}
		return
	case batch.Runs:
		at := 0
		for r, end := range c.Ends {
			k := mean("")
			if pos := c.IDs[r]; pos != batch.Null {
				if c.Via != nil {
					pos = c.Via[pos]
				}
				if pos != batch.Null {
					k = mean(c.Dict.Text[pos])
				}
			}
			for ; at < int(end); at++ {
				kinds[at] |= k
			}
		}
		return
	}
	if m.of != c.Dict || m.generation != c.Dict.Generation {
		m.of, m.generation, m.kinds = c.Dict, c.Dict.Generation, m.kinds[:0]
	}
	for pos := len(m.kinds); pos < len(c.Dict.Text); pos++ {
		m.kinds = append(m.kinds, mean(c.Dict.Text[pos]))
	}
	for row, pos := range c.IDs[:len(kinds)] {
		if c.Via != nil && pos != batch.Null {
			pos = c.Via[pos]
		}
		if pos == batch.Null {
			kinds[row] |= mean("")
		} else {
			kinds[row] |= m.kinds[pos]
		}
	}
}

// kind is what a tuple counts for.
type kind uint16

const (
	allowed kind = 1 << iota
	inbound
	begins    // B
	ends      // E
	stateless // of a version that knows no states
	fromVNet
	fromNSG
	isTCP
	userRule
	kinds // how many there are
)

// tallies says what a tuple adds to the counts of its row, by kind.
var tallies = func() (all [kinds]struct {
	as   uint8 // position of the count of its decision
	ends bool
	look bool // its flow may have no counters
},
) {
	for k := range kinds {
		t := &all[k]
		t.as, t.ends = counts, k&ends != 0
		switch {
		case k&allowed == 0 && k&inbound != 0:
			t.as = deniedIn
		case k&allowed == 0:
			t.as = deniedOut
		case k&(begins|stateless) != 0 && k&inbound != 0:
			t.as = allowedIn
		case k&(begins|stateless) != 0:
			t.as = allowedOut
		}
		t.look = k&allowed != 0 && k&(ends|stateless|fromNSG) != 0
	}
	return all
}()

// words says what the texts of a tuple's columns mean for its kind.
var words = [...]struct {
	column string
	kind   func(text string) kind
}{
	{"FlowStatus", func(t string) kind { return when(t == "Allowed", allowed) }},
	{"FlowDirection", func(t string) kind { return when(t == "Inbound", inbound) }},
	{"FlowState", func(t string) kind { return when(t == "B", begins) | when(t == "E", ends) | when(t == "", stateless) }},
	{"FlowLogType", func(t string) kind { return when(t == "VNet", fromVNet) | when(t == "NSG", fromNSG) }},
	{"L4Protocol", func(t string) kind { return when(t == "TCP", isTCP) }},
	{"AclRule", func(t string) kind { return when(strings.HasPrefix(t, "UserRule_"), userRule) }},
}

// wordOf returns the position in words of a column, -1 if its texts mean nothing
// for a tuple's kind.
func wordOf(column string) int {
	for i := range words {
		if words[i].column == column {
			return i
		}
	}
	return -1
}

// uncounted reports whether the flow of an allowed tuple has no counters. MS
// Learn, "NSG flow logs": version 1 has none; version 2 counts TCP only (it logs
// zeros for the rest), and has none for inbound flows that a user rule allows,
// of which only B is logged.
func (in *input) uncounted(row int, k kind) bool {
	switch {
	case in.bytesSD.has(row) || in.totalB.has(row):
		return k&ends != 0 && k&fromNSG != 0 && k&isTCP == 0 && in.bytesSD.or0(row) == 0 && in.bytesDS.or0(row) == 0
	case k&(stateless|ends) != 0:
		return true
	default:
		return k&begins != 0 && k&inbound != 0 && k&fromNSG != 0 && k&userRule != 0
	}
}
