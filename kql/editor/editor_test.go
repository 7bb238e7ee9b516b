package editor_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/azflow/azflow/kql"
	"github.com/azflow/azflow/kql/editor"
	"github.com/azflow/azflow/schema"
)

func service() *editor.Service {
	return editor.New(schema.NewCatalog(schema.Tables()), kql.Options{})
}

// cursor returns a query without the mark ¦, and where the mark was.
func cursor(t *testing.T, marked string) (string, int) {
	t.Helper()
	before, after, ok := strings.Cut(marked, "¦")
	if !ok {
		t.Fatalf("no cursor in %q", marked)
	}
	return before + after, len(before)
}

func labels(c editor.Completions) []string {
	var all []string
	for _, i := range c.Items {
		all = append(all, i.Label)
	}
	return all
}

func TestCompletions(t *testing.T) {
	s := service()
	for name, c := range map[string]struct {
		query string
		first string   // the first label; "" for any
		has   []string // labels among the items
		lacks []string
	}{
		"a query begins with a table":               {"¦", "", []string{"NTANetAnalytics", "Flows", "let", "print"}, []string{"SrcIp", "where"}},
		"a table that has been begun":               {"NTANet¦", "NTANetAnalytics", nil, []string{"Flows"}},
		"a stage begins with an operator":           {"Flows | ¦", "", []string{"where", "summarize", "project-away"}, []string{"SrcIp"}},
		"an operator that has been begun":           {"Flows | summ¦ | take 1", "summarize", nil, []string{"where"}},
		"columns of the input":                      {"Flows | project SrcIp, n = 1 | where ¦", "SrcIp", []string{"n", "strlen"}, []string{"DestIp", "NTANetAnalytics", "sum"}},
		"columns in an unfinished call":             {"Flows | where strlen(Sr¦", "SrcIp", nil, []string{"DestIp"}},
		"columns before the rest of the query":      {"Flows | where Sr¦ == 1 | project DestIp", "SrcIp", nil, []string{"DestIp"}},
		"aggregates where they can stand":           {"Flows | summarize ¦", "", []string{"sum", "count", "SrcIp"}, nil},
		"no aggregates among the keys":              {"Flows | summarize count() by ¦", "", []string{"SrcIp", "bin"}, []string{"dcount"}},
		"names of the query":                        {"let limit_ = 5; let t = Flows | take 1; ¦", "", []string{"t"}, nil},
		"a let as a value":                          {"let limit_ = 5; Flows | take lim¦", "limit_", nil, nil},
		"a name that is declared later":             {"Flows | take lat¦; let later = 5", "", nil, []string{"later"}},
		"parameters inside a lambda":                {"let f = (T:(*), low:long) { T | where lo¦ }; f(Flows, 1)", "low", nil, nil},
		"a function of the query":                   {"let twice = (x:long) { x * 2 }; print twi¦", "twice", nil, nil},
		"the right side of a join":                  {"Flows | join kind=inner (¦) on SrcIp", "", []string{"NTAIpDetails"}, []string{"where"}},
		"columns of the right side":                 {"Flows | join kind=inner (NTAIpDetails | project Ip, Location) on $left.SrcIp == $right.¦", "Ip", []string{"Location"}, []string{"SrcIp"}},
		"columns of the left side":                  {"Flows | join kind=inner NTAIpDetails on $left.Sr¦", "SrcIp", nil, []string{"Ip"}},
		"the kinds of a join":                       {"Flows | join kind=¦ NTAIpDetails on Ip", "", []string{"inner", "leftouter"}, []string{"SrcIp"}},
		"the properties of a join":                  {"Flows | join k¦", "kind=", nil, nil},
		"what follows an operand":                   {"Flows | where SrcIp ¦", "", []string{"and", "has", "startswith", "in"}, []string{"SrcIp"}},
		"what follows a key":                        {"Flows | sort by SrcIp ¦", "asc", []string{"desc"}, nil},
		"charts":                                    {"Flows | render ti¦", "timechart", nil, []string{"where"}},
		"plugins":                                   {"Flows | evaluate piv¦", "pivot", nil, nil},
		"the words of a column":                     {"Flows | where FlowStatus == \"¦\"", "Allowed", []string{"Denied"}, nil},
		"the words of a column in a list":           {"Flows | where FlowStatus in (\"Allowed\", 'D¦')", "", []string{"Denied"}, nil},
		"nothing in a comment":                      {"Flows // wh¦", "", nil, []string{"where"}},
		"columns that are added on the way":         {"Flows | extend Total = 1 | summarize S = sum(Total) by SrcIp | project ¦", "", []string{"S", "SrcIp"}, []string{"Total", "DestIp"}},
		"columns inside a stage of a joined query":  {"Flows | join kind=inner (NTAIpDetails | where Loc¦) on Ip", "Location", nil, []string{"SrcIp"}},
		"columns in spite of a mistake before them": {"Flows | where SrcIp == | project Sr¦", "SrcIp", nil, nil},
	} {
		src, at := cursor(t, c.query)
		got := labels(s.Complete(src, at))
		if c.first != "" && (len(got) == 0 || got[0] != c.first) {
			t.Errorf("%s: %s: the first of %.200v, want %s", name, c.query, got, c.first)
		}
		for _, want := range c.has {
			if !slices.Contains(got, want) {
				t.Errorf("%s: %s: no %s among %.300v", name, c.query, want, got)
			}
		}
		for _, lack := range c.lacks {
			if slices.Contains(got, lack) {
				t.Errorf("%s: %s: %s is offered", name, c.query, lack)
			}
		}
	}
}

func TestCompletionSaysWhatItReplacesAndMeans(t *testing.T) {
	src, at := cursor(t, "Flows | where Src¦Ipx == 1")
	c := service().Complete(src, at)
	if got := src[c.Replace.Start:c.Replace.End]; got != "SrcIpx" {
		t.Errorf("replaces %q", got)
	}
	if len(c.Items) == 0 || c.Items[0].Kind != editor.Column || c.Items[0].Detail != "string" || c.Items[0].Doc == "" {
		t.Errorf("the first item is %+v", c.Items[:min(1, len(c.Items))])
	}
}

func TestHovers(t *testing.T) {
	s := service()
	for query, want := range map[string]string{
		"Flows | where Src¦Ip == ''":                          "SrcIp: string",
		"Fl¦ows | take 1":                                     "table Flows",
		"Flows | summa¦rize count()":                          "summarize",
		"Flows | extend n = strl¦en(SrcIp)":                   "strlen(",
		"Flows | summarize dc¦ount(SrcIp)":                    "dcount(",
		"let few = 5; Flows | take f¦ew":                      "let few = 5",
		"let f = (x:long) { x }; print f¦(1)":                 "f(x:long)",
		"Flows | extend Total = 1.5 | where Tot¦al > 1":       "Total: real",
		"Flows | evaluate piv¦ot(FlowStatus, count(), SrcIp)": "pivot(",
	} {
		src, at := cursor(t, query)
		h, ok := s.Hover(src, at)
		if !ok || !strings.Contains(h.Title, want) {
			t.Errorf("%s: %+v, %v; want %s", query, h, ok, want)
		}
	}
	if h, ok := s.Hover("Flows | where 1 == 1", 15); ok {
		t.Errorf("a number means %+v", h)
	}
}

func TestSignatures(t *testing.T) {
	s := service()
	for query, want := range map[string]struct {
		label  string
		active int
	}{
		"print iff(1 == 1, ¦":                               {"iff(", 1},
		"print strcat(substring('abc', 1, ¦2), 'x')":        {"substring(", 2},
		"Flows | summarize arg_max(SrcIp, ¦":                {"arg_max(", 1},
		"let f = (x:long, y:long) { x + y }; print f(1, ¦)": {"f(x:long, y:long)", 1},
		"Flows | evaluate pivot(¦":                          {"pivot(", 0},
		"print iff([1, 2][¦":                                {"iff(", 0},
	} {
		src, at := cursor(t, query)
		got, ok := s.Signature(src, at)
		if !ok || !strings.HasPrefix(got.Label, want.label) || got.Active != want.active {
			t.Errorf("%s: %+v, %v; want %s at %d", query, got, ok, want.label, want.active)
		}
	}
	for _, query := range []string{"print ¦", "print (1 + ¦", "print f(1)¦", "Flows | where (¦"} {
		src, at := cursor(t, query)
		if got, ok := s.Signature(src, at); ok {
			t.Errorf("%s: %+v", query, got)
		}
	}
}

func TestTokensAreColoured(t *testing.T) {
	const src = "let n = 5; // few\nFlows | where SrcIp has 'x' and strlen(Vm) > n | join kind=inner NTAIpDetails on $left.a == $right.b | take 1d"
	var got []string
	names := map[editor.TokenKind]string{
		editor.CommentToken: "comment", editor.StringToken: "string", editor.NumberToken: "number", editor.KeywordToken: "keyword",
		editor.OperatorToken: "operator", editor.FunctionToken: "function", editor.TableToken: "table", editor.ColumnToken: "column",
		editor.VariableToken: "variable", editor.PropertyToken: "property",
	}
	for _, tok := range service().Tokens(src) {
		if tok.Kind != editor.PunctuationToken {
			got = append(got, src[tok.Span.Start:tok.Span.End]+":"+names[tok.Kind])
		}
	}
	want := "let:keyword n:variable 5:number // few:comment Flows:table where:operator SrcIp:column has:keyword 'x':string and:keyword " +
		"strlen:function Vm:column n:variable join:operator kind:property inner:keyword NTAIpDetails:table on:keyword $left:column a:column " +
		"$right:column b:column take:operator 1d:number"
	if s := strings.Join(got, " "); s != want {
		t.Errorf("got\n%s\nwant\n%s", s, want)
	}
}

func TestDiagnoseFindsMistakesAndOddities(t *testing.T) {
	s := service()
	if d := s.Diagnose("Flows | where isnotnull(SrcIp)"); len(d) != 1 || d[0].Code != "AZ101" {
		t.Errorf("got %v", d)
	}
	if d := s.Diagnose("Flows | where Nix == 1"); !d.HasErrors() {
		t.Errorf("got %v", d)
	}
}

func FuzzService(f *testing.F) {
	f.Add("Flows | where SrcIp == 'x' | summarize count() by bin(T, 1h)", 14)
	f.Add("let f = (x:long) { x }; print f(", 32)
	s := service()
	f.Fuzz(func(t *testing.T, src string, offset int) {
		c := s.Complete(src, offset)
		if c.Replace.Start < 0 || c.Replace.End > len(src) || c.Replace.Start > c.Replace.End {
			t.Errorf("%q at %d: replaces %v", src, offset, c.Replace)
		}
		s.Hover(src, offset)
		s.Signature(src, offset)
		s.Tokens(src)
	})
}
