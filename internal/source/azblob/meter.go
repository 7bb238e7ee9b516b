package azblob

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"sync/atomic"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"

	"github.com/azflow/azflow/internal/source"
)

// meter counts what is asked of an account, every attempt by itself, since each
// is billed.
type meter struct{ list, read, other tally }

type tally struct{ requests, bytes, body atomic.Int64 }

// Do implements policy.Policy.
func (m *meter) Do(req *policy.Request) (*http.Response, error) {
	t, content := m.tally(req.Raw())
	t.requests.Add(1)
	resp, err := req.Next()
	if err != nil || resp.Body == nil {
		return resp, err
	}
	resp.Body = &counted{resp.Body, t, content && (resp.StatusCode == http.StatusOK || resp.StatusCode == http.StatusPartialContent)}
	return resp, nil
}

// tally returns the class that a request is billed in, and whether it asks for
// the content of a blob. MS Learn: "Azure Blob Storage pricing", operations.
func (m *meter) tally(r *http.Request) (t *tally, content bool) {
	switch r.URL.Query().Get("comp") {
	case "list":
		return &m.list, false
	case "":
		return &m.read, true
	}
	return &m.other, false
}

func (m *meter) usage(account string) []source.Usage {
	one := func(operation string, t *tally) source.Usage {
		return source.Usage{Account: account, Operation: operation, Requests: t.requests.Load(), Bytes: t.bytes.Load(), Body: t.body.Load()}
	}
	return []source.Usage{one("list", &m.list), one("read", &m.read), one("other", &m.other)}
}

// counted counts the bytes of a body.
type counted struct {
	io.ReadCloser
	t       *tally
	content bool
}

// Read implements io.Reader.
func (c *counted) Read(p []byte) (int, error) {
	n, err := c.ReadCloser.Read(p)
	c.t.bytes.Add(int64(n))
	if c.content {
		c.t.body.Add(int64(n))
	}
	return n, err
}

// logger tells each request, without its query but for what it asks for.
type logger struct {
	log func(line string)
	now func() time.Time
}

// Do implements policy.Policy.
func (l logger) Do(req *policy.Request) (*http.Response, error) {
	if l.log == nil {
		return req.Next()
	}
	start := l.now()
	resp, err := req.Next()
	r := req.Raw()
	line := r.Method + " " + plain(r.URL)
	if rng := r.Header.Get("x-ms-range"); rng != "" {
		line += " " + rng
	}
	if err != nil {
		l.log(fmt.Sprintf("%s: %v", line, scrub(err)))
	} else {
		l.log(fmt.Sprintf("%s: %s (%d ms)", line, resp.Status, l.now().Sub(start).Milliseconds()))
	}
	return resp, err
}

// plain returns a URL without what may be a secret in it.
func plain(u *url.URL) string {
	shown := url.Values{}
	for _, name := range []string{"comp", "prefix", "delimiter", "blocklisttype"} {
		if v := u.Query().Get(name); v != "" {
			shown.Set(name, v)
		}
	}
	v := *u
	v.RawQuery, v.User = shown.Encode(), nil
	return v.String()
}
