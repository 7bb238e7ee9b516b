//go:build cgo

package duckdb

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"

	mapping "github.com/duckdb/duckdb-go-bindings"

	"github.com/azflow/azflow/internal/store"
	"github.com/azflow/azflow/kql/fn"
	"github.com/azflow/azflow/kql/sqlgen"
	"github.com/azflow/azflow/kql/sqlgen/duckdb"
)

// Engine is an embedded DuckDB, in memory but for Config.Database.
type Engine struct {
	cfg     Config
	dialect *duckdb.Dialect
	db      mapping.Database

	mu        sync.Mutex
	control   mapping.Connection // functions are registered here
	functions map[string]bool    // those that are
	open      int                // connections in use
	closed    bool
}

var _ store.Engine = (*Engine)(nil)

// Open starts a DuckDB that can read nothing but the files below
// cfg.Segments.
func Open(cfg Config) (*Engine, error) {
	if cfg.Context == nil {
		cfg.Context = func() *fn.Ctx { return &fn.Ctx{} }
	}
	e := &Engine{cfg: cfg, dialect: duckdb.New(), functions: map[string]bool{}}
	var conf mapping.Config
	if mapping.CreateConfig(&conf) == mapping.StateError {
		return nil, errors.New("duckdb: no memory for a configuration")
	}
	defer mapping.DestroyConfig(&conf)
	path, options := ":memory:", [][2]string{{"autoinstall_known_extensions", "false"}, {"autoload_known_extensions", "false"}}
	if cfg.Database != "" {
		path, options = cfg.Database, append(options, [2]string{"access_mode", "READ_ONLY"})
	}
	for _, o := range options {
		if mapping.SetConfig(conf, o[0], o[1]) == mapping.StateError {
			return nil, fmt.Errorf("duckdb: option %s is unknown", o[0])
		}
	}
	var msg string
	if mapping.OpenExt(path, &e.db, conf, &msg) == mapping.StateError {
		return nil, fmt.Errorf("duckdb: %s", msg)
	}
	if mapping.Connect(e.db, &e.control) == mapping.StateError {
		mapping.Close(&e.db)
		return nil, errors.New("duckdb: no connection")
	}
	if err := e.lockDown(); err != nil {
		mapping.Disconnect(&e.control)
		mapping.Close(&e.db)
		return nil, err
	}
	return e, nil
}

// lockDown sets the limits and then takes the right to change them. The order
// matters: once external access is off no folder can be allowed any more.
func (e *Engine) lockDown() error {
	var sets []string
	set := func(name, value string) { sets = append(sets, "SET "+name+" = "+value) }
	set("temp_directory", duckdb.QuoteString(e.cfg.TempDir))
	if e.cfg.MemoryLimit != "" {
		set("memory_limit", duckdb.QuoteString(e.cfg.MemoryLimit))
	}
	if e.cfg.Threads > 0 {
		set("threads", strconv.Itoa(e.cfg.Threads))
	}
	set("TimeZone", "'UTC'")
	if e.cfg.Segments != "" {
		dir, err := filepath.Abs(e.cfg.Segments)
		if err != nil {
			return fmt.Errorf("duckdb: folder of segments: %w", err)
		}
		if dir, err = filepath.EvalSymlinks(dir); err != nil {
			return fmt.Errorf("duckdb: folder of segments: %w", err)
		}
		e.cfg.Segments = dir
		set("allowed_directories", "["+duckdb.QuoteString(dir+string(os.PathSeparator))+"]")
	}
	set("enable_external_access", "false")
	set("lock_configuration", "true")
	for _, s := range sets {
		if err := exec(e.control, s); err != nil {
			return fmt.Errorf("duckdb: %s: %w", strings.SplitN(s, " = ", 2)[0], err)
		}
	}
	return nil
}

// Dialect implements store.Engine.
func (e *Engine) Dialect() sqlgen.Dialect { return e.dialect }

// Close implements store.Engine. DuckDB itself is released once the rows of
// the last query are closed.
func (e *Engine) Close() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closed {
		return nil
	}
	e.closed = true
	e.release()
	return nil
}

// release frees DuckDB once it is closed and unused. e.mu is held.
func (e *Engine) release() {
	if e.closed && e.open == 0 {
		mapping.Disconnect(&e.control)
		mapping.Close(&e.db)
	}
}

// connect opens a connection; disconnect gives it back.
func (e *Engine) connect() (mapping.Connection, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closed {
		return mapping.Connection{}, store.ErrClosed
	}
	var c mapping.Connection
	if mapping.Connect(e.db, &c) == mapping.StateError {
		return c, errors.New("duckdb: no connection")
	}
	e.open++
	return c, nil
}

func (e *Engine) disconnect(c *mapping.Connection) {
	mapping.Disconnect(c)
	e.mu.Lock()
	defer e.mu.Unlock()
	e.open--
	e.release()
}

// Query implements store.Engine.
func (e *Engine) Query(ctx context.Context, part *sqlgen.Part) (store.Rows, error) {
	for _, c := range part.Calls {
		if err := e.register(c); err != nil {
			return nil, err
		}
	}
	rows, err := e.query(ctx, part)
	if err != nil && ctx.Err() == nil && missingFile(err) {
		// A segment was removed between resolving and opening; no row is out yet.
		rows, err = e.query(ctx, part)
	}
	if err != nil && ctx.Err() == nil && part.Exact != "" && overflow(err) {
		exact := *part
		exact.SQL = part.Exact
		rows, err = e.query(ctx, &exact)
	}
	if err != nil {
		return nil, err // not rows, whose nil is not a nil interface
	}
	return rows, nil
}

func missingFile(err error) bool {
	s := err.Error()
	return strings.Contains(s, "No files found") || strings.Contains(s, "No such file")
}

// overflow reports whether DuckDB's checked arithmetic failed.
func overflow(err error) bool {
	return strings.Contains(err.Error(), "Out of Range Error: Overflow in ")
}

func (e *Engine) query(ctx context.Context, part *sqlgen.Part) (_ *rows, err error) {
	conn, err := e.connect()
	if err != nil {
		return nil, err
	}
	r := &rows{engine: e, conn: conn}
	defer func() {
		if err != nil {
			r.Close()
		}
	}()
	var with []string
	for _, s := range part.Scans {
		if e.cfg.Resolver == nil {
			return nil, fmt.Errorf("no table %s: the engine has no data", s.Table)
		}
		rel, err := e.cfg.Resolver.Resolve(ctx, s)
		if err != nil {
			return nil, err
		}
		if rel.Release != nil {
			r.releases = append(r.releases, rel.Release)
		}
		text, err := e.writer(conn).Relation(s, rel)
		if err != nil {
			return nil, err
		}
		with = append(with, s.Name+" AS NOT MATERIALIZED (\n"+text+")")
	}
	for _, c := range part.Columns {
		r.cols = append(r.cols, c.Column)
		r.forms = append(r.forms, c.Form)
	}
	return r, r.start(ctx, part.Over(with))
}

// exec runs a statement that gives no rows.
func exec(c mapping.Connection, text string) error {
	var res mapping.Result
	state := mapping.Query(c, text, &res)
	defer mapping.DestroyResult(&res)
	if state == mapping.StateError {
		return errors.New(mapping.ResultError(&res))
	}
	return nil
}
