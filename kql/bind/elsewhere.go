package bind

import (
	"github.com/azflow/azflow/kql/ast"
	"github.com/azflow/azflow/kql/diag"
	"github.com/azflow/azflow/kql/plan"
)

// Missing is what a query names that is not here.
type Missing struct {
	At              diag.Span
	Code, Msg, Hint string
	What            string // as in "the plugin python"
}

// Elsewhere returns the table that stands for what is not here: any column may
// be in it. It is an error if the query is to be run here, else a warning.
func (b *Binder) Elsewhere(m Missing) *Table {
	d := diag.Diagnostic{Code: m.Code, Span: m.At, Msg: m.Msg, Hint: m.Hint}
	if b.opts.Local {
		b.Report(d)
		return b.FailedTable()
	}
	d.Severity = diag.Warning
	b.Report(d)
	return b.openTable(m.What)
}

func (b *Binder) openTable(what string) *Table {
	return &Table{Node: &plan.Foreign{What: what}, Open: true}
}

// tableElsewhere is a table, view or function of another database, which was
// reported where the database is named.
func (b *Binder) tableElsewhere(d *elsewhere) *Table {
	return b.openTable("the database " + d.name)
}

// aliasDatabase binds `alias database name = database`.
func (b *Binder) aliasDatabase(s *ast.AliasDatabase) {
	d := b.any(s.Value, anything)
	switch d.(type) {
	case *database, *elsewhere:
		if b.aliases == nil {
			b.aliases = map[string]entity{}
		}
		b.aliases[s.Name.Text] = d
	case *failure:
	default:
		b.Errorf("AZ011", s.Value.Span(), "alias database names a database, as in database(%q)", b.opts.Database)
	}
}
