package kql_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/azflow/azflow/internal/spectest"
	"github.com/azflow/azflow/kql"
	"github.com/azflow/azflow/kql/op"
	"github.com/azflow/azflow/kql/plugin"
	"github.com/azflow/azflow/schema"
)

const operatorsPage = "../docs/kql/operators.md"

// TestOperatorsPageIsUpToDate compares docs/kql/operators.md with what the
// operators and plugins say of themselves; -update writes it.
func TestOperatorsPageIsUpToDate(t *testing.T) {
	want := operators()
	if spectest.Update() {
		if err := os.MkdirAll(filepath.Dir(operatorsPage), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(operatorsPage, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(operatorsPage)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Error("docs/kql/operators.md is not what the operators say; go test ./kql -run Page -update writes it")
	}
}

func operators() string {
	var b strings.Builder
	b.WriteString("<!-- Written by go test ./kql -run Page -update; do not edit. -->\n# Tabular operators\n\nEach example is a query over azflow's own tables.\n")
	for _, d := range op.Docs() {
		fmt.Fprintf(&b, "\n## %s\n\n%s\n", d.Keyword, d.Summary)
		if len(d.Aliases) > 0 {
			fmt.Fprintf(&b, "Also written `%s`.\n", strings.Join(d.Aliases, "`, `"))
		}
		fmt.Fprintf(&b, "\n```\n%s\n```\n\n```kql\n%s\n```\n", d.Syntax, d.Example)
	}
	b.WriteString("\n# Plugins of evaluate\n\nThe columns of bag_unpack and pivot are known only from the data, unless a schema follows the call.\n\n| plugin | what it does | call |\n|---|---|---|\n")
	for _, p := range plugin.Plugins() {
		fmt.Fprintf(&b, "| %s | %s | `%s` |\n", p.Name, p.Summary, strings.ReplaceAll(p.Syntax, "|", "\\|"))
	}
	return b.String()
}

func TestExamplesOfOperatorsBind(t *testing.T) {
	cat := schema.NewCatalog(schema.Tables())
	for _, d := range op.Docs() {
		if _, diags := kql.Plan(d.Example, cat, kql.Options{Now: now}); diags.HasErrors() {
			t.Errorf("%s\n%s", d.Example, said(diags, d.Example))
		}
	}
}

func TestOperatorsAreDescribedInOrder(t *testing.T) {
	docs := op.Docs()
	if !slices.IsSortedFunc(docs, func(x, y op.Doc) int { return strings.Compare(x.Keyword, y.Keyword) }) {
		t.Error("Docs is not in the order of keywords")
	}
	for _, d := range docs {
		if d.Summary == "" || d.Syntax == "" || d.Example == "" {
			t.Errorf("%s is not described", d.Keyword)
		}
	}
}
