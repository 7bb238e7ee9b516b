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

// Function implements sqlgen.Dialect.
func (d *Dialect) Function(name string, args []sqlgen.Arg, ret types.Type) (sqlast.Expr, bool) {
	f, ok := functions[name]
	if !ok {
		return nil, false
	}
	return f(args, ret)
}

type function func(args []sqlgen.Arg, ret types.Type) (sqlast.Expr, bool)

// functions are those that DuckDB computes exactly as Kusto does, for the
// types that each accepts; the kernels do the rest.
var functions = map[string]function{
	"strcat":   strcat,
	"tostring": tostring,
	"bin":      bin,
	"floor":    bin,
	"bin_at":   binAt,
	sqlgen.SplitPart: func(args []sqlgen.Arg, _ types.Type) (sqlast.Expr, bool) {
		at := sqlast.Int(args[2].Value.(int64) + 1)
		return sqlast.Call("coalesce", sqlast.Element{List: sqlast.Call("string_split", args[0].X, args[1].X), At: at}, sqlast.String("")), true
	},
}

// text writes a value as tostring does.
func text(a sqlgen.Arg) (sqlast.Expr, bool) {
	switch a.Type {
	case types.String:
		return a.X, true
	case types.Int, types.Long:
		return sqlast.Call("coalesce", sqlast.Cast{X: a.X, Type: sqlast.Varchar}, sqlast.String("")), true
	}
	return nil, false
}

func tostring(args []sqlgen.Arg, _ types.Type) (sqlast.Expr, bool) {
	if len(args) != 1 {
		return nil, false
	}
	return text(args[0])
}

func strcat(args []sqlgen.Arg, _ types.Type) (sqlast.Expr, bool) {
	var out sqlast.Expr
	for _, a := range args {
		x, ok := text(a)
		if !ok {
			return nil, false
		}
		if out == nil {
			out = x
		} else {
			out = sqlast.Infix{Op: "||", L: out, R: x}
		}
	}
	return out, out != nil
}

// bin rounds down to a multiple of a positive constant. x - ((x % n) + n) % n
// cannot overflow but at the ends of long.
func bin(args []sqlgen.Arg, ret types.Type) (sqlast.Expr, bool) {
	if len(args) != 2 {
		return nil, false
	}
	n, ok := integer(args[1])
	integer := args[0].Type == types.Long && args[1].Type != types.TimeSpan && args[1].Type != types.Real
	ticks := (args[0].Type == types.DateTime || args[0].Type == types.TimeSpan) && args[1].Type == types.TimeSpan
	if !ok || n <= 0 || n > 1<<40 && !ticks || !integer && !ticks || ret != args[0].Type {
		return nil, false
	}
	mod := func(x sqlast.Expr) sqlast.Expr { return sqlast.Infix{Op: "%", L: x, R: sqlast.Int(n)} }
	x := args[0].X
	rest := mod(x)
	if args[0].Type != types.DateTime { // an Instant is never negative
		rest = mod(sqlast.Infix{Op: "+", L: rest, R: sqlast.Int(n)})
	}
	return sqlast.Infix{Op: "-", L: x, R: rest}, true
}

// binAt rounds down to a multiple of a positive constant, counted from another.
func binAt(args []sqlgen.Arg, ret types.Type) (sqlast.Expr, bool) {
	if len(args) != 3 || ret != args[0].Type || args[2].Type != ret {
		return nil, false
	}
	n, ok1 := integer(args[1])
	from, ok2 := integer(args[2])
	if !ok1 || !ok2 || n <= 0 || args[0].Type == types.Real {
		return nil, false
	}
	mod := func(x sqlast.Expr) sqlast.Expr { return sqlast.Infix{Op: "%", L: x, R: sqlast.Int(n)} }
	x := args[0].X
	rest := mod(sqlast.Infix{Op: "+", L: mod(sqlast.Infix{Op: "-", L: x, R: sqlast.Int(from)}), R: sqlast.Int(n)})
	return sqlast.Infix{Op: "-", L: x, R: rest}, true
}

// integer returns the whole number, or ticks, that a constant is.
func integer(a sqlgen.Arg) (int64, bool) {
	if !a.Const {
		return 0, false
	}
	switch v := a.Value.(type) {
	case types.Interval:
		return int64(v), true
	case types.Instant:
		return int64(v), true
	case int64:
		return v, true
	case int32:
		return int64(v), true
	}
	return 0, false
}
