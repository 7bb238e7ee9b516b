package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/azflow/azflow/internal/render"
	"github.com/azflow/azflow/kql/plan"
	"github.com/azflow/azflow/kql/types"
	"github.com/azflow/azflow/schema"
)

func (p *program) tablesCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "tables [TABLE]",
		Short:   "List the tables, or the columns of one",
		GroupID: groupQuery,
		Example: `  azflow tables
  azflow tables NTANetAnalytics
  azflow tables Flows --format json`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) == 1 {
				return p.describeTable(args[0])
			}
			return p.listTables(c.Context())
		},
	}
	cmd.Flags().VarP(p.setting("format"), "format", "f", strings.Join(render.Formats(), ", "))
	return cmd
}

// rows writes rows of text and numbers in the configured format.
func (p *program) rows(cols []plan.Column, rows [][]types.Value) error {
	_, err := p.result(cols, queryFlags{}, 0, func(write func([]*types.Vector, int) error) error {
		vs := make([]*types.Vector, len(cols))
		for i, c := range cols {
			vals := make([]types.Value, len(rows))
			for j, r := range rows {
				vals[j] = r[i]
			}
			vs[i] = types.FromValues(c.Type, vals)
		}
		return write(vs, len(rows))
	})
	return err
}

func (p *program) listTables(ctx context.Context) error {
	l, err := p.openLake(ctx, true)
	if err != nil {
		return err
	}
	defer func() { _ = l.Close() }() // nothing is written
	snap, err := l.Snapshot(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = snap.Close() }() // only a lock file stays, and a sweep finds it
	cols := []plan.Column{
		{Name: "Table", Type: types.String},
		{Name: "Rows", Type: types.Long},
		{Name: "Bytes", Type: types.Long},
		{Name: "From", Type: types.String},
		{Name: "To", Type: types.String},
		{Name: "What", Type: types.String},
	}
	var rows [][]types.Value
	for _, t := range schema.Tables() {
		if t.Hidden {
			continue
		}
		row := []types.Value{t.Name, nil, nil, "", "", firstSentence(t.Doc)}
		ext, err := snap.Extent(ctx, t.Name)
		if err != nil {
			return err
		}
		if ext.Segments > 0 {
			row[1], row[2] = ext.Rows, ext.Bytes
			row[3], row[4] = ext.Min.Format("2006-01-02 15:04"), ext.Max.Format("2006-01-02 15:04")
		}
		rows = append(rows, row)
	}
	return p.rows(cols, rows)
}

func firstSentence(s string) string {
	if i := strings.IndexAny(s, ".:;"); i > 0 {
		return s[:i]
	}
	return s
}

func (p *program) describeTable(name string) error {
	t, ok := schema.Lookup(name)
	if !ok {
		var names []string
		for _, t := range schema.Tables() {
			if strings.EqualFold(t.Name, name) || slices.ContainsFunc(t.Aliases, func(a string) bool { return strings.EqualFold(a, name) }) {
				return usage(fmt.Sprintf("did you mean %s?", t.Name), "no table is called %q", name)
			}
			if !t.Hidden {
				names = append(names, t.Name)
			}
		}
		return usage("there are "+strings.Join(names, ", "), "no table is called %q", name)
	}
	cols := []plan.Column{
		{Name: "Column", Type: types.String}, {Name: "Type", Type: types.String}, {Name: "Source", Type: types.String}, {Name: "Meaning", Type: types.String},
	}
	var rows [][]types.Value
	for _, c := range t.Columns {
		if !c.Hidden {
			rows = append(rows, []types.Value{c.Name, c.Type.String(), c.Source.String(), c.Doc})
		}
	}
	p.note("%s: %s", t.Name, t.Doc)
	return p.rows(cols, rows)
}
