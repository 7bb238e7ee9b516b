package azblob

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"

	"github.com/azflow/azflow/internal/azuritetest"
	"github.com/azflow/azflow/internal/flowgen"
	"github.com/azflow/azflow/internal/source"
)

var azurite azuritetest.Shared

func TestMain(m *testing.M) { azuritetest.Main(m, &azurite) }

// quick is how tests wait before they ask again.
var quick = policy.RetryOptions{MaxRetries: 4, RetryDelay: time.Millisecond, MaxRetryDelay: 20 * time.Millisecond}

// open returns a source of a container through a proxy, and the proxy.
func open(t *testing.T, server *azuritetest.Server, opt Options) (*Source, *azuritetest.Proxy) {
	t.Helper()
	proxy, err := azuritetest.NewProxy(server.BlobURL)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(proxy.Close)
	if opt.Account.Credential == (Credential{}) {
		opt.Account.Credential.ConnectionString = server.ConnectionThrough(proxy.URL)
	}
	opt.Account.Name, opt.Location.Account = azuritetest.Account, azuritetest.Account
	if opt.Now == nil {
		opt.Now = time.Now
	}
	opt.Retry = quick
	s, err := New(opt)
	if err != nil {
		t.Fatal(err)
	}
	return s, proxy
}

// containerOf makes a container of the test's own.
func containerOf(t *testing.T, server *azuritetest.Server) string {
	t.Helper()
	name := "t" + fmt.Sprintf("%x", time.Now().UnixNano())
	if err := server.Container(t.Context(), name); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.DeleteContainer(context.Background(), name); err != nil {
			t.Error(err)
		}
	})
	return name
}

func list(t *testing.T, s *Source) []source.Blob {
	t.Helper()
	var all []source.Blob
	for b, err := range s.List(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, b)
	}
	slices.SortFunc(all, func(a, b source.Blob) int { return strings.Compare(a.Name, b.Name) })
	return all
}

func read(t *testing.T, s *Source, b source.Blob, offset int64) (string, *source.Reader) {
	t.Helper()
	r, err := s.Open(t.Context(), b, offset)
	if err != nil {
		t.Fatal(err)
	}
	content, err := io.ReadAll(r)
	if err := errors.Join(err, r.Close()); err != nil {
		t.Fatal(err)
	}
	return string(content), r
}

const head = "resourceId=/SUBSCRIPTIONS/S1/RESOURCEGROUPS/RG/PROVIDERS/MICROSOFT.NETWORK/NETWORKSECURITYGROUPS/"

func name(nsg, hour, mac string) string {
	return head + nsg + "/" + hour + "/m=00/macAddress=" + mac + "/PT1H.json"
}

func blocks(text ...string) []flowgen.Block {
	var all []flowgen.Block
	for i, s := range text {
		all = append(all, flowgen.Block{ID: base64.StdEncoding.EncodeToString(fmt.Appendf(nil, "D%032x", i)), Data: []byte(s)})
	}
	return all
}

func TestOnlyFoldersThatCanHoldWhatIsWantedAreListed(t *testing.T) {
	server := azurite.Open(t)
	c := containerOf(t, server)
	for _, n := range []string{
		name("A", "y=2025/m=12/d=31/h=23", "000D3A000001"), name("A", "y=2026/m=03/d=01/h=10", "000D3A000001"),
		name("A", "y=2026/m=03/d=01/h=11", "000D3A000001"), name("A", "y=2026/m=03/d=02/h=00", "000D3A000002"),
		name("B", "y=2026/m=03/d=01/h=10", "000D3A000003"),
		"flowLogResourceID=/S2_NETWORKWATCHERRG/NETWORKWATCHER_X_F1/y=2026/m=03/d=01/h=10/m=00/macAddress=000D3A000004/PT1H.json",
		"notes.txt", "copies/flows.json",
	} {
		if err := server.Commit(t.Context(), c, n, blocks(`{"records":[`, `]}`)); err != nil {
			t.Fatal(err)
		}
	}
	at := func(day, hour int) time.Time { return time.Date(2026, 3, day, hour, 0, 0, 0, time.UTC) }
	for _, w := range []struct {
		what     string
		f        source.Filter
		want     int
		requests int // at most
	}{
		{"all", source.Filter{}, 7, 1},
		{"from an hour to an hour", source.Filter{From: at(1, 10), To: at(1, 11)}, 4, 40},
		{"many days", source.Filter{From: at(1, 10).AddDate(0, -2, 0), To: at(1, 11)}, 4, 40},
		{"until", source.Filter{To: at(1, 10)}, 2, 40},
		{"an NSG", source.Filter{NSGs: []string{"a"}}, 4, 13},
		{"a subscription", source.Filter{Subscriptions: []string{"s2"}}, 1, 8},
		{"a flow log", source.Filter{FlowLogs: []string{"f1"}}, 1, 12},
		{"a MAC address", source.Filter{MACs: []string{"00-0D-3A-00-00-01"}}, 3, 40},
		{"an NSG in an hour", source.Filter{NSGs: []string{"B"}, From: at(1, 10), To: at(1, 11)}, 1, 13},
	} {
		s, proxy := open(t, server, Options{Location: Location{Container: c}, Filter: w.f})
		if got := list(t, s); len(got) != w.want {
			t.Errorf("%s: %d blobs, want %d: %+v", w.what, len(got), w.want, got)
		}
		if n := proxy.Traffic().Requests[azuritetest.ListBlobs]; n > w.requests {
			t.Errorf("%s: %d listings, want at most %d", w.what, n, w.requests)
		}
	}
}

func TestASecondListingOfAFewHoursAsksForThoseAlone(t *testing.T) {
	server := azurite.Open(t)
	c := containerOf(t, server)
	now := time.Date(2026, 3, 1, 11, 30, 0, 0, time.UTC)
	put := func(hour string) {
		if err := server.Commit(t.Context(), c, name("A", "y=2026/m=03/d=01/"+hour, "000D3A000001"), blocks(`{"records":[`, `]}`)); err != nil {
			t.Fatal(err)
		}
	}
	put("h=10")
	s, proxy := open(t, server, Options{Location: Location{Container: c}, Filter: source.Filter{From: now.Add(-90 * time.Minute)}, Now: func() time.Time { return now }})
	if n := len(list(t, s)); n != 1 {
		t.Errorf("%d blobs", n)
	}
	put("h=11")
	before := proxy.Traffic().Requests[azuritetest.ListBlobs]
	if n := len(list(t, s)); n != 2 {
		t.Errorf("%d blobs in the second listing", n)
	}
	if n := proxy.Traffic().Requests[azuritetest.ListBlobs] - before; n != 3 {
		t.Errorf("%d requests for three hours", n)
	}
}

func TestContentReadsTheSameFromAnyOffsetWithItsBlocks(t *testing.T) {
	server := azurite.Open(t)
	c := containerOf(t, server)
	n := name("A", "y=2026/m=03/d=01/h=10", "000D3A000001")
	if err := server.Commit(t.Context(), c, n, blocks("0123", "456789", "ab")); err != nil {
		t.Fatal(err)
	}
	s, _ := open(t, server, Options{Location: Location{Container: c}})
	b := list(t, s)[0]
	for _, offset := range []int64{0, 1, 4, 11, 12, 20} {
		got, r := read(t, s, b, offset)
		if want := "0123456789ab"[min(offset, 12):]; got != want {
			t.Errorf("from %d: %q, want %q", offset, got, want)
		}
		if r.Version != b.Version || r.Version == "" {
			t.Errorf("version %q, listed %q", r.Version, b.Version)
		}
		second := base64.StdEncoding.EncodeToString(fmt.Appendf(nil, "D%032x", 1))
		if len(r.Blocks) != 3 || r.Block(5) != second || r.Block(10) != second {
			t.Errorf("blocks %+v", r.Blocks)
		}
	}
	if u := s.Usage(); u[0].Operation != "list" || u[0].Requests != 1 || u[1].Body != 12+11+8+1 || u[2].Requests != 6 {
		t.Errorf("usage %+v", u)
	}
}

func TestACompressedCopyReadsAsItsContent(t *testing.T) {
	server := azurite.Open(t)
	c := containerOf(t, server)
	var z bytes.Buffer
	w := gzip.NewWriter(&z)
	_, err := io.WriteString(w, "0123456789")
	if err := errors.Join(err, w.Close()); err != nil {
		t.Fatal(err)
	}
	if err := server.Commit(t.Context(), c, "copy.json.gz", []flowgen.Block{{ID: "QQ==", Data: z.Bytes()}}); err != nil {
		t.Fatal(err)
	}
	if err := server.Commit(t.Context(), c, "plain.json", blocks("0123456789")); err != nil {
		t.Fatal(err)
	}
	s, _ := open(t, server, Options{Location: Location{Container: c}})
	for _, b := range list(t, s) {
		for _, offset := range []int64{0, 4, 10, 11} {
			if got, _ := read(t, s, b, offset); got != "0123456789"[min(offset, 10):] {
				t.Errorf("%s from %d: %q", b.Name, offset, got)
			}
		}
	}
}

func TestWhatBreaksOffIsAskedForAgain(t *testing.T) {
	server := azurite.Open(t)
	c := containerOf(t, server)
	text := strings.Repeat("0123456789", 10_000)
	n := name("A", "y=2026/m=03/d=01/h=10", "000D3A000001")
	if err := server.Commit(t.Context(), c, n, blocks(text)); err != nil {
		t.Fatal(err)
	}
	for what, faults := range map[string][]azuritetest.Fault{
		"throttled": {azuritetest.TooMany(time.Millisecond), azuritetest.Busy(time.Millisecond)},
		"reset":     {azuritetest.Reset, azuritetest.Reset},
		"truncated": {azuritetest.Truncated(10), azuritetest.Truncated(50_000), azuritetest.Truncated(1)},
		"slow":      {azuritetest.Slow(2*time.Millisecond, 30_000)},
	} {
		s, proxy := open(t, server, Options{Location: Location{Container: c}})
		b := list(t, s)[0]
		proxy.First(azuritetest.GetBlob, faults...)
		if got, _ := read(t, s, b, 7); got != text[7:] {
			t.Errorf("%s: %d bytes, want %d", what, len(got), len(text)-7)
		}
		if f := proxy.Traffic().Faults; f != len(faults) {
			t.Errorf("%s: %d faults met, want %d", what, f, len(faults))
		}
	}
}

func TestAnAnswerThatStopsIsAskedForAgain(t *testing.T) {
	server := azurite.Open(t)
	c := containerOf(t, server)
	text := strings.Repeat("0123456789", 10_000)
	n := name("A", "y=2026/m=03/d=01/h=10", "000D3A000001")
	if err := server.Commit(t.Context(), c, n, blocks(text)); err != nil {
		t.Fatal(err)
	}
	s, proxy := open(t, server, Options{Location: Location{Container: c}, Stall: 50 * time.Millisecond})
	b := list(t, s)[0]
	release := make(chan struct{})
	t.Cleanup(func() { close(release) })
	proxy.First(azuritetest.GetBlob, func(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
		w.Header().Set("Content-Length", "100000")
		w.WriteHeader(http.StatusPartialContent)
		_, _ = io.WriteString(w, text[:100])
		_ = http.NewResponseController(w).Flush()
		<-release
	})
	if got, _ := read(t, s, b, 0); got != text {
		t.Errorf("%d bytes, want %d", len(got), len(text))
	}
}

func TestABlobThatIsWrittenToMeanwhileEndsInErrChanged(t *testing.T) {
	server := azurite.Open(t)
	c := containerOf(t, server)
	n := name("A", "y=2026/m=03/d=01/h=10", "000D3A000001")
	if err := server.Commit(t.Context(), c, n, blocks("one")); err != nil {
		t.Fatal(err)
	}
	s, proxy := open(t, server, Options{Location: Location{Container: c}})
	b := list(t, s)[0]
	proxy.First(azuritetest.GetBlob, azuritetest.Before(func() {
		if err := server.Commit(context.Background(), c, n, blocks("one", "two")); err != nil {
			t.Error(err)
		}
	}))
	r, err := s.Open(t.Context(), b, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadAll(r); !errors.Is(err, source.ErrChanged) {
		t.Errorf("error %v", err)
	}
	if got, r := read(t, s, b, 3); got != "two" || r.Version == b.Version {
		t.Errorf("%q of version %s", got, r.Version)
	}
	if err := server.Delete(t.Context(), c, n); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Open(t.Context(), b, 0); !errors.Is(err, source.ErrGone) {
		t.Errorf("error %v of a deleted blob", err)
	}
}

func TestWhatTheServiceRefusesIsExplained(t *testing.T) {
	server := azurite.Open(t)
	c := containerOf(t, server)
	now := time.Now()
	for _, w := range []struct {
		fault      azuritetest.Fault
		text, hint string
		auth       bool
	}{
		{azuritetest.Answer(403, "AuthorizationPermissionMismatch", nil), "may not do that", "Storage Blob Data Reader", true},
		{azuritetest.Answer(403, "AuthorizationFailure", nil), "network rules", "Networking", true},
		{azuritetest.Answer(403, "AuthenticationFailed", nil), "refuses the credential", "rotated", true},
		{azuritetest.Answer(401, "InvalidAuthenticationInfo", nil), "refuses the token", "tenant", true},
		{azuritetest.Answer(403, "", nil), "network rules", "", true},
		{azuritetest.Answer(409, "KeyBasedAuthenticationNotPermitted", nil), "takes no keys", "Entra ID", true},
		{azuritetest.Answer(409, "PublicAccessNotPermitted", nil), "asks for a credential", "az login", true},
		{azuritetest.Skewed(now.Add(-20 * time.Minute)), "20m0s ahead of the service's", "clock", true},
		{azuritetest.Skewed(now.Add(3 * time.Hour)), "3h0m0s behind the service's", "clock", true},
		{azuritetest.Answer(404, "ContainerNotFound", nil), "container is not there", "flow log", false},
	} {
		s, proxy := open(t, server, Options{Location: Location{Container: c}, Now: func() time.Time { return now.Truncate(time.Second) }})
		proxy.Decide(func(azuritetest.Op, *http.Request) azuritetest.Fault { return w.fault })
		errs := 0
		for _, err := range s.List(t.Context()) {
			errs++
			var p *source.Problem
			if !errors.As(err, &p) || p.Auth != w.auth || !strings.Contains(p.Error(), w.text) || !strings.Contains(p.Hint, w.hint) {
				t.Errorf("error %v, want %q and hint %q", err, w.text, w.hint)
			}
		}
		if errs != 1 {
			t.Errorf("%d errors, want one: %s", errs, w.text)
		}
	}
}

func TestOneOfAzuresContainersIsEnoughAndNoneIsAProblem(t *testing.T) {
	server := azurite.Open(t)
	s, proxy := open(t, server, Options{})
	absent := azuritetest.Answer(404, "ContainerNotFound", nil)
	proxy.Decide(func(_ azuritetest.Op, r *http.Request) azuritetest.Fault {
		if strings.Contains(r.URL.Path, ContainerNSG) {
			return absent
		}
		return func(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
			_, _ = io.WriteString(w, `<?xml version="1.0" encoding="utf-8"?><EnumerationResults><Blobs></Blobs><NextMarker /></EnumerationResults>`)
		}
	})
	if n := len(list(t, s)); n != 0 {
		t.Errorf("%d blobs", n)
	}
	proxy.Decide(func(azuritetest.Op, *http.Request) azuritetest.Fault { return absent })
	errs := 0
	for _, err := range s.List(t.Context()) {
		if errs++; !strings.Contains(err.Error(), "neither container") {
			t.Errorf("error %v", err)
		}
	}
	if errs != 1 {
		t.Errorf("%d errors", errs)
	}
}

func TestAnAccountThatNobodyKnowsIsSaidToBe(t *testing.T) {
	s, err := New(Options{
		Location: Location{Account: "nobodyhasthis"}, Now: time.Now, Retry: policy.RetryOptions{RetryDelay: time.Hour},
		Transport: &http.Client{Transport: unknownHost{}},
		Account:   Account{Name: "nobodyhasthis", Endpoint: "https://nobodyhasthis.blob.core.invalid"},
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, err := range s.List(t.Context()) {
		var p *source.Problem
		if !errors.As(err, &p) || !strings.Contains(p.Hint, "account's name") {
			t.Errorf("error %v", err)
		}
	}
}

type unknownHost struct{}

func (unknownHost) RoundTrip(r *http.Request) (*http.Response, error) {
	return nil, &net.DNSError{Err: "no such host", Name: r.URL.Hostname(), IsNotFound: true}
}

func TestEveryCredentialSignsIn(t *testing.T) {
	server := azurite.Open(t)
	c := containerOf(t, server)
	n := name("A", "y=2026/m=03/d=01/h=10", "000D3A000001")
	if err := server.Commit(t.Context(), c, n, blocks("one")); err != nil {
		t.Fatal(err)
	}
	sas, err := server.SAS(time.Now())
	if err != nil {
		t.Fatal(err)
	}
	for what, cred := range map[string]Credential{
		"key": {Key: server.Key}, "signature": {SAS: sas}, "signature with its question mark": {SAS: "?" + strings.TrimPrefix(sas, "?")},
		"connection string with a signature": {ConnectionString: "BlobEndpoint=" + server.BlobURL + ";SharedAccessSignature=" + strings.TrimPrefix(sas, "?")},
		"token":                              {Token: token("good")},
	} {
		proxy, err := azuritetest.NewProxy(server.BlobURL)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(proxy.Close)
		if cred.Token != nil {
			proxy.Decide(func(azuritetest.Op, *http.Request) azuritetest.Fault { return azuritetest.Bearer("good", sas) })
		}
		s, err := New(Options{
			Location: Location{Account: azuritetest.Account, Container: c}, Now: time.Now, Retry: quick,
			Account: Account{Endpoint: proxy.URL + "/" + azuritetest.Account, Credential: cred},
		})
		if err != nil {
			t.Fatal(err)
		}
		all := list(t, s)
		if len(all) != 1 {
			t.Fatalf("%s: %d blobs", what, len(all))
		}
		if got, _ := read(t, s, all[0], 0); got != "one" {
			t.Errorf("%s: %q", what, got)
		}
	}
}

type token string

func (k token) GetToken(context.Context, policy.TokenRequestOptions) (azcore.AccessToken, error) {
	return azcore.AccessToken{Token: string(k), ExpiresOn: time.Now().Add(time.Hour)}, nil
}

func TestNoSecretIsInAnErrorOrALogLine(t *testing.T) {
	const secret = "VeRySeCrEtVeRySeCrEt"
	key := base64.StdEncoding.EncodeToString([]byte(secret))
	for what, cred := range map[string]Credential{
		"key": {Key: key}, "signature": {SAS: "sv=2024-11-04&sig=" + secret},
		"connection string": {ConnectionString: "AccountName=acct;AccountKey=" + key},
		"broken key":        {Key: secret + "!"}, "broken signature": {SAS: secret},
		"broken connection string": {ConnectionString: secret}, "of another account": {ConnectionString: "AccountName=other;AccountKey=" + key},
	} {
		var said []string
		// Nothing listens there: net/http's error quotes the URL.
		s, err := New(Options{
			Location: Location{Account: "acct", Container: "logs"}, Now: time.Now, Retry: policy.RetryOptions{MaxRetries: -1}, Parallel: 1,
			Account: Account{Endpoint: "http://127.0.0.1:1", Credential: cred}, Log: func(line string) { said = append(said, line) },
		})
		if err == nil {
			for _, err := range s.List(t.Context()) {
				said = append(said, fmt.Sprintf("%v", err))
			}
			if len(said) < 2 {
				t.Errorf("%s: nothing said", what)
			}
		} else {
			said = append(said, err.Error())
		}
		for _, line := range said {
			if strings.Contains(line, secret) || strings.Contains(line, key) || strings.Contains(line, "sig=V") {
				t.Errorf("%s: %s", what, line)
			}
		}
	}
}
