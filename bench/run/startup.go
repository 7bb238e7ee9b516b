package main

import (
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"time"

	"github.com/azflow/azflow/internal/lake"
)

// startup measures a query that reads nothing: the process, its settings, the
// engine and the answer.
func (b *bench) startup() error {
	azflow, err := b.program("azflow", "./cmd/azflow")
	if err != nil {
		return err
	}
	data, err := b.dir("startup")
	if err != nil {
		return err
	}
	l, err := lake.Open(b.ctx, data, lake.Options{Version: "bench"})
	if err != nil {
		return err
	}
	if err := l.Close(); err != nil {
		return err
	}
	times := 10 * b.runs
	var took []time.Duration
	for range times + 1 {
		cmd := exec.CommandContext(b.ctx, azflow, "query", "--data", data, "print 1")
		start := time.Now()
		out, err := cmd.CombinedOutput()
		if err != nil {
			return fmt.Errorf("azflow query: %w: %s", err, out)
		}
		took = append(took, time.Since(start))
		if !strings.Contains(string(out), "print_0") {
			return fmt.Errorf("print 1 gives %q", out)
		}
	}
	took = took[1:] // the first read the program from disk
	fmt.Printf("  azflow query 'print 1': %.1f ms, median of %d (%.1f to %.1f)\n",
		ms(median(took)), times, ms(slices.Min(took)), ms(slices.Max(took)))
	b.limit("azflow query 'print 1', from start to end", ms(median(took)), 60, "ms", true)
	return nil
}
