// Package segment writes, reads and merges the lake's segments: Parquet files
// of one table each.
//
// The writer takes columns as [batch.Batch] has them and makes Parquet
// dictionaries from dictionary positions by array look-ups, and RLE runs from
// runs, without looking at a text more than once. The reader gives columns back
// in the same forms. Any Parquet reader can open the files (Parquet format 2.10,
// github.com/apache/parquet-format); the reader here opens only files written
// here.
//
// Layout: flat columns; texts REQUIRED BYTE_ARRAY (UTF8); times INT64
// TIMESTAMP(MICROS, UTC); nullable columns OPTIONAL; data pages V1 with CRC-32;
// encodings PLAIN, RLE_DICTIONARY and DELTA_BINARY_PACKED; minimum, maximum and
// null count of each column chunk; key/value metadata as its writer gives it.
package segment

import (
	"errors"

	"github.com/azflow/azflow/internal/batch"
)

// ErrNotSegment is returned for a file that no writer of this package made.
var ErrNotSegment = errors.New("not an azflow segment")

// ErrCorrupt is returned for a segment whose bytes are damaged or missing.
var ErrCorrupt = errors.New("segment is corrupt")

// createdBy is how a footer names this package.
const createdBy = "azflow"

// Meta makes the key/value metadata of a segment's footer from what the
// segment holds. Bytes of the summary do not count the footer yet. The lake
// keeps there what a catalogue is rebuilt from.
type Meta func(Summary) (map[string]string, error)

// Summary counts what a segment holds.
type Summary struct {
	Rows   int64
	Bytes  int64   // of the file
	Ranges []Range // one a column, in the order of the fields
}

// Range returns the range of the named column, and whether the segment has it.
func (s *Summary) Range(fields []batch.Field, name string) (Range, bool) {
	for i, f := range fields {
		if f.Name == name {
			return s.Ranges[i], true
		}
	}
	return Range{}, false
}

// Range is what the values of a column lie between.
type Range struct {
	Nulls int64
	// Known is false if the column is of kind Bool, has no values, one too long
	// to be kept (512 bytes), or a NaN; the fields below are then empty.
	Known            bool
	Min, Max         int64 // kinds kept in Ints; Uint64 as its bits
	MinText, MaxText string
	MinReal, MaxReal float64
}

// Info is all that a segment says about itself without its rows.
type Info struct {
	Meta   map[string]string
	Fields []batch.Field
	Summary
}

// Codec is how pages are compressed.
type Codec int

// The codecs: Snappy, where it takes a quarter off, for segments just written,
// Zstd for compacted ones.
const (
	Snappy Codec = iota
	Zstd
	Uncompressed
)

// Options of a writer. The zero value is Snappy and groups of 250,000 rows.
type Options struct {
	Codec     Codec
	GroupRows int // rows of a row group, the unit of pruning; at most 1<<20
	// PageRows is the rows of a page, the unit of buffering; default 32,768. An
	// open writer of all columns of Flows then takes 21 MB, with 8,192 rows 14 MB
	// for files 1 % larger.
	PageRows int
}

const (
	defaultGroupRows = 250_000
	maxGroupRows     = 1 << 20
	defaultPageRows  = 32_768
	// maxGroupBytes ends a row group of large values early.
	maxGroupBytes = 32 << 20
	// maxStatBytes is the longest text kept as minimum or maximum.
	maxStatBytes = 512
)
