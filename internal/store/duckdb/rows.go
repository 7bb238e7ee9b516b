//go:build cgo

package duckdb

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"

	mapping "github.com/duckdb/duckdb-go-bindings"

	"github.com/azflow/azflow/internal/store"
	"github.com/azflow/azflow/kql/physical"
	"github.com/azflow/azflow/kql/plan"
	"github.com/azflow/azflow/kql/types"
)

// rows streams an answer chunk by chunk.
type rows struct {
	engine   *Engine
	conn     mapping.Connection
	releases []func()
	cols     []plan.Column
	forms    []physical.Form

	ctx     context.Context
	stop    func() bool // stops listening to ctx
	stopped sync.WaitGroup
	stmt    mapping.PreparedStatement
	res     mapping.Result
	running bool
	done    bool
	first   *store.Batch // fetched when the query began
	closed  bool
}

// start runs the query up to its first chunk, so that most faults show before
// any row is out.
func (r *rows) start(ctx context.Context, text string) error {
	if mapping.Prepare(r.conn, text, &r.stmt) == mapping.StateError {
		return queryError(mapping.PrepareError(r.stmt))
	}
	return r.run(ctx)
}

// run executes the prepared statement.
func (r *rows) run(ctx context.Context) error {
	if err := context.Cause(ctx); err != nil {
		return err
	}
	r.ctx = ctx
	// Interrupting a connection must be over before it is closed: see Close.
	r.stopped.Add(1)
	conn := r.conn
	r.stop = context.AfterFunc(ctx, func() {
		defer r.stopped.Done()
		mapping.Interrupt(conn)
	})
	var pending mapping.PendingResult
	state := mapping.PendingPreparedStreaming(r.stmt, &pending)
	defer mapping.DestroyPending(&pending)
	if state == mapping.StateError {
		return r.fault(mapping.PendingError(pending))
	}
	state = mapping.ExecutePending(pending, &r.res)
	r.running = true
	if state == mapping.StateError {
		return r.fault(mapping.ResultError(&r.res))
	}
	b, err := r.fetch()
	if err == io.EOF {
		r.done = true
		return nil
	}
	if err != nil {
		return err
	}
	r.first = &b
	return nil
}

// fault turns DuckDB's message into an error; a cancelled query reports its context's.
func (r *rows) fault(msg string) error {
	if err := context.Cause(r.ctx); err != nil {
		return err
	}
	return queryError(msg)
}

func queryError(msg string) error {
	msg = strings.TrimSpace(msg)
	if i := strings.Index(msg, "\n\nLINE "); i >= 0 {
		msg = msg[:i] // an excerpt of SQL that the user did not write
	}
	return fmt.Errorf("duckdb: %s", msg)
}

// Columns implements store.Rows.
func (r *rows) Columns() []plan.Column { return r.cols }

// Next implements store.Rows.
func (r *rows) Next() (store.Batch, error) {
	if r.closed {
		return store.Batch{}, errors.New("duckdb: rows are closed")
	}
	if r.done {
		return store.Batch{}, io.EOF
	}
	if r.first != nil {
		b := *r.first
		r.first = nil
		return b, nil
	}
	b, err := r.fetch()
	if err == io.EOF {
		r.done = true
	}
	return b, err
}

func (r *rows) fetch() (store.Batch, error) {
	for {
		chunk := mapping.FetchChunk(r.res)
		if chunk.Ptr == nil {
			if msg := mapping.ResultError(&r.res); msg != "" {
				return store.Batch{}, r.fault(msg)
			}
			if err := context.Cause(r.ctx); err != nil {
				return store.Batch{}, err
			}
			return store.Batch{}, io.EOF
		}
		b, err := r.batch(chunk)
		mapping.DestroyDataChunk(&chunk)
		if err != nil || b.Rows > 0 {
			return b, err
		}
	}
}

// batch copies a chunk.
func (r *rows) batch(chunk mapping.DataChunk) (store.Batch, error) {
	n := int(mapping.DataChunkGetSize(chunk))
	b := store.Batch{Rows: n}
	for i, c := range r.cols {
		v := &types.Vector{Type: c.Type}
		if err := load(mapping.DataChunkGetVector(chunk, mapping.IdxT(i)), v, n, r.forms[i], true); err != nil {
			return b, fmt.Errorf("duckdb: column %s: %w", c.Name, err)
		}
		b.Columns = append(b.Columns, v)
	}
	return b, nil
}

// Close implements store.Rows.
func (r *rows) Close() error {
	if r.closed {
		return nil
	}
	r.closed = true
	r.finish()
	r.engine.disconnect(&r.conn)
	for _, f := range r.releases {
		f()
	}
	return nil
}

// finish ends the query but not its connection.
func (r *rows) finish() {
	if r.stop != nil {
		if r.stop() {
			r.stopped.Done()
		}
		r.stopped.Wait()
	}
	if r.running {
		mapping.DestroyResult(&r.res)
	}
	mapping.DestroyPrepare(&r.stmt)
}
