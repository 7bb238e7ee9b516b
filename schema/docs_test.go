package schema_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/azflow/azflow/internal/spectest"
	"github.com/azflow/azflow/schema"
)

const page = "../docs/tables.md"

func TestTablesPageIsUpToDate(t *testing.T) {
	want := tablesPage()
	if spectest.Update() {
		if err := os.MkdirAll("../docs", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(page, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Error("docs/tables.md is not what schema says; run make generate")
	}
}

func tablesPage() string {
	var b strings.Builder
	b.WriteString(`<!-- Written by go generate ./schema; do not edit. -->
# Tables

Every table that a query may name, and its columns in their order. *Source* says where a value comes from:
the log itself (decoder), taking it in (ingest), the owner of an address at that time (attribution), service tags,
geolocation and threat feeds (enrichment), discovered resources (inventory), merged tuples (merge), facts of other blobs
(catalogue), another column (copy of ...), other columns by an expression (derived), the table's view (view), the same value in every row (constant), or nothing
(never filled: the column is there for queries written for Azure).

`)
	tables := slices.DeleteFunc(schema.Tables(), func(t schema.Table) bool { return t.Hidden })
	for _, t := range tables {
		fmt.Fprintf(&b, "* [%s](#%s): %s\n", t.Name, strings.ToLower(t.Name), t.Doc)
	}
	for _, t := range tables {
		fmt.Fprintf(&b, "\n## %s\n\n%s\n", t.Name, t.Doc)
		if len(t.Aliases) > 0 {
			fmt.Fprintf(&b, "Also called %s.\n", strings.Join(t.Aliases, ", "))
		}
		fmt.Fprintf(&b, "Time ranges go by `%s`.\n", t.TimeColumn)
		b.WriteString("\n| column | type | meaning | source | ECS |\n|---|---|---|---|---|\n")
		for _, c := range t.Columns {
			if c.Hidden {
				continue
			}
			source := c.Source.String()
			switch c.Source {
			case schema.Copy:
				source = "copy of `" + c.SameAs + "`"
			case schema.Constant:
				source = "constant `" + c.Default + "`"
			default:
			}
			ecs := c.ECS
			if ecs != "" {
				ecs = "`" + ecs + "`"
			}
			fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %s |\n", c.Name, c.Type, strings.ReplaceAll(c.Doc, "|", `\|`), source, ecs)
		}
		if t.View != "" {
			fmt.Fprintf(&b, "\nIts rows are those of this query, completed by the columns that are never filled:\n\n```kql\n%s\n```\n", t.View)
		}
	}
	return b.String()
}
