package query_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/azflow/azflow/internal/query"
	"github.com/azflow/azflow/schema"
)

func write(t *testing.T, folder, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestWatchlistsAreFilesOfTheUser(t *testing.T) {
	folder := t.TempDir()
	write(t, folder, "Critical.csv", "\ufeffAddress,\"Team \"\"A\"\"\"\n10.1.1.8,\"red, \"\"blue\"\"\nand ]} green\"\n10.1.1.70,\\\n")
	write(t, folder, "Keyed.csv", "Name,SearchKey\nx,10.1.1.8\n")
	s := session(t)
	own, err := query.WithWatchlists(s.Catalog, folder)
	if err != nil {
		t.Fatal(err)
	}
	want := ask(t, s, `NTANetAnalytics | where SrcIp in ("10.1.1.8", "10.1.1.70") | summarize count()`)
	s.Catalog = own
	if got := ask(t, s, `let list = _GetWatchlist("Critical") | project SearchKey; NTANetAnalytics | where SrcIp in (list) | summarize count()`); got[0][0] != want[0][0] || want[0][0] == "0" {
		t.Errorf("%v rows of the listed, want %v", got, want)
	}
	for q, want := range map[string]string{
		`_GetWatchlist('Critical') | where SearchKey == "10.1.1.8" | project ['Team "A"']`:                   "red, \"blue\"\nand ]} green",
		`_GetWatchlist('Critical') | where SearchKey == "10.1.1.70" | project tostring(WatchlistItem)`:       `{"Address":"10.1.1.70","Team \"A\"":"\\"}`,
		`_GetWatchlist('Keyed') | project strcat(Name, SearchKey, _DTItemId, LastUpdatedTimeUTC > ago(50d))`: "x10.1.1.81True",
		`Critical | count`: "2",
		`let pick = (name:string) { _GetWatchlist(name) | count }; pick("Keyed")`: "1",
	} {
		if got := ask(t, s, q); len(got) != 1 || got[0][0] != want {
			t.Errorf("%s\ngot %q, want %q", q, got, want)
		}
	}
	if names := own.Functions(); !slices.Contains(names, "Critical") || !slices.IsSorted(names) {
		t.Errorf("the catalogue does not list it: %v", names)
	}
	if _, err := s.Compile(query.Request{Text: "_GetWatchlist('Critica')", Now: end}); err == nil || !strings.Contains(err.Error(), "Critica") {
		t.Errorf("a list that is not there: %v", err)
	}
}

func TestAWatchlistThatCannotBeReadIsSaidSo(t *testing.T) {
	cat := schema.NewCatalog(schema.Tables())
	for text, want := range map[string]string{
		"":                                     "first line",
		"a,a\n1,2\n":                           "no name of its own",
		"a,\n1,2\n":                            "no name of its own",
		"a,b\n1\n":                             "wrong number of fields",
		"a,b\n\"1,2\n":                         "quote",
		"a\n" + strings.Repeat("x\n", 200_001): "more than 200000 cells",
	} {
		folder := t.TempDir()
		write(t, folder, "List.csv", text)
		if _, err := query.WithWatchlists(cat, folder); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "List.csv") {
			t.Errorf("%.20q: %v, want %q", text, err, want)
		}
	}
	folder := t.TempDir()
	write(t, folder, "Flows.csv", "a\n1\n")
	if _, err := query.WithWatchlists(cat, folder); err == nil || !strings.Contains(err.Error(), "rename the file") {
		t.Errorf("a list called as a table: %v", err)
	}
	if _, err := query.WithWatchlists(cat, filepath.Join(folder, "none")); err == nil {
		t.Error("a folder that is not there was accepted")
	}
}
