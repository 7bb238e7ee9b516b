// Package clickhouse is the SQL dialect of ClickHouse: what it writes
// differently and which of KQL's functions its own mean the same as. The engine
// calls no kernels, so all others are left to the interpreter.
//
// Every column but a string is Nullable, and join_use_nulls is 0: then outer
// joins pad as Kusto's do.
package clickhouse

import (
	"fmt"
	"strings"

	"github.com/azflow/azflow/kql/sqlast"
	"github.com/azflow/azflow/kql/sqlgen"
	"github.com/azflow/azflow/kql/types"
)

// Dialect is ClickHouse's dialect.
type Dialect struct{ syntax *sqlast.Syntax }

var _ sqlgen.Dialect = (*Dialect)(nil)

// Settings are what a session must set for the dialect's SQL to mean what it
// should.
var Settings = []string{
	"join_use_nulls = 0", "session_timezone = 'UTC'", "use_hive_partitioning = 0", "output_format_json_escape_forward_slashes = 0",
	"enable_positional_arguments = 1", "optimize_move_to_prewhere = 0", "prefer_column_name_to_alias = 1", "transform_null_in = 0", "aggregate_functions_null_for_empty = 0",
}

// New returns the dialect.
func New() *Dialect {
	return &Dialect{syntax: &sqlast.Syntax{
		Types: map[sqlast.Type]string{
			sqlast.Boolean: "Nullable(Bool)", sqlast.Integer: "Nullable(Int32)", sqlast.BigInt: "Nullable(Int64)", sqlast.HugeInt: "Nullable(Int128)",
			sqlast.Double: "Nullable(Float64)", sqlast.Varchar: "String", sqlast.Text: "Nullable(String)",
			sqlast.Timestamp: "Nullable(DateTime64(6, 'UTC'))",
		},
		QuoteString: QuoteString,
		QuoteIdent:  QuoteIdent,
		Stamp: func(us int64) string {
			return fmt.Sprintf("fromUnixTimestamp64Micro(%d, 'UTC')", us)
		},
		Joins: map[string]string{
			"INNER": "INNER JOIN", "LEFT": "LEFT JOIN", "RIGHT": "RIGHT JOIN", "FULL": "FULL JOIN", "SEMI": "LEFT SEMI JOIN", "ANTI": "LEFT ANTI JOIN",
		},
		Infix: map[string]string{"IS NOT DISTINCT FROM": "<=>"},
		Rows: func(names, ts []string, rows [][]string) string {
			var cols, all []string
			for i, n := range names {
				cols = append(cols, n+" "+ts[i])
			}
			for _, r := range rows {
				all = append(all, "("+strings.Join(r, ", ")+")")
			}
			return "values(" + QuoteString(strings.Join(cols, ", ")) + ", " + strings.Join(all, ", ") + ")"
		},
		Series: func(n int64, name, alias string) string {
			return fmt.Sprintf("(SELECT toInt64(number) AS %s FROM numbers(%d)) AS %s", name, n, alias)
		},
		Struct:  func(fields []string) string { return "tuple(" + strings.Join(fields, ", ") + ")" },
		Field:   func(of string, n int) string { return fmt.Sprintf("tupleElement(%s, %d)", of, n+1) },
		Element: func(list, at string) string { return "arrayElement(" + list + ", " + at + ")" },
		Slice: func(list, from, to string) string {
			if to == "" {
				return "arraySlice(" + list + ", " + from + ")"
			}
			return "arraySlice(" + list + ", " + from + ", " + to + " - " + from + " + 1)"
		},
	}}
}

// Name implements sqlgen.Dialect.
func (d *Dialect) Name() string { return "clickhouse" }

// Syntax implements sqlgen.Dialect.
func (d *Dialect) Syntax() *sqlast.Syntax { return d.syntax }

// Kernels implements sqlgen.Dialect.
func (d *Dialect) Kernels() bool { return false }

// IEEE implements sqlgen.Dialect.
func (d *Dialect) IEEE() bool { return true }

// Random implements sqlgen.Dialect.
func (d *Dialect) Random() string { return "rand" }

// TicksOf implements sqlgen.Dialect.
func (d *Dialect) TicksOf(stamp sqlast.Expr) sqlast.Expr {
	us := sqlast.Call("toUnixTimestamp64Micro", stamp)
	return sqlast.Infix{Op: "+", L: sqlast.Infix{Op: "*", L: us, R: sqlast.Int(types.TicksPerMicrosecond)}, R: sqlast.Int(types.UnixEpochTicks)}
}

// Groups implements sqlgen.Dialect: the values of captures need kernels.
func (d *Dialect) Groups(sqlast.Expr, string, []int) (matched, row sqlast.Expr, ok bool) {
	return nil, nil, false
}

var escapes = strings.NewReplacer(`\`, `\\`, `'`, `\'`, "\x00", `\0`)

// QuoteString returns s as a text literal.
func QuoteString(s string) string {
	return "'" + escapes.Replace(strings.ToValidUTF8(s, "\uFFFD")) + "'"
}

// QuoteIdent returns name as an identifier.
func QuoteIdent(name string) string {
	return "`" + strings.NewReplacer("\\", "\\\\", "`", "\\`").Replace(name) + "`"
}
