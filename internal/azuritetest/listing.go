package azuritetest

import (
	"encoding/xml"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Listing answers List Blobs for one container of Account with blobs that are
// not there: by hierarchy or flat, page by page. Nothing else is answered.
type Listing struct {
	URL string // of the account

	server    *httptest.Server
	container string
	names     []string

	mu       sync.Mutex
	requests int
	most     int // entries in one answer
}

// NewListing starts a server that lists names in container, each blob of 4 MiB
// and last modified at changed. The caller closes it.
func NewListing(container string, names []string, changed time.Time) *Listing {
	l := &Listing{container: container, names: slices.Sorted(slices.Values(names))}
	stamp := changed.UTC().Format(http.TimeFormat)
	l.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { l.serve(w, r, stamp) }))
	l.URL = l.server.URL + "/" + Account
	return l
}

// Close ends the server.
func (l *Listing) Close() { l.server.Close() }

// Requests returns how many pages were asked for, and how many entries the
// longest had.
func (l *Listing) Requests() (pages, most int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.requests, l.most
}

// Of the answer to List Blobs. MS Learn: "List Blobs".
type (
	blobProperties struct {
		Created  string `xml:"Creation-Time"`
		Modified string `xml:"Last-Modified"`
		ETag     string `xml:"Etag"`
		Length   int    `xml:"Content-Length"`
		Type     string `xml:"Content-Type"`
		BlobType string `xml:"BlobType"`
		Tier     string `xml:"AccessTier"`
	}
	listedBlob struct {
		Name       string
		Properties blobProperties
	}
	listedPrefix struct{ Name string }
	listedPage   struct {
		XMLName    xml.Name `xml:"EnumerationResults"`
		Endpoint   string   `xml:"ServiceEndpoint,attr"`
		Container  string   `xml:"ContainerName,attr"`
		Prefix     string
		Delimiter  string         `xml:",omitempty"`
		Blobs      []listedBlob   `xml:"Blobs>Blob"`
		Prefixes   []listedPrefix `xml:"Blobs>BlobPrefix"`
		NextMarker string
	}
)

func (l *Listing) serve(w http.ResponseWriter, r *http.Request, changed string) {
	q := r.URL.Query()
	if OpOf(r) != ListBlobs || r.URL.Path != "/"+Account+"/"+l.container {
		Answer(http.StatusNotFound, "ContainerNotFound", nil)(w, r, nil)
		return
	}
	page := listedPage{Endpoint: l.URL, Container: l.container, Prefix: q.Get("prefix"), Delimiter: q.Get("delimiter")}
	limit := 5000
	if n, err := strconv.Atoi(q.Get("maxresults")); err == nil {
		limit = min(n, limit)
	}
	from := max(page.Prefix, q.Get("marker"))
	for i, _ := slices.BinarySearch(l.names, from); i < len(l.names) && strings.HasPrefix(l.names[i], page.Prefix); {
		name := l.names[i]
		if len(page.Blobs)+len(page.Prefixes) == limit {
			page.NextMarker = name
			break
		}
		rest := name[len(page.Prefix):]
		if cut := strings.Index(rest, page.Delimiter); page.Delimiter != "" && cut >= 0 {
			folder := name[:len(page.Prefix)+cut+len(page.Delimiter)]
			page.Prefixes = append(page.Prefixes, listedPrefix{folder})
			// The first name after all that begin with folder.
			n, _ := slices.BinarySearchFunc(l.names[i:], folder, func(have, folder string) int {
				if strings.HasPrefix(have, folder) {
					return -1
				}
				return strings.Compare(have, folder)
			})
			i += n
			continue
		}
		page.Blobs = append(page.Blobs, listedBlob{name, blobProperties{
			Created: changed, Modified: changed, ETag: "0x" + strconv.FormatInt(int64(i)+1<<40, 16), Length: 4 << 20,
			Type: "application/octet-stream", BlobType: "BlockBlob", Tier: "Hot",
		}})
		i++
	}
	l.mu.Lock()
	l.requests++
	l.most = max(l.most, len(page.Blobs)+len(page.Prefixes))
	l.mu.Unlock()
	w.Header().Set("Content-Type", "application/xml")
	w.Header().Set("x-ms-version", r.Header.Get("x-ms-version"))
	_, _ = w.Write([]byte(xml.Header)) // the client may be gone
	_ = xml.NewEncoder(w).Encode(page) // likewise
}
