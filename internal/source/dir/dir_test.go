package dir

import (
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"
)

const azure = "resourceId=/SUBSCRIPTIONS/S/RESOURCEGROUPS/RG/PROVIDERS/MICROSOFT.NETWORK/NETWORKSECURITYGROUPS/NSG1/y=2026/m=03/d=01/h=10/m=00/macAddress=000D3A000001/PT1H.json"

func write(t *testing.T, path string, data []byte) string {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o666); err != nil {
		t.Fatal(err)
	}
	return path
}

func gzipped(t *testing.T, data string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := io.WriteString(w, data); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func zstded(t *testing.T, data string) []byte {
	t.Helper()
	w, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	return w.EncodeAll([]byte(data), nil)
}

func ids(t *testing.T, s *Source) []string {
	t.Helper()
	var all []string
	for b, err := range s.List(context.Background()) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, b.ID)
	}
	slices.Sort(all)
	return all
}

func TestACopyOfABlobIsTheSameBlobWhereverItLies(t *testing.T) {
	root := t.TempDir()
	write(t, filepath.Join(root, "a", azure), []byte("{}"))
	write(t, filepath.Join(root, "b", azure+".gz"), gzipped(t, "{}"))
	write(t, filepath.Join(root, "c", "container", strings.ToLower(azure)+".zst"), zstded(t, "{}"))
	want := strings.ToUpper(azure)
	if got := ids(t, New(root)); !slices.Equal(got, []string{want, want, want}) {
		t.Errorf("ids %q", got)
	}
}

func TestTheHourAndTheMACComeFromThePath(t *testing.T) {
	root := t.TempDir()
	write(t, filepath.Join(root, azure), []byte("{}"))
	for b, err := range New(root).List(context.Background()) {
		if err != nil || b.MAC != "000D3A000001" || b.Hour.Format("2006-01-02T15") != "2026-03-01T10" {
			t.Errorf("%+v, error %v", b, err)
		}
	}
}

func TestFoldersTakeLogsGlobsAndNamesTakeAnything(t *testing.T) {
	root := t.TempDir()
	for _, name := range []string{"x/one.json", "x/notes.txt", "x/y/two.ndjson.gz", "odd"} {
		write(t, filepath.Join(root, name), nil)
	}
	real, err := filepath.EvalSymlinks(root)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		path string
		want []string
	}{
		{"x", []string{"x/one.json", "x/y/two.ndjson"}},
		{"x/*", []string{"x/notes.txt", "x/one.json", "x/y/two.ndjson"}},
		{"odd", []string{"odd"}},
		{"none*", nil},
	} {
		var want []string
		for _, w := range c.want {
			want = append(want, filepath.Join(real, w))
		}
		if got := ids(t, New(filepath.Join(root, c.path))); !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", c.path, got, want)
		}
	}
}

func TestAMissingFileIsAnError(t *testing.T) {
	for _, err := range New(filepath.Join(t.TempDir(), "none.json")).List(context.Background()) {
		if err == nil {
			t.Error("no error")
		}
	}
}

func TestContentReadsTheSameFromAnyOffset(t *testing.T) {
	root := t.TempDir()
	text := strings.Repeat("0123456789", 1000)
	for _, name := range []string{
		write(t, filepath.Join(root, "plain"), []byte(text)),
		write(t, filepath.Join(root, "gz"), gzipped(t, text)),
		write(t, filepath.Join(root, "zst"), zstded(t, text)),
	} {
		for _, offset := range []int64{0, 1, 9999, 10000, 20000} {
			r, err := open(name, offset)
			if err != nil {
				t.Fatal(err)
			}
			got, err := io.ReadAll(r)
			if err != nil {
				t.Fatal(err)
			}
			if want := text[min(offset, 10000):]; string(got) != want {
				t.Errorf("%s from %d: %d bytes, want %d", name, offset, len(got), len(want))
			}
			if err := r.Close(); err != nil {
				t.Error(err)
			}
		}
	}
}

func TestDamagedCompressionNamesTheFile(t *testing.T) {
	data := gzipped(t, strings.Repeat("x", 10000))
	path := write(t, filepath.Join(t.TempDir(), "cut.json.gz"), data[:len(data)/2])
	r, err := open(path, 0)
	if err == nil {
		_, err = io.ReadAll(r)
	}
	if err == nil || !strings.Contains(err.Error(), "cut.json.gz") {
		t.Errorf("error %v", err)
	}
}

func TestStandardInputIsKnownByItsContent(t *testing.T) {
	folder := t.TempDir()
	var all []string
	for _, text := range []string{"a", "b", "a"} {
		s, err := Spool(strings.NewReader(text), folder)
		if err != nil {
			t.Fatal(err)
		}
		for b := range s.List(context.Background()) {
			all = append(all, b.ID)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
	if all[0] != all[2] || all[0] == all[1] {
		t.Errorf("ids %q", all)
	}
	if left, _ := os.ReadDir(folder); len(left) != 0 {
		t.Errorf("%d files left", len(left))
	}
}
