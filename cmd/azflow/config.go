package main

import (
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/azflow/azflow/internal/config"
)

func (p *program) configCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "config",
		Short:   "Show the settings",
		GroupID: groupOther,
		Args:    cobra.NoArgs,
		RunE:    func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	cmd.AddCommand(&cobra.Command{
		Use:   "show",
		Short: "Print every setting, its value and where that comes from",
		Example: `  azflow config show
  AZFLOW_DATA=/srv/azflow azflow config show
  azflow config show --config ./azflow.yaml`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error { return p.showConfig() },
	})
	return cmd
}

func (p *program) showConfig() error {
	state := "not there"
	if p.cfg.Found {
		state = "read"
	}
	if _, err := fmt.Fprintf(p.out, "# configuration file: %s (%s)\n", p.cfg.File, state); err != nil {
		return err
	}
	w := tabwriter.NewWriter(p.out, 0, 8, 2, ' ', 0)
	for _, v := range p.cfg.All() {
		text := v.Text
		if v.Setting.Secret && text != "" {
			text = "********"
		}
		if _, err := fmt.Fprintf(w, "%s:\t%s\t# %s\n", v.Setting.Name, text, v.Origin); err != nil {
			return err
		}
	}
	for _, a := range p.cfg.Accounts() {
		for _, s := range config.AccountSettings() {
			if text := a.Values[s.Name]; text != "" {
				if _, err := fmt.Fprintf(w, "accounts.%s.%s:\t%s\t# file %s\n", a.Name, s.Name, text, p.cfg.File); err != nil {
					return err
				}
			}
		}
	}
	return w.Flush()
}
