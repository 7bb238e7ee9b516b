package lint_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/azflow/azflow/internal/spectest"
	"github.com/azflow/azflow/kql/bind"
	"github.com/azflow/azflow/kql/diag"
	"github.com/azflow/azflow/kql/lint"
	"github.com/azflow/azflow/kql/op"
	"github.com/azflow/azflow/kql/parser"
	"github.com/azflow/azflow/kql/plugin"
	"github.com/azflow/azflow/schema"
)

// warnings binds src against the product's catalogue and lints it.
func warnings(t *testing.T, src string) diag.List {
	t.Helper()
	cat := schema.NewCatalog(schema.Tables())
	q, diags := parser.Parse(src)
	if diags.HasErrors() {
		t.Fatalf("%s: %v", src, diags)
	}
	l := lint.New()
	_, diags = bind.New(cat, bind.Options{Database: "azflow"}, l.Watch(op.Binder(plugin.Bind)), parser.Parse).Bind(q)
	if diags.HasErrors() {
		t.Fatalf("%s: %v", src, diags)
	}
	return l.Check(q, cat, parser.Parse)
}

func codes(list diag.List) string {
	var all []string
	for _, d := range list {
		if d.Severity != diag.Warning {
			return "an error: " + d.Msg
		}
		all = append(all, d.Code)
	}
	return strings.Join(all, " ")
}

// fixed applies the fixes of list to src.
func fixed(src string, list diag.List) string {
	for _, d := range slices.Backward(list) {
		if d.Fix != nil {
			src = src[:d.Fix.Span.Start] + d.Fix.Text + src[d.Fix.Span.End:]
		}
	}
	return src
}

func TestRules(t *testing.T) {
	for name, c := range map[string]struct{ src, codes, fixed string }{
		"a text is never null": {
			"NTANetAnalytics | where isnotnull(SrcVm) or isnull(tostring(DestPort))", "AZ101 AZ101",
			"NTANetAnalytics | where isnotempty(SrcVm) or isempty(tostring(DestPort))",
		},
		"a number can be null": {"NTANetAnalytics | where isnotnull(DestPort)", "", ""},
		"a column made of another keeps its type": {
			"NTANetAnalytics | extend v = SrcVm | where isnull(v)", "AZ101",
			"NTANetAnalytics | extend v = SrcVm | where isempty(v)",
		},
		"letters of the older table": {
			`NTANetAnalytics | where L4Protocol == 'T' and FlowStatus in ("A", "Denied")`, "AZ102 AZ102",
			`NTANetAnalytics | where L4Protocol == 'TCP' and FlowStatus in ("Allowed", "Denied")`,
		},
		"the older table has letters": {`AzureNetworkAnalytics_CL | where FlowStatus_s == "A"`, "", ""},
		"case counts unless it is ignored": {
			`NTANetAnalytics | where L4Protocol == "tcp" or L4Protocol =~ "tcp" or L4Protocol == "6"`, "AZ102",
			`NTANetAnalytics | where L4Protocol == "TCP" or L4Protocol =~ "tcp" or L4Protocol == "6"`,
		},
		"a computed column may hold anything": {
			`NTANetAnalytics | extend FlowStatus = substring(FlowStatus, 0, 1) | where FlowStatus == "A"`, "", "",
		},
		"through a let and a union": {
			`let a = NTANetAnalytics | where DestPort == 22; union a, Flows | where FlowDirection == "inbound"`, "AZ102",
			`let a = NTANetAnalytics | where DestPort == 22; union a, Flows | where FlowDirection == "Inbound"`,
		},
		"lower case is lower": {
			`NTANetAnalytics | where tolower(SrcVm) == "rg/WEB1" and toupper(AclRule) in ("ABC")`, "AZ103",
			`NTANetAnalytics | where tolower(SrcVm) == "rg/web1" and toupper(AclRule) in ("ABC")`,
		},
		"a join that repeats what is summed": {
			"NTANetAnalytics | join kind=leftouter (NTAIpDetailsHistory) on $left.DestIp == $right.Ip | summarize sum(BytesSrcToDest) by Location", "AZ104", "",
		},
		"a right side with one row a key repeats nothing": {
			"NTANetAnalytics | join kind=leftouter (NTAIpDetailsHistory | summarize arg_max(TimeGenerated, *) by Ip) on $left.DestIp == $right.Ip | summarize sum(BytesSrcToDest) by Location", "", "",
		},
		"a view with one row a key repeats nothing": {
			"NTANetAnalytics | join kind=leftouter NTAIpDetails on $left.DestIp == $right.Ip | summarize sum(BytesSrcToDest) by Location", "", "",
		},
		"repeated rows that are not added up": {
			"NTANetAnalytics | join kind=inner NTAIpDetailsHistory on $left.DestIp == $right.Ip | distinct DestIp, Location", "", "",
		},
		"sums of the right side, whose rows are not repeated": {
			"NTANetAnalytics | distinct DestIp | join kind=inner NTAIpDetailsHistory on $left.DestIp == $right.Ip | summarize sum(estimate_data_size(Location)) by DestIp", "", "",
		},
		"sums of a column made of a repeated one": {
			"NTANetAnalytics | join kind=inner NTAIpDetailsHistory on $left.DestIp == $right.Ip | extend mb = BytesSrcToDest / 1e6 | summarize sum(mb) by Location", "AZ104", "",
		},
		"a join with a unique side keeps rows unique": {
			"let peers = NTANetAnalytics | distinct DestIp | join kind=inner NTAIpDetails on $left.DestIp == $right.Ip; NTANetAnalytics | join kind=inner (peers) on DestIp | summarize sum(BytesSrcToDest) by Location", "", "",
		},
		"a let that has the name of its table": {
			"let Flows = Flows | join kind=inner (Flows) on DestIp; Flows | join kind=inner (Flows) on DestIp | summarize sum(TotalBytes)", "", "",
		},
		"the default kind drops rows": {
			"NTANetAnalytics | join NTAIpDetails on $left.DestIp == $right.Ip", "AZ105",
			"NTANetAnalytics | join kind=inner NTAIpDetails on $left.DestIp == $right.Ip",
		},
		"unless the left side has one row a key": {
			"NTANetAnalytics | distinct DestIp | join NTAIpDetails on $left.DestIp == $right.Ip", "", "",
		},
		"one end of a connection": {
			`NTANetAnalytics | where SrcIp == "10.1.1.8" and strlen(DestIp) > 0`, "AZ106", "",
		},
		"both ends": {
			`NTANetAnalytics | where SrcIp == "10.1.1.8" or DestIp == "10.1.1.8"`, "", "",
		},
		"a pair of ends": {
			`NTANetAnalytics | where SrcIp == "10.1.1.8" | where ipv4_is_in_range(DestIp, "10.2.0.0/16")`, "", "",
		},
	} {
		list := warnings(t, c.src)
		if got := codes(list); got != c.codes {
			t.Errorf("%s: %s\n  warns of %q, want %q", name, c.src, got, c.codes)
			continue
		}
		if c.fixed != "" {
			if got := fixed(c.src, list); got != c.fixed {
				t.Errorf("%s: the fixes make\n  %s\nwant\n  %s", name, got, c.fixed)
			} else if again := codes(warnings(t, got)); strings.Contains(again, "AZ101") || strings.Contains(again, "AZ103") {
				t.Errorf("%s: the fixed query still warns of %s", name, again)
			}
		}
	}
}

// R-LINT names what must be said about the published recipes.
func TestRecipesAreLinted(t *testing.T) {
	dir := spectest.Shared(t, "kql/corpus")
	for file, want := range map[string]string{
		"seed-001-03.kql": "AZ106",
		"seed-001-12.kql": "AZ101 AZ101",
		"seed-001-11.kql": "",
	} {
		src, err := os.ReadFile(filepath.Join(dir, file))
		if err != nil {
			t.Fatal(err)
		}
		if got := codes(warnings(t, string(src))); got != want {
			t.Errorf("%s warns of %q, want %q", file, got, want)
		}
	}
}

func TestRulesWarnOfTheirExamples(t *testing.T) {
	last := ""
	for _, r := range lint.Rules() {
		if r.Code <= last || !strings.HasSuffix(r.Doc, ".") {
			t.Errorf("rule %q is out of order or has no sentence", r.Code)
		}
		last = r.Code
		if got := codes(warnings(t, r.Example)); got != r.Code {
			t.Errorf("%s warns of %q, want %s", r.Example, got, r.Code)
		}
	}
}

const page = "../../docs/kql/warnings.md"

// warningsPage describes the rules, each with what it says about its example.
func warningsPage(t *testing.T) string {
	var b strings.Builder
	b.WriteString("# Warnings\n\n<!-- Written by go test ./kql/lint -update. -->\n\n" +
		"`azflow query` and `azflow explain` warn on stderr of queries that run and mostly mean something else. " +
		"A warning never changes a query.\n")
	for _, r := range lint.Rules() {
		fmt.Fprintf(&b, "\n## %s\n\n%s\n\n```\n", r.Code, r.Doc)
		for _, d := range warnings(t, r.Example) {
			b.WriteString(d.Render("query", r.Example))
		}
		b.WriteString("```\n")
	}
	return b.String()
}

func TestWarningsPageIsUpToDate(t *testing.T) {
	want := warningsPage(t)
	if spectest.Update() {
		if err := os.WriteFile(page, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Errorf("%s is not up to date: run go test ./kql/lint -update", page)
	}
}
