// Command crash shows that azflow stores each tuple once, whatever happens: it
// runs the azflow program against Azurite while logs grow, kills it, breaks its
// connections, fills its disk, and compares the lake with what was written. The
// last lines say target by target what held; its exit status is 0 only if all
// did.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/azflow/azflow/internal/azuritetest"
)

func main() {
	if os.Getenv(envRole) == roleList {
		if err := listInChild(); err != nil {
			fmt.Fprintln(os.Stderr, "crash:", err)
			os.Exit(1)
		}
		return
	}
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "crash:", err)
		os.Exit(1)
	}
}

// errBroken is returned if a target does not hold.
var errBroken = errors.New("not all targets hold")

// trial is one run of all parts.
type trial struct {
	ctx    context.Context
	folder string // everything is written below it, and removed at the end
	azflow string // the program
	seed   uint64
	kills  int // at least
	server *azuritetest.Server
	report []target
}

// target is something that has to hold.
type target struct {
	what, got string
	holds     bool
}

// hold notes whether a target holds, and how that shows.
func (t *trial) hold(holds bool, what, got string, args ...any) {
	t.report = append(t.report, target{what, fmt.Sprintf(got, args...), holds})
	word := "holds"
	if !holds {
		word = "BROKEN"
	}
	fmt.Printf("  %s: %s (%s)\n", word, what, t.report[len(t.report)-1].got)
}

func run() error {
	t := &trial{}
	only := ""
	flag.StringVar(&t.azflow, "azflow", "bin/azflow", "the program to try")
	flag.IntVar(&t.kills, "kills", 200, "how many processes to kill, at least")
	flag.Uint64Var(&t.seed, "seed", 0, "seed of what is random; 0 for another one each time")
	flag.StringVar(&only, "only", "", "names of the parts to run, with commas; all if empty")
	flag.Parse()
	if flag.NArg() > 0 {
		return fmt.Errorf("what is %q? -h lists the flags", flag.Arg(0))
	}
	if t.seed == 0 {
		t.seed = uint64(time.Now().UnixNano())
	}
	var err error
	if t.azflow, err = filepath.Abs(t.azflow); err != nil {
		return err
	}
	if _, err := os.Stat(t.azflow); err != nil {
		return fmt.Errorf("no program to try: %w; `make build` makes it", err)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	t.ctx = ctx
	if t.folder, err = os.MkdirTemp("", "azflow-crash-"); err != nil {
		return err
	}
	defer os.RemoveAll(t.folder)
	if t.server, err = azuritetest.Start(ctx); err != nil {
		return err
	}
	defer t.server.Close()

	fmt.Printf("seed %d\n", t.seed)
	start := time.Now()
	for _, part := range []struct {
		name string
		run  func(*trial) error
	}{
		{"kills", (*trial).killing},
		{"followers", (*trial).followers},
		{"queue", (*trial).queued},
		{"faults", (*trial).faults},
		{"hour", (*trial).amplification},
		{"refusals", (*trial).refusals},
		{"identity", (*trial).identity},
		{"disk", (*trial).fullDisk},
		{"listing", (*trial).listing},
		{"throughput", (*trial).throughput},
	} {
		if only != "" && !strings.Contains(","+only+",", ","+part.name+",") {
			continue
		}
		fmt.Printf("\n%s (after %.0f s)\n", part.name, time.Since(start).Seconds())
		if err := part.run(t); err != nil {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			t.hold(false, part.name+": the trial goes to its end", "%v", err)
		}
	}
	fmt.Printf("\n%.0f s in all, seed %d. Target by target:\n", time.Since(start).Seconds(), t.seed)
	return t.verdict()
}

// verdict prints what holds.
func (t *trial) verdict() error {
	broken := 0
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	for _, x := range t.report {
		word := "holds"
		if !x.holds {
			word = "BROKEN"
			broken++
		}
		got, _, more := strings.Cut(x.got, "\n")
		if more {
			got += " …"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\n", word, x.what, got)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if broken > 0 || len(t.report) == 0 {
		return errBroken
	}
	return nil
}
