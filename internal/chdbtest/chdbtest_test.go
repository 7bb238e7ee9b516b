package chdbtest_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/azflow/azflow/internal/chdb"
	"github.com/azflow/azflow/internal/chdbtest"
)

func TestMain(m *testing.M) { chdbtest.Main(m) }

func TestTheEngineAnswers(t *testing.T) {
	c := chdbtest.Open(t)
	for range 3 {
		got, err := c.Query(context.Background(), "SELECT number, 'x' FROM numbers(2)", "TabSeparated")
		if err != nil {
			t.Fatal(err)
		}
		if string(got) != "0\tx\n1\tx\n" {
			t.Fatalf("got %q", got)
		}
	}
}

func TestAFaultyQueryCostsOnlyItself(t *testing.T) {
	c := chdbtest.Open(t)
	if _, err := c.Query(context.Background(), "SELECT nonsense(1)", "TabSeparated"); err == nil || !strings.Contains(err.Error(), "nonsense") {
		t.Fatalf("got %v", err)
	}
	if got, err := c.Query(context.Background(), "SELECT 1", "TabSeparated"); err != nil || string(got) != "1\n" {
		t.Fatalf("got %q, %v", got, err)
	}
}

func TestACancelledQueryEndsAndTheNextOneRuns(t *testing.T) {
	c := chdbtest.Open(t)
	if _, err := c.Query(context.Background(), "SELECT 1", "TabSeparated"); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 200*time.Millisecond)
	defer cancel()
	if _, err := c.Query(ctx, "SELECT count() FROM numbers(1000000000000) WHERE sipHash64(number) = 1", "TabSeparated"); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("got %v", err)
	}
	if got, err := c.Query(context.Background(), "SELECT 2", "TabSeparated"); err != nil || string(got) != "2\n" {
		t.Fatalf("got %q, %v", got, err)
	}
}

func TestWithoutALibraryTheHintSaysWhatToSet(t *testing.T) {
	if _, err := chdb.Open(""); err == nil || !strings.Contains(err.Error(), chdb.LibraryEnv) {
		t.Errorf("got %v", err)
	}
}
