package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/azflow/azflow/internal/inventory"
	"github.com/azflow/azflow/internal/lake"
	"github.com/azflow/azflow/internal/query"
	"github.com/azflow/azflow/internal/source"
	"github.com/azflow/azflow/kql/types"
)

func (p *program) inventoryCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "inventory",
		Short:   "Say who owned which address, and when",
		GroupID: groupData,
		Long: `Flow logs name addresses. Inventory says which NIC and VM held an address when a
flow happened, in which subnet, behind which load balancer or circuit. Ingest names
both ends of every flow by it; what comes later changes the flows it concerns.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	cmd.AddCommand(p.inventoryImportCommand(), p.inventoryCollectCommand(), p.inventoryShowCommand(), p.inventoryHistoryCommand(), p.inventoryCoverageCommand(),
		p.inventoryReattributeCommand())
	return cmd
}

func (p *program) inventoryImportCommand() *cobra.Command {
	var at string
	var o ingestFlags
	cmd := &cobra.Command{
		Use:   "import SOURCE...",
		Short: "Take in lists of resources, activity logs, service tags and CSV",
		Long: `Reads files, and those of folders and storage accounts that end in .json, .jsonl,
.ndjson or .csv (.gz and .zst too), in any of these forms, told apart by their
content:

  az ... list -o json, ARM REST and Resource Graph answers, PowerShell's
  ConvertTo-Json: NICs, VMs, scale-set NICs, networks, subnets, peerings, load
  balancers, application gateways, public addresses, private endpoints, route
  tables, NSGs, gateways, connections, circuits, network managers' groups with
  their members and admin rules; other resources are left
  activity logs: blobs of insights-activity-logs, Event Hub messages,
  az monitor activity-log list, Log Analytics' AzureActivity (JSON, CSV)
  ServiceTags_Public_*.json, az network express-route list-route-tables and
  az network vnet-gateway list-learned-routes
  CSV: cidr,name,circuit,since (sites) · cidr,label (labels of your own) ·
  time,nic,ip,mac,vm,subnet

A SOURCE is a file, a folder, a glob, az://ACCOUNT/CONTAINER[/PREFIX], az://ACCOUNT
for its container insights-activity-logs, or - for standard input. Nothing is ever
written to an account. What did not change since it was read is not read again; of
an activity log that grew only what is new is. What is there already is not taken
in again, wherever its copy lies.

A list counts as taken at its file's time, unless --at says otherwise.

Flows that were taken in before get the owners that the new inventory tells, at
most every ten minutes; azflow inventory reattribute does it at once.`,
		Example: `  az network nic list > nics.json; az vm list > vms.json
  azflow inventory import nics.json vms.json
  azflow inventory import ./insights-activity-logs ./inventory
  azflow inventory import az://contosologs --last 7d
  azflow inventory import az://contosologs/exports/resource-graph
  azflow inventory import --at 2026-03-01T06:00Z old/nics.json`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			when, err := parseTime(at, time.Now())
			if err != nil {
				return usage("", "--at: %w", err)
			}
			filter, err := p.filter(c.Context(), &o, time.Now())
			if err != nil {
				return err
			}
			src, done, err := p.openSource(args, filter, inventoryFiles())
			if err != nil {
				return err
			}
			defer done()
			if !p.lakeExists() { // a mistyped name is to leave no empty lake behind
				if found, err := lists(c.Context(), src); !found {
					return noInventory(src, errors.Join(inventory.ErrNoFiles, err))
				}
			}
			l, err := p.openLake(c.Context(), false)
			if err != nil {
				return err
			}
			err = p.importInventory(c.Context(), l, src, when)
			var f *failure
			if err == nil || errors.As(err, &f) && f.code == exitPartial {
				err = errors.Join(err, p.reattributeIfDue(c.Context(), l))
			}
			return errors.Join(err, l.Close())
		},
	}
	o.addCommon(p, cmd)
	cmd.Flags().StringVar(&at, "at", "", "when the lists were taken (default: the time of each file)")
	return cmd
}

// importInventory imports a source and prints the summary.
func (p *program) importInventory(ctx context.Context, l *lake.Lake, src source.Source, at time.Time) error {
	bar := newProgress(p.err, p.quiet)
	s, err := inventory.Import(ctx, l, src, inventory.ImportOptions{Now: time.Now, At: at, Progress: func(x inventory.Progress) {
		if bar.on {
			bar.draw(fmt.Sprintf("%s/%s files  %s observations", count(int64(x.Files)), count(int64(x.Of)), count(int64(x.Observations))))
		}
	}})
	bar.clear()
	switch {
	case err == nil:
		return p.imported(s, "files")
	case errors.Is(err, inventory.ErrNoFiles):
		return noInventory(src, err)
	}
	if ctx.Err() != nil && s.Files > 0 {
		err = errors.Join(p.imported(s, "files"), err)
	}
	return withHint(err, fmt.Sprintf("%s observations were taken in; the same command can be run again and goes on from there", count(int64(s.Added()))))
}

// noInventory explains inventory.ErrNoFiles.
func noInventory(src source.Source, err error) error {
	var problem *source.Problem
	if errors.As(err, &problem) {
		return sourceFailure(problem)
	}
	if looks, ok := src.(interface{ LookedFor() string }); ok && looks.LookedFor() != "" {
		err = fmt.Errorf("%w; looked for\n%s", err, strings.TrimRight(looks.LookedFor(), "\n"))
	}
	return &failure{code: exitUsage, err: err, hint: "`azflow inventory import --help` lists what is read"}
}

// imported prints what an import of files, or of answers, did.
func (p *program) imported(s *inventory.Summary, of string) error {
	if !p.quiet {
		fmt.Fprintf(p.err, "%s inventory %s: %s observations taken in, %s known before; %s windows of addresses\n",
			count(int64(s.Files)), of, count(int64(s.Added())), count(int64(s.Known)), count(int64(s.Holdings)))
		for _, k := range slices.Sorted(maps.Keys(s.New)) {
			fmt.Fprintf(p.err, "  %8s  %s\n", count(int64(s.New[k])), k)
		}
		if s.Unchanged > 0 {
			fmt.Fprintf(p.err, "  %8s  %s not changed since read\n", count(int64(s.Unchanged)), of)
		}
		for _, k := range slices.Sorted(maps.Keys(s.Ignored)) {
			fmt.Fprintf(p.err, "  %8s  left: %s\n", count(int64(s.Ignored[k])), k)
		}
	}
	if !p.quiet {
		p.asked(s.Usage)
	}
	for _, problem := range s.Problems {
		fmt.Fprintf(p.err, "could not be read: %v\n", problem)
	}
	if len(s.Problems) > 0 {
		return &failure{code: partialCode(s.Problems), shown: true, err: errors.New("some inventory could not be read")}
	}
	return nil
}

func (p *program) inventoryShowCommand() *cobra.Command {
	var f queryFlags
	cmd := &cobra.Command{
		Use:   "show [IP | NIC | VM | MAC]",
		Short: "Show who has which address now",
		Example: `  azflow inventory show 10.1.1.8
  azflow inventory show web1-nic`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return p.windows(c.Context(), args, "| where isnull(WindowEnd)", f)
		},
	}
	p.askFlags(cmd, &f)
	return cmd
}

func (p *program) inventoryHistoryCommand() *cobra.Command {
	var f queryFlags
	cmd := &cobra.Command{
		Use:     "history IP | NIC | VM | MAC",
		Short:   "Show who had an address when",
		Example: `  azflow inventory history 10.2.1.5`,
		Args:    cobra.ExactArgs(1),
		RunE:    func(c *cobra.Command, args []string) error { return p.windows(c.Context(), args, "", f) },
	}
	p.askFlags(cmd, &f)
	return cmd
}

// windows prints windows of addresses, of one address, NIC or VM if args name it.
func (p *program) windows(ctx context.Context, args []string, where string, f queryFlags) error {
	if len(args) > 0 {
		name := quoteKQL(strings.ToLower(args[0]))
		where += fmt.Sprintf("\n| where Ip == %[1]s or NicResourceId == %[1]s or VmResourceId == %[1]s or Nic == %[1]s or tolower(MacAddress) == %[1]s"+
			" or NicResourceId endswith strcat('/', %[1]s) or VmResourceId endswith strcat('/', %[1]s)", name)
	}
	n, err := p.ask(ctx, "NetworkInterfaces "+where+`
| extend Vm = tostring(split(VmResourceId, '/')[-1])
| project Ip, Nic, Vm, MacAddress, Subnet, WindowStart, WindowEnd, FirstSeen, LastSeen, Source
| sort by Ip asc, WindowStart asc`, timeSpan{}, f)
	if err != nil {
		return err
	}
	if n == 0 {
		p.note("no such window: `azflow inventory import` takes inventory in, `azflow inventory history` shows windows that have ended")
	}
	return nil
}

// quoteKQL returns s as a string literal of KQL.
func quoteKQL(s string) string { return "@'" + strings.ReplaceAll(s, "'", "''") + "'" }

// ask runs a query of our own and prints its rows.
func (p *program) ask(ctx context.Context, kql string, span timeSpan, f queryFlags) (int, error) {
	s, stop, err := p.session(ctx)
	if err != nil {
		return 0, err
	}
	defer stop()
	return p.askIn(ctx, s, kql, span, f)
}

func (p *program) askIn(ctx context.Context, s *query.Session, kql string, span timeSpan, f queryFlags) (int, error) {
	c, err := s.Compile(query.Request{Text: kql, Now: time.Now().UTC(), From: span.from, To: span.to})
	if err != nil {
		return 0, p.kqlError("inventory", kql, err)
	}
	return p.result(c.Statement.Results[0].Columns, f, 0, func(write func([]*types.Vector, int) error) error { return s.Run(ctx, c, 0, write) })
}

// The questions that coverage asks. Each flow has two ends.
const (
	coverageEnds = `let ends = union
  (Flows | project TimeGenerated, Ip = SrcIp, Vm = SrcVmResourceId, How = SrcAttribution, Miss = SrcMiss, Bytes = coalesce(BytesSrcToDest, 0) + coalesce(BytesDestToSrc, 0)),
  (Flows | project TimeGenerated, Ip = DestIp, Vm = DestVmResourceId, How = DestAttribution, Miss = DestMiss, Bytes = coalesce(BytesSrcToDest, 0) + coalesce(BytesDestToSrc, 0))
| extend Miss = iff(isempty(How) and isempty(Miss), "taken in before any inventory", Miss)
| extend Outside = Miss in ("public", "platform address", "on-premises", "point-to-site client");
`
	coverageDays = coverageEnds + `ends
| summarize Ends = count(), Vms = countif(isnotempty(Vm)), Others = countif(isempty(Vm) and isempty(Miss)), Outside = countif(Outside), Missed = countif(isnotempty(Miss) and not(Outside)) by Day = bin(TimeGenerated, 1d)
| project Day, Ends, VmPercent = round(100.0 * Vms / Ends, 2), OtherOwnerPercent = round(100.0 * Others / Ends, 2), OutsidePercent = round(100.0 * Outside / Ends, 2), MissedPercent = round(100.0 * Missed / Ends, 2)
| sort by Day asc`
	coverageReasons = coverageEnds + `ends
| summarize Ends = count(), Addresses = dcount(Ip) by Owner = case(isnotempty(Vm), "VM", isempty(Miss), "other resource", "none"), Attribution = How, Reason = Miss
| sort by Ends desc`
	coverageHeaviest = coverageEnds + `ends
| where isnotempty(Miss) and not(Outside) and Miss != "pod address"
| summarize Ends = count(), Bytes = sum(Bytes) by Ip, Reason = Miss
| top 10 by Bytes
| extend Import = case(
    Reason == "before first seen", "older lists, or the activity log since the NIC was made",
    Reason in ("window gap", "after last seen"), "the activity log of that time, or a newer az network nic list",
    Reason == "unassigned address", "az network nic list and az vmss nic list of its network; a pod has no NIC",
    Reason == "ambiguous", "az network vnet list and az network nic list: the log's network is not known",
    Reason == "taken in before any inventory", "nothing more: azflow inventory reattribute",
    "az network nic list and az vm list of its subscription, or a sites CSV")`
)

func (p *program) inventoryCoverageCommand() *cobra.Command {
	var f queryFlags
	cmd := &cobra.Command{
		Use:   "coverage",
		Short: "Show how many ends of flows have an owner, and why others have none",
		Long: `Prints, for both ends of all flows, the share by day whose VM is known (Vm), that
another resource owned (a front end, private endpoint or gateway), that lies
outside (the internet, the platform, on-premises) and that was missed; then the
ways and reasons; then the addresses with most bytes that were missed, and what
to import for each.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			span, err := parseSpan(f.from, f.to, time.Now())
			if err != nil {
				return err
			}
			s, stop, err := p.session(c.Context())
			if err != nil {
				return err
			}
			defer stop()
			for i, kql := range []string{coverageDays, coverageReasons, coverageHeaviest} {
				if i > 0 && p.cfg.Text("format") == "" {
					if _, err := fmt.Fprintln(p.out); err != nil {
						return err
					}
				}
				if _, err := p.askIn(c.Context(), s, kql, span, f); err != nil {
					return err
				}
			}
			return nil
		},
	}
	p.askFlags(cmd, &f)
	cmd.Flags().StringVar(&f.from, "from", "", "only flows from this time on")
	cmd.Flags().StringVar(&f.to, "to", "", "only flows before this time")
	return cmd
}
