package main

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/azflow/azflow/internal/upkeep"
)

func (p *program) compactCommand() *cobra.Command {
	var rebuild bool
	var interval string
	cmd := &cobra.Command{
		Use:     "compact",
		Short:   "Merge segments, drop what expired, free the disk",
		GroupID: groupLake,
		Long: `Merges the many small segments of an ingest into few large ones, hour by hour and
then day by day, makes whole rows of NTANetAnalytics of partial ones, drops rows
that were forgotten or are older than their table's retention, and removes files
that nothing needs any more once --grace has passed.

Queries give the same rows before, during and after, and may run meanwhile, as
may ingest. It can be interrupted at any time and goes on where it was.

--rebuild makes all of NTANetAnalytics anew out of Flows first; with --interval it
is merged over another interval from then on. Hours whose flows have expired keep
their rows.`,
		Example: `  azflow compact
  azflow compact --grace 0s                 remove replaced files now
  azflow compact --rebuild --interval 10m   merge flows over ten minutes from now on`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			opt := upkeep.Options{Rebuild: rebuild}
			switch interval {
			case "":
			case "10m", "60m", "1h":
				if !rebuild {
					return usage("azflow compact --rebuild --interval "+interval, "--interval goes with --rebuild")
				}
				opt.Interval, _ = time.ParseDuration(interval) // one of those above
			default:
				return usage("", "--interval: %q is neither 10m nor 60m", interval)
			}
			return p.compact(c.Context(), opt)
		},
	}
	cmd.Flags().BoolVar(&rebuild, "rebuild", false, "make all of NTANetAnalytics anew out of Flows")
	cmd.Flags().StringVar(&interval, "interval", "", "with --rebuild: merge over 10m or 60m")
	cmd.Flags().Var(p.setting("grace"), "grace", "how long a replaced segment's file stays for queries that still read it")
	return cmd
}

func (p *program) compact(ctx context.Context, opt upkeep.Options) error {
	l, err := p.openLake(ctx, true)
	if err != nil {
		return err
	}
	defer func() { _ = l.Close() }() // what is done is committed
	bar := newProgress(p.err, p.quiet)
	opt.Now, opt.Grace = time.Now, p.cfg.Duration("grace")
	opt.Progress = func(x upkeep.Progress) {
		if !bar.on {
			return
		}
		what := "merges"
		if x.Rebuilding {
			what = "segments read"
		}
		bar.draw(fmt.Sprintf("%s: %s/%s %s  %s rows merged  %s", x.Table, count(int64(x.Done)), count(int64(x.All)), what,
			count(x.Rows), x.Elapsed.Round(time.Second)))
	}
	sum, err := upkeep.Compact(ctx, l, opt)
	bar.clear()
	if err != nil {
		return withHint(err, "what was merged stays merged; run `azflow compact` again to go on")
	}
	if p.quiet {
		return nil
	}
	w := p.err
	fmt.Fprintf(w, "%s segments with %s rows merged in %s merges, %.1f s\n", count(int64(sum.Segments)), count(sum.Rows), count(int64(sum.Merges)), sum.Elapsed.Seconds())
	fmt.Fprintf(w, "live: %s in %s segments, before %s in %s\n", bytesText(sum.After.Bytes), count(int64(sum.After.Segments)), bytesText(sum.Before.Bytes), count(int64(sum.Before.Segments)))
	if r := sum.Rebuilt; r != nil {
		fmt.Fprintf(w, "NTANetAnalytics made anew of %s tuples\n", count(r.Tuples))
		if r.Kept > 0 {
			fmt.Fprintf(w, "kept as they are, since their flows have expired: %s hours\n", count(int64(r.Kept)))
		}
	}
	if e := sum.Expired; e.Rows > 0 || e.Small > 0 {
		fmt.Fprintf(w, "expired: %s rows in %s segments, %s\n", count(e.Rows+int64(e.Small)), count(int64(e.Segments)), bytesText(e.Bytes))
	}
	fmt.Fprintf(w, "removed: %s files, %s\n", count(int64(sum.Swept.Unlinked+sum.Swept.Orphans)), bytesText(sum.Swept.Bytes))
	if sum.Swept.Kept > 0 {
		fmt.Fprintf(w, "still there for queries that may read them: %s replaced segments (--grace %s)\n", count(int64(sum.Swept.Kept)), p.cfg.Text("grace"))
	}
	if sum.Conflicts > 0 {
		fmt.Fprintf(w, "left to another azflow that was faster: %s merges\n", count(int64(sum.Conflicts)))
	}
	return nil
}
