// Package compare holds Azure's NTANetAnalytics, as a Log Analytics export has
// it, against the rows that azflow made from the same logs, and says why each
// difference is there.
package compare

import (
	"cmp"
	"net/netip"
	"slices"
	"strings"
	"time"
)

// A Key is what rows of both sides are matched on. Its texts are folded: see
// [Row.key].
type Key struct {
	Interval  time.Time // start
	Src, Dest string
	Port      int32
	Protocol  string
	Rule      string
	Direction string
	Mac       string
}

// Counts are what the rows of a key add up to.
type Counts struct {
	Started, Ended           int64 // flows; denied ones count as started
	PacketsSent, PacketsBack int64 // source to destination, and back
	BytesSent, BytesBack     int64
}

func (c Counts) plus(d Counts) Counts {
	return Counts{
		c.Started + d.Started, c.Ended + d.Ended, c.PacketsSent + d.PacketsSent, c.PacketsBack + d.PacketsBack,
		c.BytesSent + d.BytesSent, c.BytesBack + d.BytesBack,
	}
}

func (c Counts) minus(d Counts) Counts {
	return Counts{
		c.Started - d.Started, c.Ended - d.Ended, c.PacketsSent - d.PacketsSent, c.PacketsBack - d.PacketsBack,
		c.BytesSent - d.BytesSent, c.BytesBack - d.BytesBack,
	}
}

func (c Counts) bytes() int64 { return c.BytesSent + c.BytesBack }

// A Row is a row of NTANetAnalytics, or one public address of a packed one.
type Row struct {
	Interval, IntervalEnd     time.Time
	Src, Dest                 string
	Port                      int32
	Protocol, Rule, Direction string
	Mac                       string
	Counts                    Counts
	// Packed is set for an address out of SrcPublicIps or DestPublicIps of a
	// row that leaves that end blank.
	Packed bool
}

// key folds what writers of one fact write in different ways: letters, the
// prefixes of rules, separators of MAC addresses, forms of IP addresses, short
// protocols and directions.
func (r *Row) key() Key {
	k := Key{
		Interval: r.Interval, Src: foldIP(r.Src), Dest: foldIP(r.Dest), Port: r.Port,
		Protocol: strings.ToUpper(r.Protocol), Direction: strings.ToUpper(r.Direction), Mac: foldMac(r.Mac),
	}
	if p, ok := shortProtocols[k.Protocol]; ok {
		k.Protocol = p
	}
	if d, ok := shortDirections[k.Direction]; ok {
		k.Direction = d
	}
	k.Rule = strings.ToLower(r.Rule)
	for _, prefix := range []string{"defaultrule_", "userrule_"} {
		k.Rule = strings.TrimPrefix(k.Rule, prefix)
	}
	return k
}

var (
	shortProtocols  = map[string]string{"T": "TCP", "U": "UDP"}
	shortDirections = map[string]string{"I": "INBOUND", "O": "OUTBOUND"}
)

func foldIP(s string) string {
	if a, err := netip.ParseAddr(s); err == nil {
		return a.Unmap().String()
	}
	return s
}

func foldMac(s string) string {
	return strings.ToUpper(strings.NewReplacer("-", "", ":", "").Replace(s))
}

// A Cause is why two sides differ.
type Cause uint8

// The causes, in the order in which they are looked for.
const (
	Equal Cause = iota
	Case
	Packing
	Interval
	LateBlock
	OtherCapture
	Lost
	Unexplained
	causes
)

// causeTexts has each cause's name and what it means.
var causeTexts = [causes][2]string{
	Equal:        {"equal", "the same on both sides"},
	Case:         {"case", "the same; letters, prefixes or separators of the rule, MAC or address are written otherwise"},
	Packing:      {"packing", "the same; Azure keeps the public addresses of a row in SrcPublicIps or DestPublicIps"},
	Interval:     {"interval", "the same over adjoining intervals; one side books some tuples in the interval before or after"},
	LateBlock:    {"late block", "one side read the blob before its last records were written; Azure does not go back, `azflow ingest` does"},
	OtherCapture: {"other capture", "only one side has any log of this NIC and interval: another flow log, a filter of the export, or a blob that was not ingested"},
	Lost:         {"lost by Traffic Analytics", "the tuples are in the log, and Azure has other rows of this NIC and interval, but none of them"},
	Unexplained:  {"unexplained", "none of these"},
}

func (c Cause) String() string { return causeTexts[c][0] }

// Meaning says what a cause means, in a sentence.
func (c Cause) Meaning() string { return causeTexts[c][1] }

// Causes returns all causes, the harmless first.
func Causes() []Cause {
	all := make([]Cause, causes)
	for i := range all {
		all[i] = Cause(i)
	}
	return all
}

// side is what one side has of a key.
type side struct {
	rows   int64
	counts Counts
	rule   string // as written
	mac    string
	src    string
	dest   string
	packed bool
}

func (s *side) add(r *Row) {
	if s.rows == 0 {
		s.rule, s.mac, s.src, s.dest = r.Rule, r.Mac, r.Src, r.Dest
	}
	s.rows++
	s.counts = s.counts.plus(r.Counts)
	s.packed = s.packed || r.Packed
}

type unit struct {
	azure, ours side
	cause       Cause
}

// capture is a NIC's interval.
type capture struct {
	mac      string
	interval time.Time
}

// A Comparison collects the rows of both sides and then settles the causes.
type Comparison struct {
	step     time.Duration // intervals are cut to this
	units    map[Key]*unit
	azureMac map[capture]bool
	oursMac  map[capture]bool
}

// New returns an empty comparison. step is the longer of both sides' intervals:
// rows of shorter ones are added up.
func New(step time.Duration) *Comparison {
	return &Comparison{step: step, units: map[Key]*unit{}, azureMac: map[capture]bool{}, oursMac: map[capture]bool{}}
}

// AddAzure takes in a row of the export.
func (c *Comparison) AddAzure(r *Row) {
	u, k := c.unit(r)
	u.azure.add(r)
	c.azureMac[capture{k.Mac, k.Interval}] = true
}

// AddOurs takes in a row of the lake.
func (c *Comparison) AddOurs(r *Row) {
	u, k := c.unit(r)
	u.ours.add(r)
	c.oursMac[capture{k.Mac, k.Interval}] = true
}

func (c *Comparison) unit(r *Row) (*unit, Key) {
	k := r.key()
	k.Interval = k.Interval.UTC().Truncate(c.step)
	u := c.units[k]
	if u == nil {
		u = &unit{cause: Unexplained}
		c.units[k] = u
	}
	return u, k
}

// Match settles what rows alone settle: keys that are equal, and those whose
// difference evens out over adjoining intervals.
func (c *Comparison) Match() {
	type series struct {
		key  Key // without interval
		when []time.Time
	}
	open := map[Key]*series{}
	for k, u := range c.units {
		if u.azure.rows > 0 && u.ours.rows > 0 && u.azure.counts == u.ours.counts {
			switch {
			case u.azure.packed:
				u.cause = Packing
			case u.azure.rule != u.ours.rule || u.azure.mac != u.ours.mac || u.azure.src != u.ours.src || u.azure.dest != u.ours.dest:
				u.cause = Case
			default:
				u.cause = Equal
			}
			continue
		}
		at := k.Interval
		k.Interval = time.Time{}
		s := open[k]
		if s == nil {
			s = &series{key: k}
			open[k] = s
		}
		s.when = append(s.when, at)
	}
	for _, s := range open {
		slices.SortFunc(s.when, time.Time.Compare)
		var run []*unit
		var sum Counts
		for i, at := range s.when {
			if i > 0 && at.Sub(s.when[i-1]) > c.step {
				run, sum = nil, Counts{}
			}
			k := s.key
			k.Interval = at
			u := c.units[k]
			run = append(run, u)
			sum = sum.plus(u.ours.counts).minus(u.azure.counts)
			if sum == (Counts{}) && len(run) > 1 {
				for _, u := range run {
					u.cause = Interval
				}
				run = nil
			}
		}
	}
}

// Captures settles keys of NICs and intervals that one side knows nothing of.
// ours reports whether any of the NIC's blobs of that interval was read.
func (c *Comparison) Captures(ours func(mac string, interval time.Time) bool) {
	for k, u := range c.units {
		at := capture{k.Mac, k.Interval}
		switch {
		case u.cause != Unexplained:
		case u.ours.rows == 0 && !c.oursMac[at] && !ours(k.Mac, k.Interval), u.azure.rows == 0 && !c.azureMac[at]:
			u.cause = OtherCapture
		}
	}
}

// A Tuple is a tuple of the log.
type Tuple struct {
	Row  Row // Interval as the table books it, Counts of this tuple
	Time time.Time
}

// Pending reports how many keys have no cause yet, and the times they span.
func (c *Comparison) Pending() (n int, from, to time.Time) {
	for k, u := range c.units {
		if u.cause != Unexplained {
			continue
		}
		n++
		if from.IsZero() || k.Interval.Before(from) {
			from = k.Interval
		}
		if end := k.Interval.Add(c.step); end.After(to) {
			to = end
		}
	}
	return n, from, to
}

// Evidence goes by the log's own tuples, in any order: Azure has what it would
// have had if the blob had ended earlier (late block), or nothing at all (lost).
// final reports whether all of a NIC's blobs of an interval were read to their
// end; where not, it is azflow that may lack the last tuples.
type Evidence struct {
	c      *Comparison
	tuples map[Key][]Tuple
}

// Evidence begins to collect tuples for the keys that have no cause yet.
func (c *Comparison) Evidence() *Evidence { return &Evidence{c, map[Key][]Tuple{}} }

// Add takes in a tuple; those of settled keys are left.
func (e *Evidence) Add(t Tuple) {
	k := t.Row.key()
	k.Interval = k.Interval.UTC().Truncate(e.c.step)
	if u := e.c.units[k]; u != nil && u.cause == Unexplained {
		e.tuples[k] = append(e.tuples[k], t)
	}
}

// Settle gives causes by the tuples collected.
func (e *Evidence) Settle(final func(mac string, interval time.Time) bool) {
	for k, u := range e.c.units {
		if u.cause != Unexplained {
			continue
		}
		tuples := e.tuples[k]
		switch {
		case u.azure.rows == 0 && len(tuples) > 0:
			u.cause = Lost
		case u.azure.rows > 0 && endsEarly(tuples, u.azure.counts):
			u.cause = LateBlock
		case !final(k.Mac, k.Interval) && within(u.ours.counts, u.azure.counts):
			u.cause = LateBlock
		}
	}
}

// endsEarly reports whether the tuples up to some time, but not all of them,
// add up to want.
func endsEarly(tuples []Tuple, want Counts) bool {
	slices.SortStableFunc(tuples, func(a, b Tuple) int { return a.Time.Compare(b.Time) })
	var sum Counts
	for i, t := range tuples {
		sum = sum.plus(t.Row.Counts)
		if sum == want {
			return i < len(tuples)-1
		}
	}
	return false
}

// within reports whether no count of a is greater than b's.
func within(a, b Counts) bool {
	return a.Started <= b.Started && a.Ended <= b.Ended && a.PacketsSent <= b.PacketsSent && a.PacketsBack <= b.PacketsBack &&
		a.BytesSent <= b.BytesSent && a.BytesBack <= b.BytesBack
}

// A Total is what one cause comes to.
type Total struct {
	Cause                 Cause
	Keys                  int64
	AzureRows, OursRows   int64
	AzureBytes, OursBytes int64
}

// Totals adds up the causes, every one, in order.
func (c *Comparison) Totals() []Total {
	totals := make([]Total, causes)
	for i := range totals {
		totals[i].Cause = Cause(i)
	}
	for _, u := range c.units {
		t := &totals[u.cause]
		t.Keys++
		t.AzureRows += u.azure.rows
		t.OursRows += u.ours.rows
		t.AzureBytes += u.azure.counts.bytes()
		t.OursBytes += u.ours.counts.bytes()
	}
	return totals
}

// A Difference is a key on which both sides are not equal.
type Difference struct {
	Cause       Cause
	Key         Key
	Azure, Ours Counts
	AzureRows   int64 // addresses of packed rows count as rows
	OursRows    int64
}

// Differences returns the keys of the given causes, those that weigh most first
// within a cause; at most n for each, all if n is 0.
func (c *Comparison) Differences(n int, of ...Cause) []Difference {
	var out []Difference
	for k, u := range c.units {
		if slices.Contains(of, u.cause) {
			out = append(out, Difference{u.cause, k, u.azure.counts, u.ours.counts, u.azure.rows, u.ours.rows})
		}
	}
	weight := func(d Difference) int64 { return max(d.Azure.bytes(), d.Ours.bytes()) }
	slices.SortFunc(out, func(a, b Difference) int {
		return cmp.Or(-cmp.Compare(a.Cause, b.Cause), -cmp.Compare(weight(a), weight(b)), a.Key.compare(b.Key))
	})
	if n == 0 {
		return out
	}
	var seen [causes]int
	return slices.DeleteFunc(out, func(d Difference) bool {
		seen[d.Cause]++
		return seen[d.Cause] > n
	})
}

func (k Key) compare(o Key) int {
	return cmp.Or(k.Interval.Compare(o.Interval), cmp.Compare(k.Src, o.Src), cmp.Compare(k.Dest, o.Dest), cmp.Compare(k.Port, o.Port),
		cmp.Compare(k.Protocol, o.Protocol), cmp.Compare(k.Rule, o.Rule), cmp.Compare(k.Direction, o.Direction), cmp.Compare(k.Mac, o.Mac))
}
