package main

import (
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/azflow/azflow/internal/compare"
)

func (p *program) compareCommand() *cobra.Command {
	var details int
	cmd := &cobra.Command{
		Use:   "compare EXPORT...",
		Short: "Hold Azure's Traffic Analytics rows against azflow's",
		Long: `Reads exports of NTANetAnalytics from Log Analytics and compares them with the
lake's rows of the same time, on interval, both ends, port, protocol, rule,
direction and MAC address. It takes CSV as the portal saves it (all columns,
display time in UTC), the JSON of az monitor log-analytics query or of the query
API, and JSON lines as data export writes them; - is standard input, .gz is fine.

Every difference gets its cause:

` + causesHelp() + `
Rows of 10 minutes are added up where the other side has rows of an hour. The
lake needs the logs of the whole time that the export covers.

The status is 6 if something stays unexplained.`,
		GroupID: groupLake,
		Example: `  az monitor log-analytics query -w WORKSPACE --analytics-query "NTANetAnalytics | where FlowIntervalStartTime between (ago(2d) .. ago(1d))" > day.json
  azflow compare day.json
  azflow compare --details 0 --format json query_data.csv`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if details < 0 {
				return usage("0 prints all", "--details %d is not a number of differences", details)
			}
			return p.compare(c.Context(), args, details)
		},
	}
	cmd.Flags().IntVar(&details, "details", 5, "differences to print for each cause; 0 for all")
	cmd.Flags().VarP(p.setting("format"), "format", "f", "json for a program to read; else text")
	return cmd
}

func causesHelp() string {
	var b strings.Builder
	for _, c := range compare.Causes() {
		fmt.Fprintf(&b, "  %s\n      %s\n", c, c.Meaning())
	}
	return b.String()
}

func (p *program) compare(ctx context.Context, paths []string, details int) error {
	s, stop, err := p.session(ctx)
	if err != nil {
		return err
	}
	defer stop()
	r, err := compare.Run(ctx, s, time.Now().UTC(), func(add func(*compare.Row) error) (n int64, err error) {
		for _, path := range paths {
			rows, err := p.readExport(path, add)
			if err != nil {
				return n, fmt.Errorf("%s: %w", path, err)
			}
			n += rows
		}
		return n, nil
	})
	if err != nil {
		return err
	}
	totals := r.Totals()
	var of []compare.Cause
	for _, c := range compare.Causes() {
		if c > compare.Packing {
			of = append(of, c)
		}
	}
	differences := r.Differences(details, of...)
	if p.wantsJSON() {
		err = writeJSON(p.out, comparedJSON(r, totals, differences))
	} else {
		err = writeCompared(p.out, r, totals, differences)
	}
	if err != nil {
		return err
	}
	if n := totals[compare.Unexplained].Keys; n > 0 {
		p.note("%s: `azflow verify` finds what the lake itself lacks; IngestErrors has what could not be read", things(n, "unexplained difference"))
		return &failure{code: exitPartial, shown: true, err: errors.New("unexplained differences")}
	}
	return nil
}

func (p *program) readExport(path string, add func(*compare.Row) error) (_ int64, err error) {
	in := p.in
	if path != "-" {
		f, err := os.Open(path)
		if err != nil {
			return 0, usage("name files with exports of NTANetAnalytics, or -", "%w", err)
		}
		defer f.Close()
		in = f
	}
	if strings.HasSuffix(path, ".gz") {
		z, err := gzip.NewReader(in)
		if err != nil {
			return 0, err
		}
		defer func() { err = errors.Join(err, z.Close()) }()
		in = z
	}
	return compare.ReadExport(in, add)
}

func writeCompared(out io.Writer, r *compare.Report, totals []compare.Total, differences []compare.Difference) error {
	w := tabwriter.NewWriter(out, 0, 8, 2, ' ', 0)
	fmt.Fprintf(w, "time:\t%s to %s, by %s\n", timeText(r.From), timeText(r.To), durationText(r.Step))
	fmt.Fprintf(w, "rows:\t%s of Azure, %s of azflow\n\n", count(r.AzureRows), count(r.OurRows))
	if err := w.Flush(); err != nil {
		return err
	}
	w = tabwriter.NewWriter(out, 0, 8, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "cause\tflows\tshare\tbytes of Azure\tbytes of azflow\t")
	var all int64
	for _, t := range totals {
		all += t.Keys
	}
	for _, t := range totals {
		fmt.Fprintf(w, "%s\t%s\t%.2f %%\t%s\t%s\t\n", t.Cause, count(t.Keys), 100*float64(t.Keys)/float64(all), count(t.AzureBytes), count(t.OursBytes))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	last := compare.Equal
	for _, d := range differences {
		if d.Cause != last {
			last = d.Cause
			if _, err := fmt.Fprintf(out, "\n%s: %s\n", d.Cause, d.Cause.Meaning()); err != nil {
				return err
			}
		}
		k := d.Key
		if _, err := fmt.Fprintf(out, "  %s %s -> %s:%d %s %s %q at %s: Azure %s, azflow %s\n", timeText(k.Interval), k.Src, k.Dest, k.Port, k.Protocol,
			strings.ToLower(k.Direction), k.Rule, k.Mac, countsText(d.Azure, d.AzureRows), countsText(d.Ours, d.OursRows)); err != nil {
			return err
		}
	}
	return nil
}

func countsText(c compare.Counts, rows int64) string {
	if rows == 0 {
		return "nothing"
	}
	return fmt.Sprintf("%s started, %s ended, %s bytes out, %s back", count(c.Started), count(c.Ended), count(c.BytesSent), count(c.BytesBack))
}

func comparedJSON(r *compare.Report, totals []compare.Total, differences []compare.Difference) any {
	type object = map[string]any
	counts := func(c compare.Counts, rows int64) object {
		return object{
			"rows": rows, "started": c.Started, "ended": c.Ended, "packets_src_to_dest": c.PacketsSent, "packets_dest_to_src": c.PacketsBack,
			"bytes_src_to_dest": c.BytesSent, "bytes_dest_to_src": c.BytesBack,
		}
	}
	causes, details := []object{}, []object{}
	for _, t := range totals {
		causes = append(causes, object{"cause": t.Cause.String(), "flows": t.Keys, "azure_rows": t.AzureRows, "azflow_rows": t.OursRows, "azure_bytes": t.AzureBytes, "azflow_bytes": t.OursBytes})
	}
	for _, d := range differences {
		k := d.Key
		details = append(details, object{
			"cause": d.Cause.String(), "interval": k.Interval.Format(time.RFC3339), "src_ip": k.Src, "dest_ip": k.Dest, "dest_port": k.Port, "protocol": k.Protocol,
			"rule": k.Rule, "direction": k.Direction, "mac": k.Mac, "azure": counts(d.Azure, d.AzureRows), "azflow": counts(d.Ours, d.OursRows),
		})
	}
	return object{
		"from": r.From.Format(time.RFC3339), "to": r.To.Format(time.RFC3339), "interval_seconds": int64(r.Step / time.Second),
		"azure_rows": r.AzureRows, "azflow_rows": r.OurRows, "causes": causes, "differences": details,
	}
}
