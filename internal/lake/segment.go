package lake

import (
	"cmp"
	"encoding/json"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// FooterKey is the key of the Parquet file metadata whose value is
// [Footer.Encode]: what a catalogue needs to know a segment again.
const FooterKey = "azflow.segment"

// Footer is what a segment says about itself in its Parquet metadata. A
// catalogue can be rebuilt from the footers of all segments. Times are UTC,
// microseconds.
type Footer struct {
	Table         string    `json:"table"`
	SchemaVersion int       `json:"schema_version"`
	Writer        string    `json:"writer"`
	Commit        string    `json:"commit"`
	Created       time.Time `json:"created"` // when the commit was begun

	MinTime      time.Time `json:"min_time"` // of TimeGenerated
	MaxTime      time.Time `json:"max_time"`
	MinFlowStart time.Time `json:"min_flow_start,omitzero"` // of FlowStartTime; zero if the table has none
	MaxFlowStart time.Time `json:"max_flow_start,omitzero"`

	// Level is 0 as ingested, 1 once compacted into its hour, 2 into its day.
	Level int `json:"level,omitempty"`
	// Partial says that rows of NTANetAnalytics here may share their key with
	// rows of other segments: a scan has to merge them.
	Partial bool `json:"partial,omitempty"`
	// Interval is the merging interval of NTANetAnalytics rows; 0 elsewhere.
	Interval time.Duration `json:"interval,omitempty"`

	// Columns are those that the file holds, in its order.
	Columns []string `json:"columns,omitempty"`
	// Blobs lists what each blob contributed; empty for tables that blobs do not feed.
	Blobs []BlobRange `json:"blobs,omitempty"`
	// Subscriptions holds the ids, lower case, of the subscriptions whose rows
	// are here, sorted; empty if that is not known. See [SubscriptionColumns].
	Subscriptions []string `json:"subscriptions,omitempty"`
	// AddressFilter is an opaque filter of the local addresses in here. Only
	// footers have it, and [Snapshot.AddressFilter].
	AddressFilter []byte `json:"address_filter,omitempty"`
	// Inventory says by which inventory the owners in the rows were named: the
	// time, in µs since 1970, at which the last of it was taken in; 0 for none.
	Inventory int64 `json:"inventory,omitempty"`
	// Replaces names the segments whose rows this one's commit took over.
	Replaces []string `json:"replaces,omitempty"`
	// Origins are the commits, all the way back, whose rows were merged here;
	// sorted. That they are named proves that they were committed.
	Origins []Origin `json:"origins,omitempty"`
}

// Origin names commits First to Last of a writer.
type Origin struct {
	Writer string `json:"writer"`
	First  int64  `json:"first"`
	Last   int64  `json:"last"`
}

// BlobGen names one reading of a blob: a rewritten blob gets a new generation.
type BlobGen struct {
	Blob       string `json:"blob"`
	Generation int    `json:"generation"`
}

// BlobRange says which tuples of a blob lie in a segment.
type BlobRange struct {
	BlobGen
	First int64 `json:"first"` // lowest tuple ordinal
	Last  int64 `json:"last"`  // highest tuple ordinal
	Rows  int64 `json:"rows"`  // tuples of the blob in this segment

	// From and Cursor are where the reading that gave these rows began and
	// ended; both are for rebuilding the catalogue and are not read from it.
	From   Position `json:"from"`
	Cursor Cursor   `json:"cursor"`
	// Rules, Captures and Locals are the sightings of that reading; of all
	// segments of one commit, one carries them. See [Commit.Range].
	Rules    []RuleCount    `json:"rules,omitempty"`
	Captures []CaptureHour  `json:"captures,omitempty"`
	Locals   []LocalAddress `json:"locals,omitempty"`
}

// Segment is one Parquet file of one table and one day, as the catalogue knows it.
type Segment struct {
	Footer
	ID    int64  // given by the catalogue
	Name  string // TABLE/YYYY-MM-DD/FILE below segments/, with slashes
	Day   string // YYYY-MM-DD, UTC
	Rows  int64
	Bytes int64 // of the file

	Added int64 // generation that added it
	Ended int64 // generation that ended it; 0 while live

	Hidden Hidden // rows to leave out, as of the snapshot that found the segment
}

// Hidden says which rows of a segment a scan must leave out.
type Hidden struct {
	Blobs         []BlobGen // rewritten or forgotten
	Before        time.Time // rows with an earlier TimeGenerated; zero for none
	Subscriptions []string  // forgotten
}

// None reports whether every row of the segment counts.
func (h Hidden) None() bool {
	return len(h.Blobs) == 0 && h.Before.IsZero() && len(h.Subscriptions) == 0
}

// Encode returns the value to store under [FooterKey].
func (f Footer) Encode() (string, error) {
	b, err := json.Marshal(f)
	return string(b), err
}

// ParseFooter reads what [Footer.Encode] wrote.
func ParseFooter(s string) (Footer, error) {
	var f Footer
	if err := json.Unmarshal([]byte(s), &f); err != nil {
		return Footer{}, fmt.Errorf("segment footer: %w", err)
	}
	if f.Table == "" || f.Commit == "" || f.Writer == "" {
		return Footer{}, fmt.Errorf("segment footer names no table, writer or commit")
	}
	return f, nil
}

// MergeFooters returns the footer of a segment that holds the rows of all of
// segs: times widened, ranges of blobs joined where one goes on where another
// ends, hidden blobs left out. The segments' footers have to be those of the
// files ([Lake.Footers]). The caller sets Columns and Level, and Partial and the
// times again if it drops or merges rows; [Commit.Stamp] does the rest.
func MergeFooters(segs []Segment, hidden []BlobGen) Footer {
	out := Footer{}
	var ranges []BlobRange
	for i, s := range segs {
		f := s.Footer
		if i == 0 {
			out.Table, out.Interval, out.Inventory = f.Table, f.Interval, f.Inventory
		}
		out.SchemaVersion = max(out.SchemaVersion, f.SchemaVersion)
		out.Partial = out.Partial || f.Partial
		out.Inventory = min(out.Inventory, f.Inventory)
		out.Origins = append(out.Origins, f.Origins...)
		if seq, ok := commitSeq(f.Commit, f.Writer); ok {
			out.Origins = append(out.Origins, Origin{f.Writer, seq, seq})
		}
		out.MinTime, out.MaxTime = earliest(out.MinTime, f.MinTime), latest(out.MaxTime, f.MaxTime)
		out.MinFlowStart, out.MaxFlowStart = earliest(out.MinFlowStart, f.MinFlowStart), latest(out.MaxFlowStart, f.MaxFlowStart)
		out.Subscriptions = append(out.Subscriptions, f.Subscriptions...)
		for _, b := range f.Blobs {
			if !slices.Contains(hidden, b.BlobGen) {
				ranges = append(ranges, b)
			}
		}
	}
	slices.SortStableFunc(ranges, func(a, b BlobRange) int {
		return cmp.Or(cmp.Compare(a.Blob, b.Blob), cmp.Compare(a.Generation, b.Generation), cmp.Compare(a.From.NextTuple, b.From.NextTuple), cmp.Compare(a.First, b.First))
	})
	for _, r := range ranges {
		if n := len(out.Blobs); n > 0 && out.Blobs[n-1].BlobGen == r.BlobGen && out.Blobs[n-1].Cursor.NextTuple == r.From.NextTuple && out.Blobs[n-1].Last < r.First {
			out.Blobs[n-1] = out.Blobs[n-1].join(r)
			continue
		}
		out.Blobs = append(out.Blobs, r)
	}
	slices.Sort(out.Subscriptions)
	out.Subscriptions = slices.Compact(out.Subscriptions)
	if slices.ContainsFunc(segs, func(s Segment) bool { return len(s.Subscriptions) == 0 }) {
		out.Subscriptions = nil
	}
	out.Origins = joinOrigins(out.Origins)
	return out
}

// joinOrigins sorts list and joins what is next to each other.
func joinOrigins(list []Origin) []Origin {
	slices.SortFunc(list, func(a, b Origin) int {
		return cmp.Or(cmp.Compare(a.Writer, b.Writer), cmp.Compare(a.First, b.First))
	})
	var out []Origin
	for _, o := range list {
		if n := len(out); n > 0 && out[n-1].Writer == o.Writer && o.First <= out[n-1].Last+1 {
			out[n-1].Last = max(out[n-1].Last, o.Last)
			continue
		}
		out = append(out, o)
	}
	return out
}

// commitID returns the id of a writer's commit, and commitSeq its number.
func commitID(writer string, seq int64) string { return fmt.Sprintf("%s-%d", writer, seq) }

func commitSeq(id, writer string) (int64, bool) {
	n, ok := strings.CutPrefix(id, writer+"-")
	seq, err := strconv.ParseInt(n, 10, 64)
	return seq, ok && err == nil
}

// join returns the range of a and the b that goes on where a ends.
func (a BlobRange) join(b BlobRange) BlobRange {
	a.Last, a.Rows, a.Cursor = b.Last, a.Rows+b.Rows, b.Cursor
	a.Rules = sumRules(slices.Concat(a.Rules, b.Rules))
	a.Captures = unique(slices.Concat(a.Captures, b.Captures))
	a.Locals = unique(slices.Concat(a.Locals, b.Locals))
	return a
}

// sumRules returns rules with one entry per (group, rule), in order of first mention.
func sumRules(rules []RuleCount) []RuleCount {
	type key struct{ group, rule string }
	at := map[key]int{}
	var out []RuleCount
	for _, r := range rules {
		k := key{r.AclGroup, r.AclRule}
		i, ok := at[k]
		if !ok {
			at[k] = len(out)
			out = append(out, r)
			continue
		}
		out[i].FirstSeen, out[i].LastSeen = earliest(out[i].FirstSeen, r.FirstSeen), latest(out[i].LastSeen, r.LastSeen)
		out[i].Hits += r.Hits
		out[i].Denied += r.Denied
	}
	return out
}

// unique returns the distinct elements of list, in order of first mention.
func unique[T comparable](list []T) []T {
	seen := map[T]bool{}
	return slices.DeleteFunc(list, func(v T) bool {
		had := seen[v]
		seen[v] = true
		return had
	})
}

// earliest returns the earlier of a and b, a zero time counting as unknown.
func earliest(a, b time.Time) time.Time {
	if a.IsZero() || (!b.IsZero() && b.Before(a)) {
		return b
	}
	return a
}

// latest returns the later of a and b.
func latest(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// fileName is the part of a segment's name that says who wrote it and that
// it is file k of the n of its commit.
type fileName struct {
	writer string
	seq    int64 // of the commit within its writer
	k, n   int
	temp   bool // not named yet: n is unknown
}

var (
	finalName = regexp.MustCompile(`^([0-9a-f]{16})-(\d+)-(\d+)of(\d+)\.parquet$`)
	tempName  = regexp.MustCompile(`^([0-9a-f]{16})-(\d+)-(\d+)\.tmp$`)
)

func (f fileName) String() string {
	if f.temp {
		return fmt.Sprintf("%s-%d-%d.tmp", f.writer, f.seq, f.k)
	}
	return fmt.Sprintf("%s-%d-%dof%d.parquet", f.writer, f.seq, f.k, f.n)
}

// parseFileName reads the last element of a segment's name; false if no
// writer of ours gave it.
func parseFileName(base string) (fileName, bool) {
	m := finalName.FindStringSubmatch(base)
	temp := m == nil
	if temp {
		if m = tempName.FindStringSubmatch(base); m == nil {
			return fileName{}, false
		}
	}
	seq, err1 := strconv.ParseInt(m[2], 10, 64)
	k, err2 := strconv.Atoi(m[3])
	if err1 != nil || err2 != nil {
		return fileName{}, false
	}
	f := fileName{writer: m[1], seq: seq, k: k, temp: temp}
	if !temp {
		n, err := strconv.Atoi(m[4])
		if err != nil {
			return fileName{}, false
		}
		f.n = n
	}
	return f, true
}

// dayOf returns the partition of a time.
func dayOf(t time.Time) string { return t.UTC().Format(time.DateOnly) }

// validTable reports whether a table's name can be a folder's everywhere.
var validTable = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]*$`)

// segmentPath returns the file of a segment's name.
func segmentPath(root, name string) string {
	return filepath.Join(root, "segments", filepath.FromSlash(name))
}
