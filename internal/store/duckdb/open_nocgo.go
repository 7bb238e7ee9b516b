//go:build !cgo

package duckdb

import (
	"errors"

	"github.com/azflow/azflow/internal/store"
)

// Open fails: this build has no DuckDB.
func Open(Config) (store.Engine, error) {
	return nil, errors.New("this azflow was built without cgo and has no DuckDB: build it with CGO_ENABLED=1")
}
