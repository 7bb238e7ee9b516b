package lake

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
)

// Finding is something wrong with a lake.
type Finding struct {
	Kind   FindingKind
	Name   string // segment or blob
	Detail string
}

// FindingKind says what kind of thing is wrong.
type FindingKind string

// The kinds.
const (
	Missing    FindingKind = "missing"    // a live segment has no file
	Damaged    FindingKind = "damaged"    // a segment's file is not what was committed
	Stray      FindingKind = "stray"      // a file that is no segment, of no living writer
	Miscounted FindingKind = "miscounted" // a blob's tuples are not all there, or there twice
)

func (f Finding) String() string { return fmt.Sprintf("%s %s: %s", f.Kind, f.Name, f.Detail) }

// Verified says what [Lake.Verify] looked at.
type Verified struct {
	Segments int
	Rows     int64
	Blobs    int
	Tuples   int64 // of current generations, ever stored
	Findings []Finding
}

// Verify compares the catalogue with the files, and each blob's count of
// tuples with the rows that segments hold of it. With read, which may be nil,
// footers are read and compared too.
func (l *Lake) Verify(ctx context.Context, read FooterReader) (Verified, error) {
	var v Verified
	snap, err := l.Snapshot(ctx)
	if err != nil {
		return v, err
	}
	defer snap.Close()
	if err := l.verifyBlobs(ctx, &v); err != nil {
		return v, err
	}
	tables, err := snap.Tables(ctx)
	if err != nil {
		return v, err
	}
	for _, table := range tables {
		segs, err := snap.Segments(ctx, table, TimeRange{})
		if err != nil {
			return v, err
		}
		for _, s := range segs {
			if err := ctx.Err(); err != nil {
				return v, err
			}
			v.Segments++
			v.Rows += s.Rows
			if f, ok := l.verifyFile(s, read); !ok {
				v.Findings = append(v.Findings, f)
			}
		}
	}
	return v, l.verifyStrays(ctx, &v)
}

// verifyFile checks one segment's file; false with what is wrong.
func (l *Lake) verifyFile(s Segment, read FooterReader) (Finding, bool) {
	damaged := func(format string, args ...any) (Finding, bool) {
		return Finding{Damaged, s.Name, fmt.Sprintf(format, args...)}, false
	}
	file := l.Path(s)
	st, err := os.Stat(file)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return Finding{Missing, s.Name, "the file is not there"}, false
	case err != nil:
		return damaged("%v", err)
	case st.Size() != s.Bytes:
		return damaged("the file has %d bytes, committed were %d", st.Size(), s.Bytes)
	case read == nil:
		return Finding{}, true
	}
	f, rows, err := read(file)
	switch {
	case err != nil:
		return damaged("%v", err)
	case rows != s.Rows:
		return damaged("the file has %d rows, committed were %d", rows, s.Rows)
	case f.Commit != s.Commit || f.Table != s.Table:
		return damaged("its footer is of commit %s of %s, committed was %s of %s", f.Commit, f.Table, s.Commit, s.Table)
	}
	return Finding{}, true
}

// verifyBlobs checks that each blob's tuples lie in live segments once, or
// went by retention or request.
func (l *Lake) verifyBlobs(ctx context.Context, v *Verified) error {
	return each(ctx, l.read, func(r *sql.Rows) error {
		var blob string
		var tuples, gone, stored int64
		if err := r.Scan(&blob, &tuples, &gone, &stored); err != nil {
			return err
		}
		v.Blobs++
		v.Tuples += tuples
		if stored+gone != tuples {
			v.Findings = append(v.Findings, Finding{
				Miscounted, blob,
				fmt.Sprintf("%d tuples were read, segments hold %d, %d expired or were forgotten", tuples, stored, gone),
			})
		}
		return nil
	}, `SELECT b.blob, b.tuples, b.gone, coalesce(sum(CASE WHEN s.id IS NOT NULL THEN sb.row_count END), 0)
		FROM blobs b
		LEFT JOIN segment_blobs sb ON sb.blob = b.id AND sb.generation = b.generation
		LEFT JOIN segments s ON s.id = sb.segment AND s.ended = 0 AND s.table_name = ?
		WHERE b.revision > 0 AND NOT b.forgotten GROUP BY b.id ORDER BY b.blob`, TableFlows)
}

// verifyStrays finds files that the catalogue does not know and no living
// writer is about to commit.
func (l *Lake) verifyStrays(ctx context.Context, v *Verified) error {
	names, err := l.segmentFiles()
	if err != nil {
		return err
	}
	for _, name := range names {
		reason := "not a name that azflow gives"
		if f, ok := parseFileName(path.Base(name)); ok {
			lk, err := takeDead(l.writerLock(f.writer))
			if err != nil {
				return err
			}
			if lk == nil {
				continue // its writer lives
			}
			if err := lk.release(); err != nil {
				return err
			}
			var known bool
			if err := l.read.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM segments WHERE name = ?)", name).Scan(&known); err != nil {
				return err
			}
			if known {
				continue
			}
			reason = "its writer ended without committing it; the next ingest removes it"
		}
		if !fileExists(segmentPath(l.dir, name)) {
			continue // swept meanwhile
		}
		v.Findings = append(v.Findings, Finding{Stray, name, reason})
	}
	slices.SortStableFunc(v.Findings, func(a, b Finding) int { return compareBool(a.Kind > b.Kind, a.Kind < b.Kind) })
	return nil
}
