package segment_test

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/file"
	"github.com/apache/arrow-go/v18/parquet/schema"

	"github.com/azflow/azflow/internal/batch"
	"github.com/azflow/azflow/internal/lake/segment"
)

// smallSegment has a few columns of each encoding.
func smallSegment(t testing.TB, codec segment.Codec) []byte {
	b := interopBatch()
	small := &batch.Batch{Rows: b.Rows}
	for i, f := range b.Fields {
		if f.Kind == batch.Text || strings.Contains(f.Name, "_odd_") || f.Name == "time_required" {
			small.Fields = append(small.Fields, f)
			small.Columns = append(small.Columns, b.Columns[i])
		}
	}
	data, _ := write(t, small.Fields, segment.Options{Codec: codec, PageRows: 200, GroupRows: 500}, small)
	return data
}

func TestATruncatedFileIsAnError(t *testing.T) {
	data := smallSegment(t, segment.Zstd)
	for n := 0; n < len(data); n += 1 + n/50 {
		_, _, err := rows(data[:n])
		if !errors.Is(err, segment.ErrCorrupt) && (n >= 12 || !errors.Is(err, segment.ErrNotSegment)) {
			t.Errorf("%d of %d bytes: %v", n, len(data), err)
		}
	}
}

func TestADamagedPageIsAnError(t *testing.T) {
	for _, codec := range []segment.Codec{segment.Snappy, segment.Zstd, segment.Uncompressed} {
		data := smallSegment(t, codec)
		fields, want, err := rows(data)
		if err != nil {
			t.Fatal(err)
		}
		r := rand.New(rand.NewPCG(7, 8))
		found := 0
		const flips = 400
		for range flips {
			bad := bytes.Clone(data)
			bad[r.IntN(len(bad))] ^= byte(1 << r.IntN(8))
			types, got, err := rows(bad)
			switch {
			case err == nil && !slices.Equal(types, fields): // who reads knows a table's columns
				found++
			case errors.Is(err, segment.ErrCorrupt), errors.Is(err, segment.ErrNotSegment):
				found++
			case err != nil:
				t.Fatalf("error of another kind: %v", err)
			case len(got) != len(want) || !slices.EqualFunc(got, want, slices.Equal[[]any]):
				t.Fatal("a flipped bit changed a value and was not noticed")
			}
		}
		if found < flips/2 { // the others hit what is not read, such as lists of encodings
			t.Errorf("only %d of %d flipped bits were noticed", found, flips)
		}
	}
}

func TestAFileOfAnotherWriterIsRefused(t *testing.T) {
	node, err := schema.NewGroupNode("schema", parquet.Repetitions.Required, schema.FieldList{
		schema.NewInt64Node("x", parquet.Repetitions.Required, -1),
	}, -1)
	if err != nil {
		t.Fatal(err)
	}
	var buf bytes.Buffer
	w := file.NewParquetWriter(&buf, node)
	g := w.AppendRowGroup()
	col, err := g.NextColumn()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := col.(*file.Int64ColumnChunkWriter).WriteBatch([]int64{1, 2, 3}, nil, nil); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(col.Close(), g.Close(), w.Close()); err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{
		"arrow": buf.Bytes(),
		"text":  []byte("a text that is no Parquet file at all"),
		"empty": nil,
	} {
		if _, _, err := rows(data); !errors.Is(err, segment.ErrNotSegment) {
			t.Errorf("%s: %v", name, err)
		}
	}
	path := filepath.Join(t.TempDir(), "x.parquet")
	if err := os.WriteFile(path, buf.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := segment.ReadMeta(path); !errors.Is(err, segment.ErrNotSegment) || !strings.Contains(err.Error(), path) {
		t.Errorf("ReadMeta of another writer's file: %v", err)
	}
	if _, err := segment.Open(path + ".no"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("Open of no file: %v", err)
	}
}

// full is a disk that takes some bytes and then no more.
type full struct{ left int }

func (f *full) Write(b []byte) (int, error) {
	if len(b) > f.left {
		n := f.left
		f.left = 0
		return n, syscall.ENOSPC
	}
	f.left -= len(b)
	return len(b), nil
}

func TestAFullDiskIsAnErrorWheneverItFills(t *testing.T) {
	b := interopBatch()
	_, s := write(t, b.Fields, segment.Options{GroupRows: 300}, b)
	for room := int64(0); room < s.Bytes; room += s.Bytes / 20 {
		w, err := segment.NewWriter(&full{left: int(room)}, b.Fields, segment.Options{GroupRows: 300})
		if err != nil {
			t.Fatal(err)
		}
		werr := w.Write(b)
		_, cerr := w.Close(nil)
		if !errors.Is(cerr, syscall.ENOSPC) {
			t.Errorf("%d of %d bytes: Close gives %v", room, s.Bytes, cerr)
		}
		if werr != nil && !errors.Is(werr, syscall.ENOSPC) {
			t.Errorf("%d of %d bytes: Write gives %v", room, s.Bytes, werr)
		}
		if err := w.Write(b); err == nil {
			t.Error("a writer that failed takes rows")
		}
	}
	if _, err := segment.NewWriter(&full{left: int(s.Bytes)}, b.Fields, segment.Options{}); err != nil {
		t.Fatal(err)
	}
}

func TestABatchThatDoesNotFitIsRefused(t *testing.T) {
	long := batch.Field{Name: "n", Kind: batch.Int64}
	text := batch.Field{Name: "s", Kind: batch.Text}
	good := []batch.Column{{Form: batch.Plain, Ints: []int64{1, 2}}, batch.ConstText("x")}
	for name, b := range map[string]*batch.Batch{
		"other order":    {Rows: 2, Fields: []batch.Field{text, long}, Columns: []batch.Column{good[1], good[0]}},
		"column missing": {Rows: 2, Fields: []batch.Field{long}, Columns: good[:1]},
		"short values":   {Rows: 3, Fields: []batch.Field{long, text}, Columns: good},
		"short runs":     {Rows: 2, Fields: []batch.Field{long, text}, Columns: []batch.Column{{Form: batch.Runs, IDs: []uint32{0}, Ends: []uint32{1}, Dict: &batch.Dict{Ints: []int64{1}}}, good[1]}},
		"short codes":    {Rows: 2, Fields: []batch.Field{long, text}, Columns: []batch.Column{{Form: batch.Coded, IDs: []uint32{0}, Dict: &batch.Dict{Ints: []int64{1}}}, good[1]}},
		"null":           {Rows: 2, Fields: []batch.Field{long, text}, Columns: []batch.Column{{}, good[1]}},
		"null by row":    {Rows: 2, Fields: []batch.Field{long, text}, Columns: []batch.Column{{Form: batch.Plain, Ints: []int64{1, 2}, Valid: batch.Bitmap{1}}, good[1]}},
		"null code":      {Rows: 2, Fields: []batch.Field{long, text}, Columns: []batch.Column{{Form: batch.Coded, IDs: []uint32{0, batch.Null}, Dict: &batch.Dict{Ints: []int64{1}}}, good[1]}},
		"plain text":     {Rows: 2, Fields: []batch.Field{long, text}, Columns: []batch.Column{good[0], {Form: batch.Plain, Ints: []int64{1, 2}}}},
		"no such form":   {Rows: 2, Fields: []batch.Field{long, text}, Columns: []batch.Column{good[0], {Form: 9, Ints: []int64{1, 2}}}},
	} {
		w, err := segment.NewWriter(io.Discard, []batch.Field{long, text}, segment.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Write(b); err == nil {
			t.Errorf("%s: taken", name)
		}
		if _, err := w.Close(nil); err == nil {
			t.Errorf("%s: a segment comes of it", name)
		}
	}
}

func TestColumnsThatCannotBeWrittenAreRefused(t *testing.T) {
	ok := batch.Field{Name: "n", Kind: batch.Int64}
	for name, fields := range map[string][]batch.Field{
		"twice":         {ok, ok},
		"no name":       {{Kind: batch.Int64}},
		"no kind":       {{Name: "x"}},
		"nullable text": {{Name: "x", Kind: batch.Text, Nullable: true}},
	} {
		if _, err := segment.NewWriter(io.Discard, fields, segment.Options{}); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
	for _, opt := range []segment.Options{{GroupRows: -1}, {GroupRows: 2 << 20}, {PageRows: -1}, {Codec: 9}} {
		if _, err := segment.NewWriter(io.Discard, []batch.Field{ok}, opt); err == nil {
			t.Errorf("%+v: taken", opt)
		}
	}
}

func FuzzReader(f *testing.F) {
	fields := []batch.Field{{Name: "s", Kind: batch.Text}, {Name: "n", Kind: batch.Int64, Nullable: true}, {Name: "r", Kind: batch.Real, Nullable: true}}
	for _, codec := range []segment.Codec{segment.Snappy, segment.Zstd, segment.Uncompressed} {
		b := batch.NewBuilder(fields)
		for i := range 40 {
			b.Column(0).Text([]string{"ab", "c"}[i%2])
			b.Column(1).Int(int64(i * i))
			b.Column(2).Null()
		}
		small, err := b.Batch()
		if err != nil {
			f.Fatal(err)
		}
		data, _ := write(f, fields, segment.Options{Codec: codec, GroupRows: 30}, small)
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		_, _, err := rows(data)
		if err != nil && !errors.Is(err, segment.ErrCorrupt) && !errors.Is(err, segment.ErrNotSegment) {
			t.Fatal(err)
		}
	})
}
