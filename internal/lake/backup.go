package lake

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// Backup says what a backup holds.
type Backup struct {
	Segments int
	Bytes    int64 // of segments
	Copied   int   // segments that could not be hard-linked and were copied
}

// StepLink is a backup's step, as given to Options.Step; if it fails, the
// segment is copied.
const StepLink = "link segment"

// Backup makes a lake in dir, which must be empty or not there, that is this
// one as it is now: a copy of the catalogue and links to the segments, or
// copies if dir lies on another file system. Ingest may go on meanwhile. To
// restore, use dir as a lake.
func (l *Lake) Backup(ctx context.Context, dir string) (Backup, error) {
	var res Backup
	entries, err := os.ReadDir(dir)
	if err == nil && len(entries) > 0 {
		return res, fmt.Errorf("backup to %s: the folder is not empty", dir)
	}
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return res, err
	}
	snap, err := l.Snapshot(ctx) // keeps the files until they are linked
	if err != nil {
		return res, err
	}
	defer snap.Close()
	// Under its own name only when all is there: what an interruption leaves
	// behind is no lake.
	aside := filepath.Join(dir, "catalog.db.part")
	// By a connection of its own: ours for writing is wanted by commits, those
	// for reading may not write anywhere.
	db, err := openCatalog(ctx, filepath.Join(l.dir, "catalog.db"), true)
	if err != nil {
		return res, err
	}
	_, err = db.ExecContext(ctx, "VACUUM INTO ?", aside)
	if err := errors.Join(err, db.Close()); err != nil {
		return res, fmt.Errorf("copy catalogue: %w", err)
	}
	if db, err = openCatalog(ctx, aside, true); err != nil {
		return res, err
	}
	err = errors.Join(l.linkSegments(ctx, db, dir, &res), db.Close())
	if err != nil {
		return res, err
	}
	if note := forgottenPath(l.dir); fileExists(note) {
		if err := copyFile(note, forgottenPath(dir)); err != nil {
			return res, err
		}
	}
	if _, err := syncFile(aside); err != nil {
		return res, err
	}
	if err := os.Rename(aside, filepath.Join(dir, "catalog.db")); err != nil {
		return res, err
	}
	return res, syncDir(dir)
}

// linkSegments gives the lake in dir, whose catalogue is db, its files, and
// takes out of the catalogue what belongs to the other lake's processes.
func (l *Lake) linkSegments(ctx context.Context, db *sql.DB, dir string, res *Backup) error {
	var names []string
	if err := each(ctx, db, func(r *sql.Rows) error {
		var name string
		err := r.Scan(&name)
		names = append(names, name)
		return err
	}, "SELECT name FROM segments WHERE ended = 0 ORDER BY name"); err != nil {
		return err
	}
	dirs := map[string]bool{}
	for _, name := range names {
		if err := ctx.Err(); err != nil {
			return err
		}
		from, to := segmentPath(l.dir, name), segmentPath(dir, name)
		table, day := filepath.Split(filepath.Dir(filepath.FromSlash(name)))
		folder, err := mkdirs(dir, "segments", filepath.Clean(table), day)
		if err != nil {
			return err
		}
		dirs[folder] = true
		err = l.opt.Step(StepLink, name)
		if err == nil {
			err = os.Link(from, to)
		}
		if err != nil { // another file system, or one without links
			if err := copyFile(from, to); err != nil {
				return err
			}
			res.Copied++
		}
		st, err := os.Stat(to)
		if err != nil {
			return err
		}
		res.Segments++
		res.Bytes += st.Size()
	}
	for folder := range dirs {
		if err := syncDir(folder); err != nil {
			return err
		}
	}
	for _, q := range []string{
		"DELETE FROM segments WHERE ended > 0",
		"UPDATE blobs SET claimed_by = '', claimed_until = 0",
		"PRAGMA wal_checkpoint(TRUNCATE)",
	} {
		if _, err := db.ExecContext(ctx, q); err != nil {
			return err
		}
	}
	return nil
}

func fileExists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// copyFile makes to a durable copy of from; to must not be there.
func copyFile(from, to string) (err error) {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o666)
	if err != nil {
		return err
	}
	if _, err = io.Copy(out, in); err == nil {
		err = out.Sync()
	}
	return errors.Join(err, out.Close())
}
