package main

import (
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/azflow/azflow/internal/flowgen"
)

// start is the first hour of generated logs.
var start = time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)

// blobTuples is about how many tuples a blob of the main input has.
const blobTuples = 10_000

// logs writes plain traffic and returns its folder and what is in it.
func (b *bench) logs(name string, o flowgen.BulkOptions) (string, flowgen.BulkCounts, error) {
	folder, err := b.dir(name)
	if err != nil {
		return "", flowgen.BulkCounts{}, err
	}
	o.Seed = 1
	if o.Start.IsZero() {
		o.Start = start
	}
	counts, err := flowgen.Bulk(o, flowgen.Dir(folder))
	return folder, counts, err
}

// vnet4 returns options for n tuples of version 4 in blobs of usual size.
func vnet4(n int) flowgen.BulkOptions {
	hours := max(1, min(10, n/(10*blobTuples)))
	return flowgen.BulkOptions{Format: flowgen.VNet4, Tuples: n, NICs: max(1, n/blobTuples/hours), Hours: hours}
}

// eachFile calls f with every file below folder.
func eachFile(folder string, f func(path string, data []byte) error) error {
	return filepath.WalkDir(folder, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return f(path, data)
	})
}

// megabytes prints a size.
func megabytes(n int64) string { return fmt.Sprintf("%.1f MB", float64(n)/1e6) }
