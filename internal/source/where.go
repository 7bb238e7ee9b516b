package source

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"
	"sync"
	"time"

	"github.com/azflow/azflow/flowlog"
)

// Where returns src without the blobs that f does not want. Of a source that
// prunes its listing by f itself, what remains to be done is to ask one record
// of each flow log which virtual network it is of.
func Where(src Source, f Filter) Source {
	return &filtered{Source: src, filter: f.Normal(), known: &known{wanted: map[string]bool{}}}
}

type filtered struct {
	Source
	filter Filter
	known  *known
}

// known is what records told of flow logs.
type known struct {
	mu     sync.Mutex
	wanted map[string]bool // whether they are of the virtual networks, by what paths call them
}

// Within returns those blobs of src alone whose hour lies in a span, zero being
// no bound. A source that has a method of that name does it by itself.
func Within(src Source, from, to time.Time) Source {
	if n, ok := src.(interface {
		Within(from, to time.Time) Source
	}); ok {
		return n.Within(from, to)
	}
	return Where(src, Filter{From: from, To: to})
}

// Within implements the method that the function Within looks for.
func (s *filtered) Within(from, to time.Time) Source {
	return &filtered{Source: Within(s.Source, from, to), filter: s.filter.Within(from, to), known: s.known}
}

// Usage implements Metered.
func (s *filtered) Usage() []Usage {
	if m, ok := s.Source.(Metered); ok {
		return m.Usage()
	}
	return nil
}

// LookedFor says in words what the source looks for.
func (s *filtered) LookedFor() string {
	if l, ok := s.Source.(interface{ LookedFor() string }); ok {
		return l.LookedFor()
	}
	return ""
}

// List implements Source.
func (s *filtered) List(ctx context.Context) iter.Seq2[Blob, error] {
	return func(yield func(Blob, error) bool) {
		for b, err := range s.Source.List(ctx) {
			ok := err != nil
			if !ok {
				ok, err = s.wants(ctx, b)
			}
			if (ok || err != nil) && !yield(b, err) {
				return
			}
		}
	}
}

func (s *filtered) wants(ctx context.Context, b Blob) (bool, error) {
	p, ok := flowlog.ParsePath(b.ID)
	if !ok {
		return !s.filter.Named() && s.filter.Times(b.Hour), nil
	}
	if !s.filter.Match(p) || len(s.filter.VNets) == 0 {
		return s.filter.Match(p), nil
	}
	s.known.mu.Lock()
	wanted, told := s.known.wanted[p.Resource]
	s.known.mu.Unlock()
	if told {
		return wanted, nil
	}
	target, err := s.target(ctx, b)
	if err != nil || target == "" {
		return false, err // the flow log's next blob may tell
	}
	_, vnet, _ := strings.Cut(strings.ToUpper(target), "/VIRTUALNETWORKS/")
	vnet, _, _ = strings.Cut(vnet, "/")
	wanted = vnet != "" && oneOf(s.filter.VNets, vnet)
	s.known.mu.Lock()
	s.known.wanted[p.Resource] = wanted
	s.known.mu.Unlock()
	return wanted, nil
}

// target returns what the first record of a blob says that its flow log is of.
// What a flow log is of never changes.
func (s *filtered) target(ctx context.Context, b Blob) (string, error) {
	r, err := s.Open(ctx, b, 0)
	if errors.Is(err, ErrGone) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	defer func() { _ = r.Close() }() // it was only read
	head := make([]byte, 4<<10)
	n, err := io.ReadFull(r, head)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return "", err
	}
	return member(head[:n], "targetResourceID")
}

// member returns the text of the first member called name in JSON that may be
// cut short, "" if there is none.
func member(b []byte, name string) (string, error) {
	key := []byte(`"` + strings.ToLower(name) + `"`)
	i := bytes.Index(bytes.ToLower(b), key)
	if i < 0 {
		return "", nil
	}
	rest, ok := bytes.CutPrefix(bytes.TrimSpace(b[i+len(key):]), []byte(":"))
	if !ok {
		return "", nil
	}
	var text string
	if err := json.NewDecoder(bytes.NewReader(rest)).Decode(&text); err != nil {
		return "", fmt.Errorf("%s: %w", name, err)
	}
	return text, nil
}
