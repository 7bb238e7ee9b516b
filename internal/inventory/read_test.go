package inventory

import (
	"encoding/binary"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf16"
)

const testNIC = testNICs + "n1"

// forms are the same NIC, as tools write it.
var forms = map[string]string{
	"ARM REST": `{"value":[{"id":"` + testNIC + `","type":"Microsoft.Network/networkInterfaces","location":"westeurope","properties":{"macAddress":"00-0D-3A-00-00-01","enableIPForwarding":true,
		"virtualMachine":{"id":"` + testVMs + `v1"},"ipConfigurations":[{"id":"` + testNIC + `/ipConfigurations/c","properties":{"privateIPAddress":"10.0.0.4","subnet":{"id":"` + testNets + `net/subnets/default"}}}]}}],"nextLink":""}`,
	"az, older": `[{"id":"` + testNIC + `","resourceGroup":"RG","location":"westeurope","macAddress":"00-0D-3A-00-00-01","enableIpForwarding":true,
		"virtualMachine":{"id":"` + testVMs + `v1","resourceGroup":"RG"},"ipConfigurations":[{"id":"` + testNIC + `/ipConfigurations/c","privateIpAddress":"10.0.0.4","subnet":{"id":"` + testNets + `net/subnets/default"}}]}]`,
	"Python SDK": `[{"id":"` + testNIC + `","location":"westeurope","mac_address":"00-0D-3A-00-00-01","enable_ip_forwarding":true,
		"virtual_machine":{"id":"` + testVMs + `v1"},"ip_configurations":[{"id":"` + testNIC + `/ipConfigurations/c","private_ip_address":"10.0.0.4","subnet":{"id":"` + testNets + `net/subnets/default"}}]}]`,
	"PowerShell, one": `{"Id":"` + testNIC + `","Location":"westeurope","MacAddress":"00-0D-3A-00-00-01","EnableIPForwarding":true,
		"VirtualMachine":{"Id":"` + testVMs + `v1"},"IpConfigurations":{"Id":"` + testNIC + `/ipConfigurations/c","PrivateIpAddress":"10.0.0.4","Subnet":{"Id":"` + testNets + `net/subnets/default"}}}`,
	"Resource Graph": `{"count":1,"data":[{"id":"` + strings.ToLower(testNIC) + `","type":"microsoft.network/networkinterfaces","tenantId":"t","location":"westeurope","properties":{"macAddress":"00-0D-3A-00-00-01","enableIPForwarding":true,
		"virtualMachine":{"id":"` + testVMs + `v1"},"ipConfigurations":[{"id":"` + testNIC + `/ipConfigurations/c","properties":{"privateIPAddress":"10.0.0.4","subnet":{"id":"` + testNets + `net/subnets/default"}}}]}}],"skip_token":null,"total_records":1}`,
	"CSV": "time,nic,ip,mac,vm,subnet\n2026-03-01T00:05:00Z," + testNIC + ",10.0.0.4,000D3A000001," + testVMs + "v1," + testNets + "net/subnets/default\n",
	"activity log, storage": `{"time":"2026-03-01T00:05:00.1234567Z","resourceId":"` + strings.ToUpper(testNIC) + `","operationName":"MICROSOFT.NETWORK/NETWORKINTERFACES/WRITE","resultType":"Start","properties":{"requestbody":"{}"}}
{"time":"2026-03-01T00:05:00.1234567Z","resourceId":"` + strings.ToUpper(testNIC) + `","operationName":"MICROSOFT.NETWORK/NETWORKINTERFACES/WRITE","resultType":"Success","properties":{"responseBody":"` + escaped + `"}}
`,
	"activity log, REST": `{"value":[{"operationName":{"value":"Microsoft.Network/networkInterfaces/write"},"status":{"value":"Succeeded"},"eventTimestamp":"2026-03-01T00:05:00.1Z","resourceId":"` + testNIC + `","properties":{"responseBody":"` + escaped + `"}}]}`,
	"Event Hub":          `{"records":[{"operationName":"Microsoft.Network/networkInterfaces/write","resultType":"Accept","time":"2026-03-01T00:05:00.1Z","resourceId":"` + testNIC + `","properties":{"eventProperties":{"responseBody":"` + escaped + `"}}}]}`,
}

// escaped is the NIC as a response body: JSON within a JSON string.
var escaped = strings.ReplaceAll(`{"id":"`+testNIC+`","location":"westeurope","properties":{"macAddress":"00-0D-3A-00-00-01","enableIPForwarding":true,"virtualMachine":{"id":"`+testVMs+`v1"},"ipConfigurations":[{"id":"`+testNIC+`/ipConfigurations/c","properties":{"privateIPAddress":"10.0.0.4","subnet":{"id":"`+testNets+`net/subnets/default"}}}]}}`, `"`, `\"`)

func TestEveryFormSaysTheSame(t *testing.T) {
	for name, text := range forms {
		t.Run(name, func(t *testing.T) {
			file := "nic.json"
			if name == "CSV" {
				file = "nic.csv"
			}
			r := read(file, []byte(text), minute(5))
			if len(r.problems) > 0 || len(r.out) != 1 {
				t.Fatalf("%d observations, problems %v", len(r.out), r.problems)
			}
			e := build(t, r.out...)
			if got, want := story(e), "10.0.0.4 n1 5-on v1"; got != want {
				t.Errorf("%s, want %s", got, want)
			}
			h, n := e.Holdings[0], e.NICs[strings.ToLower(testNIC)]
			if h.Subnet != strings.ToLower(testNets+"net/subnets/default") || n == nil || n.MAC != "00-0D-3A-00-00-01" || name != "CSV" && (n.Region != "westeurope" || !n.Versions[0].Forwarding) {
				t.Errorf("subnet %s, NIC %+v", h.Subnet, n)
			}
		})
	}
}

func TestTextOfWindowsPowerShellIsRead(t *testing.T) {
	units := utf16.Encode([]rune(forms["PowerShell, one"]))
	text := []byte{0xff, 0xfe}
	for _, u := range units {
		text = binary.LittleEndian.AppendUint16(text, u)
	}
	if r := read("nic.json", text, minute(0)); len(r.out) != 1 || len(r.problems) != 0 {
		t.Errorf("%d observations, problems %v", len(r.out), r.problems)
	}
}

func TestWhatCannotBeReadIsNamedAndCostsNothingElse(t *testing.T) {
	whole := strings.TrimSuffix(strings.TrimPrefix(forms["az, older"], "["), "]")
	for _, c := range []struct {
		name, file, text string
		kept             int
		problems         []string
	}{
		{"half a list", "a.json", "[" + whole + ",\n" + whole[:80], 1, []string{"a.json:3: the list breaks off here, what stands before it is kept"}},
		{"half an answer", "a.json", `{"value":[` + whole + `,{"id":`, 1, []string{"a.json:2: the list breaks off here"}},
		{"a line that is none", "a.jsonl", "{\"id\"\n" + strings.ReplaceAll(whole, "\n", " ") + "\n", 1, []string{"a.jsonl:1: not JSON"}},
		{"an id that is no id", "a.json", `[{"id":"/subscriptions/x"},` + whole + `]`, 1, []string{`a.json:1: "/subscriptions/x" is no resource ID`}},
		{"neither resource nor event", "a.json", `[1,{"a":2},` + whole + `]`, 1, []string{"a.json:1: not an object", "a.json:1: neither a resource"}},
		{"a response that is no JSON", "a.json", `{"records":[{"operationName":"Microsoft.Network/networkInterfaces/write","resultType":"Success","time":"2026-03-01T00:05:00Z","resourceId":"` + testNIC + `","properties":{"responseBody":"{"}}]}`, 0, []string{"response of a write of " + strings.ToLower(testNIC) + " is no JSON object"}},
		{"an event without a time", "a.json", `{"records":[{"operationName":"Microsoft.Network/networkInterfaces/delete","resultType":"Success","resourceId":"` + testNIC + `"}]}`, 0, []string{"has no time"}},
		{"a CSV of something else", "a.csv", "a,b\n1,2\n", 0, []string{"a.csv:1: columns a,b: want cidr,name,circuit,since"}},
		{"a CSV row that is wrong", "a.csv", "cidr,name,circuit,since\n10.4.0.0/16,site,,\n10.5/x,site,,\n10.6.0.0/16,site,,yesterday\n", 1, []string{`a.csv:3: netip.ParsePrefix("10.5/x")`, `a.csv:4: "yesterday" is no time`}},
		{"neither JSON nor CSV", "a.json", "hello", 0, []string{"a.json:1: neither JSON nor CSV"}},
		{"nothing", "a.json", "", 0, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := read(c.file, []byte(c.text), minute(0))
			if len(r.out) != c.kept {
				t.Errorf("%d observations, want %d", len(r.out), c.kept)
			}
			if len(r.problems) != len(c.problems) {
				t.Fatalf("problems %v, want %q", r.problems, c.problems)
			}
			for i, p := range r.problems {
				if !strings.Contains(p.Error(), c.problems[i]) {
					t.Errorf("%v, want %s", p, c.problems[i])
				}
			}
		})
	}
}

func TestAListWithAFlawEndsNothing(t *testing.T) {
	one := strings.TrimSuffix(strings.TrimPrefix(forms["az, older"], "["), "]")
	other := strings.ReplaceAll(strings.ReplaceAll(one, "/n1", "/n2"), "10.0.0.4", "10.0.0.5")
	before := read("a.json", []byte("["+one+","+other+"]"), minute(0))
	flawed := read("b.json", []byte("["+other+`,{"id":"n1"}]`), minute(120))
	if got, want := story(build(t, slices.Concat(before.out, flawed.out)...)), "10.0.0.4 n1 0-on v1\n10.0.0.5 n2 0-on v1"; got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	whole := read("c.json", []byte("["+other+"]"), minute(120))
	if got, want := story(build(t, slices.Concat(before.out, whole.out)...)), "10.0.0.4 n1 0-120 v1\n10.0.0.5 n2 0-on v1"; got != want {
		t.Errorf("without the flaw\n%s\nwant\n%s", got, want)
	}
}

func TestOneBadFileDoesNotCostTheOthers(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"bad.json": `[{`, "good.json": forms["az, older"], "flows.json": `{"records":[{"operationName":"FlowLogFlowEvent","time":"2026-03-01T00:00:00Z"}]}`, "notes.txt": "hello"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	s := importAll(t, openLake(t), dir)
	if s.Files != 3 || s.Added() != 1 || len(s.Problems) != 1 || s.Holdings != 1 || s.Ignored["records of flow logs, which azflow ingest reads"] != 1 {
		t.Errorf("%+v", s)
	}
}

func TestServiceTagsAndSitesAreKept(t *testing.T) {
	tags := read("tags.json", []byte(`{"changeNumber":1,"cloud":"Public","values":[{"name":"Storage.WestEurope","id":"x","properties":{"region":"westeurope","addressPrefixes":["20.60.26.0/24","2603::/48"],"networkFeatures":null}}]}`), minute(0))
	sites := read("sites.csv", []byte("cidr,name,circuit,since\n10.4.0.0/16,amsterdam,er1,2026-03-01\n"), minute(0))
	labels := read("labels.csv", []byte("cidr,label\n10.0.0.0/8,ours\n"), minute(0))
	routes := read("routes.json", []byte(`[{"network":"10.9.0.0/16","nextHop":"192.168.0.1","path":"65010"},{"network":"10.1.0.0/16","nextHop":"10.0.0.12","path":"65515"}]`), minute(0))
	e := build(t, slices.Concat(tags.out, sites.out, labels.out, routes.out)...)
	if len(e.Tags) != 1 || e.Tags[0].Region != "westeurope" || len(e.Tags[0].Prefixes) != 2 {
		t.Errorf("tags %+v", e.Tags)
	}
	if len(e.Sites) != 2 || e.Sites[0].Circuit != "er1" || e.Sites[0].Since != time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC).UnixMicro() || e.Sites[1].Evidence != "learned route" {
		t.Errorf("sites %+v", e.Sites)
	}
	if len(e.Labels) != 1 || e.Labels[0].Text != "ours" {
		t.Errorf("labels %+v", e.Labels)
	}
}

func FuzzRead(f *testing.F) {
	for name, text := range forms {
		file := "a.json"
		if name == "CSV" {
			file = "a.csv"
		}
		f.Add(file, []byte(text))
	}
	f.Fuzz(func(t *testing.T, file string, text []byte) {
		r := read(file, text, minute(0))
		if _, err := Build(r.out); err != nil {
			t.Fatalf("what was read cannot be built of: %v", err)
		}
		topologyRows(r.out)
	})
}
