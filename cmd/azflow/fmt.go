package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/azflow/azflow/kql/format"
)

func (p *program) fmtCommand() *cobra.Command {
	var write bool
	cmd := &cobra.Command{
		Use:     "fmt KQL | @FILE | -",
		Short:   "Lay out a KQL query",
		GroupID: groupQuery,
		Long: `Prints a query in one layout: an operator a line, comments kept, pretty quotes made
plain. It changes nothing that the query means.`,
		Example: `  azflow fmt 'NTANetAnalytics|where DestPort==443|count'
  azflow fmt @recipe.kql --write
  pbpaste | azflow fmt -`,
		Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error { return p.format(args[0], write) },
	}
	cmd.Flags().BoolVarP(&write, "write", "w", false, "write the file back instead of printing it")
	return cmd
}

func (p *program) format(arg string, write bool) error {
	name, text, err := p.queryText(arg)
	if err != nil {
		return err
	}
	if write && (len(arg) < 2 || arg[0] != '@') {
		return usage("azflow fmt @query.kql --write", "--write needs a file")
	}
	out, diags := format.Source(text)
	if diags.HasErrors() {
		return p.kqlError(name, text, diags)
	}
	if !write {
		return p.print(out)
	}
	info, err := os.Stat(name)
	if err != nil {
		return err
	}
	if err := os.WriteFile(name, []byte(out), info.Mode().Perm()); err != nil {
		return fmt.Errorf("writing %s: %w", name, err)
	}
	return nil
}
