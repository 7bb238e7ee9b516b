package schema_test

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/azflow/azflow/internal/spectest"
	"github.com/azflow/azflow/kql/types"
	"github.com/azflow/azflow/schema"
)

func TestEveryColumnSaysWhatItIs(t *testing.T) {
	for _, tab := range schema.Tables() {
		if tab.Doc == "" || !strings.HasSuffix(tab.Doc, ".") {
			t.Errorf("%s: Doc %q is no sentence", tab.Name, tab.Doc)
		}
		if tab.Version < 1 {
			t.Errorf("%s has no version", tab.Name)
		}
		for _, c := range tab.Columns {
			at := tab.Name + "." + c.Name
			if c.Doc == "" || !strings.HasSuffix(c.Doc, ".") {
				t.Errorf("%s: Doc %q is no sentence", at, c.Doc)
			}
			if c.Type == types.Unknown {
				t.Errorf("%s has no type", at)
			}
			if c.Source < schema.Decoder || c.Source > schema.Absent {
				t.Errorf("%s has no source", at)
			}
			if c.Optional && c.Type == types.String {
				t.Errorf("%s: a string is never null", at)
			}
			if c.Default != "" && c.Source != schema.Constant {
				t.Errorf("%s has a default but is not constant", at)
			}
		}
	}
}

func TestNamesAreUnique(t *testing.T) {
	tables := map[string]bool{}
	for _, tab := range schema.Tables() {
		for _, name := range append(slices.Clone(tab.Aliases), tab.Name) {
			if tables[name] {
				t.Errorf("two tables are called %s", name)
			}
			tables[name] = true
		}
		cols := map[string]bool{}
		for _, c := range tab.Columns {
			if cols[c.Name] {
				t.Errorf("%s has two columns %s", tab.Name, c.Name)
			}
			cols[c.Name] = true
		}
	}
}

// Engines fold the case of names, so what a file holds must differ in more.
func TestStoredNamesDiffer(t *testing.T) {
	for _, tab := range schema.Tables() {
		cols := map[string]string{}
		for _, c := range tab.Stored() {
			low := strings.ToLower(c.Name)
			if other, ok := cols[low]; ok {
				t.Errorf("%s: %s and %s differ in case only", tab.Name, c.Name, other)
			}
			cols[low] = c.Name
		}
	}
}

func TestReferencesHold(t *testing.T) {
	for _, tab := range schema.Tables() {
		if c, ok := tab.Column(tab.TimeColumn); !ok || c.Type != types.DateTime || c.Optional {
			t.Errorf("%s: time column %q is not one of its datetimes", tab.Name, tab.TimeColumn)
		} else if tab.View == "" && !c.Stored() {
			t.Errorf("%s: time column %q is not stored, so segments cannot be pruned by it", tab.Name, tab.TimeColumn)
		}
		for _, c := range tab.Columns {
			if (c.Source == schema.Copy) != (c.SameAs != "") {
				t.Errorf("%s.%s: SameAs %q does not go with source %s", tab.Name, c.Name, c.SameAs, c.Source)
			}
			if c.SameAs != "" {
				if of, ok := tab.Column(c.SameAs); !ok || !of.Stored() || of.Type != c.Type {
					t.Errorf("%s.%s shows %s, which is not stored with its type", tab.Name, c.Name, c.SameAs)
				}
			}
			if c.IPv4 != "" {
				if of, ok := tab.Column(c.IPv4); !ok || !of.Hidden || of.Physical() != schema.Uint32 {
					t.Errorf("%s.%s: %s is no hidden address column", tab.Name, c.Name, c.IPv4)
				}
			}
			if (c.Source == schema.Derived) != (c.Expr != "") {
				t.Errorf("%s.%s: expression %q does not go with source %s", tab.Name, c.Name, c.Expr, c.Source)
			}
			if (c.Source == schema.View) && tab.View == "" {
				t.Errorf("%s.%s comes from a view, but the table is none", tab.Name, c.Name)
			}
		}
	}
}

func TestHiddenColumnsComeLast(t *testing.T) {
	for _, tab := range schema.Tables() {
		seen := false
		for _, c := range tab.Columns {
			if seen && !c.Hidden {
				t.Errorf("%s.%s stands after a hidden column", tab.Name, c.Name)
			}
			seen = seen || c.Hidden
		}
	}
}

// The columns of Azure's tables come first; which and with which types is
// Microsoft's published reference, kept outside of this repository.
func TestAzureTablesAreWhole(t *testing.T) {
	var ref struct {
		Tables map[string]map[string]string
	}
	readShared(t, "kql/nta-schema.json", &ref)
	for _, name := range []string{"NTANetAnalytics", "NTAIpDetails", "NTATopologyDetails", "AzureNetworkAnalytics_CL", "AzureNetworkAnalyticsIPDetails_CL"} {
		want := ref.Tables[name]
		tab, ok := schema.Lookup(name)
		if !ok || len(want) == 0 {
			t.Fatalf("%s is missing", name)
		}
		got := map[string]string{}
		for _, c := range tab.Columns[:len(want)] {
			got[c.Name] = c.Type.String()
		}
		for col, typ := range want {
			if got[col] != typ {
				t.Errorf("%s.%s is %q among the first %d columns, want %s", name, col, got[col], len(want), typ)
			}
		}
	}
}

// The drafted detection rules are written against these three tables.
func TestRuleTablesAreWhole(t *testing.T) {
	var ref struct {
		Tables map[string]map[string]string
	}
	readShared(t, "reference/detection-rules/_schema.json", &ref)
	for name, want := range ref.Tables {
		tab, ok := schema.Lookup(name)
		if !ok {
			t.Errorf("no table %s", name)
			continue
		}
		for col, typ := range want {
			if c, ok := tab.Column(col); !ok || c.Type.String() != typ || c.Hidden {
				t.Errorf("%s.%s is %s, want %s", name, col, c.Type, typ)
			}
		}
	}
}

func TestCatalogShowsTablesAndViews(t *testing.T) {
	cat := schema.NewCatalog(schema.Tables())
	tab, ok := cat.Table("Flows")
	if !ok || tab.Time != "TimeGenerated" || tab.Columns[0].Name != "TimeGenerated" {
		t.Fatalf("Flows = %+v, %t", tab, ok)
	}
	if _, ok := cat.Table("flows"); ok {
		t.Error("names of tables must keep their case")
	}
	for _, name := range []string{"NsgFlowLogs_CL", "NSGFlowLogs_CL"} {
		f, ok := cat.Function(name)
		if !ok || !strings.HasPrefix(f.Body, "{\nFlows\n") {
			t.Errorf("%s = %+v, %t", name, f, ok)
		}
	}
	for _, name := range cat.Tables() {
		if _, ok := cat.Table(name); !ok {
			t.Errorf("%s is listed but not there", name)
		}
	}
	for _, name := range cat.Functions() {
		if _, ok := cat.Function(name); !ok {
			t.Errorf("%s is listed but not there", name)
		}
	}
}

func TestViewsGiveAllColumnsInOrder(t *testing.T) {
	tab, _ := schema.Lookup("AzureNetworkAnalytics_CL")
	_, last, ok := strings.Cut(tab.Query(), "\n| project SubType_s, ")
	if !ok {
		t.Fatal(tab.Query())
	}
	for _, want := range []string{`VMIP_s = ""`, "FlowCount_d = real(null)", "DestPort_d,", `Type = "AzureNetworkAnalytics_CL"`} {
		if !strings.Contains(last, want) {
			t.Errorf("no %s in %s", want, last)
		}
	}
}

func TestDDLHasStoredColumnsOnly(t *testing.T) {
	tab, _ := schema.Lookup("NetworkInterfaces")
	duck := `CREATE TABLE "NetworkInterfaces" (
  "NicResourceId" VARCHAR NOT NULL,
  "Nic" VARCHAR NOT NULL,
  "MacAddress" VARCHAR NOT NULL,
  "Ip" VARCHAR NOT NULL,
  "IpVersion" INTEGER NOT NULL,
  "Subnet" VARCHAR NOT NULL,
  "VNet" VARCHAR NOT NULL,
  "Subscription" VARCHAR NOT NULL,
  "TenantId" VARCHAR NOT NULL,
  "VmResourceId" VARCHAR NOT NULL,
  "Primary" BOOLEAN,
  "Forwarding" BOOLEAN,
  "WindowStart" TIMESTAMP WITH TIME ZONE NOT NULL,
  "WindowEnd" TIMESTAMP WITH TIME ZONE,
  "FirstSeen" TIMESTAMP WITH TIME ZONE NOT NULL,
  "LastSeen" TIMESTAMP WITH TIME ZONE NOT NULL,
  "Source" VARCHAR NOT NULL
)`
	if got := tab.DDL(schema.DuckDB()); got != duck {
		t.Errorf("got %s", got)
	}
	ch := tab.DDL(schema.ClickHouse())
	for _, want := range []string{"`WindowEnd` Nullable(DateTime64(6, 'UTC')),\n", "`Ip` String,\n", "\n) ENGINE = MergeTree PARTITION BY toYYYYMMDD(`WindowStart`) ORDER BY `WindowStart`"} {
		if !strings.Contains(ch, want) {
			t.Errorf("no %q in %s", want, ch)
		}
	}
	nta, _ := schema.Lookup("NTANetAnalytics")
	for _, absent := range []string{"_BilledSize", "FaSchemaVersion", `"Action"`} {
		if strings.Contains(nta.DDL(schema.DuckDB()), absent) {
			t.Errorf("%s is in the DDL though no file holds it", absent)
		}
	}
	view, _ := schema.Lookup("FlowsJoinVms")
	if got := view.DDL(schema.DuckDB()); got != "" {
		t.Errorf("a view has DDL: %s", got)
	}
}

// readShared decodes a file of the reference material beside the repository.
func readShared(t *testing.T, name string, v any) {
	t.Helper()
	text, err := os.ReadFile(spectest.Shared(t, name))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, v); err != nil {
		t.Fatal(err)
	}
}
