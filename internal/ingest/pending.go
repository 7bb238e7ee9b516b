package ingest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/azflow/azflow/flowlog"
	"github.com/azflow/azflow/internal/attribution"
	"github.com/azflow/azflow/internal/batch"
	"github.com/azflow/azflow/internal/lake"
	"github.com/azflow/azflow/internal/lake/segment"
	"github.com/azflow/azflow/internal/rollup"
	"github.com/azflow/azflow/internal/trafficanalytics"
	"github.com/azflow/azflow/schema"
)

const (
	tableFlows   = lake.TableFlows
	tableTraffic = rollup.Table
	tableIPs     = "NTAIpDetailsHistory"
)

// maxDays is how many days' files of a table a worker has open before a commit is
// due. A window of the input that has more days than that makes the next one
// smaller.
const maxDays = 4

// maxMerged is how many merged rows a worker collects before it writes them: more
// than most blobs give.
const maxMerged = 1 << 15

// pageRows keeps small what a worker's many open files hold.
const pageRows = 8192

// trafficFields are the columns of partial rows of NTANetAnalytics.
var trafficFields = rollup.PartialFields()

// pending is what was decoded since the last commit.
type pending struct {
	wk      *worker
	commits *lake.Commit
	since   time.Time
	rows    int
	files   []*file
	blobs   []*blobPart
	of      *reading // whose tuples are being merged
	// unsettled are the hours of blobs that were written anew, first and last by
	// NIC.
	unsettled map[string][2]time.Time
	refused   map[string]int64
}

// blobPart is what one blob gives to a commit.
type blobPart struct {
	r        *reading
	rules    map[[2]uint32]*lake.RuleCount // by group and rule, ids of the Dict
	captures map[captureKey]struct{}
	locals   map[localKey]struct{}
	ranges   map[*file]*ordinals
	subs     map[uint32]string // subscriptions that its records name, by the id of the text that names it
	listed   bool              // its cursor is in the commit
}

type captureKey struct {
	mac  uint32 // id
	hour int64  // since 1970
	kind flowlog.LogType
}

type localKey struct {
	address, mac, target uint32 // ids
	hour                 int64
}

// ordinals are the tuples of a blob in a file.
type ordinals struct{ first, last, rows int64 }

// file is a segment in the making.
type file struct {
	table    string
	day      int64 // since 1970
	lake     *lake.File
	os       *os.File
	w        *segment.Writer
	fields   []batch.Field
	blobs    []*blobPart
	min, max int64 // of TimeGenerated, µs
	minFlow  int64 // of FlowStartTime
	maxFlow  int64
	rows     int64
}

func newPending(wk *worker) *pending {
	wk.rows.unsee()
	return &pending{wk: wk, refused: map[string]int64{}, unsettled: map[string][2]time.Time{}}
}

// begin starts the commit that the first file or cursor belongs to.
func (p *pending) begin() *lake.Commit {
	if p.commits == nil {
		p.commits = p.wk.w.Begin()
		p.since = p.wk.g.opt.Now()
	}
	return p.commits
}

// due reports whether it is time to commit.
func (p *pending) due() bool {
	if p.commits == nil {
		return false
	}
	days := map[int64]bool{}
	for _, f := range p.files {
		days[f.day] = true
	}
	return p.rows >= p.wk.g.opt.CommitRows || len(days) >= maxDays || p.wk.g.opt.Now().Sub(p.since) >= p.wk.g.opt.CommitEvery
}

// part returns what r's blob gives to the commit.
func (p *pending) part(r *reading) *blobPart {
	for i := len(p.blobs) - 1; i >= 0; i-- {
		if p.blobs[i].r == r && !p.blobs[i].listed {
			return p.blobs[i]
		}
	}
	b := &blobPart{
		r: r, rules: map[[2]uint32]*lake.RuleCount{}, captures: map[captureKey]struct{}{}, locals: map[localKey]struct{}{},
		ranges: map[*file]*ordinals{}, subs: map[uint32]string{},
	}
	p.blobs = append(p.blobs, b)
	return b
}

// has reports whether r's blob has given anything.
func (p *pending) has(r *reading) bool {
	return slices.ContainsFunc(p.blobs, func(b *blobPart) bool { return b.r == r && !b.listed })
}

// issue puts refused input in quarantine.
func (p *pending) issue(r *reading, i *flowlog.Issue) {
	c := p.begin()
	c.Errors = append(c.Errors, lake.IngestError{
		Time: p.wk.g.opt.Now(), Blob: r.next.Blob, RecordOrdinal: i.Record, TupleOrdinal: i.Tuple,
		Kind: i.Kind.String(), Reason: i.Reason, Raw: i.Raw,
	})
	n := max(i.Count, 1)
	r.next.Errors += n
	p.refused[describe(i)] += n
	p.part(r)
}

const (
	microsPerHour = 3_600_000_000
	microsPerDay  = 24 * microsPerHour
)

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

// add writes rows of Flows of r's blob, each to its day, and merges them.
func (p *pending) add(r *reading, b *batch.Batch) error {
	part := p.part(r)
	times := b.Columns[b.Index("TimeGenerated")].Ints
	tuple := b.Columns[b.Index("TupleOrdinal")].Ints
	for from := 0; from < b.Rows; {
		day := floorDiv(times[from], microsPerDay)
		if !slices.Contains(p.wk.days, day) {
			p.wk.days = append(p.wk.days, day)
		}
		f, err := p.file(tableFlows, day, p.wk.rows.fields)
		if err != nil {
			return err
		}
		to, low, high := from, times[from], times[from]
		for ; to < b.Rows; to++ {
			t := times[to]
			if t < day*microsPerDay || t >= (day+1)*microsPerDay {
				break
			}
			low, high = min(low, t), max(high, t)
		}
		f.min, f.max = min(f.min, low), max(f.max, high)
		if err := f.w.WriteRange(b, from, to); err != nil {
			return err
		}
		f.count(part, tuple[from], tuple[to-1], int64(to-from))
		from = to
	}
	p.rows += b.Rows
	if p.wk.g.opt.FlowsOnly {
		return nil
	}
	p.of = r
	if err := p.wk.agg.Add(b); err != nil || p.wk.agg.Rows() < maxMerged {
		return err
	}
	return p.wk.agg.Flush()
}

// count notes that rows of a blob are in the file.
func (f *file) count(part *blobPart, first, last, rows int64) {
	o := part.ranges[f]
	if o == nil {
		o = &ordinals{first: first, last: last}
		part.ranges[f] = o
		f.blobs = append(f.blobs, part)
	}
	o.first, o.last = min(o.first, first), max(o.last, last)
	o.rows += rows
	f.rows += rows
}

// file returns the open file for rows of a table and day.
func (p *pending) file(table string, day int64, fields []batch.Field) (*file, error) {
	for _, f := range p.files {
		if f.table == table && f.day == day {
			return f, nil
		}
	}
	lf, err := p.begin().NewFile(table, time.UnixMicro(day*microsPerDay).UTC())
	if err != nil {
		return nil, err
	}
	f := &file{table: table, day: day, lake: lf, fields: fields, min: 1<<63 - 1, max: -1 << 63, minFlow: 1<<63 - 1, maxFlow: -1 << 63}
	if f.os, err = os.OpenFile(lf.Path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o666); err != nil {
		return nil, errors.Join(err, lf.Drop())
	}
	if f.w, err = p.wk.writer(table, f.os, fields); err != nil {
		return nil, errors.Join(err, f.os.Close(), lf.Drop())
	}
	p.files = append(p.files, f)
	return f, nil
}

// writer returns a writer of a table's segments, one that was used before if
// there is one.
func (wk *worker) writer(table string, out io.Writer, fields []batch.Field) (*segment.Writer, error) {
	if w := wk.writers[table]; w != nil {
		delete(wk.writers, table)
		w.Reset(out)
		return w, nil
	}
	return segment.NewWriter(out, fields, segment.Options{Codec: segment.Snappy, PageRows: pageRows})
}

// sightings notes which rules, NICs and addresses the rows of c show.
func (p *pending) sightings(r *reading, c *flowlog.Columns) {
	p.begin()
	part := p.part(r)
	for i := range c.Records {
		for _, id := range []uint32{c.Records[i].Resource, c.Records[i].Target} {
			if _, known := part.subs[id]; !known {
				part.subs[id] = lake.SubscriptionOf(p.wk.rows.strings.Text[id])
			}
		}
	}
	type log struct {
		mac, target uint32
		kind        flowlog.LogType
	}
	const none = ^uint32(0)
	var of log
	var hour, hourFrom, hourTo int64
	near := none // the last row's address of the NIC
	owners := p.wk.rows.owners
	rec, row := 0, 0
	for i := range c.Groups {
		g := &c.Groups[i]
		if g.End == row {
			continue
		}
		for c.Records[rec].End <= row {
			rec++
		}
		record := &c.Records[rec]
		acl := g.ACL
		if acl == 0 {
			acl = record.Resource
		}
		if k := (log{g.MAC, record.Target, record.Type}); k != of || row == 0 {
			of, hourFrom, hourTo = k, 0, 0
		}
		from, first, latest, denied := row, c.Time[row], c.Time[row], int64(0)
		for ; row < g.End; row++ {
			t := c.Time[row]
			first, latest = min(first, t), max(latest, t)
			denied += int64(c.Status[row]) // Allowed is 0, Denied 1
			if t < hourFrom || t >= hourTo {
				hour = floorDiv(t, microsPerHour)
				hourFrom, hourTo = hour*microsPerHour, (hour+1)*microsPerHour
				part.captures[captureKey{mac: g.MAC, hour: hour, kind: record.Type}] = struct{}{}
				near = none
			}
			address := c.Dest[row]
			if c.Direction[row] == uint32(flowlog.Outbound) {
				address = c.Src[row]
			}
			if address == near || owners != nil && !owners.Own(row) {
				continue // known, or it belongs to something behind the NIC
			}
			near = address
			part.locals[localKey{address: address, mac: g.MAC, target: record.Target, hour: hour}] = struct{}{}
		}
		part.rule(acl, g.Rule, first, latest, int64(row-from), denied)
	}
}

// emptyRules notes the rules that c lists without a tuple.
func (p *pending) emptyRules(r *reading, c *flowlog.Columns) {
	if len(c.EmptyRules) == 0 {
		return
	}
	p.begin()
	part := p.part(r)
	for _, e := range c.EmptyRules {
		record := &c.Records[e.Record]
		acl := e.ACL
		if acl == 0 {
			acl = record.Resource
		}
		at := flowlog.TicksToMicros(record.Ticks)
		if record.Ticks == 0 {
			at = p.since.UnixMicro()
		}
		part.rule(acl, e.Rule, at, at, 0, 0)
	}
}

// footprint returns what the owners in the rows that wait rest on.
func (p *pending) footprint() []byte {
	var b attribution.FootprintBuilder
	addrs := &p.wk.dict.Addresses
	for i, t := range p.wk.rows.traits {
		if t&seen == 0 {
			continue
		}
		id := uint32(i)
		if v4, ok := addrs.V4(id); ok && t.class() != private {
			b.AddPublic(v4)
		} else {
			b.Add(addrs.Addr(id))
		}
	}
	macs, resources := map[uint32]bool{}, map[uint32]bool{}
	for _, part := range p.blobs {
		for k := range part.captures {
			macs[k.mac] = true
		}
		for id := range part.subs { // targets and flow logs
			resources[id] = true
		}
	}
	texts := func(ids map[uint32]bool) (all []string) {
		for id := range ids {
			all = append(all, p.wk.rows.strings.Text[id])
		}
		return all
	}
	return b.Footprint(texts(macs), texts(resources)).Encode()
}

func (b *blobPart) rule(acl, rule uint32, first, last, hits, denied int64) {
	from, to := time.UnixMicro(first).UTC(), time.UnixMicro(last).UTC()
	x := b.rules[[2]uint32{acl, rule}]
	if x == nil {
		x = &lake.RuleCount{FirstSeen: from, LastSeen: to}
		b.rules[[2]uint32{acl, rule}] = x
	}
	if from.Before(x.FirstSeen) {
		x.FirstSeen = from
	}
	if to.After(x.LastSeen) {
		x.LastSeen = to
	}
	x.Hits += hits
	x.Denied += denied
}

// blob ends r's part of the commit: its cursor moves, its merged rows are
// written.
func (p *pending) blob(r *reading) error {
	c := p.begin()
	part := p.part(r)
	p.of = r
	if err := p.wk.agg.Flush(); err != nil {
		return err
	}
	part.listed = true
	ch := lake.CursorChange{Expected: r.expected, Next: r.next}
	rows := p.wk.rows
	for k, x := range part.rules {
		x.AclGroup, x.AclRule = rows.strings.Text[k[0]], rows.strings.Text[k[1]]
		ch.Rules = append(ch.Rules, *x)
	}
	slices.SortFunc(ch.Rules, func(a, b lake.RuleCount) int {
		return strings.Compare(a.AclGroup+"\x00"+a.AclRule, b.AclGroup+"\x00"+b.AclRule)
	})
	for k := range part.captures {
		capture := lake.CaptureHour{MacAddress: rows.macs.Text[k.mac], Hour: time.UnixMicro(k.hour * microsPerHour).UTC(), FlowLogType: k.kind.String()}
		if rows.owners != nil {
			capture.NicResourceID = rows.owners.Index().NIC(capture.MacAddress, (k.hour+1)*microsPerHour-1)
		}
		ch.Captures = append(ch.Captures, capture)
		if r.rewritten {
			p.settle(capture.MacAddress, capture.Hour)
		}
	}
	slices.SortFunc(ch.Captures, func(a, b lake.CaptureHour) int {
		return strings.Compare(a.MacAddress+a.Hour.Format(time.RFC3339)+a.FlowLogType, b.MacAddress+b.Hour.Format(time.RFC3339)+b.FlowLogType)
	})
	for k := range part.locals {
		ch.Locals = append(ch.Locals, lake.LocalAddress{
			Hour: time.UnixMicro(k.hour * microsPerHour).UTC(), IP: rows.ipText.Text[k.address], MacAddress: rows.macs.Text[k.mac],
			VNet: rows.vnets.Text[k.target],
		})
	}
	slices.SortFunc(ch.Locals, func(a, b lake.LocalAddress) int {
		return strings.Compare(a.IP+a.MacAddress+a.Hour.Format(time.RFC3339), b.IP+b.MacAddress+b.Hour.Format(time.RFC3339))
	})
	c.Cursors = append(c.Cursors, ch)
	return nil
}

// merged writes rows of NTANetAnalytics, which tuples of the blob at hand gave.
func (p *pending) merged(rows *trafficanalytics.Partial) error {
	r := p.of
	part := p.part(r)
	if !rows.Corrections {
		if err := p.addresses(rows); err != nil {
			return err
		}
	}
	out := &batch.Batch{Rows: rows.Batch.Rows, Fields: trafficFields, Columns: append(rows.Batch.Columns,
		batch.ConstText(r.next.Blob), batch.ConstInt(int64(r.next.Generation)))}
	first := r.expected.NextTuple
	if r.next.Generation != r.expected.Generation {
		first = 0
	}
	from := 0
	for _, v := range rows.Intervals {
		start := from
		from = v.End
		if r.whole[v.Start] {
			continue
		}
		f, err := p.file(tableTraffic, floorDiv(v.Start, microsPerDay), trafficFields)
		if err != nil {
			return err
		}
		f.min, f.max = min(f.min, v.Start), max(f.max, v.Start)
		f.minFlow, f.maxFlow = min(f.minFlow, v.First), max(f.maxFlow, v.Last)
		if err := f.w.WriteRange(out, start, v.End); err != nil {
			return err
		}
		f.count(part, first, max(r.next.NextTuple-1, first), int64(v.End-start))
	}
	return nil
}

// addresses writes what is known of the public addresses of merged rows.
func (p *pending) addresses(merged *trafficanalytics.Partial) error {
	rows, parts := p.wk.public.rows(merged, p.wk.interval)
	from := 0
	for _, part := range parts {
		f, err := p.file(tableIPs, floorDiv(part.start, microsPerDay), ipFields)
		if err != nil {
			return err
		}
		f.min, f.max = min(f.min, part.start), max(f.max, part.start)
		if err := f.w.WriteRange(rows, from, part.end); err != nil {
			return err
		}
		f.rows += int64(part.end - from)
		from = part.end
	}
	return nil
}

// commit makes what is pending part of the lake. It does nothing if nothing is.
// After an error nothing of it is in the lake, and the aggregator is ahead. When
// ctx ends, the commit may still finish.
func (p *pending) commit(ctx context.Context) error {
	if p.commits == nil {
		return nil
	}
	ctx, cancel := lasting(ctx)
	defer cancel()
	c := p.commits
	rollovers, opened, err := p.wk.opened.Become(p.wk.agg.Open())
	if err != nil {
		return errors.Join(err, p.discard())
	}
	c.Rollovers = rollovers
	owned, by := p.footprint(), p.wk.g.inventory()
	for _, f := range p.files {
		if err := f.close(c, p.wk, owned, by); err != nil {
			return errors.Join(fmt.Errorf("%s: %w", f.lake.Path, err), p.discard())
		}
	}
	tuples := int64(0)
	for _, ch := range c.Cursors {
		tuples += ch.Next.Tuples
		if ch.Expected.Generation == ch.Next.Generation {
			tuples -= ch.Expected.Tuples
		}
	}
	if _, err := p.wk.w.Commit(ctx, c); err != nil {
		return errors.Join(err, p.discard())
	}
	p.wk.opened = opened
	g := p.wk.g
	g.mu.Lock()
	g.summary.Tuples += tuples
	for k, n := range p.refused {
		g.summary.Refused[k] += n
	}
	g.mu.Unlock()
	unsettled := p.unsettled
	*p = *newPending(p.wk)
	return p.wk.settle(ctx, unsettled)
}

// settle notes that what a NIC's rows count as repeated may have changed.
func (p *pending) settle(mac string, hour time.Time) {
	at, ok := p.unsettled[mac]
	if !ok || hour.Before(at[0]) {
		at[0] = hour
	}
	if !ok || hour.After(at[1]) {
		at[1] = hour
	}
	p.unsettled[mac] = at
}

// settle makes what rows of NICs count as repeated what Flows says. The aggregator
// has been flushed. Where others commit all the time, or the process ends before,
// compaction of those days does it.
func (wk *worker) settle(ctx context.Context, unsettled map[string][2]time.Time) error {
	changed := false
	for mac, hours := range unsettled {
		is, err := rollup.Settle(ctx, wk.g.lake, wk.w, mac, hours[0], hours[1])
		if errors.Is(err, lake.ErrConflict) {
			continue
		}
		if err != nil {
			return fmt.Errorf("settle the re-created flows of %s: %w", mac, err)
		}
		changed = changed || is
	}
	if !changed {
		return nil
	}
	return wk.newAggregator(ctx) // other rollovers are open now
}

// close ends a file with its footer and hands it to the commit.
func (f *file) close(c *lake.Commit, wk *worker, owned []byte, by int64) error {
	table, ok := schema.Lookup(f.table)
	if !ok {
		return fmt.Errorf("no table is called %s", f.table)
	}
	ft := lake.Footer{
		Table: f.table, SchemaVersion: table.Version,
		MinTime: time.UnixMicro(f.min).UTC(), MaxTime: time.UnixMicro(f.max).UTC(),
	}
	for _, field := range f.fields {
		ft.Columns = append(ft.Columns, field.Name)
	}
	if f.table == tableFlows {
		ft.AddressFilter, ft.Inventory = owned, by
	}
	if f.table == tableTraffic {
		ft.Partial, ft.Interval = true, wk.interval
		ft.MinFlowStart, ft.MaxFlowStart = time.UnixMicro(f.minFlow).UTC(), time.UnixMicro(f.maxFlow).UTC()
	}
	for _, part := range f.blobs {
		o := part.ranges[f]
		r, err := c.Range(f.table, part.r.next.Blob, o.first, o.last, o.rows)
		if err != nil {
			return err
		}
		ft.Blobs = append(ft.Blobs, r)
		for _, sub := range part.subs {
			if sub != "" {
				ft.Subscriptions = append(ft.Subscriptions, sub)
			}
		}
	}
	slices.Sort(ft.Subscriptions)
	ft.Subscriptions = slices.Compact(ft.Subscriptions)
	ft = c.Stamp(ft)
	sum, err := f.w.Close(func(segment.Summary) (map[string]string, error) {
		text, err := ft.Encode()
		return map[string]string{lake.FooterKey: text}, err
	})
	if err != nil {
		return err
	}
	if err := f.os.Close(); err != nil {
		return err
	}
	f.os = nil
	wk.writers[f.table] = f.w // one of each table is enough: its memory is kept
	return f.lake.Done(ft, sum.Rows)
}

// discard gives up what is pending.
func (p *pending) discard() error {
	if p == nil || p.commits == nil {
		return nil
	}
	var errs []error
	for _, f := range p.files {
		if f.os != nil {
			errs = append(errs, f.os.Close())
		}
	}
	errs = append(errs, p.commits.Discard())
	*p = *newPending(p.wk)
	return errors.Join(errs...)
}
