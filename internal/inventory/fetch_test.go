package inventory

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/azflow/azflow/internal/source"
	"github.com/azflow/azflow/internal/source/dir"
)

// event is a record of the activity log that deletes a NIC at a minute.
func event(m int, nic string) string {
	return fmt.Sprintf(`{"time":"%s","resourceId":"%s%s","operationName":"MICROSOFT.NETWORK/NETWORKINTERFACES/DELETE","resultType":"Success"}`+"\n",
		minute(m).Format(time.RFC3339), strings.ToUpper(testNICs), nic)
}

// noting is a source that notes from where on blobs are opened.
type noting struct {
	source.Source
	opened []int64
	fail   error // of the next Open
}

func (n *noting) Open(ctx context.Context, b source.Blob, offset int64) (*source.Reader, error) {
	n.opened = append(n.opened, offset)
	if err := n.fail; err != nil {
		n.fail = nil
		return nil, err
	}
	return n.Source.Open(ctx, b, offset)
}

func TestALogThatGrewIsReadOnFromWhereItEnded(t *testing.T) {
	file := filepath.Join(t.TempDir(), "PT1H.json")
	l := openLake(t)
	one, two, three := event(1, "n1"), event(2, "n2"), event(3, "n3")
	for i, c := range []struct {
		name, text       string
		fresh, known     int
		problems         int
		from, linesAfter int64
	}{
		{"first", one, 1, 0, 0, 0, 1},
		{"grown by one and a half", one + two + three[:40], 1, 0, 1, int64(len(one)), 1},
		{"grown to the end", one + two + three, 1, 1, 0, int64(len(one)), 3},
		{"written anew", three + two + one, 0, 3, 0, int64(len(one + two + three)), 3},
		{"and grown", three + two + one + event(4, "n4"), 1, 0, 0, int64(len(one + two + three)), 4},
	} {
		if err := os.WriteFile(file, []byte(c.text), 0o666); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(file, minute(i), minute(i)); err != nil { // what is as long must differ in its time
			t.Fatal(err)
		}
		src := &noting{Source: dir.Of(source.Inventory(), file)}
		s, err := Import(t.Context(), l, src, ImportOptions{Now: time.Now})
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		if s.Added() != c.fresh || s.Known != c.known || len(s.Problems) != c.problems || src.opened[0] != c.from {
			t.Errorf("%s: %d new, %d known, problems %v, opened from %v; want %d, %d, %d and %d", c.name, s.Added(), s.Known, s.Problems, src.opened, c.fresh, c.known, c.problems, c.from)
		}
		if c.problems > 0 && !strings.Contains(s.Problems[0].Error(), "PT1H.json:3: ") {
			t.Errorf("%s: %v, want line 3 of the file", c.name, s.Problems)
		}
		cursors, err := l.InventoryCursors(t.Context())
		if err != nil || len(cursors) != 1 {
			t.Fatalf("%s: cursors %v, %v", c.name, cursors, err)
		}
		for _, cur := range cursors {
			if cur.Lines != c.linesAfter {
				t.Errorf("%s: cursor after %d lines, want %d", c.name, cur.Lines, c.linesAfter)
			}
		}
	}
	src := &noting{Source: dir.Of(source.Inventory(), file)}
	if s, err := Import(t.Context(), l, src, ImportOptions{Now: time.Now}); err != nil || s.Unchanged != 1 || len(src.opened) != 0 {
		t.Errorf("unchanged: %+v, opened %v, %v", s, src.opened, err)
	}
	// With a time of its own it is another observation of the same.
	if s, err := Import(t.Context(), l, src, ImportOptions{Now: time.Now, At: minute(9)}); err != nil || s.Files != 1 || s.Known != 4 {
		t.Errorf("at another time: %+v, %v", s, err)
	}
}

func TestABlobThatIsWrittenToOrDeletedMeanwhileCostsNothing(t *testing.T) {
	file := filepath.Join(t.TempDir(), "a.json")
	if err := os.WriteFile(file, []byte(event(1, "n1")), 0o666); err != nil {
		t.Fatal(err)
	}
	l := openLake(t)
	src := &noting{Source: dir.Of(source.Inventory(), file), fail: source.ErrGone}
	if s, err := Import(t.Context(), l, src, ImportOptions{Now: time.Now}); err != nil || s.Added() != 0 || s.Ignored["files deleted between listing and reading"] != 1 {
		t.Errorf("deleted: %+v, %v", s, err)
	}
	src.fail = source.ErrChanged
	if s, err := Import(t.Context(), l, src, ImportOptions{Now: time.Now}); err != nil || s.Added() != 1 {
		t.Errorf("written to: %+v, %v", s, err)
	}
	src.fail = errors.New("no answer came")
	if err := os.WriteFile(file, []byte(event(1, "n1")+event(2, "n2")), 0o666); err != nil {
		t.Fatal(err)
	}
	if s, err := Import(t.Context(), l, src, ImportOptions{Now: time.Now}); err != nil || s.Added() != 0 || len(s.Problems) != 1 {
		t.Errorf("failed: %+v, %v", s, err)
	}
	if s, err := Import(t.Context(), l, src, ImportOptions{Now: time.Now}); err != nil || s.Added() != 1 {
		t.Errorf("read the next time: %+v, %v", s, err)
	}
}

func TestAFolderIsReadWithoutWhatIsNoInventory(t *testing.T) {
	root := t.TempDir()
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	if _, err := z.Write([]byte("cidr,label\n10.0.0.0/8,ours\n")); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"labels.csv.gz": packed.String(),
		"notes.txt":     "hello",
		"insights-activity-logs/resourceId=/SUBSCRIPTIONS/S1/y=2026/m=03/d=01/h=00/m=00/PT1H.json":                                                                       event(1, "n1"),
		"resourceId=/SUBSCRIPTIONS/S1/RESOURCEGROUPS/R/PROVIDERS/MICROSOFT.NETWORK/NETWORKSECURITYGROUPS/N/y=2026/m=03/d=01/h=10/m=00/macAddress=000D3AF87856/PT1H.json": "not to be read",
		"resourceId=/SUBSCRIPTIONS/S1/RESOURCEGROUPS/R/PROVIDERS/MICROSOFT.KEYVAULT/VAULTS/V/y=2026/m=03/d=01/h=10/m=00/PT1H.json":                                       "not to be read",
	} {
		path := filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	s := importAll(t, openLake(t), root)
	if s.Files != 2 || s.New["label"] != 1 || s.New["networkinterfaces"] != 1 || len(s.Problems) != 0 {
		t.Errorf("%+v", s)
	}
	if s.Ignored["flow logs, which azflow ingest reads"] != 1 || s.Ignored["files of resource logs"] != 1 {
		t.Errorf("left %v", s.Ignored)
	}
}

// stopping is a source that ends a context when some blobs were opened.
type stopping struct {
	source.Source
	left atomic.Int32
	stop func()
}

func (s *stopping) Open(ctx context.Context, b source.Blob, offset int64) (*source.Reader, error) {
	if s.left.Add(-1) == 0 {
		s.stop()
	}
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	return s.Source.Open(ctx, b, offset)
}

func TestAnImportThatIsStoppedKeepsWhatItRead(t *testing.T) {
	root := t.TempDir()
	const files = 3 * together
	for i := range files {
		if err := os.WriteFile(filepath.Join(root, fmt.Sprintf("%03d.json", i)), []byte(event(i, fmt.Sprintf("n%d", i))), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	l := openLake(t)
	ctx, cancel := context.WithCancel(t.Context())
	src := &stopping{Source: dir.Of(source.Inventory(), root), stop: cancel}
	src.left.Store(together + 10)
	s, err := Import(ctx, l, src, ImportOptions{Now: time.Now})
	if !errors.Is(err, context.Canceled) || s.Files < together || s.Files >= files || s.Added() != s.Files || len(s.Problems) > 0 {
		t.Fatalf("stopped: %+v, %v", s, err)
	}
	var last Progress
	again, err := Import(t.Context(), l, dir.Of(source.Inventory(), root), ImportOptions{Now: time.Now, Progress: func(p Progress) { last = p }})
	if err != nil || again.Unchanged != s.Files || again.Added() != files-s.Files || again.Known != 0 {
		t.Errorf("again: %+v after %d, %v", again, s.Files, err)
	}
	if last.Files != last.Of || last.Of != files-s.Files || last.Observations != last.Of {
		t.Errorf("progress ends with %+v", last)
	}
}
