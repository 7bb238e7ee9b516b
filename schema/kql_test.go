package schema_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/azflow/azflow/internal/spectest"
	"github.com/azflow/azflow/kql/parser"
	"github.com/azflow/azflow/schema"
)

// A text is KQL that lies in the tables, and the columns it must give.
type text struct {
	what, query string
	columns     []spectest.Column
}

func texts() []text {
	var all []text
	for _, tab := range schema.Tables() {
		var cols []spectest.Column
		for _, c := range tab.Columns {
			if !c.Hidden {
				cols = append(cols, spectest.Column{Name: c.Name, Type: c.Type.String()})
			}
		}
		if q := tab.Query(); q != "" {
			all = append(all, text{tab.Name, q, cols})
		}
		for _, v := range tab.Variants() {
			all = append(all, text{v.Function(tab.Name), v.Query, cols})
		}
		for _, c := range tab.Columns {
			if c.Expr != "" {
				all = append(all, text{tab.Name + "." + c.Name, tab.Name + " | project " + c.Name + " = " + c.Expr, []spectest.Column{{Name: c.Name, Type: c.Type.String()}}})
			}
		}
	}
	return all
}

func TestAllKQLParses(t *testing.T) {
	for _, x := range texts() {
		if _, ds := parser.Parse(x.query); len(ds) > 0 {
			t.Errorf("%s: %v\n%s", x.what, ds, x.query)
		}
	}
}

// Asked of Microsoft's own binder.
func TestConformanceOfAllKQL(t *testing.T) {
	oracle := spectest.StartOracle(t, oracleSchema())
	t.Run("views, variants and expressions have the columns that their table says", func(t *testing.T) {
		all := texts()
		if len(all) < 15 {
			t.Errorf("only %d texts", len(all))
		}
		for _, x := range all {
			a := oracle.Check(x.query)
			if len(a.Diagnostics) > 0 {
				t.Errorf("%s: %+v\n%s", x.what, a.Diagnostics, x.query)
			} else if !slices.Equal(a.Columns, x.columns) {
				t.Errorf("%s has columns %v, want %v", x.what, a.Columns, x.columns)
			}
		}
	})
	t.Run("the drafted rules bind", func(t *testing.T) {
		var rules []struct{ ID, Q string }
		readShared(t, "reference/detection-rules/_rules.json", &rules)
		for _, r := range rules {
			if d, bad := oracle.Check(r.Q).Error(); bad {
				t.Errorf("%s: %s %s", r.ID, d.Code, d.Message)
			}
		}
		if len(rules) != 32 {
			t.Errorf("%d rules", len(rules))
		}
	})
}

// oracleSchema has all tables with all their columns, and the views as the
// functions that they are.
func oracleSchema() spectest.Schema {
	s := spectest.Schema{Database: "azflow", Tables: map[string]json.RawMessage{}}
	for _, tab := range schema.Tables() {
		if q := tab.Query(); q != "" {
			s.Functions = append(s.Functions, spectest.SchemaFunction{Name: tab.Name, Params: "()", Body: "{\n" + q + "\n}"})
			continue
		}
		var b strings.Builder
		for i, c := range tab.Columns {
			sep := ","
			if i == 0 {
				sep = "{"
			}
			b.WriteString(sep + `"` + c.Name + `":"` + c.Type.String() + `"`)
		}
		s.Tables[tab.Name] = json.RawMessage(b.String() + "}")
	}
	return s
}
