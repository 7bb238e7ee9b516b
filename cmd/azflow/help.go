package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/azflow/azflow/internal/config"
	"github.com/azflow/azflow/internal/render"
)

// helpTopics are the pages of `azflow help TOPIC`.
func helpTopics() []*cobra.Command {
	return []*cobra.Command{
		{Use: "exit-codes", Short: "What the exit status means", Long: `  0    done
  1    something failed at run time
  2    the command line or the configuration is wrong
  3    the query is wrong; the message points at the place
  4    authentication or authorisation failed
  5    findings, where a command was asked to look for them
  6    done in part; what is missing is listed on stderr
  130  interrupted; what was committed stays`},
		{Use: "environment", Short: "Environment variables", Long: environment()},
		{Use: "formats", Short: "Forms of results", Long: `--format takes ` + strings.Join(render.Formats(), ", ") + `.

Without it the ending of -o FILE decides, then AZFLOW_FORMAT, then a table on a
terminal and ndjson in a pipe. JSON keeps types: longs are numbers, NaN and
infinities strings, datetimes RFC 3339 with seven digits, timespans as Kusto
prints them, dynamics nested.`},
	}
}

func environment() string {
	var b strings.Builder
	b.WriteString("A flag wins over its variable, a variable over the configuration file.\n\n")
	fmt.Fprintf(&b, "  %-22s %s\n", "AZFLOW_CONFIG", "Configuration file.")
	for _, s := range config.Settings() {
		fmt.Fprintf(&b, "  %-22s %s\n", s.Env(), s.Doc)
	}
	fmt.Fprintf(&b, "  %-22s %s\n", "AZFLOW_CHDB_LIB", "Path of libchdb.so, which --engine clickhouse needs.")
	return b.String()
}
