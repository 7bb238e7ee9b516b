package op

import (
	"slices"
	"strings"
	"testing"
)

func TestDocsAreCompleteAndSorted(t *testing.T) {
	last := ""
	for _, d := range Docs() {
		if d.Keyword <= last {
			t.Errorf("%s stands after %s", d.Keyword, last)
		}
		last = d.Keyword
		if d.Summary == "" || !strings.HasSuffix(d.Summary, ".") {
			t.Errorf("%s: the summary %q is no sentence", d.Keyword, d.Summary)
		}
		if !strings.Contains(d.Syntax, d.Keyword) || !strings.Contains(d.Example, d.Keyword) {
			t.Errorf("%s is not in its own syntax or example", d.Keyword)
		}
	}
}

func TestGrannyOrderCountsNumbers(t *testing.T) {
	got := []string{"a10", "b1", "A2", "a02x", "a", "a100", "a9"}
	slices.SortFunc(got, compareGranny)
	if want := []string{"a", "A2", "a02x", "a9", "a10", "a100", "b1"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
