package azqueue

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	sdk "github.com/Azure/azure-sdk-for-go/sdk/storage/azqueue/v2"

	"github.com/azflow/azflow/internal/azuritetest"
	"github.com/azflow/azflow/internal/source"
)

var azurite azuritetest.Shared

func TestMain(m *testing.M) { azuritetest.Main(m, &azurite) }

// name returns a flow log's name of an hour of 2026-03-01.
func name(hour int) string {
	return fmt.Sprintf("flowLogResourceID=/S_NETWORKWATCHERRG/NW_FL/y=2026/m=03/d=01/h=%02d/m=00/macAddress=000D3A000001/PT1H.json", hour)
}

func at(hour int) time.Time { return time.Date(2026, 3, 1, hour, 0, 0, 0, time.UTC) }

// gridEvent is an event in Event Grid's own schema.
func gridEvent(blob string) string {
	return fmt.Sprintf(`{"topic":"/subscriptions/s/resourceGroups/rg/providers/Microsoft.Storage/storageAccounts/contosologs",`+
		`"subject":"/blobServices/default/containers/insights-logs-flowlogflowevent/blobs/%s","eventType":"Microsoft.Storage.BlobCreated",`+
		`"eventTime":"2026-03-01T10:01:03.7Z","id":"831e1650-001e-001b-66ab-eeb76e069631","data":{"api":"PutBlockList","eTag":"0x8D4BCC2E4835CD0",`+
		`"contentType":"application/octet-stream","contentLength":524288,"blobType":"BlockBlob"},"dataVersion":"","metadataVersion":"1"}`, blob)
}

// cloudEvent is an event of CloudEvents 1.0.
func cloudEvent(blob string) string {
	return fmt.Sprintf(`{"specversion":"1.0","type":"Microsoft.Storage.BlobCreated","source":"/subscriptions/s/resourceGroups/rg/providers/Microsoft.Storage/storageAccounts/contosologs",`+
		`"id":"9aeb0fdf-c01e-0131-0922-9eb54906e209","time":"2026-03-01T10:01:03Z","subject":"/blobServices/default/containers/insights-logs-flowlogflowevent/blobs/%s",`+
		`"data":{"api":"PutBlockList","eTag":"\"0x8D4BCC2E4835CD0\""}}`, blob)
}

func coded(text string) string { return base64.StdEncoding.EncodeToString([]byte(text)) }

func TestEventsAreReadInEveryFormThatTheyComeIn(t *testing.T) {
	for form, text := range map[string]string{
		"Event Grid": gridEvent(name(10)), "CloudEvents": cloudEvent(name(10)), "Base64": coded(gridEvent(name(10))),
		"an array": "[" + gridEvent(name(10)) + "]", "an array in Base64": " " + coded("["+cloudEvent(name(10))+"]\n") + "\n",
	} {
		events, err := Parse(text)
		want := Event{ID: strings.ToUpper(name(10)), Account: "contosologs", Container: "insights-logs-flowlogflowevent", Name: name(10), ETag: "0x8D4BCC2E4835CD0", Hour: at(10)}
		if err != nil || len(events) != 1 || events[0] != want {
			t.Errorf("%s: %+v, %v", form, events, err)
		}
	}
}

func TestEventsOfOtherThingsAreLeftOut(t *testing.T) {
	deleted := strings.Replace(gridEvent(name(10)), "BlobCreated", "BlobDeleted", 1)
	for _, text := range []string{deleted, gridEvent("notes.txt"), "[]", "[" + deleted + "," + cloudEvent("notes.txt") + "]"} {
		if events, err := Parse(text); err != nil || len(events) != 0 {
			t.Errorf("%s: %v, %v", text, events, err)
		}
	}
	if events, err := Parse("[" + deleted + "," + gridEvent(name(11)) + "]"); err != nil || len(events) != 1 || !events[0].Hour.Equal(at(11)) {
		t.Errorf("%v, %v", events, err)
	}
}

func TestWhatIsNoEventIsSaidSo(t *testing.T) {
	for text, want := range map[string]string{
		"": "empty", "hello": "neither JSON nor Base64", coded("hello"): "no JSON", `{"a":1}`: "neither eventType nor type", `{"a":`: "no JSON", `[1]`: "no array of events",
		strings.Replace(gridEvent("x"), "/containers/", "/shares/", 1): "names no blob",
	} {
		if events, err := Parse(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, %v; want %q", text, events, err, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{gridEvent(name(10)), cloudEvent(name(10)), coded(gridEvent(name(10))), "[]", "{}", ""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		events, err := Parse(text)
		if err != nil && len(events) > 0 {
			t.Error("events beside an error")
		}
		for _, e := range events {
			if e.ID == "" || e.Container == "" || e.Hour.IsZero() {
				t.Errorf("an event of nothing: %+v", e)
			}
		}
	})
}

// listener is a queue of Azurite's with someone who listens to it.
type listener struct {
	t      *testing.T
	q      *Queue
	client *sdk.QueueClient
	wake   chan time.Time
	stop   func()

	mu       sync.Mutex
	parked   []Poison
	parkable error
	stored   map[string]bool
	log      []string
}

func listen(t *testing.T, queue string, change func(*Options)) *listener {
	t.Helper()
	s := azurite.Open(t)
	client, err := sdk.NewQueueClientFromConnectionString(s.ConnectionString(), queue, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := client.Create(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	l := &listener{t: t, client: client, wake: make(chan time.Time), stored: map[string]bool{}}
	opt := Options{
		Name: queue, Credential: Credential{ConnectionString: s.ConnectionString()}, Now: time.Now, Poll: 20 * time.Millisecond, Tries: 3,
		Park: func(_ context.Context, p []Poison) error {
			l.mu.Lock()
			defer l.mu.Unlock()
			if l.parkable == nil {
				l.parked = append(l.parked, p...)
			}
			return l.parkable
		},
		Stored: func(_ context.Context, e Event, _ time.Time) (bool, error) {
			l.mu.Lock()
			defer l.mu.Unlock()
			return l.stored[e.ID], nil
		},
		Log: func(line string) {
			l.mu.Lock()
			defer l.mu.Unlock()
			l.log = append(l.log, line)
		},
	}
	if change != nil {
		change(&opt)
	}
	if l.q, err = New(opt); err != nil {
		t.Fatal(err)
	}
	if err := l.q.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		l.q.Run(ctx, l.wake)
	}()
	l.stop = func() { cancel(); <-done }
	t.Cleanup(l.stop)
	return l
}

func (l *listener) put(texts ...string) {
	l.t.Helper()
	for _, text := range texts {
		if _, err := l.client.EnqueueMessage(l.t.Context(), text, nil); err != nil {
			l.t.Fatal(err)
		}
	}
}

// left returns how many messages the queue has, hidden ones too.
func (l *listener) left() int {
	l.t.Helper()
	p, err := l.client.GetProperties(l.t.Context(), nil)
	if err != nil {
		l.t.Fatal(err)
	}
	return int(*p.ApproximateMessagesCount)
}

// until waits for something to become true.
func (l *listener) until(what string, f func() bool) {
	l.t.Helper()
	for end := time.Now().Add(20 * time.Second); !f(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			l.mu.Lock()
			defer l.mu.Unlock()
			l.t.Fatalf("%s: not within 20 s; %+v; parked %+v; log %q", what, l.q.Counts(), l.parked, l.log)
		}
	}
}

func (l *listener) woken() time.Time {
	l.t.Helper()
	select {
	case hour := <-l.wake:
		return hour
	case <-time.After(20 * time.Second):
		l.t.Fatal("nobody was woken")
		return time.Time{}
	}
}

func TestAMessageIsDeletedOnceAPassThatBeganAfterItHasStoredItsBlob(t *testing.T) {
	l := listen(t, "stored", nil)
	l.put(gridEvent(name(10)), coded(cloudEvent(name(9))), gridEvent(name(10)))
	l.until("all are received", func() bool { return l.q.Counts().Waiting == 3 })
	if hour := l.woken(); !hour.Equal(at(9)) {
		t.Errorf("woken for %v, want the earliest hour", hour)
	}
	early := time.Now().Add(-time.Minute)
	for _, p := range []Pass{
		{Started: early, Complete: true},                           // began before they came
		{Started: time.Now(), From: at(11), Complete: true},        // looked at later hours
		{Started: time.Now(), From: time.Time{}},                   // could not read all
		{Started: early, From: time.Time{}, Complete: true},        // began before they came
		{Started: time.Now(), From: at(10).Add(1), Complete: true}, // looked at later hours
	} {
		l.q.Passed(p)
	}
	time.Sleep(100 * time.Millisecond)
	if n := l.left(); n != 3 {
		t.Fatalf("%d messages are left, want all 3", n)
	}
	l.q.Passed(Pass{Started: time.Now(), From: at(10), Complete: true})
	l.until("those of 10 o'clock are deleted", func() bool { return l.left() == 1 })
	l.q.Passed(Pass{Started: time.Now(), Complete: true})
	l.until("all are deleted", func() bool { return l.left() == 0 })
	l.until("they are counted", func() bool { return l.q.Counts() == Counts{Received: 3, Deleted: 3} })
}

func TestManyMessagesWakeOnceForAll(t *testing.T) {
	l := listen(t, "many", nil)
	for i := range 70 {
		l.put(gridEvent(name(23 - i%20)))
	}
	l.until("all are received", func() bool { return l.q.Counts().Waiting == 70 })
	if hour := l.woken(); !hour.Equal(at(4)) {
		t.Errorf("woken for %v, want 4 o'clock", hour)
	}
	select {
	case hour := <-l.wake:
		t.Errorf("woken once more, for %v", hour)
	case <-time.After(100 * time.Millisecond):
	}
	l.q.Passed(Pass{Started: time.Now(), Complete: true})
	l.until("all are deleted", func() bool { return l.left() == 0 })
}

func TestAMessageThatIsNoEventIsParkedAndOnlyThenDeleted(t *testing.T) {
	l := listen(t, "poison", func(o *Options) { o.Hidden = 2 * time.Second })
	l.mu.Lock()
	l.parkable = errors.New("no room")
	l.mu.Unlock()
	l.put("hello", gridEvent("notes.txt"))
	l.until("parking failed", func() bool { l.mu.Lock(); defer l.mu.Unlock(); return len(l.log) > 0 })
	l.until("the one of no flow log is deleted", func() bool { return l.left() == 1 })
	l.mu.Lock()
	l.parkable = nil
	l.mu.Unlock()
	l.until("it is parked and deleted", func() bool { c := l.q.Counts(); return l.left() == 0 && c.Parked == 1 && c.Deleted == 1 })
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.parked) != 1 || l.parked[0].Text != "hello" || !strings.Contains(l.parked[0].Reason, "neither JSON nor Base64") || l.parked[0].Inserted.IsZero() {
		t.Errorf("parked %+v", l.parked)
	}
}

func TestAMessageWhoseBlobIsNeverReadIsParked(t *testing.T) {
	l := listen(t, "unread", nil)
	l.put(gridEvent(name(10)), gridEvent(name(11)))
	l.until("both are received", func() bool { return l.q.Counts().Waiting == 2 })
	l.mu.Lock()
	l.stored[strings.ToUpper(name(11))] = true
	l.mu.Unlock()
	// One cannot be read; the other is stored, and does not wait for it.
	l.q.Passed(Pass{Started: time.Now()})
	l.until("the stored one is deleted", func() bool { return l.left() == 1 })
	for range 2 {
		l.q.Passed(Pass{Started: time.Now()})
	}
	l.until("the other is parked", func() bool { return l.left() == 0 })
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.parked) != 1 || l.parked[0].Blob != strings.ToUpper(name(10)) || !strings.Contains(l.parked[0].Reason, "3 times") {
		t.Errorf("parked %+v", l.parked)
	}
}

func TestAMessageStaysHiddenWhileItsBlobIsWaitedFor(t *testing.T) {
	l := listen(t, "renewed", func(o *Options) { o.Hidden = 2 * time.Second })
	l.put(gridEvent(name(10)))
	l.until("it is received", func() bool { return l.q.Counts().Waiting == 1 })
	for end := time.Now().Add(3500 * time.Millisecond); time.Now().Before(end); time.Sleep(200 * time.Millisecond) {
		got, err := l.client.PeekMessages(t.Context(), nil)
		if err != nil || len(got.Messages) != 0 {
			t.Fatalf("another listener sees %d messages, %v", len(got.Messages), err)
		}
	}
	// With the receipt of the last renewal it is deleted.
	l.q.Passed(Pass{Started: time.Now(), Complete: true})
	l.until("it is deleted", func() bool { return l.left() == 0 })
}

func TestAMessageOfAListenerThatDiedIsReceivedByTheNext(t *testing.T) {
	first := listen(t, "inherited", func(o *Options) { o.Hidden = time.Second })
	first.put(gridEvent(name(10)))
	first.until("it is received", func() bool { return first.q.Counts().Waiting == 1 })
	first.stop()
	second := listen(t, "inherited", nil)
	if hour := second.woken(); !hour.Equal(at(10)) {
		t.Errorf("woken for %v", hour)
	}
	second.q.Passed(Pass{Started: time.Now().Add(time.Millisecond), Complete: true})
	second.until("it is deleted", func() bool { return second.left() == 0 })
}

func TestAQueueThatCannotBeUsedIsSaidSoWithoutSecrets(t *testing.T) {
	s := azurite.Open(t)
	wrong := "AAAA" + s.Key[4:]
	for _, c := range []struct {
		what string
		opt  Options
		says string
		auth bool
	}{
		{"a missing queue", Options{Name: "nothing-here", Credential: Credential{ConnectionString: s.ConnectionString()}}, "is not there", false},
		{"a wrong key", Options{Name: "some-queue", Endpoint: s.QueueURL, Credential: Credential{Account: azuritetest.Account, Key: wrong}}, "403", true},
		{"a signature that is none", Options{Name: "some-queue", Endpoint: s.QueueURL, Credential: Credential{SAS: "?sv=2021&sig=topsecret"}}, "403", true},
	} {
		q, err := New(c.opt)
		if err != nil {
			t.Errorf("%s: %v", c.what, err)
			continue
		}
		err = q.Check(t.Context())
		var p *source.Problem
		if !errors.As(err, &p) || p.Auth != c.auth || p.Hint == "" || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", c.what, err)
		}
		for _, secret := range []string{wrong, s.Key, "topsecret"} {
			if strings.Contains(fmt.Sprint(err, p, q), secret) {
				t.Errorf("%s: a secret is shown: %v", c.what, err)
			}
		}
	}
	for _, c := range []Credential{{ConnectionString: "AccountKey=topsecret"}, {Account: "a", Key: "topsecret!"}} {
		if _, err := New(Options{Name: "q", Credential: c}); err == nil || strings.Contains(err.Error(), "topsecret") {
			t.Errorf("%v", err)
		}
	}
}
