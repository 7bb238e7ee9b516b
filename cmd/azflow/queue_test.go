package main

import (
	"strings"
	"testing"
	"time"

	"github.com/azflow/azflow/internal/config"
	"github.com/azflow/azflow/internal/lake"
	"github.com/azflow/azflow/internal/source/azqueue"
)

func TestAQueueIsNamedByItselfOrByItsURL(t *testing.T) {
	cfg, err := config.Load(config.Sources{Getenv: func(string) string { return "" }})
	if err != nil {
		t.Fatal(err)
	}
	p := &program{cfg: cfg}
	for _, c := range []struct {
		text string
		args []string
		want queueAddress
		err  string
	}{
		{"events", []string{"az://contosologs", "az://contosologs/other"}, queueAddress{"contosologs", "", "events"}, ""},
		{"events", []string{"az://contosologs", "./logs"}, queueAddress{"contosologs", "", "events"}, ""},
		{"events", []string{"az://one", "az://two"}, queueAddress{}, "2 storage accounts"},
		{"events", []string{"./logs"}, queueAddress{}, "0 storage accounts"},
		{"https://contosologs.queue.core.windows.net/events", []string{"az://one", "az://two"}, queueAddress{"contosologs", "https://contosologs.queue.core.windows.net", "events"}, ""},
		{"http://127.0.0.1:10001/devstoreaccount1/events", nil, queueAddress{"devstoreaccount1", "http://127.0.0.1:10001/devstoreaccount1", "events"}, ""},
		{"https://contosologs.queue.core.windows.net/", nil, queueAddress{}, "names no queue"},
		{"https://contosologs.queue.core.windows.net/events?sig=topsecret", nil, queueAddress{}, "without a signature"},
	} {
		got, err := p.parseQueue(c.text, c.args)
		switch {
		case c.err == "" && (err != nil || got != c.want):
			t.Errorf("%s of %q: %+v, %v", c.text, c.args, got, err)
		case c.err != "" && (err == nil || !strings.Contains(err.Error(), c.err) || strings.Contains(err.Error(), "topsecret")):
			t.Errorf("%s of %q: %v, want %q", c.text, c.args, err, c.err)
		}
	}
}

func TestAMessageThatIsNoEventGoesToTheQuarantine(t *testing.T) {
	l, err := lake.Open(t.Context(), t.TempDir(), lake.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	}()
	if err := park(t.Context(), l, "events", []azqueue.Poison{{ID: "7", Text: "hello", Reason: "the message is neither JSON nor Base64"}}); err != nil {
		t.Fatal(err)
	}
	s, err := l.Snapshot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for row, err := range s.Rows(t.Context(), "IngestErrors", lake.TimeRange{}) {
		if err != nil {
			t.Fatal(err)
		}
		n++
		for _, want := range []any{"queue events, message 7", "message", "the message is neither JSON nor Base64", "hello"} {
			found := false
			for _, v := range row {
				found = found || v == want
			}
			if !found {
				t.Errorf("%v lacks %v", row, want)
			}
		}
	}
	if err := s.Close(); err != nil || n != 1 {
		t.Errorf("%d rows, %v", n, err)
	}
	// Nothing is stored of a blob that was never read.
	if ok, err := stored(t.Context(), l, azqueue.Event{ID: "X", ETag: "1"}, time.Now()); ok || err != nil {
		t.Errorf("stored: %v, %v", ok, err)
	}
}
