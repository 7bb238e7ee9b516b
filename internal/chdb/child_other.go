//go:build !cgo || !linux

package chdb

import (
	"errors"
	"io"
	"os"
)

func serve(string, io.Reader, io.Writer) error {
	return errors.New("the ClickHouse engine runs only on Linux, in a build with cgo")
}

func exit(error) { os.Exit(1) }
