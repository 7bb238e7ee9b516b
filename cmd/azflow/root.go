package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/azflow/azflow/internal/config"
)

// streams are where the program reads and writes: data to out, all else to err.
type streams struct {
	in       io.Reader
	out, err io.Writer
}

// terminal reports whether w is a terminal, and how many cells wide.
func terminal(w io.Writer) (width int, ok bool) {
	f, isFile := w.(*os.File)
	if !isFile || !term.IsTerminal(int(f.Fd())) {
		return 0, false
	}
	width, _, err := term.GetSize(int(f.Fd()))
	if err != nil {
		return 0, true
	}
	return width, true
}

// program is what every command has at hand.
type program struct {
	streams
	flags      map[string]string // settings given by flag
	configFile string
	quiet      bool
	verbose    bool
	auth       string         // how to sign in to storage accounts; "" as the configuration says
	cfg        *config.Config // loaded before a command runs
}

// note prints a line for the person at the terminal, unless --quiet.
func (p *program) note(format string, args ...any) {
	if !p.quiet {
		fmt.Fprintf(p.err, "azflow: "+format+"\n", args...)
	}
}

// The groups of the help text.
const (
	groupData  = "data"
	groupQuery = "query"
	groupLake  = "lake"
	groupOther = "other"
)

// execute runs the program with the given arguments and returns its exit code.
func execute(ctx context.Context, args []string, s streams) int {
	p := &program{streams: s, flags: map[string]string{}}
	root := p.root()
	root.SetArgs(args)
	root.SetIn(s.in)
	root.SetOut(s.out)
	root.SetErr(s.err)
	cmd, err := root.ExecuteContextC(ctx)
	switch {
	case err == nil || !isUsage(err):
	case strings.Contains(err.Error(), " arg(s), "):
		err = usage(fmt.Sprintf("usage: %s; `%s --help` explains it", cmd.UseLine(), cmd.CommandPath()), "%s: too few or too many arguments", cmd.CommandPath())
	default:
		err = usage("`azflow help` lists the commands, `azflow COMMAND --help` its flags", "%w", err)
	}
	return report(ctx, s.err, err)
}

// isUsage reports whether cobra or pflag refused the command line.
func isUsage(err error) bool {
	var f *failure
	if errors.As(err, &f) {
		return false
	}
	for _, prefix := range []string{"unknown command", "unknown flag", "unknown shorthand", "invalid argument", "flag needs an argument", "accepts ", "requires ", "if any flags in the group", "at least one of the flags", "required flag", "bad flag syntax"} {
		if strings.HasPrefix(err.Error(), prefix) {
			return true
		}
	}
	return false
}

func (p *program) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "azflow",
		Short: "Turn Azure network flow logs into answers",
		Long: `azflow reads Azure network flow logs (NSG versions 1 and 2, virtual network
version 4), stores every tuple exactly once in Parquet, and answers KQL.

  azflow demo                           a demo estate, three questions, one minute
  azflow ingest ./flowlogs              take in a folder of PT1H.json blobs
  azflow ingest az://contosologs        or of a storage account, and --follow it
  azflow query 'NTANetAnalytics | count'`,
		SilenceErrors:     true,
		SilenceUsage:      true,
		DisableAutoGenTag: true,
		CompletionOptions: cobra.CompletionOptions{HiddenDefaultCmd: true},
		PersistentPreRunE: func(*cobra.Command, []string) error { return p.load() },
	}
	root.AddGroup(
		&cobra.Group{ID: groupData, Title: "Take logs in:"},
		&cobra.Group{ID: groupQuery, Title: "Ask:"},
		&cobra.Group{ID: groupLake, Title: "Look after the lake:"},
		&cobra.Group{ID: groupOther, Title: "Other:"},
	)
	flags := root.PersistentFlags()
	flags.StringVar(&p.configFile, "config", "", "configuration file (default "+shortDefault()+")")
	flags.BoolVarP(&p.quiet, "quiet", "q", false, "print results and errors only")
	flags.BoolVarP(&p.verbose, "verbose", "v", false, "print every request to Azure, without secrets")
	flags.Var(p.setting("data"), "data", "folder of the lake (default: your data directory)")
	root.AddCommand(p.commands()...)
	root.AddCommand(helpTopics()...)
	root.SetHelpCommandGroupID(groupOther)
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		return usage(fmt.Sprintf("`%s --help` lists the flags", c.CommandPath()), "%w", err)
	})
	return root
}

// commands lists every command, in the order of the help text.
func (p *program) commands() []*cobra.Command {
	return []*cobra.Command{
		p.ingestCommand(),
		p.inventoryCommand(),
		p.demoCommand(),
		p.queryCommand(),
		p.sqlCommand(),
		p.explainCommand(),
		p.tablesCommand(),
		p.fmtCommand(),
		p.statusCommand(),
		p.compactCommand(),
		p.retentionCommand(),
		p.forgetCommand(),
		p.backupCommand(),
		p.verifyCommand(),
		p.compareCommand(),
		p.configCommand(),
		p.versionCommand(),
	}
}

// load finds the settings. It comes before any command.
func (p *program) load() error {
	cfg, err := config.Load(config.Sources{Flags: p.flags, File: p.configFile})
	if err != nil {
		return usage("`azflow config show` prints every setting and where it comes from", "%w", err)
	}
	p.cfg = cfg
	return nil
}

// setting returns a flag that sets a setting of the configuration.
func (p *program) setting(name string) *settingFlag { return &settingFlag{p, name} }

type settingFlag struct {
	p    *program
	name string
}

func (f *settingFlag) String() string { return "" }
func (f *settingFlag) Type() string   { return "value" }

func (f *settingFlag) Set(text string) error {
	f.p.flags[f.name] = text
	return nil
}

func shortDefault() string { return "$XDG_CONFIG_HOME/azflow/config.yaml" }
