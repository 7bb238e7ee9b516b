package azuritetest

import (
	"encoding/pem"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// An Op is what a request asks of the blob service.
type Op string

// The operations that a reader has use for, and the rest.
const (
	ListContainers Op = "List Containers"
	ListBlobs      Op = "List Blobs"
	GetBlockList   Op = "Get Block List"
	GetProperties  Op = "Get Blob Properties"
	GetBlob        Op = "Get Blob"
	Write          Op = "write" // whatever changes something
)

// OpOf returns the operation of a request in path style: /account/container/blob.
func OpOf(r *http.Request) Op {
	q := r.URL.Query()
	switch {
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		return Write
	case q.Get("comp") == "list" && q.Get("restype") == "container":
		return ListBlobs
	case q.Get("comp") == "list":
		return ListContainers
	case q.Get("comp") == "blocklist":
		return GetBlockList
	case r.Method == http.MethodHead || q.Get("restype") == "container":
		return GetProperties
	}
	return GetBlob
}

// Traffic counts what went through a proxy.
type Traffic struct {
	Requests map[Op]int
	Bytes    map[Op]int64 // of the bodies of answers, as far as they were sent
	Faults   int
}

// A Fault spoils the answer to one request, or does something before it is given
// by next.
type Fault func(w http.ResponseWriter, r *http.Request, next http.Handler)

// A Proxy stands before a storage account on loopback. Without faults it only
// counts.
type Proxy struct {
	URL string // scheme://host:port

	server *httptest.Server
	next   http.Handler

	mu      sync.Mutex
	decide  func(op Op, r *http.Request) Fault
	traffic Traffic
}

// NewProxy starts a proxy for target, any URL of the server behind it. The caller
// closes it.
func NewProxy(target string) (*Proxy, error) { return newProxy(target, httptest.NewServer) }

// NewTLSProxy is NewProxy for clients that send tokens, which they do over TLS
// only: they have to trust Certificate.
func NewTLSProxy(target string) (*Proxy, error) { return newProxy(target, httptest.NewTLSServer) }

func newProxy(target string, start func(http.Handler) *httptest.Server) (*Proxy, error) {
	u, err := url.Parse(target)
	if err != nil {
		return nil, err
	}
	p := &Proxy{traffic: Traffic{map[Op]int{}, map[Op]int64{}, 0}}
	p.next = &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(&url.URL{Scheme: u.Scheme, Host: u.Host})
			r.Out.Host = r.In.Host
		},
		Transport:     &http.Transport{MaxIdleConnsPerHost: 16},
		FlushInterval: -1,
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, _ error) {
			w.WriteHeader(http.StatusBadGateway) // the client went away, or Azurite did
		},
	}
	p.server = start(http.HandlerFunc(p.serve))
	p.URL = p.server.URL
	return p, nil
}

// Close ends the proxy and its connections.
func (p *Proxy) Close() {
	p.server.CloseClientConnections()
	p.server.Close()
}

// Certificate returns the certificate of a proxy that speaks TLS, in PEM.
func (p *Proxy) Certificate() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: p.server.Certificate().Raw})
}

// Decide has every request go through decide, which returns the fault it meets,
// or nil. It is called by one goroutine at a time.
func (p *Proxy) Decide(decide func(op Op, r *http.Request) Fault) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.decide = decide
}

// First has the next requests of op meet one fault each, in this order.
func (p *Proxy) First(op Op, faults ...Fault) {
	p.Decide(func(o Op, _ *http.Request) Fault {
		if o != op || len(faults) == 0 {
			return nil
		}
		f := faults[0]
		faults = faults[1:]
		return f
	})
}

// Traffic returns what was counted so far.
func (p *Proxy) Traffic() Traffic {
	p.mu.Lock()
	defer p.mu.Unlock()
	return Traffic{maps.Clone(p.traffic.Requests), maps.Clone(p.traffic.Bytes), p.traffic.Faults}
}

func (p *Proxy) serve(w http.ResponseWriter, r *http.Request) {
	op := OpOf(r)
	p.mu.Lock()
	p.traffic.Requests[op]++
	var fault Fault
	if p.decide != nil {
		fault = p.decide(op, r)
	}
	if fault != nil {
		p.traffic.Faults++
	}
	p.mu.Unlock()
	counted := &counter{ResponseWriter: w, p: p, op: op}
	if fault == nil {
		p.next.ServeHTTP(counted, r)
		return
	}
	fault(counted, r, p.next)
}

// counter counts the bytes of a body.
type counter struct {
	http.ResponseWriter
	p  *Proxy
	op Op
}

func (c *counter) Write(b []byte) (int, error) {
	n, err := c.ResponseWriter.Write(b)
	c.p.mu.Lock()
	c.p.traffic.Bytes[c.op] += int64(n)
	c.p.mu.Unlock()
	return n, err
}

func (c *counter) Unwrap() http.ResponseWriter { return c.ResponseWriter }

// Answer returns a fault that answers with Azure's form of an error. MS Learn:
// "Status and error codes". An empty code gives an answer without a body, as of
// something between Azure and the client.
func Answer(status int, code string, header http.Header) Fault {
	return func(w http.ResponseWriter, r *http.Request, _ http.Handler) {
		maps.Copy(w.Header(), header)
		if code == "" {
			w.WriteHeader(status)
			return
		}
		w.Header().Set("Content-Type", "application/xml")
		w.Header().Set("x-ms-error-code", code)
		w.WriteHeader(status)
		if r.Method != http.MethodHead {
			_, _ = fmt.Fprintf(w, "\ufeff<?xml version=\"1.0\" encoding=\"utf-8\"?><Error><Code>%s</Code><Message>injected</Message></Error>", code) // the client may be gone
		}
	}
}

// TooMany returns a 429 that asks to wait.
func TooMany(wait time.Duration) Fault {
	return Answer(http.StatusTooManyRequests, "TooManyRequests", retryAfter(wait))
}

// Busy returns the 503 with which Azure throttles.
func Busy(wait time.Duration) Fault {
	return Answer(http.StatusServiceUnavailable, "ServerBusy", retryAfter(wait))
}

func retryAfter(d time.Duration) http.Header {
	return http.Header{"Retry-After": {strconv.Itoa(int(d.Seconds()))}, "X-Ms-Retry-After-Ms": {strconv.FormatInt(d.Milliseconds(), 10)}}
}

// Skewed returns the 403 that Azure gives to a signature whose date is more than
// 15 minutes off, as seen at now. MS Learn: "Authorize with Shared Key".
func Skewed(now time.Time) Fault {
	return Answer(http.StatusForbidden, "AuthenticationFailed", http.Header{"Date": {now.UTC().Format(http.TimeFormat)}})
}

// Reset breaks the connection before an answer.
func Reset(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler) // breaks it too
	}
	if c, ok := conn.(*net.TCPConn); ok {
		_ = c.SetLinger(0) // so that the close is a reset
	}
	_ = conn.Close()
}

// Truncated returns a fault that breaks the connection after n bytes of the body.
func Truncated(n int) Fault {
	return func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		next.ServeHTTP(&cut{ResponseWriter: w, left: n}, r)
	}
}

var errCut = errors.New("cut")

type cut struct {
	http.ResponseWriter
	left int
}

func (c *cut) Write(b []byte) (int, error) {
	n, err := c.ResponseWriter.Write(b[:min(len(b), c.left)])
	c.left -= n
	if err == nil && c.left == 0 {
		_ = http.NewResponseController(c.ResponseWriter).Flush() // what was let through is to arrive
		return n, errCut                                         // upon which the proxy ends the connection
	}
	return n, err
}

func (c *cut) Unwrap() http.ResponseWriter { return c.ResponseWriter }

// Slow returns a fault that waits before the answer and before every chunk bytes
// of its body.
func Slow(wait time.Duration, chunk int) Fault {
	return func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		time.Sleep(wait)
		next.ServeHTTP(&slow{w, wait, chunk}, r)
	}
}

type slow struct {
	http.ResponseWriter
	wait  time.Duration
	chunk int
}

func (s *slow) Write(b []byte) (int, error) {
	done := 0
	for part := range slices.Chunk(b, s.chunk) {
		time.Sleep(s.wait)
		n, err := s.ResponseWriter.Write(part)
		done += n
		if err != nil {
			return done, err
		}
		_ = http.NewResponseController(s.ResponseWriter).Flush() // so that the client sees how slow it is
	}
	return done, nil
}

func (s *slow) Unwrap() http.ResponseWriter { return s.ResponseWriter }

// Before returns a fault that calls f and then answers as usual: f changes the
// blob, say, so that an If-Match fails that was right a moment ago.
func Before(f func()) Fault {
	return func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		f()
		next.ServeHTTP(w, r)
	}
}

// Bearer returns a fault, to be met by every request, that takes a token instead
// of a key: a request without "Bearer token" is refused as Azure refuses it, any
// other is answered with the rights of a shared access signature, a query.
func Bearer(token, signature string) Fault {
	refuse := Answer(http.StatusUnauthorized, "InvalidAuthenticationInfo", nil)
	return func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		if r.Header.Get("Authorization") != "Bearer "+token {
			refuse(w, r, next)
			return
		}
		r.Header.Del("Authorization")
		if r.URL.RawQuery != "" {
			r.URL.RawQuery += "&"
		}
		r.URL.RawQuery += strings.TrimPrefix(signature, "?")
		next.ServeHTTP(w, r)
	}
}
