// Package azqueue learns from a storage queue which flow logs were written to:
// Event Grid puts a message into it for each block that Azure commits.
package azqueue

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azqueue/v2"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azqueue/v2/queueerror"

	"github.com/azflow/azflow/internal/source"
)

// Credential is what signs requests: the first of its fields that is set.
type Credential struct {
	ConnectionString string // names the endpoint too
	Account, Key     string // Key is Base64
	SAS              string
	Token            azcore.TokenCredential
}

// Options say which queue to listen to. Name, Credential, Now and Park are
// required.
type Options struct {
	Endpoint   string // of the queue service; not used with a connection string
	Name       string // of the queue
	Credential Credential
	Now        func() time.Time
	// Park keeps messages that cannot be used; only then are they deleted.
	Park func(ctx context.Context, poison []Poison) error
	// Stored reports whether what an event tells of is in the lake. It is asked
	// when not all could be read; nil says no.
	Stored func(ctx context.Context, e Event, received time.Time) (bool, error)
	// Tries is how often a message's blob may be looked for in vain before the
	// message is parked; default 10.
	Tries int
	// Poll is how long to wait after the queue was empty; default 5 s.
	Poll time.Duration
	// Hidden is how long other listeners do not see a message that is not renewed;
	// default 5 min. It is renewed after half that time.
	Hidden time.Duration
	// Transport sends requests; nil is the SDK's.
	Transport policy.Transporter
	// Log, if not nil, is told of what failed and is tried again.
	Log func(line string)
}

// Poison is a message that cannot be used.
type Poison struct {
	ID, Text string
	Reason   string
	Blob     string // id of its blob; "" if it names none
	Inserted time.Time
}

// Counts are how many messages met which end.
type Counts struct {
	Received, Deleted, Parked int64
	Waiting                   int // for the blobs that they tell of to be read
}

// Queue is a queue that is listened to.
type Queue struct {
	opt    Options
	client *azqueue.QueueClient
	told   chan struct{} // receives after passes got longer

	mu     sync.Mutex
	counts Counts
	passes []Pass // that Run has not seen
}

// Pass is a reading of what may have changed, as far as messages depend on it.
type Pass struct {
	Started time.Time
	From    time.Time // hours before it were left out; zero if none was
	// Complete says that all that was to be looked at was read and committed.
	Complete bool
}

const (
	// batch is how many messages are asked for at once: the most there is. MS
	// Learn: "Get Messages".
	batch = 32
	// maxWaiting is how many messages are held before no more are asked for.
	maxWaiting = 2048
)

// New returns a queue. It asks for nothing yet.
func New(opt Options) (*Queue, error) {
	opt.Tries = cmp.Or(opt.Tries, 10)
	opt.Poll = cmp.Or(opt.Poll, 5*time.Second)
	opt.Hidden = cmp.Or(opt.Hidden, 5*time.Minute)
	if opt.Log == nil {
		opt.Log = func(string) {}
	}
	if opt.Stored == nil {
		opt.Stored = func(context.Context, Event, time.Time) (bool, error) { return false, nil }
	}
	q := &Queue{opt: opt, told: make(chan struct{}, 1)}
	o := &azqueue.ClientOptions{ClientOptions: azcore.ClientOptions{Transport: opt.Transport, Retry: policy.RetryOptions{MaxRetries: 3, RetryDelay: time.Second}}}
	c := opt.Credential
	at := strings.TrimSuffix(opt.Endpoint, "/") + "/" + opt.Name
	var err error
	switch {
	case c.ConnectionString != "":
		q.client, err = azqueue.NewQueueClientFromConnectionString(c.ConnectionString, opt.Name, o)
	case c.Key != "":
		var key *azqueue.SharedKeyCredential
		if key, err = azqueue.NewSharedKeyCredential(c.Account, c.Key); err == nil {
			q.client, err = azqueue.NewQueueClientWithSharedKeyCredential(at, key, o)
		}
	case c.SAS != "":
		q.client, err = azqueue.NewQueueClientWithNoCredential(at+"?"+strings.TrimPrefix(c.SAS, "?"), o)
	default:
		q.client, err = azqueue.NewQueueClient(at, c.Token, o)
	}
	if err != nil {
		// The SDK's text may quote the connection string.
		return nil, &source.Problem{Auth: true, Err: fmt.Errorf("queue %s: the credential cannot be used", opt.Name), Hint: "copy it whole; a connection string has to name the account's queue endpoint or its suffix"}
	}
	return q, nil
}

// String names the queue without secrets.
func (q *Queue) String() string {
	u, err := url.Parse(q.client.URL())
	if err != nil {
		return q.opt.Name
	}
	u.RawQuery = ""
	return u.String()
}

// Check asks for the queue's properties, to find out whether it can be used.
func (q *Queue) Check(ctx context.Context) error {
	_, err := q.client.GetProperties(ctx, nil)
	return q.explain(err)
}

// Counts returns what became of the messages so far.
func (q *Queue) Counts() Counts {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.counts
}

func (q *Queue) count(f func(c *Counts)) {
	q.mu.Lock()
	defer q.mu.Unlock()
	f(&q.counts)
}

// Passed tells the queue of a pass. It does not wait for what follows from it.
func (q *Queue) Passed(p Pass) {
	q.mu.Lock()
	q.passes = append(q.passes, p)
	q.mu.Unlock()
	select {
	case q.told <- struct{}{}:
	default: // it will look anyway
	}
}

// held is a message that waits for its blobs to be read.
type held struct {
	id, receipt, text string
	inserted          time.Time
	received          time.Time // by our clock
	renew             time.Time
	events            []Event
	tries             int
}

// Run receives messages until ctx ends, asks wake for passes that look at an hour
// and all later ones, and deletes messages once a pass that began after they came
// has stored what they tell of. A message that was not deleted is received again
// by whoever listens next. Failures of the queue are logged and tried again.
func (q *Queue) Run(ctx context.Context, wake chan<- time.Time) {
	waiting := map[string]*held{}
	var hour time.Time // to ask for next
	ask := false
	next := time.After(0)
	renew := time.NewTicker(q.opt.Hidden / 8)
	defer renew.Stop()
	for {
		q.count(func(c *Counts) { c.Waiting = len(waiting) })
		var send chan<- time.Time
		if ask {
			send = wake
		}
		select {
		case <-ctx.Done():
			return
		case send <- hour:
			ask = false
		case <-q.told:
			q.mu.Lock()
			passes := q.passes
			q.passes = nil
			q.mu.Unlock()
			for _, p := range passes {
				q.settle(ctx, waiting, p)
			}
		case <-renew.C:
			q.renew(ctx, waiting)
		case <-next:
			wait := q.opt.Poll
			if len(waiting) < maxWaiting {
				got, err := q.receive(ctx, waiting)
				switch {
				case err != nil && ctx.Err() == nil:
					q.opt.Log(fmt.Sprintf("%v; tried again in a minute", err))
					wait = time.Minute
				case got.messages == batch:
					wait = 0
				}
				if got.flows && (!ask || got.hour.Before(hour)) {
					ask, hour = true, got.hour
				}
			}
			next = time.After(wait)
		}
	}
}

// received is what came in one answer.
type received struct {
	messages int
	flows    bool      // a flow log was written to
	hour     time.Time // the earliest
}

// receive asks for messages. What cannot be used is parked, what tells of no flow
// log deleted, all else put to waiting.
func (q *Queue) receive(ctx context.Context, waiting map[string]*held) (received, error) {
	now := q.opt.Now()
	n, hidden := int32(batch), int32(q.opt.Hidden.Seconds())
	answer, err := q.client.DequeueMessages(ctx, &azqueue.DequeueMessagesOptions{NumberOfMessages: &n, VisibilityTimeout: &hidden})
	if err != nil {
		return received{}, q.explain(err)
	}
	got := received{messages: len(answer.Messages)}
	q.count(func(c *Counts) { c.Received += int64(got.messages) })
	var poison []*held
	var reasons []string
	for _, m := range answer.Messages {
		h := &held{id: *m.MessageID, receipt: *m.PopReceipt, text: *m.MessageText, received: now, renew: now.Add(q.opt.Hidden / 2), inserted: *m.InsertionTime, tries: int(*m.DequeueCount) - 1}
		if h.events, err = Parse(h.text); err != nil {
			poison, reasons = append(poison, h), append(reasons, err.Error())
			continue
		}
		if len(h.events) == 0 {
			q.delete(ctx, h)
			continue
		}
		if h.tries >= q.opt.Tries {
			poison, reasons = append(poison, h), append(reasons, fmt.Sprintf("received %d times, and its blob was never read", h.tries+1))
			continue
		}
		waiting[h.id] = h
		for _, e := range h.events {
			if !got.flows || e.Hour.Before(got.hour) {
				got.flows, got.hour = true, e.Hour
			}
		}
	}
	q.park(ctx, waiting, poison, reasons)
	return got, nil
}

// park keeps messages elsewhere and deletes them here. One that cannot be kept
// comes back when its time is over.
func (q *Queue) park(ctx context.Context, waiting map[string]*held, messages []*held, reasons []string) {
	if len(messages) == 0 {
		return
	}
	var all []Poison
	for i, h := range messages {
		p := Poison{ID: h.id, Text: h.text, Reason: reasons[i], Inserted: h.inserted}
		if len(h.events) > 0 {
			p.Blob = h.events[0].ID
		}
		all = append(all, p)
	}
	if err := q.opt.Park(ctx, all); err != nil {
		q.opt.Log(fmt.Sprintf("%d messages of queue %s could not be parked: %v", len(all), q.opt.Name, err))
		return
	}
	for _, h := range messages {
		delete(waiting, h.id)
		if q.delete(ctx, h) {
			q.count(func(c *Counts) { c.Deleted--; c.Parked++ })
		}
	}
}

// settle deletes the messages whose blobs a pass has read.
func (q *Queue) settle(ctx context.Context, waiting map[string]*held, p Pass) {
	var poison []*held
	var reasons []string
	for id, h := range maps.Clone(waiting) {
		if !h.received.Before(p.Started) {
			continue // the next pass is the first that must have seen what it tells of
		}
		done, looked, err := q.done(ctx, h, p)
		switch {
		case err != nil:
			q.opt.Log(err.Error())
		case done:
			if q.delete(ctx, h) {
				delete(waiting, id)
			}
		case looked:
			if h.tries++; h.tries >= q.opt.Tries {
				poison, reasons = append(poison, h), append(reasons, fmt.Sprintf("looked for %d times, and its blob could not be read", h.tries))
			}
		}
	}
	q.park(ctx, waiting, poison, reasons)
}

// done reports whether all that a message tells of is stored, and whether the pass
// has looked for it.
func (q *Queue) done(ctx context.Context, h *held, p Pass) (done, looked bool, err error) {
	looked = true
	for _, e := range h.events {
		if e.Hour.Before(p.From) {
			looked = false
		}
	}
	if looked && p.Complete {
		return true, true, nil
	}
	for _, e := range h.events {
		if ok, err := q.opt.Stored(ctx, e, h.received); err != nil || !ok {
			return false, looked, err
		}
	}
	return true, looked, nil
}

// delete deletes a message. It reports true also if the message is not ours any
// more, so that nothing is left to do.
func (q *Queue) delete(ctx context.Context, h *held) bool {
	_, err := q.client.DeleteMessage(ctx, h.id, h.receipt, nil)
	if err != nil && !gone(err) {
		q.opt.Log(q.explain(err).Error())
		return false
	}
	if err == nil {
		q.count(func(c *Counts) { c.Deleted++ })
	}
	return true
}

// gone reports whether a message was deleted, or received by somebody else.
func gone(err error) bool {
	return queueerror.HasCode(err, queueerror.MessageNotFound, queueerror.PopReceiptMismatch)
}

// renew keeps waiting messages from being received by others.
func (q *Queue) renew(ctx context.Context, waiting map[string]*held) {
	now, hidden := q.opt.Now(), int32(q.opt.Hidden.Seconds())
	for id, h := range maps.Clone(waiting) {
		if now.Before(h.renew) {
			continue
		}
		answer, err := q.client.UpdateMessage(ctx, h.id, h.receipt, h.text, &azqueue.UpdateMessageOptions{VisibilityTimeout: &hidden})
		switch {
		case err == nil:
			h.receipt, h.renew = *answer.PopReceipt, now.Add(q.opt.Hidden/2)
		case gone(err):
			delete(waiting, id)
		default:
			q.opt.Log(q.explain(err).Error())
			return // the others would fail too; the next turn is soon
		}
	}
}

// explain returns an error as something to act on.
func (q *Queue) explain(err error) error {
	var answer *azcore.ResponseError
	var transport *url.Error // whose text has the signature
	switch {
	case errors.As(err, &transport):
		return fmt.Errorf("queue %s: %w", q, transport.Err)
	case err == nil || !errors.As(err, &answer):
		return err
	}
	p := &source.Problem{Err: fmt.Errorf("queue %s: %d %s", q, answer.StatusCode, answer.ErrorCode)}
	switch {
	case queueerror.HasCode(err, queueerror.QueueNotFound):
		p.Err, p.Hint = fmt.Errorf("queue %s is not there", q), "`az storage queue create` makes it; an Event Grid subscription of the account's BlobCreated events fills it"
	case answer.StatusCode == 401 || answer.StatusCode == 403:
		p.Auth, p.Hint = true, "the identity needs the role Storage Queue Data Contributor (Message Processor may not renew messages), a shared access signature the queue service with read, update and process"
	default:
		p.Hint = "polling goes on without it"
	}
	return p
}
