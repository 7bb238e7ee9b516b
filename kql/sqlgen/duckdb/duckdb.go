// Package duckdb is the SQL dialect of DuckDB 1.5: what it writes differently
// and which of KQL's functions its own mean the same as.
package duckdb

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/azflow/azflow/kql/sqlast"
	"github.com/azflow/azflow/kql/sqlgen"
	"github.com/azflow/azflow/kql/types"
)

// Dialect is DuckDB's dialect. Its engine calls the kernels of kql/fn, so
// SQL's own functions are used only where they are exact and faster.
type Dialect struct{ syntax *sqlast.Syntax }

var _ sqlgen.Dialect = (*Dialect)(nil)

// New returns the dialect.
func New() *Dialect {
	return &Dialect{syntax: &sqlast.Syntax{
		Types: map[sqlast.Type]string{
			sqlast.Boolean: "BOOLEAN", sqlast.Integer: "INTEGER", sqlast.BigInt: "BIGINT", sqlast.HugeInt: "HUGEINT", sqlast.Double: "DOUBLE",
			sqlast.Varchar: "VARCHAR", sqlast.Text: "VARCHAR", sqlast.Timestamp: "TIMESTAMPTZ",
		},
		QuoteString: QuoteString,
		QuoteIdent:  QuoteIdent,
		Stamp:       stamp,
		Joins: map[string]string{
			"INNER": "JOIN", "LEFT": "LEFT JOIN", "RIGHT": "RIGHT JOIN", "FULL": "FULL JOIN", "SEMI": "SEMI JOIN", "ANTI": "ANTI JOIN",
		},
		Materialized: "MATERIALIZED ",
		Rows:         rows,
		Series: func(n int64, name, alias string) string {
			return fmt.Sprintf("range(%d) AS %s(%s)", n, alias, name)
		},
		DistinctOn: true,
		Struct: func(fields []string) string {
			var b strings.Builder
			b.WriteString("struct_pack(")
			for i, f := range fields {
				if i > 0 {
					b.WriteString(", ")
				}
				fmt.Fprintf(&b, "f%d := %s", i, f)
			}
			return b.String() + ")"
		},
		Field:   func(of string, n int) string { return fmt.Sprintf("struct_extract(%s, 'f%d')", of, n) },
		Element: func(list, at string) string { return list + "[" + at + "]" },
		Slice:   func(list, from, to string) string { return list + "[" + from + ":" + to + "]" },
	}}
}

// Name implements sqlgen.Dialect.
func (d *Dialect) Name() string { return "duckdb" }

// Syntax implements sqlgen.Dialect.
func (d *Dialect) Syntax() *sqlast.Syntax { return d.syntax }

// Kernels implements sqlgen.Dialect.
func (d *Dialect) Kernels() bool { return true }

// IEEE implements sqlgen.Dialect: in DuckDB NaN equals NaN and exceeds all.
func (d *Dialect) IEEE() bool { return false }

// Random implements sqlgen.Dialect.
func (d *Dialect) Random() string { return "random" }

// TicksOf implements sqlgen.Dialect.
func (d *Dialect) TicksOf(stamp sqlast.Expr) sqlast.Expr {
	us := sqlast.Call("epoch_us", stamp)
	return sqlast.Infix{Op: "+", L: sqlast.Infix{Op: "*", L: us, R: sqlast.Int(types.TicksPerMicrosecond)}, R: sqlast.Int(types.UnixEpochTicks)}
}

// Groups implements sqlgen.Dialect.
func (d *Dialect) Groups(text sqlast.Expr, pattern string, groups []int) (matched, row sqlast.Expr, ok bool) {
	re := sqlast.String(pattern)
	matched = sqlast.Call("regexp_matches", text, re)
	if len(groups) == 0 {
		return matched, sqlast.Bool(true), true
	}
	names := make([]sqlast.Expr, slices.Max(groups))
	for i := range names {
		names[i] = sqlast.String(fmt.Sprintf("unused%d", i))
	}
	for i, g := range groups {
		names[g-1] = sqlast.String(fmt.Sprintf("f%d", i))
	}
	return matched, sqlast.Call("regexp_extract", text, re, sqlast.Call("list_value", names...)), true
}

// QuoteString returns s as a text literal. A NUL, which no literal can hold,
// is put in by chr.
func QuoteString(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	quote := func(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }
	if !strings.ContainsRune(s, 0) {
		return quote(s)
	}
	parts := strings.Split(s, "\x00")
	for i, p := range parts {
		parts[i] = quote(p)
	}
	return "(" + strings.Join(parts, " || chr(0) || ") + ")"
}

// QuoteIdent returns name as an identifier.
func QuoteIdent(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

func stamp(us int64) string {
	return "TIMESTAMPTZ '" + time.UnixMicro(us).UTC().Format("2006-01-02 15:04:05.000000") + "+00'"
}

func rows(names, ts []string, rows [][]string) string {
	var b strings.Builder
	b.WriteString("(VALUES ")
	for i, r := range rows {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteByte('(')
		for j, v := range r {
			if j > 0 {
				b.WriteString(", ")
			}
			b.WriteString(v)
		}
		b.WriteByte(')')
	}
	return b.String() + ") AS v(" + strings.Join(names, ", ") + ")"
}
