//go:build cgo

package duckdb

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	mapping "github.com/duckdb/duckdb-go-bindings"

	"github.com/azflow/azflow/internal/store"
	"github.com/azflow/azflow/kql/physical"
	"github.com/azflow/azflow/kql/sqlgen"
	"github.com/azflow/azflow/kql/sqlgen/duckdb"
	"github.com/azflow/azflow/kql/types"
)

// relation writes the query that gives the rows of a scan. Rows held in memory
// are put into a temporary table of the connection first.
func (e *Engine) relation(conn mapping.Connection, s sqlgen.Scan, rel *store.Relation) (string, error) {
	var parts []string
	var partial []store.Files
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
			items = append(items, fileColumn(f, c)+" AS "+c.Alias)
		}
		parts = append(parts, selectFrom(items, f))
	}
	if len(partial) > 0 {
		parts = append(parts, mergedRows(s, partial, rel.Merge))
	}
	if len(rel.Rows) > 0 {
		text, err := e.memoryRows(conn, s, rel.Rows)
		if err != nil {
			return "", err
		}
		parts = append(parts, text)
	}
	if len(parts) == 0 {
		var items []string
		for _, c := range s.Columns {
			items = append(items, literal(c, nil)+" AS "+c.Alias)
		}
		if len(items) == 0 {
			items = []string{"NULL AS none"}
		}
		parts = append(parts, "SELECT "+strings.Join(items, ", ")+" WHERE false")
	}
	return strings.Join(parts, "\nUNION ALL\n"), nil
}

// selectFrom reads items from files, hidden rows left out.
func selectFrom(items []string, f store.Files) string {
	if len(items) == 0 {
		items = []string{"NULL AS none"} // only the number of rows counts
	}
	paths := make([]string, len(f.Paths))
	for i, p := range f.Paths {
		paths[i] = duckdb.QuoteString(p)
	}
	text := "SELECT " + strings.Join(items, ", ") + "\nFROM read_parquet([" + strings.Join(paths, ", ") + "], hive_partitioning = false, union_by_name = false)"
	if w := visible(f.Hidden); len(w) > 0 {
		text += "\nWHERE " + strings.Join(w, " AND ")
	}
	return text
}

// visible returns the conditions that a row which counts meets.
func visible(h store.Hidden) []string {
	var out []string
	if len(h.Blobs) > 0 {
		id, gen := duckdb.QuoteIdent(h.BlobColumn), duckdb.QuoteIdent(h.GenerationColumn)
		var ors []string
		for _, b := range h.Blobs {
			ors = append(ors, fmt.Sprintf("(%s = %s AND %s = %d)", id, duckdb.QuoteString(b.ID), gen, b.Generation))
		}
		out = append(out, "NOT ("+strings.Join(ors, " OR ")+")")
	}
	if h.Before != 0 {
		out = append(out, duckdb.QuoteIdent(h.TimeColumn)+" >= "+stamp(h.Before))
	}
	if len(h.Captures) > 0 {
		mac, at := duckdb.QuoteIdent(h.MACColumn), duckdb.QuoteIdent(h.TimeColumn)
		var ors []string
		for _, c := range h.Captures {
			ors = append(ors, fmt.Sprintf("(%s = %s AND %s >= %s AND %s < %s)", mac, duckdb.QuoteString(c.MAC), at, stamp(c.From), at, stamp(c.To)))
		}
		out = append(out, fmt.Sprintf("NOT (%s = %s AND (%s))", duckdb.QuoteIdent(h.TypeColumn), duckdb.QuoteString(h.Type), strings.Join(ors, " OR ")))
	}
	if len(h.Texts) > 0 {
		var list []string
		for _, t := range h.Texts {
			list = append(list, duckdb.QuoteString(strings.ToLower(t)))
		}
		out = append(out, "lower("+duckdb.QuoteIdent(h.TextColumn)+") NOT IN ("+strings.Join(list, ", ")+")")
	}
	return out
}

// stamp writes an instant as a timestamp.
func stamp(t types.Instant) string {
	us := (int64(t) - types.UnixEpochTicks) / types.TicksPerMicrosecond
	return "make_timestamptz(" + strconv.FormatInt(us, 10) + ")"
}

// fileColumn returns the expression of a scan's column over a file's.
func fileColumn(f store.Files, c sqlgen.ScanColumn) string {
	src, ok := f.Columns[c.Name]
	if !ok || src.Column == "" {
		return literal(c, src.Value)
	}
	return "CAST(" + duckdb.QuoteIdent(src.Column) + " AS " + sqlType(c) + ")"
}

// sqlType is the type of a scan's column.
func sqlType(c sqlgen.ScanColumn) string {
	switch c.Form {
	case physical.Stamp:
		return "TIMESTAMPTZ"
	case physical.Ticks:
		return "BIGINT"
	case physical.JSON, physical.Text:
		return "VARCHAR"
	}
	switch c.Type {
	case types.Bool:
		return "BOOLEAN"
	case types.Int:
		return "INTEGER"
	case types.Long:
		return "BIGINT"
	case types.Real:
		return "DOUBLE"
	}
	return "VARCHAR"
}

// literal writes a value of a scan's column.
func literal(c sqlgen.ScanColumn, v types.Value) string {
	if v == nil && c.Type == types.String {
		return "''"
	}
	cast := func(s string) string { return "CAST(" + s + " AS " + sqlType(c) + ")" }
	switch v := v.(type) {
	case nil:
		return cast("NULL")
	case bool:
		return strconv.FormatBool(v)
	case int32:
		return cast(strconv.FormatInt(int64(v), 10))
	case int64:
		return cast(strconv.FormatInt(v, 10))
	case float64:
		return cast(duckdb.QuoteString(strconv.FormatFloat(v, 'g', -1, 64)))
	case types.Instant:
		return stamp(v)
	case types.Interval:
		return cast(strconv.FormatInt(int64(v), 10))
	case string:
		if c.Type == types.String {
			return duckdb.QuoteString(v)
		}
	}
	return duckdb.QuoteString(written(v))
}

// mergedRows merges the rows of files that share the keys.
func mergedRows(s sqlgen.Scan, files []store.Files, m *store.Merge) string {
	needed := slices.Clone(m.Keys)
	for _, c := range s.Columns {
		for _, f := range files {
			if src := f.Columns[c.Name]; src.Column != "" && !slices.Contains(needed, src.Column) {
				needed = append(needed, src.Column)
			}
		}
	}
	var raw []string
	for _, f := range files {
		var items []string
		for i, n := range needed {
			x := "NULL"
			for _, src := range f.Columns {
				if src.Column == n {
					x = duckdb.QuoteIdent(n)
				}
			}
			if slices.Contains(m.Keys, n) {
				x = duckdb.QuoteIdent(n)
			}
			items = append(items, fmt.Sprintf("%s AS m%d", x, i))
		}
		raw = append(raw, selectFrom(items, f))
	}
	var items []string
	for _, c := range s.Columns {
		at := -1
		for _, f := range files {
			if src := f.Columns[c.Name]; src.Column != "" {
				at = slices.Index(needed, src.Column)
			}
		}
		if at < 0 {
			items = append(items, literal(c, files[0].Columns[c.Name].Value)+" AS "+c.Alias)
			continue
		}
		items = append(items, "CAST("+mergedColumn(m, needed[at], fmt.Sprintf("m%d", at))+" AS "+sqlType(c)+") AS "+c.Alias)
	}
	if len(items) == 0 {
		items = []string{"NULL AS none"}
	}
	keys := make([]string, len(m.Keys))
	for i := range m.Keys {
		keys[i] = fmt.Sprintf("m%d", i)
	}
	return "SELECT " + strings.Join(items, ", ") + "\nFROM (" + strings.Join(raw, "\nUNION ALL\n") + ") AS raw\nGROUP BY " + strings.Join(keys, ", ")
}

// mergedColumn returns the aggregate that makes one value of a column of many.
func mergedColumn(m *store.Merge, column, x string) string {
	switch {
	case slices.Contains(m.Keys, column):
		return x
	case slices.Contains(m.Sum, column):
		return "sum(" + x + ")"
	case slices.Contains(m.Min, column):
		return "min(" + x + ")"
	case slices.Contains(m.Max, column):
		return "max(" + x + ")"
	case slices.Contains(m.Join, column):
		sep := duckdb.QuoteString(m.Separator)
		entries := "list_filter(list_sort(list_distinct(flatten(list(string_split(" + x + ", " + sep + "))))), e -> e <> '')"
		return "coalesce(array_to_string(" + entries + ", " + sep + "), '')"
	}
	return "any_value(" + x + ")"
}

// memoryRows puts rows into a temporary table of the connection and returns
// the query that reads them.
func (e *Engine) memoryRows(conn mapping.Connection, s sqlgen.Scan, rows [][]types.Value) (string, error) {
	table := "rows_" + s.Name
	var defs, items []string
	var kinds []mapping.LogicalType
	defer func() {
		for i := range kinds {
			mapping.DestroyLogicalType(&kinds[i])
		}
	}()
	vectors := make([]*types.Vector, len(s.Columns))
	for i, c := range s.Columns {
		t := mapping.CreateLogicalType(engineType(c.Type))
		kinds = append(kinds, t)
		def := sqlType(c)
		item := c.Alias
		if c.Form == physical.Stamp { // kept as ticks, given as a timestamp
			def = "BIGINT"
			item = fmt.Sprintf("make_timestamptz((%s - %d) // %d) AS %s", c.Alias, int64(types.UnixEpochTicks), types.TicksPerMicrosecond, c.Alias)
		}
		defs = append(defs, c.Alias+" "+def)
		items = append(items, item)
		vectors[i] = types.NewVector(c.Type, len(rows))
		for j, r := range rows {
			if len(r) != len(s.Columns) {
				return "", fmt.Errorf("table %s: a row of %d values for %d columns", s.Table, len(r), len(s.Columns))
			}
			vectors[i].SetValue(j, r[i])
		}
	}
	if len(s.Columns) == 0 {
		return fmt.Sprintf("SELECT NULL AS none FROM range(%d)", len(rows)), nil
	}
	if err := exec(conn, "CREATE TEMP TABLE "+table+" ("+strings.Join(defs, ", ")+")"); err != nil {
		return "", fmt.Errorf("duckdb: %w", err)
	}
	var app mapping.Appender
	if mapping.AppenderCreateExt(conn, "temp", "main", table, &app) == mapping.StateError {
		msg := mapping.AppenderError(app)
		mapping.AppenderDestroy(&app)
		return "", fmt.Errorf("duckdb: %s", msg)
	}
	defer mapping.AppenderDestroy(&app)
	size := int(mapping.VectorSize())
	for from := 0; from < len(rows); from += size {
		n := min(size, len(rows)-from)
		chunk := mapping.CreateDataChunk(kinds)
		at := make([]int, n)
		for i := range at {
			at[i] = from + i
		}
		for i, v := range vectors {
			if err := keep(mapping.DataChunkGetVector(chunk, mapping.IdxT(i)), v.Select(at), n); err != nil {
				mapping.DestroyDataChunk(&chunk)
				return "", err
			}
		}
		mapping.DataChunkSetSize(chunk, mapping.IdxT(n))
		state := mapping.AppendDataChunk(app, chunk)
		mapping.DestroyDataChunk(&chunk)
		if state == mapping.StateError {
			return "", fmt.Errorf("duckdb: %s", mapping.AppenderError(app))
		}
	}
	if mapping.AppenderFlush(app) == mapping.StateError {
		return "", fmt.Errorf("duckdb: %s", mapping.AppenderError(app))
	}
	return "SELECT " + strings.Join(items, ", ") + " FROM temp.main." + table, nil
}
