package lake

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// Options are the parts of a lake that its caller chooses. The zero value
// opens an existing lake, or makes one with the default interval.
type Options struct {
	// Now is the clock; time.Now if nil.
	Now func() time.Time
	// Rand gives the ids of writers and readers; crypto/rand if nil.
	Rand io.Reader
	// Interval of NTANetAnalytics, 10 min or 60 min: of a new lake, 60 min if
	// 0. Opening a lake that has another one is an error.
	Interval time.Duration
	// MustExist refuses to make a lake where there is none.
	MustExist bool
	// Version of the running azflow, kept to be named when an older one opens the lake.
	Version string

	// Step, if set, is called before each step that changes files or the
	// catalogue, with the step's name and what it is about to touch; its error
	// makes the step fail. For tests of crashes and full disks.
	Step func(step, what string) error
	// NetworkFS says which network file system a folder lies on, '' if none;
	// the operating system is asked if nil.
	NetworkFS func(dir string) (string, error)
	// ReadOnlyFS says whether a folder lies on a file system that is mounted
	// read-only; the operating system is asked if nil.
	ReadOnlyFS func(dir string) (bool, error)
}

// DefaultInterval is the merging interval of Traffic Analytics unless set otherwise.
const DefaultInterval = time.Hour

// settingBinary is the setting that holds the azflow version that wrote last.
const settingBinary = "azflow.version"

// ErrNoLake is returned by [Open] for a folder without a lake if
// Options.MustExist is set.
var ErrNoLake = errors.New("no lake")

// Lake is an open lake. Its methods may be called concurrently; other
// processes may have it open at the same time.
type Lake struct {
	dir   string // absolute, links resolved
	opt   Options
	write *sql.DB
	read  *sql.DB
	// copied is the folder that holds a copy of the catalogue, '' if the lake's
	// own is open.
	copied string
}

// Open opens the lake in dir, making it if there is none. A folder on a
// network file system and a lake of a newer azflow ([*NewerError]) are
// refused; an older catalogue is brought up to date. A lake on a file system
// that is mounted read-only can be read if Options.MustExist is set: nothing
// else can write to it then, so a copy of its catalogue is opened and no lease
// is taken. Close it after use.
func Open(ctx context.Context, dir string, opt Options) (*Lake, error) {
	if opt.Now == nil {
		opt.Now = time.Now
	}
	if opt.Rand == nil {
		opt.Rand = rand.Reader
	}
	if opt.Step == nil {
		opt.Step = func(string, string) error { return nil }
	}
	if opt.NetworkFS == nil {
		opt.NetworkFS = networkFS
	}
	if opt.ReadOnlyFS == nil {
		opt.ReadOnlyFS = readOnlyFS
	}
	switch opt.Interval {
	case 0, 10 * time.Minute, time.Hour:
	default:
		return nil, fmt.Errorf("interval %v: Traffic Analytics merges 10m or 1h, choose one of them", opt.Interval)
	}
	scripts, err := migrations()
	if err != nil {
		return nil, err
	}
	return open(ctx, dir, opt, scripts)
}

func open(ctx context.Context, dir string, opt Options, scripts []string) (*Lake, error) {
	if opt.MustExist {
		if _, err := os.Stat(filepath.Join(dir, "catalog.db")); errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("%s: %w: ingest something first, or give the right folder by --data or AZFLOW_DATA", dir, ErrNoLake)
		}
	}
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return nil, fmt.Errorf("make lake folder: %w", err)
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	if dir, err = filepath.EvalSymlinks(dir); err != nil {
		return nil, err
	}
	switch kind, err := opt.NetworkFS(dir); {
	case err != nil:
		return nil, fmt.Errorf("file system of %s: %w", dir, err)
	case kind != "":
		return nil, fmt.Errorf("lake %s lies on %s: SQLite's locks and shared memory do not work across a network, put the lake on a local disk", dir, kind)
	}
	if opt.MustExist {
		switch readOnly, err := opt.ReadOnlyFS(dir); {
		case err != nil:
			return nil, fmt.Errorf("file system of %s: %w", dir, err)
		case readOnly:
			return openCopied(ctx, dir, opt, scripts)
		}
	}
	for _, d := range []string{"segments", "writers", "readers"} {
		if _, err := mkdirs(dir, d); err != nil {
			return nil, fmt.Errorf("make lake folder: %w", err)
		}
	}
	l := &Lake{dir: dir, opt: opt}
	path := filepath.Join(dir, "catalog.db")
	if l.write, err = openCatalog(ctx, path, true); err != nil {
		return nil, err
	}
	if err := l.prepare(ctx, scripts); err != nil {
		return nil, errors.Join(err, l.write.Close())
	}
	if l.read, err = openCatalog(ctx, path, false); err != nil {
		return nil, errors.Join(err, l.write.Close())
	}
	return l, nil
}

// openCopied opens a lake that nobody can write to by a copy of its catalogue:
// SQLite would have to write beside the file to read what its log still holds.
func openCopied(ctx context.Context, dir string, opt Options, scripts []string) (_ *Lake, err error) {
	l := &Lake{dir: dir, opt: opt}
	copied, err := os.MkdirTemp("", "azflow-catalog-")
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.RemoveAll(copied))
		}
	}()
	for _, name := range []string{"catalog.db", "catalog.db-wal"} {
		if err := copyFile(filepath.Join(dir, name), filepath.Join(copied, name)); err != nil && (name == "catalog.db" || !errors.Is(err, fs.ErrNotExist)) {
			return nil, fmt.Errorf("copy the catalogue of a lake on read-only storage: %w", err)
		}
	}
	path := filepath.Join(copied, "catalog.db")
	if l.write, err = openCatalog(ctx, path, true); err != nil {
		return nil, err
	}
	err = l.prepare(ctx, scripts)
	if err := errors.Join(err, l.write.Close()); err != nil {
		return nil, err
	}
	// From here on a change would be lost: both ways in refuse it.
	if l.write, err = openCatalog(ctx, path, false); err != nil {
		return nil, err
	}
	if l.read, err = openCatalog(ctx, path, false); err != nil {
		return nil, errors.Join(err, l.write.Close())
	}
	l.copied = copied
	return l, nil
}

// writable says why the lake cannot be changed, nil if it can.
func (l *Lake) writable() error {
	if l.copied == "" {
		return nil
	}
	return fmt.Errorf("lake %s lies on read-only storage: copy its folder to change it", l.dir)
}

// prepare migrates the catalogue, fills a new one and checks the interval.
func (l *Lake) prepare(ctx context.Context, scripts []string) error {
	if err := migrate(ctx, l.write, l.dir, scripts); err != nil {
		return err
	}
	var seconds int64
	err := l.write.QueryRowContext(ctx, "SELECT interval FROM lake").Scan(&seconds)
	if errors.Is(err, sql.ErrNoRows) {
		interval := l.opt.Interval
		if interval == 0 {
			interval = DefaultInterval
		}
		_, err = l.write.ExecContext(ctx,
			"INSERT INTO lake (one, generation, interval, created) VALUES (1, 0, ?, ?) ON CONFLICT DO NOTHING",
			int64(interval/time.Second), micros(l.opt.Now()))
		if err != nil {
			return err
		}
		if err := syncDir(l.dir); err != nil {
			return err
		}
		err = l.write.QueryRowContext(ctx, "SELECT interval FROM lake").Scan(&seconds)
	}
	if err != nil {
		return err
	}
	if l.opt.Version != "" {
		var last string
		err := l.write.QueryRowContext(ctx, "SELECT value FROM settings WHERE key = ?", settingBinary).Scan(&last)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		if last != l.opt.Version {
			if err := l.SetSetting(ctx, settingBinary, l.opt.Version); err != nil {
				return err
			}
		}
	}
	if have := time.Duration(seconds) * time.Second; l.opt.Interval != 0 && l.opt.Interval != have {
		return fmt.Errorf("lake %s merges NTANetAnalytics by %v, not %v: azflow compact --rebuild changes it", l.dir, have, l.opt.Interval)
	}
	return nil
}

// Close ends the use of the lake. Close its writers and snapshots first.
func (l *Lake) Close() error {
	err := errors.Join(l.read.Close(), l.write.Close())
	if l.copied != "" {
		err = errors.Join(err, os.RemoveAll(l.copied))
	}
	return err
}

// Dir returns the lake's folder, absolute, links resolved.
func (l *Lake) Dir() string { return l.dir }

// TempDir returns the folder for what an engine spills; it need not exist.
func (l *Lake) TempDir() string {
	if l.copied != "" {
		return filepath.Join(l.copied, "tmp")
	}
	return filepath.Join(l.dir, "tmp")
}

// SegmentsDir returns the folder that holds all segments.
func (l *Lake) SegmentsDir() string { return filepath.Join(l.dir, "segments") }

// Path returns the file of a segment.
func (l *Lake) Path(s Segment) string { return segmentPath(l.dir, s.Name) }

// Interval returns the merging interval of NTANetAnalytics.
func (l *Lake) Interval(ctx context.Context) (time.Duration, error) {
	var seconds int64
	err := l.read.QueryRowContext(ctx, "SELECT interval FROM lake").Scan(&seconds)
	return time.Duration(seconds) * time.Second, err
}

// Generation returns the generation of the last commit; 0 for a new lake.
func (l *Lake) Generation(ctx context.Context) (int64, error) {
	var g int64
	err := l.read.QueryRowContext(ctx, "SELECT generation FROM lake").Scan(&g)
	return g, err
}

// Setting returns a setting of the lake, ” if it was never set. Keys that
// begin with "azflow." are the lake's own.
func (l *Lake) Setting(ctx context.Context, key string) (string, error) {
	var v string
	err := l.read.QueryRowContext(ctx, "SELECT value FROM settings WHERE key = ?", key).Scan(&v)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return v, err
}

// SetSetting sets a setting of the lake, or removes it if value is ”.
func (l *Lake) SetSetting(ctx context.Context, key, value string) error {
	if err := l.writable(); err != nil {
		return err
	}
	if value == "" {
		_, err := l.write.ExecContext(ctx, "DELETE FROM settings WHERE key = ?", key)
		return err
	}
	_, err := l.write.ExecContext(ctx,
		"INSERT INTO settings (key, value) VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value", key, value)
	return err
}

// newID returns 16 hexadecimal digits that no other writer or reader has.
func (l *Lake) newID() (string, error) {
	var b [8]byte
	if _, err := io.ReadFull(l.opt.Rand, b[:]); err != nil {
		return "", err
	}
	return hex.EncodeToString(b[:]), nil
}
