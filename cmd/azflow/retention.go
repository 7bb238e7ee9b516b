package main

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/azflow/azflow/schema"
)

func (p *program) retentionCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "retention",
		Short:   "Show or set how long each table's rows are kept",
		GroupID: groupLake,
		Long: `A row is kept until its TimeGenerated is older than its table's retention; the
next ` + "`azflow compact`" + ` drops it. Tables without one are kept for ever.

Flows can be kept for a shorter time than NTANetAnalytics: merged rows stay when
the flows they were made of are gone.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	show := &cobra.Command{
		Use:     "show",
		Short:   "Print how long each table's rows are kept",
		Example: "  azflow retention show\n  azflow retention show --format json",
		Args:    cobra.NoArgs,
		RunE:    func(c *cobra.Command, _ []string) error { return p.showRetention(c.Context()) },
	}
	show.Flags().VarP(p.setting("format"), "format", "f", "json for a program to read; else text")
	set := &cobra.Command{
		Use:   "set TABLE AGE",
		Short: "Keep a table's rows for a time: 90d, 36h, ever",
		Example: `  azflow retention set Flows 90d
  azflow retention set NTANetAnalytics 730d
  azflow retention set Flows ever`,
		Args: cobra.ExactArgs(2),
		RunE: func(c *cobra.Command, args []string) error { return p.setRetention(c.Context(), args[0], args[1]) },
	}
	cmd.AddCommand(show, set)
	return cmd
}

// retentionFollows names the tables whose rows go with those of another.
var retentionFollows = map[string]string{
	"CaptureHours": "Flows", "LocalAddresses": "Flows", "RuleSightings": "Flows", "IngestBlobs": "Flows",
}

// retained returns the tables that have a retention of their own.
func retained() []string {
	var names []string
	for _, t := range schema.Tables() {
		if t.View == "" && !t.Hidden && t.TimeColumn != "" && retentionFollows[t.Name] == "" {
			names = append(names, t.Name)
		}
	}
	slices.Sort(names)
	return names
}

func (p *program) showRetention(ctx context.Context) error {
	l, err := p.openLake(ctx, true)
	if err != nil {
		return err
	}
	defer func() { _ = l.Close() }() // nothing is written
	ages, err := l.Retention(ctx)
	if err != nil {
		return err
	}
	if p.wantsJSON() {
		seconds := map[string]int64{}
		for _, name := range retained() {
			seconds[name] = int64(ages[name] / time.Second)
		}
		return writeJSON(p.out, map[string]any{"retention_seconds": seconds})
	}
	w := tabwriter.NewWriter(p.out, 0, 8, 2, ' ', 0)
	for _, name := range retained() {
		if _, err := fmt.Fprintf(w, "%s\t%s\n", name, ageText(ages[name])); err != nil {
			return err
		}
	}
	return w.Flush()
}

func (p *program) setRetention(ctx context.Context, table, text string) error {
	tables := retained()
	if t, ok := schema.Lookup(table); ok {
		switch of := retentionFollows[t.Name]; {
		case of != "":
			return usage("azflow retention set "+of+" "+text, "%s goes with %s", t.Name, of)
		case t.View != "":
			return usage("it is kept as long as the tables it is made of: "+strings.Join(tables, ", "), "%s is a view", t.Name)
		}
		table = t.Name
	}
	if !slices.Contains(tables, table) {
		return usage("tables: "+strings.Join(tables, ", "), "there is no table %q whose retention can be set", table)
	}
	age, err := parseAge(text)
	if err != nil {
		return usage("", "%w", err)
	}
	l, err := p.openLake(ctx, true)
	if err != nil {
		return err
	}
	defer func() { _ = l.Close() }() // what is set is committed
	if err := l.SetRetention(ctx, table, age); err != nil {
		return err
	}
	if age == 0 {
		p.note("rows of %s are kept for ever", table)
		return nil
	}
	p.note("rows of %s are kept for %s; `azflow compact` drops older ones", table, ageText(age))
	return nil
}

// parseAge reads how long to keep something: 90d, 36h, ever.
func parseAge(text string) (time.Duration, error) {
	if text == "ever" || text == "forever" || text == "0" {
		return 0, nil
	}
	if days, ok := strings.CutSuffix(text, "d"); ok {
		if n, err := strconv.Atoi(days); err == nil && n > 0 && n < 100_000 {
			return time.Duration(n) * 24 * time.Hour, nil
		}
	}
	if d, err := time.ParseDuration(text); err == nil && d >= time.Hour && d%time.Second == 0 {
		return d, nil
	}
	return 0, fmt.Errorf("%q is no age: write 90d, 36h (an hour at least), or ever", text)
}
