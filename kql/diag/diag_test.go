package diag

import "testing"

func TestRenderPointsAtTheSpan(t *testing.T) {
	src := "T\n\t| where Fö == 1"
	d := Diagnostic{Code: "KS142", Span: Span{Start: 11, End: 14}, Msg: "no such name 'Fö'", Hint: "did you mean 'Foo'?"}
	want := "q.kql:2:10: error: no such name 'Fö' [KS142]\n" +
		"  \t| where Fö == 1\n" +
		"  \t        ^^\n" +
		"  hint: did you mean 'Foo'?\n"
	if got := d.Render("q.kql", src); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestRenderSurvivesAnySpan(t *testing.T) {
	for _, s := range []Span{{-3, 99}, {5, 2}, {0, 0}, {100, 120}} {
		for _, src := range []string{"", "a", "a\r\nb", "ü"} {
			if (Diagnostic{Span: s}).Render("q", src) == "" {
				t.Errorf("span %v in %q renders as nothing", s, src)
			}
		}
	}
}

func TestListReadsAsItsFirstError(t *testing.T) {
	l := List{{Severity: Warning, Msg: "w"}, {Msg: "first"}, {Msg: "second"}}
	if got, want := l.Error(), "first (and 1 more)"; got != want {
		t.Errorf("Error() = %q, want %q", got, want)
	}
	if !l.HasErrors() || l[:1].HasErrors() {
		t.Error("HasErrors must count errors and nothing else")
	}
}
