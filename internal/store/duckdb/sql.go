//go:build cgo

package duckdb

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"

	mapping "github.com/duckdb/duckdb-go-bindings"

	"github.com/azflow/azflow/internal/store"
	"github.com/azflow/azflow/kql/physical"
	"github.com/azflow/azflow/kql/plan"
	"github.com/azflow/azflow/kql/sqlgen"
	"github.com/azflow/azflow/kql/sqlgen/duckdb"
	"github.com/azflow/azflow/kql/types"
)

// SQL runs one SELECT or EXPLAIN in DuckDB's own SQL. table returns the scan
// of all columns of the table called name; false if there is none.
func (e *Engine) SQL(ctx context.Context, text string, table func(name string) (sqlgen.Scan, bool)) (_ store.Rows, err error) {
	conn, err := e.connect()
	if err != nil {
		return nil, err
	}
	r := &rows{engine: e, conn: conn}
	defer func() {
		if err != nil {
			r.Close()
		}
	}()
	if err := oneQuery(conn, text); err != nil {
		return nil, err
	}
	if err := e.views(ctx, r, text, table); err != nil {
		return nil, err
	}
	if err := r.prepareSQL(text); err != nil {
		if !isQuery(text) { // what DuckDB says of it is about something else
			err = ErrNotAQuery
		}
		return nil, err
	}
	if err := r.run(ctx); err != nil {
		return nil, err
	}
	return r, nil
}

// ErrNotAQuery is returned for SQL that is not one SELECT or EXPLAIN.
var ErrNotAQuery = errors.New("only one SELECT or EXPLAIN statement can be run; write results to a file with -o")

// oneQuery checks, before anything is bound, that text is one statement.
func oneQuery(conn mapping.Connection, text string) error {
	var stmts mapping.ExtractedStatements
	n := mapping.ExtractStatements(conn, text, &stmts)
	defer mapping.DestroyExtracted(&stmts)
	if n == 0 {
		if msg := mapping.ExtractStatementsError(stmts); msg != "" {
			return fmt.Errorf("duckdb: %s", msg)
		}
	}
	if n != 1 {
		return ErrNotAQuery
	}
	return nil
}

// queryWords are what a SELECT of DuckDB can begin with.
var queryWords = []string{"describe", "desc", "explain", "from", "pivot", "select", "show", "summarize", "table", "unpivot", "values", "with"}

// isQuery reports whether text, which DuckDB refused, begins as a query does.
// What is no query is refused by its statement type; this only finds the better
// error, as DuckDB says first what it cannot bind.
func isQuery(text string) bool {
	word := strings.TrimLeft(text, " \t\r\n(")
	if strings.HasPrefix(word, "--") || strings.HasPrefix(word, "/*") {
		return true // not worth a reader of comments
	}
	end := strings.IndexFunc(word, func(r rune) bool { return !unicode.IsLetter(r) })
	if end >= 0 {
		word = word[:end]
	}
	return slices.Contains(queryWords, strings.ToLower(word))
}

// views makes the tables that text names visible under their names.
func (e *Engine) views(ctx context.Context, r *rows, text string, table func(string) (sqlgen.Scan, bool)) error {
	names := mapping.GetTableNames(r.conn, text, false)
	defer mapping.DestroyValue(&names)
	for i := range mapping.GetListSize(names) {
		v := mapping.GetListChild(names, i)
		name := mapping.GetVarchar(v)
		mapping.DestroyValue(&v)
		scan, ok := table(name)
		if !ok {
			continue // DuckDB says that it knows no such table
		}
		if e.cfg.Resolver == nil {
			return fmt.Errorf("no table %s: the engine has no data", name)
		}
		scan.Name = fmt.Sprintf("scan_%d", i)
		for j := range scan.Columns {
			scan.Columns[j].Alias = fmt.Sprintf("c%d", j)
		}
		rel, err := e.cfg.Resolver.Resolve(ctx, scan)
		if err != nil {
			return err
		}
		if rel.Release != nil {
			r.releases = append(r.releases, rel.Release)
		}
		body, err := e.writer(r.conn).Relation(scan, rel)
		if err != nil {
			return err
		}
		var named []string
		for _, c := range scan.Columns {
			named = append(named, c.Alias+" AS "+duckdb.QuoteIdent(c.Name))
		}
		err = exec(r.conn, "CREATE TEMP VIEW "+duckdb.QuoteIdent(name)+" AS SELECT "+strings.Join(named, ", ")+" FROM ("+body+") AS t")
		if err != nil {
			return fmt.Errorf("duckdb: table %s: %w", name, err)
		}
	}
	return nil
}

// prepareSQL prepares text and learns its columns. Columns of types that KQL
// has no like of are given as text.
func (r *rows) prepareSQL(text string) error {
	if mapping.Prepare(r.conn, text, &r.stmt) == mapping.StateError {
		return fmt.Errorf("duckdb: %s", mapping.PrepareError(r.stmt))
	}
	switch mapping.PreparedStatementType(r.stmt) {
	case mapping.StatementTypeExplain:
		for i := range mapping.PreparedStatementColumnCount(r.stmt) {
			r.addColumn(mapping.PreparedStatementColumnName(r.stmt, i), types.String, physical.Natural)
		}
		return nil
	case mapping.StatementTypeSelect:
	default:
		return ErrNotAQuery
	}
	if mapping.NParams(r.stmt) > 0 {
		return errors.New("the statement has parameters, which no value is given for")
	}
	var items []string
	strange := false
	for i := range mapping.PreparedStatementColumnCount(r.stmt) {
		name := mapping.PreparedStatementColumnName(r.stmt, i)
		item := fmt.Sprintf("x%d", i)
		c, same := sqlColumns[mapping.PreparedStatementColumnType(r.stmt, i)]
		if c.cast != "" {
			item = "CAST(" + item + " AS " + c.cast + ")"
		}
		if c.t == types.Unknown {
			c, same = sqlColumn{t: types.String}, false
			item = "coalesce(CAST(" + item + " AS VARCHAR), '')"
		}
		if c.t == types.String && c.cast == "" {
			item = fmt.Sprintf("coalesce(CAST(x%d AS VARCHAR), '')", i)
		}
		strange = strange || !same || c.cast != ""
		items = append(items, item)
		r.addColumn(name, c.t, c.form)
	}
	if !strange {
		return nil
	}
	aliases := make([]string, len(items))
	for i := range aliases {
		aliases[i] = fmt.Sprintf("x%d", i)
	}
	mapping.DestroyPrepare(&r.stmt)
	text = strings.TrimRight(strings.TrimSpace(text), ";")
	text = "SELECT " + strings.Join(items, ", ") + " FROM (\n" + text + "\n) AS t(" + strings.Join(aliases, ", ") + ")"
	if mapping.Prepare(r.conn, text, &r.stmt) == mapping.StateError {
		return fmt.Errorf("duckdb: %s", mapping.PrepareError(r.stmt))
	}
	return nil
}

func (r *rows) addColumn(name string, t types.Type, form physical.Form) {
	r.cols = append(r.cols, plan.Column{ID: plan.ColumnID(len(r.cols) + 1), Name: name, Type: t})
	r.forms = append(r.forms, form)
}

type sqlColumn struct {
	t    types.Type
	form physical.Form
	cast string // to be cast to, if the type is not read as it is
}

// sqlColumns says how columns of DuckDB's types are read; all others as text.
var sqlColumns = map[mapping.Type]sqlColumn{
	mapping.TypeBoolean:     {t: types.Bool},
	mapping.TypeTinyInt:     {t: types.Int, cast: "INTEGER"},
	mapping.TypeSmallInt:    {t: types.Int, cast: "INTEGER"},
	mapping.TypeInteger:     {t: types.Int},
	mapping.TypeBigInt:      {t: types.Long},
	mapping.TypeUTinyInt:    {t: types.Int, cast: "INTEGER"},
	mapping.TypeUSmallInt:   {t: types.Int, cast: "INTEGER"},
	mapping.TypeUInteger:    {t: types.Long, cast: "BIGINT"},
	mapping.TypeHugeInt:     {t: types.Decimal, form: physical.Text, cast: "VARCHAR"},
	mapping.TypeUBigInt:     {t: types.Decimal, form: physical.Text, cast: "VARCHAR"},
	mapping.TypeDecimal:     {t: types.Decimal, form: physical.Text, cast: "VARCHAR"},
	mapping.TypeFloat:       {t: types.Real, cast: "DOUBLE"},
	mapping.TypeDouble:      {t: types.Real},
	mapping.TypeVarchar:     {t: types.String},
	mapping.TypeTimestamp:   {t: types.DateTime, form: physical.Stamp},
	mapping.TypeTimestampTZ: {t: types.DateTime, form: physical.Stamp},
	mapping.TypeDate:        {t: types.DateTime, form: physical.Stamp, cast: "TIMESTAMP"},
	mapping.TypeTimestampS:  {t: types.DateTime, form: physical.Stamp, cast: "TIMESTAMP"},
	mapping.TypeTimestampMS: {t: types.DateTime, form: physical.Stamp, cast: "TIMESTAMP"},
	mapping.TypeTimestampNS: {t: types.DateTime, form: physical.Stamp, cast: "TIMESTAMP"},
	mapping.TypeUUID:        {t: types.GUID, form: physical.Text, cast: "VARCHAR"},
}
