package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/azflow/azflow/internal/lake"
	"github.com/azflow/azflow/internal/source"
	"github.com/azflow/azflow/internal/upkeep"
)

func (p *program) statusCommand() *cobra.Command {
	var days bool
	cmd := &cobra.Command{
		Use:     "status",
		Short:   "Show what the lake holds, takes and will take",
		GroupID: groupLake,
		Long: `Shows each table's rows, bytes and times, how fast the lake grows, when the disk
is full or what the lake comes to once retention is reached, the last ingest, when
each storage account was last read to its end and what that is estimated to cost,
what is in quarantine and how many NICs log.`,
		Example: `  azflow status
  azflow status --days
  azflow status --format json`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return p.status(c.Context(), days) },
	}
	cmd.Flags().BoolVar(&days, "days", false, "show each table's days, too")
	cmd.Flags().VarP(p.setting("format"), "format", "f", "json for a program to read; else text")
	return cmd
}

func (p *program) status(ctx context.Context, days bool) error {
	l, err := p.openLake(ctx, true)
	if err != nil {
		return err
	}
	defer func() { _ = l.Close() }() // nothing is written
	now := time.Now()
	s, err := upkeep.Measure(ctx, l)
	if err != nil {
		return err
	}
	in, err := inputs(ctx, l, now, priceOf(p.cfg))
	if err != nil {
		return err
	}
	if p.wantsJSON() {
		return writeJSON(p.out, statusJSON(s, in, now))
	}
	return writeStatus(p.out, s, in, now, days)
}

// usageDays is over how many days status sums up what accounts were asked.
const usageDays = 30

// inputState says how far storage accounts were read, and what that took.
type inputState struct {
	passes   []lake.SourcePass
	accounts []accountUsage
}

func inputs(ctx context.Context, l *lake.Lake, now time.Time, price func(source.Usage) float64) (in inputState, err error) {
	if in.passes, err = l.SourcePasses(ctx); err != nil {
		return in, err
	}
	usage, err := l.SourceUsage(ctx, now.UTC().AddDate(0, 0, -usageDays))
	in.accounts = accountsOf(usage, price)
	return in, err
}

// accountUsage is what was asked of a storage account.
type accountUsage struct {
	name            string
	requests, bytes int64
	dollars         float64
}

// accountsOf sums up usage by account.
func accountsOf(usage []lake.SourceUsage, price func(source.Usage) float64) []accountUsage {
	var all []accountUsage
	for _, u := range usage {
		i := slices.IndexFunc(all, func(a accountUsage) bool { return a.name == u.Account })
		if i < 0 {
			i = len(all)
			all = append(all, accountUsage{name: u.Account})
		}
		all[i].requests += u.Requests
		all[i].bytes += u.Bytes
		all[i].dollars += price(source.Usage{Operation: u.Operation, Requests: u.Requests})
	}
	return all
}

// wantsJSON reports whether a report is to be written as JSON rather than text.
func (p *program) wantsJSON() bool {
	f := p.cfg.Text("format")
	return f == "json" || f == "ndjson"
}

func writeJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(v)
}

func writeStatus(out io.Writer, s upkeep.Status, in inputState, now time.Time, days bool) error {
	w := tabwriter.NewWriter(out, 0, 8, 2, ' ', 0)
	u := s.Usage
	fmt.Fprintf(w, "lake:\t%s\n", s.Dir)
	fmt.Fprintf(w, "flows:\t%s tuples of %s blobs over %s days\n", count(s.Tuples), count(int64(s.Blobs)), count(int64(s.Days)))
	fmt.Fprintf(w, "last ingest:\t%s\n", timeText(s.LastIngest))
	for _, pass := range in.passes {
		fmt.Fprintf(w, "%s:\tread to its end at %s, %s ago\n", pass.Source, timeText(pass.Started), now.Sub(pass.Started).Round(time.Second))
	}
	for _, a := range in.accounts {
		fmt.Fprintf(w, "asked of %s:\t%s requests in %d days, %s of answers, about $%.2f\n", a.name, count(a.requests), usageDays, bytesText(a.bytes), a.dollars)
	}
	fmt.Fprintf(w, "NICs:\t%s\n", nicsText(s))
	fmt.Fprintf(w, "quarantine:\t%s\n", quarantineText(s))
	fmt.Fprintf(w, "NTANetAnalytics:\tmerged over %s\n", durationText(s.Interval))
	fmt.Fprintf(w, "growth:\t%s a day; %s\n", bytesText(int64(u.PerDay)), forecastText(u))
	fmt.Fprintf(w, "catalogue:\t%s; %s of replaced segments wait to be removed; %s free on the disk\n\n",
		bytesText(u.Catalog), bytesText(u.Ended), freeText(u.Free))
	if err := w.Flush(); err != nil {
		return err
	}
	w = tabwriter.NewWriter(out, 0, 8, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "table\tsegments\trows\tbytes\ta day\tfrom\tto\tkept for\t")
	var total lake.TableUsage
	for _, t := range u.Tables {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t\n", t.Table, count(int64(t.Segments)), count(t.Rows), bytesText(t.Bytes),
			bytesText(int64(t.PerDay)), timeText(t.Min), timeText(t.Max), ageText(t.Retention))
		total.Segments += t.Segments
		total.Rows += t.Rows
		total.Bytes += t.Bytes
	}
	fmt.Fprintf(w, "all\t%s\t%s\t%s\t\t\t\t\t\n", count(int64(total.Segments)), count(total.Rows), bytesText(total.Bytes))
	if days {
		fmt.Fprintln(w, "\t\t\t\t\t\t\t\t\ntable\tday\trows\tbytes\t")
		for _, d := range u.Days {
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\t\n", d.Table, d.Day.Format(time.DateOnly), count(d.Rows), bytesText(d.Bytes))
		}
	}
	return w.Flush()
}

func timeText(t time.Time) string {
	if t.IsZero() {
		return "never"
	}
	return t.UTC().Format("2006-01-02 15:04Z")
}

func nicsText(s upkeep.Status) string {
	if s.NICs == 0 {
		return "none has logged"
	}
	return fmt.Sprintf("%s have logged, %s of them in the newest hour, %s", count(int64(s.NICs)), count(int64(s.NICsActive)), timeText(s.LastHour))
}

func quarantineText(s upkeep.Status) string {
	if s.Quarantined == 0 {
		return "empty"
	}
	return fmt.Sprintf("%s pieces of input, the last of %s (table IngestErrors)", count(s.Quarantined), timeText(s.LastQuarantined))
}

func freeText(n uint64) string {
	if n == 0 {
		return "an unknown amount"
	}
	return bytesText(int64(min(n, math.MaxInt64)))
}

// forecastText says where growth leads.
func forecastText(u lake.Usage) string {
	switch {
	case u.DaysLeft > 3650:
		return "the disk lasts for more than ten years"
	case u.DaysLeft >= 0:
		return fmt.Sprintf("the disk is full in about %s days: `azflow retention set` bounds what is kept", count(int64(u.DaysLeft)))
	case u.Final > 0:
		return fmt.Sprintf("comes to about %s once all retention is reached", bytesText(u.Final))
	case u.Free == 0:
		return "how long the disk lasts is not known"
	}
	return "the disk lasts"
}

// durationText writes a duration without units of zero: 1h, 10m.
func durationText(d time.Duration) string {
	switch {
	case d%time.Hour == 0:
		return fmt.Sprintf("%dh", d/time.Hour)
	case d%time.Minute == 0:
		return fmt.Sprintf("%dm", d/time.Minute)
	}
	return d.String()
}

// ageText writes a retention.
func ageText(d time.Duration) string {
	switch {
	case d == 0:
		return "ever"
	case d%(24*time.Hour) == 0:
		return fmt.Sprintf("%dd", d/(24*time.Hour))
	}
	return durationText(d)
}

// statusJSON lays a status out for programs. Sizes are bytes, durations
// seconds, times RFC 3339 or null.
func statusJSON(s upkeep.Status, in inputState, now time.Time) any {
	type object = map[string]any
	at := func(t time.Time) any {
		if t.IsZero() {
			return nil
		}
		return t.UTC()
	}
	tables := []object{}
	for _, t := range s.Usage.Tables {
		tables = append(tables, object{
			"name": t.Table, "segments": t.Segments, "rows": t.Rows, "bytes": t.Bytes, "bytes_per_day": t.PerDay,
			"from": at(t.Min), "to": at(t.Max), "retention_seconds": int64(t.Retention / time.Second),
		})
	}
	sources := []object{}
	for _, p := range in.passes {
		sources = append(sources, object{"source": p.Source, "read_to_its_end": at(p.Started), "lag_seconds": now.Sub(p.Started).Seconds()})
	}
	asked := []object{}
	for _, a := range in.accounts {
		asked = append(asked, object{"account": a.name, "days": usageDays, "requests": a.requests, "bytes": a.bytes, "estimated_dollars": a.dollars})
	}
	days := []object{}
	for _, d := range s.Usage.Days {
		days = append(days, object{"table": d.Table, "day": d.Day.Format(time.DateOnly), "rows": d.Rows, "bytes": d.Bytes})
	}
	forecast := object{"bytes_per_day": s.Usage.PerDay, "final_bytes": nil, "days_left": nil}
	if s.Usage.Final > 0 {
		forecast["final_bytes"] = s.Usage.Final
	}
	if s.Usage.DaysLeft >= 0 {
		forecast["days_left"] = s.Usage.DaysLeft
	}
	return object{
		"dir": s.Dir, "generation": s.Generation, "interval_seconds": int64(s.Interval / time.Second),
		"blobs": s.Blobs, "tuples": s.Tuples, "days_of_flows": s.Days, "last_ingest": at(s.LastIngest),
		"sources": sources, "accounts": asked,
		"nics":       object{"all": s.NICs, "active": s.NICsActive, "newest_hour": at(s.LastHour)},
		"quarantine": object{"count": s.Quarantined, "last": at(s.LastQuarantined)},
		"disk":       object{"catalog_bytes": s.Usage.Catalog, "replaced_bytes": s.Usage.Ended, "free_bytes": s.Usage.Free},
		"forecast":   forecast, "tables": tables, "days": days,
	}
}
