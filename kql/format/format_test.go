package format_test

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/azflow/azflow/internal/spectest"
	"github.com/azflow/azflow/kql/ast"
	"github.com/azflow/azflow/kql/diag"
	"github.com/azflow/azflow/kql/format"
	"github.com/azflow/azflow/kql/parser"
	"github.com/azflow/azflow/kql/types"
)

// meaning is src as its tokens read, comments among them: what format must keep.
func meaning(t *testing.T, src string) string {
	t.Helper()
	tokens, _ := parser.Tokens(src)
	var b strings.Builder
	for _, tok := range tokens {
		if tok.Text == "." && b.Len() == 0 { // a management command is kept as it is
			return strings.TrimSpace(src)
		}
		text := strings.TrimRight(tok.Text, " \t\f\v\u00a0")
		if tok.Kind == parser.StringLiteral {
			text = ascii.Replace(text)
		}
		b.WriteString(text)
		b.WriteByte('\n')
	}
	return b.String()
}

// tree is the syntax tree of src without places and blanks.
func tree(src string) string {
	q, _ := parser.Parse(src)
	var b strings.Builder
	write(&b, reflect.ValueOf(q))
	return b.String()
}

func write(b *strings.Builder, v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() {
			b.WriteString("nil ")
			return
		}
		if bag, ok := v.Interface().(*types.Bag); ok {
			for _, k := range bag.Keys() {
				x, _ := bag.Get(k)
				fmt.Fprintf(b, "%q:", k)
				write(b, reflect.ValueOf(&x))
			}
			return
		}
		write(b, v.Elem())
	case reflect.Slice:
		for i := range v.Len() {
			write(b, v.Index(i))
		}
	case reflect.Struct:
		if _, ok := v.Interface().(types.DecimalValue); ok {
			fmt.Fprintf(b, "%v ", v.Interface())
			return
		}
		b.WriteString(v.Type().Name() + "{")
		for i := range v.NumField() {
			switch v.Field(i).Interface().(type) {
			case ast.Pos, diag.Span:
			case string:
				b.WriteString(strings.Join(strings.Fields(ascii.Replace(v.Field(i).String())), "") + " ")
			default:
				write(b, v.Field(i))
			}
		}
		b.WriteString("}")
	default:
		fmt.Fprintf(b, "%v ", v.Interface())
	}
}

// ascii makes typographic quotes and dashes plain, as format does.
var ascii = strings.NewReplacer(
	"“", `"`, "”", `"`, "„", `"`, "‟", `"`, "″", `"`, "‶", `"`, "«", `"`, "»", `"`, "＂", `"`,
	"‘", "'", "’", "'", "‚", "'", "‛", "'", "′", "'", "‵", "'", "´", "'", "＇", "'",
	"‐", "-", "‑", "-", "‒", "-", "–", "-", "—", "-", "―", "-", "−", "-", "﹣", "-", "－", "-",
	"@", "")

func check(t *testing.T, name, src string) {
	t.Helper()
	if _, diags := parser.Parse(src); diags.HasErrors() {
		return
	}
	once, _ := format.Source(src)
	twice, diags := format.Source(once)
	switch {
	case diags.HasErrors():
		t.Errorf("%s is broken by formatting: %v\n%s", name, diags, once)
	case once != twice:
		t.Errorf("%s changes when formatted again: from\n%s\nto\n%s", name, once, twice)
	case tree(once) != tree(src):
		t.Errorf("%s has another tree when formatted:\n%s\nwas\n%s", name, once, src)
	case meaning(t, once) != meaning(t, src):
		t.Errorf("%s is not the same query any more:\n%s\nwas\n%s", name, once, src)
	}
}

func TestFormattingIsAFixedPointOfTheCorpus(t *testing.T) {
	dir := spectest.Shared(t, "kql/corpus")
	files, err := filepath.Glob(filepath.Join(dir, "*.kql"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		src, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		check(t, filepath.Base(f), string(src))
	}
	for _, name := range []string{"emulator", "docs"} {
		for _, e := range spectest.Lines[struct{ ID, Query string }](t, spectest.Shared(t, "kql/cases/"+name+".jsonl")) {
			check(t, e.ID, e.Query)
		}
	}
}

func TestLayout(t *testing.T) {
	for name, c := range map[string]struct{ src, want string }{
		"a stage stands on its own line": {
			"Flows|where Port==443 and  Bytes>0|summarize sum( Bytes ) by Ip",
			"Flows\n| where Port == 443 and Bytes > 0\n| summarize sum(Bytes) by Ip\n",
		},
		"statements and comments keep their lines": {
			"// top\nlet a=1; let b = (x:long){x+1};\n\n\n// next\nT // all of it\n| take 5",
			"// top\nlet a = 1;\nlet b = (x: long) { x + 1 };\n\n// next\nT // all of it\n| take 5\n",
		},
		"a lambda has its body indented": {
			"let f = (t:(*), n:long = 5) { let m = n*2; t | where a > m | take n };f(T)",
			"let f = (t: (*), n: long = 5) {\n    let m = n * 2;\n    t\n    | where a > m\n    | take n\n};\nf(T)\n",
		},
		"a joined query of several stages has lines of its own": {
			"A|join kind=inner(B|where x==1|project k,x) on k|count",
			"A\n| join kind=inner (\n    B\n    | where x == 1\n    | project k, x\n) on k\n| count\n",
		},
		"a short one stays": {
			"A | join (B|take 1) on k",
			"A\n| join (B | take 1) on k\n",
		},
		"signs, paths and names": {
			"T|extend a=-1,b = x . y [ 0 ],['c d']=z['k'],w=bool (x)|project-away  a* , *b",
			"T\n| extend a = -1, b = x.y[0], ['c d'] = z['k'], w = bool (x)\n| project-away a*, *b\n",
		},
		"typographic signs become plain": {
			"T | where a == “x” and n > –1",
			"T\n| where a == \"x\" and n > -1\n",
		},
		"rows of a table": {
			"datatable(name:string, n:long)['a rather long text that fills the line', 1, 'and another one that is as long', -2] | take 1",
			"datatable(name: string, n: long) [\n    'a rather long text that fills the line', 1,\n    'and another one that is as long', -2\n]\n| take 1\n",
		},
	} {
		got, diags := format.Source(c.src)
		if diags.HasErrors() || got != c.want {
			t.Errorf("%s: got %v\n%s\nwant\n%s", name, diags, got, c.want)
		}
		check(t, name, c.src)
	}
}

func TestAWrongQueryIsLeftAlone(t *testing.T) {
	src := "T |where  ("
	if got, diags := format.Source(src); got != src || !diags.HasErrors() {
		t.Errorf("got %q, %v", got, diags)
	}
}

func FuzzSource(f *testing.F) {
	for _, seed := range []string{
		"T | where a == 1 // c\n| take 5", "let f = (a:long=1) { a }; print f(2)", "union T*, (U | as x)",
		"datatable(a:long)[1,-2]", "T | mv-apply x to typeof(long) on (summarize s=sum(x))", ".show tables",
		"print x=dynamic({'a':[1,2]}), y=h'z', z='a' \"b\"", "T | scan declare (a:long=0) with (step s: true => a = 1;)",
		"T | extend a* b", "T | evaluate p(x) : (a:long, b:string)", "declare query_parameters(a:string = 'x'); T",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, src string) { check(t, "the query", src) })
}
