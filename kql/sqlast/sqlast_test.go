package sqlast_test

import (
	"math"
	"strings"
	"testing"

	"github.com/azflow/azflow/kql/sqlast"
)

// syntax is a plain one, for these tests.
func syntax() *sqlast.Syntax {
	return &sqlast.Syntax{
		Types:       map[sqlast.Type]string{sqlast.BigInt: "BIGINT", sqlast.Double: "DOUBLE"},
		QuoteString: func(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" },
		QuoteIdent:  func(s string) string { return `"` + s + `"` },
		Joins:       map[string]string{"INNER": "JOIN"},
		DistinctOn:  true,
	}
}

func col(n string) sqlast.Expr { return sqlast.Column{Name: n} }

func op(o string, l, r sqlast.Expr) sqlast.Expr { return sqlast.Infix{Op: o, L: l, R: r} }

func TestExpressionsKeepTheirStructure(t *testing.T) {
	a, b, c := col("a"), col("b"), col("c")
	for want, e := range map[string]sqlast.Expr{
		"a + b * c":                     op("+", a, op("*", b, c)),
		"(a + b) * c":                   op("*", op("+", a, b), c),
		"a - (b - c)":                   op("-", a, op("-", b, c)),
		"a - b - c":                     op("-", op("-", a, b), c),
		"(a OR b) AND c":                sqlast.And(sqlast.Or(a, b), c),
		"NOT (a = b)":                   sqlast.Not{X: op("=", a, b)},
		"NOT (a AND b) OR c":            sqlast.Or(sqlast.Not{X: sqlast.And(a, b)}, c),
		"(NOT a) = b":                   op("=", sqlast.Not{X: a}, b),
		"(a = b) = c":                   op("=", op("=", a, b), c),
		"(a = b) IS NULL":               sqlast.IsNull{X: op("=", a, b)},
		"a + b IS NOT NULL":             sqlast.IsNull{X: op("+", a, b), Not: true},
		"a IN (1, (-2))":                sqlast.InList{X: a, List: []sqlast.Expr{sqlast.Int(1), sqlast.Int(-2)}},
		"(-9223372036854775807 - 1)":    sqlast.Int(math.MinInt64),
		"1.5e+00":                       sqlast.Real(1.5),
		"CAST('nan' AS DOUBLE)":         sqlast.Real(math.NaN()),
		"'it''s'":                       sqlast.String("it's"),
		`"No name".c17`:                 sqlast.Column{Of: "No name", Name: "c17"},
		"CASE WHEN a THEN 1 ELSE b END": sqlast.Case{Whens: []sqlast.When{{If: a, Then: sqlast.Int(1)}}, Else: b},
		"count(*) FILTER (WHERE a)":     sqlast.Aggregate{Name: "count", Filter: a},
		"sum(a) OVER (PARTITION BY b ORDER BY c ASC NULLS LAST ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)": sqlast.Over{
			Func: sqlast.Aggregate{Name: "sum", Args: []sqlast.Expr{a}}, PartitionBy: []sqlast.Expr{b}, OrderBy: []sqlast.Order{{By: c}}, Running: true,
		},
	} {
		got, err := sqlast.PrintExpr(e, syntax())
		if err != nil || got != want {
			t.Errorf("got  %s, %v\nwant %s", got, err, want)
		}
	}
}

func TestQueriesArePrintedClauseByClause(t *testing.T) {
	q := &sqlast.Select{
		With:  []sqlast.CTE{{Name: "s", Query: &sqlast.Select{Items: []sqlast.Item{{X: sqlast.Int(1), Name: "a"}}}}},
		Items: []sqlast.Item{{X: col("a"), Name: "a"}, {X: sqlast.Aggregate{Name: "count"}, Name: "n"}},
		From:  sqlast.Join{Kind: "INNER", Left: sqlast.Table{Name: "s"}, Right: sqlast.Table{Name: "u"}, On: op("=", col("a"), col("b"))},
		Where: []sqlast.Expr{sqlast.Or(col("x"), col("y")), col("z")},
		Group: true, By: 1,
		OrderBy: []sqlast.Order{{By: col("n"), Desc: true, NullsFirst: true}},
		Limit:   sqlast.Int(3),
	}
	got, err := sqlast.Print(q, syntax())
	if err != nil {
		t.Fatal(err)
	}
	want := "WITH \n  s AS (SELECT 1 AS a)\nSELECT a, count(*) AS n\nFROM s\nJOIN u ON a = b\nWHERE (x OR y) AND z\nGROUP BY 1\nORDER BY n DESC NULLS FIRST\nLIMIT 3"
	if got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

func TestATreeThatIsNoSQLIsAnError(t *testing.T) {
	for _, q := range []sqlast.Query{
		&sqlast.Select{Items: []sqlast.Item{{X: op("; DROP", col("a"), col("b")), Name: "a"}}},
		&sqlast.Select{From: sqlast.Join{Kind: "SIDEWAYS", Left: sqlast.Table{Name: "a"}, Right: sqlast.Table{Name: "b"}, On: sqlast.Bool(true)}},
		&sqlast.Select{Items: []sqlast.Item{{Name: "a"}}},
		nil,
	} {
		if got, err := sqlast.Print(q, syntax()); err == nil {
			t.Errorf("printed %s", got)
		}
	}
}
