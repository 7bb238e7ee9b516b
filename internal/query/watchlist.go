package query

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/azflow/azflow/kql/plan"
	"github.com/azflow/azflow/kql/types"
)

// maxListCells bounds a watchlist: it becomes part of the query that names it.
const maxListCells = 200_000

// lists is a catalogue with watchlists besides its own tables and functions.
type lists struct {
	plan.Catalog
	functions map[string]*plan.Function
}

// Function implements plan.Catalog.
func (c *lists) Function(name string) (*plan.Function, bool) {
	if f, ok := c.functions[name]; ok {
		return f, true
	}
	return c.Catalog.Function(name)
}

// Functions implements plan.Catalog.
func (c *lists) Functions() []string {
	return slices.Sorted(slices.Values(append(c.Catalog.Functions(), slices.Collect(maps.Keys(c.functions))...)))
}

// WithWatchlists returns cat with the watchlists of a folder: NAME.csv, whose
// first line names the columns, is the view NAME and what _GetWatchlist('NAME')
// gives. All columns are strings, as in Microsoft Sentinel; SearchKey is the
// column of that name, else the first. Files are read once.
func WithWatchlists(cat plan.Catalog, folder string) (plan.Catalog, error) {
	files, err := filepath.Glob(filepath.Join(folder, "*.csv"))
	if err != nil {
		return nil, err
	}
	if _, err := os.Stat(folder); err != nil {
		return nil, fmt.Errorf("watchlists: %w", err)
	}
	out := &lists{Catalog: cat, functions: map[string]*plan.Function{}}
	for _, path := range files {
		name := strings.TrimSuffix(filepath.Base(path), ".csv")
		_, isTable := cat.Table(name)
		if _, isFunction := cat.Function(name); isTable || isFunction {
			return nil, fmt.Errorf("watchlist %s: azflow has a table or function of that name: rename the file", path)
		}
		f, err := watchlist(name, path)
		if err != nil {
			return nil, fmt.Errorf("watchlist %s: %w", path, err)
		}
		out.functions[name] = f
	}
	return out, nil
}

// watchlist reads one list as a view.
func watchlist(name, path string) (*plan.Function, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	stat, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	r := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(text, []byte("\ufeff"))))
	columns, err := r.Read()
	if err != nil {
		return nil, fmt.Errorf("the first line has to name the columns: %w", err)
	}
	for i, c := range columns {
		if c == "" || slices.Contains(columns[:i], c) {
			return nil, fmt.Errorf("column %d has no name of its own: %q", i+1, c)
		}
	}
	quoted := func(s string) string { return plan.FormatLiteral(s, types.String) }
	var b strings.Builder
	b.WriteString("{ datatable(_DTItemId:string")
	for _, c := range columns {
		b.WriteString(", [" + quoted(c) + "]:string")
	}
	b.WriteString(") [")
	for n := 1; ; n++ {
		row, err := r.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, err
		}
		if n*len(row) > maxListCells {
			return nil, fmt.Errorf("more than %d cells: join with a table for so many", maxListCells)
		}
		b.WriteString(quoted(strconv.Itoa(n)) + ",")
		for _, x := range row {
			b.WriteString(quoted(x) + ",")
		}
	}
	key := columns[0]
	if slices.Contains(columns, "SearchKey") {
		key = "SearchKey"
	}
	item := make([]string, 0, 2*len(columns))
	for _, c := range columns {
		item = append(item, quoted(c), "["+quoted(c)+"]")
	}
	fmt.Fprintf(&b, "] | extend WatchlistItem = bag_pack(%s), SearchKey = [%s], LastUpdatedTimeUTC = datetime(%s) }",
		strings.Join(item, ", "), quoted(key), stat.ModTime().UTC().Format("2006-01-02T15:04:05Z"))
	return &plan.Function{Name: name, Doc: "The watchlist " + path + ".", Body: b.String()}, nil
}
