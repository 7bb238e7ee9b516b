package format

import (
	"strings"

	"github.com/azflow/azflow/kql/parser"
)

// Name returns a name as it is written in a query: in brackets unless it is an
// identifier.
func Name(name string) string {
	if tokens, _ := parser.Tokens(name); len(tokens) == 2 && tokens[0].Kind == parser.Identifier && tokens[0].Text == name {
		return name
	}
	return "['" + strings.NewReplacer(`\`, `\\`, `'`, `\'`, "\n", `\n`, "\r", `\r`, "\t", `\t`).Replace(name) + "']"
}
