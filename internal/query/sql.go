package query

import (
	"context"
	"errors"

	"github.com/azflow/azflow/internal/store"
	"github.com/azflow/azflow/kql/physical"
	"github.com/azflow/azflow/kql/sqlgen"
)

// ErrNoSQL is returned by an engine that takes no SQL of its own.
var ErrNoSQL = errors.New("this engine takes no SQL of its own")

// SQL runs one SELECT or EXPLAIN in the engine's own SQL.
func (s *Session) SQL(ctx context.Context, text string) (store.Rows, error) {
	e, ok := s.Engine.(interface {
		SQL(ctx context.Context, text string, table func(name string) (sqlgen.Scan, bool)) (store.Rows, error)
	})
	if !ok {
		return nil, ErrNoSQL
	}
	return e.SQL(ctx, text, s.scanOf)
}

// scanOf returns the scan of all stored columns of a table.
func (s *Session) scanOf(name string) (sqlgen.Scan, bool) {
	t, ok := s.Catalog.Table(name)
	if !ok {
		return sqlgen.Scan{}, false
	}
	scan := sqlgen.Scan{Table: t.Name}
	for _, c := range t.Columns {
		if c.Expr == "" {
			scan.Columns = append(scan.Columns, sqlgen.ScanColumn{Name: c.Name, Alias: c.Name, Type: c.Type, Form: physical.Stored(c.Type)})
		}
	}
	return scan, true
}
