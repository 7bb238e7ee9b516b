// Azflow turns Azure network flow logs into answers.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/azflow/azflow/internal/chdb"
)

func main() {
	chdb.RunChild() // the ClickHouse engine is this program, started again
	os.Exit(run())
}

// run is the whole program, so that tests can call it in a process of theirs.
func run() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	// A second signal ends the process at once.
	context.AfterFunc(ctx, stop)
	return execute(ctx, os.Args[1:], streams{in: os.Stdin, out: os.Stdout, err: os.Stderr})
}
