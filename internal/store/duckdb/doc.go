// Package duckdb answers queries with an embedded DuckDB that reads the
// segments of a lake and calls the functions of kql/fn.
package duckdb

import (
	"github.com/azflow/azflow/internal/store"
	"github.com/azflow/azflow/kql/fn"
)

// Config says how the engine is opened.
type Config struct {
	// Segments is the folder below which every file lies that a query may read;
	// "" for none.
	Segments string
	// TempDir is where queries that outgrow the memory spill; "" spills nowhere.
	TempDir string
	// MemoryLimit is what DuckDB may use, as "2GB"; "" for 80 % of the machine's.
	MemoryLimit string
	// Database is a file of DuckDB whose tables SQL may name; it is opened for
	// reading only. "" for none.
	Database string
	// Threads is how many threads a query uses; 0 for one a core.
	Threads int
	// Resolver finds the rows of scans.
	Resolver store.Resolver
	// Context makes what functions know besides their arguments. It is called for
	// every thread; nil for nothing.
	Context func() *fn.Ctx
}
