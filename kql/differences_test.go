package kql_test

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/azflow/azflow/internal/spectest"
	"github.com/azflow/azflow/kql/fn"
)

const differencesPage = "../docs/kql/differences.md"

// TestDifferencesPageIsUpToDate compares docs/kql/differences.md with the lists
// of known differences; -update writes it.
func TestDifferencesPageIsUpToDate(t *testing.T) {
	want := differences(t)
	if spectest.Update() {
		if err := os.WriteFile(differencesPage, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(differencesPage)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Error("docs/kql/differences.md is not what the lists say; go test ./kql -run Page -update writes it")
	}
}

// limits are differences that follow from what values are stored as.
var limits = []string{
	"Datetimes that were stored have microseconds: the seventh digit of a flow log's record time is kept in `RecordTicks`.",
	"`dcount`, `hll` and `tdigest` are exact where Kusto estimates.",
	"ClickHouse holds datetimes from 1900 to 2299 only, folds case by Unicode's full lower case (a final sigma is another letter), and gives its whole answer at once.",
	"What an engine cannot express exactly is finished by the interpreter on at most `row_cap` rows; above that the query is refused. `azflow explain` shows where the cut is.",
	"Where Kusto lets any of several be right, the first by the ids of nodes is given: of equally short paths, and in the numbers of components.",
	"Persistent graphs, python, R and management commands that change anything are refused.",
}

func differences(t *testing.T) string {
	t.Helper()
	var b strings.Builder
	b.WriteString("<!-- Written by go test ./kql -run Page -update; do not edit. -->\n# Differences from Kusto\n\n")
	b.WriteString("azflow refuses what it cannot do exactly. These are the differences that are known; the lists may only shrink.\n\n## By design\n\n")
	for _, l := range limits {
		fmt.Fprintf(&b, "- %s\n", l)
	}
	b.WriteString("\n## Unverified\n\nThese functions follow Microsoft's documentation; no recorded results exist to compare them with.\n\n")
	var names []string
	for _, f := range fn.Scalars() {
		if f.Unverified && !f.Hidden {
			names = append(names, "`"+f.Name+"`")
		}
	}
	for _, a := range fn.Aggregates() {
		if a.Unverified && !a.Hidden {
			names = append(names, "`"+a.Name+"`")
		}
	}
	slices.Sort(names)
	b.WriteString(strings.Join(slices.Compact(names), ", ") + "\n")

	b.WriteString("\n## Recorded queries that are answered otherwise\n\n")
	b.WriteString("Of the queries that Microsoft's emulator answered (kustainer-…) and the examples of its documentation (adx/…). `eval` means every engine.\n\n| engine | why | queries |\n|---|---|---|\n")
	grouped := map[[2]string][]string{}
	for _, line := range lines(t, filepath.Join("testdata", "known-misses.txt")) {
		if f := strings.Split(line, "\t"); len(f) == 3 {
			key := [2]string{f[0], f[2]}
			grouped[key] = append(grouped[key], f[1])
		}
	}
	keys := slices.SortedFunc(maps.Keys(grouped), func(x, y [2]string) int { return slices.Compare(x[:], y[:]) })
	for _, k := range keys {
		fmt.Fprintf(&b, "| %s | %s | %s |\n", k[0], strings.ReplaceAll(k[1], "|", `\|`), strings.Join(grouped[k], ", "))
	}

	b.WriteString("\n## Queries that are bound otherwise than by Microsoft's binder\n\n| why | queries |\n|---|---|\n")
	reason, ids := "", []string(nil)
	flush := func() {
		if len(ids) > 0 {
			fmt.Fprintf(&b, "| %s | %s |\n", strings.ReplaceAll(reason, "|", `\|`), strings.Join(ids, ", "))
		}
		ids = nil
	}
	header := true
	for _, line := range lines(t, filepath.Join("testdata", "binder-differences.txt")) {
		switch text, comment := strings.CutPrefix(line, "# "); {
		case line == "":
			flush()
			header = false
		case comment && header:
		case comment:
			flush()
			reason = text
		default:
			ids = append(ids, line)
		}
	}
	flush()
	return b.String()
}

func lines(t *testing.T, path string) []string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimRight(string(text), "\n"), "\n")
}
