package main

import (
	"fmt"
	"slices"
	"time"

	"github.com/azflow/azflow/bench/proctime"
)

// cost returns the processor and wall time that f takes.
func cost(f func() error) (cpu, wall time.Duration, err error) {
	before, err := proctime.Spent()
	if err != nil {
		return 0, 0, err
	}
	start := time.Now()
	if err := f(); err != nil {
		return 0, 0, err
	}
	wall = time.Since(start)
	after, err := proctime.Spent()
	return after - before, wall, err
}

func median[T int64 | float64 | time.Duration](v []T) T {
	v = slices.Clone(v)
	slices.Sort(v)
	return v[len(v)/2]
}

// way is one way to do what others do too.
type way struct {
	name string
	run  func() error // what is measured
	// cost returns what run took if another process did it; nil if this one did.
	cost   func() (cpu, wall time.Duration)
	result func() (string, error) // what came out, in words; and tidies up
}

// spent is what a way takes, the medians of its runs.
type spent struct{ cpu, wall time.Duration }

// race runs all ways in turn, times over, and returns what each takes. All must
// come to the same.
func race(ways []way, times int) ([]spent, error) {
	cpus := make([][]time.Duration, len(ways))
	walls := make([][]time.Duration, len(ways))
	want := ""
	for round := range times {
		for i, w := range ways {
			cpu, wall, err := cost(w.run)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", w.name, err)
			}
			if w.cost != nil {
				cpu, wall = w.cost()
			}
			out, err := w.result()
			if err != nil {
				return nil, fmt.Errorf("%s: %w", w.name, err)
			}
			if round == 0 && i == 0 {
				want = out
			}
			if out != want {
				return nil, fmt.Errorf("%s comes to %s, %s to %s", w.name, out, ways[0].name, want)
			}
			cpus[i], walls[i] = append(cpus[i], cpu), append(walls[i], wall)
		}
	}
	out := make([]spent, len(ways))
	for i, w := range ways {
		out[i] = spent{median(cpus[i]), median(walls[i])}
		fmt.Printf("  %-44s %8.2f cpu-s (%.2f to %.2f)  %7.2f s (%.2f to %.2f)\n", w.name,
			out[i].cpu.Seconds(), slices.Min(cpus[i]).Seconds(), slices.Max(cpus[i]).Seconds(),
			out[i].wall.Seconds(), slices.Min(walls[i]).Seconds(), slices.Max(walls[i]).Seconds())
	}
	return out, nil
}
