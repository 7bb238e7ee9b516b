// Command run measures azflow against the alternatives, on the same generated
// logs in one run, and says target by target what holds. Its exit status is 0
// only if all targets do.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/azflow/azflow/internal/lake"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// errMissed is returned if a target does not hold.
var errMissed = errors.New("not all targets hold")

// bench is one run.
type bench struct {
	ctx    context.Context
	folder string  // everything is written below it, and removed at the end
	tuples int     // of the largest input of version 4 logs
	gate   float64 // share of each ratio that must be reached
	runs   int     // of each measurement that is compared
	quick  bool
	input  int // the one input of memory that is measured, counted from 1; 0 for all
	report []target
	lake   *lake.Lake // of all logs, compacted; storage makes it

	// lakeDir is where that lake lies; "" is in folder.
	lakeDir string
}

// target is something to be reached.
type target struct {
	what        string
	got, wanted float64
	unit        string
	atMost      bool // else at least
	gated       bool // whether gate lowers (or raises) what is wanted
}

func (t *target) holds(gate float64) bool {
	wanted := t.wanted
	if t.gated && gate > 0 {
		if t.atMost {
			wanted /= gate
		} else {
			wanted *= gate
		}
	}
	if t.atMost {
		return t.got <= wanted
	}
	return t.got >= wanted
}

func run() error {
	b := &bench{}
	parts := ""
	flag.BoolVar(&b.quick, "quick", false, "small inputs and few runs, for a gate in continuous integration")
	flag.Float64Var(&b.gate, "gate", 1, "share of each ratio that must be reached: 0.5 on a noisy machine")
	flag.StringVar(&parts, "only", "memory,decode,owners,startup,ingest,storage,queries", "which parts to run")
	flag.IntVar(&b.input, "input", 0, "which of the inputs for memory to run, counted from 1; 0 for all")
	folder := flag.String("folder", "", "folder for inputs and lakes, about 6 GB; default a temporary one")
	flag.StringVar(&b.lakeDir, "lake", "", "folder of the lake that storage makes, which is kept; queries alone ask one that is there")
	flag.Parse()
	if flag.NArg() > 0 {
		return fmt.Errorf("what is %q? bench/run -h lists the flags", flag.Arg(0))
	}
	b.tuples, b.runs = 10_000_000, 5
	if b.quick {
		b.tuples, b.runs = 500_000, 3
	}
	if v := os.Getenv("BENCH_TUPLES"); v != "" {
		n, err := strconv.Atoi(v)
		if err != nil || n < 10_000 {
			return fmt.Errorf("BENCH_TUPLES=%s: want a number of at least 10000", v)
		}
		if b.tuples = n; n < 1_000_000 {
			b.runs = 3
		}
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	b.ctx = ctx
	var err error
	if b.folder, err = os.MkdirTemp(*folder, "azflow-bench-"); err != nil {
		return err
	}
	defer os.RemoveAll(b.folder)
	if b.folder, err = filepath.Abs(b.folder); err != nil {
		return err
	}

	fmt.Printf("%s, %d processors, %s; %d tuples; medians of %d interleaved runs\n",
		processor(), runtime.NumCPU(), runtime.Version(), b.tuples, b.runs)
	start := time.Now()
	for _, part := range []struct {
		name string
		run  func(*bench) error
	}{
		{"memory", (*bench).memory}, // first: what has run before must not count
		{"decode", (*bench).decode},
		{"owners", (*bench).owners},
		{"startup", (*bench).startup},
		{"ingest", (*bench).ingest},
		{"storage", (*bench).storage},
		{"queries", (*bench).queries},
	} {
		if !strings.Contains(parts, part.name) {
			continue
		}
		fmt.Printf("\n%s (after %.0f s)\n", part.name, time.Since(start).Seconds())
		if err := part.run(b); err != nil {
			return fmt.Errorf("%s: %w", part.name, err)
		}
	}
	fmt.Printf("\n%.0f s in all. Target by target:\n", time.Since(start).Seconds())
	return b.verdict()
}

// verdict prints what holds.
func (b *bench) verdict() error {
	missed := 0
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	for _, t := range b.report {
		word, sign := "holds", "≥"
		if !t.holds(b.gate) {
			word = "MISSED"
			missed++
		}
		if t.atMost {
			sign = "≤"
		}
		line := fmt.Sprintf("%s\t%s\t%.4g %s\t%s %.4g", word, t.what, t.got, t.unit, sign, t.wanted)
		if t.gated && b.gate != 1 {
			line += fmt.Sprintf("\tgate %.2g", b.gate)
		}
		fmt.Fprintln(w, line)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if missed > 0 {
		return fmt.Errorf("%w: %d of %d missed", errMissed, missed, len(b.report))
	}
	fmt.Printf("all %d targets hold\n", len(b.report))
	return nil
}

// ratio notes a target for how many times less azflow takes.
func (b *bench) ratio(what string, got, wanted float64) {
	b.report = append(b.report, target{what: what, got: got, wanted: wanted, unit: "x", gated: true})
}

// limit notes a target for what must not be exceeded.
func (b *bench) limit(what string, got, wanted float64, unit string, gated bool) {
	b.report = append(b.report, target{what: what, got: got, wanted: wanted, unit: unit, atMost: true, gated: gated})
}

// dir makes a folder of the run.
func (b *bench) dir(name string) (string, error) {
	path := filepath.Join(b.folder, name)
	return path, os.MkdirAll(path, 0o777)
}

// processor returns the name of the processor, as Linux tells it.
func processor() string {
	text, err := os.ReadFile("/proc/cpuinfo")
	if err == nil {
		for line := range strings.Lines(string(text)) {
			if name, ok := strings.CutPrefix(line, "model name"); ok {
				return strings.TrimSpace(strings.TrimLeft(name, "\t :"))
			}
		}
	}
	return runtime.GOARCH
}
