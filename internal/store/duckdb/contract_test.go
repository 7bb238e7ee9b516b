//go:build cgo

package duckdb_test

import (
	"testing"

	"github.com/azflow/azflow/internal/store"
	"github.com/azflow/azflow/internal/store/duckdb"
	"github.com/azflow/azflow/internal/store/storetest"
)

func TestEngine(t *testing.T) {
	storetest.Run(t, func(t *testing.T, dir string, r store.Resolver) store.Engine {
		return open(t, duckdb.Config{Segments: dir, Resolver: r})
	})
}
