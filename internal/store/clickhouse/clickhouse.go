// Package clickhouse answers queries with the ClickHouse engine of libchdb,
// which reads the segments of a lake from a child process.
package clickhouse

import (
	"context"
	"fmt"
	"strings"

	"github.com/azflow/azflow/internal/chdb"
	"github.com/azflow/azflow/internal/store"
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

// Query implements store.Engine. The whole answer is held in memory.
func (e *Engine) Query(ctx context.Context, part *sqlgen.Part) (store.Rows, error) {
	var with []string
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
		text, err := e.writer().Relation(s, rel)
		if err != nil {
			return nil, err
		}
		with = append(with, s.Name+" AS (\n"+text+")")
	}
	text := part.Over(with) + "\nSETTINGS " + strings.Join(clickhouse.Settings, ", ")
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

func (e *Engine) writer() *store.Writer {
	return &store.Writer{
		Syntax:     e.dialect.Syntax(),
		StartsWith: "startsWith",
		Any:        "any",
		Files: func(paths []string) string {
			var each []string
			for _, p := range paths {
				each = append(each, "SELECT * FROM file("+clickhouse.QuoteString(p)+", Parquet)")
			}
			if len(each) == 1 {
				return "file(" + clickhouse.QuoteString(paths[0]) + ", Parquet)"
			}
			return "(" + strings.Join(each, " UNION ALL ") + ")"
		},
		Join: func(x, separator string) string {
			sep := clickhouse.QuoteString(separator)
			return "arrayStringConcat(arraySort(arrayDistinct(arrayFilter(e -> e != '', arrayFlatten(groupArray(splitByString(" + sep + ", " + x + ")))))), " + sep + ")"
		},
		Rows: e.memoryRows,
	}
}

// memoryRows writes rows held in memory as literals.
func (e *Engine) memoryRows(s sqlgen.Scan, rows [][]types.Value) (string, error) {
	q := &sqlast.Rows{}
	for _, c := range s.Columns {
		q.Names = append(q.Names, c.Alias)
		q.Types = append(q.Types, sqlgen.SQLType(c.Type, c.Form))
	}
	if len(s.Columns) == 0 {
		return fmt.Sprintf("SELECT NULL AS none FROM numbers(%d)", len(rows)), nil
	}
	for _, r := range rows {
		if len(r) != len(s.Columns) {
			return "", fmt.Errorf("table %s: a row of %d values for %d columns", s.Table, len(r), len(s.Columns))
		}
		var xs []sqlast.Expr
		for i, v := range r {
			x, err := sqlgen.Literal(s.Columns[i].Type, s.Columns[i].Form, v)
			if err != nil {
				return "", err
			}
			xs = append(xs, x)
		}
		q.Rows = append(q.Rows, xs)
	}
	return sqlast.Print(q, e.dialect.Syntax())
}

// columns of rows, for store.Rows.
func (r *rows) Columns() []plan.Column { return r.cols }
