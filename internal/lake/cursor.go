package lake

import "time"

// Position is a place in a blob, counted from its start. Refused records and
// tuples count too. Next* are the ordinals that the next record and tuple get.
type Position struct {
	Offset     int64 `json:"offset"` // bytes
	NextRecord int64 `json:"next_record"`
	NextTuple  int64 `json:"next_tuple"`
}

// before reports whether p lies before q.
func (p Position) before(q Position) bool {
	if p.Offset != q.Offset {
		return p.Offset < q.Offset
	}
	return p.NextTuple < q.NextTuple
}

// Cursor is how far a blob has been read, and the row of IngestBlobs. The
// zero Cursor with only Blob set is that of a blob never read.
type Cursor struct {
	Blob       string `json:"blob"`       // blob id: upper-cased Azure path, or absolute path, or content hash
	Generation int    `json:"generation"` // how often the blob was replaced under its name
	// Revision is raised by each commit that moves the cursor; it is 0 for a
	// blob never read. It is the catalogue's: callers leave it alone.
	Revision int64 `json:"-"`
	key      int64 // the catalogue's, 0 if it was not asked
	Position

	Container   string    `json:"container,omitempty"`
	Account     string    `json:"account,omitempty"`
	Hour        time.Time `json:"hour,omitzero"` // from the path; zero if it has none
	MacAddress  string    `json:"mac,omitempty"`
	Bytes       int64     `json:"bytes"`   // read and accepted
	Records     int64     `json:"records"` // of this generation
	Tuples      int64     `json:"tuples"`  // stored as rows of Flows, refused ones not counted
	Errors      int64     `json:"errors"`  // records and tuples refused
	ETag        string    `json:"etag,omitempty"`
	LastBlockID string    `json:"last_block_id,omitempty"`
	FirstRecord []byte    `json:"first_record,omitempty"` // hash by which a rewritten blob is known
	FirstSeen   time.Time `json:"first_seen,omitzero"`
	LastRead    time.Time `json:"last_read,omitzero"`
	Final       bool      `json:"final,omitempty"` // nothing will be appended any more

	// Forgotten says that the blob's rows were removed on request and that it
	// is not to be read again; set by [Lake.Forget].
	Forgotten bool `json:"forgotten,omitempty"`
}

// Read reports whether anything of the blob was ever committed.
func (c Cursor) Read() bool { return c.Revision > 0 }

// CursorChange moves a cursor. Expected is the cursor as it was read from the
// catalogue ([Writer.Claim], [Lake.Cursors]); the commit is rejected if it has
// moved since. Next.Generation is 0 for a blob never read, else Expected's,
// or one more: then Next counts from the blob's start, and the rows of the
// older generation are hidden by the same commit.
type CursorChange struct {
	Expected Cursor
	Next     Cursor
	Rules    []RuleCount   // sightings in what was read between the two
	Captures []CaptureHour // likewise
	Locals   []LocalAddress
}

// continues reports whether Next is a later place in Expected's generation.
func (c CursorChange) continues() bool {
	return c.Expected.Read() && c.Next.Generation == c.Expected.Generation
}
