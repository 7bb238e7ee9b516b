package azqueue

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/azflow/azflow/flowlog"
)

// An Event says that a flow log was written to.
type Event struct {
	ID                       string // of the blob, wherever it lies
	Account, Container, Name string
	ETag                     string    // of what was written; "" if the event does not say
	Hour                     time.Time // that is logged
}

// created is the type of events that tell of a written blob.
const created = "Microsoft.Storage.BlobCreated"

// message is an event of Event Grid's own schema or of CloudEvents 1.0. MS Learn:
// "Azure Blob Storage as an Event Grid source".
type message struct {
	EventType string // Event Grid
	Topic     string
	Type      string // CloudEvents
	Source    string
	Subject   string
	Data      struct {
		ETag string `json:"eTag"`
	}
}

// Parse reads the text of a queue message: one event or an array of them, in JSON
// or Base64 of it. Events of other types, and of blobs that are no flow logs, are
// left out.
func Parse(text string) ([]Event, error) {
	b := bytes.TrimSpace([]byte(text))
	if len(b) == 0 {
		return nil, errors.New("the message is empty")
	}
	if b[0] != '{' && b[0] != '[' {
		decoded, err := base64.StdEncoding.DecodeString(string(b))
		if err != nil {
			return nil, errors.New("the message is neither JSON nor Base64")
		}
		if b = bytes.TrimSpace(decoded); len(b) == 0 || b[0] != '{' && b[0] != '[' {
			return nil, errors.New("the message is Base64 of something that is no JSON")
		}
	}
	var all []message
	if b[0] == '{' {
		all = make([]message, 1)
		if err := json.Unmarshal(b, &all[0]); err != nil {
			return nil, fmt.Errorf("the message is no JSON: %w", err)
		}
	} else if err := json.Unmarshal(b, &all); err != nil {
		return nil, fmt.Errorf("the message is no array of events: %w", err)
	}
	var events []Event
	for _, m := range all {
		switch {
		case m.EventType == "" && m.Type == "":
			return nil, errors.New("the message is no event: it has neither eventType nor type")
		case m.EventType != created && m.Type != created:
			continue
		}
		e, err := m.event()
		if err != nil {
			return nil, err
		}
		if path, ok := flowlog.ParsePath(e.Name); ok {
			e.ID, e.Hour = path.ID, path.Hour
			events = append(events, e)
		}
	}
	return events, nil
}

func (m *message) event() (Event, error) {
	const containers, blobs = "/containers/", "/blobs/"
	_, rest, ok := strings.Cut(m.Subject, containers)
	container, name, found := strings.Cut(rest, blobs)
	if !ok || !found || container == "" || name == "" {
		return Event{}, fmt.Errorf("the event's subject %q names no blob", m.Subject)
	}
	e := Event{Container: container, Name: name, ETag: strings.Trim(m.Data.ETag, `"`)}
	from := m.Topic + m.Source // one of them
	if i := strings.LastIndexByte(from, '/'); i >= 0 {
		e.Account = from[i+1:]
	}
	return e, nil
}
