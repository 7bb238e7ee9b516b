package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/azflow/azflow/internal/config"
	"github.com/azflow/azflow/internal/inventory"
	"github.com/azflow/azflow/internal/source"
	"github.com/azflow/azflow/internal/source/azblob"
	"github.com/azflow/azflow/internal/source/dir"
)

// ingestFlags say which blobs of a source are wanted.
type ingestFlags struct {
	from, to, last string
	names          source.Filter
	nics           []string
}

func (o *ingestFlags) add(p *program, cmd *cobra.Command) {
	o.addCommon(p, cmd)
	f := cmd.Flags()
	f.StringSliceVar(&o.names.ResourceGroups, "resource-group", nil, "of this resource group: the NSG's, or the flow log's network watcher's")
	f.StringSliceVar(&o.names.NSGs, "nsg", nil, "of this network security group")
	f.StringSliceVar(&o.names.VNets, "vnet", nil, "of flow logs of this virtual network or its subnets")
	f.StringSliceVar(&o.names.FlowLogs, "flow-log", nil, "of this virtual network flow log")
	f.StringSliceVar(&o.nics, "nic", nil, "of this network interface, whose MAC addresses the inventory knows: name, group/name or resource id")
	f.StringSliceVar(&o.names.MACs, "mac", nil, "of the NIC with this MAC address")
}

// addCommon adds the flags that activity logs know, too.
func (o *ingestFlags) addCommon(p *program, cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&p.auth, "auth", "", "sign in to storage accounts by connection-string, key, sas, entra or anonymous only; a secret that is set nowhere is asked for")
	f.StringVar(&o.from, "from", "", "leave out blobs of earlier hours (2026-03-01, 2026-03-01T10:00Z or 24h ago as 24h)")
	f.StringVar(&o.to, "to", "", "leave out blobs of this hour and later ones")
	f.StringVar(&o.last, "last", "", "read the blobs of the last hours only: 6h, 2d")
	f.StringSliceVar(&o.names.Subscriptions, "subscription", nil, "read blobs of this subscription id only")
	cmd.MarkFlagsMutuallyExclusive("last", "from")
	cmd.MarkFlagsMutuallyExclusive("last", "to")
}

// filter returns what the flags ask for.
func (p *program) filter(ctx context.Context, o *ingestFlags, now time.Time) (source.Filter, error) {
	from := o.from
	if o.last != "" {
		from = o.last
	}
	span, err := parseSpan(from, o.to, now)
	if err != nil {
		return source.Filter{}, err
	}
	f := o.names
	f.From, f.To = span.from, span.to
	if len(o.nics) > 0 {
		macs, err := p.macsOf(ctx, o.nics)
		if err != nil {
			return source.Filter{}, err
		}
		f.MACs = slices.Concat(f.MACs, macs)
	}
	if o.last != "" {
		f.From = f.From.Truncate(time.Hour) // the hour that it lies in, too
	}
	return f, nil
}

// macsOf returns the MAC addresses that the lake's inventory knows of NICs, one of
// each at least.
func (p *program) macsOf(ctx context.Context, nics []string) ([]string, error) {
	l, err := p.openLake(ctx, true)
	if err != nil {
		return nil, err
	}
	defer func() { _ = l.Close() }() // nothing is written
	all, err := inventory.Load(ctx, l)
	if err != nil {
		return nil, err
	}
	estate, err := inventory.Build(all)
	if err != nil {
		return nil, err
	}
	var macs []string
	for _, name := range nics {
		before := len(macs)
		for _, m := range estate.MACs {
			short := inventory.Short(m.NIC)
			if strings.EqualFold(name, m.NIC) || strings.EqualFold(name, short) || strings.EqualFold(name, path.Base(short)) {
				macs = append(macs, m.Address)
			}
		}
		if len(macs) == before {
			return nil, usage("`azflow inventory import` makes NICs known; --mac needs no inventory", "--nic: the inventory knows no MAC address of %q", name)
		}
	}
	return macs, nil
}

// contents say what a source is read for.
type contents struct {
	verb      string
	endings   source.Endings
	container string // of an account; "" for those of flow logs
}

func flowLogs() contents { return contents{verb: "azflow ingest", endings: source.FlowLogs()} }

func inventoryFiles() contents {
	return contents{"azflow inventory import", source.Inventory(), azblob.ContainerActivity}
}

// openSource returns the source that the arguments name, or the accounts of the
// configuration if there are none, and a function that ends its use.
func (p *program) openSource(args []string, filter source.Filter, of contents) (source.Source, func(), error) {
	done := func() {}
	if slices.Contains(args, "-") {
		if len(args) > 1 {
			return nil, nil, usage("read standard input by itself: "+of.verb+" -", "- stands with other sources")
		}
		s, err := dir.Spool(p.in, filepath.Join(p.cfg.Text("data"), "spool"))
		if err != nil {
			return nil, nil, err
		}
		return s, func() { _ = s.Close() }, nil
	}
	var all []source.Source
	var paths []string
	var urls []azblob.Location
	for _, a := range args {
		if !azblob.Is(a) {
			paths = append(paths, a)
			continue
		}
		l, err := azblob.Parse(a)
		if err != nil {
			return nil, nil, usage("`"+of.verb+" --help` shows what a source looks like", "%w", err)
		}
		urls = append(urls, l)
	}
	if len(args) == 0 {
		if len(p.cfg.Accounts()) == 0 {
			return nil, nil, usage("give a path or az://ACCOUNT, or list accounts in "+p.cfg.File, "nothing to read: no source is given, and the configuration has no accounts")
		}
		for _, a := range p.cfg.Accounts() {
			locations, err := locationsOf(a)
			if err != nil {
				return nil, nil, err
			}
			urls = append(urls, locations...)
		}
	}
	if len(paths) > 0 {
		all = append(all, dir.Of(of.endings, paths...))
	}
	for _, l := range urls {
		if l.Container == "" {
			l.Container = of.container
		}
		s, err := p.openAccount(l, filter, of.endings)
		if err != nil {
			return nil, nil, err
		}
		all = append(all, s)
	}
	return source.Where(source.Join(all...), filter), done, nil
}

// locationsOf returns what the configuration wants read of an account.
func locationsOf(a config.Account) ([]azblob.Location, error) {
	var all []azblob.Location
	for _, c := range strings.Split(a.Values["containers"], ",") {
		l, err := azblob.Parse("az://" + a.Name + "/" + strings.TrimSpace(c))
		if err != nil {
			return nil, usage("`azflow config show` prints the accounts of the configuration", "accounts.%s: %w", a.Name, err)
		}
		all = append(all, l)
	}
	return all, nil
}

// openAccount returns the source of a part of a storage account.
func (p *program) openAccount(l azblob.Location, filter source.Filter, endings source.Endings) (source.Source, error) {
	account, err := p.account(l)
	if err != nil {
		return nil, err
	}
	opt := azblob.Options{Location: l, Account: account, Filter: filter, Endings: endings, Now: time.Now}
	if p.verbose {
		opt.Log = func(line string) { p.note("%s", line) }
	}
	s, err := azblob.New(opt)
	var problem *source.Problem
	switch {
	case errors.As(err, &problem):
		return nil, sourceFailure(problem)
	case err != nil:
		return nil, err
	}
	return s, nil
}

// account returns where the account of a location is and how to sign in to it.
func (p *program) account(l azblob.Location) (azblob.Account, error) {
	v := p.cfg.Account(l.Account).Values
	set := azblob.Settings{
		Name: l.Account, Cloud: v["cloud"], Endpoint: v["endpoint"], Auth: azblob.Auth(v["auth"]), Tenant: v["tenant"],
		ConnectionStringFile: v["connection_string_file"], KeyFile: v["key_file"], SASFile: v["sas_file"],
		ConnectionStringEnv: v["connection_string_env"], KeyEnv: v["key_env"], SASEnv: v["sas_env"],
	}
	if l.Cloud != "" {
		set.Cloud = l.Cloud
	}
	if p.auth != "" {
		set.Auth = azblob.Auth(p.auth)
	}
	account, err := set.Account(azblob.Secrets{Getenv: os.Getenv, Prompt: p.prompt()})
	var problem *source.Problem
	if errors.As(err, &problem) {
		return account, sourceFailure(problem)
	}
	return account, err
}

// prompt returns a function that asks at the terminal without echo, nil if there
// is none.
func (p *program) prompt() func(string) (string, error) {
	f, ok := p.in.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return nil
	}
	return func(question string) (string, error) {
		fmt.Fprint(p.err, question)
		secret, err := term.ReadPassword(int(f.Fd()))
		fmt.Fprintln(p.err)
		return string(secret), err
	}
}
