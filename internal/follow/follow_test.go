package follow

import (
	"context"
	"errors"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/azflow/azflow/internal/ingest"
	"github.com/azflow/azflow/internal/lake"
	"github.com/azflow/azflow/internal/source"
	"github.com/azflow/azflow/internal/source/dir"
)

func at(clock string) time.Time {
	t, err := time.Parse("2006-01-02 15:04", "2026-03-01 "+clock)
	if err != nil {
		panic(err)
	}
	return t
}

func TestAnHourIsLookedAtUntilTenMinutesAfterItAndOnceMoreAfterAnHour(t *testing.T) {
	var s schedule
	for _, c := range []struct{ now, from string }{
		{"10:30", ""}, // the first pass looks at everything
		{"10:31", "10:00"},
		{"11:05", "09:00"}, // an hour after the hour before it
		{"11:06", "10:00"},
		{"11:10", "10:00"}, // ten minutes after it
		{"11:11", "11:00"},
		{"11:59", "11:00"},
		{"12:00", "10:00"}, // an hour after it
		{"12:01", "11:00"},
		{"12:10", "11:00"},
		{"12:11", "12:00"},
		{"15:00", "11:00"}, // after a pause
		{"15:01", "14:00"},
	} {
		got := ""
		if from := s.from(at(c.now)); !from.IsZero() {
			got = from.Format("15:04")
		}
		if got != c.from {
			t.Errorf("at %s from %q, want %q", c.now, got, c.from)
		}
		s.passed(at(c.now))
	}
	if from := s.from(at("10:30").AddDate(0, 0, 1)); !from.IsZero() {
		t.Errorf("after a day from %v, want everything", from)
	}
}

func TestAPassThatFailedIsMadeUpFor(t *testing.T) {
	var s schedule
	s.passed(at("10:30"))
	s.passed(at("11:05"))
	// No pass came through for two hours.
	if from := s.from(at("13:05")); !from.Equal(at("10:00")) {
		t.Errorf("from %v", from)
	}
}

func TestAnEventOfAnOldHourIsLookedInto(t *testing.T) {
	var s schedule
	s.passed(at("10:30"))
	s.ask(at("04:00"))
	s.ask(at("07:00"))
	if from := s.from(at("10:31")); !from.Equal(at("04:00")) {
		t.Errorf("from %v", from)
	}
	s.passed(at("10:31"))
	if from := s.from(at("10:32")); !from.Equal(at("10:00")) {
		t.Errorf("from %v afterwards", from)
	}
	s.ask(time.Time{})
	if from := s.from(at("10:33")); !from.IsZero() {
		t.Errorf("from %v, want everything", from)
	}
}

const record = `{"time":"2026-03-01T10:00:01.0000000Z","flowLogVersion":4,"flowLogGUID":"g","macAddress":"000D3A000001","category":"FlowLogFlowEvent","flowLogResourceID":"/SUBSCRIPTIONS/S/RESOURCEGROUPS/RG/PROVIDERS/MICROSOFT.NETWORK/NETWORKWATCHERS/N/FLOWLOGS/F","targetResourceID":"/subscriptions/S/resourceGroups/RG/providers/Microsoft.Network/virtualNetworks/v","operationName":"FlowLogFlowEvent","flowRecords":{"flows":[{"aclID":"a","flowGroups":[{"rule":"r","flowTuples":["1772359200000,10.0.0.4,10.0.0.5,50000,443,6,O,B,NX,0,0,0,0"]}]}]}}`

func TestFollowingTakesInWhatIsAddedAndStopsWithoutAnError(t *testing.T) {
	logs := t.TempDir()
	file := filepath.Join(logs, "a.json")
	put := func(records int) {
		text := `{"records":[` + strings.Repeat(record+",", records-1) + record + `]}`
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	l, err := lake.Open(t.Context(), t.TempDir(), lake.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	}()
	put(1)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	passes, tuples := 0, int64(0)
	var waits []time.Duration
	m := NewMetrics(time.Now)
	err = Run(ctx, l, dir.New(logs), Options{
		Ingest: ingest.Options{Now: time.Now}, Rand: func() float64 { return 0 }, Poll: 10 * time.Second,
		After: func(d time.Duration) <-chan time.Time {
			waits = append(waits, d)
			c := make(chan time.Time, 1)
			c <- time.Time{}
			return c
		},
		Passed: func(p Pass) {
			if p.Err != nil || !p.Complete() {
				t.Errorf("pass %d: %v", passes, p.Err)
			}
			m.Passed(p, func(source.Usage) float64 { return 0 })
			tuples += p.Summary.Tuples
			if passes++; passes == 3 {
				cancel()
			}
			put(passes + 1)
		},
	})
	if err != nil || tuples != 3 || passes != 3 {
		t.Errorf("%d tuples in %d passes, error %v", tuples, passes, err)
	}
	if len(waits) != 2 || waits[0] != 8*time.Second {
		t.Errorf("waits %v, want 80 %% of 10 s", waits)
	}
	w := httptest.NewRecorder()
	m.Handler().ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	for _, line := range []string{"azflow_tuples_total 3", `azflow_passes_total{result="complete"} 3`, `azflow_blobs_total{outcome="listed"} 3`, "azflow_lag_seconds 0."} {
		if !strings.Contains(w.Body.String(), line) {
			t.Errorf("metrics lack %s", line)
		}
	}
}

func TestTheFirstPassMustComeThrough(t *testing.T) {
	l, err := lake.Open(t.Context(), t.TempDir(), lake.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	}()
	err = Run(t.Context(), l, dir.New(filepath.Join(t.TempDir(), "none")), Options{Ingest: ingest.Options{Now: time.Now}, Rand: func() float64 { return 0 }})
	if !errors.Is(err, ingest.ErrNoInput) {
		t.Errorf("error %v", err)
	}
}

func TestWakingMakesAPassAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		wake := make(chan time.Time)
		go func() {
			wake <- time.Now()
			wake <- time.Now()
		}()
		start := time.Now()
		var s schedule
		if !wait(t.Context(), Options{Poll: time.Hour, Rand: func() float64 { return 0 }, Wake: wake, After: time.After}, &s) {
			t.Error("no pass")
		}
		if d := time.Since(start); d != minimum {
			t.Errorf("waited %v", d)
		}
	})
}
