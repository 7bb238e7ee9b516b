package lake

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"modernc.org/sqlite" // also registers the driver "sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

//go:embed migrations/*.sql
var migrationFiles embed.FS

// migrations returns the scripts that lead from an empty file to the newest
// catalogue; the n-th, counted from 1, makes version n out of version n-1.
func migrations() ([]string, error) {
	names, err := fs.Glob(migrationFiles, "migrations/*.sql") // sorted
	if err != nil {
		return nil, err
	}
	var scripts []string
	for _, name := range names {
		b, err := migrationFiles.ReadFile(name)
		if err != nil {
			return nil, err
		}
		scripts = append(scripts, string(b))
	}
	return scripts, nil
}

// busyTimeout is how long a statement waits for another process's transaction.
const busyTimeout = 10 * time.Second

// openCatalog opens path for one kind of use. Writers begin their
// transactions IMMEDIATE, one at a time; readers cannot write.
func openCatalog(ctx context.Context, path string, write bool) (*sql.DB, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	p := filepath.ToSlash(abs)
	if !strings.HasPrefix(p, "/") {
		p = "/" + p // a drive letter
	}
	q := url.Values{}
	q.Set("_busy_timeout", fmt.Sprint(busyTimeout.Milliseconds()))
	q.Add("_pragma", "foreign_keys(1)")
	q.Add("_pragma", "synchronous(FULL)")
	if write {
		q.Set("_txlock", "immediate")
		q.Add("_pragma", "journal_mode(WAL)")
	} else {
		q.Add("_pragma", "query_only(1)")
	}
	db, err := sql.Open("sqlite", (&url.URL{Scheme: "file", Path: p, RawQuery: q.Encode()}).String())
	if err != nil {
		return nil, err
	}
	if write {
		db.SetMaxOpenConns(1)
	} else {
		db.SetMaxOpenConns(4)
	}
	if err := connect(ctx, db); err != nil {
		if isCode(err, sqlite3.SQLITE_READONLY) || isCode(err, sqlite3.SQLITE_CANTOPEN) {
			err = fmt.Errorf("this user cannot write to the lake's folder, which reading needs too, to tell writers what is being read: %w", err)
		}
		return nil, errors.Join(fmt.Errorf("open %s: %w", path, notACatalog(err)), db.Close())
	}
	return db, nil
}

// connect makes the first connection. Turning a new file to WAL does not wait
// for another process that is doing the same: so it is tried again.
func connect(ctx context.Context, db *sql.DB) error {
	wait, cancel := context.WithTimeout(ctx, busyTimeout)
	defer cancel()
	for {
		err := db.PingContext(ctx)
		if !isCode(err, sqlite3.SQLITE_BUSY) {
			return err
		}
		select {
		case <-wait.Done():
			return err
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// NewerError says that the lake was written by a newer azflow than this one.
type NewerError struct {
	Dir         string
	Version     int    // of the lake's catalogue
	Binary      int    // the newest this binary knows
	LastWritten string // azflow version that wrote it last, '' if unknown
}

func (e *NewerError) Error() string {
	by := ""
	if e.LastWritten != "" {
		by = ", written by azflow " + e.LastWritten
	}
	return fmt.Sprintf("lake %s has catalogue version %d%s, this azflow knows versions up to %d: use a newer azflow", e.Dir, e.Version, by, e.Binary)
}

// migrate brings the catalogue to the newest version, one step a transaction.
func migrate(ctx context.Context, db *sql.DB, dir string, scripts []string) error {
	for {
		var have int
		if err := db.QueryRowContext(ctx, "PRAGMA user_version").Scan(&have); err != nil {
			return fmt.Errorf("read the version of %s: %w", filepath.Join(dir, "catalog.db"), notACatalog(err))
		}
		if have > len(scripts) {
			e := &NewerError{Dir: dir, Version: have, Binary: len(scripts)}
			err := db.QueryRowContext(ctx, "SELECT value FROM settings WHERE key = ?", settingBinary).Scan(&e.LastWritten)
			if err != nil && !errors.Is(err, sql.ErrNoRows) && !isCode(err, sqlite3.SQLITE_ERROR) { // a newer lake need not have that table
				return err
			}
			return e
		}
		if have == len(scripts) {
			return nil
		}
		if err := migrateStep(ctx, db, have, scripts[have]); err != nil {
			return fmt.Errorf("bring catalogue of %s from version %d to %d: %w", dir, have, have+1, err)
		}
	}
}

// migrateStep runs one script unless another process has run it meanwhile.
func migrateStep(ctx context.Context, db *sql.DB, from int, script string) error {
	return inTx(ctx, db, func(tx *sql.Tx) error {
		var have int
		if err := tx.QueryRowContext(ctx, "PRAGMA user_version").Scan(&have); err != nil {
			return err
		}
		if have != from {
			return nil
		}
		if _, err := tx.ExecContext(ctx, script); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, fmt.Sprintf("PRAGMA user_version = %d", from+1))
		return err
	})
}

// notACatalog adds what to do to SQLite's complaint about a damaged file.
func notACatalog(err error) error {
	if isCode(err, sqlite3.SQLITE_NOTADB) || isCode(err, sqlite3.SQLITE_CORRUPT) {
		return fmt.Errorf("%w (move it away and run azflow verify --rebuild-catalog)", err)
	}
	return err
}

// DiskFull reports whether an error came of a disk that has no room left, for a
// segment or for the catalogue.
func DiskFull(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || isCode(err, sqlite3.SQLITE_FULL)
}

// isCode reports whether err is SQLite's error of that primary code.
func isCode(err error, code int) bool {
	var e *sqlite.Error
	return errors.As(err, &e) && e.Code()&0xff == code
}

// inTx runs f in one transaction, which it commits if f returns nil.
func inTx(ctx context.Context, db *sql.DB, f func(*sql.Tx) error) error {
	tx, err := db.BeginTx(ctx, nil)
	if isCode(err, sqlite3.SQLITE_BUSY) {
		return fmt.Errorf("another azflow has kept the catalogue to itself for %v, try again when it is done: %w", busyTimeout, err)
	}
	if err != nil {
		return err
	}
	if err := f(tx); err != nil {
		if rerr := tx.Rollback(); rerr != nil && !errors.Is(rerr, sql.ErrTxDone) {
			return errors.Join(err, rerr)
		}
		return err
	}
	return tx.Commit()
}

// queryer is what *sql.DB and *sql.Tx have in common.
type queryer interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// each calls f once for each row of a query; f scans it.
func each(ctx context.Context, q queryer, f func(*sql.Rows) error, query string, args ...any) error {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := f(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// micros returns a time as the catalogue stores it.
func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

// fromMicros is the opposite of micros.
func fromMicros(us int64) time.Time {
	if us == 0 {
		return time.Time{}
	}
	return time.UnixMicro(us).UTC()
}
