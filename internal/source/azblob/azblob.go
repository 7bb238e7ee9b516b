// Package azblob reads flow logs from Azure Blob Storage. It asks for nothing
// that changes an account.
package azblob

import (
	"cmp"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/container"

	"github.com/azflow/azflow/internal/source"
)

// Account says where a storage account is and how to sign in to it.
type Account struct {
	Name string
	// Endpoint is the URL of its blob service; "" for https://NAME.SUFFIX of its
	// cloud.
	Endpoint   string
	Cloud      string // a name of [Clouds]; "" for the public one
	Credential Credential
}

// Credential is what signs requests: the first of its fields that is set. The
// zero Credential signs nothing, as for containers that anybody may read.
type Credential struct {
	ConnectionString string // names an endpoint too, which counts unless the account has one
	Key              string // of the account, Base64
	SAS              string // shared access signature of the account or a container
	Token            azcore.TokenCredential
}

// Options say what to read. Account and Now are required.
type Options struct {
	Location Location
	Account  Account
	// Filter prunes the listing; [source.Where] does the rest.
	Filter source.Filter
	// Endings are what a blob must end in whose name is not of Azure's; default
	// those of flow logs.
	Endings source.Endings
	Now     func() time.Time
	// Transport sends requests; an *http.Client is one. nil is the SDK's.
	Transport policy.Transporter
	// Retry says how often and how soon a request is sent again that was
	// throttled, answered with an error of the server or not at all. Zero values
	// are defaults: six times, after 1 s doubling to 30 s, or as the service asks.
	Retry policy.RetryOptions
	// Stall is how long an answer may pause before it is asked for again;
	// default 1 min.
	Stall time.Duration
	// Parallel is how many listings run at once; default 8.
	Parallel int
	// Log, if not nil, is called for every request with one line that holds no
	// secret, from many goroutines.
	Log func(line string)
}

// Source is a part of a storage account.
type Source struct {
	*account
	filter source.Filter
}

// account is what a source shares with those that are narrower than it.
type account struct {
	opt   Options
	meter meter

	endpoint string // of the account, without a signature
	client   func(name string) (*container.Client, error)

	mu         sync.Mutex
	containers map[string]*container.Client
	resources  map[string]discovered // by container
}

var (
	_ source.Source  = (*Source)(nil)
	_ source.Metered = (*Source)(nil)
)

// New returns a source. It asks for nothing yet; what is wrong with a credential
// shows when it is used, unless it cannot even be read.
func New(opt Options) (*Source, error) {
	opt.Retry.MaxRetries = cmp.Or(opt.Retry.MaxRetries, 6)
	opt.Retry.RetryDelay = cmp.Or(opt.Retry.RetryDelay, time.Second)
	opt.Retry.MaxRetryDelay = cmp.Or(opt.Retry.MaxRetryDelay, 30*time.Second)
	if opt.Retry.ShouldRetry == nil {
		opt.Retry.ShouldRetry = passing
	}
	opt.Stall = cmp.Or(opt.Stall, time.Minute)
	opt.Parallel = cmp.Or(opt.Parallel, 8)
	if opt.Endings == nil {
		opt.Endings = source.FlowLogs()
	}
	opt.Account.Name = cmp.Or(opt.Account.Name, opt.Location.Account)
	a := &account{opt: opt, containers: map[string]*container.Client{}, resources: map[string]discovered{}}
	if err := a.connect(); err != nil {
		return nil, err
	}
	return &Source{a, opt.Filter.Normal()}, nil
}

// passing reports whether what went wrong with a request may pass by itself. A
// host that nobody knows stays unknown: waiting for it would only hide a name
// that was mistyped.
func passing(resp *http.Response, err error) bool {
	if err != nil {
		var dns *net.DNSError
		return !errors.As(err, &dns) || !dns.IsNotFound
	}
	switch resp.StatusCode {
	case http.StatusRequestTimeout, http.StatusTooManyRequests, http.StatusInternalServerError, http.StatusBadGateway,
		http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	return false
}

// Within returns a source of those blobs alone whose hour lies in a span; it
// shares what s knows of the account, and its count of requests.
func (s *Source) Within(from, to time.Time) source.Source {
	return &Source{s.account, s.filter.Within(from, to)}
}

// connect finds the endpoint and how to make clients.
func (s *account) connect() error {
	a := s.opt.Account
	az, err := cloudOf(cmp.Or(a.Cloud, s.opt.Location.Cloud))
	if err != nil {
		return &source.Problem{Err: err, Hint: "the setting accounts." + a.Name + ".cloud names it"}
	}
	c := a.Credential
	if c.ConnectionString != "" {
		parts, err := parseConnectionString(c.ConnectionString)
		if err != nil {
			return err
		}
		if parts.account != "" && !strings.EqualFold(parts.account, a.Name) {
			return &source.Problem{
				Auth: true, Err: fmt.Errorf("the connection string is of account %s, not of %s", parts.account, a.Name),
				Hint: "take the one of " + a.Name + " (portal: the account's Access keys)",
			}
		}
		a.Endpoint = cmp.Or(a.Endpoint, parts.endpoint)
		c.Key, c.SAS = parts.key, parts.sas
	}
	s.endpoint = strings.TrimRight(cmp.Or(a.Endpoint, "https://"+a.Name+"."+az.Suffix), "/")
	u, err := url.Parse(s.endpoint)
	if err != nil || u.Host == "" || u.RawQuery != "" || u.User != nil {
		return &source.Problem{Err: fmt.Errorf("the endpoint of account %s is no plain URL", a.Name), Hint: "write https://HOST or https://HOST/ACCOUNT; a signature belongs into AZURE_STORAGE_SAS_TOKEN"}
	}
	opts := s.clientOptions()
	of := func(name string) string { return s.endpoint + "/" + name }
	switch {
	case c.Key != "":
		key, err := container.NewSharedKeyCredential(a.Name, c.Key)
		if err != nil {
			return &source.Problem{Auth: true, Err: fmt.Errorf("the key of account %s is not Base64", a.Name), Hint: "copy it whole (portal: the account's Access keys)"}
		}
		s.client = func(name string) (*container.Client, error) {
			return container.NewClientWithSharedKeyCredential(of(name), key, opts)
		}
	case c.SAS != "":
		sas := strings.TrimPrefix(c.SAS, "?")
		if _, err := url.ParseQuery(sas); err != nil || !strings.Contains(sas, "sig=") {
			return &source.Problem{Auth: true, Err: fmt.Errorf("the shared access signature for account %s has no sig", a.Name), Hint: "copy it whole: it begins with sv= or sp= and holds sig="}
		}
		s.client = func(name string) (*container.Client, error) {
			return container.NewClientWithNoCredential(of(name)+"?"+sas, opts)
		}
	case c.Token != nil:
		// Tokens go over TLS only, but to a service on this very machine.
		opts.InsecureAllowCredentialWithHTTP = loopback(u.Hostname())
		opts.Cloud = az.config
		s.client = func(name string) (*container.Client, error) {
			return container.NewClient(of(name), c.Token, opts)
		}
	default:
		s.client = func(name string) (*container.Client, error) {
			return container.NewClientWithNoCredential(of(name), opts)
		}
	}
	return nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

func (s *account) clientOptions() *container.ClientOptions {
	return &container.ClientOptions{ClientOptions: policy.ClientOptions{
		Retry:            s.opt.Retry,
		Transport:        s.opt.Transport,
		Telemetry:        policy.TelemetryOptions{ApplicationID: "azflow"},
		PerRetryPolicies: []policy.Policy{&s.meter, logger{s.opt.Log, s.opt.Now}},
	}}
}

// container returns the client of a container.
func (s *account) container(name string) (*container.Client, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c := s.containers[name]; c != nil {
		return c, nil
	}
	c, err := s.client(name)
	if err != nil {
		return nil, s.explain(err, name, "")
	}
	s.containers[name] = c
	return c, nil
}

// String implements source.Source.
func (s *Source) String() string { return s.opt.Location.String() }

// LookedFor says in words what List looks for, for when it finds nothing.
func (s *Source) LookedFor() string {
	l := s.opt.Location
	if l.Container != "" {
		return fmt.Sprintf("  in %s: blobs of Azure's names, or ending in %s\n", l, s.opt.Endings)
	}
	return fmt.Sprintf("  in %s: containers %s and %s\n", l, ContainerVNet, ContainerNSG)
}

// Usage implements source.Metered.
func (s *Source) Usage() []source.Usage { return s.meter.usage(s.opt.Account.Name) }
