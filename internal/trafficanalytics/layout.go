package trafficanalytics

import (
	"slices"
	"strings"

	"github.com/azflow/azflow/internal/batch"
)

// layout says how the columns lie of which rows are made: what batches have in
// common between two flushes. A row takes its values from its first tuple, so
// what is kept of a row is where that tuple's values are: a combination of all
// columns that change in runs, and a position for each set of columns that
// change together by row.
type layout struct {
	columns []*laid
	classes []class
	words   int // of a key

	combinations map[uint64]uint32 // by hash; one that is taken has the next hash
	combined     []*laid           // the columns that change in runs
	meant        [len(words)]bool  // those of words that they are made of
	digests      []digest          // of their Key columns, by combination
	ids          []uint32          // a combination
	runs         []running         // of the batch at hand
	stretches    []stretch         // likewise
	positions    []uint32          // of the runs at a row
	met          [256]meeting      // combinations of the batch at hand, by hash of their positions
	hash         hasher
}

// form is how a column lies.
type form uint8

const (
	unlaid form = iota
	inRuns      // constant, or in runs: part of the combination
	byRow       // positions by row, now and then in runs
	mapped      // positions by row, of a column that is not taken as it is
	plain       // numbers by row
)

// laid is a stored column that is made of one of Flows, as it lies.
type laid struct {
	*Column
	at     int // its position in columns
	word   int // that of From in words, or -1
	source int // of the column in the batch, -1 if there is none
	form   form
	class  int
	values *values  // inRuns and mapped
	via    []uint32 // inRuns: position in values by combination

	dict       *batch.Dict // byRow: of the last batch, as are these
	generation uint64
	through    []uint32
	distinct   bool // through gives no position twice, in any batch

	ints  []int64 // plain: by row of the output
	valid batch.Bitmap
	n     numbers
}

// class is a set of columns that share positions by row.
type class struct {
	columns []*laid
	key     bool     // some are Key columns
	ids     []uint32 // by row of the batch at hand
	room    []uint32
	got     []uint32 // by row of the output
	digests []digest // of the Key columns, by position
	// Where the position plus one lies in a key, and the first one that does not
	// fit.
	word  int
	shift uint
	limit int
}

func newLayout() layout {
	l := layout{combinations: map[uint64]uint32{}}
	for i := range columns {
		c := &columns[i]
		if c.From != "" && c.From != colDestPort {
			l.columns = append(l.columns, &laid{Column: c, at: i, word: wordOf(c.From), values: newValues(c)})
		}
	}
	return l
}

const colDestPort = "DestPort"

// numeric reports whether the column takes numbers.
func (c *Column) numeric() bool { return c.Kind != batch.Text && c.Bool == nil }

// formOf returns how a column of the batch lies.
func (l *laid) formOf(c *batch.Column) form {
	switch {
	case c == nil || c.Form == batch.Const || c.Form == batch.Runs:
		return inRuns
	case c.Form == batch.Plain:
		return plain
	case l.Map != nil || l.Bool != nil:
		return mapped
	}
	return byRow
}

// fits reports whether the columns of a batch lie as those before.
func (l *layout) fits(in *input) bool {
	for _, x := range l.columns {
		c := in.at(x.source)
		if form := x.formOf(c); form != x.form {
			// What lay by row can be laid so again.
			if form != inRuns || x.form == plain || c == nil || len(c.IDs) == 0 {
				return false
			}
		}
		if x.form != byRow {
			continue
		}
		first := in.at(l.classes[x.class].columns[0].source)
		if x.dict != c.Dict || x.generation != c.Dict.Generation || (x.through == nil) != (c.Via == nil) ||
			first.Form != c.Form || &first.IDs[0] != &c.IDs[0] || c.Form == batch.Runs && &first.Ends[0] != &c.Ends[0] {
			return false
		}
	}
	for i := range l.classes {
		if k := &l.classes[i]; k.key && k.size(in) > k.limit {
			return false
		}
	}
	return true
}

// size returns how many positions the class may have.
func (k *class) size(in *input) int {
	x := k.columns[0]
	c := in.at(x.source)
	switch {
	case x.form == mapped:
		return x.values.dict.Len(x.Kind) + len(c.Dict.Text)
	case c.Via != nil:
		return len(c.Via)
	}
	return c.Dict.Len(x.Kind)
}

// lay takes the layout of a batch. There must be no rows.
func (l *layout) lay(in *input) {
	l.classes, l.combined, l.digests = l.classes[:0], l.combined[:0], l.digests[:0]
	clear(l.combinations)
	l.meant = [len(words)]bool{}
	for _, x := range l.columns {
		// Combinations get other numbers: what is remembered of them is void.
		x.via = x.via[:0]
		x.values.dict.Generation++
		x.source = in.index(x.From)
		c := in.at(x.source)
		x.form = x.formOf(c)
		switch x.form {
		case inRuns:
			l.combined = append(l.combined, x)
			if x.word >= 0 {
				l.meant[x.word] = true
			}
		case mapped:
			l.class(x)
		case byRow:
			x.dict, x.generation, x.distinct = c.Dict, c.Dict.Generation, true
			x.class = slices.IndexFunc(l.classes, func(k class) bool {
				first := k.columns[0]
				return first.form == byRow && &in.at(first.source).IDs[0] == &c.IDs[0]
			})
			if x.class < 0 {
				l.class(x)
			} else {
				k := &l.classes[x.class]
				k.columns = append(k.columns, x)
				k.key = k.key || x.Role == Key
			}
		}
	}
	l.ids = slices.Grow(l.ids[:0], len(l.combined))[:len(l.combined)]
	// A key begins with interval, port and combination.
	l.words = 2
	used := uint(32)
	for _, width := range []uint{32, 16, 8} {
		for i := range l.classes {
			k := &l.classes[i]
			if !k.key || k.width(in) != width {
				continue
			}
			if used+width > 64 {
				l.words++
				used = 0
			}
			k.word, k.shift, k.limit = l.words-1, used, 1<<width-1
			used += width
		}
	}
}

// class makes a class of one column.
func (l *layout) class(x *laid) {
	x.class = len(l.classes)
	if x.class == cap(l.classes) {
		l.classes = append(l.classes, class{})
	} else {
		l.classes = l.classes[:x.class+1] // with the memory that it had
	}
	k := &l.classes[x.class]
	k.columns, k.key = append(k.columns[:0], x), x.Role == Key
	k.digests, k.got = k.digests[:0], k.got[:0]
}

// width returns the bits for a position in a key, with room for some more of
// them to come.
func (k *class) width(in *input) uint {
	size := k.size(in)
	address := slices.ContainsFunc(k.columns, func(x *laid) bool { return strings.HasSuffix(x.From, "Ip") })
	switch {
	case size < 200 && !address:
		return 8
	case size < 60_000 && !address:
		return 16
	}
	return 32
}

// bind takes the positions of a batch that fits.
func (l *layout) bind(in *input) {
	for _, x := range l.columns {
		c := in.at(x.source)
		switch x.form {
		case byRow:
			k := &l.classes[x.class]
			x.through, x.distinct = c.Via, x.distinct && c.Distinct
			if x != k.columns[0] {
				continue
			}
			if k.ids = c.IDs; c.Form != batch.Coded {
				positions := *c
				positions.Via = nil
				k.room = positions.AppendIDs(k.room[:0], 0, in.b.Rows)
				k.ids = k.room
			}
			k.ids = k.ids[:in.b.Rows]
		case mapped:
			k := &l.classes[x.class]
			k.room = c.AppendIDs(k.room[:0], 0, in.b.Rows)
			for row, pos := range k.room {
				k.room[row] = x.values.at(c.Dict, pos)
			}
			k.ids = k.room
		case plain:
			x.n.expand(c, in.b.Rows)
		}
	}
}

// combine finds the combination of each row, and sets kinds to what the columns
// of combinations mean.
func (l *layout) combine(in *input, out []uint32, kinds []kind) {
	l.runs, l.stretches = l.runs[:0], l.stretches[:0]
	always := kind(0)
	for i, x := range l.combined {
		c := in.at(x.source)
		switch {
		case c == nil:
			l.ids[i] = x.values.at(nil, batch.Null)
		case c.Form == batch.Const:
			l.ids[i] = x.values.at(c.Dict, c.ID(0))
			always |= x.kind(c, c.ID(0))
		default:
			l.run(c, i)
		}
	}
	// The same few positions come together again and again.
	for i := range l.met {
		l.met[i].known = false
	}
	l.positions = slices.Grow(l.positions[:0], len(l.runs))[:len(l.runs)]
	clear(l.positions)
	for row := 0; row < len(out); {
		end, h := len(out), uint64(0)
		for i := range l.stretches {
			s := &l.stretches[i]
			if s.end <= row {
				l.advance(s, row)
			}
			end = min(end, s.end)
			h += s.hash
		}
		m := l.known(h)
		id, k := m.id, m.kind|always
		ids, is := out[row:end], kinds[row:end]
		for i := range ids {
			ids[i] = id
		}
		for i := range is {
			is[i] = k
		}
		row = end
	}
}

// running is a column that changes in runs.
type running struct {
	c     *batch.Column
	place int // in layout.ids
}

// stretch is a set of columns whose runs have the same ends, and the run that
// they are in.
type stretch struct {
	ends    []uint32
	columns []int // in layout.runs
	next    int   // the run after that at hand
	end     int   // of the run at hand
	hash    uint64
}

// run notes a column that changes in runs.
func (l *layout) run(c *batch.Column, place int) {
	l.runs = append(l.runs, running{c: c, place: place})
	for i := range l.stretches {
		if s := &l.stretches[i]; &s.ends[0] == &c.Ends[0] && len(s.ends) == len(c.Ends) {
			s.columns = append(s.columns, len(l.runs)-1)
			return
		}
	}
	n := len(l.stretches)
	if n == cap(l.stretches) {
		l.stretches = append(l.stretches, stretch{})
	} else {
		l.stretches = l.stretches[:n+1] // with the memory that it had
	}
	s := &l.stretches[n]
	*s = stretch{ends: c.Ends, columns: append(s.columns[:0], len(l.runs)-1)}
}

// advance moves s to the run that row lies in.
func (l *layout) advance(s *stretch, row int) {
	for int(s.ends[s.next]) <= row {
		s.next++
	}
	s.end, s.hash = int(s.ends[s.next]), 0
	for _, i := range s.columns {
		pos := l.runs[i].c.IDs[s.next]
		l.positions[i] = pos
		s.hash += mix(uint64(pos), uint64(i)<<32|0x9e3779b9)
	}
	s.next++
}

// kind returns what the text at a position of c means, from which x is made.
func (x *laid) kind(c *batch.Column, pos uint32) kind {
	if x.word < 0 {
		return 0
	}
	text := ""
	if pos != batch.Null {
		text = c.Dict.Text[pos]
	}
	return words[x.word].kind(text)
}

// meeting is a combination and the positions of the running columns that make it.
type meeting struct {
	known     bool
	hash      uint64
	positions []uint32
	id        uint32
	kind      kind // what the running columns mean
}

// known returns the combination of the positions of the running columns, whose
// hash is h.
func (l *layout) known(h uint64) *meeting {
	m := &l.met[h>>32%uint64(len(l.met))]
	if m.known && m.hash == h && slices.Equal(m.positions, l.positions) {
		return m
	}
	*m = meeting{known: true, hash: h, positions: append(m.positions[:0], l.positions...)}
	for i, r := range l.runs {
		pos := l.positions[i]
		if r.c.Via != nil && pos != batch.Null {
			pos = r.c.Via[pos]
		}
		x := l.combined[r.place]
		l.ids[r.place] = x.values.at(r.c.Dict, pos)
		m.kind |= x.kind(r.c, pos)
	}
	m.id = l.combination()
	return m
}

// combination returns the number of the combination in ids.
func (l *layout) combination() uint32 {
	h := uint64(len(l.ids))
	for _, id := range l.ids {
		h = mix(h^uint64(id), 0x9e3779b97f4a7c15)
	}
	for ; ; h++ {
		id, ok := l.combinations[h]
		if !ok {
			break
		}
		same := true
		for i, x := range l.combined {
			same = same && x.via[id] == l.ids[i]
		}
		if same {
			return id
		}
	}
	id := uint32(len(l.digests))
	l.combinations[h] = id
	var d digest
	for i, x := range l.combined {
		x.via = append(x.via, l.ids[i])
		if x.Role == Key {
			d = d.plus(l.hash.text(x.Name, x.values.dict.Text[l.ids[i]]))
		}
	}
	l.digests = append(l.digests, d)
	return id
}

// digest works out the digests of the Key columns of a class at those of its
// positions that are new, one after the other: so their values lie together.
func (l *layout) digest(k *class) {
	from, to, most := len(k.digests), 0, 0
	switch x := k.columns[0]; {
	case x.form == mapped:
		to = len(x.values.dict.Text)
	case x.through != nil:
		to, most = len(x.through), cap(x.through)
	default:
		to, most = len(x.dict.Text), cap(x.dict.Text)
	}
	if to <= from {
		return
	}
	// A dictionary grows to its capacity.
	k.digests = slices.Grow(k.digests, max(to, min(most, 2*maxRemembered))-from)[:to]
	clear(k.digests[from:])
	for _, x := range k.columns {
		if x.Role != Key {
			continue
		}
		texts := x.values.dict.Text
		if x.form == byRow {
			texts = x.dict.Text
		}
		l.hash.begin(x.Name)
		for id := from; id < to; id++ {
			pos := uint32(id)
			if x.form == byRow && x.through != nil {
				pos = x.through[id]
			}
			if pos != batch.Null {
				k.digests[id] = k.digests[id].plus(l.hash.of(texts[pos]))
			}
		}
	}
}

// take notes the values of rows of the batch, as those of the output's next
// rows.
func (l *layout) take(rows []int) {
	for i := range l.classes {
		k := &l.classes[i]
		k.got = slices.Grow(k.got, len(rows))
		for _, row := range rows {
			k.got = append(k.got, k.ids[row])
		}
	}
	for _, x := range l.columns {
		if x.form != plain {
			continue
		}
		for _, row := range rows {
			n := len(x.ints)
			x.ints, x.valid = append(x.ints, x.n.or0(row)), x.valid.Grow(n+1)
			x.valid.Set(n, x.n.has(row))
		}
	}
}

// clear forgets the output's rows.
func (l *layout) clear() {
	for i := range l.classes {
		l.classes[i].got = l.classes[i].got[:0]
	}
	for _, x := range l.columns {
		x.ints, x.valid = x.ints[:0], x.valid[:0]
	}
}

// forget forgets what values stand for, if they are many. There must be no rows,
// and the next batch must be laid out.
func (l *layout) forget() bool {
	size := len(l.digests)
	for _, x := range l.columns {
		size = max(size, x.values.dict.Len(x.Kind))
	}
	if size <= maxRemembered {
		return false
	}
	for _, x := range l.columns {
		x.values.reset()
	}
	return true
}

// maxRemembered is how many values of a column, or combinations of values, are
// remembered from one flush to the next.
const maxRemembered = 1 << 16
