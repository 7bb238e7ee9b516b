package schema_test

import (
	"testing"

	"github.com/azflow/azflow/kql/parser"
	"github.com/azflow/azflow/schema"
)

// Views, variants and expressions are KQL that no other test of this package
// reads.
func TestAllKQLParses(t *testing.T) {
	parse := func(what, text string) {
		t.Helper()
		if _, ds := parser.Parse(text); len(ds) > 0 {
			t.Errorf("%s: %v\n%s", what, ds, text)
		}
	}
	texts := 0
	for _, tab := range schema.Tables() {
		if q := tab.Query(); q != "" {
			parse(tab.Name, q)
			texts++
		}
		for _, v := range tab.Variants() {
			parse(v.Function(tab.Name), v.Query)
			texts++
		}
		for _, c := range tab.Columns {
			if c.Expr != "" {
				parse(tab.Name+"."+c.Name, tab.Name+" | extend X = "+c.Expr)
				texts++
			}
		}
	}
	if texts < 15 {
		t.Errorf("only %d texts", texts)
	}
}
