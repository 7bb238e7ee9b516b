package query

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/azflow/azflow/kql/plan"
	"github.com/azflow/azflow/kql/types"
)

// feeds are files that a server on this machine offers.
var feeds = map[string]string{
	"/a.csv":   "ip,n,when\n198.51.100.1,7,2026-03-01\n\"x,y\",,\n",
	"/a.txt":   "one\r\ntwo\n",
	"/a.json":  `[{"ip":"1.2.3.4","n":5},{"n":"6","more":true}]`,
	"/l.json":  "{\"ip\":\"1.2.3.4\"}\n\n{\"n\":9}\n",
	"/big.csv": strings.Repeat("x,1,\n", 1000),
}

func serve(t *testing.T) (*httptest.Server, *Fetcher) {
	t.Helper()
	mux := http.NewServeMux()
	for name, body := range feeds {
		mux.HandleFunc(name, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, body) })
	}
	mux.HandleFunc("/a.csv.gz", func(w http.ResponseWriter, _ *http.Request) {
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		_, _ = z.Write([]byte(feeds["/a.csv"])) // into memory
		_ = z.Close()
		_, _ = w.Write(b.Bytes())
	})
	mux.HandleFunc("/away", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "http://elsewhere.invalid/a.csv", http.StatusFound)
	})
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return s, &Fetcher{Hosts: []string{"127.0.0.1"}, Limit: 1 << 10}
}

var feedCols = []plan.Column{{ID: 1, Name: "ip", Type: types.String}, {ID: 2, Name: "n", Type: types.Long}, {ID: 3, Name: "when", Type: types.DateTime}}

func fetch(f *Fetcher, uri, format string, skip bool) (string, error) {
	n := &plan.External{URIs: []string{uri}, Format: format, Cols: feedCols, Props: map[string]types.Value{"ignorefirstrecord": skip}}
	rows, err := f.Fetch(context.Background(), n)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	for i := range rows.N {
		for j, v := range rows.Row(i) {
			if j > 0 {
				b.WriteByte('|')
			}
			if v != nil {
				b.WriteString(types.Text(v, feedCols[j].Type))
			}
		}
		b.WriteByte('\n')
	}
	return b.String(), nil
}

func TestFeedsAreReadInTheirFormats(t *testing.T) {
	s, f := serve(t)
	for _, c := range []struct {
		path, format string
		skip         bool
		want         string
	}{
		{"/a.csv", "", true, "198.51.100.1|7|2026-03-01T00:00:00.0000000Z\nx,y||\n"},
		{"/a.csv.gz", "csv", true, "198.51.100.1|7|2026-03-01T00:00:00.0000000Z\nx,y||\n"},
		{"/a.csv", "csv", false, "ip||\n198.51.100.1|7|2026-03-01T00:00:00.0000000Z\nx,y||\n"},
		{"/a.txt", "", false, "one||\ntwo||\n"},
		{"/a.json", "multijson", false, "1.2.3.4|5|\n|6|\n"},
		{"/l.json", "", false, "1.2.3.4||\n|9|\n"},
	} {
		got, err := fetch(f, s.URL+c.path, c.format, c.skip)
		if err != nil || got != c.want {
			t.Errorf("%s as %q: %q, error %v; want %q", c.path, c.format, got, err, c.want)
		}
	}
}

// Every file, or the first alone, may begin with the names of its columns.
func TestHeadersAreSkippedWhereFilesHaveThem(t *testing.T) {
	s, f := serve(t)
	uris := []string{s.URL + "/a.csv", s.URL + "/a.csv"}
	for headers, want := range map[string]int{"All": 4, "FirstFile": 5, "None": 6} {
		n := &plan.External{URIs: uris, Format: "csv", Cols: feedCols, Props: map[string]types.Value{"includeheaders": headers}}
		if headers == "All" { // as the binder has it
			n.Props["ignorefirstrecord"] = true
		}
		rows, err := f.Fetch(context.Background(), n)
		if err != nil || rows.N != want {
			t.Errorf("%s: %v, error %v, want %d rows", headers, rows, err, want)
		}
	}
}

func TestOnlyHostsOnTheListAreAsked(t *testing.T) {
	s, f := serve(t)
	for _, uri := range []string{"https://example.invalid/a.csv?sig=secret", s.URL + "/away"} {
		_, err := fetch(f, uri, "csv", false)
		var host *HostError
		if !errors.As(err, &host) {
			t.Errorf("%s: error %v, want one about the host", uri, err)
		} else if strings.Contains(err.Error(), "secret") {
			t.Errorf("the error tells the secret: %v", err)
		}
	}
	f.Hosts = []string{"*.example.invalid", "*"}
	if _, err := fetch(f, s.URL+"/a.csv", "csv", false); err == nil {
		t.Error("a lone star allows every host")
	}
	for _, uri := range []string{"file:///etc/passwd", "ftp://127.0.0.1/x", "/etc/passwd", "http://"} {
		if _, err := fetch(f, uri, "csv", false); err == nil {
			t.Errorf("%s is read", uri)
		}
	}
}

func TestWhatIsTooLargeOrOfAnotherFormatIsRefused(t *testing.T) {
	s, f := serve(t)
	for uri, format := range map[string]string{"/big.csv": "csv", "/a.csv": "parquet", "/a.txt": "json", "/none": "csv"} {
		if got, err := fetch(f, s.URL+uri, format, false); err == nil {
			t.Errorf("%s as %s gives %q", uri, format, got)
		}
	}
}
