//go:build cgo

package duckdb

import (
	"fmt"
	"strings"

	mapping "github.com/duckdb/duckdb-go-bindings"

	"github.com/azflow/azflow/internal/store"
	"github.com/azflow/azflow/kql/physical"
	"github.com/azflow/azflow/kql/sqlgen"
	"github.com/azflow/azflow/kql/sqlgen/duckdb"
	"github.com/azflow/azflow/kql/types"
)

// writer writes the relations of queries on a connection.
func (e *Engine) writer(conn mapping.Connection) *store.Writer {
	return &store.Writer{
		Syntax:     e.dialect.Syntax(),
		StartsWith: "starts_with",
		Any:        "any_value",
		Files: func(paths []string) string {
			quoted := make([]string, len(paths))
			for i, p := range paths {
				quoted[i] = duckdb.QuoteString(p)
			}
			return "read_parquet([" + strings.Join(quoted, ", ") + "], hive_partitioning = false, union_by_name = false)"
		},
		Join: func(one, several, separator string) string {
			sep := duckdb.QuoteString(separator)
			set := "CASE WHEN " + one + " IS NULL THEN " + several + " ELSE CAST(" + one + " AS VARCHAR) END"
			entries := "list_filter(list_distinct(flatten(list(string_split(" + set + ", " + sep + ")))), e -> e <> '')"
			sorted := "list_transform(list_sort(list_transform(" + entries + ", e -> {n: length(e), e: e})), e -> e.e)"
			return "coalesce(array_to_string(" + sorted + ", " + sep + "), '')"
		},
		Rows: func(s sqlgen.Scan, rows [][]types.Value) (string, error) { return memoryRows(conn, s, rows) },
	}
}

// memoryRows puts rows into a temporary table of the connection and returns
// the query that reads them.
func memoryRows(conn mapping.Connection, s sqlgen.Scan, rows [][]types.Value) (string, error) {
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
		// A timestamp is kept as ticks.
		def := duckdb.New().Syntax().Types[sqlgen.SQLType(c.Type, physical.Of(c.Type))]
		item := c.Alias
		if c.Form == physical.Stamp {
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
