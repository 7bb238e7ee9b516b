package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/azflow/azflow/internal/attribution"
	"github.com/azflow/azflow/internal/lake"
	"github.com/azflow/azflow/internal/reattribution"
)

func (p *program) inventoryReattributeCommand() *cobra.Command {
	var dry bool
	cmd := &cobra.Command{
		Use:   "reattribute",
		Short: "Name the owners in stored flows by the inventory there is now",
		Long: `Finds the flows whose owners the inventory now tells otherwise than when they were
taken in, and writes the segments that hold such flows anew, with the rows of
NTANetAnalytics that follow from them. Other segments are left as they are. When
flows have expired, the merged rows that are left of them stay as they are.

azflow inventory import does this by itself, at most every ten minutes. It can be
interrupted at any time and goes on where it was; queries and ingest may run
meanwhile.`,
		Example: `  azflow inventory reattribute --dry-run
  azflow inventory reattribute`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			l, err := p.openLake(c.Context(), true)
			if err != nil {
				return err
			}
			defer func() { _ = l.Close() }() // what is done is committed
			return p.reattribute(c.Context(), l, dry)
		},
	}
	cmd.Flags().BoolVar(&dry, "dry-run", false, "say what would change, and change nothing")
	return cmd
}

// reattributeIfDue names the owners of flows anew if inventory came after them
// and it was not done a moment ago.
func (p *program) reattributeIfDue(ctx context.Context, l *lake.Lake) error {
	pending, at, err := reattribution.Due(ctx, l, time.Now())
	if err != nil || !pending {
		return err
	}
	if at.After(time.Now()) {
		p.note("flows taken in before get their owners with the next import from %s on; `azflow inventory reattribute` does it now", at.UTC().Format("15:04:05Z"))
		return nil
	}
	return p.reattribute(ctx, l, false)
}

func (p *program) reattribute(ctx context.Context, l *lake.Lake, dry bool) error {
	bar := newProgress(p.err, p.quiet)
	sum, err := reattribution.Run(ctx, l, reattribution.Options{Now: time.Now, DryRun: dry, Progress: func(x reattribution.Progress) {
		if bar.on {
			bar.draw(fmt.Sprintf("%s: %s/%s days  %s flows named anew  %s", x.Day, count(int64(x.Done)), count(int64(x.Days)), count(x.Rows), x.Elapsed.Round(time.Second)))
		}
	}})
	bar.clear()
	if err != nil {
		return withHint(err, "the days that were done stay done; `azflow inventory reattribute` goes on")
	}
	if p.quiet {
		return nil
	}
	did := "named anew"
	if dry {
		did = "would be named anew"
		for _, k := range slices.Sorted(maps.Keys(sum.Changes)) {
			fmt.Fprintf(p.err, "  %8s  changes: %s\n", count(int64(sum.Changes[k])), k)
		}
		for _, c := range sum.Examples {
			fmt.Fprintf(p.err, "            %s\n", changeText(c))
		}
	}
	fmt.Fprintf(p.err, "owners of %s %s, in %s of %s with an older inventory; %s of NTANetAnalytics; %.1f s\n",
		things(sum.Rows, "flow"), did, count(int64(sum.Written)), things(int64(sum.Segments), "segment"), things(int64(sum.Intervals), "interval"), sum.Elapsed.Seconds())
	if sum.Kept > 0 {
		fmt.Fprintf(p.err, "kept as they are, since their flows have expired: %s\n", things(int64(sum.Kept), "interval"))
	}
	return nil
}

// changeText writes a change between two inventories for people.
func changeText(c attribution.Change) string {
	what := "MAC address " + c.MAC
	switch {
	case c.Prefix.IsValid():
		what = c.Prefix.String()
		if c.Network != "" {
			what += " in " + c.Network
		}
	case c.Address.IsValid():
		what = c.Address.String()
		if c.Network != "" {
			what += " in " + c.Network
		}
	case c.Network != "":
		what = "flow logs of " + c.Network
	}
	from, to := "always", "now"
	if c.From > 0 {
		from = time.UnixMicro(c.From).UTC().Format(time.RFC3339)
	}
	if c.To < 1<<62 {
		to = time.UnixMicro(c.To).UTC().Format(time.RFC3339)
	}
	return fmt.Sprintf("%s, from %s to %s", what, from, to)
}
