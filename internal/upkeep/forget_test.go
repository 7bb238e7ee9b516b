package upkeep

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/azflow/azflow/internal/batch"
	"github.com/azflow/azflow/internal/lake"
	"github.com/azflow/azflow/internal/laketest"
	"github.com/azflow/azflow/internal/rollup"
)

func forget(t testing.TB, l *lake.Lake, f Forget) Forgotten {
	t.Helper()
	f.DryRun = true
	would, err := f.Run(context.Background(), l)
	if err != nil {
		t.Fatal(err)
	}
	f.DryRun = false
	did, err := f.Run(context.Background(), l)
	if err != nil {
		t.Fatal(err)
	}
	if did.Rows != would.Rows || did.Rows == 0 {
		t.Errorf("forgot %d rows, a dry run said %d", did.Rows, would.Rows)
	}
	return did
}

func TestAForgottenBlobLeavesNoRowBehind(t *testing.T) {
	for _, merged := range []bool{false, true} {
		t.Run(fmt.Sprint("merged ", merged), func(t *testing.T) {
			logs := t.TempDir()
			bulk(t, logs, 1, some(20_000))
			l := laketest.Open(t, t.TempDir(), lake.Options{})
			take(t, l, logs)
			if merged {
				compact(t, l, Options{})
			}
			id := blobs(t, l)[3]
			did := forget(t, l, Forget{Blob: strings.ToLower(id)})
			if did.Blob != id {
				t.Errorf("forgot %q", did.Blob)
			}
			// A fresh lake of the others.
			var path string
			if err := filepath.WalkDir(logs, func(p string, _ os.DirEntry, err error) error {
				if strings.HasSuffix(strings.ToUpper(p), strings.ToUpper(filepath.FromSlash(id))) {
					path = p
				}
				return err
			}); err != nil {
				t.Fatal(err)
			}
			if err := os.Rename(path, filepath.Join(t.TempDir(), "away")); err != nil {
				t.Fatal(err)
			}
			fresh := laketest.Open(t, t.TempDir(), lake.Options{})
			take(t, fresh, logs)
			want := startless(whole(t, fresh))
			same(t, "forgotten", startless(whole(t, l)), want)
			verify(t, l)
			compact(t, l, Options{})
			same(t, "compacted", startless(whole(t, l)), want)
			verify(t, l)
			laketest.Batches(t, l, lake.TableFlows, func(b *batch.Batch) {
				for row := range b.Rows {
					if b.Columns[b.Index("BlobId")].TextAt(row) == id {
						t.Fatal("a row is left")
					}
				}
			})
		})
	}
}

func TestHoursBeforeATimeAreForgottenWhole(t *testing.T) {
	logs := t.TempDir()
	bulk(t, logs, 1, some(20_000))
	l := laketest.Open(t, t.TempDir(), lake.Options{})
	take(t, l, logs)
	before := whole(t, l)
	compact(t, l, Options{})
	limit := start.Add(time.Hour)
	if did := forget(t, l, Forget{Before: limit.Add(25 * time.Minute)}); !did.Before.Equal(limit) {
		t.Errorf("forgot what is before %v", did.Before)
	}
	for k, row := range before {
		if !strings.Contains(row, fmt.Sprint("TimeGenerated=", limit.UnixMicro())) && strings.Contains(row, fmt.Sprint("TimeGenerated=", start.UnixMicro())) {
			delete(before, k)
		}
	}
	same(t, "forgotten", whole(t, l), before)
	compact(t, l, Options{})
	same(t, "compacted", whole(t, l), before)
	// What is left can be taken apart.
	w, err := l.OpenWriter(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = w.Close() }()
	for _, id := range blobs(t, l) {
		if _, err := rollup.Unmerge(context.Background(), l, w, lake.BlobGen{Blob: id}); err != nil {
			t.Fatal(err)
		}
	}
	same(t, "taken apart", whole(t, l), before)
	verify(t, l)
}

func TestAForgottenSubscriptionIsGoneFromAllTables(t *testing.T) {
	logs := t.TempDir()
	const flow = "10.0.0.6,192.0.2.180,23956,443,6,O,E,NX,3,767,2,1580"
	writeBlob(t, logs, 1, 10, "10m,"+flow, "11m,"+flow)
	path := filepath.Join(logs, "b.json")
	writeBlob(t, filepath.Join(logs, "other"), 2, 10, "10m,"+flow)
	if err := filepath.WalkDir(filepath.Join(logs, "other"), func(p string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(p)
		if err != nil {
			return err
		}
		moved := strings.NewReplacer("/SUBSCRIPTIONS/S/", "/SUBSCRIPTIONS/OTHER/", "/subscriptions/S/", "/subscriptions/other/").Replace(string(text))
		if err := os.WriteFile(path, []byte(moved), 0o666); err != nil {
			return err
		}
		return os.Remove(p)
	}); err != nil {
		t.Fatal(err)
	}
	for _, merged := range []bool{false, true} {
		l := laketest.Open(t, t.TempDir(), lake.Options{})
		take(t, l, logs)
		if merged {
			compact(t, l, Options{})
		}
		if n := len(whole(t, l)); n != 2 {
			t.Fatalf("%d rows", n)
		}
		if did := forget(t, l, Forget{Subscription: "OTHER"}); did.Rows != 1 {
			t.Errorf("%d rows forgotten, want 1", did.Rows)
		}
		compact(t, l, Options{})
		left := whole(t, l)
		for _, row := range left {
			if !strings.Contains(row, "FlowLogResourceId=s/") {
				t.Errorf("left: %s", row)
			}
		}
		if len(left) != 1 {
			t.Errorf("%d rows are left, want 1", len(left))
		}
		verify(t, l)
	}
}

func TestForgettingWhatIsNotThereIsAnError(t *testing.T) {
	l := laketest.Open(t, t.TempDir(), lake.Options{})
	for _, f := range []Forget{{}, {Blob: "none"}, {Blob: "a", Subscription: "b"}} {
		if _, err := f.Run(context.Background(), l); err == nil {
			t.Errorf("%+v is no error", f)
		}
	}
}
