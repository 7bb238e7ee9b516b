package formats

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/azflow/azflow/flowlog"
	"github.com/azflow/azflow/flowlog/internal/wiretest"
)

func newDecoder() flowlog.ColumnDecoder { return NewDecoder() }

// samples returns the testdata of every format, by the format's name.
func samples(t testing.TB) map[string][]string {
	t.Helper()
	all := map[string][]string{}
	for _, f := range All() {
		files, err := filepath.Glob(filepath.Join("..", f.Name, "testdata", "*.json"))
		if err != nil || len(files) == 0 {
			t.Fatalf("format %s has no testdata: %v", f.Name, err)
		}
		all[f.Name] = files
	}
	return all
}

func read(t testing.TB, file string) []byte {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestEverySampleIsRecognisedByExactlyOneFormat(t *testing.T) {
	for name, files := range samples(t) {
		for _, file := range files {
			b := read(t, file)
			for _, f := range All() {
				if got, want := f.Sniff(b), f.Name == name; got != want {
					t.Errorf("%s: Sniff of %s = %v, want %v", file, f.Name, got, want)
				}
			}
			if f, ok := Recognise(b); !ok || f.Name != name {
				t.Errorf("Recognise(%s) = %q, %v, want %q", file, f.Name, ok, name)
			}
		}
	}
}

func TestOtherInputIsNotRecognised(t *testing.T) {
	for _, in := range []string{
		"", "[]", `{"records":[]}`, `{"records":[`, "null", "plain text", `{"records":[{"time":"2026-01-01T00:00:00Z"`,
		`{"records":[{"category":"Administrative","properties":{"statusCode":"OK"}}]}`,
		"\x1f\x8b\x08\x00", `{"a":{"flowRecords":{"flows":[]}}}`,
	} {
		if f, ok := Recognise([]byte(in)); ok {
			t.Errorf("Recognise(%q) = %s", in, f.Name)
		}
	}
}

func TestFirstBytesAreEnoughToRecognise(t *testing.T) {
	const head = `{"records":[{"time":"2026-01-01T00:00:00Z","flowLogVersion":4,"flowRecords":{"fl`
	if f, ok := Recognise([]byte(head)); !ok || f.Type != flowlog.VNet {
		t.Errorf("Recognise(%q) = %v, %v", head, f.Name, ok)
	}
}

// A decoder of all formats reads what each format's own decoder reads.
func TestDecoderOfAllFormatsAgreesWithEach(t *testing.T) {
	for _, f := range All() {
		for _, file := range samples(t)[f.Name] {
			b := read(t, file)
			got, gotCursor := wiretest.Decode(NewDecoder(), b)
			want, wantCursor := wiretest.Decode(f.New(), b)
			if gotCursor != wantCursor || len(got.Records) != len(want.Records) || len(got.Issues) != len(want.Issues) {
				t.Errorf("%s: cursor %+v, own decoder %+v", file, gotCursor, wantCursor)
			}
			g, w := wiretest.Lines(got), wiretest.Lines(want)
			for i := range w {
				if g[i] != w[i] {
					t.Errorf("%s: row %d: got %s, own decoder %s", file, i, g[i], w[i])
				}
			}
		}
	}
}

func TestOneFileMayMixFormats(t *testing.T) {
	var mixed []byte
	records, rows := 0, 0
	for _, f := range All() {
		for _, file := range samples(t)[f.Name] {
			if filepath.Base(file) == "bad_records.json" {
				continue // it ends in the middle of a record
			}
			b := read(t, file)
			cols, _ := wiretest.Decode(f.New(), b)
			records += len(cols.Records)
			rows += cols.Len()
			mixed = append(append(mixed, b...), '\n')
		}
	}
	cols, cur := wiretest.Decode(NewDecoder(), mixed)
	if len(cols.Records) != records || cols.Len() != rows {
		t.Errorf("got %d records with %d tuples, want %d with %d", len(cols.Records), cols.Len(), records, rows)
	}
	for i, r := range cols.Records {
		if !bytes.HasPrefix(mixed[r.Offset:], []byte("{")) || mixed[r.Offset+r.Length-1] != '}' {
			t.Errorf("record %d does not lie at %d+%d", i, r.Offset, r.Length)
		}
	}
	if last := cols.Records[len(cols.Records)-1]; cur.Offset < last.Offset+last.Length {
		t.Errorf("cursor at %d, before the last record's end", cur.Offset)
	}
	wiretest.Splits(t, newDecoder, mixed, 331)
}

func FuzzDecode(f *testing.F) {
	var seeds [][]byte
	for _, files := range samples(f) {
		for _, file := range files {
			seeds = append(seeds, read(f, file))
		}
	}
	wiretest.Fuzz(f, newDecoder, seeds...)
}

func TestARecordOfTwoFormatsIsRefused(t *testing.T) {
	blob := `[{"flow.0":"1616583277,10.1.2.3,192.0.2.8,55486,443,T,O,A","properties":{"Version":1,"flows":[]}},{"properties":{"Version":1,"flows":[]}}]`
	cols, cur := wiretest.Decode(NewDecoder(), []byte(blob))
	if len(cols.Records) != 1 || cols.Len() != 0 || cur.Records != 2 || len(cols.Issues) != 1 || cols.Issues[0].Reason != "record is of two formats at once" {
		t.Errorf("cursor %+v, got\n%s", cur, cols)
	}
}
