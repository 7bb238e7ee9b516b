package wire

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/azflow/azflow/flowlog"
)

// A Body is the part of a record that differs between formats: the member that
// holds the tuples.
type Body struct {
	Type flowlog.LogType
	Name string // the member's key as documented
	// Key is the member's key in lower case; one that ends in a dot stands for
	// every key that begins with it.
	Key string
	// Inner is the key in lower case of a member that the value has if it is
	// an object, empty if it is none.
	Inner string
	// Read reads the member's value at i.
	Read func(r *Reader, i int) (next int)
	// End, if not nil, is called when the whole record has been read.
	End func(r *Reader)
}

func (b *Body) matches(key []byte) bool {
	if strings.HasSuffix(b.Key, ".") {
		return bytes.HasPrefix(key, []byte(b.Key))
	}
	return string(key) == b.Key
}

// Reader decodes windows of flow logs into columns. Its methods are for the
// functions of a [Body]; Decode is what a decoder calls.
type Reader struct {
	Scanner
	bodies []Body
	dst    *flowlog.Columns
	base   int64 // offset of the window in the blob

	// waiting is one more than the offset of a record that was cut short in
	// its tuples: before it is decoded again it is read without keeping rows,
	// so that one without an end costs little memory.
	waiting int64
	dry     bool

	// The record being read.
	Rec      flowlog.RecordRun
	Rule     uint32 // rule of the record itself, which events have
	ACL      uint32 // aclID of the record itself
	Saved    []int  // indexes of values that a body has yet to read
	body     *Body
	refused  string // why a sound record is none of ours
	records  int    // index after the bracket if the record turns out to hold records
	version  bool   // whether the version was logged
	shapes   shapes
	tuples   int64 // ordinal of the next tuple
	issues   int   // tuples of the record refused so far
	ordinals []flowlog.OrdinalRun
	firstRow int   // first row not yet numbered
	first    int64 // and its ordinal
	drifts   []drift

	ends  ends        // of tuples that are being read
	texts [2]uint32   // the last one, and the one before
	after [256]uint32 // the text that came after both, at a hash of theirs
}

type drift struct {
	kind flowlog.DriftKind
	what string
	n    int64
}

// NewReader returns a Reader of the formats that bodies stand for.
func NewReader(bodies ...Body) *Reader { return &Reader{bodies: bodies} }

// maxStray bounds the bytes between records that are held back in the hope of
// the next record.
const maxStray = 1 << 20

const (
	tooLarge = "record is larger than 64 MiB"
	cutShort = "record is cut short by the end of the input"
	stray    = "text that belongs to no record"
)

// Decode is [flowlog.ColumnDecoder]'s DecodeColumns.
func (r *Reader) Decode(b []byte, final bool, cur *flowlog.Cursor, dst *flowlog.Columns) (n int) {
	r.reset(b)
	r.dst, r.base = dst, cur.Offset
	// Ids that were learnt are of a Dict that may have been reset.
	r.ends.own, r.texts, r.after = unknown(), [2]uint32{}, [len(r.after)]uint32{}
	i := 0
	for {
		if cur.Skipping {
			at, found := r.findRecord(i, final)
			n = at
			if !found {
				break
			}
			cur.Skipping = false
			i = at
		}
		i = r.between(i)
		if i >= len(b) {
			if !final && len(b)-n > maxStray {
				n = len(b) // nothing but brackets and white space
			}
			break
		}
		start := i
		n = start
		next, what, reason := r.piece(start, final, cur)
		if what == incomplete {
			if !final && len(b)-start <= flowlog.MaxRecordSize {
				break
			}
			what, reason = broken, cutShort
			if len(b)-start > flowlog.MaxRecordSize {
				reason = tooLarge
			}
		}
		if what == sound {
			i, n = next, next
			continue
		}

		kind := flowlog.BlobIssue
		if b[start] == '{' {
			kind = flowlog.RecordIssue
		}
		found, held := true, false
		if what == broken {
			next, found = r.findRecord(start+1, final)
			// Without a record that follows, what could yet be one whole
			// record or just a little text stays for the next window.
			held = !found && reason != tooLarge && len(b)-start <= maxStray
			if held && !final {
				break
			}
		}
		dst.Issues = append(dst.Issues, flowlog.Issue{
			Kind: kind, Record: cur.Records, Tuple: -1, Offset: r.base + int64(start), Count: 1,
			Reason: reason, Raw: r.raw(start, next, found),
		})
		if held {
			break
		}
		if kind == flowlog.RecordIssue {
			cur.Records++
		}
		cur.Skipping = !found
		i, n = next, next
	}
	cur.Offset += int64(n)
	r.dst, r.b = nil, nil
	return n
}

// raw returns the input of an issue.
func (r *Reader) raw(start, end int, whole bool) string {
	if !whole || end > len(r.b) {
		end = len(r.b)
	}
	end = min(end, start+flowlog.MaxIssueRaw)
	return strings.ToValidUTF8(string(r.b[start:end]), "\uFFFD")
}

// between returns the index of the next piece of input: brackets, commas and
// white space around records carry nothing, so that reading can begin anywhere
// between two records and needs no closing bracket.
func (r *Reader) between(i int) int {
	for {
		switch r.At(i) {
		case ' ', '\n', '\r', '\t', ',', '[', ']', '}', 0x1e: // RS begins a record of RFC 7464
			i++
		case 0xef:
			if !bytes.HasPrefix(r.b[i:], bom) {
				return i
			}
			i += len(bom)
		default:
			return i
		}
	}
}

var bom = []byte("\xef\xbb\xbf")

type verdict uint8

const (
	sound      verdict = iota // read, go on at next
	refused                   // whole, but none of ours: go on at next
	broken                    // not JSON, or not of a record's shape: find the next record
	incomplete                // more input needed
)

// piece reads what begins at i, between records: a record, the opening of an
// array of records, or another member of the object that holds them.
func (r *Reader) piece(i int, final bool, cur *flowlog.Cursor) (next int, what verdict, reason string) {
	r.reason, r.depth = "", 0
	switch r.At(i) {
	case '{':
		if r.waiting == r.base+int64(i)+1 {
			r.dry = true
			next, what, reason = r.record(i, cur)
			r.dry = false
			if what != sound {
				return next, what, reason
			}
			r.reason, r.depth = "", 0
		}
		return r.record(i, cur)
	case '"':
		return r.member(i, final)
	case 0xef:
		if bytes.HasPrefix(bom, r.b[i:]) && !final {
			return 0, incomplete, ""
		}
	}
	return 0, broken, stray
}

// member reads a member of the object that holds the array of records.
func (r *Reader) member(i int, final bool) (next int, what verdict, reason string) {
	key, j := r.Key(i)
	if r.reason == "" && string(key) == "records" && r.At(j) == '[' {
		return j + 1, sound, ""
	}
	path := string(key)
	next = r.Skip(j)
	switch {
	case r.reason == "" && next == len(r.b) && !final:
		return 0, incomplete, "" // a number may go on in the next window
	case r.reason == "":
		r.dst.Drift.Add(flowlog.UnknownKey, []byte(path), 1)
		return next, sound, ""
	case r.failed >= len(r.b) && !final:
		return 0, incomplete, ""
	}
	return 0, broken, stray
}

// record reads the record at i and appends its rows, or none.
func (r *Reader) record(i int, cur *flowlog.Cursor) (next int, what verdict, reason string) {
	mark := r.dst.Mark()
	r.begin(cur)
	next = r.members(i)
	if r.records > 0 { // what precedes them may be a record of its own
		next = r.records
	}
	if r.reason == "" && (r.records == 0 || r.body != nil) {
		r.end()
	}
	switch {
	case r.reason == "" && next-i > flowlog.MaxRecordSize, r.reason != "" && r.failed-i > flowlog.MaxRecordSize:
		what, reason = broken, tooLarge
	case r.reason != "" && r.failed >= len(r.b):
		what = incomplete
		if r.body != nil {
			r.waiting = r.base + int64(i) + 1
		}
	case r.reason != "":
		what, reason = broken, r.reason
	case r.refused != "":
		what, reason = refused, r.refused
	}
	if what != sound || r.dry {
		r.dst.Truncate(mark)
		return next, what, reason
	}
	for _, d := range r.drifts {
		r.dst.Drift.Add(d.kind, []byte(d.what), d.n)
	}
	if r.body != nil {
		r.commit(i, next, cur)
	}
	return next, sound, ""
}

func (r *Reader) begin(cur *flowlog.Cursor) {
	r.Rec = flowlog.RecordRun{Ordinal: cur.Records}
	r.Rule, r.ACL, r.Saved = 0, 0, r.Saved[:0]
	r.body, r.refused, r.records, r.version, r.shapes = nil, "", 0, false, 0
	r.tuples, r.issues = cur.Tuples, 0
	r.ordinals, r.drifts = r.ordinals[:0], r.drifts[:0]
	r.firstRow, r.first = r.dst.Len(), cur.Tuples
}

// members reads the members of a record.
func (r *Reader) members(i int) (next int) {
	i, more := r.Enter(i, '{')
	for more {
		var key []byte
		key, i = r.Key(i)
		switch string(key) {
		case "records":
			if r.At(i) == '[' {
				r.records = i + 1
				return i
			}
			i = r.UnknownKey("", key, i)
		case "time":
			i = r.time(i)
		case "macaddress":
			r.Rec.MAC, i = r.Text(i, "macAddress")
		case "mac": // in one published sample
			var id uint32
			if id, i = r.Text(i, "mac"); r.Rec.MAC == 0 {
				r.Rec.MAC = id
			}
		case "category":
			r.Rec.Category, i = r.Text(i, "category")
		case "operationname":
			r.Rec.Operation, i = r.Text(i, "operationName")
		case "version", "flowlogversion":
			i = r.Version(i)
		case "systemid", "flowlogguid":
			r.Rec.SystemID, i = r.Text(i, "systemId")
		case "resourceid", "flowlogresourceid":
			r.Rec.Resource, i = r.Text(i, "resourceId")
		case "targetresourceid":
			r.Rec.Target, i = r.Text(i, "targetResourceID")
		case "rule":
			r.Rule, i = r.Text(i, "rule")
		case "aclid":
			r.ACL, i = r.Text(i, "aclID")
		case "flow_state":
			r.Rec.FlowState, i = r.Text(i, "flow_state")
		case "source_addr":
			r.Rec.OverrideSrc, i = r.Text(i, "source_addr")
		case "destination_addr":
			r.Rec.OverrideDest, i = r.Text(i, "destination_addr")
		default:
			i = r.other(key, i)
		}
		i, more = r.Next(i, '{')
	}
	return i
}

// other reads the member of a record that holds its tuples, or one that no
// format knows.
func (r *Reader) other(key []byte, i int) (next int) {
	for k := range r.bodies {
		b := &r.bodies[k]
		if !b.matches(key) {
			continue
		}
		if r.body != nil && r.body != b {
			r.refused = "record is of two formats at once"
			return r.Skip(i)
		}
		r.body = b
		r.Rec.Type = b.Type
		return b.Read(r, i)
	}
	return r.UnknownKey("", key, i)
}

// end completes a record that was read to its closing brace.
func (r *Reader) end() {
	if r.refused != "" {
		return
	}
	if r.body == nil {
		r.refused = "record has no " + r.keys()
		return
	}
	if r.body.End != nil {
		r.body.End(r)
	}
	r.checkVersion()
}

func (r *Reader) keys() string {
	names := make([]string, len(r.bodies))
	for k, b := range r.bodies {
		names[k] = b.Name
	}
	return strings.Join(names, " or ")
}

// Refuse refuses the record: it is sound JSON and not a flow log record.
func (r *Reader) Refuse(reason string) {
	if r.refused == "" {
		r.refused = reason
	}
}

// Row returns the number of rows so far.
func (r *Reader) Row() int { return r.dst.Len() }

// Columns returns the columns that are appended to.
func (r *Reader) Columns() *flowlog.Columns { return r.dst }

// Ordinal returns the ordinal of the next tuple: the difference of two is the
// number of tuples in between, refused ones included.
func (r *Reader) Ordinal() int64 { return r.tuples }

// commit appends what the rows of the record at [i, next) share.
func (r *Reader) commit(i, next int, cur *flowlog.Cursor) {
	c := r.dst
	r.number()
	for _, o := range r.ordinals {
		appendOrdinals(c, o)
	}
	r.Rec.End = c.Len()
	r.Rec.Offset, r.Rec.Length = r.base+int64(i), int64(next-i)
	c.Records = append(c.Records, r.Rec)
	if r.Rec.MAC != 0 {
		for g := len(c.Groups) - 1; g >= 0 && c.Groups[g].End > r.start(); g-- {
			if c.Groups[g].MAC == 0 {
				c.Groups[g].MAC = r.Rec.MAC
			}
		}
		for e := len(c.EmptyRules) - 1; e >= 0 && c.EmptyRules[e].Record == len(c.Records)-1; e-- {
			if c.EmptyRules[e].MAC == 0 {
				c.EmptyRules[e].MAC = r.Rec.MAC
			}
		}
	}
	cur.Records++
	cur.Tuples = r.tuples
}

// start returns the first row of the record last appended.
func (r *Reader) start() int {
	if n := len(r.dst.Records); n > 1 {
		return r.dst.Records[n-2].End
	}
	return 0
}

// number closes the run of ordinals that ends with the last row.
func (r *Reader) number() {
	if n := r.dst.Len(); n > r.firstRow {
		r.ordinals = append(r.ordinals, flowlog.OrdinalRun{End: n, First: r.first})
		r.firstRow = n
	}
}

// appendOrdinals appends o, or lengthens the last run if o goes on where it
// ends.
func appendOrdinals(c *flowlog.Columns, o flowlog.OrdinalRun) {
	if n := len(c.Ordinals); n > 0 {
		last, start := &c.Ordinals[n-1], 0
		if n > 1 {
			start = c.Ordinals[n-2].End
		}
		if last.First+int64(last.End-start) == o.First {
			last.End = o.End
			return
		}
	}
	c.Ordinals = append(c.Ordinals, o)
}

// UnknownKey skips the value at i of a key that no documented record has. The
// path is that of the object it is in, with a dot after each key.
func (r *Reader) UnknownKey(path string, key []byte, i int) (next int) {
	if path != "" && isRecordKey(key) {
		return r.Fail(i, "record begins inside another")
	}
	r.drift(flowlog.UnknownKey, append([]byte(path), key...))
	return r.Skip(i)
}

// Unusual skips the value at i, which is not of the type that what has.
func (r *Reader) Unusual(what string, i int) (next int) {
	if r.At(i) != 'n' { // null is nothing
		r.drift(flowlog.UnusualValue, []byte(what))
	}
	return r.Skip(i)
}

func (r *Reader) drift(kind flowlog.DriftKind, what []byte) {
	if n := len(r.drifts); n > 0 && r.drifts[n-1].kind == kind && r.drifts[n-1].what == string(what) {
		r.drifts[n-1].n++
		return
	}
	if len(r.drifts) < 4*flowlog.MaxIssuesPerRecord {
		r.drifts = append(r.drifts, drift{kind, string(what[:min(len(what), 256)]), 1})
	}
}

// Text reads a text and returns its id in Dict.Strings. Another value has id 0
// and counts as drift of what.
func (r *Reader) Text(i int, what string) (id uint32, next int) {
	if r.At(i) != '"' {
		return 0, r.Unusual(what, i)
	}
	// Texts mostly come in the order of the record before. One that was written
	// without an escape ends with the next quote.
	texts := &r.dst.Dict.Strings
	after := &r.after[(r.texts[0]+31*r.texts[1])%uint32(len(r.after))]
	guess := texts.Text(*after)
	if end := i + 1 + len(guess); end < len(r.b) && r.b[end] == '"' && string(r.b[i+1:end]) == guess {
		r.texts = [2]uint32{*after, r.texts[0]}
		return *after, end + 1
	}
	text, next := r.String(i)
	if r.reason != "" {
		return 0, next
	}
	id = texts.ID(text)
	if len(text) == next-i-2 {
		*after = id
	}
	r.texts = [2]uint32{id, r.texts[0]}
	return id, next
}

func (r *Reader) time(i int) (next int) {
	if r.At(i) != '"' {
		return r.Unusual("time", i)
	}
	text, i := r.String(i)
	ticks, ok := parseTicks(text)
	if !ok && r.reason == "" {
		r.drift(flowlog.UnusualValue, []byte("time"))
	}
	r.Rec.Ticks = ticks
	return i
}

// Version reads the version of a record: an integer, or the text of one.
func (r *Reader) Version(i int) (next int) {
	start := i
	text := []byte(nil)
	if r.At(i) == '"' {
		text, i = r.String(i)
	} else if i = r.Skip(i); r.reason == "" {
		text = r.b[start:i]
	}
	if r.reason != "" {
		return i
	}
	v, ok := parseUint(text)
	if !ok || v > 1<<30 {
		if string(text) != "null" {
			r.drift(flowlog.UnusualValue, []byte("version"))
		}
		return i
	}
	r.Rec.Version, r.version = int32(v), true
	return i
}

// shapesOf says which lengths of tuples each version is documented to have.
var shapesOf = map[flowlog.LogType]map[int32]shapes{
	flowlog.NSG:   {1: 1<<8 | 1<<10, 2: 1 << 13},
	flowlog.VNet:  {2: 1<<8 | 1<<12, 4: 1 << 13},
	flowlog.Event: {1: 1 << 8, 2: 1<<8 | 1<<13, 4: 1 << 13},
}

// checkVersion counts a version or a length of tuples that is not documented,
// and fills in a version that was not logged.
func (r *Reader) checkVersion() {
	if !r.version {
		r.drift(flowlog.UnknownVersion, []byte("none"))
		switch {
		case r.Rec.Type == flowlog.VNet:
			r.Rec.Version = 4
		case r.Rec.Type == flowlog.Event: // its layout has set it
		case r.shapes&(1<<9|1<<13) != 0:
			r.Rec.Version = 2
		case r.shapes != 0:
			r.Rec.Version = 1
		}
	}
	want, known := shapesOf[r.Rec.Type][r.Rec.Version]
	if !known {
		if r.version {
			r.drift(flowlog.UnknownVersion, strconv.AppendInt(nil, int64(r.Rec.Version), 10))
		}
		return
	}
	if extra := r.shapes &^ want; extra != 0 {
		r.drift(flowlog.UnusualShape, fmt.Appendf(nil, "%s version %d with tuples of %s parts", r.Rec.Type, r.Rec.Version, extra))
	}
}

// Objects reads the array of objects at i, each by a call of read. What is
// something else counts as drift of what.
func (r *Reader) Objects(i int, what string, read func(r *Reader, i int) (next int)) (next int) {
	if r.At(i) != '[' {
		return r.Unusual(what, i)
	}
	i, more := r.Enter(i, '[')
	for more {
		if r.At(i) == '{' {
			i = read(r, i)
		} else {
			i = r.Unusual(what, i)
		}
		i, more = r.Next(i, '[')
	}
	return i
}

// Tuples reads the array of tuples at i and appends them as one group, whose
// ids are for the caller to fill in. fast, if not nil, is given the index of a
// tuple's opening quote; it appends the tuples it can read from there on and
// returns the index after the last, or the same index when it can read none.
func (r *Reader) Tuples(i int, layout Layout, fast func(r *Reader, i int) (next int)) (next int) {
	if r.At(i) != '[' {
		if r.At(i) == 'n' {
			return r.Skip(i)
		}
		start := i
		if i = r.Skip(i); r.reason == "" {
			r.refuseTuple(start, i, "flowTuples is not an array")
		}
		return i
	}
	firstRow := r.dst.Len()
	i, more := r.Enter(i, '[')
	for more {
		if r.dry {
			r.dst.SetLen(firstRow)
		}
		switch c := r.At(i); c {
		case '"':
			if fast != nil {
				rows := r.dst.Len()
				if next := fast(r, i); next != i {
					r.tuples += int64(r.dst.Len() - rows)
					i = next
					break
				}
			}
			i = r.tuple(i, layout)
		case '{', '[':
			i = r.Fail(i, "array of tuples holds something else")
		default:
			i = r.tuple(i, layout)
		}
		i, more = r.Next(i, '[')
	}
	if n := r.dst.Len(); n > firstRow {
		r.dst.Groups = append(r.dst.Groups, flowlog.GroupRun{End: n})
	}
	return i
}

// tuple reads the value at i as a tuple.
func (r *Reader) tuple(i int, layout Layout) (next int) {
	if r.At(i) != '"' {
		if next = r.Skip(i); r.reason == "" {
			r.refuseTuple(i, next, "tuple is not a text")
		}
		return next
	}
	text, next := r.String(i)
	if r.reason != "" {
		return next
	}
	if reason := r.Tuple(text, layout); reason != "" {
		r.refuseTuple(i+1, next-1, reason)
	} else {
		r.tuples++
	}
	return next
}

// refuseTuple reports the tuple at [start, end).
func (r *Reader) refuseTuple(start, end int, reason string) {
	r.number()
	ordinal := r.tuples
	r.tuples++
	r.first = r.tuples
	r.issues++
	if r.issues > flowlog.MaxIssuesPerRecord {
		r.dst.Issues[len(r.dst.Issues)-1].Count++
		return
	}
	r.dst.Issues = append(r.dst.Issues, flowlog.Issue{
		Kind: flowlog.TupleIssue, Record: r.Rec.Ordinal, Tuple: ordinal, Offset: r.base + int64(start),
		Reason: reason, Raw: r.raw(start, end, true), Count: 1,
	})
}

// SavedTuples reads the texts at the saved indexes as one group of tuples.
func (r *Reader) SavedTuples(layout Layout) {
	firstRow := r.dst.Len()
	for _, i := range r.Saved {
		r.tuple(i, layout)
	}
	if n := r.dst.Len(); n > firstRow {
		r.dst.Groups = append(r.dst.Groups, flowlog.GroupRun{End: n, ACL: r.ACL, Rule: r.Rule})
	}
}

// EmptyRule reports a rule without tuples; mac may be 0.
func (r *Reader) EmptyRule(rule, mac uint32) {
	r.dst.EmptyRules = append(r.dst.EmptyRules, flowlog.EmptyRule{Record: len(r.dst.Records), ACL: 0, Rule: rule, MAC: mac})
}

// recordKeys are the keys with which records begin, and which nothing inside
// one has.
var recordKeys = []string{
	"category", "flow_state", "flowlogguid", "flowlogresourceid", "flowlogversion", "flowrecords",
	"macaddress", "operationname", "properties", "records", "resourceid", "systemid", "targetresourceid", "time",
}

func isRecordKey(lower []byte) bool {
	_, found := slices.BinarySearchFunc(recordKeys, lower, func(k string, l []byte) int {
		return strings.Compare(k, string(l))
	})
	return found || bytes.HasPrefix(lower, []byte("flow."))
}

// findRecord returns the index of the first byte from i on where a record seems
// to begin. If there is none it returns false and the index from which a later
// window has to search again.
func (r *Reader) findRecord(i int, final bool) (at int, found bool) {
	for {
		k := bytes.IndexByte(r.b[i:], '{')
		if k < 0 {
			break
		}
		i += k
		begins, sure := r.beginsRecord(i)
		if begins {
			return i, true
		}
		if !sure && !final {
			return r.before(i), false
		}
		i++
	}
	at = len(r.b)
	if last := r.before(at); !final && at-last <= maxStray {
		at = last
	}
	return at, false
}

// before returns the index of the last byte before i that is not white space:
// what precedes a brace tells whether a record can begin there.
func (r *Reader) before(i int) int {
	for i--; i > 0 && isSpace(r.b[i]); i-- {
	}
	return max(i, 0)
}

// beginsRecord reports whether a record seems to begin with the brace at i,
// and whether there was enough text to tell.
func (r *Reader) beginsRecord(i int) (begins, sure bool) {
	if i > 0 && r.b[r.before(i)] == ':' {
		return false, true
	}
	newline := i > 0 && r.b[i-1] == '\n'
	i++
	if newline && r.At(i) == '"' {
		return true, true // JSON Lines
	}
	i = r.Space(i)
	if i == len(r.b) {
		return false, false
	}
	if r.b[i] != '"' {
		return false, true
	}
	var key [32]byte
	n := 0
	for i++; r.At(i) != '"'; i++ {
		if i >= len(r.b) {
			return false, false
		}
		if n == len(key) {
			return false, true
		}
		key[n] = r.b[i]
		n++
	}
	if !isRecordKey(bytes.ToLower(key[:n])) {
		return false, true
	}
	i = r.Space(i + 1)
	if i == len(r.b) {
		return false, false
	}
	return r.b[i] == ':', true
}
