package kql

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/azflow/azflow/kql/ast"
	"github.com/azflow/azflow/kql/diag"
	"github.com/azflow/azflow/kql/plan"
	"github.com/azflow/azflow/kql/types"
)

// show answers the read-only commands `.show tables`, `.show table T schema as
// json`, `.show databases` and `.show version` from the catalogue.
func show(c *ast.Command, cat plan.Catalog, o Options) (plan.Node, *diag.Diagnostic) {
	words := strings.Fields(strings.TrimSuffix(strings.TrimSpace(c.Text), ";"))
	lower := strings.ToLower(strings.Join(words, " "))
	switch {
	case lower == ".show tables":
		v := rows("TableName", "DatabaseName", "Folder", "DocString")
		for _, name := range cat.Tables() {
			if t, ok := cat.Table(name); ok {
				v.Rows = append(v.Rows, []types.Value{name, o.Database, "", t.Doc})
			}
		}
		for _, name := range cat.Functions() { // views stand for tables
			if f, ok := cat.Function(name); ok && isView(f) {
				v.Rows = append(v.Rows, []types.Value{name, o.Database, "Views", f.Doc})
			}
		}
		return v, nil
	case lower == ".show databases":
		v := rows("DatabaseName", "PersistentStorage", "Version", "PrettyName")
		v.Rows = append(v.Rows, []types.Value{o.Database, "", o.Version, o.Database})
		return v, nil
	case lower == ".show version":
		v := rows("BuildVersion", "ServiceType", "ProductVersion")
		v.Rows = append(v.Rows, []types.Value{o.Version, "Engine", o.Version})
		return v, nil
	case len(words) == 6 && strings.HasPrefix(lower, ".show table ") && strings.HasSuffix(lower, " schema as json"):
		return showSchema(c, words[2], cat, o)
	}
	return nil, &diag.Diagnostic{
		Code: "AZ013", Span: c.Span(), Msg: "management commands are not supported",
		Hint: "only .show tables, .show table T schema as json, .show databases and .show version are answered",
	}
}

// showSchema is the answer to `.show table T schema as json`.
func showSchema(c *ast.Command, name string, cat plan.Catalog, o Options) (plan.Node, *diag.Diagnostic) {
	name = strings.TrimSuffix(strings.TrimPrefix(strings.Trim(name, `[]`), `"`), `"`)
	name = strings.Trim(name, `'`)
	t, ok := cat.Table(name)
	if f, isFunction := cat.Function(name); !ok && isFunction && isView(f) {
		t, ok = viewTable(f, cat, o)
	}
	if !ok {
		return nil, &diag.Diagnostic{
			Code: "KS204", Span: c.Span(), Msg: fmt.Sprintf("The name '%s' does not refer to any known table, tabular variable or function.", name),
		}
	}
	type column struct {
		Name    string
		Type    string
		CslType string
	}
	schema := struct {
		Name           string
		OrderedColumns []column
	}{Name: t.Name}
	for _, col := range t.Columns {
		if !col.Hidden {
			schema.OrderedColumns = append(schema.OrderedColumns, column{col.Name, dotNet[col.Type], col.Type.String()})
		}
	}
	text, err := json.Marshal(schema)
	if err != nil {
		return nil, &diag.Diagnostic{Code: "AZ014", Span: c.Span(), Msg: err.Error()}
	}
	v := rows("TableName", "Schema", "DatabaseName", "Folder", "DocString")
	v.Rows = append(v.Rows, []types.Value{t.Name, string(text), o.Database, "", t.Doc})
	return v, nil
}

// isView reports whether a function can be named like a table.
func isView(f *plan.Function) bool { return strings.Trim(f.Params, "() ") == "" }

// viewTable returns a view as the table that it looks like.
func viewTable(f *plan.Function, cat plan.Catalog, o Options) (*plan.Table, bool) {
	p, _ := Plan("['"+strings.ReplaceAll(f.Name, "'", `\'`)+"']", cat, o)
	if p == nil || len(p.Results) == 0 {
		return nil, false
	}
	t := &plan.Table{Name: f.Name, Doc: f.Doc}
	for _, c := range p.Results[0].Root.Columns() {
		t.Columns = append(t.Columns, plan.TableColumn{Name: c.Name, Type: c.Type})
	}
	return t, true
}

// dotNet are the types of columns as Kusto's schema has them.
var dotNet = map[types.Type]string{
	types.Bool: "System.SByte", types.DateTime: "System.DateTime", types.Decimal: "System.Data.SqlTypes.SqlDecimal", types.Dynamic: "System.Object",
	types.GUID: "System.Guid", types.Int: "System.Int32", types.Long: "System.Int64", types.Real: "System.Double", types.String: "System.String",
	types.TimeSpan: "System.TimeSpan",
}

// rows returns a table of strings without rows.
func rows(names ...string) *plan.Values {
	v := &plan.Values{}
	for i, n := range names {
		v.Cols = append(v.Cols, plan.Column{ID: plan.ColumnID(i + 1), Name: n, Type: types.String})
	}
	return v
}
