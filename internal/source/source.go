// Package source is the port through which flow log blobs come in.
package source

import (
	"context"
	"io"
	"iter"
	"time"
)

// A Source lists blobs and reads them. It is safe for concurrent use and never
// changes what it reads.
type Source interface {
	// List yields the blobs, in any order. An error is about one blob or part
	// of the listing; the listing goes on after it.
	List(ctx context.Context) iter.Seq2[Blob, error]
	// Open reads a blob's content, decompressed, from byte offset on. An offset
	// at or after its end reads as empty. Errors, of reading too, name the blob.
	Open(ctx context.Context, b Blob, offset int64) (io.ReadCloser, error)
	// String names the source for people: a path, a URL without secrets.
	String() string
}

// A Blob is one object of a source.
type Blob struct {
	// ID is the blob's identity wherever it lies: its Azure path in upper case,
	// else its absolute path, else the hash of its content.
	ID   string
	Name string // where it was found, for people
	Size int64  // of the object as it lies there; compressed if it is
	// Version changes whenever the content does: an ETag, or size and time.
	Version   string
	Account   string
	Container string
	Hour      time.Time // from the path; zero if it tells none
	MAC       string    // from the path: 12 hexadecimal digits, or ""
}
