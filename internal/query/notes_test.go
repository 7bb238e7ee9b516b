package query_test

import (
	"context"
	"strings"
	"testing"

	"github.com/azflow/azflow/internal/query"
	"github.com/azflow/azflow/internal/store/duckdb"
	"github.com/azflow/azflow/schema"
)

// An answer says once which of its functions follow their documentation alone.
func TestWhatNoRecordedResultConfirmsIsNoted(t *testing.T) {
	e, err := duckdb.Open(duckdb.Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	s := &query.Session{Engine: e, Catalog: schema.NewCatalog(schema.Tables())}
	for text, noted := range map[string]string{
		`print hash_many("a", 1), hash_many("b"), series_decompose_anomalies(dynamic([1, 2]))`: "hash_many, series_decompose_anomalies ",
		`print hash("a")`: "",
	} {
		c, err := s.Compile(query.Request{Text: text, Now: end})
		if err != nil {
			t.Fatal(err)
		}
		notes, err := s.Notes(context.Background(), c)
		if err != nil {
			t.Fatal(err)
		}
		if noted == "" && len(notes) > 0 || noted != "" && (len(notes) != 1 || !strings.HasPrefix(notes[0], noted)) {
			t.Errorf("%s: noted %q, want %q", text, notes, noted)
		}
	}
}
