package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/azflow/azflow/internal/query"
	"github.com/azflow/azflow/kql/plan"
	"github.com/azflow/azflow/kql/rewrite"
	"github.com/azflow/azflow/kql/types"
)

// stages are what explain can print, in the order of the compiler.
var stages = []string{"plan", "optimized", "sql"}

func (p *program) explainCommand() *cobra.Command {
	var f queryFlags
	cmd := &cobra.Command{
		Use:     "explain KQL | @FILE | -",
		Short:   "Print what a query is compiled to",
		GroupID: groupQuery,
		Long: `Prints a stage of the compiler: plan (names and types are found), optimized (after
the rewrite rules) or sql (what the engine runs, and what is left to the
interpreter). --without leaves rewrite rules out: ` + strings.Join(ruleNames(), ", ") + `.`,
		Example: `  azflow explain 'NTANetAnalytics | where SrcIp == "10.1.1.8" | count'
  azflow explain --stage plan @recipe.kql
  azflow explain --engine clickhouse --without time_range @recipe.kql`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if !slices.Contains(stages, f.stage) {
				return usage("", "no stage is called %q: there are %s", f.stage, strings.Join(stages, ", "))
			}
			name, text, err := p.queryText(args[0])
			if err != nil {
				return err
			}
			now, err := parseTime(f.now, time.Now())
			if err != nil {
				return usage("", "--now: %w", err)
			}
			if now.IsZero() {
				now = time.Now().UTC()
			}
			s, stop, err := p.session(c.Context())
			if err != nil {
				return err
			}
			defer stop()
			compiled, err := s.Compile(query.Request{Text: text, Now: now, Arguments: f.params, Without: f.without, Lint: true})
			if err != nil {
				return p.kqlError(name, text, err)
			}
			p.warnings(name, text, compiled.Warnings)
			return p.explain(s, compiled, f)
		},
	}
	cmd.Flags().StringVar(&f.stage, "stage", "sql", strings.Join(stages, ", "))
	cmd.Flags().StringVar(&f.now, "now", "", "what now() and ago() go by (default: the clock)")
	f.addParams(cmd)
	cmd.Flags().StringSliceVar(&f.without, "without", nil, "leave out rewrite rules")
	cmd.Flags().Var(p.setting("engine"), "engine", "duckdb or clickhouse")
	return cmd
}

func ruleNames() []string {
	var names []string
	for _, r := range rewrite.Rules() {
		names = append(names, r.Name)
	}
	return names
}

func (p *program) explain(s *query.Session, c *query.Compiled, f queryFlags) error {
	switch f.stage {
	case "plan":
		return p.print(formatPlan(c.Plan))
	case "optimized":
		q, err := rewrite.Apply(c.Plan, rewrite.Options{Catalog: s.Catalog, Without: f.without})
		if err != nil {
			return err
		}
		return p.print(formatPlan(q))
	}
	var b strings.Builder
	for i, part := range c.Statement.Parts {
		if len(c.Statement.Parts) > 1 {
			fmt.Fprintf(&b, "-- part %d\n", i)
		}
		fmt.Fprintln(&b, part.SQL)
		for _, scan := range part.Scans {
			fmt.Fprintf(&b, "-- %s is %s", scan.Name, scan.Table)
			if scan.From != 0 || scan.To != 0 {
				fmt.Fprintf(&b, ", pruned to %s", bounds(scan.From, scan.To))
			}
			fmt.Fprintln(&b)
		}
	}
	for i, r := range c.Statement.Results {
		if r.Tail != nil {
			fmt.Fprintf(&b, "-- the interpreter finishes result %d: %s\n", i, r.Why)
			for line := range strings.Lines(plan.Format(r.Tail)) {
				fmt.Fprintf(&b, "--   %s", line)
			}
		}
	}
	return p.print(b.String())
}

// bounds prints the time range of a scan.
func bounds(from, to types.Instant) string {
	switch {
	case from == 0:
		return "before " + to.String()
	case to == 0:
		return "from " + from.String() + " on"
	}
	return "[" + from.String() + ", " + to.String() + ")"
}

// formatPlan prints the results of a plan, one tree each.
func formatPlan(p *plan.Plan) string {
	var b strings.Builder
	for i, r := range p.Results {
		if len(p.Results) > 1 {
			fmt.Fprintf(&b, "-- result %d\n", i)
		}
		b.WriteString(plan.Format(r.Root))
		if r.Render != nil {
			fmt.Fprintf(&b, "render %s\n", r.Render.Chart)
		}
	}
	return b.String()
}

func (p *program) print(text string) error {
	if !strings.HasSuffix(text, "\n") {
		text += "\n"
	}
	_, err := fmt.Fprint(p.out, text)
	return err
}
