//go:build cgo

package duckdb_test

import (
	"context"
	"strings"
	"testing"

	"github.com/azflow/azflow/internal/store/duckdb"
	"github.com/azflow/azflow/kql/sqlgen"
	dialect "github.com/azflow/azflow/kql/sqlgen/duckdb"
)

// FuzzTextsSurviveQuoting has DuckDB read literals and identifiers back.
func FuzzTextsSurviveQuoting(f *testing.F) {
	for _, s := range []string{"", "it's", `"; DROP TABLE x; --`, `\`, `\'`, "''", "a\x00b", "\x00", "日本", "\xff\xfe", "line\nbreak", "$$", "/* */", "E'\\n'", "\u2028"} {
		f.Add(s)
	}
	e, err := duckdb.Open(duckdb.Config{Threads: 1})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { e.Close() })
	f.Fuzz(func(t *testing.T, s string) {
		want := strings.ToValidUTF8(s, "\uFFFD")
		rows, err := e.SQL(context.Background(), "SELECT "+dialect.QuoteString(s)+" AS s, 7 AS n", func(string) (sqlgen.Scan, bool) { return sqlgen.Scan{}, false })
		if err != nil {
			t.Fatalf("%q: %v", s, err)
		}
		got := all(t, rows)
		if len(got) != 1 || got[0][0] != want || len(got[0]) != 2 {
			t.Errorf("%q came back as %q", s, got)
		}
		if want == "" || strings.ContainsRune(want, 0) {
			return // no name
		}
		rows, err = e.SQL(context.Background(), "SELECT 1 AS "+dialect.QuoteIdent(want), func(string) (sqlgen.Scan, bool) { return sqlgen.Scan{}, false })
		if err != nil {
			t.Fatalf("%q: %v", s, err)
		}
		if name := rows.Columns()[0].Name; name != want {
			t.Errorf("name %q came back as %q", want, name)
		}
		rows.Close()
	})
}
