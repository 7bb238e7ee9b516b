// Package wiretest is the test kit of flow log decoders: golden files, a
// second decoder made of encoding/json, and input as nobody would write it.
package wiretest

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/azflow/azflow/flowlog"
)

// Golden decodes every testdata/*.json with a new decoder and compares the
// columns, printed, with the .want file beside it; go test -update rewrites it.
func Golden(t *testing.T, newDecoder func() flowlog.ColumnDecoder) {
	t.Helper()
	files, err := filepath.Glob("testdata/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("no testdata: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".json"), func(t *testing.T) {
			b, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			cols, cur := Decode(newDecoder(), b)
			got := cols.String()
			all := int64(len(cols.Records) + count(cols, flowlog.RecordIssue))
			if cur.Records != all && (cur.Records != all-1 || cur.Offset == int64(len(b))) {
				t.Errorf("cursor has %d records, columns have %d, refused ones included", cur.Records, all)
			}
			want := strings.TrimSuffix(file, ".json") + ".want"
			if *update {
				if err := os.WriteFile(want, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			text, err := os.ReadFile(want)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(text) {
				t.Errorf("%s: got\n%s\nwant\n%s", file, got, text)
			}
			Splits(t, newDecoder, b, 1+len(b)/97)
		})
	}
}

var update = flag.Bool("update", false, "rewrite golden files")

func count(c *flowlog.Columns, kind flowlog.IssueKind) (n int) {
	for _, i := range c.Issues {
		if i.Kind == kind {
			n++
		}
	}
	return n
}

// Decode decodes a whole blob at once.
func Decode(d flowlog.ColumnDecoder, b []byte) (*flowlog.Columns, flowlog.Cursor) {
	var cur flowlog.Cursor
	cols := flowlog.NewColumns(flowlog.NewDict())
	d.DecodeColumns(b, true, &cur, cols)
	return cols, cur
}

// DecodeWindows decodes a blob in windows that begin with the given size and
// grow while no record fits. Each window stands alone in memory, so that
// nothing is read beyond its end.
func DecodeWindows(d flowlog.ColumnDecoder, b []byte, size int) (*flowlog.Columns, flowlog.Cursor) {
	var cur flowlog.Cursor
	cols := flowlog.NewColumns(flowlog.NewDict())
	for window := size; ; {
		end := min(int(cur.Offset)+window, len(b))
		final := end == len(b)
		part := append(make([]byte, 0, end-int(cur.Offset)), b[cur.Offset:end]...)
		n := d.DecodeColumns(part, final, &cur, cols)
		switch {
		case final:
			return cols, cur
		case n > 0:
			window = size
		default:
			window += size
		}
	}
}

// Splits decodes b cut in two at every step-th byte, and in windows of many
// sizes, and compares the columns with those of b whole.
func Splits(t *testing.T, newDecoder func() flowlog.ColumnDecoder, b []byte, step int) {
	t.Helper()
	cols, cur := Decode(newDecoder(), b)
	want := cols.String()
	for cut := 0; cut <= len(b); cut += step {
		d := newDecoder()
		var c flowlog.Cursor
		cols := flowlog.NewColumns(flowlog.NewDict())
		n := d.DecodeColumns(append([]byte(nil), b[:cut]...), false, &c, cols)
		if n > cut || int64(n) != c.Offset {
			t.Fatalf("cut at %d: consumed %d, cursor at %d", cut, n, c.Offset)
		}
		d.DecodeColumns(append([]byte(nil), b[n:]...), true, &c, cols)
		if got := cols.String(); got != want || c != cur {
			t.Fatalf("cut at %d of %d: cursor %+v, whole %+v; got\n%s\nwant\n%s", cut, len(b), c, cur, got, want)
		}
	}
	for _, size := range []int{1, 7, 64, 1000, 4096} {
		if size < step/40 {
			continue
		}
		cols, c := DecodeWindows(newDecoder(), b, size)
		if got := cols.String(); got != want || c != cur {
			t.Fatalf("windows of %d: cursor %+v, whole %+v; got\n%s\nwant\n%s", size, c, cur, got, want)
		}
	}
}
