// Package store is the port through which queries reach an engine: it runs the
// parts of a statement and hands back rows as they come.
package store

import (
	"context"
	"errors"

	"github.com/azflow/azflow/kql/plan"
	"github.com/azflow/azflow/kql/sqlgen"
	"github.com/azflow/azflow/kql/types"
)

// An Engine answers queries over the tables that its Resolver finds. It is
// safe for concurrent use.
type Engine interface {
	// Query runs one part of a statement. The rows must be closed; cancelling
	// ctx stops the query.
	Query(ctx context.Context, part *sqlgen.Part) (Rows, error)
	// Dialect is the dialect that the engine's parts must be written in.
	Dialect() sqlgen.Dialect
	// Close releases the engine; queries still running end with an error.
	Close() error
}

// Rows are the rows of an answer, in batches. Not safe for concurrent use.
type Rows interface {
	// Columns are the columns of every batch.
	Columns() []plan.Column
	// Next returns the next batch, which stays valid until the next call; at
	// the end io.EOF. No batch is empty.
	Next() (Batch, error)
	// Close releases the rows; it may be called more than once.
	Close() error
}

// A Batch is some rows, column by column.
type Batch struct {
	Rows    int
	Columns []*types.Vector
}

// A Resolver says where the rows of a scan lie.
type Resolver interface {
	// Resolve returns the relation of a scan; its Release, if any, is called
	// once the query is over.
	Resolve(ctx context.Context, scan sqlgen.Scan) (*Relation, error)
}

// A Relation is the rows of one scan: those of its files and those of Rows.
type Relation struct {
	// Files are groups of files, all of one schema version.
	Files []Files
	// Time is the files' column that From and To of the scan bound; rows of one key
	// of Merge have the same.
	Time string
	// Rows are rows held in memory, in the order of the scan's columns, in the
	// Go form of the column's type. All lie within the scan's bounds.
	Rows [][]types.Value
	// Merge says how rows of files marked Partial are made one; nil for never.
	Merge *Merge
	// Release, if not nil, is called when no file is read any more.
	Release func()
}

// Files are Parquet files that hold the same columns.
type Files struct {
	Paths []string
	// Columns says for each column of the scan, by its name, how to have it. One
	// that is missing here is null, or '' if it is a string.
	Columns map[string]Source
	// Hidden rows do not count.
	Hidden Hidden
	// Within: all rows lie within the scan's bounds.
	Within bool
	// Partial: rows here may have to be merged with others of the same key.
	Partial bool
}

// Source is where a column of a file comes from: a column of the file, or a value.
type Source struct {
	Column string      // the file's column; "" for Value
	Value  types.Value // the same in every row
}

// Hidden are the rows of a group of files that a scan leaves out.
type Hidden struct {
	// Blobs, generations of blobs whose rows are hidden; BlobColumn and
	// GenerationColumn are the file's columns that tell them.
	Blobs                        []Blob
	BlobColumn, GenerationColumn string
	// Before hides rows whose TimeColumn is earlier; zero hides none.
	Before     types.Instant
	TimeColumn string
	// Captures hide rows whose TypeColumn is Type, of a MAC address, with a
	// TimeColumn in [From, To).
	Captures                    []Capture
	TypeColumn, Type, MACColumn string
	// Prefixes hide rows of which any of PrefixColumns begins, in lower case, with
	// one of them.
	Prefixes      []string
	PrefixColumns []string
}

// A Blob is one reading of a blob.
type Blob struct {
	ID         string
	Generation int64
}

// A Capture is a NIC's traffic over some time.
type Capture struct {
	MAC      string
	From, To types.Instant
}

// Merge makes one row of all that share Keys. Columns are names of the file's
// columns; any that is not listed takes its value from any of the rows.
type Merge struct {
	Keys []string
	Sum  []string
	Min  []string
	Max  []string
	Join Join
	// Present is the column whose sum is 0 in a row that has nothing left, and
	// is none; "" for no such column.
	Present string
}

// Join are two columns that hold a set: its entry, if it has one, or all of them
// as text. The sets of rows are united, and then held as text.
type Join struct {
	One       string // null if the set has none or several
	Several   string // entries divided by Separator, sorted by length and text; "" if the set has one
	Separator string
}

// ErrClosed is returned by an engine that has been closed.
var ErrClosed = errors.New("the engine is closed")
