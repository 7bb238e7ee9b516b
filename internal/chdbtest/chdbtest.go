// Package chdbtest gives tests a real ClickHouse engine.
package chdbtest

import (
	"os"
	"testing"

	"github.com/azflow/azflow/internal/chdb"
)

// Main is TestMain of a package whose tests use the engine.
func Main(m *testing.M) {
	chdb.RunChild()
	os.Exit(m.Run())
}

// Open returns an engine that ends with the test. Without a library the test
// is skipped, and fails where CI is true.
func Open(t testing.TB) *chdb.Client {
	t.Helper()
	c, err := chdb.Open(os.Getenv(chdb.LibraryEnv))
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	return c
}
