package main

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/azflow/azflow/internal/ingest"
)

func TestProgressTellsRateAndTimeLeft(t *testing.T) {
	var out bytes.Buffer
	bar := &progress{w: &out, on: true, width: 120}
	bar.ingest(ingest.Progress{Blobs: 2000, BlobsDone: 500, Bytes: 400e6, BytesDone: 100e6, Tuples: 3_000_000, Elapsed: 10 * time.Second})
	if got, want := out.String(), "\r500/2,000 blobs  3,000,000 tuples  300,000 tuples/s  10.0 MB/s  25 %, 30s left"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	// How much there is to read is not known of standard input.
	out.Reset()
	bar.ingest(ingest.Progress{Blobs: 1, Tuples: 10, BytesDone: 1000, Elapsed: 2 * time.Second})
	if got := out.String(); strings.Contains(got, "left") || !strings.HasSuffix(got, " ") {
		t.Errorf("%q tells a time that nobody knows, or leaves the end of a longer line", got)
	}
	bar.clear()
	if got := out.String(); !strings.HasSuffix(got, "\r") {
		t.Errorf("%q leaves the cursor in the line", got)
	}
}

func TestProgressStaysInOneLine(t *testing.T) {
	var out bytes.Buffer
	bar := &progress{w: &out, on: true, width: 20}
	bar.draw("a line that is longer than the terminal is wide")
	if got := out.String(); got != "\ra line that is long" {
		t.Errorf("%q wraps", got)
	}
}

func TestNoProgressWhereNobodyLooks(t *testing.T) {
	var out bytes.Buffer
	bar := newProgress(&out, false) // no terminal
	bar.ingest(ingest.Progress{Blobs: 2, Elapsed: time.Second})
	bar.clear()
	if out.Len() > 0 {
		t.Errorf("%q was written to a file", out.String())
	}
}
