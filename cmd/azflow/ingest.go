package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/azflow/azflow/internal/ingest"
	"github.com/azflow/azflow/internal/lake"
	"github.com/azflow/azflow/internal/source"
	"github.com/azflow/azflow/internal/source/dir"
)

func (p *program) ingestCommand() *cobra.Command {
	var from, to string
	cmd := &cobra.Command{
		Use:     "ingest PATH...",
		Short:   "Take in flow logs from files, folders or standard input",
		GroupID: groupData,
		Long: `Reads NSG flow logs (versions 1 and 2), virtual network flow logs (version 4)
and flattened events, plain, gzipped or Zstandard, and stores each tuple once.

A folder is read with all below it, a glob with all that it matches, and - is
standard input. A blob is known by its Azure path wherever its copy lies, so the
same blob read twice counts once; one that grew is read on from where it ended;
one that was written anew replaces its old rows.`,
		Example: `  azflow ingest ./insights-logs-flowlogflowevent
  azflow ingest 'logs/*.json.gz' --from 2026-03-01 --to 2026-03-02
  zstdcat old.ndjson.zst | azflow ingest -`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			span, err := parseSpan(from, to, time.Now())
			if err != nil {
				return err
			}
			return p.ingest(c.Context(), args, span)
		},
	}
	cmd.Flags().StringVar(&from, "from", "", "leave out blobs of earlier hours (2026-03-01, 2026-03-01T10:00Z or 24h ago as 24h)")
	cmd.Flags().StringVar(&to, "to", "", "leave out blobs of this hour and later ones")
	cmd.Flags().Var(p.setting("workers"), "workers", "how many inputs are read at once (default: the number of processors)")
	cmd.Flags().Var(p.setting("interval"), "interval", "interval of NTANetAnalytics in a new lake: 10m or 60m")
	return cmd
}

// openLake opens the lake of the configuration.
func (p *program) openLake(ctx context.Context, mustExist bool) (*lake.Lake, error) {
	opt := lake.Options{MustExist: mustExist, Version: version()}
	if v := p.cfg.Text("interval"); v != "" && p.flags["interval"] != "" {
		opt.Interval = p.cfg.Duration("interval")
	} else if !mustExist {
		if _, err := os.Stat(filepath.Join(p.cfg.Text("data"), "catalog.db")); errors.Is(err, os.ErrNotExist) {
			opt.Interval = p.cfg.Duration("interval")
		}
	}
	l, err := lake.Open(ctx, p.cfg.Text("data"), opt)
	if errors.Is(err, lake.ErrNoLake) {
		return nil, &failure{code: exitFailure, err: fmt.Errorf("no lake in %s", p.cfg.Text("data")), hint: "`azflow ingest PATH` makes one, `azflow demo` one to play with; --data or AZFLOW_DATA names another folder"}
	}
	return l, err
}

func (p *program) ingest(ctx context.Context, paths []string, span timeSpan) error {
	l, err := p.openLake(ctx, false)
	if err != nil {
		return err
	}
	defer func() { _ = l.Close() }()
	src, done, err := p.openSource(paths, l.Dir())
	if err != nil {
		return err
	}
	defer done()
	return p.ingestFrom(ctx, l, src, span, ingest.Options{})
}

// ingestMemory is from where on the collector works harder while logs are taken
// in: the whole process is to stay below 256 MB with two workers.
const ingestMemory = 160 << 20

// ingestFrom ingests src with progress and prints the summary.
func (p *program) ingestFrom(ctx context.Context, l *lake.Lake, src source.Source, span timeSpan, opt ingest.Options) error {
	if debug.SetMemoryLimit(-1) == math.MaxInt64 { // GOMEMLIMIT is not set
		debug.SetMemoryLimit(ingestMemory)
	}
	bar := newProgress(p.err, p.quiet)
	opt.Workers, opt.Now, opt.From, opt.To, opt.Progress = p.cfg.Whole("workers"), time.Now, span.from, span.to, bar.ingest
	g := ingest.New(l, opt)
	sum, err := g.Run(ctx, src)
	bar.clear()
	switch {
	case errors.Is(err, ingest.ErrNoInput):
		looked := ""
		if d, ok := src.(*dir.Source); ok {
			looked = "; looked for\n" + strings.TrimRight(d.LookedFor(), "\n")
		}
		return &failure{code: exitUsage, err: fmt.Errorf("%w%s", err, looked), hint: "Azure's blobs are called PT1H.json; --from and --to leave out whole hours"}
	case err != nil && ctx.Err() == nil:
		return withHint(err, "what was committed stays; run the same command again to go on")
	}
	p.summarise(sum)
	if err != nil {
		return err
	}
	if len(sum.Failed) > 0 {
		return &failure{code: exitPartial, shown: true, err: errors.New("some input could not be read")}
	}
	return nil
}

// openSource returns the source that the arguments name.
func (p *program) openSource(paths []string, data string) (source.Source, func(), error) {
	if slices.Contains(paths, "-") {
		if len(paths) > 1 {
			return nil, nil, usage("read standard input by itself: azflow ingest -", "- stands with other paths")
		}
		s, err := dir.Spool(p.in, filepath.Join(data, "spool"))
		if err != nil {
			return nil, nil, err
		}
		return s, func() { _ = s.Close() }, nil
	}
	return dir.New(paths...), func() {}, nil
}

// summarise prints what an ingest did.
func (p *program) summarise(s *ingest.Summary) {
	if p.quiet && len(s.Failed) == 0 && len(s.Refused) == 0 {
		return
	}
	w := p.err
	secs := s.Elapsed.Seconds()
	fmt.Fprintf(w, "%s, %s, %s stored in %.1f s (%s tuples/s, %s/s)\n",
		things(s.Blobs, "blob"), things(s.Records, "record"), things(s.Tuples, "tuple"), secs, count(int64(float64(s.Tuples)/max(secs, 1e-3))), bytesText(int64(float64(s.LogBytes)/max(secs, 1e-3))))
	if s.Stored > 0 {
		fmt.Fprintf(w, "already stored: %s\n", things(s.Stored, "blob"))
	}
	if s.Held > 0 {
		fmt.Fprintf(w, "left to another azflow that is reading them: %s\n", things(s.Held, "blob"))
	}
	for _, name := range s.Rewritten {
		fmt.Fprintf(w, "rewritten since it was read, its old rows are replaced: %s\n", name)
	}
	if n := s.RefusedCount(); n > 0 {
		fmt.Fprintf(w, "in quarantine: %s (table IngestErrors keeps up to 1,000 a record)\n", count(n))
		reasons := make([]string, 0, len(s.Refused))
		for r := range s.Refused {
			reasons = append(reasons, r)
		}
		slices.SortFunc(reasons, func(a, b string) int {
			if s.Refused[a] != s.Refused[b] {
				return int(s.Refused[b] - s.Refused[a])
			}
			return strings.Compare(a, b)
		})
		for i, r := range reasons {
			if i == 10 {
				fmt.Fprintf(w, "  … and %d other reasons\n", len(reasons)-i)
				break
			}
			fmt.Fprintf(w, "  %8s  %s\n", count(s.Refused[r]), r)
		}
	}
	for i, d := range s.Drift {
		if i == 0 {
			fmt.Fprintln(w, "read, but not as documented:")
		}
		if i == 10 {
			fmt.Fprintf(w, "  … and %d other kinds\n", len(s.Drift)-i)
			break
		}
		fmt.Fprintf(w, "  %8s  %s %s\n", count(d.Count), d.Kind, d.What)
	}
	for _, err := range s.Failed {
		fmt.Fprintf(w, "could not be read: %v\n", err)
	}
}

// progress draws one line on a terminal, and nothing anywhere else.
type progress struct {
	w    io.Writer
	on   bool
	last int
}

func newProgress(w io.Writer, quiet bool) *progress {
	_, tty := terminal(w)
	return &progress{w: w, on: tty && !quiet}
}

func (b *progress) ingest(x ingest.Progress) {
	if !b.on {
		return
	}
	secs := max(x.Elapsed.Seconds(), 1e-3)
	line := fmt.Sprintf("%s/%s blobs  %s tuples  %s tuples/s  %s/s", count(x.BlobsDone), count(x.Blobs), count(x.Tuples),
		count(int64(float64(x.Tuples)/secs)), bytesText(int64(float64(x.BytesDone)/secs)))
	if x.Bytes > 0 && x.BytesDone > 0 && secs > 1 {
		left := time.Duration(float64(x.Elapsed) * float64(x.Bytes-x.BytesDone) / float64(x.BytesDone))
		line += fmt.Sprintf("  %d %%, %s left", 100*x.BytesDone/x.Bytes, left.Round(time.Second))
	}
	b.draw(line)
}

func (b *progress) draw(line string) {
	pad := max(0, b.last-len(line))
	fmt.Fprintf(b.w, "\r%s%s", line, strings.Repeat(" ", pad))
	b.last = len(line)
}

func (b *progress) clear() {
	if b.on && b.last > 0 {
		fmt.Fprintf(b.w, "\r%s\r", strings.Repeat(" ", b.last))
		b.last = 0
	}
}
