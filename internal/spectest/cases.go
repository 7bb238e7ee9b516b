package spectest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// A Case is a query with what it must answer, recorded from Microsoft's engine
// or printed in Microsoft's documentation.
type Case struct {
	ID      string
	Query   string
	Family  string // of emulator cases: joins-lookup-union, …
	Refused bool   // the engine refuses the query
	Columns []CaseColumn
	Rows    [][]any
	// RowCount is the number of rows; Rows may hold only the first of them.
	RowCount int
	Ordered  bool
	Grade    string // of documentation cases: A, B, C
	// Printed says that the rows are from a page of documentation, which rounds,
	// is Markdown, and shows one of several right answers; see [Case.Compare].
	Printed bool
	// Uses names the functions, aggregates, plugins and operators of the query.
	Uses []string
}

// CaseColumn is a column of a recorded result.
type CaseColumn struct{ Name, Type string }

// JSON is the canonical text of a dynamic value in the rows that
// [Case.Compare] gets.
type JSON string

// EmulatorCases returns the cases recorded from Microsoft's emulator. The test
// is skipped if they are not beside the repository.
func EmulatorCases(t testing.TB) []Case { return readCases(t, "emulator.jsonl") }

// DocumentedCases returns the documentation's queries that have a result of the
// given grade.
func DocumentedCases(t testing.TB, grade string) []Case {
	cases := slices.DeleteFunc(readCases(t, "docs.jsonl"), func(c Case) bool { return c.Grade != grade })
	for i := range cases {
		cases[i].Printed = true
		cases[i].Ordered = cases[i].Ordered && sortsLast(cases[i].Query)
	}
	return cases
}

func readCases(t testing.TB, name string) []Case {
	t.Helper()
	var cases []Case
	for _, text := range Lines[json.RawMessage](t, Shared(t, "kql/cases/"+name)) {
		var line struct {
			ID, Query, Family string
			ExpectError       string `json:"expect_error"`
			Features          map[string][]string
			Expected          *struct {
				Columns  []CaseColumn
				Rows     [][]any
				RowCount *int `json:"row_count"`
				Ordered  bool
				Grade    string
			}
		}
		d := json.NewDecoder(bytes.NewReader(text))
		d.UseNumber()
		if err := d.Decode(&line); err != nil {
			t.Fatal(err)
		}
		c := Case{ID: line.ID, Query: line.Query, Family: line.Family, Refused: line.ExpectError != ""}
		for _, names := range line.Features {
			c.Uses = append(c.Uses, names...)
		}
		if e := line.Expected; e != nil {
			c.Columns, c.Rows, c.Ordered, c.Grade, c.RowCount = e.Columns, e.Rows, e.Ordered, e.Grade, len(e.Rows)
			if e.RowCount != nil {
				c.RowCount = *e.RowCount
			}
		} else if !c.Refused {
			continue
		}
		cases = append(cases, c)
	}
	return cases
}

// Compare says how rows differ from what c must answer. Cells are nil, bool,
// int64, float64, string or JSON; datetimes, timespans and guids are strings in
// Kusto's form. Rows count as a multiset unless the query sorts last; reals are
// equal to 1e-9, datetimes to the microsecond, null and ” are the same, and
// sets have no order.
//
// What is printed on a page is compared by what the page can show, and by
// nothing less: a decimal of five digits or more may be rounded at its last
// one; white space has lost its length and is gone at the ends of a cell; a
// link is its address.
func (c *Case) Compare(rows [][]any) error {
	if len(rows) != c.RowCount {
		return fmt.Errorf("%d rows, want %d", len(rows), c.RowCount)
	}
	m := matcher{anyOrder: slices.ContainsFunc(c.Uses, isUnordered), printed: c.Printed}
	used := make([]bool, len(rows))
	for i, want := range c.Rows {
		found := -1
		for j, got := range rows {
			if used[j] || c.Ordered && j != i {
				continue
			}
			if m.row(want, got) {
				found = j
				break
			}
		}
		if found < 0 {
			got := any("none that is left")
			if i < len(rows) {
				got = rows[i]
			}
			return fmt.Errorf("row %d: got %v, want %v", i, got, want)
		}
		used[found] = true
	}
	return nil
}

func isUnordered(name string) bool {
	switch name {
	case "make_set", "makeset", "make_set_if", "bag_keys", "set_union", "set_difference", "set_intersect",
		"geo_polygon_to_h3cells", "geo_polygon_to_s2cells", "geo_line_to_s2cells":
		return true
	}
	return false
}

type matcher struct {
	anyOrder bool // of the elements of arrays
	printed  bool // on a page
}

func (m matcher) row(want, got []any) bool {
	if len(want) != len(got) {
		return false
	}
	for i := range want {
		if !m.cell(want[i], got[i]) {
			return false
		}
	}
	return true
}

func (m matcher) cell(want, got any) bool {
	if j, ok := got.(JSON); ok {
		var v any
		d := json.NewDecoder(strings.NewReader(string(j)))
		d.UseNumber()
		if d.Decode(&v) != nil {
			return false
		}
		got = v
	}
	if o, ok := want.(map[string]any); ok && len(o) == 1 {
		if v, ok := o["json"]; ok {
			want = v
		} else if v, ok := o["raw"]; ok {
			want = v
		}
	}
	return m.value(want, got)
}

func (m matcher) value(want, got any) bool {
	if isNothing(want) || isNothing(got) {
		return isNothing(want) && isNothing(got)
	}
	if x, ok := number(want); ok {
		if y, ok := number(got); ok {
			return closeTo(x, y) && sameWhole(want, got) || m.printed && roundsTo(y, want)
		}
	}
	switch w := want.(type) {
	case bool:
		return got == w
	case string:
		g, ok := got.(string)
		return ok && (g == w || microseconds(g) == microseconds(w) && microseconds(w) != "" || m.printed && onPage(g) == onPage(w))
	case []any:
		g, ok := got.([]any)
		if !ok || len(g) != len(w) {
			return false
		}
		return m.list(w, g)
	case map[string]any:
		g, ok := got.(map[string]any)
		if !ok || len(g) != len(w) {
			return false
		}
		for k, v := range w {
			x, ok := g[k]
			if !ok || !m.member(k, v, x) {
				return false
			}
		}
		return true
	}
	return reflect.DeepEqual(want, got)
}

// member compares a member of a bag. The order of coordinates always counts.
func (m matcher) member(key string, want, got any) bool {
	if key == "coordinates" {
		m.anyOrder = false
	}
	return m.value(want, got)
}

func (m matcher) list(want, got []any) bool {
	used := make([]bool, len(got))
	for i, w := range want {
		found := false
		for j, g := range got {
			if used[j] || !m.anyOrder && j != i {
				continue
			}
			if m.value(w, g) {
				used[j], found = true, true
				break
			}
		}
		if !found {
			return false
		}
	}
	return true
}

func isNothing(v any) bool { return v == nil || v == "" }

// number reads numbers, and the texts by which JSON stands in for NaN and the
// infinities.
func number(v any) (float64, bool) {
	switch x := v.(type) {
	case json.Number:
		f, err := x.Float64()
		return f, err == nil || math.IsInf(f, 0)
	case int64:
		return float64(x), true
	case float64:
		return x, true
	case string:
		switch x {
		case "NaN":
			return math.NaN(), true
		case "Infinity", "inf":
			return math.Inf(1), true
		case "-Infinity", "-inf":
			return math.Inf(-1), true
		}
	}
	return 0, false
}

// sameWhole compares whole numbers that a float64 cannot tell apart.
func sameWhole(want, got any) bool {
	w, ok := want.(json.Number)
	if !ok || strings.ContainsAny(w.String(), ".eE") {
		return true
	}
	var g string
	switch x := got.(type) {
	case int64:
		g = strconv.FormatInt(x, 10)
	case json.Number:
		g = x.String()
	default:
		return true
	}
	return strings.ContainsAny(g, ".eE") || g == w.String()
}

func closeTo(a, b float64) bool {
	if a == b || math.IsNaN(a) && math.IsNaN(b) {
		return true
	}
	return math.Abs(a-b) <= 1e-9*max(math.Abs(a), math.Abs(b))
}

// leastRounded is the number of digits from which a printed decimal may be a
// rounded one; shorter ones are what they say.
const leastRounded = 5

// roundsTo reports whether a printed decimal is x rounded to as many digits.
func roundsTo(x float64, printed any) bool {
	n, ok := printed.(json.Number)
	if !ok {
		return false
	}
	mantissa, exponent, _ := strings.Cut(strings.ToLower(n.String()), "e")
	whole, fraction, ok := strings.Cut(strings.TrimLeft(mantissa, "-+"), ".")
	e, err := strconv.Atoi(exponent)
	if !ok || exponent != "" && err != nil || len(strings.TrimLeft(whole+fraction, "0")) < leastRounded {
		return false
	}
	want, err := n.Float64()
	half := 0.5 * math.Pow10(e-len(fraction))
	return err == nil && math.Abs(x-want) <= half*(1+1e-6)
}

// autolink is how a page writes an address.
var autolink = regexp.MustCompile(`<(https?://[^<>\s]*)>|\[(https?://[^\]\s]*)\]\(([^)\s]*)\)`)

// onPage returns what is left of a text in a table of a page.
func onPage(s string) string {
	s = autolink.ReplaceAllStringFunc(s, func(link string) string {
		m := autolink.FindStringSubmatch(link)
		if m[2] != m[3] {
			return link
		}
		return m[1] + m[2]
	})
	return strings.Join(strings.Fields(s), " ")
}

var (
	text      = regexp.MustCompile(`"[^"\n]*"|'[^'\n]*'|//[^\n]*`)
	nested    = regexp.MustCompile(`\([^()]*\)`)
	sorts     = regexp.MustCompile(`\|\s*(sort|order|top)\s`)
	scrambles = regexp.MustCompile(`\|\s*(partition|top-nested)\b`)
)

// sortsLast reports whether the rows of a query that sorts still stand in that
// order at its end. MS Learn promises none after partition and top-nested.
func sortsLast(query string) bool {
	query = text.ReplaceAllString(query, "")
	for nested.MatchString(query) {
		query = nested.ReplaceAllString(query, "")
	}
	last := func(re *regexp.Regexp) int {
		all := re.FindAllStringIndex(query, -1)
		if all == nil {
			return -1
		}
		return all[len(all)-1][0]
	}
	return last(scrambles) < 0 || last(sorts) > last(scrambles)
}

// microseconds cuts the seventh digit of a datetime's fraction; "" if s is none.
func microseconds(s string) string {
	if len(s) == len("2020-01-01T00:00:00.0000000Z") && s[10] == 'T' && s[19] == '.' {
		return s[:26]
	}
	return ""
}
