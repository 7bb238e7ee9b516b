package collect

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"

	"github.com/azflow/azflow/internal/inventory"
	"github.com/azflow/azflow/internal/lake"
	"github.com/azflow/azflow/internal/source"
)

// The shapes of answers are those of MS Learn: "Resources - Resources" (Resource
// Graph), "Virtual Machine Scale Set Network Interfaces - List", "Express Route
// Circuits - List Routes Table", "Virtual Network Gateways - Get Learned Routes",
// "Service Tags - List".

const (
	sub    = "/subscriptions/00000000-0000-0000-0000-000000000001"
	rg     = sub + "/resourceGroups/Net"
	vnet   = rg + "/providers/Microsoft.Network/virtualNetworks/hub"
	secret = "a-token-that-nobody-may-see"
)

// azure plays Azure Resource Manager.
type azure struct {
	t *testing.T
	*httptest.Server
	pages [][]string // rows of Resource Graph

	mu        sync.Mutex
	asked     []string
	throttled int                               // answers 429 so often first
	quota     bool                              // the first page says that the quota is used up
	polled    int                               // of the action under way
	refuse    func(r *http.Request) (int, bool) // status of what is refused
	bodies    []map[string]any                  // of requests to Resource Graph
}

func newAzure(t *testing.T) *azure {
	t.Helper()
	a := &azure{t: t, pages: [][]string{
		{
			row("networkInterfaces/web-nic", `{"macAddress":"00-0D-3A-00-00-01","virtualMachine":{"id":"`+rg+`/providers/Microsoft.Compute/virtualMachines/web"},"ipConfigurations":[{"id":"`+rg+`/providers/Microsoft.Network/networkInterfaces/web-nic/ipConfigurations/one","properties":{"privateIPAddress":"10.0.0.4","subnet":{"id":"`+vnet+`/subnets/default"}}}]}`),
			row("virtualNetworks/hub", `{"addressSpace":{"addressPrefixes":["10.0.0.0/16"]},"subnets":[{"id":"`+vnet+`/subnets/default","name":"default","properties":{"addressPrefix":"10.0.0.0/24"}}]}`),
		},
		{
			row("expressRouteCircuits/paris", `{"peerings":[{"name":"AzurePrivatePeering"},{"name":"MicrosoftPeering"}]}`),
			row("virtualNetworkGateways/vpn", `{"gatewayType":"Vpn"}`),
			row("virtualNetworkGateways/er", `{"gatewayType":"ExpressRoute"}`),
			strings.Replace(row("virtualMachineScaleSets/nodes", `{"orchestrationMode":"Uniform"}`), "Microsoft.Network", "Microsoft.Compute", 2),
			strings.Replace(row("virtualMachineScaleSets/flex", `{"orchestrationMode":"Flexible"}`), "Microsoft.Network", "Microsoft.Compute", 2),
		},
	}}
	a.Server = httptest.NewTLSServer(http.HandlerFunc(a.answer))
	t.Cleanup(a.Close)
	return a
}

func row(path, properties string) string {
	kind, name, _ := strings.Cut(path, "/")
	return fmt.Sprintf(`{"id":"%s/providers/Microsoft.Network/%s/%s","name":%q,"type":"Microsoft.Network/%[2]s","tenantId":"00000000-0000-0000-0000-00000000000a","location":"westeurope","resourceGroup":"net","properties":%[5]s}`, rg, kind, name, name, properties)
}

func (a *azure) answer(w http.ResponseWriter, r *http.Request) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.asked = append(a.asked, r.Method+" "+strings.TrimPrefix(r.URL.Path, rg))
	if r.Header.Get("Authorization") != "Bearer "+secret {
		a.t.Errorf("%s: no token", r.URL)
	}
	if a.refuse != nil {
		if status, ok := a.refuse(r); ok {
			w.Header().Set("x-ms-error-code", "AuthorizationFailed")
			w.WriteHeader(status)
			return
		}
	}
	if a.throttled > 0 {
		a.throttled--
		w.Header().Set("Retry-After", "0")
		w.WriteHeader(http.StatusTooManyRequests)
		return
	}
	send := func(body string) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, body) // the client notices what is missing
	}
	path := strings.TrimPrefix(r.URL.Path, rg)
	switch {
	case path == "/providers/Microsoft.ResourceGraph/resources":
		var q struct {
			Query   string
			Options map[string]any
		}
		body, err := io.ReadAll(r.Body)
		if err == nil {
			err = json.Unmarshal(body, &q)
		}
		var whole map[string]any
		if err == nil {
			err = json.Unmarshal(body, &whole)
		}
		if err != nil {
			a.t.Error(err)
		}
		a.bodies = append(a.bodies, whole)
		if strings.HasPrefix(q.Query, "networkresources ") {
			member := `{"id":"` + vnet + `/providers/Microsoft.Network/networkGroupMemberships/default","type":"microsoft.network/networkgroupmemberships","properties":{"GroupMemberships":[{"NetworkGroupId":"` + rg + `/providers/Microsoft.Network/networkManagers/nm/networkGroups/prod"}]}}`
			send(`{"totalRecords":1,"count":1,"data":[` + member + `],"facets":[],"resultTruncated":"false"}`)
			return
		}
		page := 0
		if skip, ok := q.Options["$skipToken"]; ok {
			if _, err := fmt.Sscanf(fmt.Sprint(skip), "page%d", &page); err != nil {
				a.t.Error(err)
			}
		}
		total, next := 0, ""
		for _, p := range a.pages {
			total += len(p)
		}
		truncated := "false"
		if page+1 < len(a.pages) {
			next, truncated = fmt.Sprintf(`,"$skipToken":"page%d"`, page+1), "true"
		}
		if a.quota && page == 0 {
			w.Header().Set("x-ms-user-quota-remaining", "0")
			w.Header().Set("x-ms-user-quota-resets-after", "00:00:05")
		}
		var rows []string
		if page < len(a.pages) {
			rows = a.pages[page]
		}
		send(fmt.Sprintf(`{"totalRecords":%d,"count":%d,"data":[%s],"facets":[],"resultTruncated":%q%s}`, total, len(rows), strings.Join(rows, ","), truncated, next))
	case strings.HasSuffix(path, "/virtualMachineScaleSets/nodes/networkInterfaces"):
		set := rg + "/providers/Microsoft.Compute/virtualMachineScaleSets/nodes"
		if r.URL.Query().Get("page") == "" {
			send(`{"value":[` + node(set, 0) + `],"nextLink":"` + a.URL + r.URL.Path + `?api-version=2018-10-01&page=2"}`)
		} else {
			send(`{"value":[` + node(set, 1) + `]}`)
		}
	case strings.HasSuffix(path, "/routeTables/primary"), strings.HasSuffix(path, "/getLearnedRoutes"):
		w.Header().Set("Location", a.URL+"/operations?of="+path[strings.LastIndexByte(path, '/')+1:])
		w.Header().Set("Retry-After", "0")
		a.polled = 0
		w.WriteHeader(http.StatusAccepted)
	case r.URL.Path == "/operations":
		a.polled++
		switch of := r.URL.Query().Get("of"); {
		case a.polled == 1:
			w.Header().Set("Location", a.URL+"/operations?of="+of)
			w.Header().Set("Retry-After", "0")
			w.WriteHeader(http.StatusAccepted)
		case of == "primary":
			send(`{"value":[{"network":"10.4.0.0/16","nextHop":"192.168.1.1","locPrf":"100","weight":0,"path":"64512"}]}`)
		default:
			send(`{"value":[{"network":"10.0.0.0/16","nextHop":"10.0.0.1","origin":"Network","weight":32768},{"network":"10.9.0.0/16","nextHop":"10.9.0.1","origin":"EBgp","asPath":"65010","weight":32768}]}`)
		}
	case strings.HasSuffix(path, "/locations/westeurope/serviceTags"):
		send(`{"name":"Public","id":"x","type":"y","changeNumber":"63","cloud":"Public","values":[{"name":"Storage.WestEurope","id":"Storage.WestEurope","properties":{"region":"westeurope","addressPrefixes":["20.60.26.0/23"]}}]}`)
	default:
		a.t.Errorf("%s %s was not expected", r.Method, r.URL)
		w.WriteHeader(http.StatusNotFound)
	}
}

func node(set string, i int) string {
	return fmt.Sprintf(`{"id":"%s/virtualMachines/%d/networkInterfaces/nic","name":"nic","properties":{"macAddress":"00-0D-3A-00-01-0%d","virtualMachine":{"id":"%s/virtualMachines/%d"},"ipConfigurations":[{"name":"one","properties":{"privateIPAddress":"10.0.1.%d","subnet":{"id":"%s/subnets/default"}}}]}}`, set, i, i, set, i, i+4, vnet)
}

type token struct{}

func (token) GetToken(context.Context, policy.TokenRequestOptions) (azcore.AccessToken, error) {
	return azcore.AccessToken{Token: secret, ExpiresOn: time.Now().Add(time.Hour)}, nil
}

func (a *azure) options() Options {
	return Options{
		Credential: token{}, Endpoint: a.URL, Transport: a.Client(), Pace: time.Millisecond,
		Now: func() time.Time { return time.Date(2026, 3, 1, 6, 0, 0, 0, time.UTC) },
	}
}

func names(r *Result) []string {
	var names []string
	for _, d := range r.Documents {
		names = append(names, d.Name)
	}
	return names
}

func TestAnEstateIsReadWhole(t *testing.T) {
	a := newAzure(t)
	var last Progress
	opt := a.options()
	opt.Subscriptions = []string{"00000000-0000-0000-0000-000000000001"}
	opt.Progress = func(p Progress) { last = p }
	r, err := Run(t.Context(), opt)
	if err != nil || len(r.Problems) > 0 {
		t.Fatal(err, r.Problems)
	}
	want := []string{
		"resource graph, page 1", "resource graph, page 2", "network groups, page 1", "scale set nodes, page 1", "scale set nodes, page 2",
		"routes of circuit paris", "routes of gateway vpn", "service tags",
	}
	if got := names(r); !slices.Equal(got, want) {
		t.Errorf("documents %q, want %q", got, want)
	}
	if last.Resources != 8 || last.Total != 8 || last.Requests < 8 {
		t.Errorf("progress %+v, want 8 of 8 resources", last)
	}
	if s := a.bodies[0]["subscriptions"]; fmt.Sprint(s) != "[00000000-0000-0000-0000-000000000001]" {
		t.Errorf("asked for subscriptions %v", s)
	}
	for _, q := range a.asked {
		method, path, _ := strings.Cut(q, " ")
		if method != http.MethodGet && !strings.HasSuffix(path, "/resources") && !strings.HasSuffix(path, "/getLearnedRoutes") && !strings.HasSuffix(path, "/primary") {
			t.Errorf("%s: might change something", q)
		}
	}

	// What was read says who owned what.
	l, err := lake.Open(t.Context(), t.TempDir(), lake.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	docs := func(yield func(inventory.Document, error) bool) {
		for _, d := range r.Documents {
			if !yield(d, nil) {
				return
			}
		}
	}
	sum, err := inventory.Take(t.Context(), l, docs, inventory.ImportOptions{Now: time.Now})
	if err != nil || len(sum.Problems) > 0 {
		t.Fatal(err, sum.Problems)
	}
	if sum.Holdings != 3 {
		t.Errorf("%d windows of addresses, want those of 3 NICs", sum.Holdings)
	}
	all, err := inventory.Load(t.Context(), l)
	if err != nil {
		t.Fatal(err)
	}
	e, err := inventory.Build(all)
	if err != nil {
		t.Fatal(err)
	}
	sites := map[string]inventory.Site{}
	for _, s := range e.Sites {
		sites[s.Prefix.String()] = s
	}
	if s := sites["10.4.0.0/16"]; !strings.HasSuffix(s.Circuit, "/expressroutecircuits/paris") {
		t.Errorf("10.4.0.0/16 lies behind %+v, want the circuit", s)
	}
	if s := sites["10.9.0.0/16"]; s.Circuit != "" || !strings.HasSuffix(s.Gateway, "/virtualnetworkgateways/vpn") {
		t.Errorf("10.9.0.0/16 lies behind %+v, want the VPN gateway", s)
	}
	if _, ok := sites["10.0.0.0/16"]; ok {
		t.Error("the gateway's own network counts as on-premises")
	}
	if len(e.Groups) != 1 || !strings.HasSuffix(e.Groups[0].Group, "/networkgroups/prod") || !strings.HasSuffix(e.Groups[0].Of, "/virtualnetworks/hub") {
		t.Errorf("network groups %+v, want prod of the hub", e.Groups)
	}
	if len(e.Tags) != 1 {
		t.Errorf("service tags %v, want one", e.Tags)
	}
}

func TestThrottlingIsWaitedFor(t *testing.T) {
	a := newAzure(t)
	a.throttled, a.quota = 2, true
	var waited []time.Duration
	opt := a.options()
	opt.Wait = func(_ context.Context, d time.Duration) error { waited = append(waited, d); return nil }
	r, err := Run(t.Context(), opt)
	if err != nil || len(r.Problems) > 0 || r.Progress.Resources != 8 {
		t.Fatal(err, r)
	}
	if !slices.Equal(waited, []time.Duration{5 * time.Second}) {
		t.Errorf("waited %v, want the 5 s that the quota asked for", waited)
	}
}

func TestWhatCannotBeReadCostsNothingElse(t *testing.T) {
	a := newAzure(t)
	a.refuse = func(r *http.Request) (int, bool) {
		return http.StatusForbidden, strings.HasSuffix(r.URL.Path, "/routeTables/primary") || strings.Contains(r.URL.Path, "/virtualMachineScaleSets/")
	}
	r, err := Run(t.Context(), a.options())
	if err != nil {
		t.Fatal(err)
	}
	if got := names(r); !slices.Contains(got, "routes of gateway vpn") || !slices.Contains(got, "service tags") {
		t.Errorf("documents %q lack what could be read", got)
	}
	text := errors.Join(r.Problems...).Error()
	for _, want := range []string{"NICs of scale set " + rg, "routes of circuit " + rg, "AuthorizationFailed"} {
		if !strings.Contains(text, want) {
			t.Errorf("problems %q do not tell of %q", text, want)
		}
	}
	if strings.Contains(text, secret) {
		t.Error("a problem shows the token")
	}
}

func TestWhoMayReadNothingIsToldWhatToDo(t *testing.T) {
	for status, auth := range map[int]bool{http.StatusUnauthorized: true, http.StatusForbidden: true} {
		a := newAzure(t)
		a.refuse = func(*http.Request) (int, bool) { return status, true }
		_, err := Run(t.Context(), a.options())
		var p *source.Problem
		if !errors.As(err, &p) || p.Auth != auth || !strings.Contains(p.Hint, "role Reader") || strings.Contains(err.Error(), secret) {
			t.Errorf("%d: %v", status, err)
		}
	}
	a := newAzure(t)
	a.pages = nil
	_, err := Run(t.Context(), a.options())
	var p *source.Problem
	if !errors.As(err, &p) || !strings.Contains(p.Hint, "role Reader") {
		t.Errorf("an empty answer: %v", err)
	}
}

func TestATokenFollowsNoLinkToElsewhere(t *testing.T) {
	a := newAzure(t)
	elsewhere := httptest.NewTLSServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		t.Errorf("asked %s with %q", r.URL, r.Header.Get("Authorization"))
	}))
	defer elsewhere.Close()
	inner := a.Config.Handler
	a.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/nodes/networkInterfaces") {
			_, _ = io.WriteString(w, `{"value":[],"nextLink":"`+elsewhere.URL+`/next"}`) // the client notices what is missing
			return
		}
		inner.ServeHTTP(w, r)
	})
	r, err := Run(t.Context(), a.options())
	if err != nil {
		t.Fatal(err)
	}
	if text := fmt.Sprint(r.Problems); !strings.Contains(text, "is not one of") {
		t.Errorf("problems %s", text)
	}
}

func TestAnInterruptionIsNoProblemOfAzure(t *testing.T) {
	a := newAzure(t)
	ctx, cancel := context.WithCancel(t.Context())
	opt := a.options()
	opt.Progress = func(Progress) { cancel() }
	if _, err := Run(ctx, opt); !errors.Is(err, context.Canceled) {
		t.Errorf("%v, want that it was interrupted", err)
	}
}
