package azuritetest_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/blob"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/blockblob"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/container"

	"github.com/azflow/azflow/internal/azuritetest"
	"github.com/azflow/azflow/internal/flowgen"
)

var shared azuritetest.Shared

func TestMain(m *testing.M) { azuritetest.Main(m, &shared) }

// once is a client that does not try again, nor does its transport: Go's sends a
// request again whose kept connection broke.
var once = azcore.ClientOptions{
	Retry:     policy.RetryOptions{MaxRetries: -1},
	Transport: &http.Client{Transport: &http.Transport{DisableKeepAlives: true}},
}

func client(t *testing.T, connection string) *azblob.Client {
	t.Helper()
	c, err := azblob.NewClientFromConnectionString(connection, &azblob.ClientOptions{ClientOptions: once})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func read(t *testing.T, c *azblob.Client, containerName, name string) ([]byte, error) {
	t.Helper()
	r, err := c.DownloadStream(t.Context(), containerName, name, nil)
	if err != nil {
		return nil, err
	}
	defer r.Body.Close()
	return io.ReadAll(r.Body)
}

func put(t *testing.T, s *azuritetest.Server, containerName, name string, parts ...string) {
	t.Helper()
	var blocks []flowgen.Block
	for i, p := range parts {
		blocks = append(blocks, flowgen.Block{ID: fmt.Sprintf("AAA%d", i), Data: []byte(p)})
	}
	if err := s.Commit(t.Context(), containerName, name, blocks); err != nil {
		t.Fatal(err)
	}
}

func proxy(t *testing.T, s *azuritetest.Server) *azuritetest.Proxy {
	t.Helper()
	p, err := azuritetest.NewProxy(s.BlobURL)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	return p
}

func TestABlobGrowsInTheAccountAsAzureWritesIt(t *testing.T) {
	s := shared.Open(t)
	c := client(t, s.ConnectionString())
	for _, l := range flowgen.Layouts() {
		t.Run(l.String(), func(t *testing.T) {
			var g *flowgen.Growing
			_, err := flowgen.Bulk(flowgen.BulkOptions{Seed: 1, Tuples: 20, NICs: 1, Hours: 1, Start: time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC)}, onBlob(func(b flowgen.Blob) { g = flowgen.Grow(b, l) }))
			if err != nil {
				t.Fatal(err)
			}
			etags := map[azcore.ETag]bool{}
			for i := range 4 {
				name := l.String() + "/" + g.Name
				if err := s.Commit(t.Context(), "growing", name, g.Blocks()); err != nil {
					t.Fatal(err)
				}
				got, err := read(t, c, "growing", name)
				if err != nil || !bytes.Equal(got, g.Content()) {
					t.Fatalf("step %d: %q, %v", i, got, err)
				}
				b := c.ServiceClient().NewContainerClient("growing").NewBlockBlobClient(name)
				list, err := b.GetBlockList(t.Context(), blockblob.BlockListTypeCommitted, nil)
				if err != nil {
					t.Fatal(err)
				}
				var ids, want []string
				for _, block := range list.CommittedBlocks {
					ids = append(ids, *block.Name)
				}
				for _, block := range g.Blocks() {
					want = append(want, block.ID)
				}
				if !slices.Equal(ids, want) {
					t.Errorf("step %d: blocks %q, want %q", i, ids, want)
				}
				etags[*list.ETag] = true
				g.Append(1)
			}
			if len(etags) != 4 {
				t.Errorf("%d ETags, want 4", len(etags))
			}
		})
	}
}

type onBlob func(flowgen.Blob)

func (f onBlob) Blob(b flowgen.Blob) error { f(b); return nil }
func (onBlob) File(flowgen.File) error     { return nil }

func TestTheProxyCountsWhatIsRead(t *testing.T) {
	s := shared.Open(t)
	put(t, s, "counted", "a", "12345", "678")
	p := proxy(t, s)
	c := client(t, s.ConnectionThrough(p.URL))
	if got, err := read(t, c, "counted", "a"); err != nil || string(got) != "12345678" {
		t.Fatalf("%q, %v", got, err)
	}
	b := c.ServiceClient().NewContainerClient("counted").NewBlockBlobClient("a")
	r, err := b.DownloadStream(t.Context(), &blob.DownloadStreamOptions{Range: blob.HTTPRange{Offset: 5, Count: 2}})
	if err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(r.Body); err != nil || string(got) != "67" {
		t.Fatalf("%q, %v", got, err)
	}
	if _, err := b.GetBlockList(t.Context(), blockblob.BlockListTypeCommitted, nil); err != nil {
		t.Fatal(err)
	}
	pager := c.NewListBlobsFlatPager("counted", nil)
	if _, err := pager.NextPage(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := b.SetMetadata(t.Context(), nil, nil); err != nil {
		t.Fatal(err)
	}
	got := p.Traffic()
	if got.Bytes[azuritetest.GetBlob] != 10 || got.Bytes[azuritetest.GetBlockList] == 0 || got.Bytes[azuritetest.ListBlobs] == 0 || got.Faults != 0 {
		t.Errorf("counted %+v", got)
	}
	for op, n := range map[azuritetest.Op]int{azuritetest.GetBlob: 2, azuritetest.GetBlockList: 1, azuritetest.ListBlobs: 1, azuritetest.Write: 1} {
		if got.Requests[op] != n {
			t.Errorf("%s: %d requests, want %d", op, got.Requests[op], n)
		}
	}
}

func TestTheProxySpoilsAnswersOneByOne(t *testing.T) {
	s := shared.Open(t)
	put(t, s, "spoilt", "a", "12345", "678")
	p := proxy(t, s)
	c := client(t, s.ConnectionThrough(p.URL))
	p.First(azuritetest.GetBlob,
		azuritetest.TooMany(3*time.Second), azuritetest.Busy(time.Second), azuritetest.Reset, azuritetest.Truncated(3),
		azuritetest.Slow(20*time.Millisecond, 2), azuritetest.Skewed(time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC)), azuritetest.Answer(http.StatusBadGateway, "", nil))
	var re *azcore.ResponseError
	for _, want := range []struct {
		status        int
		header, value string
	}{{429, "Retry-After", "3"}, {503, "x-ms-retry-after-ms", "1000"}} {
		_, err := read(t, c, "spoilt", "a")
		if !errors.As(err, &re) || re.StatusCode != want.status || re.RawResponse.Header.Get(want.header) != want.value {
			t.Errorf("%v, want %d with %s", err, want.status, want.header)
		}
	}
	if _, err := read(t, c, "spoilt", "a"); err == nil || errors.As(err, &re) && re.StatusCode == 200 {
		t.Errorf("a broken connection gave %v", err)
	}
	if got, err := read(t, c, "spoilt", "a"); err == nil || string(got) != "123" {
		t.Errorf("a truncated body gave %q, %v", got, err)
	}
	start := time.Now()
	if got, err := read(t, c, "spoilt", "a"); err != nil || string(got) != "12345678" || time.Since(start) < 100*time.Millisecond {
		t.Errorf("a slow body gave %q, %v after %v", got, err, time.Since(start))
	}
	if _, err := read(t, c, "spoilt", "a"); !errors.As(err, &re) || re.ErrorCode != "AuthenticationFailed" || re.RawResponse.Header.Get("Date") != "Sun, 01 Mar 2026 10:00:00 GMT" {
		t.Errorf("a skewed clock gave %v", err)
	}
	if _, err := read(t, c, "spoilt", "a"); !errors.As(err, &re) || re.StatusCode != 502 {
		t.Errorf("a bad gateway gave %v", err)
	}
	if got, err := read(t, c, "spoilt", "a"); err != nil || string(got) != "12345678" {
		t.Errorf("after all faults: %q, %v", got, err)
	}
	if got := p.Traffic(); got.Faults != 7 || got.Requests[azuritetest.GetBlob] != 8 {
		t.Errorf("counted %+v", got)
	}
}

func TestABlobCanChangeRightBeforeItIsRead(t *testing.T) {
	s := shared.Open(t)
	put(t, s, "changing", "a", "1")
	p := proxy(t, s)
	b := client(t, s.ConnectionThrough(p.URL)).ServiceClient().NewContainerClient("changing").NewBlockBlobClient("a")
	list, err := b.GetBlockList(t.Context(), blockblob.BlockListTypeCommitted, nil)
	if err != nil {
		t.Fatal(err)
	}
	p.First(azuritetest.GetBlob, azuritetest.Before(func() { put(t, s, "changing", "a", "1", "2") }))
	_, err = b.DownloadStream(t.Context(), &blob.DownloadStreamOptions{AccessConditions: &blob.AccessConditions{ModifiedAccessConditions: &blob.ModifiedAccessConditions{IfMatch: list.ETag}}})
	var re *azcore.ResponseError
	if !errors.As(err, &re) || re.StatusCode != http.StatusPreconditionFailed {
		t.Errorf("%v, want 412", err)
	}
}

func TestABearerOfTheTokenMayRead(t *testing.T) {
	s := shared.Open(t)
	put(t, s, "borne", "a", "1")
	p := proxy(t, s)
	signature, err := s.SAS(time.Now())
	if err != nil {
		t.Fatal(err)
	}
	p.Decide(func(azuritetest.Op, *http.Request) azuritetest.Fault { return azuritetest.Bearer("right", signature) })
	for token, want := range map[string]int{"right": 200, "wrong": 401, "": 401} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, p.URL+"/"+azuritetest.Account+"/borne/a", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer "+token)
		a, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = a.Body.Close()
		if a.StatusCode != want {
			t.Errorf("token %q: %s, want %d", token, a.Status, want)
		}
	}
}

func TestADeletedBlobIsGone(t *testing.T) {
	s := shared.Open(t)
	put(t, s, "deleted", "a", "1")
	put(t, s, "deleted", "b", "1")
	if err := s.Delete(t.Context(), "deleted", "a"); err != nil {
		t.Fatal(err)
	}
	if names, err := s.Names(t.Context(), "deleted"); err != nil || !slices.Equal(names, []string{"b"}) {
		t.Errorf("%q, %v", names, err)
	}
	put(t, s, "deleted", "a", "1", "2") // and can be written again
}

func TestAListingAnswersLikeAzurite(t *testing.T) {
	s := shared.Open(t)
	var names []string
	for _, folder := range []string{"a=1/", "a=1/b=2/", "a=2/", ""} {
		for i := range 5 {
			names = append(names, fmt.Sprintf("%s%d", folder, i))
		}
	}
	for _, n := range names {
		put(t, s, "listed", n, "x")
	}
	l := azuritetest.NewListing("listed", names, time.Now())
	t.Cleanup(l.Close)
	there := client(t, s.ConnectionString()).ServiceClient().NewContainerClient("listed")
	here, err := container.NewClientWithNoCredential(l.URL+"/listed", &container.ClientOptions{ClientOptions: once})
	if err != nil {
		t.Fatal(err)
	}
	for _, delimiter := range []string{"/", "="} {
		for _, prefix := range []string{"", "a", "a=1/", "a=1/b=", "a=2/3", "c"} {
			for _, size := range []int32{1, 2, 3, 5000} {
				want, err := walk(t.Context(), there, prefix, delimiter, size)
				if err != nil {
					t.Fatal(err)
				}
				got, err := walk(t.Context(), here, prefix, delimiter, size)
				if err != nil {
					t.Fatal(err)
				}
				slices.Sort(want)
				slices.Sort(got)
				if !slices.Equal(got, want) {
					t.Errorf("prefix %q by %q, %d a page:\ngot  %s\nwant %s", prefix, delimiter, size, strings.Join(got, " "), strings.Join(want, " "))
				}
			}
		}
	}
	if pages, most := l.Requests(); pages < 50 || most != 7 {
		t.Errorf("%d pages, the longest of %d entries", pages, most)
	}
}

// walk lists one level.
func walk(ctx context.Context, c *container.Client, prefix, delimiter string, size int32) ([]string, error) {
	var found []string
	pager := c.NewListBlobsHierarchyPager(delimiter, &container.ListBlobsHierarchyOptions{Prefix: &prefix, MaxResults: &size})
	for pager.More() {
		page, err := pager.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, p := range page.Segment.BlobPrefixes {
			found = append(found, "folder "+*p.Name)
		}
		for _, b := range page.Segment.BlobItems {
			found = append(found, "blob "+*b.Name)
		}
	}
	return found, nil
}

func TestWithoutAzuriteItSaysHowToGetIt(t *testing.T) {
	t.Setenv(azuritetest.ScriptEnv, "/nowhere/azurite.js")
	_, err := azuritetest.Start(t.Context())
	if !errors.Is(err, azuritetest.ErrMissing) || !strings.Contains(err.Error(), "make node-modules") {
		t.Error(err)
	}
}
