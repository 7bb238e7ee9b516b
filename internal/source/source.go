// Package source is the port through which flow log blobs come in.
package source

import (
	"context"
	"errors"
	"io"
	"iter"
	"sort"
	"time"
)

// A Source lists blobs and reads them. It is safe for concurrent use and never
// changes what it reads.
type Source interface {
	// List yields the blobs, in any order. An error is about one blob or part
	// of the listing; the listing goes on after it.
	List(ctx context.Context) iter.Seq2[Blob, error]
	// Open begins to read a blob's content, decompressed, from byte offset on.
	// An offset at or after its end reads as empty. Errors, of reading too, name
	// the blob. One that is [ErrChanged] asks for another Open, one that is
	// [ErrGone] says that there is nothing to open any more.
	Open(ctx context.Context, b Blob, offset int64) (*Reader, error)
	// String names the source for people: a path, a URL without secrets.
	String() string
}

var (
	// ErrChanged is what reading ends with when the blob was written to
	// meanwhile and what follows can no longer be had as it was at Open.
	ErrChanged = errors.New("the blob was written to while it was read")
	// ErrGone says that a blob that was listed is no longer there.
	ErrGone = errors.New("the blob is no longer there")
)

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
	// Other says what the path tells the blob to be if that is not a flow log,
	// such as an activity log; it is not to be read then.
	Other string

	from int // which of joined sources listed it
}

// A Reader is a blob's content as it was at one moment, from some offset on.
type Reader struct {
	io.ReadCloser
	// Version is the Blob.Version of what is read, which can be later than the
	// listing's.
	Version string
	// Modified is when that version was written; zero if the source does not know.
	Modified time.Time
	// Blocks are the blocks that the whole content was committed in, in order;
	// nil if the source knows of none. As long as a block is there, so is all
	// that it held.
	Blocks []Block
}

// A Block is one of the pieces that a block blob is put together from.
type Block struct {
	ID  string // as Azure lists it: Base64
	End int64  // offset of the first byte after it
}

// Block returns the id of the block that holds the byte before offset, and ""
// if the blob has none there.
func (r *Reader) Block(offset int64) string {
	i := sort.Search(len(r.Blocks), func(i int) bool { return r.Blocks[i].End >= offset })
	if offset <= 0 || i == len(r.Blocks) {
		return ""
	}
	return r.Blocks[i].ID
}

// A Problem is an error of a source that somebody has to do something about.
type Problem struct {
	Err  error
	Hint string // what to do next
	// Auth says that the source refused the credential, or that there is none.
	Auth bool
}

// Error implements error.
func (p *Problem) Error() string { return p.Err.Error() }

// Unwrap returns what happened.
func (p *Problem) Unwrap() error { return p.Err }

// Usage counts what a source asked of a service since it was made.
type Usage struct {
	Account   string
	Operation string // as the service's price list calls its class: list, read, other
	Requests  int64  // refused and repeated ones too
	Bytes     int64  // of the answers' bodies
	Body      int64  // of them, content of blobs
}

// A Metered source counts what it asks for. Usage returns one count for each
// account and operation.
type Metered interface{ Usage() []Usage }
