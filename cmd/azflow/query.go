package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/azflow/azflow/internal/app"
	"github.com/azflow/azflow/internal/lake"
	"github.com/azflow/azflow/internal/query"
	"github.com/azflow/azflow/internal/render"
	"github.com/azflow/azflow/kql/diag"
	"github.com/azflow/azflow/kql/plan"
	"github.com/azflow/azflow/kql/types"
)

// queryFlags are the flags of the commands that ask.
type queryFlags struct {
	now, from, to string
	output        string
	maxRows       int
	without       []string
	params        map[string]string
	stage         string
	timing        bool
}

func (p *program) queryCommand() *cobra.Command {
	var f queryFlags
	cmd := &cobra.Command{
		Use:     "query KQL | @FILE | -",
		Short:   "Ask in KQL",
		GroupID: groupQuery,
		Long: `Runs a KQL query over the lake. The query is the argument, a file's content
(@FILE) or standard input (-). Quotes, dashes and blanks that a web page or word
processor made pretty are read as plain ones, with a warning.

Results go to standard output; warnings, notes and errors to standard error.`,
		Example: `  azflow query 'NTANetAnalytics | summarize sum(BytesSrcToDest) by SrcIp, DestIp | top 10 by sum_BytesSrcToDest'
  azflow query @exfiltration.kql --now 2026-03-01T12:00Z --format csv > out.csv
  azflow query 'Flows | where FlowStatus == "Denied" | count' --from 24h`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			name, text, err := p.queryText(args[0])
			if err != nil {
				return err
			}
			return p.query(c.Context(), name, text, f)
		},
	}
	p.askFlags(cmd, &f)
	cmd.Flags().StringVar(&f.now, "now", "", "what now() and ago() go by, for a repeatable answer (default: the clock)")
	cmd.Flags().StringVar(&f.from, "from", "", "only rows from this time on, in every table (2026-03-01, or how long ago: 24h, 7d)")
	cmd.Flags().StringVar(&f.to, "to", "", "only rows before this time")
	f.addParams(cmd)
	cmd.Flags().StringSliceVar(&f.without, "without", nil, "leave out rewrite rules, to look for a fault in one (see explain)")
	cmd.Flags().BoolVar(&f.timing, "timing", false, "print how long it took on standard error")
	return cmd
}

// addParams adds --param.
func (f *queryFlags) addParams(cmd *cobra.Command) {
	cmd.Flags().VarP((*paramValue)(&f.params), "param", "p", "value of a parameter that the query declares, as NAME=VALUE; several times for several")
}

// paramValue is the flag --param: a value may hold commas and equals signs.
type paramValue map[string]string

func (v *paramValue) String() string { return "" }
func (v *paramValue) Type() string   { return "name=value" }

func (v *paramValue) Set(s string) error {
	name, value, ok := strings.Cut(s, "=")
	if !ok || name == "" {
		return fmt.Errorf("want NAME=VALUE, as in --param port=443")
	}
	if *v == nil {
		*v = paramValue{}
	}
	(*v)[name] = value
	return nil
}

// askFlags adds the flags that query and sql share.
func (p *program) askFlags(cmd *cobra.Command, f *queryFlags) {
	cmd.Flags().VarP(p.setting("format"), "format", "f", strings.Join(render.Formats(), ", ")+" (default: table on a terminal, ndjson in a pipe)")
	cmd.Flags().StringVarP(&f.output, "output", "o", "", "write the result to a file; its ending chooses the format")
	cmd.Flags().IntVar(&f.maxRows, "max-rows", 60, "rows that a table shows; 0 for all")
	cmd.Flags().Var(p.setting("engine"), "engine", "duckdb, clickhouse or eval (the interpreter)")
	cmd.Flags().Var(p.setting("threads"), "threads", "threads of the engine")
	cmd.Flags().Var(p.setting("memory_limit"), "memory-limit", "memory of the engine before it spills to disk, as 4GB")
}

// queryText returns the text that an argument stands for and what to call it in
// messages.
func (p *program) queryText(arg string) (name, text string, err error) {
	switch {
	case arg == "-":
		b, err := io.ReadAll(p.in)
		return "stdin", string(b), err
	case strings.HasPrefix(arg, "@"):
		b, err := os.ReadFile(arg[1:])
		if err != nil {
			return "", "", usage("@ stands before the name of a file with the query", "%w", err)
		}
		return arg[1:], string(b), nil
	}
	return "query", arg, nil
}

// session opens the lake and the engine of the configuration.
func (p *program) session(ctx context.Context) (*query.Session, func(), error) {
	l, err := p.openLake(ctx, true)
	if err != nil {
		return nil, nil, err
	}
	return p.sessionOver(l)
}

// sessionWithoutLake is a session for what reads no stored table, as print does:
// over an empty lake that goes when the session ends.
func (p *program) sessionWithoutLake(ctx context.Context) (*query.Session, func(), error) {
	folder, err := os.MkdirTemp("", "azflow-")
	if err != nil {
		return nil, nil, err
	}
	remove := func() { _ = os.RemoveAll(folder) } // what stays is empty, and the system's to clear
	l, err := lake.Open(ctx, folder, lake.Options{Version: version()})
	if err != nil {
		remove()
		return nil, nil, err
	}
	s, stop, err := p.sessionOver(l)
	if err != nil {
		remove()
		return nil, nil, err
	}
	return s, func() {
		stop()
		remove()
	}, nil
}

func (p *program) sessionOver(l *lake.Lake) (*query.Session, func(), error) {
	s, stop, err := app.Session(p.cfg, l, version())
	if err != nil {
		_ = l.Close() // nothing was written
		var missing *app.MissingError
		if errors.As(err, &missing) {
			return nil, nil, &failure{code: exitUsage, err: err, hint: missing.Hint}
		}
		return nil, nil, err
	}
	return s, func() {
		stop()
		_ = l.Close() // nothing was written
	}, nil
}

func (p *program) query(ctx context.Context, name, text string, f queryFlags) error {
	start := time.Now()
	now, err := parseTime(f.now, start)
	if err != nil {
		return usage("", "--now: %w", err)
	}
	if now.IsZero() {
		now = start.UTC()
	}
	span, err := parseSpan(f.from, f.to, now)
	if err != nil {
		return err
	}
	s, stop, noLake := p.session(ctx)
	if errors.Is(noLake, lake.ErrNoLake) {
		s, stop, err = p.sessionWithoutLake(ctx)
	} else {
		err = noLake
	}
	if err != nil {
		return err
	}
	defer stop()
	c, err := s.Compile(query.Request{Text: text, Now: now, From: span.from, To: span.to, Arguments: f.params, Without: f.without, Lint: true})
	if err != nil {
		return p.kqlError(name, text, err)
	}
	if noLake != nil && c.ReadsTables() {
		return noLake
	}
	p.warnings(name, text, c.Warnings)
	if len(c.Statement.Results) == 0 {
		return &failure{code: exitKQL, err: fmt.Errorf("%s asks for nothing", name), hint: "end it with an expression, as in `azflow query 'Flows | count'`"}
	}
	notes, err := s.Unbounded(ctx, c, 30*24*time.Hour)
	if err != nil {
		return err
	}
	for _, n := range notes {
		p.note("%s", n)
	}
	rows := 0
	for i, r := range c.Statement.Results {
		n, err := p.result(r.Columns, f, i, func(write func([]*types.Vector, int) error) error { return s.Run(ctx, c, i, write) })
		if err != nil {
			return err
		}
		rows += n
	}
	if rows == 0 && !p.quiet {
		why, err := s.Nearest(ctx, c)
		if err != nil {
			return err
		}
		for line := range strings.Lines(why) {
			p.note("%s", strings.TrimSuffix(line, "\n"))
		}
	}
	if !p.quiet {
		more, err := s.Notes(ctx, c)
		if err != nil {
			return err
		}
		for _, n := range more {
			p.note("%s", n)
		}
	}
	if f.timing {
		p.note("%d rows in %s", rows, time.Since(start).Round(time.Millisecond))
	}
	return nil
}

// result writes the rows of one result and returns how many there were.
func (p *program) result(cols []plan.Column, f queryFlags, i int, run func(func([]*types.Vector, int) error) error) (n int, err error) {
	out, format := p.out, p.cfg.Text("format")
	width, tty := terminal(p.out)
	if f.output != "" {
		path := f.output
		if i > 0 {
			ext := filepath.Ext(path)
			path = fmt.Sprintf("%s-%d%s", strings.TrimSuffix(path, ext), i+1, ext)
		}
		file, done, failed := create(path)
		if failed != nil {
			return 0, failed
		}
		defer func() { err = done(err) }()
		out, tty, width = file, false, 0
		if p.flags["format"] == "" {
			format = formatOf(path, format)
		}
	}
	if format == "" {
		format = "ndjson"
		if tty {
			format = "table"
		}
	}
	o := render.Options{Width: width, MaxRows: f.maxRows, ShowTypes: true}
	w, err := render.New(format, out, cols, o)
	if err != nil {
		return 0, usage("", "%w", err)
	}
	err = run(func(cols []*types.Vector, rows int) error {
		n += rows
		return w.Write(cols, rows)
	})
	if err != nil {
		return n, err
	}
	return n, w.Close()
}

// create opens a file of results. done(nil) gives it its name, which until then
// belongs to what was there before; done of an error removes it and returns
// that error. What is no file, as a pipe, is written to as it is.
func create(path string) (_ *os.File, done func(error) error, _ error) {
	if st, err := os.Stat(path); err == nil && !st.Mode().IsRegular() {
		f, err := os.OpenFile(path, os.O_WRONLY, 0)
		if err != nil {
			return nil, nil, err
		}
		return f, func(err error) error { return errors.Join(err, f.Close()) }, nil
	}
	part := filepath.Join(filepath.Dir(path), "."+filepath.Base(path)+".part")
	f, err := os.Create(part)
	if err != nil {
		return nil, nil, err
	}
	return f, func(err error) error {
		if err = errors.Join(err, f.Close()); err == nil {
			err = os.Rename(part, path)
		}
		if err != nil {
			return errors.Join(err, os.Remove(part))
		}
		return nil
	}, nil
}

// formatOf returns the format that a file's ending stands for.
func formatOf(path, otherwise string) string {
	switch strings.ToLower(filepath.Ext(path)) {
	case ".json":
		return "json"
	case ".ndjson", ".jsonl":
		return "ndjson"
	case ".csv":
		return "csv"
	case ".tsv":
		return "tsv"
	case ".md":
		return "markdown"
	case ".txt":
		return "table"
	}
	return otherwise
}

// kqlError prints what is wrong with a query, if that is what err says.
func (p *program) kqlError(name, text string, err error) error {
	var l diag.List
	if !errors.As(err, &l) {
		return err
	}
	for _, d := range l {
		fmt.Fprint(p.err, d.Render(name, text))
	}
	return &failure{code: exitKQL, err: err, shown: true}
}

// warnings prints what a query was warned of.
func (p *program) warnings(name, text string, l diag.List) {
	if p.quiet {
		return
	}
	for _, d := range l {
		fmt.Fprint(p.err, d.Render(name, text))
	}
}
