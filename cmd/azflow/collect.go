package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/azflow/azflow/internal/collect"
	"github.com/azflow/azflow/internal/inventory"
	"github.com/azflow/azflow/internal/source"
	"github.com/azflow/azflow/internal/source/azblob"
)

// collectFlags say what to collect, and how often.
type collectFlags struct {
	subscriptions []string
	cloud, tenant string
	every         time.Duration
	save          string
}

// leastEvery is how often one may collect: each collection is kept.
const leastEvery = 5 * time.Minute

func (p *program) inventoryCollectCommand() *cobra.Command {
	var f collectFlags
	cmd := &cobra.Command{
		Use:   "collect",
		Short: "Read the inventory live from Azure",
		Long: `Asks Azure Resource Graph for NICs, VMs, networks, load balancers, gateways and
what else says who owns an address, in all subscriptions that the identity can
read, and the resources themselves for NICs of scale sets, routes that circuits
and VPN gateways learned, and the service tags. It asks for nothing that changes
anything.

It signs in to Entra ID as azflow ingest does (docs/guide/azure.md): the role
Reader is enough; routes of circuits and gateways need Network Contributor, or a
role with Microsoft.Network/expressRouteCircuits/peerings/routeTables/action and
Microsoft.Network/virtualNetworkGateways/getLearnedRoutes/action. What it may not
read is told, and costs nothing else.

A list shows what there is now. What happened between two is in the activity log:
import that too (azflow inventory import), or collect often.`,
		Example: `  azflow inventory collect
  azflow inventory collect --every 30m
  azflow inventory collect --subscription 00000000-0000-0000-0000-000000000001 --save ./inventory`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if f.every != 0 && f.every < leastEvery {
				return usage("", "--every %v: at least %v lie between two collections", f.every, leastEvery)
			}
			return p.collect(c.Context(), f)
		},
	}
	cmd.Flags().StringSliceVar(&f.subscriptions, "subscription", nil, "read this subscription id only")
	cmd.Flags().StringVar(&f.cloud, "cloud", "", "one of "+strings.Join(azblob.CloudNames(), ", "))
	cmd.Flags().StringVar(&f.tenant, "tenant", "", "tenant to sign in to (default: the identity's own)")
	cmd.Flags().DurationVar(&f.every, "every", 0, "go on collecting at this distance, as 30m, until interrupted")
	cmd.Flags().StringVar(&f.save, "save", "", "also write Azure's answers to this folder, which `azflow inventory import` reads")
	return cmd
}

// collect collects once, or until ctx ends.
func (p *program) collect(ctx context.Context, f collectFlags) error {
	cred, err := azblob.Entra(f.cloud, f.tenant, nil)
	var problem *source.Problem
	if errors.As(err, &problem) {
		return sourceFailure(problem)
	}
	if err != nil {
		return usage("", "--cloud: %w", err)
	}
	once := func() error {
		return p.collectOnce(ctx, collect.Options{Credential: cred, Cloud: f.cloud, Subscriptions: f.subscriptions, Now: time.Now}, f.save)
	}
	if f.every == 0 {
		return once()
	}
	return p.againAndAgain(ctx, f.every, time.After, once)
}

// againAndAgain calls once until ctx ends. What fails is told and tried again.
func (p *program) againAndAgain(ctx context.Context, every time.Duration, after func(time.Duration) <-chan time.Time, once func() error) error {
	for {
		err := once()
		if ctx.Err() != nil {
			return cmp.Or(err, ctx.Err())
		}
		if err != nil {
			p.note("warning: %v; the next try is in %v", err, every)
		}
		// Many collectors that began together do not stay together.
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-after(every + time.Duration(rand.Int64N(int64(every/10)))):
		}
	}
}

// collectOnce opens the lake when there is something to put in.
func (p *program) collectOnce(ctx context.Context, opt collect.Options, save string) error {
	bar := newProgress(p.err, p.quiet)
	opt.Progress = func(x collect.Progress) {
		if bar.on {
			bar.draw(fmt.Sprintf("%s/%s resources  %s requests", count(x.Resources), count(x.Total), count(x.Requests)))
		}
	}
	r, err := collect.Run(ctx, opt)
	bar.clear()
	var problem *source.Problem
	if errors.As(err, &problem) {
		return sourceFailure(problem)
	}
	if err != nil {
		return withHint(err, "nothing was taken in; the same command can be run again")
	}
	if save != "" {
		if err := saveDocuments(save, r.Documents); err != nil {
			return err
		}
	}
	l, err := p.openLake(ctx, false)
	if err != nil {
		return err
	}
	defer func() { _ = l.Close() }() // commits are durable
	sum, err := inventory.Take(ctx, l, func(yield func(inventory.Document, error) bool) {
		for _, d := range r.Documents {
			if !yield(d, nil) {
				return
			}
		}
		for _, err := range r.Problems {
			if !yield(inventory.Document{}, err) {
				return
			}
		}
	}, inventory.ImportOptions{Now: time.Now})
	if err != nil {
		return withHint(err, "nothing was taken in; the same command can be run again")
	}
	return errors.Join(p.imported(sum, "answers"), p.reattributeIfDue(ctx, l))
}

// saveDocuments writes answers as files of their time.
func saveDocuments(folder string, docs []inventory.Document) error {
	if err := os.MkdirAll(folder, 0o777); err != nil {
		return err
	}
	for _, d := range docs {
		name := strings.NewReplacer(" ", "-", ",", "", "/", "-").Replace(d.Name) + "-" + d.At.Format("20060102T150405Z") + ".json"
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, d.Data, 0o666); err != nil {
			return err
		}
		// A list counts as taken at its file's time.
		if err := os.Chtimes(path, d.At, d.At); err != nil {
			return err
		}
	}
	return nil
}
