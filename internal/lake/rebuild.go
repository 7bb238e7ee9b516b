package lake

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// FooterReader reads a segment file's [Footer] and number of rows.
type FooterReader func(path string) (Footer, int64, error)

// Rebuilt says what a rebuild found.
type Rebuilt struct {
	Segments   int // live ones
	Superseded int // kept to be swept: their rows are in live ones
	Rows       int64
	Blobs      int
	// Rejected are files that were moved to rejected/, with the reason: not
	// readable, or left by a commit that did not come to its end. What they
	// held is read again if the source still has it.
	Rejected []Rejection
	OldPath  string // where the catalogue that was there went; '' if there was none
}

// Rejection is a file that is no part of the lake.
type Rejection struct {
	Name   string // below segments/, and now below rejected/
	Reason error
}

// Rebuild makes the catalogue of the lake in dir anew from its segments
// alone. Nothing else may use the lake meanwhile. Settings, retention, the
// tables IngestErrors, NTAIpDetails and OpenRollovers and the cursors of blobs
// that gave no rows are not in the segments, and start empty. The interval is
// that of the NTANetAnalytics segments, else opt.Interval.
func Rebuild(ctx context.Context, dir string, opt Options, read FooterReader) (Rebuilt, error) {
	var res Rebuilt
	dir, err := filepath.EvalSymlinks(dir)
	if err != nil {
		return res, err
	}
	if err := inUse(dir); err != nil {
		return res, err
	}
	// The new catalogue is made aside, in a folder that looks like a lake.
	side := filepath.Join(dir, "rebuild")
	if err := os.RemoveAll(side); err != nil {
		return res, err
	}
	found, err := findSegments(dir, read)
	if err != nil {
		return res, err
	}
	found.choose()
	res.Rejected = found.rejected
	if opt.Interval == 0 {
		opt.Interval = found.interval()
	}
	l, err := Open(ctx, side, opt)
	if err != nil {
		return res, err
	}
	err = l.fill(ctx, found, dir, &res)
	if err == nil { // all into the one file
		_, err = l.write.ExecContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)")
	}
	if err := errors.Join(err, l.Close()); err != nil {
		return res, err
	}
	for _, r := range res.Rejected {
		if err := moveAside(dir, r.Name); err != nil {
			return res, err
		}
	}
	main := filepath.Join(dir, "catalog.db")
	if _, err := os.Lstat(main); err == nil {
		res.OldPath = fmt.Sprintf("%s.%s", main, l.opt.Now().UTC().Format("20060102T150405.000000"))
		for _, ext := range []string{"-wal", "-shm", ""} {
			if err := os.Rename(main+ext, res.OldPath+ext); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return res, err
			}
		}
	}
	if err := os.Rename(filepath.Join(side, "catalog.db"), main); err != nil {
		return res, err
	}
	if err := syncDir(dir); err != nil {
		return res, err
	}
	return res, os.RemoveAll(side)
}

// inUse returns an error if a writer or reader of the lake lives.
func inUse(dir string) error {
	for _, kind := range []string{"writers", "readers"} {
		entries, err := os.ReadDir(filepath.Join(dir, kind))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		for _, e := range entries {
			lk, err := takeDead(filepath.Join(dir, kind, e.Name()))
			if err != nil {
				return err
			}
			if lk == nil {
				return fmt.Errorf("lake %s is in use (%s): end the other azflow first", dir, path.Join(kind, e.Name()))
			}
			if err := lk.release(); err != nil {
				return err
			}
		}
	}
	return nil
}

// moveAside takes a file out of segments/.
func moveAside(dir, name string) error {
	to := filepath.Join(dir, "rejected", filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(to), 0o777); err != nil {
		return err
	}
	return os.Rename(segmentPath(dir, name), to)
}

// foundCommit is what is left of a commit.
type foundCommit struct {
	id       string
	writer   string
	seq      int64
	n        int // files it had
	created  time.Time
	segs     []Segment
	replaces []string
	rows     int64

	depth     int  // of the longest chain of commits that replaced it
	continued bool // another goes on where it ended: so it was committed
	accepted  bool
	dropped   bool // an accepted commit has its rows
}

// found is all that lies in segments/.
type found struct {
	commits  []*foundCommit
	rejected []Rejection
	byName   map[string]*foundCommit
	replaced map[string]bool // names of segments whose rows an accepted commit has
}

// findSegments reads the footers of all files.
func findSegments(dir string, read FooterReader) (*found, error) {
	f := &found{byName: map[string]*foundCommit{}, replaced: map[string]bool{}}
	byID := map[string]*foundCommit{}
	names, err := (&Lake{dir: dir}).segmentFiles()
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		reject := func(reason error) { f.rejected = append(f.rejected, Rejection{name, reason}) }
		fn, ok := parseFileName(path.Base(name))
		switch {
		case !ok:
			reject(errors.New("not a name that azflow gives"))
			continue
		case fn.temp:
			reject(errors.New("was never finished"))
			continue
		}
		file := segmentPath(dir, name)
		st, err := os.Stat(file)
		if err != nil {
			return nil, err
		}
		ft, rows, err := read(file)
		if err != nil {
			reject(err)
			continue
		}
		s := Segment{Footer: ft, Name: name, Day: dayOf(ft.MinTime), Rows: rows, Bytes: st.Size()}
		if want := path.Join(ft.Table, s.Day); ft.Writer != fn.writer || path.Dir(name) != want {
			reject(fmt.Errorf("its footer is that of a segment of writer %s in %s", ft.Writer, want))
			continue
		}
		c := byID[ft.Commit]
		if c == nil {
			c = &foundCommit{id: ft.Commit, writer: ft.Writer, seq: fn.seq, n: fn.n, created: ft.Created, replaces: ft.Replaces}
			byID[ft.Commit] = c
			f.commits = append(f.commits, c)
		}
		c.segs = append(c.segs, s)
		c.rows += rows
		f.byName[name] = c
	}
	return f, nil
}

// interval returns the merging interval that the segments show, 0 if none does.
func (f *found) interval() time.Duration {
	for _, c := range f.commits {
		for _, s := range c.segs {
			if c.accepted && s.Interval != 0 {
				return s.Interval
			}
		}
	}
	return 0
}

// reading names the tuples of one day that one commit read of a blob.
type reading struct {
	BlobGen
	day      string
	from, to int64 // tuple ordinals, to not included
}

// choose decides which commits are the lake's. There can be files of commits
// that a crash or a conflict stopped, and files that others have replaced.
func (f *found) choose() {
	f.order()
	taken := map[BlobGen][]reading{}
	for _, c := range f.commits {
		if c.dropped {
			continue
		}
		reason := f.complete(c)
		for _, name := range c.replaces {
			if f.replaced[name] {
				reason = fmt.Errorf("another commit replaced %s", name)
			}
		}
		readings := c.readings(f.replaced)
		for _, r := range readings {
			for _, o := range taken[r.BlobGen] {
				if o.day == r.day && r.from < o.to && o.from < r.to {
					reason = fmt.Errorf("another commit has tuples %d to %d of blob %s", o.from, o.to-1, o.Blob)
				}
			}
		}
		if reason != nil {
			for _, s := range c.segs {
				if !f.replaced[s.Name] {
					f.rejected = append(f.rejected, Rejection{s.Name, reason})
				}
			}
			continue
		}
		c.accepted = true
		for _, r := range readings {
			taken[r.BlobGen] = append(taken[r.BlobGen], r)
		}
		f.drop(c)
	}
}

// drop marks what c, or what c has replaced, has replaced.
func (f *found) drop(c *foundCommit) {
	for _, name := range c.replaces {
		f.replaced[name] = true
		o := f.byName[name]
		if o == nil || o.dropped || slices.ContainsFunc(o.segs, func(s Segment) bool { return !f.replaced[s.Name] }) {
			continue
		}
		o.dropped = true // with the last of its segments
		f.drop(o)
	}
}

// readings returns what c read, without what lies in the segments of skip.
func (c *foundCommit) readings(skip map[string]bool) []reading {
	var list []reading
	for _, s := range c.segs {
		if s.Table != TableFlows || skip[s.Name] {
			continue
		}
		for _, b := range s.Blobs {
			list = append(list, reading{b.BlobGen, s.Day, b.From.NextTuple, b.Cursor.NextTuple})
		}
	}
	return list
}

// complete returns why c cannot have been committed, nil if it can. A commit
// all of whose files are there may have been; one that lacks some must have
// been, they then having been replaced, expired or forgotten, if something
// happened after it that could not have else.
func (f *found) complete(c *foundCommit) error {
	if len(c.segs) == c.n || c.continued {
		return nil
	}
	const heldAtMost = time.Hour // a writer between naming its files and committing
	for _, o := range f.commits {
		if o.writer == c.writer && o.seq > c.seq || o.created.Sub(c.created) > heldAtMost {
			return nil
		}
	}
	return fmt.Errorf("only %d of the %d files of its commit are there", len(c.segs), c.n)
}

// order sorts the commits so that each comes after those that replaced it,
// and of two that exclude each other the one surely committed comes first.
func (f *found) order() {
	replacers := map[*foundCommit][]*foundCommit{}
	var live []Origin // commits some segment of which was replaced: they were live then
	begin := map[reading]bool{}
	for _, c := range f.commits {
		for _, name := range c.replaces {
			if fn, ok := parseFileName(path.Base(name)); ok {
				live = append(live, Origin{fn.writer, fn.seq, fn.seq})
			}
			if o := f.byName[name]; o != nil && o != c {
				replacers[o] = append(replacers[o], c)
			}
		}
		for _, s := range c.segs {
			live = append(live, s.Origins...)
		}
		for _, r := range c.readings(nil) {
			begin[reading{BlobGen: r.BlobGen, from: r.from}] = true
		}
	}
	live = joinOrigins(live)
	for _, c := range f.commits {
		_, c.continued = slices.BinarySearchFunc(live, c, func(o Origin, c *foundCommit) int {
			switch {
			case o.Writer != c.writer:
				return cmp.Compare(o.Writer, c.writer)
			case o.Last < c.seq:
				return -1
			case o.First > c.seq:
				return 1
			}
			return 0
		})
		for _, r := range c.readings(nil) {
			if r.to > r.from && begin[reading{BlobGen: r.BlobGen, from: r.to}] {
				c.continued = true
			}
		}
	}
	for _, c := range f.commits {
		c.depth = depth(c, replacers, map[*foundCommit]bool{})
	}
	slices.SortFunc(f.commits, func(a, b *foundCommit) int {
		return cmp.Or(
			cmp.Compare(a.depth, b.depth),
			compareBool(len(b.replaces) > 0, len(a.replaces) > 0),
			compareBool(b.continued, a.continued),
			compareBool(len(b.segs) == b.n, len(a.segs) == a.n),
			cmp.Compare(b.rows, a.rows),
			b.created.Compare(a.created),
			strings.Compare(a.id, b.id),
		)
	})
}

// depth returns the length of the longest chain of commits above c.
func depth(c *foundCommit, replacers map[*foundCommit][]*foundCommit, seen map[*foundCommit]bool) int {
	if seen[c] || len(replacers[c]) == 0 {
		return 0 // a ring cannot be, short of forged footers
	}
	seen[c] = true
	d := 0
	for _, r := range replacers[c] {
		d = max(d, 1+depth(r, replacers, seen))
	}
	delete(seen, c)
	return d
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

// fill writes what was found into the empty catalogue of l; dir is the lake
// that it will be the catalogue of.
func (l *Lake) fill(ctx context.Context, f *found, dir string, res *Rebuilt) error {
	notes, err := readForgotten(dir)
	if err != nil {
		return err
	}
	now := l.opt.Now()
	return l.change(ctx, "rebuild", func(t *tx, gen int64) error {
		cursors := map[string]Cursor{}
		for _, c := range f.commits {
			for i := range c.segs {
				s := &c.segs[i]
				if !c.accepted && !f.replaced[s.Name] {
					continue
				}
				if err := t.insertSegment(s, gen); err != nil {
					return fmt.Errorf("segment %s: %w", s.Name, err)
				}
				if f.replaced[s.Name] {
					if _, err := t.exec("UPDATE segments SET ended = ?, ended_at = ? WHERE id = ?", gen, micros(now), s.ID); err != nil {
						return err
					}
					res.Superseded++
					continue
				}
				res.Segments++
				res.Rows += s.Rows
				for _, b := range s.Blobs {
					b.Cursor.Blob, b.Cursor.Generation = b.Blob, b.Generation
					have, ok := cursors[b.Blob]
					newer := b.Generation > have.Generation || b.Generation == have.Generation && have.before(b.Cursor.Position)
					if !ok || newer {
						b.Cursor.FirstSeen = earliest(b.Cursor.FirstSeen, have.FirstSeen)
						cursors[b.Blob] = b.Cursor
					}
				}
			}
		}
		for _, n := range cursors {
			// The hits are those of the segments, so they come below.
			if err := t.moveCursor(&CursorChange{Expected: Cursor{Blob: n.Blob}, Next: n}, gen); err != nil {
				return err
			}
			for g := range n.Generation {
				if err := t.bury(BlobGen{n.Blob, g}, gen); err != nil {
					return err
				}
			}
			res.Blobs++
		}
		if err := t.addFooters(f, cursors); err != nil {
			return err
		}
		if err := t.flush(); err != nil {
			return err
		}
		if _, err := t.exec(`UPDATE blobs SET gone = tuples - (SELECT coalesce(sum(sb.row_count), 0) FROM segment_blobs sb JOIN segments s ON s.id = sb.segment
			WHERE sb.blob = blobs.id AND sb.generation = blobs.generation AND s.table_name = ? AND s.ended = 0)`, TableFlows); err != nil {
			return err
		}
		for _, note := range notes {
			var rm Removed
			if err := t.forget(&rm, note, gen, now); err != nil {
				return err
			}
		}
		return nil
	})
}

// addFooters adds the sightings in the footers of live segments. Rules of
// older generations were seen, but do not count.
func (t *tx) addFooters(f *found, cursors map[string]Cursor) error {
	for _, c := range f.commits {
		if !c.accepted {
			continue
		}
		for _, s := range c.segs {
			if f.replaced[s.Name] {
				continue
			}
			for _, b := range s.Blobs {
				id, err := t.blobKey(b.Blob)
				if err != nil {
					return err
				}
				for _, r := range b.Rules {
					if b.Generation != cursors[b.Blob].Generation {
						r.Hits, r.Denied = 0, 0
					}
					if err := t.addRule(id, b.Generation, r); err != nil {
						return err
					}
				}
				if err := t.addSightings(b.Captures, b.Locals); err != nil {
					return err
				}
			}
		}
	}
	return nil
}
