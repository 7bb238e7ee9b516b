package lake

import (
	"errors"
	"fmt"
	"os"
	"path"
	"slices"
	"time"
)

// TableFlows is the table whose rows are tuples one by one: for it, commits
// account for every tuple.
const TableFlows = "Flows"

// TableObservations is the table of what was observed of an inventory, which no
// query sees. What is old in it may hold to this day, so time alone does not end it.
const TableObservations = "InventoryObservations"

// ErrConflict is what a commit fails with when another one got there first: a
// cursor moved, or a segment to be replaced is no longer live. Nothing of the
// commit is kept; read the cursors again and start over.
var ErrConflict = errors.New("another commit came first")

// Commit collects what becomes visible together. Make one with [Writer.Begin],
// fill it, and hand it to [Writer.Commit] or [Commit.Discard] once. It is not
// safe for concurrent use.
type Commit struct {
	ID      string
	Created time.Time

	Cursors    []CursorChange
	Errors     []IngestError
	IPs        []IPDetail
	Rollovers  []RolloverChange
	Dirty      []Interval      // intervals that the segments add rows to
	Cleaned    []DirtyInterval // intervals that the segments hold rebuilt; one touched since stays dirty
	Tombstones []BlobGen       // hidden beside those that cursors moving to a new generation hide
	Release    []string        // blobs whose claim ends with the commit
	// Seen are sightings beside those of Cursors, Unseen those that no row shows
	// any more: rows of CaptureHours and LocalAddresses.
	Seen, Unseen Sightings
	// Interval, if not 0, becomes the lake's: for rebuilding all of NTANetAnalytics.
	Interval time.Duration

	writer   *Writer
	seq      int64
	files    []*File
	reserved int // files ever reserved
	replaces []Segment
	basedOn  int64           // oldest generation that a replaced segment was read at
	index    map[string]int  // of Cursors, by blob
	ranged   map[string]bool // blobs whose sightings a segment carries
}

// File is a segment in the making: write the Parquet file to Path, close it,
// then call Done or Drop.
type File struct {
	Path string // temporary; the commit gives the final name

	commit     *Commit
	table, day string
	seg        *Segment // nil until Done
	final      string   // path, once renamed
}

// NewFile makes an empty file for rows of one table and one UTC day.
func (c *Commit) NewFile(table string, day time.Time) (*File, error) {
	if !validTable.MatchString(table) {
		return nil, fmt.Errorf("table name %q cannot be a folder's", table)
	}
	f := &File{commit: c, table: table, day: dayOf(day)}
	name := fileName{writer: c.writer.id, seq: c.seq, k: c.reserved + 1, temp: true}
	f.Path = segmentPath(c.writer.lake.dir, path.Join(table, f.day, name.String()))
	// The file is made at once, so that no sweep takes its folder for empty. One
	// that ran between the two steps costs another try.
	for try := 0; ; try++ {
		if _, err := mkdirs(c.writer.lake.SegmentsDir(), table, f.day); err != nil {
			return nil, fmt.Errorf("make folder for %s: %w", table, err)
		}
		file, err := os.OpenFile(f.Path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o666)
		if errors.Is(err, os.ErrNotExist) && try < 10 {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("make file for %s: %w", table, err)
		}
		if err := file.Close(); err != nil {
			return nil, err
		}
		break
	}
	c.reserved++
	c.files = append(c.files, f)
	return f, nil
}

// Stamp returns f with what the commit knows filled in: writer, commit, time
// of making, segments replaced. Call it after Replace; the result belongs both
// into the Parquet metadata and to [File.Done].
func (c *Commit) Stamp(f Footer) Footer {
	f.Writer, f.Commit, f.Created = c.writer.id, c.ID, c.Created
	f.Replaces = nil
	for _, s := range c.replaces {
		f.Replaces = append(f.Replaces, s.Name)
	}
	return f
}

// Done says that the file is written and closed, with its footer (see
// [Commit.Stamp]) and its number of rows.
func (f *File) Done(ft Footer, rows int64) error {
	c := f.commit
	switch {
	case ft.Table != f.table:
		return fmt.Errorf("%s: footer is of table %s, the file of %s", f.Path, ft.Table, f.table)
	case ft.Commit != c.ID || ft.Writer != c.writer.id:
		return fmt.Errorf("%s: footer is of commit %q, not of %s: stamp it first", f.Path, ft.Commit, c.ID)
	case rows <= 0:
		return fmt.Errorf("%s: a segment has rows: drop the file instead", f.Path)
	case ft.MinTime.IsZero() || ft.MaxTime.Before(ft.MinTime):
		return fmt.Errorf("%s: rows from %v to %v: not a range of times", f.Path, ft.MinTime, ft.MaxTime)
	case dayOf(ft.MinTime) != f.day || dayOf(ft.MaxTime) != f.day:
		return fmt.Errorf("%s: rows from %v to %v lie outside of the segment's day", f.Path, ft.MinTime, ft.MaxTime)
	}
	for _, b := range ft.Blobs {
		if b.Blob == "" || b.Generation < 0 || b.First < 0 || b.Last < b.First || b.Rows < 0 || f.table == TableFlows && b.Rows > b.Last-b.First+1 {
			return fmt.Errorf("%s: %d rows of blob %q generation %d from tuple %d to %d: not a range", f.Path, b.Rows, b.Blob, b.Generation, b.First, b.Last)
		}
	}
	f.seg = &Segment{Footer: ft, Day: f.day, Rows: rows}
	return nil
}

// Drop gives the file up, as when it got no rows.
func (f *File) Drop() error {
	f.commit.files = slices.DeleteFunc(f.commit.files, func(g *File) bool { return g == f })
	return removeIfThere(f.Path)
}

// Replace says that the commit's files take over the rows of segs, which were
// found by s; they end with the commit. Rows that s hides are left out by the
// caller.
func (c *Commit) Replace(s *Snapshot, segs ...Segment) {
	if len(c.replaces) == 0 || s.Generation < c.basedOn {
		c.basedOn = s.Generation
	}
	c.replaces = append(c.replaces, segs...)
	// What is forgotten from then on is in the new segments: to a rebuild, they
	// are as old as the snapshot.
	if s.opened.Before(c.Created) {
		c.Created = s.opened
	}
}

// Range returns what the footer of a segment of table has to say of a blob of
// this commit's Cursors: rows of tuples with ordinals first to last. Of a
// blob's ranges of Flows the first returned carries its sightings.
func (c *Commit) Range(table, blob string, first, last, rows int64) (BlobRange, error) {
	ch := c.change(blob)
	if ch == nil {
		return BlobRange{}, fmt.Errorf("blob %s is not among the commit's cursors: add its change first", blob)
	}
	r := BlobRange{
		BlobGen: BlobGen{blob, ch.Next.Generation},
		First:   first, Last: last, Rows: rows,
		Cursor: ch.Next,
	}
	if ch.continues() {
		r.From = ch.Expected.Position
	}
	if table == TableFlows && !c.ranged[blob] {
		c.ranged[blob] = true
		r.Rules, r.Captures, r.Locals = ch.Rules, ch.Captures, ch.Locals
	}
	return r, nil
}

// change returns the cursor change of a blob, nil if there is none.
func (c *Commit) change(blob string) *CursorChange {
	if len(c.index) != len(c.Cursors) {
		c.index = make(map[string]int, len(c.Cursors))
		for i := range c.Cursors {
			c.index[c.Cursors[i].Next.Blob] = i
		}
	}
	i, ok := c.index[blob]
	if !ok || c.Cursors[i].Next.Blob != blob {
		return nil
	}
	return &c.Cursors[i]
}

// Discard gives the commit up and removes its files.
func (c *Commit) Discard() error {
	var errs []error
	for _, f := range c.files {
		errs = append(errs, removeIfThere(f.Path))
		if f.final != "" {
			errs = append(errs, removeIfThere(f.final))
		}
	}
	c.files = nil
	return errors.Join(errs...)
}

// check finds what is wrong with the commit before any file is touched.
func (c *Commit) check() error {
	for _, f := range c.files {
		if f.seg == nil {
			return fmt.Errorf("%s is neither done nor dropped", f.Path)
		}
	}
	tuples := map[BlobGen]int64{} // rows of Flows by blob
	for _, f := range c.files {
		if f.table == TableFlows {
			for _, b := range f.seg.Blobs {
				tuples[b.BlobGen] += b.Rows
			}
		}
	}
	seen := map[string]bool{}
	for _, ch := range c.Cursors {
		e, n := ch.Expected, ch.Next
		was := Cursor{} // what the generation had before
		want := 0       // the generation that may follow
		switch {
		case ch.continues():
			was, want = e, e.Generation
		case e.Read():
			want = e.Generation + 1
		}
		g := BlobGen{n.Blob, n.Generation}
		switch {
		case n.Blob == "" || e.Blob != n.Blob:
			return fmt.Errorf("cursor change from blob %q to %q", e.Blob, n.Blob)
		case ch.continues() && e.Forgotten:
			return fmt.Errorf("blob %s was forgotten on request: it can only be read again as a new generation", n.Blob)
		case seen[n.Blob]:
			return fmt.Errorf("blob %s: two cursor changes in one commit", n.Blob)
		case n.Generation != want:
			return fmt.Errorf("blob %s: cursor goes from generation %d to %d", n.Blob, e.Generation, n.Generation)
		case n.Offset < was.Offset || n.NextRecord < was.NextRecord || n.NextTuple < was.NextTuple || n.Tuples < was.Tuples:
			return fmt.Errorf("blob %s: cursor goes back from %+v to %+v", n.Blob, was.Position, n.Position)
		case tuples[g] != n.Tuples-was.Tuples:
			return fmt.Errorf("blob %s: cursor counts %d more tuples, the segments hold %d", n.Blob, n.Tuples-was.Tuples, tuples[g])
		}
		seen[n.Blob] = true
		delete(tuples, g)
	}
	compacts := slices.ContainsFunc(c.replaces, func(s Segment) bool { return s.Table == TableFlows })
	if compacts && len(c.Cursors) > 0 {
		return errors.New("a commit either reads blobs or replaces segments of " + TableFlows)
	}
	for g := range tuples {
		if !compacts {
			return fmt.Errorf("blob %s generation %d has rows but no cursor change", g.Blob, g.Generation)
		}
	}
	return nil
}

// removeIfThere removes a file; that it is not there is no error.
func removeIfThere(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}
