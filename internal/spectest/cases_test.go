package spectest

import (
	"encoding/json"
	"strings"
	"testing"
)

// compareJSON compares cells of one row, written as JSON; the page's cells may
// hold {"json": …}.
func compareJSON(t *testing.T, c Case, want, got string) error {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(want))
	d.UseNumber()
	var w any
	if err := d.Decode(&w); err != nil {
		t.Fatal(err)
	}
	c.Rows, c.RowCount = [][]any{{map[string]any{"json": w}}}, 1
	return c.Compare([][]any{{JSON(got)}})
}

func TestComparingAcceptsWhatAPageCanShowAndNothingElse(t *testing.T) {
	const (
		square = `{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,1],[0,0]]]}`
		turned = `{"type":"Polygon","coordinates":[[[1,1],[0,1],[0,0],[1,0],[1,1]]]}`
	)
	for _, c := range []struct {
		name, want, got string
		printed, exact  bool // whether a page's answer and an engine's agree
		uses            string
	}{
		{"a rounded decimal", `7.389056`, `7.38905609893065`, true, false, ""},
		{"a decimal rounded wrongly", `7.389056`, `7.38905661`, false, false, ""},
		{"a cut decimal", `0.66666`, `0.6666666666`, false, false, ""},
		{"a short decimal", `0.84`, `0.8437`, false, false, ""},
		{"a whole number", `12345`, `12345.2`, false, false, ""},
		{"a rounded power of ten", `1.2346e-7`, `1.23456e-7`, true, false, ""},
		{"another power of ten", `1.2346e-7`, `1.23456e-6`, false, false, ""},
		{"white space", `"a b"`, `" a\u00a0\n b"`, true, false, ""},
		{"no white space", `"a b"`, `"ab"`, false, false, ""},
		{"a link in brackets", `"<https://a.b>"`, `"https://a.b"`, true, false, ""},
		{"a link in Markdown", `"x [https://a.b](https://a.b)"`, `"x https://a.b"`, true, false, ""},
		{"a link to somewhere else", `"[https://a.b](https://c.d)"`, `"https://a.b"`, false, false, ""},
		{"another link", `"<https://a.b>"`, `"https://a.c"`, false, false, ""},
		{"a ring from another corner", square, turned, false, false, ""},
		{"swapped coordinates", `{"type":"Point","coordinates":[1,2]}`, `{"type":"Point","coordinates":[2,1]}`, false, false, "make_set"},
		{"cells in another order", `["a","b"]`, `["b","a"]`, true, true, "geo_polygon_to_h3cells"},
		{"other cells", `["a","b"]`, `["b","c"]`, false, false, "geo_polygon_to_h3cells"},
		{"a list in another order", `["a","b"]`, `["b","a"]`, false, false, ""},
	} {
		for _, printed := range []bool{true, false} {
			err := compareJSON(t, Case{Printed: printed, Uses: []string{c.uses}}, c.want, c.got)
			if agree := printed && c.printed || !printed && c.exact; (err == nil) != agree {
				t.Errorf("%s, printed %v: %v", c.name, printed, err)
			}
		}
	}
}

func TestPartitionAndTopNestedLoseAnOrder(t *testing.T) {
	for query, want := range map[string]bool{
		"T | sort by a":                                         true,
		"T | order by a | project b":                            true,
		"T | sort by a | partition by b (sort by c)":            false,
		"T | partition by b (sort by c) | top 3 by a":           true,
		"T | top-nested 2 of a by max(b), top-nested of c by d": false,
		"T | top-nested 2 of a by max(b) | sort by a":           true,
		"T | where a == '| partition ' | sort by b":             true,
	} {
		if got := sortsLast(query); got != want {
			t.Errorf("%s: %v", query, got)
		}
	}
}
