package schema

import (
	"maps"
	"slices"

	"github.com/azflow/azflow/kql/plan"
)

// A Catalog is the catalogue that queries are bound against. A table that is a
// view appears as a stored function without parameters, which Kusto lets a
// query name like a table.
type Catalog struct {
	tables    map[string]*plan.Table // aliases included
	functions map[string]*plan.Function
	names     []string
}

var _ plan.Catalog = (*Catalog)(nil)

// NewCatalog returns the catalogue of tables, for which see [Tables].
func NewCatalog(tables []Table) *Catalog {
	c := &Catalog{tables: map[string]*plan.Table{}, functions: map[string]*plan.Function{}}
	for _, t := range tables {
		all := append([]string{t.Name}, t.Aliases...)
		if t.View != "" {
			for _, name := range all {
				c.functions[name] = &plan.Function{Name: name, Doc: t.Doc, Params: "()", Body: "{\n" + t.Query() + "\n}"}
			}
			continue
		}
		if !t.Hidden {
			c.names = append(c.names, t.Name)
		}
		pt := &plan.Table{Name: t.Name, Doc: t.Doc, Time: t.TimeColumn, Hidden: t.Hidden}
		for _, col := range t.Columns {
			pt.Columns = append(pt.Columns, plan.TableColumn{Name: col.Name, Type: col.Type, Doc: col.Doc, Hidden: col.Hidden, IPv4: col.IPv4, Expr: expr(col), Values: col.Values})
		}
		for _, v := range t.Variants() {
			if pt.Variants == nil {
				pt.Variants = map[string]string{}
			}
			name := v.Function(t.Name)
			pt.Variants[v.Option+"="+v.Value] = name
			c.functions[name] = &plan.Function{Name: name, Doc: v.Doc, Params: "()", Body: "{\n" + v.Query + "\n}"}
		}
		for _, name := range all {
			c.tables[name] = pt
		}
	}
	for _, f := range Functions() {
		c.functions[f.Name] = &f
	}
	slices.Sort(c.names)
	return c
}

// Table returns the table called name, aliases included.
func (c *Catalog) Table(name string) (*plan.Table, bool) {
	t, ok := c.tables[name]
	return t, ok
}

// Tables returns the names of all tables that hold rows, sorted.
func (c *Catalog) Tables() []string { return slices.Clone(c.names) }

// Function returns the stored function, or view, called name.
func (c *Catalog) Function(name string) (*plan.Function, bool) {
	f, ok := c.functions[name]
	return f, ok
}

// Functions returns the names of all stored functions and views, sorted; those
// of variants, which begin with a low line, are left out.
func (c *Catalog) Functions() []string {
	return slices.DeleteFunc(slices.Sorted(maps.Keys(c.functions)), func(name string) bool { return name[0] == '_' && !public[name] })
}

// public are the functions that are listed although they begin with a low line,
// as Microsoft Sentinel's own do.
var public = map[string]bool{"_Im_NetworkSession": true, "_ASim_NetworkSession": true, "_GetWatchlist": true}

// expr returns the KQL expression of a column that files do not hold, "" for
// one that they do.
func expr(c Column) string {
	switch c.Source {
	case Constant, Absent:
		return literal(c)
	case Copy:
		return c.SameAs
	case Derived:
		return c.Expr
	default:
		return ""
	}
}
