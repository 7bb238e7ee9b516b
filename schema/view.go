package schema

import (
	"strings"

	"github.com/azflow/azflow/kql/types"
)

// Query returns the KQL query that makes the rows of a view, with all columns
// of the table in its order; empty for a table that holds rows of its own.
func (t Table) Query() string {
	if t.View == "" {
		return ""
	}
	var b strings.Builder
	b.WriteString(t.View)
	b.WriteString("\n| project ")
	for i, c := range t.Columns {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(c.Name)
		if c.Source != View {
			b.WriteString(" = ")
			b.WriteString(literal(c))
		}
	}
	return b.String()
}

// literal returns c's value in KQL where no row has one of its own.
func literal(c Column) string {
	if c.Type == types.String {
		return `"` + c.Default + `"`
	}
	return c.Type.String() + "(null)"
}
