package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/azflow/azflow/internal/config"
	"github.com/azflow/azflow/internal/follow"
	"github.com/azflow/azflow/internal/ingest"
	"github.com/azflow/azflow/internal/lake"
	"github.com/azflow/azflow/internal/source"
	"github.com/azflow/azflow/internal/source/azqueue"
)

// followFlags say how to follow.
type followFlags struct {
	on      bool
	poll    time.Duration
	metrics string
	queue   string
	args    []string // the sources
}

func (o *followFlags) add(cmd *cobra.Command) {
	f := cmd.Flags()
	f.BoolVar(&o.on, "follow", false, "go on reading what is added, until Ctrl-C or SIGTERM")
	f.DurationVar(&o.poll, "poll", 30*time.Second, "with --follow: how long to wait between two passes, on average")
	f.StringVar(&o.metrics, "metrics", "", "with --follow: tell Prometheus at this address, such as 127.0.0.1:9464, path /metrics")
	f.StringVar(&o.queue, "queue", "", "with --follow: read at once what a storage queue of BlobCreated events names: NAME or https://ACCOUNT.queue.core.windows.net/NAME")
}

// check finds what does not go together.
func (o *followFlags) check(args []string) error {
	switch {
	case o.on && len(args) == 1 && args[0] == "-":
		return usage("leave out --follow: standard input is read to its end", "standard input cannot be followed")
	case !o.on && o.metrics != "":
		return usage("add --follow", "--metrics tells of a follower, and --follow is not given")
	case !o.on && o.queue != "":
		return usage("add --follow", "--queue wakes a follower, and --follow is not given")
	case o.poll < time.Second:
		return usage("give 1s or more", "--poll %s is too short", o.poll)
	}
	return nil
}

// follow keeps l up with src until ctx ends.
func (p *program) follow(ctx context.Context, l *lake.Lake, src source.Source, o followFlags) error {
	p.limitMemory()
	price := priceOf(p.cfg)
	metrics := follow.NewMetrics(time.Now)
	if o.metrics != "" {
		stop, err := p.serveMetrics(ctx, o.metrics, metrics.Handler())
		if err != nil {
			return err
		}
		defer stop()
	}
	opt := ingest.Options{Workers: p.cfg.Whole("workers"), Now: time.Now}
	done, err := p.openGeoIP(&opt)
	if err != nil {
		return err
	}
	defer done()
	var queue *azqueue.Queue
	var wake chan time.Time
	if o.queue != "" {
		if queue, err = p.openQueue(ctx, l, o.queue, o.args); err != nil {
			return err
		}
		wake = make(chan time.Time)
		defer listen(ctx, queue, wake)()
		p.note("listening to %s", queue)
	}
	p.note("following %s every %s or so; Ctrl-C ends it", src, o.poll)
	last := ""
	err = follow.Run(ctx, l, src, follow.Options{
		Poll: o.poll, Rand: rand.Float64, Ingest: opt, Wake: wake,
		Passed: func(pass follow.Pass) {
			if queue != nil {
				queue.Passed(azqueue.Pass{Started: pass.Started, From: pass.From, Complete: pass.Complete()})
			}
			metrics.Passed(pass, price)
			last = p.passed(pass, last)
		},
	})
	switch {
	case errors.Is(err, ingest.ErrNoInput):
		return noInput(src, err)
	case err != nil:
		return lakeFailure(err)
	}
	p.note("stopped; what was read is stored")
	return nil
}

// passed tells what a pass did, if there is something to tell. It returns the
// troubles that it told, so that the next pass need not tell them again.
func (p *program) passed(pass follow.Pass, last string) string {
	s := pass.Summary
	at := pass.Ended.UTC().Format("15:04:05Z")
	if s.Records > 0 || len(s.Rewritten) > 0 {
		p.note("%s %s of %s, %s stored in %.1f s", at, things(s.Records, "record"), things(s.Blobs-s.Stored, "blob"), things(s.Tuples, "tuple"), s.Elapsed.Seconds())
	}
	for _, name := range s.Rewritten {
		p.note("%s rewritten since it was read, its old rows are replaced: %s", at, name)
	}
	if n := s.RefusedCount(); n > 0 {
		p.note("%s in quarantine: %s (table IngestErrors)", at, count(n))
	}
	troubles := ""
	if pass.Err != nil && !errors.Is(pass.Err, context.Canceled) {
		troubles += explained("  ", pass.Err)
	}
	for _, err := range s.Failed {
		troubles += explained("  ", err)
	}
	if troubles != last && troubles != "" {
		fmt.Fprintf(p.err, "azflow: %s not all could be read; the next pass tries again:\n%s", at, troubles)
	}
	if troubles == "" && last != "" {
		p.note("%s all could be read again", at)
	}
	return troubles
}

// explained writes an error with what to do about it.
func explained(what string, err error) string {
	text := fmt.Sprintf("%s%v\n", what, err)
	var f *failure
	var problem *source.Problem
	switch {
	case errors.As(err, &problem):
		text += "  hint: " + problem.Hint + "\n"
	case errors.As(lakeFailure(err), &f) && f.hint != "":
		text += "  hint: " + f.hint + "\n"
	}
	return text
}

// lakeFailure explains an error that ended an ingest.
func lakeFailure(err error) error {
	if errors.Is(err, syscall.ENOSPC) {
		return withHint(err, "the disk of the lake is full: make room, or have old rows dropped (`azflow retention set`); then run the same command again, what was committed stays")
	}
	return withHint(err, "what was committed stays; run the same command again to go on")
}

// serveMetrics answers on an address until stop is called.
func (p *program) serveMetrics(ctx context.Context, address string, h http.Handler) (stop func(), err error) {
	var listen net.ListenConfig
	l, err := listen.Listen(ctx, "tcp", address)
	if err != nil {
		return nil, usage("--metrics takes HOST:PORT, such as 127.0.0.1:9464", "--metrics: %w", err)
	}
	srv := &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second}
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := srv.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			p.note("metrics: %v", err)
		}
	}()
	p.note("metrics on http://%s/metrics", l.Addr())
	return func() {
		_ = srv.Close() // a scrape that is cut off is made again
		<-done
	}, nil
}

// priceOf returns what requests cost, in dollars, by the prices of the
// configuration.
func priceOf(cfg *config.Config) func(source.Usage) float64 {
	return func(u source.Usage) float64 { return float64(u.Requests) / 10_000 * cfg.Number("prices."+u.Operation) }
}
