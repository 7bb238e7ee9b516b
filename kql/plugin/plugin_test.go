package plugin

import (
	"strings"
	"testing"
)

func TestPluginsAreCompleteAndSorted(t *testing.T) {
	last := ""
	for _, p := range Plugins() {
		if p.Name <= last {
			t.Errorf("%s stands after %s", p.Name, last)
		}
		last = p.Name
		if p.Summary == "" || !strings.HasSuffix(p.Summary, ".") {
			t.Errorf("%s: the summary %q is no sentence", p.Name, p.Summary)
		}
		if !strings.Contains(p.Syntax, p.Name+"(") {
			t.Errorf("%s: the syntax %q does not call it", p.Name, p.Syntax)
		}
		if p.columns == nil {
			t.Errorf("%s gives no columns", p.Name)
		}
		if find(p.Name) == nil {
			t.Errorf("%s is not found by its name", p.Name)
		}
	}
}
