package store

import (
	"fmt"
	"slices"
	"strings"

	"github.com/azflow/azflow/kql/sqlast"
	"github.com/azflow/azflow/kql/sqlgen"
	"github.com/azflow/azflow/kql/types"
)

// A Writer writes relations as SQL.
type Writer struct {
	Syntax *sqlast.Syntax
	// Files writes the table function that reads Parquet files.
	Files func(paths []string) string
	// StartsWith is the function that tests a text for a prefix.
	StartsWith string
	// Any is the aggregate that takes any value.
	Any string
	// Join writes an aggregate of sets, as [Join] has them: one is null or an
	// entry, several a text of entries. It gives each entry once, sorted by
	// length and text.
	Join func(one, several, separator string) string
	// Rows writes the query that gives rows held in memory.
	Rows func(s sqlgen.Scan, rows [][]types.Value) (string, error)
}

// Relation writes the query that gives the rows of a scan, each column under
// its alias.
func (w *Writer) Relation(s sqlgen.Scan, rel *Relation) (string, error) {
	var parts []string
	var partial []Files
	for _, f := range rel.Files {
		if len(f.Paths) == 0 {
			continue
		}
		if f.Partial && rel.Merge != nil {
			partial = append(partial, f)
			continue
		}
		var items []string
		for _, c := range s.Columns {
			x, err := w.fileColumn(f, c)
			if err != nil {
				return "", err
			}
			items = append(items, x+" AS "+c.Alias)
		}
		parts = append(parts, w.selectFrom(items, f, w.bounds(s, rel, f)))
	}
	if len(partial) > 0 {
		text, err := w.mergedRows(s, partial, rel)
		if err != nil {
			return "", err
		}
		parts = append(parts, text)
	}
	if len(rel.Rows) > 0 {
		text, err := w.Rows(s, rel.Rows)
		if err != nil {
			return "", err
		}
		parts = append(parts, text)
	}
	if len(parts) == 0 {
		var items []string
		for _, c := range s.Columns {
			x, err := w.literal(c, nil)
			if err != nil {
				return "", err
			}
			items = append(items, x+" AS "+c.Alias)
		}
		if len(items) == 0 {
			items = []string{"NULL AS none"}
		}
		parts = append(parts, "SELECT "+strings.Join(items, ", ")+" WHERE false")
	}
	return strings.Join(parts, "\nUNION ALL\n"), nil
}

// bounds returns the conditions that keep the rows of files within a scan's
// bounds.
func (w *Writer) bounds(s sqlgen.Scan, rel *Relation, f Files) []string {
	if f.Within {
		return nil
	}
	var out []string
	bound := func(op string, at types.Instant) {
		if at != 0 { // times are kept in microseconds
			out = append(out, w.Syntax.QuoteIdent(rel.Time)+op+w.stamp(at+types.TicksPerMicrosecond-1))
		}
	}
	bound(" >= ", s.From)
	bound(" < ", s.To)
	return out
}

// selectFrom reads items from files, where conds hold and rows are not hidden.
func (w *Writer) selectFrom(items []string, f Files, conds []string) string {
	if len(items) == 0 {
		items = []string{"NULL AS none"} // only the number of rows counts
	}
	text := "SELECT " + strings.Join(items, ", ") + "\nFROM " + w.Files(f.Paths)
	if conds = append(conds, w.visible(f.Hidden)...); len(conds) > 0 {
		text += "\nWHERE " + strings.Join(conds, " AND ")
	}
	return text
}

// visible returns the conditions that a row which counts meets.
func (w *Writer) visible(h Hidden) []string {
	var out []string
	if len(h.Blobs) > 0 {
		id, gen := w.Syntax.QuoteIdent(h.BlobColumn), w.Syntax.QuoteIdent(h.GenerationColumn)
		var ors []string
		for _, b := range h.Blobs {
			ors = append(ors, fmt.Sprintf("(%s = %s AND %s = %d)", id, w.Syntax.QuoteString(b.ID), gen, b.Generation))
		}
		out = append(out, "NOT ("+strings.Join(ors, " OR ")+")")
	}
	if h.Before != 0 {
		out = append(out, w.Syntax.QuoteIdent(h.TimeColumn)+" >= "+w.stamp(h.Before))
	}
	if len(h.Captures) > 0 {
		mac, at := w.Syntax.QuoteIdent(h.MACColumn), w.Syntax.QuoteIdent(h.TimeColumn)
		var ors []string
		for _, c := range h.Captures {
			ors = append(ors, fmt.Sprintf("(%s = %s AND %s >= %s AND %s < %s)", mac, w.Syntax.QuoteString(c.MAC), at, w.stamp(c.From), at, w.stamp(c.To)))
		}
		out = append(out, fmt.Sprintf("NOT (%s = %s AND (%s))", w.Syntax.QuoteIdent(h.TypeColumn), w.Syntax.QuoteString(h.Type), strings.Join(ors, " OR ")))
	}
	for _, c := range h.PrefixColumns {
		for _, prefix := range h.Prefixes {
			column := "lower(" + w.Syntax.QuoteIdent(c) + ")"
			out = append(out, fmt.Sprintf("NOT %s(%s, %s)", w.StartsWith, column, w.Syntax.QuoteString(strings.ToLower(prefix))))
		}
	}
	return out
}

// stamp writes an instant as a timestamp.
func (w *Writer) stamp(t types.Instant) string {
	us := (int64(t) - types.UnixEpochTicks) / types.TicksPerMicrosecond
	if us*types.TicksPerMicrosecond > int64(t)-types.UnixEpochTicks { // before 1970
		us--
	}
	return w.Syntax.Stamp(us)
}

// fileColumn returns the expression of a scan's column over a file's.
func (w *Writer) fileColumn(f Files, c sqlgen.ScanColumn) (string, error) {
	src, ok := f.Columns[c.Name]
	if !ok || src.Column == "" {
		return w.literal(c, src.Value)
	}
	return "CAST(" + w.Syntax.QuoteIdent(src.Column) + " AS " + w.sqlType(c) + ")", nil
}

// sqlType is the type of a scan's column.
func (w *Writer) sqlType(c sqlgen.ScanColumn) string {
	return w.Syntax.Types[sqlgen.SQLType(c.Type, c.Form)]
}

// literal writes a value of a scan's column.
func (w *Writer) literal(c sqlgen.ScanColumn, v types.Value) (string, error) {
	x, err := sqlgen.Literal(c.Type, c.Form, v)
	if err != nil {
		return "", err
	}
	return sqlast.PrintExpr(x, w.Syntax)
}

// mergedRows merges the rows of files that share the keys.
func (w *Writer) mergedRows(s sqlgen.Scan, files []Files, rel *Relation) (string, error) {
	m := rel.Merge
	needed := slices.Clone(m.Keys)
	for _, c := range s.Columns {
		for _, f := range files {
			if src := f.Columns[c.Name]; src.Column != "" && !slices.Contains(needed, src.Column) {
				needed = append(needed, src.Column)
			}
		}
	}
	if m.Present != "" && !slices.Contains(needed, m.Present) {
		needed = append(needed, m.Present)
	}
	if slices.Contains(needed, m.Join.Several) && !slices.Contains(needed, m.Join.One) {
		needed = append(needed, m.Join.One)
	}
	var raw []string
	for _, f := range files {
		var items []string
		for i, n := range needed {
			x := "NULL"
			for _, src := range f.Columns {
				if src.Column == n {
					x = w.Syntax.QuoteIdent(n)
				}
			}
			if slices.Contains(m.Keys, n) || n == m.Present {
				x = w.Syntax.QuoteIdent(n)
			}
			items = append(items, fmt.Sprintf("%s AS m%d", x, i))
		}
		raw = append(raw, w.selectFrom(items, f, w.bounds(s, rel, f)))
	}
	var items []string
	for _, c := range s.Columns {
		at := -1
		for _, f := range files {
			if src := f.Columns[c.Name]; src.Column != "" {
				at = slices.Index(needed, src.Column)
			}
		}
		if at < 0 || needed[at] == m.Join.One {
			var missing types.Value
			if at < 0 {
				missing = files[0].Columns[c.Name].Value
			}
			x, err := w.literal(c, missing)
			if err != nil {
				return "", err
			}
			items = append(items, x+" AS "+c.Alias)
			continue
		}
		items = append(items, "CAST("+w.mergedColumn(m, needed, at)+" AS "+w.sqlType(c)+") AS "+c.Alias)
	}
	if len(items) == 0 {
		items = []string{"NULL AS none"}
	}
	keys := make([]string, len(m.Keys))
	for i := range m.Keys {
		keys[i] = fmt.Sprintf("m%d", i)
	}
	text := "SELECT " + strings.Join(items, ", ") + "\nFROM (" + strings.Join(raw, "\nUNION ALL\n") + ") AS raw\nGROUP BY " + strings.Join(keys, ", ")
	if m.Present != "" {
		text += fmt.Sprintf("\nHAVING sum(m%d) <> 0", slices.Index(needed, m.Present))
	}
	return text, nil
}

// mergedColumn returns the aggregate that makes one value of many, of the column
// at a place of those needed.
func (w *Writer) mergedColumn(m *Merge, needed []string, at int) string {
	column, x := needed[at], fmt.Sprintf("m%d", at)
	switch {
	case slices.Contains(m.Keys, column):
		return x
	case slices.Contains(m.Sum, column):
		return "sum(" + x + ")"
	case slices.Contains(m.Min, column):
		return "min(" + x + ")"
	case slices.Contains(m.Max, column):
		return "max(" + x + ")"
	case column == m.Join.Several:
		return w.Join(fmt.Sprintf("m%d", slices.Index(needed, m.Join.One)), x, m.Join.Separator)
	}
	return w.Any + "(" + x + ")"
}
