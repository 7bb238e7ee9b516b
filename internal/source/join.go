package source

import (
	"context"
	"fmt"
	"iter"
	"strings"
	"time"
)

// Join returns all of sources, none of which is joined, as one: listed one after
// the other.
func Join(sources ...Source) Source {
	if len(sources) == 1 {
		return sources[0]
	}
	return joined(sources)
}

type joined []Source

// String implements Source.
func (j joined) String() string {
	names := make([]string, len(j))
	for i, s := range j {
		names[i] = s.String()
	}
	return strings.Join(names, " ")
}

// List implements Source.
func (j joined) List(ctx context.Context) iter.Seq2[Blob, error] {
	return func(yield func(Blob, error) bool) {
		for i, s := range j {
			for b, err := range s.List(ctx) {
				b.from = i
				if !yield(b, err) {
					return
				}
			}
		}
	}
}

// Open implements Source.
func (j joined) Open(ctx context.Context, b Blob, offset int64) (*Reader, error) {
	if b.from >= len(j) {
		return nil, fmt.Errorf("%s is not a blob of %s", b.Name, j)
	}
	return j[b.from].Open(ctx, b, offset)
}

// Within implements the method that the function Within looks for.
func (j joined) Within(from, to time.Time) Source {
	narrow := make(joined, len(j))
	for i, s := range j {
		narrow[i] = Within(s, from, to)
	}
	return narrow
}

// Usage implements Metered.
func (j joined) Usage() []Usage {
	var all []Usage
	for _, s := range j {
		if m, ok := s.(Metered); ok {
			all = append(all, m.Usage()...)
		}
	}
	return all
}

// LookedFor says in words what the sources look for.
func (j joined) LookedFor() string {
	var b strings.Builder
	for _, s := range j {
		if l, ok := s.(interface{ LookedFor() string }); ok {
			b.WriteString(l.LookedFor())
		}
	}
	return b.String()
}
