package query_test

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/azflow/azflow/internal/chdb"
	"github.com/azflow/azflow/internal/flowgen"
	"github.com/azflow/azflow/internal/ingest"
	"github.com/azflow/azflow/internal/inventory"
	"github.com/azflow/azflow/internal/lake"
	"github.com/azflow/azflow/internal/query"
	"github.com/azflow/azflow/internal/source"
	"github.com/azflow/azflow/internal/source/dir"
	"github.com/azflow/azflow/internal/store/duckdb"
	"github.com/azflow/azflow/kql/diag"
	"github.com/azflow/azflow/kql/types"
	"github.com/azflow/azflow/schema"
)

// end is when the demo of these tests ends.
var end = time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC)

// demoLake ingests the demo once for all tests.
var demoLake = sync.OnceValues(func() (*lake.Lake, error) {
	folder, err := os.MkdirTemp("", "azflow-demo-*")
	if err != nil {
		return nil, err
	}
	demoFolder = folder
	d, err := flowgen.NewDemo(1, end)
	if err != nil {
		return nil, err
	}
	logs := filepath.Join(folder, "logs")
	if err := d.WriteLogs(flowgen.Dir(logs)); err != nil {
		return nil, err
	}
	known := filepath.Join(folder, "known")
	if err := d.WriteInventory(flowgen.Dir(known)); err != nil {
		return nil, err
	}
	ctx := context.Background()
	l, err := lake.Open(ctx, filepath.Join(folder, "lake"), lake.Options{})
	if err != nil {
		return nil, err
	}
	if _, err := inventory.Import(ctx, l, dir.Of(source.Inventory(), known), inventory.ImportOptions{Now: time.Now}); err != nil {
		return nil, err
	}
	_, err = ingest.New(l, ingest.Options{Now: time.Now, Workers: 2}).Run(ctx, dir.New(logs))
	return l, err
})

var demoFolder string

func TestMain(m *testing.M) {
	chdb.RunChild() // if this is the child that holds ClickHouse
	code := m.Run()
	if demoFolder != "" {
		_ = os.RemoveAll(demoFolder) // a temporary folder
	}
	os.Exit(code)
}

func session(t testing.TB) *query.Session {
	t.Helper()
	l, err := demoLake()
	if err != nil {
		t.Fatal(err)
	}
	e, err := duckdb.Open(duckdb.Config{Segments: l.SegmentsDir(), TempDir: t.TempDir(), Threads: 2, Resolver: &query.Resolver{Lake: l}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = e.Close() })
	return &query.Session{Lake: l, Engine: e, Catalog: schema.NewCatalog(schema.Tables())}
}

// ask runs a query and returns its rows as text, sorted unless it says otherwise.
func ask(t testing.TB, s *query.Session, kql string) [][]string {
	t.Helper()
	c, err := s.Compile(query.Request{Text: kql, Now: end})
	if err != nil {
		if l, ok := err.(diag.List); ok {
			for _, d := range l {
				t.Log(d.Render("query", kql))
			}
		}
		t.Fatal(err)
	}
	var rows [][]string
	err = s.Run(context.Background(), c, 0, func(cols []*types.Vector, n int) error {
		for i := range n {
			row := make([]string, len(cols))
			for j, v := range cols {
				if x := v.Value(i); x != nil {
					row[j] = types.Text(x, v.Type)
				}
			}
			rows = append(rows, row)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.SortFunc(rows, slices.Compare[[]string])
	return rows
}

func one(t testing.TB, s *query.Session, kql string) string {
	t.Helper()
	rows := ask(t, s, kql)
	if len(rows) != 1 || len(rows[0]) != 1 {
		t.Fatalf("%s\ngives %v, want one value", kql, rows)
	}
	return rows[0][0]
}

func TestTheDemoCountsAsItsTruth(t *testing.T) {
	s := session(t)
	d, err := flowgen.NewDemo(1, end)
	if err != nil {
		t.Fatal(err)
	}
	truth, err := d.Truth()
	if err != nil {
		t.Fatal(err)
	}
	for kql, want := range map[string]int{
		"Flows | count":                                truth.Totals.Tuples,
		"Flows | where Superseded | count":             truth.Totals.Superseded,
		"NTANetAnalytics | summarize sum(RecordCount)": truth.Totals.Tuples - truth.Totals.Superseded,
		"Flows | where FlowStatus == 'Denied' | count": truth.Totals.ByAction["denied"] + truth.Totals.ByAction["D"] + truth.Totals.ByAction["Denied"],
		"IngestBlobs | count":                          truth.Totals.Blobs,
		"IngestErrors | count":                         0,
	} {
		if got := one(t, s, kql); got != fmt.Sprint(want) {
			t.Errorf("%s: %s, the truth is %d", kql, got, want)
		}
	}
}

// recipes are queries of the kinds that the demo's truth has answers for, by the
// number of the recipe whose shape they have.
var recipes = map[string]string{
	"03": `NTANetAnalytics | where SrcIp == "10.1.1.8" and isnotempty(DestIp)
		| summarize Bytes = sum(BytesSrcToDest + BytesDestToSrc) by SrcIp, DestIp`,
	"05": `NTANetAnalytics | where SrcIp == "10.1.1.8" and DestIp == "136.144.58.113"
		| summarize Bytes = sum(BytesSrcToDest + BytesDestToSrc) by App = strcat(L4Protocol, DestPort), Day = format_datetime(TimeGenerated, "yyyy-MM-dd")`,
	"06": `NTANetAnalytics | where SrcLoadBalancer contains "web" or DestLoadBalancer contains "web"
		| summarize Bytes = sum(BytesSrcToDest + BytesDestToSrc) by SrcIp`,
	"07": `NTANetAnalytics | where SrcLoadBalancer contains "web" or DestLoadBalancer contains "web"
		| summarize Bytes = sum(BytesSrcToDest + BytesDestToSrc) by SrcIp, Day = format_datetime(TimeGenerated, "yyyy-MM-dd")`,
	"08": `NTANetAnalytics | where SrcLoadBalancer contains "web" or DestLoadBalancer contains "web"
		| summarize Bytes = sum(BytesSrcToDest + BytesDestToSrc) by DestIp, Day = format_datetime(TimeGenerated, "yyyy-MM-dd")`,
	"09": `NTANetAnalytics | where isnotempty(SrcSubnet) and isnotempty(DestSubnet)
		| summarize Bytes = sum(BytesSrcToDest + BytesDestToSrc) by SrcSubnet, DestSubnet, L4Protocol, tostring(DestPort)`,
	"10": `let a = "10.1.1.0/27"; let b = "10.1.1.64/27"; NTANetAnalytics
		| where (ipv4_is_in_range(SrcIp, a) and ipv4_is_in_range(DestIp, b)) or (ipv4_is_in_range(SrcIp, b) and ipv4_is_in_range(DestIp, a))
		| summarize Bytes = sum(BytesSrcToDest + BytesDestToSrc) by SrcIp, DestIp, L4Protocol, tostring(DestPort)`,
	"11": `let a = "10.1.1.0/27"; let b = "10.1.1.64/27"; NTANetAnalytics
		| where (ipv4_is_in_range(SrcIp, a) and ipv4_is_in_range(DestIp, b)) or (ipv4_is_in_range(SrcIp, b) and ipv4_is_in_range(DestIp, a))
		| summarize Bytes = sum(BytesSrcToDest + BytesDestToSrc) by What = strcat(SrcIp, "-", DestIp, "-", L4Protocol, DestPort), Day = format_datetime(TimeGenerated, "yyyy-MM-dd")`,
}

func TestRecipesAnswerAsTheTruthSays(t *testing.T) {
	s := session(t)
	d, err := flowgen.NewDemo(1, end)
	if err != nil {
		t.Fatal(err)
	}
	truth, err := d.Recipes()
	if err != nil {
		t.Fatal(err)
	}
	for number, kql := range recipes {
		// As Azure's table answers, each exchange once, and without what a
		// re-created flow counts again.
		once := strings.Replace(kql, "NTANetAnalytics", "NTANetAnalytics | where IsPrimaryCapture", 1)
		wire := strings.NewReplacer("BytesSrcToDest ", "BytesSrcToDestNet ", "BytesDestToSrc)", "BytesDestToSrcNet)").Replace(once)
		for _, way := range []struct {
			name, kql string
			of        func(flowgen.RecipeRow) flowgen.Sums
		}{
			{"table", kql, func(r flowgen.RecipeRow) flowgen.Sums { return r.Table }},
			{"primary", once, func(r flowgen.RecipeRow) flowgen.Sums { return r.Primary }},
			{"wire", wire, func(r flowgen.RecipeRow) flowgen.Sums { return r.Wire }},
		} {
			want := map[string]int64{}
			for _, r := range truth[number] {
				if n := way.of(r).Bytes(); n > 0 {
					want[strings.Join(r.Key, " ")] = n
				}
			}
			got := map[string]int64{}
			for _, row := range ask(t, s, way.kql) {
				n, err := strconv.ParseInt(row[len(row)-1], 10, 64)
				if err != nil {
					t.Fatal(err)
				}
				if n > 0 {
					got[strings.Join(row[:len(row)-1], " ")] = n
				}
			}
			if len(got) == 0 || !maps.Equal(got, want) {
				t.Errorf("recipe %s, %s: %d rows, the truth has %d", number, way.name, len(got), len(want))
				told := 0
				for k, n := range want {
					if got[k] != n && told < 5 {
						told++
						t.Logf("%s: %d, the truth is %d", k, got[k], n)
					}
				}
				for k, n := range got {
					if _, ok := want[k]; !ok && told < 10 {
						told++
						t.Logf("%s: %d, the truth has none", k, n)
					}
				}
			}
		}
	}
}

func TestRecipesRunVerbatim(t *testing.T) {
	corpus := sharedCorpus(t)
	files, err := filepath.Glob(filepath.Join(corpus, "seed-001-*-raw.kql"))
	if err != nil || len(files) == 0 {
		t.Fatal("no recipes", err)
	}
	files = append(files, filepath.Join(corpus, "seed-001-01.kql"))
	s := session(t)
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		number := strings.Split(filepath.Base(f), "-")[2][:2]
		rows := ask(t, s, string(text))
		if len(rows) == 0 {
			t.Errorf("recipe %s gives no rows", number)
		}
		// Plain quotes give the same answer.
		ascii, err := os.ReadFile(strings.Replace(f, "-raw.kql", ".kql", 1))
		if err != nil {
			t.Fatal(err)
		}
		if plain := ask(t, s, string(ascii)); !slices.EqualFunc(rows, plain, slices.Equal[[]string]) {
			t.Errorf("recipe %s: typographic quotes give %d rows, plain ones %d", number, len(rows), len(plain))
		}
	}
}

func TestSanityOfTheRecipes(t *testing.T) {
	s := session(t)
	none := func(kql string) {
		t.Helper()
		if n := one(t, s, kql+" | count"); n != "0" {
			t.Errorf("%s: %s rows, want none", kql, n)
		}
	}
	none(`NTAIpDetails | where FlowType !in ("AzurePublic", "ExternalPublic", "MaliciousFlow")`)
	none(`NTAIpDetails | where FlowType == "AzurePublic" and isempty(Location)`)
	none(`NTAIpDetails | where ipv4_is_private(Ip)`)
	none(`NTANetAnalytics | where FlowType == "AzurePublic" | extend Ip = iff(isnotempty(SrcPublicIps), SrcIp, DestIp) | join kind=inner NTAIpDetails on Ip | where AzureRegion != Location`)
	none(`NTANetAnalytics | where (FlowType == "AzurePublic") == isempty(AzureRegion)`)
	none(`NTANetAnalytics | where (FlowType == "AzurePublic") != (isnotempty(SrcServiceTags) or isnotempty(DestServiceTags)) and "168.63.129.16" !in (SrcIp, DestIp)`)
	none(`NTAIpDetails | summarize n = count() by Ip | where n > 1`)
	none(`NTANetAnalytics | where isnull(BytesSrcToDest) or isnull(BytesDestToSrc)`)
	none(`NTANetAnalytics | where RecordCount < 1 and BytesSrcToDestNet >= 0`)
	none(`NTANetAnalytics | summarize n = count() by _ItemId | where n > 1`)
	join := `NTANetAnalytics | where SrcIp == "10.1.1.8" | join kind=leftouter (NTAIpDetails) on $left.DestIp == $right.Ip | summarize sum(BytesSrcToDest)`
	plain := `NTANetAnalytics | where SrcIp == "10.1.1.8" | summarize sum(BytesSrcToDest)`
	if a, b := one(t, s, join), one(t, s, plain); a != b {
		t.Errorf("the join with NTAIpDetails changes the sum: %s, not %s", a, b)
	}
	none(`set azflow_public_ips='packed'; NTANetAnalytics | where DestPublicIps startswith " " or SrcPublicIps endswith " "`)
	none(`NTATopologyDetails | where AzureResourceType == "Route" | where array_length(split(Name, "/")) != 3 or isempty(NextHopIp) == (NextHopType == "VirtualAppliance")`)
	none(`Flows | where FlowType in ("AzurePublic", "ExternalPublic") and not(SrcPublic) and not(DestPublic)`)
	none(`NTANetAnalytics | where isnotempty(SrcSubnet) and isnotempty(DestSubnet) and FlowType in ("S2S", "P2S", "AzurePublic", "ExternalPublic")`)
	none(`NetworkInterfaces | where WindowEnd <= WindowStart`)
	if n := one(t, s, `NTATopologyDetails | where AzureResourceType == "Route" and Name startswith "flowlogs/" | distinct Name | count`); n != "6" {
		t.Errorf("%s routes of resource group flowlogs, the demo has 6", n)
	}
	none(`NsgFlowLogs_CL | where isempty(NsgName_s) or ResourceId !contains "/networkSecurityGroups/"`)
	packed := `set azflow_public_ips='packed'; NTANetAnalytics | summarize sum(BytesSrcToDest + BytesDestToSrc)`
	expanded := `NTANetAnalytics | summarize sum(BytesSrcToDest + BytesDestToSrc)`
	if a, b := one(t, s, packed), one(t, s, expanded); a != b {
		t.Errorf("packed rows hold %s bytes, expanded ones %s", a, b)
	}
}

// sharedCorpus returns the folder of recorded queries, or skips the test.
func sharedCorpus(t *testing.T) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		c := filepath.Join(dir, "..", "shared", "kql", "corpus")
		if _, err := os.Stat(c); err == nil {
			return c
		}
		up := filepath.Dir(dir)
		if up == dir {
			t.Skip("the recorded queries are not beside the repository")
		}
		dir = up
	}
}
