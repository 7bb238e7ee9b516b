package parser_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/azflow/azflow/kql/ast"
	"github.com/azflow/azflow/kql/diag"
	"github.com/azflow/azflow/kql/parser"
	"github.com/azflow/azflow/kql/types"
)

// faults lists the diagnostics of src as "code@start+length".
func faults(src string) []string {
	_, diags := parser.Parse(src)
	var all []string
	for _, d := range diags {
		all = append(all, fmt.Sprintf("%s@%d+%d", d.Code, d.Span.Start, d.Span.End-d.Span.Start))
	}
	return all
}

func TestThreeMistakesAreReportedAsThree(t *testing.T) {
	src := "Flows\n| where Port ==\n| sumarize count() by Port\n| join (Nics | take) on Mac\n| take 5"
	want := []string{"KS006@21+0", "KS176@24+8", "KS006@68+0"}
	if got := faults(src); !slices.Equal(got, want) {
		t.Errorf("faults of\n%s\nare %v, want %v", src, got, want)
	}
}

// What Microsoft's parser answers (@kusto/language-service-next 12.4.1), in
// characters.
func TestFaultsStandWhereMicrosoftPutsThem(t *testing.T) {
	for src, want := range map[string]string{
		"T | where a == ":                            "KS006@14+0",
		"print x=1 ) foo":                            "KS198@10+1",
		"T | where a == 'abc":                        "KS001@19+0",
		"T | where (a == 1 | take 5":                 "KS005@26+0",
		"T | where a has 'x' has 'y'":                "KS198@20+3",
		"print 00000000-0000-0000-0000-000000000001": "KS214@6+36",
		"print dynamic({\"a\":1,})":                  "KS006@21+0",
		"T | take 5;;print 1":                        "KS198@11+1",
		"print 1 d":                                  "KS005@8+1",
		"print x=1..2":                               "KS198@9+2",
	} {
		if got := faults(src); len(got) == 0 || got[0] != want {
			t.Errorf("%q: first fault %v, want %s", src, got, want)
		}
	}
}

func TestAMisspelledOperatorIsGuessed(t *testing.T) {
	_, diags := parser.Parse("T | sumarize count()")
	if len(diags) != 1 || diags[0].Hint != "did you mean 'summarize'?" {
		t.Errorf("got %+v", diags)
	}
}

// value parses `print x = literal` and returns the literal.
func value(t *testing.T, literal string) *ast.Literal {
	t.Helper()
	q, diags := parser.Parse("print x = " + literal)
	if diags.HasErrors() {
		t.Fatalf("%s: %v", literal, diags)
	}
	op := q.Statements[0].(*ast.ExprStatement).X.(*ast.Pipeline).Ops[0].(*ast.Print)
	x, ok := op.Items[0].(*ast.Named).X.(*ast.Literal)
	if !ok {
		t.Fatalf("%s is a %T", literal, op.Items[0].(*ast.Named).X)
	}
	return x
}

func TestLiterals(t *testing.T) {
	day := types.Interval(types.TicksPerDay)
	for text, want := range map[string]struct {
		typ   types.Type
		value types.Value
	}{
		`42`:                                {types.Long, int64(42)},
		`0x1F`:                              {types.Long, int64(31)},
		`long(null)`:                        {types.Long, nil},
		`long(-7)`:                          {types.Long, int64(-7)},
		`-9223372036854775808`:              {types.Long, int64(math.MinInt64)},
		`int(7)`:                            {types.Int, int32(7)},
		`1.5`:                               {types.Real, 1.5},
		`1e3`:                               {types.Real, 1000.0},
		`real(+inf)`:                        {types.Real, math.Inf(1)},
		`double(2)`:                         {types.Real, 2.0},
		`true`:                              {types.Bool, true},
		`bool(null)`:                        {types.Bool, nil},
		`1d`:                                {types.TimeSpan, day},
		`1.5h`:                              {types.TimeSpan, types.Interval(90 * types.TicksPerMinute)},
		`5m`:                                {types.TimeSpan, types.Interval(5 * types.TicksPerMinute)},
		`1tick`:                             {types.TimeSpan, types.Interval(1)},
		`3microseconds`:                     {types.TimeSpan, types.Interval(30)},
		`250ms`:                             {types.TimeSpan, types.Interval(2500000)},
		`time(1.02:03:04)`:                  {types.TimeSpan, day + types.Interval(2*types.TicksPerHour+3*types.TicksPerMinute+4*types.TicksPerSecond)},
		`timespan(2d)`:                      {types.TimeSpan, 2 * day},
		`datetime(1970-01-01)`:              {types.DateTime, types.Instant(types.UnixEpochTicks)},
		`datetime("1970-01-01 00:00:00.5")`: {types.DateTime, types.Instant(types.UnixEpochTicks + 5000000)},
		`datetime(null)`:                    {types.DateTime, nil},
		`'it\'s'`:                           {types.String, "it's"},
		`"tab\there"`:                       {types.String, "tab\there"},
		`"\u00e9\x41\101"`:                  {types.String, "éAA"},
		`"\ud83d\ude00"`:                    {types.String, "😀"},
		`@'C:\temp'`:                        {types.String, `C:\temp`},
		`@"say ""hi"""`:                     {types.String, `say "hi"`},
		"```a\n\\n b```":                    {types.String, "a\n\\n b"},
		"~~~x~~~":                           {types.String, "x"},
		`h'secret'`:                         {types.String, "secret"},
		`"one " 'two ' @"three"`:            {types.String, "one two three"},
		`guid(74be27de-1e4e-49d9-b579-fe0b331d3642)`: {types.GUID, types.UUID{0x74, 0xbe, 0x27, 0xde, 0x1e, 0x4e, 0x49, 0xd9, 0xb5, 0x79, 0xfe, 0x0b, 0x33, 0x1d, 0x36, 0x42}},
		`dynamic(null)`: {types.Dynamic, nil},
		`dynamic("a")`:  {types.Dynamic, "a"},
		`dynamic(-1.5)`: {types.Dynamic, -1.5},
	} {
		x := value(t, text)
		if x.Type != want.typ || x.Value != want.value || x.Text != text {
			t.Errorf("%s is a %v %#v %q, want a %v %#v", text, x.Type, x.Value, x.Text, want.typ, want.value)
		}
	}
	if x := value(t, `h"x"`); !x.Hidden {
		t.Error("h strings must be hidden")
	}
	if !value(t, "1").Implicit || value(t, "long(1)").Implicit || value(t, "1d").Implicit {
		t.Error("only bare numbers adapt their type")
	}
}

func TestDynamicLiteralsHoldJSON(t *testing.T) {
	bag := value(t, `dynamic({"a":[1, 2.5, true, null, 1h], 'b':{"c":datetime(1970-01-01)}, "a":2})`).Value.(*types.Bag)
	if got := bag.Keys(); !slices.Equal(got, []string{"a", "b"}) {
		t.Errorf("keys are %v", got)
	}
	if a, _ := bag.Get("a"); a != int64(2) {
		t.Errorf("the last a wins, got %v", a)
	}
	items := value(t, `dynamic([1, 2.5, true, null, 1h])`).Value.([]types.Value)
	if want := []types.Value{int64(1), 2.5, true, nil, types.Interval(types.TicksPerHour)}; !slices.Equal(items, want) {
		t.Errorf("items are %v, want %v", items, want)
	}
}

func TestTypographicQuotesAndDashesAreMended(t *testing.T) {
	src := "let p=”10.1.1.0/27″;\nT | where a == “x” and b == ‘y’ and n > –1"
	q, diags := parser.Parse(src)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	if len(diags) != 4 {
		t.Fatalf("%d warnings, want 4: %v", len(diags), diags)
	}
	fixed := src
	for _, d := range slices.Backward(diags) {
		if d.Severity != diag.Warning || d.Fix == nil {
			t.Fatalf("no warning with a fix: %+v", d)
		}
		fixed = fixed[:d.Fix.Span.Start] + d.Fix.Text + fixed[d.Fix.Span.End:]
	}
	if want := "let p=\"10.1.1.0/27\";\nT | where a == \"x\" and b == 'y' and n > -1"; fixed != want {
		t.Errorf("the fixes make\n%s\nwant\n%s", fixed, want)
	}
	if v := q.Statements[0].(*ast.Let).Value.(*ast.Literal).Value; v != "10.1.1.0/27" {
		t.Errorf("p is %v", v)
	}
}

func TestTypographyInsideAStringIsKept(t *testing.T) {
	if v := value(t, `"“a” – b"`); v.Value != "“a” – b" {
		t.Errorf("got %q", v.Value)
	}
}

func TestParametersAndPlaceholdersAreNamed(t *testing.T) {
	for src, want := range map[string]string{
		"T | where t > ago({Days}d)":     "KS213@18+7",
		"T | where t {TimeRange:query}":  "KS198@12+17",
		"let x = {Days:value}d":          "KS006@8+13",
		"{Subscriptions} | take 1":       "KS213@0+15",
		"T | where ip == <your address>": "AZ003@16+14",
	} {
		if got := faults(src); len(got) != 1 || got[0] != want {
			t.Errorf("%q: %v, want %s", src, got, want)
		}
	}
}

func TestOperatorsBindAsInKusto(t *testing.T) {
	for src, want := range map[string]string{
		"a + b * c":                "(a + (b * c))",
		"a - b - c":                "((a - b) - c)",
		"a == 1 or b == 2 and c":   "((a == 1) or ((b == 2) and c))",
		"a has 'x' and b !has 'y'": "((a has 'x') and (b !has 'y'))",
		"a + b contains 'x'":       "(a + (b contains 'x'))",
		"a > 1 == b < 2":           "((a > 1) == (b < 2))",
		"-a.b[0] * 2":              "((-a.b[0]) * 2)",
		"a in (1, 2) and b":        "((a in (1, 2)) and b)",
		"a between (1 .. 2) or b":  "((a between (1 .. 2)) or b)",
		"x matches regex 'a' or y": "((x matches regex 'a') or y)",
	} {
		q, diags := parser.Parse("print " + src)
		if diags.HasErrors() {
			t.Errorf("%s: %v", src, diags)
			continue
		}
		op := q.Statements[0].(*ast.ExprStatement).X.(*ast.Pipeline).Ops[0].(*ast.Print)
		if got := grouped(op.Items[0]); got != want {
			t.Errorf("%s groups as %s, want %s", src, got, want)
		}
	}
}

// grouped prints x with parentheses around every operation.
func grouped(x ast.Expr) string {
	switch x := x.(type) {
	case *ast.Ident:
		return x.Name.Text
	case *ast.Literal:
		return x.Text
	case *ast.Unary:
		return "(" + x.Op + grouped(x.X) + ")"
	case *ast.Binary:
		return "(" + grouped(x.X) + " " + x.Op + " " + grouped(x.Y) + ")"
	case *ast.Path:
		return grouped(x.X) + "." + x.Name.Text
	case *ast.Index:
		return grouped(x.X) + "[" + grouped(x.I) + "]"
	case *ast.Between:
		return "(" + grouped(x.X) + " between (" + grouped(x.Lo) + " .. " + grouped(x.Hi) + "))"
	case *ast.In:
		var items []string
		for _, i := range x.List {
			items = append(items, grouped(i))
		}
		return "(" + grouped(x.X) + " " + x.Op + " (" + strings.Join(items, ", ") + "))"
	}
	return fmt.Sprintf("%T", x)
}

func TestHugeQueriesEndSoonWithAnError(t *testing.T) {
	if testing.Short() {
		t.Skip("10 MB each")
	}
	for _, unit := range []string{"(", "|", "[", "{", "f(", "print ", "-", "x in (", "'", "`", "“", "é", "a.", "dynamic([", "let x = (a:long) {", ";", "\"\\", "{a", "<b", "//x", "T | where (", "datetime(", "a-", "h@", "T|wher x|", "'a' ", "x.", "a+", "x[0]", "in (", "dynamic({'a':"} {
		for _, size := range []int{1 << 20, 10 << 20} { // below and above the limit of tokens
			src := strings.Repeat(unit, size/len(unit))
			start := time.Now()
			_, diags := parser.Parse(src)
			took := time.Since(start)
			if size > 2<<20 && unit != "//x" && !diags.HasErrors() {
				t.Errorf("10 MB of %q are no error", unit)
			}
			if took > 3*time.Second { // a second on a machine with nothing else to do
				t.Errorf("%d bytes of %q took %v", size, unit, took)
			}
		}
	}
}
