// Package clickhouse answers queries with the ClickHouse engine of libchdb,
// which reads the segments of a lake from a child process.
package clickhouse

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/azflow/azflow/internal/chdb"
	"github.com/azflow/azflow/internal/store"
	"github.com/azflow/azflow/kql/physical"
	"github.com/azflow/azflow/kql/plan"
	"github.com/azflow/azflow/kql/sqlast"
	"github.com/azflow/azflow/kql/sqlgen"
	"github.com/azflow/azflow/kql/sqlgen/clickhouse"
	"github.com/azflow/azflow/kql/types"
)

// Engine is a ClickHouse over the files that a resolver names.
type Engine struct {
	client   *chdb.Client
	resolver store.Resolver
	dialect  *clickhouse.Dialect
}

var _ store.Engine = (*Engine)(nil)

// New returns an engine that runs on client, which it then owns. resolver may
// be nil: then there are no tables.
func New(client *chdb.Client, resolver store.Resolver) *Engine {
	return &Engine{client: client, resolver: resolver, dialect: clickhouse.New()}
}

// Dialect implements store.Engine.
func (e *Engine) Dialect() sqlgen.Dialect { return e.dialect }

// Close implements store.Engine.
func (e *Engine) Close() error { return e.client.Close() }

// longQuery is the length of texts that ClickHouse reads if nothing is set.
const longQuery = 1 << 18

// Query implements store.Engine. The whole answer is held in memory.
func (e *Engine) Query(ctx context.Context, part *sqlgen.Part) (store.Rows, error) {
	var with []string
	var made string
	defer func() {
		if made != "" {
			os.RemoveAll(made)
		}
	}()
	dir := func() (string, error) {
		if made != "" {
			return made, nil
		}
		var err error
		made, err = os.MkdirTemp("", "azflow-rows-")
		return made, err
	}
	for _, s := range part.Scans {
		if e.resolver == nil {
			return nil, fmt.Errorf("no table %s: the engine has no data", s.Table)
		}
		rel, err := e.resolver.Resolve(ctx, s)
		if err != nil {
			return nil, err
		}
		if rel.Release != nil {
			defer rel.Release()
		}
		for _, f := range rel.Files { // a pattern passes over a file that is gone
			for _, p := range f.Paths {
				if _, err := os.Stat(p); err != nil {
					return nil, fmt.Errorf("clickhouse: table %s: %w", s.Table, err)
				}
			}
		}
		text, err := e.writer(dir).Relation(s, rel)
		if err != nil {
			return nil, err
		}
		with = append(with, s.Name+" AS (\n"+text+")")
	}
	text := part.Over(with) + "\nSETTINGS " + strings.Join(clickhouse.Settings, ", ")
	if len(text) > longQuery {
		// The query's own settings come too late for its parser.
		if _, err := e.client.Query(ctx, "SET max_query_size = 1073741824", "Null"); err != nil {
			return nil, fmt.Errorf("clickhouse: %w", err)
		}
	}
	answer, err := e.client.Query(ctx, text, "RowBinaryWithNamesAndTypes")
	if err != nil {
		return nil, fmt.Errorf("clickhouse: %w", err)
	}
	r := &rows{b: answer}
	var forms []sqlgen.Column
	for _, c := range part.Columns {
		r.cols = append(r.cols, c.Column)
		forms = append(forms, c)
	}
	if err := r.header(forms); err != nil {
		return nil, fmt.Errorf("clickhouse: %w", err)
	}
	return r, nil
}

// writer writes the relations of one query, whose rows in memory it puts into
// files of dir.
func (e *Engine) writer(dir func() (string, error)) *store.Writer {
	return &store.Writer{
		Syntax:     e.dialect.Syntax(),
		StartsWith: "startsWith",
		Any:        "any",
		Files:      files,
		Join: func(one, several, separator string) string {
			sep := clickhouse.QuoteString(separator)
			entries := "splitByString(" + sep + ", ifNull(toString(" + one + "), " + several + "))"
			return "arrayStringConcat(arraySort(e -> (length(e), e), arrayDistinct(arrayFilter(e -> e != '', arrayFlatten(groupArray(" + entries + "))))), " + sep + ")"
		},
		Rows: func(s sqlgen.Scan, rows [][]types.Value) (string, error) {
			d, err := dir()
			if err != nil {
				return "", err
			}
			return e.memoryRows(filepath.Join(d, s.Name+".tsv"), s, rows)
		},
	}
}

// files writes the rows of Parquet files: those of a folder by one pattern, since
// the plan of a union of hundreds takes longer than to read them.
func files(paths []string) string {
	var all []string
	byFolder := map[string][]string{}
	var folders []string
	for _, p := range paths {
		dir, name := filepath.Split(p)
		if strings.ContainsAny(p, "*?{},\\") { // means more in a pattern than it is
			all = append(all, p)
			continue
		}
		if byFolder[dir] == nil {
			folders = append(folders, dir)
		}
		byFolder[dir] = append(byFolder[dir], name)
	}
	for _, dir := range folders {
		names := byFolder[dir]
		if len(names) == 1 {
			all = append(all, dir+names[0])
		} else {
			all = append(all, dir+"{"+strings.Join(names, ",")+"}")
		}
	}
	for i, p := range all {
		all[i] = "file(" + clickhouse.QuoteString(p) + ", Parquet)"
	}
	if len(all) == 1 {
		return all[0]
	}
	return "(SELECT * FROM " + strings.Join(all, " UNION ALL SELECT * FROM ") + ")"
}

// memoryRows writes rows held in memory to a file, since the text of a query
// is bounded, and returns the query that reads it.
func (e *Engine) memoryRows(path string, s sqlgen.Scan, rows [][]types.Value) (string, error) {
	if len(s.Columns) == 0 {
		return fmt.Sprintf("SELECT NULL AS none FROM numbers(%d)", len(rows)), nil
	}
	var b []byte
	for _, r := range rows {
		if len(r) != len(s.Columns) {
			return "", fmt.Errorf("table %s: a row of %d values for %d columns", s.Table, len(r), len(s.Columns))
		}
		for i, v := range r {
			if i > 0 {
				b = append(b, '\t')
			}
			b = appendField(b, v, s.Columns[i])
		}
		b = append(b, '\n')
	}
	if err := os.WriteFile(path, b, 0o600); err != nil {
		return "", err
	}
	var structure, items []string
	for _, c := range s.Columns {
		t := sqlgen.SQLType(c.Type, physical.Of(c.Type))
		structure = append(structure, c.Alias+" "+e.dialect.Syntax().Types[t])
		item := c.Alias
		if c.Form == physical.Stamp { // written as ticks, given as a timestamp
			item = fmt.Sprintf("CAST(fromUnixTimestamp64Micro(intDiv(%s - %d, %d), 'UTC') AS %s) AS %s",
				c.Alias, int64(types.UnixEpochTicks), types.TicksPerMicrosecond, e.dialect.Syntax().Types[sqlast.Timestamp], c.Alias)
		}
		items = append(items, item)
	}
	return "SELECT " + strings.Join(items, ", ") + " FROM file(" + clickhouse.QuoteString(path) + ", TabSeparated, " +
		clickhouse.QuoteString(strings.Join(structure, ", ")) + ")", nil
}

var fieldEscapes = strings.NewReplacer("\\", `\\`, "\t", `\t`, "\n", `\n`, "\r", `\r`, "\x00", `\0`)

// appendField writes a value as a field of the format TabSeparated.
func appendField(b []byte, v types.Value, c sqlgen.ScanColumn) []byte {
	if c.Type == types.Dynamic && v != nil {
		return append(b, fieldEscapes.Replace(string(types.AppendJSON(nil, v)))...)
	}
	switch v := v.(type) {
	case nil:
		if c.Type == types.String {
			return b
		}
		return append(b, `\N`...)
	case types.Instant:
		return strconv.AppendInt(b, int64(v), 10)
	case types.Interval:
		return strconv.AppendInt(b, int64(v), 10)
	case string:
		return append(b, fieldEscapes.Replace(v)...)
	default:
		return fmt.Append(b, v)
	}
}

// Columns implements store.Rows.
func (r *rows) Columns() []plan.Column { return r.cols }
