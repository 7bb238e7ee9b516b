package segment_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/azflow/azflow/internal/batch"
	"github.com/azflow/azflow/internal/lake/segment"
)

// blobRows is a segment's worth of rows: n of each of the blobs, in order,
// three rows of one and then three of the next.
func blobRows(n int, blobs ...string) *batch.Builder {
	b := batch.NewBuilder([]batch.Field{
		{Name: "BlobId", Kind: batch.Text},
		{Name: "BlobGeneration", Kind: batch.Int32},
		{Name: "Bytes", Kind: batch.Int64, Nullable: true},
		{Name: "Old", Kind: batch.Text},
	})
	for i := range n * len(blobs) {
		blob := blobs[i/3%len(blobs)]
		b.Column(0).Text(blob)
		b.Column(1).Int(int64(len(blob)))
		if i%5 == 0 {
			b.Column(2).Null()
		} else {
			b.Column(2).Int(int64(i) * 1000)
		}
		b.Column(3).Text("gone")
	}
	return b
}

func segmentFile(t testing.TB, b *batch.Builder, opt segment.Options) string {
	t.Helper()
	rows, err := b.Batch()
	if err != nil {
		t.Fatal(err)
	}
	data, _ := write(t, rows.Fields, opt, rows)
	path := filepath.Join(t.TempDir(), "x.parquet")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// table prints the rows of a segment, one a line.
func table(t testing.TB, data []byte) []string {
	t.Helper()
	_, cols, err := rows(data)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	if len(cols) == 0 {
		return nil
	}
	for row := range cols[0] {
		var cells []string
		for i := range cols {
			cells = append(cells, fmt.Sprint(cols[i][row]))
		}
		out = append(out, strings.Join(cells, " "))
	}
	return out
}

func TestMergeKeepsRowsInOrderDropsAndFills(t *testing.T) {
	first := segmentFile(t, blobRows(500, "a", "bb"), segment.Options{PageRows: 64, GroupRows: 150})
	second := segmentFile(t, blobRows(400, "bb", "ccc"), segment.Options{Codec: segment.Zstd})
	fields := []batch.Field{ // another order, one column gone, four new
		{Name: "Bytes", Kind: batch.Int64, Nullable: true},
		{Name: "BlobId", Kind: batch.Text},
		{Name: "New", Kind: batch.Text},
		{Name: "NewCount", Kind: batch.Int64},
		{Name: "NewShare", Kind: batch.Real},
		{Name: "NewBool", Kind: batch.Bool, Nullable: true},
	}
	dropBB := &segment.Filter{Columns: []string{"BlobGeneration", "BlobId"}, Drop: func(b *batch.Batch, drop batch.Bitmap) {
		for row := range b.Rows {
			if g, _ := b.Columns[0].IntAt(row); g == 2 && b.Columns[1].TextAt(row) == "bb" {
				drop.Set(row, true)
			}
		}
	}}
	var buf bytes.Buffer
	s, err := segment.Merge(t.Context(), &buf, fields, []segment.Source{{Path: first}, {Path: second, Filter: dropBB}}, segment.MergeOptions{
		Options:  segment.Options{Codec: segment.Zstd, GroupRows: 333},
		Defaults: map[string]batch.Column{"New": batch.ConstText("fresh")},
		Meta: func(s segment.Summary) (map[string]string, error) {
			return map[string]string{"rows": fmt.Sprint(s.Rows), "also": "this"}, nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	line := func(i int, blob string) {
		n := fmt.Sprint(i * 1000)
		if i%5 == 0 {
			n = "<nil>"
		}
		want = append(want, n+" "+blob+" fresh 0 0 <nil>")
	}
	for i := range 1000 {
		line(i, []string{"a", "bb"}[i/3%2])
	}
	for i := range 800 {
		if i/3%2 == 1 {
			line(i, "ccc")
		}
	}
	if got := table(t, buf.Bytes()); !slices.Equal(got, want) {
		t.Fatalf("%d rows, want %d; first: %v", len(got), len(want), got[0])
	}
	if s.Rows != int64(len(want)) || s.Bytes != int64(buf.Len()) {
		t.Errorf("summary: %d rows in %d bytes", s.Rows, s.Bytes)
	}
	path := filepath.Join(t.TempDir(), "merged.parquet")
	if err := os.WriteFile(path, buf.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	info, err := segment.ReadMeta(path)
	if err != nil {
		t.Fatal(err)
	}
	if info.Meta["rows"] != fmt.Sprint(len(want)) || info.Meta["also"] != "this" || !slices.Equal(info.Fields, fields) {
		t.Errorf("metadata: %v, fields: %v", info.Meta, info.Fields)
	}
	nulls := int64(0)
	for _, line := range want {
		if strings.HasPrefix(line, "<nil>") {
			nulls++
		}
	}
	if r, ok := info.Range(info.Fields, "Bytes"); !ok || !r.Known || r.Min != 1000 || r.Max != 999_000 || r.Nulls != nulls {
		t.Errorf("range of Bytes: %+v %v", r, ok)
	}
	if r, ok := info.Range(info.Fields, "BlobId"); !ok || r.MinText != "a" || r.MaxText != "ccc" {
		t.Errorf("range of BlobId: %+v %v", r, ok)
	}
	if _, ok := info.Range(info.Fields, "Old"); ok {
		t.Error("a column that is not there has a range")
	}
}

func TestMergeOfNothingIsAnEmptySegment(t *testing.T) {
	all := &segment.Filter{Drop: func(b *batch.Batch, drop batch.Bitmap) {
		for row := range b.Rows {
			drop.Set(row, true)
		}
	}}
	path := segmentFile(t, blobRows(10, "a"), segment.Options{})
	fields := []batch.Field{{Name: "BlobId", Kind: batch.Text}}
	for name, from := range map[string][]segment.Source{"no source": nil, "no row": {{Path: path, Filter: all}}} {
		var buf bytes.Buffer
		s, err := segment.Merge(t.Context(), &buf, fields, from, segment.MergeOptions{})
		if err != nil || s.Rows != 0 || s.Ranges[0].Known {
			t.Errorf("%s: %+v, %v", name, s, err)
		}
		if got := table(t, buf.Bytes()); len(got) != 0 {
			t.Errorf("%s: rows %v", name, got)
		}
	}
}

func TestMergeSaysWhatIsWrong(t *testing.T) {
	path := segmentFile(t, blobRows(10, "a"), segment.Options{})
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	id := batch.Field{Name: "BlobId", Kind: batch.Text}
	for want, c := range map[string]struct {
		ctx    context.Context
		fields []batch.Field
		from   segment.Source
		meta   segment.Meta
	}{
		"context canceled":            {ctx: cancelled},
		"it needs a migration":        {fields: []batch.Field{{Name: "BlobId", Kind: batch.Int64}}},
		"int64 (nullable: true) in":   {fields: []batch.Field{{Name: "Bytes", Kind: batch.Int64}}},
		"has none of the columns":     {fields: []batch.Field{{Name: "New", Kind: batch.Text}}},
		`segment has no column "Hue"`: {from: segment.Source{Path: path, Filter: &segment.Filter{Columns: []string{"Hue"}}}},
		"no such file":                {from: segment.Source{Path: path + ".no"}},
		"not today":                   {meta: func(segment.Summary) (map[string]string, error) { return nil, errors.New("not today") }},
	} {
		if c.ctx == nil {
			c.ctx = t.Context()
		}
		if c.fields == nil {
			c.fields = []batch.Field{id}
		}
		if c.from.Path == "" {
			c.from.Path = path
		}
		_, err := segment.Merge(c.ctx, new(bytes.Buffer), c.fields, []segment.Source{c.from}, segment.MergeOptions{Meta: c.meta})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, got %v", want, err)
		}
	}
}

func TestScanGivesTheNamedColumnsInThatOrder(t *testing.T) {
	b, err := blobRows(5, "a", "bb").Batch()
	if err != nil {
		t.Fatal(err)
	}
	data, _ := write(t, b.Fields, segment.Options{}, b)
	fields, cols, err := rows(data, "Bytes", "BlobId")
	if err != nil {
		t.Fatal(err)
	}
	if fields[0].Name != "Bytes" || fields[1].Name != "BlobId" || cols[0][1] != int64(1000) || cols[1][3] != "bb" {
		t.Errorf("%v %v", fields, cols)
	}
	if _, _, err := rows(data, "Nope"); err == nil {
		t.Error("a column that is not there can be scanned")
	}
}

func TestDictionaryIDsAndRunsSurviveTheWayThroughAFile(t *testing.T) {
	fields := []batch.Field{{Name: "mac", Kind: batch.Text}, {Name: "ip", Kind: batch.Text}, {Name: "table", Kind: batch.Text}}
	b := &batch.Batch{Rows: 1000, Fields: fields, Columns: []batch.Column{
		{Form: batch.Runs, IDs: []uint32{1, 0}, Ends: []uint32{400, 1000}, Dict: &batch.Dict{Text: []string{"m0", "m1"}}},
		{Form: batch.Coded, Dict: &batch.Dict{Text: []string{"10.0.0.4", "10.0.0.5", "10.0.0.6"}}},
		batch.ConstText("Flows"),
	}}
	for i := range b.Rows {
		b.Columns[1].IDs = append(b.Columns[1].IDs, uint32(i*i%3))
	}
	data, _ := write(t, fields, segment.Options{}, b)
	r, err := segment.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	scan, err := r.Scan()
	if err != nil {
		t.Fatal(err)
	}
	got, err := scan.Next()
	if err != nil {
		t.Fatal(err)
	}
	if c := got.Columns[0]; c.Form != batch.Runs || !slices.Equal(c.Ends, []uint32{400, 1000}) {
		t.Errorf("runs came back as %+v", c)
	}
	if c := got.Columns[1]; c.Form != batch.Coded || len(c.Dict.Text) != 2 { // 10.0.0.6 is not used
		t.Errorf("codes came back in form %d with %v", c.Form, c.Dict.Text)
	}
	if c := got.Columns[2]; c.Form != batch.Const || c.TextAt(0) != "Flows" {
		t.Errorf("a constant came back as %+v", c)
	}
}
