package ingest

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/azflow/azflow/internal/lake"
	"github.com/azflow/azflow/internal/laketest"
	"github.com/azflow/azflow/internal/source/dir"
)

func TestWhatWasRefusedIsTakenInOnceItIsUnderstood(t *testing.T) {
	root := t.TempDir()
	write(t, filepath.Join(root, "good.json"), blob(record(1, 3)))
	bad := write(t, filepath.Join(root, "bad.json"), strings.Replace(blob(record(2, 3)), "10.0.0.", "nowhere", 1))
	l := laketest.Open(t, t.TempDir(), lake.Options{})
	run(t, l, dir.New(root), Options{})
	if n := tuples(t, l); n != 5 {
		t.Fatalf("%d tuples at first", n)
	}
	if s := run(t, l, dir.New(root), Options{RetryErrors: true}); s.StillRefused != 1 || len(s.Retried) > 0 || s.Blobs != 1 {
		t.Errorf("%d blobs looked at, %d still refused, retried %q", s.Blobs, s.StillRefused, s.Retried)
	}
	// A newer azflow stands in here for a log that reads better.
	text, err := os.ReadFile(bad)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(bad, bytes.Replace(text, []byte("nowhere"), []byte("10.0.0."), 1), 0o600); err != nil {
		t.Fatal(err)
	}
	if s := run(t, l, dir.New(root), Options{RetryErrors: true}); len(s.Retried) != 1 || len(s.Rewritten) > 0 {
		t.Errorf("retried %q, rewritten %q", s.Retried, s.Rewritten)
	}
	if n := tuples(t, l); n != 6 {
		t.Errorf("%d tuples in the end, want 6", n)
	}
	refused, err := l.Refused(t.Context())
	if err != nil || len(refused) != 0 {
		t.Errorf("still in quarantine: %v, error %v", refused, err)
	}
	if s := run(t, l, dir.New(root), Options{RetryErrors: true}); s.Blobs != 0 {
		t.Errorf("%d blobs looked at though nothing is in quarantine", s.Blobs)
	}
}

func TestABlobIsFinalTenMinutesAfterItsHour(t *testing.T) {
	root := t.TempDir()
	write(t, filepath.Join(root, "resourceId=/SUBSCRIPTIONS/S/RESOURCEGROUPS/RG/PROVIDERS/MICROSOFT.NETWORK/NETWORKSECURITYGROUPS/N/y=2026/m=03/d=01/h=10/m=00/macAddress=000D3A000001/PT1H.json"), blob(record(1, 3)))
	l := laketest.Open(t, t.TempDir(), lake.Options{})
	hour := time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC)
	isFinal := func(after time.Duration) bool {
		run(t, l, dir.New(root), Options{Now: func() time.Time { return hour.Add(after) }})
		snap, err := l.Snapshot(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer func() {
			if err := snap.Close(); err != nil {
				t.Error(err)
			}
		}()
		for row, err := range snap.Rows(t.Context(), "IngestBlobs", lake.TimeRange{}) {
			if err != nil {
				t.Fatal(err)
			}
			return slices.Contains(row, any(true))
		}
		t.Fatal("no blob")
		return false
	}
	if isFinal(69 * time.Minute) {
		t.Error("final nine minutes after its hour")
	}
	if !isFinal(70 * time.Minute) {
		t.Error("not final ten minutes after its hour, though nothing changed")
	}
}

func TestSegmentsNameTheSubscriptionsOfTheirRows(t *testing.T) {
	root := t.TempDir()
	write(t, filepath.Join(root, "a.json"), blob(record(1, 3)))
	l := laketest.Open(t, t.TempDir(), lake.Options{})
	run(t, l, dir.New(root), Options{})
	snap, err := l.Snapshot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := snap.Close(); err != nil {
			t.Error(err)
		}
	}()
	for _, table := range []string{tableFlows, tableTraffic} {
		segs, err := snap.Segments(t.Context(), table, lake.TimeRange{})
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range segs {
			if !slices.Equal(s.Subscriptions, []string{"s"}) {
				t.Errorf("%s: %q", table, s.Subscriptions)
			}
		}
	}
}

func TestLogsOfOtherKindsInAnAccountsFolderAreLeftAlone(t *testing.T) {
	root := t.TempDir()
	write(t, filepath.Join(root, "insights-activity-logs/resourceId=/SUBSCRIPTIONS/S/y=2026/m=03/d=01/h=10/m=00/PT1H.json"), `{"records":[{"time":"2026-03-01T10:00:00Z","operationName":"MICROSOFT.COMPUTE/VIRTUALMACHINES/WRITE"}]}`)
	write(t, filepath.Join(root, "a.json"), blob(record(1, 3)))
	s := run(t, laketest.Open(t, t.TempDir(), lake.Options{}), dir.New(root), Options{})
	if s.Other["activity log"] != 1 || s.Blobs != 1 || s.RefusedCount() != 0 {
		t.Errorf("other logs %v, %d blobs, %d refused", s.Other, s.Blobs, s.RefusedCount())
	}
}
