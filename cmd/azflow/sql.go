package main

import (
	"context"
	"errors"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/azflow/azflow/internal/query"
	"github.com/azflow/azflow/kql/types"
)

func (p *program) sqlCommand() *cobra.Command {
	var f queryFlags
	cmd := &cobra.Command{
		Use:     "sql SELECT | @FILE | -",
		Short:   "Ask in the engine's own SQL",
		GroupID: groupQuery,
		Long: `Runs one SELECT or EXPLAIN of DuckDB's SQL over the same tables that KQL sees. It
can read nothing else: no files, no network, no settings.`,
		Example: `  azflow sql 'SELECT SrcIp, sum(BytesSrcToDest) FROM Flows GROUP BY 1 ORDER BY 2 DESC LIMIT 5'
  azflow sql @report.sql -o report.csv`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			_, text, err := p.queryText(args[0])
			if err != nil {
				return err
			}
			return p.sql(c.Context(), text, f)
		},
	}
	p.askFlags(cmd, &f)
	cmd.Flags().BoolVar(&f.timing, "timing", false, "print how long it took on standard error")
	return cmd
}

func (p *program) sql(ctx context.Context, text string, f queryFlags) error {
	start := time.Now()
	s, stop, err := p.session(ctx)
	if err != nil {
		return err
	}
	defer stop()
	rows, err := s.SQL(ctx, text)
	if errors.Is(err, query.ErrNoSQL) {
		return usage("--engine duckdb has it", "%w", err)
	}
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }() // Next reports errors
	n, err := p.result(rows.Columns(), f, 0, func(write func([]*types.Vector, int) error) error {
		for {
			b, err := rows.Next()
			if errors.Is(err, io.EOF) {
				return nil
			}
			if err != nil {
				return err
			}
			if err := write(b.Columns, b.Rows); err != nil {
				return err
			}
		}
	})
	if err != nil {
		return err
	}
	if f.timing {
		p.note("%d rows in %s", n, time.Since(start).Round(time.Millisecond))
	}
	return nil
}
