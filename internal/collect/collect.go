// Package collect reads inventory live from Azure Resource Manager: resources by
// Azure Resource Graph, and what it does not hold (NICs of scale sets, routes that
// circuits and gateways learned, service tags) from the resources themselves. It
// asks for nothing that changes one.
package collect

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/arm"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"

	"github.com/azflow/azflow/internal/inventory"
	"github.com/azflow/azflow/internal/source"
	"github.com/azflow/azflow/internal/source/azblob"
)

// Options say what to read and how.
type Options struct {
	Credential azcore.TokenCredential
	Cloud      string // a name of azblob.Clouds; '' for the public one
	// Subscriptions to read; none means all that the credential can read.
	Subscriptions []string
	Now           func() time.Time
	// Progress, if not nil, is called after each answer.
	Progress func(Progress)

	// Pace is the time before a first retry and between looks at an action's
	// outcome; 0 is 5 s.
	Pace time.Duration
	// Endpoint and Transport replace those of the cloud, and Wait the waiting that
	// Resource Graph asks for, for tests.
	Endpoint  string
	Transport policy.Transporter
	Wait      func(ctx context.Context, d time.Duration) error
}

// Progress is how far a collection has come.
type Progress struct {
	Resources int64 // rows of Resource Graph
	Total     int64 // of them, as the first answer says
	Requests  int64
}

// Result is what was collected.
type Result struct {
	Documents []inventory.Document
	// Problems are parts that could not be read; the rest was.
	Problems []error
	Progress Progress
}

// resourceTypes are the types that say something of addresses, and those that
// lead to more.
var resourceTypes = []string{
	"microsoft.network/networkinterfaces", "microsoft.compute/virtualmachines", "microsoft.compute/virtualmachinescalesets",
	"microsoft.network/virtualnetworks", "microsoft.network/networksecuritygroups", "microsoft.network/loadbalancers",
	"microsoft.network/applicationgateways", "microsoft.network/publicipaddresses", "microsoft.network/privateendpoints",
	"microsoft.network/routetables", "microsoft.network/virtualnetworkgateways", "microsoft.network/localnetworkgateways",
	"microsoft.network/connections", "microsoft.network/expressroutecircuits", "microsoft.network/azurefirewalls",
	"microsoft.network/networkwatchers/flowlogs",
}

// API versions.
const (
	graphVersion    = "2022-10-01"
	networkVersion  = "2024-05-01"
	scaleSetVersion = "2018-10-01" // MS Learn: "Virtual Machine Scale Set Network Interfaces - List"
)

// pageSize is Resource Graph's largest page (MS Learn: "Working with large Azure
// resource data sets").
const pageSize = 1000

type collector struct {
	opt      Options
	pipeline runtime.Pipeline
	endpoint string
	at       time.Time
	result   Result
}

// Run reads an estate. An error means that nothing was read; what only parts of
// it lack is in the result. Errors that somebody has to do something about are
// [source.Problem].
func Run(ctx context.Context, opt Options) (*Result, error) {
	cloud, err := azblob.Configuration(opt.Cloud)
	if err != nil {
		return nil, err
	}
	if opt.Wait == nil {
		opt.Wait = wait
	}
	opt.Pace = cmp.Or(opt.Pace, 5*time.Second)
	c := &collector{opt: opt, at: opt.Now().UTC()}
	client, err := arm.NewClient("azflow", "v1.0.0", opt.Credential, &arm.ClientOptions{
		ClientOptions: policy.ClientOptions{
			Cloud: cloud, Transport: opt.Transport, Telemetry: policy.TelemetryOptions{ApplicationID: "azflow"},
			Retry:            policy.RetryOptions{MaxRetries: 6, RetryDelay: opt.Pace, MaxRetryDelay: 2 * time.Minute},
			PerCallPolicies:  []policy.Policy{policyFunc(c.count)},
			PerRetryPolicies: []policy.Policy{policyFunc(c.quota)},
		},
		DisableRPRegistration: true, // that would change the subscription
	})
	if err != nil {
		return nil, err
	}
	c.pipeline, c.endpoint = client.Pipeline(), cmp.Or(opt.Endpoint, client.Endpoint())
	if err := c.resources(ctx); err != nil {
		return nil, explain(err)
	}
	for _, part := range []func(context.Context) error{c.networkGroups, c.scaleSets, c.circuits, c.gateways, c.serviceTags} {
		if err := part(ctx); err != nil {
			if ctx.Err() != nil {
				return nil, ctx.Err()
			}
			c.result.Problems = append(c.result.Problems, err)
		}
	}
	return &c.result, nil
}

type policyFunc func(*policy.Request) (*http.Response, error)

func (f policyFunc) Do(r *policy.Request) (*http.Response, error) { return f(r) }

func (c *collector) count(r *policy.Request) (*http.Response, error) {
	c.result.Progress.Requests++
	return r.Next()
}

// quota waits before the next request when Resource Graph says that this one was
// the last it answers. MS Learn: "Guidance for throttled requests in Azure
// Resource Graph".
func (c *collector) quota(r *policy.Request) (*http.Response, error) {
	res, err := r.Next()
	if err != nil || res.StatusCode != http.StatusOK || res.Header.Get("x-ms-user-quota-remaining") != "0" {
		return res, err
	}
	after, perr := time.Parse("15:04:05", res.Header.Get("x-ms-user-quota-resets-after"))
	if perr != nil {
		return res, nil
	}
	d := time.Duration(after.Hour())*time.Hour + time.Duration(after.Minute())*time.Minute + time.Duration(after.Second())*time.Second
	return res, c.opt.Wait(r.Raw().Context(), d)
}

func wait(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

// resources reads all resources of the types.
func (c *collector) resources(ctx context.Context) error {
	n, err := c.graph(ctx, "resource graph", "resources | where type in~ ('"+strings.Join(resourceTypes, "', '")+"')"+
		" | project id, name, type, tenantId, location, resourceGroup, subscriptionId, zones, sku, tags, properties | order by id asc")
	if err == nil && n == 0 {
		err = &source.Problem{
			Err:  errors.New("no resource is shown by Azure Resource Graph"),
			Hint: "give the identity the role Reader on the subscriptions, and wait some minutes; --subscription names them",
		}
	}
	return err
}

// networkGroups reads which network groups of Azure Virtual Network Manager the
// networks and subnets are in. MS Learn: "View configurations applied by Azure
// Virtual Network Manager".
func (c *collector) networkGroups(ctx context.Context) error {
	_, err := c.graph(ctx, "network groups", "networkresources | where type =~ 'microsoft.network/networkgroupmemberships'"+
		" | project id, name, type, tenantId, properties | order by id asc")
	if err != nil {
		return fmt.Errorf("members of network groups: %w", err)
	}
	return nil
}

// graph reads all rows of a query of Resource Graph, and returns how many there
// are.
func (c *collector) graph(ctx context.Context, what, query string) (rows int64, err error) {
	type options struct {
		Format string `json:"resultFormat"`
		Top    int    `json:"$top"`
		Skip   string `json:"$skipToken,omitempty"`
	}
	request := struct {
		Subscriptions []string `json:"subscriptions,omitempty"`
		Query         string   `json:"query"`
		Options       options  `json:"options"`
	}{
		Subscriptions: c.opt.Subscriptions, Query: query, Options: options{Format: "objectArray", Top: pageSize},
	}
	for page := 1; ; page++ {
		var answer struct {
			Total     int64             `json:"totalRecords"`
			Count     int64             `json:"count"`
			Data      []json.RawMessage `json:"data"`
			Truncated string            `json:"resultTruncated"`
			Skip      string            `json:"$skipToken"`
		}
		body, err := c.ask(ctx, http.MethodPost, "/providers/Microsoft.ResourceGraph/resources", graphVersion, request)
		if err != nil {
			return rows, err
		}
		if err := json.Unmarshal(body, &answer); err != nil {
			return rows, fmt.Errorf("answer of Azure Resource Graph: %w", err)
		}
		if page == 1 {
			c.result.Progress.Total += answer.Total
		}
		rows += int64(len(answer.Data))
		c.result.Progress.Resources += int64(len(answer.Data))
		if len(answer.Data) > 0 {
			c.add(fmt.Sprintf("%s, page %d", what, page), body)
		}
		c.report()
		switch {
		case answer.Skip != "" && answer.Skip != request.Options.Skip:
			request.Options.Skip = answer.Skip
		case answer.Truncated == "true" || answer.Skip != "":
			return rows, errors.New("azure resource graph cut its answer short and offers no next page")
		default:
			return rows, nil
		}
	}
}

func (c *collector) add(name string, data []byte) {
	c.result.Documents = append(c.result.Documents, inventory.Document{Name: name, Data: data, At: c.at})
}

func (c *collector) report() {
	if c.opt.Progress != nil {
		c.opt.Progress(c.result.Progress)
	}
}

// resource is what further requests go by.
type resource struct {
	ID         string `json:"id"`
	Type       string `json:"type"`
	Location   string `json:"location"`
	Properties struct {
		OrchestrationMode string `json:"orchestrationMode"`
		GatewayType       string `json:"gatewayType"`
		Peerings          []struct {
			ID   string `json:"id"`
			Name string `json:"name"`
		} `json:"peerings"`
	} `json:"properties"`
}

// of returns the resources of a type.
func (c *collector) of(kind string) ([]resource, error) {
	var out []resource
	for _, d := range c.result.Documents {
		if !strings.HasPrefix(d.Name, "resource graph") {
			continue
		}
		var page struct {
			Data []resource `json:"data"`
		}
		if err := json.Unmarshal(d.Data, &page); err != nil {
			return nil, fmt.Errorf("%s: %w", d.Name, err)
		}
		for _, r := range page.Data {
			if strings.EqualFold(r.Type, kind) {
				out = append(out, r)
			}
		}
	}
	return out, nil
}

// scaleSets lists the NICs of uniform scale sets, which are no resources of their
// own.
func (c *collector) scaleSets(ctx context.Context) error {
	sets, err := c.of("microsoft.compute/virtualmachinescalesets")
	if err != nil {
		return err
	}
	var failed []error
	for _, s := range sets {
		if strings.EqualFold(s.Properties.OrchestrationMode, "Flexible") {
			continue // its NICs are like those of any VM
		}
		if err := c.pages(ctx, s.ID+"/networkInterfaces", scaleSetVersion, "scale set "+name(s.ID)); err != nil {
			failed = append(failed, fmt.Errorf("NICs of scale set %s: %w", s.ID, err))
		}
	}
	return errors.Join(failed...)
}

// pages reads a list and the pages after it.
func (c *collector) pages(ctx context.Context, path, version, what string) error {
	seen := map[string]bool{}
	for page := 1; ; page++ {
		body, err := c.ask(ctx, http.MethodGet, path, version, nil)
		if err != nil {
			return err
		}
		var list struct {
			Value []json.RawMessage `json:"value"`
			Next  string            `json:"nextLink"`
		}
		if err := json.Unmarshal(body, &list); err != nil {
			return err
		}
		if len(list.Value) > 0 {
			c.add(fmt.Sprintf("%s, page %d", what, page), body)
		}
		c.report()
		if list.Next == "" {
			return nil
		}
		next, err := url.Parse(list.Next)
		if err != nil {
			return fmt.Errorf("next page: %w", err)
		}
		base, err := url.Parse(c.endpoint)
		if err != nil {
			return err
		}
		// The token goes to nobody else.
		if next.Host != base.Host || next.Scheme != base.Scheme || seen[list.Next] {
			return fmt.Errorf("the next page's address %q is not one of %s, or was read before", next.Host, base.Host)
		}
		seen[list.Next] = true
		path, version = list.Next, ""
	}
}

// circuits reads the route tables of ExpressRoute circuits' private peerings.
func (c *collector) circuits(ctx context.Context) error {
	circuits, err := c.of("microsoft.network/expressroutecircuits")
	if err != nil {
		return err
	}
	var failed []error
	for _, circuit := range circuits {
		for _, p := range circuit.Properties.Peerings {
			if p.Name != "AzurePrivatePeering" {
				continue
			}
			path := circuit.ID + "/peerings/" + p.Name + "/routeTables/primary"
			if err := c.routes(ctx, path, "circuit", circuit.ID); err != nil {
				failed = append(failed, fmt.Errorf("routes of circuit %s: %w", circuit.ID, err))
			}
		}
	}
	return errors.Join(failed...)
}

// gateways reads the routes that VPN gateways learned.
func (c *collector) gateways(ctx context.Context) error {
	gateways, err := c.of("microsoft.network/virtualnetworkgateways")
	if err != nil {
		return err
	}
	var failed []error
	for _, g := range gateways {
		if !strings.EqualFold(g.Properties.GatewayType, "Vpn") {
			continue // those of ExpressRoute come with their circuit
		}
		if err := c.routes(ctx, g.ID+"/getLearnedRoutes", "gateway", g.ID); err != nil {
			failed = append(failed, fmt.Errorf("routes of gateway %s: %w", g.ID, err))
		}
	}
	return errors.Join(failed...)
}

// routes runs an action that answers with routes, later, and notes in each whose
// it is. A gateway's own network is no route to elsewhere.
func (c *collector) routes(ctx context.Context, path, key, id string) error {
	req, err := c.request(ctx, http.MethodPost, path, networkVersion, nil)
	if err != nil {
		return err
	}
	res, err := c.pipeline.Do(req)
	if err != nil {
		return err
	}
	if !runtime.HasStatusCode(res, http.StatusOK, http.StatusAccepted) {
		return runtime.NewResponseError(res)
	}
	poller, err := runtime.NewPoller[struct {
		Value []map[string]any `json:"value"`
	}](res, c.pipeline, nil)
	if err != nil {
		return err
	}
	done, err := poller.PollUntilDone(ctx, &runtime.PollUntilDoneOptions{Frequency: max(c.opt.Pace, time.Second)})
	if err != nil {
		return err
	}
	done.Value = slices.DeleteFunc(done.Value, func(r map[string]any) bool { return r["origin"] == "Network" })
	if len(done.Value) == 0 {
		return nil
	}
	for _, r := range done.Value {
		r[key] = id
	}
	data, err := json.Marshal(done)
	if err != nil {
		return err
	}
	c.add("routes of "+key+" "+name(id), data)
	c.report()
	return nil
}

// serviceTags reads the list of service tags. Each region answers with all.
func (c *collector) serviceTags(ctx context.Context) error {
	networks, err := c.of("microsoft.network/virtualnetworks")
	if err != nil || len(networks) == 0 {
		return err
	}
	n := networks[0]
	body, err := c.ask(ctx, http.MethodGet, "/subscriptions/"+inventory.Subscription(strings.ToLower(n.ID))+"/providers/Microsoft.Network/locations/"+url.PathEscape(n.Location)+"/serviceTags", networkVersion, nil)
	if err != nil {
		return fmt.Errorf("service tags: %w", err)
	}
	c.add("service tags", body)
	c.report()
	return nil
}

func name(id string) string { return id[strings.LastIndexByte(id, '/')+1:] }

// request makes a request of a path, or of a whole address if version is ”.
func (c *collector) request(ctx context.Context, method, path, version string, body any) (*policy.Request, error) {
	address := path
	if version != "" {
		address = runtime.JoinPaths(c.endpoint, path)
	}
	req, err := runtime.NewRequest(ctx, method, address)
	if err != nil {
		return nil, err
	}
	if version != "" {
		q := req.Raw().URL.Query()
		q.Set("api-version", version)
		req.Raw().URL.RawQuery = q.Encode()
	}
	req.Raw().Header.Set("Accept", "application/json")
	if body != nil {
		return req, runtime.MarshalAsJSON(req, body)
	}
	return req, nil
}

// maxAnswer bounds an answer; the service tags have some 10 MB.
const maxAnswer = 256 << 20

// ask returns the answer to a request.
func (c *collector) ask(ctx context.Context, method, path, version string, body any) ([]byte, error) {
	req, err := c.request(ctx, method, path, version, body)
	if err != nil {
		return nil, err
	}
	res, err := c.pipeline.Do(req)
	if err != nil {
		return nil, err
	}
	if !runtime.HasStatusCode(res, http.StatusOK) {
		return nil, runtime.NewResponseError(res)
	}
	data, err := runtime.Payload(res)
	if err != nil {
		return nil, err
	}
	if len(data) > maxAnswer {
		return nil, fmt.Errorf("an answer of %d bytes, more than %d", len(data), maxAnswer)
	}
	return bytes.Clone(data), nil
}

// explain says what to do about an error of the first requests.
func explain(err error) error {
	var answer *azcore.ResponseError
	switch {
	case errors.Is(err, context.Canceled) || errors.Is(err, io.EOF):
		return err
	case azblob.SignInFailed(err):
		return &source.Problem{
			Auth: true, Err: fmt.Errorf("signing in to Entra ID: %w", err),
			Hint: "sign in with `az login`, or set AZURE_CLIENT_ID, AZURE_TENANT_ID and AZURE_CLIENT_SECRET; docs/guide/azure.md explains each",
		}
	case errors.As(err, &answer) && (answer.StatusCode == http.StatusUnauthorized || answer.StatusCode == http.StatusForbidden):
		return &source.Problem{
			Auth: true, Err: fmt.Errorf("the identity is refused by Azure Resource Manager (%s)", cmp.Or(answer.ErrorCode, answer.RawResponse.Status)),
			Hint: "give it the role Reader on the subscriptions, and wait some minutes; --tenant names the tenant to sign in to",
		}
	case errors.As(err, &answer) && answer.StatusCode == http.StatusTooManyRequests:
		return &source.Problem{Err: errors.New("this identity is being throttled by Azure Resource Graph"), Hint: "try again in some minutes; collect less often, or by subscription"}
	}
	return fmt.Errorf("asking Azure Resource Manager: %w", err)
}
