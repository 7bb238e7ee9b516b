// Command clickhouse runs its arguments, statements of ClickHouse, in the engine
// of libchdb, and prints the last one's answer and the time of all but that one.
//
// It is a program of its own since libchdb hangs in a process that has DuckDB
// linked into it.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"time"

	"github.com/azflow/azflow/bench/proctime"
	"github.com/azflow/azflow/internal/chdb"
)

// Result is what is printed, as JSON.
type Result struct {
	CPU, Wall time.Duration
	Answer    string // tab-separated
}

func main() {
	chdb.RunChild()
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "clickhouse:", err)
		os.Exit(1)
	}
}

func run(statements []string) error {
	if len(statements) == 0 {
		return fmt.Errorf("no statement to run")
	}
	ctx := context.Background()
	c, err := chdb.Open(os.Getenv(chdb.LibraryEnv))
	if err != nil {
		return err
	}
	defer c.Close()                                            // it holds nothing that is kept
	if _, err := c.Query(ctx, "select 1", "TSV"); err != nil { // start it
		return err
	}
	before, err := proctime.Spent()
	if err != nil {
		return err
	}
	start := time.Now()
	last := len(statements) - 1
	for _, s := range statements[:last] {
		if _, err := c.Query(ctx, s, "TSV"); err != nil {
			return err
		}
	}
	r := Result{Wall: time.Since(start)}
	after, err := proctime.Spent()
	if err != nil {
		return err
	}
	r.CPU = after - before
	answer, err := c.Query(ctx, statements[last], "TSV")
	if err != nil {
		return err
	}
	r.Answer = string(answer)
	return json.NewEncoder(os.Stdout).Encode(r)
}
