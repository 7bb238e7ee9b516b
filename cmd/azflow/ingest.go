package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/azflow/azflow/internal/app"
	"github.com/azflow/azflow/internal/enrich/geoip"
	"github.com/azflow/azflow/internal/ingest"
	"github.com/azflow/azflow/internal/lake"
	"github.com/azflow/azflow/internal/source"
)

func (p *program) ingestCommand() *cobra.Command {
	var o ingestFlags
	var f followFlags
	var retry bool
	cmd := &cobra.Command{
		Use:     "ingest [SOURCE...]",
		Short:   "Take in flow logs from storage accounts, files or standard input",
		GroupID: groupData,
		Long: `Reads NSG flow logs (versions 1 and 2), virtual network flow logs (version 4)
and flattened events, plain, gzipped or Zstandard, and stores each tuple once.

A SOURCE is az://ACCOUNT[/CONTAINER[/PREFIX]], a file, a folder (read with all below
it), a glob (with all that it matches), or - for standard input. Without one, the
storage accounts of the configuration are read. Nothing is ever written to an
account; secrets come from AZURE_STORAGE_CONNECTION_STRING, AZURE_STORAGE_KEY,
AZURE_STORAGE_SAS_TOKEN, a file or a prompt, else Entra ID is asked.

A blob is known by its Azure path wherever its copy lies, so the same blob read
twice counts once; one that grew is read on from where it ended; one that was
written anew replaces its old rows.`,
		Example: `  azflow ingest az://contosologs --last 24h
  azflow ingest az://contosologs/insights-logs-flowlogflowevent --vnet vnet-prod
  azflow ingest ./insights-logs-flowlogflowevent
  azflow ingest 'logs/*.json.gz' --from 2026-03-01 --to 2026-03-02
  zstdcat old.ndjson.zst | azflow ingest -
  azflow ingest --follow --metrics 127.0.0.1:9464
  azflow ingest az://contosologs --follow --queue flow-logs --poll 10m
  azflow ingest --retry-errors az://contosologs`,
		RunE: func(c *cobra.Command, args []string) error {
			filter, err := p.filter(c.Context(), &o, time.Now())
			if err != nil {
				return err
			}
			if err := f.check(args); err != nil {
				return err
			}
			return p.ingest(c.Context(), args, filter, retry, f)
		},
	}
	o.add(p, cmd)
	f.add(cmd)
	cmd.Flags().BoolVar(&retry, "retry-errors", false, "read again, and only, the blobs of which something is in quarantine, as after an upgrade")
	cmd.MarkFlagsMutuallyExclusive("retry-errors", "follow")
	cmd.Flags().Var(p.setting("workers"), "workers", "how many inputs are read at once (default: the number of processors)")
	cmd.Flags().Var(p.setting("geoip_city"), "geoip-city", "MaxMind database of cities or countries (.mmdb)")
	cmd.Flags().Var(p.setting("geoip_asn"), "geoip-asn", "MaxMind database of autonomous systems (.mmdb)")
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
		return nil, &failure{code: exitFailure, err: fmt.Errorf("%w in %s", lake.ErrNoLake, p.cfg.Text("data")), hint: "`azflow ingest PATH` makes one, `azflow demo` one to play with; --data or AZFLOW_DATA names another folder"}
	}
	return l, err
}

func (p *program) ingest(ctx context.Context, args []string, filter source.Filter, retry bool, f followFlags) error {
	src, done, err := p.openSource(args, filter, flowLogs())
	if err != nil {
		return err
	}
	defer done()
	if !p.lakeExists() && !f.on {
		// A mistyped name is to leave no empty lake behind.
		if found, err := lists(ctx, src); !found {
			return noInput(src, errors.Join(ingest.ErrNoInput, err))
		}
		db, _, err := p.geoIP()
		if err != nil {
			return err
		}
		if db != nil {
			_ = db.Close() // it was only looked at
		}
	}
	l, err := p.openLake(ctx, retry)
	if err != nil {
		return err
	}
	defer func() { _ = l.Close() }()
	if f.on {
		f.args = args
		return p.follow(ctx, l, src, f)
	}
	return p.ingestFrom(ctx, l, src, ingest.Options{RetryErrors: retry})
}

// partialCode returns the exit code after some input could not be read.
func partialCode(failed []error) int {
	for _, err := range failed {
		var problem *source.Problem
		if errors.As(err, &problem) && problem.Auth {
			return exitAuth
		}
	}
	return exitPartial
}

// lakeExists reports whether there is a lake in the folder of the configuration.
func (p *program) lakeExists() bool {
	_, err := os.Stat(filepath.Join(p.cfg.Text("data"), "catalog.db"))
	return !errors.Is(err, os.ErrNotExist)
}

// lists reports whether a source lists anything, or else what went wrong.
func lists(ctx context.Context, src source.Source) (found bool, err error) {
	var failed []error
	for _, err := range src.List(ctx) {
		if err == nil {
			return true, nil
		}
		failed = append(failed, err)
	}
	return false, errors.Join(append(failed, ctx.Err())...)
}

// noInput explains ingest.ErrNoInput.
func noInput(src source.Source, err error) error {
	var problem *source.Problem
	if errors.As(err, &problem) {
		return sourceFailure(problem)
	}
	if l, ok := src.(interface{ LookedFor() string }); ok && l.LookedFor() != "" {
		err = fmt.Errorf("%w; looked for\n%s", err, strings.TrimRight(l.LookedFor(), "\n"))
	}
	return &failure{code: exitUsage, err: err, hint: "Azure's blobs are called PT1H.json; --from, --to and --last leave out whole hours"}
}

// sourceFailure returns the failure that a source's problem ends the program with.
func sourceFailure(p *source.Problem) error {
	code := exitFailure
	if p.Auth {
		code = exitAuth
	}
	return &failure{code: code, err: p, hint: p.Hint}
}

// ingestMemory is from where on the collector works harder while logs are taken
// in: the whole process is to stay below 256 MB with two workers.
const ingestMemory = 160 << 20

// limitMemory keeps the process below the bound while logs are taken in.
func (p *program) limitMemory() {
	if debug.SetMemoryLimit(-1) == math.MaxInt64 { // GOMEMLIMIT is not set
		debug.SetMemoryLimit(ingestMemory)
	}
}

// geoIP opens the databases of the configuration, nil for none, with warnings of
// those that are not there.
func (p *program) geoIP() (*geoip.DB, []string, error) {
	db, warnings, err := app.GeoIP(p.cfg)
	if err != nil {
		return nil, nil, usage("--geoip-city and --geoip-asn name MaxMind databases, as GeoLite2-City.mmdb", "%w", err)
	}
	return db, warnings, nil
}

// openGeoIP opens the databases of the configuration for an ingest, and returns a
// function that ends their use.
func (p *program) openGeoIP(opt *ingest.Options) (done func(), err error) {
	db, warnings, err := p.geoIP()
	if err != nil {
		return nil, err
	}
	for _, w := range warnings {
		p.note("warning: %s", w)
	}
	if db == nil {
		return func() {}, nil
	}
	opt.GeoIP = db
	return func() {
		if err := db.Err(); err != nil {
			p.note("warning: a part of a MaxMind database is damaged: %v", err)
		}
		_ = db.Close() // it was only read
	}, nil
}

// ingestFrom ingests src with progress and prints the summary.
func (p *program) ingestFrom(ctx context.Context, l *lake.Lake, src source.Source, opt ingest.Options) error {
	p.limitMemory()
	done, err := p.openGeoIP(&opt)
	if err != nil {
		return err
	}
	defer done()
	bar := newProgress(p.err, p.quiet)
	opt.Workers, opt.Now, opt.Progress = p.cfg.Whole("workers"), time.Now, bar.ingest
	g := ingest.New(l, opt)
	sum, err := g.Run(ctx, src)
	bar.clear()
	switch {
	case errors.Is(err, ingest.ErrNoInput):
		p.leftAlone(sum)
		return noInput(src, err)
	case err != nil && ctx.Err() == nil:
		return lakeFailure(err)
	}
	p.summarise(sum)
	if err != nil {
		return err
	}
	if len(sum.Failed) > 0 {
		return &failure{code: partialCode(sum.Failed), shown: true, err: errors.New("some input could not be read")}
	}
	return nil
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
	if s.Gone > 0 {
		fmt.Fprintf(w, "deleted between listing and reading: %s\n", things(s.Gone, "blob"))
	}
	p.leftAlone(s)
	for _, name := range s.Rewritten {
		fmt.Fprintf(w, "rewritten since it was read, its old rows are replaced: %s\n", name)
	}
	for _, name := range s.Retried {
		fmt.Fprintf(w, "understood better than when it was read, its old rows are replaced: %s\n", name)
	}
	if s.StillRefused > 0 {
		fmt.Fprintf(w, "no better understood than before: %s\n", things(s.StillRefused, "blob"))
	}
	p.asked(s.Usage)
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
	for i, err := range s.Failed {
		if i == 10 {
			fmt.Fprintf(w, "  … and %s more\n", count(int64(len(s.Failed)-i)))
			break
		}
		fmt.Fprint(w, explained("could not be read: ", err))
	}
}

// leftAlone prints which logs an ingest left.
func (p *program) leftAlone(s *ingest.Summary) {
	for _, what := range slices.Sorted(maps.Keys(s.Other)) {
		fmt.Fprintf(p.err, "left alone, since they are no flow logs: %s%s\n", things(s.Other[what], what), readBy[what])
	}
}

// readBy says what reads logs that are no flow logs.
var readBy = map[string]string{"activity log": "; `azflow inventory import` reads them from the same source"}

// asked prints what was asked of storage accounts, if anything.
func (p *program) asked(all []source.Usage) {
	if requests, bytes, dollars := p.usage(all); requests > 0 {
		fmt.Fprintf(p.err, "asked of storage accounts: %s, %s of answers, about $%.4f\n", things(requests, "request"), bytesText(bytes), dollars)
	}
}

// usage sums up what was asked of storage accounts, and estimates its price.
func (p *program) usage(all []source.Usage) (requests, bytes int64, dollars float64) {
	price := priceOf(p.cfg)
	for _, u := range all {
		requests += u.Requests
		bytes += u.Bytes
		dollars += price(u)
	}
	return requests, bytes, dollars
}

// progress draws one line on a terminal, and nothing anywhere else.
type progress struct {
	w     io.Writer
	on    bool
	width int // of the terminal; 0 if it is not known
	last  int // length of the line that stands there
}

func newProgress(w io.Writer, quiet bool) *progress {
	width, tty := terminal(w)
	return &progress{w: w, on: tty && !quiet, width: width}
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
	if b.width > 1 && len(line) >= b.width { // a line that wraps cannot be drawn over
		line = line[:b.width-1]
	}
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
