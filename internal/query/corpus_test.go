package query_test

import (
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/azflow/azflow/internal/chdb"
	"github.com/azflow/azflow/internal/chdbtest"
	"github.com/azflow/azflow/internal/query"
	"github.com/azflow/azflow/internal/spectest"
	"github.com/azflow/azflow/internal/store/clickhouse"
	"github.com/azflow/azflow/kql/types"
)

// TestConformanceOfTheCorpusOnBothEngines runs the published queries that bind
// over the product's tables on DuckDB and on ClickHouse. The others name tables of
// other products, want values of a workbook, or are wrong where they were
// published; the log says which.
func TestConformanceOfTheCorpusOnBothEngines(t *testing.T) {
	folder := spectest.Shared(t, "kql/corpus")
	if testing.Short() {
		t.Skip("it takes minutes")
	}
	if os.Getenv(chdb.LibraryEnv) == "" && os.Getenv("CI") != "true" {
		t.Skipf("without ClickHouse: %s is not set", chdb.LibraryEnv)
	}
	duck := session(t)
	click := &query.Session{Lake: duck.Lake, Engine: clickhouse.New(chdbtest.Open(t), &query.Resolver{Lake: duck.Lake}), Catalog: duck.Catalog}
	files, err := filepath.Glob(filepath.Join(folder, "*.kql"))
	if err != nil || len(files) == 0 {
		t.Fatal("no queries", err)
	}
	compared := 0
	for _, f := range files {
		src, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		name := strings.TrimSuffix(filepath.Base(f), ".kql")
		request := query.Request{Text: string(src), Now: end}
		c, err := duck.Compile(request)
		if err != nil {
			t.Logf("%s is not run: %v", name, err)
			continue
		}
		compared++
		if wide[name] {
			request.From = end.Add(-6 * time.Hour)
		}
		t.Run(name, func(t *testing.T) {
			for i := range c.Plan.Results {
				want, err1 := result(duck, request, i)
				got, err2 := result(click, request, i)
				if err1 != nil || err2 != nil {
					t.Fatalf("duckdb: %v; clickhouse: %v", err1, err2)
				}
				if !slices.Equal(got, want) {
					t.Errorf("%d rows on clickhouse, %d on duckdb; first different:\n%s", len(got), len(want), firstDifference(got, want))
				}
			}
		})
	}
	t.Logf("%d of %d queries bind over the product's tables and were run on both engines", compared, len(files))
	if compared < leastCompared {
		t.Errorf("%d queries bind, %d did", compared, leastCompared)
	}
}

// leastCompared is how many queries of the corpus bind over the product's tables.
const leastCompared = 97

// wide are queries that give all rows, with more than a hundred columns: some
// hours of them are enough.
var wide = map[string]bool{"asim-ASimNetworkSessionNTANetAnalytics": true, "asim-ASimNetworkSessionAzureNSG": true, "asim-vimNetworkSessionNTANetAnalytics": true}

// result runs a query and returns its rows as texts, sorted.
func result(s *query.Session, r query.Request, i int) ([]string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	c, err := s.Compile(r)
	if err != nil {
		return nil, err
	}
	var rows []string
	err = s.Run(ctx, c, i, func(cols []*types.Vector, n int) error {
		for i := range n {
			var row []string
			for _, v := range cols {
				row = append(row, cell(v.Value(i), v.Type))
			}
			rows = append(rows, strings.Join(row, "\t"))
		}
		return nil
	})
	slices.Sort(rows)
	return rows, err
}

// cell writes a value such that what need not be the same is: the last digits of
// reals, which depend on the order of sums, and the order of sets.
func cell(v types.Value, t types.Type) string {
	switch v := v.(type) {
	case nil:
		return ""
	case float64:
		if v == 0 || math.IsNaN(v) || math.IsInf(v, 0) {
			return fmt.Sprint(v)
		}
		return strconv.FormatFloat(v, 'g', 9, 64)
	case []types.Value:
		var all []string
		for _, x := range v {
			all = append(all, cell(x, types.Dynamic))
		}
		slices.Sort(all)
		return fmt.Sprint(all)
	}
	return types.Text(v, t)
}

func firstDifference(got, want []string) string {
	for i := range max(len(got), len(want)) {
		g, w := "nothing", "nothing"
		if i < len(got) {
			g = got[i]
		}
		if i < len(want) {
			w = want[i]
		}
		if g != w {
			return "clickhouse " + g + "\nduckdb     " + w
		}
	}
	return ""
}
