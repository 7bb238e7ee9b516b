package query

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/azflow/azflow/kql/eval"
	"github.com/azflow/azflow/kql/fn"
	"github.com/azflow/azflow/kql/plan"
	"github.com/azflow/azflow/kql/types"
)

// A Fetcher reads what externaldata names, from hosts that are allowed.
type Fetcher struct {
	// Hosts that may be asked; *.example.com allows every host below. None
	// allows nothing.
	Hosts []string
	// Limit is how many bytes one file may have, decompressed.
	Limit  int64
	Client *http.Client // nil for one that waits a minute
}

// A HostError says that a host is not on the list.
type HostError struct{ Host string }

// Error implements error.
func (e *HostError) Error() string {
	return fmt.Sprintf("externaldata may not ask %s: it is not in external_hosts", e.Host)
}

// Fetch reads the files of an externaldata operator: csv, tsv, psv, txt, raw,
// json and multijson, gzipped or not.
func (f *Fetcher) Fetch(ctx context.Context, n *plan.External) (*eval.Rows, error) {
	format := f.format(n)
	if !slices.Contains(formats, format) {
		return nil, fmt.Errorf("externaldata: files of format %s are not read: %s are", format, strings.Join(formats, ", "))
	}
	var rows [][]string
	for i, uri := range n.URIs {
		body, err := f.get(ctx, uri)
		if err != nil {
			return nil, err
		}
		r, err := parse(body, format, n.Cols, ignoreFirst(n, i))
		if err != nil {
			return nil, fmt.Errorf("externaldata: %s as %s: %w", withoutSecrets(uri), format, err)
		}
		rows = append(rows, r...)
	}
	return typed(ctx, n.Cols, rows)
}

func (f *Fetcher) format(n *plan.External) string {
	if n.Format != "" {
		return strings.ToLower(n.Format)
	}
	if len(n.URIs) > 0 {
		if u, err := url.Parse(n.URIs[0]); err == nil {
			switch ext := strings.ToLower(path.Ext(strings.TrimSuffix(u.Path, ".gz"))); ext {
			case ".csv", ".tsv", ".psv", ".txt", ".json":
				return ext[1:]
			}
		}
	}
	return "csv" // Kusto's default
}

// formats are those that are read.
var formats = []string{"csv", "tsv", "psv", "scsv", "sohsv", "txt", "raw", "json", "multijson"}

// ignoreFirst reports whether the first record of file i holds names.
func ignoreFirst(n *plan.External, i int) bool {
	if b, _ := n.Props["ignorefirstrecord"].(bool); b {
		return true
	}
	headers, _ := n.Props["includeheaders"].(string)
	return i == 0 && strings.EqualFold(headers, "FirstFile")
}

func (f *Fetcher) get(ctx context.Context, uri string) ([]byte, error) {
	u, err := url.Parse(uri)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" {
		return nil, fmt.Errorf("externaldata: %q is no http or https address", withoutSecrets(uri))
	}
	if err := f.allowed(u); err != nil {
		return nil, err
	}
	client := http.Client{Timeout: time.Minute}
	if f.Client != nil {
		client = *f.Client
	}
	client.CheckRedirect = func(r *http.Request, via []*http.Request) error {
		if len(via) > 5 {
			return errors.New("more than five redirections")
		}
		return f.allowed(r.URL)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, uri, nil)
	if err != nil {
		return nil, err
	}
	resp, err := client.Do(req)
	if err != nil {
		var host *HostError
		if errors.As(err, &host) {
			return nil, host
		}
		return nil, fmt.Errorf("externaldata: %s: %w", u.Host, errors.Unwrap(err))
	}
	defer func() { _ = resp.Body.Close() }() // it was only read
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("externaldata: %s answers %s", withoutSecrets(uri), resp.Status)
	}
	return limited(bufio.NewReader(resp.Body), f.Limit)
}

// limited reads r, unpacks it if it is gzipped, and refuses more than limit
// bytes.
func limited(r *bufio.Reader, limit int64) ([]byte, error) {
	var in io.Reader = r
	if head, err := r.Peek(2); err == nil && head[0] == 0x1f && head[1] == 0x8b {
		z, err := gzip.NewReader(r)
		if err != nil {
			return nil, fmt.Errorf("externaldata: %w", err)
		}
		in = z
	}
	b, err := io.ReadAll(io.LimitReader(in, limit+1))
	if err != nil {
		return nil, fmt.Errorf("externaldata: %w", err)
	}
	if int64(len(b)) > limit {
		return nil, fmt.Errorf("externaldata: the file has more than %d bytes; external_limit allows no more", limit)
	}
	return b, nil
}

func (f *Fetcher) allowed(u *url.URL) error {
	host := strings.ToLower(u.Hostname())
	if slices.ContainsFunc(f.Hosts, func(h string) bool {
		h = strings.ToLower(strings.TrimSpace(h))
		if below, ok := strings.CutPrefix(h, "*"); ok {
			return strings.HasPrefix(below, ".") && strings.HasSuffix(host, below)
		}
		return h != "" && h == host
	}) {
		return nil
	}
	return &HostError{host}
}

// withoutSecrets cuts the query and what follows a semicolon, where keys stand.
func withoutSecrets(uri string) string {
	if i := strings.IndexAny(uri, "?;"); i >= 0 {
		return uri[:i] + "…"
	}
	return uri
}

// parse cuts a file into rows of as many texts as there are columns.
func parse(body []byte, format string, cols []plan.Column, skipFirst bool) ([][]string, error) {
	body = bytes.TrimPrefix(body, []byte("\ufeff"))
	var rows [][]string
	fit := func(fields []string) {
		row := make([]string, len(cols))
		copy(row, fields)
		rows = append(rows, row)
	}
	separators := map[string]rune{"csv": ',', "tsv": '\t', "psv": '|', "scsv": ';', "sohsv": '\x01'}
	switch sep, ok := separators[format]; {
	case ok:
		r := csv.NewReader(bytes.NewReader(body))
		r.Comma, r.FieldsPerRecord, r.LazyQuotes = sep, -1, format != "csv"
		for {
			fields, err := r.Read()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				return nil, err
			}
			fit(fields)
		}
	case format == "txt":
		for line := range strings.Lines(string(body)) {
			fit([]string{strings.TrimRight(line, "\r\n")})
		}
	case format == "raw":
		fit([]string{string(body)})
		return rows, nil
	case format == "json" || format == "multijson":
		return parseJSON(body, cols)
	default:
		return nil, errors.New("this format is not read; csv, tsv, psv, scsv, txt, raw, json and multijson are")
	}
	if skipFirst && len(rows) > 0 {
		rows = rows[1:]
	}
	return rows, nil
}

// parseJSON reads objects, one a line or in an array; a property becomes the
// column of its name.
func parseJSON(body []byte, cols []plan.Column) ([][]string, error) {
	var rows [][]string
	add := func(v types.Value) error {
		bag, ok := v.(*types.Bag)
		if !ok {
			return errors.New("a record is no JSON object")
		}
		row := make([]string, len(cols))
		for i, c := range cols {
			switch v, _ := bag.Get(c.Name); v := v.(type) {
			case nil:
			case string:
				row[i] = v
			default:
				row[i] = string(types.AppendJSON(nil, v))
			}
		}
		rows = append(rows, row)
		return nil
	}
	if whole, ok := types.ParseJSON(string(body)); ok {
		if list, ok := whole.([]types.Value); ok {
			for _, v := range list {
				if err := add(v); err != nil {
					return nil, err
				}
			}
			return rows, nil
		}
		return rows, add(whole)
	}
	n := 0
	for line := range strings.Lines(string(body)) {
		n++
		if strings.TrimSpace(line) == "" {
			continue
		}
		v, ok := types.ParseJSON(line)
		if !ok {
			return nil, fmt.Errorf("line %d is no JSON", n)
		}
		if err := add(v); err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
	}
	return rows, nil
}

// converters are the functions that read a text as a type.
var converters = map[types.Type]string{
	types.Bool: "tobool", types.DateTime: "todatetime", types.Decimal: "todecimal", types.Dynamic: "todynamic", types.GUID: "toguid",
	types.Int: "toint", types.Long: "tolong", types.Real: "todouble", types.TimeSpan: "totimespan",
}

// typed turns rows of text into rows of the columns' types.
func typed(ctx context.Context, cols []plan.Column, rows [][]string) (*eval.Rows, error) {
	texts := &plan.Values{}
	project := &plan.Project{Input: texts}
	next := plan.ColumnID(0)
	for _, c := range cols {
		next = max(next, c.ID)
	}
	for i, c := range cols {
		in := plan.Column{ID: next + 1 + plan.ColumnID(i), Name: c.Name, Type: types.String}
		texts.Cols = append(texts.Cols, in)
		e := plan.Expr(&plan.Ref{Column: in.ID, T: types.String})
		if f, ok := converters[c.Type]; ok {
			e = &plan.Call{Func: f, Args: []plan.Expr{e}, T: c.Type}
		}
		project.Items = append(project.Items, plan.Assign{Column: c, Expr: e})
	}
	for _, r := range rows {
		vals := make([]types.Value, len(r))
		for i, s := range r {
			vals[i] = s
		}
		texts.Rows = append(texts.Rows, vals)
	}
	return eval.Run(ctx, project, eval.Env{Fn: &fn.Ctx{}})
}
