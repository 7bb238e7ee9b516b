package schema

import (
	"fmt"
	"strings"
)

// An Engine is what DDL needs to know of a database.
type Engine struct {
	quote    byte
	types    [Real + 1]string
	nullable func(typ string, optional bool) string
	tail     func(t Table) string
}

// DuckDB returns how DuckDB spells a table.
// DuckDB documentation: "Data Types", "CREATE TABLE".
func DuckDB() Engine {
	return Engine{
		quote: '"',
		types: [...]string{
			Text: "VARCHAR", Bool: "BOOLEAN", Int32: "INTEGER", Int64: "BIGINT", Uint32: "UINTEGER", Uint64: "UBIGINT",
			Time: "TIMESTAMP WITH TIME ZONE", Real: "DOUBLE",
		},
		nullable: func(typ string, optional bool) string {
			if optional {
				return typ
			}
			return typ + " NOT NULL"
		},
		tail: func(Table) string { return "" },
	}
}

// ClickHouse returns how ClickHouse spells a table.
// ClickHouse documentation: "Data types", "MergeTree".
func ClickHouse() Engine {
	return Engine{
		quote: '`',
		types: [...]string{
			Text: "String", Bool: "Bool", Int32: "Int32", Int64: "Int64", Uint32: "UInt32", Uint64: "UInt64",
			Time: "DateTime64(6, 'UTC')", Real: "Float64",
		},
		nullable: func(typ string, optional bool) string {
			if optional {
				return "Nullable(" + typ + ")"
			}
			return typ
		},
		tail: func(t Table) string {
			return fmt.Sprintf(" ENGINE = MergeTree PARTITION BY toYYYYMMDD(`%s`) ORDER BY `%s`", t.TimeColumn, t.TimeColumn)
		},
	}
}

// DDL returns the statement that makes a table of e with the stored columns of
// t; empty for a view.
func (t Table) DDL(e Engine) string {
	if t.View != "" {
		return ""
	}
	q := string(e.quote)
	var b strings.Builder
	b.WriteString("CREATE TABLE " + q + t.Name + q + " (\n")
	for i, c := range t.Stored() {
		if i > 0 {
			b.WriteString(",\n")
		}
		b.WriteString("  " + q + c.Name + q + " " + e.nullable(e.types[c.Physical()], c.Optional))
	}
	b.WriteString("\n)" + e.tail(t))
	return b.String()
}
